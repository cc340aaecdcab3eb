/* Measurements: limits, units, decimals, replicates, derived values, balances, dates, identity, options. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED          "title: {ja: 題, en: T}"
#define WORK           NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define OPTION(id, is) id ": {title: {ja: 可, en: Option " id "}, is: " is "}"

static const char steps[] =
    "  - {id: temp, " WORK ", after: [], repeat: 0, fields: [{id: t, " NAMED ", number: °C, decimals: 1,\n"
    "      possible: [\"-30\", \"60\"], alert: [\"19\", \"25\"], action: [\"18\", \"26\"]}]}\n"
    "  - {id: endotoxin, " WORK ", after: [], repeat: 0, fields: [{id: eu, " NAMED
    ", number: EU/mL, decimals: 2,\n"
    "      possible: [\"0\", ~], action: [\"0\", \"4.99\"], on-action: hold}]}\n"
    "  - id: count\n"
    "    title: {ja: 題, en: Count}\n"
    "    where: [B2]\n"
    "    by: [operator]\n"
    "    dept: manufacturing\n"
    "    after: []\n"
    "    repeat: 0\n"
    "    fields:\n"
    "      - {id: live-1, " NAMED ", number: \"10^6/mL\", decimals: 3, possible: [\"0\", \"1000\"]}\n"
    "      - {id: dead-1, " NAMED ", number: \"10^6/mL\", decimals: 3, possible: [\"0\", \"1000\"]}\n"
    "      - {id: live-2, " NAMED ", number: \"10^6/mL\", decimals: 3, possible: [\"0\", \"1000\"]}\n"
    "      - {id: dead-2, " NAMED ", number: \"10^6/mL\", decimals: 3, possible: [\"0\", \"1000\"]}\n"
    "      - {id: live-3, " NAMED ", number: \"10^6/mL\", decimals: 3, possible: [\"0\", \"1000\"], "
    "if-differ: {of: [live-1, live-2], limit: \"15\"}}\n"
    "      - {id: dead-3, " NAMED ", number: \"10^6/mL\", decimals: 3, possible: [\"0\", \"1000\"], "
    "if-differ: {of: [live-1, live-2], limit: \"15\"}}\n"
    "      - {id: volume, " NAMED ", number: mL, decimals: 1, possible: [\"0.1\", \"3000\"]}\n"
    "      - {id: live, " NAMED
    ", derive: \"mean(live-1, live-2, live-3)\", unit: \"10^6/mL\", decimals: 3}\n"
    "      - {id: dead, " NAMED
    ", derive: \"mean(dead-1, dead-2, dead-3)\", unit: \"10^6/mL\", decimals: 3}\n"
    "      - {id: viability, " NAMED ", derive: \"viability(live, dead)\", unit: \"%\", decimals: 1, alert: "
    "[\"85\", ~], action: [\"70\", ~]}\n"
    "      - {id: total, " NAMED ", derive: \"product(live, volume)\", unit: \"10^6\", decimals: 1}\n"
    "  - id: again\n"
    "    title: {ja: 題, en: Again}\n"
    "    where: [B2]\n"
    "    by: [operator]\n"
    "    dept: manufacturing\n"
    "    after: [count]\n"
    "    fields:\n"
    "      - {id: total, " NAMED ", number: \"10^6\", decimals: 1, possible: [\"0\", ~]}\n"
    "      - {id: fold, " NAMED ", derive: \"ratio(total, count.total)\", unit: \"1\", decimals: 2}\n"
    "      - {id: doubling, " NAMED ", derive: \"doubling(count.total, total)\", unit: h, decimals: 1, "
    "alert: [~, \"48\"], action: [~, \"96\"]}\n"
    "  - {id: pool, " WORK ", after: [count], repeat: 0, balance: {in: [count.volume], out: [a, b], "
    "tolerance: \"5\", over: refuse, under: deviation},\n"
    "      fields: [{id: a, " NAMED ", number: mL, decimals: 1, possible: [\"0\", ~]}, {id: b, " NAMED
    ", number: mL, decimals: 1, possible: [\"0\", ~]}]}\n"
    "  - {id: pick, " WORK ", after: [], repeat: 0, fields: [{id: how, " NAMED
    ", choice: {" OPTION("good", "ok") ", " OPTION("fair", "alert") ", " OPTION(
        "poor",
        "deviation") ", " OPTION("bad",
                                 "hold") ", " OPTION("never",
                                                     "refuse") "}}]}\n"
                                                               "  - {id: dates, " NAMED
                                                               ", where: [QA], by: [coordinator], dept: "
                                                               "clinic, after: [], repeat: 0, form: true, "
                                                               "fields: [\n"
                                                               "      {id: sampled, " NAMED
                                                               ", date: true, valid-days: 90, valid-on: "
                                                               "order.draw}]}\n"
                                                               "  - {id: go, " WORK
                                                               ", after: [dates], repeat: 0, requires: "
                                                               "[{valid: dates}], fields: [{id: paper, " NAMED
                                                               ", scan: document}]}\n"
                                                               "  - {id: bed, " WORK
                                                               ", after: [], repeat: 0, fields: [{id: "
                                                               "name, " NAMED
                                                               ", identity: order.name}, {id: birth, " NAMED
                                                               ", identity: order.birth},\n"
                                                               "      {id: band, " NAMED
                                                               ", identity: order.patient}]}\n"
                                                               "  - {id: asked, " NAMED
                                                               ", where: [QA], by: [coordinator], dept: "
                                                               "clinic, after: [], repeat: 0, form: true, "
                                                               "fields: [\n"
                                                               "      {id: name, " NAMED
                                                               ", identity: order.name}, {id: note, " NAMED
                                                               ", text: true, optional: true}]}\n"
                                                               "  - {id: note, " WORK
                                                               ", after: [], repeat: 0, fields: [{id: "
                                                               "note, " NAMED ", text: true}]}\n"
                                                               "  - {id: reread, " WORK
                                                               ", after: [note], repeat: 0, fields: [{id: "
                                                               "note, " NAMED ", identity: note.note}]}\n"
                                                               "  - {id: token, " WORK
                                                               ", after: [], repeat: 0, fields: [{id: "
                                                               "dose, " NAMED
                                                               ", token: \"^[1-9][0-9]?$\"}]}\n";

static int begin(void **state)
{
    return rig_set_up(state, steps, "B1");
}

/* A form of 17 values beyond their limits: 15 that hold, a deviation, an alert. */
static int begin_many(void **state)
{
    static char text[4000];
    size_t n =
        (size_t)snprintf(text, sizeof(text),
                         "  - {id: many, " NAMED ", where: [QA], by: [coordinator], dept: clinic, after: [], "
                         "repeat: 0, form: true, fields: [\n");
    for (int i = 0; i < 17; i++)
        n += (size_t)snprintf(
            text + n, sizeof(text) - n,
            "      {id: v%d, " NAMED ", number: mL, decimals: 0, possible: [\"0\", \"500\"], %s}%s\n", i,
            i < 15    ? "action: [\"0\", \"100\"], on-action: hold"
            : i == 15 ? "action: [\"0\", \"100\"], on-action: deviation"
                      : "alert: [\"0\", \"100\"]",
            i < 16 ? "," : "]}");
    return rig_set_up(state, text, "B1");
}

