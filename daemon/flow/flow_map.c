/*
 * Maps of streams (base/batchmap.h), from the book in memory: it stands where the ledger's queue ends, so a
 * map made between two commands counts exactly what stands before its own entry. One a facility day, before
 * the first work of the day after; and on demand, before a batch is exported that no map counts as it is.
 *
 * Streams that are closed and have an entry since the newest map are counted once more, though they have left
 * the book: of those that were closed before this start the ledger tells, as it does where the others stand
 * in that map.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/flow_int.h"
#include "log.h"

struct map_waiter {
    char *stream;
    uint64_t number; /* of the map that is enough; 0: one that is not made yet */
    flow_mapped_fn done;
    void *arg;
    int64_t since_ms;
    bool late;
    struct map_waiter *next;
};

static int64_t day_after(int64_t ms)
{
    return clock_day_start(clock_day(ms) + 1);
}

/* ---- making one ---- */

/* A row for what is open, and for what has an entry since the map before. */
static bool counted(const struct stream *s)
{
    return (!s->closed || s->sseq > s->mapped) && stream_type(s->name, NULL) != STREAM_LOG;
}

static size_t gather(struct flow *f, struct ledger_counted *list)
{
    size_t n = 0, pos = 0;
    for (struct stream *s; (s = map_next(&f->book.streams, &pos));) {
        if (!counted(s))
            continue;
        list[n] = (struct ledger_counted){.stream = s->name, .count = s->sseq};
        memcpy(list[n++].last, s->leaf, HASH_LEN);
        s->mapped = s->sseq;
    }
    for (size_t i = 0; i < f->map.nclosed; i++)
        if (!book_stream(&f->book, f->map.closed[i].stream)) /* not written on since */
            list[n++] = f->map.closed[i];
    return n;
}

static void drop_closed(struct flow *f)
{
    for (size_t i = 0; i < f->map.nclosed; i++)
        free((char *)f->map.closed[i].stream);
    free(f->map.closed);
    f->map.closed = NULL;
    f->map.nclosed = 0;
}

static bool can_make(const struct flow *f)
{
    return !f->map.under_way && !flow_unavailable(f);
}

static void make(struct flow *f, int64_t at)
{
    struct ledger_counted *list = xcalloc(f->book.streams.count + f->map.nclosed + 1, sizeof(*list));
    size_t n = gather(f, list);
    f->map.under_way = ledger_submit_map(f->ledger, list, n, at);
    free(list);
    drop_closed(f);
    f->map.owing = false;
    f->map.next_ms = day_after(at);
    for (struct map_waiter *w = f->map.waiters; w; w = w->next)
        if (!w->number)
            w->number = f->map.under_way;
    log_event(LOG_LEVEL_INFO, "flow.map", "map", LOG_NUM((long long)f->map.under_way), "rows",
              LOG_NUM((long long)n + 1), NULL);
}

static void answer(struct map_waiter *mine)
{
    for (struct map_waiter *next; mine; mine = next) {
        next = mine->next;
        mine->done(mine->arg, mine->late);
        free(mine->stream);
        free(mine);
    }
}

/* Those for whom that map is enough. */
static void tell(struct flow *f, uint64_t number)
{
    struct map_waiter *mine = NULL, **at = &f->map.waiters;
    while (*at) { /* taken out first: a callback may ask again */
        struct map_waiter *w = *at;
        if (!w->late && (w->number > number || !w->number)) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->next = mine;
        mine = w;
    }
    answer(mine);
}

/* While database or signer are away none is made, and one under way does not come back. */
void flow_map_overdue(struct flow *f, int64_t before)
{
    bool any = false;
    for (struct map_waiter *w = f->map.waiters; w; w = w->next) {
        w->late = w->since_ms <= before;
        any |= w->late;
    }
    if (any)
        tell(f, 0);
}

const struct ledger_counted *flow_map_owed(const struct flow *f, const char *stream)
{
    for (size_t i = 0; i < f->map.nclosed; i++)
        if (strcmp(f->map.closed[i].stream, stream) == 0)
            return &f->map.closed[i];
    return NULL;
}

/* In the newest map, as it is? */
static bool stands(const struct flow *f, const char *stream)
{
    const struct stream *s = book_stream(&f->book, stream);
    return s ? s->mapped == s->sseq : !flow_map_owed(f, stream);
}

