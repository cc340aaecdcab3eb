/* The bench's own commands: badges, batch cards, step codes, sign-in and out. */
#include <string.h>

#include "core/rule/judge.h"

/* ---- context ---- */

static void context(struct judge *j, struct bench_context c, enum say code, struct json *args)
{
    judge_accept(j, draft_day(j, KIND_BENCH_CONTEXT, &c, sizeof(c)), code, args);
}

#define ASKED_MS (60 * INT64_C(1000))

/* Is the bench in the middle of a step, which `p` does not perform? A badge that is awaited there for a
 * second entry changes nothing. */
static const struct occ *in_step(const struct judge *j)
{
    const struct bench *b = j->bench;
    const struct occ *o = b->batch && b->step >= 0 ? batch_occ(b->batch, b->step) : NULL;
    return o && !o->done && o->ninputs ? o : NULL;
}

static bool second_awaited(const struct judge *j, const struct occ *o)
{
    const struct step *s = &j->bench->batch->protocol->step[j->bench->step];
    for (size_t i = 0; i < o->ninputs; i++)
        if (input_awaits(&o->input[i], &s->field[o->input[i].field]))
            return true;
    return false;
}

/* It is said in words what would change, and nothing changes before somebody has said yes. */
static void ask(struct judge *j, struct bench_context c, enum say code, struct json *args)
{
    c.asks = true;
    json_set_str(j->a, args, "step", j->bench->batch->protocol->step[j->bench->step].id);
    judge_find(j, EFFECT_ALERT, code, args, NULL);
    context(j, c, code, args);
}

/* Whose badge was read acts from now on. */
static void act_as(struct judge *j, const struct person *p)
{
    const struct occ *o = in_step(j);
    struct bench_context c = {.acting = p->id};
    struct json *args = args1(j, "person", p->id);
    bool other = o && o->performer && o->performer != p && j->bench->acting != p && !second_awaited(j, o);
    judge_as(j, p);
    if (!other || rule_off(SAY_BENCH_TAKE_OVER)) {
        context(j, c, SAY_ACCEPTED_ACTING, args);
        return;
    }
    json_set_str(j->a, args, "acting", o->performer->id);
    /* nobody goes on with another one's declaration */
    if (j->bench->batch->protocol->step[j->bench->step].declares_fit && signed_in_here(j, o->performer))
        judge_refuse(j, SAY_PERSON_FIT_OWN, args);
    else
        ask(j, c, SAY_BENCH_TAKE_OVER, args);
}

static void turn_to(struct judge *j, struct batch *x)
{
    /* a stopped one, too: what clears it away is left to do */
    context(j, (struct bench_context){.batch = x->id}, SAY_ACCEPTED_BATCH, args1(j, "batch", x->id));
    j->v->batch = x;
}

/* Yes to what was asked here last, while it is remembered. */
static void say_yes(struct judge *j)
{
    const struct bench_asked *q = &j->bench->asked;
    bool still = q->at && j->now - q->at <= ASKED_MS;
    struct batch *x = still && q->batch ? book_batch(j->book, q->batch) : NULL;
    if (still && q->person && signed_in_here(j, q->person)) {
        judge_as(j, q->person);
        context(j, (struct bench_context){.acting = q->person->id}, SAY_ACCEPTED_ACTING,
                args1(j, "person", q->person->id));
    } else if (x && !x->closed) {
        turn_to(j, x);
    } else {
        judge_refuse(j, SAY_BENCH_NOTHING_ASKED, NULL);
    }
}

void judge_batch_card(struct judge *j)
{
    struct batch *x = judge_batch(j, j->code->id);
    if (!x) {
        judge_refuse(j, SAY_BATCH_UNKNOWN, args1(j, "batch", j->code->id));
        return;
    }
    if (x->closed) {
        judge_refuse(j, SAY_BATCH_CLOSED, args1(j, "batch", x->id));
        return;
    }
    if (x == j->bench->batch || !in_step(j) || rule_off(SAY_BENCH_OTHER_BATCH))
        turn_to(j, x);
    else
        ask(j, (struct bench_context){.batch = x->id}, SAY_BENCH_OTHER_BATCH, args1(j, "batch", x->id));
}

/* ---- who acts? ---- */

static bool idle(const struct judge *j)
{
    int64_t used = bench_used(j->bench), most = j->cmd->idle_after_s * INT64_C(1000);
    return most && used && !j->cmd->spool && j->now - used > most;
}

bool bench_nobody_acts(const struct judge *j)
{
    return !j->performer || (idle(j) && !rule_off(SAY_SESSION_WHO));
}

static bool badge_of_one_here(const struct judge *j)
{
    const struct person *p = j->code->kind == CODE_BADGE ? book_person(j->book, j->code->id) : NULL;
    return p && signed_in_here(j, p);
}

