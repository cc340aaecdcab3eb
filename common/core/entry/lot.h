#pragma once
/* Lots of material, from receipt to the last opened unit. */
#include "core/entry/kind.h"

struct lot_received {
    const char *lot, *material, *maker, *maker_lot, *gtin;
    int64_t expiry; /* last day of use */
    int64_t units;  /* how many packages; 0: not said */
    bool both; /* usable only when manufacturing and quality both said yes; an older program did not ask */
    const char *document, *sha256; /* of the maker, for another expiry of the same lot */
    struct personal reason, cause, note, remark;
};
/* lot.conforming, lot.released, lot.blocked and lot.closed */
struct lot_state_record {
    const char *lot;
    struct personal reason, cause, note, remark;
};
/* A unit of a material that belongs to one batch */
struct lot_unit_opened {
    const char *lot, *unit, *batch;
};
