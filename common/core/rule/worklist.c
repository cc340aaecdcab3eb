/* The work list of a desk. What endangers a patient comes first, then cells, then what keeps a batch waiting.
 */
#include "core/rule/worklist.h"

#include <stdlib.h>
#include <string.h>

#include "core/entry/alarm.h"
#include "core/rule/judge.h"

static const char *const what_word[] = {NULL,      "silence", "hold",      "assessment", "confirmation",
                                        "closing", "measure", "signature", "form",       "alarm"};
const struct word_list worklist_words = {sizeof(what_word) / sizeof(*what_word), what_word};

struct gathering {
    const struct book *b;
    int64_t now;
    struct arena *a;
    struct worklist_line *item;
    size_t n, cap;
};

static void add(struct gathering *g, struct worklist_line line)
{
    if (g->n == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 64;
        struct worklist_line *item = arena_alloc(g->a, cap * sizeof(*item));
        if (g->n)
            memcpy(item, g->item, g->n * sizeof(*item));
        g->item = item;
        g->cap = cap;
    }
    g->item[g->n++] = line;
}

/* ---- what there is ---- */

enum worklist_what deviation_waits(const struct book *b, const struct batch *x, const struct deviation *d)
{
    return d->closed                              ? WORKLIST_NONE
           : !d->assessed || rule_biased(b, x, d) ? WORKLIST_ASSESSMENT
           : d->awaits                            ? WORKLIST_CONFIRMATION
                                                  : WORKLIST_CLOSING;
}

bool step_ready(const struct book *b, const struct batch *x, int step, int64_t now, struct arena *a)
{
    static const struct command none;
    const struct judge j = {
        .book = b, .cmd = &none, .now = now, .when = now, .a = a, .step = -1, .field = -1};
    return !x->closed && step_available(&j, x, step) && !step_later(&j, x, step);
}

bool step_where(const struct step *s, const char *kind)
{
    return s->nwhere == 0 || (kind && listed(s->nwhere, s->where, kind));
}

static void add_deviations(struct gathering *g, const struct batch *x)
{
    for (size_t i = 0; i < x->ndevs; i++) {
        const struct deviation *d = &x->dev[i];
        enum worklist_what what = deviation_waits(g->b, x, d);
        int step = d->step ? protocol_step(x->protocol, d->step) : -1;
        if (what)
            add(g, (struct worklist_line){what,
                                          {SILENCE_NONE, x, step, d->id, d->opened_at},
                                          what == WORKLIST_ASSESSMENT ? d->due : 0});
    }
}

/* What is overdue is told by its silence. */
static void add_measures(struct gathering *g, const struct batch *x)
{
    for (size_t i = 0; i < x->nactions; i++)
        if (action_open(&x->action[i]) && x->action[i].due >= clock_day(g->now))
            add(g, (struct worklist_line){WORKLIST_MEASURE,
                                          {SILENCE_NONE, x, -1, x->action[i].id, 0},
                                          clock_day_start(x->action[i].due + 1)});
}

static void add_steps(struct gathering *g, const struct batch *x)
{
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        const struct step *s = &x->protocol->step[i];
        if ((!s->form && s->verb == VERB_NONE) || !rule_owes(x, i) || !step_ready(g->b, x, i, g->now, g->a))
            continue;
        add(g, (struct worklist_line){s->verb == VERB_NONE ? WORKLIST_FORM : WORKLIST_SIGNATURE,
                                      {SILENCE_NONE, x, i, NULL, 0},
                                      step_latest(x, i)});
    }
}

static void add_batch(struct gathering *g, const struct batch *x)
{
    for (size_t i = 0; i < x->nholds; i++)
        if (!x->hold[i].lifted)
            add(g, (struct worklist_line){WORKLIST_HOLD, {SILENCE_NONE, x, -1, x->hold[i].id, 0}, 0});
    add_deviations(g, x);
    add_measures(g, x);
    add_steps(g, x);
}

/* Whoever is at the bench may be alone with it: the desk hears of it, too. */
static void add_alarms(struct gathering *g)
{
    size_t pos = 0;
    for (const struct station *st; (st = map_next(&g->b->stations, &pos));)
        for (const struct alarm *al = st->bench.alarm; al; al = al->next) {
            const struct batch *x = al->batch ? book_batch(g->b, al->batch) : NULL;
            add(g, (struct worklist_line){WORKLIST_ALARM, {SILENCE_NONE, x, -1, st->id, al->at}, 0});
        }
}

/* ---- in order ---- */

