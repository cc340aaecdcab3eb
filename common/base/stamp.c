#include "base/stamp.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/bounds.h"
#include "base/mem.h"

#define PINS 16

struct stamp_trust {
    uint8_t pin[PINS][HASH_LEN];
    size_t npins;
    STACK_OF(X509) * certs;
    STACK_OF(X509_CRL) * crls;
};

struct stamp_trust *stamp_trust_new(void)
{
    struct stamp_trust *t = xcalloc(1, sizeof(*t));
    t->certs = sk_X509_new_null();
    t->crls = sk_X509_CRL_new_null();
    require(t->certs && t->crls);
    return t;
}

void stamp_trust_free(struct stamp_trust *t)
{
    if (!t)
        return;
    sk_X509_pop_free(t->certs, X509_free);
    sk_X509_CRL_pop_free(t->crls, X509_CRL_free);
    free(t);
}

void stamp_trust_pin(struct stamp_trust *t, const uint8_t digest[HASH_LEN])
{
    if (t->npins < PINS) /* more than anybody uses: the rest is not trusted */
        memcpy(t->pin[t->npins++], digest, HASH_LEN);
}

void stamp_trust_unpin(struct stamp_trust *t)
{
    t->npins = 0;
}

/* ---- PEM ---- */

/* Did reading end because there is no more, or because something is wrong? */
static int pem_end(void)
{
    unsigned long e = ERR_peek_last_error();
    bool end = ERR_GET_LIB(e) == ERR_LIB_PEM && ERR_GET_REASON(e) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return end ? CPF_OK : CPF_E_SYNTAX;
}

/* Is every block of the text among the `n` that were read? One whose first line is damaged is passed over as
 * if it were a remark: a certificate too few, or a revocation. */
static bool all_read(const char *pem, size_t len, size_t n)
{
    static const char dashes[] = "-----";
    const size_t d = sizeof(dashes) - 1;
    size_t lines = 0;
    for (size_t i = 0; i + d <= len; i++)
        lines += (i == 0 || pem[i - 1] == '\n') && memcmp(pem + i, dashes, d) == 0;
    return lines == 2 * n;
}

static BIO *memory(const char *pem, size_t len)
{
    return len <= BOUND_PEM_BYTES ? BIO_new_mem_buf(pem, (int)len) : NULL;
}

int stamp_trust_certs(struct stamp_trust *t, const char *pem, size_t len)
{
    BIO *in = memory(pem, len);
    X509 *x;
    size_t n = 0;
    if (!in)
        return CPF_E_SYNTAX;
    ERR_clear_error();
    for (; (x = PEM_read_bio_X509(in, NULL, NULL, NULL)); n++)
        require(sk_X509_push(t->certs, x));
    BIO_free(in);
    int r = pem_end();
    return r == CPF_OK && ((n == 0 && len > 0) || !all_read(pem, len, n)) ? CPF_E_SYNTAX : r;
}

int stamp_trust_crls(struct stamp_trust *t, const char *pem, size_t len)
{
    BIO *in = memory(pem, len);
    X509_CRL *x;
    size_t n = 0;
    if (!in)
        return CPF_E_SYNTAX;
    ERR_clear_error();
    for (; (x = PEM_read_bio_X509_CRL(in, NULL, NULL, NULL)); n++)
        require(sk_X509_CRL_push(t->crls, x));
    BIO_free(in);
    int r = pem_end();
    return r == CPF_OK && !all_read(pem, len, n) ? CPF_E_SYNTAX : r;
}

/* ---- certificates ---- */

static bool digest_of(const X509 *x, uint8_t ret[HASH_LEN])
{
    unsigned n = 0;
    return X509_digest(x, EVP_sha256(), ret, &n) == 1 && n == HASH_LEN;
}

static bool pinned(const struct stamp_trust *t, const X509 *x)
{
    uint8_t d[HASH_LEN];
    if (!digest_of(x, d))
        return false;
    for (size_t i = 0; i < t->npins; i++)
        if (memcmp(t->pin[i], d, HASH_LEN) == 0)
            return true;
    return false;
}

static bool known(const struct stamp_trust *t, const X509 *x)
{
    for (int i = 0; i < sk_X509_num(t->certs); i++)
        if (X509_cmp(sk_X509_value(t->certs, i), x) == 0)
            return true;
    return pinned(t, x);
}

