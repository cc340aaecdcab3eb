/* Every rule of LOG.md 2 that concerns the signer, against the real process. */
#include "signer_rig.h"
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "seeded.h"

#define N        5
#define CONST(l) ((const uint8_t(*)[HASH_LEN])(l))

struct fixture {
    struct rig rig;
    struct table t;
    struct peer p;
    uint8_t leaf[N][HASH_LEN], other[N][HASH_LEN];
    struct sigwire_msg m;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    rig_init(&f->rig);
    rig_start(&f->rig);
    table_init(&f->t);
    make_leaves(f->leaf, N, 1);
    make_leaves(f->other, N, 2);
    peer_connect(&f->p, &f->rig);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    peer_close(&f->p);
    table_fini(&f->t);
    rig_fini(&f->rig);
    free(f);
    return 0;
}

static void reconnect(struct fixture *f)
{
    peer_close(&f->p);
    peer_connect(&f->p, &f->rig);
}

/* A log of one settled group, opened in epoch 1. */
static void begin(struct fixture *f)
{
    peer_open(&f->p, 1, &f->t, NULL, &f->m);
    rig_commit_group(&f->p, 1, &f->t, 3, 100);
}

/* Signs f->leaf on top of the table; f->m is the answer. */
static void append(struct fixture *f, uint64_t epoch)
{
    peer_append(&f->p, epoch, &f->t.head, CONST(f->leaf), N, &f->m);
}

static void commit_answered(struct fixture *f, bool has_body)
{
    table_commit(&f->t, CONST(f->leaf), N, has_body, f->m.appended.note.s, f->m.appended.note.len);
}

/* --- append and settle --- */

static void test_append_gives_a_checkpoint_that_verifies(void **state)
{
    struct fixture *f = *state;
    struct checkpoint c;
    struct sigwire_head want;
    begin(f);
    append(f, 1);
    table_head_after(&f->t, CONST(f->leaf), N, &want);
    assert_int_equal(checkpoint_open(&c, f->m.appended.note.s, f->m.appended.note.len, &f->rig.vkey), 0);
    assert_string_equal(c.origin, RIG_ORIGIN);
    assert_int_equal(c.size, 3 + N);
    assert_memory_equal(c.root, want.root, HASH_LEN);
    assert_true(sigwire_head_eq(&f->m.appended.head, &want));
}

static void test_append_before_open_is_refused(void **state)
{
    struct fixture *f = *state;
    peer_send_append(&f->p, 0, &f->t.head, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_SESSION);
    reconnect(f);
    peer_send_settle(&f->p, 0, &f->t.head);
    peer_expect_refused(&f->p, SIGWIRE_C_SESSION);
}

static void test_append_while_one_is_pending_is_refused(void **state)
{
    struct fixture *f = *state;
    begin(f);
    append(f, 1);
    peer_send_append(&f->p, 1, &f->t.head, CONST(f->other), N);
    peer_expect_refused(&f->p, SIGWIRE_C_PENDING);
}

static void test_append_on_the_pending_is_refused(void **state)
{
    struct fixture *f = *state;
    begin(f);
    append(f, 1);
    struct sigwire_head pending = f->m.appended.head;
    peer_send_append(&f->p, 1, &pending, CONST(f->other), N);
    peer_expect_refused(&f->p, SIGWIRE_C_PENDING);
}

static void test_append_on_another_base_is_refused(void **state)
{
    struct fixture *f = *state;
    struct sigwire_head base;
    begin(f);
    base = f->t.head;
    base.root[0] ^= 1;
    peer_send_append(&f->p, 1, &base, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_BASE);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    base = f->t.head;
    base.size--;
    peer_send_append(&f->p, 2, &base, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_BASE);
}

static void test_append_and_settle_of_another_epoch_are_refused(void **state)
{
    struct fixture *f = *state;
    begin(f);
    peer_send_append(&f->p, 0, &f->t.head, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_STALE);
    reconnect(f);
    peer_open(&f->p, 5, &f->t, NULL, &f->m);
    peer_send_settle(&f->p, 4, &f->t.head);
    peer_expect_refused(&f->p, SIGWIRE_C_STALE);
}

