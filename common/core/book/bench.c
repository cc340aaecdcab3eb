/* The bench: a station's day. Sign-ins, context, fitness; the stream ends with the day. */
#include <string.h>

#include "core/book/apply.h"

static struct station *station_of(const struct book *b, const struct entry *e)
{
    return book_station(b, json_get_str(e->actor, "station"));
}

void bench_leave(struct bench *bench, const struct person *p)
{
    size_t n = 0;
    for (size_t i = 0; i < bench->npeople; i++) {
        if (bench->person[i] == p)
            bench->person[i]->signed_in = NULL;
        else
            bench->person[n++] = bench->person[i];
    }
    bench->npeople = n;
    if (bench->acting == p)
        bench->acting = n ? bench->person[0] : NULL;
    if (n == 0) {
        bench->batch = NULL;
        bench->step = bench->last = -1;
    }
}

static int apply_day_opened(struct book *b, struct stream *s, const struct entry *e)
{
    struct station *st = station_of(b, e);
    if (!st)
        return CPF_E_PROFILE;
    st->bench.day = clock_day(e->at);
    st->bench.stream = s->name;
    return 0;
}

static int apply_day_closed(struct book *b, struct stream *s, const struct entry *e)
{
    struct station *st = station_of(b, e);
    s->closed = true;
    if (!st)
        return CPF_E_PROFILE;
    while (st->bench.npeople)
        bench_leave(&st->bench, st->bench.person[0]);
    st->bench.day = INT64_MIN;
    st->bench.stream = NULL;
    return 0;
}

static int apply_session_opened(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    struct station *st = station_of(b, e);
    struct person *p = book_person(b, json_get_str(e->body, "person"));
    if (!st || !p || st->bench.npeople == BENCH_PEOPLE)
        return CPF_E_PROFILE;
    p->tries = 0;
    if (p->signed_in == st)
        return 0;
    if (p->signed_in)
        bench_leave(&p->signed_in->bench, p);
    p->signed_in = st;
    st->bench.person[st->bench.npeople++] = p;
    if (!st->bench.acting)
        st->bench.acting = p;
    return 0;
}

static int apply_session_closed(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    struct station *st = station_of(b, e);
    struct person *p = book_person(b, json_get_str(e->body, "person"));
    if (!st || !p)
        return CPF_E_PROFILE;
    bench_leave(&st->bench, p);
    return 0;
}

static int apply_session_failed(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    struct person *p = book_person(b, json_get_str(e->body, "person"));
    if (!p)
        return 0;
    p->tries = person_tries(p, clock_day(e->at)) + 1;
    p->tries_day = clock_day(e->at);
    return 0;
}

static int apply_context(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    struct station *st = station_of(b, e);
    if (!st)
        return CPF_E_PROFILE;
    struct bench *bench = &st->bench;
    const char *batch = json_get_str(e->body, "batch"), *step = json_get_str(e->body, "step");
    const char *acting = json_get_str(e->body, "acting");
    if (acting)
        bench->acting = book_person(b, acting);
    if (batch) {
        bench->batch = book_batch(b, batch); /* NULL when closed since */
        bench->step = bench->last = -1;
    }
    if (step && bench->batch)
        bench->step = *step ? protocol_step(bench->batch->protocol, step) : -1;
    return 0;
}

static int apply_fit(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    struct person *p = book_person(b, json_get_str(e->body, "person"));
    if (!p)
        return CPF_E_PROFILE;
    p->fit = json_get_bool(e->body, "fit");
    p->fit_day = clock_day(e->at);
    return 0;
}

/* Who was shown personal data: for those who read the log; no rule looks at it. */
static int apply_shown(struct book *b, struct stream *s, const struct entry *e)
{
    (void)b, (void)s, (void)e;
    return 0;
}

const struct apply_kind apply_bench_kinds[] = {
    {"day.opened", apply_day_opened},
    {"day.closed", apply_day_closed},
    {"session.opened", apply_session_opened},
    {"session.closed", apply_session_closed},
    {"session.failed", apply_session_failed},
    {"bench.context", apply_context},
    {"person.fit", apply_fit},
    {"personal.shown", apply_shown},
    {NULL, NULL},
};
