#include <stdio.h>
#include <string.h>

#include "core/protocol/load.h"
#include "core/code/unit.h"

#define TEXT_MAX  4096
#define HINTS_MAX 200 /* a file with more errors than that gets no costly hints */

/* ---- grammars ---- */

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

/* ---- the engine ---- */

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
        if (strcmp(keys[i].name, name) == 0)
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
    ynode_each(it, n) {
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

int load_word(struct loader *l, const struct ynode *n, const struct word *words, unsigned only,
              const char *what)
{
    const char *s = load_scalar(l, n, what);
    if (!s)
        return -1;
    char list[200] = "";
    struct nearest near;
    load_nearest(l, &near, s);
    for (const struct word *w = words; w->text; w++) {
        if (only && !(only & 1u << w->value))
            continue;
        if (strcmp(w->text, s) == 0)
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
