/* RFC 3161 stamps: published ones, and those of our own authority with everything that can be wrong. */
#include <string.h>

#include <openssl/pem.h>
#include <openssl/ts.h>

#include "base/stamp.h"
#include "bundle_rig.h"
#include "vectors.h"

/* ---- published ---- */

static X509 *first_cert(const struct buf *pem)
{
    BIO *b = BIO_new_mem_buf(pem->data, (int)pem->len);
    X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);
    BIO_free(b);
    assert_non_null(x);
    return x;
}

static void pin(struct stamp_trust *t, const X509 *x)
{
    uint8_t digest[HASH_LEN];
    assert_int_equal(X509_digest(x, EVP_sha256(), digest, NULL), 1);
    stamp_trust_pin(t, digest);
}

/* Trusts the folder's chain, and pins its first certificate. */
static struct stamp_trust *trust_of(const char *dir, bool pinned)
{
    struct stamp_trust *t = stamp_trust_new();
    char path[100];
    struct buf pem;
    buf_init(&pem);
    snprintf(path, sizeof(path), "rfc3161/%s/ts_chain.pem", dir);
    vectors_read(path, &pem);
    assert_int_equal(stamp_trust_certs(t, pem.data, pem.len), CPF_OK);
    X509 *x = first_cert(&pem);
    if (pinned)
        pin(t, x);
    X509_free(x);
    buf_fini(&pem);
    return t;
}

static int verify_file(struct stamp_trust *t, const char *file, const void *data, size_t len,
                       struct stamp *ret)
{
    char path[100];
    struct buf der;
    buf_init(&der);
    snprintf(path, sizeof(path), "rfc3161/%s", file);
    vectors_read(path, &der);
    int r = stamp_verify(t, (const uint8_t *)der.data, der.len, data, len, ret);
    buf_fini(&der);
    return r;
}

static void test_published_stamps_verify(void **state)
{
    static const char *const files[] = {"sigstage/response-sha256.tsr", "sigstage/response-sha384.tsr",
                                        "sigstage/response-sha512.tsr",
                                        "sigstage/response-no-embedded-cert.tsr"};
    struct stamp s;
    (void)state;
    vectors_need("rfc3161");
    struct stamp_trust *t = trust_of("sigstage", true);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(verify_file(t, files[i], "hello", 5, &s), CPF_OK);
    assert_int_equal(s.time, INT64_C(1750234382000)); /* 2025-06-18T08:13:02Z */
    stamp_trust_free(t);
}

static void test_published_stamp_over_other_bytes_is_refused(void **state)
{
    struct stamp s;
    (void)state;
    vectors_need("rfc3161");
    struct stamp_trust *t = trust_of("sigstage", true);
    assert_int_equal(verify_file(t, "sigstage/response-sha256.tsr", "hellp", 5, &s), CPF_E_MISMATCH);
    stamp_trust_free(t);
}

static void test_published_invalid_signature_is_refused(void **state)
{
    struct stamp s;
    (void)state;
    vectors_need("rfc3161");
    struct stamp_trust *t = trust_of("sigstage", true);
    assert_int_equal(verify_file(t, "sigstage/response-invalid-signature.tsr", "hello", 5, &s),
                     CPF_E_SIGNATURE);
    stamp_trust_free(t);
}

static void test_published_stamp_without_pin_is_refused(void **state)
{
    struct stamp s;
    (void)state;
    vectors_need("rfc3161");
    struct stamp_trust *t = trust_of("sigstage", false);
    assert_int_equal(verify_file(t, "sigstage/response-sha256.tsr", "hello", 5, &s), CPF_E_KEY);
    stamp_trust_free(t);
}

static void test_published_injected_certificates_are_refused(void **state)
{
    struct stamp s;
    (void)state;
    vectors_need("rfc3161");
    struct stamp_trust *t = trust_of("test_tsa", true);
    assert_int_equal(verify_file(t, "test_tsa/response.tsr", "hello", 5, &s), CPF_OK);
    assert_int_equal(verify_file(t, "test_tsa/response-injected-certs.tsr", "hello", 5, &s), CPF_E_KEY);
    assert_int_equal(verify_file(t, "test_tsa/other_response.tsr", "hello", 5, &s), CPF_E_KEY);
    stamp_trust_free(t);
}

