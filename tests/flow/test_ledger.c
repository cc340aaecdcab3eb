/* The commit path on real peers: what is acknowledged is stored, signed, and found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <event2/event.h>
#include "rig.h"

#define SIZE(r) strtoull(rig_sql(r, "select size from cpf.log_head"), NULL, 10)

static void test_ledger_new_log_begins_with_log_opened(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    assert_true(ledger_is_new(n.ledger));
    assert_string_equal(rig_sql(&r, "select kind from cpf.entry where idx = 0"), "log.opened");
    assert_string_equal(rig_sql(&r, "select body::json->'body'->>'vkey' from cpf.entry"), r.vkey);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry"), "1");
    assert_non_null(ledger_checkpoint(n.ledger));
    node_stop(&n);
    rig_down(&r);
}

static void test_ledger_settles_in_order_and_stores_the_bytes(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    for (int i = 0; i < 1000; i++)
        node_submit(&n, i % 3 ? "batch/A" : "batch/B", 1 + (size_t)(i % 4));
    assert_int_equal(ledger_waiting(n.ledger), 1000);
    node_until_settled(&n, 1000);
    assert_false(ledger_is_new(n.ledger));
    assert_int_equal(ledger_waiting(n.ledger), 0);
    assert_int_equal(ledger_waiting_bytes(n.ledger), 0);
    assert_int_equal(n.entries, 2501);
    assert_int_equal(SIZE(&r), 2501);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where leaf <> "
                                    "sha256('\\x00'::bytea || convert_to(body, 'UTF8'))"),
                        "0");
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.tile where level = 0"), "9");
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.disclosure"), "1000");
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry_signed where checkpoint is null"), "0");
    assert_string_equal(rig_sql(&r, "select note from cpf.log_head"), ledger_checkpoint(n.ledger));
    node_stop(&n);
    rig_down(&r);
}

/* Eight that always wait for an answer: not two fours in turns, though they began so. */
static void test_ledger_those_who_come_back_together_share_a_group(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    struct ledger_stats before = ledger_stats(n.ledger);
    n.again = 400;
    for (int i = 0; i < 4; i++)
        node_submit(&n, "batch/again", 1);
    event_base_loop(r.base, EVLOOP_ONCE); /* they leave */
    for (int i = 0; i < 4; i++)
        node_submit(&n, "batch/again", 1);
    node_until_settled(&n, 408);
    struct ledger_stats after = ledger_stats(n.ledger);
    assert_int_equal(after.entries - before.entries, 408);
    assert_in_range(after.groups - before.groups, 51, 53);
    node_stop(&n);
    rig_down(&r);
}

static void test_ledger_start_folds_open_streams_only(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    for (int i = 0; i < 300; i++)
        node_submit(&n, "batch/A", 2);
    node_submit(&n, "batch/B", 5);
    node_submit_kind(&n, "batch/A", "batch.closed");
    node_submit(&n, "day/B2/2026-11-22", 5);
    node_submit_kind(&n, "day/B2/2026-11-22", "day.closed");
    node_submit(&n, "batch/C", 5);
    node_submit_kind(&n, "batch/C", "batch.closed");
    node_submit_kind(&n, "batch/C", "batch.reopened");
    node_until_settled(&n, 307);
    node_stop(&n);

    node_start(&n, &r);
    node_until_ready(&n);
    assert_int_equal(n.folded, 1 + 5 + 7); /* log, B, C */
    assert_int_equal(n.fatal, 0);
    assert_false(ledger_is_new(n.ledger));
    node_submit(&n, "batch/B", 3);
    node_until_settled(&n, 1);
    assert_string_equal(rig_sql(&r, "select max(sseq) from cpf.entry where stream = 'batch/B'"), "8");
    node_stop(&n);
    rig_down(&r);
}

static void test_ledger_start_reads_tiles_of_two_levels(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    for (int i = 0; i < 1100; i++)
        node_submit(&n, "batch/A", 60);
    node_submit_kind(&n, "batch/A", "batch.closed");
    node_submit(&n, "batch/B", 1);
    node_until_settled(&n, 1102);
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.tile where level = 1"), "1");
    node_stop(&n);
    node_start(&n, &r);
    node_until_ready(&n);
    assert_int_equal(n.folded, 2);
    node_submit(&n, "batch/B", 1);
    node_until_settled(&n, 1);
    node_stop(&n);
    rig_down(&r);
}

static void idle(void *arg)
{
    ((struct node *)arg)->up = false;
}

static bool is_down(void *arg)
{
    return !((struct node *)arg)->up;
}

