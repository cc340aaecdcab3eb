/* Rooms. */
#include "core/entry/room.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member added_member[] = {
    M_ID(struct room_added, room, NEEDED),
    M_ID(struct room_added, grade, NEEDED),
    M_PERSONAL(struct room_added, note, 0),
    M_PERSONAL(struct room_added, remark, 0),
};

static const struct member blocked_member[] = {
    M_ID(struct room_blocked, room, NEEDED),
    M_PERSONAL(struct room_blocked, cause, 0),
    {.name = "cause", .form = MEMBER_TEXT, .at = offsetof(struct room_blocked, code), .flags = OWN},
    M_TEXTS(struct room_blocked, workers, OWN),
    M_PERSONAL(struct room_blocked, reason, 0),
    M_PERSONAL(struct room_blocked, note, 0),
    M_PERSONAL(struct room_blocked, remark, 0),
};

static const struct member reopened_member[] = {
    M_ID(struct room_reopened, room, NEEDED),    M_PERSONAL(struct room_reopened, reason, NEEDED),
    M_PERSONAL(struct room_reopened, result, 0), M_PERSONAL(struct room_reopened, note, 0),
    M_PERSONAL(struct room_reopened, remark, 0),
};

static const struct member conditional_member[] = {
    M_ID(struct room_conditional, batch, ASKED | NEEDED), M_ID(struct room_conditional, room, NEEDED),
    M_PERSONAL(struct room_conditional, reason, NEEDED),  M_PERSONAL(struct room_conditional, result, NEEDED),
    M_PERSONAL(struct room_conditional, note, 0),         M_PERSONAL(struct room_conditional, remark, 0),
};

static const struct record_rule addition = {
    .right = RIGHT_ROOM_ADDED,
    .id = offsetof(struct room_added, room),
    .stream = RECORD_FRESH,
    .judge = record_own,
};

static const struct record_rule blocking = {
    .right = RIGHT_ROOM_BLOCKED,
    .id = offsetof(struct room_blocked, room),
    .stream = RECORD_KNOWN,
    .judge = record_blocking,
};

static const struct record_rule reopening = {
    .right = RIGHT_ROOM_REOPENED,
    .may = may_reopen,
    .id = offsetof(struct room_reopened, room),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

static const struct record_rule permitting = {
    .right = RIGHT_ROOM_CONDITIONAL,
    .may = may_permit,
    .judge = record_conditional,
};

/* ---- what they do to the book ---- */

static int apply_added(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct room_added *v = body;
    (void)s, (void)e;
    if (!v->room || book_room(b, v->room))
        return CPF_E_PROFILE;
    struct room *r = arena_alloc(b->keep, sizeof(*r));
    *r = (struct room){.id = book_keep(b, v->room), .grade = book_keep(b, v->grade)};
    book_put(b, &b->rooms, r->id, r);
    return 0;
}

static int apply_blocked(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct room_blocked *v = body;
    struct room *r = book_room(b, v->room);
    (void)s;
    if (!r)
        return CPF_E_PROFILE;
    /* blocked once more, it was worked in by those of before as well: nobody gets out of it that way */
    size_t before = r->blocked ? r->workers.n : 0;
    const char **worker = arena_alloc(b->keep, (before + v->workers.n) * sizeof(*worker));
    for (size_t i = 0; i < before; i++)
        worker[i] = r->workers.item[i];
    for (size_t i = 0; i < v->workers.n; i++)
        worker[before + i] = book_keep(b, v->workers.item[i]);
    if (!r->blocked)
        SET(b, r->blocked_at, e->at);
    SET(b, r->blocked, true);
    const struct texts workers = {before + v->workers.n, worker};
    SET(b, r->workers, workers);
    return 0;
}

static int apply_reopened(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct room_reopened *v = body;
    struct room *r = book_room(b, v->room);
    (void)s, (void)e;
    if (!r)
        return CPF_E_PROFILE;
    SET(b, r->blocked, false);
    return 0;
}

static int apply_conditional(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct room_conditional *v = body;
    struct batch *x = batch_of(b, s);
    if (!x || !v->room)
        return CPF_E_PROFILE;
    *PUSH(b, x->permit, x->npermits) = (struct permit){book_keep(b, v->room), clock_day(e->at), e->at};
    return 0;
}

const struct kind kind_room_added = {
    .id = KIND_ROOM_ADDED,
    .shape = SHAPE(struct room_added, added_member),
    .apply = apply_added,
    .record = &addition,
    .reads = {"作業室 {room} を登録した", "room {room} was added"},
};

const struct kind kind_room_blocked = {
    .id = KIND_ROOM_BLOCKED,
    .shape = SHAPE(struct room_blocked, blocked_member),
    .apply = apply_blocked,
    .record = &blocking,
    .reads = {"作業室 {room} を使用停止にした", "room {room} was blocked"},
};

const struct kind kind_room_reopened = {
    .id = KIND_ROOM_REOPENED,
    .shape = SHAPE(struct room_reopened, reopened_member),
    .apply = apply_reopened,
    .record = &reopening,
    .reads = {"作業室 {room} を再開した", "room {room} was reopened"},
};

const struct kind kind_room_conditional = {
    .id = KIND_ROOM_CONDITIONAL,
    .shape = SHAPE(struct room_conditional, conditional_member),
    .apply = apply_conditional,
    .record = &permitting,
    .reads = {"使用停止中の作業室 {room} での条件付き作業を許可した",
              "a conditional session in the blocked room {room} was permitted"},
};
