#pragma once
/*
 * A facility's own authority, server certificate and document certificate: P-256, one purpose each.
 * Nothing outside the facility trusts them, and its clients trust nothing else.
 */
#include "base/err.h"

/*
 * Writes <dir>/ca.pem, <dir>/ca.key, <dir>/server.pem (server, then authority) and <dir>/server.key;
 * keys 0600. `name` is the authority's common name. The server's certificate names localhost,
 * 127.0.0.1, ::1 and the `n` further hosts (names or addresses). Valid for ten years and for two
 * years; pki_renew makes a new server certificate under the same authority.
 */
must_check int pki_make(const char *dir, const char *name, size_t n, const char *const host[]);
must_check int pki_renew(const char *dir, size_t n, const char *const host[]);
/* <dir>/report.key (0600) and <dir>/report.pem (certificate, then authority): with them the facility signs
 * the documents that it gives away, under the authority in `dir`. `name` is the signer's common name, UTF-8,
 * at most 64 characters of it. Ten years. */
must_check int pki_document(const char *dir, const char *name);
