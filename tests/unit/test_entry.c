#include "vectors.h"

#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/entry.h"
#include "base/key.h"

#define UUID   "019aa8a0-1234-7abc-8def-0123456789ab"
#define DIGEST "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define SIG64  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEYID  "AAAAAAAAAAAAAAAAAAAAAA"
#define AT     INT64_C(1795314600123) /* 2026-11-22T02:30:00.123Z */

/* ---- a fixture: an entry with everything in it ---- */

static struct json *parsed(struct arena *a, const char *text)
{
    const struct json *v;
    assert_int_equal(json_parse(a, text, strlen(text), &v, NULL), CPF_OK);
    return json_copy(a, v);
}

static struct entry plain(struct arena *a)
{
    struct entry e = {
        .kind = "step.input", .stream = "batch/B-2026-0001", .zone = "Asia/Tokyo", .sseq = 2, .at = AT};
    memset(e.prev, 7, HASH_LEN);
    e.actor = parsed(a, "{\"performed\":\"P-0007\",\"recorded\":\"P-0007\",\"station\":\"S-03\"}");
    e.clock = parsed(a, "{\"offset\":-3,\"sync\":true}");
    e.body = parsed(a, "{\"field\":\"viability\",\"unit\":\"%\",\"value\":\"97.40\"}");
    return e;
}

static struct entry rich(struct arena *a)
{
    struct entry e = plain(a);
    e.id = UUID;
    memset(e.req, 9, HASH_LEN);
    e.occurred = AT - 5000;
    e.late = "offline";
    e.pd = parsed(a, "{\"note\":\"" DIGEST "\"}");
    e.law = parsed(a, "[\"jp.rm.12\",\"jp.rm.13-2\"]");
    e.act = parsed(a, "{\"key\":\"" KEYID "\",\"sig\":\"" SIG64 "\",\"signed\":\"{}\"}");
    return e;
}

static void expect_same(const struct json *a, const struct json *b)
{
    struct buf x, y;
    buf_init(&x);
    buf_init(&y);
    json_write(&x, a);
    json_write(&y, b);
    assert_string_equal(x.data, y.data);
    buf_fini(&x);
    buf_fini(&y);
}

/* ---- build and read ---- */

static void test_read_gives_back_what_build_wrote(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    struct entry e = rich(&a), r = {.idx = 12345};
    assert_int_equal(entry_build(&e, &a), CPF_OK);
    assert_int_equal(entry_read(&r, &a, e.text, e.len), CPF_OK);
    assert_string_equal(r.kind, e.kind);
    assert_string_equal(r.stream, e.stream);
    assert_string_equal(r.zone, e.zone);
    assert_string_equal(r.late, e.late);
    assert_string_equal(r.id, e.id);
    assert_int_equal(r.sseq, e.sseq);
    assert_int_equal(r.at, e.at);
    assert_int_equal(r.occurred, e.occurred);
    assert_memory_equal(r.prev, e.prev, HASH_LEN);
    assert_memory_equal(r.req, e.req, HASH_LEN);
    assert_memory_equal(r.leaf, e.leaf, HASH_LEN);
    assert_false(r.has_of);
    assert_int_equal(r.idx, 12345);
    expect_same(r.actor, e.actor);
    expect_same(r.clock, e.clock);
    expect_same(r.body, e.body);
    expect_same(r.pd, e.pd);
    expect_same(r.law, e.law);
    expect_same(r.act, e.act);
    arena_fini(&a);
}

