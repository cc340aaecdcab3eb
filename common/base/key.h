#pragma once
/*
 * Ed25519 keys (RFC 8032) and secrets sealed under a password.
 *
 * Sealed form (text, one line): `cpfseal1$N$r$p$<b64url salt16>$<b64url nonce12>$<b64url ct||tag16>`,
 * scrypt (RFC 7914) for the key, AES-256-GCM over the secret, the prefix up to and including the
 * salt as associated data. N,r,p come from the text; those below KEY_SEAL_* are accepted only if
 * `allow_light` (training).
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

#define KEY_PUB          32
#define KEY_SEED         32
#define KEY_SIG          64
#define KEY_SEAL_N       (1u << 14)
#define KEY_SEAL_R       8u
#define KEY_SEAL_P       5u
#define KEY_SEAL_LIGHT_N (1u << 10)

struct key; /* an opened private key (EVP_PKEY inside) */

must_check int key_from_seed(const uint8_t seed[KEY_SEED], struct key **ret);
void key_free(struct key *k); /* wipes; NULL is fine */
void key_public(const struct key *k, uint8_t ret[KEY_PUB]);
must_check int key_sign(const struct key *k, const void *msg, size_t len, uint8_t ret[KEY_SIG]);

/* CPF_E_SIGNATURE if it does not verify; CPF_E_KEY for a non-canonical or low-order public key. */
must_check int key_verify(const uint8_t pub[KEY_PUB], const void *msg, size_t len,
                          const uint8_t sig[KEY_SIG]);
/* CPF_E_KEY for non-canonical encodings and the low-order points; call it at enrolment. */
must_check int key_check_public(const uint8_t pub[KEY_PUB]);

/* A public key from its base64url text, checked: CPF_E_SYNTAX, CPF_E_KEY. */
must_check int key_read_public(const char *text, uint8_t ret[KEY_PUB]);

/* Key id of a person's key: base64url of the first 16 bytes of SHA-256(public key). 22 chars + NUL. */
void key_id(const uint8_t pub[KEY_PUB], char ret[23]);

/* Seal / open `secret`. Opening blocks for the time of scrypt: never on the loop. CPF_E_SECRET if wrong. */
must_check int key_seal(const void *secret, size_t len, const char *password, bool light, struct buf *ret);
must_check int key_unseal(const char *sealed, const char *password, bool allow_light, struct buf *ret);

/* Before a seal is taken: has it the form (else CPF_E_PROFILE), and is it, unless light ones are allowed, at
 * least as slow to try as ours (else CPF_E_KEY)? What would never open must not be stored as somebody's. */
must_check int key_seal_check(const char *sealed, bool allow_light);

/* DSSE-like pre-authentication encoding of doc/log.md 1: for each of n parts, "<len> <bytes>", joined by
 * one space, after "<n> ". Appends to `ret`. */
void key_pae(struct buf *ret, size_t n, const char *const part[], const size_t len[]);
