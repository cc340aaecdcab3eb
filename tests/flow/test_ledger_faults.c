/* doc/log.md 2, rule by rule, on real peers that die. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include "rig.h"

#define BACKENDS "from pg_stat_activity where usename = 'cpf_writer' and datname = current_database()"

static void submit_many(struct node *n, int count)
{
    for (int i = 0; i < count; i++)
        node_submit(n, i % 2 ? "batch/A" : "batch/B", 1 + (size_t)(i % 3));
}

static void submit_settled(struct node *n, int count)
{
    size_t before = n->settled;
    submit_many(n, count);
    node_until_settled(n, before + (size_t)count);
}

static bool is_away(void *arg)
{
    struct node *n = arg;
    return !n->up;
}

static void until_away(struct node *n)
{
    assert_true(rig_until(n->rig, is_away, n, 10000));
}

/* Holds the row of log_head, so that a group stands signed and not committed. */
static PGconn *hold_head(struct rig *r)
{
    char conninfo[600];
    snprintf(conninfo, sizeof(conninfo), "host=%s/run user=postgres dbname=%s", r->cluster->dir, r->db);
    PGconn *pg = PQconnectdb(conninfo);
    assert_int_equal(PQstatus(pg), CONNECTION_OK);
    PQclear(PQexec(pg, "begin"));
    PGresult *res = PQexec(pg, "select * from cpf.log_head for update");
    assert_int_equal(PQntuples(res), 1);
    PQclear(res);
    return pg;
}

static void until_blocked(struct rig *r)
{
    rig_until_sql(r, "1",
                  "select count(*) " BACKENDS " and wait_event_type = 'Lock' and wait_event <> 'advisory'");
}

static void begin(struct rig *r, struct node *n, void **state)
{
    rig_up(r, *state);
    node_start(n, r);
    node_until_ready(n);
}

static void end(struct rig *r, struct node *n)
{
    node_stop(n);
    rig_audit_ok(r);
    node_accepted(r);
    rig_down(r);
}

static void test_connection_terminated_in_flight_loses_nothing(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    for (int round = 0; round < 8; round++) {
        size_t want = n.settled + 400;
        submit_many(&n, 400);
        rig_run(&r, round * 3);
        rig_sql(&r, "select pg_terminate_backend(pid) " BACKENDS);
        node_until_settled(&n, want);
        node_until_ready(&n);
    }
    assert_int_equal(n.settled, 3200);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where body is null"), "0");
    end(&r, &n);
}

static void test_postgres_killed_and_back_loses_nothing(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_many(&n, 1000);
    rig_run(&r, 10);
    rig_pg(r.cluster, "kill");
    until_away(&n);
    assert_string_equal(n.why_away, "away.database");
    rig_run(&r, 300);
    rig_pg(r.cluster, "start");
    node_until_settled(&n, 1000);
    node_until_ready(&n);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where body is null"), "0");
    end(&r, &n);
}

static void test_signer_killed_and_back_loses_nothing(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    for (int round = 0; round < 5; round++) {
        size_t want = n.settled + 300;
        submit_many(&n, 300);
        rig_run(&r, round * 4);
        rig_signer_kill(&r);
        until_away(&n);
        assert_string_equal(n.why_away, "away.signer");
        rig_signer_start(&r);
        node_until_settled(&n, want);
        node_until_ready(&n);
    }
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where body is null"), "0");
    end(&r, &n);
}

static void test_daemon_killed_anywhere_keeps_what_was_settled(void **state)
{
    struct rig r;
    struct node n;
    size_t settled = 0;
    begin(&r, &n, state);
    for (int round = 0; round < 12; round++) {
        submit_many(&n, 500);
        rig_run(&r, round);
        settled += n.settled;
        node_stop(&n);
        if (round % 3 == 2) {
            rig_signer_kill(&r);
            rig_signer_start(&r);
        }
        node_start(&n, &r);
        node_until_ready(&n);
    }
    assert_true(strtoull(rig_sql(&r, "select count(*) from cpf.entry where id is not null"), NULL, 10) >=
                settled);
    end(&r, &n);
}

