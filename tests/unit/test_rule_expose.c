/* A late positive holds what shared something with it, and nothing else (doc/bench.md 3, case 10). */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2, QC], by: [operator], dept: manufacturing, after: [], repeat: 0"

static const char steps[] =
    "  - {id: shelve, " WORK ", fields: [{id: shelf, " NAMED ", scan: place, kind: shelf, occupy: true}]}\n"
    "  - {id: unshelve, " WORK ", fields: [{id: shelf, " NAMED
    ", scan: place, kind: shelf, release: true, same: shelve.shelf}]}\n"
    "  - {id: spin, " WORK ", fields: [{id: machine, " NAMED ", scan: equipment, kind: centrifuge}]}\n"
    "  - {id: used, " WORK ", fields: [{id: lot, " NAMED ", scan: lot, material: [albumin], use: account}]}\n"
    "  - {id: plates, " WORK ", fields: [{id: plate, " NAMED ", scan: document}]}\n"
    "  - {id: count, " NAMED
    ", where: [QC], by: [tester], dept: quality, after: [plates], repeat: 0, fields: [\n"
    "      {id: cfu, " NAMED
    ", number: CFU, possible: [\"0\", \"99\"], alert: [~, \"1\"], action: [~, \"2\"], "
    "blocks-room: plates.plate}]}\n"
    "  - {id: finish, " WORK ", closes: true, fields: [{id: paper, " NAMED ", scan: document}]}\n"
    "  - {id: read, " WORK ", fields: [{id: growth, " NAMED ", choice: {"
    "none: {title: {ja: 無, en: None}, is: ok}, "
    "broken: {title: {ja: 破損, en: Broken}, is: hold}, "
    "cloudy: {title: {ja: 混濁, en: Cloudy}, is: hold, suspects: true}, "
    "growth: {title: {ja: 有, en: Growth}, is: hold, exposes: true}}}]}\n"
    "  - {id: print, " WORK ", fields: [{id: s, " NAMED ", scan: container, label: [S], use: issue}]}\n"
    "  - {id: fill, " WORK ", fields: [{id: s, " NAMED ", scan: container, label: [S], use: fill}]}\n"
    "  - {id: session, " NAMED
    ", where: [B2], by: [operator], dept: manufacturing, after: [], fields: [{id: s, " NAMED
    ", scan: container, label: [S], use: discard}]}\n"
    "  - {id: away, " WORK ", optional: true, fields: [{id: s, " NAMED
    ", scan: container, label: [S], use: discard}]}\n"
    "  - {id: plate, " WORK ", optional: true, fields: [{id: s, " NAMED
    ", scan: container, label: [S], use: discard}, {id: n, " NAMED
    ", number: CFU, possible: [\"0\", \"9\"]}]}\n"
    "  - {id: stop, " NAMED
    ", where: [QA], by: [quality-manager], dept: quality, after: [], optional: true, state: stopped,\n"
    "     sign: {verb: decide, meaning: {ja: 署名, en: Signed}}, fields: [{id: why, " NAMED
    ", choice: {patient: {title: {ja: 患者, en: Patient}, is: ok}}}]}\n"
    "shared: [centrifuge, shelf]\n";

static int begin(void **state)
{
    return rig_set_up(state, steps, "B1");
}

static void new_day(struct rig *r, int day)
{
    rig_clock(r, day, 9, 0);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_sign_in(r, "OP2"));
}

/* B1 becomes positive, another day. */
static void turn_positive(struct rig *r)
{
    new_day(r, 5);
    accepted(rig_scan(r, "B:B1"));
    hold(rig_one(r, "READ", "X:OPT-GROWTH"), "option.hold");
    assert_ptr_equal(r->v.batch, rig_batch(r, "B1")); /* told at the bench: of this batch */
}

static size_t holds(struct rig *r, const char *batch)
{
    return batch_open_holds(rig_batch(r, batch));
}

