/*
 * Silence: what should exist and does not is shown like what does. Each line follows from something that the
 * book has: a window that has passed, a vessel that stands somewhere, a label that was printed.
 */
#include <string.h>

#include "core/rule/count.h"
#include "core/rule/judge.h"
#include "core/rule/missing.h"

#define HOUR_MS (INT64_C(3600) * 1000)
#define LOOK_MS                                                                                              \
    (30 * HOUR_MS) /* looked at every day: in the morning of the one, in the afternoon of the next */
#define COUNT_MS   (31 * 24 * HOUR_MS)
#define READING_MS (4 * 24 * HOUR_MS) /* between two sessions */

static const char *const what_word[] = {NULL,      "step",   "look", "reading", "calibration",
                                        "label",   "rescue", "form", "station", "warning",
                                        "measure", "count",  "spare"};
const struct word_list silence_words = {sizeof(what_word) / sizeof(*what_word), what_word};

struct gathering {
    const struct book *b;
    int64_t now;
    struct arena *a;
    struct silence *item;
    size_t n, cap;
};

static void add(struct gathering *g, struct silence s)
{
    if (g->n == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 32;
        struct silence *item = arena_alloc(g->a, cap * sizeof(*item));
        if (g->n)
            memcpy(item, g->item, g->n * sizeof(*item));
        g->item = item;
        g->cap = cap;
    }
    g->item[g->n++] = s;
}

/* ---- steps ---- */

int64_t step_latest(const struct batch *x, int step)
{
    const struct step *s = &x->protocol->step[step];
    int64_t latest = 0;
    for (size_t i = 0; i <= s->nwindows; i++) {
        bool deadline = i == s->nwindows;
        const struct span *span = deadline ? &s->deadline.within : &s->window[i].max;
        int since = deadline ? s->deadline.since : s->window[i].since;
        bool first = !deadline && s->window[i].first;
        const struct occ *o = !span->set ? NULL : first ? batch_occ(x, since) : batch_done(x, since);
        int64_t at = o ? span_till(first ? o->begun : o->done, span) : 0;
        if (at && (!latest || at < latest))
            latest = at;
    }
    return latest;
}

static void add_steps(struct gathering *g, const struct batch *x)
{
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        int64_t latest = rule_owes(x, i) ? step_latest(x, i) : 0;
        if (latest && latest < g->now)
            add(g, (struct silence){SILENCE_STEP, x, i, NULL, latest});
    }
}

/* ---- vessels, and what they stand in ---- */

/* The step in which vessels of that label are looked at from time to time; -1: none. */
static int look_of(const struct protocol *p, const char *label)
{
    for (int i = 0; i < (int)p->nsteps; i++)
        for (size_t k = 0; step_looks(&p->step[i]) && k < p->step[i].nfields; k++) {
            const struct field *f = &p->step[i].field[k];
            if (f->kind == FIELD_CONTAINER && f->use == USE_TAKE && listed(f->nlabels, f->label, label))
                return i;
        }
    return -1;
}

/* When that was read last, in any step; with numbers beside it: 0 never. */
static int64_t read_last(const struct batch *x, const char *id, bool numbers)
{
    int64_t last = 0;
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        bool counts = !numbers;
        for (size_t k = 0; !counts && k < x->protocol->step[i].nfields; k++)
            counts = x->protocol->step[i].field[k].kind == FIELD_NUMBER;
        for (size_t n = 0; counts && n < x->step[i].nocc; n++)
            for (size_t k = 0; k < x->step[i].occ[n]->ninputs; k++) {
                const struct input *in = &x->step[i].occ[n]->input[k];
                if (in->at > last && in->text && strcmp(in->text, id) == 0)
                    last = in->at;
            }
    }
    return last;
}

/* Where it was put down last; not what is in hand. */
static bool stands(const struct container *c)
{
    return c->state == CONTAINER_FILLED && c->place && !c->out;
}

