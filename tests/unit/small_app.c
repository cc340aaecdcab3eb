/*
 * The smallest application that cpfd's main can wire: for the tests of main.
 *
 *   GET /v1/hello        at once
 *   GET /v1/slow         400 ms after the application was told to finish
 *   GET /v1/stuck        never
 *   GET /v1/fail/CODE    the application fails with this code
 *   GET /v1/signal/N     the process sends itself signal N, then answers
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>
#include <systemd/sd-daemon.h>
#include "app.h"
#include "base/mem.h"

struct app {
    struct event_base *base;
    void (*on_stop)(void *arg, int code);
    void *stop_arg;
    void (*on_ready)(void *arg);
    void *ready_arg;
    struct event *ready_timer, *slow_timer;
    struct http_request *slow;
    bool ready, draining, stuck;
};

static void on_ready_timer(evutil_socket_t fd, short what, void *arg)
{
    struct app *a = arg;
    (void)fd, (void)what;
    a->ready = true;
    if (a->on_ready)
        a->on_ready(a->ready_arg);
}

static void on_slow_timer(evutil_socket_t fd, short what, void *arg)
{
    struct app *a = arg;
    struct http_request *r = a->slow;
    (void)fd, (void)what;
    a->slow = NULL;
    http_reply(r, 200, "{\"slow\":1}", 10);
    if (a->draining)
        a->on_stop(a->stop_arg, 0);
}

void app_reloaded(struct app *a)
{
    (void)a;
}

int app_check(const struct conf *conf, char **ret_error)
{
    (void)conf, (void)ret_error;
    return 0;
}

int app_new(const struct conf *conf, struct event_base *base, void (*on_stop)(void *arg, int code), void *arg,
            struct app **ret, char **ret_error)
{
    struct timeval soon = {0, 20000};
    if (strcmp(conf->origin, "training.refused") == 0) {
        *ret_error = xstrdup("told to refuse");
        return CPF_E_STATE;
    }
    struct app *a = xcalloc(1, sizeof(*a));
    a->base = base;
    a->on_stop = on_stop;
    a->stop_arg = arg;
    a->ready_timer = evtimer_new(base, on_ready_timer, a);
    a->slow_timer = evtimer_new(base, on_slow_timer, a);
    evtimer_add(a->ready_timer, &soon);
    *ret = a;
    return 0;
}

static void on_hello(void *arg, struct http_request *r)
{
    (void)arg;
    http_reply(r, 200, "{\"hello\":1}", 11);
}

static void on_slow(void *arg, struct http_request *r)
{
    struct app *a = arg;
    a->slow = r;
    sd_notify(0, "STATUS=slow");
}

static void on_stuck(void *arg, struct http_request *r)
{
    struct app *a = arg;
    a->stuck = true;
    on_slow(a, r);
}

static void on_fail(void *arg, struct http_request *r)
{
    struct app *a = arg;
    int code = atoi(http_path_rest(r));
    http_reply(r, 200, "{}", 2);
    a->on_stop(a->stop_arg, code);
}

static void on_signal(void *arg, struct http_request *r)
{
    (void)arg;
    raise(atoi(http_path_rest(r)));
    on_hello(arg, r);
}

static const struct http_route routes[] = {
    {HTTP_GET, "/v1/hello", on_hello},     {HTTP_GET, "/v1/slow", on_slow},
    {HTTP_GET, "/v1/stuck", on_stuck},     {HTTP_GET, "/v1/fail/*", on_fail},
    {HTTP_GET, "/v1/signal/*", on_signal}, {0}};

const struct http_route *app_routes(void)
{
    return routes;
}

const struct http_route *app_admin_routes(void)
{
    return routes;
}

void app_error_body(void *app, const char *code, char **ret_json, size_t *ret_len)
{
    (void)app;
    int n = asprintf(ret_json, "{\"code\":\"%s\",\"small\":true}", code);
    require(n > 0);
    *ret_len = (size_t)n;
}

void app_set_https(struct app *a, struct http_server *https)
{
    (void)a, (void)https; /* no metrics here */
}

bool app_ready(const struct app *a)
{
    return a->ready;
}

void app_set_on_ready(struct app *a, void (*cb)(void *arg), void *arg)
{
    a->on_ready = cb;
    a->ready_arg = arg;
}

void app_drain(struct app *a)
{
    struct timeval later = {0, 400000};
    a->draining = true;
    if (!a->slow)
        a->on_stop(a->stop_arg, 0);
    else if (!a->stuck)
        evtimer_add(a->slow_timer, &later);
}

void app_free(struct app *a)
{
    if (!a)
        return;
    if (a->slow)
        http_refuse(a->slow, 503, "stopping");
    event_free(a->ready_timer);
    event_free(a->slow_timer);
    free(a);
}
