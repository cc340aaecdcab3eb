/*
 * Anything at all, from fixed seeds: sense and nonsense in a row. The rig looks at every command: an entry of
 * its own, a code with a text, everything folds, no personal value and no other batch in an entry. At the end
 * of each play the log is folded anew.
 */
#include <stdio.h>

#include "bench_rig.h"
#include "seeded.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

#define NAMED          "title: {ja: 題, en: T}"
#define WORK           NAMED ", where: [B2], by: [operator], dept: manufacturing"
#define OPTION(id, is) id ": {title: {ja: 可, en: Option " id "}, is: " is "}"
#define SIGN(verb)     "sign: {verb: " verb ", meaning: {ja: 署名, en: Signed}}"

static const char steps[] =
    "  - {id: fitness, " WORK ", after: [order], repeat: 0, optional: true, declares-fit: true, fields: [\n"
    "      {id: well, " NAMED ", choice: {" OPTION("yes", "ok") ", " OPTION(
        "no",
        "alert") "}}]}\n"
                 "  - {id: print, " WORK ", after: [order], fields: [{id: t, " NAMED
                 ", scan: container, label: [T], use: issue, n: 2},\n"
                 "      {id: w, " NAMED ", scan: container, label: [W], use: issue}, {id: fp, " NAMED
                 ", scan: container, label: [FP], use: issue}]}\n"
                 "  - {id: fill, " WORK ", people: 2, skip: deviation, fields: [{id: t, " NAMED
                 ", scan: container, label: [T], use: fill, n: 2},\n"
                 "      {id: v, " NAMED ", number: mL, decimals: 1, possible: [\"0\", \"100\"], alert: "
                 "[\"10\", \"50\"], action: [\"5\", ~], twice: true}]}\n"
                 "  - {id: cabinet, " WORK ", fields: [{id: c, " NAMED
                 ", scan: equipment, kind: cabinet, occupy: true},\n"
                 "      {id: lot, " NAMED ", scan: lot, material: [albumin, il-2], use: draw}]}\n"
                 "  - {id: spin, " WORK
                 ", window: [{since: cabinet, possible: 30s, min: 1min, max: 20min}], fields: [\n"
                 "      {id: m, " NAMED
                 ", scan: equipment, kind: centrifuge, occupy: true, release: false}]}\n"
                 "  - {id: unspin, " WORK ", deadline: {since: spin, within: 30min, else: hold}, fields: [\n"
                 "      {id: m, " NAMED
                 ", scan: equipment, kind: centrifuge, release: true, same: spin.m}]}\n"
                 "  - {id: count, " WORK ", witness: true, people: 2, fields: [{id: a, " NAMED
                 ", number: \"10^6/mL\", decimals: 2, possible: [\"0\", \"9\"]},\n"
                 "      {id: b, " NAMED ", number: \"10^6/mL\", decimals: 2, possible: [\"0\", \"9\"]},\n"
                 "      {id: c, " NAMED ", number: \"10^6/mL\", decimals: 2, possible: [\"0\", \"9\"], "
                 "if-differ: {of: [a, b], limit: \"15\"}},\n"
                 "      {id: mean, " NAMED ", derive: \"mean(a, b, c)\", unit: \"10^6/mL\", decimals: 3},\n"
                 "      {id: viable, " NAMED
                 ", derive: \"viability(a, b)\", unit: \"%\", decimals: 1, action: [\"60\", ~]}]}\n"
                 "  - {id: pool, " WORK ", requires: [{containers: [T, W, FP]}], balance: {in: [fill.v], "
                 "out: [v], tolerance: \"10\", over: refuse, under: deviation},\n"
                 "      fields: [{id: t, " NAMED
                 ", scan: container, label: [T], use: consume, n: all}, {id: w, " NAMED
                 ", scan: container, label: [W], use: fill},\n"
                 "      {id: v, " NAMED
                 ", number: mL, decimals: 1, possible: [\"0\", \"100\"]}, {id: shelf, " NAMED
                 ", scan: place, kind: shelf, occupy: true}]}\n"
                 "  - {id: bag, " WORK
                 ", witness: true, people: 2, starts-clock: {id: product, time: 6h}, fields: [{id: w, " NAMED
                 ", scan: container, label: [W], use: consume},\n"
                 "      {id: fp, " NAMED ", scan: container, label: [FP], use: fill}, {id: used, " NAMED
                 ", scan: lot, material: [albumin], use: account},\n"
                 "      {id: c, " NAMED ", scan: equipment, kind: cabinet, release: true}, {id: shelf, " NAMED
                 ", scan: place, kind: shelf, release: true}]}\n"
                 "  - {id: bed, " WORK ", fields: [{id: name, " NAMED
                 ", identity: order.name}, {id: note, " NAMED ", text: true}, {id: seal, " NAMED
                 ", scan: document}]}\n"
                 "  - {id: grow, " NAMED ", where: [QC], by: [tester], dept: quality, late: true, window: "
                 "[{since: bag, min: 1d, max: 3d, early: deviation, late: hold}],\n"
                 "      fields: [{id: g, " NAMED ", choice: {" OPTION("none", "ok") ", " OPTION(
                     "growth",
                     "hold") "}}]}\n"
                             "  - {id: decide, " NAMED
                             ", where: [QA], by: [quality-manager], dept: quality, after: [bed], " SIGN(
                                 "decide") ", names-pending: true,\n"
                                           "      requires: [steps, no-hold, deviations-assessed, labels, "
                                           "no-manufacturing-act, protocol, {expiry: product}],\n"
                                           "      fields: [{id: d, " NAMED
                                           ", choice: {released: {title: {ja: 可, en: R}, is: ok, state: "
                                           "released-pending}, "
                                           "reject: {title: {ja: 可, en: R}, is: hold, state: rejected}}}]}\n"
                                           "  - {id: ship, " WORK
                                           ", after: [decide], requires: [decision], fields: [{id: fp, " NAMED
                                           ", scan: container, label: [FP], use: leave}]}\n"
                                           "  - {id: end, " NAMED
                                           ", where: [QA], by: [quality-manager], dept: quality, after: "
                                           "[decide], " SIGN(
                                               "complete") ", closes: true,\n"
                                                           "      requires: [all-steps, no-hold, "
                                                           "deviations-closed, labels, {containers: []}], "
                                                           "fields: [{id: p, " NAMED
                                                           ", choice: {" OPTION("none", "ok") "}}]}\n";

