/* What must hold after each command. The rig has looked at verdict and entries (bench_rig.h). */
#include "driver.h"

#include <stdlib.h>

#include "base/clock.h"

/* ---- projections ---- */

static const struct protocol *protocol_named(void *arg, const char *name)
{
    struct play *p = arg;
    const struct protocol_state *s = map_get(&p->again.protocols, name);
    return s ? s->protocol : NULL;
}

static void on_row(void *arg, const struct view_row *row)
{
    view_sheet_add(((struct play *)arg)->sheet, row);
}

static size_t column(enum view_id t, const char *name)
{
    for (size_t i = 0; i < view_tables[t].ncolumns; i++)
        if (strcmp(view_tables[t].column[i].name, name) == 0)
            return i;
    broken("no such column", "%s", name);
}

/* The row of that key; false if there is none. */
static bool row_of(struct play *p, enum view_id t, const char *key, struct view_row *ret)
{
    struct view_row want = {.table = t, .given = 1};
    want.value[0].text = key;
    size_t i = view_sheet_find(p->sheet, &want);
    if (i != SIZE_MAX)
        view_sheet_get(p->sheet, t, i, ret);
    return i != SIZE_MAX;
}

static const char *text(const struct view_row *r, const char *name)
{
    size_t i = column(r->table, name);
    return r->given >> i & 1 ? r->value[i].text : NULL;
}

static int64_t num(const struct view_row *r, const char *name)
{
    size_t i = column(r->table, name);
    return r->given >> i & 1 ? r->value[i].num : 0;
}

static bool given(const struct view_row *r, const char *name)
{
    return r->given >> column(r->table, name) & 1;
}

static bool equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void same_containers(struct play *p, const struct batch *x)
{
    struct view_row r;
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct container *c = x->container[i];
        if (!row_of(p, VIEW_CONTAINER, c->id, &r))
            broken("projection container missing", "%s", c->id);
        if (!equal(text(&r, "state"), container_state_name(c->state)) || !equal(text(&r, "batch"), x->id) ||
            !equal(text(&r, "label"), c->label))
            broken("projection container differs", "%s: book %s, row %s of %s", c->id,
                   container_state_name(c->state), text(&r, "state"), text(&r, "batch"));
        if (book_container(&p->rig.book, c->id) != c)
            broken("container known twice", "%s", c->id);
    }
}

static void same_events(struct play *p, const struct batch *x)
{
    struct view_row r;
    for (size_t i = 0; i < x->ndevs; i++) {
        const struct deviation *d = &x->dev[i];
        if (!row_of(p, VIEW_DEVIATION, d->id, &r) ||
            !equal(text(&r, "grade"), word_name(&grade_words, (int)d->grade)) ||
            !equal(text(&r, "cause"), d->code) || given(&r, "closed") != d->closed ||
            num(&r, "awaits") != d->awaits)
            broken("projection deviation differs", "%s grade %s closed %d", d->id,
                   d->grade ? word_name(&grade_words, (int)d->grade) : "-", d->closed);
    }
    for (size_t i = 0; i < x->nholds; i++)
        if (!row_of(p, VIEW_HOLD, x->hold[i].id, &r) || given(&r, "lifted") != x->hold[i].lifted ||
            !equal(text(&r, "cause"), x->hold[i].code))
            broken("projection hold differs", "%s lifted %d", x->hold[i].id, x->hold[i].lifted);
}

static void same_batch(struct play *p, const struct batch *x)
{
    struct view_row r;
    int64_t open = 0;
    for (size_t i = 0; i < x->ndevs; i++)
        open += !x->dev[i].closed;
    if (!row_of(p, VIEW_BATCH, x->id, &r))
        broken("projection batch missing", "%s", x->id);
    if (!equal(text(&r, "state"), x->state) || num(&r, "is_open") == x->closed)
        broken("projection batch state differs", "%s: book %s closed %d, row %s open %lld", x->id, x->state,
               x->closed, text(&r, "state"), (long long)num(&r, "is_open"));
    if (num(&r, "holds") != (int64_t)batch_open_holds(x) || num(&r, "deviations") != open)
        broken("projection batch counts differ", "%s: book %zu holds %lld deviations, row %lld %lld", x->id,
               batch_open_holds(x), (long long)open, (long long)num(&r, "holds"),
               (long long)num(&r, "deviations"));
    if (num(&r, "entries") != (int64_t)book_stream(&p->rig.book, x->stream)->sseq)
        broken("projection batch entries differ", "%s", x->id);
    same_containers(p, x);
    same_events(p, x);
}

