/* Which table of rights rules: the newest that management and quality have accepted (core/entry/basis.h). */
#include "rule_release.h"
#include <stdio.h>
#include "core/right/right.h"

#define BASIS_A "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define BASIS_B "dqnjsCMBJ_nMTLS5JtNO9G2r2TFPeqo2mg8q5E1pX2k"

static const char *swapped(struct rig *r, const char *text, const char *part, const char *instead)
{
    const char *at = strstr(text, part);
    assert_non_null(at);
    return arena_printf(&r->arena, "%.*s%s%s", (int)(at - text), text, instead, at + strlen(part));
}

/* The daemon writes down what it finds. */
static void comes(struct rig *r, const char *digest, const char *rights)
{
    struct json *body = json_set_str(&r->arena, json_object(&r->arena), "digest", digest);
    struct json *items = json_array(&r->arena);
    json_set(&r->arena, body, "items", items);
    if (rights)
        json_set_str(&r->arena, body, "rights", rights);
    struct buf out;
    buf_init(&out);
    json_write(&out, body);
    rig_entry(r, "facility", "basis.changed", arena_strdup(&r->arena, out.data));
    buf_fini(&out);
}

/* Is the lot's receipt a tester's? It is the store keeper's in the shipped table. */
static bool tester_receives(const struct rig *r)
{
    const struct rights *t = r->book.rights;
    const struct right_role *tester = rights_role(t, "tester", NULL);
    return rights_of(t, RIGHT_LOT_RECEIVED)->by.roles >> (tester - rights_role_at(t, 0)) & 1;
}

#define RECEIVED  "lot.received:   {by: [store-keeper]"
#define BY_TESTER "lot.received:   {by: [store-keeper, tester]"

static void test_a_table_of_rights_rules_once_both_have_accepted_it(void **state)
{
    struct rig *r = *state;
    const char *shipped = rights_text(rig_rights()), *other = swapped(r, shipped, RECEIVED, BY_TESTER);
    rig_at(r, "QA1");
    comes(r, BASIS_A, shipped); /* the first one of the log rules */
    assert_string_equal(r->book.tables.text, shipped);
    comes(r, BASIS_B, other);
    assert_false(tester_receives(r));
    assert_string_equal(r->book.tables.proposed, other);
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B), "basis.weaker");
    assert_true(rig_says(r, "\"weakened\":[\"lot.received by tester\"]"));
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B "|weakened=[lot.closed by tester]"),
            "basis.weaker");
    accepted(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B "|weakened=[lot.received by tester]"));
    assert_false(tester_receives(r));
    refused(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_B), "basis.weaker"); /* each of the two */
    accepted(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_B "|weakened=[lot.received by tester]"));
    assert_true(tester_receives(r));
    assert_null(r->book.tables.proposed);
}

static void test_a_proposal_waits_behind_another_change_and_can_be_put_back(void **state)
{
    struct rig *r = *state;
    const char *shipped = rights_text(rig_rights()), *other = swapped(r, shipped, RECEIVED, BY_TESTER);
    rig_at(r, "QA1");
    comes(r, BASIS_A, shipped);
    comes(r, BASIS_B, other);
    comes(r, BASIS_A, NULL); /* a name in the register of staff */
    assert_string_equal(r->book.tables.proposed, other);
    comes(r, BASIS_B, shipped);
    assert_null(r->book.tables.proposed);
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B "|weakened=[lot.received by tester]"),
            "basis.weaker");
    accepted(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B));
    accepted(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_B));
    assert_false(tester_receives(r));
}

