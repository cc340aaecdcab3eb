/* A blocked room, and cells that cannot wait: one session, on hold, by quality. */
#include "bench_rig.h"

#define NAMED  "title: {ja: 題, en: T}"
#define WORK   NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0"
#define PERMIT "batch=B1|room=R2|reason=wiped|result=0 particles"

static const char steps[] =
    "  - {id: fitness, " WORK ", declares-fit: true, fields: [{id: all, " NAMED
    ", choice: {yes: {title: {ja: 可, en: Fit}, is: ok}}}]}\n"
    "  - {id: feed, " WORK ", fit: true, fields: [{id: paper, " NAMED ", scan: document}]}\n"
    "  - {id: plates, " WORK ", fit: true, fields: [{id: plate, " NAMED ", scan: document}]}\n"
    "  - {id: swab, " NAMED
    ", where: [B2], by: [deputy-quality-manager], dept: quality, after: [], optional: true,\n"
    "     fields: [{id: paper, " NAMED ", scan: document}]}\n"
    "  - {id: count, " NAMED
    ", where: [QC], by: [tester, quality-manager], dept: quality, after: [plates], skip: deviation,\n"
    "     fields: [{id: cfu, " NAMED
    ", number: CFU, possible: [\"0\", \"99\"], action: [~, \"2\"], blocks-room: plates.plate}]}\n";

static void fit(struct rig *r)
{
    static const char *const who[] = {"P:OP2", "P:OP1"};
    for (size_t i = 0; i < 2; i++) {
        accepted(rig_scan(r, who[i]));
        accepted(rig_one(r, "FITNESS", "X:OPT-YES"));
    }
}

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    fit(*state);
    return rc;
}

static const struct verdict *permit(struct rig *r, const char *who, const char *body)
{
    rig_at(r, "QA1");
    (void)rig_record(r, who, "room.conditional", body);
    rig_at(r, "B21");
    return &r->v;
}

static void blocked(struct rig *r)
{
    rig_entry(r, "room/R2", "room.blocked", "{\"cause\":\"plates\",\"room\":\"R2\",\"workers\":[\"OP1\"]}");
    refused(rig_scan(r, "X:STEP-FEED"), "room.blocked");
}

static void test_one_session_is_permitted_on_hold_and_the_room_stays_blocked(void **state)
{
    struct rig *r = *state;
    blocked(r);
    accepted_as(permit(r, "QM", PERMIT), "room.conditional");
    assert_int_equal(rig_count(r, "hold.placed"), 1);
    assert_true(rig_says(r, "\"cause\":\"room.conditional\""));
    assert_false(rig_says(r, "0 particles"));
    assert_true(book_room(&r->book, "R2")->blocked);
    accepted(rig_one(r, "FEED", "D:A"));
    refused(permit(r, "QM", PERMIT), "room.permitted");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
}

static void test_tomorrow_it_is_asked_for_again(void **state)
{
    struct rig *r = *state;
    blocked(r);
    accepted(permit(r, "QM", PERMIT));
    rig_wait(r, RIG_DAY);
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    fit(r);
    refused(rig_scan(r, "X:STEP-FEED"), "room.blocked");
    accepted(permit(r, "QM", PERMIT));
    accepted(rig_one(r, "FEED", "D:A"));
}

static void test_another_batch_stays_out(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_order(r, "NK2", "P000002"));
    rig_at(r, "B21");
    blocked(r);
    accepted(permit(r, "QM", "batch=NK2|room=R2|reason=wiped|result=0"));
    refused(rig_scan(r, "X:STEP-FEED"), "room.blocked");
}

static void test_quality_permits_after_clean_up_and_count(void **state)
{
    struct rig *r = *state;
    refused(permit(r, "QM", PERMIT), "room.open");
    blocked(r);
    refused(permit(r, "MM", PERMIT), "record.role");
    refused(permit(r, "QM", "batch=B1|room=R2|reason=wiped"), "record.invalid");
    refused(permit(r, "QM", "batch=B1|room=R2|result=0"), "record.invalid");
    refused(permit(r, "QM", "batch=B9|room=R2|reason=wiped|result=0"), "batch.unknown");
    refused(permit(r, "QM", "batch=B1|room=R9|reason=wiped|result=0"), "record.word");
}

/* ---- its hold ---- */

static const struct verdict *lift(struct rig *r, const char *who)
{
    rig_at(r, "QA1");
    (void)rig_record(r, who, "hold.lifted", "batch=B1|hold=B1-H1|reason=plates clean");
    return &r->v;
}

static void count_plates(struct rig *r, const char *who)
{
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, who));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "COUNT", "0 CFU"));
}

