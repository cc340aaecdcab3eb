#pragma once
/*
 * Idempotency: the newest client ids in memory, bounded.
 *
 * An id is a UUIDv7 and carries its time. No id with a time after `horizon`
 * was ever forgotten; so an unknown id whose time lies after the horizon is
 * new, and one before it must be looked up in the log.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/hash.h"

#define IDS_TEXT 8192 /* larger entries are not kept in memory */
#define IDS_BYTES                                                                                            \
    (16 << 20) /* of all kept entries: beyond it the oldest are left to the log, their ids stay */

struct ids;
struct id_record {
    char id[37];
    uint8_t req[HASH_LEN];
    void *work; /* in flight: whose reply to join; NULL once settled */
    char *text; /* settled: bytes of the command's first entry, owned; NULL: large or old, ask the log */
    size_t len;
    int64_t ms; /* the id's own time */
};

/* `horizon_ms`: ids of up to this time may be missing here. */
struct ids *ids_new(size_t keep, int64_t horizon_ms);
/* An id that the log holds, from before this process. */
void ids_known(struct ids *i, const char *id, int64_t id_ms);
void ids_free(struct ids *i);

struct id_record *ids_find(struct ids *i, const char *id);
/* Does an unknown id of time `id_ms` need a look-up in the log? */
bool ids_before_horizon(const struct ids *i, int64_t id_ms);
struct id_record *ids_add(struct ids *i, const char *id, const uint8_t req[HASH_LEN], void *work,
                          int64_t id_ms);
void ids_settled(struct ids *i, struct id_record *r, const char *text, size_t len);
/* The command was not judged after all (503): forget the id. */
void ids_forget(struct ids *i, struct id_record *r);
