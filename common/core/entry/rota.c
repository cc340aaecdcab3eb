/* Absences, and the gaps that they leave. */
#include "core/entry/rota.h"

#include "base/clock.h"
#include "core/book/apply.h"
#include "core/rule/record.h"

static const char *const lack_word[] = {NULL, "nobody", "no-second", "too-few"};
const struct word_list rota_lack_words = {sizeof(lack_word) / sizeof(*lack_word), lack_word};

static const struct member away_member[] = {
    M_ID(struct person_away, person, NEEDED), M_DAY(struct person_away, from, NEEDED),
    M_DAY(struct person_away, until, NEEDED), M_ID(struct person_away, deputy, 0),
    M_BOOL(struct person_away, back, 0),      M_PERSONAL(struct person_away, reason, 0),
};

static const struct member gap_member[] = {
    M_TEXT(struct rota_entry, step, NEEDED),
    M_DAY(struct rota_entry, on, NEEDED),
    M_INT(struct rota_entry, culture, 0),
    M_WORD(struct rota_entry, lack, enum rota_lack, NEEDED, &rota_lack_words),
    M_INT(struct rota_entry, more, 0),
};
static const struct shape gap_shape = SHAPE(struct rota_entry, gap_member);

static const struct member gaps_member[] = {
    M_LIST(struct rota_gaps, gaps, NEEDED, &gap_shape),
};

static const struct record_rule absence = {
    .right = RIGHT_PERSON_AWAY, .may = may_away, .session = true, .judge = record_away};

/* The newest ones are kept; what lies behind goes first. */
static int apply_away(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct person_away *v = body;
    struct person *p = book_person(b, v->person);
    const struct person *teller = entry_performer(b, e);
    (void)s;
    if (!p || !v->from || v->until < v->from)
        return CPF_E_PROFILE;
    book_touch(b, &p->aways, sizeof(p->aways));
    struct aways *l = &p->aways;
    if (l->n == AWAYS) {
        l->n--;
        for (size_t i = 0; i < l->n; i++)
            l->item[i] = l->item[i + 1];
    }
    l->item[l->n++] =
        (struct away){v->from, v->until, v->back, teller ? teller->id : NULL, book_keep(b, v->deputy)};
    return 0;
}

static int apply_gaps(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct batch *x = batch_of(b, s);
    (void)body;
    if (!x)
        return CPF_E_PROFILE;
    SET(b, x->rota_told, clock_day(e->at));
    return 0;
}

const struct kind kind_person_away = {
    .id = KIND_PERSON_AWAY,
    .shape = SHAPE(struct person_away, away_member),
    .apply = apply_away,
    .record = &absence,
    .reads = {"{person} の不在：{from} から {until} まで", "{person} is away from {from} to {until}"},
};

const struct kind kind_rota_gaps = {
    .id = KIND_ROTA_GAPS,
    .shape = SHAPE(struct rota_gaps, gaps_member),
    .apply = apply_gaps,
    .reads = {"今後 21 日の担当者の不足を示した", "who is missing in the coming 21 days was told"},
};
