/* Containers, labels, lots, equipment, places, rooms: whose they are, where they are, in what state. */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"
#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2, QC], by: [operator], dept: manufacturing, after: [], repeat: 0"

static const char steps[] =
    "  - {id: print, " WORK ", fields: [{id: tubes, " NAMED
    ", scan: container, label: [T], use: issue, n: 3}]}\n"
    "  - {id: extra, " WORK ", fields: [{id: tube, " NAMED
    ", scan: container, label: [T, F, S], use: issue}]}\n"
    "  - {id: attach, " WORK ", fields: [{id: tube, " NAMED ", scan: container, label: [T], use: attach}]}\n"
    "  - {id: fill, " WORK ", fields: [{id: tubes, " NAMED
    ", scan: container, label: [T], use: fill, n: 3}]}\n"
    "  - {id: take, " WORK ", fields: [{id: tubes, " NAMED
    ", scan: container, label: [T], use: take, n: 3, same: fill.tubes, differs: deviation}]}\n"
    "  - {id: one, " WORK ", fields: [{id: tube, " NAMED ", scan: container, label: [T], use: take}]}\n"
    "  - {id: pool, " WORK ", fields: [{id: tubes, " NAMED
    ", scan: container, label: [T], use: consume, n: all}]}\n"
    "  - {id: bin, " WORK ", fields: [{id: tubes, " NAMED
    ", scan: container, label: [T], use: discard, n: all}]}\n"
    "  - {id: leave, " WORK ", fields: [{id: tube, " NAMED ", scan: container, label: [T], use: leave}]}\n"
    "  - {id: shelve, " WORK ", fields: [{id: shelf, " NAMED ", scan: place, kind: shelf, occupy: true},\n"
    "      {id: tube, " NAMED ", scan: container, label: [T], use: place}]}\n"
    "  - {id: shelve-after, " WORK ", fields: [{id: tube, " NAMED
    ", scan: container, label: [T], use: place},\n"
    "      {id: shelf, " NAMED ", scan: place, kind: shelf, occupy: true}]}\n"
    "  - {id: spin, " WORK ", fields: [{id: machine, " NAMED
    ", scan: equipment, kind: centrifuge, occupy: true}]}\n"
    "  - {id: unspin, " WORK ", fields: [{id: machine, " NAMED
    ", scan: equipment, kind: centrifuge, release: true, same: spin.machine}]}\n"
    "  - {id: stage, " WORK ", fields: [{id: lot, " NAMED ", scan: lot, material: [tube], use: stage}]}\n"
    "  - {id: draw, " WORK ", fields: [{id: lot, " NAMED ", scan: lot, material: [albumin], use: draw}]}\n"
    "  - {id: account, " WORK ", fields: [{id: lot, " NAMED ", scan: lot, material: [tube], use: account}]}\n"
    "  - {id: used, " WORK ", fields: [{id: lot, " NAMED ", scan: lot, material: [albumin], use: account}]}\n"
    "  - {id: clean, " WORK ", fit: true, fields: [{id: paper, " NAMED ", scan: document}]}\n"
    "  - {id: fitness, " WORK ", declares-fit: true, fields: [{id: well, " NAMED ", choice: {"
    "yes: {title: {ja: 可, en: Well}, is: ok}}}]}\n"
    "  - {id: seal, " WORK ", fields: [{id: paper, " NAMED ", scan: document}]}\n"
    "  - {id: unseal, " WORK ", fields: [{id: paper, " NAMED
    ", scan: document, same: seal.paper, differs: hold}]}\n"
    "  - {id: reseal, " WORK ", fields: [{id: paper, " NAMED ", scan: document, same: seal.paper}]}\n"
    "  - {id: paper, " NAMED
    ", where: [QA], by: [operator], dept: manufacturing, after: [], repeat: 0, form: true, fields: [\n"
    "      {id: tube, " NAMED ", scan: container, label: [T], use: take}]}\n"
    "  - {id: basket, " NAMED
    ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0, form: true, fields: [\n"
    "      {id: lots, " NAMED ", scan: lot, material: [albumin, il-2], use: draw, n: 2}]}\n";

static int begin(void **state)
{
    return rig_set_up(state, steps, "B1");
}

static void issue_three(struct rig *r, const char *batch)
{
    accepted(rig_scan(r, "X:STEP-PRINT"));
    for (int i = 1; i <= 3; i++)
        accepted(rig_scan(r, arena_printf(&r->arena, "C:%s-T%d", batch, i)));
}

static void fill_three(struct rig *r, const char *batch)
{
    issue_three(r, batch);
    accepted(rig_scan(r, "X:STEP-FILL"));
    for (int i = 1; i <= 3; i++)
        accepted(rig_scan(r, arena_printf(&r->arena, "C:%s-T%d", batch, i)));
}

/* A second batch, at the same bench; back to the first one. */
static void neighbour(struct rig *r)
{
    rig_begin(r, "NK2");
    fill_three(r, "NK2");
    accepted(rig_scan(r, "B:B1"));
}

/* ---- labels and containers ---- */

static void test_same_tube_again_is_one_tube(void **state)
{
    struct rig *r = *state;
    fill_three(r, "B1");
    accepted(rig_one(r, "TAKE", "C:B1-T1"));
    already(rig_scan(r, "C:B1-T1"));
    accepted(rig_scan(r, "C:B1-T2"));
    already(rig_scan(r, "C:B1-T1"));
    accepted_as(rig_scan(r, "C:B1-T3"), "accepted.step-done");
}

static void test_label_read_twice_is_already_issued(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PRINT", "C:B1-T1"));
    already(rig_scan(r, "C:B1-T1"));
}

static void test_labels_are_counted(void **state)
{
    struct rig *r = *state;
    issue_three(r, "B1");
    accepted(rig_one(r, "EXTRA", "C:B1-T4"));
    accepted(rig_one(r, "EXTRA", "C:B1-T5"));
    refused(rig_one(r, "EXTRA", "C:B1-T6"), "label.extra");
    with_arg(&r->v, "max", "5");
    refused(rig_scan(r, "C:B1-T5"), "ident.used");
    accepted(rig_scan(r, "C:B1-F1"));
    for (int i = 1; i < 9; i++) /* no limit */
        accepted(rig_one(r, "EXTRA", arena_printf(&r->arena, "C:B1-S%d", i)));
}

static void test_container_goes_through_its_states(void **state)
{
    struct rig *r = *state;
    refused(rig_one(r, "ATTACH", "C:B1-T1"), "ident.not-issued");
    issue_three(r, "B1");
    refused(rig_one(r, "ONE", "C:B1-T1"), "ident.unfilled");
    accepted(rig_one(r, "ATTACH", "C:B1-T1"));
    refused(rig_one(r, "ATTACH", "C:B1-T1"), "ident.used");
    accepted(rig_one(r, "FILL", "C:B1-T1"));
    accepted(rig_scan(r, "C:B1-T2"));
    accepted(rig_scan(r, "C:B1-T3"));
    refused(rig_one(r, "FILL", "C:B1-T1"), "ident.used");
    accepted(rig_one(r, "LEAVE", "C:B1-T1"));
    refused(rig_one(r, "ONE", "C:B1-T1"), "ident.gone");
    with_arg(&r->v, "state", "left");
}

static void test_all_means_every_one_that_is_left(void **state)
{
    struct rig *r = *state;
    fill_three(r, "B1");
    accepted(rig_one(r, "LEAVE", "C:B1-T2"));
    accepted(rig_one(r, "POOL", "C:B1-T1"));
    already(rig_scan(r, "C:B1-T1"));
    accepted_as(rig_scan(r, "C:B1-T3"), "accepted.step-done");
    accepted(rig_one(r, "EXTRA", "C:B1-T4"));
    accepted_as(rig_one(r, "BIN", "C:B1-T4"), "accepted.step-done"); /* a void label */
    assert_int_equal(book_container(&r->book, "B1-T4")->state, CONTAINER_DISCARDED);
}

static void test_another_tube_than_was_handed_over_is_a_deviation(void **state)
{
    struct rig *r = *state;
    fill_three(r, "B1");
    accepted(rig_one(r, "EXTRA", "C:B1-T4"));
    accepted(rig_one(r, "ATTACH", "C:B1-T4"));
    accepted(rig_one(r, "TAKE", "C:B1-T1"));
    refused(rig_scan(r, "C:B1-T4"), "ident.unfilled");
    accepted(rig_scan(r, "X:BACK"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "FILL", "C:B1-T4"));
    accepted(rig_scan(r, "X:BACK"));
    accepted(rig_scan(r, "X:STEP-TAKE"));
    accepted(rig_scan(r, "C:B1-T2"));
}

static void test_seal_that_differs(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SEAL", "D:S-1"));
    accepted(rig_one(r, "UNSEAL", "D:S-1"));
    hold(rig_one(r, "UNSEAL", "D:S-2"), "value.same");
    refused(rig_one(r, "RESEAL", "D:S-2"), "value.same");
}

static void test_other_kind_of_label_is_told(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-ONE"));
    refused(rig_scan(r, "C:B1-W1"), "label.kind");
    refused(rig_scan(r, "D:X"), "scan.awaits-container");
}

static void test_typed_label_needs_a_second_person_and_counts(void **state)
{
    struct rig *r = *state;
    r->next.typed = true;
    accepted(rig_one(r, "PRINT", "C:B1-T1"));
    r->next.typed = true;
    accepted(rig_scan(r, "C:B1-T2"));
    assert_true(rig_says(r, "\"typed\":true"));
    assert_int_equal(rig_batch(r, "B1")->typed, 1);
    rig_take_over(r, "OP2");
    rig_leaves(r, "OP2");
    accepted(rig_scan(r, "P:OP1"));
    r->next.typed = true;
    refused(rig_scan(r, "C:B1-T3"), "people.too-few");
    accepted(rig_scan(r, "C:B1-T3"));
}

/* ---- the neighbour's flask (section 6, case 1) ---- */

static void test_neighbours_tube_is_refused_in_both_records(void **state)
{
    struct rig *r = *state;
    neighbour(r);
    fill_three(r, "B1");
    accepted(rig_scan(r, "X:STEP-ONE"));
    refused(rig_scan(r, "C:NK2-T1"), "ident.foreign");
    assert_int_equal(rig_count(r, "refused"), 2);
    assert_string_equal(r->v.draft[0].stream, "batch/B1");
    assert_string_equal(r->v.draft[2].stream, "batch/NK2");
    assert_true(rig_says(r, "\"container\":\"NK2-T1\"")); /* in its own record; the rig looks at the other */
    struct secret secret[DRAFT_SECRETS];
    assert_int_equal(draft_secrets(&r->v.draft[0], secret), 2);
    assert_string_equal(secret[0].value, "NK2");
}

static void test_neighbours_tube_is_told_whatever_else_is_wrong(void **state)
{
    struct rig *r = *state;
    neighbour(r);
    fill_three(r, "B1");
    accepted(rig_scan(r, "X:STEP-ONE"));
    rig_entry(r, "person/OP1", "person.changed", "{\"person\":\"OP1\",\"suspended\":true}");
    refused(rig_scan(r, "C:NK2-T1"), "ident.foreign");
    rig_acknowledge(r);
    accepted(rig_scan(r, "X:BACK"));
    refused(rig_scan(r, "C:NK2-W7"), "ident.foreign"); /* even if nobody issued it */
}

static void test_tube_of_a_batch_that_is_not_here_names_nobody(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-ONE"));
    refused(rig_scan(r, "C:OLD-0099-T1"), "ident.foreign");
    assert_false(rig_says(r, "OLD-0099"));
    assert_int_equal(rig_count(r, "refused"), 1);
}

static void test_neighbours_tube_on_a_form_is_in_both_records(void **state)
{
    struct rig *r = *state;
    neighbour(r);
    rig_at(r, "QA1");
    refused(rig_sign(r, "OP3", "B1", "paper", "tube=C:NK2-T1"), "ident.foreign");
    assert_int_equal(rig_count(r, "refused"), 2);
}

static void test_neighbours_tube_opened_holds_both_and_blocks_the_room(void **state)
{
    struct rig *r = *state;
    neighbour(r);
    fill_three(r, "B1");
    accepted(rig_scan(r, "X:STEP-ONE"));
    r->next.occurred = r->now - RIG_MINUTE;
    r->next.late = LATE_OPENED;
    hold(rig_scan(r, "C:NK2-T1"), "ident.foreign-opened");
    assert_ptr_equal(r->v.batch, rig_batch(r, "B1"));
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
    assert_int_equal(batch_open_holds(rig_batch(r, "NK2")), 1);
    assert_int_equal(rig_count(r, "exposure.linked"), 2);
    assert_true(book_room(&r->book, "R2")->blocked);
    assert_int_equal(rig_batch(r, "NK2")->dev[0].grade, GRADE_MAJOR);
    rig_acknowledge(r);
    accepted(rig_scan(r, "X:BACK"));
    refused(rig_scan(r, "X:STEP-CLEAN"), "person.unfit");
    rig_entry(r, "room/R2", "room.reopened", "{\"reason\":\"clean\",\"room\":\"R2\"}");
    assert_false(book_room(&r->book, "R2")->blocked);
}

/* ---- lots ---- */

static void test_lot_is_good_through_its_last_day(void **state)
{
    struct rig *r = *state;
    rig_clock(r, 1, 23, 59);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "STAGE", "L:TB1"));
    rig_clock(r, 2, 0, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    refused(rig_one(r, "STAGE", "L:TB1"), "lot.expired");
    with_arg(&r->v, "expiry", "2026-11-03");
}

