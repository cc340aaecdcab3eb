#include "base/entry.h"

#include <string.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/key.h"

#define NONCE    16
#define KEYID    16
#define LATE_MAX 64
#define ZONE_MAX 64
#define B64(n)   (((n)*4 + 2) / 3) /* characters of n bytes */

/* ---- what both directions demand of the members ---- */

static bool kind_ok(const char *s)
{
    size_t len = strnlen(s, ENTRY_KIND_MAX + 1);
    if (len > ENTRY_KIND_MAX || *s < 'a' || *s > 'z')
        return false;
    bool dot = false; /* a hyphen may stand only behind the first dot */
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '.') {
            if (s[i + 1] == '.' || s[i + 1] == '\0')
                return false;
            dot = true;
        } else if (!(s[i] >= 'a' && s[i] <= 'z') && !(s[i] == '-' && dot)) {
            return false;
        }
    }
    return true;
}

/* Printable ASCII without blanks, 1..max. */
static bool word_ok(const char *s, size_t max)
{
    size_t len = strnlen(s, max + 1);
    if (len == 0 || len > max)
        return false;
    for (size_t i = 0; i < len; i++)
        if (s[i] <= ' ' || s[i] > '~')
            return false;
    return true;
}

static bool stream_ok(const char *s)
{
    const char *p = s;
    while (*p >= 'a' && *p <= 'z')
        p++;
    return p > s && (*p == '\0' || (*p == '/' && p[1])) && word_ok(s, ENTRY_STREAM_MAX);
}

static bool is_b64(const char *s, size_t bytes)
{
    uint8_t tmp[64];
    return s && enc_unb64url_fixed(s, strlen(s), tmp, bytes) == CPF_OK;
}

static bool is_type(const struct json *v, enum json_type type)
{
    return v && v->type == type;
}

static bool pd_ok(const struct json *pd)
{
    if (!pd)
        return true;
    if (pd->type != JSON_OBJECT)
        return false;
    json_each(it, pd) {
        if (it->type != JSON_STRING || !is_b64(it->str, HASH_LEN))
            return false;
    }
    return true;
}

static bool law_ok(const struct json *law)
{
    if (!law)
        return true;
    if (law->type != JSON_ARRAY)
        return false;
    json_each(it, law) {
        if (it->type != JSON_STRING || it->len == 0)
            return false;
    }
    return true;
}

static bool act_ok(const struct json *act)
{
    if (!act)
        return true;
    return act->type == JSON_OBJECT && act->len == 3 && is_b64(json_get_str(act, "key"), KEYID) &&
           is_b64(json_get_str(act, "sig"), KEY_SIG) && json_get_str(act, "signed");
}

/* The command's first entry has id and req, its others `of`, the system's may have none. */
static bool origin_ok(const struct entry *e)
{
    int64_t ms;
    if (!e->id)
        return true;
    return !e->has_of && uuid7_parse(e->id, strlen(e->id), &ms) == CPF_OK;
}

static bool times_ok(const struct entry *e)
{
    bool differs = e->occurred != 0 && e->occurred != e->at;
    return differs ? e->late && word_ok(e->late, LATE_MAX) : !e->late;
}

static int members_check(const struct entry *e)
{
    if (!e->kind || !kind_ok(e->kind) || !e->stream || !stream_ok(e->stream))
        return CPF_E_PROFILE;
    if (!e->zone || !word_ok(e->zone, ZONE_MAX) || e->sseq < 1 || e->sseq > JSON_SAFE_MAX)
        return CPF_E_PROFILE;
    if (!is_type(e->actor, JSON_OBJECT) || !is_type(e->clock, JSON_OBJECT) || !is_type(e->body, JSON_OBJECT))
        return CPF_E_PROFILE;
    if (!pd_ok(e->pd) || !law_ok(e->law) || !act_ok(e->act) || !origin_ok(e) || !times_ok(e))
        return CPF_E_PROFILE;
    return CPF_OK;
}

/* ---- building ---- */

/* The members are written in canonical order by hand: no tree is made of the head. */

static void put_name(struct buf *b, const char *name)
{
    buf_addc(b, b->len == 0 ? '{' : ',');
    buf_addc(b, '"');
    buf_puts(b, name);
    buf_add(b, "\":", 2);
}

/* `text` needs no escapes: checked, or made here. */
static void put_text(struct buf *b, const char *name, const char *text, size_t len)
{
    put_name(b, name);
    buf_addc(b, '"');
    buf_add(b, text, len);
    buf_addc(b, '"');
}

/* Any text without control characters. */
static void put_word(struct buf *b, const char *name, const char *text)
{
    struct json v = {.type = JSON_STRING, .str = text, .len = strlen(text)};
    put_name(b, name);
    json_write(b, &v);
}

static void put_int(struct buf *b, const char *name, int64_t num)
{
    struct json v = {.type = JSON_INT, .num = num};
    put_name(b, name);
    json_write(b, &v);
}

