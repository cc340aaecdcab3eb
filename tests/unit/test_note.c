#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "base/instruction.h"
#include "base/note.h"

#define DASH "\xe2\x80\x94 "

/* ---- verifier keys ---- */

static void test_key_parse_takes_the_published_keys(void **state)
{
    (void)state;
    vectors_need("signed-note-go");
    json_t *all = vectors_json("signed-note-go/signed-note.json"), *v;
    const char *name;
    json_object_foreach(json_object_get(all, "vkeys"), name, v)
    {
        struct note_key k, made;
        struct buf b;
        buf_init(&b);
        assert_int_equal(note_key_parse(&k, json_string_value(v)), CPF_OK);
        note_key_format(&k, &b);
        assert_string_equal(b.data, json_string_value(v));
        assert_int_equal(note_key_make(&made, k.name, k.pub), CPF_OK);
        assert_int_equal(made.id, k.id);
        buf_fini(&b);
    }
    json_decref(all);
}

static void test_key_parse_refuses_damaged_keys(void **state)
{
    (void)state;
    vectors_need("signed-note-go");
    json_t *all = vectors_json("signed-note-go/signed-note.json"), *v;
    const char *peter = vectors_str(json_object_get(all, "vkeys"), "peter");
    struct note_key k;
    size_t i, len = strlen(peter);
    json_array_foreach(json_object_get(all, "bad_vkeys"), i, v)
    {
        assert_int_not_equal(note_key_parse(&k, json_string_value(v)), CPF_OK);
    }
    /* The set's rule: every proper substring, and every one byte incremented. */
    char *text = malloc(len + 1);
    assert_non_null(text);
    for (size_t from = 0; from < len; from++)
        for (size_t n = 0; n <= len - from - (from == 0); n++) {
            memcpy(text, peter + from, n);
            text[n] = '\0';
            assert_int_not_equal(note_key_parse(&k, text), CPF_OK);
        }
    for (i = 0; i < len; i++) {
        strcpy(text, peter);
        text[i]++;
        assert_int_not_equal(note_key_parse(&k, text), CPF_OK);
    }
    strcpy(text, peter);
    for (char *p = strchr(text, '+') + 1; *p != '+'; p++)
        *p = (char)(*p >= 'a' ? *p - 'a' + 'A' : *p);
    assert_string_not_equal(text, peter);
    assert_int_equal(note_key_parse(&k, text), CPF_E_KEY); /* one key has one text */
    free(text);
    json_decref(all);
}

static void test_key_make_refuses_odd_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "a b",       "a+b",           "a\tb",          "a\nb",
                                      "\xff", "a\xc2\xa0", "\xe3\x80\x80x", "a\xe2\x80\x87", "a\x01"};
    uint8_t seed[KEY_SEED] = {9}, pub[KEY_PUB], weak[KEY_PUB] = {1};
    struct key *key;
    struct note_key k;
    char longest[300];
    assert_int_equal(key_from_seed(seed, &key), CPF_OK);
    key_public(key, pub);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(note_key_make(&k, bad[i], pub), CPF_E_SYNTAX);
    memset(longest, 'n', sizeof(longest));
    longest[256] = '\0';
    assert_int_equal(note_key_make(&k, longest, pub), CPF_E_SYNTAX);
    longest[255] = '\0';
    assert_int_equal(note_key_make(&k, longest, pub), CPF_OK);
    assert_int_equal(note_key_make(&k, "\xe7\xb4\xb0\xe8\x83\x9e.example/log", pub), CPF_OK);
    assert_int_equal(note_key_make(&k, "name", weak), CPF_E_KEY);
    key_free(key);
}

/* ---- notes ---- */

static bool among(const json_t *list, const char *name)
{
    json_t *it;
    size_t i;
    json_array_foreach(list, i, it)
    {
        if (strcmp(json_string_value(it), name) == 0)
            return true;
    }
    return false;
}

