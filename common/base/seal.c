/* Secrets under a password, declared in key.h. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/key.h"

#define MAGIC      "cpfseal1"
#define SALT       16
#define NONCE      12
#define TAG        16
#define KEY_BYTES  32
#define SEALED_MAX 8192
/* What a sealed text may make us compute: 128 MiB and 2^17 * 16 blocks. */
#define N_MAX 131072u
#define R_MAX 8u
#define P_MAX 16u

struct sealed {
    uint32_t n, r, p;
    uint8_t salt[SALT], nonce[NONCE];
    size_t prefix_len; /* up to and including the salt */
};

static int derive(const struct sealed *s, const char *password, uint8_t ret[KEY_BYTES])
{
    uint64_t maxmem = 128ull * s->r * (s->n + s->p + 2) + (1 << 20);
    return EVP_PBE_scrypt(password, strlen(password), s->salt, SALT, s->n, s->r, s->p, maxmem, ret,
                          KEY_BYTES) == 1
               ? CPF_OK
               : CPF_E_CRYPTO;
}

/* AES-256-GCM either way; out has room for len bytes. Opening: false if the tag is wrong. */
static bool gcm(bool seal, const uint8_t key[KEY_BYTES], const struct sealed *s, const char *prefix,
                const uint8_t *in, size_t len, uint8_t *out, uint8_t tag[TAG])
{
    int n;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx && EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, s->nonce, seal) == 1 &&
              EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)prefix, (int)s->prefix_len) == 1 &&
              EVP_CipherUpdate(ctx, out, &n, in, (int)len) == 1;
    if (ok && !seal)
        ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1;
    ok = ok && EVP_CipherFinal_ex(ctx, out + len, &n) == 1;
    if (ok && seal)
        ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, tag) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

int key_seal(const void *secret, size_t len, const char *password, bool light, struct buf *ret)
{
    struct sealed s = {
        .n = light ? KEY_SEAL_LIGHT_N : KEY_SEAL_N, .r = KEY_SEAL_R, .p = light ? 1 : KEY_SEAL_P};
    uint8_t key[KEY_BYTES], out[SEALED_MAX / 2 + TAG];
    struct buf text;
    if (len > SEALED_MAX / 2 || strlen(password) > BOUND_SECRET_BYTES)
        return CPF_E_LIMIT;
    enc_random(s.salt, SALT);
    enc_random(s.nonce, NONCE);
    buf_init(&text);
    buf_printf(&text, MAGIC "$%u$%u$%u$", s.n, s.r, s.p);
    enc_b64url(&text, s.salt, SALT);
    s.prefix_len = text.len;
    int r = derive(&s, password, key);
    if (!r && !gcm(true, key, &s, text.data, secret, len, out, out + len))
        r = CPF_E_CRYPTO;
    if (!r) {
        buf_addc(&text, '$');
        enc_b64url(&text, s.nonce, NONCE);
        buf_addc(&text, '$');
        enc_b64url(&text, out, len + TAG);
        buf_add(ret, text.data, text.len);
    }
    OPENSSL_cleanse(key, sizeof(key));
    buf_fini(&text);
    return r;
}

/* A decimal without leading zeros in 1..max, then '$'. */
static bool number(const char **p, uint32_t max, uint32_t *ret)
{
    uint32_t v = 0;
    if (**p < '1' || **p > '9')
        return false;
    for (; **p >= '0' && **p <= '9'; (*p)++) {
        v = v * 10 + (uint32_t)(**p - '0');
        if (v > max)
            return false;
    }
    *ret = v;
    return *(*p)++ == '$';
}

/* *ret_rest: the ciphertext's base64url. */
static bool parse(const char *text, struct sealed *ret, const char **ret_rest)
{
    const char *p = text;
    size_t salt_len, nonce_len;
    if (strncmp(p, MAGIC "$", sizeof(MAGIC)) != 0)
        return false;
    p += sizeof(MAGIC);
    if (!number(&p, N_MAX, &ret->n) || !number(&p, R_MAX, &ret->r) || !number(&p, P_MAX, &ret->p))
        return false;
    if (ret->n < 2 || (ret->n & (ret->n - 1)) != 0)
        return false;
    salt_len = strcspn(p, "$");
    if (p[salt_len] != '$' || enc_unb64url_fixed(p, salt_len, ret->salt, SALT) != CPF_OK)
        return false;
    p += salt_len;
    ret->prefix_len = (size_t)(p - text);
    nonce_len = strcspn(++p, "$");
    if (p[nonce_len] != '$' || enc_unb64url_fixed(p, nonce_len, ret->nonce, NONCE) != CPF_OK)
        return false;
    *ret_rest = p + nonce_len + 1;
    return true;
}

static bool light(const struct sealed *s)
{
    return s->n < KEY_SEAL_N || s->r < KEY_SEAL_R || s->p < KEY_SEAL_P;
}

int key_seal_check(const char *sealed, bool allow_light)
{
    struct sealed s = {0};
    const char *rest;
    struct buf ct;
    if (strnlen(sealed, SEALED_MAX + 1) > SEALED_MAX || !parse(sealed, &s, &rest))
        return CPF_E_PROFILE;
    buf_init(&ct);
    bool whole = enc_unb64url(rest, strlen(rest), &ct) == CPF_OK && ct.len > TAG;
    buf_fini(&ct);
    if (!whole)
        return CPF_E_PROFILE;
    return !allow_light && light(&s) ? CPF_E_KEY : CPF_OK;
}

int key_unseal(const char *sealed, const char *password, bool allow_light, struct buf *ret)
{
    struct sealed s = {0};
    const char *rest;
    uint8_t key[KEY_BYTES] = {0}, out[SEALED_MAX];
    struct buf ct;
    if (strnlen(sealed, SEALED_MAX + 1) > SEALED_MAX || strlen(password) > BOUND_SECRET_BYTES)
        return CPF_E_SECRET;
    if (!parse(sealed, &s, &rest))
        return CPF_E_SECRET;
    if (!allow_light && light(&s))
        return CPF_E_SECRET;
    buf_init(&ct);
    int r = enc_unb64url(rest, strlen(rest), &ct);
    if (r || ct.len < TAG) {
        r = CPF_E_SECRET;
        goto out;
    }
    size_t len = ct.len - TAG;
    r = derive(&s, password, key);
    if (r)
        goto out;
    if (gcm(false, key, &s, sealed, (uint8_t *)ct.data, len, out, (uint8_t *)ct.data + len))
        buf_add(ret, out, len);
    else
        r = CPF_E_SECRET;
out:
    OPENSSL_cleanse(key, sizeof(key));
    OPENSSL_cleanse(out, sizeof(out));
    buf_fini(&ct);
    return r;
}
