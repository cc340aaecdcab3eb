/* Kinds of entries: one list, one module each; struct -> object -> struct. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/entry/deviation.h"
#include "core/entry/kind.h"
#include "core/entry/protocol.h"
#include "core/entry/lot.h"
#include "core/entry/person.h"
#include "core/entry/room.h"
#include "core/entry/step.h"
#include "core/rule/codes.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static const struct json *object(const char *text)
{
    const struct json *o = NULL;
    assert_int_equal(json_parse(&arena, text, strlen(text), &o, NULL), 0);
    return o;
}

static const char *text_of(const struct json *o)
{
    struct buf b;
    buf_init(&b);
    json_write(&b, o);
    const char *s = arena_strndup(&arena, b.data, b.len);
    buf_fini(&b);
    return s;
}

static struct shape_fault check(enum kind_id id, const char *text)
{
    return shape_check(&kind_of(id)->shape, object(text));
}

static void test_every_code_of_the_rules_finds_itself(void **state)
{
    (void)state;
    for (int s = SAY_NONE + 1; s < SAYS; s++)
        assert_int_equal(say_find(say_text((enum say)s)), s);
    assert_int_equal(say_find("no.such"), SAY_NONE);
    assert_int_equal(say_find(NULL), SAY_NONE);
}

static void test_every_name_finds_its_kind_and_its_module(void **state)
{
    (void)state;
    for (int i = 1; i < KINDS; i++) {
        const char *name = kind_text((enum kind_id)i);
        assert_int_equal(kind_find(name), i);
        assert_non_null(kind_of((enum kind_id)i));
        assert_int_equal(kind_of((enum kind_id)i)->id, i);
        assert_true(*kind_of((enum kind_id)i)->reads.ja && *kind_of((enum kind_id)i)->reads.en);
        assert_true(i == 1 || strcmp(kind_text((enum kind_id)(i - 1)), name) < 0);
    }
    assert_int_equal(kind_find("batch.close"), KIND_NONE);
    assert_int_equal(kind_find("batch.closedx"), KIND_NONE);
    assert_int_equal(kind_find(""), KIND_NONE);
    assert_int_equal(kind_find(NULL), KIND_NONE);
    assert_null(kind_of(KIND_NONE));
    assert_null(kind_text(KIND_NONE));
}

/* What a sentence names in braces is a member of the kind. */
static void test_sentences_name_members_only(void **state)
{
    (void)state;
    for (int i = 1; i < KINDS; i++) {
        const struct kind *k = kind_of((enum kind_id)i);
        const char *const both[] = {k->reads.ja, k->reads.en};
        for (int l = 0; l < 2; l++)
            for (const char *p = both[l]; (p = strchr(p, '{')); p++) {
                char name[40] = {0};
                memcpy(name, p + 1, strcspn(p + 1, "}"));
                assert_non_null(shape_member(&k->shape, name));
            }
    }
}

static void test_stream_types_are_read_off_their_names(void **state)
{
    (void)state;
    const char *rest;
    assert_int_equal(stream_type("batch/B1", &rest), STREAM_BATCH);
    assert_string_equal(rest, "B1");
    assert_int_equal(stream_type("log", &rest), STREAM_LOG);
    assert_string_equal(rest, "");
    assert_int_equal(stream_type("batches/B1", NULL), STREAM_NONE);
    assert_string_equal(stream_rest("day/B21/2026-11-02", STREAM_DAY), "B21/2026-11-02");
    assert_null(stream_rest("day/B21/2026-11-02", STREAM_BATCH));
}

static void test_a_body_is_built_and_read_again(void **state)
{
    (void)state;
    const struct derived derived[] = {{.field = "viability", .value = "70.0", .unit = "%"}};
    const struct step_input in = {
        .step = "count", .occ = 2, .field = "live", .text = "12", .derived = {1, derived}, .done = true};
    const struct json *body = kind_build(kind_of(KIND_STEP_INPUT), &in, NULL, &arena);
    assert_string_equal(text_of(body),
                        "{\"derived\":[{\"field\":\"viability\",\"unit\":\"%\",\"value\":\"70.0\"}],"
                        "\"done\":true,\"field\":\"live\",\"occ\":2,\"step\":\"count\",\"text\":\"12\"}");
    struct entry e = {.kind = "step.input", .body = body};
    struct body b;
    assert_int_equal(kind_read(&e, &arena, &b), 0);
    const struct step_input *got = kind_value(&b, KIND_STEP_INPUT);
    assert_non_null(got);
    assert_null(kind_value(&b, KIND_STEP_FORM));
    assert_int_equal(got->occ, 2);
    assert_string_equal(got->derived.item[0].value, "70.0");
    assert_true(got->done && !got->first && !got->unit);
}

