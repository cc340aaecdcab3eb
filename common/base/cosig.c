#include "base/cosig.h"

#include <stdbool.h>
#include <string.h>

#include "base/enc.h"
#include "base/note_int.h"

#define TIME 8 /* bytes of the time in front of the signature */

int cosig_key_parse(struct note_key *k, const char *vkey)
{
    return note_key_parse_alg(k, vkey, NOTE_ALG_COSIG);
}

int cosig_key_make(struct note_key *k, const char *name, const uint8_t pub[KEY_PUB])
{
    return note_key_make_alg(k, name, NOTE_ALG_COSIG, pub);
}

void cosig_key_format(const struct note_key *k, struct buf *ret)
{
    note_key_format_alg(k, NOTE_ALG_COSIG, ret);
}

static void message(struct buf *b, const char *text, size_t len, int64_t time)
{
    buf_printf(b, "cosignature/v1\ntime %lld\n", (long long)time);
    buf_add(b, text, len);
}

static int verify_one(const struct note *n, const struct note_sig *sig, const struct note_key *k,
                      int64_t *ret)
{
    struct buf raw, msg;
    buf_init(&raw);
    buf_init(&msg);
    int r = enc_unb64(sig->b64, sig->b64_len, &raw);
    if (r || raw.len != NOTE_ID + TIME + KEY_SIG) {
        r = CPF_E_SIGNATURE;
        goto out;
    }
    const uint8_t *p = (const uint8_t *)raw.data + NOTE_ID;
    uint64_t time = 0;
    for (unsigned i = 0; i < TIME; i++)
        time = time << 8 | p[i];
    if (time > INT64_MAX / 1000) { /* kept in ms later */
        r = CPF_E_SIGNATURE;
        goto out;
    }
    message(&msg, n->text, n->text_len, (int64_t)time);
    r = key_verify(k->pub, msg.data, msg.len, p + TIME);
    *ret = (int64_t)time;
out:
    buf_fini(&raw);
    buf_fini(&msg);
    return r;
}

int cosig_verify(const struct note *n, const struct note_key *k, int64_t *ret_time)
{
    int64_t newest = -1, time = 0;
    for (size_t i = 0; i < n->nsigs; i++) {
        if (!note_sig_by(&n->sig[i], k))
            continue;
        int r = verify_one(n, &n->sig[i], k, &time);
        if (r)
            return r;
        if (time > newest)
            newest = time;
    }
    if (newest < 0)
        return CPF_E_NOTFOUND;
    *ret_time = newest;
    return CPF_OK;
}

int cosig_sign(const char *text, size_t len, const char *name, const struct key *key, int64_t time,
               struct buf *ret)
{
    uint8_t pub[KEY_PUB], sig[TIME + KEY_SIG];
    struct note_key k;
    struct buf msg;
    key_public(key, pub);
    int r = time < 0 ? CPF_E_INVAL : cosig_key_make(&k, name, pub);
    if (r)
        return r;
    for (unsigned i = 0; i < TIME; i++)
        sig[i] = (uint8_t)((uint64_t)time >> (56 - 8 * i));
    buf_init(&msg);
    message(&msg, text, len, time);
    r = key_sign(key, msg.data, msg.len, sig + TIME);
    buf_fini(&msg);
    if (!r)
        note_sig_format(ret, name, k.id, sig, sizeof(sig));
    return r;
}

/* Does the last signature come from a key that none before it came from? */
static bool last_is_new(const struct note *n)
{
    const struct note_sig *last = &n->sig[n->nsigs - 1];
    for (size_t i = 0; i + 1 < n->nsigs; i++)
        if (n->sig[i].id == last->id && n->sig[i].name_len == last->name_len &&
            memcmp(n->sig[i].name, last->name, last->name_len) == 0)
            return false;
    return true;
}

static void add_line(struct buf *note, const char *line, size_t len)
{
    struct note before, after;
    size_t was = note->len;
    if (note_parse(&before, note->data, was))
        return;
    buf_add(note, line, len);
    buf_addc(note, '\n');
    if (note->len > BOUND_NOTE_BYTES || note_parse(&after, note->data, note->len) ||
        after.nsigs != before.nsigs + 1 || after.text_len != before.text_len || !last_is_new(&after)) {
        note->len = was;
        note->data[was] = '\0';
    }
}

void cosig_add_lines(struct buf *note, const char *lines)
{
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        if (n)
            add_line(note, lines, n);
        lines += n + (lines[n] == '\n');
    }
}