/* Whoever waits is told if the newest map will do, or gets the next one. */
static void make_wanted(struct flow *f)
{
    bool wanted = false;
    for (struct map_waiter *w = f->map.waiters; w; w = w->next) {
        if (!w->number && stands(f, w->stream))
            w->number = f->map.under_way ? f->map.under_way : f->map.number;
        wanted |= !w->number;
    }
    if (wanted && can_make(f))
        make(f, flow_now(f));
    tell(f, f->map.number);
}

void flow_map_daily(struct flow *f, int64_t now)
{
    if (f->map.waiters)
        make_wanted(f);
    if (now < f->map.next_ms || !can_make(f))
        return;
    if (f->map.owing)
        make(f, now);
    else
        f->map.next_ms = day_after(now);
}

/* ---- on demand ---- */

void flow_map_settled(void *flow, uint64_t number)
{
    struct flow *f = flow;
    f->map.under_way = 0;
    f->map.number = number;
    make_wanted(f);
}

bool flow_map_now(struct flow *f, const char *batch, flow_mapped_fn done, void *arg)
{
    char name[ENTRY_STREAM_MAX + 1];
    snprintf(name, sizeof(name), "batch/%s", batch);
    if (f->draining || (stands(f, name) && !f->map.under_way))
        return false;
    struct map_waiter *w = xcalloc(1, sizeof(*w));
    *w = (struct map_waiter){.stream = xstrdup(name),
                             .done = done,
                             .arg = arg,
                             .since_ms = clock_mono_ms(),
                             .next = f->map.waiters};
    f->map.waiters = w;
    make_wanted(f);
    return true;
}

void flow_map_drain(struct flow *f)
{
    for (struct map_waiter *w = f->map.waiters; w; w = w->next)
        w->number = w->number ? w->number : 1; /* no more are made */
    if (!f->map.under_way)
        tell(f, UINT64_MAX);
}

/* ---- at start ---- */

void flow_map_fold(struct flow *f, const struct entry *e)
{
    enum kind_id own = log_kind(e);
    if (own == KIND_LOG_BATCH_MAP) {
        struct log_batch_map v;
        (void)log_read(&log_batch_map_shape, e, &v);
        f->map.number = (uint64_t)v.map;
        f->map.owing = false;
    } else if (stream_type(e->stream, NULL) != STREAM_LOG) {
        f->map.owing = true;
    }
    if (own == KIND_LOG_OPENED || own == KIND_LOG_BATCH_MAP)
        f->map.next_ms = day_after(e->at);
}

static void keep_closed(struct flow *f, const struct ledger_counted *c)
{
    struct ledger_counted *kept = (struct ledger_counted *)flow_map_owed(f, c->stream);
    if (!kept) {
        f->map.closed = xrealloc(f->map.closed, (f->map.nclosed + 1) * sizeof(*f->map.closed));
        kept = &f->map.closed[f->map.nclosed++];
        kept->stream = xstrdup(c->stream);
    }
    kept->count = c->count;
    memcpy(kept->last, c->last, HASH_LEN);
}

void flow_map_stood(void *flow, const struct ledger_counted *c, uint64_t mapped, bool closed)
{
    struct flow *f = flow;
    struct stream *s = closed ? NULL : book_stream(&f->book, c->stream);
    if (s)
        s->mapped = mapped;
    if (!closed || c->count == mapped)
        return;
    keep_closed(f, c);
    f->map.owing = true;
}

void flow_map_ready(struct flow *f)
{
    if (!f->map.next_ms) /* a new log: its first entry is the ledger's own and was not folded */
        f->map.next_ms = day_after(flow_now(f));
    flow_map_daily(f, flow_now(f));
}

/* ---- what leaves the book, and comes back ---- */

/* Unless it has an entry since the newest map, only what comes now brings it into the next one. */
void flow_map_recalled(struct flow *f, struct stream *s)
{
    s->mapped = flow_map_owed(f, s->name) ? 0 : s->sseq;
}

void flow_map_dropped(struct flow *f, const struct stream *s)
{
    struct ledger_counted c = {.stream = s->name, .count = s->sseq};
    memcpy(c.last, s->leaf, HASH_LEN);
    if (s->sseq > s->mapped)
        keep_closed(f, &c);
}

void flow_map_free(struct flow *f)
{
    drop_closed(f);
    for (struct map_waiter *n, *w = f->map.waiters; w; w = n) {
        n = w->next;
        free(w->stream);
        free(w);
    }
}
