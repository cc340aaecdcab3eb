#include "base/merkle.h"

#include <stdbool.h>
#include <string.h>

#define PROOF_MAX 64

/* ---- the edge ---- */

static unsigned edge_count(uint64_t size)
{
    return (unsigned)__builtin_popcountll(size);
}

void merkle_edge_init(struct merkle_edge *e)
{
    e->size = 0;
}

void merkle_edge_add(struct merkle_edge *e, const uint8_t leaf[HASH_LEN])
{
    require(e->size < INT64_MAX);
    uint8_t h[HASH_LEN];
    unsigned n = edge_count(e->size);
    memcpy(h, leaf, HASH_LEN);
    /* Each trailing one bit is a complete subtree that the new one makes double. */
    for (uint64_t s = e->size; s & 1; s >>= 1)
        hash_node(e->node[--n], h, h);
    memcpy(e->node[n], h, HASH_LEN);
    e->size++;
}

void merkle_edge_root(const struct merkle_edge *e, uint8_t ret[HASH_LEN])
{
    unsigned n = edge_count(e->size);
    if (n == 0) {
        hash_empty(ret);
        return;
    }
    uint8_t h[HASH_LEN];
    memcpy(h, e->node[--n], HASH_LEN);
    while (n > 0)
        hash_node(e->node[--n], h, h);
    memcpy(ret, h, HASH_LEN);
}

/* ---- verification ---- */

static bool same(const uint8_t a[HASH_LEN], const uint8_t b[HASH_LEN])
{
    return memcmp(a, b, HASH_LEN) == 0;
}

