/* Refusals, and what links batches. */
#include "core/entry/refusal.h"

#include "core/book/apply.h"

static const struct member refused_member[] = {
    M_TEXT(struct refused, step, 0),    M_TEXT(struct refused, asks, 0),
    M_TEXT(struct refused, resets, 0),  M_TEXT(struct refused, container, 0),
    M_SECRETS(struct refused, secrets),
};

static const struct member linked_member[] = {
    M_TEXT(struct exposure_linked, thing, 0),     M_TEXT(struct exposure_linked, lot, 0),
    M_TEXT(struct exposure_linked, container, 0), M_BOOL(struct exposure_linked, to, 0),
    M_BOOL(struct exposure_linked, closed, 0),    M_SECRETS(struct exposure_linked, secrets),
};

static const struct member fault_member[] = {
    M_TEXT(struct form_fault, code, 0),
    M_TEXT(struct form_fault, field, 0),
    M_JSON(struct form_fault, args, 0),
};
const struct shape form_fault_shape = SHAPE(struct form_fault, fault_member);

static const struct member form_member[] = {
    M_TEXT(struct form_refused, protocol, 0),
    M_LIST(struct form_refused, faults, 0, &form_fault_shape),
};
static const struct shape form_shape = SHAPE(struct form_refused, form_member);

void form_refused_read(const struct judged *judged, struct arena *a, struct form_refused *ret)
{
    require(shape_read(&form_shape, judged->args, NULL, a, ret) == 0); /* nothing of it is needed */
}

/* ---- what they do to the book ---- */

/* The first of two entries counts no more. */
static int apply_refused(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct refused *v = body;
    struct batch *x = batch_of(b, s);
    if (x && v->asks)
        *PUSH(b, x->asked, x->nasked) = (struct asked){book_keep(b, v->asks), e->at};
    if (!x || !v->resets)
        return 0;
    int step = v->step ? protocol_step(x->protocol, v->step) : -1;
    struct occ *o = step >= 0 ? batch_occ(x, step) : NULL;
    int field = o ? step_field(&x->protocol->step[step], v->resets) : -1;
    if (field < 0)
        return CPF_E_PROFILE;
    size_t n = 0;
    book_touch(b, o->input, o->ninputs * sizeof(*o->input));
    for (size_t i = 0; i < o->ninputs; i++)
        if (o->input[i].field != field)
            o->input[n++] = o->input[i];
    SET(b, o->ninputs, n);
    return 0;
}

const struct kind kind_refused = {
    .id = KIND_REFUSED,
    .shape = SHAPE(struct refused, refused_member),
    .apply = apply_refused,
    .reads = {"受け付けなかった", "refused"},
};

const struct kind kind_exposure_linked = {
    .id = KIND_EXPOSURE_LINKED,
    .shape = SHAPE(struct exposure_linked, linked_member),
    .reads = {"ほかのバッチとの関わりを記録した", "a link to another batch was recorded"},
};
