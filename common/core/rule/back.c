/*
 * What one typed last is taken back by X-BACK, as long as the step is not ended: a slip is put right by who
 * made it, and is told as what it was. The log keeps both, and a hold that the value brought stands; so does
 * a deviation, unless the value is asked for again and brings its own. A value that is asked for once more is
 * not taken back but answered; the second entry of one is, and then it is asked for again: so nobody types a
 * bad value away.
 */
#include "core/rule/judge.h"

static bool is_typed(const struct field *f)
{
    for (size_t i = 0; i < f->noptions; i++)
        if (f->option[i].state)
            return false; /* what it made of the batch stays */
    return f->kind == FIELD_NUMBER || f->kind == FIELD_CHOICE || f->kind == FIELD_DATE ||
           f->kind == FIELD_TOKEN || f->kind == FIELD_TEXT;
}

/* Who declared something and has left again keeps nobody from the own declaration. */
static bool is_ones_own(const struct judge *j, const struct input *in)
{
    return in->by == j->performer || (judge_step(j)->declares_fit && !signed_in_here(j, in->by));
}

static const struct input *newest(const struct judge *j)
{
    const struct occ *o = &j->occ;
    const struct step *s = judge_step(j);
    for (size_t i = o->ninputs; !j->begins && i-- > 0;)
        if (s->field[o->input[i].field].kind != FIELD_DERIVED)
            return &o->input[i];
    return NULL;
}

/* What the second entry of a value brought, which is asked for again: whatever is true will bring it again.
 */
static struct texts slips_of(struct judge *j, const struct input *in)
{
    const struct batch *x = j->x;
    const char *field = judge_step(j)->field[in->field].id, *step = judge_step(j)->id;
    const char **list = arena_alloc(j->a, (x->ndevs + 1) * sizeof(*list));
    size_t n = 0;
    bool again = (in->confirmed || in->second) && !judge_step(j)->field[in->field].twice;
    for (size_t i = 0; again && i < x->ndevs; i++) {
        const struct deviation *d = &x->dev[i];
        if (!d->closed && !d->assessed && !(say_flags(say_find(d->code)) & SAY_RAW_DATA) &&
            d->ninputs >= in->n && d->field && strcmp(d->field, field) == 0 && d->step &&
            strcmp(d->step, step) == 0)
            list[n++] = d->id;
    }
    return (struct texts){n, list};
}

bool judge_take_back(struct judge *j)
{
    const struct bench *b = j->bench;
    if (!b->batch || b->batch->closed || b->step < 0)
        return false;
    judge_enter(j, b->batch, b->step);
    const struct step *s = judge_step(j);
    const struct input *in = newest(j);
    const struct field *f = in ? &s->field[in->field] : NULL;
    if (!in || in->asked || !is_typed(f) || !is_ones_own(j, in)) {
        j->x = NULL;
        j->step = -1;
        return false;
    }
    struct step_input back = {.step = s->id,
                              .occ = j->occ_no,
                              .field = f->id,
                              .text = field_personal(f) ? "*" : in->text,
                              .kind = "back",
                              .unit = f->kind == FIELD_NUMBER ? f->unit : NULL,
                              .back = true,
                              .slips = slips_of(j, in)};
    struct json *args = args1(j, "field", f->id);
    judge_find(j, EFFECT_ALERT, SAY_VALUE_TAKEN_BACK, args, f->id);
    judge_accept(j, draft_add(j, j->x->stream, KIND_STEP_INPUT, &back, sizeof(back)), SAY_VALUE_TAKEN_BACK,
                 args);
    return true;
}

/* ---- who would be unfit ---- */

bool awaits_yes(const struct judge *j)
{
    const struct step *s = judge_step(j);
    bool fit = true;
    for (size_t i = 0; i < j->occ.ninputs; i++) {
        const struct option *o = field_option(&s->field[j->occ.input[i].field], j->occ.input[i].text);
        fit &= (!o || o->effect == EFFECT_OK) && j->occ.input[i].by == j->performer;
    }
    return s->declares_fit && !s->witness && !fit && fields_complete(j);
}

bool ends_short(const struct judge *j)
{
    const struct step *s = judge_step(j);
    return !j->begins && !s->witness && !s->declares_fit && fields_complete(j);
}

bool judge_yes(struct judge *j)
{
    const struct bench *b = j->bench;
    if (!b->batch || b->batch->closed || b->step < 0)
        return false;
    judge_enter(j, b->batch, b->step);
    bool own = !j->begins;
    for (size_t i = 0; i < j->occ.ninputs; i++)
        own &= j->occ.input[i].by == j->performer;
    bool unfit = own && awaits_yes(j);
    if (!unfit && !ends_short(j)) {
        j->x = NULL;
        j->step = -1;
        return false;
    }
    if (!unfit && !check_people(j)) {
        judge_refuse_found(j);
        return true;
    }
    const struct step *s = judge_step(j);
    check_took(j);
    struct draft *d = DRAFT(j, j->x->stream, KIND_STEP_INPUT, struct step_input, .step = s->id,
                            .occ = j->occ_no, .kind = "yes", .done = true);
    d->law = s->law;
    d->nlaw = s->nlaw;
    judge_accept(j, d, unfit ? SAY_ACCEPTED_UNFIT : SAY_ACCEPTED_STEP_DONE,
                 unfit ? args1(j, "person", j->performer->id) : args1(j, "step", s->id));
    step_finish_drafts(j);
    return true;
}
