/*
 * Whose signatures a checkpoint must bear.
 *
 * With --manifest and --root: that of a key that the root key lets count at that size (keymanifest_verify),
 * and of each such key that was in use by then (key.rotated); what the log says of its keys must agree. With
 * --vkey alone: the head must be signed by a key given; the checkpoints before it by keys that the log itself
 * names, from log.opened through each key.rotated, which the head's signature covers.
 */
#include "audit/keys.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit/hook.h"
#include "base/file.h"
#include "base/keymanifest.h"
#include "base/keyring.h"
#include "base/log.h"
#include "base/mem.h"
#include "lib/files.h"

struct chain_key {
    struct note_key key;
    uint64_t from; /* first size that it signs */
};

struct audit_keys {
    struct keyring given; /* n = 0 without --vkey */
    struct keymanifest *manifest;
    struct note_key root;    /* that signed it */
    struct chain_key *chain; /* as the log tells it; the first is that of log.opened */
    size_t nchain;
};

/* ---- options ---- */

static char *text_of(const char *path)
{
    struct buf b;
    buf_init(&b);
    if (file_read(path, BOUND_NOTE_BYTES, &b)) {
        buf_fini(&b);
        return NULL;
    }
    buf_addc(&b, '\0');
    return b.data;
}

static const char *read_vkey(struct audit_keys *k, const char *given)
{
    char *text = text_of(given);
    int err = keyring_parse(&k->given, text ? text : given);
    free(text);
    return err ? "--vkey" : NULL;
}

static const char *read_manifest(struct audit_keys *k, const char *manifest, const char *root)
{
    char *note = text_of(manifest), *line = text_of(root);
    struct keyring r;
    const char *wrong = NULL;
    k->manifest = xcalloc(1, sizeof(*k->manifest));
    if (keyring_parse(&r, line ? line : root) || r.n != 1)
        wrong = "--root";
    else if (!note || keymanifest_open(k->manifest, note, strlen(note), &r.key[0]))
        wrong = "--manifest";
    else
        k->root = r.key[0];
    free(note);
    free(line);
    return wrong;
}

const char *audit_keys_options(struct audit *a, const char *vkey, const char *manifest, const char *root)
{
    struct audit_keys *k = xcalloc(1, sizeof(*k));
    const struct keymanifest_line *l = NULL;
    const char *wrong = NULL;
    a->keys = k;
    if (!manifest != !root)
        return manifest ? "--root" : "--manifest";
    if (vkey)
        wrong = read_vkey(k, vkey);
    if (!wrong && manifest)
        wrong = read_manifest(k, manifest, root);
    if (wrong)
        return wrong;
    if (k->given.n) {
        a->key = k->given.key[0];
    } else {
        for (size_t i = 0; i < k->manifest->n && !l; i++)
            l = k->manifest->line[i].role == KEYMANIFEST_LOG ? &k->manifest->line[i] : NULL;
        if (!l)
            return "--manifest";
        a->key = l->key;
    }
    return k->manifest && strcmp(k->manifest->origin, a->key.name) != 0 ? "--manifest" : NULL;
}

const struct note_key *audit_keys_root(const struct audit *a)
{
    return a->keys->manifest ? &a->keys->root : NULL;
}

void audit_keys_fini(struct audit *a)
{
    if (!a->keys)
        return;
    free(a->keys->manifest);
    free(a->keys->chain);
    free(a->keys);
    a->keys = NULL;
}

/* ---- checkpoints ---- */

static int verify_chain(const struct audit_keys *k, const struct note *n, uint64_t size)
{
    int good = CPF_E_NOTFOUND;
    for (size_t i = 0; i < k->nchain; i++) {
        int err = k->chain[i].from <= size ? note_verify(n, &k->chain[i].key) : CPF_E_NOTFOUND;
        if (err == 0)
            good = 0;
        else if (err != CPF_E_NOTFOUND)
            return err;
    }
    return good;
}

static bool holds(const struct keymanifest *m, const struct note_key *key, uint64_t size)
{
    const struct keymanifest_line *l = NULL;
    while ((l = keymanifest_next(m, KEYMANIFEST_LOG, size, l)))
        if (memcmp(l->key.pub, key->pub, KEY_PUB) == 0)
            return true;
    return false;
}

/* In an overlap both sign: is there a key that was in use and counts, and did not? */
static bool missing(const struct audit_keys *k, const struct note *n, uint64_t size)
{
    for (size_t i = 0; i < k->nchain; i++)
        if (k->chain[i].from <= size && holds(k->manifest, &k->chain[i].key, size) &&
            !note_has(n, &k->chain[i].key))
            return true;
    return false;
}

int audit_keys_open(const struct audit *a, struct checkpoint *ret, const char *note, size_t len)
{
    const struct audit_keys *k = a->keys;
    struct note n;
    int err = note_parse(&n, note, len);
    if (!err)
        err = checkpoint_parse(ret, n.text, n.text_len);
    if (err)
        return err;
    if (k->manifest) {
        err = keymanifest_verify(k->manifest, &n, ret->size, NULL);
        return !err && missing(k, &n, ret->size) ? CPF_E_MISMATCH : err;
    }
    if (ret->size < a->size && k->nchain)
        return verify_chain(k, &n, ret->size);
    return keyring_verify(&k->given, &n);
}

static void add_until(struct buf *b, const struct keymanifest_line *l)
{
    buf_printf(b, ", signed by %08x, which counts from %" PRIu64, l->key.id, l->from);
    if (l->until != KEYMANIFEST_ALWAYS)
        buf_printf(b, " until %" PRIu64 ": revoked", l->until);
}

