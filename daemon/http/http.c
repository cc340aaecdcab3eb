/* The server: listener, limits, checks, routes, drain. */
#include "http/http_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <event2/http_struct.h>
#include "base/mem.h"
#include "log.h"

/* ---- one request ---- */

/* 0, or the status to refuse with and to close. */
static int check(struct http_request *r)
{
    struct evhttp_request *ev = r->ev;
    struct http_head head;
    const char *query;
    enum evhttp_cmd_type type = evhttp_request_get_command(ev);
    /* Those for which evhttp reads a body; it runs any other's as the next request. */
    bool takes_body = type == EVHTTP_REQ_POST || type == EVHTTP_REQ_PUT || type == EVHTTP_REQ_PATCH;
    if (r->conn && (r->conn->nul || r->conn->ending))
        return 400;
    if (ev->major != 1 || ev->minor < 0 || ev->minor > 1) {
        ev->major = ev->minor = 1; /* evhttp would answer in the version that it was asked in */
        return 400;
    }
    int status =
        http_check_headers(evhttp_request_get_input_headers(ev), ev->minor, takes_body, r->body_len, &head);
    if (status)
        return status;
    if (http_check_target(evhttp_request_get_uri(ev), r->path, &query))
        return 400;
    if (query) {
        char *copy = strcpy(r->path + strlen(r->path) + 1, query);
        if (http_check_query(copy, r->params, PARAMS_MAX, &r->nparams))
            return 400;
    }
    memcpy(r->bearer, head.bearer ? head.bearer : "", head.bearer_len);
    return 0;
}

static bool may_be_large(const struct http_server *s, const char *path)
{
    if (!s->cfg.large)
        return s->cfg.unix_path != NULL;
    for (const char *const *p = s->cfg.large; *p; p++) {
        if (strcmp(*p, path) == 0)
            return true;
    }
    return false;
}

/* Length of the match, 0 if none: an exact one is the longest. */
static size_t match(const struct http_route *route, const char *path)
{
    size_t len = strlen(route->path);
    if (route->path[len - 1] == '*')
        return strncmp(route->path, path, len - 1) == 0 ? len : 0;
    return strcmp(route->path, path) == 0 ? len + 2 : 0;
}

/* The best match for path and method; *ret_allowed = methods of the best match for the path alone. */
static const struct http_route *find_route(const struct http_server *s, const struct http_request *r,
                                           unsigned *ret_allowed)
{
    const struct http_route *found = NULL;
    size_t best = 0;
    *ret_allowed = 0;
    for (const struct http_route *route = s->cfg.routes; route->handler; route++) {
        size_t len = match(route, r->path);
        if (!len || len < best)
            continue;
        if (len > best) {
            found = NULL;
            *ret_allowed = 0;
        }
        best = len;
        *ret_allowed |= route->method;
        if (route->method == r->method)
            found = route;
    }
    return found;
}

static void dispatch(struct http_server *s, struct http_request *r)
{
    unsigned allowed;
    const struct http_route *route = find_route(s, r, &allowed);
    if (route) {
        size_t len = strlen(route->path);
        if (route->path[len - 1] == '*')
            r->rest = r->path + len - 1;
        route->handler(s->cfg.arg, r);
    } else if (allowed) {
        http_refuse_method(r, allowed);
    } else {
        http_refuse(r, 404, HTTP_CODE_NOTFOUND);
    }
}

static void on_request(struct evhttp_request *ev, void *arg)
{
    struct http_server *s = arg;
    struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(ev));
    /* evhttp goes on reading after a request without body, and ends the process when more comes. */
    bufferevent_disable(bev, EV_READ);
    /* After CONNECT evhttp never closes, whatever the reply says, and runs what follows. */
    if (evhttp_request_get_command(ev) == EVHTTP_REQ_CONNECT)
        ev->type = EVHTTP_REQ_OPTIONS;
    struct http_request *r = http_request_new(s, http_conn_of(s, bev), ev);
    int status = check(r);
    if (!status && r->body_len > BOUND_REQUEST_BODY && !may_be_large(s, r->path))
        status = 413;
    if (status) {
        r->close = true;
        log_event(LOG_LEVEL_INFO, "http.refused", "peer", r->peer, "status", LOG_NUM(status), NULL);
        http_refuse(r, status,
                    status == 411   ? HTTP_CODE_LENGTH
                    : status == 413 ? HTTP_CODE_LARGE
                                    : HTTP_CODE_MALFORMED);
    } else if (s->draining) {
        http_refuse(r, 503, HTTP_CODE_STOPPING);
    } else {
        dispatch(s, r);
    }
}

