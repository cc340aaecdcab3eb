/*
 * Power loss: every write and flush of the state file is recorded, and at many
 * points the disk is rebuilt as a power loss may leave it: all that was written
 * before the last finished flush began, and of what came later any part, torn
 * at sectors. What is read back must be a version once written, whole, and not
 * older than what was called durable.
 */
#include "signer_rig.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "seeded.h"
#include "slot.h"
#include "store.h"
#include "scratch.h"

#define FILE_BYTES (3 * SLOT_BYTES)
#define WRITES_MAX 1024
#define SECTOR     512
#define STEPS      150
#define LOSSES     12 /* tried at each step */

struct one_write {
    off_t at;
    size_t len;
    char *data;
};

/* What the store did to its file; the wrappers cannot be given a context. */
static struct {
    pthread_mutex_t lock;
    int fd; /* recorded only for this one; -1: none */
    struct one_write write[WRITES_MAX];
    size_t n, flushed; /* the first `flushed` writes are on the disk for good */
    char first[FILE_BYTES];
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

ssize_t __real_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t len, off_t at);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at)
{
    pthread_mutex_lock(&disk.lock);
    if (fd == disk.fd) {
        assert_true(disk.n < WRITES_MAX);
        struct one_write *w = &disk.write[disk.n++];
        *w = (struct one_write){at, len, xcalloc(1, len)};
        memcpy(w->data, data, len);
    }
    pthread_mutex_unlock(&disk.lock);
    return __real_pwrite(fd, data, len, at);
}

ssize_t __wrap_pwrite64(int fd, const void *data, size_t len, off_t at)
{
    return __wrap_pwrite(fd, data, len, at);
}

int __wrap_fdatasync(int fd)
{
    pthread_mutex_lock(&disk.lock);
    size_t before = disk.n;
    pthread_mutex_unlock(&disk.lock);
    int rc = __real_fdatasync(fd);
    pthread_mutex_lock(&disk.lock);
    if (fd == disk.fd && before > disk.flushed)
        disk.flushed = before;
    pthread_mutex_unlock(&disk.lock);
    return rc;
}

/* Of a write that was not flushed, each sector is there or not. */
static void apply(char image[FILE_BYTES], const struct one_write *w, bool whole, struct seeded *s)
{
    uint64_t mood = seeded_below(s, 4);
    for (size_t at = 0; at < w->len;) {
        size_t end = (size_t)((w->at + (off_t)at) / SECTOR + 1) * SECTOR - (size_t)w->at;
        size_t n = end < w->len ? end - at : w->len - at;
        if (whole || mood == 0 || (mood > 1 && seeded_below(s, 2)))
            memcpy(image + w->at + at, w->data + at, n);
        at += n;
    }
}

static void write_image(const char *path, struct seeded *s)
{
    static char image[FILE_BYTES];
    pthread_mutex_lock(&disk.lock);
    memcpy(image, disk.first, sizeof(image));
    for (size_t i = 0; i < disk.n; i++)
        apply(image, &disk.write[i], i < disk.flushed, s);
    pthread_mutex_unlock(&disk.lock);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, image, sizeof(image)), (ssize_t)sizeof(image));
    close(fd);
}

/* The version of a step is its epoch, so that what is read back tells which one it is. */
struct history {
    struct mark_log log, both; /* one key; the same and a new one */
    struct mark now, *past;    /* past[version] */
    size_t n;
};

/* A rotation that begins with this start keeps what was signed. */
static void begin_rotation(const struct history *h, const char *path, const struct mark *want)
{
    struct mark *got = xcalloc(1, sizeof(*got));
    struct store *st;
    struct store_fault fault;
    unsigned damaged;
    for (int again = 0; again < 2; again++) {
        assert_int_equal(store_open(path, &h->both, got, &damaged, &st, &fault), 0);
        assert_int_equal(got->nkeys, 2);
        assert_true(sigwire_head_eq(&got->settled, &want->settled));
        assert_int_equal(got->has_pending, want->has_pending);
        store_free(st);
    }
    free(got);
}

static void lose_power(const struct history *h, const char *path, uint64_t durable, struct seeded *s)
{
    struct mark *got = xcalloc(1, sizeof(*got));
    struct store *st;
    struct store_fault fault;
    unsigned damaged;
    write_image(path, s);
    int err = store_open(path, &h->log, got, &damaged, &st, &fault);
    if (err)
        fail_msg("after a power loss: %s", fault.text);
    assert_true(got->epoch >= durable);
    assert_true(got->epoch <= h->n);
    const struct mark *want = &h->past[got->epoch];
    assert_true(sigwire_head_eq(&got->settled, &want->settled));
    assert_int_equal(got->has_pending, want->has_pending);
    if (want->has_pending)
        assert_true(sigwire_head_eq(&got->pending.head, &want->pending.head));
    store_free(st);
    if (seeded_below(s, 8) == 0)
        begin_rotation(h, path, want);
    free(got);
}

