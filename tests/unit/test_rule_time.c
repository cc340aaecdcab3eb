/* Order and time: days of the facility's calendar, elapsed hours, late entries, deadlines, closing. */
#include "bench_rig.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define DOC   "fields: [{id: paper, " NAMED ", scan: document}]"
#define YES   "fields: [{id: all, " NAMED ", choice: {yes: {title: {ja: 可, en: Good}, is: ok}}}]"

static const char steps[] =
    "  - {id: start, " WORK ", after: [], " DOC "}\n"
    "  - {id: feed, " WORK ", after: [start], window: [{since: start, min: 2d, max: 4d, early: refuse}], " DOC
    "}\n"
    "  - {id: culture, " WORK
    ", after: [start], window: [{since: start, min: 14d, max: 21d, early: deviation, late: hold}], " DOC "}\n"
    "  - {id: spin, " WORK
    ", after: [start], window: [{since: start, possible: 5min, min: 10min, max: 30min, early: alert}], " DOC
    "}\n"
    "  - {id: look, " WORK ", after: [start], optional: true, repeat: 0, " DOC "}\n"
    "  - {id: count, " WORK
    ", after: [start], repeat: 2, deadline: {since: look, within: 2h, else: hold}, " DOC "}\n"
    "  - {id: plates, " WORK
    ", after: [start], skip: hold, state: read, starts-clock: {id: product, time: 24h},\n"
    "      deadline: {since: start, within: 2d, else: deviation}, " DOC "}\n"
    "  - {id: use, " WORK ", after: [plates], requires: [{expiry: product}], " DOC "}\n"
    "  - {id: must, " WORK ", after: [start], " DOC "}\n"
    "  - {id: end, " NAMED
    ", where: [QA], by: [quality-manager], dept: quality, after: [start], closes: true,\n"
    "      sign: {verb: complete, meaning: {ja: 完, en: Complete}}, " YES "}\n";

static int begin(void **state)
{
    int err = rig_set_up(state, steps, "B1");
    accepted_as(rig_one(*state, "START", "D:A"), "accepted.step-done");
    return err;
}

/* On day `day` at that time: signs in, goes to the step, reads a document. */
static const struct verdict *doc_at(struct rig *r, const char *step, int day, int hour, int minute)
{
    rig_clock(r, day, hour, minute);
    if (r->station->bench.day != clock_day(r->now)) {
        accepted(rig_sign_in(r, "OP1"));
        accepted(rig_scan(r, "B:B1"));
    }
    const struct verdict *v = rig_scan(r, arena_printf(&r->arena, "X:STEP-%s", step));
    return v->outcome == OUTCOME_REFUSED ? v : rig_paper(r);
}

static void test_day_before_the_window_is_refused(void **state)
{
    refused(doc_at(*state, "FEED", 1, 23, 59), "time.early");
}

static void test_first_day_of_the_window_begins_at_midnight(void **state)
{
    accepted(doc_at(*state, "FEED", 2, 0, 0));
}

static void test_last_day_of_the_window_ends_at_midnight(void **state)
{
    accepted(doc_at(*state, "FEED", 4, 23, 59));
}

static void test_day_after_the_window_is_a_deviation(void **state)
{
    struct rig *r = *state;
    deviation(doc_at(r, "FEED", 5, 0, 0), "time.late");
    with_arg(&r->v, "most", "4 d");
    with_arg(&r->v, "since", "start");
    assert_int_equal(rig_count(r, "deviation.opened"), 1);
    assert_int_equal(rig_count(r, "hold.placed"), 0);
}

static void test_culture_of_thirteen_days_is_a_deviation(void **state)
{
    deviation(doc_at(*state, "CULTURE", 13, 23, 59), "time.early");
}

static void test_culture_of_fourteen_days_is_in_the_window(void **state)
{
    accepted(doc_at(*state, "CULTURE", 14, 0, 0));
}

static void test_culture_of_twenty_one_days_is_in_the_window(void **state)
{
    accepted(doc_at(*state, "CULTURE", 21, 23, 59));
}

static void test_culture_of_twenty_two_days_is_held(void **state)
{
    struct rig *r = *state;
    hold(doc_at(r, "CULTURE", 22, 0, 0), "time.late");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
}

