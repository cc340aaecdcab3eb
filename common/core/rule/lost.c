/*
 * A tube breaks, a bag leaks, a sample is not to be found: it has happened, and is told as what it was. At
 * the bench by X-BROKEN or X-LOST, the container, and another person's badge; at a desk by a record. From
 * then on no step asks for it (field.c), and should it be found again it is used no more. What it means for
 * the batch quality judges: a deviation, and a hold where it was the last one of its kind.
 */
#include "core/entry/hand.h"
#include "core/rule/record.h"

#define ASKED_MS (60 * INT64_C(1000))

bool check_not_lost(struct judge *j, const struct container *c)
{
    return c->state != CONTAINER_LOST ||
           judge_find(j, EFFECT_REFUSE, SAY_IDENT_LOST, args1(j, "container", c->id), NULL);
}

/* Nothing of its kind is filled beside it; of one with nothing in it yet, nothing that could be. */
static bool is_last(const struct container *c)
{
    bool other = false, filled = c->state == CONTAINER_FILLED;
    for (size_t i = 0; i < c->batch->ncontainers; i++) {
        const struct container *o = c->batch->container[i];
        bool serves = filled ? o->state == CONTAINER_FILLED : o->state <= CONTAINER_FILLED;
        other |= o != c && serves && strcmp(o->label, c->label) == 0;
    }
    return !other;
}

static struct json *args_of(struct judge *j, const struct container *c, enum loss how)
{
    struct json *args = args1(j, "container", c->id);
    json_set_str(j->a, args, "label", c->label);
    return json_set_str(j->a, args, "how", loss_words.word[how]);
}

/* Of this batch, and not yet gone; NULL after a refusal. */
static const struct container *to_lose(struct judge *j, const char *id)
{
    const struct container *c = book_container(j->book, id);
    if (!c || c->batch != j->x) {
        judge_find(j, EFFECT_REFUSE, SAY_IDENT_NOT_ISSUED, args1(j, "container", plain_id(id)), NULL);
        return NULL;
    }
    if (!check_not_gone(j, c))
        return NULL;
    if (c->state > CONTAINER_ISSUED)
        return c;
    judge_find(j, EFFECT_REFUSE, SAY_LABEL_UNUSED, args1(j, "container", c->id), NULL);
    return NULL;
}

/* Some step of that side has such containers in its hands: it can have broken there. */
static bool handles(const struct protocol *p, enum dept dept, const char *label)
{
    for (int s = 0; s < (int)p->nsteps; s++)
        for (size_t i = 0; (!p->step[s].dept || p->step[s].dept == dept) && i < p->step[s].nfields; i++)
            if (p->step[s].field[i].kind == FIELD_CONTAINER &&
                listed(p->step[s].field[i].nlabels, p->step[s].field[i].label, label))
                return true;
    return false;
}

static bool check_hands(struct judge *j, const struct container *c, const struct person *second)
{
    const struct person *who[] = {j->performer, second};
    for (size_t i = 0; i < 2; i++)
        if (!handles(j->x->protocol, who[i]->dept, c->label))
            return judge_find(j, EFFECT_REFUSE, SAY_WITNESS_DEPT, args1(j, "person", who[i]->id), NULL);
    return true;
}

static void lose(struct judge *j, const struct container *c, struct container_lost *l,
                 const struct person *second)
{
    bool last = is_last(c);
    enum say code = last ? SAY_CONTAINER_LOST_LAST : SAY_CONTAINER_LOST;
    struct json *args = args_of(j, c, l->how);
    l->container = c->id;
    judge_find(j, last ? EFFECT_HOLD : EFFECT_DEVIATION, code, args, NULL);
    struct draft *d = draft_add(j, j->x->stream, KIND_CONTAINER_LOST, l, sizeof(*l));
    d->witnessed = second;
    d->sign = j->cmd->kind == COMMAND_RECORD && j->cmd->authenticated;
    d->meaning = kind_text(d->kind);
    judge_accept(j, d, code, args);
}

/* ---- as a record ---- */

