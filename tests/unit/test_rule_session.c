/* Who is signed in where; secrets; a station's day. */
#include "bench_rig.h"

static const char steps[] =
    "  - {id: work, title: {ja: 題, en: Work}, where: [B2], by: [operator], dept: manufacturing, fields: [\n"
    "      {id: tube, title: {ja: 題, en: Tube}, scan: container, label: [T], use: issue}]}\n"
    "  - {id: pair, title: {ja: 題, en: Pair}, where: [B2], by: [operator], dept: manufacturing, after: [], "
    "optional: true, fields: [\n"
    "      {id: one, title: {ja: 題, en: Tube}, scan: document}, {id: two, title: {ja: 題, en: Tube}, scan: "
    "document}]}\n"
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

static void test_station_is_slowed_first(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    refused(rig_pin(r, "OP1", false), "session.wrong-secret");
    with_arg(rig_pin(r, "OP2", false), "left", "1");
    with_arg(rig_pin(r, "OP3", false), "left", "0");
    refused(rig_sign_in(r, "MM"), "session.wait");
    with_arg(&r->v, "seconds", "1");
    assert_int_equal(rig_count(r, "session.failed"), 0);
    rig_wait(r, RIG_SECOND);
    accepted(rig_sign_in(r, "MM"));
    with_arg(rig_pin(r, "OP1", false), "left", "2"); /* a right one ends the row */
}

/* Each wrong one as soon as it is taken; how long the next one waits. */
static int64_t mistype(struct rig *r, const char *person, int times)
{
    struct command c = {.station = r->station, .person = book_person(&r->book, person)};
    for (int i = 0; i < times; i++) {
        rig_wait(r, rule_wait(&c, r->now));
        refused(rig_pin(r, person, false), "session.wrong-secret");
    }
    return rule_wait(&c, r->now);
}

static void test_person_is_slowed_second_and_to_a_bound(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    assert_int_equal(mistype(r, "OP1", 4), 2 * RIG_SECOND);
    assert_int_equal(mistype(r, "OP1", 1), 15 * RIG_SECOND);
    assert_int_equal(mistype(r, "OP1", 1), 30 * RIG_SECOND);
    refused(rig_sign_in(r, "OP1"), "session.wait");
    rig_wait(r, 8 * RIG_SECOND);
    accepted(rig_sign_in(r, "OP2")); /* the station's own wait is shorter */
    assert_int_equal(mistype(r, "OP1", 5), 15 * RIG_MINUTE);
    assert_int_equal(mistype(r, "OP1", 1), 15 * RIG_MINUTE);
    rig_wait(r, 15 * RIG_MINUTE);
    accepted(rig_sign_in(r, "OP1"));
    assert_int_equal(mistype(r, "OP1", 1), 0);
    assert_false(book_person(&r->book, "OP1")->locked);
}

static void test_clinics_terminal_locks_nobody_at_the_own_desk(void **state)
{
    struct rig *r = *state;
    static const char *const p[] = {"FM", "QM", "MM"};
    rig_at(r, "CL1");
    for (size_t i = 0; i < 3; i++)
        mistype(r, p[i], 8);
    rig_at(r, "QA1");
    for (size_t i = 0; i < 3; i++)
        accepted(rig_sign_in(r, p[i]));
}

static void test_unknown_secret_is_not_tried_while_one_waits(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    mistype(r, "OP1", 2);
    r->next.untried = true; /* the daemon's clock was a moment behind */
    refused(rig_pin(r, "OP1", false), "session.wait");
    assert_int_equal(rig_count(r, "session.failed"), 0);
}

static const struct verdict *wrong_password(struct rig *r)
{
    struct command c = {.kind = COMMAND_ACT,
                        .station = r->station,
                        .person = book_person(&r->book, "MM"),
                        .secret_given = true,
                        .batch = "B1",
                        .step = "report",
                        .fields = json_object(&r->arena)};
    return rig_run(r, &c);
}

static void test_wrong_passwords_count_too(void **state)
{
    struct rig *r = *state;
    accepted(rig_order(r, "B1", "P000001"));
    rig_at(r, "QA1");
    for (int i = 0; i < 3; i++)
        refused(wrong_password(r), "session.wrong-secret");
    refused(rig_sign(r, "MM", "B1", "report", "all=yes"), "session.wait");
    refused(rig_record(r, "FM", "room.added", "room=R9|grade=B"), "session.wait");
    rig_wait(r, RIG_SECOND);
    refused(rig_sign(r, "MM", "B1", "report", "all=yes"), "step.order"); /* the secret was taken */
}

