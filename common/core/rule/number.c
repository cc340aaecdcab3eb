/*
 * Numbers. A batch's is given by the facility's rule, not by whoever orders: the next one of the year, over
 * the open batches and the closed ones. And no two numbers, of batches or of donors, are there of which one
 * would be read for the other.
 */
#include <string.h>

#include "core/code/number.h"
#include "core/entry/facility.h"
#include "core/rule/record.h"

static int year_of(int64_t day)
{
    char text[11];
    int64_t year = 0;
    clock_day_format(day, text);
    for (int i = 0; i < 4; i++)
        year = year * 10 + (text[i] - '0');
    return (int)year;
}

static void count(const struct judge *j, const char *number, int year, int64_t *last)
{
    int64_t n;
    if (number_read(j->book->numbering.rule, number, year, &n) && n > *last)
        *last = n;
}

const char *number_next(struct judge *j)
{
    int year = year_of(clock_day(j->now));
    int64_t last = j->book->numbering.first - 1;
    const struct closings *all = j->book->numbering.rule ? judge_closings(j) : NULL;
    size_t pos = 0;
    if (!all)
        return NULL;
    for (const struct batch *x; (x = map_next(&j->book->batches, &pos));)
        count(j, x->id, year, &last);
    for (size_t i = 0; i < all->n; i++)
        count(j, all->item[i].batch, year, &last);
    char *next = arena_alloc(j->a, NUMBER_TEXT);
    number_write(j->book->numbering.rule, year, last + 1, next);
    return next;
}

static bool check_next(struct judge *j)
{
    const char *next = number_next(j);
    if (!next || strcmp(next, j->x->id) == 0)
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_BATCH_NUMBER, args1(j, "next", next), NULL);
}

/* ---- look-alikes ---- */

static bool check_alike(struct judge *j, const char *field, const char *own, const char *other,
                        const char *batch)
{
    if (!own || !other || !number_alike(own, other))
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_ORDER_LOOK_ALIKE,
                      json_set_str(j->a, args1(j, "field", field), "batch", batch), NULL);
}

/* Whose cells, as the order says; NULL: the protocol does not say, or another item of the order is corrected.
 */
static const char *own_donor(const struct judge *j)
{
    const struct step *s = judge_step(j);
    if (j->corrected && !s->field[j->corrected->item[0].at.field].donor)
        return NULL;
    for (int i = 0; i < (int)s->nfields; i++) {
        const struct input *in = s->field[i].donor ? scratch_input(j, (struct ref){j->step, i}) : NULL;
        if (in)
            return in->text;
    }
    return NULL;
}

static bool check_like_no_other(struct judge *j)
{
    const char *donor = own_donor(j), *number = j->corrected ? NULL : j->x->id;
    const struct closings *all = donor || number ? judge_closings(j) : NULL;
    size_t pos = 0;
    bool personal;
    for (const struct batch *x; (x = map_next(&j->book->batches, &pos));) {
        const struct input *theirs = x->closed || x == j->x ? NULL : donor_of(x, &personal);
        if (x != j->x && (!check_alike(j, "batch", number, x->id, x->id) ||
                          !check_alike(j, "patient", donor, theirs ? theirs->text : NULL, x->id)))
            return false;
    }
    for (size_t i = 0; all && i < all->n; i++) {
        const struct closing *c = &all->item[i];
        if (strcmp(c->batch, j->x->id) != 0 &&
            (!check_alike(j, "batch", number, c->batch, c->batch) ||
             !check_alike(j, "patient", donor, closing_donor(j, c), c->batch)))
            return false;
    }
    return true;
}

bool check_batch_number(struct judge *j)
{
    return check_like_no_other(j) && (j->corrected || check_next(j));
}

/* ---- the rule ---- */

void record_numbering(struct judge *j, const struct kind *k, const void *given)
{
    const struct facility_numbering *v = given;
    if (number_check(v->numbering) != CPF_OK || v->first < 0)
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", v->first < 0 ? "first" : "numbering"));
    else
        record_signed(j, draft_add(j, "facility", k->id, given, k->shape.size));
}
