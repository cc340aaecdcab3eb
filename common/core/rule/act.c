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

/* Assessed, and the major ones closed; or all closed. */
static bool need_deviations(struct judge *j, bool closed)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; i < j->x->ndevs; i++) {
        const struct deviation *d = &j->x->dev[i];
        if (!d->closed && (closed || d->grade != GRADE_MINOR))
            json_push(list, json_str(j->a, d->id));
    }
    return need_empty(j, SAY_DECISION_DEVIATIONS, "deviations", list);
}

static bool need_labels(struct judge *j)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; i < j->x->ncontainers; i++)
        if (j->x->container[i]->state == CONTAINER_ISSUED)
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
        return need_no_hold(j) && check_specification(j);
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

/* ---- the form's values ---- */

static bool right_kind(const struct field *f, const struct code *c)
{
    enum code_kind kind = c->kind;
    if (f->kind == FIELD_DATE)
        return c->dated;
    static const enum code_kind wanted[] = {
        [FIELD_CONTAINER] = CODE_CONTAINER, [FIELD_LOT] = CODE_LOT,     [FIELD_EQUIPMENT] = CODE_EQUIPMENT,
        [FIELD_PLACE] = CODE_PLACE,         [FIELD_BADGE] = CODE_BADGE, [FIELD_DOCUMENT] = CODE_DOCUMENT,
        [FIELD_NUMBER] = CODE_NUMBER,       [FIELD_DATE] = CODE_DATE,
    };
    return f->kind == FIELD_IDENTITY || kind == wanted[f->kind] || (f->kind == FIELD_LOT && kind == CODE_GS1);
}

/* How the field writes it. */
static const char *value_text(struct judge *j, const struct field *f, const struct code *c, const char *given)
{
    bool scan = f->kind != FIELD_IDENTITY && f->kind != FIELD_NUMBER && f->kind != FIELD_DATE;
    if (c->kind == CODE_NUMBER && f->kind == FIELD_NUMBER)
        return number_text(j, c);
    if (f->kind == FIELD_DATE)
        return day_text(j, c);
    if (c->kind == CODE_GS1) {
        const struct lot *l = lot_of(j, c);
        return l ? l->id : c->lot;
    }
    return scan || c->kind == CODE_PATIENT ? c->id : given;
}

static bool wrong_kind(struct judge *j, const struct field *f, const struct code *c)
{
    enum say code = f->kind == FIELD_DATE ? SAY_DATE_INVALID : SAY_VALUE_PATTERN;
    if (f->kind == FIELD_NUMBER && c->kind == CODE_TEXT)
        (void)say_of_number(c->fault, &code);
    return judge_find(j, EFFECT_REFUSE, code, args1(j, "field", f->id), f->id);
}

/* A value as the form gives it, read as the field wants it. */
bool read_value(struct judge *j, const struct field *f, const char *text, const struct code **ret_code,
                const char **ret)
{
    struct code *c = arena_alloc(j->a, sizeof(*c));
    c->kind = CODE_TEXT;
    *ret = text;
    *ret_code = c;
    if (f->kind == FIELD_CHOICE || f->kind == FIELD_TOKEN) {
        char plain[BOUND_RAW_SCAN + 1]; /* full width is what the keyboard gave */
        if (typed_plain(text, strlen(text), plain, sizeof(plain)) == CPF_OK)
            *ret = arena_strdup(j->a, plain);
        return true;
    }
    if (f->kind == FIELD_TEXT)
        return !is_code(text) ||
               judge_find(j, EFFECT_REFUSE, SAY_SCAN_IN_TEXT, args1(j, "field", f->id), f->id);
    enum code_fault fault = code_read(text, strlen(text), c);
    if (fault != CODE_OK && f->kind == FIELD_IDENTITY)
        return true;
    if (fault == CODE_OK && !right_kind(f, c))
        return wrong_kind(j, f, c);
    if (fault != CODE_OK)
        return judge_find(j, EFFECT_REFUSE, say_of_code(fault), args1(j, "field", f->id), f->id);
    *ret = value_text(j, f, c, text);
    return true;
}

static bool take_value(struct judge *j, int field, const char *text, const char **ret)
{
    if (!read_value(j, &judge_step(j)->field[field], text, &j->code, ret) ||
        !check_field(j, field, j->code, *ret, ret))
        return false;
    scratch_add(j, field, *ret, j->code);
    return true;
}

/* Of the lot just read; "": none. */
static const char *unit_read(const struct judge *j, const struct field *f)
{
    return f->kind == FIELD_LOT ? j->code->unit : "";
}

static bool taken(const struct judge *j, int field, const char *text)
{
    for (size_t i = 0; i < j->occ.ninputs; i++)
        if (j->occ.input[i].field == field && strcmp(j->occ.input[i].text, text) == 0)
            return true;
    return false;
}

struct taking {
    struct secrets *secrets;
    struct json *values, *units;
};

/* As many as are wanted, and each one once. */
static bool take_list(struct judge *j, int field, const struct json *v, const struct taking *to)
{
    const struct field *f = &judge_step(j)->field[field];
    struct json *list = json_array(j->a), *units = json_array(j->a);
    bool any = false;
    const char *text;
    json_each(item, v) {
        bool more = item->str && field_remaining(j, field) > 0;
        size_t before = j->occ.ninputs;
        if (!more)
            return judge_find(j, EFFECT_REFUSE, item->str ? SAY_VALUE_MANY : SAY_VALUE_PATTERN,
                              args1(j, "field", f->id), NULL);
        if (!take_value(j, field, item->str, &text))
            return false;
        j->occ.ninputs = before;
        if (f->kind != FIELD_LOT && taken(j, field, text))
            return judge_find(j, EFFECT_REFUSE, SAY_VALUE_TWICE, args1(j, "field", f->id), NULL);
        j->occ.ninputs++;
        json_push(list, json_str(j->a, text));
        json_push(units, json_str(j->a, unit_read(j, f)));
        any |= *unit_read(j, f) != 0;
    }
    json_set(j->a, to->values, f->id, list);
    if (any)
        json_set(j->a, to->units, f->id, units);
    return true;
}

