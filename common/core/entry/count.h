#pragma once
/* A blind count: what somebody found at a place, or of a lot, without being shown what should be there. */
#include "core/entry/kind.h"

/* count.taken; in a request as it was scanned. Of a place the containers, of a lot the units that are not
 * opened. */
struct count_taken {
    const char *place, *lot; /* one of them */
    struct texts containers; /* none: it was empty */
    int64_t units;
    int64_t unlabelled;            /* vessels there that have no label, or none that can be read */
    struct texts missing, strange; /* the book had them there, or it had not: containers */
    bool differs;
    int64_t
        more; /* batches concerned that the next count of it will hold: so many have no room in one entry */
    struct personal reason;
};
/* As the book has it: of a place or lot the newest. */
struct count {
    const char *of;
    int64_t at;
    bool differs;
    struct texts missing, strange; /* … in what */
    int64_t units, unlabelled;
};
