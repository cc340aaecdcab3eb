/*
 * Nodes of the tree from the tables. A tile that was full when the checkpoint was made is one row; what
 * stands behind the last full one is made from below: of leaves, or of the roots of the tiles of the level
 * under it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "bundle/int.h"

/* A tile with the nodes above its hashes: rows of 256, 128 .. 1, one behind the other. */
struct tile {
    char key[32]; /* level/number */
    uint8_t node[2 * MERKLE_TILE][HASH_LEN];
};

struct tree {
    struct scan *scan;
    uint64_t size;
    struct map tiles;
};

#define ROW(r) (2 * MERKLE_TILE - ((2 * MERKLE_TILE) >> (r))) /* where row r begins */

struct tree *tree_new(struct scan *s, uint64_t size)
{
    struct tree *t = xcalloc(1, sizeof(*t));
    t->scan = s;
    t->size = size;
    map_init(&t->tiles);
    return t;
}

void tree_free(struct tree *t)
{
    size_t pos = 0;
    if (!t)
        return;
    for (struct tile *k; (k = map_next(&t->tiles, &pos));)
        free(k);
    map_fini(&t->tiles);
    free(t);
}

static int load_full(struct tree *t, unsigned level, uint64_t n, uint8_t (*node)[HASH_LEN])
{
    const int64_t args[] = {level, (int64_t)n, (int64_t)n + 1};
    size_t len;
    int r = scan_start(t->scan, DB_LOG_TILES, args);
    if (!r)
        r = scan_next(t->scan);
    if (r != 1)
        return r ? r : CPF_E_STATE;
    const char *data = scan_bytes(t->scan, 1, &len);
    if (len != MERKLE_TILE * HASH_LEN)
        return CPF_E_STATE;
    memcpy(node, data, len);
    return CPF_OK;
}

static int load_leaves(struct tree *t, uint64_t first, size_t count, uint8_t (*node)[HASH_LEN])
{
    const int64_t args[] = {(int64_t)first, (int64_t)(first + count)};
    size_t i = 0, len;
    int r = scan_start(t->scan, DB_LOG_LEAVES, args);
    while (!r && (r = scan_next(t->scan)) == 1) {
        const char *leaf = scan_bytes(t->scan, 1, &len);
        if (i == count || len != HASH_LEN || (uint64_t)scan_i64(t->scan, 0) != first + i)
            return CPF_E_STATE;
        memcpy(node[i++], leaf, HASH_LEN);
        r = 0;
    }
    return r ? r : i == count ? CPF_OK : CPF_E_STATE;
}

static int tile_of(struct tree *t, unsigned level, uint64_t n, const uint8_t (**ret)[HASH_LEN]);

/* A full tile's root is one hash of the tile above. */
static int load_roots(struct tree *t, unsigned level, uint64_t first, size_t count, uint8_t (*node)[HASH_LEN])
{
    int r = CPF_OK;
    for (size_t i = 0; i < count && !r; i++) {
        const uint8_t(*below)[HASH_LEN];
        r = tile_of(t, level - 1, first + i, &below);
        if (!r)
            memcpy(node[i], below[ROW(8)], HASH_LEN);
    }
    return r;
}

/* What lies above a tile's hashes is whole only where all below is. */
static int load_tile(struct tree *t, unsigned level, uint64_t n, uint8_t (*node)[HASH_LEN])
{
    uint64_t hashes = t->size >> (8 * level), first = n * MERKLE_TILE;
    if (first >= hashes)
        return CPF_E_INVAL;
    size_t count = hashes - first < MERKLE_TILE ? (size_t)(hashes - first) : MERKLE_TILE;
    int r = count == MERKLE_TILE ? load_full(t, level, n, node)
            : level == 0         ? load_leaves(t, first, count, node)
                                 : load_roots(t, level, first, count, node);
    for (unsigned row = 0; row < 8 && !r; row++)
        for (size_t i = 0; i + 1 < count >> row; i += 2)
            hash_node(node[ROW(row) + i], node[ROW(row) + i + 1], node[ROW(row + 1) + i / 2]);
    return r;
}

static int tile_of(struct tree *t, unsigned level, uint64_t n, const uint8_t (**ret)[HASH_LEN])
{
    char key[sizeof(((struct tile *)0)->key)];
    snprintf(key, sizeof(key), "%u/%" PRIu64, level, n);
    struct tile *k = map_get(&t->tiles, key);
    if (!k) {
        k = xcalloc(1, sizeof(*k));
        memcpy(k->key, key, sizeof(key));
        int r = load_tile(t, level, n, k->node);
        if (r) {
            free(k);
            return r;
        }
        map_put(&t->tiles, k->key, k);
    }
    *ret = (const uint8_t(*)[HASH_LEN])k->node;
    return CPF_OK;
}

int tree_node(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN])
{
    struct tree *t = arg;
    unsigned row = level % 8;
    uint64_t first = index << row;
    const uint8_t(*node)[HASH_LEN];
    int r = tile_of(t, level / 8, first / MERKLE_TILE, &node);
    if (!r)
        memcpy(ret, node[ROW(row) + (first % MERKLE_TILE >> row)], HASH_LEN);
    return r;
}