static void test_build_writes_the_documented_members(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    struct entry e = plain(&a);
    e.sseq = 1;
    e.has_of = true;
    memset(e.of, 0, HASH_LEN);
    assert_int_equal(entry_build(&e, &a), CPF_OK);
    /* Everything but the nonce is known. */
    const char *want = "{\"actor\":{\"performed\":\"P-0007\",\"recorded\":\"P-0007\",\"station\":\"S-03\"},"
                       "\"at\":\"2026-11-22T02:30:00.123Z\","
                       "\"body\":{\"field\":\"viability\",\"unit\":\"%\",\"value\":\"97.40\"},"
                       "\"clock\":{\"offset\":-3,\"sync\":true},\"kind\":\"step.input\",\"n\":\"";
    const char *rest = "\",\"of\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"prev\":\"\",\"sseq\":1,"
                       "\"stream\":\"batch/B-2026-0001\",\"v\":1,\"zone\":\"Asia/Tokyo\"}";
    assert_memory_equal(e.text, want, strlen(want));
    assert_string_equal(e.text + strlen(want) + 22, rest);
    assert_int_equal(e.len, strlen(want) + 22 + strlen(rest));
    arena_fini(&a);
}

static void test_build_is_canonical_and_hashed_as_said(void **state)
{
    (void)state;
    struct arena a;
    struct buf b;
    uint8_t h[HASH_LEN];
    arena_init(&a, 0);
    buf_init(&b);
    struct entry e = rich(&a);
    assert_int_equal(entry_build(&e, &a), CPF_OK);
    json_t *v = json_loadb(e.text, e.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(v);
    char *dump = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS);
    assert_string_equal(dump, e.text);
    assert_int_equal(json_object_size(v), 18);
    buf_add(&b, "\0", 1);
    buf_add(&b, e.text, e.len);
    hash_sha256(b.data, b.len, h);
    assert_memory_equal(h, e.leaf, HASH_LEN);
    free(dump);
    json_decref(v);
    buf_fini(&b);
    arena_fini(&a);
}

static void test_build_draws_another_nonce_each_time(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    struct entry one = plain(&a), two = plain(&a);
    assert_int_equal(entry_build(&one, &a), CPF_OK);
    assert_int_equal(entry_build(&two, &a), CPF_OK);
    assert_int_equal(one.len, two.len);
    assert_memory_not_equal(one.leaf, two.leaf, HASH_LEN);
    arena_fini(&a);
}

static void test_build_leaves_out_what_is_empty_or_the_same(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    struct entry e = plain(&a), r = {0};
    e.occurred = e.at;
    e.pd = json_object(&a);
    e.law = json_array(&a);
    assert_int_equal(entry_build(&e, &a), CPF_OK);
    assert_null(strstr(e.text, "occurred"));
    assert_int_equal(entry_read(&r, &a, e.text, e.len), CPF_OK);
    assert_int_equal(r.occurred, 0);
    assert_null(r.pd);
    assert_null(r.law);
    assert_null(r.act);
    assert_null(r.id);
    arena_fini(&a);
}

