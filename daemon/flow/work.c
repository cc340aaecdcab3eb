/* A command's life between its request and its reply. */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/enc.h"
#include "base/key.h"
#include "core/entry/person.h"
#include "flow/flow_int.h"
#include "log.h"

static struct work *new_work(void)
{
    struct work *w = xcalloc(1, sizeof(*w));
    arena_init(&w->arena, 0);
    w->state = xrealloc(NULL, sizeof(*w->state));
    buf_init(&w->state->reply);
    return w;
}

struct work *work_new(struct flow *f)
{
    struct work *w = f->nspare ? f->spare[--f->nspare] : new_work();
    /* its arrays are large and filled as they are used: not zeroed */
    memset(w->state, 0, offsetof(struct work_state, verdict));
    w->state->flow = f;
    w->state->first = SIZE_MAX;
    buf_clear(&w->state->reply);
    return w;
}

static void wipe_secret(struct work *w)
{
    if (!w->secret)
        return;
    explicit_bzero(w->secret, strlen(w->secret));
    free(w->secret);
    w->secret = NULL;
}

void work_destroy(struct work *w)
{
    buf_fini(&w->state->reply);
    free(w->state);
    arena_fini(&w->arena);
    free(w);
}

/* Back to the spare ones: a command costs no trip to malloc for its large parts. */
void work_free(struct work *w)
{
    wipe_secret(w);
    key_free(w->state->key);
    for (struct waiter *n, *x = w->state->waiters; x; x = n) {
        n = x->next;
        free(x);
    }
    struct flow *f = w->state->flow;
    if (f->nspare == FLOW_SPARE) {
        work_destroy(w);
        return;
    }
    struct work_state *state = w->state;
    arena_reset(&w->arena);
    struct arena arena = w->arena;
    *w = (struct work){.arena = arena, .state = state};
    f->spare[f->nspare++] = w;
}

void work_drop(struct work *w)
{
    work_free(w);
}

/* An answer that needed no judging, or that came to nothing: the id stays unused. */
void work_answer(struct work *w, int status, const char *code)
{
    struct flow *f = w->state->flow;
    if (w->state->look)
        w->state->look(w->arg, NULL, status, code);
    if (w->reply) /* the system's own have none */
        w->reply(w->arg, status, code, NULL, 0);
    for (struct waiter *x = w->state->waiters; x; x = x->next)
        x->reply(x->arg, status, code, NULL, 0);
    if (w->state->record)
        ids_forget(f->ids, w->state->record);
    work_free(w);
}

/* ---- judging, entries, book, ledger ---- */

void flow_book_refused(struct flow *f, int err, enum kind_id kind)
{
    log_event(LOG_LEVEL_ERROR, "flow.book", "error", cpf_strerror(err), "kind", kind_text(kind), "do",
              "report it: the command was refused, nothing of it was recorded", NULL);
    f->book_refused[kind]++;
}

uint64_t flow_refused(const struct flow *f, enum kind_id kind)
{
    return f->book_refused[kind];
}

#ifdef CPF_TESTHOOKS
/* So that a test can have a fold that fails: of a kind once, or always in one stream (KIND@STREAM). */
static int spoil(enum kind_id kind, const char *stream, int err)
{
    const char *hook = getenv("CPF_TEST_FOLD_FAILS"), *where = hook ? strchr(hook, '@') : NULL;
    size_t n = strlen(kind_text(kind));
    if (err || !hook || strncmp(hook, kind_text(kind), n) != 0 ||
        (where ? hook + n != where : hook[n] != '\0'))
        return err;
    if (where && strcmp(where + 1, stream) != 0)
        return 0;
    if (!where)
        unsetenv("CPF_TEST_FOLD_FAILS");
    return CPF_E_PROFILE;
}
#else
static int spoil(enum kind_id kind, const char *stream, int err)
{
    (void)kind, (void)stream;
    return err;
}
#endif