/* ---- limits ---- */

static void test_limits_are_inclusive(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "TEMP", "19"));
    accepted(rig_one(r, "TEMP", "25.0"));
    alert(rig_one(r, "TEMP", "18.9"), "value.alert");
    alert(rig_one(r, "TEMP", "25.1"), "value.alert");
    alert(rig_one(r, "TEMP", "18"), "value.alert");
    alert(rig_one(r, "TEMP", "26"), "value.alert");
    deviation(rig_sure(r, "TEMP", "17.9"), "value.action");
    deviation(rig_sure(r, "TEMP", "26.1"), "value.action");
    deviation(rig_sure(r, "TEMP", "-30"), "value.action");
    deviation(rig_sure(r, "TEMP", "60"), "value.action");
    refused(rig_one(r, "TEMP", "-30.1"), "value.impossible");
    refused(rig_scan(r, "60.1"), "value.impossible");
    refused(rig_scan(r, "140"), "value.impossible");
    with_arg(&r->v, "hi", "60");
}

static void test_unit_and_decimals_are_those_of_the_field(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "TEMP", "20 °C"));
    refused(rig_one(r, "TEMP", "20 %"), "value.unit");
    with_arg(&r->v, "wanted", "°C");
    refused(rig_scan(r, "20 "
                        "YAMADA"),
            "value.unit");
    assert_false(rig_says(r, "YAMADA"));
    refused(rig_scan(r, "20.05"), "value.decimals");
}