static void test_spin_shorter_than_possible_is_refused(void **state)
{
    struct rig *r = *state;
    struct next n;
    int64_t done = r->now;
    rule_next(&r->book, r->station, r->now, 1800, &r->arena, &n);
    if (n.step == protocol_step(rig_batch(r, "B1")->protocol, "spin"))
        assert_true(n.earliest >= done + 5 * RIG_MINUTE);
    rig_wait(r, 5 * RIG_MINUTE - 1);
    refused(rig_scan(r, "X:STEP-SPIN"), "time.impossible");
    with_arg(&r->v, "least", "5 min");
}

static void test_spin_of_the_possible_time_is_short(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 5 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-SPIN"));
    alert(rig_paper(r), "time.early");
}

static void test_spin_of_the_least_time_is_good(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 10 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-SPIN"));
    accepted(rig_paper(r));
}

static void test_spin_of_the_longest_time_is_good(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-SPIN"));
    accepted(rig_paper(r));
}

static void test_spin_beyond_the_longest_time_is_a_deviation(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE + 1);
    accepted(rig_scan(r, "X:STEP-SPIN"));
    deviation(rig_paper(r), "time.late");
}

/* ---- order ---- */

static void test_step_before_its_time_is_refused(void **state)
{
    struct rig *r = *state;
    refused(rig_scan(r, "X:STEP-USE"), "step.order");
    with_arg(&r->v, "missing", "plates");
}

static void test_step_done_is_not_done_again(void **state)
{
    refused(rig_scan(*state, "X:STEP-START"), "step.done");
}

static void test_step_may_be_repeated_as_often_as_it_says(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 2; i++) {
        accepted(rig_scan(r, "X:STEP-COUNT"));
        accepted(rig_paper(r));
    }
    refused(rig_scan(r, "X:STEP-COUNT"), "step.done");
    for (int i = 0; i < 5; i++) {
        accepted(rig_scan(r, "X:STEP-LOOK"));
        accepted(rig_paper(r));
    }
}

static void test_trigger_that_bounces_begins_nothing(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-MUST"));
    accepted_as(rig_scan(r, "D:B"), "accepted.step-done");
    rig_wait(r, 2999);
    already(rig_scan(r, "D:B"));
    rig_wait(r, 2 * RIG_DAY);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_paper(r)); /* the next step takes it */
}

static void test_step_is_done_only_where_it_belongs(void **state)
{
    struct rig *r = *state;
    rig_at(r, "GW1");
    accepted(rig_sign_in(r, "OP3"));
    accepted(rig_scan(r, "B:B1"));
    refused(rig_scan(r, "X:STEP-MUST"), "step.where");
    refused(rig_paper(r), "scan.no-step-elsewhere");
}

/* ---- not done, because ---- */

static void test_skipped_step_holds_and_changes_no_state(void **state)
{
    struct rig *r = *state;
    hold(rig_skip(r, "OP1", "B1", "plates"), "skip.recorded");
    assert_string_not_equal(rig_batch(r, "B1")->state, "read");
    assert_false(rig_says(r, "it could not be done"));
    accepted(rig_scan(r, "X:STEP-MUST"));
    rig_wait(r, RIG_HOUR);
    refused(rig_scan(r, "X:STEP-USE"), "decision.expired");
}

static void test_step_that_must_be_done_is_not_skipped(void **state)
{
    refused(rig_skip(*state, "OP1", "B1", "must"), "step.not-skippable");
}

static void test_order_is_not_skipped(void **state)
{
    struct rig *r = *state;
    r->next.protocol = "sample";
    refused(rig_skip(r, "CO", "B7", "order"), "step.not-skippable");
    assert_null(book_batch(&r->book, "B7"));
}

/* ---- expiry clocks ---- */

static void test_expiry_counts_elapsed_hours(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-PLATES"));
    accepted(rig_paper(r));
    rig_wait(r, 24 * RIG_HOUR);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_scan(r, "X:STEP-USE"));
    rig_wait(r, 1);
    refused(rig_paper(r), "decision.expired");
    with_arg(&r->v, "clock", "product");
}

/* ---- late entries ---- */

