/* A revised protocol: what it weakens is named by whoever approves it, and who works by it has read it. */
#include "bench_rig.h"

#include <stdlib.h>

#include "core/protocol/weaker.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED "title: {ja: 題, en: T}"
#define RECIPE_STEPS                                                                                         \
    "  - {id: prepare, " NAMED                                                                               \
    ", where: [B2], by: [operator], dept: manufacturing, repeat: 0, fields: [{id: "                          \
    "paper, " NAMED ", scan: document}]}\n"                                                                  \
    "  - {id: pour, " NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [prepare], repeat: " \
    "0, people: 2, fit: false, qualified: [aseptic], witness: true, window: [{since: prepare, max: 2h, "     \
    "late: "                                                                                                 \
    "hold}], fields: [{id: amount, " NAMED ", number: mL, decimals: 1, possible: [\"0\", \"50\"], action: "  \
    "[\"10\", \"20\"], on-action: hold, twice: true}, {id: look, " NAMED ", choice: {clear: {" NAMED         \
    ", is: ok}, cloudy: {" NAMED ", is: hold}}}]}\n"

static const char steps[] = RECIPE_STEPS;

static int begin(void **state)
{
    return rig_set_up(state, steps, "B1");
}

/* ---- what is weaker ---- */

#define HEAD                                                                                                   \
    "protocol: sample\nversion: \"1\"\nproduct: {ja: 製品, en: Product}\nlabels: {T: {title: {ja: 管, en: " \
    "Tube}, max: 5}}\nmaterials: {tube: {title: {ja: 管, en: Tube}, unit: pc}}\nsteps:\n  - {id: "            \
    "order, " NAMED ", form: true, opens: true}\n"

static const char whole[] = HEAD RECIPE_STEPS;

static struct protocol *loaded(const char *text)
{
    struct protocol *p = NULL;
    struct protocol_error err = {0};
    size_t n = 0;
    if (protocol_load(text, strlen(text), &p, &err, 1, &n) != 0)
        fail_msg("%d:%d: %s (%s)", err.line, err.column, err.text, err.hint);
    return p;
}

/* The text with one part of it said otherwise. */
static struct protocol *with(struct arena *a, const char *part, const char *instead)
{
    const char *at = strstr(whole, part);
    assert_non_null(at);
    return loaded(arena_printf(a, "%.*s%s%s", (int)(at - whole), whole, instead, at + strlen(part)));
}

static const char *nth(const struct json *list, size_t n)
{
    json_each(one, list)
        if (n-- == 0)
            return one->str;
    return NULL;
}

static void test_each_control_that_asks_less_is_named(void **state)
{
    static const struct {
        const char *part, *instead, *weaker; /* NULL: it is not weaker */
    } change[] = {
        {"witness: true", "witness: false", "pour witness"},
        {"qualified: [aseptic]", "qualified: []", "pour qualified"},
        {"people: 2", "people: 1", "pour people"},
        {"people: 2", "people: 3", NULL},
        {"max: 2h", "max: 3h", "pour window"},
        {"max: 2h", "max: 90min", NULL},
        {"late: hold", "late: deviation", "pour window"},
        {"action: [\"10\", \"20\"]", "action: [\"10\", \"25\"]", "pour.amount action"},
        {"action: [\"10\", \"20\"]", "action: [\"11\", \"20\"]", NULL},
        {"possible: [\"0\", \"50\"]", "possible: [\"0\", \"60\"]", "pour.amount possible"},
        {"on-action: hold", "on-action: deviation", "pour.amount on-action"},
        {", twice: true", "", "pour.amount twice"},
        {"is: hold", "is: deviation", "pour.look option"},
        {"cloudy: {", "other: {", "pour.look option"},
        {"by: [operator], dept: manufacturing, after", "by: [operator, tester], dept: manufacturing, after",
         "pour by"},
        {"after: [prepare]", "after: [order]", "pour after"},
        {"cloudy: {", "unseen: {" NAMED ", is: ok}, cloudy: {", "pour.look option"},
        {"where: [B2], by: [operator], dept: manufacturing, after",
         "by: [operator], dept: manufacturing, after", "pour where"},
        {"max: 5", "max: 6", "T most"},
        {"id: paper, " NAMED, "id: paper, optional: true, " NAMED, "prepare.paper optional"},
    };
    struct arena *a = &((struct rig *)*state)->arena;
    struct protocol *old = loaded(whole);
    for (size_t i = 0; i < sizeof(change) / sizeof(*change); i++) {
        struct protocol *now = with(a, change[i].part, change[i].instead);
        const struct json *list = protocol_weaker(a, old, now);
        if (list->len != (change[i].weaker ? 1 : 0) ||
            (change[i].weaker && strcmp(nth(list, 0), change[i].weaker) != 0))
            fail_msg("%s: %zu named, first %s", change[i].instead, list->len,
                     list->len ? nth(list, 0) : "none");
        protocol_free(now);
    }
    protocol_free(old);
}

static void test_a_step_that_is_gone_is_named(void **state)
{
    struct arena *a = &((struct rig *)*state)->arena;
    struct protocol *old = loaded(whole), *now = loaded(HEAD);
    const struct json *list = protocol_weaker(a, old, now);
    assert_int_equal(list->len, 2);
    assert_string_equal(nth(list, 0), "prepare step");
    assert_string_equal(nth(list, 1), "pour step");
    assert_int_equal(protocol_weaker(a, now, old)->len, 0);
    protocol_free(old);
    protocol_free(now);
}

/* No control of the old version bounds what a new step decides. */
static void test_a_new_step_that_decides_is_named(void **state)
{
    struct arena *a = &((struct rig *)*state)->arena;
    struct protocol *old = loaded(whole);
    struct protocol *now =
        loaded(arena_printf(a,
                            "%s  - {id: pass, " NAMED
                            ", where: [QA], by: [tester], dept: quality, after: [pour], sign: {verb: judge, "
                            "meaning: {ja: 署名, en: Signed}}, fields: [{id: c, " NAMED ", text: true}]}\n",
                            whole));
    const struct json *list = protocol_weaker(a, old, now);
    assert_int_equal(list->len, 1);
    assert_string_equal(nth(list, 0), "pass new");
    protocol_free(old);
    protocol_free(now);
}

/* ---- approved, and read ---- */

/* Registers version 2: version 1 with one part of the step said otherwise. */
static void revise(struct rig *r, const char *part, const char *instead)
{
    const struct json *entry = NULL;
    for (size_t i = 0; !entry && i < r->n; i++)
        if (strstr(r->log[i].text, "\"kind\":\"protocol.text\""))
            assert_int_equal(json_parse(&r->arena, r->log[i].text, strlen(r->log[i].text), &entry, NULL), 0);
    const char *text = json_get_str(json_get(entry, "body"), "text");
    const char *version = strstr(text, "\"1\""), *at = strstr(text, part);
    assert_true(version && at && version < at);
    rig_at(r, "QA1");
    accepted(rig_record(r, "PM", "protocol.registered",
                        arena_printf(&r->arena, "text=%.*s\"2\"%.*s%s%s", (int)(version - text), text,
                                     (int)(at - version - 3), version + 3, instead, at + strlen(part))));
}

#define SECOND    "protocol=sample|version=2"
#define OF_CHANGE "|change=CC-26-7|overview=3"

static void test_revision_names_its_change_and_what_it_weakens(void **state)
{
    struct rig *r = *state;
    revise(r, "witness: true", "witness: false");
    refused(rig_record(r, "QM", "protocol.approved", SECOND), "protocol.change");
    refused(rig_record(r, "QM", "protocol.approved", SECOND "|change=CC-26-7"), "protocol.change");
    refused(rig_record(r, "QM", "protocol.approved", SECOND OF_CHANGE), "protocol.weaker");
    assert_true(rig_says(r, "\"weakened\":[\"pour witness\"]"));
    refused(rig_record(r, "QM", "protocol.approved", SECOND OF_CHANGE "|weakened=[pour people]"),
            "protocol.weaker");
    refused(rig_record(r, "QM", "protocol.approved", SECOND OF_CHANGE "|weakened=[pour witness,pour people]"),
            "protocol.weaker");
    accepted(rig_record(r, "QM", "protocol.approved", SECOND OF_CHANGE "|weakened=[pour witness]"));
    assert_true(rig_says(r, "\"weakened\":[\"pour witness\"]") && rig_says(r, "\"change\":\"CC-26-7\""));
    refused(rig_record(r, "MM", "protocol.approved", SECOND),
            "protocol.weaker"); /* each of the two signs it */
    accepted(rig_record(r, "MM", "protocol.approved", SECOND "|weakened=[pour witness]"));
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "2");
}

static void test_nobody_works_by_a_revision_that_he_has_not_read(void **state)
{
    struct rig *r = *state;
    revise(r, "max: 2h", "max: 1h");
    accepted(rig_record(r, "QM", "protocol.approved", SECOND OF_CHANGE));
    accepted(rig_record(r, "MM", "protocol.approved", SECOND));
    rig_wait(r, RIG_DAY);
    accepted(rig_order(r, "B7", "P000007"));
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "PREPARE", "D:A")); /* B1 goes on under the version of its order */
    accepted(rig_scan(r, "B:B7"));
    refused(rig_scan(r, "X:STEP-PREPARE"), "person.untrained");
    refused(rig_record(r, "OP1", "protocol.read", "protocol=sample|version=3"), "protocol.unknown");
    accepted(rig_record(r, "OP1", "protocol.read", SECOND));
    accepted(rig_one(r, "PREPARE", "D:B"));
}

