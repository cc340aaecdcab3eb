/* A batch's stream in rows: what the book does with the same entries (book/batch.c), told to people. */
#include <string.h>

#include "base/bounds.h"
#include "core/code/code.h"
#include "core/entry/batch.h"
#include "core/entry/deviation.h"
#include "core/view/int.h"

/* The columns that all rows of one input begin with. */
static struct view_row input_row(struct view_at *a, enum view_id table, const struct field *f)
{
    const struct correction *c = kind_value(&a->body, KIND_CORRECTION);
    struct view_row r = row_begin(table);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_num(&r, "n", a->n);
    row_text(&r, "batch", a->batch);
    row_text(&r, "step", a->step->id);
    row_num(&r, "occ", a->occ);
    row_text(&r, "field", f->id);
    row_num(&r, "at", entry_event_time(a->e));
    row_text(&r, "person", view_who(a));
    row_text(&r, "corrects", c ? c->old : NULL);
    return r;
}

/* ---- measurements ---- */

static bool outside(const struct range *r, struct dec v)
{
    return (r->has_lo && dec_cmp(v, r->lo) < 0) || (r->has_hi && dec_cmp(v, r->hi) > 0);
}

static const char *reading_of(const struct view_at *a, bool derived)
{
    const struct step_input *in = kind_value(&a->body, KIND_STEP_INPUT);
    if (kind_value(&a->body, KIND_CORRECTION))
        return "corrected";
    if (derived || !in)
        return "single";
    return in->first ? "first" : in->again ? "second" : "single";
}

static void measurement(struct view_at *a, const struct field *f, const char *text)
{
    struct dec v;
    if (dec_parse(text, strlen(text), &v) != 0)
        return;
    bool derived = f->kind == FIELD_DERIVED;
    struct view_row r = input_row(a, VIEW_MEASUREMENT, f);
    row_text(&r, "value", text);
    row_text(&r, "unit", f->unit);
    row_text(&r, "limits", outside(&f->action, v) ? "action" : outside(&f->alert, v) ? "alert" : "ok");
    row_num(&r, "derived", derived);
    row_text(&r, "reading", reading_of(a, derived));
    row_end(a->v, &r);
}

/* ---- lots and things ---- */

static void lot_use(struct view_at *a, const struct field *f, const char *text)
{
    static const char *const use[] = {[LOT_STAGE] = "stage", [LOT_DRAW] = "draw", [LOT_ACCOUNT] = "account"};
    const struct step_input *in = kind_value(&a->body, KIND_STEP_INPUT);
    const struct correction *c = kind_value(&a->body, KIND_CORRECTION);
    struct view_row r = input_row(a, VIEW_LOT_USE, f);
    row_text(&r, "lot", text);
    row_text(&r, "unit", in ? in->unit : c ? c->unit : NULL);
    row_text(&r, "use", use[f->lot_use]);
    row_text(&r, "outcome", outcome_name(a->judged.outcome));
    row_end(a->v, &r);
}

static const char *const container_use[] = {
    [USE_ISSUE] = "issue",     [USE_ATTACH] = "attach", [USE_FILL] = "fill",       [USE_TAKE] = "take",
    [USE_CONSUME] = "consume", [USE_PLACE] = "place",   [USE_DISCARD] = "discard", [USE_LEAVE] = "leave",
};

static const char *use_of(const struct field *f)
{
    if (f->kind == FIELD_CONTAINER)
        return container_use[f->use];
    return f->occupy ? "occupy" : f->release ? "release" : NULL;
}

static void thing_use(struct view_at *a, const struct field *f, const char *text)
{
    static const char *const kind[] = {
        [FIELD_CONTAINER] = "container", [FIELD_EQUIPMENT] = "equipment", [FIELD_PLACE] = "place",
        [FIELD_BADGE] = "badge",         [FIELD_DOCUMENT] = "document",
    };
    struct view_row r = input_row(a, VIEW_THING_USE, f);
    row_text(&r, "kind", kind[f->kind]);
    row_text(&r, "thing", text);
    row_text(&r, "use", use_of(f));
    row_text(&r, "station", a->actor.station);
    row_end(a->v, &r);
}

static const char *label_of(struct view_at *a, const char *id)
{
    char raw[BOUND_CODE_ID + 8];
    struct code c;
    if (code_make('C', id, raw, sizeof(raw)) != 0 || code_read(raw, strlen(raw), &c) != 0)
        return "";
    return arena_strdup(&a->v->arena, c.label);
}

static void container(struct view_at *a, const struct field *f, const char *id)
{
    static const char *const state[] = {
        [USE_ISSUE] = "issued",     [USE_ATTACH] = "empty", [USE_FILL] = "filled",       [USE_TAKE] = NULL,
        [USE_CONSUME] = "consumed", [USE_PLACE] = NULL,     [USE_DISCARD] = "discarded", [USE_LEAVE] = "left",
    };
    if (!state[f->use])
        return;
    int64_t at = entry_event_time(a->e);
    struct view_row r = row_begin(VIEW_CONTAINER);
    row_text(&r, "container", id);
    row_text(&r, "state", state[f->use]);
    row_num(&r, "changed", at);
    row_text(&r, "step", a->step->id);
    row_num(&r, "idx", (int64_t)a->e->idx);
    if (f->use == USE_ISSUE) {
        row_text(&r, "batch", a->batch);
        row_text(&r, "label", label_of(a, id));
        row_num(&r, "issued", at);
    }
    row_end(a->v, &r);
}

