/* Orders: what must be so before anything is made, each beside the honest order. */
#include "bench_rig.h"

#include "base/enc.h"
#include "core/protocol/protocol.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED  "title: {ja: 題, en: T}"
#define DIGEST "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define PAPER  "|document=N-2026-17|sha256=" DIGEST

/* What the sample protocol of the rig does not say: what each field means. */
static const char ordered[] =
    "protocol: ordered\nversion: \"1\"\nproduct: {ja: 製品, en: Product}\nsteps:\n"
    "  - {id: order, " NAMED ", by: [coordinator, physician], dept: clinic, form: true, opens: true, unique: "
    "[patient, draw], fields: [\n"
    "      {id: patient, " NAMED ", token: \"^P[0-9I]{6}$\", donor: true},\n"
    "      {id: kanji, " NAMED ", text: true, means: name},\n"
    "      {id: kana, " NAMED ", text: true, means: name},\n"
    "      {id: birth, " NAMED ", text: true, day: true, means: birth},\n"
    "      {id: plan, " NAMED ", token: \"^P[ABC][0-9]{7}$\", means: plan},\n"
    "      {id: facility, " NAMED ", token: \"^F[ABC][0-9]{7}$\", means: facility},\n"
    "      {id: physician, " NAMED ", token: \"^[A-Z0-9]{1,9}$\", means: physician, optional: true},\n"
    "      {id: draw, " NAMED ", date: true, means: draw},\n"
    "      {id: infusion, " NAMED ", date: true, means: infusion}]}\n"
    "  - {id: go, " NAMED
    ", where: [QA], by: [physician], dept: clinic, repeat: 0, sign: {verb: go, meaning: "
    "{ja: 可, en: Go}}, fields: [{id: c, " NAMED ", text: true, optional: true}]}\n"
    "  - {id: harvest, " NAMED
    ", where: [QA], by: [production-manager], dept: manufacturing, repeat: 0, after: [], "
    "sign: {verb: go, meaning: {ja: 可, en: Go}}, fields: [{id: c, " NAMED ", text: true, optional: true}]}\n"
    "  - {id: end, " NAMED
    ", where: [QA], by: [production-manager], dept: manufacturing, after: [], closes: true, "
    "sign: {verb: complete, meaning: {ja: 完了, en: End}}, fields: [{id: c, " NAMED
    ", text: true, optional: true}]}\n";

static void register_protocol(struct rig *r)
{
    struct arena *a = &r->arena;
    struct protocol *p = NULL;
    struct protocol_error err = {0};
    size_t n = 0;
    char hash[44];
    struct buf text;
    if (protocol_load(ordered, strlen(ordered), &p, &err, 1, &n) != 0)
        fail_msg("%d:%d: %s (%s)", err.line, err.column, err.text, err.hint);
    enc_digest(p->hash, hash);
    protocol_free(p);
    buf_init(&text);
    json_write(&text, json_set_int(a, json_set_str(a, json_object(a), "text", ordered), "part", 1));
    rig_entry(r, "protocol/ordered@1", "protocol.text", text.data);
    buf_fini(&text);
    rig_entry(r, "protocol/ordered@1", "protocol.registered",
              arena_printf(a, "{\"hash\":\"%s\",\"protocol\":\"ordered\",\"version\":\"1\"}", hash));
    rig_entry(r, "protocol/ordered@1", "protocol.approved", "{\"dept\":\"manufacturing\"}");
    rig_entry(r, "protocol/ordered@1", "protocol.approved", "{\"dept\":\"quality\"}");
}

static int begin(void **state)
{
    int err = rig_set_up(state, "", NULL);
    struct rig *r = *state;
    rig_entry(r, "facility", "facility.opened", "{\"id\":\"TEST\",\"number\":\"FC9990001\"}");
    register_protocol(r);
    rig_entry(r, "person/DR2", "person.enrolled",
              "{\"dept\":\"clinic\",\"person\":\"DR2\",\"roles\":[\"physician\"]}");
    rig_entry(r, "person/CO2", "person.enrolled",
              "{\"dept\":\"clinic\",\"person\":\"CO2\",\"roles\":[\"coordinator\"]}");
    rig_at(r, "QA1");
    static const char *const here[] = {"QM", "FM", "CO", "CO2", "DR", "DR2"};
    for (size_t i = 0; i < sizeof(here) / sizeof(*here); i++)
        accepted(rig_sign_in(r, here[i]));
    return err;
}

