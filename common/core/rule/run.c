/*
 * Runs of a test. A run whose controls failed is no result, and stays; the test is run again only then, or
 * after what was found has been investigated and somebody has signed that. What comes to a result after it
 * was judged, a correction or another run, makes the judgement necessary again.
 */
#include <string.h>

#include "core/rule/judge.h"

/* The first run's step, of the first run or of one that repeats it. */
static int test_of(const struct protocol *p, int step)
{
    return p->step[step].rerun_of >= 0 ? p->step[step].rerun_of : step;
}

static bool void_run(const struct step *s, const struct occ *o)
{
    for (size_t i = 0; i < o->ninputs; i++) {
        const struct option *opt = field_option(&s->field[o->input[i].field], o->input[i].text);
        if (opt && opt->voids_run)
            return true;
    }
    return false;
}

/* The newest run that is done of the test; NULL: none is. */
static const struct occ *newest_run(const struct batch *x, int test, int *ret_step)
{
    const struct occ *newest = NULL;
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        const struct occ *o = test_of(x->protocol, i) == test ? batch_done(x, i) : NULL;
        if (!o || o->skipped || (newest && newest->done > o->done))
            continue;
        newest = o;
        *ret_step = i;
    }
    return newest;
}

bool run_is_void(const struct batch *x, int step)
{
    int at = step;
    const struct occ *o = newest_run(x, test_of(x->protocol, step), &at);
    return o && void_run(&x->protocol->step[at], o);
}

bool run_replaced(const struct batch *x, int step, const struct occ *o)
{
    return void_run(&x->protocol->step[step], o) && !run_is_void(x, step);
}

/* What was found in that step was looked into, and its assessment signed by two. */
static bool investigated(const struct judge *j, int step)
{
    const struct batch *x = j->x;
    static const enum say found[] = {SAY_VALUE_ACTION,     SAY_VALUE_ACTION_ROOM, SAY_VALUE_UNDECIDED,
                                     SAY_OPTION_DEVIATION, SAY_OPTION_HOLD,       SAY_HAND_DEVIATION};
    bool any = false;
    for (size_t i = 0; i < x->ndevs; i++) {
        const struct deviation *d = &x->dev[i];
        bool about = false;
        for (size_t k = 0; k < sizeof(found) / sizeof(*found); k++)
            about |= say_find(d->code) == found[k];
        if (!about || !d->step || strcmp(d->step, x->protocol->step[step].id) != 0)
            continue;
        if (!d->assessed || d->awaits || rule_biased(j->book, x, d))
            return false;
        any = true;
    }
    return any;
}

bool check_rerun(struct judge *j)
{
    int of = judge_step(j)->rerun_of, at = of;
    const struct occ *o = of >= 0 ? newest_run(j->x, of, &at) : NULL;
    if (of < 0 || (o && (void_run(&j->x->protocol->step[at], o) || investigated(j, at))))
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_RESULT_RERUN, args1(j, "step", j->x->protocol->step[at].id),
                      NULL);
}

/* ---- what was judged ---- */

/* Of which the judgement is: what it comes after, and the runs that repeat that. */
static bool judges(const struct protocol *p, const struct step *judgement, int step)
{
    bool yes = false;
    for (size_t i = 0; i < judgement->nafter; i++)
        yes |= judgement->after[i] == test_of(p, step);
    return yes && step_is_result(&p->step[step]) && p->step[step].verb == VERB_NONE;
}

static bool came_after(const struct occ *result, size_t judged)
{
    for (size_t i = 0; i < result->ninputs; i++)
        if (result->input[i].n > judged || (result->input[i].changed && result->input[i].changed >= judged))
            return true;
    return false;
}

bool judge_again(const struct batch *x, int step)
{
    const struct step *s = &x->protocol->step[step];
    const struct occ *o = s->verb == VERB_JUDGE ? batch_done(x, step) : NULL;
    size_t judged = o && o->ninputs ? o->input[o->ninputs - 1].n : 0;
    if (!judged || rule_off(SAY_RESULT_JUDGE_AGAIN))
        return false;
    for (int i = 0; i < (int)x->protocol->nsteps; i++)
        for (size_t k = 0; k < x->step[i].nocc && judges(x->protocol, s, i); k++)
            if (came_after(x->step[i].occ[k], judged))
                return true;
    return false;
}

bool step_stands(const struct batch *x, int step)
{
    return batch_step_done(x, step) && !judge_again(x, step);
}

/* What this command says of a result was judged before: that is told, once. */
void tell_judge_again(struct judge *j)
{
    for (int i = 0; j->x && j->step >= 0 && i < (int)j->x->protocol->nsteps; i++) {
        const struct step *s = &j->x->protocol->step[i];
        bool said = s->verb == VERB_JUDGE && judges(j->x->protocol, s, j->step) && step_stands(j->x, i);
        if (said && !judge_find(j, EFFECT_ALERT, SAY_RESULT_JUDGE_AGAIN, args1(j, "step", s->id), NULL))
            return;
    }
}

/* Nothing is found to conform of which the last run's controls failed. */
bool check_runs(struct judge *j)
{
    const struct step *s = judge_step(j);
    for (int i = 0; s->verb == VERB_JUDGE && i < (int)j->x->protocol->nsteps; i++)
        if (judges(j->x->protocol, s, i) && run_is_void(j->x, i))
            return judge_find(j, EFFECT_REFUSE, SAY_RESULT_VOID, args1(j, "step", j->x->protocol->step[i].id),
                              NULL);
    return true;
}
