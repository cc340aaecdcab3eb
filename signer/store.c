#include "store.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"
#include "slot.h"

#define STORE_SLOTS 3
#define STORE_BYTES (STORE_SLOTS * SLOT_BYTES)

struct store {
    int fd, event;
    struct buf scratch;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    /* under the lock */
    uint64_t written, durable, wanted;
    bool stop, failed;
};

__attribute__((format(printf, 3, 4))) static int fail(struct store_fault *fault, int err, const char *fmt,
                                                      ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(fault->text, sizeof(fault->text), fmt, ap);
    va_end(ap);
    return err;
}

static int write_all(int fd, const void *data, size_t len, off_t at)
{
    const char *p = data;
    while (len) {
        ssize_t n = pwrite(fd, p, len, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return CPF_E_IO;
        p += n;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

/* ---- making it ---- */

static int sync_dir_of(const char *path)
{
    char *copy = xstrdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int err = fd >= 0 && fsync(fd) == 0 ? 0 : CPF_E_IO;
    if (fd >= 0)
        close(fd);
    free(copy);
    return err;
}

/* All slots are written, so that later writes change no metadata. */
static int fill(int fd, const struct mark_log *log, const struct mark *m)
{
    static const uint8_t zero[STORE_BYTES];
    struct buf b;
    buf_init(&b);
    slot_write(&b, log, 1, m);
    int err = write_all(fd, zero, sizeof(zero), 0);
    if (!err)
        err = write_all(fd, b.data, b.len, 1 % STORE_SLOTS * SLOT_BYTES);
    if (!err && fsync(fd))
        err = CPF_E_IO;
    buf_fini(&b);
    return err;
}

int store_create(const char *path, const struct mark_log *log, const struct mark *m,
                 struct store_fault *fault)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST)
        return fail(fault, CPF_E_IO, "%s exists: a state file is never overwritten", path);
    if (fd < 0)
        return fail(fault, CPF_E_IO, "cannot make %s: %s", path, strerror(errno));
    int err = fill(fd, log, m);
    if (!err)
        err = sync_dir_of(path);
    if (err) {
        err = fail(fault, err, "cannot write %s: %s", path, strerror(errno));
        unlink(path);
    }
    close(fd);
    return err;
}

/* ---- the thread ---- */

static void *flush_thread(void *arg)
{
    struct store *s = arg;
    pthread_mutex_lock(&s->lock);
    while (!s->stop && !s->failed) {
        if (s->wanted <= s->durable) {
            pthread_cond_wait(&s->work, &s->lock);
            continue;
        }
        uint64_t target = s->written;
        pthread_mutex_unlock(&s->lock);
        int rc = fdatasync(s->fd);
        pthread_mutex_lock(&s->lock);
        /* After a failed flush the kernel may have dropped the data: trying again would prove nothing. */
        if (rc)
            s->failed = true;
        else
            s->durable = target;
        pthread_cond_broadcast(&s->done);
        eventfd_write(s->event, 1);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static int start_thread(struct store *s)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&s->thread, NULL, flush_thread, s);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc ? CPF_E_IO : 0;
}

/* ---- opening ---- */

static int open_file(const char *path, int *ret_fd, struct store_fault *fault)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fail(fault, CPF_E_IO,
                    "cannot open state file %s: %s. Without it nothing is signed. Put the newest copy back; "
                    "`cpf-signer init` is only for a new log with a new key",
                    path, strerror(errno));
    int err = 0;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077))
        err = fail(fault, CPF_E_IO, "%s must be a regular file of this user with mode 0600", path);
    else if (flock(fd, LOCK_EX | LOCK_NB))
        err = fail(fault, CPF_E_IO, "%s is in use by another cpf-signer", path);
    else if (st.st_size != STORE_BYTES)
        err = fail(fault, CPF_E_IO,
                   "state file %s is damaged (%lld bytes, not %d): put the newest whole copy back", path,
                   (long long)st.st_size, STORE_BYTES);
    if (err)
        close(fd);
    else
        *ret_fd = fd;
    return err;
}

struct newest {
    uint64_t counter;
    unsigned damaged, foreign;
    struct mark *mark;       /* of that version */
    uint8_t raw[SLOT_BYTES]; /* its very bytes */
};

/* A version counts only in its own slot. */
static void read_slot(const uint8_t *data, unsigned i, const struct mark_log *log, struct newest *n)
{
    struct mark *m = xcalloc(1, sizeof(*m));
    uint64_t counter = 0;
    enum slot_kind kind = slot_read(data, log, &counter, m);
    if (kind == SLOT_GOOD && counter % STORE_SLOTS != i)
        kind = SLOT_DAMAGED;
    n->damaged += kind == SLOT_DAMAGED;
    n->foreign += kind == SLOT_FOREIGN;
    if (kind == SLOT_GOOD && counter > n->counter) {
        n->counter = counter;
        memcpy(n->mark, m, sizeof(*m));
        memcpy(n->raw, data, SLOT_BYTES);
    }
    free(m);
}

static int read_newest(const char *path, int fd, const struct mark_log *log, struct newest *n,
                       struct store_fault *fault)
{
    uint8_t *data = xcalloc(STORE_SLOTS, SLOT_BYTES);
    int err = 0;
    if (pread(fd, data, STORE_BYTES, 0) != STORE_BYTES)
        err = fail(fault, CPF_E_IO, "cannot read %s: %s", path, strerror(errno));
    for (unsigned i = 0; !err && i < STORE_SLOTS; i++)
        read_slot(data + i * SLOT_BYTES, i, log, n);
    free(data);
    if (err)
        return err;
    if (n->foreign)
        return fail(fault, CPF_E_MISMATCH, "state file %s is of another origin or key than %s", path,
                    log->key[0].vkey.name);
    if (n->counter == 0)
        return fail(fault, CPF_E_IO,
                    "state file %s is damaged (no whole slot of %d): put the newest whole copy back; without "
                    "one, declare the loss and open a new origin",
                    path, STORE_SLOTS);
    return 0;
}

