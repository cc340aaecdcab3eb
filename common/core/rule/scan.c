/* A scan: what was read, which step and field it belongs to, and what follows. */
#include <stdio.h>
#include <string.h>

#include "core/entry/step.h"
#include "core/rule/judge.h"
#include "core/rule/missing.h"

/* ---- which field? ---- */

static int accepting_field(const struct judge *j)
{
    const struct step *s = judge_step(j);
    for (int i = 0; i < (int)s->nfields; i++)
        if (field_accepts(j, i, j->code))
            return i;
    return -1;
}

/* Read off the empty at the bench: whatever lot it is, it was used. */
static int accounting_field(const struct judge *j)
{
    const struct step *s = judge_step(j);
    bool lot = j->code->kind == CODE_LOT || j->code->kind == CODE_GS1;
    for (int i = 0; lot && i < (int)s->nfields; i++)
        if (s->field[i].kind == FIELD_LOT && s->field[i].lot_use == LOT_ACCOUNT && field_remaining(j, i) > 0)
            return i;
    return -1;
}

static const char *scanned_id(const struct judge *j)
{
    const struct lot *l = j->code->kind == CODE_GS1 ? lot_of(j, j->code) : NULL;
    return l ? l->id : j->code->kind == CODE_GS1 ? j->code->lot : j->code->id;
}

/* The very same code: of a lot another vial is another one. */
static bool same_code(const struct judge *j, const struct input *in)
{
    return strcmp(in->text, scanned_id(j)) == 0 && strcmp(in->unit ? in->unit : "", j->code->unit) == 0;
}

/* Does the code stand in the occurrence under way? */
static bool already_there(struct judge *j, struct batch *x, int step)
{
    const struct occ *o = step >= 0 ? batch_occ(x, step) : NULL;
    for (size_t i = 0; o && !o->done && i < o->ninputs; i++) {
        enum field_kind k = x->protocol->step[step].field[o->input[i].field].kind;
        bool thing = k == FIELD_CONTAINER || k == FIELD_EQUIPMENT || k == FIELD_PLACE || k == FIELD_LOT ||
                     k == FIELD_DOCUMENT;
        if (thing && same_code(j, &o->input[i]))
            return true;
    }
    return false;
}

/*
 * A trigger that bounces ends a step and would begin the next one that takes the same code: what ended
 * the step here is not read again on purpose within this time.
 */
#define DOUBLE_READ_MS 3000

static bool is_option(const struct code *c)
{
    return c->kind == CODE_COMMAND && strncmp(c->id, "OPT-", 4) == 0;
}

/* What ended the step here, with nothing behind it; or NULL. */
static const struct input *ended_with(const struct judge *j)
{
    const struct bench *b = j->bench;
    const struct occ *o = b->batch && b->step < 0 && b->last >= 0 ? batch_occ(b->batch, b->last) : NULL;
    const struct input *in = o && o->ninputs ? &o->input[o->ninputs - 1] : NULL;
    if (!in || in->at != o->done || b->at > in->at)
        return NULL;
    if (is_option(j->code))
        return strcasecmp(in->text, j->code->id + 4) == 0 ? in : NULL;
    return j->code->kind <= CODE_DOCUMENT && same_code(j, in) ? in : NULL;
}

static bool read_twice(const struct judge *j)
{
    const struct input *in = ended_with(j);
    return in && j->when - in->at < DOUBLE_READ_MS;
}

/* A vessel whose look is due, on a day without a session, or beside it. */
static bool looks(struct judge *j, struct batch *x, int *ret_field)
{
    int look = j->code->kind == CODE_CONTAINER ? look_due(x, j->now) : -1;
    if (look < 0 || !step_here(j, &x->protocol->step[look]) || !step_available(j, x, look))
        return false;
    judge_enter(j, x, look);
    *ret_field = accepting_field(j);
    return *ret_field >= 0;
}

/* The step the bench is at; else the first one open here that awaits this; else the first one open here. What
 * belongs to another day is begun by its code alone. */
