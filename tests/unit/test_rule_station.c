/* Stations: their enrolment, and what they did while nobody heard them. */
#include "base/enc.h"
#include "base/p256.h"
#include "bench_rig.h"
#include "core/entry/station.h"

#define NAMED "title: {ja: 題, en: Title}"
#define DOC   "fields: [{id: doc, " NAMED ", scan: document}]"
#define CODE  "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define TOKEN "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const char steps[] =
    "  - {id: start, " NAMED
    ", where: [B2], by: [operator], dept: manufacturing, starts-clock: {id: product, "
    "time: 24h}, " DOC "}\n"
    "  - {id: spin, " NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [start],\n"
    "      window: [{since: start, min: 10min, max: 20min}], " DOC "}\n"
    "  - {id: note, " NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [start], " DOC "}\n"
    "  - {id: seen, " NAMED ", where: [B2], by: [operator], witness: true, dept: manufacturing, after: "
    "[start], " DOC "}\n"
    "  - {id: give, " NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [start],\n"
    "      requires: [{expiry: product}], " DOC "}\n"
    "  - {id: ask, " NAMED ", where: [B2], by: [operator], dept: manufacturing, after: [start],\n"
    "      fields: [{id: said, " NAMED ", identity: order.name}]}\n";

static int begin(void **state)
{
    int err = rig_set_up(state, steps, "B1");
    accepted_as(rig_one(*state, "START", "D:A"), "accepted.step-done");
    return err;
}

static int64_t done_at(struct rig *r, const char *step)
{
    return batch_occ(rig_batch(r, "B1"), protocol_step(rig_batch(r, "B1")->protocol, step))->done;
}

/* Half an hour later, in the middle of `step`. */
static void later(struct rig *r, const char *step)
{
    rig_wait(r, 30 * RIG_MINUTE);
    accepted(rig_scan(r, arena_printf(&r->arena, "X:STEP-%s", step)));
}

/* ---- which time is believed ---- */

static void test_claim_without_an_outage_is_late(void **state)
{
    struct rig *r = *state;
    later(r, "NOTE");
    rig_offline(r, 20 * RIG_MINUTE);
    deviation(rig_scan(r, "D:B"), "time.late-entry");
    assert_int_equal(done_at(r, "note"), r->now);
    assert_true(rig_says(r, "\"late\":\"offline-unseen\""));
    assert_false(rig_says(r, "\"seen\":true"));
}

static void test_claim_without_an_outage_satisfies_no_window(void **state)
{
    struct rig *r = *state;
    later(r, "SPIN");
    rig_offline(r, 15 * RIG_MINUTE); /* at 15 min it would have been right */
    deviation(rig_scan(r, "D:B"), "time.not-shown");
    assert_int_equal(done_at(r, "spin"), r->now);
}

static void test_outage_that_was_seen_carries_its_times(void **state)
{
    struct rig *r = *state;
    later(r, "SPIN");
    rig_back(r, 25 * RIG_MINUTE);
    rig_offline(r, 15 * RIG_MINUTE);
    accepted(rig_scan(r, "D:B"));
    assert_int_equal(done_at(r, "spin"), r->now - 15 * RIG_MINUTE);
    assert_true(rig_says(r, "\"late\":\"offline\""));
    assert_true(rig_says(r, "\"seen\":true"));
}

static void test_time_before_the_silence_is_late(void **state)
{
    struct rig *r = *state;
    later(r, "NOTE");
    rig_back(r, 10 * RIG_MINUTE);
    rig_offline(r, 15 * RIG_MINUTE);
    deviation(rig_scan(r, "D:B"), "time.late-entry");
}

static void test_another_stations_outage_helps_nobody(void **state)
{
    struct rig *r = *state;
    later(r, "NOTE");
    rig_at(r, "GW1");
    rig_back(r, 25 * RIG_MINUTE);
    rig_at(r, "B21");
    rig_offline(r, 15 * RIG_MINUTE);
    deviation(rig_scan(r, "D:B"), "time.late-entry");
}

