/* What comes after the decision; who decides, and on what; what was shown. */
#include "rule_release.h"

/* A judged result, and quality's own reading again. */
static const char more[] =
    "  - {id: count, " NAMED
    ", where: [QC], by: [tester, quality-manager], dept: quality, after: [], optional: "
    "true, repeat: 0, fields: [{id: n, " NAMED
    ", number: \"10^6\", decimals: 1, possible: [\"0\", \"900\"], action: [\"10\", ~]}]}\n"
    "  - {id: judge, " NAMED
    ", where: [QA], by: [quality-manager], dept: quality, after: [], optional: true, "
    "repeat: 0, " SIGN("judge") ", fields: [{id: j, " NAMED ", choice: {" OPTION("pass", "ok") ", " OPTION(
        "fail",
        "hold") "}}]}\n"
                "  - {id: given, " NAMED
                ", where: [CL], by: [nurse], dept: clinic, form: true, after: [], optional: true, "
                "state: provided, fields: []}\n"
                "  - {id: note-clinic, " NAMED
                ", where: [CL], by: [nurse], dept: clinic, form: true, after: [], optional: "
                "true, repeat: 0, fields: [{id: n, " NAMED
                ", choice: {free: {title: {ja: 可, en: F}, is: ok, state: released}}}]}\n"
                "  - {id: look, " NAMED
                ", where: [QA], by: [tester], dept: quality, form: true, after: [], optional: true, "
                "repeat: 0, fields: [{id: n, " NAMED ", text: true}]}\n"
                "  - {id: decide-whole, " NAMED
                ", where: [QA], by: [quality-manager], dept: quality, after: [], optional: "
                "true, " SIGN(
                    "decide") ", fields: [{id: d, " NAMED
                              ", choice: {released: {title: {ja: 可, en: R}, is: ok, state: released}}}]}\n";

static char all_steps[sizeof(release_steps) + sizeof(more)];

static int begin_more(void **state)
{
    strcpy(all_steps, release_steps);
    strcat(all_steps, more);
    return rig_set_up(state, all_steps, "B1");
}

static void released(struct rig *r)
{
    make(r);
    accepted(decide(r));
}

static const struct verdict *at_quality(struct rig *r, const char *step, const char *code)
{
    rig_at(r, "QC1S");
    if (r->station->bench.npeople == 0) {
        accepted(rig_sign_in(r, "QC1"));
        accepted(rig_scan(r, "B:B1"));
    }
    rig_wait(r, RIG_MINUTE);
    return rig_one(r, step, code);
}

static const struct verdict *ship(struct rig *r)
{
    rig_at(r, "B21");
    return rig_scan(r, "X:STEP-SHIP");
}

static const struct verdict *again(struct rig *r)
{
    rig_at(r, "QA1");
    r->next.pending = rule_pending(&r->arena, rig_batch(r, "B1"));
    return rig_sign(r, "QM", "B1", "decide", "d=released");
}

/* ---- after the decision ---- */

static void test_conforming_result_that_was_awaited_only_supplements(void **state)
{
    struct rig *r = *state;
    released(r);
    accepted(at_quality(r, "GROW", "X:OPT-NONE"));
    assert_int_equal(rig_count(r, "release.suspended"), 0);
    accepted(ship(r));
}

static void test_how_a_result_was_entered_takes_nothing_back(void **state)
{
    struct rig *r = *state;
    released(r);
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QC1", "B1", "look", "n=seen"));
    rig_at(r, "QC1S");
    accepted(rig_scan(r, "X:STEP-GROW"));
    r->next.pace.apart_ms = 15000;
    deviation(rig_scan(r, "X:OPT-NONE"), "time.two-rooms");
    assert_int_equal(rig_count(r, "release.suspended"), 0);
}

