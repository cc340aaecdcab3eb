#pragma once
/*
 * HTTPS front: the only includes of evhttp. Bounds and checks each request
 * (http_check.h says which of libevent's defaults it mends), finds its route and hands it up; no rule is
 * decided here. Exactly one reply per request; a request whose client left
 * stays valid until replied to.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define HTTP_IDLE_MS 75000 /* also the longest time that a client may take to read a reply */

struct event_base;
struct http_server;
struct http_request;

enum http_method { HTTP_GET = 1, HTTP_POST = 2, HTTP_DELETE = 4 };

/* Called on the loop; must lead to exactly one http_reply, now or later. */
typedef void (*http_handler)(void *arg, struct http_request *r);

struct http_route {
    enum http_method method;
    const char *path; /* exact, or with a trailing "*": prefix match (longest first) */
    http_handler handler;
};

struct http_config {
    struct event_base *base;
    const char *address;             /* loopback or interface address; NULL with unix_path */
    unsigned short port;             /* 0 = any free one */
    const char *unix_path;           /* plain HTTP on a UNIX socket (admin), mode 0600 */
    const char *cert, *key;          /* PEM paths; NULL only with unix_path */
    const struct http_route *routes; /* ends with handler == NULL; must outlive the server */
    void *arg;                       /* for handlers */
    /* Body of an error reply decided here or by http_refuse: appends JSON for `code` (catalogue, ja and en).
     */
    void (*error_body)(void *arg, const char *code, char **ret_json, size_t *ret_len); /* malloc'ed */

    /* 0 or NULL = the default. */
    unsigned request_ms;      /* from accept or first byte to complete request; BOUND_HTTP_REQUEST_MS */
    unsigned idle_ms;         /* from reply to next request; HTTP_IDLE_MS */
    unsigned connections;     /* at most; BOUND_HTTP_CONNECTIONS, fewer if descriptors are short */
    size_t max_body;          /* for the paths in `large`; other bodies end at BOUND_REQUEST_BODY */
    const char *const *large; /* exact paths, ended by NULL, or with unix_path and NULL: all paths */
    int retry_after_s;        /* on 503; 1 */
    unsigned streams;         /* at most; BOUND_HTTP_STREAMS, fewer if descriptors are short */
    unsigned stall_ms; /* so long a stream's client may read nothing of what waits; BOUND_HTTP_STALL_MS */
};

/* Codes that this layer itself gives to error_body. */
#define HTTP_CODE_MALFORMED "http.malformed" /* 400, connection closed */
#define HTTP_CODE_NOTFOUND  "http.not-found" /* 404 */
#define HTTP_CODE_METHOD    "http.method"    /* 405 */
#define HTTP_CODE_LENGTH    "http.length"    /* 411: chunked bodies are not taken; closed */
#define HTTP_CODE_LARGE     "http.too-large" /* 413, closed */
#define HTTP_CODE_STOPPING  "stopping"       /* 503 while draining; closed */

/* From when until when a certificate counts, ms since 1970. */
struct http_validity {
    int64_t from, until;
};
/* Of the first certificate in a PEM file; CPF_E_IO, CPF_E_SYNTAX. */
must_check int http_validity_read(const char *path, struct http_validity *ret);
/* Are these PEM files a certificate and its key? *ret_error (malloc'ed) says what is wrong. */
must_check int http_tls_check(const char *cert, const char *key, char **ret_error);
must_check int http_server_new(const struct http_config *cfg, struct http_server **ret, char **ret_error);
/* Takes certificate and key from their files anew: for connections that come from now on, the others go on as
 * they are. If they do not fit, or do not count now, it keeps what it has, and *ret_error (malloc'ed) says
 * why. */
must_check int http_server_reload(struct http_server *s, int64_t now_ms, char **ret_error);
/* Of the certificate that new connections get. */
struct http_validity http_server_validity(const struct http_server *s);
/* The bound port (for port 0). */
unsigned short http_server_port(const struct http_server *s);
/* Graceful stop: accepts nothing new, lets requests in flight be answered, then calls on_idle once. */
void http_server_drain(struct http_server *s, void (*on_idle)(void *arg), void *arg);
void http_server_free(struct http_server *s); /* NULL is fine */

