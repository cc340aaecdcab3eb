/* From findings to entries: what a verdict writes, and where. */
#include <stdio.h>
#include <string.h>

#include "core/right/right.h"
#include "core/rule/judge.h"

/* ---- for whoever makes entries of drafts ---- */

struct json *draft_body(const struct draft *d, struct arena *a)
{
    return kind_build(kind_of(d->kind), d->value, d->judged, a);
}

static const char *id_of(const struct person *p)
{
    return p ? p->id : NULL;
}

struct json *draft_actor(const struct draft *d, const char *station, struct arena *a)
{
    const struct person *p = d->performed;
    const struct actor actor = {
        .performed = id_of(p),
        .system = p ? NULL : "cpfd",
        .recorded = d->recorded != p ? id_of(d->recorded) : NULL,
        .witnessed = id_of(d->witnessed),
        .dept = p ? d->dept : DEPT_NONE,
        .station = station,
    };
    return actor_build(&actor, a);
}

size_t draft_secrets(const struct draft *d, struct secret list[DRAFT_SECRETS])
{
    return shape_secrets(&kind_of(d->kind)->shape, d->value, list, DRAFT_SECRETS);
}

/* ---- drafts ---- */

const char *stream_of(struct judge *j, enum stream_type type, const char *id)
{
    return arena_printf(j->a, "%s/%s", stream_type_name(type), id);
}

static const char *day_stream(struct judge *j, int64_t day)
{
    char text[11];
    clock_day_format(day, text);
    return arena_printf(j->a, "day/%s/%s", j->st->id, text);
}

static struct draft *add(struct judge *j, const char *stream, enum kind_id kind)
{
    require(j->v->ndrafts < VERDICT_DRAFTS);
    struct draft *d = &j->v->draft[j->v->ndrafts++];
    *d = (struct draft){.stream = stream, .kind = kind};
    d->performed = j->performer;
    d->recorded = j->recorder ? j->recorder : j->performer;
    d->dept = j->x && j->step >= 0 ? judge_step(j)->dept : j->performer ? j->performer->dept : DEPT_NONE;
    return d;
}

struct draft *draft_add(struct judge *j, const char *stream, enum kind_id kind, const void *value,
                        size_t size)
{
    struct draft *d = add(j, stream, kind);
    require(size == kind_of(kind)->shape.size);
    if (size)
        d->value = memcpy(arena_alloc(j->a, size), value, size);
    return d;
}

void draft_housekeeping(struct draft *d)
{
    d->system = true;
    d->performed = d->recorded = NULL;
}

/* Midnight ends no session with cells in hand. */
static void carry_over(struct judge *j, struct day_opened *to)
{
    const struct bench *bench = j->bench;
    struct carried *list = arena_alloc(j->a, bench->npeople * sizeof(*list));
    char since[CLOCK_TEXT];
    for (size_t i = 0; i < bench->npeople; i++) {
        const struct person *p = bench->person[i];
        clock_format(bench->since[i], since);
        list[i] = (struct carried){p->id, arena_strdup(j->a, since), p->fit && p->fit_day == bench->day};
    }
    to->people = (struct carrieds){bench->npeople, list};
    to->acting = bench->acting ? bench->acting->id : NULL;
    to->batch = bench->batch->id;
    to->step = bench->step >= 0 ? bench->batch->protocol->step[bench->step].id : NULL;
}

/* The day's stream opens with its first entry; yesterday's is closed then. */
static void open_day(struct judge *j)
{
    int64_t today = clock_day(j->now);
    if (j->bench->day == today)
        return;
    for (size_t i = 0; i < j->v->ndrafts; i++)
        if (j->v->draft[i].kind == KIND_DAY_OPENED)
            return;
    const struct day_closed closed = {.carried = bench_carries(j->bench, j->now)};
    if (j->bench->day != INT64_MIN)
        draft_housekeeping(
            draft_add(j, day_stream(j, j->bench->day), KIND_DAY_CLOSED, &closed, sizeof(closed)));
    struct day_opened opened = {.station = j->st->id};
    if (closed.carried)
        carry_over(j, &opened);
    draft_housekeeping(draft_add(j, day_stream(j, today), KIND_DAY_OPENED, &opened, sizeof(opened)));
}

struct draft *draft_day(struct judge *j, enum kind_id kind, const void *value, size_t size)
{
    open_day(j);
    return draft_add(j, day_stream(j, clock_day(j->now)), kind, value, size);
}

