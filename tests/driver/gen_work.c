/*
 * Bringing a batch on: the next step that can be done, the people and the station for it, the next scan. What
 * is in the way (a hold, a deviation, a blocked room, a lot that is missing) is dealt with as a facility
 * would.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/entry/alarm.h"
#include "driver.h"

struct work {
    struct gen *g;
    struct batch *x;
    const struct step *s;
    int step;
    struct station *st;
    struct person *performer, *second;
};

/* ---- which step? ---- */

static bool in_progress(const struct batch *x, int step)
{
    const struct occ *o = batch_occ(x, step);
    return o && !o->done;
}

static int times_done(const struct batch *x, int step)
{
    int n = 0;
    for (size_t i = 0; i < x->step[step].nocc; i++)
        n += x->step[step].occ[i]->done != 0;
    return n;
}

static bool ready(const struct batch *x, int step)
{
    const struct step *s = &x->protocol->step[step];
    for (size_t i = 0; i < s->nafter; i++)
        if (!batch_step_done(x, s->after[i]))
            return false;
    return s->repeat_max == 0 || times_done(x, step) < s->repeat_max || in_progress(x, step);
}

/* Ms until no window says that it is too early. */
static int64_t too_early(const struct gen *g, const struct batch *x, int step)
{
    const struct step *s = &x->protocol->step[step];
    int64_t most = 0;
    for (size_t i = 0; i < s->nwindows; i++) {
        const struct window *w = &s->window[i];
        const struct occ *o = w->end ? NULL : batch_done(x, w->since);
        const struct span *spans[] = {&w->possible, &w->min};
        for (int k = 0; o && k < 2; k++) {
            int64_t from = spans[k]->days ? clock_day_start(clock_day(o->done) + spans[k]->value)
                                          : o->done + spans[k]->value;
            if (spans[k]->set && from - g->now > most)
                most = from - g->now;
        }
    }
    return most;
}

static bool decides(const struct step *s)
{
    return s->verb == VERB_DECIDE || s->verb == VERB_REPORT || s->verb == VERB_CONFIRM || s->closes;
}

/* The step under way, else the first that is owed and can be done now; *ret_wait: else so long until one can.
 */
static int choose_step(struct gen *g, const struct batch *x, int64_t *ret_wait)
{
    int n = (int)x->protocol->nsteps, extra = -1;
    *ret_wait = 0;
    for (int i = 0; i < n; i++)
        if (in_progress(x, i))
            return i;
    for (int i = 0; i < n; i++) {
        const struct step *s = &x->protocol->step[i];
        if (!ready(x, i) || (batch_step_done(x, i) && s->repeat_max == 1))
            continue;
        int64_t early = too_early(g, x, i);
        bool owed = !s->optional && !batch_step_done(x, i);
        if (owed && early && (!*ret_wait || early < *ret_wait))
            *ret_wait = early;
        if (early)
            continue;
        if (owed)
            return extra >= 0 && gen_chance(g, 40) ? extra : i;
        if (!(s->verb == VERB_DECIDE || s->closes) || gen_chance(g, 5))
            extra = gen_below(g, 4) ? extra : i;
    }
    return *ret_wait ? -1 : extra;
}

/* ---- who? ---- */

static bool qualified(const struct gen *g, const struct person *p, const struct step *s)
{
    for (size_t i = 0; i < s->nqualified; i++) {
        bool has = false;
        for (size_t k = 0; k < p->nquals; k++)
            has |= strcmp(p->qual[k].name, s->qualified[i]) == 0 && p->qual[k].until >= clock_day(g->now);
        if (!has)
            return false;
    }
    return true;
}

static bool barred(const struct batch *x, const struct step *s, const struct person *p)
{
    enum dept other = s->dept == DEPT_QUALITY         ? DEPT_MANUFACTURING
                      : s->dept == DEPT_MANUFACTURING ? DEPT_QUALITY
                                                      : DEPT_NONE;
    if (p->suspended || p->locked || (other && batch_acted(x, p, other)))
        return true;
    for (size_t i = 0; i < s->nnot_by; i++)
        for (size_t k = 0; k < x->step[s->not_by[i]].nocc; k++)
            if (occ_performed_by(x->step[s->not_by[i]].occ[k], p))
                return true;
    return false;
}

