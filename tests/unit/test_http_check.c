/* The checks alone: targets, queries, headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <cmocka.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include "base/err.h"
#include "http/http_check.h"

/* ---- targets ---- */

static int check_target(const char *target, char ret[256])
{
    const char *query;
    return http_check_target(target, ret, &query);
}

static void test_target_accepted(void **state)
{
    static const char *const cases[][2] = {
        {"/", "/"},         {"/v1/scans", "/v1/scans"}, {"/v1/scans?x=1", "/v1/scans"},
        {"/a%20b", "/a b"}, {"/a+b", "/a+b"},           {"/%E7%B4%B0", "/細"},
        {"/a.b", "/a.b"},   {"/...", "/..."},           {"/app/", "/app/"}};
    char path[256];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(check_target(cases[i][0], path), 0);
        assert_string_equal(path, cases[i][1]);
    }
}

static void test_target_refused(void **state)
{
    static const char *const cases[] = {
        "",       "*",      "v1",      "http://h/v1", "//h/v1",     "/a//b",  "/a//",
        "/.",     "/..",    "/a/../b", "/a/..",       "/%2e%2e/b",  "/a/%2E", "/a%00b",
        "/a%2Fb", "/a%5Cb", "/a\\b",   "/a%",         "/a%4",       "/a%zz",  "/a%0Ab",
        "/a\tb",  "/a#b",   "/a%7F",   "/%C0%AF",     "/%ED%A0%80", "/\xff",  "/a?b#c"};
    char path[256];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (check_target(cases[i], path) != CPF_E_SYNTAX)
            fail_msg("accepted: %s", cases[i]);
    }
}

/* ---- queries ---- */

static int check_query(const char *query, char buf[256], struct http_param params[4], size_t *n)
{
    *n = 99;
    return http_check_query(strcpy(buf, query), params, 4, n);
}

static void test_query_decoded(void **state)
{
    char buf[256];
    struct http_param p[4];
    size_t n;
    (void)state;
    assert_int_equal(check_query("stream=batch%2Fb1&text=a+b%2Bc&flag&empty=", buf, p, &n), 0);
    assert_int_equal(n, 4);
    assert_string_equal(p[0].name, "stream");
    assert_string_equal(p[0].value, "batch/b1");
    assert_string_equal(p[1].value, "a b+c");
    assert_string_equal(p[2].name, "flag");
    assert_string_equal(p[2].value, "");
    assert_string_equal(p[3].name, "empty");
    assert_string_equal(p[3].value, "");
}

static void test_query_of_nothing(void **state)
{
    char buf[256];
    struct http_param p[4];
    size_t n;
    (void)state;
    assert_int_equal(check_query("", buf, p, &n), 0);
    assert_int_equal(n, 0);
}

static void test_query_refused(void **state)
{
    static const char *const cases[] = {"a=%00", "a=%",    "a=%4",  "a=%zz", "a=%ff",
                                        "=b",    "a=1&=2", "a=%0d", "&a=1",  "a=1&&b=2"};
    char buf[256];
    struct http_param p[4];
    size_t n;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (check_query(cases[i], buf, p, &n) != CPF_E_SYNTAX)
            fail_msg("accepted: %s", cases[i]);
    }
    assert_int_equal(check_query("a=1&b=2&a=3", buf, p, &n), CPF_E_DUPLICATE);
    assert_int_equal(check_query("a=1&b=2&c=3&d=4&e=5", buf, p, &n), CPF_E_LIMIT);
}

/* ---- headers ---- */

/* Lines "Name: value" joined by newlines. */
static int check_headers(const char *lines, bool takes_body, size_t body, struct http_head *head)
{
    struct evkeyvalq q;
    char *copy = strdup(lines), *save = NULL;
    TAILQ_INIT(&q);
    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *value = strchr(line, ':');
        *value = '\0';
        evhttp_add_header(&q, line, value + 2);
    }
    static char token[256];
    int status = http_check_headers(&q, 1, takes_body, body, head);
    if (!status && head->bearer) {
        memcpy(token, head->bearer, head->bearer_len);
        token[head->bearer_len] = '\0';
        head->bearer = token;
    }
    evhttp_clear_headers(&q);
    free(copy);
    return status;
}

