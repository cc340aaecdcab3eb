/*
 *   ask ──read──> KNOWN? ──judge──> MOVE (durable) ──one row──> cosign, answer
 *          │         ^      │         │ none: another was faster
 *          v         └──────┼─────────┘
 *        4xx                v
 *                       409, 422
 */
#include "anchor/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "anchor/witness_rule.h"
#include "base/clock.h"
#include "base/cosig.h"
#include "log.h"

#define TRIES 4 /* of the swap: each time another request moved the same log in between */

struct request {
    struct witness *witness; /* NULL: freed; only the database's word is awaited */
    LIST_ENTRY(request) link;
    char *body;
    struct witness_ask ask; /* points into body */
    unsigned tries;
    witness_answer_fn done;
    void *arg;
};

struct witness {
    struct witness_config cfg;
    struct policy logs;
    struct arena arena; /* the policy's strings */
    char *name;
    LIST_HEAD(request_list, request) waiting;
    size_t n;
    struct witness_count count;
};

static int64_t machine_s(void)
{
    return clock_now_ms() / 1000;
}

/* ---- answers ---- */

static void answer(struct request *q, int status, const char *type, const char *body)
{
    struct witness_answer a = {.status = status, .type = type, .body = body, .len = strlen(body)};
    if (q->witness) {
        LIST_REMOVE(q, link);
        q->witness->n--;
        q->witness->count.refused += status >= 400 && status < 500;
        q->done(q->arg, &a);
    }
    free(q->body);
    free(q);
}

static void answer_words(struct request *q, int status, const char *words)
{
    char text[128];
    snprintf(text, sizeof(text), "%s\n", words);
    answer(q, status, "text/plain; charset=utf-8", text);
}

static void answer_size(struct request *q, uint64_t size)
{
    char text[24];
    snprintf(text, sizeof(text), "%llu\n", (unsigned long long)size);
    answer(q, 409, "text/x.tlog.size", text);
}

static void answer_cosigned(struct request *q)
{
    struct witness *w = q->witness;
    struct buf line;
    buf_init(&line);
    int err = cosig_sign(q->ask.note.text, q->ask.note.text_len, w->name, w->cfg.key, w->cfg.now_s(), &line);
    if (err) {
        log_event(LOG_LEVEL_ERROR, "witness.sign", "error", cpf_strerror(err), NULL);
        answer_words(q, 500, "cannot sign");
    } else {
        w->count.cosigned++;
        log_event(LOG_LEVEL_INFO, "witness.cosigned", "origin", q->ask.c.origin, "size",
                  LOG_NUM((long long)q->ask.c.size), NULL);
        answer(q, 200, "text/plain; charset=utf-8", line.data);
    }
    buf_fini(&line);
}

static bool gone(struct request *q, const struct db_reply *r)
{
    if (q->witness && !r->error.code)
        return false;
    if (q->witness)
        log_event(LOG_LEVEL_WARNING, "witness.db", "statement", r->error.stmt, "sqlstate", r->error.sqlstate,
                  "message", r->error.message, NULL);
    answer_words(q, 503, "database");
    return true;
}

/* ---- the course ---- */

static void look(struct request *q);

static void on_moved(void *arg, const struct db_reply *r)
{
    struct request *q = arg;
    if (gone(q, r))
        return;
    if (db_rows(r->result[1]) == 1)
        answer_cosigned(q);
    else if (++q->tries < TRIES)
        look(q);
    else
        answer_words(q, 503, "busy");
}

static void move(struct request *q)
{
    struct db *db = q->witness->cfg.db;
    struct db_params p = {0};
    struct buf vkey;
    buf_init(&vkey);
    note_key_format(q->ask.key, &vkey);
    db_begin(db, NULL, on_moved, q);
    db_exec(db, DB_LOG_DURABLE, NULL);
    db_param_text(&p, q->ask.c.origin);
    db_param_text(&p, vkey.data);
    db_param_i64(&p, (int64_t)q->ask.proof.index);
    db_param_i64(&p, (int64_t)q->ask.c.size);
    db_param_textn(&p, q->ask.proof.note, q->ask.proof.note_len);
    db_exec(db, DB_WITNESS_MOVE, &p);
    db_end(db);
    buf_fini(&vkey);
}

