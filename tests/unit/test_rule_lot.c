/* Lots: their units from receipt to the last one, and when they may be used. */
#include "bench_rig.h"
#include "core/entry/lot.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2, QC], by: [operator], dept: manufacturing, after: [], repeat: 0"

static const char steps[] =
    "  - {id: stage, " WORK ", fields: [{id: lot, " NAMED ", scan: lot, material: [tube], use: stage}]}\n"
    "  - {id: draw, " WORK ", fields: [{id: lot, " NAMED ", scan: lot, material: [albumin], use: draw}]}\n"
    "  - {id: used, " WORK ", fields: [{id: lot, " NAMED ", scan: lot, material: [albumin], use: account}]}\n"
    "  - {id: infuse, " NAMED ", where: [CL], by: [nurse], dept: clinic, after: [], repeat: 0, fields: [\n"
    "      {id: line, " NAMED ", scan: lot, material: [tube], use: stage}, {id: paper, " NAMED
    ", scan: document}]}\n";

static int begin(void **state)
{
    return rig_set_up(state, steps, "B1");
}

#define THREE                                                                                                \
    "{\"expiry\":\"2027-11-01\",\"gtin\":\"04912345678904\",\"lot\":\"AL3\",\"maker_lot\":\"A3\","           \
    "\"material\":"                                                                                          \
    "\"albumin\",\"numbered\":true"

static void three_vials(struct rig *r, const char *more)
{
    rig_entry(r, "lot/AL3", "lot.received", arena_printf(&r->arena, THREE "%s,\"units\":3}", more));
    rig_entry(r, "lot/AL3", "lot.released", "{\"lot\":\"AL3\"}");
}

static void test_unit_that_was_never_received_is_refused(void **state)
{
    struct rig *r = *state;
    three_vials(r, "");
    refused(rig_one(r, "DRAW", "L:AL3-U4"), "lot.unit-unknown");
    with_arg(&r->v, "unit", "4");
    refused(rig_scan(r, "L:AL3-U99"), "lot.unit-unknown");
    refused(rig_scan(r, "L:AL3-U03"), "lot.unit-unknown");
    refused(rig_scan(r, "L:AL3-U0"), "lot.unit-unknown");
    refused(rig_scan(r, "L:AL3-UA1"), "lot.unit-unknown");
    refused(rig_scan(r, "]d20104912345678904"
                        "10A3\x1d"
                        "2177"),
            "lot.unit-unknown");
    accepted(rig_scan(r, "L:AL3-U3"));
}

static void test_units_may_have_names_of_their_own(void **state)
{
    struct rig *r = *state;
    three_vials(r, ",\"unit\":[\"X7\",\"X8\",\"X9\"]");
    refused(rig_one(r, "DRAW", "L:AL3-U1"), "lot.unit-unknown");
    accepted(rig_scan(r, "L:AL3-UX8"));
}

/* An older program asked nobody what a lot's units are called. */
static void test_units_of_an_old_lot_are_not_said(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "lot/AL3", "lot.received",
              "{\"expiry\":\"2027-11-01\",\"lot\":\"AL3\",\"material\":\"albumin\",\"units\":3}");
    rig_entry(r, "lot/AL3", "lot.released", "{\"lot\":\"AL3\"}");
    accepted(rig_one(r, "DRAW", "L:AL3-U2600011"));
    rig_at(r, "QA1");
    accepted(rig_record(r, "MM", "lot.closed", "lot=AL3"));
}

static void test_use_of_a_unit_that_was_never_received_is_a_fact(void **state)
{
    struct rig *r = *state;
    three_vials(r, "");
    hold(rig_one(r, "USED", "L:AL3-U4"), "lot.used-unit");
    accepted(rig_one(r, "USED", "L:AL3-U1"));
    assert_int_equal(book_lot(&r->book, "AL3")->nopened, 1); /* of those that came in */
}

