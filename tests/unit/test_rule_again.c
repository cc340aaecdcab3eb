/* What stands no more: a confirmation behind a correction, a certificate behind a new decision, a go by it.
 */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED      "title: {ja: 題, en: T}"
#define BENCH      NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define QUALITY    NAMED ", where: [QA], by: [quality-manager], dept: quality"
#define CLINIC     NAMED ", where: [CL], dept: clinic"
#define SIGN(verb) "sign: {verb: " verb ", meaning: {ja: 署名, en: Signed}}"
#define YES        "choice: {yes: {title: {ja: 可, en: Yes}, is: ok}}"

static const char steps[] =
    "  - {id: volume, " BENCH ", after: [], fields: [{id: v, " NAMED
    ", number: mL, possible: [\"0\", \"200\"]}]}\n"
    "  - {id: confirm, " QUALITY
    ", " SIGN("confirm") ", fields: [{id: c, " NAMED ", " YES "}]}\n"
                         "  - {id: decide, " QUALITY
                         ", " SIGN("decide") ", requires: [steps, no-hold], fields: [{id: d, " NAMED
                                             ", choice: {released: {title: {ja: 可, en: R}, is: ok, state: "
                                             "released-pending}}}]}\n"
                                             "  - {id: paper, " QUALITY
                                             ", form: true, requires: [decision], fields: [{id: n, " NAMED
                                             ", scan: document}]}\n"
                                             "  - {id: pack, " BENCH
                                             ", requires: [decision], fields: [{id: n, " NAMED
                                             ", scan: document, same: paper.n}]}\n"
                                             "  - {id: go, " CLINIC ", by: [physician], " SIGN(
                                                 "go") ", requires: [decision], fields: [{id: n, " NAMED
                                                       ", scan: document, same: paper.n}]}\n"
                                                       "  - {id: give, " CLINIC
                                                       ", by: [nurse], form: true, requires: [decision], "
                                                       "state: provided, fields: [{id: g, " NAMED ", " YES
                                                       "}]}\n";

static int begin(void **state)
{
    rig_set_up(state, steps, "B1");
    accepted(rig_one(*state, "VOLUME", "45 mL"));
    return 0;
}

static const struct verdict *quality(struct rig *r, const char *step, const char *fields)
{
    rig_at(r, "QA1");
    rig_wait(r, RIG_MINUTE);
    return rig_sign(r, "QM", "B1", step, fields);
}

static const struct verdict *paper(struct rig *r, const char *number)
{
    rig_at(r, "QA1");
    return rig_sign(r, "QM", "B1", "paper", arena_printf(&r->arena, "n=%s", rig_raw(r, number)));
}

static const struct verdict *pack(struct rig *r, const char *number)
{
    rig_at(r, "B21");
    rig_wait(r, RIG_MINUTE);
    rig_scan(r, "X:STEP-PACK");
    return r->v.outcome == OUTCOME_REFUSED ? &r->v : rig_scan(r, number);
}

static const struct verdict *go(struct rig *r, const char *number)
{
    rig_at(r, "CL1");
    return rig_sign(r, "DR", "B1", "go", arena_printf(&r->arena, "n=%s", rig_raw(r, number)));
}

static const struct verdict *give(struct rig *r)
{
    rig_at(r, "CL1");
    return rig_sign(r, "N1", "B1", "give", "g=yes");
}

static const struct verdict *correct(struct rig *r, const char *value)
{
    rig_at(r, "B21");
    return rig_record(
        r, "OP1", "correction",
        arena_printf(&r->arena, "batch=B1|step=volume|field=v|value=%s|reason=misread|witness=P:OP2", value));
}

static void decided(struct rig *r)
{
    accepted(quality(r, "confirm", "c=yes"));
    accepted(quality(r, "decide", "d=released"));
}

/* What was found behind the decision is confirmed and decided anew. */
static void decided_again(struct rig *r)
{
    alert(correct(r, "46 mL"), "decision.confirm-again");
    decided(r);
    assert_true(rig_says(r, "\"cites\":1"));
}

