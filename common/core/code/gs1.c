#include "core/code/gs1.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* GS1 7.12: years are read within 50 years of now; a facility's labels are all of this century. */
#define CENTURY 2000

struct cursor {
    const char *at, *end;
};

/* ---- the table: GS1 3.2, figure 3.2-1 ---- */

/* `digits` of them first, then up to `more` characters; GS ends what has `more`. */
struct element {
    const char *from, *to; /* of the identifiers; all of one length */
    unsigned char digits, more;
};
static const struct element elements[] = {
    {"00", "00", 18, 0},      {"01", "03", 14, 0},     {"10", "10", 0, 20},     {"11", "13", 6, 0},
    {"15", "17", 6, 0},       {"20", "20", 2, 0},      {"21", "22", 0, 20},     {"235", "235", 0, 28},
    {"240", "241", 0, 30},    {"242", "242", 0, 6},    {"243", "243", 0, 20},   {"250", "251", 0, 30},
    {"253", "253", 13, 17},   {"254", "254", 0, 20},   {"255", "255", 13, 12},  {"30", "30", 0, 8},
    {"3100", "3699", 6, 0},   {"37", "37", 0, 8},      {"3900", "3909", 0, 15}, {"3910", "3919", 3, 15},
    {"3920", "3929", 0, 15},  {"3930", "3939", 3, 15}, {"3940", "3943", 4, 0},  {"3950", "3955", 6, 0},
    {"400", "401", 0, 30},    {"402", "402", 17, 0},   {"403", "403", 0, 30},   {"410", "417", 13, 0},
    {"420", "420", 0, 20},    {"421", "421", 3, 9},    {"422", "422", 3, 0},    {"423", "423", 3, 12},
    {"424", "424", 3, 0},     {"425", "425", 3, 12},   {"426", "426", 3, 0},    {"427", "427", 0, 3},
    {"4300", "4309", 0, 70},  {"4310", "4319", 0, 70}, {"4320", "4333", 0, 35}, {"7001", "7001", 13, 0},
    {"7002", "7002", 0, 30},  {"7003", "7003", 10, 0}, {"7004", "7004", 0, 4},  {"7005", "7005", 0, 12},
    {"7006", "7006", 6, 0},   {"7007", "7007", 6, 6},  {"7008", "7008", 0, 3},  {"7009", "7009", 0, 10},
    {"7010", "7010", 0, 2},   {"7011", "7011", 6, 4},  {"7020", "7022", 0, 20}, {"7023", "7023", 0, 30},
    {"7030", "7039", 3, 27},  {"7040", "7040", 0, 4},  {"710", "717", 0, 20},   {"7230", "7239", 0, 30},
    {"7240", "7240", 0, 20},  {"7241", "7242", 0, 25}, {"8001", "8001", 14, 0}, {"8002", "8002", 0, 20},
    {"8003", "8003", 14, 16}, {"8004", "8004", 0, 30}, {"8005", "8005", 6, 0},  {"8006", "8006", 18, 0},
    {"8007", "8007", 0, 34},  {"8008", "8008", 8, 4},  {"8009", "8009", 0, 50}, {"8010", "8010", 0, 30},
    {"8011", "8011", 0, 12},  {"8012", "8012", 0, 20}, {"8013", "8013", 0, 25}, {"8017", "8018", 18, 0},
    {"8019", "8019", 0, 10},  {"8020", "8020", 0, 25}, {"8026", "8026", 18, 0}, {"8030", "8030", 0, 90},
    {"8110", "8110", 0, 70},  {"8111", "8111", 4, 0},  {"8112", "8112", 0, 70}, {"8200", "8200", 0, 70},
    {"90", "90", 0, 30},      {"91", "99", 0, 90},
};
#define NELEMENTS (sizeof(elements) / sizeof(*elements))

