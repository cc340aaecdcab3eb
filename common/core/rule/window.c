/*
 * Windows: how long it was from the end of one step (or its first entry) to the beginning of another (or its
 * end). What is done now, and what the daemon saw to have been done then, is measured; of what was told late
 * it is only known that it was no later than that, and no earlier than what it comes after. Where this is
 * enough the window is judged by it. Where the window would be kept by the claim alone it cannot be shown: a
 * deviation says so, and nothing is refused, for it has happened. A claim that breaks the window itself is
 * taken at its word.
 */
#include "core/protocol/limit.h"
#include "core/rule/judge.h"

/* A moment as the daemon heard of it, as it is said to have been, and before which it cannot have been: what
 * was told late came behind what its step comes after. */
struct moment {
    int64_t told, said, least;
};

int64_t claim_slack(const struct judge *j)
{
    return (j->cmd->late_after_s ? j->cmd->late_after_s : 300) * INT64_C(1000);
}

static struct moment moment_of(const struct judge *j, const struct step *s, int64_t told, int64_t said);

static struct moment ended(const struct judge *j, int step)
{
    const struct occ *o = batch_done(j->x, step);
    return moment_of(j, &j->x->protocol->step[step], o->done, occ_said(o));
}

static struct moment moment_of(const struct judge *j, const struct step *s, int64_t told, int64_t said)
{
    if (told - said <= claim_slack(j))
        return (struct moment){told, told, told};
    struct moment m = {told, said, j->x->opened_at};
    for (size_t i = 0; i < s->nafter; i++) {
        int64_t before = batch_done(j->x, s->after[i]) ? ended(j, s->after[i]).least : 0;
        if (before > m.least && before <= told)
            m.least = before;
    }
    return m;
}

/* Whether it has ended or not: the first entry stands. */
static struct moment began(const struct judge *j, int step)
{
    const struct occ *o = batch_occ(j->x, step);
    int64_t said = o->first_claimed && o->first_claimed < o->begun ? o->first_claimed : o->begun;
    return moment_of(j, &j->x->protocol->step[step], o->begun, said);
}

static const struct occ *runs_from(const struct judge *j, const struct window *w)
{
    return w->first ? batch_occ(j->x, w->since) : batch_done(j->x, w->since);
}

static struct moment happens(const struct judge *j)
{
    return moment_of(j, judge_step(j), j->when, j->cmd->occurred ? j->cmd->occurred : j->when);
}

static bool reached(int64_t since, int64_t at, const struct span *span)
{
    return at >= span_from(since, span);
}

static bool passed(int64_t since, int64_t at, const struct span *span)
{
    return at > span_till(since, span);
}

/* Is it at least so long from the one to the other; at most? UNDECIDED: that rests on a claim. */
static enum side at_least(const struct moment *a, const struct moment *b, const struct span *span)
{
    if (!reached(a->least, b->told, span) || !reached(a->said, b->said, span))
        return OUTSIDE;
    return reached(a->told, b->least, span) ? INSIDE : UNDECIDED;
}

static enum side at_most(const struct moment *a, const struct moment *b, const struct span *span)
{
    if (passed(a->told, b->least, span) || passed(a->said, b->said, span))
        return OUTSIDE;
    return passed(a->least, b->told, span) ? UNDECIDED : INSIDE;
}

const char *span_text(struct judge *j, const struct span *span)
{
    int64_t minutes = span->value / 60000;
    return span->days ? arena_printf(j->a, "%lld d", (long long)span->value)
           : minutes && span->value % 60000 == 0
               ? arena_printf(j->a, "%lld min", (long long)minutes)
               : arena_printf(j->a, "%lld s", (long long)(span->value / 1000));
}

static struct json *span_args(struct judge *j, const char *since, const char *name, const struct span *span)
{
    return json_set_str(j->a, args1(j, "since", since), name, span_text(j, span));
}

/* Nothing that only a claim says satisfies a window, nor does it break one: it has happened, nobody saw when,
 * and quality judges. */
static bool not_shown(struct judge *j, enum effect effect, const char *since, const char *sign,
                      const struct span *span)
{
    struct json *args = args1(j, "since", since);
    json_set_str(j->a, args, "span", arena_printf(j->a, "%s %s", sign, span_text(j, span)));
    return judge_find(j, effect == EFFECT_REFUSE ? EFFECT_DEVIATION : effect, SAY_TIME_NOT_SHOWN, args, NULL);
}

static bool check_least(struct judge *j, const struct window *w, const struct moment *from,
                        const struct moment *to)
{
    const char *since = j->x->protocol->step[w->since].id;
    enum side possible = w->possible.set ? at_least(from, to, &w->possible) : INSIDE;
    enum side min = w->min.set ? at_least(from, to, &w->min) : INSIDE;
    if (possible == OUTSIDE)
        return judge_find(j, EFFECT_REFUSE, SAY_TIME_IMPOSSIBLE, span_args(j, since, "least", &w->possible),
                          NULL);
    if (min == OUTSIDE)
        return judge_find(j, w->early, SAY_TIME_EARLY, span_args(j, since, "least", &w->min), NULL);
    if (min == UNDECIDED || possible == UNDECIDED)
        return not_shown(j, w->early, since, "≥", w->min.set ? &w->min : &w->possible);
    return true;
}

static bool check_window(struct judge *j, const struct window *w)
{
    if (!runs_from(j, w))
        return true; /* its absence shows by itself */
    const char *since = j->x->protocol->step[w->since].id;
    const struct moment from = w->first ? began(j, w->since) : ended(j, w->since), to = happens(j);
    if (!check_least(j, w, &from, &to))
        return false;
    enum side max = w->max.set ? at_most(&from, &to, &w->max) : INSIDE;
    if (max == OUTSIDE)
        return judge_find(j, w->late, SAY_TIME_LATE, span_args(j, since, "most", &w->max), NULL);
    return max != UNDECIDED || not_shown(j, w->late, since, "≤", &w->max);
}

bool check_windows(struct judge *j, bool end)
{
    const struct step *s = judge_step(j);
    bool act = s->form || s->opens || s->verb != VERB_NONE; /* it begins and ends at once */
    for (size_t i = 0; i < s->nwindows; i++)
        if ((s->window[i].end && !act) == end && !check_window(j, &s->window[i]))
            return false;
    return true;
}

int64_t step_earliest(const struct judge *j)
{
    const struct step *s = judge_step(j);
    int64_t earliest = 0;
    for (size_t i = 0; j->begins && i < s->nwindows; i++) {
        const struct window *w = &s->window[i];
        const struct occ *o = w->end ? NULL : runs_from(j, w);
        const struct span *const span[] = {&w->possible, &w->min};
        for (size_t k = 0; o && k < 2; k++) {
            int64_t since = w->first ? began(j, w->since).said : occ_said(o);
            if (span[k]->set && span_from(since, span[k]) > earliest)
                earliest = span_from(since, span[k]);
        }
    }
    return earliest > j->when ? earliest : 0;
}
