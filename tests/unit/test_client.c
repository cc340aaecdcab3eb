/* The HTTPS client against a small evhttp server with a facility's own certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/ssl.h>

#include <cmocka.h>

#include "lib/client.h"
#include "lib/pki.h"
#include "scratch.h"

static char dir[SCRATCH];
static char ca[400], other_ca[400];

struct server {
    struct event_base *base;
    struct evhttp *http;
    SSL_CTX *tls;
    unsigned short port;
    char url[64];
    int requests, connections;
    int unavailable; /* so many are answered 503 first */
    int dropped;     /* so many lose their connection first */
    int cut;         /* so many lose it in the midst of a large body */
    bool refused;    /* no large body is given */
    char bodies[8][200], tokens[8][100];
};

static struct bufferevent *on_connection(struct event_base *base, void *arg)
{
    struct server *s = arg;
    s->connections++;
    return bufferevent_openssl_socket_new(base, -1, SSL_new(s->tls), BUFFEREVENT_SSL_ACCEPTING,
                                          BEV_OPT_CLOSE_ON_FREE);
}

static void note_request(struct server *s, struct evhttp_request *req)
{
    struct evbuffer *in = evhttp_request_get_input_buffer(req);
    const char *auth = evhttp_find_header(evhttp_request_get_input_headers(req), "Authorization");
    int i = s->requests++ % 8;
    size_t n = evbuffer_get_length(in);
    snprintf(s->tokens[i], sizeof(s->tokens[i]), "%s", auth ? auth : "");
    snprintf(s->bodies[i], sizeof(s->bodies[i]), "%.*s", (int)n, n ? (char *)evbuffer_pullup(in, -1) : "");
}

#define LARGE (20 << 20) /* more than what is held in memory of a JSON answer */

static char large_byte(size_t i)
{
    return (char)(i * 13 + i / 65536);
}

static void on_cut(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    evhttp_connection_free(evhttp_request_get_connection(arg));
}

static void send_large(struct server *s, struct evhttp_request *req)
{
    struct evbuffer *out = evbuffer_new();
    size_t len = s->cut ? 300000 : LARGE;
    char *data = malloc(len);
    for (size_t i = 0; i < len; i++)
        data[i] = s->cut ? 'x' : large_byte(i);
    evbuffer_add(out, data, len);
    free(data);
    if (s->cut > 0) {
        s->cut--;
        evhttp_send_reply_start(req, 200, NULL);
        evhttp_send_reply_chunk(req, out);
        event_base_once(s->base, -1, EV_TIMEOUT, on_cut, req, &(struct timeval){0, 50000});
    } else {
        evhttp_send_reply(req, 200, NULL, out);
    }
    evbuffer_free(out);
}

static void on_request(struct evhttp_request *req, void *arg)
{
    struct server *s = arg;
    struct evbuffer *out;
    note_request(s, req);
    if (strcmp(evhttp_request_get_uri(req), "/v1/large") == 0 && !s->refused) {
        send_large(s, req);
        return;
    }
    if (s->dropped) {
        s->dropped--;
        evhttp_connection_free(evhttp_request_get_connection(req));
        return;
    }
    out = evbuffer_new();
    evbuffer_add_printf(out, "{\"path\":\"%s\"}", evhttp_request_get_uri(req));
    evhttp_send_reply(req, s->refused ? 403 : s->unavailable-- > 0 ? 503 : 200, NULL, out);
    evbuffer_free(out);
}

static int setup(void **state)
{
    struct server *s = calloc(1, sizeof(*s));
    struct evhttp_bound_socket *bound;
    struct sockaddr_in at;
    socklen_t len = sizeof(at);
    char path[320];
    s->base = event_base_new();
    s->http = evhttp_new(s->base);
    s->tls = SSL_CTX_new(TLS_server_method());
    snprintf(path, sizeof(path), "%s/server.pem", dir);
    SSL_CTX_use_certificate_chain_file(s->tls, path);
    snprintf(path, sizeof(path), "%s/server.key", dir);
    SSL_CTX_use_PrivateKey_file(s->tls, path, SSL_FILETYPE_PEM);
    evhttp_set_bevcb(s->http, on_connection, s);
    evhttp_set_gencb(s->http, on_request, s);
    bound = evhttp_bind_socket_with_handle(s->http, "127.0.0.1", 0);
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &len);
    s->port = ntohs(at.sin_port);
    snprintf(s->url, sizeof(s->url), "https://127.0.0.1:%u", s->port);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct server *s = *state;
    evhttp_free(s->http);
    SSL_CTX_free(s->tls);
    event_base_free(s->base);
    free(s);
    return 0;
}

static struct client *client_of(struct server *s, const char *authority, int patience_ms)
{
    struct client_config cfg = {.base = s->base,
                                .url = s->url,
                                .ca = authority,
                                .connections = 2,
                                .timeout_ms = 60000,
                                .patience_ms = patience_ms};
    struct client *c = NULL;
    const char *why;
    assert_int_equal(client_new(&cfg, &c, &why), 0);
    return c;
}

static int post(struct client *c, const char *id, json_t **ret, char **why)
{
    json_t *body = json_pack("{s:s}", "id", id);
    int status = client_call(c, "/v1/scans", "TOKEN", body, ret, why);
    json_decref(body);
    return status;
}

static void test_call_brings_the_answer(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 0);
    json_t *v = NULL;
    assert_int_equal(post(c, "a", &v, NULL), 200);
    assert_string_equal(json_string_value(json_object_get(v, "path")), "/v1/scans");
    assert_string_equal(s->tokens[0], "Bearer TOKEN");
    assert_string_equal(s->bodies[0], "{\"id\":\"a\"}");
    json_decref(v);
    client_free(c);
}

