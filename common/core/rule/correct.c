/*
 * A recorded value is corrected by a new entry, with a reason and a second person; both values stay in the
 * log (doc/bench.md 1.13 and 3, case 2). The new value is a fact and judged by the same limits; what was
 * derived from the old one, in this step and in later ones, is computed anew.
 */
#include <string.h>

#include "base/bounds.h"
#include "core/rule/judge.h"

#define CORRECTIONS_MAX (sizeof(((struct judge *)0)->corrected) / sizeof(struct ref))

/* What a scan did to a container or a place cannot be undone by words, nor what was signed, nor an identity.
 */
static bool correctable(const struct step *s, const struct field *f)
{
    static const bool kind[] = {
        [FIELD_LOT] = true,  [FIELD_DOCUMENT] = true, [FIELD_NUMBER] = true, [FIELD_CHOICE] = true,
        [FIELD_DATE] = true, [FIELD_TOKEN] = true,    [FIELD_TEXT] = true,   [FIELD_DERIVED] = false,
    };
    bool state = false;
    for (size_t i = 0; i < f->noptions; i++)
        state |= f->option[i].state != NULL;
    return s->verb == VERB_NONE && kind[f->kind] && !state;
}

/* ---- people ---- */

const struct person *judge_second(struct judge *j, const char *badge)
{
    struct code c;
    if (code_read(badge, strlen(badge), &c) != 0 || c.kind != CODE_BADGE) {
        judge_find(j, EFFECT_REFUSE, "record.invalid", args1(j, "field", "witness"), NULL);
        return NULL;
    }
    const struct person *p = book_person(j->book, c.id);
    if (!p)
        judge_find(j, EFFECT_REFUSE, "session.unknown-badge", NULL, NULL);
    else if (p == j->performer)
        judge_find(j, EFFECT_REFUSE, "witness.same", args1(j, "person", p->id), NULL);
    else if (!bench_staffed(j) || !signed_in_here(j, p))
        judge_find(j, EFFECT_REFUSE, "witness.absent", args1(j, "person", p->id), NULL);
    else if (p->suspended || p->locked)
        judge_find(j, EFFECT_REFUSE, "person.suspended", args1(j, "person", p->id), NULL);
    else
        return p;
    return NULL;
}

/* Nor of the other department of this batch. */
static const struct person *second_person(struct judge *j, const struct json *body)
{
    const struct person *p = judge_second(j, json_get_str(body, "witness"));
    return p && check_departments(j, p) ? p : NULL;
}

/* ---- the occurrence with its new value ---- */

/* A scratch copy of occurrence `no` (from 1). */
static void enter_occ(struct judge *j, int step, size_t no)
{
    const struct occ *o = j->x->step[step].occ[no - 1];
    j->step = step;
    j->begins = false;
    j->occ_no = (int64_t)no;
    j->occ = *o;
    j->occ.cap = o->ninputs + BOUND_STEP_FIELDS;
    j->occ.input = arena_alloc(j->a, j->occ.cap * sizeof(*j->occ.input));
    if (o->ninputs)
        memcpy(j->occ.input, o->input, o->ninputs * sizeof(*o->input));
}

static void drop_input(struct judge *j, size_t at)
{
    memmove(&j->occ.input[at], &j->occ.input[at + 1], (j->occ.ninputs - at - 1) * sizeof(*j->occ.input));
    j->occ.ninputs--;
}

static bool is_corrected(const struct judge *j, struct ref r)
{
    for (size_t i = 0; i < j->ncorrected; i++)
        if (j->corrected[i].step == r.step && j->corrected[i].field == r.field)
            return true;
    return false;
}

static bool note_corrected(struct judge *j, struct ref r, struct input in)
{
    if (j->ncorrected == CORRECTIONS_MAX)
        return false;
    j->corrected[j->ncorrected] = r;
    j->new_value[j->ncorrected++] = in;
    return true;
}

static bool depends(const struct judge *j, const struct field *f)
{
    for (size_t i = 0; i < f->nargs; i++)
        if (is_corrected(j, f->arg[i]))
            return true;
    return false;
}

/* Derived values of the scratch that depend on something corrected are taken out; were there any? */
static bool forget_derived(struct judge *j)
{
    const struct step *s = judge_step(j);
    bool any = false;
    for (int i = 0; i < (int)s->nfields; i++) {
        if (s->field[i].kind != FIELD_DERIVED || !depends(j, &s->field[i]))
            continue;
        for (size_t k = j->occ.ninputs; k-- > 0;)
            if (j->occ.input[k].field == i) {
                note_corrected(j, (struct ref){j->step, i}, j->occ.input[k]);
                drop_input(j, k);
                any = true;
                break;
            }
    }
    return any;
}

/* Computes anew what was taken out of this step; the entry names step and occurrence beside each value. */
static void derive_again(struct judge *j, struct json *all)
{
    j->derived = NULL;
    check_derived(j);
    json_each(d, j->derived) {
        struct json *copy = json_copy(j->a, d);
        json_set_str(j->a, copy, "step", judge_step(j)->id);
        json_push(all, json_set_int(j->a, copy, "occ", j->occ_no));
    }
    for (size_t i = 0; i < j->ncorrected; i++)
        for (size_t k = 0; j->corrected[i].step == j->step && k < j->occ.ninputs; k++)
            if (j->occ.input[k].field == j->corrected[i].field)
                j->new_value[i] = j->occ.input[k];
    j->derived = NULL;
}

