#include "sim/vars.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

void vars_init(struct vars *v, struct arena *a, uint64_t seed, int64_t day_zero)
{
    *v = (struct vars){.arena = a, .seed = seed, .day_zero = day_zero};
}

const struct var *vars_get(const struct vars *v, const char *name, size_t len)
{
    for (const struct var *x = v->head; x; x = x->next)
        if (strncmp(x->name, name, len) == 0 && !x->name[len])
            return x;
    return NULL;
}

static struct var *vars_new(struct vars *v, const char *name)
{
    struct var *x = (struct var *)vars_get(v, name, strlen(name));
    if (!x) {
        x = arena_alloc(v->arena, sizeof(*x));
        x->name = arena_strdup(v->arena, name);
        x->next = v->head;
        v->head = x;
    }
    return x;
}

void vars_text(struct vars *v, const char *name, const char *text)
{
    struct var *x = vars_new(v, name);
    x->decimals = -1;
    x->text = arena_strdup(v->arena, text);
}

/* ── chance ────────────────────────────────────────────────────────────── */

static uint64_t mix(uint64_t x) /* splitmix64 */
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* In [-1, 1], rather near 0: the mean of two even draws. */
static double scatter(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 2; i++) {
        *state = mix(*state);
        sum += (double)(*state >> 11) / (double)(1ull << 53) * 2 - 1;
    }
    return sum / 2;
}

/* ── expressions ───────────────────────────────────────────────────────── */

struct reader {
    const struct vars *vars;
    const char *p;
    uint64_t dice;
    int decimals; /* most of any part so far */
    int err;
    char *text;
};

static double read_sum(struct reader *r);

__attribute__((format(printf, 3, 4))) static double fail(struct reader *r, int code, const char *fmt, ...)
{
    va_list ap;
    if (r->err)
        return 0;
    r->err = code;
    va_start(ap, fmt);
    vsnprintf(r->text, VARS_ERROR, fmt, ap);
    va_end(ap);
    return 0;
}

static void blanks(struct reader *r)
{
    while (*r->p == ' ' || *r->p == '\t')
        r->p++;
}

static bool take(struct reader *r, char c)
{
    blanks(r);
    if (*r->p != c)
        return false;
    r->p++;
    return true;
}

static double read_literal(struct reader *r)
{
    char *end;
    double x = strtod(r->p, &end);
    const char *dot = memchr(r->p, '.', (size_t)(end - r->p));
    int decimals = dot ? (int)(end - dot - 1) : 0;
    if (decimals > r->decimals)
        r->decimals = decimals;
    r->p = end;
    return x;
}

static double call(struct reader *r, const char *name, size_t len)
{
    double a = read_sum(r), b = 0, p;
    if (take(r, ','))
        b = read_sum(r);
    if (!take(r, ')'))
        return fail(r, CPF_E_SYNTAX, "a ) is missing");
    if (len == 3 && strncmp(name, "min", 3) == 0)
        return a < b ? a : b;
    if (len == 3 && strncmp(name, "max", 3) == 0)
        return a > b ? a : b;
    if (len == 3 && strncmp(name, "mod", 3) == 0)
        return b > 0 ? fmod(a, b) : fail(r, CPF_E_INVAL, "mod by zero");
    if (len == 5 && strncmp(name, "round", 5) == 0) {
        p = pow(10, b);
        r->decimals = (int)b;
        return round(a * p) / p;
    }
    return fail(r, CPF_E_NOTFOUND, "there is no function %.*s", (int)len, name);
}

static double read_name(struct reader *r)
{
    const char *start = r->p;
    const struct var *x;
    size_t len;
    while (isalnum((unsigned char)*r->p) || *r->p == '_')
        r->p++;
    len = (size_t)(r->p - start);
    if (take(r, '('))
        return call(r, start, len);
    x = vars_get(r->vars, start, len);
    if (!x || x->decimals < 0)
        return fail(r, CPF_E_NOTFOUND, "there is no number %.*s", (int)len, start);
    if (x->decimals > r->decimals)
        r->decimals = x->decimals;
    return x->value;
}

static double read_factor(struct reader *r)
{
    double x;
    blanks(r);
    if (take(r, '-'))
        return -read_factor(r);
    if (take(r, '(')) {
        x = read_sum(r);
        return take(r, ')') ? x : fail(r, CPF_E_SYNTAX, "a ) is missing");
    }
    if (isdigit((unsigned char)*r->p) || *r->p == '.')
        return read_literal(r);
    if (isalpha((unsigned char)*r->p))
        return read_name(r);
    return fail(r, CPF_E_SYNTAX, "a value is missing at \"%.20s\"", r->p);
}

