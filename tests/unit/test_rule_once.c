/* What is typed beyond a limit is asked for once more before it is a fact. */
#include "bench_rig.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing"

static const char steps[] =
    "  - {id: temp, " WORK ", after: [], repeat: 0, fields: [{id: t, " NAMED ", number: °C, decimals: 1,\n"
    "      possible: [\"-30\", \"60\"], alert: [\"19\", \"25\"], action: [\"18\", \"26\"]}, {id: "
    "twofold, " NAMED ", derive: \"sum(t, t)\",\n"
    "      unit: °C, decimals: 1}]}\n"
    "  - {id: result, " WORK ", optional: true, after: [], repeat: 0, fields: [{id: eu, " NAMED
    ", number: EU/mL, decimals: 2,\n"
    "      possible: [\"0\", ~], action: [\"0\", \"4.99\"], on-action: hold}]}\n"
    "  - {id: kit, " WORK ", after: [], fields: [{id: seal, " NAMED ", scan: document}]}\n"
    "  - {id: arrival, " WORK ", after: [kit], repeat: 0, fields: [{id: seal, " NAMED
    ", scan: document, same: kit.seal, differs: hold}]}\n"
    "  - {id: pairs, " WORK ", after: [], repeat: 0, witness: true, fields: [{id: t, " NAMED
    ", number: °C, decimals: 1,\n"
    "      possible: [\"-30\", \"60\"], action: [\"18\", \"26\"]}, {id: u, " NAMED
    ", number: °C, decimals: 1,\n"
    "      possible: [\"-30\", \"60\"], action: [\"18\", \"26\"]}]}\n";

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    accepted(rig_scan(*state, "P:OP1"));
    return rc;
}

static struct batch *batch(struct rig *r)
{
    return rig_batch(r, "B1");
}

static const struct input *newest(struct rig *r, const char *step, const char *field)
{
    struct batch *x = batch(r);
    int s = protocol_step(x->protocol, step);
    return batch_input(x, (struct ref){s, step_field(&x->protocol->step[s], field)});
}

static void asked(struct rig *r, const char *step, const char *value)
{
    alert(step ? rig_one(r, step, value) : rig_scan(r, value), "value.once-more");
    assert_int_equal(rig_count(r, "deviation.opened"), 0);
    assert_false(rig_says(r, "\"hi\"")); /* the limit is not told */
    struct next n;
    rule_next(&r->book, r->station, r->now, 1800, &r->arena, &n);
    assert_true(n.again);
}

static void test_the_same_from_the_other_one_is_a_fact(void **state)
{
    struct rig *r = *state;
    asked(r, "TEMP", "35.5");
    assert_null(newest(r, "temp", "t"));
    refused(rig_scan(r, "35.5"), "value.other-person"); /* a bouncing key is no second look */
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "35.5"), "value.action");
    assert_string_equal(newest(r, "temp", "t")->text, "35.5");
    assert_string_equal(newest(r, "temp", "twofold")->text, "71.0");
    assert_string_equal(r->station->bench.acting->id, "OP1"); /* who was asked goes on */
    assert_true(rig_says(
        r, "\"acting\":\"OP1\"")); /* told in the day: a batch that leaves takes nothing of the bench along */
    assert_int_equal(batch_differed(batch(r), book_person(&r->book, "OP1")), 0);
}

static void test_a_better_one_does_not_undo_the_worse(void **state)
{
    struct rig *r = *state;
    for (int i = 1; i <= 2; i++) {
        asked(r, "TEMP", "52.2");
        accepted(rig_scan(r, "P:OP2"));
        deviation(rig_scan(r, "22.5"), "value.two-entries");
        with_arg(&r->v, "value", "52.2");
        with_arg(&r->v, "other", "22.5");
        with_arg(&r->v, "person", "OP1");
        assert_true(rig_says(r, "22.5"));
        assert_string_equal(newest(r, "temp", "t")->text, "52.2");
        assert_string_equal(newest(r, "temp", "twofold")->text, "104.4");
        assert_int_equal(batch_differed(batch(r), book_person(&r->book, "OP1")), i);
    }
    asked(r, "RESULT", "50");
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "0.5"), "value.two-entries"); /* no hold of a slip */
    assert_int_equal(batch_open_holds(batch(r)), 0);
    assert_int_equal(batch_differed(batch(r), book_person(&r->book, "OP2")), 0);
}

static const struct verdict *set_right(struct rig *r, const char *value)
{
    rig_at(r, "B21");
    return rig_record(
        r, "OP1", "correction",
        arena_printf(&r->arena, "batch=B1|step=temp|field=t|value=%s|reason=slip|witness=P:OP2", value));
}