static void test_what_was_judged_stands_beside_the_kind_s_own(void **state)
{
    (void)state;
    const char *const devs[] = {"B1-DV1"};
    const struct judged j = {.outcome = OUTCOME_DEVIATION, .code = "value.alert", .deviations = {1, devs}};
    const struct step_skipped s = {.step = "wash"};
    const struct json *body = kind_build(kind_of(KIND_STEP_SKIPPED), &s, &j, &arena);
    assert_string_equal(text_of(body), "{\"code\":\"value.alert\",\"deviations\":[\"B1-DV1\"],"
                                       "\"outcome\":\"deviation\",\"step\":\"wash\"}");
    struct entry e = {.kind = "step.skipped", .body = body};
    struct judged got;
    judged_read(&e, &arena, &got);
    assert_int_equal(got.outcome, OUTCOME_DEVIATION);
    assert_int_equal(got.deviations.n, 1);
}

static void test_personal_values_never_stand_in_the_body(void **state)
{
    (void)state;
    const struct hold_lifted h = {.batch = "B1", .hold = "B1-H1", .reason = {.value = "山田花子"}};
    struct secret list[2];
    const struct kind *k = kind_of(KIND_HOLD_LIFTED);
    assert_string_equal(text_of(kind_build(k, &h, NULL, &arena)), "{\"hold\":\"B1-H1\"}");
    assert_int_equal(shape_secrets(&k->shape, &h, list, 2), 1);
    assert_string_equal(list[0].name, "reason");
    assert_string_equal(list[0].value, "山田花子");
    struct entry e = {.kind = "hold.lifted",
                      .body = object("{\"hold\":\"B1-H1\"}"),
                      .pd = object("{\"reason\":\"digest\"}")};
    struct body b;
    assert_int_equal(kind_read(&e, &arena, &b), 0);
    const struct hold_lifted *got = kind_value(&b, KIND_HOLD_LIFTED);
    assert_string_equal(got->reason.digest, "digest");
    assert_null(got->reason.value);
}

static void test_a_cause_is_a_code_of_the_daemon_or_a_person_s_words(void **state)
{
    (void)state;
    const struct room_blocked by_itself = {.room = "B2", .code = "value.action"};
    const struct kind *k = kind_of(KIND_ROOM_BLOCKED);
    assert_string_equal(text_of(kind_build(k, &by_itself, NULL, &arena)),
                        "{\"cause\":\"value.action\",\"room\":\"B2\"}");
    struct room_blocked asked;
    const struct json *request = object("{\"cause\":\"mould\",\"room\":\"B2\"}");
    assert_int_equal(shape_check(&k->shape, request).kind, SHAPE_FINE);
    shape_take(&k->shape, request, &arena, &asked);
    assert_string_equal(asked.cause.value, "mould");
    assert_null(asked.code);
}

static void test_an_empty_list_is_said(void **state)
{
    (void)state;
    struct person_record p;
    const struct kind *k = kind_of(KIND_PERSON_CHANGED);
    struct entry e = {.kind = "person.changed", .body = object("{\"person\":\"OP1\",\"roles\":[]}")};
    struct body b;
    assert_int_equal(kind_read(&e, &arena, &b), 0);
    p = *(const struct person_record *)b.value;
    assert_true(p.roles.item && p.roles.n == 0 && !p.qualified.item);
    assert_string_equal(text_of(kind_build(k, &p, NULL, &arena)), "{\"person\":\"OP1\",\"roles\":[]}");
}

static void assert_fault(struct shape_fault f, enum shape_fault_kind kind, const char *member)
{
    assert_int_equal(f.kind, kind);
    assert_string_equal(f.member, member);
}

