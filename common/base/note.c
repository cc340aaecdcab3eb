#include "base/note.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "base/file.h"
#include "base/note_int.h"

#define DASH_LEN (sizeof(NOTE_DASH) - 1)

/* ---- names ---- */

/* Length of the white space (Unicode White_Space) at s, 0 if there is none. */
static size_t space_at(const char *s, size_t len)
{
    static const char *const wide[] = {
        "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\xa8",
        "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
    };
    if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
        return 1;
    for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
        size_t n = strlen(wide[i]);
        if (len >= n && memcmp(s, wide[i], n) == 0)
            return n;
    }
    /* U+2000 to U+200A */
    if (len >= 3 && memcmp(s, "\xe2\x80", 2) == 0 && (uint8_t)s[2] >= 0x80 && (uint8_t)s[2] <= 0x8a)
        return 3;
    return 0;
}

bool note_name_ok(const char *s, size_t len)
{
    if (len == 0 || len >= sizeof(((struct note_key *)NULL)->name) || !enc_utf8_ok(s, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (s[i] == '+' || space_at(s + i, len - i) || (uint8_t)s[i] < 0x20 || s[i] == 0x7f)
            return false;
    return true;
}

/* ---- keys ---- */

static uint32_t key_hash(const char *name, size_t len, uint8_t alg, const uint8_t pub[KEY_PUB])
{
    uint8_t in[sizeof(((struct note_key *)NULL)->name) + 2 + KEY_PUB], h[HASH_LEN];
    memcpy(in, name, len);
    in[len] = '\n';
    in[len + 1] = alg;
    memcpy(in + len + 2, pub, KEY_PUB);
    hash_sha256(in, len + 2 + KEY_PUB, h);
    return (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3];
}

int note_key_make_alg(struct note_key *k, const char *name, uint8_t alg, const uint8_t pub[KEY_PUB])
{
    size_t len = strlen(name);
    if (!note_name_ok(name, len))
        return CPF_E_SYNTAX;
    int r = key_check_public(pub);
    if (r)
        return r;
    struct note_key tmp = {.id = key_hash(name, len, alg, pub)};
    memcpy(tmp.name, name, len);
    memcpy(tmp.pub, pub, KEY_PUB);
    *k = tmp;
    return CPF_OK;
}

int note_key_make(struct note_key *k, const char *name, const uint8_t pub[KEY_PUB])
{
    return note_key_make_alg(k, name, NOTE_ALG_ED25519, pub);
}

int note_key_parse_alg(struct note_key *k, const char *vkey, uint8_t alg)
{
    struct note_key tmp;
    struct buf key;
    char name[sizeof(tmp.name)], id[9];
    const char *hex = strchr(vkey, '+'), *b64 = hex ? strchr(hex + 1, '+') : NULL;
    if (!b64 || (size_t)(hex - vkey) >= sizeof(name))
        return CPF_E_SYNTAX;
    memcpy(name, vkey, (size_t)(hex - vkey));
    name[hex - vkey] = '\0';
    hex++;
    b64++;
    buf_init(&key);
    int r = enc_unb64(b64, strnlen(b64, 128), &key);
    if (!r && (key.len != 1 + KEY_PUB || (uint8_t)key.data[0] != alg))
        r = CPF_E_KEY;
    if (!r)
        r = note_key_make_alg(&tmp, name, alg, (const uint8_t *)key.data + 1);
    if (!r) {
        snprintf(id, sizeof(id), "%08x", tmp.id);
        if (b64 - hex != 9 || memcmp(hex, id, 8) != 0) /* lower case: one key has one text */
            r = CPF_E_KEY;
    }
    if (!r)
        *k = tmp;
    buf_fini(&key);
    return r;
}

int note_key_parse(struct note_key *k, const char *vkey)
{
    return note_key_parse_alg(k, vkey, NOTE_ALG_ED25519);
}

int note_key_read(const char *folder, const char *name, struct note_key *ret)
{
    struct buf line;
    buf_init(&line);
    int err = file_read_in(folder, name, BOUND_NOTE_BYTES, &line);
    if (!err && line.data) {
        line.data[strcspn(line.data, "\r\n")] = '\0';
        err = note_key_parse(ret, line.data);
    } else if (!err) {
        err = CPF_E_SYNTAX;
    }
    buf_fini(&line);
    return err;
}

void note_key_format_alg(const struct note_key *k, uint8_t alg, struct buf *ret)
{
    uint8_t key[1 + KEY_PUB] = {alg};
    memcpy(key + 1, k->pub, KEY_PUB);
    buf_printf(ret, "%s+%08x+", k->name, k->id);
    enc_b64(ret, key, sizeof(key));
}

void note_key_format(const struct note_key *k, struct buf *ret)
{
    note_key_format_alg(k, NOTE_ALG_ED25519, ret);
}

/* ---- parsing ---- */

/* One line without its newline: dash, name, blank, base64. */
static int parse_sig(struct note_sig *sig, const char *line, size_t len)
{
    struct buf raw;
    if (len < DASH_LEN || memcmp(line, NOTE_DASH, DASH_LEN) != 0)
        return CPF_E_SYNTAX;
    line += DASH_LEN;
    len -= DASH_LEN;
    const char *blank = memchr(line, ' ', len);
    if (!blank || !note_name_ok(line, (size_t)(blank - line)))
        return CPF_E_SYNTAX;
    sig->name = line;
    sig->name_len = (size_t)(blank - line);
    sig->b64 = blank + 1;
    sig->b64_len = len - sig->name_len - 1;
    buf_init(&raw);
    int r = enc_unb64(sig->b64, sig->b64_len, &raw);
    if (!r && raw.len <= NOTE_ID)
        r = CPF_E_SYNTAX;
    if (!r) {
        const uint8_t *p = (const uint8_t *)raw.data;
        sig->id = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    buf_fini(&raw);
    return r;
}

/* Where the signatures begin: behind the last empty line. */
static const char *find_sigs(const char *msg, size_t len)
{
    for (size_t i = len; i >= 2; i--)
        if (msg[i - 1] == '\n' && msg[i - 2] == '\n')
            return msg + i;
    return NULL;
}

static int text_check(const char *msg, size_t len)
{
    if (len > BOUND_NOTE_BYTES)
        return CPF_E_LIMIT;
    if (!enc_utf8_ok(msg, len))
        return CPF_E_UTF8;
    for (size_t i = 0; i < len; i++)
        if ((uint8_t)msg[i] < 0x20 && msg[i] != '\n')
            return CPF_E_SYNTAX;
    return len > 0 && msg[len - 1] == '\n' ? CPF_OK : CPF_E_SYNTAX;
}

int note_parse(struct note *n, const char *msg, size_t len)
{
    int r = text_check(msg, len);
    if (r)
        return r;
    const char *p = find_sigs(msg, len), *end = msg + len;
    if (!p || p == end)
        return CPF_E_SYNTAX;
    struct note tmp = {.text = msg, .text_len = (size_t)(p - msg) - 1};
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        if (tmp.nsigs == BOUND_NOTE_SIGS)
            return CPF_E_LIMIT;
        r = parse_sig(&tmp.sig[tmp.nsigs++], p, (size_t)(eol - p));
        if (r)
            return r;
        p = eol + 1;
    }
    *n = tmp;
    return CPF_OK;
}

static int verify_one(const struct note *n, const struct note_sig *sig, const struct note_key *k)
{
    struct buf raw;
    buf_init(&raw);
    int r = enc_unb64(sig->b64, sig->b64_len, &raw);
    if (r || raw.len != NOTE_ID + KEY_SIG)
        r = CPF_E_SIGNATURE;
    else
        r = key_verify(k->pub, n->text, n->text_len, (const uint8_t *)raw.data + NOTE_ID);
    buf_fini(&raw);
    return r;
}

bool note_sig_by(const struct note_sig *sig, const struct note_key *k)
{
    return sig->id == k->id && sig->name_len == strlen(k->name) &&
           memcmp(sig->name, k->name, sig->name_len) == 0;
}

int note_verify(const struct note *n, const struct note_key *k)
{
    int r = CPF_E_NOTFOUND;
    for (size_t i = 0; i < n->nsigs; i++) {
        const struct note_sig *sig = &n->sig[i];
        if (!note_sig_by(sig, k))
            continue;
        r = verify_one(n, sig, k);
        if (r)
            return r;
    }
    return r;
}

void note_sig_format(struct buf *ret, const char *name, uint32_t id, const uint8_t *sig, size_t len)
{
    struct buf raw;
    buf_init(&raw);
    for (unsigned i = 0; i < NOTE_ID; i++)
        buf_addc(&raw, (char)(uint8_t)(id >> (24 - 8 * i)));
    buf_add(&raw, sig, len);
    buf_printf(ret, NOTE_DASH "%s ", name);
    enc_b64(ret, raw.data, raw.len);
    buf_addc(ret, '\n');
    buf_fini(&raw);
}

bool note_has(const struct note *n, const struct note_key *k)
{
    for (size_t i = 0; i < n->nsigs; i++)
        if (note_sig_by(&n->sig[i], k))
            return true;
    return false;
}

void note_add_signature(struct buf *ret, const struct note_key *k, const uint8_t sig[KEY_SIG])
{
    note_sig_format(ret, k->name, k->id, sig, KEY_SIG);
}

int note_sign(const char *text, size_t len, const char *name, const struct key *key, struct buf *ret)
{
    uint8_t pub[KEY_PUB], sig[KEY_SIG];
    size_t name_len = strlen(name);
    if (!note_name_ok(name, name_len))
        return CPF_E_SYNTAX;
    int r = text_check(text, len);
    if (!r)
        r = key_sign(key, text, len, sig);
    if (r)
        return r;
    key_public(key, pub);
    buf_add(ret, text, len);
    buf_addc(ret, '\n');
    note_sig_format(ret, name, key_hash(name, name_len, NOTE_ALG_ED25519, pub), sig, sizeof(sig));
    return CPF_OK;
}