void secret_add(struct judge *j, struct secrets *s, const char *name, const char *value)
{
    require(s->n < DRAFT_SECRETS);
    struct secret *item = s->n ? (struct secret *)s->item : arena_alloc(j->a, DRAFT_SECRETS * sizeof(*item));
    item[s->n++] = (struct secret){name, value};
    s->item = item;
}

/* ---- what is said of the command ---- */

/* Patients' numbers, dates and free text may be personal: only their kind is told. 19750309 may be somebody's
 * birth date: a number is told where one was awaited. */
static const struct understood *understood(struct judge *j)
{
    const struct code *c = j->code;
    if (!j->understood)
        return NULL;
    struct understood *u = arena_alloc(j->a, sizeof(*u));
    u->kind = code_kind_name(c->kind);
    if (c->kind == CODE_NUMBER) {
        char text[DEC_TEXT];
        if (j->field < 0 || judge_step(j)->field[j->field].kind != FIELD_NUMBER)
            return u;
        dec_format(c->value, text);
        u->id = arena_strdup(j->a, text);
        u->unit = unit_known(c->unit) ? c->unit : NULL;
        return u;
    }
    if (c->kind == CODE_GS1) {
        u->id = c->gtin;
        u->lot = c->lot;
    } else if (c->kind != CODE_PATIENT && c->kind != CODE_TEXT && c->kind != CODE_DATE) {
        u->id = c->id;
    }
    u->unit = c->unit[0] ? c->unit : NULL;
    return u;
}

static struct judged *judged_of(struct judge *j, struct draft *d)
{
    if (!d->judged)
        d->judged = arena_alloc(j->a, sizeof(*d->judged));
    return d->judged;
}

static void say(struct judge *j, struct draft *d, enum outcome outcome, enum say code, struct json *args)
{
    struct judged *said = judged_of(j, d);
    said->outcome = outcome;
    said->code = say_text(code);
    if (d->kind != KIND_DEVIATION_OPENED) /* opened by a deadline, it has them itself */
        said->args = args;
    if (!said->understood)
        said->understood = understood(j);
    said->typed = j->cmd->typed;
    said->form = paper_believed(j) ? j->form->id : NULL;
}

static void answer(struct judge *j, enum outcome outcome, enum say code, struct json *args)
{
    struct verdict *v = j->v;
    v->batch = j->x ? j->x : (j->bench ? j->bench->batch : NULL);
    v->step = j->x ? j->step : -1;
    v->outcome = outcome;
    v->code = say_text(code);
    v->args = args;
}

void judge_outcome(struct judge *j, struct draft *d, enum outcome outcome, enum say code, struct json *args)
{
    answer(j, outcome, code, args);
    say(j, d, outcome, code, args);
    d->judged->latched = alarm_raise(j, d, code);
}

/* The container is another batch's: its id would name that batch in this one's stream. */
static void say_foreign(struct judge *j, struct draft *d)
{
    static const struct understood container = {.kind = "container"};
    struct judged *said = judged_of(j, d);
    said->understood = &container;
}

/* ---- accepted ---- */

static const char *next_id(struct judge *j, const char *tag, size_t n)
{
    return arena_printf(j->a, "%s-%s%zu", j->x->id, tag, n);
}

struct ids {
    const char *dev[FOUND_FINDINGS], *hold[FOUND_FINDINGS];
    size_t ndevs, nholds;
};

const char *assess_until(struct judge *j)
{
    char text[CLOCK_TEXT];
    clock_format(j->now + rights_assess_ms(j->book->rights), text);
    return arena_strdup(j->a, text);
}

static void open_deviation(struct judge *j, const struct finding *f, struct ids *ids)
{
    const char *dev = next_id(j, "DV", j->x->ndevs + ids->ndevs + 1);
    bool holds = f->effect == EFFECT_HOLD;
    DRAFT(j, j->x->stream, KIND_DEVIATION_OPENED, struct deviation_opened, .dev = dev,
          .cause = say_text(f->code),
          /* two donors' cells in one place: nobody may think that minor (doc/bench.md case 1) */
          .grade = say_flags(f->code) & SAY_MAJOR ? GRADE_MAJOR : GRADE_NONE, .args = f->args,
          .field = f->field, .step = j->step >= 0 ? judge_step(j)->id : NULL, .hold = holds,
          .due = assess_until(j))
        ->witnessed = j->second;
    ids->dev[ids->ndevs++] = dev;
    if (!holds)
        return;
    const char *hold = next_id(j, "H", j->x->nholds + ids->nholds + 1);
    DRAFT(j, j->x->stream, KIND_HOLD_PLACED, struct hold_placed, .hold = hold, .dev = dev,
          .cause = say_text(f->code))
        ->witnessed = j->second;
    ids->hold[ids->nholds++] = hold;
}

