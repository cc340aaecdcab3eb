#include "core/code/typed.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/enc.h"
#include "core/code/unit.h"

#define LINE  BOUND_RAW_SCAN
#define LIMIT (4 * BOUND_TEXT_FIELD) /* a normal form may be longer than what it was made of */

/* ---- code points ---- */

static bool blank(ucs4_t c)
{
    return uc_is_property(c, UC_PROPERTY_WHITE_SPACE) ||
           uc_is_property(c, UC_PROPERTY_DEFAULT_IGNORABLE_CODE_POINT);
}

/* What keyboards and word processors put for a hyphen or a minus. */
static bool dash(ucs4_t c)
{
    return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xfe58 || c == 0xfe63 ||
           c == 0xff0d;
}

static bool apostrophe(ucs4_t c)
{
    return c == '\'' || c == '`' || c == 0xb4 || c == 0x2bc || c == 0x2018 || c == 0x2019 || c == 0x2032 ||
           c == 0xff07;
}

/* The digit of a superscript, or -1. */
static int raised(ucs4_t c)
{
    return c == 0xb9                                     ? 1
           : c == 0xb2                                   ? 2
           : c == 0xb3                                   ? 3
           : c == 0x2070 || (c >= 0x2074 && c <= 0x2079) ? (int)(c - 0x2070)
                                                         : -1;
}

/* One code point of well-formed UTF-8; 0 at the end. */
static ucs4_t take(const char **at)
{
    ucs4_t c = 0;
    int n = **at ? u8_strmbtouc(&c, (const uint8_t *)*at) : 0;
    *at += n > 0 ? n : 0;
    return n > 0 ? c : 0;
}

struct line {
    char *at;
    size_t len, size;
    bool full;
};

static void put(struct line *t, ucs4_t c)
{
    uint8_t bytes[6];
    int n = u8_uctomb(bytes, c, sizeof(bytes));
    if (n <= 0 || t->len + (size_t)n >= t->size) {
        t->full = true;
        return;
    }
    memcpy(t->at + t->len, bytes, (size_t)n);
    t->len += (size_t)n;
    t->at[t->len] = '\0';
}

static bool normal(uninorm_t form, const char *s, char *ret, size_t size)
{
    size_t n = size - 1;
    uint8_t *made = u8_normalize(form, (const uint8_t *)s, strlen(s), (uint8_t *)ret, &n);
    if (made == (uint8_t *)ret) {
        ret[n] = '\0';
        return true;
    }
    free(made);
    return false;
}

/* ---- a line ---- */

/* 10⁶ is no 106, which it would be in the normal form: what is raised comes behind a ^. */
static bool without_raised(const char *s, size_t len, char *ret, size_t size)
{
    char given[LINE + 1];
    struct line t = {.at = ret, .size = size};
    const char *at = given;
    bool before = false;
    memcpy(given, s, len);
    given[len] = ret[0] = '\0';
    for (ucs4_t c; (c = take(&at));) {
        int digit = raised(c);
        if (digit >= 0 && !before)
            put(&t, '^');
        put(&t, digit >= 0 ? (ucs4_t)('0' + digit) : c);
        before = digit >= 0;
    }
    return !t.full;
}

int typed_plain(const char *s, size_t len, char *ret, size_t size)
{
    char flat[2 * LINE + 1], folded[LIMIT];
    struct line t = {.at = ret, .size = size};
    bool gap = false;
    if (len > LINE)
        return CPF_E_LIMIT;
    if (!enc_utf8_ok(s, len))
        return CPF_E_UTF8;
    if (!without_raised(s, len, flat, sizeof(flat)) || !normal(UNINORM_NFKC, flat, folded, sizeof(folded)))
        return CPF_E_LIMIT;
    ret[0] = '\0';
    const char *at = folded;
    for (ucs4_t c; (c = take(&at));) {
        if (blank(c)) {
            gap = t.len > 0;
            continue;
        }
        if (gap)
            put(&t, ' ');
        gap = false;
        put(&t, dash(c) ? '-' : c);
    }
    return t.full ? CPF_E_LIMIT : CPF_OK;
}

