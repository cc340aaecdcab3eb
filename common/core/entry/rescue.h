#pragma once
/* Unopened containers that one operator alone put somewhere else, and what two found there afterwards. */
#include "core/entry/kind.h"

/* container.rescued: each with its label, both places with theirs; in a request as they were scanned. */
struct container_rescued {
    const char *batch; /* of the request */
    struct texts containers;
    const char *from, *to;
    const char *called; /* of quality, who was telephoned */
    bool seen;          /* somebody else stood there, and saw it */
    struct personal reason;
};

enum appearance { APPEARANCE_NONE, APPEARANCE_NORMAL, APPEARANCE_CHANGED };
extern const struct word_list appearance_words;
/* rescue.witnessed */
struct rescue_witnessed {
    const char *batch, *witness; /* of the request */
    struct texts containers;
    const char *place;
    enum appearance appearance;
    struct personal reason;
};
