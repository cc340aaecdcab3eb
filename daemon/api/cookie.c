/*
 * Which station it is. Programs send a bearer token. Browsers send it as a cookie, which no script of a page
 * can read:
 * `__Host-` binds it to this very host, TLS and every path (RFC 6265bis 4.1.3.2), `SameSite=Strict` keeps it
 * from what another page sends, and http_same_origin() asks once more.
 */
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "base/enc.h"
#include "base/hash.h"

#define COOKIE_NAME "__Host-cpfd"
#define COOKIE_DAYS 400 /* the longest that browsers keep one; each loading of a page renews it */
#define TOKEN_MIN   16
#define TOKEN_MAX   129 /* with the NUL */

/* What a token of ours is made of (base64url): nothing else may stand in a header. */
static bool is_token_text(const char *s)
{
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    return n >= TOKEN_MIN && n < TOKEN_MAX && !s[n];
}

/* A cookie that came with what another page sent is as none, but says so. */
static const char *refusal_of(const struct http_request *r, bool cookie)
{
    if (!cookie && !http_bearer(r))
        return "http.unauthorised";
    return http_bearer(r) || http_same_origin(r) ? NULL : "http.cross-site";
}

const char *api_token(const struct http_request *r, char ret[44])
{
    char cookie[TOKEN_MAX];
    uint8_t digest[HASH_LEN];
    bool found = http_cookie(r, COOKIE_NAME, cookie, sizeof(cookie));
    const char *token = http_bearer(r), *no = refusal_of(r, found);
    if (!token)
        token = cookie;
    if (!no) {
        hash_sha256(token, strlen(token), digest);
        enc_digest(digest, ret);
    }
    explicit_bzero(cookie, sizeof(cookie));
    return no;
}

/* The token that came comes back as the cookie: the first time from a bearer token, later from itself. */
void api_cookie(void *arg, struct http_request *r)
{
    char cookie[TOKEN_MAX] = "", text[TOKEN_MAX + 128];
    const char *token = http_bearer(r);
    if (!api_station(arg, r))
        return;
    if (!token && http_cookie(r, COOKIE_NAME, cookie, sizeof(cookie)))
        token = cookie;
    if (token && is_token_text(token) && http_same_origin(r)) {
        snprintf(text, sizeof(text), COOKIE_NAME "=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%d",
                 token, COOKIE_DAYS * 86400);
        http_reply_type(r, 200, "application/json; charset=utf-8", "{}", 2,
                        (const char *const[]){"Set-Cookie", text, NULL});
        explicit_bzero(text, sizeof(text));
    } else {
        http_refuse(r, 403, "http.cross-site");
    }
    explicit_bzero(cookie, sizeof(cookie));
}
