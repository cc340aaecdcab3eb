#include "core/protocol/ytree.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/bounds.h"
#include "base/enc.h"

#define ANCHORS_MAX 256

struct anchor {
    char *name;
    struct ynode *node;
    bool done;
};

struct reader {
    yaml_parser_t parser;
    struct arena *nodes, *strings;
    struct diag *d;
    struct anchor anchor[ANCHORS_MAX];
    size_t nanchors;
};

const char *ynode_kind_name(const struct ynode *n)
{
    static const char *const names[] = {"a text", "a list", "a mapping"};
    return names[n->kind];
}

const struct ynode *ynode_get(const struct ynode *map, const char *key)
{
    if (!map || map->kind != YNODE_MAP)
        return NULL;
    ynode_each(it, map)
        if (strcmp(it->key->str, key) == 0)
            return it->value;
    return NULL;
}

bool ynode_push(struct arena *nodes, struct ynode *parent, const struct ynode *key, const struct ynode *value)
{
    size_t weight = parent->weight + (key ? key->weight : 0) + value->weight;
    if (weight > BOUND_PROTOCOL_NODES)
        return false;
    struct ypair *pair = arena_alloc(nodes, sizeof(*pair));
    pair->key = key;
    pair->value = value;
    if (parent->last)
        parent->last->next = pair;
    else
        parent->first = pair;
    parent->last = pair;
    parent->len++;
    parent->weight = weight;
    if (value->height >= parent->height)
        parent->height = value->height + 1;
    return true;
}

#define AT(mark) (int)(mark).line + 1, (int)(mark).column + 1

static bool next_event(struct reader *r, yaml_event_t *e)
{
    if (yaml_parser_parse(&r->parser, e))
        return true;
    const char *problem = r->parser.problem ? r->parser.problem : "not YAML";
    diag_put(r->d, AT(r->parser.problem_mark), "check indentation, quotes and brackets", "YAML: %s%s%s",
             problem, r->parser.context ? " " : "", r->parser.context ? r->parser.context : "");
    return false;
}

static bool anchor_add(struct reader *r, const yaml_event_t *e, const yaml_char_t *name, struct ynode *n)
{
    if (!name)
        return true;
    if (r->nanchors == ANCHORS_MAX) {
        diag_limit(r->d, AT(e->start_mark), "use templates", "more than %d anchors", ANCHORS_MAX);
        return false;
    }
    r->anchor[r->nanchors++] = (struct anchor){arena_strdup(r->nodes, (const char *)name), n, false};
    return true;
}

static void anchor_done(struct reader *r, const struct ynode *n)
{
    for (size_t i = 0; i < r->nanchors; i++)
        if (r->anchor[i].node == n)
            r->anchor[i].done = true;
}

static struct ynode *read_alias(struct reader *r, const yaml_event_t *e, int depth)
{
    const char *name = (const char *)e->data.alias.anchor;
    size_t i = r->nanchors;
    while (i > 0 && strcmp(r->anchor[i - 1].name, name) != 0)
        i--;
    if (i == 0) {
        diag_put(r->d, AT(e->start_mark), "define it before with &", "unknown anchor `%.60s`", name);
        return NULL;
    }
    struct anchor *a = &r->anchor[i - 1];
    if (!a->done) {
        diag_limit(r->d, AT(e->start_mark), "remove the alias", "`*%.60s` stands inside what it repeats",
                   name);
        return NULL;
    }
    if (depth + a->node->height > BOUND_PROTOCOL_DEPTH) {
        diag_limit(r->d, AT(e->start_mark), "flatten it", "nested deeper than %d levels",
                   BOUND_PROTOCOL_DEPTH);
        return NULL;
    }
    return a->node;
}

static bool control_free(const struct ynode *n)
{
    for (size_t i = 0; i < n->len; i++)
        if (((unsigned char)n->str[i] < 0x20 && n->str[i] != '\n' && n->str[i] != '\t') || n->str[i] == 0x7f)
            return false;
    return true;
}