/* A facility that knows its clinic and plan: 2026-01-01 to 2026-12-31. */
static int begin_with_plan(void **state)
{
    int err = begin(state);
    struct rig *r = *state;
    rig_entry(
        r, "clinic/C1", "clinic.added",
        "{\"address_ja\":\"大阪\",\"clinic\":\"C1\",\"name_ja\":\"医院\",\"staff\":[\"CO\",\"DR\",\"DR2\"]}");
    rig_entry(r, "plan/PC5170071", "plan.registered",
              "{\"clinic\":\"C1\",\"from\":\"2026-01-01\",\"physicians\":[\"DR\"],\"plan\":\"PC5170071\","
              "\"products\":[\"ordered\"],\"until\":\"2026-12-31\"}");
    return err;
}

struct said {
    const char *who, *plan, /* NULL: the honest one; physician "": not said */
        *facility, *physician, *draw, *infusion, *birth, *patient;
};

static const struct verdict *order_as(struct rig *r, const char *batch, struct said s)
{
#define OR(member, dflt) (s.member ? s.member : (dflt))
    const char *physician =
        *OR(physician, "DR") ? arena_printf(&r->arena, "|physician=%s", OR(physician, "DR")) : "";
    r->next.protocol = "ordered";
    return rig_form(r, OR(who, "CO"), batch, "order",
                    arena_printf(&r->arena,
                                 "patient=%s|kanji=" RIG_NAME
                                 "|kana=ヤマダ|birth=%s|plan=%s|facility=%s|draw=%s|"
                                 "infusion=%s%s",
                                 OR(patient, "P000001"), OR(birth, RIG_BIRTH), OR(plan, "PC5170071"),
                                 OR(facility, "FC9990001"), OR(draw, "2026-11-10"),
                                 OR(infusion, "2026-11-24"), physician));
}

#define order(r, ...) order_as(r, "N1", (struct said){__VA_ARGS__})

/* ---- the plan ---- */

static void test_plan_is_known(void **state)
{
    struct rig *r = *state;
    refused(order(r, .plan = "PC5999999"), "order.plan");
    with_arg(&r->v, "plan", "PC5999999");
    accepted(order(r, .plan = "PC5170071"));
}

static const struct verdict *look(struct rig *r, const char *who)
{
    struct json *body = json_set_str(&r->arena, json_object(&r->arena), "batch", "N1");
    struct command c = {.kind = COMMAND_RECORD, .station = r->station, .record = "personal.shown"};
    c.person = book_person(&r->book, who);
    c.body = json_set_str(&r->arena, body, "what", "pdf");
    c.signed_in = c.shows = true;
    return rig_run(r, &c);
}

static void test_names_are_for_the_clinic_that_ordered(void **state)
{
    struct rig *r = *state;
    accepted(order(r, .plan = NULL));
    refused(look(r, "CO2"), "order.clinic");
    accepted(look(r, "CO"));
}

static void test_name_is_written_otherwise_by_a_physician_of_the_plan(void **state)
{
    static const char body[] =
        "batch=N1|step=order|field=kanji|value=山田 華子|document=K-1|reason=x|witness=P:CO2";
    struct rig *r = *state;
    accepted(order(r, .plan = NULL));
    refused(rig_record(r, "DR2", "identity.supplemented", body), "order.physician");
    accepted_as(rig_record(r, "DR", "identity.supplemented", body), "ident.supplemented");
}

static void test_plan_is_in_force_today_and_when_the_cells_are_given(void **state)
{
    struct rig *r = *state;
    refused(order(r, .infusion = "2027-01-01"), "order.plan-day");
    with_arg(&r->v, "until", "2026-12-31");
    accepted(order(r, .infusion = "2026-12-31"));
    rig_record(r, "FM", "plan.changed", "plan=PC5170071|until=2026-11-01|reason=x|witness=P:QM" PAPER);
    refused(order_as(
                r, "N2",
                (struct said){
                    .physician = "DR", .patient = "P000002", .draw = "2026-11-01", .infusion = "2026-11-01"}),
            "order.plan-day");
}

