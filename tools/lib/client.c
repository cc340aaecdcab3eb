#include "client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/mem.h"

#define PAUSE_FIRST_MS 40
#define PAUSE_MOST_MS  2000
#define REPLY_BYTES    (8 * 1024 * 1024)

struct call {
    TAILQ_ENTRY(call) link;
    struct client *client;
    char *path, *token, *body;
    size_t body_len;
    FILE *to; /* borrowed; where the body of a 200 goes, or NULL */
    size_t most;
    client_cb cb;
    void *arg;
    int64_t since;
    int tries, pause_ms;
    struct event *again; /* fires when the pause before the next try is over */
};
TAILQ_HEAD(calls, call);

struct link {
    struct client *client;
    struct evhttp_connection *conn; /* NULL until needed and after a loss */
    struct call *call;              /* in flight, or NULL */
    struct event *drop;             /* frees a lost connection outside its own callback */
    bool lost;
};

struct client {
    struct event_base *base;
    SSL_CTX *tls;
    char *host;
    unsigned short port;
    int timeout_ms, patience_ms;
    int nlinks;
    struct link *link;
    struct calls waiting; /* to be sent as soon as a link is free */
    struct calls pausing; /* waiting for their next try */
    struct event *kick;
    size_t open;
    FILE *record; /* borrowed; NULL: none */
};

static void start_waiting(struct client *c);

static void call_free(struct call *k)
{
    if (k->again)
        event_free(k->again);
    free(k->path);
    free(k->token);
    free(k->body);
    free(k);
}

static void call_done(struct call *k, const struct client_reply *r)
{
    struct client_reply out = *r;
    out.tries = k->tries;
    out.ms = (double)(clock_mono_ms() - k->since);
    k->client->open--;
    k->cb(k->arg, &out);
    call_free(k);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    struct call *k = arg;
    (void)fd, (void)what;
    TAILQ_REMOVE(&k->client->pausing, k, link);
    TAILQ_INSERT_HEAD(&k->client->waiting, k, link);
    start_waiting(k->client);
}

/* Plans the next try; false if patience ends before it. */
static bool call_again(struct call *k, int least_ms)
{
    struct client *c = k->client;
    unsigned char dice;
    int pause;
    k->pause_ms = k->pause_ms ? k->pause_ms * 2 : PAUSE_FIRST_MS;
    if (k->pause_ms > PAUSE_MOST_MS)
        k->pause_ms = PAUSE_MOST_MS;
    enc_random(&dice, 1); /* so that many stations do not come back in step */
    pause = k->pause_ms / 2 + k->pause_ms * dice / 512;
    if (pause < least_ms)
        pause = least_ms;
    if (clock_mono_ms() - k->since + pause > c->patience_ms)
        return false;
    if (!k->again)
        k->again = evtimer_new(c->base, on_again, k);
    TAILQ_INSERT_TAIL(&c->pausing, k, link);
    event_add(k->again, &(struct timeval){pause / 1000, pause % 1000 * 1000});
    return true;
}

static json_t *reply_json(struct evhttp_request *req)
{
    struct evbuffer *in = evhttp_request_get_input_buffer(req);
    size_t len = evbuffer_get_length(in);
    return len ? json_loadb((const char *)evbuffer_pullup(in, -1), len, 0, NULL) : NULL;
}

static int retry_after_ms(struct evhttp_request *req)
{
    const char *s = evhttp_find_header(evhttp_request_get_input_headers(req), "Retry-After");
    long v = s ? strtol(s, NULL, 10) : 0;
    return v > 0 && v < 60 ? (int)v * 1000 : 0;
}

static const char *loss_text(struct link *l)
{
    struct bufferevent *bev = l->conn ? evhttp_connection_get_bufferevent(l->conn) : NULL;
    SSL *ssl = bev ? bufferevent_openssl_get_ssl(bev) : NULL;
    if (ssl && SSL_get_verify_result(ssl) != X509_V_OK)
        return X509_verify_cert_error_string(SSL_get_verify_result(ssl));
    return "no answer: connection refused, lost or timed out";
}

