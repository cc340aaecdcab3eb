#pragma once
/*
 * A list of complaints about a file, each with its place. The list is the caller's and bounded: what does
 * not fit is counted only. The same complaint at the same place (a template used twice) counts once.
 */
#include <stddef.h>
#include "core/protocol/protocol.h"

struct diag {
    struct protocol_error *list;
    size_t max, n;
    int rc; /* CPF_OK while the list is empty, else CPF_E_SYNTAX, or CPF_E_LIMIT if any limit was hit */
};

void diag_init(struct diag *d, struct protocol_error *list, size_t max);
/* Line and column from 1; 0 = the whole file. `hint` may be NULL. Control characters become '?'. */
void diag_put(struct diag *d, int line, int column, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* The same, for something larger than a limit. */
void diag_limit(struct diag *d, int line, int column, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* Orders what is stored by place. */
void diag_sort(struct diag *d);

/* The word nearest to `word` by edit distance, offered one after the other. */
struct nearest {
    const char *word;
    const char *best; /* NULL while nothing is near enough */
    size_t distance;
};
void nearest_init(struct nearest *n, const char *word);
void nearest_offer(struct nearest *n, const char *candidate);
