/* Head, newest checkpoint and catalogue. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "audit/keys.h"
#include "base/mem.h"
#include "store/guard.h"

#define SCHEMA 3

static char *text_of(const struct scan *s, int col)
{
    size_t len;
    const char *p = scan_bytes(s, col, &len);
    char *t = xcalloc(len + 1, 1);
    if (len)
        memcpy(t, p, len);
    return t;
}

/* ---- head ---- */

static int check_tails(struct audit *a, uint64_t entries, uint64_t checkpoints)
{
    if (entries > a->size)
        return audit_fault(a, CPF_E_FORK,
                           "rows beyond the head: entry goes to %" PRIu64 ", the head to %" PRIu64, entries,
                           a->size);
    if (checkpoints != a->size)
        return audit_fault(a, CPF_E_FORK,
                           "the newest checkpoint is for size %" PRIu64 ", the head is %" PRIu64, checkpoints,
                           a->size);
    return 0;
}

static int check_note(struct audit *a)
{
    struct checkpoint c;
    if (a->size == 0)
        return 0;
    char why[512];
    int err = audit_keys_open(a, &c, a->note, strlen(a->note));
    if (err) {
        audit_keys_why(a, err, a->note, strlen(a->note), why, sizeof(why));
        return audit_fault(a, CPF_E_FORK, "the head's checkpoint (%" PRIu64 "): %s", a->size, why);
    }
    if (c.size != a->size || memcmp(c.root, a->root, HASH_LEN) != 0)
        return audit_fault(a, CPF_E_FORK,
                           "the head (%" PRIu64 ") is not what its checkpoint says (%" PRIu64 ")", a->size,
                           c.size);
    a->n.nsignatures++;
    return 0;
}

static int check_catalogue(struct audit *a)
{
    struct guard g = guard_begin();
    int n;
    if (scan_start(a->entries, DB_LOG_CATALOGUE, NULL))
        return audit_scan_fault(a, a->entries);
    do {
        n = scan_next(a->entries);
        if (n < 0)
            return audit_scan_fault(a, a->entries);
        char *got = n ? text_of(a->entries, 0) : NULL;
        const char *why = guard_line(&g, got);
        free(got);
        if (why)
            return audit_fault(a, CPF_E_FORK, "%s", why);
    } while (n);
    return 0;
}

int audit_head(struct audit *a)
{
    struct scan *s = a->entries;
    size_t len;
    if (scan_start(s, DB_AUDIT_HEAD, NULL))
        return audit_scan_fault(a, s);
    int n = scan_next(s);
    if (n < 0)
        return audit_scan_fault(a, s);
    if (n == 0)
        return audit_fault(a, CPF_E_FORK, "there is no log here: log_head is empty");
    char *origin = text_of(s, 0);
    bool ours = strcmp(origin, a->key.name) == 0;
    if (!ours)
        (void)audit_fault(a, CPF_E_FORK, "this is the log of %s, the key is of %s", origin, a->key.name);
    free(origin);
    if (!ours)
        return a->code;
    a->size = (uint64_t)scan_i64(s, 1);
    memcpy(a->root, scan_bytes(s, 2, &len), HASH_LEN);
    a->note = text_of(s, 3);
    a->ntiles_stored = (uint64_t)scan_i64(s, 6);
    if (scan_i64(s, 7) != SCHEMA)
        return audit_fault(a, CPF_E_VERSION, "schema version %" PRId64 ", this program knows %d",
                           scan_i64(s, 7), SCHEMA);
    int err = check_tails(a, (uint64_t)scan_i64(s, 4), (uint64_t)scan_i64(s, 5));
    if (!err)
        err = check_note(a);
    return err ? err : check_catalogue(a);
}