static void test_lot_must_be_known_released_and_the_right_material(void **state)
{
    struct rig *r = *state;
    refused(rig_one(r, "STAGE", "L:NONE"), "lot.unknown");
    refused(rig_scan(r, "L:TB-NEW"), "lot.quarantine");
    refused(rig_scan(r, "L:AL1"), "lot.material");
    with_arg(&r->v, "wanted", "tube");
    refused(rig_scan(r, "L:TB-OLD"), "lot.expired");
    rig_entry(r, "lot/TB1", "lot.blocked", "{\"lot\":\"TB1\"}");
    refused(rig_scan(r, "L:TB1"), "lot.blocked");
    rig_entry(r, "lot/TB1", "lot.closed", "{\"lot\":\"TB1\"}");
    refused(rig_scan(r, "L:TB1"), "lot.closed");
    rig_drop_closed(&r->book); /* known all the same, by its id and by its label */
    assert_null(book_lot(&r->book, "TB1"));
    refused(rig_scan(r, "L:TB1"), "lot.closed");
    rig_drop_closed(&r->book);
    refused(rig_scan(r, "]d2010491234567890417261103"
                        "10TB1"),
            "lot.closed");
}

static void test_gs1_label_must_say_what_the_record_says(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "STAGE",
                     "]d2010491234567890417261103"
                     "10TB1"));
    assert_true(rig_says(r, "\"text\":\"TB1\""));
    refused(rig_one(r, "STAGE",
                    "]d2010491234567890417261104"
                    "10TB1"),
            "lot.mismatch");
    refused(rig_scan(r, "]d2010491234567890417261104"
                        "10TB7"),
            "lot.unknown");
}