static int make_all(struct work *w, int64_t now, enum kind_id *ret_kind)
{
    struct work_state *s = w->state;
    int err = 0;
    for (size_t i = 0; i < s->verdict.ndrafts && err == 0; i++) {
        const struct draft *d = &s->verdict.draft[i];
        *ret_kind = d->kind;
        err = entry_make(w, d, now, &s->entry[s->n], &s->item[s->n]);
        if (err == 0 || s->item[s->n].ndisclosures)
            s->n++;
        if (err)
            return err;
        if (!d->system && s->first == SIZE_MAX)
            s->first = s->n - 1;
        err = spoil(d->kind, s->entry[s->n - 1].stream, book_apply(&s->flow->book, &s->entry[s->n - 1]));
    }
    return err;
}

/* Nothing of the command was recorded: its id stays unused. */
static void take_back(struct work *w, int err, enum kind_id kind)
{
    struct work_state *s = w->state;
    struct flow *f = s->flow;
    book_rollback(&f->book);
    for (size_t i = 0; i < s->n; i++)
        json_each(digest, s->entry[i].pd)
            disclosed_forget(f, digest->str);
    if (err == CPF_E_LIMIT) {
        work_answer(w, 413, "http.too-large");
        return;
    }
    flow_book_refused(f, err, kind);
    work_answer(w, 500, "book.refused");
}

bool work_commit(struct work *w, int64_t now)
{
    struct work_state *s = w->state;
    struct flow *f = s->flow;
    enum kind_id kind = KIND_NONE;
    flow_map_daily(f, now);
    book_begin(&f->book);
    int err = make_all(w, now, &kind);
    if (err) {
        take_back(w, err, kind);
        return false;
    }
    book_commit(&f->book);
    for (size_t i = 0; i < s->n; i++)
        book_stream(&f->book, s->entry[i].stream)->flying++;
    f->map.owing = true;
    overdue_submitted(f, w);
    ledger_submit(f->ledger, s->item, s->n, w);
    return true;
}

/* Somebody's, not the system's own. */
static bool answered(const struct work *w)
{
    return w->reply || w->state->record;
}

/* Made while the flush is waited for. */
void work_sent(void *flow, void *tag)
{
    struct flow *f = flow;
    struct work *w = tag;
    if (w && answered(w) && !w->state->setup && !w->state->reply.len)
        reply_write(f, &w->state->entry[w->state->first], w->cmd.station, &w->state->reply);
}

static void send_settled(struct flow *f, struct work *w)
{
    const struct entry *e = &w->state->entry[w->state->first];
    const struct buf *out = &w->state->reply;
    work_sent(f, w);
    if (w->reply) /* else it was told that nobody knows */
        w->reply(w->arg, 200, NULL, out->data, out->len);
    for (struct waiter *x = w->state->waiters; x; x = x->next)
        x->reply(x->arg, 200, NULL, out->data, out->len);
    if (w->state->record)
        ids_settled(f->ids, w->state->record, e->text, e->len);
}

void work_settled(void *flow, void *tag)
{
    struct flow *f = flow;
    struct work *w = tag;
    if (!w)
        return; /* a part of a set-up */
    overdue_settled(f, w);
    if (w->state->setup) {
        setup_settled(f, w);
    } else if (answered(w)) {
        send_settled(f, w);
    }
}

void work_done(void *flow, void *tag)
{
    if (!tag)
        return;
    recall_done(flow, tag); /* the entries' strings live in their streams */
    work_free(tag);
}

/* New secrets open from now on, if the log now names them: refused commands change nothing. */
static void take_credentials(struct work *w)
{
    struct flow *f = w->state->flow;
    const char *id = person_asked(w->cmd.body), *cred = w->cmd.cred;
    const char *pin = json_get_str(w->credentials, "pin"), *key = json_get_str(w->credentials, "key");
    const struct person *p = id ? book_person(&f->book, id) : NULL;
    if (p && p->cred && cred && pin && key && strcmp(p->cred, cred) == 0)
        credential_keep(f, id, pin, key);
}

