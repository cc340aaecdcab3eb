/*
 * The connection.
 *
 *   DB_IDLE --db_connect--> DB_CONNECTING --connected--> DB_PREPARING --all prepared--> DB_UP
 *      ^                         |                            |                          |
 *      +------ on_down ----------+----------------------------+--------------------------+
 *
 * db_close goes to DB_IDLE from anywhere, without on_down.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/enc.h"
#include "base/mem.h"
#include "base/next.h"
#include "store/conn.h"
#include "store/db_int.h"

#define CONNECT_SECONDS 10
#define WATCH_MS        250 /* how often it is looked whether the server still answers */

static void on_later(evutil_socket_t fd, short what, void *arg);
static void on_timeout(evutil_socket_t fd, short what, void *arg);
static void on_watch(evutil_socket_t fd, short what, void *arg);

int db_new(const struct db_config *cfg, struct db **ret)
{
    struct db *d = xcalloc(1, sizeof(*d));
    d->cfg = *cfg;
    d->cfg.conninfo = xstrdup(cfg->conninfo);
    d->cfg.name = xstrdup(cfg->name);
    d->cfg.prefixes = xstrdup(cfg->prefixes);
    d->ev_later = evtimer_new(cfg->base, on_later, d);
    d->ev_timeout = evtimer_new(cfg->base, on_timeout, d);
    d->ev_watch = event_new(cfg->base, -1, EV_PERSIST, on_watch, d);
    require(d->ev_later && d->ev_timeout && d->ev_watch);
    *ret = d;
    return 0;
}

bool db_ready(const struct db *d)
{
    return d->state == DB_UP && !d->doomed;
}

size_t db_pending(const struct db *d)
{
    return d->count;
}

void db_words(struct db *d, const char *message)
{
    free(d->why);
    d->why = xstrdup(message ? message : "");
    d->why[strcspn(d->why, "\r\n")] = '\0';
}

static void drop_events(struct db *d)
{
    if (d->ev_read)
        event_free(d->ev_read);
    if (d->ev_write)
        event_free(d->ev_write);
    d->ev_read = d->ev_write = NULL;
}

/* Up step by step; lost from anywhere. */
static const unsigned becomes[] = {
    [DB_IDLE] = NEXT(DB_CONNECTING),
    [DB_CONNECTING] = NEXT(DB_PREPARING) | NEXT(DB_IDLE),
    [DB_PREPARING] = NEXT(DB_UP) | NEXT(DB_IDLE),
    [DB_UP] = NEXT(DB_IDLE),
};

static void become(struct db *d, enum db_state s)
{
    require(may_follow(becomes[d->state], (int)s));
    d->state = s;
}

/* Back to DB_IDLE; the units are still there. */
static void disconnect(struct db *d)
{
    drop_events(d);
    event_del(d->ev_timeout);
    event_del(d->ev_later);
    event_del(d->ev_watch);
    if (d->pg)
        PQfinish(d->pg);
    d->pg = NULL;
    d->doomed = d->warned = false;
    become(d, DB_IDLE);
    d->generation++;
}

void db_lost(struct db *d, int code, const char *stmt, const char *sqlstate)
{
    char *why = d->why ? d->why : xstrdup("");
    struct db_error e = {.code = code, .stmt = stmt, .warned = d->warned, .message = why};
    d->why = NULL;
    snprintf(e.sqlstate, sizeof(e.sqlstate), "%s", sqlstate);
    disconnect(d);

    unsigned generation = d->generation;
    db_unit_fail(d, false, why);
    if (d->generation == generation && d->state == DB_IDLE && d->cfg.on_down)
        d->cfg.on_down(d->cfg.arg, &e);
    free(why);
}

static void lost_now(struct db *d)
{
    const char *text = d->pg ? PQerrorMessage(d->pg) : "";
    if (text && *text)
        db_words(d, text);
    else if (!d->why)
        db_words(d, "connection lost");
    db_lost(d, CPF_E_AWAY, "", "");
}

