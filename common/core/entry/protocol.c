/* Protocols. */
#include "core/entry/protocol.h"

#include "core/rule/record.h"

#include "base/bounds.h"

static const struct member text_member[] = {
    M_INT(struct protocol_text, part, NEEDED),
    M_LONG(struct protocol_text, text, NEEDED, BOUND_PROTOCOL_BYTES),
};

static const struct member registered_member[] = {
    M_ID(struct protocol_registered, protocol, OWN | NEEDED),
    M_ID(struct protocol_registered, version, OWN | NEEDED),
    M_DIGEST(struct protocol_registered, hash, OWN | NEEDED),
    M_LONG(struct protocol_registered, text, ASKED | NEEDED, BOUND_PROTOCOL_BYTES),
};

static const struct member approved_member[] = {
    M_ID(struct protocol_approved, protocol, NEEDED),
    M_ID(struct protocol_approved, version, NEEDED),
    M_DIGEST(struct protocol_approved, hash, OWN),
    M_WORD(struct protocol_approved, dept, enum dept, OWN, &dept_words),
};

static const struct record_rule registration = {.by = BY_MANAGEMENT | BY_QUALITY | BY_MANUFACTURING,
                                                .judge = record_protocol};

static const struct record_rule approval = {.by = BY_QUALITY | BY_MANUFACTURING, .judge = record_approval};

const struct kind kind_protocol_text = {
    .id = KIND_PROTOCOL_TEXT,
    .shape = SHAPE(struct protocol_text, text_member),
    .reads = {"製造手順の本文（第 {part} 部）", "text of a protocol, part {part}"},
};

const struct kind kind_protocol_registered = {
    .id = KIND_PROTOCOL_REGISTERED,
    .shape = SHAPE(struct protocol_registered, registered_member),
    .record = &registration,
    .reads = {"製造手順 {protocol} 第 {version} 版を登録した",
              "protocol {protocol} version {version} was registered"},
};

const struct kind kind_protocol_approved = {
    .id = KIND_PROTOCOL_APPROVED,
    .shape = SHAPE(struct protocol_approved, approved_member),
    .record = &approval,
    .reads = {"製造手順 {protocol} 第 {version} 版を承認した",
              "protocol {protocol} version {version} was approved"},
};
