/*
 * Earlier checkpoints, each with the proof that this log only grew since: those that somebody holds, and
 * those that anchors saw (witnesses, time stamps), with the stamps over them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bundle/int.h"

#define ANCHORS_MAX 256 /* sizes */

static int add_consistency(struct make *m, uint64_t size)
{
    struct tlog_proof p = {.index = size, .note = m->note, .note_len = m->note_len};
    struct buf text;
    int r = merkle_prove_consistency(size, m->checkpoint.size, tree_node, m->tree, p.hash, &p.n);
    if (r)
        return make_fail(m, r, "consistency with size %" PRIu64 ": %s", size, cpf_strerror(r));
    buf_init(&text);
    tlog_consistency_format(&p, &text);
    r = make_numbered(m, BUNDLE_K_OLD_PROOF, size, NULL, arena_strndup(&m->a, text.data, text.len), text.len);
    buf_fini(&text);
    return r;
}

static int add_older(struct make *m, uint64_t size)
{
    const int64_t args[] = {(int64_t)size};
    size_t len;
    int r = scan_start(m->scan, DB_BUNDLE_CHECKPOINT, args);
    if (!r)
        r = scan_next(m->scan);
    if (r < 0)
        return make_scan_fail(m);
    if (r == 0)
        return make_fail(m, CPF_E_MISMATCH, "there is no checkpoint of size %" PRIu64, size);
    if (size > m->checkpoint.size)
        return CPF_OK; /* the bundle is older than what they hold, and the verifier says so */
    const char *note = make_note(m, &len);
    r = make_numbered(m, BUNDLE_K_OLD_CHECKPOINT, size, NULL, note, len);
    return r ? r : add_consistency(m, size);
}

/* ---- anchors ---- */

struct sizes {
    size_t n;
    uint64_t size[ANCHORS_MAX];
};

static int find_anchors(struct make *m, struct sizes *x)
{
    char most[12];
    snprintf(most, sizeof(most), "%d", ANCHORS_MAX);
    const char *const args[] = {m->stream, m->size_text, most};
    int r = scan_start_text(m->scan, DB_BUNDLE_ANCHORS, args);
    while (!r && (r = scan_next(m->scan)) == 1) {
        if (x->n < ANCHORS_MAX)
            x->size[x->n++] = (uint64_t)scan_i64(m->scan, 0);
        r = 0;
    }
    return r ? make_scan_fail(m) : CPF_OK;
}

static int add_one_stamp(struct make *m, uint64_t size, unsigned copy)
{
    struct bundle_name note = {BUNDLE_K_STAMPED, size, copy, NULL}, tsr = {BUNDLE_K_STAMP, size, copy, NULL};
    char name[BUNDLE_NAME];
    size_t note_len, der_len;
    const char *text = make_column(m, 0, &note_len), *der = make_column(m, 1, &der_len);
    int r = bundle_name_format(&note, name);
    if (!r)
        r = make_file(m, name, text, note_len);
    if (!r)
        r = bundle_name_format(&tsr, name);
    return r ? r : make_file(m, name, der, der_len);
}

static int add_stamps(struct make *m, uint64_t size)
{
    const int64_t args[] = {(int64_t)size};
    unsigned copy = 0;
    int r = scan_start(m->scan, DB_BUNDLE_STAMPS, args);
    if (r)
        return make_scan_fail(m);
    while ((r = scan_next(m->scan)) == 1)
        if ((r = add_one_stamp(m, size, ++copy)))
            return r;
    return r < 0 ? make_scan_fail(m) : CPF_OK;
}

/* Two requests for one size are one. */
static bool asked_for(const struct make *m, size_t n, uint64_t size)
{
    for (size_t i = 0; i < n; i++)
        if (m->q->older[i] == size)
            return true;
    return false;
}

static int add_anchors(struct make *m, const struct sizes *x)
{
    int r = CPF_OK;
    for (size_t i = 0; i < x->n && !r; i++) {
        if (x->size[i] != m->checkpoint.size && !asked_for(m, m->q->nolder, x->size[i]))
            r = add_older(m, x->size[i]);
        if (!r)
            r = add_stamps(m, x->size[i]);
    }
    return r;
}

int make_older(struct make *m)
{
    struct sizes anchors = {0};
    int r = CPF_OK;
    for (size_t i = 0; i < m->q->nolder && !r; i++)
        if (m->q->older[i] != m->checkpoint.size && !asked_for(m, i, m->q->older[i]))
            r = add_older(m, m->q->older[i]);
    if (!r)
        r = find_anchors(m, &anchors);
    return r ? r : add_anchors(m, &anchors);
}