struct play {
    struct rig *r;
    struct seeded rnd;
    size_t outcomes[6], released, closed;
};

static size_t pick(struct play *p, size_t n)
{
    return (size_t)seeded_below(&p->rnd, n);
}

#define ONE_OF(p, list) ((list)[pick(p, sizeof(list) / sizeof(*(list)))])

static const char *const people[] = {"OP1", "OP1", "OP2", "OP2", "OP3", "OP9",   "QC1",
                                     "QM",  "QM",  "MM",  "CO",  "FM",  "NOBODY"};
static const char *const batches[] = {"NK-1", "NK-1", "NK-1", "NK-1", "NK-1",
                                      "NK-1", "NK-1", "NK-1", "NK-2", "NK-3"};
static const char *const words[] = {RIG_NAME, RIG_BIRTH, "19750309", "7 " RIG_NAME, "yes", "\xe3\x80\x80",
                                    "a b",    "N-x",     "]d2xx",    "-0",          "1e9"};

#define text(p, ...) arena_printf(&(p)->r->arena, __VA_ARGS__)

/* Some code that exists, belongs elsewhere, or is none. */
static const char *any_code(struct play *p)
{
    static const char *const fixed[] = {"E:BSC-1",
                                        "E:CF-1",
                                        "E:CF-Q",
                                        "W:SH-1",
                                        "W:SH-2",
                                        "L:TB1",
                                        "L:TB-OLD",
                                        "L:AL1",
                                        "L:AL1-U1",
                                        "L:AL1-U2",
                                        "L:IL1-U1",
                                        "L:NONE",
                                        "D:A",
                                        "D:B",
                                        "X:BACK",
                                        "X:OUT",
                                        "X:OPT-YES",
                                        "X:OPT-NO",
                                        "X:OPT-GROWTH",
                                        "X:STEP-SPIN",
                                        "X:STEP-FITNESS",
                                        "X:STEP-GROW",
                                        "X:NOTHING",
                                        "N:P000001",
                                        "2026-11-02",
                                        "45",
                                        "45.5 mL",
                                        "3.1",
                                        "99999",
                                        "]d2010491234567890417261103"
                                        "10TB1"};
    static const char *const labels[] = {"T", "W", "FP", "S"};
    switch (pick(p, 6)) {
    case 0:
        return rig_raw(p->r, text(p, "P:%s", ONE_OF(p, people)));
    case 1:
        return rig_raw(p->r, text(p, "B:%s", ONE_OF(p, batches)));
    case 2:
        return rig_raw(p->r, arena_printf(&p->r->arena, "C:%s-%s%d", ONE_OF(p, batches), ONE_OF(p, labels),
                                          (int)pick(p, 3) + 1));
    case 3:
        return ONE_OF(p, words);
    default:
        return rig_raw(p->r, ONE_OF(p, fixed));
    }
}

