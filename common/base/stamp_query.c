/* RFC 3161, sections 2.4.1 and 2.4.2: the request, and the nonce that binds an answer to it. */
#include "base/stamp.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ts.h>

#include "base/bounds.h"
#include "base/enc.h"

static TS_MSG_IMPRINT *imprint_of(const void *data, size_t len)
{
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *alg = X509_ALGOR_new();
    uint8_t digest[HASH_LEN];
    require(imprint && alg);
    hash_sha256(data, len, digest);
    require(X509_ALGOR_set0(alg, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1);
    require(TS_MSG_IMPRINT_set_algo(imprint, alg) == 1);
    require(TS_MSG_IMPRINT_set_msg(imprint, digest, HASH_LEN) == 1);
    X509_ALGOR_free(alg);
    return imprint;
}

void stamp_query(const void *data, size_t len, uint64_t *ret_nonce, struct buf *ret)
{
    TS_REQ *req = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = imprint_of(data, len);
    ASN1_INTEGER *nonce = ASN1_INTEGER_new();
    uint8_t *der = NULL;
    enc_random(ret_nonce, sizeof(*ret_nonce));
    require(req && nonce && ASN1_INTEGER_set_uint64(nonce, *ret_nonce) == 1);
    require(TS_REQ_set_version(req, 1) == 1 && TS_REQ_set_msg_imprint(req, imprint) == 1 &&
            TS_REQ_set_nonce(req, nonce) == 1 && TS_REQ_set_cert_req(req, 1) == 1);
    int n = i2d_TS_REQ(req, &der);
    require(n > 0);
    buf_add(ret, der, (size_t)n);
    OPENSSL_free(der);
    ASN1_INTEGER_free(nonce);
    TS_MSG_IMPRINT_free(imprint);
    TS_REQ_free(req);
}

int stamp_nonce_check(const uint8_t *der, size_t der_len, uint64_t nonce)
{
    const uint8_t *p = der;
    uint64_t got;
    if (der_len > BOUND_STAMP_BYTES)
        return CPF_E_SYNTAX;
    TS_RESP *resp = d2i_TS_RESP(NULL, &p, (long)der_len);
    TS_TST_INFO *info = resp ? TS_RESP_get_tst_info(resp) : NULL;
    const ASN1_INTEGER *n = info ? TS_TST_INFO_get_nonce(info) : NULL;
    int r = !info                                                        ? CPF_E_SYNTAX
            : n && ASN1_INTEGER_get_uint64(&got, n) == 1 && got == nonce ? CPF_OK
                                                                         : CPF_E_MISMATCH;
    TS_RESP_free(resp);
    ERR_clear_error();
    return r;
}
