#pragma once
/* What is done about a deviation: each measure has an owner and a day by when, and somebody else says that it
 * was. */
#include "core/entry/kind.h"

struct deviation_action {
    const char *batch; /* of the request */
    const char *dev;
    const char *action;
    const char *owner;      /* id of a person */
    int64_t due;            /* the last day */
    bool effect;            /* it is looked whether the others helped */
    struct personal reason; /* what is to be done */
};
/* Done, and looked at by another than its owner. */
struct deviation_verified {
    const char *batch; /* of the request */
    const char *action;
    struct personal reason; /* what was found */
};
/* It was a mistake: nothing is done by it, and it stays to be seen. */
struct deviation_withdrawn {
    const char *batch; /* of the request */
    const char *action;
    struct personal reason;
};
/* By the system, once: its day has passed; or nobody has assessed the deviation in time. */
struct deviation_overdue {
    const char *dev;
    const char *action; /* NULL: the assessment */
};
/* The facility manager knows of it, and has told the clinic what the clinic must know. */
struct deviation_reported {
    const char *batch; /* of the request */
    const char *dev;
    struct personal reason;
};
