#include "vectors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/dec.h"
#include "seeded.h"

__extension__ typedef __int128 wide;

#define ROUNDS 200000
#define LIMIT  INT64_C(1000000000000000)

static struct dec d(const char *text)
{
    struct dec v;
    if (dec_parse(text, strlen(text), &v) != CPF_OK)
        fail_msg("%s", text);
    return v;
}

static void expect(int r, struct dec v, const char *text)
{
    char got[DEC_TEXT];
    assert_int_equal(r, CPF_OK);
    dec_format(v, got);
    assert_string_equal(got, text);
}

/* ---- text ---- */

static void test_parse_keeps_the_text(void **state)
{
    (void)state;
    static const char *const good[] = {"0",
                                       "0.0",
                                       "0.000000000",
                                       "1",
                                       "-1",
                                       "10",
                                       "97.40",
                                       "-0.5",
                                       "999999999999999",
                                       "-999999999999999",
                                       "0.000000001",
                                       "123456.123456789",
                                       "-123456.000000000"};
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        expect(CPF_OK, d(good[i]), good[i]);
}

static void test_parse_refuses_other_grammars(void **state)
{
    (void)state;
    static const char *const syntax[] = {"",    "-",     "+1",           "01",  "-01",  "00",     ".5",
                                         "5.",  "-.5",   "1e3",          "1E3", "0x1",  " 1",     "1 ",
                                         "1,5", "1.5.2", "--1",          "-0",  "-0.0", "-0.000", "NaN",
                                         "inf", "1_0",   "\xef\xbc\x91", "00.5"};
    static const char *const limit[] = {"1000000000000000", "0.0000000001", "123456.1234567890",
                                        "1234567.123456789", "99999999999999999999999999999999"};
    struct dec v = {.mant = 5, .scale = 1};
    for (size_t i = 0; i < sizeof(syntax) / sizeof(*syntax); i++)
        if (dec_parse(syntax[i], strlen(syntax[i]), &v) != CPF_E_SYNTAX)
            fail_msg("%s", syntax[i]);
    for (size_t i = 0; i < sizeof(limit) / sizeof(*limit); i++)
        if (dec_parse(limit[i], strlen(limit[i]), &v) != CPF_E_LIMIT)
            fail_msg("%s", limit[i]);
    assert_int_equal(dec_parse("1\0", 2, &v), CPF_E_SYNTAX);
    assert_int_equal(v.mant, 5);
}

static struct dec random_dec(struct seeded *rnd)
{
    int64_t m = (int64_t)seeded_below(rnd, UINT64_C(1) << (1 + seeded_below(rnd, 49))) % LIMIT;
    return (struct dec){.mant = seeded_below(rnd, 2) ? m : -m, .scale = (uint8_t)seeded_below(rnd, 10)};
}

static void test_format_is_parsed_again(void **state)
{
    (void)state;
    struct seeded rnd = {9};
    for (int i = 0; i < ROUNDS; i++) {
        struct dec v = random_dec(&rnd), back;
        char text[DEC_TEXT];
        dec_format(v, text);
        assert_true(strlen(text) < DEC_TEXT);
        assert_int_equal(dec_parse(text, strlen(text), &back), CPF_OK);
        assert_int_equal(back.mant, v.mant);
        assert_int_equal(back.scale, v.scale);
    }
}

/* ---- arithmetic, against plain 128-bit integers at 18 decimals ---- */

static wide at18(struct dec v)
{
    wide w = v.mant;
    for (unsigned i = v.scale; i < 18; i++)
        w *= 10;
    return w;
}

/* Can a value at 18 decimals be written with 15 digits and 9 decimals? */
static bool writable(wide w)
{
    for (unsigned scale = 18;; scale--) {
        if (scale <= 9 && w < LIMIT && w > -LIMIT)
            return true;
        if (scale == 0 || w % 10 != 0)
            return false;
        w /= 10;
    }
}

static void judge(int r, struct dec got, wide want)
{
    if (writable(want)) {
        assert_int_equal(r, CPF_OK);
        assert_true(at18(got) == want);
        assert_true(got.mant < LIMIT && got.mant > -LIMIT && got.scale <= 9);
    } else {
        assert_int_equal(r, CPF_E_LIMIT);
    }
}

