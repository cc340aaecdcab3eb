/* A batch's stream in rows: what the book does with the same entries (book/batch.c), told to people. */
#include <string.h>

#include "base/bounds.h"
#include "core/code/code.h"
#include "core/view/int.h"

/* One entry of one step's occurrence, while its inputs become rows. */
struct view_at {
    struct view *v;
    const struct entry *e;
    const char *batch;
    const struct protocol *p;
    const struct step *step;
    int64_t occ;
    int64_t n;           /* inputs so far */
    struct view_row sum; /* of the batch: written last, once an entry */
};

/* When it happened: only a station's list sent after an outage carries true times. */
static int64_t event_time(const struct entry *e)
{
    return e->occurred && e->late && strcmp(e->late, "offline") == 0 ? e->occurred : e->at;
}

static const char *performer(const struct view_at *a)
{
    return actor_of(a->e);
}

/* The columns that all rows of one input begin with. */
static struct view_row input_row(struct view_at *a, enum view_id table, const struct field *f)
{
    struct view_row r = row_begin(table);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_num(&r, "n", a->n);
    row_text(&r, "batch", a->batch);
    row_text(&r, "step", a->step->id);
    row_num(&r, "occ", a->occ);
    row_text(&r, "field", f->id);
    row_num(&r, "at", event_time(a->e));
    row_text(&r, "person", performer(a));
    row_text(&r, "corrects", json_get_str(a->e->body, "old"));
    return r;
}

static bool is(const struct entry *e, const char *kind)
{
    return strcmp(e->kind, kind) == 0;
}

/* ---- measurements ---- */

static bool outside(const struct range *r, struct dec v)
{
    return (r->has_lo && dec_cmp(v, r->lo) < 0) || (r->has_hi && dec_cmp(v, r->hi) > 0);
}

static const char *reading_of(const struct entry *e, bool derived)
{
    if (is(e, "correction"))
        return "corrected";
    if (derived)
        return "single";
    return json_get_bool(e->body, "first") ? "first" : json_get_bool(e->body, "again") ? "second" : "single";
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
    row_text(&r, "reading", reading_of(a->e, derived));
    row_end(a->v, &r);
}

/* ---- lots and things ---- */

