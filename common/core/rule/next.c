/*
 * What a station does next: of the steps that are open there the first one that whoever acts may do. What
 * belongs to another day is named with its time, and no scan begins it; on a day without a session the
 * vessels are looked at. What stands in the way is said in words.
 */
#include <string.h>

#include "core/rule/judge.h"
#include "core/rule/missing.h"

/* Steps of one session have the same word before the first point of their names (d3.opening.fitness, d3.out).
 * It has its day from the first window that comes from outside of it; whatever prepares it belongs to that
 * day. 0: it has none, or it is under way. */
static int64_t session_day(const struct batch *x, int step)
{
    const struct protocol *p = x->protocol;
    size_t n = strcspn(p->step[step].id, ".") + 1;
    int64_t day = 0;
    for (int i = 0; p->step[step].id[n - 1] && i < (int)p->nsteps; i++) {
        if (strncmp(p->step[i].id, p->step[step].id, n) != 0)
            continue;
        if (x->step[i].nocc)
            return 0;
        for (size_t k = 0; !day && k < p->step[i].nwindows; k++) {
            const struct window *w = &p->step[i].window[k];
            const struct occ *o = w->min.set ? batch_done(x, w->since) : NULL;
            if (!o || strncmp(p->step[w->since].id, p->step[step].id, n) == 0)
                continue;
            day = clock_day(occ_said(o)) + w->min.value / (w->min.days ? 1 : INT64_C(86400000));
        }
    }
    return day ? clock_day_start(day) : 0;
}

int64_t step_later(const struct judge *j, const struct batch *x, int step)
{
    const struct occ *o = batch_occ(x, step);
    if (o && !o->done)
        return 0;
    struct judge of = *j;
    of.x = (struct batch *)x;
    of.step = step;
    of.begins = true;
    int64_t day = session_day(x, step), at = step_earliest(&of);
    at = at > day ? at : day;
    return at && clock_day(at) > clock_day(j->now) ? at : 0;
}

static bool offered(const struct judge *j, int step)
{
    const struct step *s = &j->x->protocol->step[step];
    return !s->optional && step_here(j, s) && step_available(j, j->x, step);
}

/* Why whoever acts may not do it; SAY_NONE: nothing keeps him from it. */
static enum say why_not(struct judge *j, int step, struct json **ret_args)
{
    j->found = (struct found){0};
    judge_enter(j, j->x, step);
    if (!j->performer || could_perform(j, j->performer))
        return SAY_NONE;
    const struct finding *f = judge_refusal(j);
    *ret_args = f->args;
    return f->code;
}

static struct json *step_args(struct judge *j, int step)
{
    return args1(j, "step", j->x->protocol->step[step].id);
}

static struct json *later_args(struct judge *j, int step, int64_t at)
{
    char text[CLOCK_TEXT];
    clock_format(at, text);
    return json_set_str(j->a, step_args(j, step), "at", text);
}

/* The first one owed now that is done elsewhere; -1: none. */
static int elsewhere(const struct judge *j)
{
    for (int i = 0; i < (int)j->x->protocol->nsteps; i++) {
        const struct step *s = &j->x->protocol->step[i];
        if (!s->optional && s->nwhere && !step_here(j, s) && step_available(j, j->x, i) &&
            !step_later(j, j->x, i))
            return i;
    }
    return -1;
}

void judge_refuse_no_step(struct judge *j)
{
    for (int i = 0; i < (int)j->x->protocol->nsteps; i++) {
        int64_t at = offered(j, i) ? step_later(j, j->x, i) : 0;
        if (!at)
            continue;
        judge_refuse(j, SAY_SCAN_NO_STEP_LATER, later_args(j, i, at));
        return;
    }
    int other = elsewhere(j);
    if (other < 0)
        judge_refuse(j, SAY_SCAN_NO_STEP, NULL);
    else
        judge_refuse(
            j, SAY_SCAN_NO_STEP_ELSEWHERE,
            json_set_str(j->a, step_args(j, other), "station", j->x->protocol->step[other].where[0]));
}

/* What is due here, in this order: what whoever acts may do, a look, what others may do. */
static int choose(struct judge *j, struct next *ret)
{
    int others = -1;
    for (int i = 0; i < (int)j->x->protocol->nsteps; i++) {
        struct json *args;
        if (!offered(j, i) || step_later(j, j->x, i))
            continue;
        enum say why = why_not(j, i, &args);
        if (!why) {
            ret->note = SAY_NONE;
            ret->args = NULL;
            return i;
        }
        if (others >= 0)
            continue;
        others = i;
        ret->note = why;
        ret->args = args;
    }
    int look = others < 0 ? look_due(j->x, j->now) : -1;
    if (look < 0 || !step_here(j, &j->x->protocol->step[look]) || !step_available(j, j->x, look))
        return others;
    ret->note = why_not(j, look, &ret->args);
    return look;
}

