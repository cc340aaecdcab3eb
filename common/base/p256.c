#include "base/p256.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/enc.h"
#include "base/mem.h"

#define HALF (P256_SIG / 2)

struct p256 {
    EVP_PKEY *pkey;
    uint8_t pub[P256_PUB];
};

int p256_new(struct p256 **ret)
{
    size_t len = 0;
    struct p256 *k = xcalloc(1, sizeof(*k));
    k->pkey = EVP_EC_gen("P-256");
    if (!k->pkey ||
        EVP_PKEY_get_octet_string_param(k->pkey, OSSL_PKEY_PARAM_PUB_KEY, k->pub, sizeof(k->pub), &len) !=
            1 ||
        len != P256_PUB) {
        p256_free(k);
        return CPF_E_CRYPTO;
    }
    *ret = k;
    return CPF_OK;
}

void p256_free(struct p256 *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->pkey); /* clears the private part */
    free(k);
}

void p256_public(const struct p256 *k, uint8_t ret[P256_PUB])
{
    memcpy(ret, k->pub, P256_PUB);
}

/* ---- signatures: DER inside of OpenSSL, r and s outside ---- */

static bool split(const uint8_t *der, size_t len, uint8_t ret[P256_SIG])
{
    ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)len);
    bool ok = s && BN_bn2binpad(ECDSA_SIG_get0_r(s), ret, HALF) == HALF &&
              BN_bn2binpad(ECDSA_SIG_get0_s(s), ret + HALF, HALF) == HALF;
    ECDSA_SIG_free(s);
    return ok;
}

/* The length, or 0. *ret_der is freed by the caller (OPENSSL_free). */
static size_t join(const uint8_t sig[P256_SIG], unsigned char **ret_der)
{
    ECDSA_SIG *s = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(sig, HALF, NULL), *t = BN_bin2bn(sig + HALF, HALF, NULL);
    int len = 0;
    if (s && r && t && ECDSA_SIG_set0(s, r, t) == 1) {
        r = t = NULL; /* the signature's now */
        len = i2d_ECDSA_SIG(s, ret_der);
    }
    BN_free(r);
    BN_free(t);
    ECDSA_SIG_free(s);
    return len > 0 ? (size_t)len : 0;
}

int p256_sign(const struct p256 *k, const void *msg, size_t len, uint8_t ret[P256_SIG])
{
    uint8_t der[80], sig[P256_SIG];
    size_t n = sizeof(der);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, k->pkey) == 1 &&
              EVP_DigestSign(ctx, der, &n, msg, len) == 1 && split(der, n, sig);
    EVP_MD_CTX_free(ctx);
    if (!ok)
        return CPF_E_CRYPTO;
    memcpy(ret, sig, P256_SIG);
    return CPF_OK;
}

/* ---- public keys ---- */

/* NULL unless it is a point of the curve. */
static EVP_PKEY *load(const uint8_t pub[P256_PUB])
{
    char group[] = "P-256";
    EVP_PKEY *key = NULL;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)pub, P256_PUB),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *ctx = pub[0] == 0x04 ? EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL) : NULL;
    if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, (OSSL_PARAM *)params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

int p256_read_public(const char *text, uint8_t ret[P256_PUB])
{
    uint8_t pub[P256_PUB];
    int err = enc_unb64url_fixed(text, strlen(text), pub, sizeof(pub));
    if (err)
        return err;
    EVP_PKEY *key = load(pub);
    if (!key)
        return CPF_E_KEY;
    EVP_PKEY_free(key);
    memcpy(ret, pub, P256_PUB);
    return CPF_OK;
}

int p256_verify(const uint8_t pub[P256_PUB], const void *msg, size_t len, const uint8_t sig[P256_SIG])
{
    unsigned char *der = NULL;
    EVP_PKEY *key = load(pub);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t n = join(sig, &der);
    bool ok = key && ctx && n && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestVerify(ctx, der, n, msg, len) == 1;
    OPENSSL_free(der);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok ? CPF_OK : CPF_E_SIGNATURE;
}
