#include "core/code/mangled.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/code/gs1.h"

#define LINE (2 * BOUND_RAW_SCAN)

static bool whole(const char *s, size_t len)
{
    struct code c = {.kind = CODE_TEXT};
    return code_local_said(s, len) && code_local_read(s, len, &c) == CODE_OK;
}

/* Every code has at its end a hyphen and a check character. */
static bool ends_as_code(const char *s, size_t len)
{
    return len >= 4 && s[len - 2] == '-' && isalnum((unsigned char)s[len - 1]);
}

/* ---- two in one ---- */

static bool two(const char *s, size_t len)
{
    for (size_t n = 5; n + 5 <= len; n++) {
        size_t gap = n;
        while (gap < len && (s[gap] == ' ' || s[gap] == '\t' || s[gap] == '\r' || s[gap] == '\n'))
            gap++;
        if (whole(s, n) &&
            (whole(s + gap, len - gap) || code_gs1_said(s + gap, len - gap) || two(s + gap, len - gap)))
            return true;
    }
    return false;
}

/* ---- half ---- */

static bool of_code_letters(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isupper((unsigned char)s[i]) && !isdigit((unsigned char)s[i]) && s[i] != '-')
            return false;
    return true;
}

/* Its type letter, or that and the hyphen, were not read. */
static bool beheaded(const char *s, size_t len)
{
    static const char types[] = "PBCLEWDNX";
    char made[BOUND_RAW_SCAN + 3];
    if (len < 6 || !ends_as_code(s, len) || !of_code_letters(s, len))
        return false;
    for (size_t i = 0; i < sizeof(types) - 1; i++) {
        made[0] = types[i];
        made[1] = '-';
        memcpy(made + (s[0] == '-' ? 1 : 2), s, len);
        if (whole(made, len + (s[0] == '-' ? 1 : 2)))
            return true;
    }
    return false;
}

/* ---- the keyboard ---- */

static bool capslocked(const char *s, size_t len)
{
    char turned[BOUND_RAW_SCAN];
    bool lower = false;
    for (size_t i = 0; i < len; i++) {
        lower = lower || islower((unsigned char)s[i]);
        turned[i] = (char)toupper((unsigned char)s[i]);
    }
    return lower && whole(turned, len);
}

enum code_fault mangled_local(const char *s, size_t len, enum code_fault fault)
{
    if (two(s, len))
        return CODE_TWO;
    if (capslocked(s, len))
        return CODE_CAPS;
    if (fault == CODE_FORM && of_code_letters(s, len) && !ends_as_code(s, len))
        return CODE_HALF;
    return fault;
}

/* Another country's keyboard has another sign where the hyphen is: the same one at both ends. */
static bool laid_out(const char *s, size_t len)
{
    char turned[BOUND_RAW_SCAN];
    const char *sign = s + 1;
    size_t n = 1, made = 0;
    while (1 + n < len && ((unsigned char)sign[n] & 0xc0) == 0x80)
        n++;
    if (len < 3 + 2 * n || isalnum((unsigned char)*sign) || *sign == '-' || *sign == ' ')
        return false;
    for (size_t i = 0; i < len;) {
        bool here = i + n <= len && memcmp(s + i, sign, n) == 0;
        turned[made++] = here ? '-' : (char)toupper((unsigned char)s[i]);
        i += here ? n : 1;
    }
    return whole(turned, made);
}

/* `[d2` for `]d2`: the bracket of a Japanese keyboard. */
static bool bracket_turned(const char *s, size_t len)
{
    char turned[4] = {']'};
    if (len < 8 || s[0] == ']' || isalnum((unsigned char)s[0]))
        return false;
    memcpy(turned + 1, s + 1, 2);
    return code_gs1_said(turned, 3) && isdigit((unsigned char)s[3]) && isdigit((unsigned char)s[4]);
}

/* An open input method: full width, kana between type letter and check character. */
static bool input_method(const char *s, size_t len)
{
    char plain[LINE + 1], turned[LINE + 1];
    size_t n = 0;
    bool foreign = false;
    if (typed_plain(s, len, plain, sizeof(plain)) != CPF_OK)
        return false;
    for (size_t i = 0; i < len; i++)
        foreign = foreign || (unsigned char)s[i] >= 0x80;
    for (const char *at = plain; foreign && *at;) {
        bool mark = strncmp(at, "ー", strlen("ー")) == 0;
        turned[n++] = mark ? '-' : (char)toupper((unsigned char)*at);
        at += mark ? strlen("ー") : 1;
    }
    return foreign && n > 5 && ends_as_code(turned, n) && turned[1] == '-' &&
           strchr("PBCLEWDNX", turned[0]) && !memchr(turned, ' ', n);
}

/* ---- other systems of codes ---- */

/* ISBT 128 (ST-001): `=` or `&`, a second character, then the data; all upper case. */
static bool isbt(const char *s, size_t len)
{
    if (len < 7 || (s[0] != '=' && s[0] != '&') || !isgraph((unsigned char)s[1]) ||
        islower((unsigned char)s[1]))
        return false;
    for (size_t i = 2; i < len; i++)
        if (!isupper((unsigned char)s[i]) && !isdigit((unsigned char)s[i]))
            return false;
    return true;
}

/* GS1 Digital Link: an address with /01/ and a GTIN in its path. */
static bool digital_link(const char *s, size_t len)
{
    if (len < 12 || (strncasecmp(s, "http://", 7) != 0 && strncasecmp(s, "https://", 8) != 0))
        return false;
    for (size_t i = 8; i + 12 <= len; i++)
        if (memcmp(s + i, "/01/", 4) == 0 && isdigit((unsigned char)s[i + 4]) &&
            isdigit((unsigned char)s[i + 11]))
            return true;
    return false;
}

enum code_fault mangled_name(const char *s, size_t len)
{
    static const struct {
        enum code_fault fault;
        bool (*is)(const char *s, size_t len);
    } names[] = {
        {CODE_CAPS, capslocked},   {CODE_LAYOUT, laid_out},   {CODE_LAYOUT, bracket_turned},
        {CODE_WIDE, input_method}, {CODE_TWO, two},           {CODE_HALF, beheaded},
        {CODE_ISBT, isbt},         {CODE_LINK, digital_link},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (names[i].is(s, len))
            return names[i].fault;
    return CODE_OK;
}