static void test_same_instrument_on_one_day(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_begin(r, "NK2");
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_begin(r, "NK3");
    turn_positive(r);
    assert_int_equal(holds(r, "B1"), 1);
    assert_int_equal(holds(r, "NK2"), 1);
    assert_int_equal(holds(r, "NK3"), 0);
    assert_int_equal(rig_count(r, "exposure.linked"), 2); /* one in each record */
    assert_true(rig_says(r, "exposure.positive"));
    assert_false(rig_says(r, "\"NK2\"")); /* neither record names the other but salted */
}

static void test_another_day_on_the_same_instrument_is_no_sharing(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    new_day(r, 1);
    rig_begin(r, "NK2");
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    turn_positive(r);
    assert_int_equal(holds(r, "NK2"), 0);
    assert_int_equal(rig_count(r, "exposure.linked"), 0);
}

static void test_one_place_at_one_time(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SHELVE", "W:SH-1"));
    rig_begin(r, "NK2");
    accepted(rig_one(r, "SHELVE", "W:SH-2"));
    accepted(rig_scan(r, "B:B1"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "UNSHELVE", "W:SH-1"));
    rig_begin(r, "NK3");
    accepted(rig_one(r, "SHELVE", "W:SH-1")); /* on the day the other was taken off it */
    turn_positive(r);
    assert_int_equal(holds(r, "NK2"), 0);
    assert_int_equal(holds(r, "NK3"), 1);
}

static void test_one_opened_unit(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "USED", "L:AL1-U1"));
    rig_begin(r, "NK2");
    hold(rig_one(r, "USED", "L:AL1-U1"), "lot.used-other-batch");
    rig_begin(r, "NK3");
    accepted(rig_one(r, "USED", "L:AL1-U2")); /* another vial of that lot */
    turn_positive(r);
    assert_int_equal(holds(r, "NK2"), 2);
    assert_int_equal(holds(r, "NK3"), 0);
}

static void test_the_donors_other_batch(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    r->next.protocol = "sample";
    accepted(rig_sign(r, "CO", "NK2", "order",
                      "patient=P000000|name=" RIG_NAME "|birth=" RIG_BIRTH "|draw=2026-11-01"));
    turn_positive(r);
    assert_int_equal(holds(r, "NK2"), 1);
}

static void test_other_holds_stay_with_their_batch(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_begin(r, "NK2");
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    accepted(rig_scan(r, "B:B1"));
    hold(rig_one(r, "READ", "X:OPT-BROKEN"), "option.hold");
    assert_int_equal(holds(r, "NK2"), 0);
}

static void test_closed_batch_is_named_and_not_touched(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_begin(r, "NK2");
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    accepted(rig_one(r, "FINISH", "D:END"));
    assert_true(rig_batch(r, "NK2")->closed);
    turn_positive(r);
    assert_int_equal(holds(r, "NK2"), 0);
    assert_int_equal(rig_count(r, "exposure.linked"), 1);
    assert_true(rig_says(r, "\"closed\":true"));
}

/* Whether it is still in memory or not, closed by this program or by one whose closings did not say what was
 * shared: the record is the same. */
static void test_closed_batch_is_named_when_it_left_the_memory(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_begin(r, "NK2");
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    accepted(rig_one(r, "FINISH", "D:END"));
    assert_true(rig_says(r, "\"used\":{"));
    rig_begin(r, "NK3");
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_entry(r, "batch/NK3", "batch.closed",
              arena_printf(&r->arena, "{\"count\":%llu}",
                           (unsigned long long)book_stream(&r->book, "batch/NK3")->sseq + 1));
    rig_begin(r, "NK4");
    accepted(rig_one(r, "FINISH", "D:LAST"));
    rig_drop_closed(&r->book);
    assert_null(book_batch(&r->book, "NK2"));
    turn_positive(r);
    assert_int_equal(rig_count(r, "exposure.linked"), 2);
    assert_true(rig_says(r, "\"closed\":true"));
}

static struct verdict judged(struct rig *r, struct command *c)
{
    struct verdict v;
    rule_judge(&r->book, c, r->now, &r->arena, &v);
    return v;
}