static bool choose_step(struct judge *j, int *ret_field)
{
    struct batch *x = j->bench->batch;
    int first = -1;
    *ret_field = -1;
    if (j->bench->step >= 0) {
        judge_enter(j, x, j->bench->step);
        *ret_field = accepting_field(j);
        if (*ret_field < 0)
            *ret_field = accounting_field(j);
        return true;
    }
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        const struct step *s = &x->protocol->step[i];
        if (s->optional || s->form || s->verb != VERB_NONE || !step_here(j, s) || !step_available(j, x, i) ||
            step_later(j, x, i))
            continue;
        judge_enter(j, x, i);
        *ret_field = accepting_field(j);
        j->passed = *ret_field >= 0 ? first : -1;
        if (*ret_field >= 0)
            return true;
        if (first < 0)
            first = i;
    }
    j->passed = first;
    if (looks(j, x, ret_field))
        return true;
    *ret_field = j->passed = -1;
    j->step = -1;
    if (first >= 0)
        judge_enter(j, x, first);
    else
        j->x = x;
    return first >= 0;
}

/* What the step waits for, for SAY_SCAN_UNEXPECTED. */
static struct json *awaited(struct judge *j)
{
    const struct step *s = judge_step(j);
    for (int i = 0; i < (int)s->nfields; i++)
        if (field_wanted(j, i) && field_remaining(j, i) > 0)
            return args1(j, "awaits", s->field[i].title.ja ? s->field[i].id : "");
    return args1(j, "awaits", s->witness ? "witness" : s->id);
}

/* ---- the entry ---- */

static bool check_twice(struct judge *j, int field, bool *ret_again)
{
    const struct field *f = &judge_step(j)->field[field];
    *ret_again = false;
    if (f->kind != FIELD_NUMBER || !f->twice)
        return true;
    for (size_t i = 0; i < j->occ.ninputs; i++) {
        const struct input *in = &j->occ.input[i];
        if (in->field != field || !in->first_of_two)
            continue;
        if (in->by == j->performer)
            return judge_find(j, EFFECT_REFUSE, SAY_VALUE_OTHER_PERSON, args1(j, "field", f->id), f->id);
        if (in->censor != j->code->censor || dec_cmp(in->value, j->code->value) != 0)
            return judge_find(j, EFFECT_REFUSE, SAY_VALUE_DIFFERS, args1(j, "field", f->id), f->id);
        *ret_again = true;
    }
    return true;
}

/* A label that cannot be read is typed in before a second person (doc/bench.md 1.13). */
static bool check_typed(struct judge *j)
{
    bool label = j->code->kind <= CODE_PATIENT;
    if (!j->cmd->typed || !label || j->bench->npeople >= 2)
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_PEOPLE_TOO_FEW,
                      json_set_int(j->a, json_object(j->a), "wanted", 2), NULL);
}

/* That somebody stays out is told in words, before it is so. */
static void ask_unfit(struct judge *j)
{
    struct found *f = &j->found;
    judge_find(j, EFFECT_ALERT, SAY_PERSON_UNFIT_ASKED, args1(j, "person", j->performer->id), NULL);
    struct finding asked = f->finding[f->nfindings - 1];
    memmove(&f->finding[1], &f->finding[0], (f->nfindings - 1) * sizeof(asked));
    f->finding[0] = asked;
}

static void accept_input(struct judge *j, int field, const char *text, const struct step_input *marks)
{
    const struct step *s = judge_step(j);
    const struct field *f = &s->field[field];
    struct step_input in = *marks;
    in.step = s->id;
    in.occ = j->occ_no;
    in.follows = decision_followed(j);
    in.field = f->id;
    /* what identifies the patient is compared, never written */
    in.text = field_personal(f) ? "*" : text;
    in.kind = code_kind_name(j->code->kind);
    in.unit = f->kind == FIELD_NUMBER                    ? f->unit
              : f->kind == FIELD_LOT && j->code->unit[0] ? j->code->unit
                                                         : NULL;
    bool asks = !in.first && !in.asked && awaits_yes(j);
    in.done = fields_complete(j) && !s->witness && !in.first && !in.asked && !asks;
    if (asks)
        ask_unfit(j);
    if (field_personal(f))
        secret_add(j, &in.secrets, f->id, text);
    if (!in.asked) { /* a question is told alone */
        check_pace(j, j->code->kind == CODE_CONTAINER);
        check_rooms(j, j->performer);
    }
    if (in.done)
        check_took(j);
    struct draft *d = draft_add(j, j->x->stream, KIND_STEP_INPUT, &in, sizeof(in));
    d->law = s->law;
    d->nlaw = in.done ? s->nlaw : 0;
    /* a scan that was meant for what was awaited would have begun something else without a word */
    bool other = j->passed >= 0 && j->begins && !in.done;
    enum say code = in.done                   ? SAY_ACCEPTED_STEP_DONE
                    : other                   ? SAY_ACCEPTED_OTHER_STEP
                    : f->kind == FIELD_NUMBER ? SAY_ACCEPTED_VALUE
                                              : SAY_ACCEPTED;
    struct json *args = in.done || other ? args1(j, "step", s->id) : NULL;
    if (other)
        json_set_str(j->a, args, "missing", j->x->protocol->step[j->passed].id);
    judge_accept(j, d, code, args);
    if (in.done)
        step_finish_drafts(j);
}

