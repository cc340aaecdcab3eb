/* One player: its ops one after the other, and what the answers change in the world. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/clock.h"
#include "lib/client.h"
#include "core/code/code.h"
#include "plan.h"
#include "sim.h"
#include "sim/request.h"
#include "sim/tablet.h"

static void on_answer(void *arg, const struct client_reply *r);

#define SECRETS_MOST 24 /* below BOUND_UNLOCK_QUEUE: beyond it the server says 503 and "in a second" */

static struct item plain_item; /* of ops that the engine adds: no expectation of their own */

static bool needs_secret(const struct op *op)
{
    return op->kind == OP_SIGN_IN || op->kind == OP_ACT || op->kind == OP_RECORD;
}

static void send_op(struct player *p, struct op *op)
{
    char why[300] = "";
    if (slip_before(p, op))
        op = p->ops;
    if (needs_secret(op) && p->sim->secrets >= SECRETS_MOST) {
        p->blocked = true;
        return;
    }

    if (request_make(p, op, why, sizeof(why))) {
        check_fail(p, op->item, "%s", why);
        return;
    }
    p->op = op;
    p->state = PLAYER_BUSY;
    p->sim->requests++;
    p->sim->secrets += needs_secret(op);
    client_send(p->sim->client, p->path, p->token, p->request, on_answer, p);
}

/* Quality's blocks may be about the batch beside this one. */
static const char *batch_of(const struct player *p)
{
    return p->block->other && p->neighbour ? p->neighbour->batch : p->batch;
}

static void read_batch(struct player *p, struct op *op)
{
    char path[120];
    snprintf(path, sizeof(path), "/v1/batches/%s", batch_of(p));
    p->op = op;
    p->state = PLAYER_BUSY;
    p->sim->requests++;
    client_send(p->sim->client, path, op->station ? op->station->token : world_any(p->sim, NULL)->token, NULL,
                on_answer, p);
}

/* ── ops that depend on where the bench is ─────────────────────────────── */

static const char *command(struct player *p, const char *id)
{
    char raw[140];
    if (code_make('X', id, raw, sizeof(raw)))
        return id;
    return arena_strdup(&p->arena, raw);
}

/* OUT; and the own badge, where it is asked for. */
static void sign_out(struct player *p, struct op *op)
{
    if (op->person->at != op->station) {
        p->ops = op->next;
        return;
    }
    op->text = op->who_said ? op->person->badge : command(p, "OUT");
    send_op(p, op);
}

static void card(struct player *p, struct op *op)
{
    char raw[80];
    if ((op->station->batch && strcmp(op->station->batch, p->batch) == 0) ||
        code_make('B', p->batch, raw, sizeof(raw))) {
        p->ops = op->next;
        return;
    }
    op->text = arena_strdup(&p->arena, raw);
    send_op(p, op);
}

/* A badge is a witness's only where the bench is in the step. */
static bool begins_with_badge(const struct block *b)
{
    return b->items &&
           (b->items->kind == ITEM_WITNESS || (b->items->text && strncmp(b->items->text, "P:", 2) == 0));
}

/* Nobody begins the next step so soon: its first code would be taken for a trigger that bounces. */
#define BOUNCE_MS 3000

static void choose(struct player *p, struct op *op)
{
    const char *step = p->block->step;
    char id[140] = "STEP-";
    size_t n = 5;
    bool soon = !op->station->open && sim_now(p->sim) - op->station->ended < BOUNCE_MS;
    if (strcmp(op->station->next_step, step) == 0 && !soon &&
        (op->station->open || !begins_with_badge(p->block))) {
        p->ops = op->next;
        return;
    }
    if (*op->station->next_step && strcmp(op->station->next_step, step) != 0 && !p->loose)
        p->sim->next_differs++;
    for (; *step && n < sizeof(id) - 1; step++)
        id[n++] = (char)(*step == '.' ? '-' : *step >= 'a' && *step <= 'z' ? *step - 32 : *step);
    op->text = command(p, id);
    send_op(p, op);
}

