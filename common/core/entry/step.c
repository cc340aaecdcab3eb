/* Steps. */
#include "core/entry/step.h"

#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "core/book/apply.h"
#include "core/rule/codes.h"
#include "core/view/row.h"

static const struct member derived_member[] = {
    M_TEXT(struct derived, field, NEEDED), M_TEXT(struct derived, value, 0), M_TEXT(struct derived, step, 0),
    M_INT(struct derived, occ, 0),         M_TEXT(struct derived, unit, 0),
};

const struct shape derived_shape = SHAPE(struct derived, derived_member);

static const struct member input_member[] = {
    M_TEXT(struct step_input, step, NEEDED), M_INT(struct step_input, occ, 0),
    M_TEXT(struct step_input, field, 0),     M_TEXT(struct step_input, text, 0),
    M_TEXT(struct step_input, kind, 0),      M_TEXT(struct step_input, unit, 0),
    M_INT(struct step_input, follows, 0),    M_LIST(struct step_input, derived, 0, &derived_shape),
    M_BOOL(struct step_input, first, 0),     M_BOOL(struct step_input, again, 0),
    M_BOOL(struct step_input, done, 0),      M_BOOL(struct step_input, asked, 0),
    M_BOOL(struct step_input, instead, 0),   M_TEXT(struct step_input, stands, 0),
    M_BOOL(struct step_input, back, 0),      M_TEXTS(struct step_input, slips, 0),
    M_SECRETS(struct step_input, secrets),
};

static const struct member form_member[] = {
    M_TEXT(struct step_form, step, NEEDED), M_INT(struct step_form, occ, 0),
    M_BOOL(struct step_form, done, 0),      M_JSON(struct step_form, values, 0),
    M_JSON(struct step_form, units, 0),     M_LIST(struct step_form, derived, 0, &derived_shape),
    M_JSON(struct step_form, pending, 0),   M_DIGEST(struct step_form, shown, 0),
    M_INT(struct step_form, cites, 0),      M_INT(struct step_form, follows, 0),
    M_TEXT(struct step_form, protocol, 0),  M_TEXT(struct step_form, version, 0),
    M_TEXT(struct step_form, hash, 0),      M_SECRETS(struct step_form, secrets),
};

static const struct member skipped_member[] = {
    M_TEXT(struct step_skipped, step, NEEDED),
    M_INT(struct step_skipped, occ, 0),
    M_PERSONAL(struct step_skipped, reason, 0),
};

const char *step_unit(const struct json *units, size_t i)
{
    const struct json *u = units;
    if (u && u->type == JSON_ARRAY)
        for (u = units->child; u && i; i--)
            u = u->next;
    return u && u->str && *u->str ? u->str : NULL;
}

static const char *const step_state_word[] = {NULL,      "open",    "begun",         "done",
                                              "skipped", "pending", "not-applicable"};
const struct word_list step_state_words = {sizeof(step_state_word) / sizeof(*step_state_word),
                                           step_state_word};

const char *container_state_name(enum container_state s)
{
    static const char *const name[] = {"printed",  "issued",    "empty", "filled",
                                       "consumed", "discarded", "left",  "lost"};
    return name[s];
}

bool container_after(enum container_use use, enum container_state *ret)
{
    static const enum container_state to[] = {
        [USE_ISSUE] = CONTAINER_ISSUED,      [USE_ATTACH] = CONTAINER_EMPTY,
        [USE_FILL] = CONTAINER_FILLED,       [USE_CONSUME] = CONTAINER_CONSUMED,
        [USE_DISCARD] = CONTAINER_DISCARDED, [USE_LEAVE] = CONTAINER_LEFT,
    };
    if (use == USE_TAKE || use == USE_PLACE)
        return false;
    *ret = to[use];
    return true;
}

/* ---- what they do to the book ---- */

/* The second of two entries agrees: the first one counts. */
static void confirm_first(const struct at *a, int field)
{
    for (size_t i = 0; i < a->o->ninputs; i++)
        if (a->o->input[i].field == field && a->o->input[i].first_of_two) {
            SET(a->b, a->o->input[i].first_of_two, false);
            SET(a->b, a->o->input[i].confirmed, true);
        }
}

