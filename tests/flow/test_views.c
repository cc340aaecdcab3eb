/* What a person sees in psql, as cpf_reader: a batch's story in words, and the views beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include "follow/follow.h"
#include "rig.h"
#include "story.h"

/* One log for all tests: they only read. */
struct plant {
    struct rig_cluster *cluster;
    struct rig rig;
    struct node node;
    struct story *story;
    struct follow *follow;
    PGconn *reader;
};

static bool is_level(void *arg)
{
    struct plant *p = arg;
    return follow_level(p->follow) && follow_idx(p->follow) == (int64_t)story_count(p->story);
}

static int up(void **state)
{
    static struct plant p;
    char conninfo[600];
    if (rig_cluster_up(state))
        return -1;
    p.cluster = *state;
    rig_up(&p.rig, p.cluster);
    p.story = story_new();
    node_start(&p.node, &p.rig);
    node_until_ready(&p.node);
    for (size_t i = 0; i < story_count(p.story); i++) {
        size_t len;
        const char *text = story_text(p.story, i, &len);
        node_submit_text(&p.node, text, len);
    }
    node_until_settled(&p.node, story_count(p.story));
    struct follow_config cfg = {
        .base = p.rig.base, .conninfo = p.rig.conninfo, .protocol = story_protocol, .arg = p.story};
    assert_int_equal(follow_new(&cfg, &p.follow), 0);
    follow_start(p.follow);
    assert_true(rig_until(&p.rig, is_level, &p, 10000));
    snprintf(conninfo, sizeof(conninfo), "host=%s/run user=cpf_reader dbname=%s", p.cluster->dir, p.rig.db);
    p.reader = PQconnectdb(conninfo);
    assert_int_equal(PQstatus(p.reader), CONNECTION_OK);
    *state = &p;
    return 0;
}

static int down(void **state)
{
    struct plant *p = *state;
    void *cluster = p->cluster;
    PQfinish(p->reader);
    follow_free(p->follow);
    node_stop(&p->node);
    rig_down(&p->rig);
    story_free(p->story);
    return rig_cluster_down(&cluster);
}

/* Rows as lines, columns divided by |. */
static const char *ask(void **state, const char *sql)
{
    struct plant *p = *state;
    static char out[32768];
    size_t at = 0;
    PGresult *res = PQexec(p->reader, sql);
    if (PQresultStatus(res) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(p->reader));
    out[0] = '\0';
    for (int i = 0; i < PQntuples(res); i++)
        for (int c = 0; c < PQnfields(res) && at < sizeof(out); c++)
            at += (size_t)snprintf(out + at, sizeof(out) - at, "%s%s", PQgetvalue(res, i, c),
                                   c + 1 < PQnfields(res) ? "|" : "\n");
    PQclear(res);
    assert_true(at < sizeof(out));
    return out;
}

static void says(void **state, const char *sql, const char *want)
{
    const char *got = ask(state, sql);
    if (strcmp(got, want) != 0)
        fail_msg("%s\n--- is\n%s--- wanted\n%s", sql, got, want);
}

#define TELL "select local_time, person, step, what, outcome, text from cpf.tell('KA-0001') "

static void test_tell_reads_as_a_story(void **state)
{
    says(state, TELL "limit 6",
         "2026-11-02 09:00:00|CO|order|batch.ordered|accepted|sample@1 draw=2026-11-02 patient=P000001 "
         "[done]\n"
         "2026-11-02 09:00:00|OP1 記録 OP2|kit|step.input|accepted|tubes=KA-0001-T1\n"
         "2026-11-02 09:00:00|OP1 記録 OP2|kit|refused|refused|ident.foreign kind=container\n"
         "2026-11-02 09:00:00|OP1 記録 OP2||step.again|already|scan.already code=KA-0001-T1 id=KA-0001-T1 "
         "kind=container\n"
         "2026-11-02 09:00:01|OP1 記録 OP2|kit|step.input|accepted|tubes=KA-0001-T2\n"
         "2026-11-02 09:00:01|OP1 記録 OP2|kit|step.input|accepted|lot=TB1 [done]\n");
}

static void test_tell_shows_values_units_and_second_entries(void **state)
{
    says(state, TELL "where step = 'weigh'",
         "2026-11-02 09:02:01|OP1 記録 OP2|weigh|step.input|accepted|gross=15.0 g (1/2)\n"
         "2026-11-02 09:02:02|OP2 記録 OP1|weigh|refused|refused|value.differs field=gross id=15.1 "
         "kind=number\n"
         "2026-11-02 09:02:02|OP2 記録 OP1|weigh|step.input|accepted|gross=15.0 g (1/2)\n"
         "2026-11-02 09:02:02|OP1 記録 OP2|weigh|step.input|accepted|gross=15.0 g (2/2)\n"
         "2026-11-02 09:02:03|OP2 記録 OP1|weigh|step.input|alert|value.alert field=net hi=– lo=10 unit=g "
         "value=7.0 "
         "id=8.0 kind=number tare=8.0 g net=7.0 g\n"
         "2026-11-02 09:02:03|OP2 記録 OP1 立会 OP3|weigh|step.input|accepted|witness=OP3 [done]\n");
}

