/* Code words of a story and the raw strings that a scanner would give for them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/code/code.h"
#include "sim.h"

static const char *make(struct player *p, char type, const char *id, char *ret_error, size_t size)
{
    char raw[80];
    if (!code_make(type, id, raw, sizeof(raw)))
        return arena_strdup(&p->arena, raw);
    snprintf(ret_error, size, "no code can be made of %c %s", type, id);
    return NULL;
}

const char *codes_cast(struct player *p, const char *name, char *ret_error, size_t size)
{
    const char *id = world_cast(p->sim, p->lane, name);
    char why[VARS_ERROR];
    if (!id)
        snprintf(ret_error, size, "nobody plays %s", name);
    else if (vars_fill(&p->vars, id, &id, why)) {
        snprintf(ret_error, size, "%s", why);
        return NULL;
    }
    return id;
}

/* L:il-2/1 -> lot of the cast, and the batch's first unit of it. */
static const char *lot_id(struct player *p, const struct player *owner, const char *word, char *ret_error,
                          size_t size)
{
    const char *slash = strchr(word, '/');
    const char *name = slash ? arena_strndup(&p->arena, word, (size_t)(slash - word)) : word;
    const char *id = codes_cast(p, name, ret_error, size);
    if (!id || !slash)
        return id;
    long n = strtol(slash + 1, NULL, 10);
    if (n < 1 || n > UNITS_EACH) {
        snprintf(ret_error, size, "L:%s: a batch has units 1 to %d of a lot", word, UNITS_EACH);
        return NULL;
    }
    return arena_printf(&p->arena, "%s-U%ld", id, owner->first_unit + n - 1);
}

static const char *typed_id(struct player *p, const struct player *owner, char type, const char *word,
                            char *ret_error, size_t size)
{
    char why[VARS_ERROR];
    const char *id;
    if (type == 'L')
        return lot_id(p, owner, word, ret_error, size);
    if (strchr(word, '{')) {
        if (!vars_fill(&p->vars, word, &id, why))
            return id;
        snprintf(ret_error, size, "%s", why);
        return NULL;
    }
    if (type == 'X')
        return word;
    id = codes_cast(p, word, ret_error, size);
    return id;
}

const char *codes_raw(struct player *p, const char *word, char *ret_error, size_t size)
{
    const struct player *owner = p;
    const char *id;
    if (strncmp(word, "neighbour:", 10) == 0) {
        if (!p->neighbour) {
            snprintf(ret_error, size, "there is no other batch beside this one");
            return NULL;
        }
        owner = p->neighbour;
        word += 10;
    }
    if (strcmp(word, "B") == 0)
        return make(p, 'B', owner->batch, ret_error, size);
    if (isupper((unsigned char)word[0]) && word[1] == ':') {
        id = typed_id(p, owner, word[0], word + 2, ret_error, size);
        return id ? make(p, word[0], id, ret_error, size) : NULL;
    }
    id = arena_printf(&p->arena, "%s-%s", owner->batch, word);
    return make(p, 'C', id, ret_error, size);
}

/* T1..T5: letters and two numbers. */
static int each_of_range(struct player *p, const char *word, const char *dots,
                         int (*each)(void *arg, const char *word), void *arg)
{
    size_t letters = strcspn(word, "0123456789");
    long from = strtol(word + letters, NULL, 10), to;
    const char *last = dots + 2;
    int err = CPF_OK;
    last += strcspn(last, "0123456789");
    to = strtol(last, NULL, 10);
    for (long i = from; i <= to && !err; i++)
        err = each(arg, arena_printf(&p->arena, "%.*s%ld", (int)letters, word, i));
    return err;
}

int codes_each(struct player *p, const char *text, int (*each)(void *arg, const char *word), void *arg,
               char *ret_error, size_t size)
{
    int err = CPF_OK;
    for (const char *comma; *text && !err; text = *comma ? comma + 1 : comma) {
        const char *word, *dots;
        comma = text + strcspn(text, ",");
        word = arena_strndup(&p->arena, text, (size_t)(comma - text));
        dots = strstr(word, "..");
        err = dots ? each_of_range(p, word, dots, each, arg) : each(arg, word);
    }
    if (err && !*ret_error)
        snprintf(ret_error, size, "%s", cpf_strerror(err));
    return err;
}
