/* Documents and seals exist once: in one batch, in two, in one that is closed; what certificates show. */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED "title: {ja: 題, en: T}"
#define WORK  NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0"

static const char steps[] =
    "  - {id: seal, " WORK ", fields: [{id: s, " NAMED ", scan: document}, {id: t, " NAMED
    ", scan: document, optional: true}, {id: n, " NAMED ", number: g, possible: [\"0\", \"9\"]}]}\n"
    "  - {id: look, " WORK ", fields: [{id: s, " NAMED ", scan: document, same: seal.s, differs: hold}]}\n"
    "  - {id: log, " WORK ", fields: [{id: l, " NAMED ", scan: equipment, kind: logger, occupy: true}]}\n"
    "  - {id: unlog, " WORK ", fields: [{id: l, " NAMED
    ", scan: equipment, kind: logger, same: log.l, release: true}]}\n"
    "  - {id: paper, " WORK ", closes: true, fields: [{id: p, " NAMED ", scan: document}]}\n";

#define LOGGER(id) "{\"equipment\":\"" id "\",\"kind\":\"logger\",\"room\":\"R2\"}"

static int begin(void **state)
{
    return rig_set_up(state, steps, "B1");
}

static void sealed(struct rig *r, const char *code)
{
    accepted(rig_one(r, "SEAL", code));
    accepted(rig_scan(r, "1 g"));
}

static void test_seal_of_another_batch_is_refused_and_named(void **state)
{
    struct rig *r = *state;
    sealed(r, "D:S10");
    rig_begin(r, "NK2");
    refused(rig_one(r, "SEAL", "D:S10"), "document.used");
    with_arg(&r->v, "step", "seal");
    with_arg(&r->v, "day", "2026-11-02");
    assert_true(rig_says(r, "\"stands\":")); /* the other one's number, behind its digest */
    assert_false(rig_says(r, "B1"));
    accepted(rig_scan(r, "D:S11"));
}

static void test_number_is_compared_as_people_read_it(void **state)
{
    struct rig *r = *state;
    sealed(r, "D:S10");
    rig_begin(r, "NK2");
    refused(rig_one(r, "SEAL", "D:SIO"), "document.used");
    accepted(rig_scan(r, "D:S2O"));
}

static void test_number_stands_once_in_its_own_batch_too(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "SEAL", "D:S10"));
    refused(rig_scan(r, "D:SI0"), "document.used");
    assert_false(rig_says(r, "\"stands\":"));
    accepted(rig_scan(r, "1 g"));
    refused(rig_one(r, "PAPER", "D:S10"), "document.used");
    refused(rig_one(r, "SEAL", "D:S10"), "document.used");
}

static void test_what_must_be_the_same_is_the_same_document(void **state)
{
    struct rig *r = *state;
    sealed(r, "D:S10");
    accepted(rig_one(r, "LOOK", "D:S10"));
    rig_begin(r, "NK2");
    sealed(r, "D:S20");
    hold(rig_one(r, "LOOK", "D:S10"), "value.same");
}

static void test_closed_batch_keeps_its_numbers(void **state)
{
    struct rig *r = *state;
    r->drops = true;
    sealed(r, "D:S10");
    accepted(rig_one(r, "PAPER", "D:P1"));
    accepted(rig_order(r, "NK2", "P000009"));
    rig_at(r, "B21");
    accepted_as(rig_scan(r, "B:NK2"), "accepted.batch");
    refused(rig_one(r, "SEAL", "D:S10"), "document.used");
    refused(rig_one(r, "SEAL", "D:P1"), "document.used");
    with_arg(&r->v, "step", "paper");
    accepted(rig_scan(r, "D:S11"));
}

static void test_corrected_into_a_number_that_stands_is_a_fact_with_its_deviation(void **state)
{
    struct rig *r = *state;
    sealed(r, "D:S10");
    rig_begin(r, "NK2");
    sealed(r, "D:S20");
    accepted(rig_record(r, "OP1", "correction",
                        arena_printf(&r->arena, "batch=NK2|step=seal|field=s|value=%s|reason=slip|witness=%s",
                                     rig_raw(r, "D:S21"), rig_raw(r, "P:OP2"))));
    deviation(
        rig_record(r, "OP1", "correction",
                   arena_printf(&r->arena, "batch=NK2|step=seal|field=s|value=%s|reason=slip|witness=%s",
                                rig_raw(r, "D:S10"), rig_raw(r, "P:OP2"))),
        "document.used");
}

