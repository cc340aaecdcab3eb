/* Roles, qualifications, fitness, the second person, departments, signatures. */
#include "bench_rig.h"

#define NAMED          "title: {ja: 題, en: T}"
#define WORK           NAMED ", where: [B2, GW, QA], by: [operator], dept: manufacturing"
#define DOC            "fields: [{id: paper, " NAMED ", scan: document}]"
#define TWO            "fields: [{id: paper, " NAMED ", scan: document}, {id: other, " NAMED ", scan: document}]"
#define OPTION(id, is) id ": {title: {ja: 可, en: Option " id "}, is: " is "}"

static const char steps[] =
    "  - {id: fitness, " WORK ", after: [], repeat: 0, declares-fit: true, fields: [\n"
    "      {id: fever, " NAMED ", choice: {" OPTION("none", "ok") ", " OPTION(
        "present",
        "alert") "}},\n"
                 "      {id: skin, " NAMED ", choice: {" OPTION("none", "ok") ", " OPTION(
                     "wound",
                     "alert") "}}]}\n"
                              "  - {id: plain, " WORK ", after: [], repeat: 0, " DOC "}\n"
                              "  - {id: fit, " WORK ", after: [], repeat: 0, fit: true, " DOC "}\n"
                              "  - {id: trained, " WORK ", after: [], repeat: 0, qualified: [training], " DOC
                              "}\n"
                              "  - {id: pair, " WORK ", after: [], repeat: 0, people: 2, " DOC "}\n"
                              "  - {id: seen, " WORK ", after: [], repeat: 0, people: 2, witness: true, " TWO
                              "}\n"
                              "  - {id: count, " WORK ", after: [], repeat: 0, fields: [{id: cells, " NAMED
                              ", number: mL, decimals: 1,\n"
                              "      possible: [\"0\", \"100\"], action: [\"30\", \"50\"], twice: true}]}\n"
                              "  - {id: test, " NAMED ", where: [QC], by: [tester, quality-manager, "
                              "operator], dept: quality, after: [], repeat: 0,\n"
                              "      not-by: [seen], " DOC "}\n"
                              "  - {id: judge, " NAMED ", where: [QA], by: [quality-manager, tester], dept: "
                              "quality, after: [], repeat: 0, not-by: [test],\n"
                              "      sign: {verb: judge, meaning: {ja: 判定, en: Judged}}, fields: [\n"
                              "      {id: all, " NAMED ", choice: {" OPTION("pass", "ok") ", " OPTION(
                                  "fail",
                                  "hold") "}}]}\n"
                                          "  - {id: reject, " NAMED
                                          ", where: [QA], by: [quality-manager, production-manager], dept: "
                                          "management, after: [], repeat: 0,\n"
                                          "      requires: [no-manufacturing-act], sign: {verb: decide, "
                                          "meaning: {ja: 否, en: Rejected}}, fields: [\n"
                                          "      {id: cause, " NAMED ", choice: {" OPTION(
                                              "any",
                                              "hold") "}}]}\n"
                                                      "  - {id: paper, " NAMED
                                                      ", where: [QA], by: [operator], dept: manufacturing, "
                                                      "after: [], repeat: 0, form: true, fields: [\n"
                                                      "      {id: who, " NAMED
                                                      ", scan: badge, role: [operator], n: 2}]}\n"
                                                      "  - {id: courier, " WORK
                                                      ", after: [], repeat: 0, fields: [{id: who, " NAMED
                                                      ", scan: badge, role: [courier]}]}\n";

static int begin(void **state)
{
    return rig_set_up(state, steps, "B1");
}

static const struct verdict *step(struct rig *r, const char *id)
{
    return rig_scan(r, arena_printf(&r->arena, "X:STEP-%s", id));
}

static void alone(struct rig *r, const char *person)
{
    while (r->station->bench.npeople && r->station->bench.day == clock_day(r->now))
        rig_out(r);
    accepted(rig_sign_in(r, person));
    accepted(rig_scan(r, "B:B1"));
}

static void declare(struct rig *r, const char *fever)
{
    accepted(step(r, "FITNESS"));
    rig_scan(r, arena_printf(&r->arena, "X:OPT-%s", fever));
    rig_scan(r, "X:OPT-NONE");
}

/* ---- who may ---- */

static void test_role_is_wanted(void **state)
{
    struct rig *r = *state;
    accepted(rig_sign_in(r, "MM"));
    accepted(rig_scan(r, "P:MM"));
    refused(step(r, "PLAIN"), "person.role");
    with_arg(&r->v, "role", "[\"operator\"]");
}

