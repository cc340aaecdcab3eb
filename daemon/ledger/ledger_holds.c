/* Is an entry that was read again the one at that place of the signed tree? */
#include <string.h>
#include "ledger/ledger_int.h"

/* A stored tile counts as the one above it says; the last one of each level is in memory. */
int ledger_holds(const struct ledger *l, uint64_t idx, const uint8_t leaf[HASH_LEN], ledger_tile_fn tile,
                 void *arg)
{
    struct ledger_tile *below[MERKLE_LEVELS];
    uint8_t hash[HASH_LEN];
    uint64_t at = idx, n = l->tiles.size;
    unsigned v = 0;
    if (at >= n)
        return CPF_E_PROOF;
    memcpy(hash, leaf, HASH_LEN);
    for (; at / MERKLE_TILE != n / MERKLE_TILE; v++, at /= MERKLE_TILE, n /= MERKLE_TILE) {
        struct ledger_tile *t = tile(arg, v, at / MERKLE_TILE);
        if (!t)
            return CPF_E_NOTFOUND;
        if (memcmp(t->data + at % MERKLE_TILE * HASH_LEN, hash, HASH_LEN) != 0)
            return CPF_E_PROOF;
        if (t->held)
            return 0;
        below[v] = t;
        merkle_tile_root(t->data, hash);
    }
    if (memcmp(l->tiles.level[v].hash[at % MERKLE_TILE], hash, HASH_LEN) != 0)
        return CPF_E_PROOF;
    while (v-- > 0)
        below[v]->held = true;
    return 0;
}

bool ledger_closing(const struct ledger *l, uint8_t ret[HASH_LEN])
{
    if (l->closing.any)
        memcpy(ret, l->closing.leaf, HASH_LEN);
    return l->closing.any;
}
