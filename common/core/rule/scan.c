/* A scan: what was read, which step and field it belongs to, and what follows. */
#include <string.h>

#include "core/rule/judge.h"

/* ---- which field? ---- */

static int accepting_field(const struct judge *j)
{
    const struct step *s = judge_step(j);
    for (int i = 0; i < (int)s->nfields; i++)
        if (field_accepts(j, i, &j->code))
            return i;
    return -1;
}

/* Read off the empty at the bench: whatever lot it is, it was used. */
static int accounting_field(const struct judge *j)
{
    const struct step *s = judge_step(j);
    bool lot = j->code.kind == CODE_LOT || j->code.kind == CODE_GS1;
    for (int i = 0; lot && i < (int)s->nfields; i++)
        if (s->field[i].kind == FIELD_LOT && s->field[i].lot_use == LOT_ACCOUNT && field_remaining(j, i) > 0)
            return i;
    return -1;
}

static const char *scanned_id(const struct judge *j)
{
    const struct lot *l = j->code.kind == CODE_GS1 ? lot_of(j, &j->code) : NULL;
    return l ? l->id : j->code.kind == CODE_GS1 ? j->code.lot : j->code.id;
}

/* Does the code stand in the occurrence under way, or in the step finished here last? */
static bool already_there(struct judge *j, struct batch *x, int step)
{
    const struct occ *o = step >= 0 ? batch_occ(x, step) : NULL;
    for (size_t i = 0; o && i < o->ninputs; i++) {
        enum field_kind k = x->protocol->step[step].field[o->input[i].field].kind;
        bool thing = k == FIELD_CONTAINER || k == FIELD_EQUIPMENT || k == FIELD_PLACE || k == FIELD_LOT ||
                     k == FIELD_DOCUMENT;
        if (thing && strcmp(o->input[i].text, scanned_id(j)) == 0)
            return true;
    }
    return false;
}

/*
 * A trigger that bounces ends a step and would begin the next one that takes the same code: what ended
 * the step here is not read again on purpose within this time.
 */
#define DOUBLE_READ_MS 3000

static bool read_twice(struct judge *j)
{
    const struct bench *b = j->bench;
    const struct occ *o = b->batch && b->step < 0 && b->last >= 0 ? batch_occ(b->batch, b->last) : NULL;
    const struct input *in = o && o->ninputs ? &o->input[o->ninputs - 1] : NULL;
    return in && in->at == o->done && j->when - in->at < DOUBLE_READ_MS && j->code.kind <= CODE_DOCUMENT &&
           strcmp(in->text, scanned_id(j)) == 0;
}

/* The step the bench is at; else the first one open here that awaits this; else the first one open here. */
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
        if (s->optional || s->form || s->verb != VERB_NONE || !step_here(j, s) || !step_available(j, x, i))
            continue;
        judge_enter(j, x, i);
        *ret_field = accepting_field(j);
        if (*ret_field >= 0)
            return true;
        if (first < 0)
            first = i;
    }
    j->step = -1;
    if (first >= 0)
        judge_enter(j, x, first);
    else
        j->x = x;
    return first >= 0;
}

/* What the step waits for, for "scan.unexpected". */
static struct json *awaited(struct judge *j)
{
    const struct step *s = judge_step(j);
    for (int i = 0; i < (int)s->nfields; i++)
        if (field_wanted(j, i) && field_remaining(j, i) > 0)
            return args1(j, "awaits", s->field[i].title.ja ? s->field[i].id : "");
    return args1(j, "awaits", s->witness ? "witness" : s->id);
}

/* ---- the entry ---- */

/* What was found about a value that is not yet confirmed is found when it is. */
static void forget_about(struct judge *j, const struct field *f)
{
    size_t n = 0;
    for (size_t i = 0; i < j->nfindings; i++)
        if (!j->finding[i].field || strcmp(j->finding[i].field, f->id) != 0)
            j->finding[n++] = j->finding[i];
    j->nfindings = n;
}

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
            return judge_find(j, EFFECT_REFUSE, "witness.same", args1(j, "person", j->performer->id), NULL);
        if (dec_cmp(in->value, j->code.value) != 0)
            return judge_find(j, EFFECT_REFUSE, "value.differs", args1(j, "field", f->id), f->id);
        *ret_again = true;
    }
    return true;
}

