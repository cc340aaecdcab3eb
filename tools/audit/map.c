/*
 * Maps of streams (base/batchmap.h): each log.batch-map is made again from the log and the rows kept beside
 * it. A row must count what stands before the map's entry and give its last leaf; the rows must give the
 * root; and there must be exactly one for each stream that was open, or had an entry since the map before.
 *
 * The last is a matter of counting: rows differ by stream (key), each is tested to belong, so nothing is
 * missing if there are as many as there must be:   begun - closed + (closed, but with an entry since the map
 * before).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "audit/hook.h"
#include "base/batchmap.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/sigwire.h"
#include "base/map.h"

struct kept { /* which checkpoints a map says there were */
    uint64_t map, count, upto;
    uint8_t sizes[HASH_LEN];
};

struct found { /* a log.batch-map entry */
    uint64_t idx, map, rows, voids;
    uint8_t root[HASH_LEN];
};

struct marked { /* a stream that was closed once */
    const char *name;
    bool closed;
    uint64_t touched; /* newest entry that closed it or came behind that */
};

struct event { /* an entry that closes, reopens, or comes behind a closing */
    uint64_t idx;
    struct marked *stream;
    bool closes, reopens;
};

struct maps {
    struct scan *s;
    struct arena arena;
    struct map marked;
    struct found *found;
    size_t nfound;
    struct kept *kept;
    size_t nkept;
    uint64_t before, before_map; /* the newest map that was audited earlier: idx + 1, number */
    uint64_t *first, *voids;     /* where streams begin; where the log says log.void */
    size_t nfirst, nvoids;
    struct event *event;
    size_t nevents, next_event, nclosed;
    uint8_t (*row)[BATCHMAP_ROW];
    size_t nrows;
    bool have; /* the scan's row of cpf.map_row is not used yet */
};

/* One more element of `size` behind `n`. */
static void *grow(void *list, size_t n, size_t size)
{
    return (n & (n - 1)) == 0 ? xrealloc(list, (n ? 2 * n : 1) * size) : list;
}

int audit_map_begin(struct audit *a, void **state)
{
    struct maps *x = xcalloc(1, sizeof(*x));
    (void)a;
    arena_init(&x->arena, 0);
    map_init(&x->marked);
    *state = x;
    return 0;
}

void audit_map_fini(void *state)
{
    struct maps *x = state;
    if (!x)
        return;
    scan_close(x->s);
    map_fini(&x->marked);
    arena_fini(&x->arena);
    free(x->found);
    free(x->kept);
    free(x->first);
    free(x->voids);
    free(x->event);
    free(x->row);
    free(x);
}

/* Maps of older programs say nothing of checkpoints. */
static void keep(struct maps *x, struct kept k, const char *sizes)
{
    if (!sizes || enc_unb64url_fixed(sizes, strlen(sizes), k.sizes, HASH_LEN) != 0)
        return;
    x->kept = grow(x->kept, x->nkept, sizeof(*x->kept));
    x->kept[x->nkept++] = k;
}

int audit_map_entry(struct audit *a, void *state, const struct entry *e)
{
    struct maps *x = state;
    struct log_batch_map v;
    bool whole = log_read(&log_batch_map_shape, e, &v);
    struct found f = {
        .idx = e->idx, .map = (uint64_t)v.map, .rows = (uint64_t)v.rows, .voids = (uint64_t)v.voids};
    if (!whole || stream_type(e->stream, NULL) != STREAM_LOG ||
        enc_unb64url_fixed(v.root, strlen(v.root), f.root, HASH_LEN) != 0)
        return audit_fault(a, CPF_E_FORK, "entry %" PRIu64 " (%s): it is no map of streams", e->idx,
                           e->stream);
    x->found = grow(x->found, x->nfound, sizeof(*x->found));
    x->found[x->nfound++] = f;
    keep(x, (struct kept){f.map, (uint64_t)v.checkpoints, (uint64_t)v.upto, {0}}, v.sizes);
    return 0;
}

