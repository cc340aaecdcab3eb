#include "yaml_json.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/bounds.h"
#include "base/mem.h"

struct reader {
    yaml_parser_t yaml;
    const char *path;
    char *error;
    size_t nodes;
};

static json_t *read_node(struct reader *r, const yaml_event_t *ev, int depth);

__attribute__((format(printf, 3, 4))) static json_t *fail(struct reader *r, const yaml_mark_t *m,
                                                          const char *fmt, ...)
{
    char text[200];
    va_list ap;
    if (r->error)
        return NULL;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (asprintf(&r->error, "%s:%zu:%zu: %s", r->path, m->line + 1, m->column + 1, text) < 0)
        r->error = NULL;
    return NULL;
}

static bool next(struct reader *r, yaml_event_t *ev)
{
    if (yaml_parser_parse(&r->yaml, ev))
        return true;
    fail(r, &r->yaml.problem_mark, "%s", r->yaml.problem ? r->yaml.problem : "not YAML");
    memset(ev, 0, sizeof(*ev));
    return false;
}

static json_t *read_scalar(struct reader *r, const yaml_event_t *ev)
{
    const char *s = (const char *)ev->data.scalar.value;
    json_t *v;
    if (ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        if (strcmp(s, "true") == 0 || strcmp(s, "false") == 0)
            return json_boolean(*s == 't');
        if (!*s || strcmp(s, "~") == 0 || strcmp(s, "null") == 0)
            return json_null();
    }
    v = json_stringn(s, ev->data.scalar.length);
    return v ? v : fail(r, &ev->start_mark, "not well-formed UTF-8");
}

static json_t *read_list(struct reader *r, int depth)
{
    json_t *list = jansson_array(), *v;
    yaml_event_t ev;
    while (next(r, &ev)) {
        if (ev.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&ev);
            return list;
        }
        v = read_node(r, &ev, depth);
        yaml_event_delete(&ev);
        if (!v)
            break;
        json_array_append_new(list, v);
    }
    json_decref(list);
    return NULL;
}

static json_t *read_value(struct reader *r, int depth)
{
    yaml_event_t ev;
    json_t *v = NULL;
    if (next(r, &ev)) {
        v = read_node(r, &ev, depth);
        yaml_event_delete(&ev);
    }
    return v;
}

static json_t *read_map(struct reader *r, int depth)
{
    json_t *map = jansson_object();
    yaml_event_t ev;
    while (next(r, &ev)) {
        const char *name = (const char *)ev.data.scalar.value;
        bool end = ev.type == YAML_MAPPING_END_EVENT, ok = false;
        if (end)
            ok = true;
        else if (ev.type != YAML_SCALAR_EVENT)
            fail(r, &ev.start_mark, "a key must be a word");
        else if (json_object_get(map, name))
            fail(r, &ev.start_mark, "the key %.60s stands twice", name);
        else
            ok = !json_object_set_new(map, name, read_value(r, depth));
        yaml_event_delete(&ev);
        if (end)
            return map;
        if (!ok)
            break;
    }
    json_decref(map);
    return NULL;
}

static json_t *read_node(struct reader *r, const yaml_event_t *ev, int depth)
{
    if (++r->nodes > BOUND_PROTOCOL_NODES || depth > BOUND_PROTOCOL_DEPTH)
        return fail(r, &ev->start_mark, "too large or nested too deep");
    switch (ev->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(r, ev);
    case YAML_SEQUENCE_START_EVENT:
        return read_list(r, depth + 1);
    case YAML_MAPPING_START_EVENT:
        return read_map(r, depth + 1);
    case YAML_ALIAS_EVENT:
        return fail(r, &ev->start_mark, "aliases are not used here; write the value out");
    default:
        return fail(r, &ev->start_mark, "a value is missing");
    }
}

/* Stream start, document start, root, document end: exactly one document. */
static json_t *read_document(struct reader *r)
{
    yaml_event_t ev;
    json_t *root = NULL;
    while (next(r, &ev)) {
        yaml_event_type_t type = ev.type;
        if (type == YAML_STREAM_END_EVENT) {
            if (!root)
                fail(r, &ev.start_mark, "the file is empty");
            yaml_event_delete(&ev);
            return root;
        }
        if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT &&
            type != YAML_DOCUMENT_END_EVENT) {
            json_t *v = root ? fail(r, &ev.start_mark, "a second document") : read_node(r, &ev, 0);

            if (!v) {
                yaml_event_delete(&ev);
                break;
            }
            root = v;
        }
        yaml_event_delete(&ev);
    }
    json_decref(root);
    return NULL;
}

int yaml_json_load(const char *path, json_t **ret, char **ret_error)
{
    struct reader r = {.path = path};
    FILE *f = fopen(path, "re");
    int err = CPF_OK;
    if (!f) {
        if (asprintf(ret_error, "%s: %s", path, strerror(errno)) < 0)
            *ret_error = NULL;
        return CPF_E_IO;
    }
    require(yaml_parser_initialize(&r.yaml));
    yaml_parser_set_input_file(&r.yaml, f);
    json_t *root = read_document(&r);
    if (root) {
        *ret = root;
    } else {
        *ret_error = r.error ? r.error : xstrdup("not readable");
        err = CPF_E_SYNTAX;
    }
    yaml_parser_delete(&r.yaml);
    fclose(f);
    return err;
}
