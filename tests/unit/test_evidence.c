/* Key manifests, trust policies, batch maps, and the names and texts of a bundle. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle_rig.h"

#include "base/batchmap.h"
#include "base/bundle.h"
#include "base/cosig.h"
#include "base/enc.h"
#include "base/keymanifest.h"
#include "base/policy.h"

static struct key *key_of(uint8_t n)
{
    uint8_t seed[KEY_SEED] = {n, 'e'};
    struct key *k;
    assert_int_equal(key_from_seed(seed, &k), CPF_OK);
    return k;
}

/* The verifier key of key n, for logs or witnesses. */
static const char *vkey(uint8_t n, const char *name, bool witness, char ret[300])
{
    struct key *key = key_of(n);
    struct note_key k;
    uint8_t pub[KEY_PUB];
    struct buf b;
    buf_init(&b);
    key_public(key, pub);
    assert_int_equal(witness ? cosig_key_make(&k, name, pub) : note_key_make(&k, name, pub), CPF_OK);
    if (witness)
        cosig_key_format(&k, &b);
    else
        note_key_format(&k, &b);
    snprintf(ret, 300, "%s", b.data);
    buf_fini(&b);
    key_free(key);
    return ret;
}

/* ---- key manifest ---- */

#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static char *manifest_text(void)
{
    char a[300], b[300], *text;
    assert_true(asprintf(&text,
                         "cpf-keys/v1\nlog.example\n7\nlog %s 0 1000\nlog %s 900 -\npolicy " DIGEST
                         " 0 -\ntsa " DIGEST " 0 500\nstamp 86400 0 -\n",
                         vkey(1, "log.example", false, a), vkey(2, "log.example", false, b)) > 0);
    return text;
}

static void test_manifest_gives_back_what_it_was(void **state)
{
    struct keymanifest m;
    struct buf b;
    char *text = manifest_text();
    (void)state;
    buf_init(&b);
    assert_int_equal(keymanifest_parse(&m, text, strlen(text)), CPF_OK);
    assert_int_equal(m.serial, 7);
    assert_int_equal(m.n, 5);
    keymanifest_format(&m, &b);
    assert_string_equal(b.data, text);
    buf_fini(&b);
    free(text);
}

static void test_manifest_refuses_other_forms(void **state)
{
    static const char *const bad[] = {
        "",
        "cpf-keys/v2\nl\n1\nstamp 1 0 -\n",
        "cpf-keys/v1\nl\n1\n",
        "cpf-keys/v1\nl\n01\nstamp 1 0 -\n",
        "cpf-keys/v1\n\n1\nstamp 1 0 -\n",
        "cpf-keys/v1\nl\n1\nstamp 1 0 -",
        "cpf-keys/v1\nl\n1\nstamp 0 0 -\n",
        "cpf-keys/v1\nl\n1\nstamp 1 0\n",
        "cpf-keys/v1\nl\n1\nstamp 1 5 4\n",
        "cpf-keys/v1\nl\n1\nstamp  1 0 -\n",
        "cpf-keys/v1\nl\n1\nstamp 1 0 - \n",
        "cpf-keys/v1\nl\n1\nstamp 1 0 -\n\n",
        "cpf-keys/v1\nl\n1\nstamp 1 0 -\nstamp 1 0 -\n",
        "cpf-keys/v1\nl\n1\nclerk 1 0 -\n",
        "cpf-keys/v1\nl\n1\ntsa 00 0 -\n",
        "cpf-keys/v1\nl\n1\ntsa 00112233445566778899AABBccddeeff00112233445566778899aabbccddeeff 0 -\n",
        "cpf-keys/v1\nl\n1\nlog nokey 0 -\n",
    };
    struct keymanifest m;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (keymanifest_parse(&m, bad[i], strlen(bad[i])) == CPF_OK)
            fail_msg("accepted: %s", bad[i]);
}

static void test_manifest_key_of_another_name_is_refused(void **state)
{
    struct keymanifest m;
    char text[500], a[300];
    (void)state;
    snprintf(text, sizeof(text), "cpf-keys/v1\nlog.example\n1\nlog %s 0 -\n",
             vkey(1, "other.example", false, a));
    assert_int_equal(keymanifest_parse(&m, text, strlen(text)), CPF_E_KEY);
}

