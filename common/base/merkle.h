#pragma once
/*
 * Merkle tree of RFC 6962 / 9162: the growing edge, roots, inclusion and
 * consistency proofs, and tiles (C2SP tlog-tiles: full tiles of 256 hashes;
 * a tile at level L holds the hashes of complete subtrees of 2^(8L) leaves).
 */
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/hash.h"

/* The edge: roots of the complete subtrees, one per set bit of `size`, largest first. */
struct merkle_edge {
    uint64_t size;
    uint8_t node[64][HASH_LEN]; /* node[i], i < popcount(size) */
};

void merkle_edge_init(struct merkle_edge *e);
void merkle_edge_add(struct merkle_edge *e, const uint8_t leaf[HASH_LEN]);
void merkle_edge_root(const struct merkle_edge *e, uint8_t ret[HASH_LEN]);

/* RFC 9162 2.1.3.2 / 2.1.4.2. CPF_E_PROOF if it does not hold; size1 == 0 is an error. */
must_check int merkle_verify_inclusion(const uint8_t leaf[HASH_LEN], uint64_t index, uint64_t size,
                                       const uint8_t (*proof)[HASH_LEN], size_t n,
                                       const uint8_t root[HASH_LEN]);
must_check int merkle_verify_consistency(uint64_t size1, uint64_t size2, const uint8_t root1[HASH_LEN],
                                         const uint8_t root2[HASH_LEN], const uint8_t (*proof)[HASH_LEN],
                                         size_t n);

/*
 * Proof construction over any source of stored nodes: `get` fills the hash of
 * the complete subtree of 2^level leaves that begins at leaf index << level.
 * *ret_n <= 64. Errors of `get` pass through.
 */
typedef int (*merkle_get_fn)(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN]);
must_check int merkle_prove_inclusion(uint64_t index, uint64_t size, merkle_get_fn get, void *arg,
                                      uint8_t (*ret_proof)[HASH_LEN], size_t *ret_n);
must_check int merkle_prove_consistency(uint64_t size1, uint64_t size2, merkle_get_fn get, void *arg,
                                        uint8_t (*ret_proof)[HASH_LEN], size_t *ret_n);
/* The edge of a tree of `size` leaves from stored nodes. */
must_check int merkle_edge_load(struct merkle_edge *e, uint64_t size, merkle_get_fn get, void *arg);

/*
 * Tiles as they fill: keeps the unfinished tile of each level; each add may
 * complete one tile per level, handed to `full` (256 hashes).
 */
#define MERKLE_TILE   256
#define MERKLE_LEVELS 8
struct merkle_tiles {
    uint64_t size;
    struct {
        uint16_t n;
        uint8_t hash[MERKLE_TILE][HASH_LEN];
    } level[MERKLE_LEVELS];
};
typedef void (*merkle_tile_fn)(void *arg, unsigned level, uint64_t n,
                               const uint8_t hashes[MERKLE_TILE * HASH_LEN]);
void merkle_tiles_init(struct merkle_tiles *t);
void merkle_tiles_add(struct merkle_tiles *t, const uint8_t leaf[HASH_LEN], merkle_tile_fn full, void *arg);
/* Root of a full tile (256 hashes). */
void merkle_tile_root(const uint8_t hashes[MERKLE_TILE * HASH_LEN], uint8_t ret[HASH_LEN]);
