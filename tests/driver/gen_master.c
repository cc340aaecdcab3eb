/* Records: every kind, as it should be, and with members missing, unknown, doubled in meaning or of another
 * type. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "driver.h"

#define CONFIRMED_MS (INT64_C(240) * 1000)

/* Who is named stands there, and has not given the own PIN just now: mostly that comes first. NULL: it does
 * not.
 */
static struct json *confirmed_first(struct gen *g, const char *station, const struct json *body)
{
    const char *badge = json_get_str(body, "witness");
    const struct station *st = map_get(&g->book->stations, station);
    for (size_t i = 0; st && badge && i < st->bench.npeople; i++) {
        const struct person *p = st->bench.person[i];
        if (strcmp(gen_badge(g, p->id), badge) != 0 || st->bench.day != clock_day(g->now) ||
            g->now - bench_secret(&st->bench, p) < CONFIRMED_MS || !gen_chance(g, 900))
            continue;
        struct json *c = json_set_str(g->a, gen_command(g, "session", st->id), "badge", badge);
        return json_set_str(g->a, c, "pin", "right");
    }
    return NULL;
}

struct json *gen_record(struct gen *g, const char *station, const char *person, const char *kind,
                        struct json *body)
{
    struct json *first = confirmed_first(g, station, body);
    if (first)
        return first;
    char shown[44];
    struct json *c = gen_command(g, "record", station);
    const struct batch *x = book_batch(g->book, json_get_str(body, "batch"));
    if (x)
        rule_shown(x, shown);
    if (x && gen_chance(g, 990))
        json_set_str(g->a, c, "shown", shown);
    json_set_str(g->a, c, "badge", gen_badge(g, person));
    json_set_str(g->a, c, "kind", kind);
    json_set(g->a, c, "body", body);
    return json_set_str(g->a, c, "secret", "right");
}

static struct json *body(struct gen *g, const char *name, const char *value)
{
    return json_set_str(g->a, json_object(g->a), name, value);
}

static const char *day_in(struct gen *g, int64_t days)
{
    char day[11];
    clock_day_format(clock_day(g->now) + days, day);
    return arena_strdup(g->a, day);
}

/* ---- what is there ---- */

static void *one_of(struct gen *g, const struct map *m)
{
    size_t pos = 0, at = gen_below(g, m->count);
    void *v;
    while ((v = map_next(m, &pos)) && at--)
        ;
    return v;
}

static const struct batch *some_batch(struct gen *g)
{
    const struct batch *x = book_batch(g->book, g->focus);
    return x && gen_chance(g, 700) ? x : one_of(g, &g->book->batches);
}

static const char *some_person(struct gen *g)
{
    const struct person *p = one_of(g, &g->book->people);
    return p && gen_chance(g, 950) ? p->id : "NOBODY";
}

/* ---- lots ---- */

static struct json *release(struct gen *g)
{
    size_t pos = 0;
    for (const struct lot *l; (l = map_next(&g->book->lots, &pos));)
        if (l->state == LOT_QUARANTINE && !l->closed_at && l->id[0] == 'N')
            return l->judged ? gen_record(g, "QA1", "OP1", "lot.conforming", body(g, "lot", l->id))
                             : gen_record(g, "QA1", "QM", "lot.released", body(g, "lot", l->id));
    return NULL;
}

struct json *gen_new_lot(struct gen *g, const char *material)
{
    struct json *c = release(g);
    const struct lot *like = one_of(g, &g->book->lots);
    if (c)
        return c;
    struct json *b = body(g, "lot", gen_text(g, "N%zu", ++g->serial));
    json_set_str(g->a, b, "material", material);
    json_set_str(g->a, b, "expiry", day_in(g, 200));
    if (gen_chance(g, 950))
        json_set_int(g->a, b, "units", (int64_t)gen_below(g, 12));
    if (like && like->gtin && gen_chance(g, 300)) { /* another delivery of what is there */
        json_set_str(g->a, b, "gtin", like->gtin);
        json_set_str(g->a, b, "maker_lot", like->maker_lot);
    }
    return gen_record(g, "QA1", "MM", "lot.received", b);
}

/* ---- one of each kind ---- */

