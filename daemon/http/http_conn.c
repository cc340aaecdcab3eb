/* Connections: made in evhttp's bufferevent callback, watched by deadline, freed with their bufferevent. */
#include "http/http_priv.h"

#include <string.h>
#include <openssl/err.h>
#include <event2/bufferevent_ssl.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/next.h"
#include "log.h"

static int ssl_index = -1;

/* ---- state ---- */

/* Who ends ends; asked to again where evhttp has not closed yet. What is answered may be followed by bytes
 * that came meanwhile. */
static const unsigned becomes[] = {
    [CONN_READING] = NEXT(CONN_HANDLING) | NEXT(CONN_CLOSING),
    [CONN_HANDLING] = NEXT(CONN_WRITING) | NEXT(CONN_SENDING),
    [CONN_WRITING] = NEXT(CONN_READING) | NEXT(CONN_IDLE) | NEXT(CONN_CLOSING),
    [CONN_IDLE] = NEXT(CONN_READING) | NEXT(CONN_CLOSING),
    [CONN_SENDING] = NEXT(CONN_STREAMING) | NEXT(CONN_CLOSING),
    [CONN_STREAMING] = NEXT(CONN_SENDING) | NEXT(CONN_CLOSING),
    [CONN_CLOSING] = NEXT(CONN_CLOSING),
};

void conn_set_state(struct http_conn *c, enum conn_state state)
{
    struct http_server *s = c->server;
    if (!s)
        return;
    if (!may_follow(becomes[c->state], (int)state)) { /* evhttp's order of events is not ours to vouch for */
        log_event(LOG_LEVEL_ERROR, "http.state", "from", LOG_NUM(c->state), "to", LOG_NUM(state), NULL);
        return;
    }
    TAILQ_REMOVE(&s->conns[c->state], c, link);
    c->state = state;
    c->since = clock_mono_ms();
    TAILQ_INSERT_TAIL(&s->conns[state], c, link);
    if (s->connections >= s->cfg.connections)
        http_server_adjust(s);
}

/* Ends a connection that is not HANDLING. evhttp takes this as a time-out and frees it; our own part
 * follows when libevent finalizes the bufferevent, and must not be met by a sweep until then. */
static void expire(struct http_conn *c)
{
    conn_set_state(c, CONN_CLOSING);
    bufferevent_trigger_event(c->bev, BEV_EVENT_TIMEOUT | BEV_EVENT_READING, 0);
}

static void conn_free(struct http_conn *c)
{
    struct http_server *s = c->server;
    if (c->request)
        c->request->conn = NULL;
    if (s) {
        s->large -= c->large;
        TAILQ_REMOVE(&s->conns[c->state], c, link);
        s->connections -= !c->streams;
        s->streams -= c->streams;
        http_server_adjust(s);
        http_server_check_idle(s);
    }
    free(c);
}

/* ---- input ---- */

/* A NUL ends strings early for evhttp, so that what follows it is hidden from the checks. */
static bool has_nul(struct evbuffer *input, size_t added)
{
    struct evbuffer_iovec vec[8];
    struct evbuffer_ptr from;
    size_t len = evbuffer_get_length(input);
    if (added > len || evbuffer_ptr_set(input, &from, len - added, EVBUFFER_PTR_SET) < 0)
        return false;
    int n = evbuffer_peek(input, (ev_ssize_t)added, &from, vec, 8);
    if (n > 8)
        return evbuffer_search(input, "", 1, &from).pos >= 0;
    for (int i = 0; i < n; i++) {
        if (memchr(vec[i].iov_base, '\0', vec[i].iov_len))
            return true;
    }
    return false;
}

/* What any request may hold in memory; libevent stops reading there. */
static size_t small_mark(void)
{
    return BOUND_REQUEST_HEADERS + BOUND_REQUEST_BODY + 4096;
}

/* Held up at the mark: a few connections at once may go on to a large body. Others wait for a place, or
 * for their deadline. */
static void ask_large(struct http_conn *c)
{
    struct http_server *s = c->server;
    if (c->large || s->cfg.max_body <= BOUND_REQUEST_BODY || s->large >= LARGE_AT_ONCE)
        return;
    c->large = true;
    s->large++;
    bufferevent_setwatermark(c->bev, EV_READ, 0, s->cfg.max_body + 2 * BOUND_REQUEST_HEADERS);
}

void http_conn_leave_large(struct http_conn *c)
{
    if (!c->large)
        return;
    c->large = false;
    c->server->large--;
    bufferevent_setwatermark(c->bev, EV_READ, 0, small_mark());
}

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    struct http_conn *c = arg;
    if (!c->server || !info->n_added)
        return;
    if (c->state == CONN_IDLE)
        conn_set_state(c, CONN_READING);
    if (!c->nul)
        c->nul = has_nul(input, info->n_added);
    if (evbuffer_get_length(input) >= small_mark())
        ask_large(c);
}

/* A reply that is not ours: evhttp refuses by itself what it cannot read, and after CONNECT goes on all the
 * same, in the middle of what it could not read. Only `100 Continue` is innocent. */
static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
    struct http_conn *c = arg;
    char start[12];
    if (!info->n_added || (c->state != CONN_READING && c->state != CONN_IDLE))
        return;
    if (evbuffer_copyout(output, start, sizeof(start)) != sizeof(start) ||
        memcmp(start, "HTTP/1.1 100", sizeof(start)) != 0)
        c->ending = true;
}

