#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MAX (256 * 1024)
#define SUB_BITS  5

/* ---- histogram ---- */

static unsigned bucket_of(uint64_t ns)
{
    unsigned exp = ns < (1u << SUB_BITS) ? 0 : (unsigned)(63 - __builtin_clzll(ns)) - SUB_BITS + 1;
    uint64_t sub = exp ? ns >> (exp - 1) : ns;
    /* From the second octave on, `sub` is within [32, 64): its top bit is implied. */
    unsigned b = exp ? exp * 32 + (unsigned)(sub & 31) : (unsigned)sub;
    return b < LOAD_BUCKETS ? b : LOAD_BUCKETS - 1;
}

static uint64_t bucket_end(unsigned b)
{
    unsigned exp = b / 32;
    return exp ? (uint64_t)(32 + b % 32 + 1) << (exp - 1) : b + 1;
}

void load_hist_add(struct load_hist *h, uint64_t ns)
{
    h->count[bucket_of(ns)]++;
    h->total++;
    h->max_ns = ns > h->max_ns ? ns : h->max_ns;
}

double load_hist_us(const struct load_hist *h, double q)
{
    uint64_t sum = 0, wanted = (uint64_t)((double)h->total * q);
    wanted = wanted ? wanted : 1;
    for (unsigned b = 0; b < LOAD_BUCKETS; b++) {
        sum += h->count[b];
        if (sum < wanted)
            continue;
        uint64_t end = bucket_end(b);
        return (double)(end < h->max_ns ? end : h->max_ns) / 1000;
    }
    return 0;
}

/* ---- a connection ---- */

struct conn {
    int fd;
    SSL *ssl;
    unsigned number;
    const char *out; /* what remains of the request */
    size_t out_len;
    uint64_t sent_ns;
    char *in;
    size_t in_len;
    bool done, later; /* later: connected, without a request */
};

struct load {
    const struct load_config *cfg;
    struct load_result *result;
    SSL_CTX *ctx;
    int epoll;
    struct conn *conns;
    unsigned active, waiting;   /* waiting: those with `later` */
    uint64_t from_ns, until_ns; /* counted */
    const char *error;
};

static uint64_t now_ns(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int fail(struct load *l, const char *why)
{
    if (!l->error)
        l->error = why;
    return -1;
}

static int connect_tcp(struct load *l)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(l->cfg->port)};
    int on = 1;
    if (inet_pton(AF_INET, l->cfg->address, &a.sin_addr) != 1)
        return fail(l, "not an IPv4 address");
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return fail(l, "no socket");
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
        close(fd);
        return fail(l, "no connection");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

static void conn_close(struct conn *c)
{
    SSL_free(c->ssl);
    c->ssl = NULL;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

/* Waits for the handshake; only what follows is measured. */
static int conn_open(struct load *l, struct conn *c)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    c->in_len = 0;
    c->fd = connect_tcp(l);
    if (c->fd < 0)
        return -1;
    c->ssl = SSL_new(l->ctx);
    if (!c->ssl || !SSL_set_fd(c->ssl, c->fd))
        return fail(l, "no TLS");
    if (SSL_connect(c->ssl) != 1)
        return fail(l, "the TLS handshake failed");
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0 || epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &e) < 0)
        return fail(l, "epoll");
    return 0;
}

static int conn_write(struct load *l, struct conn *c)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    while (c->out_len) {
        int n = SSL_write(c->ssl, c->out, (int)c->out_len);
        if (n <= 0) {
            int why = SSL_get_error(c->ssl, n);
            if (why != SSL_ERROR_WANT_WRITE && why != SSL_ERROR_WANT_READ)
                return -1;
            e.events |= why == SSL_ERROR_WANT_WRITE ? (uint32_t)EPOLLOUT : 0;
            return epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &e);
        }
        c->out += n;
        c->out_len -= (size_t)n;
        if (!c->out_len && SSL_want_write(c->ssl))
            epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &e);
    }
    return 0;
}

static int conn_next(struct load *l, struct conn *c)
{
    c->out = l->cfg->next(l->cfg->arg, c->number, &c->out_len);
    c->in_len = 0;
    if (!c->out && c->out_len == LOAD_LATER) {
        l->waiting += !c->later;
        c->later = true;
        c->out_len = 0;
        return 0;
    }
    l->waiting -= c->later;
    c->later = false;
    if (!c->out) {
        c->done = true;
        l->active--;
        return 0;
    }
    c->sent_ns = now_ns(CLOCK_MONOTONIC);
    return conn_write(l, c);
}

/* A reply may have opened the way for those that wait. */
static int ask_waiting(struct load *l)
{
    for (unsigned i = 0; l->waiting && i < l->cfg->connections; i++) {
        if (l->conns[i].later && conn_next(l, &l->conns[i]) < 0)
            return -1;
    }
    return 0;
}

/* ---- replies ---- */

