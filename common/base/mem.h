#pragma once
/*
 * Arena: all strings and nodes of one request or one entry, freed at once.
 * Small allocations come from chunks; nothing is freed singly.
 */
#include <stddef.h>
#include <stdint.h>

struct arena_chunk;
struct arena {
    struct arena_chunk *head;
    size_t used;  /* bytes handed out so far */
    size_t limit; /* 0 = none; beyond it allocation fails with NULL */
};

void arena_init(struct arena *a, size_t limit);
void arena_fini(struct arena *a);  /* frees everything; the arena may be used again */
void arena_reset(struct arena *a); /* forgets everything, keeps one chunk for the next round */

/* What was handed out since the mark is wiped and given back. */
struct arena_mark {
    struct arena_chunk *head, *next;
    size_t pos, used;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark m);

/* Zeroed, aligned for any type. NULL only beyond `limit` (out of memory aborts). */
void *arena_alloc(struct arena *a, size_t size);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* malloc family that aborts when memory is out (sizes are bounded before). */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
