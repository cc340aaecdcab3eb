#pragma once
/*
 * One version of the mark as bytes: magic, counter, length, whose log it is,
 * the mark, SHA-256 over all that. Integers big-endian.
 */
#include <stddef.h>
#include <stdint.h>
#include "mark.h"

#define SLOT_BYTES 24576 /* a slot on file; a version is at most this long */

enum slot_kind { SLOT_GOOD, SLOT_EMPTY, SLOT_DAMAGED, SLOT_FOREIGN };

/* Appends the bytes of `m` as version `counter`. */
void slot_write(struct buf *b, const struct mark_log *log, uint64_t counter, const struct mark *m);
/*
 * Reads a slot. GOOD: *ret and *ret_counter are set, and the pending note was found to be by the keys of
 * that very version (whether those are ours: mark_adopt). EMPTY: never written (all zero). FOREIGN: whole,
 * but of another origin. Else DAMAGED. The format of one key is read too.
 */
enum slot_kind slot_read(const uint8_t data[SLOT_BYTES], const struct mark_log *log, uint64_t *ret_counter,
                         struct mark *ret);
