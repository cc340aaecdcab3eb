/* Consistency proofs from tiles and leaves, over a database of our own making: every shape of tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "anchor/prove.h"
#include "base/merkle.h"

#define LEAVES 140000 /* three levels of tiles, the uppermost unfinished */

/* ---- the tables ---- */

static uint8_t (*leaf)[HASH_LEN];
static struct {
    uint8_t (*data)[MERKLE_TILE * HASH_LEN];
    uint64_t n;
} tile[3];

static void on_tile(void *arg, unsigned level, uint64_t n, const uint8_t hashes[MERKLE_TILE * HASH_LEN])
{
    (void)arg;
    assert_true(level < 3);
    tile[level].data = realloc(tile[level].data, (n + 1) * sizeof(*tile[level].data));
    memcpy(tile[level].data[n], hashes, MERKLE_TILE * HASH_LEN);
    tile[level].n = n + 1;
}

static int make_tables(void **state)
{
    struct merkle_tiles *t = calloc(1, sizeof(*t));
    (void)state;
    leaf = calloc(LEAVES, sizeof(*leaf));
    merkle_tiles_init(t);
    for (uint64_t i = 0; i < LEAVES; i++) {
        hash_leaf(&i, sizeof(i), leaf[i]);
        merkle_tiles_add(t, leaf[i], on_tile, NULL);
    }
    free(t);
    return 0;
}

static int drop_tables(void **state)
{
    (void)state;
    free(leaf);
    for (size_t i = 0; i < 3; i++)
        free(tile[i].data);
    return 0;
}

static void root_of(uint64_t size, uint8_t ret[HASH_LEN])
{
    static struct {
        uint64_t size;
        uint8_t root[HASH_LEN];
    } seen[32]; /* the sizes of one test come again and again */
    struct merkle_edge e;
    size_t slot = size % 32;
    if (seen[slot].size == size) {
        memcpy(ret, seen[slot].root, HASH_LEN);
        return;
    }
    merkle_edge_init(&e);
    for (uint64_t i = 0; i < size; i++)
        merkle_edge_add(&e, leaf[i]);
    merkle_edge_root(&e, ret);
    seen[slot].size = size;
    memcpy(seen[slot].root, ret, HASH_LEN);
}

/* ---- the database: a unit waits until it is turned ---- */

struct db_result {
    int64_t n;
    const void *data;
    size_t len;
};

static struct {
    db_row_fn row;
    db_done_fn done;
    void *arg;
    enum db_stmt stmt;
    int64_t v[3];
    bool waiting;
    unsigned units;
    int64_t missing; /* a leaf that is not there; -1: none */
    int fail;        /* code of the next answer */
} unit;

void db_begin(struct db *d, db_row_fn row, db_done_fn done, void *arg)
{
    (void)d;
    assert_false(unit.waiting);
    unit.row = row;
    unit.done = done;
    unit.arg = arg;
}

void db_param_i64(struct db_params *p, int64_t v)
{
    memcpy(p->fixed[p->n++], &v, sizeof(v));
}

void db_exec(struct db *d, enum db_stmt stmt, const struct db_params *p)
{
    (void)d;
    unit.stmt = stmt;
    for (int i = 0; i < p->n; i++)
        memcpy(&unit.v[i], p->fixed[i], sizeof(unit.v[i]));
}

void db_end(struct db *d)
{
    (void)d;
    unit.waiting = true;
    unit.units++;
}

int64_t db_i64(const struct db_result *r, size_t row, int col)
{
    assert_int_equal(row + (size_t)col, 0);
    return r->n;
}

const void *db_bytes(const struct db_result *r, size_t row, int col, size_t *ret_len)
{
    assert_int_equal(row, 0);
    assert_int_equal(col, 1);
    *ret_len = r->len;
    return r->data;
}

