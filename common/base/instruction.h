#pragma once
/*
 * What the two custodians of the root key order when nobody of the facility can any more: one text for one
 * person, signed by the offline root key as a C2SP signed note. Its text:
 *
 *   cpf-instruction/v2
 *   <origin>
 *   <word>       reset: new secrets; resume: new secrets, and a suspension ends
 *   <person>
 *   <key>        the public key that the person has in the log now, as its entry says it
 *
 *   <day>        the last one on which it is taken, YYYY-MM-DD
 *
 * It works once: with new secrets the person has another key. One of v1 has no last day: it is read, since
 * logs have them, and taken no more.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/bounds.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/note.h"

enum instruction_word { INSTRUCTION_RESET, INSTRUCTION_RESUME };

#define INSTRUCTION_NO_DAY INT64_MIN
struct instruction {
    char origin[256];
    enum instruction_word word;
    char person[BOUND_CODE_ID + 1];
    char key[44];
    int64_t until; /* the last day; INSTRUCTION_NO_DAY: v1 */
};

/* "reset", "resume", and back: CPF_E_NOTFOUND. */
must_check int instruction_word_of(const char *text, enum instruction_word *ret);
/* The text without signatures, appended; always with a last day. */
void instruction_format(const struct instruction *i, struct buf *ret);
/* Parse the note, verify by the root key, and take apart in one go: CPF_E_SYNTAX, _SIGNATURE, _NOTFOUND (not
 * signed by it). */
must_check int instruction_open(struct instruction *i, const char *note, size_t len,
                                const struct note_key *root);
/* The signed note, appended. CPF_E_SYNTAX: nobody could read it. */
must_check int instruction_sign(const struct instruction *i, const char *root_name, const struct key *root,
                                struct buf *ret);