static void derive_later(struct judge *j, struct json *all)
{
    for (int i = 0; i < (int)j->x->protocol->nsteps; i++) {
        if (i == j->corrected[0].step || j->x->step[i].nocc == 0)
            continue;
        enter_occ(j, i, j->x->step[i].nocc);
        j->first_new = 0;
        if (forget_derived(j))
            derive_again(j, all);
    }
}

/* ---- the correction ---- */

/* The input that is corrected: of the occurrence named, else of the newest one that has the field. */
static bool find_input(struct judge *j, const struct json *body, int field, size_t *ret_no, size_t *ret_at)
{
    const struct stepstate *s = &j->x->step[j->step];
    int64_t wanted = json_get_int(body, "occ", 0);
    const char *old = json_get_str(body, "old");
    for (size_t no = s->nocc; no >= 1; no--)
        for (size_t i = s->occ[no - 1]->ninputs; (!wanted || wanted == (int64_t)no) && i-- > 0;) {
            const struct input *in = &s->occ[no - 1]->input[i];
            if (in->field != field || in->first_of_two || (old && strcmp(in->text, old) != 0))
                continue;
            *ret_no = no;
            *ret_at = i;
            return true;
        }
    return judge_find(j, EFFECT_REFUSE, old ? "act.shown-differs" : "record.unknown", NULL, NULL);
}

static bool take_correction(struct judge *j, const struct json *body, int field, struct draft *d)
{
    const struct field *f = &judge_step(j)->field[field];
    const char *text;
    size_t no = 0, at = 0;
    struct code c;
    if (!find_input(j, body, field, &no, &at) || !read_value(j, f, json_get_str(body, "value"), &c, &text))
        return false;
    enter_occ(j, j->step, no);
    const char *old = j->occ.input[at].text;
    int step = j->step;
    j->code = c;
    j->when = j->occ.input[at].at; /* judged for when it was so: a lot in date then was in date */
    drop_input(j, at);
    j->first_new = j->occ.ninputs;
    if (!check_field(j, field, &c, text, &text))
        return false;
    scratch_add(j, field, text, &c);
    note_corrected(j, (struct ref){step, field}, j->occ.input[j->occ.ninputs - 1]);
    struct json *derived = json_array(j->a);
    json_set_int(j->a, d->body, "occ", (int64_t)no);
    forget_derived(j);
    derive_again(j, derived);
    if (!check_balance(j))
        return false;
    if (f->kind == FIELD_TEXT) {
        draft_secret(j, d, f->id, text);
    } else {
        json_set_str(j->a, d->body, "old", old);
        json_set_str(j->a, d->body, "value", text);
        json_set_str(j->a, d->body, "unit", f->kind == FIELD_LOT ? (*c.unit ? c.unit : NULL) : f->unit);
    }
    derive_later(j, derived);
    json_set(j->a, d->body, "derived", derived->len ? derived : NULL);
    j->step = step;
    return true;
}

/* Batch, step and field of the correction; refused if they are none, or not to be corrected. */
static int find_field(struct judge *j, const struct json *body)
{
    j->x = book_batch(j->book, json_get_str(body, "batch"));
    int step = j->x ? protocol_step(j->x->protocol, json_get_str(body, "step")) : -1;
    int field = step >= 0 ? step_field(&j->x->protocol->step[step], json_get_str(body, "field")) : -1;
    j->step = step;
    if (!j->x)
        judge_find(j, EFFECT_REFUSE, "batch.unknown",
                   args1(j, "batch", plain_id(json_get_str(body, "batch"))), NULL);
    else if (j->x->closed)
        judge_find(j, EFFECT_REFUSE, "batch.closed", args1(j, "batch", j->x->id), NULL);
    else if (step < 0)
        judge_find(j, EFFECT_REFUSE, "step.unknown", NULL, NULL);
    else if (field < 0 || !correctable(judge_step(j), &judge_step(j)->field[field]))
        judge_find(j, EFFECT_REFUSE, "record.invalid", args1(j, "field", "field"), NULL);
    return field;
}

static bool correct(struct judge *j, const struct json *body)
{
    int field = find_field(j, body);
    const struct person *second = judge_refusal(j) ? NULL : second_person(j, body);
    if (!second || !check_role(j, j->performer) || !check_departments(j, j->performer))
        return false;
    struct json *b = args1(j, "step", judge_step(j)->id);
    struct draft *d = draft_add(j, j->x->stream, "correction",
                                json_set_str(j->a, b, "field", judge_step(j)->field[field].id));
    d->witnessed = second;
    d->sign = true;
    d->meaning = "correction";
    /* a field's own id has no dot */
    draft_secret(j, d, strcmp(judge_step(j)->field[field].id, "reason") == 0 ? "reason.why" : "reason",
                 json_get_str(body, "reason"));
    j->fact = true;
    if (!take_correction(j, body, field, d))
        return false;
    judge_accept(j, d, "accepted.act", NULL);
    linked_drafts(j);
    return true;
}

void judge_correction(struct judge *j, const struct json *body)
{
    if (correct(j, body))
        return;
    const struct finding *f = judge_refusal(j);
    j->v->ndrafts = 0;
    j->code = (struct code){.kind = CODE_TEXT};
    j->x = NULL;
    judge_refuse(j, f->code, f->args);
}