static void test_what_is_not_in_memory_is_wanted_and_nothing_is_judged(void **state)
{
    struct rig *r = *state;
    new_day(r, 5);
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_scan(r, "X:STEP-READ"));
    const char *raw = rig_raw(r, "X:OPT-GROWTH");
    struct command c = {.kind = COMMAND_SCAN, .station = r->station, .raw = raw, .raw_len = strlen(raw)};
    struct verdict v = judged(r, &c);
    assert_int_equal(v.nwants, 1);
    assert_int_equal(v.want[0].kind, WANT_CLOSINGS);
    assert_int_equal(v.ndrafts, 0);
    assert_int_equal(v.outcome, OUTCOME_NONE);
    c.raw = rig_raw(r, "B:GONE");
    c.raw_len = strlen(c.raw);
    v = judged(r, &c);
    assert_int_equal(v.nwants, 1);
    assert_string_equal(v.want[0].name, "batch/GONE");
    const struct answer none = {.want = v.want[0]};
    c.answer = &none;
    c.nanswers = 1;
    v = judged(r, &c);
    assert_int_equal(v.nwants, 0);
    assert_string_equal(v.code, "batch.unknown");
}

static void test_batch_that_left_the_memory_is_closed(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "NK2");
    accepted(rig_one(r, "FINISH", "D:END"));
    rig_drop_closed(&r->book);
    refused(rig_scan(r, "B:NK2"), "batch.closed");
    refused(rig_scan(r, "B:NK9"), "batch.unknown");
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "hold.lifted", "batch=NK2|hold=NK2-H1|reason=x"), "batch.closed");
}

/* A draw is ordered once, also when the batch made of it has long been closed. */
static void test_second_order_of_a_closed_draw(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "NK2");
    accepted(rig_one(r, "FINISH", "D:END"));
    rig_drop_closed(&r->book);
    const char *patient = NULL;
    for (size_t i = 0; i < r->n; i++) /* the rig's own orders draw one patient each */
        if (strstr(r->log[i].text, "\"stream\":\"batch/NK2\"") && strstr(r->log[i].text, "batch.ordered"))
            patient = arena_strndup(&r->arena, strstr(r->log[i].text, "\"patient\":\"") + 11, 7);
    assert_non_null(patient);
    refused(rig_order(r, "NK8", patient), "order.duplicate");
    with_arg(&r->v, "batch", "NK2");
}

/* Containers, places and benches are as later entries left them. */
static void test_recalled_batch_takes_nothing_back(void **state)
{
    struct rig *r = *state;
    rig_begin(r, "NK2");
    accepted(rig_one(r, "SHELVE", "W:SH-1"));
    accepted(rig_one(r, "FINISH", "D:END"));
    rig_drop_closed(&r->book);
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "SHELVE", "W:SH-1"));
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "hold.lifted", "batch=NK2|hold=NK2-H1|reason=x"), "batch.closed");
    assert_ptr_equal(book_thing(&r->book, "SH-1")->occupied, rig_batch(r, "B1"));
    rig_drop_closed(&r->book);
    assert_ptr_equal(book_thing(&r->book, "SH-1")->occupied, rig_batch(r, "B1"));
}

static void test_more_than_fit_are_counted(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    for (int i = 0; i < 40; i++) {
        rig_begin(r, arena_printf(&r->arena, "NK%d", 49 - i));
        accepted(rig_one(r, "SPIN", "E:CF-1"));
    }
    turn_positive(r);
    size_t held = 0; /* which of them does not hang on how they came into memory */
    while (held < 40 && holds(r, arena_printf(&r->arena, "NK%zu", 10 + held)) == 1)
        held++;
    for (size_t i = held; i < 40; i++)
        assert_int_equal(holds(r, arena_printf(&r->arena, "NK%zu", 10 + i)), 0);
    assert_in_range(held, 10, 39);
    assert_true(rig_says(r, "exposure.more"));
    assert_true(rig_says(r, arena_printf(&r->arena, "\"count\":%zu", 40 - held)));
}

/* ---- plates ---- */

