/* What the signer does with append, settle and open, against the real process (doc/log.md 2). */
#include "signer_fixture.h"
#include <stdlib.h>
#include <string.h>

/* ---- append and settle ---- */

static void test_append_gives_a_checkpoint_that_verifies(void **state)
{
    struct fixture *f = *state;
    struct checkpoint c;
    struct sigwire_head want;
    fixture_begin(f);
    fixture_append(f, 1);
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
    fixture_reconnect(f);
    peer_send_settle(&f->p, 0, &f->t.head);
    peer_expect_refused(&f->p, SIGWIRE_C_SESSION);
}

static void test_append_while_one_is_pending_is_refused(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    fixture_append(f, 1);
    peer_send_append(&f->p, 1, &f->t.head, CONST(f->other), N);
    peer_expect_refused(&f->p, SIGWIRE_C_PENDING);
}

static void test_append_on_the_pending_is_refused(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    fixture_append(f, 1);
    struct sigwire_head pending = f->m.appended.head;
    peer_send_append(&f->p, 1, &pending, CONST(f->other), N);
    peer_expect_refused(&f->p, SIGWIRE_C_PENDING);
}

static void test_append_on_another_base_is_refused(void **state)
{
    struct fixture *f = *state;
    struct sigwire_head base;
    fixture_begin(f);
    base = f->t.head;
    base.root[0] ^= 1;
    peer_send_append(&f->p, 1, &base, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_BASE);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    base = f->t.head;
    base.size--;
    peer_send_append(&f->p, 2, &base, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_BASE);
}

static void test_append_and_settle_of_another_epoch_are_refused(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    peer_send_append(&f->p, 0, &f->t.head, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_STALE);
    fixture_reconnect(f);
    peer_open(&f->p, 5, &f->t, NULL, &f->m);
    peer_send_settle(&f->p, 4, &f->t.head);
    peer_expect_refused(&f->p, SIGWIRE_C_STALE);
}

/* The longest group there can be, and the longest answer that hands it back. */
static void test_append_takes_the_largest_group(void **state)
{
    struct fixture *f = *state;
    uint8_t(*big)[HASH_LEN] = calloc(SIGWIRE_LEAVES_MAX, sizeof(*big));
    make_leaves(big, SIGWIRE_LEAVES_MAX, 9);
    fixture_begin(f);
    peer_append(&f->p, 1, &f->t.head, CONST(big), SIGWIRE_LEAVES_MAX, &f->m);
    struct sigwire_head pending = f->m.appended.head;
    rig_restart(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, &pending, &f->m);
    assert_int_equal(f->m.opened.leaves.n, SIGWIRE_LEAVES_MAX);
    assert_memory_equal(f->m.opened.leaves.hash, big, SIGWIRE_LEAVES_MAX * HASH_LEN);
    free(big);
}

static void test_settle_again_is_fine(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    peer_settle(&f->p, 1, &f->t.head, &f->m);
    fixture_append(f, 1);
    peer_settle(&f->p, 1, &f->t.head, &f->m); /* a repeat, with the next one pending: nothing happens */
    peer_send_append(&f->p, 1, &f->t.head, CONST(f->other), N);
    peer_expect_refused(&f->p, SIGWIRE_C_PENDING);
}

static void test_settle_of_something_else_is_refused(void **state)
{
    struct fixture *f = *state;
    struct sigwire_head wrong;
    fixture_begin(f);
    fixture_append(f, 1);
    wrong = f->m.appended.head;
    wrong.root[31] ^= 1;
    peer_send_settle(&f->p, 1, &wrong);
    peer_expect_refused(&f->p, SIGWIRE_C_SETTLE);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, &f->m.appended.head, &f->m);
    wrong = f->t.head;
    wrong.size++;
    peer_send_settle(&f->p, 2, &wrong);
    peer_expect_refused(&f->p, SIGWIRE_C_SETTLE);
}

static void test_settle_and_append_may_be_sent_together(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    fixture_append(f, 1);
    fixture_commit(f, true);
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
    fixture_begin(f);
    wrong = f->t.head;
    wrong.root[0] ^= 1;
    peer_send_settle(&f->p, 1, &wrong);
    peer_send_append(&f->p, 1, &f->t.head, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_SETTLE);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE);
}

/* ---- open ---- */

static void test_open_of_a_lower_epoch_is_stale(void **state)
{
    struct fixture *f = *state;
    peer_open(&f->p, 7, &f->t, NULL, &f->m);
    fixture_reconnect(f);
    peer_send_open(&f->p, 6, &f->t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_STALE);
    rig_restart(&f->rig); /* the file knows it too */
    fixture_reconnect(f);
    peer_send_open(&f->p, 6, &f->t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_STALE);
    fixture_reconnect(f);
    peer_open(&f->p, 7, &f->t, NULL, &f->m);
}

