/*
 * A late positive (doc/bench.md 3, case 10): what else is held with it. Every batch of the same donor, and
 * every batch that shared a thing with this one: the same instrument (cabinet, bath, freezer) on one day, the
 * same place while both stood there, the same opened unit of a material. Which kinds count is the protocol's
 * to say
 * (`shared`): plates of many batches stand in one incubator and expose nobody. Sharing is read off what was
 * scanned; what never was scanned cannot be found here.
 *
 * Of what is closed the closings tell: batch.closed says what the batch shared. So it is the same whether the
 * batch is still in memory or not.
 */
#include <string.h>

#include "base/enc.h"
#include "core/rule/judge.h"

#define ROOM_FOR_ONE 11  /* entries: six for one exposed batch, and some for what finishes the step */
#define USES_MOST    500 /* of one closing: it must fit its entry */

/* ---- what a batch shared ---- */

static bool counts(const struct protocol *p, const struct field *f)
{
    if (f->kind == FIELD_LOT || field_issues(f))
        return true;
    for (size_t i = 0; i < p->nshared && f->thing; i++)
        if (strcmp(p->shared[i], f->thing) == 0)
            return f->kind == FIELD_EQUIPMENT || f->kind == FIELD_PLACE;
    return false;
}

struct gathered {
    struct arena *a;
    size_t n, cap;
    struct batch_use *use;
};

static bool same_thing(const struct batch_use *a, const struct batch_use *b)
{
    return a->kind == b->kind && strcmp(a->id, b->id) == 0;
}

/* The same use, but for the days of a place. */
static bool same_use(const struct batch_use *a, const struct batch_use *b)
{
    if (!same_thing(a, b))
        return false;
    if (a->kind == USED_LOT || a->kind == USED_DOCUMENT)
        return a->unit && b->unit ? strcmp(a->unit, b->unit) == 0 : a->unit == b->unit;
    return a->kind != USED_EQUIPMENT || a->first == b->first;
}

static void gather(struct gathered *g, struct batch_use u)
{
    for (size_t i = 0; i < g->n; i++) {
        struct batch_use *was = &g->use[i];
        if (!same_use(was, &u))
            continue;
        was->first = u.first < was->first ? u.first : was->first;
        was->last = u.last > was->last ? u.last : was->last;
        return;
    }
    if (g->n == g->cap) {
        g->cap = g->cap ? g->cap * 2 : 32;
        struct batch_use *more = arena_alloc(g->a, g->cap * sizeof(*more));
        if (g->n)
            memcpy(more, g->use, g->n * sizeof(*more));
        g->use = more;
    }
    g->use[g->n++] = u;
}

static void gather_input(struct gathered *g, const struct step *s, const struct input *in)
{
    const struct field *f = &s->field[in->field];
    int64_t day = clock_day(in->at);
    if (f->kind == FIELD_LOT && (in->unit || f->lot_use != LOT_STAGE))
        gather(g, (struct batch_use){.kind = USED_LOT, .id = in->text, .unit = in->unit});
    else if (f->kind == FIELD_DOCUMENT)
        gather(g, (struct batch_use){
                      .kind = USED_DOCUMENT, .id = in->text, .unit = s->id, .first = day, .last = day});
    else if (f->kind != FIELD_LOT)
        gather(g, (struct batch_use){.kind = f->kind == FIELD_PLACE ? USED_PLACE : USED_EQUIPMENT,
                                     .id = in->text,
                                     .first = day,
                                     .last = day});
}

static void gather_occ(struct gathered *g, const struct protocol *p, const struct step *s,
                       const struct occ *o)
{
    for (size_t i = 0; i < o->ninputs; i++)
        if (counts(p, &s->field[o->input[i].field]))
            gather_input(g, s, &o->input[i]);
}

const struct input *donor_of(const struct batch *x, bool *ret_personal)
{
    for (int s = 0; s < (int)x->protocol->nsteps; s++)
        for (int f = 0; f < (int)x->protocol->step[s].nfields; f++) {
            const struct field *field = &x->protocol->step[s].field[f];
            const struct input *in = field->donor ? batch_input(x, (struct ref){s, f}) : NULL;
            if (!in || !*in->text) /* erased */
                continue;
            *ret_personal = field_personal(field);
            return in;
        }
    return NULL;
}

/* The donor, then what was used, in the order of the protocol's steps. `now` (may be NULL): what this command
 * adds to occurrence `no` of `step`. */
