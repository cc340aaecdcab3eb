/* A deviation from its assessment to its end, and behind it: who judges it, in time, and what is done about
 * it. */
#include "rule_release.h"

/* Of nobody's step, by OP1: B1-DV1. */
static void opened(struct rig *r)
{
    rig_at(r, "QA1");
    accepted(rig_record(r, "OP1", "deviation.opened", "batch=B1|hold=?no|reason=odd"));
}

static const struct verdict *assessed(struct rig *r, const char *who, const char *grade)
{
    return rig_record(r, who, "deviation.assessed",
                      arena_printf(&r->arena, "batch=B1|dev=B1-DV1|reason=seen|grade=%s", grade));
}

static const struct verdict *confirmed(struct rig *r, const char *who)
{
    return rig_record(r, who, "deviation.confirmed", "batch=B1|dev=B1-DV1|told=FM");
}

static const struct verdict *closed(struct rig *r, const char *more)
{
    return rig_record(r, "QM", "deviation.closed",
                      arena_printf(&r->arena, "batch=B1|dev=B1-DV1|reason=done%s", more));
}

static const struct verdict *verified(struct rig *r, const char *action)
{
    return rig_record(r, "QM", "deviation.verified",
                      arena_printf(&r->arena, "batch=B1|action=%s|reason=seen", action));
}

/* By somebody within that time. */
static const struct verdict *measure(struct rig *r, const char *dev, const char *owner, int64_t within,
                                     const char *more)
{
    char day[11];
    clock_day_format(clock_day(r->now + within), day);
    return rig_record(
        r, "QM", "deviation.action",
        arena_printf(&r->arena, "batch=B1|dev=%s|owner=%s|due=%s|reason=mend it%s", dev, owner, day, more));
}

static const struct deviation *first(struct rig *r)
{
    return &rig_batch(r, "B1")->dev[0];
}

/* ---- assessed by one, confirmed by another ---- */

static void test_assessment_counts_when_another_of_quality_confirms_it(void **state)
{
    struct rig *r = *state;
    make(r);
    opened(r);
    refused(assessed(r, "MM", "minor"), "record.role");
    refused(confirmed(r, "QM"), "record.unknown"); /* what nobody has assessed */
    accepted_as(assessed(r, "QC2", "minor"), "deviation.awaits");
    assert_true(first(r)->awaits);
    refused(decide(r), "decision.deviations");
    refused(closed(r, ""), "deviation.unconfirmed");
    refused(confirmed(r, "QC1"), "record.role");
    accepted(confirmed(r, "QM"));
    assert_true(rig_says(r, "\"grade\":\"minor\""));
    refused(confirmed(r, "QM"), "record.unknown");
    accepted(decide(r));
}

static void test_nobody_confirms_what_he_assessed_himself(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assessed(r, "QM", "minor"));
    refused(confirmed(r, "QM"), "right.nobody");
    accepted(confirmed(r, "FM")); /* there is nobody else of quality */
}

static void test_facility_manager_confirms_only_where_nobody_of_quality_may(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assessed(r, "QC2", "minor"));
    refused(confirmed(r, "FM"), "record.role");
}

static void test_what_is_assessed_anew_is_confirmed_anew(void **state)
{
    struct rig *r = *state;
    make(r);
    opened(r);
    accepted(assess(r, "B1-DV1", "minor"));
    accepted(assessed(r, "QC2", "minor"));
    refused(decide(r), "decision.deviations");
    accepted(confirmed(r, "QM"));
    accepted(decide(r));
}

/* Of a program that asked for one alone. */
static void test_assessment_in_an_older_log_counts_as_it_did(void **state)
{
    struct rig *r = *state;
    make(r);
    opened(r);
    rig_entry(r, "batch/B1", "deviation.assessed", "{\"dev\":\"B1-DV1\",\"grade\":\"minor\"}");
    assert_false(first(r)->awaits);
    accepted(decide(r));
    accepted(closed(r, ""));
}

static void test_what_is_major_from_the_start_is_assessed_too(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "batch/B1", "deviation.opened",
              "{\"cause\":\"ident.foreign-opened\",\"dev\":\"B1-DV1\",\"grade\":\"major\",\"hold\":false}");
    rig_at(r, "QA1");
    refused(closed(r, "|told=FM"), "deviation.unassessed");
    refused(assessed(r, "QC2", "minor"), "deviation.table"); /* and with two: */
    accepted(rig_sign_in(r, "FM"));
    refused(assessed(r, "QC2", "minor|witness=P:FM"), "record.exists");
    accepted(assess(r, "B1-DV1", "major"));
    refused(assessed(r, "QC2", "major"), "record.exists");
}