static int64_t pause_ms(struct player *p, const struct op *op)
{
    static const int least[] = {10, 3, 1}, most[] = {40, 15, 3};
    bool burst = op->item && op->item->kind == ITEM_CODES && op->next && op->next->item == op->item;
    int kind = burst ? 2 : 1; /* the last tube of a burst is looked at, too */
    char expr[40], why[VARS_ERROR];
    const char *s;
    /* one chance draw per scan of the batch, from its own seed */
    snprintf(expr, sizeof(expr), "%d ~ %d", (least[kind] + most[kind]) / 2, (most[kind] - least[kind]) / 2);
    if (vars_format(&p->vars, arena_printf(&p->arena, "%s + 0*%zu", expr, p->scans), &s, why))
        return 0;
    return (int64_t)(atof(s) * 1000);
}

/* ── answers ───────────────────────────────────────────────────────────── */

static void take_next(struct sim_station *st, const json_t *answer)
{
    const json_t *next = json_object_get(answer, "next");
    const char *step = json_string_value(json_object_get(next, "step"));
    const char *field = json_string_value(json_object_get(next, "field"));
    snprintf(st->next_step, sizeof(st->next_step), "%s", step ? step : "");
    snprintf(st->next_field, sizeof(st->next_field), "%s", field ? field : "");
    const char *who = json_string_value(json_object_get(json_object_get(next, "acting"), "id"));
    st->acting = NULL;
    for (size_t i = 0; next && i < st->npeople; i++)
        if (who && strcmp(st->person[i]->id, who) == 0)
            st->acting = st->person[i];
}

/* What the server keeps of the bench, kept here too. */
static void take_context(struct player *p, struct op *op, const json_t *answer, bool refused)
{
    struct sim_station *st = op->station;
    const char *code = json_string_value(json_object_get(answer, "code"));
    if (!refused && op->kind == OP_SIGN_IN)
        world_joined(st, op->person);
    take_next(st, answer);
    if (op->acks || refused || !code || op->kind == OP_SIGN_IN)
        return;
    if (op->kind == OP_SIGN_OUT) {
        if (strcmp(code, "accepted.session-whose") != 0)
            world_left(st, op->person);
    } else if (strcmp(code, "accepted.batch") == 0) {
        st->batch = p->batch;
        st->open = false;
    } else if (strcmp(code, "accepted.step") == 0) {
        st->open = true;
    } else if (op->kind == OP_SCAN && !op->own && strcmp(code, "accepted.acting") != 0) {
        st->open = false; /* BACK */
    } else if (op->kind == OP_SCAN && json_object_get(answer, "step")) {
        st->open = !json_is_true(json_object_get(answer, "done"));
    }
}

static void count(struct player *p, const struct op *op, const json_t *answer, const char *outcome,
                  const char *code)
{
    struct sim *s = p->sim;
    report_count(s, &s->outcomes, outcome);
    if (code && strncmp(code, "accepted", 8) != 0)
        report_count(s, &s->codes, code);
    p->sessions += op->kind == OP_SIGN_IN;
    p->acts += op->kind == OP_ACT || op->kind == OP_RECORD;
    p->scans += op->kind != OP_SIGN_IN && op->kind != OP_ACT && op->kind != OP_RECORD;
    p->block_scans++;
    p->refused += strcmp(outcome, "refused") == 0;
    p->deviations += json_array_size(json_object_get(answer, "deviations"));
    p->holds += json_array_size(json_object_get(answer, "holds"));
}

static struct op **add_record(struct player *p, struct op *op, struct op **tail, const char *kind,
                              const json_t *it)
{
    const char *object = strcmp(kind, "hold.lifted") == 0 ? "hold" : "dev";
    struct op *rec = arena_alloc(&p->arena, sizeof(*rec));
    *rec = (struct op){
        .kind = OP_RECORD, .station = op->station, .person = op->person, .text = kind, .own = true};
    rec->body = json_pack("{s:s,s:O,s:s}", "batch", batch_of(p), object, json_object_get(it, object),
                          "reason", "確認済み checked");
    if (strcmp(kind, "deviation.assessed") == 0)
        json_object_set_new(rec->body, "grade", json_string(p->block->second ? p->block->second : "minor"));
    rec->next = *tail;
    *tail = rec;
    return &rec->next;
}

/* So far, of all deviations of the batch. */
static size_t measures_of(const json_t *batch)
{
    size_t n = 0, i;
    json_t *it;
    json_array_foreach(json_object_get(batch, "deviations"), i, it) n +=
        json_array_size(json_object_get(it, "actions"));
    return n;
}