static void lot_use(struct view_at *a, const struct field *f, const char *text)
{
    static const char *const use[] = {[LOT_STAGE] = "stage", [LOT_DRAW] = "draw", [LOT_ACCOUNT] = "account"};
    struct view_row r = input_row(a, VIEW_LOT_USE, f);
    row_text(&r, "lot", text);
    row_text(&r, "unit", json_get_str(a->e->body, "unit"));
    row_text(&r, "use", use[f->lot_use]);
    row_text(&r, "outcome", json_get_str(a->e->body, "outcome"));
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
    row_text(&r, "station", json_get_str(a->e->actor, "station"));
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
    int64_t at = event_time(a->e);
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
        row_num(&a->sum, "provided", event_time(a->e));
    if (a->step->verb != VERB_DECIDE)
        return;
    row_text(&a->sum, "disposition", state);
    row_num(&a->sum, "decided", a->e->at);
    row_text(&a->sum, "decided_by", performer(a));
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

static void take_values(struct view_at *a)
{
    const struct json *values = json_get(a->e->body, "values");
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
    int64_t at = event_time(a->e);
    row_text(&r, "batch", a->batch);
    row_text(&r, "step", a->step->id);
    row_num(&r, "occ", a->occ);
    row_text(&r, "state", state);
    row_num(&r, "begun", at);
    if (strcmp(state, "begun") != 0)
        row_num(&r, "done", at);
    row_text(&r, "performer", performer(a));
    row_text(&r, "recorder", json_get_str(a->e->actor, "recorded"));
    row_text(&r, "witness", json_get_str(a->e->actor, "witnessed"));
    row_text(&r, "late", a->e->late);
    row_num(&r, "entries", 1);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_end(a->v, &r);
}

static bool enter_step(struct view_at *a, const struct json *where)
{
    const char *id = json_get_str(where, "step");
    int step = id ? protocol_step(a->p, id) : -1;
    if (step < 0)
        return false;
    a->step = &a->p->step[step];
    a->occ = json_get_int(where, "occ", 1);
    return true;
}

static void step_entry(struct view_at *a)
{
    if (!enter_step(a, a->e->body))
        return;
    bool done = !is(a->e, "step.input") || json_get_bool(a->e->body, "done");
    if (is(a->e, "step.input"))
        take_named(a, json_get_str(a->e->body, "field"), json_get_str(a->e->body, "text"));
    else
        take_values(a);
    json_each(d, json_get(a->e->body, "derived"))
        take_named(a, json_get_str(d, "field"), json_get_str(d, "value"));
    bool skipped = is(a->e, "step.skipped");
    if (done && !skipped) /* what was not done changes no state */
        set_state(a, a->step->state, a->step->disposition);
    step_row(a, skipped ? "skipped" : done ? "done" : "begun");
}

/* ---- corrections: a new row beside the old one, which stays ---- */

/* What was derived from the old value comes again, also in later steps. */
static void correction(struct view_at *a)
{
    const struct json *body = a->e->body;
    if (!enter_step(a, body))
        return;
    take_named(a, json_get_str(body, "field"), json_get_str(body, "value"));
    json_each(d, json_get(body, "derived")) {
        if (enter_step(a, d))
            take_named(a, json_get_str(d, "field"), json_get_str(d, "value"));
    }
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

static void deviation(struct view_at *a)
{
    const struct json *body = a->e->body;
    const char *id = json_get_str(body, "dev");
    if (!id)
        return;
    struct view_row r = event_row(a, VIEW_DEVIATION, "deviation", id);
    if (is(a->e, "deviation.opened")) {
        row_text(&r, "step", json_get_str(body, "step"));
        row_text(&r, "field", json_get_str(body, "field"));
        row_text(&r, "cause", json_get_str(body, "cause"));
        row_text(&r, "grade", json_get_str(body, "grade"));
        row_text(&r, "args", json_text(a->v, json_get(body, "args")));
        row_num(&r, "hold", json_get_bool(body, "hold"));
        row_num(&r, "opened", event_time(a->e));
        row_text(&r, "opened_by", performer(a));
        row_num(&a->sum, "deviations", 1);
    } else if (is(a->e, "deviation.assessed")) {
        row_text(&r, "grade", json_get_str(body, "grade"));
        row_num(&r, "assessed", a->e->at);
        row_text(&r, "assessed_by", performer(a));
    } else {
        row_num(&r, "closed", a->e->at);
        row_text(&r, "closed_by", performer(a));
        row_num(&a->sum, "deviations", -1);
    }
    row_end(a->v, &r);
}

static void hold(struct view_at *a)
{
    const struct json *body = a->e->body;
    const char *id = json_get_str(body, "hold");
    if (!id)
        return;
    struct view_row r = event_row(a, VIEW_HOLD, "hold", id);
    bool placed = is(a->e, "hold.placed");
    row_num(&a->sum, "holds", placed ? 1 : -1);
    row_num(&r, placed ? "placed" : "lifted", a->e->at);
    if (placed) {
        row_text(&r, "deviation", json_get_str(body, "dev"));
        row_text(&r, "cause", json_get_str(body, "cause"));
    } else {
        row_text(&r, "lifted_by", performer(a));
    }
    row_end(a->v, &r);
}

/* ---- the batch ---- */

static void ordered(struct view_at *a)
{
    row_text(&a->sum, "protocol", json_get_str(a->e->body, "protocol"));
    row_text(&a->sum, "version", json_get_str(a->e->body, "version"));
    row_text(&a->sum, "hash", json_get_str(a->e->body, "hash"));
    row_text(&a->sum, "state", "ordered");
    row_num(&a->sum, "opened", a->e->at);
    row_num(&a->sum, "is_open", true);
    step_entry(a);
}

static void closed(struct view_at *a)
{
    bool now = is(a->e, "batch.closed");
    row_num(&a->sum, "is_open", !now);
    if (now)
        row_num(&a->sum, "closed", a->e->at);
}

static const struct {
    const char *kind;
    void (*fn)(struct view_at *a);
} kinds[] = {
    {"step.input", step_entry},
    {"batch.ordered", ordered},
    {"step.form", step_entry},
    {"step.signed", step_entry},
    {"step.skipped", step_entry},
    {"deviation.opened", deviation},
    {"deviation.assessed", deviation},
    {"deviation.closed", deviation},
    {"hold.placed", hold},
    {"hold.lifted", hold},
    {"correction", correction},
    {"batch.closed", closed},
    {"batch.reopened", closed},
};

void view_batch(struct view *v, const struct entry *e, const char *batch, const struct protocol *p)
{
    struct view_at a = {.v = v, .e = e, .batch = batch, .p = p, .sum = row_begin(VIEW_BATCH)};
    row_text(&a.sum, "batch", batch);
    row_num(&a.sum, "entries", 1);
    row_num(&a.sum, "idx", (int64_t)e->idx);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (is(e, kinds[i].kind))
            kinds[i].fn(&a);
    row_end(v, &a.sum);
}
