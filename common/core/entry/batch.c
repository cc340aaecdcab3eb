/* The beginning and end of a batch; its order is a step (step.c). */
#include "core/entry/batch.h"

#include "core/book/apply.h"
#include "core/view/row.h"

static const struct member closed_member[] = {
    M_INT(struct batch_closed, count, NEEDED),
};

static const struct member reopened_member[] = {
    M_TEXT(struct batch_reopened, cause, 0),
};

/* ---- what they do to the book ---- */

/* A closed batch holds nothing, and no bench works on it. */
static void let_go(struct book *b, const struct batch *x)
{
    size_t pos = 0;
    for (struct thing *t; (t = map_next(&b->things, &pos));)
        if (t->occupied == x)
            SET(b, t->occupied, NULL);
    pos = 0;
    for (struct station *st; (st = map_next(&b->stations, &pos));)
        if (st->bench.batch == x) {
            SET(b, st->bench.batch, NULL);
            SET(b, st->bench.step, -1);
            SET(b, st->bench.last, -1);
        }
}

/* Its stream is closed or open already. */
static int apply_end(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct batch *x = batch_of(b, s);
    (void)e, (void)body;
    if (!x)
        return s->adopted ? 0 : CPF_E_PROFILE;
    SET(b, x->closed, s->closed);
    if (x->closed)
        let_go(b, x);
    return 0;
}

/* ---- rows ---- */

static void view_closed(struct view_at *a, const void *body)
{
    (void)body;
    row_num(&a->sum, "is_open", false);
    row_num(&a->sum, "closed", a->e->at);
}

static void view_reopened(struct view_at *a, const void *body)
{
    (void)body;
    row_num(&a->sum, "is_open", true);
}

const struct kind kind_batch_closed = {
    .id = KIND_BATCH_CLOSED,
    .shape = SHAPE(struct batch_closed, closed_member),
    .apply = apply_end,
    .view = view_closed,
    .reads = {"バッチを完了した（全 {count} 件）", "the batch was closed with {count} entries"},
};

const struct kind kind_batch_reopened = {
    .id = KIND_BATCH_REOPENED,
    .shape = SHAPE(struct batch_reopened, reopened_member),
    .apply = apply_end,
    .view = view_reopened,
    .reads = {"完了したバッチを再開した", "the closed batch was reopened"},
};
