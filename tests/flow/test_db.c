/* Asked too early: answered as away, and no hindrance to the connection. */
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
    struct timeval limit = {5, 0}, soon = {0, 200};
    snprintf(conninfo, sizeof(conninfo), "host=%s/run user=cpf_writer dbname=cpf", c->dir);
    struct db_config cfg = {.base = a.base,
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_query_while_preparing_does_not_stop_the_connection)};
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