/* A bench whose day is over has nobody, whatever stream has told of it (bench_dump.c). */
static void same_sessions(struct play *p)
{
    size_t pos = 0, book = 0, rows = 0;
    int64_t today = clock_day(p->rig.now);
    for (const struct station *st; (st = map_next(&p->rig.book.stations, &pos));)
        book += st->bench.day == today ? st->bench.npeople : 0;
    for (size_t i = 0; i < view_sheet_count(p->sheet, VIEW_SESSION); i++) {
        struct view_row r;
        view_sheet_get(p->sheet, VIEW_SESSION, i, &r);
        const struct station *st = book_station(&p->rig.book, text(&r, "station"));
        rows +=
            !given(&r, "closed") && st && st->bench.day == today; /* opened yesterday, too: carried over */
    }
    if (book != rows)
        broken("projection sessions differ", "book %zu, rows %zu", book, rows);
}

/* ---- the facility ---- */

/* Of one of the newest `own` deviations? */
static bool hold_is_own(const struct batch *x, const struct hold *h, size_t own)
{
    for (size_t i = x->ndevs - own; i < x->ndevs; i++)
        if (h->dev && strcmp(h->dev, x->dev[i].id) == 0)
            return true;
    return false;
}

/* `own`: deviations that the deciding command itself opened, with their holds: told with the decision, which
 * by a claim of another time holds what it releases. */
static void no_release_without_gates(const struct batch *x, size_t own)
{
    const struct protocol *pr = x->protocol;
    for (size_t i = 0; i < x->nholds; i++)
        if (!x->hold[i].lifted && !hold_is_own(x, &x->hold[i], own))
            broken("released on hold", "%s", x->hold[i].id);
    for (size_t i = 0; i + own < x->ndevs; i++)
        if (!x->dev[i].assessed ||
            (!x->dev[i].closed && (x->dev[i].grade == GRADE_MAJOR || x->dev[i].awaits)))
            broken("released with a deviation", "%s", x->dev[i].id);
    for (int s = 0; s < (int)pr->nsteps; s++) {
        const struct step *st = &pr->step[s];
        bool gate = st->verb == VERB_REPORT || st->verb == VERB_CONFIRM;
        if (gate && !st->optional && !batch_step_done(x, s))
            broken("released without a gate", "%s %s", x->id, st->id);
    }
    if (x->stopped)
        broken("released though stopped", "%s", x->id);
}

static void one_donor_each(struct play *p, const struct batch *x)
{
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct container *c = x->container[i];
        const struct thing *t = c->place ? book_thing(&p->rig.book, c->place) : NULL;
        if (strncmp(c->id, x->id, strlen(x->id)) != 0 || c->id[strlen(x->id)] != '-')
            broken("container of another batch", "%s in %s", c->id, x->id);
        if (t && t->occupied && t->occupied != x && c->state == CONTAINER_FILLED)
            broken("two donors in one place", "%s: %s stands there, occupied by %s", t->id, c->id,
                   t->occupied->id);
    }
}

/* From the entries themselves, not from what the book remembers of them. */
static void note_side(struct play *p, const struct entry *e, const char *member)
{
    const char *who = json_get_str(e->actor, member), *dept = json_get_str(e->actor, "dept");
    static const char *const acts[] = {"step.input",       "step.form",   "step.signed",
                                       "step.skipped",     "correction",  "deviation.assessed",
                                       "deviation.closed", "hold.lifted", "deviation.confirmed"};
    bool act = false;
    for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
        act |= strcmp(e->kind, acts[i]) == 0;
    /* quality stands in for who would see a correction, and does nothing for manufacturing by it */
    if (strcmp(member, "witnessed") == 0 && json_get_bool(e->body, "instead"))
        return;
    if (!act || !who || !dept || (strcmp(dept, "manufacturing") != 0 && strcmp(dept, "quality") != 0))
        return;
    const char *key = arena_printf(&p->facts, "%s %s", e->stream, who), *was = map_get(&p->sides, key);
    if (!was)
        map_put(&p->sides, key, arena_strdup(&p->facts, dept));
    else if (strcmp(was, dept) != 0)
        broken("both sides of one batch", "%s acted for %s and now for %s: %s", key, was, dept, e->text);
}

