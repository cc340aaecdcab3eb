#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "seeded.h"

#define DAY_MS INT64_C(86400000)

/* ---- text ---- */

static int64_t at(const char *text)
{
    int64_t ms;
    if (clock_parse(text, &ms) != CPF_OK)
        fail_msg("%s", text);
    return ms;
}

static void test_parse_and_format_agree_with_libc(void **state)
{
    (void)state;
    struct seeded rnd = {8};
    for (int i = 0; i < 20000; i++) {
        /* 0000-01-01 to 9999-12-31 */
        int64_t sec = INT64_C(-62167219200) + (int64_t)seeded_below(&rnd, UINT64_C(315569520000)), back;
        int ms = (int)seeded_below(&rnd, 1000);
        time_t t = (time_t)sec;
        struct tm tm;
        char want[64], text[CLOCK_TEXT];
        gmtime_r(&t, &tm);
        snprintf(want, sizeof(want), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
        clock_format(sec * 1000 + ms, text);
        assert_string_equal(text, want);
        assert_int_equal(clock_parse(text, &back), CPF_OK);
        assert_int_equal(back, sec * 1000 + ms);
    }
}

static void test_format_stays_within_four_digits(void **state)
{
    (void)state;
    char text[CLOCK_TEXT];
    clock_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    clock_format(INT64_MIN, text);
    assert_string_equal(text, "0000-01-01T00:00:00.000Z");
    clock_format(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void test_parse_takes_one_form_only(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026-11-22T02:30:00.123",
        "2026-11-22T02:30:00.12Z",
        "2026-11-22T02:30:00.1234Z",
        "2026-11-22T02:30:00Z",
        "2026-11-22T02:30:00.123+00:00",
        "2026-11-22T02:30:00.123z",
        "2026-11-22t02:30:00.123Z",
        "2026-11-22 02:30:00.123Z",
        " 2026-11-22T02:30:00.123Z",
        "2026-11-22T02:30:00.123Z ",
        "2026-11-22T02:30:00,123Z",
        "2026-13-22T02:30:00.123Z",
        "2026-00-22T02:30:00.123Z",
        "2026-11-31T02:30:00.123Z",
        "2026-11-00T02:30:00.123Z",
        "2026-02-29T02:30:00.123Z",
        "2100-02-29T02:30:00.123Z",
        "2026-11-22T24:00:00.000Z",
        "2026-11-22T02:60:00.123Z",
        "2026-11-22T02:30:60.123Z",
        "2026-11-22T02:30:0a.123Z",
        "+026-11-22T02:30:00.123Z",
    };
    int64_t ms = 42;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (clock_parse(bad[i], &ms) != CPF_E_SYNTAX)
            fail_msg("%s", bad[i]);
    assert_int_equal(ms, 42);
    assert_int_equal(clock_parse("2000-02-29T00:00:00.000Z", &ms), CPF_OK);
}

static void test_parse_rfc3339_takes_what_stations_send(void **state)
{
    (void)state;
    static const struct {
        const char *text, *same;
    } t[] = {
        {"2026-11-22T02:30:00Z", "2026-11-22T02:30:00.000Z"},
        {"2026-11-22T11:30:00+09:00", "2026-11-22T02:30:00.000Z"},
        {"2026-11-21T21:30:00.5-05:00", "2026-11-22T02:30:00.500Z"},
        {"2026-11-22T02:30:00.123987654321Z", "2026-11-22T02:30:00.123Z"},
        {"2026-11-22T02:30:00.12-00:00", "2026-11-22T02:30:00.120Z"},
        {"1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"},
    };
    static const char *const bad[] = {"2026-11-22T02:30:00",       "2026-11-22T02:30:00.Z",
                                      "2026-11-22T02:30:00+9:00",  "2026-11-22T02:30:00+0900",
                                      "2026-11-22T02:30:00+24:00", "2026-11-22T02:30:00+09:60",
                                      "2026-11-22T02:30:00Zx",     "2026-11-22T02:30",
                                      "0000-01-01T00:00:00+01:00", "2026-11-22T02:30:00+09:00 "};
    int64_t ms;
    for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
        assert_int_equal(clock_parse_rfc3339(t[i].text, &ms), CPF_OK);
        assert_int_equal(ms, at(t[i].same));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (clock_parse_rfc3339(bad[i], &ms) != CPF_E_SYNTAX)
            fail_msg("%s", bad[i]);
}

static void test_day_text_round_trip(void **state)
{
    (void)state;
    char text[11];
    int64_t day;
    for (int64_t d = -719528; d <= 2932896; d += 97) {
        clock_day_format(d, text);
        assert_int_equal(clock_day_parse(text, &day), CPF_OK);
        assert_int_equal(day, d);
    }
    assert_int_equal(clock_day_parse("1970-01-01", &day), CPF_OK);
    assert_int_equal(day, 0);
    static const char *const bad[] = {"",           "1970-01-1", "1970-1-01", "1970-01-011",
                                      "1970-02-30", "1970/01/01"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(clock_day_parse(bad[i], &day), CPF_E_SYNTAX);
}

/* ---- zones ---- */

static void test_zone_use_refuses_unknown_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"Asia/Nowhere", "",      "/etc/passwd", "../passwd",
                                      "Asia",         "JST-9", ":Asia/Tokyo", "Asia/Tokyo ",
                                      "zone.tab"};
    assert_int_equal(clock_zone_use("Asia/Tokyo"), CPF_OK);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (clock_zone_use(bad[i]) != CPF_E_NOTFOUND)
            fail_msg("%s", bad[i]);
    assert_string_equal(clock_zone_name(), "Asia/Tokyo");
}

static void expect_day(const char *when, const char *date)
{
    char text[11];
    clock_day_format(clock_day(at(when)), text);
    assert_string_equal(text, date);
}

static void expect_start(const char *date, const char *when)
{
    int64_t day;
    char text[CLOCK_TEXT];
    assert_int_equal(clock_day_parse(date, &day), CPF_OK);
    clock_format(clock_day_start(day), text);
    assert_string_equal(text, when);
}

static void test_days_in_tokyo(void **state)
{
    (void)state;
    char text[17];
    assert_int_equal(clock_zone_use("Asia/Tokyo"), CPF_OK);
    expect_day("2026-11-22T14:59:59.999Z", "2026-11-22");
    expect_day("2026-11-22T15:00:00.000Z", "2026-11-23");
    expect_start("2026-11-23", "2026-11-22T15:00:00.000Z");
    expect_start("1970-01-01", "1969-12-31T15:00:00.000Z");
    clock_format_local(at("2026-11-22T15:07:59.999Z"), text);
    assert_string_equal(text, "2026-11-23 00:07");
    for (int64_t d = 20000; d < 22000; d++)
        assert_int_equal(clock_day_start(d + 1) - clock_day_start(d), DAY_MS);
}

static void test_days_with_summer_time(void **state)
{
    (void)state;
    assert_int_equal(clock_zone_use("America/New_York"), CPF_OK);
    expect_start("2026-03-08", "2026-03-08T05:00:00.000Z");
    expect_start("2026-03-09", "2026-03-09T04:00:00.000Z"); /* 23 hours later */
    expect_start("2026-11-01", "2026-11-01T04:00:00.000Z");
    expect_start("2026-11-02", "2026-11-02T05:00:00.000Z"); /* 25 hours later */
    expect_day("2026-11-02T04:59:59.999Z", "2026-11-01");
    expect_day("2026-11-02T05:00:00.000Z", "2026-11-02");
}

static void test_days_whose_midnight_does_not_exist(void **state)
{
    (void)state;
    assert_int_equal(clock_zone_use("America/Sao_Paulo"), CPF_OK);
    expect_start("2018-11-04", "2018-11-04T03:00:00.000Z"); /* begins at 01:00 */
    expect_start("2018-11-05", "2018-11-05T02:00:00.000Z");
    expect_day("2018-11-04T02:59:59.999Z", "2018-11-03");
    assert_int_equal(clock_zone_use("Pacific/Apia"), CPF_OK);
    expect_start("2011-12-29", "2011-12-29T10:00:00.000Z");
    expect_start("2011-12-30", "2011-12-30T10:00:00.000Z"); /* there was none: the 31st begins */
    expect_start("2011-12-31", "2011-12-30T10:00:00.000Z");
}

static void test_day_with_two_midnights_begins_at_the_first(void **state)
{
    (void)state;
    assert_int_equal(clock_zone_use("Asia/Amman"), CPF_OK);
    expect_start("2021-10-29", "2021-10-28T21:00:00.000Z"); /* at 01:00 the clock went back to 00:00 */
    expect_start("2021-10-30", "2021-10-29T22:00:00.000Z");
}

/* The instant before a day's start is another day, whatever the zone does. */
static void test_day_start_is_the_first_millisecond(void **state)
{
    (void)state;
    static const char *const zones[] = {
        "Asia/Tokyo",   "America/New_York",  "Europe/Berlin",  "Australia/Lord_Howe",
        "Africa/Cairo", "America/Sao_Paulo", "Asia/Kathmandu", "UTC"};
    for (size_t z = 0; z < sizeof(zones) / sizeof(*zones); z++) {
        assert_int_equal(clock_zone_use(zones[z]), CPF_OK);
        for (int64_t d = 16000; d < 22000; d++) {
            int64_t start = clock_day_start(d);
            assert_int_equal(clock_day(start), d);
            assert_int_equal(clock_day(start - 1), d - 1);
            assert_int_equal(clock_day(start + DAY_MS / 2), d);
        }
    }
}

static void test_clocks_move_forward(void **state)
{
    (void)state;
    int64_t offset, before = clock_mono_ms(), now = clock_now_ms();
    (void)clock_synchronised(&offset);
    assert_true(now > at("2020-01-01T00:00:00.000Z"));
    assert_true(llabs(now - (int64_t)time(NULL) * 1000) < 5000);
    nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    assert_true(clock_mono_ms() > before);
}

static void test_a_span_has_one_grammar(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: none */
    } row[] = {{"90s", 90000},     {"20min", 1200000}, {"20m", 1200000}, {"5 min", 300000},  {"3h", 10800000},
               {"2 d", 172800000}, {"0s", 0},          {"", -1},         {"min", -1},        {"-3h", -1},
               {"3", -1},          {"3  h", -1},       {"3hh", -1},      {"1234567890s", -1}};
    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
        int64_t ms = -1;
        assert_int_equal(clock_span_parse(row[i].text, &ms) == 0, row[i].ms >= 0);
        assert_int_equal(ms, row[i].ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_and_format_agree_with_libc),
        cmocka_unit_test(test_format_stays_within_four_digits),
        cmocka_unit_test(test_parse_takes_one_form_only),
        cmocka_unit_test(test_parse_rfc3339_takes_what_stations_send),
        cmocka_unit_test(test_day_text_round_trip),
        cmocka_unit_test(test_zone_use_refuses_unknown_names),
        cmocka_unit_test(test_days_in_tokyo),
        cmocka_unit_test(test_days_with_summer_time),
        cmocka_unit_test(test_days_whose_midnight_does_not_exist),
        cmocka_unit_test(test_day_with_two_midnights_begins_at_the_first),
        cmocka_unit_test(test_day_start_is_the_first_millisecond),
        cmocka_unit_test(test_clocks_move_forward),
        cmocka_unit_test(test_a_span_has_one_grammar),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
