/* The beginning and end of a batch; its order is a step (step.c). */
#include "core/entry/batch.h"

static const struct member closed_member[] = {
    M_INT(struct batch_closed, count, NEEDED),
};

static const struct member reopened_member[] = {
    M_TEXT(struct batch_reopened, cause, 0),
};

const struct kind kind_batch_closed = {
    .id = KIND_BATCH_CLOSED,
    .shape = SHAPE(struct batch_closed, closed_member),
    .reads = {"バッチを完了した（全 {count} 件）", "the batch was closed with {count} entries"},
};

const struct kind kind_batch_reopened = {
    .id = KIND_BATCH_REOPENED,
    .shape = SHAPE(struct batch_reopened, reopened_member),
    .reads = {"完了したバッチを再開した", "the closed batch was reopened"},
};