/* ---- names ---- */

static ucs4_t name_letter(ucs4_t c)
{
    if ((c >= 0x3041 && c <= 0x3096) || c == 0x309d || c == 0x309e)
        return c + 0x60; /* hiragana to katakana */
    if (dash(c) || c == 0x30fc || c == 0x301c || c == '~' || c == 0x2500 || c == 0x2501)
        return 0x30fc; /* the long mark, and what is typed for it */
    return apostrophe(c) ? '\'' : c;
}

int typed_fold_name(const char *s, char *ret, size_t size)
{
    char folded[LIMIT], bare[LIMIT];
    struct line t = {.at = bare, .size = sizeof(bare)};
    size_t n = sizeof(folded) - 1;
    if (!enc_utf8_ok(s, strlen(s)))
        return CPF_E_UTF8;
    if (strlen(s) > BOUND_TEXT_FIELD)
        return CPF_E_LIMIT;
    uint8_t *made = u8_casefold((const uint8_t *)s, strlen(s), NULL, UNINORM_NFKC, (uint8_t *)folded, &n);
    if (made != (uint8_t *)folded) {
        free(made);
        return CPF_E_LIMIT;
    }
    folded[n] = bare[0] = '\0';
    const char *at = folded;
    for (ucs4_t c; (c = take(&at));)
        if (!blank(c) && c != 0x30fb && c != 0xb7) /* ・ stands between names as a blank does */
            put(&t, name_letter(c));
    /* A dakuten that had a blank of its own is one letter with what stands before it now. */
    return !t.full && normal(UNINORM_NFC, bare, ret, size) ? CPF_OK : CPF_E_LIMIT;
}

bool typed_same_name(const char *a, const char *b)
{
    char one[LIMIT], two[LIMIT];
    if (strcmp(a, b) == 0)
        return true;
    return typed_fold_name(a, one, sizeof(one)) == CPF_OK && typed_fold_name(b, two, sizeof(two)) == CPF_OK &&
           strcmp(one, two) == 0;
}

/* ---- dates ---- */

static const struct {
    const char *word;
    char letter;
    int base; /* the year before its first */
    const char *from, *to;
} eras[] = {
    {"明治", 'M', 1867, "1873-01-01", "1912-07-30"}, {"大正", 'T', 1911, "1912-07-30", "1926-12-25"},
    {"昭和", 'S', 1925, "1926-12-25", "1989-01-07"}, {"平成", 'H', 1988, "1989-01-08", "2019-04-30"},
    {"令和", 'R', 2018, "2019-05-01", "9999-12-31"},
};
#define NERAS (sizeof(eras) / sizeof(*eras))

/* Without blanks, which mean nothing in a date, and with the long mark for the hyphen that it is there. */
static int date_line(const char *s, char *ret, size_t size)
{
    char plain[LINE + 1];
    struct line t = {.at = ret, .size = size};
    int rc = typed_plain(s, strlen(s), plain, sizeof(plain));
    const char *at = plain;
    ret[0] = '\0';
    for (ucs4_t c; rc == CPF_OK && (c = take(&at));)
        if (c != ' ')
            put(&t, c == 0x30fc ? '-' : c);
    return rc == CPF_OK && t.full ? CPF_E_SYNTAX : rc;
}

static bool skip(const char **at, const char *word)
{
    bool there = strncmp(*at, word, strlen(word)) == 0;
    *at += there ? strlen(word) : 0;
    return there;
}

/* `least` to `most` digits; -1: not there. */
static int digits(const char **at, int least, int most)
{
    int n = 0, v = 0;
    while (n < most && isdigit((unsigned char)(*at)[n]))
        v = v * 10 + (*at)[n++] - '0';
    *at += n;
    return n >= least && !isdigit((unsigned char)**at) ? v : -1;
}

static size_t read_era(const char **at)
{
    for (size_t i = 0; i < NERAS; i++) {
        if (skip(at, eras[i].word))
            return i;
        if (toupper((unsigned char)**at) == eras[i].letter) {
            (*at)++;
            return i;
        }
    }
    return NERAS;
}

