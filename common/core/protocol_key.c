#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/protocol_load.h"
#include "core/unit.h"

#define TEXT_MAX  4096
#define HINTS_MAX 200 /* a file with more errors than that gets no costly hints */
#define MS_SECOND INT64_C(1000)

/* -- grammars -- */

static bool of(const char *s, size_t max, const char *alphabet)
{
    size_t n = strspn(s, alphabet);
    return n > 0 && n <= max && s[n] == '\0';
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static bool is_id(const char *s)
{
    return of(s, 59, LOWER DIGIT "-") && s[0] != '-' && s[strlen(s) - 1] != '-' && !strstr(s, "--");
}

static bool is_step_id(const char *s)
{
    size_t len = strlen(s);
    return of(s, 59, LOWER DIGIT "-.") && !strpbrk((char[]){s[0], s[len - 1], '\0'}, "-.") &&
           !strstr(s, "--") && !strstr(s, "..") && !strstr(s, ".-") && !strstr(s, "-.");
}

static bool is_name(const char *s)
{
    return of(s, 59, LOWER UPPER DIGIT "-");
}

static bool is_label(const char *s)
{
    return of(s, 16, UPPER);
}

static bool is_section(const char *s)
{
    return of(s, 1, UPPER);
}

static bool is_clause(const char *s)
{
    return of(s, 40, UPPER LOWER DIGIT "-.()");
}

static bool is_plain(const char *s)
{
    return *s != '\0' && strlen(s) <= 64 && !strpbrk(s, "\n\t");
}

static bool is_unit(const char *s)
{
    return unit_known(s) != 0;
}

const struct form form_id = {is_id, "small letters, digits and single hyphens, at most 59"};
const struct form form_step_id = {is_step_id, "small letters, digits, single hyphens and dots, at most 59"};
const struct form form_name = {is_name, "letters, digits and hyphens, at most 59"};
const struct form form_label = {is_label, "capital letters, at most 16"};
const struct form form_section = {is_section, "one capital letter"};
const struct form form_clause = {is_clause, "a clause id such as R99-1-20"};
const struct form form_plain = {is_plain, "one line of at most 64 bytes"};
const struct form form_unit = {is_unit, "a known unit such as mL, cells/mL, %, °C, min, pc"};

/* -- the engine -- */

const char *load_near(struct loader *l, const struct nearest *n, const char *otherwise)
{
    return n->best ? arena_printf(&l->tmp, "did you mean `%s`?", n->best) : otherwise;
}

void load_nearest(const struct loader *l, struct nearest *n, const char *word)
{
    nearest_init(n, word);
    if (l->d->n >= HINTS_MAX)
        n->distance = 0;
}

static const struct key *find_key(const struct key *keys, size_t nkeys, const char *name)
{
    for (size_t i = 0; i < nkeys; i++)
        if (!strcmp(keys[i].name, name))
            return &keys[i];
    return NULL;
}

static void unknown_key(struct loader *l, const struct ynode *at, const struct key *keys, size_t nkeys,
                        const char *what, unsigned kind)
{
    struct nearest near;
    load_nearest(l, &near, at->str);
    for (size_t i = 0; i < nkeys; i++)
        if (!keys[i].kinds || !kind || (keys[i].kinds & kind))
            nearest_offer(&near, keys[i].name);
    load_error(l, at, load_near(l, &near, "see the protocol language's table of keys"),
               "unknown key `%.60s` in a %s", at->str, what);
}

void load_map(struct loader *l, const struct ynode *n, const struct key *keys, size_t nkeys, void *obj,
              const char *what, unsigned kind)
{
    uint64_t seen = 0; /* a key twice was told by ytree; the first one counts */
    require(nkeys <= 64);
    if (!load_is(l, n, YNODE_MAP, what))
        return;
    ynode_each(it, n)
    {
        const struct key *k = find_key(keys, nkeys, it->key->str);
        uint64_t bit = k ? UINT64_C(1) << (k - keys) : 0;
        if (seen & bit)
            continue;
        seen |= bit;
        if (!k)
            unknown_key(l, it->key, keys, nkeys, what, kind);
        else if (k->kinds && kind && !(k->kinds & kind))
            load_error(l, it->key, "remove it, or change the kind of the field",
                       "key `%s` does not belong to this kind of %s", k->name, what);
        else
            k->set(l, k, obj, it->value);
    }
    for (size_t i = 0; i < nkeys; i++)
        if (keys[i].required && (!keys[i].kinds || !kind || (keys[i].kinds & kind)) &&
            !ynode_get(n, keys[i].name))
            load_error(l, n, arena_printf(&l->tmp, "add `%s`", keys[i].name), "a %s without `%s`", what,
                       keys[i].name);
}

bool load_is(struct loader *l, const struct ynode *n, enum ynode_kind kind, const char *what)
{
    static const char *const hints[] = {"write one value", "write a list: [a, b]",
                                        "write a mapping: {key: value}"};
    if (n->kind == kind)
        return true;
    struct ynode want = {.kind = kind};
    load_error(l, n, hints[kind], "`%s` wants %s, not %s", what, ynode_kind_name(&want), ynode_kind_name(n));
    return false;
}

const char *load_scalar(struct loader *l, const struct ynode *n, const char *what)
{
    if (!load_is(l, n, YNODE_SCALAR, what))
        return NULL;
    if (n->len > TEXT_MAX) {
        load_limit(l, n, "shorten it", "`%s` is longer than %d bytes", what, TEXT_MAX);
        return NULL;
    }
    if (strstr(n->str, "${"))
        load_error(l, n, "parameters belong into templates", "`%s` has a parameter outside of a template",
                   what);
    return n->str;
}

int load_word(struct loader *l, const struct ynode *n, const struct word *words, const char *what)
{
    const char *s = load_scalar(l, n, what);
    if (!s)
        return -1;
    char list[200] = "";
    struct nearest near;
    load_nearest(l, &near, s);
    for (const struct word *w = words; w->text; w++) {
        if (!strcmp(w->text, s))
            return w->value;
        nearest_offer(&near, w->text);
        size_t used = strlen(list);
        snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "one of ", w->text);
    }
    load_error(l, n, load_near(l, &near, arena_strdup(&l->tmp, list)), "`%s` cannot be `%.60s`", what, s);
    return -1;
}

