/* Bodies from outside are bounded; ids are kept within bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "api/request.h"
#include "base/bounds.h"
#include "base/buf.h"
#include "flow/ids.h"

static const char *read_members(size_t n, size_t bound)
{
    struct arena a;
    struct buf b;
    struct json *o;
    arena_init(&a, 0);
    buf_init(&b);
    buf_puts(&b, "{\"zz\":0");
    for (size_t i = 0; i + 1 < n; i++)
        buf_printf(&b, ",\"m%06zu\":[]", i);
    buf_puts(&b, "}");
    const char *code = request_read(&a, b.data, b.len, bound, &o);
    buf_fini(&b);
    arena_fini(&a);
    return code;
}

static void test_members_are_counted_on_all_levels(void **state)
{
    (void)state;
    /* the object itself is one of them */
    assert_null(read_members(BOUND_REQUEST_MEMBERS - 1, BOUND_REQUEST_MEMBERS));
    assert_string_equal(read_members(BOUND_REQUEST_MEMBERS, BOUND_REQUEST_MEMBERS), "request.json");
    /* as many as a large body holds: refused at once, not after a sort of them all */
    assert_string_equal(read_members(80000, BOUND_REQUEST_MEMBERS), "request.json");
}

static void test_secrets_are_overwritten(void **state)
{
    static const char body[] = "{\"password\":\"correct horse\",\"pin\":\"123456\",\"raw\":\"x\"}";
    struct arena a;
    struct json *o;
    (void)state;
    arena_init(&a, 0);
    assert_null(request_read(&a, body, strlen(body), 16, &o));
    request_wipe(o);
    assert_string_equal(json_get_str(o, "password"), "");
    assert_string_equal(json_get_str(o, "pin"), "");
    assert_string_equal(json_get_str(o, "raw"), "x");
    arena_fini(&a);
}

static const char *fault(const char *body)
{
    static const struct request_member members[] = {
        {"raw", JSON_STRING}, {"typed", JSON_BOOL}, {"late", JSON_OBJECT}, {NULL, JSON_NULL}};
    static struct arena a;
    struct json *o;
    arena_fini(&a);
    arena_init(&a, 0);
    assert_null(request_read(&a, body, strlen(body), 16, &o));
    return request_fault(o, members);
}

static void test_a_member_that_is_not_understood_is_named(void **state)
{
    (void)state;
    assert_null(fault("{\"raw\":\"x\",\"typed\":true,\"late\":{}}"));
    assert_string_equal(fault("{\"raw\":\"x\",\"typed\":\"yes\"}"), "typed");
    assert_string_equal(fault("{\"raw\":\"x\",\"Late\":{\"reason\":\"paper\"}}"), "Late");
    assert_string_equal(fault("{\"raw\":\"x\",\"late\":\"paper\"}"), "late");
    assert_string_equal(fault("{\"raw\":7}"), "raw");
}

static void test_large_entries_are_not_kept_in_memory(void **state)
{
    static const char id[] = "01a20180-d8e9-794d-9365-7b60e2faa07f";
    static char large[IDS_TEXT + 1];
    static const uint8_t req[HASH_LEN];
    struct ids *i = ids_new(4, 0);
    struct id_record *r = ids_add(i, id, req, i, 1);
    (void)state;
    ids_settled(i, r, large, sizeof(large));
    assert_ptr_equal(ids_find(i, id), r);
    assert_null(r->work);
    assert_null(r->text); /* the log is asked */
    ids_free(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_counted_on_all_levels),
        cmocka_unit_test(test_secrets_are_overwritten),
        cmocka_unit_test(test_a_member_that_is_not_understood_is_named),
        cmocka_unit_test(test_large_entries_are_not_kept_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