/* The longest group there can be, and the longest answer that hands it back. */
static void test_append_takes_the_largest_group(void **state)
{
    struct fixture *f = *state;
    uint8_t(*big)[HASH_LEN] = calloc(SIGWIRE_LEAVES_MAX, sizeof *big);
    make_leaves(big, SIGWIRE_LEAVES_MAX, 9);
    begin(f);
    peer_append(&f->p, 1, &f->t.head, CONST(big), SIGWIRE_LEAVES_MAX, &f->m);
    struct sigwire_head pending = f->m.appended.head;
    rig_restart(&f->rig);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, &pending, &f->m);
    assert_int_equal(f->m.opened.leaves.n, SIGWIRE_LEAVES_MAX);
    assert_memory_equal(f->m.opened.leaves.hash, big, SIGWIRE_LEAVES_MAX * HASH_LEN);
    free(big);
}

static void test_settle_again_is_fine(void **state)
{
    struct fixture *f = *state;
    begin(f);
    peer_settle(&f->p, 1, &f->t.head, &f->m);
    append(f, 1);
    peer_settle(&f->p, 1, &f->t.head, &f->m); /* a repeat, with the next one pending: nothing happens */
    peer_send_append(&f->p, 1, &f->t.head, CONST(f->other), N);
    peer_expect_refused(&f->p, SIGWIRE_C_PENDING);
}

static void test_settle_of_something_else_is_refused(void **state)
{
    struct fixture *f = *state;
    struct sigwire_head wrong;
    begin(f);
    append(f, 1);
    wrong = f->m.appended.head;
    wrong.root[31] ^= 1;
    peer_send_settle(&f->p, 1, &wrong);
    peer_expect_refused(&f->p, SIGWIRE_C_SETTLE);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, &f->m.appended.head, &f->m);
    wrong = f->t.head;
    wrong.size++;
    peer_send_settle(&f->p, 2, &wrong);
    peer_expect_refused(&f->p, SIGWIRE_C_SETTLE);
}

static void test_settle_and_append_may_be_sent_together(void **state)
{
    struct fixture *f = *state;
    begin(f);
    append(f, 1);
    commit_answered(f, true);
    peer_send_settle(&f->p, 1, &f->t.head);
    peer_send_append(&f->p, 1, &f->t.head, CONST(f->other), N);
    assert_true(peer_take(&f->p, &f->m));
    assert_int_equal(f->m.op, SIGWIRE_SETTLED);
    assert_true(peer_take(&f->p, &f->m));
    assert_int_equal(f->m.op, SIGWIRE_APPENDED);
    assert_int_equal(f->m.appended.head.size, 3 + 2 * N);
}

static void test_what_is_sent_behind_a_refused_request_has_no_effect(void **state)
{
    struct fixture *f = *state;
    struct sigwire_head wrong;
    begin(f);
    wrong = f->t.head;
    wrong.root[0] ^= 1;
    peer_send_settle(&f->p, 1, &wrong);
    peer_send_append(&f->p, 1, &f->t.head, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_SETTLE);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE);
}

/* --- open --- */

static void test_open_of_a_lower_epoch_is_stale(void **state)
{
    struct fixture *f = *state;
    peer_open(&f->p, 7, &f->t, NULL, &f->m);
    reconnect(f);
    peer_send_open(&f->p, 6, &f->t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_STALE);
    rig_restart(&f->rig); /* the file knows it too */
    reconnect(f);
    peer_send_open(&f->p, 6, &f->t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_STALE);
    reconnect(f);
    peer_open(&f->p, 7, &f->t, NULL, &f->m);
}

static void test_open_closes_any_other_session(void **state)
{
    struct fixture *f = *state;
    struct peer second;
    begin(f);
    peer_connect(&second, &f->rig);
    peer_open(&second, 2, &f->t, NULL, &f->m);
    assert_false(peer_take(&f->p, &f->m));
    rig_commit_group(&second, 2, &f->t, 2, 8);
    peer_close(&second);
}

static void test_stale_open_leaves_the_session_alone(void **state)
{
    struct fixture *f = *state;
    struct peer second;
    begin(f);
    peer_connect(&second, &f->rig);
    peer_send_open(&second, 0, &f->t, NULL);
    peer_expect_refused(&second, SIGWIRE_C_STALE);
    peer_close(&second);
    rig_commit_group(&f->p, 1, &f->t, 2, 8);
}

static void test_open_twice_on_a_connection_is_refused(void **state)
{
    struct fixture *f = *state;
    begin(f);
    peer_send_open(&f->p, 2, &f->t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_FRAME);
}

