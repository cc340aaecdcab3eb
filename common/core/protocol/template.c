/* `use: T, as: P, with: {…}`: the steps of template T, copied with their parameters filled in, as P.<step>.
 */
#include <string.h>

#include "base/bounds.h"
#include "core/protocol/load.h"

#define SUBSTITUTED_MAX (4 * BOUND_PROTOCOL_BYTES)

struct use {
    const char *name, *as;
    const struct ynode *at;
    const struct ynode *with, *after;
};

/* A template being copied: declared parameters, what the use gives for them, which ones occurred. */
struct binding {
    const struct ynode *params, *with;
    bool *used;
};

static SETTER(set_node)
{
    (void)l;
    *MEMBER(obj, k->at, const struct ynode *) = v;
}

/* ---- parameters ---- */

/* The value of the parameter named by s[0..len), or NULL with a complaint. */
static const struct ynode *param_value(struct loader *l, const struct binding *b, const struct ynode *at,
                                       const char *s, size_t len)
{
    size_t i = 0;
    ynode_each(it, b->params) {
        if (it->value->len == len && memcmp(it->value->str, s, len) == 0) {
            b->used[i] = true;
            return ynode_get(b->with, it->value->str); /* its absence was told before */
        }
        i++;
    }
    load_error(l, at, "declare it in `params` of the template", "unknown parameter `${%.*s}`",
               len > 60 ? 60 : (int)len, s);
    return NULL;
}

/* The value if the whole text is one ${name}. */
static const struct ynode *whole_param(struct loader *l, const struct binding *b, const struct ynode *n)
{
    if (n->kind != YNODE_SCALAR || n->len < 4 || strncmp(n->str, "${", 2) != 0 ||
        strchr(n->str, '}') != n->str + n->len - 1)
        return NULL;
    return param_value(l, b, n, n->str + 2, n->len - 3);
}

static const struct ynode *copy_text(struct loader *l, const struct binding *b, const struct ynode *n)
{
    struct buf out;
    buf_init(&out);
    const char *p = n->str, *open;
    while ((open = strstr(p, "${"))) {
        const char *close = strchr(open, '}');
        if (!close)
            break;
        const struct ynode *v = param_value(l, b, n, open + 2, (size_t)(close - open - 2));
        if (v && v->kind != YNODE_SCALAR)
            load_error(l, n, "let it be the whole value", "`%.60s` puts %s into a text", n->str,
                       ynode_kind_name(v));
        buf_add(&out, p, (size_t)(open - p));
        if (v && v->kind == YNODE_SCALAR)
            buf_add(&out, v->str, v->len);
        else
            buf_addc(&out, '?'); /* it was told; nothing else need be told of it */
        p = close + 1;
        if (l->substituted + out.len > SUBSTITUTED_MAX)
            break;
    }
    buf_puts(&out, p);
    l->substituted += out.len;
    struct ynode *copy = arena_alloc(&l->tmp, sizeof(*copy));
    *copy = *n;
    copy->len = out.len;
    copy->str = arena_strndup(&l->p->arena, out.data ? out.data : "", out.len);
    buf_fini(&out);
    return copy;
}

static bool too_much(struct loader *l, const struct ynode *n)
{
    if (++l->copied <= BOUND_PROTOCOL_NODES && l->substituted <= SUBSTITUTED_MAX)
        return false;
    load_limit(l, n, "use fewer or smaller templates", "templates unfold into more than %d nodes or %d bytes",
               BOUND_PROTOCOL_NODES, SUBSTITUTED_MAX);
    return true;
}