/* An opened unit belongs to a batch that used it. */
static void note_unit(struct play *p, const struct entry *e)
{
    const char *stream = e->stream, *unit = json_get_str(e->body, "unit");
    bool use = strcmp(e->kind, "step.input") == 0 || strcmp(e->kind, "correction") == 0;
    if (use && unit && strncmp(stream, "batch/", 6) == 0)
        map_put(&p->named, arena_printf(&p->facts, "%s %s", unit, stream + 6), p);
    if (strcmp(e->kind, "step.form") == 0 || strcmp(e->kind, "step.signed") == 0)
        map_put(&p->named, arena_printf(&p->facts, "form %s", stream + 6), p);
    if (strcmp(e->kind, "lot.opened") != 0)
        return;
    const char *batch = json_get_str(e->body, "batch");
    if (!batch || !unit)
        broken("unit opened for nobody", "%s", e->text);
    if (!map_get(&p->named, arena_printf(&p->facts, "%s %s", unit, batch)) &&
        !map_get(&p->named, arena_printf(&p->facts, "form %s", batch)))
        broken("unit opened that nobody used", "%s", e->text);
}

static bool held(const struct batch *x, const char *code)
{
    for (size_t i = 0; i < x->nholds; i++)
        if (strcmp(x->hold[i].code, code) == 0)
            return true;
    return false;
}

static void units_accounted(struct play *p)
{
    size_t pos = 0;
    for (const struct lot *l; (l = map_next(&p->rig.book.lots, &pos));)
        for (const struct lot_unit *u = l->opened; u; u = u->next) {
            for (const struct lot_unit *o = u->next; o; o = o->next)
                if (strcmp(u->unit, o->unit) == 0)
                    broken("unit opened twice", "%s-U%s for %s and %s", l->id, u->unit, u->batch_id,
                           o->batch_id);
        }
}

/* Every use of a unit that belongs to one batch is that batch's, or both are held. */
static void lots_accounted(struct play *p, const struct batch *x)
{
    const struct protocol *pr = x->protocol;
    for (size_t s = 0; s < pr->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++)
            for (size_t i = 0; i < x->step[s].occ[o]->ninputs; i++) {
                const struct input *in = &x->step[s].occ[o]->input[i];
                const struct lot *l =
                    pr->step[s].field[in->field].kind == FIELD_LOT ? book_lot(&p->rig.book, in->text) : NULL;
                const struct material *m = l ? protocol_material(pr, l->material) : NULL;
                const struct lot_unit *u = l ? l->opened : NULL;
                while (u && in->unit && strcmp(u->unit, in->unit) != 0)
                    u = u->next;
                if (!m || !m->single_batch || !in->unit || held(x, "lot.used-other-batch"))
                    continue;
                if (!u || strcmp(u->batch_id, x->id) != 0)
                    broken("unit not accounted for", "%s-U%s in %s, opened for %s", l->id, in->unit, x->id,
                           u ? u->batch_id : "nobody");
            }
}

/* ---- derived values, by arithmetic of another kind ---- */

static const struct input *last_of(const struct occ *o, int field)
{
    for (size_t i = o->ninputs; i-- > 0;)
        if (o->input[i].field == field && !o->input[i].first_of_two)
            return &o->input[i];
    return NULL;
}

