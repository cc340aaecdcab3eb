/* What is wrong while serving, from what is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "health/health.h"
#include "hint.h"

#define DAY (24 * 3600 * INT64_C(1000))
#define NOW (20000 * DAY)

static const struct conf conf = {.tls_certificate = "c.pem",
                                 .report_certificate = "r.pem",
                                 .certificate_warn_days = 30,
                                 .disk_warn_mb = 2048,
                                 .disk_stop_mb = 128};

static struct health_seen fine(void)
{
    return (struct health_seen){.now = NOW,
                                .https = {NOW - DAY, NOW + 31 * DAY},
                                .report = {NOW - DAY, NOW + 900 * DAY},
                                .folder = "/data",
                                .free_mb = 2048,
                                .synchronised = true};
}

/* Those warnings and no others; bit i is warning i. */
static void expect(const struct conf *c, const struct health_seen *s, unsigned warnings, bool full)
{
    struct health_told t;
    unsigned got = 0;
    health_judge(c, s, &t);
    for (unsigned i = 0; i < HEALTH_WARNINGS; i++)
        got |= (*t.what[i] ? 1u : 0) << i;
    assert_int_equal(got, warnings);
    assert_int_equal(t.full, full);
}

static void test_all_well_says_nothing(void **state)
{
    struct health_seen s = fine();
    (void)state;
    expect(&conf, &s, 0, false);
}

static void test_certificate_near_its_end(void **state)
{
    struct health_seen s = fine();
    (void)state;
    s.https.until = NOW + 30 * DAY;
    expect(&conf, &s, 0, false);
    s.https.until -= 1;
    expect(&conf, &s, 1u << HEALTH_CERTIFICATE, false);
    s.https.until = NOW;
    expect(&conf, &s, 1u << HEALTH_CERTIFICATE, false);
    s = fine();
    s.report.until = NOW + DAY;
    expect(&conf, &s, 1u << HEALTH_CERTIFICATE, false);
    s = fine();
    s.https.from = NOW + 1;
    expect(&conf, &s, 1u << HEALTH_CERTIFICATE, false);
    s = fine();
    s.report = (struct http_validity){0, 0}; /* there is none */
    expect(&conf, &s, 0, false);
}

static void test_files_and_keys(void **state)
{
    struct health_seen s = fine();
    (void)state;
    strcpy(s.file, "vkey: No such file or directory");
    expect(&conf, &s, 1u << HEALTH_FILE, false);
    strcpy(s.key, "tls.key: mode 644");
    expect(&conf, &s, 1u << HEALTH_FILE | 1u << HEALTH_KEY, false);
}

static void test_little_room_warns_and_none_stops(void **state)
{
    struct health_seen s = fine();
    (void)state;
    s.free_mb = 2047;
    expect(&conf, &s, 1u << HEALTH_DISK, false);
    s.free_mb = 128;
    expect(&conf, &s, 1u << HEALTH_DISK, false);
    s.free_mb = 127;
    expect(&conf, &s, 1u << HEALTH_DISK, true);
}

static void test_clock_of_a_course_is_nobodys(void **state)
{
    struct conf course = conf;
    struct health_seen s = fine();
    (void)state;
    s.synchronised = false;
    expect(&conf, &s, 1u << HEALTH_CLOCK, false);
    course.training = true;
    expect(&course, &s, 0, false);
}

/* A code and something to do for each, and no code twice. */
static void test_every_warning_has_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < HEALTH_WARNINGS; i++) {
        assert_non_null(hint_warning(i));
        assert_non_null(hint_for_reason(hint_warning(i)));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(hint_warning(i), hint_warning(k));
    }
    assert_null(hint_warning(HEALTH_WARNINGS));
    assert_string_equal(hint_warning(HEALTH_CERTIFICATE), "certificate.ends");
    assert_string_equal(hint_warning(HEALTH_FILE), "file.unusable");
    assert_string_equal(hint_warning(HEALTH_KEY), "key.exposed");
    assert_string_equal(hint_warning(HEALTH_DISK), "disk.low");
    assert_string_equal(hint_warning(HEALTH_CLOCK), "clock.unsynchronised");
    assert_non_null(hint_for_reason("disk.full"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_well_says_nothing),
        cmocka_unit_test(test_certificate_near_its_end),
        cmocka_unit_test(test_files_and_keys),
        cmocka_unit_test(test_little_room_warns_and_none_stops),
        cmocka_unit_test(test_clock_of_a_course_is_nobodys),
        cmocka_unit_test(test_every_warning_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
