/* The bundle's course: checkpoint, entries, support, map, proofs, the rest. */
#include "bundle/make.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/int.h"

int make_fail(struct make *m, int code, const char *fmt, ...)
{
    va_list ap;
    if (*m->ret_error)
        return code;
    va_start(ap, fmt);
    require(vasprintf(m->ret_error, fmt, ap) >= 0);
    va_end(ap);
    return code;
}

int make_scan_fail(struct make *m)
{
    return make_fail(m, CPF_E_DB, "the database: %s", scan_error(m->scan));
}

int make_file(struct make *m, const char *name, const void *data, size_t len)
{
    m->bytes += len;
    if (m->nfiles == BOUND_BUNDLE_MEMBERS || len > BOUND_BUNDLE_MEMBER || m->bytes > BOUND_BUNDLE_UNPACKED)
        return make_fail(m, CPF_E_LIMIT, "%s: the bundle grows beyond what a verifier takes", name);
    if (m->nfiles == m->cap) {
        m->cap = m->cap ? 2 * m->cap : 1024;
        m->file = xrealloc(m->file, m->cap * sizeof(*m->file));
    }
    m->file[m->nfiles++] = (struct file){arena_strdup(&m->a, name), data, len};
    return CPF_OK;
}

int make_numbered(struct make *m, enum bundle_kind kind, uint64_t number, const char *field, const void *data,
                  size_t len)
{
    const struct bundle_name n = {kind, number, 1, field};
    char name[BUNDLE_NAME];
    if (bundle_name_format(&n, name))
        return make_fail(m, CPF_E_LIMIT, "no file can be named after number %" PRIu64 "%s%s", number,
                         field ? " and field " : "", field ? field : "");
    return make_file(m, name, data, len);
}

const char *make_column(struct make *m, int col, size_t *ret_len)
{
    const char *s = scan_bytes(m->scan, col, ret_len);
    return arena_strndup(&m->a, s, *ret_len);
}

static void add_entry(struct make *m, struct entry **list, size_t *n, size_t *cap, const struct entry *e)
{
    if (*n == *cap) {
        struct entry *more = arena_alloc(&m->a, (*cap ? 2 * *cap : 256) * sizeof(*more));
        if (*n)
            memcpy(more, *list, *n * sizeof(*more));
        *list = more;
        *cap = *cap ? 2 * *cap : 256;
    }
    (*list)[(*n)++] = *e;
}

int make_entries(struct make *m, enum db_stmt stmt, const char *const *args, struct entry **list, size_t *n,
                 size_t *cap)
{
    int r = scan_start_text(m->scan, stmt, args);
    while (!r && (r = scan_next(m->scan)) == 1) {
        struct entry e = {0};
        size_t len;
        const char *text = make_column(m, 1, &len);
        /* bytes that are no entry go in as they are: the verifier names them */
        (void)!entry_read(&e, &m->a, text, len);
        e.text = text;
        e.len = len;
        e.idx = (uint64_t)scan_i64(m->scan, 0);
        add_entry(m, list, n, cap, &e);
        r = 0;
    }
    return r ? make_scan_fail(m) : CPF_OK;
}

/* ---- checkpoint and entries ---- */

static int take_checkpoint(struct make *m)
{
    const int64_t args[] = {(int64_t)m->q->size};
    struct note n;
    int r = scan_start(m->scan, DB_BUNDLE_CHECKPOINT, args);
    if (!r)
        r = scan_next(m->scan);
    if (r < 0)
        return make_scan_fail(m);
    if (r == 0)
        return make_fail(m, CPF_E_NOTFOUND, "there is no checkpoint of size %" PRIu64, m->q->size);
    m->note = make_note(m, &m->note_len);
    r = note_parse(&n, m->note, m->note_len);
    if (!r)
        r = checkpoint_parse(&m->checkpoint, n.text, n.text_len);
    if (r)
        return make_fail(m, r, "the checkpoint of size %" PRId64 ": %s", scan_i64(m->scan, 0),
                         cpf_strerror(r));
    snprintf(m->size_text, sizeof(m->size_text), "%" PRIu64, m->checkpoint.size);
    m->tree = tree_new(m->scan, m->checkpoint.size);
    return CPF_OK;
}

static int take_entries(struct make *m)
{
    const char *const args[] = {m->stream, m->size_text};
    size_t cap = 0;
    int r = make_entries(m, DB_BUNDLE_ENTRIES, args, &m->entry, &m->nentries, &cap);
    if (r)
        return r;
    if (m->nentries == 0)
        return make_fail(m, CPF_E_NOTFOUND, "there is no batch %s in the first %s entries", m->q->batch,
                         m->size_text);
    return CPF_OK;
}

