#include "args.h"

#include <string.h>

static bool is_flag(const char *const flags[], const char *name)
{
    for (; *flags; flags++)
        if (strcmp(*flags, name) == 0)
            return true;
    return false;
}

static int take_option(struct args *a, const char *text, const char *next, const char *const flags[],
                       const char **ret_error)
{
    struct arg_option *o = &a->option[a->noptions];
    const char *eq = strchr(text, '=');
    size_t len = eq ? (size_t)(eq - text) : strlen(text);
    *ret_error = text;
    if (a->noptions == ARGS_MAX || len >= sizeof(o->name) || !len)
        return CPF_E_SYNTAX;
    memcpy(o->name, text, len);
    o->name[len] = 0;
    if (is_flag(flags, o->name)) {
        o->value = "";
        a->noptions++;
        return eq ? CPF_E_SYNTAX : 0;
    }
    o->value = eq ? eq + 1 : next;
    if (!o->value)
        return CPF_E_SYNTAX;
    a->noptions++;
    return eq ? 0 : 1; /* how many further words were taken */
}

int args_parse(struct args *a, int argc, char **argv, const char *const flags[], const char **ret_error)
{
    bool options = true;
    memset(a, 0, sizeof(*a));
    for (int i = 0; i < argc; i++) {
        const char *s = argv[i];
        *ret_error = s;
        if (options && strcmp(s, "--") == 0) {
            options = false;
        } else if (options && strncmp(s, "--", 2) == 0) {
            int n = take_option(a, s + 2, i + 1 < argc ? argv[i + 1] : NULL, flags, ret_error);
            if (n < 0)
                return n;
            i += n;
        } else {
            if (a->nwords == ARGS_MAX)
                return CPF_E_LIMIT;
            a->word[a->nwords++] = s;
        }
    }
    *ret_error = NULL;
    return CPF_OK;
}

const char *args_each(struct args *a, const char *name, int i)
{
    for (int k = 0; k < a->noptions; k++) {
        if (strcmp(a->option[k].name, name) != 0)
            continue;
        a->option[k].seen = true;
        if (i-- == 0)
            return a->option[k].value;
    }
    return NULL;
}

const char *args_get(struct args *a, const char *name)
{
    const char *last = NULL, *v;
    for (int i = 0; (v = args_each(a, name, i)); i++)
        last = v;
    return last;
}

bool args_flag(struct args *a, const char *name)
{
    return args_get(a, name) != NULL;
}

const char *args_unknown(const struct args *a)
{
    for (int k = 0; k < a->noptions; k++)
        if (!a->option[k].seen)
            return a->option[k].name;
    return NULL;
}
