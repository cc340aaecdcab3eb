/* Blind counts. */
#include "core/entry/count.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member taken_member[] = {
    M_TEXT(struct count_taken, place, 0),       M_ID(struct count_taken, lot, 0),
    M_TEXTS(struct count_taken, containers, 0), M_INT(struct count_taken, units, 0),
    M_TEXTS(struct count_taken, missing, OWN),  M_TEXTS(struct count_taken, strange, OWN),
    M_BOOL(struct count_taken, differs, OWN),   M_PERSONAL(struct count_taken, reason, 0),
    M_INT(struct count_taken, unlabelled, 0),   M_INT(struct count_taken, more, OWN),
};

static const struct record_rule counting = {
    .right = RIGHT_COUNT_TAKEN, .session = true, .judge = record_count};

static struct texts keep_texts(struct book *b, const struct texts *t)
{
    const char **list = arena_alloc(b->keep, (t->n + 1) * sizeof(*list));
    for (size_t i = 0; i < t->n; i++)
        list[i] = book_keep(b, t->item[i]);
    return (struct texts){t->n, list};
}

/* What is found otherwise stands until a count fits. */
static int apply_taken(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct count_taken *v = body;
    const char *of = v->place ? v->place : v->lot;
    (void)s;
    if (!of)
        return CPF_E_PROFILE;
    struct count *c = map_get(&b->counts, of);
    if (!c) {
        c = arena_alloc(b->keep, sizeof(*c));
        c->of = book_keep(b, of);
        book_put(b, &b->counts, c->of, c);
    }
    book_touch(b, c, sizeof(*c));
    c->at = e->at;
    c->differs = v->differs;
    c->missing = keep_texts(b, &v->missing);
    c->strange = keep_texts(b, &v->strange);
    c->units = v->units;
    c->unlabelled = v->unlabelled;
    return 0;
}

const struct kind kind_count_taken = {
    .id = KIND_COUNT_TAKEN,
    .shape = SHAPE(struct count_taken, taken_member),
    .apply = apply_taken,
    .record = &counting,
    .reads = {"棚卸しを記録した（{place} {lot}）", "what is there was counted: {place} {lot}"},
};
