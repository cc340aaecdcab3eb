/* A time-stamping authority for tests, with a clock that the test sets. */
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "bundle_rig.h"

struct rig_tsa {
    EVP_PKEY *root_key, *key;
    X509 *root, *cert;
    int64_t now;
    long serial;
};

static X509 *certificate(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, bool tsa)
{
    static long serial = 1000;
    X509 *x = X509_new();
    X509V3_CTX ctx;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(RIG_BEGIN / 1000) - 365 * 86400L);
    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(RIG_BEGIN / 1000) + 3650 * 86400L);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
                               -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x));
    X509_set_pubkey(x, key);
    X509V3_set_ctx(&ctx, issuer ? issuer : x, x, NULL, NULL, 0);
    static const struct {
        const char *name, *root, *tsa;
    } exts[] = {
        {"basicConstraints", "critical,CA:TRUE", "critical,CA:FALSE"},
        {"keyUsage", "critical,keyCertSign,cRLSign", "critical,digitalSignature"},
        {"subjectKeyIdentifier", "hash", "hash"},
        {"authorityKeyIdentifier", NULL, "keyid"},
        {"extendedKeyUsage", NULL, "critical,timeStamping"},
    };
    for (size_t i = 0; i < sizeof(exts) / sizeof(*exts); i++) {
        const char *value = tsa ? exts[i].tsa : exts[i].root;
        if (!value)
            continue;
        X509_EXTENSION *e = X509V3_EXT_conf(NULL, &ctx, exts[i].name, value);
        assert_non_null(e);
        X509_add_ext(x, e, -1);
        X509_EXTENSION_free(e);
    }
    assert_true(X509_sign(x, issuer_key ? issuer_key : key, EVP_sha256()) > 0);
    return x;
}

static struct rig_tsa *with_cert(EVP_PKEY *root_key, X509 *root, const char *name)
{
    struct rig_tsa *t = calloc(1, sizeof(*t));
    t->root_key = root_key;
    t->root = root;
    t->key = EVP_EC_gen("P-256");
    t->cert = certificate(name, t->key, root, root_key, true);
    return t;
}

struct rig_tsa *rig_tsa_new(const char *name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    return with_cert(key, certificate("Test root", key, NULL, NULL, false), name);
}

struct rig_tsa *rig_tsa_sibling(const struct rig_tsa *t, const char *name)
{
    EVP_PKEY_up_ref(t->root_key);
    X509_up_ref(t->root);
    return with_cert(t->root_key, t->root, name);
}

void rig_tsa_free(struct rig_tsa *t)
{
    if (!t)
        return;
    EVP_PKEY_free(t->root_key);
    EVP_PKEY_free(t->key);
    X509_free(t->root);
    X509_free(t->cert);
    free(t);
}

static void take(BIO *b, struct buf *ret)
{
    char *data;
    long n = BIO_get_mem_data(b, &data);
    buf_add(ret, data, (size_t)n);
    BIO_free(b);
}

void rig_tsa_pem(const struct rig_tsa *t, struct buf *ret_tsa, struct buf *ret_chain)
{
    BIO *b = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(b, t->cert);
    take(b, ret_tsa);
    b = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(b, t->root);
    take(b, ret_chain);
}

void rig_tsa_digest(const struct rig_tsa *t, uint8_t ret[HASH_LEN])
{
    unsigned n;
    assert_int_equal(X509_digest(t->cert, EVP_sha256(), ret, &n), 1);
}

static ASN1_INTEGER *next_serial(TS_RESP_CTX *ctx, void *arg)
{
    struct rig_tsa *t = arg;
    ASN1_INTEGER *n = ASN1_INTEGER_new();
    (void)ctx;
    ASN1_INTEGER_set(n, ++t->serial);
    return n;
}

static int told_time(TS_RESP_CTX *ctx, void *arg, long *sec, long *usec)
{
    struct rig_tsa *t = arg;
    (void)ctx;
    *sec = (long)(t->now / 1000);
    *usec = (long)(t->now % 1000) * 1000;
    return 1;
}

