#pragma once
/* Session forms on paper, for test_rule_paper*.c: a protocol, an outage, and what is typed in from a form. */
#include "base/clock.h"
#include "base/enc.h"
#include "base/hash.h"
#include "bench_rig.h"
#include "core/rule/missing.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED "title: {ja: 題, en: T}"
#define BENCH NAMED ", where: [B2], by: [operator], dept: manufacturing"

/* clang-format off */
static const char steps[] =
    "  - {id: out, " BENCH ", fields: [{id: note, " NAMED ", text: true}]}\n"
    "  - {id: back, " BENCH ", after: [out], window: [{since: out, max: 90min, late: deviation}],\n"
    "     fields: [{id: note, " NAMED ", text: true}]}\n"
    "  - {id: more, " BENCH ", after: [back], repeat: 0, optional: true, fields: [{id: note, " NAMED ", text: true}]}\n"
    "  - {id: pair, " BENCH ", after: [], repeat: 0, optional: true,\n"
    "     fields: [{id: one, " NAMED ", text: true}, {id: two, " NAMED ", text: true}]}\n"
    "  - {id: lab, " NAMED ", where: [QC], by: [operator], dept: manufacturing, after: [], repeat: 0, optional: true,\n"
    "     fields: [{id: note, " NAMED ", text: true}]}\n"
    "  - {id: tray, " BENCH ", after: [], repeat: 0, optional: true,\n"
    "     fields: [{id: lot, " NAMED ", scan: lot, material: [tube], use: stage}]}\n"
    "  - {id: fitness, " BENCH ", after: [], repeat: 0, optional: true, declares-fit: true,\n"
    "     fields: [{id: all, " NAMED ", choice: {yes: {title: {ja: 可, en: Fit}, is: ok}}}]}\n"
    "  - {id: seen, " BENCH ", qualified: [aseptic], witness: true, after: [], repeat: 0, optional: true,\n"
    "     fields: [{id: note, " NAMED ", text: true}]}\n"
    "  - {id: spin, " BENCH ", fit: true, after: [], repeat: 0, optional: true,\n"
    "     fields: [{id: machine, " NAMED ", scan: equipment, kind: centrifuge}]}\n"
    "  - {id: go, " NAMED ", where: [QA], by: [production-manager], dept: manufacturing, after: [back], optional: true,\n"
    "     sign: {verb: report, meaning: {ja: 署名, en: Signed}}, fields: [{id: d, " NAMED
        ", choice: {yes: {title: {ja: 済, en: Done}, is: ok}}}]}\n"
    "  - {id: end, " NAMED ", where: [QA], by: [quality-manager], dept: quality, after: [back], closes: true,\n"
    "     sign: {verb: complete, meaning: {ja: 署名, en: Signed}}, fields: [{id: d, " NAMED
        ", choice: {yes: {title: {ja: 済, en: Done}, is: ok}}}]}\n";
/* clang-format on */

#define SCAN "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

static inline int set_up(void **state)
{
    return rig_set_up(state, steps, "B1");
}

static inline const struct verdict *issue(struct rig *r)
{
    rig_at(r, "B21");
    return rig_record(r, "OP1", "form.issued", "to=OP1");
}

static inline const struct verdict *back(struct rig *r, const char *form, const char *people)
{
    rig_at(r, "B21");
    return rig_record(r, "OP1", "form.returned",
                      arena_printf(&r->arena, "form=%s|sha256=" SCAN "|people=%s|room=R2", form, people));
}

/* By the two who signed it, with their PINs. */
static inline const struct verdict *brought(struct rig *r, const char *form)
{
    rig_at(r, "B21");
    return rig_record(
        r, "OP1", "form.returned",
        arena_printf(&r->arena, "form=%s|sha256=" SCAN "|people=[OP1,OP2]|room=R2|witness=P:OP2", form));
}

static inline const struct verdict *check(struct rig *r, const char *who, const char *form, const char *scan)
{
    rig_at(r, "QA1");
    return rig_record(r, who, "form.checked", arena_printf(&r->arena, "form=%s|sha256=%s", form, scan));
}

static const char *desk = "B21";

/* Something that was written down so long ago. */
static inline const struct verdict *typed(struct rig *r, const char *form, int64_t ago, const char *step,
                                          const char *code)
{
    rig_at(r, desk);
    if (step) {
        r->next.late = LATE_PAPER;
        r->next.form = form;
        r->next.occurred = r->now - ago;
        rig_scan(r, arena_printf(&r->arena, "X:STEP-%s", step));
    }
    r->next.late = LATE_PAPER;
    r->next.form = form;
    r->next.occurred = r->now - ago;
    return rig_scan(r, code);
}

/* For so long, until now, the daemon heard nobody. */
static inline void unheard(struct rig *r, int64_t ms)
{
    char since[CLOCK_TEXT];
    clock_format(r->now - ms, since);
    rig_entry(r, "facility", "recorder.resumed",
              arena_printf(&r->arena, "{\"cause\":\"start\",\"since\":\"%s\"}", since));
}

/* Handed out at nine, written on in the outage of the morning, back at one. */
static inline void outage(struct rig *r)
{
    accepted_as(issue(r), "form.issued");
    rig_wait(r, 4 * RIG_HOUR);
    unheard(r, 4 * RIG_HOUR);
    accepted(rig_sign_in(r, "OP2")); /* who is named says so with the own PIN */
    accepted_as(brought(r, "SF26-0001"), "form.returned");
}

static inline void fit(struct rig *r)
{
    static const char *const who[] = {"P:OP2", "P:OP1"};
    for (size_t i = 0; i < 2; i++) {
        accepted(rig_scan(r, who[i]));
        accepted(rig_one(r, "FITNESS", "X:OPT-YES"));
    }
}

/* Two more benches: another room's, and one in no room. */
static inline void desks(struct rig *r)
{
    rig_entry(r, "station/BQ", "station.enrolled",
              "{\"kind\":\"B2\",\"room\":\"RQ\",\"station\":\"BQ\",\"token\":\"t8\"}");
    rig_entry(r, "station/DESK", "station.enrolled",
              "{\"kind\":\"B2\",\"station\":\"DESK\",\"token\":\"t9\"}");
}

static inline void sits_at(struct rig *r, const char *station)
{
    rig_leaves(r, "OP2");
    rig_leaves(r, "OP1");
    rig_at(r, station);
    accepted(rig_sign_in(r, "OP2"));
    accepted(rig_sign_in(r, "OP1"));
    accepted(rig_scan(r, "B:B1"));
    desk = station;
}
