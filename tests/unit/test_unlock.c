/* Secrets opened on the worker thread, answered on the loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <pthread.h>
#include <cmocka.h>
#include <event2/event.h>
#include "auth/unlock.h"
#include "base/bounds.h"
#include "base/clock.h"
#include "base/key.h"

#define PASSWORD "correct horse battery"

struct seen {
    unsigned calls;
    int err[64];
    size_t order[64];
    char secret[64];
    size_t len;
    bool null;
    pthread_t thread;
};

struct one {
    struct seen *seen;
    size_t number;
};

static struct event_base *base;
static struct unlock *unlock;
static struct buf sealed;

static int set_up(void **state)
{
    (void)state;
    base = event_base_new();
    assert_int_equal(unlock_new(base, true, &unlock), 0);
    buf_init(&sealed);
    assert_int_equal(key_seal("the secret", 10, PASSWORD, true, &sealed), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlock_free(unlock);
    buf_fini(&sealed);
    event_base_free(base);
    return 0;
}

static void on_unlocked(void *arg, int err, const void *secret, size_t len)
{
    struct one *one = arg;
    struct seen *s = one->seen;
    s->err[s->calls] = err;
    s->order[s->calls] = one->number;
    s->calls++;
    s->null = !secret;
    s->len = len;
    s->thread = pthread_self();
    if (secret)
        memcpy(s->secret, secret, len < sizeof(s->secret) ? len : sizeof(s->secret));
}

static void pump_until(const struct seen *s, unsigned calls)
{
    int64_t until = clock_mono_ms() + 120000;
    while (s->calls < calls && clock_mono_ms() < until)
        event_base_loop(base, EVLOOP_NONBLOCK);
    assert_int_equal(s->calls, calls);
}

static void test_right_password_opens(void **state)
{
    struct seen s = {0};
    struct one one = {&s, 0};
    (void)state;
    assert_int_equal(unlock_start(unlock, sealed.data, PASSWORD, on_unlocked, &one), 0);
    assert_int_equal(s.calls, 0);
    assert_int_equal(unlock_waiting(unlock), 1);
    pump_until(&s, 1);
    assert_int_equal(s.err[0], 0);
    assert_int_equal(s.len, 10);
    assert_memory_equal(s.secret, "the secret", 10);
    assert_true(pthread_equal(s.thread, pthread_self()));
    assert_int_equal(unlock_waiting(unlock), 0);
}

static void test_wrong_password_is_a_secret_error(void **state)
{
    static const char *const passwords[] = {"", "wrong", "correct horse batterx"};
    struct seen s = {0};
    struct one one = {&s, 0};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(unlock_start(unlock, sealed.data, passwords[i], on_unlocked, &one), 0);
        pump_until(&s, i + 1);
        assert_int_equal(s.err[i], CPF_E_SECRET);
        assert_true(s.null);
        assert_int_equal(s.len, 0);
    }
}

static void test_damaged_or_endless_input_is_a_secret_error(void **state)
{
    struct seen s = {0};
    struct one one = {&s, 0};
    char *endless = calloc(1, 100001);
    (void)state;
    memset(endless, 'x', 100000);
    assert_int_equal(unlock_start(unlock, "cpfseal1$nonsense", PASSWORD, on_unlocked, &one), 0);
    assert_int_equal(unlock_start(unlock, sealed.data, endless, on_unlocked, &one), 0);
    pump_until(&s, 2);
    assert_int_equal(s.err[0], CPF_E_SECRET);
    assert_int_equal(s.err[1], CPF_E_SECRET);
    free(endless);
}

static void test_light_seal_refused_outside_training(void **state)
{
    struct unlock *strict;
    struct seen s = {0};
    struct one one = {&s, 0};
    (void)state;
    assert_int_equal(unlock_new(base, false, &strict), 0);
    assert_int_equal(unlock_start(strict, sealed.data, PASSWORD, on_unlocked, &one), 0);
    pump_until(&s, 1);
    assert_int_equal(s.err[0], CPF_E_SECRET);
    unlock_free(strict);
}

static void test_queue_is_bounded_and_in_order(void **state)
{
    struct seen s = {0};
    struct one one[BOUND_UNLOCK_QUEUE + 1];
    (void)state;
    for (size_t i = 0; i <= BOUND_UNLOCK_QUEUE; i++) {
        one[i] = (struct one){&s, i};
        int err = unlock_start(unlock, sealed.data, i % 2 ? "wrong" : PASSWORD, on_unlocked, &one[i]);
        assert_int_equal(err, i < BOUND_UNLOCK_QUEUE ? 0 : CPF_E_BUSY);
    }
    assert_int_equal(unlock_waiting(unlock), BOUND_UNLOCK_QUEUE);
    pump_until(&s, BOUND_UNLOCK_QUEUE);
    for (size_t i = 0; i < BOUND_UNLOCK_QUEUE; i++) {
        assert_int_equal(s.order[i], i);
        assert_int_equal(s.err[i], i % 2 ? CPF_E_SECRET : 0);
    }
    /* And there is room again. */
    assert_int_equal(unlock_start(unlock, sealed.data, PASSWORD, on_unlocked, &one[0]), 0);
    pump_until(&s, BOUND_UNLOCK_QUEUE + 1);
}

