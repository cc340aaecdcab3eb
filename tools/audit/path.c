/*
 * Every way to a row leads to the same rows. What was read by position, all of it or what came since the last
 * audit, says where each stream ends. The rows themselves (their columns), each index, and a look-up by name
 * must say the same; else somebody who asks by name, as start, rules and bundles do, is shown less than there
 * is.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "audit/hook.h"
#include "base/enc.h"

/* The stream that the row in the scan names, if it is one. */
static const struct stream *named(struct audit *a, struct scan *s)
{
    size_t len;
    const char *name = scan_bytes(s, 0, &len);
    return streams_find(&a->streams, name, len);
}

static int path_fault(struct audit *a, struct scan *s, const char *way, uint64_t has)
{
    size_t len;
    const char *name = scan_bytes(s, 0, &len);
    return audit_fault(a, CPF_E_FORK, "stream %.*s: %" PRId64 " of its %" PRIu64 " entries are found %s",
                       (int)len, name, scan_i64(s, 1), has, way);
}

static int compare_streams(struct audit *a, struct scan *s, enum db_stmt stmt, const char *way)
{
    size_t want = a->streams.count, seen = 0;
    int more;
    if (scan_start(s, stmt, NULL))
        return audit_scan_fault(a, s);
    while ((more = scan_next(s)) > 0) {
        const struct stream *x = named(a, s);
        if (!x || (uint64_t)scan_i64(s, 1) != x->sseq || (uint64_t)scan_i64(s, 2) != x->sseq)
            return path_fault(a, s, way, x ? x->sseq : 0);
        seen++;
    }
    if (more < 0)
        return audit_scan_fault(a, s);
    return seen == want ? 0 : audit_fault(a, CPF_E_FORK, "%zu of %zu streams are found %s", seen, want, way);
}

static int compare_ends(struct audit *a, struct scan *s)
{
    static const char way[] = "by a look-up in the index";
    size_t want = a->streams.count, seen = 0, len;
    char leaf[44];
    int more;
    if (scan_start(s, DB_AUDIT_STREAM_ENDS, NULL))
        return audit_scan_fault(a, s);
    while ((more = scan_next(s)) > 0) {
        const struct stream *x = named(a, s);
        const uint8_t *last = (const uint8_t *)scan_bytes(s, 2, &len);
        if (!x || (uint64_t)scan_i64(s, 1) != x->sseq || len != HASH_LEN)
            return path_fault(a, s, way, x ? x->sseq : 0);
        enc_digest(last, leaf);
        if (strcmp(leaf, x->prev) != 0)
            return audit_fault(a, CPF_E_FORK, "stream %s: the entry found last %s is another", x->name, way);
        seen++;
    }
    if (more < 0)
        return audit_scan_fault(a, s);
    return seen == want ? 0 : audit_fault(a, CPF_E_FORK, "%zu of %zu streams are found %s", seen, want, way);
}

#define COUNTS 11

static int read_counts(struct audit *a, struct scan *s, enum db_stmt stmt, int64_t count[COUNTS])
{
    require(stmt_table[stmt].ncolumns == COUNTS);
    if (scan_start(s, stmt, NULL) || scan_next(s) != 1)
        return audit_scan_fault(a, s);
    for (int i = 0; i < COUNTS; i++)
        count[i] = scan_i64(s, i);
    return 0;
}

static int compare_counts(struct audit *a, const int64_t rows[COUNTS], const int64_t index[COUNTS])
{
    for (int i = 0; i < COUNTS; i++)
        if (rows[i] != index[i])
            return audit_fault(a, CPF_E_FORK, "%" PRId64 " of %" PRId64 " rows are found by the index %s",
                               index[i], rows[i], stmt_table[DB_AUDIT_COUNTS_ROWS].column[i]);
    if ((uint64_t)rows[0] != a->size)
        return audit_fault(a, CPF_E_FORK, "there are %" PRId64 " rows of entry, the head says %" PRIu64,
                           rows[0], a->size);
    return 0;
}

static int by_each(struct audit *a, struct scan *s)
{
    int64_t rows[COUNTS] = {0}, index[COUNTS] = {0};
    int err = scan_by(s, SCAN_ROWS) ? audit_scan_fault(a, s) : 0;
    if (!err)
        err = compare_streams(a, s, DB_AUDIT_STREAMS_ROWS, "by their columns");
    if (!err)
        err = read_counts(a, s, DB_AUDIT_COUNTS_ROWS, rows);
    if (!err && scan_by(s, SCAN_INDEX))
        err = audit_scan_fault(a, s);
    if (!err)
        err = compare_streams(a, s, DB_AUDIT_STREAMS_INDEX, "by the index entry_stream_sseq_key");
    if (!err)
        err = compare_ends(a, s);
    if (!err)
        err = read_counts(a, s, DB_AUDIT_COUNTS_INDEX, index);
    return err ? err : compare_counts(a, rows, index);
}

int audit_path_end(struct audit *a, void *state)
{
    struct scan *s;
    char *error = NULL;
    (void)state;
    if (scan_open(a->conninfo, a->entries, &s, &error)) {
        (void)audit_fault(a, CPF_E_AWAY, "%s", error);
        free(error);
        return a->code;
    }
    int err = by_each(a, s);
    scan_close(s);
    return err;
}