static void test_a_request_is_checked_member_by_member(void **state)
{
    (void)state;
#define LOT "\"expiry\":\"2027-01-31\",\"lot\":\"L1\",\"material\":\"il-2\""
    assert_int_equal(check(KIND_LOT_RECEIVED, "{" LOT "}").kind, SHAPE_FINE);
    assert_fault(check(KIND_LOT_RECEIVED, "{" LOT ",\"patient-name\":\"x\"}"), SHAPE_UNKNOWN, "patient-name");
    assert_fault(check(KIND_LOT_RECEIVED, "{\"lot\":\"L1\",\"material\":\"il-2\"}"), SHAPE_MISSING, "expiry");
    assert_fault(check(KIND_LOT_RECEIVED, "{\"expiry\":\"2027-02-30\",\"lot\":\"L1\",\"material\":\"x\"}"),
                 SHAPE_MALFORMED, "expiry");
    assert_fault(check(KIND_LOT_RECEIVED, "{" LOT ",\"units\":\"3\"}"), SHAPE_MALFORMED, "units");
    assert_fault(check(KIND_PERSON_CHANGED, "{\"cred\":\"x\",\"person\":\"OP1\"}"), SHAPE_UNKNOWN, "cred");
    assert_fault(check(KIND_PERSON_CHANGED, "{\"dept\":\"kitchen\",\"person\":\"OP1\"}"), SHAPE_MALFORMED,
                 "dept");
    assert_fault(check(KIND_PERSON_CHANGED,
                       "{\"person\":\"OP1\",\"qualified\":[{\"name\":\"aseptic\",\"until\":\"for ever\"}]}"),
                 SHAPE_MALFORMED, "qualified");
    assert_fault(check(KIND_DEVIATION_CLOSED, "{\"dev\":\"B1-DV1\",\"reason\":\"r\"}"), SHAPE_MISSING,
                 "batch");
    assert_fault(shape_check(&kind_of(KIND_LOT_RECEIVED)->shape, NULL), SHAPE_MALFORMED, "");
}

static void test_an_old_body_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    struct entry e = {.kind = "lot.received",
                      .body =
                          object("{\"colour\":\"red\",\"expiry\":\"2027-01-31\",\"gtin\":5,\"lot\":\"L1\","
                                 "\"material\":\"il-2\"}")};
    struct body b;
    assert_int_equal(kind_read(&e, &arena, &b), 0);
    const struct lot_received *l = kind_value(&b, KIND_LOT_RECEIVED);
    assert_null(l->gtin);
    assert_string_equal(l->material, "il-2");
    e.body = object("{\"expiry\":\"2027-01-31\",\"lot\":5,\"material\":\"il-2\"}");
    assert_int_equal(kind_read(&e, &arena, &b), CPF_E_PROFILE);
    e.kind = "lot.painted";
    assert_int_equal(kind_read(&e, &arena, &b), CPF_E_PROFILE);
}

/* A part is bounded as it will stand in its entry: a quote takes two bytes there, a control character six. */
static void test_protocol_part_is_bounded_as_it_is_written(void **state)
{
    static const char *const with[] = {"a", "\"", "\n", "\x01", "品"};
    static char text[90001];
    (void)state;
    for (size_t k = 0; k < sizeof(with) / sizeof(*with); k++) {
        struct arena a;
        struct buf b;
        size_t each = strlen(with[k]), len = 0;
        arena_init(&a, 0);
        buf_init(&b);
        for (; len + each < sizeof(text); len += each)
            memcpy(text + len, with[k], each);
        text[len] = 0;
        size_t n = protocol_part(text, len);
        assert_in_range(n, 1, len);
        assert_int_equal(n % each, 0); /* no character cut */
        json_write(&b, json_str(&a, arena_strndup(&a, text, n)));
        assert_true(b.len <= 60010);
        buf_fini(&b);
        arena_fini(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_protocol_part_is_bounded_as_it_is_written),
        cmocka_unit_test(test_every_name_finds_its_kind_and_its_module),
        cmocka_unit_test(test_every_code_of_the_rules_finds_itself),
        cmocka_unit_test(test_sentences_name_members_only),
        cmocka_unit_test(test_stream_types_are_read_off_their_names),
        cmocka_unit_test(test_a_body_is_built_and_read_again),
        cmocka_unit_test(test_what_was_judged_stands_beside_the_kind_s_own),
        cmocka_unit_test(test_personal_values_never_stand_in_the_body),
        cmocka_unit_test(test_a_cause_is_a_code_of_the_daemon_or_a_person_s_words),
        cmocka_unit_test(test_an_empty_list_is_said),
        cmocka_unit_test(test_a_request_is_checked_member_by_member),
        cmocka_unit_test(test_an_old_body_is_read_as_far_as_it_goes),
    };
    return cmocka_run_group_tests_name("kind", tests, setup, teardown);
}