static void test_plan_is_of_this_product(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "plan/PC5170071", "plan.changed", "{\"plan\":\"PC5170071\",\"products\":[\"sample\"]}");
    refused(order(r, .plan = NULL), "order.product");
    rig_entry(r, "plan/PC5170071", "plan.changed",
              "{\"plan\":\"PC5170071\",\"products\":[\"sample\",\"ordered\"]}");
    accepted(order(r, .plan = NULL));
}

static void test_only_the_clinics_own_people_order_under_its_plan(void **state)
{
    struct rig *r = *state;
    refused(order(r, .who = "CO2"), "order.clinic");
    with_arg(&r->v, "person", "CO2");
    accepted(order(r, .who = "CO"));
}

static void test_physician_is_in_the_plan(void **state)
{
    struct rig *r = *state;
    refused(order(r, .physician = "DR2"), "order.physician");
    with_arg(&r->v, "person", "DR2");
    refused(order(r, .physician = ""), "value.missing");
    refused(order(r, .who = "DR2", .physician = ""), "order.physician");
    accepted(order(r, .who = "DR", .physician = ""));
}

static void test_go_is_a_physicians_of_the_plan(void **state)
{
    struct rig *r = *state;
    accepted(order(r, .plan = NULL));
    refused(rig_sign(r, "DR2", "N1", "go", ""), "order.physician");
    accepted(rig_sign(r, "DR", "N1", "go", ""));
    accepted(rig_sign(r, "MM", "N1", "harvest", "")); /* manufacturing's own */
    rig_entry(r, "plan/PC5170071", "plan.changed", "{\"plan\":\"PC5170071\",\"until\":\"2026-11-01\"}");
    refused(rig_sign(r, "DR", "N1", "go", ""), "order.plan-day");
}

static void test_log_without_plans_asks_nothing_of_them(void **state)
{
    struct rig *r = *state;
    accepted(order(r, .plan = "PC5999999", .physician = ""));
    accepted(rig_sign(r, "DR2", "N1", "go", ""));
}

/* ---- the facility and the days ---- */

static void test_order_is_for_this_facility(void **state)
{
    struct rig *r = *state;
    refused(order(r, .facility = "FC1234567"), "order.facility");
    with_arg(&r->v, "facility", "FC9990001");
    accepted(order(r, .facility = "FC9990001"));
}

static void test_days_come_one_after_the_other(void **state)
{
    struct rig *r = *state;
    refused(order(r, .infusion = "2026-11-09"), "order.infusion");
    refused(order(r, .draw = "2026-10-31"), "order.draw");
    refused(order(r, .draw = "2027-11-10", .infusion = "2027-11-24"), "form.faults");
    assert_true(rig_says(r, "\"code\":\"order.draw\"")); /* and the plan has ended by then */
    assert_true(rig_says(r, "\"code\":\"order.plan-day\""));
    accepted(order(r, .draw = "2026-11-01", .infusion = "2026-11-01"));
}

static void test_somebody_was_born_that_day(void **state)
{
    struct rig *r = *state;
    refused(order(r, .birth = "banana"), "date.invalid");
    refused(order(r, .birth = "2026-11-03"), "order.birth");
    refused(order(r, .birth = "1749-11-23"), "order.birth");
    accepted(order(r, .birth = "昭和24年11月23日"));
}

static void test_correction_of_an_order_is_held_to_it(void **state)
{
    struct rig *r = *state;
    accepted(order(r, .plan = NULL));
    rig_wait(r, 3 * RIG_DAY);
    accepted(rig_sign_in(r, "DR"));
    accepted(rig_sign_in(r, "CO"));
    refused(rig_record(r, "DR", "correction",
                       "batch=N1|step=order|field=plan|value=PC5999999|reason=x|witness=P:CO"),
            "order.plan");
    refused(rig_record(r, "DR", "correction",
                       "batch=N1|step=order|field=infusion|value=2026-11-09|reason=x|witness=P:CO"),
            "order.infusion");
    accepted(rig_record(r, "DR", "correction",
                        "batch=N1|step=order|field=infusion|value=2026-11-25|reason=x|witness=P:CO"));
}

/* ---- clinics and plans ---- */

