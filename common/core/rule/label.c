/*
 * Labels: handed out to be printed, each once; printed again with reason and second person; made void. What
 * was printed is a container of its own from then on (CONTAINER_PRINTED), so that whatever asks for labels
 * that nobody has accounted for sees it; the scan that issues it counts it.
 */
#include "core/entry/hand.h"
#include "core/rule/missing.h"
#include "core/rule/record.h"

/* ---- printed again, or void ---- */

/* Its label can be void only while nothing is in it; what is gone has none. */
static bool label_fits(enum kind_id kind, enum container_state s)
{
    return s <= (kind == KIND_LABEL_VOIDED ? CONTAINER_EMPTY : CONTAINER_FILLED);
}

static bool issues_field(const struct field *f, const char *label)
{
    return f->kind == FIELD_CONTAINER && f->use == USE_ISSUE && listed(f->nlabels, f->label, label);
}

static bool issues(const struct step *s, const char *label)
{
    for (size_t i = 0; i < s->nfields; i++)
        if (issues_field(&s->field[i], label))
            return true;
    return false;
}

/* The step that issues vessels of that label; -1: none. */
static int issued_by(const struct protocol *p, const char *label)
{
    for (int s = 0; s < (int)p->nsteps; s++)
        if (issues(&p->step[s], label))
            return s;
    return -1;
}

/* Both (`second` NULL: who acts) are of the side that prints such labels: neither the courier, nor the clinic
 * for manufacturing. */
static bool check_owners(struct judge *j, const char *label, const struct person *second)
{
    const struct person *who[] = {j->performer, second};
    int step = issued_by(j->x->protocol, label);
    for (size_t i = 0; step >= 0 && i < 2 && who[i]; i++)
        if (j->x->protocol->step[step].dept && who[i]->dept != j->x->protocol->step[step].dept)
            return judge_find(j, EFFECT_REFUSE, SAY_LABEL_OWNERS, args1(j, "person", who[i]->id), NULL);
    return true;
}

static bool on_label(struct judge *j, const struct kind *k, const struct label_record *g)
{
    struct batch *x = j->x = judge_batch(j, g->batch);
    struct container *c = x ? book_container(j->book, g->container) : NULL;
    if (!x)
        return judge_find(j, EFFECT_REFUSE, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(g->batch)), NULL);
    if (x->closed)
        return judge_find(j, EFFECT_REFUSE, SAY_BATCH_CLOSED, args1(j, "batch", x->id), NULL);
    if (!c || c->batch != x)
        return judge_find(j, EFFECT_REFUSE, SAY_IDENT_NOT_ISSUED,
                          args1(j, "container", plain_id(g->container)), NULL);
    if (!label_fits(k->id, c->state)) {
        struct json *args = args1(j, "container", c->id);
        json_set_str(j->a, args, "state", container_state_name(c->state));
        return judge_find(j, EFFECT_REFUSE, c->state == CONTAINER_FILLED ? SAY_IDENT_USED : SAY_IDENT_GONE,
                          args, NULL);
    }
    const struct person *second = judge_second(j, g->witness);
    if (!second || !check_owners(j, c->label, second))
        return false;
    struct label_record r = {.container = c->id, .reason = g->reason};
    r.serial = k->id == KIND_LABEL_REPRINTED ? (int64_t)c->reprints + 2 : 0;
    struct draft *d = draft_add(j, x->stream, k->id, &r, sizeof(r));
    d->witnessed = second;
    record_accept(j, d, k->id == KIND_LABEL_VOIDED ? SAY_LABEL_VOID : SAY_LABEL_AGAIN,
                  args1(j, "container", c->id));
    return true;
}

void record_label(struct judge *j, const struct kind *k, const void *given)
{
    if (on_label(j, k, given))
        return;
    j->x = NULL;
    judge_refuse_found(j);
}

/* ---- printed ---- */

/* The step in which that label is printed: one that is open here; else the first that is still to come, which
 * says why it is not; -1: none is. */
