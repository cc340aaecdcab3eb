/* Nobody judges what he caused or witnessed, nobody alone, and nothing is held for ever. */
#include "bench_rig.h"

#define NAMED "title: {ja: 題, en: T}"

static const char steps[] =
    "  - {id: result, " NAMED
    ", where: [QC], by: [tester], dept: quality, after: [], repeat: 0, fields: [{id: t, " NAMED
    ", number: °C, decimals: 1,\n"
    "      possible: [\"-30\", \"60\"], action: [\"18\", \"26\"]}]}\n"
    "  - {id: account, " NAMED
    ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0, fields: [{id: lot, " NAMED
    ",\n"
    "      scan: lot, material: [tube], use: account}]}\n";

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    rig_entry(*state, "person/QC2", "person.changed",
              "{\"person\":\"QC2\",\"roles\":[\"tester\",\"deputy-quality-manager\"]}");
    return rc;
}

static const struct verdict *assess(struct rig *r, const char *who, const char *dev, const char *more)
{
    return rig_record(r, who, "deviation.assessed",
                      arena_printf(&r->arena, "batch=B1|dev=%s|reason=seen|%s", dev, more));
}

static const struct verdict *confirm(struct rig *r, const char *who, const char *dev)
{
    return rig_record(r, who, "deviation.confirmed", arena_printf(&r->arena, "batch=B1|dev=%s", dev));
}

static const struct verdict *lift(struct rig *r, const char *who, const char *hold)
{
    return rig_record(r, who, "hold.lifted", arena_printf(&r->arena, "batch=B1|hold=%s|reason=seen", hold));
}

/* A result of QC1's, corrected beyond the limit before the eyes of `second`. */
static void corrected(struct rig *r, const char *second)
{
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "P:QC1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "RESULT", "20"));
    accepted(rig_sign_in(r, second));
    deviation(
        rig_record(r, "QC1", "correction",
                   arena_printf(&r->arena,
                                "batch=B1|step=result|field=t|value=30|reason=misread|witness=P:%s", second)),
        "value.action");
}

static void test_who_witnessed_a_correction_judges_nothing_of_it(void **state)
{
    struct rig *r = *state;
    corrected(r, "QM");
    refused(assess(r, "QM", "B1-DV1", "grade=minor"), "act.caused");
    accepted(assess(r, "QC2", "B1-DV1", "grade=minor"));
    accepted(confirm(r, "FM", "B1-DV1")); /* QM saw it happen, and nobody else of quality may */
    refused(rig_record(r, "QM", "deviation.closed", "batch=B1|dev=B1-DV1|reason=done"), "act.caused");
    accepted(rig_record(r, "QC2", "deviation.closed", "batch=B1|dev=B1-DV1|reason=done"));
}

static void test_below_the_table_goes_not_without_the_facility_manager(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    hold(rig_one(r, "ACCOUNT", "L:NEVER-1"), "lot.used-quarantine");
    rig_at(r, "QA1");
    refused(assess(r, "QM", "B1-DV1", "grade=minor"), "deviation.table");
    with_arg(&r->v, "grade", "major");
    accepted(rig_sign_in(r, "QC2"));
    refused(assess(r, "QM", "B1-DV1", "grade=minor|witness=P:QC2"), "deviation.table");
    accepted(rig_sign_in(r, "FM"));
    accepted(assess(r, "QM", "B1-DV1", "grade=minor|witness=P:FM"));
}

static void test_the_grade_of_the_table_is_given_alone(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    hold(rig_one(r, "ACCOUNT", "L:NEVER-1"), "lot.used-quarantine");
    rig_at(r, "QA1");
    accepted(assess(r, "QM", "B1-DV1", "grade=major"));
}

static void test_a_hold_of_the_only_quality_manager_is_lifted_by_the_facility_manager(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_record(r, "QM", "hold.placed", "batch=B1|reason=smell"));
    refused(lift(r, "QM", "B1-H1"), "act.caused");
    refused(lift(r, "FM", "B1-H1"), "record.role"); /* the deputy may */
    rig_entry(r, "person/QC2", "person.changed", "{\"person\":\"QC2\",\"roles\":[\"tester\"]}");
    refused(lift(r, "OP1", "B1-H1"), "record.role");
    accepted(lift(r, "FM", "B1-H1"));
    accepted(rig_record(r, "OP1", "hold.placed", "batch=B1|reason=smell"));
    refused(lift(r, "FM", "B1-H2"), "record.role");
    accepted(lift(r, "QM", "B1-H2"));
}