/* ---- in time ---- */

static void test_what_nobody_assesses_in_time_is_told_once(void **state)
{
    struct rig *r = *state;
    opened(r);
    rig_wait(r, 4 * RIG_HOUR - RIG_MINUTE);
    assert_int_equal(rig_deadlines(r), 0);
    rig_wait(r, RIG_MINUTE);
    assert_int_equal(rig_deadlines(r), 1);
    alert(&r->v, "deviation.late");
    with_arg(&r->v, "dev", "B1-DV1");
    assert_true(first(r)->overdue);
    assert_int_equal(rig_deadlines(r), 0);
    accepted(assess(r, "B1-DV1", "minor"));
}

static void test_nothing_is_told_of_what_was_assessed_in_time(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assessed(r, "QC2", "minor"));
    rig_wait(r, RIG_DAY);
    assert_int_equal(rig_deadlines(r), 0);
}

/* ---- what is done about it ---- */

static void test_deviation_with_open_measures_closes_only_when_quality_says_why(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assess(r, "B1-DV1", "minor"));
    refused(measure(r, "B1-DV1", "NOBODY", RIG_DAY, ""), "record.word");
    refused(measure(r, "B1-DV1", "MM", -RIG_DAY, ""), "record.invalid");
    refused(measure(r, "B1-DV9", "MM", RIG_DAY, ""), "record.unknown");
    accepted(measure(r, "B1-DV1", "MM", RIG_DAY, ""));
    accepted(measure(r, "B1-DV1", "QM", RIG_DAY, ""));
    refused(closed(r, ""), "deviation.actions");
    refused(rig_record(r, "MM", "deviation.verified", "batch=B1|action=B1-A1|reason=done"), "record.role");
    accepted(verified(r, "B1-A1"));
    refused(verified(r, "B1-A1"), "record.unknown");
    refused(verified(r, "B1-A2"), "right.nobody"); /* one's own, and there is no other */
    refused(closed(r, ""), "deviation.actions");
    accepted(closed(r, "|despite=seen in March"));
    assert_true(rig_says(r, "\"open\":[\"B1-A2\"]"));
}

static void test_measure_that_is_overdue_is_told_once(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assess(r, "B1-DV1", "minor"));
    accepted(measure(r, "B1-DV1", "MM", RIG_DAY, ""));
    accepted(measure(r, "B1-DV1", "OP1", RIG_DAY, ""));
    accepted(verified(r, "B1-A2"));
    assert_int_equal(rig_deadlines(r), 0);
    rig_wait(r, 2 * RIG_DAY);
    assert_int_equal(rig_deadlines(r), 1);
    alert(&r->v, "deviation.overdue");
    with_arg(&r->v, "owner", "MM");
    assert_int_equal(rig_deadlines(r), 0);
}

static void test_measure_left_open_falls_due_behind_the_closing(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assess(r, "B1-DV1", "minor"));
    accepted(measure(r, "B1-DV1", "MM", RIG_DAY, ""));
    accepted(closed(r, "|despite=seen in March"));
    rig_wait(r, 2 * RIG_DAY);
    assert_int_equal(rig_deadlines(r), 1);
    alert(&r->v, "deviation.overdue");
    rig_at(r, "QA1");
    accepted(verified(r, "B1-A1"));
}

static void test_major_one_closes_once_all_is_done_and_the_facility_manager_told(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assess(r, "B1-DV1", "major"));
    refused(closed(r, "|told=FM"), "deviation.effect");
    accepted(measure(r, "B1-DV1", "MM", RIG_DAY, ""));
    refused(closed(r, "|told=FM|despite=no time"), "deviation.effect");
    accepted(measure(r, "B1-DV1", "QC2", 14 * RIG_DAY, "|effect=?yes"));
    refused(verified(r, "B1-A2"), "deviation.measures"); /* before it was done */
    accepted(verified(r, "B1-A1"));
    refused(closed(r, "|told=FM"), "deviation.major");
    refused(closed(r, "|told=FM|despite=looked at when due"), "deviation.major");
    accepted(verified(r, "B1-A2"));
    refused(closed(r, "|told=MM"), "deviation.told");
    accepted(closed(r, ""));
    assert_string_equal(first(r)->told, "FM");
}

