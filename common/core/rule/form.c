/*
 * A form's values. What is wrong with them is told all at once, each fault with its field: who fills in a
 * form does not send it ten times. What a fault brings beside the refusal (another patient, another batch's
 * container, a question about a lot) is told alone, as loud as at the bench.
 */
#include <string.h>

#include "core/code/typed.h"
#include "core/rule/judge.h"

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

/* ---- what is wrong with them ---- */

/* Takes the refusal that was just found into the list; false: it is told alone. */
bool form_fault(struct judge *j, const char *field, struct json *faults)
{
    struct found *f = &j->found;
    size_t at = f->nfindings;
    while (at && f->finding[at - 1].effect != EFFECT_REFUSE)
        at--;
    require(at);
    const struct finding r = f->finding[--at];
    if (say_flags(r.code) & ~(SAY_OF_ENTRY | SAY_TWO)) /* it asks for an answer of its own */
        return false;
    memmove(&f->finding[at], &f->finding[at + 1], (f->nfindings - at - 1) * sizeof(r));
    f->nfindings--;
    const struct form_fault fault = {say_text(r.code), field, r.args};
    struct json *o = json_object(j->a);
    shape_build(&form_fault_shape, &fault, j->a, o);
    json_push(faults, o);
    return true;
}

static bool all_missing(const struct json *faults)
{
    json_each(o, faults)
        if (say_find(json_get_str(o, "code")) != SAY_VALUE_MISSING)
            return false;
    return true;
}

bool form_tell(struct judge *j, struct json *faults)
{
    struct json *fields = json_array(j->a), *args;
    if (!faults->len)
        return true;
    const struct json *only = faults->len == 1 ? faults->child : NULL;
    json_each(o, faults)
        if (json_get_str(o, "field"))
            json_push(fields, json_str(j->a, json_get_str(o, "field")));
    const struct json *own = json_get(only, "args");
    args = own ? json_copy(j->a, own) : json_object(j->a);
    if (only && json_get_str(only, "field") && !json_get(args, "field"))
        json_set_str(j->a, args, "field", json_get_str(only, "field"));
    if (!only) {
        json_set(j->a, args, "field", fields);
        json_set(j->a, args, "faults", faults);
    }
    if (judge_step(j)->opens && !book_batch(j->book, j->x->id)) /* no batch tells whose fields these are */
        json_set_str(j->a, args, "protocol", j->x->protocol->id);
    enum say code = only                  ? say_find(json_get_str(only, "code"))
                    : all_missing(faults) ? SAY_VALUE_MISSING
                                          : SAY_FORM_FAULTS;
    return judge_find(j, EFFECT_REFUSE, code, args, NULL);
}

/* ---- all of them ---- */

/* Of no field of the step. */
static void take_unknown(struct judge *j, struct json *faults)
{
    json_each(given, j->cmd->fields)
        if (step_field(judge_step(j), given->name) < 0) {
            const char *name = plain_id(given->name);
            judge_find(j, EFFECT_REFUSE, SAY_VALUE_PATTERN, args1(j, "field", name), NULL);
            (void)form_fault(j, name, faults);
        }
}

/* Of what was not given, or not often enough. */
static void take_missing(struct judge *j, const bool *faulty, struct json *faults)
{
    const struct step *s = judge_step(j);
    for (int i = 0; i < (int)s->nfields; i++) {
        bool wanted = !s->field[i].optional && s->field[i].kind != FIELD_DERIVED && !faulty[i];
        if (!wanted || !field_wanted(j, i) || field_remaining(j, i) <= 0 || rule_off(SAY_VALUE_MISSING))
            continue;
        judge_find(j, EFFECT_REFUSE, SAY_VALUE_MISSING, args1(j, "field", s->field[i].id), NULL);
        (void)form_fault(j, s->field[i].id, faults);
    }
}

bool take_fields(struct judge *j, struct step_form *form)
{
    const struct step *s = judge_step(j);
    struct taking to = {&form->secrets, json_object(j->a), json_object(j->a)};
    struct json *faults = json_array(j->a);
    bool faulty[BOUND_STEP_FIELDS] = {false};
    take_unknown(j, faults);
    for (int i = 0; i < (int)s->nfields; i++) {
        const struct json *v = json_get(j->cmd->fields, s->field[i].id);
        faulty[i] = v && !take_field(j, i, v, &to);
        if (faulty[i] && !form_fault(j, s->field[i].id, faults))
            return false;
    }
    take_missing(j, faulty, faults);
    form->values = to.values;
    form->units = to.units->len ? to.units : NULL;
    return form_tell(j, faults) && check_derived(j, &form->derived) && check_balance(j);
}