static void refuse_who(struct judge *j)
{
    const struct person *p = j->code->kind == CODE_BADGE ? book_person(j->book, j->code->id) : NULL;
    j->understood = false; /* nobody looked at it: it may be another batch's */
    if (p)
        judge_refuse(j, SAY_SESSION_NOT_HERE, args1(j, "person", p->id));
    else
        judge_refuse(j, j->code->kind == CODE_BADGE ? SAY_SESSION_UNKNOWN_BADGE : SAY_SESSION_WHO, NULL);
}

bool check_who(struct judge *j)
{
    if (!j->performer && rule_off(SAY_SESSION_WHO))
        j->performer = j->bench->person[0];
    bool nobody = bench_nobody_acts(j);
    bool yes = code_command(j->code) == COMMAND_YES && j->bench->asked.person;
    if (nobody && badge_of_one_here(j))
        act_as(j, book_person(j->book, j->code->id));
    else if (nobody && !yes)
        refuse_who(j);
    else
        return true;
    return false;
}

/* ---- signing out ---- */

static void sign_out(struct judge *j, const struct person *out)
{
    const struct person *stays = j->bench->acting != out ? j->bench->acting : NULL;
    judge_as(j, stays ? stays : out); /* a badge is no secret: who acted here signed him out */
    struct draft *d = DRAFT_DAY(j, KIND_SESSION_CLOSED, struct session_record, .person = out->id,
                                .beside = j->bench->npeople > 1);
    struct json *args = args1(j, "person", out->id);
    if (stays)
        json_set_str(j->a, args, "acting", stays->id);
    judge_accept(j, d,
                 stays                   ? SAY_ACCEPTED_SESSION_STAYS
                 : j->bench->npeople > 1 ? SAY_ACCEPTED_SESSION_NEXT
                                         : SAY_ACCEPTED_SESSION_CLOSED,
                 args);
}

#define LEFT_MS (30 * 60 * INT64_C(1000))

/* Who signs in elsewhere with the own secret has gone. */
bool check_left(struct judge *j)
{
    const struct was *left = NULL;
    for (const struct was *w = bench_staffed(j) ? j->bench->was : NULL; w; w = w->next)
        if (w->left && j->now - w->left < LEFT_MS && w->person != j->performer && !w->person->signed_in)
            left = w;
    if (!left)
        return true;
    struct json *args = args1(j, "person", left->person->id);
    json_set_int(j->a, args, "minutes", (j->now - left->left) / 60000);
    return judge_find(j, EFFECT_DEVIATION, SAY_SESSION_LEFT, args, NULL);
}

/* OUT, then the badge: of several it is never guessed who leaves, and a badge that is read in order to leave
 * signs nothing. */
bool judge_leaving(struct judge *j)
{
    const struct bench_asked *q = &j->bench->asked;
    if (code_command(j->code) == COMMAND_OUT) {
        if (j->bench->npeople == 1) /* there is nobody else whom it could mean */
            sign_out(j, j->bench->person[0]);
        else
            context(j, (struct bench_context){.asks = true, .leaves = true}, SAY_ACCEPTED_SESSION_WHOSE,
                    NULL);
        return true;
    }
    if (!q->leaves || j->now - q->at > ASKED_MS || !badge_of_one_here(j))
        return false;
    sign_out(j, book_person(j->book, j->code->id));
    return true;
}

/* `STEP-<ID>`: the step's id in upper case with '-' for '.'. */
static int step_by_code(const struct protocol *p, const char *code)
{
    for (int i = 0; i < (int)p->nsteps; i++) {
        const char *a = p->step[i].id, *b = code;
        for (; *a && *b; a++, b++) {
            char c = *a == '.' ? '-' : (char)(*a >= 'a' && *a <= 'z' ? *a - 'a' + 'A' : *a);
            if (c != *b)
                break;
        }
        if (!*a && !*b)
            return i;
    }
    return -1;
}

static void choose(struct judge *j, const char *code)
{
    struct batch *x = j->bench->batch;
    if (!x) {
        judge_refuse(j, SAY_SCAN_NO_BATCH, NULL);
        return;
    }
    int step = step_by_code(x->protocol, code);
    if (step < 0) {
        judge_refuse(j, SAY_STEP_UNKNOWN, NULL);
        return;
    }
    judge_enter(j, x, step);
    const struct step *s = judge_step(j);
    if (s->form || s->verb != VERB_NONE) {
        judge_refuse(j, SAY_STEP_FORM, args1(j, "step", s->id));
        return;
    }
    if (!check_people(j) || !check_begin(j)) {
        judge_refuse_found(j);
        return;
    }
    j->found = (struct found){0}; /* deviations of time belong to the step's first input */
    context(j, (struct bench_context){.step = s->id}, SAY_ACCEPTED_STEP, args1(j, "step", s->id));
}

