/*
 * What was done stands as long as what it says is so. A judgement stands until something comes to its results
 * (run.c), a confirmation until a value that it confirmed is corrected. A certificate is of the decision
 * before it: decided again, it is recalled, and whatever named it is done anew, unless it has happened.
 */
#include <string.h>

#include "core/protocol/limit.h"
#include "core/rule/judge.h"

static size_t first_of(const struct occ *o)
{
    return o && o->ninputs ? o->input[0].n : 0;
}

static size_t last_of(const struct occ *o)
{
    return o && o->ninputs ? o->input[o->ninputs - 1].n : 0;
}

/* ---- a confirmation ---- */

/* Of what was there when it was confirmed: what comes later is no part of it. */
static bool confirmed_was_changed(const struct batch *x, const struct occ *confirmed)
{
    for (size_t s = 0; s < x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++)
            for (size_t i = 0; i < x->step[s].occ[o]->ninputs; i++) {
                const struct input *in = &x->step[s].occ[o]->input[i];
                if (in->n < first_of(confirmed) && in->changed >= last_of(confirmed))
                    return true;
            }
    return false;
}

static bool confirm_again(const struct batch *x, int step)
{
    const struct occ *o = x->protocol->step[step].verb == VERB_CONFIRM ? batch_done(x, step) : NULL;
    return o && first_of(o) && !batch_given(x) && !rule_off(SAY_DECISION_CONFIRM_AGAIN) &&
           confirmed_was_changed(x, o);
}

/* ---- a certificate, and what names it ---- */

static bool needs_decision(const struct step *s)
{
    for (size_t i = 0; i < s->nrequires; i++)
        if (s->require[i].need == NEED_DECISION)
            return true;
    return false;
}

bool step_certifies(const struct step *s)
{
    for (size_t i = 0; s->dept == DEPT_QUALITY && needs_decision(s) && i < s->nfields; i++)
        if (field_issues(&s->field[i]))
            return true;
    return false;
}

size_t decided_at(const struct batch *x)
{
    size_t newest = 0;
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        size_t n = step_decides(&x->protocol->step[i]) ? last_of(batch_done(x, i)) : 0;
        newest = n > newest ? n : newest;
    }
    return newest;
}

/* The newest certificate that this step named has another behind it. */
static bool names_older(const struct batch *x, const struct step *s, const struct occ *o)
{
    for (size_t i = 0; needs_decision(s) && i < s->nfields; i++) {
        const struct field *f = &s->field[i];
        bool names =
            f->kind == FIELD_DOCUMENT && f->has_same && step_certifies(&x->protocol->step[f->same.step]);
        if (names && first_of(batch_done(x, f->same.step)) > last_of(o))
            return true;
    }
    return false;
}

/* It was gone on from there: what is in the box on its way is not packed anew. A signed act binds until the
 * end. */
static bool went_on(const struct batch *x, int step)
{
    const struct protocol *p = x->protocol;
    for (int i = 0; p->step[step].verb == VERB_NONE && i < (int)p->nsteps; i++)
        for (size_t k = 0; k < p->step[i].nafter; k++)
            if (p->step[i].after[k] == step && x->step[i].nocc)
                return true;
    return false;
}

static bool paper_again(const struct batch *x, int step)
{
    const struct step *s = &x->protocol->step[step];
    const struct occ *o = batch_done(x, step);
    if (!o || o->skipped || !o->ninputs || batch_given(x) || rule_off(SAY_DECISION_CERTIFICATE))
        return false;
    if (step_certifies(s))
        return decided_at(x) > first_of(o);
    return names_older(x, s, o) && !went_on(x, step);
}

/* Nothing is handed over, and nothing given, by a certificate of an earlier decision. */
bool check_papers(struct judge *j)
{
    for (int i = 0; i < j->step; i++)
        if (paper_again(j->x, i))
            return judge_find(j, EFFECT_REFUSE, SAY_DECISION_CERTIFICATE,
                              args1(j, "step", j->x->protocol->step[i].id), NULL);
    return true;
}

struct texts certificates_of(const struct judge *j, const struct batch *x)
{
    struct texts list = {0};
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        const struct step *s = &x->protocol->step[i];
        const struct occ *o = step_certifies(s) ? batch_done(x, i) : NULL;
        const char **more = o ? arena_alloc(j->a, (list.n + o->ninputs + 1) * sizeof(*more)) : NULL;
        for (size_t k = 0; more && k < list.n; k++)
            more[k] = list.item[k];
        for (size_t k = 0; more && k < o->ninputs; k++)
            if (field_issues(&s->field[o->input[k].field]))
                more[list.n++] = o->input[k].text;
        list.item = more ? more : list.item;
    }
    return list;
}

int64_t decision_followed(const struct judge *j)
{
    int64_t n = 0;
    for (int i = 0; needs_decision(judge_step(j)) && i < (int)j->x->protocol->nsteps; i++)
        for (size_t o = 0; step_decides(&j->x->protocol->step[i]) && o < j->x->step[i].nocc; o++)
            n += j->x->step[i].occ[o]->done != 0;
    return n > 1 ? n : 0;
}

/* ---- whatever it is ---- */

enum say step_again(const struct batch *x, int step)
{
    return judge_again(x, step)     ? SAY_RESULT_JUDGE_AGAIN
           : confirm_again(x, step) ? SAY_DECISION_CONFIRM_AGAIN
           : paper_again(x, step)   ? SAY_DECISION_CERTIFICATE
                                    : SAY_NONE;
}

bool step_stands(const struct batch *x, int step)
{
    return batch_step_done(x, step) && !step_again(x, step);
}

/* A correction sends back to confirmation what was confirmed with the old value. */
void tell_confirm_again(struct judge *j)
{
    for (int i = 0; j->x && j->corrected && j->corrected->n && i < (int)j->x->protocol->nsteps; i++) {
        const struct step *s = &j->x->protocol->step[i];
        const struct occ *o = s->verb == VERB_CONFIRM ? batch_done(j->x, i) : NULL;
        bool said =
            o && j->corrected->item[0].value.n < first_of(o) && !batch_given(j->x) && step_stands(j->x, i);
        if (said)
            judge_find(j, EFFECT_ALERT, SAY_DECISION_CONFIRM_AGAIN, args1(j, "step", s->id), NULL);
    }
}
