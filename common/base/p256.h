#pragma once
/*
 * ECDSA over P-256 with SHA-256 (FIPS 186-5), as WebCrypto makes it: a station's key. Public keys are the 65
 * bytes of the uncompressed point (`raw` of WebCrypto), signatures the 64 bytes of r and s.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define P256_PUB 65
#define P256_SIG 64

struct p256; /* a private key */

must_check int p256_new(struct p256 **ret);
void p256_free(struct p256 *k); /* wipes; NULL is fine */
void p256_public(const struct p256 *k, uint8_t ret[P256_PUB]);
must_check int p256_sign(const struct p256 *k, const void *msg, size_t len, uint8_t ret[P256_SIG]);

/* From its base64url text, checked to be a point of the curve: CPF_E_SYNTAX, CPF_E_KEY. */
must_check int p256_read_public(const char *text, uint8_t ret[P256_PUB]);
/* CPF_E_SIGNATURE if it does not verify. */
must_check int p256_verify(const uint8_t pub[P256_PUB], const void *msg, size_t len,
                           const uint8_t sig[P256_SIG]);