static void test_outage_of_the_daemon_is_everybodys(void **state)
{
    struct rig *r = *state;
    char since[CLOCK_TEXT];
    later(r, "NOTE");
    clock_format(r->now - 25 * RIG_MINUTE, since);
    rig_entry(r, "facility", "recorder.resumed",
              arena_printf(&r->arena, "{\"cause\":\"start\",\"since\":\"%s\"}", since));
    rig_offline(r, 15 * RIG_MINUTE);
    accepted(rig_scan(r, "D:B"));
    assert_int_equal(done_at(r, "note"), r->now - 15 * RIG_MINUTE);
}

static void test_unsigned_claim_is_late(void **state)
{
    struct rig *r = *state;
    later(r, "NOTE");
    rig_back(r, 25 * RIG_MINUTE);
    r->next.occurred = r->now - 15 * RIG_MINUTE;
    r->next.late = LATE_OFFLINE;
    deviation(rig_scan(r, "D:B"), "time.late-entry");
    assert_int_equal(rig_count(r, "station.spooled"), 0);
}

static void test_person_who_came_later_was_not_there(void **state)
{
    struct rig *r = *state;
    later(r, "NOTE");
    rig_back(r, 25 * RIG_MINUTE);
    accepted(rig_sign_in(r, "OP3"));
    accepted(rig_scan(r, "P:OP3"));
    rig_offline(r, 15 * RIG_MINUTE);
    deviation(rig_scan(r, "D:B"), "time.late-entry");
}

static void test_badge_of_who_came_later_is_of_now(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    rig_back(r, 25 * RIG_MINUTE);
    accepted(rig_sign_in(r, "OP3"));
    accepted(rig_scan(r, "P:OP1"));
    rig_offline(r, 15 * RIG_MINUTE);
    accepted(rig_scan(r, "P:OP3"));
    assert_true(rig_says(r, "\"late\":\"offline-unseen\""));
    assert_false(rig_says(r, "\"seen\":true"));
}

static void test_witness_who_came_later_was_not_there(void **state)
{
    struct rig *r = *state;
    later(r, "SEEN");
    rig_back(r, 25 * RIG_MINUTE);
    rig_offline(r, 15 * RIG_MINUTE);
    accepted(rig_scan(r, "D:B"));
    accepted(rig_sign_in(r, "OP3"));
    rig_offline(r, 14 * RIG_MINUTE);
    accepted(rig_scan(r, "P:OP3"));
    assert_int_equal(done_at(r, "seen"), r->now);
    assert_true(rig_says(r, "\"late\":\"offline-unseen\""));
}

static void test_one_person_alone_claims_nothing(void **state)
{
    struct rig *r = *state;
    rig_leaves(r, "OP2");
    later(r, "NOTE");
    rig_offline(r, 15 * RIG_MINUTE);
    refused(rig_scan(r, "D:B"), "people.too-few");
}

static void test_hiccup_of_the_line_is_no_deviation(void **state)
{
    struct rig *r = *state;
    later(r, "NOTE");
    rig_offline(r, 2 * RIG_MINUTE);
    accepted(rig_scan(r, "D:B"));
    assert_int_equal(done_at(r, "note"), r->now);
}

static void test_what_an_expiry_binds_never_goes_by_a_claim(void **state)
{
    struct rig *r = *state;
    later(r, "GIVE");
    rig_back(r, 25 * RIG_MINUTE);
    rig_offline(r, 15 * RIG_MINUTE);
    hold(rig_scan(r, "D:B"), "time.late-never");
    assert_int_equal(done_at(r, "give"), r->now);
}

