/*
 * What people say of a batch or of the place outside of any step: a deviation, a hold, what somebody outside
 * has told, the facility stopped. Whoever sees something says it: being
 * signed in is enough for that. A closed record is opened by it, and quality closes it again.
 */
#include "core/entry/facility.h"
#include "core/entry/hand.h"
#include "core/rule/record.h"

void reopen_if_closed(struct judge *j)
{
    if (j->x->closed)
        DRAFT(j, j->x->stream, KIND_BATCH_REOPENED, struct batch_reopened, .cause = j->cmd->record)->system =
            true;
}

/* NULL after a refusal. */
static struct batch *said_of(struct judge *j, const char *batch, const char *reason)
{
    j->x = judge_batch(j, batch);
    if (!j->x)
        judge_refuse(j, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(batch)));
    else if (!reason || !*reason)
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", "reason"));
    else
        return j->x;
    return NULL;
}

#define TWICE_MS (10 * 60 * INT64_C(1000))

static bool holds_by_hand(const struct batch *x)
{
    for (size_t i = 0; i < x->nholds; i++)
        if (!x->hold[i].lifted && say_find(x->hold[i].code) == SAY_HAND_HOLD)
            return true;
    return false;
}

/* The same words by the same person, a moment ago: a button that was pressed twice. */
static const struct deviation *said_before(const struct judge *j, const struct deviation_opened *o)
{
    const struct batch *x = j->x;
    for (size_t i = x->ndevs; i-- > 0;) {
        const struct deviation *d = &x->dev[i];
        const char *words =
            d->reason && j->book->disclosed ? j->book->disclosed(j->book->arg, d->reason) : NULL;
        bool same = words && strcmp(words, o->reason.value) == 0 && d->by == j->performer &&
                    strcmp(d->step ? d->step : "", o->step ? o->step : "") == 0;
        if (same && j->now - d->opened_at < TWICE_MS && (!o->hold || holds_by_hand(x)))
            return d;
    }
    return NULL;
}

void record_deviation(struct judge *j, const struct kind *k, const void *given)
{
    struct deviation_opened o = *(const struct deviation_opened *)given;
    struct batch *x = said_of(j, o.batch, o.reason.value);
    if (!x)
        return;
    if (o.step && protocol_step(x->protocol, o.step) < 0) {
        judge_refuse(j, SAY_STEP_UNKNOWN, args1(j, "batch", x->id));
        return;
    }
    const struct deviation *before = said_before(j, &o);
    if (before) {
        judge_refuse(j, SAY_DEVIATION_TWICE, args1(j, "dev", before->id));
        return;
    }
    reopen_if_closed(j);
    o.dev = arena_printf(j->a, "%s-DV%zu", x->id, x->ndevs + 1);
    o.cause = say_text(SAY_HAND_DEVIATION);
    o.args = args1(j, "dev", o.dev);
    o.due = assess_until(j);
    struct draft *d = draft_add(j, x->stream, k->id, &o, sizeof(o));
    record_accept(j, d, SAY_HAND_DEVIATION, args1(j, "dev", o.dev));
    if (o.hold)
        draft_hold(j, d, SAY_HAND_HOLD);
}

void record_hold(struct judge *j, const struct kind *k, const void *given)
{
    struct hold_placed h = *(const struct hold_placed *)given;
    struct batch *x = said_of(j, h.batch, h.reason.value);
    if (!x)
        return;
    reopen_if_closed(j);
    h.hold = arena_printf(j->a, "%s-H%zu", x->id, x->nholds + 1);
    h.cause = say_text(SAY_HAND_HOLD);
    record_accept(j, draft_add(j, x->stream, k->id, &h, sizeof(h)), SAY_HAND_HOLD, args1(j, "hold", h.hold));
}

