#include <string.h>

#include "base/bounds.h"
#include "core/protocol/load.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const struct ref_rule to_after = {"after", 0, REF_ORDER};
static const struct ref_rule to_not_by = {"not-by", 0, REF_ANY};
static const struct ref_rule to_rerun = {"rerun-of", 0, REF_EARLIER};
static const struct ref_rule to_since = {"since", 0, REF_OR_SELF};
static const struct ref_rule to_deadline = {"since", 0, REF_EARLIER};
static const struct ref_rule to_valid = {"valid", 0, REF_ANY};
static const struct ref_rule to_amount = {"balance", 1u << FIELD_NUMBER | 1u << FIELD_DERIVED, REF_SAME_STEP};

#define RECORDED (E(DEVIATION) | E(HOLD) | E(ALERT))
#define OPENED   (E(DEVIATION) | E(HOLD))

static SETTER(set_flag)
{
    int value = load_word(l, v, k->words, 0, k->name);
    if (value >= 0)
        *MEMBER(obj, k->at, bool) = value != 0;
}

#define LISTED(type, member, length) .at = offsetof(type, member), .count = offsetof(type, length)

/* A step, or {step, from: first|last}. */
static SETTER(set_since)
{
    static const struct word from[] = {{"first", true}, {"last", false}, {NULL, 0}};
    static const struct key keys[] = {
        {.name = "step",
         .set = set_step,
         .at = offsetof(struct window, since),
         .rule = &to_since,
         .required = true},
        {.name = "from", .set = set_flag, .at = offsetof(struct window, first), .words = from},
    };
    static const struct key alone = {
        .name = "since", .at = offsetof(struct window, since), .rule = &to_since};
    (void)k;
    if (v->kind == YNODE_MAP)
        load_map(l, v, keys, COUNT(keys), obj, "since", 0);
    else
        set_step(l, &alone, obj, v);
}

/* What has ended has happened: it is recorded, not refused. */
static void check_window_end(struct loader *l, const struct ynode *at, const struct window *w)
{
    if (w->end && (w->possible.set || w->early == EFFECT_REFUSE))
        load_error(l, at, "leave out `possible`, and let `early` be deviation, hold or alert",
                   "a window until the end refuses nothing");
}

static SETTER(set_windows)
{
    static const struct word until[] = {{"begin", false}, {"end", true}, {NULL, 0}};
    static const struct key keys[] = {
        {.name = "since", .set = set_since, .required = true},
        {.name = "until", .set = set_flag, .at = offsetof(struct window, end), .words = until},
        {.name = "possible", .set = set_span, .at = offsetof(struct window, possible)},
        {.name = "min", .set = set_span, .at = offsetof(struct window, min)},
        {.name = "max", .set = set_span, .at = offsetof(struct window, max)},
        {.name = "early", EFFECTS(RECORDED | E(REFUSE)), .at = offsetof(struct window, early)},
        {.name = "late", EFFECTS(RECORDED), .at = offsetof(struct window, late)},
    };
    (void)k;
    struct step *s = obj;
    if (!load_is(l, v, YNODE_LIST, "window"))
        return;
    s->window = load_array(l, v->len, sizeof(*s->window));
    ynode_each(it, v) {
        struct window *w = &s->window[s->nwindows++];
        *w = (struct window){.since = -1, .early = EFFECT_DEVIATION, .late = EFFECT_DEVIATION};
        load_map(l, it->value, keys, COUNT(keys), w, "window", 0);
        if (!ynode_get(it->value, "possible") && !ynode_get(it->value, "min") && !ynode_get(it->value, "max"))
            load_error(l, it->value, "give possible, min or max", "a window without a time");
        check_window_end(l, it->value, w);
    }
}

static SETTER(set_deadline)
{
    static const struct key keys[] = {
        {.name = "since",
         .set = set_step,
         .at = offsetof(struct step, deadline.since),
         .rule = &to_deadline,
         .required = true},
        {.name = "within", .set = set_span, .at = offsetof(struct step, deadline.within), .required = true},
        {.name = "else", EFFECTS(OPENED), .at = offsetof(struct step, deadline.effect), .required = true},
    };
    (void)k;
    struct step *s = obj;
    s->deadline.set = true;
    s->deadline.since = -1;
    load_map(l, v, keys, COUNT(keys), s, "deadline", 0);
}

