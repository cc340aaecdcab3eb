#include "signer_rig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "seeded.h"

#define LEAVES 3

static uint8_t leaf[LEAVES][HASH_LEN];
static const char note[] = "a note";

static struct sigwire_head head(uint64_t size)
{
    struct sigwire_head h = {.size = size};
    memset(h.root, (int)size, HASH_LEN);
    return h;
}

static struct sigwire_leaves leaves(void)
{
    make_leaves(leaf, LEAVES, 7);
    return (struct sigwire_leaves){(const uint8_t(*)[HASH_LEN])leaf, LEAVES};
}

/* One message of each kind, with and without its optional parts. */
static size_t make_samples(struct sigwire_msg m[16])
{
    const struct sigwire_text text = {note, sizeof(note) - 1};
    memset(m, 0, 16 * sizeof(*m));
    m[0].op = SIGWIRE_OPEN;
    m[0].open.epoch = 3;
    m[0].open.head = head(9);
    m[0].open.note = text;
    m[1] = m[0];
    m[1].open.has_held = true;
    m[1].open.held = head(11);
    m[2].op = SIGWIRE_LEAVES;
    m[2].leaves.first = 4;
    m[2].leaves.leaves = leaves();
    m[3].op = SIGWIRE_APPEND;
    m[3].append.epoch = 3;
    m[3].append.base = head(9);
    m[3].append.leaves = leaves();
    m[4].op = SIGWIRE_SETTLE;
    m[4].settle.epoch = SIGWIRE_SIZE_MAX;
    m[4].settle.head = head(12);
    m[5].op = SIGWIRE_STATUS;
    m[6].op = SIGWIRE_OPENED;
    m[6].opened.settled = head(9);
    m[6].opened.void_first = 9;
    m[7] = m[6];
    m[7].opened.void_first = 5;
    m[7].opened.void_count = 4;
    m[7].opened.pending = SIGWIRE_VOID;
    m[7].opened.head = head(9 + LEAVES);
    m[7].opened.note = text;
    m[7].opened.leaves = leaves();
    m[8].op = SIGWIRE_WANT;
    m[8].want.first = 9;
    m[8].want.count = 100;
    m[9].op = SIGWIRE_APPENDED;
    m[9].appended.head = head(12);
    m[9].appended.note = text;
    m[10].op = SIGWIRE_SETTLED;
    m[10].settled.settled = head(12);
    m[10].settled.void_first = 12;
    m[11].op = SIGWIRE_STATE;
    m[11].state.settled = head(12);
    m[11].state.void_first = 12;
    m[12] = m[11];
    m[12].state.pending = SIGWIRE_RESEND;
    m[12].state.head = head(13);
    m[12].state.session = true;
    m[13].op = SIGWIRE_REFUSED;
    m[13].refused.of = SIGWIRE_OPEN;
    m[13].refused.code = SIGWIRE_C_FORK;
    m[13].refused.text = text;
    return 14;
}

static void test_read_gives_back_what_was_written(void **state)
{
    (void)state;
    struct sigwire_msg m[16];
    size_t n = make_samples(m), total;
    for (size_t i = 0; i < n; i++) {
        struct buf one, two;
        struct sigwire_msg again;
        buf_init(&one);
        buf_init(&two);
        sigwire_write(&one, &m[i]);
        assert_int_equal(sigwire_frame(one.data, one.len, &total), 0);
        assert_int_equal(total, one.len);
        assert_int_equal(sigwire_read(one.data, total, &again), 0);
        assert_int_equal(again.op, m[i].op);
        sigwire_write(&two, &again);
        assert_int_equal(two.len, one.len);
        assert_memory_equal(two.data, one.data, one.len);
        buf_fini(&one);
        buf_fini(&two);
    }
}

static void set_length(struct buf *b, size_t body)
{
    for (unsigned i = 0; i < SIGWIRE_PREFIX; i++)
        b->data[i] = (char)(body >> (8 * (3 - i)));
}

