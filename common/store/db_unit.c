/* Units: their FIFO, sending them, and reading their answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "store/db_int.h"

struct db_unit *db_unit_push(struct db *d)
{
    if (d->count == d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 16;
        struct db_unit *ring = xcalloc(cap, sizeof(*ring));
        for (size_t i = 0; i < d->count; i++)
            ring[i] = d->unit[(d->first + i) & (d->cap - 1)];
        free(d->unit);
        d->unit = ring;
        d->cap = cap;
        d->first = 0;
    }
    struct db_unit *u = &d->unit[(d->first + d->count++) & (d->cap - 1)];
    memset(u, 0, sizeof(*u));
    return u;
}

struct db_unit *db_unit_front(struct db *d)
{
    return d->count ? &d->unit[d->first] : NULL;
}

static struct db_unit *unit_last(struct db *d)
{
    return &d->unit[(d->first + d->count - 1) & (d->cap - 1)];
}

static void unit_clear(struct db_unit *u)
{
    for (size_t i = 0; i < u->n; i++) {
        PQclear((PGresult *)(void *)u->result[i]);
        u->result[i] = NULL;
    }
    free(u->message);
    u->message = NULL;
}

/* The front unit leaves the FIFO before its callback runs, so that the callback may submit or close. */
static void unit_answer(struct db *d, int code, const char *message)
{
    struct db_unit u = *db_unit_front(d);
    struct db_reply r = {.error = {.code = code, .stmt = u.failed ? u.failed : "", .message = message}};
    d->first = (d->first + 1) & (d->cap - 1);
    d->count--;
    if (code == 0) {
        r.n = u.n;
        r.result = u.result;
    }
    memcpy(r.error.sqlstate, u.sqlstate, sizeof(r.error.sqlstate));
    if (u.done)
        u.done(u.arg, &r);
    unit_clear(&u);
}

void db_unit_fail(struct db *d, bool dead_only, const char *message)
{
    size_t left = d->count; /* units submitted by the callbacks stay for the next time */
    while (left-- > 0 && d->count > 0) {
        if (dead_only && !db_unit_front(d)->dead)
            break;
        unit_answer(d, CPF_E_AWAY, message);
    }
}

/* ---- sending ---- */

void db_begin(struct db *d, db_row_fn row, db_done_fn done, void *arg)
{
    require(!d->building);
    d->building = true;

    struct db_unit *u = db_unit_push(d);
    u->row = row;
    u->done = done;
    u->arg = arg;
    u->dead = d->state != DB_UP || d->doomed;
}

void db_exec(struct db *d, enum db_stmt stmt, const struct db_params *p)
{
    struct db_unit *u = unit_last(d);
    const struct stmt *s = &stmt_table[stmt];
    static const int binary[DB_PARAMS_MAX] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    require(d->building && u->n < DB_UNIT_MAX && (p ? p->n : 0) == s->nparams);
    u->stmt[u->n++] = stmt;
    if (u->dead || d->doomed)
        return;
    if (!PQsendQueryPrepared(d->pg, s->name, s->nparams, p ? p->value : NULL, p ? p->length : NULL, binary,
                             1))
        db_doom(d);
}

void db_end(struct db *d)
{
    struct db_unit *u = unit_last(d);
    require(d->building && u->n > 0);
    d->building = false;
    if (u->dead) {
        event_active(d->ev_later, EV_TIMEOUT, 0);
        return;
    }
    if (!d->doomed && !PQpipelineSync(d->pg))
        db_doom(d);
    db_flush(d);
}

void db_query(struct db *d, enum db_stmt stmt, const struct db_params *p, db_done_fn done, void *arg)
{
    db_begin(d, NULL, done, arg);
    db_exec(d, stmt, p);
    db_end(d);
}

static bool wanted(const char *prefixes, const char *name)
{
    size_t n;
    for (const char *p = prefixes; *p; p += n) {
        p += strspn(p, " ");
        n = strcspn(p, " ");
        if (n && strncmp(name, p, n) == 0)
            return true;
    }
    return false;
}

/* Each PREPARE is a unit of its own: one that fails must not take others with it. */
int db_unit_prepare_all(struct db *d)
{
    int n = 0;
    for (int i = 0; i < DB_STMT_COUNT; i++) {
        const struct stmt *s = &stmt_table[i];
        if (!wanted(d->cfg.prefixes, s->name))
            continue;
        struct db_unit *u = db_unit_push(d);
        u->prepare = true;
        u->stmt[u->n++] = (enum db_stmt)i;
        if (!PQsendPrepare(d->pg, s->name, s->sql, s->nparams, s->oid) || !PQpipelineSync(d->pg))
            return CPF_E_AWAY;
        n++;
    }
    return n;
}

/* ---- reading ---- */

static void unit_error(struct db *d, struct db_unit *u, const PGresult *res)
{
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
    if (u->code)
        return;
    u->code = CPF_E_DB;
    u->failed = stmt_table[u->stmt[u->got < u->n ? u->got : u->n - 1]].name;
    snprintf(u->sqlstate, sizeof(u->sqlstate), "%s", state ? state : "");
    u->message = xstrdup(text ? text : PQresultErrorMessage(res));
    db_words(d, u->message);
}

