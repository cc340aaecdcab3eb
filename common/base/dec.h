#pragma once
/*
 * Exact decimals for measurements. Grammar (doc/log.md 1): optional minus, digits
 * without leading zeros, optional fraction; no plus, no exponent; trailing
 * zeros are kept. At most 15 digits in all, at most 9 decimals.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct dec {
    int64_t mant;
    uint8_t scale; /* value = mant / 10^scale */
};
#define DEC_TEXT 24

must_check int dec_parse(const char *s, size_t len,
                         struct dec *ret); /* CPF_E_SYNTAX, CPF_E_LIMIT; "-0" is refused */
void dec_format(struct dec d, char ret[DEC_TEXT]);
int dec_cmp(struct dec a, struct dec b); /* exact, -1 0 1 */
/* 0: `a` lies within `percent` (not negative) of `b`; -1: below, 1: above. Exact, for all values. */
int dec_within(struct dec a, struct dec b, struct dec percent);
/* CPF_E_LIMIT on overflow; results are exact except dec_div, which rounds half to even to `scale`. */
must_check int dec_add(struct dec a, struct dec b, struct dec *ret);
must_check int dec_sub(struct dec a, struct dec b, struct dec *ret);
must_check int dec_mul(struct dec a, struct dec b, struct dec *ret);
must_check int dec_div(struct dec a, struct dec b, uint8_t scale, struct dec *ret); /* b == 0: CPF_E_INVAL */
must_check int dec_round(struct dec a, uint8_t scale, struct dec *ret);
double dec_double(struct dec d);
must_check int dec_from_double(double v, uint8_t scale, struct dec *ret);