static void test_a_table_of_another_version_locks_nobody_out(void **state)
{
    struct rig *r = *state;
    const char *shipped = rights_text(rig_rights());
    const char *old = swapped(r, shipped, "  lot.received:", "  lot.swallowed:");
    old = swapped(r, old, "lot.closed:  {by: [store-keeper]", "lot.closed:  {by: [store-keeper, wizard]");
    old = swapped(r, old, "basis.accepted:  {by: *lead", "basis.accepted:  {by: *lead, never: [sunday]");
    rig_at(r, "QA1");
    comes(r, BASIS_A, old);
    const struct right *received = rights_of(r->book.rights, RIGHT_LOT_RECEIVED);
    assert_false(right_wanted(&received->by)); /* nobody's: not what the file beside it says */
    comes(r, BASIS_B, shipped);
    refused(rig_record(r, "MM", "basis.accepted", "basis=" BASIS_B), "record.role");
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B), "basis.weaker");
    assert_true(rig_says(r, "\"weakened\":[\"lot.received new\",\"lot.closed new\"]"));
    accepted(rig_record(r, "FM", "basis.accepted",
                        "basis=" BASIS_B "|weakened=[lot.received new,lot.closed new]"));
    accepted(rig_record(r, "QM", "basis.accepted",
                        "basis=" BASIS_B "|weakened=[lot.received new,lot.closed new]"));
    assert_true(right_wanted(&rights_of(r->book.rights, RIGHT_LOT_RECEIVED)->by));
}

/* Each of those tables would have locked the facility out of its own recovery. */
static void test_a_table_under_which_nobody_could_go_on_is_refused(void **state)
{
    static const struct {
        const char *part, *instead, *act;
    } change[] = {
        {"basis.accepted:  {by: *lead", "basis.accepted:  {by: [facility-manager, operator]",
         "basis.accepted"},
        {"basis.accepted:  {by: *lead", "basis.accepted:  {by: [quality-manager, deputy-quality-manager]",
         "basis.accepted"},
        {"clock.confirmed: {by: *answerable", "clock.confirmed: {by: [training-manager]", "clock.confirmed"},
        {"    by: [facility-manager, deputy-facility-manager]\n"
         "    second: [quality-manager, deputy-quality-manager]\n    never: [oneself]",
         "    by: [facility-manager]\n    second: [facility-manager]\n    never: [oneself]",
         "person.secret-reset"},
        {"person.resumed:   {by: *lead", "person.resumed:   {by: [deputy-facility-manager]",
         "person.resumed"},
    };
    struct rig *r = *state;
    const char *shipped = rights_text(rig_rights());
    rig_at(r, "QA1");
    comes(r, BASIS_A, shipped);
    for (size_t i = 0; i < sizeof(change) / sizeof(*change); i++) {
        comes(r, BASIS_B, swapped(r, shipped, change[i].part, change[i].instead));
        refused(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_B), "basis.nobody");
        with_arg(&r->v, "act", change[i].act);
    }
    comes(r, BASIS_B, swapped(r, shipped, RECEIVED, BY_TESTER));
    refused(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_B), "basis.weaker"); /* asked behind it */
}

/* Who might alone is suspended: that one is nobody. */
static void test_who_is_suspended_is_nobody_for_a_table(void **state)
{
    struct rig *r = *state;
    const char *shipped = rights_text(rig_rights());
    rig_at(r, "QA1");
    comes(r, BASIS_A, shipped);
    comes(r, BASIS_B,
          swapped(r, shipped, "clock.confirmed: {by: *answerable", "clock.confirmed: {by: [tester]"));
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B "|weakened=[none]"), "basis.weaker");
    rig_entry(r, "person/QC1", "person.changed", "{\"person\":\"QC1\",\"suspended\":true}");
    rig_entry(r, "person/QC2", "person.changed", "{\"person\":\"QC2\",\"suspended\":true}");
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B), "basis.nobody");
}

/* An accepted table is taken back as it came: by a file, and by two. */
static void test_an_accepted_table_is_put_back_by_two(void **state)
{
    struct rig *r = *state;
    const char *shipped = rights_text(rig_rights()), *other = swapped(r, shipped, RECEIVED, BY_TESTER);
    rig_at(r, "QA1");
    comes(r, BASIS_A, shipped);
    comes(r, BASIS_B, other);
    accepted(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B "|weakened=[lot.received by tester]"));
    comes(r, BASIS_A, shipped); /* the file is put back between the two */
    refused(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_B "|weakened=[lot.received by tester]"),
            "basis.other");
    comes(r, BASIS_B, other);
    accepted(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_B "|weakened=[lot.received by tester]"));
    assert_false(tester_receives(r)); /* what was said before it was put back counts no more */
    accepted(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B "|weakened=[lot.received by tester]"));
    assert_true(tester_receives(r));
    comes(r, BASIS_A, shipped);
    assert_true(tester_receives(r)); /* a file alone takes nothing back */
    accepted(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_A));
    accepted(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_A));
    assert_false(tester_receives(r));
}