static void test_beyond_a_limit_that_holds_is_held(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "ENDOTOXIN", "4.99"));
    hold(rig_sure(r, "ENDOTOXIN", "5"), "value.action");
    assert_int_equal(rig_count(r, "hold.placed"), 1);
    assert_int_equal(rig_count(r, "deviation.opened"), 1);
}

/* ---- counts ---- */

static void counts(struct rig *r, const char *l1, const char *d1, const char *l2, const char *d2)
{
    accepted(rig_scan(r, "X:STEP-COUNT"));
    accepted(rig_scan(r, l1));
    accepted(rig_scan(r, d1));
    accepted(rig_scan(r, l2));
    accepted(rig_scan(r, d2));
}

static double derived(struct rig *r, const char *step, const char *field)
{
    const struct batch *x = rig_batch(r, "B1");
    int s = protocol_step(x->protocol, step);
    const struct input *in = batch_input(x, (struct ref){s, step_field(&x->protocol->step[s], field)});
    assert_non_null(in);
    return dec_double(in->value);
}

/* More was found than a verdict tells: the mildest give way, whichever came last. */
static void test_a_mild_finding_never_displaces_a_worse_one(void **state)
{
    struct rig *r = *state;
    char values[300] = "";
    for (int i = 0; i < 17; i++)
        snprintf(values + strlen(values), sizeof(values) - strlen(values), "%sv%d=200", i ? "|" : "", i);
    rig_at(r, "QA1");
    rig_sign_in(r, "CO");
    rig_form(r, "CO", "B1", "many", values);
    assert_int_equal(rig_count(r, "deviation.opened"), 16);
    assert_int_equal(rig_count(r, "hold.placed"), 15);
}

static void test_two_readings_that_agree_are_enough(void **state)
{
    struct rig *r = *state;
    counts(r, "1.000", "0.1", "1.162", "0.1"); /* 14.99 % of their mean */
    accepted_as(rig_scan(r, "45"), "accepted.step-done");
    assert_float_equal(derived(r, "count", "live"), 1.081, 1e-9);
    assert_float_equal(derived(r, "count", "total"), 48.6, 1e-9); /* 1.081 * 45 = 48.645 */
    assert_float_equal(derived(r, "count", "viability"), 91.5, 1e-9);
}

static void test_two_readings_that_differ_want_a_third(void **state)
{
    struct rig *r = *state;
    struct next n;
    counts(r, "1.000", "0.1", "1.163", "0.1"); /* 15.07 % */
    rule_next(&r->book, r->station, r->now, 1800, &r->arena, &n);
    assert_string_equal(n.batch->protocol->step[n.step].field[n.field].id, "live-3");
    accepted(rig_scan(r, "1.1"));
    accepted(rig_scan(r, "0.1"));
    accepted_as(rig_scan(r, "45"), "accepted.step-done");
    assert_float_equal(derived(r, "count", "live"), 1.088, 1e-9); /* all three are kept */
}

static void test_no_third_reading_by_choice(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-COUNT"));
    accepted(rig_scan(r, "1.0"));
    accepted(rig_scan(r, "0.5"));
    accepted(rig_scan(r, "1.0"));
    deviation(rig_scan(r, "0.5"), "value.action"); /* one more count does not help: none is awaited */
    assert_float_equal(derived(r, "count", "viability"), 66.7, 1e-9);
    accepted_as(rig_scan(r, "45"), "accepted.step-done");
}

