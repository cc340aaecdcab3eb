/* Decisions and what they need; master data; quality's acts; corrections; a batch that is stopped. */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED          "title: {ja: 題, en: T}"
#define BENCH          NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define WORK           BENCH ", after: []"
#define OPTION(id, is) id ": {title: {ja: 可, en: Option " id "}, is: " is "}"
#define SIGN(verb)     "sign: {verb: " verb ", meaning: {ja: 署名, en: Signed}}"
#define QUALITY        NAMED ", where: [QA], by: [quality-manager], dept: quality"

static const char steps[] =
    "  - {id: tubes, " WORK ", fields: [{id: tubes, " NAMED
    ", scan: container, label: [T], use: issue, n: 2}]}\n"
    "  - {id: fill, " WORK ", repeat: 0, optional: true, fields: [{id: tube, " NAMED
    ", scan: container, label: [T, FP], use: fill}]}\n"
    "  - {id: bag, " WORK ", repeat: 0, optional: true, fields: [{id: bag, " NAMED
    ", scan: container, label: [FP], use: issue}]}\n"
    "  - {id: bin, " WORK ", repeat: 0, optional: true, fields: [{id: tube, " NAMED
    ", scan: container, label: [T, FP], use: discard}]}\n"
    "  - {id: cabinet, " WORK ", repeat: 0, optional: true, fields: [{id: c, " NAMED
    ", scan: equipment, kind: cabinet, occupy: true}]}\n"
    "  - {id: leave, " BENCH ", repeat: 0, optional: true, after: [bag], fields: [{id: c, " NAMED
    ", scan: equipment, kind: cabinet, release: true}]}\n"
    "  - {id: volume, " WORK ", starts-clock: {id: product, time: 24h}, fields: [{id: v, " NAMED
    ", number: mL, decimals: 1, possible: [\"0\", \"200\"],\n"
    "      action: [\"30\", \"50\"]}, {id: cells, " NAMED
    ", number: \"10^6\", decimals: 1, possible: [\"0\", ~]},\n"
    "      {id: density, " NAMED
    ", derive: \"ratio(cells, v)\", unit: \"10^6/mL\", decimals: 2, action: [\"0.5\", ~]}]}\n"
    "  - {id: later, " BENCH ", after: [volume], optional: true, repeat: 0, fields: [{id: cells, " NAMED
    ", number: \"10^6\", decimals: 1, possible: [\"0\", ~]},\n"
    "      {id: fold, " NAMED ", derive: \"ratio(cells, volume.cells)\", unit: \"1\", decimals: 2}]}\n"
    "  - {id: used, " WORK ", repeat: 0, optional: true, fields: [{id: lot, " NAMED
    ", scan: lot, material: [tube], use: draw}]}\n"
    "  - {id: note, " WORK ", repeat: 0, optional: true, fields: [{id: note, " NAMED ", text: true}]}\n"
    "  - {id: grow, " NAMED
    ", where: [QC], by: [tester], dept: quality, after: [], late: true, fields: [{id: g, " NAMED
    ", choice: {" OPTION("none", "ok") ", " OPTION(
        "growth",
        "hold") "}}]}\n"
                "  - {id: receive, " NAMED
                ", where: [QA], by: [production-manager], dept: manufacturing, after: [], repeat: 0, "
                "optional: true, " SIGN(
                    "accept") ",\n"
                              "      requires: [steps], fields: [{id: how, " NAMED ", choice: {"
                              "accept: {title: {ja: 可, en: A}, is: ok, state: received}, odd: {title: {ja: "
                              "可, en: A}, is: alert, state: received}, "
                              "doubt: {title: {ja: 可, en: A}, is: deviation}, reject: {title: {ja: 可, en: "
                              "A}, is: hold, state: rejected}}}]}\n"
                              "  - {id: stop, " QUALITY ", after: [], optional: true, " SIGN(
                                  "decide") ", fields: [{id: why, " NAMED ", choice: {"
                                            "withdrawn: {title: {ja: 撤回, en: Consent withdrawn}, is: hold, "
                                            "state: stopped}}}]}\n"
                                            "  - {id: decide, " QUALITY
                                            ", after: [], optional: true, repeat: 0, " SIGN(
                                                "decide") ", names-pending: true,\n"
                                                          "      requires: [steps, no-hold, "
                                                          "deviations-assessed, labels, {containers: [FP]}, "
                                                          "no-manufacturing-act, protocol, {expiry: "
                                                          "product}],\n"
                                                          "      fields: [{id: d, " NAMED
                                                          ", choice: {released: {title: {ja: 可, en: R}, is: "
                                                          "ok, state: released-pending}, " OPTION(
                                                              "wait",
                                                              "hold") "}}]}\n"
                                                                      "  - {id: reject, " QUALITY
                                                                      ", after: [], optional: true, " SIGN(
                                                                          "decide") ", state: rejected, "
                                                                                    "fields: [{id: c, " NAMED
                                                                                    ", choice: {" OPTION(
                                                                                        "any",
                                                                                        "hold") "}}]}\n"
                                                                                                "  - {id: "
                                                                                                "ship, " WORK
                                                                                                ", optional: "
                                                                                                "true, "
                                                                                                "repeat: 0, "
                                                                                                "requires: "
                                                                                                "[decision, "
                                                                                                "{expiry: "
                                                                                                "product}], "
                                                                                                "fields: "
                                                                                                "[{id: "
                                                                                                "a, " NAMED
                                                                                                ", scan: "
                                                                                                "document},\n"
                                                                                                "      {id: "
                                                                                                "bag, " NAMED
                                                                                                ", scan: "
                                                                                                "container, "
                                                                                                "label: "
                                                                                                "[FP], use: "
                                                                                                "leave}]}\n"
                                                                                                "  - {id: "
                                                                                                "end,"
                                                                                                " " QUALITY
                                                                                                ", after: "
                                                                                                "[decide],"
                                                                                                " " SIGN(
                                                                                                    "complet"
                                                                                                    "e") ", "
                                                                                                         "clo"
                                                                                                         "ses"
                                                                                                         ": "
                                                                                                         "tru"
                                                                                                         "e, "
                                                                                                         "sta"
                                                                                                         "te:"
                                                                                                         " cl"
                                                                                                         "ose"
                                                                                                         "d,"
                                                                                                         "\n"
                                                                                                         "   "
                                                                                                         "   "
                                                                                                         "req"
                                                                                                         "uir"
                                                                                                         "es:"
                                                                                                         " ["
                                                                                                         "all"
                                                                                                         "-st"
                                                                                                         "eps"
                                                                                                         ", "
                                                                                                         "no-"
                                                                                                         "hol"
                                                                                                         "d, "
                                                                                                         "dev"
                                                                                                         "iat"
                                                                                                         "ion"
                                                                                                         "s-"
                                                                                                         "clo"
                                                                                                         "sed"
                                                                                                         ", "
                                                                                                         "lab"
                                                                                                         "els"
                                                                                                         ", "
                                                                                                         "{co"
                                                                                                         "nta"
                                                                                                         "ine"
                                                                                                         "rs:"
                                                                                                         " []"
                                                                                                         "}],"
                                                                                                         "\n"
                                                                                                         "   "
                                                                                                         "   "
                                                                                                         "fie"
                                                                                                         "lds"
                                                                                                         ": "
                                                                                                         "[{"
                                                                                                         "id:"
                                                                                                         " p,"
                                                                                                         " " NAMED
                                                                                                         ", "
                                                                                                         "cho"
                                                                                                         "ice"
                                                                                                         ": "
                                                                                                         "{" OPTION("none", "ok") ", " OPTION("odd", "alert") ", " OPTION(
                                                                                                             "some",
                                                                                                             "deviation") ", " OPTION("more",
                                                                                                                                      "hold") "}}]}\n";

