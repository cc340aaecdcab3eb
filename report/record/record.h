#pragma once
/*
 * The record of one batch (製造記録), as an inspector reads it: made from the entries of its stream by the
 * same fold that the rules use (core/book.h), and of the streams of the people, lots, equipment, places and
 * the protocol that it names. Nothing is read from projections, and nothing of another batch's stream.
 *
 * What was not done is told with its reason ("not applicable, because"), never left blank. Personal values
 * are there only if they were disclosed and asked for; else the record says which of the two it was.
 *
 * Everything lives in the record's arena. Texts are bilingual; one that needs no translation has the same
 * string twice.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/basis.h"
#include "base/entry.h"
#include "base/note.h"
#include "core/book/book.h"
#include "core/entry/kind.h"
#include "core/entry/step.h"
#include "store/scan.h"
#include "core/words.h"

/* ---- values ---- */

enum record_mark { MARK_NONE, MARK_ALERT, MARK_ACTION };

/* Why a personal value is not here: not asked for; erased by a `redacted` entry; gone without one. */
enum record_hidden { SHOWN, WITHHELD, REDACTED, LOST };
struct record_secret {
    const char *value; /* NULL unless SHOWN */
    struct text shown; /* the value, or why not; {NULL}: there was none */
    enum record_hidden hidden;
};

/* What counts: of a corrected value, or one computed anew by a correction, the new one. */
struct record_now {
    const char *raw; /* NULL: hidden, or it cannot be computed any more */
    struct text shown;
};

struct record_correction;
struct record_value {
    const struct field *field;
    const struct entry *entry;
    const char *raw;     /* as recorded; a lot, container … by its id; NULL while `hidden` says why */
    struct text shown;   /* as people read it: an option's title, a number with its unit */
    const char *unit;    /* of a number; of a lot: the unit that was opened */
    int64_t at;          /* when it happened */
    bool derived, typed; /* computed; typed in for want of a readable label */
    bool first, again;   /* of two independent entries */
    bool asked, beside;  /* asked for once more; the second entry that was another, and does not count */
    bool dropped; /* the two entries differed: neither counted, or the second one does; or taken back */
    enum record_hidden hidden;
    enum record_mark mark; /* the worse of what was recorded and what counts: neither hides the other */
    struct record_now now; /* as recorded, where nothing was corrected */
    const struct record_correction
        *corrected; /* the newest one of it, or of what it is computed from; or NULL */
};

/* ---- steps ---- */

struct record_step {
    const struct step *step;
    int index;   /* in the protocol */
    int64_t occ; /* which time, from 1; 0: never begun */
    enum step_state status;
    struct text why;                                      /* not done, not applicable; else {NULL} */
    int64_t begun, done;                                  /* when it happened, 0 = not */
    int64_t first_at, last_at;                            /* when it was recorded */
    int64_t occurred;                                     /* claimed, of a late entry; else 0 */
    const char *late;                                     /* its reason, or NULL */
    const char *performer, *recorder, *witness, *station; /* ids; several with blanks between, or NULL */
    uint64_t first_sseq, last_sseq;
    bool after; /* recorded after the newest decision */
    size_t nvalues;
    struct record_value *value;
    struct text planned;          /* windows in words, or {NULL} */
    int64_t due;                  /* not yet done: last moment, 0 = none */
    const struct record_act *act; /* of a signed step, or NULL */
    size_t ndevs;
    const char **dev;
};

/* ---- things ---- */

struct record_use {
    const struct record_step *step;
    const struct record_value *value;
};

struct record_lot {
    const char *id, *maker, *maker_lot, *gtin;
    struct text material;
    const char *expiry; /* YYYY-MM-DD, or NULL: a lot that nobody received */
    enum lot_state state;
    int64_t released; /* 0 = never */
    bool biological, expired_when_used;
    size_t others; /* other batches that units of it were opened for */
    size_t nuses;
    struct record_use *use;
};

