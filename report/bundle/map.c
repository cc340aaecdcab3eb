/*
 * map.json: the batch's row in the newest map of streams that has one (base/batchmap.h), opened for whoever
 * holds the bundle; the map's own entry goes to support/. rows/: those of the persons who signed, in the same
 * map. Other rows are only hashed here: their streams and salts never leave.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/batchmap.h"
#include "base/log.h"
#include "bundle/int.h"

/* A row that is opened. */
struct opened {
    struct batchmap_opening o;
    uint8_t row[BATCHMAP_ROW];
    bool found;
};

struct rows {
    uint8_t (*row)[BATCHMAP_ROW];
    size_t n, cap;
    struct opened *opened; /* the batch's; then the signers', sorted */
    size_t nopened;
};

static struct opened *wanted(const struct rows *x, const char *stream)
{
    for (size_t i = 0; i < x->nopened; i++)
        if (strcmp(x->opened[i].o.stream, stream) == 0)
            return &x->opened[i];
    return NULL;
}

/* The row the scan stands on; what is opened is kept. */
static int take_row(struct make *m, struct rows *x)
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
    struct opened *own = wanted(x, stream);
    if (own) {
        own->found = true;
        memcpy(own->row, x->row[x->n], BATCHMAP_ROW);
        memcpy(own->o.salt, salt, BATCHMAP_SALT);
        memcpy(own->o.last, last, HASH_LEN);
        own->o.count = count;
    }
    x->n++;
    return CPF_OK;
}

static int take_rows(struct make *m, struct rows *x)
{
    const int64_t args[] = {(int64_t)x->opened[0].o.map};
    int r = scan_start(m->scan, DB_BUNDLE_MAP_ROWS, args);
    while (!r && (r = scan_next(m->scan)) == 1)
        r = take_row(m, x);
    return r < 0 ? make_scan_fail(m) : CPF_OK;
}

static int prove(const struct rows *x, struct opened *own)
{
    own->o.rows = x->n;
    while (memcmp(x->row[own->o.index], own->row, BATCHMAP_ROW) != 0)
        own->o.index++;
    return batchmap_prove((const uint8_t(*)[BATCHMAP_ROW])x->row, x->n, (size_t)own->o.index, own->o.proof,
                          &own->o.nproof);
}

static int add_opening(struct make *m, const struct batchmap_opening *o, uint64_t number)
{
    struct buf text;
    buf_init(&text);
    batchmap_opening_format(o, &text);
    const char *copy = arena_strndup(&m->a, text.data, text.len);
    int r = number ? make_numbered(m, BUNDLE_K_ROW, number, NULL, copy, text.len)
                   : make_file(m, BUNDLE_MAP, copy, text.len);
    buf_fini(&text);
    return r;
}

/* A signer without a row was enrolled behind the map: the verifier says that he is not covered. */
static int add_openings(struct make *m, struct rows *x)
{
    uint64_t number = 0;
    int r = batchmap_sort(x->row, x->n);
    for (size_t i = 0; i < x->nopened && !r; i++) {
        if (!x->opened[i].found)
            continue;
        r = prove(x, &x->opened[i]);
        if (!r)
            r = add_opening(m, &x->opened[i].o, number++);
    }
    return r;
}

static void want(struct make *m, struct rows *x, uint64_t map)
{
    x->nopened = 1 + m->nsigners;
    x->opened = arena_alloc(&m->a, x->nopened * sizeof(*x->opened));
    for (size_t i = 0; i < x->nopened; i++)
        x->opened[i] = (struct opened){.o = {.stream = i ? m->signer[i - 1] : m->stream, .map = map}};
}

/* A batch no map has counted yet gets none: the verifier says what that leaves unproved. */
int make_map(struct make *m)
{
    const char *const args[] = {m->stream, m->size_text};
    struct rows x = {0};
    size_t before = m->nsupport;
    int r = make_entries(m, DB_BUNDLE_MAP, args, &m->support, &m->nsupport, &m->support_cap);
    if (r || m->nsupport == before)
        return r;
    struct log_batch_map map;
    if (!log_read(&log_batch_map_shape, &m->support[before], &map))
        return make_fail(m, CPF_E_PROFILE, "entry %" PRIu64 " is no map of streams", m->support[before].idx);
    want(m, &x, (uint64_t)map.map);
    r = take_rows(m, &x);
    if (!r)
        r = x.opened[0].found ? add_openings(m, &x) : CPF_E_NOTFOUND;
    if (r)
        r = make_fail(m, r, "map %" PRId64 " of streams: %s", map.map, cpf_strerror(r));
    free(x.row);
    return r;
}
