/*
 * Start: look-up connection up -> ledger started -> no other daemon is at work:
 * disclosures read -> on_fold … -> on_ready -> credentials that the log names
 * read -> serving. Both connections come back by themselves. A standby that
 * read them any earlier would begin with yesterday's passwords, and with values
 * that were erased since.
 */
#include "flow/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/enc.h"
#include "core/rule/missing.h"
#include "flow/flow_int.h"
#include "log.h"

#define IDS_KEPT 16384

/* ---- questions ---- */

int64_t flow_now(struct flow *f)
{
    return clock_now_ms() + f->offset;
}

struct guard_now flow_clock_now(struct flow *f)
{
    int64_t last = ledger_last_at(f->ledger), offset;
    bool ask = !f->guard.off && !f->guard.wall; /* only a first time is judged by it */
    return (struct guard_now){.wall = flow_now(f),
                              .boot = clock_boot_ms(),
                              .last = last > f->book.last_at ? last : f->book.last_at,
                              .synchronised = ask && clock_synchronised(&offset)};
}

const char *flow_clock_look(struct flow *f, int64_t *ret_now)
{
    struct guard_now now = flow_clock_now(f);
    f->clock = guard_look(&f->guard, &now);
    *ret_now = f->clock || now.wall < now.last ? now.last : now.wall;
    return f->clock;
}

/* The ledger's own entries, which come at start, too. */
static int64_t now_cb(void *arg)
{
    int64_t now;
    (void)flow_clock_look(arg, &now);
    return now;
}

const struct book *flow_book(const struct flow *f)
{
    return &f->book;
}

const struct words *flow_words(const struct flow *f)
{
    return f->cfg.words;
}

const struct catalogue *flow_catalogue(const struct flow *f)
{
    return f->cfg.words->codes;
}

struct ledger *flow_ledger(const struct flow *f)
{
    return f->ledger;
}

bool flow_ready(const struct flow *f)
{
    return f->was_ready && !f->away && !f->blocked && !f->clock;
}

bool flow_served(const struct flow *f)
{
    return f->was_ready;
}

bool flow_is_new(const struct flow *f)
{
    return f->book.facility == NULL;
}

const char *flow_unavailable(const struct flow *f)
{
    if (f->draining)
        return "stopping";
    if (f->away || !f->was_ready)
        return f->away ? f->away : "away.database";
    return f->blocked ? f->blocked : f->clock;
}

void flow_block(struct flow *f, const char *code)
{
    f->blocked = code;
}

/* ---- the ledger's word ---- */

static int on_fold(void *arg, const struct entry *e)
{
    struct flow *f = arg;
    int err = book_apply(&f->book, e);
    flow_map_fold(f, e);
    setup_fold(f, e);
    if (err)
        log_event(LOG_LEVEL_ERROR, "flow.fold", "stream", e->stream, "kind", e->kind, "sseq",
                  LOG_NUM(e->sseq), "error", cpf_strerror(err), NULL);
    return err;
}

static void start_serving(struct flow *f)
{
    f->was_ready = true;
    db_deadline(f->db, BOUND_PEER_MS);
    int64_t now;
    uint8_t closing[HASH_LEN];
    if (ledger_closing(f->ledger, closing)) /* the fold knows those of open streams only */
        book_closing(&f->book, closing);
    (void)flow_clock_look(f, &now); /* before anything is made by it */
    flow_map_ready(f);
    flow_basis_look(f, now);
    flow_basis_say(f);
    presence_begin(f, now);
    presence_tick(f);
    event_active(f->tick, EV_TIMEOUT, 1); /* what fell due while nobody was here comes first */
    if (f->cfg.on_ready)
        f->cfg.on_ready(f->cfg.arg);
}

/* False: it is no id, whatever the database says. */
static bool id_at(const struct db_result *r, size_t row, char ret_id[UUID_TEXT], int64_t *ret_ms)
{
    const uint8_t *u = db_fixed(r, row, 0, UUID_LEN);
    *ret_ms = 0;
    if (!u)
        return false;
    uuid_text(u, ret_id);
    (void)!uuid7_parse(ret_id, UUID_TEXT - 1, ret_ms);
    return true;
}

/* Ids recorded shortly before this start: with them, only ids older than any that is not among them need a
 * look-up. That is told by the ids' own times: an entry's may be a training clock's. */
