/* The follower on a real database: live, late, interrupted, pushed aside; and the check that compares. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include "audit/projection.h"
#include "follow/follow.h"
#include "rig.h"
#include "story.h"

struct plant {
    struct rig rig;
    struct node node;
    struct story *story;
    struct follow *follow;
    bool twice;
};

static void on_entry(void *arg, const struct entry *e)
{
    struct plant *p = arg;
    if (p->follow)
        follow_entry(p->follow, e);
    if (p->follow && p->twice)
        follow_entry(p->follow, e);
}

static void follower_up(struct plant *p)
{
    struct follow_config cfg = {
        .base = p->rig.base, .conninfo = p->rig.conninfo, .protocol = story_protocol, .arg = p->story};
    assert_int_equal(follow_new(&cfg, &p->follow), 0);
    follow_start(p->follow);
}

static void follower_down(struct plant *p)
{
    struct follow *f = p->follow;
    p->follow = NULL;
    follow_free(f);
}

static void node_up(struct plant *p)
{
    node_start(&p->node, &p->rig);
    p->node.on_entry = on_entry;
    p->node.on_entry_arg = p;
    node_until_ready(&p->node);
}

static void begin(struct plant *p, void **state)
{
    memset(p, 0, sizeof(*p));
    rig_up(&p->rig, *state);
    p->story = story_new();
    node_up(p);
}

static void end(struct plant *p)
{
    follower_down(p);
    node_stop(&p->node);
    rig_down(&p->rig);
    story_free(p->story);
}

static void tell(struct plant *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        size_t len;
        const char *text = story_text(p->story, i, &len);
        node_submit_text(&p->node, text, len);
    }
}

static void tell_all(struct plant *p)
{
    tell(p, 0, story_count(p->story));
    node_until_settled(&p->node, story_count(p->story));
}

static bool is_level(void *arg)
{
    struct plant *p = arg;
    return follow_level(p->follow);
}

static void until_level(struct plant *p)
{
    if (!rig_until(&p->rig, is_level, p, 10000))
        fail_msg("the follower stands at %lld", (long long)follow_idx(p->follow));
}

static bool was_away(void *arg)
{
    return ((struct node *)arg)->away > 0;
}

static void run_for(struct plant *p, int ms)
{
    rig_run(&p->rig, ms);
}

/* ---- the check ---- */

struct found {
    size_t n;
    char first[400];
};

static void on_difference(void *arg, const struct audit_difference *d)
{
    struct found *f = arg;
    char *text = audit_difference_text(d);
    if (f->n++ == 0)
        snprintf(f->first, sizeof(f->first), "%s", text);
    free(text);
}

static void check(struct plant *p, struct found *ret, struct audit_projection *a)
{
    char conninfo[600], *error = NULL;
    memset(ret, 0, sizeof(*ret));
    *a = (struct audit_projection){.difference = on_difference, .arg = ret};
    snprintf(conninfo, sizeof(conninfo), "host=%s/run user=cpf_reader dbname=%s", p->rig.cluster->dir,
             p->rig.db);
    int err = audit_projection(conninfo, NULL, a, &error);
    if (err)
        fail_msg("%d %s", err, error);
    free(error);
    assert_int_equal(a->differences, ret->n);
    assert_int_equal(a->unreadable, 0);
}

/* Everything is there, and is what the log says. */
static void check_good(struct plant *p)
{
    struct audit_projection a;
    struct found f;
    check(p, &f, &a);
    if (f.n)
        fail_msg("%zu differences: %s", f.n, f.first);
    assert_int_equal(a.projected, a.newest);
    assert_true(a.rows > 50);
}

