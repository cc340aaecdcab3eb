#pragma once
/* What quality answers before an order is taken. */
#include "core/entry/kind.h"

/* The order of that patient's number for that draw may stand beside the batch, whose patient has the same
 * name, the same number, or a draw a day from it: what was found out is the reason. */
struct order_answered {
    const char *batch, *patient;
    int64_t draw;
    struct personal reason;
};
