/* A station's day. */
#include "core/entry/day.h"

#include "base/clock.h"
#include "core/book/apply.h"
#include "core/rule/record.h"
#include "core/view/row.h"

static const char *const document_word[] = {NULL, "bundle", "pdf", "csv", "json"};
const struct word_list document_words = {sizeof(document_word) / sizeof(*document_word), document_word};

static const struct member carried_member[] = {
    M_ID(struct carried, person, NEEDED),
    M_TEXT(struct carried, since, NEEDED),
    M_BOOL(struct carried, fit, 0),
};

static const struct shape carried_shape = SHAPE(struct carried, carried_member);

static const struct member opened_member[] = {
    M_ID(struct day_opened, station, NEEDED), M_LIST(struct day_opened, people, 0, &carried_shape),
    M_TEXT(struct day_opened, acting, 0),     M_TEXT(struct day_opened, batch, 0),
    M_TEXT(struct day_opened, step, 0),
};

static const struct member closed_member[] = {
    M_BOOL(struct day_closed, carried, 0),
};

static const struct member session_member[] = {
    M_ID(struct session_record, person, NEEDED),
    M_BOOL(struct session_record, fit, 0),
    M_BOOL(struct session_record, beside, 0),
};

static const struct member failed_member[] = {
    M_ID(struct session_failed, person, 0),
};

static const struct member context_member[] = {
    M_TEXT(struct bench_context, batch, 0),   M_TEXT(struct bench_context, step, 0),
    M_TEXT(struct bench_context, acting, 0),  M_BOOL(struct bench_context, asks, 0),
    M_BOOL(struct bench_context, leaves, 0),  M_WORD(struct bench_context, loss, enum loss, 0, &loss_words),
    M_ID(struct bench_context, container, 0),
};

static const struct member shown_member[] = {
    M_ID(struct personal_shown, batch, NEEDED),
    M_WORD(struct personal_shown, what, enum document, NEEDED, &document_words),
    M_TEXT(struct personal_shown, disclosures, OWN),
};

static const struct record_rule showing = {.right = RIGHT_PERSONAL_SHOWN, .judge = record_shown};

/* ---- what they do to the book ---- */

static void set_fit(struct book *b, struct person *p, const struct entry *e)
{
    SET(b, p->fit, true);
    SET(b, p->fit_day, clock_day(e->at));
}

static int carry(struct book *b, struct station *st, const struct entry *e, const struct carried *c)
{
    struct person *p = book_person(b, c->person);
    int64_t since;
    if (!p || !c->since || clock_parse_rfc3339(c->since, &since) != 0 || st->bench.npeople == BENCH_PEOPLE)
        return CPF_E_PROFILE;
    if (p->signed_in == st)
        return 0;
    if (p->signed_in)
        bench_leave(b, &p->signed_in->bench, p);
    bench_join(b, st, p, since);
    if (!c->fit)
        return 0;
    set_fit(b, p, e);
    return 0;
}

static int carry_all(struct book *b, struct station *st, const struct entry *e, const struct day_opened *v)
{
    int err = 0;
    for (size_t i = 0; i < v->people.n && err == 0; i++)
        err = carry(b, st, e, &v->people.item[i]);
    if (err || !v->people.n)
        return err;
    struct bench *bench = &st->bench;
    struct person *acting = book_person(b, v->acting);
    book_touch(b, bench, sizeof(*bench));
    bench->acting = acting ? acting : bench->acting;
    bench->batch = book_batch(b, v->batch); /* NULL when closed since */
    bench->step = bench->batch && v->step ? protocol_step(bench->batch->protocol, v->step) : -1;
    bench->last = -1;
    return 0;
}

static int apply_day_opened(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct station *st = entry_station(b, e);
    if (!st)
        return CPF_E_PROFILE;
    SET(b, st->bench.wrong, NULL);
    SET(b, st->bench.was, NULL);
    SET(b, st->bench.day, clock_day(e->at));
    SET(b, st->bench.stream, s->name);
    SET(b, st->known_at, e->at); /* a start reads this day alone, and whoever is carried into it works on */
    return carry_all(b, st, e, body);
}

static int apply_day_closed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct station *st = entry_station(b, e);
    (void)s, (void)body;
    if (!st)
        return CPF_E_PROFILE;
    while (st->bench.npeople)
        bench_leave(b, &st->bench, st->bench.person[0]);
    SET(b, st->bench.wrong, NULL); /* they live with this stream */
    SET(b, st->bench.was, NULL);
    SET(b, st->bench.asked, (struct bench_asked){0});
    SET(b, st->bench.day, INT64_MIN);
    SET(b, st->bench.stream, NULL);
    return 0;
}