/* A label that cannot be read is typed in before a second person (doc/bench.md 1.13). */
static bool check_typed(struct judge *j)
{
    bool label = j->code.kind <= CODE_PATIENT;
    if (!j->cmd->typed || !label || j->bench->npeople >= 2)
        return true;
    return judge_find(j, EFFECT_REFUSE, "people.too-few", json_set_int(j->a, json_object(j->a), "wanted", 2),
                      NULL);
}

static struct json *input_body(struct judge *j, const struct field *f, const char *text)
{
    struct json *body = args1(j, "step", judge_step(j)->id);
    json_set_int(j->a, body, "occ", j->occ_no);
    json_set_str(j->a, body, "field", f->id);
    json_set_str(j->a, body, "text", text);
    json_set_str(j->a, body, "kind", code_kind_name(j->code.kind));
    if (f->kind == FIELD_NUMBER)
        json_set_str(j->a, body, "unit", f->unit);
    if (f->kind == FIELD_LOT && j->code.unit[0])
        json_set_str(j->a, body, "unit", j->code.unit);
    return body;
}

static void declare_fit(struct judge *j)
{
    bool fit = true;
    const struct step *s = judge_step(j);
    for (size_t i = 0; i < j->occ.ninputs; i++) {
        const struct field *f = &s->field[j->occ.input[i].field];
        for (size_t k = 0; k < f->noptions; k++)
            if (strcmp(f->option[k].id, j->occ.input[i].text) == 0)
                fit &= f->option[k].effect == EFFECT_OK;
        fit &= j->occ.input[i].by == j->performer; /* nobody declares for another */
    }
    struct json *body = args1(j, "person", j->performer->id);
    json_set(j->a, body, "fit", json_bool(j->a, fit));
    draft_day(j, "person.fit", body);
}

void step_finish_drafts(struct judge *j)
{
    const struct step *s = judge_step(j);
    if (s->declares_fit)
        declare_fit(j);
    if (!s->closes)
        return;
    const struct stream *st = book_stream(j->book, j->x->stream);
    uint64_t before = 0;
    for (size_t i = 0; i < j->v->ndrafts; i++)
        before += strcmp(j->v->draft[i].stream, j->x->stream) == 0;
    draft_add(j, j->x->stream, "batch.closed",
              json_set_int(j->a, json_object(j->a), "count", (int64_t)(st->sseq + before + 1)));
}

/* What an accepted command brings with it elsewhere: a unit opened for this batch, other batches exposed. */
void linked_drafts(struct judge *j)
{
    if (j->open_lot) {
        struct json *body = args1(j, "lot", j->open_lot->id);
        json_set_str(j->a, body, "unit", j->open_unit);
        json_set_str(j->a, body, "batch", j->x->id);
        draft_add(j, arena_printf(j->a, "lot/%s", j->open_lot->id), "lot.opened", body);
    }
    if (j->shared)
        judge_expose(j, j->shared, "lot.used-other-batch", "lot", j->shared_lot);
    block_room(j, j->room, "value.action");
    if (j->exposes)
        expose_others(j);
}

static void accept_input(struct judge *j, int field, const char *text, bool first, bool again)
{
    const struct step *s = judge_step(j);
    bool done = fields_complete(j) && !s->witness && !first;
    /* what identifies the patient is compared, never written */
    bool personal = s->field[field].kind == FIELD_IDENTITY || s->field[field].kind == FIELD_TEXT;
    struct draft *d =
        draft_add(j, j->x->stream, "step.input", input_body(j, &s->field[field], personal ? "*" : text));
    if (personal)
        draft_secret(j, d, s->field[field].id, text);
    if (j->derived)
        json_set(j->a, d->body, "derived", j->derived);
    if (first)
        json_set(j->a, d->body, "first", json_bool(j->a, true));
    if (again)
        json_set(j->a, d->body, "again", json_bool(j->a, true));
    if (done)
        json_set(j->a, d->body, "done", json_bool(j->a, true));
    d->law = s->law;
    d->nlaw = done ? s->nlaw : 0;
    const char *code = done                                   ? "accepted.step-done"
                       : s->field[field].kind == FIELD_NUMBER ? "accepted.value"
                                                              : "accepted";
    judge_accept(j, d, code, done ? args1(j, "step", s->id) : NULL);
    linked_drafts(j);
    if (done)
        step_finish_drafts(j);
}