int merkle_verify_inclusion(const uint8_t leaf[HASH_LEN], uint64_t index, uint64_t size,
                            const uint8_t (*proof)[HASH_LEN], size_t n, const uint8_t root[HASH_LEN])
{
    if (index >= size)
        return CPF_E_PROOF;
    uint64_t fn = index, sn = size - 1;
    uint8_t h[HASH_LEN];
    memcpy(h, leaf, HASH_LEN);
    for (size_t i = 0; i < n; i++) {
        if (sn == 0)
            return CPF_E_PROOF;
        if ((fn & 1) || fn == sn) {
            hash_node(proof[i], h, h);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            hash_node(h, proof[i], h);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && same(h, root) ? CPF_OK : CPF_E_PROOF;
}

int merkle_verify_consistency(uint64_t size1, uint64_t size2, const uint8_t root1[HASH_LEN],
                              const uint8_t root2[HASH_LEN], const uint8_t (*proof)[HASH_LEN], size_t n)
{
    if (size1 == 0 || size1 > size2)
        return CPF_E_PROOF;
    if (size1 == size2)
        return n == 0 && same(root1, root2) ? CPF_OK : CPF_E_PROOF;
    /* The old tree's last complete subtree: the old root itself if it is complete, else the first hash. */
    bool complete = (size1 & (size1 - 1)) == 0;
    if (n == 0)
        return CPF_E_PROOF;
    uint64_t fn = size1 - 1, sn = size2 - 1;
    for (; fn & 1; fn >>= 1)
        sn >>= 1;
    uint8_t fr[HASH_LEN], sr[HASH_LEN];
    memcpy(fr, complete ? root1 : proof[0], HASH_LEN);
    memcpy(sr, fr, HASH_LEN);
    for (size_t i = complete ? 0 : 1; i < n; i++) {
        if (sn == 0)
            return CPF_E_PROOF;
        if ((fn & 1) || fn == sn) {
            hash_node(proof[i], fr, fr);
            hash_node(proof[i], sr, sr);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            hash_node(sr, proof[i], sr);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && same(fr, root1) && same(sr, root2) ? CPF_OK : CPF_E_PROOF;
}

/* ---- proofs from stored nodes ---- */

/* Exponent of the largest power of two that is smaller than n; n > 1. */
static unsigned split_level(uint64_t n)
{
    return 63 - (unsigned)__builtin_clzll(n - 1);
}

/*
 * The edge of the n leaves from `lo` on. lo is a multiple of each subtree's
 * size, as the subtrees come largest first.
 */
static int load_range(struct merkle_edge *e, uint64_t lo, uint64_t n, merkle_get_fn get, void *arg)
{
    unsigned count = 0;
    e->size = n;
    for (uint64_t rest = n; rest > 0;) {
        unsigned level = 63 - (unsigned)__builtin_clzll(rest);
        int r = get(arg, level, lo >> level, e->node[count++]);
        if (r)
            return r;
        lo += UINT64_C(1) << level;
        rest -= UINT64_C(1) << level;
    }
    return CPF_OK;
}

static int range_root(uint64_t lo, uint64_t n, merkle_get_fn get, void *arg, uint8_t ret[HASH_LEN])
{
    struct merkle_edge e;
    int r = load_range(&e, lo, n, get, arg);
    if (!r)
        merkle_edge_root(&e, ret);
    return r;
}

int merkle_edge_load(struct merkle_edge *e, uint64_t size, merkle_get_fn get, void *arg)
{
    struct merkle_edge tmp;
    int r = load_range(&tmp, 0, size, get, arg);
    if (r)
        return r;
    e->size = size;
    memcpy(e->node, tmp.node, edge_count(size) * sizeof(*tmp.node));
    return CPF_OK;
}

/* Proofs are found from the root down and told from the leaf up. */
static void tell(uint8_t (*found)[HASH_LEN], size_t n, uint8_t (*ret_proof)[HASH_LEN], size_t *ret_n)
{
    for (size_t i = 0; i < n; i++)
        memcpy(ret_proof[i], found[n - 1 - i], HASH_LEN);
    *ret_n = n;
}

int merkle_prove_inclusion(uint64_t index, uint64_t size, merkle_get_fn get, void *arg,
                           uint8_t (*ret_proof)[HASH_LEN], size_t *ret_n)
{
    uint8_t found[PROOF_MAX][HASH_LEN];
    uint64_t lo = 0, n = size;
    size_t count = 0;
    if (index >= size)
        return CPF_E_INVAL;
    while (n > 1) {
        uint64_t k = UINT64_C(1) << split_level(n);
        bool left = index - lo < k;
        int r = left ? range_root(lo + k, n - k, get, arg, found[count])
                     : range_root(lo, k, get, arg, found[count]);
        if (r)
            return r;
        count++;
        lo += left ? 0 : k;
        n = left ? k : n - k;
    }
    tell(found, count, ret_proof, ret_n);
    return CPF_OK;
}

int merkle_prove_consistency(uint64_t size1, uint64_t size2, merkle_get_fn get, void *arg,
                             uint8_t (*ret_proof)[HASH_LEN], size_t *ret_n)
{
    uint8_t found[PROOF_MAX][HASH_LEN];
    uint64_t lo = 0, n = size2, m = size1;
    size_t count = 0;
    bool known = true; /* the range's old part is the whole old tree, whose root the verifier has */
    int r;
    if (size1 == 0 || size1 > size2)
        return CPF_E_INVAL;
    while (m < n) {
        uint64_t k = UINT64_C(1) << split_level(n);
        if (m <= k) {
            r = range_root(lo + k, n - k, get, arg, found[count]);
            n = k;
        } else {
            r = range_root(lo, k, get, arg, found[count]);
            known = false;
            lo += k;
            m -= k;
            n -= k;
        }
        if (r)
            return r;
        count++;
    }
    if (!known) {
        r = range_root(lo, n, get, arg, found[count]);
        if (r)
            return r;
        count++;
    }
    tell(found, count, ret_proof, ret_n);
    return CPF_OK;
}

/* ---- tiles ---- */

void merkle_tiles_init(struct merkle_tiles *t)
{
    t->size = 0;
    for (unsigned i = 0; i < MERKLE_LEVELS; i++)
        t->level[i].n = 0;
}

void merkle_tiles_add(struct merkle_tiles *t, const uint8_t leaf[HASH_LEN], merkle_tile_fn full, void *arg)
{
    uint8_t h[HASH_LEN];
    memcpy(h, leaf, HASH_LEN);
    t->size++;
    for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
        memcpy(t->level[level].hash[t->level[level].n++], h, HASH_LEN);
        if (t->level[level].n < MERKLE_TILE)
            return;
        /* The top level would fill at 2^64 leaves. */
        require(level + 1 < MERKLE_LEVELS);
        const uint8_t *hashes = (const uint8_t *)t->level[level].hash;
        t->level[level].n = 0;
        full(arg, level, (t->size >> (8 * (level + 1))) - 1, hashes);
        merkle_tile_root(hashes, h);
    }
}

void merkle_tile_root(const uint8_t hashes[MERKLE_TILE * HASH_LEN], uint8_t ret[HASH_LEN])
{
    uint8_t row[MERKLE_TILE / 2 * HASH_LEN];
    const uint8_t *from = hashes;
    for (size_t n = MERKLE_TILE / 2; n >= 1; n /= 2) {
        for (size_t i = 0; i < n; i++)
            hash_node(from + 2 * i * HASH_LEN, from + (2 * i + 1) * HASH_LEN, row + i * HASH_LEN);
        from = row;
    }
    memcpy(ret, row, HASH_LEN);
}