static void test_derived_values_agree_with_floating_point(void **state)
{
    struct rig *r = *state;
    static const double v[][5] = {
        {0.812, 0.033, 0.845, 0.028, 45.5}, {3.25, 0.4, 3.1, 0.41, 1600}, {0.001, 0, 0.001, 0.001, 0.1}};
    for (size_t i = 0; i < 3; i++) {
        char t[5][16];
        for (int k = 0; k < 5; k++)
            snprintf(t[k], sizeof(t[k]), k == 4 ? "%.1f" : "%.3f", v[i][k]);
        counts(r, t[0], t[1], t[2], t[3]);
        rig_scan(r, t[4]);
        double live = (v[i][0] + v[i][2]) / 2, dead = (v[i][1] + v[i][3]) / 2;
        assert_true(fabs(derived(r, "count", "live") - live) <= 0.0005 + 1e-12);
        assert_true(fabs(derived(r, "count", "total") - derived(r, "count", "live") * v[i][4]) <=
                    0.05 + 1e-9);
        double l = derived(r, "count", "live"), d = derived(r, "count", "dead");
        assert_true(fabs(d - dead) <= 0.0005 + 1e-12);
        assert_true(fabs(derived(r, "count", "viability") - 100 * l / (l + d)) <= 0.05 + 1e-9);
    }
}

static void test_not_one_cell_is_told(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-COUNT"));
    accepted(rig_scan(r, "0"));
    accepted(rig_scan(r, "0"));
    accepted(rig_scan(r, "0"));
    deviation(rig_scan(r, "0"), "value.action"); /* no viability of nothing */
    with_arg(&r->v, "field", "viability");
    accepted(rig_scan(r, "45"));
    assert_int_equal(rig_batch(r, "B1")->ndevs, 1);
}

