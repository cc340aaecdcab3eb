/* Earlier checkpoints: those in the bundle, and those that the verifier's owner holds. */
#include <stdlib.h>
#include <string.h>

#include "base/cosig.h"
#include "verify_int.h"

/* ---- in the bundle ---- */

static bool open_note(struct verify *v, struct older *o)
{
    int r = note_parse(&o->note, o->file->data, o->file->len);
    if (!r)
        r = checkpoint_parse(&o->c, o->note.text, o->note.text_len);
    if (!r && o->c.size != o->file->is.number)
        r = CPF_E_MISMATCH;
    if (r)
        verify_fail(v, CONSISTENCY_FORM, o->file->name, "%s", cpf_strerror(r));
    return r == CPF_OK;
}

static bool signed_well(struct verify *v, const struct older *o)
{
    int r = strcmp(o->c.origin, v->checkpoint.origin) == 0 ? CPF_OK : CPF_E_MISMATCH;
    if (!r && v->have_keys)
        r = keymanifest_verify(&v->keys, &o->note, o->c.size, NULL);
    if (r)
        verify_fail(v, CONSISTENCY_NOTE, o->file->name, "%s", cpf_strerror(r));
    return r == CPF_OK;
}

static bool consistent(struct verify *v, const struct older *o)
{
    const struct member *m = verify_numbered(v, BUNDLE_K_OLD_PROOF, o->c.size);
    const struct member *now = v->checkpoint_file;
    struct tlog_proof p;
    if (!m) {
        verify_fail(v, LAYOUT_MISSING, o->file->name, "no proof beside it");
        return false;
    }
    int r = tlog_consistency_parse(&p, m->data, m->len);
    if (!r && (p.index != o->c.size || p.note_len != now->len || memcmp(p.note, now->data, now->len) != 0))
        r = CPF_E_MISMATCH;
    if (r) {
        verify_fail(v, CONSISTENCY_FORM, m->name, "%s", cpf_strerror(r));
        return false;
    }
    if (tlog_consistency_verify(&p, o->c.root, &v->checkpoint) == CPF_OK)
        return true;
    verify_fail(v, CONSISTENCY_PROOF, m->name, "size %llu", (unsigned long long)o->c.size);
    return false;
}

/* Who cosigned it saw the log at this size then. */
static void add_cosignatures(struct verify *v, const struct older *o)
{
    for (size_t i = 0; v->have_policy && i < v->policy.nmembers; i++) {
        const struct policy_member *m = &v->policy.member[i];
        int64_t time;
        int r = m->group ? CPF_E_NOTFOUND : cosig_verify(&o->note, &m->key, &time);
        if (r == CPF_OK)
            verify_anchor_add(v, &(struct anchor){o->c.size, time * 1000, time * 1000 + 999, false, m->name});
        else if (r != CPF_E_NOTFOUND)
            verify_fail(v, COSIGNATURE_BAD, o->file->name, "%s", m->key.name);
    }
}

static void one_older(struct verify *v, const struct member *m)
{
    struct older *o = &v->older[v->nolder++];
    *o = (struct older){.file = m};
    if (!open_note(v, o))
        return;
    bool good = signed_well(v, o);
    o->good = consistent(v, o) && good;
    if (o->good)
        add_cosignatures(v, o);
}

void verify_older(struct verify *v)
{
    size_t n = 0;
    if (!v->have_checkpoint)
        return;
    for (size_t i = 0; i < v->nmembers; i++)
        n += v->member[i].is.kind == BUNDLE_K_OLD_CHECKPOINT;
    v->older = xcalloc(n + 1, sizeof(*v->older));
    for (size_t i = 0; i < v->nmembers; i++) {
        const struct member *m = &v->member[i];
        if (m->is.kind == BUNDLE_K_OLD_CHECKPOINT)
            one_older(v, m);
        else if (m->is.kind == BUNDLE_K_OLD_PROOF &&
                 !verify_numbered(v, BUNDLE_K_OLD_CHECKPOINT, m->is.number))
            verify_fail(v, LAYOUT_MISSING, m->name, "no checkpoint beside it");
    }
}

