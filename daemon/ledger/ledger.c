/*
 * The ledger: its states, losing its peers, and its end.
 *
 *   IDLE --start--> CONNECTING --database, lock, signer--> FENCING --epoch raised--> OPENING
 *                      ^                                                               |
 *                      | back-off                              first time              | living
 *                   WAITING <--+                 LOADING <-----------------------------+
 *                      ^       |                    | tree, voids, catalogue, fold     |
 *                      |       |                    v                                  v
 *                      +--lost-+-------- READY <--------> COMMITTING <-----------------+
 *                                                group
 *
 *   DEAD from anywhere: on_fatal was called, nothing more happens.
 *
 * Losing either peer loses both connections, and the way back always goes through a fence (doc/log.md 2): a
 * lost answer leaves it unknown whether a transaction took effect, and the fence waits for one that holds the
 * head and dooms one that does not. So is a COMMIT that came with a warning (store/db.h): a fence that is
 * committed without one stands behind it on the standby, too. A daemon that has folded once is living: it
 * goes on only with its own epoch + 1 (more by as many as it has sent fences without hearing of them), its
 * base or its own group as head, and no row that has lost its body. tests/model plays all orders of that.
 */
#include "ledger/ledger_int.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/kind.h"
#include "log.h"

static void on_db_up(void *arg);
static void on_db_down(void *arg, const struct db_error *e);
static void on_signer_lost(void *arg, int err, const char *text);

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
    struct ledger *l = arg;
    (void)fd;
    (void)what;
    ledger_state(l, LEDGER_CONNECTING);
    db_connect(l->db);
}

static void on_pump(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    group_pump(arg);
}

static void on_idle(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    ledger_check_idle(arg);
}

static void copy_config(struct ledger *l, const struct ledger_config *cfg)
{
    l->cfg = *cfg;
    l->cfg.conninfo = xstrdup(cfg->conninfo);
    l->cfg.signer_socket = xstrdup(cfg->signer_socket);
    l->cfg.origin = xstrdup(cfg->origin);
    l->cfg.vkey = xstrdup(cfg->vkey);
}

int ledger_new(const struct ledger_config *cfg, struct ledger **ret)
{
    struct ledger *l = xcalloc(1, sizeof(*l));
    struct db_config db = {.base = cfg->base,
                           .name = "ledger",
                           .conninfo = cfg->conninfo,
                           .prefixes = "log_",
                           .first = true,
                           .plan_once = true,
                           .on_up = on_db_up,
                           .on_down = on_db_down,
                           .arg = l};
    copy_config(l, cfg);
    arena_init(&l->own, 0);
    group_init(l);
    l->ev_retry = evtimer_new(cfg->base, on_retry, l);
    l->ev_pump = evtimer_new(cfg->base, on_pump, l);
    l->ev_idle = evtimer_new(cfg->base, on_idle, l);
    require(l->ev_retry && l->ev_pump && l->ev_idle);
    (void)!event_priority_set(l->ev_pump, 0);
    tell_init(l);
    gather_init(l);
    watch_init(l);
    int err = keyring_parse(&l->keys, cfg->vkey);
    if (!err && strcmp(l->keys.key[0].name, cfg->origin) != 0)
        err = CPF_E_KEY;
    if (!err)
        err = ledger_own_read_boot(l);
    if (!err)
        err = db_new(&db, &l->db);
    if (!err)
        err = signer_client_new(cfg->base, cfg->signer_socket, on_signer_lost, l, &l->signer);
    if (err) {
        ledger_free(l);
        return err;
    }
    *ret = l;
    return 0;
}

void ledger_free(struct ledger *l)
{
    if (!l)
        return;
    l->state = LEDGER_DEAD;
    db_free(l->db);
    signer_client_free(l->signer);
    event_free(l->ev_retry);
    event_free(l->ev_pump);
    event_free(l->ev_idle);
    ledger_load_free(l);
    group_fini(l);
    queue_fini(&l->queue);
    tell_fini(l);
    gather_fini(l);
    watch_fini(l);
    arena_fini(&l->own);
    free(l->run);
    free(l->known);
    free((char *)l->cfg.conninfo);
    free((char *)l->cfg.signer_socket);
    free((char *)l->cfg.origin);
    free((char *)l->cfg.vkey);
    free(l);
}