static void test_each_right_that_becomes_weaker_is_named(void **state)
{
    static const struct {
        const char *part, *instead, *weaker; /* NULL: it is not weaker */
    } change[] = {
        {RECEIVED, BY_TESTER, "lot.received by tester"},
        {RECEIVED, "lot.received:   {by: [anybody]", "lot.received by anybody"},
        {RECEIVED, "lot.received:   {by: [store-keeper, oneself]", "lot.received by oneself"},
        {"room.added:\n    {by: [facility-manager, ", "room.added:\n    {by: [", NULL},
        {"second: [operator, production-manager]", "second: [operator, tester]",
         "rescue.witnessed second tester"},
        {"    second: [operator, production-manager]\n", "", "rescue.witnessed second"},
        {"equipment.calibrated:\n    {by: *keepers, second: &testers [quality-manager, "
         "deputy-quality-manager, "
         "tester], document: true",
         "equipment.calibrated:\n    {by: *keepers, second: &testers [quality-manager, "
         "deputy-quality-manager, "
         "tester]",
         "equipment.calibrated document"},
        {"    never: [author]\n", "", "protocol.approved never author"},
        {"room.reopened: {by: *quality, instead: [tester]",
         "room.reopened: {by: *quality, instead: [operator]", "room.reopened instead operator"},
        {"store-keeper:             {dept: [management, manufacturing]",
         "store-keeper:             {dept: "
         "[management, manufacturing, quality]",
         "store-keeper dept quality"},
        {"appointed: true, ja: 教育訓練責任者", "ja: 教育訓練責任者", "training-manager appointed"},
        {"assessed-within: 4h", "assessed-within: 8h", "assessed-within"},
        {"assessed-within: 4h", "assessed-within: 2h", NULL},
        {"measures-within: 180d", "measures-within: 181d", "measures-within"},
        {"qualified-within: 731d", "qualified-within: 800d", "qualified-within"},
        {"  exposure.positive: major", "  exposure.positive: minor", "grades exposure.positive"},
        {"  exposure.positive: major\n", "", "grades exposure.positive"},
    };
    struct rig *r = *state;
    for (size_t i = 0; i < sizeof(change) / sizeof(*change); i++) {
        const char *text = swapped(r, rights_text(rig_rights()), change[i].part, change[i].instead);
        struct rights *now = NULL;
        struct protocol_error e = {0};
        size_t n = 0;
        if (rights_load(text, strlen(text), &now, &e, 1, &n) != 0)
            fail_msg("%zu: %d:%d %s", i, e.line, e.column, e.text);
        const struct json *list = rights_weaker(&r->arena, rig_rights(), now);
        if (list->len != (change[i].weaker ? 1 : 0) ||
            (change[i].weaker && strcmp(list->child->str, change[i].weaker) != 0))
            fail_msg("%s: %zu named, first %s", change[i].instead, (size_t)list->len,
                     list->len ? list->child->str : "none");
        rights_free(now);
    }
}

#define T(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_table_of_rights_rules_once_both_have_accepted_it),
        T(test_a_proposal_waits_behind_another_change_and_can_be_put_back),
        T(test_a_table_of_another_version_locks_nobody_out),
        T(test_a_table_under_which_nobody_could_go_on_is_refused),
        T(test_who_is_suspended_is_nobody_for_a_table),
        T(test_an_accepted_table_is_put_back_by_two),
        T(test_each_right_that_becomes_weaker_is_named),
    };
    return cmocka_run_group_tests_name("rule_table", tests, NULL, NULL);
}
