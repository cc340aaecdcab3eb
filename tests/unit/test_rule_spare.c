/* The spare station: sealed, opened by name, a bench for a day, and confirmed by another one. */
#include "bench_rig.h"
#include "core/entry/station.h"
#include "core/rule/judge.h"
#include "core/rule/missing.h"

#define NAMED "title: {ja: 題, en: T}"
#define DOC   "fields: [{id: doc, " NAMED ", scan: document}]"

static const char steps[] =
    "  - {id: note, " NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0, " DOC
    "}\n"
    "  - {id: form, " NAMED
    ", where: [B2], by: [operator], dept: manufacturing, form: true, after: [], repeat: 0, " DOC "}\n"
    "  - {id: test, " NAMED
    ", where: [B2], by: [tester], dept: quality, form: true, after: [], repeat: 0, " DOC "}\n"
    "  - {id: sign, " NAMED
    ", where: [B2], by: [operator], dept: manufacturing, after: [], sign: {verb: report, meaning: {ja: 可, "
    "en: Go}}, fields: [{id: c, " NAMED ", choice: {good: {title: {ja: 良, en: Good}, is: ok}}}]}\n";

#define DIGEST "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define OPEN   "station=SP1|replaces=B21|called=QM|reason=all tablets are dark"

static int begin(void **state)
{
    int rc = rig_set_up(state, steps, "B1");
    rig_entry(*state, "station/SP1", "station.enrolled",
              "{\"kind\":\"SP\",\"spare\":true,\"station\":\"SP1\",\"token\":\"t9\"}");
    rig_leaves(*state, "OP1");
    rig_out(*state);
    rig_at(*state, "SP1");
    return rc;
}

static void opened(struct rig *r)
{
    alert(rig_record(r, "OP1", "station.spare-opened", OPEN), "spare.opened");
    accepted(rig_sign_in(r, "OP1"));
}

static size_t unconfirmed(struct rig *r)
{
    struct silences s = rule_silence(&r->book, NULL, r->now, &r->arena);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.item[i].what == SILENCE_SPARE;
    return n;
}

static void test_sealed_it_takes_nothing(void **state)
{
    struct rig *r = *state;
    refused(rig_sign_in(r, "OP1"), "spare.sealed");
    refused(rig_record(r, "OP1", "hold.placed", "batch=B1|reason=x"), "spare.sealed");
}

static void test_it_is_opened_by_name_at_the_station_and_quality_is_rung(void **state)
{
    struct rig *r = *state;
    refused(rig_record(r, "OP1", "station.spare-opened", "station=SP1|replaces=B21|called=MM|reason=dark"),
            "rescue.not-called");
    refused(rig_record(r, "OP1", "station.spare-opened", "station=SP1|replaces=SP1|called=QM|reason=dark"),
            "record.invalid");
    refused(rig_record(r, "N1", "station.spare-opened", OPEN), "record.role");
    rig_at(r, "QA1");
    refused(rig_record(r, "OP1", "station.spare-opened", OPEN), "record.invalid");
    rig_at(r, "SP1");
    alert(rig_record(r, "OP1", "station.spare-opened", OPEN), "spare.opened");
    assert_true(rig_says(r, "\"room\":\"R2\""));
    assert_string_equal(book_station(&r->book, "SP1")->kind, "B2");
}

static void test_its_badge_is_the_users_and_entries_say_who_it_was(void **state)
{
    struct rig *r = *state;
    assert_null(badge_person(&r->book, r->station, "SP1", r->now));
    opened(r);
    assert_ptr_equal(badge_person(&r->book, r->station, "SP1", r->now), book_person(&r->book, "OP1"));
    assert_null(badge_person(&r->book, book_station(&r->book, "B21"), "SP1", r->now));
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_scan(r, "P:OP2"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_scan(r, "P:SP1"));
    assert_ptr_equal(r->station->bench.acting, book_person(&r->book, "OP1"));
    deviation(rig_one(r, "NOTE", "D:A"), "spare.used");
    assert_true(rig_says(r, "\"performed\":\"OP1\""));
    rig_wait(r, 5000);
    accepted(rig_one(r, "NOTE", "D:B")); /* told once */
}