static void test_old_claim_must_be_declared_late(void **state)
{
    struct rig *r = *state;
    r->next.claimed = r->now - 300 * RIG_SECOND;
    accepted(rig_scan(r, "X:STEP-MUST"));
    r->next.claimed = r->now - 300 * RIG_SECOND - 1;
    refused(rig_paper(r), "time.past");
}

static void test_future_is_refused(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-MUST"));
    r->next.occurred = r->now + 3 * RIG_SECOND;
    r->next.late = LATE_BUSY;
    refused(rig_paper(r), "time.future");
    r->next.claimed = r->now + 3 * RIG_MINUTE;
    refused(rig_paper(r), "time.future");
    r->next.claimed = r->now + RIG_SECOND;
    accepted(rig_paper(r));
}

static void test_late_entry_is_one_deviation_for_the_step(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-MUST"));
    r->next.occurred = r->now - 20 * RIG_MINUTE;
    r->next.late = LATE_BUSY;
    deviation(rig_paper(r), "time.late-entry");
    with_arg(&r->v, "minutes", "20");
    assert_true(rig_says(r, "\"late\":\"busy\""));
    /* judged at the time of recording: nothing gets an earlier one */
    assert_int_equal(batch_occ(rig_batch(r, "B1"), protocol_step(rig_batch(r, "B1")->protocol, "must"))->done,
                     r->now);
}

static void test_what_is_written_up_needs_a_second_person(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    rig_leaves(r, "OP2");
    accepted(rig_scan(r, "X:STEP-MUST"));
    r->next.occurred = r->now - 20 * RIG_MINUTE;
    r->next.late = LATE_PAPER;
    refused(rig_paper(r), "people.too-few");
    rig_back(r, 29 * RIG_MINUTE);
    rig_offline(r, 20 * RIG_MINUTE); /* the station's own list was made as it happened */
    accepted(rig_paper(r));
}

static void test_list_after_an_outage_carries_its_own_times(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-SPIN"));
    rig_back(r, 29 * RIG_MINUTE);
    rig_offline(r, 18 * RIG_MINUTE);
    accepted(rig_paper(r));
    assert_int_equal(batch_occ(rig_batch(r, "B1"), protocol_step(rig_batch(r, "B1")->protocol, "spin"))->done,
                     r->now - 18 * RIG_MINUTE);
}

static void test_claim_before_what_came_before_is_refused(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-MUST"));
    rig_back(r, 29 * RIG_MINUTE);
    rig_offline(r, 40 * RIG_MINUTE);
    refused(rig_paper(r), "time.before");
}

/* Nobody takes part before being on record. */
static void test_claim_before_a_person_was_enrolled_is_refused(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 60 * RIG_MINUTE);
    rig_entry(r, "person/OP8", "person.enrolled",
              "{\"cred\":\"OP8\",\"dept\":\"manufacturing\",\"key\":\"11qYAYKxCrfVS_"
              "7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
              "\"person\":\"OP8\",\"roles\":[\"operator\"]}");
    accepted(rig_sign_in(r, "OP8"));
    accepted(rig_scan(r, "P:OP8"));
    accepted(rig_scan(r, "X:STEP-LOOK"));
    r->next.late = LATE_PAPER;
    r->next.occurred = r->now - 30 * RIG_MINUTE;
    refused(rig_paper(r), "time.life");
    with_arg(&r->v, "thing", "OP8");
}

static void test_outage_does_not_make_a_short_spin_long(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-SPIN"));
    rig_back(r, 29 * RIG_MINUTE);
    rig_offline(r, 26 * RIG_MINUTE);
    refused(rig_paper(r), "time.impossible");
}

/* ---- deadlines ---- */

static void test_deadline_in_days_fires_once_after_its_last_day(void **state)
{
    struct rig *r = *state;
    rig_clock(r, 2, 23, 59);
    assert_int_equal(rig_deadlines(r), 0);
    rig_clock(r, 3, 0, 0);
    assert_int_equal(rig_deadlines(r), 1);
    deviation(&r->v, "deadline.missed");
    with_arg(&r->v, "step", "plates");
    assert_true(rig_says(r, "\"system\":\"cpfd\""));
    assert_int_equal(rig_deadlines(r), 0);
    accepted(doc_at(r, "PLATES", 3, 9, 0));
}

