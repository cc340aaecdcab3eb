/* Steps: what may be begun, where, when and by whom. */
#include <string.h>

#include "core/rule/judge.h"

#define ENTER_ROOM 8 /* inputs that one scan may add; more make it grow */

static bool has(size_t n, const char **list, const char *s)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], s) == 0)
            return true;
    return false;
}

bool step_here(const struct judge *j, const struct step *s)
{
    const struct stood *at = j->st ? station_stood(j->st, spare_time(j)) : NULL;
    return s->nwhere == 0 || (at && has(s->nwhere, s->where, at->kind));
}

static int times_done(const struct batch *x, int step)
{
    const struct stepstate *s = &x->step[step];
    int n = 0;
    for (size_t i = 0; i < s->nocc; i++)
        n += s->occ[i]->done != 0;
    return n;
}

static bool in_progress(const struct batch *x, int step)
{
    const struct occ *o = batch_occ(x, step);
    return o && !o->done;
}

static bool exhausted(const struct batch *x, int step)
{
    int max = x->protocol->step[step].repeat_max;
    if (x->protocol->step[step].closes && !x->closed) /* it was reopened, or never closed */
        return false;
    if (step_again(x, step))
        return false;
    if (x->suspended && step_decides(&x->protocol->step[step])) /* to be decided again */
        return false;
    return max > 0 && times_done(x, step) >= max && !in_progress(x, step);
}

static bool clears(const struct step *s)
{
    bool yes = s->closes;
    for (size_t i = 0; i < s->nfields; i++)
        yes |= s->field[i].release || (s->field[i].kind == FIELD_CONTAINER && s->field[i].use == USE_DISCARD);
    return yes;
}

/*
 * A batch that is stopped or rejected is cleared away, not worked on (doc/bench.md 3, case 8): discarding,
 * freeing of places, tests and their judgement, countersignatures, the end. Nothing that makes, decides or
 * ships.
 */
static bool left_when_stopped(const struct step *s)
{
    bool tests = s->verb == VERB_NONE && s->dept == DEPT_QUALITY;
    return tests || clears(s) || s->verb == VERB_COUNTERSIGN || s->verb == VERB_JUDGE;
}

/* Would the step free something that the batch holds? */
static bool frees(const struct book *b, const struct batch *x, const struct step *s)
{
    size_t pos = 0;
    for (const struct thing *t; (t = map_next(&b->things, &pos));)
        for (size_t i = 0; t->occupied == x && i < s->nfields; i++)
            if (s->field[i].release && (!s->field[i].thing || strcmp(s->field[i].thing, t->kind) == 0))
                return true;
    return false;
}

/* The step that must be done first and is not, or -1. A stopped batch ends, and frees what it holds, from
 * wherever it stands. */
static int first_missing(const struct book *b, const struct batch *x, const struct step *s)
{
    if (x->stopped && (s->closes || frees(b, x, s)))
        return -1;
    for (size_t i = 0; i < s->nafter; i++)
        if (!step_stands(x, s->after[i]))
            return s->after[i];
    return -1;
}

bool step_available(const struct judge *j, const struct batch *x, int step)
{
    const struct step *s = &x->protocol->step[step];
    if (exhausted(x, step))
        return false;
    return (!x->stopped || left_when_stopped(s)) && first_missing(j->book, x, s) < 0;
}

void judge_enter(struct judge *j, struct batch *x, int step)
{
    j->x = x;
    j->step = step;
    judge_time(j);
    const struct occ *o = batch_occ(x, step);
    j->begins = !o || o->done;
    j->occ_no = (int64_t)x->step[step].nocc + (j->begins ? 1 : 0);
    j->occ = (struct occ){0};
    j->first_new = 0;
    if (j->begins)
        return;
    j->occ = *o;
    j->first_new = o->ninputs;
    j->occ.cap = o->ninputs + ENTER_ROOM;
    j->occ.input = arena_alloc(j->a, j->occ.cap * sizeof(*j->occ.input));
    if (o->ninputs)
        memcpy(j->occ.input, o->input, o->ninputs * sizeof(*o->input));
}