/* Of a major one: what is done, and whether it helped, each seen; and that the facility manager was told. */
static struct op **add_measures(struct player *p, struct op *op, struct op **tail, const json_t *it,
                                size_t *n)
{
    char day[11], why[200];
    const char *owner = codes_cast(p, "mm", why, sizeof(why));
    clock_day_format(clock_day(sim_now(p->sim)) + 14, day);
    for (int effect = 0; effect < 2; effect++) {
        struct op **next = add_record(p, op, tail, "deviation.action", it);
        json_object_set_new((*tail)->body, "owner", json_string(owner ? owner : "MM"));
        json_object_set_new((*tail)->body, "due", json_string(day));
        json_object_set_new((*tail)->body, "effect", json_boolean(effect));
        tail = next;
        next = add_record(p, op, tail, "deviation.verified", it);
        json_object_del((*tail)->body, "dev");
        json_object_set_new((*tail)->body, "action", json_sprintf("%s-A%zu", batch_of(p), ++*n));
        tail = next;
    }
    return tail;
}

static void tell_of_major(struct player *p, struct op *rec)
{
    char why[200];
    const char *told = codes_cast(p, "fm", why, sizeof(why));
    json_object_set_new(rec->body, "told", json_string(told ? told : "FM"));
}

/* The record that it waits for; NULL: not for this block's. */
static const char *record_for(enum block_kind kind, const json_t *it)
{
    const char *awaits = json_string_value(json_object_get(it, "awaits"));
    if (json_is_true(json_object_get(it, kind == BLOCK_LIFT ? "lifted" : "closed")))
        return NULL;
    if (kind == BLOCK_ASSESS)
        return awaits && strcmp(awaits, "assessment") == 0 ? "deviation.assessed" : NULL;
    if (kind == BLOCK_CONFIRM)
        return awaits && strcmp(awaits, "confirmation") == 0 ? "deviation.confirmed" : NULL;
    return kind == BLOCK_LIFT ? "hold.lifted" : "deviation.closed";
}

/* Before each record up to `end`: who judges looks at the batch as it is by then. */
static void look_before(struct player *p, const struct op *op, struct op **at, struct op **end)
{
    while (at != end) {
        struct op *rec = *at, *look = arena_alloc(&p->arena, sizeof(*look));
        *look = (struct op){
            .kind = OP_LOOK, .station = op->station, .person = op->person, .own = true, .next = rec};
        *at = look;
        at = &rec->next;
    }
}

/* One record for each deviation or hold that waits for it. */
static void make_records(struct player *p, struct op *op, const json_t *batch)
{
    bool lift = p->block->kind == BLOCK_LIFT;
    struct op **tail = &op->next;
    json_t *it;
    size_t i, n = measures_of(batch);
    json_array_foreach(json_object_get(batch, lift ? "holds" : "deviations"), i, it)
    {
        const char *kind = record_for(p->block->kind, it),
                   *grade = json_string_value(json_object_get(it, "grade"));
        bool major = grade && strcmp(grade, "major") == 0;
        if (!kind)
            continue;
        if (major && p->block->kind == BLOCK_CLOSE)
            tail = add_measures(p, op, tail, it, &n);
        struct op **at = tail;
        tail = add_record(p, op, tail, kind, it);
        if (major && p->block->kind == BLOCK_CONFIRM)
            tell_of_major(p, *at);
    }
    look_before(p, op, &op->next, tail);
}

static void take_batch(struct player *p, struct op *op, const json_t *answer)
{
    const char *state = json_string_value(json_object_get(answer, "state"));
    if (op->kind == OP_EACH) {
        make_records(p, op, answer);
        return;
    }
    if (op->kind == OP_LOOK) {
        const char *shown = json_string_value(json_object_get(answer, "shown"));
        snprintf(p->shown, sizeof(p->shown), "%s", shown ? shown : "");
        return;
    }
    p->final_state = state ? arena_strdup(&p->arena, state) : "";
    if (!p->loose && strcmp(p->final_state, p->block->step) != 0)
        check_fail(p, NULL, "the batch's state is \"%s\", expected \"%s\"", p->final_state, p->block->step);
}

