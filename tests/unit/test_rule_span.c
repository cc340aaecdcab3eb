/* Spans of a protocol in a zone that has summer time: days are the calendar's, hours are elapsed. */
#include "base/clock.h"
#include "bench_rig.h"
#include "core/rule/missing.h"

#define HOUR INT64_C(3600000)

static const struct span one_day = {true, true, 1}, day_of_hours = {true, false, 24 * HOUR};

static int64_t at(const char *text)
{
    int64_t ms;
    assert_int_equal(clock_parse(text, &ms), CPF_OK);
    return ms;
}

static int in_berlin(void **state)
{
    (void)state;
    return clock_zone_use("Europe/Berlin");
}

/* The 28th has 23 hours: a day after half past eleven in the evening is it, from its midnight on. */
static void test_a_day_begins_at_midnight_however_long_the_one_before(void **state)
{
    (void)state;
    assert_int_equal(span_from(at("2027-03-27T22:30:00.000Z"), &one_day), at("2027-03-27T23:00:00.000Z"));
    assert_int_equal(span_from(at("2027-03-28T10:00:00.000Z"), &one_day), at("2027-03-28T22:00:00.000Z"));
}

static void test_a_day_is_over_with_its_last_moment(void **state)
{
    (void)state;
    assert_int_equal(span_till(at("2027-03-27T22:30:00.000Z"), &one_day), at("2027-03-28T21:59:59.999Z"));
    assert_int_equal(span_till(at("2026-10-24T10:00:00.000Z"), &one_day), at("2026-10-25T22:59:59.999Z"));
}

static void test_hours_are_elapsed_across_the_change(void **state)
{
    int64_t since = at("2027-03-27T22:30:00.000Z");
    (void)state;
    assert_int_equal(span_from(since, &day_of_hours), since + 24 * HOUR);
    assert_int_equal(span_till(since, &day_of_hours), since + 24 * HOUR);
}

/* What comes a day later comes on the next day of the calendar, not on the one after it. */
static void test_timeline_counts_days_of_the_calendar(void **state)
{
    struct window window = {.since = 0, .min = one_day};
    struct step step[2] = {{.id = "put"}, {.id = "look", .nwindows = 1, .window = &window}};
    const struct protocol p = {.nsteps = 2, .step = step};
    struct occ done = {.done = at("2027-03-27T22:30:00.000Z")}, *list[] = {&done};
    struct stepstate put[2] = {{.nocc = 1, .occ = list}};
    const struct batch x = {.id = "B1", .protocol = &p, .step = put};
    struct arena a;
    (void)state;
    arena_init(&a, 0);
    const int64_t *when = rule_timeline(&x, done.done, &a);
    assert_int_equal(clock_day(when[1]), clock_day(done.done) + 1);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_begins_at_midnight_however_long_the_one_before),
        cmocka_unit_test(test_a_day_is_over_with_its_last_moment),
        cmocka_unit_test(test_hours_are_elapsed_across_the_change),
        cmocka_unit_test(test_timeline_counts_days_of_the_calendar),
    };
    return cmocka_run_group_tests(tests, in_berlin, NULL);
}
