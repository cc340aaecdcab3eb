/*
 * One ring of BOUND_UNLOCK_QUEUE jobs, in order: the loop puts in at `tail`, the
 * worker opens at `next`, the loop takes out at `head` and calls back. The worker
 * tells through an eventfd. All of the ring's indices are under the lock; a job's
 * own memory belongs to whoever's turn it is, so that scrypt runs without it.
 *
 *        head            next            tail
 *          v               v               v
 *   ... [done] [done] [being opened] [waiting] ...
 */
#include "auth/unlock.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <event2/event.h>
#include "base/bounds.h"
#include "base/buf.h"
#include "base/key.h"
#include "base/mem.h"

struct job {
    char *sealed, *password;
    struct buf secret;
    int err;
    unlock_cb cb;
    void *arg;
};

struct unlock {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool started, stopping; /* stopping: under the lock */
    bool allow_light;
    size_t head, next, tail; /* ever growing; slot = index % BOUND_UNLOCK_QUEUE */
    struct job ring[BOUND_UNLOCK_QUEUE];
    int fd;
    struct event *event;
};

static struct job *slot(struct unlock *u, size_t index)
{
    return &u->ring[index % BOUND_UNLOCK_QUEUE];
}

static void wipe_text(char **s)
{
    if (!*s)
        return;
    explicit_bzero(*s, strlen(*s));
    free(*s);
    *s = NULL;
}

static void job_clear(struct job *j)
{
    wipe_text(&j->password);
    wipe_text(&j->sealed);
    buf_wipe(&j->secret);
}

/* ---- the worker ---- */

static void open_job(struct job *j, bool allow_light)
{
    j->err = key_unseal(j->sealed, j->password, allow_light, &j->secret);
    wipe_text(&j->password);
    if (j->err)
        buf_wipe(&j->secret);
}

static void tell(struct unlock *u)
{
    uint64_t one = 1;
    /* Only a counter near 2^64 could make it fail, and then the loop is awake anyway. */
    ssize_t n = write(u->fd, &one, sizeof(one));
    (void)n;
}

static void *work(void *arg)
{
    struct unlock *u = arg;
    pthread_mutex_lock(&u->lock);
    for (;;) {
        while (!u->stopping && u->next == u->tail)
            pthread_cond_wait(&u->wake, &u->lock);
        if (u->stopping)
            break;
        struct job *j = slot(u, u->next);
        pthread_mutex_unlock(&u->lock);
        open_job(j, u->allow_light);
        pthread_mutex_lock(&u->lock);
        u->next++;
        tell(u);
    }
    pthread_mutex_unlock(&u->lock);
    return NULL;
}

/* ---- the loop ---- */

/* Takes the oldest opened job out of the ring. */
static bool take(struct unlock *u, struct job *ret)
{
    pthread_mutex_lock(&u->lock);
    bool any = u->head != u->next;
    if (any) {
        *ret = *slot(u, u->head);
        *slot(u, u->head) = (struct job){0};
        u->head++;
    }
    pthread_mutex_unlock(&u->lock);
    return any;
}

static void on_opened(evutil_socket_t fd, short what, void *arg)
{
    struct unlock *u = arg;
    struct job j;
    uint64_t count;
    (void)what;
    ssize_t n = read(fd, &count, sizeof(count));
    (void)n;
    if (!take(u, &j))
        return;
    /* One a turn: callbacks sign and judge, and others wait. */
    pthread_mutex_lock(&u->lock);
    bool more = u->head != u->next;
    pthread_mutex_unlock(&u->lock);
    if (more)
        tell(u);
    /* Every failure is the same to the caller: nobody learns more than "no". */
    j.cb(j.arg, j.err ? CPF_E_SECRET : 0, j.err ? NULL : j.secret.data, j.err ? 0 : j.secret.len);
    job_clear(&j);
}

int unlock_start(struct unlock *u, const char *sealed, const char *password, unlock_cb cb, void *arg)
{
    int err = 0;
    pthread_mutex_lock(&u->lock);
    if (u->tail - u->head >= BOUND_UNLOCK_QUEUE) {
        err = CPF_E_BUSY;
        goto out;
    }
    *slot(u, u->tail) =
        (struct job){.sealed = xstrdup(sealed), .password = xstrdup(password), .cb = cb, .arg = arg};
    u->tail++;
    pthread_cond_signal(&u->wake);
out:
    pthread_mutex_unlock(&u->lock);
    return err;
}

size_t unlock_waiting(const struct unlock *u)
{
    struct unlock *w = (struct unlock *)u; /* the lock alone is touched */
    pthread_mutex_lock(&w->lock);
    size_t n = u->tail - u->head;
    pthread_mutex_unlock(&w->lock);
    return n;
}

/* ---- life ---- */

/* Signals are the loop's. */
static int start_thread(struct unlock *u)
{
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before))
        return CPF_E_IO;
    int failed = pthread_create(&u->thread, NULL, work, u);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    u->started = !failed;
    return failed ? CPF_E_IO : 0;
}

int unlock_new(struct event_base *base, bool allow_light, struct unlock **ret)
{
    struct unlock *u = xcalloc(1, sizeof(*u));
    int err = CPF_E_IO;
    u->allow_light = allow_light;
    pthread_mutex_init(&u->lock, NULL);
    pthread_cond_init(&u->wake, NULL);
    u->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (u->fd < 0)
        goto out;
    u->event = event_new(base, u->fd, EV_READ | EV_PERSIST, on_opened, u);
    if (!u->event || event_add(u->event, NULL) < 0)
        goto out;
    err = start_thread(u);
    if (err)
        goto out;
    *ret = u;
    u = NULL;
out:
    unlock_free(u);
    return err;
}

void unlock_free(struct unlock *u)
{
    if (!u)
        return;
    pthread_mutex_lock(&u->lock);
    u->stopping = true;
    pthread_cond_signal(&u->wake);
    pthread_mutex_unlock(&u->lock);
    if (u->started)
        pthread_join(u->thread, NULL);
    for (; u->head != u->tail; u->head++)
        job_clear(slot(u, u->head));
    if (u->event)
        event_free(u->event);
    if (u->fd >= 0)
        close(u->fd);
    pthread_cond_destroy(&u->wake);
    pthread_mutex_destroy(&u->lock);
    free(u);
}
