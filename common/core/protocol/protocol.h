#pragma once
/*
 * A protocol: the master batch record of one product, as data. Loaded from
 * YAML (doc/protocol-language.md), linted, hashed, approved by two
 * departments and pinned by hash in every batch made under it. C knows the
 * kinds of control below and no product.
 *
 * Templates are expanded at load: `use: opening, as: d3` gives steps named
 * `d3.<step>`. References between steps are resolved to indices here.
 */
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/dec.h"
#include "base/dept.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"

struct text {
    const char *ja, *en;
};

enum field_kind {
    FIELD_CONTAINER, /* scan: container */
    FIELD_LOT,       /* scan: lot */
    FIELD_EQUIPMENT, /* scan: equipment */
    FIELD_PLACE,     /* scan: place */
    FIELD_BADGE,     /* scan: badge (courier, receiver: not the witness, who is step.witness) */
    FIELD_DOCUMENT,  /* scan: document (form number, seal, certificate) */
    FIELD_NUMBER,    /* number: with unit */
    FIELD_CHOICE,    /* choice: one of options */
    FIELD_DATE,      /* date: calendar day */
    FIELD_TOKEN,     /* token: non-personal code of a given pattern, kept in clear */
    FIELD_TEXT,      /* text: free or personal text, only ever a salted disclosure */
    FIELD_IDENTITY,  /* identity: must equal an earlier personal or date field */
    FIELD_DERIVED,   /* derive: computed, never entered */
};

enum container_use {
    USE_ISSUE,  /* label printed and counted: the container is `issued`, and comes into being if it was not
                   printed  here (label.printed) */
    USE_ATTACH, /* scan-back of the label on its empty vessel: issued -> empty */
    USE_FILL,   /* empty or issued -> filled; parents are the containers of `from` */
    USE_TAKE,   /* a filled container of this batch, in hand: out of its position, unless it is only looked at
                   (step_looks) */
    USE_CONSUME, /* filled -> consumed (pooled, transferred) */
    USE_PLACE,   /* filled, put to the place or equipment scanned in the same step */
    USE_DISCARD, /* -> discarded; also a void label or unused vessel */
    USE_LEAVE,   /* leaves the facility: shipped, handed to the clinic */
};

enum lot_use {
    LOT_STAGE,   /* staged on the tray: an intention, every gate refuses */
    LOT_DRAW,    /* measured out at the bench: an intention, every gate refuses */
    LOT_ACCOUNT, /* what was used, read off the empty: a fact, never refused */
};

enum effect { EFFECT_OK, EFFECT_ALERT, EFFECT_DEVIATION, EFFECT_HOLD, EFFECT_REFUSE };

enum derive_fn {
    DERIVE_SUM,       /* a + b + … */
    DERIVE_DIFF,      /* a - b */
    DERIVE_MEAN,      /* (a + b + …) / n */
    DERIVE_PRODUCT,   /* a * b */
    DERIVE_RATIO,     /* a / b */
    DERIVE_VIABILITY, /* live / (live + dead) * 100 */
    DERIVE_DOUBLING,  /* hours between the two references' steps * ln2 / ln(b / a) */
};

/* A reference to a field of a step; field < 0 means the step itself. */
struct ref {
    int step, field;
};

struct range {
    bool has_lo, has_hi;
    struct dec lo, hi; /* inclusive, in the field's unit */
};
bool range_outside(const struct range *r, struct dec v);

/* What a state of a batch means for its release; the states' own words are the protocol's. */
enum disposition {
    DISPOSITION_NONE,     /* on its way */
    DISPOSITION_RELEASED, /* released: it may go out */
    DISPOSITION_PENDING,  /* released-…: so may this, and it says that results wait */
    DISPOSITION_ENDED,    /* stopped, rejected: it goes out no more */
    DISPOSITION_PROVIDED, /* provided: it was administered */
};

static inline bool disposition_releases(enum disposition d)
{
    return d == DISPOSITION_RELEASED || d == DISPOSITION_PENDING;
}

struct option {
    const char *id; /* [a-z0-9-]+; scanned as X-OPT-<UPPER> */
    struct text title;
    enum effect effect;
    const char *state;            /* batch state set by choosing it, or NULL */
    enum disposition disposition; /* of `state` */
    bool exposes;   /* holds also whatever shared something with this batch, and the donor's other batches */
    bool suspects;  /* contamination, not proved: what ends the batch meanwhile holds the others, as `exposes`
                       does */
    bool voids_run; /* the controls failed: this run of the test is no result */
    bool run_was_void; /* says that of the run before: chosen only where it is so */
};