/* LOT42A, and a serial behind a separator that the scanner does not send: no lot of that name may be
 * recorded, not even as a fact; a recall of the true one would miss it. */
static void test_lost_separator_is_named(void **state)
{
    struct rig *r = *state;
    refused(rig_one(r, "STAGE",
                    "]d20104912345678904"
                    "10TB12100017"),
            "scan.separator");
    refused(rig_one(r, "ACCOUNT",
                    "]d20104912345678904"
                    "10TB12100017"),
            "scan.separator");
    accepted(rig_one(r, "ACCOUNT",
                     "]d20104912345678904"
                     "10TB1\x1d"
                     "2100017"));
    assert_true(rig_says(r, "\"text\":\"TB1\""));
}

static void test_used_lot_is_a_fact_whatever_it_says(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "ACCOUNT", "L:TB1"));
    hold(rig_one(r, "ACCOUNT", "L:TB-OLD"), "lot.used-expired");
    assert_true(rig_says(r, "\"text\":\"TB-OLD\""));
    hold(rig_one(r, "ACCOUNT", "L:TB-NEW"), "lot.used-quarantine");
    hold(rig_one(r, "ACCOUNT", "L:NEVER-SEEN"), "lot.used-quarantine");
    hold(rig_one(r, "ACCOUNT", "L:AL1-U1"), "lot.material");
    hold(rig_one(r, "ACCOUNT",
                 "]d2010491234567890417261104"
                 "10TB1"),
         "lot.mismatch");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 5);
}