/* The one command that goes on while the clock is too far ahead. */
static bool confirms(const struct work *w, const char *no)
{
    return no && strcmp(no, GUARD_AHEAD) == 0 && w->cmd.kind == COMMAND_RECORD &&
           kind_is(w->cmd.record, KIND_CLOCK_CONFIRMED);
}

/* Judged by the time that is to be confirmed. If it is refused, that refusal stands at the time believed. */
static bool judge_confirmation(struct work *w, int64_t believed)
{
    struct flow *f = w->state->flow;
    struct guard_now now = flow_clock_now(f);
    rule_judge(&f->book, &w->cmd, now.wall, &w->arena, &w->state->verdict);
    require(!w->state->verdict.nwants);
    bool accepted = w->state->verdict.outcome != OUTCOME_REFUSED;
    if (!accepted)
        rule_judge(&f->book, &w->cmd, believed, &w->arena, &w->state->verdict);
    if (!work_commit(w, accepted ? now.wall : believed))
        return false;
    if (accepted) {
        guard_trust(&f->guard, &now);
        f->clock = NULL;
    }
    return true;
}

/* Nobody's command: the batch is shown as it is. */
static void look(struct work *w)
{
    struct flow *f = w->state->flow;
    const struct batch *x = book_batch(&f->book, w->cmd.batch);
    if (!x && !w->cmd.nanswers && strlen(w->cmd.batch) <= BOUND_CODE_ID) {
        struct want *want = arena_alloc(&w->arena, sizeof(*want));
        *want = (struct want){WANT_STREAM, arena_printf(&w->arena, "batch/%s", w->cmd.batch)};
        w->state->verdict.nwants = 1;
        w->state->verdict.want = want;
        recall_begin(f, w);
        return;
    }
    w->state->look(w->arg, x, 0, NULL);
    recall_end(f);
    work_free(w);
}

static void judge_command(struct work *w, int64_t now)
{
    struct flow *f = w->state->flow;
    rule_judge(&f->book, &w->cmd, now, &w->arena, &w->state->verdict);
    if (w->state->verdict.nwants) {
        recall_begin(f, w);
        return;
    }
    if (work_commit(w, now)) {
        /* the key lived until it was judged */
        key_free(w->state->key);
        w->state->key = NULL;
        if (w->credentials)
            take_credentials(w);
        redact_forget(w);
    }
    recall_end(f);
}

void work_judge(struct work *w)
{
    struct flow *f = w->state->flow;
    int64_t now;
    (void)flow_clock_look(f, &now);
    const char *no = flow_unavailable(f);
    if (no && !confirms(w, no)) {
        recall_end(f);
        work_answer(w, 503, no);
    } else if (w->state->look) {
        look(w);
    } else if (no) {
        if (judge_confirmation(w, now)) {
            key_free(w->state->key);
            w->state->key = NULL;
        }
    } else {
        judge_command(w, now);
    }
}

static void judge(struct work *w)
{
    if (!recall_holds(w->state->flow, w))
        work_judge(w);
}

/* ---- secrets ---- */

/* What is sealed under the password is the person's seed; under the PIN, a mere token. */
static void on_unlocked(void *arg, int err, const void *secret, size_t len)
{
    struct work *w = arg;
    wipe_secret(w);
    /* a PIN or password that was changed while it was being tried is not one any more */
    w->cmd.authenticated = err == 0 && strcmp(w->state->cred, w->cmd.person->cred) == 0;
    if (w->cmd.authenticated && w->secret_kind == SECRET_PASSWORD) {
        uint8_t pub[KEY_PUB];
        if (len != KEY_SEED || key_from_seed(secret, &w->state->key) != 0) {
            w->cmd.authenticated = false;
        } else {
            key_public(w->state->key, pub);
            w->cmd.authenticated = memcmp(pub, w->cmd.person->key, KEY_PUB) == 0;
        }
    }
    judge(w);
}

