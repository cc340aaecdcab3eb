/*
 * The follower's states:
 *
 *   IDLE --connected--> LOOKING --stands at n--> READING --part read--> WRITING
 *     ^                  ^   ^                    ^   |                    |
 *     |                  |   +--- a fault, too ---+---|---- more ----------+
 *     +-- lost           |       much waiting         | level with what was told
 *                        |                            v
 *                        +------- the same ---------- LIVE: rows gather for FOLLOW_DELAY_MS
 *
 * LOOKING reads cpf.projected and the open sign-ins; whatever was in memory is forgotten before it. So each
 * kind of trouble has one way out, and it is the way in.
 */
#include "follow/follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/kind.h"
#include "base/mem.h"
#include "base/next.h"
#include "follow/follow_int.h"
#include "log.h"

#define FOLLOW_DELAY_MS 100   /* rows gather so long: what people read lags by it, and writing costs less */
#define FOLLOW_PART     128   /* entries read at a time while catching up */
#define FOLLOW_PAUSE_MS 2     /* ... with a pause in between: scans come first */
#define FOLLOW_ROWS     16384 /* waiting at most */
#define PATIENCE_MS     30000 /* a server that hangs: nobody waits here, but the lag grows */

static void look(struct follow *f);
static void write_now(struct follow *f);

/* The diagram above. A connection that is lost twice in one turn is lost; what is looked for anew is looked
 * for. */
#define TO(s) NEXT(FOLLOW_##s)
static const unsigned becomes[] = {
    [FOLLOW_IDLE] = TO(IDLE) | TO(LOOKING),
    [FOLLOW_LOOKING] = TO(LOOKING) | TO(READING) | TO(IDLE),
    [FOLLOW_READING] = TO(READING) | TO(WRITING) | TO(LIVE) | TO(LOOKING) | TO(IDLE),
    [FOLLOW_WRITING] = TO(READING) | TO(LOOKING) | TO(IDLE),
    [FOLLOW_LIVE] = TO(LOOKING) | TO(IDLE),
};

static void become(struct follow *f, enum follow_state s)
{
    require(may_follow(becomes[f->state], (int)s));
    f->state = s;
}

int64_t follow_idx(const struct follow *f)
{
    return f->written;
}

bool follow_level(const struct follow *f)
{
    return f->state == FOLLOW_LIVE && f->written >= f->told;
}

uint64_t follow_faults(const struct follow *f)
{
    return f->faults;
}

/* ---- trouble ---- */

static void retry_later(struct follow *f)
{
    unsigned ms = db_backoff_ms(f->tries++);
    struct timeval tv = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
    event_add(f->ev_retry, &tv);
}

static void fault(struct follow *f, const struct db_error *e)
{
    if (!f->started)
        return; /* being freed */
    f->faults++;
    log_event(LOG_LEVEL_WARNING, "follow.fault", "statement", e->stmt, "sqlstate", e->sqlstate, "message",
              e->message, "idx", LOG_NUM(f->written), "told", LOG_NUM(f->told), NULL);
    if (f->connected && e->code == CPF_E_DB)
        retry_later(f); /* else on_down comes */
    become(f, FOLLOW_IDLE);
}

/* What waits is dropped and made again from the log. */
static void start_over(struct follow *f)
{
    view_sheet_clear(f->filling);
    event_del(f->ev_write);
    f->again = f->busy;
    if (!f->busy && f->connected && f->state != FOLLOW_IDLE)
        look(f);
}

/* ---- rows ---- */

static void on_row(void *arg, const struct view_row *row)
{
    struct follow *f = arg;
    view_sheet_add(f->filling, row);
}

static const struct protocol *protocol_of(void *arg, const char *name)
{
    struct follow *f = arg;
    return f->cfg.protocol(f->cfg.arg, name);
}

static void write_after(struct follow *f, int ms)
{
    struct timeval tv = {0, ms * 1000};
    if (!evtimer_pending(f->ev_write, NULL))
        event_add(f->ev_write, &tv);
}

void follow_entry(struct follow *f, const struct entry *e)
{
    f->told = (int64_t)e->idx;
    if (f->state != FOLLOW_LIVE || f->again || (int64_t)e->idx <= f->filled)
        return;
    if (view_sheet_total(f->filling) > FOLLOW_ROWS) {
        f->faults++;
        log_event(LOG_LEVEL_WARNING, "follow.behind", "idx", LOG_NUM(f->written), "told", LOG_NUM(f->told),
                  NULL);
        start_over(f);
        return;
    }
    if (view_entry(f->view, e) != 0) { /* of a batch from before this start */
        start_over(f);
        return;
    }
    f->filled = (int64_t)e->idx;
    if (!f->busy)
        write_after(f, FOLLOW_DELAY_MS);
}