static void test_plan_is_registered_by_two_with_its_notice(void **state)
{
    struct rig *r = *state;
    static const char body[] = "plan=PC5180002|clinic=C1|products=[ordered]|physicians=[DR]|from=2026-10-01";
#define WITH(more) arena_printf(&r->arena, "%s" more, body)
    refused(rig_record(r, "FM", "plan.registered", WITH(PAPER)), "right.second");
    refused(rig_record(r, "CO", "plan.registered", WITH("|witness=P:QM" PAPER)), "record.role");
    refused(rig_record(r, "FM", "plan.registered", WITH("|witness=P:QM")), "right.document");
    accepted(rig_record(r, "FM", "plan.registered", WITH("|witness=P:QM" PAPER)));
    refused(rig_record(r, "FM", "plan.registered", WITH("|witness=P:QM" PAPER)), "record.exists");
    accepted(order(r, .plan = "PC5180002", .infusion = "2027-05-01"));
}

static void test_plan_names_who_and_what_is_known(void **state)
{
    struct rig *r = *state;
#define PLAN(clinic, product, physician)                                                                     \
    rig_record(r, "FM", "plan.registered",                                                                   \
               "plan=PC5180002|clinic=" clinic "|products=[" product "]|physicians=[" physician              \
               "]|from=2026-10-01|witness=P:QM" PAPER)
    refused(PLAN("C2", "ordered", "DR"), "record.word-near");
    refused(PLAN("C1", "order", "DR"), "record.word-near");
    refused(PLAN("C1", "ordered", "CO"), "record.word");
    refused(PLAN("C1", "ordered", "DRR"), "record.word-near");
    with_arg(&r->v, "near", "DR");
    accepted(PLAN("C1", "ordered", "DR"));
}

static void test_clinic_is_changed_by_two(void **state)
{
    struct rig *r = *state;
    refused(rig_record(r, "FM", "clinic.changed", "clinic=C1|staff=[CO,CO2]|reason=x"), "right.second");
    refused(rig_record(r, "FM", "clinic.changed", "clinic=C1|staff=[CO,CO22]|reason=x|witness=P:QM"),
            "record.word-near");
    accepted(rig_record(r, "FM", "clinic.changed", "clinic=C1|staff=[CO2]|reason=x|witness=P:QM"));
    refused(order(r, .who = "CO"), "order.clinic");
    accepted(order(r, .who = "CO2"));
}

/* ---- numbers ---- */

static void numbered(struct rig *r, const char *more)
{
    rig_entry(r, "facility", "facility.opened",
              arena_printf(&r->arena, "{\"first\":7,\"id\":\"TEST\",%s\"numbering\":\"N{yy}-{nnn}\"}", more));
}

static const struct verdict *order_of(struct rig *r, const char *batch, const char *patient)
{
    return order_as(r, batch,
                    (struct said){.patient = patient, /* somebody else each time */
                                  .birth = arena_printf(&r->arena, "1960-01-0%c", patient[6])});
}

static void test_batch_gets_the_number_that_comes_next(void **state)
{
    struct rig *r = *state;
    numbered(r, "");
    accepted(order_of(r, NULL, "P000001"));
    assert_non_null(rig_batch(r, "N26-007"));
    refused(order_of(r, "N26-010", "P000002"), "batch.number");
    with_arg(&r->v, "next", "N26-008");
    refused(order_of(r, "MINE", "P000002"), "batch.number");
    accepted(order_of(r, "N26-008", "P000002"));
    accepted(order_of(r, NULL, "P000003"));
    assert_non_null(rig_batch(r, "N26-009"));
}

static void test_number_of_a_closed_batch_counts(void **state)
{
    struct rig *r = *state;
    r->drops = true;
    numbered(r, "");
    accepted(order_of(r, NULL, "P000001"));
    accepted(rig_sign(r, "MM", "N26-007", "end", ""));
    assert_null(book_batch(&r->book, "N26-007"));
    accepted(order_of(r, NULL, "P000002"));
    assert_non_null(rig_batch(r, "N26-008"));
}

static void test_count_begins_anew_with_the_year(void **state)
{
    struct rig *r = *state;
    numbered(r, "");
    accepted(order_of(r, NULL, "P000001"));
    rig_wait(r, 60 * RIG_DAY);
    accepted(rig_sign_in(r, "CO"));
    rig_entry(r, "plan/PC5170071", "plan.changed", "{\"plan\":\"PC5170071\",\"until\":\"2027-12-31\"}");
    accepted(order_as(r, NULL,
                      (struct said){.draw = "2027-01-10", .infusion = "2027-01-24", .birth = "1960-01-01"}));
    assert_non_null(rig_batch(r, "N27-007"));
}