/* All projections as one text, without when they were written. */
static const char *digest(struct plant *p)
{
    return rig_sql(&p->rig, "select md5(concat((select json_agg(t order by t.batch) from cpf.batch t), "
                            "(select json_agg(t order by t.batch, t.step, t.occ) from cpf.batch_step t), "
                            "(select json_agg(t order by t.container) from cpf.container t), "
                            "(select json_agg(t order by t.deviation) from cpf.deviation t), "
                            "(select json_agg(t order by t.hold) from cpf.hold t), "
                            "(select json_agg(t order by t.idx) from cpf.session t), "
                            "(select json_agg(t order by t.idx, t.n) from cpf.measurement t), "
                            "(select json_agg(t order by t.idx, t.n) from cpf.lot_use t), "
                            "(select json_agg(t order by t.idx, t.n) from cpf.thing_use t), "
                            "(select json_agg(t order by t.idx) from cpf.signed_act t), "
                            "(select json_agg(t order by t.idx) from cpf.refusal t)))");
}

/* ---- tests ---- */

static void test_follow_live_gives_what_the_log_says(void **state)
{
    struct plant p;
    begin(&p, state);
    follower_up(&p);
    until_level(&p);
    tell_all(&p);
    until_level(&p);
    check_good(&p);
    assert_int_equal(follow_idx(p.follow), story_count(p.story)); /* behind log.opened */
    assert_string_equal(rig_sql(&p.rig, "select state from cpf.batch where batch = 'KA-0001'"), "provided");
    assert_string_equal(rig_sql(&p.rig, "select count(*) from cpf.batch"), "2");
    assert_int_equal(follow_faults(p.follow), 0);
    end(&p);
}

/* An entry may be read from the log before it is told: it was committed, and not yet settled. */
static void test_follow_entry_known_already_is_not_counted_again(void **state)
{
    struct plant p;
    begin(&p, state);
    follower_up(&p);
    until_level(&p);
    p.twice = true;
    tell_all(&p);
    until_level(&p);
    check_good(&p);
    end(&p);
}

/* What gathered in one transaction and what came over many is one and the same. */
static void test_follow_entry_by_entry_gives_the_same_rows(void **state)
{
    struct plant p;
    char before[64];
    begin(&p, state);
    follower_up(&p);
    until_level(&p);
    for (size_t i = 0; i < story_count(p.story); i++) {
        tell(&p, i, i + 1);
        node_until_settled(&p.node, i + 1);
        if (i > 40)
            until_level(&p);
    }
    until_level(&p);
    check_good(&p);
    snprintf(before, sizeof(before), "%s", digest(&p));
    follow_reset(p.follow);
    until_level(&p);
    assert_string_equal(digest(&p), before);
    end(&p);
}

static void test_follow_catches_up_from_the_beginning(void **state)
{
    struct plant p;
    begin(&p, state);
    tell_all(&p);
    follower_up(&p);
    until_level(&p);
    check_good(&p);
    end(&p);
}

static void test_follow_reset_makes_the_same_rows_again(void **state)
{
    struct plant p;
    char before[64];
    begin(&p, state);
    follower_up(&p);
    tell_all(&p);
    until_level(&p);
    snprintf(before, sizeof(before), "%s", digest(&p));
    follow_reset(p.follow);
    assert_false(follow_level(p.follow));
    until_level(&p);
    assert_string_equal(digest(&p), before);
    check_good(&p);
    end(&p);
}

/* Ended without farewell at each point, also with a transaction on its way. */
static void test_follow_restarted_anywhere_counts_nothing_twice(void **state)
{
    struct plant p;
    size_t n, part = 3;
    begin(&p, state);
    n = story_count(p.story);
    for (size_t i = 0; i < n; i += part) {
        follower_up(&p);
        if (i % 2)
            until_level(&p);
        tell(&p, i, i + part < n ? i + part : n);
        node_until_settled(&p.node, i + part < n ? i + part : n);
        run_for(&p, (int)(i * 7 % 130)); /* rows gather for 100 ms */
        follower_down(&p);
    }
    follower_up(&p);
    until_level(&p);
    check_good(&p);
    end(&p);
}

/* PostgreSQL dies: the follower's transactions are the first to be lost. */
static void test_follow_survives_the_database(void **state)
{
    struct plant p;
    size_t n;
    begin(&p, state);
    n = story_count(p.story);
    follower_up(&p);
    tell(&p, 0, n / 2);
    node_until_settled(&p.node, n / 2);
    run_for(&p, 120);
    rig_pg(p.rig.cluster, "kill");
    rig_pg(p.rig.cluster, "start");
    assert_true(rig_until(&p.rig, was_away, &p.node, 10000));
    node_until_ready(&p.node);
    tell(&p, n / 2, n);
    node_until_settled(&p.node, n);
    until_level(&p);
    assert_true(follow_faults(p.follow) > 0);
    check_good(&p);
    end(&p);
}

