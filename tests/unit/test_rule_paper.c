/* Session forms on paper: numbered, handed out, returned with their scan, typed in by one, checked by
 * another. */
#include "paper_rig.h"

static void test_windows_go_by_the_times_of_the_form_and_one_deviation_tells_it(void **state)
{
    struct rig *r = *state;
    outage(r);
    typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "taken out");
    assert_int_equal(r->v.outcome, OUTCOME_DEVIATION);
    assert_string_equal(r->v.code, "form.typed-in");
    assert_true(rig_says(r, "\"late\":\"paper-form\""));
    assert_true(rig_says(r, "\"form\":\"SF26-0001\""));
    accepted(
        typed(r, "SF26-0001", 2 * RIG_HOUR, "BACK", "put back")); /* an hour out, and no second deviation */
    assert_int_equal(rig_batch(r, "B1")->ndevs, 1);
    int step = protocol_step(rig_batch(r, "B1")->protocol, "back");
    assert_true(batch_done(rig_batch(r, "B1"), step)->done == r->now - 2 * RIG_HOUR);
}

static void test_window_that_the_form_shows_to_be_late_is_late(void **state)
{
    struct rig *r = *state;
    outage(r);
    typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "taken out");
    typed(r, "SF26-0001", RIG_HOUR, "BACK", "put back");
    assert_string_equal(r->v.code, "time.late");
}

static void test_without_a_form_paper_is_a_claim_as_before(void **state)
{
    struct rig *r = *state;
    outage(r);
    typed(r, NULL, 3 * RIG_HOUR, "OUT", "taken out");
    assert_true(rig_says(r, "\"late\":\"paper\""));
    int step = protocol_step(rig_batch(r, "B1")->protocol, "out");
    assert_true(batch_done(rig_batch(r, "B1"), step)->done == r->now);
}

static void test_only_a_form_that_is_back_in_its_own_time_by_who_signed_it(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 2 * RIG_HOUR);
    accepted(issue(r));
    rig_wait(r, 2 * RIG_HOUR);
    refused(typed(r, "SF26-0001", RIG_HOUR, NULL, "X:STEP-OUT"), "form.not-this"); /* not back */
    refused(back(r, "SF26-0001", "[OP1]"), "record.invalid");                      /* two names in ink */
    refused(back(r, "SF26-0001", "[OP1,OP1]"), "record.invalid");
    refused(back(r, "SF26-0009", "[OP1,OP2]"), "record.unknown");
    accepted(back(r, "SF26-0001", "[OP2,OP3]"));
    refused(back(r, "SF26-0001", "[OP2,OP3]"), "form.state");
    refused(typed(r, "SF26-0001", RIG_HOUR, NULL, "X:STEP-OUT"), "form.not-this"); /* nothing was away */
    unheard(r, 4 * RIG_HOUR);
    refused(typed(r, "SF26-0001", 3 * RIG_HOUR, NULL, "X:STEP-OUT"),
            "form.not-this"); /* before it was handed out */
    refused(typed(r, "SF26-0001", RIG_HOUR, NULL, "X:STEP-OUT"), "form.not-named");
    accepted(rig_scan(r, "P:OP2"));
    deviation(typed(r, "SF26-0001", RIG_HOUR, "OUT", "out"), "form.unconfirmed"); /* by neither of the two */
    accepted_as(check(r, "QC1", "SF26-0001", SCAN), "form.checked");
    refused(typed(r, "SF26-0001", RIG_HOUR, NULL, "X:STEP-BACK"), "form.not-this"); /* done with */
}

static void test_another_one_checks_what_was_typed_in_against_that_scan(void **state)
{
    struct rig *r = *state;
    outage(r);
    typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "taken out");
    assert_int_equal(book_form(&r->book, "SF26-0001")->ntypists, 1);
    refused(check(r, "OP1", "SF26-0001", SCAN), "form.own");
    refused(check(r, "OP2", "SF26-0001", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "form.scan-differs");
    refused(check(r, "OP2", "SF26-0001", SCAN), "form.own"); /* signed it */
    accepted_as(check(r, "OP3", "SF26-0001", SCAN), "form.checked");
    refused(check(r, "OP3", "SF26-0001", SCAN), "form.state");
}

