/* A container breaks or is lost behind its filling: told as that, asked for no more, used no more. */
#include "bench_rig.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define TUBE  NAMED ", scan: container, label: [T]"

static const char steps[] =
    "  - {id: label, " WORK ", after: [], fields: [{id: t, " TUBE ", use: issue, n: 3}, {id: f, " NAMED
    ", scan: container, label: [F], use: issue}]}\n"
    "  - {id: vessel, " WORK ", after: [label], fields: [{id: t, " TUBE ", use: attach, n: 3}]}\n"
    "  - {id: fill, " WORK ", after: [vessel], fields: [{id: t, " TUBE ", use: fill, n: 3}]}\n"
    "  - {id: carry, " WORK ", after: [fill], fields: [{id: t, " TUBE ", use: take, n: 3, same: fill.t}]}\n"
    "  - {id: spin, " WORK ", after: [carry], fields: [{id: t, " TUBE
    ", use: take, n: 3, same: carry.t}, {id: by, " NAMED ", scan: document}]}\n"
    "  - {id: pool, " WORK ", after: [spin], fields: [{id: t, " TUBE ", use: consume, n: 3}, {id: f, " NAMED
    ", scan: container, label: [F], use: fill}]}\n"
    "  - {id: look, " WORK ", after: [pool], fields: [{id: f, " NAMED
    ", scan: container, label: [F], use: take}]}\n"
    "  - {id: note, " WORK ", after: [], repeat: 0, optional: true, fields: [{id: d, " NAMED
    ", scan: document}]}\n"
    "  - {id: bin, " WORK ", after: [label], optional: true, repeat: 0, fields: [{id: t, " TUBE
    ", use: discard, n: all}]}\n";

static void three(struct rig *r, const char *step, const char *a, const char *b, const char *c)
{
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, step, a));
    if (b)
        accepted(rig_scan(r, b));
    if (c)
        accepted(rig_scan(r, c));
}

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    struct rig *r = *state;
    accepted(rig_scan(r, "P:OP1"));
    three(r, "LABEL", "C:B1-T1", "C:B1-T2", "C:B1-T3");
    accepted(rig_scan(r, "C:B1-F1"));
    return rc;
}

static void filled(struct rig *r)
{
    three(r, "VESSEL", "C:B1-T1", "C:B1-T2", "C:B1-T3");
    three(r, "FILL", "C:B1-T1", "C:B1-T2", "C:B1-T3");
    rig_wait(r, RIG_MINUTE);
}

static const struct verdict *broken(struct rig *r, const char *container)
{
    accepted_as(rig_scan(r, "X:BROKEN"), "container.lost-which");
    accepted_as(rig_scan(r, arena_printf(&r->arena, "C:%s", container)), "container.lost-second");
    return rig_scan(r, "P:OP2");
}

static void test_broken_tube_is_told_by_two_and_the_others_go_on(void **state)
{
    struct rig *r = *state;
    filled(r);
    accepted(rig_one(r, "CARRY", "C:B1-T1"));
    deviation(broken(r, "B1-T2"), "container.lost");
    assert_true(rig_says(r, "\"how\":\"broken\""));
    assert_int_equal(book_container(&r->book, "B1-T2")->state, CONTAINER_LOST);
    accepted_as(rig_scan(r, "C:B1-T3"), "accepted.step-done"); /* two instead of three */
    three(r, "SPIN", "C:B1-T1", "C:B1-T3", "D:A");
    accepted(rig_one(r, "POOL", "C:B1-T1"));
    accepted(rig_scan(r, "C:B1-T3"));
    accepted_as(rig_scan(r, "C:B1-F1"), "accepted.step-done");
}

/* There is no other to put the cells into. */
static void test_last_of_its_kind_breaks_while_it_is_empty(void **state)
{
    struct rig *r = *state;
    three(r, "VESSEL", "C:B1-T1", "C:B1-T2", "C:B1-T3");
    deviation(broken(r, "B1-T1"), "container.lost");
    deviation(broken(r, "B1-T2"), "container.lost");
    hold(broken(r, "B1-T3"), "container.lost-last");
}

/* It was awaited last: nothing comes any more that could end the step. */
static void test_step_whose_last_one_breaks_is_ended_by_yes(void **state)
{
    struct rig *r = *state;
    filled(r);
    accepted(rig_one(r, "CARRY", "C:B1-T1"));
    accepted(rig_scan(r, "C:B1-T2"));
    deviation(broken(r, "B1-T3"), "container.lost");
    struct next n;
    rule_next(&r->book, r->station, r->now, 1800, &r->arena, &n);
    assert_true(n.yes);
    accepted_as(rig_scan(r, "X:YES"), "accepted.step-done");
    three(r, "SPIN", "C:B1-T1", "C:B1-T2", "D:A");
}

static void test_what_was_lost_is_not_found_again_for_use(void **state)
{
    struct rig *r = *state;
    filled(r);
    accepted_as(rig_scan(r, "X:LOST"), "container.lost-which");
    accepted(rig_scan(r, "C:B1-T2"));
    deviation(rig_scan(r, "P:OP2"), "container.lost");
    refused(rig_one(r, "CARRY", "C:B1-T2"), "ident.lost");
    accepted(rig_scan(r, "C:B1-T1"));
    refused(rig_scan(r, "C:B1-T2"), "ident.lost");
    refused(
        rig_record(r, "OP1", "container.lost", "batch=B1|container=B1-T2|how=broken|reason=x|witness=P:OP2"),
        "ident.lost");
}

