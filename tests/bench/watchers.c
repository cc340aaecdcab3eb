/*
 * Watchers of GET /v1/events beside stations that scan: how long after a scan's answer each watcher has read
 * of it, and how long scans take with and without them. Another side of the wire: raw OpenSSL, no code of
 * cpfd.
 *
 *   watchers ADDRESS PORT TOKENS WATCHERS SECONDS     TOKENS: files of one token each, comma between
 *
 * JSON lines on stdout. Between the lines `watching` and the next it waits for a line on stdin, so that
 * whoever started it can look at the memory of cpfd.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "load.h"

#define TOKENS_MOST 64
#define BUSY        8          /* stations that scan as fast as they are answered */
#define PACE_NS     200000000L /* between two scans of the one that is paced: longer than a round of cpfd */
#define PACED_MOST  4096

struct bench {
    struct sockaddr_in to;
    SSL_CTX *ctx;
    char token[TOKENS_MOST][129];
    unsigned ntokens, seconds;
};

struct watcher {
    SSL *ssl;
    int fd;
    unsigned events; /* of the phase under way */
};

struct paced {
    int64_t sent[PACED_MOST], answered[PACED_MOST]; /* when, ns; 0: not yet */
    atomic_uint n, nanswered;
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "watchers: %s: %s\n", what, errno ? strerror(errno) : "unexpected");
    exit(1);
}

static SSL *connected(const struct bench *b, int *ret_fd)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&b->to, sizeof(b->to)) < 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    SSL *ssl = SSL_new(b->ctx);
    SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) != 1)
        die("TLS");
    *ret_fd = fd;
    return ssl;
}

/* ---- stations ---- */

struct scanner {
    const struct bench *bench;
    unsigned i;
    bool paced;
    atomic_bool *stop;
    struct paced *told;
    struct load_hist hist;
};

static void make_id(char ret[37])
{
    unsigned char r[10];
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    unsigned long long ms = (unsigned long long)t.tv_sec * 1000 + (unsigned long long)t.tv_nsec / 1000000;
    if (getrandom(r, sizeof(r), 0) != (ssize_t)sizeof(r))
        die("getrandom");
    unsigned high = (unsigned)(ms >> 16), low = ms & 0xffff;
    snprintf(ret, 37, "%08x-%04x-7%03x-8%03x-%02x%02x%02x%02x%02x%02x", high, low & 0xffff,
             (r[0] << 4 | r[1] >> 4) & 0xfff, (r[2] << 4 | r[3] >> 4) & 0xfff, r[4], r[5], r[6], r[7], r[8],
             r[9]);
}

/* A badge where nobody is signed in: refused, and an entry. */
static void scan(SSL *ssl, const char *token)
{
    char id[37], body[128], text[1024], reply[16384];
    size_t at;
    make_id(id);
    snprintf(body, sizeof(body), "{\"id\":\"%s\",\"raw\":\"P-OP1-1\"}", id);
    size_t len = load_request(text, sizeof(text), "/v1/scans", token, body, &at);
    if (SSL_write(ssl, text, (int)len) != (int)len)
        die("scan");
    int n = SSL_read(ssl, reply, sizeof(reply) - 1);
    if (n <= 0 || strncmp(reply, "HTTP/1.1 200", 12) != 0)
        die("answer");
}

static void *scan_on(void *arg)
{
    struct scanner *s = arg;
    const char *token = s->bench->token[s->i % s->bench->ntokens];
    int fd;
    SSL *ssl = connected(s->bench, &fd);
    while (!atomic_load(s->stop)) {
        int64_t from = now_ns();
        unsigned n = atomic_load(&s->told->n);
        if (s->paced) {
            s->told->sent[n] = from;
            atomic_store(&s->told->n, n + 1);
        }
        scan(ssl, token);
        int64_t until = now_ns();
        load_hist_add(&s->hist, (uint64_t)(until - from));
        if (!s->paced)
            continue;
        s->told->answered[n] = until;
        atomic_store(&s->told->nanswered, n + 1);
        if (n + 1 == PACED_MOST)
            break;
        nanosleep(&(struct timespec){0, PACE_NS}, NULL);
    }
    SSL_free(ssl);
    close(fd);
    return NULL;
}

/* ---- watchers ---- */

static void watch(const struct bench *b, struct watcher *w, unsigned i, int poll)
{
    char text[512];
    w->ssl = connected(b, &w->fd);
    int len = snprintf(text, sizeof(text),
                       "GET /v1/events HTTP/1.1\r\nHost: cpfd\r\nAuthorization: Bearer %s\r\n\r\n",
                       b->token[i % b->ntokens]);
    if (SSL_write(w->ssl, text, len) != len)
        die("watch");
    fcntl(w->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = w};
    epoll_ctl(poll, EPOLL_CTL_ADD, w->fd, &e);
}

/* From when a scan was sent, and from when its answer was read, until a watcher has read of it. */
struct heard {
    struct load_hist sent, answered;
    uint64_t before; /* read of it before the station had read its answer */
};

static void heard_add(struct heard *h, const struct paced *told, unsigned i)
{
    int64_t now = now_ns();
    if (i >= atomic_load(&told->n))
        die("an event that no scan made");
    load_hist_add(&h->sent, (uint64_t)(now - told->sent[i]));
    if (i < atomic_load(&told->nanswered))
        load_hist_add(&h->answered, (uint64_t)(now - told->answered[i]));
    else
        h->before++;
}

