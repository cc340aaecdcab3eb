/* Replies without an end, on the real server: deadlines, places, clients that read nothing or are gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>
#include <event2/event.h>
#include "base/bounds.h"
#include "base/clock.h"
#include "http_rig.h"

#define H      "Host: cpf\r\n"
#define HELLO  "GET /v1/hello HTTP/1.1\r\n" H "\r\n"
#define STREAM "GET /v1/stream HTTP/1.1\r\n" H "\r\n"

static struct rig rig;

static int tear_down(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

/* ---- what the client sees ---- */

/* Reads until `text` has come; false: it did not. */
static bool comes(struct peer *p, const char *text)
{
    int64_t until = clock_mono_ms() + HANGS_MS;
    while (clock_mono_ms() < until && !p->eof) {
        if (memmem(p->in, p->len, text, strlen(text)))
            return true;
        peer_read(p);
    }
    return memmem(p->in, p->len, text, strlen(text)) != NULL;
}

static struct peer *watching(void)
{
    struct peer *p = peer_new(&rig);
    peer_puts(p, STREAM);
    assert_true(comes(p, "\r\n\r\n"));
    return p;
}

static void say(unsigned i, const char *text)
{
    struct http_piece *p = http_piece_new(text, strlen(text));
    http_stream_send(rig.stream[i], p);
    http_piece_free(p);
}

/* Turns the loop until so many streams have ended. */
static void until_ended(unsigned n)
{
    int64_t until = clock_mono_ms() + HANGS_MS;
    while (rig.ended < n && clock_mono_ms() < until)
        rig_pump(&rig, 5);
    assert_int_equal(rig.ended, n);
}

/* Sends until nothing more is taken, by the kernels neither: they take a little more now and then. */
static unsigned fill(unsigned i, int ms)
{
    char text[BOUND_HTTP_PIECE];
    unsigned n = 0;
    memset(text, 'x', sizeof(text));
    struct http_piece *p = http_piece_new(text, sizeof(text));
    int64_t since = clock_mono_ms();
    while (rig.stream[i] && n < 4096 && clock_mono_ms() - since < ms) {
        for (; http_stream_ready(rig.stream[i]) && n < 4096; n++, since = clock_mono_ms())
            http_stream_send(rig.stream[i], p);
        rig_pump(&rig, 5);
    }
    http_piece_free(p);
    rig.ready = 0;
    return n;
}

/* ---- one stream ---- */

