#include "lib/printer.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define STX       '\x02'
#define ETX       '\x03'
#define HOST_MOST 256
#define AGAIN_MS  200 /* between two questions while it prints */

/* ---- what ~HS answers ---- */

/* One line between STX and ETX, `n` whole numbers with commas between; blanks of line ends before it. Where
 * it ends; NULL: *ret_more says whether more may come, else it is none. */
static const char *line_read(const char *s, const char *end, int n, int *values, bool *ret_more)
{
    *ret_more = true;
    while (s < end && (*s == '\r' || *s == '\n'))
        s++;
    if (s == end)
        return NULL;
    *ret_more = *s == STX;
    if (*s++ != STX)
        return NULL;
    for (int i = 0; i < n; i++) {
        int digits = 0;
        for (values[i] = 0; s < end && *s >= '0' && *s <= '9' && digits < 9; s++, digits++)
            values[i] = values[i] * 10 + (*s - '0');
        if (s == end)
            return NULL;
        *ret_more = false;
        if (!digits || *s++ != (i == n - 1 ? ETX : ','))
            return NULL;
        *ret_more = true;
    }
    return s;
}

int printer_status_read(const char *text, size_t len, struct printer_status *ret)
{
    const char *end = text + len, *s = text;
    int a[12], b[11], c[2];
    bool more;
    if (len > PRINTER_STATUS)
        return -1;
    s = line_read(s, end, 12, a, &more);
    s = s ? line_read(s, end, 11, b, &more) : NULL;
    s = s ? line_read(s, end, 2, c, &more) : NULL;
    if (!s)
        return more ? 0 : -1;
    *ret = (struct printer_status){.paper_out = a[1],
                                   .paused = a[2],
                                   .formats = a[4],
                                   .full = a[5],
                                   .partial = a[7],
                                   .damaged = a[9],
                                   .cold = a[10],
                                   .hot = a[11],
                                   .head_open = b[2],
                                   .ribbon_out = b[3],
                                   .remaining = b[8]};
    return 1;
}

enum printer_fault printer_status_fault(const struct printer_status *s)
{
    return s->head_open                               ? PRINTER_HEAD
           : s->paper_out                             ? PRINTER_PAPER
           : s->ribbon_out                            ? PRINTER_RIBBON
           : s->hot || s->cold || s->damaged          ? PRINTER_HOT
           : s->paused                                ? PRINTER_PAUSED
           : s->full                                  ? PRINTER_FULL
           : s->formats || s->remaining || s->partial ? PRINTER_BUSY
                                                      : PRINTER_READY;
}

/* ---- the socket ---- */

struct printer {
    int fd, ms;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* False at the deadline. */
static bool await(int fd, short what, int64_t deadline)
{
    struct pollfd p = {.fd = fd, .events = what};
    int64_t left = deadline - now_ms();
    int n = left > 0 ? poll(&p, 1, (int)left) : 0;
    while (n < 0 && errno == EINTR) {
        left = deadline - now_ms();
        n = left > 0 ? poll(&p, 1, (int)left) : 0;
    }
    return n > 0;
}

/* The host into `host`; the port, or NULL after what cannot be read. */
static const char *split(const char *where, char host[HOST_MOST])
{
    const char *end = *where == '[' ? strchr(where, ']') : NULL, *from = where + (end != NULL);
    const char *colon = strrchr(end ? end : where, ':');
    size_t n = end ? (size_t)(end - from) : colon ? (size_t)(colon - from) : strlen(from);
    if (!n || n >= HOST_MOST || (*where == '[' && !end) || (end && end[1] && end[1] != ':'))
        return NULL;
    memcpy(host, from, n);
    host[n] = '\0';
    return colon ? colon + 1 : PRINTER_PORT;
}

/* -1: not there. */
static int connect_to(const struct addrinfo *a, int64_t deadline)
{
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol), err = 0;
    socklen_t len = sizeof(err);
    if (fd < 0)
        return -1;
    bool there = connect(fd, a->ai_addr, a->ai_addrlen) == 0;
    if (!there && errno == EINPROGRESS)
        there = await(fd, POLLOUT, deadline) && getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) == 0 && !err;
    if (there)
        return fd;
    close(fd);
    return -1;
}

enum printer_fault printer_open(const char *where, int ms, struct printer **ret)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    char host[HOST_MOST];
    const char *port = split(where, host);
    int64_t deadline = now_ms() + ms;
    int fd = -1;
    if (!port || getaddrinfo(host, port, &hints, &list))
        return PRINTER_AWAY;
    for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
        fd = connect_to(a, deadline);
    freeaddrinfo(list);
    if (fd < 0)
        return PRINTER_AWAY;
    struct printer *p = xcalloc(1, sizeof(*p));
    *p = (struct printer){fd, ms};
    *ret = p;
    return PRINTER_READY;
}

void printer_close(struct printer *p)
{
    if (p)
        close(p->fd);
    free(p);
}

enum printer_fault printer_send(struct printer *p, const char *data, size_t len)
{
    int64_t deadline = now_ms() + p->ms;
    while (len) {
        if (!await(p->fd, POLLOUT, deadline))
            return PRINTER_SILENT;
        ssize_t n = send(p->fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return PRINTER_AWAY;
        if (n > 0) { /* while it takes some it lives */
            data += n;
            len -= (size_t)n;
            deadline = now_ms() + p->ms;
        }
    }
    return PRINTER_READY;
}

/* What was said before, unasked, belongs to no question. */
static void drain(struct printer *p)
{
    char rest[PRINTER_STATUS];
    while (recv(p->fd, rest, sizeof(rest), 0) > 0)
        ;
}

enum printer_fault printer_ask(struct printer *p)
{
    char text[PRINTER_STATUS + 1];
    size_t len = 0;
    struct printer_status status;
    int64_t deadline = now_ms() + p->ms;
    drain(p);
    enum printer_fault fault = printer_send(p, "~HS\r\n", 5);
    while (!fault && await(p->fd, POLLIN, deadline)) {
        ssize_t n = recv(p->fd, text + len, sizeof(text) - len, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return PRINTER_AWAY;
        len += n > 0 ? (size_t)n : 0;
        int read = printer_status_read(text, len, &status);
        if (read)
            return read > 0 ? printer_status_fault(&status) : PRINTER_STRANGE;
    }
    return fault ? fault : PRINTER_SILENT;
}

enum printer_fault printer_finish(struct printer *p, int ms)
{
    const struct timespec pause = {.tv_nsec = AGAIN_MS * 1000000L};
    int64_t deadline = now_ms() + ms;
    for (;;) {
        enum printer_fault fault = printer_ask(p);
        if (fault == PRINTER_READY || fault >= PRINTER_AWAY || now_ms() >= deadline)
            return fault;
        nanosleep(&pause, NULL);
    }
}
