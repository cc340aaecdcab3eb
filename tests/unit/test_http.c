/* The real server against raw clients: framing, paths, methods, replies, life of a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "http_rig.h"

#define H "Host: cpf\r\n"
/* What a smuggler hides in a body. */
#define HIDDEN "POST /v1/hidden HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n"

static int set_up(void **state)
{
    static struct rig g;
    rig_start(&g, NULL);
    *state = &g;
    return 0;
}

static int set_up_unix(void **state)
{
    static struct rig g;
    rig_start_unix(&g, NULL);
    *state = &g;
    return 0;
}

static int tear_down(void **state)
{
    rig_stop(*state);
    return 0;
}

/* The request is refused with `status`, the connection ends, and nothing hidden behind it ran. */
static void assert_refused(struct rig *g, const char *text, size_t len, int status)
{
    unsigned calls = g->calls;
    struct peer *p = peer_new(g);
    peer_send(p, text, len);
    struct reply r = peer_reply(p, HANGS_MS);
    if (r.status != status)
        fail_msg("status %d, not %d, for: %s", r.status, status, text);
    if (!peer_ended(p, HANGS_MS))
        fail_msg("still open after: %s", text);
    peer_free(p);
    rig_pump(g, 5);
    assert_int_equal(g->calls, calls);
    assert_int_equal(g->hidden, 0);
}

static void refused(struct rig *g, const char *text, int status)
{
    assert_refused(g, text, strlen(text), status);
}

/* ---- replies ---- */