static void session(struct rig *r, bool plates)
{
    blocked(r);
    accepted(permit(r, "QM", PERMIT));
    if (plates)
        accepted(rig_one(r, "PLATES", "D:P"));
    accepted(rig_one(r, "FEED", "D:A"));
}

static void test_hold_stays_until_the_plates_are_read(void **state)
{
    struct rig *r = *state;
    session(r, true);
    refused(lift(r, "QM"), "room.unread");
    with_arg(&r->v, "room", "R2");
    rig_wait(r, 5 * RIG_DAY);
    refused(lift(r, "QM"), "room.unread");
    refused(lift(r, "FM"), "record.role"); /* there is somebody of quality who may, when they are read */
    count_plates(r, "QC1");
    accepted(lift(r, "QM")); /* who permitted it has caused nothing */
}

static void test_who_permits_and_reads_does_not_lift_as_well(void **state)
{
    struct rig *r = *state;
    session(r, true);
    rig_wait(r, 5 * RIG_DAY);
    count_plates(r, "QM");
    refused(lift(r, "QM"), "right.nobody");
}

/* ---- … of which no plate was, or will be, read ---- */

static const struct verdict *lift_two(struct rig *r, const char *who, const char *with)
{
    rig_at(r, "QA1");
    rig_sign_in(r, with);
    return rig_record(r, who, "hold.lifted",
                      arena_printf(&r->arena, "batch=B1|hold=B1-H1|reason=%s|witness=P:%s",
                                   "no plate stood there, the air was counted", with));
}

static void deputy(struct rig *r)
{
    rig_entry(r, "person/DQ", "person.enrolled",
              "{\"dept\":\"quality\",\"person\":\"DQ\",\"roles\":[\"deputy-quality-manager\"]}");
}

static void test_session_without_plates_is_lifted_by_two_who_had_no_part_in_it(void **state)
{
    struct rig *r = *state;
    deputy(r);
    session(r, false);
    refused(lift_two(r, "DQ", "FM"), "room.today"); /* its day is not over: somebody may lay some out */
    rig_wait(r, 5 * RIG_DAY);
    refused(lift(r, "DQ"), "right.second");
    refused(lift_two(r, "DQ", "QC1"), "right.second-role");
    refused(lift_two(r, "QM", "FM"), "act.caused"); /* who permitted it */
    deviation(lift_two(r, "DQ", "FM"), "room.never-read");
    with_arg(&r->v, "room", "R2");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 0);
    assert_int_equal(rig_batch(r, "B1")->ndevs, 1);
    assert_true(rig_says(r, "\"witnessed\":\"FM\""));
}

static void test_who_worked_in_a_session_does_not_say_that_it_was_well(void **state)
{
    struct rig *r = *state;
    deputy(r);
    session(r, true);
    rig_entry(r, "person/OP1", "person.changed",
              "{\"dept\":\"quality\",\"person\":\"OP1\",\"roles\":[\"deputy-quality-manager\"]}");
    rig_wait(r, 5 * RIG_DAY);
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    deviation(rig_skip(r, "QC1", "B1", "count"), "skip.recorded");
    refused(lift_two(r, "OP1", "FM"), "act.producer");
    deviation(lift_two(r, "FM", "DQ"), "room.never-read"); /* either of the two signs */
}

static void test_who_of_quality_stood_in_it_does_not_lift_its_hold(void **state)
{
    struct rig *r = *state;
    deputy(r);
    session(r, false);
    rig_leaves(r, "OP2");
    rig_leaves(r, "OP1");
    accepted(rig_sign_in(r, "DQ"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "SWAB", "D:S"));
    rig_wait(r, 5 * RIG_DAY);
    refused(lift_two(r, "DQ", "FM"), "right.nobody");
    with_arg(&r->v, "person", "DQ");
    deviation(lift_two(r, "QC1", "FM"), "room.never-read");
}

/* What it means is judged as any deviation is, and by those who lifted the hold, too. */
static void test_what_it_means_that_nothing_was_read_is_assessed(void **state)
{
    struct rig *r = *state;
    deputy(r);
    session(r, false);
    rig_wait(r, 5 * RIG_DAY);
    deviation(lift_two(r, "DQ", "FM"), "room.never-read");
    refused(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x"),
            "deviation.table");
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=major|reason=x"));
    accepted(rig_record(r, "DQ", "deviation.confirmed", "batch=B1|dev=B1-DV1|told=FM"));
}

/* A house with one of them: a tester, or a deputy by the operator's document. */
static void test_where_the_one_quality_manager_permitted_it_a_tester_lifts_instead(void **state)
{
    struct rig *r = *state;
    session(r, false);
    rig_wait(r, 5 * RIG_DAY);
    refused(lift_two(r, "QM", "FM"), "right.nobody");
    deviation(lift_two(r, "QC1", "FM"), "room.never-read");
}