/* What is heard of a product is looked into by quality, and the record is not complete before (R 105-107). */
static enum say information_code(enum information about)
{
    switch (about) {
    case INFORMATION_ILLNESS:
        return SAY_INFORMATION_ILLNESS;
    case INFORMATION_COMPLAINT:
    case INFORMATION_QUALITY:
        return SAY_INFORMATION_PRODUCT;
    case INFORMATION_NONE:
    case INFORMATION_OTHER:
        break;
    }
    return SAY_HAND_INFORMATION;
}

/* A complaint, quality information, an illness: they come when the record is long closed. */
void record_information(struct judge *j, const struct kind *k, const void *given)
{
    const struct information_received *g = given;
    struct batch *x = said_of(j, g->batch, g->reason.value);
    if (!x)
        return;
    reopen_if_closed(j);
    enum say code = information_code(g->about);
    if (code != SAY_HAND_INFORMATION)
        judge_find(j, EFFECT_DEVIATION, code, args1(j, "batch", x->id), NULL);
    record_accept(j, draft_add(j, x->stream, k->id, g, sizeof(*g)), SAY_HAND_INFORMATION,
                  args1(j, "batch", x->id));
}

/* ---- the patient does not want it any more ---- */

/* As the log writes times; NULL after a refusal. */
static const char *moment_of(struct judge *j, const char *said)
{
    char text[CLOCK_TEXT];
    int64_t ms;
    if (clock_parse_rfc3339(said, &ms) != 0 || ms > j->now + BOUND_CLOCK_SAID_MS) {
        judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "at"), NULL);
        return NULL;
    }
    clock_format(ms, text);
    return arena_strdup(j->a, text);
}

static bool withdraw(struct judge *j, const struct kind *k, const struct consent_withdrawn *g)
{
    struct consent_withdrawn w = *g;
    struct batch *x = j->x = judge_batch(j, g->batch);
    if (!x)
        return judge_find(j, EFFECT_REFUSE, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(g->batch)), NULL);
    w.at = check_clinic_of(j) ? moment_of(j, g->at) : NULL;
    if (!w.at)
        return false;
    bool stops = !x->closed && !x->stopped && !batch_given(x);
    reopen_if_closed(j);
    struct draft *d = draft_add(j, x->stream, k->id, &w, sizeof(w));
    record_accept(j, d, stops ? SAY_CONSENT_WITHDRAWN : SAY_CONSENT_LATE, args1(j, "batch", x->id));
    if (stops)
        draft_hold(j, d, SAY_CONSENT_WITHDRAWN);
    return true;
}

/*
 * What can be stopped is: the patient's side at once, by a hold, and a release that stands. What becomes of
 * cells that grow, quality decides (discarded and closed, or the hold lifted if it was a mistake). What was
 * given stays recorded; so does a closed batch, which quality closes again.
 */
void record_consent(struct judge *j, const struct kind *k, const void *given)
{
    if (withdraw(j, k, given))
        return;
    j->x = NULL;
    judge_refuse_found(j);
}

/* ---- the place ---- */

bool may_resume(struct judge *j, const struct kind *k, const void *given)
{
    const struct right_about about = {.causer = j->book->stopped.on ? j->book->stopped.by : NULL};
    (void)given;
    return check_right(j, k->record->right, &about);
}

void record_stop(struct judge *j, const struct kind *k, const void *given)
{
    const struct facility_stopped *g = given;
    bool stop = k->id == KIND_FACILITY_STOPPED;
    if (!g->reason.value || !*g->reason.value)
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", "reason"));
    else if (stop == j->book->stopped.on)
        judge_refuse(j, SAY_RECORD_EXISTS, args1(j, "record", "facility"));
    else
        record_accept(j, draft_add(j, "facility", k->id, g, sizeof(*g)),
                      stop ? SAY_FACILITY_STOPPED : SAY_ACCEPTED_ACT, NULL);
}

/* Cells that are there are cared for; nothing new begins, and nothing leaves. */
bool check_facility(struct judge *j)
{
    return !j->book->stopped.on || judge_find(j, EFFECT_REFUSE, SAY_FACILITY_STOPPED, NULL, NULL);
}
