/* CPF_TEST_OFF takes a rule out where the tests' hooks are built in, and nowhere else. Built both ways. */
#include "bench_rig.h"

#include <stdlib.h>

#include "core/rule/off.h"

static const char steps[] =
    "  - {id: plain, title: {ja: 題, en: T}, where: [B2], by: [operator], dept: manufacturing, "
    "after: [], repeat: 0, fields: [{id: paper, title: {ja: 題, en: T}, scan: document}]}\n";

static int begin(void **state)
{
    unsetenv("CPF_TEST_OFF");
    return rig_set_up(state, steps, "B1");
}

static void off(const char *codes)
{
    assert_int_equal(setenv("CPF_TEST_OFF", codes, 1), 0);
}

static void test_codes_are_named_whole(void **state)
{
    (void)state;
#ifdef CPF_TESTHOOKS
    const bool hooks = true;
#else
    const bool hooks = false;
#endif
    assert_false(rule_off(SAY_PERSON_ROLE));
    off("person.role");
    assert_int_equal(rule_off(SAY_PERSON_ROLE), hooks);
    assert_false(rule_off(SAY_PERSON_UNFIT));
    off("lot.expired,person.role,time.late");
    assert_int_equal(rule_off(SAY_PERSON_ROLE), hooks);
    assert_int_equal(rule_off(SAY_TIME_LATE), hooks);
    off("time.late-entry,xperson.role");
    assert_false(rule_off(SAY_TIME_LATE));
    assert_false(rule_off(SAY_PERSON_ROLE));
    assert_false(rule_off(SAY_NONE));
}

/* The rules themselves, as this build has them. */
static void test_what_is_off_is_not_found(void **state)
{
    struct rig *r = *state;
    accepted(rig_sign_in(r, "MM"));
    accepted(rig_scan(r, "P:MM"));
    refused(rig_scan(r, "X:STEP-PLAIN"), "person.role");
    off("person.role");
    if (RULES_HAVE_HOOKS)
        accepted(rig_scan(r, "X:STEP-PLAIN"));
    else
        refused(rig_scan(r, "X:STEP-PLAIN"), "person.role");
    unsetenv("CPF_TEST_OFF");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_codes_are_named_whole, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_off_is_not_found, begin, rig_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