static void put_json(struct buf *b, const char *name, const struct json *v)
{
    if (!v)
        return;
    put_name(b, name);
    json_write(b, v);
}

static void put_digest(struct buf *b, const char *name, const uint8_t digest[HASH_LEN])
{
    char text[B64(HASH_LEN) + 1];
    enc_digest(digest, text);
    put_text(b, name, text, B64(HASH_LEN));
}

static void put_time(struct buf *b, const char *name, int64_t ms)
{
    char text[CLOCK_TEXT];
    clock_format(ms, text);
    put_text(b, name, text, CLOCK_TEXT - 1);
}

static void put_nonce(struct buf *b)
{
    uint8_t nonce[NONCE];
    enc_random(nonce, sizeof(nonce));
    put_name(b, "n");
    buf_addc(b, '"');
    enc_b64url(b, nonce, sizeof(nonce));
    buf_addc(b, '"');
}

static const struct json *filled(const struct json *v)
{
    return v && v->len > 0 ? v : NULL;
}

static void write_entry(struct buf *b, const struct entry *e)
{
    put_json(b, "act", e->act);
    put_json(b, "actor", e->actor);
    put_time(b, "at", e->at);
    put_json(b, "body", e->body);
    put_json(b, "clock", e->clock);
    if (e->id)
        put_text(b, "id", e->id, strlen(e->id));
    put_text(b, "kind", e->kind, strlen(e->kind));
    if (e->late)
        put_word(b, "late", e->late);
    put_json(b, "law", filled(e->law));
    put_nonce(b);
    if (e->late)
        put_time(b, "occurred", e->occurred);
    if (e->has_of)
        put_digest(b, "of", e->of);
    put_json(b, "pd", filled(e->pd));
    if (e->sseq > 1)
        put_digest(b, "prev", e->prev);
    else
        put_text(b, "prev", "", 0);
    if (e->id)
        put_digest(b, "req", e->req);
    put_int(b, "sseq", (int64_t)e->sseq);
    put_word(b, "stream", e->stream);
    put_int(b, "v", ENTRY_VERSION);
    put_word(b, "zone", e->zone);
    buf_addc(b, '}');
}

static int trees_check(const struct entry *e)
{
    const struct json *const trees[] = {e->act, e->actor, e->body, e->clock, e->law, e->pd};
    for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); i++) {
        int r = trees[i] ? json_check(trees[i], 1) : CPF_OK;
        if (r)
            return r;
    }
    return CPF_OK;
}

int entry_build(struct entry *e, struct arena *a)
{
    struct buf b;
    int r = members_check(e);
    if (!r)
        r = trees_check(e);
    if (r)
        return r;
    buf_init(&b);
    buf_reserve(&b, 1023);
    write_entry(&b, e);
    char *text = b.len <= BOUND_ENTRY_BYTES ? arena_strndup(a, b.data, b.len) : NULL;
    if (text) {
        e->text = text;
        e->len = b.len;
        hash_leaf(text, b.len, e->leaf);
    }
    buf_fini(&b);
    return text ? CPF_OK : CPF_E_LIMIT;
}

struct json *entry_clock(struct arena *a, bool simulated)
{
    struct json *o = json_object(a);
    int64_t offset = 0;
    if (simulated)
        return json_set_str(a, o, "state", "simulated");
    json_set_str(a, o, "state", clock_synchronised(&offset) ? "synchronised" : "unsynchronised");
    return json_set_int(a, o, "offset_ms", offset);
}

/* ---- reading ---- */

static int get_digest(const struct json *v, uint8_t ret[HASH_LEN])
{
    return v->type == JSON_STRING && enc_unb64url_fixed(v->str, v->len, ret, HASH_LEN) == CPF_OK
               ? CPF_OK
               : CPF_E_PROFILE;
}

static int get_text(const struct json *v, const char **ret)
{
    if (v->type != JSON_STRING)
        return CPF_E_PROFILE;
    *ret = v->str;
    return CPF_OK;
}

static int get_time(const struct json *v, int64_t *ret)
{
    return v->type == JSON_STRING && clock_parse(v->str, ret) == CPF_OK ? CPF_OK : CPF_E_PROFILE;
}

static int get_tree(const struct json *v, const struct json **ret)
{
    *ret = v;
    return CPF_OK;
}

/* Empty is written as absent. */
static int get_filled(const struct json *v, const struct json **ret)
{
    *ret = v;
    return v->len > 0 ? CPF_OK : CPF_E_PROFILE;
}

static int get_sseq(const struct json *v, uint64_t *ret)
{
    if (v->type != JSON_INT || v->num < 1)
        return CPF_E_PROFILE;
    *ret = (uint64_t)v->num;
    return CPF_OK;
}

/* Looked at before anything else: another version has other members. */
static int version_check(const struct json *obj)
{
    const struct json *v = json_get(obj, "v");
    if (!v || v->type != JSON_INT)
        return CPF_E_PROFILE;
    return v->num == ENTRY_VERSION ? CPF_OK : CPF_E_VERSION;
}