static void on_recent(void *arg, const struct db_reply *r)
{
    struct flow *f = arg;
    size_t n = r->error.code ? 0 : db_rows(r->result[0]);
    char id[UUID_TEXT];
    int64_t horizon = INT64_MIN / 2, ms, all = flow_now(f) + BOUND_ID_FUTURE_MS; /* look every one up */
    if (f->stopped || f->ids)
        return; /* ending; or the database went and came back meanwhile, and both asked */
    if (r->error.code)
        horizon = all;
    else if (db_rows(r->result[1]))
        horizon = id_at(r->result[1], 0, id, &ms) ? ms : all;
    f->ids = ids_new(IDS_KEPT, horizon);
    for (size_t i = n; i-- > 0;)
        if (id_at(r->result[0], i, id, &ms))
            ids_known(f->ids, id, ms);
    start_serving(f);
}

static void load_recent(struct flow *f)
{
    struct db_params p = {0};
    db_param_i64(&p, IDS_KEPT);
    db_begin(f->db, NULL, on_recent, f);
    db_exec(f->db, DB_FLOW_RECENT, &p);
    db_exec(f->db, DB_FLOW_RECENT_BEFORE, &p);
    db_end(f->db);
}

static void on_fatal(void *arg, int code, const char *text)
{
    struct flow *f = arg;
    log_event(LOG_LEVEL_ERROR, "flow.fatal", "error", cpf_strerror(code), "text", text, NULL);
    f->away = "stopping";
    f->cfg.on_stop(f->cfg.arg, code, text);
}

/* Deadlines, days and expiries are judged by it: with another one the same log would mean something else. */
static bool same_zone(struct flow *f)
{
    char text[200];
    if (!f->book.zone || strcmp(f->book.zone, clock_zone_name()) == 0)
        return true;
    snprintf(text, sizeof(text), "the days of this log are those of zone %s; the settings say %s",
             f->book.zone, clock_zone_name());
    on_fatal(f, CPF_E_MISMATCH, text);
    return false;
}

static void on_ready(void *arg)
{
    struct flow *f = arg;
    f->away = NULL;
    if (f->was_ready || !same_zone(f))
        return;
    /* a training log's clock may stand ahead of the machine's: it goes on from where it was */
    int64_t last = ledger_last_at(f->ledger);
    if (f->cfg.conf->training && last > clock_now_ms())
        f->offset = last - clock_now_ms();
    credential_load(f, load_recent);
}

static void on_entry(void *arg, const struct entry *e)
{
    struct flow *f = arg;
    f->cfg.on_entry(f->cfg.arg, e);
}

static void on_away(void *arg, const char *code)
{
    struct flow *f = arg;
    log_event(LOG_LEVEL_WARNING, "flow.away", "code", code, NULL);
    f->away = code;
}

/* ---- loading what the fold needs beside the log ---- */

static void read_beside(struct flow *f);

static void stop_loading(struct flow *f, const struct db_reply *r)
{
    f->reading = false;
    f->wanted = true; /* with the next connection */
    log_event(LOG_LEVEL_ERROR, "flow.load", "statement", r->error.stmt, "message", r->error.message, NULL);
    if (r->error.code == CPF_E_DB)
        f->cfg.on_stop(f->cfg.arg, r->error.code, r->error.message);
}

static void on_disclosures(void *arg, const struct db_reply *r)
{
    struct flow *f = arg;
    if (r->error.code) {
        stop_loading(f, r);
        return;
    }
    struct arena a;
    arena_init(&a, 0);
    disclosed_drop(f, NULL);
    for (size_t i = 0; i < db_rows(r->result[0]); i++) {
        const char *salted = db_text(r->result[0], i, 1), *name, *value;
        uint8_t d[HASH_LEN];
        char digest[44];
        hash_sha256(salted, strlen(salted), d);
        enc_digest(d, digest);
        if (disclosure_open(&a, salted, digest, &name, &value) == 0)
            disclosed_keep(f, db_text(r->result[0], i, 0), digest, value);
        arena_reset(&a);
    }
    arena_fini(&a);
    f->reading = false;
    if (f->wanted) /* the ledger has begun anew meanwhile */
        read_beside(f);
    else
        ledger_read_on(f->ledger);
}

static void read_beside(struct flow *f)
{
    if (!f->wanted || f->reading || !db_ready(f->db))
        return;
    f->wanted = false;
    f->reading = true;
    db_query(f->db, DB_FLOW_DISCLOSURES, NULL, on_disclosures, f);
}