static void test_reply_is_typed_json(void **state)
{
    struct peer *p = peer_new(*state);
    struct reply r = peer_ask(p, "GET /v1/hello HTTP/1.1\r\n" H "\r\n");
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body, "{\"hello\":1}");
    assert_non_null(strstr(r.head, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
    assert_non_null(strstr(r.head, "\r\nX-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(r.head, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(r.head, "\r\nContent-Length: 11\r\n"));
    assert_false(r.close);
    peer_free(p);
}

static void test_reply_is_one_tls_record(void **state)
{
    struct peer *p = peer_new(*state);
    char record[4096];
    int n = -1;
    peer_puts(p, "GET /v1/hello HTTP/1.1\r\n" H "\r\n");
    for (int i = 0; i < 1000 && n <= 0; i++) {
        rig_pump(*state, 1);
        n = SSL_read(p->ssl, record, sizeof(record)); /* never more than one record */
    }
    assert_true(n > 11);
    assert_memory_equal(record + n - 11, "{\"hello\":1}", 11);
    peer_free(p);
}

static void test_refusals_carry_their_headers(void **state)
{
    struct peer *p = peer_new(*state);
    struct reply r = peer_ask(p, "GET /v1/status/503 HTTP/1.1\r\n" H "\r\n");
    assert_int_equal(r.status, 503);
    assert_non_null(strstr(r.head, "\r\nRetry-After: 1\r\n"));
    assert_string_equal(r.body, "{\"code\":\"some.code\"}");
    r = peer_ask(p, "GET /v1/status/401 HTTP/1.1\r\n" H "\r\n");
    assert_int_equal(r.status, 401);
    assert_non_null(strstr(r.head, "\r\nWWW-Authenticate: Bearer\r\n"));
    peer_free(p);
}

static void test_body_and_token_come_whole(void **state)
{
    struct rig *g = *state;
    struct peer *p = peer_new(g);
    struct reply r = peer_ask(p, "POST /v1/echo HTTP/1.1\r\n" H
                                 "Authorization: Bearer abc\r\nContent-Length: 5\r\n\r\nab\nde");
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body_len, 5);
    assert_memory_equal(r.body, "ab\nde", 5);
    assert_string_equal(g->seen, "/v1/echo||abc");
    peer_free(p);
}

static void test_query_is_decoded(void **state)
{
    struct rig *g = *state;
    struct peer *p = peer_new(g);
    assert_int_equal(peer_ask(p, "GET /v1/query?a=x%20y&b=%E7%B4%B0 HTTP/1.1\r\n" H "\r\n").status, 200);
    assert_string_equal(g->seen, "x y|細");
    peer_free(p);
    refused(g, "GET /v1/query?a=1&a=2 HTTP/1.1\r\n" H "\r\n", 400);
    refused(g, "GET /v1/query?a=%00 HTTP/1.1\r\n" H "\r\n", 400);
}

/* ---- framing ---- */

static void test_two_lengths_refused(void **state)
{
    refused(*state, "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 0\r\nContent-Length: 60\r\n\r\n" HIDDEN,
            400);
    refused(*state, "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400);
}

static void test_odd_lengths_refused(void **state)
{
    static const char *const lengths[] = {"+2", "-2", "0x2", "2,2", "2 2", "", "2;", "\t2"};
    char text[256];
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        snprintf(text, sizeof(text), "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: %s\r\n\r\n{}",
                 lengths[i]);
        refused(*state, text, 400);
    }
}

static void test_folded_length_refused(void **state)
{
    refused(*state, "POST /v1/echo HTTP/1.1\r\n" H "Content-Length:\r\n 2\r\n\r\n{}", 400);
}

static void test_transfer_encodings_refused(void **state)
{
    refused(*state, "POST /v1/echo HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n" HIDDEN, 411);
    refused(*state, "POST /v1/echo HTTP/1.1\r\n" H "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400);
    refused(*state, "POST /v1/echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            411);
    refused(*state, "POST /v1/echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked, chunked\r\n\r\n" HIDDEN, 400);
    refused(*state, "POST /v1/echo HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n" HIDDEN, 411);
    refused(*state,
            "POST /v1/echo HTTP/1.1\r\n" H
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" HIDDEN,
            400);
    refused(*state,
            "POST /v1/echo HTTP/1.1\r\n" H
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN,
            400);
    refused(*state, "GET /v1/hello HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN, 400);
}

static void test_body_without_right_refused(void **state)
{
    static const char *const methods[] = {"HEAD", "GET", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW"};
    char text[512];
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        snprintf(text, sizeof(text), "%s /v1/hello HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\n%s",
                 methods[i], strlen(HIDDEN), HIDDEN);
        refused(*state, text, 400);
    }
}

static void test_odd_header_names_refused(void **state)
{
    static const char *const lines[] = {"X Y: z",  "X@: z", ": z",     "X\x01: z",
                                        "nothing", " X: z", "X: a\rb", "X: a\x01"};
    char text[256];
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        snprintf(text, sizeof(text), "GET /v1/hello HTTP/1.1\r\n%s\r\n" H "\r\n", lines[i]);
        refused(*state, text, 400);
    }
}

static void test_host_needed_once(void **state)
{
    struct peer *p;
    refused(*state, "GET /v1/hello HTTP/1.1\r\n\r\n", 400);
    refused(*state, "GET /v1/hello HTTP/1.1\r\n" H H "\r\n", 400);
    refused(*state, "GET /v1/hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400);
    refused(*state, "GET /v1/hello HTTP/1.0\r\n" H H "\r\n", 400);
    p = peer_new(*state);
    assert_int_equal(peer_ask(p, "GET /v1/hello HTTP/1.0\r\n\r\n").status, 200);
    assert_true(peer_ended(p, HANGS_MS));
    peer_free(p);
}

static void test_odd_versions_refused(void **state)
{
    static const char *const versions[] = {"HTTP/2.0",   "HTTP/0.9", "HTTP/1.2", "HTTP/1.-1",
                                           "HTTP/257.1", "http/1.1", "HTTP/1",   "HTTP/1.1 x"};
    char text[128];
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        snprintf(text, sizeof(text), "GET /v1/hello %s\r\n" H "\r\n", versions[i]);
        refused(*state, text, 400);
    }
}

static void test_nul_refused(void **state)
{
    static const char line[] = "GET /v1/hello HTTP/1.1\0x\r\n" H "\r\n";
    static const char value[] = "POST /v1/echo HTTP/1.1\r\n" H "X: y\0Z\r\nContent-Length: 2\r\n\r\n{}";
    static const char body[] = "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\n{\0}";
    assert_refused(*state, line, sizeof(line) - 1, 400);
    assert_refused(*state, value, sizeof(value) - 1, 400);
    assert_refused(*state, body, sizeof(body) - 1, 400);
}

/* What follows a request that ends the connection is never run. */
static void test_nothing_runs_after_the_end(void **state)
{
    struct rig *g = *state;
    refused(g, "CONNECT a:1 HTTP/1.1\r\n" H "\r\n" HIDDEN, 400);
    refused(g, "CONNECT a:1 HTTP/1.1\r\n" H "Content-Length: 58\r\n\r\n" HIDDEN, 400);
    refused(g, "GET /v1/hello HTTP/1.1\r\n\r\n" HIDDEN, 400);
    refused(g, "CONNECT a:1 HTTP/1.1\r\nno header\r\n" HIDDEN, 400);
    struct peer *p = peer_new(g);
    peer_puts(p, "GET /v1/hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n" HIDDEN);
    assert_int_equal(peer_reply(p, HANGS_MS).status, 200);
    assert_true(peer_ended(p, HANGS_MS));
    assert_int_equal(g->hidden, 0);
    peer_free(p);
}

static void test_continue_is_sent(void **state)
{
    struct peer *p = peer_new(*state);
    peer_puts(p, "POST /v1/echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    assert_int_equal(peer_reply(p, HANGS_MS).status, 100);
    assert_int_equal(peer_ask(p, "{}").status, 200);
    peer_free(p);
}

/* ---- paths and methods ---- */

static void test_bad_targets_refused(void **state)
{
    static const char *const targets[] = {
        "/v1/items/%00",       "/v1/../v1/hello", "/v1/%2e%2e/v1/hello", "//v1/hello",
        "/v1/items/a%2Fb",     "/v1\\hello",      "/v1/hello#x",         "*",
        "http://cpf/v1/hello", "/v1/items/%zz",   "/v1/items/%ff",       "v1"};
    char text[256];
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" H "\r\n", targets[i]);
        refused(*state, text, 400);
    }
}

static void test_routes_match(void **state)
{
    struct rig *g = *state;
    struct peer *p = peer_new(g);
    assert_int_equal(peer_ask(p, "GET /v1/items/a%20b/c HTTP/1.1\r\n" H "\r\n").status, 200);
    assert_string_equal(g->seen, "/v1/items/a b/c|a b/c|");
    assert_int_equal(peer_ask(p, "DELETE /v1/items/one HTTP/1.1\r\n" H "\r\n").status, 405);
    assert_int_equal(peer_ask(p, "GET /v1/items/one HTTP/1.1\r\n" H "\r\n").status, 200);
    assert_int_equal(g->hidden, 1); /* the exact route, not the prefix */
    assert_int_equal(peer_ask(p, "GET /v1/nothing HTTP/1.1\r\n" H "\r\n").status, 404);
    assert_int_equal(peer_ask(p, "GET /v1/hello/ HTTP/1.1\r\n" H "\r\n").status, 404);
    peer_free(p);
}

static void test_other_methods_get_405(void **state)
{
    static const char *const methods[] = {"PUT",     "PATCH", "OPTIONS", "TRACE",
                                          "CONNECT", "HEAD",  "BREW",    "get"};
    char text[256];
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        struct peer *p = peer_new(*state);
        snprintf(text, sizeof(text), "%s /v1/items/x HTTP/1.1\r\n" H "\r\n", methods[i]);
        struct reply r = peer_ask(p, text);
        if (r.status != 405)
            fail_msg("%d for %s", r.status, methods[i]);
        assert_non_null(strstr(r.head, "\r\nAllow: GET, DELETE\r\n"));
        /* And the connection is still in step. */
        assert_int_equal(peer_ask(p, "GET /v1/hello HTTP/1.1\r\n" H "\r\n").status, 200);
        peer_free(p);
    }
}

/* ---- a connection's life ---- */

static void test_keep_alive_serves_many(void **state)
{
    struct rig *g = *state;
    struct peer *p = peer_new(g);
    for (int i = 0; i < 200; i++)
        assert_int_equal(peer_ask(p, "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\n{}").status,
                         200);
    assert_int_equal(g->calls, 200);
    peer_free(p);
}

static void test_pipelined_are_answered_in_order(void **state)
{
    struct peer *p = peer_new(*state);
    char body[2] = "a";
    for (int i = 0; i < 8; i++)
        peer_puts(p, "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\na"
                     "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nb");
    for (int i = 0; i < 16; i++) {
        struct reply r = peer_reply(p, HANGS_MS);
        body[0] = i % 2 ? 'b' : 'a';
        assert_int_equal(r.status, 200);
        assert_string_equal(r.body, body);
    }
    peer_free(p);
}

/* evhttp ends the process when bytes come while a request without body waits for its reply. */
static void test_bytes_while_waiting_are_kept(void **state)
{
    struct rig *g = *state;
    struct peer *p = peer_new(g);
    peer_puts(p, "GET /v1/later HTTP/1.1\r\n" H "\r\n");
    rig_pump(g, 20);
    assert_int_equal(g->nheld, 1);
    peer_puts(p, "GET /v1/hello HTTP/1.1\r\n" H "\r\n");
    rig_pump(g, 20);
    assert_int_equal(g->calls, 1);
    http_reply(g->held[0], 200, "{}", 2);
    g->nheld = 0;
    assert_int_equal(peer_reply(p, HANGS_MS).body_len, 2);
    assert_string_equal(peer_reply(p, HANGS_MS).body, "{\"hello\":1}");
    peer_free(p);
}

static void leave_and_reply(struct rig *g, const char *text)
{
    struct peer *p = peer_new(g);
    peer_puts(p, text);
    rig_pump(g, 20);
    assert_int_equal(g->nheld, 1);
    peer_free(p);
    rig_pump(g, 20);
    assert_string_equal(http_path(g->held[0]), "/v1/later");
    http_reply(g->held[0], 200, "{}", 2);
    g->nheld = 0;
    rig_pump(g, 20);
}

static void test_client_that_left_may_be_replied_to(void **state)
{
    struct rig *g = *state;
    leave_and_reply(g, "GET /v1/later HTTP/1.1\r\n" H "\r\n");
    leave_and_reply(g, "POST /v1/later HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\n{}");
    leave_and_reply(g, "POST /v1/later HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}");
    struct peer *p = peer_new(g);
    assert_int_equal(peer_ask(p, "GET /v1/hello HTTP/1.1\r\n" H "\r\n").status, 200);
    peer_free(p);
}

static void test_reply_after_the_server_is_gone(void **state)
{
    struct rig *g = *state;
    struct peer *p = peer_new(g);
    peer_puts(p, "POST /v1/later HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\n{}");
    rig_pump(g, 20);
    assert_int_equal(g->nheld, 1);
    rig_free_server(g);
    size_t len;
    assert_string_equal(http_body(g->held[0], &len), "{}");
    http_refuse(g->held[0], 503, "stopping");
    g->nheld = 0;
    peer_free(p);
}

static void test_goodbye_is_said_at_close(void **state)
{
    struct peer *p = peer_new(*state);
    struct reply r = peer_ask(p, "GET /v1/hello HTTP/1.1\r\n" H "Connection: close\r\n\r\n");
    assert_int_equal(r.status, 200);
    assert_true(r.close);
    assert_true(peer_ended(p, HANGS_MS));
    assert_false(p->cut);
    peer_free(p);
}

/* ---- the admin socket ---- */

static void test_unix_socket_is_private_and_serves(void **state)
{
    struct rig *g = *state;
    struct stat st;
    char path[128];
    rig_path(g, "admin.sock", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct peer *p = peer_new(g);
    assert_int_equal(peer_ask(p, "GET /v1/hello HTTP/1.1\r\n" H "\r\n").status, 200);
    assert_int_equal(peer_ask(p, "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\n{}").status, 200);
    peer_free(p);
    refused(g, "POST /v1/echo HTTP/1.1\r\n" H "Content-Length: 0\r\nContent-Length: 60\r\n\r\n" HIDDEN, 400);
    static const char nul[] = "GET /v1/hello HTTP/1.1\r\n" H "X: \0\r\n\r\n";
    assert_refused(g, nul, sizeof(nul) - 1, 400);
}

static void test_unix_socket_left_behind_is_replaced(void **state)
{
    struct rig *g = *state;
    char path[128], *error = NULL;
    struct http_server *second = NULL;
    struct http_route none[] = {{0}};
    rig_path(g, "admin.sock", path);
    struct http_config cfg = {.base = g->base, .unix_path = path, .routes = none};
    assert_int_not_equal(http_server_new(&cfg, &second, &error), 0); /* in use */
    assert_non_null(strstr(error, "in use"));
    free(error);
    rig_path(g, "old.sock", path);
    assert_int_equal(http_server_new(&cfg, &second, &error), 0);
    char kept[160];
    snprintf(kept, sizeof(kept), "%s.kept", path);
    assert_int_equal(link(path, kept), 0);
    http_server_free(second);
    assert_int_equal(rename(kept, path), 0);
    assert_int_equal(http_server_new(&cfg, &second, &error), 0);
    http_server_free(second);
}

#define T(f)      cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define T_UNIX(f) cmocka_unit_test_setup_teardown(f, set_up_unix, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_reply_is_typed_json),
        T(test_reply_is_one_tls_record),
        T(test_refusals_carry_their_headers),
        T(test_body_and_token_come_whole),
        T(test_query_is_decoded),
        T(test_two_lengths_refused),
        T(test_odd_lengths_refused),
        T(test_folded_length_refused),
        T(test_transfer_encodings_refused),
        T(test_body_without_right_refused),
        T(test_odd_header_names_refused),
        T(test_host_needed_once),
        T(test_odd_versions_refused),
        T(test_nul_refused),
        T(test_nothing_runs_after_the_end),
        T(test_continue_is_sent),
        T(test_bad_targets_refused),
        T(test_routes_match),
        T(test_other_methods_get_405),
        T(test_keep_alive_serves_many),
        T(test_pipelined_are_answered_in_order),
        T(test_bytes_while_waiting_are_kept),
        T(test_client_that_left_may_be_replied_to),
        T(test_reply_after_the_server_is_gone),
        T(test_goodbye_is_said_at_close),
        T_UNIX(test_unix_socket_is_private_and_serves),
        T_UNIX(test_unix_socket_left_behind_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
