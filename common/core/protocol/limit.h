#pragma once
/* On which side of a limit does a value lie? Of a bound (`<0.05`) this is certain, or it is not. */
#include "core/code/typed.h"
#include "core/protocol/protocol.h"

enum side { INSIDE, OUTSIDE, UNDECIDED };

/* Action or alert limits without a bound that no possible value lies beyond: `<0.05` is within 0 to 5, where
 * nothing is below 0. */
struct range range_that_limits(const struct field *f, const struct range *r);
/* A limit that is not set has everything inside. */
enum side range_side(const struct range *r, enum censor c, struct dec v);
enum limits { LIMITS_OK, LIMITS_ALERT, LIMITS_ACTION, LIMITS_UNDECIDED };

/* Of a value as it stands in the log; false: it is no value. */
bool limits_of(const struct field *f, const char *text, enum limits *ret);
const char *limits_name(enum limits l); /* "ok", "alert", "action", "undecided" */