static void count_plate(struct rig *r, const char *count, const char *outcome)
{
    accepted(rig_one(r, "PLATES", "D:EP1"));
    rig_wait(r, 30 * RIG_HOUR);
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    const struct verdict *v =
        strcmp(outcome, "value.action-room") == 0 ? rig_sure(r, "COUNT", count) : rig_one(r, "COUNT", count);
    rig_expect(v, ANY_OUTCOME, outcome, NULL, NULL, __FILE__, __LINE__);
}

static void test_action_limit_blocks_the_room_where_the_plates_stood(void **state)
{
    struct rig *r = *state;
    count_plate(r, "3", "value.action-room"); /* and it is told */
    assert_true(rig_says(r, "\"room\":\"R2\""));
    assert_true(book_room(&r->book, "R2")->blocked);
    assert_false(book_room(&r->book, "RQ")->blocked); /* they were only read there */
}

/* The plates stood there days ago, and everybody has gone home since. */
static void test_room_names_who_worked_there_when_the_plates_stood(void **state)
{
    struct rig *r = *state;
    count_plate(r, "3", "value.once-more");
    deviation(rig_scan(r, "3"), "value.action-room");
    assert_non_null(strstr(rig_text_of(r, "room.blocked"), "\"workers\":[\"OP1\""));
    rig_at(r, "QA1");
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x"));
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
    accepted(rig_record(r, "QM", "room.reopened", "room=R2|reason=wiped|result=none"));
}

/* It was cleaned, and what stood there that day grew: what that means is said before anybody calls it clean.
 */
static void test_room_in_which_something_grew_is_not_reopened_before_quality_has_judged_it(void **state)
{
    struct rig *r = *state;
    count_plate(r, "3", "value.action-room");
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "room.reopened", "room=R2|reason=wiped|result=none"), "room.grown");
    with_arg(&r->v, "dev", "B1-DV1");
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x"));
    refused(rig_record(r, "QM", "room.reopened", "room=R2|reason=wiped|result=none"), "room.grown");
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
    accepted(rig_record(r, "QM", "room.reopened", "room=R2|reason=wiped|result=none"));
}

static void test_who_was_there_today_and_has_gone_worked_there(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "QM"));
    rig_leaves(r, "QM");
    rig_at(r, "QA1");
    accepted(rig_record(r, "OP1", "room.blocked", "room=R2|cause=smell"));
    assert_non_null(strstr(rig_text_of(r, "room.blocked"), "\"QM\""));
    refused(rig_record(r, "QM", "room.reopened", "room=R2|reason=wiped|result=none"), "right.nobody");
    rig_wait(r, RIG_DAY);
    accepted(rig_record(r, "OP1", "room.blocked", "room=R2|cause=smell")); /* which frees nobody */
    refused(rig_record(r, "QM", "room.reopened", "room=R2|reason=wiped|result=none"), "right.nobody");
}

static void test_slip_on_a_plate_says_which_room_it_blocks(void **state)
{
    struct rig *r = *state;
    count_plate(r, "3", "value.once-more");
    assert_false(book_room(&r->book, "R2")->blocked);
    deviation(rig_scan(r, "1"), "value.two-entries-room");
    assert_true(rig_says(r, "\"room\":\"R2\""));
    assert_true(book_room(&r->book, "R2")->blocked);
    accepted(rig_sign_in(r, "QC2"));
    refused(rig_record(r, "QC1", "correction",
                       "batch=B1|step=count|field=cfu|occ=#1|value=1|reason=x|witness=P:QC2"),
            "correction.stands");
}

static void test_alert_limit_blocks_nothing(void **state)
{
    struct rig *r = *state;
    count_plate(r, "2", "value.alert");
    assert_false(book_room(&r->book, "R2")->blocked);
}

/* ---- evidence ---- */

static void fill(struct rig *r, const char *n)
{
    accepted(rig_one(r, "PRINT", arena_printf(&r->arena, "C:B1-S%s", n)));
    rig_wait(r, 5 * RIG_SECOND);
    accepted(rig_one(r, "FILL", arena_printf(&r->arena, "C:B1-S%s", n)));
}

