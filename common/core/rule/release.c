/*
 * The decision, and what comes after it. What was found later takes the release back by itself, until quality
 * has decided again and cited the first decision; a pending result that conforms only supplements it. A
 * product that does not meet its specification leaves only on the physician's own documented acceptance.
 */
#include <string.h>

#include "base/buf.h"
#include "base/enc.h"
#include "base/hash.h"
#include "core/entry/decision.h"
#include "core/rule/record.h"

/* ---- which steps are results, and which decide ---- */

bool field_may_fail(const struct field *f)
{
    bool adverse = f->action.has_lo || f->action.has_hi;
    for (size_t i = 0; i < f->noptions; i++)
        adverse |= f->option[i].effect == EFFECT_DEVIATION || f->option[i].effect == EFFECT_HOLD;
    return adverse;
}

bool step_is_result(const struct step *s)
{
    bool adverse = false;
    for (size_t i = 0; i < s->nfields; i++)
        adverse |= field_may_fail(&s->field[i]);
    return adverse && s->dept == DEPT_QUALITY && (s->verb == VERB_NONE || s->verb == VERB_JUDGE);
}

bool step_decides(const struct step *s)
{
    for (size_t i = 0; i < s->nfields; i++)
        for (size_t k = 0; k < s->field[i].noptions; k++)
            if (disposition_releases(s->field[i].option[k].disposition))
                return true;
    return false;
}

bool batch_given(const struct batch *x)
{
    for (int i = 0; i < (int)x->protocol->nsteps; i++)
        if (x->protocol->step[i].disposition == DISPOSITION_PROVIDED && batch_step_done(x, i))
            return true;
    return false;
}

/* ---- what takes a release back ---- */

static const struct finding *adverse(const struct judge *j)
{
    const struct finding *w = NULL;
    for (size_t i = 0; i < j->found.nfindings; i++) {
        const struct finding *f = &j->found.finding[i];
        bool counts = f->effect == EFFECT_DEVIATION || f->effect == EFFECT_HOLD;
        if (counts && !(say_flags(f->code) & SAY_OF_ENTRY) && (!w || f->effect > w->effect))
            w = f;
    }
    return w;
}

/* What came of this command in j->x: SAY_NONE, or why the release does not stand any more. */
static enum say against(const struct judge *j, enum kind_id kind)
{
    if (kind == KIND_CORRECTION)
        return SAY_RELEASE_CORRECTED;
    if (kind == KIND_EXPOSURE_LINKED)
        return SAY_RELEASE_EXPOSED;
    if (kind == KIND_CONSENT_WITHDRAWN)
        return SAY_CONSENT_WITHDRAWN;
    bool result = kind == KIND_STEP_INPUT || kind == KIND_STEP_FORM || kind == KIND_STEP_SIGNED;
    if (!result || !step_is_result(judge_step(j)))
        return SAY_NONE;
    return adverse(j) ? SAY_RELEASE_RESULT : judge_step(j)->late ? SAY_NONE : SAY_RELEASE_UNPLANNED;
}

/* Of a value by which it was decided the certificate says something else than the record now. */
static bool certified_was_changed(const struct judge *j, enum say why)
{
    return why == SAY_RELEASE_CORRECTED && j->corrected && j->corrected->n &&
           j->corrected->item[0].value.n < decided_at(j->x);
}

void suspend_release(struct judge *j, enum kind_id kind)
{
    const struct batch *x = j->x;
    enum say why = x && x->released ? against(j, kind) : SAY_NONE;
    bool given = why && batch_given(x);
    if (!why || (given && why != SAY_RELEASE_EXPOSED && !adverse(j) && !certified_was_changed(j, why)))
        return;
    if (!given && !x->suspended)
        DRAFT(j, x->stream, KIND_RELEASE_SUSPENDED, struct release_suspended, .cause = say_text(why),
              .recalled = certificates_of(j, x));
    if ((given || !x->suspended) && !x->warn_since && why != SAY_CONSENT_WITHDRAWN) /* it said so itself */
        DRAFT(j, x->stream, KIND_WARNING_DUE, struct warning_due, .cause = say_text(why));
}

/* ---- the clinic is warned when somebody there says so by name ---- */

