/* Ranges in their order: what each took on trust must be what those before it gave. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "audit/hook.h"
#include "base/mem.h"

static unsigned nodes(const struct merkle_edge *e)
{
    return (unsigned)__builtin_popcountll(e->size);
}

/* ---- tiles of level 1 and above ---- */

/* merkle_tiles counts tiles of level 0 here, so its level 0 is level 1 of the tree. */
static void on_upper(void *arg, unsigned level, uint64_t n, const uint8_t hashes[MERKLE_TILE * HASH_LEN])
{
    struct audit *a = arg;
    size_t len;
    int got = scan_next(a->entries);
    level++;
    if (got < 0) {
        (void)audit_scan_fault(a, a->entries);
        return;
    }
    if (got == 0 || (uint64_t)scan_i64(a->entries, 0) != level || (uint64_t)scan_i64(a->entries, 1) != n) {
        (void)audit_fault(a, CPF_E_FORK, "tile %u/%" PRIu64 " is missing", level, n);
        return;
    }
    const char *data = scan_bytes(a->entries, 2, &len);
    if (len != MERKLE_TILE * HASH_LEN || memcmp(data, hashes, len) != 0)
        (void)audit_fault(a, CPF_E_FORK, "tile %u/%" PRIu64 " is not what the entries give", level, n);
    a->n.ntiles++;
}

static int join_tree(struct audit *a, const struct range *r)
{
    if (memcmp(a->whole.node, r->before.node, nodes(&a->whole) * HASH_LEN) != 0)
        return audit_fault(a, CPF_E_FORK,
                           "the tiles of the first %" PRIu64 " entries are not what those entries give",
                           r->from);
    for (size_t i = 0; i < r->nroots && !a->code; i++) {
        merkle_tiles_add(&a->upper, r->roots[i], on_upper, a);
        merkle_edge_add(&a->whole, r->roots[i]);
    }
    memcpy(a->computed, r->root, HASH_LEN);
    a->idx = r->to;
    return a->code;
}

/* ---- chains ---- */

static int join_stream(struct audit *a, const struct stream *s)
{
    struct stream *whole = streams_at(&a->streams, s->name, strlen(s->name));
    if (s->first_sseq != whole->sseq + 1)
        return audit_fault(a, CPF_E_FORK,
                           "entry %" PRIu64 " (%s): an entry of its stream is missing before it (sseq)",
                           s->first_idx, s->name);
    if (strcmp(s->first_prev, whole->prev) != 0)
        return audit_fault(a, CPF_E_FORK,
                           "entry %" PRIu64
                           " (%s): it does not follow the entry before it in its stream (prev)",
                           s->first_idx, s->name);
    whole->sseq = s->sseq;
    memcpy(whole->prev, s->prev, sizeof(whole->prev));
    return 0;
}

static int join_streams(struct audit *a, const struct range *r)
{
    const struct stream *first = NULL; /* of several faults the earliest is named */
    size_t pos = 0;
    for (const struct stream *s; (s = map_next(&r->streams, &pos));) {
        const struct stream *whole = streams_at(&a->streams, s->name, strlen(s->name));
        bool follows = s->first_sseq == whole->sseq + 1 && strcmp(s->first_prev, whole->prev) == 0;
        if (!follows && (!first || s->first_idx < first->first_idx))
            first = s;
        else if (follows)
            (void)!join_stream(a, s);
    }
    return first ? join_stream(a, first) : 0;
}

/* ---- meaning ---- */

static int join_meaning(struct audit *a, struct range *r)
{
    int err = 0;
    for (size_t i = 0; i < r->runs.n; i++)
        runs_add(&a->runs, r->runs.at[i].first, r->runs.at[i].end);
    for (size_t i = 0; i < r->missing.n; i++)
        missing_add(&a->missing, r->missing.at[i].idx, r->missing.at[i].stream, r->missing.at[i].name);
    if (!a->foreign)
        a->foreign = r->foreign;
    for (size_t i = 0; i < r->nspecials && !err; i++)
        err = audit_special(a, &r->special[i]);
    return err;
}

static void add_counts(struct counts *to, const struct counts *n)
{
    to->nvoid += n->nvoid;
    to->ncheckpoints += n->ncheckpoints;
    to->nsignatures += n->nsignatures;
    to->ntiles += n->ntiles;
    to->ndisclosures += n->ndisclosures;
    to->nacts += n->nacts;
    to->bytes += n->bytes;
}

int audit_join(struct audit *a, struct range *r)
{
    int err = r->code ? audit_fault(a, r->code, "%s", r->fault ? r->fault : cpf_strerror(r->code)) : 0;
    if (!err)
        err = join_tree(a, r);
    if (!err)
        err = join_streams(a, r);
    if (!err)
        err = join_meaning(a, r);
    add_counts(&a->n, &r->n);
    return err;
}

/* ---- begin and end ---- */

/* The tree before the first range: from the stored tiles; at the size the last audit knew, its root must come
 * out. */
static int begin_behind(struct audit *a, uint64_t at)
{
    struct range *r = range_new(a, a->entries, at, at);
    int err = range_before(r);
    if (err)
        err = audit_fault(a, r->code, "%s", r->fault);
    a->upper = r->upper;
    a->whole = r->before;
    range_free(r);
    return err;
}

static int old_rows(struct audit *a)
{
    const int64_t args[] = {(int64_t)a->from};
    if (scan_start(a->entries, DB_AUDIT_ROWS_BEFORE, args) || scan_next(a->entries) != 1)
        return audit_scan_fault(a, a->entries);
    uint64_t rows = (uint64_t)scan_i64(a->entries, 0);
    if (rows != a->from)
        return audit_fault(a, CPF_E_FORK,
                           "of the first %" PRIu64 " entries, which the last audit saw, %" PRIu64 " are left",
                           a->from, rows);
    return 0;
}

int audit_join_begin(struct audit *a)
{
    const int64_t args[] = {(int64_t)(a->from / MERKLE_TILE * MERKLE_TILE)};
    int err = begin_behind(a, (uint64_t)args[0]);
    hash_empty(a->computed);
    a->idx = (uint64_t)args[0];
    if (!err && a->from)
        err = old_rows(a);
    if (!err && scan_start(a->entries, DB_AUDIT_TILE_UPPER, args))
        err = audit_scan_fault(a, a->entries);
    return err;
}

static uint64_t tiles_of(uint64_t size)
{
    uint64_t n = 0;
    for (size /= MERKLE_TILE; size; size /= MERKLE_TILE)
        n += size;
    return n;
}

int audit_join_end(struct audit *a)
{
    if (memcmp(a->computed, a->root, HASH_LEN) != 0)
        return audit_fault(a, CPF_E_FORK, "the entries do not give the root of the head (%" PRIu64 ")",
                           a->size);
    if (tiles_of(a->size) != a->ntiles_stored)
        return audit_fault(a, CPF_E_FORK, "%" PRIu64 " tiles are stored, a log of %" PRIu64 " has %" PRIu64,
                           a->ntiles_stored, a->size, tiles_of(a->size));
    int err = audit_runs_end(a);
    if (!err && a->foreign)
        err =
            audit_fault(a, CPF_E_FORK, "a disclosure for entry %" PRIu64 ", which has no such personal field",
                        a->foreign - 1);
    if (!err && a->missing.n)
        err =
            audit_fault(a, CPF_E_FORK,
                        "entry %" PRIu64 " (%s): the disclosure of %s is gone and no redacted entry says so",
                        a->missing.at[0].idx, a->missing.at[0].stream, a->missing.at[0].name);
    return err;
}
