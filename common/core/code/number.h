#pragma once
/*
 * A facility's numbering rule: `NK{yy}-{nnnn}` is NK26-0147, the 147th of 2026. `{yy}` or `{yyyy}` the year,
 * `{nnnn}` the count of that year with so many digits at the least; else capital letters, digits, hyphens.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define NUMBER_TEXT 41

must_check int number_check(const char *rule); /* CPF_E_SYNTAX: it is none */
/* Is `text` a number of that rule and year, and which? */
bool number_read(const char *rule, const char *text, int year, int64_t *ret);
/* The n-th of the year. `rule` was checked. */
void number_write(const char *rule, int year, int64_t n, char ret[NUMBER_TEXT]);

/* Would somebody read the one for the other? They differ, and only where letters and digits look alike: O 0,
 * I l 1, B 8, S 5, Z 2. */
bool number_alike(const char *a, const char *b);
/* Is it the same number, as people read and type one? Width, case and blanks do not count; O is 0, I is 1. */
bool number_same(const char *a, const char *b);
