/*
 * What no hands can do: entries that follow each other faster than anybody scans, reads and types; a second
 * person who confirms before having looked. One fast entry says nothing, more than half of many do. It has
 * happened, and is recorded with a deviation that names the entries; later on the same day with an alert.
 */
#include "core/rule/judge.h"

/* The newest gaps, with this one behind them. */
struct newest {
    size_t n, fast;
    int64_t ms; /* all of them */
};

static bool is_fast(const struct judge *j, const struct pace *p, const struct gap *g)
{
    const struct pace_least *least = &j->cmd->pace;
    return g->ms < (!p->station ? least->witness_ms : g->tube ? least->tube_ms : least->scan_ms);
}

static void look_at(const struct judge *j, const struct pace *p, const struct gap *g, struct newest *w)
{
    w->n++;
    w->ms += g->ms;
    w->fast += is_fast(j, p, g);
}

static struct json *figures(struct judge *j, const struct newest *w)
{
    const struct stream *s = book_stream(j->book, j->x->stream);
    char from[CLOCK_TEXT];
    clock_format(j->when - w->ms, from);
    struct json *args = json_set_int(j->a, json_object(j->a), "entries", (int64_t)w->n);
    json_set_int(j->a, args, "fast", (int64_t)w->fast);
    json_set_int(j->a, args, "seconds", (w->ms + 999) / 1000);
    json_set_str(j->a, args, "from", from);
    return json_set_int(j->a, args, "last", (int64_t)s->sseq + 1); /* in the batch's stream */
}

static void look(struct judge *j, const struct station *station, bool container, enum say code)
{
    const struct pace *here = batch_pace(j->x, j->st), *p = batch_pace(j->x, station);
    bool written_up = j->cmd->occurred && j->when != j->cmd->occurred;
    if (!here || !here->at || written_up || !p || p->n + 1 < pace_size(p))
        return;
    int64_t ms = j->when - here->at;
    if (station && ms > PACE_PAUSE_MS)
        return;
    int32_t most = ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int32_t)ms;
    const struct gap now = {most, container && here->step == j->step};
    struct newest w = {0};
    for (size_t i = 1; i < pace_size(p); i++)
        look_at(j, p, &p->gap[(p->n - i) % pace_size(p)], &w);
    look_at(j, p, &now, &w);
    if (w.fast * 2 > w.n)
        judge_find(j, p->told_day == clock_day(j->now) ? EFFECT_ALERT : EFFECT_DEVIATION, code,
                   figures(j, &w), NULL);
}

void check_pace(struct judge *j, bool container)
{
    look(j, j->st, container, SAY_TIME_PACE);
}

void check_pace_witness(struct judge *j)
{
    look(j, NULL, false, SAY_TIME_PACE_WITNESS);
}
