/*
 * cpf-report as a child: whatever it does, the loop goes on and somebody is told. The children are small
 * shell programs; no test waits for a time of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "query/reporter.h"
#include "scratch.h"

#define SHORT_MS 300   /* for a child that never ends by itself */
#define LONG_MS  60000 /* for one that must not need its limit */

struct answer {
    int calls, code, turn; /* turn: how many had been answered when it was */
    struct buf data;
};

struct rig {
    struct event_base *base;
    struct reporter *reporter;
    char dir[SCRATCH], program[80], fifo[80];
    struct answer one;
};

static int answered;

static void on_done(void *arg, int code, const void *data, size_t len)
{
    struct answer *a = arg;
    a->calls++;
    a->code = code;
    a->turn = ++answered;
    if (len)
        buf_add(&a->data, data, len);
}

/* The program of the next child. */
static void program(struct rig *r, const char *text)
{
    FILE *f = fopen(r->program, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\ncd %s\n%s\n", r->dir, text);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(r->program, 0700), 0);
}

static void make_reporter(struct rig *r, int time_ms)
{
    reporter_free(r->reporter);
    assert_int_equal(reporter_new(r->base, r->program, time_ms, &r->reporter), 0);
}

static int begin(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));
    r->base = event_base_new();
    assert_non_null(mkdtemp(scratch(r->dir, "cpf-reporter")));
    snprintf(r->program, sizeof(r->program), "%s/report", r->dir);
    snprintf(r->fifo, sizeof(r->fifo), "%s/fifo", r->dir);
    assert_int_equal(mkfifo(r->fifo, 0600), 0);
    make_reporter(r, LONG_MS);
    *state = r;
    return 0;
}

static int end(void **state)
{
    struct rig *r = *state;
    char line[80];
    reporter_free(r->reporter);
    event_base_free(r->base);
    buf_fini(&r->one.data);
    snprintf(line, sizeof(line), "rm -rf %s", r->dir);
    assert_int_equal(system(line), 0);
    free(r);
    return 0;
}

static void wait_for(struct rig *r, const struct answer *a)
{
    while (!a->calls)
        event_base_loop(r->base, EVLOOP_ONCE);
    event_base_loop(r->base, EVLOOP_NONBLOCK);
    assert_int_equal(a->calls, 1);
}

static void ask(struct rig *r, const char *request, size_t len, struct answer *a)
{
    buf_fini(&a->data);
    *a = (struct answer){0};
    assert_int_equal(reporter_start(r->reporter, request, len, on_done, a), 0);
    assert_int_equal(a->calls, 0); /* never before it returns */
}

static int run(struct rig *r, const char *text)
{
    program(r, text);
    ask(r, "{}", 2, &r->one);
    wait_for(r, &r->one);
    if (r->one.code)
        assert_int_equal(r->one.data.len, 0);
    return r->one.code;
}

/* What happened to one child is forgotten with it. */
static void goes_on(struct rig *r)
{
    assert_int_equal(run(r, "cat >/dev/null; echo fine"), 0);
    assert_int_equal(r->one.data.len, 5);
    assert_memory_equal(r->one.data.data, "fine\n", 5);
}

/* ---- documents ---- */

static void test_request_goes_in_and_the_document_comes_out(void **state)
{
    struct rig *r = *state;
    size_t len = 3 << 20; /* more than the pipes hold, both ways at once */
    char *request = malloc(len);
    for (size_t i = 0; i < len; i++)
        request[i] = (char)(i * 7 + i / 4096);
    program(r, "exec cat");
    ask(r, request, len, &r->one);
    wait_for(r, &r->one);
    assert_int_equal(r->one.code, 0);
    assert_int_equal(r->one.data.len, len);
    assert_memory_equal(r->one.data.data, request, len);
    free(request);
}

static void test_statuses_have_their_codes(void **state)
{
    struct rig *r = *state;
    assert_int_equal(run(r, "echo half; exit 3"), CPF_E_NOTFOUND);
    assert_int_equal(run(r, "exit 4"), CPF_E_AWAY);
    assert_int_equal(run(r, "echo half; echo why >&2; exit 1"), CPF_E_STATE);
    assert_int_equal(run(r, "exit 127"), CPF_E_STATE);
    goes_on(r);
}

