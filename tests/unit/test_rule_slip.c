/* Slips at the bench: a key pressed twice, a trigger that bounces, another tube, another vial. */
#include "bench_rig.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing"

static const char steps[] =
    "  - {id: pair, " WORK ", after: [], repeat: 0, witness: true, fields: [{id: t, " NAMED
    ", number: °C, decimals: 1,\n"
    "      possible: [\"-30\", \"60\"]}, {id: u, " NAMED
    ", number: mL, decimals: 1, possible: [\"0\", \"60\"]}]}\n"
    "  - {id: look, " WORK ", after: [], repeat: 2, fields: [{id: fine, " NAMED
    ", choice: {none: {title: {ja: なし, en: None}, is: ok}}}]}\n"
    "  - {id: label, " WORK ", after: [], fields: [{id: tube, " NAMED
    ", scan: container, label: [T], use: issue, n: 2}]}\n"
    "  - {id: fill, " WORK ", after: [label], fields: [{id: tube, " NAMED
    ", scan: container, label: [T], use: fill, n: 2}, {id: by, " NAMED ", scan: document}]}\n"
    "  - {id: heat, " WORK ", after: [], repeat: 0, witness: true, fields: [{id: t, " NAMED
    ", number: °C, decimals: 1,\n"
    "      possible: [\"-30\", \"60\"], action: [\"18\", \"26\"]}]}\n"
    "  - {id: pour, " WORK ", after: [], balance: {in: [b], out: [a], tolerance: \"5\", over: refuse, under: "
    "deviation},\n"
    "      fields: [{id: a, " NAMED
    ", number: mL, decimals: 1, possible: [\"0\", \"99\"], action: [\"0\", \"50\"]}, "
    "{id: b, " NAMED ", number: mL, decimals: 1, possible: [\"0\", \"99\"]}]}\n"
    "  - {id: draw, " WORK ", after: [], fields: [{id: lot, " NAMED
    ", scan: lot, material: [albumin], use: draw}, {id: by, " NAMED ", scan: document}]}\n";

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    accepted(rig_scan(*state, "P:OP1"));
    return rc;
}

/* Typed while the station showed that field. */
static const struct verdict *at(struct rig *r, const char *step, const char *field, const char *value)
{
    r->next.step = step;
    r->next.field = field;
    return rig_scan(r, value);
}

static void test_a_value_typed_twice_is_no_answer_to_the_next_field(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-PAIR"));
    accepted(at(r, "pair", "t", "20"));
    rig_expect(at(r, "pair", "t", "20.0"), OUTCOME_ALREADY, "value.answered", "awaits", "u", __FILE__,
               __LINE__);
    refused(at(r, "pair", "t", "21"), "value.answered");
    assert_int_equal(batch_occ(rig_batch(r, "B1"), r->station->bench.step)->ninputs, 1);
    accepted(at(r, "pair", "u", "20"));
    assert_int_equal(batch_occ(rig_batch(r, "B1"), r->station->bench.step)->ninputs, 2);
}

static void test_a_value_typed_twice_begins_no_other_step(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-PAIR"));
    accepted(at(r, "pair", "t", "20"));
    accepted(at(r, "pair", "u", "5"));
    accepted_as(rig_scan(r, "P:OP2"), "accepted.step-done");
    refused(at(r, "pair", "u", "6"), "value.answered");
}

static void test_an_answer_read_twice_begins_nothing(void **state)
{
    struct rig *r = *state;
    accepted_as(rig_one(r, "LOOK", "X:OPT-NONE"), "accepted.step-done");
    rig_wait(r, RIG_SECOND);
    already(rig_scan(r, "X:OPT-NONE"));
    accepted(rig_scan(r, "P:OP2"));
    accepted_as(rig_one(r, "LOOK", "X:OPT-NONE"), "accepted.step-done"); /* somebody else's is meant */
}

static void test_another_tube_is_no_repetition(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "LABEL", "C:B1-T1"));
    accepted(rig_scan(r, "C:B1-T2"));
    accepted(rig_one(r, "FILL", "C:B1-T1"));
    already(rig_scan(r, "C:B1-T1"));
    accepted(rig_scan(r, "C:B1-T2"));
    already(rig_scan(r, "C:B1-T2"));
    refused(rig_scan(r, "C:B1-T3"), "scan.unexpected");
    with_arg(&r->v, "awaits", "by");
    accepted(rig_scan(r, "D:A"));
    accepted(rig_scan(r, "X:STEP-DRAW"));
    refused(rig_scan(r, "C:B1-T1"), "scan.unexpected"); /* of the step before */
    with_arg(&r->v, "awaits", "lot");
}

