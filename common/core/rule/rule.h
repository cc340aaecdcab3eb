#pragma once
/*
 * The rules: verdict = judge(book, command, now). Pure: no clock, socket,
 * database, log or randomness; the book is only read.
 *
 * Refuse intentions, record facts (doc/bench.md 1.1): what can still be prevented
 * is refused; what has happened is recorded as it happened, with a deviation.
 * A refusal is a value with a machine code, and is recorded too.
 *
 * What has come to its end is not in the book. A judgement that would be another
 * with it says what it needs, and drafts nothing: whoever asked brings it and asks
 * again, until nothing is needed. So no judgement depends on what is in memory.
 *
 * Outcomes (doc/bench.md 1.3): refused; accepted; accepted with an alert, a
 * deviation, or a deviation and a hold; "already done".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/json.h"
#include "core/book/book.h"
#include "core/entry/kind.h"

enum command_kind {
    COMMAND_SCAN,     /* a raw string read or typed at a station */
    COMMAND_SESSION,  /* badge and PIN; whether the PIN was right is known */
    COMMAND_ACT,      /* a form or a signed act of a protocol step */
    COMMAND_RECORD,   /* master data and quality acts */
    COMMAND_DEADLINE, /* by the system: a step's deadline has passed */
    COMMAND_ENROL,    /* a tablet brings its key, with a one-time code */
};

enum want_kind {
    WANT_STREAM,   /* of that name: recalled into the book, if there is one */
    WANT_LABEL,    /* <gtin>/<maker's lot>: the closed lot with it that was received last, recalled */
    WANT_CLOSINGS, /* the end of every batch that is closed */
};
struct want {
    enum want_kind kind;
    const char *name;
};
struct answer {
    struct want want;
    const char *stream; /* of WANT_LABEL: the lot's, or NULL */
};
/* Each closed batch once, by its last closing, in the order of the log. */
struct closing {
    const char *batch;
    const struct batch_used *used; /* NULL: only its stream tells */
    const char *person;            /* of the closing; NULL: not said, or erased */
};
struct closings LIST_OF(struct closing);

/* An item of a station's own list (core/entry/station.h). */
struct spool_claim {
    int64_t number;
    const char *prev, *hash, *sig;
    bool good; /* the station's key signed it */
};
struct enrol_claim {
    const char *code, *token, *key; /* digests of both, and the public key, which was shown to be its own */
};

/* Milliseconds between two entries at one station; between two containers of one step; between the last value
 * and the second person's badge; by which ten such waits in a row differ; between entries of one person in
 * two rooms; for each entry of a record from the report to its confirmation. 0: that one is not looked at. */
struct pace_least {
    int scan_ms, tube_ms, witness_ms, spread_ms, apart_ms, review_ms;
};

struct command {
    enum command_kind kind;
    struct station *station;         /* NULL for the system */
    int64_t claimed;                 /* the station's time, Unix ms; 0 = none */
    int64_t occurred;                /* late entry: when it happened; 0 = now */
    enum late late;                  /* its reason */
    int idle_after_s;                /* a bench that was not used for longer asks for a badge; 0 = never */
    int late_after_s;                /* an older claim needs a late entry; 0 = 300 */
    int second_within_s;             /* a second person gave the own secret here so lately; 0 = 300 */
    struct pace_least pace;          /* faster than that no hands are; all 0: not looked at */
    const char *form;                /* the paper form that it was written on, or NULL */
    const struct spool_claim *spool; /* NULL: not from the station's list */
    const struct enrol_claim *enrol; /* ENROL */
    /* SCAN */
    const char *raw;
    size_t raw_len;
    bool typed;        /* typed in for want of a readable label */
    const char *field; /* with `step`: what the station awaited as it was typed, or NULL */
    /* SESSION, ACT, RECORD: the person of the badge, NULL if unknown */
    struct person *person;
    bool authenticated; /* PIN or password was right */
    bool secret_given;
    bool untried;                        /* the secret: rule_wait said so */
    int wrong_station_s, wrong_person_s; /* the longest waits; 0 = 30 and 900 */
    /* ACT, RECORD */
    const char *shown; /* digest of the batch as it was shown (rule_shown), or NULL */
    /* ACT */
    const char *batch, *protocol, *step; /* an order's `batch` NULL: the number that comes next */
    const struct json *fields;           /* object: field -> string or array of strings */
    const struct json *pending;          /* array of step ids that the person was shown, or NULL */
    const char *skip;                    /* reason for "not done, because", or NULL */
    /* RECORD */
    const char *record; /* entry kind */
    bool signed_in;     /* no secret was asked for: the person acts by the session at the station */
    bool shows;         /* a document will be shown once this is recorded */
    const struct json *body;
    const char *cred; /* of person.*: digest of the sealed secrets that came with it */
    const struct instruction
        *instruction; /* of body.custodians, if the root key of this log signed it, or NULL */
    const struct redact_target *target; /* of `redacted`: what body.idx names, NULL if there is none */
    /* DEADLINE */
    struct batch *due_batch;
    struct due due;
    /* what was needed so far, and is here */
    size_t nanswers;
    const struct answer *answer;
    const struct closings *closings; /* NULL: not asked for */
};