static void test_open_closes_any_other_session(void **state)
{
    struct fixture *f = *state;
    struct peer second;
    fixture_begin(f);
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
    fixture_begin(f);
    peer_connect(&second, &f->rig);
    peer_send_open(&second, 0, &f->t, NULL);
    peer_expect_refused(&second, SIGWIRE_C_STALE);
    peer_close(&second);
    rig_commit_group(&f->p, 1, &f->t, 2, 8);
}

static void test_open_twice_on_a_connection_is_refused(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    peer_send_open(&f->p, 2, &f->t, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_FRAME);
}

static void test_open_with_head_at_pending_settles_it(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    fixture_append(f, 1);
    fixture_commit(f, true);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE);
    assert_int_equal(f->m.opened.void_count, 0);
    rig_commit_group(&f->p, 2, &f->t, 2, 8);
}

static void test_open_hands_a_held_group_back_with_the_same_note(void **state)
{
    struct fixture *f = *state;
    char note[SIGWIRE_NOTE_MAX];
    fixture_begin(f);
    fixture_append(f, 1);
    struct sigwire_head pending = f->m.appended.head;
    size_t len = f->m.appended.note.len;
    memcpy(note, f->m.appended.note.s, len);
    rig_restart(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, &pending, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_RESEND);
    assert_true(sigwire_head_eq(&f->m.opened.head, &pending));
    assert_int_equal(f->m.opened.note.len, len);
    assert_memory_equal(f->m.opened.note.s, note, len);
    assert_int_equal(f->m.opened.leaves.n, N);
    assert_memory_equal(f->m.opened.leaves.hash, f->leaf, sizeof(f->leaf));
    table_commit(&f->t, CONST(f->leaf), N, true, note, len);
    peer_settle(&f->p, 2, &pending, &f->m);
    assert_int_equal(f->m.settled.void_count, 0);
}

static void test_open_holding_another_group_is_refused_and_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct sigwire_head pending, wrong;
    fixture_begin(f);
    fixture_append(f, 1);
    wrong = pending = f->m.appended.head;
    wrong.root[5] ^= 1;
    fixture_reconnect(f);
    peer_send_open(&f->p, 2, &f->t, &wrong);
    peer_expect_refused(&f->p, SIGWIRE_C_HELD);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, &pending, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_RESEND);
}

static void test_open_holding_nothing_makes_the_pending_void(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    fixture_append(f, 1);
    struct sigwire_head pending = f->m.appended.head;
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_VOID);
    assert_true(sigwire_head_eq(&f->m.opened.head, &pending));
    rig_restart(&f->rig); /* the mark is on file */
    fixture_reconnect(f);
    peer_open(&f->p, 3, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_VOID);
    fixture_reconnect(f);
    peer_send_open(&f->p, 4, &f->t, &pending); /* one that claims the bytes comes too late */
    peer_expect_refused(&f->p, SIGWIRE_C_HELD);
}

/* A void group extends the range, one with bodies clears it. */
static void test_void_range_grows_and_is_cleared(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    for (uint64_t epoch = 2; epoch <= 3; epoch++) {
        fixture_append(f, epoch - 1);
        fixture_reconnect(f);
        peer_open(&f->p, epoch, &f->t, NULL, &f->m);
        assert_int_equal(f->m.opened.pending, SIGWIRE_VOID);
        table_commit(&f->t, CONST(f->leaf), N, false, f->m.opened.note.s, f->m.opened.note.len);
        peer_settle(&f->p, epoch, &f->t.head, &f->m);
        assert_int_equal(f->m.settled.void_first, 3);
        assert_int_equal(f->m.settled.void_count, N * (epoch - 1));
    }
    rig_restart(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 4, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.void_first, 3);
    assert_int_equal(f->m.opened.void_count, 2 * N);
    fixture_append(f, 4);
    fixture_commit(f, true);
    peer_settle(&f->p, 4, &f->t.head, &f->m);
    assert_int_equal(f->m.settled.void_first, f->t.n);
    assert_int_equal(f->m.settled.void_count, 0);
}

static void test_open_with_void_head_at_pending_settles_it_void(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    fixture_append(f, 1);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    table_commit(&f->t, CONST(f->leaf), N, false, f->m.opened.note.s, f->m.opened.note.len);
    fixture_reconnect(f); /* the daemon died between COMMIT and settle */
    peer_open(&f->p, 3, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE);
    assert_int_equal(f->m.opened.void_first, 3);
    assert_int_equal(f->m.opened.void_count, N);
}

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