static struct input *asked_input(const struct at *a, int field)
{
    for (size_t i = 0; i < a->o->ninputs; i++)
        if (a->o->input[i].field == field && a->o->input[i].asked)
            return &a->o->input[i];
    return NULL;
}

/* The second entry of a value that was asked for once more: the same, another one, or a better one. */
static int take_second(const struct at *a, struct input *open, int field, const char *text,
                       const struct step_input *v)
{
    if (v->stands && strcmp(v->stands, open->text) != 0)
        return CPF_E_PROFILE;
    SET(a->b, open->asked, false);
    SET(a->b, open->first_of_two, v->instead);
    SET(a->b, open->differed, !v->again);
    SET(a->b, open->confirmed, v->again);
    int err = v->again ? 0 : at_input(a, field, text, v->unit);
    if (err == 0 && !v->again) {
        struct input *second = &a->o->input[a->o->ninputs - 1];
        second->first_of_two = v->stands != NULL;
        second->second = true;
    }
    return err;
}

/* It is asked for once more again; of a value that is always entered twice, the first one stays. */
static void reopen(const struct at *a, struct input *in)
{
    SET(a->b, in->asked, !a->st->field[in->field].twice);
    SET(a->b, in->first_of_two, true);
    SET(a->b, in->confirmed, false);
    SET(a->b, in->differed, false);
}

static bool slip_closed(const struct at *a, const char *dev)
{
    struct deviation *d = batch_deviation(a->x, dev);
    if (!d || deviation_become(a->b, d, d->grade, true))
        return false;
    SET(a->b, d->slip, true);
    return true;
}

/* The newest entry, with what was computed behind it. Nobody performed what is not there. */
static int take_back(const struct at *a, const struct step_input *v)
{
    struct occ *o = a->o;
    size_t n = o->ninputs;
    while (n && a->st->field[o->input[n - 1].field].kind == FIELD_DERIVED)
        n--;
    struct input *in = n ? &o->input[n - 1] : NULL;
    if (!in || o->done || in->field != step_field(a->st, v->field))
        return CPF_E_PROFILE;
    bool second = in->second;
    for (size_t i = 0; i < v->slips.n; i++)
        if (!slip_closed(a, v->slips.item[i]))
            return CPF_E_PROFILE;
    if (in->confirmed)
        reopen(a, in);
    else
        n--;
    for (size_t i = n; second && i-- > 0;)
        if (o->input[i].field == in->field && o->input[i].differed) {
            reopen(a, &o->input[i]);
            break;
        }
    o->ninputs = n;
    o->seen_by = NULL;
    o->performer = n ? o->input[n - 1].by : NULL;
    o->recorder = n ? o->recorder : NULL;
    return 0;
}

static int take_named(const struct at *a, const struct step_input *v)
{
    int field = step_field(a->st, v->field);
    const char *text = field >= 0 ? at_text(a, field, v->text) : NULL;
    struct input *open = field >= 0 ? asked_input(a, field) : NULL;
    if (!text || (!open && (v->instead || v->stands)) || (open && (v->first || v->asked)))
        return CPF_E_PROFILE;
    if (open)
        return take_second(a, open, field, text, v);
    if (v->again) {
        confirm_first(a, field);
        return 0;
    }
    int err = at_input(a, field, text, v->unit);
    if (err == 0 && (v->first || v->asked)) {
        struct input *in = &a->o->input[a->o->ninputs - 1];
        in->first_of_two = true;
        in->asked = v->asked;
    }
    return err;
}

void pace_said(struct book *b, struct batch *x, const struct entry *e, const char *code)
{
    enum say said = say_find(code);
    if (said == SAY_TIME_PACE)
        pace_told(b, x, entry_station(b, e), e->at);
    else if (said == SAY_TIME_PACE_WITNESS || said == SAY_TIME_PACE_EVEN)
        pace_told(b, x, NULL, e->at);
}