struct record_unit { /* one opened unit of a lot, or the whole lot where units do not count */
    const struct record_lot *lot;
    const char *unit; /* NULL: the lot */
    size_t staged, drawn, accounted;
    bool unknown; /* no such unit was received */
    bool again;   /* drawn more often than it was staged: of one opened unit no difference */
    bool waiting; /* drawn, its empty not yet read */
    bool off; /* never received, drawn though never staged, read off an empty that nobody drew from, or never
                 read at all */
};

struct record_thing {
    const char *id, *kind, *room, *calibrated; /* NULL where there is none */
    bool place, overdue_when_used;
    size_t nuses;
    struct record_use *use;
};

struct record_container {
    const char *id, *label, *place;
    struct text title;
    enum container_state state;
    int64_t issued, attached, filled, gone; /* 0 = not */
    const struct record_step *filled_in, *gone_in;
    size_t nparents;
    const struct record_container **parent;
    size_t nchildren;
    const struct record_container **child;
};

struct record_label { /* one kind of label: issued = attached + void + waiting */
    const struct label *label;
    size_t issued, attached, unused; /* unused: discarded without having been on a vessel */
    size_t waiting;                  /* issued, not yet on a vessel */
    size_t consumed, discarded, left, live;
    bool off; /* they do not agree, or one is still waiting when the work is over */
};

struct record_balance { /* amounts of one step */
    const struct record_step *step;
    struct dec in, out;
    const char *unit;
    bool over, under; /* beyond the protocol's tolerance */
};

/* ---- growth ---- */

struct record_point {
    const struct record_step *step;
    int64_t at;
    const struct record_value *total, *viability, *fold, *doubling; /* NULL: not of this count */
};

/* ---- what happened beside the plan ---- */

struct record_deviation {
    const char *id, *step, *grade; /* grade NULL: not assessed */
    struct text cause;
    bool hold;
    const struct entry *opened, *assessed, *confirmed, *closed; /* NULL = not yet */
    const struct entry *late;                                   /* it was not assessed in time, or NULL */
    bool awaits;                  /* another of quality has still to confirm what was assessed */
    const struct entry *reported; /* the facility manager says that he knows, or NULL */
    const char *told;             /* who was, or NULL */
    const struct entry *slip;     /* the value was taken back and asked for again, or NULL */
    struct record_secret seen, assessed_why, closed_why, despite; /* `seen`: by hand, or of a rescue */
};

/* What is done about a deviation. */
struct record_action {
    const char *id, *dev, *owner;
    int64_t due; /* the last day */
    bool effect;
    const struct entry *taken, *verified, *withdrawn, *overdue; /* NULL = not yet, or not */
    struct record_secret what, result;
};

struct record_hold {
    const char *id, *dev;
    struct text cause;
    const struct entry *placed, *lifted;
    struct record_secret seen, why; /* `seen`: by hand */
};

struct record_correction {
    const struct step *step;
    const struct field *field;
    int64_t occ;
    const char *raw; /* the new value as recorded; NULL: personal, not disclosed */
    const struct correction *said;
    struct text old, now;
    struct record_secret reason;
    const struct entry *entry;
    struct text derived; /* values computed anew, in words; {NULL}: none */
};

struct record_refusal {
    const struct entry *entry;
    struct text what, understood; /* understood {NULL}: nothing was read, it was a form or an act */
    const char *step;
};

struct record_act {
    const struct entry *entry;
    const char *person, *meaning_en, *meaning, *key, *step;
    struct text what; /* the step's title, or the kind of record */
    enum { ACT_UNCHECKED, ACT_GOOD, ACT_BAD } signature;
    bool audit_trail; /* its form says that the audit trail was reviewed */
};

struct record_exposure {
    const struct entry *entry;
    enum {
        EXPOSURE_IN,     /* theirs came here */
        EXPOSURE_OUT,    /* ours came there */
        EXPOSURE_SHARED, /* one thing for both */
        EXPOSURE_TO,     /* … and ours was found positive */
        EXPOSURE_FROM,   /* … and theirs was */
    } way;
    struct text what;
    struct record_secret thing, other; /* container, lot, instrument …; the other batch */
};