static void turn(void)
{
    struct db_reply reply = {.error = {.code = unit.fail, .stmt = "", .message = ""}};
    unit.waiting = false;
    if (!unit.fail && unit.stmt == DB_LOG_LEAVES) {
        for (int64_t i = unit.v[0]; i < unit.v[1]; i++) {
            struct db_result r = {i, leaf[i], HASH_LEN};
            if (i != unit.missing)
                unit.row(unit.arg, 0, &r);
        }
    } else if (!unit.fail) {
        assert_true(unit.v[0] >= 0 && unit.v[0] < 3);
        for (int64_t i = unit.v[1]; i < unit.v[2] && (uint64_t)i < tile[unit.v[0]].n; i++) {
            struct db_result r = {i, tile[unit.v[0]].data[i], MERKLE_TILE * HASH_LEN};
            unit.row(unit.arg, 0, &r);
        }
    }
    unit.done(unit.arg, &reply);
}

/* ---- proofs ---- */

struct proved {
    int calls, code;
    struct tlog_proof p;
};

static void on_proved(void *arg, int code, const struct tlog_proof *p)
{
    struct proved *x = arg;
    x->calls++;
    x->code = code;
    if (p)
        x->p = *p;
}

static struct proved prove(uint64_t old, uint64_t size)
{
    struct proved x = {0};
    prove_start(NULL, old, size, on_proved, &x);
    assert_int_equal(x.calls, 0);
    while (unit.waiting)
        turn();
    assert_int_equal(x.calls, 1);
    return x;
}

static int calm(void **state)
{
    (void)state;
    memset(&unit, 0, sizeof(unit));
    unit.missing = -1;
    return 0;
}

static void holds(uint64_t old, uint64_t size)
{
    uint8_t before[HASH_LEN], after[HASH_LEN];
    struct proved x = prove(old, size);
    assert_int_equal(x.code, 0);
    assert_int_equal(x.p.index, old);
    root_of(old, before);
    root_of(size, after);
    assert_int_equal(
        merkle_verify_consistency(old, size, before, after, (const uint8_t(*)[HASH_LEN])x.p.hash, x.p.n), 0);
}

static void test_around_the_edges_of_tiles(void **state)
{
    static const uint64_t size[] = {1,   2,   3,     255,   256,   257,   511,   512,    513,
                                    700, 768, 65535, 65536, 65537, 65792, 66000, 131072, 139999};
    (void)state;
    for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++)
        for (size_t j = i + 1; j < sizeof(size) / sizeof(*size); j++)
            holds(size[i], size[j]);
}

static void test_of_any_sizes(void **state)
{
    uint64_t r = 20261122;
    (void)state;
    for (int i = 0; i < 30; i++) {
        r = r * 6364136223846793005u + 1442695040888963407u;
        uint64_t size = 2 + (r >> 33) % (LEAVES - 1);
        r = r * 6364136223846793005u + 1442695040888963407u;
        holds(1 + (r >> 33) % (size - 1), size);
    }
}

/* What is read grows with the height of the tree, not with the log. */
static void test_reads_a_few_tiles(void **state)
{
    (void)state;
    holds(139000, 139999);
    assert_true(unit.units <= 6);
}

static void test_missing_leaf_is_told(void **state)
{
    (void)state;
    unit.missing = 139998;
    assert_int_equal(prove(139000, 139999).code, CPF_E_STATE);
}

static void test_lost_connection_is_told(void **state)
{
    (void)state;
    unit.fail = CPF_E_AWAY;
    assert_int_equal(prove(10, 1000).code, CPF_E_AWAY);
}

static void test_cancelled_tells_nothing(void **state)
{
    struct proved x = {0};
    (void)state;
    struct prove *p = prove_start(NULL, 10, 1000, on_proved, &x);
    prove_cancel(p);
    while (unit.waiting)
        turn();
    assert_int_equal(x.calls, 0);
    prove_cancel(NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(test_##name, calm)
    const struct CMUnitTest tests[] = {
        T(around_the_edges_of_tiles), T(of_any_sizes),
        T(reads_a_few_tiles),         T(missing_leaf_is_told),
        T(lost_connection_is_told),   T(cancelled_tells_nothing),
    };
    return cmocka_run_group_tests(tests, make_tables, drop_tables);
}
