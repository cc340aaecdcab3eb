/*
 * What is done about a deviation: measures, each with somebody who owns it and a day; another says that it
 * was done. A deviation is not closed while one is open, unless quality says by name why; its day runs on
 * then. One that was a mistake is withdrawn before a second person, and stays to be seen. What is overdue is
 * told once, by the deadline that the book keeps of it.
 */
#include "core/entry/action.h"

#include <string.h>

#include "core/entry/deviation.h"
#include "core/rule/record.h"

/* NULL after a refusal. */
static struct batch *on_batch(struct judge *j, const char *batch)
{
    j->x = judge_batch(j, batch);
    if (!j->x)
        judge_find(j, EFFECT_REFUSE, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(batch)), NULL);
    return j->x;
}

/* What is done about a deviation goes on behind the closing: the record is opened for this one entry, and
 * closed again with it. */
static bool take(struct judge *j, const struct kind *k, const void *value, struct json *args)
{
    const struct batch *x = j->x;
    reopen_if_closed(j);
    record_signed_as(j, draft_add(j, x->stream, k->id, value, k->shape.size), SAY_ACCEPTED_ACT, args);
    if (x->closed)
        draft_closing(j, x, true);
    return true;
}

static bool unknown(struct judge *j)
{
    return judge_find(j, EFFECT_REFUSE, SAY_RECORD_UNKNOWN, NULL, NULL);
}

/* NULL after a refusal. */
static const struct action *open_action(struct judge *j, const char *batch, const char *id)
{
    const struct batch *x = on_batch(j, batch);
    const struct action *a = x ? batch_action(x, id) : NULL;
    if (a && action_open(a))
        return a;
    if (x)
        (void)unknown(j);
    return NULL;
}

/* Not in a year that nobody will see; and whether it helped is looked at once all is done. */
static bool check_due(struct judge *j, const struct batch *x, const struct deviation_action *g)
{
    int64_t most = clock_day(j->now) + rights_measure_days(j->book->rights), least = 0;
    char from[11], until[11];
    for (size_t i = 0; g->effect && i < x->nactions; i++) {
        const struct action *a = &x->action[i];
        if (strcmp(a->dev, g->dev) == 0 && !a->effect && !a->withdrawn && a->due > least)
            least = a->due;
    }
    most = most > least ? most : least; /* some day there is */
    if (g->due >= least && g->due <= most)
        return true;
    clock_day_format(least > clock_day(j->now) ? least : clock_day(j->now), from);
    clock_day_format(most, until);
    struct json *args = json_set_str(j->a, args1(j, "dev", g->dev), "from", from);
    return judge_find(j, EFFECT_REFUSE, SAY_DEVIATION_DUE, json_set_str(j->a, args, "until", until), NULL);
}

static bool take_action(struct judge *j, const struct kind *k, const struct deviation_action *g)
{
    struct deviation_action a = *g;
    const struct batch *x = on_batch(j, g->batch);
    const struct deviation *d = batch_deviation(x, g->dev);
    const struct person *owner = book_person(j->book, g->owner);
    if (!x)
        return false;
    if (!d)
        return unknown(j);
    if (!owner || owner->suspended)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_WORD,
                          json_set_str(j->a, args1(j, "field", "owner"), "word", plain_id(g->owner)), NULL);
    if (g->due < clock_day(j->now))
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "due"), NULL);
    if (!check_due(j, x, g))
        return false;
    a.action = arena_printf(j->a, "%s-A%zu", x->id, x->nactions + 1);
    return take(j, k, &a, json_set_str(j->a, args1(j, "action", a.action), "dev", d->id));
}

/* Nobody sees whether it helped before it was done. */
static bool check_measures(struct judge *j, const struct batch *x, const struct action *a)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; a->effect && i < x->nactions; i++)
        if (strcmp(x->action[i].dev, a->dev) == 0 && !x->action[i].effect && action_open(&x->action[i]))
            json_push(list, json_str(j->a, x->action[i].id));
    struct json *args = list->len ? json_set(j->a, args1(j, "dev", a->dev), "actions", list) : NULL;
    return !args || judge_find(j, EFFECT_REFUSE, SAY_DEVIATION_MEASURES, args, NULL);
}

static bool take_verified(struct judge *j, const struct kind *k, const struct deviation_verified *g)
{
    const struct action *a = open_action(j, g->batch, g->action);
    return a && check_measures(j, j->x, a) && take(j, k, g, args1(j, "action", a->id));
}

/* A major one is never without something that is done about it, and a look whether it helped. */
static bool check_last(struct judge *j, const struct batch *x, const struct action *a)
{
    const struct deviation *d = batch_deviation(x, a->dev);
    for (size_t i = 0; i < x->nactions; i++) {
        const struct action *o = &x->action[i];
        if (o != a && strcmp(o->dev, a->dev) == 0 && o->effect == a->effect && !o->withdrawn)
            return true;
    }
    return d->grade != GRADE_MAJOR ||
           judge_find(j, EFFECT_REFUSE, SAY_DEVIATION_LAST,
                      json_set_str(j->a, args1(j, "dev", d->id), "action", a->id), NULL);
}

static bool take_withdrawn(struct judge *j, const struct kind *k, const struct deviation_withdrawn *g)
{
    const struct action *a = open_action(j, g->batch, g->action);
    return a && check_last(j, j->x, a) && take(j, k, g, args1(j, "action", a->id));
}

static bool take_reported(struct judge *j, const struct kind *k, const struct deviation_reported *g)
{
    const struct batch *x = on_batch(j, g->batch);
    const struct deviation *d = batch_deviation(x, g->dev);
    if (!x)
        return false;
    if (!d || d->reported)
        return unknown(j);
    return take(j, k, g, args1(j, "dev", d->id));
}

static void refused_of(struct judge *j)
{
    j->x = NULL;
    judge_refuse_found(j);
}

void record_action(struct judge *j, const struct kind *k, const void *given)
{
    if (!take_action(j, k, given))
        refused_of(j);
}

void record_verified(struct judge *j, const struct kind *k, const void *given)
{
    if (!take_verified(j, k, given))
        refused_of(j);
}

void record_withdrawn(struct judge *j, const struct kind *k, const void *given)
{
    if (!take_withdrawn(j, k, given))
        refused_of(j);
}

void record_reported(struct judge *j, const struct kind *k, const void *given)
{
    if (!take_reported(j, k, given))
        refused_of(j);
}

/* ---- what stands in the way of closing ---- */

struct texts open_actions(const struct judge *j, const struct batch *x, const char *dev)
{
    const char **list = arena_alloc(j->a, (x->nactions + 1) * sizeof(*list));
    size_t n = 0;
    for (size_t i = 0; i < x->nactions; i++)
        if (action_open(&x->action[i]) && strcmp(x->action[i].dev, dev) == 0)
            list[n++] = x->action[i].id;
    return (struct texts){n, list};
}

/* ---- its day has passed ---- */

void judge_overdue(struct judge *j, const struct action *a)
{
    char day[11];
    clock_day_format(a->due, day);
    struct json *args = json_set_str(j->a, args1(j, "dev", a->dev), "action", a->id);
    json_set_str(j->a, args, "owner", a->owner);
    json_set_str(j->a, args, "due", day);
    judge_find(j, EFFECT_ALERT, SAY_DEVIATION_OVERDUE, args, NULL);
    struct draft *d = DRAFT(j, j->x->stream, KIND_DEVIATION_OVERDUE, struct deviation_overdue, .dev = a->dev,
                            .action = a->id);
    judge_accept(j, d, SAY_DEVIATION_OVERDUE, args);
}
