#pragma once
/* Small protocol files for tests. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/protocol/protocol.h"

/* Five lines; what follows begins at line 6. */
#define HEAD                                                                                                 \
    "protocol: sample\n"                                                                                     \
    "version: \"1\"\n"                                                                                       \
    "product: {ja: 製品, en: Product}\n"                                                                   \
    "labels: {T: {title: {ja: 管, en: Tube}, max: 5}, W: {title: {ja: 作業管, en: Working tube}}}\n"     \
    "materials: {tube: {title: {ja: 管, en: Tube}, unit: pc}, plasma: {title: {ja: 血漿, en: Plasma}, "   \
    "unit: mL}}\n"
#define NAMED    "title: {ja: 題, en: Title}"
#define STEP(id) "{id: " id ", " NAMED "}"
/* Line 6 and 7: the opening step. */
#define OPEN "steps:\n  - {id: order, " NAMED ", opens: true}\n"

#define ERRORS_MAX 40

struct loaded {
    int rc;
    struct protocol *p;
    struct protocol_error error[ERRORS_MAX];
    size_t n;
};

static inline struct loaded load_bytes(const char *text, size_t len)
{
    struct loaded l = {0};
    l.rc = protocol_load(text, len, &l.p, l.error, ERRORS_MAX, &l.n);
    return l;
}

static inline struct loaded load(const char *text)
{
    return load_bytes(text, strlen(text));
}

static inline void print_errors(const struct loaded *l)
{
    for (size_t i = 0; i < l->n && i < ERRORS_MAX; i++)
        fprintf(stderr, "  %d:%d: %s (%s)\n", l->error[i].line, l->error[i].column, l->error[i].text,
                l->error[i].hint);
}

static inline struct protocol *load_good(const char *text)
{
    struct loaded l = load(text);
    if (l.rc != CPF_OK)
        print_errors(&l);
    assert_int_equal(l.rc, CPF_OK);
    assert_int_equal(l.n, 0);
    return l.p;
}

/* The only error: at that line, with these words in its text and hint. */
static inline void assert_only_error(const struct loaded *l, int rc, int line, const char *text,
                                     const char *hint)
{
    bool good = l->rc == rc && l->n == 1 && l->error[0].line == line && strstr(l->error[0].text, text) &&
                strstr(l->error[0].hint, hint);
    if (!good) {
        fprintf(stderr, "rc %d, %zu errors; wanted rc %d, line %d: %s (%s)\n", l->rc, l->n, rc, line, text,
                hint);
        print_errors(l);
        protocol_free(l->p);
    }
    assert_true(good);
}