static SETTER(set_balance)
{
    static const struct key keys[] = {
        {.name = "in",
         .set = set_refs,
         LISTED(struct balance, in, nin),
         .rule = &to_amount,
         .required = true},
        {.name = "out",
         .set = set_refs,
         LISTED(struct balance, out, nout),
         .rule = &to_amount,
         .required = true},
        {.name = "tolerance", .set = set_dec, .at = offsetof(struct balance, tolerance)},
        {.name = "over", EFFECTS(E(REFUSE) | E(DEVIATION)), .at = offsetof(struct balance, over)},
        {.name = "under", EFFECTS(E(OK) | E(DEVIATION)), .at = offsetof(struct balance, under)},
    };
    (void)k;
    struct balance *b = &((struct step *)obj)->balance;
    *b = (struct balance){.set = true, .over = EFFECT_REFUSE, .under = EFFECT_OK};
    load_map(l, v, keys, COUNT(keys), b, "balance", 0);
    if (b->tolerance.mant < 0)
        load_error(l, v, "a percentage from 0", "a negative tolerance");
}

static SETTER(set_sign)
{
    static const struct key keys[] = {
        {.name = "verb",
         .set = set_enum,
         .at = offsetof(struct step, verb),
         .words = verb_words,
         .required = true},
        {.name = "meaning", .set = set_text, .at = offsetof(struct step, meaning), .required = true},
    };
    (void)k;
    struct step *s = obj;
    load_map(l, v, keys, COUNT(keys), s, "signature", 0);
    s->form = true;
}

static SETTER(set_skip)
{
    int effect = load_word(l, v, effect_words, OPENED, k->name);
    struct step *s = obj;
    s->can_skip = true;
    if (effect >= 0)
        s->on_skip = (enum effect)effect;
}

static SETTER(set_clock)
{
    struct clock {
        const char *id;
        struct span time;
    } c = {0};
    static const struct key keys[] = {
        {.name = "id",
         .set = set_string,
         .at = offsetof(struct clock, id),
         .form = &form_id,
         .required = true},
        {.name = "time", .set = set_span, .at = offsetof(struct clock, time), .required = true},
    };
    (void)k;
    struct step *s = obj;
    load_map(l, v, keys, COUNT(keys), &c, "clock", 0);
    if (c.time.set && c.time.days)
        load_error(l, v, "write it in h", "an expiry clock runs in elapsed hours, not in calendar days");
    s->clock = c.id;
    s->clock_ms = c.time.value;
}

/* ---- requires ---- */

/* Those that say more are a mapping. */
#define N(need)    (1u << NEED_##need)
#define BARE_NEEDS (~(N(CONTAINERS) | N(EXPIRY) | N(VALID)))

static SETTER(set_containers)
{
    ((struct requirement *)obj)->need = NEED_CONTAINERS;
    set_labels(l, k, obj, v);
}

static SETTER(set_expiry)
{
    ((struct requirement *)obj)->need = NEED_EXPIRY;
    set_string(l, k, obj, v);
}

static SETTER(set_valid)
{
    ((struct requirement *)obj)->need = NEED_VALID;
    set_step(l, k, obj, v);
}

static SETTER(set_requires)
{
    static const struct key keys[] = {
        {.name = "containers", .set = set_containers, LISTED(struct requirement, keep, nkeep)},
        {.name = "expiry", .set = set_expiry, .at = offsetof(struct requirement, arg), .form = &form_id},
        {.name = "valid", .set = set_valid, .at = offsetof(struct requirement, step), .rule = &to_valid},
    };
    (void)k;
    struct step *s = obj;
    if (!load_is(l, v, YNODE_LIST, "requires"))
        return;
    s->require = load_array(l, v->len, sizeof(*s->require));
    ynode_each(it, v) {
        struct requirement *r = &s->require[s->nrequires++];
        *r = (struct requirement){.step = -1};
        if (it->value->kind == YNODE_SCALAR) {
            int need = load_word(l, it->value, need_words, BARE_NEEDS, "requires");
            r->need = need < 0 ? NEED_STEPS : (enum need)need;
        } else {
            load_map(l, it->value, keys, COUNT(keys), r, "need", 0);
            if (it->value->len != 1)
                load_error(l, it->value, "write each as an item of its own", "a need has exactly one key");
        }
    }
}

/* ---- fields ---- */

