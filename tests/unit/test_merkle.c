#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/merkle.h"
#include "base/note.h"
#include "seeded.h"

#define TESSERA_VKEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

typedef const uint8_t (*proof_t)[HASH_LEN];

/* ---- the tree as RFC 9162 2.1.1 defines it, without any cleverness ---- */

static void naive_root(const uint8_t (*leaf)[HASH_LEN], uint64_t n, uint8_t ret[HASH_LEN])
{
    uint8_t l[HASH_LEN], r[HASH_LEN];
    if (n == 0) {
        hash_sha256("", 0, ret);
        return;
    }
    if (n == 1) {
        memcpy(ret, leaf[0], HASH_LEN);
        return;
    }
    uint64_t k = 1;
    while (2 * k < n)
        k *= 2;
    naive_root(leaf, k, l);
    naive_root(leaf + k, n - k, r);
    uint8_t block[65] = {1};
    memcpy(block + 1, l, HASH_LEN);
    memcpy(block + 33, r, HASH_LEN);
    hash_sha256(block, sizeof(block), ret);
}

struct forest {
    uint64_t size;
    uint8_t (*leaf)[HASH_LEN];
    int fail; /* what `get` answers, when not CPF_OK */
    size_t gets;
};

static void forest_init(struct forest *f, uint64_t size, uint64_t seed)
{
    struct seeded rnd = {seed};
    *f = (struct forest){.size = size, .leaf = calloc(size ? size : 1, HASH_LEN)};
    assert_non_null(f->leaf);
    for (uint64_t i = 0; i < size; i++)
        for (unsigned k = 0; k < HASH_LEN; k++)
            f->leaf[i][k] = (uint8_t)seeded_next(&rnd);
}

static int forest_get(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN])
{
    struct forest *f = arg;
    f->gets++;
    if (f->fail)
        return f->fail;
    assert_true((index + 1) << level <= f->size); /* complete subtrees only */
    naive_root((proof_t)(f->leaf + (index << level)), UINT64_C(1) << level, ret);
    return CPF_OK;
}

/* ---- edge ---- */

static void test_edge_root_is_the_defined_root(void **state)
{
    (void)state;
    struct forest f;
    struct merkle_edge e, loaded;
    uint8_t root[HASH_LEN], want[HASH_LEN];
    forest_init(&f, 300, 1);
    merkle_edge_init(&e);
    for (uint64_t n = 0; n <= f.size; n++) {
        merkle_edge_root(&e, root);
        naive_root((proof_t)f.leaf, n, want);
        assert_memory_equal(root, want, HASH_LEN);
        assert_int_equal(merkle_edge_load(&loaded, n, forest_get, &f), CPF_OK);
        assert_int_equal(loaded.size, e.size);
        assert_memory_equal(loaded.node, e.node, (size_t)__builtin_popcountll(n) * HASH_LEN);
        if (n < f.size)
            merkle_edge_add(&e, f.leaf[n]);
    }
    free(f.leaf);
}

static void test_edge_load_passes_errors_through(void **state)
{
    (void)state;
    struct forest f = {.fail = CPF_E_AWAY};
    struct merkle_edge e = {.size = 77};
    uint8_t proof[64][HASH_LEN];
    size_t n = 55;
    assert_int_equal(merkle_edge_load(&e, 5, forest_get, &f), CPF_E_AWAY);
    assert_int_equal(merkle_prove_inclusion(3, 5, forest_get, &f, proof, &n), CPF_E_AWAY);
    assert_int_equal(merkle_prove_consistency(3, 5, forest_get, &f, proof, &n), CPF_E_AWAY);
    assert_int_equal(e.size, 77);
    assert_int_equal(n, 55);
}

/* ---- proofs, every size ---- */

