/* Runs of a test: when it is run again, what is judged, and when that is judged again. */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED "title: {ja: 題, en: T}"
#define TEST  NAMED ", where: [QC], by: [tester], dept: quality"
#define RUN                                                                                                  \
    "{id: controls, " NAMED ", choice: {valid: {title: {ja: 成立, en: V}, is: ok},\n"                      \
    "        invalid: {title: {ja: 不成立, en: I}, is: deviation, voids-run: true}}},\n"                  \
    "      {id: value, " NAMED ", number: EU/mL, decimals: 2, possible: [\"0\", \"1000\"],\n"                \
    "       action: [~, \"4.99\"], on-action: hold}]}\n"

static const char steps[] =
    "  - {id: result, " TEST ", after: [], fields: [" RUN "  - {id: rerun, " TEST
    ", after: [result], optional: true, repeat: 2, rerun-of: result, fields: [\n"
    "      {id: cause, " NAMED ", choice: {failed: {title: {ja: 対照, en: F}, is: ok, run-was-void: true},\n"
    "        looked: {title: {ja: 調査, en: L}, is: alert}}}, " RUN "  - {id: judgement, " NAMED
    ", where: [QA], by: [quality-manager], dept: quality, after: [result], not-by: [result],\n"
    "      sign: {verb: judge, meaning: {ja: 判, en: Judged}},\n"
    "      fields: [{id: j, " NAMED
    ", choice: {pass: {title: {ja: 適, en: P}, is: ok}, fail: {title: {ja: 否, en: F}, is: hold}}}]}\n"
    "  - {id: report, " NAMED
    ", where: [QA], by: [production-manager], dept: manufacturing, after: [judgement], repeat: 0,\n"
    "      sign: {verb: report, meaning: {ja: 報, en: Reported}},\n"
    "      fields: [{id: r, " NAMED ", choice: {done: {title: {ja: 済, en: D}, is: ok}}}]}\n";

static int begin(void **state)
{
    return rig_set_up(state, steps, "B1");
}

static void at_tests(struct rig *r)
{
    rig_at(r, "QC1S");
    if (r->station->bench.npeople == 0) {
        accepted(rig_sign_in(r, "QC1"));
        accepted(rig_sign_in(r, "QC2"));
        accepted(rig_scan(r, "P:QC1"));
        accepted(rig_scan(r, "B:B1"));
    }
    rig_wait(r, RIG_MINUTE);
}

static const struct verdict *first_run(struct rig *r, const char *controls, const char *value)
{
    at_tests(r);
    rig_one(r, "RESULT", arena_printf(&r->arena, "X:OPT-%s", controls));
    rig_scan(r, value);
    return &r->v;
}

static const struct verdict *judged(struct rig *r, const char *how)
{
    rig_at(r, "QA1");
    rig_wait(r, RIG_MINUTE);
    return rig_sign(r, "QM", "B1", "judgement", arena_printf(&r->arena, "j=%s", how));
}

static const struct verdict *reported(struct rig *r)
{
    rig_at(r, "QA1");
    rig_wait(r, RIG_MINUTE);
    return rig_sign(r, "MM", "B1", "report", "r=done");
}

static void test_run_that_stands_is_not_repeated(void **state)
{
    struct rig *r = *state;
    accepted(first_run(r, "VALID", "0.20 EU/mL"));
    at_tests(r);
    refused(rig_scan(r, "X:STEP-RERUN"), "result.rerun");
    with_arg(&r->v, "step", "result");
}

static void test_run_whose_controls_failed_is_repeated_before_it_is_judged(void **state)
{
    struct rig *r = *state;
    accepted(first_run(r, "INVALID", "0.20 EU/mL"));
    refused(judged(r, "pass"), "result.void");
    at_tests(r);
    accepted(rig_one(r, "RERUN", "X:OPT-FAILED"));
    accepted(rig_scan(r, "X:OPT-VALID"));
    accepted(rig_scan(r, "0.20 EU/mL"));
    rig_wait(r, RIG_MINUTE);
    refused(rig_scan(r, "X:STEP-RERUN"), "result.rerun"); /* that one stands */
    accepted(judged(r, "pass"));
    accepted(reported(r));
}

static void test_void_run_may_be_rejected(void **state)
{
    struct rig *r = *state;
    accepted(first_run(r, "INVALID", "0.20 EU/mL"));
    hold(judged(r, "fail"), "option.hold");
}

