#include "api/request.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/hash.h"
#include "base/jansson.h"

/* Brackets outside strings; jansson's own limit is far above ours. */
static bool too_deep(const char *s, size_t len)
{
    size_t depth = 0;
    bool string = false;
    for (size_t i = 0; i < len; i++) {
        if (string) {
            if (s[i] == '\\')
                i++;
            else if (s[i] == '"')
                string = false;
        } else if (s[i] == '"') {
            string = true;
        } else if (s[i] == '{' || s[i] == '[') {
            if (++depth > BOUND_REQUEST_DEPTH)
                return true;
        } else if (s[i] == '}' || s[i] == ']') {
            depth -= depth > 0;
        }
    }
    return false;
}

/* PINs and passwords pass through jansson, too. */
static void wiping_free(void *p)
{
    if (p)
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

static bool plain_name(const char *s)
{
    for (; *s; s++)
        if (*s < 0x20 || *s > 0x7e)
            return false;
    return true;
}

/* NULL if the value is not of our profile. */
static struct json *convert(struct arena *a, json_t *v, size_t *left)
{
    const char *name;
    json_t *m;
    size_t i;
    struct json *o, *c;
    if ((*left)-- == 0) { /* stays there: nothing more is taken */
        *left = 0;
        return NULL;
    }
    if (json_is_string(v))
        return json_strn(a, json_string_value(v), json_string_length(v));
    if (json_is_integer(v)) {
        json_int_t n = json_integer_value(v);
        return n < -JSON_SAFE_MAX || n > JSON_SAFE_MAX ? NULL : json_int(a, n);
    }
    if (json_is_boolean(v))
        return json_bool(a, json_is_true(v));
    if (json_is_array(v)) {
        o = json_array(a);
        json_array_foreach(v, i, m)
        {
            if (!(c = convert(a, m, left)))
                return NULL;
            json_push(o, c);
        }
        return o;
    }
    if (!json_is_object(v))
        return NULL; /* reals and null have no meaning here */
    o = json_object(a);
    json_object_foreach(v, name, m)
    {
        if (json_is_null(m))
            continue;
        if (!plain_name(name) || !(c = convert(a, m, left)))
            return NULL;
        json_set(a, o, name, c);
    }
    return o;
}

const char *request_read(struct arena *a, const char *body, size_t len, size_t members, struct json **ret)
{
    json_error_t err;
    if (!enc_utf8_ok(body, len))
        return "request.utf8";
    if (too_deep(body, len))
        return "request.depth";
    json_set_alloc_funcs(malloc, wiping_free);
    json_t *v = json_loadb(body, len, JSON_REJECT_DUPLICATES, &err);
    if (!v)
        return "request.json";
    struct json *o = json_is_object(v) ? convert(a, v, &members) : NULL;
    json_decref(v);
    *ret = o;
    return o ? NULL : "request.json";
}

const char *request_fault(const struct json *req, const struct request_member *list)
{
    json_each(v, req) {
        const struct request_member *m = list;
        while (m->name && strcmp(m->name, v->name) != 0)
            m++;
        if (!m->name || m->type != v->type)
            return v->name;
    }
    return NULL;
}

static const char *const secret[] = {"pin", "password", "badge_secret"};
/* The mark of a station's own list is about the request, and not of it. */
#define SPOOL   "spool"
#define SECRETS (sizeof(secret) / sizeof(*secret))

void request_wipe(const struct json *req)
{
    for (size_t i = 0; i < SECRETS; i++) {
        const struct json *v = json_get(req, secret[i]);
        if (v && v->type == JSON_STRING)
            explicit_bzero((char *)v->str, v->len);
    }
}

void request_digest(struct arena *a, const char *path, const struct json *req, uint8_t ret[32])
{
    struct json *o = json_object(a);
    json_each(m, req) {
        bool hide = strcmp(m->name, SPOOL) == 0;
        for (size_t i = 0; i < SECRETS; i++)
            hide |= strcmp(m->name, secret[i]) == 0;
        if (!hide)
            json_set(a, o, m->name, json_copy(a, m));
    }
    struct buf b;
    buf_init(&b);
    buf_printf(&b, "%s\n", path);
    json_write(&b, o);
    hash_sha256(b.data, b.len, ret);
    buf_fini(&b);
}
