/* Completeness: inclusion cannot show that nothing was left out; the stream's chain can. */
#include <inttypes.h>
#include <string.h>

#include "base/enc.h"
#include "verify_int.h"

/* A missing number is told once for each run. */
static void tell_gap(struct verify *v, uint64_t from, uint64_t to)
{
    struct bundle_name n = {.kind = BUNDLE_K_ENTRY, .number = from, .copy = 1};
    char name[BUNDLE_NAME];
    verify_fail(v, STREAM_GAP, bundle_name_format(&n, name) == CPF_OK ? name : NULL,
                "sseq %" PRIu64 " to %" PRIu64, from, to);
}

static void check_link(struct verify *v, const struct record *before, const struct record *r)
{
    if (!before->read || !r->read || r->e.sseq != before->e.sseq + 1)
        return; /* told already */
    if (memcmp(r->e.prev, before->e.leaf, HASH_LEN) != 0)
        verify_fail(v, STREAM_PREV, r->file->name, NULL);
    if (r->proven && before->proven && r->e.idx <= before->e.idx)
        verify_fail(v, STREAM_ORDER, r->file->name, "index %" PRIu64 " behind %" PRIu64, r->e.idx,
                    before->e.idx);
}

static void check_chain(struct verify *v)
{
    uint64_t next = 1;
    for (size_t i = 0; i < v->nentries; i++) {
        const struct record *r = &v->entry[i];
        if (r->file->is.number > next)
            tell_gap(v, next, r->file->is.number - 1);
        next = r->file->is.number + 1;
        if (i > 0)
            check_link(v, &v->entry[i - 1], r);
    }
    if (v->info.count >= next)
        tell_gap(v, next, v->info.count);
    else if (v->info.count + 1 < next)
        verify_fail(v, INFO_SAYS, BUNDLE_INFO, "count %" PRIu64 ", entries up to %" PRIu64, v->info.count,
                    next - 1);
}

/* A batch closes with batch.closed, whose count is its own sseq; behind it nothing stands, unless it is
 * reopened first. */
static void check_closing(struct verify *v)
{
    for (size_t i = 0; i < v->nentries; i++) {
        const struct record *r = &v->entry[i];
        if (!r->read)
            continue;
        bool reopened = kind_name_has(r->e.kind, KIND_REOPENS);
        if (v->closed != reopened)
            verify_fail(v, STREAM_CLOSED, r->file->name, "%s", r->e.kind);
        v->closed = false;
        if (!kind_is(r->e.kind, KIND_BATCH_CLOSED))
            continue;
        int64_t count = json_get_int(r->e.body, "count", -1);
        if (count < 0 || (uint64_t)count != r->e.sseq)
            verify_fail(v, STREAM_COUNT, r->file->name, "count %" PRId64 ", sseq %" PRIu64, count, r->e.sseq);
        v->closed = true;
        v->closed_at = r->e.sseq;
    }
}

void verify_stream(struct verify *v)
{
    check_chain(v);
    check_closing(v);
}

/* ---- the batch map ---- */

static const struct record *map_record(const struct verify *v, uint64_t map)
{
    for (size_t i = 0; i < v->nsupport; i++) {
        const struct record *r = &v->support[i];
        struct log_batch_map x;
        if (r->proven && log_kind(&r->e) == KIND_LOG_BATCH_MAP && log_read(&log_batch_map_shape, &r->e, &x) &&
            (uint64_t)x.map == map)
            return r;
    }
    return NULL;
}

/* The map counted what stood before its entry: those entries, and no others, must be here. */
static void check_counted(struct verify *v)
{
    const struct batchmap_opening *o = &v->map;
    const struct record *last = NULL;
    for (size_t i = 0; i < v->nentries; i++) {
        const struct record *r = &v->entry[i];
        if (r->file->is.number == o->count)
            last = r;
        if (r->proven && (r->e.idx < v->map_record->e.idx) != (r->file->is.number <= o->count))
            verify_fail(v, MAP_COUNT, r->file->name, "index %" PRIu64 ", map %" PRIu64 " counts %" PRIu64,
                        r->e.idx, o->map, o->count);
    }
    if (!last)
        verify_fail(v, MAP_COUNT, BUNDLE_MAP, "map %" PRIu64 " counts %" PRIu64 " entries, %zu are here",
                    o->map, o->count, v->nentries);
    else if (last->read && memcmp(last->e.leaf, o->last, HASH_LEN) != 0)
        verify_fail(v, MAP_COUNT, last->file->name, "not the last entry that map %" PRIu64 " counts", o->map);
    else
        v->have_map = true;
}

static void check_voids(struct verify *v)
{
    struct log_batch_map x;
    int64_t here = 0;
    (void)log_read(&log_batch_map_shape, &v->map_record->e, &x);
    for (size_t i = 0; i < v->nsupport; i++) {
        const struct record *r = &v->support[i];
        here += verify_is_void(r) && r->e.idx < v->map_record->e.idx; /* each once: support.order */
    }
    if (x.voids != here)
        verify_fail(v, VOID_COUNT, v->map_record->file->name, "%" PRId64 " before this map, %" PRId64 " here",
                    x.voids, here);
    else
        v->voids_counted = true;
}

static void open_map(struct verify *v, const struct member *m)
{
    uint8_t root[HASH_LEN];
    int r = batchmap_opening_parse(&v->map, &v->a, m->data, m->len);
    if (!r && strcmp(v->map.stream, v->info.stream) != 0)
        r = CPF_E_MISMATCH;
    if (r) {
        verify_fail(v, MAP_FORM, m->name, "%s", cpf_strerror(r));
        return;
    }
    v->map_record = map_record(v, v->map.map);
    struct log_batch_map x = {0};
    if (v->map_record)
        (void)log_read(&log_batch_map_shape, &v->map_record->e, &x);
    if (!x.root || enc_unb64url_fixed(x.root, strlen(x.root), root, HASH_LEN) != CPF_OK ||
        (uint64_t)x.rows != v->map.rows) {
        verify_fail(v, MAP_ENTRY, m->name, "map %" PRIu64, v->map.map);
        return;
    }
    v->have_map_root = true;
    memcpy(v->map_root, root, HASH_LEN);
    if (batchmap_opening_verify(&v->map, root) != CPF_OK) {
        verify_fail(v, MAP_ROW, m->name, "map %" PRIu64, v->map.map);
        return;
    }
    check_counted(v);
    check_voids(v);
}

void verify_map(struct verify *v)
{
    const struct member *m = verify_member(v, BUNDLE_MAP);
    if (m)
        open_map(v, m);
    else if (!v->closed)
        verify_fail(v, STREAM_OPEN, BUNDLE_MAP, NULL);
    if (v->closed && (!v->have_map || v->map.count < v->closed_at))
        verify_fail(v, CLOSED_UNMAPPED, BUNDLE_MAP, NULL);
}
