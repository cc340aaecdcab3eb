/* Blind counts: of what stands at a place, and what is left of a lot. */
#include "bench_rig.h"
#include "core/entry/count.h"
#include "core/rule/missing.h"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing, repeat: 0"

static const char steps[] =
    "  - {id: label, " WORK ", after: [], fields: [{id: f, " NAMED
    ", scan: container, label: [F], use: issue}]}\n"
    "  - {id: fill, " WORK ", after: [label], fields: [{id: f, " NAMED
    ", scan: container, label: [F], use: fill}]}\n"
    "  - {id: shelf, " WORK ", after: [fill], fields: [{id: p, " NAMED
    ", scan: place, occupy: true}, {id: f, " NAMED ", scan: container, label: [F], use: place}]}\n"
    "  - {id: out, " WORK ", after: [shelf], fields: [{id: p, " NAMED ", scan: place}, {id: f, " NAMED
    ", scan: container, label: [F], use: take}]}\n"
    "  - {id: look, " WORK ", optional: true, after: [shelf], fields: [{id: f, " NAMED
    ", scan: container, label: [F], use: take}]}\n";

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    struct rig *r = *state;
    rig_scan(r, "P:OP1");
    const char *const what[][2] = {{"LABEL", "C:B1-F1"}, {"FILL", "C:B1-F1"}, {"SHELF", "W:SH-1"}};
    for (size_t i = 0; i < 3; i++) {
        rig_wait(r, RIG_MINUTE);
        accepted(rig_one(r, what[i][0], what[i][1]));
    }
    accepted(rig_scan(r, "C:B1-F1"));
    assert_string_equal(book_container(&r->book, "B1-F1")->place, "SH-1");
    rig_at(r, "QA1");
    return rc;
}

static const struct verdict *counted(struct rig *r, const char *who, const char *what)
{
    return rig_record(r, who, "count.taken", what);
}

static size_t uncounted(struct rig *r, const char *of)
{
    struct silences s = rule_silence(&r->book, NULL, r->now, &r->arena);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.item[i].what == SILENCE_COUNT && strcmp(s.item[i].thing, of) == 0;
    return n;
}

static void test_a_count_that_fits_is_accepted(void **state)
{
    struct rig *r = *state;
    accepted_as(counted(r, "QC1", "place=W:SH-1|containers=[C:B1-F1]"), "count.fits");
    accepted_as(counted(r, "QC1", "place=W:SH-2|containers=[]"), "count.fits");
    assert_int_equal(rig_batch(r, "B1")->ndevs, 0);
}

static void test_who_worked_there_or_keeps_the_store_counts_nothing(void **state)
{
    struct rig *r = *state;
    refused(counted(r, "OP1", "place=W:SH-1|containers=[C:B1-F1]"), "count.not-blind");
    accepted(counted(r, "OP3", "place=W:SH-1|containers=[C:B1-F1]"));
    refused(counted(r, "MM", "place=W:SH-1|containers=[C:B1-F1]"), "record.role");
    rig_entry(r, "person/OP3", "person.changed",
              "{\"person\":\"OP3\",\"roles\":[\"operator\",\"store-keeper\"]}");
    refused(counted(r, "OP3", "place=W:SH-1|containers=[C:B1-F1]"), "count.not-blind");
}

/* Taken out to the bench: it is not where the book has it, and nobody wonders. */
static void test_what_is_being_worked_on_is_not_missed(void **state)
{
    struct rig *r = *state;
    accepted_as(counted(r, "QC1", "place=W:SH-1|containers=[]"), "count.fits");
    rig_wait(r, RIG_DAY);
    alert(counted(r, "QC1", "place=W:SH-1|containers=[]"), "count.differs");
}

static void taken_out(struct rig *r)
{
    rig_at(r, "B21");
    accepted(rig_one(r, "OUT", "W:SH-1"));
    accepted(rig_scan(r, "C:B1-F1"));
    rig_at(r, "QA1");
}