static void test_use_of_a_closed_lot_is_a_fact(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "lot/TB1", "lot.closed", "{\"lot\":\"TB1\"}");
    hold(rig_one(r, "ACCOUNT", "L:TB1"), "lot.used-closed");
}

/* Of two receipts with one label the open one is meant. */
static void test_label_of_a_closed_lot_means_the_open_one(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "lot/TB2", "lot.received",
              "{\"expiry\":\"2026-11-03\",\"gtin\":\"04912345678904\",\"lot\":\"TB2\",\"maker_lot\":\"TB1\","
              "\"material\":\"tube\"}");
    rig_entry(r, "lot/TB2", "lot.released", "{\"lot\":\"TB2\"}");
    assert_string_equal(book_lot_gs1(&r->book, "04912345678904", "TB1")->id, "TB2");
    rig_entry(r, "lot/TB2", "lot.closed", "{\"lot\":\"TB2\"}");
    accepted(rig_one(r, "STAGE",
                     "]d2010491234567890417261103"
                     "10TB1"));
    assert_true(rig_says(r, "\"text\":\"TB1\""));
}

/* Two deliveries with one maker's label, the first of them blocked: the label alone does not say which box it
 * is. */
static void test_label_of_two_receipts_asks_which(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "lot/TB2", "lot.received",
              "{\"expiry\":\"2026-11-03\",\"gtin\":\"04912345678904\",\"lot\":\"TB2\",\"maker_lot\":\"TB1\","
              "\"material\":\"tube\"}");
    rig_entry(r, "lot/TB2", "lot.released", "{\"lot\":\"TB2\"}");
    rig_entry(r, "lot/TB1", "lot.blocked", "{\"lot\":\"TB1\"}");
    refused(rig_one(r, "STAGE",
                    "]d2010491234567890417261103"
                    "10TB1"),
            "lot.which");
    assert_true(rig_says(r, "\"lots\":[\"TB1\",\"TB2\"]"));
    refused(rig_one(r, "ACCOUNT",
                    "]d2010491234567890417261103"
                    "10TB1"),
            "lot.which");
    refused(rig_one(r, "STAGE", "L:TB1"), "lot.blocked");
    accepted(rig_one(r, "STAGE", "L:TB2"));
}