static bool has_role(const struct step *s, const struct person *p)
{
    bool yes = s->nby == 0;
    for (size_t i = 0; i < s->nby; i++)
        yes |= person_has_role(p, s->by[i]);
    return yes;
}

/* A go is signed by a physician of the plan; all plans here name the same. */
static bool outside(const struct work *w, const struct person *p)
{
    size_t pos = 0;
    const struct plan *plan = map_next(&w->g->book->plans, &pos);
    for (size_t i = 0; plan && i < plan->physicians.n; i++)
        if (strcmp(plan->physicians.item[i], p->id) == 0)
            return false;
    return w->s->verb == VERB_GO && w->s->dept == DEPT_CLINIC && plan;
}

/* One who may, the batch's own people first. */
static struct person *choose_person(const struct work *w, const struct person * not )
{
    struct person *found = NULL;
    size_t pos = 0, n = 0, best = SIZE_MAX;
    for (struct person *p; (p = map_next(&w->g->book->people, &pos)); n++) {
        bool unwell = p->fit_day == clock_day(w->g->now) && !p->fit;
        if (p == not || unwell || outside(w, p) || !has_role(w->s, p) || !qualified(w->g, p, w->s) ||
            barred(w->x, w->s, p))
            continue;
        size_t rank = (n + gen_lane(w->x->id)) % 4 * 4 + (not != NULL);
        bool here = p->signed_in == w->st && w->st && w->st->bench.day == clock_day(w->g->now);
        rank = here ? 0 : 1 + rank;
        if (rank < best) {
            best = rank;
            found = p;
        }
    }
    return found;
}

/* ---- where? ---- */

static bool stands_in(const struct step *s, const struct station *st)
{
    bool yes = s->nwhere == 0;
    for (size_t i = 0; i < s->nwhere && !st->revoked; i++)
        yes |= strcmp(s->where[i], st->kind) == 0;
    return yes && !st->revoked;
}

static struct station *choose_station(const struct work *w)
{
    struct station *list[32];
    size_t n = 0, pos = 0;
    for (struct station *st; (st = map_next(&w->g->book->stations, &pos)) && n < 32;)
        if (stands_in(w->s, st)) {
            if (in_progress(w->x, w->step) && st->bench.batch == w->x && st->bench.step == w->step)
                return st;
            list[n++] = st;
        }
    return n ? list[gen_lane(w->x->id) % n] : NULL;
}

/* ---- getting there ---- */

static bool here(const struct work *w, const struct person *p)
{
    return p->signed_in == w->st && w->st->bench.day == clock_day(w->g->now);
}

static struct json *sign_out(const struct work *w, const struct station *st, const struct person *p)
{
    if (st->bench.asked.leaves)
        return gen_scan(w->g, st->id, gen_badge(w->g, p->id));
    return gen_scan(w->g, st->id, gen_code(w->g, 'X', "OUT"));
}

static struct json *sign_in(const struct work *w, const struct person *p)
{
    if (p->signed_in && p->signed_in != w->st && p->signed_in->bench.day == clock_day(w->g->now))
        return sign_out(w, p->signed_in, p);
    if (w->st->bench.day == clock_day(w->g->now) && w->st->bench.npeople == BENCH_PEOPLE &&
        gen_chance(w->g, 800))
        return sign_out(w, w->st, w->st->bench.person[gen_below(w->g, BENCH_PEOPLE)]);
    struct json *c = gen_command(w->g, "session", w->st->id);
    json_set_str(w->g->a, c, "badge", gen_badge(w->g, p->id));
    return json_set_str(w->g->a, c, "pin", gen_chance(w->g, 20) ? "wrong" : "right");
}

static bool bench_is(const struct work *w)
{
    return w->st->bench.batch == w->x && w->st->bench.day == clock_day(w->g->now);
}

static struct json *card(const struct work *w)
{
    return gen_scan(w->g, w->st->id, gen_code(w->g, 'B', w->x->id));
}

static struct json *step_code(const struct work *w, const struct station *st)
{
    char id[BOUND_CODE_ID];
    snprintf(id, sizeof(id), "STEP-%s", w->s->id);
    for (char *c = id; *c; c++)
        *c = *c == '.' ? '-' : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    return gen_scan(w->g, st->id, gen_code(w->g, 'X', id));
}