static const struct element *element_at(const struct cursor *in)
{
    for (size_t i = 0; i < NELEMENTS; i++) {
        size_t n = strlen(elements[i].from);
        if ((size_t)(in->end - in->at) >= n && memcmp(in->at, elements[i].from, n) >= 0 &&
            memcmp(in->at, elements[i].to, n) <= 0 && strspn(in->at, "0123456789") >= n)
            return &elements[i];
    }
    return NULL;
}

/* GS1 figure 7.11-1, the 82 characters of an element. */
static bool invariant(char c)
{
    return c && (isalnum((unsigned char)c) || strchr("!\"%&'()*+,-./:;<=>?_", c));
}

/* Length of the element's data at the cursor, 0 if it is malformed. */
static size_t data_length(const struct cursor *in, const struct element *e)
{
    size_t left = (size_t)(in->end - in->at), n = 0;
    while (n < e->digits && n < left && isdigit((unsigned char)in->at[n]))
        n++;
    if (n < e->digits)
        return 0;
    while (e->more && n < left && in->at[n] != CODE_GS)
        if (!invariant(in->at[n++]))
            return 0;
    return n <= (size_t)e->digits + e->more ? n : 0;
}

bool code_gs1_elements(const char *s, size_t len)
{
    struct cursor in = {s, s + len};
    while (in.at < in.end) {
        const struct element *e = element_at(&in);
        if (!e)
            return false;
        in.at += strlen(e->from);
        size_t n = data_length(&in, e);
        if (n == 0)
            return false;
        in.at += n;
    }
    return len > 0;
}

/* ---- what is read ---- */

bool code_gs1_check(const char *s, size_t len)
{
    int sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (s[i] - '0') * ((len - i) % 2 == 0 ? 3 : 1);
    return sum % 10 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* YYMMDD; day 00 is the month's last one. */
static enum code_fault read_day(const char *s, int64_t *ret)
{
    int year = CENTURY + (s[0] - '0') * 10 + s[1] - '0', month = (s[2] - '0') * 10 + s[3] - '0';
    int day = (s[4] - '0') * 10 + s[5] - '0';
    char text[40];
    if (month < 1 || month > 12 || day > month_days(year, month))
        return CODE_FORM;
    snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day ? day : month_days(year, month));
    return clock_day_parse(text, ret) == CPF_OK ? CODE_OK : CODE_FORM;
}

static enum code_fault read_gtin(const char *s, size_t len, struct code *c)
{
    memcpy(c->gtin, s, len);
    return code_gs1_check(s, len) ? CODE_OK : CODE_CHECK;
}

static enum code_fault read_made(const char *s, size_t len, struct code *c)
{
    (void)len;
    return read_day(s, &c->made_day);
}

/* Beside an hour of expiry (7003) the day (17) is the same; the hour is kept among the others. */
static enum code_fault read_expiry(const char *s, size_t len, struct code *c)
{
    (void)len;
    return read_day(s, &c->expiry_day);
}

static enum code_fault read_lot(const char *s, size_t len, struct code *c)
{
    memcpy(c->lot, s, len);
    return CODE_OK;
}

static enum code_fault read_serial(const char *s, size_t len, struct code *c)
{
    memcpy(c->unit, s, len);
    return CODE_OK;
}

static const struct {
    const char ai[5];
    enum code_fault (*read)(const char *s, size_t len, struct code *c);
} readers[] = {
    {"01", read_gtin},   {"10", read_lot},    {"11", read_made},
    {"17", read_expiry}, {"21", read_serial}, {"7003", read_expiry},
};
#define NREADERS (sizeof(readers) / sizeof(*readers))

/* The reader of the identifier `ai`; NREADERS: none. */
static size_t reader_of(const char *ai, size_t n)
{
    size_t i = 0;
    while (i < NREADERS && (strlen(readers[i].ai) != n || memcmp(readers[i].ai, ai, n) != 0))
        i++;
    return i;
}

