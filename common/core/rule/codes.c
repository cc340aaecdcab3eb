#include "core/rule/codes.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *code;
    unsigned flags;
} says[SAYS] = {
#define SAY_ROW_(id, code, flags) [SAY_##id] = {code, flags},
    SAY_LIST(SAY_ROW_)
#undef SAY_ROW_
};

const char *say_text(enum say s)
{
    return says[s].code;
}

unsigned say_flags(enum say s)
{
    return says[s].flags;
}

enum say say_find(const char *code)
{
    for (int s = SAY_NONE + 1; code && s < SAYS; s++)
        if (strcmp(says[s].code, code) == 0)
            return (enum say)s;
    return SAY_NONE;
}