static struct gathered uses_of(struct arena *a, const struct batch *x, int step, size_t no,
                               const struct occ *now)
{
    struct gathered g = {.a = a};
    const struct protocol *p = x->protocol;
    bool personal;
    const struct input *donor = donor_of(x, &personal);
    if (donor)
        gather(&g, (struct batch_use){.kind = USED_DONOR, .id = donor->text});
    for (int s = 0; s < (int)p->nsteps; s++) {
        for (size_t o = 0; o < x->step[s].nocc; o++)
            if (!now || s != step || o + 1 != no)
                gather_occ(&g, p, &p->step[s], x->step[s].occ[o]);
        if (now && s == step)
            gather_occ(&g, p, &p->step[s], now);
    }
    return g;
}

/* ---- the closing ---- */

/* The step whose values are one of their kind; -1: none, -2: they cannot stand in a closing. */
static int ordered_by(const struct protocol *p)
{
    int found = -1;
    for (int s = 0; s < (int)p->nsteps; s++)
        for (size_t i = 0; i < p->step[s].nunique; i++) {
            if (found >= 0 && found != s)
                return -2;
            found = s;
            if (field_personal(&p->step[s].field[p->step[s].unique[i]]))
                return -2;
        }
    return found;
}

static const struct json *order_of(struct judge *j, const struct batch *x, const struct step *s, int step)
{
    struct json *o = json_object(j->a);
    for (size_t i = 0; i < s->nunique; i++) {
        const struct input *in = batch_input(x, (struct ref){step, s->unique[i]});
        json_set_str(j->a, o, s->field[s->unique[i]].id, in ? in->text : NULL);
    }
    return o;
}

static struct batch_closed closing_of(struct judge *j, const struct batch *x, int64_t count)
{
    struct batch_closed c = {.count = count, .person = {.value = person_marks(j, x)}};
    const struct closing_head *head = &j->book->closing;
    bool personal = false;
    int ordered = ordered_by(x->protocol);
    if (head->any) {
        char text[44];
        enc_digest(head->leaf, text);
        c.before = arena_strdup(j->a, text);
    }
    struct gathered g =
        uses_of(j->a, x, j->step, (size_t)j->occ_no, j->x == x && j->step >= 0 ? &j->occ : NULL);
    (void)donor_of(x, &personal);
    if (personal || ordered == -2 || g.n > USES_MOST)
        return c;
    struct batch_used *used = arena_alloc(j->a, sizeof(*used));
    *used = (struct batch_used){.protocol = x->protocol->id, .uses = {g.n, g.use}, .lots = true};
    if (ordered >= 0) {
        used->step = x->protocol->step[ordered].id;
        used->order = order_of(j, x, &x->protocol->step[ordered], ordered);
    }
    c.used = used;
    return c;
}

void draft_closing(struct judge *j, const struct batch *x, bool person)
{
    int64_t count = (int64_t)book_stream(j->book, x->stream)->sseq + 1;
    for (size_t i = 0; i < j->v->ndrafts; i++)
        count += strcmp(j->v->draft[i].stream, x->stream) == 0;
    struct batch_closed closed = closing_of(j, x, count);
    if (!person)
        closed.person.value = NULL;
    draft_add(j, x->stream, KIND_BATCH_CLOSED, &closed, sizeof(closed));
}

/* Of a closing that does not say it, the batch's own entries tell. NULL: they are needed first. */
static const struct batch *closed_batch(struct judge *j, const struct closing *c)
{
    const struct batch *x = judge_batch(j, c->batch);
    return x && x->closed ? x : NULL;
}

const struct closings *judge_closings(struct judge *j)
{
    if (!j->cmd->closings)
        (void)judge_want(j, WANT_CLOSINGS, NULL);
    return j->cmd->closings;
}

const char *closing_donor(struct judge *j, const struct closing *c)
{
    bool personal;
    for (size_t i = 0; c->used && i < c->used->uses.n; i++)
        if (c->used->uses.item[i].kind == USED_DONOR)
            return c->used->uses.item[i].id;
    const struct batch *x = c->used ? NULL : closed_batch(j, c);
    const struct input *in = x ? donor_of(x, &personal) : NULL;
    return in ? in->text : NULL;
}

static bool reopened(const struct judge *j, const struct closing *c)
{
    const struct batch *x = book_batch(j->book, c->batch);
    return x && !x->closed;
}

/* ---- a second order ---- */

