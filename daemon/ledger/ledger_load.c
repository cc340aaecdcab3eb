/*
 * Reading the log at start: what guards it, then the tree from tiles and the leaves behind them (its root
 * must be the signed one), then what is behind the newest map of streams (ledger_since.c), then every entry
 * of every open stream, each to the end that is signed (ledger_stand.c). Cost follows the open streams and
 * what came since that map, not the history.
 */
#include <stdlib.h>
#include <string.h>
#include "ledger/ledger_load.h"
#include "log.h"
#include "store/guard.h"

void ledger_load_free(struct ledger *l)
{
    struct load *o = l->load;
    free(l->rolled);
    l->rolled = NULL;
    if (!o)
        return;
    for (unsigned v = 0; v <= MERKLE_LEVELS; v++)
        free(o->root[v]);
    stand_fini(o);
    free(o->row);
    buf_fini(&o->names);
    free(o->said);
    buf_fini(&o->note);
    arena_fini(&o->arena);
    free(o);
    l->load = NULL;
}

static struct load *load_new(struct ledger *l, const struct sigwire_msg *m)
{
    struct load *o = xcalloc(1, sizeof(*o));
    arena_init(&o->arena, 0);
    buf_init(&o->note);
    buf_init(&o->names);
    for (unsigned v = 0; v < MERKLE_LEVELS; v++) {
        o->full[v] = 8 * (v + 1) < 64 ? l->head.size >> (8 * (v + 1)) : 0;
        o->root[v] = xcalloc(o->full[v] + 1, HASH_LEN);
    }
    o->tile_n = UINT64_MAX;
    o->pending = m->opened.pending == SIGWIRE_VOID;
    if (o->pending) { /* the answer lives as long as the callback only */
        o->head = m->opened.head;
        o->nleaves = m->opened.leaves.n;
        memcpy(o->leaf, m->opened.leaves.hash, o->nleaves * HASH_LEN);
        buf_add(&o->note, m->opened.note.s, m->opened.note.len);
    }
    return o;
}

/* ---- what guards the log ---- */

static bool check_catalogue(struct ledger *l, const struct db_result *r)
{
    struct guard g = guard_begin();
    for (size_t i = 0, n = db_rows(r); i <= n; i++) {
        const char *why = guard_line(&g, i < n ? db_text(r, i, 0) : NULL);
        if (!why)
            continue;
        ledger_fatal(l, CPF_E_FORK, "attack: %s", why);
        return false;
    }
    if (g.blind)
        log_event(LOG_LEVEL_WARNING, "ledger.catalogue", "blind",
                  "definitions of views and functions are compared on PostgreSQL 15 only", NULL);
    return true;
}

static bool check_tile_counts(struct ledger *l, const struct db_result *r)
{
    for (unsigned v = 0; v < MERKLE_LEVELS; v++) {
        uint64_t have = (uint64_t)db_i64(r, v, 1);
        if (have == l->load->full[v])
            continue;
        ledger_fatal(l, CPF_E_FORK, "attack: %llu tiles of level %u where a log of %llu has %llu",
                     (unsigned long long)have, v, (unsigned long long)l->head.size,
                     (unsigned long long)l->load->full[v]);
        return false;
    }
    return true;
}

/* ---- the tree ---- */

static void on_tile(struct ledger *l, unsigned v, uint64_t n, const uint8_t *data)
{
    struct load *o = l->load;
    uint64_t covered = o->full[v + 1] * MERKLE_TILE; /* by tiles of the level above */
    uint8_t root[HASH_LEN];
    if (n != o->next[v]++ || n >= o->full[v]) { /* more than was asked for has no room */
        ledger_fatal(l, CPF_E_FORK, "attack: tile %u/%llu is missing, or not asked for", v,
                     (unsigned long long)o->next[v] - 1);
        return;
    }
    merkle_tile_root(data, root);
    if (n < covered && memcmp(root, o->root[v][n], HASH_LEN) != 0) {
        ledger_fatal(l, CPF_E_FORK, "attack: tile %u/%llu is not what the tile above it holds", v,
                     (unsigned long long)n);
        return;
    }
    if (n >= covered) {
        memcpy(o->root[v][n], root, HASH_LEN);
        memcpy(l->tiles.level[v + 1].hash[n - covered], root, HASH_LEN);
        l->tiles.level[v + 1].n = (uint16_t)(n - covered + 1);
    }
    if (v > 0)
        memcpy(o->root[v - 1][n * MERKLE_TILE], data, MERKLE_TILE * HASH_LEN);
}