/* Personal values erased later (doc/log.md 6). */
struct record_redaction {
    const struct entry *entry, *of;
    size_t nnames;
    const char **name;
    const char *approver;        /* NULL: the entry names none */
    struct text reason, instead; /* `instead`: what stands in its place, or NULL */
};

/* What is known today and was not at the newest decision. */
enum record_change_kind {
    CHANGE_RESULT, /* a result that was pending */
    CHANGE_DEVIATION,
    CHANGE_HOLD,
    CHANGE_CORRECTION,
    CHANGE_EXPOSURE,
    CHANGE_REDACTION,
    CHANGE_STEP, /* planned work that was still to do */
};
struct record_change {
    enum record_change_kind kind;
    struct text what, then, now;
    const struct entry *entry; /* that brought it */
    bool alarm;                /* speaks against the product, or changed what the decision rested on */
};

/* What was known at a moment: at each decision, and at the end. */
struct record_known {
    const struct entry *decision; /* the signed decision; NULL: as of the checkpoint */
    int64_t at;
    uint64_t entries;
    struct text state;
    size_t done, deviations, deviations_open, majors_open, holds, refusals, corrections;
    size_t npending, nopen;
    const struct step **pending, **open; /* late results; mandatory steps that are owed */
};

struct record_person {
    const char *id, *dept, *keyid;
    struct text name, roles, quals; /* name {NULL}: not in the register of staff */
    size_t acts;
};

/* One of the statutory items (form.h): its parts in words. */
struct record_item {
    struct text title, body;
    bool missing; /* `body` says why there is nothing */
};

/* What changes what a record says: words, forms, clauses, staff, settings, program (base/basis.h). */
struct record_basis_by {
    const char *person, *dept;
    int64_t at;
    uint64_t idx;
};
struct record_basis {
    enum { BASIS_NONE, BASIS_UNACCEPTED, BASIS_ACCEPTED, BASIS_SETUP } state; /* as of the checkpoint */
    const char *digest; /* of what is in force by the log; NULL: it has none */
    int64_t since;
    uint64_t idx;
    struct basis_items log, made; /* made: what this record was made with */
    size_t nby, ndiffers;
    struct record_basis_by by[2];
    const char *differs[BASIS_ITEMS]; /* items in which the two differ */
};

/* ---- the record ---- */

/* What an entry says: by its kind (core/entry), what was judged, who acted. */
struct record_said {
    struct body body;
    struct judged judged;
    struct actor actor;
};

struct record {
    struct arena arena;
    struct words words;
    struct book book; /* folded to the end */
    const struct batch *batch;
    const struct protocol *protocol;
    const char *id, *origin, *note; /* note: the checkpoint it speaks for, with signatures */
    size_t note_len;
    struct checkpoint checkpoint;
    bool disclosures;
    struct record_basis basis;
    struct text product;
    size_t nentries;
    struct entry *entry; /* of the batch's stream */
    struct record_said *said;
    size_t nsteps, nnone; /* done or begun, in order of time; then what was not, in the protocol's order */
    struct record_step *step, *none;
    size_t nlots, nunits, nthings, ncontainers, nlabels, nbalances, npoints;
    struct record_lot *lot;
    struct record_unit *unit;
    struct record_thing *thing;
    struct record_container *container;
    struct record_label *label;
    struct record_balance *balance;
    struct record_point *point;
    size_t ndevs, nholds, ncorrections, nrefusals, nacts, nexposures, nknown, npeople, nitems;
    size_t nredactions, nchanges, nactions;
    struct record_deviation *dev;
    struct record_action *action;
    struct record_hold *hold;
    struct record_correction *correction;
    struct record_refusal *refusal;
    struct record_act *act;
    struct record_exposure *exposure;
    struct record_known *known;         /* the last is today's */
    const struct record_known *decided; /* the newest decision's, or NULL */
    struct record_redaction *redaction;
    struct record_change *change;
    struct record_person *person;
    struct record_item *item;
    size_t nclauses;
    const char **clause;       /* ids, sorted */
    int64_t provided, expires; /* 0 = not; `expires`: the newest expiry clock */
    int retention_years;       /* 0: the product's form does not say */
    struct text notice;        /* what stands on every page; {NULL}: nothing */
    struct text retention_why;
};

