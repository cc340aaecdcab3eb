/* Decisions and what they need; a batch that is stopped; the end. */
#include "rule_release.h"

/* ---- the decision ---- */

static void test_release_with_what_still_grows_named(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted_as(decide(r), "accepted.act");
    assert_true(rig_says(r, "\"pending\":[\"grow\"]"));
    assert_string_equal(rig_batch(r, "B1")->state, "released-pending");
    rig_at(r, "B21");
    accepted(rig_one(r, "SHIP", "D:A"));
    accepted(rig_scan(r, "C:B1-FP1"));
}

static void test_release_names_every_pending_result(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "decide", "d=released"), "act.shown-differs");
    with_arg(&r->v, "pending", "[\"grow\"]");
    r->next.pending = pending(r, "grow", "grow");
    refused(rig_sign(r, "QM", "B1", "decide", "d=released"), "act.shown-differs");
    r->next.pending = pending(r, "volume", NULL);
    refused(rig_sign(r, "QM", "B1", "decide", "d=released"), "act.shown-differs");
}

static void test_release_names_the_open_steps(void **state)
{
    struct rig *r = *state;
    tubes(r);
    refused(decide(r), "decision.open-steps");
    with_arg(&r->v, "steps", "[\"volume\"]");
}

static void test_release_wants_labels_and_containers_accounted_for(void **state)
{
    struct rig *r = *state;
    tubes(r);
    accepted(rig_one(r, "VOLUME", "45"));
    accepted(rig_scan(r, "90"));
    refused(decide(r), "decision.labels");
    with_arg(&r->v, "labels", "[\"B1-T1\",\"B1-T2\"]");
    rig_at(r, "B21");
    accepted(rig_one(r, "FILL", "C:B1-T1"));
    bin(r, "C:B1-T2");
    refused(decide(r), "decision.containers");
    with_arg(&r->v, "containers", "[\"B1-T1\"]");
    rig_at(r, "B21");
    bin(r, "C:B1-T1");
    accepted(decide(r));
}

static void test_release_wants_deviations_assessed_and_holds_lifted(void **state)
{
    struct rig *r = *state;
    tubes(r);
    bin(r, "C:B1-T1");
    bin(r, "C:B1-T2");
    deviation(rig_sure(r, "VOLUME", "29.9"), "value.action");
    accepted(rig_scan(r, "90"));
    refused(decide(r), "decision.deviations");
    accepted(assess(r, "B1-DV1", "minor"));
    accepted(decide(r));
    refused(assess(r, "B1-DV9", "minor"), "record.unknown");
}

static void test_major_deviation_is_closed_not_called_minor(void **state)
{
    struct rig *r = *state;
    tubes(r);
    bin(r, "C:B1-T1");
    bin(r, "C:B1-T2");
    deviation(rig_sure(r, "VOLUME", "29.9"), "value.action");
    accepted(rig_scan(r, "90"));
    accepted(assess(r, "B1-DV1", "major"));
    refused(decide(r), "decision.deviations");
    refused(assess(r, "B1-DV1", "minor"), "record.exists");
    refused(assess(r, "B1-DV1", "huge"), "record.invalid");
    accepted(close_major(r, "B1-DV1"));
    accepted(decide(r));
}

/* What the book says to an entry that no rule makes: it is taken back. */
static int folds(struct rig *r, const char *kind, const char *text)
{
    const struct stream *s = book_stream(&r->book, "batch/B1");
    struct entry e = {.kind = kind, .stream = s->name, .zone = clock_zone_name(), .at = r->now, .idx = r->n};
    e.sseq = s->sseq + 1;
    memcpy(e.prev, s->leaf, HASH_LEN);
    e.actor = json_set_str(&r->arena, json_object(&r->arena), "performed", "QM");
    e.clock = json_object(&r->arena);
    assert_int_equal(json_parse(&r->arena, text, strlen(text), &e.body, NULL), 0);
    const char *salted;
    char digest[44];
    disclosure_make(&r->arena, "reason", "x", &salted, digest);
    e.pd = json_set_str(&r->arena, json_object(&r->arena), "reason", digest);
    assert_int_equal(entry_build(&e, &r->arena), 0);
    book_begin(&r->book);
    int err = book_apply(&r->book, &e);
    book_rollback(&r->book);
    return err;
}

static void test_book_refuses_what_follows_on_no_state(void **state)
{
    struct rig *r = *state;
    tubes(r);
    bin(r, "C:B1-T1");
    bin(r, "C:B1-T2");
    deviation(rig_sure(r, "VOLUME", "29.9"), "value.action");
    accepted(rig_scan(r, "90"));
    assert_int_equal(folds(r, "deviation.assessed", "{\"dev\":\"B1-DV1\",\"grade\":\"minor\"}"), 0);
    accepted(assess(r, "B1-DV1", "major"));
    assert_int_equal(folds(r, "deviation.assessed", "{\"dev\":\"B1-DV1\",\"grade\":\"minor\"}"),
                     CPF_E_PROFILE);
    assert_int_equal(folds(r, "deviation.closed", "{\"dev\":\"B1-DV1\"}"), 0);
    accepted(close_major(r, "B1-DV1"));
    assert_int_equal(folds(r, "deviation.closed", "{\"dev\":\"B1-DV1\"}"), CPF_E_PROFILE);
    rig_entry(r, "batch/B1", "hold.placed", "{\"cause\":\"option.hold\",\"hold\":\"B1-H1\"}");
    assert_int_equal(folds(r, "hold.lifted", "{\"hold\":\"B1-H1\"}"), 0);
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=looked at"));
    assert_int_equal(folds(r, "hold.lifted", "{\"hold\":\"B1-H1\"}"), CPF_E_PROFILE);
}