/* A callback that asks again, as signing after signing does. */
static void on_again(void *arg, int err, const void *secret, size_t len)
{
    struct one *one = arg;
    on_unlocked(arg, err, secret, len);
    if (one->seen->calls < 5)
        assert_int_equal(unlock_start(unlock, sealed.data, PASSWORD, on_again, arg), 0);
}

static void test_callback_may_start_another(void **state)
{
    struct seen s = {0};
    struct one one = {&s, 0};
    (void)state;
    assert_int_equal(unlock_start(unlock, sealed.data, PASSWORD, on_again, &one), 0);
    pump_until(&s, 5);
    assert_int_equal(s.err[4], 0);
}

static void test_free_with_waiting_ones_calls_nobody(void **state)
{
    struct unlock *u;
    struct seen s = {0};
    struct one one = {&s, 0};
    (void)state;
    assert_int_equal(unlock_new(base, true, &u), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(unlock_start(u, sealed.data, PASSWORD, on_unlocked, &one), 0);
    while (!s.calls)
        event_base_loop(
            base, EVLOOP_NONBLOCK); /* one turn may tell of several; where all are told, nothing waits */
    unsigned told = s.calls;
    unlock_free(u);
    event_base_loop(base, EVLOOP_NONBLOCK);
    assert_int_equal(s.calls, told);
    unlock_free(NULL);
}

/* The time that this thread has worked. */
static int64_t worked_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* scrypt is not the loop's work: all its turns together take less than half of it. */
static void test_loop_is_not_held_up(void **state)
{
    struct seen s = {0};
    struct one one = {&s, 0};
    struct buf own;
    int64_t scrypt_us = worked_us();
    (void)state;
    buf_init(&own);
    assert_int_equal(key_seal("the secret", 10, PASSWORD, true, &own), 0);
    scrypt_us = worked_us() - scrypt_us;
    buf_fini(&own);
    for (int i = 0; i < 8; i++)
        assert_int_equal(unlock_start(unlock, sealed.data, PASSWORD, on_unlocked, &one), 0);
    int64_t begun = worked_us();
    while (s.calls < 8)
        event_base_loop(base, EVLOOP_ONCE);
    assert_true(worked_us() - begun < 8 * scrypt_us / 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_right_password_opens),
        T(test_wrong_password_is_a_secret_error),
        T(test_damaged_or_endless_input_is_a_secret_error),
        T(test_light_seal_refused_outside_training),
        T(test_queue_is_bounded_and_in_order),
        T(test_callback_may_start_another),
        T(test_free_with_waiting_ones_calls_nobody),
        T(test_loop_is_not_held_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
