/*
 * Personal values beside the log (doc/log.md 6): each stored disclosure must give the digest that its entry
 * holds; one that is gone must be named by a `redacted` entry of the same stream, body {idx, names[]}.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "audit/int.h"
#include "base/mem.h"

void missings_fini(struct missings *m)
{
    for (size_t i = 0; i < m->n; i++) {
        free(m->at[i].stream);
        free(m->at[i].name);
    }
    free(m->at);
}

void missing_drop(struct missings *m, size_t i)
{
    free(m->at[i].stream);
    free(m->at[i].name);
    m->at[i] = m->at[--m->n];
}

void missing_add(struct missings *m, uint64_t idx, const char *stream, const char *name)
{
    m->at = xrealloc(m->at, (m->n + 1) * sizeof(*m->at));
    m->at[m->n++] = (struct missing){idx, xstrdup(stream), xstrdup(name)};
}

static const char *text_of(struct range *r, int col)
{
    size_t len;
    const char *s = scan_bytes(r->scan, col, &len);
    return arena_strndup(&r->keep, s, len);
}

int range_disclosures(struct range *r)
{
    /* Behind the newest entry there must be none either: the last range looks. */
    uint64_t from = r->from > r->a->from ? r->from : r->a->from;
    const int64_t args[] = {(int64_t)from, r->to == r->a->size ? INT64_MAX : (int64_t)r->to};
    size_t room = 0;
    int got;
    if (scan_start(r->scan, DB_AUDIT_DISCLOSURES, args))
        return range_scan_fault(r);
    while ((got = scan_next(r->scan)) > 0) {
        if (r->ndisclosures == room) {
            room = room ? room * 2 : 256;
            r->disclosure = xrealloc(r->disclosure, room * sizeof(*r->disclosure));
        }
        uint64_t idx = (uint64_t)scan_i64(r->scan, 0);
        r->disclosure[r->ndisclosures++] = (struct disclosure_row){idx, text_of(r, 1), text_of(r, 2)};
    }
    return got < 0 ? range_scan_fault(r) : 0;
}

static const struct disclosure_row *row_now(const struct range *r)
{
    return r->next_disclosure < r->ndisclosures ? &r->disclosure[r->next_disclosure] : NULL;
}

/* Said at the end: a row whose body is gone has its disclosures still, and that it is gone says more. */
static void foreign(struct range *r)
{
    if (!r->foreign)
        r->foreign = row_now(r)->idx + 1;
    r->next_disclosure++;
}

static void foreign_before(struct range *r, uint64_t idx)
{
    while (row_now(r) && row_now(r)->idx < idx)
        foreign(r);
}

static int check_disclosure(struct range *r, const struct entry *e, const struct json *digest)
{
    const char *name, *value;
    if (digest->type != JSON_STRING ||
        disclosure_open(&r->arena, row_now(r)->salted, digest->str, &name, &value) != 0 ||
        strcmp(name, digest->name) != 0)
        return range_fault(r, CPF_E_FORK,
                           "entry %" PRIu64 " (%s): the disclosure of %s is not what its digest says", e->idx,
                           e->stream, digest->name);
    r->n.ndisclosures++;
    r->next_disclosure++;
    return 0;
}

/* Rows and members of pd are both sorted by name. */
int range_pd_entry(struct range *r, const struct entry *e)
{
    foreign_before(r, e->idx);
    json_each(digest, e->pd) {
        const struct disclosure_row *row = row_now(r);
        if (!row || row->idx != e->idx || strcmp(row->name, digest->name) != 0) {
            missing_add(&r->missing, e->idx, e->stream, digest->name);
            continue;
        }
        int err = check_disclosure(r, e, digest);
        if (err)
            return err;
    }
    foreign_before(r, e->idx + 1);
    return 0;
}

void range_pd_end(struct range *r)
{
    foreign_before(r, UINT64_MAX);
}