/* What Go's Open answers, rebuilt from our two steps. */
static const char *verdict(const json_t *c, const json_t *vkeys, const struct buf *msg)
{
    struct note n;
    json_t *it;
    size_t i, verified = 0;
    if (note_parse(&n, msg->data, msg->len) != CPF_OK)
        return "malformed";
    json_array_foreach(json_object_get(c, "keys"), i, it)
    {
        struct note_key k;
        assert_int_equal(note_key_parse(&k, vectors_str(vkeys, json_string_value(it))), CPF_OK);
        int r = note_verify(&n, &k);
        if (r == CPF_E_SIGNATURE)
            return "invalid signature: reject whole note";
        if (r == CPF_OK) {
            verified++;
            assert_true(among(json_object_get(c, "verified"), k.name));
        }
    }
    if (verified == 0)
        return "no verifiable signature";
    assert_int_equal(verified, json_array_size(json_object_get(c, "verified")));
    return NULL;
}

static void test_open_gives_the_published_verdicts(void **state)
{
    (void)state;
    vectors_need("signed-note-go");
    json_t *all = vectors_json("signed-note-go/signed-note.json"), *c;
    size_t i;
    json_array_foreach(json_object_get(all, "open"), i, c)
    {
        struct buf msg;
        const char *want = json_string_value(json_object_get(c, "error"));
        buf_init(&msg);
        vectors_unb64(vectors_str(c, "msg_b64"), &msg);
        const char *got = verdict(c, json_object_get(all, "vkeys"), &msg);
        if ((want == NULL) != (got == NULL) || (want && strcmp(want, got) != 0))
            fail_msg("%s: %s", vectors_str(c, "desc"), got ? got : "accepted");
        buf_fini(&msg);
    }
    assert_true(i >= 13);
    json_decref(all);
}

static void test_open_verifies_the_c2sp_example(void **state)
{
    (void)state;
    vectors_need("c2sp-examples");
    json_t *all = vectors_json("c2sp-examples/worked-examples.json"),
           *c = json_object_get(all, "signed-note");
    const char *msg = vectors_str(c, "note");
    struct note_key k;
    struct note n;
    assert_string_equal(vectors_str(c, "want"), "ok");
    assert_int_equal(note_key_parse(&k, vectors_str(c, "vkey")), CPF_OK);
    assert_int_equal(note_parse(&n, msg, strlen(msg)), CPF_OK);
    assert_int_equal(n.text_len, strlen("This is an example message.\n"));
    assert_int_equal(note_verify(&n, &k), CPF_OK);
    json_decref(all);
}

static struct key *seeded_key(uint8_t first, const char *name, struct note_key *ret)
{
    uint8_t seed[KEY_SEED] = {first}, pub[KEY_PUB];
    struct key *k;
    assert_int_equal(key_from_seed(seed, &k), CPF_OK);
    key_public(k, pub);
    assert_int_equal(note_key_make(ret, name, pub), CPF_OK);
    return k;
}

static void test_sign_is_verified_by_its_key_alone(void **state)
{
    (void)state;
    const char *text = "line one\n\nline three, \xe7\xb4\xb0\xe8\x83\x9e\n";
    struct note_key mine, other, namesake;
    struct key *k = seeded_key(1, "log.example/a", &mine), *o = seeded_key(2, "log.example/b", &other);
    struct key *s = seeded_key(3, "log.example/a", &namesake);
    struct buf msg;
    struct note n;
    buf_init(&msg);
    assert_int_equal(note_sign(text, strlen(text), mine.name, k, &msg), CPF_OK);
    assert_int_equal(note_parse(&n, msg.data, msg.len), CPF_OK);
    assert_int_equal(n.nsigs, 1);
    assert_int_equal(n.text_len, strlen(text));
    assert_memory_equal(n.text, text, n.text_len);
    assert_int_equal(note_verify(&n, &mine), CPF_OK);
    assert_int_equal(note_verify(&n, &other), CPF_E_NOTFOUND);
    assert_int_equal(note_verify(&n, &namesake), CPF_E_NOTFOUND);
    for (size_t i = 0; i < n.text_len - 1; i++) {
        msg.data[i] ^= 1;
        if (note_parse(&n, msg.data, msg.len) == CPF_OK)
            assert_int_equal(note_verify(&n, &mine), CPF_E_SIGNATURE);
        msg.data[i] ^= 1;
    }
    buf_fini(&msg);
    key_free(k);
    key_free(o);
    key_free(s);
}