static void test_open_with_head_at_pending_settles_it(void **state)
{
    struct fixture *f = *state;
    begin(f);
    append(f, 1);
    commit_answered(f, true);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE);
    assert_int_equal(f->m.opened.void_count, 0);
    rig_commit_group(&f->p, 2, &f->t, 2, 8);
}

static void test_open_hands_a_held_group_back_with_the_same_note(void **state)
{
    struct fixture *f = *state;
    char note[SIGWIRE_NOTE_MAX];
    begin(f);
    append(f, 1);
    struct sigwire_head pending = f->m.appended.head;
    size_t len = f->m.appended.note.len;
    memcpy(note, f->m.appended.note.s, len);
    rig_restart(&f->rig);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, &pending, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_RESEND);
    assert_true(sigwire_head_eq(&f->m.opened.head, &pending));
    assert_int_equal(f->m.opened.note.len, len);
    assert_memory_equal(f->m.opened.note.s, note, len);
    assert_int_equal(f->m.opened.leaves.n, N);
    assert_memory_equal(f->m.opened.leaves.hash, f->leaf, sizeof f->leaf);
    table_commit(&f->t, CONST(f->leaf), N, true, note, len);
    peer_settle(&f->p, 2, &pending, &f->m);
    assert_int_equal(f->m.settled.void_count, 0);
}

static void test_open_holding_another_group_is_refused_and_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct sigwire_head pending, wrong;
    begin(f);
    append(f, 1);
    wrong = pending = f->m.appended.head;
    wrong.root[5] ^= 1;
    reconnect(f);
    peer_send_open(&f->p, 2, &f->t, &wrong);
    peer_expect_refused(&f->p, SIGWIRE_C_HELD);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, &pending, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_RESEND);
}

static void test_open_holding_nothing_makes_the_pending_void(void **state)
{
    struct fixture *f = *state;
    begin(f);
    append(f, 1);
    struct sigwire_head pending = f->m.appended.head;
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_VOID);
    assert_true(sigwire_head_eq(&f->m.opened.head, &pending));
    rig_restart(&f->rig); /* the mark is on file */
    reconnect(f);
    peer_open(&f->p, 3, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_VOID);
    reconnect(f);
    peer_send_open(&f->p, 4, &f->t, &pending); /* one that claims the bytes comes too late */
    peer_expect_refused(&f->p, SIGWIRE_C_HELD);
}

/* A void group extends the range, one with bodies clears it. */
static void test_void_range_grows_and_is_cleared(void **state)
{
    struct fixture *f = *state;
    begin(f);
    for (uint64_t epoch = 2; epoch <= 3; epoch++) {
        append(f, epoch - 1);
        reconnect(f);
        peer_open(&f->p, epoch, &f->t, NULL, &f->m);
        assert_int_equal(f->m.opened.pending, SIGWIRE_VOID);
        table_commit(&f->t, CONST(f->leaf), N, false, f->m.opened.note.s, f->m.opened.note.len);
        peer_settle(&f->p, epoch, &f->t.head, &f->m);
        assert_int_equal(f->m.settled.void_first, 3);
        assert_int_equal(f->m.settled.void_count, N * (epoch - 1));
    }
    rig_restart(&f->rig);
    reconnect(f);
    peer_open(&f->p, 4, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.void_first, 3);
    assert_int_equal(f->m.opened.void_count, 2 * N);
    append(f, 4);
    commit_answered(f, true);
    peer_settle(&f->p, 4, &f->t.head, &f->m);
    assert_int_equal(f->m.settled.void_first, f->t.n);
    assert_int_equal(f->m.settled.void_count, 0);
}

static void test_open_with_void_head_at_pending_settles_it_void(void **state)
{
    struct fixture *f = *state;
    begin(f);
    append(f, 1);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    table_commit(&f->t, CONST(f->leaf), N, false, f->m.opened.note.s, f->m.opened.note.len);
    reconnect(f); /* the daemon died between COMMIT and settle */
    peer_open(&f->p, 3, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE);
    assert_int_equal(f->m.opened.void_first, 3);
    assert_int_equal(f->m.opened.void_count, N);
}

/* --- a database that is not what was signed --- */

