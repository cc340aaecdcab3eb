/* The graph of steps: cycles, what can never be done, what refers to something later; scan codes; needs. */
#include <string.h>

#include "core/protocol/load.h"

#define STEP(l, i)      (&(l)->p->step[i])
#define NODE(l, i)      ((l)->source[i].node)
#define BEFORE(l, a, b) ((l)->before[(size_t)(a) * (l)->p->nsteps + (size_t)(b)])

enum colour { WHITE, GREY, BLACK, CYCLE };

struct walk {
    struct loader *l;
    uint8_t *colour;
    int *path;
    size_t depth;
};

static void tell_cycle(struct walk *w, int again)
{
    struct loader *l = w->l;
    struct buf text;
    size_t i = w->depth;
    bool told = false;
    while (i > 0 && w->path[i - 1] != again)
        i--;
    buf_init(&text);
    for (size_t j = i - 1; j < w->depth; j++) {
        told = told || w->colour[w->path[j]] == CYCLE;
        buf_printf(&text, "%s -> ", STEP(l, w->path[j])->id);
        w->colour[w->path[j]] = CYCLE;
    }
    buf_puts(&text, STEP(l, again)->id);
    if (!told)
        load_error(l, NODE(l, again), "remove one `after` of them", "steps wait for each other: %s",
                   text.data);
    buf_fini(&text);
    l->cyclic = true;
}

/* Depth first along `after`; as deep as there are steps, which is bounded. */
static void visit(struct walk *w, int s)
{
    const struct step *step = STEP(w->l, s);
    w->colour[s] = GREY;
    w->path[w->depth++] = s;
    for (size_t i = 0; i < step->nafter; i++) {
        int t = step->after[i];
        if (t < 0)
            continue;
        bool on_path = false;
        for (size_t j = 0; j < w->depth && w->colour[t] != BLACK && w->colour[t] != WHITE; j++)
            on_path = on_path || w->path[j] == t;
        if (on_path)
            tell_cycle(w, t);
        else if (w->colour[t] == WHITE)
            visit(w, t);
    }
    w->depth--;
    if (w->colour[s] == GREY)
        w->colour[s] = BLACK;
}

/* Steps behind a cycle, told once each with what they wait for. */
static void tell_dead(struct loader *l, uint8_t *dead)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t s = 0; s < l->p->nsteps; s++)
            for (size_t i = 0; i < STEP(l, s)->nafter && !dead[s]; i++) {
                int t = STEP(l, s)->after[i];
                if (t < 0 || !dead[t])
                    continue;
                dead[s] = true;
                more = true;
                load_error(l, NODE(l, s), "mend the steps it waits for",
                           "step `%s` is unreachable: it waits for `%s`, which can never be done",
                           STEP(l, s)->id, STEP(l, t)->id);
            }
    }
}

static void check_cycles(struct loader *l)
{
    size_t n = l->p->nsteps;
    struct walk w = {l, arena_alloc(&l->tmp, n), arena_alloc(&l->tmp, n * sizeof(int)), 0};
    for (size_t s = 0; s < n; s++)
        if (w.colour[s] == WHITE)
            visit(&w, (int)s);
    for (size_t s = 0; s < n; s++)
        w.colour[s] = w.colour[s] == CYCLE;
    if (l->cyclic)
        tell_dead(l, w.colour);
}

/* ---- what comes before what ---- */

static int opening(struct loader *l)
{
    int found = -1;
    for (size_t s = 0; s < l->p->nsteps; s++) {
        if (!STEP(l, s)->opens)
            continue;
        if (found >= 0)
            load_error(l, NODE(l, s), "keep one", "steps `%s` and `%s` both open the batch",
                       STEP(l, found)->id, STEP(l, s)->id);
        else
            found = (int)s;
    }
    if (found < 0)
        load_error(l, NODE(l, 0), "write `opens: true` in the first step", "no step opens the batch");
    return found;
}

static void fill_before(struct loader *l, size_t s, uint8_t *done)
{
    size_t n = l->p->nsteps;
    if (done[s])
        return;
    done[s] = true;
    for (size_t i = 0; i < STEP(l, s)->nafter; i++) {
        int t = STEP(l, s)->after[i];
        if (t < 0)
            continue;
        fill_before(l, (size_t)t, done);
        BEFORE(l, s, t) = true;
        for (size_t j = 0; j < n; j++)
            BEFORE(l, s, j) |= BEFORE(l, t, j);
    }
}

/* Only without cycles. Everything but the opening step happens in an open batch. */
static void check_reach(struct loader *l)
{
    size_t n = l->p->nsteps;
    int open = opening(l);
    l->before = arena_alloc(&l->tmp, n * n);
    uint8_t *done = arena_alloc(&l->tmp, n);
    for (size_t s = 0; s < n; s++)
        fill_before(l, s, done);
    if (open < 0)
        return;
    for (size_t s = 0; s < n; s++)
        if (BEFORE(l, open, s))
            load_error(l, NODE(l, s), "let the opening step come first, with `after: []`",
                       "step `%s` is unreachable: it comes before `%s`, which opens the batch",
                       STEP(l, s)->id, STEP(l, open)->id);
        else if ((int)s != open)
            BEFORE(l, s, open) = true;
}

