#pragma once
/*
 * The log's verifier keys as cpfd knows them: a text of one line, or during a rotation's overlap of two, the
 * older first. All are of one name, the origin.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/note.h"

#define KEYRING_MAX 2

struct keyring {
    size_t n;
    struct note_key key[KEYRING_MAX]; /* oldest first */
};

/* Empty lines are skipped. CPF_E_SYNTAX (no key), CPF_E_LIMIT (more than KEYRING_MAX), CPF_E_DUPLICATE,
 * CPF_E_MISMATCH (two names), and what note_key_parse says. */
must_check int keyring_parse(struct keyring *r, const char *text);
/* CPF_OK if a key of the ring signed `n` and no line by one of them is bad; CPF_E_SIGNATURE, CPF_E_NOTFOUND.
 */
must_check int keyring_verify(const struct keyring *r, const struct note *n);
/* The first key without a line in the note (not verified), or NULL: all stand there. */
const struct note_key *keyring_missing(const struct keyring *r, const struct note *n);
/* Parse, verify and take apart in one go, as checkpoint_open. */
must_check int keyring_open(const struct keyring *r, struct checkpoint *c, const char *msg, size_t len);