static bool has_fault(void *arg)
{
    struct plant *p = arg;
    return follow_faults(p->follow) > 1;
}

static void test_follow_fault_stops_no_scan_and_heals(void **state)
{
    struct plant p;
    begin(&p, state);
    follower_up(&p);
    until_level(&p);
    rig_sql(&p.rig, "revoke insert on cpf.batch_step from cpf_writer");
    tell_all(&p); /* settles all the same */
    assert_true(rig_until(&p.rig, has_fault, &p, 10000));
    assert_int_equal(p.node.fatal, 0);
    assert_string_equal(rig_sql(&p.rig, "select count(*) from cpf.batch"), "0"); /* nothing by halves */
    rig_sql(&p.rig, "grant insert on cpf.batch_step to cpf_writer");
    until_level(&p);
    check_good(&p);
    end(&p);
}

/* What the tables refuse is left out, alone, and told; all else is there. */
static void test_follow_row_that_is_refused_stops_nothing(void **state)
{
    struct plant p;
    begin(&p, state);
    rig_sql(&p.rig, "alter table cpf.measurement add constraint sour check (field <> 'tare')");
    follower_up(&p);
    tell_all(&p);
    until_level(&p);
    assert_true(follow_faults(p.follow) > 0);
    assert_string_equal(rig_sql(&p.rig, "select count(*) from cpf.measurement where field = 'tare'"), "0");
    assert_string_equal(rig_sql(&p.rig, "select value || bound from cpf.measurement where field = 'toxin'"),
                        "0.05<");
    assert_string_equal(rig_sql(&p.rig, "select state from cpf.batch where batch = 'KA-0001'"), "provided");
    end(&p);
}

static void test_follow_schema_missing_stops_no_scan(void **state)
{
    struct plant p;
    begin(&p, state);
    rig_sql(&p.rig, "alter table cpf.hold rename to elsewhere");
    follower_up(&p);
    tell_all(&p);
    assert_true(rig_until(&p.rig, has_fault, &p, 10000));
    rig_sql(&p.rig, "alter table cpf.elsewhere rename to hold");
    until_level(&p);
    check_good(&p);
    end(&p);
}

/* Behind a lock that somebody holds: rows are dropped beyond the bound, and made again from the log. */
static void test_follow_blocked_bounds_its_memory(void **state)
{
    struct plant p;
    char conninfo[600];
    size_t n, many = 30000;
    begin(&p, state);
    n = story_count(p.story);
    follower_up(&p);
    tell_all(&p);
    until_level(&p);
    snprintf(conninfo, sizeof(conninfo), "host=%s/run user=postgres dbname=%s", p.rig.cluster->dir, p.rig.db);
    PGconn *pg = PQconnectdb(conninfo);
    PQclear(PQexec(pg, "begin; lock table cpf.refusal in access exclusive mode"));
    for (size_t i = 0; i < many; i++) {
        node_submit_kind(&p.node, "day/GW1/2026-11-09", "refused");
        if (i % 4000 == 3999)
            node_until_settled(&p.node, n + i + 1);
    }
    assert_false(follow_level(p.follow));
    assert_int_equal(follow_faults(p.follow), 1); /* told once, while nothing can be written */
    PQclear(PQexec(pg, "commit"));
    PQfinish(pg);
    until_level(&p);
    assert_string_equal(rig_sql(&p.rig, "select count(*) > 30000 from cpf.refusal"), "t");
    check_good(&p);
    end(&p);
}

/* A standby that thinks it is the daemon: each row is counted once all the same. */
static void test_follow_two_followers_count_once(void **state)
{
    struct plant p;
    struct follow *other;
    begin(&p, state);
    follower_up(&p);
    other = p.follow;
    follower_up(&p);
    tell_all(&p);
    until_level(&p);
    run_for(&p, 300);
    until_level(&p);
    check_good(&p);
    follow_free(other);
    end(&p);
}

