/*
 * What no hands can do: entries that follow each other faster than anybody scans, reads and types; a second
 * person who confirms before having looked, or after the same wait ten times; one person in two rooms; a step
 * that ends before it can have been done; a record that is confirmed sooner than anybody reads it. One fast
 * entry says nothing, more than half of many do. It has happened, and is recorded with a deviation that names
 * the entries, which quality judges before it decides; what is counted is told later on the same day with an
 * alert.
 */
#include "core/rule/judge.h"

/* The newest gaps, with this one behind them. */
struct newest {
    size_t n, fast, near; /* near: no fast ones, but hardly slower */
    int64_t ms;           /* all of them */
    int32_t shortest, longest;
    uint32_t first; /* entry of the first */
};

static int least_of(const struct judge *j, const struct pace *p, const struct gap *g)
{
    const struct pace_least *least = &j->cmd->pace;
    return !p->station ? least->witness_ms : g->tube ? least->tube_ms : least->scan_ms;
}

static void look_at(const struct judge *j, const struct pace *p, const struct gap *g, struct newest *w)
{
    int least = least_of(j, p, g);
    w->first = w->n ? w->first : g->sseq;
    w->shortest = w->n && w->shortest < g->ms ? w->shortest : g->ms;
    w->longest = w->n && w->longest > g->ms ? w->longest : g->ms;
    w->n++;
    w->ms += g->ms;
    w->fast += g->ms < least;
    w->near += g->ms < 2 * least;
}

/* Of this command's entry. */
static int64_t entry_now(const struct judge *j)
{
    return (int64_t)book_stream(j->book, j->x->stream)->sseq + 1;
}

/* What is told of another time says nothing of how fast it went. */
static bool is_written_up(const struct judge *j)
{
    return j->cmd->occurred && j->when != j->cmd->occurred;
}

static struct json *figures(struct judge *j, const struct newest *w)
{
    char from[CLOCK_TEXT];
    clock_format(j->when - w->ms, from);
    struct json *args = json_set_int(j->a, json_object(j->a), "entries", (int64_t)w->n);
    json_set_int(j->a, args, "fast", (int64_t)w->fast);
    json_set_int(j->a, args, "seconds", (w->ms + 999) / 1000);
    json_set_str(j->a, args, "from", from);
    json_set_int(j->a, args, "first", w->first); /* in the batch's stream */
    return json_set_int(j->a, args, "last", entry_now(j));
}

static const char *tenths(struct judge *j, int32_t ms)
{
    return arena_printf(j->a, "%d.%d", ms / 1000, ms % 1000 / 100);
}

static void tell(struct judge *j, const struct pace *p, const struct newest *w, enum say code)
{
    struct json *args = figures(j, w);
    if (code == SAY_TIME_PACE_EVEN) {
        json_set_str(j->a, args, "shortest", tenths(j, w->shortest));
        json_set_str(j->a, args, "longest", tenths(j, w->longest));
    }
    judge_find(j, p->told_day == clock_day(j->now) ? EFFECT_ALERT : EFFECT_DEVIATION, code, args, NULL);
}

/* All of them alike, or all hardly slower than what would be told: a wait that was learnt, not a look. */
static bool even(const struct judge *j, const struct newest *w)
{
    const struct pace_least *least = &j->cmd->pace;
    return (least->spread_ms && w->longest - w->shortest <= least->spread_ms) ||
           (least->witness_ms && w->near == w->n);
}

static void look(struct judge *j, const struct station *station, bool container, enum say code)
{
    const struct pace *here = batch_pace(j->x, j->st), *p = batch_pace(j->x, station);
    if (!here || !here->at || is_written_up(j) || !p || p->n + 1 < pace_size(p))
        return;
    int64_t ms = j->when - here->at;
    if (station && ms > PACE_PAUSE_MS)
        return;
    int32_t most = ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int32_t)ms;
    const struct gap now = {most, (uint32_t)entry_now(j), container && here->step == j->step};
    struct newest w = {0};
    for (size_t i = 1; i < pace_size(p); i++)
        look_at(j, p, &p->gap[(p->n - i) % pace_size(p)], &w);
    look_at(j, p, &now, &w);
    if (w.fast * 2 > w.n)
        tell(j, p, &w, code);
    else if (!station && even(j, &w))
        tell(j, p, &w, SAY_TIME_PACE_EVEN);
}

void check_pace(struct judge *j, bool container)
{
    look(j, j->st, container, SAY_TIME_PACE);
}

void check_pace_witness(struct judge *j)
{
    look(j, NULL, false, SAY_TIME_PACE_WITNESS);
}

/* ---- one person, two rooms ---- */

void check_rooms(struct judge *j, const struct person *p)
{
    const struct station *at = p->seen.at;
    int64_t ms = j->now - p->seen.when;
    if (!at || at == j->st || j->cmd->occurred || ms >= j->cmd->pace.apart_ms)
        return;
    const char *there = station_room(at, p->seen.when);
    if (strcmp(there ? there : at->kind, j->st->room ? j->st->room : j->st->kind) == 0)
        return;
    struct json *args = args1(j, "person", p->id);
    json_set_str(j->a, args, "at", at->id);
    judge_find(j, EFFECT_DEVIATION, SAY_TIME_TWO_ROOMS, json_set_int(j->a, args, "seconds", ms / 1000), NULL);
}

/* ---- a step, a record ---- */

void check_took(struct judge *j)
{
    const struct step *s = judge_step(j);
    (void)check_windows(j, true);
    int64_t ms = j->begins ? 0 : j->when - j->occ.begun;
    if (!s->takes.set || ms >= s->takes.value || is_written_up(j))
        return;
    struct json *args = args1(j, "step", s->id);
    json_set_str(j->a, args, "least", span_text(j, &s->takes));
    judge_find(j, s->short_of_it, SAY_TIME_SHORT, json_set_int(j->a, args, "seconds", ms / 1000), NULL);
}

/* The newest report: what is confirmed was not there to be read before. */
static int64_t reported_at(const struct batch *x)
{
    int64_t at = 0;
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        const struct occ *o = x->protocol->step[i].verb == VERB_REPORT ? batch_done(x, i) : NULL;
        at = o && o->done > at ? o->done : at;
    }
    return at;
}

void check_review(struct judge *j)
{
    int64_t since = judge_step(j)->verb == VERB_CONFIRM ? reported_at(j->x) : 0, entries = entry_now(j) - 1;
    if (!since || j->now - since >= entries * j->cmd->pace.review_ms)
        return;
    struct json *args = json_set_int(j->a, json_object(j->a), "entries", entries);
    judge_find(j, EFFECT_DEVIATION, SAY_TIME_REVIEW,
               json_set_int(j->a, args, "seconds", (j->now - since) / 1000), NULL);
}
