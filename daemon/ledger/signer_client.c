#include "ledger/signer_client.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/next.h"

/*
 *   IDLE --connect--> CONNECTING --writable--> UP --lost, refused, close--> IDLE
 *
 * Everything that calls back runs in on_readable, on_writable or on_failure,
 * which the loop calls; so no callback runs before the function asked returns.
 */
#define WATCH_MS 250 /* how often it is looked whether the signer still answers */

enum client_state { CLIENT_IDLE, CLIENT_CONNECTING, CLIENT_UP };

/* A request whose answer is awaited, oldest first. */
struct waiting {
    struct waiting *next;
    enum sigwire_op op;
    signer_answer_fn on_answer;
    signer_want_fn on_want; /* OPEN only; NULL once used */
};

struct signer_client {
    struct event_base *base;
    char *path;
    signer_lost_fn on_lost;
    signer_connect_fn on_connected;
    void *arg;

    enum client_state state;
    unsigned round; /* counts connections: a callback may have ended this one and made another */
    int fd;
    struct event *readable, *writable; /* of fd; NULL while idle */
    struct event *failure;             /* a failure found while nobody may be called back */
    int failure_errno;
    struct event *watch;
    unsigned deadline_ms, quiet_ms; /* allowed; how long an answer has been awaited and nothing moved */
    bool moved;                     /* since the last look */
    bool corked;                    /* what is asked gathers */
    bool send_broken;               /* the signer has closed: what it said before is still read */
    struct buf in, out;
    struct waiting *first, **last;

    bool inside, freed; /* a callback runs; signer_client_free was called in it */
};

/* ---- one state, one function that changes it ---- */

static void forget_waiting(struct signer_client *c)
{
    while (c->first) {
        struct waiting *w = c->first;
        c->first = w->next;
        free(w);
    }
    c->last = &c->first;
}

/* Up step by step; lost from anywhere, and lost twice in one turn is lost. */
static const unsigned becomes[] = {
    [CLIENT_IDLE] = NEXT(CLIENT_CONNECTING) | NEXT(CLIENT_IDLE),
    [CLIENT_CONNECTING] = NEXT(CLIENT_UP) | NEXT(CLIENT_IDLE),
    [CLIENT_UP] = NEXT(CLIENT_IDLE),
};

static void become(struct signer_client *c, enum client_state state)
{
    require(may_follow(becomes[c->state], (int)state));
    c->state = state;
    if (state != CLIENT_IDLE)
        return;
    c->round++;
    if (c->readable)
        event_free(c->readable);
    if (c->writable)
        event_free(c->writable);
    c->readable = c->writable = NULL;
    event_del(c->failure);
    event_del(c->watch);
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->send_broken = c->corked = false;
    buf_clear(&c->out);
    forget_waiting(c);
    /* c->in stays: a callback may be reading an answer in it. */
}

static void destroy(struct signer_client *c)
{
    event_free(c->failure);
    event_free(c->watch);
    buf_fini(&c->in);
    buf_fini(&c->out);
    free(c->path);
    free(c);
}

/* Around every turn of the loop: frees the client if a callback asked for that. */
static void leave(struct signer_client *c)
{
    c->inside = false;
    if (c->freed)
        destroy(c);
}

static void lose(struct signer_client *c, int err, const char *text)
{
    become(c, CLIENT_IDLE);
    c->on_lost(c->arg, err, text);
}

static void lose_errno(struct signer_client *c, const char *what, int number)
{
    char text[256];
    snprintf(text, sizeof(text), "cpf-signer at %s: %s: %s", c->path, what, strerror(number));
    lose(c, CPF_E_AWAY, text);
}

/* ---- out ---- */

static void flush_out(struct signer_client *c)
{
    size_t sent = 0;
    while (sent < c->out.len && !c->send_broken) {
        ssize_t n = send(c->fd, c->out.data + sent, c->out.len - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0)
            c->send_broken = true; /* reading will tell: a refusal may be waiting there */
        else
            sent += (size_t)n;
    }
    c->moved |= sent > 0;
    if (c->send_broken)
        sent = c->out.len;
    memmove(c->out.data, c->out.data + sent, c->out.len - sent);
    c->out.len -= sent;
    if (c->out.len)
        event_add(c->writable, NULL);
}

static void ask(struct signer_client *c, const struct sigwire_msg *m, signer_answer_fn on_answer,
                signer_want_fn on_want)
{
    require(c->state == CLIENT_UP);
    if (on_answer) {
        struct waiting *w = xcalloc(1, sizeof(*w));
        w->op = m->op;
        w->on_answer = on_answer;
        w->on_want = on_want;
        *c->last = w;
        c->last = &w->next;
    }
    sigwire_write(&c->out, m);
    if (!c->corked)
        flush_out(c);
}

