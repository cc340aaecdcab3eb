/* The beginning and end of a batch; its order is a step (step.c). */
#include "core/entry/batch.h"

#include "core/book/apply.h"
#include "core/view/row.h"

static const char *const use_word[] = {NULL, "donor", "equipment", "place", "lot", "document"};
static const struct word_list use_words = {sizeof(use_word) / sizeof(*use_word), use_word};

static const struct member use_member[] = {
    M_WORD(struct batch_use, kind, enum use_kind, NEEDED, &use_words),
    M_TEXT(struct batch_use, id, NEEDED),
    M_TEXT(struct batch_use, unit, 0),
    M_DAY(struct batch_use, first, 0),
    M_DAY(struct batch_use, last, 0),
};
static const struct shape use_shape = SHAPE(struct batch_use, use_member);

static const struct member used_member[] = {
    M_TEXT(struct batch_used, protocol, NEEDED), M_TEXT(struct batch_used, step, 0),
    M_JSON(struct batch_used, order, 0),         M_LIST(struct batch_used, uses, 0, &use_shape),
    M_BOOL(struct batch_used, lots, 0),
};
static const struct shape used_shape = SHAPE(struct batch_used, used_member);

static const struct member closed_member[] = {
    M_INT(struct batch_closed, count, NEEDED),
    M_DIGEST(struct batch_closed, before, OWN),
    M_OBJECT(struct batch_closed, used, OWN, &used_shape),
    M_PERSONAL(struct batch_closed, person, OWN),
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
        return CPF_E_PROFILE;
    SET(b, x->closed, s->closed);
    if (x->closed && !b->aside)
        let_go(b, x);
    return 0;
}

static int apply_closed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    if (!b->aside)
        book_closing(b, e->leaf);
    return apply_end(b, s, e, body);
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
    .apply = apply_closed,
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
