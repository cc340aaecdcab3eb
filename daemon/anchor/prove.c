#include "anchor/prove.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/merkle.h"

#define TILES  64 /* of one proof: two on each level, and to spare */
#define ROW(r) (2 * MERKLE_TILE - ((2 * MERKLE_TILE) >> (r))) /* where the nodes of row r begin */

/* A tile with the nodes above its hashes: rows of 256, 128 .. 1, one behind the other. */
struct tile {
    unsigned level;
    uint64_t n;
    size_t count; /* hashes that belong in it */
    size_t have;
    uint8_t node[2 * MERKLE_TILE][HASH_LEN];
};

struct prove {
    struct db *db;
    uint64_t old, size;
    struct tile *tile[TILES];
    size_t ntiles;
    bool cancelled;
    int fault;
    prove_done_fn done;
    void *arg;
};

static void prove_free(struct prove *p)
{
    for (size_t i = 0; i < p->ntiles; i++)
        free(p->tile[i]);
    free(p);
}

void prove_cancel(struct prove *p)
{
    if (p)
        p->cancelled = true; /* the database's answer frees it */
}

static void finish(struct prove *p, int code, const struct tlog_proof *proof)
{
    if (!p->cancelled)
        p->done(p->arg, code, code ? NULL : proof);
    prove_free(p);
}

/* ---- tiles ---- */

static struct tile *find(struct prove *p, unsigned level, uint64_t n)
{
    for (size_t i = 0; i < p->ntiles; i++)
        if (p->tile[i]->level == level && p->tile[i]->n == n)
            return p->tile[i];
    return NULL;
}

/* An empty tile for what is wanted; NULL if that lies outside of the tree. */
static struct tile *want(struct prove *p, unsigned level, uint64_t n)
{
    uint64_t hashes = level < MERKLE_LEVELS ? p->size >> (8 * level) : 0, first = n * MERKLE_TILE;
    if (first >= hashes || p->ntiles == TILES)
        return NULL;
    struct tile *t = xcalloc(1, sizeof(*t));
    t->level = level;
    t->n = n;
    t->count = hashes - first < MERKLE_TILE ? (size_t)(hashes - first) : MERKLE_TILE;
    p->tile[p->ntiles++] = t;
    return t;
}

static void raise_tile(struct tile *t)
{
    for (unsigned row = 0; row < 8; row++)
        for (size_t i = 0; i + 1 < t->count >> row; i += 2)
            hash_node(t->node[ROW(row) + i], t->node[ROW(row) + i + 1], t->node[ROW(row + 1) + i / 2]);
}

/* merkle_get_fn. CPF_E_BUSY: the newest tile of the list is to be read first. */
static int get(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN])
{
    struct prove *p = arg;
    unsigned row = level % 8;
    uint64_t first = index << row;
    struct tile *t = find(p, level / 8, first / MERKLE_TILE);
    if (!t)
        return want(p, level / 8, first / MERKLE_TILE) ? CPF_E_BUSY : CPF_E_STATE;
    memcpy(ret, t->node[ROW(row) + (first % MERKLE_TILE >> row)], HASH_LEN);
    return CPF_OK;
}

/* ---- reading them ---- */

static void work(struct prove *p);

/* A row is a leaf, a whole tile, or a whole tile of the level below, whose root is one hash of ours. */
static int take_row(struct tile *t, int64_t n, const uint8_t *data, size_t len)
{
    bool full = t->count == MERKLE_TILE;
    uint64_t first = t->n * MERKLE_TILE;
    if (full) {
        if (n != (int64_t)t->n || len != MERKLE_TILE * HASH_LEN)
            return CPF_E_STATE;
        memcpy(t->node, data, len);
        t->have = t->count;
        return CPF_OK;
    }
    if (n != (int64_t)(first + t->have) || t->have == t->count ||
        len != (t->level ? MERKLE_TILE * HASH_LEN : HASH_LEN))
        return CPF_E_STATE;
    if (t->level)
        merkle_tile_root(data, t->node[t->have++]);
    else
        memcpy(t->node[t->have++], data, HASH_LEN);
    return CPF_OK;
}

static void on_row(void *arg, size_t no, const struct db_result *r)
{
    struct prove *p = arg;
    size_t len;
    (void)no;
    const void *data = db_bytes(r, 0, 1, &len);
    if (!p->fault)
        p->fault = take_row(p->tile[p->ntiles - 1], db_i64(r, 0, 0), data, len);
}

static void on_read(void *arg, const struct db_reply *r)
{
    struct prove *p = arg;
    struct tile *t = p->tile[p->ntiles - 1];
    int err = r->error.code ? r->error.code : p->fault;
    if (!err && t->have != t->count)
        err = CPF_E_STATE;
    if (err || p->cancelled) {
        finish(p, err, NULL);
        return;
    }
    raise_tile(t);
    work(p);
}

static void read_tile(struct prove *p)
{
    const struct tile *t = p->tile[p->ntiles - 1];
    bool full = t->count == MERKLE_TILE;
    uint64_t first = t->n * MERKLE_TILE;
    struct db_params q = {0};
    db_begin(p->db, on_row, on_read, p);
    if (full) {
        db_param_i64(&q, t->level);
        db_param_i64(&q, (int64_t)t->n);
        db_param_i64(&q, (int64_t)t->n + 1);
    } else {
        if (t->level)
            db_param_i64(&q, t->level - 1);
        db_param_i64(&q, (int64_t)first);
        db_param_i64(&q, (int64_t)(first + t->count));
    }
    db_exec(p->db, full || t->level ? DB_LOG_TILES : DB_LOG_LEAVES, &q);
    db_end(p->db);
}

static void work(struct prove *p)
{
    struct tlog_proof proof = {.index = p->old};
    int err = merkle_prove_consistency(p->old, p->size, get, p, proof.hash, &proof.n);
    if (err == CPF_E_BUSY)
        read_tile(p);
    else
        finish(p, err, &proof);
}

struct prove *prove_start(struct db *db, uint64_t old, uint64_t size, prove_done_fn done, void *arg)
{
    struct prove *p = xcalloc(1, sizeof(*p));
    require(old > 0 && old < size);
    p->db = db;
    p->old = old;
    p->size = size;
    p->done = done;
    p->arg = arg;
    struct tlog_proof none = {0};
    require(merkle_prove_consistency(old, size, get, p, none.hash, &none.n) ==
            CPF_E_BUSY); /* nothing is at hand */
    read_tile(p);
    return p;
}
