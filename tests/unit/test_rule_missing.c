/* People are missing and cells are not: the rota, what one alone may move, and what should exist and does
 * not. */
#include "base/clock.h"
#include "bench_rig.h"
#include "core/rule/missing.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED "title: {ja: 題, en: T}"
#define BENCH NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define DONE  "{id: d, " NAMED ", choice: {yes: {title: {ja: 済, en: Done}, is: ok}}}"

/* clang-format off */
static const char steps[] =
    "  - {id: instruct, " NAMED ", where: [QA], by: [production-manager], dept: manufacturing,\n"
    "     sign: {verb: approve, meaning: {ja: 署名, en: Signed}}, fields: [" DONE "]}\n"
    "  - {id: tubes, " BENCH ", fields: [{id: tubes, " NAMED ", scan: container, label: [T], use: issue, n: 2}]}\n"
    "  - {id: fill, " BENCH ", fields: [{id: tube, " NAMED ", scan: container, label: [T], use: fill}]}\n"
    "  - {id: put, " BENCH ", fields: [{id: place, " NAMED ", scan: place, kind: shelf, occupy: true},\n"
    "     {id: tube, " NAMED ", scan: container, label: [T], use: place}]}\n"
    "  - {id: look, " BENCH ", after: [put], optional: true, repeat: 0, fields: [{id: tube, " NAMED
        ", scan: container, label: [T], use: take}]}\n"
    "  - {id: feed, " BENCH ", after: [put], people: 2, witness: true, qualified: [aseptic],\n"
    "     window: [{since: put, min: 3d, max: 4d, early: deviation, late: deviation}],\n"
    "     fields: [{id: place, " NAMED ", scan: place, kind: shelf, same: put.place},\n"
    "     {id: tube, " NAMED ", scan: container, label: [T], use: take}]}\n"
    "  - {id: test, " NAMED ", where: [QC], by: [tester], dept: quality, after: [feed], fields: [" DONE "]}\n"
    "  - {id: judge, " NAMED ", where: [QA], by: [tester], dept: quality, after: [test], not-by: [test],\n"
    "     sign: {verb: judge, meaning: {ja: 署名, en: Signed}}, window: [{since: feed, min: 7d, early: deviation}],\n"
    "     fields: [" DONE "]}\n"
    "  - {id: decide, " NAMED ", where: [QA], by: [quality-manager], dept: quality, after: [judge],\n"
    "     sign: {verb: decide, meaning: {ja: 署名, en: Signed}}, fields: [" DONE "]}\n"
    "  - {id: early, " NAMED ", where: [QA], by: [quality-manager], dept: quality, after: [put], optional: true,\n"
    "     sign: {verb: decide, meaning: {ja: 署名, en: Signed}},\n"
    "     fields: [{id: d, " NAMED ", choice: {yes: {title: {ja: 可, en: R}, is: ok, state: released}}}]}\n"
    "  - {id: end, " NAMED ", where: [QA], by: [quality-manager], dept: quality, after: [decide],\n"
    "     window: [{since: put, min: 30d, early: deviation}], closes: true,\n"
    "     sign: {verb: complete, meaning: {ja: 署名, en: Signed}}, fields: [" DONE "]}\n";
/* clang-format on */

static int set_up(void **state)
{
    return rig_set_up(state, steps, "B1");
}

static struct rota rota(struct rig *r)
{
    return rule_rota(&r->book, rig_batch(r, "B1"), r->now, &r->arena);
}

static const char *step_of(const struct rota_gap *g)
{
    return g->batch->protocol->step[g->step].id;
}

static const struct verdict *instruct(struct rig *r)
{
    rig_at(r, "QA1");
    return rig_sign(r, "MM", "B1", "instruct", "d=yes");
}

/* In the shelf, in the morning of the first day; and two stand at the bench. */
static void put(struct rig *r)
{
    accepted(instruct(r));
    rig_at(r, "B21");
    accepted(rig_one(r, "TUBES", "C:B1-T1"));
    accepted(rig_scan(r, "C:B1-T2"));
    accepted(rig_one(r, "FILL", "C:B1-T1"));
    accepted(rig_one(r, "PUT", "W:SH-1"));
    accepted(rig_scan(r, "C:B1-T1"));
}