/* A copy with the parameters filled in; NULL beyond the limits. As deep as the file, which is bounded. */
static const struct ynode *copy_node(struct loader *l, const struct binding *b, const struct ynode *n)
{
    if (too_much(l, n))
        return NULL;
    const struct ynode *whole = whole_param(l, b, n);
    if (whole) {
        l->copied += whole->weight;
        return whole;
    }
    if (n->kind == YNODE_SCALAR)
        return strstr(n->str, "${") ? copy_text(l, b, n) : n;
    struct ynode *copy = arena_alloc(&l->tmp, sizeof(*copy));
    *copy = (struct ynode){.kind = n->kind, .line = n->line, .column = n->column, .weight = 1};
    ynode_each(it, n) {
        const struct ynode *key = it->key ? copy_node(l, b, it->key) : NULL;
        const struct ynode *value = copy_node(l, b, it->value);
        if (!value || (it->key && !key))
            return NULL;
        bool splice =
            !it->key && value != it->value && value->kind == YNODE_LIST && it->value->kind == YNODE_SCALAR;
        if (key && key->kind != YNODE_SCALAR)
            load_error(l, it->key, "give a text", "a mapping's key must be a text");
        else if (!splice && !ynode_push(&l->tmp, copy, key, value))
            return NULL;
        if (splice)
            ynode_each(in, value)
                if (too_much(l, n) || !ynode_push(&l->tmp, copy, NULL, in->value))
                    return NULL;
    }
    return copy;
}

static bool declared(const struct ynode *params, const char *name)
{
    ynode_each(it, params)
        if (it->value->kind == YNODE_SCALAR && strcmp(it->value->str, name) == 0)
            return true;
    return false;
}

/* Every declared parameter is given, nothing else is. */
static bool check_with(struct loader *l, const struct use *u, const struct ynode *params)
{
    bool good = true;
    ynode_each(it, params)
        if (!load_form(l, it->value, &form_id, "params"))
            return false;
        else if (!ynode_get(u->with, it->value->str)) {
            load_error(l, u->at, arena_printf(&l->tmp, "with: {%s: …}", it->value->str),
                       "parameter `%s` of template `%.60s` is not given", it->value->str, u->name);
            good = false;
        }
    if (u->with && load_is(l, u->with, YNODE_MAP, "with"))
        ynode_each(it, u->with)
            if (!declared(params, it->key->str))
                load_error(l, it->key, "remove it, or declare it in `params`",
                           "template `%.60s` has no parameter `%.60s`", u->name, it->key->str);
    return good;
}

static const struct ynode *instantiate(struct loader *l, const struct use *u, const struct ynode *steps,
                                       const struct ynode *params)
{
    static const struct ynode none = {.kind = YNODE_LIST};
    if (!params)
        params = &none;
    if (!load_is(l, params, YNODE_LIST, "params") || !check_with(l, u, params))
        return NULL;
    struct binding b = {params, u->with, arena_alloc(&l->tmp, params->len + 1)};
    const struct ynode *copy = copy_node(l, &b, steps);
    size_t i = 0;
    ynode_each(it, params)
        if (!b.used[i++] && copy)
            load_error(l, it->value, "remove it, or use it as ${…}", "parameter `%s` is never used",
                       it->value->str);
    return copy;
}

/* ---- expansion ---- */

static int expand_list(struct loader *l, const struct ynode *list, const struct scope *scope, int previous,
                       const struct given *given);

static bool enter_template(struct loader *l, const struct use *u, const struct ynode *at)
{
    for (size_t i = 0; i < l->nexpanding; i++)
        if (strcmp(l->expanding[i], u->name) == 0) {
            load_error(l, at, "a template cannot contain itself", "template `%.60s` uses itself%s%.60s",
                       u->name, i + 1 < l->nexpanding ? " through " : "",
                       i + 1 < l->nexpanding ? l->expanding[l->nexpanding - 1] : "");
            return false;
        }
    if (l->nexpanding == sizeof(l->expanding) / sizeof(*l->expanding)) {
        load_limit(l, at, "flatten them", "templates nested deeper than %zu", l->nexpanding);
        return false;
    }
    l->expanding[l->nexpanding++] = u->name;
    return true;
}

static const struct ynode *find_template(struct loader *l, const struct use *u, const struct ynode *at)
{
    const struct ynode *t = ynode_get(l->templates, u->name);
    if (t)
        return t;
    struct nearest near;
    load_nearest(l, &near, u->name);
    if (l->templates && l->templates->kind == YNODE_MAP)
        ynode_each(it, l->templates)
            nearest_offer(&near, it->key->str);
    load_error(l, at, load_near(l, &near, "declare it under `templates`"), "unknown template `%.60s`",
               u->name);
    return NULL;
}

