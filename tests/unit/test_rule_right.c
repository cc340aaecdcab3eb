/* Rights: what nobody may do alone, about himself, or at all; and who may. Each attempt with its honest
 * neighbour. */
#include "bench_rig.h"

#include <stdlib.h>

#include "base/enc.h"
#include "base/instruction.h"
#include "core/right/right.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED  "title: {ja: 題, en: T}"
#define KEY    "key=11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define DIGEST "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define PAPER  "|document=OP-2026-17|sha256=" DIGEST

static const char steps[] =
    "  - {id: seen, " NAMED
    ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0, witness: true, fields: "
    "[{id: paper, " NAMED ", scan: document}]}\n"
    "  - {id: taken, " NAMED
    ", where: [B2], by: [operator], dept: manufacturing, after: [], repeat: 0, witness: true, witness-by: "
    "[courier], fields: [{id: paper, " NAMED ", scan: document}]}\n"
    "  - {id: vouch, " NAMED ", where: [QA, QB], by: [quality-manager], dept: quality, after: [], repeat: 0, "
    "sign: {verb: approve, meaning: {ja: 署名, en: Signed}}, fields: [{id: c, " NAMED ", text: true, "
    "optional: true}]}\n";

static int begin(void **state)
{
    int err = rig_set_up(state, steps, "B1");
    struct rig *r = *state;
    rig_at(r, "QA1");
    static const char *const here[] = {"QM", "FM", "MM", "QC1", "OP3"};
    for (size_t i = 0; i < sizeof(here) / sizeof(*here); i++)
        accepted(rig_sign_in(r, here[i]));
    return err;
}

static const struct verdict *change(struct rig *r, const char *who, const char *body)
{
    return rig_record(r, who, "person.changed", body);
}

/* ---- people ---- */

static void test_nobody_enrols_alone(void **state)
{
    struct rig *r = *state;
    static const char body[] = "person=OP7|roles=[operator]|dept=manufacturing|" KEY;
    r->next.cred = "x";
    refused(rig_record(r, "FM", "person.enrolled", body), "right.second");
    r->next.cred = "x";
    refused(rig_record(r, "FM", "person.enrolled", arena_printf(&r->arena, "%s|witness=P:MM", body)),
            "right.second-role");
    r->next.cred = "x";
    refused(rig_record(r, "FM", "person.enrolled", arena_printf(&r->arena, "%s|witness=P:QC2", body)),
            "witness.absent");
    r->next.cred = "x";
    refused(rig_record(r, "FM", "person.enrolled", arena_printf(&r->arena, "%s|witness=P:FM", body)),
            "witness.same");
    r->next.cred = "x";
    refused(rig_record(r, "MM", "person.enrolled", arena_printf(&r->arena, "%s|witness=P:QM", body)),
            "record.role");
    r->next.cred = "x";
    accepted(rig_record(r, "QM", "person.enrolled", arena_printf(&r->arena, "%s|witness=P:FM", body)));
    assert_true(rig_says(r, "\"witnessed\":\"FM\""));
    assert_string_equal(book_person(&r->book, "OP7")->role[0], "operator");
}

static void test_nobody_gives_himself_a_role(void **state)
{
    struct rig *r = *state;
    refused(change(r, "QM", "person=QM|roles=[quality-manager,tester]|witness=P:FM"), "right.barred");
    refused(change(r, "FM", "person=QM|roles=[quality-manager,tester]|witness=P:QM"), "right.barred");
    refused(change(r, "FM", "person=OP1|roles=[operator]|dept=manufacturing"), "right.second");
    refused(change(r, "FM", "person=OP1|remark=x"), "right.second");
    accepted(change(r, "FM", "person=OP1|roles=[operator,equipment-manager]|witness=P:QM"));
}

static void test_role_is_a_known_word_of_the_department(void **state)
{
    struct rig *r = *state;
    refused(change(r, "FM", "person=OP1|roles=[operater]|witness=P:QM"), "record.word-near");
    with_arg(&r->v, "near", "operator");
    refused(change(r, "FM", "person=OP1|roles=[captain-of-the-ship]|witness=P:QM"), "record.word");
    refused(change(r, "FM", "person=OP1|roles=[operator,tester]|witness=P:QM"), "right.role-department");
}

