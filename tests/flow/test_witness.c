/* A witness over a real database: what it cosigned stays cosigned, whatever is asked at once and whatever
 * restarts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <event2/event.h>
#include "anchor/anchor.h"
#include "anchor/witness.h"
#include "base/cosig.h"
#include "other_log.h"
#include "rig.h"

#define ORIGIN "cpf.example/other"

struct daemon { /* one of them: a connection and a witness */
    struct db *db;
    struct witness *witness;
    bool up;
};

struct asked {
    int status;
    char type[64], body[400];
};

static struct rig rig;
static struct other_log other;
static struct key *key;
static struct note_key vkey;

static void on_up(void *arg)
{
    ((struct daemon *)arg)->up = true;
}

static void on_down(void *arg, const struct db_error *e)
{
    (void)arg;
    fail_msg("connection: %s", e->message);
}

static void daemon_start(struct daemon *d)
{
    int line;
    struct db_config db = {.base = rig.base,
                           .name = "test",
                           .conninfo = rig.conninfo,
                           .prefixes = WITNESS_PREFIXES,
                           .on_up = on_up,
                           .on_down = on_down,
                           .arg = d};
    *d = (struct daemon){0};
    assert_int_equal(db_new(&db, &d->db), 0);
    struct witness_config w = {.db = d->db, .logs = other.policy, .key = key, .name = "cpf.example/witness"};
    assert_int_equal(witness_new(&w, &d->witness, &line), 0);
    db_connect(d->db);
    while (!d->up)
        event_base_loop(rig.base, EVLOOP_ONCE);
}

static void daemon_stop(struct daemon *d)
{
    witness_free(d->witness);
    db_free(d->db);
}

static void on_answer(void *arg, const struct witness_answer *a)
{
    struct asked *q = arg;
    assert_int_equal(q->status, 0);
    q->status = a->status;
    snprintf(q->type, sizeof(q->type), "%s", a->type);
    snprintf(q->body, sizeof(q->body), "%.*s", (int)a->len, a->body);
}

static void ask(struct daemon *d, struct asked *q, bool fork, uint64_t old, uint64_t size)
{
    struct buf body;
    buf_init(&body);
    other_body(&other, fork, old, size, &body);
    *q = (struct asked){0};
    witness_ask(d->witness, body.data, body.len, on_answer, q);
    buf_fini(&body); /* it keeps a copy */
}

static void settle(struct asked *q, size_t n)
{
    for (size_t i = 0; i < n; i++)
        while (!q[i].status)
            event_base_loop(rig.base, EVLOOP_ONCE);
}

static int ask_one(struct daemon *d, bool fork, uint64_t old, uint64_t size)
{
    struct asked q;
    ask(d, &q, fork, old, size);
    settle(&q, 1);
    return q.status;
}

static uint64_t stored(void)
{
    return strtoull(rig_sql(&rig, "select size from cpf.witnessed where origin = '" ORIGIN "'"), NULL, 10);
}

/* Its cosignature stands under the very checkpoint. */
static void assert_cosigned(const struct asked *q, bool fork, uint64_t size)
{
    struct buf text;
    struct note n;
    int64_t time;
    buf_init(&text);
    other_note(&other, fork, size, &text);
    buf_puts(&text, q->body);
    assert_int_equal(note_parse(&n, text.data, text.len), 0);
    assert_int_equal(cosig_verify(&n, &vkey, &time), 0);
    buf_fini(&text);
}