static void test_tell_shows_deviations_holds_and_acts(void **state)
{
    says(state,
         TELL "where what like 'deviation%' or what like 'hold%' or what in ('step.signed', 'batch.closed')",
         "2026-11-02 09:02:03|OP1 記録 OP2|spin|deviation.opened||KA-0001-DV1 value.action field=warmth "
         "hi=30 lo=15 "
         "unit=°C value=35.0 warmth\n"
         "2026-11-02 09:02:04|OP1|wipe|deviation.opened||KA-0001-DV2 skip.recorded step=wipe\n"
         "2026-11-02 09:02:04|OP1 記録 OP2|account|deviation.opened||KA-0001-DV3 lot.used-expired "
         "expiry=2026-11-01 "
         "lot=TB-OLD lot [hold]\n"
         "2026-11-02 09:02:04|OP1 記録 OP2||hold.placed||KA-0001-H1 (KA-0001-DV3) lot.used-expired\n"
         "2026-11-02 09:03:04|QC2||deviation.assessed|accepted|KA-0001-DV1 minor "
         "deviation.awaits dev=KA-0001-DV1 grade=minor\n"
         "2026-11-02 09:03:04|QM||deviation.confirmed|accepted|KA-0001-DV1 minor\n"
         "2026-11-02 09:03:04|QM||deviation.closed|accepted|KA-0001-DV1\n"
         "2026-11-02 09:03:04|QC2||deviation.assessed|accepted|KA-0001-DV3 major "
         "deviation.awaits dev=KA-0001-DV3 grade=major\n"
         "2026-11-02 09:03:04|QM||deviation.confirmed|accepted|KA-0001-DV3 major\n"
         "2026-11-02 09:03:04|QM||hold.lifted|accepted|KA-0001-H1\n"
         "2026-11-02 09:03:04|QM|decision|step.signed|accepted|disposition=released [done]\n"
         "2026-11-03 09:00:00|QM|end|step.signed|accepted|[done]\n"
         "2026-11-03 09:00:00|QM||batch.closed||entries=40\n");
}

static void test_tell_marks_what_was_recorded_late(void **state)
{
    says(state, TELL "where step = 'provide'",
         "2026-11-03 09:00:00|OP1|provide|step.input|accepted|tube=KA-0001-T1 [done] [late: offline]\n");
}

static void test_tell_names_the_checkpoint_that_signs(void **state)
{
    says(state,
         "select count(*) from cpf.tell('KA-0001') t left join cpf.checkpoint c on c.size = t.checkpoint "
         "where c.note is null",
         "0\n");
    says(state, "select count(*) = max(sseq) from cpf.batch_story where batch = 'KA-0001'", "t\n");
    says(state, "select count(*) from cpf.tell('nobody')", "0\n");
}

static void test_story_tells_days_and_master_data(void **state)
{
    says(state, "select person, what, text from cpf.story where stream = 'day/B21/2026-11-03' order by idx",
         "cpfd|day.opened|\n"
         "OP1|session.opened|OP1\n"
         "OP1|bench.context|batch=KA-0001\n"
         "OP1|session.closed|OP1\n"
         "OP1|session.opened|OP1\n"
         "OP1|bench.context|batch=KA-0002\n"
         "cpfd|session.failed|session.wrong-secret left=2 OP3\n");
    says(state, "select what, text from cpf.story where stream = 'lot/TB1' order by idx",
         "lot.received|TB1\nlot.released|TB1\n");
}

static void test_deviations_tell_cause_grade_and_end(void **state)
{
    says(state,
         "select batch, deviation, step, field, cause, args->>'value', hold, grade, assessed_by, closed, "
         "closed_by "
         "from cpf.deviations order by idx",
         "KA-0001|KA-0001-DV1|spin|warmth|value.action|35.0|f|minor|QC2|2026-11-02 09:03:04|QM\n"
         "KA-0001|KA-0001-DV2|wipe||skip.recorded||f||||\n"
         "KA-0001|KA-0001-DV3|account|lot|lot.used-expired||t|major|QC2||\n");
}

static void test_holds_tell_cause_and_end(void **state)
{
    says(state, "select batch, hold, cause, deviation, placed, lifted, lifted_by from cpf.holds",
         "KA-0001|KA-0001-H1|lot.used-expired|KA-0001-DV3|2026-11-02 09:02:04|2026-11-02 09:03:04|QM\n");
}

static void test_lots_used_tell_batch_step_and_bottle(void **state)
{
    says(state, "select batch, lot, unit, step, field, person, what, outcome from cpf.lots_used order by idx",
         "KA-0001|TB1||kit|lot|OP1|step.input|accepted\n"
         "KA-0001|IL1|7|fill|il|OP1|step.input|accepted\n"
         "KA-0001|IL1|7|||OP1|lot.opened|\n"
         "KA-0001|TB-OLD||account|lot|OP1|step.input|hold\n");
}