static void test_manager_is_appointed_by_document(void **state)
{
    struct rig *r = *state;
    refused(change(r, "FM", "person=QC1|roles=[tester,deputy-quality-manager]|witness=P:QM"),
            "right.document");
    accepted(change(r, "FM", "person=QC1|roles=[tester,deputy-quality-manager]|witness=P:QM" PAPER));
    refused(change(r, "FM", "person=QC1|roles=[tester]|witness=P:QM"), "right.document");
    accepted(change(r, "QM", "person=QC1|roles=[deputy-quality-manager]|witness=P:FM"));
}

static void test_a_role_in_another_department_counts_for_nothing(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "person/OP1", "person.changed",
              "{\"person\":\"OP1\",\"roles\":[\"operator\",\"quality-manager\"]}");
    refused(rig_record(r, "OP1", "lot.released", "lot=TB-NEW"), "record.role");
    accepted(rig_record(r, "QM", "lot.released", "lot=TB-NEW"));
}

#define QUALIFIED(before, person, name, until, after)                                                        \
    "{" before "\"person\":\"" person "\",\"qualified\":[{\"name\":\"" name "\",\"until\":\"" until          \
    "\"}]" after "}"
#define GIVEN(person, name, until)                                                                           \
    QUALIFIED("\"document\":\"T-7\",", person, name, until, ",\"sha256\":\"" DIGEST "\",\"witness\":\"%s\"")

static void test_qualification_is_given_by_quality_and_another(void **state)
{
    struct rig *r = *state;
    struct arena *a = &r->arena;
    const char *second = rig_raw(r, "P:QC1"),
               *good = arena_printf(a, GIVEN("OP9", "aseptic", "2027-06-30"), second);
    refused(change(r, "QM", QUALIFIED("", "OP9", "aseptic", "2027-06-30", "")), "right.second");
    refused(
        change(r, "QM",
               arena_printf(a, QUALIFIED("", "OP9", "aseptic", "2027-06-30", ",\"witness\":\"%s\""), second)),
        "right.document");
    refused(change(r, "MM", good), "record.role");
    refused(change(r, "QM", arena_printf(a, GIVEN("QC1", "aseptic", "2027-06-30"), second)), "right.barred");
    refused(change(r, "QM", arena_printf(a, GIVEN("OP9", "asceptic", "2027-06-30"), second)),
            "record.word-near");
    refused(change(r, "QM", arena_printf(a, GIVEN("OP9", "aseptic", "2099-06-30"), second)),
            "right.qualified");
    with_arg(&r->v, "until", "2028-11-02");
    accepted(change(r, "QM", good));
    refused(change(r, "OP1", "{\"person\":\"OP9\",\"qualified\":[]}"), "record.role"); /* taking them all */
}

static void test_own_secret_is_changed_by_oneself(void **state)
{
    struct rig *r = *state;
    r->next.cred = "new";
    accepted(change(r, "OP1", "person=OP1|" KEY));
    assert_int_equal(book_person(&r->book, "OP1")->reset_at, 0);
    r->next.cred = "new";
    refused(change(r, "QC1", "person=OP1|" KEY), "record.role");
    r->next.cred = "new";
    refused(change(r, "OP1", "person=OP1|roles=[operator]|" KEY), "record.role");
}

static void test_lost_secret_is_made_anew_by_two_with_the_person_present(void **state)
{
    struct rig *r = *state;
    static const char *const tries[][2] = {
        {"person=QM|present=P:QM|" KEY, "right.second"},
        {"person=OP1|present=P:OP1|witness=P:QC1|" KEY, "right.second-role"},
        {"person=OP1|witness=P:QM|" KEY, "right.present"},
        {"person=OP1|present=P:OP2|witness=P:QM|" KEY, "right.present"},
        {"person=QM|present=P:QM|witness=P:QM|" KEY, "right.barred"},
    };
    for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
        r->next.cred = "new";
        refused(change(r, "FM", tries[i][0]), tries[i][1]);
    }
    r->next.cred = "new";
    accepted(change(r, "FM", "person=OP1|present=P:OP1|witness=P:QM|" KEY));
    assert_true(rig_says(r, "\"reset\":true"));
    assert_int_equal(book_person(&r->book, "OP1")->reset_at, r->now);
}