static const char *input_text(struct judge *j)
{
    enum field_kind awaited = judge_step(j)->field[j->field].kind;
    if (awaited == FIELD_DATE)
        return day_text(j, j->code);
    switch (j->code->kind) {
    case CODE_NUMBER:
        if (awaited == FIELD_NUMBER)
            return number_text(j, j->code);
        return arena_strndup(j->a, j->cmd->raw, j->cmd->raw_len);
    case CODE_GS1:
        return arena_strdup(j->a, scanned_id(j));
    case CODE_TEXT:
    case CODE_DATE:
        return arena_strndup(j->a, j->cmd->raw, j->cmd->raw_len);
    default:
        return arena_strdup(j->a, j->code->id);
    }
}

/* Opened first and scanned after: a fact, in both batches. */
static void foreign_opened(struct judge *j)
{
    enum say opened = SAY_IDENT_FOREIGN_OPENED;
    const struct follow *f = judge_follow(j, FOLLOW_OTHER_TOLD);
    struct exposure_linked linked = {.secrets = {0}};
    secret_add(j, &linked.secrets, SECRET_OTHER, f->told.id);
    secret_add(j, &linked.secrets, SECRET_CONTAINER, f->told.container);
    judge_find(j, EFFECT_HOLD, opened, NULL, NULL);
    if (f->told.open)
        judge_follows(j, (struct follow){.kind = FOLLOW_BATCH_EXPOSED,
                                         .exposed = {f->told.open, opened, .container = f->told.container}});
    if (judge_room(j))
        judge_follows(j, (struct follow){.kind = FOLLOW_ROOM_BLOCKED, .room = {judge_room(j), opened}});
    judge_accept(j, draft_add(j, j->x->stream, KIND_EXPOSURE_LINKED, &linked, sizeof(linked)), SAY_NONE,
                 NULL);
}

/* Another batch's container: before anything else is looked at, loud, and in both records. */
static void judge_foreign(struct judge *j)
{
    if (j->bench->step >= 0)
        judge_enter(j, j->x, j->bench->step);
    else
        j->step = -1;
    if (j->cmd->late == LATE_OPENED)
        foreign_opened(j);
    else
        judge_refuse(j, SAY_IDENT_FOREIGN, NULL);
}

/* Adds the value to the scratch, with what is computed from it. */
static bool take_input(struct judge *j, int field, const char *text, struct step_input *marks)
{
    scratch_add(j, field, text, j->code);
    if (once_open(j, field)) {
        once_take(j, field, marks);
    } else {
        for (size_t i = 0; marks->again && i < j->occ.ninputs; i++)
            j->occ.input[i].first_of_two &= j->occ.input[i].field != field;
        j->occ.input[j->occ.ninputs - 1].first_of_two = marks->first || marks->asked;
    }
    return marks->first || marks->asked || (check_derived(j, &marks->derived) && check_balance(j));
}

/* Who typed the first of two entries, the second of which comes now; NULL: it is no second one. */
static const struct person *first_typist(const struct judge *j, int field)
{
    for (size_t i = j->occ.ninputs; i-- > 0;)
        if (j->occ.input[i].field == field && (j->occ.input[i].asked || j->occ.input[i].first_of_two))
            return j->occ.input[i].by;
    return NULL;
}

/* Whoever was asked acts on, if still here: the other one came to type one value. It is told in the day, to
 * which the bench belongs: the batch may leave the memory before. */