static void test_who_brings_a_form_back_does_not_check_it(void **state)
{
    struct rig *r = *state;
    accepted(issue(r));
    rig_wait(r, 4 * RIG_HOUR);
    unheard(r, 4 * RIG_HOUR);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP3"));
    accepted(
        rig_record(r, "OP3", "form.returned", "form=SF26-0001|sha256=" SCAN "|people=[OP1,OP2]|room=R2"));
    accepted(rig_scan(r, "P:OP1"));
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out"), "form.unconfirmed");
    refused(check(r, "OP3", "SF26-0001", SCAN), "form.own");
}

/* ---- one form is one session's ---- */

static void test_form_of_one_batch_is_of_no_other(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_order(r, "NK2", "P000002"));
    outage(r);
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out"), "form.typed-in");
    accepted(rig_scan(r, "B:NK2"));
    refused(typed(r, "SF26-0001", 2 * RIG_HOUR, NULL, "X:STEP-OUT"), "form.other-session");
}

/* What is refused before the form is asked about has no time of it either. */
static void test_what_another_batch_refuses_has_no_time_of_the_form(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_order(r, "NK2", "P000002"));
    outage(r);
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out"), "form.typed-in");
    rig_at(r, desk);
    accepted(rig_scan(r, "B:NK2"));
    refused(typed(r, "SF26-0001", 2 * RIG_HOUR, NULL, "X:STEP-NOWHERE"), "step.unknown");
    assert_null(strstr(rig_text_of(r, "refused"), "paper-form"));
}

/* Nor has what is done at the bench itself, in another room, a time of it. */
static void test_badge_in_another_room_has_no_time_of_the_form(void **state)
{
    struct rig *r = *state;
    outage(r);
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out"), "form.typed-in");
    rig_leaves(r, "OP2");
    rig_leaves(r, "OP1");
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "OP1"));
    desk = "QC1S";
    accepted(typed(r, "SF26-0001", 2 * RIG_HOUR, NULL, "P:OP1"));
    desk = "B21";
    assert_false(rig_says(r, "\"late\":\"paper-form\""));
}

/* Whose badge is read acts: not on the form, nothing of that person was written down there. */
static void test_badge_of_who_is_not_named_has_no_time_of_the_form(void **state)
{
    struct rig *r = *state;
    outage(r);
    accepted(rig_sign_in(r, "OP3"));
    accepted(rig_scan(r, "P:OP1"));
    accepted(typed(r, "SF26-0001", 3 * RIG_HOUR, NULL, "P:OP3"));
    assert_false(rig_says(r, "\"late\":\"paper-form\""));
    assert_int_equal(rig_count(r, "form.entered"), 0);
}

/* Who is named on it may have done something else: only who does or sees the step is asked for what it asks.
 */
static void test_who_is_named_on_it_needs_not_what_the_step_asks_of_others(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "person/OP3", "person.changed", "{\"person\":\"OP3\",\"qualified\":[]}");
    accepted(issue(r));
    rig_wait(r, 4 * RIG_HOUR);
    unheard(r, 4 * RIG_HOUR);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_record(r, "OP1", "form.returned",
                        "form=SF26-0001|sha256=" SCAN "|people=[OP1,OP2,OP3]|room=R2|witness=P:OP2"));
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "SEEN", "seen"), "form.typed-in");
    assert_int_equal(rig_batch(r, "B1")->ndevs, 1);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP3"));
    refused(typed(r, "SF26-0001", 3 * RIG_HOUR, NULL, "P:OP3"), "person.unqualified");
    accepted(typed(r, "SF26-0001", 3 * RIG_HOUR, NULL, "P:OP2"));
}

static void test_who_signed_it_and_was_elsewhere_is_told(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "OP3"));
    accepted(issue(r));
    rig_wait(r, 4 * RIG_HOUR);
    unheard(r, 4 * RIG_HOUR);
    accepted(back(r, "SF26-0001", "[OP1,OP3]"));
    (void)typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out");
    assert_int_equal(r->v.outcome, OUTCOME_DEVIATION);
    assert_true(rig_says(r, "form.named-absent") && rig_says(r, "form.unconfirmed"));
}