/* ---- people ---- */

/* On that day; and already then, where somebody says that it was before. */
static bool qualified(const struct judge *j, const struct person *p, const char *name, int64_t day)
{
    int64_t said = j->cmd && j->cmd->occurred ? clock_day(j->cmd->occurred) : day;
    for (size_t i = 0; i < p->nquals; i++)
        if (strcmp(p->qual[i].name, name) == 0 && p->qual[i].from <= said && day <= p->qual[i].until)
            return true;
    return false;
}

/* Where it is declared: the first step that is open for it; of those who come in addition, too. */
static const char *fitness_step(const struct judge *j)
{
    const struct protocol *p = j->x->protocol;
    const char *any = judge_step(j)->id;
    for (int i = (int)p->nsteps; i-- > 0;)
        any = p->step[i].declares_fit && step_available(j, j->x, i) && !step_later(j, j->x, i) ? p->step[i].id
                                                                                               : any;
    return any;
}

/* Whoever works here by a revised version has read it; who comes from a clinic is told by the clinic. */
static bool trained(const struct judge *j, const struct person *p)
{
    const struct protocol *recipe = j->x->protocol;
    const struct protocol_state *v =
        map_get(&j->book->protocols, arena_printf(j->a, "%s@%s", recipe->id, recipe->version));
    if (!v || !v->revises || p->dept == DEPT_CLINIC || p->dept == DEPT_CARRIER)
        return true;
    for (size_t i = 0; i < v->nreaders; i++)
        if (v->reader[i].person == p && v->reader[i].at <= j->when)
            return true;
    return false;
}

bool check_person(struct judge *j, const struct person *p)
{
    const struct step *s = judge_step(j);
    int64_t day = clock_day(j->when);
    if (p->suspended)
        return judge_find(j, EFFECT_REFUSE, SAY_PERSON_SUSPENDED, args1(j, "person", p->id), NULL);
    for (size_t i = 0; i < s->nqualified; i++)
        if (!qualified(j, p, s->qualified[i], day))
            return judge_find(j, EFFECT_REFUSE, SAY_PERSON_UNQUALIFIED,
                              json_set_str(j->a, args1(j, "qualification", s->qualified[i]), "person", p->id),
                              NULL);
    if (!trained(j, p))
        return judge_find(j, EFFECT_REFUSE, SAY_PERSON_UNTRAINED,
                          json_set_str(j->a, args1(j, "person", p->id), "version", j->x->protocol->version),
                          NULL);
    bool carried =
        j->bench && p->signed_in == j->st && p->fit_day == j->bench->day && bench_carries(j->bench, j->now);
    bool today =
        !j->foreseen && day == clock_day(j->now); /* of past days it is recorded what was done then */
    if (s->fit && today && !(p->fit && (p->fit_day == day || carried)))
        return judge_find(j, EFFECT_REFUSE, SAY_PERSON_UNFIT,
                          json_set_str(j->a, args1(j, "person", p->id), "step", fitness_step(j)), NULL);
    return true;
}

static bool check_one_of(struct judge *j, const struct person *p, size_t n, const char **role)
{
    for (size_t i = 0; i < n; i++)
        if (person_has_role(p, role[i]))
            return true;
    struct json *args = json_object(j->a), *roles = json_array(j->a);
    for (size_t i = 0; i < n; i++)
        json_push(roles, json_str(j->a, role[i]));
    json_set(j->a, args, "role", roles);
    json_set_str(j->a, args, "person", p->id);
    return n == 0 || judge_find(j, EFFECT_REFUSE, SAY_PERSON_ROLE, args, NULL);
}

bool check_role(struct judge *j, const struct person *p)
{
    return check_one_of(j, p, judge_step(j)->nby, judge_step(j)->by);
}

/* Whom the step names; else who may perform it, and nobody of another department: not the courier for
 * manufacturing, nor the other way round. */