static void test_adverse_result_takes_the_release_back_until_it_is_decided_again(void **state)
{
    struct rig *r = *state;
    released(r);
    hold(at_quality(r, "GROW", "X:OPT-GROWTH"), "option.hold");
    assert_int_equal(rig_count(r, "release.suspended"), 1);
    assert_true(rig_says(r, "\"cause\":\"release.result\""));
    accepted(assess(r, "B1-DV1", "minor"));
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=seen"));
    refused(ship(r), "decision.suspended");
    refused(again(r), "decision.specification"); /* whatever it was judged to be */
    accepted(
        rig_record(r, "DR", "product.accepted", "batch=B1|dev=B1-DV1|document=K-7|reason=nothing better"));
    accepted(again(r));
    assert_true(rig_says(r, "\"cites\":1"));
    accepted(ship(r));
}

/* ---- the clinic is warned ---- */

static const struct verdict *warned(struct rig *r, const char *who)
{
    rig_at(r, "CL1");
    return rig_record(r, who, "clinic.warned", "batch=B1");
}

static void test_clinic_is_warned_when_somebody_there_says_so(void **state)
{
    struct rig *r = *state;
    released(r);
    refused(warned(r, "N1"), "record.unknown"); /* of nothing */
    hold(at_quality(r, "GROW", "X:OPT-GROWTH"), "option.hold");
    assert_int_equal(rig_count(r, "warning.due"), 1);
    refused(warned(r, "QM"), "record.role");
    accepted_as(warned(r, "N1"), "clinic.warned");
    with_arg(&r->v, "person", "N1");
    accepted(assess(r, "B1-DV1", "minor"));
    rig_wait(r, RIG_DAY);
    assert_int_equal(rig_deadlines(r), 0);
    refused(warned(r, "N1"), "record.unknown");
}

static void test_warning_that_nobody_acknowledged_is_told_once(void **state)
{
    struct rig *r = *state;
    released(r);
    hold(at_quality(r, "GROW", "X:OPT-GROWTH"), "option.hold");
    accepted(assess(r, "B1-DV1", "minor"));
    rig_wait(r, 4 * RIG_HOUR - RIG_MINUTE);
    assert_int_equal(rig_deadlines(r), 0);
    rig_wait(r, RIG_MINUTE);
    assert_int_equal(rig_deadlines(r), 1);
    deviation(&r->v, "clinic.unwarned");
    accepted(assess(r, "B1-DV2", "minor"));
    rig_wait(r, RIG_DAY);
    assert_int_equal(rig_deadlines(r), 0);
    accepted_as(warned(r, "DR"), "clinic.warned");
}

static void test_result_that_nobody_awaited_takes_the_release_back(void **state)
{
    struct rig *r = *state;
    released(r);
    accepted(at_quality(r, "COUNT", "90"));
    assert_true(rig_says(r, "\"cause\":\"release.unplanned\""));
    refused(ship(r), "decision.suspended");
}

static void test_correction_takes_the_release_back(void **state)
{
    struct rig *r = *state;
    released(r);
    rig_at(r, "B21");
    accepted(rig_record(r, "OP1", "correction",
                        "batch=B1|step=volume|field=v|value=46|reason=misread|witness=P:OP2"));
    assert_true(rig_says(r, "\"cause\":\"release.corrected\""));
    refused(ship(r), "decision.suspended");
    accepted(again(r));
    accepted(ship(r));
}

static void test_work_of_manufacturing_takes_nothing_back(void **state)
{
    struct rig *r = *state;
    released(r);
    rig_at(r, "B21");
    accepted(rig_one(r, "NOTE", "it rains"));
    assert_int_equal(rig_count(r, "release.suspended"), 0);
}

static void test_what_was_given_is_not_kept_back(void **state)
{
    struct rig *r = *state;
    released(r);
    rig_at(r, "CL1");
    accepted(rig_sign_in(r, "N1"));
    accepted(rig_form(r, "N1", "B1", "given", ""));
    hold(at_quality(r, "GROW", "X:OPT-GROWTH"), "option.hold");
    assert_int_equal(rig_count(r, "release.suspended"), 0);
    assert_int_equal(rig_count(r, "warning.due"), 1); /* but told */
}

