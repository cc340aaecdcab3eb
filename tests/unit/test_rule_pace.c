/* What no hands can do: a session typed up in a minute, a second person who confirms unseen. */
#include <stdio.h>

#include "bench_rig.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing"

static const char steps[] =
    "  - {id: note, " WORK ", after: [], repeat: 0, fields: [{id: doc, " NAMED ", scan: document}]}\n"
    "  - {id: seen, " WORK ", after: [], repeat: 0, witness: true, fields: [{id: doc, " NAMED
    ", scan: document}]}\n"
    "  - {id: clear, " WORK ", after: [], repeat: 0, takes: 2min, fields: [{id: doc, " NAMED
    ", scan: document, n: 2}]}\n"
    "  - {id: look, " WORK
    ", after: [], repeat: 0, witness: true, takes: 30s, short: hold, fields: [{id: doc, " NAMED
    ", scan: document}]}\n"
    "  - {id: desk, " NAMED ", where: [QA], by: [operator], dept: manufacturing, after: [], repeat: 0, form: "
    "true, fields: [{id: doc, " NAMED ", scan: document}]}\n"
    "  - {id: report, " NAMED
    ", where: [QA], by: [production-manager], dept: manufacturing, after: [], repeat: 0,\n"
    "      sign: {verb: report, meaning: {ja: 報告, en: Reported}}, fields: [{id: doc, " NAMED
    ", scan: document}]}\n"
    "  - {id: confirm, " NAMED
    ", where: [QA], by: [quality-manager], dept: quality, after: [report], repeat: 0,\n"
    "      sign: {verb: confirm, meaning: {ja: 確認, en: Confirmed}}, fields: [{id: doc, " NAMED
    ", scan: document}]}\n";

static const struct pace_least hands = {.scan_ms = 2000, .tube_ms = 500, .witness_ms = 2000};

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    accepted(rig_scan(*state, "P:OP1"));
    return rc;
}

static const struct verdict *entry(struct rig *r, int64_t after_ms)
{
    static int n;
    char code[24];
    snprintf(code, sizeof(code), "D:PAPER-%d", ++n);
    rig_wait(r, after_ms);
    r->next.pace = hands;
    accepted(rig_scan(r, "X:STEP-NOTE"));
    r->next.pace = hands;
    return rig_scan(r, code);
}

static void entries(struct rig *r, int n, int64_t after_ms)
{
    for (int i = 0; i < n; i++)
        accepted(entry(r, after_ms));
}

static void test_a_session_typed_up_in_a_minute_is_seen_once_a_day(void **state)
{
    struct rig *r = *state;
    entries(r, 30, 1000); /* 29 gaps behind the first */
    deviation(entry(r, 1000), "time.pace");
    with_arg(&r->v, "entries", "30");
    with_arg(&r->v, "fast", "30");
    with_arg(&r->v, "seconds", "30");
    assert_int_equal(rig_count(r, "deviation.opened"), 1);
    entries(r, 29, 1000);
    alert(entry(r, 1000), "time.pace"); /* the same day: the deviation stands */
    rig_wait(r, RIG_DAY);
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(entry(r, 60000));
    entries(r, 29, 1000);
    deviation(entry(r, 1000), "time.pace");
}

static void test_half_of_them_fast_is_work(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 40; i++) {
        accepted(entry(r, 300));
        accepted(entry(r, 9000));
    }
    entries(r, 100, 2000);
}

static void test_it_is_not_looked_at_where_the_facility_does_not_want_it(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 80; i++) {
        char code[24];
        snprintf(code, sizeof(code), "D:OTHER-%d", i);
        accepted(rig_one(r, "NOTE", code));
    }
}

/* Written up as late it has a deviation of its own, and no pace. */
static void test_what_is_written_up_has_no_pace(void **state)
{
    struct rig *r = *state;
    entries(r, 20, 1000);
    rig_wait(r, RIG_HOUR);
    for (int i = 0; i < 20; i++) {
        char code[24];
        snprintf(code, sizeof(code), "D:CLIP-%d", i);
        r->next.occurred = r->now - 30 * RIG_MINUTE;
        r->next.late = LATE_BUSY;
        r->next.pace = hands;
        accepted(rig_scan(r, "X:STEP-NOTE"));
        r->next.occurred = r->now - 30 * RIG_MINUTE;
        r->next.late = LATE_BUSY;
        r->next.pace = hands;
        deviation(rig_scan(r, code), "time.late-entry");
        rig_wait(r, 1000);
    }
}

static const struct verdict *confirmed_by(struct rig *r, int64_t after_ms, struct pace_least least)
{
    static int n;
    char code[24];
    snprintf(code, sizeof(code), "D:SEEN-%d", ++n);
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "SEEN", code));
    rig_wait(r, after_ms);
    r->next.pace = least;
    return rig_scan(r, "P:OP2");
}

static const struct verdict *confirmed(struct rig *r, int64_t after_ms)
{
    return confirmed_by(r, after_ms, hands);
}

static const struct pace_least evenly = {.witness_ms = 2000, .spread_ms = 500};

static void test_who_always_waits_alike_did_not_look(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 9; i++)
        accepted(confirmed_by(r, 8000 + i * 50, evenly));
    deviation(confirmed_by(r, 8500, evenly), "time.pace-even");
    with_arg(&r->v, "entries", "10");
    with_arg(&r->v, "shortest", "8.0");
    with_arg(&r->v, "longest", "8.5");
    assert_true(rig_says(r, "\"first\":"));
    for (int i = 0; i < 9; i++)
        accepted(confirmed_by(r, 8000, evenly));
    alert(confirmed_by(r, 8000, evenly), "time.pace-even");
}

