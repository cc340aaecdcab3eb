/* Where each stream stands. */
#include <stdlib.h>
#include <string.h>
#include "audit/int.h"

static uint64_t name_hash(const char *s, size_t len)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        h = (h ^ (uint8_t)s[i]) * 1099511628211u;
    return h;
}

static struct stream *find(const struct streams *t, uint64_t hash, const char *name, size_t len)
{
    size_t i = hash & (t->cap - 1);
    for (;; i = (i + 1) & (t->cap - 1)) {
        struct stream *s = &t->slot[i];
        if (!s->name || (s->hash == hash && strncmp(s->name, name, len) == 0 && s->name[len] == '\0'))
            return s;
    }
}

static void grow(struct streams *t)
{
    struct streams old = *t;
    t->cap = old.cap ? old.cap * 2 : 1024;
    t->slot = xcalloc(t->cap, sizeof(*t->slot));
    for (size_t i = 0; i < old.cap; i++)
        if (old.slot[i].name)
            *find(t, old.slot[i].hash, old.slot[i].name, strlen(old.slot[i].name)) = old.slot[i];
    free(old.slot);
}

struct stream *streams_at(struct streams *t, const char *name, size_t len)
{
    uint64_t hash = name_hash(name, len);
    if (t->n * 2 >= t->cap)
        grow(t);
    struct stream *s = find(t, hash, name, len);
    if (!s->name) {
        s->name = xcalloc(len + 1, 1);
        memcpy(s->name, name, len);
        s->hash = hash;
        t->n++;
    }
    return s;
}

void streams_fini(struct streams *t)
{
    for (size_t i = 0; i < t->cap; i++)
        free(t->slot[i].name);
    free(t->slot);
    *t = (struct streams){0};
}
