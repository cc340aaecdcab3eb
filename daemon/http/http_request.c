/* One request: its own copies of what came, and the one reply. */
#include "http/http_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <event2/http_struct.h>
#include <openssl/err.h>
#include "base/buf.h"
#include "base/mem.h"

/* Up to here headers and body leave in one piece, and so in one TLS record. */
#define ONE_RECORD 16384
#define SHORT_MAX  8192

/* ---- made from evhttp's ---- */

static enum http_method method_of(const struct evhttp_request *ev)
{
    switch (evhttp_request_get_command(ev)) {
    case EVHTTP_REQ_GET:
        return HTTP_GET;
    case EVHTTP_REQ_POST:
        return HTTP_POST;
    case EVHTTP_REQ_DELETE:
        return HTTP_DELETE;
    default:
        return 0;
    }
}

static void set_peer(struct http_request *r)
{
    char *address = NULL;
    ev_uint16_t port = 0;
    struct evhttp_connection *evcon = evhttp_request_get_connection(r->ev);
    if (r->server->cfg.unix_path) {
        strcpy(r->peer, "admin");
        return;
    }
    if (evcon)
        evhttp_connection_get_peer(evcon, &address, &port);
    bool six = address && strchr(address, ':');
    snprintf(r->peer, sizeof(r->peer), "%s%s%s:%u", six ? "[" : "", address ? address : "?", six ? "]" : "",
             port);
}

/* Passwords come in bodies: the one copy is ours, and libevent's is overwritten. */
static void take_body(struct http_request *r, struct evbuffer *input, char *to)
{
    struct evbuffer_iovec vec;
    r->body = to;
    while (evbuffer_peek(input, -1, NULL, &vec, 1) > 0) {
        memcpy(to, vec.iov_base, vec.iov_len);
        explicit_bzero(vec.iov_base, vec.iov_len);
        to += vec.iov_len;
        evbuffer_drain(input, vec.iov_len);
    }
    *to = '\0';
}

struct http_request *http_request_new(struct http_server *s, struct http_conn *c, struct evhttp_request *ev)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(ev);
    size_t uri = strlen(evhttp_request_get_uri(ev)) + 1;
    size_t body = evbuffer_get_length(input);
    const char *auth = evhttp_find_header(evhttp_request_get_input_headers(ev), "Authorization");
    size_t head = auth ? strlen(auth) + 1 : 1;
    struct http_request *r = xcalloc(1, sizeof(*r) + 2 * uri + head + body + 1);
    r->server = s;
    r->conn = c;
    r->ev = ev;
    r->method = method_of(ev);
    r->head = evhttp_request_get_command(ev) == EVHTTP_REQ_HEAD;
    r->path = r->text;
    r->rest = "";
    r->body_len = body;
    r->bearer = r->text + 2 * uri;
    take_body(r, input, r->bearer + head);
    set_peer(r);
    if (c) {
        c->request = r;
        conn_set_state(c, CONN_HANDLING);
    }
    TAILQ_INSERT_TAIL(&s->requests, r, link);
    return r;
}

void http_request_free(struct http_request *r)
{
    if (!r)
        return;
    if (r->conn)
        r->conn->request = NULL;
    if (r->server) {
        TAILQ_REMOVE(&r->server->requests, r, link);
        http_server_check_idle(r->server);
    }
    explicit_bzero(r->text, (size_t)(r->body + r->body_len - r->text));
    free(r);
}

/* ---- reading ---- */

enum http_method http_method(const struct http_request *r)
{
    return r->method;
}

const char *http_path(const struct http_request *r)
{
    return r->path;
}

const char *http_path_rest(const struct http_request *r)
{
    return r->rest;
}

const char *http_query(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->nparams; i++) {
        if (strcmp(r->params[i].name, name) == 0)
            return r->params[i].value;
    }
    return NULL;
}

const char *http_body(const struct http_request *r, size_t *ret_len)
{
    *ret_len = r->body_len;
    return r->body;
}

const char *http_bearer(const struct http_request *r)
{
    return *r->bearer ? r->bearer : NULL;
}

static const char *header(const struct http_request *r, const char *name)
{
    return r->ev ? evhttp_find_header(evhttp_request_get_input_headers(r->ev), name) : NULL;
}

