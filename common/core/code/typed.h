#pragma once
/*
 * What people type, read as people mean it. A keyboard in Japan gives full-width letters, ideographic blanks,
 * the minus of a word processor and units in one sign; all of that has one meaning. What may mean two things
 * (a comma, a thousand's gap, a power of ten) is refused by its name, never guessed.
 *
 * Unicode's normal forms come from libunistring (UAX #15, NFKC).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/dec.h"
#include "base/err.h"

/* ---- names ---- */

/* Do both name the same? NFKC, width, case, blanks, hiragana and katakana, long marks, apostrophes do not
 * count; a letter does, and so do dakuten. Not UTF-8, or over 2000 bytes: only what is equal byte by byte. */
bool typed_same_name(const char *a, const char *b);

/* The form in which names are compared. CPF_E_UTF8; CPF_E_LIMIT: longer than `size`, the NUL included. */
must_check int typed_fold_name(const char *s, char *ret, size_t size);

/* ---- dates ---- */

/* A day in any form that means one: 1949-11-23, 1949/11/3, 1949.11.23, 19491123, 1949年11月23日,
 * 昭和24年11月23日, S24.11.23, 昭和元年…; of eras Meiji to Reiwa, inside their days (明治 from 1873, when the
 * calendar was changed). CPF_E_SYNTAX: no date, or one that may mean two (two digits of a year, day first);
 * CPF_E_UTF8. */
must_check int typed_day(const char *s, int64_t *ret_day);

/* ---- numbers ---- */

/* A result need not be a number: it may say on which side of one the truth lies. */
enum censor {
    CENSOR_NONE,
    CENSOR_BELOW,   /* `<0.05`, `0.05未満` */
    CENSOR_AT_MOST, /* `≤0.05`, `0.05以下` */
    CENSOR_ABOVE,   /* `>300` */
    CENSOR_AT_LEAST,
    CENSOR_ABSENT,   /* 検出せず, ND: below what the method can see */
    CENSOR_COUNTLESS /* TNTC: more than can be counted */
};
const char *censor_name(enum censor c); /* "", "<", "<=", ">", ">=", "not-detected", "tntc" */
/* As it stands in the log: `0.05`, `<0.05`, `not-detected`. Reads back what it writes, and nothing else. */
#define CENSORED_TEXT (DEC_TEXT + 12)
void censored_format(enum censor c, struct dec value, char ret[CENSORED_TEXT]);
must_check int censored_parse(const char *s, enum censor *ret, struct dec *ret_value);

enum typed_fault {
    TYPED_OK,
    TYPED_NONE,     /* no number at all */
    TYPED_COMMA,    /* decimal comma or thousands: 1,5  1,000 */
    TYPED_GAP,      /* a blank among the digits: 1 000 */
    TYPED_EXPONENT, /* 1e6, 1.5×10^6, 10⁶: it is the unit that has the power */
    TYPED_POINT,    /* no digit before or behind the point: .5  5. */
    TYPED_LONG,     /* more digits than a measurement has */
};

struct typed_number {
    enum censor censor;
    struct dec value; /* 0 with CENSOR_ABSENT and CENSOR_COUNTLESS */
    char unit[33]; /* as this system writes it (µL, mL, °C), if the word is known; else as typed; or "" */
};

/* Reads all of `s`. `ret` is untouched unless it returns TYPED_OK. */
enum typed_fault typed_number(const char *s, size_t len, struct typed_number *ret);

/* The unit that a word means: 'ml', '㎖' are "mL"; NULL for one that is not known. */
const char *typed_unit(const char *word, size_t len);

/* ---- a line as a machine would have sent it ---- */

/* Full width to ASCII, blanks of every kind to one, none at the ends. Japanese text stays what it is.
 * CPF_E_UTF8; CPF_E_LIMIT. */
must_check int typed_plain(const char *s, size_t len, char *ret, size_t size);