static void acts_on(struct judge *j, const struct person *p)
{
    if (bench_staffed(j) && p->signed_in == j->st && j->bench->acting != p)
        DRAFT_DAY(j, KIND_BENCH_CONTEXT, struct bench_context, .acting = p->id);
}

static void judge_input(struct judge *j, int field)
{
    const struct field *f = &judge_step(j)->field[field];
    j->field = field;
    const char *text = input_text(j);
    struct step_input marks = {.step = NULL};
    bool ok = check_people(j) && check_typed(j) && check_begin(j);
    struct found before = j->found;
    ok = ok && check_field(j, field, j->code, text, &text) && check_twice(j, field, &marks.again);
    marks.first = ok && f->kind == FIELD_NUMBER && f->twice && !marks.again;
    if (marks.first) /* what was found about a value that is not yet confirmed is found when it is */
        j->found = before;
    ok = ok && check_once(j, field, text, &before, &marks);
    const struct person *first = first_typist(j, field);
    if (!ok || !take_input(j, field, text, &marks)) {
        judge_refuse_found(j);
        return;
    }
    accept_input(j, field, text, &marks);
    if (first && (marks.again || marks.instead || marks.stands))
        acts_on(j, first);
}

/* ---- what was scanned ---- */

static void judge_already(struct judge *j)
{
    struct draft *d = draft_add(j, j->x->stream, KIND_STEP_AGAIN, NULL, 0);
    judge_outcome(j, d, OUTCOME_ALREADY, SAY_SCAN_ALREADY, args1(j, "code", scanned_id(j)));
}

/* One of the step's own: it takes no more of them, or not yet. */
static bool takes_label(const struct judge *j)
{
    for (int i = 0; i < (int)judge_step(j)->nfields; i++) {
        const struct field *f = &judge_step(j)->field[i];
        if (f->kind == FIELD_CONTAINER && listed(f->nlabels, f->label, j->code->label))
            return true;
    }
    return false;
}

static bool awaits_container(const struct judge *j)
{
    for (int i = 0; i < (int)judge_step(j)->nfields; i++)
        if (judge_step(j)->field[i].kind == FIELD_CONTAINER && field_remaining(j, i) > 0)
            return true;
    return false;
}

static int first_open(const struct judge *j)
{
    for (int i = 0; i < (int)judge_step(j)->nfields; i++)
        if (field_wanted(j, i) && field_remaining(j, i) > 0)
            return i;
    return -1;
}

/* Typed as an answer to a field that is answered: by the same value, a key was pressed twice. */
static bool answered(const struct judge *j)
{
    const struct command *c = j->cmd;
    enum code_kind k = j->code->kind;
    bool value = k == CODE_NUMBER || k == CODE_TEXT || k == CODE_DATE || is_option(j->code);
    int step = value && c->step && c->field ? protocol_step(j->x->protocol, c->step) : -1;
    int field = step >= 0 ? step_field(&j->x->protocol->step[step], c->field) : -1;
    if (field < 0 || c->spool || rule_off(SAY_VALUE_ANSWERED))
        return false;
    return step != j->step || field_remaining(j, field) <= 0 || (j->begins && field != first_open(j));
}

#define SAME_AGAIN_MS 30000

/* The number that was typed here last, with nothing behind it but what was computed of it; NULL: none. */
static const struct input *last_number(const struct judge *j, const struct field **ret)
{
    int step = j->begins ? j->bench->last : j->step;
    const struct occ *o = step >= 0 ? batch_occ(j->x, step) : NULL;
    size_t n = o && o->station == j->st ? o->ninputs : 0;
    while (n && j->x->protocol->step[step].field[o->input[n - 1].field].kind == FIELD_DERIVED)
        n--;
    *ret = n ? &j->x->protocol->step[step].field[o->input[n - 1].field] : NULL;
    return n && (*ret)->kind == FIELD_NUMBER ? &o->input[n - 1] : NULL;
}

/* A key that was pressed twice would answer the next field, too. A station that says what it showed is told
 * by that; one that does not is asked, where the same number means something else. */
