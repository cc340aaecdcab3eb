/* Deviations and holds. */
#include "core/entry/deviation.h"

#include "core/rule/record.h"

static const char *const grade_word[] = {NULL, "minor", "major"};
const struct word_list grade_words = {sizeof(grade_word) / sizeof(*grade_word), grade_word};

static const struct member opened_member[] = {
    M_TEXT(struct deviation_opened, dev, NEEDED),
    M_TEXT(struct deviation_opened, cause, NEEDED),
    M_JSON(struct deviation_opened, args, 0),
    M_TEXT(struct deviation_opened, field, 0),
    M_TEXT(struct deviation_opened, step, 0),
    M_WORD(struct deviation_opened, grade, enum grade, 0, &grade_words),
    M_BOOL(struct deviation_opened, hold, NEEDED),
};

static const struct member assessed_member[] = {
    M_ID(struct deviation_assessed, batch, ASKED | NEEDED),
    M_TEXT(struct deviation_assessed, dev, NEEDED),
    M_WORD(struct deviation_assessed, grade, enum grade, NEEDED, &grade_words),
    M_PERSONAL(struct deviation_assessed, reason, NEEDED),
};

static const struct member closed_member[] = {
    M_ID(struct deviation_closed, batch, ASKED | NEEDED),
    M_TEXT(struct deviation_closed, dev, NEEDED),
    M_PERSONAL(struct deviation_closed, reason, NEEDED),
};

static const struct member placed_member[] = {
    M_TEXT(struct hold_placed, hold, NEEDED),
    M_TEXT(struct hold_placed, dev, 0),
    M_TEXT(struct hold_placed, cause, NEEDED),
};

static const struct member lifted_member[] = {
    M_ID(struct hold_lifted, batch, ASKED | NEEDED),
    M_TEXT(struct hold_lifted, hold, NEEDED),
    M_PERSONAL(struct hold_lifted, reason, NEEDED),
};

static const struct record_rule assessment = {.by = BY_QUALITY, .judge = record_assessment};

static const struct record_rule closing = {.by = BY_QUALITY, .judge = record_closing};

static const struct record_rule lifting = {.by = BY_QUALITY, .judge = record_lifting};

const struct kind kind_deviation_opened = {
    .id = KIND_DEVIATION_OPENED,
    .shape = SHAPE(struct deviation_opened, opened_member),
    .reads = {"逸脱 {dev} を開いた", "deviation {dev} was opened"},
};

const struct kind kind_deviation_assessed = {
    .id = KIND_DEVIATION_ASSESSED,
    .shape = SHAPE(struct deviation_assessed, assessed_member),
    .record = &assessment,
    .reads = {"逸脱 {dev} を評価した：{grade}", "deviation {dev} was assessed: {grade}"},
};

const struct kind kind_deviation_closed = {
    .id = KIND_DEVIATION_CLOSED,
    .shape = SHAPE(struct deviation_closed, closed_member),
    .record = &closing,
    .reads = {"逸脱 {dev} の処理を完了した", "deviation {dev} was closed"},
};

const struct kind kind_hold_placed = {
    .id = KIND_HOLD_PLACED,
    .shape = SHAPE(struct hold_placed, placed_member),
    .reads = {"保留 {hold} にした", "hold {hold} was placed"},
};

const struct kind kind_hold_lifted = {
    .id = KIND_HOLD_LIFTED,
    .shape = SHAPE(struct hold_lifted, lifted_member),
    .record = &lifting,
    .reads = {"保留 {hold} を解除した", "hold {hold} was lifted"},
};