static void test_group_that_died_with_the_daemon_becomes_void(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_settled(&n, 10);
    PGconn *pg = hold_head(&r);
    submit_many(&n, 7);
    until_blocked(&r);
    rig_sql(&r, "select pg_terminate_backend(pid) " BACKENDS);
    node_stop(&n);
    PQfinish(pg);

    node_start(&n, &r);
    node_until_ready(&n);
    const char *voids = "select count(*) from cpf.entry where body is null";
    assert_int_equal(n.entries, 1); /* log.void */
    assert_true(atoi(rig_sql(&r, "%s", voids)) > 0);
    assert_string_equal(rig_sql(&r,
                                "select body::json->'body'->>'count' = (%s)::text from cpf.entry "
                                "where kind = 'log.void'",
                                voids),
                        "t");
    submit_settled(&n, 10);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where kind = 'log.void'"), "1");
    end(&r, &n);
}

static void test_group_that_lost_its_connection_is_sent_again_with_its_bytes(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_settled(&n, 10);
    PGconn *pg = hold_head(&r);
    submit_many(&n, 7);
    until_blocked(&r);
    rig_sql(&r, "select pg_terminate_backend(pid) " BACKENDS);
    until_away(&n);
    PQfinish(pg);
    node_until_settled(&n, 17);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where body is null"), "0");
    assert_string_equal(rig_sql(&r, "select epoch >= 2 from cpf.log_head"), "t");
    end(&r, &n);
}

static void test_commit_whose_answer_was_lost_is_not_sent_twice(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_settled(&n, 10);
    PGconn *pg = hold_head(&r);
    submit_many(&n, 7);
    until_blocked(&r);
    rig_signer_kill(&r); /* the daemon leaves; its transaction goes on in the server */
    until_away(&n);
    PQfinish(pg);
    rig_signer_start(&r);
    node_until_settled(&n, 17);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where body is null"), "0");
    end(&r, &n);
}

/* As a promoted standby does that never got the group: it was answered, the next one was made, and it is
 * gone. */
static void test_next_group_goes_on_when_a_commit_did_not_last(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_settled(&n, 10);
    rig_sql(&r, "create table public.kept as select size, root, note from cpf.log_head");
    PGconn *pg = hold_head(&r);
    submit_many(&n, 7);
    until_blocked(&r);
    submit_many(&n, 60);
    assert_int_equal(kill(r.signer, SIGSTOP), 0); /* neither settle nor the next append reaches it */
    PQfinish(pg);
    rig_until_sql(&r, "t", "select h.size > k.size from cpf.log_head h, public.kept k");
    rig_run(&r, 300);
    rig_sql(&r, "select pg_terminate_backend(pid) " BACKENDS);
    rig_sql(&r, "set session_replication_role = replica; "
                "delete from cpf.entry where idx >= (select size from public.kept); "
                "delete from cpf.disclosure where idx >= (select size from public.kept); "
                "delete from cpf.checkpoint where size > (select size from public.kept); "
                "update cpf.log_head h set size = k.size, root = k.root, note = k.note from public.kept k; "
                "drop table public.kept");
    rig_signer_kill(&r);
    rig_signer_start(&r);
    node_until_settled(&n, 77);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where body is null"), "0");
    end(&r, &n);
}

static void copy_state(struct rig *r, const char *from, const char *to)
{
    char command[800];
    snprintf(command, sizeof(command), "cp -p %s/%s %s/%s", r->dir, from, r->dir, to);
    assert_int_equal(system(command), 0);
}

