/* Windows over what was told late: no claim satisfies one, and none is lost by it. */
#include "bench_rig.h"
#include "core/rule/missing.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define DOC   "fields: [{id: paper, " NAMED ", scan: document}]"

static const char steps[] =
    "  - {id: rest, " WORK ", after: [], " DOC "}\n"
    "  - {id: load, " WORK ", after: [rest], starts-clock: {id: product, time: 3h}, " DOC "}\n"
    "  - {id: unload, " WORK
    ", after: [load], window: [{since: load, possible: 5min, min: 10min, max: 60min, late: hold}], " DOC "}\n"
    "  - {id: spun, " WORK ", after: [load], window: [{since: load, possible: 5min}], " DOC "}\n"
    "  - {id: feed, " WORK ", after: [load], window: [{since: load, min: 2d, max: 4d, early: refuse}], " DOC
    "}\n"
    "  - {id: brief, " WORK ", after: [rest], " DOC "}\n"
    "  - {id: soon, " WORK ", after: [brief], " DOC "}\n"
    "  - {id: later, " WORK ", after: [soon], window: [{since: soon, max: 60min}], " DOC "}\n"
    "  - {id: use, " WORK ", after: [load], requires: [{expiry: product}], " DOC "}\n"
    "  - {id: out, " WORK ", after: [rest], fields: [{id: one, " NAMED ", scan: document}, {id: two, " NAMED
    ", scan: document}]}\n"
    "  - {id: back, " WORK
    ", after: [out], window: [{since: {step: out, from: first}, until: end, max: 60min}],"
    " fields: [{id: one, " NAMED ", scan: document}, {id: two, " NAMED ", scan: document}]}\n"
    "  - {id: plates, " WORK ", after: [load], deadline: {since: load, within: 2h, else: deviation}, " DOC
    "}\n";

static int begin(void **state)
{
    int err = rig_set_up(state, steps, "B1");
    accepted_as(rig_one(*state, "REST", "D:A"), "accepted.step-done");
    rig_wait(*state, 2 * RIG_HOUR);
    return err;
}

/* The step, done now. */
static const struct verdict *now(struct rig *r, const char *step)
{
    accepted(rig_scan(r, arena_printf(&r->arena, "X:STEP-%s", step)));
    return rig_paper(r);
}

/* The step, said to have been done then. */
static const struct verdict *claimed(struct rig *r, const char *step, int64_t before)
{
    r->next.occurred = r->now - before;
    r->next.late = LATE_BUSY;
    const struct verdict *v = rig_scan(r, arena_printf(&r->arena, "X:STEP-%s", step));
    if (v->outcome == OUTCOME_REFUSED)
        return v;
    r->next.occurred = r->now - before;
    r->next.late = LATE_BUSY;
    return rig_paper(r);
}

static void load_claimed(struct rig *r, int64_t before)
{
    deviation(claimed(r, "LOAD", before), "time.late-entry");
}

/* ---- the start was written up ---- */

static void test_a_start_told_late_locks_nobody_out_and_shows_nothing(void **state)
{
    struct rig *r = *state;
    load_claimed(r, 20 * RIG_MINUTE);
    hold(now(r, "UNLOAD"), "time.not-shown"); /* 20 min by the claim, none by the clock; max: hold */
    with_arg(&r->v, "since", "load");
    assert_int_equal(rig_count(r, "deviation.opened"), 2);
    assert_true(rig_says(r, "≥ 10 min"));
    assert_true(rig_says(r, "≤ 60 min"));
}

static void test_what_the_clock_itself_shows_is_no_deviation(void **state)
{
    struct rig *r = *state;
    load_claimed(r, 20 * RIG_MINUTE);
    rig_wait(r, 5 * RIG_MINUTE);
    accepted(now(r, "SPUN"));
}

static void test_a_start_told_late_may_have_been_too_long_ago(void **state)
{
    struct rig *r = *state;
    load_claimed(r, 20 * RIG_MINUTE);
    rig_wait(r, 10 * RIG_MINUTE);
    hold(now(r, "UNLOAD"), "time.not-shown");
    with_arg(&r->v, "span", "≤ 60 min");
    assert_int_equal(rig_count(r, "deviation.opened"), 1);
}