static void test_expired_product_is_not_given_in_an_outage(void **state)
{
    struct rig *r = *state;
    rig_clock(r, 1, 8, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    rig_clock(r, 1, 9, 30); /* 24 h were over at nine */
    rig_back(r, 80 * RIG_MINUTE);
    accepted(rig_sign_in(r, "OP2"));
    rig_offline(r, 60 * RIG_MINUTE);
    refused(rig_scan(r, "X:STEP-GIVE"), "decision.expired");
}

/* What a station is told beforehand is what will be believed. */
static bool would_be(const struct rig *r, int64_t at)
{
    struct next n;
    rule_next(&r->book, r->station, r->now, 1800, (struct arena *)&r->arena, &n);
    return rule_offline(r->station, at, &n);
}

static void test_station_knows_what_would_be_believed(void **state)
{
    struct rig *r = *state;
    assert_false(would_be(r, r->now)); /* without a key */
    r->station->key = CODE;
    accepted(rig_scan(r, "X:STEP-NOTE"));
    assert_true(would_be(r, r->now));
    accepted(rig_scan(r, "X:STEP-GIVE"));
    assert_false(would_be(r, r->now));
    accepted(rig_scan(r, "X:STEP-ASK"));
    assert_false(would_be(r, r->now)); /* the list would hold a name */
    accepted(rig_scan(r, "X:OUT"));
    assert_false(would_be(r, r->now));
    r->station->key = NULL; /* no entry says so */
}

static void test_session_ends_when_it_is_said_to(void **state)
{
    struct rig *r = *state;
    const struct bench *bench = &r->station->bench;
    assert_int_equal(bench_until(bench), clock_day_start(clock_day(r->now) + 1));
    rig_clock(r, 0, 23, 30);
    accepted(rig_scan(r, "X:STEP-NOTE"));
    accepted(rig_scan(r, "D:B"));
    assert_true(bench_until(bench) > clock_day_start(clock_day(r->now) + 1));
    assert_true(bench_works(bench, bench_until(bench) - 1));
    assert_false(bench_works(bench, bench_until(bench)));
}

/* ---- the list ---- */

static void test_list_goes_on_over_its_items(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    rig_back(r, 25 * RIG_MINUTE);
    rig_offline(r, 16 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-NOTE"));
    assert_int_equal(rig_count(r, "station.spooled"), 1);
    rig_offline(r, 15 * RIG_MINUTE);
    accepted(rig_scan(r, "D:B"));
    assert_int_equal(r->station->spool.number, 2);
}

static const struct verdict *spoilt(struct rig *r, int64_t by, const char *prev, bool good)
{
    rig_back(r, 25 * RIG_MINUTE);
    rig_offline(r, 15 * RIG_MINUTE);
    struct spool_claim *c = arena_alloc(&r->arena, sizeof(*c));
    *c = *r->next.spool;
    c->number += by;
    c->prev = prev ? prev : c->prev;
    c->good = good;
    r->next.spool = c;
    return rig_scan(r, "D:B");
}

static void test_gap_in_the_list_is_a_deviation(void **state)
{
    struct rig *r = *state;
    later(r, "NOTE");
    deviation(spoilt(r, 1, NULL, true), "time.list-broken");
    with_arg(&r->v, "wanted", "1");
    assert_int_equal(done_at(r, "note"), r->now);
    assert_int_equal(r->station->spool.number, 2); /* and it goes on from there */
}

static void test_other_chain_is_a_deviation(void **state)
{
    struct rig *r = *state;
    later(r, "NOTE");
    deviation(spoilt(r, 0, CODE, true), "time.list-broken");
}

static void test_other_key_is_a_deviation(void **state)
{
    struct rig *r = *state;
    later(r, "NOTE");
    deviation(spoilt(r, 0, NULL, false), "time.list-broken");
}

static void test_item_brought_twice_is_a_deviation(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    rig_back(r, 25 * RIG_MINUTE);
    rig_offline(r, 16 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-NOTE"));
    deviation(spoilt(r, -1, STATION_SPOOL_FIRST, true), "time.list-broken");
    assert_int_equal(r->station->spool.number, 1);
}

static void test_times_of_a_list_rise(void **state)
{
    struct rig *r = *state;
    rig_wait(r, 30 * RIG_MINUTE);
    rig_back(r, 25 * RIG_MINUTE);
    rig_offline(r, 15 * RIG_MINUTE);
    accepted(rig_scan(r, "X:STEP-NOTE"));
    rig_offline(r, 16 * RIG_MINUTE);
    deviation(rig_scan(r, "D:B"), "time.list-broken");
}

/* ---- enrolment ---- */

static const char *point(struct rig *r)
{
    struct p256 *k;
    uint8_t pub[P256_PUB];
    struct buf text;
    assert_int_equal(p256_new(&k), 0);
    p256_public(k, pub);
    p256_free(k);
    buf_init(&text);
    enc_b64url(&text, pub, sizeof(pub));
    const char *s = arena_strdup(&r->arena, text.data);
    buf_fini(&text);
    return s;
}

static const struct verdict *enrol(struct rig *r, const char *station, const char *code)
{
    const struct enrol_claim claim = {code, TOKEN, point(r)};
    struct command c = {.kind = COMMAND_ENROL, .station = book_station(&r->book, station), .enrol = &claim};
    return rig_run(r, &c);
}

static void invite(struct rig *r)
{
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "QM"));
    refused(rig_record(r, "FM", "station.invited", "station=T1|kind=B2|room=R2|once=" CODE), "right.second");
    accepted(rig_record(r, "FM", "station.invited", "station=T1|kind=B2|room=R2|witness=P:QM|once=" CODE));
}

static void test_tablet_brings_its_own_key(void **state)
{
    struct rig *r = *state;
    invite(r);
    assert_true(book_station(&r->book, "T1")->revoked);
    accepted_as(enrol(r, "T1", CODE), "accepted.station");
    const struct station *st = book_station(&r->book, "T1");
    assert_false(st->revoked);
    assert_non_null(st->key);
    assert_string_equal(st->room, "R2");
    assert_ptr_equal(book_station_by_token(&r->book, TOKEN), st);
}

static void test_code_is_good_once(void **state)
{
    struct rig *r = *state;
    invite(r);
    accepted(enrol(r, "T1", CODE));
    refused(enrol(r, "T1", CODE), "station.code");
    assert_null(book_station_by_code(&r->book, CODE));
}

static void test_code_is_good_for_ten_minutes(void **state)
{
    struct rig *r = *state;
    invite(r);
    rig_wait(r, 10 * RIG_MINUTE + 1);
    refused(enrol(r, "T1", CODE), "station.code");
    assert_true(book_station(&r->book, "T1")->revoked);
}

static void test_wrong_code_enrols_nobody(void **state)
{
    struct rig *r = *state;
    invite(r);
    refused(enrol(r, "T1", TOKEN), "station.code");
}

/* Nothing was enrolled under that name yet: there is no kind that it has. */
static void test_second_invitation_of_a_new_kind(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "QM"));
    accepted(rig_record(r, "FM", "station.invited", "station=T1|kind=OFFICE|witness=P:QM|once=" CODE));
    accepted(rig_record(r, "FM", "station.invited", "station=T2|kind=OFFICE|witness=P:QM|once=" TOKEN));
}