static int rank_of(const struct worklist_line *l)
{
    static const int silence[] = {
        [SILENCE_WARNING] = 0, [SILENCE_STEP] = 1,  [SILENCE_LOOK] = 1,        [SILENCE_READING] = 1,
        [SILENCE_RESCUE] = 1,  [SILENCE_FORM] = 5,  [SILENCE_LABEL] = 5,       [SILENCE_MEASURE] = 5,
        [SILENCE_STATION] = 6, [SILENCE_SPARE] = 6, [SILENCE_CALIBRATION] = 8, [SILENCE_COUNT] = 8,
    };
    static const int waits[] = {
        [WORKLIST_HOLD] = 2,    [WORKLIST_ASSESSMENT] = 3,   [WORKLIST_SIGNATURE] = 4,
        [WORKLIST_FORM] = 4,    [WORKLIST_CONFIRMATION] = 4, [WORKLIST_MEASURE] = 7,
        [WORKLIST_CLOSING] = 7, [WORKLIST_ALARM] = 0,
    };
    return l->what == WORKLIST_SILENCE ? silence[l->of.what] : waits[l->what];
}

static int by_time(int64_t x, int64_t y)
{
    int64_t a = x ? x : INT64_MAX, b = y ? y : INT64_MAX;
    return (a > b) - (a < b);
}

static int by_text(const char *x, const char *y)
{
    return strcmp(x ? x : "", y ? y : "");
}

static int by_consequence(const void *a, const void *b)
{
    const struct worklist_line *x = a, *y = b;
    int order = rank_of(x) - rank_of(y);
    if (!order)
        order = by_time(x->due, y->due);
    if (!order)
        order = by_time(x->of.since, y->of.since);
    if (!order)
        order = by_text(x->of.batch ? x->of.batch->id : NULL, y->of.batch ? y->of.batch->id : NULL);
    if (!order)
        order = x->of.step - y->of.step;
    return order ? order : by_text(x->of.thing, y->of.thing);
}

struct worklist rule_worklist(const struct book *b, int64_t now, struct arena *a)
{
    struct gathering g = {.b = b, .now = now, .a = a};
    struct silences s = rule_silence(b, NULL, now, a);
    size_t pos = 0;
    for (size_t i = 0; i < s.n; i++)
        add(&g, (struct worklist_line){WORKLIST_SILENCE, s.item[i], 0});
    add_alarms(&g);
    for (const struct batch *x; (x = map_next(&b->batches, &pos));)
        if (!x->closed)
            add_batch(&g, x);
    if (g.n)
        qsort(g.item, g.n, sizeof(*g.item), by_consequence);
    return (struct worklist){g.n, g.item};
}

bool worklist_overdue(const struct worklist_line *l, int64_t now)
{
    return l->due && l->due < now;
}

enum effect worklist_effect(const struct worklist_line *l, int64_t now)
{
    bool owed = (l->what == WORKLIST_SILENCE && l->of.what != SILENCE_COUNT) || l->what == WORKLIST_ALARM;
    return l->what == WORKLIST_HOLD           ? EFFECT_HOLD
           : owed || worklist_overdue(l, now) ? EFFECT_ALERT
           : l->what == WORKLIST_ASSESSMENT   ? EFFECT_DEVIATION
                                              : EFFECT_OK;
}

/* ---- what is done about it ---- */

struct worklist_act worklist_act(const struct worklist_line *l)
{
    static const struct worklist_act of[] = {
        [WORKLIST_HOLD] = {RIGHT_HOLD_LIFTED, KIND_HOLD_LIFTED},
        [WORKLIST_ASSESSMENT] = {RIGHT_DEVIATION_ASSESSED, KIND_DEVIATION_ASSESSED},
        [WORKLIST_CONFIRMATION] = {RIGHT_DEVIATION_CONFIRMED, KIND_DEVIATION_CONFIRMED},
        [WORKLIST_CLOSING] = {RIGHT_DEVIATION_CLOSED, KIND_DEVIATION_CLOSED},
        [WORKLIST_MEASURE] = {RIGHT_DEVIATION_VERIFIED, KIND_DEVIATION_VERIFIED},
        [WORKLIST_FORM] = {RIGHT_NONE, KIND_NONE},
    };
    const struct hold *h = l->what == WORKLIST_HOLD ? batch_hold(l->of.batch, l->of.thing) : NULL;
    if (h && say_flags(say_find(h->code)) & SAY_HOLDS_PATIENT)
        return (struct worklist_act){RIGHT_HOLD_PATIENT, KIND_HOLD_LIFTED};
    if (l->of.what == SILENCE_WARNING)
        return (struct worklist_act){RIGHT_CLINIC_WARNED, KIND_CLINIC_WARNED};
    if (l->of.what == SILENCE_MEASURE)
        return of[WORKLIST_MEASURE];
    return of[l->what];
}
