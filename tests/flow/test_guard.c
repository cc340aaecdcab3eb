/*
 * What guards the log and shows it to people: each change of it is told by start and audit; and names mean
 * what they mean in pg_catalog, whatever role and database are set to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "rig.h"

#define OFF        "set session_replication_role = replica; "
#define HERE(what) "do $$ begin execute format('alter database %I " what "', current_database()); end $$"

static void story(struct rig *r, void **state)
{
    struct node n;
    rig_up(r, *state);
    node_start(&n, r);
    node_until_ready(&n);
    node_submit(&n, "batch/A", 3);
    node_until_settled(&n, 1);
    node_stop(&n);
}

static void test_guard_tells_each_change(void **state)
{
    static const struct {
        const char *change, *back, *what;
    } play[] = {
        {"create or replace view cpf.schema_version as select 2 + 1 as version",
         "create or replace view cpf.schema_version as select 3 as version", "words of view schema_version"},
        {"alter table cpf.batch enable row level security",
         "alter table cpf.batch disable row level security", "table batch kind r"},
        {"create policy p on cpf.batch for select using (false)", "drop policy p on cpf.batch",
         "policy batch p"},
        {"create rule r as on insert to cpf.refusal do nothing", "drop rule r on cpf.refusal",
         "rule refusal r"},
        {"grant cpf_owner to cpf_reader", "revoke cpf_owner from cpf_reader",
         "member cpf_reader of cpf_owner"},
        {"grant pg_write_all_data to cpf_reader", "revoke pg_write_all_data from cpf_reader",
         "member cpf_reader of pg_write_all_data"},
        {"alter role cpf_reader set search_path = public, pg_catalog",
         "alter role cpf_reader reset search_path",
         "setting search_path=public, pg_catalog of role cpf_reader in database any"},
        {HERE("set session_replication_role = replica"), HERE("reset session_replication_role"),
         "setting session_replication_role=replica of role any in database this"},
        {"alter default privileges for role cpf_owner grant insert on tables to public",
         "alter default privileges for role cpf_owner revoke insert on tables from public",
         "default privilege of cpf_owner"},
        {"update pg_index set indisready = false where indexrelid = 'cpf.entry_stream_sseq_key'::regclass",
         "update pg_index set indisready = true where indexrelid = 'cpf.entry_stream_sseq_key'::regclass",
         "ON cpf.entry USING btree (stream, sseq) valid t ready"},
        {"alter function cpf.log_swap(bigint, bigint, bigint, bytea, text) reset search_path",
         "alter function cpf.log_swap(bigint, bigint, bigint, bytea, text) set search_path = pg_catalog, "
         "pg_temp",
         "function cpf.log_swap"},
        {"create function cpf.max(bigint) returns bigint language sql return 1",
         "drop function cpf.max(bigint)", "cpf.max(bigint)"},
        {"alter role cpf_writer set work_mem = '8MB'; " HERE("set log_statement = ''ddl''"),
         "alter role cpf_writer reset work_mem; " HERE("reset log_statement"), NULL}, /* nobody's harm */
    };
    struct rig r;
    story(&r, state);
    for (size_t i = 0; i < sizeof(play) / sizeof(*play); i++) {
        rig_sql(&r, "%s", play[i].change);
        if (play[i].what) {
            node_refused(&r, play[i].what);
            rig_audit_fails(&r, play[i].what);
        } else {
            node_accepted(&r);
            rig_audit_ok(&r);
        }
        rig_sql(&r, "%s", play[i].back);
    }
    node_accepted(&r);
    rig_audit_ok(&r);
    rig_down(&r);
}

/* The settings are what the catalogue tells; here it is blind to them, and nothing is bent. */
static void test_names_are_not_shadowed(void **state)
{
    static const char *const evil =
        "create schema evil; grant usage on schema evil to public; "
        "create function evil.yes(bigint, bigint) returns bool language sql immutable return true; "
        "create operator evil.= (leftarg = bigint, rightarg = bigint, function = evil.yes); "
        "create function evil.max(bigint) returns bigint language sql immutable return 2; "
        "create table evil.pg_proc (oid oid); "
        "alter role cpf_writer set search_path = evil, pg_catalog; alter role cpf_reader set search_path = "
        "evil, pg_catalog";
    struct rig r;
    story(&r, state);
    rig_sql(&r, "%s", evil);
    assert_string_equal(rig_sqlstate(&r, "cpf_writer", "select cpf.log_swap(1, 1, 9, sha256(''), 'x')"),
                        "CPF01");
    node_refused(&r, "the catalogue has \"setting search_path=evil, pg_catalog of role cpf_reader");
    rig_sql(&r, OFF "insert into cpf.entry (idx, leaf) select h.size, sha256('') from cpf.log_head h");
    node_refused(&r, "rows beyond the head");
    rig_audit_fails(&r, "rows beyond the head");
    rig_sql(&r, "alter role cpf_writer reset search_path; alter role cpf_reader reset search_path");
    rig_down(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guard_tells_each_change),
        cmocka_unit_test(test_names_are_not_shadowed),
    };
    return cmocka_run_group_tests_name("what guards the log", tests, rig_cluster_up, rig_cluster_down);
}
