/* Personal values beside the log: each one's digest stands in its entry; what is gone was redacted. */
#include <stdlib.h>
#include <string.h>

#include "verify_int.h"

static const struct record *entry_of(const struct verify *v, uint64_t sseq)
{
    size_t lo = 0, hi = v->nentries;
    while (lo < hi) { /* sorted by number */
        size_t mid = lo + (hi - lo) / 2;
        uint64_t n = v->entry[mid].file->is.number;
        if (n == sseq)
            return &v->entry[mid];
        if (n < sseq)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static const struct member *disclosure_of(const struct verify *v, const struct record *r, const char *field)
{
    struct bundle_name n = {
        .kind = BUNDLE_K_DISCLOSURE, .number = r->file->is.number, .field = field, .copy = 1};
    char name[BUNDLE_NAME];
    return bundle_name_format(&n, name) == CPF_OK ? verify_member(v, name) : NULL;
}

/* ---- redactions: kind `redacted`, body {approver, idx, names[]}, in the entry's own stream and behind it
 * ---- */

struct redaction {
    uint64_t idx;
    const char *field;
    const struct record *by;
};
struct redactions {
    struct redaction *list; /* sorted */
    size_t n, cap;
};

static int by_field(const void *a, const void *b)
{
    const struct redaction *x = a, *y = b;
    return x->idx != y->idx ? (x->idx < y->idx ? -1 : 1) : strcmp(x->field, y->field);
}

static const struct record *redacted_by(const struct redactions *x, const struct record *r, const char *field)
{
    struct redaction key = {.idx = r->e.idx, .field = field};
    const struct redaction *hit = x->n ? bsearch(&key, x->list, x->n, sizeof(key), by_field) : NULL;
    return hit ? hit->by : NULL;
}

static bool has_field(const struct verify *v, uint64_t idx, uint64_t before, const char *field)
{
    for (size_t i = 0; i < v->nentries; i++) {
        const struct record *r = &v->entry[i];
        if (r->proven && r->e.idx == idx)
            return r->e.sseq < before && json_get(r->e.pd, field) != NULL;
    }
    return false;
}

static void add(struct redactions *x, uint64_t idx, const char *field, const struct record *by)
{
    if (x->n == x->cap) {
        x->cap = x->cap ? 2 * x->cap : 16;
        x->list = xrealloc(x->list, x->cap * sizeof(*x->list));
    }
    x->list[x->n++] = (struct redaction){idx, field, by};
}

/* Another person stood by: whoever signs alone could erase what speaks against him. */
static void check_approver(struct verify *v, const struct record *x)
{
    const char *approver = json_get_str(x->e.body, "approver"),
               *signer = json_get_str(x->e.actor, "performed");
    if (!approver || !*approver || !signer || strcmp(approver, signer) == 0)
        verify_fail(v, REDACTED_APPROVER, x->file->name, "%s", approver ? approver : "nobody");
}

static void read_redaction(struct verify *v, struct redactions *all, const struct record *x)
{
    check_approver(v, x);
    int64_t idx = json_get_int(x->e.body, "idx", -1);
    const struct json *names = json_get(x->e.body, "names");
    bool ok = idx >= 0 && names && names->type == JSON_ARRAY && names->len > 0;
    json_each(name, ok ? names : NULL) {
        if (name->type == JSON_STRING && has_field(v, (uint64_t)idx, x->e.sseq, name->str))
            add(all, (uint64_t)idx, name->str, x);
        else
            ok = false;
    }
    if (!ok)
        verify_fail(v, REDACTED_FORM, x->file->name, "index %lld", (long long)idx);
}

/* ---- one entry's personal fields ---- */

static void check_value(struct verify *v, const struct json *digest, const struct member *m)
{
    const char *name, *value;
    /* the file holds the text and nothing else: a NUL inside would hide what stands behind it */
    if (strlen(m->data) != m->len || disclosure_open(&v->a, m->data, digest->str, &name, &value) != CPF_OK ||
        strcmp(name, digest->name) != 0)
        verify_fail(v, DISCLOSURE_DIGEST, m->name, NULL);
    else
        v->ndisclosures++;
}

static void check_field(struct verify *v, const struct redactions *all, const struct record *r,
                        const struct json *digest)
{
    const struct member *m = disclosure_of(v, r, digest->name);
    const struct record *redacted = redacted_by(all, r, digest->name);
    if (m && redacted)
        verify_fail(v, DISCLOSURE_REDACTED, m->name, "erased by %s", redacted->file->name);
    else if (m)
        check_value(v, digest, m);
    else if (!redacted && v->info.disclosures)
        verify_fail(v, DISCLOSURE_MISSING, r->file->name, "%s", digest->name);
}

/* Every disclosure belongs to a field of an entry that is here. */
static void check_belongs(struct verify *v, const struct member *m)
{
    const struct record *r = entry_of(v, m->is.number);
    if (!v->info.disclosures)
        verify_fail(v, DISCLOSURE_NONE, m->name, NULL);
    if (!r || !r->read || !json_get(r->e.pd, m->is.field))
        verify_fail(v, DISCLOSURE_FOREIGN, m->name, NULL);
}

void verify_personal(struct verify *v)
{
    struct redactions all = {0};
    for (size_t i = 0; i < v->nmembers; i++)
        if (v->member[i].is.kind == BUNDLE_K_DISCLOSURE)
            check_belongs(v, &v->member[i]);
    for (size_t i = 0; i < v->nentries; i++)
        if (v->entry[i].read && kind_is(v->entry[i].e.kind, KIND_REDACTED))
            read_redaction(v, &all, &v->entry[i]);
    if (all.n)
        qsort(all.list, all.n, sizeof(*all.list), by_field);
    v->nredacted = all.n;
    for (size_t i = 0; i < v->nentries; i++)
        json_each(digest, v->entry[i].e.pd)
            check_field(v, &all, &v->entry[i], digest);
    free(all.list);
}
