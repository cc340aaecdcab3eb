/* One range of the log: leaves, tiles of level 0 and checkpoints against each other. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit/keys.h"
#include "base/mem.h"

#define TILE_BYTES ((size_t)MERKLE_TILE * HASH_LEN)
#define TOLD_ROWS  4096 /* the threads' common counter is moved so often */

int range_fault(struct range *r, int code, const char *fmt, ...)
{
    va_list ap;
    if (r->code)
        return r->code;
    r->code = code;
    va_start(ap, fmt);
    if (vasprintf(&r->fault, fmt, ap) < 0)
        r->fault = NULL;
    va_end(ap);
    return code;
}

int range_scan_fault(struct range *r)
{
    return range_fault(r, CPF_E_AWAY, "%s", scan_error(r->scan));
}

struct range *range_new(const struct audit *a, struct scan *scan, uint64_t from, uint64_t to)
{
    struct range *r = xcalloc(1, sizeof(*r));
    r->a = a;
    r->scan = scan;
    r->from = r->idx = from;
    r->to = to;
    r->opened = from > 0;
    arena_init(&r->keep, 0);
    arena_init(&r->arena, 0);
    merkle_edge_init(&r->tile);
    return r;
}

void range_free(struct range *r)
{
    if (!r)
        return;
    free(r->tiles);
    free(r->note);
    free(r->disclosure);
    free(r->roots);
    streams_fini(&r->streams);
    free(r->runs.at);
    missings_fini(&r->missing);
    free(r->special);
    arena_fini(&r->keep);
    arena_fini(&r->arena);
    free(r->fault);
    free(r);
}

/* ---- the tree before the range ---- */

/* Roots of the stored tiles lo.. of a level go to upper level `level`, at most 255. */
static int pending(struct range *r, unsigned level, uint64_t lo, uint64_t hi)
{
    const int64_t args[] = {level, (int64_t)lo, (int64_t)hi};
    uint64_t n = lo;
    size_t len;
    if (lo == hi)
        return 0;
    if (scan_start(r->scan, DB_AUDIT_TILE_SPAN, args))
        return range_scan_fault(r);
    for (; n < hi; n++) {
        int got = scan_next(r->scan);
        if (got < 0)
            return range_scan_fault(r);
        const uint8_t *data = got ? (const uint8_t *)scan_bytes(r->scan, 1, &len) : NULL;
        if (!got || (uint64_t)scan_i64(r->scan, 0) != n || len != TILE_BYTES)
            return range_fault(r, CPF_E_FORK, "tile %u/%" PRIu64 " is missing", level, n);
        merkle_tile_root(data, r->upper.level[level].hash[n - lo]);
    }
    r->upper.level[level].n = (uint16_t)(hi - lo);
    return 0;
}

int range_before(struct range *r)
{
    uint64_t tiles = r->from / MERKLE_TILE;
    unsigned count = 0;
    int err = 0;
    merkle_tiles_init(&r->upper);
    r->upper.size = tiles;
    r->before.size = tiles;
    for (unsigned i = 0; i < MERKLE_LEVELS - 1 && !err; i++) {
        uint64_t hi = tiles >> (8 * i);
        err = pending(r, i, hi >> 8 << 8, hi);
    }
    /* The largest subtrees are those of the highest level. */
    for (unsigned i = MERKLE_LEVELS - 1; i-- > 0 && !err;) {
        struct merkle_edge e;
        merkle_edge_init(&e);
        for (unsigned j = 0; j < r->upper.level[i].n; j++)
            merkle_edge_add(&e, r->upper.level[i].hash[j]);
        unsigned n = (unsigned)__builtin_popcountll(e.size);
        memcpy(r->before.node[count], e.node, n * HASH_LEN);
        count += n;
    }
    r->whole = r->before;
    return err;
}

/* ---- what is read before the rows ---- */

static int load_tiles(struct range *r)
{
    uint64_t first = r->from / MERKLE_TILE, end = r->to / MERKLE_TILE;
    const int64_t args[] = {0, (int64_t)first, (int64_t)end};
    size_t len;
    r->ntiles = end - first;
    r->tiles = xcalloc(r->ntiles + 1, TILE_BYTES);
    r->roots = xcalloc(r->ntiles + 1, HASH_LEN);
    if (scan_start(r->scan, DB_AUDIT_TILE_SPAN, args))
        return range_scan_fault(r);
    for (uint64_t i = 0; i < r->ntiles; i++) {
        int got = scan_next(r->scan);
        if (got < 0)
            return range_scan_fault(r);
        const char *data = got ? scan_bytes(r->scan, 1, &len) : NULL;
        if (!got || (uint64_t)scan_i64(r->scan, 0) != first + i || len != TILE_BYTES)
            return range_fault(r, CPF_E_FORK, "tile 0/%" PRIu64 " is missing", first + i);
        memcpy(r->tiles + i * TILE_BYTES, data, TILE_BYTES);
    }
    return 0;
}

static int load_checkpoints(struct range *r)
{
    const int64_t args[] = {(int64_t)r->from, (int64_t)r->to};
    size_t room = 0;
    int got;
    if (scan_start(r->scan, DB_AUDIT_CHECKPOINTS, args))
        return range_scan_fault(r);
    while ((got = scan_next(r->scan)) > 0) {
        if (r->nnotes == room) {
            room = room ? room * 2 : 256;
            r->note = xrealloc(r->note, room * sizeof(*r->note));
        }
        struct note_row *row = &r->note[r->nnotes++];
        const char *note = scan_bytes(r->scan, 1, &row->len);
        row->size = (uint64_t)scan_i64(r->scan, 0);
        row->note = arena_strndup(&r->keep, note, row->len);
    }
    return got < 0 ? range_scan_fault(r) : 0;
}