static X509 *issuer_of(const struct stamp_trust *t, const X509 *x)
{
    for (int i = 0; i < sk_X509_num(t->certs); i++)
        if (X509_check_issued(sk_X509_value(t->certs, i), (X509 *)x) == X509_V_OK)
            return sk_X509_value(t->certs, i);
    return NULL;
}

static bool unix_ms(const ASN1_TIME *when, int64_t *ret)
{
    struct tm tm;
    if (!when || ASN1_TIME_to_tm(when, &tm) != 1)
        return false;
    *ret = (int64_t)timegm(&tm) * 1000;
    return true;
}

static bool valid_at(const X509 *x, int64_t ms)
{
    int64_t from, until;
    return unix_ms(X509_get0_notBefore(x), &from) && unix_ms(X509_get0_notAfter(x), &until) && from <= ms &&
           ms <= until;
}

/* RFC 3161, section 4: for these reasons a stamp made before the revocation stays good. */
static bool harmless(X509_REVOKED *r)
{
    int critical = 0;
    ASN1_ENUMERATED *e = X509_REVOKED_get_ext_d2i(r, NID_crl_reason, &critical, NULL);
    long reason = e ? ASN1_ENUMERATED_get(e) : -1;
    ASN1_ENUMERATED_free(e);
    return reason == CRL_REASON_UNSPECIFIED || reason == CRL_REASON_AFFILIATION_CHANGED ||
           reason == CRL_REASON_SUPERSEDED || reason == CRL_REASON_CESSATION_OF_OPERATION;
}

static bool revoked_by(X509_CRL *crl, X509 *x, X509 *issuer, int64_t ms)
{
    X509_REVOKED *r = NULL;
    int64_t since;
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(x)) != 0)
        return false;
    EVP_PKEY *key = issuer ? X509_get0_pubkey(issuer) : NULL;
    if (!key || X509_CRL_verify(crl, key) != 1)
        return false; /* anybody's list */
    if (X509_CRL_get0_by_cert(crl, &r, x) != 1)
        return false;
    return !harmless(r) || !unix_ms(X509_REVOKED_get0_revocationDate(r), &since) || since <= ms;
}

static bool revoked(const struct stamp_trust *t, X509 *x, int64_t ms)
{
    X509 *issuer = issuer_of(t, x);
    for (int i = 0; i < sk_X509_CRL_num(t->crls); i++)
        if (revoked_by(sk_X509_CRL_value(t->crls, i), x, issuer, ms))
            return true;
    return false;
}

/* ---- the token ---- */

static const char *digest_name(int nid)
{
    return nid == NID_sha256 ? "SHA256" : nid == NID_sha384 ? "SHA384" : nid == NID_sha512 ? "SHA512" : NULL;
}

static int check_imprint(TS_TST_INFO *info, const void *data, size_t len)
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OBJECT *oid;
    uint8_t md[EVP_MAX_MD_SIZE];
    size_t n = 0;
    X509_ALGOR_get0(&oid, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    const char *name = digest_name(OBJ_obj2nid(oid));
    if (!name)
        return CPF_E_MISMATCH;
    if (EVP_Q_digest(NULL, name, NULL, data, len, md, &n) != 1)
        return CPF_E_CRYPTO;
    const ASN1_OCTET_STRING *got = TS_MSG_IMPRINT_get_msg(imprint);
    return (size_t)ASN1_STRING_length(got) == n && memcmp(ASN1_STRING_get0_data(got), md, n) == 0
               ? CPF_OK
               : CPF_E_MISMATCH;
}

static int64_t small(const ASN1_INTEGER *n)
{
    int64_t v = 0;
    return n && ASN1_INTEGER_get_int64(&v, n) == 1 && v >= 0 && v < INT32_MAX ? v : 0;
}

/* Milliseconds of "YYYYMMDDhhmmss.fffZ", which OpenSSL drops. */
static int64_t fraction(const ASN1_GENERALIZEDTIME *when)
{
    const char *s = (const char *)ASN1_STRING_get0_data(when);
    int64_t ms = 0, unit = 100;
    for (int i = 15; i < ASN1_STRING_length(when) && s[14] == '.' && s[i] >= '0' && s[i] <= '9'; i++) {
        ms += (s[i] - '0') * unit;
        unit /= 10;
    }
    return ms;
}