static void test_qualification_ends_with_its_last_day(void **state)
{
    struct rig *r = *state;
    alone(r, "OP9");
    accepted(step(r, "TRAINED"));
    accepted(rig_scan(r, "D:A"));
    rig_clock(r, 1, 0, 0);
    alone(r, "OP9");
    refused(step(r, "TRAINED"), "person.unqualified");
    with_arg(&r->v, "qualification", "training");
}

static void test_nobody_is_qualified_before_it_was_said(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "person/OP9", "person.changed", "{\"person\":\"OP9\",\"qualified\":[]}");
    rig_clock(r, 1, 9, 0);
    rig_entry(r, "person/OP9", "person.changed",
              "{\"person\":\"OP9\",\"qualified\":[{\"name\":\"training\",\"until\":\"2027-06-30\"}]}");
    alone(r, "OP9");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "P:OP9"));
    r->next.occurred = r->now - 10 * RIG_HOUR; /* yesterday, as is said today */
    r->next.late = LATE_BUSY;
    refused(step(r, "TRAINED"), "person.unqualified");
    accepted(step(r, "TRAINED"));
    accepted(rig_scan(r, "D:A"));
    rig_entry(r, "person/OP9", "person.changed",
              "{\"person\":\"OP9\",\"qualified\":[{\"name\":\"training\",\"until\":\"2027-12-31\"}]}");
    rig_clock(r, 2, 9, 0); /* prolonged, it holds since it was given */
    assert_int_equal(book_person(&r->book, "OP9")->qual[0].from + 1, clock_day(r->now));
}

static void test_recorder_must_be_qualified_too(void **state)
{
    struct rig *r = *state;
    rig_clock(r, 1, 9, 0);
    alone(r, "OP1");
    accepted(rig_sign_in(r, "OP9"));
    refused(step(r, "TRAINED"), "person.unqualified");
}

static void test_who_is_not_declared_fit_stays_out(void **state)
{
    struct rig *r = *state;
    alone(r, "OP1");
    refused(step(r, "FIT"), "person.unfit");
    declare(r, "NONE");
    assert_int_equal(rig_count(r, "person.fit"), 1);
    accepted(step(r, "FIT"));
}

static void test_who_has_a_symptom_stays_out(void **state)
{
    struct rig *r = *state;
    alone(r, "OP1");
    declare(r, "PRESENT");
    rig_expect(&r->v, OUTCOME_ALERT, "person.unfit-asked", "person", "OP1", __FILE__, __LINE__);
    assert_int_equal(rig_count(r, "person.fit"), 0);
    struct next n;
    rule_next(&r->book, r->station, r->now, 1800, &r->arena, &n);
    assert_true(n.yes);
    accepted_as(rig_scan(r, "X:YES"), "accepted.unfit");
    assert_true(rig_says(r, "\"fit\":false"));
    refused(step(r, "FIT"), "person.unfit");
}

static void test_fitness_is_for_one_day(void **state)
{
    struct rig *r = *state;
    alone(r, "OP1");
    declare(r, "NONE");
    rig_clock(r, 1, 0, 0);
    alone(r, "OP1");
    refused(step(r, "FIT"), "person.unfit");
}

static void test_nobody_declares_fitness_for_another(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "FITNESS"));
    accepted(rig_scan(r, "X:OPT-NONE"));
    refused(rig_scan(r, "P:OP2"), "person.fit-own");
    with_arg(&r->v, "acting", "OP1");
    rig_leaves(r, "OP1"); /* who left keeps nobody from it */
    rig_take_over(r, "OP2");
    alert(rig_scan(r, "X:OPT-NONE"), "person.unfit-asked"); /* nobody declares for another */
    assert_int_equal(rig_count(r, "person.fit"), 0);
    refused(rig_scan(r, "X:YES"), "bench.nothing-asked");
    alert(rig_scan(r, "X:BACK"), "value.taken-back");
    alert(rig_scan(r, "X:BACK"), "value.taken-back");
    accepted(rig_scan(r, "X:OPT-NONE"));
    accepted_as(rig_scan(r, "X:OPT-NONE"), "accepted.step-done");
    assert_true(rig_says(r, "\"fit\":true"));
}

static void test_suspended_person_stops_within_the_session(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "person/OP1", "person.changed", "{\"person\":\"OP1\",\"suspended\":true}");
    refused(step(r, "PLAIN"), "person.suspended");
}

static void test_two_people_are_wanted(void **state)
{
    struct rig *r = *state;
    alone(r, "OP1");
    refused(step(r, "PAIR"), "people.too-few");
    accepted(rig_sign_in(r, "OP2"));
    accepted(step(r, "PAIR"));
}