static void test_verify_refuses_a_bad_signature_beside_a_good_one(void **state)
{
    (void)state;
    struct note_key mine;
    struct key *k = seeded_key(1, "log.example/a", &mine);
    struct buf msg, second;
    struct note n;
    buf_init(&msg);
    buf_init(&second);
    assert_int_equal(note_sign("text\n", 5, mine.name, k, &msg), CPF_OK);
    assert_int_equal(note_sign("tixt\n", 5, mine.name, k, &second), CPF_OK);
    buf_puts(&msg, strstr(second.data, "\n\n") + 2);
    assert_int_equal(note_parse(&n, msg.data, msg.len), CPF_OK);
    assert_int_equal(n.nsigs, 2);
    assert_int_equal(note_verify(&n, &mine), CPF_E_SIGNATURE);
    buf_fini(&msg);
    buf_fini(&second);
    key_free(k);
}

static void test_parse_refuses_malformed_notes(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "text\n\n" DASH "n AAAAAAA=",
        "text\n\n" DASH "n AAAAAA==\n",
        "text\n\n" DASH "n AAAAAAB=\n",
        "text\n\n" DASH "n AAAA AAA=\n",
        "text\n\n" DASH "n  AAAAAAA=\n",
        "text\n\n" DASH "a+b AAAAAAA=\n",
        "text\n\n" DASH " AAAAAAA=\n",
        "text\n\n- n AAAAAAA=\n",
        "text\n\n" DASH "nAAAAAAA=\n",
        "text\n" DASH "n AAAAAAA=\n",
        "te\rxt\n\n" DASH "n AAAAAAA=\n",
        "te\xffxt\n\n" DASH "n AAAAAAA=\n",
        "text\n\n" DASH "n AAAAAAA=\n\n",
        "text\n\n" DASH "n AAAAAAA=\nrest\n",
        "text\n\n" DASH "n AAAAAAA= \n",
    };
    struct note n;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (note_parse(&n, bad[i], strlen(bad[i])) == CPF_OK)
            fail_msg("%s", bad[i]);
    const char *good = "text\n\n" DASH "n AAAAAAA=\n"; /* the control: five bytes, an unknown algorithm */
    assert_int_equal(note_parse(&n, good, strlen(good)), CPF_OK);
}

static void test_parse_bounds_size_and_signatures(void **state)
{
    (void)state;
    struct buf msg;
    struct note n;
    buf_init(&msg);
    for (int sigs = BOUND_NOTE_SIGS; sigs <= BOUND_NOTE_SIGS + 1; sigs++) {
        buf_clear(&msg);
        buf_puts(&msg, "text\n\n");
        for (int i = 0; i < sigs; i++)
            buf_puts(&msg, DASH "n AAAAAAA=\n");
        assert_int_equal(note_parse(&n, msg.data, msg.len), sigs <= BOUND_NOTE_SIGS ? CPF_OK : CPF_E_LIMIT);
    }
    /* C2SP signed-note: 16 signatures at the least, and post-quantum ones are of nearly 5 kB */
    static const uint8_t big[5000];
    buf_clear(&msg);
    buf_puts(&msg, "text\n\n");
    for (int i = 0; i < 16; i++) {
        buf_puts(&msg, DASH "pq.example ");
        enc_b64(&msg, big, sizeof(big));
        buf_addc(&msg, '\n');
    }
    assert_int_equal(note_parse(&n, msg.data, msg.len), CPF_OK);
    assert_int_equal(n.nsigs, 16);
    buf_clear(&msg);
    while (msg.len < BOUND_NOTE_BYTES)
        buf_puts(&msg, "line\n");
    buf_puts(&msg, "\n" DASH "n AAAAAAA=\n");
    assert_int_equal(note_parse(&n, msg.data, msg.len), CPF_E_LIMIT);
    buf_fini(&msg);
}

/* ---- checkpoints ---- */

static void test_checkpoint_round_trip(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 9, 10, 123456789012, INT64_MAX};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct checkpoint c = {.origin = "clinic.example/log", .size = sizes[i]}, back;
        struct buf b;
        memset(c.root, (int)i + 1, HASH_LEN);
        buf_init(&b);
        checkpoint_format(&c, &b);
        assert_int_equal(checkpoint_parse(&back, b.data, b.len), CPF_OK);
        assert_string_equal(back.origin, c.origin);
        assert_int_equal(back.size, c.size);
        assert_memory_equal(back.root, c.root, HASH_LEN);
        buf_puts(&b, "an extension line\nand one more\n");
        assert_int_equal(checkpoint_parse(&back, b.data, b.len), CPF_OK);
        buf_fini(&b);
    }
}

