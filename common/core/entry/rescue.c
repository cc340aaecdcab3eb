/* Rescues. */
#include "core/entry/rescue.h"

#include "core/book/apply.h"
#include "core/rule/record.h"
#include "core/view/row.h"

static const char *const appearance_word[] = {NULL, "normal", "changed"};
const struct word_list appearance_words = {sizeof(appearance_word) / sizeof(*appearance_word),
                                           appearance_word};

static const struct member rescued_member[] = {
    M_ID(struct container_rescued, batch, ASKED | NEEDED),
    M_TEXTS(struct container_rescued, containers, NEEDED),
    M_TEXT(struct container_rescued, from, NEEDED),
    M_TEXT(struct container_rescued, to, NEEDED),
    M_ID(struct container_rescued, called, NEEDED),
    M_BOOL(struct container_rescued, seen, OWN),
    M_PERSONAL(struct container_rescued, reason, NEEDED),
};

static const struct member witnessed_member[] = {
    M_ID(struct rescue_witnessed, batch, ASKED | NEEDED),
    M_TEXT(struct rescue_witnessed, witness, ASKED | NEEDED),
    M_TEXTS(struct rescue_witnessed, containers, NEEDED),
    M_TEXT(struct rescue_witnessed, place, NEEDED),
    M_WORD(struct rescue_witnessed, appearance, enum appearance, NEEDED, &appearance_words),
    M_PERSONAL(struct rescue_witnessed, reason, 0),
};

/* What somebody alone at night does is done by being signed in there. */
static const struct record_rule rescuing = {
    .right = RIGHT_CONTAINER_RESCUED, .may = may_on_batch, .session = true, .judge = record_rescue};
static const struct record_rule witnessing = {
    .right = RIGHT_RESCUE_WITNESSED, .may = may_on_batch, .session = true, .judge = record_rescue_seen};

static struct container *own(const struct book *b, const struct batch *x, const char *id)
{
    struct container *c = id ? book_container(b, id) : NULL;
    return c && c->batch == x ? c : NULL;
}

static int apply_rescued(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct container_rescued *v = body;
    struct batch *x = batch_of(b, s);
    for (size_t i = 0; i < v->containers.n; i++) {
        struct container *c = own(b, x, v->containers.item[i]);
        if (!c)
            return CPF_E_PROFILE;
        container_moved(b, x, c, v->from, v->to);
        SET(b, c->rescued, v->seen ? 0 : e->at);
    }
    batch_note_people(b, x, e, DEPT_MANUFACTURING);
    return v->to ? 0 : CPF_E_PROFILE;
}

static void view_rescued(struct view_at *a, const void *body)
{
    const struct container_rescued *v = body;
    view_moved(a, &v->containers, v->to);
}

static int apply_witnessed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct rescue_witnessed *v = body;
    struct batch *x = batch_of(b, s);
    for (size_t i = 0; i < v->containers.n; i++) {
        struct container *c = own(b, x, v->containers.item[i]);
        if (!c)
            return CPF_E_PROFILE;
        SET(b, c->rescued, 0);
    }
    batch_note_people(b, x, e, DEPT_MANUFACTURING);
    return 0;
}

const struct kind kind_container_rescued = {
    .id = KIND_CONTAINER_RESCUED,
    .shape = SHAPE(struct container_rescued, rescued_member),
    .apply = apply_rescued,
    .view = view_rescued,
    .record = &rescuing,
    .reads = {"一人で {containers} を {from} から {to} に移した（電話：{called}）",
              "{containers} moved by one alone from {from} to {to} ({called} was telephoned)"},
};

const struct kind kind_rescue_witnessed = {
    .id = KIND_RESCUE_WITNESSED,
    .shape = SHAPE(struct rescue_witnessed, witnessed_member),
    .apply = apply_witnessed,
    .record = &witnessing,
    .reads = {"退避した {containers} の位置 {place} と外観を確認した",
              "position {place} and appearance of {containers} were seen after the rescue"},
};