/* What came; each `event: changed` counts, the scans being further apart than events. They come whole in a
 * record, since they are shorter than one. */
static void take(struct watcher *w, struct heard *h, const struct paced *told)
{
    char text[16385];
    int n;
    while ((n = SSL_read(w->ssl, text, sizeof(text) - 1)) > 0) {
        text[n] = '\0';
        if (strncmp(text, "HTTP/", 5) == 0 && strncmp(text, "HTTP/1.1 200", 12) != 0)
            die("a watcher was refused");
        for (const char *p = text; (p = strstr(p, "event: changed")); p++)
            if (h)
                heard_add(h, told, w->events++);
    }
    if (SSL_get_error(w->ssl, n) != SSL_ERROR_WANT_READ)
        die("a watcher was ended");
}

static void watch_on(int poll, int64_t until, struct heard *h, const struct paced *told)
{
    struct epoll_event e[64];
    for (int64_t left; (left = until - now_ns()) > 0;) {
        int n = epoll_wait(poll, e, 64, (int)(left / 1000000) + 1);
        for (int i = 0; i < n; i++)
            take(e[i].data.ptr, h, told);
    }
}

/* ---- phases ---- */

static void add(struct load_hist *to, const struct load_hist *from)
{
    for (int i = 0; i < LOAD_BUCKETS; i++)
        to->count[i] += from->count[i];
    to->total += from->total;
    to->max_ns = to->max_ns > from->max_ns ? to->max_ns : from->max_ns;
}

static void phase(const struct bench *b, int poll, unsigned watchers, bool paced)
{
    static struct paced told;
    static struct scanner s[BUSY];
    static struct load_hist scans;
    static struct heard heard;
    pthread_t thread[BUSY];
    atomic_bool stop = false;
    unsigned n = paced ? 1 : BUSY;
    memset(&told, 0, sizeof(told));
    memset(&scans, 0, sizeof(scans));
    memset(&heard, 0, sizeof(heard));
    for (unsigned i = 0; i < n; i++) {
        s[i] = (struct scanner){.bench = b, .i = i, .paced = paced, .stop = &stop, .told = &told};
        if (pthread_create(&thread[i], NULL, scan_on, &s[i]))
            die("thread");
    }
    watch_on(poll, now_ns() + (int64_t)b->seconds * 1000000000, paced ? &heard : NULL, &told);
    atomic_store(&stop, true);
    for (unsigned i = 0; i < n; i++) {
        pthread_join(thread[i], NULL);
        add(&scans, &s[i].hist);
    }
    watch_on(poll, now_ns() + 1000000000, paced ? &heard : NULL, &told);
    printf("{\"bench\": \"watchers\", \"scans\": \"%s\", \"watchers\": %u, \"n\": %llu, \"scan_p50_us\": "
           "%.0f, \"scan_p99_us\": %.0f",
           paced ? "paced" : "busy", watchers, (unsigned long long)scans.total, load_hist_us(&scans, 0.5),
           load_hist_us(&scans, 0.99));
    if (paced && watchers)
        printf(
            ", \"heard\": %llu, \"before_answer\": %llu, \"answer_to_heard_p50_us\": %.0f, "
            "\"answer_to_heard_p99_us\": %.0f, "
            "\"sent_to_heard_p50_us\": %.0f, \"sent_to_heard_p99_us\": %.0f, \"sent_to_heard_max_us\": %.0f",
            (unsigned long long)heard.sent.total, (unsigned long long)heard.before,
            load_hist_us(&heard.answered, 0.5), load_hist_us(&heard.answered, 0.99),
            load_hist_us(&heard.sent, 0.5), load_hist_us(&heard.sent, 0.99),
            (double)heard.sent.max_ns / 1000);
    puts("}");
    fflush(stdout);
}

static void read_tokens(struct bench *b, char *list)
{
    for (char *path = strtok(list, ","); path && b->ntokens < TOKENS_MOST; path = strtok(NULL, ",")) {
        FILE *f = fopen(path, "re");
        if (!f || fscanf(f, "%128s", b->token[b->ntokens]) != 1)
            die(path);
        fclose(f);
        b->ntokens++;
    }
}

int main(int argc, char **argv)
{
    static struct bench b;
    if (argc != 6) {
        fputs("watchers ADDRESS PORT TOKENS WATCHERS SECONDS\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    b.ctx = SSL_CTX_new(TLS_client_method());
    b.to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[2]))};
    inet_pton(AF_INET, argv[1], &b.to.sin_addr);
    read_tokens(&b, argv[3]);
    unsigned n = (unsigned)atoi(argv[4]);
    b.seconds = (unsigned)atoi(argv[5]);
    struct watcher *w = calloc(n, sizeof(*w));
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (!b.ntokens || !n || !b.seconds || !w || poll < 0)
        die("arguments");
    phase(&b, poll, 0, true);
    phase(&b, poll, 0, false);
    for (unsigned i = 0; i < n; i++)
        watch(&b, &w[i], i, poll);
    watch_on(poll, now_ns() + 2000000000, NULL, NULL);
    puts("watching");
    fflush(stdout);
    if (getchar() == EOF)
        return 1;
    for (unsigned i = 0; i < n; i++)
        w[i].events = 0;
    phase(&b, poll, n, true);
    phase(&b, poll, n, false);
    return 0;
}