/* 24.11.23 behind an era, 1949.11.23 without one. */
static bool read_parts(const char *at, bool era, int *y, int *m, int *d)
{
    static const char *const marks[][3] = {
        {"年", "月", "日"}, {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}};
    *y = era && skip(&at, "元") ? 1 : digits(&at, era ? 1 : 4, era ? 2 : 4);
    for (size_t i = 0; *y >= 0 && i < sizeof(marks) / sizeof(*marks); i++) {
        if (!skip(&at, marks[i][0]))
            continue;
        *m = digits(&at, 1, 2);
        bool between = skip(&at, marks[i][1]);
        *d = digits(&at, 1, 2);
        return *m >= 0 && between && *d >= 0 && skip(&at, marks[i][2]) && !*at;
    }
    return false;
}

/* 19491123, S241123 */
static bool read_run(const char *at, bool era, int *y, int *m, int *d)
{
    size_t n = strspn(at, "0123456789"), year = era ? 2 : 4;
    if (at[n] || n != year + 4)
        return false;
    int all = atoi(at);
    *y = all / 10000, *m = all / 100 % 100, *d = all % 100;
    return true;
}

int typed_day(const char *s, int64_t *ret_day)
{
    char line[64], text[40];
    int64_t day, from, to;
    int y, m, d, rc = date_line(s, line, sizeof(line));
    const char *at = line;
    if (rc != CPF_OK)
        return rc == CPF_E_UTF8 ? rc : CPF_E_SYNTAX;
    size_t era = read_era(&at);
    if (!read_parts(at, era < NERAS, &y, &m, &d) && !read_run(at, era < NERAS, &y, &m, &d))
        return CPF_E_SYNTAX;
    if (era < NERAS && y == 0)
        return CPF_E_SYNTAX;
    snprintf(text, sizeof(text), "%04d-%02d-%02d", era < NERAS ? eras[era].base + y : y, m, d);
    if (clock_day_parse(text, &day) != CPF_OK)
        return CPF_E_SYNTAX;
    if (era < NERAS && (clock_day_parse(eras[era].from, &from) != CPF_OK ||
                        clock_day_parse(eras[era].to, &to) != CPF_OK || day < from || day > to))
        return CPF_E_SYNTAX;
    *ret_day = day;
    return CPF_OK;
}

/* ---- units ---- */

static const struct {
    const char *typed, *meant;
} words[] = {
    {"秒", "s"},  {"分", "min"},   {"時間", "h"},         {"日", "d"},   {"度", "°C"},
    {"oc", "°C"}, {"degc", "°C"},  {"×g", "xg"},          {"x g", "xg"}, {"× g", "xg"},
    {"×G", "xg"}, {"個", "cells"}, {"個/ml", "cells/mL"},
};

static const char *unit_as(const char *word)
{
    for (size_t i = 0; unit_name(i); i++)
        if (strcasecmp(unit_name(i), word) == 0)
            return unit_name(i);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcasecmp(words[i].typed, word) == 0)
            return words[i].meant;
    return NULL;
}

/* The micro sign in its one form, or the u that is typed for it; cm^2 as cm2. */
static void unit_spell(const char *s, bool u_is_micro, char *ret, size_t size)
{
    struct line t = {.at = ret, .size = size};
    ucs4_t before = '/';
    ret[0] = '\0';
    for (ucs4_t c; (c = take(&s)); before = c) {
        bool micro = c == 0x3bc || c == 0xb5 || (u_is_micro && (c == 'u' || c == 'U') && before == '/');
        if (c != '^' || isdigit((unsigned char)before))
            put(&t, micro ? 0xb5 : c);
    }
}

static const char *unit_of_plain(const char *plain)
{
    char spelled[128];
    unit_spell(plain, false, spelled, sizeof(spelled));
    const char *found = unit_as(spelled);
    if (!found) {
        unit_spell(plain, true, spelled, sizeof(spelled));
        found = unit_as(spelled);
    }
    return found;
}

