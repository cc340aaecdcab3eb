/* The strict reader: everything json_write cannot have written is refused. */
#include <string.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/json.h"

struct parser {
    struct arena *arena;
    const char *begin, *p, *end; /* p stands where an error is reported */
};

static int parse_value(struct parser *ps, unsigned depth, struct json *v);

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What is wrong with the character at p: white space is JSON, though not ours. */
static int unexpected(const struct parser *ps)
{
    return ps->p < ps->end && is_space(*ps->p) ? CPF_E_PROFILE : CPF_E_SYNTAX;
}

static bool at(const struct parser *ps, char c)
{
    return ps->p < ps->end && *ps->p == c;
}

static int literal(struct parser *ps, const char *word, size_t len)
{
    if ((size_t)(ps->end - ps->p) < len || memcmp(ps->p, word, len) != 0)
        return CPF_E_SYNTAX;
    ps->p += len;
    return CPF_OK;
}

/* ---- numbers ---- */

static size_t digits(struct parser *ps)
{
    const char *s = ps->p;
    while (ps->p < ps->end && is_digit(*ps->p))
        ps->p++;
    return (size_t)(ps->p - s);
}

/* A fraction or an exponent: never ours, but tell JSON from garbage. */
static int parse_float_rest(struct parser *ps)
{
    if (at(ps, '.')) {
        ps->p++;
        if (digits(ps) == 0)
            return CPF_E_SYNTAX;
    }
    if (at(ps, 'e') || at(ps, 'E')) {
        ps->p++;
        if (at(ps, '+') || at(ps, '-'))
            ps->p++;
        if (digits(ps) == 0)
            return CPF_E_SYNTAX;
    }
    return CPF_E_PROFILE;
}

static int parse_number(struct parser *ps, struct json *v)
{
    bool minus = at(ps, '-');
    if (minus)
        ps->p++;
    const char *s = ps->p;
    size_t n = digits(ps);
    if (n == 0 || (n > 1 && *s == '0'))
        return CPF_E_SYNTAX;
    if (at(ps, '.') || at(ps, 'e') || at(ps, 'E'))
        return parse_float_rest(ps);
    if (n > 16)
        return CPF_E_PROFILE;
    int64_t num = 0;
    for (; s < ps->p; s++)
        num = num * 10 + (*s - '0');
    if (num > JSON_SAFE_MAX || (minus && num == 0))
        return CPF_E_PROFILE;
    v->type = JSON_INT;
    v->num = minus ? -num : num;
    return CPF_OK;
}

/* ---- strings ---- */

static int hex4(const char *s, const char *end, unsigned *ret)
{
    uint8_t b[2];
    if (end - s < 4 || enc_unhex(s, 4, b, 2) != CPF_OK)
        return CPF_E_SYNTAX;
    *ret = (unsigned)b[0] << 8 | b[1];
    return CPF_OK;
}

/* p stands behind "\u". Only control characters without a short form are written so. */
static int parse_unicode_escape(struct parser *ps, char *ret)
{
    unsigned u, low;
    if (hex4(ps->p, ps->end, &u) != CPF_OK)
        return CPF_E_SYNTAX;
    if (u == 0)
        return CPF_E_UTF8;
    if (u >= 0xdc00 && u <= 0xdfff)
        return CPF_E_UTF8;
    if (u >= 0xd800 && u <= 0xdbff) {
        const char *next = ps->p + 4;
        if (ps->end - next < 6 || next[0] != '\\' || next[1] != 'u' ||
            hex4(next + 2, ps->end, &low) != CPF_OK || low < 0xdc00 || low > 0xdfff)
            return CPF_E_UTF8;
        return CPF_E_PROFILE;
    }
    if (u >= 0x20 || strchr("\b\t\n\f\r", (int)u) || (ps->p[3] >= 'A' && ps->p[3] <= 'F'))
        return CPF_E_PROFILE;
    ps->p += 4;
    *ret = (char)u;
    return CPF_OK;
}

/* p stands behind the backslash. */
static int parse_escape(struct parser *ps, char *ret)
{
    if (ps->p >= ps->end)
        return CPF_E_SYNTAX;
    switch (*ps->p++) {
    case '"':
        *ret = '"';
        return CPF_OK;
    case '\\':
        *ret = '\\';
        return CPF_OK;
    case 'b':
        *ret = '\b';
        return CPF_OK;
    case 'f':
        *ret = '\f';
        return CPF_OK;
    case 'n':
        *ret = '\n';
        return CPF_OK;
    case 'r':
        *ret = '\r';
        return CPF_OK;
    case 't':
        *ret = '\t';
        return CPF_OK;
    case '/':
        return CPF_E_PROFILE;
    case 'u':
        return parse_unicode_escape(ps, ret);
    default:
        ps->p--;
        return CPF_E_SYNTAX;
    }
}

/* Length of the raw string up to the closing quote, or an error; tells what is in it. */
static int scan_string(struct parser *ps, size_t *ret_len, bool *ret_escapes, bool *ret_wide)
{
    bool escapes = false, wide = false;
    const char *s = ps->p;
    for (; s < ps->end && *s != '"'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c >= 0x80) {
            wide = true;
        } else if (c < 0x20) {
            ps->p = s;
            return c == 0 ? CPF_E_UTF8 : CPF_E_SYNTAX;
        } else if (c == '\\') {
            escapes = true;
            s++;
            if (s < ps->end && (unsigned char)*s < 0x20) {
                ps->p = s;
                return CPF_E_SYNTAX;
            }
        }
    }
    if (s >= ps->end) {
        ps->p = ps->end;
        return CPF_E_SYNTAX;
    }
    *ret_len = (size_t)(s - ps->p);
    *ret_escapes = escapes;
    *ret_wide = wide;
    return CPF_OK;
}