/* ---- states ---- */

static void set_state(struct view_at *a, const char *state, enum disposition is)
{
    if (!state)
        return;
    row_text(&a->sum, "state", state);
    if (is == DISPOSITION_PROVIDED)
        row_num(&a->sum, "provided", entry_event_time(a->e));
    if (a->step->verb != VERB_DECIDE)
        return;
    row_text(&a->sum, "disposition", state);
    row_num(&a->sum, "decided", a->e->at);
    row_text(&a->sum, "decided_by", view_who(a));
}

static void choice(struct view_at *a, const struct field *f, const char *id)
{
    for (size_t i = 0; i < f->noptions; i++)
        if (strcmp(f->option[i].id, id) == 0)
            set_state(a, f->option[i].state, f->option[i].disposition);
}

/* ---- inputs ---- */

static void take_input(struct view_at *a, const struct field *f, const char *text)
{
    a->n++;
    switch (f->kind) {
    case FIELD_NUMBER:
    case FIELD_DERIVED:
        measurement(a, f, text);
        break;
    case FIELD_LOT:
        lot_use(a, f, text);
        break;
    case FIELD_CONTAINER:
        container(a, f, text);
        thing_use(a, f, text);
        break;
    case FIELD_EQUIPMENT:
    case FIELD_PLACE:
    case FIELD_BADGE:
    case FIELD_DOCUMENT:
        thing_use(a, f, text);
        break;
    case FIELD_CHOICE:
        choice(a, f, text);
        break;
    case FIELD_DATE:
    case FIELD_TOKEN:
    case FIELD_TEXT:
    case FIELD_IDENTITY:
        break; /* may be personal, or say nothing by itself: the entry has them */
    }
}

static void take_named(struct view_at *a, const char *name, const char *text)
{
    int field = name ? step_field(a->step, name) : -1;
    if (field >= 0 && text)
        take_input(a, &a->step->field[field], text);
}

static void take_values(struct view_at *a, const struct json *values)
{
    for (size_t i = 0; i < a->step->nfields; i++) {
        const struct json *v = json_get(values, a->step->field[i].id);
        if (v && v->type == JSON_STRING)
            take_input(a, &a->step->field[i], v->str);
        else if (v && v->type == JSON_ARRAY)
            json_each(item, v)
                if (item->str)
                    take_input(a, &a->step->field[i], item->str);
    }
}

static void step_row(struct view_at *a, const char *state)
{
    struct view_row r = row_begin(VIEW_BATCH_STEP);
    int64_t at = entry_event_time(a->e);
    row_text(&r, "batch", a->batch);
    row_text(&r, "step", a->step->id);
    row_num(&r, "occ", a->occ);
    row_text(&r, "state", state);
    row_num(&r, "begun", at);
    if (strcmp(state, "begun") != 0)
        row_num(&r, "done", at);
    row_text(&r, "performer", view_who(a));
    row_text(&r, "recorder", a->actor.recorded);
    row_text(&r, "witness", a->actor.witnessed);
    row_text(&r, "late", a->e->late);
    row_num(&r, "entries", 1);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_end(a->v, &r);
}

static bool enter_step(struct view_at *a, const char *id, int64_t occ)
{
    int step = id ? protocol_step(a->p, id) : -1;
    if (step < 0)
        return false;
    a->step = &a->p->step[step];
    a->occ = occ ? occ : 1;
    return true;
}

static bool enter(struct view_at *a)
{
    struct step_at at;
    return step_at_read(&a->body, &at) && enter_step(a, at.step, at.occ);
}

/* What was computed comes with it: of this step, or each of the step that it names. */
static void take_derived(struct view_at *a, const struct deriveds *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (!list->item[i].step || enter_step(a, list->item[i].step, list->item[i].occ))
            take_named(a, list->item[i].field, list->item[i].value);
}

static void input(struct view_at *a, const void *body)
{
    const struct step_input *in = body;
    if (!enter(a))
        return;
    take_named(a, in->field, in->text);
    take_derived(a, &in->derived);
    if (in->done)
        set_state(a, a->step->state, a->step->disposition);
    step_row(a, in->done ? "done" : "begun");
}

static void form(struct view_at *a, const void *body)
{
    const struct step_form *f = body;
    if (!enter(a))
        return;
    take_values(a, f->values);
    take_derived(a, &f->derived);
    set_state(a, a->step->state, a->step->disposition);
    step_row(a, "done");
}

/* What was not done changes no state. */
static void skipped(struct view_at *a, const void *body)
{
    (void)body;
    if (enter(a))
        step_row(a, "skipped");
}