/* One key has one text: bytes behind a NUL would make a second one. */
static void test_manifest_nul_behind_a_key_is_refused(void **state)
{
    struct keymanifest m;
    char text[500], a[300];
    (void)state;
    int n = snprintf(text, sizeof(text), "cpf-keys/v1\nlog.example\n1\nlog %s%c 0 -\n",
                     vkey(1, "log.example", false, a), '\0');
    assert_int_equal(keymanifest_parse(&m, text, (size_t)n), CPF_E_SYNTAX);
}

static void test_manifest_bounds_lines(void **state)
{
    struct keymanifest m;
    struct buf b;
    (void)state;
    for (int n = BOUND_MANIFEST_LINES; n <= BOUND_MANIFEST_LINES + 1; n++) {
        buf_init(&b);
        buf_puts(&b, "cpf-keys/v1\nl\n1\n");
        for (int i = 0; i < n; i++)
            buf_printf(&b, "stamp %d 0 -\n", i + 1);
        assert_int_equal(keymanifest_parse(&m, b.data, b.len),
                         n == BOUND_MANIFEST_LINES ? CPF_OK : CPF_E_LIMIT);
        buf_fini(&b);
    }
}

static int signed_at(const struct keymanifest *m, uint8_t by, uint64_t size)
{
    static const char text[] = "log.example\n1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    struct key *k = key_of(by);
    struct buf b;
    struct note n;
    buf_init(&b);
    assert_int_equal(note_sign(text, strlen(text), "log.example", k, &b), CPF_OK);
    assert_int_equal(note_parse(&n, b.data, b.len), CPF_OK);
    int r = keymanifest_verify(m, &n, size, NULL);
    buf_fini(&b);
    key_free(k);
    return r;
}

/* Rotation with overlap: both keys count from 900 to 1000. */
static void test_manifest_key_counts_for_its_sizes(void **state)
{
    struct keymanifest m;
    char *text = manifest_text();
    (void)state;
    assert_int_equal(keymanifest_parse(&m, text, strlen(text)), CPF_OK);
    assert_int_equal(signed_at(&m, 1, 0), CPF_OK);
    assert_int_equal(signed_at(&m, 1, 1000), CPF_OK);
    assert_int_equal(signed_at(&m, 1, 1001), CPF_E_STALE);
    assert_int_equal(signed_at(&m, 2, 899), CPF_E_STALE);
    assert_int_equal(signed_at(&m, 2, 900), CPF_OK);
    assert_int_equal(signed_at(&m, 2, UINT64_MAX / 2), CPF_OK);
    assert_int_equal(signed_at(&m, 3, 10), CPF_E_NOTFOUND);
    assert_non_null(keymanifest_next(&m, KEYMANIFEST_TSA, 500, NULL));
    assert_null(keymanifest_next(&m, KEYMANIFEST_TSA, 501, NULL));
    const struct keymanifest_line *l = keymanifest_next(&m, KEYMANIFEST_LOG, 950, NULL);
    assert_non_null(l);
    assert_ptr_equal(keymanifest_next(&m, KEYMANIFEST_LOG, 950, l), l + 1);
    assert_null(keymanifest_next(&m, KEYMANIFEST_LOG, 950, l + 1));
    free(text);
}

static void test_manifest_is_the_roots_only(void **state)
{
    struct key *root = key_of(9), *thief = key_of(8);
    struct keymanifest m, again;
    struct note_key k;
    uint8_t pub[KEY_PUB];
    struct buf b;
    char *text = manifest_text();
    (void)state;
    buf_init(&b);
    key_public(root, pub);
    assert_int_equal(note_key_make(&k, "root", pub), CPF_OK);
    assert_int_equal(keymanifest_parse(&m, text, strlen(text)), CPF_OK);
    assert_int_equal(keymanifest_sign(&m, "root", root, &b), CPF_OK);
    assert_int_equal(keymanifest_open(&again, b.data, b.len, &k), CPF_OK);
    assert_int_equal(again.n, m.n);
    buf_clear(&b);
    assert_int_equal(keymanifest_sign(&m, "root", thief, &b), CPF_OK);
    assert_int_equal(keymanifest_open(&again, b.data, b.len, &k), CPF_E_NOTFOUND);
    m.n = 0;
    buf_clear(&b);
    assert_int_equal(keymanifest_sign(&m, "root", root, &b), CPF_E_SYNTAX); /* nobody could read it */
    buf_fini(&b);
    free(text);
    key_free(root);
    key_free(thief);
}

