/* What no hands can do: a session typed up in a minute, a second person who confirms unseen. */
#include <stdio.h>

#include "bench_rig.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing"

static const char steps[] =
    "  - {id: note, " WORK ", after: [], repeat: 0, fields: [{id: doc, " NAMED ", scan: document}]}\n"
    "  - {id: seen, " WORK ", after: [], repeat: 0, witness: true, fields: [{id: doc, " NAMED
    ", scan: document}]}\n";

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
    r->next.pace = (struct pace_least){2000, 500, 2000};
    accepted(rig_scan(r, "X:STEP-NOTE"));
    r->next.pace = (struct pace_least){2000, 500, 2000};
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
        r->next.late = "busy";
        r->next.pace = (struct pace_least){2000, 500, 2000};
        accepted(rig_scan(r, "X:STEP-NOTE"));
        r->next.occurred = r->now - 30 * RIG_MINUTE;
        r->next.late = "busy";
        r->next.pace = (struct pace_least){2000, 500, 2000};
        deviation(rig_scan(r, code), "time.late-entry");
        rig_wait(r, 1000);
    }
}

static const struct verdict *confirmed(struct rig *r, int64_t after_ms)
{
    static int n;
    char code[24];
    snprintf(code, sizeof(code), "D:SEEN-%d", ++n);
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "SEEN", code));
    rig_wait(r, after_ms);
    r->next.pace = (struct pace_least){2000, 500, 2000};
    return rig_scan(r, "P:OP2");
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