bool same_order(const struct judge *j, const struct batch *o)
{
    const struct step *s = judge_step(j);
    int step = protocol_step(o->protocol, s->id);
    if (step < 0 || strcmp(o->protocol->id, j->x->protocol->id) != 0)
        return false;
    for (size_t i = 0; i < s->nunique; i++) {
        int field = step_field(&o->protocol->step[step], s->field[s->unique[i]].id);
        const struct input *mine = scratch_input(j, (struct ref){j->step, s->unique[i]});
        const struct input *theirs = field < 0 ? NULL : batch_input(o, (struct ref){step, field});
        if (!mine || !theirs || strcmp(mine->text, theirs->text) != 0)
            return false;
    }
    return true;
}

static bool same_order_said(const struct judge *j, const struct batch_used *u)
{
    const struct step *s = judge_step(j);
    if (!u->order || !u->step || strcmp(u->step, s->id) != 0 || strcmp(u->protocol, j->x->protocol->id) != 0)
        return false;
    for (size_t i = 0; i < s->nunique; i++) {
        const struct input *mine = scratch_input(j, (struct ref){j->step, s->unique[i]});
        const char *theirs = json_get_str(u->order, s->field[s->unique[i]].id);
        if (!mine || !theirs || strcmp(mine->text, theirs) != 0)
            return false;
    }
    return true;
}

const char *closed_order(struct judge *j)
{
    const struct closings *all = judge_closings(j);
    for (size_t i = 0; all && i < all->n; i++) {
        const struct closing *c = &all->item[i];
        if (reopened(j, c))
            continue;
        const struct batch *x = c->used ? NULL : closed_batch(j, c);
        if (c->used ? same_order_said(j, c->used) : x && same_order(j, x))
            return c->batch;
    }
    return NULL;
}

/* ---- exposure ---- */

static bool shared(const struct batch_use *a, const struct batch_use *b)
{
    if (a->kind == USED_DOCUMENT) /* each stands once: it exposes nobody */
        return false;
    if (a->kind == USED_LOT && !a->unit) /* many batches draw from one lot: what was opened for one counts */
        return false;
    if (a->kind == USED_PLACE)
        return same_thing(a, b) && a->first <= b->last && b->first <= a->last;
    return same_use(a, b);
}

/* What the two have in common: "donor", the id of a thing, or NULL. */
static const char *link_of(const struct gathered *mine, const struct batch_uses *theirs)
{
    for (size_t m = 0; m < mine->n; m++)
        for (size_t t = 0; t < theirs->n; t++)
            if (shared(&mine->use[m], &theirs->item[t]))
                return mine->use[m].kind == USED_DONOR ? "donor" : mine->use[m].id;
    return NULL;
}

static void tell(struct judge *j, const struct exposure_linked *l, enum say code, struct json *args)
{
    struct draft *d = draft_add(j, j->x->stream, KIND_EXPOSURE_LINKED, l, sizeof(*l));
    d->judged = arena_alloc(j->a, sizeof(*d->judged));
    *d->judged = (struct judged){.code = say_text(code), .args = args};
}

/* This batch's own record names the other one, salted: the list is read both ways. */
static void tell_own(struct judge *j, const char *other, bool closed, const char *thing)
{
    struct exposure_linked l = {.thing = thing, .to = true, .closed = closed};
    secret_add(j, &l.secrets, SECRET_OTHER, other);
    tell(j, &l, SAY_EXPOSURE_POSITIVE, args1(j, "thing", thing));
}

/* More than one command can hold: the entry says so, and quality looks the rest up. */
void expose_more(struct judge *j, int64_t n)
{
    const struct exposure_linked none = {.to = false};
    tell(j, &none, SAY_EXPOSURE_MORE, json_set_int(j->a, json_object(j->a), "count", n));
}

static bool room_left(const struct judge *j)
{
    return j->v->ndrafts + ROOM_FOR_ONE < VERDICT_DRAFTS; /* and the mark of a station's list */
}

/* Held with this one. How many found no room. */
static int64_t expose_open(struct judge *j, const struct gathered *mine)
{
    size_t pos = 0;
    int64_t more = 0;
    for (struct batch *other; (other = map_next(&j->book->batches, &pos));) {
        if (other == j->x || other->closed)
            continue;
        struct gathered theirs = uses_of(j->a, other, -1, 0, NULL);
        const struct batch_uses list = {theirs.n, theirs.use};
        const char *thing = link_of(mine, &list);
        if (!thing)
            continue;
        if (!room_left(j)) {
            more++;
            continue;
        }
        tell_own(j, other->id, false, thing);
        const struct follow f = {.kind = FOLLOW_BATCH_EXPOSED,
                                 .exposed = {other, SAY_EXPOSURE_POSITIVE, .thing = thing}};
        expose_batch(j, &f);
    }
    return more;
}