static struct ynode *node_new(struct reader *r, const yaml_event_t *e, enum ynode_kind kind,
                              const yaml_char_t *tag)
{
    struct ynode *n = arena_alloc(r->nodes, sizeof(*n));
    n->kind = kind;
    n->weight = 1;
    n->line = (int)e->start_mark.line + 1;
    n->column = (int)e->start_mark.column + 1;
    if (tag)
        diag_put(r->d, n->line, n->column, "remove the tag", "tag `%.60s`: tags are not used here",
                 (const char *)tag);
    return n;
}

static struct ynode *read_scalar(struct reader *r, const yaml_event_t *e)
{
    struct ynode *n = node_new(r, e, YNODE_SCALAR, e->data.scalar.tag);
    n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    n->len = e->data.scalar.length;
    n->str = arena_strndup(r->strings, (const char *)e->data.scalar.value, n->len);
    if (!control_free(n)) {
        diag_put(r->d, n->line, n->column, "remove it", "a control character in a text");
        n->str = "?";
        n->len = 1;
    }
    if (!anchor_add(r, e, e->data.scalar.anchor, n))
        return NULL;
    anchor_done(r, n);
    return n;
}

static struct ynode *read_node(struct reader *r, yaml_event_t *e, int depth);

static int by_key(const void *a, const void *b)
{
    const struct ynode *x = *(const struct ynode *const *)a, *y = *(const struct ynode *const *)b;
    int c = strcmp(x->str, y->str);
    if (c)
        return c;
    return x->line != y->line ? x->line - y->line : x->column - y->column;
}

static void check_duplicates(struct reader *r, const struct ynode *map)
{
    if (map->len < 2)
        return;
    const struct ynode **keys = xcalloc(map->len, sizeof(*keys));
    size_t n = 0;
    ynode_each(it, map)
        keys[n++] = it->key;
    qsort(keys, n, sizeof(*keys), by_key);
    for (size_t i = 1; i < n; i++)
        if (strcmp(keys[i - 1]->str, keys[i]->str) == 0)
            diag_put(r->d, keys[i]->line, keys[i]->column, "keep one of the two",
                     "key `%.60s` twice in one mapping (first at line %d)", keys[i]->str, keys[i - 1]->line);
    free(keys);
}

/* Children up to the end event. A key that is no scalar is refused, since nothing can be looked up by it. */
static bool read_children(struct reader *r, struct ynode *n, yaml_event_type_t end, int depth)
{
    for (;;) {
        yaml_event_t e;
        const struct ynode *key = NULL;
        if (!next_event(r, &e))
            return false;
        if (e.type == end) {
            yaml_event_delete(&e);
            return true;
        }
        if (n->kind == YNODE_MAP) {
            key = read_node(r, &e, depth + 1);
            if (key && key->kind != YNODE_SCALAR) {
                diag_put(r->d, key->line, key->column, "write a plain word",
                         "a mapping's key must be a text");
                return false;
            }
            if (!key || !next_event(r, &e))
                return false;
        }
        const yaml_mark_t place = e.start_mark;
        const struct ynode *value = read_node(r, &e, depth + 1);
        if (!value)
            return false;
        if (!ynode_push(r->nodes, n, key, value)) {
            diag_limit(r->d, AT(place), "write out less by aliases", "more than %d nodes, aliases counted",
                       BOUND_PROTOCOL_NODES);
            return false;
        }
    }
}

static struct ynode *read_container(struct reader *r, const yaml_event_t *e, int depth)
{
    bool map = e->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *tag = map ? e->data.mapping_start.tag : e->data.sequence_start.tag;
    struct ynode *n = node_new(r, e, map ? YNODE_MAP : YNODE_LIST, tag);
    if (depth >= BOUND_PROTOCOL_DEPTH) {
        diag_limit(r->d, n->line, n->column, "flatten it", "nested deeper than %d levels",
                   BOUND_PROTOCOL_DEPTH);
        return NULL;
    }
    if (!anchor_add(r, e, map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor, n))
        return NULL;
    if (!read_children(r, n, map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, depth))
        return NULL;
    if (map)
        check_duplicates(r, n);
    anchor_done(r, n);
    return n;
}