/* ---- what the log says of its streams ---- */

static int read_numbers(struct audit *a, struct maps *x, enum db_stmt stmt, uint64_t **list, size_t *n)
{
    int more;
    if (scan_start(x->s, stmt, NULL))
        return audit_scan_fault(a, x->s);
    while ((more = scan_next(x->s)) > 0) {
        *list = grow(*list, *n, sizeof(**list));
        (*list)[(*n)++] = (uint64_t)scan_i64(x->s, 0);
    }
    return more < 0 ? audit_scan_fault(a, x->s) : 0;
}

static struct marked *marked_at(struct maps *x, const char *name, size_t len)
{
    char *key = arena_strndup(&x->arena, name, len);
    struct marked *m = map_get(&x->marked, key);
    if (!m) {
        m = arena_alloc(&x->arena, sizeof(*m));
        m->name = key;
        map_put(&x->marked, key, m);
    }
    return m;
}

static int read_events(struct audit *a, struct maps *x)
{
    int more;
    size_t len;
    if (scan_start(x->s, DB_AUDIT_MAP_EVENTS, NULL))
        return audit_scan_fault(a, x->s);
    while ((more = scan_next(x->s)) > 0) {
        x->event = grow(x->event, x->nevents, sizeof(*x->event));
        struct event *e = &x->event[x->nevents++];
        const char *name = scan_bytes(x->s, 1, &len);
        *e = (struct event){.idx = (uint64_t)scan_i64(x->s, 0), .stream = marked_at(x, name, len)};
        e->closes = scan_i64(x->s, 2);
        e->reopens = scan_i64(x->s, 3);
    }
    return more < 0 ? audit_scan_fault(a, x->s) : 0;
}

static int read_before(struct audit *a, struct maps *x)
{
    const int64_t args[] = {(int64_t)a->from};
    if (scan_start(x->s, DB_AUDIT_MAP_BEFORE, args))
        return audit_scan_fault(a, x->s);
    int n = scan_next(x->s);
    if (n < 0)
        return audit_scan_fault(a, x->s);
    if (n > 0) {
        x->before = (uint64_t)scan_i64(x->s, 0) + 1;
        x->before_map = (uint64_t)scan_i64(x->s, 1);
        size_t len;
        const char *sizes = scan_bytes(x->s, 3, &len);
        if (!scan_null(x->s, 3))
            keep(x,
                 (struct kept){x->before_map, (uint64_t)scan_i64(x->s, 2), (uint64_t)scan_i64(x->s, 4), {0}},
                 arena_strndup(&x->arena, sizes, len));
    }
    return 0;
}

/* How many of the sorted numbers are below `idx`. */
static uint64_t count_below(const uint64_t *list, size_t n, uint64_t idx)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (list[mid] < idx)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Lets every stream's state be what it was before `idx`; how many closed ones have an entry from `since` on.
 */
static uint64_t advance(struct maps *x, uint64_t since, uint64_t idx)
{
    size_t first = x->next_event;
    uint64_t n = 0;
    for (; x->next_event < x->nevents && x->event[x->next_event].idx < idx; x->next_event++) {
        const struct event *e = &x->event[x->next_event];
        bool closed = e->closes || (e->stream->closed && !e->reopens);
        x->nclosed = x->nclosed + closed - e->stream->closed;
        e->stream->closed = closed;
        e->stream->touched = e->idx;
    }
    for (size_t i = first; i < x->next_event; i++) {
        const struct event *e = &x->event[i];
        n += e->idx >= since && e->stream->closed && e->stream->touched == e->idx;
    }
    return n;
}

/* ---- the rows ---- */

enum { MAP, STREAM, SALT, COUNT, LAST, IDX, LEAF, NEXT };

static int next_row(struct audit *a, struct maps *x)
{
    int n = scan_next(x->s);
    x->have = n > 0;
    return n < 0 ? audit_scan_fault(a, x->s) : 0;
}

