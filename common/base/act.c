#include "base/act.h"

#include <string.h>

#include "base/enc.h"
#include "base/kind.h"

struct act act_of(const struct entry *e)
{
    return (struct act){json_get_str(e->act, "key"), json_get_str(e->act, "sig"),
                        json_get_str(e->act, "signed")};
}

/* The object that was signed. */
static int read_signed(const struct entry *e, struct arena *a, const struct json **ret)
{
    const char *text = act_of(e).text;
    return text ? json_parse(a, text, strlen(text), ret, NULL) : CPF_E_NOTFOUND;
}

const char *act_meaning(const struct entry *e, struct arena *a)
{
    const struct json *s = NULL;
    return read_signed(e, a, &s) == 0 ? json_get_str(s, "meaning") : NULL;
}

bool act_must_be_signed(const char *kind)
{
    return kind_name_has(kind, KIND_ACT);
}

static bool same_json(const struct json *a, const struct json *b)
{
    struct buf x, y;
    if (!a || !b)
        return a == b;
    buf_init(&x);
    buf_init(&y);
    json_write(&x, a);
    json_write(&y, b);
    bool same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
    buf_fini(&x);
    buf_fini(&y);
    return same;
}

static bool same_text(const struct json *signed_, const char *name, const char *text)
{
    const char *s = json_get_str(signed_, name);
    return s && text && strcmp(s, text) == 0;
}

static bool is_digest(const char *text)
{
    uint8_t raw[HASH_LEN];
    return text && enc_unb64url_fixed(text, strlen(text), raw, sizeof(raw)) == CPF_OK;
}

static const char *contradiction(const struct entry *e, const char *id, const struct json *s)
{
    static const char *const members[] = {"actor", "body", "id", "kind", "meaning", "pd", "shown", "stream"};
    size_t known = 0;
    if (s->type != JSON_OBJECT)
        return "a member that does not belong there";
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
        known += json_get(s, members[i]) != NULL;
    if (known != s->len)
        return "a member that does not belong there";
    if (!same_text(s, "id", id ? id : json_get_str(s, "id")))
        return "id";
    if (!same_text(s, "kind", e->kind))
        return "kind";
    if (!same_text(s, "stream", e->stream))
        return "stream";
    if (!same_json(json_get(s, "actor"), e->actor))
        return "actor";
    if (!same_json(json_get(s, "body"), e->body))
        return "body";
    if (!same_json(json_get(s, "pd"), e->pd))
        return "pd";
    if (!json_get_str(s, "meaning"))
        return "meaning";
    return is_digest(json_get_str(s, "shown")) ? NULL : "shown";
}

const char *act_contradiction(const struct entry *e, const char *id, struct arena *a)
{
    const struct json *s = NULL;
    int err = read_signed(e, a, &s);
    return err ? cpf_strerror(err) : contradiction(e, id, s);
}

int act_verify(const struct entry *e, const char *origin, const uint8_t pub[KEY_PUB])
{
    const struct act act = act_of(e);
    uint8_t sig[KEY_SIG];
    struct buf msg;
    if (!act.sig || !act.text || enc_unb64url_fixed(act.sig, strlen(act.sig), sig, sizeof(sig)) != CPF_OK)
        return CPF_E_SIGNATURE;
    buf_init(&msg);
    entry_act_message(&msg, origin, act.key, act.text);
    int err = key_verify(pub, msg.data, msg.len, sig);
    buf_fini(&msg);
    return err;
}
