#pragma once
/* Blind counts (count.taken): the newest of a place, or of what it lies in; of a lot. NULL: none yet. */
#include "core/entry/count.h"
#include "core/book/book.h"

/* Each of its units is scanned when it is opened, so that what is left of it is known. */
bool lot_counts(const struct book *b, const struct lot *l);
const struct count *count_of(const struct book *b, const char *id);
