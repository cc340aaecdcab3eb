/* From findings to entries: what a verdict writes, and where. */
#include <stdio.h>
#include <string.h>

#include "core/rule/judge.h"

static const char *day_stream(struct judge *j, int64_t day)
{
    char text[11];
    clock_day_format(day, text);
    return arena_printf(j->a, "day/%s/%s", j->st->id, text);
}

struct draft *draft_add(struct judge *j, const char *stream, const char *kind, struct json *body)
{
    require(j->v->ndrafts < VERDICT_DRAFTS);
    struct draft *d = &j->v->draft[j->v->ndrafts++];
    *d = (struct draft){.stream = stream, .kind = kind, .body = body};
    d->performed = j->performer;
    d->recorded = j->recorder ? j->recorder : j->performer;
    d->dept = j->x && j->step >= 0 ? judge_step(j)->dept : (j->performer ? j->performer->dept : DEPT_NONE);
    return d;
}

void draft_secret(struct judge *j, struct draft *d, const char *name, const char *value)
{
    if (!d->secret)
        d->secret = arena_alloc(j->a, DRAFT_SECRETS * sizeof(*d->secret));
    require(d->nsecrets < DRAFT_SECRETS);
    /* copied: a code read from the scan lives on the judge's stack, the draft outlives it */
    d->secret[d->nsecrets++] = (struct secret){name, arena_strdup(j->a, value)};
}

/* The day's stream opens with its first entry; yesterday's is closed then. */
static void open_day(struct judge *j)
{
    int64_t today = clock_day(j->now);
    if (j->bench->day == today)
        return;
    for (size_t i = 0; i < j->v->ndrafts; i++)
        if (strcmp(j->v->draft[i].kind, "day.opened") == 0)
            return;
    if (j->bench->day != INT64_MIN) {
        struct draft *d = draft_add(j, day_stream(j, j->bench->day), "day.closed", json_object(j->a));
        d->system = true;
        d->performed = d->recorded = NULL;
    }
    struct draft *d = draft_add(j, day_stream(j, today), "day.opened", args1(j, "station", j->st->id));
    d->system = true;
    d->performed = d->recorded = NULL;
}

struct draft *draft_day(struct judge *j, const char *kind, struct json *body)
{
    open_day(j);
    return draft_add(j, day_stream(j, clock_day(j->now)), kind, body);
}

struct json *judge_understood(struct judge *j)
{
    if (!j->understood)
        return NULL;
    struct json *u = json_object(j->a);
    json_set_str(j->a, u, "kind", code_kind_name(j->code.kind));
    /* patients' numbers, dates and free text may be personal: only their kind is told */
    bool tell = j->code.kind != CODE_PATIENT && j->code.kind != CODE_TEXT && j->code.kind != CODE_DATE;
    if (j->code.kind == CODE_NUMBER) {
        /* 19750309 may be somebody's birth date: a number is told where one was awaited */
        char text[DEC_TEXT];
        dec_format(j->code.value, text);
        json_set_str(j->a, u, "id", j->told ? text : NULL);
        return j->told ? json_set_str(j->a, u, "unit", unit_known(j->code.unit) ? j->code.unit : NULL) : u;
    }
    if (j->code.kind == CODE_GS1) {
        json_set_str(j->a, u, "id", j->code.gtin);
        json_set_str(j->a, u, "lot", j->code.lot);
    } else if (tell) {
        json_set_str(j->a, u, "id", j->code.id);
    }
    if (j->code.unit[0])
        json_set_str(j->a, u, "unit", j->code.unit);
    return u;
}

void judge_outcome(struct judge *j, struct json *body, enum outcome outcome, const char *code,
                   struct json *args)
{
    j->v->batch = j->x ? j->x : (j->bench ? j->bench->batch : NULL);
    j->v->step = j->x ? j->step : -1;
    j->v->outcome = outcome;
    j->v->code = code;
    j->v->args = args;
    json_set_str(j->a, body, "outcome", outcome_name(outcome));
    json_set_str(j->a, body, "code", code);
    if (!json_get(body, "args")) /* a deviation opened by a deadline is its own first entry */
        json_set(j->a, body, "args", args);
    if (!json_get(body, "understood"))
        json_set(j->a, body, "understood", judge_understood(j));
    if (j->cmd->typed)
        json_set(j->a, body, "typed", json_bool(j->a, true));
}

static const char *next_id(struct judge *j, struct batch *x, const char *tag, size_t n)
{
    require(x != NULL);
    return arena_printf(j->a, "%s-%s%zu", x->id, tag, n);
}

/* Entries for what was found: deviations opened, holds placed. */
static void add_findings(struct judge *j, struct json *devs, struct json *holds)
{
    size_t ndev = j->x ? j->x->ndevs : 0, nhold = j->x ? j->x->nholds : 0;
    for (size_t i = 0; i < j->nfindings; i++) {
        const struct finding *f = &j->finding[i];
        if (f->effect != EFFECT_DEVIATION && f->effect != EFFECT_HOLD)
            continue;
        const char *dev = next_id(j, j->x, "DV", ++ndev);
        struct json *body = json_object(j->a);
        json_set_str(j->a, body, "dev", dev);
        json_set_str(j->a, body, "cause", f->code);
        /* two donors' cells in one place: nobody may think that minor (doc/bench.md 3, case 1) */
        json_set_str(j->a, body, "grade", strcmp(f->code, "ident.foreign-opened") == 0 ? "major" : NULL);
        json_set(j->a, body, "args", f->args ? json_copy(j->a, f->args) : NULL);
        json_set_str(j->a, body, "field", f->field);
        if (j->step >= 0)
            json_set_str(j->a, body, "step", judge_step(j)->id);
        json_set(j->a, body, "hold", json_bool(j->a, f->effect == EFFECT_HOLD));
        draft_add(j, j->x->stream, "deviation.opened", body);
        json_push(devs, json_str(j->a, dev));
        if (f->effect != EFFECT_HOLD)
            continue;
        const char *hold = next_id(j, j->x, "H", ++nhold);
        body = json_object(j->a);
        json_set_str(j->a, body, "hold", hold);
        json_set_str(j->a, body, "dev", dev);
        json_set_str(j->a, body, "cause", f->code);
        draft_add(j, j->x->stream, "hold.placed", body);
        json_push(holds, json_str(j->a, hold));
    }
}

