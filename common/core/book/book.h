#pragma once
/*
 * The book: what is true now, folded from the log's open streams.
 *
 *   book = fold(entries)      book_apply() is the only way in, live and at start alike
 *
 * The rules (rule.h) read it and never change it. An entry is applied when it is
 * judged, before it is durable, so that the next command sees it; the reply waits
 * for durability (doc/architecture.md). A command's entries are applied all or
 * not at all: book_begin, book_apply ..., book_commit, or book_rollback if one of
 * them does not fold.
 *
 * Words: a *batch* (製造番号) is made under a *protocol*; each of its steps is
 * done in *occurrences* (most steps once); an occurrence gathers *inputs*. A *bench* is the context of one
 * station: who is signed in, which batch, which step. A *hold* blocks release; a *deviation* (逸脱) is
 * closed.
 *
 * Ownership: everything is owned by the book. What a batch, a day or a lot is
 * made of lives as long as its stream: until book_fini(), or until the closed
 * stream is dropped (book_drop_stream). What must be known of it later comes
 * back from the log (book_recall); nothing of it is kept meanwhile.
 */
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/basis.h"
#include "base/bounds.h"
#include "base/buf.h"
#include "base/entry.h"
#include "base/key.h"
#include "base/mem.h"
#include "core/book/recipe.h"
#include "core/book/undo.h"
#include "core/code/code.h"
#include "core/entry/deviation.h"
#include "core/entry/hand.h"
#include "core/entry/lot.h"
#include "core/entry/step.h"
#include "base/map.h"
#include "core/protocol/protocol.h"

struct stream {
    const char *name;
    uint64_t sseq;          /* of its last entry */
    uint8_t leaf[HASH_LEN]; /* of its last entry */
    bool closed;
    struct arena arena; /* of a batch, a day, a lot: what its entries made */
    uint64_t mapped;    /* entries that the newest map of streams counts, as far as is known (daemon/flow) */
    unsigned flying;    /* entries on their way (daemon/flow) */
};

struct qualification {
    const char *name;
    int64_t from, until; /* first and last day in force */
};

/* Days on which somebody is not there, as was said; of two that say of one day the newer counts. */
#define AWAYS 16
struct away {
    int64_t from, until;     /* days, both included */
    bool back;               /* there after all */
    const char *by, *deputy; /* who said it; who stands in */
};
struct aways {
    size_t n;
    struct away item[AWAYS];
};

struct person {
    const char *id, *keyid;
    enum dept dept;
    uint8_t key[KEY_PUB];
    const char *cred; /* base64url SHA-256 over the credential rows */
    size_t nroles;
    const char **role;
    int64_t *role_since; /* of each */
    size_t nquals;
    struct qualification *qual;
    bool suspended, locked;
    bool fresh; /* others gave the secrets: until the person has changed them, they count for nothing */
    int64_t enrolled_at;
    int64_t reset_at; /* others made the secrets anew; 0: never */
    int64_t fit_day;  /* day of the newest fitness declaration, else INT64_MIN */
    bool fit;
    struct station *signed_in; /* where, or NULL */
    struct {                   /* the newest entry of a batch that names the person as performer or witness */
        const struct station *at;
        int64_t when;
        const struct stream *in; /* what comes to its end takes it along */
    } seen;
    struct aways aways;
};

/* When a station, or all of them, could not be heard, as the daemon itself saw it: the newest ones. */
#define OUTAGES 16
struct outage {
    int64_t from, to;
};
struct outages {
    size_t n;
    struct outage item[OUTAGES]; /* in the order of their ends */
};

struct wrong {                   /* secrets since the last right one */
    const struct person *person; /* NULL: anybody's */
    int n;
    int64_t at; /* of the last */
    struct wrong *next;
};

struct was { /* who was signed in at a bench on its day, or is */
    const struct person *person;
    int64_t since, gone, /* first in; out, 0: is there */
        left,            /* out by a badge beside others, by nobody knows whom */
        secret;          /* the own one was given here last */
    struct was *next;
};

/* Another person, or another batch, in the middle of a step: was that meant? Or: who signs out? */
struct bench_asked {
    struct person *person; /* one of the three, or none: nothing is asked */
    const char *batch;
    bool leaves;
    enum loss loss;        /* … or: which container is broken, or lost? */
    const char *container; /* that one; the second person says so, too */
    int64_t at;
};

