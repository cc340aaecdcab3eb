/* Forms and signed acts of a step: everything at once, at a desk. */
#include <string.h>

#include "base/enc.h"
#include "core/code/typed.h"
#include "core/rule/judge.h"

/* ---- needs ---- */

static bool need_empty(struct judge *j, enum say code, const char *name, struct json *list)
{
    if (list->len == 0)
        return true;
    return judge_find(j, EFFECT_REFUSE, code, json_set(j->a, json_object(j->a), name, list), NULL);
}

static bool need_steps(struct judge *j, int before, bool late)
{
    struct json *open = rule_open_steps(j->a, j->x, before, late);
    struct json *others = json_array(j->a);
    json_each(s, open)
        if (strcmp(s->str, judge_step(j)->id) != 0)
            json_push(others, json_str(j->a, s->str));
    return need_empty(j, SAY_DECISION_OPEN_STEPS, "steps", others);
}

static bool need_no_hold(struct judge *j)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; i < j->x->nholds; i++)
        if (!j->x->hold[i].lifted)
            json_push(list, json_str(j->a, j->x->hold[i].id));
    return need_empty(j, SAY_DECISION_HOLD, "holds", list);
}

/* Judged, or all closed. */
static bool need_deviations(struct judge *j, bool closed)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; i < j->x->ndevs; i++) {
        const struct deviation *d = &j->x->dev[i];
        if (closed ? !d->closed : !deviation_judged(j, j->x, d))
            json_push(list, json_str(j->a, d->id));
    }
    return need_empty(j, SAY_DECISION_DEVIATIONS, "deviations", list);
}

static bool need_labels(struct judge *j)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; i < j->x->ncontainers; i++)
        if (j->x->container[i]->state <= CONTAINER_ISSUED)
            json_push(list, json_str(j->a, j->x->container[i]->id));
    return need_empty(j, SAY_DECISION_LABELS, "labels", list);
}

static bool kept(const struct requirement *r, const char *label)
{
    for (size_t i = 0; i < r->nkeep; i++)
        if (strcmp(r->keep[i], label) == 0)
            return true;
    return false;
}

static bool need_containers(struct judge *j, const struct requirement *r)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; i < j->x->ncontainers; i++) {
        const struct container *c = j->x->container[i];
        bool live = c->state == CONTAINER_EMPTY || c->state == CONTAINER_FILLED;
        if (live && !kept(r, c->label))
            json_push(list, json_str(j->a, c->id));
    }
    return need_empty(j, SAY_DECISION_CONTAINERS, "containers", list);
}

static bool need_decision(struct judge *j)
{
    bool released = j->x->released && !j->x->stopped;
    if (!check_facility(j))
        return false;
    if (released && j->x->suspended)
        return need_no_hold(j) && judge_find(j, EFFECT_REFUSE, SAY_DECISION_SUSPENDED, NULL, NULL);
    if (released)
        return need_no_hold(j) && check_specification(j) && check_papers(j);
    return judge_find(j, EFFECT_REFUSE, SAY_DECISION_NOT_RELEASED, NULL, NULL);
}

static bool need_expiry(struct judge *j, const struct requirement *r)
{
    for (size_t i = j->x->nexpiries; i-- > 0;)
        if (strcmp(j->x->expiry[i].clock, r->arg) == 0) {
            if (j->when <= j->x->expiry[i].until)
                return true;
            break;
        }
    return judge_find(j, EFFECT_REFUSE, SAY_DECISION_EXPIRED, args1(j, "clock", r->arg), NULL);
}

/* Each dated item of the step is still valid today (doc/bench.md 2). */
static bool need_valid(struct judge *j, const struct requirement *r)
{
    const struct step *s = &j->x->protocol->step[r->step];
    for (int i = 0; i < (int)s->nfields; i++) {
        if (s->field[i].kind != FIELD_DATE || !s->field[i].valid_days)
            continue;
        const struct input *in = batch_input(j->x, (struct ref){r->step, i});
        if (in && in->day + s->field[i].valid_days >= clock_day(j->when))
            continue;
        struct json *args = args1(j, "field", s->field[i].id);
        char day[11] = "–";
        if (in)
            clock_day_format(in->day + s->field[i].valid_days, day);
        json_set_str(j->a, args, "until", day);
        return judge_find(j, EFFECT_REFUSE, SAY_DATE_EXPIRED, args, NULL);
    }
    return true;
}

