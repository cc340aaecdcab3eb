/* Names become indices, once every step is known. */
#include <stdlib.h>
#include <string.h>

#include "core/protocol/load.h"

struct name {
    const char *text;
    int step;
};

struct names {
    struct name *list;
    size_t n;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static struct names collect(struct loader *l)
{
    size_t max = l->p->nsteps;
    for (const struct prefix *p = l->prefixes; p; p = p->next)
        max++;
    struct names names = {arena_alloc(&l->tmp, max * sizeof(struct name)), 0};
    for (size_t i = 0; i < l->p->nsteps; i++)
        names.list[names.n++] = (struct name){l->p->step[i].id, (int)i};
    for (const struct prefix *p = l->prefixes; p; p = p->next) {
        names.list[names.n++] = (struct name){p->name, p->last};
        if (protocol_step(l->p, p->name) >= 0)
            load_error(l, l->source[protocol_step(l->p, p->name)].node, "rename one of the two",
                       "step `%s` has the name of a use of a template", p->name);
    }
    qsort(names.list, names.n, sizeof(*names.list), by_text);
    return names;
}

/* Innermost scope first. */
static int find_step(struct loader *l, const struct names *names, const struct scope *scope, const char *text)
{
    for (; scope; scope = scope->up) {
        struct name want = {*scope->prefix ? arena_printf(&l->tmp, "%s%s", scope->prefix, text) : text, 0};
        const struct name *found = bsearch(&want, names->list, names->n, sizeof(want), by_text);
        if (found && *text)
            return found->step;
    }
    return -1;
}

static void unknown_step(struct loader *l, const struct names *names, const struct fix *f, const char *text)
{
    struct nearest near;
    load_nearest(l, &near, text);
    for (size_t i = 0; i < names->n; i++) {
        size_t len = strlen(f->scope->prefix);
        nearest_offer(&near, names->list[i].text);
        if (len && strncmp(names->list[i].text, f->scope->prefix, len) == 0)
            nearest_offer(&near, names->list[i].text + len);
    }
    load_error(l, f->at, load_near(l, &near, "name a step of this protocol"), "`%s`: unknown step `%.80s`",
               f->rule->what, text);
}

static const char *kind_names(unsigned kinds)
{
    static const struct {
        unsigned kinds;
        const char *text;
    } table[] = {
        {1u << FIELD_CONTAINER, "a container scan"},
        {1u << FIELD_LOT, "a lot scan"},
        {1u << FIELD_EQUIPMENT, "an equipment scan"},
        {1u << FIELD_PLACE, "a place scan"},
        {1u << FIELD_BADGE, "a badge scan"},
        {1u << FIELD_DOCUMENT, "a document scan"},
        {1u << FIELD_DATE, "a date"},
        {1u << FIELD_NUMBER | 1u << FIELD_DERIVED, "a number or a derived value"},
        {1u << FIELD_TEXT | 1u << FIELD_DATE | 1u << FIELD_TOKEN, "a text, a date or a token"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (table[i].kinds == kinds)
            return table[i].text;
    return "another kind";
}

static void link_field(struct loader *l, const struct fix *f, int step, const char *id)
{
    const struct step *s = &l->p->step[step];
    int field = step_field(s, id);
    if (field < 0) {
        struct nearest near;
        load_nearest(l, &near, id);
        for (size_t i = 0; i < s->nfields; i++)
            nearest_offer(&near, s->field[i].id);
        load_error(l, f->at, load_near(l, &near, "write field, or step.field"),
                   "`%s`: unknown field `%.80s` in step `%s`", f->rule->what, id, s->id);
    } else if (!(f->rule->kinds & 1u << s->field[field].kind)) {
        load_error(l, f->at, "refer to another field", "`%s` wants %s; `%.80s` is of another kind",
                   f->rule->what, kind_names(f->rule->kinds), f->text);
    } else {
        *f->ref = (struct ref){step, field};
    }
}

/* `field`, or `step.field` divided at the last dot. */
static void link_ref(struct loader *l, const struct names *names, const struct fix *f)
{
    const char *dot = strrchr(f->text, '.');
    if (!dot) {
        link_field(l, f, f->step, f->text);
        return;
    }
    const char *text = arena_strndup(&l->tmp, f->text, (size_t)(dot - f->text));
    int step = find_step(l, names, f->scope, text);
    if (step < 0)
        unknown_step(l, names, f, text);
    else
        link_field(l, f, step, dot + 1);
}

void load_link(struct loader *l)
{
    struct names names = collect(l);
    for (const struct fix *f = l->fixes; f; f = f->next) {
        if (f->ref) {
            link_ref(l, &names, f);
        } else {
            *f->slot = find_step(l, &names, f->scope, f->text);
            if (*f->slot < 0)
                unknown_step(l, &names, f, f->text);
        }
    }
}