/* A new row beside the old one, which stays; what was derived from the old value comes again, also in later
 * steps. */
static void correction(struct view_at *a, const void *body)
{
    const struct correction *c = body;
    if (!enter(a))
        return;
    take_named(a, c->field, c->value);
    take_derived(a, &c->derived);
}

/* ---- deviations and holds ---- */

static struct view_row event_row(struct view_at *a, enum view_id table, const char *key, const char *id)
{
    struct view_row r = row_begin(table);
    row_text(&r, key, id);
    row_text(&r, "batch", a->batch);
    row_num(&r, "idx", (int64_t)a->e->idx);
    return r;
}

static void deviation_opened(struct view_at *a, const void *body)
{
    const struct deviation_opened *d = body;
    struct view_row r = event_row(a, VIEW_DEVIATION, "deviation", d->dev);
    row_text(&r, "step", d->step);
    row_text(&r, "field", d->field);
    row_text(&r, "cause", d->cause);
    row_text(&r, "grade", word_name(&grade_words, (int)d->grade));
    row_text(&r, "args", json_text(a->v, d->args));
    row_num(&r, "hold", d->hold);
    row_num(&r, "opened", entry_event_time(a->e));
    row_text(&r, "opened_by", view_who(a));
    row_num(&a->sum, "deviations", 1);
    row_end(a->v, &r);
}

static void deviation_assessed(struct view_at *a, const void *body)
{
    const struct deviation_assessed *d = body;
    struct view_row r = event_row(a, VIEW_DEVIATION, "deviation", d->dev);
    row_text(&r, "grade", word_name(&grade_words, (int)d->grade));
    row_num(&r, "assessed", a->e->at);
    row_text(&r, "assessed_by", view_who(a));
    row_end(a->v, &r);
}

static void deviation_closed(struct view_at *a, const void *body)
{
    const struct deviation_closed *d = body;
    struct view_row r = event_row(a, VIEW_DEVIATION, "deviation", d->dev);
    row_num(&r, "closed", a->e->at);
    row_text(&r, "closed_by", view_who(a));
    row_num(&a->sum, "deviations", -1);
    row_end(a->v, &r);
}

static void hold_placed(struct view_at *a, const void *body)
{
    const struct hold_placed *h = body;
    struct view_row r = event_row(a, VIEW_HOLD, "hold", h->hold);
    row_num(&a->sum, "holds", 1);
    row_num(&r, "placed", a->e->at);
    row_text(&r, "deviation", h->dev);
    row_text(&r, "cause", h->cause);
    row_end(a->v, &r);
}

static void hold_lifted(struct view_at *a, const void *body)
{
    const struct hold_lifted *h = body;
    struct view_row r = event_row(a, VIEW_HOLD, "hold", h->hold);
    row_num(&a->sum, "holds", -1);
    row_num(&r, "lifted", a->e->at);
    row_text(&r, "lifted_by", view_who(a));
    row_end(a->v, &r);
}

/* ---- the batch ---- */

static void ordered(struct view_at *a, const void *body)
{
    const struct step_form *f = body;
    row_text(&a->sum, "protocol", f->protocol);
    row_text(&a->sum, "version", f->version);
    row_text(&a->sum, "hash", f->hash);
    row_text(&a->sum, "state", "ordered");
    row_num(&a->sum, "opened", a->e->at);
    row_num(&a->sum, "is_open", true);
    form(a, body);
}

static void closed(struct view_at *a, const void *body)
{
    (void)body;
    row_num(&a->sum, "is_open", false);
    row_num(&a->sum, "closed", a->e->at);
}

static void reopened(struct view_at *a, const void *body)
{
    (void)body;
    row_num(&a->sum, "is_open", true);
}

static void (*const rows_of[KINDS])(struct view_at *a, const void *body) = {
    [KIND_STEP_INPUT] = input,
    [KIND_BATCH_ORDERED] = ordered,
    [KIND_STEP_FORM] = form,
    [KIND_STEP_SIGNED] = form,
    [KIND_STEP_SKIPPED] = skipped,
    [KIND_DEVIATION_OPENED] = deviation_opened,
    [KIND_DEVIATION_ASSESSED] = deviation_assessed,
    [KIND_DEVIATION_CLOSED] = deviation_closed,
    [KIND_HOLD_PLACED] = hold_placed,
    [KIND_HOLD_LIFTED] = hold_lifted,
    [KIND_CORRECTION] = correction,
    [KIND_BATCH_CLOSED] = closed,
    [KIND_BATCH_REOPENED] = reopened,
};

void view_batch(struct view_at *a)
{
    a->sum = row_begin(VIEW_BATCH);
    row_text(&a->sum, "batch", a->batch);
    row_num(&a->sum, "entries", 1);
    row_num(&a->sum, "idx", (int64_t)a->e->idx);
    if (a->body.kind && rows_of[a->body.kind->id])
        rows_of[a->body.kind->id](a, a->body.value);
    row_end(a->v, &a->sum);
}
