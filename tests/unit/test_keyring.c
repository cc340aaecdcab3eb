/* The log's verifier keys, and weak keys wherever a key is read; what may follow a key manifest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cosig.h"
#include "base/enc.h"
#include "base/keymanifest.h"
#include "base/keyring.h"
#include "base/note_int.h"
#include "base/policy.h"
#include "vectors.h"

#define ORIGIN "example.org/log"

static const char *const weak[] = {
    "0000000000000000000000000000000000000000000000000000000000000000", /* order 4 */
    "0100000000000000000000000000000000000000000000000000000000000000", /* order 1 */
    "0100000000000000000000000000000000000000000000000000000000000080", /* the same, -0 */
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* order 2 */
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", /* order 8 */
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", /* order 8 */
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* p + 1 */
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", /* above p */
    "0200000000000000000000000000000000000000000000000000000000000000", /* no point */
};
#define WEAK (sizeof(weak) / sizeof(*weak))

/* A verifier key as text, its id right, whatever the key is. */
static void vkey_text(const char *name, uint8_t alg, const uint8_t pub[KEY_PUB], char ret[200])
{
    struct note_key k = {0};
    struct buf id, text;
    uint8_t hash[HASH_LEN];
    buf_init(&id);
    buf_init(&text);
    buf_printf(&id, "%s\n%c", name, alg);
    buf_add(&id, pub, KEY_PUB);
    hash_sha256(id.data, id.len, hash);
    k.id = (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
    snprintf(k.name, sizeof(k.name), "%s", name);
    memcpy(k.pub, pub, KEY_PUB);
    note_key_format_alg(&k, alg, &text);
    snprintf(ret, 200, "%s", text.data);
    buf_fini(&id);
    buf_fini(&text);
}

static struct key *key_of(uint8_t n, const char *name, char ret_vkey[200])
{
    uint8_t seed[KEY_SEED] = {n}, pub[KEY_PUB];
    struct key *k;
    assert_int_equal(key_from_seed(seed, &k), CPF_OK);
    key_public(k, pub);
    vkey_text(name, NOTE_ALG_ED25519, pub, ret_vkey);
    return k;
}

/* ---- weak keys ---- */

static int read_manifest_with(const char *vkey)
{
    static struct keymanifest m;
    char text[400];
    snprintf(text, sizeof(text), KEYMANIFEST_HEAD "\n" ORIGIN "\n1\nlog %s 0 -\n", vkey);
    return keymanifest_parse(&m, text, strlen(text));
}

static int read_policy_with(const char *line)
{
    static struct policy p;
    struct arena a;
    char text[400];
    int where;
    arena_init(&a, 0);
    snprintf(text, sizeof(text), "%s\nquorum none\n", line);
    int r = policy_parse(&p, &a, text, strlen(text), &where);
    arena_fini(&a);
    return r;
}

static void expect_everywhere(const uint8_t pub[KEY_PUB], int want)
{
    char log[200], witness[200], line[300], url64[44];
    struct keyring ring;
    struct note_key k;
    uint8_t again[KEY_PUB];
    vkey_text(ORIGIN, NOTE_ALG_ED25519, pub, log);
    vkey_text("w.example", NOTE_ALG_COSIG, pub, witness);
    assert_int_equal(note_key_parse(&k, log), want);
    assert_int_equal(cosig_key_parse(&k, witness), want);
    assert_int_equal(keyring_parse(&ring, log), want);
    assert_int_equal(read_manifest_with(log), want);
    snprintf(line, sizeof(line), "log %s", log);
    assert_int_equal(read_policy_with(line), want);
    snprintf(line, sizeof(line), "witness w %s", witness);
    assert_int_equal(read_policy_with(line), want);
    enc_digest(pub, url64);
    assert_int_equal(key_read_public(url64, again), want);
}

static void test_weak_keys_are_refused_wherever_a_key_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < WEAK; i++) {
        uint8_t pub[KEY_PUB];
        assert_int_equal(enc_unhex(weak[i], 64, pub, sizeof(pub)), CPF_OK);
        expect_everywhere(pub, CPF_E_KEY);
    }
}

