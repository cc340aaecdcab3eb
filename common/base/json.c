#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "base/enc.h"

/* ---- building ---- */

static struct json *node(struct arena *a, enum json_type type)
{
    struct json *v = arena_alloc(a, sizeof(*v));
    require(v != NULL); /* builders need an arena whose limit cannot be reached */
    v->type = type;
    return v;
}

static char *copy(struct arena *a, const char *s, size_t len)
{
    char *p = arena_strndup(a, s, len);
    require(p != NULL);
    return p;
}

struct json *json_object(struct arena *a)
{
    return node(a, JSON_OBJECT);
}

struct json *json_array(struct arena *a)
{
    return node(a, JSON_ARRAY);
}

struct json *json_strn(struct arena *a, const char *s, size_t len)
{
    struct json *v = node(a, JSON_STRING);
    v->str = copy(a, s, len);
    v->len = len;
    return v;
}

struct json *json_str(struct arena *a, const char *s)
{
    return s ? json_strn(a, s, strlen(s)) : NULL;
}

struct json *json_strf(struct arena *a, const char *fmt, ...)
{
    char small[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    va_end(ap);
    require(n >= 0);
    if ((size_t)n < sizeof(small))
        return json_strn(a, small, (size_t)n);
    struct json *v = node(a, JSON_STRING);
    char *text = arena_alloc(a, (size_t)n + 1);
    require(text != NULL);
    va_start(ap, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, ap);
    va_end(ap);
    v->str = text;
    v->len = (size_t)n;
    return v;
}

struct json *json_int(struct arena *a, int64_t n)
{
    struct json *v = node(a, JSON_INT);
    v->num = n;
    return v;
}

struct json *json_bool(struct arena *a, bool n)
{
    struct json *v = node(a, JSON_BOOL);
    v->num = n;
    return v;
}

static void append(struct json *parent, struct json *value)
{
    if (parent->last)
        parent->last->next = value;
    else
        parent->child = value;
    parent->last = value;
    parent->len++;
}

struct json *json_copy(struct arena *a, const struct json *v)
{
    if (!v)
        return NULL;
    struct json *c = node(a, v->type);
    c->num = v->num;
    if (v->type == JSON_STRING) {
        c->str = copy(a, v->str, v->len);
        c->len = v->len;
        return c;
    }
    json_each(it, v) {
        struct json *child = json_copy(a, it);
        if (it->name)
            child->name = copy(a, it->name, strlen(it->name));
        append(c, child);
    }
    return c;
}

/* As strcmp; most names differ in their first byte. */
static int name_order(const char *a, const char *b)
{
    int order = (unsigned char)*a - (unsigned char)*b;
    return order ? order : strcmp(a, b);
}

static bool name_ok(const char *name)
{
    for (; *name; name++)
        if (*name < 0x20 || *name > 0x7e)
            return false;
    return true;
}

struct json *json_set(struct arena *a, struct json *obj, const char *name, struct json *value)
{
    require(obj && obj->type == JSON_OBJECT && name && name_ok(name));
    if (!value)
        return obj;
    require(!value->name && !value->next); /* a node has one parent */
    value->name = copy(a, name, strlen(name));
    int order = obj->last ? name_order(obj->last->name, name) : -1;
    if (order < 0) {
        append(obj, value);
        return obj;
    }
    struct json **at = &obj->child;
    while ((order = name_order((*at)->name, name)) < 0)
        at = &(*at)->next;
    require(order != 0); /* the same name twice */
    value->next = *at;
    *at = value;
    obj->len++;
    return obj;
}

struct json *json_set_str(struct arena *a, struct json *obj, const char *name, const char *s)
{
    return json_set(a, obj, name, json_str(a, s));
}

struct json *json_set_int(struct arena *a, struct json *obj, const char *name, int64_t n)
{
    return json_set(a, obj, name, json_int(a, n));
}

struct json *json_push(struct json *arr, struct json *value)
{
    require(arr && arr->type == JSON_ARRAY);
    if (!value)
        return arr;
    require(!value->name && !value->next);
    append(arr, value);
    return arr;
}

int json_check(const struct json *v, unsigned depth)
{
    switch (v->type) {
    case JSON_INT:
        return v->num > JSON_SAFE_MAX || v->num < -JSON_SAFE_MAX ? CPF_E_PROFILE : CPF_OK;
    case JSON_STRING:
        return enc_utf8_ok(v->str, v->len) ? CPF_OK : CPF_E_UTF8;
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    default:
        return CPF_OK;
    }
    if (depth >= BOUND_ENTRY_DEPTH)
        return CPF_E_DEPTH;
    json_each(it, v) {
        int r = json_check(it, depth + 1);
        if (r)
            return r;
    }
    return CPF_OK;
}

/* ---- writing ---- */

/* 0: as it is; 'u': \u00xx; else the letter behind the backslash. */
static char escape(unsigned char c)
{
    static const char control[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";
    if (c < 0x20)
        return control[c];
    return c == '"' || c == '\\' ? (char)c : '\0';
}

/* Has one of the eight bytes an escape? A byte over 0x7f never does. */
static bool escapes(uint64_t x)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t quote = x ^ ('"' * ones), back = x ^ ('\\' * ones);
    return (((x - 0x20 * ones) & ~x) | ((quote - ones) & ~quote) | ((back - ones) & ~back)) & tops;
}

/* Length of the part that is written as it is; it may be found too short, never too long. */
static size_t plain(const char *s, size_t len)
{
    uint64_t x;
    size_t n = 0;
    for (; len - n >= sizeof(x); n += sizeof(x)) {
        memcpy(&x, s + n, sizeof(x));
        if (escapes(x))
            return n;
    }
    while (n < len && !escape((unsigned char)s[n]))
        n++;
    return n;
}

static void write_string(struct buf *b, const char *s, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const char *end = s + len, *run = s;
    size_t n = plain(s, len);
    buf_reserve(b, len + 2);
    char *to = b->data + b->len;
    *to = '"';
    memcpy(to + 1, s, n);
    b->len += n + 1;
    if (n == len) { /* nearly always */
        memcpy(to + 1 + n, "\"", 2);
        b->len++;
        return;
    }
    b->data[b->len] = '\0';
    for (run = s += n; s < end; s++) {
        unsigned char c = (unsigned char)*s;
        char e = escape(c);
        if (!e)
            continue;
        buf_add(b, run, (size_t)(s - run));
        run = s + 1;
        if (e == 'u')
            buf_add(b, (char[6]){'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, 6);
        else
            buf_add(b, (char[2]){'\\', e}, 2);
    }
    buf_add(b, run, (size_t)(s - run));
    buf_addc(b, '"');
}

static void write_int(struct buf *b, int64_t n)
{
    char text[24], *p = text + sizeof(text);
    uint64_t u = n < 0 ? -(uint64_t)n : (uint64_t)n;
    do {
        *--p = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (n < 0)
        *--p = '-';
    buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

static void write_children(struct buf *b, const struct json *v)
{
    json_each(it, v) {
        if (it != v->child)
            buf_addc(b, ',');
        if (v->type == JSON_OBJECT) {
            write_string(b, it->name, strlen(it->name));
            buf_addc(b, ':');
        }
        json_write(b, it);
    }
}

void json_write(struct buf *b, const struct json *v)
{
    switch (v->type) {
    case JSON_NULL:
        buf_add(b, "null", 4);
        break;
    case JSON_BOOL:
        buf_puts(b, v->num ? "true" : "false");
        break;
    case JSON_INT:
        write_int(b, v->num);
        break;
    case JSON_STRING:
        write_string(b, v->str, v->len);
        break;
    case JSON_ARRAY:
        buf_addc(b, '[');
        write_children(b, v);
        buf_addc(b, ']');
        break;
    case JSON_OBJECT:
        buf_addc(b, '{');
        write_children(b, v);
        buf_addc(b, '}');
        break;
    }
}

/* ---- reading ---- */

const struct json *json_get(const struct json *obj, const char *name)
{
    if (!obj || obj->type != JSON_OBJECT)
        return NULL;
    json_each(it, obj) {
        int order = name_order(it->name, name);
        if (order == 0)
            return it;
        if (order > 0)
            break;
    }
    return NULL;
}

const char *json_get_str(const struct json *obj, const char *name)
{
    const struct json *v = json_get(obj, name);
    return v && v->type == JSON_STRING ? v->str : NULL;
}

int64_t json_get_int(const struct json *obj, const char *name, int64_t dflt)
{
    const struct json *v = json_get(obj, name);
    return v && v->type == JSON_INT ? v->num : dflt;
}

bool json_get_bool(const struct json *obj, const char *name)
{
    const struct json *v = json_get(obj, name);
    return v && v->type == JSON_BOOL && v->num;
}