static void test_growth_gives_fold_and_doubling_time(void **state)
{
    struct rig *r = *state;
    counts(r, "1", "0.1", "1", "0.1");
    accepted(rig_scan(r, "50"));
    rig_clock(r, 2, 9, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    accepted(rig_one(r, "AGAIN", "200"));
    assert_float_equal(derived(r, "again", "fold"), 4, 1e-9);
    assert_true(fabs(derived(r, "again", "doubling") - 24) <= 0.05); /* 48 h for two doublings */
}

static void test_slow_growth_is_told(void **state)
{
    struct rig *r = *state;
    counts(r, "1", "0.1", "1", "0.1");
    accepted(rig_scan(r, "50"));
    rig_clock(r, 2, 9, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    alert(rig_one(r, "AGAIN", "75"), "value.alert"); /* 82 h */
}

static void test_no_growth_has_no_doubling_time_and_is_told(void **state)
{
    struct rig *r = *state;
    counts(r, "1", "0.1", "1", "0.1");
    accepted(rig_scan(r, "50"));
    rig_clock(r, 2, 9, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    deviation(rig_one(r, "AGAIN", "40"), "value.action");
    with_arg(&r->v, "field", "doubling");
}

static void test_from_nothing_there_is_no_doubling_time(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-COUNT"));
    static const char *const value[] = {"0", "0.1", "0", "0.1", "50"};
    for (size_t i = 0; i < 5; i++)
        (void)rig_scan(r, value[i]); /* not one cell lives, which is told */
    rig_clock(r, 2, 9, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    deviation(rig_one(r, "AGAIN", "5"), "value.action");
    with_arg(&r->v, "field", "doubling");
}

/* ---- balances ---- */

static void test_balance_within_its_tolerance(void **state)
{
    struct rig *r = *state;
    counts(r, "1", "0.1", "1", "0.1");
    accepted(rig_scan(r, "100"));
    accepted(rig_one(r, "POOL", "60"));
    accepted(rig_scan(r, "45")); /* 105 */
    accepted(rig_one(r, "POOL", "60"));
    accepted(rig_scan(r, "35")); /* 95 */
    accepted(rig_one(r, "POOL", "60"));
    refused(rig_scan(r, "45.1"), "value.balance-over");
    with_arg(&r->v, "out", "105.1");
    deviation(rig_scan(r, "34.9"), "value.balance-under");
}

/* More than can be reckoned with is too much all the same. */
static void test_balance_has_room_for_every_number(void **state)
{
    struct rig *r = *state;
    counts(r, "1", "0.1", "1", "0.1");
    accepted(rig_scan(r, "100"));
    accepted(rig_one(r, "POOL", "60"));
    refused(rig_scan(r, "99999999999000.0"), "value.balance-over");
    deviation(rig_scan(r, "99999999999999.9"), "value.balance-bound"); /* no sum */
}

/* ---- choices ---- */

static void test_option_has_its_effect(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "PICK", "X:OPT-GOOD"));
    alert(rig_one(r, "PICK", "X:OPT-FAIR"), "option.alert");
    deviation(rig_one(r, "PICK", "X:OPT-POOR"), "option.deviation");
    hold(rig_one(r, "PICK", "X:OPT-BAD"), "option.hold");
    refused(rig_one(r, "PICK", "X:OPT-NEVER"), "option.refuse");
    refused(rig_scan(r, "X:OPT-OTHER"), "scan.unexpected");
}

/* ---- dates ---- */

static void test_date_is_valid_through_its_last_day(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    /* the draw is on 2026-11-02; 90 days before it is 2026-08-04 */
    accepted(rig_sign(r, "CO", "B1", "dates", "sampled=2026-08-04"));
    refused(rig_sign(r, "CO", "B1", "dates", "sampled=2026-08-03"), "date.expired");
    with_arg(&r->v, "until", "2026-11-01");
    refused(rig_sign(r, "CO", "B1", "dates", "sampled=2026-11-03"), "date.invalid");
    refused(rig_sign(r, "CO", "B1", "dates", "sampled=2026-02-30"), "date.invalid");
    refused(rig_sign(r, "CO", "B1", "dates", "sampled=soon"), "date.invalid");
}

static void test_what_was_valid_may_not_be_any_more(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_sign(r, "CO", "B1", "dates", "sampled=2026-08-04"));
    rig_at(r, "B21");
    accepted(rig_one(r, "GO", "D:A"));
    rig_clock(r, 1, 0, 0);
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    refused(rig_scan(r, "X:STEP-GO"), "date.expired");
}

/* ---- identity, text, tokens ---- */

static void test_patient_says_name_and_birth_date(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "BED", RIG_NAME));
    accepted(rig_scan(r, RIG_BIRTH));
    accepted_as(rig_scan(r, "N:P000000"), "accepted.step-done");
}

static void test_what_is_typed_another_way_is_the_same(void **state)
{
    struct rig *r = *state;
    static const char *const names[] = {"山田　花子", " 山田 花子", "山田花子 ", "山田\u00a0花子"};
    static const char *const days[] = {"1975/3/9", "S50.3.9", "昭和50年3月9日", "１９７５－０３－０９",
                                       "19750309"};
    for (size_t i = 0; i < 5; i++) {
        accepted(rig_one(r, "BED", names[i % 4]));
        accepted(rig_scan(r, days[i]));
        accepted_as(rig_scan(r, "N:P000000"), "accepted.step-done");
        assert_false(rig_says(r, days[i]));
    }
    refused(rig_one(r, "BED", "山田華子"), "ident.patient");
}

static void test_numbers_are_read_as_people_type_them(void **state)
{
    struct rig *r = *state;
    static const char *const good[] = {"20 ℃", "20℃", "２０．０", "20.0\u00a0°C", "+20", "２０ °Ｃ"};
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        accepted(rig_one(r, "TEMP", good[i]));
    refused(rig_one(r, "TEMP", "20,5"), "number.comma");
    refused(rig_scan(r, "2 0"), "number.gap");
    refused(rig_scan(r, "2e1"), "number.exponent");
    refused(rig_scan(r, ".5"), "number.point");
    refused(rig_scan(r, "1234567890123456"), "number.long");
    refused(rig_scan(r, "twenty"), "scan.unknown");
    deviation(rig_sure(r, NULL, "−5"), "value.action");
}

