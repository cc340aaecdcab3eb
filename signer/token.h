#pragma once
/*
 * An Ed25519 key inside a PKCS#11 token (CKM_EDDSA, PKCS#11 3.0): it never leaves there. The module is opened
 * with dlopen. Every signature is verified against the token's public key before anybody sees it.
 *
 * What a token does when it is removed, logged out or broken: the signature fails, the process ends, and a
 * new one opens the token afresh. Nothing was signed then as far as anybody can know, and the mark is
 * unchanged.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/key.h"
#include "secret.h"
#include "token_uri.h"

#define TOKEN_PATIENCE_S 10   /* a token that needs longer for one signature ends the process */
#define TOKEN_SLOW_MS    1000 /* from here on a line in the log */

struct token;

/* Opens module and token, logs in, finds the one private key and its public one, and tries both. */
must_check int token_open(const struct token_uri *u, const char *module, const char *pin, struct token **ret,
                          uint8_t ret_pub[KEY_PUB], struct secret_fault *fault);
/* Makes a new key (sensitive, not extractable) that must not be there yet. */
must_check int token_make_key(const struct token_uri *u, const char *module, const char *pin,
                              struct secret_fault *fault);
/* Those opened later first. NULL is fine. */
void token_free(struct token *t);

/* mark_signer's `sign`; `arg` is the struct token. CPF_E_CRYPTO, with a line in the log. */
must_check int token_sign(void *arg, const void *text, size_t len, uint8_t ret[KEY_SIG]);