static void test_stream_is_told_without_end(void **state)
{
    (void)state;
    rig_start(&rig, &(struct http_config){.idle_ms = 200, .request_ms = 200, .stall_ms = 200});
    struct peer *p = watching();
    assert_true(comes(p, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
    assert_null(memmem(p->in, p->len, "Content-Length", 14));
    say(0, "data: 1\n\n");
    assert_true(comes(p, "data: 1\n\n"));
    rig_pump(&rig, 1000); /* no deadline of a connection ends it */
    assert_int_equal(rig.ended, 0);
    say(0, "data: 2\n\n");
    assert_true(comes(p, "data: 2\n\n"));
    peer_free(p);
}

static void test_stream_ends_so_that_the_client_can_tell(void **state)
{
    (void)state;
    rig_start(&rig, NULL);
    struct peer *p = watching();
    say(0, "data: last\n\n");
    http_stream_end(rig.stream[0]);
    assert_true(comes(p, "data: last\n\n"));
    assert_true(peer_ended(p, HANGS_MS));
    assert_false(p->cut);
    assert_int_equal(rig.ended, 0); /* who ends it is not told */
    rig_pump(&rig, 20);
    assert_int_equal(http_server_streams(rig.server), 0);
    peer_free(p);
}

static void test_client_that_leaves_ends_it(void **state)
{
    (void)state;
    rig_start(&rig, NULL);
    peer_free(watching());
    until_ended(1);
    assert_int_equal(rig.why, HTTP_STREAM_GONE);
    assert_int_equal(http_server_streams(rig.server), 0);
}

static void test_client_that_says_more_is_ended(void **state)
{
    (void)state;
    rig_start(&rig, NULL);
    struct peer *p = watching();
    peer_puts(p, HELLO);
    until_ended(1);
    assert_int_equal(rig.calls, 1); /* the second request was none */
    peer_free(p);
    p = peer_new(&rig);
    peer_puts(p, STREAM HELLO); /* with the first one: that is none */
    assert_int_equal(peer_reply(p, HANGS_MS).status, 503);
    assert_int_equal(peer_reply(p, HANGS_MS).status, 200);
    peer_free(p);
}

static void test_client_that_reads_nothing_is_ended(void **state)
{
    (void)state;
    rig_start(&rig, &(struct http_config){.stall_ms = 500});
    struct peer *p = watching(), *reader = watching();
    unsigned n = fill(0, HANGS_MS);
    assert_true(n < 1024); /* little waits in the kernels, one piece here */
    assert_int_equal(rig.ended, 1);
    assert_int_equal(rig.why, HTTP_STREAM_SLOW);
    say(1, "data: others go on\n\n");
    assert_true(comes(reader, "data: others go on\n\n"));
    peer_free(p);
    peer_free(reader);
}

static void test_client_that_reads_again_goes_on(void **state)
{
    (void)state;
    rig_start(&rig, &(struct http_config){.stall_ms = HANGS_MS});
    struct peer *p = watching();
    fill(0, 500);
    assert_int_equal(rig.ready, 0);
    int64_t until = clock_mono_ms() + HANGS_MS;
    while (!rig.ready && clock_mono_ms() < until) {
        p->len = 0;
        peer_read(p);
    }
    assert_int_equal(rig.ready, 1);
    assert_true(http_stream_ready(rig.stream[0]));
    p->len = 0;
    say(0, "data: again\n\n");
    while (!memmem(p->in, p->len, "data: again\n\n", 13) && !p->eof && clock_mono_ms() < until) {
        if (p->len > sizeof(p->in) / 2)
            p->len = 0;
        peer_read(p);
    }
    assert_non_null(memmem(p->in, p->len, "data: again\n\n", 13));
    peer_free(p);
}

/* ---- places ---- */

static void test_streams_take_no_place_of_connections(void **state)
{
    struct peer *p[3];
    (void)state;
    rig_start(&rig, &(struct http_config){.connections = 2, .streams = 3});
    for (int i = 0; i < 3; i++)
        p[i] = watching();
    assert_int_equal(http_server_streams(rig.server), 3);
    struct peer *a = peer_new(&rig), *b = peer_new(&rig);
    assert_int_equal(peer_ask(a, HELLO).status, 200);
    assert_int_equal(peer_ask(b, HELLO).status, 200);
    assert_int_equal(rig.ended, 0);
    peer_free(a);
    peer_free(b);
    for (int i = 0; i < 3; i++)
        peer_free(p[i]);
}

static void test_streams_are_limited(void **state)
{
    (void)state;
    rig_start(&rig, &(struct http_config){.streams = 1});
    struct peer *p = watching(), *q = peer_new(&rig);
    assert_int_equal(peer_ask(q, STREAM).status, 503);
    assert_int_equal(peer_ask(q, HELLO).status, 200); /* and the connection goes on */
    peer_free(p);
    until_ended(1);
    peer_puts(q, STREAM);
    assert_true(comes(q, "text/event-stream"));
    peer_free(q);
}

/* ---- the server's end ---- */

static void on_idle(void *arg)
{
    struct rig *g = arg;
    g->idle++;
}

static void test_drain_does_not_wait_for_streams(void **state)
{
    (void)state;
    rig_start(&rig, NULL);
    struct peer *p = watching(), *q = watching();
    fill(1, 200);
    http_server_drain(rig.server, on_idle, &rig);
    rig_pump(&rig, 20);
    assert_int_equal(rig.idle, 1);
    say(0, "data: stopping\n\n");
    http_stream_end(rig.stream[0]);
    assert_true(comes(p, "data: stopping\n\n"));
    rig_free_server(&rig); /* with one left that reads nothing */
    assert_int_equal(rig.ended, 1);
    peer_free(p);
    peer_free(q);
}

static void test_stream_on_a_unix_socket(void **state)
{
    (void)state;
    rig_start_unix(&rig, NULL);
    struct peer *p = watching();
    rig_pump(&rig, 20);
    say(0, "data: 1\n\n");
    assert_true(comes(p, "data: 1\n\n"));
    rig_pump(&rig, 20);
    http_stream_end(rig.stream[0]);
    assert_true(peer_ended(p, HANGS_MS));
    peer_free(p);
    peer_free(watching());
    until_ended(1);
}

#define T(f) cmocka_unit_test_teardown(f, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_stream_is_told_without_end),           T(test_stream_ends_so_that_the_client_can_tell),
        T(test_client_that_leaves_ends_it),           T(test_client_that_says_more_is_ended),
        T(test_client_that_reads_nothing_is_ended),   T(test_client_that_reads_again_goes_on),
        T(test_streams_take_no_place_of_connections), T(test_streams_are_limited),
        T(test_drain_does_not_wait_for_streams),      T(test_stream_on_a_unix_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
