#pragma once
/* Inside of view only. */
#include "base/mem.h"
#include "base/map.h"
#include "core/view/row.h"

struct view_session {
    int64_t idx; /* of session.opened */
    char *who;   /* owns both */
    const char *station, *person;
};

struct view {
    struct view_config cfg;
    struct map batches; /* id -> protocol's name */
    struct arena keep;  /* keys and values of it */
    size_t nsessions, cap;
    struct view_session *session; /* open ones */
    struct arena arena;           /* of one entry */
};
