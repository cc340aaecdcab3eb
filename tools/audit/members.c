/*
 * The bytes of an entry are canonical JSON (base/json.h), so a walk that counts quotes and brackets is enough
 * to find its top-level members. --strict parses everything besides.
 */
#include <endian.h>
#include <string.h>
#include "audit/int.h"

/* The next quote; NULL if there is none. Most strings are short: eight bytes at a time beat a call. */
static const char *quote(const char *p, const char *end)
{
    static const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    for (; end - p >= 8; p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        word = le64toh(word) ^ ones * '"';
        uint64_t zero =
            (word - ones) & ~word & high; /* its lowest bit marks the first byte that was a quote */
        if (zero)
            return p + (__builtin_ctzll(zero) >> 3);
    }
    for (; p < end; p++)
        if (*p == '"')
            return p;
    return NULL;
}

/* The quote that ends the string that begins (after its quote) at p; NULL if it has no end. */
static const char *string_end(const char *p, const char *end)
{
    while ((p = quote(p, end))) {
        size_t slashes = 0;
        while (p[-1 - (ptrdiff_t)slashes] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return p;
        p++;
    }
    return NULL;
}

/* Behind the object or array that begins at p. */
static const char *nested_end(const char *p, const char *end)
{
    /* most characters stand in strings, which memchr skips; the others are looked up */
    static const int8_t turn[256] = {['"'] = 2, ['{'] = 1, ['['] = 1, ['}'] = -1, [']'] = -1};
    int depth = 0;
    for (; p < end; p++) {
        int t = turn[(uint8_t)*p];
        if (t == 0)
            continue;
        if (t == 2) {
            p = string_end(p + 1, end);
            if (!p)
                return NULL;
        } else if ((depth += t) == 0) {
            return p + 1;
        }
    }
    return NULL;
}

/* The value at p: *ret (a string without quotes), and behind it. */
static const char *value_end(const char *p, const char *end, struct text_member *ret)
{
    const char *q;
    if (p >= end)
        return NULL;
    if (*p == '"') {
        q = string_end(p + 1, end);
        if (!q)
            return NULL;
        *ret = (struct text_member){p + 1, (size_t)(q - p - 1)};
        return q + 1;
    }
    if (*p == '{' || *p == '[')
        q = nested_end(p, end);
    else
        for (q = p; q < end && *q != ',' && *q != '}';)
            q++;
    if (q)
        *ret = (struct text_member){p, (size_t)(q - p)};
    return q;
}

static bool is(struct text_member name, const char *s)
{
    return memcmp(name.s, s, name.len) == 0;
}

static void keep(struct members *m, struct text_member name, struct text_member value)
{
    if (name.len == 2 && is(name, "at"))
        m->at = value;
    else if (name.len == 2 && is(name, "id"))
        m->id = value;
    else if (name.len == 2 && is(name, "pd"))
        m->has_pd = true;
    else if (name.len == 4 && is(name, "kind"))
        m->kind = value;
    else if (name.len == 4 && is(name, "prev"))
        m->prev = value;
    else if (name.len == 4 && is(name, "sseq"))
        m->sseq = value;
    else if (name.len == 6 && is(name, "stream"))
        m->stream = value;
}

bool members_find(const char *text, size_t len, struct members *ret)
{
    const char *p = text, *end = text + len;
    *ret = (struct members){0};
    if (len < 2 || *p != '{')
        return false;
    do {
        struct text_member name, value;
        if (++p >= end || *p != '"')
            return false;
        p = value_end(p, end, &name);
        if (!p || p >= end || *p != ':')
            return false;
        p = value_end(p + 1, end, &value);
        if (!p || p >= end)
            return false;
        keep(ret, name, value);
    } while (*p == ',');
    return *p == '}' && p + 1 == end;
}
