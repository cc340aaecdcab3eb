/*
 * The log's keys as its own stream tells them: log.opened names the first, key.rotated {old, new, from} each
 * further one. The vkey file may name two, of which the newer may be one that the log does not know yet: then
 * this start is the rotation. Anything else that the log does not know is refused.
 */
#include <stdlib.h>
#include <string.h>
#include "ledger/ledger_int.h"

static bool same_key(const struct note_key *a, const struct note_key *b)
{
    return memcmp(a->pub, b->pub, KEY_PUB) == 0;
}

static bool is_known(const struct ledger *l, const struct note_key *k)
{
    for (size_t i = 0; i < l->nknown; i++)
        if (same_key(&l->known[i], k))
            return true;
    return false;
}

int ledger_key_know(struct ledger *l, const char *vkey)
{
    struct note_key k;
    int err = vkey ? note_key_parse(&k, vkey) : CPF_E_SYNTAX;
    if (!err && strcmp(k.name, l->cfg.origin) != 0)
        err = CPF_E_MISMATCH;
    if (err)
        return err;
    if (is_known(l, &k))
        return 0;
    l->known = xrealloc(l->known, (l->nknown + 1) * sizeof(*l->known));
    l->known[l->nknown++] = k;
    return 0;
}

bool ledger_key_check(struct ledger *l)
{
    const struct keyring *r = &l->keys;
    for (size_t i = 0; i < r->n && l->nknown; i++) {
        if (is_known(l, &r->key[i]) || (i > 0 && i + 1 == r->n))
            continue;
        struct buf vkey;
        buf_init(&vkey);
        note_key_format(&r->key[i], &vkey);
        ledger_fatal(
            l, CPF_E_MISMATCH,
            "the log does not know the key %s of the vkey file: a new key comes in as a second line, "
            "behind one that the log knows",
            vkey.data);
        buf_fini(&vkey);
        return false;
    }
    return true;
}

bool ledger_key_rotates(const struct ledger *l)
{
    return l->keys.n > 1 && !is_known(l, &l->keys.key[l->keys.n - 1]);
}

const char *ledger_key_text(struct arena *a, const struct note_key *k)
{
    struct buf vkey;
    buf_init(&vkey);
    note_key_format(k, &vkey);
    const char *text = arena_strndup(a, vkey.data, vkey.len);
    buf_fini(&vkey);
    return text;
}

struct key_rotated ledger_key_rotated(struct ledger *l, struct arena *a)
{
    struct key_rotated r = {.old = ledger_key_text(a, &l->keys.key[0]),
                            .new = ledger_key_text(a, &l->keys.key[l->keys.n - 1]),
                            .from = (int64_t)l->settled.size + 1};
    require(ledger_key_know(l, r.new) == 0);
    return r;
}

bool ledger_key_signed(struct ledger *l, const char *note, size_t len)
{
    const struct note_key *missing = NULL;
    struct note n;
    if (l->keys.n < 2)
        return true;
    if (note_parse(&n, note, len) == 0 && !(missing = keyring_missing(&l->keys, &n)))
        return true;
    ledger_fatal(
        l, CPF_E_MISMATCH,
        "cpf-signer does not sign with the key %08x of the vkey file: set both `key` and `next_key` in "
        "its settings, start it and then cpfd; or take that line out of the vkey file",
        missing ? missing->id : 0);
    return false;
}