static bool take_warning(struct judge *j, const struct kind *k, const struct clinic_warned *g)
{
    struct batch *x = j->x = judge_batch(j, g->batch);
    if (!x)
        return judge_find(j, EFFECT_REFUSE, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(g->batch)), NULL);
    if (!x->warn_since)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_UNKNOWN, NULL, NULL);
    if (!check_clinic_of(j))
        return false;
    struct draft *d = draft_add(j, x->stream, k->id, g, sizeof(*g));
    record_accept(j, d, SAY_CLINIC_WARNED, args1(j, "person", j->performer->id));
    return true;
}

void record_warning(struct judge *j, const struct kind *k, const void *given)
{
    if (take_warning(j, k, given))
        return;
    j->x = NULL;
    judge_refuse_found(j);
}

/* ---- who decides, and on what ---- */

/* Whose only measurements these are decides nothing on them, unless another of quality has judged them. */
static bool only_own(const struct judge *j)
{
    const struct batch *x = j->x;
    bool measured = false, judged = false;
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        const struct step *s = &x->protocol->step[i];
        for (size_t o = 0; step_is_result(s) && o < x->step[i].nocc; o++) {
            bool own = occ_performed_by(x->step[i].occ[o], j->performer);
            measured |= own && s->verb == VERB_NONE;
            judged |= !own && s->verb == VERB_JUDGE;
        }
    }
    return measured && !judged;
}

/* A result that holds the batch, as it counts now: a slip of the fingers that was corrected fails no more.
 * What it was later judged to be, or its hold lifted for, changes no measurement. */
static bool measured_out(const struct batch *x, int step)
{
    const struct step *s = &x->protocol->step[step];
    for (size_t o = 0; step_is_result(s) && o < x->step[step].nocc; o++)
        for (size_t i = 0; i < x->step[step].occ[o]->ninputs && !run_replaced(x, step, x->step[step].occ[o]);
             i++) {
            const struct input *in = &x->step[step].occ[o]->input[i];
            if (value_effect(&s->field[in->field], in->text) == EFFECT_HOLD)
                return true;
        }
    return false;
}

/* Measured or judged not to conform, and not accepted by the physician. */
static bool unaccepted(const struct batch *x, const struct deviation *d)
{
    static const enum say failed[] = {SAY_VALUE_ACTION, SAY_VALUE_ACTION_ROOM, SAY_VALUE_UNDECIDED,
                                      SAY_OPTION_DEVIATION, SAY_OPTION_HOLD};
    int step = d->step ? protocol_step(x->protocol, d->step) : -1;
    if (d->accepted || step < 0 || !(x->protocol->step[step].verb == VERB_JUDGE || measured_out(x, step)))
        return false;
    for (size_t i = 0; i < sizeof(failed) / sizeof(*failed); i++)
        if (say_find(d->code) == failed[i])
            return true;
    return false;
}

bool check_specification(struct judge *j)
{
    struct json *list = json_array(j->a);
    if (!check_settled(j, -1))
        return false;
    for (size_t i = 0; i < j->x->ndevs; i++)
        if (unaccepted(j->x, &j->x->dev[i]))
            json_push(list, json_str(j->a, j->x->dev[i].id));
    return list->len == 0 || judge_find(j, EFFECT_REFUSE, SAY_DECISION_SPECIFICATION,
                                        json_set(j->a, json_object(j->a), "deviations", list), NULL);
}

/* The option chosen that releases; NULL: none. */
static const struct option *releasing(const struct judge *j)
{
    for (size_t i = 0; i < j->occ.ninputs; i++) {
        const struct input *in = &j->occ.input[i];
        const struct option *o = field_option(&judge_step(j)->field[in->field], in->text);
        if (o && disposition_releases(o->disposition))
            return o;
    }
    return NULL;
}

/* Who confirms or decides answered for quality before this batch was ordered, or for a day: nobody is made
 * responsible to sign. */
#define OFFICE_MS (INT64_C(24) * 3600 * 1000)
static bool check_in_office(struct judge *j)
{
    const struct step *s = judge_step(j);
    int64_t since = INT64_MAX;
    for (size_t i = 0; i < s->nby; i++) {
        int64_t at = person_role_since(j->performer, s->by[i], INT64_MAX);
        since = at < since ? at : since;
    }
    if (s->nby == 0 || since <= j->x->opened_at || j->now - since >= OFFICE_MS)
        return true;
    char text[CLOCK_TEXT];
    clock_format(since + OFFICE_MS, text);
    struct json *args = args1(j, "person", j->performer->id);
    return judge_find(j, EFFECT_REFUSE, SAY_ACT_NEW_ROLE,
                      json_set_str(j->a, args, "until", arena_strdup(j->a, text)), NULL);
}

