#include "base/keymanifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/mem.h"

static const char *const role_names[] = {
    [KEYMANIFEST_LOG] = "log",
    [KEYMANIFEST_POLICY] = "policy",
    [KEYMANIFEST_TSA] = "tsa",
    [KEYMANIFEST_STAMP] = "stamp",
};
#define ROLES    (sizeof(role_names) / sizeof(*role_names))
#define VKEY_MAX 400 /* a name, two pluses, 8 hex, 44 base64 */

const char *keymanifest_role_name(enum keymanifest_role role)
{
    return role_names[role];
}

int keymanifest_role_of(const char *name, enum keymanifest_role *ret)
{
    for (size_t i = 0; i < ROLES; i++)
        if (strcmp(role_names[i], name) == 0) {
            *ret = (enum keymanifest_role)i;
            return CPF_OK;
        }
    return CPF_E_NOTFOUND;
}

/* ---- reading ---- */

struct word {
    const char *s;
    size_t len;
};

static bool is(struct word w, const char *s)
{
    return w.len == strlen(s) && memcmp(w.s, s, w.len) == 0;
}

static bool next_line(const char **p, const char *end, struct word *ret)
{
    const char *eol = memchr(*p, '\n', (size_t)(end - *p));
    if (!eol)
        return false;
    *ret = (struct word){*p, (size_t)(eol - *p)};
    *p = eol + 1;
    return true;
}

/* Words between single blanks. */
static size_t split(struct word line, struct word *ret, size_t max)
{
    size_t n = 0;
    for (;;) {
        const char *blank = memchr(line.s, ' ', line.len);
        size_t len = blank ? (size_t)(blank - line.s) : line.len;
        if (len == 0 || n == max)
            return 0;
        ret[n++] = (struct word){line.s, len};
        if (!blank)
            return n;
        line = (struct word){blank + 1, line.len - len - 1};
    }
}