static void keep(struct code *c, const char *ai, size_t nai, const char *data, size_t ndata)
{
    size_t used = strlen(c->more);
    if (used + nai + ndata + 3 <=
        sizeof(c->more)) /* a scan's raw bytes are fewer, brackets and all, by AI and GS */
        snprintf(c->more + used, sizeof(c->more) - used, "(%.*s)%.*s", (int)nai, ai, (int)ndata, data);
}

/* One that no table knows: all up to the separator. Its identifier has two digits at least. */
static enum code_fault read_unknown(struct cursor *in, struct code *c)
{
    const char *end = memchr(in->at, CODE_GS, (size_t)(in->end - in->at));
    size_t n = (size_t)((end ? end : in->end) - in->at);
    if (n < 3 || !isdigit((unsigned char)in->at[0]) || !isdigit((unsigned char)in->at[1]))
        return CODE_FORM;
    for (size_t i = 0; i < n; i++)
        if (!invariant(in->at[i]))
            return CODE_FORM;
    keep(c, in->at, 2, in->at + 2, n - 2);
    in->at += n;
    return CODE_OK;
}

/* Too long, or not: may its end be elements that a separator kept apart? */
static bool runs_on(const struct cursor *in)
{
    const char *end = memchr(in->at, CODE_GS, (size_t)(in->end - in->at));
    size_t len = (size_t)((end ? end : in->end) - in->at);
    for (size_t n = 1; n < len; n++)
        if (code_gs1_elements(in->at + n, len - n))
            return true;
    return false;
}

static enum code_fault read_known(struct cursor *in, const struct element *e, unsigned *seen, struct code *c)
{
    const char *ai = in->at;
    size_t nai = strlen(e->from), r = reader_of(ai, nai);
    if (r < NREADERS && (*seen & 1u << r))
        return CODE_FORM;
    in->at += nai;
    size_t n = data_length(in, e);
    if (n == 0)
        return e->more && in->end - in->at > e->more && runs_on(in) ? CODE_SEPARATOR : CODE_FORM;
    if (e->more && in->at + n == in->end && r < NREADERS)
        c->run_on = c->run_on || runs_on(in);
    enum code_fault fault = r < NREADERS ? readers[r].read(in->at, n, c) : CODE_OK;
    if (r == NREADERS || nai == 4)
        keep(c, ai, nai, in->at, n);
    *seen |= r < NREADERS ? 1u << r : 0;
    in->at += n;
    return fault;
}

static enum code_fault read_element(struct cursor *in, unsigned *seen, struct code *c)
{
    const struct element *e = element_at(in);
    enum code_fault fault = e ? read_known(in, e, seen, c) : read_unknown(in, c);
    if (fault == CODE_OK && in->at < in->end && *in->at == CODE_GS && ++in->at == in->end)
        fault = CODE_HALF; /* a separator that separates nothing: something was cut off */
    return fault;
}

bool code_gs1_said(const char *raw, size_t len)
{
    static const char *const prefixes[] = {"]C1", "]d2", "]Q3", "]e0", "]J1"};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
        if (len >= 3 && memcmp(raw, prefixes[i], 3) == 0)
            return true;
    return false;
}

enum code_fault code_gs1_read(const char *raw, size_t len, struct code *ret)
{
    struct cursor in = {raw + (raw[0] == CODE_GS ? 1 : 3), raw + len};
    unsigned seen = 0;
    ret->kind = CODE_GS1;
    if (in.at >= in.end)
        return CODE_HALF;
    while (in.at < in.end) {
        enum code_fault fault = read_element(&in, &seen, ret);
        if (fault != CODE_OK)
            return memchr(in.at, ']', (size_t)(in.end - in.at)) ? CODE_TWO : fault;
    }
    if (memchr(raw + 1, CODE_GS, len - 1))
        ret->run_on = false;                /* it does send separators */
    return seen & 1u ? CODE_OK : CODE_FORM; /* lots and dates mean nothing without the GTIN */
}