void ledger_start(struct ledger *l)
{
    require(l->state == LEDGER_IDLE);
    event_active(l->ev_retry, EV_TIMEOUT, 0);
}

/* The diagram above, arrow by arrow. Only these are taken. */
#define TO(s) NEXT(LEDGER_##s)
static const struct {
    const char *name;
    unsigned to;
} states[] = {
    [LEDGER_IDLE] = {"idle", TO(CONNECTING) | TO(DEAD)},
    [LEDGER_WAITING] = {"waiting", TO(CONNECTING) | TO(DEAD)},
    [LEDGER_CONNECTING] = {"connecting", TO(FENCING) | TO(WAITING) | TO(DEAD)},
    [LEDGER_FENCING] = {"fencing", TO(OPENING) | TO(WAITING) | TO(DEAD)},
    [LEDGER_OPENING] = {"opening", TO(LOADING) | TO(COMMITTING) | TO(WAITING) | TO(DEAD)},
    [LEDGER_LOADING] = {"loading", TO(READY) | TO(WAITING) | TO(DEAD)},
    [LEDGER_READY] = {"ready", TO(COMMITTING) | TO(WAITING) | TO(DEAD)},
    [LEDGER_COMMITTING] = {"committing", TO(READY) | TO(WAITING) | TO(DEAD)},
    [LEDGER_DEAD] = {"dead", 0},
};

void ledger_state(struct ledger *l, enum ledger_state s)
{
    if (l->state == s)
        return;
    require(may_follow(states[l->state].to, (int)s));
    bool serving = l->state >= LEDGER_READY && s != LEDGER_DEAD && s >= LEDGER_READY;
    if (!serving)
        log_event(LOG_LEVEL_DEBUG, "ledger.state", "from", states[l->state].name, "to", states[s].name, NULL);
    l->state = s;
    if (!serving)
        watch_state(l);
}

/* ---- bad news ---- */

void ledger_fatal(struct ledger *l, int code, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    if (l->state == LEDGER_DEAD)
        return;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    ledger_state(l, LEDGER_DEAD);
    event_del(l->ev_retry);
    event_del(l->ev_pump);
    db_close(l->db);
    signer_client_close(l->signer);
    l->cfg.on_fatal(l->cfg.arg, code, text ? text : "");
    free(text);
}

static void tell_away(struct ledger *l, const char *away, const char *why)
{
    log_event(LOG_LEVEL_WARNING, "ledger.away", "code", away, "why", why, NULL);
    if (l->announced || !l->away || strcmp(l->away, away) != 0) {
        l->announced = false;
        l->away = away;
        l->cfg.on_away(l->cfg.arg, away);
    }
}

void ledger_lost(struct ledger *l, const char *away, const char *why)
{
    if (l->state == LEDGER_DEAD || l->state == LEDGER_WAITING)
        return;
    if (l->folding && !l->folded) {
        ledger_fatal(l, CPF_E_AWAY, "%s was lost while the log was being read (%s): start again", away + 5,
                     why);
        return;
    }
    l->reading = false;
    if (l->state == LEDGER_FENCING)
        l->doubt++;
    unsigned ms = db_backoff_ms(l->attempts++);
    struct timeval wait = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};

    ledger_state(l, LEDGER_WAITING);
    db_close(l->db);
    signer_client_close(l->signer);
    evtimer_add(l->ev_retry, &wait);
    tell_away(l, away, why);
}

/* Some errors pass: resources, a server that stops, or one that is not yet the primary (25006). */
static bool passing(const struct db_error *e)
{
    return db_sqlstate_transient(e->sqlstate) || strcmp(e->sqlstate, "25006") == 0;
}

bool ledger_reply_ok(struct ledger *l, const struct db_reply *r)
{
    const struct db_error *e = &r->error;
    if (l->state == LEDGER_DEAD || l->state == LEDGER_WAITING)
        return false;
    if (e->code == 0)
        return true;
    if (e->code == CPF_E_AWAY)
        return false; /* on_db_down comes next */
    if (passing(e))
        ledger_lost(l, "away.database", e->message);
    else
        ledger_fatal(l, CPF_E_DB, "statement %s: %s (SQLSTATE %s)", e->stmt, e->message, e->sqlstate);
    return false;
}

