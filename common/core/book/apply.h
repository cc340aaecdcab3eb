#pragma once
/* Inside the book only: how each kind of entry changes it. */
#include "core/book/book.h"

/* `s` is the entry's stream, already continued by it. */
typedef int (*apply_fn)(struct book *b, struct stream *s, const struct entry *e);
struct apply_kind {
    const char *kind;
    apply_fn fn;
};
extern const struct apply_kind apply_master_kinds[]; /* end with kind == NULL */
extern const struct apply_kind apply_bench_kinds[];
extern const struct apply_kind apply_batch_kinds[];

int apply_redacted(struct book *b, struct stream *s, const struct entry *e);
int apply_correction(struct book *b, struct stream *s, const struct entry *e);
/* The person did an act of that department on the batch. */
void batch_note_act(struct batch *x, const struct person *p, enum dept dept);
/* The value of input `in` of field `f` becomes `text`, which lives in the book. CPF_E_PROFILE if it is none.
 */
must_check int input_set(struct input *in, const struct field *f, const char *text);
const char *book_keep(struct book *b, const char *s); /* NULL -> NULL */
void bench_leave(struct bench *bench, const struct person *p);