static void fill_in(struct judge *j, struct next *ret)
{
    const struct step *s = judge_step(j);
    bool chosen = j->bench->step >= 0;
    for (int i = 0; i < (int)s->nfields && ret->field < 0; i++)
        if (field_remaining(j, i) > 0 && field_wanted(j, i)) {
            ret->field = i;
            ret->remaining = field_remaining(j, i);
        }
    /* where the step is not chosen, a badge says who acts and signs nothing: first the step's code */
    ret->witness = ret->field < 0 && s->witness && chosen && !j->begins;
    ret->yes = chosen && !j->begins && (awaits_yes(j) || ends_short(j));
    ret->earliest = step_earliest(j);
    ret->choose = !chosen && !j->begins;
    ret->of = ret->witness ? occ_unseen_of_others(&j->occ, NULL) : NULL;
    for (size_t i = 0; i < j->occ.ninputs; i++)
        ret->again |=
            j->occ.input[i].field == ret->field && input_awaits(&j->occ.input[i], &s->field[ret->field]);
    if (ret->field < 0 && step_lacks(j, -1)) {
        ret->note = SAY_STEP_LACKS;
        ret->args = step_args(j, j->step);
    }
}

/* Nothing is due now: when something will be. */
static void tell_later(struct judge *j, struct next *ret)
{
    for (int i = 0; ret->step < 0 && i < (int)j->x->protocol->nsteps; i++) {
        int64_t at = offered(j, i) ? step_later(j, j->x, i) : 0;
        if (!at)
            continue;
        ret->step = i;
        ret->later = true;
        ret->earliest = at;
        ret->note = SAY_NEXT_LATER;
        ret->args = later_args(j, i, at);
    }
}

static void who_acts(struct judge *j, int idle_after_s, struct next *ret)
{
    int64_t used = bench_used(j->bench), most = idle_after_s * INT64_C(1000);
    bool idle = most && used && j->now - used > most;
    ret->acting = bench_staffed(j) && !idle ? j->bench->acting : NULL;
    if (bench_staffed(j) && !ret->acting)
        ret->note = SAY_SESSION_WHO;
}

void rule_next(const struct book *b, const struct station *st, int64_t now, int idle_after_s, struct arena *a,
               struct next *ret)
{
    *ret = (struct next){.batch = st->bench.batch, .step = -1, .field = -1};
    struct command none = {0};
    struct judge j = {.book = b, .cmd = &none, .now = now, .when = now, .a = a, .st = (struct station *)st};
    j.bench = &j.st->bench;
    j.step = j.field = -1;
    who_acts(&j, idle_after_s, ret);
    j.performer = ret->acting;
    alarm_next(&j, ret);
    if (!ret->batch || ret->batch->closed)
        return;
    enum say who = ret->note;
    j.x = ret->batch;
    ret->step = st->bench.step >= 0 ? st->bench.step : choose(&j, ret);
    if (ret->step >= 0) {
        judge_enter(&j, j.x, ret->step);
        fill_in(&j, ret);
    } else {
        tell_later(&j, ret);
    }
    ret->note = who ? who : ret->note;
}

/* ---- what is awaited is missing, and something else was read or typed ---- */

/* The step awaits equipment or a place, but of another kind. */
bool refuse_other_kind(struct judge *j)
{
    bool place = j->code->kind == CODE_PLACE;
    enum field_kind kind = place ? FIELD_PLACE : FIELD_EQUIPMENT;
    for (int i = 0; (place || j->code->kind == CODE_EQUIPMENT) && i < (int)judge_step(j)->nfields; i++) {
        const struct field *f = &judge_step(j)->field[i];
        if (f->kind != kind || !f->thing || field_remaining(j, i) <= 0)
            continue;
        judge_refuse(j, place ? SAY_PLACE_KIND : SAY_EQUIPMENT_KIND, args1(j, "wanted", f->thing));
        return true;
    }
    return false;
}

/* The step awaits a number or a day, and what was typed is not one. */
bool refuse_typed(struct judge *j)
{
    enum say code;
    for (int i = 0; j->code->kind == CODE_TEXT && i < (int)judge_step(j)->nfields; i++) {
        const struct field *f = &judge_step(j)->field[i];
        if (field_remaining(j, i) <= 0)
            continue;
        if (f->kind == FIELD_DATE)
            judge_refuse(j, SAY_DATE_INVALID, args1(j, "field", f->id));
        else if (f->kind == FIELD_NUMBER && say_of_number(j->code->fault, &code))
            judge_refuse(j, code, NULL);
        else
            continue;
        return true;
    }
    return false;
}
