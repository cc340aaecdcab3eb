#pragma once
/* Equipment and places: what is scanned where work is done, and can be occupied by one donor at a time. */
#include "core/entry/kind.h"

/* equipment.added and equipment.changed; what is not said of something known stays as it was */
struct equipment_record {
    const char *equipment, *kind, *room;
    int64_t calibrated;            /* last day in calibration */
    int64_t interval;              /* days between two calibrations; 0: not said */
    const char *document, *sha256; /* number and digest of what shows it */
    struct texts covers;           /* a paper of several: all that it names, in each record by it */
    enum yesno in_service;
    struct personal reason, cause, note, remark;
};
/* What a record of equipment was shown by. */
struct thing_paper {
    const char *document, *sha256; /* NULL: not said */
    int64_t calibrated;            /* the last day that it shows; 0: none */
    const struct thing_paper *next;
};
struct place_added {
    const char *place, *kind, *room;
    struct personal reason, cause, note, remark;
};