#define BENCH_PEOPLE 6
struct bench {
    int64_t day;        /* of the open day stream, else INT64_MIN */
    const char *stream; /* its name */
    size_t npeople;
    struct person *person[BENCH_PEOPLE]; /* in order of sign-in */
    int64_t since[BENCH_PEOPLE];         /* when each of them signed in */
    struct person *acting;               /* performer: whose badge was read last; NULL: nobody said so */
    struct batch *batch;
    int step;   /* -1 = none chosen */
    int last;   /* the step finished here last, or -1: a repeated scan is "already done" */
    int64_t at; /* when somebody last said here who acts, or on what; 0: never */
    struct bench_asked asked;
    struct wrong *wrong; /* of this day, at this station: anybody's, and of each who mistyped */
    struct was *was;     /* of this day: everybody who was signed in here */
    struct alarm *alarm; /* core/entry/alarm.h: not acknowledged yet, the oldest first */
};

struct invitation {   /* a one-time code that is out for a station */
    const char *code; /* digest, NULL: none */
    const char *kind, *room;
    int64_t until;
};
struct spool_mark { /* how far a station's own list was brought */
    int64_t number, occurred;
    const char *hash;
};
/* Where a station stood; the spare one, of each time that it was opened. */
struct stood {
    const char *kind, *room, *replaces; /* the last of an opening: in whose stead */
    int64_t since, until;     /* ms; `until`: of an opening its end, else INT64_MAX; sealed: `since` */
    const struct person *by;  /* of an opening: whose its badge is */
    const struct stood *next; /* the one before */
};
struct station {
    const char *id, *kind, *room; /* the last two: now */
    struct stood *stood;          /* the newest first; NULL: never enrolled */
    const char *token;            /* base64url SHA-256 of the station's token */
    const char *key;              /* its public key, base64url; NULL: keyless */
    bool revoked;                 /* or not enrolled yet */
    struct bench bench;
    struct invitation invited;
    struct spare *spare; /* core/entry/station.h; NULL: an ordinary one */
    struct spool_mark spool;
    int64_t silent_since; /* 0: heard, as far as the log knows */
    int64_t known_at;     /* when the log knew last that it was heard: enrolment, sign-in, return */
    struct outages outages;
    struct { /* daemon/flow: when it was heard last in this process; both 0: not yet */
        int64_t mono, at;
        int64_t ahead_ms; /* its clock before ours */
    } heard;
};

struct room {
    const char *id, *grade;
    bool blocked;
    int64_t blocked_at;
    struct texts workers; /* ids of who worked there when it was blocked last */
};

/* A medical institution that commissions, and the plan (再生医療等提供計画) under which it does. */
struct clinic {
    const char *id, *name_ja, *name_en, *address_ja, *address_en;
    struct texts staff; /* ids of who orders for it; none: not said */
};
struct plan {
    const char *number, *clinic;
    struct texts products, physicians; /* ids of protocols, of people */
    int64_t from, until;               /* days; `until` INT64_MAX: no end is known */
};

/* A session form on paper, handed out (core/entry/paper.h). */
#define FORM_TYPISTS 6
struct paper {
    const char *id, *to;
    int64_t issued, returned, checked; /* 0: not yet */
    bool voided;
    const char *sha256;            /* of the scan */
    struct texts people;           /* whose names stand on it */
    struct texts confirmed;        /* … and who of them brought it back, with the own PIN */
    const struct person *returner; /* NULL: not back */
    const char *batch, *room;      /* of its session: once typed from; named with it; else NULL */
    size_t ntypists;
    const char *typist[FORM_TYPISTS];
};

/* Of that patient's number, for a draw on that day, beside that batch. */
struct order_answer {
    const char *batch, *patient;
    int64_t draw;
};

/* Equipment and places: both can be occupied by one donor's batch at a time. */
struct thing {
    const char *id, *kind, *room;
    bool in_service;
    int64_t calibrated;              /* last day in calibration, INT64_MAX = needs none */
    int64_t interval;                /* days between two calibrations; 0: none is registered */
    int64_t place_since;             /* a position (place.added) since then; 0: equipment */
    struct batch *occupied;          /* derived from the batches' own streams */
    const struct thing_paper *paper; /* the newest first */
};

