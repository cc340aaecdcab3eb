#include "serve.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include "base/clock.h"
#include "conn.h"
#include "log.h"
#include "session.h"

enum { POLL_SIGNAL, POLL_STORE, POLL_LISTEN, POLL_CONNS, POLL_ALL = POLL_CONNS + SERVE_CONNS };

struct serve {
    const struct serve_config *cfg;
    struct session session;
    int listen, signals;
    size_t nconns;
    struct conn *conn[SERVE_CONNS]; /* oldest first */
    int64_t watchdog_ms;            /* between two notices; 0: none wanted */
    int64_t watchdog_at, stop_at;
    int64_t listen_at; /* when somebody may be let in again; 0: now */
};

static void stop_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

void serve_block_signals(void)
{
    sigset_t set;
    stop_set(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* there is nothing to read anew: a key is opened at start */
}

/* ---- clients ---- */

static void drop_conn(struct serve *v, size_t i)
{
    struct conn *c = v->conn[i];
    require(c != NULL);
    if (c == v->session.conn)
        log_line(LOG_L_WARN, "event=session_lost uid=%u pid=%d", (unsigned)c->uid, (int)c->pid);
    session_forget(&v->session, c);
    conn_free(c);
    v->nconns--;
    memmove(&v->conn[i], &v->conn[i + 1], (v->nconns - i) * sizeof(v->conn[0]));
}

static void make_room(struct serve *v)
{
    size_t i = 0;
    if (v->nconns < SERVE_CONNS)
        return;
    while (v->conn[i] == v->session.conn)
        i++;
    drop_conn(v, i);
}

static bool is_allowed(const struct serve *v, uid_t uid)
{
    for (size_t i = 0; i < v->cfg->nallow; i++)
        if (v->cfg->allow[i] == uid)
            return true;
    return false;
}

static void turn_away(struct conn *c)
{
    log_line(LOG_L_WARN, "event=refused code=%s uid=%u pid=%d", sigwire_code_name(SIGWIRE_C_UID),
             (unsigned)c->uid, (int)c->pid);
    conn_refuse(c, 0, SIGWIRE_C_UID,
                "this user may not speak to the signer: see `allow` in cpf-signer's settings");
    if (!conn_flush(c))
        log_line(LOG_L_INFO, "event=unanswered pid=%d", (int)c->pid);
    conn_free(c);
}

/* Whoever waits outside stays there, and would wake the loop for ever. */
static void pause_listening(struct serve *v)
{
    v->listen_at = clock_mono_ms() + SERVE_PAUSE_MS;
    log_line(LOG_L_WARN, "event=accept text=\"%s\"", strerror(errno));
}

static void accept_one(struct serve *v)
{
    struct ucred who;
    socklen_t len = sizeof(who);
    int fd = accept4(v->listen, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_listening(v);
        return;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len)) {
        close(fd);
        return;
    }
    struct conn *c = conn_new(fd, who.uid, who.pid);
    c->status_only = !is_allowed(v, who.uid);
    if (c->status_only && who.uid != geteuid()) {
        turn_away(c);
        return;
    }
    make_room(v);
    v->conn[v->nconns++] = c;
}

/* Does what the client's bytes ask for; *ret_gone if it is to be freed. Negative: the process must end. */
static int work_conn(struct serve *v, struct conn *c, short revents, bool *ret_gone)
{
    bool gone = (revents & POLLIN) && c->stage != CONN_CLOSING && !conn_fill(c);
    /* A departed client's requests that are whole were made before it left. */
    int err = session_work(&v->session, c);
    if (err)
        return err;
    gone = !conn_flush(c) || gone || (revents & (POLLERR | POLLNVAL));
    gone = gone || ((revents & POLLHUP) && !(revents & POLLIN));
    *ret_gone = gone || (c->stage == CONN_CLOSING && c->out.len == 0);
    return 0;
}

static int work_all(struct serve *v, const struct pollfd *pfd, size_t npolled)
{
    /* Backwards: dropping one moves only those already done. */
    for (size_t i = npolled; i-- > 0;) {
        bool gone = false;
        int err = work_conn(v, v->conn[i], pfd[POLL_CONNS + i].revents, &gone);
        if (err)
            return err;
        if (gone)
            drop_conn(v, i);
    }
    /* Those that a new open has just superseded. */
    for (size_t i = v->nconns; i-- > 0;)
        if (v->conn[i]->stage == CONN_CLOSING && v->conn[i]->out.len == 0)
            drop_conn(v, i);
    return 0;
}

static short wanted_events(const struct conn *c)
{
    short e = 0;
    if (c->stage != CONN_CLOSING && c->wait == 0 && c->out.len < CONN_OUT_MAX)
        e |= POLLIN;
    if (c->out.len)
        e |= POLLOUT;
    return e;
}

