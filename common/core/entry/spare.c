/*
 * The spare station: sealed until somebody breaks the seal, with a badge of its own id that is nobody's until
 * then.
 */
#include "core/book/apply.h"
#include "core/entry/station.h"
#include "core/rule/record.h"
#include "core/view/row.h"

static const struct member opened_member[] = {
    M_ID(struct spare_opened, station, NEEDED), M_ID(struct spare_opened, replaces, NEEDED),
    M_ID(struct spare_opened, called, NEEDED),  M_ID(struct spare_opened, kind, OWN),
    M_ID(struct spare_opened, room, OWN),       M_PERSONAL(struct spare_opened, reason, NEEDED),
};
static const struct member confirmed_member[] = {
    M_ID(struct spare_confirmed, station, NEEDED),
    M_PERSONAL(struct spare_confirmed, reason, NEEDED),
};

static const struct record_rule opening = {.right = RIGHT_SPARE_OPENED, .judge = record_spare_opened};
static const struct record_rule confirming = {
    .right = RIGHT_SPARE_CONFIRMED, .may = may_confirm_spare, .judge = record_spare_confirmed};

static void leave_all(struct book *b, struct station *st)
{
    while (st->bench.npeople)
        bench_leave(b, &st->bench, st->bench.person[0]);
}

/* It stands where the other one stood, and whoever was signed in there before is free. */
static int apply_opened(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct spare_opened *v = body;
    struct station *st = book_station(b, v->station);
    struct actor actor;
    (void)s;
    actor_read(e, &actor);
    const struct person *p = book_person(b, actor.performed);
    if (!st || !st->spare || !p || !v->kind)
        return CPF_E_PROFILE;
    leave_all(b, st);
    station_stands(b, st,
                   &(const struct stood){.kind = v->kind,
                                         .room = v->room,
                                         .since = e->at,
                                         .until = e->at + SPARE_MS,
                                         .replaces = v->replaces,
                                         .by = p});
    struct spare_user *u = arena_alloc(b->keep, sizeof(*u));
    *u = (struct spare_user){p, st->spare->users};
    book_touch(b, st->spare, sizeof(*st->spare));
    st->spare->users = u;
    if (!st->spare->since)
        st->spare->since = e->at;
    return 0;
}

/* Sealed again, and whoever was signed in there is free; but its own list may be to come yet. */
static int apply_confirmed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct spare_confirmed *v = body;
    struct station *st = book_station(b, v->station);
    (void)s;
    if (!st || !st->spare)
        return CPF_E_PROFILE;
    book_touch(b, st->spare, sizeof(*st->spare));
    *st->spare = (struct spare){0};
    if (st->stood->until > e->at)
        SET(b, st->stood->until, e->at);
    if (!st->silent_since)
        leave_all(b, st);
    return 0;
}

static void view_sealed(struct view_at *a, const void *body)
{
    (void)body;
    view_session_end(a, NULL, "sealed");
}

const struct kind kind_station_spare_opened = {
    .id = KIND_STATION_SPARE_OPENED,
    .shape = SHAPE(struct spare_opened, opened_member),
    .apply = apply_opened,
    .view = view_sealed,
    .record = &opening,
    .reads = {"予備端末 {station} を開封した（{replaces} の代わり、電話 {called}）",
              "the spare station {station} was opened in the stead of {replaces}; {called} was rung"},
};

const struct kind kind_station_spare_confirmed = {
    .id = KIND_STATION_SPARE_CONFIRMED,
    .shape = SHAPE(struct spare_confirmed, confirmed_member),
    .apply = apply_confirmed,
    .view = view_sealed,
    .record = &confirming,
    .reads = {"予備端末 {station} の使用を確認し、封をした",
              "the use of the spare station {station} was confirmed, and it was sealed"},
};
