#include "view_story.h"

#define NAMED "title: {ja: 題, en: Title}"

static const char steps[] =
    "  - {id: kit, " NAMED ", where: [B2], dept: manufacturing, fields: [\n"
    "      {id: tubes, " NAMED ", scan: container, label: [T], use: issue, n: 2},\n"
    "      {id: lot, " NAMED ", scan: lot, material: [tube], use: stage}]}\n"
    "  - {id: fill, " NAMED ", where: [B2], dept: manufacturing, fields: [\n"
    "      {id: tubes, " NAMED ", scan: container, label: [T], use: fill, n: 2},\n"
    "      {id: il, " NAMED ", scan: lot, material: [il-2], use: draw}]}\n"
    "  - {id: weigh, " NAMED ", where: [B2], dept: manufacturing, witness: true, fields: [\n"
    "      {id: gross, " NAMED ", number: g, decimals: 1, possible: [\"0\", \"100\"], twice: true},\n"
    "      {id: tare, " NAMED ", number: g, decimals: 1},\n"
    "      {id: net, " NAMED ", derive: \"diff(gross, tare)\", unit: g, decimals: 1, alert: [\"10\", ~]}]}\n"
    "  - {id: spin, " NAMED ", where: [B2], dept: manufacturing, fields: [\n"
    "      {id: centrifuge, " NAMED ", scan: equipment, kind: centrifuge},\n"
    "      {id: warmth, " NAMED
    ", number: °C, decimals: 1, alert: [\"18\", \"25\"], action: [\"15\", \"30\"]}]}\n"
    "  - {id: store, " NAMED ", where: [B2], dept: manufacturing, fields: [\n"
    "      {id: shelf, " NAMED ", scan: place, kind: shelf, occupy: true},\n"
    "      {id: tubes, " NAMED ", scan: container, label: [T], use: place, n: 2}]}\n"
    "  - {id: wipe, " NAMED ", where: [B2], dept: manufacturing, skip: deviation, state: wiped, fields: [\n"
    "      {id: area, " NAMED ", choice: {clean: {" NAMED ", is: ok}}}]}\n"
    "  - {id: account, " NAMED ", where: [B2], dept: manufacturing, fields: [\n"
    "      {id: lot, " NAMED ", scan: lot, material: [tube], use: account},\n"
    "      {id: rest, " NAMED ", scan: container, label: [T], use: discard}]}\n"
    "  - {id: results, " NAMED ", where: [QA], by: [quality-manager], dept: quality, form: true, fields: [\n"
    "      {id: count, " NAMED ", number: \"10^6/mL\", decimals: 2},\n"
    "      {id: toxin, " NAMED ", number: EU/mL, decimals: 2},\n"
    "      {id: note, " NAMED ", text: true}]}\n"
    "  - {id: decision, " NAMED ", where: [QA], by: [quality-manager], dept: quality, requires: [no-hold],\n"
    "     sign: {verb: decide, meaning: {ja: 決定します。, en: I decide.}}, fields: [\n"
    "      {id: disposition, " NAMED ", choice: {released: {" NAMED ", is: ok, state: released}}}]}\n"
    "  - {id: provide, " NAMED ", where: [B2], dept: manufacturing, state: provided, fields: [\n"
    "      {id: tube, " NAMED ", scan: container, label: [T], use: leave}]}\n"
    "  - {id: end, " NAMED ", where: [QA], by: [quality-manager], dept: quality, closes: true,\n"
    "     sign: {verb: complete, meaning: {ja: 完了します。, en: I complete.}}, fields: []}\n";

static void prepare(struct rig *r)
{
    accepted(rig_order(r, "KA-0002", "P999999"));
    rig_begin(r, "KA-0001");
    accepted(rig_sign_in(r, "OP3"));
    accepted(rig_scan(r, "C:KA-0001-T1"));
    refused(rig_scan(r, "C:KA-0002-T1"), "ident.foreign");
    rig_acknowledge(r);
    already(rig_scan(r, "C:KA-0001-T1"));
    rig_wait(r, RIG_SECOND);
    accepted(rig_scan(r, "C:KA-0001-T2"));
    accepted_as(rig_scan(r, "L:TB1"), "accepted.step-done");
    rig_wait(r, RIG_MINUTE);
    accepted(rig_scan(r, "C:KA-0001-T1"));
    accepted(rig_scan(r, "C:KA-0001-T2"));
    accepted_as(rig_scan(r, "L:IL1-U7"), "accepted.step-done");
}