void ledger_refused(struct ledger *l, int err, const struct signer_refusal *r)
{
    if (r->code == SIGWIRE_C_SESSION)
        ledger_lost(l, "away.signer",
                    r->text); /* the fence will tell whether another daemon has taken over */
    else
        ledger_fatal(l, err, "%s: %s", r->name, r->text);
}

static void on_db_down(void *arg, const struct db_error *e)
{
    struct ledger *l = arg;
    l->stats.warned += e->warned;
    if (e->code == CPF_E_DB)
        ledger_fatal(l, CPF_E_DB,
                     "statement %s cannot be prepared: %s (SQLSTATE %s): deploy the schema first", e->stmt,
                     e->message, e->sqlstate);
    else
        ledger_lost(l, e->warned ? "away.standby" : "away.database", e->message);
}

static void on_signer_lost(void *arg, int err, const char *text)
{
    struct ledger *l = arg;
    if (err == CPF_E_AWAY)
        ledger_lost(l, "away.signer", text);
    else
        ledger_fatal(l, err, "cpf-signer does not speak our protocol: %s", text);
}

/* ---- connecting ---- */

static void on_signer_up(void *arg)
{
    ledger_fence(arg);
}

/* The lock is ours: no other daemon of this log is at work on this server. */
static void on_locked(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    if (ledger_reply_ok(l, r))
        signer_client_connect(l->signer, on_signer_up);
}

static void on_db_up(void *arg)
{
    struct ledger *l = arg;
    db_query(l->db, DB_LOG_LOCK, NULL, on_locked, l);
}

/* ---- the rest of the contract ---- */

void ledger_announce(struct ledger *l)
{
    l->attempts = 0;
    if (l->announced)
        return;
    l->announced = true;
    l->away = NULL;
    log_event(LOG_LEVEL_INFO, "ledger.ready", "epoch", LOG_NUM((long long)l->epoch), "size",
              LOG_NUM((long long)l->settled.size), NULL);
    l->cfg.on_ready(l->cfg.arg);
}

void ledger_check_idle(struct ledger *l)
{
    if (!l->draining || !l->on_idle || l->queue.ncmds > 0 || l->told.ncmds > 0 || l->state == LEDGER_DEAD)
        return;
    void (*cb)(void *) = l->on_idle;
    l->on_idle = NULL;
    cb(l->cfg.arg);
}

void ledger_drain(struct ledger *l, void (*idle)(void *arg))
{
    l->draining = true;
    l->on_idle = idle;
    event_active(l->ev_idle, EV_TIMEOUT, 0);
}

bool ledger_is_new(const struct ledger *l)
{
    return l->is_new;
}

size_t ledger_waiting(const struct ledger *l)
{
    return l->queue.ncmds;
}

size_t ledger_waiting_bytes(const struct ledger *l)
{
    return l->queue.bytes;
}

struct ledger_stats ledger_stats(const struct ledger *l)
{
    return l->stats;
}

int64_t ledger_last_at(const struct ledger *l)
{
    return l->last_at;
}

const char *ledger_boot(const struct ledger *l)
{
    return l->boot;
}

const char *ledger_checkpoint(const struct ledger *l)
{
    return l->note.len ? l->note.data : NULL;
}

/* What else this turn of the loop brings joins the group. */
void ledger_wake(struct ledger *l)
{
    if (l->state == LEDGER_READY || (l->cur->state == GROUP_STORED && l->next->state == GROUP_NONE))
        event_active(l->ev_pump, EV_TIMEOUT, 0);
}

void ledger_submit(struct ledger *l, const struct ledger_item *items, size_t n, void *tag)
{
    require(l->announced && n >= 1 && n <= 64);
    for (size_t i = 0; i < n; i++) {
        items[i].entry->idx = l->next_idx++;
        if (kind_name_has(items[i].entry->kind, KIND_COUNTS)) {
            l->closing.any = true;
            memcpy(l->closing.leaf, items[i].entry->leaf, HASH_LEN);
        }
        if (items[i].entry->at > l->last_at)
            l->last_at = items[i].entry->at;
    }
    l->is_new = false;
    queue_push(&l->queue, items, n, tag, false);
    ledger_wake(l);
}
