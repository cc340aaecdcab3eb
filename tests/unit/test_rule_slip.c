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

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_a_value_typed_twice_is_no_answer_to_the_next_field),
        T(test_a_value_typed_twice_begins_no_other_step),
        T(test_an_answer_read_twice_begins_nothing),
        T(test_another_tube_is_no_repetition),
        T(test_another_vial_is_no_repetition),
    };
    return cmocka_run_group_tests_name("rule: slips", tests, NULL, NULL);
}
