/*
 * evhttp's client. What it calls back from cannot free it, so an answer is copied and told from an event of
 * our own, a moment later:
 *
 *   start ──> looking up ──> under way ──answer, error, time-out──> ended ──event──> done, freed
 *                  └──────────────────────────────time-out────────────^
 *
 * A lookup cannot be freed either, only cancelled: it calls back later, and what is left is freed then.
 */
#include "http/http_client.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include "base/buf.h"
#include "base/mem.h"
#include "log.h"

#define HEADERS_MAX 8192

struct url {
    bool tls;
    char host[256]; /* without the brackets of an IPv6 address */
    int port;
    char target[1024]; /* path and query */
    char authority[300];
};

struct http_post {
    struct event_base *base;
    struct url url;
    struct evdns_base *dns;
    struct evdns_getaddrinfo_request *lookup;
    bool looking, over; /* over: only the lookup's last word is awaited */
    SSL_CTX *ctx;
    SSL *ssl; /* owned by the connection's bufferevent */
    struct evhttp_connection *conn;
    struct event *timer, *end;
    bool ended, pinned;
    uint8_t pin[HASH_LEN];
    http_answer_fn done;
    void *arg;
    struct http_answer answer;
    char *type_sent, type[128], reason[256];
    struct buf request, body;
    size_t limit;
    int timeout_s; /* of evhttp: a little after ours */
};

/* ---- addresses ---- */

static int split_authority(struct url *u, const char *s, size_t len)
{
    const char *colon = NULL, *end = s + len, *host = s;
    size_t n;
    if (len >= sizeof(u->authority) || memchr(s, '@', len))
        return CPF_E_SYNTAX;
    memcpy(u->authority, s, len);
    u->authority[len] = '\0';
    if (*s == '[') {
        const char *close = memchr(s, ']', len);
        if (!close || (close + 1 < end && close[1] != ':'))
            return CPF_E_SYNTAX;
        host = s + 1;
        n = (size_t)(close - host);
        colon = close + 1 < end ? close + 1 : NULL;
    } else {
        colon = memchr(s, ':', len);
        n = (size_t)((colon ? colon : end) - s);
    }
    if (n == 0 || n >= sizeof(u->host))
        return CPF_E_SYNTAX;
    memcpy(u->host, host, n);
    u->host[n] = '\0';
    if (u->host[strcspn(u->host, " \t\r\n/?#\\%")])
        return CPF_E_SYNTAX;
    for (const char *c = colon ? colon + 1 : end; c < end; c++) {
        if (*c < '0' || *c > '9' || (u->port = u->port * 10 + (*c - '0')) > 65535)
            return CPF_E_SYNTAX;
    }
    if (colon && u->port == 0)
        return CPF_E_SYNTAX;
    return CPF_OK;
}

static int split_url(struct url *u, const char *url)
{
    *u = (struct url){0};
    const char *s = url;
    if (strncmp(s, "https://", 8) == 0)
        u->tls = true, s += 8;
    else if (strncmp(s, "http://", 7) == 0)
        s += 7;
    else
        return CPF_E_SYNTAX;
    size_t len = strcspn(s, "/?#");
    if (len == 0 || split_authority(u, s, len))
        return CPF_E_SYNTAX;
    if (!u->port)
        u->port = u->tls ? 443 : 80;
    s += len;
    for (const char *c = s; *c; c++)
        if (*c <= ' ' || *c == '#' || (unsigned char)*c >= 0x7f)
            return CPF_E_SYNTAX;
    int n = snprintf(u->target, sizeof(u->target), "%s%s", *s == '/' ? "" : "/", s);
    return n < (int)sizeof(u->target) ? CPF_OK : CPF_E_SYNTAX;
}

int http_url_check(const char *url)
{
    struct url u;
    return split_url(&u, url);
}

/* ---- the end ---- */

static void tear_down(struct http_post *p)
{
    if (p->conn)
        evhttp_connection_free(p->conn); /* with its request, bufferevent and SSL */
    p->conn = NULL;
}

static void post_free(struct http_post *p)
{
    tear_down(p);
    if (p->timer)
        event_free(p->timer);
    if (p->end)
        event_free(p->end);
    p->timer = p->end = NULL;
    p->over = true;
    if (p->looking) {
        evdns_getaddrinfo_cancel(p->lookup);
        return;
    }
    if (p->dns)
        evdns_base_free(p->dns, 0);
    SSL_CTX_free(p->ctx);
    buf_wipe(&p->request);
    buf_fini(&p->body);
    free(p->type_sent);
    free(p);
}

