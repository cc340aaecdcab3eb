/*
 * A recorded value is corrected by a new entry, with a reason and a second person; both values stay in the
 * log (doc/bench.md 1.13 and 3, case 2). The new value is a fact and judged by the same limits; what was
 * derived from the old one, in this step and in later ones, is computed anew.
 */
#include <string.h>

#include "base/bounds.h"
#include "core/rule/record.h"

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

/* Why not: each says what is done instead. */
static enum say not_correctable(const struct step *s, int field)
{
    if (s->verb != VERB_NONE)
        return SAY_CORRECTION_SIGNED;
    return s->field[field].kind == FIELD_DERIVED ? SAY_CORRECTION_DERIVED : SAY_CORRECTION_THING;
}

/* ---- people ---- */

/* Who is named by another one has said so: whoever signed in this morning may be at lunch, and a badge is no
 * secret. Of the own PIN, typed here just now, that is known. */
static bool check_said_so(struct judge *j, const struct person *p)
{
    int within = j->cmd->second_within_s ? j->cmd->second_within_s : 300;
    if (j->now - bench_secret(j->bench, p) <= within * INT64_C(1000))
        return true;
    struct json *args = json_set_int(j->a, args1(j, "person", p->id), "minutes", (within + 59) / 60);
    return judge_find(j, EFFECT_REFUSE, SAY_WITNESS_UNCONFIRMED, args, NULL);
}

const struct person *judge_second(struct judge *j, const char *badge)
{
    struct code c; /* looked up, not kept */
    if (code_read(badge, strlen(badge), &c) != CODE_OK || c.kind != CODE_BADGE) {
        judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "witness"), NULL);
        return NULL;
    }
    const struct person *p = badge_person(j->book, j->st, c.id, j->now);
    if (!p)
        judge_find(j, EFFECT_REFUSE, SAY_SESSION_UNKNOWN_BADGE, NULL, NULL);
    else if (p == j->performer)
        judge_find(j, EFFECT_REFUSE, SAY_WITNESS_SAME, args1(j, "person", p->id), NULL);
    else if (!bench_staffed(j) || !signed_in_here(j, p))
        judge_find(j, EFFECT_REFUSE, SAY_WITNESS_ABSENT, args1(j, "person", p->id), NULL);
    else if (p->suspended || p->locked)
        judge_find(j, EFFECT_REFUSE, SAY_PERSON_SUSPENDED, args1(j, "person", p->id), NULL);
    else if (check_fresh(j, p) && check_said_so(j, p))
        return p;
    return NULL;
}

/* ---- the second person: one who may do the step or see it, and was there ---- */

static bool has_one(const struct person *p, size_t n, const char **role)
{
    for (size_t i = 0; i < n; i++)
        if (person_has_role(p, role[i]))
            return true;
    return false;
}

static bool may_see(const struct judge *j, const struct person *p)
{
    const struct step *s = judge_step(j);
    enum dept other = s->dept == DEPT_MANUFACTURING ? DEPT_QUALITY
                      : s->dept == DEPT_QUALITY     ? DEPT_MANUFACTURING
                                                    : DEPT_NONE;
    bool does = (!s->nby || has_one(p, s->nby, s->by)) && (!s->dept || p->dept == s->dept);
    return (does || has_one(p, s->nwitness_by, s->witness_by)) && !(other && batch_acted(j->x, p, other));
}

static bool took_part(const struct occ *o, const struct person *p)
{
    return occ_performed_by(o, p) || o->recorder == p || o->witness == p || o->seen_by == p;
}

/* At a bench of that room by then. Of a day that is over the benches say nothing any more: there the step
 * does. */
static bool stood_there(const struct judge *j, const struct person *p, const struct station *where,
                        int64_t at)
{
    size_t pos = 0;
    for (const struct station *st; where && (st = map_next(&j->book->stations, &pos));) {
        bool here = st == where || (st->room && where->room && strcmp(st->room, where->room) == 0);
        for (const struct was *w = here ? st->bench.was : NULL; w; w = w->next)
            if (w->person == p && w->since <= at && (!w->gone || at <= w->gone))
                return true;
    }
    return false;
}

