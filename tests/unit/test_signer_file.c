/* The signer's files: made once, refused when damaged, right after kill -9; and when flushes happen. */
#include "signer_rig.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slot.h"

#define CONST(l) ((const uint8_t(*)[HASH_LEN])(l))

static int setup(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));
    assert_non_null(r);
    rig_init(r);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    rig_fini(*state);
    free(*state);
    return 0;
}

/* ---- init ---- */

static void test_init_never_overwrites(void **state)
{
    struct rig *r = *state;
    struct stat before, after;
    assert_int_equal(stat(r->state, &before), 0);
    assert_int_equal(rig_run(r, (const char *const[]){"init", "--light", NULL}), EXIT_FAILURE);
    unlink(r->state); /* the key alone is enough to refuse: it must never begin a second history */
    assert_int_equal(rig_run(r, (const char *const[]){"init", "--light", NULL}), EXIT_FAILURE);
    assert_true(rig_log_says(r, "never used for a second log"));
    assert_int_equal(stat(r->key, &after), 0);
    assert_int_equal(after.st_mode & 0777, 0600);
    assert_int_equal(before.st_mode & 0777, 0600);
    assert_int_equal(access(r->state, F_OK), -1);
}

static void test_init_leaves_no_key_without_a_state(void **state)
{
    struct rig *r = *state;
    char kept[sizeof(r->state)];
    unlink(r->key);
    unlink(r->state);
    memcpy(kept, r->state, sizeof(kept));
    snprintf(r->state, sizeof(r->state), "%s/none/state", r->dir);
    assert_int_equal(rig_run(r, (const char *const[]){"init", "--light", NULL}), EXIT_FAILURE);
    assert_int_equal(access(r->key, F_OK), -1);
    memcpy(r->state, kept, sizeof(kept));
}

static void test_light_seals_are_for_training_only(void **state)
{
    struct rig *r = *state;
    unlink(r->key);
    unlink(r->state);
    r->origin = "example.test/real";
    assert_int_equal(rig_run(r, (const char *const[]){"init", "--light", NULL}), EXIT_FAILURE);
    assert_int_equal(access(r->key, F_OK), -1);
    r->origin = RIG_ORIGIN;
    assert_int_equal(rig_run(r, (const char *const[]){"init", "--light", NULL}), 0);
    r->origin = "example.test/real"; /* a light key put to real use */
    assert_true(rig_start_refused(r, "light seal outside training"));
    r->origin = "training.test/other";
    assert_true(rig_start_refused(r, "another origin or key"));
}

static void test_passphrase_must_be_private_and_right(void **state)
{
    struct rig *r = *state;
    chmod(r->pass, 0640);
    assert_true(rig_start_refused(r, "mode 0400 or 0600"));
    chmod(r->pass, 0400);
    rig_start(r);
    rig_stop(r, SIGTERM);
    chmod(r->pass, 0600);
    int fd = open(r->pass, O_WRONLY | O_TRUNC);
    assert_int_equal(write(fd, "another passphrase\n", 19), 19);
    close(fd);
    assert_true(rig_start_refused(r, "does not open"));
}

/* ---- damage ---- */

static void scribble(const char *path, off_t at, size_t len)
{
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    for (size_t i = 0; i < len; i++) {
        char c;
        assert_int_equal(pread(fd, &c, 1, at + (off_t)i), 1);
        c = (char)~c;
        assert_int_equal(pwrite(fd, &c, 1, at + (off_t)i), 1);
    }
    close(fd);
}

/* Epoch 1, three settled groups, ended in order: all three slots are written. */
static void make_history(struct rig *r, struct table *t)
{
    struct peer p;
    struct sigwire_msg m;
    rig_start(r);
    table_init(t);
    peer_connect(&p, r);
    peer_open(&p, 1, t, NULL, &m);
    for (uint64_t i = 0; i < 3; i++)
        rig_commit_group(&p, 1, t, 4, i);
    peer_close(&p);
    rig_stop(r, SIGTERM);
}

static void open_after(struct rig *r, struct table *t, uint64_t epoch)
{
    struct peer p;
    struct sigwire_msg m;
    peer_connect(&p, r);
    peer_open(&p, epoch, t, NULL, &m);
    assert_int_equal(m.opened.pending, SIGWIRE_NONE);
    rig_commit_group(&p, epoch, t, 2, 1000 + epoch);
    peer_close(&p);
}

