/* Inputs of a batch's steps in rows: what the book does with the same entries (book/batch.c), told to people.
 */
#include <string.h>

#include "base/bounds.h"
#include "core/code/code.h"
#include "core/entry/step.h"
#include "core/protocol/limit.h"
#include "core/protocol/word.h"
#include "core/view/int.h"

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
    row_num(&r, "at", entry_event_time(a->e));
    row_text(&r, "person", view_who(a));
    row_text(&r, "corrects", a->corrects);
    return r;
}

/* ---- measurements ---- */

/* A result that says on which side of a number the truth lies, or that there is none. */
static void bound(struct view_at *a, struct view_row *r, enum censor c, struct dec v)
{
    char value[CENSORED_TEXT];
    censored_format(CENSOR_NONE, v, value);
    row_text(r, "bound", censor_name(c));
    if (c != CENSOR_ABSENT && c != CENSOR_COUNTLESS)
        row_text(r, "value", arena_strdup(&a->v->arena, value));
}

static void measurement(struct view_at *a, const struct field *f, const char *text)
{
    enum limits limits;
    enum censor c;
    struct dec v;
    if (!limits_of(f, text, &limits) || censored_parse(text, &c, &v) != CPF_OK)
        return;
    bool derived = f->kind == FIELD_DERIVED;
    struct view_row r = input_row(a, VIEW_MEASUREMENT, f);
    if (c == CENSOR_NONE)
        row_text(&r, "value", text);
    else
        bound(a, &r, c, v);
    row_text(&r, "unit", f->unit);
    row_text(&r, "limits", limits_name(limits));
    row_num(&r, "derived", derived);
    row_text(&r, "reading", a->reading);
    row_end(a->v, &r);
}

/* ---- lots and things ---- */

static void lot_use(struct view_at *a, const struct field *f, const char *text)
{
    struct view_row r = input_row(a, VIEW_LOT_USE, f);
    row_text(&r, "lot", text);
    row_text(&r, "unit", a->unit);
    row_text(&r, "use", word_text(lot_use_words, (int)f->lot_use));
    row_text(&r, "outcome", outcome_name(a->judged.outcome));
    row_end(a->v, &r);
}

static const char *use_of(const struct step *st, const struct field *f)
{
    if (f->kind == FIELD_CONTAINER && f->use == USE_TAKE && step_looks(st))
        return "look";
    if (f->kind == FIELD_CONTAINER)
        return word_text(container_use_words, (int)f->use);
    return f->occupy ? "occupy" : f->release ? "release" : NULL;
}

static void thing_use(struct view_at *a, const struct field *f, const char *text)
{
    struct view_row r = input_row(a, VIEW_THING_USE, f);
    row_text(&r, "kind", word_text(field_kind_words, (int)f->kind));
    row_text(&r, "thing", text);
    row_text(&r, "use", use_of(a->step, f));
    row_text(&r, "station", a->actor.station);
    row_end(a->v, &r);
}

static void moved(struct view_at *a, enum field_kind kind, const char *thing, const char *use)
{
    struct view_row r = row_begin(VIEW_THING_USE);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_num(&r, "n", ++a->n);
    row_text(&r, "batch", a->batch);
    row_text(&r, "kind", word_text(field_kind_words, (int)kind));
    row_text(&r, "thing", thing);
    row_text(&r, "use", use);
    row_num(&r, "at", entry_event_time(a->e));
    row_text(&r, "person", view_who(a));
    row_text(&r, "station", a->actor.station);
    row_end(a->v, &r);
}

void view_moved(struct view_at *a, const struct texts *containers, const char *to)
{
    for (size_t i = 0; i < containers->n; i++)
        moved(a, FIELD_CONTAINER, containers->item[i], word_text(container_use_words, USE_PLACE));
    moved(a, FIELD_PLACE, to, NULL);
}

static const char *label_of(struct view_at *a, const char *id)
{
    char raw[BOUND_CODE_ID + 8];
    struct code c;
    if (code_make('C', id, raw, sizeof(raw)) != 0 || code_read(raw, strlen(raw), &c) != CODE_OK)
        return "";
    return arena_strdup(&a->v->arena, c.label);
}

void view_label(struct view_at *a, const char *id)
{
    struct view_row r = row_begin(VIEW_CONTAINER);
    row_text(&r, "container", id);
    row_text(&r, "state", container_state_name(CONTAINER_PRINTED));
    row_num(&r, "changed", a->e->at);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_text(&r, "batch", a->batch);
    row_text(&r, "label", label_of(a, id));
    row_end(a->v, &r);
}

static void container(struct view_at *a, const struct field *f, const char *id)
{
    enum container_state state;
    if (!container_after(f->use, &state))
        return;
    int64_t at = entry_event_time(a->e);
    struct view_row r = row_begin(VIEW_CONTAINER);
    row_text(&r, "container", id);
    row_text(&r, "state", container_state_name(state));
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

void view_state(struct view_at *a, const char *state, enum disposition is)
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
            view_state(a, f->option[i].state, f->option[i].disposition);
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

void view_take(struct view_at *a, const char *name, const char *text)
{
    int field = name ? step_field(a->step, name) : -1;
    if (field >= 0 && text)
        take_input(a, &a->step->field[field], text);
}

void view_values(struct view_at *a, const struct json *values, const struct json *units)
{
    for (size_t i = 0; i < a->step->nfields; i++) {
        const struct field *f = &a->step->field[i];
        const struct json *v = json_get(values, f->id), *list = json_get(units, f->id);
        bool many = v && v->type == JSON_ARRAY;
        size_t n = 0;
        for (const struct json *item = many ? v->child : v; item; item = many ? item->next : NULL) {
            a->unit = step_unit(list, n++);
            if (item->str)
                take_input(a, f, item->str);
        }
    }
    a->unit = NULL;
}

void view_step(struct view_at *a, enum step_state state)
{
    struct view_row r = row_begin(VIEW_BATCH_STEP);
    int64_t at = entry_event_time(a->e);
    row_text(&r, "batch", a->batch);
    row_text(&r, "step", a->step->id);
    row_num(&r, "occ", a->occ);
    row_text(&r, "state", word_name(&step_state_words, (int)state));
    row_num(&r, "begun", at);
    if (state != STEP_BEGUN)
        row_num(&r, "done", at);
    row_text(&r, "performer", view_who(a));
    row_text(&r, "recorder", a->actor.recorded);
    row_text(&r, "witness", a->actor.witnessed);
    row_text(&r, "late", a->e->late);
    row_num(&r, "entries", 1);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_end(a->v, &r);
}

bool view_enter(struct view_at *a, const char *id, int64_t occ)
{
    int step = id ? protocol_step(a->p, id) : -1;
    if (step < 0)
        return false;
    a->step = &a->p->step[step];
    a->occ = occ ? occ : 1;
    return true;
}

void view_derived(struct view_at *a, const struct deriveds *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (!list->item[i].step || view_enter(a, list->item[i].step, list->item[i].occ))
            view_take(a, list->item[i].field, list->item[i].value);
}
