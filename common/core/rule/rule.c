#include <string.h>

#include "core/rule/judge.h"

struct json *args1(struct judge *j, const char *name, const char *value)
{
    return json_set_str(j->a, json_object(j->a), name, value ? value : "");
}

const char *plain_id(const char *s)
{
    bool letter = s && s[strcspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")];
    return letter && shape_is_id(s) ? s : "?"; /* digits alone may be a birth date */
}

/* The values are all recorded; of what was found about them beyond the room there is, how many and the worst
 * effect. */
static void find_more(struct judge *j, enum effect effect)
{
    struct finding *last = &j->found.finding[FOUND_FINDINGS - 1];
    bool first = last->code != SAY_FINDING_MORE;
    int64_t n = first ? 1 : json_get_int(last->args, "count", 0) + 1;
    *last = (struct finding){first || effect > last->effect ? effect : last->effect, SAY_FINDING_MORE,
                             json_set_int(j->a, json_object(j->a), "count", n), NULL};
}

bool judge_find(struct judge *j, enum effect effect, enum say code, struct json *args, const char *field)
{
    struct found *f = &j->found;
    if (effect == EFFECT_OK || rule_off(code))
        return true;
    if (f->nfindings < FOUND_FINDINGS)
        f->nfindings++;
    size_t at = f->nfindings - 1;
    if (at < FOUND_FINDINGS - 1 || effect == EFFECT_REFUSE) /* a refusal records none of them */
        f->finding[at] = (struct finding){effect, code, args, field};
    else if (f->finding[at].effect != EFFECT_REFUSE)
        find_more(j, effect);
    return effect != EFFECT_REFUSE;
}

const struct finding *judge_refusal(const struct judge *j)
{
    for (size_t i = 0; i < j->found.nfindings; i++)
        if (j->found.finding[i].effect == EFFECT_REFUSE)
            return &j->found.finding[i];
    return NULL;
}

#define ASK_AGAIN_MS 3000

bool judge_asked(const struct judge *j, const char *what)
{
    for (size_t i = 0; i < j->x->nasked; i++)
        if (strcmp(j->x->asked[i].what, what) == 0 && j->now - j->x->asked[i].at >= ASK_AGAIN_MS &&
            clock_day(j->x->asked[i].at) == clock_day(j->now))
            return true;
    return false;
}

static bool same_follow(const struct follow *a, const struct follow *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case FOLLOW_UNIT_OPENED:
        return strcmp(a->opened.lot, b->opened.lot) == 0 && strcmp(a->opened.unit, b->opened.unit) == 0;
    case FOLLOW_BATCH_EXPOSED:
        return a->exposed.other == b->exposed.other;
    case FOLLOW_ROOM_BLOCKED:
        return strcmp(a->room.id, b->room.id) == 0;
    case FOLLOW_OTHER_TOLD:
    case FOLLOW_OTHERS_HELD:
    case FOLLOWS:
        break;
    }
    return true;
}

bool judge_follows(struct judge *j, struct follow f)
{
    static const size_t most[FOLLOWS] = {
        [FOLLOW_UNIT_OPENED] = FOUND_UNITS, [FOLLOW_BATCH_EXPOSED] = FOUND_EXPOSED};
    struct found *found = &j->found;
    size_t n = 0;
    for (size_t i = 0; i < found->nfollows; i++) {
        if (same_follow(&found->follow[i], &f))
            return true;
        n += found->follow[i].kind == f.kind;
    }
    if (found->nfollows == FOUND_FOLLOWS || (most[f.kind] && n == most[f.kind])) {
        found->nunheld += f.kind == FOLLOW_BATCH_EXPOSED;
        return false;
    }
    if (!found->follow)
        found->follow = arena_alloc(j->a, FOUND_FOLLOWS * sizeof(*found->follow));
    found->follow[found->nfollows++] = f;
    return true;
}

const struct follow *judge_follow(const struct judge *j, enum follow_kind kind)
{
    for (size_t i = 0; i < j->found.nfollows; i++)
        if (j->found.follow[i].kind == kind)
            return &j->found.follow[i];
    return NULL;
}