static void test_it_is_no_desk(void **state)
{
    struct rig *r = *state;
    opened(r);
    refused(rig_sign(r, "OP1", "B1", "sign", "c=good"), "spare.bench");
    refused(rig_form(r, "OP1", "B1", "test", "doc=D:A"), "spare.bench");
    refused(rig_record(r, "QM", "lot.closed", "lot=NEVER"), "spare.bench");
    refused(rig_record(r, "QM", "station.spare-confirmed", "station=SP1|reason=seen"), "spare.bench");
    deviation(rig_form(r, "OP1", "B1", "form", "doc=D:A"), "spare.used");
    accepted(rig_record(r, "OP1", "hold.placed", "batch=B1|reason=x"));
}

static void test_after_a_day_it_is_over(void **state)
{
    struct rig *r = *state;
    opened(r);
    rig_wait(r, SPARE_MS - RIG_MINUTE);
    accepted(rig_sign_in(r, "OP1"));
    rig_wait(r, RIG_MINUTE);
    refused(rig_scan(r, "B:B1"), "spare.sealed");
    alert(rig_record(r, "OP2", "station.spare-opened", OPEN), "spare.opened"); /* the next night */
    accepted(rig_sign_in(r, "OP2"));
}

static void test_it_stands_until_another_one_has_confirmed_it(void **state)
{
    struct rig *r = *state;
    assert_int_equal(unconfirmed(r), 0);
    opened(r);
    assert_int_equal(unconfirmed(r), 1);
    rig_entry(r, "person/OP1", "person.changed",
              "{\"dept\":\"quality\",\"person\":\"OP1\",\"roles\":[\"deputy-quality-manager\"]}");
    rig_at(r, "QA1");
    refused(rig_record(r, "OP1", "station.spare-confirmed", "station=SP1|reason=seen"), "right.barred");
    refused(rig_record(r, "OP2", "station.spare-confirmed", "station=SP1|reason=seen"), "record.role");
    accepted(rig_record(r, "FM", "station.spare-confirmed", "station=SP1|reason=seen"));
    assert_int_equal(unconfirmed(r), 0);
    assert_int_equal(book_station(&r->book, "SP1")->bench.npeople, 0);
    refused(rig_record(r, "FM", "station.spare-confirmed", "station=SP1|reason=seen"), "record.exists");
    rig_at(r, "SP1");
    refused(rig_sign_in(r, "OP2"), "spare.sealed");
}

/* Another night, another room: what was done before stays where it was done. */
static void test_what_was_done_there_stays_in_the_room_of_that_opening(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "B:B1"));
    deviation(rig_one(r, "NOTE", "D:A"), "spare.used");
    const struct batch *x = book_batch(&r->book, "B1");
    const struct occ *first = x->step[protocol_step(x->protocol, "note")].occ[0];
    assert_string_equal(occ_room(&r->book, first), "R2");
    int64_t then = r->now;
    rig_wait(r, SPARE_MS);
    alert(rig_record(r, "OP2", "station.spare-opened", "station=SP1|replaces=QC1S|called=QM|reason=dark"),
          "spare.opened");
    assert_string_equal(r->station->room, "RQ");
    assert_string_equal(station_room(r->station, then), "R2");
    assert_string_equal(occ_room(&r->book, first), "R2");
}

static const struct verdict *again(struct rig *r)
{
    return rig_record(r, "OP2", "station.spare-opened", OPEN);
}

static void test_it_is_not_opened_again_where_nobody_has_confirmed_it_in_time(void **state)
{
    struct rig *r = *state;
    opened(r); /* on a Monday */
    rig_wait(r, SPARE_MS);
    alert(again(r), "spare.opened");
    rig_wait(r, SPARE_MS);
    refused(again(r), "spare.unconfirmed");
    with_arg(&r->v, "people", "[\"QM\",\"FM\"]");
    rig_at(r, "QA1");
    accepted(rig_record(r, "FM", "station.spare-confirmed", "station=SP1|reason=seen"));
    rig_at(r, "SP1");
    alert(again(r), "spare.opened");
}