static bool number(struct word w, uint64_t *ret)
{
    uint64_t v = 0;
    if (w.len == 0 || w.len > 18 || (w.len > 1 && *w.s == '0'))
        return false;
    for (size_t i = 0; i < w.len; i++) {
        if (w.s[i] < '0' || w.s[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(w.s[i] - '0');
    }
    *ret = v;
    return true;
}

static bool hex_digest(struct word w, uint8_t ret[HASH_LEN])
{
    for (size_t i = 0; i < w.len; i++)
        if (w.s[i] >= 'A' && w.s[i] <= 'F')
            return false; /* one digest has one text */
    return w.len == 2 * HASH_LEN && enc_unhex(w.s, w.len, ret, HASH_LEN) == CPF_OK;
}

static int log_key(struct word w, const char *origin, struct note_key *ret)
{
    char vkey[VKEY_MAX];
    if (w.len >= sizeof(vkey))
        return CPF_E_LIMIT;
    if (memchr(w.s, '\0', w.len))
        return CPF_E_SYNTAX;
    memcpy(vkey, w.s, w.len);
    vkey[w.len] = '\0';
    int r = note_key_parse(ret, vkey);
    if (!r && strcmp(ret->name, origin) != 0)
        r = CPF_E_KEY;
    return r;
}

static int parse_value(struct keymanifest_line *l, struct word value, const char *origin)
{
    switch (l->role) {
    case KEYMANIFEST_LOG:
        return log_key(value, origin, &l->key);
    case KEYMANIFEST_POLICY:
    case KEYMANIFEST_TSA:
        return hex_digest(value, l->digest) ? CPF_OK : CPF_E_SYNTAX;
    case KEYMANIFEST_STAMP:
        return number(value, &l->seconds) && l->seconds > 0 && l->seconds < INT32_MAX ? CPF_OK : CPF_E_SYNTAX;
    }
    return CPF_E_SYNTAX;
}

static int parse_line(struct keymanifest_line *l, struct word line, const char *origin)
{
    struct word w[4];
    size_t role = 0;
    *l = (struct keymanifest_line){.until = KEYMANIFEST_ALWAYS};
    if (split(line, w, 4) != 4)
        return CPF_E_SYNTAX;
    while (role < ROLES && !is(w[0], role_names[role]))
        role++;
    if (role == ROLES || !number(w[2], &l->from) || (!is(w[3], "-") && !number(w[3], &l->until)))
        return CPF_E_SYNTAX;
    if (l->until < l->from)
        return CPF_E_SYNTAX;
    l->role = (enum keymanifest_role)role;
    return parse_value(l, w[1], origin);
}

bool keymanifest_same(const struct keymanifest_line *a, const struct keymanifest_line *b)
{
    return a->role == b->role && a->seconds == b->seconds && memcmp(a->digest, b->digest, HASH_LEN) == 0 &&
           memcmp(a->key.pub, b->key.pub, KEY_PUB) == 0;
}

static bool same_line(const struct keymanifest_line *a, const struct keymanifest_line *b)
{
    return keymanifest_same(a, b) && a->from == b->from && a->until == b->until;
}

static int add_line(struct keymanifest *m, struct word line)
{
    if (m->n == BOUND_MANIFEST_LINES)
        return CPF_E_LIMIT;
    struct keymanifest_line *l = &m->line[m->n];
    int r = parse_line(l, line, m->origin);
    if (r)
        return r;
    for (size_t i = 0; i < m->n; i++)
        if (same_line(&m->line[i], l))
            return CPF_E_DUPLICATE;
    m->n++;
    return CPF_OK;
}

int keymanifest_parse(struct keymanifest *m, const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    struct word line;
    if (len > BOUND_NOTE_BYTES)
        return CPF_E_LIMIT;
    m->n = 0;
    if (!next_line(&p, end, &line) || !is(line, KEYMANIFEST_HEAD))
        return CPF_E_SYNTAX;
    if (!next_line(&p, end, &line) || line.len == 0 || line.len >= sizeof(m->origin) ||
        !enc_utf8_ok(line.s, line.len))
        return CPF_E_SYNTAX;
    memcpy(m->origin, line.s, line.len);
    m->origin[line.len] = '\0';
    if (!next_line(&p, end, &line) || !number(line, &m->serial))
        return CPF_E_SYNTAX;
    while (p < end) {
        int r = next_line(&p, end, &line) ? add_line(m, line) : CPF_E_SYNTAX;
        if (r)
            return r;
    }
    return m->n > 0 ? CPF_OK : CPF_E_SYNTAX;
}

int keymanifest_open(struct keymanifest *m, const char *note, size_t len, const struct note_key *root)
{
    struct note n;
    int r = note_parse(&n, note, len);
    if (!r)
        r = note_verify(&n, root);
    return r ? r : keymanifest_parse(m, n.text, n.text_len);
}

/* ---- writing ---- */

void keymanifest_format_line(const struct keymanifest_line *l, struct buf *ret)
{
    buf_printf(ret, "%s ", role_names[l->role]);
    if (l->role == KEYMANIFEST_LOG)
        note_key_format(&l->key, ret);
    else if (l->role == KEYMANIFEST_STAMP)
        buf_printf(ret, "%llu", (unsigned long long)l->seconds);
    else
        enc_hex(ret, l->digest, HASH_LEN);
    buf_printf(ret, " %llu ", (unsigned long long)l->from);
    if (l->until == KEYMANIFEST_ALWAYS)
        buf_puts(ret, "-\n");
    else
        buf_printf(ret, "%llu\n", (unsigned long long)l->until);
}

void keymanifest_format(const struct keymanifest *m, struct buf *ret)
{
    buf_printf(ret, KEYMANIFEST_HEAD "\n%s\n%llu\n", m->origin, (unsigned long long)m->serial);
    for (size_t i = 0; i < m->n; i++)
        keymanifest_format_line(&m->line[i], ret);
}

int keymanifest_sign(const struct keymanifest *m, const char *root_name, const struct key *root,
                     struct buf *ret)
{
    struct keymanifest *again = xcalloc(1, sizeof(*again));
    struct buf text;
    buf_init(&text);
    keymanifest_format(m, &text);
    /* what nobody could read is not signed */
    int r = keymanifest_parse(again, text.data, text.len);
    if (!r)
        r = note_sign(text.data, text.len, root_name, root, ret);
    buf_fini(&text);
    free(again);
    return r;
}

/* ---- from one to the next ---- */

uint64_t keymanifest_gap(const struct keymanifest *m)
{
    uint64_t size = 0;
    const struct keymanifest_line *l;
    while ((l = keymanifest_next(m, KEYMANIFEST_LOG, size, NULL))) {
        if (l->until == KEYMANIFEST_ALWAYS)
            return KEYMANIFEST_ALWAYS;
        size = l->until + 1;
    }
    return size;
}

static bool goes_on(const struct keymanifest *next, const struct keymanifest_line *old)
{
    for (size_t i = 0; i < next->n; i++) {
        const struct keymanifest_line *l = &next->line[i];
        if (keymanifest_same(l, old) && l->from == old->from && l->until <= old->until)
            return true;
    }
    return false;
}

int keymanifest_follows(const struct keymanifest *old, const struct keymanifest *next,
                        const struct keymanifest_line **ret_line)
{
    if (ret_line)
        *ret_line = NULL;
    if (strcmp(old->origin, next->origin) != 0)
        return CPF_E_MISMATCH;
    if (next->serial <= old->serial)
        return CPF_E_STALE;
    for (size_t i = 0; i < old->n; i++) {
        if (goes_on(next, &old->line[i]))
            continue;
        if (ret_line)
            *ret_line = &old->line[i];
        return CPF_E_NOTFOUND;
    }
    return CPF_OK;
}

/* ---- which key counts ---- */

bool keymanifest_holds(const struct keymanifest_line *l, uint64_t size)
{
    return l->from <= size && size <= l->until;
}

const struct keymanifest_line *keymanifest_next(const struct keymanifest *m, enum keymanifest_role role,
                                                uint64_t size, const struct keymanifest_line *after)
{
    for (size_t i = after ? (size_t)(after - m->line) + 1 : 0; i < m->n; i++)
        if (m->line[i].role == role && keymanifest_holds(&m->line[i], size))
            return &m->line[i];
    return NULL;
}

int keymanifest_verify(const struct keymanifest *m, const struct note *n, uint64_t size,
                       const struct keymanifest_line **ret)
{
    const struct keymanifest_line *good = NULL;
    bool stale = false;
    for (size_t i = 0; i < m->n; i++) {
        const struct keymanifest_line *l = &m->line[i];
        if (l->role != KEYMANIFEST_LOG)
            continue;
        int r = note_verify(n, &l->key);
        if (r == CPF_E_NOTFOUND)
            continue;
        if (r)
            return r;
        if (keymanifest_holds(l, size) && !good)
            good = l;
        else
            stale = true;
    }
    if (!good)
        return stale ? CPF_E_STALE : CPF_E_NOTFOUND;
    if (ret)
        *ret = good;
    return CPF_OK;
}
