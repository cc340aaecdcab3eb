/*
 * Anchors: each cosignature and time stamp that is kept must be over a checkpoint of this very tree. One
 * beyond the log, or over another root, shows that the log was cut back or rewritten, whatever else fits.
 * Whose they are is checked with --evidence: witnesses by policy.txt, authorities by the manifest that the
 * root key signed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit/hook.h"
#include "base/bundle.h"
#include "base/cosig.h"
#include "base/file.h"
#include "base/keymanifest.h"
#include "base/mem.h"
#include "base/policy.h"
#include "base/stamp.h"
#include "lib/files.h"

struct anchors {
    struct scan *s;
    struct arena arena;
    struct policy policy; /* empty without --evidence */
    struct keymanifest keys;
    bool have_keys;
    struct stamp_trust *trust;
};

void audit_anchor_fini(void *state)
{
    struct anchors *x = state;
    if (!x)
        return;
    scan_close(x->s);
    stamp_trust_free(x->trust);
    arena_fini(&x->arena);
    free(x);
}

/* ---- --evidence ---- */

/* A file of the folder; false: it is not there. */
static bool read_kept(struct audit *a, const char *name, size_t most, struct buf *ret)
{
    char *path = files_join(a->evidence, name);
    int err = file_read(path, most, ret);
    free(path);
    return !err && ret->len;
}

static int read_keys(struct audit *a, struct anchors *x)
{
    struct note_key root;
    struct buf line, note;
    int err = 0;
    buf_init(&line);
    buf_init(&note);
    if (read_kept(a, BUNDLE_ROOT, BOUND_NOTE_BYTES, &line) &&
        read_kept(a, BUNDLE_KEYS, BOUND_NOTE_BYTES, &note)) {
        line.data[strcspn(line.data, "\r\n")] = '\0';
        err = note_key_parse(&root, line.data);
        if (!err)
            err = keymanifest_open(&x->keys, note.data, note.len, &root);
        x->have_keys = !err;
    }
    buf_fini(&line);
    buf_fini(&note);
    return err ? audit_fault(a, CPF_E_FORK, "%s/%s: %s", a->evidence, BUNDLE_KEYS, cpf_strerror(err)) : 0;
}

static int read_policy(struct audit *a, struct anchors *x)
{
    struct buf text;
    int err = 0, line = 0;
    buf_init(&text);
    if (read_kept(a, BUNDLE_POLICY, BOUND_POLICY_BYTES, &text))
        err = policy_parse(&x->policy, &x->arena, text.data, text.len, &line);
    buf_fini(&text);
    return err ? audit_fault(a, CPF_E_FORK, "%s/%s:%d: %s", a->evidence, BUNDLE_POLICY, line,
                             cpf_strerror(err))
               : 0;
}

static int read_certs(struct audit *a, struct anchors *x)
{
    static const struct {
        const char *name;
        int (*add)(struct stamp_trust *, const char *, size_t);
    } pem[] = {
        {BUNDLE_TSA, stamp_trust_certs}, {BUNDLE_CHAIN, stamp_trust_certs}, {BUNDLE_CRLS, stamp_trust_crls}};
    struct buf text;
    int err = 0;

    for (size_t i = 0; i < sizeof(pem) / sizeof(*pem) && !err; i++) {
        buf_init(&text);
        if (read_kept(a, pem[i].name, BOUND_PEM_BYTES, &text))
            err = pem[i].add(x->trust, text.data, text.len);
        buf_fini(&text);
        if (err)
            err = audit_fault(a, CPF_E_FORK, "%s/%s: %s", a->evidence, pem[i].name, cpf_strerror(err));
    }
    return err;
}

/* ---- a row ---- */

static void take(const struct scan *s, int col, struct buf *ret)
{
    size_t len;
    const char *p = scan_bytes(s, col, &len);
    buf_clear(ret);
    buf_reserve(ret, 1);
    ret->data[0] = '\0';
    buf_add(ret, p, len);
}

