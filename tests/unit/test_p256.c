/* A station's key: ECDSA over P-256 as WebCrypto makes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/enc.h"
#include "base/p256.h"

static void from_hex(const char *hex, uint8_t *ret, size_t len)
{
    assert_int_equal(enc_unhex(hex, strlen(hex), ret, len), 0);
}

/* RFC 6979 A.2.5: P-256, SHA-256, message "sample". */
static void test_signature_of_a_standard_verifies(void **state)
{
    uint8_t pub[P256_PUB], sig[P256_SIG];
    (void)state;
    from_hex("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
             "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
             pub, sizeof(pub));
    from_hex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
             "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
             sig, sizeof(sig));
    assert_int_equal(p256_verify(pub, "sample", 6, sig), 0);
    assert_int_equal(p256_verify(pub, "sampla", 6, sig), CPF_E_SIGNATURE);
    sig[40] ^= 1;
    assert_int_equal(p256_verify(pub, "sample", 6, sig), CPF_E_SIGNATURE);
    memset(sig, 0, sizeof(sig));
    assert_int_equal(p256_verify(pub, "sample", 6, sig), CPF_E_SIGNATURE);
}

static void test_own_signature_verifies_under_the_own_key_alone(void **state)
{
    struct p256 *k, *other;
    uint8_t pub[P256_PUB], foreign[P256_PUB], sig[P256_SIG];
    (void)state;
    assert_int_equal(p256_new(&k), 0);
    assert_int_equal(p256_new(&other), 0);
    p256_public(k, pub);
    p256_public(other, foreign);
    for (int i = 0; i < 64; i++) { /* r or s begins with a zero now and then */
        uint8_t msg = (uint8_t)i;
        assert_int_equal(p256_sign(k, &msg, 1, sig), 0);
        assert_int_equal(p256_verify(pub, &msg, 1, sig), 0);
        assert_int_equal(p256_verify(foreign, &msg, 1, sig), CPF_E_SIGNATURE);
    }
    p256_free(k);
    p256_free(other);
    p256_free(NULL);
}

static void test_what_is_no_point_is_no_key(void **state)
{
    struct p256 *k;
    uint8_t pub[P256_PUB], read[P256_PUB];
    struct buf text;
    (void)state;
    assert_int_equal(p256_new(&k), 0);
    p256_public(k, pub);
    p256_free(k);
    buf_init(&text);
    enc_b64url(&text, pub, sizeof(pub));
    assert_int_equal(p256_read_public(text.data, read), 0);
    assert_memory_equal(pub, read, sizeof(pub));
    pub[64] ^= 1; /* beside the curve */
    buf_clear(&text);
    enc_b64url(&text, pub, sizeof(pub));
    assert_int_equal(p256_read_public(text.data, read), CPF_E_KEY);
    pub[64] ^= 1;
    pub[0] = 0x02; /* compressed */
    buf_clear(&text);
    enc_b64url(&text, pub, sizeof(pub));
    assert_int_equal(p256_read_public(text.data, read), CPF_E_KEY);
    assert_int_equal(p256_read_public("AAAA", read), CPF_E_SYNTAX);
    assert_int_equal(p256_read_public("", read), CPF_E_SYNTAX);
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signature_of_a_standard_verifies),
        cmocka_unit_test(test_own_signature_verifies_under_the_own_key_alone),
        cmocka_unit_test(test_what_is_no_point_is_no_key),
    };
    return cmocka_run_group_tests_name("p256", tests, NULL, NULL);
}
