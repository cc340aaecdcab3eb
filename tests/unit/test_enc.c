/* Errors, arena, buffer, encodings, hash. */
#include "vectors.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/enc.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "seeded.h"

#define RANDOM_NEEDED 100

static void test_strerror_knows_every_code(void **state)
{
    (void)state;
    const char *unknown = cpf_strerror(CPF_E_LAST);
    assert_string_equal(cpf_strerror(CPF_OK), "success");
    for (int code = CPF_E_NOMEM; code < CPF_E_LAST; code++) {
        assert_non_null(cpf_strerror(code));
        assert_string_not_equal(cpf_strerror(code), unknown);
        for (int other = CPF_E_NOMEM; other < code; other++)
            assert_string_not_equal(cpf_strerror(code), cpf_strerror(other));
    }
    assert_string_equal(cpf_strerror(1), unknown);
    assert_string_equal(cpf_strerror(CPF_E_NOMEM - 1), unknown);
}

static void test_arena_hands_out_zeroed_aligned_blocks(void **state)
{
    (void)state;
    struct arena a;
    struct seeded rnd = {1};
    arena_init(&a, 0);
    for (int round = 0; round < 3; round++) {
        size_t sum = 0;
        for (int i = 0; i < 2000; i++) {
            size_t size = seeded_below(&rnd, i % 100 == 0 ? 100000 : 200);
            uint8_t *p = arena_alloc(&a, size);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
            for (size_t k = 0; k < size; k++)
                assert_int_equal(p[k], 0);
            memset(p, 0xa5, size);
            sum += size;
        }
        assert_true(a.used >= sum);
        arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    arena_fini(&a);
    assert_non_null(arena_strdup(&a, "used again"));
    arena_fini(&a);
}

static void test_arena_limit_answers_null(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1000);
    assert_non_null(arena_alloc(&a, 900));
    assert_null(arena_alloc(&a, 200));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_printf(&a, "%0500d", 1));
    assert_non_null(arena_alloc(&a, 50));
    arena_reset(&a);
    assert_string_equal(arena_printf(&a, "%0500d", 1) + 498, "01");
    assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
    arena_fini(&a);
}

static void test_buf_grows_and_stays_terminated(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b);
    assert_null(b.data);
    for (int i = 0; i < 1000; i++) {
        buf_addc(&b, (char)('a' + i % 26));
        assert_int_equal(b.len, i + 1);
        assert_int_equal(b.data[b.len], 0);
    }
    assert_int_equal(b.data[999], 'a' + 999 % 26);
    buf_clear(&b);
    assert_int_equal(b.len, 0);
    buf_printf(&b, "%d-%0300d", 7, 1);
    assert_int_equal(b.len, 302);
    assert_int_equal(strlen(b.data), 302);
    buf_puts(&b, "x");
    assert_string_equal(b.data + 300, "01x");
    buf_wipe(&b);
    assert_null(b.data);
    buf_fini(&b);
}

static void test_hex_round_trip(void **state)
{
    (void)state;
    struct buf b;
    uint8_t out[3];
    buf_init(&b);
    enc_hex(&b, "\x00\x9f\xff", 3);
    assert_string_equal(b.data, "009fff");
    assert_int_equal(enc_unhex("009fFF", 6, out, 3), CPF_OK);
    assert_memory_equal(out, "\x00\x9f\xff", 3);
    assert_int_equal(enc_unhex("009ff", 5, out, 3), CPF_E_SYNTAX);
    assert_int_equal(enc_unhex("009ffg", 6, out, 3), CPF_E_SYNTAX);
    assert_int_equal(enc_unhex("009fff00", 8, out, 3), CPF_E_SYNTAX);
    buf_fini(&b);
}