static void test_unit_read_as_empty_is_drawn_from_no_more(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "DRAW", "L:AL1-U1"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "DRAW", "L:AL1-U1")); /* a bottle is drawn from twice */
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "USED", "L:AL1-U1"));
    rig_wait(r, RIG_MINUTE);
    refused(rig_one(r, "DRAW", "L:AL1-U1"), "lot.unit-empty");
    accepted(rig_scan(r, "L:AL1-U2"));
}

static void test_lot_is_closed_when_it_balances(void **state)
{
    struct rig *r = *state;
    three_vials(r, "");
    accepted(rig_one(r, "DRAW", "L:AL3-U2"));
    rig_at(r, "QA1");
    refused(rig_record(r, "MM", "lot.closed", "lot=AL3"), "lot.balance");
    with_arg(&r->v, "open", "2");
    refused(rig_record(r, "MM", "lot.closed", "lot=AL3|discarded=#3"), "lot.balance");
    refused(rig_record(r, "MM", "lot.closed", "lot=AL3|used=#2"), "record.invalid");
    refused(rig_record(r, "MM", "lot.closed", "lot=AL3|discarded=#1|missing=#1|reason=not found"),
            "right.second");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_sign_in(r, "FM"));
    refused(rig_record(r, "MM", "lot.closed", "lot=AL3|discarded=#1|missing=#1|reason=x|witness=P:FM"),
            "right.second-role");
    refused(rig_record(r, "MM", "lot.closed", "lot=AL3|discarded=#1|missing=#1|witness=P:QC1"),
            "record.invalid");
    with_arg(&r->v, "field", "reason");
    refused(rig_record(r, "MM", "lot.closed", "lot=AL3|discarded=#3|returned=#-1"), "record.invalid");
    accepted(
        rig_record(r, "MM", "lot.closed", "lot=AL3|discarded=#1|missing=#1|reason=not found|witness=P:QC1"));
    assert_true(rig_says(r, "\"discarded\":1,\"lot\":\"AL3\",\"missing\":1,\"opened\":1"));
    assert_true(rig_says(r, "\"received\":3"));
}

/* What many share is not scanned box by box: the store counts it. */
static void test_lot_that_is_shared_is_counted_by_the_store(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_record(r, "MM", "lot.received", "lot=TB9|material=tube|expiry=2027-11-01|units=#10"));
    refused(rig_record(r, "MM", "lot.closed", "lot=TB9"), "lot.balance");
    accepted(rig_record(r, "MM", "lot.closed", "lot=TB9|used=#9|returned=#1"));
}

/* What is blocked does not come back under another id, another spelling, or none. */
static void test_blocked_lot_is_not_born_again(void **state)
{
    struct rig *r = *state;
#define TB "material=tube|expiry=2027-11-01|units=#10"
    rig_at(r, "QA1");
    accepted(rig_record(r, "MM", "lot.received", "lot=TB9|" TB "|maker_lot=E0701"));
    accepted(rig_record(r, "QM", "lot.blocked", "lot=TB9|reason=recalled"));
    accepted(rig_record(r, "MM", "lot.received", "lot=TB10|" TB "|maker_lot=E07O1"));
    refused(rig_record(r, "MM", "lot.conforming", "lot=TB10"), "lot.same-blocked");
    with_arg(&r->v, "other", "TB9");
    refused(rig_record(r, "QM", "lot.released", "lot=TB10"), "lot.same-blocked");
    accepted(rig_record(r, "MM", "lot.received", "lot=TB11|" TB));
    refused(rig_record(r, "QM", "lot.released", "lot=TB11"), "lot.maker");
    accepted(rig_record(r, "MM", "lot.received", "lot=TB12|" TB "|maker_lot=E0702"));
    accepted(rig_record(r, "QM", "lot.released", "lot=TB12"));
#undef TB
}

