/* Alarms that latch: who ends them, what is taken meanwhile, and that there is always a way on. */
#include "bench_rig.h"

#include "core/entry/alarm.h"
#include "core/rule/worklist.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0"

static const char steps[] =
    "  - {id: note, " WORK ", people: 1, fields: [{id: d, " NAMED ", scan: document}]}\n"
    "  - {id: label, " WORK ", people: 1, fields: [{id: tube, " NAMED
    ", scan: container, label: [T], use: issue}]}\n"
    "  - {id: infuse, " NAMED ", where: [CL], dept: clinic, after: [], repeat: 0, fields: [{id: lot, " NAMED
    ", scan: lot, material: [tube], use: draw}, {id: d, " NAMED ", scan: document}]}\n";

static int begin(void **state)
{
    return rig_set_up(state, steps, "B1");
}

static const struct alarm *stands(const struct rig *r)
{
    return bench_alarm(&r->station->bench);
}

static void foreign(struct rig *r)
{
    accepted(rig_scan(r, "X:STEP-NOTE"));
    refused(rig_scan(r, "C:NK2-T1"), "ident.foreign");
    assert_true(rig_says(r, "\"latched\":true"));
    assert_non_null(stands(r));
}

static void alone(struct rig *r)
{
    rig_leaves(r, "OP2");
    accepted(rig_scan(r, "P:OP1"));
    foreign(r);
}

static struct next next_of(struct rig *r)
{
    struct next n;
    rule_next(&r->book, r->station, r->now, 900, &r->arena, &n);
    return n;
}

/* ---- two people ---- */

static void test_everybody_who_is_there_acknowledges(void **state)
{
    struct rig *r = *state;
    foreign(r);
    assert_string_equal(stands(r)->code, "ident.foreign");
    accepted_as(rig_scan(r, "X:ACK"), "alarm.waits");
    assert_true(rig_says(r, "\"performed\":\"OP1\""));
    assert_true(rig_says(r, arena_printf(&r->arena, "\"alarm\":\"%s\"", stands(r)->leaf)));
    refused(rig_scan(r, "X:ACK"), "alarm.waits"); /* OP1 again */
    refused(rig_scan(r, "P:OP1"), "alarm.waits");
    refused(rig_scan(r, "D:A"), "alarm.stands");
    accepted_as(rig_scan(r, "P:OP2"), "accepted.alarm");
    assert_true(rig_says(r, "\"performed\":\"OP2\""));
    assert_true(rig_says(r, "\"ends\":true"));
    assert_null(stands(r));
    assert_string_equal(r->station->bench.acting->id,
                        "OP1"); /* the badge acknowledged, and took nothing over */
    accepted(rig_scan(r, "D:A"));
    refused(rig_scan(r, "X:ACK"), "alarm.none");
}

/* Lines of the work list that tell of an alarm. */
static size_t listed_alarms(struct rig *r)
{
    struct worklist w = rule_worklist(&r->book, r->now, &r->arena);
    size_t n = 0;
    for (size_t i = 0; i < w.n; i++)
        n += w.item[i].what == WORKLIST_ALARM && strcmp(w.item[i].of.thing, "B21") == 0 &&
             worklist_effect(&w.item[i], r->now) == EFFECT_ALERT;
    return n;
}

static void test_a_desk_hears_of_it_until_it_is_acknowledged(void **state)
{
    struct rig *r = *state;
    assert_int_equal(listed_alarms(r), 0);
    foreign(r);
    assert_int_equal(listed_alarms(r), 1);
    accepted_as(rig_scan(r, "X:ACK"), "alarm.waits");
    assert_int_equal(listed_alarms(r), 1);
    accepted_as(rig_scan(r, "P:OP2"), "accepted.alarm");
    assert_int_equal(listed_alarms(r), 0);
}

static void test_three_are_three(void **state)
{
    struct rig *r = *state;
    accepted(rig_sign_in(r, "OP3"));
    foreign(r);
    accepted_as(rig_scan(r, "P:OP3"), "alarm.waits");
    accepted_as(rig_scan(r, "P:OP2"), "alarm.waits");
    accepted_as(rig_scan(r, "X:ACK"), "accepted.alarm");
}

static void test_nothing_is_done_and_nothing_lost_meanwhile(void **state)
{
    struct rig *r = *state;
    static const char *const codes[] = {"D:A",          "C:B1-T1", "X:BACK",  "X:YES",
                                        "X:STEP-LABEL", "B:B1",    "C:NK3-T1"};
    foreign(r);
    int step = r->station->bench.step;
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
        struct secret raw[DRAFT_SECRETS];
        refused(rig_scan(r, codes[i]), "alarm.stands");
        assert_int_equal(draft_secrets(&r->v.draft[0], raw), 1); /* as it was read, behind a digest */
        assert_string_equal(raw[0].value, rig_raw(r, codes[i]));
    }
    assert_int_equal(r->station->bench.step, step);
}