/* ---- the witness ---- */

static void read_both(struct rig *r)
{
    accepted(step(r, "SEEN"));
    accepted(rig_scan(r, "D:A"));
    accepted(rig_scan(r, "D:B"));
    refused(rig_scan(r, "D:C"), "witness.awaited");
}

static int seen_step(struct rig *r)
{
    return protocol_step(rig_batch(r, "B1")->protocol, "seen");
}

static void test_second_person_ends_the_step(void **state)
{
    struct rig *r = *state;
    read_both(r);
    accepted_as(rig_scan(r, "P:OP2"), "accepted.step-done");
    assert_true(rig_says(r, "\"performed\":\"OP1\""));
    assert_true(rig_says(r, "\"witnessed\":\"OP2\""));
}

static void test_performer_is_no_witness(void **state)
{
    struct rig *r = *state;
    read_both(r);
    refused(rig_scan(r, "P:OP1"), "witness.same");
}

static void test_each_of_two_sees_what_the_other_did(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "SEEN"));
    accepted(rig_scan(r, "D:A"));
    rig_take_over(r, "OP2");
    accepted(rig_scan(r, "D:B"));
    accepted_as(rig_scan(r, "P:OP1"), "accepted.witness-part");
    assert_true(rig_says(r, "\"performed\":\"OP2\""));
    assert_true(rig_says(r, "\"witnessed\":\"OP1\""));
    assert_int_equal(batch_occ(rig_batch(r, "B1"), seen_step(r))->done, 0);
    refused(rig_scan(r, "P:OP1"), "witness.same"); /* the own part */
    accepted_as(rig_scan(r, "P:OP2"), "accepted.step-done");
    assert_true(rig_says(r, "\"performed\":\"OP1\""));
    assert_true(rig_says(r, "\"witnessed\":\"OP2\""));
}

static void test_a_third_one_sees_both_parts(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "SEEN"));
    accepted(rig_scan(r, "D:A"));
    rig_take_over(r, "OP2");
    accepted(rig_scan(r, "D:B"));
    accepted(rig_sign_in(r, "OP3"));
    accepted_as(rig_scan(r, "P:OP3"), "accepted.step-done");
}

/* A badge too early changes nothing, and its own may still be the witness's. */
static void test_witness_too_early_is_the_witness_later(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "SEEN"));
    accepted(rig_scan(r, "D:A"));
    alert(rig_scan(r, "P:OP2"), "bench.take-over");
    accepted(rig_scan(r, "D:B"));
    assert_true(rig_says(r, "\"performed\":\"OP1\""));
    refused(rig_scan(r, "P:OP1"), "witness.same");
    accepted_as(rig_scan(r, "P:OP2"), "accepted.step-done");
}

static void test_who_leaves_signs_nothing(void **state)
{
    struct rig *r = *state;
    read_both(r);
    accepted_as(rig_scan(r, "X:OUT"), "accepted.session-whose");
    accepted_as(rig_scan(r, "P:OP2"), "accepted.session-stays");
    with_arg(&r->v, "acting", "OP1");
    assert_int_equal(batch_occ(rig_batch(r, "B1"), seen_step(r))->done, 0);
    accepted(rig_sign_in(r, "OP2"));
    accepted_as(rig_scan(r, "X:OUT"), "accepted.session-whose");
    rig_wait(r, 2 * RIG_MINUTE); /* nobody came */
    accepted_as(rig_scan(r, "P:OP2"), "accepted.step-done");
}

static void test_leaving_is_over_once_somebody_goes_on(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "SEEN"));
    accepted(rig_scan(r, "D:A"));
    accepted_as(rig_scan(r, "X:OUT"), "accepted.session-whose");
    accepted(rig_scan(r, "D:B"));
    accepted_as(rig_scan(r, "P:OP2"), "accepted.step-done");
}

/* What the station asks for is what the badge does. */
static void test_witness_is_asked_for_where_the_badge_signs(void **state)
{
    struct rig *r = *state;
    struct next n;
    read_both(r);
    rule_next(&r->book, r->station, r->now, 1800, &r->arena, &n);
    assert_true(n.witness && !n.choose);
    assert_string_equal(n.of->id, "OP1");
    accepted(rig_scan(r, "B:B1")); /* back at the batch, and no step is chosen */
    r->station->bench.step = -1;
    rule_next(&r->book, r->station, r->now, 1800, &r->arena, &n);
    assert_false(n.witness);
}