int look_due(const struct batch *x, int64_t now)
{
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct container *c = x->container[i];
        int look = stands(c) ? look_of(x->protocol, c->label) : -1;
        if (look >= 0 && clock_day(read_last(x, c->id, false)) < clock_day(now))
            return look;
    }
    return -1;
}

static const char *position_in(const struct book *b, const struct container *c, const struct step *s,
                               const struct occ *o)
{
    const char *taken = NULL;
    bool filled = false;
    for (size_t i = 0; i < o->ninputs; i++) {
        const struct field *f = &s->field[o->input[i].field];
        const struct thing *t =
            f->kind == FIELD_PLACE && !f->release ? book_thing(b, o->input[i].text) : NULL;
        taken = t && t->occupied == c->batch ? t->id : taken;
        filled |= f->kind == FIELD_CONTAINER && f->use == USE_FILL && strcmp(o->input[i].text, c->id) == 0;
    }
    return filled ? taken : NULL;
}

const char *container_place(const struct book *b, const struct container *c)
{
    const struct batch *x = c->batch;
    const char *place = c->place;
    if (c->out)
        return NULL;
    for (int i = 0; !place && c->state == CONTAINER_FILLED && i < (int)x->protocol->nsteps; i++)
        for (size_t k = 0; !place && k < x->step[i].nocc; k++)
            place = position_in(b, c, &x->protocol->step[i], x->step[i].occ[k]);
    return place;
}

static void add_looks(struct gathering *g, const struct batch *x)
{
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct container *c = x->container[i];
        int look = stands(c) ? look_of(x->protocol, c->label) : -1;
        int64_t last = look >= 0 ? read_last(x, c->id, false) : 0;
        if (last && last < g->now - LOOK_MS)
            add(g, (struct silence){SILENCE_LOOK, x, look, c->id, last});
    }
}

/* A position has the name of what it lies in, and more behind it: INC-03-S1. */
static bool lies_in(const char *place, const struct thing *t)
{
    size_t n = strlen(t->id);
    return strncmp(place, t->id, n) == 0 && place[n] == '-';
}

static bool watches(const struct batch *x, const struct thing *t)
{
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct container *c = x->container[i];
        if (stands(c) && lies_in(c->place, t) && look_of(x->protocol, c->label) >= 0)
            return true;
    }
    return false;
}

/* What was read once is read again while vessels stand there that are looked at. */
static void add_readings(struct gathering *g, const struct batch *x)
{
    size_t pos = 0;
    for (const struct thing *t; (t = map_next(&g->b->things, &pos));) {
        int64_t last = watches(x, t) ? read_last(x, t->id, true) : 0;
        if (last && last < g->now - READING_MS)
            add(g, (struct silence){SILENCE_READING, x, -1, t->id, last});
    }
}

/* ---- labels ---- */

static int64_t issued_at(const struct batch *x, const char *id, int *ret_step)
{
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        *ret_step = i;
        for (size_t n = 0; n < x->step[i].nocc; n++)
            for (size_t k = 0; k < x->step[i].occ[n]->ninputs; k++) {
                const struct input *in = &x->step[i].occ[n]->input[k];
                const struct field *f = &x->protocol->step[i].field[in->field];
                if (f->kind == FIELD_CONTAINER && f->use == USE_ISSUE && strcmp(in->text, id) == 0)
                    return in->at;
            }
    }
    return 0;
}

static void add_labels(struct gathering *g, const struct batch *x)
{
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct container *c = x->container[i];
        int step = -1;
        int64_t at = c->state == CONTAINER_PRINTED  ? c->printed_at
                     : c->state == CONTAINER_ISSUED ? issued_at(x, c->id, &step)
                                                    : 0;
        if (at && clock_day(at) < clock_day(g->now))
            add(g, (struct silence){SILENCE_LABEL, x, step, c->id, at});
    }
}

/* ---- the rest ---- */

