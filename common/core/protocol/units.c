/* Do numbers that meet have units that can meet? */
#include <string.h>

#include "core/protocol/load.h"
#include "core/code/unit.h"

static const struct field *target(const struct loader *l, struct ref r)
{
    return r.step < 0 || r.field < 0 ? NULL : &l->p->step[r.step].field[r.field];
}

static const struct ynode *field_node(const struct loader *l, size_t step, size_t i, const char *key)
{
    const struct ynode *list = ynode_get(l->source[step].node, "fields");
    ynode_each(it, list)
        if (i-- == 0) {
            const struct ynode *v = ynode_get(it->value, key);
            return v ? v : it->value;
        }
    return list;
}

static void mismatch(struct loader *l, const struct ynode *at, const char *what, const char *a, const char *b)
{
    load_error(l, at, "units must agree, letter by letter", "unit mismatch in `%s`: %s and %s", what, a, b);
}

/* All of one unit: told at the first that differs. */
static const char *check_equal(struct loader *l, const struct ynode *at, const char *what,
                               const struct ref *list, size_t n, const char *unit)
{
    for (size_t i = 0; i < n; i++) {
        const struct field *f = target(l, list[i]);
        if (!f || !f->unit)
            continue;
        if (unit && strcmp(unit, f->unit) != 0) {
            mismatch(l, at, what, unit, f->unit);
            return NULL;
        }
        unit = f->unit;
    }
    return unit;
}

static void want(struct loader *l, const struct ynode *at, const struct field *f, const char *unit)
{
    if (strcmp(f->unit, unit) != 0)
        load_error(l, at, arena_printf(&l->tmp, "write unit: \"%s\"", unit),
                   "unit mismatch: `%s` comes out in %s, not %s", f->id, unit, f->unit);
}

static void check_derived(struct loader *l, const struct ynode *at, const struct field *f)
{
    const struct field *a = f->nargs == 2 ? target(l, f->arg[0]) : NULL, *b = a ? target(l, f->arg[1]) : NULL;
    bool pair = a && b && a->unit && b->unit;
    const char *same;
    switch (f->fn) {
    case DERIVE_SUM:
    case DERIVE_DIFF:
    case DERIVE_MEAN:
        same = check_equal(l, at, "derive", f->arg, f->nargs, NULL);
        if (same)
            want(l, at, f, same);
        break;
    case DERIVE_VIABILITY:
        if (check_equal(l, at, "derive", f->arg, f->nargs, NULL))
            want(l, at, f, "%");
        break;
    case DERIVE_DOUBLING:
        if (check_equal(l, at, "derive", f->arg, f->nargs, NULL))
            want(l, at, f, "h");
        break;
    case DERIVE_PRODUCT:
        if (pair && !unit_product_ok(a->unit, b->unit, f->unit))
            load_error(l, at, "such as cells/mL * mL = cells", "unit mismatch: %s times %s is not %s",
                       a->unit, b->unit, f->unit);
        break;
    case DERIVE_RATIO:
        if (pair && !unit_ratio_ok(a->unit, b->unit, f->unit))
            load_error(l, at, "such as cells / mL = cells/mL; 1 if they are equal",
                       "unit mismatch: %s divided by %s is not %s", a->unit, b->unit, f->unit);
        break;
    }
}

static void check_field_units(struct loader *l, size_t s, size_t i)
{
    const struct field *f = &l->p->step[s].field[i];
    if (f->kind == FIELD_DERIVED && f->unit)
        check_derived(l, field_node(l, s, i, "derive"), f);
    if (f->conditional && f->unit) {
        const struct ref pair[] = {f->differ_a, f->differ_b};
        check_equal(l, field_node(l, s, i, "if-differ"), "if-differ", pair, 2, f->unit);
    }
}

void load_lint_units(struct loader *l)
{
    for (size_t s = 0; s < l->p->nsteps; s++) {
        const struct step *step = &l->p->step[s];
        const struct ynode *at = ynode_get(l->source[s].node, "balance");
        for (size_t i = 0; i < step->nfields; i++)
            check_field_units(l, s, i);
        if (!step->balance.set)
            continue;
        const char *unit = check_equal(l, at, "balance", step->balance.in, step->balance.nin, NULL);
        if (unit)
            check_equal(l, at, "balance", step->balance.out, step->balance.nout, unit);
    }
}