static void test_add_sub_mul_cmp_are_exact(void **state)
{
    (void)state;
    struct seeded rnd = {10};
    for (int i = 0; i < ROUNDS; i++) {
        struct dec a = random_dec(&rnd), b = random_dec(&rnd), v = {0};
        wide x = at18(a), y = at18(b);
        assert_int_equal(dec_cmp(a, b), (x > y) - (x < y));
        judge(dec_add(a, b, &v), v, x + y);
        judge(dec_sub(a, b, &v), v, x - y);
        wide p = (wide)a.mant * b.mant;
        bool fits =
            true; /* the product at 18 decimals may be too wide for this oracle, and then for dec too */
        for (unsigned k = (unsigned)a.scale + b.scale; k < 18 && fits; k++) {
            fits = p < (wide)1 << 122 && p > -((wide)1 << 122);
            p = fits ? p * 10 : p;
        }
        if (fits)
            judge(dec_mul(a, b, &v), v, p);
        else
            assert_int_equal(dec_mul(a, b, &v), CPF_E_LIMIT);
    }
}

/* |2 (q b - a)| <= |b| in units of the scale; on a tie q is even. */
static void judge_quotient(struct dec a, struct dec b, uint8_t scale, int r, struct dec q)
{
    wide num = a.mant, den = b.mant;
    for (unsigned i = 0; i < (unsigned)scale + b.scale; i++)
        num *= 10;
    for (unsigned i = 0; i < a.scale; i++)
        den *= 10;
    if (den < 0) {
        den = -den;
        num = -num;
    }
    if (r == CPF_E_LIMIT) {
        wide big = num < 0 ? -num : num;
        assert_true(big / den >= LIMIT - 1);
        return;
    }
    assert_int_equal(r, CPF_OK);
    assert_int_equal(q.scale, scale);
    wide off = 2 * (q.mant * den - num);
    off = off < 0 ? -off : off;
    assert_true(off <= den);
    if (off == den)
        assert_int_equal(q.mant % 2, 0);
}

static void test_div_and_round_are_nearest_ties_to_even(void **state)
{
    (void)state;
    struct seeded rnd = {11};
    for (int i = 0; i < ROUNDS; i++) {
        struct dec a = random_dec(&rnd), b = random_dec(&rnd), q = {0};
        uint8_t scale = (uint8_t)seeded_below(&rnd, 10);
        if (i % 4 == 0)
            b = (struct dec){.mant = seeded_below(&rnd, 2) ? 2 : -8, .scale = b.scale}; /* for ties */
        if (b.mant == 0)
            assert_int_equal(dec_div(a, b, scale, &q), CPF_E_INVAL);
        else
            judge_quotient(a, b, scale, dec_div(a, b, scale, &q), q);
        judge_quotient(a, (struct dec){.mant = 1}, scale, dec_round(a, scale, &q), q);
    }
}

static void test_rounding_examples(void **state)
{
    (void)state;
    struct dec v;
    expect(dec_round(d("0.5"), 0, &v), v, "0");
    expect(dec_round(d("1.5"), 0, &v), v, "2");
    expect(dec_round(d("2.5"), 0, &v), v, "2");
    expect(dec_round(d("-2.5"), 0, &v), v, "-2");
    expect(dec_round(d("-3.5"), 0, &v), v, "-4");
    expect(dec_round(d("2.51"), 0, &v), v, "3");
    expect(dec_round(d("97.4"), 2, &v), v, "97.40");
    expect(dec_round(d("-0.4"), 0, &v), v, "0");
    expect(dec_div(d("1"), d("3"), 4, &v), v, "0.3333");
    expect(dec_div(d("2"), d("3"), 4, &v), v, "0.6667");
    expect(dec_div(d("-1"), d("8"), 2, &v), v, "-0.12");
    expect(dec_div(d("9.6"), d("0.08"), 0, &v), v, "120");
    expect(dec_add(d("0.1"), d("0.2"), &v), v, "0.3");
    expect(dec_mul(d("1.20"), d("3.0"), &v), v, "3.600");
    expect(dec_sub(d("5.0"), d("5.00"), &v), v, "0.00");
    assert_int_equal(dec_round(d("999999999999999"), 1, &v), CPF_E_LIMIT);
    assert_int_equal(dec_round(d("1"), 10, &v), CPF_E_LIMIT);
    assert_int_equal(dec_div(d("1"), d("3"), 10, &v), CPF_E_LIMIT);
    assert_int_equal(dec_mul(d("99999999"), d("99999999"), &v), CPF_E_LIMIT);
    assert_int_equal(dec_mul(d("0.000000001"), d("0.1"), &v), CPF_E_LIMIT);
    assert_int_equal(dec_add(d("999999999999999"), d("1"), &v), CPF_E_LIMIT);
}