static const char *first_entry(const struct batch *x, int step)
{
    const struct occ *o = batch_occ(x, step);
    for (size_t i = 0; i < o->ninputs; i++)
        if (o->input[i].first_of_two)
            return o->input[i].text;
    return "45";
}

/* What the station would ask for. */
static const char *wanted_code(struct play *p)
{
    struct next n;
    rule_next(&p->r->book, p->r->station, p->r->now, 1800, &p->r->arena, &n);
    if (n.batch && n.step < 0 && pick(p, 3))
        rig_at(p->r, strcmp(p->r->station->id, "B21") != 0 ? "B21" : pick(p, 2) ? "QC1S" : "QA1");
    if (!n.batch || n.step < 0)
        return rig_raw(p->r, text(p, "B:%s", ONE_OF(p, batches)));
    if (n.witness)
        return rig_raw(p->r, text(p, "P:%s", pick(p, 2) ? "OP1" : "OP2"));
    if (n.field < 0)
        return any_code(p);
    if (n.again && pick(p, 2))
        return rig_raw(p->r, text(p, "P:%s", pick(p, 2) ? "OP1" : "OP2"));
    const struct field *f = &n.batch->protocol->step[n.step].field[n.field];
    switch (f->kind) {
    case FIELD_CONTAINER:
        return rig_raw(
            p->r, arena_printf(&p->r->arena, "C:%s-%s%d", n.batch->id, f->label[0], (int)pick(p, 2) + 1));
    case FIELD_NUMBER:
        if (n.again)
            return first_entry(n.batch, n.step);
        return pick(p, 3) == 0              ? text(p, "%d", (int)pick(p, 105))
               : strcmp(f->unit, "mL") != 0 ? "3.00"
                                            : "45";
    case FIELD_CHOICE:
        return rig_raw(p->r, text(p, "X:OPT-%s", strcmp(f->id, "well") == 0 ? "YES" : "NONE"));
    case FIELD_LOT:
        return rig_raw(p->r, arena_printf(&p->r->arena, "L:AL1-U%s", n.batch->id + 3));
    case FIELD_EQUIPMENT:
        return rig_raw(p->r, strcmp(f->thing, "cabinet") != 0 ? "E:CF-1" : "E:BSC-1");
    case FIELD_PLACE:
        return rig_raw(p->r, pick(p, 2) ? "W:SH-1" : "W:SH-2");
    case FIELD_IDENTITY:
    case FIELD_TEXT:
        return RIG_NAME;
    case FIELD_DOCUMENT:
        return rig_raw(p->r, "D:A");
    default:
        return any_code(p);
    }
}

static void count(struct play *p, const struct verdict *v)
{
    p->outcomes[v->outcome - OUTCOME_ACCEPTED]++;
}

static void scan(struct play *p, const char *raw)
{
    static const enum late late[] = {LATE_OFFLINE, LATE_BUSY, LATE_PAPER, LATE_OPENED};
    struct command c = {.kind = COMMAND_SCAN, .station = p->r->station, .raw = raw, .raw_len = strlen(raw)};
    if (pick(p, 80) == 0) {
        c.late = ONE_OF(p, late);
        c.occurred = p->r->now - (int64_t)pick(p, 3600000) + 1000;
    }
    c.typed = pick(p, 30) == 0;
    count(p, rig_run(p->r, &c));
}

static const char *form_value(struct play *p, const struct field *f)
{
    if (pick(p, 6) == 0)
        return ONE_OF(p, words);
    if (f->kind == FIELD_CHOICE)
        return f->option[pick(p, 4) ? 0 : pick(p, f->noptions)].id;
    return f->kind == FIELD_DATE ? "2026-11-02" : any_code(p);
}

