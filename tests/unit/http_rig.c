#include "http_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include <event2/event.h>
#include "base/clock.h"
#include "base/mem.h"
#include "../../tools/lib/pki.h"
#include "scratch.h"

#define LONG_MS HANGS_MS

/* ---- handlers ---- */

static void saw(struct rig *g, struct http_request *r)
{
    g->calls++;
    snprintf(g->seen, sizeof(g->seen), "%s|%s|%s", http_path(r), http_path_rest(r),
             http_bearer(r) ? http_bearer(r) : "");
}

static void on_hello(void *arg, struct http_request *r)
{
    saw(arg, r);
    http_reply(r, 200, "{\"hello\":1}", 11);
}

static void on_echo(void *arg, struct http_request *r)
{
    size_t len;
    const char *body = http_body(r, &len);
    saw(arg, r);
    assert_int_equal(body[len], '\0');
    http_reply(r, 200, body, len);
}

static void on_length(void *arg, struct http_request *r)
{
    size_t len;
    char text[32];
    saw(arg, r);
    assert_non_null(http_body(r, &len));
    http_reply(r, 200, text, (size_t)snprintf(text, sizeof(text), "%zu", len));
}

static void on_hidden(void *arg, struct http_request *r)
{
    struct rig *g = arg;
    g->hidden++;
    on_hello(arg, r);
}

static void on_later(void *arg, struct http_request *r)
{
    struct rig *g = arg;
    saw(g, r);
    assert_true(g->nheld < RIG_HELD);
    g->held[g->nheld++] = r;
}

static void on_big(void *arg, struct http_request *r)
{
    size_t len = 4 * 1024 * 1024;
    char *data = xcalloc(1, len);
    saw(arg, r);
    memset(data, 'x', len);
    http_reply_type(r, 200, "text/plain", data, len, NULL);
    free(data);
}

/* As many letters as the path says. */
static void on_bytes(void *arg, struct http_request *r)
{
    static char letters[16384];
    saw(arg, r);
    for (size_t i = 0; i < sizeof(letters); i++)
        letters[i] = (char)('a' + i % 26);
    size_t n = strtoul(http_path_rest(r), NULL, 10);
    http_reply(r, 200, letters, n < sizeof(letters) ? n : sizeof(letters));
}

static void on_query(void *arg, struct http_request *r)
{
    struct rig *g = arg;
    const char *a = http_query(r, "a"), *b = http_query(r, "b");
    saw(g, r);
    snprintf(g->seen, sizeof(g->seen), "%s|%s", a ? a : "-", b ? b : "-");
    http_reply(r, 200, "{}", 2);
}

static void on_status(void *arg, struct http_request *r)
{
    saw(arg, r);
    http_refuse(r, atoi(http_path_rest(r)), "some.code");
}

struct held_stream {
    struct rig *rig;
    unsigned i;
};

static void on_stream_ready(void *arg)
{
    struct held_stream *h = arg;
    h->rig->ready++;
}

static void on_stream_end(void *arg, enum http_stream_end why)
{
    struct held_stream *h = arg;
    h->rig->ended++;
    h->rig->why = why;
    h->rig->stream[h->i] = NULL;
}

static void on_stream(void *arg, struct http_request *r)
{
    static struct held_stream held[RIG_HELD];
    struct rig *g = arg;
    saw(g, r);
    assert_true(g->nstreams < RIG_HELD);
    struct held_stream *h = &held[g->nstreams];
    *h = (struct held_stream){g, g->nstreams};
    const struct http_stream_config cfg = {"text/event-stream", on_stream_ready, on_stream_end, h};
    struct http_stream *s = http_stream_start(r, &cfg);
    if (s)
        g->stream[g->nstreams++] = s;
    else
        http_refuse(r, 503, "busy.watchers");
}

static const struct http_route routes[] = {{HTTP_GET, "/v1/hello", on_hello},
                                           {HTTP_POST, "/v1/echo", on_echo},
                                           {HTTP_POST, "/v1/records", on_length},
                                           {HTTP_GET, "/v1/later", on_later},
                                           {HTTP_POST, "/v1/later", on_later},
                                           {HTTP_GET, "/v1/items/*", on_hello},
                                           {HTTP_DELETE, "/v1/items/*", on_hello},
                                           {HTTP_GET, "/v1/items/one", on_hidden},
                                           {HTTP_GET, "/v1/query", on_query},
                                           {HTTP_GET, "/v1/big", on_big},
                                           {HTTP_GET, "/v1/bytes/*", on_bytes},
                                           {HTTP_GET, "/v1/status/*", on_status},
                                           {HTTP_POST, "/v1/hidden", on_hidden},
                                           {HTTP_GET, "/v1/stream", on_stream},
                                           {0}};