static struct json *scan_step(struct work *w);

/* Nobody goes in who has not said today that he is well. */
static struct json *declare(struct work *w, struct person *p)
{
    struct work f = *w;
    for (int i = 0; i < (int)w->x->protocol->nsteps; i++) {
        const struct step *s = &w->x->protocol->step[i];
        if (!s->declares_fit || !ready(w->x, i) || s->form)
            continue;
        f.s = s;
        f.step = i;
        f.st = choose_station(&f);
        f.performer = p;
        f.second = NULL;
        return f.st ? scan_step(&f) : NULL;
    }
    return NULL;
}

static struct json *people_there(struct work *w)
{
    bool two = w->s->people > 1 || w->s->witness;
    struct person *p[] = {w->performer, two ? w->second : NULL};
    for (int i = 0; i < 2 && p[i]; i++)
        if (w->s->fit && !(p[i]->fit && p[i]->fit_day == clock_day(w->g->now)))
            return declare(w, p[i]);
    for (int i = 0; i < 2 && p[i]; i++)
        if (!here(w, p[i]))
            return sign_in(w, p[i]);
    return NULL;
}

/* Who stands there and may not be in it (the recorder is chosen among all of them) goes. */
static struct json *send_away(struct work *w)
{
    const struct bench *b = &w->st->bench;
    for (size_t i = 0; i < b->npeople; i++)
        if (b->person[i] != w->performer && b->person[i] != w->second &&
            (barred(w->x, w->s, b->person[i]) || !qualified(w->g, b->person[i], w->s) ||
             (w->s->fit && b->person[i]->fit_day != clock_day(w->g->now))))
            return sign_out(w, w->st, b->person[i]);
    return NULL;
}

static struct json *lot_missing(struct work *w, const struct field *f)
{
    return f->kind == FIELD_LOT && f->nmaterials
               ? gen_new_lot(w->g, f->material[gen_below(w->g, f->nmaterials)])
               : NULL;
}

/* A thing that would fit was not found: calibrated again, or one more of them bought. */
static struct json *thing_missing(struct work *w, const struct field *f)
{
    bool place = f->kind == FIELD_PLACE;
    if ((f->kind != FIELD_EQUIPMENT && !place) || !f->thing || f->release || !gen_chance(w->g, 300))
        return NULL;
    const char *id = gen_text(w->g, "N%zu", ++w->g->serial);
    struct json *b = json_set_str(w->g->a, json_object(w->g->a), place ? "place" : "equipment", id);
    json_set_str(w->g->a, json_set_str(w->g->a, b, "kind", f->thing), "room", w->st->room);
    return gen_record(w->g, "QA1", "MM", place ? "place.added" : "equipment.added", b);
}

static struct json *not_done(struct work *w)
{
    struct json *c = gen_command(w->g, "act", w->st->id);
    json_set_str(w->g->a, c, "badge", gen_badge(w->g, w->performer->id));
    json_set_str(w->g->a, c, "batch", w->x->id);
    json_set_str(w->g->a, c, "step", w->s->id);
    json_set(w->g->a, c, "fields", json_object(w->g->a));
    json_set_str(w->g->a, c, "secret", "right");
    return json_set_str(w->g->a, c, "skip", RIG_NAME);
}

static struct json *scan_value(struct work *w, int field)
{
    const struct field *f = &w->s->field[field];
    const char *raw = gen_value(w->g, w->x, w->step, field, w->st, NULL);
    if (raw)
        return gen_scan(w->g, w->st->id, raw);
    struct json *c = lot_missing(w, f);
    if (!c)
        c = thing_missing(w, f);
    return c ? c : w->s->can_skip && gen_chance(w->g, 300) ? not_done(w) : gen_noise(w->g);
}

/* Somebody who is not needed, or it was not meant. */
static struct json *whoever_leaves(struct work *w)
{
    const struct bench *b = &w->st->bench;
    for (size_t i = 0; i < b->npeople; i++)
        if (b->person[i] != w->performer && b->person[i] != w->second)
            return gen_scan(w->g, w->st->id, gen_badge(w->g, b->person[i]->id));
    return gen_scan(w->g, w->st->id, gen_code(w->g, 'X', "BACK"));
}