/* Whoever gave a secret knows it. */
static void test_secrets_that_others_gave_are_nobodys_word(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    r->next.cred = "new";
    accepted(change(r, "FM", "person=QC1|present=P:QC1|witness=P:QM|" KEY));
    assert_true(rig_says(r, "\"fresh\":true"));
    refused(change(r, "QC1", "person=OP1|suspended=?yes"), "person.fresh-secret");
    r->next.cred = "new";
    refused(change(r, "FM", "person=OP1|present=P:OP1|witness=P:QC1|" KEY), "person.fresh-secret");
    r->next.cred = "own";
    accepted(change(r, "QC1", "person=QC1|" KEY));
    assert_false(rig_says(r, "\"fresh\":true"));
    r->next.cred = "new"; /* and now it is asked for what it is */
    refused(change(r, "FM", "person=OP1|present=P:OP1|witness=P:QC1|" KEY), "right.second-role");
}

static void test_nobody_works_or_confirms_with_secrets_that_others_gave(void **state)
{
    struct rig *r = *state;
    r->next.cred = "new";
    accepted(change(r, "FM", "person=OP2|present=P:OP2|witness=P:QM|" KEY));
    rig_at(r, "B21");
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_one(r, "SEEN", "D:PAPER"));
    refused(rig_scan(r, "P:OP2"), "person.fresh-secret");
    r->next.cred = "own";
    accepted(change(r, "OP2", "person=OP2|" KEY));
    accepted(rig_scan(r, "P:OP2"));
    rig_at(r, "QA1");
    rig_entry(r, "person/QM", "person.changed", "{\"cred\":\"x\",\"fresh\":true,\"person\":\"QM\"}");
    refused(rig_sign(r, "QM", "B1", "vouch", ""), "person.fresh-secret");
}

static void test_signature_after_a_reset_is_shown(void **state)
{
    struct rig *r = *state;
    accepted(rig_sign(r, "QM", "B1", "vouch", ""));
    rig_entry(r, "person/QM", "person.changed", "{\"person\":\"QM\",\"reset\":true}");
    alert(rig_sign(r, "QM", "B1", "vouch", ""), "accepted.act");
    assert_true(rig_says(r, "\"beside\":[{\"args\":{\"person\":\"QM\"},\"code\":\"person.reset\"}]"));
    accepted(rig_record(r, "OP1", "hold.placed", "batch=B1|reason=odd"));
    alert(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=seen"), "accepted.act");
    assert_true(rig_says(r, "person.reset")); /* whatever is signed */
    rig_wait(r, 31 * RIG_DAY);
    accepted(rig_sign(r, "QM", "B1", "vouch", ""));
}

#define OLD_KEY                                                                                              \
    "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw" /* RFC 8032, 7.1, test 2; KEY is that of test 1 */

/* Where nobody is left who may: an operator brings what the custodians of the root key signed. */
static void test_custodians_order_new_secrets_once(void **state)
{
    struct rig *r = *state;
    struct instruction i = {.person = "QM", .key = OLD_KEY, .until = clock_day(r->now)};
    static const char body[] = "person=QM|present=P:QM|custodians=signed|" KEY;
    rig_entry(r, "person/QM", "person.changed", "{\"key\":\"" OLD_KEY "\",\"person\":\"QM\"}");
    r->next.cred = "new";
    refused(change(r, "OP3", body), "custodians.unproved");
    r->next = (struct command){.cred = "new", .instruction = &i};
    refused(change(r, "OP3", "person=QM|custodians=signed|" KEY), "right.present");
    r->next = (struct command){.cred = "new", .instruction = &i};
    refused(change(r, "OP3", "person=FM|present=P:FM|custodians=signed|" KEY), "custodians.other");
    r->next = (struct command){.cred = "new", .instruction = &i};
    refused(change(r, "OP3", "person=QM|present=P:QM|custodians=signed|suspended=?no|" KEY), "record.role");
    r->next = (struct command){.cred = "new", .instruction = &i};
    refused(change(r, "OP3", "person=QM|present=P:QM|custodians=signed|roles=[tester]|" KEY), "record.role");
    r->next = (struct command){.instruction = &i};
    refused(change(r, "OP3", "person=QM|present=P:QM|custodians=signed"), "record.invalid");
    r->next = (struct command){.cred = "new", .instruction = &i};
    accepted(change(r, "OP3", body));
    assert_true(rig_says(r, "\"fresh\":true") && rig_says(r, "\"reset\":true"));
    r->next = (struct command){.cred = "newer", .instruction = &i};
    refused(change(r, "OP3", body), "custodians.other"); /* it was for the key of then */
}

static const struct verdict *ordered(struct rig *r, const struct instruction *i, const char *person)
{
    r->next = (struct command){.cred = "new", .instruction = i};
    return change(r, "OP3",
                  arena_printf(&r->arena, "person=%s|present=P:%s|custodians=signed|" KEY, person, person));
}

static void test_custodians_instruction_has_a_last_day(void **state)
{
    struct rig *r = *state;
    struct instruction i = {.person = "QM", .key = OLD_KEY, .until = INSTRUCTION_NO_DAY};
    rig_entry(r, "person/QM", "person.changed", "{\"key\":\"" OLD_KEY "\",\"person\":\"QM\"}");
    refused(ordered(r, &i, "QM"), "custodians.expired"); /* of an older program */
    i.until = clock_day(r->now) - 1;
    refused(ordered(r, &i, "QM"), "custodians.expired");
    i.until = clock_day(r->now) + 32;
    refused(ordered(r, &i, "QM"), "custodians.expired");
    i.until = clock_day(r->now) + 31;
    accepted(ordered(r, &i, "QM"));
}

static void test_custodians_order_nothing_that_two_could_do_who_are_there(void **state)
{
    struct rig *r = *state;
    struct instruction i = {.person = "OP2", .key = OLD_KEY, .until = clock_day(r->now)};
    rig_entry(r, "person/OP2", "person.changed", "{\"key\":\"" OLD_KEY "\",\"person\":\"OP2\"}");
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "FM"));
    accepted(rig_sign_in(r, "QM"));
    refused(ordered(r, &i, "OP2"), "custodians.others");
    with_arg(&r->v, "person", "FM");
    rig_at(r, "QA1");
    rig_leaves(r, "QM"); /* has lost the own one, too */
    accepted(ordered(r, &i, "OP2"));
}

