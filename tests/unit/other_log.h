#pragma once
/* Another facility's log, made up in memory: its checkpoints and what it posts to a witness. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/hash.h"
#include "base/key.h"
#include "base/note.h"

#define OTHER_LEAVES 700

struct other_log {
    struct key *key;
    struct note_key vkey;
    char policy[400]; /* text that names it, and no quorum */
    uint8_t leaf[OTHER_LEAVES][HASH_LEN];
    uint8_t forked[OTHER_LEAVES][HASH_LEN]; /* another history from leaf 2 on */
};

/* `seed` makes the key; the same name and seed, the same log. */
void other_init(struct other_log *l, const char *origin, uint8_t seed);
void other_fini(struct other_log *l);
/* The signed checkpoint of `size` leaves, appended. */
void other_note(const struct other_log *l, bool fork, uint64_t size, struct buf *ret);
/* Body of add-checkpoint, appended. */
void other_body(const struct other_log *l, bool fork, uint64_t old, uint64_t size, struct buf *ret);
