/* Steps. */
#include "core/entry/step.h"

#include "core/rule/record.h"

static const struct member derived_member[] = {
    M_TEXT(struct derived, field, NEEDED), M_TEXT(struct derived, value, NEEDED),
    M_TEXT(struct derived, step, 0),       M_INT(struct derived, occ, 0),
    M_TEXT(struct derived, unit, 0),
};

static const struct shape derived_shape = SHAPE(struct derived, derived_member);

static const struct member input_member[] = {
    M_TEXT(struct step_input, step, NEEDED),
    M_INT(struct step_input, occ, 0),
    M_TEXT(struct step_input, field, 0),
    M_TEXT(struct step_input, text, 0),
    M_TEXT(struct step_input, kind, 0),
    M_TEXT(struct step_input, unit, 0),
    M_LIST(struct step_input, derived, 0, &derived_shape),
    M_BOOL(struct step_input, first, 0),
    M_BOOL(struct step_input, again, 0),
    M_BOOL(struct step_input, done, 0),
    M_SECRETS(struct step_input, secrets),
};

static const struct member form_member[] = {
    M_TEXT(struct step_form, step, NEEDED),
    M_INT(struct step_form, occ, 0),
    M_BOOL(struct step_form, done, 0),
    M_JSON(struct step_form, values, 0),
    M_LIST(struct step_form, derived, 0, &derived_shape),
    M_JSON(struct step_form, pending, 0),
    M_TEXT(struct step_form, protocol, 0),
    M_TEXT(struct step_form, version, 0),
    M_TEXT(struct step_form, hash, 0),
    M_SECRETS(struct step_form, secrets),
};

static const struct member skipped_member[] = {
    M_TEXT(struct step_skipped, step, NEEDED),
    M_INT(struct step_skipped, occ, 0),
    M_PERSONAL(struct step_skipped, reason, 0),
};

static const struct member correction_member[] = {
    M_ID(struct correction, batch, ASKED | NEEDED),
    M_TEXT(struct correction, witness, ASKED | NEEDED),
    M_TEXT(struct correction, step, NEEDED),
    M_TEXT(struct correction, field, NEEDED),
    M_INT(struct correction, occ, 0),
    M_TEXT(struct correction, old, 0),
    M_TEXT(struct correction, value, 0),
    M_TEXT(struct correction, unit, OWN),
    M_LIST(struct correction, derived, OWN, &derived_shape),
    M_TEXT(struct correction, reason, ASKED | NEEDED),
    M_SECRETS(struct correction, secrets),
};

static const struct record_rule correcting = {.by = BY_CLINIC | BY_MANUFACTURING | BY_QUALITY,
                                              .judge = record_correction};

const struct kind kind_batch_ordered = {
    .id = KIND_BATCH_ORDERED,
    .shape = SHAPE(struct step_form, form_member),
    .reads = {"バッチを注文した", "the batch was ordered"},
};

const struct kind kind_step_form = {
    .id = KIND_STEP_FORM,
    .shape = SHAPE(struct step_form, form_member),
    .reads = {"{step} を記入した", "{step} was filled in"},
};

const struct kind kind_step_signed = {
    .id = KIND_STEP_SIGNED,
    .shape = SHAPE(struct step_form, form_member),
    .reads = {"{step} に署名した", "{step} was signed"},
};

const struct kind kind_step_input = {
    .id = KIND_STEP_INPUT,
    .shape = SHAPE(struct step_input, input_member),
    .reads = {"{step}：{field} {text}", "{step}: {field} {text}"},
};

const struct kind kind_step_skipped = {
    .id = KIND_STEP_SKIPPED,
    .shape = SHAPE(struct step_skipped, skipped_member),
    .reads = {"{step} を行わなかった", "{step} was not done"},
};

const struct kind kind_step_again = {
    .id = KIND_STEP_AGAIN,
    .shape = SHAPE_EMPTY,
    .reads = {"読み取り済み", "read already"},
};

const struct kind kind_correction = {
    .id = KIND_CORRECTION,
    .shape = SHAPE(struct correction, correction_member),
    .record = &correcting,
    .reads = {"{step} の {field} を訂正した：{old} → {value}",
              "{field} of {step} was corrected: {old} to {value}"},
};

/* ---- what they have in common ---------------------------------------------------- */

const struct step_form *step_form_of(const struct body *b)
{
    enum kind_id id = b->kind ? b->kind->id : KIND_NONE;
    return id == KIND_BATCH_ORDERED || id == KIND_STEP_FORM || id == KIND_STEP_SIGNED ? b->value : NULL;
}

bool step_at_read(const struct body *b, struct step_at *ret)
{
    const struct step_form *form = step_form_of(b);
    const struct step_input *in = kind_value(b, KIND_STEP_INPUT);
    const struct step_skipped *skipped = kind_value(b, KIND_STEP_SKIPPED);
    const struct correction *c = kind_value(b, KIND_CORRECTION);
    if (!form && !in && !skipped && !c)
        return false;
    *ret = form      ? (struct step_at){form->step, form->occ}
           : in      ? (struct step_at){in->step, in->occ}
           : skipped ? (struct step_at){skipped->step, skipped->occ}
                     : (struct step_at){c->step, c->occ};
    return true;
}
