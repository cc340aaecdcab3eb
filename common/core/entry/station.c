/* Stations. */
#include "core/entry/station.h"

#include "base/clock.h"
#include "core/book/apply.h"
#include "core/rule/record.h"
#include "core/view/row.h"

static const struct member enrolled_member[] = {
    M_ID(struct station_enrolled, station, NEEDED), M_ID(struct station_enrolled, kind, NEEDED),
    M_ID(struct station_enrolled, room, 0),         M_DIGEST(struct station_enrolled, token, NEEDED),
    M_POINT(struct station_enrolled, key, 0),       M_PERSONAL(struct station_enrolled, reason, 0),
    M_PERSONAL(struct station_enrolled, note, 0),   M_PERSONAL(struct station_enrolled, remark, 0),
    M_BOOL(struct station_enrolled, spare, 0),
};

static const struct member invited_member[] = {
    M_ID(struct station_invited, station, NEEDED), M_ID(struct station_invited, kind, NEEDED),
    M_ID(struct station_invited, room, 0),         M_DIGEST(struct station_invited, once, NEEDED),
    M_PERSONAL(struct station_invited, reason, 0), M_PERSONAL(struct station_invited, note, 0),
    M_PERSONAL(struct station_invited, remark, 0),
};

static const struct member revoked_member[] = {
    M_ID(struct station_revoked, station, NEEDED),
    M_PERSONAL(struct station_revoked, reason, 0),
    M_PERSONAL(struct station_revoked, note, 0),
    M_PERSONAL(struct station_revoked, remark, 0),
};

static const struct member silent_member[] = {
    M_ID(struct station_silent, station, NEEDED),
    M_TEXT(struct station_silent, since, NEEDED),
};

static const struct member returned_member[] = {
    M_ID(struct station_returned, station, NEEDED),
    M_TEXT(struct station_returned, since, NEEDED),
};

static const struct member spooled_member[] = {
    M_ID(struct station_spooled, station, NEEDED),  M_INT(struct station_spooled, number, NEEDED),
    M_DIGEST(struct station_spooled, prev, NEEDED), M_DIGEST(struct station_spooled, hash, NEEDED),
    M_TEXT(struct station_spooled, sig, NEEDED),    M_TEXT(struct station_spooled, occurred, 0),
    M_BOOL(struct station_spooled, seen, 0),        M_BOOL(struct station_spooled, broken, 0),
};

static const struct record_rule enrolment = {
    .may = may_station,
    .id = offsetof(struct station_enrolled, station),
    .stream = RECORD_ANY,
    .judge = record_station,
};

static const struct record_rule invitation = {
    .may = may_station,
    .id = offsetof(struct station_invited, station),
    .stream = RECORD_ANY,
    .judge = record_station,
};

static const struct record_rule revocation = {
    .right = RIGHT_STATION_REVOKED,
    .may = may_revoke,
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
    st->revoked = true; /* until it is enrolled */
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
    station_stands(
        b, st,
        &(const struct stood){
            .kind = v->kind, .room = v->room, .since = e->at, .until = v->spare ? e->at : INT64_MAX});
    st->token = book_keep(b, v->token);
    st->key = book_keep(b, v->key);
    st->revoked = false;
    if (!v->spare)
        st->spare = NULL;
    else if (!st->spare) /* what nobody has confirmed yet stays to be confirmed */
        st->spare = arena_alloc(b->keep, sizeof(*st->spare));
    st->invited = (struct invitation){0}; /* one use */
    st->spool = (struct spool_mark){0};
    st->outages = (struct outages){0};
    st->silent_since = 0;
    st->known_at = e->at;
    book_put(b, &b->tokens, st->token, st);
    return 0;
}

static int apply_invited(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct station_invited *v = body;
    (void)s;
    if (!v->station || !v->kind || !v->once)
        return CPF_E_PROFILE;
    struct station *st = book_station(b, v->station);
    if (!st)
        st = station_new(b, v->station);
    book_touch(b, st, sizeof(*st));
    st->invited = (struct invitation){book_keep(b, v->once), book_keep(b, v->kind), book_keep(b, v->room),
                                      e->at + STATION_CODE_MS};
    return 0;
}

