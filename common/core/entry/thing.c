/* Equipment and places. */
#include "core/entry/thing.h"

#include "core/rule/record.h"

static const struct member added_member[] = {
    M_ID(struct equipment_record, equipment, NEEDED), M_TEXT(struct equipment_record, kind, NEEDED),
    M_TEXT(struct equipment_record, room, 0),         M_DAY(struct equipment_record, calibrated, 0),
    M_YESNO(struct equipment_record, in_service, 0),  M_PERSONAL(struct equipment_record, reason, 0),
    M_PERSONAL(struct equipment_record, cause, 0),    M_PERSONAL(struct equipment_record, note, 0),
    M_PERSONAL(struct equipment_record, remark, 0),
};

static const struct member changed_member[] = {
    M_ID(struct equipment_record, equipment, NEEDED), M_TEXT(struct equipment_record, kind, 0),
    M_TEXT(struct equipment_record, room, 0),         M_DAY(struct equipment_record, calibrated, 0),
    M_YESNO(struct equipment_record, in_service, 0),  M_PERSONAL(struct equipment_record, reason, 0),
    M_PERSONAL(struct equipment_record, cause, 0),    M_PERSONAL(struct equipment_record, note, 0),
    M_PERSONAL(struct equipment_record, remark, 0),
};

static const struct member place_member[] = {
    M_ID(struct place_added, place, NEEDED),   M_TEXT(struct place_added, kind, NEEDED),
    M_TEXT(struct place_added, room, 0),       M_PERSONAL(struct place_added, reason, 0),
    M_PERSONAL(struct place_added, cause, 0),  M_PERSONAL(struct place_added, note, 0),
    M_PERSONAL(struct place_added, remark, 0),
};

static const struct record_rule addition = {
    .by = BY_MANAGEMENT | BY_QUALITY | BY_MANUFACTURING,
    .id = offsetof(struct equipment_record, equipment),
    .stream = RECORD_FRESH,
    .label = true,
    .judge = record_own,
};

static const struct record_rule change = {
    .by = BY_MANAGEMENT | BY_QUALITY | BY_MANUFACTURING,
    .id = offsetof(struct equipment_record, equipment),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

static const struct record_rule place = {
    .by = BY_MANAGEMENT | BY_QUALITY | BY_MANUFACTURING,
    .id = offsetof(struct place_added, place),
    .stream = RECORD_FRESH,
    .label = true,
    .judge = record_own,
};

const struct kind kind_equipment_added = {
    .id = KIND_EQUIPMENT_ADDED,
    .shape = SHAPE(struct equipment_record, added_member),
    .record = &addition,
    .reads = {"機器 {equipment} を登録した", "equipment {equipment} was added"},
};

const struct kind kind_equipment_changed = {
    .id = KIND_EQUIPMENT_CHANGED,
    .shape = SHAPE(struct equipment_record, changed_member),
    .record = &change,
    .reads = {"機器 {equipment} の状態を変更した", "equipment {equipment} was changed"},
};

const struct kind kind_place_added = {
    .id = KIND_PLACE_ADDED,
    .shape = SHAPE(struct place_added, place_member),
    .record = &place,
    .reads = {"保管位置 {place} を登録した", "place {place} was added"},
};