static void test_room_is_not_reopened_while_its_sessions_plates_grow(void **state)
{
    struct rig *r = *state;
    deputy(r);
    session(r, true);
    rig_wait(r, RIG_DAY);
    rig_at(r, "QA1");
    refused(rig_record(r, "DQ", "room.reopened", "room=R2|reason=wiped|result=none"), "room.waits");
    with_arg(&r->v, "hold", "B1-H1");
    rig_wait(r, 4 * RIG_DAY);
    count_plates(r, "QC1");
    accepted(lift(r, "QM"));
    accepted(rig_record(r, "DQ", "room.reopened", "room=R2|reason=wiped|result=none"));
}

/* ---- reopened by whom, where all of quality who might worked there ---- */

static const struct verdict *reopen(struct rig *r, const char *who)
{
    rig_at(r, "QA1");
    return rig_record(r, who, "room.reopened", "room=R2|reason=wiped|result=no growth");
}

static void both_worked_there(struct rig *r)
{
    deputy(r);
    rig_entry(r, "room/R2", "room.blocked",
              "{\"cause\":\"plates\",\"room\":\"R2\",\"workers\":[\"QM\",\"DQ\"]}");
}

static void test_tester_reopens_where_all_who_might_worked_there(void **state)
{
    struct rig *r = *state;
    both_worked_there(r);
    refused(reopen(r, "DQ"), "right.nobody");
    with_arg(&r->v, "who", "{\"en\":\"tester\",\"ja\":\"試験担当者\"}");
    refused(reopen(r, "FM"), "record.role");
    with_arg(&r->v, "who", "{\"en\":\"tester\",\"ja\":\"試験担当者\"}"); /* not those who may not, either */
    accepted(reopen(r, "QC1"));
}

static void test_tester_reopens_nothing_while_one_of_them_may(void **state)
{
    struct rig *r = *state;
    deputy(r);
    rig_entry(r, "room/R2", "room.blocked", "{\"cause\":\"plates\",\"room\":\"R2\",\"workers\":[\"QM\"]}");
    refused(reopen(r, "QC1"), "record.role");
    refused(reopen(r, "QM"), "right.barred");
    accepted(reopen(r, "DQ"));
}

static void test_deputy_by_the_operators_document_reopens_instead(void **state)
{
    static const char appointed[] =
        "person=QC2|roles=[tester,deputy-quality-manager]|document=K-9|witness=P:FM|"
        "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
    struct rig *r = *state;
    both_worked_there(r);
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "FM"));
    accepted(rig_record(r, "QM", "person.changed", appointed));
    refused(reopen(r, "QM"), "right.barred");
    accepted(reopen(r, "QC2"));
}

static void test_what_was_done_there_before_the_permit_is_not_its_session(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "FEED", "D:A"));
    rig_wait(r, RIG_HOUR);
    blocked(r);
    accepted(permit(r, "QM", PERMIT));
    rig_wait(r, RIG_DAY);
    accepted(lift(r, "QM"));
}

static void test_permit_that_nobody_used_is_done_with_the_next_day(void **state)
{
    struct rig *r = *state;
    blocked(r);
    accepted(permit(r, "QM", PERMIT));
    refused(lift(r, "QM"), "room.today"); /* somebody may still begin */
    rig_wait(r, RIG_DAY);
    accepted(lift(r, "QM"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_one_session_is_permitted_on_hold_and_the_room_stays_blocked),
        T(test_tomorrow_it_is_asked_for_again),
        T(test_another_batch_stays_out),
        T(test_hold_stays_until_the_plates_are_read),
        T(test_who_permits_and_reads_does_not_lift_as_well),
        T(test_session_without_plates_is_lifted_by_two_who_had_no_part_in_it),
        T(test_who_worked_in_a_session_does_not_say_that_it_was_well),
        T(test_who_of_quality_stood_in_it_does_not_lift_its_hold),
        T(test_what_it_means_that_nothing_was_read_is_assessed),
        T(test_where_the_one_quality_manager_permitted_it_a_tester_lifts_instead),
        T(test_room_is_not_reopened_while_its_sessions_plates_grow),
        T(test_tester_reopens_where_all_who_might_worked_there),
        T(test_tester_reopens_nothing_while_one_of_them_may),
        T(test_deputy_by_the_operators_document_reopens_instead),
        T(test_what_was_done_there_before_the_permit_is_not_its_session),
        T(test_permit_that_nobody_used_is_done_with_the_next_day),
        T(test_quality_permits_after_clean_up_and_count),
    };
    return cmocka_run_group_tests_name("rule: a blocked room", tests, NULL, NULL);
}
