/* POST to a real server of ours over TLS, and to servers that misbehave. */
#include "http_rig.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <openssl/pem.h>
#include "http/http_client.h"

struct got {
    struct event_base *base;
    unsigned calls;
    int code, status;
    char type[64], body[256], reason[256];
    size_t len;
};

static void on_answer(void *arg, const struct http_answer *a)
{
    struct got *g = arg;
    g->calls++;
    g->code = a->code;
    g->status = a->status;
    g->len = a->len;
    snprintf(g->type, sizeof(g->type), "%s", a->type);
    snprintf(g->body, sizeof(g->body), "%s", a->body);
    snprintf(g->reason, sizeof(g->reason), "%s", a->reason);
    event_base_loopbreak(g->base);
}

static struct got post(struct event_base *base, const char *url, const struct http_post_config *tweak)
{
    struct got g = {.base = base};
    struct http_post_config cfg = tweak ? *tweak : (struct http_post_config){0};
    struct http_post *p;
    cfg.base = base;
    cfg.url = url;
    cfg.type = "text/plain";
    cfg.body = "hello";
    cfg.len = 5;
    cfg.limit = cfg.limit ? cfg.limit : 1000;
    cfg.timeout_ms = cfg.timeout_ms ? cfg.timeout_ms : HANGS_MS;
    cfg.done = on_answer;
    cfg.arg = &g;
    assert_int_equal(http_post_start(&cfg, &p), 0);
    assert_int_equal(g.calls, 0);
    while (!g.calls)
        event_base_dispatch(base);
    event_base_loop(base, EVLOOP_NONBLOCK);
    assert_int_equal(g.calls, 1);
    return g;
}

static struct rig rig;
static char ca[128], url[128];

static int start(void **state)
{
    (void)state;
    rig_start(&rig, NULL);
    rig_path(&rig, "ca.pem", ca);
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/v1/echo", http_server_port(rig.server));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    rig_stop(&rig);
    return 0;
}

/* ---- over TLS ---- */

static void test_post_known_ca_answered(void **state)
{
    (void)state;
    struct got g = post(rig.base, url, &(struct http_post_config){.ca_file = ca});
    assert_string_equal(g.reason, "");
    assert_int_equal(g.code, 0);
    assert_int_equal(g.status, 200);
    assert_string_equal(g.body, "hello");
    assert_string_equal(g.type, "application/json");
}

static void test_post_host_name_answered(void **state)
{
    (void)state;
    char other[128];
    snprintf(other, sizeof(other), "https://localhost:%u/v1/echo", http_server_port(rig.server));
    struct got g = post(rig.base, other, &(struct http_post_config){.ca_file = ca});
    assert_string_equal(g.reason, "");
    assert_int_equal(g.status, 200);
}

static void test_post_unknown_ca_refused(void **state)
{
    (void)state;
    struct got g = post(rig.base, url, NULL);
    assert_int_equal(g.code, CPF_E_KEY);
    assert_int_equal(rig.calls, 0);
}

/* The file may hold the server's own certificate. */
static void test_post_server_as_ca_answered(void **state)
{
    (void)state;
    char own[128];
    rig_path(&rig, "server.pem", own);
    struct got g = post(rig.base, url, &(struct http_post_config){.ca_file = own});
    assert_int_equal(g.status, 200);
}

static void server_digest(uint8_t ret[HASH_LEN])
{
    char path[128];
    unsigned n;
    rig_path(&rig, "server.pem", path);
    FILE *f = fopen(path, "re");
    X509 *x = PEM_read_X509(f, NULL, NULL, NULL);
    fclose(f);
    assert_int_equal(X509_digest(x, EVP_sha256(), ret, &n), 1);
    X509_free(x);
}

static void test_post_pinned_answered(void **state)
{
    (void)state;
    uint8_t pin[HASH_LEN];
    server_digest(pin);
    struct got g = post(rig.base, url, &(struct http_post_config){.pin = pin});
    assert_int_equal(g.status, 200);
}

/* A certificate of the same authority is not the pinned one. */
static void test_post_other_pin_refused(void **state)
{
    (void)state;
    uint8_t pin[HASH_LEN];
    server_digest(pin);
    pin[5] ^= 1;
    struct got g = post(rig.base, url, &(struct http_post_config){.pin = pin, .ca_file = ca});
    assert_int_equal(g.code, CPF_E_KEY);
    assert_int_equal(rig.calls, 0);
}

/* The certificate names 127.0.0.1, not 127.0.0.2. */
static void test_post_other_name_refused(void **state)
{
    (void)state;
    char other[128];
    rig_stop(&rig);
    rig_start(&rig, &(struct http_config){.address = "127.0.0.2"});
    rig_path(&rig, "ca.pem", ca);
    snprintf(other, sizeof(other), "https://127.0.0.2:%u/v1/echo", http_server_port(rig.server));
    struct got g = post(rig.base, other, &(struct http_post_config){.ca_file = ca});
    assert_int_equal(g.code, CPF_E_KEY);
    assert_int_equal(rig.calls, 0);
}

static void test_post_too_large_refused(void **state)
{
    (void)state;
    struct got g = post(rig.base, url, &(struct http_post_config){.ca_file = ca, .limit = 4});
    assert_int_equal(g.code, CPF_E_LIMIT);
}

static void test_post_slow_ends(void **state)
{
    (void)state;
    char later[128];
    snprintf(later, sizeof(later), "https://127.0.0.1:%u/v1/later", http_server_port(rig.server));
    struct got g = post(rig.base, later, &(struct http_post_config){.ca_file = ca, .timeout_ms = 1500});
    assert_int_equal(g.code, CPF_E_LIMIT);
    assert_int_equal(rig.nheld, 1);
    http_reply(rig.held[0], 200, "{}", 2); /* the client has left */
    rig.nheld = 0;
}