static int prints(const struct judge *j, const char *label)
{
    const struct protocol *p = j->x->protocol;
    int later = -1;
    for (int s = 0; s < (int)p->nsteps; s++) {
        if (!issues(&p->step[s], label))
            continue;
        if (step_here(j, &p->step[s]) && step_available(j, j->x, s))
            return s;
        if (later < 0 && !batch_step_done(j->x, s))
            later = s;
    }
    return later;
}

/* How many labels of that kind the step asks for beyond those that were printed and wait to be counted; no
 * more than the protocol gives the batch. *ret_max: all that the step asks for. */
static int64_t left_to_print(const struct judge *j, const char *label, int64_t *ret_max)
{
    const struct step *s = judge_step(j);
    const struct label *l = protocol_label(j->x->protocol, label);
    int64_t left = 0, all = 0;
    *ret_max = 0;
    for (int i = 0; i < (int)s->nfields; i++)
        if (issues_field(&s->field[i], label)) {
            *ret_max += s->field[i].n > 0 ? s->field[i].n : 1;
            left += field_remaining(j, i);
        }
    for (size_t i = 0; i < j->x->ncontainers; i++) {
        bool same = strcmp(j->x->container[i]->label, label) == 0;
        all += same;
        left -= same && j->x->container[i]->state == CONTAINER_PRINTED;
    }
    return l && l->max && l->max - all < left ? l->max - all : left;
}

/* By whoever could scan it in that step; the step begins with that scan, and its windows are looked at then.
 * `before`: labels of that kind in the same command. */
static bool check_first_print(struct judge *j, const char *label, int64_t before)
{
    int step = prints(j, label);
    int64_t max = 0;
    if (step < 0)
        step = issued_by(j->x->protocol, label);
    judge_enter(j, j->x, step);
    j->recorder = j->performer;
    if (!step_here(j, judge_step(j)) || !step_available(j, j->x, step))
        return check_begin(j) &&
               judge_find(j, EFFECT_REFUSE, SAY_STEP_WHERE, args1(j, "station", j->st->kind), NULL);
    if (left_to_print(j, label, &max) > before)
        return check_people(j);
    return judge_find(j, EFFECT_REFUSE, SAY_LABEL_EXTRA,
                      json_set_int(j->a, args1(j, "label", label), "max", max), NULL);
}

/* Of this batch, and of a label that some step of its protocol issues. */
static bool read_container(const struct judge *j, const char *id, struct code *ret)
{
    char raw[BOUND_CODE_ID + 8];
    return code_make('C', id, raw, sizeof(raw)) == 0 && code_read(raw, strlen(raw), ret) == CODE_OK &&
           ret->kind == CODE_CONTAINER && strcmp(ret->batch, j->x->id) == 0 &&
           issued_by(j->x->protocol, ret->label) >= 0;
}

/* One label, once; another copy only behind a reprint. */
static bool check_print(struct judge *j, const struct texts *all, size_t i, bool *ret_again)
{
    const char *id = all->item[i];
    const struct container *c = book_container(j->book, id);
    struct code code, other;
    int64_t before = 0;
    if (!read_container(j, id, &code))
        return judge_find(j, EFFECT_REFUSE, SAY_IDENT_NOT_ISSUED, args1(j, "container", plain_id(id)), NULL);
    for (size_t k = 0; k < i; k++) {
        if (strcmp(all->item[k], id) == 0)
            return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "containers"), NULL);
        before += !book_container(j->book, all->item[k]) && read_container(j, all->item[k], &other) &&
                  strcmp(other.label, code.label) == 0;
    }
    *ret_again = c != NULL;
    if (!c)
        return check_first_print(j, code.label, before);
    if (!check_not_gone(j, c))
        return false;
    return c->printed ? judge_find(j, EFFECT_REFUSE, SAY_LABEL_ONCE, args1(j, "container", c->id), NULL)
                      : check_owners(j, c->label, NULL);
}

