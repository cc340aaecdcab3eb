/* More than one command has room for: nothing of it vanishes. */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED  "title: {ja: 題, en: T}"
#define BENCH  NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0, "
#define VALUES 20 /* of one form, all of them beyond their limit */
#define VIALS  6  /* of one form, each opened by another batch */

static void add_fields(struct buf *b, int n, const char *id, const char *is)
{
    for (int i = 1; i <= n; i++)
        buf_printf(b, "%s{id: %s%d, " NAMED ", %s}", i > 1 ? ", " : "", id, i, is);
    buf_puts(b, "]}\n");
}

static int begin(void **state)
{
    struct buf b;
    buf_init(&b);
    buf_puts(&b, "  - {id: values, " BENCH "form: true, fields: [");
    add_fields(&b, VALUES, "v", "number: mL, decimals: 0, possible: [\"0\", \"99\"], action: [~, \"9\"]");
    buf_puts(&b, "  - {id: open, " BENCH "fields: [{id: lot, " NAMED
                 ", scan: lot, material: [albumin], use: draw}]}\n");
    buf_puts(&b, "  - {id: vials, " BENCH "form: true, fields: [");
    add_fields(&b, VIALS, "l", "scan: lot, material: [albumin], use: account");
    int err = rig_set_up(state, b.data, "B1");
    buf_fini(&b);
    return err;
}

static void test_findings_beyond_the_room_are_counted(void **state)
{
    struct rig *r = *state;
    struct buf b;
    buf_init(&b);
    for (int i = 1; i <= VALUES; i++)
        buf_printf(&b, "%sv%d=50", i > 1 ? "|" : "", i);
    deviation(rig_form(r, "OP1", "B1", "values", b.data), "value.action");
    buf_fini(&b);
    assert_int_equal(rig_batch(r, "B1")->ndevs, 16);
    assert_true(rig_says(r, "finding.more"));
    assert_true(rig_says(r, "\"count\":5"));
}

static void test_batches_that_find_no_room_are_counted(void **state)
{
    struct rig *r = *state;
    struct buf b;
    buf_init(&b);
    for (int i = 1; i <= VIALS; i++) {
        rig_begin(r, arena_printf(&r->arena, "NK%d", i));
        accepted(rig_one(r, "OPEN", arena_printf(&r->arena, "L:AL1-U%d", i)));
        buf_printf(&b, "%sl%d=%s", i > 1 ? "|" : "", i, rig_raw(r, arena_printf(&r->arena, "L:AL1-U%d", i)));
    }
    hold(rig_form(r, "OP1", "B1", "vials", b.data), "lot.used-other-batch");
    buf_fini(&b);
    size_t held = 0;
    for (int i = 1; i <= VIALS; i++)
        held += batch_open_holds(rig_batch(r, arena_printf(&r->arena, "NK%d", i)));
    assert_int_equal(held, 4);
    assert_true(rig_says(r, "exposure.more"));
    assert_true(rig_says(r, "\"count\":2"));
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_findings_beyond_the_room_are_counted),
        T(test_batches_that_find_no_room_are_counted),
    };
    return cmocka_run_group_tests_name("rule: more than fits", tests, NULL, NULL);
}