static void test_badge_of_somebody_who_is_not_here_is_no_witness(void **state)
{
    struct rig *r = *state;
    read_both(r);
    refused(rig_scan(r, "P:OP3"), "witness.absent"); /* never signed in */
    rig_at(r, "GW1");
    accepted(rig_sign_in(r, "OP3"));
    rig_at(r, "B21");
    refused(rig_scan(r, "P:OP3"), "witness.absent"); /* is in another room */
    rig_leaves(r, "OP2");
    accepted(rig_scan(r, "X:STEP-SEEN")->outcome == OUTCOME_REFUSED ? rig_sign_in(r, "OP9") : &r->v);
    accepted(rig_scan(r, "X:STEP-SEEN"));
    refused(rig_scan(r, "P:OP2"), "witness.absent"); /* has signed out */
    accepted(rig_scan(r, "P:OP9"));
}

static void test_witness_must_be_in_force(void **state)
{
    struct rig *r = *state;
    read_both(r);
    rig_entry(r, "person/OP2", "person.changed", "{\"person\":\"OP2\",\"suspended\":true}");
    refused(rig_scan(r, "P:OP2"), "person.suspended");
}

static void test_courier_shows_a_badge_without_a_session(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "COURIER"));
    refused(rig_scan(r, "P:OP3"), "person.role");
    accepted_as(rig_scan(r, "P:CR"), "accepted.step-done");
}

/* ---- two entries of a critical value ---- */

static void test_critical_value_is_entered_twice_by_two_people(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "COUNT"));
    accepted(rig_scan(r, "45"));
    refused(rig_scan(r, "45"), "value.other-person");
    accepted(rig_scan(r, "P:OP2"));
    accepted_as(rig_scan(r, "45.0"), "accepted.step-done");
}

static void test_two_entries_that_differ_are_both_asked_again(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "COUNT"));
    accepted(rig_scan(r, "45"));
    accepted(rig_scan(r, "P:OP2"));
    refused(rig_scan(r, "54"), "value.differs");
    accepted(rig_scan(r, "45"));
    accepted(rig_scan(r, "P:OP1"));
    accepted_as(rig_scan(r, "45"), "accepted.step-done");
}

static void test_typing_error_opens_no_deviation(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "COUNT"));
    accepted(rig_scan(r, "4.5"));
    accepted(rig_scan(r, "P:OP2"));
    refused(rig_scan(r, "45"), "value.differs");
    assert_int_equal(rig_batch(r, "B1")->ndevs, 0);
}

static void test_true_value_out_of_limits_is_one_deviation(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "COUNT"));
    accepted(rig_scan(r, "20"));
    accepted(rig_scan(r, "P:OP2"));
    deviation(rig_scan(r, "20"), "value.action");
    assert_int_equal(rig_batch(r, "B1")->ndevs, 1);
}

/* ---- departments ---- */

static void test_producer_does_no_act_of_quality(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "PLAIN"));
    accepted(rig_scan(r, "D:A"));
    rig_entry(r, "person/OP1", "person.changed",
              "{\"person\":\"OP1\",\"roles\":[\"quality-manager\",\"tester\"]}");
    rig_at(r, "QA1"); /* a role given today does not cure an act of a minute ago */
    refused(rig_sign(r, "OP1", "B1", "judge", "all=pass"), "act.producer");
    accepted(rig_sign(r, "QM", "B1", "judge", "all=pass"));
}

static void test_witness_of_production_is_a_producer_too(void **state)
{
    struct rig *r = *state;
    read_both(r);
    accepted(rig_scan(r, "P:OP2"));
    rig_entry(r, "person/OP2", "person.changed", "{\"person\":\"OP2\",\"roles\":[\"quality-manager\"]}");
    rig_at(r, "QA1");
    refused(rig_sign(r, "OP2", "B1", "judge", "all=pass"), "act.producer");
}

static void test_quality_does_no_production(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(step(r, "TEST"));
    accepted(rig_scan(r, "D:T"));
    accepted(rig_scan(r, "X:OUT"));
    rig_entry(r, "person/QC1", "person.changed", "{\"person\":\"QC1\",\"roles\":[\"operator\"]}");
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "P:QC1"));
    refused(step(r, "PLAIN"), "act.quality");
    accepted(rig_scan(r, "P:OP1"));
    read_both(r);
    refused(rig_scan(r, "P:QC1"), "act.quality");
}

static void test_acts_on_another_batch_do_not_count(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "PLAIN"));
    accepted(rig_scan(r, "D:A"));
    accepted(rig_order(r, "NK2", "P000009"));
    rig_entry(r, "person/OP1", "person.changed", "{\"person\":\"OP1\",\"roles\":[\"quality-manager\"]}");
    accepted(rig_sign(r, "OP1", "NK2", "judge", "all=pass"));
}