static void test_calls_share_a_connection(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(post(c, "a", NULL, NULL), 200);
    assert_int_equal(s->connections, 1);
    assert_int_equal(client_open(c), 0);
    client_free(c);
}

static void test_503_is_tried_again_with_the_same_id(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 120000);
    s->unavailable = 2;
    assert_int_equal(post(c, "again", NULL, NULL), 200);
    assert_int_equal(s->requests, 3);
    assert_string_equal(s->bodies[0], s->bodies[2]);
    client_free(c);
}

static void test_a_lost_connection_is_tried_again(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 120000);
    s->dropped = 2;
    assert_int_equal(post(c, "lost", NULL, NULL), 200);
    assert_int_equal(s->requests, 3);
    assert_string_equal(s->bodies[0], s->bodies[2]);
    client_free(c);
}

static void test_impatience_tells_the_503(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 0);
    s->unavailable = 5;
    assert_int_equal(post(c, "a", NULL, NULL), 503);
    assert_int_equal(s->requests, 1);
    client_free(c);
}

static void test_a_foreign_authority_is_refused(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, other_ca, 0);
    char *why = NULL;
    assert_int_equal(post(c, "a", NULL, &why), 0);
    assert_non_null(why);
    assert_int_equal(s->requests, 0);
    free(why);
    client_free(c);
}

static void test_nobody_there_is_told(void **state)
{
    struct server *s = *state;
    struct client *c;
    char *why = NULL;
    snprintf(s->url, sizeof(s->url), "https://127.0.0.1:1");
    c = client_of(s, ca, 200);
    assert_int_equal(post(c, "a", NULL, &why), 0);
    assert_non_null(why);
    free(why);
    client_free(c);
}

static void test_a_bad_address_is_refused(void **state)
{
    static const char *const urls[] = {"http://localhost", "https://", "https://a:0", "https://a:99999",
                                       "https://a/b"};
    struct server *s = *state;
    const char *why;
    struct client *c = NULL;
    for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
        struct client_config cfg = {.base = s->base, .url = urls[i], .ca = ca};
        assert_int_equal(client_new(&cfg, &c, &why), CPF_E_INVAL);
        assert_non_null(why);
    }
    assert_null(c);
}

static void test_freeing_forgets_what_is_open(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 120000);
    for (int i = 0; i < 5; i++)
        client_send(c, "/v1/status", NULL, NULL, NULL, NULL);
    event_base_loop(s->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
    assert_int_equal(client_open(c), 5);
    client_free(c);
}

/* ---- large answers, into a file ---- */

static int fetch(struct client *c, FILE *f, size_t most, json_t **ret, char **why)
{
    return client_fetch(c, "/v1/large", "TOKEN", NULL, f, most, ret, why);
}

static long size_of(FILE *f)
{
    assert_int_equal(fflush(f), 0);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    return ftell(f);
}

static void is_large(FILE *f)
{
    assert_int_equal(size_of(f), LARGE);
    rewind(f);
    for (size_t i = 0; i < LARGE; i++)
        if ((char)fgetc(f) != large_byte(i))
            fail_msg("byte %zu differs", i);
}

static void test_fetch_brings_a_large_body(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 0);
    FILE *f = tmpfile();
    json_t *v = NULL;
    assert_int_equal(fetch(c, f, LARGE, &v, NULL), 200);
    assert_null(v);
    is_large(f);
    assert_int_equal(post(c, "a", &v, NULL), 200); /* the connection serves on */
    assert_non_null(v);
    json_decref(v);
    assert_int_equal(s->connections, 1);
    fclose(f);
    client_free(c);
}

static void test_fetch_begins_anew_after_a_loss(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 120000);
    FILE *f = tmpfile();
    s->cut = 2;
    assert_int_equal(fetch(c, f, LARGE, NULL, NULL), 200);
    assert_int_equal(s->requests, 3);
    is_large(f);
    fclose(f);
    client_free(c);
}

static void test_fetch_leaves_a_refusal_out_of_the_file(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 0);
    FILE *f = tmpfile();
    json_t *v = NULL;
    s->refused = true;
    assert_int_equal(fetch(c, f, LARGE, &v, NULL), 403);
    assert_non_null(json_object_get(v, "path"));
    assert_int_equal(size_of(f), 0);
    json_decref(v);
    fclose(f);
    client_free(c);
}

static void test_fetch_takes_no_more_than_was_said(void **state)
{
    struct server *s = *state;
    struct client *c = client_of(s, ca, 0);
    FILE *f = tmpfile();
    char *why = NULL;
    assert_int_equal(fetch(c, f, LARGE - 1, NULL, &why), 0);
    assert_non_null(why);
    free(why);
    fclose(f);
    client_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_call_brings_the_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_calls_share_a_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(test_503_is_tried_again_with_the_same_id, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_lost_connection_is_tried_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_impatience_tells_the_503, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_foreign_authority_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody_there_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_bad_address_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_freeing_forgets_what_is_open, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fetch_brings_a_large_body, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fetch_begins_anew_after_a_loss, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fetch_leaves_a_refusal_out_of_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fetch_takes_no_more_than_was_said, setup, teardown),
    };
    const char *const hosts[] = {"example.internal"};
    char second[300], command[80];
    int failed;
    if (!mkdtemp(scratch(dir, "cpf-client")))
        return 1;
    snprintf(second, sizeof(second), "%s/second", dir);
    snprintf(command, sizeof(command), "mkdir %s/second", dir);
    if (system(command) || pki_make(dir, "test", 1, hosts) || pki_make(second, "other", 0, NULL))
        return 1;
    snprintf(ca, sizeof(ca), "%s/ca.pem", dir);
    snprintf(other_ca, sizeof(other_ca), "%s/ca.pem", second);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command) ? 1 : failed;
}