static void test_headers_refused(void **state)
{
    static const struct {
        const char *lines;
        bool takes_body;
        size_t body;
        int status;
    } cases[] = {
        {"Accept: x", true, 0, 400},
        {"Host: a\nHost: a", true, 0, 400},
        {"Host: ", true, 0, 400},
        {"Host: a/b", true, 0, 400},
        {"Host: a@b", true, 0, 400},
        {"Host: a\nContent-Length: 5\nContent-Length: 6", true, 5, 400},
        {"Host: a\nContent-Length: 5\nContent-Length: 5", true, 5, 400},
        {"Host: a\nContent-Length: 5, 5", true, 5, 400},
        {"Host: a\nContent-Length: +5", true, 5, 400},
        {"Host: a\nContent-Length: -5", true, 0, 400},
        {"Host: a\nContent-Length: 0x5", true, 5, 400},
        {"Host: a\nContent-Length: ", true, 0, 400},
        {"Host: a\nContent-Length:  5", true, 5, 400},
        {"Host: a\nContent-Length: 5", true, 4, 400},
        {"Host: a\nContent-Length: 99999999999999999999", true, 0, 400},
        {"Host: a\nContent-Length: 5", false, 0, 400},
        {"Host: a\nTransfer-Encoding: chunked", true, 0, 411},
        {"Host: a\nTransfer-Encoding: chunked", false, 0, 400},
        {"Host: a\nTransfer-Encoding: xchunked", true, 0, 411},
        {"Host: a\nTransfer-Encoding: chunked\nTransfer-Encoding: x", true, 0, 400},
        {"Host: a\nTransfer-Encoding: chunked\nContent-Length: 0", true, 0, 400},
        {"Host: a\nTransfer-Encoding : chunked", true, 0, 400},
        {"Host: a\nX Y: z", true, 0, 400},
        {"Host: a\n\tX: z", true, 0, 400},
        {"Host: a\nX(: z", true, 0, 400},
        {"Host: a\n: z", true, 0, 400},
        {"Host: a\nX: \x01", true, 0, 400},
        {"Host: a\nX: a\x7f", true, 0, 400},
        {"Host: a\nAuthorization: Bearer a\nAuthorization: Bearer b", true, 0, 400},
        {"Host: a\nContent-Type: a\nContent-Type: b", true, 0, 400},
    };
    struct http_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status = check_headers(cases[i].lines, cases[i].takes_body, cases[i].body, &head);
        if (status != cases[i].status)
            fail_msg("%d for: %s", status, cases[i].lines);
    }
}

static void test_headers_accepted(void **state)
{
    struct http_head head;
    (void)state;
    assert_int_equal(check_headers("Host: [::1]:8443\nContent-Length: 5", true, 5, &head), 0);
    assert_int_equal(check_headers("Host: a.example\nContent-Length: 0", false, 0, &head), 0);
    assert_int_equal(check_headers("host: a\nX: 細胞\taeration", false, 0, &head), 0);
    assert_null(head.bearer);
}

static void test_bearer_found(void **state)
{
    struct http_head head;
    (void)state;
    assert_int_equal(check_headers("Host: a\nauthorization: bearer abc-_.~+/=", false, 0, &head), 0);
    assert_string_equal(head.bearer, "abc-_.~+/=");
    assert_int_equal(check_headers("Host: a\nAuthorization: Basic abc", false, 0, &head), 0);
    assert_null(head.bearer);
    assert_int_equal(check_headers("Host: a\nAuthorization: Bearer a b", false, 0, &head), 0);
    assert_null(head.bearer);
    assert_int_equal(check_headers("Host: a\nAuthorization: Bearer ", false, 0, &head), 0);
    assert_null(head.bearer);
}

static void test_too_many_headers_refused(void **state)
{
    struct http_head head;
    char lines[2048] = "Host: a";
    (void)state;
    for (int i = 0; i < HTTP_HEADERS_MAX; i++)
        strcat(lines, "\nX: y");
    assert_int_equal(check_headers(lines, false, 0, &head), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_target_accepted),
        cmocka_unit_test(test_target_refused),
        cmocka_unit_test(test_query_decoded),
        cmocka_unit_test(test_query_of_nothing),
        cmocka_unit_test(test_query_refused),
        cmocka_unit_test(test_headers_refused),
        cmocka_unit_test(test_headers_accepted),
        cmocka_unit_test(test_bearer_found),
        cmocka_unit_test(test_too_many_headers_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
