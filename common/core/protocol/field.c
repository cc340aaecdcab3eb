#include <stdlib.h>
#include <string.h>

#include "core/protocol/load.h"

#define OPTIONS_MAX            64
#define COUNT(a)               (sizeof(a) / sizeof(*(a)))
#define K(kind)                (1u << FIELD_##kind)
#define SCANS                  (K(CONTAINER) | K(LOT) | K(EQUIPMENT) | K(PLACE) | K(BADGE) | K(DOCUMENT))
#define LIMITED                (K(NUMBER) | K(DERIVED))
#define LISTED(member, length) .at = offsetof(struct field, member), .count = offsetof(struct field, length)
#define AT(member)             .at = offsetof(struct field, member)

static const struct ref_rule to_from = {"from", K(CONTAINER), REF_EARLIER};
static const struct ref_rule to_valid_on = {"valid-on", K(DATE), REF_EARLIER};
static const struct ref_rule to_not_before = {"not-before", K(DATE), REF_EARLIER};
static const struct ref_rule to_room = {"blocks-room", ~0u, REF_EARLIER};
static const struct ref_rule to_identity = {"identity", K(TEXT) | K(DATE) | K(TOKEN), REF_EARLIER};
static const struct ref_rule to_argument = {"derive", LIMITED, REF_SAME_STEP};
static const struct ref_rule to_replicate = {"if-differ", LIMITED, REF_EARLIER};
/* `same`: a field of the same kind. */
static const struct ref_rule to_same[] = {
    [FIELD_CONTAINER] = {"same", K(CONTAINER), REF_EARLIER},
    [FIELD_LOT] = {"same", K(LOT), REF_EARLIER},
    [FIELD_EQUIPMENT] = {"same", K(EQUIPMENT), REF_EARLIER},
    [FIELD_PLACE] = {"same", K(PLACE), REF_EARLIER},
    [FIELD_BADGE] = {"same", K(BADGE), REF_EARLIER},
    [FIELD_DOCUMENT] = {"same", K(DOCUMENT), REF_EARLIER},
};

/* The keys that say what a field is; exactly one of them. */
static const struct word kinds[] = {{"scan", -2},
                                    {"number", FIELD_NUMBER},
                                    {"choice", FIELD_CHOICE},
                                    {"date", FIELD_DATE},
                                    {"token", FIELD_TOKEN},
                                    {"text", FIELD_TEXT},
                                    {"identity", FIELD_IDENTITY},
                                    {"derive", FIELD_DERIVED},
                                    {NULL, 0}};

/* `use` of a container or of a lot. */
static SETTER(set_use)
{
    struct field *f = obj;
    bool lot = f->kind == FIELD_LOT;
    int value = load_word(l, v, lot ? lot_use_words : container_use_words, 0, k->name);
    if (value >= 0 && lot)
        f->lot_use = (enum lot_use)value;
    else if (value >= 0)
        f->use = (enum container_use)value;
}

static SETTER(set_n)
{
    struct field *f = obj;
    if (v->kind == YNODE_SCALAR && strcmp(v->str, "all") == 0)
        f->n = -1;
    else
        set_int(l, k, obj, v);
    if (f->n == -1 && f->kind != FIELD_CONTAINER)
        load_error(l, v, "give a number", "`n: all` is for containers only");
}

static SETTER(set_same)
{
    struct field *f = obj;
    struct key rule = *k;
    rule.rule = &to_same[f->kind];
    f->has_same = true;
    set_ref(l, &rule, obj, v);
}

static SETTER(set_valid_on)
{
    ((struct field *)obj)->has_valid_on = true;
    set_ref(l, k, obj, v);
}

static SETTER(set_not_before)
{
    ((struct field *)obj)->has_not_before = true;
    set_ref(l, k, obj, v);
}

/* ---- numbers ---- */

static SETTER(set_blocks)
{
    ((struct field *)obj)->has_blocks = true;
    set_ref(l, k, obj, v);
}

static SETTER(set_pair)
{
    struct field *f = obj;
    if (!load_is(l, v, YNODE_LIST, k->name))
        return;
    if (v->len != 2) {
        load_error(l, v, "of: [first, second]", "`of` wants two fields, not %zu", v->len);
        return;
    }
    const struct ynode *a = v->first->value, *b = v->last->value;
    if (load_scalar(l, a, k->name))
        load_fix(l, a, a->str, load_scope(l), NULL, &f->differ_a, k->rule);
    if (load_scalar(l, b, k->name))
        load_fix(l, b, b->str, load_scope(l), NULL, &f->differ_b, k->rule);
}