/* One field: a string, or an array of strings where several scans are wanted. */
static bool take_field(struct judge *j, int field, const struct json *v, const struct taking *to)
{
    const struct field *f = &judge_step(j)->field[field];
    const char *text;
    if (v->type == JSON_ARRAY && !field_personal(f))
        return take_list(j, field, v, to);
    if (!v->str || (field_personal(f) && to->secrets->n == DRAFT_SECRETS))
        return judge_find(j, EFFECT_REFUSE, SAY_VALUE_PATTERN, args1(j, "field", f->id), NULL);
    if (!take_value(j, field, v->str, &text))
        return false;
    if (field_personal(f))
        secret_add(j, to->secrets, f->id, text);
    else
        json_set_str(j->a, to->values, f->id, text);
    if (*unit_read(j, f))
        json_set_str(j->a, to->units, f->id, j->code->unit);
    return true;
}

static bool take_fields(struct judge *j, struct step_form *form)
{
    const struct step *s = judge_step(j);
    struct taking to = {&form->secrets, json_object(j->a), json_object(j->a)};
    json_each(given, j->cmd->fields)
        if (step_field(s, given->name) < 0)
            return judge_find(j, EFFECT_REFUSE, SAY_VALUE_PATTERN, args1(j, "field", plain_id(given->name)),
                              NULL);
    for (int i = 0; i < (int)s->nfields; i++) {
        const struct json *v = json_get(j->cmd->fields, s->field[i].id);
        if (v && !take_field(j, i, v, &to))
            return false;
    }
    for (int i = 0; i < (int)s->nfields; i++)
        if (!s->field[i].optional && s->field[i].kind != FIELD_DERIVED && field_wanted(j, i) &&
            field_remaining(j, i) > 0)
            return judge_find(j, EFFECT_REFUSE, SAY_VALUE_MISSING, args1(j, "field", s->field[i].id), NULL);
    form->values = to.values;
    form->units = to.units->len ? to.units : NULL;
    return check_derived(j, &form->derived) && check_balance(j);
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

/* The person signs what was shown: the pending results, by name, all of them. */
static bool check_shown(struct judge *j, struct step_form *form)
{
    char now_shown[44];
    rule_shown(j->x, now_shown);
    form->shown = j->cmd->shown ? arena_strdup(j->a, now_shown) : NULL;
    if (j->cmd->shown && strcmp(j->cmd->shown, now_shown) != 0)
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_SHOWN_DIFFERS, NULL, NULL);
    if (!judge_step(j)->names_pending)
        return true;
    if (!j->cmd->shown)
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_SHOWN_DIFFERS, NULL, NULL);
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

static bool check_secret(struct judge *j)
{
    const struct step *s = judge_step(j);
    if (s->verb == VERB_NONE && (j->cmd->authenticated || !j->cmd->secret_given)) {
        for (size_t i = 0; bench_staffed(j) && i < j->bench->npeople; i++)
            if (j->bench->person[i] == j->performer)
                return true;
        return j->cmd->authenticated || judge_find(j, EFFECT_REFUSE, SAY_SESSION_NONE, NULL, NULL);
    }
    if (!j->cmd->secret_given)
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_NEEDS_PASSWORD, NULL, NULL);
    return check_wait(j) && (j->cmd->authenticated || judge_find(j, EFFECT_REFUSE, SAY_SESSION_WRONG_SECRET,
                                                                 secrets_left(j, j->performer), NULL));
}

/* ---- not done, because ---- */

static void judge_skip(struct judge *j)
{
    const struct step *s = judge_step(j);
    if (!s->can_skip || s->opens) {
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
    judge_find(j, s->on_skip, SAY_SKIP_RECORDED, args1(j, "step", s->id), NULL);
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

static bool judge_form(struct judge *j, struct step_form *form)
{
    enum verb v = judge_step(j)->verb;
    if ((judge_step(j)->opens || v == VERB_GO || v == VERB_APPROVE) && !check_facility(j))
        return false;
    return take_fields(j, form) && check_needs(j, affirmative(j)) && check_closing(j) && check_ordered(j) &&
           check_go(j) && check_decision(j) && (!affirmative(j) || check_runs(j)) && check_shown(j, form);
}

#define RESET_SHOWN_MS (INT64_C(30) * 24 * 3600 * 1000)

/* Others made the secrets anew that this is signed with: every review of the batch shows it. */
static void note_reset(struct judge *j)
{
    const struct person *p = j->performer;
    if (p->reset_at && j->now - p->reset_at < RESET_SHOWN_MS)
        judge_find(j, EFFECT_ALERT, SAY_PERSON_RESET, args1(j, "person", p->id), NULL);
}

static void finish_form(struct judge *j, struct step_form *form)
{
    const struct step *s = judge_step(j);
    const struct protocol *p = j->x->protocol;
    char hash[44];
    form->step = s->id;
    form->occ = j->occ_no;
    form->done = true;
    form->cites = decision_cited(j);
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
    if (d->sign)
        note_reset(j);
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
    if (!j->performer)
        judge_refuse(j, SAY_SESSION_UNKNOWN_BADGE, NULL);
    else if (j->performer->locked)
        judge_refuse(j, SAY_SESSION_LOCKED, NULL);
    else if (find_step(j))
        judge_on_step(j);
}