static void test_bounced_trigger_raises_nothing_more(void **state)
{
    struct rig *r = *state;
    foreign(r);
    refused(rig_scan(r, "C:NK2-T1"), "alarm.stands");
    assert_int_equal(rig_count(r, "alarm.raised"), 0);
    assert_null(stands(r)->next);
}

static void test_who_acts_is_never_guessed(void **state)
{
    struct rig *r = *state;
    foreign(r);
    rig_wait(r, RIG_HOUR);
    r->next.idle_after_s = 900;
    refused(rig_scan(r, "X:ACK"), "session.who");
    r->next.idle_after_s = 900;
    accepted_as(rig_scan(r, "P:OP2"), "alarm.waits");
    r->next.idle_after_s = 900;
    accepted_as(rig_scan(r, "P:OP1"), "accepted.alarm");
}

/* A record of a batch reads the stations that it names, and of people only its own. */
static void test_it_folds_where_who_acknowledged_is_not_known(void **state)
{
    struct rig *r = *state;
    foreign(r);
    rig_entry(r, arena_printf(&r->arena, "station/%s", r->station->id), "alarm.acknowledged",
              arena_printf(&r->arena, "{\"alarm\":\"%s\",\"ends\":true,\"station\":\"%s\"}", stands(r)->leaf,
                           r->station->id));
    assert_null(stands(r));
}

/* The one who is left, at a bench where nobody acts any more: the badge that has acknowledged says who acts,
 * and whoever was telephoned ends it. */
static void test_who_is_left_is_not_sent_in_circles(void **state)
{
    struct rig *r = *state;
    foreign(r);
    rig_wait(r, RIG_HOUR);
    r->next.idle_after_s = 900;
    accepted_as(rig_scan(r, "P:OP2"), "alarm.waits");
    r->next.idle_after_s = 900;
    refused(rig_scan(r, "X:ACK-QM"), "session.who");
    r->next.idle_after_s = 900;
    accepted_as(rig_scan(r, "P:OP2"), "accepted.acting");
    r->next.idle_after_s = 900;
    alert(rig_scan(r, "X:ACK-QM"), "alarm.without");
    assert_null(stands(r));
}

static void test_badge_of_nobody_who_is_here_acknowledges_nothing(void **state)
{
    struct rig *r = *state;
    foreign(r);
    refused(rig_scan(r, "P:OP3"), "session.not-here");
    refused(rig_scan(r, "P:NOBODY"), "session.unknown-badge");
    assert_int_equal(stands(r)->nseen, 0);
}

/* ---- one alone ---- */

static void test_one_alone_names_who_was_telephoned(void **state)
{
    struct rig *r = *state;
    alone(r);
    accepted_as(rig_scan(r, "X:ACK"), "alarm.call");
    assert_non_null(stands(r));
    refused(rig_scan(r, "P:OP1"), "alarm.call");
    refused(rig_scan(r, "X:ACK-OP1"), "rescue.not-called");
    refused(rig_scan(r, "X:ACK-OP2"), "rescue.not-called");
    accepted_as(rig_scan(r, "X:ACK-QM"), "accepted.alarm");
    assert_true(rig_says(r, "\"called\":\"QM\""));
    assert_null(stands(r));
}

static void test_one_alone_does_it_in_one_scan(void **state)
{
    struct rig *r = *state;
    alone(r);
    accepted_as(rig_scan(r, "X:ACK-QM"), "accepted.alarm");
    accepted(rig_scan(r, "D:A"));
}

static void test_second_person_who_comes_is_as_good(void **state)
{
    struct rig *r = *state;
    alone(r);
    accepted_as(rig_scan(r, "X:ACK"), "alarm.call");
    accepted(rig_sign_in(r, "OP3"));
    refused(rig_scan(r, "X:ACK"), "alarm.waits");
    accepted_as(rig_scan(r, "P:OP3"), "accepted.alarm");
}

/* ---- whoever is left ---- */

static void test_who_has_signed_out_is_not_waited_for(void **state)
{
    struct rig *r = *state;
    foreign(r);
    rig_leaves(r, "OP2");
    accepted_as(rig_scan(r, "X:ACK"), "alarm.call");
    rig_out(r); /* and nobody is left */
    refused(rig_scan(r, "X:ACK"), "session.none");
    accepted(rig_sign_in(r, "OP3"));
    refused(rig_scan(r, "B:B1"), "alarm.stands");
    accepted_as(rig_scan(r, "X:ACK"), "accepted.alarm"); /* the second one to see it */
    accepted(rig_scan(r, "B:B1"));
}

