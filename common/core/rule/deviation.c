/*
 * Quality's acts on deviations and holds. What a deviation means for its batch is assessed by a designated
 * person, within the time that the table of rights gives, and confirmed by another one of quality; until then
 * it is in the way of a decision. It is closed later. Who caused it judges nothing of it, and where everybody
 * of quality is barred the facility manager judges (`instead` in the table of rights).
 */
#include "core/entry/action.h"
#include "core/rule/record.h"

/* ---- who may ---- */

static const struct deviation *open_deviation(const struct batch *x, const char *id)
{
    const struct deviation *d = batch_deviation(x, id);
    return d && !d->closed ? d : NULL;
}

static const struct hold *open_hold(const struct batch *x, const char *id)
{
    const struct hold *h = batch_hold(x, id);
    return h && !h->lifted ? h : NULL;
}

/* What a decision chose, or two say of a session that nobody can judge, causes nothing. */
static bool was_decided(const struct batch *x, const struct deviation *d)
{
    int step = protocol_step(x->protocol, d->step ? d->step : "");
    if (say_find(d->code) == SAY_ROOM_NEVER_READ)
        return true;
    return step >= 0 && x->protocol->step[step].verb == VERB_DECIDE &&
           say_flags(say_find(d->code)) & SAY_OPTION;
}

/* Of who caused it: `d` is the deviation, also of the hold that it made, or NULL. */
static void about_cause(struct right_about *about, const struct deviation *d, const struct person *by,
                        const struct person *with)
{
    if (d && was_decided(about->batch, d))
        return;
    about->causer = by;
    about->with = with;
    about->step = d ? d->step : NULL;
}

static struct right_about about_deviation(struct judge *j, const char *batch, const char *dev)
{
    struct right_about about = {.batch = judge_batch(j, batch)};
    const struct deviation *d = batch_deviation(about.batch, dev);
    if (d)
        about_cause(&about, d, d->by, d->with);
    return about;
}

/* Below the grade that the table has for its cause: not without the facility manager. */
static bool check_grade(struct judge *j, const struct deviation_assessed *g, const struct right_about *about)
{
    const struct deviation *d = open_deviation(about->batch, g->dev);
    enum grade least = d ? rights_least(j->book->rights, d->code) : GRADE_NONE;
    if (g->grade >= least ||
        right_ask(j->book->rights, RIGHT_DEVIATION_LOWER, about, j->performer, j->second).no == RIGHT_YES)
        return true;
    struct json *args = args1(j, "dev", d->id);
    return judge_find(j, EFFECT_REFUSE, SAY_DEVIATION_TABLE,
                      json_set_str(j->a, args, "grade", word_name(&grade_words, (int)least)), NULL);
}

bool may_assess(struct judge *j, const struct kind *k, const void *given)
{
    const struct deviation_assessed *g = given;
    const struct right_about about = about_deviation(j, g->batch, g->dev);
    return check_right(j, k->record->right, &about) && check_grade(j, g, &about);
}

/* Whoever assessed or confirmed it and worked in its step since: that counts no more. NULL: nobody. */
const struct person *rule_biased(const struct book *b, const struct batch *x, const struct deviation *d)
{
    struct right_about about = {.batch = x};
    const struct {
        enum right_act act;
        const struct person *person;
    } judged[] = {{RIGHT_DEVIATION_ASSESSED, d->assessor}, {RIGHT_DEVIATION_CONFIRMED, d->confirmer}};
    about_cause(&about, d, d->by, d->with);
    for (size_t i = 0; i < sizeof(judged) / sizeof(*judged); i++)
        if (judged[i].person && !rule_off(SAY_DEVIATION_BIASED) &&
            right_bars(b->rights, judged[i].act, RIGHT_BAR_CAUSER, &about, judged[i].person))
            return judged[i].person;
    return NULL;
}

static bool check_unbiased(struct judge *j, const struct batch *x, const struct deviation *d)
{
    const struct person *p = rule_biased(j->book, x, d);
    return !p || judge_find(j, EFFECT_REFUSE, SAY_DEVIATION_BIASED,
                            json_set_str(j->a, args1(j, "dev", d->id), "person", p->id), NULL);
}

static bool acted_in(const struct occ *o, const struct person *p)
{
    return occ_performed_by(o, p) || o->performer == p || o->recorder == p || o->witness == p;
}

static bool of_step(const struct judge *j, const char *step)
{
    return step && strcmp(step, judge_step(j)->id) == 0;
}

