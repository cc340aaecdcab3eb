/*
 * map.json: the batch's row in the newest map of streams that has one (base/batchmap.h), opened for whoever
 * holds the bundle; the map's own entry goes to support/. Rows of other streams are only hashed here: their
 * names and salts never leave.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/batchmap.h"
#include "bundle/int.h"

struct rows {
    uint8_t (*row)[BATCHMAP_ROW];
    size_t n, cap;
    uint8_t own[BATCHMAP_ROW];
    bool found;
};

/* The row the scan stands on; ours is kept. */
static int take_row(struct make *m, struct rows *x, struct batchmap_opening *o)
{
    size_t stream_len, salt_len, last_len;
    const char *stream = make_column(m, 0, &stream_len);
    const uint8_t *salt = (const uint8_t *)scan_bytes(m->scan, 1, &salt_len);
    const uint8_t *last = (const uint8_t *)scan_bytes(m->scan, 3, &last_len);
    if (salt_len != BATCHMAP_SALT || last_len != HASH_LEN)
        return CPF_E_PROFILE;
    if (x->n == x->cap) {
        x->cap = x->cap ? 2 * x->cap : 256;
        x->row = xrealloc(x->row, x->cap * sizeof(*x->row));
    }
    uint64_t count = (uint64_t)scan_i64(m->scan, 2);
    batchmap_row(salt, stream, count, last, x->row[x->n]);
    if (strcmp(stream, m->stream) == 0) {
        x->found = true;
        memcpy(x->own, x->row[x->n], BATCHMAP_ROW);
        memcpy(o->salt, salt, BATCHMAP_SALT);
        memcpy(o->last, last, HASH_LEN);
        o->count = count;
    }
    x->n++;
    return CPF_OK;
}

static int take_rows(struct make *m, struct rows *x, struct batchmap_opening *o)
{
    const int64_t args[] = {(int64_t)o->map};
    int r = scan_start(m->scan, DB_BUNDLE_MAP_ROWS, args);
    while (!r && (r = scan_next(m->scan)) == 1)
        r = take_row(m, x, o);
    return r < 0 ? make_scan_fail(m) : CPF_OK;
}

static int prove(struct rows *x, struct batchmap_opening *o)
{
    int r = batchmap_sort(x->row, x->n);
    o->rows = x->n;
    while (!r && memcmp(x->row[o->index], x->own, BATCHMAP_ROW) != 0)
        o->index++;
    return r ? r
             : batchmap_prove((const uint8_t(*)[BATCHMAP_ROW])x->row, x->n, (size_t)o->index, o->proof,
                              &o->nproof);
}

static int add_opening(struct make *m, const struct batchmap_opening *o)
{
    struct buf text;
    buf_init(&text);
    batchmap_opening_format(o, &text);
    int r = make_file(m, BUNDLE_MAP, arena_strndup(&m->a, text.data, text.len), text.len);
    buf_fini(&text);
    return r;
}

/* A batch no map has counted yet gets none: while it is open, a verifier says so (stream.open). */
int make_map(struct make *m)
{
    const char *const args[] = {m->stream, m->size_text};
    struct batchmap_opening o = {.stream = m->stream};
    struct rows x = {0};
    size_t before = m->nsupport;
    int r = make_entries(m, DB_BUNDLE_MAP, args, &m->support, &m->nsupport, &m->support_cap);
    if (r || m->nsupport == before)
        return r;
    o.map = (uint64_t)json_get_int(m->support[before].body, "map", 0);
    r = take_rows(m, &x, &o);
    if (!r)
        r = x.found ? prove(&x, &o) : CPF_E_NOTFOUND;
    if (r)
        r = make_fail(m, r, "map %" PRIu64 " of streams: %s", o.map, cpf_strerror(r));
    else
        r = add_opening(m, &o);
    free(x.row);
    return r;
}