static bool needs_unlock(const struct work *w)
{
    const struct person *p = w->cmd.person;
    return w->secret && p && !p->locked && !w->cmd.untried;
}

void work_unlock(struct work *w)
{
    struct flow *f = w->state->flow;
    if (!needs_unlock(w)) {
        judge(w);
        return;
    }
    const struct credential *c = flow_credential(f, w->cmd.person);
    const char *sealed = !c ? NULL : w->secret_kind == SECRET_PIN ? c->pin : c->key;
    if (!sealed) { /* what cannot be compared with anything is not wrong */
        log_event(LOG_LEVEL_ERROR, "flow.credential", "person", w->cmd.person->id, "do",
                  "the table cpf.credential lacks what the log names: cpfctl audit, then a restore", NULL);
        work_answer(w, 503, "away.credential");
        return;
    }
    w->state->cred = w->cmd.person->cred;
    int err = unlock_start(f->unlock, sealed, w->secret, on_unlocked, w);
    if (err)
        work_answer(w, 503, "busy.unlock");
}

/* ---- credentials: the entry that names them takes them along (entry_make.c) ---- */

static void take_up_credentials(struct work *w)
{
    const char *person = person_asked(w->cmd.body);
    const char *pin = json_get_str(w->credentials, "pin"), *key = json_get_str(w->credentials, "key");
    const char *custodians = json_get_str(w->cmd.body, "custodians");
    if (custodians)
        w->cmd.instruction = credential_instruction(w->state->flow, custodians, &w->arena);
    /* who is not even tried names none */
    if (!person || !pin || !key || !needs_unlock(w)) {
        work_unlock(w);
        return;
    }
    if (!credential_fits(w->state->flow, pin, key)) {
        work_answer(w, 400, "seal.refused");
        return;
    }
    char digest[44];
    credential_digest(pin, key, digest);
    w->cmd.cred = arena_strdup(&w->arena, digest);
    work_unlock(w);
}

/* ---- ids ---- */

static void go_on(struct work *w)
{
    struct flow *f = w->state->flow;
    int64_t id_ms = 0;
    require(uuid7_parse(w->id, strlen(w->id), &id_ms) == 0);
    w->state->record = ids_add(f->ids, w->id, w->req, w, id_ms);
    if (w->badge)
        w->cmd.person = badge_person(&f->book, w->cmd.station, w->badge, flow_now(f));
    w->cmd.secret_given = w->secret != NULL;
    w->cmd.idle_after_s = f->cfg.conf->idle_after_s;
    w->cmd.late_after_s = f->cfg.conf->late_after_s;
    w->cmd.second_within_s = f->cfg.conf->second_within_s;
    w->cmd.pace = (struct pace_least){f->cfg.conf->pace_scan_ms,    f->cfg.conf->pace_tube_ms,
                                      f->cfg.conf->pace_witness_ms, f->cfg.conf->pace_spread_ms,
                                      f->cfg.conf->pace_apart_ms,   f->cfg.conf->pace_review_ms};
    w->cmd.wrong_station_s = f->cfg.conf->wrong_station_s;
    w->cmd.wrong_person_s = f->cfg.conf->wrong_person_s;
    w->cmd.untried = w->secret && w->cmd.station && rule_wait(&w->cmd, flow_now(f)) > 0;
    if (w->spool)
        presence_spool(f, w);
    if (w->credentials)
        take_up_credentials(w);
    else if (!redact_look_up(w))
        work_unlock(w);
}

static void answer_again(struct work *w, const struct entry *e)
{
    struct flow *f = w->state->flow;
    struct buf out;
    buf_init(&out);
    reply_write(f, e, w->cmd.station, &out);
    w->reply(w->arg, 200, NULL, out.data, out.len);
    buf_fini(&out);
    work_free(w);
}