static struct rig rig;

static int begin(void **state)
{
    rig_init(&rig, steps);
    rig_begin(&rig, "B1");
    *state = &rig;
    return 0;
}

static int end(void **state)
{
    rig_fini(*state);
    return 0;
}

static const struct verdict *one(struct rig *r, const char *step, const char *code)
{
    accepted(rig_scan(r, arena_printf(&r->arena, "X:STEP-%s", step)));
    return rig_scan(r, code);
}

static void tubes(struct rig *r)
{
    accepted(one(r, "TUBES", "C:B1-T1"));
    accepted(rig_scan(r, "C:B1-T2"));
}

static void bin(struct rig *r, const char *code)
{
    rig_wait(r, RIG_MINUTE);
    accepted(one(r, "BIN", code));
}

/* Everything that a release wants, but nothing more. */
static void make(struct rig *r)
{
    tubes(r);
    bin(r, "C:B1-T1");
    bin(r, "C:B1-T2");
    accepted(one(r, "VOLUME", "45"));
    accepted(rig_scan(r, "90"));
    accepted(one(r, "BAG", "C:B1-FP1"));
    rig_wait(r, RIG_MINUTE);
    accepted(one(r, "FILL", "C:B1-FP1"));
}

static struct json *pending(struct rig *r, const char *a, const char *b)
{
    struct json *list = json_push(json_array(&r->arena), json_str(&r->arena, a));
    return b ? json_push(list, json_str(&r->arena, b)) : list;
}

