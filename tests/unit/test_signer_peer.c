/* Who and what may speak to the signer, and how it ends. */
#include "signer_fixture.h"
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "seeded.h"

/* ---- who and what may speak ---- */

static int status_of(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_another_user_is_turned_away(void **state)
{
    struct fixture *f = *state;
    if (geteuid() != 0) {
        print_message("skipped: needs root to become another user\n");
        skip();
    }
    pid_t pid = fork();
    if (pid == 0) {
        struct peer p;
        if (setgroups(0, NULL) || setuid(65534))
            _exit(9);
        peer_connect(&p, &f->rig);
        struct sigwire_msg m = {.op = SIGWIRE_STATUS};
        peer_send(&p, &m);
        bool refused = peer_take(&p, &m) && m.op == SIGWIRE_REFUSED && m.refused.code == SIGWIRE_C_UID;
        _exit(refused && !peer_take(&p, &m) ? 0 : 1);
    }
    assert_int_equal(status_of(pid), 0);
    assert_true(rig_log_says(&f->rig, "code=signer.uid uid=65534"));
    fixture_begin(f); /* nobody else is disturbed */
}

static void test_own_user_not_allowed_may_ask_the_status_only(void **state)
{
    struct fixture *f = *state;
    struct sigwire_msg ask = {.op = SIGWIRE_STATUS};
    rig_stop(&f->rig, SIGTERM);
    f->rig.allow = 64999;
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_send(&f->p, &ask);
    assert_true(peer_take(&f->p, &f->m));
    assert_int_equal(f->m.op, SIGWIRE_STATE);
    assert_int_equal(rig_run(&f->rig, (const char *const[]){"status", NULL}), 0);
    assert_true(rig_log_says(&f->rig, "pending: none"));
    peer_send_open(&f->p, 1, &f->t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UID);
}

static void test_status_tells_where_it_stands(void **state)
{
    struct fixture *f = *state;
    struct sigwire_msg ask = {.op = SIGWIRE_STATUS};
    fixture_begin(f);
    fixture_append(f, 1);
    struct sigwire_head pending = f->m.appended.head;
    peer_send(&f->p, &ask);
    assert_true(peer_take(&f->p, &f->m));
    assert_int_equal(f->m.state.epoch, 1);
    assert_true(sigwire_head_eq(&f->m.state.settled, &f->t.head));
    assert_int_equal(f->m.state.pending, SIGWIRE_RESEND);
    assert_true(sigwire_head_eq(&f->m.state.head, &pending));
    assert_true(f->m.state.session);
}

static void test_hostile_frames_never_end_the_signer(void **state)
{
    struct fixture *f = *state;
    struct seeded s = {4711};
    static const struct {
        const char *data;
        size_t len;
        enum sigwire_code code;
    } bad[] = {
        {"\xff\xff\xff\xff", 4, SIGWIRE_C_FRAME},
        {"\0\0\0\0", 4, SIGWIRE_C_FRAME},
        {"\0\1\0\1", 4, SIGWIRE_C_FRAME},
        {"\0\0\0\2\2\1", 6, SIGWIRE_C_VERSION},
        {"\0\0\0\2\1\1", 6, SIGWIRE_C_FRAME},
        {"\0\0\0\2\1\x77", 6, SIGWIRE_C_FRAME},
        {"GET / HTTP/1.1\r\n\r\n", 18, SIGWIRE_C_FRAME},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        peer_send_raw(&f->p, bad[i].data, bad[i].len);
        peer_expect_refused(&f->p, bad[i].code);
        fixture_reconnect(f);
    }
    peer_send_raw(&f->p, "\0\0", 2); /* short, then gone */
    fixture_reconnect(f);
    for (int round = 0; round < 300; round++) {
        uint8_t junk[256];
        size_t n = 4 + seeded_below(&s, sizeof(junk) - 4);
        for (size_t i = 0; i < n; i++)
            junk[i] = (uint8_t)seeded_next(&s);
        junk[0] = junk[1] = junk[2] = 0;
        junk[3] = (uint8_t)(n - 4);
        junk[4] = 1;
        junk[5] = (uint8_t)(1 + seeded_below(&s, 5));
        peer_send_raw(&f->p, junk, n);
        fixture_reconnect(f);
    }
    struct sigwire_msg answer = {.op = SIGWIRE_WANT};
    peer_send(&f->p, &answer); /* an answer is not a request */
    peer_expect_refused(&f->p, SIGWIRE_C_FRAME);
    fixture_reconnect(f);
    fixture_begin(f);
}

static void test_many_idle_connections_do_not_lock_the_daemon_out(void **state)
{
    struct fixture *f = *state;
    struct peer idle[20];
    fixture_begin(f);
    for (size_t i = 0; i < 20; i++)
        peer_connect(&idle[i], &f->rig);
    rig_commit_group(&f->p, 1, &f->t, 2, 8); /* the session stays */
    for (size_t i = 0; i < 20; i++)
        peer_close(&idle[i]);
}

/* ---- the end ---- */

/* How often the signer's log says it. */
static size_t said(const struct rig *r, const char *text)
{
    char line[512];
    size_t n = 0;
    FILE *f = fopen(r->log, "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f))
        n += strstr(line, text) != NULL;
    fclose(f);
    return n;
}

/* The lowest descriptor that the process has not open. */
static unsigned free_descriptor(pid_t pid)
{
    char path[64];
    unsigned n = 0;
    do
        snprintf(path, sizeof(path), "/proc/%d/fd/%u", (int)pid, n);
    while (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && ++n);
    return n;
}

static void test_without_descriptors_it_waits_and_serves_those_it_has(void **state)
{
    struct fixture *f = *state;
    struct sigwire_msg ask = {.op = SIGWIRE_STATUS};
    struct rlimit was, none;
    struct peer other;
    fixture_begin(f);
    assert_int_equal(prlimit(f->rig.pid, RLIMIT_NOFILE, NULL, &was), 0);
    none = (struct rlimit){free_descriptor(f->rig.pid), was.rlim_max};
    assert_int_equal(prlimit(f->rig.pid, RLIMIT_NOFILE, &none, NULL), 0);
    peer_connect(&other, &f->rig);
    peer_send(&other, &ask);
    for (int ms = 0; ms < RIG_WAIT_S * 1000 && !said(&f->rig, "event=accept"); ms++)
        usleep(1000);
    fixture_append(f, 1);
    fixture_commit(f, true);
    assert_in_range(said(&f->rig, "event=accept"), 1, 20); /* once a pause, not in a loop */
    assert_int_equal(prlimit(f->rig.pid, RLIMIT_NOFILE, &was, NULL), 0);
    assert_true(peer_take(&other, &f->m));
    assert_int_equal(f->m.op, SIGWIRE_STATE);
    peer_close(&other);
}

static void test_sigterm_waits_for_the_group_in_flight(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    fixture_append(f, 1);
    fixture_commit(f, true);
    kill(f->rig.pid, SIGTERM);
    for (int ms = 0; ms < RIG_WAIT_S * 1000 && !said(&f->rig, "event=stopping"); ms++)
        usleep(1000);
    assert_true(said(&f->rig, "event=stopping"));
    peer_settle(&f->p, 1, &f->t.head, &f->m);
    assert_false(peer_take(&f->p, &f->m));
    assert_int_equal(status_of(f->rig.pid), 0);
    f->rig.pid = 0;
    assert_int_equal(access(f->rig.socket, F_OK), -1);
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE);
}

static void test_sigterm_with_nothing_in_flight_ends_at_once(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    assert_int_equal(rig_stop(&f->rig, SIGTERM), 0);
    assert_true(rig_log_says(&f->rig, "all is on file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_another_user_is_turned_away),
        T(test_own_user_not_allowed_may_ask_the_status_only),
        T(test_status_tells_where_it_stands),
        T(test_hostile_frames_never_end_the_signer),
        T(test_many_idle_connections_do_not_lock_the_daemon_out),
        T(test_without_descriptors_it_waits_and_serves_those_it_has),
        T(test_sigterm_waits_for_the_group_in_flight),
        T(test_sigterm_with_nothing_in_flight_ends_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