static void on_drop(evutil_socket_t fd, short what, void *arg)
{
    struct link *l = arg;
    (void)fd, (void)what;
    if (l->conn)
        evhttp_connection_free(l->conn);
    l->conn = NULL;
    l->lost = false;
    start_waiting(l->client);
}

/* evhttp cannot connect a used TLS bufferevent again, and must not be freed in its own callback. */
static void link_lost(struct link *l)
{
    l->lost = true;
    event_active(l->drop, EV_TIMEOUT, 1);
}

static void on_reply(struct evhttp_request *req, void *arg)
{
    struct link *l = arg;
    struct call *k = l->call;
    struct client_reply r = {0};
    l->call = NULL;
    r.status = req ? evhttp_request_get_response_code(req) : 0;
    if (!r.status) {
        r.error = loss_text(l);
        link_lost(l);
        if (!call_again(k, 0))
            call_done(k, &r);
        return;
    }
    if (r.status == 503 && call_again(k, retry_after_ms(req))) {
        start_waiting(l->client);
        return;
    }
    r.json = reply_json(req);
    call_done(k, &r);
    json_decref(r.json);
    start_waiting(l->client);
}

/* As a large body comes in; evhttp drops what stands in the buffer behind us. */
static void on_part(struct evhttp_request *req, void *arg)
{
    struct link *l = arg;
    struct evbuffer *in = evhttp_request_get_input_buffer(req);
    for (size_t n; (n = evbuffer_get_contiguous_space(in)) > 0; evbuffer_drain(in, n))
        fwrite(evbuffer_pullup(in, (ev_ssize_t)n), 1, n, l->call->to);
}

/* A refusal stays where reply_json() looks for it. */
static int on_header(struct evhttp_request *req, void *arg)
{
    struct link *l = arg;
    if (l->call->to && evhttp_request_get_response_code(req) == 200)
        evhttp_request_set_chunked_cb(req, on_part);
    return 0;
}

static bool host_is_ip(const char *host)
{
    struct in6_addr a;
    return inet_pton(AF_INET, host, &a) == 1 || inet_pton(AF_INET6, host, &a) == 1;
}

static bool link_connect(struct link *l)
{
    struct client *c = l->client;
    struct bufferevent *bev;
    SSL *ssl = SSL_new(c->tls);
    int ok;
    if (!ssl)
        return false;
    if (host_is_ip(c->host))
        ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), c->host);
    else
        ok = SSL_set1_host(ssl, c->host) && SSL_set_tlsext_host_name(ssl, c->host);
    if (!ok) {
        SSL_free(ssl);
        return false;
    }
    bev = bufferevent_openssl_socket_new(c->base, -1, ssl, BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
    if (!bev) {
        SSL_free(ssl);
        return false;
    }
    bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    l->conn = evhttp_connection_base_bufferevent_new(c->base, NULL, bev, c->host, c->port);
    require(l->conn);
    evhttp_connection_set_timeout_tv(l->conn,
                                     &(struct timeval){c->timeout_ms / 1000, c->timeout_ms % 1000 * 1000});
    return true;
}

static struct evhttp_request *request_new(struct link *l, struct call *k)
{
    struct evhttp_request *req = evhttp_request_new(on_reply, l);
    struct evkeyvalq *h = evhttp_request_get_output_headers(req);
    struct buf text;
    evhttp_request_set_header_cb(req, on_header);
    evhttp_connection_set_max_body_size(l->conn, (ev_ssize_t)(k->to ? k->most : REPLY_BYTES));
    buf_init(&text);
    buf_printf(&text, "%s:%u", l->client->host, l->client->port);
    evhttp_add_header(h, "Host", text.data);
    if (k->token) {
        buf_clear(&text);
        buf_printf(&text, "Bearer %s", k->token);
        evhttp_add_header(h, "Authorization", text.data);
    }
    if (k->body) {
        evhttp_add_header(h, "Content-Type", "application/json");
        evbuffer_add(evhttp_request_get_output_buffer(req), k->body, k->body_len);
    }
    buf_wipe(&text);
    return req;
}