static int apply_input(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct step_input *v = body;
    struct judged judged;
    struct at a;
    int err = at_occ(b, s, e, v->step, v->occ, &a);
    if (err)
        return err;
    const struct person *performer = a.o->performer;
    at_people(&a);
    if (v->again) /* who enters a value the second time checks; the first one performed */
        a.o->performer = performer;
    judged_read(e, &b->scratch, &judged);
    SET(b, a.x->typed, a.x->typed + judged.typed);
    err = v->back ? take_back(&a, v) : v->field ? take_named(&a, v) : 0;
    if (!v->field && !v->done) /* the others' part; the own one is another's to see */
        a.o->seen_by = a.o->witness;
    if (err == 0)
        err = at_derived(&a, &v->derived);
    if (err == 0)
        at_pace(&a, v->kind && strcmp(v->kind, code_kind_name(CODE_CONTAINER)) == 0, !v->field);
    pace_said(b, a.x, e, judged.code);
    if (err == 0 && v->done)
        at_done(&a);
    if (err == 0)
        at_bench(&a, v->done);
    return err;
}

static int take_list(const struct at *a, int field, const struct json *list, const struct json *units)
{
    size_t i = 0;
    json_each(item, list)
        if (!item->str || at_input(a, field, item->str, step_unit(units, i++)) != 0)
            return CPF_E_PROFILE;
    return 0;
}

static int take_values(const struct at *a, const struct step_form *v)
{
    for (int i = 0; i < (int)a->st->nfields; i++) {
        const struct json *given = json_get(v->values, a->st->field[i].id),
                          *units = json_get(v->units, a->st->field[i].id);
        int err;
        if (given && given->type == JSON_ARRAY) {
            err = take_list(a, i, given, units);
        } else {
            const char *text = at_text(a, i, given ? given->str : NULL);
            err = text ? at_input(a, i, text, step_unit(units, 0)) : 0;
        }
        if (err)
            return CPF_E_PROFILE;
    }
    return at_derived(a, &v->derived);
}

static int apply_form(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct step_form *v = body;
    struct at a;
    int err = at_occ(b, s, e, v->step, v->occ, &a);
    if (err)
        return err;
    at_people(&a);
    err = take_values(&a, v);
    if (err == 0)
        at_done(&a);
    return err;
}

static int begin_batch(struct book *b, struct stream *s, const struct entry *e, const struct step_form *v)
{
    const char *id = stream_rest(s->name, STREAM_BATCH);
    char name[160], hash[44];
    snprintf(name, sizeof(name), "%s@%s", v->protocol ? v->protocol : "", v->version ? v->version : "");
    const struct protocol_state *p = map_get(&b->protocols, name);
    if (!p || !p->protocol)
        return CPF_E_NOTFOUND;
    enc_digest(p->protocol->hash, hash);
    if (!id || book_batch(b, id))
        return CPF_E_PROFILE;
    if (!v->hash || strcmp(v->hash, hash) != 0)
        return CPF_E_MISMATCH;
    struct batch *x = arena_alloc(b->keep, sizeof(*x));
    *x = (struct batch){.id = book_keep(b, id),
                        .stream = s->name,
                        .state = "ordered",
                        .protocol = p->protocol,
                        .step = book_calloc(b, p->protocol->nsteps, sizeof(*x->step)),
                        .opened_at = e->at};
    book_put(b, &b->batches, x->id, x);
    return 0;
}

static int apply_ordered(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    int err = begin_batch(b, s, e, body);
    return err ? err : apply_form(b, s, e, body);
}

static int apply_skipped(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct step_skipped *v = body;
    struct at a;
    int err = at_occ(b, s, e, v->step, v->occ, &a);
    if (err)
        return err;
    at_people(&a);
    SET(b, a.x->words, book_keep(b, v->reason.digest));
    a.o->skipped = true;
    at_done(&a);
    at_bench(&a, true);
    return 0;
}

/* ---- rows ---- */

