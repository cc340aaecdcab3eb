#include "core/catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/file.h"
#include "core/protocol/diag.h"
#include "core/protocol/ytree.h"

#define TEXT_MAX 2000

struct outcome {
    const char *code;
    struct text text;
    const char **law, **next; /* NULL-terminated */
};

struct citation {
    int64_t from; /* day */
    struct text text;
};

struct clause {
    const char *id;
    size_t n;
    struct citation *citation; /* by `from`, rising */
};

struct catalogue {
    struct arena arena;
    size_t noutcomes, nclauses;
    struct outcome *outcome; /* sorted by code */
    struct clause *clause;   /* sorted by id */
    const char **codes;
};

struct loader {
    struct catalogue *c;
    struct diag d;
};

#define fault(l, n, ...) diag_put(&(l)->d, (n)->line, (n)->column, NULL, __VA_ARGS__)

static bool is(struct loader *l, const struct ynode *n, enum ynode_kind kind, const char *what)
{
    struct ynode want = {.kind = kind};
    if (n->kind == kind)
        return true;
    fault(l, n, "%s must be %s, not %s", what, ynode_kind_name(&want), ynode_kind_name(n));
    return false;
}

static const char *text_of(struct loader *l, const struct ynode *map, const char *key)
{
    const struct ynode *v = ynode_get(map, key);
    if (!v)
        fault(l, map, "`%s` is missing", key);
    else if (is(l, v, YNODE_SCALAR, key) && (v->len == 0 || v->len > TEXT_MAX))
        fault(l, v, "`%s` is empty or longer than %d bytes", key, TEXT_MAX);
    return v && v->kind == YNODE_SCALAR ? v->str : "";
}

/* Only the keys named, a list ended by NULL. */
static void only(struct loader *l, const struct ynode *map, const char *const *keys)
{
    ynode_each(it, map) {
        size_t i = 0;
        while (keys[i] && strcmp(keys[i], it->key->str) != 0)
            i++;
        if (!keys[i])
            fault(l, it->key, "unknown key `%.60s`", it->key->str);
    }
}

static const char **read_list(struct loader *l, const struct ynode *list, const char *what)
{
    size_t n = 0;
    const char **law = arena_alloc(&l->c->arena, ((list ? list->len : 0) + 1) * sizeof(*law));
    if (list && is(l, list, YNODE_LIST, what))
        ynode_each(it, list)
            if (is(l, it->value, YNODE_SCALAR, what))
                law[n++] = it->value->str;
    return law;
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct outcome *)a)->code, ((const struct outcome *)b)->code);
}

static void read_outcomes(struct loader *l, const struct ynode *root)
{
    static const char *const keys[] = {"ja", "en", "law", "next", NULL};
    struct catalogue *c = l->c;
    c->outcome = arena_alloc(&c->arena, (root->len + 1) * sizeof(*c->outcome));
    ynode_each(it, root) {
        if (!is(l, it->value, YNODE_MAP, "an outcome"))
            continue;
        only(l, it->value, keys);
        c->outcome[c->noutcomes++] =
            (struct outcome){it->key->str,
                             {text_of(l, it->value, "ja"), text_of(l, it->value, "en")},
                             read_list(l, ynode_get(it->value, "law"), "law"),
                             read_list(l, ynode_get(it->value, "next"), "next")};
    }
    qsort(c->outcome, c->noutcomes, sizeof(*c->outcome), by_code);
    c->codes = arena_alloc(&c->arena, (c->noutcomes + 1) * sizeof(*c->codes));
    for (size_t i = 0; i < c->noutcomes; i++)
        c->codes[i] = c->outcome[i].code;
}

static int by_day(const void *a, const void *b)
{
    int64_t x = ((const struct citation *)a)->from, y = ((const struct citation *)b)->from;
    return (x > y) - (x < y);
}

static struct citation read_citation(struct loader *l, const struct ynode *n)
{
    static const char *const keys[] = {"from", "ja", "en", NULL};
    struct citation c = {0};
    only(l, n, keys);
    const char *from = text_of(l, n, "from");
    c.text = (struct text){text_of(l, n, "ja"), text_of(l, n, "en")};
    if (*from && clock_day_parse(from, &c.from) != CPF_OK)
        fault(l, n, "`from` is no day: %.60s", from);
    return c;
}