static void end_with(struct http_post *p, int code, const char *reason)
{
    if (p->ended)
        return;
    p->ended = true;
    p->answer.code = code;
    snprintf(p->reason, sizeof(p->reason), "%s", reason);
    event_active(p->end, 0, 0);
}

static void on_end(evutil_socket_t fd, short what, void *arg)
{
    struct http_post *p = arg;
    (void)fd, (void)what;
    tear_down(p);
    p->answer.reason = p->reason;
    p->answer.type = p->type;
    p->answer.body = p->body.data ? p->body.data : "";
    p->answer.len = p->body.len;
    http_answer_fn done = p->done;
    p->done = NULL;
    done(p->arg, &p->answer);
    post_free(p);
}

static void on_timeout(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    end_with(arg, CPF_E_LIMIT, "no answer in time");
}

void http_post_cancel(struct http_post *p)
{
    if (p && p->done)
        post_free(p);
}

/* ---- the answer ---- */

/* What TLS disliked, where it did: more telling than "connection cut". */
static bool tls_failed(struct http_post *p)
{
    long verdict = p->ssl ? SSL_get_verify_result(p->ssl) : X509_V_OK;
    if (verdict == X509_V_OK)
        return false;
    end_with(p, CPF_E_KEY, X509_verify_cert_error_string(verdict));
    return true;
}

static void on_error(enum evhttp_request_error error, void *arg)
{
    struct http_post *p = arg;
    if (tls_failed(p))
        return;
    switch (error) {
    case EVREQ_HTTP_TIMEOUT:
        end_with(p, CPF_E_LIMIT, "no answer in time");
        break;
    case EVREQ_HTTP_DATA_TOO_LONG:
        end_with(p, CPF_E_LIMIT, "the answer is too large");
        break;
    case EVREQ_HTTP_INVALID_HEADER:
        end_with(p, CPF_E_SYNTAX, "the answer is not HTTP");
        break;
    default:
        end_with(p, CPF_E_AWAY, "no connection, or it was cut");
        break;
    }
}

static void on_answer(struct evhttp_request *r, void *arg)
{
    struct http_post *p = arg;
    if (p->ended || (!r && tls_failed(p)))
        return;
    if (!r || evhttp_request_get_response_code(r) == 0) {
        end_with(p, CPF_E_AWAY, "no connection, or it was cut");
        return;
    }
    struct evbuffer *in = evhttp_request_get_input_buffer(r);
    const char *type = evhttp_find_header(evhttp_request_get_input_headers(r), "Content-Type");
    size_t len = evbuffer_get_length(in);
    p->answer.status = evhttp_request_get_response_code(r);
    if (type)
        snprintf(p->type, sizeof(p->type), "%.*s", (int)strcspn(type, "; \t"), type);
    if (len)
        buf_add(&p->body, evbuffer_pullup(in, -1), len);
    end_with(p, CPF_OK, "");
}

/* ---- TLS ---- */

