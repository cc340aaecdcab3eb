/* Where each stream stands. */
#include <stdlib.h>
#include <string.h>
#include "audit/int.h"

struct stream *streams_find(const struct map *t, const char *name, size_t len)
{
    return map_get_n(t, name, len);
}

struct stream *streams_at(struct map *t, const char *name, size_t len)
{
    struct stream *s = streams_find(t, name, len);
    if (!s) {
        s = xcalloc(1, sizeof(*s));
        s->name = xcalloc(len + 1, 1);
        memcpy(s->name, name, len);
        map_put(t, s->name, s);
    }
    return s;
}

void streams_fini(struct map *t)
{
    size_t pos = 0;
    for (struct stream *s; (s = map_next(t, &pos));) {
        free(s->name);
        free(s);
    }
    map_fini(t);
}