static uint64_t requested_nonce(const char *file)
{
    char path[100];
    uint64_t nonce = 0;
    struct buf der;
    buf_init(&der);
    snprintf(path, sizeof(path), "rfc3161/%s", file);
    vectors_read(path, &der);
    const uint8_t *p = (const uint8_t *)der.data;
    TS_REQ *req = d2i_TS_REQ(NULL, &p, (long)der.len);
    assert_non_null(req);
    assert_int_equal(ASN1_INTEGER_get_uint64(&nonce, TS_REQ_get_nonce(req)), 1);
    TS_REQ_free(req);
    buf_fini(&der);
    return nonce;
}

/* Of the published requests one is that of the published answer, two are others'. */
static void test_published_response_belongs_to_its_request(void **state)
{
    struct buf der;
    (void)state;
    vectors_need("rfc3161");
    buf_init(&der);
    vectors_read("rfc3161/test_tsa/response.tsr", &der);
    const uint8_t *p = (const uint8_t *)der.data;
    assert_int_equal(stamp_nonce_check(p, der.len, requested_nonce("test_tsa/request.der")), CPF_OK);
    assert_int_equal(stamp_nonce_check(p, der.len, requested_nonce("test_tsa/other_request.der")),
                     CPF_E_MISMATCH);
    assert_int_equal(stamp_nonce_check(p, der.len, requested_nonce("sigstage/request.der")), CPF_E_MISMATCH);
    buf_fini(&der);
}

/* The certificate has expired since; then it was valid, and the stamp stays what it was. */
static void test_published_stamp_of_since_expired_certificate_holds(void **state)
{
    struct stamp s;
    struct buf data;
    (void)state;
    vectors_need("rfc3161");
    buf_init(&data);
    vectors_read("rfc3161/sigstore.mock/payload", &data);
    struct stamp_trust *t = trust_of("sigstore.mock", true);
    assert_int_equal(verify_file(t, "sigstore.mock/response-expired.tsr", data.data, data.len, &s), CPF_OK);
    assert_int_equal(s.time, INT64_C(1675209600000)); /* 2023-02-01 */
    stamp_trust_free(t);
    buf_fini(&data);
}

/* A public authority that carries its intermediate certificate: only once that is known, too. */
static void test_published_stamp_with_intermediate(void **state)
{
    struct stamp_trust *t = stamp_trust_new();
    struct buf root, der, pem;
    struct stamp s;
    (void)state;
    vectors_need("rfc3161");
    buf_init(&root);
    buf_init(&der);
    buf_init(&pem);
    vectors_read("rfc3161/identrust/ts_chain.pem", &root); /* DER, whatever its name */
    vectors_read("rfc3161/identrust/issue-104.tsr", &der);
    const uint8_t *p = (const uint8_t *)root.data, *q = (const uint8_t *)der.data;
    X509 *top = d2i_X509(NULL, &p, (long)root.len);
    TS_RESP *resp = d2i_TS_RESP(NULL, &q, (long)der.len);
    STACK_OF(X509) *carried = TS_RESP_get_token(resp)->d.sign->cert;
    BIO *b = BIO_new(BIO_s_mem());
    char *text;
    PEM_write_bio_X509(b, top);
    size_t got = (size_t)BIO_get_mem_data(b, &text);
    buf_add(&pem, text, got);
    assert_int_equal(stamp_trust_certs(t, pem.data, pem.len), CPF_OK);
    pin(t, sk_X509_value(carried, 0));
    assert_int_equal(verify_file(t, "identrust/issue-104.tsr", "hello", 5, &s), CPF_E_KEY);
    assert_int_equal(BIO_reset(b), 1);
    PEM_write_bio_X509(b, sk_X509_value(carried, 1));
    size_t n = (size_t)BIO_get_mem_data(b, &text);
    assert_int_equal(stamp_trust_certs(t, text, n), CPF_OK);
    assert_int_equal(verify_file(t, "identrust/issue-104.tsr", "hello", 5, &s), CPF_OK);
    assert_int_equal(s.time, INT64_C(1741683128000));
    BIO_free(b);
    X509_free(top);
    TS_RESP_free(resp);
    stamp_trust_free(t);
    buf_fini(&root);
    buf_fini(&der);
    buf_fini(&pem);
}