static void read_clause(struct loader *l, const char *id, const struct ynode *list, struct clause *ret)
{
    *ret = (struct clause){.id = id};
    if (!is(l, list, YNODE_LIST, "a clause"))
        return;
    ret->citation = arena_alloc(&l->c->arena, (list->len + 1) * sizeof(*ret->citation));
    ynode_each(it, list)
        if (is(l, it->value, YNODE_MAP, "a citation"))
            ret->citation[ret->n++] = read_citation(l, it->value);
    qsort(ret->citation, ret->n, sizeof(*ret->citation), by_day);
    for (size_t i = 1; i < ret->n; i++)
        if (ret->citation[i].from == ret->citation[i - 1].from)
            fault(l, list, "clause `%.60s` has two texts from one day", id);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct clause *)a)->id, ((const struct clause *)b)->id);
}

static void read_clauses(struct loader *l, const struct ynode *root)
{
    struct catalogue *c = l->c;
    c->clause = arena_alloc(&c->arena, (root->len + 1) * sizeof(*c->clause));
    ynode_each(it, root)
        read_clause(l, it->key->str, it->value, &c->clause[c->nclauses++]);
    qsort(c->clause, c->nclauses, sizeof(*c->clause), by_id);
}

static const struct clause *find_clause(const struct catalogue *c, const char *id)
{
    struct clause want = {.id = id};
    return c->nclauses ? bsearch(&want, c->clause, c->nclauses, sizeof(want), by_id) : NULL;
}

static const struct outcome *find_outcome(const struct catalogue *c, const char *code)
{
    struct outcome want = {.code = code};
    return c->noutcomes ? bsearch(&want, c->outcome, c->noutcomes, sizeof(want), by_code) : NULL;
}

/* ---- files ---- */