static void drop_block(struct player *p)
{
    while (p->ops && p->ops->kind != OP_SIGN_OUT)
        p->ops = p->ops->next;
    p->skip_block = true;
}

/* The other one, of whom the story speaks or who is there besides; NULL: nobody. */
static struct sim_person *beside(const struct player *p, const struct sim_station *st)
{
    struct sim_person *any = NULL;
    char why[200];
    const char *named =
        p->block->second ? codes_cast((struct player *)p, p->block->second, why, sizeof(why)) : NULL;
    for (size_t i = 0; i < st->npeople; i++) {
        if (st->person[i] == st->acting)
            continue;
        any = !any || (named && strcmp(st->person[i]->id, named) == 0) ? st->person[i] : any;
    }
    return any;
}

/* What the bench asks of whoever stands there, before or behind `op`: true if it is not to be judged by the
 * story. */
static bool obey(struct player *p, struct op *op, const char *code)
{
    struct op *add = arena_alloc(&p->arena, sizeof(*add));
    *add = (struct op){.kind = OP_SCAN, .station = op->station, .person = op->person, .next = p->ops};
    if (code && (strcmp(code, "bench.take-over") == 0 || strcmp(code, "bench.other-batch") == 0)) {
        add->text = command(p, "YES");
        p->ops = add;
        return true;
    }
    bool whose = code && strcmp(code, "accepted.session-whose") == 0;
    if (!code || (strcmp(code, "session.who") != 0 && !whose) || op->who_said || !op->station)
        return false;
    struct op *again = arena_alloc(&p->arena, sizeof(*again));
    *again = *op;
    again->who_said = true;
    again->next = p->ops;
    if (whose) {
        p->ops = again;
        return true;
    }
    *add = (struct op){.kind = OP_SCAN, .station = op->station, .next = again};
    add->text = op->station->acting ? op->station->acting->badge : op->station->person[0]->badge;
    p->ops = add;
    return true;
}

/* Asked for once more: the other one reads his badge and types the same; the expectation is that entry's. */
static void once_more(struct player *p, const struct op *op)
{
    struct sim_person *other = beside(p, op->station);
    struct op *again = arena_alloc(&p->arena, sizeof(*again));
    *again = *op;
    again->asked = op->station->acting;
    again->next = p->ops;
    p->ops = again;
    if (!other)
        return;
    struct op *badge = arena_alloc(&p->arena, sizeof(*badge));
    *badge = (struct op){.kind = OP_BADGE, .station = op->station, .person = other, .next = again};
    p->ops = badge;
}

/* Behind a slip stands what was meant: it is typed where the slip was refused, or asked about. */
static void take_slip(struct player *p, bool asked, bool refused)
{
    struct op *meant = p->ops;
    if (refused)
        return;
    p->ops = meant->next;
    if (!asked)
        return;
    meant->settles = true;
    once_more(p, meant);
}

static void take_answer(struct player *p, struct op *op, const json_t *answer, int status)
{
    const char *code, *outcome = check_outcome(answer, status, &code);
    bool refused = strcmp(outcome, "refused") == 0, asked = code && strcmp(code, "value.once-more") == 0;
    if (op->kind == OP_RESEND) {
        check_resend(p, op, answer);
        return;
    }
    count(p, op, answer, outcome, code);
    take_context(p, op, answer, refused);
    slip_counted(p->sim, op, outcome, code);
    if (op->kind == OP_ACT && !refused && !p->opened)
        plan_numbered(p, json_string_value(json_object_get(answer, "batch")));
    p->opened |= op->kind == OP_ACT && !refused;
    p->stepped |= op->own && !refused;
    if (op->slip)
        take_slip(p, asked, refused);
    else if (asked && !op->asked && !p->omit)
        once_more(p, op);
    else if (!obey(p, op, code))
        check_answer(p, op, answer, status);
    json_decref(p->answer_before);
    p->answer_before = json_incref((json_t *)answer);
    if (p->omit && p->block->gate && refused)
        check_gate(p, answer);
    if (p->omit && refused && !op->own)
        drop_block(p);
    alarm_acknowledge(p, op, answer, refused);
    if (p->sim->opt.pauses && op->kind == OP_SCAN && op->own)
        p->due = sim_now(p->sim) + pause_ms(p, op);
}

