#include "http/http_check.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <event2/keyvalq_struct.h>
#include "base/bounds.h"
#include "base/enc.h"

#define BEARER_MAX 128

/* ---- headers ---- */

struct seen {
    unsigned host, length, encoding, authorization, type;
    const char *host_value, *length_value, *authorization_value;
};

/* RFC 9110 5.6.2. */
static bool is_token(const char *s)
{
    if (!*s)
        return false;
    for (; *s; s++) {
        if (!isalnum((unsigned char)*s) && !strchr("!#$%&'*+-.^_`|~", *s))
            return false;
    }
    return true;
}

/* RFC 9110 5.5: no controls but tab. A bare CR is one (RFC 9112 2.2), and so is DEL. */
static bool is_field_value(const char *s)
{
    for (; *s; s++) {
        if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
            return false;
    }
    return true;
}

static void see(struct seen *seen, const char *name, const char *value)
{
    if (strcasecmp(name, "Host") == 0) {
        seen->host++;
        seen->host_value = value;
    } else if (strcasecmp(name, "Content-Length") == 0) {
        seen->length++;
        seen->length_value = value;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        seen->encoding++;
    } else if (strcasecmp(name, "Authorization") == 0) {
        seen->authorization++;
        seen->authorization_value = value;
    } else if (strcasecmp(name, "Content-Type") == 0) {
        seen->type++;
    }
}

/* ^[0-9]+$ and small enough to be a size: *ret is it. */
static bool is_length(const char *s, size_t *ret)
{
    size_t n = 0, len = strlen(s);
    if (len == 0 || len > 15)
        return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9')
            return false;
        n = n * 10 + (size_t)(*s - '0');
    }
    *ret = n;
    return true;
}

/* RFC 3986 3.2.2 and 3.2.3, loosely: what no name, address or port has is out. */
static bool is_host(const char *s)
{
    if (!*s || strlen(s) > 255)
        return false;
    for (; *s; s++) {
        if (!isalnum((unsigned char)*s) && !strchr("-._~:[]", *s))
            return false;
    }
    return true;
}

/* The length said is the length read; a body only where evhttp reads one, else it runs as a request. */
static int check_length(const struct seen *seen, bool takes_body, size_t body)
{
    size_t said = 0;
    if (seen->length > 1)
        return 400;
    if (seen->length && !is_length(seen->length_value, &said))
        return 400;
    if (!takes_body && said)
        return 400;
    return said == body ? 0 : 400;
}

/* token68 of RFC 9110 11.2 after the scheme and one space. */
static void find_bearer(const char *value, struct http_head *ret)
{
    if (strncasecmp(value, "Bearer ", 7) != 0)
        return;
    const char *token = value + 7;
    size_t len = strlen(token);
    if (len == 0 || len > BEARER_MAX)
        return;
    for (const char *p = token; *p; p++) {
        if (!isalnum((unsigned char)*p) && !strchr("-._~+/=", *p))
            return;
    }
    ret->bearer = token;
    ret->bearer_len = len;
}

int http_check_headers(const struct evkeyvalq *headers, int minor, bool takes_body, size_t body,
                       struct http_head *ret)
{
    struct seen seen = {0};
    const struct evkeyval *h;
    size_t n = 0;
    TAILQ_FOREACH(h, headers, next)
    {
        if (++n > HTTP_HEADERS_MAX || !is_token(h->key) || !is_field_value(h->value))
            return 400;
        see(&seen, h->key, h->value);
    }
    if (seen.host > 1 || (seen.host == 0 && minor > 0) || (seen.host && !is_host(seen.host_value)))
        return 400;
    if (seen.authorization > 1 || seen.type > 1)
        return 400;
    /* evhttp takes any other coding for none, and reads chunk sizes leniently: refuse them all. Both
     * framings at once is smuggling (RFC 9112 6.1). */
    if (seen.encoding)
        return seen.encoding > 1 || seen.length || !takes_body ? 400 : 411;
    int status = check_length(&seen, takes_body, body);
    if (status)
        return status;
    *ret = (struct http_head){0};
    if (seen.authorization)
        find_bearer(seen.authorization_value, ret);
    return 0;
}

/* ---- target ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character from *p, decoding %XX; -1 for a bad escape or a control character. */
static int decode_char(const char **p)
{
    int c = (unsigned char)*(*p)++;
    if (c == '%') {
        int high = hex_digit((*p)[0]);
        int low = high < 0 ? -1 : hex_digit((*p)[1]);
        if (low < 0)
            return -1;
        c = high * 16 + low;
        *p += 2;
    }
    return c < ' ' || c == 0x7f ? -1 : c;
}

/* Segments must name something: no "", "." or "..", but a lone "/" may end the path. */
static bool segments_ok(const char *path)
{
    const char *p = path + 1;
    while (*p) {
        size_t len = strcspn(p, "/");
        if (len == 0 || (len == 1 && p[0] == '.') || (len == 2 && p[0] == '.' && p[1] == '.'))
            return false;
        p += len;
        p += *p == '/';
    }
    return true;
}

int http_check_target(const char *target, char *ret, const char **ret_query)
{
    const char *p = target;
    size_t n = 0;
    if (*p != '/' || strchr(target, '#'))
        return CPF_E_SYNTAX;
    while (*p && *p != '?') {
        bool escaped = *p == '%';
        int c = decode_char(&p);
        /* A slash or backslash that was hidden would split the path elsewhere for others. */
        if (c < 0 || c == '\\' || (escaped && c == '/'))
            return CPF_E_SYNTAX;
        ret[n++] = (char)c;
    }
    ret[n] = '\0';
    if (!segments_ok(ret) || !enc_utf8_ok(ret, n))
        return CPF_E_SYNTAX;
    *ret_query = *p == '?' ? p + 1 : NULL;
    return 0;
}

/* Decodes [*p, an end among `stops`) to *out, ends it with NUL; *p then stands on the end. A value is
 * never longer than its escaped form, so in place is fine. */
static int decode_part(const char **p, const char *stops, char **out)
{
    char *start = *out;
    while (**p && !strchr(stops, **p)) {
        bool plus = **p == '+';
        int c = decode_char(p);
        if (c < 0)
            return CPF_E_SYNTAX;
        *(*out)++ = plus ? ' ' : (char)c;
    }
    return enc_utf8_ok(start, (size_t)(*out - start)) ? 0 : CPF_E_SYNTAX;
}

static bool has_param(const struct http_param *params, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(params[i].name, name) == 0)
            return true;
    }
    return false;
}

int http_check_query(char *query, struct http_param *ret, size_t max, size_t *ret_n)
{
    const char *p = query;
    char *out = query;
    size_t n = 0;
    while (*p) {
        struct http_param param = {.name = out};
        if (n == max)
            return CPF_E_LIMIT;
        if (decode_part(&p, "=&", &out))
            return CPF_E_SYNTAX;
        /* The NULs must not overwrite what was not read yet: the separator gives way first. */
        bool valued = *p == '=';
        bool more = *p != '\0';
        p += more;
        *out++ = '\0';
        param.value = "";
        if (valued) {
            param.value = out;
            if (decode_part(&p, "&", &out))
                return CPF_E_SYNTAX;
            more = *p != '\0';
            p += more;
            *out++ = '\0';
        }
        if (!*param.name)
            return CPF_E_SYNTAX;
        if (has_param(ret, n, param.name))
            return CPF_E_DUPLICATE;
        ret[n++] = param;
        if (!more)
            break;
    }
    *ret_n = n;
    return 0;
}
