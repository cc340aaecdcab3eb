/* Erasing a personal value in the database: with its entry or not at all, and by nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include "rig.h"

#define OFF  "set session_replication_role = replica; "
#define HELD "select count(*) from cpf.disclosure where name = 'donor_name' and idx = "

static void begin(struct rig *r, struct node *n, void **state)
{
    rig_up(r, *state);
    r->unsigned_acts = true; /* erasures by nobody: what is tested is what they erase */
    node_start(n, r);
    node_until_ready(n);
    node_submit(n, "batch/A", 2); /* 1 and 2; a value at 1 */
    node_submit(n, "batch/B", 1); /* 3 */
    node_until_settled(n, 2);
}

static void end(struct rig *r, struct node *n)
{
    node_stop(n);
    rig_down(r);
}

/* What the daemon appends behind an accepted redaction. */
static void submit_redacted(struct node *n, const char *stream, uint64_t idx, bool forgets)
{
    struct arena *a = &n->arena;
    struct entry *e = arena_alloc(a, sizeof(*e));
    size_t i = 0;
    while (strcmp(n->chain[i].stream, stream) != 0)
        i++;
    *e = (struct entry){.kind = "redacted", .stream = stream, .zone = "Asia/Tokyo", .at = ++n->now};
    e->sseq = ++n->chain[i].sseq;
    memcpy(e->prev, n->chain[i].leaf, 32);
    e->actor = json_set_str(a, json_object(a), "performed", "qc1");
    e->clock = json_set(a, json_object(a), "simulated", json_bool(a, true));
    struct json *names = json_push(json_array(a), json_str(a, "donor_name"));
    e->body = json_set(a, json_set_int(a, json_object(a), "idx", (int64_t)idx), "names", names);
    assert_int_equal(entry_build(e, a), 0);
    memcpy(n->chain[i].leaf, e->leaf, 32);
    struct ledger_item item = {.entry = e, .forgets = forgets};
    ledger_submit(n->ledger, &item, 1, (void *)(uintptr_t)++n->tags);
}

static void test_value_goes_with_its_entry(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    assert_string_equal(rig_sql(&r, HELD "1"), "1");
    submit_redacted(&n, "batch/A", 1, true);
    node_until_settled(&n, 3);
    assert_string_equal(rig_sql(&r, HELD "1"), "0");
    assert_string_equal(rig_sql(&r, HELD "3"), "1");
    assert_string_equal(rig_sql(&r, "select of_idx || ' ' || name || ' ' || gone from cpf.redactions"),
                        "1 donor_name true");
    assert_string_equal(
        rig_sql(&r, "select string_agg(idx || ' ' || state, ', ' order by idx) from cpf.personal"),
        "1 redacted, 3 held");
    rig_audit_ok(&r);
    end(&r, &n);
}

/* The value came with the very group that erases it. */
static void test_value_of_the_same_group_goes(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    node_submit(&n, "batch/A", 1); /* 4 */
    submit_redacted(&n, "batch/A", 4, true);
    node_until_settled(&n, 4);
    assert_string_equal(rig_sql(&r, HELD "4"), "0");
    rig_audit_ok(&r);
    end(&r, &n);
}

static void test_redaction_outlives_its_connection(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    for (int round = 0; round < 6; round++) {
        size_t want = n.settled + 41;
        uint64_t idx = strtoull(rig_sql(&r, "select max(idx) from cpf.disclosure"), NULL, 10);
        bool in_a =
            strcmp(rig_sql(&r, "select stream from cpf.entry where idx = %llu", (unsigned long long)idx),
                   "batch/A") == 0;
        for (int i = 0; i < 40; i++)
            node_submit(&n, i % 2 ? "batch/A" : "batch/B", 1);
        submit_redacted(&n, in_a ? "batch/A" : "batch/B", idx, true);
        rig_run(&r, round * 2);
        rig_sql(&r, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'cpf_writer' and "
                    "datname = current_database()");
        node_until_settled(&n, want);
        node_until_ready(&n);
        assert_string_equal(rig_sql(&r, HELD "%llu", (unsigned long long)idx), "0");
    }
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.redactions where gone"), "6");
    rig_audit_ok(&r);
    end(&r, &n);
}

static bool is_waiting(void *arg)
{
    return strcmp(rig_sql(arg, "select count(*) from pg_locks where not granted"), "0") != 0;
}