/* Of what is done with already, a deviation tells it; what is open is assessed anew. */
bool check_judged(struct judge *j, const struct person *p)
{
    const struct batch *x = j->x;
    const char *judged = NULL;
    if (!p || judge_step(j)->verb == VERB_DECIDE || acted_in(&j->occ, p))
        return true;
    for (size_t i = 0; i < x->ndevs; i++) {
        const struct deviation *d = &x->dev[i];
        if (d->closed && of_step(j, d->step) && (d->assessor == p || d->confirmer == p || d->closer == p))
            judged = d->id;
    }
    for (size_t i = 0; i < x->nholds; i++) {
        const struct deviation *d = batch_deviation(x, x->hold[i].dev ? x->hold[i].dev : "");
        if (x->hold[i].lifted && x->hold[i].lifter == p && d && of_step(j, d->step))
            judged = x->hold[i].id;
    }
    struct json *args = judged ? json_set_str(j->a, args1(j, "person", p->id), "what", judged) : NULL;
    return !judged || judge_find(j, EFFECT_DEVIATION, SAY_ACT_JUDGED, args, NULL);
}

/* Not who assessed it. */
bool may_confirm(struct judge *j, const struct kind *k, const void *given)
{
    const struct deviation_confirmed *g = given;
    struct right_about about = about_deviation(j, g->batch, g->dev);
    const struct deviation *d = batch_deviation(about.batch, g->dev);
    about.judge = d ? d->assessor : NULL;
    return check_right(j, k->record->right, &about);
}

bool may_close(struct judge *j, const struct kind *k, const void *given)
{
    const struct deviation_closed *g = given;
    const struct right_about about = about_deviation(j, g->batch, g->dev);
    return check_right(j, k->record->right, &about);
}

/* Not the owner of what was to be done; of a measure seen to be done, or withdrawn. */
bool may_verify(struct judge *j, const struct kind *k, const void *given)
{
    const char *batch = ((const char *const *)given)[0], *action = ((const char *const *)given)[1];
    const struct action *a = batch_action(judge_batch(j, batch), action);
    struct right_about about = about_deviation(j, batch, a ? a->dev : "");
    about.person = a ? book_person(j->book, a->owner) : NULL;
    return check_right(j, k->record->right, &about);
}

/* Whoever it was not the patient for. */
static bool of_patient(const struct hold *h)
{
    return say_flags(say_find(h->code)) & SAY_HOLDS_PATIENT && !rule_off(SAY_IDENT_CLEARED);
}

/* Of the two that lift it, one is of the other side; whoever is of quality made nothing of the batch. */
static bool check_side(struct judge *j, const struct batch *x)
{
    const struct person *const both[] = {j->performer, j->second};
    for (size_t i = 0; i < sizeof(both) / sizeof(*both); i++)
        if (both[i] && both[i]->dept == DEPT_QUALITY && batch_acted(x, both[i], DEPT_MANUFACTURING))
            return judge_find(j, EFFECT_REFUSE, SAY_ACT_PRODUCER, args1(j, "person", both[i]->id), NULL);
    return true;
}

bool may_lift(struct judge *j, const struct kind *k, const void *given)
{
    const struct hold_lifted *g = given;
    struct right_about about = {.batch = judge_batch(j, g->batch)};
    const struct hold *h = open_hold(about.batch, g->hold);
    const struct deviation *d = h ? batch_deviation(about.batch, h->dev) : NULL;
    if (h)
        about_cause(&about, d, h->by, h->with);
    if (h && of_patient(h)) {
        about.documented = g->document && g->sha256;
        return check_right(j, RIGHT_HOLD_PATIENT, &about) && check_side(j, about.batch);
    }
    if (h && session_never_read(j, about.batch, h)) {
        struct texts workers = session_workers(j, about.batch, h);
        about.nworkers = workers.n;
        about.worker = workers.item;
        return check_right(j, RIGHT_ROOM_NEVER_READ, &about);
    }
    if (permit_of(about.batch, h)) /* who permitted the session has caused nothing */
        about.causer = permit_causer(j->book, about.batch, h);
    return check_right(j, k->record->right, &about);
}

/* ---- assessed, and confirmed ---- */

/* The batch that quality acts on; NULL after a refusal. */
static struct batch *act_on(struct judge *j, const char *batch)
{
    struct batch *x = judge_batch(j, batch);
    j->x = x;
    if (!x)
        judge_refuse(j, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(batch)));
    else if (x->closed)
        judge_refuse(j, SAY_BATCH_CLOSED, args1(j, "batch", x->id));
    else
        return x;
    return NULL;
}

static struct json *args_grade(struct judge *j, const char *dev, enum grade grade)
{
    return json_set_str(j->a, args1(j, "dev", dev), "grade", word_name(&grade_words, (int)grade));
}