static SETTER(set_if_differ)
{
    static const struct key keys[] = {
        {.name = "of", .set = set_pair, .rule = &to_replicate, .required = true},
        {.name = "limit", .set = set_dec, AT(differ), .required = true},
    };
    (void)k;
    struct field *f = obj;
    f->conditional = true;
    f->differ_a = f->differ_b = (struct ref){-1, -1};
    load_map(l, v, keys, COUNT(keys), f, "if-differ", 0);
    if (f->differ.mant < 0)
        load_error(l, v, "a percentage from 0", "a negative limit");
}

static SETTER(set_decimals)
{
    struct {
        int n;
    } d = {0};
    struct key number = *k;
    number.at = 0;
    set_int(l, &number, &d, v);
    ((struct field *)obj)->decimals = (uint8_t)d.n;
}

/* `viability(live, dead)` */
static SETTER(set_derive)
{
    struct field *f = obj;
    const char *s = load_scalar(l, v, k->name);
    size_t name = s ? strcspn(s, "(") : 0, len = v->len;
    if (!s)
        return;
    if (s[name] != '(' || s[len - 1] != ')') {
        load_error(l, v, "write function(field, field)", "`derive` cannot be `%.60s`", s);
        return;
    }
    struct ynode fn = *v;
    fn.str = arena_strndup(&l->tmp, s, name);
    int value = load_word(l, &fn, derive_words, 0, k->name);
    if (value >= 0)
        f->fn = (enum derive_fn)value;
    f->arg = load_array(l, len, sizeof(*f->arg)); /* more than enough */
    char *args = arena_strndup(&l->tmp, s + name + 1, len - name - 2), *save = NULL;
    for (char *arg = strtok_r(args, ", ", &save); arg; arg = strtok_r(NULL, ", ", &save))
        load_fix(l, v, arg, load_scope(l), NULL, &f->arg[f->nargs++], k->rule);
}

/* ---- token ---- */

/*
 * Patterns are matched against what people type, so only plain ones are taken: anchored, groups neither
 * nested nor repeated, counts up to 64. Beyond that POSIX engines can be made to run for ever.
 */
static const char *pattern_fault(const char *s)
{
    size_t len = strlen(s);
    bool group = false, set = false;
    if (len < 3 || len > 128 || s[0] != '^' || s[len - 1] != '$')
        return "begin it with ^, end it with $, at most 128 bytes";
    for (size_t i = 1; i + 1 < len; i++) {
        if (set) {
            set = s[i] != ']';
        } else if (s[i] == '[') {
            set = true;
            i += s[i + 1] == '^';
            i += s[i + 1] == ']';
        } else if (s[i] == '(') {
            if (group)
                return "groups cannot be nested";
            group = true;
        } else if (s[i] == ')') {
            group = false;
            if (strchr("*+?{", s[i + 1]))
                return "groups cannot be repeated";
        } else if (s[i] == '|' && !group) {
            return "put the alternatives in one group: ^(a|b)$";
        } else if (s[i] == '{') {
            char *end;
            unsigned long n = strtoul(s + i + 1, &end, 10);
            if (*end == ',')
                n = strtoul(end + 1, &end, 10);
            if (*end != '}' || n > 64 || n == 0 || (end[1] && strchr("*+?{", end[1])))
                return "counts are {n} or {n,m} up to 64";
            i = (size_t)(end - s);
        } else if (strchr("*+?", s[i]) && strchr("*+?{", s[i + 1])) {
            return "one repetition after another";
        } else if (strchr("\\^$", s[i])) {
            return "write [.] instead of a backslash; ^ and $ stand at the ends only";
        }
    }
    return group || set ? "close every group and set" : NULL;
}

static SETTER(set_pattern)
{
    struct field *f = obj;
    const char *s = load_scalar(l, v, k->name);
    const char *fault = s ? pattern_fault(s) : NULL;
    if (!s)
        return;
    if (fault)
        load_error(l, v, fault, "pattern `%.60s` is not usable", s);
    else if (regcomp(&f->regex, s, REG_EXTENDED | REG_NOSUB))
        load_error(l, v, "a POSIX extended regular expression", "pattern `%.60s` is not usable", s);
    else
        f->pattern = s; /* says that `regex` must be freed */
}

/* ---- choice ---- */