static void test_follow_emptied_by_hand_is_made_again(void **state)
{
    struct plant p;
    size_t n;
    begin(&p, state);
    n = story_count(p.story);
    follower_up(&p);
    tell(&p, 0, n - 2);
    node_until_settled(&p.node, n - 2);
    until_level(&p);
    rig_sql(&p.rig, "select cpf.project_reset()");
    tell(&p, n - 2, n);
    node_until_settled(&p.node, n);
    run_for(&p, 300);
    until_level(&p);
    check_good(&p);
    end(&p);
}

static void test_follow_other_version_is_made_again(void **state)
{
    struct plant p;
    begin(&p, state);
    follower_up(&p);
    tell_all(&p);
    until_level(&p);
    follower_down(&p);
    rig_sql(&p.rig, "update cpf.projected set version = 77; update cpf.batch set state = 'of old'");
    follower_up(&p);
    until_level(&p);
    check_good(&p);
    end(&p);
}

static void test_follow_said_to_be_ahead_is_made_again(void **state)
{
    struct plant p;
    begin(&p, state);
    tell_all(&p);
    rig_sql(&p.rig, "select cpf.project_reset(1); update cpf.projected set idx = 100000");
    follower_up(&p);
    until_level(&p);
    check_good(&p);
    end(&p);
}

/* ---- attack 6: the database's owner edits a projection ---- */

static const struct {
    const char *sql, *want;
} tampering[] = {
    {"update cpf.batch set state = 'released' where batch = 'KA-0002'",
     "cpf.batch KA-0002: state is released, by the log ordered"},
    {"update cpf.batch set disposition = 'rejected' where batch = 'KA-0001'",
     "cpf.batch KA-0001: disposition is rejected, by the log released"},
    {"update cpf.batch set deviations = 0 where batch = 'KA-0001'",
     "cpf.batch KA-0001: deviations is 0, by the log 2"},
    {"delete from cpf.batch where batch = 'KA-0001'", "cpf.batch KA-0001: the row is missing"},
    {"insert into cpf.batch (batch, state) values ('KA-0003', 'released')",
     "cpf.batch KA-0003: the log has no such row"},
    {"update cpf.batch_step set witness = 'OP9' where step = 'weigh'",
     "cpf.batch_step KA-0001 weigh 1: witness is OP9, by the log OP3"},
    {"update cpf.batch_step set done = done + interval '1 us' where step = 'kit' and batch = 'KA-0001'",
     "cpf.batch_step KA-0001 kit 1: done is "},
    {"update cpf.measurement set value = 15 where field = 'warmth'", ": value is 15, by the log 35.0"},
    {"update cpf.measurement set value = 35 where field = 'warmth'", ": value is 35, by the log 35.0"},
    {"update cpf.measurement set limits = null where field = 'warmth'",
     ": limits is null, by the log action"},
    {"delete from cpf.measurement where field = 'warmth'", ": the row is missing"},
    {"insert into cpf.measurement (idx, n, batch, value) select max(idx), 9, 'KA-0002', 1 from "
     "cpf.measurement",
     ": the log has no such row"},
    {"insert into cpf.measurement (idx, n) values (-3, 1)", "cpf.measurement -3 1: the log has no such row"},
    {"insert into cpf.measurement (idx, n) values (1000000, 1)",
     "cpf.measurement 1000000 1: the log has no such row"},
    {"update cpf.lot_use set lot = 'TB1' where use = 'account'", ": lot is TB1, by the log TB-OLD"},
    {"update cpf.deviation set grade = null where grade is not null",
     "cpf.deviation KA-0001-DV1: grade is null, by the log minor"},
    {"update cpf.hold set lifted = null", "cpf.hold KA-0001-H1: lifted is null, by the log 2026-11-02T"},
    {"update cpf.session set person = 'OP9' where ended is null", ": person is OP9, by the log OP1"},
    {"delete from cpf.refusal where code = 'value.differs'", ": the row is missing"},
    {"update cpf.container set state = 'filled' where container = 'KA-0001-T2'",
     "cpf.container KA-0001-T2: state is filled, by the log discarded"},
    {"update cpf.projected set idx = idx - 5", "cpf."},
};

