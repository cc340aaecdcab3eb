/* Which time is believed: flow/guard.h, with given clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include "flow/guard.h"

#define MINUTE INT64_C(60000)
#define DAY    (1440 * MINUTE)
#define T0     (INT64_C(20000) * DAY)
#define BOOT_1 "11111111-1111-4111-8111-111111111111"
#define BOOT_2 "22222222-2222-4222-8222-222222222222"

static const char *look(struct guard *g, int64_t wall, int64_t boot, int64_t last, bool synchronised)
{
    const struct guard_now now = {wall, boot, last, synchronised};
    return guard_look(g, &now);
}

static void make(struct guard *g, const char *boot, const char *path)
{
    guard_init(g, false, 10 * MINUTE, boot, path);
}

static void test_jump_while_running_is_ahead_until_it_comes_back(void **state)
{
    struct guard g;
    (void)state;
    make(&g, BOOT_1, NULL);
    assert_null(look(&g, T0, 5, T0, false));
    assert_null(look(&g, T0 + DAY, 5 + DAY, T0, false)); /* nobody scanned for a day */
    assert_null(look(&g, T0 + DAY + 9 * MINUTE, 5 + DAY, T0, false));
    assert_string_equal(look(&g, T0 + DAY + 20 * MINUTE, 5 + DAY, T0, true), GUARD_AHEAD);
    assert_null(look(&g, T0 + DAY + 10 * MINUTE, 5 + DAY + MINUTE, T0, false));
    guard_fini(&g);
}

static void test_clock_put_back_may_come_forward_again(void **state)
{
    struct guard g;
    (void)state;
    make(&g, BOOT_1, NULL);
    assert_null(look(&g, T0 + DAY, 5, T0, true));
    assert_null(look(&g, T0 + 60 * MINUTE, 10, T0, false));
    assert_null(look(&g, T0 + DAY, 15, T0, false));
    assert_string_equal(look(&g, T0 - MINUTE, 20, T0, false), GUARD_BACK);
    guard_fini(&g);
}

static void test_first_time_wants_last_entry_or_synchronised_kernel(void **state)
{
    struct guard g;
    (void)state;
    make(&g, BOOT_2, NULL);
    assert_string_equal(look(&g, T0 + DAY, 5, T0, false), GUARD_AHEAD);
    assert_string_equal(look(&g, T0 + DAY, 6, T0, false), GUARD_AHEAD);
    assert_null(look(&g, T0 + DAY, 7, T0, true));
    assert_null(look(&g, T0 + DAY, 8, T0, false)); /* believed is believed */
    guard_fini(&g);
    make(&g, BOOT_2, NULL);
    assert_null(look(&g, T0 + 10 * MINUTE, 5, T0, false));
    guard_fini(&g);
    make(&g, BOOT_2, NULL);
    assert_null(look(&g, T0, 5, 0, false)); /* a new log */
    guard_fini(&g);
}

static void test_restart_in_one_boot_goes_by_what_was_believed(void **state)
{
    struct guard g;
    char path[] = "/tmp/test_guard-XXXXXX";
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    make(&g, BOOT_1, path);
    assert_null(look(&g, T0, 5, T0, false));
    guard_save(&g, 5 + MINUTE);
    guard_fini(&g);
    make(&g, BOOT_1, path);
    assert_string_equal(look(&g, T0 + 400 * DAY, 5 + 2 * MINUTE, T0, true), GUARD_AHEAD);
    assert_null(look(&g, T0 + DAY, 5 + DAY, T0, false));
    guard_fini(&g);
    make(&g, BOOT_2, path); /* another boot's counts for nothing */
    assert_string_equal(look(&g, T0 + DAY, 5 + DAY, T0, false), GUARD_AHEAD);
    guard_fini(&g);
    unlink(path);
}

static void test_trusted_time_is_believed_and_goes_on(void **state)
{
    struct guard g;
    (void)state;
    make(&g, BOOT_1, NULL);
    assert_null(look(&g, T0, 5, T0, false));
    const struct guard_now now = {T0 + 400 * DAY, 10, T0, false};
    assert_string_equal(guard_look(&g, &now), GUARD_AHEAD);
    guard_trust(&g, &now);
    assert_null(look(&g, T0 + 401 * DAY, 10 + DAY, T0 + 400 * DAY, false));
    guard_fini(&g);
}

static void test_training_clock_is_moved_at_will(void **state)
{
    struct guard g;
    (void)state;
    guard_init(&g, true, 10 * MINUTE, BOOT_1, NULL);
    assert_null(look(&g, T0, 5, T0, false));
    assert_null(look(&g, T0 + 400 * DAY, 6, T0, false));
    assert_string_equal(look(&g, T0 + DAY, 7, T0 + 400 * DAY, false), GUARD_BACK);
    guard_fini(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jump_while_running_is_ahead_until_it_comes_back),
        cmocka_unit_test(test_clock_put_back_may_come_forward_again),
        cmocka_unit_test(test_first_time_wants_last_entry_or_synchronised_kernel),
        cmocka_unit_test(test_restart_in_one_boot_goes_by_what_was_believed),
        cmocka_unit_test(test_trusted_time_is_believed_and_goes_on),
        cmocka_unit_test(test_training_clock_is_moved_at_will),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