/* The member of the policy that this is the key of, if it is one's. */
static const struct policy_member *member_of(const struct anchors *x, const struct note_sig *sig)
{
    for (size_t i = 0; i < x->policy.nmembers; i++) {
        const struct policy_member *m = &x->policy.member[i];
        if (!m->group && m->key.id == sig->id && strlen(m->key.name) == sig->name_len &&
            memcmp(m->key.name, sig->name, sig->name_len) == 0)
            return m;
    }
    return NULL;
}

/* Is `text`, a checkpoint and one line behind it, a note whose last signature is `name`'s? */
static bool last_is(struct note *n, const struct buf *text, const char *name)
{
    if (note_parse(n, text->data, text->len) || n->nsigs < 2)
        return false;
    const struct note_sig *last = &n->sig[n->nsigs - 1];
    return strlen(name) == last->name_len && memcmp(name, last->name, last->name_len) == 0;
}

static int check_cosignature(struct audit *a, struct anchors *x, uint64_t size, int64_t at, const char *name,
                             const struct buf *text)
{
    struct note n;
    int64_t time = 0;
    a->ncosignatures++;
    if (!last_is(&n, text, name))
        return audit_fault(a, CPF_E_FORK, "the cosignature by %s of size %" PRIu64 " is none", name, size);
    const struct policy_member *m = member_of(x, &n.sig[n.nsigs - 1]);
    if (!m) {
        a->nanchors_unknown++;
        return 0;
    }
    n.sig[0] = n.sig[n.nsigs - 1];
    n.nsigs = 1;
    if (cosig_verify(&n, &m->key, &time))
        return audit_fault(a, CPF_E_FORK,
                           "%s cosigned another checkpoint of size %" PRIu64 " than the one kept", name,
                           size);
    if (time * 1000 != at)
        return audit_fault(a, CPF_E_FORK, "the cosignature by %s of size %" PRIu64 " tells another time",
                           name, size);
    return 0;
}

static int cosignatures(struct audit *a, struct anchors *x)
{
    struct buf name, line, text;
    int err = scan_start(x->s, DB_AUDIT_COSIGNATURES, NULL) ? audit_scan_fault(a, x->s) : 0, n = 0;
    buf_init(&name);
    buf_init(&line);
    buf_init(&text);
    while (!err && (n = scan_next(x->s)) == 1) {
        uint64_t size = (uint64_t)scan_i64(x->s, 0);
        take(x->s, 1, &name);
        take(x->s, 2, &line);
        take(x->s, 4, &text);
        if (!text.len) {
            err =
                audit_fault(a, CPF_E_FORK,
                            "%s cosigned size %" PRIu64 ", of which there is no checkpoint: the log was cut",
                            name.data, size);
        } else {
            buf_add(&text, line.data, line.len);
            buf_addc(&text, '\n');
            err = check_cosignature(a, x, size, scan_i64(x->s, 3), name.data, &text);
        }
    }
    buf_fini(&name);
    buf_fini(&line);
    buf_fini(&text);
    return err ? err : n < 0 ? audit_scan_fault(a, x->s) : 0;
}

/* ---- time stamps ---- */

/* The same checkpoint, signed by the log: whatever cosignatures it had then. */
static bool same_checkpoint(const struct audit *a, const struct buf *stamped, const struct buf *note)
{
    struct checkpoint c;
    struct note s, n;
    return !note_parse(&s, stamped->data, stamped->len) && !note_parse(&n, note->data, note->len) &&
           s.text_len == n.text_len && memcmp(s.text, n.text, n.text_len) == 0 &&
           !audit_keys_open(a, &c, stamped->data, stamped->len);
}