/* ---- policy ---- */

static int parse_policy(struct policy *p, struct arena *a, const char *text, int *line)
{
    return policy_parse(p, a, text, strlen(text), line);
}

/* Three witnesses X of whom two, one of Y: C2SP's own example in small. */
static void make_policy(struct buf *b)
{
    char k[300];
    buf_printf(b, "# comment\n\n\tlog %s https://log.example\n", vkey(1, "log.example", false, k));
    for (int i = 0; i < 3; i++)
        buf_printf(b, "witness X%d %s\n", i + 1, vkey((uint8_t)(10 + i), "x.example", true, k));
    buf_puts(b, "group X 2 X1 X2 X3\n");
    buf_printf(b, "witness Y1 %s\n", vkey(20, "y.example", true, k));
    buf_puts(b, "group both all X Y1\nquorum both\n");
}

static bool voted(const struct policy *p, const uint8_t *who, size_t n)
{
    static const char text[] = "log.example\n1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    struct key *log = key_of(1);
    struct policy_vote vote;
    struct buf b;
    struct note note;
    buf_init(&b);
    assert_int_equal(note_sign(text, strlen(text), "log.example", log, &b), CPF_OK);
    for (size_t i = 0; i < n; i++) {
        struct key *k = key_of(who[i]);
        assert_int_equal(
            cosig_sign(text, strlen(text), who[i] == 20 ? "y.example" : "x.example", k, 1000 + who[i], &b),
            CPF_OK);
        key_free(k);
    }
    assert_int_equal(note_parse(&note, b.data, b.len), CPF_OK);
    assert_int_equal(policy_log_verify(p, &note, NULL), CPF_OK);
    policy_vote(p, &note, &vote);
    buf_fini(&b);
    key_free(log);
    return vote.quorum;
}

/* A witness and a log of C2SP tlog-cosignature's ML-DSA-44: the policy is read, and nobody has signed for
 * them. */
static void test_policy_skips_keys_of_unknown_types(void **state)
{
    struct policy *p = calloc(1, sizeof(*p));
    uint8_t key[1 + 1312] = {0x06, 1, 2, 3};
    struct arena a;
    struct buf b, mldsa;
    char k[300];
    int line;
    (void)state;
    arena_init(&a, 0);
    buf_init(&b);
    buf_init(&mldsa);
    enc_b64(&mldsa, key, sizeof(key));
    make_policy(&b);
    b.len = (size_t)(strstr(b.data, "group both") - b.data);
    b.data[b.len] = '\0';
    buf_printf(&b, "witness Q1 q.example+0011aabb+%s\nlog pq.example+00112233+%s\n", mldsa.data, mldsa.data);
    buf_puts(&b, "group both 2 X Y1 Q1\nquorum both\n");
    assert_int_equal(parse_policy(p, &a, b.data, &line), CPF_OK);
    assert_true(voted(p, (const uint8_t[]){10, 11, 20}, 3));
    assert_false(voted(p, (const uint8_t[]){10, 11}, 2));
    /* one public key twice, and a type that is another role's */
    buf_printf(&b, "witness Q2 r.example+0011aabb+%s\n", mldsa.data);
    assert_int_equal(parse_policy(p, &a, b.data, &line), CPF_E_DUPLICATE);
    buf_clear(&b);
    buf_printf(&b, "witness X %s\nquorum X\n", vkey(1, "log.example", false, k));
    assert_int_equal(parse_policy(p, &a, b.data, &line), CPF_E_KEY);
    buf_fini(&b);
    buf_fini(&mldsa);
    arena_fini(&a);
    free(p);
}

