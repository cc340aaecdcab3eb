#pragma once
/*
 * What a request may look like: evhttp is lenient, and where two parsers may
 * read one byte stream differently, a second request hides in the body of the
 * first. Pure functions; all RFC numbers are RFC 9110 and 9112.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct evkeyvalq;

#define HTTP_HEADERS_MAX 64

struct http_param {
    const char *name, *value;
};

/* What the headers decide. */
struct http_head {
    const char *bearer; /* the token, in the header's own text; NULL if none */
    size_t bearer_len;
};

/*
 * 0, or the status to refuse with (400, 411, 413); the connection must be closed then.
 * `minor` is that of HTTP/1.x, `takes_body` whether evhttp reads a body for this method,
 * `body` what it has read.
 */
must_check int http_check_headers(const struct evkeyvalq *headers, int minor, bool takes_body, size_t body,
                                  struct http_head *ret);

/*
 * Decodes the path of a request target ("/a%20b?c=d") into `ret` (room for strlen(target) + 1).
 * *ret_query = its query, still encoded, in `target`; NULL if none. CPF_E_SYNTAX unless it begins with
 * one '/', holds no empty, "." or ".." segment (an ending slash is one), no '#', no control character,
 * no encoded slash or NUL, and is UTF-8.
 */
must_check int http_check_target(const char *target, char *ret, const char **ret_query);

/*
 * Decodes "a=b&c=d" in place in `query` into at most `max` parameters. CPF_E_SYNTAX for a bad escape, a
 * control character, text that is not UTF-8; CPF_E_DUPLICATE for a name twice; CPF_E_LIMIT for too many.
 */
must_check int http_check_query(char *query, struct http_param *ret, size_t max, size_t *ret_n);