static void on_old_id(void *arg, const struct db_reply *r)
{
    struct work *w = arg;
    struct entry e;
    if (r->error.code) {
        work_answer(w, 503, "away.database");
        return;
    }
    const struct id_record *known = ids_find(w->state->flow->ids, w->id);
    if (known && (known->work || known->text)) { /* the same id came while we looked */
        flow_start(w->state->flow, w);
        return;
    }
    if (db_rows(r->result[0]) == 0 && !known) {
        go_on(w);
        return;
    }
    const char *text = db_rows(r->result[0]) ? arena_strdup(&w->arena, db_text(r->result[0], 0, 0)) : "";
    if (entry_read(&e, &w->arena, text, strlen(text)) != 0)
        work_answer(w, 503, "away.database");
    else if (memcmp(e.req, w->req, HASH_LEN) != 0)
        work_answer(w, 409, "request.conflict");
    else
        answer_again(w, &e);
}

static void look_up(struct work *w)
{
    struct flow *f = w->state->flow;
    struct db_params p = {0};
    uint8_t uuid[UUID_LEN];
    if (uuid_read(w->id, strlen(w->id), uuid) != 0 || !db_ready(f->db)) {
        work_answer(w, 503, "away.database");
        return;
    }
    db_param_bytes(&p, uuid, sizeof(uuid));
    db_query(f->db, DB_FLOW_BY_ID, &p, on_old_id, w);
}

static void join(struct work *w, struct id_record *r)
{
    if (!r->work && !r->text) { /* recorded before this process began */
        look_up(w);
        return;
    }
    if (memcmp(r->req, w->req, HASH_LEN) != 0) {
        work_answer(w, 409, "request.conflict");
        return;
    }
    if (!r->work) {
        struct entry e;
        require(entry_read(&e, &w->arena, r->text, r->len) == 0);
        answer_again(w, &e);
        return;
    }
    struct work *other = r->work;
    struct waiter *x = xcalloc(1, sizeof(*x));
    *x = (struct waiter){w->reply, w->arg, clock_mono_ms(), other->state->waiters};
    other->state->waiters = x;
    work_free(w);
}

static const char *overloaded(const struct flow *f)
{
    if (ledger_waiting(f->ledger) + f->recall.nwaiting >= BOUND_QUEUE_COMMANDS ||
        ledger_waiting_bytes(f->ledger) >= BOUND_QUEUE_BYTES)
        return "busy.queue";
    return NULL;
}

/* An id that is known here is never told *not recorded*: whoever sends it again joins, or hears that nobody
 * knows yet. */
static bool known(struct flow *f, struct work *w)
{
    struct id_record *r = f->ids ? ids_find(f->ids, w->id) : NULL;
    if (!r || (!r->work && !r->text && flow_unavailable(f)))
        return false;
    if (r->work && flow_unavailable(f) && memcmp(r->req, w->req, HASH_LEN) == 0)
        work_answer(w, 503, FLOW_UNKNOWN);
    else
        join(w, r);
    return true;
}

void flow_start(struct flow *f, struct work *w)
{
    int64_t id_ms, now;
    if (uuid7_parse(w->id, strlen(w->id), &id_ms) != 0) {
        work_answer(w, 400, "request.id");
        return;
    }
    if (known(f, w))
        return;
    if (f->was_ready)
        (void)flow_clock_look(f, &now);
    const char *no = flow_unavailable(f);
    if (!no)
        no = overloaded(f);
    if (no && !confirms(w, no)) {
        work_answer(w, 503, no);
        return;
    }
    /* ours might be the clock that is wrong, but then we would not be here */
    if (id_ms > flow_now(f) + BOUND_ID_FUTURE_MS) {
        work_answer(w, 400, "request.id-future");
        return;
    }
    if (ids_before_horizon(f->ids, id_ms))
        look_up(w);
    else
        go_on(w);
}