static void test_checkpoint_formats_the_published_tree_note(void **state)
{
    (void)state;
    vectors_need("signed-note-go");
    json_t *all = vectors_json("signed-note-go/signed-note.json"), *t = json_object_get(all, "tree_note");
    struct checkpoint c = {.origin = "go.sum database tree", .size = vectors_uint(t, "size")}, back;
    struct buf b, root;
    char want[256];
    buf_init(&b);
    buf_init(&root);
    const char *record = vectors_str(t, "record");
    vectors_unb64(vectors_str(t, "record_hash_b64"), &root);
    hash_leaf(record, strlen(record), c.root);
    assert_int_equal(root.len, HASH_LEN);
    assert_memory_equal(c.root, root.data, HASH_LEN);
    checkpoint_format(&c, &b);
    snprintf(want, sizeof(want), "go.sum database tree\n123456789012\n%s\n",
             vectors_str(t, "record_hash_b64"));
    assert_string_equal(b.data, want);
    assert_int_equal(checkpoint_parse(&back, want, strlen(want)), CPF_OK);
    assert_int_equal(back.size, 123456789012);
    buf_fini(&b);
    buf_fini(&root);
    json_decref(all);
}

static void test_checkpoint_parse_refuses_malformed_text(void **state)
{
    (void)state;
#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    static const char *const bad[] = {
        "",
        "o\n",
        "o\n0\n",
        "o\n0\n"
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "\n0\n" ROOT,
        "o\n00\n" ROOT,
        "o\n01\n" ROOT,
        "o\n-1\n" ROOT,
        "o\n+1\n" ROOT,
        "o\n 1\n" ROOT,
        "o\n\n" ROOT,
        "o\n1a\n" ROOT,
        "o\n9223372036854775808\n" ROOT,
        "o\n18446744073709551616\n" ROOT,
        "o\n1\nAAAA\n",
        "o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "o\n1\n" ROOT "\n",
        "o\n1\n" ROOT "ext",
        "o\n1\n" ROOT "a\n\nb\n",
    };
    struct checkpoint c;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (checkpoint_parse(&c, bad[i], strlen(bad[i])) != CPF_E_SYNTAX)
            fail_msg("%s", bad[i]);
    assert_int_equal(checkpoint_parse(&c, "o\n1\n" ROOT, strlen("o\n1\n" ROOT)), CPF_OK);
}

static void test_checkpoint_open_wants_the_right_key(void **state)
{
    (void)state;
    struct note_key mine, other;
    struct key *k = seeded_key(1, "log.example/a", &mine), *o = seeded_key(2, "log.example/a", &other);
    struct checkpoint c = {.origin = "log.example/a", .size = 5}, back = {.size = 99};
    struct buf text, msg;
    buf_init(&text);
    buf_init(&msg);
    checkpoint_format(&c, &text);
    assert_int_equal(note_sign(text.data, text.len, mine.name, k, &msg), CPF_OK);
    assert_int_equal(checkpoint_open(&back, msg.data, msg.len, &other), CPF_E_NOTFOUND);
    assert_int_equal(back.size, 99);
    assert_int_equal(checkpoint_open(&back, msg.data, msg.len, &mine), CPF_OK);
    assert_int_equal(back.size, 5);
    buf_fini(&text);
    buf_fini(&msg);
    key_free(k);
    key_free(o);
}

/* ---- what is signed ---- */

/* Of a text: what it says, signed and read back. */
static int instruct(const char *text, struct instruction *ret)
{
    struct note_key root;
    struct key *k = seeded_key(3, "log.example/a/root", &root);
    struct buf note;
    buf_init(&note);
    assert_int_equal(note_sign(text, strlen(text), root.name, k, &note), CPF_OK);
    int err = instruction_open(ret, note.data, note.len, &root);
    buf_fini(&note);
    key_free(k);
    return err;
}

#define ORDER "cpf-instruction/v2\nlog.example/a\nresume\nQM\n"
#define WHOSE "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw\n" /* RFC 8032, 7.1, test 2 */
#define DAY   "2026-12-01\n"

