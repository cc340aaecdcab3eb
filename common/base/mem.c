#include "base/mem.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define ALIGN       alignof(max_align_t)
#define CHUNK_FIRST 4096
#define CHUNK_MAX   65536

struct arena_chunk {
    struct arena_chunk *next;
    size_t size, pos;
    alignas(max_align_t) char data[];
};

void *xcalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    require(p != NULL);
    return p;
}

void *xrealloc(void *p, size_t size)
{
    void *q = realloc(p, size ? size : 1);
    require(q != NULL);
    return q;
}

char *xstrdup(const char *s)
{
    char *p = strdup(s);
    require(p != NULL);
    return p;
}

void arena_init(struct arena *a, size_t limit)
{
    *a = (struct arena){.limit = limit};
}

void arena_fini(struct arena *a)
{
    struct arena_chunk *next;
    for (struct arena_chunk *c = a->head; c; c = next) {
        next = c->next;
        free(c);
    }
    a->head = NULL;
    a->used = 0;
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *keep = a->head, *next;
    for (struct arena_chunk *c = a->head; c; c = c->next)
        if (c->size > keep->size && c->size <= CHUNK_MAX)
            keep = c;
    for (struct arena_chunk *c = a->head; c; c = next) {
        next = c->next;
        if (c != keep)
            free(c);
    }
    if (keep) {
        keep->next = NULL;
        keep->pos = 0;
    }
    a->head = keep;
    a->used = 0;
}

struct arena_mark arena_mark(const struct arena *a)
{
    struct arena_chunk *c = a->head;
    return (struct arena_mark){c, c ? c->next : NULL, c ? c->pos : 0, a->used};
}

static struct arena_chunk *chunk_free(struct arena_chunk *c)
{
    struct arena_chunk *next = c->next;
    explicit_bzero(c->data, c->pos);
    free(c);
    return next;
}

void arena_release(struct arena *a, struct arena_mark m)
{
    while (a->head != m.head)
        a->head = chunk_free(a->head);
    if (m.head) {
        while (m.head->next != m.next) /* large blocks stand behind the head */
            m.head->next = chunk_free(m.head->next);
        explicit_bzero(m.head->data + m.pos, m.head->pos - m.pos);
        m.head->pos = m.pos;
    }
    a->used = m.used;
}

static struct arena_chunk *chunk_new(struct arena *a, size_t need)
{
    size_t size = a->head ? a->head->size * 2 : CHUNK_FIRST;
    if (size > CHUNK_MAX)
        size = CHUNK_MAX;
    if (size < need)
        size = need;
    struct arena_chunk *c = malloc(sizeof(*c) + size);
    require(c != NULL);
    c->size = size;
    c->pos = 0;
    if (a->head && a->head->size - a->head->pos > size - need) {
        /* A large single block: the head keeps more room than this chunk will have. */
        c->next = a->head->next;
        a->head->next = c;
    } else {
        c->next = a->head;
        a->head = c;
    }
    return c;
}

/* Not zeroed. */
static void *take(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 4)
        return NULL;
    size_t need = (size + ALIGN - 1) & ~(ALIGN - 1);
    if (a->limit && (need > a->limit || a->used > a->limit - need))
        return NULL;
    struct arena_chunk *c = a->head;
    if (!c || c->size - c->pos < need)
        c = chunk_new(a, need);
    void *p = c->data + c->pos;
    c->pos += need;
    a->used += need;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    void *p = take(a, size);
    if (p)
        memset(p, 0, size);
    return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *p = take(a, len + 1);
    if (!p)
        return NULL;
    if (len)
        memcpy(p, s, len);
    p[len] = '\0';
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    char small[256], *p;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    va_end(ap);
    require(n >= 0);
    if ((size_t)n < sizeof(small))
        return arena_strndup(a, small, (size_t)n);
    p = take(a, (size_t)n + 1);
    if (!p)
        return NULL;
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return p;
}
