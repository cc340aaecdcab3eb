/*
 * Windows that cannot be met. Steps are points in time; `after` and the lower ends of windows push a step
 * back, upper ends and deadlines hold it. Optional steps push nothing (they may be left out).
 *
 * Calendar days and elapsed time cannot be added exactly: a day's difference may be one minute past
 * midnight. Mixed sums are taken at their least, so what is refused here is surely impossible.
 */
#include <stdlib.h>

#include "core/protocol/load.h"

#define STEP(l, i)      (&(l)->p->step[i])
#define BEFORE(l, a, b) ((l)->before[(size_t)(a) * (l)->p->nsteps + (size_t)(b)])
#define DAY             INT64_C(86400000)

/* In days or in milliseconds; the least that a lower end, the most that an upper end can mean there. */
static int64_t least(struct span s, bool days)
{
    if (s.days == days)
        return s.value;
    if (days)
        return s.value / DAY;
    return s.value > 0 ? (s.value - 1) * DAY : 0;
}

static int64_t most(struct span s, bool days)
{
    if (s.days == days)
        return s.value;
    return days ? s.value / DAY + 1 : (s.value + 1) * DAY;
}

static const char *span_text(struct loader *l, struct span s)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}};
    if (s.days)
        return arena_printf(&l->tmp, "%lldd", (long long)s.value);
    for (size_t i = 0; i < 3; i++)
        if (s.value % units[i].ms == 0)
            return arena_printf(&l->tmp, "%lld%s", (long long)(s.value / units[i].ms), units[i].unit);
    return arena_printf(&l->tmp, "%lldms", (long long)s.value);
}

/* The i-th window of a step's mapping. */
static const struct ynode *window_node(const struct loader *l, size_t step, size_t i)
{
    const struct ynode *list = ynode_get(l->source[step].node, "window");
    ynode_each(it, list)
        if (i-- == 0)
            return it->value;
    return list;
}

/* Contradictions inside one window. */
static bool check_window(struct loader *l, const struct ynode *at, const struct window *w)
{
    bool days = w->max.days;
    if (w->min.set && w->max.set && least(w->min, days) > most(w->max, days))
        load_error(l, at, "exchange the two", "this window cannot be met: min %s is longer than max %s",
                   span_text(l, w->min), span_text(l, w->max));
    else if (w->possible.set && w->max.set && least(w->possible, days) > most(w->max, days))
        load_error(l, at, "lower `possible`", "this window cannot be met: possible %s is longer than max %s",
                   span_text(l, w->possible), span_text(l, w->max));
    else if (w->possible.set && w->min.set && least(w->possible, w->min.days) > most(w->min, w->min.days))
        load_error(l, at, "lower `possible`", "possible %s is longer than min %s, which then says nothing",
                   span_text(l, w->possible), span_text(l, w->min));
    else
        return true;
    return false;
}

/* ---- along the required path ---- */

struct path {
    int64_t *time; /* -1 = not on a way from the start */
    int *from;
};

static int *topological(struct loader *l)
{
    size_t n = l->p->nsteps, at = 0;
    int *order = arena_alloc(&l->tmp, n * sizeof(*order));
    size_t *rank = arena_alloc(&l->tmp, n * sizeof(*rank));
    for (size_t s = 0; s < n; s++)
        for (size_t t = 0; t < n; t++)
            rank[s] += BEFORE(l, s, t);
    for (size_t r = 0; r <= n; r++)
        for (size_t s = 0; s < n; s++)
            if (rank[s] == r)
                order[at++] = (int)s;
    return order;
}

static void push(struct path *p, int from, int to, int64_t time)
{
    if (from < 0 || p->time[from] < 0 || p->time[from] + time <= p->time[to])
        return;
    p->time[to] = p->time[from] + time;
    p->from[to] = from;
}

/* The least time from `start` to each step, as far as it is required for `goal`. */
static void longest(struct loader *l, const int *order, int start, int goal, bool days, struct path *p)
{
    for (size_t i = 0; i < l->p->nsteps; i++)
        p->time[i] = p->from[i] = -1;
    p->time[start] = 0;
    for (size_t i = 0; i < l->p->nsteps; i++) {
        int s = order[i];
        if (s == start)
            continue;
        for (size_t j = 0; j < STEP(l, s)->nafter; j++)
            push(p, STEP(l, s)->after[j], s, 0);
        for (size_t j = 0; j < STEP(l, s)->nwindows && (s == goal || !STEP(l, s)->optional); j++) {
            const struct window *w = &STEP(l, s)->window[j];
            if (w->since < 0 || !BEFORE(l, s, w->since) || w->first || w->end)
                continue; /* a first entry and an end lie beside the point that the step is here */
            if (w->min.set)
                push(p, w->since, s, least(w->min, days));
            if (w->possible.set)
                push(p, w->since, s, least(w->possible, days));
        }
    }
}

