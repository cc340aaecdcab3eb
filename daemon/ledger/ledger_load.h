#pragma once
/* What is only needed while the log is read at start (ledger_load.c, ledger_fold.c). */
#include "ledger/ledger_int.h"

/* Where each stream stands: its newest entry's sseq and leaf. */
struct chain {
    char *stream;
    uint64_t sseq;
    uint8_t leaf[HASH_LEN];
};

/* A log.void entry as read. */
struct said {
    uint64_t idx, first, count;
};

struct load {
    uint64_t full[MERKLE_LEVELS + 1];             /* full tiles of each level */
    uint8_t (*root[MERKLE_LEVELS + 1])[HASH_LEN]; /* and the root each must have */
    uint64_t next[MERKLE_LEVELS];                 /* next tile expected */
    unsigned level_of[DB_UNIT_MAX];               /* statement of the unit -> level */
    uint64_t next_leaf;
    uint8_t behind[MERKLE_TILE][HASH_LEN]; /* leaves behind the full tiles, as stored */
    /* a group that the signer gave up, to be committed without bytes */
    bool pending;
    struct sigwire_head head;
    uint8_t leaf[SIGWIRE_LEAVES_MAX][HASH_LEN];
    size_t nleaves;
    struct buf note;
    /* the fold */
    struct arena arena;
    uint8_t tile[MERKLE_TILE * HASH_LEN];
    uint64_t tile_n;     /* UINT64_MAX: none */
    struct chain *chain; /* open addressing, power of two */
    size_t chain_cap, nchains;
    struct said *said;
    size_t nsaid;
    uint64_t nlog; /* entries of the stream log */
};