void judge_command_code(struct judge *j)
{
    enum code_command said = code_command(j->code);
    if (said == COMMAND_BACK && !judge_take_back(j))
        context(j, (struct bench_context){.step = ""}, SAY_ACCEPTED_BACK, NULL);
    else if (said == COMMAND_YES && !judge_yes(j))
        say_yes(j);
    else if (said == COMMAND_BACK || said == COMMAND_YES)
        return;
    else if (strncmp(j->code->id, "STEP-", 5) == 0)
        choose(j, j->code->id + 5);
    else
        judge_refuse(j, SAY_COMMAND_UNKNOWN, NULL);
}

/* ---- badges ---- */

bool signed_in_here(const struct judge *j, const struct person *p)
{
    for (size_t i = 0; i < j->bench->npeople; i++)
        if (j->bench->person[i] == p)
            return true;
    return false;
}

static bool witness_awaited(struct judge *j)
{
    struct batch *x = j->bench->batch;
    int step = j->bench->step;
    if (!x || step < 0 || !x->protocol->step[step].witness)
        return false;
    judge_enter(j, x, step);
    return !j->begins && fields_complete(j);
}

static void draft_witness(struct judge *j, const struct person *of, const struct person *p, bool done)
{
    const struct step *s = judge_step(j);
    struct draft *d = DRAFT(j, j->x->stream, KIND_STEP_INPUT, struct step_input, .step = s->id,
                            .occ = j->occ_no, .kind = "witness", .text = p->id, .done = done);
    d->performed = of;
    d->recorded = j->occ.recorder ? j->occ.recorder : of;
    d->witnessed = p;
    d->law = s->law;
    d->nlaw = s->nlaw;
    struct json *args = args1(j, done ? "step" : "person", done ? s->id : p->id);
    judge_accept(j, d, done ? SAY_ACCEPTED_STEP_DONE : SAY_ACCEPTED_WITNESS_PART, args);
}

/*
 * The second person ends the step: present, at this station, and not the one who performed it. Where several
 * did, nobody sees the own part: of two each sees what the other one did, and both badges end the step.
 */
static void judge_witness(struct judge *j, const struct person *p)
{
    const struct step *s = judge_step(j);
    const struct person *other = occ_unseen_of_others(&j->occ, p);
    bool own = occ_unseen_of(&j->occ, p);
    if (own && !other) {
        judge_refuse(j, SAY_WITNESS_SAME, args1(j, "person", p->id));
        return;
    }
    if (!signed_in_here(j, p)) {
        judge_refuse(j, SAY_WITNESS_ABSENT, args1(j, "person", p->id));
        return;
    }
    if (!check_second(j, p) || !check_witness(j, p) || !check_paper_witness(j, p) ||
        (s->nrequires && !check_requirements(j))) {
        judge_refuse_found(j);
        return;
    }
    judge_time_with(j, p);
    check_judged(j, p);
    check_pace(j, false);
    check_pace_witness(j);
    check_rooms(j, p);
    if (!own)
        check_took(j);
    draft_witness(j, other, p, !own);
    j->performer = other; /* what the step brings with it is the performer's */
    if (!own)
        step_finish_drafts(j);
}

/* Does the step under way await somebody's badge? The role wanted, or NULL. */
static const char *awaited_role(struct judge *j)
{
    if (!j->x || j->step < 0)
        return NULL;
    for (int i = 0; i < (int)judge_step(j)->nfields; i++) {
        const struct field *f = &judge_step(j)->field[i];
        if (f->kind == FIELD_BADGE && f->nroles && field_remaining(j, i) > 0)
            return f->role[0];
    }
    return NULL;
}

void judge_badge(struct judge *j)
{
    const struct person *p = book_person(j->book, j->code->id);
    if (!p) {
        judge_refuse(j, SAY_SESSION_UNKNOWN_BADGE, NULL);
        return;
    }
    if (witness_awaited(j)) {
        judge_witness(j, p);
        return;
    }
    const char *role = signed_in_here(j, p) ? NULL : awaited_role(j);
    j->x = NULL;
    j->step = -1;
    if (!signed_in_here(j, p)) {
        judge_refuse(j, role ? SAY_PERSON_ROLE : SAY_SESSION_NOT_HERE,
                     role ? json_set_str(j->a, args1(j, "role", role), "person", p->id)
                          : args1(j, "person", p->id));
        return;
    }
    act_as(j, p);
}

/* ---- sign-in ---- */