/* A value that is gone, with the entry that says so behind the checkpoint, would read as lost. */
static int check_erased(struct make *m, const char *const *args)
{
    int r = scan_start_text(m->scan, DB_BUNDLE_ERASED, args);
    if (!r)
        r = scan_next(m->scan);
    if (r < 0)
        return make_scan_fail(m);
    return r == 0 ? CPF_OK
                  : make_fail(m, CPF_E_BUSY,
                              "a personal value was erased behind size %s: ask again, for a newer checkpoint "
                              "or without disclosures",
                              m->size_text);
}

static int take_disclosures(struct make *m)
{
    const char *const args[] = {m->stream, m->size_text};
    int r = check_erased(m, args);
    if (r)
        return r;
    r = scan_start_text(m->scan, DB_BUNDLE_DISCLOSURES, args);
    while (!r && (r = scan_next(m->scan)) == 1) {
        size_t name_len, len;
        const char *name = make_column(m, 1, &name_len), *salted = make_column(m, 2, &len);
        r = make_numbered(m, BUNDLE_K_DISCLOSURE, (uint64_t)scan_i64(m->scan, 0), name, salted, len);
        if (r)
            return r;
    }
    return r ? make_scan_fail(m) : CPF_OK;
}

/* ---- proofs ---- */

static int add_proof(struct make *m, const struct entry *e, enum bundle_kind kind, uint64_t number)
{
    struct tlog_proof p = {.index = e->idx, .note = m->note, .note_len = m->note_len};
    struct buf text;
    int r = merkle_prove_inclusion(e->idx, m->checkpoint.size, tree_node, m->tree, p.hash, &p.n);
    if (r)
        return make_fail(m, r, "proof of entry %" PRIu64 ": %s", e->idx,
                         r == CPF_E_STATE ? "a tile or a leaf is missing" : cpf_strerror(r));
    buf_init(&text);
    tlog_proof_format(&p, &text);
    char *copy = arena_strndup(&m->a, text.data, text.len);
    r = make_numbered(m, kind, number, NULL, copy, text.len);
    buf_fini(&text);
    return r;
}

static int by_index(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->idx < y->idx ? -1 : x->idx > y->idx;
}

int make_proofs(struct make *m)
{
    int r = CPF_OK;
    for (size_t i = 0; i < m->nentries && !r; i++) {
        r = make_numbered(m, BUNDLE_K_ENTRY, i + 1, NULL, m->entry[i].text, m->entry[i].len);
        if (!r)
            r = add_proof(m, &m->entry[i], BUNDLE_K_PROOF, i + 1);
    }
    if (m->nsupport)
        qsort(m->support, m->nsupport, sizeof(*m->support), by_index);
    for (size_t i = 0; i < m->nsupport && !r; i++) {
        r = make_numbered(m, BUNDLE_K_SUPPORT, i + 1, NULL, m->support[i].text, m->support[i].len);
        if (!r)
            r = add_proof(m, &m->support[i], BUNDLE_K_SUPPORT_PROOF, i + 1);
    }
    return r;
}

/* ---- the whole ---- */

static int add_reports(struct make *m)
{
    const struct {
        const char *name;
        const struct bundle_report *r;
    } list[] = {
        {BUNDLE_REPORT, &m->q->pdf}, {BUNDLE_REPORT_CSV, &m->q->csv}, {BUNDLE_REPORT_JSON, &m->q->json}};
    int r = CPF_OK;
    for (size_t i = 0; i < sizeof(list) / sizeof(*list) && !r; i++)
        if (list[i].r->data)
            r = make_file(m, list[i].name, list[i].r->data, list[i].r->len);
    return r;
}

static int make_all(struct make *m, struct buf *ret)
{
    int r = take_checkpoint(m);
    if (!r)
        r = make_file(m, BUNDLE_CHECKPOINT, m->note, m->note_len);
    if (!r)
        r = take_entries(m);
    if (!r)
        r = make_support(m);
    if (!r)
        r = make_map(m);
    if (!r)
        r = make_proofs(m);
    if (!r && m->q->disclosures)
        r = take_disclosures(m);
    if (!r)
        r = make_older(m);
    if (!r)
        r = make_kept(m);
    if (!r)
        r = add_reports(m);
    return r ? r : make_zip(m, ret);
}

int bundle_make(struct scan *s, const struct bundle_request *q, struct buf *ret, char **ret_error)
{
    struct make m = {.q = q, .scan = s, .ret_error = ret_error};
    *ret_error = NULL;
    arena_init(&m.a, 0);
    m.stream = arena_printf(&m.a, "batch/%s", q->batch);
    int r = make_all(&m, ret);
    tree_free(m.tree);
    free(m.file);
    arena_fini(&m.a);
    return r;
}
