#pragma once
/*
 * RFC 3161 time stamps: does this response stamp these bytes, and did an authority that we know sign it?
 *
 * A chain alone is not enough: whoever holds any certificate for time stamping below the same root could
 * sign, and a token may carry certificates that nobody asked for. So the signer's certificate is pinned by
 * its SHA-256, and every certificate in the token must be a pinned one or one of the chain. Certificates are
 * judged at the stamp's own time; a revoked one by RFC 3161, section 4: stamps made before a revocation for a
 * harmless reason stay good.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

struct stamp_trust;

struct stamp_trust *stamp_trust_new(void); /* trusts nobody */
void stamp_trust_free(struct stamp_trust *t);
/* Pins a certificate by the SHA-256 of its DER. */
void stamp_trust_pin(struct stamp_trust *t, const uint8_t digest[HASH_LEN]);
void stamp_trust_unpin(struct stamp_trust *t); /* all of them */
/* Certificates (PEM, all in the text) of authorities and of those above them. Of them only self-signed ones
 * end a chain; none is trusted by being here, but for the chain's ends: who gives this text must be trusted
 * as far, or the pins must be. CPF_E_SYNTAX. */
must_check int stamp_trust_certs(struct stamp_trust *t, const char *pem, size_t len);
must_check int stamp_trust_crls(struct stamp_trust *t, const char *pem, size_t len);

struct stamp {
    int64_t time;             /* Unix ms */
    int64_t accuracy;         /* ms; 0 if it says nothing */
    uint8_t signer[HASH_LEN]; /* SHA-256 of the signer's certificate */
};

/* CPF_E_SYNTAX   not a TimeStampResp with a token, or bytes behind it
 * CPF_E_REFUSED  the authority's answer says that it did not stamp
 * CPF_E_MISMATCH a stamp over other bytes, or by a digest weaker than SHA-256
 * CPF_E_KEY      the signer's certificate is not pinned, or the token carries a certificate unknown here
 * CPF_E_STALE    the certificate was not valid then, or was revoked
 * CPF_E_SIGNATURE signature or chain does not verify */
must_check int stamp_verify(const struct stamp_trust *t, const uint8_t *der, size_t der_len, const void *data,
                            size_t len, struct stamp *ret);

/* ---- asking for one (stamp_query.c) ---- */

/* A TimeStampReq (DER, appended) over the bytes: SHA-256, a fresh nonce, and the certificate is wanted. */
void stamp_query(const void *data, size_t len, uint64_t *ret_nonce, struct buf *ret);
/* Does the response carry that nonce, so that it was made for this very request? CPF_E_MISMATCH if not,
 * CPF_E_SYNTAX. Besides stamp_verify, never instead. */
must_check int stamp_nonce_check(const uint8_t *der, size_t der_len, uint64_t nonce);