bool load_form(struct loader *l, const struct ynode *n, const struct form *form, const char *what)
{
    const char *s = load_scalar(l, n, what);
    if (!s)
        return false;
    if (form->ok(s))
        return true;
    if (form != &form_unit) {
        load_error(l, n, form->says, "`%s` cannot be `%.60s`", what, s);
        return false;
    }
    struct nearest near;
    load_nearest(l, &near, s);
    for (size_t i = 0; unit_name(i); i++)
        nearest_offer(&near, unit_name(i));
    load_error(l, n, load_near(l, &near, form->says), "`%s`: unknown unit `%.60s`", what, s);
    return false;
}

bool load_dec(struct loader *l, const struct ynode *n, const char *what, struct dec *ret)
{
    const char *s = load_scalar(l, n, what);
    if (!s)
        return false;
    if (dec_parse(s, n->len, ret) == CPF_OK)
        return true;
    load_error(l, n, "digits and at most one point, such as \"12.5\"", "`%s` wants a number, not `%.60s`",
               what, s);
    return false;
}

void *load_array(struct loader *l, size_t n, size_t size)
{
    return n ? arena_alloc(&l->p->arena, n * size) : NULL;
}

const struct scope *load_scope(const struct loader *l)
{
    return l->source[l->step].scope;
}

void load_fix(struct loader *l, const struct ynode *at, const char *text, const struct scope *scope,
              int *slot, struct ref *ref, const struct ref_rule *rule)
{
    struct fix *f = arena_alloc(&l->tmp, sizeof(*f));
    *f = (struct fix){.at = at,
                      .text = text,
                      .scope = scope,
                      .step = l->step,
                      .field = l->field,
                      .slot = slot,
                      .ref = ref,
                      .rule = rule};
    if (slot)
        *slot = -1;
    if (ref)
        *ref = (struct ref){-1, -1};
    if (l->last_fix)
        l->last_fix->next = f;
    else
        l->fixes = f;
    l->last_fix = f;
}

/* -- setters -- */

SETTER(set_nothing)
{
    (void)l, (void)k, (void)obj, (void)v;
}

SETTER(set_string)
{
    if (load_form(l, v, k->form, k->name))
        *MEMBER(obj, k->at, const char *) = v->str;
}

