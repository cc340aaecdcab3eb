/* The stream `log`. */
#include "core/entry/log.h"

static const struct member opened_member[] = {
    M_TEXT(struct log_opened, origin, NEEDED),
    M_TEXT(struct log_opened, vkey, NEEDED),
    M_TEXT(struct log_opened, boot, NEEDED),
    M_INT(struct log_opened, schema, 0),
};

static const struct member recovered_member[] = {
    M_TEXT(struct log_recovered, from, NEEDED),
    M_TEXT(struct log_recovered, to, NEEDED),
};

static const struct member void_member[] = {
    M_INT(struct log_void, first, NEEDED),
    M_INT(struct log_void, count, NEEDED),
};

static const struct member batch_map_member[] = {
    M_INT(struct log_batch_map, map, NEEDED),    M_DIGEST(struct log_batch_map, root, NEEDED),
    M_INT(struct log_batch_map, rows, NEEDED),   M_INT(struct log_batch_map, voids, NEEDED),
    M_INT(struct log_batch_map, checkpoints, 0), M_INT(struct log_batch_map, upto, 0),
    M_DIGEST(struct log_batch_map, sizes, 0),
};

static const struct member rotated_member[] = {
    M_TEXT(struct key_rotated, old, NEEDED),
    M_TEXT(struct key_rotated, new, NEEDED),
    M_INT(struct key_rotated, from, NEEDED),
};

const struct kind kind_log_opened = {
    .id = KIND_LOG_OPENED,
    .shape = SHAPE(struct log_opened, opened_member),
    .reads = {"記録簿を開始した", "the log was opened"},
};

const struct kind kind_log_recovered = {
    .id = KIND_LOG_RECOVERED,
    .shape = SHAPE(struct log_recovered, recovered_member),
    .reads = {"計算機の再起動後に記録を再開した", "the log went on after the machine started anew"},
};

const struct kind kind_log_void = {
    .id = KIND_LOG_VOID,
    .shape = SHAPE(struct log_void, void_member),
    .reads = {"{first} 番から {count} 件は失われ、無効である",
              "{count} entries from {first} on were lost and are void"},
};

const struct kind kind_log_batch_map = {
    .id = KIND_LOG_BATCH_MAP,
    .shape = SHAPE(struct log_batch_map, batch_map_member),
    .reads = {"記録の目録 {map} 号（{rows} 件）", "map {map} of all streams ({rows} rows)"},
};

const struct kind kind_key_rotated = {
    .id = KIND_KEY_ROTATED,
    .shape = SHAPE(struct key_rotated, rotated_member),
    .reads = {"記録簿の署名鍵を交換した", "the key of the log was rotated"},
};
