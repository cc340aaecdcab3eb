/* Who the patient is: corrected before the go, by the physician; frozen after it; written in two ways. */
#include "bench_rig.h"
#include "core/entry/identity.h"

#define NAMED "title: {ja: 題, en: T}"

static const char steps[] =
    "  - {id: go, " NAMED ", where: [CL], by: [physician], dept: clinic, after: [], "
    "sign: {verb: go, meaning: {ja: 可, en: Go}}, fields: [{id: c, " NAMED
    ", choice: {good: {title: {ja: 良, en: Good}, is: ok}}}]}\n"
    "  - {id: identify, " NAMED
    ", where: [CL], by: [nurse], dept: clinic, form: true, repeat: 0, after: [],\n"
    "      fields: [{id: said, " NAMED ", identity: order.name}, {id: day, " NAMED
    ", identity: order.birth}]}\n"
    "  - {id: label, " NAMED
    ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0, fields: "
    "[{id: t, " NAMED ", scan: container, label: [T], use: issue}]}\n"
    "  - {id: fill, " NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [label], repeat: 0, "
    "fields: [{id: f, " NAMED ", scan: container, label: [T], use: fill}]}\n";

static int begin(void **state)
{
    rig_set_up(state, steps, NULL);
    struct rig *r = *state;
    accepted(rig_order(r, "B1", "P000077"));
    rig_at(r, "CL1");
    accepted(rig_sign_in(r, "DR"));
    accepted(rig_sign_in(r, "N1"));
    accepted(rig_sign_in(r, "CO"));
    return 0;
}

static const struct verdict *correct(struct rig *r, const char *by, const char *field, const char *value)
{
    return rig_record(r, by, "correction",
                      arena_printf(&r->arena,
                                   "batch=B1|step=order|field=%s|value=%s|reason=misread|witness=P:%s", field,
                                   value, strcmp(by, "DR") == 0 ? "CO" : "DR"));
}

static const struct verdict *supplement(struct rig *r, const char *by, const char *field, const char *value)
{
    return rig_record(r, by, "identity.supplemented",
                      arena_printf(&r->arena,
                                   "batch=B1|step=order|field=%s|value=%s|document=KOSEKI-17|reason=married|"
                                   "witness=P:%s",
                                   field, value, strcmp(by, "DR") == 0 ? "N1" : "DR"));
}

static const struct verdict *identify(struct rig *r, const char *name)
{
    rig_at(r, "CL1");
    return rig_form(r, "N1", "B1", "identify", arena_printf(&r->arena, "said=%s|day=" RIG_BIRTH, name));
}

/* Of a correction: what it means was judged by two before. */
static void judge(struct rig *r, const char *dev)
{
    rig_at(r, "QA1");
    accepted(rig_record(r, "QC2", "deviation.assessed",
                        arena_printf(&r->arena, "batch=B1|dev=%s|grade=minor|reason=seen", dev)));
    accepted(rig_record(r, "QM", "deviation.confirmed", arena_printf(&r->arena, "batch=B1|dev=%s", dev)));
}

static void lift(struct rig *r, const char *hold)
{
    rig_at(r, "QA1");
    accepted(
        rig_record(r, "QM", "hold.lifted", arena_printf(&r->arena, "batch=B1|hold=%s|reason=seen", hold)));
    rig_at(r, "CL1");
}

static const struct verdict *go(struct rig *r)
{
    rig_at(r, "CL1");
    return rig_sign(r, "DR", "B1", "go", "c=good");
}

static void test_correction_before_the_go_is_the_physicians_and_holds(void **state)
{
    struct rig *r = *state;
    refused(correct(r, "N1", "patient", "P000002"), "ident.physician");
    hold(correct(r, "DR", "patient", "P000002"), "ident.corrected");
    assert_string_equal(batch_input(rig_batch(r, "B1"), (struct ref){0, 0})->text, "P000002");
    refused(go(r), "decision.hold");
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=seen"), "hold.unjudged");
    with_arg(&r->v, "dev", "B1-DV1");
    judge(r, "B1-DV1");
    lift(r, "B1-H1");
    accepted(go(r));
}

#define DOCUMENT "|document=DR-12|sha256=n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"

static const struct verdict *clear(struct rig *r, const char *by, const char *more)
{
    rig_at(r, "QA1");
    return rig_record(r, by, "hold.lifted",
                      arena_printf(&r->arena, "batch=B1|hold=B1-H1|reason=misheard%s", more));
}

