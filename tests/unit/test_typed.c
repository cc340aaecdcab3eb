/* What people type: names, dates, units, numbers, results that say on which side the truth lies. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "core/code/typed.h"
#include "core/code/unit.h"

#define N(a) (sizeof(a) / sizeof(*(a)))

/* ---- names ---- */

static void test_a_name_is_the_same_however_it_is_typed(void **state)
{
    (void)state;
    static const char *const hanako[] = {
        "サトウ ハナコ",  "サトウ　ハナコ",  "ｻﾄｳ ﾊﾅｺ",        "サトウハナコ",
        "さとう はなこ",  " サトウ ハナコ ", "サトウ  ハナコ", "サトウ\u00a0ハナコ",
        "サトウ・ハナコ", "ｻﾄｳ\tﾊﾅｺ\n",
    };
    static const char *const dakuten[] = {"ババ ジュンコ", "ﾊﾞﾊﾞ ｼﾞｭﾝｺ", "ハ\u3099ハ\u3099 シ\u3099ュンコ",
                                          "ハ゛ハ゛シ゛ュンコ", "ばば じゅんこ"};
    static const char *const marks[] = {"オーノ", "ｵｰﾉ",   "オ－ノ", "オ-ノ", "オ‐ノ",
                                        "オ−ノ",  "オ―ノ", "オ〜ノ", "おーの"};
    static const char *const latin[] = {"O'Brien", "O’BRIEN", "Ｏ＇Ｂｒｉｅｎ", "o`brien", "O′Brien"};
    for (size_t i = 0; i < N(hanako); i++)
        assert_true(typed_same_name(hanako[0], hanako[i]));
    for (size_t i = 0; i < N(dakuten); i++)
        assert_true(typed_same_name(dakuten[0], dakuten[i]));
    for (size_t i = 0; i < N(marks); i++)
        assert_true(typed_same_name(marks[0], marks[i]));
    for (size_t i = 0; i < N(latin); i++)
        assert_true(typed_same_name(latin[0], latin[i]));
}

static void test_another_name_is_another(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"サトウ ハナコ", "サトウ ハナエ"}, {"ババ", "ハハ"}, {"オオノ", "オノ"},   {"オーノ", "オノ"},
        {"佐藤花子", "佐藤華子"},           {"高橋", "髙橋"}, {"ミツコ", "ミッコ"}, {"ヤマダ", "ヤマタ"},
        {"キョウコ", "キヨウコ"},           {"", "ア"},       {"\xff", "\xfe"},
    };
    for (size_t i = 0; i < N(pairs); i++)
        assert_false(typed_same_name(pairs[i][0], pairs[i][1]));
}

static void test_what_is_no_text_is_the_same_only_byte_by_byte(void **state)
{
    (void)state;
    char ret[8], longer[2100];
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(typed_fold_name("\xff", ret, sizeof(ret)), CPF_E_UTF8);
    assert_int_equal(typed_fold_name(longer, ret, sizeof(ret)), CPF_E_LIMIT);
    assert_int_equal(typed_fold_name("abcdefgh", ret, sizeof(ret)), CPF_E_LIMIT);
    assert_int_equal(typed_fold_name("ABCDEFG", ret, sizeof(ret)), CPF_OK);
    assert_string_equal(ret, "abcdefg");
    assert_true(typed_same_name("\xff", "\xff"));
}

/* ---- dates ---- */

static void test_a_date_is_the_same_day_in_every_form(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "1949-11-23",
        "1949/11/23",
        "1949.11.23",
        "19491123",
        "1949年11月23日",
        "昭和24年11月23日",
        "S24.11.23",
        "s24/11/23",
        "S24-11-23",
        "S241123",
        "１９４９／１１／２３",
        "昭和 24 年 11 月 23 日",
        "昭和２４年１１月２３日",
        "㍼24年11月23日",
        "1949−11−23",
        "1949ー11ー23",
        " 1949-11-23\n",
        "Ｓ２４．１１．２３",
    };
    int64_t wanted = 0, day = 0;
    assert_int_equal(clock_day_parse("1949-11-23", &wanted), CPF_OK);
    for (size_t i = 0; i < N(forms); i++) {
        day = 0;
        if (typed_day(forms[i], &day) != CPF_OK || day != wanted)
            fail_msg("%s", forms[i]);
    }
}

static void assert_day(const char *typed, const char *day)
{
    int64_t got = 0, wanted = 0;
    assert_int_equal(clock_day_parse(day, &wanted), CPF_OK);
    if (typed_day(typed, &got) != CPF_OK || got != wanted)
        fail_msg("%s is not %s", typed, day);
}

