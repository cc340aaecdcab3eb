#pragma once
/*
 * Acts: what a person signed with the own key (doc/log.md 1, member `act`). The signature is over the text
 * `signed`, which repeats what the entry says; both must hold.
 */
#include <stdbool.h>
#include "base/entry.h"
#include "base/key.h"

/* NULL, each of them: nobody signed it. */
struct act {
    const char *key, *sig; /* the key's id; base64url */
    const char *text;      /* what was signed: an object */
};
struct act act_of(const struct entry *e);
/* What the person read above the signature; NULL: nobody signed, or it cannot be read. */
const char *act_meaning(const struct entry *e, struct arena *a);

/* Kinds that are nothing without a signature. */
bool act_must_be_signed(const char *kind);
/* The first member of `signed` that the entry contradicts, or why it cannot be read; NULL: it says the same.
 * `id`: that of the command; NULL: not known to the caller and not compared. */
const char *act_contradiction(const struct entry *e, const char *id, struct arena *a);
/* CPF_E_SIGNATURE, CPF_E_KEY; the key is taken as given. */
must_check int act_verify(const struct entry *e, const char *origin, const uint8_t pub[KEY_PUB]);