/* Each line breaks one rule of an entry that is otherwise right. */
static void test_build_refuses_what_read_would_refuse(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
#define REFUSED(expected, ...)                                                                               \
    do {                                                                                                     \
        struct entry e = rich(&a);                                                                           \
        __VA_ARGS__;                                                                                         \
        if (entry_build(&e, &a) != (expected))                                                               \
            fail_msg("%s", #__VA_ARGS__);                                                                    \
        assert_null(e.text);                                                                                 \
    } while (0)
    char longest[ENTRY_STREAM_MAX + 2] = "batch/";
    memset(longest + 6, 'x', sizeof(longest) - 7);
    REFUSED(CPF_E_PROFILE, e.kind = "");
    REFUSED(CPF_E_PROFILE, e.kind = "Step");
    REFUSED(CPF_E_PROFILE, e.kind = "step.");
    REFUSED(CPF_E_PROFILE, e.kind = "step..input");
    REFUSED(CPF_E_PROFILE, e.kind = ".step");
    REFUSED(CPF_E_PROFILE, e.kind = "st-ep.input");
    REFUSED(CPF_E_PROFILE, e.kind = "step.input2");
    REFUSED(CPF_E_PROFILE, e.kind = "step.inputtttttttttttttttttttttttttttttttt");
    REFUSED(CPF_E_PROFILE, e.kind = NULL);
    REFUSED(CPF_E_PROFILE, e.stream = "Batch");
    REFUSED(CPF_E_PROFILE, e.stream = "batch/");
    REFUSED(CPF_E_PROFILE, e.stream = "");
    REFUSED(CPF_E_PROFILE, e.stream = "/x");
    REFUSED(CPF_E_PROFILE, e.stream = "batch/a b");
    REFUSED(CPF_E_PROFILE, e.stream = "batch/\xc3\xa9");
    REFUSED(CPF_E_PROFILE, e.stream = longest);
    REFUSED(CPF_E_PROFILE, e.zone = "");
    REFUSED(CPF_E_PROFILE, e.sseq = 0);
    REFUSED(CPF_E_PROFILE, e.sseq = (uint64_t)JSON_SAFE_MAX + 1);
    REFUSED(CPF_E_PROFILE, e.late = NULL);
    REFUSED(CPF_E_PROFILE, e.late = "two words");
    REFUSED(CPF_E_PROFILE, e.occurred = e.at);
    REFUSED(CPF_E_PROFILE, e.occurred = 0);
    REFUSED(CPF_E_PROFILE, e.id = "019AA8A0-1234-7ABC-8DEF-0123456789AB");
    REFUSED(CPF_E_PROFILE, e.has_of = true);
    REFUSED(CPF_E_PROFILE, e.actor = NULL);
    REFUSED(CPF_E_PROFILE, e.clock = json_array(&a));
    REFUSED(CPF_E_PROFILE, e.body = json_str(&a, "x"));
    REFUSED(CPF_E_PROFILE, e.pd = parsed(&a, "{\"note\":\"short\"}"));
    REFUSED(CPF_E_PROFILE, e.pd = parsed(&a, "{\"note\":1}"));
    REFUSED(CPF_E_PROFILE, e.law = parsed(&a, "[\"\"]"));
    REFUSED(CPF_E_PROFILE, e.law = parsed(&a, "{}"));
    REFUSED(CPF_E_PROFILE, e.act = parsed(&a, "{\"key\":\"" KEYID "\",\"sig\":\"" SIG64 "\"}"));
    REFUSED(CPF_E_PROFILE,
            e.act = parsed(&a, "{\"key\":\"" KEYID "\",\"sig\":\"x" SIG64 "\",\"signed\":\"\"}"));
    REFUSED(CPF_E_PROFILE,
            e.act = parsed(&a, "{\"key\":\"" KEYID "\",\"more\":1,\"sig\":\"" SIG64 "\",\"signed\":\"\"}"));
    REFUSED(CPF_E_UTF8, e.body = json_set_str(&a, json_object(&a), "x", "\xff"));
    REFUSED(CPF_E_PROFILE, e.body = json_set_int(&a, json_object(&a), "x", INT64_MAX));
#undef REFUSED
    arena_fini(&a);
}

static struct json *nested(struct arena *a, unsigned depth)
{
    struct json *v = json_object(a);
    for (unsigned i = 1; i < depth; i++)
        v = json_set(a, json_object(a), "x", v);
    return v;
}

static void test_build_bounds_depth_and_length(void **state)
{
    (void)state;
    struct arena a;
    struct buf big;
    arena_init(&a, 0);
    struct entry e = plain(&a), r = {0};
    e.body = nested(&a, BOUND_ENTRY_DEPTH - 1);
    assert_int_equal(entry_build(&e, &a), CPF_OK);
    assert_int_equal(entry_read(&r, &a, e.text, e.len), CPF_OK);
    e.body = nested(&a, BOUND_ENTRY_DEPTH);
    assert_int_equal(entry_build(&e, &a), CPF_E_DEPTH);

    e = plain(&a);
    e.body = json_object(&a);
    assert_int_equal(entry_build(&e, &a), CPF_OK);
    size_t room = BOUND_ENTRY_BYTES - e.len - strlen("\"x\":\"\"");
    buf_init(&big);
    while (big.len < room)
        buf_addc(&big, 'y');
    e.body = json_set_str(&a, json_object(&a), "x", big.data);
    assert_int_equal(entry_build(&e, &a), CPF_OK);
    assert_int_equal(e.len, BOUND_ENTRY_BYTES);
    assert_int_equal(entry_read(&r, &a, e.text, e.len), CPF_OK);
    buf_addc(&big, 'y');
    e.body = json_set_str(&a, json_object(&a), "x", big.data);
    assert_int_equal(entry_build(&e, &a), CPF_E_LIMIT);
    buf_fini(&big);
    arena_fini(&a);
}

/* ---- reading foreign bytes ---- */

static int read_json(struct arena *a, const json_t *v)
{
    struct entry e = {0};
    char *text = json_dumps(v, JSON_COMPACT | JSON_SORT_KEYS);
    assert_non_null(text);
    const char *kept = arena_strdup(a, text);
    free(text);
    return entry_read(&e, a, kept, strlen(kept));
}

/* A full entry as jansson's tree; the caller's. */
static json_t *full_tree(struct arena *a)
{
    struct entry e = rich(a);
    assert_int_equal(entry_build(&e, a), CPF_OK);
    json_t *v = json_loadb(e.text, e.len, 0, NULL);
    assert_non_null(v);
    assert_int_equal(read_json(a, v), CPF_OK);
    return v;
}

static void test_read_demands_the_closed_set(void **state)
{
    (void)state;
    static const char *const optional[] = {"act", "law", "pd"};
    static const char *const names[] = {"act",  "actor", "at",   "body",   "clock",    "id",
                                        "kind", "late",  "law",  "n",      "occurred", "pd",
                                        "prev", "req",   "sseq", "stream", "v",        "zone"};
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        json_t *v = full_tree(&a), *kept = json_incref(json_object_get(v, names[i]));
        bool may_lack = false;
        for (size_t k = 0; k < sizeof(optional) / sizeof(*optional); k++)
            may_lack = may_lack || strcmp(optional[k], names[i]) == 0;
        assert_non_null(kept);
        json_object_del(v, names[i]);
        if ((read_json(&a, v) == CPF_OK) != may_lack)
            fail_msg("without %s", names[i]);
        /* No member may be of another type. */
        json_object_set_new(v, names[i], json_null());
        if (read_json(&a, v) == CPF_OK)
            fail_msg("null for %s", names[i]);
        json_object_set_new(v, names[i], json_true());
        if (read_json(&a, v) == CPF_OK)
            fail_msg("true for %s", names[i]);
        json_object_set_new(v, names[i], kept);
        assert_int_equal(read_json(&a, v), CPF_OK);
        json_decref(v);
    }
    json_t *v = full_tree(&a);
    json_object_set_new(v, "extra", json_integer(1));
    assert_int_equal(read_json(&a, v), CPF_E_PROFILE);
    json_decref(v);
    arena_fini(&a);
}

