#pragma once
/*
 * The application behind HTTP: api over flow over core and ledger. main.c
 * makes the event base, configuration, service notification and servers;
 * app wires the rest.
 */
#include <stdbool.h>
#include "conf.h"
#include "http/http.h"

struct event_base;
struct app;

/* The files that the configuration names hold what they should; *ret_error (malloc'ed) says which does not.
 */
must_check int app_check(const struct conf *conf, char **ret_error);

/* Loads catalogue, makes ledger, unlock, query; begins connecting. `on_stop` is called (once) when the
 * process must end: code 0 after a drain, else a failure whose text was logged. */
must_check int app_new(const struct conf *conf, struct event_base *base, void (*on_stop)(void *arg, int code),
                       void *arg, struct app **ret, char **ret_error);
const struct http_route *app_routes(void);       /* for the HTTPS server; handlers take the app as arg */
const struct http_route *app_admin_routes(void); /* for the admin socket */
void app_error_body(void *app, const char *code, char **ret_json, size_t *ret_len);
/* The server whose certificate is looked at; it ends before the app, when nobody looks any more. */
void app_set_https(struct app *a, struct http_server *https);
/* Certificate and key may be others now. */
void app_reloaded(struct app *a);
/* Folded and connected: systemd READY. */
bool app_ready(const struct app *a);
void app_set_on_ready(struct app *a, void (*cb)(void *arg), void *arg);
/* Graceful: refuses new work with 503 `stopping`, finishes what is in flight, then on_stop(0). */
void app_drain(struct app *a);
void app_free(struct app *a);
