/* What people say of a batch or the place outside of a step; what comes to a closed record. */
#include "rule_release.h"

static const struct verdict *say(struct rig *r, const char *person, const char *kind, struct json *body,
                                 bool secret)
{
    struct command c = {.kind = COMMAND_RECORD, .station = r->station, .record = kind, .body = body};
    c.person = book_person(&r->book, person);
    c.secret_given = c.authenticated = secret;
    return rig_run(r, &c);
}

static struct json *body(struct rig *r, const char *name, const char *value)
{
    struct json *o = json_set_str(&r->arena, json_object(&r->arena), "reason", RIG_NAME);
    return name ? json_set_str(&r->arena, o, name, value) : o;
}

static struct json *deviation_body(struct rig *r, bool hold)
{
    return json_set(&r->arena, body(r, "batch", "B1"), "hold", json_bool(&r->arena, hold));
}

static void test_whoever_is_signed_in_opens_a_deviation_and_places_a_hold(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted_as(say(r, "OP1", "deviation.opened", deviation_body(r, false), false), "hand.deviation");
    assert_true(rig_says(r, "\"args\":{\"dev\":\"B1-DV1\"}")); /* or its own text could not be said */
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 0);
    accepted(say(r, "OP2", "deviation.opened", deviation_body(r, true), false));
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
    accepted_as(say(r, "OP1", "hold.placed", body(r, "batch", "B1"), false), "hand.hold");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 2);
    refused(say(r, "OP3", "hold.placed", body(r, "batch", "B1"), false), "act.needs-password"); /* not here */
    accepted(say(r, "OP3", "hold.placed", body(r, "batch", "B1"), true));
    refused(say(r, "OP1", "hold.placed", body(r, "batch", "B9"), false), "batch.unknown");
    refused(
        say(r, "OP1", "hold.placed", json_set_str(&r->arena, json_object(&r->arena), "batch", "B1"), false),
        "record.invalid");
    refused(say(r, "OP1", "deviation.opened",
                json_set_str(&r->arena, deviation_body(r, false), "grade", "minor"), false),
            "record.unknown-member"); /* nobody grades his own */
    accepted(assess(r, "B1-DV1", "minor"));
}

