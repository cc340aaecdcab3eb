#pragma once
/*
 * A ZIP's structure, before anything is unpacked. One ZIP can say different things to different programs: by
 * local headers or by the directory at its end, with members that overlap, hide in gaps, or stand twice. Only
 * a ZIP is accepted that says one thing: local headers one behind another from the first byte, each told
 * alike by the directory right behind them, and nothing else.
 */
#include "verify_int.h"

struct zip_member {
    char name[BUNDLE_NAME];
    uint32_t packed, size;
};

/* Checks all, and gives the members in the order in which they stand; malloc'ed. False: failures are told. */
bool zip_walk(struct verify *v, const uint8_t *zip, size_t len, struct zip_member **ret, size_t *ret_n);
