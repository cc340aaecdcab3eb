#include "core/code/gs1.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* GS1 7.8.5: years are read within 50 years of now; a facility's labels are all of this century. */
#define CENTURY 2000

struct cursor {
    const char *at, *end;
};

static int read_gtin(const char *s, size_t len, struct code *c)
{
    int sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (s[i] - '0') * (i % 2 == 0 ? 3 : 1);
    memcpy(c->gtin, s, len);
    return sum % 10 == 0 ? CPF_OK : CPF_E_MISMATCH;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* YYMMDD; day 00 is the month's last one. */
static int read_day(const char *s, int64_t *ret)
{
    int year = CENTURY + (s[0] - '0') * 10 + s[1] - '0', month = (s[2] - '0') * 10 + s[3] - '0';
    int day = (s[4] - '0') * 10 + s[5] - '0';
    char text[40];
    if (month < 1 || month > 12 || day > month_days(year, month))
        return CPF_E_SYNTAX;
    snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day ? day : month_days(year, month));
    return clock_day_parse(text, ret) == CPF_OK ? CPF_OK : CPF_E_SYNTAX;
}

static int read_made(const char *s, size_t len, struct code *c)
{
    (void)len;
    return read_day(s, &c->made_day);
}

static int read_expiry(const char *s, size_t len, struct code *c)
{
    (void)len;
    return read_day(s, &c->expiry_day);
}

static int read_lot(const char *s, size_t len, struct code *c)
{
    memcpy(c->lot, s, len);
    return CPF_OK;
}

static int read_serial(const char *s, size_t len, struct code *c)
{
    memcpy(c->unit, s, len);
    return CPF_OK;
}

static const struct {
    const char ai[3];
    size_t fixed; /* digits; 0 = up to 20 characters, ended by GS */
    int (*read)(const char *s, size_t len, struct code *c);
} elements[] = {
    {"01", 14, read_gtin},  {"10", 0, read_lot},    {"11", 6, read_made},
    {"17", 6, read_expiry}, {"21", 0, read_serial},
};
#define NELEMENTS    (sizeof(elements) / sizeof(*elements))
#define VARIABLE_MAX 20

/* GS1 figure 7.11-1, the 82 characters of an element. */
static bool invariant(char c)
{
    return c && (isalnum((unsigned char)c) || strchr("!\"%&'()*+,-./:;<=>?_", c));
}

/* Length of the element's data at the cursor, 0 if it is malformed. */
static size_t data_length(const struct cursor *in, size_t fixed)
{
    size_t left = (size_t)(in->end - in->at), n = 0;
    if (fixed) {
        while (n < fixed && n < left && isdigit((unsigned char)in->at[n]))
            n++;
        return n == fixed ? n : 0;
    }
    while (n < left && in->at[n] != CODE_GS)
        if (!invariant(in->at[n++]))
            return 0;
    return n <= VARIABLE_MAX ? n : 0;
}

static int read_element(struct cursor *in, unsigned *seen, struct code *c)
{
    size_t i = 0;
    while (i < NELEMENTS && (in->end - in->at < 2 || memcmp(in->at, elements[i].ai, 2) != 0))
        i++;
    if (i == NELEMENTS || (*seen & 1u << i))
        return CPF_E_SYNTAX;
    *seen |= 1u << i;
    in->at += 2;
    size_t n = data_length(in, elements[i].fixed);
    int rc = n ? elements[i].read(in->at, n, c) : CPF_E_SYNTAX;
    in->at += n;
    if (rc == CPF_OK && in->at < in->end && *in->at == CODE_GS && ++in->at == in->end)
        rc = CPF_E_SYNTAX; /* a separator that separates nothing: something was cut off */
    return rc;
}

int code_gs1_read(const char *raw, size_t len, struct code *ret)
{
    static const char *const prefixes[] = {"]C1", "]d2", "]Q3", "]e0"};
    struct cursor in = {raw, raw + len};
    unsigned seen = 0;
    for (size_t i = 0; i < 4 && in.at == raw; i++)
        if (len > 3 && memcmp(raw, prefixes[i], 3) == 0)
            in.at += 3;
    if (in.at == raw && raw[0] == CODE_GS)
        in.at++;
    if (in.at == raw || in.at == in.end)
        return CPF_E_SYNTAX;
    ret->kind = CODE_GS1;
    while (in.at < in.end) {
        int rc = read_element(&in, &seen, ret);
        if (rc != CPF_OK)
            return rc;
    }
    return seen & 1u ? CPF_OK : CPF_E_SYNTAX; /* lots and dates mean nothing without the GTIN */
}