static SETTER(set_options)
{
    static const struct key keys[] = {
        {.name = "title", .set = set_text, .at = offsetof(struct option, title), .required = true},
        {.name = "is", .set = set_enum, .at = offsetof(struct option, effect), .words = effect_words},
        {.name = "state",
         .set = set_state,
         .at = offsetof(struct option, state),
         .count = offsetof(struct option, disposition),
         .form = &form_id},
        {.name = "exposes", .set = set_bool, .at = offsetof(struct option, exposes)},
        {.name = "suspects", .set = set_bool, .at = offsetof(struct option, suspects)},
        {.name = "voids-run", .set = set_bool, .at = offsetof(struct option, voids_run)},
        {.name = "run-was-void", .set = set_bool, .at = offsetof(struct option, run_was_void)},
    };
    (void)k;
    struct field *f = obj;
    if (!load_is(l, v, YNODE_MAP, "choice"))
        return;
    if (v->len == 0)
        load_error(l, v, "write option: {title: …}", "a choice without options");
    if (v->len > OPTIONS_MAX) {
        load_limit(l, v, "remove some", "more than %d options", OPTIONS_MAX);
        return;
    }
    f->option = load_array(l, v->len, sizeof(*f->option));
    ynode_each(it, v) {
        struct option *o = &f->option[f->noptions++];
        o->id = load_form(l, it->key, &form_id, "option") ? it->key->str : "";
        load_map(l, it->value, keys, COUNT(keys), o, "option", 0);
        if (o->exposes && o->effect != EFFECT_HOLD)
            load_error(l, it->value, "write is: hold",
                       "an option exposes others, but holds not its own batch");
        if (o->suspects && o->effect != EFFECT_HOLD && o->effect != EFFECT_DEVIATION)
            load_error(l, it->value, "write is: hold", "an option suspects, but nobody has to judge it");
    }
}

/* ---- the field ---- */

static const struct key field_keys[] = {
    {.name = "id", .set = set_string, AT(id), .form = &form_id, .required = true},
    {.name = "title", .set = set_text, AT(title), .required = true},
    {.name = "optional", .set = set_bool, AT(optional)},
    {.name = "reported", .set = set_bool, AT(reported)},
    {.name = "n", .set = set_n, AT(n), .lo = 1, .hi = 999, .kinds = SCANS},
    {.name = "scan", .set = set_nothing, .kinds = SCANS},
    {.name = "label", .set = set_labels, LISTED(label, nlabels), .kinds = K(CONTAINER), .required = true},
    {.name = "use", .set = set_use, .kinds = K(CONTAINER) | K(LOT), .required = true},
    {.name = "from", .set = set_refs, LISTED(from, nfrom), .rule = &to_from, .kinds = K(CONTAINER)},
    {.name = "material",
     .set = set_materials,
     LISTED(material, nmaterials),
     .kinds = K(LOT),
     .required = true},
    {.name = "kind", .set = set_string, AT(thing), .form = &form_name, .kinds = K(EQUIPMENT) | K(PLACE)},
    {.name = "occupy", .set = set_bool, AT(occupy), .kinds = K(EQUIPMENT) | K(PLACE)},
    {.name = "release", .set = set_bool, AT(release), .kinds = K(EQUIPMENT) | K(PLACE)},
    {.name = "role", .set = set_strings, LISTED(role, nroles), .form = &form_name, .kinds = K(BADGE)},
    {.name = "same", .set = set_same, AT(same), .kinds = SCANS},
    {.name = "differs", EFFECTS(E(REFUSE) | E(DEVIATION) | E(HOLD)), AT(differs), .kinds = SCANS},
    {.name = "number", .set = set_string, AT(unit), .form = &form_unit, .kinds = K(NUMBER)},
    {.name = "derive", .set = set_derive, .rule = &to_argument, .kinds = K(DERIVED)},
    {.name = "unit", .set = set_string, AT(unit), .form = &form_unit, .kinds = K(DERIVED), .required = true},
    {.name = "decimals", .set = set_decimals, .hi = 9, .kinds = LIMITED},
    {.name = "possible", .set = set_range, AT(possible), .kinds = LIMITED},
    {.name = "alert", .set = set_range, AT(alert), .kinds = LIMITED},
    {.name = "action", .set = set_range, AT(action), .kinds = LIMITED},
    {.name = "on-action", EFFECTS(E(DEVIATION) | E(HOLD)), AT(on_action), .kinds = LIMITED},
    {.name = "blocks-room", .set = set_blocks, AT(blocks), .rule = &to_room, .kinds = LIMITED},
    {.name = "twice", .set = set_bool, AT(twice), .kinds = K(NUMBER)},
    {.name = "plan", .set = set_string, AT(plan), .form = &form_plain, .kinds = K(NUMBER)},
    {.name = "if-differ", .set = set_if_differ, .kinds = K(NUMBER)},
    {.name = "choice", .set = set_options, .kinds = K(CHOICE)},
    {.name = "date", .set = set_true, .kinds = K(DATE)},
    {.name = "valid-days", .set = set_int, AT(valid_days), .lo = 1, .hi = 36500, .kinds = K(DATE)},
    {.name = "valid-on", .set = set_valid_on, AT(valid_on), .rule = &to_valid_on, .kinds = K(DATE)},
    {.name = "not-before", .set = set_not_before, AT(not_before), .rule = &to_not_before, .kinds = K(DATE)},
    {.name = "token", .set = set_pattern, .kinds = K(TOKEN)},
    {.name = "donor", .set = set_bool, AT(donor), .kinds = K(TOKEN)},
    {.name = "person", .set = set_bool, AT(person), .kinds = K(TOKEN) | K(TEXT) | K(DATE)},
    {.name = "means",
     .set = set_enum,
     AT(means),
     .words = meaning_words,
     .kinds = K(TOKEN) | K(TEXT) | K(DATE)},
    {.name = "text", .set = set_true, .kinds = K(TEXT)},
    {.name = "day", .set = set_bool, AT(day), .kinds = K(TEXT)},
    {.name = "identity", .set = set_ref, AT(identity), .rule = &to_identity, .kinds = K(IDENTITY)},
};