static void test_an_era_has_its_first_year_and_its_ends(void **state)
{
    (void)state;
    int64_t day;
    assert_day("令和元年5月1日", "2019-05-01");
    assert_day("R1.5.1", "2019-05-01");
    assert_day("H31.4.30", "2019-04-30");
    assert_day("S64.1.7", "1989-01-07");
    assert_day("H1.1.8", "1989-01-08");
    assert_day("T1.7.30", "1912-07-30");
    assert_day("M45.7.30", "1912-07-30");
    assert_day("1961/3/4", "1961-03-04");
    assert_day("S36.3.4", "1961-03-04");
    static const char *const outside[] = {"H31.5.1", "S64.1.8",  "H1.1.7",  "R1.4.30",
                                          "S0.1.1",  "M5.12.31", "S100.1.1"};
    for (size_t i = 0; i < N(outside); i++)
        if (typed_day(outside[i], &day) != CPF_E_SYNTAX)
            fail_msg("%s", outside[i]);
}

static void test_what_may_be_two_days_is_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "banana",      "49-11-23",    "23/11/1949",
        "1949-11/23", "1949-13-01",  "1949-02-29",  "1949年11月23",
        "194911",     "1949-11-23x", "1949--11-23", "24.11.23",
        "昭和",       "S",           "X24.11.23",   "1949-11-",
        "S24年11-23",
    };
    int64_t day = 77;
    for (size_t i = 0; i < N(bad); i++)
        if (typed_day(bad[i], &day) != CPF_E_SYNTAX)
            fail_msg("%s", bad[i]);
    assert_int_equal(typed_day("\xff", &day), CPF_E_UTF8);
    assert_int_equal(day, 77);
}

/* ---- units ---- */

static void test_no_two_units_differ_in_case_only(void **state)
{
    (void)state;
    for (size_t i = 0; unit_name(i); i++)
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(strcasecmp(unit_name(i), unit_name(k)), 0);
}

static void test_each_unit_is_itself(void **state)
{
    (void)state;
    for (size_t i = 0; unit_name(i); i++) {
        const char *got = typed_unit(unit_name(i), strlen(unit_name(i)));
        if (!got || strcmp(got, unit_name(i)) != 0)
            fail_msg("%s is read as %s", unit_name(i), got ? got : "none");
    }
}

static void test_units_as_they_are_typed(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"ml", "mL"},
        {"ML", "mL"},
        {"㎖", "mL"},
        {"ｍＬ", "mL"},
        {"℃", "°C"},
        {"ºC", "°C"},
        {"μL", "µL"},
        {"µl", "µL"},
        {"uL", "µL"},
        {"㎕", "µL"},
        {"cells/ul", "cells/µL"},
        {"/ul", "/µL"},
        {"ug/mL", "µg/mL"},
        {"㎎", "mg"},
        {"％", "%"},
        {"cm²", "cm2"},
        {"10⁶/mL", "10^6/mL"},
        {"10⁶ cells/mL", "10^6 cells/mL"},
        {"eu/ml", "EU/mL"},
        {"時間", "h"},
        {"×g", "xg"},
        {"x g", "xg"},
        {"× g", "xg"},
        {"XG", "xg"},
        {"×G", "xg"},
        {"cm^2", "cm2"},
    };
    for (size_t i = 0; i < N(same); i++) {
        const char *got = typed_unit(same[i][0], strlen(same[i][0]));
        const char *wanted = unit_known(same[i][1]) ? same[i][1] : NULL;
        if (!wanted ? got != NULL : !got || strcmp(got, wanted) != 0)
            fail_msg("%s is read as %s", same[i][0], got ? got : "none");
    }
    assert_null(typed_unit("furlong", 7));
    assert_null(typed_unit("", 0));
}

/* ---- numbers ---- */

static void assert_number(const char *typed, const char *value, const char *unit, enum censor censor)
{
    struct typed_number n;
    char text[DEC_TEXT];
    enum typed_fault fault = typed_number(typed, strlen(typed), &n);
    if (fault != TYPED_OK)
        fail_msg("%s: fault %d", typed, fault);
    dec_format(n.value, text);
    if (strcmp(text, value) != 0 || strcmp(n.unit, unit) != 0 || n.censor != censor)
        fail_msg("%s: %s [%s] %s", typed, text, n.unit, censor_name(n.censor));
}

static void test_numbers_as_they_are_typed(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *value, *unit;
    } good[] = {
        {"140", "140", ""},
        {"１９．６", "19.6", ""},
        {"12.5mL", "12.5", "mL"},
        {"12.5 mL", "12.5", "mL"},
        {"50 ml", "50", "mL"},
        {"37 ℃", "37", "°C"},
        {"37℃", "37", "°C"},
        {"5 μL", "5", "µL"},
        {"5\u00a0µL", "5", "µL"},
        {"−80 ℃", "-80", "°C"},
        {"ー80", "-80", ""},
        {"－80", "-80", ""},
        {"+5", "5", ""},
        {"007", "7", ""},
        {"-0", "0", ""},
        {"1.20", "1.20", ""},
        {"98％", "98", "%"},
        {"　140　", "140", ""},
        {"3 bag", "3", "bag"},
        {"2 h", "2", "h"},
        {"5 10^6/mL", "5", "10^6/mL"},
        {"5 10⁶/mL", "5", "10^6/mL"},
        {"7 furlong", "7", "furlong"},
        {"00.5", "0.5", ""},
    };
    for (size_t i = 0; i < N(good); i++)
        assert_number(good[i].typed, good[i].value, good[i].unit, CENSOR_NONE);
}

