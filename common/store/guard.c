#include "store/guard.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "store/stmt.h"

#define WORDS "words of "
#define BLIND "words not compared: "

struct guard guard_begin(void)
{
    return (struct guard){.want = stmt_catalogue};
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

const char *guard_line(struct guard *g, const char *got)
{
    if (got && begins(got, BLIND)) {
        g->blind = true;
        return NULL;
    }
    while (g->blind && *g->want && begins(*g->want, WORDS))
        g->want++;
    const char *want = *g->want;
    int order = !want ? (got ? 1 : 0) : !got ? -1 : strcmp(want, got);
    if (order == 0) {
        g->want += want != NULL;
        return NULL;
    }
    if (order < 0)
        snprintf(g->why, sizeof(g->why),
                 "the catalogue lacks \"%s\": a trigger, grant or definition was changed", want);
    else
        snprintf(g->why, sizeof(g->why), "the catalogue has \"%s\", which the schema does not", got);
    return g->why;
}
