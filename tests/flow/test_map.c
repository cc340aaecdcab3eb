/* Maps of streams: stored with their entry or not at all, and every doctored one is found by the audit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "rig.h"

#define OFF "set session_replication_role = replica; "

/* A map of what the node wrote, but without that stream. */
static uint64_t submit_map(struct node *n, const char *without)
{
    struct ledger_counted list[64];
    size_t k = 0;
    for (size_t i = 0; i < n->nchains; i++) {
        if (strcmp(n->chain[i].stream, "log") == 0 || strcmp(n->chain[i].stream, without) == 0)
            continue;
        list[k] = (struct ledger_counted){.stream = n->chain[i].stream, .count = n->chain[i].sseq};
        memcpy(list[k++].last, n->chain[i].leaf, 32);
    }
    return ledger_submit_map(n->ledger, list, k, ++n->now);
}

struct wait {
    struct rig *r;
    uint64_t map;
};

static bool is_stored(void *arg)
{
    const struct wait *w = arg;
    char want[24];
    snprintf(want, sizeof(want), "%llu", (unsigned long long)w->map);
    return strcmp(rig_sql(w->r, "select max(map) from cpf.maps"), want) == 0;
}

static void until_stored(struct rig *r, uint64_t map)
{
    struct wait w = {r, map};
    assert_true(rig_until(r, is_stored, &w, 10000));
}

/* Two open batches, one that closes behind the first map: three maps. */
static void story(struct rig *r, struct node *n, void **state)
{
    rig_up(r, *state);
    node_start(n, r);
    node_until_ready(n);
    node_submit(n, "batch/A", 3);
    node_submit(n, "batch/B", 2);
    node_submit(n, "day/B2/2026-11-22", 2);
    assert_int_equal(submit_map(n, ""), 1);
    node_submit_kind(n, "day/B2/2026-11-22", "day.closed");
    node_submit(n, "batch/A", 1);
    assert_int_equal(submit_map(n, ""), 2);
    assert_int_equal(submit_map(n, "day/B2/2026-11-22"), 3); /* closed, and nothing since */
    until_stored(r, 3);
}

static void end(struct rig *r, struct node *n)
{
    node_stop(n);
    rig_down(r);
}

static void test_map_stands_with_its_rows(void **state)
{
    struct rig r;
    struct node n;
    story(&r, &n, state);
    assert_string_equal(
        rig_sql(&r, "select string_agg(rows || '/' || rows_kept, ' ' order by map) from cpf.maps"),
        "4/4 4/4 3/3");
    assert_string_equal(rig_sql(&r, "select count from cpf.map_row where map = 2 and stream = 'batch/A'"),
                        "4");
    assert_string_equal(rig_sql(&r, "select count from cpf.map_row where map = 3 and stream = 'log'"), "3");
    assert_string_equal(rig_sql(&r,
                                "select count(*) from cpf.map_row m join cpf.entry e on e.stream = m.stream "
                                "and e.sseq = m.count and e.leaf = m.last"),
                        "11");
    rig_audit_ok(&r);
    end(&r, &n);
}

static void test_map_numbers_go_on_after_a_start(void **state)
{
    struct rig r;
    struct node n;
    story(&r, &n, state);
    node_stop(&n);
    node_start(&n, &r);
    node_until_ready(&n);
    node_submit(&n, "batch/A", 1);
    assert_int_equal(submit_map(&n, ""), 4);
    until_stored(&r, 4);
    rig_audit_ok(&r);
    end(&r, &n);
}

/* Its bytes and rows go again, once, when the connection was lost under them. */
static void test_map_outlives_its_connection(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    for (uint64_t round = 1; round <= 6; round++) {
        for (int i = 0; i < 50; i++)
            node_submit(&n, i % 2 ? "batch/A" : "batch/B", 2);
        assert_int_equal(submit_map(&n, ""), round);
        rig_run(&r, (int)round);
        rig_sql(&r, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'cpf_writer' and "
                    "datname = current_database()");
        until_stored(&r, round);
        node_until_ready(&n);
    }
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.map_row"), "18");
    rig_audit_ok(&r);
    end(&r, &n);
}

static void test_map_that_leaves_a_stream_out(void **state)
{
    struct rig r;
    struct node n;
    story(&r, &n, state);
    n.nchains = 2; /* the day is closed */
    until_stored(&r, submit_map(&n, "batch/B"));
    rig_audit_fails(&r, "map 4 of streams says 2 rows, 2 are kept, 3 streams belong in it");
    end(&r, &n);
}