static void test_one_damaged_slot_is_survived(void **state)
{
    struct rig *r = *state;
    struct table t;
    make_history(r, &t);
    for (uint64_t slot = 0; slot < 3; slot++) {
        scribble(r->state, (off_t)(slot * SLOT_BYTES + 40), 1);
        rig_start(r);
        assert_true(rig_log_says(r, "event=slots_damaged n=1"));
        open_after(r, &t, 2 + slot); /* mended by writing on; a group behind is rolled forward */
        open_after(r, &t, 2 + slot);
        rig_stop(r, SIGTERM);
    }
    table_fini(&t);
}

static void test_two_damaged_slots_are_survived(void **state)
{
    struct rig *r = *state;
    struct table t;
    make_history(r, &t);
    scribble(r->state, 0, 8);
    scribble(r->state, SLOT_BYTES + 100, 300);
    rig_start(r);
    open_after(r, &t, 2);
    table_fini(&t);
}

static void test_three_damaged_slots_are_refused(void **state)
{
    struct rig *r = *state;
    struct table t;
    make_history(r, &t);
    for (int slot = 0; slot < 3; slot++)
        scribble(r->state, slot * SLOT_BYTES + 20 + slot, 1);
    assert_true(rig_start_refused(r, "no whole slot"));
    table_fini(&t);
}

static void test_missing_truncated_and_longer_files_are_refused(void **state)
{
    struct rig *r = *state;
    char away[128];
    snprintf(away, sizeof(away), "%s.away", r->state);
    assert_int_equal(truncate(r->state, 3 * SLOT_BYTES - 1), 0);
    assert_true(rig_start_refused(r, "damaged"));
    assert_int_equal(truncate(r->state, 3 * SLOT_BYTES + 1), 0);
    assert_true(rig_start_refused(r, "damaged"));
    assert_int_equal(truncate(r->state, 0), 0);
    assert_true(rig_start_refused(r, "damaged"));
    assert_int_equal(rename(r->state, away), 0);
    assert_true(rig_start_refused(r, "cannot open state file"));
    assert_int_equal(symlink(away, r->state), 0);
    assert_true(rig_start_refused(r, "cannot open state file"));
    unlink(away);
}

static void test_a_state_others_may_write_is_refused(void **state)
{
    struct rig *r = *state;
    chmod(r->state, 0660);
    assert_true(rig_start_refused(r, "mode 0600"));
}

static void test_the_state_of_another_key_is_refused(void **state)
{
    struct rig *r = *state, other;
    rig_init(&other);
    copy_file(other.state, r->state);
    assert_true(rig_start_refused(r, "another origin or key"));
    rig_fini(&other);
}

static void test_a_slot_in_another_place_does_not_count(void **state)
{
    struct rig *r = *state;
    char data[SLOT_BYTES];
    static const char zero[SLOT_BYTES];
    int fd = open(r->state, O_RDWR);
    assert_int_equal(pread(fd, data, SLOT_BYTES, SLOT_BYTES), SLOT_BYTES); /* version 1 is in slot 1 */
    assert_int_equal(pwrite(fd, data, SLOT_BYTES, 0), SLOT_BYTES);
    assert_int_equal(pwrite(fd, zero, SLOT_BYTES, SLOT_BYTES), SLOT_BYTES);
    close(fd);
    assert_true(rig_start_refused(r, "no whole slot"));
}

static void test_a_second_signer_on_one_file_is_refused(void **state)
{
    struct rig *r = *state, second;
    rig_start(r);
    second = *r;
    second.pid = 0;
    snprintf(second.socket, sizeof(second.socket), "%s/second", r->dir);
    snprintf(second.log, sizeof(second.log), "%s/second.log", r->dir);
    assert_true(rig_start_refused(&second, "in use by another cpf-signer"));
    unlink(second.log);
}

/* ---- when it flushes (the shim holds a flush, and counts those that ended) ---- */

static char hold[96], done[104];