static void test_policy_counts_a_quorum(void **state)
{
    struct policy *p = calloc(1, sizeof(*p));
    struct arena a;
    struct buf b;
    int line;
    (void)state;
    arena_init(&a, 0);
    buf_init(&b);
    make_policy(&b);
    assert_int_equal(parse_policy(p, &a, b.data, &line), CPF_OK);
    assert_string_equal(p->log[0].url, "https://log.example");
    assert_true(voted(p, (const uint8_t[]){10, 11, 20}, 3));
    assert_true(voted(p, (const uint8_t[]){10, 11, 12, 20}, 4));
    assert_false(voted(p, (const uint8_t[]){10, 11, 12}, 3));
    assert_false(voted(p, (const uint8_t[]){10, 20}, 2));
    assert_false(voted(p, (const uint8_t[]){10, 10, 20}, 3)); /* one witness twice */
    assert_false(voted(p, NULL, 0));
    buf_fini(&b);
    arena_fini(&a);
    free(p);
}

static void test_policy_none_asks_for_nobody(void **state)
{
    struct policy *p = calloc(1, sizeof(*p));
    struct arena a;
    char text[500], k[300];
    (void)state;
    arena_init(&a, 0);
    snprintf(text, sizeof(text), "log %s\nquorum none\n", vkey(1, "log.example", false, k));
    assert_int_equal(parse_policy(p, &a, text, NULL), CPF_OK);
    assert_true(voted(p, NULL, 0));
    arena_fini(&a);
    free(p);
}

static void test_policy_refuses_and_says_where(void **state)
{
    static const struct {
        const char *text;
        int line;
    } bad[] = {
        {"", 0},
        {"# nothing\n", 0},
        {"quorum none", 1},
        {"quorum none\nquorum none\n", 2},
        {"quorum X\n", 1},
        {"quorom none\n", 1},
        {"log\nquorum none\n", 1},
        {"log nokey\nquorum none\n", 1},
        {"witness X nokey\nquorum none\n", 1},
        {"group G any\nquorum none\n", 1},
        {"group G any X\nquorum none\n", 1},
        {"quorum none\r\n", 0},
        {"quorum none extra\n", 1},
    };
    struct policy *p = calloc(1, sizeof(*p));
    struct arena a;
    (void)state;
    arena_init(&a, 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        int line = -1;
        if (parse_policy(p, &a, bad[i].text, &line) == CPF_OK)
            fail_msg("accepted: %s", bad[i].text);
        assert_int_equal(line, bad[i].line);
    }
    arena_fini(&a);
    free(p);
}

/* The same two witnesses, and one line behind them that must not be. */
static void test_policy_refuses_double_counting(void **state)
{
    static const char *const bad[] = {
        "group G 0 X1 X2\n",
        "group G 3 X1 X2\n",
        "group G 01 X1 X2\n",
        "group G any X1 X1\n",
        "group none any X1\n",
        "group X1 any X2\n",
        "group G any X1\ngroup H any X1 X2\n",
        "group G any none\n",
        "group G any G\n",
    };
    struct policy *p = calloc(1, sizeof(*p));
    struct arena a;
    char k1[300], k2[300];
    (void)state;
    arena_init(&a, 0);
    vkey(10, "x.example", true, k1);
    vkey(11, "y.example", true, k2);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct buf b;
        buf_init(&b);
        buf_printf(&b, "witness X1 %s\nwitness X2 %s\n%squorum none\n", k1, k2, bad[i]);
        if (parse_policy(p, &a, b.data, NULL) == CPF_OK)
            fail_msg("accepted: %s", bad[i]);
        buf_clear(&b);
        buf_printf(&b, "witness X1 %s\nwitness X2 %s\nquorum none\n", k1, k1); /* one key, two names */
        assert_int_equal(parse_policy(p, &a, b.data, NULL), CPF_E_DUPLICATE);
        buf_fini(&b);
    }
    arena_fini(&a);
    free(p);
}

/* ---- batch map ---- */

