/* A database that is not what was signed, or is ahead of the mark, against the real signer. */
#include "signer_fixture.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* ---- a database that is not what was signed ---- */

static void test_open_with_a_cut_tail_is_refused(void **state)
{
    struct fixture *f = *state;
    struct table old;
    fixture_begin(f);
    table_copy(&old, &f->t);
    rig_commit_group(&f->p, 1, &f->t, 4, 5);
    fixture_reconnect(f);
    peer_send_open(&f->p, 2, &old, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_BEHIND);
    assert_true(rig_log_says(&f->rig, "signer.behind"));
    table_fini(&old);
    table_init(&old); /* cut to nothing */
    fixture_reconnect(f);
    peer_send_open(&f->p, 2, &old, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_BEHIND);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m); /* the right one is still welcome */
    table_fini(&old);
}

static void test_open_with_an_unsigned_head_is_refused(void **state)
{
    struct fixture *f = *state;
    fixture_begin(f);
    struct table bad;
    table_copy(&bad, &f->t);
    bad.head.root[0] ^= 1; /* the note is for another root */
    fixture_reconnect(f);
    peer_send_open(&f->p, 2, &bad, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
    bad.head = f->t.head;
    bad.note[strlen(bad.note) - 10] ^= 1;
    fixture_reconnect(f);
    peer_send_open(&f->p, 2, &bad, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
    snprintf(bad.note, sizeof(bad.note), "%s", f->t.note);
    table_commit(&bad, CONST(f->leaf), 1, true, f->t.note,
                 strlen(f->t.note)); /* a row put in behind the head */
    fixture_reconnect(f);
    peer_send_open(&f->p, 2, &bad, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
    table_fini(&bad);
}

static void test_open_with_a_head_of_another_key_is_refused(void **state)
{
    struct fixture *f = *state, other;
    fixture_begin(f);
    memset(&other, 0, sizeof(other));
    rig_init(&other.rig);
    rig_start(&other.rig);
    peer_connect(&other.p, &other.rig);
    table_init(&other.t);
    peer_open(&other.p, 1, &other.t, NULL, &other.m);
    rig_commit_group(&other.p, 1, &other.t, 3, 100); /* the same leaves, so the same root */
    assert_true(sigwire_head_eq(&other.t.head, &f->t.head));
    fixture_reconnect(f);
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

/* ---- roll forward: the file is put back to an older state, as a power loss does ---- */

struct rolled {
    char old_state[128];
    struct table before; /* at the old file's mark */
};

/* Two groups after the copy: the file forgets both. */
static void forget_two_groups(struct fixture *f, struct rolled *r)
{
    fixture_begin(f);
    rig_stop(&f->rig, SIGTERM);
    snprintf(r->old_state, sizeof(r->old_state), "%s.old", f->rig.state);
    copy_file(f->rig.state, r->old_state);
    table_copy(&r->before, &f->t);
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    rig_commit_group(&f->p, 2, &f->t, 200, 11); /* more than one frame of leaves */
    rig_commit_group(&f->p, 2, &f->t, 57, 12);
    rig_stop(&f->rig, SIGKILL);
    assert_int_equal(rename(r->old_state, f->rig.state), 0);
    rig_start(&f->rig);
    fixture_reconnect(f);
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
    fixture_reconnect(f);
    peer_open(&f->p, 3, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.void_count, 0);
    rig_commit_group(&f->p, 3, &f->t, 2, 13);
    rig_restart(&f->rig);
    fixture_reconnect(f);
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
    fixture_reconnect(f);
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
        fixture_reconnect(f);
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
    fixture_begin(f);
    table_copy(&fork, &f->t);
    fixture_append(f, 1);
    fixture_commit(f, true);
    snprintf(old, sizeof(old), "%s.old", f->rig.state);
    copy_file(f->rig.state, old);
    peer_settle(&f->p, 1, &f->t.head, &f->m);
    rig_commit_group(&f->p, 1, &f->t, 4, 21);
    rig_stop(&f->rig, SIGKILL);
    copy_file(old, f->rig.state);
    rig_start(&f->rig);
    fixture_reconnect(f);
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
    fixture_begin(f);
    rig_stop(&f->rig, SIGTERM);
    snprintf(old, sizeof(old), "%s.old", f->rig.state);
    snprintf(with_pending, sizeof(with_pending), "%s.pending", f->rig.state);
    copy_file(f->rig.state, old);
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    fixture_append(f, 2);
    copy_file(f->rig.state, with_pending);
    rig_stop(&f->rig, SIGKILL);
    rename(old, f->rig.state); /* it forgets f->leaf and signs others there */
    rig_start(&f->rig);
    fixture_reconnect(f);
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
    fixture_reconnect(f);
    peer_send_open(&f->p, 4, &fork, NULL); /* same size as the pending, other root */
    peer_expect_refused(&f->p, SIGWIRE_C_FORK);
    fixture_reconnect(f);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