static void flushes_end(bool yes)
{
    if (yes) {
        assert_int_equal(unlink(hold), 0);
        return;
    }
    int fd = open(hold, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static long flushes(void)
{
    struct stat st;
    return stat(done, &st) == 0 ? (long)st.st_size : 0;
}

static void until_flushes(long n)
{
    for (int i = 0; i < 60000 && flushes() < n; i++)
        usleep(1000);
    assert_true(flushes() >= n);
}

static void start_held(struct rig *r)
{
    if (access(FLUSH_SHIM, R_OK)) {
        print_message("# skipped: no flush shim at %s\n", FLUSH_SHIM);
        skip();
    }
    snprintf(hold, sizeof(hold), "%s/hold", r->dir);
    snprintf(done, sizeof(done), "%s.done", hold);
    setenv("CPF_FLUSH_HOLD", hold, 1);
    r->shim = FLUSH_SHIM;
    rig_start(r);
}

/* Nothing comes for a while: what comes too early would be there. */
static bool silent(const struct peer *p)
{
    struct pollfd fd = {.fd = p->fd, .events = POLLIN};
    return poll(&fd, 1, 100) == 0;
}

static void test_append_is_answered_before_its_flush_and_settle_after(void **state)
{
    struct rig *r = *state;
    struct table t;
    struct peer p;
    struct sigwire_msg m;
    uint8_t leaf[4][HASH_LEN];
    make_leaves(leaf, 4, 1);
    table_init(&t);
    start_held(r);
    peer_connect(&p, r);
    flushes_end(false);
    peer_send_open(&p, 1, &t, NULL);
    assert_true(silent(&p)); /* open: only once durable */
    flushes_end(true);
    assert_true(peer_take(&p, &m));
    flushes_end(false);
    peer_append(&p, 1, &t.head, CONST(leaf), 4, &m); /* append: at once */
    table_commit(&t, CONST(leaf), 4, true, m.appended.note.s, m.appended.note.len);
    peer_send_settle(&p, 1, &t.head);
    assert_true(silent(&p)); /* settle: after the append's flush */
    flushes_end(true);
    assert_true(peer_take(&p, &m));
    flushes_end(false);
    peer_settle(&p, 1, &t.head, &m); /* a repeat has nothing to wait for */
    flushes_end(true);
    long before = flushes();
    peer_append(&p, 1, &t.head, CONST(leaf), 4, &m);
    until_flushes(before + 1); /* a COMMIT longer than the flush */
    table_commit(&t, CONST(leaf), 4, true, m.appended.note.s, m.appended.note.len);
    flushes_end(false);
    peer_settle(&p, 1, &t.head, &m);
    flushes_end(true);
    peer_close(&p);
    table_fini(&t);
}

/* Three writes cannot be under way at once: an open behind settle and append waits for their flush first. */
static void test_open_after_settle_and_append_waits_for_room(void **state)
{
    struct rig *r = *state;
    struct table t;
    struct peer p, q;
    struct sigwire_msg m;
    uint8_t leaf[4][HASH_LEN];
    make_leaves(leaf, 4, 1);
    table_init(&t);
    start_held(r);
    peer_connect(&p, r);
    peer_open(&p, 1, &t, NULL, &m);
    rig_commit_group(&p, 1, &t, 3, 5);
    flushes_end(false);
    long before = flushes();
    peer_append(&p, 1, &t.head, CONST(leaf), 4, &m);
    struct sigwire_head pending = m.appended.head;
    peer_connect(&q, r);
    peer_send_open(&q, 2, &t, &pending);
    assert_true(silent(&q));
    flushes_end(true);
    assert_true(peer_take(&q, &m));
    assert_true(flushes() - before >= 2);
    assert_int_equal(m.opened.pending, SIGWIRE_RESEND);
    peer_close(&p);
    peer_close(&q);
    table_fini(&t);
}

/* The flushes that the end makes: of what is owed. */
static long stop_flushes(struct rig *r)
{
    long before = flushes();
    assert_int_equal(rig_stop(r, SIGTERM), 0);
    return flushes() - before;
}

static void test_the_settled_mark_is_flushed_by_itself(void **state)
{
    struct rig *r = *state;
    struct table t;
    struct peer p;
    struct sigwire_msg m;
    table_init(&t);
    start_held(r);
    peer_connect(&p, r);
    peer_open(&p, 1, &t, NULL, &m);
    rig_commit_group(&p, 1, &t, 3, 5);
    long before = flushes();
    rig_commit_group(&p, 1, &t, 3, 6);
    until_flushes(before + 2); /* the append's, and after a second that of what was settled */
    assert_int_equal(stop_flushes(r), 0);
    peer_close(&p);
    table_fini(&t);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_init_never_overwrites),
        T(test_init_leaves_no_key_without_a_state),
        T(test_light_seals_are_for_training_only),
        T(test_passphrase_must_be_private_and_right),
        T(test_one_damaged_slot_is_survived),
        T(test_two_damaged_slots_are_survived),
        T(test_three_damaged_slots_are_refused),
        T(test_missing_truncated_and_longer_files_are_refused),
        T(test_a_state_others_may_write_is_refused),
        T(test_the_state_of_another_key_is_refused),
        T(test_a_slot_in_another_place_does_not_count),
        T(test_a_second_signer_on_one_file_is_refused),
        T(test_append_is_answered_before_its_flush_and_settle_after),
        T(test_open_after_settle_and_append_waits_for_room),
        T(test_the_settled_mark_is_flushed_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
