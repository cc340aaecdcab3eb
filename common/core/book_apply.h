#pragma once
/* Inside the book only: how each kind of entry changes it. */
#include "core/book.h"

/* `s` is the entry's stream, already continued by it. */
typedef int (*apply_fn)(struct book *b, struct stream *s, const struct entry *e);
struct apply_kind {
    const char *kind;
    apply_fn fn;
};
extern const struct apply_kind apply_master_kinds[]; /* end with kind == NULL */
extern const struct apply_kind apply_bench_kinds[];
extern const struct apply_kind apply_batch_kinds[];

const char *book_keep(struct book *b, const char *s); /* NULL -> NULL */
void bench_leave(struct bench *bench, const struct person *p);
