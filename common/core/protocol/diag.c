#include "core/protocol/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"

#define WORD_MAX 64

void diag_init(struct diag *d, struct protocol_error *list, size_t max)
{
    *d = (struct diag){.list = list, .max = list ? max : 0};
}

/* Complaints quote the file: nothing in it may reach a terminal as a control sequence, nor end inside a
 * character. */
static void clean(char *s)
{
    char *to = s;
    for (const char *p = s; *p;) {
        size_t left = strnlen(p, 4), n = 1;
        while (n < left && !enc_utf8_ok(p, n))
            n++;
        bool control = (unsigned char)*p < 0x20 || *p == 0x7f ||
                       ((unsigned char)*p == 0xc2 && (unsigned char)p[1] < 0xa0);
        bool whole = enc_utf8_ok(p, n);
        if (whole && !control)
            memmove(to, p, n);
        else if (whole)
            *to = '?';
        to += !whole ? 0 : control ? 1 : n; /* pieces of a cut character go */
        p += whole ? n : 1;
    }
    *to = '\0';
}

static bool known(const struct diag *d, const struct protocol_error *e)
{
    for (size_t i = 0; i < d->n && i < d->max; i++)
        if (d->list[i].line == e->line && d->list[i].column == e->column &&
            strcmp(d->list[i].text, e->text) == 0)
            return true;
    return false;
}

__attribute__((format(printf, 5, 0))) static void put(struct diag *d, int line, int column, const char *hint,
                                                      const char *fmt, va_list ap)
{
    struct protocol_error e = {.line = line, .column = column};
    vsnprintf(e.text, sizeof(e.text), fmt, ap);
    snprintf(e.hint, sizeof(e.hint), "%s", hint ? hint : "");
    clean(e.text);
    clean(e.hint);
    if (d->rc == CPF_OK)
        d->rc = CPF_E_SYNTAX;
    if (known(d, &e))
        return;
    if (d->n < d->max)
        d->list[d->n] = e;
    d->n++;
}

void diag_put(struct diag *d, int line, int column, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put(d, line, column, hint, fmt, ap);
    va_end(ap);
}

void diag_limit(struct diag *d, int line, int column, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put(d, line, column, hint, fmt, ap);
    va_end(ap);
    d->rc = CPF_E_LIMIT;
}

/* Insertion sort: stable, and the list is short. */
void diag_sort(struct diag *d)
{
    size_t n = d->n < d->max ? d->n : d->max;
    for (size_t i = 1; i < n; i++) {
        struct protocol_error e = d->list[i];
        size_t at = i;
        for (; at > 0; at--) {
            const struct protocol_error *b = &d->list[at - 1];
            if (b->line < e.line || (b->line == e.line && b->column <= e.column))
                break;
            d->list[at] = *b;
        }
        d->list[at] = e;
    }
}

void nearest_init(struct nearest *n, const char *word)
{
    size_t len = strlen(word);
    *n = (struct nearest){.word = word, .distance = len / 3 + 2};
}

static size_t edit_distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t row[WORD_MAX + 1];
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = change < best ? change : best;
        }
    }
    return row[nb];
}

void nearest_offer(struct nearest *n, const char *candidate)
{
    size_t na = strlen(n->word), nb = candidate ? strlen(candidate) : 0;
    size_t least = na > nb ? na - nb : nb - na;
    if (!nb || na > WORD_MAX || nb > WORD_MAX || least >= n->distance)
        return;
    size_t distance = edit_distance(n->word, na, candidate, nb);
    if (distance < n->distance && distance < nb) {
        n->best = candidate;
        n->distance = distance;
    }
}
