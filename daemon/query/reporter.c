#include "query/reporter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "log.h"

#define WORDS_READ (1 << 20) /* of its stderr */
#define WORDS_MAX  2000      /* of them, for the log */

struct job {
    char *request;
    size_t len, sent;
    reporter_done_fn done;
    void *arg;
    struct job *next;
};

struct reporter {
    struct event_base *base;
    char *program;
    struct job *first, **last; /* the first one runs, if `pid` is set */
    size_t njobs;
    bool draining;
    int time_ms;
    /* the child */
    pid_t pid; /* 0: none; not reaped before it is set to 0, so it is nobody else's */
    int code;  /* why it was ended, or 0 */
    int fd[3]; /* our ends of its stdin, stdout, stderr; -1: closed */
    int pidfd;
    struct event *ev[3], *ev_exit, *ev_time, *ev_next;
    struct buf out, words;
    int status; /* of waitpid */
    int64_t began;
};

extern char **environ;

/* ---- the end of a child ---- */

static void close_end(struct reporter *r, int i)
{
    if (r->ev[i])
        event_free(r->ev[i]);
    r->ev[i] = NULL;
    if (r->fd[i] >= 0)
        close(r->fd[i]);
    r->fd[i] = -1;
}

static void forget_child(struct reporter *r)
{
    for (int i = 0; i < 3; i++)
        close_end(r, i);
    if (r->ev_exit)
        event_free(r->ev_exit);
    r->ev_exit = NULL;
    if (r->pidfd >= 0)
        close(r->pidfd);
    r->pidfd = -1;
    event_del(r->ev_time);
    r->pid = 0;
}

static int code_of(const struct reporter *r)
{
    if (r->code)
        return r->code;
    if (!WIFEXITED(r->status))
        return CPF_E_STATE;
    switch (WEXITSTATUS(r->status)) { /* report/report.h */
    case 0:                           /* a document has bytes */
        return r->out.len ? CPF_OK : CPF_E_STATE;
    case 3:
        return CPF_E_NOTFOUND;
    case 4:
        return CPF_E_AWAY;
    case 5:
        return CPF_E_FORK;
    case 6:
        return CPF_E_MISMATCH;
    default:
        return CPF_E_STATE;
    }
}

static struct job *take_job(struct reporter *r)
{
    struct job *j = r->first;
    r->first = j->next;
    if (!r->first)
        r->last = &r->first;
    r->njobs--;
    return j;
}

static void answer(struct reporter *r, int code)
{
    struct job *j = take_job(r);
    j->done(j->arg, code, code ? NULL : r->out.data, code ? 0 : r->out.len);
    free(j->request);
    free(j);
}

/* The first line that says anything, for the log. */
static const char *first_words(struct reporter *r)
{
    if (!r->words.len)
        return NULL;
    r->words.data[r->words.len > WORDS_MAX ? WORDS_MAX : r->words.len] = '\0';
    char *line = r->words.data + strspn(r->words.data, "\r\n");
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

static void finished(struct reporter *r)
{
    int code = code_of(r);
    log_event(code ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "report.done", "error",
              code ? cpf_strerror(code) : NULL, "text", first_words(r), "bytes",
              LOG_NUM((long long)r->out.len), "ms", LOG_NUM(clock_mono_ms() - r->began), NULL);
    forget_child(r);
    answer(r, code);
    buf_fini(&r->out);
    buf_fini(&r->words);
    if (r->first && !r->draining)
        event_active(r->ev_next, EV_TIMEOUT, 1);
}

/* The end is seen by on_exit_. */
static void end_child(struct reporter *r, int code)
{
    if (!r->code)
        r->code = code;
    kill(-r->pid, SIGKILL); /* its own group */
}

/* ---- events ---- */

static void on_input(evutil_socket_t fd, short what, void *arg)
{
    struct reporter *r = arg;
    struct job *j = r->first;
    (void)what;
    ssize_t n = write(fd, j->request + j->sent, j->len - j->sent);
    if (n > 0)
        j->sent += (size_t)n;
    if (j->sent == j->len || (n < 0 && errno != EAGAIN && errno != EINTR))
        close_end(r, 0); /* it reads to the end; if it went away its status tells */
}

/* False when there is nothing to be read, now or ever. */
static bool read_some(struct reporter *r, int i, struct buf *to, size_t most)
{
    if (r->fd[i] < 0)
        return false;
    buf_reserve(to, 65536);
    ssize_t n = read(r->fd[i], to->data + to->len, 65536);
    if (n < 0 && errno == EINTR)
        return true;
    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0) {
        close_end(r, i);
        return false;
    }
    to->len += (size_t)n;
    to->data[to->len] = '\0';
    if (to->len <= most)
        return true;
    end_child(r, CPF_E_LIMIT);
    close_end(r, i);
    return false;
}

static void on_output(evutil_socket_t fd, short what, void *arg)
{
    struct reporter *r = arg;
    (void)fd, (void)what;
    (void)read_some(r, 1, &r->out, REPORTER_BYTES);
}

static void on_words(evutil_socket_t fd, short what, void *arg)
{
    struct reporter *r = arg;
    (void)fd, (void)what;
    (void)read_some(r, 2, &r->words, WORDS_READ);
}

static void reap(struct reporter *r)
{
    while (waitpid(r->pid, &r->status, 0) < 0 && errno == EINTR)
        ;
}

static void on_exit_(evutil_socket_t fd, short what, void *arg)
{
    struct reporter *r = arg;
    siginfo_t ended = {0};
    (void)fd, (void)what;
    if (waitid(P_PID, (id_t)r->pid, &ended, WEXITED | WNOHANG | WNOWAIT) || ended.si_pid != r->pid)
        return;
    kill(-r->pid, SIGKILL); /* whatever it left in its group; the number is still its own */
    while (read_some(r, 1, &r->out, REPORTER_BYTES))
        ;
    while (read_some(r, 2, &r->words, WORDS_READ))
        ;
    reap(r);
    finished(r);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    end_child(arg, CPF_E_LIMIT);
}