static void test_custodians_end_a_suspension_where_they_say_so(void **state)
{
    struct rig *r = *state;
    struct instruction i = {.person = "QM", .key = OLD_KEY, .until = clock_day(r->now)};
    static const char body[] = "person=QM|present=P:QM|custodians=signed|" KEY;
    rig_entry(r, "person/QM", "person.changed",
              "{\"key\":\"" OLD_KEY "\",\"person\":\"QM\",\"suspended\":true}");
    r->next = (struct command){.cred = "new", .instruction = &i};
    accepted(change(r, "OP3", body));
    assert_true(book_person(&r->book, "QM")->suspended);
    enc_digest(book_person(&r->book, "QM")->key, i.key);
    i.word = INSTRUCTION_RESUME;
    r->next = (struct command){.cred = "newer", .instruction = &i};
    refused(change(r, "OP3", body), "custodians.other"); /* the same key: the instruction would work again */
    r->next = (struct command){.cred = "newer", .instruction = &i};
    accepted(change(r, "OP3", "person=QM|present=P:QM|custodians=signed|key=" OLD_KEY));
    assert_false(book_person(&r->book, "QM")->suspended);
}

static void test_nobody_ends_his_own_suspension_or_lock(void **state)
{
    struct rig *r = *state;
    refused(change(r, "QM", "person=QM|suspended=?no"), "right.barred");
    accepted(change(r, "QM", "person=OP1|suspended=?yes"));
    refused(change(r, "MM", "person=OP1|suspended=?no"), "record.role");
    accepted(change(r, "FM", "person=OP1|suspended=?no"));
    refused(rig_record(r, "QM", "person.unlocked", "person=QM"), "right.barred");
    accepted(rig_record(r, "QM", "person.unlocked", "person=FM"));
}

/* ---- equipment ---- */

static const struct verdict *equip(struct rig *r, const char *who, const char *body)
{
    return rig_record(r, who, "equipment.changed", body);
}