static void test_name_is_one_stations(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "QM"));
    refused(rig_record(r, "FM", "station.enrolled", "station=B21|kind=B2|witness=P:QM|token=" TOKEN),
            "station.lives");
    refused(rig_record(r, "FM", "station.invited", "station=B21|kind=B2|witness=P:QM|once=" CODE),
            "station.lives");
    accepted(rig_record(r, "FM", "station.revoked", "station=B21"));
    accepted(rig_record(r, "FM", "station.enrolled", "station=B21|kind=B2|witness=P:QM|token=" TOKEN));
}

/* ---- a tablet that is gone ---- */

static void test_revoked_tablet_frees_its_people(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_record(r, "FM", "station.revoked", "station=B21"));
    rig_at(r, "GW1");
    accepted(rig_sign_in(r, "OP1"));
    assert_int_equal(book_station(&r->book, "B21")->bench.npeople, 0);
}

static void test_silent_tablet_frees_its_people(void **state)
{
    struct rig *r = *state;
    rig_at(r, "GW1");
    refused(rig_sign_in(r, "OP1"), "session.elsewhere");
    rig_entry(r, "station/B21", "station.silent",
              "{\"since\":\"2026-11-02T00:00:00.000Z\",\"station\":\"B21\"}");
    accepted(rig_sign_in(r, "OP1"));
    assert_int_equal(book_station(&r->book, "B21")->bench.npeople, 1);
}

