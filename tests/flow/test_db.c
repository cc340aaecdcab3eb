/* Asked too early: answered as away, and no hindrance to the connection. Answered with a warning: no success.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <event2/event.h>
#include "rig.h"
#include "store/db.h"

struct asked {
    struct event_base *base;
    struct db *db;
    struct event *poll;
    int up, down, away, ok;
};

static void on_reply(void *arg, const struct db_reply *r)
{
    struct asked *a = arg;
    if (r->error.code == CPF_E_AWAY)
        a->away++;
    else if (r->error.code == 0)
        a->ok++;
    if (a->ok == 2)
        event_base_loopbreak(a->base);
}

static void on_up(void *arg)
{
    struct asked *a = arg;
    a->up++;
    for (int i = 0; i < 2; i++)
        db_query(a->db, DB_FLOW_CREDENTIALS, NULL, on_reply, a);
}

static void on_down(void *arg, const struct db_error *e)
{
    struct asked *a = arg;
    (void)e;
    a->down++;
    event_base_loopbreak(a->base);
}

/* Once the statements are on their way to be prepared, and a few more times. */
static void on_poll(evutil_socket_t fd, short what, void *arg)
{
    struct asked *a = arg;
    struct timeval soon = {0, 200};
    (void)fd, (void)what;
    if (!db_ready(a->db) && db_pending(a->db) > 0 && a->away < 3)
        db_query(a->db, DB_FLOW_CREDENTIALS, NULL, on_reply, a);
    if (!a->up)
        event_add(a->poll, &soon);
}

static void test_a_query_while_preparing_does_not_stop_the_connection(void **state)
{
    struct rig_cluster *c = *state;
    struct asked a = {.base = event_base_new()};
    char conninfo[600];
    struct timeval limit = {120, 0} /* a hang */, soon = {0, 200};
    snprintf(conninfo, sizeof(conninfo), "host=%s/run user=cpf_writer dbname=cpf", c->dir);
    struct db_config cfg = {.base = a.base,
                            .name = "test",
                            .conninfo = conninfo,
                            .prefixes = "log_ flow_ follow_",
                            .on_up = on_up,
                            .on_down = on_down,
                            .arg = &a};
    assert_int_equal(db_new(&cfg, &a.db), 0);
    a.poll = evtimer_new(a.base, on_poll, &a);
    event_add(a.poll, &soon);
    event_base_loopexit(a.base, &limit);
    db_connect(a.db);
    event_base_dispatch(a.base);
    print_message("# asked too early: %d\n", a.away);
    assert_int_equal(a.up, 1);
    assert_int_equal(a.down, 0);
    assert_int_equal(a.ok, 2);
    assert_true(a.away > 0);
    db_free(a.db);
    event_free(a.poll);
    event_base_free(a.base);
}

/* ---- a synchronous standby that is away, and somebody who cancels the wait for it ---- */

struct waited {
    struct rig r;
    struct db *db;
    bool down, warned, answered;
    int code;
};

static void on_stored(void *arg, const struct db_reply *r)
{
    struct waited *w = arg;
    w->answered = true;
    w->code = r->error.code;
}

static void on_waited_up(void *arg)
{
    struct waited *w = arg;
    static const char *const value[] = {"P-01", "pin", "sealed"};
    struct db_params p = {0};
    struct buf b[3];
    for (size_t i = 0; i < 3; i++) {
        buf_init(&b[i]);
        db_array_begin(&b[i], DB_TEXT);
        db_array_bytes(&b[i], value[i], strlen(value[i]));
        db_param_array(&p, &b[i]);
    }
    db_query(w->db, DB_LOG_SEAL, &p, on_stored, w);
    for (size_t i = 0; i < 3; i++)
        buf_fini(&b[i]);
}

static void on_waited_down(void *arg, const struct db_error *e)
{
    struct waited *w = arg;
    w->down = true;
    w->warned = e->warned;
}

static bool is_down(void *arg)
{
    struct waited *w = arg;
    return w->down;
}

static bool is_waiting(void *arg)
{
    struct waited *w = arg;
    return strcmp(rig_sql(&w->r, "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"),
                  "1") == 0;
}