static void test_instruction_round_trip(void **state)
{
    (void)state;
    struct instruction i = {.origin = "log.example/a",
                            .word = INSTRUCTION_RESUME,
                            .person = "QM",
                            .until = 20788},
                       back;
    struct note_key root, other;
    struct key *k = seeded_key(3, "log.example/a/root", &root),
               *o = seeded_key(4, "log.example/a/root", &other);
    struct buf note;
    buf_init(&note);
    snprintf(i.key, sizeof(i.key), "%.43s", WHOSE);
    assert_int_equal(instruction_sign(&i, root.name, k, &note), CPF_OK);
    assert_int_equal(strncmp(note.data, ORDER WHOSE DAY "\n", strlen(ORDER WHOSE DAY) + 1), 0);
    assert_int_equal(instruction_open(&back, note.data, note.len, &other), CPF_E_NOTFOUND);
    assert_int_equal(instruction_open(&back, note.data, note.len, &root), CPF_OK);
    assert_true(strcmp(back.origin, i.origin) == 0 && back.word == i.word && strcmp(back.person, "QM") == 0 &&
                strcmp(back.key, i.key) == 0 && back.until == i.until);
    buf_clear(&note);
    snprintf(i.person, sizeof(i.person), "Q\nM");
    assert_int_equal(instruction_sign(&i, root.name, k, &note), CPF_E_SYNTAX);
    buf_fini(&note);
    key_free(k);
    key_free(o);
}

/* A log of an older program has them. */
static void test_instruction_without_a_last_day_is_read(void **state)
{
    struct instruction i;
    (void)state;
    assert_int_equal(instruct("cpf-instruction/v1\nlog.example/a\nreset\nQM\n" WHOSE, &i), CPF_OK);
    assert_true(i.until == INSTRUCTION_NO_DAY && strcmp(i.person, "QM") == 0);
}

static void test_instruction_refuses_malformed_text(void **state)
{
    (void)state;
    static const char *const bad[] = {
        ORDER,
        ORDER WHOSE DAY "more\n",
        ORDER "short\n",
        ORDER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        "cpf-instruction/v3\nlog.example/a\nreset\nQM\n" WHOSE,
        "cpf-instruction/v2\nlog.example/a\nreset\nQM\n" WHOSE,
        "cpf-instruction/v2\nlog.example/a\nreset\nQM\n" WHOSE "2026-13-01\n",
        "cpf-instruction/v1\nlog.example/a\nreset\nQM\n" WHOSE "2026-12-01\n",
        "cpf-instruction/v1\n\nreset\nQM\n" WHOSE,
        "cpf-instruction/v1\nlog.example/a\nenrol\nQM\n" WHOSE,
        "cpf-instruction/v1\nlog.example/a\nreset\n\n" WHOSE,
    };
    struct instruction i;
    for (size_t n = 0; n < sizeof(bad) / sizeof(*bad); n++)
        if (instruct(bad[n], &i) != CPF_E_SYNTAX)
            fail_msg("%s", bad[n]);
    assert_int_equal(instruct(ORDER WHOSE DAY, &i), CPF_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_parse_takes_the_published_keys),
        cmocka_unit_test(test_key_parse_refuses_damaged_keys),
        cmocka_unit_test(test_key_make_refuses_odd_names),
        cmocka_unit_test(test_open_gives_the_published_verdicts),
        cmocka_unit_test(test_open_verifies_the_c2sp_example),
        cmocka_unit_test(test_sign_is_verified_by_its_key_alone),
        cmocka_unit_test(test_verify_refuses_a_bad_signature_beside_a_good_one),
        cmocka_unit_test(test_parse_refuses_malformed_notes),
        cmocka_unit_test(test_parse_bounds_size_and_signatures),
        cmocka_unit_test(test_checkpoint_round_trip),
        cmocka_unit_test(test_checkpoint_formats_the_published_tree_note),
        cmocka_unit_test(test_checkpoint_parse_refuses_malformed_text),
        cmocka_unit_test(test_checkpoint_open_wants_the_right_key),
        cmocka_unit_test(test_instruction_round_trip),
        cmocka_unit_test(test_instruction_without_a_last_day_is_read),
        cmocka_unit_test(test_instruction_refuses_malformed_text),
    };
    return cmocka_run_group_tests_name("note", tests, NULL, NULL);
}