static void test_calibration_has_a_paper_a_second_and_an_interval(void **state)
{
    struct rig *r = *state;
    refused(equip(r, "OP1", "equipment=CF-1|calibrated=2027-01-31"), "record.role");
    refused(equip(r, "MM", "equipment=CF-1|calibrated=2027-01-31" PAPER), "right.second");
    refused(equip(r, "MM", "equipment=CF-1|calibrated=2027-01-31|witness=P:QC1"), "right.document");
    refused(equip(r, "MM", "equipment=CF-1|calibrated=2099-01-31|witness=P:QC1" PAPER), "right.interval");
    accepted(equip(r, "MM", "equipment=CF-1|calibrated=2027-01-31|witness=P:QC1" PAPER));
    rig_entry(r, "equipment/CF-1", "equipment.changed", "{\"equipment\":\"CF-1\",\"interval\":30}");
    refused(equip(r, "MM", "equipment=CF-1|calibrated=2027-01-31|witness=P:QC1" PAPER), "right.interval");
    refused(equip(r, "MM", "equipment=CF-1|interval=#40000"),
            "right.second"); /* it is not one's own to lengthen */
    refused(equip(r, "MM", "equipment=CF-1|interval=#40000|calibrated=2099-01-31|witness=P:QC1" PAPER),
            "right.interval");
    refused(equip(r, "MM", "equipment=CF-1|calibrated=2026-12-02|witness=P:QC1" PAPER), "document.stands");
    accepted(equip(r, "MM",
                   "equipment=CF-1|calibrated=2026-12-02|witness=P:QC1|document=C-2|sha256=LCa0a2j_xo_"
                   "5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564"));
    refused(equip(r, "MM", "equipment=CF-1|interval=#60|witness=P:QC1" PAPER), "right.second-role");
    accepted(equip(r, "MM", "equipment=CF-1|interval=#60|witness=P:QM" PAPER));
    accepted(equip(r, "MM", "equipment=CF-1|interval=#50|witness=P:QC1" PAPER));
}

static void test_equipment_comes_back_by_two(void **state)
{
    struct rig *r = *state;
    accepted(equip(r, "OP1", "equipment=CF-1|in_service=?no"));
    refused(equip(r, "OP1", "equipment=CF-1|in_service=?yes"), "record.role");
    refused(equip(r, "MM", "equipment=CF-1|in_service=?yes" PAPER), "right.second");
    refused(equip(r, "MM", "equipment=CF-1|in_service=?yes|witness=P:QC1"), "right.document");
    accepted(equip(r, "MM", "equipment=CF-1|in_service=?yes|witness=P:QC1" PAPER));
}

static void test_room_and_kind_are_known_words(void **state)
{
    struct rig *r = *state;
    refused(rig_record(r, "MM", "equipment.added", "equipment=CF-7|kind=centrifuge|room=NOWHERE"),
            "record.word");
    refused(rig_record(r, "MM", "equipment.added", "equipment=CF-7|kind=centrifug|room=R2"),
            "record.word-near");
    accepted(rig_record(r, "MM", "equipment.added", "equipment=CF-7|kind=centrifuge|room=R2"));
    accepted(rig_record(r, "MM", "equipment.added", "equipment=FZ-1|kind=deep-freezer|room=R2"));
    accepted(rig_record(r, "FM", "station.enrolled",
                        "station=QB1|kind=QB|witness=P:QM|token=" DIGEST)); /* what a step asks for */
    refused(rig_record(r, "FM", "station.enrolled",
                       "station=B29|kind=B2|room=NOWHERE|witness=P:QM|token=" DIGEST),
            "record.word");
    refused(
        rig_record(r, "FM", "station.enrolled", "station=B29|kind=B22|room=R2|witness=P:QM|token=" DIGEST),
        "record.word-near");
    accepted(
        rig_record(r, "FM", "station.enrolled", "station=B29|kind=B2|room=R2|witness=P:QM|token=" DIGEST));
    refused(equip(r, "MM", "equipment=CF-7|room=RQ"), "right.second");
    accepted(equip(r, "MM", "equipment=CF-7|room=RQ|witness=P:QC1"));
}

