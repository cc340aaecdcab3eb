/* Session forms on paper: which room one is of. */
#include "paper_rig.h"

static void test_form_of_one_room_is_of_no_other(void **state)
{
    struct rig *r = *state;
    outage(r);
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out"), "form.typed-in");
    rig_leaves(r, "OP2");
    rig_leaves(r, "OP1");
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    desk = "QC1S";
    (void)typed(r, "SF26-0001", 2 * RIG_HOUR, NULL, "X:STEP-LAB");
    desk = "B21";
    refused(&r->v, "form.other-session");
}

static void test_form_is_of_the_room_of_its_session_wherever_it_is_typed_in(void **state)
{
    struct rig *r = *state;
    desks(r);
    accepted(rig_one(r, "TRAY", "L:TB1")); /* in R2, before the outage */
    outage(r);
    sits_at(r, "DESK");
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out"), "form.typed-in");
    const char *room = book_form(&r->book, "SF26-0001")->room;
    sits_at(r, "BQ");
    (void)typed(r, "SF26-0001", 2 * RIG_HOUR, "BACK", "back");
    desk = "B21";
    assert_non_null(room);
    assert_string_equal(room, "R2");
    accepted(&r->v);
}

static void test_blocked_room_is_that_of_the_form(void **state)
{
    struct rig *r = *state;
    desks(r);
    fit(r);
    rig_entry(r, "room/R2", "room.blocked", "{\"cause\":\"plates\",\"room\":\"R2\",\"workers\":[]}");
    outage(r);
    sits_at(r, "DESK");
    (void)typed(r, "SF26-0001", 3 * RIG_HOUR, "SPIN", "E:CF-1");
    desk = "B21";
    hold(&r->v, "room.used-blocked");
}

/* What an older program wrote: nobody was asked for its room. */
static void returned_without_room(struct rig *r)
{
    accepted_as(issue(r), "form.issued");
    rig_wait(r, 4 * RIG_HOUR);
    unheard(r, 4 * RIG_HOUR);
    rig_entry(r, "facility", "form.returned",
              "{\"confirmed\":[\"OP1\",\"OP2\"],\"form\":\"SF26-0001\",\"people\":[\"OP1\",\"OP2\"],"
              "\"sha256\":\"" SCAN "\"}");
}

static void test_form_of_an_older_program_has_the_room_where_it_is_typed_in(void **state)
{
    struct rig *r = *state;
    desks(r);
    returned_without_room(r);
    accepted(rig_scan(r, "B:B1"));
    (void)typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out");
    const char *room = book_form(&r->book, "SF26-0001")->room;
    assert_non_null(room);
    assert_string_equal(room, "R2");
}

static void test_desk_in_no_room_makes_no_room_of_a_form_that_names_none(void **state)
{
    struct rig *r = *state;
    desks(r);
    returned_without_room(r);
    sits_at(r, "DESK");
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out"), "form.typed-in");
    desk = "B21";
    assert_null(book_form(&r->book, "SF26-0001")->room);
}

/* ---- which room it is of ---- */

#define RETURNED "form=SF26-0001|sha256=" SCAN "|people=[OP1,OP2]|witness=P:OP2"

static void test_form_comes_back_with_its_room(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(issue(r));
    refused(rig_record(r, "OP1", "form.returned", RETURNED), "form.room");
    refused(rig_record(r, "OP1", "form.returned", RETURNED "|room=R9"), "record.invalid");
    accepted(rig_record(r, "OP1", "form.returned", RETURNED "|room=RQ"));
    assert_string_equal(book_form(&r->book, "SF26-0001")->room, "RQ");
}

static void test_form_of_a_clinic_names_its_station(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    refused(rig_record(r, "OP1", "form.issued", "to=OP1|room=B21"), "record.invalid"); /* stands in R2 */
    accepted(rig_record(r, "OP1", "form.issued", "to=OP1|room=CL1"));
}

static void test_form_comes_back_from_the_room_for_which_it_was_handed_out(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    refused(rig_record(r, "OP1", "form.issued", "to=OP1|room=R9"), "record.invalid");
    accepted(rig_record(r, "OP1", "form.issued", "to=OP1|room=R2"));
    refused(rig_record(r, "OP1", "form.returned", RETURNED "|room=RQ"), "form.room");
    accepted(rig_record(r, "OP1", "form.returned", RETURNED));
    assert_string_equal(book_form(&r->book, "SF26-0001")->room, "R2");
}

/* At desks that stand in no room, one form told of the clean room and of the laboratory. */
static void test_form_tells_no_session_of_two_rooms_at_desks_in_none(void **state)
{
    struct rig *r = *state;
    desks(r);
    rig_entry(r, "station/DQ", "station.enrolled", "{\"kind\":\"QC\",\"station\":\"DQ\",\"token\":\"t10\"}");
    outage(r);
    sits_at(r, "DESK");
    deviation(typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out"), "form.typed-in");
    sits_at(r, "DQ");
    (void)typed(r, "SF26-0001", 2 * RIG_HOUR, NULL, "X:STEP-LAB");
    desk = "B21";
    refused(&r->v, "form.other-session");
}

static void test_form_of_another_room_than_the_batch_was_worked_in_is_told(void **state)
{
    struct rig *r = *state;
    desks(r);
    accepted(rig_one(r, "TRAY", "L:TB1")); /* in R2, before the outage */
    accepted(issue(r));
    rig_wait(r, 4 * RIG_HOUR);
    unheard(r, 4 * RIG_HOUR);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_record(r, "OP1", "form.returned", RETURNED "|room=RQ"));
    (void)typed(r, "SF26-0001", 3 * RIG_HOUR, "OUT", "out");
    assert_int_equal(r->v.outcome, OUTCOME_DEVIATION);
    assert_true(rig_says(r, "form.room-other"));
    accepted(typed(r, "SF26-0001", 2 * RIG_HOUR, "BACK", "back")); /* told once */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_form_of_one_room_is_of_no_other, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_form_is_of_the_room_of_its_session_wherever_it_is_typed_in,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_blocked_room_is_that_of_the_form, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_form_of_an_older_program_has_the_room_where_it_is_typed_in,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_desk_in_no_room_makes_no_room_of_a_form_that_names_none, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_form_comes_back_with_its_room, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_form_of_a_clinic_names_its_station, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_form_comes_back_from_the_room_for_which_it_was_handed_out,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_form_tells_no_session_of_two_rooms_at_desks_in_none, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_form_of_another_room_than_the_batch_was_worked_in_is_told,
                                        set_up, rig_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
