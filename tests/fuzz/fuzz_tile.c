/*
 * Tiles and proofs over them: the leaves are taken from the input as from a tile of any width. What is proved
 * verifies, and with one bit bent it does not.
 */
#include <string.h>
#include "base/merkle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tile {
    uint8_t hash[MERKLE_TILE][HASH_LEN];
    size_t n;
};

static int node_of(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN])
{
    const struct tile *t = arg;
    struct merkle_edge e;
    merkle_edge_init(&e);
    require(((index + 1) << level) <= t->n);
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        merkle_edge_add(&e, t->hash[i]);
    merkle_edge_root(&e, ret);
    return CPF_OK;
}

static void root_of(const struct tile *t, size_t n, uint8_t ret[HASH_LEN])
{
    struct merkle_edge e;
    merkle_edge_init(&e);
    for (size_t i = 0; i < n; i++)
        merkle_edge_add(&e, t->hash[i]);
    merkle_edge_root(&e, ret);
}

static void inclusion(struct tile *t, size_t i, size_t bend, const uint8_t root[HASH_LEN])
{
    uint8_t proof[64][HASH_LEN];
    size_t n;
    require(merkle_prove_inclusion(i, t->n, node_of, t, proof, &n) == 0);
    const uint8_t(*p)[HASH_LEN] = (const uint8_t(*)[HASH_LEN])proof;
    require(merkle_verify_inclusion(t->hash[i], i, t->n, p, n, root) == 0);
    if (n == 0)
        return;
    proof[bend % n][bend % HASH_LEN] ^= (uint8_t)(1u << bend % 8);
    require(merkle_verify_inclusion(t->hash[i], i, t->n, p, n, root) == CPF_E_PROOF);
}

static void consistency(struct tile *t, size_t old, size_t bend, const uint8_t root[HASH_LEN])
{
    uint8_t proof[64][HASH_LEN], old_root[HASH_LEN];
    size_t n;
    root_of(t, old, old_root);
    require(merkle_prove_consistency(old, t->n, node_of, t, proof, &n) == 0);
    const uint8_t(*p)[HASH_LEN] = (const uint8_t(*)[HASH_LEN])proof;
    require(merkle_verify_consistency(old, t->n, old_root, root, p, n) == 0);
    if (n == 0)
        return;
    proof[bend % n][bend % HASH_LEN] ^= (uint8_t)(1u << bend % 8);
    require(merkle_verify_consistency(old, t->n, old_root, root, p, n) == CPF_E_PROOF);
}

/* Hostile proofs of any shape: no crash, and no leaf in a tree by luck. */
static void hostile(const uint8_t *data, size_t size)
{
    uint64_t index, tree;
    uint8_t leaf[HASH_LEN] = {3}, root[HASH_LEN] = {4};
    if (size < 16)
        return;
    memcpy(&index, data, 8);
    memcpy(&tree, data + 8, 8);
    size_t n = (size - 16) / HASH_LEN;
    const uint8_t(*p)[HASH_LEN] = (const uint8_t(*)[HASH_LEN])(data + 16);
    require(merkle_verify_inclusion(leaf, index, tree, p, n, root) == CPF_E_PROOF);
    (void)!merkle_verify_consistency(index, tree, leaf, root, p, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tile t;
    uint8_t root[HASH_LEN], tile_root[HASH_LEN];
    hostile(data, size);
    if (size < 3 + HASH_LEN)
        return 0;
    t.n = (size - 3) / HASH_LEN;
    if (t.n > MERKLE_TILE)
        t.n = MERKLE_TILE;
    memcpy(t.hash, data + 3, t.n * HASH_LEN);
    root_of(&t, t.n, root);
    if (t.n == MERKLE_TILE) {
        merkle_tile_root((const uint8_t *)t.hash, tile_root);
        require(memcmp(root, tile_root, HASH_LEN) == 0);
    }
    inclusion(&t, data[0] % t.n, data[2], root);
    consistency(&t, 1 + data[1] % t.n, data[2], root);
    return 0;
}
