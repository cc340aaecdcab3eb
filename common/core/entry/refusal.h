#pragma once
/* Refused, and recorded; what one batch shares with another. Another batch is named behind a digest only. */
#include "core/entry/kind.h"

struct refused {
    const char *step;
    const char *asks;       /* the lot that was asked about: read once more, it is meant */
    const char *resets;     /* the field whose first entry counts no more */
    const char *container;  /* in the other batch's stream: its own container */
    struct secrets secrets; /* other, container; raw, or said where the patient differs */
};
struct exposure_linked {
    const char *thing, *lot, *container; /* what both used: one of them, or none */
    bool to;                             /* this batch's result holds the other */
    bool closed;                         /* the other is closed: quality reads of it here */
    struct secrets secrets;              /* other, container */
};