/* An alarm stands there: each of those who are there, or one and whoever was telephoned. NULL: none stands.
 */
static struct json *acknowledge(struct work *w)
{
    struct next n;
    rule_next(w->g->book, w->st, w->g->now, 1800, w->g->a, &n);
    if (!n.alarm || gen_chance(w->g, 60))
        return NULL;
    if (n.alarm->stops && n.waits.n && gen_chance(w->g, 800))
        return gen_scan(w->g, w->st->id, gen_badge(w->g, n.waits.item[gen_below(w->g, n.waits.n)]));
    if (n.callable.n && (!n.waits.n || gen_chance(w->g, 100)))
        return gen_scan(
            w->g, w->st->id,
            gen_code(w->g, 'X', gen_text(w->g, "ACK-%s", n.callable.item[gen_below(w->g, n.callable.n)])));
    return n.acting ? gen_scan(w->g, w->st->id, gen_code(w->g, 'X', "ACK")) : NULL;
}

static struct json *scan_step(struct work *w)
{
    struct json *c = people_there(w);
    if (c)
        return c;
    if (!here(w, w->performer))
        return sign_in(w, w->performer);
    if ((c = acknowledge(w)))
        return c;
    if (w->st->bench.asked.at && w->g->now - w->st->bench.asked.at < 30000 && gen_chance(w->g, 900))
        return w->st->bench.asked.leaves ? whoever_leaves(w)
                                         : gen_scan(w->g, w->st->id, gen_code(w->g, 'X', "YES"));
    if (!w->st->bench.acting)
        return gen_scan(w->g, w->st->id, gen_badge(w->g, w->performer->id));
    if ((c = send_away(w)))
        return c;
    if (!bench_is(w))
        return card(w);
    struct next n;
    rule_next(w->g->book, w->st, w->g->now, 1800, w->g->a, &n);
    /* a value that is entered twice is the other one's */
    struct person *who = n.step == w->step && n.again && w->second ? w->second : w->performer;
    if (!here(w, who))
        return sign_in(w, who);
    if (w->st->bench.acting != who)
        return gen_scan(w->g, w->st->id, gen_badge(w->g, who->id));
    if (n.step != w->step)
        return step_code(w, w->st);
    if (n.yes)
        return gen_scan(w->g, w->st->id, gen_code(w->g, 'X', gen_chance(w->g, 500) ? "YES" : "BACK"));
    if (n.witness && w->second)
        return gen_scan(w->g, w->st->id, gen_badge(w->g, w->second->id));
    return n.field >= 0 ? scan_value(w, n.field) : card(w);
}

static struct json *act(struct work *w)
{
    for (size_t i = 0; i < w->s->nfields; i++)
        if (w->s->field[i].kind == FIELD_LOT && !gen_value(w->g, w->x, w->step, (int)i, w->st, NULL))
            return lot_missing(w, &w->s->field[i]);
    struct json *c = gen_command(w->g, "act", w->st->id);
    json_set_str(w->g->a, c, "badge", gen_badge(w->g, w->performer->id));
    json_set_str(w->g->a, c, "batch", w->x->id);
    json_set_str(w->g->a, c, "step", w->s->id);
    json_set(w->g->a, c, "fields", gen_fields(w->g, w->x, w->step, w->st, true));
    if (w->s->names_pending)
        json_set(w->g->a, c, "pending", rule_pending(w->g->a, w->x));
    char shown[44];
    rule_shown(w->x, shown);
    if (w->s->verb != VERB_NONE || gen_chance(w->g, 500))
        json_set_str(w->g->a, c, "shown", shown);
    return json_set_str(w->g->a, c, "secret", "right");
}

/* ---- what is in the way ---- */