static void test_a_claim_that_breaks_the_window_is_taken_at_its_word(void **state)
{
    struct rig *r = *state;
    load_claimed(r, 50 * RIG_MINUTE);
    rig_wait(r, 11 * RIG_MINUTE);
    hold(now(r, "UNLOAD"), "time.late"); /* 11 min by the clock, 61 by the claim */
}

static void test_a_claim_too_young_is_impossible(void **state)
{
    struct rig *r = *state;
    rig_wait(r, RIG_MINUTE);
    r->next.late_after_s = 60;
    load_claimed(r, 4 * RIG_MINUTE);
    r->next.late_after_s = 60;
    refused(rig_scan(r, "X:STEP-UNLOAD"), "time.impossible");
}

static void test_a_claim_within_the_slack_of_clocks_is_now(void **state)
{
    struct rig *r = *state;
    load_claimed(r, 5 * RIG_MINUTE);
    refused(rig_scan(r, "X:STEP-UNLOAD"), "time.impossible");
    rig_wait(r, 10 * RIG_MINUTE);
    accepted(now(r, "UNLOAD"));
}

static void test_days_are_shown_by_what_came_before(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 3 * RIG_HOUR);
    load_claimed(r, 2 * RIG_HOUR);
    rig_wait(r, RIG_DAY);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    refused(rig_scan(r, "X:STEP-FEED"), "time.early");
    rig_wait(r, RIG_DAY);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(now(r, "FEED")); /* it was loaded that day: behind the rest, and before it was told */
}

static void test_what_the_step_before_shows_is_no_deviation(void **state)
{
    struct rig *r = *state;
    accepted(now(r, "BRIEF"));
    rig_wait(r, 30 * RIG_MINUTE);
    deviation(claimed(r, "SOON", 20 * RIG_MINUTE), "time.late-entry");
    rig_wait(r, 29 * RIG_MINUTE);
    accepted(now(r, "LATER"));
}

/* ---- the end was written up ---- */

static void test_an_end_told_late_shows_no_least_time(void **state)
{
    struct rig *r = *state;
    accepted(now(r, "LOAD"));
    rig_wait(r, 30 * RIG_MINUTE);
    deviation(claimed(r, "UNLOAD", 10 * RIG_MINUTE), "time.not-shown");
    with_arg(&r->v, "span", "≥ 10 min");
}

static void test_an_end_told_late_is_early_by_its_own_word(void **state)
{
    struct rig *r = *state;
    accepted(now(r, "LOAD"));
    rig_wait(r, 30 * RIG_MINUTE);
    deviation(claimed(r, "UNLOAD", 24 * RIG_MINUTE), "time.early");
    rig_wait(r, RIG_MINUTE);
}

static void test_an_end_told_too_late_is_shown_by_no_claim(void **state)
{
    struct rig *r = *state;
    accepted(now(r, "LOAD"));
    rig_wait(r, 90 * RIG_MINUTE);
    hold(claimed(r, "UNLOAD", 40 * RIG_MINUTE), "time.not-shown");
    with_arg(&r->v, "span", "≤ 60 min");
}

/* ---- both ---- */

static void test_two_written_up_in_their_order_are_taken(void **state)
{
    struct rig *r = *state;
    load_claimed(r, 50 * RIG_MINUTE);
    hold(claimed(r, "UNLOAD", 30 * RIG_MINUTE), "time.not-shown");
    refused(claimed(r, "PLATES", 55 * RIG_MINUTE), "time.before");
}

/* ---- what runs from a start that was written up ---- */

static void test_the_shelf_life_begins_when_it_is_said_to_have(void **state)
{
    struct rig *r = *state;
    load_claimed(r, 50 * RIG_MINUTE);
    rig_wait(r, 130 * RIG_MINUTE);
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "X:STEP-USE"));
    rig_wait(r, 1);
    refused(rig_paper(r), "decision.expired");
}

/* ---- from the first entry until the end ---- */

static void go_out(struct rig *r, int64_t between)
{
    accepted(now(r, "OUT"));
    rig_wait(r, between);
    accepted(rig_paper(r));
}

