/*
 * Results, and runs of a test. A run whose controls failed is no result, and stays; the test is run again
 * only then, or after what was found has been investigated and somebody has signed that. What comes to a
 * result after it was judged, a correction or another run, makes the judgement necessary again.
 *
 * Nobody makes a bad result a good one, or none, by what he says of it afterwards: a correction that turns
 * it, and controls that are said to have failed once the value was seen, are facts, and hold the batch until
 * quality has judged them by the raw data. Until then the test is not run again, found to conform or released
 * on. Who corrected or saw the correction judges neither that nor the result.
 */
#include <string.h>

#include "core/protocol/limit.h"
#include "core/rule/judge.h"

/* ---- what a value says ---- */

enum effect value_effect(const struct field *f, const char *text)
{
    enum limits l;
    if (f->kind == FIELD_NUMBER || f->kind == FIELD_DERIVED) {
        bool acts = f->action.has_lo || f->action.has_hi;
        return acts && limits_of(f, text, &l) && l >= LIMITS_ACTION ? f->on_action : EFFECT_OK;
    }
    const struct option *o = field_option(f, text);
    return !o ? EFFECT_OK : o->effect == EFFECT_REFUSE ? EFFECT_DEVIATION : o->effect;
}

/* It does not say what was found, but whether the run counts. */
static bool about_run(const struct field *f)
{
    for (size_t i = 0; i < f->noptions; i++)
        if (f->option[i].voids_run || f->option[i].run_was_void)
            return true;
    return false;
}

bool run_seen(const struct judge *j)
{
    const struct step *s = judge_step(j);
    for (size_t i = 0; i < j->occ.ninputs; i++) {
        const struct field *f = &s->field[j->occ.input[i].field];
        if (field_may_fail(f) && !about_run(f))
            return true;
    }
    return false;
}

/* Quality has judged which of two entries is true: it is the other one. */
static bool is_other_of_two(const struct judge *j, const struct input *was, const char *text)
{
    for (size_t i = 0; was->differed && !was->changed && i < j->occ.ninputs; i++) {
        const struct input *in = &j->occ.input[i];
        if (in->field == was->field && in->first_of_two && strcmp(in->text, text) == 0)
            return true;
    }
    return false;
}

void tell_milder(struct judge *j, const struct input *was, const char *now)
{
    const struct step *s = judge_step(j);
    const struct field *f = &s->field[was->field];
    enum effect before = value_effect(f, was->text), after = now ? value_effect(f, now) : EFFECT_OK;
    if (!step_is_result(s) || before < EFFECT_DEVIATION || after >= before ||
        (now && is_other_of_two(j, was, now)))
        return;
    struct json *args = json_set_str(j->a, args1(j, "step", s->id), "field", f->id);
    json_set_str(j->a, args, "old", was->text);
    judge_find(j, EFFECT_HOLD, SAY_RESULT_CORRECTED, json_set_str(j->a, args, "value", now ? now : "–"),
               f->id);
}

/* ---- what quality has to judge first ---- */

static bool turned(const struct deviation *d)
{
    return say_flags(say_find(d->code)) & SAY_RAW_DATA;
}

/* Of that step (-1: of any), and not judged; NULL: none. */
static const struct deviation *unsettled(const struct judge *j, int step)
{
    const struct batch *x = j->x;
    for (size_t i = 0; i < x->ndevs; i++) {
        const struct deviation *d = &x->dev[i];
        bool of = step < 0 || (d->step && strcmp(d->step, x->protocol->step[step].id) == 0);
        if (turned(d) && of && !deviation_judged(j, x, d))
            return d;
    }
    return NULL;
}

bool check_settled(struct judge *j, int step)
{
    const struct deviation *d = unsettled(j, step);
    return !d || judge_find(j, EFFECT_REFUSE, SAY_RESULT_UNSETTLED, args1(j, "dev", d->id), NULL);
}

/* ---- runs ---- */

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
    if (of < 0)
        return true;
    if (o && (void_run(&j->x->protocol->step[at], o) || investigated(j, at)))
        return check_settled(j, at);
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

static bool run_fails(const struct step *s, const struct occ *o)
{
    for (size_t i = 0; i < o->ninputs; i++)
        if (!o->input[i].first_of_two &&
            value_effect(&s->field[o->input[i].field], o->input[i].text) == EFFECT_HOLD)
            return true;
    return false;
}

/* By whoever turned it, or saw that done. */
static bool check_free(struct judge *j, const char *step)
{
    const struct person *p = j->performer;
    for (size_t i = 0; i < j->x->ndevs; i++) {
        const struct deviation *d = &j->x->dev[i];
        if (turned(d) && d->step && strcmp(d->step, step) == 0 && (d->by == p || d->with == p))
            return judge_find(j, EFFECT_REFUSE, SAY_ACT_CAUSED, args1(j, "person", p->id), NULL);
    }
    return true;
}

/* Of what the judgement is about: that one, as its newest run says. */
static bool check_conforms(struct judge *j, int step)
{
    const char *id = j->x->protocol->step[step].id;
    int at = step;
    const struct occ *o = newest_run(j->x, test_of(j->x->protocol, step), &at);
    if (o && void_run(&j->x->protocol->step[at], o))
        return judge_find(j, EFFECT_REFUSE, SAY_RESULT_VOID, args1(j, "step", id), NULL);
    if (o && run_fails(&j->x->protocol->step[at], o))
        return judge_find(j, EFFECT_REFUSE, SAY_RESULT_FAILS, args1(j, "step", j->x->protocol->step[at].id),
                          NULL);
    return check_settled(j, step) && check_free(j, id);
}

bool check_runs(struct judge *j)
{
    const struct step *s = judge_step(j);
    for (int i = 0; s->verb == VERB_JUDGE && i < (int)j->x->protocol->nsteps; i++)
        if (judges(j->x->protocol, s, i) && !check_conforms(j, i))
            return false;
    return true;
}