const char *typed_unit(const char *word, size_t len)
{
    char plain[LINE + 1];
    return typed_plain(word, len, plain, sizeof(plain)) == CPF_OK && *plain ? unit_of_plain(plain) : NULL;
}

/* ---- numbers ---- */

struct mark {
    const char *text;
    enum censor censor;
};

const char *censor_name(enum censor c)
{
    static const char *const names[] = {"", "<", "<=", ">", ">=", "not-detected", "tntc"};
    return names[c];
}

void censored_format(enum censor c, struct dec value, char ret[CENSORED_TEXT])
{
    char number[DEC_TEXT] = "";
    if (c != CENSOR_ABSENT && c != CENSOR_COUNTLESS)
        dec_format(value, number);
    snprintf(ret, CENSORED_TEXT, "%s%s", censor_name(c), number);
}

int censored_parse(const char *s, enum censor *ret, struct dec *ret_value)
{
    enum censor c = CENSOR_NONE;
    for (enum censor k = CENSOR_BELOW; k <= CENSOR_COUNTLESS; k++)
        if (strncmp(s, censor_name(k), strlen(censor_name(k))) == 0)
            c = k; /* `<=` behind `<` */
    s += strlen(censor_name(c));
    *ret = c;
    *ret_value = (struct dec){0, 0};
    if (c == CENSOR_ABSENT || c == CENSOR_COUNTLESS)
        return *s ? CPF_E_SYNTAX : CPF_OK;
    return dec_parse(s, strlen(s), ret_value);
}

static const struct mark before_number[] = {
    {"<=", CENSOR_AT_MOST},  {"≤", CENSOR_AT_MOST},  {"≦", CENSOR_AT_MOST},  {"<", CENSOR_BELOW},
    {">=", CENSOR_AT_LEAST}, {"≥", CENSOR_AT_LEAST}, {"≧", CENSOR_AT_LEAST}, {">", CENSOR_ABOVE},
};
static const struct mark behind_number[] = {
    {"未満", CENSOR_BELOW},
    {"以下", CENSOR_AT_MOST},
    {"以上", CENSOR_AT_LEAST},
    {"超", CENSOR_ABOVE},
};
static const struct mark instead_of_number[] = {
    {"nd", CENSOR_ABSENT},           {"n.d.", CENSOR_ABSENT},         {"検出せず", CENSOR_ABSENT},
    {"不検出", CENSOR_ABSENT},       {"未検出", CENSOR_ABSENT},       {"検出限界未満", CENSOR_ABSENT},
    {"検出限界以下", CENSOR_ABSENT}, {"not detected", CENSOR_ABSENT}, {"tntc", CENSOR_COUNTLESS},
    {"多数", CENSOR_COUNTLESS},      {"計数不能", CENSOR_COUNTLESS},  {"測定不能多数", CENSOR_COUNTLESS},
};
#define N(a) (sizeof(a) / sizeof(*(a)))

static bool read_word(const char *s, enum censor *ret)
{
    for (size_t i = 0; i < N(instead_of_number); i++)
        if (strcasecmp(instead_of_number[i].text, s) == 0) {
            *ret = instead_of_number[i].censor;
            return true;
        }
    return false;
}

static enum censor read_before(const char **at)
{
    for (size_t i = 0; i < N(before_number); i++)
        if (skip(at, before_number[i].text)) {
            while (**at == ' ')
                (*at)++;
            return before_number[i].censor;
        }
    return CENSOR_NONE;
}

/* Taken off the end of the unit. */
static enum censor read_behind(char *rest)
{
    size_t len = strlen(rest);
    for (size_t i = 0; i < N(behind_number); i++) {
        size_t n = strlen(behind_number[i].text);
        if (len < n || strcmp(rest + len - n, behind_number[i].text) != 0)
            continue;
        len -= n;
        while (len && rest[len - 1] == ' ')
            len--;
        rest[len] = '\0';
        return behind_number[i].censor;
    }
    return CENSOR_NONE;
}