static void test_opened_vial_belongs_to_one_batch(void **state)
{
    struct rig *r = *state;
    refused(rig_one(r, "DRAW", "L:AL1"), "lot.no-unit");
    accepted(rig_scan(r, "L:AL1-U1"));
    assert_int_equal(rig_count(r, "lot.opened"), 1);
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "DRAW", "L:AL1-U1"));
    assert_int_equal(rig_count(r, "lot.opened"), 0);
    rig_begin(r, "NK2");
    refused(rig_one(r, "DRAW", "L:AL1-U1"), "lot.other-batch");
    assert_false(rig_says(r, "\"B1\""));
    accepted(rig_scan(r, "L:AL1-U2"));
}

static void test_shared_vial_admitted_later_holds_both(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "DRAW", "L:AL1-U1"));
    rig_begin(r, "NK2");
    hold(rig_one(r, "USED", "L:AL1-U1"), "lot.used-other-batch");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
    assert_int_equal(batch_open_holds(rig_batch(r, "NK2")), 1);
    assert_int_equal(rig_count(r, "exposure.linked"), 1);
    assert_ptr_equal(r->v.batch, rig_batch(r, "NK2"));
}

static void test_used_vial_is_this_batchs_from_then_on(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "USED", "L:AL1-U7"));
    rig_begin(r, "NK2");
    refused(rig_one(r, "DRAW", "L:AL1-U7"), "lot.other-batch");
}

