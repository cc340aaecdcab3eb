/* Files are read whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>
#include "base/file.h"

static char folder[] = "/tmp/cpf-file-XXXXXX";

static int set_up(void **state)
{
    char path[64];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/f", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < 5000; i++)
        fputs("0123456789", f);
    return fclose(f);
}

static int tear_down(void **state)
{
    char path[64];
    (void)state;
    snprintf(path, sizeof(path), "%s/f", folder);
    return unlink(path) || rmdir(folder);
}

static void test_a_file_is_read_whole_and_appended(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b);
    buf_puts(&b, "before");
    assert_int_equal(file_read_in(folder, "f", 50000, &b), 0);
    assert_int_equal(b.len, 50006);
    assert_memory_equal(b.data, "before0123", 10);
    assert_int_equal(b.data[b.len], '\0');
    buf_fini(&b);
}

static void test_a_larger_one_is_refused(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b);
    assert_int_equal(file_read_in(folder, "f", 49999, &b), CPF_E_LIMIT);
    assert_string_equal(file_strerror(CPF_E_LIMIT), cpf_strerror(CPF_E_LIMIT));
    buf_fini(&b);
}

static void test_none_and_a_folder_are_told_apart(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b);
    assert_int_equal(file_read_in(folder, "none", 10, &b), CPF_E_NOTFOUND);
    assert_string_equal(file_strerror(CPF_E_NOTFOUND), "No such file or directory");
    assert_int_equal(file_read(folder, 10, &b), CPF_E_IO);
    assert_string_equal(file_strerror(CPF_E_IO), "Is a directory");
    assert_string_equal(b.data, "");
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_read_whole_and_appended),
        cmocka_unit_test(test_a_larger_one_is_refused),
        cmocka_unit_test(test_none_and_a_folder_are_told_apart),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