static const struct verdict *decide(struct rig *r)
{
    rig_at(r, "QA1");
    r->next.pending = pending(r, "grow", NULL);
    return rig_sign(r, "QM", "B1", "decide", "d=released");
}

static const struct verdict *assess(struct rig *r, const char *dev, const char *grade)
{
    rig_at(r, "QA1");
    return rig_record(r, "QM", "deviation.assessed",
                      arena_printf(&r->arena, "batch=B1|dev=%s|grade=%s|reason=" RIG_NAME, dev, grade));
}

/* ---- the decision ------------------------------------------------------------------ */

static void test_release_with_what_still_grows_named(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted_as(decide(r), "accepted.act");
    assert_true(rig_says(r, "\"pending\":[\"grow\"]"));
    assert_string_equal(rig_batch(r, "B1")->state, "released-pending");
    rig_at(r, "B21");
    accepted(one(r, "SHIP", "D:A"));
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
    accepted(one(r, "VOLUME", "45"));
    accepted(rig_scan(r, "90"));
    refused(decide(r), "decision.labels");
    with_arg(&r->v, "labels", "[\"B1-T1\",\"B1-T2\"]");
    rig_at(r, "B21");
    accepted(one(r, "FILL", "C:B1-T1"));
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
    deviation(one(r, "VOLUME", "29.9"), "value.action");
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
    deviation(one(r, "VOLUME", "29.9"), "value.action");
    accepted(rig_scan(r, "90"));
    accepted(assess(r, "B1-DV1", "major"));
    refused(decide(r), "decision.deviations");
    refused(assess(r, "B1-DV1", "minor"), "record.exists");
    refused(assess(r, "B1-DV1", "huge"), "record.exists");
    accepted(rig_record(r, "QM", "deviation.closed", "batch=B1|dev=B1-DV1|reason=measures taken"));
    accepted(decide(r));
}

