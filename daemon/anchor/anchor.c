#include "anchor/anchor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/anchor_int.h"
#include "anchor/prove.h"
#include "base/bounds.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/next.h"
#include "log.h"

#define CLOCK_OFF_MS 60000 /* an anchor's clock this far from ours is told */
#define PATIENCE     3     /* failures in a row until a warning becomes an error */

static void begin(struct anchor *a);

bool anchor_stamps(const struct anchor *a)
{
    const struct conf *c = a->cfg.conf;
    return *c->stamp_url && (!c->training || c->stamp_training);
}

uint64_t anchor_size_of(const char *note)
{
    struct note n;
    struct checkpoint c;
    if (!note || note_parse(&n, note, strlen(note)) || checkpoint_parse(&c, n.text, n.text_len))
        return 0;
    return c.size;
}

/* ---- alarms ---- */

/* `word`: nobody signed it. */
static void raise_alarm(struct anchor *a, const char *who, const char *what, const char *detail, bool word)
{
    a->alarm_word = word;
    a->alarm_at = clock_now_ms();
    snprintf(a->alarm_who, sizeof(a->alarm_who), "%s", who);
    snprintf(a->alarm_what, sizeof(a->alarm_what), "%s", what);
    snprintf(a->alarm_detail, sizeof(a->alarm_detail), "%s", detail);
    log_event(LOG_LEVEL_ERROR, "anchor.alarm", "who", who, "what", what, "detail", detail, NULL);
}

/* What a witness said against us was not signed: it stands until that witness cosigns again. */
static void end_alarm(struct anchor *a, const struct anchor_peer *p)
{
    if (!a->alarm_at || !a->alarm_word || strcmp(a->alarm_who, p->is->name) != 0)
        return;
    a->alarm_at = 0;
    log_event(LOG_LEVEL_WARNING, "anchor.alarm-over", "who", a->alarm_who, "what", a->alarm_what, NULL);
}

static void look_at_clock(const char *who, int64_t ms)
{
    int64_t off = ms - clock_now_ms();
    if (off > CLOCK_OFF_MS || off < -CLOCK_OFF_MS)
        log_event(LOG_LEVEL_WARNING, "anchor.clock", "who", who, "ahead_ms", LOG_NUM(off), NULL);
}

/* ---- the end of a round ---- */

static void tell_waiters(struct anchor *a, int code, bool all)
{
    size_t n = a->nwaiters, kept = 0;
    anchor_done_fn done[ANCHOR_WAITERS];
    void *arg[ANCHOR_WAITERS];
    size_t told = 0;
    for (size_t i = 0; i < n; i++) {
        if (a->waiter[i].next && !all) {
            a->waiter[kept] = a->waiter[i];
            a->waiter[kept++].next = false;
        } else {
            done[told] = a->waiter[i].done;
            arg[told++] = a->waiter[i].arg;
        }
    }
    a->nwaiters = kept;
    for (size_t i = 0; i < told; i++)
        done[i](arg[i], code);
}

/* A round: the witnesses are asked, who answered is counted, then the stamp, where one is due. */
static const unsigned becomes[] = {
    [ANCHOR_IDLE] = NEXT(ANCHOR_ASKING),
    [ANCHOR_ASKING] = NEXT(ANCHOR_COUNTING),
    [ANCHOR_COUNTING] = NEXT(ANCHOR_STAMPING) | NEXT(ANCHOR_IDLE),
    [ANCHOR_STAMPING] = NEXT(ANCHOR_IDLE),
};

static void become(struct anchor *a, enum anchor_state s)
{
    require(may_follow(becomes[a->state], (int)s));
    a->state = s;
}

static void finish(struct anchor *a)
{
    become(a, ANCHOR_IDLE);
    a->force = false;
    bool more = false;
    for (size_t i = 0; i < a->nwaiters; i++)
        more |= a->waiter[i].next;
    tell_waiters(a, CPF_OK, false);
    if (more)
        a->want_witness = a->want_stamp = a->force = true;
    if ((a->want_witness || a->want_stamp) && !a->draining)
        event_active(a->ev_later, 0, 0);
}