static void test_without_a_rule_the_order_says_the_number(void **state)
{
    struct rig *r = *state;
    refused(order_of(r, NULL, "P000001"), "value.missing");
    with_arg(&r->v, "field", "batch");
    accepted(order_of(r, "WHATEVER-1", "P000001"));
}

static void test_rule_of_numbers_is_changed_by_two(void **state)
{
    struct rig *r = *state;
    refused(rig_record(r, "FM", "facility.numbering", "numbering=NK{nnnn}|reason=x"), "right.second");
    refused(rig_record(r, "FM", "facility.numbering", "numbering=NK{n}|reason=x|witness=P:QM"),
            "record.invalid");
    accepted(rig_record(r, "FM", "facility.numbering", "numbering=NK{nnnn}|reason=x|witness=P:QM"));
    accepted(order_of(r, NULL, "P000001"));
    assert_non_null(rig_batch(r, "NK0001"));
}

static void test_numbers_that_look_alike_are_not_both_given(void **state)
{
    struct rig *r = *state;
    r->drops = true;
    accepted(order_of(r, "N0-1", "P000001"));
    refused(order_of(r, "NO-1", "P000002"), "order.look-alike");
    with_arg(&r->v, "batch", "N0-1");
    accepted(rig_sign(r, "MM", "N0-1", "end", ""));
    refused(order_of(r, "NO-1", "P000002"), "order.look-alike"); /* of a closed one, too */
    refused(order_as(r, "N2", (struct said){.patient = "P00000I", .birth = "1961-01-01"}),
            "order.look-alike");
    with_arg(&r->v, "field", "patient");
    accepted(order_of(r, "N2", "P000002"));
}

/* ---- somebody whom we have already ---- */

static const struct verdict *order_for(struct rig *r, const char *batch, const char *patient,
                                       const char *draw, const char *birth)
{
    return order_as(r, batch, (struct said){.patient = patient, .draw = draw, .birth = birth});
}

static void test_same_person_under_another_number_is_asked(void **state)
{
    struct rig *r = *state;
    r->drops = true;
    accepted(order_for(r, "N1", "P000001", "2026-11-10", RIG_BIRTH));
    refused(order_for(r, "N2", "P000002", "2026-11-20", RIG_BIRTH), "order.same-person");
    with_arg(&r->v, "batch", "N1");
    refused(order_for(r, "N2", "P000002", "2026-11-20", "昭和50年3月9日"), "order.same-person");
    accepted(rig_sign(r, "MM", "N1", "end", "")); /* a closed one, too */
    refused(order_for(r, "N2", "P000002", "2026-11-20", RIG_BIRTH), "order.same-person");
    accepted(order_for(r, "N2", "P000002", "2026-11-20", "1975-03-10"));
}

static void test_number_of_somebody_else_is_asked(void **state)
{
    struct rig *r = *state;
    accepted(order_for(r, "N1", "P000001", "2026-11-10", RIG_BIRTH));
    refused(order_for(r, "N2", "P000001", "2026-11-20", "1980-01-01"), "order.other-person");
    accepted(order_for(r, "N2", "P000001", "2026-11-20", RIG_BIRTH));
}

static void test_draw_a_day_from_another_is_asked(void **state)
{
    struct rig *r = *state;
    r->drops = true;
    accepted(order_for(r, "N1", "P000001", "2026-11-10", RIG_BIRTH));
    refused(order_for(r, "N2", "P000001", "2026-11-10", RIG_BIRTH), "order.duplicate");
    refused(order_for(r, "N2", "P000001", "2026-11-11", RIG_BIRTH), "order.near-draw");
    accepted(rig_sign(r, "MM", "N1", "end", ""));
    refused(order_for(r, "N2", "P000001", "2026-11-09", RIG_BIRTH), "order.near-draw");
    accepted(order_for(r, "N2", "P000001", "2026-11-12", RIG_BIRTH));
}