static int start(void **state)
{
    uint8_t seed[KEY_SEED] = {42}, pub[KEY_PUB];
    memset(&rig, 0, sizeof(rig));
    rig_up(&rig, *state);
    other_init(&other, ORIGIN, 7);
    assert_int_equal(key_from_seed(seed, &key), 0);
    key_public(key, pub);
    assert_int_equal(cosig_key_make(&vkey, "cpf.example/witness", pub), 0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    key_free(key);
    other_fini(&other);
    rig_down(&rig);
    return 0;
}

static void test_cosigns_after_it_is_on_disk(void **state)
{
    struct daemon d;
    struct asked q;
    (void)state;
    daemon_start(&d);
    ask(&d, &q, false, 0, 3);
    settle(&q, 1);
    assert_int_equal(q.status, 200);
    assert_int_equal(stored(), 3);
    assert_cosigned(&q, false, 3);
    assert_int_equal(ask_one(&d, false, 3, 700), 200);
    assert_int_equal(stored(), 700);
    assert_int_equal(witness_count(d.witness).cosigned, 2);
    daemon_stop(&d);
}

static void test_knows_after_a_restart(void **state)
{
    struct daemon d;
    struct asked q;
    (void)state;
    daemon_start(&d);
    assert_int_equal(ask_one(&d, false, 0, 9), 200);
    daemon_stop(&d);
    daemon_start(&d);
    ask(&d, &q, true, 0, 5);
    settle(&q, 1);
    assert_int_equal(q.status, 409);
    assert_string_equal(q.type, "text/x.tlog.size");
    assert_string_equal(q.body, "9\n");
    assert_int_equal(ask_one(&d, true, 9, 9), 422);
    assert_int_equal(ask_one(&d, true, 9, 12), 422);
    assert_int_equal(ask_one(&d, false, 9, 12), 200);
    assert_int_equal(witness_count(d.witness).forks, 1);
    daemon_stop(&d);
}

/* One old size, asked for at once: one wins, the others are told where it stands now. */
static void one_of_many(struct daemon *d, size_t ndaemons, bool fork)
{
    struct asked q[12];
    uint64_t size[12];
    size_t won = 0, n = sizeof(q) / sizeof(*q), winner = 0;
    char told[24];
    assert_int_equal(ask_one(&d[0], false, 0, 2), 200);
    for (size_t i = 0; i < n; i++) {
        size[i] = fork ? 20 : 20 + i;
        ask(&d[i % ndaemons], &q[i], fork && i % 2, 2, size[i]);
    }
    settle(q, n);
    for (size_t i = 0; i < n; i++)
        if (q[i].status == 200) {
            won++;
            winner = i;
            assert_cosigned(&q[i], fork && i % 2, size[i]);
        }
    assert_int_equal(won, 1);
    assert_int_equal(stored(), size[winner]);
    snprintf(told, sizeof(told), "%llu\n", (unsigned long long)size[winner]);
    for (size_t i = 0; i < n; i++)
        if (i != winner) {
            assert_int_equal(q[i].status, 409);
            assert_string_equal(q[i].body, told);
        }
}

static void test_of_requests_at_once_one_wins(void **state)
{
    struct daemon d;
    (void)state;
    daemon_start(&d);
    one_of_many(&d, 1, false);
    daemon_stop(&d);
}

static void test_of_two_daemons_at_once_one_wins(void **state)
{
    struct daemon d[2];
    (void)state;
    daemon_start(&d[0]);
    daemon_start(&d[1]);
    one_of_many(d, 2, false);
    daemon_stop(&d[0]);
    daemon_stop(&d[1]);
}

/* Two histories, one size, many at once, over two daemons: never two roots. */
static void test_of_two_roots_at_once_one_is_cosigned(void **state)
{
    struct daemon d[2];
    (void)state;
    daemon_start(&d[0]);
    daemon_start(&d[1]);
    one_of_many(d, 2, true);
    daemon_stop(&d[0]);
    daemon_stop(&d[1]);
}

static void test_first_checkpoints_at_once(void **state)
{
    struct daemon d[2];
    struct asked q[8];
    int won = 0;
    (void)state;
    daemon_start(&d[0]);
    daemon_start(&d[1]);
    for (size_t i = 0; i < 8; i++)
        ask(&d[i % 2], &q[i], i % 4 > 1, 0, 30);
    settle(q, 8);
    for (size_t i = 0; i < 8; i++)
        won += q[i].status == 200;
    assert_int_equal(won, 1);
    daemon_stop(&d[0]);
    daemon_stop(&d[1]);
}

/* The table itself refuses to forget, whoever writes. */
static void test_the_table_only_grows(void **state)
{
    struct daemon d;
    (void)state;
    daemon_start(&d);
    assert_int_equal(ask_one(&d, false, 0, 9), 200);
    assert_string_equal(rig_sqlstate(&rig, "cpf_writer", "update cpf.witnessed set size = 8"), "CPF05");
    assert_string_equal(
        rig_sqlstate(&rig, "cpf_writer", "update cpf.witnessed set note = replace(note, E'9\\n', E'9\\nA')"),
        "CPF05");
    assert_string_equal(rig_sqlstate(&rig, "cpf_writer", "update cpf.witnessed set origin = 'x'"), "CPF05");
    assert_string_equal(rig_sqlstate(&rig, "cpf_writer", "delete from cpf.witnessed"), "42501");
    assert_string_equal(rig_sqlstate(&rig, "postgres", "delete from cpf.witnessed"), "CPF02");
    assert_string_equal(rig_sqlstate(&rig, "postgres", "update cpf.cosignature set name = 'x'"), "CPF02");
    assert_string_equal(rig_sqlstate(&rig, "postgres", "truncate cpf.stamp"), "CPF02");
    daemon_stop(&d);
}

static void test_freed_with_requests_under_way(void **state)
{
    struct daemon d;
    struct asked q[4];
    (void)state;
    daemon_start(&d);
    for (size_t i = 0; i < 4; i++)
        ask(&d, &q[i], false, 0, 3);
    daemon_stop(&d);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(q[i].status, 503);
}

static void test_too_many_are_asked_to_come_again(void **state)
{
    struct daemon d;
    static struct asked q[WITNESS_WAITING + 3];
    int busy = 0;
    (void)state;
    daemon_start(&d);
    for (size_t i = 0; i < WITNESS_WAITING + 3; i++)
        ask(&d, &q[i], false, 0, 3);
    settle(q, WITNESS_WAITING + 3);
    for (size_t i = 0; i < WITNESS_WAITING + 3; i++)
        busy += q[i].status == 503;
    assert_int_equal(busy, 3);
    daemon_stop(&d);
}

/* ---- a round of our own anchors ---- */

static const struct conf nobody_asked = {.database = rig.conninfo,
                                         .evidence = "/nowhere",
                                         .witnesses = "",
                                         .witness_ca = "",
                                         .witness_key = "",
                                         .stamp_url = ""};

static const char *other_checkpoint(void *arg)
{
    return ((struct buf *)arg)->data;
}

static void on_round(void *arg, int code)
{
    int *told = arg;
    assert_int_equal(*told, 1);
    *told = code;
}

static bool told(void *arg)
{
    return *(int *)arg <= 0;
}

/* begin_round: who leads may be asked before the tables of anchors are read, and before anybody is connected.
 */
static struct anchor *begin_round(struct buf *note, int *told)
{
    struct anchor *a = NULL;
    char *error = NULL;
    struct anchor_config cfg = {
        .base = rig.base, .conf = &nobody_asked, .checkpoint = other_checkpoint, .arg = note};
    buf_init(note);
    other_note(&other, false, 3, note);
    *told = 1;
    assert_int_equal(anchor_new(&cfg, &a, &error), 0);
    anchor_start(a);
    anchor_now(a, on_round, told);
    return a;
}

static void test_a_round_waits_for_the_first_connection(void **state)
{
    struct buf note;
    int code;
    (void)state;
    struct anchor *a = begin_round(&note, &code);
    assert_true(rig_until(&rig, told, &code, 60000));
    assert_int_equal(code, 0);
    anchor_free(a);
    buf_fini(&note);
}

static void test_a_round_is_told_when_nobody_answers(void **state)
{
    struct buf note;
    int code;
    rig_pg(*state, "stop");
    struct anchor *a = begin_round(&note, &code);
    assert_true(rig_until(&rig, told, &code, 60000));
    assert_int_equal(code, CPF_E_AWAY);
    code = 1;
    anchor_now(a, on_round, &code);
    assert_int_equal(code, CPF_E_AWAY); /* at once: it is known */
    anchor_free(a);
    buf_fini(&note);
    rig_pg(*state, "start");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)
    const struct CMUnitTest tests[] = {
        T(cosigns_after_it_is_on_disk),
        T(knows_after_a_restart),
        T(of_requests_at_once_one_wins),
        T(of_two_daemons_at_once_one_wins),
        T(of_two_roots_at_once_one_is_cosigned),
        T(first_checkpoints_at_once),
        T(the_table_only_grows),
        T(freed_with_requests_under_way),
        T(too_many_are_asked_to_come_again),
        T(a_round_waits_for_the_first_connection),
        T(a_round_is_told_when_nobody_answers),
    };
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
