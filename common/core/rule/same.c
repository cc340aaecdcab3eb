/*
 * Is that somebody whom we have already? The same name and birth date under another patient's number, another
 * name under the same number, another draw a day from this one: asked, and refused until quality has answered
 * (order.answered) with the other batch named. A name counts in any of its writings, folded as names are.
 *
 * Closed patients are found, too: a closing tells digests of name and birth date, behind a salt, so that they
 * can be erased.
 */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "base/hash.h"
#include "core/code/typed.h"
#include "core/entry/order.h"
#include "core/rule/record.h"

#define MARKS     4
#define NEAR_DAYS 1

struct who {
    const char *donor;
    bool drawn;
    int64_t draw;
    size_t nmarks;
    char mark[MARKS][44]; /* a writing of the name, with the birth date */
};

static void add_mark(struct who *w, const char *name, int64_t birth)
{
    char folded[2048], day[11];
    uint8_t hash[HASH_LEN];
    struct buf b;
    if (w->nmarks == MARKS || !*name || typed_fold_name(name, folded, sizeof(folded)) != CPF_OK)
        return;
    clock_day_format(birth, day);
    buf_init(&b);
    buf_printf(&b, "%s|%s", day, folded);
    hash_sha256(b.data, b.len, hash);
    buf_fini(&b);
    enc_digest(hash, w->mark[w->nmarks++]);
}

/* `now`: as this command says it. */
static const struct input *said(const struct judge *j, const struct batch *x, struct ref r, bool now)
{
    return now ? scratch_input(j, r) : batch_input(x, r);
}

static struct who who_of(const struct judge *j, const struct batch *x, bool now)
{
    struct who w = {.donor = NULL};
    int64_t birth = 0;
    bool born = false;
    for (int s = 0; s < (int)x->protocol->nsteps; s++)
        for (int f = 0; x->protocol->step[s].opens && f < (int)x->protocol->step[s].nfields; f++) {
            const struct field *field = &x->protocol->step[s].field[f];
            const struct input *in = said(j, x, (struct ref){s, f}, now);
            if (!in || !*in->text)
                continue;
            if (field->donor)
                w.donor = in->text;
            if (field->means == MEANS_BIRTH)
                born = typed_day(in->text, &birth) == CPF_OK;
            if (field->means == MEANS_DRAW) {
                w.drawn = true;
                w.draw = in->day;
            }
        }
    for (int s = 0; s < (int)x->protocol->nsteps && born; s++)
        for (int f = 0; x->protocol->step[s].opens && f < (int)x->protocol->step[s].nfields; f++) {
            const struct input *in = said(j, x, (struct ref){s, f}, now);
            if (in && x->protocol->step[s].field[f].means == MEANS_NAME)
                add_mark(&w, in->text, birth);
        }
    return w;
}

const char *person_marks(struct judge *j, const struct batch *x)
{
    const struct who w = who_of(j, x, false);
    const char *all = NULL;
    for (size_t i = 0; i < w.nmarks; i++)
        all = all ? arena_printf(j->a, "%s %s", all, w.mark[i]) : arena_strdup(j->a, w.mark[i]);
    return all;
}

/* ---- of a closed one ---- */

static void take_draw(const struct judge *j, const struct batch_used *u, struct who *w)
{
    const struct protocol_state *p = book_protocol(j->book, u->protocol);
    int step = p && u->step ? protocol_step(p->protocol, u->step) : -1;
    for (int f = 0; step >= 0 && f < (int)p->protocol->step[step].nfields; f++) {
        const struct field *field = &p->protocol->step[step].field[f];
        const char *day = field->means == MEANS_DRAW ? json_get_str(u->order, field->id) : NULL;
        w->drawn |= day && clock_day_parse(day, &w->draw) == CPF_OK;
    }
}

static struct who who_closed(struct judge *j, const struct closing *c)
{
    struct who w = {.donor = closing_donor(j, c)};
    if (c->used && c->used->order)
        take_draw(j, c->used, &w);
    for (const char *s = c->person; s && *s && w.nmarks < MARKS; s += strcspn(s, " "), s += *s == ' ')
        snprintf(w.mark[w.nmarks++], sizeof(w.mark[0]), "%.*s", (int)strcspn(s, " "), s);
    return w;
}

/* ---- the question ---- */

static bool one_name(const struct who *a, const struct who *b)
{
    for (size_t i = 0; i < a->nmarks; i++)
        for (size_t k = 0; k < b->nmarks; k++)
            if (strcmp(a->mark[i], b->mark[k]) == 0)
                return true;
    return false;
}

static bool answered(const struct judge *j, const struct who *own, const char *batch)
{
    for (size_t i = 0; i < j->book->nanswered; i++) {
        const struct order_answer *a = &j->book->answered[i];
        if (own->donor && strcmp(a->batch, batch) == 0 && strcmp(a->patient, own->donor) == 0 && own->drawn &&
            a->draw == own->draw)
            return true;
    }
    return false;
}

static bool check_pair(struct judge *j, const struct who *own, const struct who *other, const char *batch)
{
    bool number = own->donor && other->donor && strcmp(own->donor, other->donor) == 0;
    bool name = one_name(own, other);
    int64_t apart = own->drawn && other->drawn ? own->draw - other->draw : INT64_MAX;
    enum say code = name && !number                                       ? SAY_ORDER_SAME_PERSON
                    : number && !name && own->nmarks && other->nmarks     ? SAY_ORDER_OTHER_PERSON
                    : number && -NEAR_DAYS <= apart && apart <= NEAR_DAYS ? SAY_ORDER_NEAR_DRAW
                                                                          : SAY_NONE;
    if (!code || answered(j, own, batch))
        return true;
    return judge_find(j, EFFECT_REFUSE, code, args1(j, "batch", batch), NULL);
}

/* A slip in another item of an order, which was taken long ago, asks nothing. */
static bool asks(const struct judge *j)
{
    if (!j->corrected)
        return true;
    const struct field *f = &judge_step(j)->field[j->corrected->item[0].at.field];
    return f->donor || f->means == MEANS_NAME || f->means == MEANS_BIRTH || f->means == MEANS_DRAW;
}

static bool check_open(struct judge *j, const struct who *own)
{
    size_t pos = 0;
    for (const struct batch *x; (x = map_next(&j->book->batches, &pos));) {
        struct who other = {0};
        if (x != j->x && !x->closed)
            other = who_of(j, x, false);
        if (!check_pair(j, own, &other, x->id))
            return false;
    }
    return true;
}

bool check_same_person(struct judge *j)
{
    if (!asks(j))
        return true;
    const struct who own = who_of(j, j->x, true);
    const struct closings *all = own.drawn || own.nmarks ? judge_closings(j) : NULL;
    if (!own.drawn && !own.nmarks) /* the protocol says nothing of it */
        return true;
    if (!check_open(j, &own))
        return false;
    for (size_t i = 0; all && i < all->n; i++) {
        const struct batch *open = book_batch(j->book, all->item[i].batch);
        struct who other = {0};
        if (open != j->x && (!open || open->closed)) /* one that is corrected is no other */
            other = who_closed(j, &all->item[i]);
        if (!check_pair(j, &own, &other, all->item[i].batch))
            return false;
    }
    return true;
}

/* ---- the answer ---- */

void record_answer(struct judge *j, const struct kind *k, const void *given)
{
    const struct order_answered *v = given;
    if (judge_batch(j, v->batch))
        record_signed(j, draft_add(j, "facility", k->id, given, k->shape.size));
    else
        judge_refuse(j, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(v->batch)));
}
