#pragma once
/*
 * A person's side of the HTTP API: JSON over HTTPS with keep-alive, many
 * requests at once over a bounded number of connections.
 *
 * Only the facility's own authority is trusted; the system's list of
 * authorities is never looked at. A request that was lost with its connection
 * or answered 503 is sent again, same bytes and so the same id, with growing
 * pauses until the client's patience ends: the server answers a repeated id
 * with the first answer.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "base/jansson.h"
#include "base/err.h"

struct event_base;
struct client;

struct client_config {
    struct event_base *base;
    const char *url; /* https://host[:port]; port 8443 if absent */
    const char *ca;  /* PEM file of the facility's authority */
    int connections; /* most at once; 0 = 1 */
    int timeout_ms;  /* one try; 0 = 20,000 */
    int patience_ms; /* all tries of one request; 0 = one try */
};

struct client_reply {
    int status;        /* HTTP status; 0 = not reachable, `error` says why */
    json_t *json;      /* borrowed; NULL if there is no body or it is no JSON */
    const char *error; /* English; NULL when status != 0 */
    int tries;
    double ms; /* from the first try to the answer */
};

/* Runs on the loop, exactly once a request, never before client_send returns. */
typedef void (*client_cb)(void *arg, const struct client_reply *r);

/* *ret_error is a fixed English text. CPF_E_INVAL: bad url; CPF_E_IO: no authority file; CPF_E_CRYPTO. */
must_check int client_new(const struct client_config *cfg, struct client **ret, const char **ret_error);
/* Requests still open are forgotten without a callback. */
void client_free(struct client *c);

/* `path` begins with /v1/; `token` may be NULL; `body` NULL makes a GET. Everything is copied. */
void client_send(struct client *c, const char *path, const char *token, const json_t *body, client_cb cb,
                 void *arg);
/* From now on every request with a body is written to `f`: token, path and body, tabs between, a line each.
 * NULL ends it. For playing the same again. */
void client_record(struct client *c, FILE *f);
/* Requests sent and not answered yet. */
size_t client_open(const struct client *c);

/* One exchange, waited for; *ret_json is the caller's (may be NULL). Returns the HTTP status, or 0 with
 * *ret_error (the caller frees it). Runs the event base: not for use inside callbacks. */
int client_call(struct client *c, const char *path, const char *token, const json_t *body, json_t **ret_json,
                char **ret_error);

/* The same, but a body that comes with 200 goes to `to`, a file of its own (from its beginning, also when the
 * request had to be sent again), and only another one is JSON. At most `most` bytes of it; more counts as a
 * loss. Whether all could be written is ferror(to)'s to say. */
int client_fetch(struct client *c, const char *path, const char *token, const json_t *body, FILE *to,
                 size_t most, json_t **ret_json, char **ret_error);
