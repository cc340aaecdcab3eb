/*
 * Random walks with fixed seeds: a daemon as doc/log.md 2 describes it, a database
 * that never loses a commit, and the real signer. The daemon dies or loses its
 * connection, the signer is killed (also in the middle of a request), the power
 * goes and takes what the state file had not flushed. Whatever happens:
 *
 *   no honest fault is ever refused, and every open ends with settled = head;
 *   without a power loss no size is ever signed with two roots;
 *   rows without body at the tail are exactly the signer's void range.
 *
 * CPF_WALKS=n walks n seeds instead of WALKS; a failure prints its seed.
 */
#include "signer_rig.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "seeded.h"

#define WALKS     6
#define STEPS     250
#define GROUP_MAX 6
#define FILES_MAX 64
#define SIZE_MAX_ (STEPS * GROUP_MAX + 64)
#define CONST(l)  ((const uint8_t(*)[HASH_LEN])(l))

enum phase { IDLE, MADE, SIGNED, COMMITTED };

/* The group the daemon works on. */
struct group {
    enum phase phase;
    bool is_void;
    size_t n;
    uint8_t leaf[SIGWIRE_LEAVES_MAX][HASH_LEN];
    struct sigwire_head head;
    char note[SIGWIRE_NOTE_MAX];
    size_t note_len;
};

struct world {
    uint64_t seed;
    struct seeded s;
    struct rig rig;
    struct table db;
    uint64_t epoch; /* in the database: what the fence raises */
    bool connected, alive;
    struct peer p;
    struct group g; /* the daemon's memory */
    /* State files that may be what a power loss leaves; the last is the file as it is. */
    size_t nfiles;
    unsigned boot;
    struct {
        uint8_t root[HASH_LEN];
        unsigned boot;
        bool used;
    } signed_at[SIZE_MAX_];
    unsigned opens, voids, resends, losses; /* what was met: a walk that meets nothing proves nothing */
};

/* ---- the state files a power loss may leave ---- */

static void file_name(const struct world *w, size_t i, char ret[128])
{
    snprintf(ret, 128, "%s.%zu", w->rig.state, i);
}

static void keep_file(struct world *w)
{
    char name[128];
    assert_true(w->nfiles < FILES_MAX);
    file_name(w, w->nfiles++, name);
    copy_file(w->rig.state, name);
}

static void drop_files(struct world *w, size_t upto)
{
    char from[128], to[128];
    for (size_t i = 0; i < w->nfiles; i++) {
        file_name(w, i, from);
        if (i < upto) {
            unlink(from);
        } else {
            file_name(w, i - upto, to);
            rename(from, to);
        }
    }
    w->nfiles -= upto;
}

/* ---- what may happen ---- */

static void hang_up(struct world *w)
{
    if (w->connected)
        peer_close(&w->p);
    w->connected = false;
}

static void kill_daemon(struct world *w)
{
    hang_up(w);
    w->alive = false;
    w->g.phase = IDLE;
}

static void kill_signer(struct world *w)
{
    rig_restart(&w->rig);
    hang_up(w);
    keep_file(w);
}

static void lose_power(struct world *w)
{
    char name[128];
    w->losses++;
    w->boot++;
    kill_daemon(w);
    rig_stop(&w->rig, SIGKILL);
    keep_file(w);
    file_name(w, seeded_below(&w->s, w->nfiles), name);
    copy_file(name, w->rig.state);
    rig_start(&w->rig);
    drop_files(w, w->nfiles);
    keep_file(w);
}

static void note_signed(struct world *w, const struct sigwire_head *head)
{
    assert_true(head->size < SIZE_MAX_);
    if (w->signed_at[head->size].used && w->signed_at[head->size].boot == w->boot)
        assert_memory_equal(w->signed_at[head->size].root, head->root, HASH_LEN);
    memcpy(w->signed_at[head->size].root, head->root, HASH_LEN);
    w->signed_at[head->size].boot = w->boot;
    w->signed_at[head->size].used = true;
}

/* ---- the daemon ---- */

static void take_void(struct world *w, const struct sigwire_msg *m)
{
    w->voids++;
    w->g.phase = SIGNED;
    w->g.is_void = true;
    w->g.n = m->opened.leaves.n;
    memcpy(w->g.leaf, m->opened.leaves.hash, w->g.n * HASH_LEN);
    w->g.head = m->opened.head;
    w->g.note_len = m->opened.note.len;
    memcpy(w->g.note, m->opened.note.s, m->opened.note.len);
}

static void go_on(struct world *w, const struct sigwire_msg *m)
{
    struct group *g = &w->g;
    switch (m->opened.pending) {
    case SIGWIRE_VOID:
        assert_true(g->phase == IDLE || g->is_void);
        take_void(w, m);
        break;
    case SIGWIRE_RESEND:
        w->resends++;
        assert_true(g->phase != IDLE && !g->is_void);
        assert_true(sigwire_head_eq(&m->opened.head, &g->head));
        assert_memory_equal(m->opened.leaves.hash, g->leaf, g->n * HASH_LEN);
        if (g->phase != MADE) /* the note was known: it must be the same */
            assert_true(m->opened.note.len == g->note_len &&
                        memcmp(m->opened.note.s, g->note, g->note_len) == 0);
        g->note_len = m->opened.note.len;
        memcpy(g->note, m->opened.note.s, g->note_len);
        g->phase = SIGNED;
        break;
    case SIGWIRE_NONE:
        if (g->phase != IDLE && sigwire_head_eq(&w->db.head, &g->head))
            g->phase = IDLE; /* it is in */
        else if (g->phase != IDLE)
            g->phase = MADE;
        break;
    }
}

