/*
 * Documents and seals exist once. A number that stands for one fact stands for no other: in this batch, in
 * any other that is open or closed (closings name them), however it was typed. A certificate shows what it is
 * of: equipment, or one maker's lot, however many receipts of that lot there are.
 */
#include <string.h>

#include "core/code/number.h"
#include "core/rule/record.h"

bool field_issues(const struct field *f)
{
    return f->kind == FIELD_DOCUMENT && !f->has_same;
}

/* ---- scanned in a batch ---- */

struct standing {
    const char *batch, *step;
    int64_t day;
};

static bool stands_in_occ(const struct step *s, const struct occ *o, int but, const char *number,
                          struct standing *ret)
{
    for (size_t i = 0; i < o->ninputs; i++) {
        const struct input *in = &o->input[i];
        if (in->field == but || in->first_of_two || !field_issues(&s->field[in->field]) ||
            !number_same(in->text, number))
            continue;
        ret->step = s->id;
        ret->day = clock_day(in->at);
        return true;
    }
    return false;
}

/* Of the occurrence in hand only its other fields: what is read twice there is told otherwise, and what is
 * corrected stands no more. */
static bool stands_in(const struct judge *j, const struct batch *x, const char *number, struct standing *ret)
{
    for (int s = 0; s < (int)x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++) {
            bool own = x == j->x && s == j->step && (int64_t)o + 1 == j->occ_no;
            if (!own && stands_in_occ(&x->protocol->step[s], x->step[s].occ[o], -1, number, ret))
                return true;
        }
    return false;
}

static bool stands_elsewhere(struct judge *j, const char *number, struct standing *ret)
{
    size_t pos = 0;
    for (const struct batch *x; (x = map_next(&j->book->batches, &pos));) {
        ret->batch = x->id;
        if (x != j->x && !x->closed && stands_in(j, x, number, ret))
            return true;
    }
    const struct closings *all = judge_closings(j);
    for (size_t i = 0; all && i < all->n; i++) {
        const struct closing *c = &all->item[i];
        const struct batch *x = book_batch(j->book, c->batch);
        bool open = x && !x->closed;
        for (size_t k = 0; !open && c->used && k < c->used->uses.n; k++) {
            const struct batch_use *u = &c->used->uses.item[k];
            if (u->kind != USED_DOCUMENT || !number_same(u->id, number))
                continue;
            *ret = (struct standing){.batch = c->batch, .step = u->unit, .day = u->first};
            return true;
        }
    }
    return false;
}

bool check_document(struct judge *j, const struct field *f, const char *number)
{
    struct standing at = {.batch = j->x->id};
    const struct step *s = judge_step(j);
    char day[11];
    if (!field_issues(f) || (!stands_in_occ(s, &j->occ, (int)(f - s->field), number, &at) &&
                             !stands_in(j, j->x, number, &at) && !stands_elsewhere(j, number, &at)))
        return true;
    clock_day_format(at.day, day);
    struct json *args = args1(j, "document", number);
    json_set_str(j->a, args, "step", at.step);
    json_set_str(j->a, args, "day", day);
    bool fact = j->fact || judge_past(j);
    if (strcmp(at.batch, j->x->id) != 0) /* its number would name it in this record */
        j->found.stands = at.batch;
    return judge_find(j, fact ? EFFECT_DEVIATION : EFFECT_REFUSE, SAY_DOCUMENT_USED, args, f->id);
}

/* ---- what certificates show ---- */

struct certificate {
    const char *number, *sha256;
};

static bool same_paper(const struct certificate *a, const char *number, const char *sha256)
{
    return (a->number && number && number_same(a->number, number)) ||
           (a->sha256 && sha256 && strcmp(a->sha256, sha256) == 0);
}

static bool stands_for(struct judge *j, const char *number, const char *thing)
{
    struct json *args = args1(j, "document", number ? number : "–");
    return judge_find(j, EFFECT_REFUSE, SAY_DOCUMENT_STANDS, json_set_str(j->a, args, "thing", thing), NULL);
}

static bool covers(const struct equipment_record *v, const char *thing)
{
    return listed(v->covers.n, (const char **)v->covers.item, thing);
}

/* The same paper may be named again of the same thing, but shows no other last day; of another thing only
 * where it names both, and both texts of it are one. */
static bool shows(const struct equipment_record *v, const struct thing *t, const struct thing_paper *p)
{
    if (strcmp(t->id, v->equipment) == 0)
        return !v->calibrated || !p->calibrated || v->calibrated == p->calibrated;
    return covers(v, t->id) && covers(v, v->equipment) && p->sha256 && v->sha256 &&
           strcmp(p->sha256, v->sha256) == 0;
}

bool check_certificate(struct judge *j, const struct equipment_record *v)
{
    size_t pos = 0;
    for (const struct thing *t; (v->document || v->sha256) && (t = map_next(&j->book->things, &pos));)
        for (const struct thing_paper *p = t->paper; p; p = p->next) {
            const struct certificate c = {p->document, p->sha256};
            if (same_paper(&c, v->document, v->sha256) && !shows(v, t, p))
                return stands_for(j, v->document, t->id);
        }
    return true;
}

/* Of lots that are in use, or may come into use. */
bool check_lot_certificate(struct judge *j, const struct lot_received *v)
{
    size_t pos = 0;
    for (const struct lot *l; (v->document || v->sha256) && (l = map_next(&j->book->lots, &pos));) {
        const struct certificate c = {l->document, l->sha256};
        bool one = l->maker_lot && v->maker_lot && strcmp(l->material, v->material) == 0 &&
                   lot_read_alike(l->maker_lot, v->maker_lot);
        if (!l->closed_at && strcmp(l->id, v->lot) != 0 && !one && same_paper(&c, v->document, v->sha256))
            return stands_for(j, v->document, l->id);
    }
    return true;
}