/* The entry whose personal values are to be erased, as the log has it; its stream is in the book. */
struct redact_target {
    uint64_t idx;
    const char *stream;
    const struct json *pd;   /* of the entry; NULL: it has no personal values */
    const struct json *held; /* names of those that are still there: array of strings */
    size_t nclosings;        /* of its batch, that still say who it was */
    const struct target_closing *closing;
};
struct target_closing {
    uint64_t idx;
    const char *digest;
};

#define DRAFT_SECRETS 24 /* personal values of one entry */
/* An entry to be: whoever makes it builds body and digests by the kind's shape. */
struct draft {
    const char *stream;
    enum kind_id kind;
    const void *value;     /* of the kind's struct; NULL for a kind that says nothing more */
    struct judged *judged; /* of a command's first entry, and where another one tells what was found */
    bool system;           /* no client's id: housekeeping before the command's first entry */
    bool sign;             /* the person's own key signs it, as an act */
    const char *meaning;   /* what the signature says */
    enum dept dept;
    const struct person *performed, *recorded, *witnessed; /* NULL: system */
    size_t nlaw;
    const char *const *law;
};
struct json *draft_body(const struct draft *d, struct arena *a);
struct json *draft_actor(const struct draft *d, const char *station, struct arena *a);
/* Its personal values; how many. */
size_t draft_secrets(const struct draft *d, struct secret list[DRAFT_SECRETS]);

#define VERDICT_DRAFTS 87
struct verdict {
    enum outcome outcome;
    const char *code;    /* machine code, key of etc/catalogue.yaml */
    struct json *args;   /* for its text; never personal */
    enum late late;      /* of the entries, where another time is claimed */
    struct batch *batch; /* what it was about, or NULL */
    int step;            /* -1 = none */
    size_t nwants;       /* not 0: nothing was judged */
    const struct want *want;
    size_t ndrafts;
    struct draft draft[VERDICT_DRAFTS];
};

/* Everything in *ret lives in `a`. Unless something is needed there is at least one draft that is not
 * `system`. */
void rule_judge(const struct book *b, const struct command *cmd, int64_t now, struct arena *a,
                struct verdict *ret);

/* Whose badge that is at this station (NULL: anywhere): of the spare one while it works, whoever opened it.
 */
struct person *badge_person(const struct book *b, const struct station *st, const char *id, int64_t at);

/* How long, in ms, no secret of the command's person is taken at its station: after some wrong ones in a row
 * the station is slowed, after some more the person there. 0: it is. */
int64_t rule_wait(const struct command *c, int64_t now);

/* What a station does next. Not part of the record: computed anew for each answer. */
struct next {
    struct batch *batch;
    int step, field;             /* -1 = none */
    int remaining;               /* scans still awaited by the field */
    bool yes;                    /* or X-BACK: somebody would be unfit */
    bool witness;                /* the second person's badge */
    const struct person *of;     /* whose part the witness sees */
    bool choose;                 /* the step is under way, and not chosen here: its code comes first */
    int64_t earliest;            /* it is too early before that; 0: it is not */
    bool again;                  /* the second, independent entry of a value */
    bool later;                  /* of another day, from `earliest` on: no scan begins it */
    const struct person *acting; /* NULL: a badge comes first */
    const struct alarm *alarm;   /* core/entry/alarm.h; NULL: none stands */
    struct texts waits,
        callable;  /* who is to acknowledge it; of quality: one of them is telephoned, or none */
    unsigned note; /* what stands in the way: an enum say (codes.h), with its arguments; 0: nothing */
    struct json *args;
};
/* `idle_after_s` as in a command. What it names lives in `a`. */
void rule_next(const struct book *b, const struct station *st, int64_t now, int idle_after_s, struct arena *a,
               struct next *ret);

/* May the station keep what is done here next, if nobody hears it? One with a key, somebody signed in, and no
 * step where the present counts, so that its time is believed; nor one that asks for a person's name. `n` of
 * rule_next. */
bool rule_offline(const struct station *st, int64_t now, const struct next *n);

/* Whoever assessed or confirmed the deviation and worked in its step since, so that it is to be assessed
 * anew; NULL: nobody. */
const struct person *rule_biased(const struct book *b, const struct batch *x, const struct deviation *d);

/* Digest of what a person is shown of a batch before signing: another one, and something of it has changed.
 */
void rule_shown(const struct batch *x, char ret[44]);

/* Steps of the batch that are pending results: late, begun after their prerequisites, not done. Array of ids.
 */
struct json *rule_pending(struct arena *a, const struct batch *x);
/* Mandatory steps that are open (late ones excepted unless `late`), declared before `before` (-1 = all). */
struct json *rule_open_steps(struct arena *a, const struct batch *x, int before, bool late);