static void test_who_opens_a_deviation_by_hand_judges_nothing_of_it(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(say(r, "QC2", "deviation.opened", deviation_body(r, true), true));
    refused(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x"),
            "act.caused");
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=x"), "hold.unjudged");
    accepted(rig_record(r, "QC1", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x"));
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=x"));
}

static void test_deviation_told_twice_is_one(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(rig_record(r, "OP1", "deviation.opened", "batch=B1|hold=?no|reason=odd"));
    rig_wait(r, RIG_MINUTE);
    refused(rig_record(r, "OP1", "deviation.opened", "batch=B1|hold=?no|reason=odd"), "deviation.twice");
    with_arg(&r->v, "dev", "B1-DV1");
    accepted(rig_record(r, "OP2", "deviation.opened", "batch=B1|hold=?no|reason=odd")); /* another's eyes */
    accepted(rig_record(r, "OP1", "deviation.opened", "batch=B1|hold=?no|reason=odder"));
    accepted(rig_record(r, "OP1", "deviation.opened", "batch=B1|hold=?yes|reason=odd")); /* says more */
    rig_wait(r, 11 * RIG_MINUTE);
    accepted(rig_record(r, "OP1", "deviation.opened", "batch=B1|hold=?no|reason=odd"));
}

static void test_stopped_facility_begins_nothing_until_another_of_quality_ends_it(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "B21");
    accepted_as(say(r, "OP1", "facility.stopped", body(r, NULL, NULL), false), "facility.stopped");
    refused(say(r, "OP2", "facility.stopped", body(r, NULL, NULL), false), "record.exists");
    refused(rig_order(r, "B2", "P000002"), "facility.stopped");
    refused(decide(r), "facility.stopped");
    rig_at(r, "B21");
    accepted(rig_one(r, "NOTE", "looked at")); /* cells are cared for */
    rig_at(r, "QA1");
    refused(rig_record(r, "MM", "facility.resumed", "reason=over"), "record.role");
    accepted(rig_record(r, "QM", "facility.resumed", "reason=over"));
    refused(rig_record(r, "QM", "facility.resumed", "reason=over"), "record.exists");
    accepted(decide(r));
    accepted(rig_record(r, "QM", "facility.stopped", "reason=again"));
    refused(rig_record(r, "QM", "facility.resumed", "reason=over"), "right.nobody"); /* and who may instead */
    refused(rig_record(r, "QC1", "facility.resumed", "reason=over"), "record.role");
    accepted(rig_record(r, "FM", "facility.resumed", "reason=over"));
}

static void test_label_is_printed_again_or_void_with_reason_and_second_person(void **state)
{
    struct rig *r = *state;
    tubes(r);
    refused(rig_record(r, "OP1", "label.reprinted", "batch=B1|container=B1-T1|reason=torn|witness=P:OP1"),
            "witness.same");
    rig_at(r, "CL1");
    accepted(rig_sign_in(r, "N1"));
    refused(rig_record(r, "DR", "label.reprinted", "batch=B1|container=B1-T1|reason=torn|witness=P:N1"),
            "label.owners");
    rig_at(r, "B21");
    accepted_as(rig_record(r, "OP1", "label.reprinted", "batch=B1|container=B1-T1|reason=torn|witness=P:OP2"),
                "label.again");
    assert_true(rig_says(r, "\"serial\":2"));
    accepted(rig_record(r, "OP1", "label.reprinted", "batch=B1|container=B1-T1|reason=torn|witness=P:OP2"));
    assert_true(rig_says(r, "\"serial\":3"));
    refused(rig_record(r, "OP1", "label.reprinted", "batch=B1|container=B1-T4|reason=torn|witness=P:OP2"),
            "ident.not-issued");
    accepted_as(rig_record(r, "OP1", "label.voided", "batch=B1|container=B1-T2|reason=torn|witness=P:OP2"),
                "label.void");
    refused(rig_one(r, "FILL", "C:B1-T2"), "ident.gone");
    accepted(rig_scan(r, "C:B1-T1"));
    refused(rig_record(r, "OP1", "label.voided", "batch=B1|container=B1-T1|reason=torn|witness=P:OP2"),
            "ident.used"); /* something is in it */
}

static void closed(struct rig *r)
{
    make(r);
    accepted(decide(r));
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "GROW", "X:OPT-NONE"));
    rig_at(r, "B21");
    accepted(rig_one(r, "SHIP", "D:A"));
    accepted(rig_scan(r, "C:B1-FP1"));
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "B1", "end", "p=none"));
    assert_true(rig_batch(r, "B1")->closed);
}

/* What is heard of the product is looked into before the record is complete again. */
static void test_information_of_the_product_is_a_deviation(void **state)
{
    struct rig *r = *state;
    closed(r);
    rig_at(r, "QA1");
    deviation(rig_record(r, "CO", "information.received", "batch=B1|about=complaint|reason=pain"),
              "information.product");
    deviation(rig_record(r, "CO", "information.received", "batch=B1|about=quality|reason=recall"),
              "information.product");
    deviation(rig_record(r, "N1", "information.received", "batch=B1|about=illness|reason=sepsis"),
              "information.illness");
    const struct batch *x = rig_batch(r, "B1");
    assert_int_equal(x->ndevs, 3);
    assert_int_equal(x->dev[1].grade, GRADE_NONE);
    assert_int_equal(x->dev[2].grade, GRADE_MAJOR);
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.deviations");
    assert_false(x->closed);
}