static void test_projection_check_names_every_row_that_was_changed(void **state)
{
    struct plant p;
    struct audit_projection a;
    struct found f;
    begin(&p, state);
    follower_up(&p);
    tell_all(&p);
    until_level(&p);
    for (size_t i = 0; i < sizeof(tampering) / sizeof(*tampering); i++) {
        rig_sql(&p.rig, "%s", tampering[i].sql);
        check(&p, &f, &a);
        if (f.n == 0 || !strstr(f.first, tampering[i].want))
            fail_msg("%s: %zu differences: %s", tampering[i].sql, f.n, f.first);
        follow_reset(p.follow);
        until_level(&p);
        check_good(&p);
    }
    end(&p);
}

static void test_projection_check_tells_how_far_they_go(void **state)
{
    struct plant p;
    struct audit_projection a;
    struct found f;
    size_t n;
    begin(&p, state);
    n = story_count(p.story);
    check(&p, &f, &a);
    assert_int_equal(a.projected, -1);
    assert_int_equal(f.n, 0);
    follower_up(&p);
    tell(&p, 0, n - 4);
    node_until_settled(&p.node, n - 4);
    until_level(&p);
    follower_down(&p);
    tell(&p, n - 4, n);
    node_until_settled(&p.node, n);
    check(&p, &f, &a); /* behind, and right as far as they go */
    assert_int_equal(f.n, 0);
    assert_int_equal(a.newest - a.projected, 4);
    end(&p);
}

static void test_projections_are_written_by_the_daemon_alone(void **state)
{
    struct plant p;
    begin(&p, state);
    assert_string_equal(rig_sqlstate(&p.rig, "cpf_reader", "select * from cpf.batch, cpf.projected"), "");
    assert_string_equal(rig_sqlstate(&p.rig, "cpf_reader", "insert into cpf.batch (batch) values ('X')"),
                        "42501");
    assert_string_equal(rig_sqlstate(&p.rig, "cpf_reader", "update cpf.projected set idx = 5"), "42501");
    assert_string_equal(rig_sqlstate(&p.rig, "cpf_reader", "select cpf.project_reset()"), "42501");
    assert_string_equal(rig_sqlstate(&p.rig, "cpf_writer", "truncate cpf.batch"), "42501");
    assert_string_equal(rig_sqlstate(&p.rig, "cpf_writer", "select cpf.project_to(5, 6)"), "CPF03");
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follow_live_gives_what_the_log_says),
        cmocka_unit_test(test_follow_entry_known_already_is_not_counted_again),
        cmocka_unit_test(test_follow_entry_by_entry_gives_the_same_rows),
        cmocka_unit_test(test_follow_catches_up_from_the_beginning),
        cmocka_unit_test(test_follow_reset_makes_the_same_rows_again),
        cmocka_unit_test(test_follow_restarted_anywhere_counts_nothing_twice),
        cmocka_unit_test(test_follow_survives_the_database),
        cmocka_unit_test(test_follow_fault_stops_no_scan_and_heals),
        cmocka_unit_test(test_follow_row_that_is_refused_stops_nothing),
        cmocka_unit_test(test_follow_schema_missing_stops_no_scan),
        cmocka_unit_test(test_follow_blocked_bounds_its_memory),
        cmocka_unit_test(test_follow_two_followers_count_once),
        cmocka_unit_test(test_follow_emptied_by_hand_is_made_again),
        cmocka_unit_test(test_follow_other_version_is_made_again),
        cmocka_unit_test(test_follow_said_to_be_ahead_is_made_again),
        cmocka_unit_test(test_projection_check_names_every_row_that_was_changed),
        cmocka_unit_test(test_projection_check_tells_how_far_they_go),
        cmocka_unit_test(test_projections_are_written_by_the_daemon_alone),
    };
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