static void test_a_window_until_the_end_is_not_kept_by_the_first_scan(void **state)
{
    struct rig *r = *state;
    go_out(r, 0);
    rig_wait(r, 20 * RIG_MINUTE);
    accepted(now(r, "BACK"));
    rig_wait(r, 41 * RIG_MINUTE);
    deviation(rig_paper(r), "time.late");
    with_arg(&r->v, "since", "out");
    with_arg(&r->v, "most", "60 min");
    assert_int_equal(rig_count(r, "deviation.opened"), 1);
}

static void test_a_window_from_the_first_runs_from_the_first_scan(void **state)
{
    struct rig *r = *state;
    go_out(r, 40 * RIG_MINUTE);
    rig_wait(r, 15 * RIG_MINUTE);
    accepted(now(r, "BACK"));
    rig_wait(r, 5 * RIG_MINUTE);
    accepted(rig_paper(r)); /* 60 min */
}

static void test_a_window_from_the_first_is_late_by_the_first_scan(void **state)
{
    struct rig *r = *state;
    go_out(r, 40 * RIG_MINUTE);
    rig_wait(r, 21 * RIG_MINUTE);
    accepted(now(r, "BACK")); /* it can only be told at the end */
    deviation(rig_paper(r), "time.late");
}

static bool is_silent(struct rig *r, const char *step)
{
    const struct silences s = rule_silence(&r->book, NULL, r->now, &r->arena);
    for (size_t i = 0; i < s.n; i++)
        if (s.item[i].what == SILENCE_STEP &&
            strcmp(s.item[i].batch->protocol->step[s.item[i].step].id, step) == 0)
            return true;
    return false;
}

static void test_what_was_begun_and_not_ended_is_late_when_the_window_is(void **state)
{
    struct rig *r = *state;
    go_out(r, 40 * RIG_MINUTE);
    accepted(now(r, "BACK"));
    rig_wait(r, 20 * RIG_MINUTE);
    assert_false(is_silent(r, "back"));
    rig_wait(r, RIG_MINUTE);
    assert_true(is_silent(r, "back"));
}

static void test_a_first_scan_told_late_runs_from_what_is_said(void **state)
{
    struct rig *r = *state;
    deviation(claimed(r, "OUT", 50 * RIG_MINUTE), "time.late-entry");
    accepted(rig_paper(r));
    rig_wait(r, 11 * RIG_MINUTE);
    accepted(now(r, "BACK"));
    deviation(rig_paper(r), "time.late");
}

static void test_a_deadline_runs_from_what_is_said(void **state)
{
    struct rig *r = *state;
    load_claimed(r, 50 * RIG_MINUTE);
    rig_wait(r, 70 * RIG_MINUTE - 1);
    assert_int_equal(rig_deadlines(r), 0);
    rig_wait(r, 1);
    assert_int_equal(rig_deadlines(r), 1);
    deviation(&r->v, "deadline.missed");
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_start_told_late_locks_nobody_out_and_shows_nothing),
        T(test_what_the_clock_itself_shows_is_no_deviation),
        T(test_a_start_told_late_may_have_been_too_long_ago),
        T(test_a_claim_that_breaks_the_window_is_taken_at_its_word),
        T(test_a_claim_too_young_is_impossible),
        T(test_a_claim_within_the_slack_of_clocks_is_now),
        T(test_days_are_shown_by_what_came_before),
        T(test_what_the_step_before_shows_is_no_deviation),
        T(test_an_end_told_late_shows_no_least_time),
        T(test_an_end_told_late_is_early_by_its_own_word),
        T(test_an_end_told_too_late_is_shown_by_no_claim),
        T(test_two_written_up_in_their_order_are_taken),
        T(test_the_shelf_life_begins_when_it_is_said_to_have),
        T(test_a_window_until_the_end_is_not_kept_by_the_first_scan),
        T(test_a_window_from_the_first_runs_from_the_first_scan),
        T(test_a_window_from_the_first_is_late_by_the_first_scan),
        T(test_what_was_begun_and_not_ended_is_late_when_the_window_is),
        T(test_a_first_scan_told_late_runs_from_what_is_said),
        T(test_a_deadline_runs_from_what_is_said),
    };
    return cmocka_run_group_tests_name("rule: windows over what was told late", tests, NULL, NULL);
}
