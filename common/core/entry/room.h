#pragma once
/* Rooms: blocked by a finding, reopened by quality. */
#include "core/entry/kind.h"

struct room_added {
    const char *room, *grade;
    struct personal note, remark;
};
struct room_blocked {
    const char *room;
    struct texts workers;                        /* who worked there then */
    const char *code;                            /* of the finding, when the daemon blocks it by itself */
    struct personal cause, reason, note, remark; /* in a person's words */
};
/* A session of one batch in a blocked room, today, while its plates grow: for cells that cannot wait. */
struct room_conditional {
    const char *batch, *room;
    struct personal reason, note, remark; /* the clean-up */
    struct personal result;               /* the particle count after it */
};
struct room_reopened {
    const char *room;
    struct personal reason, note, remark; /* the clean-up */
    struct personal result;               /* the good result after it */
};