static void test_sessions_end_by_sign_out_or_with_the_day(void **state)
{
    says(state, "select station, day, person, opened, closed from cpf.sessions order by idx",
         "B21|2026-11-02|OP1|2026-11-02 09:00:00|2026-11-03 08:50:00\n"
         "B21|2026-11-02|OP2|2026-11-02 09:00:00|2026-11-03 08:50:00\n"
         "B21|2026-11-02|OP3|2026-11-02 09:00:00|2026-11-03 08:50:00\n"
         "B21|2026-11-03|OP1|2026-11-03 08:50:00|2026-11-03 09:00:00\n"
         "B21|2026-11-03|OP1|2026-11-03 09:00:00|\n");
}

static void test_refusals_are_near_misses_by_code(void **state)
{
    says(state, "select stream, step, code from cpf.refusals order by idx",
         "batch/KA-0001|kit|ident.foreign\n"
         "batch/KA-0002||ident.foreign\n"
         "batch/KA-0001|weigh|value.differs\n"
         "batch/KA-0001|decision|decision.hold\n"
         "day/B21/2026-11-03||session.wrong-secret\n");
}

/* The views read the log, the projections were folded from it: two ways, one answer. */
static void test_views_and_projections_agree(void **state)
{
    static const char *const none[] = {
        "select deviation, cause, grade, hold from cpf.deviations except select deviation, cause, grade, "
        "hold from "
        "cpf.deviation",
        "select hold, cause, lifted is null from cpf.holds except select hold, cause, lifted is null from "
        "cpf.hold",
        "select idx, lot, unit from cpf.lots_used where what = 'step.input' except select idx, lot, unit "
        "from cpf.lot_use",
        "select idx, person, station, closed is null from cpf.sessions except select idx, person, station, "
        "closed is "
        "null from cpf.session",
        "select idx, code from cpf.refusals except select idx, code from cpf.refusal",
        "select batch, count(*) from cpf.batch_story group by batch except select batch, entries from "
        "cpf.batch",
    };
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        says(state, none[i], "");
    says(state,
         "select (select count(*) from cpf.deviation), (select count(*) from cpf.hold), "
         "(select count(*) from cpf.session), (select count(*) from cpf.refusal)",
         "3|1|5|5\n");
}

static void test_container_place_is_the_books(void **state)
{
    struct plant *p = *state;
    char sql[200];
    says(state, "select container, state, place from cpf.container_place order by container",
         "KA-0001-T1|left|\nKA-0001-T2|discarded|\nKA-0002-T1|issued|\n");
    /* before they left */
    rig_sql(&p->rig, "update cpf.container set state = 'filled' where batch = 'KA-0001'");
    says(
        state,
        "select container, place, put_by from cpf.container_place where place is not null order by container",
        "KA-0001-T1|SH-1|OP1\nKA-0001-T2|SH-1|OP1\n");
    snprintf(sql, sizeof(sql), "select coalesce(place, '') from cpf.container_place where container = '%s'",
             "KA-0002-T1");
    char want[80];
    snprintf(want, sizeof(want), "%s\n", story_place(p->story, "KA-0002-T1"));
    says(state, sql, want);
}

static void test_every_table_and_view_says_what_it_is(void **state)
{
    says(state,
         "select c.relname from pg_catalog.pg_class c where c.relnamespace = 'cpf'::regnamespace "
         "and c.relkind in ('r', 'v') and pg_catalog.obj_description(c.oid) is null",
         "");
}

static void test_reader_sees_no_credential_and_writes_nothing(void **state)
{
    struct plant *p = *state;
    static const char *const denied[] = {"select * from cpf.credential", "delete from cpf.batch",
                                         "insert into cpf.entry (idx, leaf) values (9999, '')",
                                         "select cpf.project_reset()"};
    for (size_t i = 0; i < sizeof(denied) / sizeof(*denied); i++)
        assert_string_equal(rig_sqlstate(&p->rig, "cpf_reader", denied[i]), "42501");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tell_reads_as_a_story),
        cmocka_unit_test(test_tell_shows_values_units_and_second_entries),
        cmocka_unit_test(test_tell_shows_deviations_holds_and_acts),
        cmocka_unit_test(test_tell_marks_what_was_recorded_late),
        cmocka_unit_test(test_tell_names_the_checkpoint_that_signs),
        cmocka_unit_test(test_story_tells_days_and_master_data),
        cmocka_unit_test(test_deviations_tell_cause_grade_and_end),
        cmocka_unit_test(test_holds_tell_cause_and_end),
        cmocka_unit_test(test_lots_used_tell_batch_step_and_bottle),
        cmocka_unit_test(test_sessions_end_by_sign_out_or_with_the_day),
        cmocka_unit_test(test_refusals_are_near_misses_by_code),
        cmocka_unit_test(test_views_and_projections_agree),
        cmocka_unit_test(test_container_place_is_the_books),
        cmocka_unit_test(test_every_table_and_view_says_what_it_is),
        cmocka_unit_test(test_reader_sees_no_credential_and_writes_nothing),
    };
    return cmocka_run_group_tests(tests, up, down);
}
