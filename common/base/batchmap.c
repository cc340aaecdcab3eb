#include "base/batchmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/json.h"

void batchmap_row(const uint8_t salt[BATCHMAP_SALT], const char *stream, uint64_t count,
                  const uint8_t last[HASH_LEN], uint8_t ret[BATCHMAP_ROW])
{
    struct buf b;
    buf_init(&b);
    buf_add(&b, salt, BATCHMAP_SALT);
    buf_puts(&b, stream);
    hash_sha256(b.data, b.len, ret);
    buf_fini(&b);
    for (unsigned i = 0; i < 8; i++)
        ret[HASH_LEN + i] = (uint8_t)(count >> (56 - 8 * i));
    memcpy(ret + HASH_LEN + 8, last, HASH_LEN);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, BATCHMAP_ROW);
}

void batchmap_size(uint8_t digest[HASH_LEN], uint64_t size)
{
    uint8_t both[HASH_LEN + 8];
    memcpy(both, digest, HASH_LEN);
    for (int i = 0; i < 8; i++)
        both[HASH_LEN + i] = (uint8_t)(size >> (56 - 8 * i));
    hash_sha256(both, sizeof(both), digest);
}

int batchmap_sort(uint8_t (*row)[BATCHMAP_ROW], size_t n)
{
    if (n > 1)
        qsort(row, n, sizeof(*row), by_bytes);
    for (size_t i = 1; i < n; i++)
        if (memcmp(row[i - 1], row[i], BATCHMAP_ROW) == 0)
            return CPF_E_DUPLICATE;
    return CPF_OK;
}

void batchmap_root(const uint8_t (*row)[BATCHMAP_ROW], size_t n, uint8_t ret[HASH_LEN])
{
    struct merkle_edge e;
    uint8_t leaf[HASH_LEN];
    merkle_edge_init(&e);
    for (size_t i = 0; i < n; i++) {
        hash_leaf(row[i], BATCHMAP_ROW, leaf);
        merkle_edge_add(&e, leaf);
    }
    merkle_edge_root(&e, ret);
}

/* Node (level, index), made from its rows: a map is small and proved seldom. */
static int node_of(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN])
{
    const uint8_t(*row)[BATCHMAP_ROW] = arg;
    batchmap_root(row + (index << level), (size_t)1 << level, ret);
    return CPF_OK;
}

int batchmap_prove(const uint8_t (*row)[BATCHMAP_ROW], size_t n, size_t i, uint8_t (*ret_proof)[HASH_LEN],
                   size_t *ret_n)
{
    return merkle_prove_inclusion(i, n, node_of, (void *)row, ret_proof, ret_n);
}

/* ---- one row, opened ---- */

static int digest_of(const struct json *v, uint8_t ret[HASH_LEN])
{
    return v && v->type == JSON_STRING && enc_unb64url_fixed(v->str, v->len, ret, HASH_LEN) == CPF_OK
               ? CPF_OK
               : CPF_E_PROFILE;
}

static int number_of(const struct json *obj, const char *name, uint64_t *ret)
{
    const struct json *v = json_get(obj, name);
    if (!v || v->type != JSON_INT || v->num < 0)
        return CPF_E_PROFILE;
    *ret = (uint64_t)v->num;
    return CPF_OK;
}

static int proof_of(struct batchmap_opening *o, const struct json *v)
{
    if (!v || v->type != JSON_ARRAY || v->len > 63)
        return CPF_E_PROFILE;
    json_each(h, v) {
        int r = digest_of(h, o->proof[o->nproof++]);
        if (r)
            return r;
    }
    return CPF_OK;
}

int batchmap_opening_parse(struct batchmap_opening *o, struct arena *a, const char *text, size_t len)
{
    struct batchmap_opening tmp = {0};
    const struct json *obj;
    int r = json_parse(a, text, len, &obj, NULL);
    if (r)
        return r;
    tmp.stream = json_get_str(obj, "stream");
    if (obj->type != JSON_OBJECT || obj->len != 8 || !tmp.stream)
        return CPF_E_PROFILE;
    r = number_of(obj, "count", &tmp.count);
    if (!r)
        r = number_of(obj, "map", &tmp.map);
    if (!r)
        r = number_of(obj, "index", &tmp.index);
    if (!r)
        r = number_of(obj, "rows", &tmp.rows);
    if (!r)
        r = digest_of(json_get(obj, "salt"), tmp.salt);
    if (!r)
        r = digest_of(json_get(obj, "last"), tmp.last);
    if (!r)
        r = proof_of(&tmp, json_get(obj, "proof"));
    if (!r)
        *o = tmp;
    return r;
}

static void set_digest(struct arena *a, struct json *obj, const char *name, const uint8_t digest[HASH_LEN])
{
    char text[44];
    enc_digest(digest, text);
    json_set_str(a, obj, name, text);
}

void batchmap_opening_format(const struct batchmap_opening *o, struct buf *ret)
{
    struct arena a;
    arena_init(&a, 0);
    struct json *obj = json_object(&a), *proof = json_array(&a);
    json_set_str(&a, obj, "stream", o->stream);
    json_set_int(&a, obj, "count", (int64_t)o->count);
    json_set_int(&a, obj, "map", (int64_t)o->map);
    json_set_int(&a, obj, "index", (int64_t)o->index);
    json_set_int(&a, obj, "rows", (int64_t)o->rows);
    set_digest(&a, obj, "salt", o->salt);
    set_digest(&a, obj, "last", o->last);
    for (size_t i = 0; i < o->nproof; i++) {
        char text[44];
        enc_digest(o->proof[i], text);
        json_push(proof, json_str(&a, text));
    }
    json_set(&a, obj, "proof", proof);
    json_write(ret, obj);
    arena_fini(&a);
}

int batchmap_opening_verify(const struct batchmap_opening *o, const uint8_t root[HASH_LEN])
{
    uint8_t row[BATCHMAP_ROW], leaf[HASH_LEN];
    batchmap_row(o->salt, o->stream, o->count, o->last, row);
    hash_leaf(row, sizeof(row), leaf);
    return merkle_verify_inclusion(leaf, o->index, o->rows, o->proof, o->nproof, root);
}