/* Two roots of one size under the log's own signature are a proof: whoever reads this line has it. */
static void tell_fork(struct request *q, const char *known)
{
    q->witness->count.forks++;
    log_event(LOG_LEVEL_ERROR, "witness.fork", "origin", q->ask.c.origin, "size",
              LOG_NUM((long long)q->ask.c.size), "cosigned", known, "shown", q->ask.proof.note, NULL);
}

static void on_known(void *arg, const struct db_reply *r)
{
    struct request *q = arg;
    struct witness_known known = {0};
    const char *note = "";
    bool fork;
    if (gone(q, r))
        return;
    if (db_rows(r->result[0]) == 1) {
        note = db_text(r->result[0], 0, 1);
        if (witness_known_read(&known, q->ask.c.origin, (uint64_t)db_i64(r->result[0], 0, 0), note)) {
            log_event(LOG_LEVEL_ERROR, "witness.row", "origin", q->ask.c.origin, NULL);
            answer_words(q, 500, "cannot read what is known of this log");
            return;
        }
    }
    int status = witness_judge(&q->ask, &known, &fork);
    if (fork)
        tell_fork(q, note);
    if (status == 200)
        move(q);
    else if (status == 409)
        answer_size(q, known.size);
    else {
        log_event(LOG_LEVEL_WARNING, "witness.unproven", "origin", q->ask.c.origin, "known",
                  LOG_NUM((long long)known.size), "size", LOG_NUM((long long)q->ask.c.size), NULL);
        answer_words(q, status, "the consistency proof does not hold");
    }
}

static void look(struct request *q)
{
    struct db_params p = {0};
    db_param_text(&p, q->ask.c.origin);
    db_query(q->witness->cfg.db, DB_WITNESS_KNOWN, &p, on_known, q);
}

void witness_ask(struct witness *w, const char *body, size_t len, witness_answer_fn done, void *arg)
{
    struct request *q = xcalloc(1, sizeof(*q));
    const char *why;
    q->witness = w;
    q->done = done;
    q->arg = arg;
    q->body = xcalloc(len + 1, 1);
    if (len)
        memcpy(q->body, body, len);
    LIST_INSERT_HEAD(&w->waiting, q, link);
    w->n++;
    int status = w->n > WITNESS_WAITING || !db_ready(w->cfg.db)
                     ? 503
                     : witness_read(&w->logs, w->cfg.training, q->body, len, &q->ask, &why);
    if (status == 503)
        answer_words(q, 503, "busy");
    else if (status)
        answer_words(q, status, why);
    else
        look(q);
}

/* ---- life ---- */

int witness_new(const struct witness_config *cfg, struct witness **ret, int *ret_line)
{
    struct witness *w = xcalloc(1, sizeof(*w));
    w->cfg = *cfg;
    if (!w->cfg.now_s)
        w->cfg.now_s = machine_s;
    LIST_INIT(&w->waiting);
    arena_init(&w->arena, 0);
    w->name = xstrdup(cfg->name);
    int err = policy_parse(&w->logs, &w->arena, cfg->logs, strlen(cfg->logs), ret_line);
    if (err) {
        witness_free(w);
        return err;
    }
    *ret = w;
    return CPF_OK;
}

void witness_free(struct witness *w)
{
    static const struct witness_answer late = {503, "text/plain; charset=utf-8", "stopping\n", 9};
    struct request *q;
    if (!w)
        return;
    while ((q = LIST_FIRST(&w->waiting))) {
        LIST_REMOVE(q, link);
        q->witness = NULL; /* freed when the database has spoken */
        q->done(q->arg, &late);
    }
    arena_fini(&w->arena);
    free(w->name);
    free(w);
}

struct witness_count witness_count(const struct witness *w)
{
    return w->count;
}
