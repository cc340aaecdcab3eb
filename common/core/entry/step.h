#pragma once
/* What people do: inputs scanned one by one, forms and signed acts filled in at once, steps not done. */
#include "core/entry/kind.h"
#include "core/protocol/protocol.h"

enum container_state {
    CONTAINER_PRINTED, /* its label was printed, and not yet counted */
    CONTAINER_ISSUED,
    CONTAINER_EMPTY,
    CONTAINER_FILLED,
    CONTAINER_CONSUMED,
    CONTAINER_DISCARDED,
    CONTAINER_LEFT,
    CONTAINER_LOST
};
const char *container_state_name(enum container_state s);
/* What a container becomes by that use; false: it stays as it was. */
bool container_after(enum container_use use, enum container_state *ret);

/* A value computed by the rules; a correction names its step, too */
struct derived {
    const char *field, *value, *step;
    int64_t occ;
    const char *unit;
};
struct deriveds LIST_OF(struct derived);
extern const struct shape derived_shape;

/* How a step stands, as views, answers and the record have it. */
enum step_state {
    STEP_UNSAID,
    STEP_OPEN,
    STEP_BEGUN,
    STEP_DONE,
    STEP_SKIPPED,       /* answered "not done, because" */
    STEP_PENDING,       /* a result that may come late */
    STEP_NOT_APPLICABLE /* as this batch went */
};
extern const struct word_list step_state_words;

struct step_input {
    const char *step;
    int64_t occ;       /* from 1 */
    const char *field; /* NULL: the second person's badge, or a yes, ends the step */
    const char *text;  /* code, number, option; "*" for a personal value; the badge's person */
    const char *kind;  /* of the code; "witness", "yes", "back" */
    int64_t follows;   /* as of a form */
    const char *unit;  /* of a number; of a lot: the unit opened */
    struct deriveds derived;
    bool first, again, done; /* of two entries of one value; the step is complete */
    bool asked;              /* beyond its limit: it is asked for once more, and counts from then on */
    bool instead;            /* the second time another value, which counts; the one before is kept */
    const char *stands;      /* the second time a better one, which is kept; this one before it counts */
    bool back;               /* the newest entry of the occurrence, of this field and value, is taken back */
    struct texts slips;      /* deviations that it brought: closed, since it is asked for again */
    struct secrets secrets;  /* the field's personal value, under the field's name */
};

/* batch.ordered, step.form, step.signed */
struct step_form {
    const char *step;
    int64_t occ;
    bool done;
    const struct json *values; /* field -> string or array of strings */
    const struct json
        *units; /* of lots read with their unit: field -> unit, or array as in values, "" for none */
    struct deriveds derived;
    const struct json *pending;            /* steps whose results are not there yet, as shown */
    const char *shown;                     /* digest of the batch as it was shown */
    int64_t cites;                         /* a decision taken again: the occurrence before it */
    int64_t follows;                       /* it goes by a decision that was taken again: which one */
    const char *protocol, *version, *hash; /* of an order */
    struct secrets secrets;                /* personal values, by field */
};

/* Of one field's units, the one of its i-th value; NULL: none. */
const char *step_unit(const struct json *units, size_t i);

struct step_skipped {
    const char *step;
    int64_t occ;
    struct personal reason;
};
/* Read a second time: said, and nothing more */
struct step_again {
    char none;
};

/* batch.ordered, step.form or step.signed; NULL for any other kind */
const struct step_form *step_form_of(const struct body *b);
/* The occurrence that an entry of a KIND_STEP kind speaks of; false for any other. */
struct step_at {
    const char *step;
    int64_t occ; /* 0: not said */
};
bool step_at_read(const struct body *b, struct step_at *ret);

/* A recorded value is corrected: both stay */
struct correction {
    const char *batch, *witness; /* of the request */
    const char *step, *field;
    int64_t occ;
    const char *old, *value, *unit; /* NULL: personal */
    bool instead; /* the second person is none of those who were there: nobody of them is left */
    struct deriveds derived;
    const char *reason;     /* of the request */
    struct secrets secrets; /* `reason` (`reason.why` where a field has that name), the personal value */
};
