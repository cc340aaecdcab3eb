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
 * years. CPF_E_INVAL: no name of a host. What is there is replaced file by file, each whole.
 */
must_check int pki_make(const char *dir, const char *name, size_t n, const char *const host[]);
/*
 * A new <dir>/server.pem for the same key, under the same authority, for two years from today or as long as
 * the authority counts: one file, so a reload sees the old one or the new one. It names what the old one
 * does; with hosts, these beside the local ones. Nothing is written unless it is good. *ret_about (static)
 * names the files or the option that an error is about. CPF_E_IO: cannot be read or written. CPF_E_KEY: key
 * and certificate do not belong together, the authority has ended, or the present certificate is not of this
 * authority (whoever put it there renews it). CPF_E_INVAL: no name of a host.
 */
must_check int pki_renew(const char *dir, size_t n, const char *const host[], const char **ret_about);
/* <dir>/report.key (0600) and <dir>/report.pem (certificate, then authority): with them the facility signs
 * the documents that it gives away, under the authority in `dir`. `name` is the signer's common name, UTF-8,
 * at most 64 characters of it. Ten years. */
must_check int pki_document(const char *dir, const char *name);
