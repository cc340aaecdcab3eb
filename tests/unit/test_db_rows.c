/* What a server says of lengths is looked at before anything is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include "store/db.h"

/* One row as a server might answer it; len -1: null. */
static PGresult *answer(const void *value, int len)
{
    static char name[] = "id";
    PGresult *res = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc column = {.name = name, .format = 1, .typid = 2950, .typlen = 16};
    assert_true(PQsetResultAttrs(res, 1, &column));
    assert_true(PQsetvalue(res, 0, 0, (char *)(uintptr_t)value, len));
    return res;
}

static void test_a_fixed_value_has_its_length_or_is_none(void **state)
{
    static const char sent[40] = "0123456789abcdefghijklmnopqrstuvwxyz";
    static const struct {
        int len;
        bool fine;
    } row[] = {{16, true}, {15, false}, {17, false}, {0, false}, {40, false}, {-1, false}};
    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        PGresult *res = answer(sent, row[i].len);
        const void *v = db_fixed((const struct db_result *)(const void *)res, 0, 0, 16);
        if ((v != NULL) != row[i].fine)
            fail_msg("of %d bytes", row[i].len);
        if (v)
            assert_memory_equal(v, sent, 16);
        PQclear(res);
    }
}

static void test_null_has_no_length_not_even_none(void **state)
{
    PGresult *res = answer("", -1);
    (void)state;
    assert_null(db_fixed((const struct db_result *)(const void *)res, 0, 0, 0));
    PQclear(res);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fixed_value_has_its_length_or_is_none),
        cmocka_unit_test(test_null_has_no_length_not_even_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