static const struct verdict *away(struct rig *r, const char *person, int from, int until)
{
    char day[2][11];
    clock_day_format(clock_day(r->now) + from, day[0]);
    clock_day_format(clock_day(r->now) + until, day[1]);
    rig_at(r, "QA1");
    return rig_record(r, "FM", "person.away",
                      arena_printf(&r->arena, "person=%s|from=%s|until=%s", person, day[0], day[1]));
}

static const struct verdict *told(struct rig *r)
{
    struct command c = {.kind = COMMAND_DEADLINE, .due_batch = rig_batch(r, "B1"), .due = {OWED_ROTA, 0}};
    return rig_run(r, &c);
}

static void test_everybody_there_no_gap_and_none_before_the_instruction(void **state)
{
    struct rig *r = *state;
    accepted(away(r, "QM", 0, 30));
    assert_int_equal(rota(r).n, 0); /* not instructed */
    alert(instruct(r), "rota.gaps");
    with_arg(&r->v, "step", "decide");
    with_arg(&r->v, "lack", "nobody");
    accepted(rig_record(r, "FM", "person.away", "person=QM|from=2026-11-02|until=2026-12-31|back=?yes"));
    assert_int_equal(rota(r).n, 0);
}

static void test_gap_has_its_day_its_step_and_why(void **state)
{
    struct rig *r = *state;
    put(r);
    assert_int_equal(rota(r).n, 0);
    accepted_as(away(r, "QM", 10, 10), "person.away");
    struct rota g = rota(r); /* fed on the 3rd day, judged on the 10th, decided then */
    assert_int_equal(g.n, 1);
    assert_string_equal(step_of(&g.item[0]), "decide");
    assert_int_equal(g.item[0].day, clock_day(r->now) + 10);
    assert_int_equal(g.item[0].lack, ROTA_NOBODY);
    assert_int_equal(g.item[0].why.n, 1);
    assert_string_equal(g.item[0].why.item[0].person, "QM");
    assert_string_equal(g.item[0].why.item[0].code, "person.away");
    accepted(away(r, "QM", 9, 9)); /* another day is no matter */
    assert_int_equal(rota(r).n, 1);
}

static void test_witness_is_another_one_and_qualified_on_that_day(void **state)
{
    struct rig *r = *state;
    put(r);
    accepted(away(r, "OP1", 3, 3));
    assert_int_equal(rota(r).n, 0); /* OP2, OP3 */
    accepted(away(r, "OP2", 3, 3));
    struct rota g = rota(r); /* OP9's qualification ends today */
    assert_int_equal(g.n, 1);
    assert_string_equal(step_of(&g.item[0]), "feed");
    assert_int_equal(g.item[0].lack, ROTA_NO_SECOND);
    accepted(away(r, "OP3", 2, 4));
    g = rota(r);
    assert_int_equal(g.item[0].lack, ROTA_NOBODY);
}

/* The only tester who is there tests, and then judges the own test: nobody does. */
static void test_who_alone_can_test_is_spoken_for(void **state)
{
    struct rig *r = *state;
    put(r);
    accepted(away(r, "QC2", 1, 20));
    struct rota g = rota(r);
    assert_int_equal(g.n, 1);
    assert_string_equal(step_of(&g.item[0]), "judge");
    assert_int_equal(g.item[0].lack, ROTA_NOBODY);
}

static void test_gaps_are_told_once_a_day_in_the_batch(void **state)
{
    struct rig *r = *state;
    put(r);
    struct batch *x = rig_batch(r, "B1");
    assert_false(rule_rota_due(&r->book, x, r->now));
    accepted(away(r, "QM", 10, 10));
    assert_true(rule_rota_due(&r->book, x, r->now));
    alert(told(r), "rota.gaps");
    assert_int_equal(rig_count(r, "rota.gaps"), 1);
    assert_true(rig_says(r, "\"culture\":10") || rig_says(r, "\"lack\":\"nobody\""));
    assert_false(rule_rota_due(&r->book, x, r->now));
    rig_wait(r, RIG_DAY);
    assert_true(rule_rota_due(&r->book, x, r->now));
}

