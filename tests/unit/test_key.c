#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/key.h"
#include "seeded.h"

#define PASSWORD "correct horse battery staple"

static void wycheproof_case(const json_t *test, const uint8_t pub[KEY_PUB], size_t *ret_good, size_t *ret_bad)
{
    const char *msg_hex = vectors_str(test, "msg"), *sig_hex = vectors_str(test, "sig");
    bool valid = strcmp(vectors_str(test, "result"), "valid") == 0;
    size_t msg_len = strlen(msg_hex) / 2;
    uint8_t *msg = malloc(msg_len + 1), sig[KEY_SIG];
    assert_non_null(msg);
    vectors_unhex(msg_hex, msg, msg_len);
    int r = CPF_E_SIGNATURE; /* what is not 64 bytes long never gets as far as our function */
    if (strlen(sig_hex) == 2 * KEY_SIG) {
        vectors_unhex(sig_hex, sig, KEY_SIG);
        r = key_verify(pub, msg, msg_len, sig);
    }
    if (valid != (r == CPF_OK))
        fail_msg("case %d: %s", (int)vectors_uint(test, "tcId"), cpf_strerror(r));
    ++*(valid ? ret_good : ret_bad);
    free(msg);
}

static void test_verify_gives_wycheproof_verdicts(void **state)
{
    (void)state;
    json_t *group, *test;
    size_t i, k, good = 0, bad = 0;
    vectors_need("wycheproof-ed25519");
    json_t *all = vectors_json("wycheproof-ed25519/ed25519_test.json");
    json_array_foreach(json_object_get(all, "testGroups"), i, group)
    {
        uint8_t pub[KEY_PUB];
        vectors_unhex(vectors_str(json_object_get(group, "publicKey"), "pk"), pub, KEY_PUB);
        assert_int_equal(key_check_public(pub), CPF_OK);
        json_array_foreach(json_object_get(group, "tests"), k, test)
        {
            wycheproof_case(test, pub, &good, &bad);
        }
    }
    assert_int_equal(good, 88);
    assert_int_equal(bad, 63);
    json_decref(all);
}

/* RFC 8032 7.1, test 2. */
static void test_sign_gives_the_rfc8032_signature(void **state)
{
    (void)state;
    uint8_t seed[KEY_SEED], pub[KEY_PUB], want[KEY_SIG], sig[KEY_SIG];
    struct key *k;
    vectors_unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, KEY_SEED);
    assert_int_equal(key_from_seed(seed, &k), CPF_OK);
    key_public(k, pub);
    vectors_unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", want, KEY_PUB);
    assert_memory_equal(pub, want, KEY_PUB);
    vectors_unhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
                  want, KEY_SIG);
    for (int again = 0; again < 3; again++) {
        assert_int_equal(key_sign(k, "r", 1, sig), CPF_OK);
        assert_memory_equal(sig, want, KEY_SIG);
        assert_int_equal(key_verify(pub, "r", 1, sig), CPF_OK);
    }
    assert_int_equal(key_verify(pub, "s", 1, sig), CPF_E_SIGNATURE);
    assert_int_equal(key_verify(pub, "", 0, sig), CPF_E_SIGNATURE);
    key_free(k);
    key_free(NULL);
}

static void expect_public(const char *hex, int expected)
{
    uint8_t pub[KEY_PUB];
    vectors_unhex(hex, pub, KEY_PUB);
    for (int sign = 0; sign < 2; sign++) {
        pub[31] = (uint8_t)((pub[31] & 0x7f) | (sign ? 0x80 : 0));
        if (key_check_public(pub) != expected)
            fail_msg("%s, sign %d: %s", hex, sign, cpf_strerror(key_check_public(pub)));
    }
}

static void test_check_public_refuses_points_of_small_order(void **state)
{
    (void)state;
    expect_public("0000000000000000000000000000000000000000000000000000000000000000", CPF_E_KEY);
    expect_public("0100000000000000000000000000000000000000000000000000000000000000", CPF_E_KEY);
    expect_public("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", CPF_E_KEY);
    expect_public("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", CPF_E_KEY);
    expect_public("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", CPF_E_KEY);
}

static void test_check_public_refuses_noncanonical_y(void **state)
{
    (void)state;
    /* p, p + 1, and all 19 others up to 2^255 - 1 */
    for (unsigned low = 0xed; low <= 0xff; low++) {
        char hex[65];
        snprintf(hex, sizeof(hex), "%02xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", low);
        expect_public(hex, CPF_E_KEY);
    }
    /* Smaller in one high byte, and on the curve. */
    expect_public("f0fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe7f", CPF_OK);
}