static void test_hold_stops_release_and_shipping_until_it_is_lifted(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted(decide(r));
    rig_at(r, "B21");
    accepted(rig_one(r, "SHIP", "D:A"));
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    hold(rig_one(r, "GROW", "X:OPT-GROWTH"), "option.hold");
    rig_at(r, "B21"); /* between two scans of the hand-over */
    refused(rig_scan(r, "C:B1-FP1"), "decision.hold");
    rig_at(r, "QA1");
    refused(rig_record(r, "MM", "hold.lifted", "batch=B1|hold=B1-H1|reason=no time"), "record.role");
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=contaminated in the laboratory"),
            "hold.unjudged"); /* nobody has said what it means */
    with_arg(&r->v, "dev", "B1-DV1");
    rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x");
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=x"), "hold.unjudged"); /* by one */
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=contaminated in the laboratory"));
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=again"), "record.unknown");
    rig_at(r, "B21"); /* what was found after the decision is decided upon */
    refused(rig_scan(r, "C:B1-FP1"), "decision.suspended");
    rig_at(r, "QA1");
    accepted(rig_record(r, "DR", "product.accepted", "batch=B1|dev=B1-DV1|document=K-7|reason=investigated"));
    r->next.pending = json_array(&r->arena);
    accepted(rig_sign(r, "QM", "B1", "decide", "d=released"));
    assert_true(rig_says(r, "\"cites\":1"));
    rig_at(r, "B21");
    accepted(rig_scan(r, "C:B1-FP1"));
}

static void test_release_waits_for_no_clock(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_wait(r, 24 * RIG_HOUR);
    refused(decide(r), "decision.expired");
}

static void test_shipping_without_a_decision_is_refused(void **state)
{
    struct rig *r = *state;
    make(r);
    refused(rig_scan(r, "X:STEP-SHIP"), "decision.not-released");
}

static void test_producer_does_not_decide(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_entry(r, "person/OP1", "person.changed", "{\"person\":\"OP1\",\"roles\":[\"quality-manager\"]}");
    rig_at(r, "QA1");
    r->next.pending = pending(r, "grow", NULL);
    refused(rig_sign(r, "OP1", "B1", "decide", "d=released"), "act.producer");
    refused(rig_record(r, "OP1", "hold.lifted", "batch=B1|hold=B1-H1|reason=x"), "record.role");
    rig_entry(r, "person/OP1", "person.changed", "{\"dept\":\"quality\",\"person\":\"OP1\"}");
    refused(rig_record(r, "OP1", "hold.lifted", "batch=B1|hold=B1-H1|reason=x"), "act.producer");
}

static void test_needs_bind_accepting_with_an_alert_or_a_deviation(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_sign(r, "MM", "B1", "receive", "how=accept"), "decision.open-steps");
    refused(rig_sign(r, "MM", "B1", "receive", "how=odd"), "decision.open-steps");
    refused(rig_sign(r, "MM", "B1", "receive", "how=doubt"), "decision.open-steps");
    refused(rig_sign(r, "MM", "B1", "receive", "how=" RIG_NAME), "value.choice");
    hold(rig_sign(r, "MM", "B1", "receive", "how=reject"), "option.hold");
    assert_true(rig_batch(r, "B1")->stopped);
}

static void test_waiting_needs_nothing(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    r->next.pending = pending(r, "grow", NULL);
    hold(rig_sign(r, "QM", "B1", "decide", "d=wait"), "option.hold");
    assert_false(rig_batch(r, "B1")->released);
}

static void test_superseded_protocol_is_not_released(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_batch(r, "B1");
    struct protocol_state *p = book_protocol(&r->book, "sample");
    p->superseded = true;
    refused(decide(r), "decision.protocol");
    p->superseded = false;
    accepted(decide(r));
}

/* ---- stopped and rejected ---- */

static void test_rejected_after_release_is_not_shipped(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted(decide(r));
    hold(rig_sign(r, "QM", "B1", "reject", "c=any"), "option.hold");
    assert_true(rig_batch(r, "B1")->stopped);
    assert_false(rig_batch(r, "B1")->released);
    rig_at(r, "B21");
    refused(rig_scan(r, "X:STEP-SHIP"), "batch.stopped");
    r->next.pending = pending(r, "grow", NULL);
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "decide", "d=released"), "batch.stopped");
}

