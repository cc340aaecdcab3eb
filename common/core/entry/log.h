#pragma once
/* The stream `log`: what the log says of itself. The ledger writes these entries (daemon/ledger). */
#include "core/entry/kind.h"

struct log_opened {
    const char *origin, *vkey, *boot;
    int64_t schema;
};
struct log_recovered {
    const char *from, *to; /* boot ids */
};
struct log_void {
    int64_t first, count;
};
struct log_batch_map {
    int64_t map;      /* its number, from 1 */
    const char *root; /* RFC 6962, over one row a stream */
    int64_t rows, voids;
    int64_t checkpoints,
        upto;          /* how many there were, and the newest one's size; 0 in maps of older programs */
    const char *sizes; /* a digest of all their sizes */
};
struct key_rotated {
    const char *old, *new; /* vkeys */
    int64_t from;          /* size */
};