static bool lost(struct judge *j, const struct container_lost *g)
{
    struct container_lost l = *g;
    struct batch *x = j->x = judge_batch(j, g->batch);
    if (!x || x->closed)
        return judge_find(j, EFFECT_REFUSE, x ? SAY_BATCH_CLOSED : SAY_BATCH_UNKNOWN,
                          args1(j, "batch", plain_id(g->batch)), NULL);
    if (!l.reason.value || !*l.reason.value)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "reason"), NULL);
    const struct container *c = to_lose(j, g->container);
    const struct person *second = c ? judge_second(j, g->witness) : NULL;
    if (!second || !check_hands(j, c, second))
        return false;
    lose(j, c, &l, second);
    return true;
}

void record_lost(struct judge *j, const struct kind *k, const void *given)
{
    (void)k;
    if (lost(j, given))
        return;
    j->x = NULL;
    judge_refuse_found(j);
}

/* ---- at the bench ---- */

static void ask(struct judge *j, struct bench_context c, enum say code, struct json *args)
{
    c.asks = true;
    judge_accept(j, draft_day(j, KIND_BENCH_CONTEXT, &c, sizeof(c)), code, args);
}

static enum loss loss_of_code(const struct code *c)
{
    enum code_command said = code_command(c);
    return said == COMMAND_BROKEN ? LOSS_BROKEN : said == COMMAND_LOST ? LOSS_MISSING : LOSS_NONE;
}

static void ask_which(struct judge *j, enum loss how)
{
    if (!j->bench->batch)
        judge_refuse(j, SAY_SCAN_NO_BATCH, NULL);
    else
        ask(j, (struct bench_context){.loss = how}, SAY_CONTAINER_LOST_WHICH,
            json_set_str(j->a, json_object(j->a), "how", loss_words.word[how]));
}

static void ask_second(struct judge *j, enum loss how)
{
    const struct container *c = to_lose(j, j->code->id);
    if (c)
        ask(j, (struct bench_context){.loss = how, .container = c->id}, SAY_CONTAINER_LOST_SECOND,
            args_of(j, c, how));
    else
        judge_refuse_found(j);
}

/* The badge of another one who stands there: both may tell it. */
static bool seen_by(struct judge *j, const struct bench_asked *q)
{
    const struct right_about about = {.batch = j->x};
    struct container_lost l = {.how = q->loss};
    const struct container *c = to_lose(j, q->container);
    const struct person *p = c ? book_person(j->book, j->code->id) : NULL;
    if (!c)
        return false;
    if (!p)
        return judge_find(j, EFFECT_REFUSE, SAY_SESSION_UNKNOWN_BADGE, NULL, NULL);
    if (p == j->performer && !judge_find(j, EFFECT_REFUSE, SAY_WITNESS_SAME, args1(j, "person", p->id), NULL))
        return false;
    if (!signed_in_here(j, p) &&
        !judge_find(j, EFFECT_REFUSE, SAY_WITNESS_ABSENT, args1(j, "person", p->id), NULL))
        return false;
    j->second = p;
    if (!check_fresh(j, p) || !check_right(j, RIGHT_CONTAINER_LOST, &about) || !check_hands(j, c, p))
        return false;
    lose(j, c, &l, p);
    return true;
}

/* It is asked here, not yet answered, and nothing was done since: what is read in between is meant as what it
 * is. */
static bool asked(const struct judge *j)
{
    const struct bench_asked *q = &j->bench->asked;
    const struct container *c = q->container ? book_container(j->book, q->container) : NULL;
    return q->loss && !(c && c->state == CONTAINER_LOST) && j->bench->batch && !j->bench->batch->closed &&
           j->now - q->at <= ASKED_MS && bench_used(j->bench) <= q->at;
}

bool judge_lost(struct judge *j)
{
    enum loss how = loss_of_code(j->code);
    const struct bench_asked *q = &j->bench->asked;
    if (how) {
        ask_which(j, how);
        return true;
    }
    if (!asked(j))
        return false;
    j->x = j->bench->batch;
    if (code_command(j->code) == COMMAND_BACK) {
        j->x = NULL;
        ask(j, (struct bench_context){.loss = LOSS_NONE}, SAY_ACCEPTED_NOT_LOST, NULL);
    } else if (j->code->kind == CODE_CONTAINER && !note_foreign(j, j->code)) {
        ask_second(j, q->loss);
    } else if (j->code->kind == CODE_BADGE && q->container) {
        if (!seen_by(j, q))
            judge_refuse_found(j);
    } else {
        j->found = (struct found){0};
        j->x = NULL;
        return false;
    }
    return true;
}