/* ---- our own authority ---- */

#define NOON (RIG_BEGIN + 12 * 60 * RIG_MINUTE)

struct own {
    struct rig_tsa *tsa;
    struct stamp_trust *trust;
    struct buf der;
};

static void own_init(struct own *o)
{
    uint8_t digest[HASH_LEN];
    struct buf tsa, chain;
    buf_init(&tsa);
    buf_init(&chain);
    o->tsa = rig_tsa_new("Own TSA");
    o->trust = stamp_trust_new();
    rig_tsa_pem(o->tsa, &tsa, &chain);
    assert_int_equal(stamp_trust_certs(o->trust, tsa.data, tsa.len), CPF_OK);
    assert_int_equal(stamp_trust_certs(o->trust, chain.data, chain.len), CPF_OK);
    rig_tsa_digest(o->tsa, digest);
    stamp_trust_pin(o->trust, digest);
    buf_init(&o->der);
    rig_tsa_stamp(o->tsa, "note", 4, NOON + 123, &o->der);
    buf_fini(&tsa);
    buf_fini(&chain);
}

static void own_fini(struct own *o)
{
    rig_tsa_free(o->tsa);
    stamp_trust_free(o->trust);
    buf_fini(&o->der);
}

static int own_verify(const struct own *o, struct stamp *ret)
{
    return stamp_verify(o->trust, (const uint8_t *)o->der.data, o->der.len, "note", 4, ret);
}

static void test_stamp_tells_time_and_accuracy(void **state)
{
    struct own o;
    struct stamp s;
    uint8_t digest[HASH_LEN];
    (void)state;
    own_init(&o);
    assert_int_equal(own_verify(&o, &s), CPF_OK);
    assert_int_equal(s.time, NOON + 123);
    assert_int_equal(s.accuracy, 1000);
    rig_tsa_digest(o.tsa, digest);
    assert_memory_equal(s.signer, digest, HASH_LEN);
    own_fini(&o);
}

static void test_any_bent_byte_is_refused_or_says_nothing(void **state)
{
    struct own o;
    struct stamp s, good;
    (void)state;
    own_init(&o);
    assert_int_equal(own_verify(&o, &good), CPF_OK);
    for (size_t i = 0; i < o.der.len; i++) {
        o.der.data[i] ^= 4;
        /* outside the signature lie only the status and the certificates' order */
        if (own_verify(&o, &s) == CPF_OK)
            assert_true(s.time == good.time && memcmp(s.signer, good.signer, HASH_LEN) == 0);
        o.der.data[i] ^= 4;
    }
    own_fini(&o);
}

static void test_bytes_behind_are_refused(void **state)
{
    struct own o;
    struct stamp s;
    (void)state;
    own_init(&o);
    buf_addc(&o.der, '\0');
    assert_int_equal(own_verify(&o, &s), CPF_E_SYNTAX);
    own_fini(&o);
}

/* What own_verify says with this trust, or why the trust is not read. */
static int trusting(int (*add)(struct stamp_trust *, const char *, size_t), const struct buf *first,
                    const struct buf *second, const struct own *o)
{
    struct stamp s;
    struct own mine = *o;
    uint8_t digest[HASH_LEN];
    mine.trust = stamp_trust_new();
    rig_tsa_digest(o->tsa, digest);
    stamp_trust_pin(mine.trust, digest);
    int r = stamp_trust_certs(mine.trust, first->data, first->len);
    if (!r)
        r = add(mine.trust, second->data, second->len);
    if (!r)
        r = own_verify(&mine, &s);
    stamp_trust_free(mine.trust);
    return r;
}