static void test_correction_behind_the_confirmation_goes_back_to_it(void **state)
{
    struct rig *r = *state;
    accepted(correct(r, "44 mL")); /* before it: that is what is confirmed */
    accepted(quality(r, "confirm", "c=yes"));
    alert(correct(r, "46 mL"), "decision.confirm-again");
    with_arg(&r->v, "step", "confirm");
    accepted(correct(r, "47 mL")); /* told once */
    refused(quality(r, "decide", "d=released"), "decision.confirm-again");
    decided(r);
    refused(quality(r, "confirm", "c=yes"), "step.done");
}

static void test_release_goes_back_to_its_confirmation(void **state)
{
    struct rig *r = *state;
    decided(r);
    alert(correct(r, "46 mL"), "decision.confirm-again");
    assert_int_equal(rig_count(r, "release.suspended"), 1);
    refused(quality(r, "decide", "d=released"), "decision.confirm-again");
    decided(r);
}

static void test_certificate_is_of_the_newest_decision(void **state)
{
    struct rig *r = *state;
    decided(r);
    accepted(paper(r, "D:CERT-1"));
    alert(correct(r, "46 mL"), "decision.confirm-again");
    assert_true(rig_says(r, "\"recalled\":[\"CERT-1\"]"));
    decided(r);
    refused(pack(r, "D:CERT-1"), "decision.certificate");
    with_arg(&r->v, "step", "paper");
    refused(paper(r, "D:CERT-1"), "document.used");
    accepted(paper(r, "D:CERT-2"));
    assert_true(rig_says(r, "\"follows\":2"));
    refused(paper(r, "D:CERT-3"), "step.done");
    refused(pack(r, "D:CERT-1"), "value.same");
    accepted(rig_scan(r, "D:CERT-2"));
    assert_true(rig_says(r, "\"follows\":2"));
}

static void test_what_was_packed_is_packed_anew(void **state)
{
    struct rig *r = *state;
    decided(r);
    accepted(paper(r, "D:CERT-1"));
    accepted(pack(r, "D:CERT-1"));
    decided_again(r);
    refused(go(r, "D:CERT-1"), "decision.certificate");
    accepted(paper(r, "D:CERT-2"));
    refused(go(r, "D:CERT-2"), "decision.certificate");
    with_arg(&r->v, "step", "pack");
    accepted(pack(r, "D:CERT-2"));
    accepted(go(r, "D:CERT-2"));
}

static void test_go_binds_by_the_newest_certificate(void **state)
{
    struct rig *r = *state;
    decided(r);
    accepted(paper(r, "D:CERT-1"));
    accepted(pack(r, "D:CERT-1"));
    accepted(go(r, "D:CERT-1"));
    decided_again(r);
    refused(give(r), "decision.certificate");
    accepted(paper(r, "D:CERT-2"));
    refused(give(r), "decision.certificate"); /* what is on its way is not packed anew, but the go is given */
    with_arg(&r->v, "step", "go");
    refused(go(r, "D:CERT-1"), "value.same");
    accepted(go(r, "D:CERT-2"));
    accepted(give(r));
}

static void test_what_was_given_is_told_to_the_clinic(void **state)
{
    struct rig *r = *state;
    decided(r);
    accepted(paper(r, "D:CERT-1"));
    accepted(pack(r, "D:CERT-1"));
    accepted(go(r, "D:CERT-1"));
    accepted(give(r));
    accepted(correct(r, "46 mL"));
    assert_int_equal(rig_count(r, "release.suspended"), 0);
    assert_int_equal(rig_count(r, "warning.due"), 1); /* the certificate says something else */
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_correction_behind_the_confirmation_goes_back_to_it),
        TEST(test_release_goes_back_to_its_confirmation),
        TEST(test_certificate_is_of_the_newest_decision),
        TEST(test_what_was_packed_is_packed_anew),
        TEST(test_go_binds_by_the_newest_certificate),
        TEST(test_what_was_given_is_told_to_the_clinic),
    };
    return cmocka_run_group_tests_name("rule: what stands no more", tests, NULL, NULL);
}