struct lot_unit {
    const char *unit;
    const char *batch_id; /* opened for it */
    struct lot_unit *next;
};
struct lot {
    const char *id, *material, *maker, *maker_lot, *gtin;
    const char *label; /* <gtin>/<maker's lot>, or NULL */
    int64_t expiry;    /* last day of use */
    int64_t received_at;
    int64_t units; /* called 1 to that, where `unit` names none */
    struct texts unit;
    bool numbered;   /* it has no other units than these */
    int64_t nopened; /* of those */
    enum lot_state state;
    int64_t state_at;              /* since then */
    bool both, conforming, judged; /* `both`: manufacturing and quality, each for itself */
    const struct person *receiver, *conformer, *judge, *blocker; /* NULL: the set-up, or nobody */
    int64_t closed_at;                                           /* used up; 0: not */
    const char *document, *sha256;                               /* the maker's, or NULL */
    struct lot_unit *opened;
};

struct container {
    const char *id, *label; /* <batch>-<label><number>; the kind of its label */
    struct batch *batch;
    enum container_state state;
    const char *place;      /* where it was put last, or NULL */
    bool out;               /* taken from there, and not put down anywhere since */
    const char *from;       /* from where a rescue brought it there, or NULL */
    int64_t rescued;        /* by one alone, then: two have not seen it there yet; 0: they have */
    int64_t printed_at;     /* 0: not here */
    bool attached, printed; /* its label: scanned back on a vessel; not printed again before a reprint */
    bool missing;           /* broken, lost, or its label void: no step asks for it any more */
    size_t reprints;        /* of its label */
};

struct input {
    int field;
    size_t n;       /* the batch's n-th: a value counts for what was derived behind it */
    size_t changed; /* it was corrected when the batch had so many */
    const char
        *text; /* code, value, option, date, token; for FIELD_TEXT the value itself (from its disclosure) */
    struct dec value;   /* numbers and derived */
    enum censor censor; /* numbers: `value` is only the side on which the truth lies */
    const char *unit;   /* lots: the opened unit, or NULL */
    const char *digest; /* of a personal value that `text` was disclosed from, else NULL */
    int64_t day;        /* dates */
    int64_t at;
    const struct person *by;
    bool first_of_two; /* does not count: awaits its second entry, or is kept beside it */
    bool asked;        /* beyond its limit: awaits the second entry */
    bool differed;     /* asked for once more, another value was typed */
    bool confirmed;    /* by a second entry */
    bool second;       /* typed where another one was asked for once more */
};

struct occ {
    int64_t begun, done;   /* 0 = not yet */
    int64_t claimed;       /* `done` was told late, and is said to have been then; 0: it was not */
    int64_t first_claimed; /* … `begun` */
    bool skipped, late_noted;
    const struct person *performer, *recorder, *witness;
    const struct person *seen_by;  /* of several who performed: who witnessed the others' part; or NULL */
    const struct station *station; /* where it was last worked on */
    const char *room;              /* … where that stood then */
    const char *form;              /* from which the newest of it was typed in, or NULL */
    size_t ninputs, cap;
    struct input *input;
};

struct stepstate {
    size_t nocc;
    struct occ **occ; /* the last one is current */
    bool deadline_fired;
};

struct deviation {
    const char *id, *code, *step;
    int64_t due;      /* to be assessed until then; 0: an older program's */
    enum grade grade; /* GRADE_NONE: nobody has said it, nor what was found */
    bool closed;
    bool accepted, reported;        /* by the physician, in spite of it; to the facility manager */
    bool assessed, awaits;          /* … and another one of quality has not confirmed that yet */
    bool overdue;                   /* it was not assessed in time: told once */
    const struct person *by, *with; /* whose act it came of, and who witnessed that, or NULL */
    const struct person *assessor, *confirmer, *closer; /* who did so last, or NULL */
    bool slip, despite;                /* closed: the value was taken back; with measures open, … */
    struct texts open;                 /* … these */
    const char *told, *field, *reason; /* facility manager; whose value; digest of what was seen */
    const struct json *args;           /* of `code`, for its text; NULL: none */
    size_t ninputs;                    /* of the batch, by then */
    const char *words;                 /* digest of what says it for people to judge; NULL: nothing does */
    int64_t opened_at;
};