static void test_hold_stops_release_and_shipping_until_it_is_lifted(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted(decide(r));
    rig_at(r, "B21");
    accepted(one(r, "SHIP", "D:A"));
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    hold(one(r, "GROW", "X:OPT-GROWTH"), "option.hold");
    rig_at(r, "B21"); /* between two scans of the hand-over */
    refused(rig_scan(r, "C:B1-FP1"), "decision.hold");
    rig_at(r, "QA1");
    refused(rig_record(r, "MM", "hold.lifted", "batch=B1|hold=B1-H1|reason=no time"), "record.role");
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=contaminated in the laboratory"));
    refused(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=again"), "record.unknown");
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

/* ---- stopped and rejected -------------------------------------------------------------- */

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
    accepted(one(r, "CABINET", "E:BSC-1"));
    accepted(one(r, "VOLUME", "45"));
    rig_at(r, "QA1");
    hold(rig_sign(r, "QM", "B1", "stop", "why=withdrawn"), "option.hold");
    assert_string_equal(rig_batch(r, "B1")->state, "stopped");
    rig_at(r, "B21");
    refused(rig_scan(r, "90"), "batch.stopped"); /* nothing goes on, not even what was begun */
    accepted(rig_scan(r, "B:B1"));
    refused(rig_scan(r, "X:STEP-FILL"), "batch.stopped");
    accepted(one(r, "LEAVE", "E:BSC-1")); /* from wherever it stands */
    assert_null(book_thing(&r->book, "BSC-1")->occupied);
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.open-steps");
}

static void test_rejected_batch_ends_with_everything_accounted_for(void **state)
{
    struct rig *r = *state;
    tubes(r);
    accepted(one(r, "FILL", "C:B1-T1"));
    rig_at(r, "QA1");
    hold(rig_sign(r, "QM", "B1", "reject", "c=any"), "option.hold");
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.hold");
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
    refused(rig_order(r, "nk 1", "P000077"), "value.pattern");
    refused(rig_order(r, "NK7", RIG_NAME), "value.pattern");
    r->next.protocol = "none";
    refused(rig_sign(r, "CO", "NK8", "order", ""), "protocol.not-approved");
}

/* ---- the end ---------------------------------------------------------------------------- */

static void test_end_opens_nothing_new(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted(decide(r));
    refused(rig_sign(r, "QM", "B1", "end", "p=none"), "decision.open-steps");
    rig_at(r, "QC1S");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(one(r, "GROW", "X:OPT-NONE"));
    rig_at(r, "B21");
    bin(r, "C:B1-FP1");
    rig_at(r, "QA1");
    refused(rig_sign(r, "QM", "B1", "end", "p=some"), "option.refuse");
    refused(rig_sign(r, "QM", "B1", "end", "p=more"), "option.refuse");
    alert(rig_sign(r, "QM", "B1", "end", "p=odd"), "option.alert");
    assert_true(rig_batch(r, "B1")->closed);
}

/* ---- corrections ----------------------------------------------------------------------------- */

#define VOLUME(value) "batch=B1|step=volume|field=v|value=" value "|reason=misread " RIG_NAME "|witness=P:OP2"

static const struct verdict *correct(struct rig *r, const char *body)
{
    rig_at(r, "B21");
    return rig_record(r, "OP1", "correction", body);
}

static double number(const struct rig *r, const char *step, const char *field)
{
    const struct batch *x = rig_batch(r, "B1");
    int s = protocol_step(x->protocol, step);
    return dec_double(batch_input(x, (struct ref){s, step_field(&x->protocol->step[s], field)})->value);
}

static void test_correction_keeps_both_values(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted_as(correct(r, VOLUME("40")), "accepted.act");
    assert_true(rig_says(r, "\"old\":\"45\""));
    assert_true(rig_says(r, "\"value\":\"40\""));
    assert_true(rig_says(r, "\"witnessed\":\"OP2\""));
    assert_true(r->v.draft[0].sign);
    assert_float_equal(number(r, "volume", "v"), 40, 1e-9);
    assert_float_equal(number(r, "volume", "density"), 2.25, 1e-9);
    assert_int_equal(rig_batch(r, "B1")->corrections, 1);
}

static void test_correction_is_judged_by_the_same_limits(void **state)
{
    struct rig *r = *state;
    make(r);
    deviation(correct(r, VOLUME("29.9")), "value.action");
    assert_float_equal(number(r, "volume", "v"), 29.9, 1e-9);
    refused(correct(r, VOLUME("201")), "value.impossible");
    refused(correct(r, VOLUME("40.01")), "value.decimals");
    refused(correct(r, VOLUME("forty")), "value.pattern");
    assert_float_equal(number(r, "volume", "v"), 29.9, 1e-9);
}

static void test_correction_finds_what_the_new_value_means(void **state)
{
    struct rig *r = *state;
    make(r);
    deviation(correct(r, "batch=B1|step=volume|field=cells|value=20|reason=x|witness=P:OP2"), "value.action");
    with_arg(&r->v, "field", "density"); /* 0.44 */
}

static void test_correction_reaches_later_steps(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted(one(r, "LATER", "180"));
    assert_float_equal(number(r, "later", "fold"), 2, 1e-9);
    accepted(correct(r, "batch=B1|step=volume|field=cells|value=60|reason=x|witness=P:OP2"));
    assert_float_equal(number(r, "later", "fold"), 3, 1e-9);
    assert_float_equal(number(r, "volume", "density"), 1.33, 1e-9);
}

static void test_correction_needs_a_second_person_here(void **state)
{
    struct rig *r = *state;
    make(r);
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|reason=x|witness=P:OP1"), "witness.same");
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|reason=x|witness=P:OP3"), "witness.absent");
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|reason=x|witness=OP2"), "record.invalid");
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|reason=x"), "record.invalid");
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|witness=P:OP2"), "record.invalid");
    rig_at(r, "B21");
    refused(rig_record(r, "N1", "correction", VOLUME("40")), "person.role");
    refused(rig_record(r, "FM", "correction", VOLUME("40")), "record.role");
}

static void test_correction_of_what_was_shown(void **state)
{
    struct rig *r = *state;
    make(r);
    refused(correct(r, VOLUME("40") "|old=44"), "act.shown-differs");
    accepted(correct(r, VOLUME("40") "|old=45"));
    refused(correct(r, "batch=B1|step=later|field=cells|value=1|reason=x|witness=P:OP2"), "record.unknown");
    refused(correct(r, "batch=B1|step=volume|field=density|value=1|reason=x|witness=P:OP2"),
            "record.invalid");
    refused(correct(r, "batch=B1|step=fill|field=tube|value=C:B1-T1|reason=x|witness=P:OP2"),
            "record.invalid");
    refused(correct(r, "batch=B1|step=decide|field=d|value=released|reason=x|witness=P:OP2"),
            "record.invalid");
    refused(correct(r, "batch=B1|step=none|field=d|value=1|reason=x|witness=P:OP2"), "step.unknown");
    refused(correct(r, "batch=B7|step=volume|field=v|value=1|reason=x|witness=P:OP2"), "batch.unknown");
}

static void test_correction_of_a_lot_is_a_fact(void **state)
{
    struct rig *r = *state;
    accepted(one(r, "USED", "L:TB1"));
    rig_wait(r, RIG_HOUR);
    hold(correct(r, "batch=B1|step=used|field=lot|value=L:TB-OLD|reason=vials exchanged|witness=P:OP2"),
         "lot.used-expired");
    assert_true(rig_says(r, "\"old\":\"TB1\""));
    assert_true(rig_says(r, "\"value\":\"TB-OLD\""));
}

static void test_correction_of_a_text_shows_nothing(void **state)
{
    struct rig *r = *state;
    accepted(one(r, "NOTE", RIG_NAME));
    accepted(correct(r, "batch=B1|step=note|field=note|value=" RIG_BIRTH "|reason=x|witness=P:OP2"));
    const struct batch *x = rig_batch(r, "B1");
    assert_string_equal(batch_input(x, (struct ref){protocol_step(x->protocol, "note"), 0})->text, RIG_BIRTH);
}

/* ---- master data -------------------------------------------------------------------------------- */

#define KEY "key=11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo|cred=x"

static void test_record_is_made_by_its_department(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_record(r, "MM", "lot.received", "lot=NEW1|material=tube|expiry=2027-01-31"));
    refused(rig_record(r, "MM", "lot.released", "lot=NEW1"), "record.role");
    accepted(rig_record(r, "QM", "lot.released", "lot=NEW1"));
    refused(rig_record(r, "MM", "lot.received", "lot=NEW1|material=tube|expiry=2027-01-31"), "record.exists");
    refused(rig_record(r, "QM", "lot.released", "lot=NEW2"), "record.unknown");
    refused(rig_record(r, "QM", "lot.exploded", "lot=NEW1"), "command.unknown");
    refused(rig_record(r, "N1", "lot.blocked", "lot=NEW1"), "record.role");
}

