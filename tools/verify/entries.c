/* Entries and their places in the tree; what the log declared void. */
#include <stdlib.h>
#include <string.h>

#include "verify_int.h"

/* ---- one entry and its proof ---- */

static bool read_entry(struct verify *v, struct record *r)
{
    int err = entry_read(&r->e, &v->a, r->file->data, r->file->len);
    if (err)
        verify_fail(v, ENTRY_FORM, r->file->name, "%s", cpf_strerror(err));
    r->read = err == CPF_OK;
    return r->read;
}

static void prove(struct verify *v, struct record *r)
{
    const struct member *now = v->checkpoint_file;
    struct tlog_proof p;
    if (!r->proof) {
        verify_fail(v, PROOF_MISSING, r->file->name, NULL);
        return;
    }
    int err = tlog_proof_parse(&p, r->proof->data, r->proof->len);
    if (err) {
        verify_fail(v, PROOF_FORM, r->proof->name, "%s", cpf_strerror(err));
        return;
    }
    if (!now || !r->read)
        return;
    if (p.note_len != now->len || memcmp(p.note, now->data, now->len) != 0) {
        verify_fail(v, PROOF_CHECKPOINT, r->proof->name, NULL);
        return;
    }
    r->e.idx = p.index;
    r->proven = tlog_proof_verify(&p, r->e.leaf, &v->checkpoint) == CPF_OK;
    if (!r->proven)
        verify_fail(v, PROOF_INCLUSION, r->file->name, "index %llu", (unsigned long long)p.index);
}

/* ---- the batch's own ---- */

static void one_entry(struct verify *v, struct record *r)
{
    const struct entry *e = &r->e;
    r->proof = verify_numbered(v, BUNDLE_K_PROOF, r->file->is.number);
    if (read_entry(v, r) && (strcmp(e->stream, v->info.stream) != 0 || e->sseq != r->file->is.number))
        verify_fail(v, ENTRY_NAME, r->file->name, "stream %s, sseq %llu", e->stream,
                    (unsigned long long)e->sseq);
    prove(v, r);
}

/* ---- what they rest on ---- */

/* Another batch's entry would show another patient's data, however well it is proved. */
static bool may_support(const struct entry *e)
{
    switch (stream_type(e->stream, NULL)) {
    case STREAM_LOG:
    case STREAM_FACILITY:
    case STREAM_PERSON:
    case STREAM_PROTOCOL:
        return true;
    case STREAM_STATION:
        return kind_is(e->kind, KIND_STATION_ENROLLED) || kind_is(e->kind, KIND_STATION_SPOOLED);
    default:
        return false;
    }
}

static void one_support(struct verify *v, struct record *r)
{
    r->proof = verify_numbered(v, BUNDLE_K_SUPPORT_PROOF, r->file->is.number);
    if (read_entry(v, r) && !may_support(&r->e))
        verify_fail(v, SUPPORT_STREAM, r->file->name, "%s", r->e.stream);
    prove(v, r);
}

/* ---- all of them ---- */

static size_t count_kind(const struct verify *v, enum bundle_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < v->nmembers; i++)
        n += v->member[i].is.kind == kind;
    return n;
}

/* A proof without its entry is no evidence of anything, but somebody took the entry away. */
static void lone_proofs(struct verify *v)
{
    for (size_t i = 0; i < v->nmembers; i++) {
        const struct member *m = &v->member[i];
        bool own = m->is.kind == BUNDLE_K_PROOF, other = m->is.kind == BUNDLE_K_SUPPORT_PROOF;
        if ((own && !verify_numbered(v, BUNDLE_K_ENTRY, m->is.number)) ||
            (other && !verify_numbered(v, BUNDLE_K_SUPPORT, m->is.number)))
            verify_fail(v, LAYOUT_MISSING, m->name, "a proof whose entry is not here");
    }
}

/* Each entry once, in the order of the log, under the numbers from 1: else one of them could be counted for
 * another that was left out. */
static void check_support_order(struct verify *v)
{
    const struct record *before = NULL;
    for (size_t i = 0; i < v->nsupport; i++) {
        const struct record *r = &v->support[i];
        if (r->file->is.number != i + 1)
            verify_fail(v, SUPPORT_ORDER, r->file->name, "is the one at place %zu", i + 1);
        else if (r->proven && before && r->e.idx <= before->e.idx)
            verify_fail(v, SUPPORT_ORDER, r->file->name, "index %llu behind %llu",
                        (unsigned long long)r->e.idx, (unsigned long long)before->e.idx);
        if (r->proven)
            before = r;
    }
}

void verify_entries(struct verify *v)
{
    v->entry = xcalloc(count_kind(v, BUNDLE_K_ENTRY) + 1, sizeof(*v->entry));
    v->support = xcalloc(count_kind(v, BUNDLE_K_SUPPORT) + 1, sizeof(*v->support));
    /* members are sorted by name, and so are five-digit numbers */
    for (size_t i = 0; i < v->nmembers; i++) {
        const struct member *m = &v->member[i];
        if (m->is.kind == BUNDLE_K_ENTRY) {
            v->entry[v->nentries].file = m;
            one_entry(v, &v->entry[v->nentries++]);
        } else if (m->is.kind == BUNDLE_K_SUPPORT) {
            v->support[v->nsupport].file = m;
            one_support(v, &v->support[v->nsupport++]);
        }
    }
    check_support_order(v);
    lone_proofs(v);
}

/* ---- void ranges ---- */

bool verify_is_void(const struct record *r)
{
    return r->proven && log_kind(&r->e) == KIND_LOG_VOID;
}

static void check_range(struct verify *v, struct record *list, size_t n, uint64_t first, uint64_t count,
                        const char *by)
{
    for (size_t i = 0; i < n; i++) {
        const struct record *r = &list[i];
        if (r->proven && r->e.idx >= first && r->e.idx - first < count)
            verify_fail(v, VOID_ENTRY, r->file->name, "index %llu is void by %s",
                        (unsigned long long)r->e.idx, by);
    }
}

void verify_void(struct verify *v)
{
    for (size_t i = 0; i < v->nsupport; i++) {
        const struct record *r = &v->support[i];
        if (!verify_is_void(r))
            continue;
        struct log_void x;
        bool whole = log_read(&log_void_shape, &r->e, &x);
        v->nvoids++;
        /* it stands right behind the run that it names */
        if (!whole || x.first < 0 || x.count < 1 || (uint64_t)x.first + (uint64_t)x.count != r->e.idx) {
            verify_fail(v, VOID_FORM, r->file->name, "first %lld, count %lld, itself %llu",
                        (long long)x.first, (long long)x.count, (unsigned long long)r->e.idx);
            continue;
        }
        check_range(v, v->entry, v->nentries, (uint64_t)x.first, (uint64_t)x.count, r->file->name);
        check_range(v, v->support, v->nsupport, (uint64_t)x.first, (uint64_t)x.count, r->file->name);
    }
}
