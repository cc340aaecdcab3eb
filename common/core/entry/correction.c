/* A recorded value is corrected. */
#include <string.h>

#include "core/book/apply.h"
#include "core/rule/record.h"
#include "core/view/row.h"

static const struct member correction_member[] = {
    M_ID(struct correction, batch, ASKED | NEEDED),
    M_TEXT(struct correction, witness, ASKED | NEEDED),
    M_TEXT(struct correction, step, NEEDED),
    M_TEXT(struct correction, field, NEEDED),
    M_INT(struct correction, occ, 0),
    M_TEXT(struct correction, old, 0),
    M_TEXT(struct correction, value, 0),
    M_TEXT(struct correction, unit, OWN),
    M_BOOL(struct correction, instead, OWN),
    M_LIST(struct correction, derived, OWN, &derived_shape),
    M_TEXT(struct correction, reason, ASKED | NEEDED),
    M_SECRETS(struct correction, secrets),
};

static const struct record_rule correcting = {.right = RIGHT_CORRECTION, .judge = record_correction};

/* ---- what it does to the book: the log keeps the old value and the new one, the book goes on with the new
 * one ---- */

static struct occ *occ_numbered(const struct batch *x, int step, int64_t number)
{
    const struct stepstate *s = &x->step[step];
    return number >= 1 && (uint64_t)number <= s->nocc ? s->occ[number - 1] : NULL;
}

/* The newest input of the field, with that text if it is given. */
static struct input *input_of(const struct occ *o, int field, const char *text)
{
    for (size_t i = o->ninputs; i-- > 0;)
        if (o->input[i].field == field && !o->input[i].first_of_two &&
            (!text || strcmp(o->input[i].text, text) == 0))
            return &o->input[i];
    return NULL;
}

struct replacement {
    const char *step, *field;
    int64_t occ;
    const char *old, *text, *unit, *digest;
};

/* A derived value that could not be computed before: as of the last input it was computed from. */
static struct input *add_input(struct book *b, struct occ *o, int field)
{
    const struct input last = o->ninputs ? o->input[o->ninputs - 1] : (struct input){0};
    struct input *in = PUSH(b, o->input, o->ninputs);
    in->field = field;
    in->at = last.at;
    in->n = last.n;
    in->by = last.by;
    return in;
}

/* One that cannot be computed any more. */
static int take_back(struct book *b, struct occ *o, const struct input *in)
{
    size_t at = (size_t)(in - o->input);
    book_touch(b, o->input, o->ninputs * sizeof(*in));
    memmove(&o->input[at], &o->input[at + 1], (o->ninputs - at - 1) * sizeof(*in));
    SET(b, o->ninputs, o->ninputs - 1);
    return 0;
}

static int replace(struct book *b, const struct batch *x, const struct replacement *r)
{
    int step = r->step ? protocol_step(x->protocol, r->step) : -1;
    int f = step >= 0 && r->field ? step_field(&x->protocol->step[step], r->field) : -1;
    struct occ *o = f >= 0 ? occ_numbered(x, step, r->occ) : NULL;
    if (!o)
        return CPF_E_PROFILE;
    const struct field *field = &x->protocol->step[step].field[f];
    bool derived = field->kind == FIELD_DERIVED;
    struct input *in = input_of(o, f, r->old);
    if (derived && in && !r->text)
        return take_back(b, o, in);
    if (derived && !in && r->text)
        in = add_input(b, o, f);
    if (!in || !r->text)
        return CPF_E_PROFILE;
    book_touch(b, in, sizeof(*in));
    in->changed = x->ninputs;
    in->unit = field->kind == FIELD_LOT ? book_keep(b, r->unit) : NULL;
    in->digest = book_keep(b, r->digest);
    return input_set(in, field, book_keep(b, r->text));
}

static int replace_derived(struct book *b, const struct batch *x, const struct deriveds *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct derived *d = &list->item[i];
        const struct replacement r = {
            .step = d->step, .field = d->field, .occ = d->occ, .text = d->value, .unit = d->unit};
        int err = replace(b, x, &r);
        if (err)
            return err;
    }
    return 0;
}

static int apply_correction(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct correction *v = body;
    struct batch *x = batch_of(b, s);
    int step = x && v->step ? protocol_step(x->protocol, v->step) : -1;
    if (step < 0 || !v->field)
        return CPF_E_PROFILE;
    struct replacement r = {
        v->step, v->field, v->occ, v->old, v->value, v->unit, json_get_str(e->pd, v->field)};
    if (r.digest) {
        r.text = b->disclosed ? b->disclosed(b->arg, r.digest) : NULL;
        r.text = r.text ? r.text : ""; /* redacted */
    }
    int err = replace(b, x, &r);
    if (err == 0)
        err = replace_derived(b, x, &v->derived);
    if (err)
        return err;
    struct actor actor;
    actor_read(e, &actor);
    const struct person *who = v->instead ? book_person(b, actor.performed) : NULL;
    if (who) /* whoever stands in for those who were there did nothing of the step */
        batch_note_act(b, x, who, x->protocol->step[step].dept);
    else
        batch_note_people(b, x, e, x->protocol->step[step].dept);
    SET(b, x->corrections, x->corrections + 1);
    return 0;
}

/* ---- rows ---- */

/* A new row beside the old one, which stays; what was derived from the old value comes again, also in later
 * steps. */
static void view_correction(struct view_at *a, const void *body)
{
    const struct correction *v = body;
    if (!view_enter(a, v->step, v->occ))
        return;
    a->reading = "corrected";
    a->unit = v->unit;
    a->corrects = v->old;
    view_take(a, v->field, v->value);
    view_derived(a, &v->derived);
}

const struct kind kind_correction = {
    .id = KIND_CORRECTION,
    .shape = SHAPE(struct correction, correction_member),
    .apply = apply_correction,
    .view = view_correction,
    .record = &correcting,
    .reads = {"{step} の {field} を訂正した：{old} → {value}",
              "{field} of {step} was corrected: {old} to {value}"},
};