static void test_quality_answers_for_one_order_and_names_the_other(void **state)
{
    struct rig *r = *state;
    accepted(order_for(r, "N1", "P000001", "2026-11-10", RIG_BIRTH));
    refused(rig_record(r, "CO", "order.answered", "batch=N1|patient=P000002|draw=2026-11-20|reason=x"),
            "record.role");
    refused(rig_record(r, "QM", "order.answered", "batch=N9|patient=P000002|draw=2026-11-20|reason=x"),
            "batch.unknown");
    accepted(rig_record(r, "QM", "order.answered", "batch=N1|patient=P000002|draw=2026-11-20|reason=x"));
    refused(order_for(r, "N2", "P000003", "2026-11-20", RIG_BIRTH), "order.same-person");
    refused(order_for(r, "N2", "P000002", "2026-11-21", RIG_BIRTH), "order.same-person");
    accepted(order_for(r, "N2", "P000002", "2026-11-20", RIG_BIRTH));
}

static const struct verdict *corrected(struct rig *r, const char *field, const char *value)
{
    return rig_record(
        r, "DR", "correction",
        arena_printf(&r->arena, "batch=N2|step=order|field=%s|value=%s|reason=x|witness=P:CO", field, value));
}

static void test_correction_of_an_order_asks_whose_it_is(void **state)
{
    struct rig *r = *state;
    r->drops = true;
    accepted(order_for(r, "N1", "P000001", "2026-11-10", RIG_BIRTH));
    accepted(order_for(r, "N2", "P000002", "2026-11-20", "1980-01-01"));
    accepted(rig_sign_in(r, "DR"));
    accepted(rig_sign_in(r, "CO"));
    refused(corrected(r, "birth", RIG_BIRTH), "order.same-person");
    with_arg(&r->v, "batch", "N1");
    refused(corrected(r, "patient", "P000001"), "order.other-person");
    refused(corrected(r, "patient", "P00000I"), "order.look-alike");
    accepted(rig_sign(r, "MM", "N1", "end", "")); /* of a closed one, too */
    refused(corrected(r, "birth", RIG_BIRTH), "order.same-person");
    refused(corrected(r, "patient", "P00000I"), "order.look-alike");
    accepted(corrected(r, "infusion", "2026-12-01")); /* says nothing of it */
    accepted(rig_record(r, "QM", "order.answered", "batch=N1|patient=P000002|draw=2026-11-20|reason=x"));
    hold(corrected(r, "birth", RIG_BIRTH), "ident.corrected");
}

#define TEST(t, set_up) cmocka_unit_test_setup_teardown(t, set_up, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plan_is_known, begin_with_plan),
        TEST(test_names_are_for_the_clinic_that_ordered, begin_with_plan),
        TEST(test_name_is_written_otherwise_by_a_physician_of_the_plan, begin_with_plan),
        TEST(test_plan_is_in_force_today_and_when_the_cells_are_given, begin_with_plan),
        TEST(test_plan_is_of_this_product, begin_with_plan),
        TEST(test_only_the_clinics_own_people_order_under_its_plan, begin_with_plan),
        TEST(test_physician_is_in_the_plan, begin_with_plan),
        TEST(test_go_is_a_physicians_of_the_plan, begin_with_plan),
        TEST(test_log_without_plans_asks_nothing_of_them, begin),
        TEST(test_order_is_for_this_facility, begin_with_plan),
        TEST(test_days_come_one_after_the_other, begin_with_plan),
        TEST(test_somebody_was_born_that_day, begin_with_plan),
        TEST(test_correction_of_an_order_is_held_to_it, begin_with_plan),
        TEST(test_plan_is_registered_by_two_with_its_notice, begin_with_plan),
        TEST(test_plan_names_who_and_what_is_known, begin_with_plan),
        TEST(test_clinic_is_changed_by_two, begin_with_plan),
        TEST(test_same_person_under_another_number_is_asked, begin_with_plan),
        TEST(test_number_of_somebody_else_is_asked, begin_with_plan),
        TEST(test_draw_a_day_from_another_is_asked, begin_with_plan),
        TEST(test_quality_answers_for_one_order_and_names_the_other, begin_with_plan),
        TEST(test_correction_of_an_order_asks_whose_it_is, begin_with_plan),
        TEST(test_batch_gets_the_number_that_comes_next, begin_with_plan),
        TEST(test_number_of_a_closed_batch_counts, begin_with_plan),
        TEST(test_count_begins_anew_with_the_year, begin_with_plan),
        TEST(test_without_a_rule_the_order_says_the_number, begin_with_plan),
        TEST(test_rule_of_numbers_is_changed_by_two, begin_with_plan),
        TEST(test_numbers_that_look_alike_are_not_both_given, begin_with_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
