/* Whose signatures a checkpoint bears, and how that changes: rotation. */
#include <stdio.h>
#include <string.h>
#include "mark.h"

/* ---- notes ---- */

static bool key_holds(const struct mark_key *k, uint64_t size)
{
    return k->from != MARK_KEY_NEW && k->from <= size;
}

/* A note by a key that counts must bear it; of a key that joined later a line is welcome, if it is good. */
static bool signed_by_all(const struct mark *m, const char *origin, uint64_t size, const struct note *n)
{
    bool any = false;
    for (size_t i = 0; i < m->nkeys; i++) {
        struct note_key k;
        int err = note_key_make(&k, origin, m->key[i].pub);
        if (!err)
            err = note_verify(n, &k);
        if (err && (err != CPF_E_NOTFOUND || key_holds(&m->key[i], size)))
            return false;
        any = any || !err;
    }
    return any;
}

bool mark_note_ok(const struct mark *m, const char *origin, const struct sigwire_head *head, const char *note,
                  size_t len)
{
    struct note n;
    struct checkpoint c;
    if (note_parse(&n, note, len) || checkpoint_parse(&c, n.text, n.text_len))
        return false;
    return strcmp(c.origin, origin) == 0 && c.size == head->size &&
           memcmp(c.root, head->root, HASH_LEN) == 0 && signed_by_all(m, origin, head->size, &n);
}

static int add_signatures(const struct mark_log *log, const struct buf *text, struct buf *note)
{
    for (size_t i = 0; i < log->n; i++) {
        uint8_t sig[KEY_SIG];
        int err = log->key[i].sign(log->key[i].arg, text->data, text->len, sig);
        if (err)
            return err;
        note_add_signature(note, &log->key[i].vkey, sig);
    }
    return 0;
}

int mark_sign(const struct mark_log *log, struct mark_group *g)
{
    struct checkpoint c = {.size = g->head.size};
    struct buf text, note;
    snprintf(c.origin, sizeof(c.origin), "%s", log->key[0].vkey.name);
    memcpy(c.root, g->head.root, HASH_LEN);
    buf_init(&text);
    buf_init(&note);
    checkpoint_format(&c, &text);
    buf_add(&note, text.data, text.len);
    buf_addc(&note, '\n');
    int err = add_signatures(log, &text, &note);
    if (!err && note.len > sizeof(g->note))
        err = CPF_E_LIMIT;
    if (!err) {
        memcpy(g->note, note.data, note.len);
        g->note_len = note.len;
    }
    buf_fini(&text);
    buf_fini(&note);
    return err;
}

/* ---- rotation ---- */

static const struct mark_key *known(const struct mark *m, const uint8_t pub[KEY_PUB])
{
    for (size_t i = 0; i < m->nkeys; i++)
        if (memcmp(m->key[i].pub, pub, KEY_PUB) == 0)
            return &m->key[i];
    return NULL;
}

static int refuse(struct mark_ruling *why, const char *text)
{
    snprintf(why->text, sizeof(why->text), "%s", text);
    return CPF_E_MISMATCH;
}

static int judge(const struct mark *m, const struct mark_key *next, size_t n, struct mark_ruling *why)
{
    bool drops = false, borne = false;
    if (m->nkeys == 0)
        return 0;
    if (!known(m, next[0].pub))
        return refuse(why,
                      known(m, next[n - 1].pub)
                          ? "is of another key than `key`: the old key stands in `key`, the new one in "
                            "`next_key`"
                          : "is of another origin or key than the one given: a new key signs together with "
                            "the old one first (`next_key`)");
    for (size_t i = 0; i < m->nkeys; i++) {
        bool stays = false;
        for (size_t k = 0; k < n; k++)
            stays = stays || memcmp(m->key[i].pub, next[k].pub, KEY_PUB) == 0;
        drops = drops || !stays;
        borne = borne || (stays && key_holds(&m->key[i], m->settled.size));
    }
    if (drops && !borne)
        return refuse(why, "has settled nothing yet that the new key signed: put the old key back, let cpfd "
                           "write one entry, then take the old key away");
    return 0;
}

int mark_adopt(struct mark *m, const struct mark_log *log, bool *ret_changed, struct mark_ruling *why)
{
    struct mark_key next[MARK_KEYS] = {0};
    require(log->n >= 1 && log->n <= MARK_KEYS);
    for (size_t i = 0; i < log->n; i++) {
        const struct mark_key *old = known(m, log->key[i].vkey.pub);
        memcpy(next[i].pub, log->key[i].vkey.pub, KEY_PUB);
        next[i].from = old ? old->from : m->nkeys == 0 && i == 0 ? 0 : MARK_KEY_NEW;
        if (i && memcmp(next[0].pub, next[i].pub, KEY_PUB) == 0)
            return refuse(why, "cannot take one key twice: `next_key` is `key`");
    }
    int err = judge(m, next, log->n, why);
    if (err)
        return err;
    *ret_changed = m->nkeys != log->n || memcmp(m->key, next, sizeof(next)) != 0;
    m->nkeys = log->n;
    memcpy(m->key, next, sizeof(next));
    return 0;
}