static int row_fault(struct audit *a, const struct maps *x, const char *what)
{
    size_t len;
    const char *stream = scan_bytes(x->s, STREAM, &len);
    return audit_fault(a, CPF_E_FORK, "map %" PRId64 " of streams, %.*s: %s", scan_i64(x->s, MAP), (int)len,
                       stream, what);
}

/* The row the scan stands on, against the entry it names. `since`: behind the map before. */
static int check_row(struct audit *a, struct maps *x, const struct found *f, uint64_t since)
{
    size_t name_len, salt_len, last_len, leaf_len;
    const char *name = scan_bytes(x->s, STREAM, &name_len);
    const void *salt = scan_bytes(x->s, SALT, &salt_len), *last = scan_bytes(x->s, LAST, &last_len);
    const void *leaf = scan_bytes(x->s, LEAF, &leaf_len);
    uint64_t idx = (uint64_t)scan_i64(x->s, IDX);
    if (scan_null(x->s, IDX) || idx >= f->idx)
        return row_fault(a, x, "it counts more entries than stood before the map");
    if (!scan_null(x->s, NEXT) && (uint64_t)scan_i64(x->s, NEXT) < f->idx)
        return row_fault(a, x, "it counts fewer entries than stood before the map");
    if (salt_len != BATCHMAP_SALT || last_len != leaf_len || memcmp(last, leaf, last_len) != 0)
        return row_fault(a, x, "its last leaf is not that of the entry it ends with");
    char *key = arena_strndup(&a->arena, name, name_len);
    const struct marked *m = map_get(&x->marked, key);
    if (m && m->closed && idx < since)
        return row_fault(a, x, "it was closed, and had no entry since the map before");
    x->row = grow(x->row, x->nrows, sizeof(*x->row));
    batchmap_row(salt, key, (uint64_t)scan_i64(x->s, COUNT), last, x->row[x->nrows++]);
    arena_reset(&a->arena);
    return 0;
}

static int check_map(struct audit *a, struct maps *x, const struct found *f, uint64_t since, uint64_t number)
{
    uint64_t touched = advance(x, since, f->idx);
    uint64_t wanted = count_below(x->first, x->nfirst, f->idx) - x->nclosed + touched;
    uint8_t root[HASH_LEN];
    int err = 0;
    if (f->map != number)
        return audit_fault(a, CPF_E_FORK, "map %" PRIu64 " of streams stands where %" PRIu64 " should",
                           f->map, number);
    if (f->voids != count_below(x->voids, x->nvoids, f->idx))
        return audit_fault(a, CPF_E_FORK,
                           "map %" PRIu64 " of streams counts other log.void entries than there are", f->map);
    x->nrows = 0;
    while (!err && x->have && (uint64_t)scan_i64(x->s, MAP) == number) {
        err = check_row(a, x, f, since);
        if (!err)
            err = next_row(a, x);
    }
    if (err)
        return err;
    if (x->nrows != f->rows || f->rows != wanted)
        return audit_fault(a, CPF_E_FORK,
                           "map %" PRIu64 " of streams says %" PRIu64 " rows, %zu are kept, %" PRIu64
                           " streams belong in it",
                           f->map, f->rows, x->nrows, wanted);
    err = batchmap_sort(x->row, x->nrows);
    batchmap_root((const uint8_t(*)[BATCHMAP_ROW])x->row, x->nrows, root);
    if (err || memcmp(root, f->root, HASH_LEN) != 0)
        return audit_fault(a, CPF_E_FORK, "map %" PRIu64 " of streams: its rows do not give its root",
                           f->map);
    a->nmaps++;
    return 0;
}