void audit_keys_why(const struct audit *a, int err, const char *note, size_t len, char *ret, size_t size)
{
    const struct keymanifest *m = a->keys->manifest;
    struct note n;
    struct buf b;
    buf_init(&b);
    if (err == CPF_E_STALE && m && note_parse(&n, note, len) == 0) {
        buf_puts(&b, "no key that counts at its size signed it");
        for (size_t i = 0; i < m->n; i++)
            if (m->line[i].role == KEYMANIFEST_LOG && note_has(&n, &m->line[i].key))
                add_until(&b, &m->line[i]);
    } else if (err == CPF_E_MISMATCH && m) {
        buf_puts(&b, "not every key that counts at its size signed it: in an overlap both do");
    } else if (err == CPF_E_NOTFOUND) {
        buf_puts(&b, m ? "no key of the manifest signed it" : "it is not signed by the key given");
    } else {
        buf_puts(&b, cpf_strerror(err));
    }
    snprintf(ret, size, "%s", b.data);
    buf_fini(&b);
}

/* ---- what the log says of its keys ---- */

static int chain_fault(struct audit *a, uint64_t idx, const char *what)
{
    return audit_fault(a, CPF_E_FORK, "entry %" PRIu64 ": %s", idx, what);
}

static const struct chain_key *chain_find(const struct audit_keys *k, const char *vkey)
{
    struct note_key key;
    for (size_t i = 0; vkey && note_key_parse(&key, vkey) == 0 && i < k->nchain; i++)
        if (memcmp(k->chain[i].key.pub, key.pub, KEY_PUB) == 0)
            return &k->chain[i];
    return NULL;
}

static bool manifest_names(const struct keymanifest *m, const struct note_key *key)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->line[i].role == KEYMANIFEST_LOG && memcmp(m->line[i].key.pub, key->pub, KEY_PUB) == 0)
            return true;
    return false;
}

static int add_key(struct audit *a, uint64_t idx, const char *vkey, uint64_t from)
{
    struct audit_keys *k = a->keys;
    struct chain_key next = {.from = from};
    if (!vkey || note_key_parse(&next.key, vkey) || strcmp(next.key.name, a->key.name) != 0)
        return chain_fault(a, idx, "it names no key of this log");
    if (chain_find(k, vkey))
        return chain_fault(a, idx, "key.rotated names a key that the log had before");
    if (k->manifest && !manifest_names(k->manifest, &next.key))
        return chain_fault(a, idx,
                           k->nchain ? "key.rotated names a key that the manifest does not"
                                     : "log.opened names a key that the manifest does not");
    k->chain = xrealloc(k->chain, (k->nchain + 1) * sizeof(*k->chain));
    k->chain[k->nchain++] = next;
    return 0;
}

static int take_key(struct audit *a, const struct entry *e)
{
    struct log_opened opened;
    struct key_rotated v;
    if (a->keys->nchain == 0) {
        (void)log_read(&log_opened_shape, e, &opened);
        return add_key(a, e->idx, opened.vkey, 0);
    }
    (void)log_read(&key_rotated_shape, e, &v);
    if (!chain_find(a->keys, v.old))
        return chain_fault(a, e->idx, "key.rotated names as old a key that the log did not have");
    if (v.from <= 0 || (uint64_t)v.from > e->idx + 1)
        return chain_fault(a, e->idx, "key.rotated begins behind itself");
    return add_key(a, e->idx, v.new, (uint64_t)v.from);
}

static int read_chain(struct audit *a, struct scan *s)
{
    int n;
    if (scan_start(s, DB_AUDIT_KEYS, NULL))
        return audit_scan_fault(a, s);
    while ((n = scan_next(s)) > 0) {
        struct entry e = {0};
        uint64_t idx = (uint64_t)scan_i64(s, 0);
        size_t len;
        const char *body = scan_bytes(s, 1, &len);
        arena_reset(&a->arena);
        if (entry_read(&e, &a->arena, body, len))
            return chain_fault(a, idx, "its bytes are not an entry");
        e.idx = idx;
        int err = take_key(a, &e);
        if (err)
            return err;
    }
    return n < 0 ? audit_scan_fault(a, s) : 0;
}

/* A key given must be one of the log's; only a second one may still be unknown to it. */
static int check_given(struct audit *a)
{
    const struct audit_keys *k = a->keys;
    for (size_t i = 0; i < k->given.n && k->nchain; i++) {
        bool known = false;
        for (size_t j = 0; j < k->nchain; j++)
            known = known || memcmp(k->chain[j].key.pub, k->given.key[i].pub, KEY_PUB) == 0;
        if (!known && (i == 0 || i + 1 < k->given.n))
            return audit_fault(a, CPF_E_FORK, "the log names another key than the one given (log.opened)");
    }
    return 0;
}

/* Again, now that it is known which keys were in use. */
static int check_head(struct audit *a)
{
    struct checkpoint c;
    char why[512];
    int err = audit_keys_open(a, &c, a->note, strlen(a->note));
    if (!err)
        return 0;
    audit_keys_why(a, err, a->note, strlen(a->note), why, sizeof(why));
    return audit_fault(a, CPF_E_FORK, "the head's checkpoint (%" PRIu64 "): %s", a->size, why);
}

/* Before any row is read: which keys they are must be known for the first checkpoint. Each of these entries
 * is checked like all others, when it comes. */
int audit_keys_begin(struct audit *a, void **state)
{
    struct scan *s = NULL;
    char *error = NULL;
    (void)state;
    int err = scan_open(a->conninfo, a->entries, &s, &error);

    if (err)
        (void)audit_fault(a, CPF_E_AWAY, "%s", error);
    free(error);
    if (!err)
        err = read_chain(a, s);
    scan_close(s);
    if (!err)
        err = check_given(a);
    return err || a->size == 0 ? err : check_head(a);
}
