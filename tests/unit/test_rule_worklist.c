/* What waits at a desk: in order of consequence, and no longer than it does. */
#include "rule_release.h"

#include "core/rule/worklist.h"

static struct worklist list(struct rig *r)
{
    return rule_worklist(&r->book, r->now, &r->arena);
}

/* The first line of that kind; NULL: none waits. */
static const struct worklist_line *first(const struct worklist *w, enum worklist_what what)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->item[i].what == what)
            return &w->item[i];
    return NULL;
}

static const struct verdict *say(struct rig *r, const char *kind, bool hold)
{
    struct json *body = json_set_str(&r->arena, json_object(&r->arena), "batch", "B1");
    json_set_str(&r->arena, body, "reason", "seen");
    struct command c = {.kind = COMMAND_RECORD, .station = r->station, .record = kind, .body = body};
    if (strcmp(kind, "deviation.opened") == 0)
        json_set(&r->arena, body, "hold", json_bool(&r->arena, hold));
    c.person = book_person(&r->book, "OP1");
    return rig_run(r, &c);
}

static void test_holds_stand_before_deviations_and_both_before_signatures(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(say(r, "deviation.opened", false));
    accepted(say(r, "hold.placed", false));
    struct worklist w = list(r);
    const struct worklist_line *hold = first(&w, WORKLIST_HOLD), *dev = first(&w, WORKLIST_ASSESSMENT);
    assert_non_null(hold);
    assert_non_null(dev);
    assert_true(hold < dev);
    assert_string_equal(dev->of.thing, "B1-DV1");
    assert_true(dev->due > r->now);
    assert_int_equal(worklist_act(dev).kind, KIND_DEVIATION_ASSESSED);
    assert_int_equal(worklist_act(hold).kind, KIND_HOLD_LIFTED);
    assert_int_equal(worklist_effect(hold, r->now), EFFECT_HOLD);
    assert_int_equal(worklist_effect(dev, dev->due), EFFECT_DEVIATION);
    assert_int_equal(worklist_effect(dev, dev->due + 1), EFFECT_ALERT); /* it is over its time */
    const struct worklist_line warning = {.what = WORKLIST_SILENCE, .of = {.what = SILENCE_WARNING}},
                               count = {.what = WORKLIST_SILENCE, .of = {.what = SILENCE_COUNT}};
    assert_int_equal(worklist_effect(&warning, r->now), EFFECT_ALERT);
    assert_int_equal(worklist_effect(&count, r->now), EFFECT_OK);
    const struct worklist_line *signature = first(&w, WORKLIST_SIGNATURE);
    if (signature)
        assert_true(dev < signature);
}

static void test_a_deviation_waits_for_one_act_after_the_other(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(say(r, "deviation.opened", false));
    struct worklist w = list(r);
    assert_null(first(&w, WORKLIST_CONFIRMATION));
    accepted(assess(r, "B1-DV1", "minor"));
    w = list(r);
    assert_null(first(&w, WORKLIST_ASSESSMENT));
    assert_true(first(&w, WORKLIST_CONFIRMATION) || first(&w, WORKLIST_CLOSING));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_holds_stand_before_deviations_and_both_before_signatures),
        TEST(test_a_deviation_waits_for_one_act_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