static bool check_witness_role(struct judge *j, const struct person *p)
{
    const struct step *s = judge_step(j);
    if (s->nwitness_by)
        return check_one_of(j, p, s->nwitness_by, s->witness_by);
    if (s->dept && p->dept != s->dept)
        return judge_find(j, EFFECT_REFUSE, SAY_WITNESS_DEPT, args1(j, "person", p->id), NULL);
    return check_role(j, p);
}

bool check_witness(struct judge *j, const struct person *p)
{
    return check_fresh(j, p) && check_witness_role(j, p);
}

/* Nobody acts for manufacturing and for quality on one batch (R 93), whatever role was given today. */
bool check_departments(struct judge *j, const struct person *p)
{
    enum dept dept = judge_step(j)->dept;
    if (dept == DEPT_QUALITY && batch_acted(j->x, p, DEPT_MANUFACTURING))
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_PRODUCER, args1(j, "person", p->id), NULL);
    if (dept == DEPT_MANUFACTURING && batch_acted(j->x, p, DEPT_QUALITY))
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_QUALITY, args1(j, "person", p->id), NULL);
    return true;
}

/* Whoever did that step does not do this one, nor who ran that test again. */
static bool barred_by(const struct judge *j, int step)
{
    const struct step *s = judge_step(j);
    int first = j->x->protocol->step[step].rerun_of;
    for (size_t i = 0; i < s->nnot_by; i++)
        if (s->not_by[i] == step || (first >= 0 && s->not_by[i] == first && j->step != step))
            return true;
    return false;
}

static bool check_not_by(struct judge *j, const struct person *p)
{
    for (int i = 0; i < (int)j->x->protocol->nsteps; i++) {
        const struct stepstate *o = &j->x->step[i];
        for (size_t k = 0; k < o->nocc && barred_by(j, i); k++)
            if (occ_performed_by(o->occ[k], p))
                return judge_find(j, EFFECT_REFUSE, SAY_ACT_NOT_BY,
                                  args1(j, "step", j->x->protocol->step[i].id), NULL);
    }
    return true;
}

bool could_perform(struct judge *j, const struct person *p)
{
    return check_role(j, p) && check_departments(j, p) && check_not_by(j, p) && check_person(j, p);
}

bool could_witness(struct judge *j, const struct person *p)
{
    return check_witness_role(j, p) && check_departments(j, p) && check_person(j, p);
}

bool check_people(struct judge *j)
{
    const struct step *s = judge_step(j);
    if (j->bench->npeople < (size_t)s->people && s->verb == VERB_NONE && !s->form) {
        struct json *args = json_set_int(j->a, json_object(j->a), "wanted", s->people);
        return judge_find(j, EFFECT_REFUSE, SAY_PEOPLE_TOO_FEW, args, NULL);
    }
    if (!check_fresh(j, j->performer) || !could_perform(j, j->performer))
        return false;
    return !j->recorder || j->recorder == j->performer || check_second(j, j->recorder);
}

bool check_second(struct judge *j, const struct person *p)
{
    if (p->locked)
        return judge_find(j, EFFECT_REFUSE, SAY_SESSION_LOCKED, NULL, NULL);
    return check_departments(j, p) && check_person(j, p);
}

/* ---- order and time ---- */

/* A decision over the whole batch: what is missing is told by name, all of it, not just the step before. */
static bool needs_steps(const struct step *s)
{
    for (size_t i = 0; i < s->nrequires; i++)
        if (s->require[i].need == NEED_STEPS || s->require[i].need == NEED_ALL_STEPS)
            return true;
    return false;
}

static bool refuse_open_steps(struct judge *j)
{
    const struct step *s = judge_step(j);
    bool all = false;
    for (size_t i = 0; i < s->nrequires; i++)
        all |= s->require[i].need == NEED_ALL_STEPS;
    struct json *open = rule_open_steps(j->a, j->x, all ? -1 : j->step, all), *others = json_array(j->a);
    json_each(o, open)
        if (strcmp(o->str, s->id) != 0)
            json_push(others, json_str(j->a, o->str));
    return judge_find(j, EFFECT_REFUSE, SAY_DECISION_OPEN_STEPS,
                      json_set(j->a, json_object(j->a), "steps", others), NULL);
}