/* ---- the tree ---- */

static void root_now(const struct range *r, uint8_t ret[HASH_LEN])
{
    unsigned n = (unsigned)__builtin_popcountll(r->whole.size),
             m = (unsigned)__builtin_popcountll(r->tile.size);
    struct merkle_edge e;
    /* Both edges, one behind the other, are the edge of the whole. */
    e.size = r->whole.size * MERKLE_TILE + r->tile.size;
    memcpy(e.node, r->whole.node, n * HASH_LEN);
    memcpy(e.node + n, r->tile.node, m * HASH_LEN);
    merkle_edge_root(&e, ret);
}

static int check_signature(struct range *r, const struct note_row *row)
{
    struct checkpoint c;
    char why[512];
    int err = audit_keys_open(r->a, &c, row->note, row->len);
    if (err) {
        audit_keys_why(r->a, err, row->note, row->len, why, sizeof(why));
        return range_fault(r, CPF_E_FORK, "checkpoint %" PRIu64 ": %s", row->size, why);
    }
    r->n.nsignatures++;
    return 0;
}

static int check_checkpoint(struct range *r, const struct note_row *row)
{
    struct checkpoint want = {.size = row->size};
    struct buf text;
    int err = 0;
    buf_init(&text);
    memcpy(want.origin, r->a->key.name, sizeof(want.origin));
    root_now(r, want.root);
    checkpoint_format(&want, &text);
    if (row->len <= text.len || memcmp(row->note, text.data, text.len) != 0 || row->note[text.len] != '\n')
        err =
            range_fault(r, CPF_E_FORK,
                        "checkpoint %" PRIu64 ": its root is not what the entries before it give", row->size);
    else if (r->a->signatures)
        err = check_signature(r, row);
    buf_fini(&text);
    r->n.ncheckpoints++;
    return err;
}

/* The log stands at r->idx entries. */
static int at_size(struct range *r)
{
    const struct audit *a = r->a;
    uint8_t root[HASH_LEN];
    if (a->known.have && r->idx == a->known.size) {
        root_now(r, root);
        if (memcmp(root, a->known.root, HASH_LEN) != 0)
            return range_fault(r, CPF_E_FORK,
                               "the first %" PRIu64
                               " entries are not those of the last audit: the log was rewritten",
                               r->idx);
    }
    if (r->next_note == r->nnotes || r->note[r->next_note].size != r->idx)
        return 0;
    const struct note_row *row = &r->note[r->next_note++];
    int err = check_checkpoint(r, row);
    if (!err && r->idx == a->size &&
        (row->len != strlen(a->note) || memcmp(row->note, a->note, row->len) != 0))
        return range_fault(r, CPF_E_FORK, "the newest checkpoint is not that of the head");
    return err;
}

static int add_leaf(struct range *r, const uint8_t leaf[HASH_LEN])
{
    uint64_t i = r->idx - r->from;
    if (i < r->ntiles * MERKLE_TILE && memcmp(r->tiles + i * HASH_LEN, leaf, HASH_LEN) != 0)
        return range_fault(r, CPF_E_FORK, "tile 0/%" PRIu64 " is not what the entries give",
                           r->idx / MERKLE_TILE);
    merkle_edge_add(&r->tile, leaf);
    r->idx++;
    if (r->tile.size < MERKLE_TILE)
        return 0;
    memcpy(r->roots[r->nroots++], r->tile.node[0], HASH_LEN);
    merkle_edge_add(&r->whole, r->tile.node[0]);
    merkle_edge_init(&r->tile);
    r->n.ntiles++;
    return 0;
}

/* ---- the pass ---- */

static int rows(struct range *r)
{
    const int64_t args[] = {(int64_t)r->from, (int64_t)r->to};
    struct audit *shared = (struct audit *)r->a; /* for its atomic members */
    const uint8_t *leaf;
    int err = at_size(r), got = 0;
    if (!err && scan_start(r->scan, DB_AUDIT_ENTRIES, args))
        return range_scan_fault(r);
    while (!err && (got = scan_next(r->scan)) > 0) {
        err = range_row(r, &leaf);
        if (!err)
            err = add_leaf(r, leaf);
        if (!err)
            err = at_size(r);
        if (r->idx % TOLD_ROWS == 0) {
            atomic_fetch_add(&shared->done, TOLD_ROWS);
            if (atomic_load(&shared->stop))
                return CPF_E_AWAY;
        }
    }
    if (got < 0)
        return range_scan_fault(r);
    if (!err && r->idx != r->to)
        err = range_fault(r, CPF_E_FORK, "entry %" PRIu64 " is missing: the head says %" PRIu64 " entries",
                          r->idx, r->a->size);
    if (!err && r->next_note != r->nnotes)
        err = range_fault(r, CPF_E_FORK, "a checkpoint of size %" PRIu64 " in vain",
                          r->note[r->next_note].size);
    return err;
}

void range_run(struct range *r)
{
    int err = range_before(r);
    if (!err)
        err = load_tiles(r);
    if (!err)
        err = load_checkpoints(r);
    if (!err)
        err = range_disclosures(r);
    if (!err)
        err = rows(r);
    if (!err) {
        range_pd_end(r);
        root_now(r, r->root);
    }
    if (err && !r->code)
        r->code = err;
    free(r->tiles);
    r->tiles = NULL;
}