/* ---- writing ---- */

static void read_more(struct follow *f);

/*
 * SQL refuses a value (class 22), or a row (23), however often it comes: the part is read anew one by one,
 * and what alone is refused is left out.
 */
static void narrow(struct follow *f, const struct db_error *e)
{
    if (strncmp(e->sqlstate, "22", 2) != 0 && strncmp(e->sqlstate, "23", 2) != 0)
        return;
    if (f->state == FOLLOW_WRITING && f->part == 1)
        f->refused = f->to;
    f->part = 1;
}

static void on_written(void *arg, const struct db_reply *r)
{
    struct follow *f = arg;
    f->busy = false;
    if (r->error.code) {
        narrow(f, &r->error);
        f->again = false;
        view_sheet_clear(f->filling);
        fault(f, &r->error);
        return;
    }
    f->tries = 0;
    f->written = f->to;
    f->part = f->part < FOLLOW_PART ? f->part * 2 : FOLLOW_PART;
    if (f->again)
        look(f);
    else if (f->state == FOLLOW_WRITING)
        read_more(f);
    else if (f->filled > f->written)
        write_after(f, FOLLOW_DELAY_MS);
}

static void write_now(struct follow *f)
{
    struct view_sheet *s = f->flying;
    f->flying = f->filling;
    f->filling = s;
    view_sheet_clear(f->filling);
    f->to = f->filled;
    f->busy = true;
    follow_write(f, on_written);
}

static void on_write(evutil_socket_t fd, short what, void *arg)
{
    struct follow *f = arg;
    (void)fd, (void)what;
    if (f->busy || !f->connected)
        return;
    if (f->state == FOLLOW_WRITING || (f->state == FOLLOW_LIVE && f->filled > f->written))
        write_now(f);
}

/* ---- catching up ---- */

/* An entry that cannot be projected is left out: the check names what is missing, and nothing stands still.
 */
static void skip(struct follow *f, int64_t idx, const char *stream, int err)
{
    f->faults++;
    log_event(LOG_LEVEL_ERROR, "follow.skip", "idx", LOG_NUM(idx), "stream", stream, "error",
              cpf_strerror(err), NULL);
}

static void on_part_row(void *arg, size_t no, const struct db_result *r)
{
    struct follow *f = arg;
    struct entry e;
    const char *stream = db_text(r, 0, 1), *text = db_text(r, 0, 2);
    (void)no;
    if (f->state != FOLLOW_READING || f->again)
        return;
    arena_reset(&f->arena);
    f->nread++;
    f->filled = db_i64(r, 0, 0);
    const char *batch = stream_rest(stream, STREAM_BATCH);
    if (batch && !db_null(r, 0, 3))
        view_know_batch(f->view, batch, db_text(r, 0, 3));
    int err = entry_read(&e, &f->arena, text, strlen(text));
    e.idx = (uint64_t)f->filled;
    if (err == 0)
        err = f->filled == f->refused ? CPF_E_DB : view_entry(f->view, &e);
    if (err)
        skip(f, f->filled, stream, err);
}

static void on_part(void *arg, const struct db_reply *r)
{
    struct follow *f = arg;
    f->busy = false;
    if (r->error.code) {
        f->again = false;
        view_sheet_clear(f->filling);
        fault(f, &r->error);
    } else if (f->again) {
        look(f);
    } else if (f->nread) {
        become(f, FOLLOW_WRITING);
        write_after(f, FOLLOW_PAUSE_MS);
    } else if (f->told > f->written) {
        read_more(f); /* settled while the empty part was on its way */
    } else {
        become(f, FOLLOW_LIVE);
        log_event(LOG_LEVEL_INFO, "follow.level", "idx", LOG_NUM(f->written), NULL);
    }
}

static void read_more(struct follow *f)
{
    struct db_params p = {0};
    become(f, FOLLOW_READING);
    f->nread = 0;
    f->busy = true;
    db_param_i64(&p, f->written);
    db_param_i64(&p, (int64_t)f->part);
    db_begin(f->db, on_part_row, on_part, f);
    db_exec(f->db, DB_FOLLOW_READ, &p);
    db_end(f->db);
}

/* ---- looking where the tables stand ---- */

static void on_reset(void *arg, const struct db_reply *r)
{
    struct follow *f = arg;
    f->busy = false;
    if (r->error.code) {
        fault(f, &r->error);
        return;
    }
    f->must_reset = false;
    look(f);
}

