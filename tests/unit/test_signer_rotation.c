/* A second key, the overlap, and the end of the first, against the real signer. */
#include "signer_fixture.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/enc.h"
#include "base/mem.h"
#include "mark.h"
#include "slot.h"

/* A log of one settled group by the old key, and a new key that waits. */
struct turn {
    struct fixture f;
    char old_file[160], new_file[96];
    struct note_key new_key;
};

static int setup(void **state)
{
    struct turn *t = calloc(1, sizeof(*t));
    struct fixture *f = &t->f;
    assert_non_null(t);
    rig_init(&f->rig);
    rig_start(&f->rig);
    table_init(&f->t);
    make_leaves(f->leaf, N, 1);
    peer_connect(&f->p, &f->rig);
    fixture_begin(f);
    rig_stop(&f->rig, SIGTERM);
    memcpy(t->old_file, f->rig.key, sizeof(t->old_file));
    rig_newkey(&f->rig, "new", t->new_file, &t->new_key);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct turn *t = *state;
    unlink(t->old_file);
    unlink(t->new_file);
    peer_close(&t->f.p);
    table_fini(&t->f.t);
    rig_fini(&t->f.rig);
    free(t);
    return 0;
}

static void stop(struct turn *t)
{
    if (t->f.rig.pid)
        rig_stop(&t->f.rig, SIGTERM);
}

static void use(struct turn *t, const char *key, const char *next)
{
    struct rig *r = &t->f.rig;
    snprintf(r->key, sizeof(r->key), "%s", key);
    r->next = next;
}

/* Started with these keys, opened in that epoch. */
static void start(struct turn *t, const char *key, const char *next, uint64_t epoch)
{
    struct fixture *f = &t->f;
    stop(t);
    use(t, key, next);
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, epoch, &f->t, NULL, &f->m);
}

static bool refused(struct turn *t, const char *key, const char *next, const char *why)
{
    stop(t);
    use(t, key, next);
    return rig_start_refused(&t->f.rig, why);
}

static size_t signers(const struct turn *t, const char *text, bool *ret_old, bool *ret_new)
{
    struct note n;
    assert_int_equal(note_parse(&n, text, strlen(text)), 0);
    int old = note_verify(&n, &t->f.rig.vkey), new = note_verify(&n, &t->new_key);
    assert_true(old == 0 || old == CPF_E_NOTFOUND);
    assert_true(new == 0 || new == CPF_E_NOTFOUND);
    *ret_old = old == 0;
    *ret_new = new == 0;
    return n.nsigs;
}

static void assert_signers(const struct turn *t, bool old, bool new)
{
    bool has_old, has_new;
    assert_int_equal(signers(t, t->f.t.note, &has_old, &has_new), (size_t)old + new);
    assert_int_equal(has_old, old);
    assert_int_equal(has_new, new);
}

static void test_a_rotation_from_the_old_key_to_the_new_one(void **state)
{
    struct turn *t = *state;
    struct fixture *f = &t->f;
    assert_signers(t, true, false);
    start(t, t->old_file, t->new_file, 2);
    assert_true(rig_log_says(&f->rig, "keys=2"));
    rig_commit_group(&f->p, 2, &f->t, 4, 11);
    assert_signers(t, true, true);
    rig_restart(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 3, &f->t, NULL, &f->m);
    rig_commit_group(&f->p, 3, &f->t, 1, 12);
    assert_signers(t, true, true);
    start(t, t->new_file, NULL, 4);
    rig_commit_group(&f->p, 4, &f->t, 2, 13);
    assert_signers(t, false, true);
    assert_true(refused(t, t->old_file, NULL, "another origin or key"));
    assert_true(refused(t, t->old_file, t->new_file, "the old key stands in `key`"));
    start(t, t->new_file, NULL, 5);
}

