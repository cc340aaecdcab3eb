/* What follows on a decision. */
#include "core/entry/decision.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member suspended_member[] = {
    M_TEXT(struct release_suspended, cause, NEEDED),
    M_TEXTS(struct release_suspended, recalled, 0),
};

static const struct member accepted_member[] = {
    M_ID(struct product_accepted, batch, ASKED | NEEDED),
    M_TEXT(struct product_accepted, dev, NEEDED),
    M_ID(struct product_accepted, document, NEEDED),
    M_PERSONAL(struct product_accepted, reason, NEEDED),
};

static const struct member due_member[] = {
    M_TEXT(struct warning_due, cause, NEEDED),
};

static const struct member warned_member[] = {
    M_ID(struct clinic_warned, batch, ASKED | NEEDED),
    M_PERSONAL(struct clinic_warned, reason, 0),
};

static const struct record_rule warning = {
    .right = RIGHT_CLINIC_WARNED, .session = true, .judge = record_warning};

static const struct record_rule accepting = {.right = RIGHT_PRODUCT_ACCEPTED, .judge = record_product};

/* ---- what they do to the book ---- */

static int apply_suspended(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct batch *x = batch_of(b, s);
    (void)e, (void)body;
    if (!x)
        return CPF_E_PROFILE;
    SET(b, x->suspended, true);
    return 0;
}

static int apply_accepted(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct product_accepted *v = body;
    struct deviation *d = batch_deviation(batch_of(b, s), v->dev);
    (void)e;
    if (!d)
        return CPF_E_PROFILE;
    SET(b, d->accepted, true);
    return 0;
}

static int apply_due(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct batch *x = batch_of(b, s);
    (void)body;
    if (!x)
        return CPF_E_PROFILE;
    SET(b, x->warn_since, e->at);
    SET(b, x->warn_broken, false);
    return 0;
}

static int apply_warned(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct batch *x = batch_of(b, s);
    (void)e, (void)body;
    if (!x || !x->warn_since)
        return CPF_E_PROFILE;
    SET(b, x->warn_since, 0);
    return 0;
}

const struct kind kind_warning_due = {
    .id = KIND_WARNING_DUE,
    .shape = SHAPE(struct warning_due, due_member),
    .apply = apply_due,
    .reads = {"医療機関への連絡が必要になった", "the clinic is to be warned"},
};

const struct kind kind_clinic_warned = {
    .id = KIND_CLINIC_WARNED,
    .shape = SHAPE(struct clinic_warned, warned_member),
    .apply = apply_warned,
    .record = &warning,
    .reads = {"医療機関が連絡を受けた", "the clinic was warned"},
};

const struct kind kind_release_suspended = {
    .id = KIND_RELEASE_SUSPENDED,
    .shape = SHAPE(struct release_suspended, suspended_member),
    .apply = apply_suspended,
    .reads = {"出荷可の決定は、あらためて決定されるまで効力を失った",
              "the release does not stand until it is decided again"},
};

const struct kind kind_product_accepted = {
    .id = KIND_PRODUCT_ACCEPTED,
    .shape = SHAPE(struct product_accepted, accepted_member),
    .apply = apply_accepted,
    .record = &accepting,
    .reads = {"医師が規格外の製品（逸脱 {dev}）を文書 {document} により受け入れた",
              "the physician accepted the product out of specification ({dev}) by document {document}"},
};
