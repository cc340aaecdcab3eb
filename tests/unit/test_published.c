/*
 * What standards publish as examples, typed in: so that the formats are held to them wherever the tests run.
 * The large sets lie outside the project (vectors.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/enc.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/key.h"
#include "base/mem.h"
#include "base/merkle.h"

static size_t unhex(const char *text, uint8_t *ret)
{
    size_t n = strlen(text) / 2;
    for (size_t i = 0; i < n; i++) {
        unsigned v;
        assert_int_equal(sscanf(text + 2 * i, "%2x", &v), 1);
        ret[i] = (uint8_t)v;
    }
    return n;
}

static void is_hex(const uint8_t *got, size_t n, const char *want)
{
    uint8_t bytes[128];
    assert_int_equal(unhex(want, bytes), n);
    assert_memory_equal(got, bytes, n);
}

/* FIPS 180-4, the examples of its validation. */
static void test_sha256_of_fips_180(void **state)
{
    static const char *const list[][2] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    uint8_t got[HASH_LEN];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        hash_sha256(list[i][0], strlen(list[i][0]), got);
        is_hex(got, HASH_LEN, list[i][1]);
    }
}

/* ---- trees ---- */

/* The leaves and roots by which implementations of RFC 6962 have been compared since its first one. */
static const char *const leaf_text[8] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
static const char *const root_text[9] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void leaf_of(size_t i, uint8_t ret[HASH_LEN])
{
    uint8_t data[16];
    hash_leaf(data, unhex(leaf_text[i], data), ret);
}

static void test_roots_of_rfc_6962(void **state)
{
    struct merkle_edge e;
    uint8_t leaf[HASH_LEN], root[HASH_LEN];
    (void)state;
    merkle_edge_init(&e);
    for (size_t i = 0; i <= 8; i++) {
        merkle_edge_root(&e, root);
        is_hex(root, HASH_LEN, root_text[i]);
        if (i == 8)
            break;
        leaf_of(i, leaf);
        merkle_edge_add(&e, leaf);
    }
}

/* RFC 9162 2.1.5, the tree of seven leaves: a..f and j stand for leaves, g, h, i, k and l for nodes. */
enum { A, B, C, D, E, F, J, G, H, I, K, L, NODES };

static void seven(uint8_t node[NODES][HASH_LEN])
{
    static const uint8_t made[][3] = {{G, A, B}, {H, C, D}, {I, E, F}, {K, G, H}, {L, I, J}};
    for (size_t i = 0; i < 7; i++)
        leaf_of(i, node[i]);
    for (size_t i = 0; i < 5; i++)
        hash_node(node[made[i][1]], node[made[i][2]], node[made[i][0]]);
}

static void pick(uint8_t node[NODES][HASH_LEN], const char *names, uint8_t ret[4][HASH_LEN])
{
    static const char order[] = "abcdefjghikl";
    for (size_t i = 0; names[i]; i++)
        memcpy(ret[i], node[strchr(order, names[i]) - order], HASH_LEN);
}

static void test_inclusion_of_rfc_9162(void **state)
{
    /* Its own letters: g = a b, h = c d, i = e f, j = d6, k = g h, l = i j. */
    static const struct {
        size_t leaf;
        const char *path;
    } list[] = {{0, "bhl"}, {3, "cgl"}, {4, "fjk"}, {6, "ik"}};
    uint8_t node[NODES][HASH_LEN], proof[4][HASH_LEN], root[HASH_LEN];
    (void)state;
    seven(node);
    unhex(root_text[7], root);
    for (size_t i = 0; i < 4; i++) {
        size_t n = strlen(list[i].path);
        const uint8_t(*given)[HASH_LEN] = (const uint8_t(*)[HASH_LEN])proof;
        pick(node, list[i].path, proof);
        assert_int_equal(merkle_verify_inclusion(node[list[i].leaf], list[i].leaf, 7, given, n, root), 0);
        assert_int_equal(merkle_verify_inclusion(node[list[i].leaf], list[i].leaf, 7, given, n - 1, root),
                         CPF_E_PROOF);
        proof[0][0] ^= 1;
        assert_int_equal(merkle_verify_inclusion(node[list[i].leaf], list[i].leaf, 7, given, n, root),
                         CPF_E_PROOF);
    }
}

static void test_consistency_of_rfc_9162(void **state)
{
    static const struct {
        uint64_t from;
        const char *path;
    } list[] = {{3, "cdgl"}, {4, "l"}, {6, "ijk"}};
    uint8_t node[NODES][HASH_LEN], proof[4][HASH_LEN], old[HASH_LEN], root[HASH_LEN];
    (void)state;
    seven(node);
    unhex(root_text[7], root);
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(list[i].path);
        const uint8_t(*given)[HASH_LEN] = (const uint8_t(*)[HASH_LEN])proof;
        pick(node, list[i].path, proof);
        unhex(root_text[list[i].from], old);
        assert_int_equal(merkle_verify_consistency(list[i].from, 7, old, root, given, n), 0);
        proof[n - 1][0] ^= 1;
        assert_int_equal(merkle_verify_consistency(list[i].from, 7, old, root, given, n), CPF_E_PROOF);
    }
}