static void test_wycheproof_keys_are_taken_wherever_a_key_is_read(void **state)
{
    size_t i, n = 0;
    json_t *group;
    (void)state;
    vectors_need("wycheproof-ed25519");
    json_t *all = vectors_json("wycheproof-ed25519/ed25519_test.json");
    json_array_foreach(json_object_get(all, "testGroups"), i, group)
    {
        uint8_t pub[KEY_PUB];
        vectors_unhex(vectors_str(json_object_get(group, "publicKey"), "pk"), pub, KEY_PUB);
        expect_everywhere(pub, CPF_OK);
        n++;
    }
    assert_true(n > 5);
    json_decref(all);
}

/* ---- rings ---- */

static void test_keyring_takes_one_or_two_lines(void **state)
{
    char a[200], b[200], c[200], other[200], text[700];
    struct keyring r;
    (void)state;
    key_free(key_of(1, ORIGIN, a));
    key_free(key_of(2, ORIGIN, b));
    key_free(key_of(3, ORIGIN, c));
    key_free(key_of(4, "example.org/other", other));
    assert_int_equal(keyring_parse(&r, a), CPF_OK);
    assert_int_equal(r.n, 1);
    snprintf(text, sizeof(text), "%s\r\n\n%s\n", a, b);
    assert_int_equal(keyring_parse(&r, text), CPF_OK);
    assert_int_equal(r.n, 2);
    snprintf(text, sizeof(text), "%s\n%s\n%s\n", a, b, c);
    assert_int_equal(keyring_parse(&r, text), CPF_E_LIMIT);
    snprintf(text, sizeof(text), "%s\n%s\n", a, a);
    assert_int_equal(keyring_parse(&r, text), CPF_E_DUPLICATE);
    snprintf(text, sizeof(text), "%s\n%s\n", a, other);
    assert_int_equal(keyring_parse(&r, text), CPF_E_MISMATCH);
    snprintf(text, sizeof(text), "%s %s\n", a, b);
    assert_int_not_equal(keyring_parse(&r, text), CPF_OK);
    assert_int_equal(keyring_parse(&r, ""), CPF_E_SYNTAX);
    assert_int_equal(keyring_parse(&r, "\n\n"), CPF_E_SYNTAX);
}

static void add_signature(struct buf *note, const struct buf *text, const struct key *key)
{
    uint8_t sig[KEY_SIG], pub[KEY_PUB];
    struct note_key name;
    key_public(key, pub);
    assert_int_equal(note_key_make(&name, ORIGIN, pub), CPF_OK);
    assert_int_equal(key_sign(key, text->data, text->len, sig), CPF_OK);
    note_add_signature(note, &name, sig);
}

static void test_keyring_verifies_by_any_and_knows_who_is_missing(void **state)
{
    char a[200], b[200], text[420];
    struct key *ka = key_of(1, ORIGIN, a), *kb = key_of(2, ORIGIN, b);
    struct checkpoint c = {.origin = ORIGIN, .size = 7};
    struct buf body, note;
    struct keyring r;
    struct note n;
    (void)state;
    snprintf(text, sizeof(text), "%s\n%s\n", a, b);
    assert_int_equal(keyring_parse(&r, text), CPF_OK);
    buf_init(&body);
    buf_init(&note);
    checkpoint_format(&c, &body);
    buf_printf(&note, "%s\n", body.data);
    add_signature(&note, &body, ka);
    assert_int_equal(note_parse(&n, note.data, note.len), CPF_OK);
    assert_int_equal(keyring_verify(&r, &n), CPF_OK);
    assert_ptr_equal(keyring_missing(&r, &n), &r.key[1]);
    add_signature(&note, &body, kb);
    assert_int_equal(note_parse(&n, note.data, note.len), CPF_OK);
    assert_null(keyring_missing(&r, &n));
    memset(&c, 0, sizeof(c));
    assert_int_equal(keyring_open(&r, &c, note.data, note.len), CPF_OK);
    assert_int_equal(c.size, 7);
    note.data[note.len - 10] ^= 1; /* the second one is bad: the first does not make up for it */
    assert_int_not_equal(keyring_open(&r, &c, note.data, note.len), CPF_OK);
    assert_int_equal(keyring_parse(&r, b), CPF_OK);
    buf_clear(&note);
    buf_printf(&note, "%s\n", body.data);
    add_signature(&note, &body, ka);
    assert_int_equal(keyring_open(&r, &c, note.data, note.len), CPF_E_NOTFOUND);
    key_free(ka);
    key_free(kb);
    buf_fini(&body);
    buf_fini(&note);
}

