#pragma once
/* Command lines: words, and options `--name value`, `--name=value` or, for flags, `--name`. `--` ends
 * options. */
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

#define ARGS_MAX 128

struct args {
    int nwords;
    const char *word[ARGS_MAX];
    int noptions;
    struct arg_option {
        char name[40];
        const char *value; /* "" for a flag */
        bool seen;         /* somebody asked for it */
    } option[ARGS_MAX];
};

/* `flags`: names of options without a value, NULL-terminated. On failure *ret_error is the
 * argument that cannot be used. */
must_check int args_parse(struct args *a, int argc, char **argv, const char *const flags[],
                          const char **ret_error);
/* The last value of an option, or NULL. */
const char *args_get(struct args *a, const char *name);
bool args_flag(struct args *a, const char *name);
/* The i-th value of an option that may be repeated, or NULL. */
const char *args_each(struct args *a, const char *name, int i);
/* An option nobody asked for, or NULL: a misspelt one. */
const char *args_unknown(const struct args *a);