/* ---- in ---- */

static void take_refusal(struct signer_client *c, const struct waiting *w, const struct sigwire_msg *m)
{
    char text[SIGWIRE_TEXT_MAX + 1];
    memcpy(text, m->refused.text.s, m->refused.text.len);
    text[m->refused.text.len] = '\0';
    struct signer_refusal refusal = {m->refused.code, sigwire_code_name(m->refused.code), text};
    signer_answer_fn on_answer = w ? w->on_answer : NULL;
    become(c, CLIENT_IDLE);
    if (on_answer)
        on_answer(c->arg, refusal.code == SIGWIRE_C_STALE ? CPF_E_STALE : CPF_E_REFUSED, NULL, &refusal);
    else
        c->on_lost(c->arg, CPF_E_AWAY, text); /* turned away before anything was asked */
}

static bool answers(enum sigwire_op request, enum sigwire_op answer)
{
    return (request == SIGWIRE_OPEN && answer == SIGWIRE_OPENED) ||
           (request == SIGWIRE_APPEND && answer == SIGWIRE_APPENDED) ||
           (request == SIGWIRE_SETTLE && answer == SIGWIRE_SETTLED);
}

static void take_answer(struct signer_client *c, const struct sigwire_msg *m)
{
    struct waiting *w = c->first;
    if (m->op == SIGWIRE_REFUSED) {
        take_refusal(c, w, m);
    } else if (w && w->op == SIGWIRE_OPEN && w->on_want && m->op == SIGWIRE_WANT) {
        signer_want_fn on_want = w->on_want;
        w->on_want = NULL;
        on_want(c->arg, m->want.first, m->want.count);
    } else if (w && answers(w->op, m->op)) {
        signer_answer_fn on_answer = w->on_answer;
        c->first = w->next;
        if (!c->first)
            c->last = &c->first;
        free(w);
        on_answer(c->arg, 0, m, NULL);
    } else {
        lose(c, CPF_E_SYNTAX, "cpf-signer answered what was not asked");
    }
}

/* Takes the whole frames that are there, as long as no callback ends this connection. */
static void take_frames(struct signer_client *c)
{
    size_t at = 0, total = 0;
    unsigned round = c->round;
    while (c->round == round) {
        struct sigwire_msg m;
        int err = sigwire_frame(c->in.data + at, c->in.len - at, &total);
        if (!err && total == 0)
            break;
        if (!err)
            err = sigwire_read(c->in.data + at, total, &m);
        if (err) {
            lose(c, err == CPF_E_VERSION ? err : CPF_E_SYNTAX,
                 "cpf-signer does not speak this protocol's version");
            return;
        }
        at += total;
        take_answer(c, &m);
    }
    if (c->round != round)
        return;
    memmove(c->in.data, c->in.data + at, c->in.len - at);
    c->in.len -= at;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct signer_client *c = arg;
    const size_t room = SIGWIRE_PREFIX + BOUND_SIGNER_FRAME;
    c->inside = true;
    buf_reserve(&c->in, room);
    ssize_t n = recv(fd, c->in.data + c->in.len, room, 0);
    c->moved = true;
    if (n > 0) {
        c->in.len += (size_t)n;
        take_frames(c);
    } else if (n == 0) {
        lose(c, CPF_E_AWAY, "cpf-signer closed the connection");
    } else if (errno != EAGAIN && errno != EINTR) {
        lose_errno(c, "connection lost", errno);
    }
    leave(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct signer_client *c = arg;
    c->inside = true;
    if (c->state == CLIENT_CONNECTING) {
        const struct timeval look = {0, WATCH_MS * 1000};
        become(c, CLIENT_UP);
        event_add(c->readable, NULL);
        c->quiet_ms = 0;
        event_add(c->watch, &look);
        c->on_connected(c->arg);
    } else {
        flush_out(c);
    }
    leave(c);
}

/* Counted in looks, not by the clock: a machine that slept has not waited. */
static void on_watch(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct signer_client *c = arg;
    char text[64];
    c->quiet_ms = c->moved || !c->first ? 0 : c->quiet_ms + WATCH_MS;
    c->moved = false;
    if (!c->deadline_ms || c->quiet_ms < c->deadline_ms)
        return;
    c->inside = true;
    snprintf(text, sizeof(text), "cpf-signer gave no answer for %u ms", c->quiet_ms);
    lose(c, CPF_E_AWAY, text);
    leave(c);
}

void signer_client_deadline(struct signer_client *c, unsigned ms)
{
    c->deadline_ms = ms;
}

static void on_failure(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct signer_client *c = arg;
    c->inside = true;
    lose_errno(c, "cannot connect", c->failure_errno);
    leave(c);
}

/* ---- what the ledger calls ---- */

int signer_client_new(struct event_base *base, const char *path, signer_lost_fn on_lost, void *arg,
                      struct signer_client **ret)
{
    if (strlen(path) >= sizeof((struct sockaddr_un *)NULL)->sun_path)
        return CPF_E_LIMIT;
    struct signer_client *c = xcalloc(1, sizeof(*c));
    c->base = base;
    c->path = xstrdup(path);
    c->on_lost = on_lost;
    c->arg = arg;
    c->fd = -1;
    c->last = &c->first;
    buf_init(&c->in);
    buf_init(&c->out);
    c->failure = event_new(base, -1, 0, on_failure, c);
    c->watch = event_new(base, -1, EV_PERSIST, on_watch, c);
    require(c->failure && c->watch);
    *ret = c;
    return 0;
}

void signer_client_free(struct signer_client *c)
{
    if (!c)
        return;
    become(c, CLIENT_IDLE);
    if (c->inside)
        c->freed = true;
    else
        destroy(c);
}

/* A UNIX socket connects at once or not at all; with a full backlog (EAGAIN) the caller tries again later. */
static int dial(struct signer_client *c)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    memcpy(addr.sun_path, c->path, strlen(c->path));
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&addr, sizeof(addr)))
        return errno;
    return 0;
}