/* The kit is blocked until physician and manufacturing have cleared it (doc/bench.md 2). */
void hold_patient(struct judge *j)
{
    struct json *body = args1(j, "hold", arena_printf(j->a, "%s-H%zu", j->x->id, j->x->nholds + 1));
    json_set_str(j->a, body, "cause", "ident.patient");
    draft_add(j, j->x->stream, "hold.placed", body);
}

/* A refused second entry voids the first: both are asked for again. */
static void refuse_found(struct judge *j)
{
    const struct finding *f = judge_refusal(j);
    judge_refuse(j, f->code, f->args);
    if (strcmp(f->code, "value.differs") == 0)
        json_set_str(j->a, j->v->draft[j->v->ndrafts - 1].body, "resets", f->field);
    if (strcmp(f->code, "ident.patient") == 0)
        hold_patient(j);
}

static const char *input_text(struct judge *j)
{
    char text[DEC_TEXT];
    switch (j->code.kind) {
    case CODE_NUMBER:
        if (!j->told)
            return arena_strndup(j->a, j->cmd->raw, j->cmd->raw_len);
        dec_format(j->code.value, text);
        return arena_strdup(j->a, text);
    case CODE_GS1:
        return arena_strdup(j->a, scanned_id(j));
    case CODE_TEXT:
    case CODE_DATE:
        return arena_strndup(j->a, j->cmd->raw, j->cmd->raw_len);
    default:
        return arena_strdup(j->a, j->code.id);
    }
}

/* Nobody opens anything more in this room until quality has seen it (doc/bench.md 3, cases 1 and 9). */
void block_room(struct judge *j, const char *id, const char *cause)
{
    const struct room *room = id ? book_room(j->book, id) : NULL;
    if (!room || room->blocked)
        return;
    struct json *body = json_set_str(j->a, args1(j, "room", room->id), "cause", cause);
    draft_add(j, arena_printf(j->a, "room/%s", room->id), "room.blocked", body);
}

/* Opened first and scanned after: a fact, in both batches. */
static void foreign_opened(struct judge *j)
{
    j->nfindings = 0;
    judge_find(j, EFFECT_HOLD, "ident.foreign-opened", NULL, NULL);
    struct draft *d = draft_add(j, j->x->stream, "exposure.linked", json_object(j->a));
    draft_secret(j, d, "other", j->foreign_id);
    draft_secret(j, d, "container", j->code.id);
    json_set(j->a, d->body, "understood", args1(j, "kind", "container"));
    json_set(j->a, d->body, "latched", json_bool(j->a, true));
    judge_accept(j, d, NULL, NULL);
    if (j->foreign)
        judge_expose(j, j->foreign, "ident.foreign-opened", "container", j->code.id);
    block_room(j, j->st->room, "ident.foreign-opened");
}

/* Another batch's container: before anything else is looked at, loud, and in both records. */
static void judge_foreign(struct judge *j)
{
    if (j->bench->step >= 0)
        judge_enter(j, j->x, j->bench->step);
    else
        j->step = -1;
    if (j->cmd->late && strcmp(j->cmd->late, "opened") == 0)
        foreign_opened(j);
    else
        judge_refuse(j, "ident.foreign", NULL);
}

static void judge_input(struct judge *j, int field)
{
    const struct field *f = &judge_step(j)->field[field];
    j->told = f->kind == FIELD_NUMBER && j->code.kind == CODE_NUMBER;
    const char *text = input_text(j);
    bool again = false;
    bool ok = check_people(j) && check_typed(j) && check_begin(j) &&
              check_field(j, field, &j->code, text, &text) && check_twice(j, field, &again);
    bool first = ok && f->kind == FIELD_NUMBER && f->twice && !again;
    if (ok) {
        if (first)
            forget_about(j, f);
        scratch_add(j, field, text, &j->code);
        if (again)
            for (size_t i = 0; i < j->occ.ninputs; i++)
                j->occ.input[i].first_of_two &= j->occ.input[i].field != field;
        j->occ.input[j->occ.ninputs - 1].first_of_two = first;
        ok = first || (check_derived(j) && check_balance(j));
    }
    if (ok)
        accept_input(j, field, text, first, again);
    else
        refuse_found(j);
}

/* ---- what was scanned ---- */