/* ---- the loop ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a == 0 || (b && b < a) ? b : a;
}

static int timeout_of(const struct serve *v, int64_t now)
{
    int64_t at = earlier(earlier(earlier(v->session.flush_at, v->watchdog_at), v->stop_at), v->listen_at);
    if (at == 0)
        return -1;
    return at <= now ? 0 : (int)(at - now);
}

static void on_time(struct serve *v, int64_t now)
{
    if (v->session.flush_at && now >= v->session.flush_at) {
        v->session.flush_at = 0;
        store_sync(v->session.store);
    }
    if (v->watchdog_at && now >= v->watchdog_at) {
        v->watchdog_at = now + v->watchdog_ms;
        sd_notify(0, "WATCHDOG=1");
    }
    if (v->listen_at && now >= v->listen_at)
        v->listen_at = 0;
}

static void begin_stop(struct serve *v)
{
    struct signalfd_siginfo info;
    if (read(v->signals, &info, sizeof(info)) != sizeof(info) || v->session.stopping)
        return;
    log_line(LOG_L_INFO, "event=stopping signal=%u in_flight=%d", info.ssi_signo,
             (int)session_in_flight(&v->session));
    sd_notify(0, "STOPPING=1");
    v->session.stopping = true;
    v->stop_at = clock_mono_ms() + SERVE_STOP_MS;
}

/* Nothing in flight, and every answer handed over. */
static bool may_end(const struct serve *v, int64_t now)
{
    const struct conn *c = v->session.conn;
    if (!v->session.stopping)
        return false;
    return now >= v->stop_at || (!session_in_flight(&v->session) && (!c || c->out.len == 0));
}

static size_t fill_poll(const struct serve *v, struct pollfd pfd[POLL_ALL])
{
    pfd[POLL_SIGNAL] = (struct pollfd){v->signals, POLLIN, 0};
    pfd[POLL_STORE] = (struct pollfd){store_fd(v->cfg->store), POLLIN, 0};
    pfd[POLL_LISTEN] = (struct pollfd){v->session.stopping || v->listen_at ? -1 : v->listen, POLLIN, 0};
    for (size_t i = 0; i < v->nconns; i++)
        pfd[POLL_CONNS + i] = (struct pollfd){v->conn[i]->fd, wanted_events(v->conn[i]), 0};
    return v->nconns;
}

static int turn(struct serve *v)
{
    struct pollfd pfd[POLL_ALL];
    size_t npolled = fill_poll(v, pfd);
    if (poll(pfd, (nfds_t)(POLL_CONNS + npolled), timeout_of(v, clock_mono_ms())) < 0)
        return errno == EINTR ? 0 : CPF_E_IO;
    if (pfd[POLL_SIGNAL].revents)
        begin_stop(v);
    if (pfd[POLL_STORE].revents && store_news(v->cfg->store)) {
        log_line(LOG_L_ERROR,
                 "event=flush_failed text=\"the state file could not be made durable: check the disk; "
                 "nothing more is signed until cpf-signer is started again\"");
        return CPF_E_IO;
    }
    int err = work_all(v, pfd, npolled);
    if (err) {
        log_line(LOG_L_ERROR, "event=write_failed text=\"%s\"", cpf_strerror(err));
        return err;
    }
    if (pfd[POLL_LISTEN].revents)
        accept_one(v);
    on_time(v, clock_mono_ms());
    return 0;
}

/* ---- start and end ---- */

static int listen_on(const char *path, int *ret)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(addr.sun_path)) {
        log_line(LOG_L_ERROR, "event=socket path=%s text=\"path too long\"", path);
        return CPF_E_LIMIT;
    }
    memcpy(addr.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* The state file's lock is held: a socket that lies there is a dead signer's. */
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || chmod(path, SERVE_SOCKET_MODE) ||
        listen(fd, SERVE_CONNS)) {
        log_line(LOG_L_ERROR, "event=socket path=%s text=\"%s\"", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return CPF_E_IO;
    }
    *ret = fd;
    return 0;
}

static void begin_watchdog(struct serve *v)
{
    uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0)
        return;
    v->watchdog_ms = (int64_t)(usec / 2000) + 1;
    v->watchdog_at = clock_mono_ms() + v->watchdog_ms;
}

static int serve_until_stopped(struct serve *v)
{
    int err = 0;
    begin_watchdog(v);
    sd_notify(0, "READY=1\nSTATUS=waiting for cpfd");
    while (!err && !may_end(v, clock_mono_ms()))
        err = turn(v);
    while (v->nconns)
        drop_conn(v, v->nconns - 1);
    if (!err)
        err = store_drain(v->cfg->store);
    log_line(err ? LOG_L_ERROR : LOG_L_INFO, "event=stopped text=\"%s\"",
             err ? cpf_strerror(err) : "all is on file");
    return err;
}

int serve_run(const struct serve_config *cfg)
{
    struct serve v = {.cfg = cfg, .session = {.mark = cfg->mark, .log = cfg->log, .store = cfg->store}};
    sigset_t set;
    int err = listen_on(cfg->socket, &v.listen);
    if (err)
        return err;
    stop_set(&set);
    v.signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    err = v.signals < 0 ? CPF_E_IO : serve_until_stopped(&v);
    if (v.signals >= 0)
        close(v.signals);
    close(v.listen);
    unlink(cfg->socket);
    return err;
}