static void test_a_commit_with_a_warning_is_no_success(void **state)
{
    struct waited w = {0};
    rig_up(&w.r, *state);
    struct db_config cfg = {.base = w.r.base,
                            .name = "test",
                            .conninfo = w.r.conninfo,
                            .prefixes = "log_seal",
                            .on_up = on_waited_up,
                            .on_down = on_waited_down,
                            .arg = &w};
    rig_sql(&w.r, "alter system set synchronous_standby_names = 'nobody'");
    rig_sql(&w.r, "select pg_reload_conf()");
    assert_int_equal(db_new(&cfg, &w.db), 0);
    db_connect(w.db);
    assert_true(rig_until(&w.r, is_waiting, &w, 10000));
    rig_sql(&w.r, "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
    assert_true(rig_until(&w.r, is_down, &w, 10000));
    rig_sql(&w.r, "alter system reset synchronous_standby_names");
    rig_sql(&w.r, "select pg_reload_conf()");
    assert_true(w.warned);
    assert_true(w.answered);
    assert_int_equal(w.code, CPF_E_AWAY);
    db_free(w.db);
    rig_down(&w.r);
}

/* ---- a view that yields something else than the statement's header says ---- */

struct changed {
    struct rig r;
    struct db *db;
    bool by_row, answered;
    size_t rows;
    struct db_error e;
    char message[200];
    int good; /* answers to a statement that is as it was */
};

static void on_changed_row(void *arg, size_t no, const struct db_result *r)
{
    struct changed *c = arg;
    (void)no, (void)r;
    c->rows++;
}

static void on_changed(void *arg, const struct db_reply *r)
{
    struct changed *c = arg;
    c->e = r->error;
    snprintf(c->message, sizeof(c->message), "%s", r->error.message);
    c->answered = true;
}

static void on_unchanged(void *arg, const struct db_reply *r)
{
    struct changed *c = arg;
    assert_int_equal(r->error.code, 0);
    c->good++;
}

static void on_changed_up(void *arg)
{
    struct changed *c = arg;
    struct db_params none = {0};
    db_param_i64(&none, 1);
    db_begin(c->db, c->by_row ? on_changed_row : NULL, on_changed, c);
    db_exec(c->db, DB_FLOW_CREDENTIALS, NULL);
    db_end(c->db);
    db_query(c->db, DB_FLOW_RECENT, &none, on_unchanged, c);
}

static void on_changed_down(void *arg, const struct db_error *e)
{
    (void)arg;
    fail_msg("the connection is lost: %s", e->message);
}

static bool both_answered(void *arg)
{
    struct changed *c = arg;
    return c->answered && c->good;
}

static void changed(void **state, const char *columns, bool by_row)
{
    struct changed c = {.by_row = by_row};
    rig_up(&c.r, *state);
    rig_sql(&c.r, "alter table cpf.credential rename to credential_before");
    rig_sql(&c.r, "create view cpf.credential as select %s", columns);
    rig_sql(&c.r, "grant select on cpf.credential to cpf_writer");
    struct db_config cfg = {.base = c.r.base,
                            .name = "test",
                            .conninfo = c.r.conninfo,
                            .prefixes = "flow_recent flow_credentials",
                            .on_up = on_changed_up,
                            .on_down = on_changed_down,
                            .arg = &c};
    assert_int_equal(db_new(&cfg, &c.db), 0);
    db_connect(c.db);
    assert_true(rig_until(&c.r, both_answered, &c, 10000));
    assert_int_equal(c.e.code, CPF_E_DB);
    assert_string_equal(c.e.sqlstate, "42804");
    assert_string_equal(c.e.stmt, "flow_credentials");
    assert_non_null(strstr(c.message, "column 3 of 3 has type"));
    assert_int_equal(c.rows, 0);
    db_free(c.db);
    rig_down(&c.r);
}

static void test_a_column_of_another_type_is_an_error_of_its_statement(void **state)
{
    changed(state, "'P-01'::text as person, 'pin'::text as kind, '\\x00ff'::bytea as sealed, 1::bigint as n",
            false);
    changed(state,
            "'P-01'::text as person, 'pin'::text as kind, 7::bigint as sealed, g as n "
            "from generate_series(1, 3) g",
            true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_query_while_preparing_does_not_stop_the_connection),
        cmocka_unit_test(test_a_commit_with_a_warning_is_no_success),
        cmocka_unit_test(test_a_column_of_another_type_is_an_error_of_its_statement),
    };
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