/* ---- who decides ---- */

static void test_released_waits_for_what_the_protocol_demands(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "decide-whole", "d=released"), "decision.pending");
    with_arg(&r->v, "steps", "[\"grow\"]");
    accepted(at_quality(r, "GROW", "X:OPT-NONE"));
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "B1", "decide-whole", "d=released"));
}

static void test_form_of_a_clinic_releases_nothing(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "CL1");
    accepted(rig_sign_in(r, "N1"));
    refused(rig_form(r, "N1", "B1", "note-clinic", "n=free"), "act.not-quality");
    assert_false(rig_batch(r, "B1")->released);
}

static void test_own_measurements_alone_do_not_decide(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "person/QC1", "person.changed",
              "{\"person\":\"QC1\",\"roles\":[\"tester\",\"quality-manager\"]}");
    make(r);
    accepted(at_quality(r, "COUNT", "90"));
    rig_at(r, "QA1");
    r->next.pending = pending(r, "grow", NULL);
    refused(rig_sign(r, "QC1", "B1", "decide", "d=released"), "act.own-results");
    accepted(rig_sign(r, "QM", "B1", "judge", "j=pass"));
    r->next.pending = pending(r, "grow", NULL);
    accepted(rig_sign(r, "QC1", "B1", "decide", "d=released"));
}

static void test_nobody_is_made_responsible_to_sign(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_entry(r, "person/QC2", "person.changed",
              "{\"person\":\"QC2\",\"roles\":[\"tester\",\"quality-manager\"]}");
    rig_at(r, "QA1");
    r->next.pending = pending(r, "grow", NULL);
    refused(rig_sign(r, "QC2", "B1", "decide", "d=released"), "act.new-role");
    rig_wait(r, 12 * RIG_HOUR);
    rig_entry(r, "person/QC2", "person.changed", "{\"person\":\"QC2\",\"roles\":[\"quality-manager\"]}");
    rig_wait(r, 12 * RIG_HOUR - 2 * RIG_MINUTE); /* before the product expires */
    r->next.pending = pending(r, "grow", NULL);
    refused(rig_sign(r, "QC2", "B1", "decide", "d=released"), "act.new-role");
    r->next.pending = pending(r, "grow", NULL);
    accepted(rig_sign(r, "QM", "B1", "decide", "d=released"));
}

static void test_a_deputy_of_before_the_order_signs(void **state)
{
    struct rig *r = *state;
    rig_entry(r, "person/QC2", "person.changed",
              "{\"person\":\"QC2\",\"roles\":[\"tester\",\"quality-manager\"]}");
    rig_wait(r, RIG_MINUTE);
    rig_begin(r, "B2");
    rig_at(r, "QA1");
    hold(rig_sign(r, "QC2", "B2", "reject", "c=any"), "option.hold");
}

/* By naming the decision, which causes nothing. */
static void test_whoever_opens_a_hold_does_not_lift_it_whatever_step_it_names(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "QA1");
    r->next.pending = pending(r, "grow", NULL);
    hold(rig_sign(r, "QM", "B1", "decide", "d=wait"), "option.hold");
    accepted(assess(r, "B1-DV1", "minor"));
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=it came")); /* it was decided */
    accepted(rig_record(r, "QM", "deviation.opened", "batch=B1|step=decide|hold=?yes|reason=x"));
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H2|reason=x"), "right.nobody");
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV2|grade=minor|reason=x"));
    refused(rig_record(r, "QM", "deviation.confirmed", "batch=B1|dev=B1-DV2"), "right.nobody");
}