static void judge_already(struct judge *j)
{
    struct draft *d = draft_add(j, j->x->stream, "step.again", json_object(j->a));
    judge_outcome(j, d->body, OUTCOME_ALREADY, "scan.already", args1(j, "code", scanned_id(j)));
}

static bool awaits_container(const struct judge *j)
{
    for (int i = 0; i < (int)judge_step(j)->nfields; i++)
        if (judge_step(j)->field[i].kind == FIELD_CONTAINER && field_remaining(j, i) > 0)
            return true;
    return false;
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

/* The step awaits equipment or a place, but of another kind. */
static bool refuse_other_kind(struct judge *j)
{
    bool place = j->code.kind == CODE_PLACE;
    enum field_kind kind = place ? FIELD_PLACE : FIELD_EQUIPMENT;
    for (int i = 0; (place || j->code.kind == CODE_EQUIPMENT) && i < (int)judge_step(j)->nfields; i++) {
        const struct field *f = &judge_step(j)->field[i];
        if (f->kind != kind || !f->thing || field_remaining(j, i) <= 0)
            continue;
        judge_refuse(j, place ? "place.kind" : "equipment.kind", args1(j, "wanted", f->thing));
        return true;
    }
    return false;
}

/* Nothing open here accepts it: say the most useful thing. */
static void judge_unexpected(struct judge *j)
{
    struct batch *x = j->bench->batch;
    const struct code *c = &j->code;
    if (already_there(j, x, j->bench->step) || already_there(j, x, j->bench->last)) {
        judge_already(j);
        return;
    }
    bool lot = c->kind == CODE_LOT || c->kind == CODE_GS1;
    if (j->step < 0)
        judge_refuse(j, "scan.no-step", NULL);
    else if (!j->begins && fields_complete(j) && judge_step(j)->witness)
        judge_refuse(j, "witness.awaited", NULL);
    else if (c->kind == CODE_CONTAINER && awaits_container(j))
        judge_refuse(j, "label.kind", args1(j, "label", c->label));
    else if (lot && !lot_of(j, c))
        judge_refuse(j, "lot.unknown", args1(j, "lot", scanned_id(j)));
    else if (lot && wanted_material(j))
        judge_refuse(j, "lot.material", wanted_material(j));
    else if (!refuse_other_kind(j))
        judge_refuse(j, "scan.unexpected", awaited(j));
}

static bool read_code(struct judge *j)
{
    int err = code_read(j->cmd->raw, j->cmd->raw_len, &j->code);
    if (err == 0) {
        j->understood = j->code.kind != CODE_TEXT;
        return true;
    }
    judge_refuse(j, err == CPF_E_MISMATCH ? "scan.check-character" : "scan.malformed", NULL);
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
            if (round == 1 || !x || !batch_acted(x, j->bench->person[i], not ))
                j->recorder = j->bench->person[i];
}

void judge_scan(struct judge *j)
{
    j->x = NULL;
    if (!read_code(j))
        return;
    if (!bench_staffed(j)) {
        judge_refuse(j, "session.none", NULL);
        return;
    }
    choose_recorder(j);
    if (j->code.kind == CODE_BATCH) {
        judge_batch_card(j);
        return;
    }
    bool option = j->code.kind == CODE_COMMAND && strncmp(j->code.id, "OPT-", 4) == 0;
    if (j->code.kind == CODE_COMMAND && !option) {
        judge_command_code(j);
        return;
    }
    if (!j->bench->batch && j->code.kind != CODE_BADGE) {
        judge_refuse(j, j->understood ? "scan.no-batch" : "scan.unknown", NULL);
        return;
    }
    j->x = j->bench->batch;
    if (j->x && note_foreign(j, &j->code)) {
        judge_foreign(j);
        return;
    }
    if (read_twice(j)) {
        judge_already(j);
        return;
    }
    int field = -1;
    bool chosen = j->x && choose_step(j, &field);
    if (j->code.kind == CODE_BADGE && field < 0) {
        judge_badge(j);
        return;
    }
    /* the same container twice in one step is no refusal, even where another one is still awaited */
    bool again =
        field >= 0 && j->code.kind == CODE_CONTAINER && !j->begins && already_there(j, j->x, j->step);
    if (again)
        judge_already(j);
    else if (field >= 0)
        judge_input(j, field);
    else if (!j->understood)
        judge_refuse(j, "scan.unknown", NULL);
    else
        judge_unexpected(j);
    (void)chosen;
}