static void test_absence_says_days_and_people_that_there_are(void **state)
{
    struct rig *r = *state;
    refused(away(r, "NOBODY", 0, 1), "record.unknown");
    refused(away(r, "OP1", 3, 2), "record.invalid");
    refused(away(r, "OP1", -3, -2), "record.invalid");
    refused(rig_record(r, "FM", "person.away", "person=OP1|from=2026-11-03|until=2026-11-04|deputy=OP1"),
            "record.word");
    accepted(rig_record(r, "FM", "person.away", "person=OP1|from=2026-11-03|until=2026-11-04|deputy=OP2"));
    for (int i = 0; i < AWAYS + 2; i++)
        accepted(away(r, "OP3", i + 1, i + 1));
    assert_int_equal(book_person(&r->book, "OP3")->aways.n, AWAYS);
    assert_true(person_away(book_person(&r->book, "OP3"), clock_day(r->now) + AWAYS + 2));
}

/* By being signed in: no secret. */
static const struct verdict *says_away(struct rig *r, const char *who, const char *person, const char *deputy)
{
    struct command c = {.kind = COMMAND_RECORD, .station = r->station, .record = "person.away"};
    c.person = book_person(&r->book, who);
    struct json *b = json_set_str(&r->arena, json_object(&r->arena), "person", person);
    json_set_str(&r->arena, b, "deputy", deputy);
    c.body = json_set_str(&r->arena, json_set_str(&r->arena, b, "from", "2026-11-02"), "until", "2026-11-03");
    return rig_run(r, &c);
}

static void test_absence_is_said_by_oneself_or_by_who_answers_for_the_place(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    refused(says_away(r, "OP1", "OP2", NULL), "record.role");
    refused(says_away(r, "OP1", "OP1", "QC1"), "person.deputy");
    refused(rig_record(r, "FM", "person.away", "person=FM|from=2026-11-02|until=2026-11-03|deputy=MM"),
            "person.deputy");
    accepted(rig_record(r, "QM", "person.away", "person=OP2|from=2026-11-03|until=2026-11-03"));
    refused(says_away(r, "OP1", "OP1", "OP2"), "person.deputy"); /* away as well */
    accepted_as(says_away(r, "OP1", "OP1", "OP3"), "person.away");
}

static void test_who_acts_though_away_is_told(void **state)
{
    struct rig *r = *state;
    accepted(away(r, "QM", 0, 5));
    rig_at(r, "QA1");
    alert(rig_sign_in(r, "QM"), "accepted.session");
    assert_true(rig_says(r, "\"beside\":[{\"args\":{\"person\":\"QM\",\"until\":\"2026-11-07\"},\"code\":"
                            "\"person.acts-away\"}]"));
    assert_int_equal(r->station->bench.npeople, 1);                                  /* a fact, not refused */
    alert(rig_record(r, "QM", "hold.placed", "batch=B1|reason=smell"), "hand.hold"); /* the answer's own */
    with_arg(&r->v, "hold", "B1-H1");
    assert_true(rig_says(r, "person.acts-away"));
    accepted(rig_record(r, "QM", "person.away", "person=QM|from=2026-11-02|until=2026-11-07|back=?yes"));
    accepted(rig_record(r, "QM", "hold.placed", "batch=B1|reason=smell"));
}

/* ---- rescue ---- */

#define MOVE "batch=B1|containers=[C:B1-T1]|reason=" RIG_NAME "|"

static const struct verdict *move(struct rig *r, const char *who, const char *rest)
{
    rig_at(r, "B21");
    return rig_record(r, who, "container.rescued", arena_printf(&r->arena, MOVE "%s", rest));
}

static void alone(struct rig *r)
{
    rig_at(r, "B21");
    while (r->station->bench.npeople > 1)
        rig_leaves(r, r->station->bench.person[1]->id);
}

static const struct verdict *see(struct rig *r, const char *second, const char *place, const char *appearance)
{
    rig_at(r, "B21");
    return rig_record(r, "OP1", "rescue.witnessed",
                      arena_printf(&r->arena,
                                   "batch=B1|containers=[C:B1-T1]|place=%s|appearance=%s|witness=P:%s", place,
                                   appearance, second));
}