static void on_tree_row(void *arg, size_t no, const struct db_result *r)
{
    struct ledger *l = arg;
    struct load *o = l->load;
    uint64_t n = (uint64_t)db_i64(r, 0, 0);
    bool tile = o->level_of[no] < MERKLE_LEVELS;
    const uint8_t *data = db_fixed(r, 0, 1, tile ? (size_t)MERKLE_TILE * HASH_LEN : HASH_LEN);
    if (tile) {
        if (!data) {
            ledger_fatal(l, CPF_E_FORK, "attack: tile %u/%llu has another length", o->level_of[no],
                         (unsigned long long)n);
            return;
        }
        on_tile(l, o->level_of[no], n, data);
        return;
    }
    if (n != o->next_leaf++ || n >= l->head.size || !data) { /* more than was asked for has no room */
        ledger_fatal(l, CPF_E_FORK, "attack: entry %llu is missing, or not asked for",
                     (unsigned long long)o->next_leaf - 1);
        return;
    }
    memcpy(o->behind[l->tiles.level[0].n], data,
           HASH_LEN); /* a void group moves the tiles on before the fold */
    memcpy(l->tiles.level[0].hash[l->tiles.level[0].n++], data, HASH_LEN);
}

/* The edge is the edges of each level's unfinished tile, one after the other. */
static void edge_from_tiles(struct merkle_edge *e, const struct merkle_tiles *t)
{
    unsigned k = 0;
    for (unsigned v = MERKLE_LEVELS; v-- > 0;) {
        struct merkle_edge part;
        merkle_edge_init(&part);
        for (unsigned i = 0; i < t->level[v].n; i++)
            merkle_edge_add(&part, t->level[v].hash[i]);
        unsigned n = (unsigned)__builtin_popcountll(part.size);
        memcpy(e->node[k], part.node, n * HASH_LEN);
        k += n;
    }
    e->size = t->size;
}

static void on_tree(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    struct load *o = l->load;
    uint8_t root[HASH_LEN];
    if (!ledger_reply_ok(l, r))
        return;
    if (o->next_leaf != l->head.size) {
        ledger_fatal(l, CPF_E_FORK, "attack: entry %llu is missing", (unsigned long long)o->next_leaf);
        return;
    }
    l->tiles.size = l->head.size;
    edge_from_tiles(&l->edge, &l->tiles);
    merkle_edge_root(&l->edge, root);
    if (memcmp(root, l->head.root, HASH_LEN) != 0) {
        ledger_fatal(
            l, CPF_E_FORK,
            "attack: the stored tiles and leaves do not give the signed root of size %llu: run cpfctl audit",
            (unsigned long long)l->head.size);
        return;
    }
    if (o->pending)
        group_void(l, &o->head, (const uint8_t(*)[HASH_LEN])o->leaf, o->nleaves, o->note.data, o->note.len);
    else
        ledger_load_fold(l);
}

static void read_range(struct ledger *l, enum db_stmt stmt, int level, uint64_t first, uint64_t to)
{
    struct db_params p = {0};
    if (level >= 0)
        db_param_i64(&p, level);
    db_param_i64(&p, (int64_t)first);
    db_param_i64(&p, (int64_t)to);
    db_exec(l->db, stmt, &p);
}

/* From the top level down, so that each tile finds what the one above it says. Level 0: only those that no
 * tile of level 1 covers. */
