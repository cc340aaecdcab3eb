#pragma once
/*
 * What an entry changes, for pages that show it: where to read anew, and what an alarm says by its code.
 * Neither values nor persons: whose entry it is, is not told, nor which person's a stream is.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/bounds.h"
#include "base/buf.h"
#include "base/entry.h"

/* Of the entries since the last event, alike ones once. */
struct changes {
    uint64_t id; /* place of the newest entry */
    size_t n;
    bool more; /* there were more than are told one by one */
    struct buf text;
    size_t end[BOUND_EVENT_CHANGES]; /* where each one ends in the text */
};

void changes_init(struct changes *c);
void changes_fini(struct changes *c);
void changes_add(struct changes *c, const struct entry *e);
/* The event, appended; none are left then. Not longer than BOUND_HTTP_PIECE. */
void changes_take(struct changes *c, struct buf *ret);
