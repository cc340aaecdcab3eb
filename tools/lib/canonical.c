#include "lib/canonical.h"

#include <string.h>

#include "base/mem.h"

static struct json *convert(struct arena *a, const json_t *v, const char *const *without)
{
    static const char *const none[] = {NULL};
    struct json *o;
    const char *name;
    json_t *m;
    size_t i;
    if (json_is_string(v))
        return json_strn(a, json_string_value(v), json_string_length(v));
    if (json_is_integer(v))
        return json_int(a, json_integer_value(v));
    if (json_is_boolean(v))
        return json_bool(a, json_is_true(v));
    if (json_is_array(v)) {
        o = json_array(a);
        json_array_foreach(v, i, m) json_push(o, convert(a, m, none));
        return o;
    }
    o = json_object(a);
    json_object_foreach((json_t *)v, name, m)
    {
        const char *const *w = without;
        while (*w && strcmp(*w, name) != 0)
            w++;
        if (!*w)
            json_set(a, o, name, convert(a, m, none));
    }
    return o;
}

void canonical_write(struct buf *ret, const json_t *o, const char *const *without)
{
    struct arena a;
    arena_init(&a, 0);
    json_write(ret, convert(&a, o, without));
    arena_fini(&a);
}
