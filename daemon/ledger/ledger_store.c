/* The transaction of one group: one pipeline unit, from binary arrays in buffers that are reused. */
#include <stdlib.h>
#include <string.h>
#include "base/enc.h"
#include "ledger/ledger_int.h"

static void put_entries(struct ledger *l, const struct group *g)
{
    db_array_begin(&l->a_id, DB_UUID);
    db_array_begin(&l->a_stream, DB_TEXT);
    db_array_begin(&l->a_sseq, DB_INT8);
    db_array_begin(&l->a_kind, DB_TEXT);
    db_array_begin(&l->a_at, DB_TIMESTAMPTZ);
    db_array_begin(&l->a_body, DB_TEXT);
    for (size_t i = 0; i < g->n; i++) {
        const struct entry *e = queue_slot(&l->queue, i)->entry;
        uint8_t id[UUID_LEN];
        if (e->id && uuid_read(e->id, strlen(e->id), id) == 0)
            db_array_bytes(&l->a_id, id, sizeof(id));
        else
            db_array_null(&l->a_id);
        db_array_bytes(&l->a_stream, e->stream, strlen(e->stream));
        db_array_i64(&l->a_sseq, (int64_t)e->sseq);
        db_array_bytes(&l->a_kind, e->kind, strlen(e->kind));
        db_array_time(&l->a_at, e->at);
        db_array_bytes(&l->a_body, e->text, e->len);
    }
}

static void put_leaves(struct ledger *l, const struct group *g)
{
    db_array_begin(&l->a_leaf, DB_BYTEA);
    for (size_t i = 0; i < g->n; i++)
        db_array_bytes(&l->a_leaf, g->leaf[i], HASH_LEN);
}

static void exec_swap(struct ledger *l, const struct group *g)
{
    struct db_params p = {0};
    db_param_i64(&p, (int64_t)g->base.size);
    db_param_i64(&p, (int64_t)l->epoch);
    db_param_i64(&p, (int64_t)g->head.size);
    db_param_bytes(&p, g->head.root, HASH_LEN);
    db_param_textn(&p, g->note.data, g->note.len);
    db_exec(l->db, DB_LOG_SWAP, &p);
}

static void exec_entries(struct ledger *l, const struct group *g)
{
    struct db_params p = {0};
    put_leaves(l, g);
    db_param_i64(&p, (int64_t)g->base.size);
    if (g->is_void) {
        db_param_array(&p, &l->a_leaf);
        db_exec(l->db, DB_LOG_APPEND_VOID, &p);
        return;
    }
    put_entries(l, g);
    struct buf *const column[] = {&l->a_id, &l->a_stream, &l->a_sseq, &l->a_kind,
                                  &l->a_at, &l->a_body,   &l->a_leaf};
    for (size_t i = 0; i < sizeof(column) / sizeof(column[0]); i++)
        db_param_array(&p, column[i]);
    db_exec(l->db, DB_LOG_APPEND, &p);
}

static void exec_disclosures(struct ledger *l, const struct group *g)
{
    struct db_params p = {0};
    size_t n = 0;
    if (g->is_void)
        return;
    db_array_begin(&l->a_idx, DB_INT8);
    db_array_begin(&l->a_name, DB_TEXT);
    db_array_begin(&l->a_salted, DB_TEXT);
    for (size_t i = 0; i < g->n; i++) {
        const struct slot *s = queue_slot(&l->queue, i);
        for (size_t k = 0; k < s->ndisclosures; k++, n++) {
            db_array_i64(&l->a_idx, (int64_t)(g->base.size + i));
            db_array_bytes(&l->a_name, s->disclosure[k].name, strlen(s->disclosure[k].name));
            db_array_bytes(&l->a_salted, s->disclosure[k].salted, strlen(s->disclosure[k].salted));
        }
    }
    if (!n)
        return;
    db_param_array(&p, &l->a_idx);
    db_param_array(&p, &l->a_name);
    db_param_array(&p, &l->a_salted);
    db_exec(l->db, DB_LOG_DISCLOSE, &p);
}

static void add_sealed(struct ledger *l, const char *person, const char *kind, const char *sealed)
{
    db_array_bytes(&l->a_stream, person, strlen(person));
    db_array_bytes(&l->a_kind, kind, strlen(kind));
    db_array_bytes(&l->a_salted, sealed, strlen(sealed));
}