static void test_one_alone_moves_what_is_closed_and_two_see_it_before_it_is_opened(void **state)
{
    struct rig *r = *state;
    put(r);
    rig_wait(r, 3 * RIG_DAY);
    accepted(rig_sign_in(r, "OP1"));
    deviation(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "rescue.moved");
    assert_string_equal(book_container(&r->book, "B1-T1")->place, "SH-2");
    assert_null(book_thing(&r->book, "SH-1")->occupied);
    assert_ptr_equal(book_thing(&r->book, "SH-2")->occupied, rig_batch(r, "B1"));
    assert_int_equal(rig_batch(r, "B1")->ndevs, 1);
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "LOOK", "C:B1-T1")); /* one who looks opens nothing */
    accepted(rig_sign_in(r, "OP2"));
    refused(rig_scan(r, "X:STEP-FEED"), "rescue.unseen");
    refused(see(r, "OP1", "W:SH-2", "normal"), "witness.same");
    accepted_as(see(r, "OP2", "W:SH-2", "normal"), "rescue.seen");
    refused(see(r, "OP2", "W:SH-2", "normal"), "record.exists");
    refused(rig_one(r, "FEED", "W:SH-1"), "value.same"); /* it stands elsewhere now */
    accepted(rig_scan(r, "W:SH-2"));
    accepted(rig_scan(r, "C:B1-T1"));
    accepted(rig_scan(r, "P:OP2"));
}

static void test_rescue_is_for_who_is_alone_and_has_rung_quality(void **state)
{
    struct rig *r = *state;
    put(r);
    refused(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "rescue.not-alone");
    deviation(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM|witness=P:OP2"), "rescue.moved");
    assert_int_equal(book_container(&r->book, "B1-T1")->rescued, 0); /* seen as it was done */
    alone(r);
    refused(move(r, "OP1", "from=W:SH-2|to=W:SH-1|called=MM"), "rescue.not-called");
    refused(move(r, "OP1", "from=W:SH-2|to=W:SH-1|called=QC1"), "rescue.not-called");
    refused(move(r, "QC1", "from=W:SH-2|to=W:SH-1|called=QM"), "record.role");
    refused(move(r, "OP1", "from=SH-2|to=W:SH-1|called=QM"), "record.invalid"); /* typed, not scanned */
    refused(move(r, "OP1", "from=W:SH-2|to=W:SH-9|called=QM"), "place.unknown");
    deviation(move(r, "OP1", "from=W:SH-2|to=W:SH-1|called=QM"), "rescue.moved");
    assert_true(book_container(&r->book, "B1-T1")->rescued != 0);
}

static void test_who_was_rung_is_there(void **state)
{
    struct rig *r = *state;
    put(r);
    rig_wait(r, 3 * RIG_DAY);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_record(r, "QM", "person.away", "person=QM|from=2026-11-05|until=2026-11-05"));
    rig_entry(r, "person/QC2", "person.changed",
              "{\"person\":\"QC2\",\"roles\":[\"tester\",\"deputy-quality-manager\"]}");
    refused(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "rescue.not-called");
    deviation(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QC2"), "rescue.moved");
    accepted(rig_record(r, "QM", "person.away", "person=QC2|from=2026-11-05|until=2026-11-05"));
    deviation(move(r, "OP1", "from=W:SH-2|to=W:SH-1|called=QM"), "rescue.moved"); /* nobody else is */
}

static size_t opened(struct rig *r, const char *cause)
{
    size_t n = 0;
    for (size_t i = 0; i < rig_batch(r, "B1")->ndevs; i++)
        n += strcmp(rig_batch(r, "B1")->dev[i].code, cause) == 0;
    return n;
}

static void test_who_is_alone_since_another_badge_was_read_is_told_as_that(void **state)
{
    struct rig *r = *state;
    put(r);
    rig_at(r, "B21");
    accepted(rig_scan(r, "P:OP1"));
    rig_leaves(r, "OP2");
    assert_true(strstr(rig_text_of(r, "session.closed"), "\"performed\":\"OP1\"") != NULL);
    deviation(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "rescue.moved");
    assert_int_equal(opened(r, "session.left"), 1);
    rig_at(r, "ST1"); /* with the own PIN: gone indeed */
    accepted(rig_sign_in(r, "OP2"));
    deviation(move(r, "OP1", "from=W:SH-2|to=W:SH-1|called=QM"), "rescue.moved");
    assert_int_equal(opened(r, "session.left"), 1);
    rig_at(r, "ST1");
    rig_out(r);
    rig_wait(r, 31 * RIG_MINUTE); /* or by time */
    deviation(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "rescue.moved");
    assert_int_equal(opened(r, "session.left"), 1);
}

static void test_donors_stay_apart_and_what_stands_elsewhere_holds(void **state)
{
    struct rig *r = *state;
    put(r);
    alone(r);
    accepted(rig_order(r, "B2", "P000002"));
    rig_entry(r, "batch/B2", "step.input",
              "{\"done\":false,\"field\":\"place\",\"step\":\"put\",\"text\":\"SH-2\"}");
    refused(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "place.other-donor");
    rig_at(r, "B21");
    refused(rig_record(r, "OP1", "container.rescued",
                       "batch=B1|containers=[C:B2-T1]|reason=x|from=W:SH-1|to=E:BSC-1|called=QM"),
            "ident.foreign");
    refused(rig_record(r, "OP1", "container.rescued",
                       "batch=B1|containers=[C:B1-T2]|reason=x|from=W:SH-1|to=E:BSC-1|called=QM"),
            "ident.unfilled");
    rig_entry(r, "place/SH-3", "place.added", "{\"kind\":\"shelf\",\"place\":\"SH-3\",\"room\":\"R2\"}");
    hold(move(r, "OP1", "from=E:CF-1|to=W:SH-3|called=QM"), "rescue.elsewhere");
    assert_string_equal(book_container(&r->book, "B1-T1")->place, "SH-3"); /* a fact */
    accepted(rig_sign_in(r, "OP2"));
    hold(see(r, "OP2", "W:SH-3", "changed"), "rescue.changed");
}

static void test_the_same_move_is_recorded_once_and_never_the_wrong_way_round(void **state)
{
    struct rig *r = *state;
    put(r);
    alone(r);
    refused(move(r, "OP1", "from=W:SH-2|to=W:SH-1|called=QM"), "rescue.swapped");
    refused(move(r, "OP1", "from=W:SH-1|to=W:SH-1|called=QM"), "record.invalid");
    deviation(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "rescue.moved");
    refused(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "record.exists");
    assert_int_equal(rig_batch(r, "B1")->ndevs,
                     2); /* it, and that OP2 was signed out by a badge just before */
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 0);
}

