#include "base/log.h"

#include <string.h>

#include "base/log_member.h"

const struct member log_opened_member[] = {
    M_TEXT(struct log_opened, origin, NEEDED),
    M_TEXT(struct log_opened, vkey, NEEDED),
    M_TEXT(struct log_opened, boot, NEEDED),
    M_INT(struct log_opened, schema, 0),
};
const struct shape log_opened_shape = SHAPE(struct log_opened, log_opened_member);

const struct member log_recovered_member[] = {
    M_TEXT(struct log_recovered, from, NEEDED),
    M_TEXT(struct log_recovered, to, NEEDED),
};
const struct shape log_recovered_shape = SHAPE(struct log_recovered, log_recovered_member);

const struct member log_void_member[] = {
    M_INT(struct log_void, first, NEEDED),
    M_INT(struct log_void, count, NEEDED),
};
const struct shape log_void_shape = SHAPE(struct log_void, log_void_member);

const struct member log_batch_map_member[] = {
    M_INT(struct log_batch_map, map, NEEDED),    M_DIGEST(struct log_batch_map, root, NEEDED),
    M_INT(struct log_batch_map, rows, NEEDED),   M_INT(struct log_batch_map, voids, NEEDED),
    M_INT(struct log_batch_map, checkpoints, 0), M_INT(struct log_batch_map, upto, 0),
    M_DIGEST(struct log_batch_map, sizes, 0),    M_DIGEST(struct log_batch_map, closing, 0),
};
const struct shape log_batch_map_shape = SHAPE(struct log_batch_map, log_batch_map_member);

const struct member key_rotated_member[] = {
    M_TEXT(struct key_rotated, old, NEEDED),
    M_TEXT(struct key_rotated, new, NEEDED),
    M_INT(struct key_rotated, from, NEEDED),
};
const struct shape key_rotated_shape = SHAPE(struct key_rotated, key_rotated_member);

enum kind_id log_kind(const struct entry *e)
{
    return stream_type(e->stream, NULL) == STREAM_LOG ? kind_find(e->kind) : KIND_NONE;
}

bool log_read(const struct shape *s, const struct entry *e, void *ret)
{
    return shape_read(s, e->body, NULL, NULL, ret) ==
           0; /* none of them has a list, so no memory is asked for */
}

bool log_is_training(const char *origin)
{
    return strncmp(origin, LOG_TRAINING, sizeof(LOG_TRAINING) - 1) == 0;
}
