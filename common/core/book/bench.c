/* The bench: who stands there. */
#include "core/book/apply.h"

void bench_leave(struct book *b, struct bench *bench, const struct person *p)
{
    size_t n = 0;
    book_touch(b, bench, sizeof(*bench));
    for (size_t i = 0; i < bench->npeople; i++) {
        if (bench->person[i] == p)
            SET(b, bench->person[i]->signed_in, NULL);
        else
            bench->person[n++] = bench->person[i];
    }
    bench->npeople = n;
    if (bench->acting == p)
        bench->acting = n ? bench->person[0] : NULL;
    if (n == 0) {
        bench->batch = NULL;
        bench->step = bench->last = -1;
    }
}
