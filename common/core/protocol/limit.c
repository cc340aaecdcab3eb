#include "core/protocol/limit.h"

/* Nothing found satisfies every upper limit that the method was chosen for; more than can be counted breaks
 * it. For a limit on the other side neither says anything. */
static enum side side_of_word(const struct range *r, enum censor c)
{
    if (r->has_lo)
        return c == CENSOR_ABSENT && dec_cmp(r->lo, (struct dec){0, 0}) > 0 ? OUTSIDE : UNDECIDED;
    return c == CENSOR_COUNTLESS && r->has_hi ? OUTSIDE : INSIDE;
}

/* The truth lies somewhere below `v`, itself possible or not. */
static enum side side_below(const struct range *r, struct dec v, bool itself)
{
    int lo = r->has_lo ? dec_cmp(v, r->lo) : 1, hi = r->has_hi ? dec_cmp(v, r->hi) : -1;
    if (lo < 0 || (lo == 0 && !itself))
        return OUTSIDE;
    return !r->has_lo && hi <= 0 ? INSIDE : UNDECIDED;
}

static enum side side_above(const struct range *r, struct dec v, bool itself)
{
    int lo = r->has_lo ? dec_cmp(v, r->lo) : 1, hi = r->has_hi ? dec_cmp(v, r->hi) : -1;
    if (hi > 0 || (hi == 0 && !itself))
        return OUTSIDE;
    return !r->has_hi && lo >= 0 ? INSIDE : UNDECIDED;
}

enum side range_side(const struct range *r, enum censor c, struct dec v)
{
    if (!r->has_lo && !r->has_hi)
        return INSIDE;
    switch (c) {
    case CENSOR_BELOW:
    case CENSOR_AT_MOST:
        return side_below(r, v, c == CENSOR_AT_MOST);
    case CENSOR_ABOVE:
    case CENSOR_AT_LEAST:
        return side_above(r, v, c == CENSOR_AT_LEAST);
    case CENSOR_ABSENT:
    case CENSOR_COUNTLESS:
        return side_of_word(r, c);
    case CENSOR_NONE:
        break;
    }
    return range_outside(r, v) ? OUTSIDE : INSIDE;
}

struct range range_that_limits(const struct field *f, const struct range *r)
{
    const struct range *p = &f->possible;
    struct range limits = *r;
    limits.has_lo &= !p->has_lo || dec_cmp(r->lo, p->lo) > 0;
    limits.has_hi &= !p->has_hi || dec_cmp(r->hi, p->hi) < 0;
    return limits;
}

bool limits_of(const struct field *f, const char *text, enum limits *ret)
{
    enum censor c;
    struct dec v;
    if (censored_parse(text, &c, &v) != CPF_OK)
        return false;
    const struct range to_act = range_that_limits(f, &f->action), to_watch = range_that_limits(f, &f->alert);
    enum side action = range_side(&to_act, c, v), alert = range_side(&to_watch, c, v);
    if (action == OUTSIDE)
        *ret = LIMITS_ACTION;
    else if (action == UNDECIDED || alert == UNDECIDED)
        *ret = LIMITS_UNDECIDED;
    else
        *ret = alert == OUTSIDE ? LIMITS_ALERT : LIMITS_OK;
    return true;
}

const char *limits_name(enum limits l)
{
    static const char *const names[] = {"ok", "alert", "action", "undecided"};
    return names[l];
}
