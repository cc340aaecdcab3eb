#include "base/tlog_proof.h"

#include <stdbool.h>
#include <string.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/merkle.h"

#define HEAD "c2sp.org/tlog-proof@v1"
#define B64  44 /* characters of a hash */

struct lines {
    const char *p, *end;
};

/* The next line without its newline. */
static bool next(struct lines *l, const char **ret, size_t *len)
{
    const char *eol = memchr(l->p, '\n', (size_t)(l->end - l->p));
    if (!eol)
        return false;
    *ret = l->p;
    *len = (size_t)(eol - l->p);
    l->p = eol + 1;
    return true;
}

static bool begins(const char *line, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len > n && memcmp(line, word, n) == 0;
}

/* Decimal without leading zeros, within int64 as everywhere else in the tree. */
static int number(const char *s, size_t len, uint64_t *ret)
{
    uint64_t v = 0;
    if (len == 0 || len > 19 || (len > 1 && *s == '0'))
        return CPF_E_SYNTAX;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return CPF_E_SYNTAX;
        v = v * 10 + (uint64_t)(s[i] - '0');
    }
    if (v > INT64_MAX)
        return CPF_E_LIMIT;
    *ret = v;
    return CPF_OK;
}

static int hash_line(const char *line, size_t len, uint8_t ret[HASH_LEN])
{
    struct buf raw;
    if (len != B64)
        return CPF_E_SYNTAX;
    buf_init(&raw);
    int r = enc_unb64(line, len, &raw);
    if (!r && raw.len != HASH_LEN)
        r = CPF_E_SYNTAX;
    if (!r)
        memcpy(ret, raw.data, HASH_LEN);
    buf_fini(&raw);
    return r;
}

/* Hash lines up to an empty one; the rest is the checkpoint. */
static int hashes(struct tlog_proof *p, struct lines *l)
{
    const char *line;
    size_t len;
    for (;;) {
        if (!next(l, &line, &len))
            return CPF_E_SYNTAX;
        if (len == 0)
            break;
        if (p->n == TLOG_PROOF_HASHES)
            return CPF_E_LIMIT;
        int r = hash_line(line, len, p->hash[p->n++]);
        if (r)
            return r;
    }
    p->note = l->p;
    p->note_len = (size_t)(l->end - l->p);
    return p->note_len > 0 ? CPF_OK : CPF_E_SYNTAX;
}

/* Canonical base64 of any length. */
static int extra_line(struct tlog_proof *p, const char *line, size_t len)
{
    struct buf raw;
    buf_init(&raw);
    int r = len > 0 ? enc_unb64(line, len, &raw) : CPF_E_SYNTAX;
    buf_fini(&raw);
    p->extra = line;
    p->extra_len = len;
    return r;
}

int tlog_proof_parse(struct tlog_proof *p, const char *text, size_t len)
{
    struct tlog_proof tmp = {0};
    struct lines l = {text, text + len};
    const char *line;
    size_t n;
    if (len > BOUND_PROOF_BYTES)
        return CPF_E_LIMIT;
    if (!next(&l, &line, &n) || n != strlen(HEAD) || memcmp(line, HEAD, n) != 0 || !next(&l, &line, &n))
        return CPF_E_SYNTAX;
    if (begins(line, n, "extra ")) {
        int r = extra_line(&tmp, line + 6, n - 6);
        if (r)
            return r;
        if (!next(&l, &line, &n))
            return CPF_E_SYNTAX;
    }
    int r = begins(line, n, "index ") ? number(line + 6, n - 6, &tmp.index) : CPF_E_SYNTAX;
    if (!r)
        r = hashes(&tmp, &l);
    if (!r)
        *p = tmp;
    return r;
}

int tlog_consistency_parse(struct tlog_proof *p, const char *text, size_t len)
{
    struct tlog_proof tmp = {0};
    struct lines l = {text, text + len};
    const char *line;
    size_t n;
    if (len > BOUND_PROOF_BYTES)
        return CPF_E_LIMIT;
    if (!next(&l, &line, &n))
        return CPF_E_SYNTAX;
    int r = begins(line, n, "old ") ? number(line + 4, n - 4, &tmp.index) : CPF_E_SYNTAX;
    if (!r)
        r = hashes(&tmp, &l);
    if (!r)
        *p = tmp;
    return r;
}

static void format_rest(const struct tlog_proof *p, struct buf *ret)
{
    for (size_t i = 0; i < p->n; i++) {
        enc_b64(ret, p->hash[i], HASH_LEN);
        buf_addc(ret, '\n');
    }
    buf_addc(ret, '\n');
    buf_add(ret, p->note, p->note_len);
}

void tlog_proof_format(const struct tlog_proof *p, struct buf *ret)
{
    buf_puts(ret, HEAD "\n");
    if (p->extra)
        buf_printf(ret, "extra %.*s\n", (int)p->extra_len, p->extra);
    buf_printf(ret, "index %llu\n", (unsigned long long)p->index);
    format_rest(p, ret);
}

void tlog_consistency_format(const struct tlog_proof *p, struct buf *ret)
{
    buf_printf(ret, "old %llu\n", (unsigned long long)p->index);
    format_rest(p, ret);
}

int tlog_proof_verify(const struct tlog_proof *p, const uint8_t leaf[HASH_LEN], const struct checkpoint *c)
{
    return merkle_verify_inclusion(leaf, p->index, c->size, p->hash, p->n, c->root);
}

int tlog_consistency_verify(const struct tlog_proof *p, const uint8_t old_root[HASH_LEN],
                            const struct checkpoint *c)
{
    uint8_t empty[HASH_LEN];
    if (p->index > 0)
        return merkle_verify_consistency(p->index, c->size, old_root, c->root, p->hash, p->n);
    hash_empty(empty);
    return p->n == 0 && memcmp(old_root, empty, HASH_LEN) == 0 ? CPF_OK : CPF_E_PROOF;
}
