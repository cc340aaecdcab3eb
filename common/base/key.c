#include "base/key.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/enc.h"
#include "base/hash.h"
#include "base/mem.h"

struct key {
    EVP_PKEY *pkey;
    uint8_t pub[KEY_PUB];
};

int key_from_seed(const uint8_t seed[KEY_SEED], struct key **ret)
{
    size_t len = KEY_PUB;
    struct key *k = xcalloc(1, sizeof(*k));
    k->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, KEY_SEED);
    if (!k->pkey || EVP_PKEY_get_raw_public_key(k->pkey, k->pub, &len) != 1 || len != KEY_PUB) {
        key_free(k);
        return CPF_E_CRYPTO;
    }
    *ret = k;
    return CPF_OK;
}

void key_free(struct key *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->pkey); /* clears the private part */
    free(k);
}

void key_public(const struct key *k, uint8_t ret[KEY_PUB])
{
    memcpy(ret, k->pub, KEY_PUB);
}

int key_sign(const struct key *k, const void *msg, size_t len, uint8_t ret[KEY_SIG])
{
    uint8_t sig[KEY_SIG];
    size_t n = sizeof(sig);
    /* A context initialised once and used twice fails from OpenSSL 3.2 on. */
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
              EVP_DigestSign(ctx, sig, &n, msg, len) == 1 && n == KEY_SIG;
    EVP_MD_CTX_free(ctx);
    if (!ok)
        return CPF_E_CRYPTO;
    memcpy(ret, sig, KEY_SIG);
    return CPF_OK;
}

/* ---- public keys ---- */

/* The y coordinates of the eight points of small order, little endian, without the sign of x. */
static const uint8_t low_order[][KEY_PUB] = {
    {0x00}, /* order 4 */
    {0x01}, /* order 1 */
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, /* order 2 */
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
     0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a}, /* order 8 */
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
     0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05}, /* order 8 */
};

/* y < 2^255 - 19, and not of small order. */
static int encoding_check(const uint8_t pub[KEY_PUB])
{
    uint8_t y[KEY_PUB];
    memcpy(y, pub, KEY_PUB);
    y[31] &= 0x7f;
    bool all_ones = y[31] == 0x7f;
    for (int i = 1; all_ones && i < 31; i++)
        all_ones = y[i] == 0xff;
    if (all_ones && y[0] >= 0xed)
        return CPF_E_KEY;
    for (size_t i = 0; i < sizeof(low_order) / sizeof(*low_order); i++)
        if (memcmp(y, low_order[i], KEY_PUB) == 0)
            return CPF_E_KEY;
    return CPF_OK;
}

/*
 * Is there an x (RFC 8032 5.1.3)? x^2 = u/v with u = y^2 - 1 and v = d y^2 + 1;
 * u/v is a square exactly if u v is one.
 */
static int curve_check(const uint8_t pub[KEY_PUB])
{
    static const char p_hex[] = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
    static const char d_hex[] = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";
    uint8_t bytes[KEY_PUB];
    int r = CPF_E_CRYPTO;
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *p = NULL, *d = NULL, *y = BN_new(), *u = BN_new();
    memcpy(bytes, pub, KEY_PUB);
    bytes[31] &= 0x7f;
    if (!ctx || !u || !y || !BN_hex2bn(&p, p_hex) || !BN_hex2bn(&d, d_hex))
        goto out;
    if (!BN_lebin2bn(bytes, KEY_PUB, y) || !BN_mod_sqr(y, y, p, ctx) || !BN_copy(u, y))
        goto out;
    if (!BN_sub_word(u, 1) || !BN_mod_mul(d, d, y, p, ctx) || !BN_add_word(d, 1) ||
        !BN_mod_mul(u, u, d, p, ctx))
        goto out;
    int square = BN_kronecker(u, p, ctx);
    if (square >= -1)
        r = square == -1 ? CPF_E_KEY : CPF_OK;
out:
    BN_free(u);
    BN_free(y);
    BN_free(d);
    BN_free(p);
    BN_CTX_free(ctx);
    return r;
}

int key_check_public(const uint8_t pub[KEY_PUB])
{
    int r = encoding_check(pub);
    return r ? r : curve_check(pub);
}

int key_read_public(const char *text, uint8_t ret[KEY_PUB])
{
    uint8_t pub[KEY_PUB];
    if (enc_unb64url_fixed(text, strlen(text), pub, KEY_PUB))
        return CPF_E_SYNTAX;
    int r = key_check_public(pub);
    if (!r)
        memcpy(ret, pub, KEY_PUB);
    return r;
}

int key_verify(const uint8_t pub[KEY_PUB], const void *msg, size_t len, const uint8_t sig[KEY_SIG])
{
    /* A point off the curve cannot verify anything, so only the cheap half is asked here. */
    int r = encoding_check(pub);
    if (r)
        return r;
    r = CPF_E_CRYPTO;
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, KEY_PUB);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (pkey && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1)
        r = EVP_DigestVerify(ctx, sig, KEY_SIG, msg, len) == 1 ? CPF_OK : CPF_E_SIGNATURE;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return r;
}

void key_id(const uint8_t pub[KEY_PUB], char ret[23])
{
    uint8_t h[HASH_LEN];
    char text[44];
    hash_sha256(pub, KEY_PUB, h);
    /* 16 bytes are 22 characters, the last of which holds four zero bits. */
    memset(h + 16, 0, sizeof(h) - 16);
    enc_digest(h, text);
    memcpy(ret, text, 22);
    ret[22] = '\0';
}

void key_pae(struct buf *ret, size_t n, const char *const part[], const size_t len[])
{
    buf_printf(ret, "%zu ", n);
    for (size_t i = 0; i < n; i++) {
        buf_printf(ret, i ? " %zu " : "%zu ", len[i]);
        buf_add(ret, part[i], len[i]);
    }
}