static void test_another_vial_is_no_repetition(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "DRAW", "L:AL1-U1"));
    already(rig_scan(r, "L:AL1-U1"));
    refused(rig_scan(r, "L:AL1-U2"), "scan.unexpected");
    with_arg(&r->v, "awaits", "by");
}

/* ---- taken back ---- */

static const struct occ *occ(struct rig *r, const char *step)
{
    return batch_occ(rig_batch(r, "B1"), protocol_step(rig_batch(r, "B1")->protocol, step));
}

static void test_what_one_typed_last_is_taken_back(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PAIR", "20"));
    accepted(rig_scan(r, "5"));
    alert(rig_scan(r, "X:BACK"), "value.taken-back");
    with_arg(&r->v, "field", "u");
    assert_int_equal(occ(r, "pair")->ninputs, 1);
    rig_take_over(r, "OP2");
    accepted_as(rig_scan(r, "X:BACK"), "accepted.back"); /* not another one's */
    assert_int_equal(occ(r, "pair")->ninputs, 1);
    accepted(rig_scan(r, "X:STEP-PAIR"));
    accepted(rig_scan(r, "6"));
    assert_string_equal(occ(r, "pair")->input[1].text, "6");
}

static void test_who_typed_nothing_that_stands_may_witness(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PAIR", "20"));
    rig_take_over(r, "OP2");
    accepted(rig_scan(r, "5"));
    alert(rig_scan(r, "X:BACK"), "value.taken-back");
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "5"));
    accepted_as(rig_scan(r, "P:OP2"), "accepted.step-done");
}

static void test_a_scan_is_not_taken_back(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "DRAW", "L:AL1-U1"));
    accepted_as(rig_scan(r, "X:BACK"), "accepted.back");
    assert_int_equal(occ(r, "draw")->ninputs, 1);
}

static void test_a_bad_value_is_not_typed_away(void **state)
{
    struct rig *r = *state;
    alert(rig_one(r, "HEAT", "35.5"), "value.once-more");
    accepted_as(rig_scan(r, "X:BACK"), "accepted.back"); /* it is to be answered */
    assert_true(occ(r, "heat")->input[0].asked);
    accepted(rig_scan(r, "X:STEP-HEAT"));
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "22.5"), "value.two-entries");
    assert_true(occ(r, "heat")->input[0].differed);
    alert(rig_scan(r, "X:BACK"), "value.taken-back"); /* by whoever acts on */
    assert_true(occ(r, "heat")->input[0].asked);
    assert_int_equal(occ(r, "heat")->ninputs, 1);
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "35.5"), "value.action");
    alert(rig_scan(r, "X:BACK"), "value.taken-back");
    assert_true(occ(r, "heat")->input[0].asked);
    assert_int_equal(rig_batch(r, "B1")->ndevs, 2);
    assert_true(rig_batch(r, "B1")->dev[0].slip && rig_batch(r, "B1")->dev[1].closed);
    assert_true(rig_says(r, "\"slips\":[\"B1-DV2\"]")); /* what is true brings its own */
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "35.5"), "value.action");
    assert_false(rig_batch(r, "B1")->dev[2].closed);
}

/* What stands until quality has judged keeps no true value out. */
static void test_a_balance_with_two_entries_is_a_deviation(void **state)
{
    struct rig *r = *state;
    alert(rig_one(r, "POUR", "90"), "value.once-more"); /* 9 was meant */
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "9"), "value.two-entries");
    deviation(rig_scan(r, "10"), "value.balance-over");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_a_value_typed_twice_is_no_answer_to_the_next_field),
        T(test_a_value_typed_twice_begins_no_other_step),
        T(test_an_answer_read_twice_begins_nothing),
        T(test_another_tube_is_no_repetition),
        T(test_another_vial_is_no_repetition),
        T(test_what_one_typed_last_is_taken_back),
        T(test_who_typed_nothing_that_stands_may_witness),
        T(test_a_scan_is_not_taken_back),
        T(test_a_bad_value_is_not_typed_away),
        T(test_a_balance_with_two_entries_is_a_deviation),
    };
    return cmocka_run_group_tests_name("rule: slips", tests, NULL, NULL);
}