/* As after a power loss: the database kept more groups than the signer's file remembers. */
/* A commit of many seconds: whoever comes alone behind it is not kept for company that does not come. */
static void test_one_command_behind_a_very_slow_commit_is_served(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    PGconn *pg = hold_head(&r);
    submit_many(&n, 6);
    rig_run(&r, 3000);
    PQfinish(pg);
    node_until_settled(&n, 6);
    rig_run(&r, 300);
    /* It would be kept as long as that commit took; a busy machine is not that slow. */
    int64_t begun = clock_mono_ms();
    node_submit(&n, "batch/A", 1);
    node_until_settled(&n, 7);
    assert_true(clock_mono_ms() - begun < 12000);
    node_stop(&n);
    rig_down(&r);
}

static void test_signer_behind_the_database_rolls_forward(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_settled(&n, 10);
    rig_signer_kill(&r);
    until_away(&n);
    copy_state(&r, "state", "old");
    rig_signer_start(&r);
    node_until_ready(&n);
    for (int i = 0; i < 5; i++)
        submit_settled(&n, 300);
    node_stop(&n);
    rig_signer_kill(&r);
    copy_state(&r, "old", "state");
    rig_signer_start(&r);
    node_start(&n, &r);
    node_until_ready(&n);
    submit_settled(&n, 10);
    end(&r, &n);
}

/* The same with a signed group that neither kept: no roll forward, the leaves are simply signed anew. */
static void test_signer_and_daemon_forget_a_group(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_settled(&n, 10);
    rig_signer_kill(&r);
    until_away(&n);
    copy_state(&r, "state", "old");
    rig_signer_start(&r);
    node_until_ready(&n);
    PGconn *pg = hold_head(&r);
    submit_many(&n, 7);
    until_blocked(&r);
    rig_sql(&r, "select pg_terminate_backend(pid) " BACKENDS);
    node_stop(&n);
    PQfinish(pg);
    rig_signer_kill(&r);
    copy_state(&r, "old", "state");
    rig_signer_start(&r);
    node_start(&n, &r);
    node_until_ready(&n);
    submit_settled(&n, 10);
    end(&r, &n);
}

/* ---- peers that hang ---- */

static void test_peer_that_hangs_is_away_until_it_goes_on(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    for (int i = 0; i < 2; i++) {
        submit_settled(&n, 5);
        size_t want = n.settled + 3;
        pid_t peer =
            i ? (pid_t)atoi(rig_sql(&r, "select pid from pg_locks where locktype = 'advisory' and granted"))
              : r.signer;
        assert_int_equal(kill(peer, SIGSTOP), 0);
        if (i) /* without anything under way, too */
            submit_many(&n, 3);
        until_away(&n);
        assert_string_equal(n.why_away, i ? "away.database" : "away.signer");
        assert_int_equal(n.settled, want - 3);
        assert_int_equal(kill(peer, SIGCONT), 0);
        node_until_ready(&n);
        if (!i)
            submit_many(&n, 3);
        node_until_settled(&n, want);
    }
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where body is null"), "0");
    end(&r, &n);
}

/* ---- a server that is set otherwise while it is used ---- */

static void test_server_that_loses_fsync_is_refused_until_it_has_it_again(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_settled(&n, 5);
    rig_sql(&r, "alter system set fsync = off");
    rig_sql(&r, "select pg_reload_conf()");
    until_away(&n);
    assert_string_equal(n.why_away, "database.unsafe");
    rig_sql(&r, "alter system reset fsync");
    rig_sql(&r, "select pg_reload_conf()");
    node_until_ready(&n);
    submit_settled(&n, 5);
    end(&r, &n);
}

/* ---- a synchronous standby that is away ---- */

#define IN_SYNC_WAIT BACKENDS " and wait_event = 'SyncRep'"

static void standby_is(struct rig *r, const char *name)
{
    rig_sql(r, "alter system set synchronous_standby_names = '%s'", name);
    rig_sql(r, "select pg_reload_conf()");
}

static void until_in_sync_wait(struct rig *r)
{
    for (int i = 0; i < 500; i++) {
        if (strcmp(rig_sql(r, "select count(*) " IN_SYNC_WAIT), "1") == 0)
            return;
        rig_run(r, 20);
    }
    fail_msg("no transaction waits for the standby");
}