static void empty_tables(struct follow *f, int64_t had)
{
    struct db_params p = {0};
    db_param_i64(&p, VIEW_VERSION);
    log_event(LOG_LEVEL_NOTICE, "follow.reset", "version", LOG_NUM(VIEW_VERSION), "had", LOG_NUM(had), NULL);
    f->busy = true;
    db_query(f->db, DB_FOLLOW_RESET, &p, on_reset, f);
}

static void on_looked(void *arg, const struct db_reply *r)
{
    struct follow *f = arg;
    f->busy = f->again = false;
    if (r->error.code) {
        fault(f, &r->error);
        return;
    }
    const struct db_result *where = r->result[0], *open = r->result[1];
    if (db_rows(where) != 1) {
        struct db_error e = {.code = CPF_E_DB,
                             .stmt = "follow_where",
                             .message = "cpf.projected has not one row: deploy the schema again"};
        fault(f, &e);
        return;
    }
    /* made by other code, or said to be ahead of the log: by hand, then */
    if (f->must_reset || db_i64(where, 0, 1) != VIEW_VERSION || db_i64(where, 0, 0) > db_i64(where, 0, 2)) {
        empty_tables(f, db_i64(where, 0, 1));
        return;
    }
    f->written = f->filled = db_i64(where, 0, 0);
    for (size_t i = 0; i < db_rows(open); i++)
        view_know_session(f->view, db_i64(open, i, 0), db_text(open, i, 1), db_text(open, i, 2));
    read_more(f);
}

static void look(struct follow *f)
{
    become(f, FOLLOW_LOOKING);
    f->again = false;
    f->busy = true;
    view_reset(f->view);
    view_sheet_clear(f->filling);
    event_del(f->ev_write);
    db_begin(f->db, NULL, on_looked, f);
    db_exec(f->db, DB_FOLLOW_WHERE, NULL);
    db_exec(f->db, DB_FOLLOW_SESSIONS, NULL);
    db_end(f->db);
}

void follow_reset(struct follow *f)
{
    f->must_reset = true;
    start_over(f);
}

/* ---- the connection ---- */

static void on_up(void *arg)
{
    struct follow *f = arg;
    f->connected = true;
    look(f);
}

static void on_down(void *arg, const struct db_error *e)
{
    struct follow *f = arg;
    f->connected = f->busy = f->again = false;
    f->faults++;
    log_event(LOG_LEVEL_WARNING, "follow.db", "statement", e->stmt, "message", e->message, NULL);
    become(f, FOLLOW_IDLE);
    view_sheet_clear(f->filling);
    event_del(f->ev_write);
    retry_later(f);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
    struct follow *f = arg;
    (void)fd, (void)what;
    if (f->connected)
        look(f);
    else
        db_connect(f->db);
}

/* ---- life ---- */

int follow_new(const struct follow_config *cfg, struct follow **ret)
{
    struct follow *f = xcalloc(1, sizeof(*f));
    struct view_config view = {.protocol = protocol_of, .row = on_row, .arg = f};
    struct db_config db = {.base = cfg->base,
                           .name = "follower",
                           .conninfo = cfg->conninfo,
                           .prefixes = "follow_",
                           .lazy = true,
                           .on_up = on_up,
                           .on_down = on_down,
                           .arg = f};
    f->cfg = *cfg;
    f->written = f->filled = f->told = f->refused = -1;
    f->part = FOLLOW_PART;
    f->ev_retry = evtimer_new(cfg->base, on_retry, f);
    f->ev_write = evtimer_new(cfg->base, on_write, f);
    require(f->ev_retry && f->ev_write);
    f->view = view_new(&view);
    f->filling = view_sheet_new();
    f->flying = view_sheet_new();
    arena_init(&f->arena, 0);
    int err = db_new(&db, &f->db);
    if (err) {
        follow_free(f);
        return err;
    }
    db_deadline(f->db, PATIENCE_MS);
    *ret = f;
    return 0;
}

void follow_start(struct follow *f)
{
    if (f->started)
        return;
    f->started = true;
    db_connect(f->db);
}

void follow_free(struct follow *f)
{
    if (!f)
        return;
    f->started = f->connected = false;
    db_free(f->db);
    event_free(f->ev_retry);
    event_free(f->ev_write);
    view_free(f->view);
    view_sheet_free(f->filling);
    view_sheet_free(f->flying);
    arena_fini(&f->arena);
    for (size_t i = 0; i < VIEW_COLUMNS; i++)
        buf_fini(&f->column[i]);
    free(f);
}