static bool check_same_again(struct judge *j, int field)
{
    const struct command *c = j->cmd;
    const struct field *f = &judge_step(j)->field[field], *before;
    const struct input *in = j->code->kind == CODE_NUMBER ? last_number(j, &before) : NULL;
    bool again = in && !c->field && !c->spool && !c->occurred && f->kind == FIELD_NUMBER && !*j->code->unit &&
                 strcmp(f->unit, before->unit) != 0 && j->now - in->at < SAME_AGAIN_MS &&
                 in->censor == j->code->censor && dec_cmp(in->value, j->code->value) == 0;
    const char *key = again ? arena_printf(j->a, "%s of %s", f->id, judge_step(j)->id) : NULL;
    if (!again || judge_asked(j, key))
        return true;
    struct json *args = args1(j, "value", in->text);
    json_set_str(j->a, args, "field", before->id);
    return judge_find(j, EFFECT_REFUSE, SAY_VALUE_SAME_AGAIN, json_set_str(j->a, args, "awaits", f->id), key);
}

static bool same_value(const struct judge *j, const struct input *in)
{
    const struct code *c = j->code;
    if (is_option(c))
        return strcasecmp(in->text, c->id + 4) == 0;
    if (c->kind == CODE_NUMBER)
        return in->censor == c->censor && dec_cmp(in->value, c->value) == 0;
    return strlen(in->text) == j->cmd->raw_len && memcmp(in->text, j->cmd->raw, j->cmd->raw_len) == 0;
}

static void judge_stale(struct judge *j)
{
    int step = protocol_step(j->x->protocol, j->cmd->step);
    int field = step_field(&j->x->protocol->step[step], j->cmd->field);
    const struct occ *o = batch_occ(j->x, step);
    bool same = false;
    for (size_t i = 0; o && i < o->ninputs; i++)
        same |= o->input[i].field == field && same_value(j, &o->input[i]);
    struct json *args = j->step >= 0 ? awaited(j) : args1(j, "step", j->cmd->step);
    enum say code = j->step >= 0 ? SAY_VALUE_ANSWERED : SAY_VALUE_ANSWERED_ALL;
    if (!same)
        judge_refuse(j, code, args);
    else
        judge_outcome(j, draft_add(j, j->x->stream, KIND_STEP_AGAIN, NULL, 0), OUTCOME_ALREADY, code, args);
}

/* The step awaits a lot, but of another material. */
static struct json *wanted_material(struct judge *j)
{
    for (int i = 0; i < (int)judge_step(j)->nfields; i++) {
        const struct field *f = &judge_step(j)->field[i];
        if (f->kind == FIELD_LOT && f->nmaterials && field_remaining(j, i) > 0)
            return json_set_str(j->a, args1(j, "lot", scanned_id(j)), "wanted", f->material[0]);
    }
    return NULL;
}

/* One that is awaited may never come: then it is said how that is told. */
static void refuse_unexpected(struct judge *j)
{
    int field = first_open(j);
    const struct field *f = field >= 0 ? &judge_step(j)->field[field] : NULL;
    bool container = f && f->kind == FIELD_CONTAINER && f->use != USE_ISSUE;
    struct json *args = awaited(j);
    if (container)
        json_set_int(j->a, args, "left", field_remaining(j, field));
    judge_refuse(j, container ? SAY_SCAN_CONTAINER : SAY_SCAN_UNEXPECTED, args);
}

/* In the clinic's hands, where nothing awaits a lot. */
static bool at_the_patient(struct judge *j)
{
    return j->performer && j->performer->dept == DEPT_CLINIC && !j->x->closed && !j->code->run_on &&
           !(j->step >= 0 && wanted_material(j));
}

/* Nothing open here accepts it: say the most useful thing. */
static void judge_unexpected(struct judge *j)
{
    struct batch *x = j->bench->batch;
    const struct code *c = j->code;
    if (already_there(j, x, j->bench->step) || ended_with(j)) {
        judge_already(j);
        return;
    }
    bool lot = c->kind == CODE_LOT || c->kind == CODE_GS1;
    if (lot && at_the_patient(j) && judge_outside(j))
        return;
    if (j->step < 0)
        judge_refuse_no_step(j);
    else if (first_open(j) < 0 && step_lacks(j, -1))
        judge_refuse(j, SAY_STEP_LACKS, args1(j, "step", judge_step(j)->id));
    else if (!j->begins && fields_complete(j) && judge_step(j)->witness)
        judge_refuse(j, SAY_WITNESS_AWAITED, NULL);
    else if (c->kind == CODE_CONTAINER && awaits_container(j) && !takes_label(j))
        judge_refuse(j, SAY_LABEL_KIND, args1(j, "label", c->label));
    else if (lot && !lot_of(j, c))
        judge_refuse(j, c->run_on ? SAY_SCAN_SEPARATOR : SAY_LOT_UNKNOWN, args1(j, "lot", scanned_id(j)));
    else if (lot && wanted_material(j))
        judge_refuse(j, SAY_LOT_MATERIAL, wanted_material(j));
    else if (!refuse_other_kind(j))
        refuse_unexpected(j);
}