static void read_tree(struct ledger *l)
{
    struct load *o = l->load;
    size_t no = 0;
    merkle_tiles_init(&l->tiles);
    db_begin(l->db, on_tree_row, on_tree, l);
    for (unsigned v = MERKLE_LEVELS; v-- > 0;) {
        if (!o->full[v])
            continue;
        require(no < DB_UNIT_MAX - 1); /* 2^48 entries */
        o->next[v] = v == 0 ? o->full[1] * MERKLE_TILE : 0;
        o->level_of[no++] = v;
        read_range(l, DB_LOG_TILES, (int)v, o->next[v], o->full[v]);
    }
    o->next_leaf = o->full[0] * MERKLE_TILE;
    o->level_of[no] = MERKLE_LEVELS;
    read_range(l, DB_LOG_LEAVES, -1, o->next_leaf, l->head.size);
    db_end(l->db);
}

static void on_guard(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    if (ledger_reply_ok(l, r) && check_catalogue(l, r->result[0]) && check_tile_counts(l, r->result[1]))
        read_tree(l);
}

void ledger_load(struct ledger *l, const struct sigwire_msg *opened)
{
    ledger_state(l, LEDGER_LOADING);
    ledger_load_free(l);
    l->load = load_new(l, opened);
    db_begin(l->db, NULL, on_guard, l);
    db_exec(l->db, DB_LOG_CATALOGUE, NULL);
    db_exec(l->db, DB_LOG_TILE_COUNTS, NULL);
    db_end(l->db);
}

/* ---- the open streams ---- */

/* Each run of rows without body is followed by the log.void that names exactly it, and no log.void stands
 * without its run; only a run at the tail, the signer's own, is still owed one. */
static bool check_voids(struct ledger *l)
{
    const struct load *o = l->load;
    size_t n = l->nruns;
    if (n && l->run[n - 1].first + l->run[n - 1].count == l->settled.size)
        n--;
    for (size_t i = 0; i < n || i < o->nsaid; i++) {
        const struct run *r = i < n ? &l->run[i] : NULL;
        const struct said *s = i < o->nsaid ? &o->said[i] : NULL;
        if (r && s && r->first == s->first && r->count == s->count && s->idx == r->first + r->count)
            continue;
        if (r && (!s || r->first < s->first))
            ledger_fatal(l, CPF_E_FORK, "attack: %llu rows without body from %llu: no log.void names them",
                         (unsigned long long)r->count, (unsigned long long)r->first);
        else
            ledger_fatal(l, CPF_E_FORK, "attack: log.void at %llu names rows that are not without body",
                         (unsigned long long)s->idx);
        return false;
    }
    return true;
}

static void on_folded(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    if (!ledger_reply_ok(l, r) || !stand_all(l) || !check_voids(l) || !ledger_key_check(l))
        return;
    stand_tell(l);
    uint64_t voids = 0;
    for (size_t i = 0; i < l->nruns; i++)
        voids += l->run[i].count;
    l->is_new = l->load->nlog + voids == l->settled.size;
    l->next_idx = l->settled.size;
    ledger_load_free(l);
    l->folded = true;
    ledger_own_begin(l);
    ledger_state(l, LEDGER_READY);
    if (l->queue.ncmds)
        group_pump(l); /* ready when it is settled */
    else
        ledger_announce(l);
}

static void on_entry_row(void *arg, size_t no, const struct db_result *r)
{
    if (no == 1)
        ledger_fold_row(arg, r);
}

void ledger_load_entries(struct ledger *l)
{
    struct db_params p = {0};
    l->folding = true;
    l->load->tile_n = UINT64_MAX;
    db_param_array(&p, &l->load->names);
    db_begin(l->db, on_entry_row, on_folded, l);
    db_exec(l->db, DB_LOG_READING, NULL);
    db_exec(l->db, DB_LOG_OPEN_ENTRIES, &p);
    db_end(l->db);
}

void ledger_load_fold(struct ledger *l)
{
    l->reading = true;
    if (l->cfg.on_reading)
        l->cfg.on_reading(l->cfg.arg);
    else
        ledger_read_on(l);
}

void ledger_read_on(struct ledger *l)
{
    if (!l->reading || l->state != LEDGER_LOADING)
        return; /* lost meanwhile: asked for again */
    l->reading = false;
    ledger_since(l);
}