void db_doom(struct db *d)
{
    d->doomed = true;
    event_active(d->ev_later, EV_TIMEOUT, 0);
}

static void on_later(evutil_socket_t fd, short what, void *arg)
{
    struct db *d = arg;
    (void)fd;
    (void)what;
    unsigned generation = d->generation;
    if (d->doomed) {
        lost_now(d);
        return;
    }
    db_unit_fail(d, true, "not connected");
    /* answers to what stands behind them may have been read meanwhile */
    if (d->generation == generation && d->ev_write && !db_unit_drain(d) && d->generation == generation)
        lost_now(d);
}

static void on_timeout(evutil_socket_t fd, short what, void *arg)
{
    struct db *d = arg;
    (void)fd;
    (void)what;
    db_words(d, "no connection within 10 s");
    db_lost(d, CPF_E_AWAY, "", "");
}

/* Counted in looks, not by the clock: a machine that slept has not waited. */
static void on_watch(evutil_socket_t fd, short what, void *arg)
{
    struct db *d = arg;
    char words[64];
    (void)fd;
    (void)what;
    d->quiet_ms = d->heard || !d->count ? 0 : d->quiet_ms + WATCH_MS;
    d->heard = false;
    if (!d->deadline_ms || d->quiet_ms < d->deadline_ms)
        return;
    snprintf(words, sizeof(words), "no answer for %u ms", d->quiet_ms);
    db_words(d, words);
    db_lost(d, CPF_E_AWAY, "", "");
}

void db_deadline(struct db *d, unsigned ms)
{
    d->deadline_ms = ms;
}

void db_flush(struct db *d)
{
    if (d->doomed || !d->pg)
        return;
    switch (PQflush(d->pg)) {
    case 0:
        return;
    case 1:
        event_add(d->ev_write, NULL);
        return;
    default:
        db_doom(d);
    }
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    db_flush(arg);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct db *d = arg;
    unsigned generation = d->generation;
    (void)fd;
    (void)what;
    d->heard = true;
    if (!PQconsumeInput(d->pg)) {
        /* What arrived before the end may hold the server's last words. */
        db_unit_drain(d);
        if (d->generation == generation)
            lost_now(d);
        return;
    }
    db_flush(d);
    if (!db_unit_drain(d)) {
        if (d->generation == generation)
            lost_now(d);
        return;
    }
    /* With nothing awaited, the server can only have closed, or sent notices: those are parsed here. */
    if (d->generation == generation && d->count == 0 && d->pg) {
        (void)PQisBusy(d->pg);
        if (PQstatus(d->pg) == CONNECTION_BAD)
            lost_now(d);
    }
}

void db_came_up(struct db *d)
{
    const struct timeval look = {0, WATCH_MS * 1000};
    event_del(d->ev_timeout);
    d->quiet_ms = 0;
    event_add(d->ev_watch, &look);
    become(d, DB_UP);
    free(d->why);
    d->why = NULL;
    d->cfg.on_up(d->cfg.arg);
}

/* Refusals stand in results, and notices are for people at psql; but a warning on what was asked takes its
 * success back. libpq hands it over before the Sync of the unit that it came with. */
static void on_notice(void *arg, const PGresult *res)
{
    struct db *d = arg;
    const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    if (d->count == 0 || !severity || strcmp(severity, "WARNING") != 0)
        return;
    d->warned = true;
    db_words(d, text);
}