static SETTER(set_fields)
{
    (void)k;
    struct step *s = obj;
    if (!load_is(l, v, YNODE_LIST, "fields"))
        return;
    if (v->len > BOUND_STEP_FIELDS) {
        load_limit(l, v, "split the step", "more than %d fields in a step", BOUND_STEP_FIELDS);
        return;
    }
    s->field = load_array(l, v->len, sizeof(*s->field));
    ynode_each(it, v) {
        struct field *f = &s->field[s->nfields];
        l->field = (int)s->nfields;
        load_field(l, it->value, f);
        if (f->id && step_field(s, f->id) >= 0)
            load_error(l, it->value, "choose another id", "field `%s` twice in one step", f->id);
        s->nfields++;
    }
    l->field = -1;
}

static const struct key step_keys[] = {
    {.name = "id", .set = set_nothing, .required = true},
    {.name = "title", .set = set_text, .at = offsetof(struct step, title), .required = true},
    {.name = "section", .set = set_string, .at = offsetof(struct step, section), .form = &form_section},
    {.name = "where", .set = set_strings, LISTED(struct step, where, nwhere), .form = &form_name},
    {.name = "by", .set = set_strings, LISTED(struct step, by, nby), .form = &form_name},
    {.name = "dept", .set = set_dept, .at = offsetof(struct step, dept)},
    {.name = "after", .set = set_nothing},
    {.name = "optional", .set = set_bool, .at = offsetof(struct step, optional)},
    {.name = "late", .set = set_bool, .at = offsetof(struct step, late)},
    {.name = "opens", .set = set_bool, .at = offsetof(struct step, opens)},
    {.name = "closes", .set = set_bool, .at = offsetof(struct step, closes)},
    {.name = "unique", .set = set_nothing},
    {.name = "repeat", .set = set_int, .at = offsetof(struct step, repeat_max), .hi = 999},
    {.name = "people", .set = set_int, .at = offsetof(struct step, people), .hi = 9},
    {.name = "fit", .set = set_bool, .at = offsetof(struct step, fit)},
    {.name = "declares-fit", .set = set_bool, .at = offsetof(struct step, declares_fit)},
    {.name = "qualified", .set = set_strings, LISTED(struct step, qualified, nqualified), .form = &form_name},
    {.name = "witness", .set = set_bool, .at = offsetof(struct step, witness)},
    {.name = "witness-by",
     .set = set_strings,
     LISTED(struct step, witness_by, nwitness_by),
     .form = &form_name},
    {.name = "form", .set = set_bool, .at = offsetof(struct step, form)},
    {.name = "sign", .set = set_sign},
    {.name = "not-by", .set = set_steps, LISTED(struct step, not_by, nnot_by), .rule = &to_not_by},
    {.name = "rerun-of", .set = set_step, .at = offsetof(struct step, rerun_of), .rule = &to_rerun},
    {.name = "takes", .set = set_span, .at = offsetof(struct step, takes)},
    {.name = "short", EFFECTS(RECORDED), .at = offsetof(struct step, short_of_it)},
    {.name = "window", .set = set_windows},
    {.name = "deadline", .set = set_deadline},
    {.name = "requires", .set = set_requires},
    {.name = "balance", .set = set_balance},
    {.name = "skip", .set = set_skip},
    {.name = "state", .set = set_state, LISTED(struct step, state, disposition), .form = &form_id},
    {.name = "starts-clock", .set = set_clock},
    {.name = "names-pending", .set = set_bool, .at = offsetof(struct step, names_pending)},
    {.name = "law", .set = set_strings, LISTED(struct step, law, nlaw), .form = &form_clause},
    {.name = "fields", .set = set_fields},
};

/* ---- what needs the whole step ---- */

static void read_id(struct loader *l, const struct source *src, struct step *s)
{
    const struct ynode *id = ynode_get(src->node, "id");
    s->id = "";
    if (!id || !load_form(l, id, &form_step_id, "id"))
        return;
    s->id = *src->scope->prefix ? arena_printf(&l->p->arena, "%s%s", src->scope->prefix, id->str) : id->str;
    if (!form_step_id.ok(s->id))
        load_error(l, id, form_step_id.says, "step id `%.80s` is too long", s->id);
    if (protocol_step(l->p, s->id) >= 0)
        load_error(l, id, "choose another id", "step `%s` is declared twice", s->id);
}

static size_t add_after(struct loader *l, int *list, size_t n, const struct ynode *refs,
                        const struct scope *scope)
{
    ynode_each(it, refs)
        if (load_scalar(l, it->value, "after")) {
            load_fix(l, it->value, it->value->str, scope, &list[n], NULL, &to_after);
            n++;
        }
    return n;
}