static struct json *on_batch(struct gen *g, const struct batch *x, const char *kind, const char *member,
                             const char *id)
{
    static const char *const quality[] = {"QM", "QM", "QM", "QM", "QM", "QC3"}, *const assessors[] = {
                                                                                    "QC1", "QC2", "QC3",
                                                                                    "QM"};
    struct json *b = json_set_str(g->a, json_object(g->a), "batch", x->id);
    json_set_str(g->a, b, member, id);
    json_set_str(g->a, b, "reason", RIG_NAME);
    if (strcmp(kind, "deviation.closed") == 0 && gen_chance(g, 700))
        json_set_str(g->a, b, "despite", RIG_NAME);
    if (strcmp(kind, "deviation.assessed") == 0)
        json_set_str(g->a, b, "grade", gen_chance(g, 850) ? "minor" : "major");
    if (strcmp(kind, "deviation.assessed") == 0)
        return gen_record(g, "QA1", GEN_ONE_OF(g, assessors), kind, b);
    if (strcmp(kind, "deviation.confirmed") == 0)
        json_set_str(g->a, b, "told", "FM");
    if (strcmp(kind, "deviation.reported") == 0 ||
        (strcmp(kind, "deviation.confirmed") == 0 && gen_chance(g, 200)))
        return gen_record(g, "QA1", "FM", kind, b);
    return gen_record(g, "QA1", GEN_ONE_OF(g, quality), kind, b);
}

/* Of another patient: by both sides, where manufacturing is signed in, and by the physician's document. */
static struct json *clear_patient(struct gen *g, const struct batch *x, const struct hold *h)
{
    const struct person *mm = book_person(g->book, "MM");
    if (!mm || !mm->signed_in || !bench_works(&mm->signed_in->bench, g->now)) {
        struct json *c = json_set_str(g->a, gen_command(g, "session", "QA1"), "badge", gen_badge(g, "MM"));
        return json_set_str(g->a, c, "pin", "right");
    }
    struct json *b = json_set_str(g->a, json_object(g->a), "batch", x->id);
    json_set_str(g->a, b, "hold", h->id);
    json_set_str(g->a, b, "reason", RIG_NAME);
    json_set_str(g->a, b, "document", gen_text(g, "DR-%zu", ++g->serial));
    json_set_str(g->a, b, "sha256", "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg");
    json_set_str(g->a, b, "witness", gen_badge(g, "MM"));
    return gen_record(g, mm->signed_in->id, "QM", "hold.lifted", b);
}

static struct json *lift(struct gen *g, const struct batch *x, const struct hold *h)
{
    bool patient = strcmp(h->code, "ident.patient") == 0 && gen_chance(g, 900);
    return patient ? clear_patient(g, x, h) : on_batch(g, x, "hold.lifted", "hold", h->id);
}

static const struct action *action_of(const struct batch *x, const struct deviation *d, bool effect)
{
    for (size_t i = x->nactions; i-- > 0;)
        if (strcmp(x->action[i].dev, d->id) == 0 && x->action[i].effect == effect)
            return &x->action[i];
    return NULL;
}

/* A major one: a measure, then a look whether it helped, each seen by another; and the manager tells. */
static struct json *major(struct gen *g, const struct batch *x, const struct deviation *d)
{
    char day[11];
    for (int effect = 0; effect < 2; effect++) {
        const struct action *a = action_of(x, d, effect);
        if (a && !a->verified)
            return on_batch(g, x, "deviation.verified", "action", a->id);
        if (a)
            continue;
        struct json *c = on_batch(g, x, "deviation.action", "dev", d->id);
        struct json *b = json_copy(g->a, json_get(c, "body"));
        clock_day_format(clock_day(g->now) + 20, day);
        json_set_str(g->a, json_set_str(g->a, b, "owner", "OP4"), "due", day);
        if (effect)
            json_set(g->a, b, "effect", json_bool(g->a, true));
        return gen_record(g, "QA1", "QM", "deviation.action", b);
    }
    return gen_chance(g, 500) ? on_batch(g, x, "deviation.reported", "dev", d->id)
                              : on_batch(g, x, "deviation.closed", "dev", d->id);
}

/* What it waits for. */
static const char *dev_needs(const struct deviation *d)
{
    return !d->assessed ? "deviation.assessed" : d->awaits ? "deviation.confirmed" : "deviation.closed";
}

static struct json *clear_up(struct gen *g, const struct batch *x, bool all)
{
    for (size_t i = 0; i < x->ndevs; i++) {
        const struct deviation *d = &x->dev[i];
        if (!d->closed && d->assessed && !d->awaits && d->grade == GRADE_MAJOR)
            return major(g, x, d);
        if (!d->closed && (!d->assessed || d->awaits || all || d->grade == GRADE_MAJOR))
            return on_batch(g, x, dev_needs(d), "dev", d->id);
    }
    if (x->warn_since)
        return gen_record(g, "CL1", "N1", "clinic.warned",
                          json_set_str(g->a, json_object(g->a), "batch", x->id));
    for (size_t i = 0; i < x->nholds; i++)
        if (!x->hold[i].lifted)
            return lift(g, x, &x->hold[i]);
    return NULL;
}

