#pragma once
/*
 * What must guard the log (catalogue.txt), against what the database's own catalogue says (log_catalogue).
 *
 *     struct guard g = guard_begin();
 *     guard_line(&g, line) for each line, in order, and guard_line(&g, NULL) behind the last
 */
#include <stdbool.h>

struct guard {
    const char *const *want;
    bool blind; /* another major version of PostgreSQL: its words are not ours */
    char why[600];
};
struct guard guard_begin(void);
/* NULL: as it must be, so far. Else the first thing that is not, within `g`. */
const char *guard_line(struct guard *g, const char *got);