/* Where it is read from. Each answers 0 or an error that `error` puts into words; what `take` answers ends
 * the reading. Texts live during the call. */
typedef int (*record_entry_fn)(void *to, uint64_t idx, const char *text, size_t len);
typedef int (*record_disclosure_fn)(void *to, uint64_t sseq, const char *field, const char *salted);
struct record_source {
    void *arg;
    /* The note of the newest checkpoint, or of the one of that size; in `a`. CPF_E_NOTFOUND. */
    int (*checkpoint)(void *arg, uint64_t size, struct arena *a, const char **ret, size_t *ret_len);
    /* A stream's entries, or its salted values, among the first `size` of the log; in order. */
    int (*entries)(void *arg, const char *stream, uint64_t size, record_entry_fn take, void *to);
    int (*disclosures)(void *arg, const char *stream, uint64_t size, record_disclosure_fn take, void *to);
    const char *(*error)(void *arg);
};
struct record_source record_scan(struct scan *s); /* the database */

struct record_query {
    const char *batch;
    uint64_t size; /* of the checkpoint that it speaks for; 0: the newest */
    bool disclosures;
    const char *catalogue, *clauses, *words, *form; /* files */
    const char *staff; /* register of names, or NULL; not used without disclosures */
};

/* *ret_error (free it) says why not. CPF_E_NOTFOUND: no such batch, or no such checkpoint. */
must_check int record_make(const struct record_source *source, const struct record_query *q,
                           struct record **ret, char **ret_error);
void record_free(struct record *r); /* NULL is fine */

/* ---- helpers for whoever prints it ---- */

/* Of an entry of the batch's stream. */
const struct record_said *record_said(const struct record *r, const struct entry *e);
/* The same as its kind's struct; NULL if it is of another kind. */
static inline const void *record_value_of(const struct record *r, const struct entry *e, enum kind_id kind)
{
    return kind_value(&record_said(r, e)->body, kind);
}
/* The step that an entry speaks of, NULL if none; *ret_occ (may be NULL): which time, from 1. */
const char *record_step_id(const struct record *r, const struct entry *e, int64_t *ret_occ);
/* A step by its id, its occ-th time (0: any); NULL if it was not begun. */
struct record_step *record_step_of(const struct record *r, const char *id, int64_t occ);
/* "2026-12-03 10:30:05" in the facility's zone. */
const char *record_time(const struct record *r, int64_t ms);
const char *record_minute(const struct record *r, int64_t ms);
/* Limits of a number in words, "" without. */
const char *record_limits(const struct record *r, const struct field *f);
const char *record_who(const struct record *r,
                       const struct entry *e); /* performed it; "cpfd" for the system */
struct text record_status_text(const struct record *r, enum step_state s);
/* Why a step cannot say yet when it is due, or when it is: in words. */
struct text record_due_text(const struct record *r, const struct record_step *s);
const char *record_basis_state(const struct record *r); /* for programs */
struct text record_basis_text(const struct record *r);
struct text record_basis_alarm(const struct record *r); /* {NULL}: it is accepted, and what the log says */
/* Last moment for something that is not done; 0 = none. */
int64_t record_due(const struct record *r, int step);

/* The same data as JSON (canonical form of base/json.h) and as CSV (RFC 4180, UTF-8 with BOM). */
void record_json(const struct record *r, struct buf *ret);
void record_csv(const struct record *r, struct buf *ret);
