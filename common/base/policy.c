#include "base/policy.h"

#include <string.h>

#include "base/cosig.h"
#include "base/enc.h"
#include "base/note_int.h"

#define WORDS (2 * BOUND_POLICY_ITEMS + 4)

struct parse {
    struct policy *p;
    struct arena *a;
    const char *word[WORDS];
    size_t nwords;
    bool quorum;
};

/* ---- words ---- */

/* The only control characters allowed are tab and newline. */
static bool octets_ok(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];
        if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
            return false;
    }
    return true;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static int split(struct parse *s, const char *line, size_t len)
{
    s->nwords = 0;
    for (size_t i = 0; i < len;) {
        if (blank(line[i])) {
            i++;
            continue;
        }
        size_t from = i;
        while (i < len && !blank(line[i]))
            i++;
        if (s->nwords == 0 && line[from] == '#')
            return CPF_OK;
        if (s->nwords == WORDS)
            return CPF_E_LIMIT;
        s->word[s->nwords] = arena_strndup(s->a, line + from, i - from);
        if (!s->word[s->nwords++])
            return CPF_E_LIMIT;
    }
    return CPF_OK;
}

/* ---- names ---- */

static int find(const struct policy *p, const char *name)
{
    for (size_t i = 0; i < p->nmembers; i++)
        if (strcmp(p->member[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* Room for a new member of this name. */
static int new_member(struct policy *p, const char *name, struct policy_member **ret)
{
    if (strcmp(name, "none") == 0 || find(p, name) >= 0)
        return CPF_E_DUPLICATE;
    if (p->nmembers == 2 * BOUND_POLICY_ITEMS)
        return CPF_E_LIMIT;
    *ret = &p->member[p->nmembers];
    **ret = (struct policy_member){.name = name};
    return CPF_OK;
}

/* ---- keys ---- */

/* The type byte of a vkey of whatever type; -1: no vkey. */
static int type_of(const char *vkey)
{
    const char *id = strchr(vkey, '+'), *b64 = id ? strchr(id + 1, '+') : NULL;
    struct buf key;
    int type = -1;
    if (!b64 || b64 - id != 9 || !note_name_ok(vkey, (size_t)(id - vkey)))
        return -1;
    for (const char *c = id + 1; c < b64; c++)
        if (!(*c >= '0' && *c <= '9') && !(*c >= 'a' && *c <= 'f'))
            return -1;
    buf_init(&key);
    if (enc_unb64(b64 + 1, strlen(b64 + 1), &key) == CPF_OK && key.len > 1)
        type = (uint8_t)key.data[0];
    buf_fini(&key);
    return type;
}

/* Neither of the two types that we check: signatures by it are unknown ones. */
static bool is_unknown(const char *vkey)
{
    int type = type_of(vkey);
    return type >= 0 && type != NOTE_ALG_ED25519 && type != NOTE_ALG_COSIG;
}

/* Two keys that wrap the same public key are one. */
static bool same_key(const char *a, const char *b)
{
    return strcmp(strrchr(a, '+'), strrchr(b, '+')) == 0;
}

/* ---- lines ---- */

static int line_log(struct parse *s)
{
    struct policy *p = s->p;
    if (s->nwords < 2 || s->nwords > 3)
        return CPF_E_SYNTAX;
    if (p->nlogs == BOUND_POLICY_ITEMS)
        return CPF_E_LIMIT;
    struct policy_log *l = &p->log[p->nlogs];
    *l = (struct policy_log){.vkey = s->word[1], .unknown = is_unknown(s->word[1])};
    int r = l->unknown ? CPF_OK : note_key_parse(&l->key, l->vkey);
    if (r)
        return r;
    for (size_t i = 0; i < p->nlogs; i++)
        if (same_key(p->log[i].vkey, l->vkey))
            return CPF_E_DUPLICATE;
    l->url = s->nwords == 3 ? s->word[2] : NULL;
    p->nlogs++;
    return CPF_OK;
}

static int line_witness(struct parse *s)
{
    struct policy *p = s->p;
    struct policy_member *m;
    if (s->nwords < 3 || s->nwords > 4)
        return CPF_E_SYNTAX;
    int r = new_member(p, s->word[1], &m);
    if (r)
        return r;
    m->vkey = s->word[2];
    m->unknown = is_unknown(m->vkey);
    r = m->unknown ? CPF_OK : cosig_key_parse(&m->key, m->vkey);
    if (r)
        return r;
    for (size_t i = 0; i < p->nmembers; i++)
        if (!p->member[i].group && same_key(p->member[i].vkey, m->vkey))
            return CPF_E_DUPLICATE;
    m->url = s->nwords == 4 ? s->word[3] : NULL;
    p->nmembers++;
    return CPF_OK;
}

/* "any", "all", or a number from 1 to n. */
static int threshold(const char *word, size_t n, size_t *ret)
{
    size_t k = 0;
    if (strcmp(word, "any") == 0)
        k = 1;
    else if (strcmp(word, "all") == 0)
        k = n;
    else if (*word == '0' || strlen(word) > 3)
        return CPF_E_SYNTAX;
    else
        for (const char *c = word; *c; c++) {
            if (*c < '0' || *c > '9')
                return CPF_E_SYNTAX;
            k = k * 10 + (size_t)(*c - '0');
        }
    *ret = k;
    return k >= 1 && k <= n ? CPF_OK : CPF_E_SYNTAX;
}

/* Each name can be a member once only, so that nobody counts twice. */
static bool member_already(const struct policy *p, int member)
{
    for (size_t i = 0; i < p->nmembers; i++)
        for (size_t j = 0; j < p->member[i].nmembers; j++)
            if (p->member[i].member[j] == member)
                return true;
    return false;
}

static int add_members(struct parse *s, struct policy_member *m)
{
    for (size_t i = 0; i < m->nmembers; i++) {
        int k = find(s->p, s->word[3 + i]);
        if (k < 0)
            return CPF_E_NOTFOUND;
        for (size_t j = 0; j < i; j++)
            if (m->member[j] == k)
                return CPF_E_DUPLICATE;
        if (member_already(s->p, k))
            return CPF_E_DUPLICATE;
        m->member[i] = (uint16_t)k;
    }
    return CPF_OK;
}

static int line_group(struct parse *s)
{
    struct policy_member *m;
    if (s->nwords < 4)
        return CPF_E_SYNTAX;
    int r = new_member(s->p, s->word[1], &m);
    if (r)
        return r;
    m->group = true;
    m->nmembers = s->nwords - 3;
    r = threshold(s->word[2], m->nmembers, &m->need);
    if (r)
        return r;
    m->member = arena_alloc(s->a, m->nmembers * sizeof(*m->member));
    if (!m->member)
        return CPF_E_LIMIT;
    r = add_members(s, m);
    if (!r)
        s->p->nmembers++;
    return r;
}

static int line_quorum(struct parse *s)
{
    if (s->nwords != 2)
        return CPF_E_SYNTAX;
    if (s->quorum)
        return CPF_E_DUPLICATE;
    s->quorum = true;
    s->p->quorum = find(s->p, s->word[1]);
    return s->p->quorum >= 0 || strcmp(s->word[1], "none") == 0 ? CPF_OK : CPF_E_NOTFOUND;
}

static int parse_line(struct parse *s, const char *line, size_t len)
{
    static const struct {
        const char *word;
        int (*fn)(struct parse *);
    } lines[] = {
        {"log", line_log}, {"witness", line_witness}, {"group", line_group}, {"quorum", line_quorum}};
    int r = split(s, line, len);
    if (r || s->nwords == 0)
        return r;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        if (strcmp(s->word[0], lines[i].word) == 0)
            return lines[i].fn(s);
    return CPF_E_SYNTAX;
}

int policy_parse(struct policy *p, struct arena *a, const char *text, size_t len, int *ret_line)
{
    struct parse s = {.p = p, .a = a};
    const char *at = text, *end = text + len;
    int line = 0, dummy;
    if (!ret_line)
        ret_line = &dummy;
    *ret_line = 0;
    if (len > BOUND_POLICY_BYTES)
        return CPF_E_LIMIT;
    if (!octets_ok(text, len))
        return CPF_E_SYNTAX;
    *p = (struct policy){.quorum = -1};
    while (at < end) {
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        line++;
        int r = eol ? parse_line(&s, at, (size_t)(eol - at)) : CPF_E_SYNTAX;
        if (r) {
            *ret_line = line;
            return r;
        }
        at = eol + 1;
    }
    return s.quorum ? CPF_OK : CPF_E_SYNTAX;
}

/* ---- judging ---- */

void policy_vote(const struct policy *p, const struct note *n, struct policy_vote *ret)
{
    bool yes[2 * BOUND_POLICY_ITEMS] = {false};
    *ret = (struct policy_vote){0};
    /* members stand before the groups that name them */
    for (size_t i = 0; i < p->nmembers; i++) {
        const struct policy_member *m = &p->member[i];
        size_t have = 0;
        if (!m->group) {
            int r = cosig_verify(n, &m->key, &ret->time[i]);
            ret->bad[i] = r != CPF_OK && r != CPF_E_NOTFOUND;
            yes[i] = r == CPF_OK;
            continue;
        }
        for (size_t j = 0; j < m->nmembers; j++)
            have += yes[m->member[j]];
        yes[i] = have >= m->need;
    }
    ret->quorum = p->quorum < 0 || yes[p->quorum];
}

int policy_log_verify(const struct policy *p, const struct note *n, const struct policy_log **ret)
{
    for (size_t i = 0; i < p->nlogs; i++) {
        int r = note_verify(n, &p->log[i].key);
        if (r == CPF_E_NOTFOUND)
            continue;
        if (!r && ret)
            *ret = &p->log[i];
        return r;
    }
    return CPF_E_NOTFOUND;
}
