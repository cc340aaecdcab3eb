/* Steps with their values, entry by entry; the fold's own reading of an entry is core/book/batch.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/entry/refusal.h"
#include "core/protocol/limit.h"
#include "record/int.h"

const char *record_minute(const struct record *r, int64_t ms)
{
    char text[17];
    if (!ms)
        return "–";
    clock_format_local(ms, text);
    return arena_strdup((struct arena *)&r->arena, text);
}

const char *record_time(const struct record *r, int64_t ms)
{
    return ms ? arena_printf((struct arena *)&r->arena, "%s:%02d", record_minute(r, ms),
                             (int)(ms / 1000 % 60))
              : "–";
}

const char *record_who(const struct record *r, const struct entry *e)
{
    const struct actor *actor = e ? &record_said(r, e)->actor : NULL;
    return !actor ? NULL : actor->performed ? actor->performed : actor->system;
}

struct record_step *record_step_of(const struct record *r, const char *id, int64_t occ)
{
    for (size_t i = 0; i < r->nsteps && id; i++)
        if (strcmp(r->step[i].step->id, id) == 0 && (!occ || r->step[i].occ == occ))
            return &r->step[i];
    return NULL;
}

/* ---- values ---- */

enum record_mark record_mark_of(const struct field *f, const char *raw)
{
    if (f->kind == FIELD_CHOICE) {
        for (size_t i = 0; i < f->noptions; i++)
            if (strcmp(f->option[i].id, raw) == 0)
                return f->option[i].effect == EFFECT_OK      ? MARK_NONE
                       : f->option[i].effect == EFFECT_ALERT ? MARK_ALERT
                                                             : MARK_ACTION;
        return MARK_NONE;
    }
    static const enum record_mark mark[] = {
        [LIMITS_OK] = MARK_NONE,
        [LIMITS_ALERT] = MARK_ALERT,
        [LIMITS_ACTION] = MARK_ACTION,
        [LIMITS_UNDECIDED] = MARK_ACTION, /* it is looked at, too */
    };
    enum limits limits;
    bool number = f->kind == FIELD_NUMBER || f->kind == FIELD_DERIVED;
    return number && limits_of(f, raw, &limits) ? mark[limits] : MARK_NONE;
}

static struct text shown_of(struct record *r, const struct field *f, const char *raw, const char *unit)
{
    switch (f->kind) {
    case FIELD_NUMBER:
    case FIELD_DERIVED:
        return text_both(words_amount(&r->words, raw, f->unit));
    case FIELD_LOT:
        return text_both(unit ? arena_printf(&r->arena, "%s #%s", raw, unit) : raw);
    case FIELD_CHOICE:
        for (size_t i = 0; i < f->noptions; i++)
            if (strcmp(f->option[i].id, raw) == 0)
                return f->option[i].title;
        return text_both(raw);
    default:
        return text_both(raw);
    }
}

struct record_value *record_add_value(struct maker *m, struct record_step *s, const struct entry *e,
                                      const struct field *f, const char *raw, const char *unit)
{
    struct record *r = m->r;
    struct record_value *v = LIST_ADD(&r->arena, s->value, s->nvalues);
    v->field = f;
    v->entry = e;
    v->at = entry_event_time(e);
    v->derived = f->kind == FIELD_DERIVED;
    v->typed = record_said(r, e)->judged.typed && !v->derived;
    v->unit = f->kind != FIELD_LOT ? f->unit : unit;
    struct record_secret secret = {0};
    if (json_get_str(e->pd, f->id) && (f->kind == FIELD_TEXT || f->kind == FIELD_IDENTITY)) {
        secret = record_open(m, e, f->id);
        v->hidden = secret.hidden;
        raw = secret.value;
    }
    v->raw = raw;
    v->shown = raw ? shown_of(r, f, raw, v->unit) : secret.shown;
    v->mark = raw ? record_mark_of(f, raw) : MARK_NONE;
    v->now = (struct record_now){raw, v->shown};
    return v;
}

static void add_derived(struct maker *m, struct record_step *s, const struct entry *e,
                        const struct deriveds *list)
{
    for (size_t i = 0; i < list->n; i++) {
        int f = step_field(s->step, list->item[i].field);
        if (f >= 0)
            record_add_value(m, s, e, &s->step->field[f], list->item[i].value, NULL);
    }
}

/* The newest entry of the field, with what was computed behind it. */
static void take_back(struct record_step *s, const struct field *f)
{
    for (size_t k = s->nvalues; k-- > 0;) {
        bool done = !s->value[k].derived && !s->value[k].dropped && s->value[k].field == f;
        s->value[k].dropped |= done || s->value[k].derived;
        if (done)
            return;
    }
}