static void fence_and_open(struct world *w)
{
    struct sigwire_msg m;
    bool holds = w->alive && w->g.phase != IDLE && !w->g.is_void;
    hang_up(w);
    w->epoch++;
    peer_connect(&w->p, &w->rig);
    w->connected = w->alive = true;
    peer_open(&w->p, w->epoch, &w->db, holds ? &w->g.head : NULL, &m);
    w->opens++;
    assert_int_equal(m.opened.void_first, table_void_first(&w->db));
    assert_int_equal(m.opened.void_first + m.opened.void_count, w->db.n);
    go_on(w, &m);
    keep_file(w);
    drop_files(w, w->nfiles - 1); /* the answer says: on file for good */
}

static void make_group(struct world *w)
{
    struct group *g = &w->g;
    g->n = 1 + seeded_below(&w->s, GROUP_MAX);
    g->is_void = false;
    make_leaves(g->leaf, g->n, seeded_next(&w->s));
    table_head_after(&w->db, CONST(g->leaf), g->n, &g->head);
    g->phase = MADE;
}

static void do_append(struct world *w)
{
    struct group *g = &w->g;
    struct sigwire_msg m;
    peer_append(&w->p, w->epoch, &w->db.head, CONST(g->leaf), g->n, &m);
    assert_true(sigwire_head_eq(&m.appended.head, &g->head));
    g->note_len = m.appended.note.len;
    memcpy(g->note, m.appended.note.s, g->note_len);
    note_signed(w, &g->head);
    g->phase = SIGNED;
    keep_file(w);
}

static void do_commit(struct world *w)
{
    table_commit(&w->db, CONST(w->g.leaf), w->g.n, !w->g.is_void, w->g.note, w->g.note_len);
    assert_true(sigwire_head_eq(&w->db.head, &w->g.head));
    w->g.phase = COMMITTED;
}

static void do_settle(struct world *w)
{
    struct sigwire_msg m;
    peer_settle(&w->p, w->epoch, &w->g.head, &m);
    assert_int_equal(m.settled.void_first, table_void_first(&w->db));
    w->g.phase = IDLE;
    drop_files(w, w->nfiles - 1); /* the pending was flushed before the answer; the mark was not */
    keep_file(w);
}

static void proceed(struct world *w)
{
    if (!w->connected) {
        fence_and_open(w);
        return;
    }
    switch (w->g.phase) {
    case IDLE:
        make_group(w);
        break;
    case MADE:
        do_append(w);
        break;
    case SIGNED:
        do_commit(w);
        break;
    case COMMITTED:
        do_settle(w);
        break;
    }
}

/* The signer dies some microseconds after the request: before, in, or after its work. */
static void kill_in_a_request(struct world *w)
{
    struct group *g = &w->g;
    if (w->connected && g->phase == MADE)
        peer_send_append(&w->p, w->epoch, &w->db.head, CONST(g->leaf), g->n);
    else if (w->connected && g->phase == COMMITTED)
        peer_send_settle(&w->p, w->epoch, &g->head);
    else
        return;
    usleep((useconds_t)seeded_below(&w->s, 300));
    kill(w->rig.pid, SIGKILL);
    struct sigwire_msg m;
    if (g->phase == MADE && peer_take(&w->p, &m)) /* the answer may have left before */
        note_signed(w, &m.appended.head);
    kill_signer(w);
}

/* COMMIT is sent and its answer is lost: it may have happened or not. */
static void lose_the_commit(struct world *w)
{
    if (w->connected && w->g.phase == SIGNED && seeded_below(&w->s, 2))
        do_commit(w);
    hang_up(w);
}

static void step(struct world *w)
{
    switch (seeded_below(&w->s, 24)) {
    case 0:
        kill_daemon(w);
        break;
    case 1:
        lose_the_commit(w);
        break;
    case 2:
        kill_signer(w);
        break;
    case 3:
    case 4:
        kill_in_a_request(w);
        break;
    case 5:
        if (seeded_below(&w->s, 2))
            lose_power(w);
        break;
    default:
        proceed(w);
    }
}

/* The signer's own bookkeeping when all is quiet. */
static void come_to_rest(struct world *w)
{
    struct sigwire_msg m;
    if (!w->connected)
        fence_and_open(w);
    while (w->g.phase != IDLE)
        proceed(w);
    peer_settle(&w->p, w->epoch, &w->db.head, &m);
}

static void walk(struct world *w, uint64_t seed)
{
    w->seed = w->s.state = seed;
    print_message("# walk, seed %llu\n", (unsigned long long)seed);
    rig_init(&w->rig);
    table_init(&w->db);
    rig_start(&w->rig);
    keep_file(w);
    for (int i = 0; i < STEPS; i++)
        step(w);
    come_to_rest(w);
    hang_up(w);
    drop_files(w, w->nfiles);
    table_fini(&w->db);
    rig_fini(&w->rig);
}

static void test_no_honest_fault_breaks_the_history(void **state)
{
    (void)state;
    const char *wanted = getenv("CPF_WALKS");
    unsigned walks = wanted ? (unsigned)strtoul(wanted, NULL, 10) : WALKS;
    unsigned opens = 0, voids = 0, resends = 0, losses = 0;
    for (unsigned i = 0; i < walks; i++) {
        struct world *w = xcalloc(1, sizeof(*w));
        walk(w, 20261122 + i);
        opens += w->opens;
        voids += w->voids;
        resends += w->resends;
        losses += w->losses;
        free(w);
    }
    print_message("# %u walks: %u opens, %u void, %u sent again, %u power losses\n", walks, opens, voids,
                  resends, losses);
    assert_true(opens > 20 * walks && voids > walks && resends > walks && losses > walks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_honest_fault_breaks_the_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
