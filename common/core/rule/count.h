#pragma once
/* Blind counts (count.taken): the newest of a place, or of what it lies in; of a lot. NULL: none yet. */
#include "core/entry/count.h"
#include "core/book/book.h"

const struct count *count_of(const struct book *b, const char *id);
