#include "base/shape.h"

#include <string.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/hash.h"
#include "base/key.h"
#include "base/p256.h"

struct any_list {
    size_t n;
    const void *item;
};

static const void *at(const void *value, const struct member *m)
{
    return (const char *)value + m->at;
}

static void *to(void *value, const struct member *m)
{
    return (char *)value + m->at;
}

/* ---- struct -> object ---- */

static struct json *build_texts(const struct texts *t, struct arena *a)
{
    struct json *list = json_array(a);
    for (size_t i = 0; i < t->n; i++)
        json_push(list, json_str(a, t->item[i]));
    return list;
}

static struct json *build_list(const struct shape *of, const struct any_list *l, struct arena *a)
{
    struct json *list = json_array(a);
    for (size_t i = 0; i < l->n; i++) {
        struct json *o = json_object(a);
        shape_build(of, (const char *)l->item + i * of->size, a, o);
        json_push(list, o);
    }
    return list;
}

static struct json *build_day(int64_t day, struct arena *a)
{
    char text[11];
    if (!day)
        return NULL;
    clock_day_format(day, text);
    return json_str(a, text);
}

/* NULL: nothing to say. */
static struct json *build_member(const struct member *m, const void *p, struct arena *a)
{
    bool needed = m->flags & NEEDED;
    switch (m->form) {
    case MEMBER_TEXT:
    case MEMBER_ID:
    case MEMBER_GS1:
    case MEMBER_DECIMAL:
    case MEMBER_DIGEST:
    case MEMBER_KEY:
    case MEMBER_POINT:
        return json_str(a, *(const char *const *)p);
    case MEMBER_DAY:
        return build_day(*(const int64_t *)p, a);
    case MEMBER_INT:
        return *(const int64_t *)p || needed ? json_int(a, *(const int64_t *)p) : NULL;
    case MEMBER_BOOL:
        return *(const bool *)p || needed ? json_bool(a, *(const bool *)p) : NULL;
    case MEMBER_YESNO:
        return *(const enum yesno *)p ? json_bool(a, *(const enum yesno *)p == YES) : NULL;
    case MEMBER_WORD:
        return json_str(a, word_name(m->words, *(const int *)p));
    case MEMBER_TEXTS:
        return ((const struct texts *)p)->item || needed ? build_texts(p, a) : NULL;
    case MEMBER_LIST:
        return ((const struct any_list *)p)->item || needed ? build_list(m->of, p, a) : NULL;
    case MEMBER_OBJECT: {
        const void *o = *(const void *const *)p;
        struct json *obj = o ? json_object(a) : NULL;
        if (o)
            shape_build(m->of, o, a, obj);
        return obj;
    }
    case MEMBER_JSON: {
        const struct json *v = *(const struct json *const *)p;
        return v ? json_copy(a, v) : NULL;
    }
    case MEMBER_PERSONAL:
    case MEMBER_SECRETS:
        break;
    }
    return NULL;
}

void shape_build(const struct shape *s, const void *value, struct arena *a, struct json *obj)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct member *m = &s->member[i];
        if (m->flags & ASKED || m->form == MEMBER_PERSONAL || m->form == MEMBER_SECRETS)
            continue;
        struct json *v = build_member(m, at(value, m), a);
        require(v || !(m->flags & NEEDED));
        json_set(a, obj, m->name, v);
    }
}

size_t shape_secrets(const struct shape *s, const void *value, struct secret *list, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct member *m = &s->member[i];
        if (m->form == MEMBER_PERSONAL && ((const struct personal *)at(value, m))->value) {
            require(n < max);
            list[n++] = (struct secret){m->name, ((const struct personal *)at(value, m))->value};
        }
        const struct secrets *many = m->form == MEMBER_SECRETS ? at(value, m) : NULL;
        for (size_t k = 0; many && k < many->n; k++) {
            require(n < max);
            list[n++] = many->item[k];
        }
    }
    return n;
}

/* ---- forms ---- */