/* ---- rooms ---- */

static void test_room_is_reopened_by_who_did_not_work_there(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "person/QC1", "person.changed",
              "{\"person\":\"QC1\",\"roles\":[\"deputy-quality-manager\",\"tester\"]}");
    rig_leaves(r, "QC1");
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "QC1"));
    rig_at(r, "QA1");
    accepted(rig_record(r, "OP3", "room.blocked", "room=R2|cause=spilt"));
    refused(rig_record(r, "MM", "room.reopened", "room=R2|reason=wiped|result=no growth"), "record.role");
    refused(rig_record(r, "QC1", "room.reopened", "room=R2|reason=wiped|result=no growth"), "right.barred");
    rig_wait(r, 3 * RIG_DAY);
    refused(rig_record(r, "QC1", "room.reopened", "room=R2|reason=wiped|result=no growth"), "right.barred");
    refused(rig_record(r, "QM", "room.reopened", "room=R2|reason=wiped"), "record.invalid");
    with_arg(&r->v, "field", "result");
    accepted(rig_record(r, "QM", "room.reopened", "room=R2|reason=wiped|result=no growth"));
}

/* ---- lots ---- */

#define RECEIVE(lot, rest) "lot=" lot "|material=tube|expiry=2027-01-31|units=#3" rest

static enum lot_state lot_state(const struct rig *r, const char *lot)
{
    return book_lot(&r->book, lot)->state;
}

static void test_lot_is_usable_when_both_said_yes(void **state)
{
    struct rig *r = *state;
    refused(rig_record(r, "OP3", "lot.received", RECEIVE("N1", "")), "record.role");
    accepted(rig_record(r, "MM", "lot.received", RECEIVE("N1", "")));
    accepted(rig_record(r, "QC1", "lot.released", "lot=N1"));
    assert_int_equal(lot_state(r, "N1"), LOT_QUARANTINE);
    refused(rig_record(r, "QC1", "lot.conforming", "lot=N1"), "record.role");
    accepted(rig_record(r, "OP3", "lot.conforming", "lot=N1"));
    assert_int_equal(lot_state(r, "N1"), LOT_RELEASED);
    accepted(rig_record(r, "OP3", "lot.blocked", "lot=N1"));
    refused(rig_record(r, "QC1", "lot.released", "lot=N1|reason=it looks good"), "record.role");
    refused(rig_record(r, "QM", "lot.released", "lot=N1"), "record.invalid");
    with_arg(&r->v, "field", "reason");
    accepted(rig_record(r, "QM", "lot.released", "lot=N1|reason=the maker took it back"));
    assert_int_equal(lot_state(r, "N1"), LOT_BLOCKED);
    accepted(rig_record(r, "OP3", "lot.conforming", "lot=N1"));
    assert_int_equal(lot_state(r, "N1"), LOT_RELEASED);
    accepted(rig_record(r, "QM", "lot.blocked", "lot=N1"));
    refused(rig_record(r, "QM", "lot.released", "lot=N1|reason=changed my mind"), "right.nobody");
    accepted(rig_record(r, "QC1", "lot.released", "lot=N1|reason=looked at by another"));
}

static void test_lot_is_not_judged_by_who_received_it(void **state)
{
    struct rig *r = *state;
    accepted(rig_record(r, "MM", "lot.received", RECEIVE("N1", "")));
    rig_entry(r, "person/MM", "person.changed",
              "{\"dept\":\"quality\",\"person\":\"MM\",\"roles\":[\"quality-manager\"]}");
    refused(rig_record(r, "MM", "lot.released", "lot=N1"), "right.barred");
    accepted(rig_record(r, "OP3", "lot.conforming", "lot=N1"));
    rig_entry(r, "person/OP3", "person.changed",
              "{\"dept\":\"quality\",\"person\":\"OP3\",\"roles\":[\"tester\"]}");
    refused(rig_record(r, "OP3", "lot.released", "lot=N1"), "right.barred");
    accepted(rig_record(r, "QC1", "lot.released", "lot=N1"));
    assert_int_equal(lot_state(r, "N1"), LOT_RELEASED);
}