/* A step without a verb, left out with a secret; `untried`: the daemon saw the wait before it tried it. */
static const struct verdict *skip_with(struct rig *r, bool right, bool untried)
{
    struct command c = {.kind = COMMAND_ACT,
                        .station = r->station,
                        .person = book_person(&r->book, "OP1"),
                        .secret_given = true,
                        .authenticated = right,
                        .untried = untried,
                        .batch = "B1",
                        .step = "pair",
                        .skip = "not needed",
                        .fields = json_object(&r->arena)};
    return rig_run(r, &c);
}

/* All of them were sent before the first was judged, so each was tried. */
static void test_guesses_on_their_way_at_once_wait_as_well(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    for (int i = 0; i < 3; i++)
        refused(skip_with(r, false, false), "session.wrong-secret");
    refused(skip_with(r, false, false), "session.wait");
    refused(skip_with(r, true, false), "session.wait");
    refused(skip_with(r, false, true), "session.wait");
    rig_wait(r, RIG_SECOND);
    refused(skip_with(r, true, false), "step.not-skippable"); /* the secret was taken */
}

static void test_wrong_secrets_are_counted_by_day(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    mistype(r, "OP1", 7);
    rig_wait(r, RIG_DAY);
    with_arg(rig_pin(r, "OP1", false), "left", "2");
    assert_int_equal(rig_count(r, "day.closed"), 1);
}

static void test_nobody_ends_the_own_lock_out(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "person/QM", "person.locked", "{\"person\":\"QM\"}"); /* by an older program */
    rig_at(r, "QA1");
    refused(rig_sign_in(r, "QM"), "session.locked");
    refused(rig_record(r, "FM", "person.unlocked", "person=FM"), "right.barred");
    accepted(rig_record(r, "FM", "person.unlocked", "person=QM"));
    accepted(rig_sign_in(r, "QM"));
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

static void test_midnight_ends_no_session_with_cells_in_hand(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    rig_clock(r, 0, 23, 50);
    rig_entry(r, "day/B21/2026-11-02", "person.fit", "{\"fit\":true,\"person\":\"OP1\"}");
    accepted(rig_scan(r, "C:B1-T1"));
    rig_clock(r, 1, 0, 5);
    accepted_as(rig_scan(r, "P:OP2"), "accepted.acting");
    assert_int_equal(rig_count(r, "day.closed"), 1);
    assert_int_equal(rig_count(r, "day.opened"), 1);
    assert_int_equal(r->station->bench.npeople, 2);
    assert_string_equal(r->station->bench.batch->id, "B1");
    assert_int_equal(r->station->bench.since[0], r->now - 15 * RIG_HOUR - 5 * RIG_MINUTE);
    assert_int_equal(book_person(&r->book, "OP1")->fit_day, clock_day(r->now));
    rig_clock(r, 2, 0, 5); /* but it is not carried on and on */
    refused(rig_scan(r, "P:OP2"), "session.none");
}

static void test_signing_in_says_who_declared_fit_elsewhere(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    rig_leaves(r, "OP1");
    rig_entry(r, "day/GW1/2026-11-02", "person.fit", "{\"fit\":true,\"person\":\"OP1\"}");
    accepted(rig_sign_in(r, "OP1"));
    assert_true(rig_says(r, "\"fit\":true")); /* the other day's stream may leave the memory */
    rig_clock(r, 1, 9, 0);
    accepted(rig_sign_in(r, "OP1"));
    assert_false(rig_says(r, "\"fit\""));
}

static void test_what_was_left_for_hours_ends_at_midnight(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    accepted(rig_scan(r, "C:B1-T1"));
    rig_clock(r, 1, 0, 5);
    refused(rig_scan(r, "P:OP2"), "session.none");
}

static void test_signing_out_makes_nobody_act(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    accepted_as(rig_scan(r, "P:OP2"), "accepted.acting");
    accepted_as(rig_scan(r, "X:OUT"), "accepted.session-whose");
    accepted_as(rig_scan(r, "P:OP2"), "accepted.session-next");
    refused(rig_scan(r, "C:B1-T1"), "session.who");
    refused(rig_scan(r, "B:B1"), "session.who");
    refused(rig_scan(r, "P:OP2"), "session.not-here");
    refused(rig_scan(r, "P:NOONE"), "session.unknown-badge");
    accepted(rig_sign_in(r, "OP3"));
    refused(rig_scan(r, "C:B1-T1"), "session.who"); /* neither does who comes */
    accepted_as(rig_scan(r, "P:OP1"), "accepted.acting");
    accepted(rig_scan(r, "C:B1-T1"));
    rig_leaves(r, "OP1");
    assert_string_equal(r->v.code, "accepted.session-next");
    accepted_as(rig_scan(r, "X:OUT"), "accepted.session-closed"); /* nobody acts, and there is no other one */
    assert_true(rig_says(r, "OP3"));
}