/* ---- the beginning ---- */

/* Pipes whose far ends are inherited by nobody but the child. */
static int make_pipes(int ours[3], int theirs[3])
{
    for (int i = 0; i < 3; i++)
        ours[i] = theirs[i] = -1;
    for (int i = 0; i < 3; i++) {
        int p[2];
        if (pipe2(p, O_CLOEXEC))
            return CPF_E_IO;
        ours[i] = p[i == 0];
        theirs[i] = p[i != 0];
        if (fcntl(ours[i], F_SETFL, O_NONBLOCK))
            return CPF_E_IO;
    }
    return CPF_OK;
}

static int spawn(struct reporter *r, const int theirs[3])
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t none, all;
    char *const argv[] = {r->program, NULL};
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&files))
        return CPF_E_NOMEM;
    if (posix_spawnattr_init(&how)) {
        posix_spawn_file_actions_destroy(&files);
        return CPF_E_NOMEM;
    }
    int err = 0;
    for (int i = 0; i < 3 && !err; i++)
        err = posix_spawn_file_actions_adddup2(&files, theirs[i], i);
    if (!err)
        err = posix_spawn_file_actions_addclosefrom_np(&files, 3);
    if (!err)
        err = posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                 POSIX_SPAWN_SETSIGMASK);
    if (!err)
        err = posix_spawnattr_setsigmask(&how, &none);
    if (!err)
        err = posix_spawnattr_setsigdefault(&how, &all);
    if (!err)
        err = posix_spawn(&r->pid, r->program, &files, &how, argv, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    if (err) {
        r->pid = 0;
        log_event(LOG_LEVEL_ERROR, "report.start", "program", r->program, "error", strerror(err), NULL);
    }
    return err ? CPF_E_IO : CPF_OK;
}

static int watch(struct reporter *r)
{
    static const event_callback_fn fn[] = {on_input, on_output, on_words};
    const struct timeval limit = {r->time_ms / 1000, r->time_ms % 1000 * 1000};
    r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0); /* closed on exec */
    if (r->pidfd < 0) {
        kill(-r->pid, SIGKILL);
        reap(r);
        return CPF_E_IO;
    }
    for (int i = 0; i < 3; i++) {
        r->ev[i] = event_new(r->base, r->fd[i], (i == 0 ? EV_WRITE : EV_READ) | EV_PERSIST, fn[i], r);
        event_add(r->ev[i], NULL);
    }
    r->ev_exit = event_new(r->base, r->pidfd, EV_READ | EV_PERSIST, on_exit_, r);
    event_add(r->ev_exit, NULL);
    event_add(r->ev_time, &limit);
    return CPF_OK;
}

static void begin(struct reporter *r)
{
    int theirs[3];
    r->code = r->status = 0;
    r->began = clock_mono_ms();
    buf_init(&r->out);
    buf_init(&r->words);
    int err = make_pipes(r->fd, theirs);
    if (!err)
        err = spawn(r, theirs);
    for (int i = 0; i < 3; i++)
        if (theirs[i] >= 0)
            close(theirs[i]);
    if (!err)
        err = watch(r);
    if (!err)
        return;
    forget_child(r);
    answer(r, CPF_E_STATE);
    if (r->first)
        event_active(r->ev_next, EV_TIMEOUT, 1);
}

static void on_next(evutil_socket_t fd, short what, void *arg)
{
    struct reporter *r = arg;
    (void)fd, (void)what;
    if (r->first && !r->pid && !r->draining)
        begin(r);
}

/* ---- life ---- */

int reporter_new(struct event_base *base, const char *program, int time_ms, struct reporter **ret)
{
    struct reporter *r = xcalloc(1, sizeof(*r));
    r->base = base;
    r->time_ms = time_ms ? time_ms : REPORTER_TIME_MS;
    r->program = xstrdup(program);
    r->last = &r->first;
    r->pidfd = r->fd[0] = r->fd[1] = r->fd[2] = -1;
    r->ev_time = evtimer_new(base, on_time, r);
    r->ev_next = evtimer_new(base, on_next, r);
    require(r->ev_time && r->ev_next);
    *ret = r;
    return CPF_OK;
}

bool reporter_busy(const struct reporter *r)
{
    return r->draining || r->njobs > REPORTER_QUEUE;
}

int reporter_start(struct reporter *r, const char *request, size_t len, reporter_done_fn done, void *arg)
{
    if (reporter_busy(r))
        return CPF_E_BUSY;
    struct job *j = xcalloc(1, sizeof(*j));
    *j = (struct job){.request = xcalloc(len + 1, 1), .len = len, .done = done, .arg = arg};
    memcpy(j->request, request, len);
    *r->last = j;
    r->last = &j->next;
    r->njobs++;
    if (!r->pid)
        event_active(r->ev_next, EV_TIMEOUT, 1);
    return CPF_OK;
}

void reporter_drain(struct reporter *r)
{
    r->draining = true;
    if (r->pid) {
        kill(-r->pid, SIGKILL);
        reap(r);
        forget_child(r);
        buf_fini(&r->out);
        buf_fini(&r->words);
    }
    while (r->first)
        answer(r, CPF_E_BUSY);
}

void reporter_free(struct reporter *r)
{
    if (!r)
        return;
    reporter_drain(r);
    event_free(r->ev_time);
    event_free(r->ev_next);
    free(r->program);
    free(r);
}