static void test_which_of_two_is_true_quality_says_before_it_is_set_right(void **state)
{
    struct rig *r = *state;
    asked(r, "TEMP", "52.2");
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "22.5"), "value.two-entries");
    refused(set_right(r, "22.5"), "correction.stands");
    with_arg(&r->v, "dev", "B1-DV1");
    rig_at(r, "QA1");
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=slip"));
    refused(set_right(r, "22.5"), "correction.stands"); /* one alone */
    rig_at(r, "QA1");
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
    refused(rig_record(r, "QM", "deviation.closed", "batch=B1|dev=B1-DV1|reason=done"), "deviation.stands");
    with_arg(&r->v, "value", "52.2");
    accepted(set_right(r, "22.5"));
    rig_at(r, "QA1");
    accepted(rig_record(r, "QM", "deviation.closed", "batch=B1|dev=B1-DV1|reason=done"));
}

static void test_the_worse_one_is_said_to_be_true(void **state)
{
    struct rig *r = *state;
    asked(r, "TEMP", "52.2");
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "22.5"), "value.two-entries");
    rig_at(r, "QA1");
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=slip"));
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
    deviation(set_right(r, "52.2"), "value.action");
    rig_at(r, "QA1");
    accepted(rig_record(r, "QM", "deviation.closed", "batch=B1|dev=B1-DV1|reason=done"));
}

static void test_another_one_as_bad_takes_its_place(void **state)
{
    struct rig *r = *state;
    asked(r, "RESULT", "50");
    accepted(rig_scan(r, "P:OP2"));
    hold(rig_scan(r, "5.5"), "value.action");
    assert_string_equal(newest(r, "result", "eu")->text, "5.5");
    asked(r, "RESULT", "50");
    accepted(rig_scan(r, "P:OP2"));
    hold(rig_scan(r, "<9"), "value.undecided");
    assert_string_equal(newest(r, "result", "eu")->text, "<9");
}

static void test_alone_one_types_it_oneself(void **state)
{
    struct rig *r = *state;
    rig_leaves(r, "OP2");
    asked(r, "TEMP", "35.5");
    deviation(rig_scan(r, "35.5"), "value.action");
    accepted(rig_sign_in(r, "QC1")); /* who may not do the step is nobody beside */
    accepted(rig_scan(r, "P:OP1"));
    asked(r, "TEMP", "35.5");
    deviation(rig_scan(r, "35.5"), "value.action");
}

static void test_a_scan_is_never_asked_twice(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "KIT", "D:SEAL-1"));
    hold(rig_one(r, "ARRIVAL", "D:SEAL-2"), "value.same");
    accepted(rig_scan(r, "X:STEP-ARRIVAL"));
    r->next.typed = true;
    asked(r, NULL, "D:SEAL-2");
    accepted(rig_scan(r, "P:OP2"));
    r->next.typed = true;
    deviation(rig_scan(r, "D:SEAL-1"), "value.two-entries");
    assert_string_equal(newest(r, "arrival", "seal")->text, "SEAL-2");
    accepted(rig_scan(r, "X:STEP-ARRIVAL"));
    r->next.typed = true;
    asked(r, NULL, "D:SEAL-2");
    accepted(rig_scan(r, "P:OP2"));
    r->next.typed = true;
    hold(rig_scan(r, "D:SEAL-2"), "value.same");
}

static void test_what_a_list_tells_is_not_asked_for(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    rig_back(r, 30 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-TEMP"));
    rig_offline(r, 10 * RIG_MINUTE);
    deviation(rig_scan(r, "35.5"), "value.action");
}

static void test_of_several_each_is_asked_for_itself(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PAIRS", "20"));
    deviation(rig_sure(r, NULL, "35.5"), "value.action");
    accepted(rig_scan(r, "P:OP2")); /* the one who typed it once may still witness */
    assert_int_not_equal(batch_occ(batch(r), protocol_step(batch(r)->protocol, "pairs"))->done, 0);
    asked(r, "PAIRS", "35.5");
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "20"), "value.two-entries");
    accepted(rig_scan(r, "21"));
    accepted(rig_scan(r, "P:OP2"));
}

static void test_what_was_asked_for_is_not_left_open(void **state)
{
    struct rig *r = *state;
    asked(r, "RESULT", "50");
    accepted(rig_scan(r, "X:BACK"));
    struct json *open = rule_open_steps(&r->arena, batch(r), -1, false);
    bool named = false;
    json_each(s, open)
        named |= strcmp(s->str, "result") == 0; /* nobody had to begin it */
    assert_true(named);
    accepted(rig_scan(r, "P:OP2"));
    hold(rig_one(r, "RESULT", "50"), "value.action");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_same_from_the_other_one_is_a_fact, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_a_better_one_does_not_undo_the_worse, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_which_of_two_is_true_quality_says_before_it_is_set_right, begin,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_the_worse_one_is_said_to_be_true, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_another_one_as_bad_takes_its_place, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_alone_one_types_it_oneself, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_a_scan_is_never_asked_twice, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_what_a_list_tells_is_not_asked_for, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_of_several_each_is_asked_for_itself, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_asked_for_is_not_left_open, begin, rig_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