static int unescape(struct parser *ps, const char *stop, char *text, size_t *ret_len)
{
    char *o = text;
    while (ps->p < stop) {
        if (*ps->p != '\\') {
            *o++ = *ps->p++;
            continue;
        }
        ps->p++;
        int r = parse_escape(ps, o++);
        if (r)
            return r;
    }
    *o = '\0';
    *ret_len = (size_t)(o - text);
    return CPF_OK;
}

/* p stands on the opening quote. */
static int parse_string(struct parser *ps, const char **ret, size_t *ret_len)
{
    size_t raw = 0;
    bool escapes = false, wide = false;
    ps->p++;
    int r = scan_string(ps, &raw, &escapes, &wide);
    if (r)
        return r;
    if (wide && !enc_utf8_ok(ps->p, raw))
        return CPF_E_UTF8;
    char *text = arena_strndup(ps->arena, ps->p, raw);
    if (!text)
        return CPF_E_LIMIT;
    if (escapes) {
        r = unescape(ps, ps->p + raw, text, ret_len);
        if (r)
            return r;
    } else {
        ps->p += raw;
        *ret_len = raw;
    }
    ps->p++;
    *ret = text;
    return CPF_OK;
}

/* ---- containers ---- */

static struct json *add_child(struct parser *ps, struct json *parent)
{
    struct json *c = arena_alloc(ps->arena, sizeof(*c));
    if (!c)
        return NULL;
    if (parent->last)
        parent->last->next = c;
    else
        parent->child = c;
    parent->last = c;
    parent->len++;
    return c;
}

static int parse_name(struct parser *ps, const char *before, struct json *child)
{
    const char *start = ps->p;
    size_t len = 0;
    if (!at(ps, '"'))
        return unexpected(ps);
    int r = parse_string(ps, &child->name, &len);
    if (r)
        return r;
    for (size_t i = 0; i < len; i++)
        if (child->name[i] < 0x20 || child->name[i] > 0x7e) {
            ps->p = start;
            return CPF_E_PROFILE;
        }
    int order = before ? strcmp(before, child->name) : -1;
    if (order >= 0) {
        ps->p = start;
        return order == 0 ? CPF_E_DUPLICATE : CPF_E_PROFILE;
    }
    if (!at(ps, ':'))
        return unexpected(ps);
    ps->p++;
    return CPF_OK;
}

/* p stands behind the opening bracket. */
static int parse_container(struct parser *ps, unsigned depth, struct json *v, char close)
{
    if (depth >= BOUND_ENTRY_DEPTH)
        return CPF_E_DEPTH;
    if (at(ps, close)) {
        ps->p++;
        return CPF_OK;
    }
    for (;;) {
        const char *before = v->last ? v->last->name : NULL;
        struct json *child = add_child(ps, v);
        if (!child)
            return CPF_E_LIMIT;
        int r = v->type == JSON_OBJECT ? parse_name(ps, before, child) : CPF_OK;
        if (!r)
            r = parse_value(ps, depth + 1, child);
        if (r)
            return r;
        if (at(ps, close)) {
            ps->p++;
            return CPF_OK;
        }
        if (!at(ps, ','))
            return unexpected(ps);
        ps->p++;
    }
}

static int parse_value(struct parser *ps, unsigned depth, struct json *v)
{
    if (ps->p >= ps->end)
        return CPF_E_SYNTAX;
    switch (*ps->p) {
    case '{':
        v->type = JSON_OBJECT;
        ps->p++;
        return parse_container(ps, depth, v, '}');
    case '[':
        v->type = JSON_ARRAY;
        ps->p++;
        return parse_container(ps, depth, v, ']');
    case '"':
        v->type = JSON_STRING;
        return parse_string(ps, &v->str, &v->len);
    case 't':
    case 'f':
        v->type = JSON_BOOL;
        v->num = *ps->p == 't';
        return v->num ? literal(ps, "true", 4) : literal(ps, "false", 5);
    case 'n':
        v->type = JSON_NULL;
        return literal(ps, "null", 4);
    default:
        if (*ps->p == '-' || is_digit(*ps->p))
            return parse_number(ps, v);
        return unexpected(ps);
    }
}

int json_parse(struct arena *a, const char *text, size_t len, const struct json **ret, size_t *ret_offset)
{
    return json_parse_within(a, text, len, BOUND_ENTRY_BYTES, ret, ret_offset);
}

int json_parse_within(struct arena *a, const char *text, size_t len, size_t most, const struct json **ret,
                      size_t *ret_offset)
{
    struct parser ps = {.arena = a, .begin = text, .p = text, .end = text + len};
    int r = CPF_E_LIMIT;
    if (len > most)
        goto out;
    struct json *root = arena_alloc(a, sizeof(*root));
    if (!root)
        goto out;
    r = parse_value(&ps, 0, root);
    if (!r && ps.p != ps.end)
        r = unexpected(&ps);
    if (!r)
        *ret = root;
out:
    if (r && ret_offset)
        *ret_offset = (size_t)(ps.p - ps.begin);
    return r;
}
