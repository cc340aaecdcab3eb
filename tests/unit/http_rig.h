#pragma once
/*
 * A real http server on loopback and raw clients of it, in one thread: every
 * wait of a client turns the server's loop. Bytes go out exactly as given.
 */
#include <stdbool.h>
#include <stddef.h>
#include <openssl/ssl.h>
#include "http/http.h"

#define RIG_HELD 8

/* Only what hangs takes so long, however busy the machine is. */
#define HANGS_MS 60000

struct rig {
    struct event_base *base;
    struct http_server *server;
    char dir[64];                         /* certificate, socket */
    unsigned calls;                       /* handlers called */
    unsigned hidden;                      /* /v1/hidden called: a request was smuggled */
    struct http_request *held[RIG_HELD];  /* by /v1/later, oldest first */
    unsigned nheld, idle;                 /* idle: drained */
    char seen[256];                       /* what the last handler saw */
    struct http_stream *stream[RIG_HELD]; /* by /v1/stream, oldest first; NULL once ended */
    unsigned nstreams, ready, ended;      /* ready, ended: told so often */
    enum http_stream_end why;             /* the last one */
};

/* Routes: GET /v1/hello, POST /v1/echo, GET and POST /v1/later (held), GET and DELETE /v1/items/ *,
 * GET /v1/big (4 MiB), GET /v1/bytes/N (letters), GET /v1/status/ * (refused with it), POST /v1/hidden, POST
 * /v1/records (large), GET /v1/stream (503: no place). */
void rig_start(struct rig *g,
               const struct http_config *tweak); /* tweak: the defaults' members; may be NULL */
void rig_start_unix(struct rig *g, const struct http_config *tweak);
void rig_stop(struct rig *g);
void rig_free_server(struct rig *g);
void rig_pump(struct rig *g, int ms); /* turns the loop for so long */
void rig_path(const struct rig *g, const char *name, char ret[128]);

struct peer {
    struct rig *rig;
    int fd;
    SSL *ssl; /* NULL: plain */
    SSL_CTX *ctx;
    char in[65536];
    size_t len;
    bool eof, cut; /* cut: ended without close_notify, or reset */
};

struct reply {
    int status; /* 0: none came */
    bool close;
    const char *head; /* in the peer's buffer, until the next reply */
    char body[8192];
    size_t body_len;
};

struct peer *peer_new(struct rig *g);          /* connected, TLS hands shaken */
struct peer *peer_new_tcp(struct rig *g);      /* connected only */
bool peer_shake(struct peer *p, SSL_CTX *ctx); /* owns ctx; false: refused */
SSL_CTX *peer_ctx(void);
void peer_free(struct peer *p); /* closes */
void peer_send(struct peer *p, const void *data, size_t len);
void peer_puts(struct peer *p, const char *text);
/* Reads one reply; status 0 if the connection ended or `ms` passed before. */
struct reply peer_reply(struct peer *p, int ms);
/* Sends and reads one reply. */
struct reply peer_ask(struct peer *p, const char *text);
void peer_read(struct peer *p); /* what is there, behind what was read before; else turns the loop once */
bool peer_ended(struct peer *p, int ms); /* the server closed within ms */
