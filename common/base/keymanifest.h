#pragma once
/*
 * Which keys count, and for which sizes of the log: one text, signed by the offline root key as a C2SP
 * signed note. Its text:
 *
 *   cpf-keys/v1
 *   <origin>
 *   <serial>                               decimal, rises with each manifest
 *   <role> <value> <from> <until or ->     one or more, in any order
 *
 *   log     <vkey>        may sign checkpoints of these sizes; its name is the origin
 *   policy  <hex sha256>  policy.txt must be this file
 *   tsa     <hex sha256>  of the DER certificate of a time-stamping authority: pinned
 *   stamp   <seconds>     each entry must be covered by a time stamp within so long of its `at`
 *
 * A line holds for a checkpoint of size s if from <= s and (until is - or s <= until). Rotation: two log
 * lines overlap. Revocation: a new manifest (serial + 1) gives the stolen key's line an `until`. No line
 * twice.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bounds.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/note.h"

#define KEYMANIFEST_HEAD   "cpf-keys/v1"
#define KEYMANIFEST_ALWAYS UINT64_MAX /* until, written - */

enum keymanifest_role { KEYMANIFEST_LOG, KEYMANIFEST_POLICY, KEYMANIFEST_TSA, KEYMANIFEST_STAMP };

/* "log", "policy" … ; and back: CPF_E_NOTFOUND. */
const char *keymanifest_role_name(enum keymanifest_role role);
must_check int keymanifest_role_of(const char *name, enum keymanifest_role *ret);

struct keymanifest_line {
    enum keymanifest_role role;
    struct note_key key;      /* log */
    uint8_t digest[HASH_LEN]; /* policy, tsa */
    uint64_t seconds;         /* stamp */
    uint64_t from, until;     /* both inclusive */
};

struct keymanifest {
    char origin[256];
    uint64_t serial;
    size_t n;
    struct keymanifest_line line[BOUND_MANIFEST_LINES];
};

/* The text without signatures. CPF_E_SYNTAX, _LIMIT, _KEY, _DUPLICATE; a log key of another name than the
 * origin: CPF_E_KEY. */
must_check int keymanifest_parse(struct keymanifest *m, const char *text, size_t len);
void keymanifest_format(const struct keymanifest *m, struct buf *ret); /* appended */

/* Parse the note, verify by the root key, and take apart in one go. */
must_check int keymanifest_open(struct keymanifest *m, const char *note, size_t len,
                                const struct note_key *root);
/* The signed note, appended. */
must_check int keymanifest_sign(const struct keymanifest *m, const char *root_name, const struct key *root,
                                struct buf *ret);

/* The first size for which no log key holds; KEYMANIFEST_ALWAYS: there is none. */
uint64_t keymanifest_gap(const struct keymanifest *m);
/* May `next` follow `old`? Same origin, a higher serial, no line lost or begun at another size, no `until`
 * taken back or raised. CPF_E_MISMATCH, CPF_E_STALE, CPF_E_NOTFOUND (*ret_line, of old, may be NULL: which
 * line). */
must_check int keymanifest_follows(const struct keymanifest *old, const struct keymanifest *next,
                                   const struct keymanifest_line **ret_line);
/* Have both the same role and value? */
bool keymanifest_same(const struct keymanifest_line *a, const struct keymanifest_line *b);
/* One line of the text, appended with its newline. */
void keymanifest_format_line(const struct keymanifest_line *l, struct buf *ret);

/* Does the line hold for a checkpoint of this size? */
bool keymanifest_holds(const struct keymanifest_line *l, uint64_t size);
/* CPF_OK if a log key that holds for this size signed `n`; *ret (may be NULL) tells which. CPF_E_SIGNATURE if
 * one of them has a bad signature there, CPF_E_STALE if only keys that do not hold for the size signed,
 * CPF_E_NOTFOUND if none of the manifest's keys did. */
must_check int keymanifest_verify(const struct keymanifest *m, const struct note *n, uint64_t size,
                                  const struct keymanifest_line **ret);
/* The first line of that role after `after` (NULL: from the start) that holds for the size, or NULL. */
const struct keymanifest_line *keymanifest_next(const struct keymanifest *m, enum keymanifest_role role,
                                                uint64_t size, const struct keymanifest_line *after);
