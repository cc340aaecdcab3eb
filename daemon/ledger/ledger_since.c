/*
 * The end of the log by position: every row from the last one back to the newest map of streams (in a log
 * without one, to the first), by its bytes alone, each in its place of the signed tree. No column and no
 * index but the place can hide an entry here. Then the rows of that map, which must give its root.
 */
#include <stdlib.h>
#include <string.h>
#include "base/enc.h"
#include "base/kind.h"
#include "ledger/ledger_load.h"

#define SPAN_LEAST 256
#define SPAN_MOST  16384

static void next_piece(struct ledger *l);

/* ---- the newest map ---- */

static void take_row(struct ledger *l, const struct db_result *r)
{
    struct load *o = l->load;
    const char *stream = db_text(r, 0, 1);
    const uint8_t *salt = db_fixed(r, 0, 2, BATCHMAP_SALT), *last = db_fixed(r, 0, 4, HASH_LEN);
    uint64_t count = (uint64_t)db_i64(r, 0, 3);
    if (!salt || !last) {
        ledger_fatal(l, CPF_E_FORK, "attack: a row of map %llu of streams is not of its form",
                     (unsigned long long)o->map);
        return;
    }
    if ((o->nrows & (o->nrows - 1)) == 0)
        o->row = xrealloc(o->row, (o->nrows ? o->nrows * 2 : 1) * sizeof(*o->row));
    batchmap_row(salt, stream, count, last, o->row[o->nrows++]);
    (void)stand_mapped(l, stream, count, last);
}

/* ---- checkpoints ---- */

static void take_count(struct ledger *l, uint64_t count)
{
    if (count != l->kept.count)
        ledger_fatal(
            l, CPF_E_FORK,
            "attack: up to size %llu the log had %llu checkpoints by map %llu of streams, %llu are left: "
            "run cpfctl audit",
            (unsigned long long)l->kept.upto, (unsigned long long)l->kept.count,
            (unsigned long long)l->load->map, (unsigned long long)count);
}

/* A group has at most so many entries, so the next checkpoint cannot be further. */
static void take_size(struct ledger *l, uint64_t size)
{
    if (size - l->kept.upto > SIGWIRE_LEAVES_MAX)
        ledger_fatal(l, CPF_E_FORK, "attack: checkpoints between the sizes %llu and %llu are missing",
                     (unsigned long long)l->kept.upto, (unsigned long long)size);
    else
        ledger_map_kept(l, size);
}

static void on_map_row(void *arg, size_t no, const struct db_result *r)
{
    struct ledger *l = arg;
    if (l->state == LEDGER_DEAD)
        return;
    if (no == 0)
        take_row(l, r);
    else if (no == 1)
        take_count(l, (uint64_t)db_i64(r, 0, 0));
    else
        take_size(l, (uint64_t)db_i64(r, 0, 0));
}

static void on_map(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    struct load *o = l->load;
    uint8_t root[HASH_LEN];
    if (!ledger_reply_ok(l, r))
        return;
    if (o->map_idx == UINT64_MAX) {
        ledger_load_entries(l);
        return;
    }
    int err = batchmap_sort(o->row, o->nrows);
    batchmap_root((const uint8_t(*)[BATCHMAP_ROW])o->row, o->nrows, root);
    if (err || o->nrows != o->map_rows || memcmp(root, o->map_root, HASH_LEN) != 0) {
        ledger_fatal(
            l, CPF_E_FORK,
            "attack: the rows kept of map %llu of streams do not give the root in the log: run cpfctl "
            "audit",
            (unsigned long long)o->map);
        return;
    }
    ledger_load_entries(l);
}

static void read_map(struct ledger *l)
{
    struct db_params map = {0}, upto = {0};
    bool none = l->load->map_idx == UINT64_MAX;
    db_param_i64(&map, (int64_t)l->load->map);
    db_param_i64(&map, none ? -1 : (int64_t)l->load->map);
    db_param_i64(&upto, (int64_t)l->kept.upto);
    db_begin(l->db, on_map_row, on_map, l);
    db_exec(l->db, DB_LOG_MAP_ROWS, &map);
    db_exec(l->db, DB_LOG_SIZES_UNTIL, &upto);
    db_exec(l->db, DB_LOG_SIZES, &upto);
    db_end(l->db);
}

/* ---- behind it ---- */

static bool take_map(struct ledger *l, const struct entry *e)
{
    struct load *o = l->load;
    struct log_batch_map v;
    bool whole = log_read(&log_batch_map_shape, e, &v);
    o->map_idx = e->idx;
    o->map = (uint64_t)v.map;
    o->map_rows = (uint64_t)v.rows;
    if (v.sizes && enc_unb64url_fixed(v.sizes, strlen(v.sizes), l->kept.sizes, HASH_LEN) == 0) {
        l->kept.count = (uint64_t)v.checkpoints;
        l->kept.upto = (uint64_t)v.upto;
    }
    if (!l->closing.any && v.closing)
        l->closing.any = enc_unb64url_fixed(v.closing, strlen(v.closing), l->closing.leaf, HASH_LEN) == 0;
    if (!whole || !o->map || enc_unb64url_fixed(v.root, strlen(v.root), o->map_root, HASH_LEN) != 0)
        return ledger_bad(l, e->idx, e->stream, "it is no map of streams");
    return true;
}