static void test_check_public_refuses_y_without_a_point(void **state)
{
    (void)state;
    /* y = 2 and y = 7 are on no point, y = 3 and y = 4 are (computed from the curve's equation) */
    expect_public("0200000000000000000000000000000000000000000000000000000000000000", CPF_E_KEY);
    expect_public("0700000000000000000000000000000000000000000000000000000000000000", CPF_E_KEY);
    expect_public("0300000000000000000000000000000000000000000000000000000000000000", CPF_OK);
    expect_public("0400000000000000000000000000000000000000000000000000000000000000", CPF_OK);
}

static void test_check_public_takes_every_real_key(void **state)
{
    (void)state;
    struct seeded rnd = {7};
    for (int i = 0; i < 100; i++) {
        uint8_t seed[KEY_SEED], pub[KEY_PUB];
        struct key *k;
        for (unsigned b = 0; b < KEY_SEED; b++)
            seed[b] = (uint8_t)seeded_next(&rnd);
        assert_int_equal(key_from_seed(seed, &k), CPF_OK);
        key_public(k, pub);
        assert_int_equal(key_check_public(pub), CPF_OK);
        key_free(k);
    }
}

/* With the neutral element as key, S = 0 and R = neutral "signs" everything where only the equation is asked.
 */
static void test_verify_refuses_a_weak_key(void **state)
{
    (void)state;
    uint8_t pub[KEY_PUB] = {1}, sig[KEY_SIG] = {1};
    assert_int_equal(key_verify(pub, "anything", 8, sig), CPF_E_KEY);
}

static void test_id_is_half_of_the_hash(void **state)
{
    (void)state;
    uint8_t pub[KEY_PUB], id[16];
    char text[23];
    vectors_unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", pub, KEY_PUB);
    key_id(pub, text);
    assert_int_equal(strlen(text), 22);
    assert_int_equal(enc_unb64url_fixed(text, 22, id, sizeof(id)), CPF_OK);
    /* printf 3d40...660c | xxd -r -p | sha256sum */
    uint8_t want[16];
    vectors_unhex("39f713d0a644253f04529421b9f51b9b", want, 16);
    assert_memory_equal(id, want, 16);
}

static void test_pae_separates_the_parts(void **state)
{
    (void)state;
    struct buf a, b;
    buf_init(&a);
    buf_init(&b);
    key_pae(&a, 3, (const char *const[]){"cpf/act/v1", "", "x y"}, (const size_t[]){10, 0, 3});
    assert_string_equal(a.data, "3 10 cpf/act/v1 0  3 x y");
    buf_clear(&a);
    key_pae(&a, 2, (const char *const[]){"a 1 b", "c"}, (const size_t[]){5, 1});
    key_pae(&b, 3, (const char *const[]){"a", "b", "c"}, (const size_t[]){1, 1, 1});
    assert_string_not_equal(a.data, b.data);
    buf_fini(&a);
    buf_fini(&b);
}

/* ---- seals ---- */

static void test_unseal_gives_the_secret_back(void **state)
{
    (void)state;
    struct buf sealed, open;
    buf_init(&sealed);
    buf_init(&open);
    assert_int_equal(key_seal("0123456789abcdef0123456789abcdef", 32, PASSWORD, false, &sealed), CPF_OK);
    assert_int_equal(strncmp(sealed.data, "cpfseal1$16384$8$5$", 19), 0);
    assert_null(strchr(sealed.data, '\n'));
    assert_int_equal(key_unseal(sealed.data, PASSWORD, false, &open), CPF_OK);
    assert_string_equal(open.data, "0123456789abcdef0123456789abcdef");
    buf_clear(&open);
    assert_int_equal(key_unseal(sealed.data, "Correct horse battery staple", false, &open), CPF_E_SECRET);
    assert_int_equal(key_unseal(sealed.data, "", false, &open), CPF_E_SECRET);
    assert_int_equal(open.len, 0);
    buf_fini(&sealed);
    buf_wipe(&open);
}

static void test_unseal_refuses_a_light_seal_unless_allowed(void **state)
{
    (void)state;
    struct buf sealed, open;
    buf_init(&sealed);
    buf_init(&open);
    assert_int_equal(key_seal("1234", 4, "pin", true, &sealed), CPF_OK);
    assert_int_equal(key_unseal(sealed.data, "pin", false, &open), CPF_E_SECRET);
    assert_int_equal(key_unseal(sealed.data, "pin", true, &open), CPF_OK);
    assert_string_equal(open.data, "1234");
    buf_fini(&sealed);
    buf_wipe(&open);
}