/* What stands behind the digits, where they do not end as a number does. */
static enum typed_fault wrong_behind(const char *at)
{
    while (*at == ' ')
        at++;
    if (*at == ',' || *at == '\'' || strncmp(at, "、", strlen("、")) == 0)
        return TYPED_COMMA;
    if (*at == '^' ||
        ((*at == 'e' || *at == 'E') && (isdigit((unsigned char)at[1]) || at[1] == '-' || at[1] == '+')))
        return TYPED_EXPONENT;
    if (*at == 'x' || *at == 'X' || *at == '*' || strncmp(at, "×", strlen("×")) == 0) {
        at += *at == 'x' || *at == 'X' || *at == '*' ? 1 : strlen("×");
        while (*at == ' ')
            at++;
        return strncmp(at, "10", 2) == 0 ? TYPED_EXPONENT : TYPED_OK;
    }
    return TYPED_OK;
}

/* The digits at the cursor, as base/dec.h writes them. */
static enum typed_fault read_digits(const char **at, struct dec *ret)
{
    const char *s = *at;
    char text[40] = "";
    size_t n = 0;
    if (*s == '+' || *s == '-' || strncmp(s, "ー", strlen("ー")) == 0) {
        if (*s != '+')
            text[n++] = '-';
        s += *s == '+' || *s == '-' ? 1 : strlen("ー");
    }
    size_t whole = strspn(s, "0123456789");
    const char *tail = s + whole;
    size_t part = *tail == '.' ? strspn(tail + 1, "0123456789") : 0;
    if (whole == 0)
        return *s == '.' && part ? TYPED_POINT : TYPED_NONE;
    if (*tail == '.' && part == 0)
        return TYPED_POINT;
    for (; whole > 1 && *s == '0'; whole--)
        s++;
    size_t len = whole + (part ? 1 + part : 0);
    if (n + len >= sizeof(text))
        return TYPED_LONG;
    memcpy(text + n, s, len);
    *at = s + len;
    if (strspn(text, "-0.") == strlen(text))
        memmove(text, text + n, len + 1); /* minus nothing is nothing */
    int rc = dec_parse(text, strlen(text), ret);
    return rc == CPF_OK ? TYPED_OK : rc == CPF_E_LIMIT ? TYPED_LONG : TYPED_NONE;
}

/* A known unit with or without a blank before it; an unknown one is one word behind a blank. */
static enum typed_fault read_unit(const char *rest, struct typed_number *ret)
{
    bool apart = *rest == ' ';
    const char *word = rest + apart, *unit = *word ? unit_of_plain(word) : "";
    if (!unit && isdigit((unsigned char)*word))
        return apart ? TYPED_GAP : TYPED_NONE;
    if (!unit && (!apart || strchr(word, ' ') || strlen(word) >= sizeof(ret->unit)))
        return TYPED_NONE;
    snprintf(ret->unit, sizeof(ret->unit), "%s", unit ? unit : word);
    return TYPED_OK;
}

static enum typed_fault read_plain(const char *at, struct typed_number *ret)
{
    char rest[LINE + 1];
    if (read_word(at, &ret->censor))
        return TYPED_OK;
    ret->censor = read_before(&at);
    enum typed_fault fault = read_digits(&at, &ret->value);
    if (fault != TYPED_OK)
        return fault;
    if ((fault = wrong_behind(at)) != TYPED_OK)
        return fault;
    snprintf(rest, sizeof(rest), "%s", at);
    enum censor behind = read_behind(rest);
    if (behind && ret->censor)
        return TYPED_NONE;
    if (behind)
        ret->censor = behind;
    return read_unit(rest, ret);
}

enum typed_fault typed_number(const char *s, size_t len, struct typed_number *ret)
{
    char plain[LINE + 1];
    struct typed_number made = {.censor = CENSOR_NONE};
    if (typed_plain(s, len, plain, sizeof(plain)) != CPF_OK)
        return TYPED_NONE;
    enum typed_fault fault = read_plain(plain, &made);
    if (fault == TYPED_OK)
        *ret = made;
    return fault;
}
