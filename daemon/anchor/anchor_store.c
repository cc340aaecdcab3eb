/* The tables behind a round. Each function goes on with the round when the database has answered. */
#include <string.h>

#include "anchor/anchor_int.h"
#include "base/cosig.h"
#include "log.h"

static bool failed(const struct db_reply *r)
{
    if (!r->error.code)
        return false;
    log_event(LOG_LEVEL_WARNING, "anchor.db", "statement", r->error.stmt, "sqlstate", r->error.sqlstate,
              "message", r->error.message, NULL);
    return true;
}

/* ---- what is known ---- */

static void on_known(void *arg, const struct db_reply *r)
{
    struct anchor *a = arg;
    if (failed(r) || a->draining) {
        anchor_on_away(a); /* read again with the next connection */
        return;
    }
    for (size_t i = 0; i < db_rows(r->result[0]); i++)
        for (size_t k = 0; k < a->npeers; k++)
            if (strcmp(a->peer[k].is->key.name, db_text(r->result[0], i, 0)) == 0) {
                a->peer[k].size = (uint64_t)db_i64(r->result[0], i, 1);
                a->peer[k].at = db_i64(r->result[0], i, 2);
            }
    a->stamped = (uint64_t)db_i64(r->result[1], 0, 0);
    a->stamp_at = db_i64(r->result[1], 0, 1);
    a->known = true;
    anchor_on_known(a);
}

void anchor_read_known(struct anchor *a)
{
    db_begin(a->db, NULL, on_known, a);
    db_exec(a->db, DB_ANCHOR_KNOWN, NULL);
    db_exec(a->db, DB_ANCHOR_STAMPED, NULL);
    db_end(a->db);
}

/* ---- cosignatures ---- */

static void on_cosigned(void *arg, const struct db_reply *r)
{
    struct anchor_peer *p = arg;
    if (failed(r)) {
        p->result = SUBMIT_AWAY;
        strcpy(p->detail, "cosigned, but our database did not take it");
    } else {
        p->size = p->new_size;
        p->at = p->new_at;
    }
    anchor_on_peer(p);
}

void anchor_store_cosignature(struct anchor_peer *p, const struct submit_done *d)
{
    struct db *db = p->anchor->db;
    struct db_params q = {0};
    p->new_size = p->anchor->size;
    p->new_at = d->time * 1000;
    db_begin(db, NULL, on_cosigned, p);
    db_exec(db, DB_LOG_DURABLE, NULL);
    db_param_i64(&q, (int64_t)p->new_size);
    db_param_text(&q, p->is->key.name);
    db_param_text(&q, d->line);
    db_param_time(&q, p->new_at);
    db_exec(db, DB_ANCHOR_COSIGN, &q);
    db_end(db);
}

/* ---- which checkpoint meets the quorum ---- */

static bool meets(const struct anchor *a, const char *note, const char *lines)
{
    struct buf whole;
    struct note n;
    struct policy_vote vote = {0};
    buf_init(&whole);
    buf_puts(&whole, note);
    cosig_add_lines(&whole, lines);
    if (note_parse(&n, whole.data, whole.len) == CPF_OK)
        policy_vote(&a->policy, &n, &vote);
    buf_fini(&whole);
    return vote.quorum;
}

static void on_counted(void *arg, const struct db_reply *r)
{
    struct anchor *a = arg;
    if (!failed(r)) {
        if (db_rows(r->result[0]) == 1)
            cosig_add_lines(&a->note, db_text(r->result[0], 0, 2));
        for (size_t i = 0; i < db_rows(r->result[1]); i++)
            if (meets(a, db_text(r->result[1], i, 1), db_text(r->result[1], i, 2))) {
                a->quorum_size = (uint64_t)db_i64(r->result[1], i, 0);
                break;
            }
    }
    anchor_on_counted(a);
}

void anchor_count(struct anchor *a)
{
    struct db_params one = {0}, newest = {0};
    db_param_i64(&one, (int64_t)a->size);
    db_param_i64(&one, 1);
    db_param_i64(&newest, 0);
    db_param_i64(&newest, ANCHOR_LOOKBACK);
    db_begin(a->db, NULL, on_counted, a);
    db_exec(a->db, DB_ANCHOR_COSIGNED, &one);
    db_exec(a->db, DB_ANCHOR_COSIGNED, &newest);
    db_end(a->db);
}

/* ---- time stamps ---- */

static void on_stamped(void *arg, const struct db_reply *r)
{
    struct anchor *a = arg;
    if (failed(r)) {
        a->stamp_code = CPF_E_AWAY;
        strcpy(a->stamp_detail, "stamped, but our database did not take it");
    } else {
        a->stamped = a->new_stamped;
        a->stamp_at = a->new_stamp_at;
    }
    anchor_on_stamped(a);
}

void anchor_store_stamp(struct anchor *a, const struct stamper_done *d)
{
    struct db_params p = {0};
    a->new_stamped = a->size;
    a->new_stamp_at = d->time;
    db_begin(a->db, NULL, on_stamped, a);
    db_exec(a->db, DB_LOG_DURABLE, NULL);
    db_param_i64(&p, (int64_t)a->size);
    db_param_textn(&p, a->note.data, a->note.len);
    db_param_bytes(&p, d->der, d->len);
    db_param_time(&p, d->time);
    db_exec(a->db, DB_ANCHOR_STAMP, &p);
    db_end(a->db);
}