static void test_a_seal_is_looked_at_before_it_is_taken(void **state)
{
    struct buf full, light;
    (void)state;
    buf_init(&full);
    buf_init(&light);
    assert_int_equal(key_seal("secret", 6, "correct horse", false, &full), 0);
    assert_int_equal(key_seal("secret", 6, "correct horse", true, &light), 0);
    assert_int_equal(key_seal_check(full.data, false), 0);
    assert_int_equal(key_seal_check(light.data, true), 0);
    assert_int_equal(key_seal_check(light.data, false), CPF_E_KEY);
    assert_int_equal(key_seal_check("", true), CPF_E_PROFILE);
    for (size_t n = full.len; n-- > full.len - 24;) { /* cut short */
        full.data[n] = '\0';
        if (n < full.len - 22)
            assert_int_equal(key_seal_check(full.data, true), CPF_E_PROFILE);
    }
    buf_fini(&full);
    buf_fini(&light);
}

static void test_unseal_refuses_every_damaged_byte(void **state)
{
    (void)state;
    struct buf sealed, open;
    buf_init(&sealed);
    buf_init(&open);
    assert_int_equal(key_seal("1234", 4, "pin", true, &sealed), CPF_OK);
    for (size_t i = 0; i < sealed.len; i++) {
        char before = sealed.data[i];
        /* In the numbers another digit would only cost time, and is bound by the tag like the rest. */
        sealed.data[i] = before == 'A' ? 'B' : 'A';
        assert_int_equal(key_unseal(sealed.data, "pin", true, &open), CPF_E_SECRET);
        sealed.data[i] = before;
    }
    for (size_t len = 0; len < sealed.len; len++) {
        char before = sealed.data[len];
        sealed.data[len] = '\0';
        assert_int_equal(key_unseal(sealed.data, "pin", true, &open), CPF_E_SECRET);
        sealed.data[len] = before;
    }
    assert_int_equal(open.len, 0);
    buf_fini(&sealed);
    buf_fini(&open);
}

static void test_unseal_refuses_absurd_parameters(void **state)
{
    (void)state;
    static const char *const params[] = {"1048576$8$1",     "1024$8$17", "1024$9$1",  "1023$8$1",
                                         "0$8$1",           "1$8$1",     "01024$8$1", "+1024$8$1",
                                         "99999999999$8$1", "1024$8",    "1024$$1",   "-1$8$1"};
    struct buf open;
    buf_init(&open);
    for (size_t i = 0; i < sizeof(params) / sizeof(*params); i++) {
        char text[256];
        snprintf(text, sizeof(text),
                 "cpfseal1$%s$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA", params[i]);
        assert_int_equal(key_unseal(text, "pin", true, &open), CPF_E_SECRET);
    }
    buf_fini(&open);
}

static void test_seal_bounds_its_input(void **state)
{
    (void)state;
    struct buf sealed, open;
    char *big = calloc(1, 5000), password[BOUND_SECRET_BYTES + 2];
    assert_non_null(big);
    buf_init(&sealed);
    buf_init(&open);
    memset(password, 'x', sizeof(password) - 1);
    password[sizeof(password) - 1] = '\0';
    assert_int_equal(key_seal("s", 1, password, true, &sealed), CPF_E_LIMIT);
    assert_int_equal(key_seal(big, 5000, "pin", true, &sealed), CPF_E_LIMIT);
    assert_int_equal(key_seal(big, 4096, password + 1, true, &sealed), CPF_OK);
    assert_int_equal(key_unseal(sealed.data, password + 1, true, &open), CPF_OK);
    assert_int_equal(open.len, 4096);
    assert_memory_equal(open.data, big, 4096);
    buf_clear(&sealed);
    buf_clear(&open);
    assert_int_equal(key_seal("", 0, "pin", true, &sealed), CPF_OK);
    assert_int_equal(key_unseal(sealed.data, "pin", true, &open), CPF_OK);
    assert_int_equal(open.len, 0);
    buf_fini(&sealed);
    buf_fini(&open);
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify_gives_wycheproof_verdicts),
        cmocka_unit_test(test_sign_gives_the_rfc8032_signature),
        cmocka_unit_test(test_check_public_refuses_points_of_small_order),
        cmocka_unit_test(test_check_public_refuses_noncanonical_y),
        cmocka_unit_test(test_check_public_refuses_y_without_a_point),
        cmocka_unit_test(test_check_public_takes_every_real_key),
        cmocka_unit_test(test_verify_refuses_a_weak_key),
        cmocka_unit_test(test_id_is_half_of_the_hash),
        cmocka_unit_test(test_pae_separates_the_parts),
        cmocka_unit_test(test_unseal_gives_the_secret_back),
        cmocka_unit_test(test_unseal_refuses_a_light_seal_unless_allowed),
        cmocka_unit_test(test_a_seal_is_looked_at_before_it_is_taken),
        cmocka_unit_test(test_unseal_refuses_every_damaged_byte),
        cmocka_unit_test(test_unseal_refuses_absurd_parameters),
        cmocka_unit_test(test_seal_bounds_its_input),
    };
    return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