static void test_another_badge_in_the_middle_of_a_step_is_asked_about(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    accepted(rig_one(r, "PAIR", "D:A"));
    alert(rig_scan(r, "P:OP2"), "bench.take-over");
    with_arg(&r->v, "acting", "OP1");
    accepted(rig_scan(r, "P:OP1")); /* that was not meant */
    refused(rig_scan(r, "X:YES"), "bench.nothing-asked");
    alert(rig_scan(r, "P:OP2"), "bench.take-over");
    rig_wait(r, 2 * RIG_MINUTE);
    refused(rig_scan(r, "X:YES"), "bench.nothing-asked");
    alert(rig_scan(r, "P:OP2"), "bench.take-over");
    assert_string_equal(r->station->bench.acting->id, "OP1");
    accepted_as(rig_scan(r, "X:YES"), "accepted.acting");
    assert_string_equal(r->station->bench.acting->id, "OP2");
}

static void test_another_card_in_the_middle_of_a_step_is_asked_about(void **state)
{
    struct rig *r = *state;
    accepted(rig_order(r, "B2", "P000002"));
    rig_begin(r, "B1");
    accepted_as(rig_scan(r, "B:B2"), "accepted.batch"); /* nothing is begun */
    accepted_as(rig_scan(r, "B:B1"), "accepted.batch");
    accepted(rig_one(r, "PAIR", "D:A"));
    accepted_as(rig_scan(r, "B:B1"), "accepted.batch"); /* the same one */
    accepted(rig_scan(r, "X:STEP-PAIR"));
    alert(rig_scan(r, "B:B2"), "bench.other-batch");
    assert_string_equal(r->station->bench.batch->id, "B1");
    accepted_as(rig_scan(r, "X:YES"), "accepted.batch");
    assert_string_equal(r->station->bench.batch->id, "B2");
}

static const struct verdict *idle_scan(struct rig *r, const char *code)
{
    r->next.idle_after_s = 1800;
    return rig_scan(r, code);
}

static void test_idle_bench_asks_for_a_badge(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    rig_wait(r, 30 * RIG_MINUTE);
    accepted(idle_scan(r, "X:STEP-PAIR"));
    accepted(idle_scan(r, "D:A"));
    rig_wait(r, 31 * RIG_MINUTE);
    refused(idle_scan(r, "D:B"), "session.who");
    refused(idle_scan(r, "X:BACK"), "session.who");
    alert(idle_scan(r, "P:OP2"), "bench.take-over");
    accepted_as(idle_scan(r, "P:OP1"), "accepted.acting");
    accepted(idle_scan(r, "D:B"));
    rig_wait(r, 31 * RIG_MINUTE);
    r->next.idle_after_s = 0; /* where the facility wants it so */
    accepted(rig_scan(r, "X:BACK"));
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
    refused(rig_scan(r, "P:OP3"), "session.not-here");
    refused(rig_scan(r, "P:NOONE"), "session.unknown-badge");
}

static void test_last_to_sign_out_clears_the_bench(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "B1");
    rig_leaves(r, "OP1");
    assert_non_null(r->station->bench.batch);
    rig_out(r);
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
        T(test_station_is_slowed_first),
        T(test_person_is_slowed_second_and_to_a_bound),
        T(test_clinics_terminal_locks_nobody_at_the_own_desk),
        T(test_unknown_secret_is_not_tried_while_one_waits),
        T(test_wrong_passwords_count_too),
        T(test_guesses_on_their_way_at_once_wait_as_well),
        T(test_wrong_secrets_are_counted_by_day),
        T(test_nobody_ends_the_own_lock_out),
        T(test_signed_in_elsewhere_is_refused),
        T(test_session_left_open_yesterday_keeps_nobody_out),
        T(test_day_change_ends_the_session),
        T(test_midnight_ends_no_session_with_cells_in_hand),
        T(test_signing_in_says_who_declared_fit_elsewhere),
        T(test_what_was_left_for_hours_ends_at_midnight),
        T(test_signing_out_makes_nobody_act),
        T(test_another_badge_in_the_middle_of_a_step_is_asked_about),
        T(test_another_card_in_the_middle_of_a_step_is_asked_about),
        T(test_idle_bench_asks_for_a_badge),
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
