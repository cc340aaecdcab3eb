/* Quality's answer to what an order raises. */
#include "core/entry/order.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member answered_member[] = {
    M_ID(struct order_answered, batch, NEEDED),
    M_ID(struct order_answered, patient, NEEDED),
    M_DAY(struct order_answered, draw, NEEDED),
    M_PERSONAL(struct order_answered, reason, NEEDED),
};

static const struct record_rule answering = {.right = RIGHT_ORDER_ANSWERED, .judge = record_answer};

static int apply_answered(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct order_answered *v = body;
    (void)s, (void)e;
    if (!v->batch || !v->patient)
        return CPF_E_PROFILE;
    *PUSH(b, b->answered, b->nanswered) =
        (struct order_answer){book_keep(b, v->batch), book_keep(b, v->patient), v->draw};
    return 0;
}

const struct kind kind_order_answered = {
    .id = KIND_ORDER_ANSWERED,
    .shape = SHAPE(struct order_answered, answered_member),
    .apply = apply_answered,
    .record = &answering,
    .reads = {"製造番号 {batch} と並ぶ患者 {patient}（採血 {draw}）の依頼について回答した",
              "the order of patient {patient} (draw {draw}) beside batch {batch} was answered"},
};