static void test_restart_knows_since_when_a_station_was_not_heard(void **state)
{
    struct rig *r = *state;
    const struct station *st = book_station(&r->book, "B21");
    assert_int_equal(station_unheard_since(&r->book, st), 0);
    rig_clock(r, 0, 12, 0);
    rig_entry(r, "facility", "recorder.resumed",
              "{\"cause\":\"start\",\"since\":\"2026-11-02T01:00:00.000Z\"}");
    rig_clock(r, 0, 12, 1); /* and once more, before the station was heard */
    rig_entry(r, "facility", "recorder.resumed",
              "{\"cause\":\"start\",\"since\":\"2026-11-02T03:00:30.000Z\"}");
    rig_clock(r, 0, 10, 0);
    assert_int_equal(station_unheard_since(&r->book, st), r->now);
    rig_clock(r, 0, 13, 0);
    rig_back(r, 3 * RIG_HOUR);
    assert_int_equal(station_unheard_since(&r->book, st), 0);
}

/* A start reads the open day alone: who was carried into it signed in on another one. */
static void test_restart_behind_midnight_knows_it_too(void **state)
{
    struct rig *r = *state;
    rig_clock(r, 0, 10, 0);
    rig_entry(r, "facility", "recorder.resumed",
              "{\"cause\":\"start\",\"since\":\"2026-11-02T00:30:00.000Z\"}");
    rig_clock(r, 0, 23, 50);
    accepted(rig_sign_in(r, "OP3"));
    accepted(rig_one(r, "NOTE", "D:B"));
    rig_clock(r, 1, 0, 10);
    accepted_as(rig_scan(r, "P:OP3"), "accepted.acting");
    rig_entry(r, "facility", "recorder.resumed",
              "{\"cause\":\"start\",\"since\":\"2026-11-02T15:09:59.000Z\"}");
} /* the book of open streams is compared with this one */

/* ---- a station whose clock is off ---- */

static void test_station_is_told_by_how_much_it_is_off(void **state)
{
    struct rig *r = *state;
    r->next.claimed = r->now + 3 * RIG_MINUTE;
    refused(rig_scan(r, "P:OP1"), "time.future");
    with_arg(&r->v, "seconds", "180");
    with_arg(&r->v, "now", "2026-11-02T00:00:00.000Z");
    r->next.claimed = r->now - 10 * RIG_MINUTE;
    refused(rig_scan(r, "P:OP1"), "time.past");
    with_arg(&r->v, "seconds", "600");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_claim_without_an_outage_is_late),
        T(test_claim_without_an_outage_satisfies_no_window),
        T(test_outage_that_was_seen_carries_its_times),
        T(test_time_before_the_silence_is_late),
        T(test_another_stations_outage_helps_nobody),
        T(test_outage_of_the_daemon_is_everybodys),
        T(test_unsigned_claim_is_late),
        T(test_person_who_came_later_was_not_there),
        T(test_witness_who_came_later_was_not_there),
        T(test_one_person_alone_claims_nothing),
        T(test_hiccup_of_the_line_is_no_deviation),
        T(test_what_an_expiry_binds_never_goes_by_a_claim),
        T(test_expired_product_is_not_given_in_an_outage),
        T(test_station_knows_what_would_be_believed),
        T(test_session_ends_when_it_is_said_to),
        T(test_list_goes_on_over_its_items),
        T(test_gap_in_the_list_is_a_deviation),
        T(test_other_chain_is_a_deviation),
        T(test_other_key_is_a_deviation),
        T(test_item_brought_twice_is_a_deviation),
        T(test_times_of_a_list_rise),
        T(test_tablet_brings_its_own_key),
        T(test_code_is_good_once),
        T(test_code_is_good_for_ten_minutes),
        T(test_wrong_code_enrols_nobody),
        T(test_name_is_one_stations),
        T(test_badge_of_who_came_later_is_of_now),
        T(test_second_invitation_of_a_new_kind),
        T(test_revoked_tablet_frees_its_people),
        T(test_silent_tablet_frees_its_people),
        T(test_restart_knows_since_when_a_station_was_not_heard),
        T(test_restart_behind_midnight_knows_it_too),
        T(test_station_is_told_by_how_much_it_is_off),
    };
    return cmocka_run_group_tests_name("rule: stations", tests, NULL, NULL);
}
