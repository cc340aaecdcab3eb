/* Honest slips of who types: the key beside, full width, blanks, a comma for the point, a key twice. */
#include <string.h>

#include "base/mem.h"
#include "sim.h"

/* From the run's seed, the batch and how far it is: the same run makes the same slips. */
static uint64_t draw(const struct player *p, size_t n)
{
    uint64_t x = p->sim->opt.seed * UINT64_C(0x9e3779b97f4a7c15) + n;
    for (const char *s = p->batch; *s; s++)
        x = (x ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    x ^= x >> 29;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ x >> 32;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *next_key(struct arena *a, const char *text, size_t at, uint64_t chance)
{
    static const char row[] = "1234567890";
    char *s = arena_strdup(a, text);
    const char *key = strchr(row, s[at]);
    s[at] = key == row ? '2' : key == row + 9 ? '9' : key[chance & 1 ? 1 : -1];
    return s;
}

static const char *full_width(struct arena *a, const char *text)
{
    char *s = arena_alloc(a, 3 * strlen(text) + 1), *to = s;
    for (; *text; text++) {
        if (!digit(*text) && *text != '.') {
            *to++ = *text;
            continue;
        }
        *to++ = '\xef';
        *to++ = '\xbc';
        *to++ = (char)(0x80 | (*text - 0x20));
    }
    *to = 0;
    return s;
}

static const char *mistyped(struct player *p, const char *text, uint64_t chance)
{
    struct arena *a = &p->arena;
    size_t first = strcspn(text, "0123456789"), n = strspn(text + first, "0123456789");
    size_t at = first + (size_t)(chance >> 8) % (n ? n : 1);
    const char *point = strchr(text, '.');
    if (!n)
        return NULL;
    switch (chance % 5) {
    case 0:
        return next_key(a, text, at, chance >> 16);
    case 1:
        return full_width(a, text);
    case 2:
        return arena_printf(a, " %s\xe3\x80\x80", text);
    case 3:
        if (point)
            return arena_printf(a, "%.*s,%s", (int)(point - text), text, point + 1);
        return next_key(a, text, at, chance >> 16);
    default:
        return arena_printf(a, "%.*s%c%s", (int)at, text, text[at], text + at);
    }
}

bool slip_before(struct player *p, struct op *op)
{
    struct sim *s = p->sim;
    if (!s->opt.slips || op->drawn || op->kind != OP_SCAN || !op->own || !op->item ||
        op->item->kind != ITEM_NUMBER)
        return false;
    op->drawn = true;
    s->slips.typed++;
    uint64_t chance = draw(p, p->scans);
    const char *text = chance % (uint64_t)s->opt.slips ? NULL : mistyped(p, op->text, chance >> 20);
    if (!text)
        return false;
    s->slips.made++;
    struct op *slip = arena_alloc(&p->arena, sizeof(*slip));
    *slip = *op;
    slip->text = text;
    slip->slip = true;
    slip->next = op;
    p->ops = slip;
    return true;
}

void slip_counted(struct sim *s, const struct op *op, const char *outcome, const char *code)
{
    struct sim_slips *n = &s->slips;
    bool asked = code && strcmp(code, "value.once-more") == 0;
    if (!op->slip && !op->settles)
        return;
    if (strcmp(outcome, "refused") == 0)
        n->refused += op->slip;
    else if (asked)
        n->asked += op->slip;
    else if (strcmp(outcome, "hold") == 0)
        n->holds++;
    else if (strcmp(outcome, "deviation") == 0)
        n->deviations++;
    else
        n->quiet += op->slip;
}
