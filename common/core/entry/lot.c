/* Lots. */
#include "core/entry/lot.h"

#include "core/rule/record.h"

static const struct member received_member[] = {
    M_ID(struct lot_received, lot, NEEDED),     M_TEXT(struct lot_received, material, NEEDED),
    M_TEXT(struct lot_received, maker, 0),      M_TEXT(struct lot_received, maker_lot, 0),
    M_TEXT(struct lot_received, gtin, 0),       M_DAY(struct lot_received, expiry, NEEDED),
    M_INT(struct lot_received, units, 0),       M_PERSONAL(struct lot_received, reason, 0),
    M_PERSONAL(struct lot_received, cause, 0),  M_PERSONAL(struct lot_received, note, 0),
    M_PERSONAL(struct lot_received, remark, 0),
};

static const struct member state_member[] = {
    M_ID(struct lot_state_record, lot, NEEDED),     M_PERSONAL(struct lot_state_record, reason, 0),
    M_PERSONAL(struct lot_state_record, cause, 0),  M_PERSONAL(struct lot_state_record, note, 0),
    M_PERSONAL(struct lot_state_record, remark, 0),
};

static const struct member opened_member[] = {
    M_ID(struct lot_unit_opened, lot, NEEDED),
    M_TEXT(struct lot_unit_opened, unit, NEEDED),
    M_ID(struct lot_unit_opened, batch, NEEDED),
};

static const struct record_rule receipt = {
    .by = BY_MANUFACTURING | BY_QUALITY,
    .id = offsetof(struct lot_received, lot),
    .stream = RECORD_FRESH,
    .label = true,
    .judge = record_own,
};

static const struct record_rule release = {
    .by = BY_QUALITY,
    .id = offsetof(struct lot_state_record, lot),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

static const struct record_rule blocking = {
    .by = BY_QUALITY | BY_MANUFACTURING,
    .id = offsetof(struct lot_state_record, lot),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

const struct kind kind_lot_received = {
    .id = KIND_LOT_RECEIVED,
    .shape = SHAPE(struct lot_received, received_member),
    .record = &receipt,
    .reads = {"ロット {lot}（{material}）を受け入れた", "lot {lot} of {material} was received"},
};

const struct kind kind_lot_released = {
    .id = KIND_LOT_RELEASED,
    .shape = SHAPE(struct lot_state_record, state_member),
    .record = &release,
    .reads = {"ロット {lot} を使用可にした", "lot {lot} was released"},
};

const struct kind kind_lot_blocked = {
    .id = KIND_LOT_BLOCKED,
    .shape = SHAPE(struct lot_state_record, state_member),
    .record = &blocking,
    .reads = {"ロット {lot} を使用不可にした", "lot {lot} was blocked"},
};

const struct kind kind_lot_opened = {
    .id = KIND_LOT_OPENED,
    .shape = SHAPE(struct lot_unit_opened, opened_member),
    .reads = {"ロット {lot} の容器 {unit} を {batch} のために開封した",
              "unit {unit} of lot {lot} was opened for {batch}"},
};
