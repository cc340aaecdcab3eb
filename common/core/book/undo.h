#pragma once
/*
 * What takes a command back from the book: the bytes as they were before each write, what entered and left
 * the maps, what was allocated and what is freed once nothing is taken back any more. Outside of book_begin …
 * book_commit (the fold at start) nothing is noted, and it costs nothing.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/mem.h"

struct book;
struct map;
struct buf;
struct protocol;

struct undo_change;
struct undo {
    bool on;
    struct arena arena;         /* of the changes */
    struct undo_change *newest; /* each names the one before */
    struct arena_mark kept;     /* the book's own strings at book_begin */
};

/* Everything that the fold writes to goes through these; what was allocated since book_begin may be written
 * as it is. */
void book_touch(struct book *b, void *at, size_t size);
#define SET(b, at, value) (book_touch((b), &(at), sizeof(at)), (void)((at) = (value)))
/* What the arena hands out from now on. */
void book_mark(struct book *b, struct arena *a);
void book_put(struct book *b, struct map *m, const char *key, void *value);
void book_drop(struct book *b, struct map *m, const char *key);
/* Zeroed, from malloc: freed by book_fini through whoever owns it. */
void *book_calloc(struct book *b, size_t n, size_t size);
/* One more element behind an array of *n, zeroed: *array may move. */
void *book_push(struct book *b, void *array, size_t *n, size_t size);
#define PUSH(b, array, n) ((typeof(array))book_push((b), &(array), &(n), sizeof(*(array))))
/* `text` grows, until it is dropped. */
void book_append(struct book *b, struct buf *text, const char *more);
void book_drop_text(struct book *b, struct buf *text);
/* It was made for this entry: nobody else frees it if the entry is taken back. */
void book_made_protocol(struct book *b, struct protocol *p);
void book_made(struct book *b, void *at, void (*drop)(void *at)); /* of any other kind */
