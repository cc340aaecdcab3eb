#pragma once
/*
 * What a revised version asks less of than the one before it: whoever approves it names each (R 104). A text
 * of each: "STEP WORD" or "STEP.FIELD WORD", of labels, materials and kinds "ID WORD"; the WORD says which
 * control went or became wider. A control that became another one (a pattern, a formula) counts: nobody can
 * tell.
 */
#include "core/protocol/protocol.h"

/* In the order of the old version; array of strings. */
struct json *protocol_weaker(struct arena *a, const struct protocol *old, const struct protocol *now);