/* Is the row one that the log knows to be without body? At the tail the signer said so, elsewhere the
 * log.void behind the run does; which rows that one names is checked at the end. */
static bool void_row(struct ledger *l, uint64_t idx, const struct db_result *r)
{
    const uint8_t *leaf = db_fixed(r, 0, 7, HASH_LEN);
    l->load->nvoid++;
    if (!leaf)
        return ledger_bad(l, idx, "void", "its leaf is not as long as a leaf is");
    if (idx < l->head.size && !ledger_fold_leaf(l, idx, leaf, r)) /* behind it: our own void group */
        return false;
    if (l->load->above == ABOVE_ENTRY)
        return ledger_bad(l, idx, "void", "rows without body end here, no log.void names them");
    l->load->above = ABOVE_VOID;
    for (size_t i = 0; i < l->nruns; i++)
        if (idx >= l->run[i].first && idx < l->run[i].first + l->run[i].count)
            return true;
    return ledger_bad(l, idx, "void", "it has no body, and the index of such rows lacks it");
}

static void on_since_row(void *arg, size_t no, const struct db_result *r)
{
    struct ledger *l = arg;
    struct load *o = l->load;
    struct entry e = {0};
    if (no == 0 || l->state == LEDGER_DEAD || o->map_idx != UINT64_MAX)
        return; /* settings; dead; or the rest of the piece in which the map was found */
    uint64_t idx = (uint64_t)db_i64(r, 0, 0);
    if (idx != --o->down) {
        ledger_fatal(l, CPF_E_FORK, "attack: entry %llu is missing", (unsigned long long)o->down);
        return;
    }
    if (db_null(r, 0, 6)) {
        (void)void_row(l, idx, r);
        return;
    }
    if (!ledger_fold_read(l, r, &e) || !stand_behind(l, &e))
        return;
    if (!l->closing.any && kind_name_has(e.kind, KIND_COUNTS)) {
        l->closing.any = true;
        memcpy(l->closing.leaf, e.leaf, HASH_LEN);
    }
    o->above = log_kind(&e) == KIND_LOG_VOID ? ABOVE_VOID : ABOVE_ENTRY;
    if (log_kind(&e) == KIND_LOG_BATCH_MAP)
        (void)take_map(l, &e);
}

/* No row may have a body that the runs say has none: as many are without one as they say. */
static bool check_nvoid(struct ledger *l)
{
    uint64_t n = 0;
    for (size_t i = 0; i < l->nruns; i++) {
        uint64_t first = l->run[i].first, end = first + l->run[i].count;
        if (first < l->load->down)
            first = l->load->down;
        n += end > first ? end - first : 0;
    }
    if (n == l->load->nvoid)
        return true;
    ledger_fatal(
        l, CPF_E_FORK, "attack: from %llu on %llu rows have no body, the index of such rows has %llu",
        (unsigned long long)l->load->down, (unsigned long long)l->load->nvoid, (unsigned long long)n);
    return false;
}

static bool check_begun(struct ledger *l)
{
    size_t pos = 0;
    for (const struct stand *s; (s = map_next(&l->load->stands, &pos));)
        if (s->first != 1)
            return ledger_bad(l, 0, s->stream, "its stream does not begin with its first entry");
    return true;
}

static void on_since(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    struct load *o = l->load;
    if (!ledger_reply_ok(l, r))
        return;
    if (o->map_idx == UINT64_MAX && o->down != o->from) {
        ledger_fatal(l, CPF_E_FORK, "attack: entry %llu is missing", (unsigned long long)o->down - 1);
        return;
    }
    if (o->map_idx == UINT64_MAX && o->down > 0) {
        next_piece(l);
        return;
    }
    if (!check_nvoid(l))
        return;
    if (o->map_idx != UINT64_MAX || check_begun(l))
        read_map(l);
}

/* Each piece begins where a full tile does, and is twice as long as the one before. */
static void next_piece(struct ledger *l)
{
    struct load *o = l->load;
    struct db_params p = {0};
    o->from = o->down > o->span ? (o->down - o->span) / MERKLE_TILE * MERKLE_TILE : 0;
    o->span = o->span < SPAN_MOST ? o->span * 2 : SPAN_MOST;
    db_param_i64(&p, (int64_t)o->from);
    db_param_i64(&p, (int64_t)o->down);
    db_begin(l->db, on_since_row, on_since, l);
    db_exec(l->db, DB_LOG_READING, NULL);
    db_exec(l->db, DB_LOG_SINCE, &p);
    db_end(l->db);
}

void ledger_since(struct ledger *l)
{
    struct load *o = l->load;
    o->down = l->settled.size;
    o->span = SPAN_LEAST;
    o->map_idx = UINT64_MAX;
    l->kept = (struct kept){0};
    l->closing.any = false;
    o->tile_n = UINT64_MAX;
    db_array_begin(&o->names, DB_TEXT);
    if (o->down > 0)
        next_piece(l);
    else
        ledger_load_entries(l);
}