static int check_stamp(struct audit *a, struct anchors *x, uint64_t size, int64_t at,
                       const struct buf *stamped)
{
    const struct keymanifest_line *l = NULL;
    struct stamp stamp;
    size_t pins = 0, len;
    a->nstamps++;
    stamp_trust_unpin(x->trust);
    while (x->have_keys && (l = keymanifest_next(&x->keys, KEYMANIFEST_TSA, size, l))) {
        stamp_trust_pin(x->trust, l->digest);
        pins++;
    }
    if (!pins) {
        a->nanchors_unknown++;
        return 0;
    }
    const uint8_t *der = (const uint8_t *)scan_bytes(x->s, 2, &len);
    int err = stamp_verify(x->trust, der, len, stamped->data, stamped->len, &stamp);
    if (err)
        return audit_fault(a, CPF_E_FORK, "the time stamp of size %" PRIu64 " does not verify: %s", size,
                           cpf_strerror(err));
    if (stamp.time != at)
        return audit_fault(a, CPF_E_FORK, "the time stamp of size %" PRIu64 " tells another time", size);
    return 0;
}

static int stamps(struct audit *a, struct anchors *x)
{
    struct buf stamped, note;
    int err = scan_start(x->s, DB_AUDIT_STAMPS, NULL) ? audit_scan_fault(a, x->s) : 0, n = 0;
    buf_init(&stamped);
    buf_init(&note);
    while (!err && (n = scan_next(x->s)) == 1) {
        uint64_t size = (uint64_t)scan_i64(x->s, 0);
        take(x->s, 1, &stamped);
        take(x->s, 4, &note);
        if (!note.len)
            err = audit_fault(
                a, CPF_E_FORK,
                "size %" PRIu64 " was stamped, and there is no checkpoint of it: the log was cut", size);
        else if (!same_checkpoint(a, &stamped, &note))
            err = audit_fault(
                a, CPF_E_FORK,
                "what was stamped at size %" PRIu64 " is not this log's checkpoint of that size", size);
        else
            err = check_stamp(a, x, size, scan_i64(x->s, 3), &stamped);
    }
    buf_fini(&stamped);
    buf_fini(&note);
    return err ? err : n < 0 ? audit_scan_fault(a, x->s) : 0;
}

/* ---- what we cosigned of others ---- */

static int witnessed(struct audit *a, struct anchors *x)
{
    struct buf origin, vkey, note;
    struct note_key key;
    struct checkpoint c;
    int err = scan_start(x->s, DB_AUDIT_WITNESSED, NULL) ? audit_scan_fault(a, x->s) : 0, n = 0;
    buf_init(&origin);
    buf_init(&vkey);
    buf_init(&note);
    while (!err && (n = scan_next(x->s)) == 1) {
        take(x->s, 0, &origin);
        take(x->s, 1, &vkey);
        take(x->s, 3, &note);
        if (note_key_parse(&key, vkey.data) || checkpoint_open(&c, note.data, note.len, &key) ||
            c.size != (uint64_t)scan_i64(x->s, 2) || strcmp(c.origin, origin.data) != 0)
            err = audit_fault(a, CPF_E_FORK,
                              "what is kept of %s, which this facility witnesses, is not its checkpoint",
                              origin.data);
    }
    buf_fini(&origin);
    buf_fini(&vkey);
    buf_fini(&note);
    return err ? err : n < 0 ? audit_scan_fault(a, x->s) : 0;
}

/* ---- the hook ---- */

int audit_anchor_begin(struct audit *a, void **state)
{
    struct anchors *x = xcalloc(1, sizeof(*x));
    int err = 0;
    arena_init(&x->arena, 0);
    x->trust = stamp_trust_new();
    *state = x;
    if (a->evidence) {
        err = read_keys(a, x);
        if (!err)
            err = read_policy(a, x);
        if (!err)
            err = read_certs(a, x);
    }
    return err;
}

int audit_anchor_end(struct audit *a, void *state)
{
    struct anchors *x = state;
    char *error = NULL;
    if (scan_open(a->conninfo, a->entries, &x->s, &error)) {
        (void)!audit_fault(a, CPF_E_AWAY, "%s", error ? error : "no connection");
        free(error);
        return a->code;
    }
    int err = cosignatures(a, x);
    if (!err)
        err = stamps(a, x);
    return err ? err : witnessed(a, x);
}