void signer_client_connect(struct signer_client *c, signer_connect_fn on_connected)
{
    require(c->state == CLIENT_IDLE && !c->freed);
    c->on_connected = on_connected;
    become(c, CLIENT_CONNECTING);
    c->failure_errno = dial(c);
    if (c->failure_errno) {
        event_active(c->failure, EV_TIMEOUT, 0);
        return;
    }
    buf_clear(&c->in);
    c->readable = event_new(c->base, c->fd, EV_READ | EV_PERSIST, on_readable, c);
    c->writable = event_new(c->base, c->fd, EV_WRITE, on_writable, c);
    require(c->readable && c->writable);
    require(event_priority_set(c->readable, 0) == 0 && event_priority_set(c->writable, 0) == 0);
    event_add(c->writable, NULL);
}

void signer_client_close(struct signer_client *c)
{
    if (c->state != CLIENT_IDLE)
        become(c, CLIENT_IDLE);
}

bool signer_client_up(const struct signer_client *c)
{
    return c->state == CLIENT_UP;
}

void signer_client_cork(struct signer_client *c)
{
    c->corked = true;
}

void signer_client_uncork(struct signer_client *c)
{
    c->corked = false;
    if (c->state == CLIENT_UP && c->out.len)
        flush_out(c);
}

void signer_client_open(struct signer_client *c, uint64_t epoch, const struct sigwire_head *head,
                        const char *note, const struct sigwire_head *held, signer_want_fn on_want,
                        signer_answer_fn on_opened)
{
    struct sigwire_msg m = {.op = SIGWIRE_OPEN};
    m.open.epoch = epoch;
    m.open.head = *head;
    if (note)
        m.open.note = (struct sigwire_text){note, strlen(note)};
    m.open.has_held = held != NULL;
    if (held)
        m.open.held = *held;
    ask(c, &m, on_opened, on_want);
}

void signer_client_leaves(struct signer_client *c, uint64_t first, const uint8_t (*leaf)[HASH_LEN], size_t n)
{
    while (n) {
        struct sigwire_msg m = {.op = SIGWIRE_LEAVES};
        size_t part = n < SIGWIRE_ROLL_MAX ? n : SIGWIRE_ROLL_MAX;
        m.leaves.first = first;
        m.leaves.leaves = (struct sigwire_leaves){leaf, part};
        ask(c, &m, NULL, NULL);
        first += part;
        leaf += part;
        n -= part;
    }
}

void signer_client_append(struct signer_client *c, uint64_t epoch, const struct sigwire_head *base,
                          const uint8_t (*leaf)[HASH_LEN], size_t n, signer_answer_fn on_appended)
{
    struct sigwire_msg m = {.op = SIGWIRE_APPEND};
    m.append.epoch = epoch;
    m.append.base = *base;
    m.append.leaves = (struct sigwire_leaves){leaf, n};
    ask(c, &m, on_appended, NULL);
}

void signer_client_settle(struct signer_client *c, uint64_t epoch, const struct sigwire_head *head,
                          signer_answer_fn on_settled)
{
    struct sigwire_msg m = {.op = SIGWIRE_SETTLE};
    m.settle.epoch = epoch;
    m.settle.head = *head;
    ask(c, &m, on_settled, NULL);
}