static void test_what_was_taken_out_stands_nowhere_until_it_is_put_back(void **state)
{
    struct rig *r = *state;
    const struct container *c = book_container(&r->book, "B1-F1");
    taken_out(r);
    assert_null(container_place(&r->book, c));
    alert(counted(r, "QC1", "place=W:SH-1|containers=[C:B1-F1]"), "count.differs"); /* nobody put it back */
    rig_at(r, "B21");
    accepted(rig_one(r, "SHELF", "W:SH-1"));
    accepted(rig_scan(r, "C:B1-F1"));
    assert_string_equal(container_place(&r->book, c), "SH-1");
    rig_at(r, "QA1");
    accepted_as(counted(r, "QC1", "place=W:SH-1|containers=[C:B1-F1]"), "count.fits");
}

static void test_what_is_out_and_nobody_works_on_is_missed(void **state)
{
    struct rig *r = *state;
    taken_out(r);
    accepted_as(counted(r, "QC1", "place=W:SH-1|containers=[]"), "count.fits");
    rig_wait(r, RIG_DAY);
    alert(counted(r, "QC1", "place=W:SH-1|containers=[]"), "count.differs");
    assert_true(rig_says(r, "\"missing\":[\"B1-F1\"]"));
}

static void test_what_is_looked_at_stays_where_it_stands(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(rig_one(r, "LOOK", "C:B1-F1"));
    rig_at(r, "QA1");
    accepted_as(counted(r, "QC1", "place=W:SH-1|containers=[C:B1-F1]"), "count.fits");
}

static void test_what_is_not_there_is_a_deviation_and_a_hold(void **state)
{
    struct rig *r = *state;
    rig_wait(r, RIG_DAY); /* nobody is at the bench */
    alert(counted(r, "QC1", "place=W:SH-1|containers=[]"), "count.differs");
    assert_int_equal(rig_batch(r, "B1")->ndevs, 1);
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
    assert_int_equal(uncounted(r, "SH-1"), 1);
    accepted(counted(r, "QC1", "place=W:SH-1|containers=[C:B1-F1]"));
    assert_int_equal(uncounted(r, "SH-1"), 0);
}

static void test_cells_of_a_batch_that_nobody_recorded_hold_what_stands_beside_them(void **state)
{
    struct rig *r = *state;
    alert(counted(r, "QC1", "place=W:SH-1|containers=[C:B1-F1,C:B9-F1]"), "count.differs");
    assert_true(rig_says(r, "B9-F1"));
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
    alert(counted(r, "QC1", "place=W:SH-2|containers=[C:B1-F1]"), "count.differs"); /* it stands elsewhere */
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 2);
}

/* One that nobody has judged yet, too. */
static void test_a_lot_is_counted_and_saying_nothing_is_no_count(void **state)
{
    struct rig *r = *state;
    rig_at(r, "ST1");
    accepted(rig_record(r, "MM", "lot.received", "lot=AL9|material=albumin|expiry=2027-11-01|units=#3"));
    rig_at(r, "QA1");
    refused(counted(r, "QC1", "lot=AL9"), "record.invalid");
    with_arg(&r->v, "field", "units");
    refused(counted(r, "QC1", "lot=AL9|units=#-3"), "record.invalid");
    refused(counted(r, "QC1", "lot=AL9|units=#3|unlabelled=#1"), "record.invalid");
    accepted_as(counted(r, "QC1", "lot=AL9|units=#3"), "count.fits");
    alert(counted(r, "QC1", "lot=AL9|units=#0"), "count.differs");
    accepted_as(counted(r, "QC1", "lot=AL9|units=#3"), "count.fits");
    rig_wait(r, 32 * RIG_DAY);
    assert_int_equal(uncounted(r, "AL9"), 1);
}