/* ---- equipment, places, rooms ---- */

static void test_equipment_must_be_known_of_the_kind_and_here(void **state)
{
    struct rig *r = *state;
    refused(rig_one(r, "SPIN", "E:CF-9"), "equipment.unknown");
    refused(rig_scan(r, "E:CF-Q"), "place.room");
    with_arg(&r->v, "room", "RQ");
    refused(rig_scan(r, "E:BSC-1"), "equipment.kind");
    with_arg(&r->v, "wanted", "centrifuge");
    rig_entry(r, "equipment/CF-1", "equipment.changed", "{\"equipment\":\"CF-1\",\"in_service\":false}");
    refused(rig_scan(r, "E:CF-1"), "equipment.out-of-service");
    refused(rig_one(r, "SHELVE", "W:SH-9"), "place.unknown");
    rig_entry(r, "place/FR-1", "place.added", "{\"kind\":\"freezer\",\"place\":\"FR-1\",\"room\":\"R2\"}");
    refused(rig_scan(r, "W:FR-1"), "place.kind");
}

static void test_calibration_holds_through_its_last_day(void **state)
{
    struct rig *r = *state;
    rig_clock(r, 1, 23, 50);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_clock(r, 2, 0, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    refused(rig_one(r, "SPIN", "E:CF-1"), "equipment.calibration");
    with_arg(&r->v, "due", "2026-11-03");
    rig_entry(r, "equipment/CF-N", "equipment.added", "{\"equipment\":\"CF-N\",\"kind\":\"centrifuge\"}");
    refused(rig_scan(r, "E:CF-N"), "equipment.calibration"); /* as its kind is */
    accepted(rig_scan(r, "X:BACK"));
    accepted(rig_one(r, "UNSPIN", "E:CF-1")); /* what is in must come out */
}

static void test_what_is_in_broken_equipment_comes_out(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_entry(r, "equipment/CF-1", "equipment.changed", "{\"equipment\":\"CF-1\",\"in_service\":false}");
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "UNSPIN", "E:CF-1"));
}

static void test_one_donor_at_a_time(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SPIN", "E:CF-1"));
    rig_begin(r, "NK2");
    refused(rig_one(r, "SPIN", "E:CF-1"), "place.other-donor");
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "SPIN", "E:CF-1")); /* its own */
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "UNSPIN", "E:CF-1"));
    accepted(rig_scan(r, "B:NK2"));
    accepted(rig_one(r, "SPIN", "E:CF-1"));
}

static void test_container_stands_where_it_was_put(void **state)
{
    struct rig *r = *state;
    fill_three(r, "B1");
    accepted(rig_one(r, "SHELVE", "W:SH-1"));
    accepted(rig_scan(r, "C:B1-T1"));
    assert_string_equal(book_container(&r->book, "B1-T1")->place, "SH-1");
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "SHELVE-AFTER", "C:B1-T2"));
    accepted(rig_scan(r, "W:SH-2"));
    assert_string_equal(book_container(&r->book, "B1-T2")->place, "SH-2");
    assert_string_equal(book_container(&r->book, "B1-T1")->place, "SH-1");
    accepted(rig_one(r, "LEAVE", "C:B1-T1"));
    assert_null(book_container(&r->book, "B1-T1")->place);
}

static void test_shelf_of_another_donor_is_refused(void **state)
{
    struct rig *r = *state;
    neighbour(r);
    fill_three(r, "B1");
    accepted(rig_one(r, "SHELVE", "W:SH-1"));
    accepted(rig_scan(r, "C:B1-T1"));
    accepted(rig_scan(r, "B:NK2"));
    refused(rig_one(r, "SHELVE", "W:SH-1"), "place.other-donor");
    accepted(rig_scan(r, "W:SH-2"));
}