/* What is done about a deviation. */
struct action {
    const char *id, *dev, *owner;
    int64_t due;                       /* the last day */
    bool effect;                       /* it is looked whether the others helped */
    bool verified, withdrawn, overdue; /* `overdue`: told once */
    uint64_t seen;                     /* the entry of the batch that verified it */
};

struct hold {
    const char *id, *code, *dev;
    bool lifted;
    const struct person *by, *with, *lifter; /* whose act it came of, who witnessed that; or NULL */
    const char *words;                       /* as of a deviation */
};

struct expiry {
    const char *clock;
    int64_t until;
};

struct asked { /* a question (SAY_ASKS): about a lot by its id, or as its rule names it */
    const char *what;
    int64_t at;
};

/* How fast entries follow each other, of late: what one station brings, or how soon a second person confirms.
 */
#define PACE_SCANS     30
#define PACE_WITNESSES 10
#define PACE_PAUSE_MS  (INT64_C(15) * 60 * 1000) /* a longer one begins anew */
struct gap {
    int32_t ms;
    uint32_t sseq; /* of the entry that ends it, in the batch's stream */
    bool tube;     /* one container behind another in the same step: tubes go by in bursts */
};
struct pace {
    const struct station *station; /* NULL: from a step's last value to the second person's badge, anywhere */
    size_t n;                      /* gaps since it was last told */
    struct gap gap[PACE_SCANS];    /* the newest, each at its number's remainder */
    int64_t at;                    /* of the newest entry; 0: the next one begins anew */
    int step;                      /* the newest was a container of that step, or -1 */
    int64_t told_day;              /* a deviation of that day tells it, or INT64_MIN */
};
/* How many of the newest are looked at together. */
static inline size_t pace_size(const struct pace *p)
{
    return p->station ? PACE_SCANS : PACE_WITNESSES;
}

struct permit { /* to work in a blocked room, on that day */
    const char *room;
    int64_t day, at; /* … from then on */
};

struct act_by { /* who did an act of which department on this batch */
    const struct person *person;
    enum dept dept;
};

struct batch {
    const char *id, *stream, *state;
    const struct protocol *protocol;
    struct stepstate *step; /* nsteps of the protocol */
    bool closed, stopped;
    bool released;      /* decided: released */
    bool suspended;     /* something came after that: to be decided again */
    int64_t warn_since; /* the clinic is to be warned, since then; 0: it is not, or it was */
    bool warn_broken;   /* … and was not in time: told once */
    size_t ninputs;     /* so far */
    size_t typed;       /* codes typed in for want of a readable label */
    size_t corrections; /* values corrected afterwards */
    size_t ncontainers, ndevs, nholds, nexpiries, nacts, nwritings, nasked, nactions, npaces, npermits;
    struct container **container;
    struct deviation *dev;
    struct action *action;
    struct hold *hold;
    struct expiry *expiry;
    struct act_by *act;
    struct writing *writing;
    struct asked *asked;
    struct pace *pace;
    struct permit *permit;
    int64_t opened_at;
    const char *form;  /* from which something was typed in last, or NULL */
    const char *words; /* the newest that a deviation may come with: heard, or why left out; their digest */
    int64_t rota_told; /* day on which gaps in the rota were told last */
};

/* What changes what a record says, as it is in force (core/entry/basis.h). */
struct basis_by {
    const char *person; /* NULL: nobody yet */
    int64_t at;
};
struct book_basis {
    const char *digest; /* NULL: the log has none */
    struct basis_items items;
    int64_t at;
    bool setup;
    struct basis_by management, quality;
};

/* The tables of rights that the log has (core/entry/basis.h): by the newest accepted one it is judged. */
struct rights;
struct book_rights {
    const char *text;     /* in force; NULL: the log has none, and the one that the book was given rules */
    const char *proposed; /* the newest one, while it is another and nobody or only one has accepted it */
    size_t n;
    struct rights **table; /* all that were in force; freed with the book */
    void (*drop)(void *table);
};