static void test_b64_gives_rfc4648_examples(void **state)
{
    (void)state;
    static const char *const std[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    static const char *const url[] = {"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
    struct buf b;
    buf_init(&b);
    for (size_t n = 0; n <= 6; n++) {
        buf_clear(&b);
        enc_b64(&b, "foobar", n);
        assert_string_equal(b.data, std[n]);
        buf_clear(&b);
        enc_b64url(&b, "foobar", n);
        assert_string_equal(b.data, url[n]);
        buf_clear(&b);
        assert_int_equal(enc_unb64(std[n], strlen(std[n]), &b), CPF_OK);
        assert_int_equal(b.len, n);
        assert_memory_equal(b.data, "foobar", n);
        buf_clear(&b);
        assert_int_equal(enc_unb64url(url[n], strlen(url[n]), &b), CPF_OK);
        assert_int_equal(b.len, n);
        assert_memory_equal(b.data, "foobar", n);
    }
    buf_fini(&b);
}

static void test_b64_refuses_what_is_not_canonical(void **state)
{
    (void)state;
    static const char *const std[] = {
        "Zg",   "Zg=",  "Zh==", "Zm9=", "Zg==\n", " Zg==",    "Zg==Zg==", "=",
        "====", "Z===", "Zm-v", "Zm_v", "Zm9v=",  "Zm9v====", "Z",        "Zm9vYg=A"};
    static const char *const url[] = {"Zg==", "Zh", "Zm9", "Z", "Zm+v", "Zm/v", "Zm 9", "Zm9v\n"};
    struct buf b;
    buf_init(&b);
    buf_puts(&b, "kept");
    for (size_t i = 0; i < sizeof(std) / sizeof(*std); i++)
        assert_int_equal(enc_unb64(std[i], strlen(std[i]), &b), CPF_E_SYNTAX);
    for (size_t i = 0; i < sizeof(url) / sizeof(*url); i++)
        assert_int_equal(enc_unb64url(url[i], strlen(url[i]), &b), CPF_E_SYNTAX);
    assert_string_equal(b.data, "kept");
    buf_fini(&b);
}

static void test_b64_agrees_with_openssl(void **state)
{
    (void)state;
    struct seeded rnd = {2};
    struct buf text, back;
    uint8_t data[64], fixed[64];
    buf_init(&text);
    buf_init(&back);
    for (int i = 0; i < 2000; i++) {
        size_t n = seeded_below(&rnd, sizeof(data) + 1);
        for (size_t k = 0; k < n; k++)
            data[k] = (uint8_t)seeded_next(&rnd);
        buf_clear(&text);
        buf_clear(&back);
        enc_b64(&text, data, n);
        vectors_unb64(text.data, &back);
        assert_int_equal(back.len, n);
        assert_memory_equal(back.data, data, n);
        buf_clear(&text);
        enc_b64url(&text, data, n);
        assert_int_equal(enc_unb64url_fixed(text.data, text.len, fixed, n), CPF_OK);
        assert_memory_equal(fixed, data, n);
        if (n > 0)
            assert_int_equal(enc_unb64url_fixed(text.data, text.len, fixed, n - 1), CPF_E_SYNTAX);
    }
    buf_fini(&text);
    buf_fini(&back);
}

/* By arithmetic on code points, unlike the tested function. */
static bool utf8_oracle(const uint8_t *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = s[i] < 0x80 ? 1 : s[i] >> 5 == 6 ? 2 : s[i] >> 4 == 14 ? 3 : s[i] >> 3 == 30 ? 4 : 0;
        static const uint32_t least[] = {0, 1, 0x80, 0x800, 0x10000};
        if (n == 0 || i + n > len)
            return false;
        uint32_t cp = n == 1 ? s[i] : s[i] & (0x7fu >> n);
        for (size_t k = 1; k < n; k++) {
            if (s[i + k] >> 6 != 2)
                return false;
            cp = cp << 6 | (s[i + k] & 63);
        }
        if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
            return false;
        i += n;
    }
    return true;
}

static void test_utf8_ok_agrees_with_arithmetic(void **state)
{
    (void)state;
    struct seeded rnd = {3};
    uint8_t s[8];
    for (uint32_t v = 0; v < 1u << 24; v += v < 1u << 16 ? 1 : 7) {
        s[0] = (uint8_t)(v >> 16);
        s[1] = (uint8_t)(v >> 8);
        s[2] = (uint8_t)v;
        size_t from = v < 1u << 16 ? 1 : 0;
        if (utf8_oracle(s + from, 3 - from) != (enc_utf8_ok((char *)s + from, 3 - from) == 1))
            fail_msg("%06x", v);
    }
    for (int i = 0; i < 500000; i++) {
        s[0] = (uint8_t)(0xe0 + seeded_below(&rnd, 0x18));
        for (size_t k = 1; k < sizeof(s); k++)
            s[k] = (uint8_t)(seeded_below(&rnd, 8) ? 0x80 + seeded_below(&rnd, 64) : seeded_below(&rnd, 256));
        size_t n = 1 + seeded_below(&rnd, 8);
        assert_int_equal(utf8_oracle(s, n), enc_utf8_ok((char *)s, n) == 1);
    }
}

static void test_uuid7_parse_takes_the_rfc9562_example(void **state)
{
    (void)state;
    int64_t ms = 0;
    const char *text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    assert_int_equal(uuid7_parse(text, 36, &ms), CPF_OK);
    assert_int_equal(ms, INT64_C(1645557742000));
}

static void test_uuid7_parse_refuses_other_forms(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",  "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",  "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",
        "017f22e279b0-7cc3-98c4--dc0c0c07398f",  "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398fa", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f",  "",
    };
    int64_t ms = -5;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(uuid7_parse(bad[i], strlen(bad[i]), &ms), CPF_E_SYNTAX);
    assert_int_equal(ms, -5);
}

static void test_uuid_text_and_bytes_are_one(void **state)
{
    (void)state;
    static const uint8_t bytes[UUID_LEN] = {0x01, 0x7f, 0x22, 0xe2, 0x79, 0xb0, 0x4c, 0xc3,
                                            0xc8, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0xff};
    const char *text = "017f22e2-79b0-4cc3-c8c4-dc0c0c0739ff"; /* of any version */
    uint8_t read[UUID_LEN] = {0};
    char again[UUID_TEXT];
    assert_int_equal(uuid_read(text, 36, read), CPF_OK);
    assert_memory_equal(read, bytes, sizeof(bytes));
    uuid_text(bytes, again);
    assert_string_equal(again, text);
    assert_int_equal(uuid_read("017f22e279b0-4cc3-c8c4--dc0c0c0739ff", 36, read), CPF_E_SYNTAX);
    assert_int_equal(uuid_read("017F22E2-79B0-4CC3-C8C4-DC0C0C0739FF", 36, read), CPF_E_SYNTAX);
    assert_int_equal(uuid_read(text, 35, read), CPF_E_SYNTAX);
}