static void test_map_proves_each_of_its_rows(void **state)
{
    enum { N = 13 };
    uint8_t row[N][BATCHMAP_ROW], root[HASH_LEN];
    (void)state;
    for (int i = 0; i < N; i++) {
        uint8_t salt[BATCHMAP_SALT] = {(uint8_t)i}, last[HASH_LEN] = {1};
        batchmap_row(salt, "batch/X", (uint64_t)i + 1, last, row[i]);
    }
    assert_int_equal(batchmap_sort(row, N), CPF_OK);
    const uint8_t(*rows)[BATCHMAP_ROW] = (const uint8_t(*)[BATCHMAP_ROW])row;
    batchmap_root(rows, N, root);
    for (int i = 0; i < N; i++) {
        struct batchmap_opening o = {.stream = "batch/X", .rows = N, .last = {1}};
        for (int k = 0; k < N; k++) { /* which one came to stand here? */
            uint8_t mine[BATCHMAP_ROW];
            o.salt[0] = (uint8_t)k;
            o.count = (uint64_t)k + 1;
            batchmap_row(o.salt, o.stream, o.count, o.last, mine);
            if (memcmp(mine, row[i], sizeof(mine)) == 0)
                break;
        }
        o.index = (uint64_t)i;
        assert_int_equal(batchmap_prove(rows, N, (size_t)i, o.proof, &o.nproof), CPF_OK);
        assert_int_equal(batchmap_opening_verify(&o, root), CPF_OK);
        o.count++;
        assert_int_equal(batchmap_opening_verify(&o, root), CPF_E_PROOF);
    }
    memcpy(row[3], row[4], BATCHMAP_ROW);
    assert_int_equal(batchmap_sort(row, N), CPF_E_DUPLICATE);
}

static void test_map_row_is_as_documented(void **state)
{
    uint8_t salt[BATCHMAP_SALT] = {7}, last[HASH_LEN] = {9}, row[BATCHMAP_ROW], h[HASH_LEN],
            in[BATCHMAP_SALT + 7];
    (void)state;
    batchmap_row(salt, "batch/X", 0x0102030405060708, last, row);
    memcpy(in, salt, sizeof(salt));
    memcpy(in + sizeof(salt), "batch/X", 7);
    hash_sha256(in, sizeof(in), h);
    assert_memory_equal(row, h, HASH_LEN);
    assert_memory_equal(row + HASH_LEN, "\1\2\3\4\5\6\7\10", 8);
    assert_memory_equal(row + HASH_LEN + 8, last, HASH_LEN);
}

static void test_map_opening_gives_back_what_it_was(void **state)
{
    struct batchmap_opening o = {.stream = "batch/X",
                                 .count = 5,
                                 .map = 2,
                                 .index = 1,
                                 .rows = 3,
                                 .nproof = 2},
                            p;
    struct arena a;
    struct buf b, c;
    (void)state;
    arena_init(&a, 0);
    buf_init(&b);
    buf_init(&c);
    batchmap_opening_format(&o, &b);
    assert_int_equal(batchmap_opening_parse(&p, &a, b.data, b.len), CPF_OK);
    batchmap_opening_format(&p, &c);
    assert_string_equal(b.data, c.data);
    assert_int_equal(batchmap_opening_parse(&p, &a, "{}", 2), CPF_E_PROFILE);
    buf_fini(&b);
    buf_fini(&c);
    arena_fini(&a);
}

/* ---- names and texts ---- */

static void test_names_are_written_as_they_are_read(void **state)
{
    static const char *const names[] = {
        "entries/00001.json",       "proofs/99999.tlog-proof",      "support/00010.json",
        "support/00010.tlog-proof", "disclosures/00007.donor_name", "disclosures/00007.a.b-c",
        "consistency/1.checkpoint", "consistency/123456789.proof",  "timestamps/5.tsr",
        "timestamps/5-2.tsr",       "timestamps/5-12.note"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct bundle_name n;
        char again[BUNDLE_NAME];
        assert_int_equal(bundle_name_parse(&n, names[i]), CPF_OK);
        assert_int_equal(bundle_name_format(&n, again), CPF_OK);
        assert_string_equal(again, names[i]);
    }
    assert_false(bundle_field_ok(""));
    assert_false(bundle_field_ok("../x"));
    assert_false(bundle_field_ok("a/b"));
    assert_false(bundle_field_ok(".a"));
    assert_true(bundle_field_ok("donor_name"));
}

