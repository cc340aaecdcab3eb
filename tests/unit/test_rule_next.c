/* What a station is offered: what is due here, for who acts, today; and what stands in the way. */
#include "bench_rig.h"
#include "core/rule/codes.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing"

static const char steps[] =
    "  - {id: d0.label, " WORK ", after: [], fields: [{id: f, " NAMED
    ", scan: container, label: [F], use: issue}]}\n"
    "  - {id: d0.fill, " WORK ", fields: [{id: f, " NAMED ", scan: container, label: [F], use: fill}]}\n"
    "  - {id: d0.shelf, " WORK ", fields: [{id: f, " NAMED
    ", scan: container, label: [F], use: place}, {id: s, " NAMED ", scan: place, occupy: true}]}\n"
    "  - {id: look, " WORK ", after: [d0.shelf], optional: true, repeat: 0, fields: [{id: f, " NAMED
    ", scan: container, label: [F], use: take}, {id: d, " NAMED ", scan: document}]}\n"
    "  - {id: d3.room, " WORK ", after: [d0.shelf], fields: [{id: d, " NAMED ", scan: document}]}\n"
    "  - {id: d3.out, " WORK
    ", window: [{since: d0.shelf, min: 2d, early: deviation}], fields: [{id: f, " NAMED
    ", scan: container, label: [F], use: take}]}\n"
    "  - {id: judge, " NAMED
    ", where: [B2], by: [tester], dept: quality, after: [d0.label], fields: [{id: d, " NAMED
    ", scan: document}]}\n"
    "  - {id: number, " WORK ", after: [d3.out], fields: [{id: n, " NAMED
    ", number: mL, decimals: 1, possible: [\"0\", \"9\"]}]}\n"
    "  - {id: other, " WORK ", after: [d3.out], fields: [{id: d, " NAMED ", scan: document}, {id: e, " NAMED
    ", scan: equipment}]}\n";

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    accepted(rig_scan(*state, "P:OP1"));
    return rc;
}

static struct next next_of(struct rig *r)
{
    struct next n;
    rule_next(&r->book, r->station, r->now, 1800, &r->arena, &n);
    return n;
}

static const char *step_of(struct rig *r, const struct next *n)
{
    return n->step < 0 ? "" : rig_batch(r, "B1")->protocol->step[n->step].id;
}

static void shelved(struct rig *r)
{
    accepted(rig_scan(r, "C:B1-F1"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_scan(r, "C:B1-F1"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_scan(r, "C:B1-F1"));
    accepted(rig_scan(r, "W:SH-1"));
    rig_wait(r, RIG_MINUTE);
}

static void test_a_session_of_another_day_is_named_with_its_time_and_begun_by_no_scan(void **state)
{
    struct rig *r = *state;
    shelved(r);
    struct next n = next_of(r);
    assert_string_equal(step_of(r, &n), "judge"); /* others' */
    assert_int_equal(n.note, SAY_PERSON_ROLE);
    accepted(rig_scan(r, "X:STEP-D3-ROOM")); /* by its code it is begun */
    accepted(rig_scan(r, "X:BACK"));
    refused(rig_scan(r, "D:A"), "person.role"); /* the judgement is open here, and others' */
}

static void test_whose_step_it_is_not_is_told_who_may(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "C:B1-F1"));
    struct next n = next_of(r);
    assert_string_equal(step_of(r, &n), "d0.fill");
    assert_int_equal(n.note, SAY_NONE);
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "P:QC1"));
    n = next_of(r);
    assert_string_equal(step_of(r, &n), "judge");
}

static void judged(struct rig *r)
{
    rig_leaves(r, "OP1");
    rig_leaves(r, "OP2");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "P:QC1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "JUDGE", "D:A"));
    rig_leaves(r, "QC1");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "B:B1"));
    rig_wait(r, RIG_MINUTE);
}