static void test_blocked_room_takes_no_new_work(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "P:OP2"));
    accepted(rig_one(r, "FITNESS", "X:OPT-YES"));
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_one(r, "FITNESS", "X:OPT-YES"));
    accepted(rig_one(r, "CLEAN", "D:A"));
    rig_entry(r, "room/R2", "room.blocked", "{\"cause\":\"plates\",\"room\":\"R2\"}");
    refused(rig_scan(r, "X:STEP-CLEAN"), "room.blocked");
}

/* A form opens every unit that it names, not the last one alone. */
static void test_units_of_a_form_belong_to_the_batch(void **state)
{
    struct rig *r = *state;
    accepted(rig_form(r, "OP1", "B1", "basket", "lots=[L:AL1-U1,L:IL1-U7]"));
    assert_int_equal(rig_count(r, "lot.opened"), 2);
    assert_true(rig_says(r, "\"body\":{\"batch\":\"B1\",\"lot\":\"AL1\",\"unit\":\"1\"}"));
    assert_true(rig_says(r, "\"body\":{\"batch\":\"B1\",\"lot\":\"IL1\",\"unit\":\"7\"}"));
    /* the form itself keeps them, too: what was exposed to one unit is found by it */
    assert_true(rig_says(r, "\"units\":{\"lots\":[\"1\",\"7\"]}"));
    const struct batch *x = rig_batch(r, "B1");
    const struct occ *o = batch_occ(x, protocol_step(x->protocol, "basket"));
    assert_string_equal(o->input[0].unit, "1");
    assert_string_equal(o->input[1].unit, "7");
    rig_begin(r, "NK2");
    refused(rig_one(r, "DRAW", "L:AL1-U1"), "lot.other-batch");
}

static void test_unit_of_a_correction_belongs_to_the_batch(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "USED", "L:AL1-U1"));
    accepted(rig_record(r, "OP1", "correction",
                        "batch=B1|step=used|field=lot|value=L:AL1-U2|reason=misread|witness=P:OP2"));
    assert_int_equal(rig_count(r, "lot.opened"), 1);
    assert_true(rig_says(r, "\"body\":{\"batch\":\"B1\",\"lot\":\"AL1\",\"unit\":\"2\"}"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_units_of_a_form_belong_to_the_batch),
        T(test_unit_of_a_correction_belongs_to_the_batch),
        T(test_same_tube_again_is_one_tube),
        T(test_label_read_twice_is_already_issued),
        T(test_labels_are_counted),
        T(test_container_goes_through_its_states),
        T(test_all_means_every_one_that_is_left),
        T(test_another_tube_than_was_handed_over_is_a_deviation),
        T(test_seal_that_differs),
        T(test_other_kind_of_label_is_told),
        T(test_typed_label_needs_a_second_person_and_counts),
        T(test_neighbours_tube_is_refused_in_both_records),
        T(test_neighbours_tube_is_told_whatever_else_is_wrong),
        T(test_tube_of_a_batch_that_is_not_here_names_nobody),
        T(test_neighbours_tube_on_a_form_is_in_both_records),
        T(test_neighbours_tube_opened_holds_both_and_blocks_the_room),
        T(test_lot_is_good_through_its_last_day),
        T(test_lot_must_be_known_released_and_the_right_material),
        T(test_gs1_label_must_say_what_the_record_says),
        T(test_lost_separator_is_named),
        T(test_used_lot_is_a_fact_whatever_it_says),
        T(test_use_of_a_closed_lot_is_a_fact),
        T(test_label_of_a_closed_lot_means_the_open_one),
        T(test_label_of_two_receipts_asks_which),
        T(test_opened_vial_belongs_to_one_batch),
        T(test_shared_vial_admitted_later_holds_both),
        T(test_used_vial_is_this_batchs_from_then_on),
        T(test_equipment_must_be_known_of_the_kind_and_here),
        T(test_calibration_holds_through_its_last_day),
        T(test_what_is_in_broken_equipment_comes_out),
        T(test_one_donor_at_a_time),
        T(test_container_stands_where_it_was_put),
        T(test_shelf_of_another_donor_is_refused),
        T(test_blocked_room_takes_no_new_work),
    };
    return cmocka_run_group_tests_name("rule: things", tests, NULL, NULL);
}