/* The next change of the mark, as cpfd would bring it about. */
static void change(struct history *h, struct seeded *s)
{
    struct sigwire_msg m = {.op = SIGWIRE_APPEND};
    struct mark_ruling why;
    uint8_t leaf[64][HASH_LEN];
    if (h->now.has_pending) {
        m.op = SIGWIRE_SETTLE;
        m.settle.epoch = h->now.epoch;
        m.settle.head = h->now.pending.head;
        assert_int_equal(mark_settle(&h->now, &m, &why), 0);
    } else {
        make_leaves(leaf, 64, seeded_next(s));
        m.append.epoch = h->now.epoch;
        m.append.base = h->now.settled;
        m.append.leaves.hash = (const uint8_t(*)[HASH_LEN])leaf;
        m.append.leaves.n = 1 + seeded_below(s, 64);
        assert_int_equal(mark_append(&h->now, &h->log, &m, &why), 0);
    }
    h->now.epoch = ++h->n;
    h->past[h->n] = h->now;
}

/* The store keeps its descriptor to itself. */
static int find_fd(const char *path)
{
    char link[64], name[256];
    for (int fd = 3; fd < 64; fd++) {
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, name, sizeof(name) - 1);
        if (n > 0 && (size_t)n == strlen(path) && memcmp(name, path, (size_t)n) == 0)
            return fd;
    }
    fail_msg("%s is not open", path);
    return -1;
}

static void begin_recording(const char *path, int fd)
{
    int in = open(path, O_RDONLY);
    assert_int_equal(read(in, disk.first, FILE_BYTES), FILE_BYTES);
    close(in);
    for (size_t i = 0; i < disk.n; i++)
        free(disk.write[i].data);
    disk.n = disk.flushed = 0;
    disk.fd = fd;
}

static void play(struct history *h, struct store *st, const char *image, struct seeded *s)
{
    for (int step = 0; step < STEPS; step++) {
        change(h, s);
        while (!store_room(st))
            assert_int_equal(store_drain(st), 0);
        assert_int_equal(store_write(st, &h->log, &h->now), 0);
        assert_int_equal(store_written(st), h->n);
        uint64_t what = seeded_below(s, 3);
        if (what == 0)
            assert_int_equal(store_drain(st), 0);
        else if (what == 1)
            store_sync(st);
        for (int k = 0; k < LOSSES; k++) {
            /* What is called durable now must survive a loss that comes later. */
            uint64_t durable = store_durable(st);
            lose_power(h, image, durable, s);
        }
    }
}

static int sign(void *arg, const void *text, size_t len, uint8_t ret[KEY_SIG])
{
    return key_sign(arg, text, len, ret);
}

static void test_no_power_loss_takes_what_was_durable(void **state)
{
    (void)state;
    struct history h = {.n = 1};
    struct seeded s = {31337};
    struct store *st;
    struct store_fault fault;
    uint8_t seed[KEY_SEED] = {1}, pub[KEY_PUB];
    struct key *key;
    char dir[SCRATCH], path[80], image[80];
    struct mark_ruling why;
    unsigned damaged;
    bool changed;
    assert_non_null(mkdtemp(scratch(dir, "cpf-signer-power")));
    snprintf(path, sizeof(path), "%s/state", dir);
    snprintf(image, sizeof(image), "%s/image", dir);
    assert_int_equal(key_from_seed(seed, &key), 0);
    key_public(key, pub);
    h.log.n = 1;
    h.log.key[0].sign = sign;
    h.log.key[0].arg = key;
    assert_int_equal(note_key_make(&h.log.key[0].vkey, "training.test/power", pub), 0);
    h.past = xcalloc(STEPS + 2, sizeof(*h.past));
    h.both = h.log;
    h.both.n = 2;
    uint8_t next[KEY_SEED] = {2};
    struct key *second;
    assert_int_equal(key_from_seed(next, &second), 0);
    key_public(second, pub);
    assert_int_equal(note_key_make(&h.both.key[1].vkey, "training.test/power", pub), 0);
    h.both.key[1].sign = sign;
    h.both.key[1].arg = second;
    mark_init(&h.now);
    assert_int_equal(mark_adopt(&h.now, &h.log, &changed, &why), 0);
    h.now.epoch = 1;
    h.past[1] = h.now;
    assert_int_equal(store_create(path, &h.log, &h.now, &fault), 0);
    assert_int_equal(store_open(path, &h.log, &h.now, &damaged, &st, &fault), 0);
    begin_recording(path, find_fd(path));
    play(&h, st, image, &s);
    assert_true(disk.n == STEPS);
    disk.fd = -1;
    store_free(st);
    begin_recording(path, -1); /* frees what was recorded */
    unlink(path);
    unlink(image);
    rmdir(dir);
    free(h.past);
    key_free(key);
    key_free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_power_loss_takes_what_was_durable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