static struct texts texts_of(struct judge *j, const char *const *list, size_t n)
{
    const char **item = n ? arena_alloc(j->a, n * sizeof(*item)) : NULL;
    if (n)
        memcpy(item, list, n * sizeof(*item));
    return (struct texts){n, item};
}

/* Whose code the answer has; NULL: its own. */
static const struct finding *worst(const struct judge *j)
{
    const struct finding *w = NULL;
    for (size_t i = 0; i < j->found.nfindings; i++)
        if (!(say_flags(j->found.finding[i].code) & SAY_BESIDE) &&
            (!w || j->found.finding[i].effect > w->effect))
            w = &j->found.finding[i];
    return w;
}

static const struct json *beside(const struct judge *j)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; i < j->found.nfindings; i++) {
        const struct finding *f = &j->found.finding[i];
        if (!(say_flags(f->code) & SAY_BESIDE))
            continue;
        struct json *o = json_set(j->a, json_object(j->a), "args", json_copy(j->a, f->args));
        json_push(list, json_set_str(j->a, o, "code", say_text(f->code)));
    }
    return list->len ? list : NULL;
}

static enum outcome outcome_of(const struct judge *j)
{
    static const enum outcome by_effect[] = {
        [EFFECT_OK] = OUTCOME_ACCEPTED,         [EFFECT_ALERT] = OUTCOME_ALERT,
        [EFFECT_DEVIATION] = OUTCOME_DEVIATION, [EFFECT_HOLD] = OUTCOME_HOLD,
        [EFFECT_REFUSE] = OUTCOME_REFUSED,
    };
    enum effect most = EFFECT_OK;
    for (size_t i = 0; i < j->found.nfindings; i++)
        most = j->found.finding[i].effect > most ? j->found.finding[i].effect : most;
    return by_effect[most];
}

/* Entries for what was found: deviations opened, holds placed; and the first entry tells of them. */
static void accept(struct judge *j, struct draft *main, enum say code, struct json *args)
{
    size_t first = j->v->ndrafts;
    struct ids ids = {.ndevs = 0};
    for (size_t i = 0; i < j->found.nfindings; i++)
        if (j->found.finding[i].effect == EFFECT_DEVIATION || j->found.finding[i].effect == EFFECT_HOLD)
            open_deviation(j, &j->found.finding[i], &ids);
    struct draft *d = main ? main : &j->v->draft[first];
    const struct finding *w = worst(j);
    say(j, d, outcome_of(j), w ? w->code : code, w ? w->args : args);
    d->judged->beside = beside(j);
    d->judged->deviations = texts_of(j, ids.dev, ids.ndevs);
    d->judged->holds = texts_of(j, ids.hold, ids.nholds);
}

/* One command holds a batch once, for whatever reason comes first. */
static bool held_already(const struct judge *j, const struct batch *other)
{
    for (size_t i = 0; i < j->v->ndrafts; i++)
        if (j->v->draft[i].kind == KIND_HOLD_PLACED && j->v->draft[i].stream == other->stream)
            return true;
    return false;
}

void expose_batch(struct judge *j, const struct follow *f)
{
    if (held_already(j, f->exposed.other))
        return;
    struct judge o = *j;
    o.x = f->exposed.other;
    o.step = o.field = -1;
    o.found = (struct found){0};
    const char *name = f->exposed.lot         ? "lot"
                       : f->exposed.container ? "container"
                                              : "thing",
               *value = f->exposed.lot         ? f->exposed.lot
                        : f->exposed.container ? f->exposed.container
                                               : f->exposed.thing;
    judge_find(&o, EFFECT_HOLD, f->exposed.code, args1(j, name, value), NULL);
    struct exposure_linked linked = {
        .lot = f->exposed.lot, .container = f->exposed.container, .thing = f->exposed.thing};
    if (j->x) /* of no batch: of the lot itself */
        secret_add(j, &linked.secrets, SECRET_OTHER, j->x->id);
    accept(&o, j->x ? draft_add(&o, o.x->stream, KIND_EXPOSURE_LINKED, &linked, sizeof(linked)) : NULL,
           SAY_NONE, NULL);
    suspend_release(&o, KIND_EXPOSURE_LINKED);
}

