#pragma once
/*
 * A minimal HTTPS load client: N keep-alive connections on one thread, one
 * request in flight on each (closed loop), bytes prepared by the caller, raw
 * OpenSSL over epoll. It costs far less CPU than the server that it loads.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Latencies in log-linear buckets: 32 for each doubling, so within 3 %. Nanoseconds. */
#define LOAD_BUCKETS (40 * 32)

struct load_hist {
    uint64_t count[LOAD_BUCKETS];
    uint64_t total;
    uint64_t max_ns;
};

void load_hist_add(struct load_hist *h, uint64_t ns);
/* Upper edge of the bucket that holds quantile `q` (0..1), in microseconds; 0 if empty. */
double load_hist_us(const struct load_hist *h, double q);

#define LOAD_LATER SIZE_MAX

struct load_config {
    const char *address; /* IPv4 */
    unsigned short port;
    const char *ca; /* PEM of the authority; NULL: the server's certificate is not checked */
    unsigned connections;
    /* The whole next request of connection `conn`, headers included (write load_request once and
     * change its body in place); valid until its reply. NULL: this connection has no more, or, with
     * *ret_len = LOAD_LATER, nothing now: it is asked again after other connections' replies. */
    const char *(*next)(void *arg, unsigned conn, size_t *ret_len);
    /* Each reply, before the next request of that connection is asked for; may be NULL. */
    void (*on_reply)(void *arg, unsigned conn, int status, const char *body, size_t len);
    void *arg;
    unsigned warm_ms; /* at first, not counted */
    unsigned run_ms;  /* counted; 0: until `next` gave NULL everywhere */
};

struct load_result {
    uint64_t replies;         /* counted, status 2xx */
    uint64_t refused;         /* counted, other status */
    uint64_t broken;          /* connections that ended and were made anew */
    double seconds;           /* counted time */
    double cpu;               /* seconds of CPU of this thread in it */
    struct load_hist latency; /* of `replies` */
};

/* 0, or -1 with *ret_error (fixed English text). */
int load_run(const struct load_config *cfg, struct load_result *ret, const char **ret_error)
    __attribute__((warn_unused_result));

/* Writes "POST <path> …" with Content-Length, `token` (may be NULL) and body into `buf`; its length.
 * *ret_body = offset of the body, to change it in place. */
size_t load_request(char *buf, size_t size, const char *path, const char *token, const char *body,
                    size_t *ret_body);