static bool was_there(const struct judge *j, const struct person *p, const struct occ *o, int64_t at)
{
    const struct stepstate *s = &j->x->step[j->step];
    for (size_t i = 0; i < s->nocc; i++)
        if (took_part(s->occ[i], p))
            return true;
    return stood_there(j, p, o->station, at);
}

/* Of an absence somebody else has spoken than the two who would do without. */
static bool absent(const struct judge *j, const struct person *p)
{
    const struct away *a = person_away(p, clock_day(j->now));
    return a && a->by && strcmp(a->by, j->performer->id) != 0 &&
           (!j->second || strcmp(a->by, j->second->id) != 0);
}

/* Is anybody left who could be asked? */
static bool one_is_left(const struct judge *j, const struct occ *o, int64_t at)
{
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&j->book->people, &pos));)
        if (p != j->performer && !p->suspended && !p->locked && !absent(j, p) && may_see(j, p) &&
            was_there(j, p, o, at))
            return true;
    return false;
}

/* Quality; for what is done outside of the facility another one of those there. */
static bool stands_in(const struct judge *j, const struct person *p)
{
    enum dept dept = judge_step(j)->dept;
    if (dept == DEPT_CLINIC || dept == DEPT_CARRIER)
        return p->dept == dept;
    return right_among(j->book->rights, &rights_of(j->book->rights, RIGHT_CORRECTION_INSTEAD)->by, p, NULL);
}

