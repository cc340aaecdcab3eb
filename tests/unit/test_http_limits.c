/* The real server against clients that are slow, many, large, gone, or cut off by a drain. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/bounds.h"
#include "base/clock.h"
#include <event2/event.h>
#include "http_rig.h"

#define H        "Host: cpf\r\n"
#define HELLO    "GET /v1/hello HTTP/1.1\r\n" H "\r\n"
#define QUICK_MS 1000 /* short for a deadline, long for anything else */

static struct rig rig;

static void start(unsigned request_ms, unsigned idle_ms, unsigned connections, size_t max_body)
{
    struct http_config tweak = {
        .request_ms = request_ms, .idle_ms = idle_ms, .connections = connections, .max_body = max_body};
    rig_start(&rig, &tweak);
}

static int tear_down(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

/* ---- large ---- */

static void test_large_headers_refused(void **state)
{
    char *text = calloc(1, BOUND_REQUEST_HEADERS + 4096);
    (void)state;
    start(0, 0, 0, 0);
    strcpy(text, "GET /v1/hello HTTP/1.1\r\n" H "X: ");
    memset(text + strlen(text), 'x', BOUND_REQUEST_HEADERS);
    strcat(text, "\r\n\r\n");
    struct peer *p = peer_new(&rig);
    peer_puts(p, text);
    assert_int_equal(peer_reply(p, HANGS_MS).status, 400);
    assert_true(peer_ended(p, HANGS_MS));
    peer_free(p);
    /* Without an end, too. */
    p = peer_new(&rig);
    peer_send(p, text, BOUND_REQUEST_HEADERS + 1000);
    assert_true(peer_ended(p, HANGS_MS));
    peer_free(p);
    assert_int_equal(rig.calls, 0);
    free(text);
}

/* Asks `path` to take `len` bytes; the status, 0 if the connection ended without. */
static int post_bytes(const char *path, size_t len)
{
    char head[256];
    char *body = malloc(len + 1);
    struct peer *p = peer_new(&rig);
    memset(body, 'x', len);
    snprintf(head, sizeof(head), "POST %s HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\n", path, len);
    peer_puts(p, head);
    peer_send(p, body, len);
    int status = peer_reply(p, HANGS_MS).status;
    peer_free(p);
    free(body);
    return status;
}

static void test_large_bodies_refused(void **state)
{
    (void)state;
    start(0, 0, 0, 0);
    assert_int_equal(post_bytes("/v1/echo", BOUND_REQUEST_BODY), 200);
    assert_int_equal(post_bytes("/v1/echo", BOUND_REQUEST_BODY + 1), 413);
    assert_int_equal(post_bytes("/v1/echo", 1024 * 1024), 413);
    assert_int_equal(rig.calls, 1);
}

static void test_large_bodies_where_allowed(void **state)
{
    (void)state;
    start(0, 0, 0, 512 * 1024);
    assert_int_equal(post_bytes("/v1/echo", BOUND_REQUEST_BODY + 1), 413);
    assert_int_equal(post_bytes("/v1/echo", 100 * 1024), 413);
    assert_int_equal(post_bytes("/v1/records", 512 * 1024), 200);
    assert_int_equal(post_bytes("/v1/records", 512 * 1024 + 1), 413);
    /* The place for a large body came back each time. */
    for (int i = 0; i < 20; i++)
        assert_int_equal(post_bytes("/v1/records", 100 * 1024), 200);
}

/* One after the other on one connection: the place is asked for anew. */
static void test_large_bodies_in_turn(void **state)
{
    static char body[100 * 1024];
    (void)state;
    start(0, 0, 0, 512 * 1024);
    struct peer *p = peer_new(&rig);
    memset(body, 'x', sizeof(body));
    for (int i = 0; i < 3; i++) {
        peer_puts(p, "POST /v1/records HTTP/1.1\r\n" H "Content-Length: 102400\r\n\r\n");
        peer_send(p, body, sizeof(body));
        assert_string_equal(peer_reply(p, HANGS_MS).body, "102400");
    }
    peer_free(p);
}

/* ---- slow ---- */

/* One byte each 20 ms; how long the server bore it. */
static int64_t dribble(struct peer *p, const char *text)
{
    int64_t begun = clock_mono_ms();
    while (*text && !peer_ended(p, 20))
        peer_send(p, text++, 1);
    assert_true(peer_ended(p, HANGS_MS));
    return clock_mono_ms() - begun;
}

static void assert_about(int64_t ms, int64_t expected)
{
    if (ms < expected - 60 || ms > expected + HANGS_MS)
        fail_msg("%lld ms, not about %lld", (long long)ms, (long long)expected);
}

static void test_slow_headers_end_at_the_deadline(void **state)
{
    (void)state;
    start(QUICK_MS, 0, 0, 0);
    struct peer *p = peer_new(&rig);
    assert_about(dribble(p,
                         "GET /v1/hello HTTP/1.1\r\nHost: cpf\r\nX-Very-Long: "
                         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n\r\n"),
                 QUICK_MS);
    peer_free(p);
    assert_int_equal(rig.calls, 0);
}

static void test_slow_body_ends_at_the_deadline(void **state)
{
    (void)state;
    start(QUICK_MS, 0, 0, 0);
    struct peer *p = peer_new(&rig);
    peer_puts(p, "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 100\r\n\r\n");
    assert_about(dribble(p, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), QUICK_MS);
    peer_free(p);
    assert_int_equal(rig.calls, 0);
}

/* Longer than any size: drained until the deadline, then cut. */
static void test_endless_body_ends_at_the_deadline(void **state)
{
    (void)state;
    start(QUICK_MS, 0, 0, 0);
    struct peer *p = peer_new(&rig);
    int64_t begun = clock_mono_ms();
    peer_puts(p, "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 18446744073709551618\r\n\r\n");
    assert_true(peer_ended(p, HANGS_MS));
    assert_about(clock_mono_ms() - begun, QUICK_MS);
    peer_free(p);
    assert_int_equal(rig.calls, 0);
}

static void test_silent_client_ends_at_the_deadline(void **state)
{
    (void)state;
    start(QUICK_MS, 0, 0, 0);
    int64_t begun = clock_mono_ms();
    struct peer *tcp = peer_new_tcp(&rig); /* does not even shake hands */
    struct peer *tls = peer_new(&rig);
    assert_true(peer_ended(tls, HANGS_MS));
    assert_true(peer_ended(tcp, HANGS_MS));
    assert_about(clock_mono_ms() - begun, QUICK_MS);
    peer_free(tcp);
    peer_free(tls);
}

/* Idle time is another time, and the next request's begins with its first byte. */
static void test_idle_connection_is_kept_then_ended(void **state)
{
    (void)state;
    start(QUICK_MS, 3 * QUICK_MS, 0, 0);
    struct peer *p = peer_new(&rig);
    assert_int_equal(peer_ask(p, HELLO).status, 200);
    assert_false(peer_ended(p, 2 * QUICK_MS));
    assert_int_equal(peer_ask(p, HELLO).status, 200);
    int64_t begun = clock_mono_ms();
    assert_true(peer_ended(p, HANGS_MS));
    assert_about(clock_mono_ms() - begun, 3 * QUICK_MS);
    peer_free(p);
    p = peer_new(&rig);
    assert_int_equal(peer_ask(p, HELLO).status, 200);
    assert_about(dribble(p, "GET /v1/hello HTTP/1.1\r\nHost: cpf\r\nX: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
                 QUICK_MS);
    peer_free(p);
}

static void test_handler_may_take_longer_than_any_deadline(void **state)
{
    (void)state;
    start(QUICK_MS, QUICK_MS, 0, 0);
    struct peer *p = peer_new(&rig);
    peer_puts(p, "GET /v1/later HTTP/1.1\r\n" H "\r\n");
    rig_pump(&rig, 3 * QUICK_MS);
    assert_int_equal(rig.nheld, 1);
    http_reply(rig.held[0], 200, "{}", 2);
    rig.nheld = 0;
    assert_int_equal(peer_reply(p, HANGS_MS).status, 200);
    peer_free(p);
}

/* Reads nothing and goes on sending: neither memory nor time without end. */
static void test_client_that_does_not_read_is_ended(void **state)
{
    static char more[1024 * 1024];
    struct rusage before, after;
    (void)state;
    start(0, 3 * QUICK_MS, 0, 0);
    struct peer *p = peer_new(&rig);
    peer_puts(p, "GET /v1/big HTTP/1.1\r\n" H "\r\n");
    rig_pump(&rig, 50);
    getrusage(RUSAGE_SELF, &before);
    memset(more, 'x', sizeof(more));
    int64_t until = clock_mono_ms() + 2 * QUICK_MS;
    while (clock_mono_ms() < until) {
        SSL_write(p->ssl, more, 16384);
        rig_pump(&rig, 0);
    }
    getrusage(RUSAGE_SELF, &after);
    assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
    rig_pump(&rig, 2 * QUICK_MS);
    char got[4096];
    while (SSL_read(p->ssl, got, sizeof(got)) > 0)
        continue;
    assert_true(peer_ended(p, HANGS_MS));
    peer_free(p);
}

/* Replies that the socket does not take at once: all arrive, whole and in order. */
static void test_replies_beyond_the_socket_arrive(void **state)
{
    enum { N = 1200 };
    static const char text[] = "GET /v1/bytes/8000 HTTP/1.1\r\n" H "\r\n";
    (void)state;
    start(0, 0, 0, 0);
    struct peer *p = peer_new(&rig);
    for (int i = 0; i < N; i++)
        peer_puts(p, text);
    rig_pump(&rig, 200);
    assert_true(rig.calls < N); /* the socket is full */
    for (int i = 0; i < N; i++) {
        struct reply r = peer_reply(p, HANGS_MS);
        assert_int_equal(r.status, 200);
        assert_int_equal(r.body_len, 8000);
        assert_int_equal(r.body[7999], 'a' + 7999 % 26);
    }
    assert_int_equal(rig.calls, N);
    peer_free(p);
}

/* ---- many ---- */

static void test_connections_are_limited(void **state)
{
    struct peer *busy[3];
    (void)state;
    start(0, 0, 4, 0);
    for (int i = 0; i < 3; i++) {
        busy[i] = peer_new(&rig);
        peer_puts(busy[i], "GET /v1/later HTTP/1.1\r\n" H "\r\n");
    }
    rig_pump(&rig, 20);
    assert_int_equal(rig.nheld, 3);
    struct peer *last = peer_new(&rig);
    struct peer *waits = peer_new_tcp(&rig);
    rig_pump(&rig, 50);
    assert_int_equal(peer_ask(last, "GET /v1/hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n").status, 200);
    /* Its place is free now. */
    assert_true(peer_shake(waits, peer_ctx()));
    assert_int_equal(peer_ask(waits, HELLO).status, 200);
    /* It is idle now, and makes room. */
    struct peer *next = peer_new(&rig);
    assert_true(peer_ended(waits, HANGS_MS));
    assert_int_equal(peer_ask(next, HELLO).status, 200);
    for (int i = 0; i < 3; i++) {
        http_reply(rig.held[i], 200, "{}", 2);
        peer_free(busy[i]);
    }
    rig.nheld = 0;
    peer_free(last);
    peer_free(waits);
    peer_free(next);
}

static int64_t cpu_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void test_accept_pauses_without_descriptors(void **state)
{
    struct rlimit whole, none;
    (void)state;
    start(0, 0, 0, 0);
    struct peer *p = peer_new_tcp(&rig);
    int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(lowest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &whole), 0);
    none = whole;
    none.rlim_cur = (rlim_t)lowest;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    rig_pump(&rig, 20); /* accept() has failed */
    int64_t cpu = cpu_us(), turns = 0;
    int64_t until = clock_mono_ms() + 500;
    while (clock_mono_ms() < until) {
        struct timeval nap = {0, 50000};
        event_base_loopexit(rig.base, &nap);
        event_base_dispatch(rig.base);
        turns++;
    }
    cpu = cpu_us() - cpu;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &whole), 0);
    assert_true(cpu < 250000); /* a spinning loop burns all 500 ms */
    assert_true(peer_shake(p, peer_ctx()));
    assert_int_equal(peer_ask(p, HELLO).status, 200);
    peer_free(p);
}

