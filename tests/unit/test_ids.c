/* The newest client ids: found, forgotten oldest first, and no more memory than is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "base/enc.h"
#include "flow/ids.h"

static const uint8_t req[HASH_LEN];
static const char text[IDS_TEXT];

static const char *id_of(unsigned n)
{
    static char id[37];
    snprintf(id, sizeof(id), "00000000-0000-7000-8000-%012u", n);
    return id;
}

static void settle(struct ids *i, unsigned n, size_t len)
{
    ids_settled(i, ids_add(i, id_of(n), req, i, n), text, len);
}

static size_t kept_bytes(struct ids *i, unsigned n)
{
    size_t bytes = 0;
    for (unsigned k = 0; k < n; k++) {
        const struct id_record *r = ids_find(i, id_of(k));
        bytes += r && r->text ? r->len : 0;
    }
    return bytes;
}

static void test_texts_are_bounded_by_bytes_and_ids_stay(void **state)
{
    const unsigned n = 2 * IDS_BYTES / IDS_TEXT;
    struct ids *i = ids_new(n, 0);
    (void)state;
    for (unsigned k = 0; k < n; k++)
        settle(i, k, IDS_TEXT);
    assert_int_equal(kept_bytes(i, n), IDS_BYTES);
    assert_non_null(ids_find(i, id_of(0)));
    assert_null(ids_find(i, id_of(0))->text); /* the log is asked */
    assert_non_null(ids_find(i, id_of(n - 1))->text);
    assert_false(ids_before_horizon(i, 1));
    ids_free(i);
}

static void test_the_oldest_id_gives_way_and_moves_the_horizon(void **state)
{
    struct ids *i = ids_new(3, 0);
    (void)state;
    for (unsigned k = 1; k <= 7; k++)
        settle(i, k, 10);
    assert_null(ids_find(i, id_of(4)));
    assert_true(ids_before_horizon(i, 4));
    assert_false(ids_before_horizon(i, 5));
    assert_int_equal(kept_bytes(i, 8), 30);
    ids_free(i);
}

/* Around the ring several times, with texts of every size: what is counted is what is kept. */
static void test_many_rounds_keep_the_newest(void **state)
{
    const unsigned keep = 3000, n = 5 * keep;
    struct ids *i = ids_new(keep, 0);
    (void)state;
    for (unsigned k = 0; k < n; k++) {
        if (k % 7 == 0)
            ids_known(i, id_of(k), k);
        else
            settle(i, k, k % 5 ? IDS_TEXT : k % IDS_TEXT);
    }
    size_t bytes = kept_bytes(i, n);
    assert_true(bytes <= IDS_BYTES && bytes > IDS_BYTES - 2 * IDS_TEXT);
    assert_non_null(ids_find(i, id_of(n - 1))->text);
    ids_free(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_bounded_by_bytes_and_ids_stay),
        cmocka_unit_test(test_the_oldest_id_gives_way_and_moves_the_horizon),
        cmocka_unit_test(test_many_rounds_keep_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