static void test_nothing_is_decided_of_what_nobody_has_seen_since(void **state)
{
    struct rig *r = *state;
    put(r);
    alone(r);
    deviation(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "rescue.moved");
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "early", "d=yes"), "rescue.unseen");
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP2"));
    accepted(see(r, "OP2", "W:SH-2", "normal"));
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "B1", "early", "d=yes"));
}

static void test_rescue_is_to_a_place_of_its_kind_and_of_what_is_closed(void **state)
{
    struct rig *r = *state;
    put(r);
    rig_wait(r, 3 * RIG_DAY);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_scan(r, "B:B1"));
    rig_entry(r, "place/RF-1", "place.added",
              "{\"kind\":\"refrigerator\",\"place\":\"RF-1\",\"room\":\"R2\"}");
    accepted(rig_one(r, "FEED", "W:SH-1"));
    accepted(rig_scan(r, "C:B1-T1")); /* open, and the second person has not seen it */
    alone(r);
    refused(move(r, "OP1", "from=W:SH-1|to=W:RF-1|called=QM"), "place.kind");
    refused(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "rescue.open");
}

static void test_rescue_is_recorded_and_seen_where_it_stands(void **state)
{
    struct rig *r = *state;
    put(r);
    alone(r);
    rig_entry(r, "place/SH-3", "place.added", "{\"kind\":\"shelf\",\"place\":\"SH-3\",\"room\":\"RQ\"}");
    rig_at(r, "QA1");
    refused(rig_record(r, "OP1", "container.rescued", MOVE "from=W:SH-1|to=W:SH-3|called=QM"),
            "rescue.not-there");
    deviation(move(r, "OP1", "from=W:SH-1|to=W:SH-3|called=QM"), "rescue.moved");
    accepted(rig_sign_in(r, "OP2"));
    refused(see(r, "OP2", "W:SH-3", "normal"), "rescue.not-there"); /* it stands in the other room */
    rig_leaves(r, "OP2");
    rig_leaves(r, "OP1");
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_record(r, "OP1", "rescue.witnessed",
                        "batch=B1|containers=[C:B1-T1]|place=W:SH-3|appearance=normal|witness=P:OP2"));
    rig_leaves(r, "OP2");
    rig_leaves(r, "OP1");
    rig_wait(r, 3 * RIG_DAY);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "FEED", "W:SH-3")); /* and is fetched from there */
}