static void test_step_that_was_begun_on_a_form_is_not_ended_without_it_unasked(void **state)
{
    struct rig *r = *state;
    outage(r);
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "PAIR", "one"), "form.typed-in");
    refused(rig_scan(r, "two"), "form.or-now");
    accepted(typed(r, "SF26-0001", 3 * RIG_HOUR, NULL, "two"));
    accepted(typed(r, "SF26-0001", 2 * RIG_HOUR, "PAIR", "one"));
    refused(rig_scan(r, "two"), "form.or-now");
    rig_wait(r, 5 * RIG_SECOND);
    accepted(rig_scan(r, "two")); /* it is meant */
}

static bool silent_of_batch(struct rig *r)
{
    struct silences s = rule_silence(&r->book, rig_batch(r, "B1"), r->now, &r->arena);
    for (size_t i = 0; i < s.n; i++)
        if (s.item[i].what == SILENCE_FORM)
            return true;
    return false;
}

static void test_nothing_is_reported_on_a_form_that_nobody_has_checked(void **state)
{
    struct rig *r = *state;
    outage(r);
    typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "taken out");
    typed(r, "SF26-0001", 2 * RIG_HOUR, "BACK", "put back");
    assert_true(silent_of_batch(r)); /* at once */
    rig_at(r, "QA1");
    refused(rig_sign(r, "MM", "B1", "go", "d=yes"), "form.unchecked");
    accepted(check(r, "OP3", "SF26-0001", SCAN));
    accepted(rig_sign(r, "MM", "B1", "go", "d=yes"));
    assert_false(silent_of_batch(r));
}

/* ---- what was used is a fact ---- */

static void lot_says(struct rig *r, const char *kind, const char *lot)
{
    rig_entry(r, arena_printf(&r->arena, "lot/%s", lot), kind,
              arena_printf(&r->arena, "{\"lot\":\"%s\"}", lot));
}

static void receive(struct rig *r, const char *lot, const char *expiry)
{
    rig_entry(
        r, arena_printf(&r->arena, "lot/%s", lot), "lot.received",
        arena_printf(&r->arena, "{\"expiry\":\"%s\",\"lot\":\"%s\",\"material\":\"tube\"}", expiry, lot));
    lot_says(r, "lot.released", lot);
}

static void test_lot_that_was_blocked_after_its_use_is_a_fact_on_hold(void **state)
{
    struct rig *r = *state;
    outage(r);
    lot_says(r, "lot.blocked", "TB1");
    hold(typed(r, "SF26-0001", 3 * RIG_HOUR, "TRAY", "L:TB1"), "lot.used-blocked");
    assert_int_equal(
        batch_done(rig_batch(r, "B1"), protocol_step(rig_batch(r, "B1")->protocol, "tray"))->ninputs, 1);
    refused(rig_one(r, "TRAY", "L:TB1"), "lot.blocked"); /* now it can still be prevented */
}

static void test_lot_that_was_not_released_yet_was_used_unreleased(void **state)
{
    struct rig *r = *state;
    receive(r, "TB5", "2027-01-01");
    lot_says(r, "lot.blocked", "TB5");
    outage(r);
    lot_says(r, "lot.released", "TB5"); /* only now */
    hold(typed(r, "SF26-0001", 3 * RIG_HOUR, "TRAY", "L:TB5"), "lot.used-quarantine");
    accepted(rig_one(r, "TRAY", "L:TB5"));
}

/* From the evening of the last day of TB6 until the next morning. */
static void overnight(struct rig *r)
{
    receive(r, "TB6", "2026-11-02");
    rig_clock(r, 0, 20, 0);
    accepted(issue(r));
    rig_clock(r, 1, 9, 0);
    unheard(r, 13 * RIG_HOUR);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_sign_in(r, "OP1"));
    accepted(brought(r, "SF26-0001"));
    accepted(rig_scan(r, "B:B1"));
}

static void test_expiry_is_judged_by_the_day_that_the_form_has(void **state)
{
    struct rig *r = *state;
    overnight(r);
    deviation(typed(r, "SF26-0001", 12 * RIG_HOUR, "TRAY", "L:TB6"),
              "form.typed-in");                                                     /* in date that evening */
    hold(typed(r, "SF26-0001", 2 * RIG_HOUR, "TRAY", "L:TB6"), "lot.used-expired"); /* not that morning */
    refused(rig_one(r, "TRAY", "L:TB6"), "lot.expired");                            /* nor is it now */
}