bool check_decision(struct judge *j)
{
    enum verb verb = judge_step(j)->verb;
    if ((verb == VERB_CONFIRM || verb == VERB_DECIDE) && !check_in_office(j))
        return false;
    const struct option *o = releasing(j);
    if (!o)
        return true;
    if (!check_facility(j) || !check_forms_checked(j) || !check_rescues_seen(j))
        return false;
    if (only_own(j))
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_OWN_RESULTS, args1(j, "person", j->performer->id), NULL);
    struct json *waiting = rule_pending(j->a, j->x);
    if (o->disposition == DISPOSITION_RELEASED && waiting->len)
        return judge_find(j, EFFECT_REFUSE, SAY_DECISION_PENDING,
                          json_set(j->a, json_object(j->a), "steps", waiting), NULL);
    return check_specification(j);
}

int64_t decision_cited(const struct judge *j)
{
    return j->x->suspended && step_decides(judge_step(j)) ? (int64_t)j->occ_no - 1 : 0;
}

/* ---- what was shown ---- */

static void add_text(struct buf *b, const char *s)
{
    buf_puts(b, s ? s : "");
    buf_addc(b, 0);
}

/* Inputs as they count now, deviations and holds as they stand. What was refused changes nothing of it. */
void rule_shown(const struct batch *x, char ret[44])
{
    struct buf b;
    uint8_t hash[HASH_LEN];
    buf_init(&b);
    buf_printf(&b, "%s %s %zu %d %d ", x->id, x->state, x->corrections, x->released, x->suspended);
    for (size_t s = 0; s < x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++) {
            const struct occ *occ = x->step[s].occ[o];
            buf_printf(&b, "%zu.%zu %d ", s, o, occ->done != 0);
            for (size_t i = 0; i < occ->ninputs; i++)
                add_text(&b, occ->input[i].digest ? occ->input[i].digest : occ->input[i].text);
        }
    for (size_t i = 0; i < x->ndevs; i++)
        buf_printf(&b, "%s %d %d %d %d %d ", x->dev[i].id, (int)x->dev[i].grade, x->dev[i].closed,
                   x->dev[i].accepted, x->dev[i].assessed, x->dev[i].awaits);
    for (size_t i = 0; i < x->nactions; i++)
        buf_printf(&b, "%s %d ", x->action[i].id, x->action[i].verified + 2 * x->action[i].withdrawn);
    for (size_t i = 0; i < x->nholds; i++)
        buf_printf(&b, "%s %d ", x->hold[i].id, x->hold[i].lifted);
    hash_sha256(b.data, b.len, hash);
    enc_digest(hash, ret);
    buf_fini(&b);
}

/* ---- the physician's acceptance ---- */

static bool accept_product(struct judge *j, const struct kind *k, const struct product_accepted *g)
{
    struct batch *x = j->x = judge_batch(j, g->batch);
    const struct deviation *dev = batch_deviation(x, g->dev);
    if (!x)
        return judge_find(j, EFFECT_REFUSE, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(g->batch)), NULL);
    if (x->closed)
        return judge_find(j, EFFECT_REFUSE, SAY_BATCH_CLOSED, args1(j, "batch", x->id), NULL);
    if (!dev || !unaccepted(x, dev))
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_UNKNOWN, NULL, NULL);
    if (!person_has_role(j->performer, "physician"))
        return judge_find(j, EFFECT_REFUSE, SAY_PERSON_ROLE,
                          json_set_str(j->a, args1(j, "role", "physician"), "person", j->performer->id),
                          NULL);
    if (!check_physician_of(j))
        return false;
    struct draft *d = draft_add(j, x->stream, k->id, g, sizeof(*g));
    record_accept(j, d, SAY_ACCEPTED_ACT, NULL);
    return true;
}

void record_product(struct judge *j, const struct kind *k, const void *given)
{
    if (accept_product(j, k, given))
        return;
    j->x = NULL;
    judge_refuse_found(j);
}