static void test_nothing_is_no_document(void **state)
{
    assert_int_equal(run(*state, "cat >/dev/null"), CPF_E_STATE);
    goes_on(*state);
}

/* ---- what may go wrong with it ---- */

static void test_crash_is_only_its_own(void **state)
{
    struct rig *r = *state;
    assert_int_equal(run(r, "echo half; kill -SEGV $$"), CPF_E_STATE);
    assert_int_equal(run(r, "kill -KILL $$"), CPF_E_STATE);
    goes_on(r);
}

static void test_hang_is_ended(void **state)
{
    struct rig *r = *state;
    make_reporter(r, SHORT_MS);
    assert_int_equal(run(r, "echo half; exec sleep 1000"), CPF_E_LIMIT);
    assert_int_equal(run(r, "trap '' TERM INT HUP; while :; do sleep 1000; done"), CPF_E_LIMIT);
    assert_int_equal(run(r, "exec >&- 2>&-; exec sleep 1000"), CPF_E_LIMIT);
    make_reporter(r, LONG_MS);
    goes_on(r);
}

static void test_endless_document_is_ended(void **state)
{
    struct rig *r = *state;
    assert_int_equal(run(r, "exec head -c 104857600 /dev/zero"), CPF_E_LIMIT);
    assert_int_equal(run(r, "exec cat /dev/zero"), CPF_E_LIMIT);
    assert_int_equal(run(r, "exec cat /dev/zero >&2"), CPF_E_LIMIT);
    goes_on(r);
}

static void test_request_unread_is_no_matter(void **state)
{
    struct rig *r = *state;
    size_t len = 1 << 20;
    char *request = calloc(len, 1);
    program(r, "echo fine");
    ask(r, request, len, &r->one);
    wait_for(r, &r->one);
    assert_int_equal(r->one.code, 0);
    program(r, "exec <&-; echo fine");
    ask(r, request, len, &r->one);
    wait_for(r, &r->one);
    assert_int_equal(r->one.code, 0);
    free(request);
}

static void test_missing_program_is_told(void **state)
{
    struct rig *r = *state;
    assert_int_equal(unlink(r->program), -1);
    ask(r, "{}", 2, &r->one);
    wait_for(r, &r->one);
    assert_int_equal(r->one.code, CPF_E_STATE);
    goes_on(r);
}

/* ---- what it leaves behind ---- */

static pid_t pid_in(const struct rig *r, const char *name)
{
    char path[80];
    int pid = 0;
    snprintf(path, sizeof(path), "%s/%s", r->dir, name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &pid), 1);
    fclose(f);
    return pid;
}

/* Ended: gone, or dead and not yet collected. */
static bool ended(pid_t pid)
{
    char path[40], state = 'Z';
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
        state = 'Z';
    if (f)
        fclose(f);
    return state == 'Z' || state == 'X';
}

static void test_grandchild_in_its_group_ends_with_it(void **state)
{
    struct rig *r = *state;
    assert_int_equal(run(r, "sleep 1000 & echo $! >pid; echo fine"), 0);
    pid_t pid = pid_in(r, "pid");
    while (!ended(pid))
        usleep(1000);
    goes_on(r);
}

static void test_grandchild_that_keeps_the_pipes_is_not_waited_for(void **state)
{
    struct rig *r = *state;
    assert_int_equal(run(r, "setsid sh -c 'echo $$ >pid.new; mv pid.new pid; exec sleep 1000' &\n"
                            "while [ ! -e pid ]; do sleep 0.01; done; echo fine"),
                     0);
    assert_int_equal(r->one.data.len, 5);
    pid_t pid = pid_in(r, "pid");
    assert_false(ended(pid)); /* it got away: out of the group, not in our way */
    goes_on(r);
    assert_int_equal(kill(pid, SIGKILL), 0);
}

static void test_nothing_of_ours_is_inherited(void **state)
{
    struct rig *r = *state;
    assert_int_equal(dup2(STDERR_FILENO, 77), 77);
    assert_int_equal(run(r, "if [ -e /proc/self/fd/77 ]; then echo it has; else echo none; fi"), 0);
    assert_memory_equal(r->one.data.data, "none\n", 5);
    close(77);
}