static bool check_max(struct loader *l, const int *order, struct path *p, const struct ynode *at, int step,
                      int since, struct span max)
{
    if (!max.set || since < 0 || !BEFORE(l, step, since) || STEP(l, since)->repeat_max != 1)
        return true;
    longest(l, order, since, step, max.days, p);
    if (p->time[step] <= max.value)
        return true;
    struct buf way;
    buf_init(&way);
    for (int s = step; s >= 0; s = p->from[s]) {
        char *rest = arena_strdup(&l->tmp, way.data ? way.data : "");
        buf_clear(&way);
        buf_printf(&way, "%s%s%s", STEP(l, s)->id, *rest ? " -> " : "", rest);
    }
    struct span took = {true, max.days, p->time[step]};
    load_error(l, at, "lengthen max, or shorten the windows on the way",
               "this cannot be met: the way takes at least %s, longer than %s: %s", span_text(l, took),
               span_text(l, max), way.data);
    buf_fini(&way);
    return false;
}

static bool check_paths(struct loader *l)
{
    size_t n = l->p->nsteps;
    bool good = true;
    const int *order = topological(l);
    struct path p = {arena_alloc(&l->tmp, n * sizeof(int64_t)), arena_alloc(&l->tmp, n * sizeof(int))};
    for (size_t s = 0; s < n; s++) {
        const struct step *step = STEP(l, s);
        for (size_t i = 0; i < step->nwindows; i++) {
            const struct ynode *at = window_node(l, s, i);
            const struct window *w = &step->window[i];
            good = check_window(l, at, w) && check_max(l, order, &p, at, (int)s, w->since, w->max) && good;
        }
        if (step->deadline.set)
            good = check_max(l, order, &p, ynode_get(l->source[s].node, "deadline"), (int)s,
                             step->deadline.since, step->deadline.within) &&
                   good;
    }
    return good;
}

/* ---- all windows together ---- */

struct edge { /* time[to] >= time[from] + add */
    int from, to;
    int64_t add;
};

struct edges {
    struct edge *list;
    size_t n;
};

static void add_edges(const struct loader *l, int s, bool days, struct edges *e)
{
    const struct step *step = STEP(l, s);
    for (size_t i = 0; i < step->nafter; i++)
        if (step->after[i] >= 0)
            e->list[e->n++] = (struct edge){step->after[i], s, 0};
    for (size_t i = 0; i < step->nwindows && !step->optional; i++) {
        const struct window *w = &step->window[i];
        if (w->since < 0 || !BEFORE(l, s, w->since))
            continue;
        if (w->min.set && !w->first && !w->end)
            e->list[e->n++] = (struct edge){w->since, s, least(w->min, days)};
        if (w->possible.set)
            e->list[e->n++] = (struct edge){w->since, s, least(w->possible, days)};
        if (w->max.set && STEP(l, w->since)->repeat_max == 1)
            e->list[e->n++] = (struct edge){s, w->since, -most(w->max, days)};
    }
}

/* Bellman and Ford: times still growing after n rounds contradict each other. */
static void check_together(struct loader *l, bool days)
{
    size_t n = l->p->nsteps, max = 0;
    for (size_t s = 0; s < n; s++)
        max += STEP(l, s)->nafter + 3 * STEP(l, s)->nwindows;
    struct edges e = {arena_alloc(&l->tmp, (max + 1) * sizeof(struct edge)), 0};
    int64_t *time = arena_alloc(&l->tmp, n * sizeof(*time));
    for (size_t s = 0; s < n; s++)
        add_edges(l, (int)s, days, &e);
    int grown = 0;
    for (size_t round = 0; round <= n && grown >= 0; round++) {
        grown = -1;
        for (size_t i = 0; i < e.n; i++)
            if (time[e.list[i].from] + e.list[i].add > time[e.list[i].to]) {
                time[e.list[i].to] = time[e.list[i].from] + e.list[i].add;
                if (grown < 0 || STEP(l, e.list[i].to)->nwindows)
                    grown = e.list[i].to;
            }
    }
    if (grown >= 0)
        load_error(l, l->source[grown].node, "compare min and max of the windows before and behind it",
                   "the windows around step `%s` contradict each other", STEP(l, grown)->id);
}

void load_lint_time(struct loader *l)
{
    if (l->cyclic)
        return;
    if (!check_paths(l))
        return;
    check_together(l, true);
    check_together(l, false);
}