/* A recall comes when the vials are long empty. */
static void test_lot_that_is_blocked_holds_what_was_made_with_it(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "USED", "L:AL1-U1"));
    rig_begin(r, "NK2");
    accepted(rig_one(r, "USED", "L:AL1-U2"));
    rig_begin(r, "NK3");
    rig_at(r, "QA1");
    alert(rig_record(r, "QM", "lot.blocked", "lot=AL1|reason=recalled"), "lot.blocked-used");
    with_arg(&r->v, "held", "2");
    assert_int_equal(holds(r, "B1"), 1);
    assert_int_equal(holds(r, "NK2"), 1);
    assert_int_equal(holds(r, "NK3"), 0);
    assert_string_equal(rig_batch(r, "B1")->dev[0].code, "lot.used-blocked");
    accepted(rig_record(r, "QM", "lot.blocked", "lot=AL1|reason=once more")); /* held for it already */
    assert_int_equal(holds(r, "B1"), 1);
}

static void test_lot_that_is_blocked_opens_the_record_of_a_closed_batch(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "USED", "L:AL1-U1"));
    accepted(rig_one(r, "FINISH", "D:A"));
    rig_drop_closed(&r->book);
    rig_at(r, "QA1");
    alert(rig_record(r, "QM", "lot.blocked", "lot=AL1|reason=recalled"), "lot.blocked-used");
    assert_false(rig_batch(r, "B1")->closed);
    assert_int_equal(holds(r, "B1"), 1);
    assert_int_equal(rig_count(r, "batch.reopened"), 1);
}

/* Nothing is left of it to be blocked: what was made with it is held by hand. */
static void test_lot_that_is_used_up_says_that_it_was_used(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "USED", "L:AL1-U1"));
    rig_entry(r, "lot/AL1", "lot.closed", "{\"lot\":\"AL1\"}");
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "lot.blocked", "lot=AL1|reason=recalled"), "lot.closed-used");
    with_arg(&r->v, "held", "1");
}

/* A closing of a program that named opened units alone is not believed to say which lots were used. */
static void test_closing_that_does_not_tell_lots_is_asked(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "USED", "L:AL1-U1"));
    rig_entry(r, "batch/B1", "batch.closed",
              arena_printf(&r->arena, "{\"count\":%llu,\"used\":{\"protocol\":\"sample\",\"uses\":[]}}",
                           (unsigned long long)book_stream(&r->book, "batch/B1")->sseq + 1));
    rig_drop_closed(&r->book);
    rig_at(r, "QA1");
    alert(rig_record(r, "QM", "lot.blocked", "lot=AL1|reason=recalled"), "lot.blocked-used");
    assert_int_equal(holds(r, "B1"), 1);
}

static void test_evidence_stays_until_quality_lifts_the_hold(void **state)
{
    struct rig *r = *state;
    fill(r, "1");
    fill(r, "2");
    fill(r, "3");
    fill(r, "4");
    accepted(rig_one(r, "AWAY", "C:B1-S1")); /* nothing has grown */
    turn_positive(r);
    refused(rig_one(r, "AWAY", "C:B1-S2"), "exposure.evidence");
    with_arg(&r->v, "hold", "B1-H1");
    accepted(rig_one(r, "PLATE", "C:B1-S3")); /* a reading is a fact */
    accepted(rig_scan(r, "1"));
    accepted(rig_one(r, "SESSION", "C:B1-S4")); /* the session goes on */
    rig_at(r, "QA1");
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=seen"));
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=looked into"));
    rig_at(r, "B21");
    accepted(rig_one(r, "AWAY", "C:B1-S2"));
}

static void test_evidence_that_was_discarded_is_a_fact(void **state)
{
    struct rig *r = *state;
    fill(r, "1");
    turn_positive(r);
    rig_wait(r, RIG_HOUR);
    r->next.occurred = r->now - 40 * RIG_MINUTE;
    r->next.late = LATE_BUSY;
    (void)rig_scan(r, "X:STEP-AWAY");
    r->next.occurred = r->now - 40 * RIG_MINUTE;
    r->next.late = LATE_BUSY;
    hold(rig_scan(r, "C:B1-S1"), "exposure.evidence");
}