/* By how much, so that the station can correct its claims. */
static struct json *off_by(struct judge *j, int64_t ms)
{
    char now[CLOCK_TEXT];
    clock_format(j->now, now);
    struct json *args = args1(j, "now", now);
    return json_set_int(j->a, args, "seconds", (ms + 999) / 1000);
}

/* A station's time is only a claim; but one in the future, or an old one that is not declared late, is not
 * taken. */
static bool check_claim(struct judge *j)
{
    const struct command *c = j->cmd;
    int64_t after = (c->late_after_s ? c->late_after_s : 300) * INT64_C(1000);
    /* clocks of stations drift a little; what is said to have happened has happened */
    if (c->occurred > j->now + BOUND_CLOCK_BACK_MS)
        return judge_find(j, EFFECT_REFUSE, SAY_TIME_FUTURE, off_by(j, c->occurred - j->now), NULL);
    if (c->claimed > j->now + BOUND_ID_FUTURE_MS)
        return judge_find(j, EFFECT_REFUSE, SAY_TIME_FUTURE, off_by(j, c->claimed - j->now), NULL);
    if (!c->occurred && c->claimed && c->claimed < j->now - after)
        return judge_find(j, EFFECT_REFUSE, SAY_TIME_PAST, off_by(j, j->now - c->claimed), NULL);
    return true;
}

static void judge_kind(struct judge *j)
{
    switch (j->cmd->kind) {
    case COMMAND_SCAN:
        judge_scan(j);
        break;
    case COMMAND_SESSION:
        judge_session(j);
        break;
    case COMMAND_ACT:
        judge_act(j);
        break;
    case COMMAND_RECORD:
        judge_record(j);
        break;
    case COMMAND_DEADLINE:
        judge_deadline(j);
        break;
    case COMMAND_ENROL:
        judge_enrol(j);
        break;
    }
}

void rule_judge(const struct book *b, const struct command *cmd, int64_t now, struct arena *a,
                struct verdict *ret)
{
    ret->code = NULL; /* the drafts are written as they are added */
    ret->args = NULL;
    ret->late = LATE_NONE;
    ret->batch = NULL;
    ret->step = -1;
    ret->outcome = OUTCOME_ACCEPTED;
    ret->ndrafts = ret->nwants = 0;
    static const struct code nothing = {.kind = CODE_TEXT};
    struct judge j = {.book = b, .cmd = cmd, .now = now, .a = a, .v = ret, .st = cmd->station};
    j.step = j.field = j.passed = -1;
    j.code = &nothing;
    j.when = now;
    if (j.st) {
        j.bench = &j.st->bench;
        j.performer = bench_staffed(&j) ? j.bench->acting : NULL;
    }
    judge_spool(&j);
    judge_paper(&j);
    judge_time(&j);
    if (check_claim(&j) && check_spare(&j))
        judge_kind(&j);
    else
        judge_refuse_found(&j);
    require(ret->ndrafts > 0 && ret->code);
    judge_spooled(&j);
    judge_paper_entered(&j);
    ret->late = judge_late(&j);
    if (ret->nwants == 0)
        return;
    ret->outcome = OUTCOME_NONE;
    ret->ndrafts = 0;
}

/* ---- what is not in the book ---- */

static bool same_want(const struct want *a, const struct want *b)
{
    return a->kind == b->kind && (a->kind == WANT_CLOSINGS || strcmp(a->name, b->name) == 0);
}

const struct answer *judge_want(const struct judge *j, enum want_kind kind, const char *name)
{
    const struct want want = {kind, name};
    struct verdict *v = j->v;
    if (!v)
        return NULL;
    for (size_t i = 0; i < j->cmd->nanswers; i++)
        if (same_want(&j->cmd->answer[i].want, &want))
            return &j->cmd->answer[i];
    for (size_t i = 0; i < v->nwants; i++)
        if (same_want(&v->want[i], &want))
            return NULL;
    struct want *list = (struct want *)v->want;
    if ((v->nwants & (v->nwants - 1)) == 0) { /* full: as many again */
        list = arena_alloc(j->a, (v->nwants ? 2 * v->nwants : 1) * sizeof(*list));
        if (v->nwants)
            memcpy(list, v->want, v->nwants * sizeof(*list));
        v->want = list;
    }
    list[v->nwants++] = want;
    return NULL;
}