/* What is closed has been given or destroyed: quality reads of it here. */
static int64_t tell_closed(struct judge *j, const struct gathered *mine)
{
    const struct closings *all = judge_closings(j);
    int64_t more = 0;
    for (size_t i = 0; all && i < all->n; i++) {
        const struct closing *c = &all->item[i];
        if (strcmp(c->batch, j->x->id) == 0 || reopened(j, c))
            continue;
        const struct batch *x = c->used ? NULL : closed_batch(j, c);
        struct batch_uses theirs = c->used ? c->used->uses : (struct batch_uses){0, NULL};
        if (x) {
            struct gathered g = uses_of(j->a, x, -1, 0, NULL);
            theirs = (struct batch_uses){g.n, g.use};
        }
        const char *thing = link_of(mine, &theirs);
        if (thing && room_left(j))
            tell_own(j, c->batch, true, thing);
        else
            more += thing != NULL;
    }
    return more;
}

void expose_others(struct judge *j)
{
    struct gathered mine = uses_of(j->a, j->x, -1, 0, NULL);
    int64_t more = expose_open(j, &mine);
    more += tell_closed(j, &mine);
    if (more)
        expose_more(j, more);
}

/* ---- a lot that is blocked ---- */

static bool used_lot(const struct batch_uses *uses, const char *lot)
{
    for (size_t i = 0; i < uses->n; i++)
        if (uses->item[i].kind == USED_LOT && strcmp(uses->item[i].id, lot) == 0)
            return true;
    return false;
}

/* It is held for that already: what found no room in one command is held by the next. */
static bool held_for_lot(const struct batch *x, const char *lot)
{
    for (size_t i = 0; i < x->ndevs; i++)
        if (!x->dev[i].closed && say_find(x->dev[i].code) == SAY_LOT_USED_BLOCKED &&
            strcmp(json_get_str(x->dev[i].args, "lot"), lot) == 0)
            return true;
    return false;
}

_Static_assert(6 * LOT_EXPOSED + ROOM_FOR_ONE + 4 <= VERDICT_DRAFTS,
               "each is opened, held, and its release taken back");

static bool batch_used_lot(const struct judge *j, const struct batch *x, const char *lot)
{
    struct gathered g = uses_of(j->a, x, -1, 0, NULL);
    const struct batch_uses list = {g.n, g.use};
    return used_lot(&list, lot) && !held_for_lot(x, lot);
}

static void add_exposed(struct lot_exposed *e, struct batch *x)
{
    if (e->n < LOT_EXPOSED)
        e->x[e->n++] = x;
    else
        e->more++;
}

/* What it says of lots is whole, or its entries are asked. No more are brought back at once than are held. */
static void closed_exposed(struct judge *j, const struct closing *c, const char *lot, size_t *wanted,
                           struct lot_exposed *e)
{
    bool told = c->used && c->used->lots;
    if (told && !used_lot(&c->used->uses, lot))
        return;
    if (told && e->n + *wanted >= LOT_EXPOSED) {
        e->more++;
        return;
    }
    struct batch *x = judge_batch(j, c->batch);
    if (!x)
        (*wanted)++;
    else if (x->closed && batch_used_lot(j, x, lot))
        add_exposed(e, x);
}

struct lot_exposed lot_exposes(struct judge *j, const char *lot)
{
    struct lot_exposed e = {.n = 0};
    size_t pos = 0, wanted = 0;
    for (struct batch *x; (x = map_next(&j->book->batches, &pos));)
        if (!x->closed && batch_used_lot(j, x, lot))
            add_exposed(&e, x);
    const struct closings *all = judge_closings(j);
    for (size_t i = 0; all && i < all->n; i++)
        if (!reopened(j, &all->item[i]))
            closed_exposed(j, &all->item[i], lot, &wanted, &e);
    return e;
}

