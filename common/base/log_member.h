#pragma once
/* The members behind the shapes of base/log.h, for the kinds' modules (core/entry/log.c). */
#include "base/log.h"
#include "base/shape.h"

extern const struct member log_opened_member[4], log_recovered_member[2], log_void_member[2],
    log_batch_map_member[8], key_rotated_member[3];