/* ---- signatures ---- */

/* RFC 8032 7.1, tests 1 to 3. */
static void test_signatures_of_rfc_8032(void **state)
{
    static const char *const list[][4] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
         "d25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
         "387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
         "4a7c15e9716ed28dc027beceea1ec40a"},
    };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        uint8_t seed[KEY_SEED], pub[KEY_PUB], msg[4], sig[KEY_SIG];
        struct key *key;
        unhex(list[i][0], seed);
        size_t len = unhex(list[i][2], msg);
        assert_int_equal(key_from_seed(seed, &key), 0);
        key_public(key, pub);
        is_hex(pub, KEY_PUB, list[i][1]);
        assert_int_equal(key_sign(key, msg, len, sig), 0);
        is_hex(sig, KEY_SIG, list[i][3]);
        assert_int_equal(key_verify(pub, msg, len, sig), 0);
        sig[40] ^= 1;
        assert_int_not_equal(key_verify(pub, msg, len, sig), 0);
        key_free(key);
    }
}

/* ---- texts ---- */

/* RFC 4648 10, padded and, as section 5 allows, not. */
static void test_base64_of_rfc_4648(void **state)
{
    static const char *const list[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"}};
    (void)state;
    for (size_t i = 0; i < 7; i++) {
        struct buf padded, url;
        buf_init(&padded);
        buf_init(&url);
        enc_b64(&padded, list[i][0], strlen(list[i][0]));
        enc_b64url(&url, list[i][0], strlen(list[i][0]));
        assert_int_equal(padded.len, strlen(list[i][1]));
        assert_memory_equal(padded.data ? padded.data : "", list[i][1], padded.len);
        assert_int_equal(url.len, strcspn(list[i][1], "="));
        assert_memory_equal(url.data ? url.data : "", list[i][1], url.len);
        buf_fini(&padded);
        buf_fini(&url);
    }
}

/* RFC 9901 4.2.1, a disclosure and its digest. */
static void test_disclosure_of_rfc_9901(void **state)
{
    static const char said[] = "[\"_26bc4LT-ac6q2KI6cBW5es\", \"family_name\", \"M\xc3\xb6"
                               "bius\"]";
    struct buf text, digest;
    uint8_t hash[HASH_LEN];
    (void)state;
    buf_init(&text);
    buf_init(&digest);
    enc_b64url(&text, said, strlen(said));
    assert_string_equal(text.data, "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0");
    hash_sha256(text.data, text.len, hash);
    enc_b64url(&digest, hash, HASH_LEN);
    assert_string_equal(digest.data, "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
    buf_fini(&text);
    buf_fini(&digest);
}

static int parsed(const char *text, struct arena *a, const struct json **ret)
{
    return json_parse(a, text, strlen(text), ret, NULL);
}

/* RFC 8785 3.2.2: what its example is written as; as far as our profile goes, which has no floats. */
static void test_json_of_rfc_8785(void **state)
{
    static const char written[] =
        "{\"literals\":[null,true,false],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
    static const char *const other[] = {
        "{\"string\":\"\",\"literals\":[]}",                 /* not sorted */
        "{\"literals\": [null,true,false]}",                 /* a blank */
        "{\"string\":\"\\u20ac\"}",                          /* escaped for nothing */
        "{\"string\":\"\\u000F\"}",                          /* in capitals */
        "{\"string\":\"\\/\"}",                              /* likewise */
        "{\"numbers\":[333333333.33333329,1E30,4.50,2e-3]}", /* as it begins there */
        "{\"numbers\":[333333333.3333333,1e+30,4.5,0.002]}", /* floats at all */
    };
    struct arena a;
    struct buf out;
    const struct json *v;
    (void)state;
    arena_init(&a, 0);
    buf_init(&out);
    assert_int_equal(parsed(written, &a, &v), 0);
    json_write(&out, v);
    assert_int_equal(out.len, strlen(written));
    assert_memory_equal(out.data, written, out.len);
    for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
        assert_int_not_equal(parsed(other[i], &a, &v), 0);
    buf_fini(&out);
    arena_fini(&a);
}

/* RFC 9562 A.6, the UUID of version 7. */
static void test_uuid_of_rfc_9562(void **state)
{
    int64_t ms = 0;
    (void)state;
    assert_int_equal(uuid7_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 36, &ms), 0);
    assert_int_equal(ms, 1645557742000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256_of_fips_180),     cmocka_unit_test(test_roots_of_rfc_6962),
        cmocka_unit_test(test_inclusion_of_rfc_9162),  cmocka_unit_test(test_consistency_of_rfc_9162),
        cmocka_unit_test(test_signatures_of_rfc_8032), cmocka_unit_test(test_base64_of_rfc_4648),
        cmocka_unit_test(test_disclosure_of_rfc_9901), cmocka_unit_test(test_json_of_rfc_8785),
        cmocka_unit_test(test_uuid_of_rfc_9562),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
