/* A record's source: the tables of the log, in one snapshot. */
#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "record/record.h"

static const char *column(struct scan *s, struct arena *a, int col, size_t *ret_len)
{
    const char *text = scan_bytes(s, col, ret_len);
    return arena_strndup(a, text, *ret_len);
}

static int checkpoint(void *arg, uint64_t size, struct arena *a, const char **ret, size_t *ret_len)
{
    const int64_t args[] = {(int64_t)size};
    int got = scan_start(arg, DB_BUNDLE_CHECKPOINT, args);
    if (!got)
        got = scan_next(arg);
    if (got == 1)
        *ret = column(arg, a, 1, ret_len);
    return got < 0 ? got : got == 0 ? CPF_E_NOTFOUND : 0;
}

static int entries(void *arg, const char *stream, uint64_t size, record_entry_fn take, void *to)
{
    char upto[24];
    const char *const args[] = {stream, upto};
    snprintf(upto, sizeof(upto), "%" PRIu64, size);
    int got = scan_start_text(arg, DB_BUNDLE_ENTRIES, args);
    while (!got && (got = scan_next(arg)) == 1) {
        size_t len;
        const char *text = scan_bytes(arg, 1, &len);
        got = take(to, (uint64_t)scan_i64(arg, 0), text, len);
    }
    return got;
}

static int disclosures(void *arg, const char *stream, uint64_t size, record_disclosure_fn take, void *to)
{
    char upto[24];
    const char *const args[] = {stream, upto};
    snprintf(upto, sizeof(upto), "%" PRIu64, size);
    int got = scan_start_text(arg, DB_BUNDLE_DISCLOSURES, args);
    while (!got && (got = scan_next(arg)) == 1) {
        struct arena a;
        size_t len;
        arena_init(&a, 0);
        const char *field = column(arg, &a, 1, &len), *salted = column(arg, &a, 2, &len);
        got = take(to, (uint64_t)scan_i64(arg, 0), field, salted);
        arena_fini(&a);
    }
    return got;
}

static const char *error(void *arg)
{
    return scan_error(arg);
}

struct record_source record_scan(struct scan *s)
{
    return (struct record_source){s, checkpoint, entries, disclosures, error};
}
