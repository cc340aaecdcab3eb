/* Labels that are handed out to be printed: once each, counted by the scan that issues them. */
#include "core/rule/missing.h"
#include "rule_release.h"

#define DIGEST "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* `ids`: blanks between. */
static const struct verdict *print_as(struct rig *r, const char *person, const char *ids, bool shows)
{
    struct json *body = json_set_str(&r->arena, json_object(&r->arena), "batch", "B1"),
                *list = json_array(&r->arena);
    for (const char *s = ids; *s; s += strspn(s, " ")) {
        size_t n = strcspn(s, " ");
        json_push(list, json_str(&r->arena, arena_strndup(&r->arena, s, n)));
        s += n;
    }
    json_set_str(&r->arena, json_set(&r->arena, body, "containers", list), "sha256", DIGEST);
    struct command c = {.kind = COMMAND_RECORD,
                        .station = r->station,
                        .record = "label.printed",
                        .body = body,
                        .shows = shows};
    c.person = book_person(&r->book, person);
    return rig_run(r, &c);
}

static const struct verdict *print(struct rig *r, const char *ids)
{
    return print_as(r, "OP1", ids, true);
}

static const struct container *container(struct rig *r, const char *id)
{
    return book_container(&r->book, id);
}

static void test_label_is_printed_counted_and_then_on_a_vessel(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    refused(rig_one(r, "FILL", "C:B1-T1"), "ident.not-issued");
    accepted_as(print(r, "B1-T1 B1-T2"), "label.printed");
    assert_int_equal(container(r, "B1-T1")->state, CONTAINER_PRINTED);
    refused(rig_one(r, "FILL", "C:B1-T1"), "ident.not-issued"); /* nobody has counted it */
    accepted(rig_one(r, "TUBES", "C:B1-T1"));
    assert_int_equal(container(r, "B1-T1")->state, CONTAINER_ISSUED);
    accepted(rig_scan(r, "C:B1-T2"));
    accepted(rig_one(r, "FILL", "C:B1-T1"));
    assert_int_equal(container(r, "B1-T1")->state, CONTAINER_FILLED);
}

static void test_label_is_printed_once_and_again_only_behind_a_reprint(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(print(r, "B1-T1"));
    refused(print(r, "B1-T1"), "label.once");
    accepted(rig_record(r, "OP1", "label.reprinted", "batch=B1|container=B1-T1|reason=torn|witness=P:OP2"));
    accepted(print(r, "B1-T1"));
    assert_true(rig_says(r, "\"again\":[\"B1-T1\"]"));
    refused(print(r, "B1-T1"), "label.once");
    accepted(rig_one(r, "TUBES", "C:B1-T1"));
    refused(print(r, "B1-T1"), "label.once"); /* counted, and there */
    accepted(rig_scan(r, "C:B1-T2"));         /* printed elsewhere */
    refused(print(r, "B1-T2"), "label.once");
    accepted(rig_one(r, "FILL", "C:B1-T2"));
    accepted(rig_record(r, "OP1", "label.reprinted", "batch=B1|container=B1-T2|reason=wet|witness=P:OP2"));
    accepted(print(r, "B1-T2"));
    assert_int_equal(container(r, "B1-T2")->state, CONTAINER_FILLED);
}

static void test_no_more_are_printed_than_the_step_asks_for(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    refused(print(r, "B1-T1 B1-T2 B1-T3"), "label.extra");
    assert_null(container(r, "B1-T1")); /* all or none */
    refused(print(r, "B1-T1 B1-T1"), "record.invalid");
    accepted(print(r, "B1-T2"));
    accepted(rig_one(r, "TUBES", "C:B1-T1"));
    refused(print(r, "B1-T3"), "label.extra"); /* one is there, one waits */
    accepted(rig_scan(r, "C:B1-T2"));
    refused(print(r, "B1-T3"), "step.done");
}

static void test_printing_is_of_those_who_issue_it_where_it_is_issued(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    refused(print_as(r, "OP1", "B1-T1", false), "command.unknown"); /* nobody says so of himself */
    refused(print(r, "B1-Z1"), "ident.not-issued");
    refused(print(r, "B2-T1"), "ident.not-issued");
    refused(print(r, "T1"), "ident.not-issued");
    refused(print(r, ""), "record.invalid");
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    refused(print_as(r, "QC1", "B1-T1", true), "step.where");
}

static void test_printed_label_that_nobody_counted_is_seen_and_can_be_made_void(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(print(r, "B1-T1"));
    assert_int_equal(rule_silence(&r->book, rig_batch(r, "B1"), r->now, &r->arena).n, 0);
    struct silences s =
        rule_silence(&r->book, rig_batch(r, "B1"), r->now + INT64_C(30) * 3600 * 1000, &r->arena);
    size_t found = 0;
    for (size_t i = 0; i < s.n; i++)
        found += s.item[i].what == SILENCE_LABEL && strcmp(s.item[i].thing, "B1-T1") == 0;
    assert_int_equal(found, 1);
    refused(rig_record(r, "OP1", "container.lost",
                       "batch=B1|container=B1-T1|how=broken|reason=gone|witness=P:OP2"),
            "label.unused");
    accepted(rig_record(r, "OP1", "label.voided", "batch=B1|container=B1-T1|reason=jam|witness=P:OP2"));
    refused(rig_one(r, "TUBES", "C:B1-T1"), "ident.used");
}

static void test_list_names_what_is_to_be_printed_here(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(print(r, "B1-T1"));
    struct label_dues due = rule_labels(&r->book, rig_batch(r, "B1"), r->station, r->now, &r->arena);
    size_t tubes_due = 0, there = 0;
    for (size_t i = 0; i < due.n; i++) {
        tubes_due += !due.item[i].there && strcmp(due.item[i].container, "B1-T2") == 0;
        there += due.item[i].there && strcmp(due.item[i].container, "B1-T1") == 0;
        assert_true(due.item[i].there || strcmp(due.item[i].container, "B1-T1") != 0);
    }
    assert_int_equal(tubes_due, 1);
    assert_int_equal(there, 1);
    rig_at(r, "QC1S");
    due = rule_labels(&r->book, rig_batch(r, "B1"), r->station, r->now, &r->arena);
    assert_int_equal(due.n, 1); /* nothing is printed there */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_label_is_printed_counted_and_then_on_a_vessel),
        TEST(test_label_is_printed_once_and_again_only_behind_a_reprint),
        TEST(test_no_more_are_printed_than_the_step_asks_for),
        TEST(test_printing_is_of_those_who_issue_it_where_it_is_issued),
        TEST(test_printed_label_that_nobody_counted_is_seen_and_can_be_made_void),
        TEST(test_list_names_what_is_to_be_printed_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