/* Cells wait for nobody who is not there: the only one of quality who is used it before. */
static void test_it_is_opened_again_where_nobody_is_there_who_may_confirm_it(void **state)
{
    static const char *const may[] = {"FM", "QM"};
    struct rig *r = *state;
    rig_entry(r, "person/OP1", "person.changed",
              "{\"dept\":\"quality\",\"person\":\"OP1\",\"roles\":[\"tester\",\"deputy-quality-manager\"]}");
    opened(r);
    rig_wait(r, 2 * SPARE_MS);
    for (size_t i = 0; i < 2; i++)
        rig_entry(r, arena_printf(&r->arena, "person/%s", may[i]), "person.changed",
                  arena_printf(&r->arena, "{\"person\":\"%s\",\"suspended\":true}", may[i]));
    alert(rig_record(r, "OP2", "station.spare-opened", "station=SP1|replaces=B21|called=OP1|reason=dark"),
          "spare.opened");
}

static void test_enrolled_anew_its_use_is_still_to_be_confirmed(void **state)
{
    struct rig *r = *state;
    opened(r);
    rig_entry(r, "station/SP1", "station.revoked", "{\"station\":\"SP1\"}");
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "QM"));
    refused(rig_record(r, "FM", "station.enrolled",
                       "station=SP1|kind=B2|token=" DIGEST "|reason=new|witness=P:QM"),
            "spare.unconfirmed");
    rig_entry(r, "station/SP1", "station.enrolled",
              "{\"kind\":\"SP\",\"spare\":true,\"station\":\"SP1\",\"token\":\"t8\"}");
    assert_int_equal(unconfirmed(r), 1);
}

/* Its own list comes when it is sealed again: what was done while it was open was done there and then. */
static void test_its_list_belongs_to_the_opening_in_which_it_was_written(void **state)
{
    struct rig *r = *state;
    opened(r);
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "B:B1"));
    rig_wait(r, RIG_HOUR);
    rig_entry(r, "station/SP1", "station.silent",
              "{\"since\":\"2026-11-02T01:00:00.000Z\",\"station\":\"SP1\"}");
    rig_wait(r, RIG_HOUR);
    rig_at(r, "QA1");
    accepted(rig_record(r, "FM", "station.spare-confirmed", "station=SP1|reason=seen"));
    rig_at(r, "SP1");
    rig_wait(r, RIG_HOUR);
    rig_back(r, 2 * RIG_HOUR);
    rig_offline(r, 110 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-NOTE"));
    rig_offline(r, 109 * RIG_MINUTE);
    deviation(rig_scan(r, "D:A"), "spare.used");
    rig_offline(r, 30 * RIG_MINUTE);
    refused(rig_scan(r, "X:STEP-NOTE"), "spare.sealed");
    refused(rig_scan(r, "B:B1"), "spare.sealed");
}

/* What it replaces keeps nobody; sealed again neither does it. */
static void test_whoever_was_signed_in_is_free(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
    rig_at(r, "SP1");
    opened(r);
    accepted(rig_sign_in(r, "OP1"));
    rig_wait(r, RIG_HOUR);
    rig_at(r, "B21");
    refused(rig_sign_in(r, "OP1"), "session.elsewhere");
    rig_at(r, "QA1");
    accepted(rig_record(r, "FM", "station.spare-confirmed", "station=SP1|reason=seen"));
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_sealed_it_takes_nothing),
        TEST(test_it_is_opened_by_name_at_the_station_and_quality_is_rung),
        TEST(test_its_badge_is_the_users_and_entries_say_who_it_was),
        TEST(test_it_is_no_desk),
        TEST(test_after_a_day_it_is_over),
        TEST(test_it_stands_until_another_one_has_confirmed_it),
        TEST(test_what_was_done_there_stays_in_the_room_of_that_opening),
        TEST(test_it_is_not_opened_again_where_nobody_has_confirmed_it_in_time),
        TEST(test_it_is_opened_again_where_nobody_is_there_who_may_confirm_it),
        TEST(test_enrolled_anew_its_use_is_still_to_be_confirmed),
        TEST(test_its_list_belongs_to_the_opening_in_which_it_was_written),
        TEST(test_whoever_was_signed_in_is_free),
    };
    return cmocka_run_group_tests_name("rule: the spare station", tests, NULL, NULL);
}