static bool need_protocol(struct judge *j)
{
    const struct protocol_state *p = book_protocol(j->book, j->x->protocol->id);
    if (p && p->protocol == j->x->protocol)
        return true;
    return judge_find(j, EFFECT_REFUSE, p ? SAY_PROTOCOL_SUPERSEDED : SAY_DECISION_PROTOCOL, NULL, NULL);
}

static bool check_need(struct judge *j, const struct requirement *r)
{
    switch (r->need) {
    case NEED_STEPS:
        return need_steps(j, j->step, false);
    case NEED_ALL_STEPS:
        return need_steps(j, -1, true);
    case NEED_NO_HOLD:
        return need_no_hold(j);
    case NEED_ASSESSED:
        return need_deviations(j, false);
    case NEED_CLOSED:
        return need_deviations(j, true);
    case NEED_LABELS:
        return need_labels(j);
    case NEED_CONTAINERS:
        return need_containers(j, r);
    case NEED_NO_MANUFACTURING:
        return !batch_acted(j->x, j->performer, DEPT_MANUFACTURING) ||
               judge_find(j, EFFECT_REFUSE, SAY_ACT_PRODUCER, args1(j, "person", j->performer->id), NULL);
    case NEED_NO_QUALITY:
        return !batch_acted(j->x, j->performer, DEPT_QUALITY) ||
               judge_find(j, EFFECT_REFUSE, SAY_ACT_QUALITY, args1(j, "person", j->performer->id), NULL);
    case NEED_DECISION:
        return need_decision(j);
    case NEED_EXPIRY:
        return need_expiry(j, r);
    case NEED_VALID:
        return need_valid(j, r);
    case NEED_PROTOCOL:
        return need_protocol(j);
    }
    return true;
}

static bool about_the_person(const struct requirement *r)
{
    return r->need == NEED_NO_MANUFACTURING || r->need == NEED_NO_QUALITY;
}

/* Who may not decide may not reject either; all else binds only an act that lets the batch go on. */
static bool check_needs(struct judge *j, bool all)
{
    const struct step *s = judge_step(j);
    for (size_t i = 0; i < s->nrequires; i++)
        if ((all || about_the_person(&s->require[i])) && !check_need(j, &s->require[i]))
            return false;
    return true;
}

bool check_requirements(struct judge *j)
{
    return check_needs(j, true);
}

/* ---- what the act binds ---- */

/* Does a choice of the form set a state and hold nothing: released, received, …? */
static bool sets_state(const struct judge *j)
{
    for (size_t i = 0; i < j->occ.ninputs; i++) {
        const struct option *o =
            field_option(&judge_step(j)->field[j->occ.input[i].field], j->occ.input[i].text);
        if (o && o->state && o->effect < EFFECT_HOLD)
            return true;
    }
    return false;
}

/* Rejecting or holding needs none of what releasing needs; accepting with an alert or a deviation does. */
static bool affirmative(const struct judge *j)
{
    bool holds = false;
    for (size_t i = 0; i < j->found.nfindings; i++)
        holds |= j->found.finding[i].code == SAY_OPTION_HOLD;
    return !holds || sets_state(j) || judge_step(j)->closes;
}

/* What is signed as the end of all must not open something new that nobody could close; nor leave the clinic
 * unwarned. */
static bool check_closing(struct judge *j)
{
    if (judge_step(j)->closes && j->x->warn_since)
        return judge_find(j, EFFECT_REFUSE, SAY_CLINIC_NOT_YET, args1(j, "batch", j->x->id), NULL);
    for (size_t i = 0; judge_step(j)->closes && i < j->found.nfindings; i++)
        if (say_flags(j->found.finding[i].code) & SAY_OPTION && j->found.finding[i].effect > EFFECT_ALERT)
            return judge_find(j, EFFECT_REFUSE, SAY_OPTION_REFUSE, json_copy(j->a, j->found.finding[i].args),
                              NULL);
    return true;
}