static void judge_deviation(struct rig *r)
{
    rig_at(r, "QA1");
    accepted(rig_record(r, "QM", "deviation.assessed",
                        "batch=B1|dev=B1-DV1|grade=minor|reason=a bubble in the well"));
    at_tests(r);
    refused(rig_scan(r, "X:STEP-RERUN"), "result.rerun"); /* one alone says so */
    rig_at(r, "QA1");
    accepted(
        rig_record(r, "FM", "deviation.confirmed", "batch=B1|dev=B1-DV1")); /* of quality nobody is left */
}

static void test_result_out_of_limits_is_investigated_before_it_is_run_again(void **state)
{
    struct rig *r = *state;
    at_tests(r);
    accepted(rig_one(r, "RESULT", "X:OPT-VALID"));
    hold(rig_sure(r, NULL, "6.00 EU/mL"), "value.action");
    at_tests(r);
    refused(rig_scan(r, "X:STEP-RERUN"), "result.rerun");
    judge_deviation(r);
    at_tests(r);
    refused(rig_one(r, "RERUN", "X:OPT-FAILED"), "result.rerun"); /* they did not fail */
    alert(rig_scan(r, "X:OPT-LOOKED"), "option.alert");
}

static void test_run_after_the_judgement_makes_it_necessary_again(void **state)
{
    struct rig *r = *state;
    accepted(first_run(r, "INVALID", "0.20 EU/mL"));
    hold(judged(r, "fail"), "option.hold");
    accepted(reported(r));
    at_tests(r);
    alert(rig_one(r, "RERUN", "X:OPT-FAILED"), "result.judge-again");
    accepted(rig_scan(r, "X:OPT-VALID"));
    accepted(rig_scan(r, "0.20 EU/mL"));
    refused(reported(r), "result.judge-again");
    accepted(judged(r, "pass"));
    accepted(reported(r));
}

static void test_correction_after_the_judgement_makes_it_necessary_again(void **state)
{
    struct rig *r = *state;
    accepted(first_run(r, "VALID", "0.20 EU/mL"));
    accepted(judged(r, "pass"));
    refused(judged(r, "pass"), "step.done");
    at_tests(r);
    alert(rig_record(r, "QC1", "correction",
                     "batch=B1|step=result|field=value|value=0.30|reason=misread|witness=P:QC2"),
          "result.judge-again");
    refused(reported(r), "result.judge-again");
    accepted(judged(r, "pass"));
    accepted(reported(r));
}

/* ---- what is said of a result afterwards ---- */

#define RAW "|document=RAW-26-7|sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

static void fails(struct rig *r)
{
    at_tests(r);
    accepted(rig_one(r, "RESULT", "X:OPT-VALID"));
    hold(rig_sure(r, NULL, "6.00 EU/mL"), "value.action");
}

static const struct verdict *corrected(struct rig *r, const char *field, const char *value)
{
    at_tests(r);
    return rig_record(r, "QC1", "correction",
                      arena_printf(&r->arena,
                                   "batch=B1|step=result|field=%s|value=%s|reason=misread|witness=P:QC2",
                                   field, value));
}

/* By two of quality who neither measured nor corrected. */
static void settled(struct rig *r, const char *dev)
{
    rig_at(r, "QA1");
    refused(rig_record(r, "QC2", "deviation.assessed",
                       arena_printf(&r->arena, "batch=B1|dev=%s|grade=minor|reason=x" RAW, dev)),
            "act.caused"); /* who saw it corrected */
    refused(rig_record(r, "QM", "deviation.assessed",
                       arena_printf(&r->arena, "batch=B1|dev=%s|grade=minor|reason=x", dev)),
            "deviation.raw-data");
    accepted(rig_record(r, "QM", "deviation.assessed",
                        arena_printf(&r->arena, "batch=B1|dev=%s|grade=minor|reason=x" RAW, dev)));
    accepted(rig_record(r, "FM", "deviation.confirmed", arena_printf(&r->arena, "batch=B1|dev=%s", dev)));
}

static void test_pass_over_a_failing_result_is_refused(void **state)
{
    struct rig *r = *state;
    fails(r);
    refused(judged(r, "pass"), "result.fails");
    with_arg(&r->v, "step", "result");
    hold(judged(r, "fail"), "option.hold");
}

static void test_failing_result_that_is_corrected_waits_for_quality(void **state)
{
    struct rig *r = *state;
    fails(r);
    hold(corrected(r, "value", "0.20"), "result.corrected");
    with_arg(&r->v, "old", "6.00");
    with_arg(&r->v, "value", "0.20");
    refused(judged(r, "pass"), "result.unsettled");
    with_arg(&r->v, "dev", "B1-DV2");
    settled(r, "B1-DV2");
    accepted(judged(r, "pass"));
}

