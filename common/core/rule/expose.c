/*
 * A late positive (doc/bench.md 3, case 10): what else is held with it. Every batch of the same donor, and
 * every batch that shared a thing with this one: the same instrument (cabinet, bath, freezer) on one day, the
 * same place while both stood there, the same opened unit of a material. Which kinds count is the protocol's
 * to say
 * (`shared`): plates of many batches stand in one incubator and expose nobody. Sharing is read off what was
 * scanned; what never was scanned cannot be found here.
 */
#include <string.h>

#include "core/rule/judge.h"

#define ROOM_FOR_ONE 8 /* entries: four for one exposed batch, and some for what finishes the step */

struct use {
    const struct input *input;
    const struct field *field;
};

static bool counts(const struct protocol *p, const struct field *f)
{
    if (f->kind == FIELD_LOT)
        return true;
    for (size_t i = 0; i < p->nshared && f->thing; i++)
        if (strcmp(p->shared[i], f->thing) == 0)
            return f->kind == FIELD_EQUIPMENT || f->kind == FIELD_PLACE;
    return false;
}

/* Calls `fn` for every scan of the batch that names something shareable, until it answers true. */
static bool each_use(const struct batch *x, bool (*fn)(const struct use *u, void *arg), void *arg)
{
    for (size_t s = 0; s < x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++)
            for (size_t i = 0; i < x->step[s].occ[o]->ninputs; i++) {
                const struct input *in = &x->step[s].occ[o]->input[i];
                struct use u = {in, &x->protocol->step[s].field[in->field]};
                if (counts(x->protocol, u.field) && fn(&u, arg))
                    return true;
            }
    return false;
}

struct stay { /* from the first scan of a place to the last one, days */
    const char *place;
    int64_t first, last;
};

static bool widen_stay(const struct use *u, void *arg)
{
    struct stay *s = arg;
    if (u->field->kind != FIELD_PLACE || strcmp(u->input->text, s->place) != 0)
        return false;
    int64_t day = clock_day(u->input->at);
    s->first = day < s->first ? day : s->first;
    s->last = day > s->last ? day : s->last;
    return false;
}

static struct stay stay_of(const struct batch *x, const char *place)
{
    struct stay s = {place, INT64_MAX, INT64_MIN};
    each_use(x, widen_stay, &s);
    return s;
}

struct search {
    const struct judge *j;
    const struct batch *other;
    const struct use *mine;
    const char *thing; /* what both used */
};

static bool same_thing(const struct use *u, void *arg)
{
    struct search *s = arg;
    if (u->field->kind != s->mine->field->kind || strcmp(u->input->text, s->mine->input->text) != 0)
        return false;
    if (u->field->kind == FIELD_LOT)
        return u->input->unit && s->mine->input->unit && strcmp(u->input->unit, s->mine->input->unit) == 0;
    if (u->field->kind == FIELD_EQUIPMENT)
        return clock_day(u->input->at) == clock_day(s->mine->input->at);
    struct stay a = stay_of(s->j->x, u->input->text), b = stay_of(s->other, u->input->text);
    return a.first <= b.last && b.first <= a.last;
}

static bool shared_by(const struct use *mine, void *arg)
{
    struct search *s = arg;
    s->mine = mine;
    bool found = each_use(s->other, same_thing, s);
    s->mine = NULL; /* it is the caller's, and gone when the search goes on */
    if (found)
        s->thing = mine->input->text;
    return found;
}

/* Whose cells; NULL if the protocol does not say. */
static const char *donor_of(const struct batch *x)
{
    for (int s = 0; s < (int)x->protocol->nsteps; s++)
        for (int f = 0; f < (int)x->protocol->step[s].nfields; f++) {
            const struct input *in =
                x->protocol->step[s].field[f].donor ? batch_input(x, (struct ref){s, f}) : NULL;
            if (in && *in->text) /* not erased */
                return in->text;
        }
    return NULL;
}

/* What the two have in common: "donor", the id of a thing, or NULL. */
static const char *link_of(const struct judge *j, const struct batch *other)
{
    struct search s = {.j = j, .other = other};
    const char *mine = donor_of(j->x), *theirs = donor_of(other);
    if (mine && theirs && strcmp(mine, theirs) == 0)
        return "donor";
    return each_use(j->x, shared_by, &s) ? s.thing : NULL;
}

static void tell(struct judge *j, const struct exposure_linked *l, enum say code, struct json *args)
{
    struct draft *d = draft_add(j, j->x->stream, KIND_EXPOSURE_LINKED, l, sizeof(*l));
    d->judged = arena_alloc(j->a, sizeof(*d->judged));
    *d->judged = (struct judged){.code = say_text(code), .args = args};
}

/* This batch's own record names the other one, salted: the list is read both ways. */
static void tell_own(struct judge *j, const struct batch *other, const char *thing)
{
    struct exposure_linked l = {.thing = thing, .to = true, .closed = other->closed};
    secret_add(j, &l.secrets, "other", other->id);
    tell(j, &l, SAY_EXPOSURE_POSITIVE, args1(j, "thing", thing));
}

/* More than one command can hold: the entry says so, and quality looks the rest up. */
static void tell_more(struct judge *j, int64_t n)
{
    const struct exposure_linked none = {.to = false};
    tell(j, &none, SAY_EXPOSURE_MORE, json_set_int(j->a, json_object(j->a), "count", n));
}

void expose_others(struct judge *j)
{
    size_t pos = 0;
    int64_t more = 0;
    struct batch *other;
    while ((other = map_next(&j->book->batches, &pos))) {
        const char *thing = other == j->x ? NULL : link_of(j, other);
        if (!thing)
            continue;
        if (j->v->ndrafts + ROOM_FOR_ONE > VERDICT_DRAFTS) {
            more++;
            continue;
        }
        tell_own(j, other, thing);
        const struct follow f = {.kind = FOLLOW_BATCH_EXPOSED,
                                 .exposed = {other, SAY_EXPOSURE_POSITIVE, .thing = thing}};
        if (!other->closed) /* what is closed has been given or destroyed: quality reads of it here */
            expose_batch(j, &f);
    }
    if (more)
        tell_more(j, more);
}