static void test_record_that_would_not_fold_is_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_record(r, "MM", "lot.received", "lot=NEW 1|material=tube|expiry=2027-01-31"),
            "record.invalid");
    refused(rig_record(r, "MM", "lot.received", "lot=new1|material=tube|expiry=2027-01-31"),
            "record.invalid");
    refused(rig_record(r, "MM", "lot.received", "lot=NEW1|material=tube|expiry=2027-02-31"),
            "record.invalid");
    refused(rig_record(r, "MM", "lot.received", "lot=NEW1|material=tube"), "record.invalid");
    refused(rig_record(r, "FM", "person.enrolled", "person=OP7|dept=manufacturing|key=xx|cred=x"),
            "record.invalid");
    refused(rig_record(r, "FM", "person.enrolled", "person=OP7|dept=piracy|" KEY), "record.invalid");
    refused(rig_record(r, "FM", "person.enrolled", "person=" RIG_NAME "|dept=clinic|" KEY), "record.invalid");
    refused(rig_record(r, "FM", "person.enrolled", "person=OP7|roles=operator|dept=manufacturing|" KEY),
            "record.invalid");
    accepted(rig_record(r, "FM", "person.enrolled", "person=OP7|roles=[operator]|dept=manufacturing|" KEY));
    refused(rig_record(r, "FM", "person.changed", "person=OP7|qualified=[x]"), "record.invalid");
}