const struct older *verify_older_of(const struct verify *v, uint64_t size)
{
    for (size_t i = 0; i < v->nolder; i++)
        if (v->older[i].file->is.number == size)
            return &v->older[i];
    return NULL;
}

/* ---- in the hand of the verifier's owner ---- */

/* As editors of all kinds leave what somebody typed: a byte order mark in front, CR before LF, blanks behind
 * a line, empty lines at the end, or no LF there. What people type is read; a file of the bundle never is so.
 */
static struct verify_text as_typed(struct verify *v, const struct verify_text *t)
{
    const char *p = t->text, *end = t->text + t->len;
    struct buf b;
    buf_init(&b);
    if (t->len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p)), *stop = eol ? eol : end, *last = stop;
        while (last > p && (last[-1] == '\r' || last[-1] == ' ' || last[-1] == '\t'))
            last--;
        buf_add(&b, p, (size_t)(last - p));
        buf_addc(&b, '\n');
        p = eol ? eol + 1 : end;
    }
    while (b.len > 1 && b.data[b.len - 1] == '\n' && b.data[b.len - 2] == '\n')
        b.len--;
    const char *copy = arena_strndup(&v->own, b.data ? b.data : "", b.len);
    struct verify_text typed = {t->name, copy, b.len};
    buf_fini(&b);
    return typed;
}

/* A note, or the bare three lines as somebody typed them from a printed record. A bare one is believed: it
 * comes from whoever asks. A note must be the log's own. */
static bool open_known(struct verify *v, const struct verify_text *given, struct checkpoint *ret)
{
    const struct verify_text typed = as_typed(v, given), *t = &typed;
    struct note n;
    int r = note_parse(&n, t->text, t->len);
    if (r == CPF_OK) {
        r = checkpoint_parse(ret, n.text, n.text_len);
        if (!r && v->have_keys && strcmp(ret->origin, v->checkpoint.origin) == 0)
            r = keymanifest_verify(&v->keys, &n, ret->size, NULL);
    } else {
        r = checkpoint_parse(ret, t->text, t->len);
    }
    if (r)
        verify_fail(v, KNOWN_FORM, t->name, "%s", cpf_strerror(r));
    return r == CPF_OK;
}

static void one_known(struct verify *v, const struct verify_text *t)
{
    const struct checkpoint *now = &v->checkpoint;
    struct checkpoint known;
    if (!open_known(v, t, &known))
        return;
    unsigned long long size = known.size;
    if (strcmp(known.origin, now->origin) != 0) {
        verify_fail(v, KNOWN_ORIGIN, t->name, "%s", known.origin);
        return;
    }
    if (known.size > now->size) {
        verify_fail(v, KNOWN_NEWER, t->name, "you hold size %llu, the bundle is of size %llu", size,
                    (unsigned long long)now->size);
        return;
    }
    if (known.size == now->size) {
        if (memcmp(known.root, now->root, HASH_LEN) != 0)
            verify_fail(v, KNOWN_FORK, t->name, "two roots for size %llu", size);
        return;
    }
    for (size_t i = 0; i < v->nolder; i++) {
        const struct older *o = &v->older[i];
        if (o->c.size != known.size)
            continue;
        if (memcmp(o->c.root, known.root, HASH_LEN) != 0)
            verify_fail(v, KNOWN_FORK, t->name, "two roots for size %llu: yours, and %s", size,
                        o->file->name);
        return; /* whether the bundle's own is proved was told already */
    }
    verify_fail(v, KNOWN_UNPROVEN, t->name, "ask for a bundle with a proof from size %llu", size);
}

void verify_known(struct verify *v)
{
    for (size_t i = 0; v->have_checkpoint && i < v->opt.nknown; i++)
        one_known(v, &v->opt.known[i]);
}