/* The kind by the one key that says it; false with a complaint. */
static bool read_kind(struct loader *l, const struct ynode *n, struct field *f)
{
    const struct word *found = NULL;
    for (const struct word *w = kinds; w->text; w++)
        if (ynode_get(n, w->text)) {
            if (found) {
                load_error(l, n, "keep one of them", "a field that is both `%s` and `%s`", found->text,
                           w->text);
                return false;
            }
            found = w;
        }
    if (!found) {
        for (const struct ypair *it = n->first; it; it = it->next) {
            struct nearest near;
            load_nearest(l, &near, it->key->str);
            for (size_t i = 0; i < COUNT(field_keys); i++)
                nearest_offer(&near, field_keys[i].name);
            if (near.distance > 0 && near.best)
                load_error(l, it->key, load_near(l, &near, NULL), "unknown key `%.60s` in a field",
                           it->key->str);
        }
        load_error(l, n, "add scan, number, choice, date, token, text, identity or derive",
                   "a field that does not say what it is");
        return false;
    }
    int value = found->value;
    if (value < 0)
        value = load_word(l, ynode_get(n, "scan"), field_kind_words, SCANS, "scan");
    if (value >= 0)
        f->kind = (enum field_kind)value;
    return value >= 0;
}

static void check_arguments(struct loader *l, const struct ynode *n, const struct field *f)
{
    bool list = f->fn == DERIVE_SUM || f->fn == DERIVE_MEAN;
    if (list ? f->nargs < 2 : f->nargs != 2)
        load_error(l, n, list ? "name two or more fields" : "name exactly two fields",
                   "`%s` wants %s two arguments, not %zu", word_text(derive_words, (int)f->fn),
                   list ? "at least" : "exactly", f->nargs);
}

static bool fits_meaning(const struct field *f)
{
    switch (f->means) {
    case MEANS_DRAW:
    case MEANS_INFUSION:
        return f->kind == FIELD_DATE;
    case MEANS_NAME:
        return f->kind == FIELD_TEXT && !f->day;
    case MEANS_BIRTH:
        return f->kind == FIELD_TEXT && f->day;
    default:
        return f->kind == FIELD_TOKEN;
    }
}

static void check_field(struct loader *l, const struct ynode *n, const struct field *f)
{
    const struct ynode *differ = ynode_get(n, "differs"), *action = ynode_get(n, "on-action");
    if (differ && !f->has_same)
        load_error(l, differ, "add `same`, or remove it", "`differs` without `same`");
    if (action && !ynode_get(n, "action"))
        load_error(l, action, "add `action`, or remove it", "`on-action` without `action`");
    if (f->nfrom > 0 && f->use != USE_FILL)
        load_error(l, ynode_get(n, "from"), "write use: fill, or remove it",
                   "`from` with another use than fill");
    if (f->occupy && f->release)
        load_error(l, n, "keep one of the two", "a field that both occupies and releases");
    if (f->means && !fits_meaning(f))
        load_error(l, ynode_get(n, "means"),
                   "numbers are tokens, days are dates, a birth date is a text with `day`",
                   "a field of this kind cannot mean that");
    if (f->kind == FIELD_DERIVED && f->arg)
        check_arguments(l, ynode_get(n, "derive"), f);
}

void load_field(struct loader *l, const struct ynode *n, struct field *f)
{
    *f = (struct field){
        .n = 1, .differs = EFFECT_REFUSE, .on_action = EFFECT_DEVIATION, .id = "", .line = n->line};
    if (!load_is(l, n, YNODE_MAP, "field") || !read_kind(l, n, f))
        return;
    load_map(l, n, field_keys, COUNT(field_keys), f, "field", 1u << f->kind);
    check_field(l, n, f);
}