/* At once, and whoever was signed in there is free. */
static int apply_revoked(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct station_revoked *v = body;
    struct station *st = book_station(b, v->station);
    (void)s, (void)e;
    if (!st)
        return CPF_E_PROFILE;
    book_touch(b, st, sizeof(*st));
    st->revoked = true;
    st->invited = (struct invitation){0};
    st->silent_since = 0;
    while (st->bench.npeople)
        bench_leave(b, &st->bench, st->bench.person[0]);
    return 0;
}

/* ---- silence and return ---- */

static int since_of(struct book *b, const char *station, const char *since, struct station **ret, int64_t *ms)
{
    *ret = book_station(b, station);
    return *ret && since && clock_parse_rfc3339(since, ms) == 0 ? 0 : CPF_E_PROFILE;
}

static int apply_silent(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct station_silent *v = body;
    struct station *st;
    int64_t since;
    (void)s, (void)e;
    int err = since_of(b, v->station, v->since, &st, &since);
    if (err == 0)
        SET(b, st->silent_since, since);
    return err;
}

static int apply_returned(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct station_returned *v = body;
    struct station *st;
    int64_t since;
    (void)s;
    int err = since_of(b, v->station, v->since, &st, &since);
    if (err)
        return err;
    SET(b, st->silent_since, 0);
    SET(b, st->known_at, e->at);
    outage_add(b, &st->outages, since, e->at);
    return 0;
}

/* What does not follow moves the mark only forward: the next item is held against the newest number. */
static int apply_spooled(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct station_spooled *v = body;
    struct station *st = book_station(b, v->station);
    int64_t occurred = 0;
    (void)s, (void)e;
    if (!st || !v->hash || (v->occurred && clock_parse_rfc3339(v->occurred, &occurred) != 0))
        return CPF_E_PROFILE;
    if (v->broken && v->number <= st->spool.number)
        return 0;
    book_touch(b, &st->spool, sizeof(st->spool));
    st->spool = (struct spool_mark){v->number, occurred, book_keep(b, v->hash)};
    return 0;
}

const struct kind kind_station_enrolled = {
    .id = KIND_STATION_ENROLLED,
    .shape = SHAPE(struct station_enrolled, enrolled_member),
    .apply = apply_enrolled,
    .record = &enrolment,
    .reads = {"端末 {station} を登録した", "station {station} was enrolled"},
};

const struct kind kind_station_invited = {
    .id = KIND_STATION_INVITED,
    .shape = SHAPE(struct station_invited, invited_member),
    .apply = apply_invited,
    .record = &invitation,
    .reads = {"端末 {station} の登録コードを発行した", "an enrolment code for station {station} was issued"},
};

/* As in the book: whoever was signed in there no longer is. */
static void view_revoked(struct view_at *a, const void *body)
{
    (void)body;
    view_session_end(a, NULL, "revoked");
}

const struct kind kind_station_revoked = {
    .id = KIND_STATION_REVOKED,
    .shape = SHAPE(struct station_revoked, revoked_member),
    .apply = apply_revoked,
    .view = view_revoked,
    .record = &revocation,
    .reads = {"端末 {station} を失効させた", "station {station} was revoked"},
};

const struct kind kind_station_silent = {
    .id = KIND_STATION_SILENT,
    .shape = SHAPE(struct station_silent, silent_member),
    .apply = apply_silent,
    .reads = {"端末 {station} と通信が途絶えた（{since} から）", "station {station} fell silent ({since})"},
};

const struct kind kind_station_returned = {
    .id = KIND_STATION_RETURNED,
    .shape = SHAPE(struct station_returned, returned_member),
    .apply = apply_returned,
    .reads = {"端末 {station} との通信が戻った（{since} から途絶）",
              "station {station} is back (away since {since})"},
};

const struct kind kind_station_spooled = {
    .id = KIND_STATION_SPOOLED,
    .shape = SHAPE(struct station_spooled, spooled_member),
    .apply = apply_spooled,
    .reads = {"端末 {station} の控え {number} 番を受け取った",
              "item {number} of the list of station {station} was taken in"},
};
