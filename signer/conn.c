#include "conn.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/mem.h"

#define CONN_IN_MAX (SIGWIRE_PREFIX + BOUND_SIGNER_FRAME) /* one frame of the longest kind fits */

struct conn *conn_new(int fd, uid_t uid, pid_t pid)
{
    struct conn *c = xcalloc(1, sizeof(*c));
    c->fd = fd;
    c->uid = uid;
    c->pid = pid;
    buf_init(&c->in);
    buf_init(&c->out);
    buf_init(&c->held);
    return c;
}

void conn_free(struct conn *c)
{
    if (!c)
        return;
    close(c->fd);
    buf_fini(&c->in);
    buf_fini(&c->out);
    buf_fini(&c->held);
    free(c);
}

bool conn_fill(struct conn *c)
{
    if (c->in.len >= CONN_IN_MAX)
        return true;
    buf_reserve(&c->in, CONN_IN_MAX - c->in.len);
    ssize_t n = recv(c->fd, c->in.data + c->in.len, CONN_IN_MAX - c->in.len, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    c->in.len += (size_t)n;
    return n > 0;
}

static void cut_front(struct buf *b, size_t n)
{
    memmove(b->data, b->data + n, b->len - n);
    b->len -= n;
}

bool conn_flush(struct conn *c)
{
    while (c->out.len) {
        ssize_t n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        cut_front(&c->out, (size_t)n);
    }
    return true;
}

int conn_peek(const struct conn *c, const char **ret_frame, size_t *ret_total)
{
    size_t total = 0;
    if (c->in.len == 0)
        return 0;
    int err = sigwire_frame(c->in.data, c->in.len, &total);
    if (err)
        return err;
    *ret_frame = c->in.data;
    *ret_total = total;
    return total > 0;
}

void conn_drop(struct conn *c, size_t total)
{
    cut_front(&c->in, total);
}

void conn_answer(struct conn *c, const struct sigwire_msg *m)
{
    sigwire_write(&c->out, m);
}

void conn_refuse(struct conn *c, enum sigwire_op of, enum sigwire_code code, const char *text)
{
    struct sigwire_msg m = {.op = SIGWIRE_REFUSED};
    m.refused.of = of;
    m.refused.code = code;
    m.refused.text = (struct sigwire_text){text, strlen(text)};
    conn_answer(c, &m);
    c->stage = CONN_CLOSING;
    c->wait = 0;
}