static void test_lot_of_an_older_program_is_judged_by_quality_alone(void **state)
{
    struct rig *r = *state;
    accepted(rig_record(r, "QC1", "lot.released", "lot=TB-NEW"));
    assert_int_equal(lot_state(r, "TB-NEW"), LOT_RELEASED);
}

static void test_material_is_a_known_word_and_a_lot_has_one_expiry(void **state)
{
    struct rig *r = *state;
    refused(rig_record(r, "MM", "lot.received", "lot=N1|material=albumen|expiry=2027-01-31"),
            "record.word-near");
    /* TB-OLD again, which expired yesterday */
    refused(rig_record(r, "MM", "lot.received", RECEIVE("N2", "|gtin=04912345678904|maker_lot=TB-OLD")),
            "right.second");
    refused(rig_record(r, "MM", "lot.received",
                       RECEIVE("N2", "|gtin=04912345678904|maker_lot=TB-OLD|witness=P:QC1")),
            "right.document");
    accepted(rig_record(r, "MM", "lot.received",
                        RECEIVE("N2", "|gtin=04912345678904|maker_lot=TB-OLD|witness=P:QC1" PAPER)));
    refused(rig_record(r, "MM", "lot.received", RECEIVE("N2", "|maker_lot=tb-old")), "right.second");
    accepted(rig_record(r, "MM", "lot.received", RECEIVE("N3", "|gtin=04912345678904|maker_lot=A1")));
    accepted(rig_record(r, "MM", "lot.received", RECEIVE("N4", "|gtin=04912345678904|maker_lot=A1")));
}

/* ---- protocols ---- */

static const char second_version[] = "text=protocol: sample\nversion: \"2\"\nproduct: {ja: 製品, en: "
                                     "Product}\nlabels: {T: {title: {ja: 管, en: Tube}}}\n"
                                     "materials: {tube: {title: {ja: 管, en: Tube}, unit: pc}}\nsteps:\n"
                                     "  - {id: order, title: {ja: 題, en: T}, form: true, opens: true}\n";

static void test_author_approves_nothing(void **state)
{
    struct rig *r = *state;
    refused(rig_record(r, "OP3", "protocol.registered", second_version), "record.role");
    rig_entry(r, "person/MM", "person.changed",
              "{\"person\":\"MM\",\"roles\":[\"process-manager\",\"production-manager\"]}");
    accepted(rig_record(r, "MM", "protocol.registered", second_version));
    refused(rig_approve(r, "MM"), "right.barred");
    refused(rig_approve(r, "QC1"), "record.role");
    accepted(rig_approve(r, "QM"));
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "1");
    accepted(rig_approve(r, "FM"));
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "2");
}

/* ---- the witness ---- */

static void test_witness_is_who_may_perform_it(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "CR"));
    accepted(rig_sign_in(r, "N1"));
    rig_entry(r, "person/N1", "person.changed", "{\"person\":\"N1\",\"roles\":[\"nurse\",\"operator\"]}");
    accepted(rig_one(r, "SEEN", "D:A"));
    refused(rig_scan(r, "P:CR"), "witness.department");
    refused(rig_scan(r, "P:N1"), "witness.department");
    accepted(rig_scan(r, "P:OP2"));
    accepted(rig_one(r, "TAKEN", "D:B"));
    refused(rig_scan(r, "P:OP2"), "person.role");
    accepted(rig_scan(r, "P:CR"));
}

/* ---- the table itself ---- */

static const char good[] = "rights: 1\nroles:\n  boss: {dept: [quality], ja: 長, en: boss}\nacts:\n";

static void assert_says(const char *text, int line, const char *word, const char *hint)
{
    struct rights *r = NULL;
    struct protocol_error e[64];
    size_t n = 0;
    assert_int_not_equal(rights_load(text, strlen(text), &r, e, 64, &n), 0);
    for (size_t i = 0; i < n && i < 64; i++)
        if (e[i].line == line && strstr(e[i].text, word) && strstr(e[i].hint, hint))
            return;
    fail_msg("nothing says %s on line %d", word, line);
}