SETTER(set_strings)
{
    if (!load_is(l, v, YNODE_LIST, k->name))
        return;
    const char **list = load_array(l, v->len, sizeof(*list));
    size_t n = 0;
    ynode_each(it, v) if (load_form(l, it->value, k->form, k->name)) list[n++] = it->value->str;
    *MEMBER(obj, k->at, const char **) = list;
    *MEMBER(obj, k->count, size_t) = n;
}

SETTER(set_text)
{
    static const struct form text = {is_plain, NULL};
    static const struct key keys[] = {
        {.name = "ja", .set = set_nothing, .form = &text, .required = true},
        {.name = "en", .set = set_nothing, .form = &text, .required = true},
    };
    struct text *ret = MEMBER(obj, k->at, struct text);
    load_map(l, v, keys, 2, NULL, k->name, 0);
    const struct ynode *ja = ynode_get(v, "ja"), *en = ynode_get(v, "en");
    ret->ja = ja ? load_scalar(l, ja, "ja") : NULL;
    ret->en = en ? load_scalar(l, en, "en") : NULL;
    if ((ret->ja && !*ret->ja) || (ret->en && !*ret->en))
        load_error(l, v, "write it in both languages", "`%s` is empty", k->name);
}

static int read_bool(struct loader *l, const struct ynode *v, const char *what)
{
    static const struct word words[] = {{"false", 0}, {"true", 1}, {NULL, 0}};
    return load_word(l, v, words, what);
}

SETTER(set_bool)
{
    *MEMBER(obj, k->at, bool) = read_bool(l, v, k->name) == 1;
}

SETTER(set_true)
{
    (void)obj;
    if (read_bool(l, v, k->name) == 0)
        load_error(l, v, "write true", "`%s` can only be true", k->name);
}

static bool read_int(struct loader *l, const struct ynode *v, const char *what, int64_t lo, int64_t hi,
                     int64_t *ret)
{
    const char *s = load_scalar(l, v, what);
    if (!s)
        return false;
    size_t n = strspn(s, DIGIT);
    if (n > 0 && n <= 9 && s[n] == '\0') {
        *ret = strtoll(s, NULL, 10);
        if (*ret >= lo && *ret <= hi)
            return true;
    }
    load_error(l, v, arena_printf(&l->tmp, "a whole number from %lld to %lld", (long long)lo, (long long)hi),
               "`%s` cannot be `%.60s`", what, s);
    return false;
}

SETTER(set_int)
{
    int64_t n;
    if (read_int(l, v, k->name, k->lo, k->hi, &n))
        *MEMBER(obj, k->at, int) = (int)n;
}

SETTER(set_enum)
{
    int value = load_word(l, v, k->words, k->name);
    if (value >= 0)
        *MEMBER(obj, k->at, unsigned) = (unsigned)value; /* every enum of core/protocol.h is one */
}

SETTER(set_name)
{
    int value = load_word(l, v, k->words, k->name);
    if (value >= 0)
        *MEMBER(obj, k->at, const char *) = v->str;
}

SETTER(set_span)
{
    static const struct {
        const char *unit;
        int64_t ms; /* 0 = calendar days */
    } units[] = {{"s", MS_SECOND}, {"min", 60 * MS_SECOND}, {"h", 3600 * MS_SECOND}, {"d", 0}};
    const char *s = load_scalar(l, v, k->name);
    if (!s)
        return;
    size_t n = strspn(s, DIGIT);
    for (size_t i = 0; n > 0 && n <= 7 && i < sizeof(units) / sizeof(*units); i++)
        if (!strcmp(s + n, units[i].unit)) {
            int64_t value = strtoll(s, NULL, 10);
            *MEMBER(obj, k->at, struct span) =
                (struct span){true, units[i].ms == 0, units[i].ms ? value * units[i].ms : value};
            return;
        }
    load_error(l, v, "a number and d (calendar days), h, min or s (elapsed), such as 26h",
               "`%s` wants a time, not `%.60s`", k->name, s);
}

SETTER(set_dec)
{
    struct dec d;
    if (load_dec(l, v, k->name, &d))
        *MEMBER(obj, k->at, struct dec) = d;
}

static bool is_open(const struct ynode *n)
{
    return n->kind == YNODE_SCALAR && n->plain &&
           (!*n->str || !strcmp(n->str, "~") || !strcmp(n->str, "null"));
}