static void test_results_may_be_bounds(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "ENDOTOXIN", "<0.05 EU/mL"));
    assert_true(rig_says(r, "<0.05"));
    accepted(rig_one(r, "ENDOTOXIN", "検出せず"));
    hold(rig_sure(r, "ENDOTOXIN", ">5"), "value.action");
    hold(rig_sure(r, "ENDOTOXIN", "TNTC"), "value.action");
    hold(rig_one(r, "ENDOTOXIN", "<5"), "value.undecided");
    hold(rig_one(r, "ENDOTOXIN", ">0.05"), "value.undecided");
    refused(rig_one(r, "ENDOTOXIN", "<0"), "value.impossible");
    refused(rig_scan(r, "<0.005"), "value.decimals");
    accepted(rig_scan(r, "≤4.99"));
    deviation(rig_sure(r, "TEMP", "<18"), "value.action");
    deviation(rig_one(r, "TEMP", "<26"), "value.undecided");
}

/* Of a bound nothing is computed, and where limits stand that is told. */
static void test_nothing_is_computed_of_a_bound(void **state)
{
    struct rig *r = *state;
    accepted(rig_scan(r, "X:STEP-COUNT"));
    accepted(rig_scan(r, "<0.5"));
    accepted(rig_scan(r, "0.1"));
    accepted(rig_scan(r, "<0.5"));
    deviation(rig_scan(r, "0.1"), "value.action"); /* the last reading that the viability waits for */
    with_arg(&r->v, "field", "viability");
    with_arg(&r->v, "value", "–");
    assert_int_not_equal(rig_scan(r, "50")->outcome, OUTCOME_REFUSED);
    assert_false(rig_says(r, "\"field\":\"total\""));
}

/* Who types a bound for a volume does not get past the balance. */
static void test_a_balance_with_a_bound_is_told(void **state)
{
    struct rig *r = *state;
    counts(r, "1", "0.1", "1", "0.1");
    accepted(rig_scan(r, "100"));
    accepted(rig_one(r, "POOL", "60"));
    deviation(rig_scan(r, ">0"), "value.balance-bound");
    with_arg(&r->v, "value", ">0");
}

static void test_a_text_swallows_no_code(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_sign(r, "CO", "B1", "asked", "name=" RIG_NAME "|note=P-OP1-1"), "scan.in-text");
    refused(rig_sign(r, "CO", "B1", "asked", "name=" RIG_NAME "|note=p-op1-1"), "scan.in-text");
    refused(rig_sign(r, "CO", "B1", "asked", "name=" RIG_NAME "|note=NK26-0147-T1-0"), "scan.in-text");
    accepted(rig_sign(r, "CO", "B1", "asked", "name=" RIG_NAME "|note=E-mail; room B-2, tube T-1"));
    rig_at(r, "B21");
    refused(rig_one(r, "NOTE", "p-op1-1"), "scan.caps");
    refused(rig_scan(r, "NK26-0147-T1-0"), "scan.half");
    refused(rig_scan(r, "P-OP1-1P-OP1-1"), "scan.two");
    accepted(rig_scan(r, "looks well"));
}

/* Kept behind its digest, and erasable: quality must be able to see what it was. */
static void assert_kept(const struct rig *r, const char *said)
{
    struct secret secret[DRAFT_SECRETS];
    assert_int_equal(draft_secrets(&r->v.draft[0], secret), 1);
    assert_string_equal(secret[0].name, "said");
    assert_string_equal(secret[0].value, said);
}

