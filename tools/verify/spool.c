/*
 * What a station did while nobody heard it. The entry's own time counts there because the station's key
 * signed the request, in the station's own order; the key is the one that the station's stream in support/
 * gives it before. What is not here rests on the log alone, and that is told.
 */
#include <string.h>

#include "base/enc.h"
#include "base/kind.h"
#include "base/p256.h"
#include "base/spool.h"
#include "verify_int.h"

static const char *member(const struct record *r, const char *name)
{
    return json_get_str(r->e.body, name);
}

/* The command's first entry, by its leaf. */
static const uint8_t *first_of(const struct entry *e)
{
    return e->has_of ? e->of : e->leaf;
}

static const struct record *spooled(const struct verify *v, const struct entry *e)
{
    for (size_t i = 0; i < v->nsupport; i++) {
        const struct record *r = &v->support[i];
        if (r->proven && kind_is(r->e.kind, KIND_STATION_SPOOLED) && r->e.has_of &&
            memcmp(r->e.of, first_of(e), HASH_LEN) == 0)
            return r;
    }
    return NULL;
}

/* The newest word of the station's own stream before the item. */
static const char *key_then(const struct verify *v, const struct record *item)
{
    const struct record *best = NULL;
    for (size_t i = 0; i < v->nsupport; i++) {
        const struct record *r = &v->support[i];
        bool its = r->proven && kind_is(r->e.kind, KIND_STATION_ENROLLED) && r->e.idx < item->e.idx &&
                   strcmp(r->e.stream, item->e.stream) == 0;
        if (its && (!best || best->e.idx < r->e.idx))
            best = r;
    }
    return best ? member(best, "key") : NULL;
}

static const char *contradiction(const struct record *r, const struct record *item)
{
    const char *station = json_get_str(r->e.actor, "station"), *occurred = member(item, "occurred");
    char when[CLOCK_TEXT];
    clock_format(r->e.occurred, when);
    if (!station || !member(item, "station") || strcmp(station, member(item, "station")) != 0)
        return "station";
    if (!occurred || strcmp(occurred, when) != 0)
        return "occurred";
    return json_get_bool(item->e.body, "seen") && !json_get_bool(item->e.body, "broken") ? NULL : "seen";
}

static bool is_signed(struct verify *v, const struct record *item, const char *key,
                      const uint8_t req[HASH_LEN])
{
    uint8_t pub[P256_PUB], sig[P256_SIG], hash[HASH_LEN];
    char digest[44];
    const char *prev = member(item, "prev"), *said = member(item, "hash"), *b64 = member(item, "sig");
    enc_digest(req, digest);
    const char *text =
        arena_printf(&v->a, STATION_SPOOL_TEXT, v->info.origin, member(item, "station"),
                     (long long)json_get_int(item->e.body, "number", 0), prev ? prev : "", digest);
    hash_sha256(text, strlen(text), hash);
    enc_digest(hash, digest);
    return said && strcmp(said, digest) == 0 && b64 && p256_read_public(key, pub) == CPF_OK &&
           enc_unb64url_fixed(b64, strlen(b64), sig, sizeof(sig)) == CPF_OK &&
           p256_verify(pub, text, strlen(text), sig) == CPF_OK;
}

static void one_item(struct verify *v, const struct record *r)
{
    const struct record *item = spooled(v, &r->e);
    const char *key = item ? key_then(v, item) : NULL, *what = item ? contradiction(r, item) : NULL;
    if (!item)
        verify_fail(v, SPOOL_MISSING, r->file->name, NULL);
    else if (what)
        verify_fail(v, SPOOL_SAYS, r->file->name, "%s", what);
    else if (!key)
        verify_fail(v, SPOOL_KEY, r->file->name, "%s", member(item, "station"));
    else if (!r->e.has_of && !is_signed(v, item, key, r->e.req))
        verify_fail(v, SPOOL_SIGNATURE, r->file->name, "%s", item->file->name);
}

void verify_spool(struct verify *v)
{
    for (size_t i = 0; i < v->nentries; i++) {
        const struct record *r = &v->entry[i];
        if (r->read && r->e.late && strcmp(r->e.late, "offline") == 0)
            one_item(v, r);
    }
}
