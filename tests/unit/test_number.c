/* Numbering rules, and numbers that look alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/code/number.h"

static void test_rule_says_letters_year_and_count(void **state)
{
    static const char *const good[] = {"NK{yy}-{nnnn}", "B{nnnn}", "CPF1-{yyyy}-{nn}"},
                             *const bad[] = {"",          "NK",           "{yy}-{nnnn}", "NK{y}-{nnnn}",
                                             "NK{nnnn",   "NK{nnnn}{nn}", "nk{nnnn}",    "NK{n}",
                                             "NK {nnnn}", "製{nnnn}"};
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_int_equal(number_check(good[i]), CPF_OK);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(number_check(bad[i]), CPF_E_SYNTAX);
}

static void test_number_is_read_as_it_is_written(void **state)
{
    char text[NUMBER_TEXT];
    int64_t n = 0;
    (void)state;
    number_write("NK{yy}-{nnnn}", 2026, 147, text);
    assert_string_equal(text, "NK26-0147");
    assert_true(number_read("NK{yy}-{nnnn}", text, 2026, &n));
    assert_int_equal(n, 147);
    number_write("NK{yy}-{nnnn}", 2026, 12345, text);
    assert_true(number_read("NK{yy}-{nnnn}", text, 2026, &n));
    assert_int_equal(n, 12345);
    assert_false(number_read("NK{yy}-{nnnn}", "NK25-0147", 2026, &n));
    assert_false(number_read("NK{yy}-{nnnn}", "NK26-147", 2026, &n));
    assert_false(number_read("NK{yy}-{nnnn}", "NK26-0147-T1", 2026, &n));
}

static void test_alike_is_what_differs_in_look_alikes_alone(void **state)
{
    (void)state;
    assert_true(number_alike("NK26-0147", "NK26-O147"));
    assert_true(number_alike("NK2S-I8", "NK25-1B"));
    assert_true(number_alike("AZl", "A21"));
    assert_false(number_alike("NK26-0147", "NK26-0147"));
    assert_false(number_alike("NK26-0147", "NK26-0148"));
    assert_false(number_alike("NK26-0147", "NK26-O1470"));
}

static void test_same_is_what_people_read_as_one(void **state)
{
    (void)state;
    assert_true(number_same("CAL-10", "CAL-10"));
    assert_true(number_same("CAL-10", "cal-IO"));
    assert_true(number_same("CAL 10", "ＣＡＬ１０"));
    assert_false(number_same("CAL-10", "CAL-1"));
    assert_false(number_same("CAL-1", "CAL-10"));
    assert_false(number_same("CAL-B", "CAL-8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_says_letters_year_and_count),
        cmocka_unit_test(test_number_is_read_as_it_is_written),
        cmocka_unit_test(test_alike_is_what_differs_in_look_alikes_alone),
        cmocka_unit_test(test_same_is_what_people_read_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