static void test_a_key_that_never_signed_beside_the_old_one_is_refused(void **state)
{
    struct turn *t = *state;
    assert_true(refused(t, t->new_file, NULL, "another origin or key"));
    assert_true(refused(t, t->new_file, t->old_file, "the old key stands in `key`"));
    assert_true(refused(t, t->old_file, t->old_file, "one key twice"));
    start(t, t->old_file, NULL, 2);
}

static void test_the_old_key_stays_until_a_note_by_both_is_settled(void **state)
{
    struct turn *t = *state;
    struct fixture *f = &t->f;
    start(t, t->old_file, t->new_file, 2);
    assert_true(refused(t, t->new_file, NULL, "settled nothing yet"));
    start(t, t->old_file, t->new_file, 3);
    fixture_append(f, 3);
    fixture_commit(f, true);
    rig_stop(&f->rig, SIGKILL); /* signed and committed, not settled */
    assert_true(refused(t, t->new_file, NULL, "settled nothing yet"));
    start(t, t->old_file, t->new_file, 4);
    start(t, t->new_file, NULL, 5);
}

static void test_a_new_key_may_be_dropped_and_the_old_one_goes_on(void **state)
{
    struct turn *t = *state;
    struct fixture *f = &t->f;
    start(t, t->old_file, t->new_file, 2);
    rig_commit_group(&f->p, 2, &f->t, 4, 11);
    start(t, t->old_file, NULL, 3);
    rig_commit_group(&f->p, 3, &f->t, 4, 12);
    assert_signers(t, true, false);
    start(t, t->old_file, t->new_file, 4); /* and comes again */
    rig_commit_group(&f->p, 4, &f->t, 4, 13);
    assert_signers(t, true, true);
}

static void open_key(const struct turn *t, const char *file, struct key **ret)
{
    char sealed[1024] = "";
    struct buf seed;
    (void)t;
    int fd = open(file, O_RDONLY);
    assert_true(read(fd, sealed, sizeof(sealed) - 1) > 0);
    close(fd);
    sealed[strcspn(sealed, "\n")] = '\0';
    buf_init(&seed);
    assert_int_equal(key_unseal(sealed, "a passphrase for tests", true, &seed), 0);
    assert_int_equal(key_from_seed((const uint8_t *)seed.data, ret), 0);
    buf_wipe(&seed);
}

/* The database goes on by itself, under signatures of stolen keys. */
static void forge(const struct turn *t, struct table *to, const char *first, const char *second)
{
    const char *const file[] = {first, second};
    struct checkpoint c = {.size = t->f.t.n + N};
    struct sigwire_head head;
    struct buf text, note;
    table_copy(to, &t->f.t);
    table_head_after(to, CONST(t->f.leaf), N, &head);
    memcpy(c.root, head.root, HASH_LEN);
    snprintf(c.origin, sizeof(c.origin), "%s", t->f.rig.origin);
    buf_init(&text);
    buf_init(&note);
    checkpoint_format(&c, &text);
    buf_add(&note, text.data, text.len);
    buf_addc(&note, '\n');
    for (size_t i = 0; i < 2 && file[i]; i++) {
        struct key *k;
        struct note_key name;
        uint8_t sig[KEY_SIG], pub[KEY_PUB];
        open_key(t, file[i], &k);
        key_public(k, pub);
        assert_int_equal(note_key_make(&name, t->f.rig.origin, pub), 0);
        assert_int_equal(key_sign(k, text.data, text.len, sig), 0);
        note_add_signature(&note, &name, sig);
        key_free(k);
    }
    table_commit(to, CONST(t->f.leaf), N, true, note.data, note.len);
    buf_fini(&text);
    buf_fini(&note);
}