static void test_facility_manager_who_says_that_he_knows_was_told(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assessed(r, "QC2", "major"));
    refused(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"), "deviation.told");
    refused(rig_record(r, "QM", "deviation.reported", "batch=B1|dev=B1-DV1"), "record.role");
    accepted(rig_record(r, "FM", "deviation.reported", "batch=B1|dev=B1-DV1"));
    refused(rig_record(r, "FM", "deviation.reported", "batch=B1|dev=B1-DV1"), "record.unknown");
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
    accepted(measure(r, "B1-DV1", "MM", RIG_DAY, ""));
    accepted(measure(r, "B1-DV1", "QC2", RIG_DAY, "|effect=?yes"));
    accepted(verified(r, "B1-A1"));
    accepted(verified(r, "B1-A2"));
    accepted(closed(r, ""));
}

static void test_what_was_done_behind_the_look_at_the_effect_is_looked_at_again(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assess(r, "B1-DV1", "major"));
    accepted(measure(r, "B1-DV1", "MM", RIG_DAY, ""));
    accepted(measure(r, "B1-DV1", "QC2", 14 * RIG_DAY, "|effect=?yes"));
    accepted(verified(r, "B1-A1"));
    accepted(verified(r, "B1-A2"));
    accepted(measure(r, "B1-DV1", "MM", RIG_DAY, ""));
    accepted(verified(r, "B1-A3"));
    refused(closed(r, "|told=FM"), "deviation.effect-first");
    accepted(measure(r, "B1-DV1", "QC2", 14 * RIG_DAY, "|effect=?yes"));
    accepted(verified(r, "B1-A4"));
    accepted(closed(r, "|told=FM"));
}

/* ---- a measure that was a mistake ---- */

static const struct verdict *withdrawn(struct rig *r, const char *who, const char *action, const char *with)
{
    return rig_record(
        r, who, "deviation.withdrawn",
        arena_printf(&r->arena, "batch=B1|action=%s|reason=another batch's|witness=P:%s", action, with));
}

static void planned(struct rig *r, const char *grade)
{
    opened(r);
    accepted(assess(r, "B1-DV1", grade));
    accepted(rig_sign_in(r, "QC2"));
    accepted(rig_sign_in(r, "FM"));
    accepted(measure(r, "B1-DV1", "MM", 90 * RIG_DAY, ""));
}

static void test_mistaken_measure_is_withdrawn_before_a_second_person_and_stays_to_be_seen(void **state)
{
    struct rig *r = *state;
    planned(r, "minor");
    refused(rig_record(r, "QM", "deviation.withdrawn", "batch=B1|action=B1-A1|reason=x"), "right.second");
    refused(rig_record(r, "QM", "deviation.withdrawn", "batch=B1|action=B1-A1|witness=P:FM"),
            "record.invalid");
    refused(withdrawn(r, "QC2", "B1-A1", "FM"), "record.role");
    accepted(withdrawn(r, "QM", "B1-A1", "QC2"));
    assert_true(rig_batch(r, "B1")->action[0].withdrawn);
    assert_int_equal(rig_batch(r, "B1")->nactions, 1);
    refused(withdrawn(r, "QM", "B1-A1", "QC2"), "record.unknown");
    refused(verified(r, "B1-A1"), "record.unknown");
    accepted(closed(r, ""));
    rig_wait(r, 100 * RIG_DAY);
    assert_int_equal(rig_deadlines(r), 0);
}

static void test_last_measure_of_a_major_one_is_not_withdrawn(void **state)
{
    struct rig *r = *state;
    planned(r, "major");
    accepted(measure(r, "B1-DV1", "QC2", 120 * RIG_DAY, "|effect=?yes"));
    refused(withdrawn(r, "QM", "B1-A1", "FM"), "deviation.last");
    accepted(measure(r, "B1-DV1", "OP3", RIG_DAY, ""));
    accepted(withdrawn(r, "QM", "B1-A1", "FM"));
    refused(withdrawn(r, "QM", "B1-A3", "FM"), "deviation.last");
    refused(withdrawn(r, "QM", "B1-A2", "QC2"), "right.barred"); /* its owner stands beside */
    refused(withdrawn(r, "QM", "B1-A2", "FM"), "deviation.last");
    accepted(measure(r, "B1-DV1", "QC2", 14 * RIG_DAY, "|effect=?yes")); /* sooner than what was withdrawn */
    accepted(withdrawn(r, "QM", "B1-A2", "FM"));
    accepted(verified(r, "B1-A3"));
    accepted(verified(r, "B1-A4"));
    accepted(closed(r, ""));
}

static void test_what_was_seen_to_be_done_is_not_withdrawn(void **state)
{
    struct rig *r = *state;
    planned(r, "minor");
    accepted(verified(r, "B1-A1"));
    refused(withdrawn(r, "QM", "B1-A1", "FM"), "record.unknown");
}