static void must_not_hold(const struct forest *f, uint64_t index, uint64_t size, uint8_t (*proof)[HASH_LEN],
                          size_t n, const uint8_t *root)
{
    const uint8_t *leaf = f->leaf[index];
    for (size_t i = 0; i < n; i++) {
        proof[i][i % HASH_LEN] ^= 0x10;
        assert_int_equal(merkle_verify_inclusion(leaf, index, size, (proof_t)proof, n, root), CPF_E_PROOF);
        proof[i][i % HASH_LEN] ^= 0x10;
    }
    memcpy(proof[n], root, HASH_LEN);
    assert_int_equal(merkle_verify_inclusion(leaf, index, size, (proof_t)proof, n + 1, root), CPF_E_PROOF);
    if (n > 0)
        assert_int_equal(merkle_verify_inclusion(leaf, index, size, (proof_t)proof, n - 1, root),
                         CPF_E_PROOF);
    for (uint64_t other = 0; other < size; other++)
        if (other != index)
            assert_int_equal(merkle_verify_inclusion(leaf, other, size, (proof_t)proof, n, root),
                             CPF_E_PROOF);
    assert_int_equal(merkle_verify_inclusion(leaf, size, size, (proof_t)proof, n, root), CPF_E_PROOF);
    assert_int_equal(merkle_verify_inclusion(leaf, UINT64_MAX, size, (proof_t)proof, n, root), CPF_E_PROOF);
}

static void test_inclusion_holds_for_every_leaf_of_every_size(void **state)
{
    (void)state;
    struct forest f;
    uint8_t proof[65][HASH_LEN], root[HASH_LEN];
    size_t n;
    forest_init(&f, 70, 2);
    for (uint64_t size = 1; size <= f.size; size++) {
        naive_root((proof_t)f.leaf, size, root);
        for (uint64_t i = 0; i < size; i++) {
            assert_int_equal(merkle_prove_inclusion(i, size, forest_get, &f, proof, &n), CPF_OK);
            assert_int_equal(merkle_verify_inclusion(f.leaf[i], i, size, (proof_t)proof, n, root), CPF_OK);
            must_not_hold(&f, i, size, proof, n, root);
        }
        assert_int_equal(merkle_prove_inclusion(size, size, forest_get, &f, proof, &n), CPF_E_INVAL);
    }
    free(f.leaf);
}

static void test_consistency_holds_for_every_pair_of_sizes(void **state)
{
    (void)state;
    struct forest f;
    uint8_t proof[65][HASH_LEN], old[HASH_LEN], new[HASH_LEN];
    size_t n;
    forest_init(&f, 70, 3);
    for (uint64_t size2 = 1; size2 <= f.size; size2++) {
        naive_root((proof_t)f.leaf, size2, new);
        for (uint64_t size1 = 1; size1 <= size2; size1++) {
            naive_root((proof_t)f.leaf, size1, old);
            assert_int_equal(merkle_prove_consistency(size1, size2, forest_get, &f, proof, &n), CPF_OK);
            assert_int_equal(merkle_verify_consistency(size1, size2, old, new, (proof_t)proof, n), CPF_OK);
            for (size_t i = 0; i < n; i++) {
                proof[i][31 - i] ^= 1;
                assert_int_equal(merkle_verify_consistency(size1, size2, old, new, (proof_t)proof, n),
                                 CPF_E_PROOF);
                proof[i][31 - i] ^= 1;
            }
            old[5] ^= 4;
            assert_int_equal(merkle_verify_consistency(size1, size2, old, new, (proof_t)proof, n),
                             CPF_E_PROOF);
            old[5] ^= 4;
            new[6] ^= 8;
            assert_int_equal(merkle_verify_consistency(size1, size2, old, new, (proof_t)proof, n),
                             CPF_E_PROOF);
            new[6] ^= 8;
            memcpy(proof[n], new, HASH_LEN);
            assert_int_equal(merkle_verify_consistency(size1, size2, old, new, (proof_t)proof, n + 1),
                             CPF_E_PROOF);
            if (n > 0)
                assert_int_equal(merkle_verify_consistency(size1, size2, old, new, (proof_t)proof, n - 1),
                                 CPF_E_PROOF);
            if (size1 != size2)
                assert_int_equal(merkle_verify_consistency(size1, size2, new, old, (proof_t)proof, n),
                                 CPF_E_PROOF);
        }
        assert_int_equal(merkle_prove_consistency(0, size2, forest_get, &f, proof, &n), CPF_E_INVAL);
        assert_int_equal(merkle_prove_consistency(size2 + 1, size2, forest_get, &f, proof, &n), CPF_E_INVAL);
        assert_int_equal(merkle_verify_consistency(0, size2, new, new, (proof_t)proof, 0), CPF_E_PROOF);
    }
    free(f.leaf);
}

/* A source of 2^40 leaves that are all alike: each level has one hash. */
static int alike_get(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN])
{
    const uint8_t(*at)[HASH_LEN] = arg;
    (void)index;
    memcpy(ret, at[level], HASH_LEN);
    return CPF_OK;
}