static bool check_order(struct judge *j)
{
    const struct step *s = judge_step(j);
    if (exhausted(j->x, j->step))
        return judge_find(j, EFFECT_REFUSE, SAY_STEP_DONE, args1(j, "step", s->id), NULL);
    int missing = first_missing(j->book, j->x, s);
    if (missing < 0)
        return true;
    if (step_again(j->x, missing))
        return judge_find(j, EFFECT_REFUSE, step_again(j->x, missing),
                          args1(j, "step", j->x->protocol->step[missing].id), NULL);
    if (needs_steps(s))
        return refuse_open_steps(j);
    struct json *args = args1(j, "step", s->id);
    json_set_str(j->a, args, "missing", j->x->protocol->step[missing].id);
    return judge_find(j, EFFECT_REFUSE, SAY_STEP_ORDER, args, NULL);
}

/* A station's list that does not follow is told, as often as it does not. */
static bool note_broken(struct judge *j)
{
    int64_t wanted = j->st->spool.number + 1;
    struct json *args = json_set_int(j->a, json_object(j->a), "number", j->cmd->spool->number);
    return judge_find(j, EFFECT_DEVIATION, SAY_TIME_LIST_BROKEN, json_set_int(j->a, args, "wanted", wanted),
                      NULL);
}

/* A moment's hiccup of the line, no longer than a claim may be off anyway. */
static bool hiccup(const struct judge *j)
{
    return j->cmd->spool && !j->broken && j->cmd->occurred >= j->now - claim_slack(j);
}

/* A claim of another time than now is taken only as late, and counts (doc/bench.md 3, case 5); what a station
 * did in an outage that the daemon saw is no deviation. */
static bool note_late(struct judge *j)
{
    if (j->cmd->form)
        return check_paper(j);
    if (!check_form_or_now(j))
        return false;
    if (!j->cmd->occurred || j->when == j->cmd->occurred || hiccup(j))
        return true;
    /* what was opened first and scanned after is told by whoever stands there; what was written up needs a
     * second person who answers for it */
    bool alone = j->cmd->kind == COMMAND_SCAN && j->bench->npeople < 2;
    if (alone && j->cmd->late && j->cmd->late != LATE_OPENED)
        return judge_find(j, EFFECT_REFUSE, SAY_PEOPLE_TOO_FEW,
                          json_set_int(j->a, json_object(j->a), "wanted", 2), NULL);
    if (j->broken && j->cmd->spool)
        return note_broken(j);
    if (j->occ.late_noted)
        return true;
    /* a late truth about what never goes by a claim holds the batch until quality has judged it */
    bool never = never_by_claim(judge_step(j)) && !judge_step(j)->opens;
    int64_t minutes = (j->now - j->cmd->occurred) / 60000;
    return judge_find(j, never ? EFFECT_HOLD : EFFECT_DEVIATION,
                      never ? SAY_TIME_LATE_NEVER : SAY_TIME_LATE_ENTRY,
                      json_set_int(j->a, json_object(j->a), "minutes", minutes), NULL);
}

bool check_life(struct judge *j, const char *id, int64_t since)
{
    char text[CLOCK_TEXT];
    if (!j->cmd->occurred || j->cmd->occurred + BOUND_ID_FUTURE_MS >= since) /* clocks drift a little */
        return true;
    clock_format(since, text);
    struct json *args = args1(j, "thing", id);
    return judge_find(j, EFFECT_REFUSE, SAY_TIME_LIFE, json_set_str(j->a, args, "since", text), NULL);
}

/* The order, and who was there. */
static bool check_lives(struct judge *j)
{
    const struct protocol *p = j->x->protocol;
    const struct person *who[] = {j->performer, j->recorder};
    for (int i = 0; i < (int)p->nsteps; i++) {
        const struct occ *o = p->step[i].opens ? batch_done(j->x, i) : NULL;
        if (o && !check_life(j, j->x->id, occ_said(o)))
            return false;
    }
    for (size_t i = 0; i < sizeof(who) / sizeof(*who); i++)
        if (who[i] && !check_life(j, who[i]->id, who[i]->enrolled_at))
            return false;
    return true;
}

