#pragma once
/*
 * The offline root key and the manifests that it signs (base/keymanifest.h), for `cpfctl keys` and for first
 * use.
 *
 * The root key is sealed under the passphrases of two custodians, one below the other: neither opens it
 * alone.
 */
#include <stdbool.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/keymanifest.h"

/* Both passphrases as one; wiped by buf_wipe. From files (two of one line, or one of two lines), or asked at
 * the terminal, each of its custodian (`twice`: each two times). An error is printed. */
must_check int root_passphrases(const char *const files[2], bool twice, struct buf *ret);
/* Draws a root key: sealed to `key_path` (0400), its verifier key "<origin>/root" to `root_path`; neither may
 * be there yet. *ret_key, *ret_root may be used at once. An error is printed. */
must_check int root_make(const char *origin, const char *key_path, const char *root_path,
                         const char *passphrases, bool light, struct key **ret_key,
                         struct note_key *ret_root);
/* The verifier key in a file, or given itself. An error is printed. */
must_check int root_read(const char *path, struct note_key *ret);
/* Opens the sealed key, which must be that of `root`. An error is printed. */
must_check int root_open(const char *key_path, const struct note_key *root, const char *passphrases,
                         struct key **ret);

/* Never over another one. An error is printed. */
must_check int papers_write(const char *path, const void *data, size_t len, mode_t mode);

/* Signs and writes it. An error is printed. */
must_check int manifest_write(const struct keymanifest *m, const struct note_key *root, const struct key *key,
                              const char *path);
/* Reads, and verifies if `root` is not NULL. An error is printed. */
must_check int manifest_read(const char *path, const struct note_key *root, struct keymanifest *ret);
/* `words`: "add ROLE VALUE FROM" and "end ROLE VALUE UNTIL", one behind another. VALUE is a verifier key, its
 * 8-digit id (end) or a file with it; a file or hex digest for policy and tsa; seconds for stamp. An error is
 * printed. */
must_check int manifest_change(struct keymanifest *m, const char *const words[], int n);