static void test_proofs_of_a_large_tree_hold(void **state)
{
    (void)state;
    static uint8_t at[64][HASH_LEN];
    struct seeded rnd = {6};
    struct merkle_edge e;
    uint8_t proof[64][HASH_LEN], root1[HASH_LEN], root2[HASH_LEN];
    size_t n;
    hash_leaf("x", 1, at[0]);
    for (unsigned i = 1; i < 64; i++)
        hash_node(at[i - 1], at[i - 1], at[i]);
    for (int i = 0; i < 500; i++) {
        uint64_t size2 = 1 + seeded_next(&rnd) % (UINT64_C(1) << 40), size1 = 1 + seeded_below(&rnd, size2);
        assert_int_equal(merkle_edge_load(&e, size1, alike_get, at), CPF_OK);
        merkle_edge_root(&e, root1);
        assert_int_equal(merkle_edge_load(&e, size2, alike_get, at), CPF_OK);
        merkle_edge_root(&e, root2);
        assert_int_equal(merkle_prove_inclusion(size1 - 1, size2, alike_get, at, proof, &n), CPF_OK);
        assert_int_equal(merkle_verify_inclusion(at[0], size1 - 1, size2, (proof_t)proof, n, root2), CPF_OK);
        assert_int_equal(merkle_prove_consistency(size1, size2, alike_get, at, proof, &n), CPF_OK);
        assert_int_equal(merkle_verify_consistency(size1, size2, root1, root2, (proof_t)proof, n), CPF_OK);
    }
}

/* ---- tiles ---- */

struct shelf {
    const struct forest *f;
    uint64_t full[MERKLE_LEVELS];
};

static void on_full(void *arg, unsigned level, uint64_t n, const uint8_t hashes[MERKLE_TILE * HASH_LEN])
{
    struct shelf *s = arg;
    uint8_t want[HASH_LEN], root[HASH_LEN];
    uint64_t span = UINT64_C(1) << (8 * level);
    assert_int_equal(n, s->full[level]);
    s->full[level]++;
    for (uint64_t i = 0; i < MERKLE_TILE; i += 51) { /* some hashes, the first and the last */
        naive_root((proof_t)(s->f->leaf + (n * MERKLE_TILE + i) * span), span, want);
        assert_memory_equal(hashes + i * HASH_LEN, want, HASH_LEN);
    }
    merkle_tile_root(hashes, root);
    naive_root((proof_t)(s->f->leaf + n * MERKLE_TILE * span), MERKLE_TILE * span, want);
    assert_memory_equal(root, want, HASH_LEN);
}

static void test_tiles_fill_as_published_for_70000_leaves(void **state)
{
    (void)state;
    vectors_need("c2sp-examples");
    json_t *all = vectors_json("c2sp-examples/worked-examples.json"),
           *w = json_object_get(all, "tile-widths");
    struct forest f;
    forest_init(&f, vectors_uint(w, "size"), 7);
    struct shelf s = {.f = &f};
    struct merkle_tiles *t = malloc(sizeof(*t));
    assert_non_null(t);
    merkle_tiles_init(t);
    for (uint64_t i = 0; i < f.size; i++)
        merkle_tiles_add(t, f.leaf[i], on_full, &s);
    assert_int_equal(t->size, 70000);
    assert_int_equal(s.full[0], vectors_uint(w, "level0_full"));
    assert_int_equal(t->level[0].n, vectors_uint(w, "level0_partial"));
    assert_int_equal(s.full[1], vectors_uint(w, "level1_full"));
    assert_int_equal(t->level[1].n, vectors_uint(w, "level1_partial"));
    assert_int_equal(s.full[2], 0);
    assert_int_equal(t->level[2].n, vectors_uint(w, "level2_partial"));
    assert_int_equal(t->level[3].n, 0);
    free(t);
    free(f.leaf);
    json_decref(all);
}

/* ---- published vectors ---- */

/* False unless the text is the base64 of exactly one hash. */
static bool get_hash(const char *text, uint8_t ret[HASH_LEN])
{
    struct buf b;
    buf_init(&b);
    vectors_unb64(text, &b);
    bool ok = b.len == HASH_LEN;
    if (ok)
        memcpy(ret, b.data, HASH_LEN);
    buf_fini(&b);
    return ok;
}

