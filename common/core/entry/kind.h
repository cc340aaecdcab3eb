#pragma once
/*
 * A kind of entry in one place: the struct of its body and the members of it, what it does to the book, which
 * rows it makes, who may send it as a record, and how it reads in words. Each kind's module exports one
 * `struct kind`; base/kind.h has the list of all.
 *
 * The headers of this folder lie below book, rule and view: they are structs and members. The modules (.c)
 * lie above them and tie the four together.
 */
#include "base/dept.h"
#include "base/entry.h"
#include "base/kind.h"
#include "base/shape.h"

struct book;
struct stream;
struct view_at;
struct record_rule;

/* In both languages of the house; `{member}` stands for a value. */
struct kind_words {
    const char *ja, *en;
};

struct kind {
    enum kind_id id;
    struct shape shape;
    /* `s` is the entry's stream, already continued by it; `body` the struct. A failure takes everything of
     * the command back (book_rollback). NULL: the book has no use for it. */
    int (*apply)(struct book *b, struct stream *s, const struct entry *e, const void *body);
    /* Rows beyond those that every entry of its stream makes; NULL: none. */
    void (*view)(struct view_at *a, const void *body);
    const struct record_rule
        *record; /* who may send it (core/rule/record.h); NULL: the rules alone make it */
    struct kind_words reads;
};

/* NULL for KIND_NONE. */
const struct kind *kind_of(enum kind_id id);

/* ---- what was judged: in the body of a command's first entry, whatever its kind ---- */

enum outcome {
    OUTCOME_NONE,
    OUTCOME_ACCEPTED,
    OUTCOME_ALREADY,
    OUTCOME_ALERT,
    OUTCOME_DEVIATION,
    OUTCOME_HOLD,
    OUTCOME_REFUSED
};
extern const struct word_list outcome_words;
const char *outcome_name(enum outcome o);

/* What the scanner's string was understood as; never a personal value. */
struct understood {
    const char *kind, *id, *lot, *unit;
};
extern const struct shape understood_shape;

struct judged {
    enum outcome outcome;
    const char *code;        /* key of etc/catalogue.yaml */
    const struct json *args; /* for its text: an object */
    const struct understood *understood;
    const struct json *beside; /* told beside it, of who acts: an array of objects with `code` and `args` */
    bool typed;                /* typed in for want of a readable label */
    bool latched;              /* stays on the screen until it is acknowledged */
    const char *form;          /* the paper form from which it was typed in */
    struct texts deviations, holds; /* opened and placed by this command */
};
extern const struct shape judged_shape;

/* ---- building and reading ---- */

/* The body of an entry; `judged` may be NULL. */
struct json *kind_build(const struct kind *k, const void *value, const struct judged *judged,
                        struct arena *a);

/* The body of an entry that was read, and who acted. Lives in the arena and where the entry does. */
struct body {
    const struct kind *kind;
    const void *value; /* of the kind's struct */
};
/* CPF_E_PROFILE: a kind that this program does not know, or a body that is not of its kind. */
must_check int kind_read(const struct entry *e, struct arena *a, struct body *ret);
void judged_read(const struct entry *e, struct arena *a, struct judged *ret);

/* The entry's value if it is of that kind, else NULL: kind_value(&body, KIND_HOLD_PLACED). */
static inline const void *kind_value(const struct body *b, enum kind_id id)
{
    return b->kind && b->kind->id == id ? b->value : NULL;
}

/* What an entry of any kind speaks of, where it does: these members mean the same in every body. */
struct named {
    const char *batch, *step;
};
void named_read(const struct entry *e, struct arena *a, struct named *ret);
/* The digest of its personal value of that name; NULL: it has none. */
const char *entry_secret(const struct entry *e, const char *name);

/* Its struct if it is of that kind, as far as it can be read; NULL: it is of another. */
const void *entry_as(const struct entry *e, enum kind_id id, struct arena *a);

struct actor {
    const char *performed, *recorded, *witnessed; /* persons; performed NULL: the system */
    const char *system;
    enum dept dept;
    const char *station;
};
void actor_read(const struct entry *e, struct actor *ret);
struct json *actor_build(const struct actor *actor, struct arena *a);

/* When it happened: a station's own list sent after an outage carries true times; any other late claim is
 * kept beside, and judged by the time of recording. */
enum late {
    LATE_NONE,
    LATE_OFFLINE, /* the daemon itself saw the outage: its own times are believed */
    LATE_BUSY,
    LATE_PAPER,
    LATE_OPENED,              /* it was opened before it was scanned */
    LATE_ASKED = LATE_OPENED, /* what a request may say; the others are the daemon's */
    LATE_FORM,                /* written on a numbered form: the form's times are believed */
    LATE_UNSEEN,              /* offline, and the daemon did not see it: a claim like others */
};
extern const struct word_list late_words;
enum late entry_late(const struct entry *e);
int64_t entry_event_time(const struct entry *e);
/* The paper form whose times are believed; NULL: it was not typed from one. */
const char *entry_form(const struct entry *e, struct arena *a);