/* Else two who suspend the quality manager would judge in that one's stead. */
static void test_who_is_suspended_is_somebody_yet(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    rig_entry(r, "person/QC2", "person.changed", "{\"person\":\"QC2\",\"roles\":[\"tester\"]}");
    accepted(rig_record(r, "OP1", "hold.placed", "batch=B1|reason=smell"));
    rig_entry(r, "person/QM", "person.changed", "{\"person\":\"QM\",\"suspended\":true}");
    refused(lift(r, "FM", "B1-H1"), "record.role");
    rig_entry(r, "person/QC2", "person.changed",
              "{\"person\":\"QC2\",\"roles\":[\"tester\",\"deputy-quality-manager\"]}");
    accepted(lift(r, "QC2", "B1-H1")); /* the way that there is: a deputy is appointed */
}

/* Nothing waits for who is away; but nobody is sent away by who would act instead. */
static void test_who_is_away_is_nobody_unless_who_would_act_says_so(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    rig_entry(r, "person/QC2", "person.changed", "{\"person\":\"QC2\",\"roles\":[\"tester\"]}");
    accepted(rig_record(r, "OP1", "hold.placed", "batch=B1|reason=smell"));
    accepted(rig_record(r, "OP1", "hold.placed", "batch=B1|reason=smell"));
    accepted(rig_record(r, "FM", "person.away", "person=QM|from=2026-11-02|until=2026-11-20"));
    refused(lift(r, "FM", "B1-H1"), "record.role");
    accepted(rig_record(r, "QM", "person.away", "person=QM|from=2026-11-02|until=2026-11-20"));
    accepted(lift(r, "FM", "B1-H1"));
    rig_wait(r, 30 * RIG_DAY);
    refused(lift(r, "FM", "B1-H2"), "record.role"); /* back */
}

static void test_nobody_sends_those_away_alone_who_answer_for_the_facility(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "person.changed", "person=FM|suspended=?yes"), "right.second");
    accepted(rig_record(r, "QM", "person.changed", "person=OP3|suspended=?yes"));
    accepted(rig_sign_in(r, "QC2"));
    accepted(rig_record(r, "QM", "person.changed", "person=FM|suspended=?yes|witness=P:QC2"));
}

static void test_the_last_station_is_not_revoked(void **state)
{
    struct rig *r = *state;
    size_t pos = 0;
    rig_at(r, "QA1");
    refused(rig_record(r, "QC1", "station.revoked", "station=B21"), "record.role");
    for (const struct station *s; (s = map_next(&r->book.stations, &pos));)
        if (strcmp(s->id, "QA1") != 0 && !s->revoked)
            rig_entry(r, arena_printf(&r->arena, "station/%s", s->id), "station.revoked",
                      arena_printf(&r->arena, "{\"station\":\"%s\"}", s->id));
    refused(rig_record(r, "FM", "station.revoked", "station=QA1"), "station.last");
    rig_entry(r, "station/SP1", "station.enrolled",
              "{\"kind\":\"SP\",\"spare\":true,\"station\":\"SP1\",\"token\":\"t9\"}");
    refused(rig_record(r, "FM", "station.revoked", "station=QA1"),
            "station.last"); /* at a spare one nobody enrols */
    accepted(rig_sign_in(r, "QM"));
    accepted(rig_record(
        r, "FM", "station.enrolled",
        "station=N1|kind=QA|room=RQ|witness=P:QM|token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    accepted(rig_record(r, "FM", "station.revoked", "station=QA1"));
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_who_witnessed_a_correction_judges_nothing_of_it),
        T(test_below_the_table_goes_not_without_the_facility_manager),
        T(test_the_grade_of_the_table_is_given_alone),
        T(test_a_hold_of_the_only_quality_manager_is_lifted_by_the_facility_manager),
        T(test_who_is_suspended_is_somebody_yet),
        T(test_who_is_away_is_nobody_unless_who_would_act_says_so),
        T(test_nobody_sends_those_away_alone_who_answer_for_the_facility),
        T(test_the_last_station_is_not_revoked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