static bool get_proof(const json_t *v, uint8_t (*ret)[HASH_LEN], size_t *ret_n)
{
    json_t *it;
    size_t i;
    *ret_n = json_array_size(v);
    assert_true(*ret_n <= 64);
    json_array_foreach(v, i, it)
    {
        if (!get_hash(json_string_value(it), ret[i]))
            return false;
    }
    return true;
}

struct verdicts {
    size_t good, bad;
};

static void judge(struct verdicts *v, const char *path, const json_t *obj, bool whole, int r)
{
    /* By convention of this project a hash that is not 32 bytes long is an error. */
    bool bad = json_is_true(json_object_get(obj, "wantErr")) || !whole;
    if (bad != (r != CPF_OK))
        fail_msg("%s: %s", path, cpf_strerror(r));
    if (bad)
        v->bad++;
    else
        v->good++;
}

static void inclusion_file(void *arg, const char *path)
{
    json_t *obj = vectors_json(path);
    uint8_t proof[64][HASH_LEN], leaf[HASH_LEN], root[HASH_LEN];
    size_t n;
    bool whole = get_proof(json_object_get(obj, "proof"), proof, &n) &&
                 get_hash(vectors_str(obj, "leafHash"), leaf) && get_hash(vectors_str(obj, "root"), root);
    int r = whole ? merkle_verify_inclusion(leaf, vectors_uint(obj, "leafIdx"), vectors_uint(obj, "treeSize"),
                                            (proof_t)proof, n, root)
                  : CPF_E_PROOF;
    judge(arg, path, obj, whole, r);
    json_decref(obj);
}

static void consistency_file(void *arg, const char *path)
{
    json_t *obj = vectors_json(path);
    uint8_t proof[64][HASH_LEN], root1[HASH_LEN], root2[HASH_LEN];
    size_t n;
    bool whole = get_proof(json_object_get(obj, "proof"), proof, &n) &&
                 get_hash(vectors_str(obj, "root1"), root1) && get_hash(vectors_str(obj, "root2"), root2);
    int r = whole ? merkle_verify_consistency(vectors_uint(obj, "size1"), vectors_uint(obj, "size2"), root1,
                                              root2, (proof_t)proof, n)
                  : CPF_E_PROOF;
    judge(arg, path, obj, whole, r);
    json_decref(obj);
}

static void test_published_inclusion_verdicts(void **state)
{
    (void)state;
    struct verdicts v = {0};
    vectors_need("rfc6962-merkle");
    assert_int_equal(vectors_each("rfc6962-merkle/inclusion", inclusion_file, &v), 65);
    assert_int_equal(v.good + v.bad, 65);
    assert_true(v.good >= 4);
}

static void test_published_consistency_verdicts(void **state)
{
    (void)state;
    struct verdicts v = {0};
    vectors_need("rfc6962-merkle");
    assert_int_equal(vectors_each("rfc6962-merkle/consistency", consistency_file, &v), 57);
    assert_int_equal(v.good + v.bad, 57);
    assert_true(v.good >= 3);
}

static void check_hex(const char *text, const uint8_t got[HASH_LEN])
{
    uint8_t want[HASH_LEN];
    vectors_unhex(text, want, HASH_LEN);
    assert_memory_equal(got, want, HASH_LEN);
}

static void test_reference_tree(void **state)
{
    (void)state;
    vectors_need("rfc6962-merkle");
    json_t *ref = vectors_json("rfc6962-merkle/reference-tree.json"),
           *in = json_object_get(ref, "leaf_inputs_hex");
    json_t *levels = json_object_get(ref, "node_hashes_by_level"),
           *roots = json_object_get(ref, "root_hashes_by_size");
    struct merkle_edge e;
    uint8_t data[64], h[4][8][HASH_LEN], root[HASH_LEN];
    merkle_edge_init(&e);
    assert_int_equal(json_array_size(in), 8);
    assert_int_equal(json_array_size(levels), 4);
    for (size_t i = 0; i <= 8; i++) {
        merkle_edge_root(&e, root);
        check_hex(json_string_value(json_array_get(roots, i)), root);
        if (i == 8)
            break;
        const char *hex = json_string_value(json_array_get(in, i));
        vectors_unhex(hex, data, strlen(hex) / 2);
        hash_leaf(data, strlen(hex) / 2, h[0][i]);
        merkle_edge_add(&e, h[0][i]);
    }
    for (size_t level = 0; level < 4; level++)
        for (size_t i = 0; i < (size_t)8 >> level; i++) {
            if (level > 0)
                hash_node(h[level - 1][2 * i], h[level - 1][2 * i + 1], h[level][i]);
            check_hex(json_string_value(json_array_get(json_array_get(levels, level), i)), h[level][i]);
        }
    const json_t *hasher = json_object_get(ref, "hasher");
    hash_empty(root);
    check_hex(vectors_str(hasher, "empty_root"), root);
    hash_leaf("", 0, root);
    check_hex(vectors_str(hasher, "leaf_of_empty"), root);
    hash_leaf("L123456", 7, root);
    check_hex(vectors_str(hasher, "leaf_of_ascii_L123456"), root);
    json_decref(ref);
}