/* Length of the complete reply in `in`, 0 if more is to come; where its body begins and its status. */
static size_t reply_length(const char *in, size_t len, size_t *ret_body, int *ret_status)
{
    const char *end = len < 16 ? NULL : memmem(in, len, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t head = (size_t)(end - in) + 4;
    const char *length = memmem(in, head, "\r\nContent-Length: ", 18);
    *ret_body = head;
    *ret_status = (in[9] - '0') * 100 + (in[10] - '0') * 10 + (in[11] - '0');
    size_t body = length ? strtoul(length + 18, NULL, 10) : 0;
    return head + body <= len ? head + body : 0;
}

static void count(struct load *l, struct conn *c, int status)
{
    uint64_t now = now_ns(CLOCK_MONOTONIC);
    if (now < l->from_ns || now >= l->until_ns)
        return;
    if (status < 200 || status > 299) {
        l->result->refused++;
        return;
    }
    l->result->replies++;
    load_hist_add(&l->result->latency, now - c->sent_ns);
}

static int conn_read(struct load *l, struct conn *c)
{
    size_t head;
    int status;
    for (;;) {
        int n = SSL_read(c->ssl, c->in + c->in_len, (int)(REPLY_MAX - c->in_len));
        if (n <= 0)
            return SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_READ ? 0 : -1;
        c->in_len += (size_t)n;
        size_t len = reply_length(c->in, c->in_len, &head, &status);
        if (!len && c->in_len == REPLY_MAX)
            return -1;
        if (!len)
            continue;
        count(l, c, status);
        if (l->cfg->on_reply)
            l->cfg->on_reply(l->cfg->arg, c->number, status, c->in + head, len - head);
        /* Nothing follows until the next request: no read that would find nothing. */
        return conn_next(l, c) < 0 ? -1 : ask_waiting(l);
    }
}

/* Where the server ended it: a new connection, and the request is asked for anew. */
static int conn_again(struct load *l, struct conn *c)
{
    conn_close(c);
    ERR_clear_error();
    l->result->broken++;
    return conn_open(l, c) == 0 && conn_next(l, c) == 0 ? 0 : fail(l, "the server is gone");
}

static int on_event(struct load *l, const struct epoll_event *e)
{
    struct conn *c = e->data.ptr;
    int err = 0;
    if (c->done) { /* the server ended an idle one */
        conn_close(c);
        return 0;
    }
    if (e->events & EPOLLOUT)
        err = conn_write(l, c);
    if (!err && (e->events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        err = conn_read(l, c);
    return err ? conn_again(l, c) : 0;
}

/* ---- a run ---- */

static SSL_CTX *make_ctx(const struct load_config *cfg)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx)
        return NULL;
    /* One read() for a record's head and body. */
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE);
    if (cfg->ca && SSL_CTX_load_verify_locations(ctx, cfg->ca, NULL) != 1) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    SSL_CTX_set_verify(ctx, cfg->ca ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    return ctx;
}

static int open_all(struct load *l)
{
    for (unsigned i = 0; i < l->cfg->connections; i++) {
        struct conn *c = &l->conns[i];
        c->number = i;
        c->in = malloc(REPLY_MAX);
        if (!c->in || conn_open(l, c) < 0)
            return fail(l, "no memory");
    }
    return 0;
}

static int loop(struct load *l)
{
    struct epoll_event events[64];
    uint64_t begun = now_ns(CLOCK_MONOTONIC);
    uint64_t cpu = 0;
    l->from_ns = begun + (uint64_t)l->cfg->warm_ms * 1000000;
    l->until_ns = l->cfg->run_ms ? l->from_ns + (uint64_t)l->cfg->run_ms * 1000000 : UINT64_MAX;
    l->active = l->cfg->connections;
    for (unsigned i = 0; i < l->cfg->connections; i++) {
        if (conn_next(l, &l->conns[i]) < 0)
            return fail(l, "the server is gone");
    }
    while (l->active) {
        uint64_t now = now_ns(CLOCK_MONOTONIC);
        if (now >= l->until_ns)
            break;
        if (!cpu && now >= l->from_ns)
            cpu = now_ns(CLOCK_THREAD_CPUTIME_ID);
        int n = epoll_wait(l->epoll, events, 64, 100);
        for (int i = 0; i < n; i++) {
            if (on_event(l, &events[i]) < 0)
                return -1;
        }
    }
    uint64_t end = now_ns(CLOCK_MONOTONIC);
    l->result->seconds = (double)(end - (end < l->from_ns ? begun : l->from_ns)) / 1e9;
    l->result->cpu = cpu ? (double)(now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu) / 1e9 : 0;
    return 0;
}

int load_run(const struct load_config *cfg, struct load_result *ret, const char **ret_error)
{
    struct load l = {.cfg = cfg, .result = ret, .epoll = -1};
    int err = -1;
    memset(ret, 0, sizeof(*ret));
    l.conns = calloc(cfg->connections, sizeof(*l.conns));
    l.ctx = make_ctx(cfg);
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned i = 0; l.conns && i < cfg->connections; i++)
        l.conns[i].fd = -1;
    if (!l.conns || !l.ctx || l.epoll < 0)
        fail(&l, "no memory, or the authority's file cannot be read");
    else
        err = open_all(&l) < 0 ? -1 : loop(&l);
    for (unsigned i = 0; l.conns && i < cfg->connections; i++) {
        conn_close(&l.conns[i]);
        free(l.conns[i].in);
    }
    free(l.conns);
    SSL_CTX_free(l.ctx);
    if (l.epoll >= 0)
        close(l.epoll);
    *ret_error = l.error;
    return err;
}

size_t load_request(char *buf, size_t size, const char *path, const char *token, const char *body,
                    size_t *ret_body)
{
    int n = snprintf(buf, size,
                     "POST %s HTTP/1.1\r\nHost: cpfd\r\n%s%s%sContent-Type: "
                     "application/json\r\nContent-Length: %zu\r\n\r\n",
                     path, token ? "Authorization: Bearer " : "", token ? token : "", token ? "\r\n" : "",
                     strlen(body));
    if (n < 0 || (size_t)n + strlen(body) >= size)
        abort();
    strcpy(buf + n, body);
    *ret_body = (size_t)n;
    return (size_t)n + strlen(body);
}
