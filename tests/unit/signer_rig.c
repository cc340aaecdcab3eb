#include "signer_rig.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"
#include "scratch.h"

#define FLAGS_MAX 40

/* ---- the process ---- */

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static char *read_text(const char *path)
{
    struct buf b;
    int fd = open(path, O_RDONLY);
    ssize_t n = 0;
    buf_init(&b);
    buf_reserve(&b, 1);
    do {
        b.len += (size_t)n;
        buf_reserve(&b, 4096);
        n = fd >= 0 ? read(fd, b.data + b.len, 4096) : 0;
    } while (n > 0);
    if (fd >= 0)
        close(fd);
    b.data[b.len] = '\0';
    return b.data;
}

bool rig_log_says(const struct rig *r, const char *text)
{
    char *all = read_text(r->log);
    bool found = strstr(all, text) != NULL;
    if (!found)
        print_message("not in the log: '%s'\n%s", text, all);
    free(all);
    return found;
}

static void become_signer(const struct rig *r, const char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = open(r->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    unsetenv("CREDENTIALS_DIRECTORY");
    if (r->credentials)
        setenv("CREDENTIALS_DIRECTORY", r->credentials, 1);
    if (r->shim) {
        setenv("LD_PRELOAD", r->shim, 1);
        setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
    }
    execv(SIGNER_PROGRAM, (char *const *)(uintptr_t)argv);
    _exit(99);
}

static pid_t spawn(const struct rig *r, const char *const args[])
{
    char allow[24];
    const char *argv[FLAGS_MAX] = {"cpf-signer"};
    size_t n = 1;
    snprintf(allow, sizeof(allow), "%u", (unsigned)r->allow);
    const char *const flags[] = {
        "--socket", r->socket,  "--state", r->state,      "--key", r->key, "--passphrase-file",
        r->pass,    "--origin", r->origin, "--allow-uid", allow,   NULL};
    const char *const more[][2] = {{"--next-key", r->next},
                                   {"--next-passphrase-file", r->next ? r->pass : NULL},
                                   {"--module", r->module},
                                   {"--pin-file", r->pin}};
    for (size_t i = 0; args[i]; i++)
        argv[n++] = args[i];
    for (size_t i = 0; flags[i]; i++)
        argv[n++] = flags[i];
    for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
        if (more[i][1]) {
            argv[n++] = more[i][0];
            argv[n++] = more[i][1];
        }
    assert_true(n < FLAGS_MAX);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become_signer(r, argv);
    return pid;
}

int rig_run(struct rig *r, const char *const args[])
{
    int status = 0;
    pid_t pid = spawn(r, args);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void rig_prepare(struct rig *r)
{
    memset(r, 0, sizeof(*r));
    assert_non_null(mkdtemp(scratch(r->dir, "cpf-signer-test")));
    assert_int_equal(chmod(r->dir, 0711), 0); /* so that another user can reach the socket */
    snprintf(r->socket, sizeof(r->socket), "%s/socket", r->dir);
    snprintf(r->state, sizeof(r->state), "%s/state", r->dir);
    snprintf(r->key, sizeof(r->key), "%s/key", r->dir);
    snprintf(r->pass, sizeof(r->pass), "%s/pass", r->dir);
    snprintf(r->log, sizeof(r->log), "%s/log", r->dir);
    r->allow = geteuid();
    r->origin = RIG_ORIGIN;
    write_text(r->pass, "a passphrase for tests\n");
}

void rig_init(struct rig *r)
{
    rig_prepare(r);
    rig_make(r);
}

void rig_make(struct rig *r)
{
    if (rig_run(r, (const char *const[]){"init", "--light", NULL}))
        fail_msg("%s", read_text(r->log));
    rig_log_vkey(r, &r->vkey);
}

void rig_log_vkey(const struct rig *r, struct note_key *ret)
{
    char *vkey = read_text(r->log);
    vkey[strcspn(vkey, "\n")] = '\0';
    if (note_key_parse(ret, vkey))
        fail_msg("no verifier key: %s", vkey);
    free(vkey);
}

void rig_newkey(struct rig *r, const char *name, char ret[96], struct note_key *ret_vkey)
{
    const char *was = r->next;
    snprintf(ret, 96, "%s/%s", r->dir, name);
    r->next = ret;
    unlink(r->log);
    if (rig_run(r, (const char *const[]){"newkey", "--light", NULL}))
        fail_msg("%s", read_text(r->log));
    rig_log_vkey(r, ret_vkey);
    r->next = was;
}

static void nap_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static int try_connect(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
        return fd;
    close(fd);
    return -1;
}

void rig_start(struct rig *r)
{
    int fd = -1;
    assert_int_equal(r->pid, 0);
    unlink(r->log);
    unlink(r->socket);
    r->pid = spawn(r, (const char *const[]){"serve", NULL});
    for (int i = 0; i < RIG_WAIT_S * 500 && fd < 0; i++) {
        fd = try_connect(r->socket);
        if (fd < 0)
            nap_ms(2);
        if (fd < 0 && waitpid(r->pid, NULL, WNOHANG) == r->pid) {
            r->pid = 0;
            assert_true(rig_log_says(r, "the signer did not start"));
        }
    }
    assert_true(fd >= 0);
    close(fd);
}

bool rig_start_refused(struct rig *r, const char *why)
{
    unlink(r->log);
    int rc = rig_run(r, (const char *const[]){"serve", NULL});
    return rc == EXIT_FAILURE && rig_log_says(r, why);
}

int rig_stop(struct rig *r, int sig)
{
    int status = 0;
    assert_true(r->pid > 0);
    kill(r->pid, sig);
    assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
    r->pid = 0;
    return status;
}

void rig_restart(struct rig *r)
{
    rig_stop(r, SIGKILL);
    rig_start(r);
}

void rig_fini(struct rig *r)
{
    const char *const files[] = {r->socket, r->state, r->key, r->pass, r->log, r->next};
    if (r->pid)
        rig_stop(r, SIGKILL);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (files[i])
            unlink(files[i]);
    rmdir(r->dir);
}

/* ---- one connection ---- */

void peer_connect(struct peer *p, const struct rig *r)
{
    struct timeval patience = {.tv_sec = RIG_WAIT_S};
    p->fd = try_connect(r->socket);
    assert_true(p->fd >= 0);
    setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    buf_init(&p->in);
    p->taken = 0;
}

void peer_close(struct peer *p)
{
    close(p->fd);
    buf_fini(&p->in);
}

void peer_send_raw(struct peer *p, const void *data, size_t len)
{
    const char *at = data;
    while (len) {
        ssize_t n = send(p->fd, at, len, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* closed: taking will tell */
        at += n;
        len -= (size_t)n;
    }
}

void peer_send(struct peer *p, const struct sigwire_msg *m)
{
    struct buf b;
    buf_init(&b);
    sigwire_write(&b, m);
    peer_send_raw(p, b.data, b.len);
    buf_fini(&b);
}

bool peer_take(struct peer *p, struct sigwire_msg *ret)
{
    size_t total = 0;
    if (p->taken)
        memmove(p->in.data, p->in.data + p->taken, p->in.len - p->taken);
    p->in.len -= p->taken;
    p->taken = 0;
    for (;;) {
        if (p->in.len)
            assert_int_equal(sigwire_frame(p->in.data, p->in.len, &total), 0);
        if (total)
            break;
        buf_reserve(&p->in, 65536);
        ssize_t n = recv(p->fd, p->in.data + p->in.len, 65536, 0);
        if (n == 0 || (n < 0 && errno == ECONNRESET))
            return false;
        assert_true(n > 0);
        p->in.len += (size_t)n;
    }
    assert_int_equal(sigwire_read(p->in.data, total, ret), 0);
    p->taken = total;
    return true;
}

void peer_expect_refused(struct peer *p, enum sigwire_code code)
{
    struct sigwire_msg m;
    assert_true(peer_take(p, &m));
    assert_int_equal(m.op, SIGWIRE_REFUSED);
    assert_string_equal(sigwire_code_name(m.refused.code), sigwire_code_name(code));
    assert_true(m.refused.text.len > 20);
    assert_false(peer_take(p, &m));
}

static void expect(struct peer *p, enum sigwire_op op, struct sigwire_msg *ret)
{
    assert_true(peer_take(p, ret));
    if (ret->op == SIGWIRE_REFUSED)
        fail_msg("refused: %s: %.*s", sigwire_code_name(ret->refused.code), (int)ret->refused.text.len,
                 ret->refused.text.s);
    assert_int_equal(ret->op, op);
}

void peer_send_open(struct peer *p, uint64_t epoch, const struct table *t, const struct sigwire_head *held)
{
    struct sigwire_msg m = {.op = SIGWIRE_OPEN};
    m.open.epoch = epoch;
    m.open.head = t->head;
    m.open.note = (struct sigwire_text){t->note, strlen(t->note)};
    m.open.has_held = held != NULL;
    if (held)
        m.open.held = *held;
    peer_send(p, &m);
}

static void give_leaves(struct peer *p, const struct table *t, uint64_t first, uint64_t count)
{
    const size_t part = 100; /* several frames */
    while (count) {
        struct sigwire_msg m = {.op = SIGWIRE_LEAVES};
        m.leaves.first = first;
        m.leaves.leaves.hash = (const uint8_t(*)[HASH_LEN])t->leaf + first;
        m.leaves.leaves.n = count < part ? count : part;
        peer_send(p, &m);
        first += m.leaves.leaves.n;
        count -= m.leaves.leaves.n;
    }
}

void peer_open(struct peer *p, uint64_t epoch, const struct table *t, const struct sigwire_head *held,
               struct sigwire_msg *ret)
{
    peer_send_open(p, epoch, t, held);
    assert_true(peer_take(p, ret));
    if (ret->op == SIGWIRE_WANT) {
        assert_int_equal(ret->want.first + ret->want.count, t->n);
        give_leaves(p, t, ret->want.first, ret->want.count);
        assert_true(peer_take(p, ret));
    }
    if (ret->op == SIGWIRE_REFUSED)
        fail_msg("refused: %s: %.*s", sigwire_code_name(ret->refused.code), (int)ret->refused.text.len,
                 ret->refused.text.s);
    assert_int_equal(ret->op, SIGWIRE_OPENED);
    assert_true(sigwire_head_eq(&ret->opened.settled, &t->head));
}

void peer_send_append(struct peer *p, uint64_t epoch, const struct sigwire_head *base,
                      const uint8_t (*leaf)[HASH_LEN], size_t n)
{
    struct sigwire_msg m = {.op = SIGWIRE_APPEND};
    m.append.epoch = epoch;
    m.append.base = *base;
    m.append.leaves = (struct sigwire_leaves){leaf, n};
    peer_send(p, &m);
}

void peer_append(struct peer *p, uint64_t epoch, const struct sigwire_head *base,
                 const uint8_t (*leaf)[HASH_LEN], size_t n, struct sigwire_msg *ret)
{
    peer_send_append(p, epoch, base, leaf, n);
    expect(p, SIGWIRE_APPENDED, ret);
}

void peer_send_settle(struct peer *p, uint64_t epoch, const struct sigwire_head *head)
{
    struct sigwire_msg m = {.op = SIGWIRE_SETTLE};
    m.settle.epoch = epoch;
    m.settle.head = *head;
    peer_send(p, &m);
}

void peer_settle(struct peer *p, uint64_t epoch, const struct sigwire_head *head, struct sigwire_msg *ret)
{
    peer_send_settle(p, epoch, head);
    expect(p, SIGWIRE_SETTLED, ret);
    assert_true(sigwire_head_eq(&ret->settled.settled, head));
}

/* ---- the stand-in for the database ---- */

void table_init(struct table *t)
{
    memset(t, 0, sizeof(*t));
    merkle_edge_init(&t->edge);
    merkle_edge_root(&t->edge, t->head.root);
}

void table_fini(struct table *t)
{
    free(t->leaf);
    free(t->has_body);
}

static void table_reserve(struct table *t, size_t n)
{
    if (t->n + n <= t->cap)
        return;
    t->cap = 2 * (t->n + n);
    t->leaf = xrealloc(t->leaf, t->cap * sizeof(t->leaf[0]));
    t->has_body = xrealloc(t->has_body, t->cap * sizeof(t->has_body[0]));
}

void table_commit(struct table *t, const uint8_t (*leaf)[HASH_LEN], size_t n, bool has_body, const char *note,
                  size_t note_len)
{
    assert_true(note_len < sizeof(t->note));
    table_reserve(t, n);
    for (size_t i = 0; i < n; i++) {
        memcpy(t->leaf[t->n], leaf[i], HASH_LEN);
        t->has_body[t->n++] = has_body;
        merkle_edge_add(&t->edge, leaf[i]);
    }
    t->head.size = t->n;
    merkle_edge_root(&t->edge, t->head.root);
    memcpy(t->note, note, note_len);
    t->note[note_len] = '\0';
}

void table_head_after(const struct table *t, const uint8_t (*leaf)[HASH_LEN], size_t n,
                      struct sigwire_head *ret)
{
    struct merkle_edge e = t->edge;
    for (size_t i = 0; i < n; i++)
        merkle_edge_add(&e, leaf[i]);
    ret->size = e.size;
    merkle_edge_root(&e, ret->root);
}

void table_copy(struct table *to, const struct table *from)
{
    *to = *from;
    to->leaf = NULL;
    to->has_body = NULL;
    to->cap = to->n = 0;
    table_reserve(to, from->n + 1);
    to->n = from->n;
    if (from->n) {
        memcpy(to->leaf, from->leaf, from->n * sizeof(from->leaf[0]));
        memcpy(to->has_body, from->has_body, from->n * sizeof(from->has_body[0]));
    }
}

uint64_t table_void_first(const struct table *t)
{
    size_t i = t->n;
    while (i && !t->has_body[i - 1])
        i--;
    return i;
}

void make_leaves(uint8_t (*ret)[HASH_LEN], size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t in[2] = {seed, i};
        hash_leaf(in, sizeof(in), ret[i]);
    }
}

void rig_commit_group(struct peer *p, uint64_t epoch, struct table *t, size_t n, uint64_t seed)
{
    uint8_t leaf[SIGWIRE_LEAVES_MAX][HASH_LEN];
    struct sigwire_msg m;
    make_leaves(leaf, n, seed);
    peer_append(p, epoch, &t->head, (const uint8_t(*)[HASH_LEN])leaf, n, &m);
    table_commit(t, (const uint8_t(*)[HASH_LEN])leaf, n, true, m.appended.note.s, m.appended.note.len);
    assert_true(sigwire_head_eq(&m.appended.head, &t->head));
    peer_settle(p, epoch, &t->head, &m);
}

void copy_file(const char *from, const char *to)
{
    char data[65536];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t n;
    assert_true(in >= 0 && out >= 0);
    while ((n = read(in, data, sizeof(data))) > 0)
        assert_int_equal(write(out, data, (size_t)n), n);
    close(in);
    close(out);
}