static void tell(char **ret_error, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void tell(char **ret_error, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (ret_error && vasprintf(ret_error, fmt, ap) < 0)
        *ret_error = NULL;
    va_end(ap);
}

static int load_file(struct catalogue *c, const char *path,
                     void (*read)(struct loader *, const struct ynode *), char **ret_error)
{
    struct protocol_error first;
    struct loader l = {.c = c};
    struct arena nodes;
    struct buf text;
    buf_init(&text);
    int rc = file_read(path, BOUND_PROTOCOL_BYTES, &text);
    if (rc != CPF_OK) {
        tell(ret_error, "%s: %s", path, file_strerror(rc));
        buf_fini(&text);
        return rc;
    }
    diag_init(&l.d, &first, 1);
    arena_init(&nodes, 0);
    const struct ynode *root = ytree_parse(&nodes, &c->arena, text.data, text.len, &l.d);
    if (root && is(&l, root, YNODE_MAP, "the file"))
        read(&l, root);
    arena_fini(&nodes);
    buf_fini(&text);
    if (l.d.rc != CPF_OK)
        tell(ret_error, "%s:%d:%d: %s", path, first.line, first.column, first.text);
    return l.d.rc;
}

/* Every clause that an outcome names has a citation. */
static int check_law(const struct catalogue *c, const char *path, char **ret_error)
{
    for (size_t i = 0; i < c->noutcomes; i++)
        for (const char **law = c->outcome[i].law; *law; law++)
            if (!find_clause(c, *law)) {
                tell(ret_error, "%s: code `%s` names the unknown clause `%s`", path, c->outcome[i].code,
                     *law);
                return CPF_E_NOTFOUND;
            }
    return CPF_OK;
}

int catalogue_load(const char *catalogue_path, const char *clauses_path, struct catalogue **ret,
                   char **ret_error)
{
    struct catalogue *c = xcalloc(1, sizeof(*c));
    arena_init(&c->arena, 0);
    int rc = load_file(c, catalogue_path, read_outcomes, ret_error);
    if (rc == CPF_OK)
        rc = load_file(c, clauses_path, read_clauses, ret_error);
    if (rc == CPF_OK)
        rc = check_law(c, catalogue_path, ret_error);
    if (rc == CPF_OK)
        *ret = c;
    else
        catalogue_free(c);
    return rc;
}

void catalogue_free(struct catalogue *c)
{
    if (!c)
        return;
    arena_fini(&c->arena);
    free(c);
}

/* ---- texts ---- */

/* How a language writes values. */
struct writing {
    const char *comma, *parts, *name;
};

/* Between items that have commas of their own a comma parts nothing. */
static const char *between(const struct json *list, const struct writing *w)
{
    json_each(it, list)
        if (it->type == JSON_STRING && strstr(it->str, w->comma))
            return w->parts;
    return w->comma;
}

static void put_value(struct buf *b, const struct json *v, const struct writing *w)
{
    const struct json *own = v->type == JSON_OBJECT ? json_get(v, w->name) : NULL;
    if (v->type == JSON_STRING)
        buf_add(b, v->str, v->len);
    else if (v->type == JSON_INT)
        buf_printf(b, "%lld", (long long)v->num);
    else if (v->type == JSON_ARRAY)
        json_each(it, v) {
            if (it != v->child)
                buf_puts(b, between(v, w));
            if (it->type == JSON_STRING || it->type == JSON_INT)
                put_value(b, it, w);
        }
    else if (own && own->type == JSON_STRING)
        put_value(b, own, w);
}

/* A placeholder without a value stays as it is written, so that its lack is seen. */
static const char *fill(struct arena *a, const char *template, const struct json *args,
                        const struct writing *w)
{
    struct buf b;
    buf_init(&b);
    while (*template) {
        size_t plain = strcspn(template, "{"), name;
        buf_add(&b, template, plain);
        template += plain;
        if (!*template)
            break;
        name = strcspn(template + 1, "}");
        char *key = arena_strndup(a, template + 1, name);
        const struct json *v = template[1 + name] == '}' ? json_get(args, key) : NULL;
        if (v) {
            put_value(&b, v, w);
            template += name + 2;
        } else {
            buf_addc(&b, *template ++);
        }
    }
    const char *text = arena_strndup(a, b.data ? b.data : "", b.len);
    buf_fini(&b);
    return text;
}

static const struct writing writing_ja = {"、", "／", "ja"}, writing_en = {", ", "; ", "en"};

struct text catalogue_fill(struct arena *a, struct text template, const struct json *ja,
                           const struct json *en)
{
    return (struct text){fill(a, template.ja, ja, &writing_ja), fill(a, template.en, en, &writing_en)};
}

struct text catalogue_text(const struct catalogue *c, struct arena *a, const char *code,
                           const struct json *args)
{
    const struct outcome *o = find_outcome(c, code);
    if (!o) {
        const char *text = arena_strdup(a, code);
        return (struct text){text, text};
    }
    return catalogue_fill(a, o->text, args, args);
}

struct text catalogue_said(const struct catalogue *c, struct arena *a, const char *code, const char *how,
                           const struct json *args)
{
    const char *said = how ? arena_printf(a, "%s.%s", code, how) : code;
    return catalogue_text(c, a, find_outcome(c, said) ? said : code, args);
}

const char *const *catalogue_law(const struct catalogue *c, const char *code)
{
    static const char *const none[] = {NULL};
    const struct outcome *o = find_outcome(c, code);
    return o ? o->law : none;
}

struct text catalogue_clause(const struct catalogue *c, const char *clause, int64_t day)
{
    const struct clause *found = find_clause(c, clause);
    struct text text = {NULL, NULL};
    for (size_t i = 0; found && i < found->n && found->citation[i].from <= day; i++)
        text = found->citation[i].text;
    return text;
}

const char *const *catalogue_codes(const struct catalogue *c)
{
    return c->codes;
}

const char *const *catalogue_next(const struct catalogue *c, const char *code)
{
    static const char *const none[] = {NULL};
    const struct outcome *o = find_outcome(c, code);
    return o ? o->next : none;
}