/*
 * What was read may never have reached the disk: the last process may have been killed before its flush, or
 * a flush failed. Writing the same bytes again and flushing makes sure, and cannot harm a whole slot.
 */
static int make_durable(struct store *s, const uint8_t raw[SLOT_BYTES])
{
    int err = write_all(s->fd, raw, SLOT_BYTES, (off_t)(s->written % STORE_SLOTS * SLOT_BYTES));
    return err || fdatasync(s->fd) ? CPF_E_IO : 0;
}

/* Keys that came or went stand on file before anything is answered; behind make_durable there is room. */
static int keep_keys(struct store *s, const struct mark_log *log, const struct mark *m, bool changed)
{
    int err = changed ? store_write(s, log, m) : 0;
    if (!err && changed && fdatasync(s->fd))
        err = CPF_E_IO;
    s->durable = s->wanted = s->written;
    return err;
}

static int read_mark(const char *path, int fd, const struct mark_log *log, struct newest *n,
                     bool *ret_changed, struct store_fault *fault)
{
    struct mark_ruling why = {0};
    int err = read_newest(path, fd, log, n, fault);
    if (!err && mark_adopt(n->mark, log, ret_changed, &why))
        err = fail(fault, CPF_E_MISMATCH, "state file %s %s", path, why.text);
    return err;
}

static struct store *store_new(int fd, uint64_t counter)
{
    struct store *s = xcalloc(1, sizeof(*s));
    s->fd = fd;
    s->written = s->durable = s->wanted = counter;
    buf_init(&s->scratch);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->work, NULL);
    pthread_cond_init(&s->done, NULL);
    s->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return s;
}

int store_open(const char *path, const struct mark_log *log, struct mark *ret_mark, unsigned *ret_damaged,
               struct store **ret, struct store_fault *fault)
{
    int fd = -1;
    bool changed = false;
    struct newest *n = xcalloc(1, sizeof(*n));
    n->mark = ret_mark;
    int err = open_file(path, &fd, fault);
    if (err)
        goto out;
    err = read_mark(path, fd, log, n, &changed, fault);
    if (err) {
        close(fd);
        goto out;
    }
    struct store *s = store_new(fd, n->counter);
    err = s->event < 0 ? CPF_E_IO : make_durable(s, n->raw);
    if (!err)
        err = keep_keys(s, log, ret_mark, changed);
    if (!err)
        err = start_thread(s);
    if (err) {
        err = fail(fault, err, "cannot write %s: %s", path, strerror(errno));
        s->stop = true;
        store_free(s);
        goto out;
    }
    *ret_damaged = n->damaged;
    *ret = s;
out:
    free(n);
    return err;
}

void store_free(struct store *s)
{
    if (!s)
        return;
    if (s->thread) {
        pthread_mutex_lock(&s->lock);
        s->stop = true;
        pthread_cond_broadcast(&s->work);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
    }
    pthread_cond_destroy(&s->done);
    pthread_cond_destroy(&s->work);
    pthread_mutex_destroy(&s->lock);
    buf_fini(&s->scratch);
    if (s->event >= 0)
        close(s->event);
    close(s->fd);
    free(s);
}

/* ---- use ---- */

bool store_room(struct store *s)
{
    return store_written(s) - store_durable(s) < STORE_SLOTS - 1;
}

int store_write(struct store *s, const struct mark_log *log, const struct mark *m)
{
    require(store_room(s));
    uint64_t next = store_written(s) + 1; /* this thread alone moves it */
    buf_clear(&s->scratch);
    slot_write(&s->scratch, log, next, m);
    int err = write_all(s->fd, s->scratch.data, s->scratch.len, (off_t)(next % STORE_SLOTS * SLOT_BYTES));
    if (err)
        return err;
    pthread_mutex_lock(&s->lock);
    s->written = next;
    pthread_mutex_unlock(&s->lock);
    return 0;
}

uint64_t store_written(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t v = s->written;
    pthread_mutex_unlock(&s->lock);
    return v;
}

uint64_t store_durable(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t v = s->durable;
    pthread_mutex_unlock(&s->lock);
    return v;
}

void store_sync(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    if (s->wanted < s->written) {
        s->wanted = s->written;
        pthread_cond_signal(&s->work);
    }
    pthread_mutex_unlock(&s->lock);
}

int store_drain(struct store *s)
{
    store_sync(s);
    pthread_mutex_lock(&s->lock);
    while (s->durable < s->wanted && !s->failed)
        pthread_cond_wait(&s->done, &s->lock);
    bool failed = s->failed;
    pthread_mutex_unlock(&s->lock);
    return failed ? CPF_E_IO : 0;
}

int store_fd(const struct store *s)
{
    return s->event;
}

int store_news(struct store *s)
{
    eventfd_t n;
    while (eventfd_read(s->event, &n) && errno == EINTR)
        continue;
    pthread_mutex_lock(&s->lock);
    bool failed = s->failed;
    pthread_mutex_unlock(&s->lock);
    return failed ? CPF_E_IO : 0;
}