static void test_not_by_who_did_that_step(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(step(r, "TEST"));
    accepted(rig_scan(r, "D:A"));
    rig_at(r, "QA1");
    refused(rig_sign(r, "QC1", "B1", "judge", "all=pass"), "act.not-by");
    with_arg(&r->v, "step", "test");
    accepted(rig_sign(r, "QC2", "B1", "judge", "all=pass"));
}

static void test_producer_may_not_even_reject(void **state)
{
    struct rig *r = *state;
    accepted(step(r, "PLAIN"));
    accepted(rig_scan(r, "D:A"));
    rig_entry(r, "person/OP1", "person.changed", "{\"person\":\"OP1\",\"roles\":[\"quality-manager\"]}");
    rig_at(r, "QA1");
    refused(rig_sign(r, "OP1", "B1", "reject", "cause=any"), "act.producer");
    hold(rig_sign(r, "QM", "B1", "reject", "cause=any"), "option.hold");
}

/* ---- signatures ---- */

static void test_signed_act_needs_the_password(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_form(r, "QM", "B1", "judge", "all=pass"), "act.needs-password");
    accepted_as(rig_sign(r, "QM", "B1", "judge", "all=pass"), "accepted.act");
    assert_true(r->v.draft[0].sign);
    assert_string_equal(r->v.draft[0].meaning, "判定");
}

static void test_form_needs_a_session_or_a_password(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_form(r, "OP3", "B1", "paper", "who=[P:OP1,P:OP2]"), "session.none");
    accepted(rig_sign(r, "OP3", "B1", "paper", "who=[P:OP1,P:OP2]"));
    accepted(rig_sign_in(r, "OP3"));
    accepted(rig_form(r, "OP3", "B1", "paper", "who=[P:OP1,P:OP2]"));
}

static void test_list_of_people_names_each_once(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_sign(r, "OP3", "B1", "paper", "who=[P:OP1,P:OP1]"), "value.twice");
    refused(rig_sign(r, "OP3", "B1", "paper", "who=[P:OP1,P:OP2,P:OP3]"), "value.many");
    refused(rig_sign(r, "OP3", "B1", "paper", "who=[P:OP1]"), "value.missing");
    refused(rig_sign(r, "OP3", "B1", "paper", "who=[P:OP1,P:QM]"), "person.role");
    refused(rig_sign(r, "NOBODY", "B1", "paper", "who=[P:OP1,P:OP2]"), "session.unknown-badge");
    refused(rig_sign(r, "OP3", "B9", "paper", "who=[P:OP1,P:OP2]"), "batch.unknown");
    refused(rig_sign(r, "OP3", "B1", "plain", "paper=D:A"), "scan.unexpected");
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "B1", "judge", "all=ｐａｓｓ")); /* the keyboard's width */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_role_is_wanted),
        T(test_qualification_ends_with_its_last_day),
        T(test_nobody_is_qualified_before_it_was_said),
        T(test_recorder_must_be_qualified_too),
        T(test_who_is_not_declared_fit_stays_out),
        T(test_who_has_a_symptom_stays_out),
        T(test_fitness_is_for_one_day),
        T(test_nobody_declares_fitness_for_another),
        T(test_suspended_person_stops_within_the_session),
        T(test_two_people_are_wanted),
        T(test_second_person_ends_the_step),
        T(test_performer_is_no_witness),
        T(test_each_of_two_sees_what_the_other_did),
        T(test_a_third_one_sees_both_parts),
        T(test_witness_too_early_is_the_witness_later),
        T(test_who_leaves_signs_nothing),
        T(test_leaving_is_over_once_somebody_goes_on),
        T(test_witness_is_asked_for_where_the_badge_signs),
        T(test_badge_of_somebody_who_is_not_here_is_no_witness),
        T(test_witness_must_be_in_force),
        T(test_courier_shows_a_badge_without_a_session),
        T(test_critical_value_is_entered_twice_by_two_people),
        T(test_two_entries_that_differ_are_both_asked_again),
        T(test_typing_error_opens_no_deviation),
        T(test_true_value_out_of_limits_is_one_deviation),
        T(test_producer_does_no_act_of_quality),
        T(test_witness_of_production_is_a_producer_too),
        T(test_quality_does_no_production),
        T(test_acts_on_another_batch_do_not_count),
        T(test_not_by_who_did_that_step),
        T(test_producer_may_not_even_reject),
        T(test_signed_act_needs_the_password),
        T(test_form_needs_a_session_or_a_password),
        T(test_list_of_people_names_each_once),
    };
    return cmocka_run_group_tests_name("rule: people", tests, NULL, NULL);
}
