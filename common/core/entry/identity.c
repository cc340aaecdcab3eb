/* Another writing of a name that the order has. */
#include "core/entry/identity.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member supplemented_member[] = {
    M_ID(struct identity_supplemented, batch, ASKED | NEEDED),
    M_TEXT(struct identity_supplemented, witness, ASKED | NEEDED),
    M_TEXT(struct identity_supplemented, step, NEEDED),
    M_TEXT(struct identity_supplemented, field, NEEDED),
    M_TEXT(struct identity_supplemented, value, ASKED | NEEDED),
    M_ID(struct identity_supplemented, document, NEEDED),
    M_PERSONAL(struct identity_supplemented, reason, NEEDED),
    M_SECRETS(struct identity_supplemented, secrets),
};

static const struct record_rule supplementing = {.right = RIGHT_IDENTITY_SUPPLEMENTED,
                                                 .judge = record_supplement};

/* ---- what it does to the book ---- */

static int apply_supplemented(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct identity_supplemented *v = body;
    struct batch *x = batch_of(b, s);
    int step = x && v->step ? protocol_step(x->protocol, v->step) : -1;
    int field = step >= 0 && v->field ? step_field(&x->protocol->step[step], v->field) : -1;
    const char *digest = field >= 0 ? json_get_str(e->pd, v->field) : NULL;
    if (!digest)
        return CPF_E_PROFILE;
    const char *text = b->disclosed ? b->disclosed(b->arg, digest) : NULL;
    *PUSH(b, x->writing, x->nwritings) =
        (struct writing){{step, field}, book_keep(b, text ? text : "" /* redacted */), book_keep(b, digest)};
    batch_note_people(b, x, e, DEPT_CLINIC);
    return 0;
}

const struct kind kind_identity_supplemented = {
    .id = KIND_IDENTITY_SUPPLEMENTED,
    .shape = SHAPE(struct identity_supplemented, supplemented_member),
    .apply = apply_supplemented,
    .record = &supplementing,
    .reads = {"{field} の別の表記を加えた（文書 {document}）",
              "another writing of {field} was added (document {document})"},
};