/* What a field of an order says, where the rules must know it. */
enum meaning {
    MEANS_NOTHING,
    MEANS_PLAN,      /* number of the provision plan */
    MEANS_FACILITY,  /* number of this facility */
    MEANS_PHYSICIAN, /* id of who orders, where somebody else types it */
    MEANS_DRAW,      /* day of the draw */
    MEANS_INFUSION,  /* day of the infusion */
    MEANS_NAME,      /* the patient's name, in one of its writings */
    MEANS_BIRTH,     /* the patient's birth date */
};

struct field {
    const char *id;
    struct text title;
    enum field_kind kind;
    bool optional;
    int n;         /* scans wanted; -1 = all live containers of the labels */
    bool reported; /* reported by the clinic, not observed (doc/bench.md 1.11) */
    /* container */
    enum container_use use;
    size_t nlabels;
    const char **label;
    size_t nfrom;
    struct ref *from;
    /* lot */
    enum lot_use lot_use;
    size_t nmaterials;
    const char **material;
    /* equipment, place: kind wanted; occupied by / freed from this batch */
    const char *thing;
    bool occupy, release;
    /* badge */
    size_t nroles;
    const char **role;
    /* document, badge, equipment, container: must equal (as a set) what was scanned there */
    bool has_same;
    struct ref same;
    enum effect differs; /* EFFECT_REFUSE, _DEVIATION or _HOLD */
    /* number, derived */
    const char *unit;
    uint8_t decimals;
    struct range possible, alert, action;
    enum effect on_action; /* EFFECT_DEVIATION (default) or EFFECT_HOLD */
    bool has_blocks;       /* beyond `action` the room is blocked in which that field's step was done last */
    struct ref blocks;
    bool twice;       /* entered twice independently */
    const char *plan; /* planned value shown beside the field, never in it */
    /* a replicate, awaited only if the two differ by more than `differ` percent of their mean */
    bool conditional;
    struct ref differ_a, differ_b;
    struct dec differ;
    /* derived */
    enum derive_fn fn;
    size_t nargs;
    struct ref *arg;
    /* choice */
    size_t noptions;
    struct option *option;
    /* date: valid for so many days, 0 = no validity; must be valid on `valid_on` if has_valid_on */
    int valid_days;
    bool has_valid_on;
    struct ref valid_on;
    bool has_not_before; /* never before the day of that field */
    struct ref not_before;
    /* token */
    bool donor;          /* says whose cells these are: batches with the same value are one donor's */
    bool person;         /* says who that is, as what `identity` refers to does: it freezes with them */
    const char *pattern; /* POSIX extended, anchored */
    regex_t regex;       /* compiled pattern; FIELD_TOKEN only */
    /* text: it is a day, in any form that means one; personal, as a birth date is */
    bool day;
    enum meaning means; /* of the opening step: what the order says there */
    /* identity: the field it must equal */
    struct ref identity;
    int line; /* in the YAML file */
};

/* Times: calendar days of the facility's zone, or elapsed milliseconds. */
struct span {
    bool set;
    bool days;
    int64_t value; /* days, or ms */
};
/* The first moment that is at least so long after `since`, and the last one that is at most so long after it.
 * Days are those of the calendar in the zone of base/clock.h: the whole day counts. */
int64_t span_from(int64_t since, const struct span *s);
int64_t span_till(int64_t since, const struct span *s);

struct window {
    int since;            /* step index: its completion, */
    bool first;           /* or its first entry */
    bool end;             /* looked at when the step ends, not when it begins */
    struct span possible; /* earlier is impossible: refused `time.impossible` */
    struct span min, max;
    enum effect early, late; /* EFFECT_REFUSE, _DEVIATION, _HOLD, _ALERT */
};

enum need {
    NEED_STEPS,     /* every mandatory step declared before this one, late ones excepted */
    NEED_ALL_STEPS, /* every mandatory step but this one */
    NEED_NO_HOLD,
    NEED_ASSESSED,         /* each deviation judged, major ones planned */
    NEED_CLOSED,           /* every deviation closed */
    NEED_LABELS,           /* every issued label attached or discarded */
    NEED_CONTAINERS,       /* no live container but those of `keep` labels */
    NEED_NO_MANUFACTURING, /* the signer did no manufacturing act on this batch */
    NEED_NO_QUALITY,       /* ... no quality act */
    NEED_DECISION,         /* the batch is released and nothing holds it, now */
    NEED_EXPIRY,           /* the clock `arg` has not run out */
    NEED_VALID,            /* the dated items of step `step` are valid today */
    NEED_PROTOCOL,         /* the batch's protocol is approved by two departments and in force */
};

struct requirement {
    enum need need;
    const char *arg;
    int step;
    size_t nkeep;
    const char **keep;
};

struct balance {
    bool set;
    size_t nin, nout;
    struct ref *in, *out;
    struct dec tolerance; /* percent of the sum in */
    enum effect over;     /* out > in + tolerance */
    enum effect under;    /* out < in - tolerance; EFFECT_OK = not looked at */
};