/* Whoever cannot be asked is not waited for: somebody else sees it then, and it is told. */
static bool check_second_there(struct judge *j, const struct occ *o, int64_t at, struct correction *ret)
{
    const struct person *p = j->second;
    struct json *args = args1(j, "person", p->id);
    if (may_see(j, p) && was_there(j, p, o, at))
        return true;
    if (one_is_left(j, o, at) || !stands_in(j, p))
        return judge_find(j, EFFECT_REFUSE, SAY_CORRECTION_THERE, args, NULL);
    ret->instead = true;
    return judge_find(j, EFFECT_ALERT, SAY_CORRECTION_INSTEAD, args, NULL);
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

static void insert_input(struct judge *j, size_t at)
{
    struct input last = j->occ.input[j->occ.ninputs - 1];
    memmove(&j->occ.input[at + 1], &j->occ.input[at], (j->occ.ninputs - 1 - at) * sizeof(*j->occ.input));
    j->occ.input[at] = last;
}

/* `value` NULL: taken back. */
static void note_corrected(struct judge *j, int field, const struct input *value)
{
    struct corrections *c = j->corrected;
    if ((c->n & (c->n - 1)) == 0) { /* full: as many again */
        struct corrected *more = arena_alloc(j->a, (c->n ? 2 * c->n : 1) * sizeof(*more));
        if (c->n)
            memcpy(more, c->item, c->n * sizeof(*more));
        c->item = more;
    }
    struct corrected *item = &c->item[c->n++];
    *item = (struct corrected){.at = {j->step, field}, .occ = (size_t)j->occ_no, .gone = !value};
    if (value)
        item->value = *value;
}

/* Was what the derived field has of `r` corrected by this command? */
static bool is_corrected(const struct judge *j, struct ref r)
{
    size_t occ = r.step == j->step ? (size_t)j->occ_no : occ_as_of(j, r);
    return corrected_at(j, r, occ) != NULL;
}

static bool depends(const struct judge *j, const struct field *f)
{
    for (size_t i = 0; i < f->nargs; i++)
        if (is_corrected(j, f->arg[i]))
            return true;
    return false;
}

static void tell_derived(struct judge *j, const struct field *f, const char *value, struct deriveds *all)
{
    derived_add(j, all,
                (struct derived){.field = f->id,
                                 .value = value,
                                 .unit = value ? f->unit : NULL,
                                 .step = judge_step(j)->id,
                                 .occ = j->occ_no});
}

/* One derived value anew, from what it was computed from then. What cannot be computed any more is taken
 * back: the item has no value. */
static void derive_anew(struct judge *j, int field, struct deriveds *all)
{
    const struct field *f = &judge_step(j)->field[field];
    struct deriveds ignored = {0};
    size_t at = j->occ.ninputs;
    for (size_t k = 0; k < j->occ.ninputs; k++)
        if (j->occ.input[k].field == field)
            at = k;
    bool had = at < j->occ.ninputs;
    const struct input was = j->occ.input[had ? at : j->occ.ninputs - 1];
    j->corrected->as_of = was.n;
    if (!depends(j, f))
        return;
    if (had)
        drop_input(j, at);
    if (derive_field(j, field, &ignored)) {
        struct input *now = &j->occ.input[j->occ.ninputs - 1];
        if (had)
            tell_milder(j, &was, now->text);
        now->at = was.at;
        now->n = was.n;
        note_corrected(j, field, now);
        tell_derived(j, f, now->text, all);
    } else if (had) {
        tell_milder(j, &was, NULL);
        note_corrected(j, field, NULL);
        tell_derived(j, f, NULL, all);
    }
}

static void derive_step(struct judge *j, struct deriveds *all)
{
    for (int i = 0; i < (int)judge_step(j)->nfields && j->occ.ninputs; i++)
        if (judge_step(j)->field[i].kind == FIELD_DERIVED)
            derive_anew(j, i, all);
    j->corrected->as_of = 0;
}

/* Each occurrence that had the value: not only the newest, and not those that came before it. */
static void derive_later(struct judge *j, struct deriveds *all)
{
    const struct corrected first = j->corrected->item[0];
    for (int i = 0; i < (int)j->x->protocol->nsteps; i++)
        for (size_t no = 1; no <= j->x->step[i].nocc; no++) {
            if (i == first.at.step && no == first.occ)
                continue;
            enter_occ(j, i, no);
            j->first_new = 0;
            derive_step(j, all);
        }
}

/* ---- the correction ---- */

/* The input that is corrected: of the occurrence named, else of the newest one that has the field. */
static bool find_input(struct judge *j, const struct correction *given, int field, size_t *ret_no,
                       size_t *ret_at)
{
    const struct stepstate *s = &j->x->step[j->step];
    int64_t wanted = given->occ;
    const char *old = given->old;
    for (size_t no = s->nocc; no >= 1; no--)
        for (size_t i = s->occ[no - 1]->ninputs; (!wanted || wanted == (int64_t)no) && i-- > 0;) {
            const struct input *in = &s->occ[no - 1]->input[i];
            if (in->field != field || in->first_of_two || (old && strcmp(in->text, old) != 0))
                continue;
            *ret_no = no;
            *ret_at = i;
            return true;
        }
    return judge_find(j, EFFECT_REFUSE, old ? SAY_ACT_SHOWN_DIFFERS : SAY_RECORD_UNKNOWN, NULL, NULL);
}

/* Which of two entries that differ is true quality has to say first. */
static bool check_stands(struct judge *j, int field, const struct input *in)
{
    const char *step = judge_step(j)->id, *name = judge_step(j)->field[field].id;
    for (size_t i = 0; in->differed && !in->changed && i < j->x->ndevs; i++) {
        const struct deviation *d = &j->x->dev[i];
        if (say_flags(say_find(d->code)) & SAY_TWO && d->step && strcmp(d->step, step) == 0 && d->field &&
            strcmp(d->field, name) == 0 && !deviation_judged(j, j->x, d))
            return judge_find(j, EFFECT_REFUSE, SAY_CORRECTION_STANDS,
                              json_set_str(j->a, args1(j, "dev", d->id), "field", name), NULL);
    }
    return true;
}

static bool take_correction(struct judge *j, const struct correction *given, int field,
                            struct correction *ret)
{
    const struct field *f = &judge_step(j)->field[field];
    const char *text;
    size_t no = 0, at = 0;
    if (!find_input(j, given, field, &no, &at) ||
        !check_stands(j, field, &j->x->step[j->step].occ[no - 1]->input[at]) ||
        !check_second_there(j, j->x->step[j->step].occ[no - 1], j->x->step[j->step].occ[no - 1]->input[at].at,
                            ret) ||
        !read_value(j, f, given->value, &j->code, &text))
        return false;
    enter_occ(j, j->step, no);
    const struct input was = j->occ.input[at];
    int step = j->step;
    j->when = j->occ.input[at].at; /* judged for when it was so: a lot in date then was in date */
    drop_input(j, at);
    j->first_new = j->occ.ninputs;
    if (!check_field(j, field, j->code, text, &text))
        return false;
    scratch_add(j, field, text, j->code);
    tell_milder(j, &was, text);
    j->occ.input[j->occ.ninputs - 1].n = was.n;
    insert_input(j, at);
    j->first_new = at;
    note_corrected(j, field, &j->occ.input[at]);
    ret->occ = (int64_t)no;
    derive_step(j, &ret->derived);
    if (!check_balance(j) || !check_ordered(j))
        return false;
    if (f->kind == FIELD_TEXT) {
        secret_add(j, &ret->secrets, f->id, text);
    } else {
        ret->old = was.text;
        ret->value = text;
        ret->unit = f->kind != FIELD_LOT ? f->unit : *j->code->unit ? j->code->unit : NULL;
    }
    derive_later(j, &ret->derived);
    j->step = step;
    return true;
}

/* Batch, step and field of the correction; refused if they are none, or not to be corrected. */
static int find_field(struct judge *j, const struct correction *given)
{
    j->x = judge_batch(j, given->batch);
    int step = j->x ? protocol_step(j->x->protocol, given->step) : -1;
    int field = step >= 0 ? step_field(&j->x->protocol->step[step], given->field) : -1;
    j->step = step;
    if (!given->value)
        judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "value"), NULL);
    else if (!j->x)
        judge_find(j, EFFECT_REFUSE, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(given->batch)), NULL);
    else if (step < 0)
        judge_find(j, EFFECT_REFUSE, SAY_STEP_UNKNOWN, NULL, NULL);
    else if (field < 0)
        judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "field"), NULL);
    else if (!correctable(judge_step(j), &judge_step(j)->field[field]))
        judge_find(j, EFFECT_REFUSE, not_correctable(judge_step(j), field),
                   args1(j, "field", judge_step(j)->field[field].id), NULL);
    return field;
}