static void test_ledger_drain_settles_all_first(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    for (int i = 0; i < 500; i++)
        node_submit(&n, "batch/A", 1);
    ledger_drain(n.ledger, idle);
    assert_true(rig_until(&r, is_down, &n, 10000));
    assert_int_equal(n.settled, 500);
    node_stop(&n);
    rig_down(&r);
}

static bool is_reading(void *arg)
{
    return ((struct node *)arg)->readings > 0;
}

static bool is_reading_again(void *arg)
{
    return ((struct node *)arg)->readings > 1;
}

static bool was_lost(void *arg)
{
    return ((struct node *)arg)->away > 0;
}

/* What the fold needs beside the log is read when nobody else writes any more, and anew after a doubt. */
static void test_ledger_standby_reads_beside_the_log_last(void **state)
{
    struct rig r;
    struct node first, second;
    rig_up(&r, *state);
    node_start(&first, &r);
    node_until_ready(&first);
    r.hold = true;
    node_start(&second, &r);
    node_submit(&first, "batch/A", 3);
    node_until_settled(&first, 1);
    rig_until_sql(&r, "1", STANDBYS); /* there, and waiting */
    rig_run(&r, 300);
    assert_int_equal(second.readings, 0);
    node_stop(&first);
    assert_true(rig_until(&r, is_reading, &second, 10000));
    assert_int_equal(second.folded, 0);
    assert_int_equal(second.away, 0);
    rig_sql(&r,
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'cpf_writer' and datname "
            "= current_database()");
    assert_true(rig_until(&r, was_lost, &second, 10000));
    ledger_read_on(second.ledger); /* it belongs to a connection that is gone */
    assert_true(rig_until(&r, is_reading_again, &second, 10000));
    assert_int_equal(second.folded, 0);
    ledger_read_on(second.ledger);
    node_until_ready(&second);
    assert_int_equal(second.folded, 1 + 3);
    ledger_read_on(second.ledger); /* of no effect */
    assert_int_equal(second.fatal, 0);
    node_stop(&second);
    rig_down(&r);
}

static void test_ledger_refuses_another_origin(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    node_stop(&n);
    rig_sql(&r, "update cpf.log_head set origin = 'training.test/other'");
    node_start(&n, &r);
    node_until_fatal(&n);
    assert_int_equal(n.fatal, CPF_E_MISMATCH);
    assert_non_null(strstr(n.text, "training.test/other"));
    node_stop(&n);
    rig_down(&r);
}

static void test_writer_cannot_change_the_log(void **state)
{
    struct rig r;
    struct node n;
    static const char *const forbidden[] = {
        "update cpf.entry set kind = 'x'",
        "delete from cpf.entry",
        "truncate cpf.entry",
        "update cpf.tile set level = 1",
        "delete from cpf.checkpoint",
        "delete from cpf.disclosure",
        "update cpf.credential set sealed = ''",
        "delete from cpf.log_head",
        "drop table cpf.entry",
        "alter table cpf.entry disable trigger all",
        "create table cpf.x ()",
    };
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        if (strcmp(rig_sqlstate(&r, "cpf_writer", forbidden[i]), "42501") != 0)
            fail_msg("cpf_writer: %s: SQLSTATE %s", forbidden[i],
                     rig_sqlstate(&r, "cpf_writer", forbidden[i]));
    for (size_t i = 0; i < 5; i++) /* and the owner stumbles over the trigger */
        assert_string_equal(rig_sqlstate(&r, "postgres", forbidden[i]), "CPF02");
    assert_string_equal(rig_sqlstate(&r, "cpf_reader", "select * from cpf.credential"), "42501");
    assert_string_equal(rig_sqlstate(&r, "cpf_reader", "select * from cpf.batch_story"), "");
    assert_string_equal(rig_sqlstate(&r, "cpf_writer", "select cpf.log_swap(7, 7, 8, '', '')"), "CPF01");
    node_stop(&n);
    rig_down(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger_new_log_begins_with_log_opened),
        cmocka_unit_test(test_ledger_settles_in_order_and_stores_the_bytes),
        cmocka_unit_test(test_ledger_those_who_come_back_together_share_a_group),
        cmocka_unit_test(test_ledger_start_folds_open_streams_only),
        cmocka_unit_test(test_ledger_start_reads_tiles_of_two_levels),
        cmocka_unit_test(test_ledger_drain_settles_all_first),
        cmocka_unit_test(test_ledger_standby_reads_beside_the_log_last),
        cmocka_unit_test(test_ledger_refuses_another_origin),
        cmocka_unit_test(test_writer_cannot_change_the_log),
    };
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
