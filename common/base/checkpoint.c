/* Checkpoints (C2SP tlog-checkpoint), declared in note.h. */
#include <stdbool.h>
#include <string.h>

#include "base/enc.h"
#include "base/note.h"

/* Takes the next line, without its newline, off [*p, end). */
static bool next_line(const char **p, const char *end, const char **ret, size_t *ret_len)
{
    const char *eol = memchr(*p, '\n', (size_t)(end - *p));
    if (!eol)
        return false;
    *ret = *p;
    *ret_len = (size_t)(eol - *p);
    *p = eol + 1;
    return true;
}

/* Decimal without leading zeros, within int64 as everywhere else in the tree. */
static bool size_of(const char *s, size_t len, uint64_t *ret)
{
    uint64_t v = 0;
    if (len == 0 || len > 19 || (len > 1 && *s == '0'))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(s[i] - '0');
    }
    *ret = v;
    return v <= INT64_MAX;
}

static bool root_of(const char *s, size_t len, uint8_t ret[HASH_LEN])
{
    struct buf raw;
    buf_init(&raw);
    bool ok = enc_unb64(s, len, &raw) == CPF_OK && raw.len == HASH_LEN;
    if (ok)
        memcpy(ret, raw.data, HASH_LEN);
    buf_fini(&raw);
    return ok;
}

int checkpoint_parse(struct checkpoint *c, const char *text, size_t len)
{
    struct checkpoint tmp = {0};
    const char *p = text, *end = text + len, *line;
    size_t n;
    if (!next_line(&p, end, &line, &n) || n == 0 || n >= sizeof(tmp.origin) || !enc_utf8_ok(line, n))
        return CPF_E_SYNTAX;
    memcpy(tmp.origin, line, n);
    if (!next_line(&p, end, &line, &n) || !size_of(line, n, &tmp.size))
        return CPF_E_SYNTAX;
    if (!next_line(&p, end, &line, &n) || !root_of(line, n, tmp.root))
        return CPF_E_SYNTAX;
    while (p < end) /* extension lines: kept under the signature, not understood */
        if (!next_line(&p, end, &line, &n) || n == 0)
            return CPF_E_SYNTAX;
    *c = tmp;
    return CPF_OK;
}

void checkpoint_format(const struct checkpoint *c, struct buf *ret)
{
    buf_printf(ret, "%s\n%llu\n", c->origin, (unsigned long long)c->size);
    enc_b64(ret, c->root, HASH_LEN);
    buf_addc(ret, '\n');
}

int checkpoint_open(struct checkpoint *c, const char *msg, size_t len, const struct note_key *k)
{
    struct note n;
    int r = note_parse(&n, msg, len);
    if (!r)
        r = note_verify(&n, k);
    return r ? r : checkpoint_parse(c, n.text, n.text_len);
}