SETTER(set_range)
{
    struct range r = {0};
    if (!load_is(l, v, YNODE_LIST, k->name))
        return;
    if (v->len != 2) {
        load_error(l, v, "write [lo, hi]; ~ leaves one end open", "`%s` wants two ends, not %zu", k->name,
                   v->len);
        return;
    }
    const struct ynode *lo = v->first->value, *hi = v->last->value;
    r.has_lo = !is_open(lo) && load_dec(l, lo, k->name, &r.lo);
    r.has_hi = !is_open(hi) && load_dec(l, hi, k->name, &r.hi);
    if (is_open(lo) && is_open(hi))
        load_error(l, v, "remove it, or give one end", "`%s` limits nothing", k->name);
    if (r.has_lo && r.has_hi && dec_cmp(r.lo, r.hi) > 0)
        load_error(l, v, "exchange the two", "`%s`: the lower end is above the upper one", k->name);
    *MEMBER(obj, k->at, struct range) = r;
}

SETTER(set_step)
{
    const char *s = load_scalar(l, v, k->name);
    int *slot = MEMBER(obj, k->at, int);
    *slot = -1;
    if (s)
        load_fix(l, v, s, load_scope(l), slot, NULL, k->rule);
}

SETTER(set_steps)
{
    if (!load_is(l, v, YNODE_LIST, k->name))
        return;
    int *list = load_array(l, v->len, sizeof(*list));
    size_t n = 0;
    ynode_each(it, v) if (load_scalar(l, it->value, k->name))
    {
        load_fix(l, it->value, it->value->str, load_scope(l), &list[n], NULL, k->rule);
        n++;
    }
    *MEMBER(obj, k->at, int *) = list;
    *MEMBER(obj, k->count, size_t) = n;
}

SETTER(set_ref)
{
    const char *s = load_scalar(l, v, k->name);
    struct ref *ref = MEMBER(obj, k->at, struct ref);
    *ref = (struct ref){-1, -1};
    if (s)
        load_fix(l, v, s, load_scope(l), NULL, ref, k->rule);
}

SETTER(set_refs)
{
    if (!load_is(l, v, YNODE_LIST, k->name))
        return;
    struct ref *list = load_array(l, v->len, sizeof(*list));
    size_t n = 0;
    ynode_each(it, v) if (load_scalar(l, it->value, k->name))
    {
        load_fix(l, it->value, it->value->str, load_scope(l), NULL, &list[n], k->rule);
        n++;
    }
    *MEMBER(obj, k->at, struct ref *) = list;
    *MEMBER(obj, k->count, size_t) = n;
}

static const char *find_label(struct loader *l, const char *id, struct nearest *near)
{
    const struct label *label = protocol_label(l->p, id);
    for (size_t i = 0; !label && i < l->p->nlabels; i++)
        nearest_offer(near, l->p->label[i].id);
    return label ? label->id : NULL;
}

static const char *find_material(struct loader *l, const char *id, struct nearest *near)
{
    const struct material *m = protocol_material(l->p, id);
    for (size_t i = 0; !m && i < l->p->nmaterials; i++)
        nearest_offer(near, l->p->material[i].id);
    return m ? m->id : NULL;
}

static void set_declared(struct loader *l, const struct key *k, void *obj, const struct ynode *v,
                         const char *(*find)(struct loader *, const char *, struct nearest *))
{
    if (!load_is(l, v, YNODE_LIST, k->name))
        return;
    const char **list = load_array(l, v->len, sizeof(*list));
    size_t n = 0;
    ynode_each(it, v)
    {
        const char *s = load_scalar(l, it->value, k->name);
        struct nearest near;
        if (!s)
            continue;
        load_nearest(l, &near, s);
        list[n] = find(l, s, &near);
        if (list[n])
            n++;
        else
            load_error(l, it->value, load_near(l, &near, "declare it at the top of the file"),
                       "unknown %s `%.60s`", k->name, s);
    }
    *MEMBER(obj, k->at, const char **) = list;
    *MEMBER(obj, k->count, size_t) = n;
}

SETTER(set_labels)
{
    set_declared(l, k, obj, v, find_label);
}

SETTER(set_materials)
{
    set_declared(l, k, obj, v, find_material);
}