static void test_who_learnt_the_limit_is_told(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 9; i++)
        accepted(confirmed_by(r, 2000 + i * 220, evenly));
    deviation(confirmed_by(r, 3999, evenly), "time.pace-even");
}

static void test_people_differ_from_time_to_time(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 30; i++)
        accepted(confirmed_by(r, i % 5 ? 3000 + i % 7 * 100 : 5000, evenly));
}

/* ---- two rooms ---- */

static const struct verdict *at_the_desk(struct rig *r, int64_t after_ms)
{
    rig_wait(r, after_ms);
    rig_at(r, "QA1");
    r->next.pace.apart_ms = 15000;
    return rig_sign(r, "OP1", "B1", "desk", "doc=D:FORM");
}

static void test_nobody_is_in_two_rooms(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "NOTE", "D:HERE"));
    deviation(at_the_desk(r, 14999), "time.two-rooms");
    with_arg(&r->v, "at", "B21");
    with_arg(&r->v, "seconds", "14");
    rig_at(r, "B21");
    rig_wait(r, 5000);
    accepted(rig_scan(r, "X:STEP-NOTE"));
    r->next.pace.apart_ms = 15000;
    deviation(rig_scan(r, "D:BACK"), "time.two-rooms");
}

static void test_whoever_walked_there_is_there(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "NOTE", "D:HERE"));
    accepted(at_the_desk(r, 15000));
}

static void test_a_witness_is_in_one_room_too(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SEEN", "D:HERE"));
    rig_at(r, "QA1");
    accepted(rig_sign(r, "OP2", "B1", "desk", "doc=D:FORM"));
    rig_at(r, "B21");
    rig_wait(r, 3000);
    r->next.pace.apart_ms = 15000;
    deviation(rig_scan(r, "P:OP2"), "time.two-rooms");
}

/* ---- what a step takes ---- */

static void test_a_step_that_ends_too_soon_is_told(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "CLEAR", "D:ONE"));
    rig_wait(r, 2 * RIG_MINUTE - 1);
    deviation(rig_scan(r, "D:TWO"), "time.short");
    with_arg(&r->v, "least", "2 min");
    with_arg(&r->v, "seconds", "119");
    accepted(rig_one(r, "CLEAR", "D:THREE"));
    rig_wait(r, 2 * RIG_MINUTE);
    accepted(rig_scan(r, "D:FOUR"));
}

static void test_a_step_ends_with_its_witness(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "LOOK", "D:ONE"));
    rig_wait(r, 29 * RIG_SECOND);
    hold(rig_scan(r, "P:OP2"), "time.short");
    accepted(rig_one(r, "LOOK", "D:TWO"));
    rig_wait(r, 30 * RIG_SECOND);
    accepted(rig_scan(r, "P:OP2"));
}

/* ---- a review ---- */

static const struct verdict *reviewed(struct rig *r, int64_t after_ms)
{
    rig_at(r, "QA1");
    rig_wait(r, RIG_HOUR);
    accepted(rig_sign(r, "MM", "B1", "report", arena_printf(&r->arena, "doc=D:R-%zu", r->n)));
    rig_wait(r, after_ms);
    r->next.pace.review_ms = 100;
    return rig_sign(r, "QM", "B1", "confirm", arena_printf(&r->arena, "doc=D:C-%zu", r->n));
}

static void test_a_record_is_read_before_it_is_confirmed(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 40; i++)
        accepted(rig_one(r, "NOTE", arena_printf(&r->arena, "D:N-%d", i)));
    int64_t entries = (int64_t)book_stream(&r->book, "batch/B1")->sseq + 1;
    deviation(reviewed(r, entries * 100 - 1), "time.review");
    with_arg(&r->v, "seconds", "4");
    entries = (int64_t)book_stream(&r->book, "batch/B1")->sseq + 1;
    accepted(reviewed(r, entries * 100));
}

static void test_who_confirms_unseen_is_told(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 20; i++)
        accepted(confirmed(r, i % 2 ? 500 : 4000));
    deviation(confirmed(r, 1999), "time.pace-witness"); /* six of ten */
    with_arg(&r->v, "entries", "10");
    with_arg(&r->v, "fast", "6");
    for (int i = 0; i < 9; i++)
        accepted(confirmed(r, 100));
    alert(confirmed(r, 100), "time.pace-witness");
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_session_typed_up_in_a_minute_is_seen_once_a_day),
        T(test_half_of_them_fast_is_work),
        T(test_it_is_not_looked_at_where_the_facility_does_not_want_it),
        T(test_what_is_written_up_has_no_pace),
        T(test_who_confirms_unseen_is_told),
        T(test_who_always_waits_alike_did_not_look),
        T(test_who_learnt_the_limit_is_told),
        T(test_people_differ_from_time_to_time),
        T(test_nobody_is_in_two_rooms),
        T(test_whoever_walked_there_is_there),
        T(test_a_witness_is_in_one_room_too),
        T(test_a_step_that_ends_too_soon_is_told),
        T(test_a_step_ends_with_its_witness),
        T(test_a_record_is_read_before_it_is_confirmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
