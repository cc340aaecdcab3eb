/* Sealed secrets and disclosed values, by what the log says of them. */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "flow/flow_int.h"

void credential_digest(const char *pin, const char *key, char ret[44])
{
    struct buf b;
    uint8_t d[HASH_LEN];
    buf_init(&b);
    buf_printf(&b, "%s\n%s", pin ? pin : "", key ? key : "");
    hash_sha256(b.data, b.len, d);
    buf_fini(&b);
    enc_digest(d, ret);
}

static void replace(char **at, const char *value)
{
    free(*at);
    *at = xstrdup(value);
}

void credential_keep(struct flow *f, const char *person, const char *kind, const char *sealed)
{
    struct credential *c = map_get(&f->credentials, person);
    if (!c) {
        c = arena_alloc(&f->keep, sizeof(*c));
        c->person = arena_strdup(&f->keep, person);
        map_put(&f->credentials, c->person, c);
    }
    if (strcmp(kind, "pin") == 0)
        replace(&c->pin, sealed);
    else
        replace(&c->key, sealed);
}

/* Only what the log names counts: a row put into the table by hand opens nothing. */
const struct credential *flow_credential(const struct flow *f, const struct person *p)
{
    const struct credential *c = map_get(&f->credentials, p->id);
    char digest[44];
    if (!c || !p->cred)
        return NULL;
    credential_digest(c->pin, c->key, digest);
    return strcmp(digest, p->cred) == 0 ? c : NULL;
}

void disclosed_keep(struct flow *f, const char *digest, const char *value)
{
    map_put(&f->disclosed, arena_strdup(&f->keep, digest), arena_strdup(&f->keep, value));
}

const char *disclosed_value(void *flow, const char *digest)
{
    struct flow *f = flow;
    return map_get(&f->disclosed, digest);
}