/* What was prepared may yield something else than its header says: it is read by that header. */
static bool unit_columns(struct db *d, struct db_unit *u, const PGresult *res)
{
    const struct stmt *s = &stmt_table[u->stmt[u->got]];
    int k = 0, n = PQnfields(res);
    if (u->prepare || u->code)
        return !u->code;
    while (k < n && k < s->ncolumns && PQftype(res, k) == s->column_oid[k] && PQfformat(res, k) == 1)
        k++;
    if (k == n && n == s->ncolumns)
        return true;
    u->code = CPF_E_DB;
    u->failed = s->name;
    snprintf(u->sqlstate, sizeof(u->sqlstate), "%s", "42804");
    require(asprintf(&u->message, "column %d of %d has type %u; the statement's header: %u, of %d columns",
                     k + 1, n, k < n ? PQftype(res, k) : 0, k < s->ncolumns ? s->column_oid[k] : 0,
                     s->ncolumns) >= 0);
    db_words(d, u->message);
    return false;
}

static bool unit_rows(struct db *d, struct db_unit *u, PGresult *res)
{
    unsigned generation = d->generation;
    db_row_fn row = u->row;
    void *arg = u->arg;
    size_t no = u->got;
    if (PQntuples(res) == 1) {
        row(arg, no, (struct db_result *)(void *)res);
        return d->generation == generation;
    }
    for (int i = 0; i < PQntuples(res); i++) { /* single-row mode was not granted: hand them out one by one */
        PGresult *one = PQcopyResult(res, PG_COPYRES_ATTRS);

        require(one);
        for (int c = 0; c < PQnfields(res); c++)
            require(PQsetvalue(one, 0, c, PQgetvalue(res, i, c),
                               PQgetisnull(res, i, c) ? -1 : PQgetlength(res, i, c)));
        row(arg, no, (struct db_result *)(void *)one);
        PQclear(one);
        if (d->generation != generation)
            return false;
    }
    return true;
}

/* One PGresult of the front unit; frees or keeps it. False: the connection was closed by a callback. */
static bool unit_result(struct db *d, struct db_unit *u, PGresult *res)
{
    bool going = true;
    switch (PQresultStatus(res)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
        if (!unit_columns(d, u, res))
            break;
        if (u->row) {
            going = unit_rows(d, u, res);
            break;
        }
        /* fall through */
    case PGRES_COMMAND_OK:
        require(u->got < u->n && !u->result[u->got]);
        u->result[u->got] = (struct db_result *)(void *)res;
        return true;
    case PGRES_PIPELINE_ABORTED:
        break;
    default:
        unit_error(d, u, res);
        break;
    }
    PQclear(res);
    return going;
}

/* The Sync of the front unit has come. False: the connection was closed. */
static bool unit_synced(struct db *d)
{
    struct db_unit *u = db_unit_front(d);
    unsigned generation = d->generation;
    if (d->warned) { /* it may be done and not safe: nobody is told that it is */
        db_lost(d, CPF_E_AWAY, "", "");
        return false;
    }
    if (!u->prepare) {
        char *message = u->message;
        u->message = NULL;
        unit_answer(d, u->code, message ? message : "");
        free(message);
        return d->generation == generation;
    }
    bool failed = u->code != 0;
    char state[6];
    const char *name = stmt_table[u->stmt[0]].name;

    memcpy(state, u->sqlstate, sizeof(state));
    unit_answer(d, 0, "");
    if (failed) {
        db_lost(d, db_sqlstate_transient(state) ? CPF_E_AWAY : CPF_E_DB, name, state);
        return false;
    }
    const struct db_unit *next = db_unit_front(d);
    if (d->state == DB_PREPARING && (!next || !next->prepare)) {
        if (next) /* submitted too early: on_later answers them, and they held up no connection */
            event_active(d->ev_later, EV_TIMEOUT, 0);
        db_came_up(d);
    }
    return d->generation == generation;
}

static void unit_arm(struct db *d, struct db_unit *u)
{
    if (u->row && !u->armed && u->got < u->n) {
        (void)PQsetSingleRowMode(d->pg);
        u->armed = true;
    }
}

bool db_unit_drain(struct db *d)
{
    struct db_unit *u;
    while ((u = db_unit_front(d)) && !u->dead) {
        unit_arm(d, u);
        if (PQisBusy(d->pg))
            return true;
        PGresult *res = PQgetResult(d->pg);
        if (!res) {
            if (PQstatus(d->pg) == CONNECTION_BAD)
                return false;
            u->got++;
            u->armed = false;
        } else if (PQresultStatus(res) == PGRES_PIPELINE_SYNC) {
            PQclear(res);
            if (!unit_synced(d))
                return false;
        } else if (!unit_result(d, u, res)) {
            return false;
        }
    }
    return true;
}
