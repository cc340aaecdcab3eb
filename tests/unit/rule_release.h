#pragma once
/* A small product from tubes to the end, with everything that a release wants; played by tests of the rules.
 */
#include "bench_rig.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED          "title: {ja: 題, en: T}"
#define BENCH          NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define WORK           BENCH ", after: []"
#define OPTION(id, is) id ": {title: {ja: 可, en: Option " id "}, is: " is "}"
#define SIGN(verb)     "sign: {verb: " verb ", meaning: {ja: 署名, en: Signed}}"
#define QUALITY        NAMED ", where: [QA], by: [quality-manager], dept: quality"

/* of these lines it would make a staircase */
/* clang-format off */
static const char release_steps[] =
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
        ", choice: {" OPTION("none", "ok") ", " OPTION("growth", "hold") "}}]}\n"
    "  - {id: receive, " NAMED
        ", where: [QA], by: [production-manager], dept: manufacturing, after: [], repeat: 0, optional: true, "
        SIGN("accept") ",\n"
    "      requires: [steps], fields: [{id: how, " NAMED
        ", choice: {accept: {title: {ja: 可, en: A}, is: ok, state: received}, odd: {title: {ja: 可, en: A}, is: alert, state: received}, doubt: {title: {ja: 可, en: A}, is: deviation}, reject: {title: {ja: 可, en: A}, is: hold, state: rejected}}}]}\n"
    "  - {id: stop, " QUALITY ", after: [], optional: true, " SIGN("decide") ", fields: [{id: why, " NAMED
        ", choice: {withdrawn: {title: {ja: 撤回, en: Consent withdrawn}, is: hold, state: stopped}}}]}\n"
    "  - {id: decide, " QUALITY ", after: [], optional: true, repeat: 0, " SIGN("decide")
        ", names-pending: true,\n"
    "      requires: [steps, no-hold, deviations-assessed, labels, {containers: [FP]}, no-manufacturing-act, protocol, {expiry: product}],\n"
    "      fields: [{id: d, " NAMED
        ", choice: {released: {title: {ja: 可, en: R}, is: ok, state: released-pending}, "
        OPTION("wait", "hold") "}}]}\n"
    "  - {id: reject, " QUALITY ", after: [], optional: true, " SIGN("decide")
        ", state: rejected, fields: [{id: c, " NAMED ", choice: {" OPTION("any", "hold") "}}]}\n"
    "  - {id: ship, " WORK
        ", optional: true, repeat: 0, requires: [decision, {expiry: product}], fields: [{id: a, " NAMED
        ", scan: document},\n"
    "      {id: bag, " NAMED ", scan: container, label: [FP], use: leave}]}\n"
    "  - {id: end, " QUALITY ", after: [decide], " SIGN("complete") ", closes: true, state: closed,\n"
    "      requires: [all-steps, no-hold, deviations-closed, labels, {containers: []}],\n"
    "      fields: [{id: p, " NAMED ", choice: {" OPTION("none", "ok") ", " OPTION("odd", "alert") ", "
        OPTION("some", "deviation") ", " OPTION("more", "hold") "}}]}\n";
/* clang-format on */

static inline int begin(void **state)
{
    return rig_set_up(state, release_steps, "B1");
}

static inline void tubes(struct rig *r)
{
    accepted(rig_one(r, "TUBES", "C:B1-T1"));
    accepted(rig_scan(r, "C:B1-T2"));
}

static inline void bin(struct rig *r, const char *code)
{
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "BIN", code));
}

/* Everything that a release wants, but nothing more. */
static inline void make(struct rig *r)
{
    tubes(r);
    bin(r, "C:B1-T1");
    bin(r, "C:B1-T2");
    accepted(rig_one(r, "VOLUME", "45"));
    accepted(rig_scan(r, "90"));
    accepted(rig_one(r, "BAG", "C:B1-FP1"));
    rig_wait(r, RIG_MINUTE);
    accepted(rig_one(r, "FILL", "C:B1-FP1"));
}

static inline struct json *pending(struct rig *r, const char *a, const char *b)
{
    struct json *list = json_push(json_array(&r->arena), json_str(&r->arena, a));
    return b ? json_push(list, json_str(&r->arena, b)) : list;
}

static inline const struct verdict *decide(struct rig *r)
{
    rig_at(r, "QA1");
    r->next.pending = pending(r, "grow", NULL);
    return rig_sign(r, "QM", "B1", "decide", "d=released");
}

/* By who did nothing of it; and another one confirms it. */
static inline const struct verdict *assess(struct rig *r, const char *dev, const char *grade)
{
    rig_at(r, "QA1");
    rig_record(r, "QC2", "deviation.assessed",
               arena_printf(&r->arena, "batch=B1|dev=%s|grade=%s|reason=" RIG_NAME, dev, grade));
    if (r->v.outcome == OUTCOME_REFUSED)
        return &r->v;
    return rig_record(
        r, "QM", "deviation.confirmed",
        arena_printf(&r->arena, "batch=B1|dev=%s%s", dev, strcmp(grade, "major") == 0 ? "|told=FM" : ""));
}

/* With what is done about it, who looks whether it helped, and the facility manager told. */
static inline const struct verdict *close_major(struct rig *r, const char *dev)
{
    for (int effect = 0; effect < 2; effect++) {
        accepted(rig_record(r, "QM", "deviation.action",
                            arena_printf(&r->arena,
                                         "batch=B1|dev=%s|owner=MM|due=2027-01-31|effect=?%s|reason=train",
                                         dev, effect ? "yes" : "no")));
        accepted(rig_record(
            r, "QM", "deviation.verified",
            arena_printf(&r->arena, "batch=B1|action=B1-A%zu|reason=seen", rig_batch(r, "B1")->nactions)));
    }
    return rig_record(r, "QM", "deviation.closed",
                      arena_printf(&r->arena, "batch=B1|dev=%s|reason=measures taken|told=FM", dev));
}