bool shape_is_id(const char *s)
{
    size_t n = s ? strspn(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.@-") : 0;
    return n > 0 && !s[n] && n <= BOUND_CODE_ID;
}

static bool is_gs1(const char *s)
{
    size_t n =
        strspn(s, "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");
    return n > 0 && !s[n] && n <= 20;
}

static bool is_digest(const char *s)
{
    uint8_t raw[HASH_LEN];
    return enc_unb64url_fixed(s, strlen(s), raw, sizeof(raw)) == CPF_OK;
}

static bool is_decimal(const char *s)
{
    struct dec d;
    return dec_parse(s, strlen(s), &d) == 0;
}

static bool is_key(const char *s)
{
    uint8_t key[KEY_PUB];
    return key_read_public(s, key) == 0;
}

static bool is_point(const char *s)
{
    uint8_t key[P256_PUB];
    return p256_read_public(s, key) == 0;
}

static bool good_text(const struct member *m, const struct json *v)
{
    if (v->type != JSON_STRING)
        return false;
    switch (m->form) {
    case MEMBER_ID:
        return shape_is_id(v->str);
    case MEMBER_DECIMAL:
        return is_decimal(v->str);
    case MEMBER_DIGEST:
        return is_digest(v->str);
    case MEMBER_GS1:
        return is_gs1(v->str);
    case MEMBER_KEY:
        return is_key(v->str);
    case MEMBER_POINT:
        return is_point(v->str);
    default:
        return v->len <= (m->max ? m->max : BOUND_TEXT_FIELD);
    }
}

static bool good_day(const struct json *v)
{
    int64_t day;
    return v->type == JSON_STRING && clock_day_parse(v->str, &day) == 0 && day != 0;
}

static bool good_list(const struct member *m, const struct json *v)
{
    if (v->type != JSON_ARRAY)
        return false;
    json_each(item, v) {
        bool good = m->form == MEMBER_TEXTS ? item->type == JSON_STRING && item->len <= BOUND_TEXT_FIELD
                                            : shape_check(m->of, item).kind == SHAPE_FINE;
        if (!good)
            return false;
    }
    return true;
}

static bool well_formed(const struct member *m, const struct json *v)
{
    switch (m->form) {
    case MEMBER_TEXT:
    case MEMBER_ID:
    case MEMBER_GS1:
    case MEMBER_DECIMAL:
    case MEMBER_DIGEST:
    case MEMBER_KEY:
    case MEMBER_POINT:
    case MEMBER_PERSONAL:
        return good_text(m, v);
    case MEMBER_DAY:
        return good_day(v);
    case MEMBER_INT:
        return v->type == JSON_INT;
    case MEMBER_BOOL:
    case MEMBER_YESNO:
        return v->type == JSON_BOOL;
    case MEMBER_WORD:
        return v->type == JSON_STRING && word_find(m->words, v->str) > 0;
    case MEMBER_TEXTS:
    case MEMBER_LIST:
        return good_list(m, v);
    case MEMBER_OBJECT:
        return shape_check(m->of, v).kind == SHAPE_FINE;
    case MEMBER_JSON:
        return true;
    case MEMBER_SECRETS:
        break;
    }
    return false;
}

/* ---- object of a request ---- */

const struct member *shape_member(const struct shape *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->member[i].form != MEMBER_SECRETS && strcmp(s->member[i].name, name) == 0)
            return &s->member[i];
    return NULL;
}

struct shape_fault shape_check(const struct shape *s, const struct json *obj)
{
    if (!obj || obj->type != JSON_OBJECT)
        return (struct shape_fault){SHAPE_MALFORMED, ""};
    json_each(v, obj) {
        const struct member *m = shape_member(s, v->name);
        if (!m || m->flags & OWN)
            return (struct shape_fault){SHAPE_UNKNOWN, v->name};
        if (!well_formed(m, v))
            return (struct shape_fault){SHAPE_MALFORMED, v->name};
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct member *m = &s->member[i];
        if (m->flags & NEEDED && !(m->flags & OWN) && !json_get(obj, m->name))
            return (struct shape_fault){SHAPE_MISSING, m->name};
    }
    return (struct shape_fault){SHAPE_FINE, NULL};
}

/* ---- object -> struct ---- */

static bool read_into(const struct member *m, const struct json *v, bool request, struct arena *a, void *p);