/* The name of a use may be taken once. */
static struct prefix *add_prefix(struct loader *l, const struct use *u, const struct scope *scope)
{
    struct prefix *p = arena_alloc(&l->tmp, sizeof(*p));
    *p = (struct prefix){l->prefixes, arena_printf(&l->tmp, "%s%s", scope->prefix, u->as), -1};
    for (const struct prefix *i = l->prefixes; i; i = i->next)
        if (strcmp(i->name, p->name) == 0) {
            load_error(l, u->at, "choose another name", "`as: %s` is used twice", p->name);
            return NULL;
        }
    l->prefixes = p;
    return p;
}

static int expand_use(struct loader *l, const struct use *u, const struct scope *scope, int previous,
                      const struct given *given)
{
    const struct ynode *t = find_template(l, u, u->at), *steps = ynode_get(t, "steps");
    struct prefix *prefix = t ? add_prefix(l, u, scope) : NULL;
    if (!prefix || !steps || !load_is(l, steps, YNODE_LIST, "steps") || !enter_template(l, u, u->at))
        return previous;
    const struct ynode *copy = instantiate(l, u, steps, ynode_get(t, "params"));
    prefix->last = previous;
    size_t first = l->nsources;
    if (copy) {
        struct scope *inner = arena_alloc(&l->tmp, sizeof(*inner));
        *inner = (struct scope){arena_printf(&l->tmp, "%s.", prefix->name), scope};
        prefix->last = expand_list(l, copy, inner, previous, given);
    }
    l->nexpanding--;
    if (copy && l->nsources == first && l->d->rc == CPF_OK)
        load_error(l, u->at, "give it steps", "template `%.60s` has no steps", u->name);
    return prefix->last;
}

static int expand_use_item(struct loader *l, const struct ynode *item, const struct scope *scope,
                           int previous, const struct given *given)
{
    static const struct key keys[] = {
        {.name = "use",
         .set = set_string,
         .at = offsetof(struct use, name),
         .form = &form_id,
         .required = true},
        {.name = "as",
         .set = set_string,
         .at = offsetof(struct use, as),
         .form = &form_step_id,
         .required = true},
        {.name = "with", .set = set_node, .at = offsetof(struct use, with)},
        {.name = "after", .set = set_node, .at = offsetof(struct use, after)},
    };
    struct use u = {.at = item};
    load_map(l, item, keys, 4, &u, "use of a template", 0);
    if (!u.name || !u.as)
        return previous;
    if (u.after && load_is(l, u.after, YNODE_LIST, "after")) {
        struct given *g = arena_alloc(&l->tmp, sizeof(*g));
        *g = (struct given){u.after, scope, given};
        given = g;
    }
    return expand_use(l, &u, scope, previous, given);
}

/* Steps of one list; returns the last one's index, `previous` if there is none. */
static int expand_list(struct loader *l, const struct ynode *list, const struct scope *scope, int previous,
                       const struct given *given)
{
    ynode_each(it, list) {
        if (!load_is(l, it->value, YNODE_MAP, "steps"))
            continue;
        if (too_much(l, it->value))
            return previous;
        if (ynode_get(it->value, "use")) {
            previous = expand_use_item(l, it->value, scope, previous, given);
        } else if (l->nsources == BOUND_PROTOCOL_STEPS) {
            load_limit(l, it->value, "split the protocol", "more than %d steps", BOUND_PROTOCOL_STEPS);
            return previous;
        } else {
            l->source[l->nsources] = (struct source){it->value, scope, given, previous};
            previous = (int)l->nsources++;
        }
        given = NULL; /* only the first one waits for what the use waits for */
    }
    return previous;
}

static void check_templates(struct loader *l)
{
    static const struct key keys[] = {
        {.name = "params", .set = set_nothing},
        {.name = "steps", .set = set_nothing, .required = true},
    };
    if (l->templates && load_is(l, l->templates, YNODE_MAP, "templates"))
        ynode_each(it, l->templates)
            if (load_form(l, it->key, &form_id, "template"))
                load_map(l, it->value, keys, 2, NULL, "template", 0);
}

void load_templates(struct loader *l, const struct ynode *steps)
{
    static const struct scope global = {"", NULL};
    check_templates(l);
    l->source = arena_alloc(&l->tmp, BOUND_PROTOCOL_STEPS * sizeof(*l->source));
    expand_list(l, steps, &global, -1, NULL);
}