static void test_who_went_without_signing_out_is_named(void **state)
{
    struct rig *r = *state;
    foreign(r);
    alert(rig_scan(r, "X:ACK-QM"), "alarm.without");
    assert_true(rig_says(r, "\"without\":[\"OP2\"]"));
    assert_null(stands(r));
}

static void test_midnight_ends_nothing_and_bars_nobody(void **state)
{
    struct rig *r = *state;
    foreign(r);
    accepted_as(rig_scan(r, "X:ACK"), "alarm.waits");
    rig_clock(r, 1, 8, 0);
    accepted(rig_sign_in(r, "OP3"));
    accepted_as(rig_scan(r, "X:ACK"), "accepted.alarm");
    accepted(rig_scan(r, "B:B1"));
}

static void test_closed_batch_and_new_tablet_leave_it_to_be_seen(void **state)
{
    struct rig *r = *state;
    foreign(r);
    rig_entry(r, "station/B21", "station.revoked", "{\"station\":\"B21\"}");
    rig_entry(r, "station/B21", "station.enrolled",
              "{\"kind\":\"B2\",\"room\":\"R2\",\"station\":\"B21\",\"token\":"
              "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQ\"}");
    accepted(rig_sign_in(r, "OP3"));
    accepted_as(rig_scan(r, "X:ACK-QM"), "accepted.alarm");
}

/* The rig folds the whole log anew, and the open streams alone, and compares. */
static void test_restart_knows_the_same(void **state)
{
    struct rig *r = *state;
    foreign(r);
    accepted_as(rig_scan(r, "X:ACK"), "alarm.waits");
    assert_non_null(strstr(book_dump(&r->book, &r->arena, clock_day(r->now)),
                           "alarm B21 ident.foreign stops 1 seen OP1"));
}

static void test_entry_of_an_older_program_bars_nobody(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-NOTE"));
    rig_entry(r, "batch/B1", "refused",
              "{\"code\":\"ident.foreign\",\"latched\":true,\"outcome\":\"refused\",\"step\":\"note\"}");
    assert_null(stands(r));
    accepted(rig_scan(r, "D:A"));
}

/* ---- what cannot wait, and what has happened ---- */

static void test_coming_and_going_and_what_saves_cells_is_taken(void **state)
{
    struct rig *r = *state;
    foreign(r);
    accepted(rig_sign_in(r, "OP3"));
    rig_leaves(r, "OP3");
    accepted(rig_record(r, "QM", "deviation.opened", "batch=B1|hold=?no|reason=" RIG_NAME));
    refused(rig_record(r, "OP1", "container.rescued",
                       "batch=B1|containers=[C:B1-T1]|reason=x|from=W:SH-1|to=W:SH-2|called=QM"),
            "ident.not-issued"); /* judged as ever */
    assert_int_equal(stands(r)->nseen, 0);
}

static void test_what_has_happened_is_told(void **state)
{
    struct rig *r = *state;
    foreign(r);
    r->next.occurred = r->now - RIG_MINUTE;
    r->next.late = LATE_OPENED;
    hold(rig_scan(r, "C:NK2-T1"), "ident.foreign-opened");
    accepted_as(rig_scan(r, "X:ACK"), "alarm.waits");
    accepted_as(rig_scan(r, "P:OP2"), "accepted.alarm");
    assert_string_equal(stands(r)->code, "ident.foreign-opened"); /* each is acknowledged by itself */
    accepted_as(rig_scan(r, "P:OP2"), "alarm.waits");
    accepted_as(rig_scan(r, "P:OP1"), "accepted.alarm");
    assert_null(stands(r));
}

static void away(struct rig *r)
{
    rig_wait(r, 30 * RIG_MINUTE);
    rig_back(r, 25 * RIG_MINUTE);
}

static void test_list_that_comes_late_is_not_stopped(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-NOTE"));
    away(r);
    rig_offline(r, 15 * RIG_MINUTE);
    refused(rig_scan(r, "C:NK2-T1"), "ident.foreign");
    rig_offline(r, 14 * RIG_MINUTE);
    accepted(rig_scan(r, "D:A"));
    rig_offline(r, 13 * RIG_MINUTE);
    (void)rig_scan(r, "P:OP2"); /* what the badge was read for then */
    assert_int_equal(stands(r)->nseen, 0);
    refused(rig_scan(r, "D:B"), "alarm.stands"); /* news to who stands here */
    rig_offline(r, 12 * RIG_MINUTE);
    alert(rig_scan(r, "X:ACK-QM"), "alarm.without"); /* acknowledged on the spot, by OP2 */
}

