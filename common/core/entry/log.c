/* The stream `log`; its structs and members are in base/log_member.h, below the ledger. */
#include "base/log_member.h"
#include "core/entry/kind.h"

const struct kind kind_log_opened = {
    .id = KIND_LOG_OPENED,
    .shape = SHAPE(struct log_opened, log_opened_member),
    .reads = {"記録簿を開始した", "the log was opened"},
};

const struct kind kind_log_recovered = {
    .id = KIND_LOG_RECOVERED,
    .shape = SHAPE(struct log_recovered, log_recovered_member),
    .reads = {"計算機の再起動後に記録を再開した", "the log went on after the machine started anew"},
};

const struct kind kind_log_void = {
    .id = KIND_LOG_VOID,
    .shape = SHAPE(struct log_void, log_void_member),
    .reads = {"{first} 番から {count} 件は失われ、無効である",
              "{count} entries from {first} on were lost and are void"},
};

const struct kind kind_log_batch_map = {
    .id = KIND_LOG_BATCH_MAP,
    .shape = SHAPE(struct log_batch_map, log_batch_map_member),
    .reads = {"記録の目録 {map} 号（{rows} 件）", "map {map} of all streams ({rows} rows)"},
};

const struct kind kind_key_rotated = {
    .id = KIND_KEY_ROTATED,
    .shape = SHAPE(struct key_rotated, key_rotated_member),
    .reads = {"記録簿の署名鍵を交換した", "the key of the log was rotated"},
};
