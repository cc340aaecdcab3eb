#pragma once
/*
 * A batch's variables: numbers with their decimals, and texts. Expressions know
 * + - * / ( ), round(x, n), min(a, b), max(a, b), mod(a, b), and `a ~ b` or `a ~ b%`: a
 * value scattered around a by at most b, drawn from the batch's seed and the
 * variable's name, so that one changed variable leaves the others alone.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/mem.h"

#define VARS_ERROR 160

struct var {
    const char *name;
    double value;
    int decimals;     /* -1: a text */
    const char *text; /* as typed */
    struct var *next;
};

struct vars {
    struct arena *arena;
    struct var *head;
    uint64_t seed;
    int64_t day_zero; /* day number of D0 */
};

void vars_init(struct vars *v, struct arena *a, uint64_t seed, int64_t day_zero);
const struct var *vars_get(const struct vars *v, const char *name, size_t len);
void vars_text(struct vars *v, const char *name, const char *text);
/* `expr` may end in `: n`, the decimals to round to; else it has as many as its parts.
 * CPF_E_SYNTAX, CPF_E_NOTFOUND with an English text in ret_error. */
must_check int vars_number(struct vars *v, const char *name, const char *expr, char ret_error[VARS_ERROR]);
/* The value as one types it; lives in the arena. */
must_check int vars_format(struct vars *v, const char *expr, const char **ret, char ret_error[VARS_ERROR]);
/* Replaces {name} in `text`; lives in the arena. {name:2} has zeros in front; {Dn}, {D-n} are calendar days.
 */
must_check int vars_fill(struct vars *v, const char *text, const char **ret, char ret_error[VARS_ERROR]);