static void test_list_acknowledges_nothing_that_came_later(void **state)
{
    struct rig *r = *state;
    away(r);
    foreign(r);
    rig_offline(r, 12 * RIG_MINUTE);
    refused(rig_scan(r, "X:ACK-QM"), "alarm.none");
    assert_non_null(stands(r));
}

/* ---- what is only shown ---- */

static void test_what_stops_nothing_stays_until_who_acts_has_seen_it(void **state)
{
    struct rig *r = *state;
    rig_at(r, "CL1");
    accepted(rig_sign_in(r, "N1"));
    accepted(rig_sign_in(r, "N2"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "INFUSE", "L:TB1"));
    refused(rig_scan(r, "L:AL1-U1"), "lot.outside-plan");
    rig_wait(r, 5 * RIG_SECOND);
    hold(rig_scan(r, "L:AL1-U1"), "lot.used-outside-plan");
    accepted(rig_scan(r, "D:A")); /* what goes on is recorded */
    assert_false(stands(r)->stops);
    struct next n = next_of(r);
    assert_int_equal(n.waits.n, 1);
    assert_int_equal(n.callable.n, 0);
    accepted_as(rig_scan(r, "X:ACK"), "accepted.alarm");
    assert_null(stands(r));
}

static void test_form_at_a_desk_where_nobody_stands_latches_nothing(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_record(r, "OP1", "container.rescued",
                       "batch=B1|containers=[C:NK2-T1]|reason=x|from=W:SH-1|to=W:SH-2|called=QM"),
            "ident.foreign");
    assert_null(stands(r));
    assert_false(rig_says(r, "\"latched\":true"));
}

static void test_next_tells_who_is_to_acknowledge_what(void **state)
{
    struct rig *r = *state;
    foreign(r);
    struct next n = next_of(r);
    assert_string_equal(n.alarm->code, "ident.foreign");
    assert_string_equal(n.alarm->batch, "B1");
    assert_int_equal(n.waits.n, 2);
    accepted(rig_scan(r, "X:ACK"));
    n = next_of(r);
    assert_int_equal(n.waits.n, 1);
    assert_string_equal(n.waits.item[0], "OP2");
    assert_int_equal(n.callable.n, 1);
    assert_string_equal(n.callable.item[0], "QM");
    accepted(rig_scan(r, "P:OP2"));
    assert_null(next_of(r).alarm);
}

static void test_more_than_there_is_room_for(void **state)
{
    struct rig *r = *state;
    foreign(r);
    for (int i = 0; i < 2 * ALARMS; i++)
        rig_entry(r, "station/B21", "alarm.raised",
                  arena_printf(&r->arena,
                               "{\"code\":\"lot.used-outside-plan\",\"outcome\":\"hold\",\"station\":\"B21\","
                               "\"step\":\"s%d\"}",
                               i));
    size_t n = 0;
    for (const struct alarm *a = r->station->bench.alarm; a; a = a->next)
        n++;
    assert_int_equal(n, ALARMS);
    assert_true(stands(r)->stops);
    assert_string_equal(stands(r)->next->step, "s9");
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, rig_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        T(test_who_is_left_is_not_sent_in_circles),
        T(test_it_folds_where_who_acknowledged_is_not_known),
        T(test_everybody_who_is_there_acknowledges),
        T(test_a_desk_hears_of_it_until_it_is_acknowledged),
        T(test_three_are_three),
        T(test_nothing_is_done_and_nothing_lost_meanwhile),
        T(test_bounced_trigger_raises_nothing_more),
        T(test_who_acts_is_never_guessed),
        T(test_badge_of_nobody_who_is_here_acknowledges_nothing),
        T(test_one_alone_names_who_was_telephoned),
        T(test_one_alone_does_it_in_one_scan),
        T(test_second_person_who_comes_is_as_good),
        T(test_who_has_signed_out_is_not_waited_for),
        T(test_who_went_without_signing_out_is_named),
        T(test_midnight_ends_nothing_and_bars_nobody),
        T(test_closed_batch_and_new_tablet_leave_it_to_be_seen),
        T(test_restart_knows_the_same),
        T(test_entry_of_an_older_program_bars_nobody),
        T(test_coming_and_going_and_what_saves_cells_is_taken),
        T(test_what_has_happened_is_told),
        T(test_list_that_comes_late_is_not_stopped),
        T(test_list_acknowledges_nothing_that_came_later),
        T(test_what_stops_nothing_stays_until_who_acts_has_seen_it),
        T(test_form_at_a_desk_where_nobody_stands_latches_nothing),
        T(test_next_tells_who_is_to_acknowledge_what),
        T(test_more_than_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