static void test_another_patient_is_cleared_by_both_sides_and_looked_into(void **state)
{
    struct rig *r = *state;
    accepted(go(r));
    refused(identify(r, "田中花子"), "ident.patient");
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "MM"));
    accepted(rig_sign_in(r, "QC2"));
    refused(clear(r, "QM", ""), "right.second");
    refused(clear(r, "MM", DOCUMENT), "record.role");
    refused(clear(r, "QM", DOCUMENT "|witness=P:QC2"), "right.second-role");
    refused(clear(r, "QM", "|witness=P:MM"), "right.document");
    deviation(clear(r, "QM", DOCUMENT "|witness=P:MM"), "ident.cleared");
    accepted(identify(r, RIG_NAME)); /* nobody waits for the assessment */
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x"),
            "act.caused");
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x"));
    accepted(rig_record(r, "FM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
}

static void test_identity_is_frozen_from_the_go_on(void **state)
{
    struct rig *r = *state;
    static const char *const field[][2] = {
        {"patient", "P000002"}, {"draw", "2026-11-03"}, {"name", "other"}, {"birth", "1975-03-10"}};
    accepted(go(r));
    for (size_t i = 0; i < sizeof(field) / sizeof(*field); i++) {
        refused(correct(r, "DR", field[i][0], field[i][1]), "ident.frozen");
        with_arg(&r->v, "field", field[i][0]);
    }
}

static void test_identity_is_frozen_once_it_was_said_or_a_vessel_is_filled(void **state)
{
    struct rig *r = *state;
    accepted(identify(r, RIG_NAME));
    refused(correct(r, "DR", "patient", "P000002"), "ident.frozen");
    rig_begin(r, "B2");
    accepted(rig_one(r, "LABEL", "C:B2-T1"));
    accepted(rig_one(r, "FILL", "C:B2-T1"));
    assert_true(rig_batch(r, "B2")->container[0]->state == CONTAINER_FILLED);
    rig_at(r, "CL1");
    refused(rig_record(r, "DR", "correction",
                       "batch=B2|step=order|field=patient|value=P000009|reason=x|witness=P:CO"),
            "ident.frozen");
}

static void test_correction_makes_no_second_order_of_a_draw(void **state)
{
    struct rig *r = *state;
    accepted(rig_order(r, "B2", "P000002"));
    rig_at(r, "CL1");
    refused(correct(r, "DR", "patient", "P000002"), "order.duplicate");
    with_arg(&r->v, "batch", "B2");
}

static void test_name_has_another_writing_once_quality_has_signed(void **state)
{
    struct rig *r = *state;
    accepted(go(r));
    refused(supplement(r, "N1", "name", "鈴木花子"), "ident.physician");
    refused(supplement(r, "DR", "patient", "P000002"), "ident.writing");
    refused(supplement(r, "DR", "none", "x"), "ident.writing");
    refused(supplement(r, "DR", "name", RIG_NAME), "record.exists");
    accepted_as(supplement(r, "DR", "name", "鈴木花子"), "ident.supplemented");
    assert_true(rig_says(r, "\"document\":\"KOSEKI-17\""));
    assert_true(rig_says(r, "\"holds\":[\"B1-H1\"]"));
    assert_false(rig_says(r, "鈴木"));
    refused(identify(r, "鈴木花子"), "decision.hold");
    lift(r, "B1-H1");
    accepted(identify(r, "鈴木花子"));
    accepted(identify(r, RIG_NAME)); /* the first one stays */
    refused(identify(r, "田中花子"), "ident.patient");
}

static void test_erased_writing_matches_nobody(void **state)
{
    struct rig *r = *state;
    accepted_as(supplement(r, "DR", "name", "鈴木花子"), "ident.supplemented");
    lift(r, "B1-H1");
    const char *digest = rig_batch(r, "B1")->writing[0].digest;
    book_forget(&r->book, "batch/B1", digest);
    map_remove(&r->disclosed, digest);
    refused(identify(r, "鈴木花子"), "ident.patient");
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_correction_before_the_go_is_the_physicians_and_holds),
        TEST(test_another_patient_is_cleared_by_both_sides_and_looked_into),
        TEST(test_identity_is_frozen_from_the_go_on),
        TEST(test_identity_is_frozen_once_it_was_said_or_a_vessel_is_filled),
        TEST(test_correction_makes_no_second_order_of_a_draw),
        TEST(test_name_has_another_writing_once_quality_has_signed),
        TEST(test_erased_writing_matches_nobody),
    };
    return cmocka_run_group_tests_name("rule: who the patient is", tests, NULL, NULL);
}