/* False: not to be told from this occurrence alone. */
static bool derived(const struct step *s, int step, const struct occ *o, const struct field *f, double *ret)
{
    double v[BOUND_STEP_FIELDS], sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < f->nargs; i++) {
        const struct input *in = f->arg[i].step == step ? last_of(o, f->arg[i].field) : NULL;
        const struct field *a = f->arg[i].step == step ? &s->field[f->arg[i].field] : NULL;
        if (!a || (!in && !a->conditional && !a->optional))
            return false;
        if (in)
            sum += v[n++] = dec_double(in->value);
    }
    if (n == 0 || (n < 2 && f->fn > DERIVE_SUM && f->fn != DERIVE_MEAN))
        return false;
    switch (f->fn) {
    case DERIVE_SUM:
        *ret = sum;
        break;
    case DERIVE_MEAN:
        *ret = sum / (double)n;
        break;
    case DERIVE_DIFF:
        *ret = v[0] - v[1];
        break;
    case DERIVE_PRODUCT:
        *ret = v[0] * v[1];
        break;
    case DERIVE_RATIO:
        *ret = v[0] / v[1];
        break;
    case DERIVE_VIABILITY:
        *ret = v[0] / (v[0] + v[1]) * 100;
        break;
    default:
        return false;
    }
    return *ret == *ret && *ret < 1e12 && *ret > -1e12;
}

static void derived_of(const struct batch *x, int step, const struct occ *o, int field)
{
    const struct step *s = &x->protocol->step[step];
    const struct field *f = &s->field[field];
    const struct input *in = last_of(o, field);
    double due, unit = 1.01;
    for (int i = 0; i < f->decimals; i++)
        unit /= 10;
    bool known = derived(s, step, o, f, &due);
    if (!known)
        return;
    if (!in)
        broken("derived missing", "%s %s %s is due: %g", x->id, s->id, f->id, due);
    double is = dec_double(in->value);
    if (is - due > unit || due - is > unit)
        broken("derived stale", "%s %s %s is %g, due %g", x->id, s->id, f->id, is, due);
}

static void derived_is_true(const struct batch *x)
{
    for (int s = 0; s < (int)x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++)
            for (int f = 0; f < (int)x->protocol->step[s].nfields; f++) {
                const struct occ *c = x->step[s].occ[o];
                size_t n = 0;
                for (size_t i = 0; i < c->ninputs; i++)
                    n += c->input[i].field == f;
                if (x->protocol->step[s].field[f].kind != FIELD_DERIVED)
                    continue;
                if (n > 1)
                    broken("derived twice", "%s %s", x->id, x->protocol->step[s].field[f].id);
                if (c->done && !c->skipped)
                    derived_of(x, s, c, f);
            }
}

static void check_batch(struct play *p, const struct batch *x)
{
    same_batch(p, x);
    one_donor_each(p, x);
    lots_accounted(p, x);
    derived_is_true(x);
    for (size_t i = 0; i < x->nacts; i++)
        for (size_t k = 0; k < x->nacts; k++)
            if (x->act[i].person == x->act[k].person && x->act[i].dept == DEPT_MANUFACTURING &&
                x->act[k].dept == DEPT_QUALITY)
                broken("both sides of one batch", "%s %s", x->id, x->act[i].person->id);
}

/* ---- folding ---- */

static const char *disclosed(void *arg, const char *digest)
{
    return map_get(&((struct rig *)arg)->disclosed, digest);
}

static void differ(struct play *p, const struct book *is, const char *tag)
{
    struct arena a;
    arena_init(&a, 0);
    int64_t today = clock_day(p->rig.now);
    const char *was = book_dump_whole(&p->rig.book, &a, today, false),
               *now = book_dump_whole(is, &a, today, false);
    size_t at = 0, line = 0;
    for (; was[at] && was[at] == now[at]; at++)
        if (was[at] == '\n')
            line = at + 1;
    if (was[at] != now[at])
        broken(tag, "live: %.300s\n---- anew: %.300s", was + line, now + line);
    arena_fini(&a);
    p->tally.folds++;
}