static void add_input(struct maker *m, struct record_step *s, const struct entry *e,
                      const struct step_input *in)
{
    int f = in->field ? step_field(s->step, in->field) : -1;
    if (f >= 0 && in->back) {
        take_back(s, &s->step->field[f]);
    } else if (f >= 0 && in->text) {
        struct record_value *v = record_add_value(m, s, e, &s->step->field[f], in->text, in->unit);
        v->first = in->first;
        v->asked = in->asked;
        v->again = in->again || in->stands;
        v->beside = in->stands != NULL;
        for (size_t k = 0; in->instead && k + 1 < s->nvalues; k++)
            s->value[k].dropped |= s->value[k].asked && s->value[k].field == v->field;
    }
    add_derived(m, s, e, &in->derived);
}

static void add_form(struct maker *m, struct record_step *s, const struct entry *e,
                     const struct step_form *form)
{
    for (size_t i = 0; i < s->step->nfields; i++) {
        const struct field *f = &s->step->field[i];
        const struct json *v = json_get(form->values, f->id), *units = json_get(form->units, f->id);
        size_t n = 0;
        if (v && v->type == JSON_ARRAY) {
            json_each(item, v)
                if (item->str)
                    record_add_value(m, s, e, f, item->str, step_unit(units, n++));
        } else if (v ? v->str != NULL : json_get_str(e->pd, f->id) != NULL) {
            record_add_value(m, s, e, f, v ? v->str : NULL, step_unit(units, 0));
        }
    }
    add_derived(m, s, e, &form->derived);
}

/* ---- occurrences ---- */

static const char *add_name(struct record *r, const char *list, const char *name)
{
    if (!name)
        return list;
    if (!list)
        return name;
    const char *at = strstr(list, name);
    for (size_t n = strlen(name); at; at = strstr(at + 1, name))
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return list;
    return arena_printf(&r->arena, "%s %s", list, name);
}

static struct record_step *occ_of(struct record *r, int step, int64_t occ)
{
    for (size_t i = r->nsteps; i-- > 0;)
        if (r->step[i].index == step && r->step[i].occ == occ)
            return &r->step[i];
    struct record_step *s = LIST_ADD(&r->arena, r->step, r->nsteps);
    s->step = &r->protocol->step[step];
    s->index = step;
    s->occ = occ;
    s->status = STEP_BEGUN;
    return s;
}

static void note_people(struct record *r, struct record_step *s, const struct entry *e)
{
    const struct actor *actor = &record_said(r, e)->actor;
    s->performer = add_name(r, s->performer, actor->performed);
    s->recorder = add_name(r, s->recorder, actor->recorded ? actor->recorded : actor->performed);
    s->witness = add_name(r, s->witness, actor->witnessed);
    s->station = add_name(r, s->station, actor->station);
    int64_t at = entry_event_time(e);
    if (!s->begun) {
        s->begun = at;
        s->first_at = e->at;
        s->first_sseq = e->sseq;
    }
    s->last_at = e->at;
    s->last_sseq = e->sseq;
    if (e->late && !s->late) {
        s->late = e->late;
        s->occurred = e->occurred;
    }
}

static void take_entry(struct maker *m, const struct entry *e)
{
    struct record *r = m->r;
    const struct body *body = &record_said(r, e)->body;
    const struct step_input *in = kind_value(body, KIND_STEP_INPUT);
    const struct step_form *form = step_form_of(body);
    bool skipped = kind_value(body, KIND_STEP_SKIPPED) != NULL;
    int64_t occ;
    const char *id = in || form || skipped ? record_step_id(r, e, &occ) : NULL;
    int step = id ? protocol_step(r->protocol, id) : -1;
    if (step < 0)
        return;
    struct record_step *s = occ_of(r, step, occ);
    note_people(r, s, e);
    if (in)
        add_input(m, s, e, in);
    else if (form)
        add_form(m, s, e, form);
    if (in && !in->done)
        return;
    s->done = entry_event_time(e);
    s->status = skipped ? STEP_SKIPPED : STEP_DONE;
    if (skipped)
        s->why = record_open(m, e, "reason").shown;
}

/* The two entries of a value differed: neither counts (the refusal says which field). */
static void take_reset(struct record *r, const struct refused *f)
{
    for (size_t i = r->nsteps; f->step && f->resets && i-- > 0;) {
        struct record_step *s = &r->step[i];
        if (strcmp(s->step->id, f->step) != 0)
            continue;
        for (size_t k = 0; k < s->nvalues; k++)
            s->value[k].dropped |= strcmp(s->value[k].field->id, f->resets) == 0;
        return;
    }
}

static int by_begin(const void *a, const void *b)
{
    const struct record_step *x = a, *y = b;
    return x->first_sseq < y->first_sseq ? -1 : x->first_sseq > y->first_sseq;
}

void record_steps(struct maker *m)
{
    struct record *r = m->r;
    for (size_t i = 0; i < r->nentries; i++) {
        const struct refused *f = record_value_of(r, &r->entry[i], KIND_REFUSED);
        take_entry(m, &r->entry[i]);
        if (f)
            take_reset(r, f);
    }
    if (r->nsteps)
        qsort(r->step, r->nsteps, sizeof(*r->step), by_begin);
    for (size_t i = 0; i < r->nsteps; i++)
        record_plan(r, &r->step[i]);
}