static void test_read_refuses_every_other_length(void **state)
{
    (void)state;
    struct sigwire_msg m[16], again;
    size_t n = make_samples(m);
    for (size_t i = 0; i < n; i++) {
        struct buf b;
        buf_init(&b);
        sigwire_write(&b, &m[i]);
        size_t body = b.len - SIGWIRE_PREFIX;
        for (size_t cut = 2; cut < body; cut++) {
            char *exact = malloc(SIGWIRE_PREFIX + cut); /* so that a sanitizer sees a read beyond */
            assert_non_null(exact);
            set_length(&b, cut);
            memcpy(exact, b.data, SIGWIRE_PREFIX + cut);
            assert_int_equal(sigwire_read(exact, SIGWIRE_PREFIX + cut, &again), CPF_E_SYNTAX);
            free(exact);
        }
        buf_addc(&b, 0);
        set_length(&b, body + 1);
        assert_int_equal(sigwire_read(b.data, b.len, &again), CPF_E_SYNTAX);
        buf_fini(&b);
    }
}

static void test_frame_waits_for_all_and_refuses_odd_lengths(void **state)
{
    (void)state;
    size_t total = 99;
    assert_int_equal(sigwire_frame("\0\0\0", 3, &total), 0);
    assert_int_equal(total, 0);
    assert_int_equal(sigwire_frame("\0\0\0\2\1", 5, &total), 0);
    assert_int_equal(total, 0);
    assert_int_equal(sigwire_frame("\0\0\0\2\1\5more", 10, &total), 0);
    assert_int_equal(total, 6);
    assert_int_equal(sigwire_frame("\0\0\0\1\1", 5, &total), CPF_E_LIMIT);
    assert_int_equal(sigwire_frame("\0\0\0\0", 4, &total), CPF_E_LIMIT);
    assert_int_equal(sigwire_frame("\0\1\0\1\1", 5, &total), CPF_E_LIMIT); /* one more than 64 KiB */
    assert_int_equal(sigwire_frame("\xff\xff\xff\xff", 4, &total), CPF_E_LIMIT);
}

static void test_read_refuses_another_version_and_unknown_ops(void **state)
{
    (void)state;
    struct sigwire_msg m;
    assert_int_equal(sigwire_read("\0\0\0\2\2\5", 6, &m), CPF_E_VERSION);
    assert_int_equal(sigwire_read("\0\0\0\2\1\0", 6, &m), CPF_E_SYNTAX);
    assert_int_equal(sigwire_read("\0\0\0\2\1\6", 6, &m), CPF_E_SYNTAX);
    assert_int_equal(sigwire_read("\0\0\0\2\1\x86", 6, &m), CPF_E_SYNTAX);
    assert_int_equal(sigwire_read("\0\0\0\2\1\5", 6, &m), 0);
}

/* Whatever is accepted has exactly that one form. */
static void test_read_of_garbage_never_reads_beyond(void **state)
{
    (void)state;
    struct seeded s = {20261122};
    struct sigwire_msg sample[16], m;
    size_t n = make_samples(sample), accepted = 0;
    for (int round = 0; round < 60000; round++) {
        struct buf b, again;
        buf_init(&b);
        buf_init(&again);
        sigwire_write(&b, &sample[seeded_below(&s, n)]);
        for (uint64_t k = seeded_below(&s, 4); k > 0; k--)
            b.data[SIGWIRE_PREFIX + seeded_below(&s, b.len - SIGWIRE_PREFIX)] ^=
                (char)(1u << seeded_below(&s, 8));
        if (sigwire_read(b.data, b.len, &m) == 0) {
            accepted++;
            sigwire_write(&again, &m);
            assert_int_equal(again.len, b.len);
            assert_memory_equal(again.data, b.data, b.len);
        }
        buf_fini(&again);
        buf_fini(&b);
    }
    assert_true(accepted > 1000);
}

static void test_code_names_are_all_there(void **state)
{
    (void)state;
    for (unsigned c = 1; c < SIGWIRE_C_LAST; c++)
        assert_string_not_equal(sigwire_code_name((enum sigwire_code)c), "signer.unknown");
    assert_string_equal(sigwire_code_name((enum sigwire_code)0), "signer.unknown");
    assert_string_equal(sigwire_code_name(SIGWIRE_C_LAST), "signer.unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_gives_back_what_was_written),
        cmocka_unit_test(test_read_refuses_every_other_length),
        cmocka_unit_test(test_frame_waits_for_all_and_refuses_odd_lengths),
        cmocka_unit_test(test_read_refuses_another_version_and_unknown_ops),
        cmocka_unit_test(test_read_of_garbage_never_reads_beyond),
        cmocka_unit_test(test_code_names_are_all_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