static bool correct(struct judge *j, const struct correction *given)
{
    int field = find_field(j, given);
    const struct person *second = judge_refusal(j) ? NULL : judge_second(j, given->witness);
    j->second = second;
    if (!second || !check_departments(j, j->performer) || !check_identity_correction(j, field))
        return false;
    const struct field *f = &judge_step(j)->field[field];
    struct correction c = {.step = judge_step(j)->id, .field = f->id};
    struct corrections *corrected = arena_alloc(j->a, sizeof(*corrected));
    /* a field's own id has no dot */
    secret_add(j, &c.secrets, strcmp(f->id, "reason") == 0 ? "reason.why" : "reason", given->reason);
    j->fact = true;
    j->corrected = corrected;
    if (!take_correction(j, given, field, &c))
        return false;
    reopen_if_closed(j);
    struct draft *d = draft_add(j, j->x->stream, KIND_CORRECTION, &c, sizeof(c));
    d->witnessed = second;
    d->sign = true;
    d->meaning = "correction";
    judge_accept(j, d, SAY_ACCEPTED_ACT, NULL);
    return true;
}

void record_correction(struct judge *j, const struct kind *k, const void *given)
{
    (void)k;
    if (correct(j, given))
        return;
    j->x = NULL;
    judge_refuse_found(j);
}