/* ---- silence ---- */

static bool silent(struct rig *r, enum silence_what what, const char *thing)
{
    struct silences s = rule_silence(&r->book, rig_batch(r, "B1"), r->now, &r->arena);
    for (size_t i = 0; i < s.n; i++)
        if (s.item[i].what == what && (!thing || (s.item[i].thing && strcmp(s.item[i].thing, thing) == 0)))
            return true;
    return false;
}

static void test_what_should_exist_and_does_not_is_told(void **state)
{
    struct rig *r = *state;
    put(r);
    assert_false(silent(r, SILENCE_LOOK, NULL) || silent(r, SILENCE_LABEL, NULL) ||
                 silent(r, SILENCE_STEP, NULL));
    rig_wait(r, RIG_DAY + 8 * RIG_HOUR);
    assert_true(silent(r, SILENCE_LOOK, "B1-T1"));
    assert_true(silent(r, SILENCE_LABEL, "B1-T2")); /* printed yesterday, on no tube */
    assert_false(silent(r, SILENCE_LABEL, "B1-T1"));
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "LOOK", "C:B1-T1"));
    assert_false(silent(r, SILENCE_LOOK, NULL));
    assert_false(silent(r, SILENCE_STEP, NULL));
    rig_wait(r, 4 * RIG_DAY);
    assert_true(silent(r, SILENCE_STEP, NULL)); /* fed on the 4th day at the latest */
    accepted(rig_sign_in(r, "OP1"));
    deviation(move(r, "OP1", "from=W:SH-1|to=W:SH-2|called=QM"), "rescue.moved");
    assert_true(silent(r, SILENCE_RESCUE, "B1-T1"));
    struct silences s = rule_silence(&r->book, NULL, r->now, &r->arena);
    bool calibration = false;
    for (size_t i = 0; i < s.n; i++)
        calibration |= s.item[i].what == SILENCE_CALIBRATION && strcmp(s.item[i].thing, "CF-1") == 0;
    assert_true(calibration);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_everybody_there_no_gap_and_none_before_the_instruction, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_gap_has_its_day_its_step_and_why, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_witness_is_another_one_and_qualified_on_that_day, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_who_alone_can_test_is_spoken_for, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_gaps_are_told_once_a_day_in_the_batch, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_absence_says_days_and_people_that_there_are, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(
            test_one_alone_moves_what_is_closed_and_two_see_it_before_it_is_opened, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_the_same_move_is_recorded_once_and_never_the_wrong_way_round,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_is_decided_of_what_nobody_has_seen_since, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_rescue_is_to_a_place_of_its_kind_and_of_what_is_closed, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_rescue_is_recorded_and_seen_where_it_stands, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_rescue_is_for_who_is_alone_and_has_rung_quality, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_absence_is_said_by_oneself_or_by_who_answers_for_the_place,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_who_acts_though_away_is_told, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_who_was_rung_is_there, set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_who_is_alone_since_another_badge_was_read_is_told_as_that,
                                        set_up, rig_tear_down),
        cmocka_unit_test_setup_teardown(test_donors_stay_apart_and_what_stands_elsewhere_holds, set_up,
                                        rig_tear_down),
        cmocka_unit_test_setup_teardown(test_what_should_exist_and_does_not_is_told, set_up, rig_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
