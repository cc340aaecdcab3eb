#include "core/protocol/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"

#define DECLARED_MAX 512 /* labels, materials */

static void set_declarations(struct loader *l, const struct ynode *v, const char *what, size_t size,
                             void **ret, size_t *ret_n, const struct form *form,
                             void (*read)(struct loader *, const char *, const struct ynode *, void *))
{
    if (!load_is(l, v, YNODE_MAP, what))
        return;
    if (v->len > DECLARED_MAX) {
        load_limit(l, v, "remove some", "more than %d %s", DECLARED_MAX, what);
        return;
    }
    char *list = load_array(l, v->len, size);
    size_t n = 0;
    ynode_each(it, v)
        if (load_form(l, it->key, form, what))
            read(l, it->key->str, it->value, list + size * n++);
    *ret = list;
    *ret_n = n;
}

static void read_label(struct loader *l, const char *id, const struct ynode *v, void *obj)
{
    static const struct key keys[] = {
        {.name = "title", .set = set_text, .at = offsetof(struct label, title), .required = true},
        {.name = "max", .set = set_int, .at = offsetof(struct label, max), .hi = 9999},
    };
    ((struct label *)obj)->id = id;
    load_map(l, v, keys, 2, obj, "label", 0);
}

static void read_material(struct loader *l, const char *id, const struct ynode *v, void *obj)
{
    static const struct key keys[] = {
        {.name = "title", .set = set_text, .at = offsetof(struct material, title), .required = true},
        {.name = "unit",
         .set = set_string,
         .at = offsetof(struct material, unit),
         .form = &form_unit,
         .required = true},
        {.name = "single-batch", .set = set_bool, .at = offsetof(struct material, single_batch)},
        {.name = "biological", .set = set_bool, .at = offsetof(struct material, biological)},
    };
    ((struct material *)obj)->id = id;
    load_map(l, v, keys, 4, obj, "material", 0);
}

static SETTER(set_label_map)
{
    (void)k;
    struct protocol *p = obj;
    void *list = NULL;
    set_declarations(l, v, "labels", sizeof(struct label), &list, &p->nlabels, &form_label, read_label);
    p->label = list;
}

static SETTER(set_material_map)
{
    (void)k;
    struct protocol *p = obj;
    void *list = NULL;
    set_declarations(l, v, "materials", sizeof(struct material), &list, &p->nmaterials, &form_id,
                     read_material);
    p->material = list;
}

static void load_head(struct loader *l, const struct ynode *root)
{
    static const struct key keys[] = {
        {.name = "protocol",
         .set = set_string,
         .at = offsetof(struct protocol, id),
         .form = &form_id,
         .required = true},
        {.name = "version",
         .set = set_string,
         .at = offsetof(struct protocol, version),
         .form = &form_plain,
         .required = true},
        {.name = "product", .set = set_text, .at = offsetof(struct protocol, product), .required = true},
        {.name = "labels", .set = set_label_map},
        {.name = "materials", .set = set_material_map},
        {.name = "shared",
         .set = set_strings,
         .at = offsetof(struct protocol, shared),
         .count = offsetof(struct protocol, nshared),
         .form = &form_id},
        {.name = "templates", .set = set_nothing},
        {.name = "steps", .set = set_nothing, .required = true},
    };
    load_map(l, root, keys, sizeof(keys) / sizeof(*keys), l->p, "protocol", 0);
}

static void load_steps(struct loader *l, const struct ynode *steps)
{
    struct protocol *p = l->p;
    if (!load_is(l, steps, YNODE_LIST, "steps"))
        return;
    load_templates(l, steps);
    p->step = load_array(l, l->nsources, sizeof(*p->step));
    for (size_t i = 0; i < l->nsources; i++) {
        load_step(l, i);
        p->nsteps = i + 1;
    }
    if (p->nsteps == 0)
        load_error(l, steps, "declare steps", "a protocol without steps");
}

static void load_all(struct loader *l, const char *text, size_t len)
{
    const struct ynode *root = ytree_parse(&l->tmp, &l->p->arena, text, len, l->d);
    if (!root || !load_is(l, root, YNODE_MAP, "protocol"))
        return;
    load_head(l, root);
    const struct ynode *steps = ynode_get(root, "steps");
    l->templates = ynode_get(root, "templates");
    if (!steps)
        return;
    load_steps(l, steps);
    if (l->p->nsteps == 0)
        return;
    load_link(l);
    load_lint(l);
    load_lint_time(l);
    load_lint_units(l);
}

int protocol_load(const char *text, size_t len, struct protocol **ret, struct protocol_error *ret_errors,
                  size_t max, size_t *ret_n)
{
    struct diag d;
    diag_init(&d, ret_errors, max);
    struct protocol *p = xcalloc(1, sizeof(*p));
    arena_init(&p->arena, 0);
    hash_sha256(text, len, p->hash);
    struct loader l = {.p = p, .d = &d};
    arena_init(&l.tmp, 0);
    load_all(&l, text, len);
    arena_fini(&l.tmp);
    diag_sort(&d);
    if (ret_n)
        *ret_n = d.n;
    if (d.rc == CPF_OK)
        *ret = p;
    else
        protocol_free(p);
    return d.rc;
}
