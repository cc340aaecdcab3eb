/*
 * Where streams end. The owner of the database hides entries by columns or by an index, before and behind the
 * newest map of streams, and doctors that map's rows; every start is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "rig.h"

#define OFF  "set session_replication_role = replica; "
#define AWAY "set stream = 'zz/' || idx, sseq = 2"

static bool has_map(void *arg)
{
    return strcmp(rig_sql(arg, "select count(*) from cpf.map_row where map = 1"), "4") == 0;
}

/* batch/A ends before the map, batch/B behind it, the day was closed before it. Kept in public.kept. */
static void story(struct rig *r, void **state)
{
    struct node n;
    struct ledger_counted list[8];
    size_t k = 0;
    rig_up(r, *state);
    node_start(&n, r);
    node_until_ready(&n);
    node_submit(&n, "batch/A", 3);
    node_submit(&n, "batch/B", 2);
    node_submit(&n, "day/B2/2026-11-22", 2);
    node_submit_kind(&n, "day/B2/2026-11-22", "day.closed");
    node_until_settled(&n, 4);
    for (size_t i = 0; i < n.nchains; i++) {
        if (strcmp(n.chain[i].stream, "log") == 0)
            continue;
        list[k] = (struct ledger_counted){.stream = n.chain[i].stream, .count = n.chain[i].sseq};
        memcpy(list[k++].last, n.chain[i].leaf, 32);
    }
    assert_int_equal(ledger_submit_map(n.ledger, list, k, ++n.now), 1);
    assert_true(rig_until(r, has_map, r, 10000));
    node_submit(&n, "batch/B", 2);
    node_submit_kind(&n, "day/B3/2026-11-22", "day.closed");
    node_until_settled(&n, 6);
    node_stop(&n);
    rig_sql(r, "create table public.kept as select * from cpf.entry; "
               "create table public.kept_row as select * from cpf.map_row; "
               "create table public.kept_note as select * from cpf.checkpoint");
    node_accepted(r);
    rig_audit_ok(r);
}

static void put_back(struct rig *r)
{
    rig_sql(r, OFF "truncate cpf.entry; insert into cpf.entry select * from public.kept; "
                   "truncate cpf.map_row; insert into cpf.map_row select * from public.kept_row");
}

static void test_end_hidden_by_columns(void **state)
{
    static const struct {
        const char *sql, *what;
    } play[] = {
        {AWAY " where stream = 'batch/A' and sseq = 3",
         "stream batch/A has 3 entries, 2 of them are found by its name"},
        {AWAY " where stream = 'batch/A'", "stream batch/A has 3 entries, 0 of them are found by its name"},
        {AWAY " where stream = 'batch/B' and sseq >= 3", "(zz/"},
        {"set kind = 'day.closed' where stream = 'batch/A' and sseq = 3",
         "its columns are not what its bytes say"},
        {"set kind = 'x' where stream = 'day/B2/2026-11-22' and sseq = 3",
         "its columns are not what its bytes say"},
        {"set at = at + interval '1 us' where stream = 'batch/A' and sseq = 2",
         "its columns are not what its bytes say"},
        {AWAY " where stream = 'day/B2/2026-11-22' and sseq = 3",
         "stream day/B2/2026-11-22 has 3 entries, 2"},
    };
    struct rig r;

    story(&r, state);
    for (size_t i = 0; i < sizeof(play) / sizeof(*play); i++) {
        rig_sql(&r, OFF "update cpf.entry %s", play[i].sql);
        node_refused(&r, play[i].what);
        put_back(&r);
    }
    node_accepted(&r);
    rig_down(&r);
}

/* No row is changed; the index by stream lacks some. */
static void hide(struct rig *r, const char *which)
{
    rig_sql(r,
            OFF
            "create temp table t as select * from cpf.entry where %s; delete from cpf.entry where %s; "
            "update pg_index set indisready = false where indexrelid = 'cpf.entry_stream_sseq_key'::regclass",
            which, which);
    rig_sql(
        r,
        OFF
        "create temp table t as select * from public.kept where %s; insert into cpf.entry select * from t; "
        "update pg_index set indisready = true where indexrelid = 'cpf.entry_stream_sseq_key'::regclass",
        which);
}

