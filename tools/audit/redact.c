/*
 * What a `redacted` entry says is erased must be gone (doc/log.md 6). That what is gone has such an entry is
 * pd.c's to find.
 */
#include <inttypes.h>
#include <stdlib.h>
#include "audit/hook.h"

struct redactions {
    uint64_t *idx; /* of the entries */
    size_t n;
};

const enum kind_id audit_redact_kinds[] = {KIND_REDACTED, KIND_NONE};

int audit_redact_begin(struct audit *a, void **state)
{
    (void)a;
    *state = xcalloc(1, sizeof(struct redactions));
    return 0;
}

int audit_redact_entry(struct audit *a, void *state, const struct entry *e)
{
    struct redactions *x = state;
    (void)a;
    if ((x->n & (x->n - 1)) == 0)
        x->idx = xrealloc(x->idx, (x->n ? 2 * x->n : 1) * sizeof(*x->idx));
    x->idx[x->n++] = e->idx;
    return 0;
}

/* The values that the entry names and that are still there. */
static int check(struct audit *a, struct scan *s, uint64_t idx)
{
    const int64_t args[] = {(int64_t)idx};
    size_t stream_len, name_len;
    if (scan_start(s, DB_AUDIT_REDACTED, args))
        return audit_scan_fault(a, s);
    int n = scan_next(s);
    if (n < 0)
        return audit_scan_fault(a, s);
    if (n == 0)
        return 0;
    const char *stream = scan_bytes(s, 1, &stream_len), *name = scan_bytes(s, 2, &name_len);
    return audit_fault(a, CPF_E_FORK,
                       "entry %" PRId64 " (%.*s): the disclosure of %.*s is here, though entry %" PRIu64
                       " says that it was erased",
                       scan_i64(s, 0), (int)stream_len, stream, (int)name_len, name, idx);
}

int audit_redact_end(struct audit *a, void *state)
{
    struct redactions *x = state;
    struct scan *s = NULL;
    char *error = NULL;
    int err = 0;
    if (!x->n)
        return 0;
    if (scan_open(a->conninfo, a->entries, &s, &error))
        err = audit_fault(a, CPF_E_AWAY, "%s", error);
    free(error);
    for (size_t i = 0; i < x->n && !err; i++)
        err = check(a, s, x->idx[i]);
    scan_close(s);
    return err;
}

void audit_redact_fini(void *state)
{
    struct redactions *x = state;
    if (x)
        free(x->idx);
    free(x);
}
