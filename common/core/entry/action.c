/* What is done about a deviation. */
#include "core/entry/action.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member action_member[] = {
    M_ID(struct deviation_action, batch, ASKED | NEEDED), M_TEXT(struct deviation_action, dev, NEEDED),
    M_TEXT(struct deviation_action, action, OWN),         M_ID(struct deviation_action, owner, NEEDED),
    M_DAY(struct deviation_action, due, NEEDED),          M_BOOL(struct deviation_action, effect, 0),
    M_PERSONAL(struct deviation_action, reason, NEEDED),
};

static const struct member verified_member[] = {
    M_ID(struct deviation_verified, batch, ASKED | NEEDED),
    M_TEXT(struct deviation_verified, action, NEEDED),
    M_PERSONAL(struct deviation_verified, reason, NEEDED),
};

static const struct member withdrawn_member[] = {
    M_ID(struct deviation_withdrawn, batch, ASKED | NEEDED),
    M_TEXT(struct deviation_withdrawn, action, NEEDED),
    M_PERSONAL(struct deviation_withdrawn, reason, NEEDED),
};

static const struct member overdue_member[] = {
    M_TEXT(struct deviation_overdue, dev, NEEDED),
    M_TEXT(struct deviation_overdue, action, 0),
};

static const struct member reported_member[] = {
    M_ID(struct deviation_reported, batch, ASKED | NEEDED),
    M_TEXT(struct deviation_reported, dev, NEEDED),
    M_PERSONAL(struct deviation_reported, reason, 0),
};

static const struct record_rule taking = {
    .right = RIGHT_DEVIATION_ACTION, .may = may_close, .judge = record_action};
static const struct record_rule verifying = {
    .right = RIGHT_DEVIATION_VERIFIED, .may = may_verify, .shown = true, .judge = record_verified};
static const struct record_rule withdrawing = {
    .right = RIGHT_DEVIATION_WITHDRAWN, .may = may_verify, .shown = true, .judge = record_withdrawn};
static const struct record_rule reporting = {.right = RIGHT_DEVIATION_REPORTED, .judge = record_reported};

/* ---- what they do to the book ---- */

static int apply_action(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct deviation_action *v = body;
    struct batch *x = batch_of(b, s);
    if (!batch_deviation(x, v->dev) || !v->action || batch_action(x, v->action))
        return CPF_E_PROFILE;
    *PUSH(b, x->action, x->nactions) = (struct action){.id = book_keep(b, v->action),
                                                       .dev = book_keep(b, v->dev),
                                                       .owner = book_keep(b, v->owner),
                                                       .due = v->due,
                                                       .effect = v->effect};
    batch_note_people(b, x, e, DEPT_QUALITY);
    return 0;
}

static int apply_verified(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct deviation_verified *v = body;
    struct batch *x = batch_of(b, s);
    struct action *a = batch_action(x, v->action);
    if (!a || !action_open(a))
        return CPF_E_PROFILE;
    SET(b, a->verified, true);
    SET(b, a->seen, e->sseq);
    batch_note_people(b, x, e, DEPT_QUALITY);
    return 0;
}

static int apply_withdrawn(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct deviation_withdrawn *v = body;
    struct batch *x = batch_of(b, s);
    struct action *a = batch_action(x, v->action);
    if (!a || !action_open(a))
        return CPF_E_PROFILE;
    SET(b, a->withdrawn, true);
    batch_note_people(b, x, e, DEPT_QUALITY);
    return 0;
}

static int apply_overdue(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct deviation_overdue *v = body;
    struct deviation *d = batch_deviation(batch_of(b, s), v->dev);
    struct action *a = batch_action(batch_of(b, s), v->action);
    (void)e;
    if (!d || (v->action && !a))
        return CPF_E_PROFILE;
    if (a)
        SET(b, a->overdue, true);
    else
        SET(b, d->overdue, true);
    return 0;
}

static int apply_reported(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct deviation_reported *v = body;
    struct deviation *d = batch_deviation(batch_of(b, s), v->dev);
    (void)e;
    if (!d)
        return CPF_E_PROFILE;
    SET(b, d->reported, true);
    return 0;
}

const struct kind kind_deviation_action = {
    .id = KIND_DEVIATION_ACTION,
    .shape = SHAPE(struct deviation_action, action_member),
    .apply = apply_action,
    .record = &taking,
    .reads = {"逸脱 {dev} の処置 {action}：担当 {owner}、期限 {due}",
              "measure {action} of deviation {dev}: {owner}, by {due}"},
};

const struct kind kind_deviation_verified = {
    .id = KIND_DEVIATION_VERIFIED,
    .shape = SHAPE(struct deviation_verified, verified_member),
    .apply = apply_verified,
    .record = &verifying,
    .reads = {"処置 {action} の実施を確認した", "measure {action} was seen to be done"},
};

const struct kind kind_deviation_withdrawn = {
    .id = KIND_DEVIATION_WITHDRAWN,
    .shape = SHAPE(struct deviation_withdrawn, withdrawn_member),
    .apply = apply_withdrawn,
    .record = &withdrawing,
    .reads = {"処置 {action} を取り下げた", "measure {action} was withdrawn"},
};

const struct kind kind_deviation_overdue = {
    .id = KIND_DEVIATION_OVERDUE,
    .shape = SHAPE(struct deviation_overdue, overdue_member),
    .apply = apply_overdue,
    .reads = {"逸脱 {dev} の処置 {action} が期限を過ぎた", "measure {action} of deviation {dev} is overdue"},
};

const struct kind kind_deviation_reported = {
    .id = KIND_DEVIATION_REPORTED,
    .shape = SHAPE(struct deviation_reported, reported_member),
    .apply = apply_reported,
    .record = &reporting,
    .reads = {"逸脱 {dev} の報告を施設管理者が受けた", "the facility manager knows of deviation {dev}"},
};
