/* Equipment and places. */
#include "core/entry/thing.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member added_member[] = {
    M_ID(struct equipment_record, equipment, NEEDED), M_ID(struct equipment_record, kind, NEEDED),
    M_ID(struct equipment_record, room, 0),           M_DAY(struct equipment_record, calibrated, 0),
    M_INT(struct equipment_record, interval, 0),      M_TEXT(struct equipment_record, document, 0),
    M_DIGEST(struct equipment_record, sha256, 0),     M_TEXTS(struct equipment_record, covers, 0),
    M_YESNO(struct equipment_record, in_service, 0),  M_PERSONAL(struct equipment_record, reason, 0),
    M_PERSONAL(struct equipment_record, cause, 0),    M_PERSONAL(struct equipment_record, note, 0),
    M_PERSONAL(struct equipment_record, remark, 0),
};

static const struct member changed_member[] = {
    M_ID(struct equipment_record, equipment, NEEDED), M_ID(struct equipment_record, kind, 0),
    M_ID(struct equipment_record, room, 0),           M_DAY(struct equipment_record, calibrated, 0),
    M_INT(struct equipment_record, interval, 0),      M_TEXT(struct equipment_record, document, 0),
    M_DIGEST(struct equipment_record, sha256, 0),     M_TEXTS(struct equipment_record, covers, 0),
    M_YESNO(struct equipment_record, in_service, 0),  M_PERSONAL(struct equipment_record, reason, 0),
    M_PERSONAL(struct equipment_record, cause, 0),    M_PERSONAL(struct equipment_record, note, 0),
    M_PERSONAL(struct equipment_record, remark, 0),
};

static const struct member place_member[] = {
    M_ID(struct place_added, place, NEEDED),   M_ID(struct place_added, kind, NEEDED),
    M_ID(struct place_added, room, 0),         M_PERSONAL(struct place_added, reason, 0),
    M_PERSONAL(struct place_added, cause, 0),  M_PERSONAL(struct place_added, note, 0),
    M_PERSONAL(struct place_added, remark, 0),
};

static const struct record_rule addition = {
    .may = may_equipment,
    .id = offsetof(struct equipment_record, equipment),
    .stream = RECORD_FRESH,
    .label = true,
    .judge = record_thing,
};

static const struct record_rule change = {
    .may = may_equipment,
    .id = offsetof(struct equipment_record, equipment),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

static const struct record_rule place = {
    .right = RIGHT_PLACE_ADDED,
    .may = may_place,
    .id = offsetof(struct place_added, place),
    .stream = RECORD_FRESH,
    .label = true,
    .judge = record_thing,
};

/* ---- what they do to the book ---- */

static struct thing *thing_touched(struct book *b, const char *id)
{
    struct thing *t = book_thing(b, id);
    if (!t && id) {
        t = arena_alloc(b->keep, sizeof(*t));
        *t = (struct thing){.id = book_keep(b, id), .in_service = true, .calibrated = INT64_MAX};
        book_put(b, &b->things, t->id, t);
    }
    if (t)
        book_touch(b, t, sizeof(*t));
    return t;
}

static int take(struct book *b, struct thing *t, const char *kind, const char *room)
{
    t->kind = kind ? book_keep(b, kind) : t->kind;
    t->room = room ? book_keep(b, room) : t->room;
    return t->kind ? 0 : CPF_E_PROFILE;
}

static void take_paper(struct book *b, struct thing *t, const struct equipment_record *v)
{
    if (!v->document && !v->sha256)
        return;
    struct thing_paper *p = arena_alloc(b->keep, sizeof(*p));
    *p = (struct thing_paper){.document = book_keep(b, v->document),
                              .sha256 = book_keep(b, v->sha256),
                              .calibrated = v->calibrated,
                              .next = t->paper};
    t->paper = p;
}

static int apply_equipment(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct equipment_record *v = body;
    struct thing *t = thing_touched(b, v->equipment);
    (void)s, (void)e;
    if (!t)
        return CPF_E_PROFILE;
    if (v->in_service)
        t->in_service = v->in_service == YES;
    if (v->calibrated)
        t->calibrated = v->calibrated;
    if (v->interval)
        t->interval = v->interval;
    take_paper(b, t, v);
    return take(b, t, v->kind, v->room);
}

static int apply_place(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct place_added *v = body;
    struct thing *t = thing_touched(b, v->place);
    (void)s;
    if (t && !t->place_since)
        t->place_since = e->at;
    return t ? take(b, t, v->kind, v->room) : CPF_E_PROFILE;
}

const struct kind kind_equipment_added = {
    .id = KIND_EQUIPMENT_ADDED,
    .shape = SHAPE(struct equipment_record, added_member),
    .apply = apply_equipment,
    .record = &addition,
    .reads = {"機器 {equipment} を登録した", "equipment {equipment} was added"},
};

const struct kind kind_equipment_changed = {
    .id = KIND_EQUIPMENT_CHANGED,
    .shape = SHAPE(struct equipment_record, changed_member),
    .apply = apply_equipment,
    .record = &change,
    .reads = {"機器 {equipment} の状態を変更した", "equipment {equipment} was changed"},
};

const struct kind kind_place_added = {
    .id = KIND_PLACE_ADDED,
    .shape = SHAPE(struct place_added, place_member),
    .apply = apply_place,
    .record = &place,
    .reads = {"保管位置 {place} を登録した", "place {place} was added"},
};