static void test_in_the_overlap_one_stolen_key_is_not_enough(void **state)
{
    struct turn *t = *state;
    struct fixture *f = &t->f;
    struct table bad;
    start(t, t->old_file, t->new_file, 2);
    rig_commit_group(&f->p, 2, &f->t, 4, 11);
    const char *const one[] = {t->old_file, t->new_file};
    for (size_t i = 0; i < 2; i++) {
        forge(t, &bad, one[i], NULL);
        fixture_reconnect(f);
        peer_send_open(&f->p, 3, &bad, NULL);
        peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
        table_fini(&bad);
    }
    forge(t, &bad, t->old_file, t->new_file); /* what both signed is ours: a power loss forgot it */
    fixture_reconnect(f);
    peer_open(&f->p, 3, &bad, NULL, &f->m);
    table_fini(&bad);
}

static void test_after_the_overlap_the_old_key_counts_no_more(void **state)
{
    struct turn *t = *state;
    struct fixture *f = &t->f;
    struct table bad;
    start(t, t->old_file, t->new_file, 2);
    rig_commit_group(&f->p, 2, &f->t, 4, 11);
    start(t, t->new_file, NULL, 3);
    forge(t, &bad, t->old_file, NULL);
    fixture_reconnect(f);
    peer_send_open(&f->p, 4, &bad, NULL);
    peer_expect_refused(&f->p, SIGWIRE_C_UNSIGNED);
    table_fini(&bad);
}

/* A power loss forgot a group of the old key's; the rotation has begun before it is found. */
static void test_a_head_by_the_old_key_from_before_the_first_by_both_is_rolled_forward(void **state)
{
    struct turn *t = *state;
    struct fixture *f = &t->f;
    struct table ahead;
    forge(t, &ahead, t->old_file, NULL);
    use(t, t->old_file, t->new_file);
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &ahead, NULL, &f->m);
    table_fini(&f->t);
    f->t = ahead;
    rig_commit_group(&f->p, 2, &f->t, 4, 11);
    assert_signers(t, true, true);
}

/* A group signed before the rotation keeps its one note: no second one for its size. */
static void test_a_pending_group_is_handed_back_with_the_note_it_had(void **state)
{
    struct turn *t = *state;
    struct fixture *f = &t->f;
    start(t, t->old_file, NULL, 2);
    fixture_append(f, 2);
    char *note = xcalloc(1, f->m.appended.note.len + 1);
    struct sigwire_head head = f->m.appended.head;
    memcpy(note, f->m.appended.note.s, f->m.appended.note.len);
    rig_stop(&f->rig, SIGKILL);
    use(t, t->old_file, t->new_file);
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 3, &f->t, &head, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_RESEND);
    assert_int_equal(f->m.opened.note.len, strlen(note));
    assert_memory_equal(f->m.opened.note.s, note, strlen(note));
    table_commit(&f->t, CONST(f->leaf), N, true, note, strlen(note));
    peer_settle(&f->p, 3, &f->t.head, &f->m);
    rig_commit_group(&f->p, 3, &f->t, 2, 12);
    assert_signers(t, true, true);
    free(note);
}

/* ---- the file of a release that knew one key ---- */

