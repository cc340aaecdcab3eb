/* Replies without an end: evhttp keeps the connection, its bufferevent is ours. */
#include "http/http_priv.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <openssl/err.h>
#include "base/mem.h"

/* What the kernel keeps for a client that reads nothing (it doubles it), and how long it tries to reach one
 * that is gone without a word. */
#define KERNEL_BYTES (16 * 1024)
#define LOST_MS      60000

struct http_piece {
    unsigned holds;
    size_t len;
    char data[];
};

struct http_stream {
    struct http_stream_config cfg;
    struct http_conn *conn;
    struct evhttp_connection *evcon;
    bool ending; /* once all is written */
};

/* ---- pieces ---- */

struct http_piece *http_piece_new(const void *data, size_t len)
{
    require(len && len <= BOUND_HTTP_PIECE);
    struct http_piece *p = xcalloc(1, sizeof(*p) + len);
    p->holds = 1;
    p->len = len;
    memcpy(p->data, data, len);
    return p;
}

void http_piece_free(struct http_piece *p)
{
    if (p && --p->holds == 0)
        free(p);
}

static void on_piece_written(const void *data, size_t len, void *piece)
{
    (void)data, (void)len;
    http_piece_free(piece);
}

/* ---- the end ---- */

/* A cut gives the kernel's memory back at once; otherwise it goes on sending what nobody reads. */
static void cut(struct http_conn *c)
{
    const struct linger now = {1, 0};
    setsockopt(bufferevent_getfd(c->bev), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* Frees the stream, and with evhttp's connection what belongs to it. */
static void stream_free(struct http_stream *s)
{
    struct http_conn *c = s->conn;
    c->stream = NULL;
    conn_set_state(c, CONN_CLOSING);
    evhttp_connection_free(s->evcon);
    free(s);
}

static void over(struct http_stream *s, enum http_stream_end why)
{
    struct http_stream_config cfg = s->cfg;
    bool told = s->ending; /* its owner has ended it */
    if (why == HTTP_STREAM_SLOW)
        cut(s->conn);
    stream_free(s);
    if (!told)
        cfg.on_end(cfg.arg, why);
}

static void end_well(struct http_stream *s)
{
    if (s->conn->ssl)
        SSL_shutdown(s->conn->ssl);
    stream_free(s);
}

void http_stream_end(struct http_stream *s)
{
    s->ending = true;
    if (http_stream_ready(s))
        end_well(s);
}

void http_streams_detach(struct http_server *s)
{
    static const enum conn_state states[] = {CONN_SENDING, CONN_STREAMING};
    struct http_conn *c;
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        TAILQ_FOREACH(c, &s->conns[states[i]], link)
        {
            struct http_stream *stream = c->stream;
            c->stream = NULL;
            bufferevent_setcb(c->bev, NULL, NULL, NULL, NULL);
            if (!stream->ending)
                stream->cfg.on_end(stream->cfg.arg, HTTP_STREAM_GONE);
            free(stream);
        }
    }
}

/* ---- what the bufferevent says ---- */

/* A client has nothing more to say: we answer no second request here. */
static void on_read(struct bufferevent *bev, void *stream)
{
    (void)bev;
    over(stream, HTTP_STREAM_GONE);
}

static void on_written(struct bufferevent *bev, void *stream)
{
    struct http_stream *s = stream;
    if (evbuffer_get_length(bufferevent_get_output(bev)) || s->conn->state != CONN_SENDING)
        return;
    conn_set_state(s->conn, CONN_STREAMING);
    if (s->ending)
        end_well(s);
    else
        s->cfg.on_ready(s->cfg.arg);
}

/* A sweep says TIMEOUT; all else is the client's. */
static void on_event(struct bufferevent *bev, short what, void *stream)
{
    (void)bev;
    over(stream, what & BEV_EVENT_TIMEOUT ? HTTP_STREAM_SLOW : HTTP_STREAM_GONE);
}

/* ---- sending ---- */

bool http_stream_ready(const struct http_stream *s)
{
    return s->conn->state == CONN_STREAMING;
}

/* At once, as a short reply is: two system calls less for each client. What the socket does not take is
 * written by the bufferevent, the same bytes from the same place, as OpenSSL wants it. */
void http_stream_send(struct http_stream *s, struct http_piece *p)
{
    struct http_conn *c = s->conn;
    require(http_stream_ready(s));
    ERR_clear_error();
    if (c->ssl && SSL_write(c->ssl, p->data, (int)p->len) > 0)
        return;
    ERR_clear_error();
    p->holds++;
    conn_set_state(c, CONN_SENDING);
    evbuffer_add_reference(bufferevent_get_output(c->bev), p->data, p->len, on_piece_written, p);
    bufferevent_enable(c->bev, EV_WRITE);
}

/* ---- the beginning ---- */

static void send_head(struct http_stream *s)
{
    char text[512];
    int len =
        snprintf(text, sizeof(text),
                 "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nX-Content-Type-Options: nosniff\r\n"
                 "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\nDate: %s\r\nConnection: close\r\n\r\n",
                 s->cfg.type, http_date_now());
    require(len > 0 && (size_t)len < sizeof(text));
    struct http_piece *p = http_piece_new(text, (size_t)len);
    http_stream_send(s, p);
    http_piece_free(p);
}

/* Behind everything that somebody waits for; nothing of evhttp's own times it. */
static void take_over(struct http_stream *s)
{
    struct bufferevent *bev = s->conn->bev;
    int fd = bufferevent_getfd(bev), bytes = KERNEL_BYTES, lost = LOST_MS;
    (void)!bufferevent_priority_set(bev, event_base_get_npriorities(bufferevent_get_base(bev)) - 1);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &lost, sizeof(lost));
    bufferevent_set_timeouts(bev, NULL, NULL);
    bufferevent_setcb(bev, on_read, on_written, on_event, s);
    bufferevent_enable(bev, EV_READ);
}

static bool may_stream(const struct http_request *r)
{
    return r->ev && r->conn && !r->close && !r->head && !r->server->draining &&
           r->server->streams < r->server->cfg.streams &&
           evbuffer_get_length(bufferevent_get_input(r->conn->bev)) == 0 &&
           evbuffer_get_length(bufferevent_get_output(r->conn->bev)) == 0;
}

struct http_stream *http_stream_start(struct http_request *r, const struct http_stream_config *cfg)
{
    if (!may_stream(r))
        return NULL;
    struct http_stream *s = xcalloc(1, sizeof(*s));
    struct http_conn *c = r->conn;
    s->cfg = *cfg;
    s->conn = c;
    s->evcon = evhttp_request_get_connection(r->ev);
    c->stream = s;
    c->streams = true;
    c->server->streams++;
    c->server->connections--;
    http_conn_leave_large(c);
    conn_set_state(c, CONN_SENDING);
    http_request_free(r); /* evhttp's own goes with its connection */
    take_over(s);
    conn_set_state(c, CONN_STREAMING);
    http_server_adjust(c->server);
    send_head(s);
    return s;
}

unsigned http_server_streams(const struct http_server *s)
{
    return s->streams;
}