static void test_machine_and_room_that_were_used_are_facts(void **state)
{
    struct rig *r = *state;
    fit(r);
    outage(r);
    rig_entry(r, "room/R2", "room.blocked", "{\"cause\":\"plates\",\"room\":\"R2\",\"workers\":[]}");
    rig_entry(r, "equipment/CF-1", "equipment.changed", "{\"equipment\":\"CF-1\",\"in_service\":false}");
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "SPIN", "E:CF-1"), "form.typed-in");
    assert_true(rig_says(r, "equipment.used-unfit"));
    refused(rig_scan(r, "X:STEP-SPIN"), "room.blocked"); /* it was not, when that was done */
}

static void test_work_in_a_room_that_was_blocked_is_a_fact_on_hold(void **state)
{
    struct rig *r = *state;
    fit(r);
    rig_entry(r, "room/R2", "room.blocked", "{\"cause\":\"plates\",\"room\":\"R2\",\"workers\":[]}");
    outage(r);
    hold(typed(r, "SF26-0001", 3 * RIG_HOUR, "SPIN", "E:CF-1"), "room.used-blocked");
}

static bool silent(struct rig *r, const char *form)
{
    struct silences s = rule_silence(&r->book, NULL, r->now, &r->arena);
    for (size_t i = 0; i < s.n; i++)
        if (s.item[i].what == SILENCE_FORM && strcmp(s.item[i].thing, form) == 0)
            return true;
    return false;
}

static void test_form_that_is_out_is_silence_until_it_is_back_and_checked_or_void(void **state)
{
    struct rig *r = *state;
    accepted(issue(r));
    accepted(issue(r));
    with_arg(&r->v, "form", "SF26-0002");
    assert_false(silent(r, "SF26-0001"));
    rig_wait(r, RIG_DAY);
    assert_true(silent(r, "SF26-0001") && silent(r, "SF26-0002"));
    rig_at(r, "QA1");
    refused(rig_record(r, "OP1", "form.voided", "form=SF26-0002|reason=" RIG_NAME), "record.role");
    accepted_as(rig_record(r, "QM", "form.voided", "form=SF26-0002|reason=" RIG_NAME), "form.voided");
    assert_false(silent(r, "SF26-0002"));
    accepted(back(r, "SF26-0001", "[OP1,OP2]"));
    assert_false(silent(r, "SF26-0001"));
    rig_wait(r, RIG_DAY);
    assert_true(silent(r, "SF26-0001"));                       /* back, and nobody has checked it */
    refused(check(r, "OP2", "SF26-0001", SCAN), "form.state"); /* nobody has typed it in */
    with_arg(&r->v, "is", "back");
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "form.voided", "form=SF26-0001|reason=" RIG_NAME), "right.second");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_record(r, "QM", "form.voided", "form=SF26-0001|reason=" RIG_NAME "|witness=P:QC1"));
    assert_false(silent(r, "SF26-0001"));
    accepted(issue(r));
    with_arg(&r->v, "form", "SF26-0003"); /* no number comes twice */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_windows_go_by_the_times_of_the_form_and_one_deviation_tells_it,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_window_that_the_form_shows_to_be_late_is_late, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_without_a_form_paper_is_a_claim_as_before, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_only_a_form_that_is_back_in_its_own_time_by_who_signed_it,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_another_one_checks_what_was_typed_in_against_that_scan, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_who_brings_a_form_back_does_not_check_it, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_form_of_one_batch_is_of_no_other, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_what_another_batch_refuses_has_no_time_of_the_form, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_badge_in_another_room_has_no_time_of_the_form, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_badge_of_who_is_not_named_has_no_time_of_the_form, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_who_is_named_on_it_needs_not_what_the_step_asks_of_others,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_who_signed_it_and_was_elsewhere_is_told, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_step_that_was_begun_on_a_form_is_not_ended_without_it_unasked,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_is_reported_on_a_form_that_nobody_has_checked, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_lot_that_was_blocked_after_its_use_is_a_fact_on_hold, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_lot_that_was_not_released_yet_was_used_unreleased, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_expiry_is_judged_by_the_day_that_the_form_has, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_machine_and_room_that_were_used_are_facts, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_work_in_a_room_that_was_blocked_is_a_fact_on_hold, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_form_that_is_out_is_silence_until_it_is_back_and_checked_or_void,
                                        set_up, rig_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