/* Reading; pointers live until the reply. */
enum http_method http_method(const struct http_request *r);
const char *http_path(const struct http_request *r);      /* decoded, checked */
const char *http_path_rest(const struct http_request *r); /* what followed the route's "*" prefix, else "" */
const char *http_query(const struct http_request *r, const char *name); /* decoded, or NULL */
const char *http_body(const struct http_request *r,
                      size_t *ret_len);                /* contiguous, NUL-terminated behind len */
const char *http_bearer(const struct http_request *r); /* token text, or NULL */
const char *http_peer(const struct http_request *r);   /* "127.0.0.1:port" or "admin" */
/* The value of a cookie (RFC 6265 4.2), copied; false: there is none, or it is longer than `size` - 1. */
bool http_cookie(const struct http_request *r, const char *name, char *ret, size_t size);
/* May what a browser sends by itself, a cookie, count? It says where a request comes from in a header that no
 * page can set (Fetch Metadata, Sec-Fetch-Site): from a page of this very origin, or, where it is only read,
 * typed as an address.
 */
bool http_same_origin(const struct http_request *r);
/* Has the client that very version of what would be sent (If-None-Match, RFC 9110 13.1.2)? `etag` with its
 * quotes. */
bool http_has(const struct http_request *r, const char *etag);
/* The newest event that a client of a stream has had, as it says (Last-Event-ID); NULL: it does not say. */
const char *http_last_event(const struct http_request *r);
/* One pointer of the handler's own, NULL at first. */
void http_set_data(struct http_request *r, void *data);
void *http_data(const struct http_request *r);

/* Replies; r is gone afterwards. `json` is copied. Sets application/json; charset=utf-8, nosniff, no-store.
 */
void http_reply(struct http_request *r, int status, const char *json, size_t len);
/* Any other content (html, css, js, pdf); extra headers as name,value pairs ending with NULL, may be NULL. */
void http_reply_type(struct http_request *r, int status, const char *type, const void *data, size_t len,
                     const char *const headers[]);
/* Error body from the catalogue; 503 gets Retry-After: 1, 401 a WWW-Authenticate. */
void http_refuse(struct http_request *r, int status, const char *code);
/* 405; `allowed`: its methods, or-ed. */
void http_refuse_method(struct http_request *r, unsigned allowed);

/*
 * A reply without an end (Server-Sent Events; WHATWG HTML 9.2). It has no length and ends with the
 * connection, which leaves the places of `connections` for one of `streams`, so that who only watches never
 * keeps out who works. No deadline ends it while its client reads. At most one piece waits for a client: the
 * owner sends the next one when it is ready, and knows itself what has been left out meanwhile.
 */
struct http_stream;
/* Bytes that many streams send and that are held once, at most BOUND_HTTP_PIECE. */
struct http_piece;
struct http_piece *http_piece_new(const void *data, size_t len); /* copied */
void http_piece_free(
    struct http_piece *p); /* the caller's hold on it: streams have their own. NULL is fine */

enum http_stream_end {
    HTTP_STREAM_GONE, /* the client, or the server */
    HTTP_STREAM_SLOW  /* the client did not read */
};
struct http_stream_config {
    const char *type;
    void (*on_ready)(void *arg); /* what waited is written: a piece may be sent again */
    /* Once, unless http_stream_end was called; the stream is gone then. Both never before the call that
     * caused them returns. */
    void (*on_end)(void *arg, enum http_stream_end why);
    void *arg;
};
/* Answers 200; r is gone. NULL: no place, or nobody there any more; r is as it was, to be refused. */
struct http_stream *http_stream_start(struct http_request *r, const struct http_stream_config *cfg);
bool http_stream_ready(const struct http_stream *s);
/* When it is ready only. */
void http_stream_send(struct http_stream *s, struct http_piece *p);
/* The end, said so that the client can tell it from a cut, behind what waits. No callback comes any more. */
void http_stream_end(struct http_stream *s);
/* How many there are. */
unsigned http_server_streams(const struct http_server *s);
