/*
 * Who the patient is. Cells never change their patient: from the physician's go on, from the first
 * identification, or from the first vessel with something of the patient in it, what says who that is cannot
 * be corrected. Before it a correction is the physician's, and holds the batch until quality has signed, too.
 * The same name may be written otherwise: that adds a writing, and takes none away.
 */
#include "core/code/typed.h"
#include "core/entry/identity.h"
#include "core/rule/record.h"

#define PHYSICIAN "physician"

static bool identified(const struct batch *x, int step)
{
    for (size_t o = 0; o < x->step[step].nocc; o++)
        for (size_t i = 0; i < x->step[step].occ[o]->ninputs; i++)
            if (x->protocol->step[step].field[x->step[step].occ[o]->input[i].field].kind == FIELD_IDENTITY)
                return true;
    return false;
}

bool identity_frozen(const struct batch *x)
{
    for (int s = 0; s < (int)x->protocol->nsteps; s++) {
        bool go = x->protocol->step[s].verb == VERB_GO && batch_done(x, s);
        if (go || identified(x, s))
            return true;
    }
    for (size_t i = 0; i < x->ncontainers; i++)
        if (x->container[i]->state >= CONTAINER_FILLED && x->container[i]->state != CONTAINER_DISCARDED)
            return true;
    return false;
}

/* As people compare: a day in whatever form, a name however it is typed. */
static bool same_said(const char *a, const char *b)
{
    int64_t one, two;
    if (typed_day(a, &one) == CPF_OK && typed_day(b, &two) == CPF_OK)
        return one == two;
    return typed_same_name(a, b);
}

/* How it is written in the order, and however it was supplemented. */
static bool written_so(const struct batch *x, struct ref r, const struct input *in, const char *text)
{
    if (in && *in->text && same_said(in->text, text))
        return true;
    for (size_t i = 0; i < x->nwritings; i++) {
        const struct writing *w = &x->writing[i];
        if (w->at.step == r.step && w->at.field == r.field && *w->text && same_said(w->text, text))
            return true;
    }
    return false;
}

bool identity_matches(const struct judge *j, const struct field *f, const char *text)
{
    return written_so(j->x, f->identity, scratch_input(j, f->identity), text);
}

/* ---- before that, a correction ---- */

bool check_identity_correction(struct judge *j, int field)
{
    const struct field *f = &judge_step(j)->field[field];
    if (!protocol_identity(j->x->protocol, (struct ref){j->step, field}))
        return check_role(j, j->performer);
    if (identity_frozen(j->x))
        return judge_find(j, EFFECT_REFUSE, SAY_IDENT_FROZEN, args1(j, "field", f->id), NULL);
    if (!person_has_role(j->performer, PHYSICIAN))
        return judge_find(j, EFFECT_REFUSE, SAY_IDENT_PHYSICIAN, args1(j, "field", f->id), NULL);
    if (!check_physician_of(j))
        return false;
    return judge_find(j, EFFECT_HOLD, SAY_IDENT_CORRECTED, args1(j, "field", f->id), f->id);
}

/* ---- another writing ---- */

/* Batch, step and field; -1 after a refusal. */
static int find_name(struct judge *j, const struct identity_supplemented *g)
{
    struct batch *x = j->x = judge_batch(j, g->batch);
    int step = x ? protocol_step(x->protocol, g->step) : -1;
    int field = step >= 0 ? step_field(&x->protocol->step[step], g->field) : -1;
    const struct field *f = field >= 0 ? &x->protocol->step[step].field[field] : NULL;
    j->step = step;
    if (!x)
        judge_find(j, EFFECT_REFUSE, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(g->batch)), NULL);
    else if (x->closed)
        judge_find(j, EFFECT_REFUSE, SAY_BATCH_CLOSED, args1(j, "batch", x->id), NULL);
    else if (!f || f->kind != FIELD_TEXT || f->day ||
             !protocol_identity(x->protocol, (struct ref){step, field}) ||
             !batch_input(x, (struct ref){step, field}))
        judge_find(j, EFFECT_REFUSE, SAY_IDENT_WRITING, args1(j, "field", f ? f->id : "?"), NULL);
    else if (!person_has_role(j->performer, PHYSICIAN))
        judge_find(j, EFFECT_REFUSE, SAY_IDENT_PHYSICIAN, args1(j, "field", f->id), NULL);
    else if (check_physician_of(j))
        return field;
    return -1;
}

static bool supplement(struct judge *j, const struct identity_supplemented *g)
{
    int field = find_name(j, g);
    const struct person *second = field >= 0 ? judge_second(j, g->witness) : NULL;
    if (!second || !check_departments(j, second) || !check_departments(j, j->performer))
        return false;
    const struct field *f = &judge_step(j)->field[field];
    const struct ref r = {j->step, field};
    if (written_so(j->x, r, batch_input(j->x, r), g->value))
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_EXISTS, args1(j, "record", f->id), NULL);
    struct identity_supplemented s = {
        .step = judge_step(j)->id, .field = f->id, .document = g->document, .reason = g->reason};
    secret_add(j, &s.secrets, f->id, g->value);
    struct draft *d = draft_add(j, j->x->stream, KIND_IDENTITY_SUPPLEMENTED, &s, sizeof(s));
    d->witnessed = second;
    d->sign = true;
    d->meaning = kind_text(KIND_IDENTITY_SUPPLEMENTED);
    judge_accept(j, d, SAY_IDENT_SUPPLEMENTED, args1(j, "field", f->id));
    draft_hold(j, d, SAY_IDENT_SUPPLEMENTED);
    return true;
}

void record_supplement(struct judge *j, const struct kind *k, const void *given)
{
    (void)k;
    if (supplement(j, given))
        return;
    j->x = NULL;
    judge_refuse_found(j);
}
