#pragma once
/* A personal value is erased. */
#include "core/entry/kind.h"

struct redacted {
    const char *witness; /* of the request: the approver's badge */
    int64_t idx;
    struct texts names;
    const char *approver;
    struct personal reason;
};