/* Two entries of one value that differ, then two that agree; the difference is beyond the alert limit. */
static void weigh(struct rig *r)
{
    rig_wait(r, RIG_MINUTE);
    accepted(rig_scan(r, "15.0"));
    rig_wait(r, RIG_SECOND);
    accepted(rig_scan(r, "P:OP2"));
    refused(rig_scan(r, "15.1"), "value.differs");
    accepted(rig_scan(r, "15.0"));
    accepted(rig_scan(r, "P:OP1"));
    accepted(rig_scan(r, "15.0"));
    rig_wait(r, RIG_SECOND);
    alert(rig_scan(r, "8.0"), "value.alert");
    accepted_as(rig_scan(r, "P:OP3"), "accepted.step-done"); /* OP1 and OP2 both weighed */
    accepted(rig_scan(r, "P:OP1"));
}

static void work(struct rig *r)
{
    accepted(rig_scan(r, "E:CF-1"));
    deviation(rig_sure(r, NULL, "35.0"), "value.action");
    accepted(rig_scan(r, "W:SH-1"));
    accepted(rig_scan(r, "C:KA-0001-T1"));
    rig_wait(r, RIG_SECOND);
    accepted(rig_scan(r, "C:KA-0001-T2"));
    deviation(rig_skip(r, "OP1", "KA-0001", "wipe"), "skip.recorded");
    hold(rig_scan(r, "L:TB-OLD"), "lot.used-expired");
    accepted(rig_scan(r, "C:KA-0001-T2"));
}

static void decide(struct rig *r)
{
    rig_at(r, "QA1");
    rig_wait(r, RIG_MINUTE);
    accepted(rig_sign(r, "QM", "KA-0001", "results", "count=1.20|toxin=<0.05|note=" RIG_NAME));
    refused(rig_sign(r, "QM", "KA-0001", "decision", "disposition=released"), "decision.hold");
    accepted(
        rig_record(r, "QC2", "deviation.assessed", "batch=KA-0001|dev=KA-0001-DV1|grade=minor|reason=small"));
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=KA-0001|dev=KA-0001-DV1"));
    accepted(rig_record(r, "QM", "deviation.closed", "batch=KA-0001|dev=KA-0001-DV1|reason=done"));
    accepted(rig_record(r, "QC2", "deviation.assessed",
                        "batch=KA-0001|dev=KA-0001-DV3|grade=major|reason=expired"));
    accepted(rig_record(r, "QM", "deviation.confirmed", "batch=KA-0001|dev=KA-0001-DV3|told=FM"));
    accepted(rig_record(r, "QM", "hold.lifted", "batch=KA-0001|hold=KA-0001-H1|reason=judged"));
    accepted(rig_sign(r, "QM", "KA-0001", "decision", "disposition=released"));
}

/* The next day: yesterday's sign-ins end with the first entry of the day. */
static void finish(struct rig *r)
{
    rig_clock(r, 1, 8, 50);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:KA-0001"));
    rig_clock(r, 1, 9, 0);
    rig_back(r, 9 * RIG_MINUTE);
    rig_offline(r, RIG_MINUTE);
    accepted(rig_scan(r, "C:KA-0001-T1"));
    rig_out(r);
    rig_at(r, "QA1");
    accepted(rig_sign(r, "QM", "KA-0001", "end", ""));
}

/* KA-0002 stays in the middle of a step. */
static void leave_open(struct rig *r)
{
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:KA-0002"));
    accepted(rig_scan(r, "C:KA-0002-T1"));
    refused(rig_pin(r, "OP3", false), "session.wrong-secret");
}

void view_story_play(struct rig *r)
{
    rig_init(r, steps);
    prepare(r);
    weigh(r);
    work(r);
    decide(r);
    finish(r);
    leave_open(r);
}