/* ---- accepting ---- */

/* This thread's servers. A listener's error callback gets evhttp as its argument, since evhttp_bind_listener
 * sets that for both callbacks, and from evhttp no way leads back to us. */
static _Thread_local struct http_server *servers;

static void remember(struct http_server *s)
{
    s->next = servers;
    servers = s;
}

static void forget(struct http_server *s)
{
    struct http_server **p = &servers;
    while (*p && *p != s)
        p = &(*p)->next;
    if (*p)
        *p = s->next;
}

void http_server_adjust(struct http_server *s)
{
    if (!s->listener)
        return;
    /* An idle connection is a place, too: it makes room for who comes. */
    bool full = s->connections >= s->cfg.connections && TAILQ_EMPTY(&s->conns[CONN_IDLE]);
    if (s->paused || full)
        evconnlistener_disable(s->listener);
    else
        evconnlistener_enable(s->listener);
}

/* No descriptors, or no memory in the kernel. The connection stays in the backlog and the socket ready:
 * without a pause the loop would do nothing but fail. */
static void on_accept_error(struct evconnlistener *listener, void *evhttp)
{
    struct timeval pause = {0, ACCEPT_PAUSE_MS * 1000};
    (void)evhttp;
    log_event(LOG_LEVEL_WARNING, "http.accept", "error", strerror(EVUTIL_SOCKET_ERROR()), NULL);
    for (struct http_server *s = servers; s; s = s->next) {
        if (s->listener != listener)
            continue;
        s->paused = true;
        http_server_adjust(s);
        evtimer_add(s->resume, &pause);
    }
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
    struct http_server *s = arg;
    (void)fd, (void)what;
    s->paused = false;
    http_server_adjust(s);
}

/* ---- start ---- */

/* Where descriptors are short, those who watch have the fourth part of them at most. */
static void afford(struct http_config *cfg)
{
    struct rlimit r;
    unsigned all = cfg->connections + cfg->streams + SPARE_FDS;
    if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur == RLIM_INFINITY || r.rlim_cur >= all)
        return;
    unsigned have = r.rlim_cur > 2 * SPARE_FDS ? (unsigned)r.rlim_cur - SPARE_FDS : SPARE_FDS;
    cfg->streams = cfg->streams < have / 4 ? cfg->streams : have / 4;
    have -= cfg->streams;
    cfg->connections = cfg->connections < have ? cfg->connections : have;
}

static void set_defaults(struct http_config *cfg)
{
    cfg->request_ms = cfg->request_ms ? cfg->request_ms : BOUND_HTTP_REQUEST_MS;
    cfg->idle_ms = cfg->idle_ms ? cfg->idle_ms : HTTP_IDLE_MS;
    cfg->stall_ms = cfg->stall_ms ? cfg->stall_ms : BOUND_HTTP_STALL_MS;
    cfg->connections = cfg->connections ? cfg->connections : BOUND_HTTP_CONNECTIONS;
    cfg->streams = cfg->streams ? cfg->streams : BOUND_HTTP_STREAMS;
    afford(cfg);
    cfg->max_body = cfg->max_body > BOUND_REQUEST_BODY ? cfg->max_body : BOUND_REQUEST_BODY;
    cfg->retry_after_s = cfg->retry_after_s > 0 ? cfg->retry_after_s : 1;
}

static int start_evhttp(struct http_server *s)
{
    s->evhttp = evhttp_new(s->cfg.base);
    if (!s->evhttp)
        return CPF_E_NOMEM;
    evhttp_set_max_headers_size(s->evhttp, BOUND_REQUEST_HEADERS);
    evhttp_set_max_body_size(s->evhttp, (ev_ssize_t)s->cfg.max_body);
    evhttp_set_flags(s->evhttp, EVHTTP_SERVER_LINGERING_CLOSE);
    /* All of them: evhttp would answer others itself, and run their bodies as requests. */
    evhttp_set_allowed_methods(s->evhttp, 0xffff);
    evhttp_set_default_content_type(s->evhttp, "text/plain; charset=utf-8");
    evhttp_set_bevcb(s->evhttp, http_conn_new, s);
    evhttp_set_gencb(s->evhttp, on_request, s);
    return 0;
}