/* A form or a signed act of a random step, of an order, or "not done, because". */
static void act(struct play *p)
{
    struct rig *r = p->r;
    struct command c = {
        .kind = COMMAND_ACT, .station = r->station, .person = book_person(&r->book, ONE_OF(p, people))};
    struct batch *x = book_batch(&r->book, ONE_OF(p, batches));
    struct json *fields = json_object(&r->arena);
    c.secret_given = pick(p, 5) > 0;
    c.authenticated = c.secret_given && pick(p, 100) > 0;
    c.batch = x ? x->id : ONE_OF(p, words);
    c.fields = fields;
    if (x) {
        static const char *const signed_steps[] = {"decide", "decide", "end"};
        size_t i = pick(p, 3) ? (size_t)protocol_step(x->protocol, ONE_OF(p, signed_steps))
                              : pick(p, x->protocol->nsteps);
        const struct step *s = &x->protocol->step[i];
        c.step = s->id;
        if (s->verb != VERB_NONE && pick(p, 4))
            c.station = book_station(&r->book, "QA1");
        c.person = s->verb != VERB_NONE && pick(p, 4) ? book_person(&r->book, "QM") : c.person;
        for (size_t k = 0; k < s->nfields; k++)
            if (pick(p, 8))
                json_set_str(&r->arena, fields, s->field[k].id, form_value(p, &s->field[k]));
        if (strcmp(s->id, "decide") == 0 && !json_get(fields, "d"))
            json_set_str(&r->arena, fields, "d", "released");
        c.pending = pick(p, 16) ? rule_pending(&r->arena, x) : NULL;
        char *shown = arena_alloc(&r->arena, 44);
        rule_shown(x, shown);
        c.shown = pick(p, 64) ? shown : NULL;
        if (s->verb == VERB_NONE && pick(p, 3) == 0)
            c.skip = RIG_NAME;
    } else {
        c.protocol = pick(p, 9) ? "sample" : ONE_OF(p, words);
    }
    if (pick(p, 20) == 0)
        json_set_str(&r->arena, fields, "TARO YAMADA", "x");
    count(p, rig_run(r, &c));
}

static void order(struct play *p)
{
    size_t i = pick(p, 40) ? 0 : 7 + pick(p, 3);
    const char *station = p->r->station->id;
    if (book_batch(&p->r->book, batches[i]))
        return;
    count(p, rig_order(p->r, batches[i], text(p, "P00000%d", (int)i)));
    rig_at(p->r, station);
}

/* What the kind has; now and then something that it has not. */
static struct json *known_members(struct play *p, const char *kind, const struct json *body)
{
    struct arena *a = &p->r->arena;
    struct json *b = json_object(a);
    json_each(m, body)
        if (pick(p, 200) == 0 || shape_member(&kind_of(kind_find(kind))->shape, m->name))
            json_set(a, b, m->name, json_copy(a, m));
    return b;
}

static void record(struct play *p)
{
    struct rig *r = p->r;
    struct batch *x = book_batch(&r->book, ONE_OF(p, batches));
    struct command c = {.kind = COMMAND_RECORD,
                        .station = r->station,
                        .secret_given = true,
                        .authenticated = pick(p, 200) > 0};
    struct json *b = json_object(&r->arena);
    static const char *const kinds[] = {
        "deviation.assessed", "deviation.closed", "hold.lifted", "correction",   "room.reopened",
        "person.unlocked",    "lot.released",     "lot.blocked", "room.blocked", "deviation.confirmed"};
    c.record = ONE_OF(p, kinds);
    const char *by = strcmp(c.record, "correction") == 0           ? "OP1"
                     : strcmp(c.record, "deviation.assessed") == 0 ? "QC2"
                                                                   : "QM";
    c.person = book_person(&r->book, pick(p, 4) ? by : ONE_OF(p, people));
    json_set_str(&r->arena, b, "batch", x ? x->id : "NK-9");
    json_set_str(&r->arena, b, "reason", RIG_NAME);
    json_set_str(&r->arena, b, "cause", RIG_NAME);
    if (strcmp(c.record, "deviation.assessed") == 0)
        json_set_str(&r->arena, b, "grade", pick(p, 3) ? "minor" : pick(p, 2) ? "major" : RIG_NAME);
    json_set_str(&r->arena, b, "room", "R2");
    json_set_str(&r->arena, b, "lot", pick(p, 2) ? "TB-NEW" : "TB-OLD");
    if (strncmp(c.record, "person.", 7) == 0) {
        b = json_object(&r->arena);
        json_set_str(&r->arena, b, "person", ONE_OF(p, people));
    }
    size_t dev = x && x->ndevs ? pick(p, x->ndevs) : 0;
    for (size_t i = 0; x && i < x->ndevs && pick(p, 4); i++) /* mostly one that waits for it */
        if (!x->dev[i].assessed || x->dev[i].awaits)
            dev = i;
    if (x && x->ndevs)
        json_set_str(&r->arena, b, "dev", x->dev[dev].id);
    if (x && x->nholds)
        json_set_str(&r->arena, b, "hold", x->hold[pick(p, x->nholds)].id);
    if (strcmp(c.record, "correction") == 0) {
        static const char *const at[][2] = {{"count", "a"},     {"fill", "v"},   {"bed", "note"},
                                            {"cabinet", "lot"}, {"bed", "seal"}, {"pool", "v"}};
        size_t i = pick(p, 6);
        json_set_str(&r->arena, b, "step", at[i][0]);
        json_set_str(&r->arena, b, "field", at[i][1]);
        json_set_str(&r->arena, b, "value", pick(p, 3) ? any_code(p) : "4");
        json_set_str(&r->arena, b, "witness", rig_raw(r, pick(p, 3) ? "P:OP2" : "P:OP1"));
    }
    c.body = known_members(p, c.record, b);
    count(p, rig_run(r, &c));
}

