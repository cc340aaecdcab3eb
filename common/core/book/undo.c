#include "core/book/undo.h"

#include <stdlib.h>
#include <string.h>

#include "core/book/book.h"

enum undo_kind {
    UNDO_BYTES, /* at, size: the old ones stand behind */
    UNDO_PUT,   /* at: a map, key: new in it */
    UNDO_VALUE, /* at: a map, key: had another value */
    UNDO_MADE,  /* at: freed if it is taken back */
    UNDO_LEFT,  /* at: freed unless it is taken back */
    UNDO_TEXT,  /* at: a buffer that had `size` bytes */
    UNDO_PROTOCOL,
    UNDO_OTHER, /* at: dropped if it is taken back */
    UNDO_ARENA, /* at: what it has handed out since the mark behind */
};

struct undo_change {
    struct undo_change *before;
    enum undo_kind kind;
    void *at, *value;
    void (*drop)(void *at);
    const char *key;
    size_t size;
    char old[];
};

static struct undo_change *note(struct book *b, enum undo_kind kind, void *at, size_t size)
{
    struct undo *u = &b->undo;
    struct undo_change *c =
        arena_alloc(&u->arena, sizeof(*c) + (kind == UNDO_BYTES || kind == UNDO_ARENA ? size : 0));
    c->before = u->newest;
    c->kind = kind;
    c->at = at;
    c->size = size;
    u->newest = c;
    return c;
}

void book_touch(struct book *b, void *at, size_t size)
{
    if (b->undo.on)
        memcpy(note(b, UNDO_BYTES, at, size)->old, at, size);
}

void book_mark(struct book *b, struct arena *a)
{
    struct arena_mark m = arena_mark(a);
    if (b->undo.on)
        memcpy(note(b, UNDO_ARENA, a, sizeof(m))->old, &m, sizeof(m));
}

void book_put(struct book *b, struct map *m, const char *key, void *value)
{
    void *was = b->undo.on ? map_get(m, key) : NULL;
    if (b->undo.on) {
        struct undo_change *c = note(b, was ? UNDO_VALUE : UNDO_PUT, m, 0);
        c->key = key;
        c->value = was;
    }
    map_put(m, key, value);
}

/* Only of maps that are never walked through: taken back, it stands at their end. */
void book_drop(struct book *b, struct map *m, const char *key)
{
    void *was = map_remove(m, key);
    if (!was || !b->undo.on)
        return;
    struct undo_change *c = note(b, UNDO_VALUE, m, 0);
    c->key = key;
    c->value = was;
}

void *book_calloc(struct book *b, size_t n, size_t size)
{
    void *p = xcalloc(n, size);
    if (b->undo.on)
        note(b, UNDO_MADE, p, 0);
    return p;
}

/* Capacities are powers of two: an array of 2^k elements is full. */
static void *grown(struct book *b, void *array, size_t n, size_t size)
{
    size_t cap = n ? n * 2 : 1;
    if (!b->undo.on)
        return xrealloc(array, cap * size);
    void *p = book_calloc(b, cap, size);
    if (n)
        memcpy(p, array, n * size);
    if (array) /* also of one that was emptied */
        note(b, UNDO_LEFT, array, 0);
    return p;
}

void *book_push(struct book *b, void *array, size_t *n, size_t size)
{
    char *p;
    memcpy(&p, array, sizeof(p));
    if ((*n & (*n - 1)) == 0) {
        p = grown(b, p, *n, size);
        book_touch(b, array, sizeof(p));
        memcpy(array, &p, sizeof(p));
    }
    void *one = p + *n * size;
    SET(b, *n, *n + 1);
    memset(one, 0, size);
    return one;
}

void book_append(struct book *b, struct buf *text, const char *more)
{
    if (b->undo.on)
        note(b, UNDO_TEXT, text, text->len);
    buf_puts(text, more);
}

void book_drop_text(struct book *b, struct buf *text)
{
    if (!b->undo.on) {
        buf_fini(text);
        return;
    }
    if (text->data)
        note(b, UNDO_LEFT, text->data, 0);
    book_touch(b, text, sizeof(*text));
    buf_init(text);
}

void book_made_protocol(struct book *b, struct protocol *p)
{
    if (b->undo.on)
        note(b, UNDO_PROTOCOL, p, 0);
}

void book_made(struct book *b, void *at, void (*drop)(void *at))
{
    if (b->undo.on)
        note(b, UNDO_OTHER, at, 0)->drop = drop;
}

/* ---- the end of a command ---- */

static void take_back_text(struct buf *text, size_t len)
{
    if (len == 0) {
        buf_fini(text);
        return;
    }
    text->len = len;
    text->data[len] = '\0';
}

static void release(const struct undo_change *c)
{
    struct arena_mark m;
    memcpy(&m, c->old, sizeof(m));
    arena_release(c->at, m);
}

static void take_back(const struct undo_change *c)
{
    switch (c->kind) {
    case UNDO_BYTES:
        memcpy(c->at, c->old, c->size);
        break;
    case UNDO_PUT:
        map_remove(c->at, c->key);
        break;
    case UNDO_VALUE:
        map_put(c->at, c->key, c->value);
        break;
    case UNDO_MADE:
        free(c->at);
        break;
    case UNDO_TEXT:
        take_back_text(c->at, c->size);
        break;
    case UNDO_PROTOCOL:
        protocol_free(c->at);
        break;
    case UNDO_OTHER:
        c->drop(c->at);
        break;
    case UNDO_ARENA:
        release(c);
        break;
    case UNDO_LEFT:
        break;
    }
}

static void end(struct book *b)
{
    arena_reset(&b->undo.arena);
    b->undo.newest = NULL;
    b->undo.on = false;
}

void book_begin(struct book *b)
{
    require(!b->undo.on);
    b->undo.on = true;
    b->undo.kept = arena_mark(&b->arena);
}

void book_commit(struct book *b)
{
    require(b->undo.on);
    for (const struct undo_change *c = b->undo.newest; c; c = c->before)
        if (c->kind == UNDO_LEFT)
            free(c->at);
    end(b);
}

void book_rollback(struct book *b)
{
    require(b->undo.on);
    for (const struct undo_change *c = b->undo.newest; c; c = c->before)
        take_back(c);
    arena_release(&b->arena, b->undo.kept);
    end(b);
}