static void test_logger_travels_with_one_batch(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "equipment/LG1", "equipment.added", LOGGER("LG1"));
    accepted(rig_one(r, "LOG", "E:LG1"));
    rig_begin(r, "NK2");
    refused(rig_one(r, "LOG", "E:LG1"), "place.other-donor");
    assert_true(rig_says(r, "\"stands\":"));
    accepted(rig_scan(r, "B:B1"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "UNLOG", "E:LG1"));
    accepted(rig_scan(r, "B:NK2"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "LOG", "E:LG1"));
}

/* ---- certificates ---- */

#define SHA_A "sha256=n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"
#define SHA_B "sha256=LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564"

static const struct verdict *calibrated(struct rig *r, const char *equipment, const char *day,
                                        const char *paper)
{
    rig_at(r, "QA1");
    return rig_record(r, "MM", "equipment.changed",
                      arena_printf(&r->arena, "equipment=%s|calibrated=%s|%s|witness=%s", equipment, day,
                                   paper, rig_raw(r, "P:QM")));
}

static int begin_papers(void **state)
{
    begin(state);
    struct rig *r = *state;
    rig_entry(r, "equipment/LG1", "equipment.added", LOGGER("LG1"));
    rig_entry(r, "equipment/LG2", "equipment.added", LOGGER("LG2"));
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "MM"));
    accepted(rig_sign_in(r, "QM"));
    accepted(calibrated(r, "LG1", "2027-01-31", "document=CAL-10|" SHA_A));
    return 0;
}

static void test_certificate_shows_one_instrument(void **state)
{
    struct rig *r = *state;
    refused(calibrated(r, "LG2", "2027-01-31", "document=CAL-10|" SHA_A), "document.stands");
    with_arg(&r->v, "thing", "LG1");
    refused(calibrated(r, "LG2", "2027-01-31", "document=cal-１Ｏ|" SHA_B), "document.stands");
    refused(calibrated(r, "LG2", "2027-01-31", "document=CAL-11|" SHA_A),
            "document.stands"); /* the same file */
    accepted(calibrated(r, "LG2", "2027-01-31", "document=CAL-11|" SHA_B));
}

static void test_certificate_shows_no_other_day(void **state)
{
    struct rig *r = *state;
    refused(calibrated(r, "LG1", "2027-06-30", "document=CAL-10|" SHA_A), "document.stands");
    accepted(calibrated(r, "LG1", "2027-01-31", "document=CAL-10|" SHA_A));
    accepted(calibrated(r, "LG1", "2027-06-30", "document=CAL-12|" SHA_B));
}

static void test_certificate_of_several_names_them(void **state)
{
    struct rig *r = *state;
    refused(calibrated(r, "LG2", "2027-01-31", "document=CAL-10|covers=[LG2]|" SHA_A), "document.stands");
    refused(calibrated(r, "LG2", "2027-01-31", "document=CAL-10|covers=[LG1,LG2]|" SHA_B), "document.stands");
    accepted(calibrated(r, "LG2", "2027-01-31", "document=CAL-10|covers=[LG1,LG2]|" SHA_A));
}

static const struct verdict *receive(struct rig *r, const char *lot, const char *maker_lot)
{
    rig_at(r, "QA1");
    return rig_record(r, "MM", "lot.received",
                      arena_printf(&r->arena,
                                   "lot=%s|material=tube|maker=M|maker_lot=%s|expiry=2027-12-31|units=#2|"
                                   "document=COA-7|" SHA_B,
                                   lot, maker_lot));
}

static void test_certificate_of_one_makers_lot(void **state)
{
    struct rig *r = *state;
    accepted(receive(r, "TX1", "M100"));
    accepted(receive(r, "TX2", "MI00")); /* a second receipt of it, typed otherwise */
    refused(receive(r, "TX3", "M200"), "document.stands");
    with_arg(&r->v, "thing", "TX1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_seal_of_another_batch_is_refused_and_named, begin,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_number_is_compared_as_people_read_it, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_number_stands_once_in_its_own_batch_too, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_what_must_be_the_same_is_the_same_document, begin,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_closed_batch_keeps_its_numbers, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_corrected_into_a_number_that_stands_is_a_fact_with_its_deviation,
                                        begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_logger_travels_with_one_batch, begin, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_certificate_shows_one_instrument, begin_papers, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_certificate_shows_no_other_day, begin_papers, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_certificate_of_several_names_them, begin_papers, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_certificate_of_one_makers_lot, begin, rig_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
