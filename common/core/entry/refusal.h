#pragma once
/* Refused, and recorded; what one batch shares with another. Another batch is named behind a digest only. */
#include "core/entry/kind.h"

/* The names of their personal values: the other batch, its container; what was scanned and not understood,
 * what was said where the patient differs; the other batch in which a document stands. */
#define SECRET_OTHER     "other"
#define SECRET_CONTAINER "container"
#define SECRET_RAW       "raw"
#define SECRET_SAID      "said"
#define SECRET_STANDS    "stands"

struct refused {
    const char *step;
    const char *asks;      /* the lot that was asked about: read once more, it is meant */
    const char *resets;    /* the field whose first entry counts no more */
    const char *container; /* in the other batch's stream: its own container */
    struct secrets secrets;
};
/* Of a form that was refused, in its `args`: what is wrong with each field. */
struct form_fault {
    const char *code, *field; /* `field` NULL: of the form as a whole */
    const struct json *args;
};
struct form_faults LIST_OF(struct form_fault);
struct form_refused {
    const char *protocol; /* whose fields these are, where no batch tells */
    struct form_faults faults;
};
extern const struct shape form_fault_shape;
void form_refused_read(const struct judged *judged, struct arena *a, struct form_refused *ret);

struct exposure_linked {
    const char *thing, *lot, *container; /* what both used: one of them, or none */
    bool to;                             /* this batch's result holds the other */
    bool closed;                         /* the other is closed: quality reads of it here */
    struct secrets secrets;
};