static void test_post_cancelled_tells_nothing(void **state)
{
    (void)state;
    struct got g = {.base = rig.base};
    struct http_post *p;
    struct http_post_config cfg = {.base = rig.base,
                                   .url = url,
                                   .ca_file = ca,
                                   .type = "text/plain",
                                   .body = "x",
                                   .len = 1,
                                   .limit = 10,
                                   .timeout_ms = 1000,
                                   .done = on_answer,
                                   .arg = &g};
    assert_int_equal(http_post_start(&cfg, &p), 0);
    event_base_loop(rig.base, EVLOOP_ONCE); /* connecting */
    assert_int_equal(g.calls, 0);
    http_post_cancel(p);
    rig_pump(&rig, 50);
    assert_int_equal(g.calls, 0);
}

/* ---- servers that misbehave ---- */

static const char *canned;

static void on_read(struct bufferevent *b, void *arg)
{
    (void)arg;
    struct evbuffer *in = bufferevent_get_input(b);
    if (evbuffer_search(in, "hello", 5, NULL).pos < 0)
        return;
    evbuffer_drain(in, evbuffer_get_length(in));
    if (canned)
        bufferevent_write(b, canned, strlen(canned));
    else
        bufferevent_free(b);
}

static void on_event(struct bufferevent *b, short what, void *arg)
{
    (void)arg;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        bufferevent_free(b);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *a, int len, void *arg)
{
    (void)a, (void)len, (void)arg;
    struct bufferevent *b = bufferevent_socket_new(evconnlistener_get_base(l), fd, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(b, on_read, NULL, on_event, NULL);
    bufferevent_enable(b, EV_READ | EV_WRITE);
}

/* Posts to a server that answers `text`; NULL: it hangs up. */
static struct got post_canned(const char *text, unsigned timeout_ms)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);
    char plain[128];
    canned = text;
    struct evconnlistener *l = evconnlistener_new_bind(rig.base, on_accept, NULL, LEV_OPT_CLOSE_ON_FREE, 8,
                                                       (struct sockaddr *)&a, sizeof(a));
    assert_non_null(l);
    getsockname(evconnlistener_get_fd(l), (struct sockaddr *)&a, &len);
    snprintf(plain, sizeof(plain), "http://127.0.0.1:%u", ntohs(a.sin_port));
    struct got g = post(rig.base, plain, &(struct http_post_config){.timeout_ms = timeout_ms});
    evconnlistener_free(l);
    rig_pump(&rig, 20); /* the server's end closes */
    return g;
}

static void test_post_plain_answered(void **state)
{
    (void)state;
    struct got g = post_canned("HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size; a=b\r\n"
                               "Content-Length: 3\r\n\r\n12\n",
                               0);
    assert_int_equal(g.code, 0);
    assert_int_equal(g.status, 409);
    assert_string_equal(g.type, "text/x.tlog.size");
    assert_string_equal(g.body, "12\n");
}

static void test_post_not_http_refused(void **state)
{
    (void)state;
    assert_int_not_equal(post_canned("SSH-2.0-thing\r\n\r\n", 0).code, 0);
}

static void test_post_hung_up_is_away(void **state)
{
    (void)state;
    assert_int_equal(post_canned(NULL, 0).code, CPF_E_AWAY);
}

static void test_post_endless_headers_refused(void **state)
{
    (void)state;
    static char text[20000];
    memset(text, 'a', 19000);
    memcpy(text, "HTTP/1.1 200 OK\r\nX-Long: ", 25);
    strcpy(text + 19000, "\r\n\r\n");
    struct got g = post_canned(text, 0);
    assert_int_not_equal(g.code, 0);
}

static void test_post_half_answer_ends(void **state)
{
    (void)state;
    struct got g = post_canned("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", 300);
    assert_int_equal(g.code, CPF_E_LIMIT);
}

static void test_post_nobody_is_away(void **state)
{
    (void)state;
    struct got g = post(rig.base, "http://127.0.0.1:1/", NULL);
    assert_int_equal(g.code, CPF_E_AWAY);
}

/* A name that nobody answers for costs no more than the time given, and no memory. */
static void test_post_unknown_name_ends(void **state)
{
    (void)state;
    struct got g =
        post(rig.base, "https://no-such-host.invalid/", &(struct http_post_config){.timeout_ms = 200});
    assert_true(g.code == CPF_E_LIMIT || g.code == CPF_E_AWAY);
    rig_pump(&rig, 50);
}

static void test_post_bad_url_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "ftp://a/",
                                      "http://",
                                      "http:///x",
                                      "http://a:0/",
                                      "http://a:99999/",
                                      "http://a:b/",
                                      "http://u@a/",
                                      "http://a/ b",
                                      "http://a/#f",
                                      "http://[::1/",
                                      "http://[::1]x/",
                                      "https://a\\b/",
                                      "http://a/\r\nX: y"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(http_url_check(bad[i]), CPF_E_SYNTAX);
    assert_int_equal(http_url_check("https://[::1]:8443/witness"), 0);
    assert_int_equal(http_url_check("http://tsa.example/tsr?x=1"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_post_##name, start, stop)
    const struct CMUnitTest tests[] = {
        T(known_ca_answered),       T(host_name_answered), T(unknown_ca_refused),
        T(server_as_ca_answered),   T(pinned_answered),    T(other_pin_refused),
        T(other_name_refused),      T(too_large_refused),  T(slow_ends),
        T(plain_answered),          T(not_http_refused),   T(hung_up_is_away),
        T(endless_headers_refused), T(half_answer_ends),   T(nobody_is_away),
        T(unknown_name_ends),       T(bad_url_refused),    T(cancelled_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