static bool read_code(struct judge *j)
{
    struct code *c = arena_alloc(j->a, sizeof(*c));
    enum code_fault fault = code_read(j->cmd->raw, j->cmd->raw_len, c);
    if (fault == CODE_OK) {
        const struct person *p =
            c->kind == CODE_BADGE ? badge_person(j->book, j->st, c->id, spare_time(j)) : NULL;
        if (p) /* the spare station's badge is whoever's opened it */
            snprintf(c->id, sizeof(c->id), "%s", p->id);
        j->code = c;
        j->understood = j->code->kind != CODE_TEXT;
        return true;
    }
    judge_refuse(j, say_of_code(fault), NULL);
    return false;
}

/* The one beside the performer scans and types (doc/bench.md 1.4): of several, one who acts for the same
 * side. */
static void choose_recorder(struct judge *j)
{
    const struct batch *x = j->bench->batch;
    bool quality = j->performer && j->performer->dept == DEPT_QUALITY;
    enum dept not = quality ? DEPT_MANUFACTURING : DEPT_QUALITY;
    j->recorder = j->performer;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < j->bench->npeople && j->recorder == j->performer; i++)
            if (!j->bench->person[i]->fresh &&
                (round == 1 || !x || !batch_acted(x, j->bench->person[i], not )))
                j->recorder = j->bench->person[i];
}

/* At a bench that works on a batch. */
static void judge_on_batch(struct judge *j)
{
    j->x = j->bench->batch;
    if (note_foreign(j, j->code)) {
        judge_foreign(j);
        return;
    }
    if (read_twice(j)) {
        judge_already(j);
        return;
    }
    const struct container *c = j->code->kind == CODE_CONTAINER ? book_container(j->book, j->code->id) : NULL;
    if (c && !check_not_lost(j, c)) {
        judge_refuse_found(j);
        return;
    }
    int field = -1;
    (void)choose_step(j, &field);
    /* the same container twice in one step is no refusal, even where another one is still awaited */
    bool again =
        field >= 0 && j->code->kind == CODE_CONTAINER && !j->begins && already_there(j, j->x, j->step);
    if (j->code->kind == CODE_BADGE && field < 0)
        judge_badge(j);
    else if (again)
        judge_already(j);
    else if (answered(j))
        judge_stale(j);
    else if (field >= 0 && !check_same_again(j, field))
        judge_refuse_found(j);
    else if (field >= 0)
        judge_input(j, field);
    else if (j->understood)
        judge_unexpected(j);
    else if (j->step < 0 || !refuse_typed(j))
        judge_refuse(j, SAY_SCAN_UNKNOWN, NULL);
}

void judge_scan(struct judge *j)
{
    j->x = NULL;
    if (!read_code(j))
        return;
    if (!bench_staffed(j)) {
        judge_refuse(j, SAY_SESSION_NONE, NULL);
        return;
    }
    if (judge_leaving(j) || judge_alarm(j) || !check_who(j))
        return;
    choose_recorder(j);
    if (judge_lost(j))
        return;
    if (j->code->kind == CODE_BATCH) {
        judge_batch_card(j);
        return;
    }
    if (j->code->kind == CODE_COMMAND && !is_option(j->code)) {
        judge_command_code(j);
        return;
    }
    if (j->bench->batch)
        judge_on_batch(j);
    else if (j->code->kind == CODE_BADGE)
        judge_badge(j);
    else
        judge_refuse(j, j->understood ? SAY_SCAN_NO_BATCH : SAY_SCAN_UNKNOWN, NULL);
}