static void expect_set(const char *name, json_t *value, int expected)
{
    struct arena a;
    arena_init(&a, 0);
    json_t *v = full_tree(&a);
    json_object_set_new(v, name, value);
    int r = read_json(&a, v);
    if (r != expected)
        fail_msg("%s: %s", name, cpf_strerror(r));
    json_decref(v);
    arena_fini(&a);
}

static void test_read_checks_each_member(void **state)
{
    (void)state;
    expect_set("v", json_integer(2), CPF_E_VERSION);
    expect_set("v", json_integer(0), CPF_E_VERSION);
    expect_set("v", json_string("1"), CPF_E_PROFILE);
    expect_set("prev", json_string(""), CPF_E_PROFILE);
    expect_set("prev", json_string(DIGEST "A"), CPF_E_PROFILE);
    expect_set("sseq", json_integer(1), CPF_E_PROFILE);
    expect_set("sseq", json_integer(0), CPF_E_PROFILE);
    expect_set("sseq", json_integer(-1), CPF_E_PROFILE);
    expect_set("sseq", json_integer(77), CPF_OK);
    expect_set("n", json_string("AAAAAAAAAAAAAAAAAAAAAB"), CPF_E_PROFILE); /* trailing bits */
    expect_set("n", json_string(""), CPF_E_PROFILE);
    expect_set("at", json_string("2026-11-22T02:30:00Z"), CPF_E_PROFILE);
    expect_set("at", json_string("2026-02-29T02:30:00.000Z"), CPF_E_PROFILE);
    expect_set("at", json_string("2026-11-22T02:29:55.123Z"), CPF_E_PROFILE); /* as occurred */
    expect_set("law", jansson_array(), CPF_E_PROFILE);
    expect_set("pd", jansson_object(), CPF_E_PROFILE);
    expect_set("of", json_string(DIGEST), CPF_E_PROFILE); /* beside id */
    expect_set("kind", json_string("batch.closed"), CPF_OK);
    expect_set("late", json_string(""), CPF_E_PROFILE);
}

