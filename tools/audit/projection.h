#pragma once
/*
 * Are the projections what the log says? Folds the log with the follower's
 * own code (core/view.h) up to cpf.projected and compares every row of every
 * table with the database. A row changed, added or taken away by hand
 * (doc/testing.md, attacks, row 6) is named: table, key, column. The log itself is checked
 * elsewhere, and first.
 *
 * Rows of the tables that only grow are compared as the log is read; those
 * of the others are held in memory, some 20 KiB for each batch ever made.
 */
#include <stdint.h>
#include "base/err.h"

struct scan;

struct audit_difference {
    const char *table;      /* without cpf. */
    const char *key;        /* "NK26-0147", "NK26-0147 d3.medium 1" */
    const char *column;     /* NULL: the whole row */
    const char *has, *want; /* in the database, by the log; NULL: null, or no row */
};

struct audit_projection {
    /* Given: NULL is fine. One call a difference, strings live during the call. */
    void (*difference)(void *arg, const struct audit_difference *d);
    void *arg;
    /* Told */
    int64_t projected; /* the newest entry in the projections, -1 none */
    int64_t newest;    /* the newest entry of the log, -1 none */
    uint64_t rows;     /* looked at */
    uint64_t differences;
    uint64_t unreadable; /* entries that no row can be made of: the log is not whole */
};

/*
 * Opens connections of its own (SELECT is enough: role cpf_reader). `first`: NULL, or a scan whose snapshot
 * they share, and on which nothing runs now. 0 also when there are differences. CPF_E_AWAY, CPF_E_DB:
 * *ret_error says why (free it). CPF_E_VERSION: the projections were made by another version of the program,
 * and cannot be compared; they will be made again by its next start.
 */
must_check int audit_projection(const char *conninfo, struct scan *first, struct audit_projection *p,
                                char **ret_error);

/* "cpf.batch NK26-0147: state is released, by the log received": free it. */
char *audit_difference_text(const struct audit_difference *d);