/* Takes over the event. Recursion ends at BOUND_PROTOCOL_DEPTH. */
static struct ynode *read_node(struct reader *r, yaml_event_t *e, int depth)
{
    struct ynode *n = NULL;
    switch (e->type) {
    case YAML_ALIAS_EVENT:
        n = read_alias(r, e, depth);
        break;
    case YAML_SCALAR_EVENT:
        n = read_scalar(r, e);
        break;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        n = read_container(r, e, depth);
        break;
    default:
        diag_put(r->d, AT(e->start_mark), NULL, "a value is missing here");
    }
    yaml_event_delete(e);
    return n;
}

/* Next event, which must be of that type. */
static bool expect(struct reader *r, yaml_event_t *e, yaml_event_type_t type, const char *text,
                   const char *hint)
{
    if (!next_event(r, e))
        return false;
    if (e->type == type)
        return true;
    diag_put(r->d, AT(e->start_mark), hint, "%s", text);
    yaml_event_delete(e);
    return false;
}

static const struct ynode *read_stream(struct reader *r)
{
    yaml_event_t e;
    if (!expect(r, &e, YAML_STREAM_START_EVENT, "not a YAML stream", NULL))
        return NULL;
    yaml_event_delete(&e);
    if (!expect(r, &e, YAML_DOCUMENT_START_EVENT, "the file is empty", "write one document"))
        return NULL;
    if (e.data.document_start.tag_directives.start != e.data.document_start.tag_directives.end)
        diag_put(r->d, AT(e.start_mark), "remove %TAG", "tag directives are not used here");
    yaml_event_delete(&e);
    if (!next_event(r, &e))
        return NULL;
    const struct ynode *root = read_node(r, &e, 0);
    if (!root || !expect(r, &e, YAML_DOCUMENT_END_EVENT, "text behind the document", NULL))
        return NULL;
    yaml_event_delete(&e);
    if (expect(r, &e, YAML_STREAM_END_EVENT, "a second document in one file", "one file holds one document"))
        yaml_event_delete(&e);
    return root;
}

/* libyaml gives no place for a bad byte. */
static bool check_utf8(const char *text, size_t len, struct diag *d)
{
    if (enc_utf8_ok(text, len))
        return true;
    int line = 1;
    for (const char *p = text, *end = text + len; p < end; line++) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t n = nl ? (size_t)(nl - p) : (size_t)(end - p), ok = 0;
        if (!enc_utf8_ok(p, n)) {
            int column = 1;
            for (size_t i = 1; i <= n && i < ok + 5; i++)
                if (enc_utf8_ok(p + ok, i - ok)) {
                    ok = i;
                    column++;
                }
            diag_put(d, line, column, "save the file as UTF-8", "not well-formed UTF-8, or a NUL byte");
            return false;
        }
        p += n + 1;
    }
    return false;
}

const struct ynode *ytree_parse(struct arena *nodes, struct arena *strings, const char *text, size_t len,
                                struct diag *d)
{
    if (len > BOUND_PROTOCOL_BYTES) {
        diag_limit(d, 0, 0, "split it, or use templates", "the file is larger than %d bytes",
                   BOUND_PROTOCOL_BYTES);
        return NULL;
    }
    if (!check_utf8(text, len, d))
        return NULL;
    struct reader *r = xcalloc(1, sizeof(*r));
    r->nodes = nodes;
    r->strings = strings;
    r->d = d;
    const struct ynode *root = NULL;
    if (yaml_parser_initialize(&r->parser)) {
        yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&r->parser, (const unsigned char *)text, len);
        root = read_stream(r);
        yaml_parser_delete(&r->parser);
    }
    free(r);
    return root;
}