static void test_map_with_a_stream_too_many(void **state)
{
    struct rig r;
    struct node n;
    story(&r, &n, state);
    until_stored(&r, submit_map(&n, ""));
    rig_audit_fails(&r, "day/B2/2026-11-22: it was closed, and had no entry since the map before");
    end(&r, &n);
}

static void test_map_that_counts_wrong(void **state)
{
    struct rig r;
    struct node n;
    story(&r, &n, state);
    uint64_t was = n.chain[0].sseq;
    uint8_t leaf[32];
    memcpy(leaf, n.chain[0].leaf, 32);
    assert_string_equal(n.chain[0].stream, "batch/A");
    node_submit(&n, "batch/A", 1);
    n.chain[0].sseq = was;
    memcpy(n.chain[0].leaf, leaf, 32);
    until_stored(&r, submit_map(&n, "day/B2/2026-11-22"));
    rig_audit_fails(&r, "it counts fewer entries than stood before the map");
    end(&r, &n);
}

/* What somebody with the database's keys may try, and what the audit says. */
static void test_rows_doctored(void **state)
{
    static const struct {
        const char *sql, *says;
    } tries[] = {
        {"update cpf.map_row set salt = sha256('x') where map = 2 and stream = 'batch/A'",
         "map 2 of streams: its rows do not give its root"},
        {"update cpf.map_row set count = 3 where map = 2 and stream = 'batch/A'",
         "map 2 of streams, batch/A: it counts fewer entries"},
        {"update cpf.map_row set count = 9 where map = 2 and stream = 'batch/A'",
         "map 2 of streams, batch/A: it counts more entries"},
        {"update cpf.map_row set last = sha256('x') where map = 3 and stream = 'batch/B'",
         "map 3 of streams, batch/B: its last leaf"},
        {"delete from cpf.map_row where map = 1 and stream = 'batch/B'",
         "map 1 of streams says 4 rows, 3 are kept"},
        {"update cpf.map_row set map = 4 where map = 3", "map 3 of streams says 3 rows, 0 are kept"},
        {"insert into cpf.map_row select 4, stream, sha256(salt), count, last from cpf.map_row where map = 3",
         "there is no such map in the log"},
        {"update cpf.map_row m set salt = (select salt from cpf.map_row where map = 1 and stream = "
         "'batch/A') "
         "where map = 3 and stream = 'batch/A'",
         "its salt is another row's, too"},
    };
    struct rig r;
    struct node n;

    story(&r, &n, state);
    rig_sql(&r, "create table public.kept as select * from cpf.map_row");
    for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
        rig_sql(&r, OFF "%s", tries[i].sql);
        rig_audit_fails(&r, tries[i].says);
        rig_sql(&r, OFF "delete from cpf.map_row; insert into cpf.map_row select * from public.kept");
    }
    rig_audit_ok(&r);
    end(&r, &n);
}

static void test_rows_are_only_added(void **state)
{
    static const char *const forbidden[] = {"update cpf.map_row set count = 1", "delete from cpf.map_row",
                                            "truncate cpf.map_row"};
    struct rig r;
    struct node n;
    story(&r, &n, state);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(rig_sqlstate(&r, "cpf_writer", forbidden[i]), "42501");
        assert_string_equal(rig_sqlstate(&r, "postgres", forbidden[i]), "CPF02");
    }
    assert_string_equal(rig_sqlstate(&r, "cpf_reader", "insert into cpf.map_row select * from cpf.map_row"),
                        "42501");
    rig_sql(&r, "grant update on cpf.map_row to cpf_writer");
    rig_audit_fails(&r, "the catalogue has \"grant UPDATE on map_row to cpf_writer\"");
    node_stop(&n);
    node_refused(&r, "the catalogue has \"grant UPDATE on map_row to cpf_writer\"");
    rig_down(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map_stands_with_its_rows),
        cmocka_unit_test(test_map_numbers_go_on_after_a_start),
        cmocka_unit_test(test_map_outlives_its_connection),
        cmocka_unit_test(test_map_that_leaves_a_stream_out),
        cmocka_unit_test(test_map_with_a_stream_too_many),
        cmocka_unit_test(test_map_that_counts_wrong),
        cmocka_unit_test(test_rows_doctored),
        cmocka_unit_test(test_rows_are_only_added),
    };
    return cmocka_run_group_tests_name("maps of streams", tests, rig_cluster_up, rig_cluster_down);
}
