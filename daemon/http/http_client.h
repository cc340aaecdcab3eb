#pragma once
/*
 * One POST to another server, over http or https, on the loop. Used for what others tell us about our log; no
 * scan ever waits for it.
 *
 * https: TLS 1.2 or later; the server is who it should be if its certificate is the pinned one, or chains to
 * `ca_file` (which may hold the server's own certificate) and names the host. Answers are bounded in bytes
 * and the whole exchange in time. Redirects are not followed; a connection is used once.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/hash.h"

struct event_base;
struct http_post; /* under way */

struct http_answer {
    int code;           /* 0: an answer came, whatever its status; else why none did */
    const char *reason; /* words for a log line; "" if code is 0 */
    int status;         /* HTTP */
    const char *type;   /* Content-Type without parameters, or "" */
    const char *body;   /* NUL-terminated behind len */
    size_t len;
};
/* Exactly once, never inside http_post_start; the answer is valid during the call. `code`: CPF_E_AWAY (no
 * connection, or it was cut), CPF_E_KEY (the server's certificate), CPF_E_LIMIT (too large or too slow),
 * CPF_E_SYNTAX (no HTTP). */
typedef void (*http_answer_fn)(void *arg, const struct http_answer *a);

struct http_post_config {
    struct event_base *base;
    const char *url;     /* http://host[:port]/path or https://…; no user, no fragment */
    const char *ca_file; /* PEM; NULL: the system's */
    const uint8_t *pin;  /* SHA-256 of the server's certificate (DER), instead of a chain; or NULL */
    const char *type;    /* Content-Type of the body */
    const void *body;    /* copied */
    size_t len;
    size_t limit;        /* bytes of the answer's body */
    unsigned timeout_ms; /* from start to answer */
    http_answer_fn done;
    void *arg;
};

/* Can this be posted to? CPF_E_SYNTAX if not. */
must_check int http_url_check(const char *url);
/* CPF_E_SYNTAX: the URL; CPF_E_IO: ca_file; then `done` does not run. */
must_check int http_post_start(const struct http_post_config *cfg, struct http_post **ret);
/* Ends it quietly: `done` does not run. Not after `done`, but inside of it; NULL is fine. */
void http_post_cancel(struct http_post *p);
