/* Earlier checkpoints that somebody holds: each with the proof that this log only grew since. */
#include <inttypes.h>
#include <string.h>

#include "bundle_int.h"

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
    if (size == 0 || size > m->checkpoint.size)
        return make_fail(m, CPF_E_NOTFOUND, "size %" PRIu64 " is not below that of the checkpoint", size);
    int r = scan_start(m->scan, DB_BUNDLE_CHECKPOINT, args);
    if (!r)
        r = scan_next(m->scan);
    if (r < 0)
        return make_scan_fail(m);
    if (r == 0)
        return make_fail(m, CPF_E_NOTFOUND, "there is no checkpoint of size %" PRIu64, size);
    const char *note = make_column(m, 1, &len);
    r = make_numbered(m, BUNDLE_K_OLD_CHECKPOINT, size, NULL, note, len);
    return r ? r : add_consistency(m, size);
}

int make_older(struct make *m)
{
    int r = CPF_OK;
    for (size_t i = 0; i < m->q->nolder && !r; i++)
        if (m->q->older[i] != m->checkpoint.size)
            r = add_older(m, m->q->older[i]);
    return r;
}