/* ---- the loop ---- */

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    ++*(int *)arg;
}

/* The child waits for us, and we do other things first. */
static void test_loop_turns_while_a_child_hangs(void **state)
{
    struct rig *r = *state;
    int turns = 0;
    struct event *ev = event_new(r->base, -1, 0, on_turn, &turns);
    program(r, "read word <fifo; echo $word");
    ask(r, "{}", 2, &r->one);
    while (turns < 1000) {
        event_active(ev, EV_TIMEOUT, 1);
        event_base_loop(r->base, EVLOOP_ONCE);
    }
    assert_int_equal(r->one.calls, 0);
    int fd = open(r->fifo, O_WRONLY); /* waits for its reader */
    assert_int_equal(write(fd, "late\n", 5), 5);
    close(fd);
    wait_for(r, &r->one);
    assert_int_equal(r->one.code, 0);
    assert_memory_equal(r->one.data.data, "late\n", 5);
    event_free(ev);
}

static void test_others_wait_their_turn(void **state)
{
    struct rig *r = *state;
    struct answer a[REPORTER_QUEUE + 2] = {{0}};
    int before = answered;
    program(r, "exec cat");
    for (int i = 0; i < REPORTER_QUEUE + 1; i++)
        ask(r, "0123456789" + i, 1, &a[i]);
    assert_int_equal(reporter_start(r->reporter, "x", 1, on_done, &a[REPORTER_QUEUE + 1]), CPF_E_BUSY);
    wait_for(r, &a[REPORTER_QUEUE]);
    for (int i = 0; i < REPORTER_QUEUE + 1; i++) {
        assert_int_equal(a[i].code, 0);
        assert_int_equal(a[i].turn, before + i + 1);
        assert_int_equal(a[i].data.data[0], '0' + i);
        buf_fini(&a[i].data);
    }
    assert_int_equal(a[REPORTER_QUEUE + 1].calls, 0);
}

static void test_drain_answers_everybody_at_once(void **state)
{
    struct rig *r = *state;
    struct answer a[3] = {{0}};
    program(r, "echo $$ >pid; exec sleep 1000");
    for (int i = 0; i < 3; i++)
        ask(r, "{}", 2, &a[i]);
    char path[80];
    snprintf(path, sizeof(path), "%s/pid", r->dir);
    while (access(path, F_OK))
        event_base_loop(r->base, EVLOOP_NONBLOCK);
    reporter_drain(r->reporter);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(a[i].calls, 1);
        assert_int_equal(a[i].code, CPF_E_BUSY);
    }
    assert_int_equal(reporter_start(r->reporter, "{}", 2, on_done, &a[0]), CPF_E_BUSY);
    assert_int_equal(event_base_loop(r->base, EVLOOP_NONBLOCK), 1); /* nothing is left to wait for */
}

static int count_descriptors(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void test_a_hundred_children_leave_no_descriptor(void **state)
{
    struct rig *r = *state;
    goes_on(r);
    int before = count_descriptors();
    for (int i = 0; i < 100; i++)
        run(r, i % 3 == 0 ? "echo fine" : i % 3 == 1 ? "kill -KILL $$" : "exec >&-; exit 1");
    assert_int_equal(count_descriptors(), before);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(test_request_goes_in_and_the_document_comes_out),
        T(test_statuses_have_their_codes),
        T(test_nothing_is_no_document),
        T(test_crash_is_only_its_own),
        T(test_hang_is_ended),
        T(test_endless_document_is_ended),
        T(test_request_unread_is_no_matter),
        T(test_missing_program_is_told),
        T(test_grandchild_in_its_group_ends_with_it),
        T(test_grandchild_that_keeps_the_pipes_is_not_waited_for),
        T(test_nothing_of_ours_is_inherited),
        T(test_loop_turns_while_a_child_hangs),
        T(test_others_wait_their_turn),
        T(test_drain_answers_everybody_at_once),
        T(test_a_hundred_children_leave_no_descriptor),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("reporter", tests, NULL, NULL);
}