/* Nobody else writes from now on. */
static void on_reading(void *arg)
{
    struct flow *f = arg;
    f->wanted = true;
    read_beside(f);
}

static void on_up(void *arg)
{
    struct flow *f = arg;
    f->db_tries = 0;
    if (!f->begun) {
        f->begun = true;
        ledger_start(f->ledger);
    }
    read_beside(f);
    credential_load_on(f);
}

static void on_down(void *arg, const struct db_error *e)
{
    struct flow *f = arg;
    unsigned ms = db_backoff_ms(f->db_tries++);
    struct timeval tv = {ms / 1000, (ms % 1000) * 1000};
    if (e->code == CPF_E_DB && !db_sqlstate_transient(e->sqlstate)) {
        log_event(LOG_LEVEL_ERROR, "flow.db", "statement", e->stmt, "message", e->message, NULL);
        f->cfg.on_stop(f->cfg.arg, CPF_E_DB, e->message);
        return;
    }
    log_event(LOG_LEVEL_WARNING, "flow.db", "message", e->message, "retry_ms", LOG_NUM(ms), NULL);
    event_add(f->db_retry, &tv);
}

static void on_db_retry(evutil_socket_t fd, short what, void *arg)
{
    struct flow *f = arg;
    (void)fd, (void)what;
    db_connect(f->db);
}

/* ---- deadlines ---- */

/* Never before the last entry. */
static int64_t now_behind(struct flow *f)
{
    int64_t now = flow_now(f);
    return now < f->book.last_at ? f->book.last_at : now;
}

/* False: nothing more can be fired. One that does not fold is told as any command is, and stays; the others
 * come behind it. */
static bool fire_deadline(struct flow *f, const struct deadline *d, int64_t now)
{
    if (flow_unavailable(f) || f->recall.now)
        return false;
    struct work *w = work_new(f);
    w->cmd = (struct command){.kind = COMMAND_DEADLINE, .due_batch = d->batch, .due = d->due};
    rule_judge(&f->book, &w->cmd, now, &w->arena, &w->state->verdict);
    require(!w->state->verdict.nwants); /* of what is open alone */
    work_commit(w, now);
    return true;
}

/* Once a day, some batches a tick, in the order of their ids: what nobody can do of what is coming
 * (core/rule/rota.c). Everybody is asked about every step: a house full of batches at once keeps stations
 * waiting. */
#define ROTA_A_TICK 4
static void look_at_rota(struct flow *f)
{
    int64_t today = clock_day(flow_now(f));
    size_t pos = 0;
    int n = 0;
    if (f->rota_day == today)
        return;
    for (struct batch *x; (x = map_next(&f->book.batches, &pos));) {
        const struct deadline d = {1, x, {OWED_ROTA, 0}};
        if (strcmp(x->id, f->rota_after) <= 0)
            continue;
        int64_t now = now_behind(f); /* is it due, and what is: by one clock */
        if (n++ == ROTA_A_TICK || (rule_rota_due(&f->book, x, now) && !fire_deadline(f, &d, now)))
            return; /* the next tick goes on */
        snprintf(f->rota_after, sizeof(f->rota_after), "%s", x->id);
    }
    f->rota_day = today;
    f->rota_after[0] = 0;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    struct flow *f = arg;
    int64_t now;
    (void)fd, (void)what;
    if (f->was_ready)
        presence_tick(f);
    if (!f->was_ready || flow_clock_look(f, &now) || f->blocked)
        return; /* nothing falls due by a time that is not believed */
    guard_save(&f->guard, clock_boot_ms());
    flow_map_daily(f, now);
    flow_basis_look(f, now);
    struct deadline d = {0};
    for (int i = 0; i < 64 && book_deadline_after(&f->book, &d, &d) && d.at <= flow_now(f); i++)
        if (!fire_deadline(f, &d, now_behind(f)))
            break;
    look_at_rota(f);
}

int flow_clock(struct flow *f, int64_t to_ms)
{
    if (!f->cfg.conf->training || !flow_ready(f))
        return CPF_E_STATE;
    if (to_ms < flow_now(f))
        return CPF_E_INVAL;
    if (f->recall.now)
        return CPF_E_STATE;
    struct deadline d = {0};
    for (int i = 0; i < 4096 && book_deadline_after(&f->book, &d, &d) && d.at <= to_ms; i++) {
        if (d.at > flow_now(f))
            f->offset += d.at - flow_now(f);
        if (!fire_deadline(f, &d, now_behind(f)))
            break;
    }
    if (to_ms > flow_now(f))
        f->offset += to_ms - flow_now(f);
    look_at_rota(f);
    return 0;
}

