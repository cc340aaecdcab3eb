#pragma once
/* Keys of an audit: keys.c. audit_keys_open() is in audit_int.h. */
#include "audit/int.h"

/* Reads --vkey (keys or a file of them), --manifest and --root; each may be NULL, the last two together. Sets
 * a->keys and a->key (whose name is the origin). NULL, or the option that cannot be used. */
const char *audit_keys_options(struct audit *a, const char *vkey, const char *manifest, const char *root);
const struct note_key *audit_keys_root(const struct audit *a); /* NULL without --root */
void audit_keys_fini(struct audit *a);
/* Why audit_keys_open() said `err`, in words. */
void audit_keys_why(const struct audit *a, int err, const char *note, size_t len, char *ret, size_t size);

/* audit_hook's begin. */
int audit_keys_begin(struct audit *a, void **state);