static int read_time(TS_TST_INFO *info, struct stamp *ret)
{
    const ASN1_GENERALIZEDTIME *when = TS_TST_INFO_get_time(info);
    const TS_ACCURACY *a = TS_TST_INFO_get_accuracy(info);
    if (!unix_ms(when, &ret->time))
        return CPF_E_SYNTAX;
    ret->time += fraction(when);
    ret->accuracy = 0;
    if (a)
        ret->accuracy = small(TS_ACCURACY_get_seconds(a)) * 1000 + small(TS_ACCURACY_get_millis(a)) +
                        (TS_ACCURACY_get_micros(a) ? 1 : 0);
    return CPF_OK;
}

/* Everything that the token carries must be known, and its one signer pinned. */
static int check_certs(const struct stamp_trust *t, PKCS7 *token, struct stamp *ret)
{
    STACK_OF(X509) *carried = token->d.sign->cert, *signers;
    int r = CPF_OK;
    for (int i = 0; i < sk_X509_num(carried); i++)
        if (!known(t, sk_X509_value(carried, i)))
            return CPF_E_KEY;
    signers = PKCS7_get0_signers(token, t->certs, 0);
    if (sk_X509_num(signers) != 1 || !pinned(t, sk_X509_value(signers, 0)))
        r = CPF_E_KEY;
    else if (!digest_of(sk_X509_value(signers, 0), ret->signer))
        r = CPF_E_CRYPTO;
    else if (!valid_at(sk_X509_value(signers, 0), ret->time) ||
             revoked(t, sk_X509_value(signers, 0), ret->time))
        r = CPF_E_STALE;
    sk_X509_free(signers);
    return r;
}

/* The chain's ends, judged at the stamp's own time. */
static X509_STORE *make_store(const struct stamp_trust *t, int64_t ms)
{
    X509_STORE *store = X509_STORE_new();
    require(store);
    for (int i = 0; i < sk_X509_num(t->certs); i++) {
        X509 *x = sk_X509_value(t->certs, i);
        if (X509_self_signed(x, 1) == 1) /* its own signature too: a damaged end is none */
            require(X509_STORE_add_cert(store, x) == 1);
    }
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)(ms / 1000));
    return store;
}

static int check_signature(const struct stamp_trust *t, TS_RESP *resp, int64_t ms)
{
    TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
    require(ctx);
    TS_VERIFY_CTX_set_flags(ctx, TS_VFY_VERSION | TS_VFY_SIGNATURE);
    /* both become the context's */
    TS_VERIFY_CTX_set_store(ctx, make_store(t, ms));
    TS_VERIFY_CTX_set_certs(ctx, X509_chain_up_ref(t->certs));
    int ok = TS_RESP_verify_response(ctx, resp);
    TS_VERIFY_CTX_free(ctx);
    ERR_clear_error();
    return ok == 1 ? CPF_OK : CPF_E_SIGNATURE;
}

static int check_status(TS_RESP *resp)
{
    const ASN1_INTEGER *status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(resp));
    int64_t v = -1;
    if (!status || ASN1_INTEGER_get_int64(&v, status) != 1 ||
        (v != TS_STATUS_GRANTED && v != TS_STATUS_GRANTED_WITH_MODS))
        return CPF_E_REFUSED;
    PKCS7 *token = TS_RESP_get_token(resp);
    return token && PKCS7_type_is_signed(token) && token->d.sign && TS_RESP_get_tst_info(resp) ? CPF_OK
                                                                                               : CPF_E_SYNTAX;
}

int stamp_verify(const struct stamp_trust *t, const uint8_t *der, size_t der_len, const void *data,
                 size_t len, struct stamp *ret)
{
    struct stamp s = {0};
    const uint8_t *p = der;
    if (der_len > BOUND_STAMP_BYTES)
        return CPF_E_SYNTAX;
    TS_RESP *resp = d2i_TS_RESP(NULL, &p, (long)der_len);
    int r = resp && p == der + der_len ? check_status(resp) : CPF_E_SYNTAX;
    if (!r)
        r = read_time(TS_RESP_get_tst_info(resp), &s);
    if (!r)
        r = check_imprint(TS_RESP_get_tst_info(resp), data, len);
    if (!r)
        r = check_certs(t, TS_RESP_get_token(resp), &s);
    if (!r)
        r = check_signature(t, resp, s.time);
    TS_RESP_free(resp);
    ERR_clear_error();
    if (!r)
        *ret = s;
    return r;
}