static int start_listening(struct http_server *s, char **ret_error)
{
    int fd = s->cfg.unix_path ? http_listen_unix(s->cfg.unix_path, ret_error)
                              : http_listen_tcp(s->cfg.address, s->cfg.port, &s->port, ret_error);
    if (fd < 0)
        return CPF_E_IO;
    s->unix_path = s->cfg.unix_path ? xstrdup(s->cfg.unix_path) : NULL;
    s->listener =
        evconnlistener_new(s->cfg.base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    require(s->listener);
    evconnlistener_set_error_cb(s->listener, on_accept_error);
    s->bound = evhttp_bind_listener(s->evhttp, s->listener);
    require(s->bound);
    remember(s);
    return 0;
}

static void on_idle_event(evutil_socket_t fd, short what, void *arg)
{
    struct http_server *s = arg;
    (void)fd, (void)what;
    s->on_idle(s->on_idle_arg);
}

static int start_events(struct http_server *s)
{
    struct timeval sweep = {0, SWEEP_MS * 1000};
    s->sweep = event_new(s->cfg.base, -1, EV_PERSIST, http_conn_on_sweep, s);
    s->resume = evtimer_new(s->cfg.base, on_resume, s);
    s->idle = event_new(s->cfg.base, -1, 0, on_idle_event, s);
    s->attach = event_new(s->cfg.base, -1, 0, http_conn_on_attach, s);
    return s->sweep && s->resume && s->idle && s->attach && event_add(s->sweep, &sweep) == 0 ? 0
                                                                                             : CPF_E_NOMEM;
}

int http_server_new(const struct http_config *cfg, struct http_server **ret, char **ret_error)
{
    struct http_server *s = xcalloc(1, sizeof(*s));
    int err;
    *ret_error = NULL;
    s->cfg = *cfg;
    set_defaults(&s->cfg);
    for (int i = 0; i < CONN_STATES; i++)
        TAILQ_INIT(&s->conns[i]);
    TAILQ_INIT(&s->requests);
    require(cfg->unix_path || (cfg->cert && cfg->key));
    err = http_conn_init();
    if (!err && !cfg->unix_path)
        err = http_tls_new(cfg->cert, cfg->key, &s->tls, ret_error);
    if (!err)
        err = start_evhttp(s);
    if (!err)
        err = start_events(s);
    if (!err)
        err = start_listening(s, ret_error);
    if (err) {
        http_server_free(s);
        return err;
    }
    *ret = s;
    return 0;
}

unsigned short http_server_port(const struct http_server *s)
{
    return s->port;
}

/* ---- stop ---- */

void http_server_check_idle(struct http_server *s)
{
    if (!s->draining || s->told_idle || !TAILQ_EMPTY(&s->requests) || !TAILQ_EMPTY(&s->conns[CONN_WRITING]))
        return;
    s->told_idle = true;
    /* From the loop, so that the server may be freed in the callback. */
    event_active(s->idle, 0, 0);
}

void http_server_drain(struct http_server *s, void (*on_idle)(void *arg), void *arg)
{
    require(!s->draining);
    s->draining = true;
    s->on_idle = on_idle;
    s->on_idle_arg = arg;
    evhttp_del_accept_socket(s->evhttp, s->bound);
    s->listener = NULL;
    s->bound = NULL;
    http_conn_on_sweep(-1, 0, s);
    http_server_check_idle(s);
}

/* Connections go a little later than the server, requests when they are replied to. */
static void detach_all(struct http_server *s)
{
    struct http_conn *c;
    struct http_request *r;
    for (int i = 0; i < CONN_STATES; i++) {
        while ((c = TAILQ_FIRST(&s->conns[i]))) {
            TAILQ_REMOVE(&s->conns[i], c, link);
            c->server = NULL;
            c->request = NULL;
        }
    }
    while ((r = TAILQ_FIRST(&s->requests))) {
        TAILQ_REMOVE(&s->requests, r, link);
        r->server = NULL;
        r->conn = NULL;
        r->ev = NULL;
    }
}

static void free_event(struct event *e)
{
    if (e)
        event_free(e);
}

void http_server_free(struct http_server *s)
{
    if (!s)
        return;
    /* A request whose client left is nobody's but ours. */
    struct http_request *r;
    TAILQ_FOREACH(r, &s->requests, link)
    {
        if (!evhttp_request_get_connection(r->ev))
            evhttp_request_free(r->ev);
    }
    forget(s);
    http_conn_on_attach(-1, 0, s);
    http_streams_detach(s);
    detach_all(s);
    if (s->evhttp)
        evhttp_free(s->evhttp);
    free_event(s->sweep);
    free_event(s->resume);
    free_event(s->idle);
    free_event(s->attach);
    SSL_CTX_free(s->tls);
    if (s->unix_path)
        unlink(s->unix_path);
    free(s->unix_path);
    free(s);
}