/* No number is longer. */
static bool may_be(const char *id)
{
    return id && *id && strlen(id) <= BOUND_CODE_ID;
}

const struct stream *judge_stream(const struct judge *j, const char *name)
{
    const struct stream *s = book_stream(j->book, name);
    if (!s && stream_ends(name))
        (void)judge_want(j, WANT_STREAM, name);
    return s;
}

struct batch *judge_batch(struct judge *j, const char *id)
{
    struct batch *x = book_batch(j->book, id);
    if (!x && may_be(id))
        (void)judge_want(j, WANT_STREAM, stream_of(j, STREAM_BATCH, id));
    return x;
}

const struct lot *judge_lot(const struct judge *j, const char *id)
{
    const struct lot *l = book_lot(j->book, id);
    if (!l && may_be(id))
        (void)judge_want(j, WANT_STREAM, arena_printf(j->a, "lot/%s", id));
    return l;
}

const struct lot *judge_label(const struct judge *j, const char *gtin, const char *maker_lot)
{
    const struct lot *l = book_lot_gs1(j->book, gtin, maker_lot);
    const struct answer *a =
        l ? NULL : judge_want(j, WANT_LABEL, arena_printf(j->a, "%s/%s", gtin, maker_lot));
    return a && a->stream ? book_lot(j->book, stream_rest(a->stream, STREAM_LOT)) : l;
}

/* ---- by the system ---- */

static void judge_missed(struct judge *j, int step)
{
    judge_enter(j, j->x, step);
    const struct step *s = judge_step(j);
    judge_find(j, s->deadline.effect, SAY_DEADLINE_MISSED, args1(j, "step", s->id), NULL);
    judge_accept(j, NULL, SAY_DEADLINE_MISSED, args1(j, "step", s->id));
}

static void judge_unwarned(struct judge *j)
{
    judge_find(j, EFFECT_DEVIATION, SAY_CLINIC_UNWARNED, args1(j, "batch", j->x->id), NULL);
    judge_accept(j, NULL, SAY_CLINIC_UNWARNED, args1(j, "batch", j->x->id));
}

void judge_deadline(struct judge *j)
{
    struct due due = j->cmd->due;
    j->x = j->cmd->due_batch;
    switch (due.what) {
    case OWED_STEP:
        judge_missed(j, due.i);
        break;
    case OWED_WARNING:
        judge_unwarned(j);
        break;
    case OWED_ASSESSMENT:
        judge_unassessed(j, &j->x->dev[due.i]);
        break;
    case OWED_ACTION:
        judge_overdue(j, &j->x->action[due.i]);
        break;
    case OWED_ROTA:
        judge_rota(j);
        break;
    }
}

/* ---- questions ---- */

static bool pending(const struct batch *x, int step)
{
    const struct step *s = &x->protocol->step[step];
    if (!s->late || s->optional || step_stands(x, step))
        return false;
    return true;
}

struct json *rule_pending(struct arena *a, const struct batch *x)
{
    struct json *list = json_array(a);
    for (int i = 0; i < (int)x->protocol->nsteps; i++)
        if (pending(x, i))
            json_push(list, json_str(a, x->protocol->step[i].id));
    return list;
}

/* A value that was asked for once more is answered, in a step that nobody had to begin, too. */
static bool awaits_second(const struct batch *x, int step)
{
    const struct occ *o = batch_occ(x, step);
    for (size_t i = 0; o && !o->done && i < o->ninputs; i++)
        if (o->input[i].asked)
            return true;
    return false;
}

struct json *rule_open_steps(struct arena *a, const struct batch *x, int before, bool late)
{
    struct json *list = json_array(a);
    int end = before < 0 ? (int)x->protocol->nsteps : before;
    for (int i = 0; i < end; i++) {
        const struct step *s = &x->protocol->step[i];
        bool begun = batch_occ(x, i) && !step_stands(x, i);
        /* a batch that was stopped owes only the end of what was begun */
        bool due = (late || !s->late) && (step_again(x, i) || (!s->optional && !batch_step_done(x, i)));
        if (x->stopped ? begun : awaits_second(x, i) || due)
            json_push(list, json_str(a, s->id));
    }
    return list;
}
