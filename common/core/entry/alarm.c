/* Alarms that latch. */
#include "core/entry/alarm.h"

#include <string.h>

#include "base/enc.h"
#include "core/book/apply.h"
#include "core/entry/refusal.h"

static const struct member raised_member[] = {
    M_ID(struct alarm_raised, station, NEEDED), M_TEXT(struct alarm_raised, batch, 0),
    M_TEXT(struct alarm_raised, step, 0),       M_BOOL(struct alarm_raised, stops, 0),
    M_SECRETS(struct alarm_raised, secrets),
};

static const struct member acknowledged_member[] = {
    M_ID(struct alarm_acknowledged, station, NEEDED), M_DIGEST(struct alarm_acknowledged, alarm, NEEDED),
    M_ID(struct alarm_acknowledged, called, 0),       M_TEXTS(struct alarm_acknowledged, without, 0),
    M_BOOL(struct alarm_acknowledged, ends, 0),
};

/* ---- what they do to the book ---- */

static void drop(struct book *b, struct bench *bench, const struct alarm *a)
{
    struct alarm **at = &bench->alarm;
    while (*at && *at != a)
        at = &(*at)->next;
    if (*at)
        SET(b, *at, a->next);
}

static void make_room(struct book *b, struct bench *bench)
{
    const struct alarm *oldest = bench->alarm;
    size_t n = 0;
    for (const struct alarm *a = bench->alarm; a; a = a->next, n++)
        if (oldest->stops && !a->stops)
            oldest = a;
    if (n == ALARMS)
        drop(b, bench, oldest);
}

static int apply_raised(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct alarm_raised *v = body;
    struct station *st = book_station(b, v->station);
    struct judged said;
    char leaf[44];
    (void)s;
    if (!st)
        return CPF_E_PROFILE;
    judged_read(e, &b->scratch, &said);
    enc_digest(e->leaf, leaf);
    make_room(b, &st->bench);
    struct alarm *a = arena_alloc(b->keep, sizeof(*a)), **at = &st->bench.alarm;
    *a = (struct alarm){.leaf = book_keep(b, leaf),
                        .batch = book_keep(b, v->batch),
                        .step = book_keep(b, v->step),
                        .other = book_keep(b, entry_secret(e, SECRET_OTHER)),
                        .code = book_keep(b, said.code),
                        .thing = said.understood ? book_keep(b, said.understood->id) : NULL,
                        .outcome = said.outcome,
                        .args = said.args ? json_copy(b->keep, said.args) : NULL,
                        .at = entry_event_time(e),
                        .stops = v->stops};
    while (*at)
        at = &(*at)->next;
    SET(b, *at, a);
    return 0;
}

static int apply_acknowledged(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct alarm_acknowledged *v = body;
    struct station *st = book_station(b, v->station);
    struct person *p = entry_performer(b, e);
    (void)s;
    if (!st || !v->alarm)
        return CPF_E_PROFILE;
    struct alarm *a = st->bench.alarm;
    while (a && strcmp(a->leaf, v->alarm) != 0)
        a = a->next;
    if (!a)
        return 0;
    book_touch(b, a, sizeof(*a));
    if (p && a->nseen < ALARM_SEEN &&
        !alarm_seen_by(a, p)) /* a record reads the people of its own batch alone */
        a->seen[a->nseen++] = p;
    if (v->ends)
        drop(b, &st->bench, a);
    return 0;
}

const struct kind kind_alarm_raised = {
    .id = KIND_ALARM_RAISED,
    .shape = SHAPE(struct alarm_raised, raised_member),
    .apply = apply_raised,
    .reads = {"端末 {station} に、確認するまで消えない警報を出した",
              "an alarm stands at station {station} until it is acknowledged"},
};

const struct kind kind_alarm_acknowledged = {
    .id = KIND_ALARM_ACKNOWLEDGED,
    .shape = SHAPE(struct alarm_acknowledged, acknowledged_member),
    .apply = apply_acknowledged,
    .reads = {"端末 {station} の警報を確認した", "the alarm at station {station} was acknowledged"},
};