/* ---- the stamp ---- */

void anchor_on_stamped(struct anchor *a)
{
    if (a->draining)
        return;
    if (!a->stamp_code) {
        a->stamp_failures = 0;
        log_event(LOG_LEVEL_INFO, "anchor.stamped", "size", LOG_NUM((long long)a->stamped), NULL);
        look_at_clock("time stamp", a->stamp_at);
    }
    finish(a);
}

static void on_stamp(void *arg, const struct stamper_done *d)
{
    struct anchor *a = arg;
    a->stamper = NULL;
    a->stamp_asked = true;
    a->stamp_code = d->code;
    snprintf(a->stamp_detail, sizeof(a->stamp_detail), "%s", d->code ? d->detail : "");
    if (!d->code) {
        anchor_store_stamp(a, d);
        return;
    }
    a->stamp_failures++;
    if (d->code != CPF_E_AWAY && d->code != CPF_E_STATE && d->code != CPF_E_REFUSED)
        raise_alarm(a, "time stamp", "bad-stamp", d->detail, false);
    else
        log_event(a->stamp_failures < PATIENCE ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, "anchor.stamp", "error",
                  cpf_strerror(d->code), "detail", d->detail, "failures", LOG_NUM(a->stamp_failures), NULL);
    finish(a);
}

void anchor_on_counted(struct anchor *a)
{
    const struct conf *c = a->cfg.conf;
    if (a->draining)
        return;
    if (!a->stamp_round || !anchor_stamps(a) || a->size <= a->stamped) {
        finish(a);
        return;
    }
    become(a, ANCHOR_STAMPING);
    struct stamper_config s = {.base = a->cfg.base,
                               .url = c->stamp_url,
                               .ca_file = *c->stamp_ca ? c->stamp_ca : NULL,
                               .evidence = c->evidence,
                               .origin = c->origin,
                               .note = a->note.data,
                               .size = a->size,
                               .timeout_ms = ANCHOR_POST_MS,
                               .done = on_stamp,
                               .arg = a};
    a->stamper = stamper_start(&s);
}

/* ---- the witnesses ---- */

static void one_less(struct anchor *a)
{
    if (--a->left > 0)
        return;
    become(a, ANCHOR_COUNTING);
    anchor_count(a);
}

void anchor_on_peer(struct anchor_peer *p)
{
    if (!p->anchor->draining)
        one_less(p->anchor);
}

static void tell_failure(struct anchor_peer *p)
{
    struct anchor *a = p->anchor;
    bool loud = p->failures >= PATIENCE;
    if (p->result == SUBMIT_ROLLED_BACK || p->result == SUBMIT_FORK)
        raise_alarm(a, p->is->name, submit_word(p->result), p->detail, true);
    else
        log_event(loud ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "anchor.witness", "who", p->is->name, "result",
                  submit_word(p->result), "detail", p->detail, "failures", LOG_NUM(p->failures), "cosigned",
                  LOG_NUM((long long)p->size), "size", LOG_NUM((long long)a->size), NULL);
}

static void on_submitted(void *arg, const struct submit_done *d)
{
    struct anchor_peer *p = arg;
    p->submit = NULL;
    p->asked = true;
    p->result = d->result;
    snprintf(p->detail, sizeof(p->detail), "%s", d->detail);
    if (d->result == SUBMIT_COSIGNED) {
        p->failures = 0;
        end_alarm(p->anchor, p);
        log_event(LOG_LEVEL_INFO, "anchor.cosigned", "who", p->is->name, "size",
                  LOG_NUM((long long)p->anchor->size), NULL);
        look_at_clock(p->is->name, d->time * 1000);
        anchor_store_cosignature(p, d);
    } else {
        p->failures++;
        tell_failure(p);
        anchor_on_peer(p);
    }
}