static void test_manifest_file_is_what_sha256sum_reads(void **state)
{
    struct bundle_digest list[] = {{.name = "policy.txt"}, {.name = "README.txt"}}, *again;
    struct arena a;
    struct buf b;
    size_t n;
    (void)state;
    arena_init(&a, 0);
    buf_init(&b);
    hash_sha256("x", 1, list[0].digest);
    hash_sha256("y", 1, list[1].digest);
    bundle_manifest_format(list, 2, &b);
    assert_string_equal(b.data,
                        "a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa  README.txt\n"
                        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  policy.txt\n");
    assert_int_equal(bundle_manifest_parse(&a, b.data, b.len, &again, &n), CPF_OK);
    assert_int_equal(n, 2);
    assert_string_equal(again[1].name, "policy.txt");
    buf_fini(&b);
    arena_fini(&a);
}

static void test_manifest_file_refuses_other_forms(void **state)
{
#define HEX "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    static const char *const bad[] = {
        HEX "  policy.txt",
        HEX " policy.txt\n",
        HEX " *policy.txt\n",
        "\\" HEX "  policy.txt\n",
        HEX "  ../policy.txt\n",
        HEX "  MANIFEST.sha256\n",
        HEX "  policy.txt\n" HEX "  policy.txt\n",
        HEX "  policy.txt\n" HEX "  README.txt\n",
        "2D711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  policy.txt\n",
        "\n",
    };
    struct bundle_digest *list;
    struct arena a;
    size_t n;
    (void)state;
    arena_init(&a, 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (bundle_manifest_parse(&a, bad[i], strlen(bad[i]), &list, &n) == CPF_OK)
            fail_msg("accepted: %s", bad[i]);
    arena_fini(&a);
}

static void test_info_gives_back_what_it_was(void **state)
{
    struct bundle_info i = {.origin = "o", .stream = "batch/X", .count = 3, .size = 9, .made = RIG_BEGIN}, j;
    struct arena a;
    struct buf b;
    (void)state;
    arena_init(&a, 0);
    buf_init(&b);
    bundle_info_format(&i, &b);
    assert_string_equal(b.data, "{\"count\":3,\"disclosures\":\"none\",\"made\":\"2026-04-01T00:00:00.000Z\","
                                "\"origin\":\"o\",\"size\":9,\"stream\":\"batch/X\",\"v\":1}");
    assert_int_equal(bundle_info_parse(&j, &a, b.data, b.len), CPF_OK);
    assert_int_equal(j.made, i.made);
    assert_false(j.disclosures);
    buf_fini(&b);
    arena_fini(&a);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest_gives_back_what_it_was),
        cmocka_unit_test(test_manifest_refuses_other_forms),
        cmocka_unit_test(test_manifest_key_of_another_name_is_refused),
        cmocka_unit_test(test_manifest_nul_behind_a_key_is_refused),
        cmocka_unit_test(test_manifest_bounds_lines),
        cmocka_unit_test(test_manifest_key_counts_for_its_sizes),
        cmocka_unit_test(test_manifest_is_the_roots_only),
        cmocka_unit_test(test_policy_skips_keys_of_unknown_types),
        cmocka_unit_test(test_policy_counts_a_quorum),
        cmocka_unit_test(test_policy_none_asks_for_nobody),
        cmocka_unit_test(test_policy_refuses_and_says_where),
        cmocka_unit_test(test_policy_refuses_double_counting),
        cmocka_unit_test(test_map_proves_each_of_its_rows),
        cmocka_unit_test(test_map_row_is_as_documented),
        cmocka_unit_test(test_map_opening_gives_back_what_it_was),
        cmocka_unit_test(test_names_are_written_as_they_are_read),
        cmocka_unit_test(test_manifest_file_is_what_sha256sum_reads),
        cmocka_unit_test(test_manifest_file_refuses_other_forms),
        cmocka_unit_test(test_info_gives_back_what_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