static void test_lot_comes_with_its_units(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
#define AL9 "lot=AL9|material=albumin|expiry=2027-11-01"
    alert(rig_record(r, "MM", "lot.received", "lot=TB8|material=tube|expiry=2026-11-01|units=#10"),
          "lot.received-expired");
    refused(rig_record(r, "MM", "lot.conforming", "lot=TB8"), "lot.expired");
    refused(rig_record(r, "MM", "lot.received", AL9), "record.invalid");
    with_arg(&r->v, "field", "units");
    refused(rig_record(r, "MM", "lot.received", AL9 "|units=#-3"), "record.invalid");
    refused(rig_record(r, "MM", "lot.received", AL9 "|units=#3|unit=[A,B]"), "record.invalid");
    refused(rig_record(r, "MM", "lot.received", AL9 "|unit=[A,A]"), "record.invalid");
    accepted(rig_record(r, "MM", "lot.received", AL9 "|unit=[A,B]"));
    assert_true(rig_says(r, "\"numbered\":true"));
    assert_true(rig_says(r, "\"unit\":[\"A\",\"B\"],\"units\":2"));
}

/* The blocked first one was typed in by hand, as the store writes it: its boxes are no other delivery's. */
static void test_label_of_two_receipts_asks_however_they_were_typed(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "lot/TB2", "lot.received",
              "{\"expiry\":\"2026-11-03\",\"lot\":\"TB2\",\"maker_lot\":\"tb-1\",\"material\":\"tube\"}");
    rig_entry(r, "lot/TB2", "lot.blocked", "{\"lot\":\"TB2\"}");
    refused(rig_one(r, "STAGE",
                    "]d2010491234567890417261103"
                    "10TB1"),
            "lot.which");
    assert_true(rig_says(r, "\"lots\":[\"TB1\",\"TB2\"]"));
    rig_entry(r, "lot/TB2", "lot.closed", "{\"lot\":\"TB2\"}");
    accepted(rig_scan(r, "]d2010491234567890417261103"
                         "10TB1"));
}

/* ---- which expires first ---- */

static void test_lot_that_expires_earlier_is_asked_for_once(void **state)
{
    struct rig *r = *state;
    rig_entry(
        r, "lot/AL2", "lot.received",
        "{\"expiry\":\"2027-06-01\",\"lot\":\"AL2\",\"material\":\"albumin\",\"numbered\":true,\"units\":1}");
    accepted(rig_one(r, "DRAW", "L:AL1-U1")); /* it waits to be judged */
    rig_entry(r, "lot/AL2", "lot.released", "{\"lot\":\"AL2\"}");
    rig_wait(r, 24 * 60 * RIG_MINUTE);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    refused(rig_one(r, "DRAW", "L:AL1-U2"), "lot.first-expiry");
    with_arg(&r->v, "first", "AL2");
    rig_wait(r, RIG_SECOND);
    refused(rig_scan(r, "L:AL1-U2"), "lot.first-expiry"); /* the trigger bounced */
    rig_wait(r, 4 * RIG_SECOND);
    alert(rig_scan(r, "L:AL1-U2"), "lot.later-taken");
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "DRAW", "L:AL1-U3")); /* of the same day */
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "DRAW", "L:AL2-U1"));
    rig_wait(r, 24 * 60 * RIG_MINUTE); /* nothing is left of it */
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "DRAW", "L:AL1-U4"));
}

static void test_vial_in_hand_is_not_asked_about(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "DRAW", "L:AL1-U1"));
    rig_entry(r, "lot/AL2", "lot.received",
              "{\"expiry\":\"2027-06-01\",\"lot\":\"AL2\",\"material\":\"albumin\"}");
    rig_entry(r, "lot/AL2", "lot.released", "{\"lot\":\"AL2\"}");
    rig_wait(r, 24 * 60 * RIG_MINUTE);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "DRAW", "L:AL1-U1"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "USED", "L:AL1-U2")); /* a fact */
}

/* Nothing is used before it came, nor for a batch that was not ordered. */
/* ---- beside the patient ---- */