static void test_another_hold_secures_nothing(void **state)
{
    struct rig *r = *state;
    fill(r, "1");
    hold(rig_one(r, "READ", "X:OPT-BROKEN"), "option.hold");
    accepted(rig_one(r, "AWAY", "C:B1-S1"));
}

static void test_siblings_evidence_is_secured_with_it(void **state)
{
    struct rig *r = *state;
    fill(r, "1");
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_begin(r, "NK2");
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    hold(rig_one(r, "READ", "X:OPT-GROWTH"), "option.hold");
    accepted(rig_scan(r, "B:B1"));
    refused(rig_one(r, "AWAY", "C:B1-S1"), "exposure.evidence");
}

/* ---- a suspicion ---- */

static void cloudy(struct rig *r)
{
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_begin(r, "NK2");
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    new_day(r, 5);
    accepted(rig_scan(r, "B:B1"));
    hold(rig_one(r, "READ", "X:OPT-CLOUDY"), "option.hold");
    assert_int_equal(holds(r, "NK2"), 0); /* it is none yet */
    rig_at(r, "QA1");
}

static void test_suspicion_that_nobody_judged_goes_with_the_end_of_the_batch(void **state)
{
    struct rig *r = *state;
    cloudy(r);
    hold(rig_sign(r, "QM", "B1", "stop", "why=patient"), "exposure.suspected");
    with_arg(&r->v, "dev", "B1-DV1");
    assert_int_equal(holds(r, "B1"), 2);
    assert_int_equal(holds(r, "NK2"), 1);
}

static void test_suspicion_that_was_judged_holds_nobody(void **state)
{
    struct rig *r = *state;
    cloudy(r);
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=crystals"));
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV1"));
    accepted(rig_sign(r, "QM", "B1", "stop", "why=patient"));
    assert_int_equal(holds(r, "NK2"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_lot_that_is_blocked_holds_what_was_made_with_it),
        T(test_lot_that_is_used_up_says_that_it_was_used),
        T(test_closing_that_does_not_tell_lots_is_asked),
        T(test_lot_that_is_blocked_opens_the_record_of_a_closed_batch),
        T(test_same_instrument_on_one_day),
        T(test_another_day_on_the_same_instrument_is_no_sharing),
        T(test_one_place_at_one_time),
        T(test_one_opened_unit),
        T(test_the_donors_other_batch),
        T(test_other_holds_stay_with_their_batch),
        T(test_closed_batch_is_named_and_not_touched),
        T(test_closed_batch_is_named_when_it_left_the_memory),
        T(test_what_is_not_in_memory_is_wanted_and_nothing_is_judged),
        T(test_batch_that_left_the_memory_is_closed),
        T(test_second_order_of_a_closed_draw),
        T(test_recalled_batch_takes_nothing_back),
        T(test_more_than_fit_are_counted),
        T(test_action_limit_blocks_the_room_where_the_plates_stood),
        T(test_room_names_who_worked_there_when_the_plates_stood),
        T(test_room_in_which_something_grew_is_not_reopened_before_quality_has_judged_it),
        T(test_who_was_there_today_and_has_gone_worked_there),
        T(test_slip_on_a_plate_says_which_room_it_blocks),
        T(test_alert_limit_blocks_nothing),
        T(test_evidence_stays_until_quality_lifts_the_hold),
        T(test_evidence_that_was_discarded_is_a_fact),
        T(test_another_hold_secures_nothing),
        T(test_siblings_evidence_is_secured_with_it),
        T(test_suspicion_that_nobody_judged_goes_with_the_end_of_the_batch),
        T(test_suspicion_that_was_judged_holds_nobody),
    };
    return cmocka_run_group_tests_name("rule: exposure", tests, NULL, NULL);
}
