/* Who is signed in where; secrets; a station's day. */
#include "bench_rig.h"

static const char steps[] =
    "  - {id: work, title: {ja: 題, en: Work}, where: [B2], by: [operator], dept: manufacturing, fields: [\n"
    "      {id: tube, title: {ja: 題, en: Tube}, scan: container, label: [T], use: issue}]}\n"
    "  - {id: report, title: {ja: 題, en: Report}, where: [QA], by: [production-manager], dept: "
    "manufacturing,\n"
    "      sign: {verb: report, meaning: {ja: 報告, en: Reported}}, fields: [\n"
    "      {id: all, title: {ja: 題, en: All}, choice: {yes: {title: {ja: 可, en: Good}, is: ok}}}]}\n";

static int begin(void **state)
{
    return rig_set_up(state, steps, NULL);
}

static void test_nobody_signed_in_is_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    refused(rig_scan(r, "B:B1"), "session.none");
    assert_false(rig_says(r, "\"performed\":\"OP"));
}

static void test_fifth_wrong_pin_locks_out(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    for (int i = 0; i < 3; i++)
        refused(rig_pin(r, "OP1", false), "session.wrong-secret");
    with_arg(rig_pin(r, "OP1", false), "left", "1");
    refused(rig_pin(r, "OP1", false), "session.locked");
    assert_int_equal(rig_count(r, "person.locked"), 1);
    refused(rig_pin(r, "OP1", true), "session.locked");
    accepted(rig_sign_in(r, "OP2"));
}

static void test_right_pin_forgets_the_wrong_ones(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    for (int i = 0; i < 4; i++)
        refused(rig_pin(r, "OP1", false), "session.wrong-secret");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "X:OUT"));
    with_arg(rig_pin(r, "OP1", false), "left", "4");
}

static void test_wrong_passwords_lock_out_too(void **state)
{
    struct rig *r = *state;
    accepted(rig_order(r, "B1", "P000001"));
    rig_at(r, "QA1");
    for (int i = 0; i < 5; i++) {
        struct command c = {.kind = COMMAND_ACT,
                            .station = r->station,
                            .person = book_person(&r->book, "MM"),
                            .secret_given = true,
                            .batch = "B1",
                            .step = "report",
                            .fields = json_object(&r->arena)};
        refused(rig_run(r, &c), "session.wrong-secret");
    }
    refused(rig_sign(r, "MM", "B1", "report", "all=yes"), "session.locked");
}

static void test_wrong_secrets_are_counted_by_day(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    for (int i = 0; i < 4; i++)
        refused(rig_pin(r, "OP1", false), "session.wrong-secret");
    rig_wait(r, RIG_DAY);
    with_arg(rig_pin(r, "OP1", false), "left", "4");
    assert_int_equal(rig_count(r, "day.closed"), 1);
}

static void test_signed_in_elsewhere_is_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "GW1");
    accepted(rig_sign_in(r, "OP1"));
    rig_at(r, "B21");
    refused(rig_sign_in(r, "OP1"), "session.elsewhere");
    with_arg(&r->v, "station", "GW1");
    rig_at(r, "GW1");
    accepted_as(rig_scan(r, "X:OUT"), "accepted.session-closed");
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
}

static void test_session_left_open_yesterday_keeps_nobody_out(void **state)
{
    struct rig *r = *state;
    rig_at(r, "GW1");
    accepted(rig_sign_in(r, "OP1"));
    rig_wait(r, RIG_DAY);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
    assert_ptr_equal(book_person(&r->book, "OP1")->signed_in, r->station);
}

static void test_day_change_ends_the_session(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    rig_clock(r, 0, 23, 59);
    accepted(rig_scan(r, "P:OP2"));
    rig_clock(r, 1, 0, 0);
    refused(rig_scan(r, "C:B1-T1"), "session.none");
    assert_int_equal(rig_count(r, "day.closed"), 1);
    assert_int_equal(rig_count(r, "day.opened"), 1);
    assert_false(rig_says(r, "\"performed\":\"OP"));
    assert_int_equal(r->station->bench.npeople, 0);
}

static void test_unknown_and_suspended_people_are_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    refused(rig_sign_in(r, "NOBODY"), "session.unknown-badge");
    rig_entry(r, "person/OP1", "person.changed", "{\"person\":\"OP1\",\"suspended\":true}");
    refused(rig_sign_in(r, "OP1"), "person.suspended");
}

static void test_six_people_fill_a_station(void **state)
{
    struct rig *r = *state;
    static const char *const p[] = {"OP1", "OP2", "OP3", "MM", "QC1", "QC2"};
    rig_at(r, "B21");
    for (int i = 0; i < 6; i++)
        accepted(rig_sign_in(r, p[i]));
    refused(rig_sign_in(r, "QM"), "session.full");
}

static void test_badge_says_who_acts_now(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    accepted(rig_scan(r, "P:OP2"));
    accepted(rig_scan(r, "C:B1-T1"));
    assert_true(rig_says(r, "\"performed\":\"OP2\",\"recorded\":\"OP1\""));
    refused(rig_scan(r, "P:OP3"), "session.none");
    refused(rig_scan(r, "P:NOONE"), "session.unknown-badge");
}

static void test_last_to_sign_out_clears_the_bench(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    accepted(rig_scan(r, "X:OUT"));
    assert_non_null(r->station->bench.batch);
    accepted(rig_scan(r, "X:OUT"));
    assert_null(r->station->bench.batch);
    assert_null(r->station->bench.acting);
}

static void test_codes_that_are_none_are_refused(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    refused(rig_scan(r, "C-B1-T1-0"), "scan.check-character");
    refused(rig_scan(r, "C-!!"), "scan.malformed");
    refused(rig_scan(r, RIG_NAME), "scan.unknown");
    assert_true(rig_says(r, "\"pd\":{\"raw\":"));
    refused(rig_scan(r, "X:DANCE"), "command.unknown");
    refused(rig_scan(r, "X:STEP-NONE"), "step.unknown");
    refused(rig_scan(r, "X:STEP-REPORT"), "step.form");
}

static void test_batch_card_of_no_batch_is_refused_in_the_day(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    refused(rig_scan(r, "B:B9"), "batch.unknown");
    assert_non_null(strstr(rig_text_of(r, "refused"), "\"stream\":\"day/"));
}

static void test_scan_without_a_batch_is_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
    refused(rig_scan(r, "C:B1-T1"), "scan.no-batch");
    refused(rig_scan(r, "X:STEP-WORK"), "scan.no-batch");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_nobody_signed_in_is_refused),
        T(test_fifth_wrong_pin_locks_out),
        T(test_right_pin_forgets_the_wrong_ones),
        T(test_wrong_passwords_lock_out_too),
        T(test_wrong_secrets_are_counted_by_day),
        T(test_signed_in_elsewhere_is_refused),
        T(test_session_left_open_yesterday_keeps_nobody_out),
        T(test_day_change_ends_the_session),
        T(test_unknown_and_suspended_people_are_refused),
        T(test_six_people_fill_a_station),
        T(test_badge_says_who_acts_now),
        T(test_last_to_sign_out_clears_the_bench),
        T(test_codes_that_are_none_are_refused),
        T(test_batch_card_of_no_batch_is_refused_in_the_day),
        T(test_scan_without_a_batch_is_refused),
    };
    return cmocka_run_group_tests_name("rule: sessions", tests, NULL, NULL);
}