static void test_another_name_stops_and_holds(void **state)
{
    struct rig *r = *state;
    refused(rig_one(r, "BED", "山田太郎"), "ident.patient");
    assert_kept(r, "山田太郎");
    assert_int_equal(rig_count(r, "hold.placed"), 1);
    assert_false(rig_says(r, "太郎"));
    accepted(rig_scan(r, RIG_NAME));
    refused(rig_scan(r, "19750308"), "ident.patient");
    assert_kept(r, "19750308");
    assert_false(rig_says(r, "19750308"));
    refused(rig_scan(r, "1975-03-08"), "ident.patient");
    assert_false(rig_says(r, "1975"));
}

static void test_another_name_on_a_form_stops_and_holds_too(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_sign(r, "CO", "B1", "asked", "name=山田太郎"), "ident.patient");
    assert_kept(r, "山田太郎");
    assert_int_equal(batch_open_holds(rig_batch(r, "B1")), 1);
    assert_false(rig_says(r, "太郎"));
    /* until it is cleared: nothing more at the clinic, the cells go on */
    refused(rig_sign(r, "CO", "B1", "asked", "name=" RIG_NAME), "decision.hold");
    rig_at(r, "B21");
    accepted(rig_one(r, "NOTE", "looks well"));
}

static void test_personal_value_in_a_list_is_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_sign(r, "CO", "B1", "asked", "name=" RIG_NAME "|note=[" RIG_NAME "]"), "value.pattern");
}

static void test_text_at_the_bench_is_kept_behind_a_digest(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "NOTE", RIG_NAME));
    accepted(rig_one(r, "REREAD", RIG_NAME));
    refused(rig_one(r, "REREAD", "somebody"), "ident.patient");
}

static void test_token_has_its_pattern(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "TOKEN", "12"));
    refused(rig_one(r, "TOKEN", "123"), "value.pattern");
    refused(rig_scan(r, RIG_NAME), "value.pattern");
}

static void test_field_that_does_not_exist_is_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_sign(r, "CO", "B1", "asked", "name=" RIG_NAME "|TARO YAMADA=x"), "value.pattern");
    assert_false(rig_says(r, "TARO"));
    refused(rig_sign(r, "CO", "B1", "asked", "note=x"), "value.missing");
    refused(rig_sign(r, "CO", "B1", "asked", "name=" RIG_NAME "|note="), "value.text");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_limits_are_inclusive),
        T(test_unit_and_decimals_are_those_of_the_field),
        T(test_beyond_a_limit_that_holds_is_held),
        cmocka_unit_test_setup_teardown(test_a_mild_finding_never_displaces_a_worse_one, begin_many,
                                        rig_tear_down),
        T(test_two_readings_that_agree_are_enough),
        T(test_two_readings_that_differ_want_a_third),
        T(test_no_third_reading_by_choice),
        T(test_derived_values_agree_with_floating_point),
        T(test_not_one_cell_is_told),
        T(test_growth_gives_fold_and_doubling_time),
        T(test_slow_growth_is_told),
        T(test_no_growth_has_no_doubling_time_and_is_told),
        T(test_balance_within_its_tolerance),
        T(test_balance_has_room_for_every_number),
        T(test_from_nothing_there_is_no_doubling_time),
        T(test_option_has_its_effect),
        T(test_date_is_valid_through_its_last_day),
        T(test_what_was_valid_may_not_be_any_more),
        T(test_patient_says_name_and_birth_date),
        T(test_what_is_typed_another_way_is_the_same),
        T(test_numbers_are_read_as_people_type_them),
        T(test_results_may_be_bounds),
        T(test_nothing_is_computed_of_a_bound),
        T(test_a_balance_with_a_bound_is_told),
        T(test_a_text_swallows_no_code),
        T(test_another_name_stops_and_holds),
        T(test_another_name_on_a_form_stops_and_holds_too),
        T(test_personal_value_in_a_list_is_refused),
        T(test_text_at_the_bench_is_kept_behind_a_digest),
        T(test_token_has_its_pattern),
        T(test_field_that_does_not_exist_is_refused),
    };
    return cmocka_run_group_tests_name("rule: values", tests, NULL, NULL);
}
