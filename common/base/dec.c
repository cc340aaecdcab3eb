#include "base/dec.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 15
#define SCALE_MAX  9
#define MANT_LIMIT INT64_C(1000000000000000) /* 10^DIGITS_MAX */

/* Wide enough for every intermediate value: 10^15 * 10^18 < 2^127. */
__extension__ typedef __int128 wide;

static wide power10(unsigned n)
{
    wide p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

static int fit(wide mant, unsigned scale, struct dec *ret)
{
    /* Only zeros that there is no room for are given up. */
    while (scale > 0 && (scale > SCALE_MAX || mant >= MANT_LIMIT || mant <= -MANT_LIMIT) && mant % 10 == 0) {
        mant /= 10;
        scale--;
    }
    if (scale > SCALE_MAX || mant >= MANT_LIMIT || mant <= -MANT_LIMIT)
        return CPF_E_LIMIT;
    ret->mant = (int64_t)mant;
    ret->scale = (uint8_t)scale;
    return CPF_OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int dec_parse(const char *s, size_t len, struct dec *ret)
{
    const char *p = s, *end = s + len;
    bool minus = p < end && *p == '-';
    size_t digits = 0, scale = 0;
    int64_t mant = 0;
    p += minus;
    if (p == end || !is_digit(*p) || (*p == '0' && p + 1 < end && p[1] != '.'))
        return CPF_E_SYNTAX;
    for (; p < end && is_digit(*p); p++)
        if (++digits <= DIGITS_MAX)
            mant = mant * 10 + (*p - '0');
    if (p < end) {
        if (*p++ != '.' || p == end)
            return CPF_E_SYNTAX;
        for (; p < end && is_digit(*p); p++, scale++)
            if (++digits <= DIGITS_MAX)
                mant = mant * 10 + (*p - '0');
        if (p < end)
            return CPF_E_SYNTAX;
    }
    if (digits > DIGITS_MAX || scale > SCALE_MAX)
        return CPF_E_LIMIT;
    if (minus && mant == 0)
        return CPF_E_SYNTAX;
    *ret = (struct dec){.mant = minus ? -mant : mant, .scale = (uint8_t)scale};
    return CPF_OK;
}

void dec_format(struct dec d, char ret[DEC_TEXT])
{
    require(d.scale <= SCALE_MAX && d.mant < MANT_LIMIT && d.mant > -MANT_LIMIT);
    char text[DEC_TEXT], *p = text + sizeof(text);
    int64_t v = d.mant < 0 ? -d.mant : d.mant;
    *--p = '\0';
    for (unsigned i = 0; i <= d.scale || v > 0; i++) {
        if (i == d.scale && i > 0)
            *--p = '.';
        *--p = (char)('0' + v % 10);
        v /= 10;
    }
    if (d.mant < 0)
        *--p = '-';
    memcpy(ret, p, (size_t)(text + sizeof(text) - p));
}

/* Both on the larger scale. */
static unsigned align(struct dec a, struct dec b, wide *ret_a, wide *ret_b)
{
    require(a.scale <= SCALE_MAX && b.scale <= SCALE_MAX);
    unsigned scale = a.scale > b.scale ? a.scale : b.scale;
    *ret_a = a.mant * power10(scale - a.scale);
    *ret_b = b.mant * power10(scale - b.scale);
    return scale;
}

int dec_cmp(struct dec a, struct dec b)
{
    wide x, y;
    align(a, b, &x, &y);
    return (x > y) - (x < y);
}

int dec_within(struct dec a, struct dec b, struct dec percent)
{
    wide x, y, room;
    align(a, b, &x, &y);
    wide off =
        (x > y ? x - y : y - x) * 100 * power10(percent.scale); /* 15 digits, 9 decimals: 2e35 at most */
    if (__builtin_mul_overflow(y < 0 ? -y : y, (wide)percent.mant, &room) || off <= room)
        return 0;
    return x > y ? 1 : -1;
}

int dec_add(struct dec a, struct dec b, struct dec *ret)
{
    wide x, y;
    unsigned scale = align(a, b, &x, &y);
    return fit(x + y, scale, ret);
}

int dec_sub(struct dec a, struct dec b, struct dec *ret)
{
    wide x, y;
    unsigned scale = align(a, b, &x, &y);
    return fit(x - y, scale, ret);
}

int dec_mul(struct dec a, struct dec b, struct dec *ret)
{
    require(a.scale <= SCALE_MAX && b.scale <= SCALE_MAX);
    return fit((wide)a.mant * b.mant, (unsigned)a.scale + b.scale, ret);
}

/* num / den, to the nearest integer, ties to the even one. */
static wide round_div(wide num, wide den)
{
    if (den < 0) {
        num = -num;
        den = -den;
    }
    wide q = num / den, r = num % den;
    if (r < 0)
        r = -r;
    if (2 * r > den || (2 * r == den && q % 2 != 0))
        q += num < 0 ? -1 : 1;
    return q;
}

/* As fit(), but the scale is the caller's wish and stays. */
static int fit_exactly(wide mant, uint8_t scale, struct dec *ret)
{
    if (mant >= MANT_LIMIT || mant <= -MANT_LIMIT)
        return CPF_E_LIMIT;
    *ret = (struct dec){.mant = (int64_t)mant, .scale = scale};
    return CPF_OK;
}

int dec_div(struct dec a, struct dec b, uint8_t scale, struct dec *ret)
{
    require(a.scale <= SCALE_MAX && b.scale <= SCALE_MAX);
    if (b.mant == 0)
        return CPF_E_INVAL;
    if (scale > SCALE_MAX)
        return CPF_E_LIMIT;
    unsigned up = (unsigned)scale + b.scale;
    wide num = a.mant, den = b.mant;
    if (up >= a.scale)
        num *= power10(up - a.scale);
    else
        den *= power10(a.scale - up);
    return fit_exactly(round_div(num, den), scale, ret);
}

int dec_round(struct dec a, uint8_t scale, struct dec *ret)
{
    require(a.scale <= SCALE_MAX);
    if (scale > SCALE_MAX)
        return CPF_E_LIMIT;
    if (scale >= a.scale)
        return fit_exactly(a.mant * power10(scale - a.scale), scale, ret);
    return fit_exactly(round_div(a.mant, power10(a.scale - scale)), scale, ret);
}

double dec_double(struct dec d)
{
    /* Both are exact, so the quotient is the nearest double. */
    return (double)d.mant / (double)(int64_t)power10(d.scale);
}

int dec_from_double(double v, uint8_t scale, struct dec *ret)
{
    char text[64];
    if (!isfinite(v))
        return CPF_E_INVAL;
    if (scale > SCALE_MAX || fabs(v) >= 1e15)
        return CPF_E_LIMIT;
    /* printf rounds the exact binary value; multiplying by a power of ten would round twice. */
    snprintf(text, sizeof(text), "%.*f", scale, v);
    wide mant = 0;
    for (const char *p = text; *p; p++)
        if (is_digit(*p)) /* whatever the locale's decimal point is */
            mant = mant * 10 + (*p - '0');
    return fit_exactly(*text == '-' ? -mant : mant, scale, ret);
}