struct book {
    struct arena arena;   /* strings and small objects of what does not end */
    struct arena *keep;   /* of the stream of the entry being applied */
    bool aside;           /* it is being recalled: it acts on nothing beside its own stream */
    struct arena scratch; /* of the entry being applied */
    struct undo undo;
    struct map streams, people, stations, tokens, rooms, things, lots, gtins, protocols, batches, containers,
        counts, redacted, clinics, plans, forms;
    struct {
        bool on;
        const struct person *by;
    } stopped; /* the facility: nothing begins, nothing leaves */
    size_t nanswered;
    struct order_answer *answered; /* by quality: orders that may stand beside another batch */
    struct {
        const char *rule; /* core/code/number.h; NULL: batch numbers are typed freely */
        int64_t first;
    } numbering;
    const struct facility_opened *facility; /* NULL before set-up */
    struct json *facility_data;             /* the same as the log has it */
    const char *zone; /* in which its days were counted from the first on; NULL: before set-up */
    struct book_basis basis;
    struct book_rights tables;
    const struct rights *rights; /* in force; of a log that has none: given, whoever loaded it keeps it */
    int64_t last_at;             /* `at` of the newest applied entry */
    struct outages outages;      /* of the daemon itself */
    struct closing_head {
        bool any;
        uint8_t leaf[HASH_LEN];
    } closing; /* of the newest batch.closed in the log */
    /* The value behind a personal field's digest, for identity checks; NULL = not available (redacted). */
    const char *(*disclosed)(void *arg, const char *digest);
    void *arg;
};

void book_init(struct book *b);
void book_fini(struct book *b);

/*
 * Apply one entry. Entries of one stream come in order; streams may be interleaved in any way that
 * keeps log order. CPF_E_FORK if the entry does not continue its stream; CPF_E_PROFILE if a body is not
 * of its kind (a log this program did not write); CPF_E_NOTFOUND if it names a protocol that is not there.
 */
must_check int book_apply(struct book *b, const struct entry *e);
/* Between the two, what was applied can be taken back: after book_rollback everything is as at book_begin. */
void book_begin(struct book *b);
void book_commit(struct book *b);
void book_rollback(struct book *b);
/* The same for the entries of a closed stream that was dropped, or was never folded: from its first one to
 * its last. Benches, places and labels are where later entries put them, and stay there. */
must_check int book_recall(struct book *b, const struct entry *e);
/* A closed stream, or one that was recalled in part, leaves with all that its entries made. Personal values
 * are wiped. */
void book_drop_stream(struct book *b, const char *name);
/* The newest closing of a batch: whoever folds open streams alone says it after the fold. */
void book_closing(struct book *b, const uint8_t leaf[HASH_LEN]);
/* May streams of that kind come to an end, and leave? */
bool stream_ends(const char *name);
/* Was that personal value erased, as far as the book has seen? */
bool book_redacted(const struct book *b, uint64_t idx, const char *name);
/* Wipes the value behind the digest where the batch of that stream still has it: as after a restart. */
void book_forget(struct book *b, const char *stream, const char *digest);

/* Look-ups; NULL if there is none. */
struct stream *book_stream(const struct book *b, const char *name);
struct person *book_person(const struct book *b, const char *id);
struct station *book_station(const struct book *b, const char *id);
struct station *book_station_by_token(const struct book *b, const char *token_digest);
/* Whose one-time code is that, NULL: nobody's. It may be too old. */
struct station *book_station_by_code(const struct book *b, const char *code_digest);
struct thing *book_thing(const struct book *b, const char *id);
struct room *book_room(const struct book *b, const char *id);
struct clinic *book_clinic(const struct book *b, const char *id);
struct paper *book_form(const struct book *b, const char *id);
struct plan *book_plan(const struct book *b, const char *number);
struct lot *book_lot(const struct book *b, const char *id);
/* Of the open lots with that label the one received last. */
struct lot *book_lot_gs1(const struct book *b, const char *gtin, const char *maker_lot);
struct batch *book_batch(const struct book *b, const char *id);
struct container *book_container(const struct book *b, const char *id);
/* The newest version of protocol `id` that is approved by two departments and not superseded. */
struct protocol_state *book_protocol(const struct book *b, const char *id);

/* Does it stand by the set-up, or have both accepted what is in force? */
bool book_basis_accepted(const struct book *b);