static int check_salts(struct audit *a, struct maps *x, const int64_t *from)
{
    if (scan_start(x->s, DB_AUDIT_MAP_SALTS, from))
        return audit_scan_fault(a, x->s);
    int n = scan_next(x->s);
    if (n < 0)
        return audit_scan_fault(a, x->s);
    return n ? row_fault(a, x, "its salt is another row's, too") : 0;
}

/* ---- checkpoints ---- */

static int check_kept(struct audit *a, const struct kept *k, uint64_t count, uint64_t size,
                      const uint8_t sizes[HASH_LEN])
{
    if (k->count == count && k->upto == size && memcmp(k->sizes, sizes, HASH_LEN) == 0)
        return 0;
    return audit_fault(a, CPF_E_FORK,
                       "map %" PRIu64 " of streams says %" PRIu64 " checkpoints up to size %" PRIu64
                       ", there are %" PRIu64 " or others: some were deleted or put there",
                       k->map, k->count, k->upto, count);
}

static int by_upto(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    return x->upto < y->upto ? -1 : x->upto > y->upto;
}

/* Each checkpoint that a map counts is there, and behind the newest map none can lack in a gap wider than a
 * group. */
static int check_sizes(struct audit *a, struct maps *x)
{
    static const int64_t from[] = {0};
    uint8_t sizes[HASH_LEN] = {0};
    uint64_t count = 0, size = 0;
    size_t next = 0;
    int err = 0, more;
    if (x->nkept)
        qsort(x->kept, x->nkept, sizeof(*x->kept), by_upto);
    if (scan_start(x->s, DB_LOG_SIZES, from))
        return audit_scan_fault(a, x->s);
    do {
        more = scan_next(x->s);
        uint64_t to = more > 0 ? (uint64_t)scan_i64(x->s, 0) : UINT64_MAX;
        for (; !err && more >= 0 && next < x->nkept && x->kept[next].upto < to; next++)
            err = check_kept(a, &x->kept[next], count, size, sizes);
        if (!err && more > 0 && to - size > SIGWIRE_LEAVES_MAX)
            err = audit_fault(a, CPF_E_FORK,
                              "checkpoints between the sizes %" PRIu64 " and %" PRIu64 " are missing", size,
                              to);
        if (more > 0) {
            batchmap_size(sizes, size = to);
            count++;
        }
    } while (!err && more > 0);
    return more < 0 ? audit_scan_fault(a, x->s) : err;
}

static int check_maps(struct audit *a, struct maps *x)
{
    const int64_t from[] = {(int64_t)x->before_map + 1};
    uint64_t since = x->before, number = x->before_map;
    if (since)
        (void)advance(x, 0, since - 1);
    int err = check_salts(a, x, from);
    if (!err && scan_start(x->s, DB_AUDIT_MAP_ROWS, from))
        err = audit_scan_fault(a, x->s);
    if (!err)
        err = next_row(a, x);
    for (size_t i = 0; i < x->nfound && !err; i++) {
        err = check_map(a, x, &x->found[i], since, ++number);
        since = x->found[i].idx + 1;
    }
    if (!err && x->have)
        err = row_fault(a, x, "there is no such map in the log");
    return err;
}

int audit_map_end(struct audit *a, void *state)
{
    struct maps *x = state;
    char *error = NULL;
    int err = 0;
    if (scan_open(a->conninfo, a->entries, &x->s, &error))
        err = audit_fault(a, CPF_E_AWAY, "%s", error);
    free(error);
    if (!err && a->from)
        err = read_before(a, x);
    if (!err && x->nfound) {
        err = read_numbers(a, x, DB_AUDIT_MAP_FIRSTS, &x->first, &x->nfirst);
        if (!err)
            err = read_numbers(a, x, DB_AUDIT_MAP_VOIDS, &x->voids, &x->nvoids);
        if (!err)
            err = read_events(a, x);
    }
    if (!err)
        err = check_maps(a, x);
    return err ? err : check_sizes(a, x);
}

const enum kind_id audit_map_kinds[] = {KIND_LOG_BATCH_MAP, KIND_NONE};