/* The person signs what was shown; the pending results, where the step says so, by name, all of them. */
static bool check_shown(struct judge *j, struct step_form *form)
{
    char now_shown[44];
    rule_shown(j->x, now_shown);
    form->shown = j->cmd->shown ? arena_strdup(j->a, now_shown) : NULL;
    if (j->cmd->shown && strcmp(j->cmd->shown, now_shown) != 0)
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_SHOWN_DIFFERS, NULL, NULL);
    if (judge_step(j)->verb != VERB_NONE && !judge_step(j)->opens && !j->cmd->shown)
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_NOT_SHOWN, NULL, NULL);
    if (!judge_step(j)->names_pending)
        return true;
    struct json *now = rule_pending(j->a, j->x);
    size_t named = 0;
    json_each(p, now) {
        bool shown = false;
        json_each(q, j->cmd->pending)
            shown |= q->str && strcmp(p->str, q->str) == 0;
        named += shown;
    }
    if (named != now->len || (j->cmd->pending ? j->cmd->pending->len : 0) != now->len)
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_SHOWN_DIFFERS,
                          json_set(j->a, json_object(j->a), "pending", now), NULL);
    form->pending = now;
    return true;
}

/* No other batch with the same values: two orders for one draw (doc/bench.md 2); a stopped one counts, and
 * one that is closed, or a number could be dropped and the cells go on under another (case 8). */
bool check_unique(struct judge *j)
{
    const struct step *s = judge_step(j);
    size_t pos = 0;
    for (struct batch *o; s->nunique && (o = map_next(&j->book->batches, &pos));) {
        if (!o->closed && o != j->x && same_order(j, o))
            return judge_find(j, EFFECT_REFUSE, SAY_ORDER_DUPLICATE, args1(j, "batch", o->id), NULL);
    }
    const char *closed = s->nunique ? closed_order(j) : NULL;
    return !closed || judge_find(j, EFFECT_REFUSE, SAY_ORDER_DUPLICATE, args1(j, "batch", closed), NULL);
}

/* Whoever has to wait is told nothing of any secret, a right one included: several may have been on their way
 * while the first wrong ones were judged. */
static bool check_secret(struct judge *j)
{
    const struct step *s = judge_step(j);
    if (!check_wait(j))
        return false;
    if (s->verb == VERB_NONE && (j->cmd->authenticated || !j->cmd->secret_given)) {
        for (size_t i = 0; bench_staffed(j) && i < j->bench->npeople; i++)
            if (j->bench->person[i] == j->performer)
                return true;
        return j->cmd->authenticated || judge_find(j, EFFECT_REFUSE, SAY_SESSION_NONE, NULL, NULL);
    }
    if (!j->cmd->secret_given)
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_NEEDS_PASSWORD, NULL, NULL);
    return j->cmd->authenticated ||
           judge_find(j, EFFECT_REFUSE, SAY_SESSION_WRONG_SECRET, secrets_left(j, j->performer), NULL);
}

/* ---- not done, because ---- */

static void judge_skip(struct judge *j)
{
    const struct step *s = judge_step(j);
    if ((!s->can_skip && !step_lacks(j, -1)) || s->opens) {
        judge_refuse(j, SAY_STEP_NOT_SKIPPABLE, args1(j, "step", s->id));
        return;
    }
    for (size_t i = 0; i < j->occ.ninputs; i++) /* what was typed there is not left behind */
        if (j->occ.input[i].asked) {
            judge_refuse(j, SAY_VALUE_ONCE_MORE, args1(j, "field", s->field[j->occ.input[i].field].id));
            return;
        }
    struct draft *d = DRAFT(j, j->x->stream, KIND_STEP_SKIPPED, struct step_skipped, .step = s->id,
                            .occ = j->occ_no, .reason = {.value = j->cmd->skip});
    judge_find(j, s->can_skip ? s->on_skip : EFFECT_DEVIATION, SAY_SKIP_RECORDED, args1(j, "step", s->id),
               NULL);
    judge_accept(j, d, SAY_SKIP_RECORDED, args1(j, "step", s->id));
}

/* ---- acts ---- */

/* The order does not exist yet: judge it on an empty batch of the protocol in force. */
static bool open_batch(struct judge *j)
{
    const struct protocol_state *p = book_protocol(j->book, j->cmd->protocol);
    if (!p) {
        judge_refuse(j, SAY_PROTOCOL_NOT_APPROVED, args1(j, "protocol", plain_id(j->cmd->protocol)));
        return false;
    }
    const char *id = j->cmd->batch ? j->cmd->batch : number_next(j);
    struct code c;
    char raw[BOUND_CODE_ID + 8];
    if (!id) {
        judge_refuse(j, SAY_VALUE_MISSING, args1(j, "field", "batch"));
        return false;
    }
    /* room for a container's label behind it */
    if (strlen(id) > BOUND_CODE_ID - 24 || code_make('B', id, raw, sizeof(raw)) != 0 ||
        code_read(raw, strlen(raw), &c) != CODE_OK) {
        judge_refuse(j, SAY_VALUE_PATTERN, args1(j, "field", "batch"));
        return false;
    }
    struct batch *x = arena_alloc(j->a, sizeof(*x));
    x->id = id;
    x->stream = arena_printf(j->a, "batch/%s", x->id);
    x->protocol = p->protocol;
    x->step = arena_alloc(j->a, p->protocol->nsteps * sizeof(*x->step));
    x->state = "";
    for (int i = 0; i < (int)p->protocol->nsteps; i++)
        if (p->protocol->step[i].opens) {
            judge_enter(j, x, i);
            return true;
        }
    return false;
}