void expose_to_lot(struct judge *j, const struct lot_exposed *e, const char *lot)
{
    for (size_t i = 0; i < e->n; i++) {
        struct batch *x = e->x[i];
        const struct follow f = {.kind = FOLLOW_BATCH_EXPOSED,
                                 .exposed = {x, SAY_LOT_USED_BLOCKED, .lot = lot}};
        if (x->closed) /* quality closes it again */
            DRAFT(j, x->stream, KIND_BATCH_REOPENED, struct batch_reopened, .cause = j->cmd->record)->system =
                true;
        expose_batch(j, &f);
    }
}

/* ---- a suspicion ---- */

/* By such a choice, whatever became of the value since. */
static bool suspects(const struct batch *x, const struct deviation *d)
{
    int step = d->step ? protocol_step(x->protocol, d->step) : -1;
    int field = step >= 0 && d->field ? step_field(&x->protocol->step[step], d->field) : -1;
    const char *chosen = d->args ? json_get_str(d->args, "option") : NULL;
    if (field < 0 || !chosen || !(say_flags(say_find(d->code)) & SAY_OPTION))
        return false;
    const struct field *f = &x->protocol->step[step].field[field];
    for (size_t i = 0; i < f->noptions; i++)
        if (f->option[i].suspects && strcmp(option_title(&f->option[i]), chosen) == 0)
            return true;
    return false;
}

static bool ends_batch(const struct judge *j)
{
    bool yes = judge_step(j)->disposition == DISPOSITION_ENDED;
    for (size_t i = 0; i < j->occ.ninputs; i++) {
        const struct option *o =
            field_option(&judge_step(j)->field[j->occ.input[i].field], j->occ.input[i].text);
        yes |= o && o->disposition == DISPOSITION_ENDED;
    }
    return yes;
}

void tell_suspected(struct judge *j)
{
    const struct batch *x = j->x;
    if (!ends_batch(j) || judge_follow(j, FOLLOW_OTHERS_HELD))
        return;
    for (size_t i = 0; i < x->ndevs; i++) {
        const struct deviation *d = &x->dev[i];
        if (!suspects(x, d) || deviation_judged(j, x, d))
            continue;
        if (rule_off(SAY_EXPOSURE_SUSPECTED))
            return;
        judge_find(j, EFFECT_HOLD, SAY_EXPOSURE_SUSPECTED,
                   json_set_str(j->a, args1(j, "dev", d->id), "step", d->step), NULL);
        judge_follows(j, (struct follow){.kind = FOLLOW_OTHERS_HELD});
        return;
    }
}

/* ---- evidence ---- */

static bool chose_exposing(const struct batch *x, int step)
{
    for (size_t n = 0; step >= 0 && n < x->step[step].nocc; n++)
        for (size_t i = 0; i < x->step[step].occ[n]->ninputs; i++) {
            const struct input *in = &x->step[step].occ[n]->input[i];
            const struct field *f = &x->protocol->step[step].field[in->field];
            const struct option *o = f->kind == FIELD_CHOICE && in->text ? field_option(f, in->text) : NULL;
            if (o && o->exposes)
                return true;
        }
    return false;
}

/* Growth here, or where something was shared with it. */
static bool holds_for_others(const struct batch *x, const struct hold *h)
{
    enum say code = say_find(h->code);
    if (code == SAY_EXPOSURE_POSITIVE || code == SAY_EXPOSURE_SUSPECTED)
        return true;
    for (size_t i = 0; h->dev && i < x->ndevs; i++)
        if (x->dev[i].step && strcmp(x->dev[i].id, h->dev) == 0)
            return chose_exposing(x, protocol_step(x->protocol, x->dev[i].step));
    return false;
}

/* What a session must do for cells to go on is none of it, nor is a reading: those are facts. */
static bool clears_away(const struct judge *j)
{
    const struct step *s = judge_step(j);
    for (size_t i = 0; i < s->nfields; i++)
        if (s->field[i].kind == FIELD_NUMBER)
            return false;
    return s->optional || j->x->stopped || batch_given(j->x);
}

bool check_evidence(struct judge *j, const struct container *k)
{
    for (size_t i = 0; clears_away(j) && i < j->x->nholds; i++) {
        const struct hold *h = &j->x->hold[i];
        if (h->lifted || !holds_for_others(j->x, h))
            continue;
        struct json *args = args1(j, "container", k->id);
        return judge_find(j, judge_past(j) ? EFFECT_HOLD : EFFECT_REFUSE, SAY_EXPOSURE_EVIDENCE,
                          json_set_str(j->a, args, "hold", h->id), NULL);
    }
    return true;
}