static void ask(struct anchor *a, struct anchor_peer *p)
{
    const struct conf *c = a->cfg.conf;
    struct submit_config s = {.base = a->cfg.base,
                              .db = a->db,
                              .url = p->is->url,
                              .ca_file = *c->witness_ca ? c->witness_ca : NULL,
                              .key = &p->is->key,
                              .note = a->note.data,
                              .size = a->size,
                              .known = p->size,
                              .timeout_ms = ANCHOR_POST_MS,
                              .done = on_submitted,
                              .arg = p};
    a->left++;
    p->submit = submit_start(&s);
}

/* ---- the begin ---- */

static bool at_hand(const struct anchor *a)
{
    return a->known && db_ready(a->db);
}

static void begin(struct anchor *a)
{
    const char *note = a->cfg.checkpoint(a->cfg.arg);
    uint64_t size = anchor_size_of(note);
    if (a->state != ANCHOR_IDLE || a->draining)
        return;
    if (!at_hand(a)) { /* what is due stays due until the connection is back */
        if (a->tries)
            tell_waiters(a, CPF_E_AWAY, true);
        return;
    }
    bool witness = a->want_witness;
    a->stamp_round = a->want_stamp;
    a->want_witness = a->want_stamp = false;
    if (!size) {
        tell_waiters(a, CPF_E_AWAY, true);
        return;
    }
    buf_clear(&a->note);
    buf_puts(&a->note, note);
    a->size = size;
    become(a, ANCHOR_ASKING);
    a->left = 1;
    for (size_t i = 0; i < a->npeers && witness; i++)
        if (a->force || size > a->peer[i].size)
            ask(a, &a->peer[i]);
    one_less(a);
}

static void on_later(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    begin(arg);
}

static void on_witness_due(evutil_socket_t fd, short what, void *arg)
{
    struct anchor *a = arg;
    (void)fd, (void)what;
    a->want_witness = true;
    begin(a);
}

static void on_stamp_due(evutil_socket_t fd, short what, void *arg)
{
    struct anchor *a = arg;
    (void)fd, (void)what;
    a->want_stamp = true;
    begin(a);
}

static void arm(struct event *ev, int seconds)
{
    struct timeval tv = {seconds, 0};
    if (seconds > 0)
        event_add(ev, &tv);
}

/* The first time: everybody is asked, also who has this size: the tables may be an old copy. */
void anchor_on_known(struct anchor *a)
{
    const struct conf *c = a->cfg.conf;
    if (a->nwaiters)
        a->want_witness = a->want_stamp = a->force = true;
    if (a->begun) {
        if (a->want_witness || a->want_stamp)
            begin(a);
        return;
    }
    a->begun = true;
    arm(a->ev_witness, c->witness_interval_s);
    arm(a->ev_stamp, c->stamp_interval_s);
    a->force = true;
    a->want_witness |= c->witness_interval_s > 0;
    a->want_stamp |=
        c->stamp_interval_s > 0 && clock_now_ms() - a->stamp_at >= (int64_t)c->stamp_interval_s * 1000;
    begin(a);
}

void anchor_now(struct anchor *a, anchor_done_fn done, void *arg)
{
    if (a->draining || a->nwaiters == ANCHOR_WAITERS) {
        done(arg, CPF_E_BUSY);
        return;
    }
    bool coming = a->started && !a->tries; /* nothing said yet that the database is away: it is waited for */
    if (!(at_hand(a) || coming) || !anchor_size_of(a->cfg.checkpoint(a->cfg.arg))) {
        done(arg, CPF_E_AWAY);
        return;
    }
    a->waiter[a->nwaiters].done = done;
    a->waiter[a->nwaiters].arg = arg;
    a->waiter[a->nwaiters++].next = a->state != ANCHOR_IDLE;
    if (a->state != ANCHOR_IDLE || !at_hand(a))
        return;
    a->want_witness = a->want_stamp = a->force = true;
    begin(a);
}

/* ---- the connection ---- */

