#pragma once
/* Arithmetic of units, as far as derived values need it. See also unit_known() in core/protocol.h. */
#include <stdbool.h>
#include "core/protocol/protocol.h"

/* The i-th known unit, NULL behind the last. */
const char *unit_name(size_t i);
/* Do `a` * `b`, or `a` / `b`, come out in `result`? True also where this cannot be told from the names
 * (IU/mL times cells); a pure number is "1" or "x". */
bool unit_product_ok(const char *a, const char *b, const char *result);
bool unit_ratio_ok(const char *a, const char *b, const char *result);