/* Mostly the people who belong there, and mostly with the right PIN. */
static void staff(struct play *p)
{
    const struct station *st = p->r->station;
    const struct bench *b = &st->bench;
    size_t here = b->day == clock_day(p->r->now) ? b->npeople : 0;
    bool bench = strcmp(st->id, "B21") == 0;
    const char *who = bench ? (here ? "OP2" : "OP1") : strcmp(st->id, "QC1S") == 0 ? "QC1" : "QM";
    if (here < (bench ? 2 : 1))
        count(p, rig_pin(p->r, pick(p, 40) ? who : ONE_OF(p, people), pick(p, 200) > 0));
    else if (bench && b->acting && strncmp(b->acting->id, "OP", 2) != 0)
        count(p, rig_scan(p->r, "P:OP1"));
}

static void move(struct play *p)
{
    static const char *const stations[] = {"QC1S", "QA1", "GW1", "ST1"};
    static const int64_t spans[] = {1000, 5000, 60000, 300000};
    rig_wait(p->r, pick(p, 300) == 0 ? RIG_DAY / 2 : ONE_OF(p, spans));
    if (strcmp(p->r->station->id, "B21") == 0 ? pick(p, 25) == 0 : pick(p, 3) == 0)
        rig_at(p->r, strcmp(p->r->station->id, "B21") == 0 ? ONE_OF(p, stations) : "B21");
    staff(p);
    rig_deadlines(p->r);
}

static void play(uint64_t seed, size_t commands, bool taken_back, struct play *p)
{
    struct rig r;
    *p = (struct play){.r = &r, .rnd = {seed}};
    rig_init(&r, steps);
    r.taken_back = taken_back;
    rig_entry(&r, "equipment/CF-1", "equipment.changed",
              "{\"calibrated\":\"2027-11-03\",\"equipment\":\"CF-1\"}");
    rig_at(&r, "B21");
    order(p);
    for (size_t i = 0; i < commands; i++) {
        size_t what = pick(p, 20);
        move(p);
        if (what < 13)
            scan(p, pick(p, 10) ? wanted_code(p) : any_code(p));
        else if (what < 15)
            act(p);
        else if (what < 18)
            record(p);
        else
            order(p);
    }
    for (size_t i = 7; i < 10; i++) {
        const struct batch *x = book_batch(&r.book, batches[i]);
        p->released += x && x->released;
        p->closed += x && x->closed;
    }
    rig_fini(&r);
}

static void test_nothing_breaks_whatever_is_done(void **state)
{
    (void)state;
    size_t outcomes[6] = {0}, released = 0, closed = 0;
    for (uint64_t seed = 1; seed <= 24; seed++) {
        struct play p;
        play(seed, 1500, false, &p);
        for (int i = 0; i < 6; i++)
            outcomes[i] += p.outcomes[i];
        released += p.released;
        closed += p.closed;
    }
    print_message("accepted %zu, already %zu, alert %zu, deviation %zu, hold %zu, refused %zu; released %zu, "
                  "closed %zu\n",
                  outcomes[0], outcomes[1], outcomes[2], outcomes[3], outcomes[4], outcomes[5], released,
                  closed);
    for (int i = 0; i < 6; i++)
        assert_true(outcomes[i] > 3); /* a play that only hears "no" tests little */
    assert_true(released > 0);
}

static void test_what_does_not_fold_leaves_nothing_behind(void **state)
{
    (void)state;
    for (uint64_t seed = 101; seed <= 106; seed++) {
        struct play p;
        play(seed, 600, true, &p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_breaks_whatever_is_done),
                                       cmocka_unit_test(test_what_does_not_fold_leaves_nothing_behind)};
    return cmocka_run_group_tests_name("rule: anything", tests, NULL, NULL);
}