static double read_product(struct reader *r)
{
    double x = read_factor(r), d;
    for (;;) {
        if (take(r, '*')) {
            x *= read_factor(r);
        } else if (take(r, '/')) {
            d = read_factor(r);
            x = d != 0 ? x / d : fail(r, CPF_E_INVAL, "division by zero");
        } else {
            return x;
        }
    }
}

static double read_sum(struct reader *r)
{
    double x = read_product(r);
    for (;;) {
        if (take(r, '+'))
            x += read_product(r);
        else if (take(r, '-'))
            x -= read_product(r);
        else
            return x;
    }
}

static double read_scattered(struct reader *r)
{
    double x = read_sum(r), by;
    if (!take(r, '~'))
        return x;
    by = read_sum(r);
    if (take(r, '%'))
        by *= x / 100;
    return x + by * scatter(&r->dice);
}

static uint64_t hash_name(uint64_t seed, const char *name)
{
    uint64_t h = mix(seed);
    for (; *name; name++)
        h = mix(h ^ (unsigned char)*name);
    return h;
}

static int evaluate(struct vars *v, const char *name, const char *expr, double *ret, int *ret_decimals,
                    char *ret_error)
{
    struct reader r = {.vars = v, .p = expr, .dice = hash_name(v->seed, name), .text = ret_error};
    double x = read_scattered(&r), p;
    if (take(&r, ':'))
        r.decimals = (int)strtol(r.p, (char **)&r.p, 10);
    blanks(&r);
    if (*r.p)
        fail(&r, CPF_E_SYNTAX, "not understood: \"%.40s\"", r.p);
    if (r.err)
        return r.err;
    if (r.decimals < 0 || r.decimals > 9 || !isfinite(x))
        return CPF_E_INVAL;
    p = pow(10, r.decimals);
    *ret = round(x * p) / p;
    *ret_decimals = r.decimals;
    return CPF_OK;
}

static const char *as_typed(struct vars *v, double x, int decimals)
{
    if (x == 0)
        x = 0; /* no "-0" */
    return arena_printf(v->arena, "%.*f", decimals, x);
}

int vars_number(struct vars *v, const char *name, const char *expr, char ret_error[VARS_ERROR])
{
    double x;
    int decimals, err = evaluate(v, name, expr, &x, &decimals, ret_error);
    struct var *var;
    if (err)
        return err;
    var = vars_new(v, name);
    var->value = x;
    var->decimals = decimals;
    var->text = as_typed(v, x, decimals);
    return CPF_OK;
}

int vars_format(struct vars *v, const char *expr, const char **ret, char ret_error[VARS_ERROR])
{
    double x;
    int decimals, err = evaluate(v, expr, expr, &x, &decimals, ret_error);
    if (!err)
        *ret = as_typed(v, x, decimals);
    return err;
}

/* "D0", "D14", "D-10": the calendar day, else NULL. */
static const char *day_text(struct vars *v, const char *name, size_t len)
{
    char day[11], *end;
    long n;
    if (len < 2 || *name != 'D' || !(isdigit((unsigned char)name[1]) || name[1] == '-'))
        return NULL;
    n = strtol(name + 1, &end, 10);
    if (end != name + len)
        return NULL;
    clock_day_format(v->day_zero + n, day);
    return arena_strdup(v->arena, day);
}

/* {name}, {name:2} (zeros in front up to two digits), {Dn}; NULL if there is no such variable. */
static const char *value_text(struct vars *v, const char *name, size_t len)
{
    const char *colon = memchr(name, ':', len);
    const struct var *x = vars_get(v, name, colon ? (size_t)(colon - name) : len);
    if (!x)
        return day_text(v, name, len);
    if (!colon)
        return x->text;
    return arena_printf(v->arena, "%0*ld", (int)strtol(colon + 1, NULL, 10) % 20, lround(x->value));
}

int vars_fill(struct vars *v, const char *text, const char **ret, char ret_error[VARS_ERROR])
{
    struct buf b;
    const char *close, *value;
    buf_init(&b);
    buf_puts(&b, "");
    for (; *text; text++) {
        if (*text != '{' || !(close = strchr(text, '}'))) {
            buf_addc(&b, *text);
            continue;
        }
        value = value_text(v, text + 1, (size_t)(close - text - 1));
        if (!value) {
            snprintf(ret_error, VARS_ERROR, "there is no variable %.*s", (int)(close - text + 1), text);
            buf_fini(&b);
            return CPF_E_NOTFOUND;
        }
        buf_puts(&b, value);
        text = close;
    }
    *ret = arena_strndup(v->arena, b.data ? b.data : "", b.len);
    buf_fini(&b);
    return CPF_OK;
}