static void cancel_the_wait(struct rig *r)
{
    until_in_sync_wait(r);
    rig_sql(r, "select pg_cancel_backend(pid) " IN_SYNC_WAIT);
}

static void test_commit_with_a_warning_is_unknown(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_settled(&n, 5);
    standby_is(&r, "nobody");
    submit_many(&n, 3);
    cancel_the_wait(&r);
    until_away(&n);
    assert_string_equal(n.why_away, "away.standby");
    for (int i = 0; i < 2; i++) /* its fences fare no better, and none of them counts */
        cancel_the_wait(&r);
    until_in_sync_wait(&r);
    assert_int_equal(n.settled, 5);
    assert_int_equal(ledger_stats(n.ledger).warned, 3);
    standby_is(&r, "");
    node_until_settled(&n, 8);
    node_until_ready(&n);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where body is null"), "0");
    end(&r, &n);
}

static void test_lost_swap_is_fatal_and_named(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    rig_sql(&r, "update cpf.log_head set epoch = epoch + 1");
    submit_many(&n, 1);
    node_until_fatal(&n);
    assert_int_equal(n.fatal, CPF_E_DB);
    assert_non_null(strstr(n.text, "log_swap"));
    assert_non_null(strstr(n.text, "CPF01"));
    assert_int_equal(n.settled, 0);
    end(&r, &n);
}

static void test_living_daemon_whose_epoch_was_passed_exits(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    rig_sql(&r, "update cpf.log_head set epoch = epoch + 1");
    rig_sql(&r, "select pg_terminate_backend(pid) " BACKENDS);
    node_until_fatal(&n);
    assert_int_equal(n.fatal, CPF_E_STALE);
    end(&r, &n);
}

static void test_second_daemon_waits_and_takes_over(void **state)
{
    struct rig r;
    struct node a, b;
    begin(&r, &a, state);
    submit_settled(&a, 20);
    node_start(&b, &r);
    rig_until_sql(&r, "1", STANDBYS);
    rig_run(&r, 300);
    assert_false(b.up);
    assert_true(a.up);
    submit_settled(&a, 20);
    node_stop(&a);
    node_until_ready(&b);
    assert_int_equal(b.folded, atoi(rig_sql(&r, "select count(*) from cpf.entry")));
    submit_settled(&b, 20);
    end(&r, &b);
}

/* The lock is only a courtesy: with a second daemon that does not heed it, one of the two ends. */
static void test_two_daemons_at_once_one_exits(void **state)
{
    struct rig r;
    struct node a, b;
    begin(&r, &a, state);
    submit_settled(&a, 5);
    node_start(&b, &r);
    rig_until_sql(&r, "1", STANDBYS);
    /* A's session is ended, so the lock goes to B, and A stands behind it */
    rig_sql(&r, "select pg_terminate_backend(pid) " BACKENDS " and pid in (select pid from pg_locks where "
                "locktype = 'advisory' and granted)");
    node_until_ready(&b);
    rig_until_sql(&r, "1", STANDBYS); /* that is A now */
    assert_false(a.up);
    submit_settled(&b, 5);
    node_stop(&b);
    node_until_fatal(&a); /* its turn again: the epoch has moved on */
    assert_int_equal(a.fatal, CPF_E_STALE);
    end(&r, &a);
}

static void test_start_refuses_a_server_without_fsync(void **state)
{
    struct rig r;
    struct node n;
    static const char *const setting[] = {"fsync", "full_page_writes"};
    static const char *const show[] = {"show fsync", "show full_page_writes"};
    begin(&r, &n, state);
    node_stop(&n);
    for (int i = 0; i < 2; i++) {
        rig_sql(&r, "alter system set %s = off", setting[i]);
        rig_sql(&r, "select pg_reload_conf()");
        rig_until_sql(&r, "off", show[i]);
        node_refused(&r, setting[i]);
        rig_sql(&r, "alter system reset %s", setting[i]);
        rig_sql(&r, "select pg_reload_conf()");
        rig_until_sql(&r, "on", show[i]);
    }
    node_start(&n, &r);
    node_until_ready(&n);
    end(&r, &n);
}