static int on_certificate(X509_STORE_CTX *store, void *arg)
{
    struct http_post *p = arg;
    uint8_t digest[HASH_LEN];
    unsigned n = 0;
    if (!p->pinned)
        return X509_verify_cert(store);
    X509 *x = X509_STORE_CTX_get0_cert(store);
    if (x && X509_digest(x, EVP_sha256(), digest, &n) == 1 && n == HASH_LEN &&
        memcmp(digest, p->pin, HASH_LEN) == 0)
        return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

static int name_host(struct http_post *p)
{
    unsigned char ip[16];
    X509_VERIFY_PARAM *param = SSL_get0_param(p->ssl);
    const char *host = p->url.host;
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
    if (inet_pton(AF_INET, host, ip) == 1 || inet_pton(AF_INET6, host, ip) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(param, host);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set_tlsext_host_name(p->ssl, host) && X509_VERIFY_PARAM_set1_host(param, host, 0);
}

static int make_tls(struct http_post *p, const struct http_post_config *cfg)
{
    p->ctx = SSL_CTX_new(TLS_client_method());
    require(p->ctx);
    SSL_CTX_set_min_proto_version(p->ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(p->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_verify(p->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(p->ctx, on_certificate, p);
    if (cfg->pin) {
        p->pinned = true;
        memcpy(p->pin, cfg->pin, HASH_LEN);
    } else if (cfg->ca_file ? SSL_CTX_load_verify_file(p->ctx, cfg->ca_file) != 1
                            : SSL_CTX_set_default_verify_paths(p->ctx) != 1) {
        return CPF_E_IO;
    }
    return CPF_OK;
}

/* ---- the request ---- */

static struct bufferevent *make_socket(struct http_post *p)
{
    if (!p->ssl)
        return bufferevent_socket_new(p->base, -1, BEV_OPT_CLOSE_ON_FREE);
    struct bufferevent *b = bufferevent_openssl_socket_new(p->base, -1, p->ssl, BUFFEREVENT_SSL_CONNECTING,
                                                           BEV_OPT_CLOSE_ON_FREE);
    if (b)
        bufferevent_openssl_set_allow_dirty_shutdown(b, 1); /* lengths are checked, answers are signed */
    return b;
}

static void send_request(struct http_post *p)
{
    struct evhttp_request *r = evhttp_request_new(on_answer, p);
    require(r);
    evhttp_request_set_error_cb(r, on_error);
    struct evkeyvalq *h = evhttp_request_get_output_headers(r);
    evhttp_add_header(h, "Host", p->url.authority);
    evhttp_add_header(h, "Content-Type", p->type_sent);
    evhttp_add_header(h, "Connection", "close");
    evhttp_add_header(h, "User-Agent", "cpfd/" CPF_VERSION);
    evbuffer_add(evhttp_request_get_output_buffer(r), p->request.data, p->request.len);
    /* on failure r is freed, and nothing is told */
    if (evhttp_make_request(p->conn, r, EVHTTP_REQ_POST, p->url.target))
        end_with(p, CPF_E_AWAY, "no connection");
}

static void connect_to(struct http_post *p, const char *address)
{
    struct bufferevent *b;
    if (p->ctx) {
        p->ssl = SSL_new(p->ctx);
        require(p->ssl && name_host(p));
    }
    b = make_socket(p);
    require(b);
    p->conn = evhttp_connection_base_bufferevent_new(p->base, NULL, b, address, (uint16_t)p->url.port);
    require(p->conn);
    evhttp_connection_set_max_body_size(p->conn, (ev_ssize_t)p->limit);
    evhttp_connection_set_max_headers_size(p->conn, HEADERS_MAX);
    evhttp_connection_set_timeout(p->conn, p->timeout_s);
    send_request(p);
}

/* The first address will do: a server with several is asked again later anyway. */
static void on_address(int err, struct evutil_addrinfo *list, void *arg)
{
    struct http_post *p = arg;
    char text[64] = "";
    p->looking = false;
    p->lookup = NULL;
    for (struct evutil_addrinfo *a = list; a && !*text; a = a->ai_next) {
        const void *ip = a->ai_family == AF_INET    ? (void *)&((struct sockaddr_in *)a->ai_addr)->sin_addr
                         : a->ai_family == AF_INET6 ? (void *)&((struct sockaddr_in6 *)a->ai_addr)->sin6_addr
                                                    : NULL;
        if (ip && !evutil_inet_ntop(a->ai_family, ip, text, sizeof(text)))
            *text = '\0';
    }
    if (list)
        evutil_freeaddrinfo(list);
    if (p->over)
        post_free(p);
    else if (p->ended)
        return;
    else if (err || !*text)
        end_with(p, CPF_E_AWAY, err ? evutil_gai_strerror(err) : "no address");
    else
        connect_to(p, text);
}

/* Without blocking; addresses and /etc/hosts need nobody. */
static void look_up(struct http_post *p)
{
    struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    p->dns = evdns_base_new(p->base, EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (!p->dns)
        p->dns = evdns_base_new(p->base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    require(p->dns);
    p->looking = true;
    struct evdns_getaddrinfo_request *r = evdns_getaddrinfo(p->dns, p->url.host, NULL, &hints, on_address, p);
    if (p->looking) /* else it called back already */
        p->lookup = r;
}

int http_post_start(const struct http_post_config *cfg, struct http_post **ret)
{
    struct timeval limit = {cfg->timeout_ms / 1000, (suseconds_t)(cfg->timeout_ms % 1000) * 1000};
    struct http_post *p = xcalloc(1, sizeof(*p));
    p->base = cfg->base;
    p->done = cfg->done;
    p->arg = cfg->arg;
    p->limit = cfg->limit;
    p->timeout_s = (int)(cfg->timeout_ms / 1000) + 1;
    buf_init(&p->body);
    buf_init(&p->request);
    buf_add(&p->request, cfg->body, cfg->len);
    p->type_sent = xstrdup(cfg->type);
    int err = split_url(&p->url, cfg->url);
    if (!err && p->url.tls)
        err = make_tls(p, cfg);
    if (err) {
        post_free(p);
        return err;
    }
    p->timer = evtimer_new(cfg->base, on_timeout, p);
    p->end = evtimer_new(cfg->base, on_end, p);
    require(p->timer && p->end && event_add(p->timer, &limit) == 0);
    look_up(p);
    *ret = p;
    return CPF_OK;
}