static void test_table_is_read_strictly(void **state)
{
    struct rig *r = *state;
    struct arena *a = &r->arena;
#define ACT(rest) arena_printf(a, "%s  " rest "\n", good)
    assert_says(ACT("lot.blockd: {by: [anybody], ja: 止, en: x}"), 5, "no such act", "lot.blocked");
    assert_says(ACT("lot.blocked: {by: [bos], ja: 止, en: x}"), 5, "no such role", "boss");
    assert_says(ACT("lot.blocked: {by: [boss], never: [oneselv], ja: 止, en: x}"), 5, "no such bar",
                "oneself");
    assert_says(ACT("lot.blocked: {by: [boss], secnd: [boss], ja: 止, en: x}"), 5, "unknown key", "second");
    assert_says(ACT("lot.blocked: {by: [boss], instead: [bos], ja: 止, en: x}"), 5, "no such role", "boss");
    assert_says(ACT("lot.blocked: {second: [boss], ja: 止, en: x}"), 5, "`by` is missing", "");
    assert_says(ACT("lot.blocked: {by: [], ja: 止, en: x}"), 5, "names nobody", "");
    assert_says(ACT("lot.blocked: {by: [boss], ja: 止, en: x}"), 5, "nobody may do `lot.closed`", "");
    assert_says("rights: 2\n", 1, "rights: 1", "");
    assert_says("rights: 1\nassessed-within: 40d\n", 2, "assessed-within", "");
    assert_says("rights: 1\nassessed-within: soon\n", 2, "assessed-within", "");
    assert_says("rights: 1\nqualified-within: 4000d\n", 2, "qualified-within", "");
    assert_says("rights: 1\nmeasures-within: 500d\n", 2, "measures-within", "");
    assert_says("rights: 1\nroles:\n  boss: {dept: [qualty], ja: 長, en: x}\n", 3, "no such department",
                "quality");
}

static void test_shipped_table_says_what_it_must(void **state)
{
    struct rig *r = *state;
    const struct rights *t = r->book.rights;
    const struct right *reset = rights_of(t, RIGHT_PERSON_RESET);
    assert_true(right_wanted(&reset->second));
    assert_int_equal(rights_assess_ms(t), 4 * 60 * 60 * 1000);
    assert_true(reset->never & 1u << RIGHT_BAR_ONESELF);
    for (enum right_act act = RIGHT_NONE + 1; act < RIGHTS; act++)
        assert_true(right_wanted(&rights_of(t, act)->by));
    struct text words = rights_words(t, &reset->second, &r->arena);
    assert_string_equal(words.ja, "品質部門責任者、品質部門責任者代行");
    assert_string_equal(words.en, "quality manager, deputy quality manager");
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nobody_enrols_alone),
        TEST(test_nobody_gives_himself_a_role),
        TEST(test_role_is_a_known_word_of_the_department),
        TEST(test_manager_is_appointed_by_document),
        TEST(test_a_role_in_another_department_counts_for_nothing),
        TEST(test_qualification_is_given_by_quality_and_another),
        TEST(test_own_secret_is_changed_by_oneself),
        TEST(test_lost_secret_is_made_anew_by_two_with_the_person_present),
        TEST(test_secrets_that_others_gave_are_nobodys_word),
        TEST(test_nobody_works_or_confirms_with_secrets_that_others_gave),
        TEST(test_signature_after_a_reset_is_shown),
        TEST(test_custodians_order_new_secrets_once),
        TEST(test_custodians_order_nothing_that_two_could_do_who_are_there),
        TEST(test_custodians_instruction_has_a_last_day),
        TEST(test_custodians_end_a_suspension_where_they_say_so),
        TEST(test_nobody_ends_his_own_suspension_or_lock),
        TEST(test_calibration_has_a_paper_a_second_and_an_interval),
        TEST(test_equipment_comes_back_by_two),
        TEST(test_room_and_kind_are_known_words),
        TEST(test_room_is_reopened_by_who_did_not_work_there),
        TEST(test_lot_is_usable_when_both_said_yes),
        TEST(test_lot_is_not_judged_by_who_received_it),
        TEST(test_lot_of_an_older_program_is_judged_by_quality_alone),
        TEST(test_material_is_a_known_word_and_a_lot_has_one_expiry),
        TEST(test_author_approves_nothing),
        TEST(test_witness_is_who_may_perform_it),
        TEST(test_table_is_read_strictly),
        TEST(test_shipped_table_says_what_it_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