/* ---- making ---- */

static void on_ssl_free(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
    (void)parent, (void)ad, (void)idx, (void)argl, (void)argp;
    if (ptr)
        conn_free(ptr);
}

int http_conn_init(void)
{
    if (ssl_index < 0)
        ssl_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, on_ssl_free);
    return ssl_index < 0 ? CPF_E_CRYPTO : 0;
}

static struct bufferevent *new_tls(struct event_base *base, struct http_conn *c)
{
    SSL *ssl = SSL_new(c->server->tls);
    require(ssl && SSL_set_ex_data(ssl, ssl_index, c));
    c->ssl = ssl;
    struct bufferevent *bev =
        bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    require(bev);
    bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    return bev;
}

/* ---- plain ones: a bufferevent does not tell when it is freed, but evhttp's connection does ---- */

static struct bufferevent *new_plain(struct event_base *base)
{
    struct bufferevent *bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    require(bev);
    return bev;
}

static void on_plain_close(struct evhttp_connection *evcon, void *arg)
{
    struct http_conn *c = arg;
    (void)evcon;
    evbuffer_remove_cb(bufferevent_get_input(c->bev), on_input, c);
    evbuffer_remove_cb(bufferevent_get_output(c->bev), on_output, c);
    conn_free(c);
}

/* evhttp makes its connection after it has asked us for a bufferevent, and is then the argument of the
 * bufferevent's callbacks. No input is read before this runs. */
void http_conn_on_attach(evutil_socket_t fd, short what, void *server)
{
    struct http_server *s = server;
    struct http_conn *c;
    (void)fd, (void)what;
    TAILQ_FOREACH(c, &s->conns[CONN_READING], link)
    {
        void *evcon = NULL;
        if (c->attached)
            continue;
        bufferevent_getcb(c->bev, NULL, NULL, NULL, &evcon);
        require(evcon);
        evhttp_connection_set_closecb(evcon, on_plain_close, c);
        c->attached = true;
    }
}

/* ---- all ---- */

/* Beyond the limit, who has been idle for longest makes room for who came. */
static void make_room(struct http_server *s)
{
    struct http_conn *idle = TAILQ_FIRST(&s->conns[CONN_IDLE]);
    if (s->connections > s->cfg.connections && idle)
        expire(idle);
}

struct bufferevent *http_conn_new(struct event_base *base, void *server)
{
    struct http_server *s = server;
    struct http_conn *c = xcalloc(1, sizeof(*c));
    c->server = s;
    c->state = CONN_READING;
    c->since = clock_mono_ms();
    c->attached = s->tls != NULL;
    c->bev = s->tls ? new_tls(base, c) : new_plain(base);
    if (!c->attached)
        event_active(s->attach, 0, 0);
    evbuffer_add_cb(bufferevent_get_input(c->bev), on_input, c);
    evbuffer_add_cb(bufferevent_get_output(c->bev), on_output, c);
    bufferevent_setwatermark(c->bev, EV_READ, 0, small_mark());
    TAILQ_INSERT_TAIL(&s->conns[CONN_READING], c, link);
    s->connections++;
    make_room(s);
    http_server_adjust(s);
    return c->bev;
}

/* A UNIX socket has few connections: looked for in the lists. */
static struct http_conn *find_plain(struct http_server *s, struct bufferevent *bev)
{
    struct http_conn *c;
    for (int i = 0; i < CONN_STATES; i++) {
        TAILQ_FOREACH(c, &s->conns[i], link)
        {
            if (c->bev == bev)
                return c;
        }
    }
    return NULL;
}

struct http_conn *http_conn_of(struct http_server *s, struct bufferevent *bev)
{
    SSL *ssl = s->tls ? bufferevent_openssl_get_ssl(bev) : NULL;
    return ssl ? SSL_get_ex_data(ssl, ssl_index) : find_plain(s, bev);
}

/* ---- deadlines ---- */

static void sweep_list(struct http_server *s, enum conn_state state, unsigned limit_ms, const char *what)
{
    int64_t now = clock_mono_ms();
    struct http_conn *c;
    while ((c = TAILQ_FIRST(&s->conns[state])) && now - c->since >= limit_ms) {
        if (what)
            log_event(LOG_LEVEL_INFO, "http.slow", "while", what, NULL);
        expire(c);
    }
}

/* Whom evhttp should have closed by now: nobody, unless it has an exception that we do not know. */
static void close_again(struct http_server *s)
{
    struct http_conn *c = TAILQ_FIRST(&s->conns[CONN_CLOSING]);
    if (c && clock_mono_ms() - c->since >= SWEEP_MS)
        expire(c);
}

void http_conn_on_sweep(evutil_socket_t fd, short what, void *server)
{
    struct http_server *s = server;
    (void)fd, (void)what;
    sweep_list(s, CONN_READING, s->cfg.request_ms, "reading");
    sweep_list(s, CONN_WRITING, s->cfg.idle_ms, "writing");
    sweep_list(s, CONN_SENDING, s->cfg.stall_ms, "streaming");
    sweep_list(s, CONN_IDLE, s->draining ? 0 : s->cfg.idle_ms, NULL);
    close_again(s);
}
