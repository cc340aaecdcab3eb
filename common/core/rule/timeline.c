/* When what is to come will come: by the windows of the protocol and the days that the order planned. */
#include <string.h>

#include "core/rule/judge.h"
#include "core/rule/missing.h"

#define HOUR_MS (INT64_C(3600) * 1000)

bool rule_owes(const struct batch *x, int step)
{
    const struct step *s = &x->protocol->step[step];
    const struct occ *o = batch_occ(x, step);
    bool again = step_again(x, step) || (x->suspended && step_decides(s) && batch_done(x, step));
    if (x->closed || (x->stopped && !(o && !o->done)))
        return false;
    return again || (!s->optional && !batch_step_done(x, step));
}

/* The newest value of the order's field that means this; NULL: there is none. */
static const struct input *ordered(const struct batch *x, enum meaning means)
{
    const struct protocol *p = x->protocol;
    for (int i = 0; i < (int)p->nsteps; i++)
        for (int k = 0; p->step[i].opens && k < (int)p->step[i].nfields; k++)
            if (p->step[i].field[k].means == means)
                return batch_input(x, (struct ref){i, k});
    return NULL;
}

int64_t batch_draw_day(const struct batch *x)
{
    const struct input *planned = ordered(x, MEANS_DRAW);
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        const struct occ *o = x->protocol->step[i].verb == VERB_GO ? batch_done(x, i) : NULL;
        if (o)
            return clock_day(o->done);
    }
    return planned && planned->day ? planned->day : INT64_MIN;
}

static bool provides(const struct step *s)
{
    bool yes = s->disposition == DISPOSITION_PROVIDED;
    for (size_t i = 0; i < s->nfields; i++)
        for (size_t k = 0; k < s->field[i].noptions; k++)
            yes |= s->field[i].option[k].disposition == DISPOSITION_PROVIDED;
    return yes;
}

/* The day that the order planned for it; 0: none. */
static int64_t planned_at(const struct batch *x, const struct step *s)
{
    enum meaning means = s->verb == VERB_GO ? MEANS_DRAW : provides(s) ? MEANS_INFUSION : MEANS_NOTHING;
    const struct input *in = means == MEANS_NOTHING ? NULL : ordered(x, means);
    return in && in->day ? clock_day_start(in->day) + 9 * HOUR_MS : 0;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earliest_of(const struct window *w, int64_t since)
{
    const struct span *least = w->min.set ? &w->min : &w->possible;
    return least->set ? span_from(since, least) : since;
}

int64_t *rule_timeline(const struct batch *x, int64_t now, struct arena *a)
{
    const struct protocol *p = x->protocol;
    int64_t *at = arena_alloc(a, p->nsteps * sizeof(*at));
    for (int i = 0; i < (int)p->nsteps; i++) {
        const struct step *s = &p->step[i];
        const struct occ *o = batch_done(x, i);
        at[i] = o ? o->done : later(now, planned_at(x, s));
        if (o && !rule_owes(x, i))
            continue;
        at[i] = later(at[i], now);
        for (size_t k = 0; k < s->nafter; k++)
            at[i] = later(at[i], s->after[k] < i ? at[s->after[k]] : 0);
        for (size_t k = 0; k < s->nwindows; k++)
            if (s->window[k].since < i)
                at[i] = later(at[i], earliest_of(&s->window[k], at[s->window[k].since]));
    }
    return at;
}
