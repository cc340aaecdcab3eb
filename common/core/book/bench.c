/* The bench: who stands there, and when it could not be heard. */
#include <string.h>

#include "base/clock.h"
#include "core/book/apply.h"
#include "core/entry/alarm.h"

static struct was *was_of(const struct bench *bench, const struct person *p)
{
    struct was *w = bench->was;
    while (w && w->person != p)
        w = w->next;
    return w;
}

void bench_leave(struct book *b, struct bench *bench, const struct person *p)
{
    size_t n = 0;
    book_touch(b, bench, sizeof(*bench));
    for (size_t i = 0; i < bench->npeople; i++) {
        if (bench->person[i] == p) {
            struct was *w = was_of(bench, p);
            if (w)
                SET(b, w->gone, b->last_at);
            SET(b, bench->person[i]->signed_in, NULL);
        } else {
            bench->since[n] = bench->since[i];
            bench->person[n++] = bench->person[i];
        }
    }
    bench->npeople = n;
    if (bench->acting == p) /* who acts from now on says so */
        bench->acting = NULL;
    if (n == 0) {
        bench->batch = NULL;
        bench->step = bench->last = -1;
    }
}

/* When the batch of the bench was worked on last, in the step under way or in the one before; 0: not here. */
static int64_t worked_at(const struct bench *bench)
{
    const int steps[] = {bench->step, bench->last};
    int64_t last = 0;
    for (size_t i = 0; i < 2; i++) {
        const struct occ *o = steps[i] >= 0 ? batch_occ(bench->batch, steps[i]) : NULL;
        if (o && o->done > last)
            last = o->done;
        if (o && o->ninputs && o->input[o->ninputs - 1].at > last)
            last = o->input[o->ninputs - 1].at;
    }
    return last;
}

int64_t bench_used(const struct bench *bench)
{
    int64_t worked = bench->batch ? worked_at(bench) : 0;
    return worked > bench->at ? worked : bench->at;
}

bool bench_carries(const struct bench *bench, int64_t now)
{
    return bench->npeople && bench->day == clock_day(now) - 1 && bench->batch && !bench->batch->closed &&
           worked_at(bench) >= now - BOUND_CARRY_MS;
}

bool bench_works(const struct bench *bench, int64_t now)
{
    return (bench->npeople && bench->day == clock_day(now)) || bench_carries(bench, now);
}

int64_t bench_until(const struct bench *bench)
{
    if (!bench->npeople || bench->day == INT64_MIN)
        return 0;
    int64_t day = clock_day_start(bench->day + 1);
    int64_t worked = bench->batch && !bench->batch->closed ? worked_at(bench) + BOUND_CARRY_MS + 1 : 0;
    return worked > day ? worked : day;
}

static void note_was(struct book *b, struct bench *bench, const struct person *p, int64_t since)
{
    struct was *w = was_of(bench, p);
    if (w) {
        SET(b, w->left, 0);
        SET(b, w->secret, since > w->secret ? since : w->secret);
    }
    if (w && !w->gone)
        return;
    w = arena_alloc(b->keep, sizeof(*w));
    *w = (struct was){.person = p, .since = since, .secret = since, .next = bench->was};
    bench->was = w;
}

void bench_confirmed(struct book *b, struct bench *bench, const struct person *p, int64_t at)
{
    struct was *w = was_of(bench, p);
    if (w)
        SET(b, w->secret, at);
}

int64_t bench_secret(const struct bench *bench, const struct person *p)
{
    const struct was *w = was_of(bench, p);
    return w ? w->secret : 0;
}

void bench_left(struct book *b, struct bench *bench, const struct person *p, int64_t at)
{
    struct was *w = was_of(bench, p);
    if (w)
        SET(b, w->left, at);
}

