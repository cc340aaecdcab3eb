/* Lots, equipment and places: where each was used. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/entry/lot.h"
#include "record/int.h"

static void add_use(struct record *r, struct record_use **list, size_t *n, const struct record_step *s,
                    const struct record_value *v)
{
    struct record_use *u = LIST_ADD(&r->arena, *list, *n);
    *u = (struct record_use){s, v};
}

/* ---- lots ---- */

static size_t other_batches(const struct record *r, const struct lot *l)
{
    size_t n = 0;
    for (const struct lot_unit *u = l->opened; u; u = u->next) {
        const struct lot_unit *o = l->opened;
        while (o != u && strcmp(o->batch_id, u->batch_id) != 0)
            o = o->next;
        n += o == u && strcmp(u->batch_id, r->id) != 0;
    }
    return n;
}

static const char *day_text(struct record *r, int64_t day)
{
    char text[11];
    clock_day_format(day, text);
    return arena_strdup(&r->arena, text);
}

static struct record_lot *lot_of(struct record *r, const char *id)
{
    for (size_t i = 0; i < r->nlots; i++)
        if (strcmp(r->lot[i].id, id) == 0)
            return &r->lot[i];
    const struct lot *l = book_lot(&r->book, id);
    const struct material *m = l ? protocol_material(r->protocol, l->material) : NULL;
    struct record_lot *n = LIST_ADD(&r->arena, r->lot, r->nlots);
    *n = (struct record_lot){.id = id, .material = {"（登録なし）", "(never received)"}};
    if (!l)
        return n;
    n->maker = l->maker;
    n->maker_lot = l->maker_lot;
    n->gtin = l->gtin;
    n->material = m ? m->title : text_both(l->material);
    n->biological = m && m->biological;
    n->expiry = day_text(r, l->expiry);
    n->state = l->state;
    n->others = other_batches(r, l);
    return n;
}

static void lot_use(struct record *r, const struct record_step *s, const struct record_value *v)
{
    struct record_lot *n = lot_of(r, v->raw);
    const struct lot *l = book_lot(&r->book, v->raw);
    add_use(r, &n->use, &n->nuses, s, v);
    n->expired_when_used |= l && l->expiry < clock_day(v->at);
}

/* ---- units of lots ---- */

/* Does the protocol ask for this use of the material somewhere? */
static bool asked(const struct record *r, const char *material, enum lot_use use)
{
    for (size_t i = 0; material && i < r->protocol->nsteps; i++)
        for (size_t k = 0; k < r->protocol->step[i].nfields; k++) {
            const struct field *f = &r->protocol->step[i].field[k];
            for (size_t m = 0; f->kind == FIELD_LOT && f->lot_use == use && m < f->nmaterials; m++)
                if (strcmp(f->material[m], material) == 0)
                    return true;
        }
    return false;
}

static struct record_unit *unit_of(struct record *r, const struct record_lot *lot, const char *unit)
{
    for (size_t i = 0; i < r->nunits; i++)
        if (r->unit[i].lot == lot &&
            (unit ? r->unit[i].unit && strcmp(r->unit[i].unit, unit) == 0 : !r->unit[i].unit))
            return &r->unit[i];
    struct record_unit *n = LIST_ADD(&r->arena, r->unit, r->nunits);
    *n = (struct record_unit){.lot = lot, .unit = unit};
    return n;
}

static void judge_unit(struct record *r, struct record_unit *u)
{
    const struct lot *l = book_lot(&r->book, u->lot->id);
    const char *material = l ? l->material : NULL;
    bool over = r->batch->closed || r->batch->stopped;
    bool empty = u->drawn && !u->accounted && asked(r, material, LOT_ACCOUNT);
    u->unknown = l && u->unit && !lot_has_unit(l, u->unit);
    u->again = u->staged && u->drawn > u->staged;
    u->waiting = empty && !over;
    u->off = u->unknown || (empty && over) || (u->drawn && !u->staged && asked(r, material, LOT_STAGE)) ||
             (u->accounted && !u->drawn && asked(r, material, LOT_DRAW));
}

static void count_units(struct record *r)
{
    for (size_t i = 0; i < r->nlots; i++)
        for (size_t k = 0; k < r->lot[i].nuses; k++) {
            const struct record_value *v = r->lot[i].use[k].value;
            struct record_unit *u = unit_of(r, &r->lot[i], v->unit);
            u->staged += v->field->lot_use == LOT_STAGE;
            u->drawn += v->field->lot_use == LOT_DRAW;
            u->accounted += v->field->lot_use == LOT_ACCOUNT;
        }
    for (size_t i = 0; i < r->nunits; i++)
        judge_unit(r, &r->unit[i]);
}

/* ---- equipment, places ---- */

static struct record_thing *thing_of(struct record *r, const char *id, bool place)
{
    for (size_t i = 0; i < r->nthings; i++)
        if (strcmp(r->thing[i].id, id) == 0)
            return &r->thing[i];
    const struct thing *t = book_thing(&r->book, id);
    struct record_thing *n = LIST_ADD(&r->arena, r->thing, r->nthings);
    *n = (struct record_thing){.id = id, .place = place};
    if (!t)
        return n;
    n->kind = t->kind;
    n->room = t->room;
    n->calibrated = t->calibrated != INT64_MAX ? day_text(r, t->calibrated) : NULL;
    return n;
}

static void thing_use(struct record *r, const struct record_step *s, const struct record_value *v)
{
    struct record_thing *n = thing_of(r, v->raw, v->field->kind == FIELD_PLACE);
    const struct thing *t = book_thing(&r->book, v->raw);
    add_use(r, &n->use, &n->nuses, s, v);
    n->overdue_when_used |= t && t->calibrated < clock_day(v->at);
}

static int lot_order(const void *a, const void *b)
{
    const struct record_lot *x = a, *y = b;
    int d = strcmp(x->material.ja, y->material.ja);
    return d ? d : strcmp(x->id, y->id);
}

static int thing_order(const void *a, const void *b)
{
    const struct record_thing *x = a, *y = b;
    int d =
        x->place != y->place ? x->place - y->place : strcmp(x->kind ? x->kind : "", y->kind ? y->kind : "");
    return d ? d : strcmp(x->id, y->id);
}

void record_things(struct record *r)
{
    for (size_t i = 0; i < r->nsteps; i++)
        for (size_t k = 0; k < r->step[i].nvalues; k++) {
            const struct record_value *v = &r->step[i].value[k];
            if (v->raw && v->field->kind == FIELD_LOT)
                lot_use(r, &r->step[i], v);
            else if (v->raw && (v->field->kind == FIELD_EQUIPMENT || v->field->kind == FIELD_PLACE))
                thing_use(r, &r->step[i], v);
        }
    if (r->nlots)
        qsort(r->lot, r->nlots, sizeof(*r->lot), lot_order);
    count_units(r); /* the lots stay where they are from here on */
    if (r->nthings)
        qsort(r->thing, r->nthings, sizeof(*r->thing), thing_order);
}