static void test_stopped_batch_is_cleared_away_and_closed(void **state)
{
    struct rig *r = *state;
    tubes(r);
    accepted(rig_one(r, "CABINET", "E:BSC-1"));
    accepted(rig_one(r, "VOLUME", "45"));
    rig_at(r, "QA1");
    hold(rig_sign(r, "QM", "B1", "stop", "why=withdrawn"), "option.hold");
    assert_string_equal(rig_batch(r, "B1")->state, "stopped");
    rig_at(r, "B21");
    refused(rig_scan(r, "90"), "batch.stopped"); /* nothing goes on, not even what was begun */
    accepted(rig_scan(r, "B:B1"));
    refused(rig_scan(r, "X:STEP-FILL"), "batch.stopped");
    accepted(rig_one(r, "LEAVE", "E:BSC-1")); /* from wherever it stands */
    assert_null(book_thing(&r->book, "BSC-1")->occupied);
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.open-steps");
}

static void test_rejected_batch_ends_with_everything_accounted_for(void **state)
{
    struct rig *r = *state;
    tubes(r);
    accepted(rig_one(r, "FILL", "C:B1-T1"));
    rig_at(r, "QA1");
    hold(rig_sign(r, "QM", "B1", "reject", "c=any"), "option.hold");
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.hold");
    refused(rig_record(r, "QM", "deviation.closed", "batch=B1|dev=B1-DV1|reason=rejected"),
            "deviation.unassessed");
    accepted(assess(r, "B1-DV1", "minor"));
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=rejected"));
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.deviations");
    accepted(rig_record(r, "QM", "deviation.closed", "batch=B1|dev=B1-DV1|reason=rejected"));
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.labels");
    rig_at(r, "B21");
    bin(r, "C:B1-T2");
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.containers");
    rig_at(r, "B21");
    bin(r, "C:B1-T1");
    rig_at(r, "QA1");
    rig_entry(r, "batch/B1", "warning.due", "{\"cause\":\"release.result\"}");
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "clinic.not-warned");
    rig_at(r, "CL1");
    accepted(rig_record(r, "N1", "clinic.warned", "batch=B1"));
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "B1", "end", "p=none"));
    assert_true(rig_batch(r, "B1")->closed);
}

static void test_stopped_number_does_not_free_its_draw(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    hold(rig_sign(r, "QM", "B1", "stop", "why=withdrawn"), "option.hold");
    refused(rig_order(r, "NK9", "P000000"), "order.duplicate");
    assert_non_null(strstr(rig_text_of(r, "refused"), "\"stream\":\"day/QA1"));
    accepted(rig_order(r, "NK9", "P000099"));
}

static void test_order_may_be_given_once(void **state)
{
    struct rig *r = *state;
    refused(rig_order(r, "B1", "P000077"), "batch.duplicate");
    rig_entry(r, "batch/B1", "batch.closed",
              arena_printf(&r->arena, "{\"count\":%llu}",
                           (unsigned long long)book_stream(&r->book, "batch/B1")->sseq + 1));
    rig_drop_closed(&r->book); /* closed long ago: the log knows, the book does not */
    refused(rig_order(r, "B1", "P000077"), "batch.duplicate");
    refused(rig_order(r, "nk 1", "P000077"), "value.pattern");
    refused(rig_order(r, "NK7", RIG_NAME), "value.pattern");
    r->next.protocol = "none";
    refused(rig_sign(r, "CO", "NK8", "order", ""), "protocol.not-approved");
}

/* ---- the end ---- */

static void test_end_opens_nothing_new(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted(decide(r));
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.open-steps");
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "GROW", "X:OPT-NONE"));
    rig_at(r, "B21");
    bin(r, "C:B1-FP1");
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "end", "p=some"), "option.refuse");
    refused(rig_sign(r, "QM", "B1", "end", "p=more"), "option.refuse");
    alert(rig_sign(r, "QM", "B1", "end", "p=odd"), "option.alert");
    assert_true(rig_batch(r, "B1")->closed);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_release_with_what_still_grows_named),
        T(test_release_names_every_pending_result),
        T(test_release_names_the_open_steps),
        T(test_release_wants_labels_and_containers_accounted_for),
        T(test_release_wants_deviations_assessed_and_holds_lifted),
        T(test_major_deviation_is_closed_not_called_minor),
        T(test_book_refuses_what_follows_on_no_state),
        T(test_hold_stops_release_and_shipping_until_it_is_lifted),
        T(test_release_waits_for_no_clock),
        T(test_shipping_without_a_decision_is_refused),
        T(test_producer_does_not_decide),
        T(test_needs_bind_accepting_with_an_alert_or_a_deviation),
        T(test_waiting_needs_nothing),
        T(test_superseded_protocol_is_not_released),
        T(test_rejected_after_release_is_not_shipped),
        T(test_stopped_batch_is_cleared_away_and_closed),
        T(test_rejected_batch_ends_with_everything_accounted_for),
        T(test_stopped_number_does_not_free_its_draw),
        T(test_order_may_be_given_once),
        T(test_end_opens_nothing_new),
    };
    return cmocka_run_group_tests_name("rule: decisions", tests, NULL, NULL);
}
