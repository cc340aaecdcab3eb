/* What another table of rights lets people do more: whoever accepts it names each. */
#include <string.h>

#include "base/json.h"
#include "core/right/right.h"

struct compare {
    struct arena *a;
    struct json *list;
    const struct rights *old, *now;
    const char *act;
};

static void say(struct compare *c, const char *what, const char *word)
{
    json_push(c->list, json_strf(c->a, "%s %s%s%s", c->act, what, word ? " " : "", word ? word : ""));
}

/* Whoever of `now` is not one of `old`. Roles have other places in another table: they are the same by name.
 */
static void compare_who(struct compare *c, const char *what, const struct right_who *old,
                        const struct right_who *now)
{
    if (old->anybody)
        return;
    if (now->anybody)
        say(c, what, "anybody");
    if (now->oneself && !old->oneself)
        say(c, what, "oneself");
    for (size_t i = 0; i < rights_roles(c->now); i++) {
        const struct right_role *n = rights_role_at(c->now, i), *o = rights_role(c->old, n->id, NULL);
        bool was = false;
        for (size_t k = 0; o && k < rights_roles(c->old); k++)
            was |= rights_role_at(c->old, k) == o && old->roles >> k & 1;
        if (now->roles >> i & 1 && !was)
            say(c, what, n->id);
    }
}

static void compare_act(struct compare *c, enum right_act act)
{
    const struct right *old = rights_of(c->old, act), *now = rights_of(c->now, act);
    c->act = word_name(&right_act_words, (int)act);
    if (!right_wanted(&old->by)) {
        say(c, "new", NULL);
        return;
    }
    compare_who(c, "by", &old->by, &now->by);
    if (right_wanted(&old->second) && !right_wanted(&now->second))
        say(c, "second", NULL);
    else if (right_wanted(&old->second))
        compare_who(c, "second", &old->second, &now->second);
    compare_who(c, "instead", &old->instead, &now->instead);
    for (int bar = RIGHT_BAR_NONE + 1; bar < RIGHT_BARS_END; bar++)
        if (old->never >> bar & 1 && !(now->never >> bar & 1))
            say(c, "never", word_name(&right_bar_words, bar));
    if (old->document && !now->document)
        say(c, "document", NULL);
}

/* A role that there was not is nobody's word until an act names it. */
static void compare_role(struct compare *c, const struct right_role *now)
{
    const struct right_role *old = rights_role(c->old, now->id, NULL);
    c->act = now->id;
    for (int d = 1; old && d < (int)dept_words.n; d++)
        if (now->depts >> d & 1 && !(old->depts >> d & 1))
            say(c, "dept", word_name(&dept_words, d));
    if (old && old->appointed && !now->appointed)
        say(c, "appointed", NULL);
}

static void compare_span(struct compare *c, const char *name, int64_t old, int64_t now)
{
    if (now > old)
        json_push(c->list, json_strf(c->a, "%s", name));
}

struct json *rights_weaker(struct arena *a, const struct rights *old, const struct rights *now)
{
    struct compare c = {.a = a, .list = json_array(a), .old = old, .now = now};
    for (int act = RIGHT_NONE + 1; act < RIGHTS; act++)
        compare_act(&c, (enum right_act)act);
    for (size_t i = 0; i < rights_roles(now); i++)
        compare_role(&c, rights_role_at(now, i));
    c.act = "grades";
    for (size_t i = 0; i < rights_grades(old); i++) {
        const char *cause = rights_grade_cause(old, i);
        if (rights_least(now, cause) < rights_least(old, cause))
            say(&c, cause, NULL);
    }
    compare_span(&c, "assessed-within", rights_assess_ms(old), rights_assess_ms(now));
    compare_span(&c, "qualified-within", rights_qualified_ms(old), rights_qualified_ms(now));
    compare_span(&c, "measures-within", rights_measure_days(old), rights_measure_days(now));
    return c.list;
}