static void test_day_of_a_measure_lies_within_the_bound_and_its_effect_behind_it(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assess(r, "B1-DV1", "major"));
    refused(measure(r, "B1-DV1", "MM", 181 * RIG_DAY, ""), "deviation.due");
    with_arg(&r->v, "until", "2027-05-01");
    accepted(measure(r, "B1-DV1", "MM", 180 * RIG_DAY, ""));
    refused(measure(r, "B1-DV1", "QC2", 179 * RIG_DAY, "|effect=?yes"), "deviation.due");
    accepted(measure(r, "B1-DV1", "QC2", 180 * RIG_DAY, "|effect=?yes"));
}

/* Of a program that asked for it at the end alone. */
static void confirmed_untold(struct rig *r)
{
    make(r);
    opened(r);
    rig_entry(r, "batch/B1", "deviation.assessed", "{\"dev\":\"B1-DV1\",\"grade\":\"major\"}");
    rig_at(r, "QA1");
}

static void test_the_facility_manager_is_told_when_it_is_confirmed_as_major(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assessed(r, "QC2", "major"));
    refused(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"), "deviation.told");
    refused(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1|told=MM"), "deviation.told");
    assert_true(first(r)->awaits);
    accepted(confirmed(r, "QM"));
    assert_true(rig_says(r, "\"told\":\"FM\""));
}

/* A major one is closed by a clock of its own: the release wants to know what it means, and what is done. */
static void test_release_wants_what_is_done_about_a_major_one_and_the_facility_manager_told(void **state)
{
    struct rig *r = *state;
    confirmed_untold(r);
    accepted(measure(r, "B1-DV1", "MM", RIG_DAY, ""));
    accepted(measure(r, "B1-DV1", "QC2", 30 * RIG_DAY, "|effect=?yes"));
    refused(decide(r), "decision.deviations");
    accepted(rig_record(r, "FM", "deviation.reported", "batch=B1|dev=B1-DV1"));
    accepted(decide(r));
}

static void test_who_was_told_is_there(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(assessed(r, "QC2", "major"));
    rig_entry(r, "person/DFM", "person.enrolled",
              "{\"dept\":\"management\",\"person\":\"DFM\",\"roles\":[\"deputy-facility-manager\"],"
              "\"suspended\":\"no\"}");
    accepted(rig_record(r, "FM", "person.away", "person=FM|from=2026-11-02|until=2026-11-06|deputy=DFM"));
    refused(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1|told=FM"), "deviation.told");
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1|told=DFM"));
}

/* ---- who judged it works in its step ---- */

/* Of grow, by QC1; QC2 may assess it, and may test. */
static void grown(struct rig *r)
{
    rig_entry(r, "person/QC2", "person.changed",
              "{\"person\":\"QC2\",\"roles\":[\"tester\",\"deputy-quality-manager\"]}");
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_record(r, "QC1", "deviation.opened", "batch=B1|hold=?no|step=grow|reason=odd"));
}

static void tests_it(struct rig *r, const char *who)
{
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, who));
    accepted(rig_scan(r, arena_printf(&r->arena, "P:%s", who)));
    accepted(rig_scan(r, "B:B1"));
    (void)rig_one(r, "GROW", "X:OPT-NONE");
    rig_at(r, "QA1");
}

static void test_assessor_who_works_in_the_step_has_assessed_nothing(void **state)
{
    struct rig *r = *state;
    grown(r);
    rig_at(r, "QA1");
    accepted_as(assessed(r, "QC2", "major"), "deviation.awaits");
    tests_it(r, "QC2");
    accepted(&r->v);
    refused(confirmed(r, "QM"), "deviation.biased");
    with_arg(&r->v, "person", "QC2");
    refused(assessed(r, "QC2", "major"), "act.caused");
    accepted(assessed(r, "QM", "major"));
    accepted(confirmed(r, "FM")); /* nobody else of quality is free of it */
}

static void test_confirmer_who_works_in_the_step_has_confirmed_nothing(void **state)
{
    struct rig *r = *state;
    grown(r);
    rig_at(r, "QA1");
    accepted(assessed(r, "QM", "minor"));
    accepted(confirmed(r, "QC2"));
    tests_it(r, "QC2");
    refused(closed(r, ""), "deviation.biased");
    accepted(assessed(r, "QM", "minor"));
    accepted(confirmed(r, "FM"));
    accepted(closed(r, ""));
}