static void test_what_does_not_tell_corrected_into_what_conforms_waits_for_quality(void **state)
{
    struct rig *r = *state;
    at_tests(r);
    accepted(rig_one(r, "RESULT", "X:OPT-VALID"));
    hold(rig_scan(r, "<10 EU/mL"), "value.undecided");
    hold(corrected(r, "value", "<0.05"), "result.corrected");
}

static void test_correction_that_turns_nothing_holds_nothing(void **state)
{
    struct rig *r = *state;
    accepted(first_run(r, "VALID", "0.20 EU/mL"));
    accepted(corrected(r, "value", "0.30"));
    hold(corrected(r, "value", "6.00"), "value.action"); /* a bad truth is told as before */
    hold(corrected(r, "value", "7.00"), "value.action");
    hold(corrected(r, "value", "0.20"), "result.corrected"); /* and back again */
    with_arg(&r->v, "old", "7.00");
}

static void test_who_saw_it_corrected_does_not_judge_the_result(void **state)
{
    struct rig *r = *state;
    fails(r);
    rig_entry(r, "person/QC2", "person.changed",
              "{\"person\":\"QC2\",\"roles\":[\"tester\",\"quality-manager\"]}");
    hold(corrected(r, "value", "0.20"), "result.corrected");
    settled(r, "B1-DV2");
    rig_wait(r, 2 * RIG_DAY);
    rig_at(r, "QA1");
    refused(rig_sign(r, "QC2", "B1", "judgement", "j=pass"), "act.caused");
    accepted(judged(r, "pass"));
}

static void test_run_made_void_by_a_correction_is_judged_before_it_is_run_again(void **state)
{
    struct rig *r = *state;
    fails(r);
    hold(corrected(r, "controls", "invalid"), "result.void-after");
    at_tests(r);
    refused(rig_scan(r, "X:STEP-RERUN"), "result.unsettled");
    with_arg(&r->v, "dev", "B1-DV2");
    settled(r, "B1-DV2");
    at_tests(r);
    accepted(rig_one(r, "RERUN", "X:OPT-FAILED"));
}

static void test_controls_that_fail_once_the_value_is_seen_are_judged_before_it_is_run_again(void **state)
{
    struct rig *r = *state;
    at_tests(r);
    hold(rig_sure(r, "RESULT", "6.00 EU/mL"), "value.action"); /* the value first */
    hold(rig_scan(r, "X:OPT-INVALID"), "result.void-after");
    with_arg(&r->v, "field", "controls");
    at_tests(r);
    refused(rig_scan(r, "X:STEP-RERUN"), "result.unsettled");
}

static void test_void_run_that_is_made_to_count_waits_for_quality(void **state)
{
    struct rig *r = *state;
    accepted(first_run(r, "INVALID", "0.20 EU/mL"));
    hold(corrected(r, "controls", "valid"), "result.corrected");
    with_arg(&r->v, "old", "invalid");
    refused(judged(r, "pass"), "result.unsettled");
}

static void test_who_ran_it_again_does_not_judge_it(void **state)
{
    struct rig *r = *state;
    accepted(first_run(r, "INVALID", "0.20 EU/mL"));
    rig_entry(r, "person/QM", "person.changed",
              "{\"dept\":\"quality\",\"person\":\"QM\",\"roles\":[\"tester\",\"quality-manager\"]}");
    accepted(rig_sign_in(r, "QM"));
    accepted(rig_scan(r, "P:QM"));
    accepted(rig_one(r, "RERUN", "X:OPT-FAILED"));
    accepted(rig_scan(r, "X:OPT-VALID"));
    accepted(rig_scan(r, "0.20 EU/mL"));
    refused(judged(r, "pass"), "act.not-by");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_run_that_stands_is_not_repeated),
        T(test_run_whose_controls_failed_is_repeated_before_it_is_judged),
        T(test_void_run_may_be_rejected),
        T(test_result_out_of_limits_is_investigated_before_it_is_run_again),
        T(test_run_after_the_judgement_makes_it_necessary_again),
        T(test_correction_after_the_judgement_makes_it_necessary_again),
        T(test_pass_over_a_failing_result_is_refused),
        T(test_failing_result_that_is_corrected_waits_for_quality),
        T(test_what_does_not_tell_corrected_into_what_conforms_waits_for_quality),
        T(test_correction_that_turns_nothing_holds_nothing),
        T(test_who_saw_it_corrected_does_not_judge_the_result),
        T(test_run_made_void_by_a_correction_is_judged_before_it_is_run_again),
        T(test_controls_that_fail_once_the_value_is_seen_are_judged_before_it_is_run_again),
        T(test_void_run_that_is_made_to_count_waits_for_quality),
        T(test_who_ran_it_again_does_not_judge_it),
    };
    return cmocka_run_group_tests_name("rule: runs of a test", tests, NULL, NULL);
}