static void view_input(struct view_at *a, const void *body)
{
    const struct step_input *v = body;
    if (!view_enter(a, v->step, v->occ))
        return;
    a->unit = v->unit;
    if (v->stands) { /* what was typed, and what counts */
        a->reading = "beside";
        view_take(a, v->field, v->text);
    }
    a->reading = v->back                 ? "back"
                 : v->first || v->asked  ? "first"
                 : v->again || v->stands ? "second"
                                         : "single";
    view_take(a, v->field, v->stands ? v->stands : v->text);
    a->reading = "single";
    view_derived(a, &v->derived);
    if (v->done)
        view_state(a, a->step->state, a->step->disposition);
    view_step(a, v->done ? STEP_DONE : STEP_BEGUN);
    for (size_t i = 0; i < v->slips.n; i++) {
        struct view_row r = row_begin(VIEW_DEVIATION);
        row_text(&r, "deviation", v->slips.item[i]);
        row_text(&r, "batch", a->batch);
        row_num(&r, "idx", (int64_t)a->e->idx);
        row_num(&r, "closed", a->e->at);
        row_text(&r, "closed_by", view_who(a));
        row_num(&a->sum, "deviations", -1);
        row_end(a->v, &r);
    }
}

static void view_form(struct view_at *a, const void *body)
{
    const struct step_form *v = body;
    if (!view_enter(a, v->step, v->occ))
        return;
    view_values(a, v->values, v->units);
    view_derived(a, &v->derived);
    view_state(a, a->step->state, a->step->disposition);
    view_step(a, STEP_DONE);
}

static void view_ordered(struct view_at *a, const void *body)
{
    const struct step_form *v = body;
    row_text(&a->sum, "protocol", v->protocol);
    row_text(&a->sum, "version", v->version);
    row_text(&a->sum, "hash", v->hash);
    row_text(&a->sum, "state", "ordered");
    row_num(&a->sum, "opened", a->e->at);
    row_num(&a->sum, "is_open", true);
    view_form(a, body);
}

/* What was not done changes no state. */
static void view_skipped(struct view_at *a, const void *body)
{
    const struct step_skipped *v = body;
    if (view_enter(a, v->step, v->occ))
        view_step(a, STEP_SKIPPED);
}

const struct kind kind_batch_ordered = {
    .id = KIND_BATCH_ORDERED,
    .shape = SHAPE(struct step_form, form_member),
    .apply = apply_ordered,
    .view = view_ordered,
    .reads = {"製造の依頼を受け付けた", "the batch was ordered"},
};

const struct kind kind_step_form = {
    .id = KIND_STEP_FORM,
    .shape = SHAPE(struct step_form, form_member),
    .apply = apply_form,
    .view = view_form,
    .reads = {"{step} を記入した", "{step} was filled in"},
};

const struct kind kind_step_signed = {
    .id = KIND_STEP_SIGNED,
    .shape = SHAPE(struct step_form, form_member),
    .apply = apply_form,
    .view = view_form,
    .reads = {"{step} に署名した", "{step} was signed"},
};

const struct kind kind_step_input = {
    .id = KIND_STEP_INPUT,
    .shape = SHAPE(struct step_input, input_member),
    .apply = apply_input,
    .view = view_input,
    .reads = {"{step}：{field} {text}", "{step}: {field} {text}"},
};

const struct kind kind_step_skipped = {
    .id = KIND_STEP_SKIPPED,
    .shape = SHAPE(struct step_skipped, skipped_member),
    .apply = apply_skipped,
    .view = view_skipped,
    .reads = {"{step} を行わなかった", "{step} was not done"},
};

const struct kind kind_step_again = {
    .id = KIND_STEP_AGAIN,
    .shape = SHAPE_EMPTY,
    .reads = {"読み取り済み", "read already"},
};

/* ---- what they have in common ---- */

const struct step_form *step_form_of(const struct body *b)
{
    enum kind_id id = b->kind ? b->kind->id : KIND_NONE;
    return id == KIND_BATCH_ORDERED || id == KIND_STEP_FORM || id == KIND_STEP_SIGNED ? b->value : NULL;
}

bool step_at_read(const struct body *b, struct step_at *ret)
{
    const struct step_form *form = step_form_of(b);
    const struct step_input *in = kind_value(b, KIND_STEP_INPUT);
    const struct step_skipped *skipped = kind_value(b, KIND_STEP_SKIPPED);
    const struct correction *c = kind_value(b, KIND_CORRECTION);
    if (!form && !in && !skipped && !c)
        return false;
    *ret = form      ? (struct step_at){form->step, form->occ}
           : in      ? (struct step_at){in->step, in->occ}
           : skipped ? (struct step_at){skipped->step, skipped->occ}
                     : (struct step_at){c->step, c->occ};
    return true;
}