static int apply_session_opened(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct session_record *v = body;
    struct station *st = entry_station(b, e);
    struct person *p = book_person(b, v->person);
    (void)s;
    if (!st || !p)
        return CPF_E_PROFILE;
    bench_typed(b, &st->bench, p);
    if (v->fit)
        set_fit(b, p, e);
    if (p->signed_in == st) { /* again: it needs no further place */
        bench_confirmed(b, &st->bench, p, e->at);
        return 0;
    }
    if (st->bench.npeople == BENCH_PEOPLE)
        return CPF_E_PROFILE;
    if (p->signed_in)
        bench_leave(b, &p->signed_in->bench, p);
    bench_join(b, st, p, e->at);
    SET(b, st->bench.at, e->at);
    SET(b, st->known_at, e->at);
    return 0;
}

static int apply_session_closed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct session_record *v = body;
    struct station *st = entry_station(b, e);
    struct person *p = book_person(b, v->person);
    (void)s;
    if (!st || !p)
        return CPF_E_PROFILE;
    SET(b, st->bench.asked, (struct bench_asked){0});
    bench_leave(b, &st->bench, p);
    if (v->beside)
        bench_left(b, &st->bench, p, e->at);
    return 0;
}

static int apply_session_failed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct session_failed *v = body;
    struct station *st = entry_station(b, e);
    (void)s;
    if (st)
        bench_mistyped(b, &st->bench, book_person(b, v->person), e->at);
    return 0;
}

static int apply_context(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct bench_context *v = body;
    struct station *st = entry_station(b, e);
    (void)s;
    if (!st)
        return CPF_E_PROFILE;
    struct bench *bench = &st->bench;
    book_touch(b, bench, sizeof(*bench));
    bench->asked = (struct bench_asked){0};
    if (v->asks) {
        bench->asked = (struct bench_asked){.person = book_person(b, v->acting),
                                            .batch = book_keep(b, v->batch),
                                            .leaves = v->leaves,
                                            .loss = v->loss,
                                            .container = book_keep(b, v->container),
                                            .at = e->at};
        return 0;
    }
    bench->at = e->at;
    if (v->acting)
        bench->acting = book_person(b, v->acting);
    if (v->batch) {
        bench->batch = book_batch(b, v->batch); /* NULL when closed since */
        bench->step = bench->last = -1;
    }
    if (v->step && bench->batch)
        bench->step = *v->step ? protocol_step(bench->batch->protocol, v->step) : -1;
    return 0;
}

/* ---- rows ---- */

static void view_day_closed(struct view_at *a, const void *body)
{
    const struct day_closed *v = body;
    if (!v->carried)
        view_session_end(a, NULL, "day");
}

static void view_session_opened(struct view_at *a, const void *body)
{
    const struct session_record *v = body;
    view_session(a, v->person);
}

static void view_session_closed(struct view_at *a, const void *body)
{
    const struct session_record *v = body;
    view_session_end(a, v->person, "out");
}

const struct kind kind_day_opened = {
    .id = KIND_DAY_OPENED,
    .shape = SHAPE(struct day_opened, opened_member),
    .apply = apply_day_opened,
    .reads = {"端末 {station} の一日を始めた", "a day of station {station} began"},
};

const struct kind kind_day_closed = {
    .id = KIND_DAY_CLOSED,
    .shape = SHAPE(struct day_closed, closed_member),
    .apply = apply_day_closed,
    .view = view_day_closed,
    .reads = {"端末の一日を終えた", "the day of the station ended"},
};

const struct kind kind_session_opened = {
    .id = KIND_SESSION_OPENED,
    .shape = SHAPE(struct session_record, session_member),
    .apply = apply_session_opened,
    .view = view_session_opened,
    .reads = {"{person} がサインインした", "{person} signed in"},
};

const struct kind kind_session_closed = {
    .id = KIND_SESSION_CLOSED,
    .shape = SHAPE(struct session_record, session_member),
    .apply = apply_session_closed,
    .view = view_session_closed,
    .reads = {"{person} がサインアウトした", "{person} signed out"},
};

const struct kind kind_session_failed = {
    .id = KIND_SESSION_FAILED,
    .shape = SHAPE(struct session_failed, failed_member),
    .apply = apply_session_failed,
    .reads = {"{person} の暗証が違った", "a wrong secret was given for {person}"},
};

const struct kind kind_bench_context = {
    .id = KIND_BENCH_CONTEXT,
    .shape = SHAPE(struct bench_context, context_member),
    .apply = apply_context,
    .reads = {"作業台の状況を切り替えた", "the bench turned to something else"},
};

const struct kind kind_personal_shown = {
    .id = KIND_PERSONAL_SHOWN,
    .shape = SHAPE(struct personal_shown, shown_member),
    .record = &showing,
    .reads = {"{batch} の個人情報を表示した（{what}）", "personal data of {batch} was shown ({what})"},
};