/* The damaged first line of a block must not make the block a remark. */
static void test_a_block_that_is_not_read_is_told(void **state)
{
    struct own o;
    struct buf tsa, chain, crl, none;
    (void)state;
    own_init(&o);
    buf_init(&tsa);
    buf_init(&chain);
    buf_init(&crl);
    buf_init(&none);
    buf_puts(&none, "bm8gY2VydGlmaWNhdGU\n");
    rig_tsa_pem(o.tsa, &tsa, &chain);
    rig_tsa_crl(o.tsa, NOON - 86400000, 1, &crl);
    assert_int_equal(trusting(stamp_trust_certs, &tsa, &chain, &o), CPF_OK);
    assert_int_equal(trusting(stamp_trust_certs, &none, &chain, &o), CPF_E_SYNTAX);
    assert_int_equal(trusting(stamp_trust_crls, &chain, &crl, &o), CPF_E_STALE);
    crl.data[7] = (char)0xff;
    assert_int_equal(trusting(stamp_trust_crls, &chain, &crl, &o), CPF_E_SYNTAX);
    buf_add(&chain, tsa.data, tsa.len);
    chain.data[chain.len - tsa.len + 7] = (char)0xff;
    assert_int_equal(trusting(stamp_trust_certs, &tsa, &chain, &o), CPF_E_SYNTAX);
    buf_fini(&tsa);
    buf_fini(&chain);
    buf_fini(&crl);
    buf_fini(&none);
    own_fini(&o);
}

static void test_the_chains_end_must_have_signed_itself(void **state)
{
    struct own o;
    struct buf tsa, chain;
    (void)state;
    own_init(&o);
    buf_init(&tsa);
    buf_init(&chain);
    rig_tsa_pem(o.tsa, &tsa, &chain);
    char *end = strstr(chain.data, "\n-----END");
    assert_non_null(end);
    end[-12] = end[-12] == 'A' ? 'B' : 'A'; /* within its signature */
    assert_int_equal(trusting(stamp_trust_certs, &tsa, &chain, &o), CPF_E_SIGNATURE);
    buf_fini(&tsa);
    buf_fini(&chain);
    own_fini(&o);
}

static void revoked(int64_t since, int reason, int want)
{
    struct own o;
    struct stamp s;
    struct buf crl;
    own_init(&o);
    buf_init(&crl);
    rig_tsa_crl(o.tsa, since, reason, &crl);
    assert_int_equal(stamp_trust_crls(o.trust, crl.data, crl.len), CPF_OK);
    assert_int_equal(own_verify(&o, &s), want);
    buf_fini(&crl);
    own_fini(&o);
}

static void test_revocation_by_its_reason(void **state)
{
    (void)state;
    revoked(NOON + 86400000, 4, CPF_OK);       /* superseded later */
    revoked(NOON - 86400000, 4, CPF_E_STALE);  /* superseded before */
    revoked(NOON + 86400000, 1, CPF_E_STALE);  /* its key stolen: no stamp of it counts any more */
    revoked(NOON + 86400000, -1, CPF_E_STALE); /* nobody says why */
}

static void test_anybodys_revocation_list_counts_nothing(void **state)
{
    struct own o, other;
    struct stamp s;
    struct buf crl;
    (void)state;
    own_init(&o);
    own_init(&other); /* of the same name, but another key */
    buf_init(&crl);
    rig_tsa_crl(other.tsa, NOON - 1000, 1, &crl);
    assert_int_equal(stamp_trust_crls(o.trust, crl.data, crl.len), CPF_OK);
    assert_int_equal(own_verify(&o, &s), CPF_OK);
    buf_fini(&crl);
    own_fini(&o);
    own_fini(&other);
}