static void test_locked_person_is_unlocked_by_another(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    for (int i = 0; i < 5; i++)
        rig_pin(r, "OP3", false);
    refused(rig_record(r, "OP3", "lot.received", "lot=NEW1|material=tube|expiry=2027-01-31"),
            "session.locked");
    accepted(rig_record(r, "FM", "person.unlocked", "person=OP3"));
    accepted(rig_sign_in(r, "OP3"));
}

static void test_suspended_person_makes_no_record(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    rig_entry(r, "person/QM", "person.changed", "{\"person\":\"QM\",\"suspended\":true}");
    refused(rig_record(r, "QM", "lot.released", "lot=TB-NEW"), "person.suspended");
}

static const char second_version[] = "text=protocol: sample\nversion: \"2\"\nproduct: {ja: 製品, en: "
                                     "Product}\nlabels: {T: {title: {ja: 管, en: Tube}}}\n"
                                     "materials: {tube: {title: {ja: 管, en: Tube}, unit: pc}}\nsteps:\n"
                                     "  - {id: order, title: {ja: 題, en: T}, form: true, opens: true}\n";

static void test_protocol_is_approved_by_two_people_of_two_departments(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_record(r, "MM", "protocol.registered", second_version));
    refused(rig_record(r, "MM", "protocol.registered", second_version), "record.exists");
    refused(rig_record(r, "FM", "protocol.approved", "protocol=sample|version=2"), "record.role");
    refused(rig_record(r, "QM", "protocol.approved", "protocol=sample|version=3"), "protocol.unknown");
    accepted(rig_record(r, "MM", "protocol.approved", "protocol=sample|version=2"));
    refused(rig_record(r, "MM", "protocol.approved", "protocol=sample|version=2"), "record.exists");
    rig_entry(r, "person/MM", "person.changed", "{\"dept\":\"quality\",\"person\":\"MM\"}");
    refused(rig_record(r, "MM", "protocol.approved", "protocol=sample|version=2"), "witness.same");
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "1");
    accepted(rig_record(r, "QM", "protocol.approved", "protocol=sample|version=2"));
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "2");
    refused(rig_record(r, "QM", "protocol.approved", "protocol=sample|version=1"), "record.exists");
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "2");
    rig_at(r, "B21");
    make(r); /* goes on under the version it was ordered under */
    refused(decide(r), "protocol.superseded");
}

static void test_protocol_with_an_error_is_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_record(r, "MM", "protocol.registered", "text=protocol: [\n"), "record.invalid");
}

static void test_protocol_full_of_quotes_fits_its_entries(void **state)
{
    struct rig *r = *state;
    size_t n = 50000;
    char *text = arena_alloc(&r->arena, sizeof(second_version) + n + 2);
    strcpy(text, second_version);
    char *at = text + strlen(text);
    *at++ = '#';
    memset(at, '"', n);
    rig_at(r, "QA1");
    accepted(rig_record(r, "MM", "protocol.registered", text));
    assert_true(rig_count(r, "protocol.text") >= 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        T(test_release_with_what_still_grows_named),
        T(test_release_names_every_pending_result),
        T(test_release_names_the_open_steps),
        T(test_release_wants_labels_and_containers_accounted_for),
        T(test_release_wants_deviations_assessed_and_holds_lifted),
        T(test_major_deviation_is_closed_not_called_minor),
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
        T(test_correction_keeps_both_values),
        T(test_correction_is_judged_by_the_same_limits),
        T(test_correction_finds_what_the_new_value_means),
        T(test_correction_reaches_later_steps),
        T(test_correction_needs_a_second_person_here),
        T(test_correction_of_what_was_shown),
        T(test_correction_of_a_lot_is_a_fact),
        T(test_correction_of_a_text_shows_nothing),
        T(test_record_is_made_by_its_department),
        T(test_record_that_would_not_fold_is_refused),
        T(test_locked_person_is_unlocked_by_another),
        T(test_suspended_person_makes_no_record),
        T(test_protocol_is_approved_by_two_people_of_two_departments),
        T(test_protocol_with_an_error_is_refused),
        T(test_protocol_full_of_quotes_fits_its_entries),
    };
    return cmocka_run_group_tests_name("rule: records", tests, NULL, NULL);
}