static bool print(struct judge *j, const struct kind *k, const struct label_printed *g)
{
    struct label_printed v = *g;
    struct batch *x = j->x = judge_batch(j, g->batch);
    if (!x)
        return judge_find(j, EFFECT_REFUSE, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(g->batch)), NULL);
    if (x->closed)
        return judge_find(j, EFFECT_REFUSE, SAY_BATCH_CLOSED, args1(j, "batch", x->id), NULL);
    if (!g->containers.n || g->containers.n > LABELS_AT_ONCE)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "containers"), NULL);
    const char **again = arena_alloc(j->a, g->containers.n * sizeof(*again));
    size_t n = 0;
    for (size_t i = 0; i < g->containers.n; i++) {
        bool once_more = false;
        if (!check_print(j, &g->containers, i, &once_more))
            return false;
        if (once_more)
            again[n++] = g->containers.item[i];
    }
    v.again = (struct texts){n, again};
    j->step = -1; /* it is begun by the scan */
    struct json *args = json_object(j->a), *list = json_array(j->a);
    for (size_t i = 0; i < v.containers.n; i++)
        json_push(list, json_str(j->a, v.containers.item[i]));
    record_accept(j, draft_add(j, x->stream, k->id, &v, sizeof(v)), SAY_LABEL_PRINTED,
                  json_set(j->a, args, "containers", list));
    return true;
}

/* Whoever may issue it: the protocol's steps say who that is, and they are asked when it is judged. */
bool may_print(struct judge *j, const struct kind *k, const void *given)
{
    (void)k;
    (void)given;
    return j->cmd->shows || judge_find(j, EFFECT_REFUSE, SAY_COMMAND_UNKNOWN, NULL, NULL);
}

void record_printed(struct judge *j, const struct kind *k, const void *given)
{
    if (print(j, k, given))
        return;
    j->x = NULL;
    j->step = -1;
    judge_refuse_found(j);
}

/* ---- which are to be printed ---- */

struct gathering {
    struct judge j;
    struct label_due *item;
    size_t n;
};

static void due_add(struct gathering *g, struct label_due d)
{
    if (g->n < LABELS_DUE)
        g->item[g->n++] = d;
}

/* The next numbers that nothing has. */
static void add_new(struct gathering *g, const char *label)
{
    int64_t max, left = left_to_print(&g->j, label, &max);
    for (int n = 1; left > 0 && n < 10000; n++) {
        const char *id = arena_printf(g->j.a, "%s-%s%d", g->j.x->id, label, n);
        if (book_container(g->j.book, id))
            continue;
        due_add(g, (struct label_due){.container = id, .label = label, .step = g->j.step});
        left--;
    }
}

static void add_step(struct gathering *g, int step)
{
    const struct step *s = &g->j.x->protocol->step[step];
    if (!step_here(&g->j, s) || !step_available(&g->j, g->j.x, step))
        return;
    judge_enter(&g->j, g->j.x, step);
    for (size_t i = 0; i < s->nfields; i++)
        for (size_t k = 0;
             s->field[i].kind == FIELD_CONTAINER && s->field[i].use == USE_ISSUE && k < s->field[i].nlabels;
             k++) {
            bool seen = false;
            for (size_t m = 0; m < g->n; m++)
                seen |= !g->item[m].there && strcmp(g->item[m].label, s->field[i].label[k]) == 0;
            if (!seen)
                add_new(g, s->field[i].label[k]);
        }
}

struct label_dues rule_labels(const struct book *b, struct batch *x, struct station *st, int64_t now,
                              struct arena *a)
{
    static const struct command none;
    struct gathering g = {.j = {.book = b, .cmd = &none, .now = now, .when = now, .a = a, .st = st}};
    g.j.x = x;
    g.j.bench = &st->bench;
    g.item = arena_alloc(a, LABELS_DUE * sizeof(*g.item));
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct container *c = x->container[i];
        if (c->state <= CONTAINER_FILLED)
            due_add(&g, (struct label_due){.container = c->id, .label = c->label, .step = -1, .there = c});
    }
    for (int i = 0; i < (int)x->protocol->nsteps && !x->closed; i++)
        add_step(&g, i);
    return (struct label_dues){g.n, g.item};
}