/* ---- life ---- */

static int make_connections(struct flow *f)
{
    const struct conf *c = f->cfg.conf;
    struct db_config db = {.base = f->cfg.base,
                           .name = "look-up",
                           .conninfo = c->database,
                           .prefixes = "flow_",
                           .plan_once = true,
                           .on_up = on_up,
                           .on_down = on_down,
                           .arg = f};
    struct ledger_config l = {.base = f->cfg.base,
                              .conninfo = c->database,
                              .signer_socket = c->signer_socket,
                              .origin = c->origin,
                              .vkey = f->cfg.vkey,
                              .training = c->training,
                              .now_ms = now_cb,
                              .arg = f,
                              .on_reading = on_reading,
                              .on_fold = on_fold,
                              .on_stood = flow_map_stood,
                              .on_ready = on_ready,
                              .on_away = on_away,
                              .on_sent = work_sent,
                              .on_settled = work_settled,
                              .on_done = work_done,
                              .on_mapped = flow_map_settled,
                              .on_entry = f->cfg.on_entry ? on_entry : NULL,
                              .on_fatal = on_fatal};
    int err = db_new(&db, &f->db);
    if (err == 0)
        err = ledger_new(&l, &f->ledger);
    return err ? err : unlock_new(f->cfg.base, c->training, &f->unlock);
}

/* Beside the admin socket: a folder that is this daemon's and gone with the boot. */
static void begin_guard(struct flow *f)
{
    const struct conf *c = f->cfg.conf;
    const char *slash = strrchr(c->admin_socket, '/');
    char *path = NULL;
    if (slash && asprintf(&path, "%.*s/clock", (int)(slash - c->admin_socket), c->admin_socket) < 0)
        path = NULL;
    guard_init(&f->guard, c->training, (int64_t)c->clock_ahead_s * 1000, ledger_boot(f->ledger), path);
    free(path);
}

int flow_new(const struct flow_config *cfg, struct flow **ret)
{
    struct flow *f = xcalloc(1, sizeof(*f));
    f->cfg = *cfg;
    book_init(&f->book);
    f->book.disclosed = disclosed_value;
    f->book.rights = cfg->rights;
    f->book.arg = f;
    map_init(&f->credentials);
    map_init(&f->disclosed);
    arena_init(&f->keep, 0);
    arena_init(&f->scratch, 0);
    f->db_retry = evtimer_new(cfg->base, on_db_retry, f);
    f->tick = event_new(cfg->base, -1, EV_PERSIST, on_tick, f);
    struct timeval second = {1, 0};
    event_add(f->tick, &second);
    overdue_init(f);
    recall_init(f);
    int err = make_connections(f);
    if (err == 0)
        begin_guard(f);
    flow_basis_begin(f);
    if (err) {
        flow_free(f);
        return err;
    }
    *ret = f;
    return 0;
}

void flow_begin(struct flow *f)
{
    db_connect(f->db);
}

static void on_idle(void *arg)
{
    struct flow *f = arg;
    if (f->stopped)
        return;
    f->stopped = true;
    f->cfg.on_stop(f->cfg.arg, 0, "drained");
}

void flow_drain(struct flow *f)
{
    if (!f->draining)
        presence_stop(f);
    f->draining = true;
    flow_map_drain(f);
    recall_drain(f);
    if (f->was_ready)
        ledger_drain(f->ledger, on_idle);
    else
        on_idle(f);
}

void flow_free(struct flow *f)
{
    if (!f)
        return;
    f->stopped = true;
    unlock_free(f->unlock);
    ledger_free(f->ledger);
    db_free(f->db);
    if (f->db_retry)
        event_free(f->db_retry);
    if (f->tick)
        event_free(f->tick);
    overdue_fini(f);
    recall_fini(f);
    guard_fini(&f->guard);
    ids_free(f->ids);
    flow_map_free(f);
    flow_basis_free(f);
    map_fini(&f->credentials);
    disclosed_drop(f, NULL);
    map_fini(&f->disclosed);
    while (f->nspare)
        work_destroy(f->spare[--f->nspare]);
    arena_fini(&f->scratch);
    arena_fini(&f->keep);
    book_fini(&f->book);
    free(f);
}
