/* What was derived from a value that is corrected: there, gone, or anew, in whichever occurrence it stands.
 */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define COUNT ", number: \"10^6/mL\", decimals: 2, possible: [\"0\", \"900\"]"

static const char steps[] =
    "  - {id: count, " WORK ", repeat: 0, fields: [{id: live, " NAMED COUNT "}, {id: dead, " NAMED COUNT
    "},\n"
    "      {id: viable, " NAMED
    ", derive: \"viability(live, dead)\", unit: \"%\", decimals: 1, action: [\"70\", ~]}]}\n"
    "  - {id: twice, " WORK ", fields: [{id: a, " NAMED COUNT "}, {id: b, " NAMED COUNT "},\n"
    "      {id: c, " NAMED COUNT ", if-differ: {of: [a, b], limit: \"15\"}},\n"
    "      {id: mean, " NAMED ", derive: \"mean(a, b, c)\", unit: \"10^6/mL\", decimals: 3},\n"
    "      {id: total, " NAMED ", derive: \"product(mean, a)\", unit: \"10^6\", decimals: 2}]}\n"
    "  - {id: fold, " WORK ", repeat: 0, fields: [{id: now, " NAMED COUNT "},\n"
    "      {id: times, " NAMED ", derive: \"ratio(now, count.live)\", unit: \"1\", decimals: 2}]}\n"
    "  - {id: rest, " WORK ", after: [], fields: [{id: rest, " NAMED ", choice: {none: {" NAMED
    ", is: ok}, kept: {" NAMED ", is: refuse}}}]}\n";

static struct rig rig;

static int begin(void **state)
{
    rig_init(&rig, steps);
    rig_begin(&rig, "B1");
    *state = &rig;
    return 0;
}

static int end(void **state)
{
    rig_fini(*state);
    return 0;
}

static void enter(struct rig *r, const char *step, const char *a, const char *b)
{
    accepted(rig_scan(r, arena_printf(&r->arena, "X:STEP-%s", step)));
    rig_wait(r, 5000);
    rig_scan(r, a);
    if (b)
        rig_scan(r, b);
    assert_int_not_equal(r->v.outcome, OUTCOME_REFUSED);
    rig_wait(r, 5000);
}

static const struct verdict *correct_with(struct rig *r, const char *step, const char *field,
                                          const char *value, int occ, const char *second)
{
    struct arena *a = &r->arena;
    struct json *b = json_set_str(a, json_object(a), "batch", "B1");
    json_set_str(a, json_set_str(a, b, "step", step), "field", field);
    json_set_str(a, json_set_str(a, b, "value", value), "reason", "misread");
    json_set_str(a, b, "witness", rig_raw(r, arena_printf(a, "P:%s", second)));
    if (occ)
        json_set_int(a, b, "occ", occ);
    struct command c = {.kind = COMMAND_RECORD, .station = r->station, .record = "correction", .body = b};
    c.person = book_person(&r->book, "OP1");
    c.secret_given = c.authenticated = true;
    return rig_run(r, &c);
}

static const struct verdict *correct(struct rig *r, const char *step, const char *field, const char *value,
                                     int occ)
{
    return correct_with(r, step, field, value, occ, "OP2");
}

/* Of occurrence `occ`; NULL if there is none. */
static const char *value(const struct rig *r, const char *step, size_t occ, const char *field)
{
    const struct batch *x = rig_batch(r, "B1");
    int s = protocol_step(x->protocol, step), f = step_field(&x->protocol->step[s], field);
    const struct occ *o = x->step[s].occ[occ - 1];
    const char *text = NULL;
    for (size_t i = 0; i < o->ninputs; i++)
        if (o->input[i].field == f) {
            assert_null(text);
            text = o->input[i].text;
        }
    return text;
}