enum member {
    ACT,
    ACTOR,
    AT,
    BODY,
    CLOCK,
    ID,
    KIND,
    LATE,
    LAW,
    N,
    OCCURRED,
    OF,
    PD,
    PREV,
    REQ,
    SSEQ,
    STREAM,
    V,
    ZONE
};

static const char *const member_names[] = {
    [ACT] = "act",           [ACTOR] = "actor", [AT] = "at",     [BODY] = "body",
    [CLOCK] = "clock",       [ID] = "id",       [KIND] = "kind", [LATE] = "late",
    [LAW] = "law",           [N] = "n",         [OF] = "of",     [PD] = "pd",
    [OCCURRED] = "occurred", [PREV] = "prev",   [REQ] = "req",   [SSEQ] = "sseq",
    [STREAM] = "stream",     [V] = "v",         [ZONE] = "zone",
};
#define MEMBERS (sizeof(member_names) / sizeof(*member_names))
#define BIT(m)  (1u << (m))
static const unsigned always = BIT(ACTOR) | BIT(AT) | BIT(BODY) | BIT(CLOCK) | BIT(KIND) | BIT(N) |
                               BIT(PREV) | BIT(SSEQ) | BIT(STREAM) | BIT(V) | BIT(ZONE);

static int get_member(struct entry *e, enum member m, const struct json *v)
{
    switch (m) {
    case ACT:
        return get_tree(v, &e->act);
    case ACTOR:
        return get_tree(v, &e->actor);
    case AT:
        return get_time(v, &e->at);
    case BODY:
        return get_tree(v, &e->body);
    case CLOCK:
        return get_tree(v, &e->clock);
    case ID:
        return get_text(v, &e->id);
    case KIND:
        return get_text(v, &e->kind);
    case LATE:
        return get_text(v, &e->late);
    case LAW:
        return get_filled(v, &e->law);
    case N:
        return v->type == JSON_STRING && is_b64(v->str, NONCE) ? CPF_OK : CPF_E_PROFILE;
    case OCCURRED:
        return get_time(v, &e->occurred);
    case OF:
        e->has_of = true;
        return get_digest(v, e->of);
    case PD:
        return get_filled(v, &e->pd);
    case PREV:
        return v->type == JSON_STRING && v->len == 0 ? CPF_OK : get_digest(v, e->prev);
    case REQ:
        return get_digest(v, e->req);
    case SSEQ:
        return get_sseq(v, &e->sseq);
    case STREAM:
        return get_text(v, &e->stream);
    case V:
        return CPF_OK;
    case ZONE:
        return get_text(v, &e->zone);
    }
    return CPF_E_PROFILE;
}

/* Both lists are sorted, so one walk through each is enough. */
static int read_members(struct entry *e, const struct json *obj, unsigned *ret_seen)
{
    unsigned m = 0, seen = 0;
    json_each(it, obj) {
        while (m < MEMBERS && strcmp(member_names[m], it->name) < 0)
            m++;
        if (m == MEMBERS || strcmp(member_names[m], it->name) != 0)
            return CPF_E_PROFILE;
        int r = get_member(e, (enum member)m, it);
        if (r)
            return r;
        seen |= BIT(m);
    }
    *ret_seen = seen;
    return CPF_OK;
}

static int seen_check(const struct entry *e, const struct json *obj, unsigned seen)
{
    bool occurred = seen & BIT(OCCURRED), late = seen & BIT(LATE), id = seen & BIT(ID), req = seen & BIT(REQ);
    if ((seen & always) != always || occurred != late || id != req)
        return CPF_E_PROFILE;
    /* prev is empty exactly on a stream's first entry */
    if ((json_get(obj, "prev")->len == 0) != (e->sseq == 1))
        return CPF_E_PROFILE;
    return CPF_OK;
}

int entry_read(struct entry *e, struct arena *a, const char *text, size_t len)
{
    struct entry tmp = {.text = text, .len = len};
    const struct json *obj;
    unsigned seen = 0;
    int r = json_parse(a, text, len, &obj, NULL);
    if (!r)
        r = version_check(obj);
    if (!r)
        r = read_members(&tmp, obj, &seen);
    if (!r)
        r = seen_check(&tmp, obj, seen);
    if (!r)
        r = members_check(&tmp);
    if (r)
        return r;
    hash_leaf(text, len, tmp.leaf);
    tmp.idx = e->idx; /* known from elsewhere */
    *e = tmp;
    return CPF_OK;
}

void entry_act_message(struct buf *ret, const char *origin, const char *keyid, const char *signed_text)
{
    const char *const part[] = {"cpf/act/v1", origin, keyid, signed_text};
    const size_t len[] = {strlen(part[0]), strlen(origin), strlen(keyid), strlen(signed_text)};
    key_pae(ret, 4, part, len);
}
