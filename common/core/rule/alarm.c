/*
 * What latches (SAY_LATCHED) stands at its station until it is acknowledged: by the code X-ACK, for who acts.
 * Another patient's container (SAY_STOPS) by everybody who is signed in there, two at least, each by X-ACK or
 * by the own badge; and until then no other scan is taken there. Where fewer are left it is whoever is there,
 * and somebody of quality on the telephone, who is named: X-ACK-<person>. So nobody who has left, no midnight
 * and no new colleague leaves it without an end.
 *
 * What was done already is told meanwhile as ever, and so is what saves cells: what is late or comes from the
 * station's own list, records (a rescue, for one), signing in and out.
 */
#include "core/entry/alarm.h"

#include "core/entry/refusal.h"
#include "core/rule/record.h"

#define ACK_PREFIX "ACK-"

/* ---- it begins ---- */

bool alarm_raise(struct judge *j, const struct draft *first, enum say code)
{
    const struct judged *said = first->judged;
    const struct follow *f = judge_follow(j, FOLLOW_OTHER_TOLD);
    const struct batch *x = j->x ? j->x : j->bench ? j->bench->batch : NULL;
    if (!(say_flags(code) & SAY_LATCHED) || !j->st || !bench_staffed(j))
        return false; /* the answer alone tells whoever asked */
    struct alarm_raised r = {.station = j->st->id,
                             .batch = x ? x->id : NULL,
                             .step = j->x && j->step >= 0 ? judge_step(j)->id : NULL,
                             .stops = say_flags(code) & SAY_STOPS};
    if (f)
        secret_add(j, &r.secrets, SECRET_OTHER, f->told.id);
    struct judged *told = arena_alloc(j->a, sizeof(*told));
    *told = (struct judged){
        .outcome = said->outcome, .code = said->code, .args = said->args, .understood = said->understood};
    draft_add(j, stream_of(j, STREAM_STATION, j->st->id), KIND_ALARM_RAISED, &r, sizeof(r))->judged = told;
    return true;
}

/* ---- who has to ---- */

/* Ids of who is signed in here and has not acknowledged it, but for `but`. */
static struct texts waiting(const struct judge *j, const struct alarm *a, const struct person *but)
{
    struct texts list = {0};
    const char **id = arena_alloc(j->a, BENCH_PEOPLE * sizeof(*id));
    for (size_t i = 0; bench_staffed(j) && i < j->bench->npeople; i++)
        if (j->bench->person[i] != but && !alarm_seen_by(a, j->bench->person[i]))
            id[list.n++] = j->bench->person[i]->id;
    list.item = id;
    return list;
}

/* Where nobody else is here who could: of quality, whoever is reached. */
static struct texts callable(const struct judge *j)
{
    struct texts list = {0};
    const char **id = arena_alloc(j->a, (j->book->people.count + 1) * sizeof(*id));
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&j->book->people, &pos));)
        if (p != j->performer && reachable(j, RIGHT_RESCUE_CALLED, p))
            id[list.n++] = p->id;
    list.item = id;
    return list;
}

void alarm_next(struct judge *j, struct next *ret)
{
    const struct alarm *a = ret->alarm = bench_alarm(j->bench);
    if (!a)
        return;
    if (a->stops) {
        ret->waits = waiting(j, a, NULL);
        if (bench_staffed(j) && (a->nseen || j->bench->npeople == 1)) /* the others may have gone */
            ret->callable = callable(j);
    } else if (j->performer) {
        const char **id = arena_alloc(j->a, sizeof(*id));
        *id = j->performer->id;
        ret->waits = (struct texts){1, id};
    }
}

static struct json *names(struct judge *j, struct json *args, const char *name, const struct texts *list)
{
    struct json *all = json_array(j->a);
    for (size_t i = 0; i < list->n; i++)
        json_push(all, json_str(j->a, list->item[i]));
    return json_set(j->a, args, name, all);
}