/* Killed before its COMMIT: neither the entry nor the deletion. */
static void test_redaction_is_all_or_nothing(void **state)
{
    struct rig r;
    struct node n;
    char admin[600];
    begin(&r, &n, state);
    snprintf(admin, sizeof(admin), "host=%s/run user=postgres dbname=%s", r.cluster->dir, r.db);
    PGconn *pg = PQconnectdb(admin);
    PQclear(PQexec(pg, "begin; lock table cpf.checkpoint in exclusive mode")); /* behind the deletion */
    submit_redacted(&n, "batch/A", 1, true);
    assert_true(rig_until(&r, is_waiting, &r, 10000));
    assert_string_equal(rig_sql(&r, HELD "1"), "1");
    node_stop(&n);
    rig_sql(&r, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'cpf_writer'");
    PQfinish(pg);
    node_start(&n, &r);
    node_until_ready(&n);
    assert_string_equal(rig_sql(&r, HELD "1"), "1");
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.redactions"), "0");
    submit_redacted(&n, "batch/A", 1, true);
    node_until_settled(&n, 1);
    assert_string_equal(rig_sql(&r, HELD "1"), "0");
    rig_audit_ok(&r);
    end(&r, &n);
}

static void test_only_forget_deletes(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    assert_string_equal(rig_sqlstate(&r, "cpf_writer", "delete from cpf.disclosure where idx = 1"), "42501");
    assert_string_equal(rig_sqlstate(&r, "postgres", "delete from cpf.disclosure where idx = 1"), "CPF02");
    assert_string_equal(rig_sqlstate(&r, "cpf_reader", "select cpf.forget(1)"), "42501");
    assert_string_equal(rig_sqlstate(&r, "cpf_writer", "select cpf.forget(1)"),
                        "CPF04"); /* no redacted entry */
    submit_redacted(&n, "batch/A", 1, false);
    node_until_settled(&n, 3);
    /* there is one, but of another transaction */
    assert_string_equal(rig_sqlstate(&r, "cpf_writer", "select cpf.forget(4)"), "CPF04");
    assert_string_equal(rig_sqlstate(&r, "cpf_writer", "set role cpf_redactor"), "42501");
    assert_string_equal(rig_sql(&r, HELD "1"), "1");
    end(&r, &n);
}

static void test_redaction_of_another_stream_ends_the_daemon(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_redacted(&n, "batch/A", 3, true); /* batch/B's */
    node_until_fatal(&n);
    assert_non_null(strstr(n.text, "names no earlier entry of its own stream"));
    assert_string_equal(rig_sql(&r, HELD "3"), "1");
    end(&r, &n);
}

static void test_value_gone_without_an_entry_is_found(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_redacted(&n, "batch/A", 1, true);
    node_until_settled(&n, 3);
    rig_sql(&r, OFF "delete from cpf.disclosure where idx = 3");
    rig_audit_fails(&r,
                    "entry 3 (batch/B): the disclosure of donor_name is gone and no redacted entry says so");
    end(&r, &n);
}

/* An entry that says so, and a value that is still there: somebody put it back, or never took it away. */
static void test_value_that_should_be_gone_is_found(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    submit_redacted(&n, "batch/A", 1, false);
    node_until_settled(&n, 3);
    assert_string_equal(rig_sql(&r, "select gone from cpf.redactions"), "f");
    rig_audit_fails(&r, "entry 1 (batch/A): the disclosure of donor_name is here, though entry 4 says");
    end(&r, &n);
}

static void test_function_changed_is_found(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    node_stop(&n);
    rig_sql(&r, "alter function cpf.forget(bigint) owner to cpf_owner");
    rig_audit_fails(&r, "cpf.forget(bigint) owner cpf_");
    node_refused(&r, "cpf.forget(bigint) owner cpf_");
    rig_sql(&r, "alter function cpf.forget(bigint) owner to cpf_redactor");
    rig_sql(&r, "grant cpf_redactor to cpf_reader");
    rig_audit_fails(&r, "member cpf_reader of cpf_redactor");
    node_refused(&r, "member cpf_reader of cpf_redactor");
    rig_sql(&r, "revoke cpf_redactor from cpf_reader");
    node_accepted(&r);
    rig_down(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_goes_with_its_entry),
        cmocka_unit_test(test_value_of_the_same_group_goes),
        cmocka_unit_test(test_redaction_outlives_its_connection),
        cmocka_unit_test(test_redaction_is_all_or_nothing),
        cmocka_unit_test(test_only_forget_deletes),
        cmocka_unit_test(test_redaction_of_another_stream_ends_the_daemon),
        cmocka_unit_test(test_value_gone_without_an_entry_is_found),
        cmocka_unit_test(test_value_that_should_be_gone_is_found),
        cmocka_unit_test(test_function_changed_is_found),
    };
    return cmocka_run_group_tests_name("personal values erased", tests, rig_cluster_up, rig_cluster_down);
}