static void connected(struct db *d)
{
    become(d, DB_PREPARING);
    PQsetNoticeReceiver(d->pg, on_notice, d);
    d->ev_read = event_new(d->cfg.base, PQsocket(d->pg), EV_READ | EV_PERSIST, on_readable, d);
    d->ev_write = event_new(d->cfg.base, PQsocket(d->pg), EV_WRITE, on_writable, d);
    require(d->ev_read && d->ev_write);
    if (d->cfg.first)
        require(event_priority_set(d->ev_read, 0) == 0 && event_priority_set(d->ev_write, 0) == 0);
    event_add(d->ev_read, NULL);
    int n = 0;
    if (PQsetnonblocking(d->pg, 1) != 0 || !PQenterPipelineMode(d->pg) || (n = db_unit_prepare_all(d)) < 0) {
        db_doom(d);
        return;
    }
    if (n == 0)
        db_came_up(d);
    else
        db_flush(d);
}

static void on_poll(evutil_socket_t fd, short what, void *arg)
{
    struct db *d = arg;
    short want;
    (void)fd;
    (void)what;
    drop_events(d);
    switch (PQconnectPoll(d->pg)) {
    case PGRES_POLLING_OK:
        connected(d);
        return;
    case PGRES_POLLING_READING:
        want = EV_READ;
        break;
    case PGRES_POLLING_WRITING:
        want = EV_WRITE;
        break;
    default:
        lost_now(d);
        return;
    }
    d->ev_read = event_new(d->cfg.base, PQsocket(d->pg), want, on_poll, d); /* its socket may change */
    require(d->ev_read);
    event_add(d->ev_read, NULL);
}

void db_connect(struct db *d)
{
    static const char *const key[] = {"application_name",
                                      "keepalives_idle",
                                      "tcp_user_timeout",
                                      "dbname",
                                      "options",
                                      "client_encoding",
                                      NULL};
    char options[320], name[64];
    const char *value[] = {name, "10", "15000", d->cfg.conninfo, options, "UTF8", NULL};
    struct timeval limit = {CONNECT_SECONDS, 0};
    /* Warnings must come, whatever the role's settings; and a backend that waits for a lock notices that
     * nobody waits for it any more. */
    snprintf(name, sizeof(name), "cpfd %s", d->cfg.name);
    snprintf(options, sizeof(options),
             CONN_OPTIONS " -c client_min_messages=warning -c client_connection_check_interval=2000 %s %s",
             d->cfg.plan_once ? "-c plan_cache_mode=force_generic_plan" : "",
             d->cfg.lazy ? "-c synchronous_commit=off" : "");

    require(d->state == DB_IDLE);
    become(d, DB_CONNECTING);
    evtimer_add(d->ev_timeout, &limit);
    d->pg = PQconnectStartParams(key, value, 1);
    require(d->pg);
    if (PQstatus(d->pg) == CONNECTION_BAD) {
        db_doom(d);
        return;
    }
    d->ev_read = event_new(d->cfg.base, PQsocket(d->pg), EV_WRITE, on_poll, d);
    require(d->ev_read);
    event_add(d->ev_read, NULL);
}

void db_close(struct db *d)
{
    if (d->state != DB_IDLE)
        disconnect(d);
    db_unit_fail(d, false, "connection closed");
}

void db_free(struct db *d)
{
    if (!d)
        return;
    db_close(d);
    event_free(d->ev_later);
    event_free(d->ev_timeout);
    event_free(d->ev_watch);
    free((char *)d->cfg.conninfo);
    free((char *)d->cfg.name);
    free((char *)d->cfg.prefixes);
    free(d->unit);
    free(d->why);
    free(d);
}

unsigned db_backoff_ms(unsigned n)
{
    unsigned top = n < 7 ? 50u << n : 5000;
    uint16_t r;
    if (top > 5000)
        top = 5000;
    enc_random(&r, sizeof(r));
    return top / 2 + (unsigned)(r % (top / 2 + 1));
}

bool db_sqlstate_transient(const char *sqlstate)
{
    static const char *const cls[] = {"08", "40", "53", "57", "58"};
    if (!*sqlstate)
        return true;
    for (size_t i = 0; i < sizeof(cls) / sizeof(cls[0]); i++)
        if (strncmp(sqlstate, cls[i], 2) == 0)
            return true;
    return false;
}