static const char *const large[] = {"/v1/records", NULL};

/* ---- the server ---- */

void rig_path(const struct rig *g, const char *name, char ret[128])
{
    assert_true(snprintf(ret, 128, "%s/%s", g->dir, name) < 128);
}

static void start(struct rig *g, const struct http_config *tweak, bool plain)
{
    char cert[128], key[128], path[128], *error = NULL;
    struct http_config cfg = tweak ? *tweak : (struct http_config){0};
    signal(SIGPIPE, SIG_IGN);
    *g = (struct rig){0};
    assert_non_null(mkdtemp(scratch(g->dir, "test-http")));
    struct event_config *config = event_config_new();
    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST); /* as cpfd's main does */
    g->base = event_base_new_with_config(config);
    event_config_free(config);
    assert_non_null(g->base);
    cfg.base = g->base;
    cfg.routes = routes;
    cfg.arg = g;
    rig_path(g, "admin.sock", path);
    if (plain) {
        cfg.unix_path = path;
    } else {
        assert_int_equal(pki_make(g->dir, "test", 0, NULL), 0);
        rig_path(g, "server.pem", cert);
        rig_path(g, "server.key", key);
        cfg.address = cfg.address ? cfg.address : "127.0.0.1";
        cfg.cert = cert;
        cfg.key = key;
        cfg.large = large;
    }
    int err = http_server_new(&cfg, &g->server, &error);
    if (err)
        fail_msg("http_server_new: %s", error ? error : cpf_strerror(err));
}

void rig_start(struct rig *g, const struct http_config *tweak)
{
    start(g, tweak, false);
}

void rig_start_unix(struct rig *g, const struct http_config *tweak)
{
    start(g, tweak, true);
}

void rig_pump(struct rig *g, int ms)
{
    int64_t until = clock_mono_ms() + ms;
    int turns = 0;
    /* Client and server are one process: what is to happen needs turns of the loop, and a busy machine gives
     * few in the time. */
    do {
        event_base_loop(g->base, EVLOOP_NONBLOCK);
        if (ms)
            usleep(200);
    } while (clock_mono_ms() < until || (ms > 1 && ++turns < 50));
}