static void link_start(struct link *l, struct call *k)
{
    struct client_reply none = {.error = "TLS could not be set up"};
    struct evhttp_request *req;
    evutil_socket_t fd;
    int err;
    k->tries++;
    if (k->to &&
        (fseeko(k->to, 0, SEEK_SET) || ftruncate(fileno(k->to), 0))) { /* a try before it wrote a part */
        none.error = "the file cannot be begun anew";
        call_done(k, &none);
        return;
    }
    if (!l->conn && !link_connect(l)) {
        call_done(k, &none);
        return;
    }
    l->call = k;
    req = request_new(l, k);
    err = evhttp_make_request(l->conn, req, k->body ? EVHTTP_REQ_POST : EVHTTP_REQ_GET, k->path);
    if (err) { /* the request is freed and its callback does not come */
        l->call = NULL;
        link_lost(l);
        none.error = "no connection could be made";
        if (!call_again(k, 0))
            call_done(k, &none);
        return;
    }
    /* Header and body are two TLS records: with Nagle the second waits for a delayed ACK. */
    fd = bufferevent_getfd(evhttp_connection_get_bufferevent(l->conn));
    if (fd >= 0)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static void start_waiting(struct client *c)
{
    event_active(c->kick, EV_TIMEOUT, 1);
}

static void on_kick(evutil_socket_t fd, short what, void *arg)
{
    struct client *c = arg;
    struct call *k;
    (void)fd, (void)what;
    for (int i = 0; i < c->nlinks && (k = TAILQ_FIRST(&c->waiting)); i++) {
        if (c->link[i].call || c->link[i].lost)
            continue;
        TAILQ_REMOVE(&c->waiting, k, link);
        link_start(&c->link[i], k);
    }
}

static int url_split(struct client *c, const char *url)
{
    static const char scheme[] = "https://";
    const char *host, *end;
    long port = 8443;
    size_t len;
    if (!url || strncmp(url, scheme, sizeof(scheme) - 1) != 0)
        return CPF_E_INVAL;
    host = url + sizeof(scheme) - 1;
    if (*host == '[') {
        host++;
        len = strcspn(host, "]");
        end = host[len] ? host + len + 1 : host + len;
    } else {
        len = strcspn(host, ":/");
        end = host + len;
    }
    if (*end == ':')
        port = strtol(end + 1, (char **)&end, 10);
    if (!len || port < 1 || port > 65535 || (*end && strcmp(end, "/") != 0))
        return CPF_E_INVAL;
    c->host = strndup(host, len);
    c->port = (unsigned short)port;
    return CPF_OK;
}

static int tls_setup(struct client *c, const char *ca)
{
    c->tls = SSL_CTX_new(TLS_client_method());
    if (!c->tls || !SSL_CTX_set_min_proto_version(c->tls, TLS1_2_VERSION))
        return CPF_E_CRYPTO;
    SSL_CTX_set_verify(c->tls, SSL_VERIFY_PEER, NULL);
    if (!ca || !SSL_CTX_load_verify_file(c->tls, ca)) {
        ERR_clear_error();
        return CPF_E_IO;
    }
    return CPF_OK;
}

int client_new(const struct client_config *cfg, struct client **ret, const char **ret_error)
{
    struct client *c = xcalloc(1, sizeof(*c));
    int err;
    TAILQ_INIT(&c->waiting);
    TAILQ_INIT(&c->pausing);
    c->base = cfg->base;
    c->timeout_ms = cfg->timeout_ms ? cfg->timeout_ms : 20000;
    c->patience_ms = cfg->patience_ms;
    *ret_error = "the address is not of the form https://host:port";
    err = url_split(c, cfg->url);
    if (err)
        goto out;
    *ret_error = "the authority's certificate (ca.pem) cannot be read";
    err = tls_setup(c, cfg->ca);
    if (err)
        goto out;
    c->nlinks = cfg->connections > 0 ? cfg->connections : 1;
    c->link = xcalloc((size_t)c->nlinks, sizeof(*c->link));
    c->kick = evtimer_new(c->base, on_kick, c);
    for (int i = 0; i < c->nlinks; i++) {
        c->link[i].client = c;
        c->link[i].drop = evtimer_new(c->base, on_drop, &c->link[i]);
    }
    *ret = c;
    c = NULL;
    *ret_error = NULL;
out:
    client_free(c);
    return err;
}

static void calls_free(struct calls *q)
{
    struct call *k;
    while ((k = TAILQ_FIRST(q))) {
        TAILQ_REMOVE(q, k, link);
        call_free(k);
    }
}

void client_free(struct client *c)
{
    if (!c)
        return;
    for (int i = 0; c->link && i < c->nlinks; i++) {
        struct link *l = &c->link[i];
        if (l->conn)
            evhttp_connection_free(l->conn); /* calls on_reply(NULL) for a request in flight only on loss */
        if (l->call)
            call_free(l->call);
        event_free(l->drop);
    }
    free(c->link);
    calls_free(&c->waiting);
    calls_free(&c->pausing);
    if (c->kick)
        event_free(c->kick);
    SSL_CTX_free(c->tls);
    free(c->host);
    free(c);
}

static struct call *send_call(struct client *c, const char *path, const char *token, const json_t *body,
                              client_cb cb, void *arg)
{
    struct call *k = xcalloc(1, sizeof(*k));
    k->client = c;
    k->path = xstrdup(path);
    k->token = token ? xstrdup(token) : NULL;
    if (body) {
        k->body = json_dumps(body, JSON_COMPACT);
        require(k->body);
        k->body_len = strlen(k->body);
    }
    if (c->record && k->body)
        fprintf(c->record, "%s\t%s\t%s\n", token ? token : "", path, k->body);
    k->cb = cb;
    k->arg = arg;
    k->since = clock_mono_ms();
    c->open++;
    TAILQ_INSERT_TAIL(&c->waiting, k, link);
    start_waiting(c);
    return k;
}

void client_send(struct client *c, const char *path, const char *token, const json_t *body, client_cb cb,
                 void *arg)
{
    send_call(c, path, token, body, cb, arg);
}

void client_record(struct client *c, FILE *f)
{
    c->record = f;
}

size_t client_open(const struct client *c)
{
    return c->open;
}

struct sync {
    struct event_base *base;
    int status;
    json_t *json;
    char *error;
};

static void on_sync(void *arg, const struct client_reply *r)
{
    struct sync *s = arg;
    s->status = r->status;
    s->json = json_incref(r->json);
    s->error = r->error ? xstrdup(r->error) : NULL;
    event_base_loopbreak(s->base);
}

static int await(struct sync *s, json_t **ret_json, char **ret_error)
{
    while (s->status < 0)
        event_base_dispatch(s->base);
    if (ret_json)
        *ret_json = s->json;
    else
        json_decref(s->json);
    if (ret_error)
        *ret_error = s->error;
    else
        free(s->error);
    return s->status;
}

int client_call(struct client *c, const char *path, const char *token, const json_t *body, json_t **ret_json,
                char **ret_error)
{
    struct sync s = {.base = c->base, .status = -1};
    send_call(c, path, token, body, on_sync, &s);
    return await(&s, ret_json, ret_error);
}

int client_fetch(struct client *c, const char *path, const char *token, const json_t *body, FILE *to,
                 size_t most, json_t **ret_json, char **ret_error)
{
    struct sync s = {.base = c->base, .status = -1};
    struct call *k = send_call(c, path, token, body, on_sync, &s); /* it begins on the loop, not before */
    k->to = to;
    k->most = most;
    return await(&s, ret_json, ret_error);
}