static void test_read_refuses_other_spellings(void **state)
{
    (void)state;
    struct arena a;
    struct entry e, r = {.idx = 4};
    arena_init(&a, 0);
    e = rich(&a);
    assert_int_equal(entry_build(&e, &a), CPF_OK);
    assert_int_equal(entry_read(&r, &a, arena_printf(&a, "%s\n", e.text), e.len + 1), CPF_E_PROFILE);
    assert_int_equal(entry_read(&r, &a, e.text, e.len - 1), CPF_E_SYNTAX);
    assert_int_equal(entry_read(&r, &a, "[]", 2), CPF_E_PROFILE);
    assert_int_equal(entry_read(&r, &a, "{}", 2), CPF_E_PROFILE);
    assert_int_equal(entry_read(&r, &a, "1", 1), CPF_E_PROFILE);
    assert_null(r.text); /* untouched on failure */
    arena_fini(&a);
}

/* One file per version stays readable for ever; this is version 1 as it was first written. */
static void test_read_takes_the_golden_entry(void **state)
{
    (void)state;
    static const char golden[] = "{\"actor\":{\"system\":true},\"at\":\"2026-11-22T02:30:00.123Z\",\"body\":{"
                                 "\"text\":\"\xe7\xb4\xb0\xe8\x83\x9e\"},"
                                 "\"clock\":{\"simulated\":true},\"kind\":\"log.opened\",\"n\":"
                                 "\"AAECAwQFBgcICQoLDA0ODw\",\"prev\":\"\",\"sseq\":1,"
                                 "\"stream\":\"log\",\"v\":1,\"zone\":\"Asia/Tokyo\"}";
    struct arena a;
    struct entry e = {0};
    uint8_t want[HASH_LEN];
    arena_init(&a, 0);
    assert_int_equal(entry_read(&e, &a, golden, strlen(golden)), CPF_OK);
    assert_int_equal(e.at, AT);
    assert_int_equal(e.sseq, 1);
    assert_string_equal(e.kind, "log.opened");
    vectors_unhex("440c43e9b1544d8d9eb175bed262205fc6531c39345721cf2a34922fc90af963", want, HASH_LEN);
    assert_memory_equal(e.leaf, want, HASH_LEN);
    arena_fini(&a);
}

/* ---- acts and disclosures ---- */

static void test_act_message_is_the_preauthentication_encoding(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b);
    entry_act_message(&b, "clinic.example/log", KEYID, "{\"a\":1}");
    assert_string_equal(b.data, "4 10 cpf/act/v1 18 clinic.example/log 22 " KEYID " 7 {\"a\":1}");
    buf_fini(&b);
}