static void exec_sealed(struct ledger *l, const struct group *g)
{
    struct db_params p = {0};
    bool any = false;
    db_array_begin(&l->a_stream, DB_TEXT);
    db_array_begin(&l->a_kind, DB_TEXT);
    db_array_begin(&l->a_salted, DB_TEXT);
    for (size_t i = 0; i < g->n && !g->is_void; i++) {
        const struct ledger_sealed *sealed = queue_slot(&l->queue, i)->sealed;
        if (!sealed)
            continue;
        any = true;
        add_sealed(l, sealed->person, "pin", sealed->pin);
        add_sealed(l, sealed->person, "key", sealed->key);
    }
    if (!any)
        return;
    db_param_array(&p, &l->a_stream);
    db_param_array(&p, &l->a_kind);
    db_param_array(&p, &l->a_salted);
    db_exec(l->db, DB_LOG_SEAL, &p);
}

/* Behind the disclosures: a value may have come with this very group. */
static void exec_beside(struct ledger *l, const struct group *g)
{
    struct db_params p = {0};
    bool any = false;
    db_array_begin(&l->a_idx, DB_INT8);
    for (size_t i = 0; i < g->n && !g->is_void; i++) {
        const struct slot *s = queue_slot(&l->queue, i);
        if (s->map)
            ledger_map_exec(l, s->map); /* one at a time is under way (ledger.h) */
        if (s->forgets)
            db_array_i64(&l->a_idx, (int64_t)(g->base.size + i));
        any |= s->forgets;
    }
    if (!any)
        return;
    db_param_array(&p, &l->a_idx);
    db_exec(l->db, DB_LOG_FORGET, &p);
}

static void exec_tiles(struct ledger *l, struct group *g)
{
    struct db_params p = {0};
    if (!g->ntiles)
        return;
    db_param_array(&p, &g->tile_level);
    db_param_array(&p, &g->tile_n);
    db_param_array(&p, &g->tile_data);
    db_exec(l->db, DB_LOG_TILE_ADD, &p);
}

static void exec_checkpoint(struct ledger *l, const struct group *g)
{
    struct db_params p = {0};
    db_param_i64(&p, (int64_t)g->head.size);
    db_param_textn(&p, g->note.data, g->note.len);
    db_exec(l->db, DB_LOG_CHECKPOINT_ADD, &p);
}

#ifdef CPF_TESTHOOKS
#include <stdio.h>
#include <unistd.h>
#define TEST_PAUSE_MOST 5000 /* ms */
/*
 * CPF_TEST_PAUSE=after-sign:FILE: once FILE is there, stand still between the signer's answer and the
 * transaction, so that a kill hits that very moment. Tells by renaming it to FILE.hit; goes on when that is
 * gone.
 */
static void test_pause(const char *where)
{
    const char *v = getenv("CPF_TEST_PAUSE");
    size_t n = strlen(where);
    char hit[512];
    if (!v || strncmp(v, where, n) != 0 || v[n] != ':')
        return;
    snprintf(hit, sizeof(hit), "%s.hit", v + n + 1);
    if (rename(v + n + 1, hit) != 0)
        return;
    for (int ms = 0; ms < TEST_PAUSE_MOST && access(hit, F_OK) == 0; ms++)
        usleep(1000);
}
#else
#define test_pause(where) ((void)0)
#endif

static void on_stored(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    if (!ledger_reply_ok(l, r))
        return;
    require(l->cur->state == GROUP_SENT);
    gather_begin(l, group_step(l->cur, &l->stats.commit_us));
    group_become(l->cur, GROUP_STORED);
    group_stored(l);
}

/* The swap comes first: it raises when the head is not ours, and nothing behind it is kept. */
void group_store(struct ledger *l)
{
    struct group *g = l->cur;
    require(g->state == GROUP_SIGNED);
    test_pause("after-sign");
    group_become(g, GROUP_SENT);
    group_step(g, NULL); /* a group that was held, or sent again, waited for nothing that is measured */
    db_begin(l->db, NULL, on_stored, l);
    exec_swap(l, g);
    exec_entries(l, g);
    exec_disclosures(l, g);
    exec_sealed(l, g);
    exec_beside(l, g);
    exec_tiles(l, g);
    exec_checkpoint(l, g);
    db_end(l->db);
    tell_rest(l);
    for (size_t c = 0; c < g->ncmds && l->cfg.on_sent; c++)
        if (!queue_cmd(&l->queue, c)->own)
            l->cfg.on_sent(l->cfg.arg, queue_cmd(&l->queue, c)->tag);
}