/* A task of others stands before it in the recipe, and open: what stood in the way of that is none of its
 * own. */
static void test_ones_own_task_bears_no_note_of_others(void **state)
{
    struct rig *r = *state;
    shelved(r);
    rig_clock(r, 3, 9, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "D3-ROOM", "D:ROOM"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "D3-OUT", "C:B1-F1"));
    struct next n = next_of(r);
    assert_string_equal(step_of(r, &n), "number");
    assert_int_equal(n.note, SAY_NONE);
    assert_null(n.args);
}

static void test_on_a_day_without_a_session_the_vessel_is_looked_at(void **state)
{
    struct rig *r = *state;
    shelved(r);
    judged(r);
    struct next n = next_of(r);
    assert_true(n.later);
    assert_string_equal(step_of(r, &n), "d3.room");
    assert_int_equal(n.note, SAY_NEXT_LATER);
    assert_int_equal(clock_day(n.earliest), clock_day(r->now) + 2);
    rig_expect(rig_scan(r, "D:A"), OUTCOME_REFUSED, "scan.no-step-later", "step", "d3.room", __FILE__,
               __LINE__);
    rig_clock(r, 1, 9, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "B:B1"));
    n = next_of(r);
    assert_string_equal(step_of(r, &n), "look");
    accepted(rig_scan(r, "C:B1-F1"));
    accepted_as(rig_paper(r), "accepted.step-done");
    rig_wait(r, RIG_MINUTE);
    n = next_of(r);
    assert_true(n.later);
    rig_clock(r, 2, 9, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "B:B1"));
    n = next_of(r);
    assert_string_equal(step_of(r, &n), "d3.room");
    accepted(rig_paper(r));
}

static void test_nobody_acts_where_every_scan_would_be_refused(void **state)
{
    struct rig *r = *state;
    assert_non_null(next_of(r).acting);
    rig_wait(r, RIG_HOUR);
    struct next n = next_of(r);
    assert_null(n.acting);
    assert_int_equal(n.note, SAY_SESSION_WHO);
}

static void test_another_step_is_not_begun_without_a_word(void **state)
{
    struct rig *r = *state;
    shelved(r);
    judged(r);
    accepted(rig_one(r, "D3-ROOM", "D:ROOM"));
    rig_wait(r, RIG_MINUTE);
    deviation(rig_one(r, "D3-OUT", "C:B1-F1"), "time.early");
    rig_wait(r, RIG_MINUTE);
    rig_expect(rig_paper(r), OUTCOME_ACCEPTED, "accepted.other-step", "missing", "number", __FILE__,
               __LINE__);
}

static void test_elsewhere_is_said_where(void **state)
{
    struct rig *r = *state;
    rig_at(r, "ST1");
    accepted(rig_sign_in(r, "OP3"));
    accepted(rig_scan(r, "B:B1"));
    rig_expect(rig_scan(r, "D:A"), OUTCOME_REFUSED, "scan.no-step-elsewhere", "station", "B2", __FILE__,
               __LINE__);
}

static void test_the_only_one_there_signs_out_without_a_question(void **state)
{
    struct rig *r = *state;
    rig_leaves(r, "OP2");
    rig_wait(r, RIG_HOUR);
    accepted_as(rig_scan(r, "X:OUT"), "accepted.session-closed");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_a_session_of_another_day_is_named_with_its_time_and_begun_by_no_scan),
        T(test_whose_step_it_is_not_is_told_who_may),
        T(test_ones_own_task_bears_no_note_of_others),
        T(test_on_a_day_without_a_session_the_vessel_is_looked_at),
        T(test_nobody_acts_where_every_scan_would_be_refused),
        T(test_another_step_is_not_begun_without_a_word),
        T(test_elsewhere_is_said_where),
        T(test_the_only_one_there_signs_out_without_a_question),
    };
    return cmocka_run_group_tests_name("rule: what is next", tests, NULL, NULL);
}