/* Is it the facility manager, or the deputy, and there; or is none of them? */
static bool may_be_told(const struct judge *j, const char *told)
{
    const struct person *p = book_person(j->book, told);
    return p && reachable(j, RIGHT_DEVIATION_REPORTED, p);
}

/* The facility manager was told, or said so himself: his absence is in nobody's way. */
static bool check_told(struct judge *j, const struct deviation *d, const char *told)
{
    return (told ? may_be_told(j, told) : d->reported || d->told) ||
           judge_find(j, EFFECT_REFUSE, SAY_DEVIATION_TOLD, args1(j, "dev", d->id), NULL);
}

void record_assessment(struct judge *j, const struct kind *k, const void *given)
{
    struct deviation_assessed a = *(const struct deviation_assessed *)given;
    struct batch *x = act_on(j, a.batch);
    const struct deviation *d = open_deviation(x, a.dev);
    if (!x)
        return;
    a.awaits = true;
    if (!d)
        judge_refuse(j, SAY_RECORD_UNKNOWN, NULL);
    else if (d->grade == GRADE_MAJOR &&
             ((d->assessed && !rule_biased(j->book, x, d)) || a.grade != GRADE_MAJOR))
        /* closed with its measures, not called minor an hour before release */
        judge_refuse(j, SAY_RECORD_EXISTS, args1(j, "record", a.dev));
    else if (say_flags(say_find(d->code)) & SAY_RAW_DATA && !(a.document && a.sha256) &&
             !rule_off(SAY_DEVIATION_RAW_DATA))
        judge_refuse(j, SAY_DEVIATION_RAW_DATA, args1(j, "dev", d->id));
    else
        record_signed_as(j, draft_add(j, x->stream, k->id, &a, sizeof(a)), SAY_DEVIATION_AWAITS,
                         args_grade(j, a.dev, a.grade));
}

void record_confirmation(struct judge *j, const struct kind *k, const void *given)
{
    struct deviation_confirmed c = *(const struct deviation_confirmed *)given;
    struct batch *x = act_on(j, c.batch);
    const struct deviation *d = open_deviation(x, c.dev);
    if (!x)
        return;
    if (!d || !d->awaits) {
        judge_refuse(j, SAY_RECORD_UNKNOWN, NULL);
        return;
    }
    c.grade = d->grade;
    if (check_unbiased(j, x, d) && ((d->grade != GRADE_MAJOR && !c.told) || check_told(j, d, c.told)))
        record_signed(j, draft_add(j, x->stream, k->id, &c, sizeof(c)));
    else
        judge_refuse_found(j);
}

/* ---- not in time: told once, by the deadline that the book keeps of it ---- */

void judge_unassessed(struct judge *j, const struct deviation *dev)
{
    struct json *args = args1(j, "dev", dev->id);
    judge_find(j, EFFECT_ALERT, SAY_DEVIATION_LATE, args, NULL);
    struct draft *d =
        DRAFT(j, j->x->stream, KIND_DEVIATION_OVERDUE, struct deviation_overdue, .dev = dev->id);
    judge_accept(j, d, SAY_DEVIATION_LATE, args);
}

/* ---- closed ---- */

static struct json *args_actions(struct judge *j, const char *dev, const struct texts *open)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; i < open->n; i++)
        json_push(list, json_str(j->a, open->item[i]));
    return json_set(j->a, args1(j, "dev", dev), "actions", list);
}

/* A major one is closed once all that was to be done about it is: nobody says why not. */
static bool check_done(struct judge *j, const struct deviation *d, const struct deviation_closed *c)
{
    bool major = d->grade == GRADE_MAJOR;
    return c->open.n == 0 || (c->despite.value && (!major || rule_off(SAY_DEVIATION_MAJOR))) ||
           judge_find(j, EFFECT_REFUSE, major ? SAY_DEVIATION_MAJOR : SAY_DEVIATION_ACTIONS,
                      args_actions(j, d->id, &c->open), NULL);
}

/* What nobody has judged, or one alone, or who worked in it since, is not done with. */
static bool check_assessed(struct judge *j, const struct batch *x, const struct deviation *d)
{
    enum say code = !d->assessed ? SAY_DEVIATION_UNASSESSED
                    : d->awaits  ? SAY_DEVIATION_UNCONFIRMED
                                 : SAY_NONE;
    return (!code || judge_find(j, EFFECT_REFUSE, code, args1(j, "dev", d->id), NULL)) &&
           check_unbiased(j, x, d);
}