static void test_disclosure_round_trip(void **state)
{
    (void)state;
    struct arena a;
    const char *salted, *again, *name = NULL, *value = NULL;
    char digest[44], other[44];
    arena_init(&a, 0);
    disclosure_make(&a, "donor_name", "\xe5\xb1\xb1\xe7\x94\xb0 \"x\"\n", &salted, digest);
    disclosure_make(&a, "donor_name", "\xe5\xb1\xb1\xe7\x94\xb0 \"x\"\n", &again, other);
    assert_string_not_equal(digest, other); /* a fresh salt each time */
    assert_int_equal(disclosure_open(&a, salted, digest, &name, &value), CPF_OK);
    assert_string_equal(name, "donor_name");
    assert_string_equal(value, "\xe5\xb1\xb1\xe7\x94\xb0 \"x\"\n");
    assert_int_equal(disclosure_open(&a, again, digest, &name, &value), CPF_E_MISMATCH);
    char *damaged = arena_strdup(&a, salted);
    damaged[70] = damaged[70] == 'A' ? 'B' : 'A';
    assert_int_equal(disclosure_open(&a, damaged, digest, &name, &value), CPF_E_MISMATCH);
    arena_fini(&a);
}

/* The salt is 32 bytes in base64url, and the JSON has three members. */
static void test_disclosure_has_the_documented_form(void **state)
{
    (void)state;
    struct arena a;
    struct buf json;
    const char *salted;
    char digest[44], want[44];
    uint8_t salt[32], h[HASH_LEN];
    arena_init(&a, 0);
    buf_init(&json);
    disclosure_make(&a, "n", "v", &salted, digest);
    assert_int_equal(enc_unb64url(salted, strlen(salted), &json), CPF_OK);
    assert_int_equal(json.len, 2 + 43 + strlen("\",\"n\",\"v\"]"));
    assert_int_equal(enc_unb64url_fixed(json.data + 2, 43, salt, sizeof(salt)), CPF_OK);
    hash_sha256(salted, strlen(salted), h);
    enc_digest(h, want);
    assert_string_equal(digest, want);
    buf_fini(&json);
    arena_fini(&a);
}

static void test_disclosure_open_takes_the_published_vectors(void **state)
{
    (void)state;
    json_t *it;
    size_t i;
    struct arena a;
    vectors_need("sd-jwt-disclosure");
    json_t *all = vectors_json("sd-jwt-disclosure/disclosures.json");
    static const char *const names[] = {"family_name", "email"}, *const values[] = {"M\xc3\xb6"
                                                                                    "bius",
                                                                                    "johndoe@example.com"};
    arena_init(&a, 0);
    assert_int_equal(json_array_size(all), 3);
    json_array_foreach(all, i, it)
    {
        const char *name = NULL, *value = NULL;
        int r = disclosure_open(&a, vectors_str(it, "disclosure"), vectors_str(it, "digest"), &name, &value);
        if (i == 2) { /* of an array's element: its digest is right, but it names no field */
            assert_int_equal(r, CPF_E_PROFILE);
            continue;
        }
        assert_int_equal(r, CPF_OK);
        assert_string_equal(name, names[i]);
        assert_string_equal(value, values[i]);
    }
    json_decref(all);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_gives_back_what_build_wrote),
        cmocka_unit_test(test_build_writes_the_documented_members),
        cmocka_unit_test(test_build_is_canonical_and_hashed_as_said),
        cmocka_unit_test(test_build_draws_another_nonce_each_time),
        cmocka_unit_test(test_build_leaves_out_what_is_empty_or_the_same),
        cmocka_unit_test(test_build_refuses_what_read_would_refuse),
        cmocka_unit_test(test_build_bounds_depth_and_length),
        cmocka_unit_test(test_read_demands_the_closed_set),
        cmocka_unit_test(test_read_checks_each_member),
        cmocka_unit_test(test_read_refuses_other_spellings),
        cmocka_unit_test(test_read_takes_the_golden_entry),
        cmocka_unit_test(test_act_message_is_the_preauthentication_encoding),
        cmocka_unit_test(test_disclosure_round_trip),
        cmocka_unit_test(test_disclosure_has_the_documented_form),
        cmocka_unit_test(test_disclosure_open_takes_the_published_vectors),
    };
    return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