static void test_uuid7_make_is_parsed_and_differs(void **state)
{
    (void)state;
    char text[37], before[37] = "";
    for (int64_t i = 0; i < 1000; i++) {
        int64_t given = INT64_C(1795314600123) + i * 7919, ms = 0;
        uuid7_make(given, text);
        assert_int_equal(uuid7_parse(text, 36, &ms), CPF_OK);
        assert_int_equal(ms, given);
        assert_string_not_equal(text, before);
        memcpy(before, text, sizeof(text));
    }
}

static void test_random_does_not_repeat_in_a_child(void **state)
{
    (void)state;
    uint8_t mine[16], theirs[16];
    int fd[2], status;
    enc_random(mine, sizeof(mine)); /* fills the pool */
    assert_int_equal(pipe(fd), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        enc_random(theirs, sizeof(theirs));
        _exit(write(fd[1], theirs, sizeof(theirs)) == sizeof(theirs) ? 0 : 1);
    }
    enc_random(mine, sizeof(mine));
    assert_int_equal(read(fd[0], theirs, sizeof(theirs)), sizeof(theirs));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_memory_not_equal(mine, theirs, sizeof(mine));
    close(fd[0]);
    close(fd[1]);
}

static void test_random_blocks_all_differ(void **state)
{
    (void)state;
    static uint8_t seen[RANDOM_NEEDED][300];
    for (size_t i = 0; i < RANDOM_NEEDED; i++) {
        enc_random(seen[i], i % 2 ? 16 : 300);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(seen[i], seen[k], 16);
    }
}

static void test_hash_gives_known_digests(void **state)
{
    (void)state;
    uint8_t h[HASH_LEN], want[HASH_LEN];
    hash_sha256("abc", 3, h);
    vectors_unhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", want, HASH_LEN);
    assert_memory_equal(h, want, HASH_LEN);
    hash_empty(h);
    vectors_unhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", want, HASH_LEN);
    assert_memory_equal(h, want, HASH_LEN);
    char text[44];
    enc_digest(h, text);
    assert_string_equal(text, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
}

static void check_shown(void (*fn)(struct buf *, const char *, size_t), const char *text, const char *want)
{
    struct buf b;
    buf_init(&b);
    fn(&b, text, strlen(text));
    assert_string_equal(b.data, want);
    buf_fini(&b);
}

/* What steers a terminal, or turns round what is read, is written out. */
static void test_shown_text_steers_nothing(void **state)
{
    (void)state;
    check_shown(enc_shown, "山田 花子 ok\\", "山田 花子 ok\\");
    check_shown(enc_shown, "a\x1b[2Jb\n\r\x7f", "a<U+001B>[2Jb<U+000A><U+000D><U+007F>");
    check_shown(enc_shown,
                "\xc2\x9b"
                "2J",
                "<U+009B>2J");
    check_shown(enc_shown,
                "\xe2\x80\xae"
                "dcba\xe2\x81\xa6\xd8\x9c",
                "<U+202E>dcba<U+2066><U+061C>");
    check_shown(enc_shown,
                "\x9b\xff"
                "a",
                "<9B><FF>a");
    check_shown(enc_shown_lines, "a\nb\tc", "a\nb<U+0009>c");
    check_shown(enc_shown_json, "{\"a\":\"\xe2\x80\xae\xf3\xa0\x81\x81\"}\n",
                "{\"a\":\"\\u202e\\udb40\\udc41\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shown_text_steers_nothing),
        cmocka_unit_test(test_strerror_knows_every_code),
        cmocka_unit_test(test_arena_hands_out_zeroed_aligned_blocks),
        cmocka_unit_test(test_arena_limit_answers_null),
        cmocka_unit_test(test_buf_grows_and_stays_terminated),
        cmocka_unit_test(test_hex_round_trip),
        cmocka_unit_test(test_b64_gives_rfc4648_examples),
        cmocka_unit_test(test_b64_refuses_what_is_not_canonical),
        cmocka_unit_test(test_b64_agrees_with_openssl),
        cmocka_unit_test(test_utf8_ok_agrees_with_arithmetic),
        cmocka_unit_test(test_uuid7_parse_takes_the_rfc9562_example),
        cmocka_unit_test(test_uuid7_parse_refuses_other_forms),
        cmocka_unit_test(test_uuid_text_and_bytes_are_one),
        cmocka_unit_test(test_uuid7_make_is_parsed_and_differs),
        cmocka_unit_test(test_random_does_not_repeat_in_a_child),
        cmocka_unit_test(test_random_blocks_all_differ),
        cmocka_unit_test(test_hash_gives_known_digests),
    };
    return cmocka_run_group_tests_name("enc", tests, NULL, NULL);
}