static void test_closed_record_takes_what_comes_and_quality_closes_it_again(void **state)
{
    struct rig *r = *state;
    closed(r);
    rig_at(r, "QA1");
    accepted_as(rig_record(r, "CO", "information.received", "batch=B1|about=other|reason=pain"),
                "hand.information");
    assert_int_equal(rig_count(r, "batch.reopened"), 1);
    assert_false(rig_batch(r, "B1")->closed);
    refused(rig_record(r, "CO", "information.received", "batch=B1|about=gossip|reason=pain"),
            "record.invalid");
    accepted(rig_sign(r, "QM", "B1", "end", "p=none"));
    assert_true(rig_batch(r, "B1")->closed);
    rig_at(r, "B21");
    accepted(rig_record(r, "OP1", "correction",
                        "batch=B1|step=volume|field=v|value=46|reason=misread|witness=P:OP2"));
    assert_false(rig_batch(r, "B1")->closed);
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "clinic.not-warned"); /* it has gone out */
    rig_at(r, "CL1");
    accepted(rig_record(r, "N1", "clinic.warned", "batch=B1"));
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "B1", "end", "p=none"));
    rig_at(r, "B21");
    accepted(say(r, "OP1", "deviation.opened", deviation_body(r, false), false));
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.deviations");
}

/* ---- consent ---- */

static const struct verdict *withdrawn(struct rig *r, const char *who, const char *at)
{
    rig_at(r, "CL1");
    return rig_record(r, who, "consent.withdrawn", arena_printf(&r->arena, "batch=B1|at=%s", at));
}

static const char *said(struct rig *r, int64_t ago)
{
    char text[CLOCK_TEXT];
    clock_format(r->now - ago, text);
    return arena_strdup(&r->arena, text);
}

static void test_consent_is_withdrawn_by_the_clinic_with_its_moment(void **state)
{
    struct rig *r = *state;
    refused(withdrawn(r, "QM", said(r, 0)), "record.role");
    refused(withdrawn(r, "N1", "yesterday"), "record.invalid");
    with_arg(&r->v, "field", "at");
    refused(withdrawn(r, "N1", said(r, -RIG_HOUR)), "record.invalid"); /* nobody knows the future */
    accepted_as(withdrawn(r, "N1", said(r, RIG_HOUR)), "consent.withdrawn");
    assert_int_equal(rig_count(r, "hold.placed"), 1);
    assert_true(rig_says(r, "\"cause\":\"consent.withdrawn\""));
    assert_int_equal(rig_count(r, "warning.due"), 0); /* the clinic knows */
}

static void test_release_does_not_stand_without_consent(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted(decide(r));
    accepted(withdrawn(r, "N1", said(r, 0)));
    assert_int_equal(rig_count(r, "release.suspended"), 1);
    rig_at(r, "B21");
    refused(rig_scan(r, "X:STEP-SHIP"), "decision.hold");
    rig_at(r, "QA1");
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=the patient changed her mind"));
    rig_at(r, "B21");
    refused(rig_scan(r, "X:STEP-SHIP"), "decision.suspended"); /* to be decided again */
}

static void test_what_was_given_stays_recorded(void **state)
{
    struct rig *r = *state;
    closed(r);
    accepted_as(withdrawn(r, "N1", said(r, RIG_DAY)), "consent.late");
    assert_int_equal(rig_count(r, "hold.placed"), 0);
    assert_int_equal(rig_count(r, "batch.reopened"), 1);
    assert_false(rig_batch(r, "B1")->closed);
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "B1", "end", "p=none"));
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_whoever_is_signed_in_opens_a_deviation_and_places_a_hold),
        TEST(test_who_opens_a_deviation_by_hand_judges_nothing_of_it),
        TEST(test_deviation_told_twice_is_one),
        TEST(test_stopped_facility_begins_nothing_until_another_of_quality_ends_it),
        TEST(test_consent_is_withdrawn_by_the_clinic_with_its_moment),
        TEST(test_release_does_not_stand_without_consent),
        TEST(test_what_was_given_stays_recorded),
        TEST(test_label_is_printed_again_or_void_with_reason_and_second_person),
        TEST(test_information_of_the_product_is_a_deviation),
        TEST(test_closed_record_takes_what_comes_and_quality_closes_it_again),
    };
    return cmocka_run_group_tests_name("rule: said by hand", tests, NULL, NULL);
}