/* A time that somebody claims lies behind what the step comes after. */
static bool check_claimed(struct judge *j)
{
    const struct step *s = judge_step(j);
    int64_t claimed = j->cmd->occurred;
    for (size_t i = 0; claimed && i < s->nafter; i++) {
        const struct occ *o = batch_done(j->x, s->after[i]);
        if (o && claimed + BOUND_ID_FUTURE_MS < occ_said(o)) { /* clocks of stations drift a little */
            const char *since = j->x->protocol->step[s->after[i]].id;
            return judge_find(j, EFFECT_REFUSE, SAY_TIME_BEFORE, args1(j, "since", since), NULL);
        }
    }
    return !claimed || check_lives(j);
}

static bool check_first(struct judge *j)
{
    const struct step *s = judge_step(j);
    const char *here = judge_room(j);
    const struct room *room = here ? book_room(j->book, here) : NULL;
    bool blocked = room && room->blocked && room->blocked_at <= j->when; /* what was before that was before */
    if (blocked && s->fit && !clears(s) && !room_permitted(j, j->x, room) &&
        !judge_find(j, judge_past(j) ? EFFECT_HOLD : EFFECT_REFUSE,
                    judge_past(j) ? SAY_ROOM_USED : SAY_ROOM_BLOCKED, args1(j, "room", room->id), NULL))
        return false;
    if (!check_order(j) || !check_rerun(j))
        return false;
    return check_windows(j, false);
}

/* Who was not the patient once is not drawn from nor infused until somebody has cleared it. */
static bool patient_cleared(struct judge *j)
{
    for (size_t i = 0; i < j->x->nholds; i++)
        if (!j->x->hold[i].lifted &&
            say_flags(say_find(j->x->hold[i].code)) & (SAY_HOLDS_PATIENT | SAY_HOLDS_CLINIC))
            return judge_find(j, EFFECT_REFUSE, SAY_DECISION_HOLD, args1(j, "holds", j->x->hold[i].id), NULL);
    return true;
}

bool check_begin(struct judge *j)
{
    const struct step *s = judge_step(j);
    if (!step_here(j, s))
        return judge_find(j, EFFECT_REFUSE, SAY_STEP_WHERE, args1(j, "station", j->st->kind), NULL);
    if (j->x->stopped && !left_when_stopped(s))
        return judge_find(j, EFFECT_REFUSE, SAY_BATCH_STOPPED, args1(j, "batch", j->x->id), NULL);
    if (j->begins && !check_first(j))
        return false;
    if ((s->dept == DEPT_CLINIC && !patient_cleared(j)) || !check_rescued(j))
        return false;
    /* an act's needs are looked at with its choices: rejecting a batch needs none of them; at the bench they
     * must hold from the first scan to the last: a decision may be taken back between two of them */
    bool act = s->form || s->opens || s->verb != VERB_NONE;
    return check_claimed(j) && note_late(j) && check_judged(j, j->performer) &&
           (j->recorder == j->performer || check_judged(j, j->recorder)) && (act || check_requirements(j));
}

/* ---- what a finished step brings with it ---- */

static void declare_fit(struct judge *j)
{
    bool fit = true;
    const struct step *s = judge_step(j);
    for (size_t i = 0; i < j->occ.ninputs; i++) {
        const struct option *o = field_option(&s->field[j->occ.input[i].field], j->occ.input[i].text);
        fit &= !o || o->effect == EFFECT_OK;
        fit &= j->occ.input[i].by == j->performer; /* nobody declares for another */
    }
    DRAFT_DAY(j, KIND_PERSON_FIT, struct person_fit, .person = j->performer->id, .fit = fit);
}

void step_finish_drafts(struct judge *j)
{
    const struct step *s = judge_step(j);
    if (s->declares_fit)
        declare_fit(j);
    if (s->closes)
        draft_closing(j, j->x, true);
}
