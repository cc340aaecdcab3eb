#pragma once
/*
 * A command that signs: one kind of record. What may be said of it, and what must be, is what the kind's
 * shape says: an option is a member's name with '-' for '_', of a list without its s.
 */
#include "ctl.h"

#include "core/entry/kind.h"

#define WORDS_MAX 3
struct record {
    enum kind_id kind;
    const char *word[WORDS_MAX];                 /* members that stand without an option, in this order */
    bool judges;                                 /* a judgement: says what was shown of the batch */
    bool file;                                   /* the word names the file with the value */
    const char *made;                            /* members that `prepare` makes, a blank around each */
    const char *needed;                          /* here beyond what the shape says, likewise */
    const char *more;                            /* what `prepare` asks for beside the members */
    int (*prepare)(struct ctl *c, json_t *body); /* an exit code */
};

/* The record's body from words and options; an exit code. `cmd->data` is a struct record. */
int record_body(struct ctl *c, const struct ctl_command *cmd, json_t *body);