bool http_cookie(const struct http_request *r, const char *name, char *ret, size_t size)
{
    size_t n = strlen(name);
    for (const char *p = header(r, "Cookie"); p && *p;) {
        p += strspn(p, " ;");
        size_t len = strcspn(p, ";");
        if (len > n && p[n] == '=' && strncmp(p, name, n) == 0 && len - n - 1 < size) {
            memcpy(ret, p + n + 1, len - n - 1);
            ret[len - n - 1] = '\0';
            return true;
        }
        p += len;
    }
    return false;
}

bool http_same_origin(const struct http_request *r)
{
    const char *site = header(r, "Sec-Fetch-Site");
    return site && (strcmp(site, "same-origin") == 0 || (r->method == HTTP_GET && strcmp(site, "none") == 0));
}

bool http_has(const struct http_request *r, const char *etag)
{
    const char *known = header(r, "If-None-Match");
    return known && strstr(known, etag);
}

const char *http_last_event(const struct http_request *r)
{
    return header(r, "Last-Event-ID");
}

const char *http_peer(const struct http_request *r)
{
    return r->peer;
}

void http_set_data(struct http_request *r, void *data)
{
    r->data = data;
}

void *http_data(const struct http_request *r)
{
    return r->data;
}

/* ---- replying ---- */

/* All written. evhttp closes the connection right after this where it must not go on. */
static void on_written(struct evhttp_request *ev, void *arg)
{
    struct http_conn *c = arg;
    struct evbuffer *input = bufferevent_get_input(c->bev);
    (void)ev;
    if (!c->server)
        return;
    if (c->ending) {
        /* libevent never says goodbye: a client could not tell the end from a cut. */
        if (c->ssl)
            SSL_shutdown(c->ssl);
        evbuffer_drain(input, evbuffer_get_length(input));
        conn_set_state(c, CONN_CLOSING);
    } else {
        conn_set_state(c, evbuffer_get_length(input) ? CONN_READING : CONN_IDLE);
    }
    http_server_check_idle(c->server);
}

static void add_header(struct http_request *r, const char *name, const char *value)
{
    evhttp_add_header(evhttp_request_get_output_headers(r->ev), name, value);
}

/* HTTP/1.0 closes unless asked not to, HTTP/1.1 goes on unless asked to. */
static bool wants_close(const struct http_request *r)
{
    const char *value = evhttp_find_header(evhttp_request_get_input_headers(r->ev), "Connection");
    if (r->ev->minor == 0)
        return !value || strncasecmp(value, "keep-alive", 10) != 0;
    return value && strcasecmp(value, "close") == 0;
}

static void send_reply(struct http_request *r, int status)
{
    struct http_conn *c = r->conn;
    struct bufferevent *bev = c ? c->bev : NULL;
    struct evhttp_request *ev = r->ev;
    if (c) {
        c->ending = r->close || c->server->draining || wants_close(r);
        if (c->ending)
            add_header(r, "Connection", "close");
        if (c->large) {
            c->large = false;
            c->server->large--;
            bufferevent_setwatermark(bev, EV_READ, 0, BOUND_REQUEST_HEADERS + BOUND_REQUEST_BODY + 4096);
        }
        conn_set_state(c, CONN_WRITING);
        evhttp_request_set_on_complete_cb(ev, on_written, c);
    }
    r->ev = NULL;
    http_request_free(r);
    /* Frees `ev` at once if the client has gone. */
    evhttp_send_reply(ev, status, NULL, NULL);
    if (!bev)
        return;
    struct evbuffer *output = bufferevent_get_output(bev);
    if (evbuffer_get_length(output) <= ONE_RECORD)
        evbuffer_pullup(output, -1);
}

/* ---- the short way ---- */

const char *http_date_now(void)
{
    static _Thread_local char text[40];
    static _Thread_local time_t made;
    time_t now = time(NULL);
    if (now != made) {
        struct tm tm;
        gmtime_r(&now, &tm);
        strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        made = now;
    }
    return text;
}

/*
 * Most replies are small, 200 and on a connection that goes on: then evhttp's header lists, and a turn of
 * the loop to write, cost more than everything else. The reply is written to the TLS connection at once;
 * evhttp, told of a reply's end with nothing to write, goes on to the next request. What the socket does
 * not take goes the usual way of the bufferevent, which repeats the same write.
 */