/* Root over the tile of hashes, and over the hashes of the entries themselves. */
static void tessera_roots(unsigned n, uint8_t ret_tile[HASH_LEN], uint8_t ret_entries[HASH_LEN])
{
    char path[128];
    struct buf b;
    struct merkle_edge e;
    uint8_t leaf[HASH_LEN];
    buf_init(&b);
    merkle_edge_init(&e);
    if (n > 0) {
        snprintf(path, sizeof(path), "tlog-tiles-tessera/log/tile/0/000.p/%u", n);
        vectors_read(path, &b);
        assert_int_equal(b.len, n * HASH_LEN);
    }
    for (unsigned i = 0; i < n; i++)
        merkle_edge_add(&e, (const uint8_t *)b.data + i * HASH_LEN);
    merkle_edge_root(&e, ret_tile);

    buf_clear(&b);
    merkle_edge_init(&e);
    if (n > 0) {
        snprintf(path, sizeof(path), "tlog-tiles-tessera/log/tile/entries/000.p/%u", n);
        vectors_read(path, &b);
    }
    for (size_t at = 0; at < b.len;) {
        size_t len = (size_t)(uint8_t)b.data[at] << 8 | (uint8_t)b.data[at + 1];
        assert_true(at + 2 + len <= b.len);
        hash_leaf(b.data + at + 2, len, leaf);
        merkle_edge_add(&e, leaf);
        at += 2 + len;
    }
    assert_int_equal(e.size, n);
    merkle_edge_root(&e, ret_entries);
    buf_fini(&b);
}

static void test_tessera_log_at_every_size(void **state)
{
    (void)state;
    struct note_key key;
    vectors_need("tlog-tiles-tessera");
    assert_int_equal(note_key_parse(&key, TESSERA_VKEY), CPF_OK);
    for (unsigned n = 0; n <= 16; n++) { /* 16: the log's own newest, of size 15 */
        char path[128];
        struct buf b;
        struct checkpoint c;
        uint8_t tile[HASH_LEN], entries[HASH_LEN];
        buf_init(&b);
        unsigned size = n < 16 ? n : 15;
        snprintf(path, sizeof(path), "tlog-tiles-tessera/log/checkpoint.%u", n);
        vectors_read(n < 16 ? path : "tlog-tiles-tessera/log/checkpoint", &b);
        assert_int_equal(checkpoint_open(&c, b.data, b.len, &key), CPF_OK);
        assert_string_equal(c.origin, key.name);
        assert_int_equal(c.size, size);
        tessera_roots(size, tile, entries);
        assert_memory_equal(tile, c.root, HASH_LEN);
        assert_memory_equal(entries, c.root, HASH_LEN);
        b.data[b.len - 10] ^= 1; /* somewhere in the signature */
        assert_int_not_equal(checkpoint_open(&c, b.data, b.len, &key), CPF_OK);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edge_root_is_the_defined_root),
        cmocka_unit_test(test_edge_load_passes_errors_through),
        cmocka_unit_test(test_inclusion_holds_for_every_leaf_of_every_size),
        cmocka_unit_test(test_consistency_holds_for_every_pair_of_sizes),
        cmocka_unit_test(test_proofs_of_a_large_tree_hold),
        cmocka_unit_test(test_tiles_fill_as_published_for_70000_leaves),
        cmocka_unit_test(test_published_inclusion_verdicts),
        cmocka_unit_test(test_published_consistency_verdicts),
        cmocka_unit_test(test_reference_tree),
        cmocka_unit_test(test_tessera_log_at_every_size),
    };
    return cmocka_run_group_tests_name("merkle", tests, NULL, NULL);
}