/* Is anybody signed in there: today, or since yesterday with cells in hand? */
bool bench_works(const struct bench *bench, int64_t now);
bool bench_carries(const struct bench *bench, int64_t now);
/* When it was used last, as its day and its batch tell; when its session ends without more; when that person
 * gave the own secret there last. 0: never. */
int64_t bench_used(const struct bench *bench);
int64_t bench_until(const struct bench *bench);
int64_t bench_secret(const struct bench *bench, const struct person *p);

/* Lies that time in one of them? */
bool outage_covers(const struct outages *list, int64_t at);
/* Where the station stood at that time: what was done there belongs to that room. NULL: not enrolled yet. */
const struct stood *station_stood(const struct station *st, int64_t at);
const char *station_room(const struct station *st, int64_t at);
/* Since when the log knows nothing of a station that was away, or of a daemon that was; 0: it was heard. */
int64_t station_unheard_since(const struct book *b, const struct station *st);
/* Batch questions. */
struct occ *batch_occ(const struct batch *b, int step); /* the current (last) occurrence, or NULL */
bool batch_step_done(const struct batch *b, int step);  /* at least one occurrence done or skipped */
/* The newest occurrence that is done (or answered "not done, because"); NULL if none. */
const struct occ *batch_done(const struct batch *b, int step);
/* When it ended, by whatever was said of it: what was told late never ended later than is claimed. */
static inline int64_t occ_said(const struct occ *o)
{
    return o->claimed && o->claimed < o->done ? o->claimed : o->done;
}
/* Does it await its second entry, as a value that is entered twice or was asked for once more? */
bool input_awaits(const struct input *in, const struct field *f);
struct pace *batch_pace(const struct batch *x, const struct station *station); /* NULL: none yet */
/* Values of the batch that `p` typed, which were typed otherwise when they were asked for once more. */
size_t batch_differed(const struct batch *x, const struct person *p);
/* Did `p` perform any of it? Not only the last input: two people may take turns in one step. */
bool occ_performed_by(const struct occ *o, const struct person *p);
/* Who performed something of it that awaits its witness, and is not `p`; NULL: nobody. */
const struct person *occ_unseen_of_others(const struct occ *o, const struct person *p);
/* Does something that `p` performed await its witness? */
bool occ_unseen_of(const struct occ *o, const struct person *p);
/* The newest input of a field in the newest occurrence that has one; NULL if none. */
const struct input *batch_input(const struct batch *b, struct ref r);
size_t batch_open_holds(const struct batch *b);
bool batch_expiry_counts(const struct batch *b, size_t i); /* none of that clock came behind it */
bool batch_acted(const struct batch *b, const struct person *p, enum dept dept);
/* By their ids; NULL if there is none, or no batch. */
struct deviation *batch_deviation(const struct batch *b, const char *id);
struct action *batch_action(const struct batch *b, const char *id);
bool action_open(const struct action *a); /* neither seen to be done nor withdrawn */
struct hold *batch_hold(const struct batch *b, const char *id);
bool person_has_role(const struct person *p, const char *role);
int64_t person_role_since(const struct person *p, const char *role, int64_t otherwise); /* or otherwise */
const struct away *person_away(const struct person *p, int64_t day);                    /* NULL: there */
/* Wrong secrets in a row at this station on that day, of the person; NULL: of anybody. NULL if there was
 * none. They stand in the station's day alone, and end with it. */
const struct wrong *bench_wrong(const struct bench *bench, const struct person *p, int64_t today);

/* What a batch owes by a time. */
enum owed {
    OWED_STEP,           /* the i-th of its protocol */
    OWED_WARNING,        /* the clinic is told */
    OWED_ASSESSMENT = 2, /* of its i-th deviation */
    OWED_ACTION,         /* its i-th measure is done */
    OWED_ROTA,           /* by no deadline: gaps are told once a day (rule_rota_due) */
};
struct due {
    enum owed what;
    int i;
};
/* In order: by time, then batch, then what is due: the newest measure or deviation first, steps last. */
struct deadline {
    int64_t at; /* ms; 0: before all */
    struct batch *batch;
    struct due due;
};
/* The next one behind `last` over all open batches; false if there is none. May be the same object. */
bool book_deadline_after(const struct book *b, const struct deadline *last, struct deadline *ret);