void rig_free_server(struct rig *g)
{
    http_server_free(g->server);
    g->server = NULL;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void rig_stop(struct rig *g)
{
    http_server_free(g->server);
    for (unsigned i = 0; i < g->nheld; i++) {
        if (g->held[i])
            http_reply(g->held[i], 200, "{}", 2);
    }
    event_base_free(g->base);
    nftw(g->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- a client ---- */

static void pump_once(struct peer *p)
{
    event_base_loop(p->rig->base, EVLOOP_NONBLOCK);
    usleep(20);
}

static struct peer *peer_connected(struct rig *g, int family, const struct sockaddr *to, socklen_t len)
{
    struct peer *p = xcalloc(1, sizeof(*p));
    int on = 1;
    p->rig = g;
    p->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(p->fd >= 0);
    if (connect(p->fd, to, len) < 0) { /* the backlog takes it, whether the server accepts or not */
        close(p->fd);
        free(p);
        return NULL;
    }
    if (family == AF_INET)
        setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    evutil_make_socket_nonblocking(p->fd);
    return p;
}

struct peer *peer_new_tcp(struct rig *g)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    if (http_server_port(g->server)) {
        in.sin_port = htons(http_server_port(g->server));
        return peer_connected(g, AF_INET, (struct sockaddr *)&in, sizeof(in));
    }
    snprintf(un.sun_path, sizeof(un.sun_path), "%s/admin.sock", g->dir);
    return peer_connected(g, AF_UNIX, (struct sockaddr *)&un, sizeof(un));
}

SSL_CTX *peer_ctx(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    assert_non_null(ctx);
    return ctx;
}

bool peer_shake(struct peer *p, SSL_CTX *ctx)
{
    int64_t until = clock_mono_ms() + LONG_MS;
    p->ctx = ctx;
    p->ssl = SSL_new(ctx);
    assert_non_null(p->ssl);
    SSL_set_fd(p->ssl, p->fd);
    SSL_set_connect_state(p->ssl);
    while (clock_mono_ms() < until) {
        int n = SSL_do_handshake(p->ssl);
        if (n == 1)
            return true;
        int why = SSL_get_error(p->ssl, n);
        if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
            return false;
        pump_once(p);
    }
    return false;
}

struct peer *peer_new(struct rig *g)
{
    struct peer *p = peer_new_tcp(g);
    assert_non_null(p);
    if (http_server_port(g->server))
        assert_true(peer_shake(p, peer_ctx()));
    return p;
}

void peer_free(struct peer *p)
{
    if (!p)
        return;
    SSL_free(p->ssl);
    SSL_CTX_free(p->ctx);
    close(p->fd);
    free(p);
}

static int write_some(struct peer *p, const void *data, size_t len)
{
    if (p->ssl)
        return SSL_write(p->ssl, data, (int)len);
    return (int)send(p->fd, data, len, MSG_NOSIGNAL);
}

/* Stops silently if the server has closed: the reply tells. */
void peer_send(struct peer *p, const void *data, size_t len)
{
    const char *from = data;
    int64_t until = clock_mono_ms() + LONG_MS;
    while (len && clock_mono_ms() < until) {
        int n = write_some(p, from, len > 16384 ? 16384 : len);
        if (n > 0) {
            from += n;
            len -= (size_t)n;
        } else if (p->ssl ? SSL_get_error(p->ssl, n) == SSL_ERROR_SSL ||
                                SSL_get_error(p->ssl, n) == SSL_ERROR_SYSCALL
                          : errno != EAGAIN) {
            return;
        }
        pump_once(p);
    }
}

void peer_puts(struct peer *p, const char *text)
{
    peer_send(p, text, strlen(text));
}

/* Reads what is there, one record at most; false at the end. */
static bool read_some(struct peer *p)
{
    size_t room = sizeof(p->in) - p->len;
    int n = p->ssl ? SSL_read(p->ssl, p->in + p->len, (int)room)
                   : (int)recv(p->fd, p->in + p->len, room, MSG_DONTWAIT);
    if (n > 0) {
        p->len += (size_t)n;
        return true;
    }
    int why = p->ssl ? SSL_get_error(p->ssl, n) : 0;
    if (p->ssl ? why == SSL_ERROR_WANT_READ : n < 0 && errno == EAGAIN)
        return false;
    p->eof = true;
    p->cut = p->ssl ? why != SSL_ERROR_ZERO_RETURN : n != 0;
    return false;
}

/* Length of the complete reply at the front of the buffer; 0: not complete. */
static size_t complete(struct peer *p, size_t *ret_head, size_t *ret_body)
{
    char *end = memmem(p->in, p->len, "\r\n\r\n", 4);
    if (!end)
        return 0;
    *ret_head = (size_t)(end - p->in) + 4;
    char *length = memmem(p->in, *ret_head, "\r\nContent-Length: ", 18);
    *ret_body = length ? strtoul(length + 18, NULL, 10) : 0;
    return *ret_head + *ret_body <= p->len ? *ret_head + *ret_body : 0;
}

struct reply peer_reply(struct peer *p, int ms)
{
    static char head[16384];
    struct reply r = {.head = head};
    size_t head_len, body_len, n;
    int64_t until = clock_mono_ms() + ms;
    while (!(n = complete(p, &head_len, &body_len)) && !p->eof && clock_mono_ms() < until) {
        if (!read_some(p))
            pump_once(p);
    }
    head[0] = '\0';
    if (!n)
        return r;
    assert_true(head_len < sizeof(head));
    memcpy(head, p->in, head_len);
    head[head_len] = '\0';
    if (strncmp(head, "HTTP/1.0 ", 9) != 0 && strncmp(head, "HTTP/1.1 ", 9) != 0)
        fail_msg("no status line: %s", head);
    r.status = atoi(head + 9);
    r.close = strcasestr(head, "\r\nConnection: close\r\n") != NULL;
    r.body_len = body_len < sizeof(r.body) - 1 ? body_len : sizeof(r.body) - 1;
    memcpy(r.body, p->in + head_len, r.body_len);
    memmove(p->in, p->in + n, p->len - n);
    p->len -= n;
    return r;
}

struct reply peer_ask(struct peer *p, const char *text)
{
    peer_puts(p, text);
    return peer_reply(p, LONG_MS);
}

bool peer_ended(struct peer *p, int ms)
{
    int64_t until = clock_mono_ms() + ms;
    while (!p->eof && clock_mono_ms() < until) {
        p->len = 0;
        if (!read_some(p))
            pump_once(p);
    }
    return p->eof;
}

void peer_read(struct peer *p)
{
    if (!read_some(p))
        pump_once(p);
}