static bool may_be_short(const struct http_request *r, int status, size_t len)
{
    const struct http_conn *c = r->conn;
    return r->ev && c && c->ssl && status == 200 && len <= SHORT_MAX && !r->close && !r->head &&
           !c->server->draining && !r->ev->chunked && r->ev->minor == 1 && !wants_close(r) &&
           evbuffer_get_length(bufferevent_get_output(c->bev)) == 0;
}

static void send_short(struct http_request *r, const char *type, const void *data, size_t len)
{
    struct http_conn *c = r->conn;
    struct evhttp_request *ev = r->ev;
    char text[SHORT_MAX + 512];
    int head = snprintf(text, 512,
                        "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nX-Content-Type-Options: nosniff\r\n"
                        "Cache-Control: no-store\r\nDate: %s\r\nContent-Length: %zu\r\n\r\n",
                        type, http_date_now(), len);
    require(head > 0 && head < 512);
    if (len)
        memcpy(text + head, data, len);
    c->ending = false;
    http_conn_leave_large(c);
    conn_set_state(c, CONN_WRITING);
    evhttp_request_set_on_complete_cb(ev, on_written, c);
    r->ev = NULL;
    http_request_free(r);
    ERR_clear_error();
    if (SSL_write(c->ssl, text, head + (int)len) <= 0) {
        ERR_clear_error();
        evbuffer_add(bufferevent_get_output(c->bev), text, (size_t)head + len);
        evbuffer_pullup(bufferevent_get_output(c->bev), -1); /* OpenSSL wants the same bytes in one piece */
        bufferevent_enable(c->bev, EV_WRITE);
    }
    evhttp_send_reply_end(ev);
}

void http_reply_type(struct http_request *r, int status, const char *type, const void *data, size_t len,
                     const char *const headers[])
{
    if (!r->ev) { /* the server is gone */
        http_request_free(r);
        return;
    }
    if (!headers && may_be_short(r, status, len)) {
        send_short(r, type, data, len);
        return;
    }
    add_header(r, "Content-Type", type);
    add_header(r, "X-Content-Type-Options", "nosniff");
    for (size_t i = 0; headers && headers[i]; i += 2)
        add_header(r, headers[i], headers[i + 1]);
    if (!evhttp_find_header(evhttp_request_get_output_headers(r->ev), "Cache-Control"))
        add_header(r, "Cache-Control", "no-store");
    if (!r->head && status != 304) { /* a 304 has neither body nor a length of its own (RFC 9110 8.6) */
        /* evhttp leaves it out for some methods, and then no client finds the end. */
        char length[24];
        snprintf(length, sizeof(length), "%zu", len);
        add_header(r, "Content-Length", length);
    }
    if (len && !r->head)
        evbuffer_add(evhttp_request_get_output_buffer(r->ev), data, len);
    send_reply(r, status);
}

void http_reply(struct http_request *r, int status, const char *json, size_t len)
{
    http_reply_type(r, status, "application/json; charset=utf-8", json, len, NULL);
}

static void refuse(struct http_request *r, int status, const char *code, const char *const headers[])
{
    char *json = NULL;
    size_t len = 0;
    if (r->server && r->server->cfg.error_body)
        r->server->cfg.error_body(r->server->cfg.arg, code, &json, &len);
    if (!json)
        len = (size_t)(asprintf(&json, "{\"code\":\"%s\"}", code));
    require(json);
    http_reply_type(r, status, "application/json; charset=utf-8", json, len, headers);
    free(json);
}

void http_refuse(struct http_request *r, int status, const char *code)
{
    char seconds[16];
    const char *const later[] = {"Retry-After", seconds, NULL};
    const char *const who[] = {"WWW-Authenticate", "Bearer", NULL};
    snprintf(seconds, sizeof(seconds), "%d", r->server ? r->server->cfg.retry_after_s : 1);
    refuse(r, status, code, status == 503 ? later : status == 401 ? who : NULL);
}

void http_refuse_method(struct http_request *r, unsigned allowed)
{
    struct buf list;
    buf_init(&list);
    buf_puts(&list, allowed & HTTP_GET ? "GET, " : "");
    buf_puts(&list, allowed & HTTP_POST ? "POST, " : "");
    buf_puts(&list, allowed & HTTP_DELETE ? "DELETE, " : "");
    require(list.len > 2);
    list.data[list.len - 2] = '\0';
    refuse(r, 405, HTTP_CODE_METHOD, (const char *const[]){"Allow", list.data, NULL});
    buf_fini(&list);
}