static void test_correction_may_tell_a_bad_truth(void **state)
{
    struct rig *r = *state;
    refused(rig_one(r, "REST", "X:OPT-KEPT"), "option.refuse"); /* it can still be put right */
    accepted(rig_scan(r, "X:OPT-NONE"));
    deviation(correct(r, "rest", "rest", "kept", 0), "option.deviation");
    const struct batch *x = rig_batch(r, "B1");
    assert_string_equal(batch_input(x, (struct ref){protocol_step(x->protocol, "rest"), 0})->text, "kept");
}

static void test_correction_makes_a_derived_value_computable(void **state)
{
    struct rig *r = *state;
    enter(r, "COUNT", "0", "0");
    assert_null(value(r, "count", 1, "viable"));
    accepted(correct(r, "count", "live", "45", 0));
    assert_string_equal(value(r, "count", 1, "viable"), "100.0");
    deviation(correct(r, "count", "dead", "45", 0), "value.action");
    assert_string_equal(value(r, "count", 1, "viable"), "50.0");
}

static void test_correction_takes_a_derived_value_back(void **state)
{
    struct rig *r = *state;
    enter(r, "COUNT", "45", "0");
    assert_string_equal(value(r, "count", 1, "viable"), "100.0");
    deviation(correct(r, "count", "live", "0", 0), "value.action");
    assert_null(value(r, "count", 1, "viable"));
}

static void test_corrected_replicate_is_in_the_mean(void **state)
{
    struct rig *r = *state;
    enter(r, "COUNT", "1", "1");
    enter(r, "TWICE", "2.00", "2.00");
    assert_string_equal(value(r, "twice", 1, "mean"), "2.000");
    accepted(correct(r, "twice", "b", "4.00", 0)); /* they differ now, and no third one was read */
    assert_string_equal(value(r, "twice", 1, "mean"), "3.000");
    assert_string_equal(value(r, "twice", 1, "total"), "6.00");
}

static void test_replicate_that_is_awaited_again_takes_the_mean_back(void **state)
{
    struct rig *r = *state;
    enter(r, "COUNT", "1", "1");
    accepted(rig_scan(r, "X:STEP-TWICE"));
    accepted(rig_scan(r, "2.00"));
    accepted(correct(r, "twice", "a", "1.00", 0));
    accepted(rig_scan(r, "2.00"));
    assert_null(value(r, "twice", 1, "mean"));
    accepted(rig_scan(r, "3.00"));
    assert_string_equal(value(r, "twice", 1, "mean"), "2.000");
}

static void test_correction_reaches_every_occurrence_that_used_the_value(void **state)
{
    struct rig *r = *state;
    enter(r, "COUNT", "2", "0");
    enter(r, "TWICE", "1", "1");
    enter(r, "FOLD", "10", NULL);
    enter(r, "FOLD", "20", NULL);
    enter(r, "COUNT", "4", "0");
    enter(r, "FOLD", "40", NULL);
    accepted(correct(r, "count", "live", "1", 1));
    assert_string_equal(value(r, "fold", 1, "times"), "10.00");
    assert_string_equal(value(r, "fold", 2, "times"), "20.00");
    assert_string_equal(value(r, "fold", 3, "times"), "10.00"); /* of the second count */
    accepted(correct(r, "count", "live", "8", 2));
    assert_string_equal(value(r, "fold", 2, "times"), "20.00");
    assert_string_equal(value(r, "fold", 3, "times"), "5.00");
    deviation(correct(r, "count", "live", "0", 1), "value.action"); /* nothing is so many times nothing */
    assert_null(value(r, "fold", 1, "times"));
    assert_string_equal(value(r, "fold", 3, "times"), "5.00");
}

/* ---- the second person ---- */

static void test_second_person_was_there(void **state)
{
    struct rig *r = *state;
    enter(r, "COUNT", "45", "0");
    rig_wait(r, RIG_MINUTE);
    accepted(rig_sign_in(r, "OP3")); /* afterwards */
    refused(correct_with(r, "count", "live", "44", 0, "OP3"), "correction.not-there");
    accepted(correct_with(r, "count", "live", "44", 0, "OP2"));
    enter(r, "COUNT", "45", "0");
    accepted(correct_with(r, "count", "live", "44", 2, "OP3")); /* now he was there, too */
}