/* Nobody opens anything more in this room until quality has seen it (doc/bench.md cases 1 and 9). */
static void block_room(struct judge *j, const struct follow *f)
{
    const struct room *room = f->room.id ? book_room(j->book, f->room.id) : NULL;
    if (room && !room->blocked)
        DRAFT(j, stream_of(j, STREAM_ROOM, room->id), KIND_ROOM_BLOCKED, struct room_blocked,
              .room = room->id, .code = say_text(f->room.cause), .workers = room_workers(j, room->id));
}

static void open_unit(struct judge *j, const struct follow *f)
{
    DRAFT(j, stream_of(j, STREAM_LOT, f->opened.lot), KIND_LOT_OPENED, struct lot_unit_opened,
          .lot = f->opened.lot, .unit = f->opened.unit, .batch = j->x->id);
}

static void follow(struct judge *j, const struct follow *f)
{
    switch (f->kind) {
    case FOLLOW_UNIT_OPENED:
        open_unit(j, f);
        break;
    case FOLLOW_BATCH_EXPOSED:
        expose_batch(j, f);
        break;
    case FOLLOW_ROOM_BLOCKED:
        block_room(j, f);
        break;
    case FOLLOW_OTHERS_HELD:
        expose_others(j);
        break;
    case FOLLOW_OTHER_TOLD: /* of a refusal only */
    case FOLLOWS:
        break;
    }
}

#define RESET_SHOWN_MS (INT64_C(30) * 24 * 3600 * 1000)

/* Others made the secrets anew that this is signed with: every review of the batch shows it. */
static void note_reset(struct judge *j)
{
    const struct person *p = j->performer;
    if (p->reset_at && j->now - p->reset_at < RESET_SHOWN_MS)
        judge_find(j, EFFECT_ALERT, SAY_PERSON_RESET, args1(j, "person", p->id), NULL);
}

/* With a secret of somebody who is not there: a holiday that ended early, or another one's hand. */
static void tell_away(struct judge *j)
{
    const struct person *p = j->cmd->authenticated ? j->cmd->person : NULL;
    const struct away *away = p ? person_away(p, clock_day(j->now)) : NULL;
    char until[11];
    if (!away || kind_is(j->cmd->record, KIND_PERSON_AWAY))
        return;
    clock_day_format(away->until, until);
    struct json *args = json_set_str(j->a, args1(j, "person", p->id), "until", until);
    judge_find(j, EFFECT_ALERT, SAY_PERSON_ACTS_AWAY, args, NULL);
}

void judge_accept(struct judge *j, struct draft *main, enum say code, struct json *args)
{
    tell_away(j);
    if (main && j->x && strcmp(main->stream, j->x->stream) == 0)
        tell_spare(j);
    if (main &&
        (main->kind == KIND_STEP_INPUT || main->kind == KIND_STEP_FORM || main->kind == KIND_CORRECTION))
        tell_judge_again(j);
    if (main && main->kind == KIND_CORRECTION)
        tell_confirm_again(j);
    if (main && main->sign && j->x && j->performer)
        note_reset(j);
    const struct finding *w = worst(j);
    answer(j, outcome_of(j), w ? w->code : code, w ? w->args : args);
    if (main && judge_follow(j, FOLLOW_OTHER_TOLD))
        say_foreign(j, main);
    const size_t first = j->v->ndrafts;
    accept(j, main, code, args);
    struct draft *d = main ? main : &j->v->draft[first];
    d->judged->latched = alarm_raise(j, d, w ? w->code : code);
    for (int kind = 0; kind < FOLLOWS; kind++)
        for (size_t i = 0; i < j->found.nfollows; i++)
            if (j->found.follow[i].kind == (enum follow_kind)kind)
                follow(j, &j->found.follow[i]);
    if (j->found.nunheld)
        expose_more(j, (int64_t)j->found.nunheld);
    suspend_release(j, main ? main->kind : KIND_NONE);
}

/* ---- refused ---- */

/* The batch whose record a refusal belongs to; NULL: it belongs to the station's day. */
static struct batch *refused_in(const struct judge *j)
{
    struct batch *x = j->x;
    if (j->cmd->kind == COMMAND_SESSION || j->cmd->kind == COMMAND_RECORD)
        return NULL;
    /* another batch's card says nothing of this one, and would name it here */
    if (!x && j->cmd->kind == COMMAND_SCAN && bench_staffed(j) &&
        !(j->understood && j->code->kind == CODE_BATCH))
        x = j->bench->batch;
    return x && !x->closed ? x : NULL;
}