static void test_who_has_done_with_it_and_works_in_its_step_is_told(void **state)
{
    struct rig *r = *state;
    grown(r);
    rig_at(r, "QA1");
    accepted(assessed(r, "QM", "minor"));
    accepted(confirmed(r, "QC2"));
    accepted(closed(r, ""));
    tests_it(r, "QC2");
    deviation(&r->v, "act.judged");
    with_arg(&r->v, "what", "B1-DV1");
}

static void test_who_judged_nothing_of_it_works_in_its_step(void **state)
{
    struct rig *r = *state;
    grown(r);
    rig_at(r, "QA1");
    accepted(assessed(r, "QC2", "minor"));
    accepted(confirmed(r, "QM"));
    tests_it(r, "QC1");
    accepted(&r->v);
    accepted(closed(r, ""));
}

/* ---- behind the end of the batch ---- */

static void ended(struct rig *r)
{
    make(r);
    opened(r);
    accepted(assess(r, "B1-DV1", "minor"));
    accepted(measure(r, "B1-DV1", "MM", 30 * RIG_DAY, ""));
    accepted(closed(r, "|despite=seen in March"));
    accepted(decide(r));
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "GROW", "X:OPT-NONE"));
    rig_at(r, "B21");
    accepted(rig_one(r, "SHIP", "D:A"));
    accepted(rig_scan(r, "C:B1-FP1"));
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "B1", "end", "p=none"));
    assert_true(rig_batch(r, "B1")->closed);
}

static void test_what_is_done_about_it_goes_on_behind_the_end_of_the_batch(void **state)
{
    struct rig *r = *state;
    ended(r);
    accepted(rig_record(r, "FM", "deviation.reported", "batch=B1|dev=B1-DV1"));
    assert_int_equal(rig_count(r, "batch.reopened"), 1);
    assert_true(rig_batch(r, "B1")->closed);
    assert_true(first(r)->reported);
    accepted(verified(r, "B1-A1"));
    accepted(measure(r, "B1-DV1", "QC2", 31 * RIG_DAY, "|effect=?yes"));
    assert_int_equal(rig_count(r, "batch.reopened"), 1);
    assert_int_equal(rig_count(r, "batch.closed"), 1);
    assert_true(rig_batch(r, "B1")->closed);
    assert_int_equal(rig_batch(r, "B1")->nactions, 2);
    refused(verified(r, "B1-A1"), "record.unknown");
    assert_int_equal(rig_count(r, "batch.reopened"), 0);
    refused(assessed(r, "QC2", "minor"), "batch.closed");
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_assessment_counts_when_another_of_quality_confirms_it),
        TEST(test_nobody_confirms_what_he_assessed_himself),
        TEST(test_facility_manager_confirms_only_where_nobody_of_quality_may),
        TEST(test_what_is_assessed_anew_is_confirmed_anew),
        TEST(test_assessment_in_an_older_log_counts_as_it_did),
        TEST(test_what_is_major_from_the_start_is_assessed_too),
        TEST(test_what_nobody_assesses_in_time_is_told_once),
        TEST(test_nothing_is_told_of_what_was_assessed_in_time),
        TEST(test_deviation_with_open_measures_closes_only_when_quality_says_why),
        TEST(test_measure_that_is_overdue_is_told_once),
        TEST(test_measure_left_open_falls_due_behind_the_closing),
        TEST(test_major_one_closes_once_all_is_done_and_the_facility_manager_told),
        TEST(test_what_was_done_behind_the_look_at_the_effect_is_looked_at_again),
        TEST(test_day_of_a_measure_lies_within_the_bound_and_its_effect_behind_it),
        TEST(test_the_facility_manager_is_told_when_it_is_confirmed_as_major),
        TEST(test_mistaken_measure_is_withdrawn_before_a_second_person_and_stays_to_be_seen),
        TEST(test_last_measure_of_a_major_one_is_not_withdrawn),
        TEST(test_what_was_seen_to_be_done_is_not_withdrawn),
        TEST(test_release_wants_what_is_done_about_a_major_one_and_the_facility_manager_told),
        TEST(test_who_was_told_is_there),
        TEST(test_assessor_who_works_in_the_step_has_assessed_nothing),
        TEST(test_confirmer_who_works_in_the_step_has_confirmed_nothing),
        TEST(test_who_has_done_with_it_and_works_in_its_step_is_told),
        TEST(test_who_judged_nothing_of_it_works_in_its_step),
        TEST(test_facility_manager_who_says_that_he_knows_was_told),
        TEST(test_what_is_done_about_it_goes_on_behind_the_end_of_the_batch),
    };
    return cmocka_run_group_tests_name("rule: deviations and measures", tests, NULL, NULL);
}