static void add_batch(struct gathering *g, const struct batch *x)
{
    if (x->closed)
        return;
    add_steps(g, x);
    add_looks(g, x);
    add_readings(g, x);
    add_labels(g, x);
    for (size_t i = 0; i < x->ncontainers; i++)
        if (x->container[i]->rescued)
            add(g, (struct silence){SILENCE_RESCUE, x, -1, x->container[i]->id, x->container[i]->rescued});
    size_t pos = 0;
    for (const struct paper *f; (f = map_next(&g->b->forms, &pos));)
        if (paper_waits(f, x)) /* at once: what is typed in is not believed before */
            add(g, (struct silence){SILENCE_FORM, x, -1, f->id, f->returned});
    if (x->warn_since)
        add(g, (struct silence){SILENCE_WARNING, x, -1, NULL, x->warn_since});
    for (size_t i = 0; i < x->nactions; i++)
        if (action_open(&x->action[i]) && x->action[i].due < clock_day(g->now))
            add(g, (struct silence){SILENCE_MEASURE, x, -1, x->action[i].id,
                                    clock_day_start(x->action[i].due + 1)});
}

/* A count that does not fit stands until one does. */
static void add_count(struct gathering *g, const char *of, int64_t since)
{
    const struct count *c = count_of(g->b, of);
    int64_t last = c && c->at > since ? c->at : since;
    for (size_t i = 0; i < g->n; i++)
        if (g->item[i].what == SILENCE_COUNT && strcmp(g->item[i].thing, of) == 0)
            return;
    if ((c && c->differs) || last < g->now - COUNT_MS)
        add(g, (struct silence){SILENCE_COUNT, NULL, -1, of, last});
}

static void add_counts(struct gathering *g)
{
    size_t pos = 0;
    for (const struct container *c; (c = map_next(&g->b->containers, &pos));) {
        const char *at = c->state == CONTAINER_FILLED && !c->batch->closed ? container_place(g->b, c) : NULL;
        if (at)
            add_count(g, at, c->batch->opened_at);
    }
    pos = 0;
    for (const struct thing *t; (t = map_next(&g->b->things, &pos));)
        if (t->place_since && t->in_service) /* an empty one, too: what stands there unrecorded is found */
            add_count(g, t->id, t->place_since);
    pos = 0;
    for (const struct lot *l; (l = map_next(&g->b->lots, &pos));)
        if (!l->closed_at && l->units > l->nopened && lot_counts(g->b, l))
            add_count(g, l->id, l->received_at);
    pos = 0;
    for (const struct count *c; (c = map_next(&g->b->counts, &pos));)
        if (c->differs)
            add_count(g, c->of, 0);
}

static void add_facility(struct gathering *g)
{
    size_t pos = 0;
    add_counts(g);
    for (const struct station *s; (s = map_next(&g->b->stations, &pos));)
        if (s->silent_since && !s->revoked)
            add(g, (struct silence){SILENCE_STATION, NULL, -1, s->id, s->silent_since});
    pos = 0;
    for (const struct station *s; (s = map_next(&g->b->stations, &pos));)
        if (s->spare && s->spare->since)
            add(g, (struct silence){SILENCE_SPARE, NULL, -1, s->id, s->spare->since});
    pos = 0;
    for (const struct paper *f; (f = map_next(&g->b->forms, &pos));) {
        int64_t since = f->returned ? f->returned : f->issued;
        if (!f->checked && !f->voided && !f->ntypists && clock_day(since) < clock_day(g->now))
            add(g, (struct silence){SILENCE_FORM, NULL, -1, f->id, since});
    }
    pos = 0;
    for (const struct thing *t; (t = map_next(&g->b->things, &pos));)
        if (t->in_service && t->calibrated < clock_day(g->now))
            add(g,
                (struct silence){SILENCE_CALIBRATION, NULL, -1, t->id, clock_day_start(t->calibrated + 1)});
}

struct silences rule_silence(const struct book *b, const struct batch *only, int64_t now, struct arena *a)
{
    struct gathering g = {.b = b, .now = now, .a = a};
    size_t pos = 0;
    if (only)
        add_batch(&g, only);
    for (const struct batch *x; !only && (x = map_next(&b->batches, &pos));)
        add_batch(&g, x);
    if (!only)
        add_facility(&g);
    return (struct silences){g.n, g.item};
}
