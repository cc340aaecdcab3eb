/*
 * Persons' signatures. A key counts as a person's if a person.enrolled entry (or a person.changed with a new
 * key) of that person's stream, carried in support/ with its own proof and before the act in the log, says
 * so: what binds a name to a key is then under the log's signature and anchors like everything else, and the
 * root key need not sign for each new member of staff.
 */
#include <string.h>

#include "base/act.h"
#include "base/enc.h"
#include "base/kind.h"
#include "verify_int.h"

/* ---- whose key ---- */

/* Only these two say what a person's key is, whatever else an entry of that stream may hold. */
static const char *key_said(const struct entry *e)
{
    return kind_name_has(e->kind, KIND_KEYS) ? json_get_str(e->body, "key") : NULL;
}

/* The newest word on the person's key before the act; NULL if there is none. */
static const char *key_in_force(const struct verify *v, const char *person, uint64_t idx)
{
    const struct record *best = NULL;
    for (size_t i = 0; i < v->nsupport; i++) {
        const struct record *r = &v->support[i];
        const char *whose = r->proven ? stream_rest(r->e.stream, STREAM_PERSON) : NULL;
        if (!whose || strcmp(whose, person) != 0)
            continue;
        if (r->e.idx < idx && key_said(&r->e) && (!best || best->e.idx < r->e.idx))
            best = r;
    }
    return best ? key_said(&best->e) : NULL;
}

static bool find_key(struct verify *v, const struct record *r, uint8_t ret[KEY_PUB])
{
    const char *person = json_get_str(r->e.actor, "performed"), *keyid = json_get_str(r->e.act, "key");
    const char *key = person ? key_in_force(v, person, r->e.idx) : NULL;
    char id[23];
    if (!key || enc_unb64url_fixed(key, strlen(key), ret, KEY_PUB) != CPF_OK) {
        verify_fail(v, ACT_KEY, r->file->name, "no enrolled key of %s here", person ? person : "nobody");
        return false;
    }
    key_id(ret, id);
    if (strcmp(id, keyid) != 0) {
        verify_fail(v, ACT_KEY, r->file->name, "key %s, that of %s is %s", keyid, person, id);
        return false;
    }
    if (key_check_public(ret) != CPF_OK) {
        verify_fail(v, ACT_WEAK, r->file->name, "%s", person);
        return false;
    }
    return true;
}

/* ---- what was signed ---- */

static const char *id_among(const struct record *list, size_t n, const uint8_t leaf[HASH_LEN])
{
    for (size_t i = 0; i < n; i++)
        if (list[i].read && memcmp(list[i].e.leaf, leaf, HASH_LEN) == 0)
            return list[i].e.id;
    return NULL;
}

/* The id stands on a command's first entry only; its others name that one by leaf. */
static const char *id_of(const struct verify *v, const struct entry *e)
{
    if (e->id || !e->has_of)
        return e->id;
    const char *id = id_among(v->entry, v->nentries, e->of);
    return id ? id : id_among(v->support, v->nsupport, e->of);
}

/* One erasure takes values out of several entries: each says so of another one. */
static bool erases_elsewhere(const struct entry *a, const struct entry *b)
{
    return kind_is(a->kind, KIND_REDACTED) && kind_is(b->kind, KIND_REDACTED) &&
           json_get_int(a->body, "idx", -1) != json_get_int(b->body, "idx", -1);
}

/* The same act put into the record a second time: its id tells. */
static bool stands_already(const struct verify *v, const struct record *r)
{
    const char *id = id_of(v, &r->e);
    for (const struct record *x = v->entry; id && x < v->entry + v->nentries && x != r; x++) {
        const char *other = x->read && x->e.act ? id_of(v, &x->e) : NULL;
        if (other && strcmp(other, id) == 0 && !erases_elsewhere(&x->e, &r->e))
            return true;
    }
    return false;
}

static bool says_the_same(struct verify *v, const struct record *r)
{
    const char *id = id_of(v, &r->e), *what = id ? act_contradiction(&r->e, id, &v->a) : "id";
    if (what)
        verify_fail(v, ACT_SAYS, r->file->name, "%s", what);
    return !what;
}

/* ---- acts ---- */

static bool signature_ok(struct verify *v, const struct record *r, const uint8_t pub[KEY_PUB])
{
    bool ok = act_verify(&r->e, v->info.origin, pub) == CPF_OK;
    if (!ok)
        verify_fail(v, ACT_SIGNATURE, r->file->name, NULL);
    return ok;
}

static void one_act(struct verify *v, struct record *r)
{
    uint8_t pub[KEY_PUB];
    r->act = ACT_BAD;
    bool says = says_the_same(v, r);
    if (find_key(v, r, pub) && signature_ok(v, r, pub) && says)
        r->act = ACT_GOOD;
    v->nacts++;
}

/* Who enrolled whom is not this bundle's matter: such an act is checked if the key happens to be here. */
static void support_act(struct verify *v, struct record *r)
{
    const char *person = json_get_str(r->e.actor, "performed");
    if (person && id_of(v, &r->e) && key_in_force(v, person, r->e.idx))
        one_act(v, r);
    else
        r->act = ACT_UNCHECKED;
}

void verify_acts(struct verify *v)
{
    for (size_t i = 0; i < v->nentries; i++) {
        struct record *r = &v->entry[i];
        if (r->read && r->e.act) {
            one_act(v, r);
            if (stands_already(v, r))
                verify_fail(v, ACT_TWICE, r->file->name, NULL);
        } else if (r->read && act_must_be_signed(r->e.kind))
            verify_fail(v, ACT_MISSING, r->file->name, "%s", r->e.kind);
    }
    for (size_t i = 0; i < v->nsupport; i++)
        if (v->support[i].read && v->support[i].e.act)
            support_act(v, &v->support[i]);
}
