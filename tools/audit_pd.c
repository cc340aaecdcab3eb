/*
 * Personal values beside the log (LOG.md 6): each stored disclosure must give the digest that its entry
 * holds; one that is gone must be named by a `redacted` entry of the same stream, body {idx, names[]}.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "audit_int.h"
#include "base/mem.h"

static int next_disclosure(struct audit *a)
{
    int n = scan_next(a->disclosures);

    a->have_disclosure = n > 0;
    return n < 0 ? audit_scan_fault(a, a->disclosures) : 0;
}

int audit_pd_begin(struct audit *a)
{
    if (scan_start(a->disclosures, DB_AUDIT_DISCLOSURES, NULL))
        return audit_scan_fault(a, a->disclosures);
    return next_disclosure(a);
}

static const char *row_text(struct audit *a, int col)
{
    size_t len;
    const char *s = scan_bytes(a->disclosures, col, &len);

    return arena_strndup(&a->arena, s, len);
}

static void gone(struct audit *a, const struct entry *e, const char *name)
{
    a->missing = xrealloc(a->missing, (a->nmissing + 1) * sizeof(*a->missing));
    a->missing[a->nmissing++] = (struct missing){e->idx, xstrdup(e->stream), xstrdup(name)};
}

static int check_disclosure(struct audit *a, const struct entry *e, const struct json *digest)
{
    const char *name, *value, *salted = row_text(a, 2);

    if (digest->type != JSON_STRING || disclosure_open(&a->arena, salted, digest->str, &name, &value) != 0 ||
        strcmp(name, digest->name) != 0)
        return audit_fault(a, CPF_E_FORK,
                           "entry %" PRIu64 " (%s): the disclosure of %s is not what its digest says", e->idx,
                           e->stream, digest->name);
    a->ndisclosures++;
    return next_disclosure(a);
}

static bool row_before(const struct audit *a, uint64_t idx)
{
    return a->have_disclosure && (uint64_t)scan_i64(a->disclosures, 0) < idx;
}

/* Rows and members of pd are both sorted by name. */
int audit_pd_entry(struct audit *a, const struct entry *e)
{
    if (row_before(a, e->idx))
        return audit_fault(a, CPF_E_FORK,
                           "a disclosure for entry %" PRId64 ", which has no such personal field",
                           scan_i64(a->disclosures, 0));
    json_each(digest, e->pd)
    {
        bool here = a->have_disclosure && (uint64_t)scan_i64(a->disclosures, 0) == e->idx &&
                    strcmp(row_text(a, 1), digest->name) == 0;
        if (!here) {
            gone(a, e, digest->name);
            continue;
        }
        int err = check_disclosure(a, e, digest);
        if (err)
            return err;
    }
    if (row_before(a, e->idx + 1))
        return audit_fault(a, CPF_E_FORK,
                           "a disclosure for entry %" PRIu64 ", which has no such personal field", e->idx);
    return 0;
}

int audit_pd_redacted(struct audit *a, const struct entry *e)
{
    uint64_t idx = (uint64_t)json_get_int(e->body, "idx", -1);

    json_each(name, json_get(e->body, "names"))
    {
        for (size_t i = 0; i < a->nmissing; i++) {
            struct missing *m = &a->missing[i];
            /* A freed slot is not counted any more, which the analyser cannot see. */
            // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
            if (m->idx != idx || strcmp(m->stream, e->stream) != 0 || name->type != JSON_STRING ||
                strcmp(m->name, name->str) != 0)
                continue;
            free(m->stream);
            free(m->name);
            *m = a->missing[--a->nmissing];
            break;
        }
    }
    return 0;
}

int audit_pd_end(struct audit *a)
{
    if (a->have_disclosure)
        return audit_fault(a, CPF_E_FORK,
                           "a disclosure for entry %" PRId64 ", which has no such personal field",
                           scan_i64(a->disclosures, 0));
    if (a->nmissing)
        return audit_fault(a, CPF_E_FORK,
                           "entry %" PRIu64
                           " (%s): the disclosure of %s is gone and no redacted entry says so",
                           a->missing[0].idx, a->missing[0].stream, a->missing[0].name);
    return 0;
}