/* What is done about a major one, and who looks by when whether it helped. */
static bool planned(const struct batch *x, const struct deviation *d)
{
    bool measure = false, effect = false;
    for (size_t i = 0; i < x->nactions; i++)
        if (strcmp(x->action[i].dev, d->id) == 0 && !x->action[i].withdrawn)
            *(x->action[i].effect ? &effect : &measure) = true;
    return measure && effect;
}

/* Whether it helped is seen behind the last measure. */
static bool check_order(struct judge *j, const struct batch *x, const struct deviation *d)
{
    uint64_t done = 0, effect = 0;
    for (size_t i = 0; i < x->nactions; i++) {
        const struct action *a = &x->action[i];
        uint64_t *last = a->effect ? &effect : &done;
        if (strcmp(a->dev, d->id) == 0 && a->seen > *last)
            *last = a->seen;
    }
    return effect > done || rule_off(SAY_DEVIATION_MAJOR) ||
           judge_find(j, EFFECT_REFUSE, SAY_DEVIATION_EFFECT_FIRST, args1(j, "dev", d->id), NULL);
}

static bool check_major(struct judge *j, const struct batch *x, const struct deviation *d,
                        const struct deviation_closed *c)
{
    bool major = d->grade == GRADE_MAJOR;
    if (major && !planned(x, d))
        return judge_find(j, EFFECT_REFUSE, SAY_DEVIATION_EFFECT, args1(j, "dev", d->id), NULL);
    return check_done(j, d, c) && (!major || (check_told(j, d, c->told) && check_order(j, x, d)));
}

/* Of two entries that differ quality has said which is true, and a correction has set it right. */
static bool check_set_right(struct judge *j, const struct batch *x, const struct deviation *d)
{
    const struct input *in = say_flags(say_find(d->code)) & SAY_TWO ? two_stand(x, d->step, d->field) : NULL;
    if (!in)
        return true;
    struct json *args = json_set_str(j->a, args1(j, "dev", d->id), "field", d->field);
    return judge_find(j, EFFECT_REFUSE, SAY_DEVIATION_STANDS, json_set_str(j->a, args, "value", in->text),
                      NULL);
}

void record_closing(struct judge *j, const struct kind *k, const void *given)
{
    struct deviation_closed c = *(const struct deviation_closed *)given;
    struct batch *x = act_on(j, c.batch);
    const struct deviation *d = open_deviation(x, c.dev);
    if (x && !d)
        judge_refuse(j, SAY_RECORD_UNKNOWN, NULL);
    if (!d)
        return;
    c.open = open_actions(j, x, d->id);
    if (check_assessed(j, x, d) && check_set_right(j, x, d) && check_major(j, x, d, &c))
        record_signed(j, draft_add(j, x->stream, k->id, &c, sizeof(c)));
    else
        judge_refuse_found(j);
}

/* ---- in the way of a decision ---- */

/* What it means for the batch is said, by two who are free of it; of a major one also what is done about it,
 * and that the facility manager knows. It is closed by a clock of its own. */
bool deviation_judged(const struct judge *j, const struct batch *x, const struct deviation *d)
{
    if (d->closed)
        return true;
    if (d->grade == GRADE_NONE || d->awaits || rule_biased(j->book, x, d))
        return false;
    return d->grade == GRADE_MINOR || (d->assessed && planned(x, d) && (d->told || d->reported));
}

/* What a hold came of is judged before it is lifted: what it means for this batch, by two. */
static bool check_hold_judged(struct judge *j, const struct batch *x, const struct hold *h)
{
    const struct deviation *d = batch_deviation(x, h->dev ? h->dev : "");
    if (!d || d->closed || (d->grade && d->assessed && !d->awaits && !rule_biased(j->book, x, d)))
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_HOLD_UNJUDGED,
                      json_set_str(j->a, args1(j, "hold", h->id), "dev", d->id), NULL);
}

/* That it was another patient is cleared at once, if two say so; and it is looked into all the same. */
static bool tell_cleared(struct judge *j, const struct hold *h)
{
    return !of_patient(h) ||
           judge_find(j, EFFECT_DEVIATION, SAY_IDENT_CLEARED, args1(j, "hold", h->id), NULL);
}

void record_lifting(struct judge *j, const struct kind *k, const void *given)
{
    const struct hold_lifted *g = given;
    struct batch *x = act_on(j, g->batch);
    const struct hold *h = open_hold(x, g->hold);
    if (x && !h)
        judge_refuse(j, SAY_RECORD_UNKNOWN, NULL);
    else if (x && check_hold_judged(j, x, h) && check_session_read(j, h) && tell_cleared(j, h))
        record_signed(j, draft_add(j, x->stream, k->id, g, sizeof(*g)));
    else if (x)
        judge_refuse_found(j);
}