static void at_the_bed(struct rig *r)
{
    rig_at(r, "CL1");
    accepted(rig_sign_in(r, "N1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "INFUSE", "L:TB1"));
}

static void test_lot_outside_the_plan_is_asked_about_and_then_a_fact(void **state)
{
    struct rig *r = *state;
    at_the_bed(r);
    refused(rig_scan(r, "L:AL1-U1"), "lot.outside-plan");
    rig_wait(r, RIG_SECOND);
    refused(rig_scan(r, "L:AL1-U1"), "lot.outside-plan"); /* the trigger bounced */
    assert_int_equal(rig_count(r, "deviation.opened"), 0);
    rig_wait(r, 5 * RIG_SECOND);
    hold(rig_scan(r, "L:AL1-U1"), "lot.used-outside-plan");
    assert_true(rig_says(r, "\"latched\":true"));
    assert_int_equal(rig_count(r, "deviation.opened"), 1);
    assert_true(rig_says(r, "\"grade\":\"major\""));
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
    assert_int_equal(book_lot(&r->book, "AL1")->nopened, 1); /* the unit is this batch's */
    accepted(rig_scan(r, "D:A"));                            /* what goes on is recorded */
}

static void test_other_batchs_unit_at_the_bed_holds_both(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "NK2");
    accepted(rig_one(r, "DRAW", "L:AL1-U1"));
    at_the_bed(r);
    refused(rig_scan(r, "L:AL1-U1"), "lot.outside-plan");
    rig_wait(r, 5 * RIG_SECOND);
    hold(rig_scan(r, "L:AL1-U1"), "lot.used-outside-plan");
    assert_true(rig_says(r, "lot.used-other-batch"));
    assert_int_equal(batch_open_holds(rig_batch(r, "NK2")), 1);
}

static void test_lot_that_nobody_received_was_used_all_the_same(void **state)
{
    struct rig *r = *state;
    at_the_bed(r);
    refused(rig_scan(r, "L:NOBODY"), "lot.outside-plan");
    rig_wait(r, 5 * RIG_SECOND);
    hold(rig_scan(r, "L:NOBODY"), "lot.used-outside-plan");
}

static void test_lot_that_the_step_awaits_is_no_question(void **state)
{
    struct rig *r = *state;
    rig_at(r, "CL1");
    accepted(rig_sign_in(r, "N1"));
    accepted(rig_scan(r, "B:B1"));
    refused(rig_one(r, "INFUSE", "L:AL1-U1"), "lot.material");
    accepted(rig_scan(r, "L:TB1"));
    rig_at(r, "B21");
    refused(rig_one(r, "DRAW", "L:TB1"), "lot.material"); /* nor at the bench of the facility */
}

static void test_claim_before_lot_or_order_is_refused(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 60 * RIG_MINUTE);
    three_vials(r, "");
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_scan(r, "X:STEP-DRAW"));
    r->next.late = LATE_PAPER;
    r->next.occurred = r->now - 30 * RIG_MINUTE;
    refused(rig_scan(r, "L:AL3-U1"), "time.life");
    with_arg(&r->v, "thing", "AL3");
    r->next.late = LATE_PAPER;
    r->next.occurred = r->now - 90 * RIG_MINUTE;
    refused(rig_scan(r, "L:AL1-U1"), "time.life");
    with_arg(&r->v, "thing", "B1");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_blocked_lot_is_not_born_again),
        T(test_unit_that_was_never_received_is_refused),
        T(test_units_may_have_names_of_their_own),
        T(test_units_of_an_old_lot_are_not_said),
        T(test_use_of_a_unit_that_was_never_received_is_a_fact),
        T(test_unit_read_as_empty_is_drawn_from_no_more),
        T(test_lot_is_closed_when_it_balances),
        T(test_lot_that_is_shared_is_counted_by_the_store),
        T(test_lot_comes_with_its_units),
        T(test_label_of_two_receipts_asks_however_they_were_typed),
        T(test_lot_that_expires_earlier_is_asked_for_once),
        T(test_vial_in_hand_is_not_asked_about),
        T(test_lot_outside_the_plan_is_asked_about_and_then_a_fact),
        T(test_other_batchs_unit_at_the_bed_holds_both),
        T(test_lot_that_nobody_received_was_used_all_the_same),
        T(test_lot_that_the_step_awaits_is_no_question),
        T(test_claim_before_lot_or_order_is_refused),
    };
    return cmocka_run_group_tests_name("rule: lots", tests, NULL, NULL);
}
