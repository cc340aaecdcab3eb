/* Erasure. */
#include "core/entry/redaction.h"

#include "core/rule/record.h"

static const struct member redacted_member[] = {
    M_TEXT(struct redacted, witness, ASKED | NEEDED), M_INT(struct redacted, idx, NEEDED),
    M_TEXTS(struct redacted, names, NEEDED),          M_ID(struct redacted, approver, OWN | NEEDED),
    M_PERSONAL(struct redacted, reason, NEEDED),
};

static const struct record_rule erasing = {.by = BY_QUALITY, .judge = record_redaction};

const struct kind kind_redacted = {
    .id = KIND_REDACTED,
    .shape = SHAPE(struct redacted, redacted_member),
    .record = &erasing,
    .reads = {"{idx} 番の記録の個人情報を消去した", "personal values of entry {idx} were erased"},
};