static bool later(const struct loader *l, int s, int t)
{
    return BEFORE(l, t, s) || (t > s && !BEFORE(l, s, t));
}

static void check_step_ref(struct loader *l, const struct fix *f)
{
    int s = f->step, t = *f->slot;
    if (t < 0 || f->rule->order == REF_ORDER)
        return;
    if (t == s && !(f->rule->order == REF_OR_SELF && STEP(l, s)->repeat_max != 1))
        load_error(l, f->at, "name another step", "`%s` names the step itself", f->rule->what);
    else if (t != s && f->rule->order != REF_ANY && later(l, s, t))
        load_error(l, f->at, "name a step that comes before this one", "`%s`: `%s` comes later than `%s`",
                   f->rule->what, STEP(l, t)->id, STEP(l, s)->id);
}

static void check_field_ref(struct loader *l, const struct fix *f)
{
    int s = f->step, t = f->ref->step;
    bool derived = t >= 0 && STEP(l, t)->field[f->ref->field].kind == FIELD_DERIVED;
    if (t < 0)
        return;
    if (t == s && f->field == f->ref->field)
        load_error(l, f->at, "name another field", "`%s` names the field itself", f->rule->what);
    else if (t == s && f->field >= 0 && f->ref->field > f->field &&
             (derived || f->rule->order == REF_EARLIER))
        load_error(l, f->at, "put that field before this one", "`%s`: field `%.80s` comes later",
                   f->rule->what, f->text);
    else if (t != s && later(l, s, t))
        load_error(l, f->at, "name a field of a step that comes before",
                   "`%s`: step `%s` comes later than `%s`", f->rule->what, STEP(l, t)->id, STEP(l, s)->id);
}

/* A misspelt kind would expose nobody, and nobody would notice. */
static void check_shared(struct loader *l)
{
    const struct protocol *p = l->p;
    for (size_t i = 0; i < p->nshared; i++) {
        bool used = false;
        for (size_t s = 0; s < p->nsteps; s++)
            for (size_t f = 0; f < p->step[s].nfields; f++) {
                const char *kind = p->step[s].field[f].thing;
                used |= kind && strcmp(kind, p->shared[i]) == 0;
            }
        if (!used)
            load_error(l, NODE(l, 0), "name a kind that some field scans",
                       "`shared`: nothing scans a `%.60s`", p->shared[i]);
    }
}

/* ---- codes, needs ---- */

/* X-STEP-<ID>: '.' becomes '-', so two ids may collide. */
static bool same_code(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !(strchr(".-", *a) && strchr(".-", *b)))
            return false;
    return *a == *b;
}

static void check_codes(struct loader *l)
{
    for (size_t s = 0; s < l->p->nsteps; s++)
        for (size_t t = 0; t < s; t++)
            if (strcmp(STEP(l, s)->id, STEP(l, t)->id) != 0 && same_code(STEP(l, s)->id, STEP(l, t)->id))
                load_error(l, NODE(l, s), "rename one of the two",
                           "steps `%s` and `%s` would have the same scan code", STEP(l, t)->id,
                           STEP(l, s)->id);
}

static bool starts_clock(const struct loader *l, const char *clock, struct nearest *near)
{
    for (size_t s = 0; s < l->p->nsteps; s++) {
        const char *c = STEP(l, s)->clock;
        if (c && strcmp(c, clock) == 0)
            return true;
        nearest_offer(near, c);
    }
    return false;
}

static bool has_validity(const struct step *s)
{
    for (size_t i = 0; i < s->nfields; i++)
        if (s->field[i].valid_days > 0)
            return true;
    return false;
}

static void check_needs(struct loader *l, size_t s)
{
    const struct ynode *node = ynode_get(NODE(l, s), "requires");
    for (size_t i = 0; i < STEP(l, s)->nrequires; i++) {
        const struct requirement *r = &STEP(l, s)->require[i];
        struct nearest near;
        if (r->need == NEED_EXPIRY && r->arg) {
            load_nearest(l, &near, r->arg);
            if (!starts_clock(l, r->arg, &near))
                load_error(l, node, load_near(l, &near, "add `starts-clock` to a step"),
                           "`expiry`: no step starts the clock `%s`", r->arg);
        }
        if (r->need == NEED_VALID && r->step >= 0 && !has_validity(STEP(l, r->step)))
            load_error(l, node, "give its dates `valid-days`", "`valid`: step `%s` has no dated item",
                       STEP(l, r->step)->id);
    }
}

void load_lint(struct loader *l)
{
    check_cycles(l);
    check_codes(l);
    check_shared(l);
    for (size_t s = 0; s < l->p->nsteps; s++)
        check_needs(l, s);
    if (l->cyclic)
        return;
    check_reach(l);
    for (const struct fix *f = l->fixes; f; f = f->next)
        if (f->ref)
            check_field_ref(l, f);
        else
            check_step_ref(l, f);
}