static void test_cells_without_a_label_differ(void **state)
{
    struct rig *r = *state;
    refused(counted(r, "QC1", "place=W:SH-1|containers=[C:B1-F1]|unlabelled=#-1"), "record.invalid");
    alert(counted(r, "QC1", "place=W:SH-1|containers=[C:B1-F1]|unlabelled=#1"), "count.differs");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1); /* what stands beside it */
    alert(counted(r, "QC1", "place=W:SH-2|unlabelled=#2"), "count.differs");
    assert_int_equal(uncounted(r, "SH-2"), 1);
}

static void test_the_same_difference_holds_once_until_it_is_judged(void **state)
{
    struct rig *r = *state;
    rig_wait(r, RIG_DAY);
    for (int i = 0; i < 2; i++)
        alert(counted(r, "QC1", "place=W:SH-1|containers=[]"), "count.differs");
    assert_int_equal(rig_batch(r, "B1")->ndevs, 1);
    assert_int_equal(rig_batch(r, "B1")->nholds, 1);
    alert(counted(r, "QC1", "place=W:SH-1|containers=[]|unlabelled=#1"), "count.differs"); /* another one */
    assert_int_equal(rig_batch(r, "B1")->nholds, 2);
    for (int i = 1; i <= 2; i++) {
        accepted(rig_record(r, "QC2", "deviation.assessed",
                            arena_printf(&r->arena, "batch=B1|dev=B1-DV%d|grade=minor|reason=seen", i)));
        accepted(
            rig_record(r, "QM", "deviation.confirmed", arena_printf(&r->arena, "batch=B1|dev=B1-DV%d", i)));
        accepted(rig_record(r, "QM", "hold.lifted",
                            arena_printf(&r->arena, "batch=B1|hold=B1-H%d|reason=seen", i)));
    }
    alert(counted(r, "QC1", "place=W:SH-1|containers=[]|unlabelled=#1"), "count.differs");
    assert_int_equal(rig_batch(r, "B1")->nholds, 3); /* was judged, and is there yet */
}

static void test_a_month_without_a_count_is_told_of_an_empty_position_too(void **state)
{
    struct rig *r = *state;
    assert_int_equal(uncounted(r, "SH-2"), 0);
    rig_wait(r, 31 * RIG_DAY + RIG_HOUR);
    assert_int_equal(uncounted(r, "SH-2"), 1);
    accepted(counted(r, "QC1", "place=W:SH-2|containers=[]"));
    assert_int_equal(uncounted(r, "SH-2"), 0);
}

static void test_a_month_without_a_count_is_told(void **state)
{
    struct rig *r = *state;
    assert_int_equal(uncounted(r, "SH-1"), 0);
    rig_wait(r, 31 * RIG_DAY + RIG_HOUR);
    assert_int_equal(uncounted(r, "SH-1"), 1);
    accepted(counted(r, "QC1", "place=W:SH-1|containers=[C:B1-F1]"));
    assert_int_equal(uncounted(r, "SH-1"), 0);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_count_that_fits_is_accepted),
        TEST(test_who_worked_there_or_keeps_the_store_counts_nothing),
        TEST(test_what_is_being_worked_on_is_not_missed),
        TEST(test_what_was_taken_out_stands_nowhere_until_it_is_put_back),
        TEST(test_what_is_out_and_nobody_works_on_is_missed),
        TEST(test_what_is_looked_at_stays_where_it_stands),
        TEST(test_what_is_not_there_is_a_deviation_and_a_hold),
        TEST(test_cells_of_a_batch_that_nobody_recorded_hold_what_stands_beside_them),
        TEST(test_a_lot_is_counted_and_saying_nothing_is_no_count),
        TEST(test_cells_without_a_label_differ),
        TEST(test_the_same_difference_holds_once_until_it_is_judged),
        TEST(test_a_month_without_a_count_is_told_of_an_empty_position_too),
        TEST(test_a_month_without_a_count_is_told),
    };
    return cmocka_run_group_tests_name("rule: blind counts", tests, NULL, NULL);
}