static void registered_as(struct rig *r, const char *id, const char *version, const char *part,
                          const char *instead)
{
    const struct json *entry = NULL;
    for (size_t i = 0; !entry && i < r->n; i++)
        if (strstr(r->log[i].text, "\"kind\":\"protocol.text\""))
            assert_int_equal(json_parse(&r->arena, r->log[i].text, strlen(r->log[i].text), &entry, NULL), 0);
    const char *text = json_get_str(json_get(entry, "body"), "text");
    const char *const change[][2] = {
        {"protocol: sample", arena_printf(&r->arena, "protocol: %s", id)},
        {"\"1\"", arena_printf(&r->arena, "\"%s\"", version)},
        {part, instead},
    };
    for (size_t i = 0; i < 3; i++) {
        const char *at = strstr(text, change[i][0]);
        assert_non_null(at);
        text = arena_printf(&r->arena, "%.*s%s%s", (int)(at - text), text, change[i][1],
                            at + strlen(change[i][0]));
    }
    rig_at(r, "QA1");
    accepted(rig_record(r, "PM", "protocol.registered", arena_printf(&r->arena, "text=%s", text)));
}

static void test_both_approve_against_the_same_version(void **state)
{
    struct rig *r = *state;
    registered_as(r, "sample", "2", "max: 2h", "max: 1h");
    registered_as(r, "sample", "3", "max: 2h", "max: 90min");
    accepted(rig_record(r, "MM", "protocol.approved", "protocol=sample|version=3")); /* stricter than 1 */
    assert_true(rig_says(r, "\"against\":\"sample@1\""));
    accepted(rig_record(r, "QM", "protocol.approved", SECOND OF_CHANGE));
    accepted(rig_record(r, "MM", "protocol.approved", SECOND)); /* comes between */
    refused(rig_record(r, "QM", "protocol.approved", "protocol=sample|version=3" OF_CHANGE),
            "protocol.against");
    refused(rig_record(r, "MM", "protocol.approved", "protocol=sample|version=3"), "protocol.weaker");
    const char *named = json_get(r->v.args, "weakened")->child->str;
    const char *third = arena_printf(&r->arena, "protocol=sample|version=3|weakened=[%s]", named);
    accepted(rig_record(r, "MM", "protocol.approved", third)); /* anew */
    assert_true(rig_says(r, "\"against\":\"sample@2\""));
    refused(rig_record(r, "MM", "protocol.approved", third), "record.exists");
    accepted(rig_record(r, "QM", "protocol.approved", arena_printf(&r->arena, "%s" OF_CHANGE, third)));
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "3");
}