static void put_int(uint8_t *p, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        p[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
}

static void make_old_format(uint8_t slot[SLOT_BYTES])
{
    size_t len = (size_t)slot[16] << 24 | (size_t)slot[17] << 16 | (size_t)slot[18] << 8 | slot[19];
    size_t name = (size_t)slot[20] << 8 | slot[21], keys = 20 + 2 + name;
    if (len == 0)
        return;
    assert_memory_equal(slot, "CPFMARK2", 8);
    assert_int_equal(slot[keys], 1);
    memcpy(slot, "CPFMARK1", 8);
    memmove(slot + keys, slot + keys + 1, 32);
    memmove(slot + keys + 32, slot + keys + 1 + 32 + 8, len - (2 + name + 1 + 32 + 8));
    len -= 9;
    put_int(slot + 16, len, 4);
    hash_sha256(slot, 20 + len, slot + 20 + len);
}

static void test_a_state_file_of_one_key_is_read(void **state)
{
    struct turn *t = *state;
    struct fixture *f = &t->f;
    static uint8_t slot[3][SLOT_BYTES];
    start(t, t->old_file, NULL, 2);
    fixture_append(f, 2);
    fixture_commit(f, true);
    rig_stop(&f->rig, SIGTERM);
    int fd = open(f->rig.state, O_RDWR);
    assert_int_equal(pread(fd, slot, sizeof(slot), 0), (ssize_t)sizeof(slot));
    for (int i = 0; i < 3; i++)
        make_old_format(slot[i]);
    assert_int_equal(pwrite(fd, slot, sizeof(slot), 0), (ssize_t)sizeof(slot));
    close(fd);
    assert_true(refused(t, t->new_file, NULL, "another origin or key"));
    start(t, t->old_file, t->new_file, 3); /* the pending group is settled by its head */
    rig_commit_group(&f->p, 3, &f->t, 4, 11);
    assert_signers(t, true, true);
}

/* ---- bounds ---- */

static int sign(void *arg, const void *text, size_t len, uint8_t ret[KEY_SIG])
{
    return key_sign(arg, text, len, ret);
}

/* The longest name, two keys, the largest group: one note, one frame, one slot. */
static void test_two_signatures_fit(void **state)
{
    struct mark *m = xcalloc(1, sizeof(*m)), *again = xcalloc(1, sizeof(*again));
    struct mark_log log = {.n = 2};
    struct mark_ruling why;
    char origin[256];
    uint8_t leaf[SIGWIRE_LEAVES_MAX][HASH_LEN], slot[SLOT_BYTES] = {0};
    struct sigwire_msg append = {.op = SIGWIRE_APPEND}, answer;
    struct buf b;
    bool changed;
    uint64_t counter;
    (void)state;
    memset(origin, 'x', 255);
    origin[255] = '\0';
    for (size_t i = 0; i < 2; i++) {
        uint8_t seed[KEY_SEED] = {(uint8_t)i}, pub[KEY_PUB];
        struct key *k;
        assert_int_equal(key_from_seed(seed, &k), 0);
        key_public(k, pub);
        assert_int_equal(note_key_make(&log.key[i].vkey, origin, pub), 0);
        log.key[i].sign = sign;
        log.key[i].arg = k;
    }
    mark_init(m);
    assert_int_equal(mark_adopt(m, &log, &changed, &why), 0);
    make_leaves(leaf, SIGWIRE_LEAVES_MAX, 1);
    append.append.base = m->settled;
    append.append.leaves = (struct sigwire_leaves){CONST(leaf), SIGWIRE_LEAVES_MAX};
    assert_int_equal(mark_append(m, &log, &append, &why), 0);
    assert_int_equal(m->key[1].from, SIGWIRE_LEAVES_MAX);
    buf_init(&b);
    slot_write(&b, &log, 7, m);
    memcpy(slot, b.data, b.len);
    assert_int_equal(slot_read(slot, &log, &counter, again), SLOT_GOOD);
    assert_memory_equal(again->key, m->key, sizeof(m->key));
    assert_string_equal(again->pending.note, m->pending.note);
    mark_opened(m, &answer);
    buf_clear(&b);
    sigwire_write(&b, &answer);
    assert_int_equal(sigwire_read(b.data, b.len, &answer), 0);
    buf_fini(&b);
    key_free(log.key[0].arg);
    key_free(log.key[1].arg);
    free(m);
    free(again);
}

#define R(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        R(test_a_rotation_from_the_old_key_to_the_new_one),
        R(test_a_key_that_never_signed_beside_the_old_one_is_refused),
        R(test_the_old_key_stays_until_a_note_by_both_is_settled),
        R(test_a_new_key_may_be_dropped_and_the_old_one_goes_on),
        R(test_in_the_overlap_one_stolen_key_is_not_enough),
        R(test_after_the_overlap_the_old_key_counts_no_more),
        R(test_a_head_by_the_old_key_from_before_the_first_by_both_is_rolled_forward),
        R(test_a_pending_group_is_handed_back_with_the_note_it_had),
        R(test_a_state_file_of_one_key_is_read),
        cmocka_unit_test(test_two_signatures_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
