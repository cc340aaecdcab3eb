#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/map.h"

void map_init(struct map *m)
{
    *m = (struct map){0};
}

void map_fini(struct map *m)
{
    free(m->slot);
    free(m->index);
    *m = (struct map){0};
}

static size_t hash(const char *key, size_t len)
{
    size_t h = 0xcbf29ce484222325u; /* FNV-1a: names come from our own log */
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)key[i]) * 0x100000001b3u;
    return h;
}

/* Position in `index` where `key` is, or where it would go. */
static size_t find(const struct map *m, const char *key, size_t len)
{
    size_t i = hash(key, len) & (m->nindex - 1);
    while (m->index[i]) {
        const struct map_slot *s = &m->slot[m->index[i] - 1];
        if (s->key && strncmp(s->key, key, len) == 0 && s->key[len] == 0)
            break;
        i = (i + 1) & (m->nindex - 1);
    }
    return i;
}

/* Drops removed slots and makes room for at least one more. */
static void rebuild(struct map *m)
{
    size_t live = 0;
    for (size_t i = 0; i < m->nslots; i++)
        if (m->slot[i].key)
            m->slot[live++] = m->slot[i];
    m->nslots = live;
    size_t cap = live < 8 ? 16 : live * 2;
    m->slot = xrealloc(m->slot, cap * sizeof(*m->slot));
    m->cap = cap;
    m->nindex = 32;
    while (m->nindex < cap * 2)
        m->nindex *= 2;
    free(m->index);
    m->index = xcalloc(m->nindex, sizeof(*m->index));
    for (size_t i = 0; i < live; i++)
        m->index[find(m, m->slot[i].key, strlen(m->slot[i].key))] = (unsigned)(i + 1);
}

void *map_get_n(const struct map *m, const char *key, size_t len)
{
    if (m->nindex == 0)
        return NULL;
    size_t i = find(m, key, len);
    return m->index[i] ? m->slot[m->index[i] - 1].value : NULL;
}

void *map_get(const struct map *m, const char *key)
{
    return key ? map_get_n(m, key, strlen(key)) : NULL;
}

/* The last slot goes where its key belongs. */
static void sort_last(struct map *m)
{
    size_t to = m->nslots - 1;
    const struct map_slot last = m->slot[to];
    for (; to && (!m->slot[to - 1].key || strcmp(m->slot[to - 1].key, last.key) > 0); to--)
        m->slot[to] = m->slot[to - 1];
    if (to == m->nslots - 1)
        return;
    m->slot[to] = last;
    rebuild(m);
}

void map_put(struct map *m, const char *key, void *value)
{
    require(key && value);
    if (m->nslots == m->cap)
        rebuild(m);
    size_t i = find(m, key, strlen(key));
    if (m->index[i]) {
        m->slot[m->index[i] - 1].value = value;
        return;
    }
    m->slot[m->nslots++] = (struct map_slot){key, value};
    m->index[i] = (unsigned)m->nslots;
    m->count++;
    if (m->by_key)
        sort_last(m);
}

void *map_remove(struct map *m, const char *key)
{
    if (!key || m->nindex == 0)
        return NULL;
    size_t i = find(m, key, strlen(key));
    if (!m->index[i])
        return NULL;
    struct map_slot *s = &m->slot[m->index[i] - 1];
    void *value = s->value;
    *s = (struct map_slot){0};
    m->count--;
    return value;
}

void *map_next(const struct map *m, size_t *pos)
{
    while (*pos < m->nslots) {
        const struct map_slot *s = &m->slot[(*pos)++];
        if (s->key)
            return s->value;
    }
    return NULL;
}
