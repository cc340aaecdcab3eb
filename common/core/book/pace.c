/* How fast the entries of a batch follow each other: kept for the rules, which know how fast is too fast. */
#include <string.h>

#include "core/book/apply.h"

struct pace *batch_pace(const struct batch *x, const struct station *station)
{
    for (size_t i = 0; i < x->npaces; i++)
        if (x->pace[i].station == station)
            return &x->pace[i];
    return NULL;
}

static struct pace *pace_here(struct book *b, struct batch *x, const struct station *station)
{
    struct pace *p = batch_pace(x, station);
    if (!p) {
        p = PUSH(b, x->pace, x->npaces);
        *p = (struct pace){.station = station, .step = -1, .told_day = INT64_MIN};
    }
    book_touch(b, p, sizeof(*p));
    return p;
}

static void add(struct pace *p, int64_t ms, uint64_t sseq, bool tube)
{
    p->gap[p->n++ % pace_size(p)] = (struct gap){ms < 0           ? 0
                                                 : ms > INT32_MAX ? INT32_MAX
                                                                  : (int32_t)ms,
                                                 (uint32_t)sseq, tube};
}

/* What is written up has times of its own, which are no pace. */
static bool written_up(const struct entry *e)
{
    return e->late && entry_event_time(e) == e->at;
}

void at_pace(const struct at *a, bool container, bool witness)
{
    const struct station *station = entry_station(a->b, a->e);
    int64_t now = entry_event_time(a->e);
    if (!station)
        return;
    struct pace *p = pace_here(a->b, a->x, station);
    bool up = written_up(a->e);
    if (now - p->at > PACE_PAUSE_MS)
        p->n = 0;
    else if (!up)
        add(p, now - p->at, a->e->sseq, container && p->step == a->step);
    if (p->at && witness && !up) {
        struct pace *w = pace_here(a->b, a->x, NULL);
        add(w, now - batch_pace(a->x, station)->at, a->e->sseq, false);
        p = batch_pace(a->x, station); /* the list may have moved */
    }
    p->at = up ? 0 : now;
    p->step = container ? a->step : -1;
}

/* Where the batch saw the person last. Written up, or recalled, it says nothing of now. */
static void see(const struct at *a, struct person *p, const struct station *station)
{
    if (!p || !station)
        return;
    book_touch(a->b, &p->seen, sizeof(p->seen));
    p->seen.at = station;
    p->seen.when = a->e->at;
    p->seen.in = book_stream(a->b, a->e->stream);
}

void at_seen(const struct at *a)
{
    struct actor actor;
    if (a->b->aside || a->e->late)
        return;
    actor_read(a->e, &actor);
    const struct station *station = book_station(a->b, actor.station);
    see(a, book_person(a->b, actor.witnessed ? actor.witnessed : actor.performed), station);
}

void pace_told(struct book *b, struct batch *x, const struct station *station, int64_t at)
{
    struct pace *p = pace_here(b, x, station);
    p->n = 0;
    p->told_day = clock_day(at);
}