static BIO *request_for(const void *data, size_t len)
{
    TS_REQ *req = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *alg = X509_ALGOR_new();
    uint8_t digest[HASH_LEN];
    BIO *b = BIO_new(BIO_s_mem());
    hash_sha256(data, len, digest);
    X509_ALGOR_set0(alg, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL);
    TS_MSG_IMPRINT_set_algo(imprint, alg);
    TS_MSG_IMPRINT_set_msg(imprint, digest, HASH_LEN);
    TS_REQ_set_version(req, 1);
    TS_REQ_set_msg_imprint(req, imprint);
    TS_REQ_set_cert_req(req, 1);
    i2d_TS_REQ_bio(b, req);
    X509_ALGOR_free(alg);
    TS_MSG_IMPRINT_free(imprint);
    TS_REQ_free(req);
    return b;
}

static void answer(struct rig_tsa *t, BIO *req, int64_t ms, struct buf *ret)
{
    TS_RESP_CTX *ctx = TS_RESP_CTX_new();
    ASN1_OBJECT *policy = OBJ_txt2obj("1.3.6.1.4.1.55738.1", 1);
    BIO *out = BIO_new(BIO_s_mem());
    t->now = ms;
    assert_int_equal(TS_RESP_CTX_set_signer_cert(ctx, t->cert), 1);
    assert_int_equal(TS_RESP_CTX_set_signer_key(ctx, t->key), 1);
    TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256());
    TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256());
    TS_RESP_CTX_set_def_policy(ctx, policy);
    TS_RESP_CTX_add_md(ctx, EVP_sha256());
    TS_RESP_CTX_set_accuracy(ctx, 1, 0, 0);
    TS_RESP_CTX_set_clock_precision_digits(ctx, 3);
    TS_RESP_CTX_set_serial_cb(ctx, next_serial, t);
    TS_RESP_CTX_set_time_cb(ctx, told_time, t);
    TS_RESP *resp = TS_RESP_create_response(ctx, req);
    assert_non_null(resp);
    assert_int_equal(i2d_TS_RESP_bio(out, resp), 1);
    take(out, ret);
    TS_RESP_free(resp);
    BIO_free(req);
    ASN1_OBJECT_free(policy);
    TS_RESP_CTX_free(ctx);
}

void rig_tsa_stamp(struct rig_tsa *t, const void *data, size_t len, int64_t ms, struct buf *ret)
{
    answer(t, request_for(data, len), ms, ret);
}

void rig_tsa_answer(struct rig_tsa *t, const struct buf *query, int64_t ms, struct buf *ret)
{
    answer(t, BIO_new_mem_buf(query->data, (int)query->len), ms, ret);
}

void rig_tsa_crl(const struct rig_tsa *t, int64_t since_ms, int reason, struct buf *ret_pem)
{
    X509_CRL *crl = X509_CRL_new();
    X509_REVOKED *r = X509_REVOKED_new();
    ASN1_TIME *when = ASN1_TIME_set(NULL, (time_t)(since_ms / 1000));
    BIO *out = BIO_new(BIO_s_mem());
    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(t->root));
    X509_CRL_set1_lastUpdate(crl, when);
    X509_CRL_set1_nextUpdate(crl, when);
    X509_REVOKED_set_serialNumber(r, X509_get_serialNumber(t->cert));
    X509_REVOKED_set_revocationDate(r, when);
    if (reason >= 0) {
        ASN1_ENUMERATED *e = ASN1_ENUMERATED_new();
        ASN1_ENUMERATED_set(e, reason);
        X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, e, 0, 0);
        ASN1_ENUMERATED_free(e);
    }
    X509_CRL_add0_revoked(crl, r);
    assert_true(X509_CRL_sign(crl, t->root_key, EVP_sha256()) > 0);
    PEM_write_bio_X509_CRL(out, crl);
    take(out, ret_pem);
    ASN1_TIME_free(when);
    X509_CRL_free(crl);
}
