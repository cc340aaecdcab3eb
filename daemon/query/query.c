#include "query/query.h"

#include <stdlib.h>

#include <event2/event.h>

#include "base/bounds.h"
#include "base/mem.h"
#include "log.h"

/* Waiting at most: each answer may be large. */
#define QUERIES   16
#define SEARCH_MS 30000 /* in every stream: in a large log the first row comes late */

struct query {
    struct db *db;
    struct event *retry;
    unsigned tries;
    unsigned deadline_ms; /* as long as anything is pending */
};

static void on_up(void *arg)
{
    ((struct query *)arg)->tries = 0;
}

static void on_down(void *arg, const struct db_error *e)
{
    struct query *q = arg;
    unsigned ms = db_backoff_ms(q->tries++);
    struct timeval tv = {ms / 1000, (ms % 1000) * 1000};
    log_event(LOG_LEVEL_WARNING, "query.db", "statement", e->stmt, "message", e->message, NULL);
    event_add(q->retry, &tv);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    db_connect(((struct query *)arg)->db);
}

int query_new(struct event_base *base, const char *conninfo, struct query **ret)
{
    struct query *q = xcalloc(1, sizeof(*q));
    struct db_config cfg = {.base = base,
                            .name = "reader",
                            .conninfo = conninfo,
                            .prefixes = "query_",
                            .on_up = on_up,
                            .on_down = on_down,
                            .arg = q};
    int err = db_new(&cfg, &q->db);
    q->retry = evtimer_new(base, on_retry, q);
    if (err) {
        query_free(q);
        return err;
    }
    db_connect(q->db);
    *ret = q;
    return 0;
}

void query_free(struct query *q)
{
    if (!q)
        return;
    db_free(q->db);
    if (q->retry)
        event_free(q->retry);
    free(q);
}

void query_log(struct query *q, const struct query_log *what, db_done_fn done, void *arg)
{
    struct db_params p = {0};
    if (db_pending(q->db) >= QUERIES) {
        struct db_reply busy = {.error = {.code = CPF_E_BUSY, .stmt = "", .message = "busy"}};
        done(arg, &busy);
        return;
    }
    /* The connection has one deadline: nobody who asks behind a search cuts it short. */
    unsigned ms = what->stream ? BOUND_PATIENCE_MS : SEARCH_MS;
    if (!db_pending(q->db) || ms > q->deadline_ms) {
        q->deadline_ms = ms;
        db_deadline(q->db, ms);
    }
    db_param_text(&p, what->stream);
    db_param_text(&p, what->kind);
    db_param_text(&p, what->text);
    db_param_i64(&p, what->after);
    db_param_i64(&p, what->limit);
    db_query(q->db, DB_QUERY_LOG, &p, done, arg);
}