static bool fill(const struct shape *s, const struct json *obj, const struct json *pd, bool request,
                 struct arena *a, void *ret)
{
    memset(ret, 0, s->size);
    bool whole = true;
    for (size_t i = 0; i < s->n; i++) {
        const struct member *m = &s->member[i];
        bool personal = m->form == MEMBER_PERSONAL;
        /* what a request asks is not in the log, and what the daemon says is not in a request */
        if (m->flags & (request ? OWN : ASKED) || m->form == MEMBER_SECRETS)
            continue;
        const struct json *v = json_get(personal && !request ? pd : obj, m->name);
        bool had = v && read_into(m, v, request, a, to(ret, m));
        whole &= had || !(m->flags & NEEDED);
    }
    return whole;
}

static bool read_texts(const struct json *v, struct arena *a, struct texts *ret)
{
    if (v->type != JSON_ARRAY)
        return false;
    const char **item = arena_alloc(a, (v->len + 1) * sizeof(*item));
    size_t n = 0;
    json_each(e, v)
        if (e->type == JSON_STRING)
            item[n++] = e->str;
    *ret = (struct texts){n, item};
    return true;
}

static bool read_list(const struct shape *of, const struct json *v, bool request, struct arena *a,
                      struct any_list *ret)
{
    if (v->type != JSON_ARRAY)
        return false;
    char *item = arena_alloc(a, (v->len + 1) * of->size);
    size_t n = 0;
    json_each(e, v) {
        if (e->type != JSON_OBJECT)
            continue;
        /* what an older program left out of one does not take the others with it */
        bool whole = fill(of, e, NULL, request, a, item + n * of->size);
        require(whole || !request);
        n++;
    }
    *ret = (struct any_list){n, item};
    return true;
}

static bool read_object(const struct shape *of, const struct json *v, bool request, struct arena *a,
                        const void **ret)
{
    void *o = arena_alloc(a, of->size);
    if (v->type != JSON_OBJECT || !fill(of, v, NULL, request, a, o))
        return false;
    *ret = o;
    return true;
}

static bool read_text(const struct json *v, const char **ret)
{
    if (v->type != JSON_STRING)
        return false;
    *ret = v->str;
    return true;
}

static bool read_number(const struct member *m, const struct json *v, void *p)
{
    if (v->type != (m->form == MEMBER_INT ? JSON_INT : JSON_BOOL))
        return false;
    if (m->form == MEMBER_INT)
        *(int64_t *)p = v->num;
    else if (m->form == MEMBER_BOOL)
        *(bool *)p = v->num != 0;
    else
        *(enum yesno *)p = v->num ? YES : NO;
    return true;
}

static bool read_into(const struct member *m, const struct json *v, bool request, struct arena *a, void *p)
{
    switch (m->form) {
    case MEMBER_TEXT:
    case MEMBER_ID:
    case MEMBER_GS1:
    case MEMBER_DECIMAL:
    case MEMBER_DIGEST:
    case MEMBER_KEY:
    case MEMBER_POINT:
        return read_text(v, p);
    case MEMBER_DAY:
        return good_day(v) && clock_day_parse(v->str, p) == 0;
    case MEMBER_INT:
    case MEMBER_BOOL:
    case MEMBER_YESNO:
        return read_number(m, v, p);
    case MEMBER_WORD:
        *(int *)p = v->type == JSON_STRING ? word_find(m->words, v->str) : 0;
        return *(int *)p > 0;
    case MEMBER_TEXTS:
        return read_texts(v, a, p);
    case MEMBER_LIST:
        return read_list(m->of, v, request, a, p);
    case MEMBER_OBJECT:
        return read_object(m->of, v, request, a, p);
    case MEMBER_JSON:
        *(const struct json **)p = v;
        return true;
    case MEMBER_PERSONAL:
        return read_text(v, request ? &((struct personal *)p)->value : &((struct personal *)p)->digest);
    case MEMBER_SECRETS:
        break;
    }
    return false;
}

int shape_read(const struct shape *s, const struct json *obj, const struct json *pd, struct arena *a,
               void *ret)
{
    return fill(s, obj, pd, false, a, ret) ? 0 : CPF_E_PROFILE;
}

void shape_take(const struct shape *s, const struct json *obj, struct arena *a, void *ret)
{
    require(fill(s, obj, NULL, true, a, ret));
}