/* ---- doubles ---- */

static void test_double_is_the_nearest(void **state)
{
    (void)state;
    struct seeded rnd = {12};
    for (int i = 0; i < ROUNDS; i++) {
        struct dec a = random_dec(&rnd), back;
        char text[DEC_TEXT];
        double want, got = dec_double(a);
        dec_format(a, text);
        assert_int_equal(sscanf(text, "%lf", &want), 1);
        assert_memory_equal(&got, &want, sizeof(got));
        assert_int_equal(dec_from_double(got, a.scale, &back), CPF_OK);
        assert_int_equal(back.mant, a.mant);
        assert_int_equal(back.scale, a.scale);
    }
}

static void test_from_double_examples(void **state)
{
    (void)state;
    struct dec v;
    expect(dec_from_double(2.675, 2, &v), v, "2.67"); /* the double lies below 2.675 */
    expect(dec_from_double(0.125, 2, &v), v, "0.12");
    expect(dec_from_double(0.375, 2, &v), v, "0.38");
    expect(dec_from_double(-0.001, 2, &v), v, "0.00");
    expect(dec_from_double(-1.5, 1, &v), v, "-1.5");
    assert_int_equal(dec_from_double((double)NAN, 1, &v), CPF_E_INVAL);
    assert_int_equal(dec_from_double((double)-INFINITY, 1, &v), CPF_E_INVAL);
    assert_int_equal(dec_from_double(1e15, 0, &v), CPF_E_LIMIT);
    assert_int_equal(dec_from_double(1e14, 1, &v), CPF_E_LIMIT);
    assert_int_equal(dec_from_double(1.0, 10, &v), CPF_E_LIMIT);
}

static void test_within_is_exact_for_all_values(void **state)
{
    static const struct {
        const char *a, *b, *percent;
        int want;
    } cases[] = {
        {"105", "100", "5", 0},
        {"105.000000001", "100", "5", 1},
        {"94.999999999", "100", "5", -1},
        {"0", "0", "0", 0},
        {"0.000000001", "0", "100", 1},
        {"12000000000", "12000000000", "10", 0}, /* cells */
        {"13200000001", "12000000000", "10", 1},
        {"999999999999999", "0.000000001", "0.000000001", 1},
        {"0.000000001", "999999999999999", "99.9999999", -1},
        {"0.000000001", "999999999999999", "999999999999999", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct dec a, b, percent;
        assert_int_equal(dec_parse(cases[i].a, strlen(cases[i].a), &a), 0);
        assert_int_equal(dec_parse(cases[i].b, strlen(cases[i].b), &b), 0);
        assert_int_equal(dec_parse(cases[i].percent, strlen(cases[i].percent), &percent), 0);
        if (dec_within(a, b, percent) != cases[i].want)
            fail_msg("%s of %s within %s", cases[i].a, cases[i].b, cases[i].percent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_keeps_the_text),
        cmocka_unit_test(test_parse_refuses_other_grammars),
        cmocka_unit_test(test_format_is_parsed_again),
        cmocka_unit_test(test_within_is_exact_for_all_values),
        cmocka_unit_test(test_add_sub_mul_cmp_are_exact),
        cmocka_unit_test(test_div_and_round_are_nearest_ties_to_even),
        cmocka_unit_test(test_rounding_examples),
        cmocka_unit_test(test_double_is_the_nearest),
        cmocka_unit_test(test_from_double_examples),
    };
    return cmocka_run_group_tests_name("dec", tests, NULL, NULL);
}
