#pragma once
/* The canonical bytes (base/json.h) of a request that jansson made: what a station signs. */
#include "base/buf.h"
#include "base/jansson.h"

/* Appended. Members of the top level that are in `without` (ends with NULL) are left out. */
void canonical_write(struct buf *ret, const json_t *o, const char *const *without);