/* Nobody waits for a database that is known to be away; a round under way tells its own when it ends. */
void anchor_on_away(struct anchor *a)
{
    a->tries++;
    if (a->state == ANCHOR_IDLE)
        tell_waiters(a, CPF_E_AWAY, true);
}

static void on_up(void *arg)
{
    struct anchor *a = arg;
    a->tries = 0;
    anchor_read_known(a);
}

static void on_down(void *arg, const struct db_error *e)
{
    struct anchor *a = arg;
    unsigned ms = db_backoff_ms(a->tries);
    struct timeval tv = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
    log_event(LOG_LEVEL_WARNING, "anchor.db", "statement", e->stmt, "message", e->message, NULL);
    event_add(a->ev_retry, &tv);
    anchor_on_away(a);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    db_connect(((struct anchor *)arg)->db);
}

/* ---- life ---- */

static struct anchor *anchor_make(const struct anchor_config *cfg)
{
    struct anchor *a = xcalloc(1, sizeof(*a));
    a->cfg = *cfg;
    arena_init(&a->arena, 0);
    buf_init(&a->note);
    return a;
}

int anchor_check(const struct conf *conf, char **ret_error)
{
    struct anchor *a = anchor_make(&(struct anchor_config){.conf = conf});
    int err = anchor_load(a, ret_error);
    if (!err)
        err = anchor_load_witness(a, false, ret_error);
    anchor_free(a);
    return err;
}

int anchor_new(const struct anchor_config *cfg, struct anchor **ret, char **ret_error)
{
    struct anchor *a = anchor_make(cfg);
    struct db_config db = {.base = cfg->base,
                           .name = "anchors",
                           .conninfo = cfg->conf->database,
                           .prefixes = "anchor_ " WITNESS_PREFIXES " " PROVE_PREFIXES,
                           .on_up = on_up,
                           .on_down = on_down,
                           .arg = a};
    a->ev_retry = evtimer_new(cfg->base, on_retry, a);
    a->ev_later = evtimer_new(cfg->base, on_later, a);
    a->ev_witness = event_new(cfg->base, -1, EV_PERSIST, on_witness_due, a);
    a->ev_stamp = event_new(cfg->base, -1, EV_PERSIST, on_stamp_due, a);
    require(a->ev_retry && a->ev_later && a->ev_witness && a->ev_stamp);
    int err = anchor_load(a, ret_error);
    if (!err)
        err = db_new(&db, &a->db);
    if (!err)
        err = anchor_load_witness(a, true, ret_error);
    if (err) {
        anchor_free(a);
        return err;
    }
    db_deadline(a->db, BOUND_PATIENCE_MS);
    *ret = a;
    return CPF_OK;
}

void anchor_start(struct anchor *a)
{
    if (a->started)
        return;
    a->started = true;
    db_connect(a->db);
}

void anchor_drain(struct anchor *a)
{
    if (a->draining)
        return;
    a->draining = true;
    for (size_t i = 0; i < a->npeers; i++) {
        submit_cancel(a->peer[i].submit);
        a->peer[i].submit = NULL;
    }
    stamper_cancel(a->stamper);
    a->stamper = NULL;
    tell_waiters(a, CPF_E_BUSY, true);
}

void anchor_free(struct anchor *a)
{
    if (!a)
        return;
    anchor_drain(a);
    witness_free(a->witness);
    db_free(a->db); /* its callbacks find us draining */
    struct event *ev[] = {a->ev_retry, a->ev_later, a->ev_witness, a->ev_stamp};
    for (size_t i = 0; i < sizeof(ev) / sizeof(*ev); i++)
        if (ev[i])
            event_free(ev[i]);
    key_free(a->key);
    free(a->peer);
    buf_fini(&a->note);
    arena_fini(&a->arena);
    free(a);
}

void anchor_witness(struct anchor *a, const char *body, size_t len, witness_answer_fn done, void *arg)
{
    static const struct witness_answer nobody = {404, "text/plain; charset=utf-8", "no witness here\n", 16};
    if (a->witness)
        witness_ask(a->witness, body, len, done, arg);
    else
        done(arg, &nobody);
}