static void test_product_out_of_specification_waits_for_the_physician(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_entry(r, "person/QC2", "person.changed",
              "{\"person\":\"QC2\",\"roles\":[\"tester\",\"quality-manager\"]}");
    rig_at(r, "QA1");
    hold(rig_sign(r, "QM", "B1", "judge", "j=fail"), "option.hold");
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=x"), "act.caused");
    refused(rig_record(r, "QM", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x"),
            "act.caused");
    refused(rig_record(r, "QM", "deviation.closed", "batch=B1|dev=B1-DV1|reason=x"), "act.caused");
    rig_at(r, "B21");
    refused(rig_record(r, "QC2", "hold.lifted", "batch=B1|hold=B1-H1|reason=x|witness=P:OP1"),
            "act.producer"); /* nobody asked for a second one, and who is named acts too */
    accepted(rig_sign_in(r, "OP3"));
    refused(rig_record(r, "QC2", "hold.lifted", "batch=B1|hold=B1-H1|reason=x|witness=P:OP3"),
            "witness.department");
    rig_at(r, "QA1");
    accepted(rig_record(r, "QC2", "deviation.assessed", "batch=B1|dev=B1-DV1|grade=minor|reason=x"));
    accepted(rig_record(r, "FM", "deviation.confirmed", "batch=B1|dev=B1-DV1")); /* nobody else of quality */
    accepted(rig_record(r, "QC2", "hold.lifted", "batch=B1|hold=B1-H1|reason=investigated"));
    refused(again(r), "decision.specification");
    with_arg(&r->v, "deviations", "[\"B1-DV1\"]");
    refused(rig_record(r, "N1", "product.accepted", "batch=B1|dev=B1-DV1|document=K-7|reason=x"),
            "person.role");
    refused(rig_record(r, "DR", "product.accepted", "batch=B1|dev=B1-DV9|document=K-7|reason=x"),
            "record.unknown");
    accepted(
        rig_record(r, "DR", "product.accepted", "batch=B1|dev=B1-DV1|document=K-7|reason=nothing better"));
    accepted(again(r));
    accepted(ship(r));
}

/* A value that was typed wrong, and corrected, is none, once quality has judged that by the raw data. */
static void test_result_that_was_corrected_is_as_it_counts_now(void **state)
{
    struct rig *r = *state;
    released(r);
    hold(at_quality(r, "GROW", "X:OPT-GROWTH"), "option.hold");
    accepted(rig_sign_in(r, "QC2"));
    hold(
        rig_record(r, "QC1", "correction", "batch=B1|step=grow|field=g|value=none|reason=slip|witness=P:QC2"),
        "result.corrected");
    accepted(assess(r, "B1-DV1", "minor"));
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=seen"));
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H2|reason=seen"), "hold.unjudged");
    refused(again(r), "decision.hold");
    accepted(rig_record(r, "QM", "deviation.assessed",
                        "batch=B1|dev=B1-DV2|grade=minor|reason=the plate|document=RAW-1|sha256="
                        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"));
    refused(rig_sign(r, "QM", "B1", "decide-whole", "d=released"), "result.unsettled"); /* demanded or not */
    accepted(rig_record(r, "FM", "deviation.confirmed", "batch=B1|dev=B1-DV2"));
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H2|reason=seen"));
    accepted(again(r));
    accepted(ship(r));
}

/* ---- what was shown ---- */

static void test_what_is_signed_is_what_was_shown(void **state)
{
    struct rig *r = *state;
    make(r);
    char shown[44];
    rule_shown(rig_batch(r, "B1"), shown);
    rig_at(r, "B21");
    refused(rig_scan(r, "gibberish"), "scan.unknown"); /* changes nothing of what was shown */
    rig_at(r, "QA1");
    r->next.shown = shown;
    r->next.pending = pending(r, "grow", NULL);
    accepted(rig_sign(r, "QM", "B1", "decide", "d=released"));
    assert_true(rig_says(r, shown));
}

static void test_correction_after_the_review_is_seen_before_it_is_signed(void **state)
{
    struct rig *r = *state;
    make(r);
    char shown[44];
    rule_shown(rig_batch(r, "B1"), shown);
    rig_at(r, "B21");
    accepted(rig_record(r, "OP1", "correction",
                        "batch=B1|step=volume|field=v|value=46|reason=misread|witness=P:OP2"));
    rig_at(r, "QA1");
    r->next.shown = shown;
    r->next.pending = pending(r, "grow", NULL);
    refused(rig_sign(r, "QM", "B1", "decide", "d=released"), "act.shown-differs");
    r->next.shown = "";
    r->next.pending = pending(r, "grow", NULL);
    refused(rig_sign(r, "QM", "B1", "decide", "d=released"), "act.shown-differs");
    accepted(again(r));
}

/* A grade, a lifting, a closing: of what was seen, and only as long as it is so. */
static void test_what_is_judged_is_what_was_shown(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "QA1");
    accepted(rig_record(r, "OP1", "deviation.opened", "{\"batch\":\"B1\",\"hold\":true,\"reason\":\"odd\"}"));
    char shown[44];
    rule_shown(rig_batch(r, "B1"), shown);
    accepted(assess(r, "B1-DV1", "minor"));
    r->unseen = true;
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=seen"), "act.not-shown");
    r->next.shown = shown; /* before it was assessed */
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=seen"), "act.shown-differs");
    r->next.shown = shown;
    refused(rig_record(r, "QM", "hold.lifted", "batch=B9|hold=B9-H1|reason=seen"), "batch.unknown");
    r->next.shown = shown;
    refused(rig_record(r, "QM", "person.unlocked", "person=OP1|reason=x"), "record.invalid");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
    r->unseen = false;
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=seen"));
}

/* ---- every way that a refusal names ---- */

static void by_hand(struct rig *r)
{
    rig_at(r, "QA1");
    accepted(rig_record(r, "OP1", "hold.placed", "batch=B1|reason=odd"));
    struct command c = {.kind = COMMAND_RECORD, .station = r->station, .record = "deviation.opened"};
    struct arena *a = &r->arena;
    struct json *b = json_set_str(a, json_set_str(a, json_object(a), "batch", "B1"), "reason", "odd");
    c.body = json_set(a, b, "hold", json_bool(a, false));
    c.person = book_person(&r->book, "OP1");
    c.secret_given = c.authenticated = true;
    accepted(rig_run(r, &c));
}

static void two_at(struct rig *r, const char *station, const char *one, const char *other)
{
    rig_at(r, station);
    accepted(rig_sign_in(r, one));
    accepted(rig_sign_in(r, other));
}

/* What is done about a deviation, by somebody within that time. */
static const struct verdict *act_on_it(struct rig *r, const char *dev, const char *owner, int64_t within)
{
    char day[11];
    clock_day_format(clock_day(r->now + within), day);
    return rig_record(
        r, "QM", "deviation.action",
        arena_printf(&r->arena, "batch=B1|dev=%s|owner=%s|due=%s|reason=mend it", dev, owner, day));
}

#define SCANNED "form=SF26-0001|sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

static const struct verdict *form_way(struct rig *r, const char *kind)
{
    accepted(rig_record(r, "OP1", "form.issued", "to=OP1"));
    if (strcmp(kind, "form.voided") == 0)
        return rig_record(r, "QM", kind, "form=SF26-0001|reason=torn");
    const struct verdict *v = rig_record(r, "OP1", "form.returned", SCANNED "|people=[OP1,OP2]|room=R2");
    if (strcmp(kind, "form.checked") != 0)
        return v;
    rig_entry(r, "facility", "form.entered", "{\"form\":\"SF26-0001\",\"person\":\"OP1\"}");
    return rig_record(r, "OP3", kind, SCANNED);
}

/* By one alone, from where nobody knew it to be. */
static void rescued(struct rig *r)
{
    accepted(rig_one(r, "FILL", "C:B1-T1"));
    rig_leaves(r, "OP2");
    hold(rig_record(r, "OP1", "container.rescued",
                    "batch=B1|containers=[C:B1-T1]|from=W:SH-1|to=W:SH-2|called=QM|reason=alarm"),
         "rescue.elsewhere");
    accepted(rig_sign_in(r, "OP2"));
}

/* Opened (an alert) it works, and is confirmed elsewhere. */
static const struct verdict *spare_way(struct rig *r, const char *kind)
{
    rig_entry(r, "station/SP1", "station.enrolled",
              "{\"kind\":\"SP\",\"spare\":true,\"station\":\"SP1\",\"token\":\"t9\"}");
    rig_at(r, "SP1");
    alert(rig_record(r, "OP1", "station.spare-opened", "station=SP1|replaces=B21|called=QM|reason=dark"),
          "spare.opened");
    if (strcmp(kind, "station.spare-opened") == 0)
        return rig_sign_in(r, "OP3");
    rig_at(r, "QA1");
    return rig_record(r, "QM", kind, "station=SP1|reason=seen");
}

/* Where it is wanted, and then the record itself. */
static const struct verdict *way(struct rig *r, const char *kind)
{
    static const char *const dev = "batch=B1|dev=B1-DV1|reason=x|grade=minor";
    if (strcmp(kind, "hold.lifted") == 0)
        return by_hand(r), rig_record(r, "QM", kind, "batch=B1|hold=B1-H1|reason=seen");
    if (strcmp(kind, "deviation.assessed") == 0)
        return by_hand(r), rig_record(r, "QM", kind, dev);
    if (strcmp(kind, "deviation.confirmed") == 0)
        return by_hand(r), accepted(rig_record(r, "QC2", "deviation.assessed", dev)),
               rig_record(r, "QM", kind, "batch=B1|dev=B1-DV1");
    if (strcmp(kind, "deviation.closed") == 0)
        return by_hand(r), accepted(assess(r, "B1-DV1", "minor")),
               rig_record(r, "QM", kind, "batch=B1|dev=B1-DV1|reason=done");
    if (strcmp(kind, "deviation.withdrawn") == 0)
        return by_hand(r), accepted(act_on_it(r, "B1-DV1", "MM", RIG_DAY)), accepted(rig_sign_in(r, "FM")),
               rig_record(r, "QM", kind, "batch=B1|action=B1-A1|reason=mistaken|witness=P:FM");
    if (strcmp(kind, "deviation.verified") == 0)
        return by_hand(r), accepted(act_on_it(r, "B1-DV1", "MM", RIG_DAY)),
               rig_record(r, "QM", kind, "batch=B1|action=B1-A1|reason=seen");
    if (strcmp(kind, "hold.placed") == 0 || strcmp(kind, "deviation.opened") == 0)
        return by_hand(r), &r->v;
    if (strcmp(kind, "information.received") == 0)
        return rig_record(r, "CO", kind, "batch=B1|about=other|reason=fever");
    if (strcmp(kind, "facility.resumed") == 0)
        return accepted(rig_record(r, "OP1", "facility.stopped", "reason=smoke")),
               rig_record(r, "QM", kind, "reason=over");
    if (strcmp(kind, "identity.supplemented") == 0)
        return two_at(r, "CL1", "DR", "N1"),
               rig_record(r, "DR", kind,
                          "batch=B1|step=order|field=name|value=other|document=K-1|reason=x|witness=P:N1");
    if (strcmp(kind, "product.accepted") == 0)
        return rig_at(r, "QA1"), hold(rig_sign(r, "QM", "B1", "judge", "j=fail"), "option.hold"),
               rig_record(r, "DR", kind, "batch=B1|dev=B1-DV1|document=K-7|reason=x");
    if (strcmp(kind, "person.away") == 0)
        return rig_record(r, "FM", kind, "person=OP3|from=2026-11-02|until=2026-11-30");
    if (strcmp(kind, "count.taken") == 0)
        return rig_record(r, "QC1", kind, "place=W:SH-2|containers=[]");
    if (strncmp(kind, "station.spare", 13) == 0)
        return spare_way(r, kind);
    if (strncmp(kind, "form.", 5) == 0)
        return form_way(r, kind);
    if (strcmp(kind, "clinic.warned") == 0)
        return rig_entry(r, "batch/B1", "warning.due", "{\"cause\":\"release.result\"}"),
               rig_record(r, "DR", kind, "batch=B1");
    if (strcmp(kind, "room.conditional") == 0)
        return rig_entry(r, "room/R2", "room.blocked", "{\"cause\":\"plates\",\"room\":\"R2\"}"),
               rig_record(r, "QM", kind, "batch=B1|room=R2|reason=wiped|result=0");
    if (strcmp(kind, "deviation.action") == 0)
        return by_hand(r), act_on_it(r, "B1-DV1", "MM", RIG_DAY);
    if (strcmp(kind, "deviation.reported") == 0)
        return by_hand(r), rig_record(r, "FM", kind, "batch=B1|dev=B1-DV1");
    tubes(r);
    if (strncmp(kind, "label.", 6) == 0)
        return rig_record(r, "OP1", kind, "batch=B1|container=B1-T1|reason=torn|witness=P:OP2");
    if (strcmp(kind, "container.lost") == 0)
        return accepted(rig_one(r, "FILL", "C:B1-T1")), accepted(rig_one(r, "FILL", "C:B1-T2")),
               deviation(
                   rig_record(r, "OP1", kind, "batch=B1|container=B1-T1|how=broken|reason=x|witness=P:OP2"),
                   "container.lost"),
               by_hand(r), &r->v;
    if (strcmp(kind, "rescue.witnessed") == 0)
        return rescued(r),
               rig_record(r, "OP1", kind,
                          "batch=B1|containers=[C:B1-T1]|place=W:SH-2|appearance=normal|witness=P:OP2");
    accepted(rig_one(r, "VOLUME", "45"));
    if (strcmp(kind, "correction") == 0)
        return rig_record(r, "OP1", kind,
                          "batch=B1|step=volume|field=v|value=46|reason=misread|witness=P:OP2");
    fail_msg("nothing here plays %s, which a text names as the way on", kind);
    return NULL;
}

static void test_every_way_that_a_text_names_exists_and_works(void **state)
{
    struct catalogue *texts;
    char *error = NULL;
    size_t n = 0;
    if (catalogue_load(ETC_DIR "/catalogue.yaml", ETC_DIR "/clauses.yaml", &texts, &error) != 0)
        fail_msg("%s", error);
    for (const char *const *code = catalogue_codes(texts); *code; code++)
        for (const char *const *next = catalogue_next(texts, *code); *next; next++, n++) {
            rig_tear_down(state);
            begin_more(state);
            accepted(way(*state, *next));
        }
    assert_true(n >= 16);
    catalogue_free(texts);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, begin_more, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_conforming_result_that_was_awaited_only_supplements),
        TEST(test_how_a_result_was_entered_takes_nothing_back),
        TEST(test_adverse_result_takes_the_release_back_until_it_is_decided_again),
        TEST(test_result_that_nobody_awaited_takes_the_release_back),
        TEST(test_correction_takes_the_release_back),
        TEST(test_work_of_manufacturing_takes_nothing_back),
        TEST(test_what_was_given_is_not_kept_back),
        TEST(test_clinic_is_warned_when_somebody_there_says_so),
        TEST(test_warning_that_nobody_acknowledged_is_told_once),
        TEST(test_released_waits_for_what_the_protocol_demands),
        TEST(test_form_of_a_clinic_releases_nothing),
        TEST(test_own_measurements_alone_do_not_decide),
        TEST(test_nobody_is_made_responsible_to_sign),
        TEST(test_a_deputy_of_before_the_order_signs),
        TEST(test_whoever_opens_a_hold_does_not_lift_it_whatever_step_it_names),
        TEST(test_product_out_of_specification_waits_for_the_physician),
        TEST(test_result_that_was_corrected_is_as_it_counts_now),
        TEST(test_what_is_signed_is_what_was_shown),
        TEST(test_what_is_judged_is_what_was_shown),
        TEST(test_every_way_that_a_text_names_exists_and_works),
        TEST(test_correction_after_the_review_is_seen_before_it_is_signed),
    };
    return cmocka_run_group_tests_name("rule: after the decision", tests, NULL, NULL);
}