static void test_end_hidden_by_an_index(void **state)
{
    struct rig r;
    story(&r, state);
    hide(&r, "stream = 'batch/A' and sseq = 3");
    node_refused(&r, "stream batch/A has 3 entries, 2 of them are found by its name");
    rig_audit_fails(&r, "stream batch/A: 2 of its 3 entries are found by the index entry_stream_sseq_key");
    put_back(&r);
    hide(&r, "stream = 'batch/B' and sseq = 4");
    node_refused(&r, "stream batch/B has 4 entries, 3 of them are found by its name");
    rig_audit_fails(&r, "stream batch/B: 3 of its 4 entries are found by the index entry_stream_sseq_key");
    put_back(&r);
    node_accepted(&r);
    rig_audit_ok(&r);
    rig_down(&r);
}

static void test_start_makes_the_map_again(void **state)
{
    static const char *const play[] = {
        "update cpf.map_row set salt = sha256('x') where stream = 'batch/A'",
        "update cpf.map_row set last = sha256('x') where stream = 'batch/A'",
        "update cpf.map_row set count = 2 where stream = 'batch/A'",
        "delete from cpf.map_row where stream = 'batch/A'",
        "delete from cpf.map_row",
        "insert into cpf.map_row select map, 'batch/C', salt, count, last from cpf.map_row where stream = "
        "'batch/A'",
    };
    struct rig r;
    story(&r, state);
    for (size_t i = 0; i < sizeof(play) / sizeof(*play); i++) {
        rig_sql(&r, OFF "%s", play[i]);
        node_refused(&r, "the rows kept of map 1 of streams do not give the root in the log");
        put_back(&r);
    }
    /* a row of a stream with entries behind the map */
    rig_sql(&r, OFF "update cpf.map_row set count = 1 where stream = 'batch/B'");
    node_refused(&r, "the map of streams counts other entries than those that the next one follows");
    rig_down(&r);
}

/* The newest stays: what reads the head sees nothing. */
static void test_checkpoints_deleted(void **state)
{
    static const char *const play[] = {
        "size = (select min(size) from cpf.checkpoint)",
        "size = (select max(size) from cpf.checkpoint where size <= (select idx from cpf.entry where kind = "
        "'log.batch-map'))",
        "size < (select size from cpf.log_head)",
    };
    struct rig r;
    story(&r, state);
    for (size_t i = 0; i < sizeof(play) / sizeof(*play); i++) {
        rig_sql(&r, OFF "delete from cpf.checkpoint where %s", play[i]);
        node_refused(&r, "checkpoints by map 1 of streams");
        rig_audit_fails(&r, "map 1 of streams says");
        rig_sql(&r, OFF "truncate cpf.checkpoint; insert into cpf.checkpoint select * from public.kept_note");
    }
    /* as many, but another */
    rig_sql(
        &r, OFF
        "update cpf.checkpoint set size = size - 1 where size = (select max(size) from cpf.checkpoint where "
        "size <= (select idx from cpf.entry where kind = 'log.batch-map'))");
    rig_audit_fails(&r, "checkpoint");
    rig_sql(&r, OFF "truncate cpf.checkpoint; insert into cpf.checkpoint select * from public.kept_note");
    node_accepted(&r);
    rig_audit_ok(&r);
    rig_down(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_end_hidden_by_columns),
        cmocka_unit_test(test_end_hidden_by_an_index),
        cmocka_unit_test(test_start_makes_the_map_again),
        cmocka_unit_test(test_checkpoints_deleted),
    };
    return cmocka_run_group_tests_name("ends of streams", tests, rig_cluster_up, rig_cluster_down);
}
