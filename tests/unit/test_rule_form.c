/* Forms tell all that is wrong at once; and what is asked once more at the bench. */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing, after: []"
#define DESK  NAMED ", where: [QA], by: [production-manager], dept: manufacturing, after: [], form: true"

static const char steps[] =
    "  - {id: plan, " DESK ", repeat: 0, fields: [{id: from, " NAMED ", date: true},\n"
    "      {id: until, " NAMED ", date: true, not-before: from}, {id: number, " NAMED
    ", number: mL, decimals: 1, possible: [\"0\", \"10\"]},\n"
    "      {id: how, " NAMED ", choice: {yes: {title: {ja: 可, en: Yes}, is: ok}}},\n"
    "      {id: who, " NAMED ", identity: order.patient}]}\n"
    "  - {id: used, " WORK ", repeat: 0, fields: [{id: lot, " NAMED
    ", scan: lot, material: [albumin], use: account}]}\n"
    "  - {id: draw, " WORK ", repeat: 0, fields: [{id: lot, " NAMED
    ", scan: lot, material: [albumin], use: draw}]}\n"
    "  - {id: pair, " WORK ", repeat: 0, fields: [{id: a, " NAMED ", number: mL, decimals: 1},\n"
    "      {id: b, " NAMED ", number: \"%\", decimals: 1}, {id: c, " NAMED
    ", number: \"%\", decimals: 1}]}\n";

#define GOOD "from=2026-11-20|until=2026-11-27|number=5 mL|how=yes|who=P000000"

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    rig_at(*state, "QA1");
    accepted(rig_sign_in(*state, "MM"));
    rig_at(*state, "B21");
    return rc;
}

static const struct verdict *plan(struct rig *r, const char *fields)
{
    rig_at(r, "QA1");
    return rig_form(r, "MM", "B1", "plan", fields);
}

/* ---- forms ---- */

static void test_a_good_form_is_taken(void **state)
{
    accepted(plan(*state, GOOD));
}

static void test_all_that_is_missing_is_named(void **state)
{
    struct rig *r = *state;
    refused(plan(r, "number=5 mL|who=P000000"), "value.missing");
    assert_true(rig_says(r, "\"field\":[\"from\",\"until\",\"how\"]"));
    refused(plan(r, "from=2026-11-20|until=2026-11-27|number=5 mL|who=P000000"), "value.missing");
    with_arg(&r->v, "field", "how");
}

static void test_all_faults_are_told_at_once(void **state)
{
    struct rig *r = *state;
    refused(plan(r, "from=2026-13-20|until=2026-11-27|number=11 mL|how=no|who=P000000|what=1"),
            "form.faults");
    assert_true(rig_says(r, "\"field\":[\"what\",\"from\",\"number\",\"how\"]"));
    assert_true(rig_says(r, "\"code\":\"date.invalid\""));
    assert_true(rig_says(r, "\"code\":\"value.impossible\""));
    assert_true(rig_says(r, "\"code\":\"value.choice\""));
    assert_int_equal(rig_count(r, "refused"), 1);
}

static void test_one_fault_has_its_own_words_and_its_field(void **state)
{
    struct rig *r = *state;
    refused(plan(r, "from=2026-11-20|until=2026-11-27|number=5.55 mL|how=yes|who=P000000"), "value.decimals");
    with_arg(&r->v, "field", "number");
}

static void test_another_patient_is_told_alone(void **state)
{
    struct rig *r = *state;
    refused(plan(r, "from=2026-11-20|until=2026-11-27|number=11 mL|how=no|who=P000009"), "ident.patient");
    assert_int_equal(rig_count(r, "hold.placed"), 1);
}

static void test_a_period_ends_behind_its_beginning(void **state)
{
    struct rig *r = *state;
    refused(plan(r, "from=2026-11-20|until=2026-11-19|number=5 mL|how=yes|who=P000000"), "date.order");
    with_arg(&r->v, "field", "until");
    with_arg(&r->v, "before", "from");
    with_arg(&r->v, "day", "2026-11-20");
    accepted(plan(r, "from=2026-11-20|until=2026-11-20|number=5 mL|how=yes|who=P000000"));
}

/* ---- a used lot without its unit ---- */

static void test_a_used_lot_without_its_unit_is_asked_for_and_named(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "DRAW", "L:AL1-U7"));
    rig_wait(r, RIG_MINUTE);
    refused(rig_one(r, "USED", "L:AL1"), "lot.which-unit");
    assert_true(rig_says(r, "\"units\":[\"7\"]"));
    refused(rig_scan(r, "L:AL1"), "lot.which-unit"); /* a trigger that bounces */
    accepted(rig_scan(r, "L:AL1-U7"));
}

static void test_a_label_that_nobody_can_read_is_a_fact(void **state)
{
    struct rig *r = *state;
    refused(rig_one(r, "USED", "L:AL1"), "lot.which-unit");
    rig_wait(r, 3 * RIG_SECOND);
    deviation(rig_scan(r, "L:AL1"), "lot.used-no-unit");
}

/* ---- a number typed twice, where the station does not say what it showed ---- */

static void test_the_same_number_is_asked_for_where_it_means_something_else(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PAIR", "45"));
    rig_wait(r, RIG_SECOND);
    refused(rig_scan(r, "45"), "value.same-again");
    with_arg(&r->v, "field", "a");
    with_arg(&r->v, "awaits", "b");
    rig_wait(r, RIG_SECOND);
    refused(rig_scan(r, "45.0"), "value.same-again");
    rig_wait(r, 3 * RIG_SECOND);
    accepted(rig_scan(r, "45"));
    rig_wait(r, RIG_SECOND);
    accepted(rig_scan(r, "45")); /* the same unit: a second reading */
}

static void test_another_number_is_no_question(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PAIR", "45"));
    accepted(rig_scan(r, "46"));
}

static void test_a_number_with_its_unit_is_no_question(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PAIR", "45"));
    accepted(rig_scan(r, "45 %"));
}

static void test_the_same_number_half_a_minute_later_is_no_question(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PAIR", "45"));
    rig_wait(r, 30 * RIG_SECOND);
    accepted(rig_scan(r, "45"));
}

static void test_who_says_what_was_shown_is_not_asked(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PAIR", "45"));
    r->next.step = "pair";
    r->next.field = "b";
    accepted(rig_scan(r, "45"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_good_form_is_taken),
        T(test_all_that_is_missing_is_named),
        T(test_all_faults_are_told_at_once),
        T(test_one_fault_has_its_own_words_and_its_field),
        T(test_another_patient_is_told_alone),
        T(test_a_period_ends_behind_its_beginning),
        T(test_a_used_lot_without_its_unit_is_asked_for_and_named),
        T(test_a_label_that_nobody_can_read_is_a_fact),
        T(test_the_same_number_is_asked_for_where_it_means_something_else),
        T(test_another_number_is_no_question),
        T(test_a_number_with_its_unit_is_no_question),
        T(test_the_same_number_half_a_minute_later_is_no_question),
        T(test_who_says_what_was_shown_is_not_asked),
    };
    return cmocka_run_group_tests_name("rule: forms, and what is asked once more", tests, NULL, NULL);
}