static struct draft *draft_refused(struct judge *j, struct batch *x, const struct refused *r)
{
    return x ? draft_add(j, x->stream, KIND_REFUSED, r, sizeof(*r))
             : draft_day(j, KIND_REFUSED, r, sizeof(*r));
}

/* The wrong patient's container is a near miss of both batches: each stream tells it, and names the
 * other batch only as a salted value, so that neither's evidence names the other's patient. */
static void refuse_foreign(struct judge *j, struct batch *x, struct refused *r, enum say code)
{
    const struct follow *f = judge_follow(j, FOLLOW_OTHER_TOLD);
    secret_add(j, &r->secrets, SECRET_OTHER, f->told.id);
    secret_add(j, &r->secrets, SECRET_CONTAINER, f->told.container);
    struct draft *d = draft_refused(j, x, r);
    say_foreign(j, d);
    judge_outcome(j, d, OUTCOME_REFUSED, code, NULL);
    if (!f->told.open)
        return;
    struct refused there = {.container = f->told.container};
    secret_add(j, &there.secrets, SECRET_OTHER, j->x ? j->x->id : "");
    d = draft_add(j, f->told.open->stream, KIND_REFUSED, &there, sizeof(there));
    *judged_of(j, d) = (struct judged){.outcome = OUTCOME_REFUSED, .code = say_text(code)};
}

void draft_hold(struct judge *j, struct draft *main, enum say code)
{
    size_t n = j->x->nholds + main->judged->holds.n + 1;
    const char *hold = next_id(j, "H", n),
               **all = arena_alloc(j->a, (main->judged->holds.n + 1) * sizeof(*all));
    /* with a deviation by hand it is that one's, and lifted when that is judged */
    const char *dev =
        main->kind == KIND_DEVIATION_OPENED ? ((const struct deviation_opened *)main->value)->dev : NULL;
    DRAFT(j, j->x->stream, KIND_HOLD_PLACED, struct hold_placed, .hold = hold, .dev = dev,
          .cause = say_text(code));
    for (size_t i = 0; i < main->judged->holds.n; i++)
        all[i] = main->judged->holds.item[i];
    all[main->judged->holds.n] = hold;
    main->judged->holds = (struct texts){main->judged->holds.n + 1, all};
}

/* The kit is blocked until physician and manufacturing have cleared it (doc/bench.md row 8). */
static void hold_patient(struct judge *j, enum say code)
{
    DRAFT(j, j->x->stream, KIND_HOLD_PLACED, struct hold_placed, .hold = next_id(j, "H", j->x->nholds + 1),
          .cause = say_text(code));
}

static void refuse(struct judge *j, const struct finding *f)
{
    const char *step = j->x && j->step >= 0 ? judge_step(j)->id : NULL;
    bool opening = step && !book_batch(j->book, j->x->id);
    if (opening) /* there is no batch: the refusal belongs to the station's day */
        j->x = NULL;
    struct batch *x = refused_in(j);
    struct refused r = {.step = x || opening ? step : NULL};
    if (judge_follow(j, FOLLOW_OTHER_TOLD)) {
        refuse_foreign(j, x, &r, f->code);
        return;
    }
    if (say_flags(f->code) & SAY_HOLDS_PATIENT && j->found.said)
        secret_add(j, &r.secrets, SECRET_SAID, j->found.said);
    else if (j->cmd->kind == COMMAND_SCAN && !j->understood && j->cmd->raw_len)
        secret_add(j, &r.secrets, SECRET_RAW, arena_strndup(j->a, j->cmd->raw, j->cmd->raw_len));
    if (j->found.stands)
        secret_add(j, &r.secrets, SECRET_STANDS, j->found.stands);
    if (say_flags(f->code) & SAY_RESETS) /* a refused second entry voids the first: both are asked again */
        r.resets = f->field;
    if (say_flags(f->code) & SAY_ASKS && x)
        r.asks = f->field;
    judge_outcome(j, draft_refused(j, x, &r), OUTCOME_REFUSED, f->code, f->args);
    if (say_flags(f->code) & SAY_HOLDS_PATIENT && x && j->x)
        hold_patient(j, f->code);
    if (say_flags(f->code) & SAY_COUNTS)
        count_wrong_secret(j, j->performer);
}

void judge_refuse(struct judge *j, enum say code, struct json *args)
{
    const struct finding f = {EFFECT_REFUSE, code, args, NULL};
    refuse(j, &f);
}

void judge_refuse_found(struct judge *j)
{
    refuse(j, judge_refusal(j));
}