static void test_other_sql_error_is_fatal_and_named(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    rig_sql(&r, "revoke insert on cpf.checkpoint from cpf_writer");
    submit_many(&n, 1);
    node_until_fatal(&n);
    assert_non_null(strstr(n.text, "log_checkpoint_add"));
    assert_int_equal(n.settled, 0);
    node_refused(&r, "the catalogue lacks \"grant INSERT on checkpoint to cpf_writer\"");
    rig_sql(&r, "grant insert on cpf.checkpoint to cpf_writer");
    node_accepted(&r);
    end(&r, &n);
}

#define BOOT_1 "11111111-1111-4111-8111-111111111111"
#define BOOT_2 "22222222-2222-4222-8222-222222222222"

static void test_another_boot_is_recorded_once(void **state)
{
#ifndef CPF_TESTHOOKS
    (void)state;
    print_message("# skipped: needs -Dtesthooks=true\n");
    skip();
#else
    struct rig r;
    struct node n;
    const char *sql = "select count(*) from cpf.entry where kind = 'log.recovered'";

    setenv("CPF_TEST_BOOT_ID", BOOT_1, 1);
    begin(&r, &n, state);
    submit_settled(&n, 5);
    node_stop(&n);
    node_accepted(&r);
    assert_string_equal(rig_sql(&r, "%s", sql), "0");
    setenv("CPF_TEST_BOOT_ID", BOOT_2, 1);
    node_accepted(&r);
    node_accepted(&r);
    assert_string_equal(rig_sql(&r, "%s", sql), "1");
    assert_string_equal(
        rig_sql(&r, "select body::json->'body'->>'from' from cpf.entry where kind = 'log.recovered'"),
        BOOT_1);
    node_start(&n, &r);
    node_until_ready(&n);
    end(&r, &n);
    unsetenv("CPF_TEST_BOOT_ID");
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connection_terminated_in_flight_loses_nothing),
        cmocka_unit_test(test_postgres_killed_and_back_loses_nothing),
        cmocka_unit_test(test_signer_killed_and_back_loses_nothing),
        cmocka_unit_test(test_daemon_killed_anywhere_keeps_what_was_settled),
        cmocka_unit_test(test_group_that_died_with_the_daemon_becomes_void),
        cmocka_unit_test(test_group_that_lost_its_connection_is_sent_again_with_its_bytes),
        cmocka_unit_test(test_commit_whose_answer_was_lost_is_not_sent_twice),
        cmocka_unit_test(test_next_group_goes_on_when_a_commit_did_not_last),
        cmocka_unit_test(test_one_command_behind_a_very_slow_commit_is_served),
        cmocka_unit_test(test_signer_behind_the_database_rolls_forward),
        cmocka_unit_test(test_signer_and_daemon_forget_a_group),
        cmocka_unit_test(test_peer_that_hangs_is_away_until_it_goes_on),
        cmocka_unit_test(test_server_that_loses_fsync_is_refused_until_it_has_it_again),
        cmocka_unit_test(test_commit_with_a_warning_is_unknown),
        cmocka_unit_test(test_lost_swap_is_fatal_and_named),
        cmocka_unit_test(test_living_daemon_whose_epoch_was_passed_exits),
        cmocka_unit_test(test_second_daemon_waits_and_takes_over),
        cmocka_unit_test(test_two_daemons_at_once_one_exits),
        cmocka_unit_test(test_start_refuses_a_server_without_fsync),
        cmocka_unit_test(test_other_sql_error_is_fatal_and_named),
        cmocka_unit_test(test_another_boot_is_recorded_once),
    };
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