static bool find_step(struct judge *j)
{
    const struct command *c = j->cmd;
    struct batch *x = c->batch ? judge_batch(j, c->batch) : NULL;
    if (!x && c->protocol)
        return open_batch(j);
    if (c->protocol) {
        judge_refuse(j, SAY_BATCH_DUPLICATE, args1(j, "batch", c->batch));
        return false;
    }
    if (!x) {
        judge_refuse(j, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(c->batch)));
        return false;
    }
    j->x = x;
    int step = c->step ? protocol_step(x->protocol, c->step) : -1;
    enum say code = x->closed ? SAY_BATCH_CLOSED : step < 0 ? SAY_STEP_UNKNOWN : SAY_NONE;
    if (code) {
        judge_refuse(j, code, args1(j, "batch", x->id));
        return false;
    }
    judge_enter(j, x, step);
    return true;
}

/* What is reported was checked. */
static bool check_reported(struct judge *j)
{
    return judge_step(j)->verb != VERB_REPORT || check_forms_checked(j);
}

static bool judge_form(struct judge *j, struct step_form *form)
{
    enum verb v = judge_step(j)->verb;
    if ((judge_step(j)->opens || v == VERB_GO || v == VERB_APPROVE) && !check_facility(j))
        return false;
    return take_fields(j, form) && check_needs(j, affirmative(j)) && check_closing(j) && check_ordered(j) &&
           check_go(j) && check_decision(j) && (!affirmative(j) || (check_runs(j) && check_reported(j))) &&
           check_shown(j, form);
}

static void finish_form(struct judge *j, struct step_form *form)
{
    const struct step *s = judge_step(j);
    const struct protocol *p = j->x->protocol;
    char hash[44];
    if (!s->opens) {
        check_rooms(j, j->performer);
        check_review(j);
    }
    form->step = s->id;
    form->occ = j->occ_no;
    form->done = true;
    form->cites = decision_cited(j);
    form->follows = decision_followed(j);
    if (s->opens) {
        enc_digest(p->hash, hash);
        form->protocol = p->id;
        form->version = p->version;
        form->hash = arena_strdup(j->a, hash);
    }
    enum kind_id kind = s->opens               ? KIND_BATCH_ORDERED
                        : s->verb != VERB_NONE ? KIND_STEP_SIGNED
                                               : KIND_STEP_FORM;
    struct draft *d = draft_add(j, j->x->stream, kind, form, sizeof(*form));
    d->sign = s->verb != VERB_NONE;
    tell_suspected(j);
    if (s->verb == VERB_APPROVE)
        tell_rota(j);
    d->meaning = s->meaning.ja;
    d->law = s->law;
    d->nlaw = s->nlaw;
    judge_accept(j, d, d->sign ? SAY_ACCEPTED_ACT : SAY_ACCEPTED_STEP_DONE, args1(j, "step", s->id));
    step_finish_drafts(j);
}

static void judge_on_step(struct judge *j)
{
    const struct step *s = judge_step(j);
    struct step_form form = {.step = NULL};
    if (!j->cmd->skip && !s->form && s->verb == VERB_NONE && !s->opens)
        judge_refuse(j, SAY_SCAN_UNEXPECTED, args1(j, "awaits", s->id));
    else if (check_people(j) && check_secret(j) && check_begin(j) && (j->cmd->skip || judge_form(j, &form)))
        j->cmd->skip ? judge_skip(j) : finish_form(j, &form);
    else
        judge_refuse_found(j);
}

void judge_act(struct judge *j)
{
    j->performer = j->cmd->person;
    judge_time(j);
    if (!j->performer)
        judge_refuse(j, SAY_SESSION_UNKNOWN_BADGE, NULL);
    else if (j->performer->locked)
        judge_refuse(j, SAY_SESSION_LOCKED, NULL);
    else if (find_step(j))
        judge_on_step(j);
}
