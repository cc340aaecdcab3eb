#pragma once
/* What is only needed while the log is read at start (ledger_load.c, ledger_since.c, ledger_stand.c,
 * ledger_fold.c). */
#include "base/map.h"
#include "base/batchmap.h"
#include "ledger/ledger_int.h"

/*
 * Where a stream must end, by what is signed: by its newest entry behind the newest map of streams, read by
 * position; without one, by its row in that map. What the fold reads by name must come to just that.
 */
struct stand {
    char *stream;
    uint64_t count; /* of its entries in the whole log, */
    uint8_t last[HASH_LEN];
    uint64_t mapped; /* of those that the newest map counts; 0: it has no row there */
    /* its first entry behind the map: 0, none */
    uint64_t first;
    uint8_t before[HASH_LEN]; /* what that one says it follows */
    /* the fold */
    uint64_t sseq;
    uint8_t leaf[HASH_LEN];
    bool told_closed, closed; /* by the rows that were asked for; by the bytes */
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
    struct arena arena; /* of one entry */
    uint8_t tile[MERKLE_TILE * HASH_LEN];
    uint64_t tile_n; /* UINT64_MAX: none */
    /* behind the newest map, by position, from the end of the log */
    uint64_t down, from, span; /* rows below `down` come next; the piece asked for begins at `from` */
    uint64_t nvoid;            /* rows without body among them */
    enum { ABOVE_VOID, ABOVE_ENTRY } above; /* the row read last: may one without body stand below it? */
    struct map stands;                      /* stream -> struct stand */
    uint64_t map_idx, map, map_rows;        /* the newest map of streams; UINT64_MAX: there is none */
    uint8_t map_root[HASH_LEN];
    uint8_t (*row)[BATCHMAP_ROW]; /* of that map, salted */
    size_t nrows;
    struct buf names; /* binary array: whom the fold asks for */
    /* the fold */
    struct said *said;
    size_t nsaid;
    uint64_t nlog; /* entries of the stream log */
};

/* ledger_since.c: what is behind the newest map, then that map's rows, then ledger_load_entries(). */
void ledger_since(struct ledger *l);
void ledger_load_entries(struct ledger *l);

/* ledger_stand.c. The bools are false after a fatal. */
struct stand *stand_find(struct load *o, const char *stream); /* NULL: none */
bool stand_behind(struct ledger *l, const struct entry *e);   /* an entry behind the map, newest first */
bool stand_mapped(struct ledger *l, const char *stream, uint64_t count, const uint8_t last[HASH_LEN]);
bool stand_fold(struct ledger *l, const struct entry *e, bool closed); /* an entry that the fold reads */
bool stand_all(struct ledger *l);                                      /* every stream came to its end */
void stand_tell(struct ledger *l);                                     /* on_stood for each */
void stand_fini(struct load *o);

/* ledger_fold.c. `e` is read from the row into the arena of `load`, and is what the tree and the columns say.
 */
bool ledger_fold_read(struct ledger *l, const struct db_result *r, struct entry *e);
/* Is the leaf the one at that place of the signed tree? */
bool ledger_fold_leaf(struct ledger *l, uint64_t idx, const uint8_t leaf[HASH_LEN],
                      const struct db_result *r);
bool ledger_bad(struct ledger *l, uint64_t idx, const char *stream, const char *what);