static void test_open_with_a_cut_tail_is_refused(void **state)
{
    struct fixture *f = *state;
    struct table old;
    begin(f);
    table_copy(&old, &f->t);
    rig_commit_group(&f->p, 1, &f->t, 4, 5);
    reconnect(f);
    peer_send_open(&f->p, 2, &old, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_BEHIND);
    assert_true(rig_log_says(&f->rig, "signer.behind"));
    table_fini(&old);
    table_init(&old); /* cut to nothing */
    reconnect(f);
    peer_send_open(&f->p, 2, &old, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_BEHIND);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m); /* the right one is still welcome */
    table_fini(&old);
}

static void test_open_with_an_unsigned_head_is_refused(void **state)
{
    struct fixture *f = *state;
    begin(f);
    struct table bad;
    table_copy(&bad, &f->t);
    bad.head.root[0] ^= 1; /* the note is for another root */
    reconnect(f);
    peer_send_open(&f->p, 2, &bad, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
    bad.head = f->t.head;
    bad.note[strlen(bad.note) - 10] ^= 1;
    reconnect(f);
    peer_send_open(&f->p, 2, &bad, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
    snprintf(bad.note, sizeof bad.note, "%s", f->t.note);
    table_commit(&bad, CONST(f->leaf), 1, true, f->t.note,
                 strlen(f->t.note)); /* a row put in behind the head */
    reconnect(f);
    peer_send_open(&f->p, 2, &bad, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
    table_fini(&bad);
}

static void test_open_with_a_head_of_another_key_is_refused(void **state)
{
    struct fixture *f = *state, other;
    begin(f);
    memset(&other, 0, sizeof other);
    rig_init(&other.rig);
    rig_start(&other.rig);
    peer_connect(&other.p, &other.rig);
    table_init(&other.t);
    peer_open(&other.p, 1, &other.t, NULL, &other.m);
    rig_commit_group(&other.p, 1, &other.t, 3, 100); /* the same leaves, so the same root */
    assert_true(sigwire_head_eq(&other.t.head, &f->t.head));
    reconnect(f);
    peer_send_open(&f->p, 2, &other.t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
    table_fini(&other.t);
    peer_close(&other.p);
    rig_fini(&other.rig);
}

static void test_open_with_a_wrong_empty_head_is_refused(void **state)
{
    struct fixture *f = *state;
    f->t.head.root[0] ^= 1;
    peer_send_open(&f->p, 1, &f->t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
}

/* --- roll forward: the file is put back to an older state, as a power loss does --- */

struct rolled {
    char old_state[128];
    struct table before; /* at the old file's mark */
};

/* Two groups after the copy: the file forgets both. */
static void forget_two_groups(struct fixture *f, struct rolled *r)
{
    begin(f);
    rig_stop(&f->rig, SIGTERM);
    snprintf(r->old_state, sizeof r->old_state, "%s.old", f->rig.state);
    copy_file(f->rig.state, r->old_state);
    table_copy(&r->before, &f->t);
    rig_start(&f->rig);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    rig_commit_group(&f->p, 2, &f->t, 200, 11); /* more than one frame of leaves */
    rig_commit_group(&f->p, 2, &f->t, 57, 12);
    rig_stop(&f->rig, SIGKILL);
    assert_int_equal(rename(r->old_state, f->rig.state), 0);
    rig_start(&f->rig);
    reconnect(f);
}

static void test_open_rolls_forward_to_its_own_signature(void **state)
{
    struct fixture *f = *state;
    struct rolled r;
    forget_two_groups(f, &r);
    peer_send_open(&f->p, 3, &f->t, NULL);
    assert_true(peer_take(&f->p, &f->m));
    assert_int_equal(f->m.op, SIGWIRE_WANT);
    assert_int_equal(f->m.want.first, 3);
    assert_int_equal(f->m.want.count, 257);
    reconnect(f);
    peer_open(&f->p, 3, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.void_count, 0);
    rig_commit_group(&f->p, 3, &f->t, 2, 13);
    rig_restart(&f->rig);
    reconnect(f);
    peer_send_open(&f->p, 4, &r.before, NULL); /* the mark stands at the new head */
    peer_expect_refused(&f->p, SIGWIRE_C_BEHIND);
    table_fini(&r.before);
}

static void test_roll_forward_over_other_rows_is_refused(void **state)
{
    struct fixture *f = *state;
    struct rolled r;
    forget_two_groups(f, &r);
    f->t.leaf[100][0] ^= 1;
    peer_send_open(&f->p, 3, &f->t, NULL);
    assert_true(peer_take(&f->p, &f->m));
    struct sigwire_msg give = {.op = SIGWIRE_LEAVES};
    give.leaves.first = 3;
    give.leaves.leaves = (struct sigwire_leaves){CONST(f->t.leaf) + 3, 257};
    peer_send(&f->p, &give);
    peer_expect_refused(&f->p, SIGWIRE_C_LEAVES);
    f->t.leaf[100][0] ^= 1;
    reconnect(f);
    peer_open(&f->p, 3, &f->t, NULL, &f->m); /* nothing has stuck */
    table_fini(&r.before);
}

static void test_roll_forward_takes_only_the_leaves_wanted(void **state)
{
    struct fixture *f = *state;
    struct rolled r;
    forget_two_groups(f, &r);
    struct sigwire_msg give = {.op = SIGWIRE_LEAVES};
    give.leaves.leaves = (struct sigwire_leaves){CONST(f->t.leaf), 1};
    const struct {
        uint64_t first;
        size_t n;
    } wrong[] = {{4, 1}, {0, 1}, {3, 258}};
    for (size_t i = 0; i < 3; i++) {
        peer_send_open(&f->p, 3, &f->t, NULL);
        assert_true(peer_take(&f->p, &f->m));
        give.leaves.first = wrong[i].first;
        give.leaves.leaves.n = wrong[i].n;
        peer_send(&f->p, &give);
        peer_expect_refused(&f->p, SIGWIRE_C_FRAME);
        reconnect(f);
    }
    peer_send(&f->p, &give); /* and none at all when none were wanted */
    peer_expect_refused(&f->p, SIGWIRE_C_FRAME);
    table_fini(&r.before);
}

static void test_requests_while_rolling_are_refused(void **state)
{
    struct fixture *f = *state;
    struct rolled r;
    forget_two_groups(f, &r);
    peer_send_open(&f->p, 3, &f->t, NULL);
    assert_true(peer_take(&f->p, &f->m));
    peer_send_append(&f->p, 3, &r.before.head, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_SESSION);
    table_fini(&r.before);
}

/* The file forgets only the newest group, and keeps a pending: the head must extend it. */
static void test_roll_forward_over_a_pending_must_extend_it(void **state)
{
    struct fixture *f = *state;
    char old[128];
    struct table fork;
    begin(f);
    table_copy(&fork, &f->t);
    append(f, 1);
    commit_answered(f, true);
    snprintf(old, sizeof old, "%s.old", f->rig.state);
    copy_file(f->rig.state, old);
    peer_settle(&f->p, 1, &f->t.head, &f->m);
    rig_commit_group(&f->p, 1, &f->t, 4, 21);
    rig_stop(&f->rig, SIGKILL);
    copy_file(old, f->rig.state);
    rig_start(&f->rig);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE);
    rename(old, f->rig.state);
    table_fini(&fork);
}

/* Two notes of one size exist only after a power loss; the second history does not extend the pending. */
static void test_open_with_a_fork_is_refused(void **state)
{
    struct fixture *f = *state;
    char old[128], with_pending[128];
    struct table fork;
    begin(f);
    rig_stop(&f->rig, SIGTERM);
    snprintf(old, sizeof old, "%s.old", f->rig.state);
    snprintf(with_pending, sizeof with_pending, "%s.pending", f->rig.state);
    copy_file(f->rig.state, old);
    rig_start(&f->rig);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    append(f, 2);
    copy_file(f->rig.state, with_pending);
    rig_stop(&f->rig, SIGKILL);
    rename(old, f->rig.state); /* it forgets f->leaf and signs others there */
    rig_start(&f->rig);
    reconnect(f);
    peer_open(&f->p, 3, &f->t, NULL, &f->m);
    table_copy(&fork, &f->t);
    peer_append(&f->p, 3, &fork.head, CONST(f->other), N, &f->m);
    table_commit(&fork, CONST(f->other), N, true, f->m.appended.note.s, f->m.appended.note.len);
    peer_settle(&f->p, 3, &fork.head, &f->m);
    struct table longer;
    table_copy(&longer, &fork);
    rig_commit_group(&f->p, 3, &longer, 4, 31);
    rig_stop(&f->rig, SIGKILL);
    rename(with_pending, f->rig.state);
    rig_start(&f->rig);
    reconnect(f);
    peer_send_open(&f->p, 4, &fork, NULL); /* same size as the pending, other root */
    peer_expect_refused(&f->p, SIGWIRE_C_FORK);
    reconnect(f);
    peer_send_open(&f->p, 4, &longer, NULL); /* ahead of it, over other leaves */
    assert_true(peer_take(&f->p, &f->m));
    struct sigwire_msg give = {.op = SIGWIRE_LEAVES};
    give.leaves.first = f->m.want.first;
    give.leaves.leaves = (struct sigwire_leaves){CONST(longer.leaf) + f->m.want.first, f->m.want.count};
    peer_send(&f->p, &give);
    peer_expect_refused(&f->p, SIGWIRE_C_FORK);
    table_fini(&fork);
    table_fini(&longer);
}

/* --- who and what may speak --- */

static int status_of(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_another_user_is_turned_away(void **state)
{
    struct fixture *f = *state;
    if (geteuid() != 0) {
        print_message("skipped: needs root to become another user\n");
        skip();
    }
    pid_t pid = fork();
    if (pid == 0) {
        struct peer p;
        if (setgroups(0, NULL) || setuid(65534))
            _exit(9);
        peer_connect(&p, &f->rig);
        struct sigwire_msg m = {.op = SIGWIRE_STATUS};
        peer_send(&p, &m);
        bool refused = peer_take(&p, &m) && m.op == SIGWIRE_REFUSED && m.refused.code == SIGWIRE_C_UID;
        _exit(refused && !peer_take(&p, &m) ? 0 : 1);
    }
    assert_int_equal(status_of(pid), 0);
    assert_true(rig_log_says(&f->rig, "code=signer.uid uid=65534"));
    begin(f); /* nobody else is disturbed */
}

static void test_own_user_not_allowed_may_ask_the_status_only(void **state)
{
    struct fixture *f = *state;
    struct sigwire_msg ask = {.op = SIGWIRE_STATUS};
    rig_stop(&f->rig, SIGTERM);
    f->rig.allow = 64999;
    rig_start(&f->rig);
    reconnect(f);
    peer_send(&f->p, &ask);
    assert_true(peer_take(&f->p, &f->m));
    assert_int_equal(f->m.op, SIGWIRE_STATE);
    assert_int_equal(rig_run(&f->rig, (const char *const[]){"status", NULL}), 0);
    assert_true(rig_log_says(&f->rig, "pending: none"));
    peer_send_open(&f->p, 1, &f->t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UID);
}

static void test_status_tells_where_it_stands(void **state)
{
    struct fixture *f = *state;
    struct sigwire_msg ask = {.op = SIGWIRE_STATUS};
    begin(f);
    append(f, 1);
    struct sigwire_head pending = f->m.appended.head;
    peer_send(&f->p, &ask);
    assert_true(peer_take(&f->p, &f->m));
    assert_int_equal(f->m.state.epoch, 1);
    assert_true(sigwire_head_eq(&f->m.state.settled, &f->t.head));
    assert_int_equal(f->m.state.pending, SIGWIRE_RESEND);
    assert_true(sigwire_head_eq(&f->m.state.head, &pending));
    assert_true(f->m.state.session);
}

static void test_hostile_frames_never_end_the_signer(void **state)
{
    struct fixture *f = *state;
    struct seeded s = {4711};
    static const struct {
        const char *data;
        size_t len;
        enum sigwire_code code;
    } bad[] = {
        {"\xff\xff\xff\xff", 4, SIGWIRE_C_FRAME},
        {"\0\0\0\0", 4, SIGWIRE_C_FRAME},
        {"\0\1\0\1", 4, SIGWIRE_C_FRAME},
        {"\0\0\0\2\2\1", 6, SIGWIRE_C_VERSION},
        {"\0\0\0\2\1\1", 6, SIGWIRE_C_FRAME},
        {"\0\0\0\2\1\x77", 6, SIGWIRE_C_FRAME},
        {"GET / HTTP/1.1\r\n\r\n", 18, SIGWIRE_C_FRAME},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        peer_send_raw(&f->p, bad[i].data, bad[i].len);
        peer_expect_refused(&f->p, bad[i].code);
        reconnect(f);
    }
    peer_send_raw(&f->p, "\0\0", 2); /* short, then gone */
    reconnect(f);
    for (int round = 0; round < 300; round++) {
        uint8_t junk[256];
        size_t n = 4 + seeded_below(&s, sizeof junk - 4);
        for (size_t i = 0; i < n; i++)
            junk[i] = (uint8_t)seeded_next(&s);
        junk[0] = junk[1] = junk[2] = 0;
        junk[3] = (uint8_t)(n - 4);
        junk[4] = 1;
        junk[5] = (uint8_t)(1 + seeded_below(&s, 5));
        peer_send_raw(&f->p, junk, n);
        reconnect(f);
    }
    struct sigwire_msg answer = {.op = SIGWIRE_WANT};
    peer_send(&f->p, &answer); /* an answer is not a request */
    peer_expect_refused(&f->p, SIGWIRE_C_FRAME);
    reconnect(f);
    begin(f);
}

static void test_many_idle_connections_do_not_lock_the_daemon_out(void **state)
{
    struct fixture *f = *state;
    struct peer idle[20];
    begin(f);
    for (size_t i = 0; i < 20; i++)
        peer_connect(&idle[i], &f->rig);
    rig_commit_group(&f->p, 1, &f->t, 2, 8); /* the session stays */
    for (size_t i = 0; i < 20; i++)
        peer_close(&idle[i]);
}

/* --- the end --- */

static void test_sigterm_waits_for_the_group_in_flight(void **state)
{
    struct fixture *f = *state;
    begin(f);
    append(f, 1);
    commit_answered(f, true);
    kill(f->rig.pid, SIGTERM);
    usleep(100000);
    peer_settle(&f->p, 1, &f->t.head, &f->m);
    assert_false(peer_take(&f->p, &f->m));
    assert_int_equal(status_of(f->rig.pid), 0);
    f->rig.pid = 0;
    assert_int_equal(access(f->rig.socket, F_OK), -1);
    rig_start(&f->rig);
    reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE);
}

static void test_sigterm_with_nothing_in_flight_ends_at_once(void **state)
{
    struct fixture *f = *state;
    begin(f);
    assert_int_equal(rig_stop(&f->rig, SIGTERM), 0);
    assert_true(rig_log_says(&f->rig, "all is on file"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_append_gives_a_checkpoint_that_verifies),
        T(test_append_before_open_is_refused),
        T(test_append_while_one_is_pending_is_refused),
        T(test_append_on_the_pending_is_refused),
        T(test_append_on_another_base_is_refused),
        T(test_append_and_settle_of_another_epoch_are_refused),
        T(test_append_takes_the_largest_group),
        T(test_settle_again_is_fine),
        T(test_settle_of_something_else_is_refused),
        T(test_settle_and_append_may_be_sent_together),
        T(test_what_is_sent_behind_a_refused_request_has_no_effect),
        T(test_open_of_a_lower_epoch_is_stale),
        T(test_open_closes_any_other_session),
        T(test_stale_open_leaves_the_session_alone),
        T(test_open_twice_on_a_connection_is_refused),
        T(test_open_with_head_at_pending_settles_it),
        T(test_open_hands_a_held_group_back_with_the_same_note),
        T(test_open_holding_another_group_is_refused_and_changes_nothing),
        T(test_open_holding_nothing_makes_the_pending_void),
        T(test_void_range_grows_and_is_cleared),
        T(test_open_with_void_head_at_pending_settles_it_void),
        T(test_open_with_a_cut_tail_is_refused),
        T(test_open_with_an_unsigned_head_is_refused),
        T(test_open_with_a_head_of_another_key_is_refused),
        T(test_open_with_a_wrong_empty_head_is_refused),
        T(test_open_rolls_forward_to_its_own_signature),
        T(test_roll_forward_over_other_rows_is_refused),
        T(test_roll_forward_takes_only_the_leaves_wanted),
        T(test_requests_while_rolling_are_refused),
        T(test_roll_forward_over_a_pending_must_extend_it),
        T(test_open_with_a_fork_is_refused),
        T(test_another_user_is_turned_away),
        T(test_own_user_not_allowed_may_ask_the_status_only),
        T(test_status_tells_where_it_stands),
        T(test_hostile_frames_never_end_the_signer),
        T(test_many_idle_connections_do_not_lock_the_daemon_out),
        T(test_sigterm_waits_for_the_group_in_flight),
        T(test_sigterm_with_nothing_in_flight_ends_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