static struct json *person_body(struct gen *g, bool enrol)
{
    static const char *const depts[] = {"clinic",  "carrier",    "manufacturing",
                                        "quality", "management", "piracy"};
    static const char *const roles[] = {"operator",           "tester", "quality-manager",
                                        "production-manager", "nurse",  "captain"};
    static const char *const quals[] = {"training", "health", "aseptic", "testing"};
    struct json *b = body(g, "person", enrol ? gen_text(g, "Z%zu", ++g->serial) : some_person(g));
    if (enrol || gen_chance(g, 200))
        json_set_str(g->a, b, "dept", GEN_ONE_OF(g, depts));
    if (enrol || gen_chance(g, 300))
        json_set(g->a, b, "roles", json_push(json_array(g->a), json_str(g->a, GEN_ONE_OF(g, roles))));
    if (enrol || gen_chance(g, 400)) {
        struct json *list = json_array(g->a);
        for (size_t i = 0; i < 4; i++) {
            struct json *q = body(g, "name", quals[i]);
            json_push(list, json_set_str(g->a, q, "until", day_in(g, gen_chance(g, 100) ? -1 : 300)));
        }
        json_set(g->a, b, "qualified", list);
    }
    if (enrol) {
        json_set_str(g->a, b, "key", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        json_set_str(g->a, b, "cred", "x");
    } else if (gen_chance(g, 150)) {
        json_set(g->a, b, "suspended", json_bool(g->a, gen_chance(g, 300)));
    }
    return b;
}

static struct json *thing_body(struct gen *g, const char *kind)
{
    const struct thing *t = one_of(g, &g->book->things), *like = one_of(g, &g->book->things);
    const struct room *r = one_of(g, &g->book->rooms);
    bool fresh = strstr(kind, ".added") != NULL;
    const char *id = fresh && gen_chance(g, 700) ? gen_text(g, "N%zu", ++g->serial) : t->id;
    struct json *b = body(g, strncmp(kind, "place", 5) == 0 ? "place" : "equipment", id);
    if (fresh)
        json_set_str(g->a, b, "kind", like->kind);
    if (fresh || gen_chance(g, 50))
        json_set_str(g->a, b, "room", r->id);
    if (gen_chance(g, 500))
        json_set_str(g->a, b, "calibrated", day_in(g, gen_chance(g, 900) ? 365 : -3));
    if (!fresh && gen_chance(g, 300))
        json_set(g->a, b, "in_service", json_bool(g->a, gen_chance(g, 850)));
    return b;
}

static struct json *batch_body(struct gen *g, const char *kind)
{
    const struct batch *x = some_batch(g);
    struct json *b = body(g, "batch", x ? x->id : "NK-999");
    json_set_str(g->a, b, "reason", RIG_NAME);
    if (strncmp(kind, "deviation", 9) == 0)
        json_set_str(g->a, b, "dev", x && x->ndevs ? x->dev[gen_below(g, x->ndevs)].id : "NK-1-DV9");
    else
        json_set_str(g->a, b, "hold", x && x->nholds ? x->hold[gen_below(g, x->nholds)].id : "NK-1-H9");
    if (strcmp(kind, "deviation.assessed") == 0)
        json_set_str(g->a, b, "grade",
                     gen_chance(g, 700)   ? "minor"
                     : gen_chance(g, 800) ? "major"
                                          : RIG_NAME);
    return b;
}

/* Some input of the batch, any occurrence of it. */
static const struct input *some_input(struct gen *g, const struct batch *x, int *ret_step, size_t *ret_occ)
{
    const struct input *found = NULL;
    size_t n = 0;
    for (int s = 0; s < (int)x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++)
            for (size_t i = 0; i < x->step[s].occ[o]->ninputs; i++)
                if (gen_below(g, ++n) == 0) {
                    found = &x->step[s].occ[o]->input[i];
                    *ret_step = s;
                    *ret_occ = o + 1;
                }
    return found;
}

/* A station where somebody stands who may be the second person; the first acts there, too. */
static const struct station *staffed(struct gen *g, const char *ret[2])
{
    const struct station *found = NULL;
    size_t pos = 0, n = 0;
    for (const struct station *st; (st = map_next(&g->book->stations, &pos));)
        if (st->bench.npeople >= 2 && st->bench.day == clock_day(g->now) && gen_below(g, ++n) == 0)
            found = st;
    size_t first = found ? gen_below(g, found->bench.npeople) : 0;
    ret[0] = found ? found->bench.person[first]->id : some_person(g);
    ret[1] = found ? found->bench.person[(first + 1) % found->bench.npeople]->id : some_person(g);
    return found;
}

static struct json *correction(struct gen *g)
{
    const struct batch *x = some_batch(g);
    const char *who[2];
    const struct station *st = staffed(g, who);
    int step = 0;
    size_t occ = 0;
    const struct input *in = x ? some_input(g, x, &step, &occ) : NULL;
    if (!in)
        return NULL;
    const struct field *f = &x->protocol->step[step].field[in->field];
    const char *value = gen_chance(g, 700)   ? gen_value(g, x, step, in->field, NULL, NULL)
                        : gen_chance(g, 300) ? "0"
                                             : NULL;
    if (f->kind == FIELD_CHOICE)
        value = f->option[gen_below(g, f->noptions)].id;
    if (f->kind == FIELD_NUMBER && gen_chance(g, 300))
        value = gen_text(g, "%.*f", (int)f->decimals, (double)gen_below(g, 1200) / 10);
    struct json *b = body(g, "batch", x->id);
    json_set_str(g->a, b, "step", x->protocol->step[step].id);
    json_set_str(g->a, b, "field", f->id);
    json_set_str(g->a, b, "value", value ? value : "x");
    json_set_str(g->a, b, "reason", RIG_NAME);
    json_set_str(g->a, b, "witness", gen_badge(g, who[1]));
    if (gen_chance(g, 500))
        json_set_int(g->a, b, "occ", (int64_t)occ);
    if (gen_chance(g, 300))
        json_set_str(g->a, b, "old", in->text);
    return gen_record(g, st ? st->id : "QA1", who[0], "correction", b);
}

static struct json *redaction(struct gen *g)
{
    static const char *const names[] = {"name",   "name-kanji", "name-kana", "birth", "birth-date",
                                        "reason", "raw",        "note",      "other"};
    const char *who[2];
    const struct station *st = staffed(g, who);
    struct json *b = json_set_int(g->a, json_object(g->a), "idx", (int64_t)gen_below(g, g->log_entries));
    json_set(g->a, b, "names", json_push(json_array(g->a), json_str(g->a, GEN_ONE_OF(g, names))));
    json_set_str(g->a, b, "reason", RIG_NAME);
    json_set_str(g->a, b, "witness", gen_badge(g, who[1]));
    return gen_record(g, st ? st->id : "QA1", who[0], "redacted", b);
}

static const char small_protocol[] =
    "protocol: tiny\nversion: \"%zu\"\nproduct: {ja: 製品, en: Product}\nlabels: {T: {title: {ja: 管, en: "
    "Tube}}}\n"
    "materials: {il-2: {title: {ja: 薬, en: Drug}, unit: IU, single-batch: true}}\nsteps:\n"
    "  - {id: order, title: {ja: 題, en: T}, by: [coordinator], dept: clinic, form: true, opens: true, "
    "fields: [\n"
    "      {id: patient, title: {ja: 題, en: T}, token: \"^P[0-9]{6}$\", donor: true}]}\n";

static struct json *protocol(struct gen *g)
{
    static const char *const approver[] = {"MM", "QM", "OP1", "QC1"};
    if (gen_chance(g, 400)) {
        char text[sizeof(small_protocol) + 20];
        snprintf(text, sizeof(text), small_protocol, gen_below(g, 4));
        return gen_record(g, "QA1", "OP4", "protocol.registered", body(g, "text", text));
    }
    struct json *b = body(g, "protocol", gen_chance(g, 900) ? "tiny" : "nk-autologous");
    json_set_str(g->a, b, "version", gen_text(g, "%zu", gen_below(g, 4)));
    return gen_record(g, "QA1", GEN_ONE_OF(g, approver), "protocol.approved", b);
}

static struct json *plain(struct gen *g, const char *kind)
{
    const struct lot *l = one_of(g, &g->book->lots);
    const struct room *r = one_of(g, &g->book->rooms);
    const struct station *st = one_of(g, &g->book->stations);
    struct json *b;
    if (strncmp(kind, "lot.", 4) == 0) {
        b = body(g, "lot", l->id);
        if (strcmp(kind, "lot.closed") == 0 && l->numbered && gen_chance(g, 800))
            json_set_int(g->a, b, "discarded", l->units - l->nopened);
        return json_set_str(g->a, b, "reason", gen_chance(g, 500) ? RIG_NAME : NULL);
    }
    if (strncmp(kind, "room.", 5) == 0) {
        b = body(g, "room", strcmp(kind, "room.added") != 0 ? r->id : gen_text(g, "N%zu", ++g->serial));
        json_set_str(g->a, b, strcmp(kind, "room.reopened") != 0 ? "cause" : "reason", RIG_NAME);
        if (strcmp(kind, "room.reopened") == 0 && gen_chance(g, 900))
            json_set_str(g->a, b, "result", "0 CFU");
        return json_set_str(g->a, b, "grade", "B");
    }
    if (strncmp(kind, "station.", 8) == 0) {
        bool fresh = gen_chance(g, 400);
        b = body(g, "station", fresh ? gen_text(g, "N%zu", ++g->serial) : st->id);
        json_set_str(g->a, b, "kind", st->kind);
        return json_set_str(g->a, b, "token",
                            gen_chance(g, 900) ? gen_text(g, "%042zuA", ++g->serial) : st->token);
    }
    return body(g, "person", some_person(g));
}

/* ---- and spoilt ---- */

static struct json *nonsense(struct gen *g)
{
    switch (gen_below(g, 6)) {
    case 0:
        return json_int(g->a, (int64_t)gen_below(g, 100) - 5);
    case 1:
        return json_bool(g->a, true);
    case 2:
        return json_push(json_array(g->a), json_str(g->a, "x"));
    case 3:
        return json_set_str(g->a, json_object(g->a), "name", "x");
    case 4:
        return json_str(g->a, "");
    default:
        return json_str(g->a, RIG_NAME);
    }
}

static struct json *spoil(struct gen *g, const struct json *b)
{
    static const char *const unknown[] = {"patient-name", "name", "derived", "holds", "outcome",
                                          "args",         "note", "remark",  "code"};
    struct json *o = json_object(g->a);
    size_t at = gen_below(g, b->len), i = 0;
    bool drop = gen_chance(g, 300);
    json_each(m, b) {
        if (i++ != at)
            json_set(g->a, o, m->name, json_copy(g->a, m));
        else if (!drop)
            json_set(g->a, o, m->name, nonsense(g));
    }
    const char *more = GEN_ONE_OF(g, unknown);
    if (gen_chance(g, 400) && !json_get(o, more))
        json_set(g->a, o, more, json_str(g->a, RIG_NAME));
    return o;
}

static struct json *of_kind(struct gen *g, const char *kind)
{
    static const char *const who[] = {"QM", "QM", "FM", "MM", "OP1"};
    const char *by = gen_chance(g, 800) ? GEN_ONE_OF(g, who) : some_person(g);
    struct json *b;
    if (strcmp(kind, "correction") == 0)
        return correction(g);
    if (strcmp(kind, "redacted") == 0)
        return redaction(g);
    if (strncmp(kind, "protocol.", 9) == 0)
        return protocol(g);
    if (strcmp(kind, "lot.received") == 0)
        return gen_new_lot(g, ((const struct lot *)one_of(g, &g->book->lots))->material);
    if (strcmp(kind, "person.enrolled") == 0 || strcmp(kind, "person.changed") == 0)
        b = person_body(g, strcmp(kind, "person.enrolled") == 0);
    else if (strncmp(kind, "equipment.", 10) == 0 || strncmp(kind, "place.", 6) == 0)
        b = thing_body(g, kind);
    else if (strncmp(kind, "deviation.", 10) == 0 || strncmp(kind, "hold.", 5) == 0)
        b = batch_body(g, kind);
    else
        b = plain(g, kind);
    return gen_record(g, "QA1", by, kind, b);
}

struct json *gen_any_record(struct gen *g)
{
    static const char *const kinds[] = {
        "person.enrolled",    "person.changed",    "person.unlocked",     "station.enrolled",
        "station.revoked",    "room.added",        "room.blocked",        "room.reopened",
        "equipment.added",    "equipment.changed", "place.added",         "lot.received",
        "lot.released",       "lot.blocked",       "protocol.registered", "protocol.approved",
        "deviation.assessed", "deviation.closed",  "hold.lifted",         "deviation.confirmed",
        "correction",         "correction",        "correction",          "redacted",
        "personal.shown",     "lot.closed",        "equipment.changed",   "equipment.changed",
        "person.changed",     "correction",
    };
    struct json *other = gen_chance(g, 300) ? gen_of_shape(g) : NULL;
    if (other)
        return other;
    const char *kind = GEN_ONE_OF(g, kinds);
    if (strcmp(kind, "station.revoked") == 0 && !gen_chance(g, 100))
        kind = "correction";
    struct json *c = of_kind(g, kind);
    if (!c || !gen_chance(g, 250))
        return c;
    struct json *o = json_object(g->a);
    json_each(m, c) {
        bool secret = strcmp(m->name, "secret") == 0;
        if (secret && gen_chance(g, 60))
            continue;
        if (strcmp(m->name, "body") == 0)
            json_set(g->a, o, "body", spoil(g, m));
        else if (secret && gen_chance(g, 100))
            json_set_str(g->a, o, "secret", "wrong");
        else
            json_set(g->a, o, m->name, json_copy(g->a, m));
    }
    return o;
}
