/* Salted disclosures, declared in entry.h. */
#include <string.h>

#include "base/enc.h"
#include "base/entry.h"

#define SALT 32

static void digest_of(const char *salted, size_t len, char ret[44])
{
    uint8_t h[HASH_LEN];
    hash_sha256(salted, len, h);
    enc_digest(h, ret);
}

void disclosure_make(struct arena *a, const char *name, const char *value, const char **ret_salted,
                     char ret_digest[44])
{
    uint8_t random[SALT];
    char salt[44];
    struct buf text, salted;
    enc_random(random, sizeof(random));
    enc_digest(random, salt);

    struct json *arr = json_array(a);
    json_push(arr, json_str(a, salt));
    json_push(arr, json_str(a, name));
    json_push(arr, json_str(a, value));
    require(arr->len == 3);
    buf_init(&text);
    buf_init(&salted);
    json_write(&text, arr);
    enc_b64url(&salted, text.data, text.len);

    digest_of(salted.data, salted.len, ret_digest);
    *ret_salted = arena_strndup(a, salted.data, salted.len);
    require(*ret_salted != NULL);
    buf_wipe(&text);
    buf_wipe(&salted);
}

/*
 * RFC 9901 lets the JSON hold white space, and digests cover the base64url
 * text, so leaving out what stands between tokens takes nothing from the proof.
 */
static void drop_space(struct buf *b)
{
    size_t n = 0;
    bool quoted = false;
    for (size_t i = 0; i < b->len; i++) {
        char c = b->data[i];
        if (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
            continue;
        if (c == '"')
            quoted = !quoted;
        b->data[n++] = c;
        if (quoted && c == '\\' && i + 1 < b->len)
            b->data[n++] = b->data[++i];
    }
    b->len = n;
}

static const struct json *next_string(const struct json *v)
{
    return v && v->type == JSON_STRING ? v->next : NULL;
}

int disclosure_open(struct arena *a, const char *salted, const char *digest, const char **ret_name,
                    const char **ret_value)
{
    char actual[44];
    struct buf text;
    const struct json *arr;
    digest_of(salted, strlen(salted), actual);
    if (strcmp(actual, digest) != 0)
        return CPF_E_MISMATCH;
    buf_init(&text);
    int r = enc_unb64url(salted, strlen(salted), &text);
    if (r)
        goto out;
    drop_space(&text);
    r = json_parse(a, text.data, text.len, &arr, NULL);
    if (r)
        goto out;
    const struct json *name = arr->type == JSON_ARRAY && arr->len == 3 ? next_string(arr->child) : NULL;
    const struct json *value = next_string(name);
    if (!value || value->type != JSON_STRING) {
        r = CPF_E_PROFILE;
        goto out;
    }
    *ret_name = name->str;
    *ret_value = value->str;
out:
    buf_wipe(&text);
    return r;
}