enum verb {
    VERB_NONE,
    VERB_APPROVE,
    VERB_REPORT,
    VERB_CONFIRM,
    VERB_DECIDE,
    VERB_ACCEPT,
    VERB_GO,
    VERB_COUNTERSIGN,
    VERB_JUDGE,
    VERB_COMPLETE
};

struct step {
    const char *id;
    struct text title;
    const char *section;
    size_t nwhere;
    const char **where; /* kinds of station */
    size_t nby;
    const char **by; /* roles; none = anyone signed in */
    enum dept dept;  /* department that does it */
    size_t nafter;
    int *after;
    bool optional;
    bool late;         /* may be pending at the decision; needed for completion */
    bool opens;        /* the first step: its form opens the batch */
    int repeat_max;    /* 1 = once */
    int people;        /* least number of people signed in at the station */
    bool fit;          /* performer and recorder declared fit today */
    bool declares_fit; /* its choices declare the performer's fitness for today */
    size_t nqualified;
    const char **qualified; /* qualifications in force of performer and recorder */
    bool witness;
    size_t nwitness_by;
    const char **witness_by; /* roles of the witness; none: who may perform it */
    bool form;               /* filled in at a desk in one go, not scan by scan */
    enum verb verb;          /* != VERB_NONE: a signed act, always a form */
    struct text meaning;     /* what the signature says */
    size_t nnot_by;
    int *not_by;  /* performers of these steps may not do this one */
    int rerun_of; /* -1, or the test's first run: done again only where a run is void or was investigated */
    struct span takes;       /* from its first entry to its last, at least */
    enum effect short_of_it; /* EFFECT_DEVIATION, _HOLD, _ALERT */
    size_t nwindows;
    struct window *window;
    struct {
        bool set;
        int since;
        struct span within;
        enum effect effect;
    } deadline;
    size_t nrequires;
    struct requirement *require;
    struct balance balance;
    bool can_skip;                /* "not done, because": opens a deviation */
    enum effect on_skip;          /* EFFECT_DEVIATION or EFFECT_HOLD */
    const char *state;            /* batch state when done, or NULL */
    enum disposition disposition; /* of `state` */
    const char *clock;            /* expiry clock started when done, or NULL */
    int64_t clock_ms;
    bool names_pending; /* the act must name what is still pending */
    bool closes;        /* its completion closes the batch */
    size_t nunique;
    int *unique; /* with opens: no other open batch with the same values of these fields */
    size_t nlaw;
    const char **law;
    size_t nfields;
    struct field *field;
    int line;
};

struct label {
    const char *id; /* [A-Z]+ ; a container is <batch>-<label><number> */
    struct text title;
    int max; /* most that may be issued in one batch, 0 = no limit */
};

struct material {
    const char *id;
    struct text title;
    const char *unit;
    bool single_batch; /* an opened unit belongs to one batch (doc/bench.md 3, case 3) */
    bool biological;
};

struct protocol {
    const char *id, *version;
    struct text product;
    uint8_t hash[HASH_LEN]; /* SHA-256 of the file's bytes */
    size_t nlabels;
    struct label *label;
    size_t nmaterials;
    struct material *material;
    size_t nshared;
    const char **shared; /* kinds of equipment and places by which batches are exposed to each other */
    size_t nsteps;
    struct step *step;
    struct arena arena; /* owns everything above */
};

struct protocol_error {
    int line, column; /* from 1; 0 = the whole file */
    char text[240];   /* English, what is wrong */
    char hint[240];   /* what to do */
};

/*
 * Load and lint. At most `max` errors are put in ret_errors; *ret_n = how many there were.
 * CPF_OK only without errors; else CPF_E_SYNTAX or CPF_E_LIMIT. The text is not kept.
 */
must_check int protocol_load(const char *text, size_t len, struct protocol **ret,
                             struct protocol_error *ret_errors, size_t max, size_t *ret_n);
void protocol_free(struct protocol *p); /* NULL is fine */

/* -1 if there is none. */
int protocol_step(const struct protocol *p, const char *id);
/* As often as one likes, or never: what is in hand there is looked at, and stays where it stands. */
static inline bool step_looks(const struct step *s)
{
    return s->optional && s->repeat_max == 0;
}
int step_field(const struct step *s, const char *id);
const struct label *protocol_label(const struct protocol *p, const char *id);
const struct material *protocol_material(const struct protocol *p, const char *id);
/* Does the field say who the patient is: what `identity` refers to, `unique` names, `donor` or `person`? */
bool protocol_identity(const struct protocol *p, struct ref r);

/* The whole protocol as JSON for stations, tools and `cpfctl protocol show` (steps with fields, in order). */
struct json *protocol_json(struct arena *a, const struct protocol *p);

/* Known units; CPF kinds only. 0 if unknown, else a dimension number: two units agree if equal text. */
int unit_known(const char *unit);