#define NEW_ID "protocol=sample2|version=1"

static void test_a_new_id_is_compared_with_what_the_product_has(void **state)
{
    struct rig *r = *state;
    registered_as(r, "sample2", "1", "witness: true", "witness: false");
    refused(rig_record(r, "QM", "protocol.approved", NEW_ID), "protocol.change");
    refused(rig_record(r, "QM", "protocol.approved", NEW_ID OF_CHANGE), "protocol.weaker");
    refused(rig_record(r, "MM", "protocol.approved", NEW_ID), "protocol.weaker");
    accepted(
        rig_record(r, "QM", "protocol.approved", NEW_ID OF_CHANGE "|another=no cells are expanded in it"));
    refused(rig_record(r, "MM", "protocol.approved", NEW_ID "|weakened=[pour witness]"), "protocol.against");
    accepted(rig_record(r, "MM", "protocol.approved", NEW_ID "|another=no cells are expanded in it"));
    assert_non_null(book_protocol(&r->book, "sample")); /* that one stays */
    assert_non_null(book_protocol(&r->book, "sample2"));
}

static void test_a_revision_is_no_other_process(void **state)
{
    struct rig *r = *state;
    registered_as(r, "sample", "2", "witness: true", "witness: false");
    refused(rig_record(r, "QM", "protocol.approved", SECOND OF_CHANGE "|another=no cells are expanded in it"),
            "record.invalid");
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_control_that_asks_less_is_named),
        TEST(test_a_step_that_is_gone_is_named),
        TEST(test_a_new_step_that_decides_is_named),
        TEST(test_revision_names_its_change_and_what_it_weakens),
        TEST(test_both_approve_against_the_same_version),
        TEST(test_a_new_id_is_compared_with_what_the_product_has),
        TEST(test_a_revision_is_no_other_process),
        TEST(test_nobody_works_by_a_revision_that_he_has_not_read),
    };
    return cmocka_run_group_tests_name("rule_recipe", tests, NULL, NULL);
}
