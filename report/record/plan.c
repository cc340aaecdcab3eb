/* What was planned, what is still owed, and what did not apply. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "record/int.h"

static const char *bound(const struct record *r, const struct range *g)
{
    struct arena *a = (struct arena *)&r->arena;
    char lo[DEC_TEXT], hi[DEC_TEXT];
    dec_format(g->lo, lo);
    dec_format(g->hi, hi);
    if (g->has_lo && g->has_hi)
        return dec_cmp(g->lo, g->hi) == 0 ? arena_printf(a, "= %s", lo) : arena_printf(a, "%s～%s", lo, hi);
    return g->has_lo ? arena_printf(a, "≥ %s", lo) : g->has_hi ? arena_printf(a, "≤ %s", hi) : "";
}

const char *record_limits(const struct record *r, const struct field *f)
{
    struct arena *a = (struct arena *)&r->arena;
    const char *action = bound(r, &f->action), *alert = bound(r, &f->alert);
    if (!*action && !*alert)
        return "";
    if (!*alert)
        return arena_printf(a, "処置基準 action %s", action);
    if (!*action)
        return arena_printf(a, "警報基準 alert %s", alert);
    return arena_printf(a, "処置基準 action %s／警報基準 alert %s", action, alert);
}

struct text record_status_text(const struct record *r, enum step_state s)
{
    static const struct text text[] = {
        [STEP_DONE] = {"完了", "done"},          [STEP_SKIPPED] = {"不実施", "not done"},
        [STEP_BEGUN] = {"途中", "under way"},    [STEP_PENDING] = {"結果待ち", "pending"},
        [STEP_OPEN] = {"未実施", "still to do"}, [STEP_NOT_APPLICABLE] = {"該当なし", "not applicable"},
    };
    (void)r;
    return text[s];
}

/* ---- windows ---- */

/* The newest end of a step before `before`; 0 = none. */
static int64_t done_before(const struct record *r, int step, uint64_t sseq)
{
    int64_t at = 0;
    for (size_t i = 0; i < r->nsteps; i++)
        if (r->step[i].index == step && r->step[i].done && r->step[i].last_sseq < sseq &&
            r->step[i].done > at)
            at = r->step[i].done;
    return at;
}

/* From when the window runs. */
static int64_t runs_from(const struct record *r, const struct window *w, uint64_t sseq)
{
    int64_t at = 0;
    for (size_t i = 0; w->first && i < r->nsteps; i++)
        if (r->step[i].index == w->since && r->step[i].first_sseq < sseq && r->step[i].begun > at)
            at = r->step[i].begun;
    return w->first ? at : done_before(r, w->since, sseq);
}

/* "2026-12-17" where days count, else the minute. */
static const char *moment(const struct record *r, int64_t ms, const struct span *s)
{
    char day[11];
    if (!s->days)
        return record_minute(r, ms);
    clock_day_format(clock_day(ms), day);
    return arena_strdup((struct arena *)&r->arena, day);
}

static struct text window_text(const struct record *r, const struct window *w, int64_t since)
{
    const struct words *v = &r->words;
    struct text lo = words_span(v, &w->min), hi = words_span(v, &w->max), t;
    struct text from = words_step(v, w->since);
    if (w->first)
        from = text_printf(v->a, from, "%s（最初の記録）", "%s (first entry)");
    if (w->end)
        from = text_printf(v->a, from, "%s、終了まで", "%s, until the end");
    if (w->min.set && w->max.set)
        t = (struct text){arena_printf(v->a, "%s の後 %s～%s", from.ja, lo.ja, hi.ja),
                          arena_printf(v->a, "%s to %s after %s", lo.en, hi.en, from.en)};
    else if (w->max.set)
        t = (struct text){arena_printf(v->a, "%s の後 %s以内", from.ja, hi.ja),
                          arena_printf(v->a, "within %s of %s", hi.en, from.en)};
    else
        t = (struct text){arena_printf(v->a, "%s の後 %s以上", from.ja, lo.ja),
                          arena_printf(v->a, "at least %s after %s", lo.en, from.en)};
    if (!since)
        return t;
    const char *a = w->min.set ? moment(r, span_from(since, &w->min), &w->min) : NULL;
    const char *b = w->max.set ? moment(r, span_till(since, &w->max), &w->max) : NULL;
    const char *ja =
        a && b ? arena_printf(v->a, "%s～%s", a, b) : arena_printf(v->a, a ? "%s以降" : "%sまで", a ? a : b);
    const char *en = a && b ? arena_printf(v->a, "%s to %s", a, b)
                            : arena_printf(v->a, a ? "from %s" : "by %s", a ? a : b);
    return text_printf(v->a, t, arena_printf(v->a, "%s（%%s）", ja), arena_printf(v->a, "%s (%%s)", en));
}

void record_plan(struct record *r, struct record_step *s)
{
    uint64_t before = s->first_sseq ? s->first_sseq : UINT64_MAX;
    for (size_t i = 0; i < s->step->nwindows; i++) {
        const struct window *w = &s->step->window[i];
        if (w->min.set || w->max.set)
            s->planned = words_join(&r->words, s->planned, window_text(r, w, runs_from(r, w, before)));
    }
}

int64_t record_due(const struct record *r, int step)
{
    const struct step *s = &r->protocol->step[step];
    int64_t due = 0, since;
    if (s->deadline.set && (since = done_before(r, s->deadline.since, UINT64_MAX)))
        due = span_till(since, &s->deadline.within);
    for (size_t i = 0; i < s->nwindows; i++) {
        const struct window *w = &s->window[i];
        since = w->max.set ? runs_from(r, w, UINT64_MAX) : 0;
        if (since && (!due || span_till(since, &w->max) < due))
            due = span_till(since, &w->max);
    }
    return due;
}

struct text record_due_text(const struct record *r, const struct record_step *s)
{
    if (s->due)
        return text_both(record_minute(r, s->due));
    return s->planned.ja ? s->planned : (struct text){"定めなし", "none set"};
}

/* ---- what was not done ---- */

static void undone(struct record *r, int step)
{
    const struct step *s = &r->protocol->step[step];
    struct record_step *n = LIST_ADD(&r->arena, r->none, r->nnone);
    n->step = s;
    n->index = step;
    n->status = STEP_NOT_APPLICABLE;
    record_plan(r, n);
    if (r->batch->stopped) {
        struct text state = word(&r->words, "state", r->batch->state);
        n->why = text_printf(r->words.a, state, "製造番号が「%s」となったため実施せず",
                             "not done: the batch was %s");
    } else if (s->optional) {
        n->why = (struct text){"任意の工程：実施する事由なし", "optional step: no occasion for it"};
    } else {
        n->status = s->late ? STEP_PENDING : STEP_OPEN;
        n->due = record_due(r, step);
        n->why = s->late ? (struct text){"結果は後日（期限までに）", "the result comes later"}
                         : (struct text){"まだ行われていない", "not yet done"};
    }
}

void record_undone(struct record *r)
{
    for (int i = 0; i < (int)r->protocol->nsteps; i++)
        if (!r->batch->step[i].nocc)
            undone(r, i);
    for (size_t i = 0; i < r->nsteps; i++)
        if (r->step[i].status == STEP_BEGUN)
            r->step[i].due = record_due(r, r->step[i].index);
}