/* ---- it is acknowledged ---- */

static void tell_without(struct judge *j, const struct alarm_acknowledged *v)
{
    struct json *args = args1(j, "called", v->called);
    if (v->without.n)
        judge_find(j, EFFECT_ALERT, SAY_ALARM_WITHOUT, names(j, args, "people", &v->without), NULL);
}

static void acknowledge(struct judge *j, const struct alarm *a, const struct person *p, const char *called)
{
    struct texts others = a->stops ? waiting(j, a, p) : (struct texts){0};
    bool two = a->nseen + !alarm_seen_by(a, p) > 1;
    struct alarm_acknowledged v = {.station = j->st->id, .alarm = a->leaf, .called = called};
    struct json *args = args1(j, "person", p->id);
    v.ends = !a->stops || called || (two && !others.n);
    if (called)
        v.without = others;
    judge_as(j, p);
    tell_without(j, &v);
    judge_accept(
        j, draft_add(j, stream_of(j, STREAM_STATION, j->st->id), KIND_ALARM_ACKNOWLEDGED, &v, sizeof(v)),
        v.ends     ? SAY_ACCEPTED_ALARM
        : others.n ? SAY_ALARM_WAITS
                   : SAY_ALARM_CALL,
        names(j, args, "people", &others));
}

/* Once more by the same person: who is still missing. */
static void refuse_again(struct judge *j, const struct alarm *a, const struct person *p)
{
    struct texts others = waiting(j, a, NULL);
    judge_refuse(j, others.n ? SAY_ALARM_WAITS : SAY_ALARM_CALL,
                 names(j, args1(j, "person", p->id), "people", &others));
}

/* By X-ACK, with the id of who was telephoned or without. A list brings it for what stood there then. */
static void by_code(struct judge *j, const struct alarm *a, const char *called)
{
    bool then = a && (!j->cmd->spool || a->at <= j->cmd->occurred);
    if (!then)
        judge_refuse(j, SAY_ALARM_NONE, NULL);
    else if (!check_who(j))
        return;
    else if (called && !check_called(j, called))
        judge_refuse_found(j);
    else if (!called && alarm_seen_by(a, j->performer))
        refuse_again(j, a, j->performer);
    else
        acknowledge(j, a, j->performer, called);
}

static void by_badge(struct judge *j, const struct alarm *a)
{
    const struct person *p = book_person(j->book, j->code->id);
    if (!p)
        judge_refuse(j, SAY_SESSION_UNKNOWN_BADGE, NULL);
    else if (!signed_in_here(j, p))
        judge_refuse(j, SAY_SESSION_NOT_HERE, args1(j, "person", p->id));
    else if (alarm_seen_by(a, p))
        refuse_again(j, a, p);
    else
        acknowledge(j, a, p, NULL);
}

bool judge_alarm(struct judge *j)
{
    const struct alarm *a = bench_alarm(j->bench);
    bool names_one =
        j->code->kind == CODE_COMMAND && strncmp(j->code->id, ACK_PREFIX, strlen(ACK_PREFIX)) == 0;
    if (names_one || code_command(j->code) == COMMAND_ACK) {
        by_code(j, a, names_one ? j->code->id + strlen(ACK_PREFIX) : NULL);
        return true;
    }
    if (!a || !a->stops || judge_past(j) || rule_off(SAY_ALARM_STANDS))
        return false;
    if (j->code->kind == CODE_BADGE) {
        const struct person *p = book_person(j->book, j->code->id);
        if (p && signed_in_here(j, p) && alarm_seen_by(a, p) && bench_nobody_acts(j))
            return false; /* who is to act is said by a badge, here as anywhere */
        by_badge(j, a);
        return true;
    }
    j->understood = false; /* nobody looked at it: it may be another batch's */
    judge_refuse(j, SAY_ALARM_STANDS, NULL);
    return true;
}
