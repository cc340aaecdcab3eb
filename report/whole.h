#pragma once
/*
 * Is a batch's stream, as it is found by its name, all that there is? Asked before any document is made of
 * it: by what the newest map of streams counts, and by the bytes of everything behind that map, read by
 * position. The owner of the database can bend columns and indexes, by which the stream is found.
 */
#include <stdint.h>
#include "base/err.h"
#include "store/scan.h"

/* `size` as in report_request. CPF_E_FORK: entries are hidden, *ret_error (free it) names one; errors of
 * scan.h. */
must_check int whole_check(struct scan *s, const char *batch, uint64_t size, char **ret_error);