static void test_censored_results_are_values(void **state)
{
    (void)state;
    assert_number("<0.05", "0.05", "", CENSOR_BELOW);
    assert_number("＜0.05 EU/mL", "0.05", "EU/mL", CENSOR_BELOW);
    assert_number("0.05未満", "0.05", "", CENSOR_BELOW);
    assert_number("0.05 EU/mL 未満", "0.05", "EU/mL", CENSOR_BELOW);
    assert_number("< 0.05", "0.05", "", CENSOR_BELOW);
    assert_number("≤1", "1", "", CENSOR_AT_MOST);
    assert_number("≦1", "1", "", CENSOR_AT_MOST);
    assert_number("1以下", "1", "", CENSOR_AT_MOST);
    assert_number(">300", "300", "", CENSOR_ABOVE);
    assert_number(">=300 CFU", "300", "CFU", CENSOR_AT_LEAST);
    assert_number("300以上", "300", "", CENSOR_AT_LEAST);
    assert_number("検出せず", "0", "", CENSOR_ABSENT);
    assert_number("ＮＤ", "0", "", CENSOR_ABSENT);
    assert_number("tntc", "0", "", CENSOR_COUNTLESS);
    assert_number("ＴＮＴＣ", "0", "", CENSOR_COUNTLESS);
}

static void test_what_stands_in_the_log_reads_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"0.05",  "<0.05",        "<=1",  ">300",
                                        ">=300", "not-detected", "tntc", "-80"};
    for (size_t i = 0; i < N(texts); i++) {
        enum censor c;
        struct dec v;
        char text[CENSORED_TEXT];
        assert_int_equal(censored_parse(texts[i], &c, &v), CPF_OK);
        censored_format(c, v, text);
        assert_string_equal(text, texts[i]);
    }
    static const char *const bad[] = {"", "<", "<<1", "tntc ", "not-detected5", "< 5", "=5", "≤5"};
    for (size_t i = 0; i < N(bad); i++)
        assert_int_not_equal(censored_parse(bad[i], &(enum censor){0}, &(struct dec){0, 0}), CPF_OK);
}

static void test_what_may_be_two_numbers_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        enum typed_fault fault;
    } bad[] = {
        {"1,5", TYPED_COMMA},
        {"1，5", TYPED_COMMA},
        {"1,000", TYPED_COMMA},
        {"1、5", TYPED_COMMA},
        {"1'000", TYPED_COMMA},
        {"1 000", TYPED_GAP},
        {"1　000", TYPED_GAP},
        {"12 34 mL", TYPED_GAP},
        {"1e6", TYPED_EXPONENT},
        {"1.5E-3", TYPED_EXPONENT},
        {"1.5×10^6", TYPED_EXPONENT},
        {"1.5x10^6", TYPED_EXPONENT},
        {"1.5 × 10⁶ cells", TYPED_EXPONENT},
        {"10⁶", TYPED_EXPONENT},
        {"10^6", TYPED_EXPONENT},
        {"1.5*10^6", TYPED_EXPONENT},
        {".5", TYPED_POINT},
        {"5.", TYPED_POINT},
        {"５．", TYPED_POINT},
        {"1234567890123456", TYPED_LONG},
        {"", TYPED_NONE},
        {"abc", TYPED_NONE},
        {"--5", TYPED_NONE},
        {"5F", TYPED_NONE},
        {"<", TYPED_NONE},
        {"<5以下", TYPED_NONE},
        {"1.2.3", TYPED_NONE},
        {"5 of 6", TYPED_NONE},
        {"\xff", TYPED_NONE},
    };
    for (size_t i = 0; i < N(bad); i++) {
        struct typed_number n = {.unit = "same"};
        enum typed_fault fault = typed_number(bad[i].typed, strlen(bad[i].typed), &n);
        if (fault != bad[i].fault || strcmp(n.unit, "same") != 0)
            fail_msg("%s: fault %d, wanted %d", bad[i].typed, fault, bad[i].fault);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_the_same_however_it_is_typed),
        cmocka_unit_test(test_another_name_is_another),
        cmocka_unit_test(test_what_is_no_text_is_the_same_only_byte_by_byte),
        cmocka_unit_test(test_a_date_is_the_same_day_in_every_form),
        cmocka_unit_test(test_an_era_has_its_first_year_and_its_ends),
        cmocka_unit_test(test_what_may_be_two_days_is_none),
        cmocka_unit_test(test_no_two_units_differ_in_case_only),
        cmocka_unit_test(test_each_unit_is_itself),
        cmocka_unit_test(test_units_as_they_are_typed),
        cmocka_unit_test(test_numbers_as_they_are_typed),
        cmocka_unit_test(test_censored_results_are_values),
        cmocka_unit_test(test_what_stands_in_the_log_reads_back),
        cmocka_unit_test(test_what_may_be_two_numbers_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
