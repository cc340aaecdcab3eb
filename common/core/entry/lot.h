#pragma once
/* Lots of material, from receipt to the last opened unit. */
#include "core/entry/kind.h"

enum lot_state { LOT_QUARANTINE, LOT_RELEASED, LOT_BLOCKED };
const char *lot_state_name(enum lot_state s);

struct lot_received {
    const char *lot, *material, *maker, *maker_lot, *gtin;
    int64_t expiry;    /* last day of use */
    int64_t units;     /* how many packages: their units are called 1 to that; 0: not said */
    struct texts unit; /* what its units are called, where they have names of their own */
    bool numbered;     /* no other unit was received; an older program did not say so */
    bool both; /* usable only when manufacturing and quality both said yes; an older program did not ask */
    const char *document, *sha256; /* of the maker, for another expiry of the same lot */
    struct personal reason, cause, note, remark;
};
/* lot.conforming, lot.released and lot.blocked */
struct lot_state_record {
    const char *lot;
    struct personal reason, cause, note, remark;
};
/* Where its units went: received = opened + used + discarded + returned + missing, if they are numbered. */
struct lot_closed {
    const char *lot;
    int64_t received, opened; /* as the log has them */
    int64_t used, discarded, returned,
        missing; /* as the store counts: `used` of a material that many share */
    struct personal reason, cause, note, remark;
};
/* A unit of a material that belongs to one batch */
struct lot_unit_opened {
    const char *lot, *unit, *batch;
};

struct lot;
/* Is it one of the lot's? Of a lot that does not say what its units are called each one is. */
bool lot_has_unit(const struct lot *l, const char *unit);
const struct lot_unit *lot_opened_unit(const struct lot *l, const char *unit); /* NULL: not opened */