static void test_deadline_in_hours_counts_from_the_newest_end(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-LOOK"));
    accepted(rig_paper(r));
    rig_wait(r, RIG_HOUR);
    accepted(rig_scan(r, "X:STEP-LOOK"));
    accepted(rig_paper(r));
    rig_wait(r, 2 * RIG_HOUR - 1);
    assert_int_equal(rig_deadlines(r), 0);
    rig_wait(r, 1);
    assert_int_equal(rig_deadlines(r), 1);
    hold(&r->v, "deadline.missed");
}

static void test_deadline_of_a_step_done_in_time_never_fires(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-PLATES"));
    accepted(rig_paper(r));
    rig_wait(r, 30 * RIG_DAY);
    assert_int_equal(rig_deadlines(r), 0);
}

/* ---- the end ---- */

static void test_closing_entry_counts_the_stream(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    uint64_t before = book_stream(&r->book, "batch/B1")->sseq;
    accepted_as(rig_sign(r, "QM", "B1", "end", "all=yes"), "accepted.act");
    const struct stream *s = book_stream(&r->book, "batch/B1");
    assert_true(s->closed);
    assert_int_equal(s->sseq, before + 2);
    assert_true(rig_says(r, arena_printf(&r->arena, "\"count\":%d", (int)s->sseq)));
    assert_null(book_station(&r->book, "B21")->bench.batch);
}

static void test_closed_batch_takes_nothing_more(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "B1", "end", "all=yes"));
    uint64_t count = book_stream(&r->book, "batch/B1")->sseq;
    refused(rig_sign(r, "QM", "B1", "end", "all=yes"), "batch.closed");
    rig_at(r, "B21");
    refused(rig_scan(r, "B:B1"), "batch.closed");
    refused(rig_order(r, "B1", "P000777"), "batch.duplicate");
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=none"), "batch.closed");
    assert_int_equal(book_stream(&r->book, "batch/B1")->sseq, count);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_day_before_the_window_is_refused),
        T(test_first_day_of_the_window_begins_at_midnight),
        T(test_last_day_of_the_window_ends_at_midnight),
        T(test_day_after_the_window_is_a_deviation),
        T(test_culture_of_thirteen_days_is_a_deviation),
        T(test_culture_of_fourteen_days_is_in_the_window),
        T(test_culture_of_twenty_one_days_is_in_the_window),
        T(test_culture_of_twenty_two_days_is_held),
        T(test_spin_shorter_than_possible_is_refused),
        T(test_spin_of_the_possible_time_is_short),
        T(test_spin_of_the_least_time_is_good),
        T(test_spin_of_the_longest_time_is_good),
        T(test_spin_beyond_the_longest_time_is_a_deviation),
        T(test_step_before_its_time_is_refused),
        T(test_step_done_is_not_done_again),
        T(test_step_may_be_repeated_as_often_as_it_says),
        T(test_trigger_that_bounces_begins_nothing),
        T(test_step_is_done_only_where_it_belongs),
        T(test_skipped_step_holds_and_changes_no_state),
        T(test_step_that_must_be_done_is_not_skipped),
        T(test_order_is_not_skipped),
        T(test_expiry_counts_elapsed_hours),
        T(test_old_claim_must_be_declared_late),
        T(test_future_is_refused),
        T(test_late_entry_is_one_deviation_for_the_step),
        T(test_what_is_written_up_needs_a_second_person),
        T(test_list_after_an_outage_carries_its_own_times),
        T(test_claim_before_what_came_before_is_refused),
        T(test_claim_before_a_person_was_enrolled_is_refused),
        T(test_outage_does_not_make_a_short_spin_long),
        T(test_deadline_in_days_fires_once_after_its_last_day),
        T(test_deadline_in_hours_counts_from_the_newest_end),
        T(test_deadline_of_a_step_done_in_time_never_fires),
        T(test_closing_entry_counts_the_stream),
        T(test_closed_batch_takes_nothing_more),
    };
    return cmocka_run_group_tests_name("rule: order and time", tests, NULL, NULL);
}