void bench_join(struct book *b, struct station *st, struct person *p, int64_t since)
{
    struct bench *bench = &st->bench;
    require(bench->npeople < BENCH_PEOPLE);
    SET(b, p->signed_in, st);
    book_touch(b, bench, sizeof(*bench));
    note_was(b, bench, p, since);
    bench->since[bench->npeople] = since;
    bench->person[bench->npeople++] = p;
    if (bench->npeople == 1)
        bench->acting = p;
}

/* The newest ones are kept: an older list comes as what it is, late. */
void outage_add(struct book *b, struct outages *list, int64_t from, int64_t to)
{
    book_touch(b, list, sizeof(*list));
    if (list->n == OUTAGES)
        memmove(list->item, list->item + 1, --list->n * sizeof(*list->item));
    list->item[list->n++] = (struct outage){from, to};
}

bool outage_covers(const struct outages *list, int64_t at)
{
    for (size_t i = 0; i < list->n; i++)
        if (at >= list->item[i].from - BOUND_OUTAGE_EDGE_MS && at <= list->item[i].to + BOUND_OUTAGE_EDGE_MS)
            return true;
    return false;
}

const struct stood *station_stood(const struct station *st, int64_t at)
{
    const struct stood *s = st->stood;
    while (s && s->next && s->since > at) /* the first one stands for what was before it */
        s = s->next;
    return s;
}

const char *station_room(const struct station *st, int64_t at)
{
    const struct stood *s = station_stood(st, at);
    return s ? s->room : NULL;
}

void station_stands(struct book *b, struct station *st, const struct stood *where)
{
    struct stood *s = arena_alloc(b->keep, sizeof(*s));
    *s = *where;
    s->kind = book_keep(b, where->kind);
    s->room = book_keep(b, where->room);
    s->replaces = book_keep(b, where->replaces);
    s->next = st->stood;
    book_touch(b, st, sizeof(*st));
    st->stood = s;
    st->kind = s->kind;
    st->room = s->room;
}

int64_t station_unheard_since(const struct book *b, const struct station *st)
{
    int64_t since = st->silent_since;
    for (size_t i = b->outages.n; !since && i-- > 0 && b->outages.item[i].to > st->known_at;)
        if (i == 0 || b->outages.item[i - 1].to <= st->known_at)
            since = b->outages.item[i].from;
    return since;
}

/* ---- wrong secrets ---- */

static struct wrong *wrong_of(const struct bench *bench, const struct person *p)
{
    struct wrong *w = bench->wrong;
    while (w && w->person != p)
        w = w->next;
    return w;
}

const struct wrong *bench_wrong(const struct bench *bench, const struct person *p, int64_t today)
{
    const struct wrong *w = bench->day == today ? wrong_of(bench, p) : NULL;
    return w && w->n ? w : NULL;
}

static void count(struct book *b, struct bench *bench, const struct person *p, int64_t at)
{
    struct wrong *w = wrong_of(bench, p);
    if (!w) {
        w = arena_alloc(b->keep, sizeof(*w));
        *w = (struct wrong){.person = p, .next = bench->wrong};
        SET(b, bench->wrong, w);
    }
    book_touch(b, w, sizeof(*w));
    w->n++;
    w->at = at;
}

void bench_mistyped(struct book *b, struct bench *bench, const struct person *p, int64_t at)
{
    count(b, bench, NULL, at);
    if (p)
        count(b, bench, p, at);
}

void bench_typed(struct book *b, struct bench *bench, const struct person *p)
{
    struct wrong *all = wrong_of(bench, NULL), *own = wrong_of(bench, p);
    if (all)
        SET(b, all->n, 0);
    if (own)
        SET(b, own->n, 0);
}

/* ---- alarms ---- */

const struct alarm *bench_alarm(const struct bench *bench)
{
    const struct alarm *first = bench->alarm;
    for (const struct alarm *a = first; a; a = a->next)
        if (a->stops)
            return a;
    return first;
}

bool alarm_seen_by(const struct alarm *a, const struct person *p)
{
    for (size_t i = 0; i < a->nseen; i++)
        if (a->seen[i] == p)
            return true;
    return false;
}
