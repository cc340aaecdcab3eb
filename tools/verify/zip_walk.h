#pragma once
/*
 * A ZIP's structure, before anything is unpacked. One ZIP can say different things to different programs: by
 * local headers or by the directory at its end, with members that overlap, hide in gaps, or stand twice, by
 * versions, attributes and extra fields that one heeds and another does not. Only a ZIP is accepted that says
 * one thing: local headers one behind another from the first byte, each told alike by the directory right
 * behind them, each field of the one value that the two closed profiles of doc/evidence-bundle.md give it,
 * and nothing else.
 */
#include "verify_int.h"

struct zip_member {
    char name[BUNDLE_NAME];
    size_t data; /* where its packed bytes begin */
    uint32_t packed, size, crc;
};

/* Checks all, and gives the members in the order in which they stand; malloc'ed. False: failures are told. */
bool zip_walk(struct verify *v, const uint8_t *zip, size_t len, struct zip_member **ret, size_t *ret_n);