/* Its own `after`, that of the `use` it is the first step of, or else the step before it. */
static void read_after(struct loader *l, const struct source *src, struct step *s)
{
    const struct ynode *own = ynode_get(src->node, "after");
    size_t n = own ? own->len : 0;
    if (own && !load_is(l, own, YNODE_LIST, "after"))
        return;
    for (const struct given *g = src->given; g; g = g->up)
        n += g->after->len;
    s->after = load_array(l, n + 1, sizeof(*s->after));
    if (own)
        s->nafter = add_after(l, s->after, 0, own, src->scope);
    for (const struct given *g = src->given; g; g = g->up)
        s->nafter = add_after(l, s->after, s->nafter, g->after, g->scope);
    if (!own && !src->given && src->previous >= 0)
        s->after[s->nafter++] = src->previous;
}

static void read_unique(struct loader *l, const struct source *src, struct step *s)
{
    const struct ynode *v = ynode_get(src->node, "unique");
    if (!v || !load_is(l, v, YNODE_LIST, "unique"))
        return;
    if (!s->opens)
        load_error(l, v, "it belongs to the step with `opens: true`",
                   "`unique` in a step that does not open");
    s->unique = load_array(l, v->len, sizeof(*s->unique));
    ynode_each(it, v) {
        const char *id = load_scalar(l, it->value, "unique");
        int field = id ? step_field(s, id) : -1;
        struct nearest near;
        if (field >= 0) {
            s->unique[s->nunique++] = field;
        } else if (id) {
            load_nearest(l, &near, id);
            for (size_t i = 0; i < s->nfields; i++)
                nearest_offer(&near, s->field[i].id);
            load_error(l, it->value, load_near(l, &near, "name a field of this step"),
                       "unknown field `%.60s`", id);
        }
    }
}

/* What an order says, it says once; a name may have several writings. */
static void check_meanings(struct loader *l, const struct ynode *n, const struct step *s)
{
    unsigned seen = 0;
    for (size_t i = 0; i < s->nfields; i++) {
        enum meaning m = s->field[i].means;
        if (m && !s->opens)
            load_error(l, n, "it belongs to the step with `opens: true`",
                       "`means` in a step that does not open");
        if (m && m != MEANS_NAME && seen >> m & 1)
            load_error(l, n, "keep one of them", "two fields of one step mean the same");
        seen |= 1u << m;
    }
}

static void check_step(struct loader *l, const struct ynode *n, const struct step *s)
{
    if (s->names_pending && s->verb == VERB_NONE)
        load_error(l, n, "add `sign`", "`names-pending` in a step that is not signed");
    if (s->opens && s->optional)
        load_error(l, n, "remove `optional`", "the opening step cannot be optional");
    if (ynode_get(n, "rerun-of") && !s->optional)
        load_error(l, n, "add `optional: true`", "a repeated run that must be done");
    if (s->opens && s->repeat_max != 1)
        load_error(l, n, "remove `repeat`", "the opening step cannot be repeated");
    if (s->takes.set && (s->form || s->opens))
        load_error(l, n, "give a window since an earlier step",
                   "`takes` in a form, which is filled in at once");
    if (s->takes.set && s->takes.days)
        load_error(l, n, "write it in h, min or s", "a step takes elapsed time, not calendar days");
    if (ynode_get(n, "short") && !s->takes.set)
        load_error(l, n, "add `takes`", "`short` without a time");
    check_meanings(l, n, s);
    if (s->declares_fit) {
        for (size_t i = 0; i < s->nfields; i++)
            if (s->field[i].kind == FIELD_CHOICE)
                return;
        load_error(l, n, "add a `choice`", "`declares-fit` in a step without a choice");
    }
}

void load_step(struct loader *l, size_t i)
{
    const struct source *src = &l->source[i];
    struct step *s = &l->p->step[i];
    l->step = (int)i;
    l->field = -1;
    *s = (struct step){.repeat_max = 1,
                       .rerun_of = -1,
                       .on_skip = EFFECT_DEVIATION,
                       .short_of_it = EFFECT_DEVIATION,
                       .line = src->node->line};
    s->deadline.effect = EFFECT_DEVIATION;
    read_id(l, src, s);
    load_map(l, src->node, step_keys, COUNT(step_keys), s, "step", 0);
    read_after(l, src, s);
    read_unique(l, src, s);
    check_step(l, src->node, s);
}