static void test_who_has_gone_by_then_was_not_there(void **state)
{
    struct rig *r = *state;
    accepted(rig_sign_in(r, "OP3"));
    rig_leaves(r, "OP3");
    rig_wait(r, RIG_MINUTE);
    accepted(rig_scan(r, "P:OP1"));
    enter(r, "COUNT", "45", "0");
    accepted(rig_sign_in(r, "OP3"));
    refused(correct_with(r, "count", "live", "44", 0, "OP3"), "correction.not-there");
}

static void test_second_person_has_a_role_of_the_step(void **state)
{
    struct rig *r = *state;
    accepted(rig_sign_in(r, "QM"));
    enter(r, "COUNT", "45", "0");
    refused(correct_with(r, "count", "live", "44", 0, "QM"), "correction.not-there");
}

static void test_where_nobody_is_left_quality_stands_in_and_it_is_told(void **state)
{
    struct rig *r = *state;
    enter(r, "COUNT", "45", "0");
    accepted(rig_sign_in(r, "QM"));
    rig_entry(r, "person/OP2", "person.changed", "{\"person\":\"OP2\",\"suspended\":true}");
    accepted(rig_sign_in(r, "OP3"));
    refused(correct_with(r, "count", "live", "44", 0, "OP3"), "correction.not-there");
    alert(correct_with(r, "count", "live", "44", 0, "QM"), "correction.instead");
    assert_true(rig_says(r, "\"instead\":true"));
    assert_false(batch_acted(rig_batch(r, "B1"), book_person(&r->book, "QM"), DEPT_MANUFACTURING));
}

/* Whoever would stand in does not say that nobody is left. */
static void test_who_stands_in_has_not_said_who_is_away(void **state)
{
    struct rig *r = *state;
    enter(r, "COUNT", "45", "0");
    accepted(rig_sign_in(r, "QM"));
    accepted(rig_record(r, "QM", "person.away", "person=OP2|from=2026-11-01|until=2026-11-30"));
    refused(correct_with(r, "count", "live", "44", 0, "QM"), "correction.not-there");
    accepted(rig_record(r, "FM", "person.away", "person=OP2|from=2026-11-01|until=2026-11-30"));
    alert(correct_with(r, "count", "live", "44", 0, "QM"), "correction.instead");
}

/* The benches say nothing any more of a day that is over: the step itself does. */
static void test_on_the_next_day_who_took_part_is_the_second_person(void **state)
{
    struct rig *r = *state;
    accepted(rig_sign_in(r, "OP3"));
    enter(r, "COUNT", "45", NULL);
    rig_take_over(r, "OP2");
    accepted(rig_scan(r, "0"));
    rig_clock(r, 1, 9, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_sign_in(r, "OP3"));
    refused(correct_with(r, "count", "live", "44", 0, "OP3"), "correction.not-there");
    accepted(correct_with(r, "count", "live", "44", 0, "OP2"));
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_who_stands_in_has_not_said_who_is_away),
        TEST(test_correction_may_tell_a_bad_truth),
        TEST(test_correction_makes_a_derived_value_computable),
        TEST(test_correction_takes_a_derived_value_back),
        TEST(test_corrected_replicate_is_in_the_mean),
        TEST(test_replicate_that_is_awaited_again_takes_the_mean_back),
        TEST(test_correction_reaches_every_occurrence_that_used_the_value),
        TEST(test_second_person_was_there),
        TEST(test_who_has_gone_by_then_was_not_there),
        TEST(test_second_person_has_a_role_of_the_step),
        TEST(test_where_nobody_is_left_quality_stands_in_and_it_is_told),
        TEST(test_on_the_next_day_who_took_part_is_the_second_person),
    };
    return cmocka_run_group_tests_name("rule: what is derived from a corrected value", tests, NULL, NULL);
}
