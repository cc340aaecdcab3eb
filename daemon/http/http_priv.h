#pragma once
/*
 * Inside of http/. Who owns what:
 *
 *   http_server  the listener, evhttp, and the lists of connections and requests
 *   http_conn    over TLS it belongs to its SSL and dies with it, in libevent's
 *                finalizer: a little after evhttp freed the connection, and
 *                maybe after the server (server == NULL then). A plain one
 *                dies with evhttp's connection
 *   http_request from evhttp's callback to the reply. Its texts are its own, so
 *                it outlives the client (conn == NULL) and even the server
 *                (ev == NULL)
 *
 * States of a connection; conn_set_state alone moves it, and always into the
 * list of its state. Each list is in order of `since`, so a sweep looks only at
 * heads.
 *
 *   accept ──> READING ──request complete──> HANDLING ──reply──> WRITING
 *                 ^ │                                             │  │
 *      first byte │ └──too slow──> CLOSING <──client too slow─────┘  │ all written
 *                 │                   ^                              v
 *                IDLE ──too long──────┘                IDLE (READING if more has come)
 *
 *   HANDLING ──stream──> SENDING ──all written──> STREAMING (no deadline)
 *                          │ ^──not written at once──┘ │
 *                          └──too slow──> CLOSING <─────┘ ended
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <openssl/ssl.h>
#include "base/bounds.h"
#include "http/http.h"
#include "http/http_check.h"

#define SWEEP_MS        200
#define ACCEPT_PAUSE_MS 200 /* after accept() failed: no descriptors */
#define SPARE_FDS       64  /* never for connections: database, signer, files */
#define LARGE_AT_ONCE   8   /* connections that may hold more than BOUND_REQUEST_BODY */
#define PARAMS_MAX      16

enum conn_state {
    CONN_READING,
    CONN_HANDLING,
    CONN_WRITING,
    CONN_IDLE,
    CONN_SENDING,
    CONN_STREAMING,
    CONN_CLOSING,
    CONN_STATES
};

struct http_conn {
    struct http_server *server; /* NULL: freed before us */
    TAILQ_ENTRY(http_conn) link;
    enum conn_state state;
    int64_t since; /* when the state began, monotonic ms */
    struct bufferevent *bev;
    SSL *ssl;                     /* NULL on a UNIX socket; owned by bev */
    bool nul;                     /* a NUL byte came */
    bool large;                   /* holds one of the places for large bodies */
    bool attached;                /* told when it ends */
    bool ending;                  /* the connection closes after this reply */
    struct http_request *request; /* while HANDLING */
    bool streams;                 /* it counts among them */
    struct http_stream *stream;   /* while SENDING or STREAMING */
};
TAILQ_HEAD(conn_list, http_conn);

struct http_request {
    struct http_server *server;
    struct http_conn *conn;
    struct evhttp_request *ev;
    TAILQ_ENTRY(http_request) link;
    enum http_method method; /* 0: none of ours */
    bool close;              /* the connection must not go on after the reply */
    bool head;               /* HEAD: a reply may have no body */
    char *path, *bearer;
    const char *rest; /* in path, or "" */
    struct http_param params[PARAMS_MAX];
    size_t nparams;
    char *body;
    size_t body_len;
    char peer[64];
    void *data;
    char text[]; /* path, query, bearer, body; wiped before it is freed */
};
TAILQ_HEAD(request_list, http_request);

struct http_server {
    struct http_server *next; /* of this thread */
    struct http_config cfg;   /* with defaults filled in */
    char *unix_path;          /* to unlink; or NULL */
    struct evhttp *evhttp;
    struct evconnlistener *listener; /* owned by evhttp; NULL once draining */
    struct evhttp_bound_socket *bound;
    SSL_CTX *tls;
    unsigned short port;
    unsigned connections; /* without streams */
    unsigned streams;
    unsigned large;
    bool paused; /* accept() failed; listener off until `resume` fires */
    struct event *sweep, *resume, *idle, *attach;
    struct conn_list conns[CONN_STATES];
    struct request_list requests;
    bool draining, told_idle;
    void (*on_idle)(void *arg);
    void *on_idle_arg;
};

/* http_listen.c: a listening socket, non-blocking, or -1 and *ret_error. */
must_check int http_listen_tcp(const char *address, unsigned short port, unsigned short *ret_port,
                               char **ret_error);
must_check int http_listen_unix(const char *path, char **ret_error);

/* http_tls.c */
must_check int http_tls_new(const char *cert, const char *key, SSL_CTX **ret, char **ret_error);
/* Text of the oldest OpenSSL error; empties the queue. */
void http_tls_error(char *ret, size_t size);

/* http_conn.c */
int http_conn_init(void);                                                 /* once per process, idempotent */
struct bufferevent *http_conn_new(struct event_base *base, void *server); /* evhttp's bufferevent callback */
struct http_conn *http_conn_of(struct http_server *s, struct bufferevent *bev);
void conn_set_state(struct http_conn *c, enum conn_state state);
/* Gives the place for a large body back, when the body was taken. */
void http_conn_leave_large(struct http_conn *c);
void http_conn_on_sweep(evutil_socket_t fd, short what, void *server);
void http_conn_on_attach(evutil_socket_t fd, short what, void *server);
/* Accepts or not, as connections, pause and drain say. */
void http_server_adjust(struct http_server *s);
/* Drained? Then on_idle soon, once. */
void http_server_check_idle(struct http_server *s);

/* http_request.c */
struct http_request *http_request_new(struct http_server *s, struct http_conn *c, struct evhttp_request *ev);
void http_request_free(struct http_request *r); /* NULL is fine */
const char *http_date_now(void);                /* IMF-fixdate, until the next call in this thread */

/* http_stream.c */
void http_streams_detach(struct http_server *s); /* the server ends: their owners are told */