static const struct finding *worst(const struct judge *j)
{
    const struct finding *w = NULL;
    for (size_t i = 0; i < j->nfindings; i++)
        if (!w || j->finding[i].effect > w->effect)
            w = &j->finding[i];
    return w;
}

void judge_accept(struct judge *j, struct draft *main, const char *code, struct json *args)
{
    static const enum outcome by_effect[] = {
        [EFFECT_OK] = OUTCOME_ACCEPTED,         [EFFECT_ALERT] = OUTCOME_ALERT,
        [EFFECT_DEVIATION] = OUTCOME_DEVIATION, [EFFECT_HOLD] = OUTCOME_HOLD,
        [EFFECT_REFUSE] = OUTCOME_REFUSED,
    };
    const struct finding *w = worst(j);
    struct json *devs = json_array(j->a), *holds = json_array(j->a);
    size_t first = j->v->ndrafts;
    add_findings(j, devs, holds);
    struct json *body = main ? main->body : j->v->draft[first].body;
    if (devs->len)
        json_set(j->a, body, "deviations", devs);
    if (holds->len)
        json_set(j->a, body, "holds", holds);
    if (w)
        judge_outcome(j, body, by_effect[w->effect], w->code, w->args ? json_copy(j->a, w->args) : NULL);
    else
        judge_outcome(j, body, OUTCOME_ACCEPTED, code, args);
}

void judge_expose(struct judge *j, struct batch *other, const char *code, const char *name, const char *value)
{
    const struct verdict *v = j->v;
    struct judge o = *j;
    struct verdict kept = {
        .outcome = v->outcome, .code = v->code, .args = v->args, .batch = v->batch, .step = v->step};
    o.x = other;
    o.step = -1;
    o.nfindings = 0;
    judge_find(&o, EFFECT_HOLD, code, args1(j, name, value), NULL);
    struct draft *d = draft_add(&o, other->stream, "exposure.linked", args1(j, name, value));
    draft_secret(j, d, "other", j->x->id);
    judge_accept(&o, d, NULL, NULL);
    j->v->outcome = kept.outcome;
    j->v->code = kept.code;
    j->v->args = kept.args;
    j->v->batch = kept.batch;
    j->v->step = kept.step;
}

/* The wrong patient's container is a near miss of both batches: each stream tells it, and names the
 * other batch only as a salted value, so that neither's evidence names the other's patient. */
static void refuse_in_other(struct judge *j, const char *code)
{
    struct json *body = args1(j, "outcome", "refused");
    json_set_str(j->a, body, "code", code);
    json_set_str(j->a, body, "container", j->code.id);
    struct draft *d = draft_add(j, j->foreign->stream, "refused", body);
    draft_secret(j, d, "other", j->x ? j->x->id : "");
}

/* The batch whose record a refusal belongs to; NULL: it belongs to the station's day. */
static struct batch *refused_in(const struct judge *j)
{
    struct batch *x = j->x;
    if (j->cmd->kind == COMMAND_SESSION || j->cmd->kind == COMMAND_RECORD)
        return NULL;
    /* another batch's card says nothing of this one, and would name it here */
    if (!x && j->cmd->kind == COMMAND_SCAN && bench_staffed(j) &&
        !(j->understood && j->code.kind == CODE_BATCH))
        x = j->bench->batch;
    return x && !x->closed ? x : NULL;
}

/* The foreign container's own id would name the other batch in this batch's stream. */
static void refuse_foreign(struct judge *j, struct draft *d, const char *code)
{
    draft_secret(j, d, "other", j->foreign_id);
    draft_secret(j, d, "container", j->code.id);
    json_set(j->a, d->body, "understood", args1(j, "kind", "container"));
    json_set(j->a, d->body, "latched", json_bool(j->a, true));
    judge_outcome(j, d->body, OUTCOME_REFUSED, code, NULL);
    if (j->foreign)
        refuse_in_other(j, code);
}

void judge_refuse(struct judge *j, const char *code, struct json *args)
{
    struct json *body = json_object(j->a);
    const struct batch *x = refused_in(j);
    if (x && j->x && j->step >= 0)
        json_set_str(j->a, body, "step", judge_step(j)->id);
    struct draft *d = x ? draft_add(j, x->stream, "refused", body) : draft_day(j, "refused", body);
    if (j->foreign_id) {
        refuse_foreign(j, d, code);
        return;
    }
    if (j->cmd->kind == COMMAND_SCAN && !j->understood && j->cmd->raw_len)
        draft_secret(j, d, "raw", arena_strndup(j->a, j->cmd->raw, j->cmd->raw_len));
    judge_outcome(j, body, OUTCOME_REFUSED, code, args);
}
