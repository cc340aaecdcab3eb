#pragma once
/* Deviations (逸脱) and holds (保留). */
#include "core/entry/kind.h"
#include "core/right/right.h"

struct deviation_opened {
    const char *batch; /* of the request */
    const char *dev;
    const char *cause;       /* code of the finding */
    const struct json *args; /* for its text */
    const char *field, *step;
    enum grade grade; /* where the finding itself says it */
    const char *due;  /* to be assessed until then; programs of before said nothing */
    bool hold;
    struct personal reason; /* by hand: what was seen */
};
struct deviation_assessed {
    const char *batch; /* of the request */
    const char *dev;
    enum grade grade;
    const char *document, *sha256; /* of the raw data that were looked at, or NULL */
    bool awaits; /* it counts when another of quality has confirmed it; programs of before said nothing */
    struct personal reason;
};
/* By another one of quality: what was assessed counts. */
struct deviation_confirmed {
    const char *batch; /* of the request */
    const char *dev;
    enum grade grade; /* … as it was assessed */
    const char *told; /* of a major one: which facility manager was told, or NULL */
    struct personal reason;
};
struct deviation_closed {
    const char *batch; /* of the request */
    const char *dev;
    struct texts open; /* what was to be done about it and was not yet: closed all the same */
    const char *told;  /* of a major one: which facility manager was told; NULL: said so himself, or minor */
    struct personal reason;
    struct personal despite; /* why */
};
struct hold_placed {
    const char *batch; /* of the request */
    const char *hold, *dev, *cause;
    struct personal reason; /* by hand */
};
struct hold_lifted {
    const char *batch; /* of the request */
    const char *hold;
    const char *document, *sha256; /* of another patient: the physician's, by which it was cleared */
    struct personal reason;
};
