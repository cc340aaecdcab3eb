/* Stations. */
#include "core/entry/station.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member enrolled_member[] = {
    M_ID(struct station_enrolled, station, NEEDED), M_ID(struct station_enrolled, kind, NEEDED),
    M_ID(struct station_enrolled, room, 0),         M_DIGEST(struct station_enrolled, token, NEEDED),
    M_PERSONAL(struct station_enrolled, reason, 0), M_PERSONAL(struct station_enrolled, note, 0),
    M_PERSONAL(struct station_enrolled, remark, 0),
};

static const struct member revoked_member[] = {
    M_ID(struct station_revoked, station, NEEDED),
    M_PERSONAL(struct station_revoked, reason, 0),
    M_PERSONAL(struct station_revoked, note, 0),
    M_PERSONAL(struct station_revoked, remark, 0),
};

static const struct record_rule enrolment = {
    .right = RIGHT_STATION_ENROLLED,
    .id = offsetof(struct station_enrolled, station),
    .stream = RECORD_ANY,
    .judge = record_own,
};

static const struct record_rule revocation = {
    .right = RIGHT_STATION_REVOKED,
    .id = offsetof(struct station_revoked, station),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

/* ---- what they do to the book ---- */

static struct station *station_new(struct book *b, const char *id)
{
    struct station *st = arena_alloc(b->keep, sizeof(*st));
    st->id = book_keep(b, id);
    st->bench.day = INT64_MIN;
    st->bench.step = st->bench.last = -1;
    book_put(b, &b->stations, st->id, st);
    return st;
}

static int apply_enrolled(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct station_enrolled *v = body;
    (void)s;
    if (!v->station || !v->kind || !v->token)
        return CPF_E_PROFILE;
    struct station *st = book_station(b, v->station);
    if (!st)
        st = station_new(b, v->station);
    else if (st->token)
        book_drop(b, &b->tokens, st->token);
    book_touch(b, st, sizeof(*st));
    st->kind = book_keep(b, v->kind);
    st->room = book_keep(b, v->room);
    st->token = book_keep(b, v->token);
    st->data = book_keep_json(b, e->body);
    st->revoked = false;
    book_put(b, &b->tokens, st->token, st);
    return 0;
}

static int apply_revoked(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct station_revoked *v = body;
    struct station *st = book_station(b, v->station);
    (void)s, (void)e;
    if (!st)
        return CPF_E_PROFILE;
    SET(b, st->revoked, true);
    return 0;
}

const struct kind kind_station_enrolled = {
    .id = KIND_STATION_ENROLLED,
    .shape = SHAPE(struct station_enrolled, enrolled_member),
    .apply = apply_enrolled,
    .record = &enrolment,
    .reads = {"端末 {station} を登録した", "station {station} was enrolled"},
};

const struct kind kind_station_revoked = {
    .id = KIND_STATION_REVOKED,
    .shape = SHAPE(struct station_revoked, revoked_member),
    .apply = apply_revoked,
    .record = &revocation,
    .reads = {"端末 {station} を失効させた", "station {station} was revoked"},
};