/* Of so many in a row nobody is slowed; then each wrong one doubles the wait, up to a bound. */
static int64_t wait_for(const struct wrong *w, int free, int64_t first_ms, int64_t most_ms, int64_t now)
{
    int64_t wait = first_ms;
    if (!w || w->n < free)
        return 0;
    for (int i = free; i < w->n && wait < most_ms; i++)
        wait *= 2;
    wait = wait < most_ms ? wait : most_ms;
    return w->at + wait > now ? w->at + wait - now : 0;
}

int64_t rule_wait(const struct command *c, int64_t now)
{
    const struct bench *bench = &c->station->bench;
    int64_t today = clock_day(now), station = c->wrong_station_s ? c->wrong_station_s : 30,
            person = c->wrong_person_s ? c->wrong_person_s : 900;
    int64_t a = wait_for(bench_wrong(bench, NULL, today), BOUND_WRONG_STATION, 1000, station * 1000, now);
    int64_t b = !c->person ? 0
                           : wait_for(bench_wrong(bench, c->person, today), BOUND_WRONG_PERSON, 15000,
                                      person * 1000, now);
    return a > b ? a : b;
}

static struct json *seconds(struct judge *j, int64_t ms)
{
    return json_set_int(j->a, json_object(j->a), "seconds", ms > 0 ? (ms + 999) / 1000 : 1);
}

bool check_wait(struct judge *j)
{
    int64_t ms = j->cmd->secret_given && j->st ? rule_wait(j->cmd, j->now) : 0;
    return (!ms && !j->cmd->untried) || judge_find(j, EFFECT_REFUSE, SAY_SESSION_WAIT, seconds(j, ms), NULL);
}

struct json *secrets_left(struct judge *j, const struct person *p)
{
    int64_t today = clock_day(j->now);
    const struct wrong *all = bench_wrong(j->bench, NULL, today), *own = bench_wrong(j->bench, p, today);
    int a = BOUND_WRONG_STATION - (all ? all->n : 0) - 1, b = BOUND_WRONG_PERSON - (own ? own->n : 0) - 1;
    int left = a < b ? a : b;
    return json_set_int(j->a, json_object(j->a), "left", left > 0 ? left : 0);
}

void count_wrong_secret(struct judge *j, const struct person *p)
{
    struct draft *d = DRAFT_DAY(j, KIND_SESSION_FAILED, struct session_failed, .person = p->id);
    d->performed = d->recorded = NULL;
}

static void sign_in_failed(struct judge *j)
{
    const struct person *p = j->cmd->person;
    j->performer = NULL;
    struct draft *d = DRAFT_DAY(j, KIND_SESSION_FAILED, struct session_failed, .person = p->id);
    d->dept = p->dept;
    judge_outcome(j, d, OUTCOME_REFUSED, SAY_SESSION_WRONG_SECRET, secrets_left(j, p));
}

/* A session ends with its day: one left open yesterday keeps nobody out, nor does a silent station, a sealed
 * one, one that a spare one replaces, or one without a key, whose silence nobody tells, that is idle. */
static bool keeps(const struct judge *j, const struct station *st)
{
    int64_t used = bench_used(&st->bench), most = j->cmd->idle_after_s * INT64_C(1000);
    used = used > st->known_at ? used : st->known_at;
    return st->bench.day == clock_day(j->now) && !st->silent_since && !spare_sealed(st, j->now) &&
           !spare_replaces(j->book, st, j->now) && (st->key || !most || j->now - used <= most);
}

static enum say sign_in_refusal(struct judge *j, struct json **ret_args)
{
    const struct person *p = j->cmd->person;
    if (!p)
        return SAY_SESSION_UNKNOWN_BADGE;
    if (p->locked)
        return SAY_SESSION_LOCKED;
    if (p->suspended)
        return SAY_PERSON_SUSPENDED;
    if (p->signed_in && p->signed_in != j->st && keeps(j, p->signed_in)) {
        *ret_args = args1(j, "station", p->signed_in->id);
        return SAY_SESSION_ELSEWHERE;
    }
    if (bench_staffed(j) && j->bench->npeople == BENCH_PEOPLE && !signed_in_here(j, p))
        return SAY_SESSION_FULL;
    return SAY_NONE;
}

void judge_session(struct judge *j)
{
    struct json *args = NULL;
    enum say code = sign_in_refusal(j, &args);
    if (code) {
        judge_refuse(j, code, args);
        return;
    }
    if (!check_wait(j)) {
        judge_refuse_found(j);
        return;
    }
    if (!j->cmd->authenticated) {
        sign_in_failed(j);
        return;
    }
    j->performer = j->cmd->person;
    const struct person *p = j->performer;
    struct draft *d = DRAFT_DAY(j, KIND_SESSION_OPENED, struct session_record, .person = p->id,
                                .fit = p->fit && p->fit_day == clock_day(j->now));
    judge_accept(j, d, SAY_ACCEPTED_SESSION, args1(j, "person", j->performer->id));
}
