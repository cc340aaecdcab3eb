#pragma once
/* A personal value is erased. */
#include "core/entry/kind.h"

struct redacted {
    const char *witness; /* of the request: the approver's badge */
    int64_t idx;
    struct texts names;
    const char *approver;
    const char *judged;      /* the deviation or hold that is still to be judged by these words */
    struct personal instead; /* … and what stands in their place: the description without what is personal */
    struct personal reason;
};