/* ---- one manifest after another ---- */

static void read_lines(struct keymanifest *m, int serial, const char *lines)
{
    char text[1200];
    snprintf(text, sizeof(text), KEYMANIFEST_HEAD "\n" ORIGIN "\n%d\n%s", serial, lines);
    assert_int_equal(keymanifest_parse(m, text, strlen(text)), CPF_OK);
}

static struct keymanifest old, next;

static int follows(int serial, const char *fmt, const char *a, const char *b)
{
    char lines[900];
    const struct keymanifest_line *lost;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(lines, sizeof(lines), fmt, a, b);
#pragma GCC diagnostic pop
    read_lines(&next, serial, lines);
    int r = keymanifest_follows(&old, &next, &lost);
    assert_true((r == CPF_E_NOTFOUND) == (lost != NULL));
    return r;
}

static void test_a_manifest_only_adds_and_ends(void **state)
{
    char a[200], b[200], lines[500];
    (void)state;
    key_free(key_of(1, ORIGIN, a));
    key_free(key_of(2, ORIGIN, b));
    snprintf(lines, sizeof(lines), "log %s 0 -\nstamp 3600 10 90\n", a);
    read_lines(&old, 5, lines);
    assert_int_equal(follows(6, "log %s 0 -\nstamp 3600 10 90\nlog %s 40 -\n", a, b), CPF_OK);
    assert_int_equal(follows(9, "log %s 0 50\nstamp 3600 10 60\nlog %s 40 -\n", a, b), CPF_OK);
    assert_int_equal(follows(5, "log %s 0 -\nstamp 3600 10 90\nlog %s 40 -\n", a, b), CPF_E_STALE);
    assert_int_equal(follows(6, "log %s 1 -\nstamp 3600 10 90\nlog %s 40 -\n", a, b), CPF_E_NOTFOUND);
    assert_int_equal(follows(6, "log %s 0 -\nstamp 3600 10 91\nlog %s 40 -\n", a, b), CPF_E_NOTFOUND);
    assert_int_equal(follows(6, "log %s 0 -\nstamp 3601 10 90\nlog %s 40 -\n", a, b), CPF_E_NOTFOUND);
    assert_int_equal(follows(6, "log %s 0 -\nlog %s 40 -\n", b, a), CPF_E_NOTFOUND);
}

static uint64_t gap(const char *fmt, const char *a, const char *b)
{
    char lines[900];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(lines, sizeof(lines), fmt, a, b);
#pragma GCC diagnostic pop
    read_lines(&next, 1, lines);
    return keymanifest_gap(&next);
}

static void test_a_gap_without_a_log_key_is_found(void **state)
{
    char a[200], b[200];
    (void)state;
    key_free(key_of(1, ORIGIN, a));
    key_free(key_of(2, ORIGIN, b));
    assert_true(gap("log %s 0 -\nlog %s 9 -\n", a, b) == KEYMANIFEST_ALWAYS);
    assert_true(gap("log %s 0 50\nlog %s 51 -\n", a, b) == KEYMANIFEST_ALWAYS);
    assert_int_equal(gap("log %s 0 50\nlog %s 52 -\n", a, b), 51);
    assert_int_equal(gap("log %s 1 -\nlog %s 9 -\n", a, b), 0);
    assert_int_equal(gap("log %s 0 50\nlog %s 20 70\n", a, b), 71);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weak_keys_are_refused_wherever_a_key_is_read),
        cmocka_unit_test(test_wycheproof_keys_are_taken_wherever_a_key_is_read),
        cmocka_unit_test(test_keyring_takes_one_or_two_lines),
        cmocka_unit_test(test_keyring_verifies_by_any_and_knows_who_is_missing),
        cmocka_unit_test(test_a_manifest_only_adds_and_ends),
        cmocka_unit_test(test_a_gap_without_a_log_key_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