static void test_only_what_is_there_breaks(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:BROKEN"));
    refused(rig_scan(r, "C:B1-T9"), "ident.not-issued");
    refused(rig_scan(r, "C:B1-T1"), "label.unused"); /* a label, and nothing else */
    refused(rig_scan(r, "C:B2-T1"), "ident.foreign");
    rig_acknowledge(r);
    filled(r);
    accepted(rig_one(r, "BIN", "C:B1-T1"));
    accepted(rig_scan(r, "X:BROKEN"));
    refused(rig_scan(r, "C:B1-T1"), "ident.gone");
}

static void test_one_of_two_badges_is_the_others(void **state)
{
    struct rig *r = *state;
    filled(r);
    accepted(rig_scan(r, "X:BROKEN"));
    accepted(rig_scan(r, "C:B1-T2"));
    refused(rig_scan(r, "P:OP1"), "witness.same");
    refused(rig_scan(r, "P:OP3"), "witness.absent");
    deviation(rig_scan(r, "P:OP2"), "container.lost");
    refused(
        rig_record(r, "OP1", "container.lost", "batch=B1|container=B1-T1|how=broken|reason=x|witness=P:OP1"),
        "witness.same");
    refused(rig_record(r, "OP1", "container.lost", "batch=B1|container=B1-T1|how=broken|witness=P:OP2"),
            "record.invalid");
    deviation(
        rig_record(r, "OP1", "container.lost", "batch=B1|container=B1-T1|how=missing|reason=x|witness=P:OP2"),
        "container.lost");
}

static void test_who_has_no_such_container_in_hand_tells_nothing_of_it(void **state)
{
    struct rig *r = *state;
    filled(r);
    rig_at(r, "CL1");
    accepted(rig_sign_in(r, "N1"));
    accepted(rig_sign_in(r, "DR"));
    refused(
        rig_record(r, "N1", "container.lost", "batch=B1|container=B1-T1|how=missing|reason=x|witness=P:DR"),
        "witness.department");
}

static void test_a_badge_that_is_meant_otherwise_tells_nothing(void **state)
{
    struct rig *r = *state;
    filled(r);
    accepted(rig_scan(r, "X:BROKEN"));
    accepted(rig_scan(r, "C:B1-T2"));
    accepted_as(rig_scan(r, "X:BACK"), "accepted.not-lost");
    accepted(rig_scan(r, "P:OP2")); /* acts */
    accepted(rig_scan(r, "X:BROKEN"));
    accepted(rig_scan(r, "C:B1-T2"));
    accepted(rig_one(r, "NOTE", "D:A"));
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "X:BROKEN"));
    accepted(rig_scan(r, "C:B1-T2"));
    rig_wait(r, 2 * RIG_MINUTE);
    accepted(rig_scan(r, "P:OP2"));
    assert_int_equal(book_container(&r->book, "B1-T2")->state, CONTAINER_FILLED);
}

static void test_the_last_of_its_kind_holds_the_batch_and_the_step_is_left_out(void **state)
{
    struct rig *r = *state;
    filled(r);
    three(r, "CARRY", "C:B1-T1", "C:B1-T2", "C:B1-T3");
    three(r, "SPIN", "C:B1-T1", "C:B1-T2", "C:B1-T3");
    accepted(rig_scan(r, "D:A"));
    three(r, "POOL", "C:B1-T1", "C:B1-T2", "C:B1-T3");
    refused(rig_skip(r, "OP1", "B1", "look"), "step.order");
    accepted(rig_scan(r, "C:B1-F1"));
    refused(rig_skip(r, "OP1", "B1", "look"), "step.not-skippable");
    hold(broken(r, "B1-F1"), "container.lost-last");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
    rig_wait(r, RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-LOOK"));
    refused(rig_scan(r, "D:A"), "step.lacks");
    deviation(rig_skip(r, "OP1", "B1", "look"), "skip.recorded");
}

static void test_a_void_label_is_asked_for_no_more(void **state)
{
    struct rig *r = *state;
    accepted(rig_record(r, "OP1", "label.voided", "batch=B1|container=B1-T3|reason=torn|witness=P:OP2"));
    three(r, "VESSEL", "C:B1-T1", "C:B1-T2", NULL);
    assert_non_null(batch_done(rig_batch(r, "B1"), protocol_step(rig_batch(r, "B1")->protocol, "vessel")));
    three(r, "FILL", "C:B1-T1", "C:B1-T2", NULL);
    assert_non_null(batch_done(rig_batch(r, "B1"), protocol_step(rig_batch(r, "B1")->protocol, "fill")));
}

static void test_what_never_comes_is_told_by_its_name(void **state)
{
    struct rig *r = *state;
    filled(r);
    accepted(rig_one(r, "CARRY", "C:B1-T1"));
    rig_expect(rig_scan(r, "D:A"), OUTCOME_REFUSED, "scan.awaits-container", "awaits", "t", __FILE__,
               __LINE__);
    assert_true(rig_says(r, "\"left\":2"));
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_broken_tube_is_told_by_two_and_the_others_go_on),
        T(test_last_of_its_kind_breaks_while_it_is_empty),
        T(test_step_whose_last_one_breaks_is_ended_by_yes),
        T(test_what_was_lost_is_not_found_again_for_use),
        T(test_only_what_is_there_breaks),
        T(test_one_of_two_badges_is_the_others),
        T(test_who_has_no_such_container_in_hand_tells_nothing_of_it),
        T(test_a_badge_that_is_meant_otherwise_tells_nothing),
        T(test_the_last_of_its_kind_holds_the_batch_and_the_step_is_left_out),
        T(test_a_void_label_is_asked_for_no_more),
        T(test_what_never_comes_is_told_by_its_name),
    };
    return cmocka_run_group_tests_name("rule: broken or lost", tests, NULL, NULL);
}