static void on_answer(void *arg, const struct client_reply *r)
{
    struct player *p = arg;
    struct op *op = p->op;
    p->op = NULL;
    p->state = PLAYER_WAITING;
    if (needs_secret(op)) {
        p->sim->secrets--;
        p->sim->released = true;
    }
    if (r->status == 0) {
        p->sim->unreachable = true;
        check_fail(p, op->item, "no answer after %d tries: %s", r->tries, r->error);
        return;
    }
    p->ops = op->next;
    if (op->kind == OP_EACH || op->kind == OP_STATE || op->kind == OP_LOOK) {
        if (r->status != 200)
            check_fail(p, op->item, "the batch cannot be read: %d", r->status);
        else
            take_batch(p, op, r->json);
        p->ops = op->next;
    } else {
        take_answer(p, op, r->json, r->status);
        json_decref(op->body);
        op->body = NULL;
    }
    if (!p->sim->failed)
        while (play_on(p))
            ;
    /* whoever waits for a station, a person or a secret's turn may go on now */
    if (p->state != PLAYER_BUSY || p->sim->released || p->sim->failed)
        clock_pump(p->sim);
    p->sim->released = false;
}

/* ── going on ──────────────────────────────────────────────────────────── */

static void run_op(struct player *p)
{
    struct op *op = p->ops;
    if (!op->item)
        op->item = &plain_item;
    switch (op->kind) {
    case OP_SIGN_OUT:
        sign_out(p, op);
        break;
    case OP_CARD:
        card(p, op);
        break;
    case OP_BADGE:
        if (op->station->acting == op->person) {
            p->ops = op->next;
            break;
        }
        op->text = op->person->badge;
        send_op(p, op);
        break;
    case OP_CHOOSE:
        choose(p, op);
        break;
    case OP_WAIT:
        p->due = sim_now(p->sim) + op->wait_ms;
        p->ops = op->next;
        break;
    case OP_DONE:
        p->ops = op->next;
        if (op->station->open && !p->block->part && !p->loose)
            check_fail(p, NULL, "the step is not finished: the server awaits %s %s", op->station->next_step,
                       op->station->next_field);
        break;
    case OP_EACH:
    case OP_STATE:
    case OP_LOOK:
        read_batch(p, op);
        break;
    case OP_AWAY:
        tablet_away(p, op);
        break;
    case OP_BACK:
        tablet_back(p, op);
        break;
    case OP_RESEND:
        p->op = op;
        p->state = PLAYER_BUSY;
        p->sim->requests++;
        client_send(p->sim->client, p->path, p->token, p->request, on_answer, p);
        break;
    default:
        send_op(p, op);
    }
}

static int64_t block_due(const struct player *p)
{
    const struct block *b = p->block;
    int64_t at;
    if (b->relative)
        return p->block_ended + b->ms;
    at = clock_day_start(p->vars.day_zero + b->day) + b->ms;
    return at > p->block_ended ? at : p->block_ended;
}

/* The next block, or the end of the story. */
static void next_block(struct player *p)
{
    report_block(p);
    ops_release(p);
    p->block_ended = p->due > sim_now(p->sim) ? p->due : sim_now(p->sim);
    p->block = p->block->next;
    play_begin(p);
}

void play_begin(struct player *p)
{
    p->begun = p->skip_block = p->stepped = false;
    p->leaving = false;
    p->block_scans = 0;
    *p->block_marks = 0;
    p->ops = NULL;
    if (!p->block || p->caught) {
        p->state = PLAYER_ENDED;
        for (size_t i = 0; i < p->nheld; i++)
            p->held[i]->holders--;
        p->nheld = 0;
        ops_release(p);
        return;
    }
    p->due = block_due(p);
}

bool play_on(struct player *p)
{
    p->blocked = false;
    if (p->sim->failed || p->state != PLAYER_WAITING || p->due > sim_now(p->sim))
        return false;
    if (!p->begun) {
        p->begun = ops_make(p);
        p->blocked = !p->begun;
        return p->begun;
    }
    if (p->ops) {
        run_op(p);
        return p->state == PLAYER_WAITING && !p->blocked;
    }
    if (!p->leaving) { /* whoever is not needed here any more signs out */
        p->leaving = true;
        ops_leave(p, &p->ops);
        return true;
    }
    next_block(p);
    return p->state == PLAYER_WAITING;
}