static struct json *reopen_room(struct gen *g)
{
    size_t pos = 0;
    for (const struct room *r; (r = map_next(&g->book->rooms, &pos));)
        if (r->blocked) {
            struct json *b = json_set_str(g->a, json_object(g->a), "room", r->id);
            json_set_str(g->a, json_set_str(g->a, b, "reason", RIG_NAME), "result", "0 CFU");
            return gen_record(g, "QA1", "QM", "room.reopened", b);
        }
    return NULL;
}

static struct json *unlock(struct gen *g)
{
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&g->book->people, &pos));)
        if (p->locked)
            return gen_record(g, "QA1", strcmp(p->id, "FM") == 0 ? "QM" : "FM", "person.unlocked",
                              json_set_str(g->a, json_object(g->a), "person", p->id));
    return NULL;
}

/* ---- a new batch ---- */

static struct json *order(struct gen *g)
{
    const char *protocol = gen_chance(g, g->small) ? "small" : "nk-autologous";
    const struct protocol_state *p = book_protocol(g->book, protocol);
    if (!p)
        return NULL;
    struct batch none = {.id = gen_text(g, "NK-%zu", g->batches + 1), .protocol = p->protocol};
    none.step = arena_alloc(g->a, p->protocol->nsteps * sizeof(*none.step));
    int opens = 0;
    while (!p->protocol->step[opens].opens)
        opens++;
    struct json *c = gen_command(g, "act", "QA1");
    json_set_str(g->a, c, "badge", gen_badge(g, "CO"));
    json_set_str(g->a, c, "batch", none.id);
    json_set_str(g->a, c, "protocol", protocol);
    json_set(g->a, c, "fields", gen_fields(g, &none, opens, NULL, true));
    g->batches++;
    if (!*g->focus)
        snprintf(g->focus, sizeof(g->focus), "%s", none.id);
    return json_set_str(g->a, c, "secret", "right");
}

static struct json *wait_until(struct gen *g, int64_t ms)
{
    struct json *c = json_set_str(g->a, json_object(g->a), "do", "wait");
    return json_set_int(g->a, c, "ms", ms + 1000);
}

static struct json *work_on(struct gen *g, struct batch *x)
{
    int64_t wait = 0;
    struct work w = {.g = g, .x = x, .step = choose_step(g, x, &wait)};
    if (w.step < 0)
        return wait ? wait_until(g, wait) : clear_up(g, x, true);
    w.s = &x->protocol->step[w.step];
    struct json *c = decides(w.s) || gen_chance(g, 20) ? clear_up(g, x, w.s->closes) : NULL;
    if (c)
        return c;
    w.st = choose_station(&w);
    w.performer = w.st ? choose_person(&w, NULL) : NULL;
    w.second = w.performer ? choose_person(&w, w.performer) : NULL;
    if (in_progress(x, w.step) && batch_occ(x, w.step)->performer && w.st) {
        struct person *p = book_person(g->book, batch_occ(x, w.step)->performer->id);
        if (!barred(x, w.s, p) && has_role(w.s, p)) {
            w.performer = p;
            w.second = choose_person(&w, p);
        }
    }
    if (!w.performer)
        return NULL;
    if (w.s->can_skip && gen_chance(g, 2))
        return not_done(&w);
    return w.s->form || w.s->verb != VERB_NONE ? act(&w) : scan_step(&w);
}

struct json *gen_work(struct gen *g)
{
    struct batch *x = book_batch(g->book, g->focus);
    struct json *c = gen_chance(g, 200) ? unlock(g) : NULL;
    if (!c && gen_chance(g, 200))
        c = gen_resume(g);
    if (!c && gen_chance(g, 100))
        c = reopen_room(g);
    if (c)
        return c;
    if ((!x || x->closed || gen_chance(g, 1)) && g->batches < g->most)
        c = order(g);
    if (c)
        return c;
    return x && !x->closed ? work_on(g, x) : NULL;
}
