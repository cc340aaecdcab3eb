#pragma once
/*
 * The stream `log`: what the log says of itself (doc/log.md 2). The ledger writes and reads these entries,
 * audit, report and cpf-verify read them, each by the shapes of here: all of them lie below the kinds'
 * modules, or beside.
 */
#include "base/entry.h"
#include "base/kind.h"

/* Is a log of that origin for training? What it says is no evidence, and its clock may be moved. */
#define LOG_TRAINING "training."
bool log_is_training(const char *origin);

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
        upto;            /* how many there were, and the newest one's size; 0 in maps of older programs */
    const char *sizes;   /* a digest of all their sizes */
    const char *closing; /* leaf of the newest batch.closed before it; NULL: none, or an older program's */
};
struct key_rotated {
    const char *old, *new; /* vkeys */
    int64_t from;          /* size */
};

struct shape; /* base/shape.h */
extern const struct shape log_opened_shape, log_recovered_shape, log_void_shape, log_batch_map_shape,
    key_rotated_shape;

/* The entry's kind, if it stands in this stream and is of this program; else KIND_NONE. */
enum kind_id log_kind(const struct entry *e);
/* Its body; false: it is not of its kind, and *ret is what can be read of it. Lives where the entry does. */
bool log_read(const struct shape *s, const struct entry *e, void *ret);