static void test_stamp_outside_the_certificates_time_is_refused(void **state)
{
    struct own o;
    struct stamp s;
    (void)state;
    own_init(&o);
    buf_clear(&o.der);
    rig_tsa_stamp(o.tsa, "note", 4, RIG_BEGIN - 800 * INT64_C(86400000), &o.der);
    assert_int_equal(own_verify(&o, &s), CPF_E_STALE);
    own_fini(&o);
}

static void test_pem_garbage_is_refused(void **state)
{
    static const char bad[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    struct stamp_trust *t = stamp_trust_new();
    (void)state;
    assert_int_equal(stamp_trust_certs(t, bad, strlen(bad)), CPF_E_SYNTAX);
    assert_int_equal(stamp_trust_certs(t, "nothing", 7), CPF_E_SYNTAX);
    assert_int_equal(stamp_trust_certs(t, "", 0), CPF_OK);
    stamp_trust_free(t);
    stamp_trust_free(NULL);
}

/* ---- asking ---- */

static void test_answer_to_our_query_verifies(void **state)
{
    struct own o;
    struct stamp s;
    struct buf query;
    uint64_t nonce, other;
    (void)state;
    own_init(&o);
    buf_init(&query);
    stamp_query("note", 4, &nonce, &query);
    buf_clear(&o.der);
    rig_tsa_answer(o.tsa, &query, NOON, &o.der);
    const uint8_t *der = (const uint8_t *)o.der.data;
    assert_int_equal(own_verify(&o, &s), CPF_OK);
    assert_int_equal(stamp_nonce_check(der, o.der.len, nonce), CPF_OK);
    assert_int_equal(stamp_nonce_check(der, o.der.len, nonce + 1), CPF_E_MISMATCH);
    assert_int_equal(stamp_nonce_check(der, o.der.len - 1, nonce), CPF_E_SYNTAX);
    stamp_query("note", 4, &other, &query);
    assert_true(nonce != other);
    buf_fini(&query);
    own_fini(&o);
}

static void test_answer_without_a_nonce_is_not_ours(void **state)
{
    struct own o;
    (void)state;
    own_init(&o); /* stamped without one */
    assert_int_equal(stamp_nonce_check((const uint8_t *)o.der.data, o.der.len, 0), CPF_E_MISMATCH);
    own_fini(&o);
}

static void test_published_nonce_is_not_ours(void **state)
{
    struct buf der;
    (void)state;
    vectors_need("rfc3161");
    buf_init(&der);
    vectors_read("rfc3161/sigstage/response-sha256.tsr", &der);
    assert_int_equal(stamp_nonce_check((const uint8_t *)der.data, der.len, 1), CPF_E_MISMATCH);
    buf_fini(&der);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_stamps_verify),
        cmocka_unit_test(test_published_stamp_over_other_bytes_is_refused),
        cmocka_unit_test(test_published_invalid_signature_is_refused),
        cmocka_unit_test(test_published_stamp_without_pin_is_refused),
        cmocka_unit_test(test_published_injected_certificates_are_refused),
        cmocka_unit_test(test_published_stamp_of_since_expired_certificate_holds),
        cmocka_unit_test(test_published_response_belongs_to_its_request),
        cmocka_unit_test(test_published_stamp_with_intermediate),
        cmocka_unit_test(test_stamp_tells_time_and_accuracy),
        cmocka_unit_test(test_any_bent_byte_is_refused_or_says_nothing),
        cmocka_unit_test(test_bytes_behind_are_refused),
        cmocka_unit_test(test_a_block_that_is_not_read_is_told),
        cmocka_unit_test(test_the_chains_end_must_have_signed_itself),
        cmocka_unit_test(test_revocation_by_its_reason),
        cmocka_unit_test(test_anybodys_revocation_list_counts_nothing),
        cmocka_unit_test(test_stamp_outside_the_certificates_time_is_refused),
        cmocka_unit_test(test_pem_garbage_is_refused),
        cmocka_unit_test(test_answer_to_our_query_verifies),
        cmocka_unit_test(test_answer_without_a_nonce_is_not_ours),
        cmocka_unit_test(test_published_nonce_is_not_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