static void fold_new(struct play *p)
{
    for (; p->folded < p->rig.n; p->folded++) {
        struct entry e;
        if (entry_read(&e, &p->rig.arena, p->rig.log[p->folded].text, p->rig.log[p->folded].len) != 0)
            broken("entry cannot be read", "%s", p->rig.log[p->folded].text);
        e.idx = p->rig.log[p->folded].idx;
        int err = book_apply(&p->again, &e);
        if (err)
            broken("does not fold again", "%s: %s", cpf_strerror(err), e.text);
        err = view_entry(p->view, &e);
        if (err)
            broken("has no rows", "%s: %s", cpf_strerror(err), e.text);
        note_side(p, &e, "performed");
        note_side(p, &e, "recorded");
        note_side(p, &e, "witnessed");
        note_unit(p, &e);
        told_entry(p, &e);
    }
}

/* The open streams, as a start reads them. */
static void fold_open(struct play *p)
{
    struct book again;
    struct arena a;
    arena_init(&a, 0);
    book_init(&again);
    again.disclosed = disclosed;
    again.arg = &p->rig;
    for (size_t i = 0; i < p->rig.n; i++) {
        struct entry e;
        require(entry_read(&e, &a, p->rig.log[i].text, p->rig.log[i].len) == 0);
        const struct stream *s = book_stream(&p->rig.book, e.stream);
        if (!s || s->closed)
            continue;
        int err = book_apply(&again, &e);
        if (err)
            broken("open streams do not fold", "%s: %s", cpf_strerror(err), e.text);
    }
    differ(p, &again, "start differs");
    book_fini(&again);
    arena_fini(&a);
}

void demand_folds(struct play *p)
{
    differ(p, &p->again, "refold differs");
    fold_open(p);
}

/* ---- after each command ---- */

static void note_released(struct play *p, const struct batch *x, size_t own)
{
    const char *key = arena_printf(&p->facts, "released %s", x->id);
    bool was = map_get(&p->named, key) != NULL;
    if (x->released && !was) {
        no_release_without_gates(x, own);
        told_released(p, x);
        p->tally.released++;
        map_put(&p->named, key, p);
    } else if (!x->released && was) {
        map_remove(&p->named, key);
    }
}

static void look_at(struct play *p, const char *stream, size_t from)
{
    const struct batch *x = strncmp(stream, "batch/", 6) == 0 ? book_batch(&p->rig.book, stream + 6) : NULL;
    if (!x)
        return;
    size_t own = 0;
    for (size_t i = from; i < p->rig.n; i++)
        own +=
            strstr(p->rig.log[i].text, "\"kind\":\"deviation.opened\"") && strstr(p->rig.log[i].text, stream);
    check_batch(p, x);
    note_released(p, x, own);
}

void demand_after(struct play *p)
{
    size_t from = p->folded;
    fold_new(p);
    for (size_t i = from; i < p->rig.n; i++) {
        struct entry e;
        require(entry_read(&e, &p->rig.arena, p->rig.log[i].text, p->rig.log[i].len) == 0);
        look_at(p, e.stream, from);
        p->tally.ordered += strcmp(e.kind, "batch.ordered") == 0;
        p->tally.closed += strcmp(e.kind, "batch.closed") == 0;
        p->tally.reopened += strcmp(e.kind, "batch.reopened") == 0;
    }
    units_accounted(p);
    same_sessions(p);
    if (p->thorough)
        demand_folds(p);
    else if (p->tally.commands % 64 == 0)
        differ(p, &p->again, "refold differs");
}

void demand_begin(struct play *p)
{
    struct view_config cfg = {.protocol = protocol_named, .row = on_row, .arg = p};
    p->view = view_new(&cfg);
    p->sheet = view_sheet_new();
    book_init(&p->again);
    p->again.disclosed = disclosed;
    p->again.rights = p->rig.book.rights;
    p->again.arg = &p->rig;
    map_init(&p->sides);
    map_init(&p->named);
    arena_init(&p->facts, 0);
    told_begin(p);
}

void demand_restarted(struct play *p)
{
    differ(p, &p->again, "refold differs");
}

void demand_end(struct play *p)
{
    view_free(p->view);
    view_sheet_free(p->sheet);
    book_fini(&p->again);
    map_fini(&p->sides);
    map_fini(&p->named);
    told_end(p);
    arena_fini(&p->facts);
}
