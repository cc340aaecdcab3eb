#include "other_log.h"

#include <stdio.h>
#include <string.h>

#include "base/merkle.h"
#include "base/tlog_proof.h"

void other_init(struct other_log *l, const char *origin, uint8_t seed)
{
    uint8_t bytes[KEY_SEED] = {seed}, pub[KEY_PUB];
    struct buf vkey;
    require(key_from_seed(bytes, &l->key) == 0);
    key_public(l->key, pub);
    require(note_key_make(&l->vkey, origin, pub) == 0);
    buf_init(&vkey);
    note_key_format(&l->vkey, &vkey);
    snprintf(l->policy, sizeof(l->policy), "log %s\nquorum none\n", vkey.data);
    buf_fini(&vkey);
    for (int i = 0; i < OTHER_LEAVES; i++) {
        char text[32];
        int n = snprintf(text, sizeof(text), "leaf %d", i);
        hash_leaf(text, (size_t)n, l->leaf[i]);
        n = snprintf(text, sizeof(text), "%s %d", i < 2 ? "leaf" : "other", i);
        hash_leaf(text, (size_t)n, l->forked[i]);
    }
}

void other_fini(struct other_log *l)
{
    key_free(l->key);
}

void other_note(const struct other_log *l, bool fork, uint64_t size, struct buf *ret)
{
    struct checkpoint c = {.size = size};
    struct merkle_edge e;
    struct buf text;
    merkle_edge_init(&e);
    for (uint64_t i = 0; i < size; i++)
        merkle_edge_add(&e, fork ? l->forked[i] : l->leaf[i]);
    merkle_edge_root(&e, c.root);
    snprintf(c.origin, sizeof(c.origin), "%s", l->vkey.name);
    buf_init(&text);
    checkpoint_format(&c, &text);
    require(note_sign(text.data, text.len, l->vkey.name, l->key, ret) == 0);
    buf_fini(&text);
}

static int get(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN])
{
    const uint8_t(*leaf)[HASH_LEN] = arg;
    struct merkle_edge e;
    merkle_edge_init(&e);
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        merkle_edge_add(&e, leaf[i]);
    merkle_edge_root(&e, ret);
    return 0;
}

void other_body(const struct other_log *l, bool fork, uint64_t old, uint64_t size, struct buf *ret)
{
    struct tlog_proof p = {.index = old};
    struct buf note;
    buf_init(&note);
    other_note(l, fork, size, &note);
    p.note = note.data;
    p.note_len = note.len;
    if (old > 0 && old < size)
        require(merkle_prove_consistency(old, size, get, (void *)(fork ? l->forked : l->leaf), p.hash,
                                         &p.n) == 0);
    tlog_consistency_format(&p, ret);
    buf_fini(&note);
}