static void test_limit_follows_descriptors(void **state)
{
    struct rlimit whole, few;
    (void)state;
    getrlimit(RLIMIT_NOFILE, &whole);
    few = whole;
    few.rlim_cur = 160;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    start(0, 0, 0, 0);
    int spare[60], n = 0;
    struct peer *p = peer_new(&rig);
    while (n < 60 && (spare[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        n++;
    assert_int_equal(n, 60); /* for the database and others */
    assert_int_equal(peer_ask(p, HELLO).status, 200);
    while (n)
        close(spare[--n]);
    peer_free(p);
    setrlimit(RLIMIT_NOFILE, &whole);
}

/* ---- TLS ---- */

static void test_old_tls_refused(void **state)
{
    (void)state;
    start(0, 0, 0, 0);
    SSL_CTX *ctx = peer_ctx();
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
    struct peer *p = peer_new_tcp(&rig);
    assert_false(peer_shake(p, ctx));
    peer_free(p);
    ctx = peer_ctx();
    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(ctx, "ECDHE-ECDSA-AES128-SHA256:AES128-SHA");
    p = peer_new_tcp(&rig);
    assert_false(peer_shake(p, ctx));
    peer_free(p);
    ctx = peer_ctx();
    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    p = peer_new_tcp(&rig);
    assert_true(peer_shake(p, ctx));
    assert_int_equal(peer_ask(p, HELLO).status, 200);
    peer_free(p);
}

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    SSL_SESSION **kept = SSL_get_ex_data(ssl, 0);
    SSL_SESSION_free(*kept);
    *kept = session;
    return 1;
}

static void test_session_is_resumed(void **state)
{
    SSL_SESSION *session = NULL;
    (void)state;
    start(0, 0, 0, 0);
    SSL_CTX *ctx = peer_ctx();
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(ctx, keep_session);
    SSL_CTX_up_ref(ctx);
    struct peer *p = peer_new_tcp(&rig);
    assert_true(peer_shake(p, ctx));
    SSL_set_ex_data(p->ssl, 0, &session);
    assert_int_equal(peer_ask(p, HELLO).status, 200);
    assert_int_equal(SSL_version(p->ssl), TLS1_3_VERSION);
    SSL_shutdown(p->ssl); /* a session that broke off is not resumed */
    peer_free(p);
    assert_non_null(session);

    p = peer_new_tcp(&rig);
    p->ssl = NULL;
    SSL_CTX_sess_set_new_cb(ctx, NULL);
    p->ctx = ctx;
    p->ssl = SSL_new(ctx);
    SSL_set_fd(p->ssl, p->fd);
    SSL_set_connect_state(p->ssl);
    SSL_set_session(p->ssl, session);
    for (int i = 0; i < 1000 && SSL_do_handshake(p->ssl) != 1; i++)
        rig_pump(&rig, 1);
    assert_int_equal(SSL_session_reused(p->ssl), 1);
    assert_int_equal(peer_ask(p, HELLO).status, 200);
    peer_free(p);
    SSL_SESSION_free(session);
}

/* ---- drain ---- */

static void on_idle(void *arg)
{
    struct rig *g = arg;
    g->idle++;
}

static void test_drain_answers_what_is_in_flight(void **state)
{
    (void)state;
    start(0, 0, 0, 0);
    struct peer *waiting = peer_new(&rig), *idle = peer_new(&rig), *fresh = peer_new(&rig);
    assert_int_equal(peer_ask(idle, HELLO).status, 200);
    peer_puts(waiting, "GET /v1/later HTTP/1.1\r\n" H "\r\n");
    rig_pump(&rig, 20);
    http_server_drain(rig.server, on_idle, &rig);
    assert_true(peer_ended(idle, HANGS_MS));
    assert_null(peer_new_tcp(&rig)); /* nobody listens */
    rig_pump(&rig, 100);
    assert_int_equal(rig.idle, 0);
    /* New work on an old connection is sent away. */
    struct reply r = peer_ask(fresh, HELLO);
    assert_int_equal(r.status, 503);
    assert_true(r.close);
    assert_string_equal(r.body, "{\"code\":\"stopping\"}");
    http_reply(rig.held[0], 200, "{}", 2);
    rig.nheld = 0;
    r = peer_reply(waiting, HANGS_MS);
    assert_int_equal(r.status, 200);
    assert_true(r.close);
    rig_pump(&rig, 50);
    assert_int_equal(rig.idle, 1);
    peer_free(waiting);
    peer_free(idle);
    peer_free(fresh);
}

static void test_drain_waits_for_what_is_not_written(void **state)
{
    (void)state;
    start(0, 0, 0, 0);
    struct peer *p = peer_new(&rig);
    peer_puts(p, "GET /v1/big HTTP/1.1\r\n" H "\r\n");
    rig_pump(&rig, 50);
    http_server_drain(rig.server, on_idle, &rig);
    rig_pump(&rig, 100);
    assert_int_equal(rig.idle, 0);
    assert_true(peer_ended(p, HANGS_MS));
    rig_pump(&rig, 10);
    assert_int_equal(rig.idle, 1);
    peer_free(p);
}

static void test_drain_does_not_wait_for_who_left(void **state)
{
    (void)state;
    start(0, 0, 0, 0);
    struct peer *p = peer_new(&rig);
    peer_puts(p, "GET /v1/big HTTP/1.1\r\n" H "\r\n");
    rig_pump(&rig, 50);
    http_server_drain(rig.server, on_idle, &rig);
    peer_free(p);
    rig_pump(&rig, 100);
    assert_int_equal(rig.idle, 1);
}

static void free_on_idle(void *arg)
{
    on_idle(arg);
    rig_free_server(arg);
}

static void test_idle_server_drains_at_once_and_may_be_freed(void **state)
{
    (void)state;
    start(0, 0, 0, 0);
    http_server_drain(rig.server, free_on_idle, &rig);
    assert_int_equal(rig.idle, 0); /* never before it returned */
    rig_pump(&rig, 10);
    assert_int_equal(rig.idle, 1);
}

/* ---- the admin socket has the same limits ---- */

static void test_unix_socket_has_deadline_and_drain(void **state)
{
    struct http_config tweak = {.request_ms = QUICK_MS, .connections = 2, .max_body = 1024 * 1024};
    (void)state;
    rig_start_unix(&rig, &tweak);
    struct peer *p = peer_new(&rig);
    assert_about(dribble(p, "GET /v1/hello HTTP/1.1\r\nHost: cpf\r\nX: xxxxxxxxxxxxxxxxxxxxxxxx"), QUICK_MS);
    peer_free(p);
    assert_int_equal(post_bytes("/v1/records", 1024 * 1024), 200);
    p = peer_new(&rig);
    peer_puts(p, "GET /v1/later HTTP/1.1\r\n" H "\r\n");
    rig_pump(&rig, 20);
    http_server_drain(rig.server, on_idle, &rig);
    rig_pump(&rig, 20);
    assert_int_equal(rig.idle, 0);
    http_reply(rig.held[0], 200, "{}", 2);
    rig.nheld = 0;
    assert_int_equal(peer_reply(p, HANGS_MS).status, 200);
    rig_pump(&rig, 20);
    assert_int_equal(rig.idle, 1);
    peer_free(p);
}

#define T(f) cmocka_unit_test_teardown(f, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_large_headers_refused),
        T(test_large_bodies_refused),
        T(test_large_bodies_where_allowed),
        T(test_large_bodies_in_turn),
        T(test_slow_headers_end_at_the_deadline),
        T(test_slow_body_ends_at_the_deadline),
        T(test_endless_body_ends_at_the_deadline),
        T(test_silent_client_ends_at_the_deadline),
        T(test_idle_connection_is_kept_then_ended),
        T(test_handler_may_take_longer_than_any_deadline),
        T(test_client_that_does_not_read_is_ended),
        T(test_replies_beyond_the_socket_arrive),
        T(test_connections_are_limited),
        T(test_accept_pauses_without_descriptors),
        T(test_limit_follows_descriptors),
        T(test_old_tls_refused),
        T(test_session_is_resumed),
        T(test_drain_answers_what_is_in_flight),
        T(test_drain_waits_for_what_is_not_written),
        T(test_drain_does_not_wait_for_who_left),
        T(test_idle_server_drains_at_once_and_may_be_freed),
        T(test_unix_socket_has_deadline_and_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
