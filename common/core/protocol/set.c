/* One value of a key into its member. */
#include <stdlib.h>
#include <string.h>

#include "core/protocol/load.h"

#define DIGITS    "0123456789"
#define MS_SECOND INT64_C(1000)

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
    ynode_each(it, v)
        if (load_form(l, it->value, k->form, k->name))
            list[n++] = it->value->str;
    *MEMBER(obj, k->at, const char **) = list;
    *MEMBER(obj, k->count, size_t) = n;
}

SETTER(set_text)
{
    static const struct key keys[] = {
        {.name = "ja", .set = set_nothing, .required = true},
        {.name = "en", .set = set_nothing, .required = true},
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
    return load_word(l, v, words, 0, what);
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
    size_t n = strspn(s, DIGITS);
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
    int value = load_word(l, v, k->words, k->only, k->name);
    if (value >= 0)
        *MEMBER(obj, k->at, unsigned) = (unsigned)value; /* every enum of core/protocol.h is one */
}

SETTER(set_dept)
{
    struct word words[DEPT_MANAGEMENT + 1] = {{NULL, 0}};
    for (int i = DEPT_CLINIC; i <= DEPT_MANAGEMENT; i++)
        words[i - 1] = (struct word){word_name(&dept_words, i), i};
    int value = load_word(l, v, words, 0, k->name);
    if (value >= 0)
        *MEMBER(obj, k->at, enum dept) = (enum dept)value;
}

static enum disposition disposition_of(const char *state)
{
    static const struct {
        const char *state;
        size_t len; /* of what must agree */
        enum disposition is;
    } known[] = {
        {"released", 9, DISPOSITION_RELEASED}, {"released", 8, DISPOSITION_PENDING},
        {"stopped", 8, DISPOSITION_ENDED},     {"rejected", 9, DISPOSITION_ENDED},
        {"provided", 9, DISPOSITION_PROVIDED},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strncmp(state, known[i].state, known[i].len) == 0)
            return known[i].is;
    return DISPOSITION_NONE;
}

SETTER(set_state)
{
    if (!load_form(l, v, k->form, k->name))
        return;
    *MEMBER(obj, k->at, const char *) = v->str;
    *MEMBER(obj, k->count, enum disposition) = disposition_of(v->str);
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
    size_t n = strspn(s, DIGITS);
    for (size_t i = 0; n > 0 && n <= 7 && i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(s + n, units[i].unit) == 0) {
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
           (!*n->str || strcmp(n->str, "~") == 0 || strcmp(n->str, "null") == 0);
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
    ynode_each(it, v)
        if (load_scalar(l, it->value, k->name)) {
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
    ynode_each(it, v)
        if (load_scalar(l, it->value, k->name)) {
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
    ynode_each(it, v) {
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
