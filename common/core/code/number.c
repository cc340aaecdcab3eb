#include "core/code/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/code/typed.h"

/* ---- the rule, part by part ---- */

enum part { PART_END, PART_LETTER, PART_YEAR, PART_COUNT, PART_NONE };

/* What stands at `s`, how wide, and how far it goes. */
static enum part part_at(const char *s, int *ret_width, size_t *ret_len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    size_t n = *s == '{' ? strspn(s + 1, s[1] == 'y' ? "y" : "n") : 0;
    *ret_len = *s == '{' ? n + 2 : 1;
    *ret_width = (int)n;
    if (!*s)
        return PART_END;
    if (*s != '{')
        return strchr(letters, *s) ? PART_LETTER : PART_NONE;
    if (n == 0 || s[n + 1] != '}')
        return PART_NONE;
    if (s[1] == 'y')
        return n == 2 || n == 4 ? PART_YEAR : PART_NONE;
    return n >= 2 && n <= 8 ? PART_COUNT : PART_NONE;
}

int number_check(const char *rule)
{
    size_t years = 0, counts = 0, len, letters = 0;
    enum part p;
    int width;
    if (strlen(rule) > 24)
        return CPF_E_SYNTAX;
    for (const char *s = rule; (p = part_at(s, &width, &len)) != PART_END; s += len) {
        if (p == PART_NONE)
            return CPF_E_SYNTAX;
        years += p == PART_YEAR;
        counts += p == PART_COUNT;
        letters += p == PART_LETTER;
    }
    /* without a letter before it a number would be read as one that was measured */
    return years <= 1 && counts == 1 && letters > 0 && *rule != '{' && *rule != '-' ? CPF_OK : CPF_E_SYNTAX;
}

/* So many digits of `text`; how many there are, 0: fewer. */
static size_t digits(const char *text, int least, int most, int64_t *ret)
{
    size_t n = strspn(text, "0123456789");
    n = n > (size_t)most ? (size_t)most : n;
    if (n < (size_t)least)
        return 0;
    *ret = 0;
    for (size_t i = 0; i < n; i++)
        *ret = *ret * 10 + (text[i] - '0');
    return n;
}

bool number_read(const char *rule, const char *text, int year, int64_t *ret)
{
    size_t len, n = 0;
    int64_t said = 0, count = -1;
    int width;
    enum part p;
    for (const char *s = rule; (p = part_at(s, &width, &len)) != PART_END; s += len, text += n) {
        if (p == PART_LETTER)
            n = *s == *text;
        else if (p == PART_YEAR)
            n = digits(text, width, width, &said);
        else
            n = digits(text, width, 12, &count);
        if (n == 0 || (p == PART_YEAR && said != (width == 2 ? year % 100 : year)))
            return false;
    }
    if (*text)
        return false;
    *ret = count;
    return true;
}

void number_write(const char *rule, int year, int64_t n, char ret[NUMBER_TEXT])
{
    size_t at = 0, len;
    int width;
    enum part p;
    for (const char *s = rule; (p = part_at(s, &width, &len)) != PART_END; s += len) {
        int wrote = p == PART_LETTER ? snprintf(ret + at, NUMBER_TEXT - at, "%c", *s)
                    : p == PART_YEAR
                        ? snprintf(ret + at, NUMBER_TEXT - at, "%0*d", width, width == 2 ? year % 100 : year)
                        : snprintf(ret + at, NUMBER_TEXT - at, "%0*" PRId64, width, n);
        at += wrote > 0 ? (size_t)wrote : 0;
    }
    ret[at] = 0;
}

/* ---- look-alikes ---- */

static char as_seen(char c)
{
    static const char from[] = "OoIil|BSsZz", to[] = "00111185522";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : c;
}

bool number_alike(const char *a, const char *b)
{
    bool differ = false;
    for (; *a && *b; a++, b++) {
        differ |= *a != *b;
        if (as_seen(*a) != as_seen(*b))
            return false;
    }
    return differ && *a == *b;
}

/* The next sign of it as it is compared; 0: its end. */
static char as_typed(const char **s)
{
    while (**s == ' ')
        (*s)++;
    char c = **s;
    if (c)
        (*s)++;
    c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    return c == 'O' ? '0' : c == 'I' ? '1' : c;
}

bool number_same(const char *a, const char *b)
{
    char one[256], two[256], c;
    const char *p = one, *q = two;
    if (typed_plain(a, strlen(a), one, sizeof(one)) != CPF_OK ||
        typed_plain(b, strlen(b), two, sizeof(two)) != CPF_OK)
        return strcmp(a, b) == 0;
    do {
        c = as_typed(&p);
        if (c != as_typed(&q))
            return false;
    } while (c);
    return true;
}
