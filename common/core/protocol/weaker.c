#include "core/protocol/weaker.h"

#include <string.h>

struct compare {
    struct arena *a;
    struct json *list;
    const struct protocol *old, *now;
    const char *where;
};

static void weaker(struct compare *c, bool is, const char *word)
{
    if (is)
        json_push(c->list, json_strf(c->a, "%s %s", c->where, word));
}

/* ---- values ---- */

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool has(size_t n, const char *const *list, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

/* Is one of `list` not among the others? */
static bool lacks(size_t n, const char *const *list, size_t nothers, const char *const *other)
{
    for (size_t i = 0; i < n; i++)
        if (!has(nothers, other, list[i]))
            return true;
    return false;
}

static bool range_wider(const struct range *old, const struct range *now)
{
    return (old->has_lo && (!now->has_lo || dec_cmp(now->lo, old->lo) < 0)) ||
           (old->has_hi && (!now->has_hi || dec_cmp(now->hi, old->hi) > 0));
}

static int64_t span_ms(const struct span *s)
{
    return s->days ? s->value * 24 * 3600 * 1000 : s->value;
}
static bool shorter(const struct span *old, const struct span *now)
{
    return old->set && (!now->set || span_ms(now) < span_ms(old));
}
static bool longer(const struct span *old, const struct span *now)
{
    return old->set && (!now->set || span_ms(now) > span_ms(old));
}

/* Steps and fields have other numbers in another version: they are the same by name. */
static const char *step_name(const struct protocol *p, int step)
{
    return step < 0 ? NULL : p->step[step].id;
}
static bool same_ref(const struct compare *c, struct ref old, struct ref now)
{
    const char *a = step_name(c->old, old.step), *b = step_name(c->now, now.step);
    if (!same_text(a, b) || !a || (old.field < 0) != (now.field < 0))
        return same_text(a, b) && !a;
    return old.field < 0 ||
           same_text(c->old->step[old.step].field[old.field].id, c->now->step[now.step].field[now.field].id);
}
static bool same_refs(const struct compare *c, size_t nold, const struct ref *old, size_t nnow,
                      const struct ref *now)
{
    bool same = nold == nnow;
    for (size_t i = 0; same && i < nold; i++)
        same = same_ref(c, old[i], now[i]);
    return same;
}
/* Is a step of `old` not among those of `now`? */
static bool lacks_step(const struct compare *c, size_t nold, const int *old, size_t nnow, const int *now)
{
    for (size_t i = 0; i < nold; i++) {
        bool there = false;
        for (size_t k = 0; k < nnow; k++)
            there |= same_text(step_name(c->old, old[i]), step_name(c->now, now[k]));
        if (!there)
            return true;
    }
    return false;
}

static bool lacks_field(const struct step *old, const struct step *now)
{
    for (size_t i = 0; i < old->nunique; i++) {
        bool there = false;
        for (size_t k = 0; k < now->nunique; k++)
            there |= same_text(old->field[old->unique[i]].id, now->field[now->unique[k]].id);
        if (!there)
            return true;
    }
    return false;
}

/* ---- a field ---- */

static const struct option *option_of(const struct field *f, const char *id)
{
    for (size_t i = 0; i < f->noptions; i++)
        if (strcmp(f->option[i].id, id) == 0)
            return &f->option[i];
    return NULL;
}

/* A new one is milder than what the field could say before, or says what becomes of the batch. */
static bool option_new_milder(const struct field *old, const struct option *n)
{
    enum effect worst = EFFECT_OK;
    for (size_t i = 0; i < old->noptions; i++)
        worst = old->option[i].effect > worst ? old->option[i].effect : worst;
    return n->effect < worst || n->state || n->voids_run;
}

static bool options_milder(const struct field *old, const struct field *now)
{
    for (size_t i = 0; i < old->noptions; i++) {
        const struct option *o = &old->option[i], *n = option_of(now, o->id);
        if (n ? n->effect < o->effect || (o->exposes && !n->exposes) || (o->suspects && !n->suspects) ||
                    (n->voids_run && !o->voids_run) || (o->run_was_void && !n->run_was_void) ||
                    !same_text(o->state, n->state)
              : o->effect != EFFECT_OK || o->exposes)
            return true;
    }
    for (size_t i = 0; i < now->noptions; i++)
        if (!option_of(old, now->option[i].id) && option_new_milder(old, &now->option[i]))
            return true;
    return false;
}

static void compare_number(struct compare *c, const struct field *old, const struct field *now)
{
    weaker(c, range_wider(&old->possible, &now->possible), "possible");
    weaker(c, range_wider(&old->alert, &now->alert), "alert");
    weaker(c, range_wider(&old->action, &now->action), "action");
    weaker(c, now->on_action < old->on_action, "on-action");
    weaker(c, old->has_blocks && !now->has_blocks, "blocks");
    weaker(c, old->twice && !now->twice, "twice");
    weaker(c, !same_text(old->unit, now->unit), "unit");
    weaker(c, now->decimals < old->decimals, "decimals");
    weaker(c, old->fn != now->fn || !same_refs(c, old->nargs, old->arg, now->nargs, now->arg), "derive");
    weaker(c, old->conditional && dec_cmp(now->differ, old->differ) > 0, "differ");
}

static void compare_scan(struct compare *c, const struct field *old, const struct field *now)
{
    weaker(c, old->use != now->use || old->lot_use != now->lot_use, "use");
    weaker(c, lacks(now->nlabels, now->label, old->nlabels, old->label), "label");
    weaker(c, lacks(now->nmaterials, now->material, old->nmaterials, old->material), "material");
    weaker(c, !same_text(old->thing, now->thing), "thing");
    weaker(c, (old->occupy && !now->occupy) || (old->release && !now->release), "occupy");
    weaker(c, old->nroles && (!now->nroles || lacks(now->nroles, now->role, old->nroles, old->role)), "role");
    weaker(c, !same_refs(c, old->nfrom, old->from, now->nfrom, now->from), "from");
    weaker(c,
           old->has_same &&
               (!now->has_same || now->differs < old->differs || !same_ref(c, old->same, now->same)),
           "same");
}

static void compare_words(struct compare *c, const struct field *old, const struct field *now)
{
    weaker(c, options_milder(old, now), "option");
    weaker(c, old->valid_days && (!now->valid_days || now->valid_days > old->valid_days), "valid");
    weaker(c, old->has_valid_on && !(now->has_valid_on && same_ref(c, old->valid_on, now->valid_on)),
           "valid-on");
    weaker(c, old->has_not_before && !(now->has_not_before && same_ref(c, old->not_before, now->not_before)),
           "not-before");
    weaker(c, !same_text(old->pattern, now->pattern), "pattern");
    weaker(c, (old->donor && !now->donor) || (old->person && !now->person) || old->means != now->means,
           "means");
    weaker(c, old->kind == FIELD_IDENTITY && !same_ref(c, old->identity, now->identity), "identity");
}

static void compare_field(struct compare *c, const struct field *old, const struct field *now)
{
    if (!now || now->kind != old->kind) {
        weaker(c, !old->optional || now, "field");
        return;
    }
    weaker(c, (now->optional && !old->optional) || (now->conditional && !old->conditional), "optional");
    weaker(c, now->reported && !old->reported, "reported");
    weaker(c, old->n < 0 ? now->n >= 0 : now->n >= 0 && now->n < old->n, "count");
    compare_scan(c, old, now);
    compare_number(c, old, now);
    compare_words(c, old, now);
}

/* ---- a step ---- */

static const struct window *window_of(const struct compare *c, const struct step *s, const struct window *old)
{
    for (size_t i = 0; i < s->nwindows; i++) {
        const struct window *w = &s->window[i];
        if (same_text(step_name(c->old, old->since), step_name(c->now, w->since)) && w->first == old->first &&
            w->end == old->end)
            return w;
    }
    return NULL;
}

static bool windows_wider(const struct compare *c, const struct step *old, const struct step *now)
{
    for (size_t i = 0; i < old->nwindows; i++) {
        const struct window *o = &old->window[i], *n = window_of(c, now, o);
        if (!n || shorter(&o->possible, &n->possible) || shorter(&o->min, &n->min) ||
            longer(&o->max, &n->max) || n->early < o->early || n->late < o->late)
            return true;
    }
    return false;
}

static bool requires_less(const struct compare *c, const struct step *old, const struct step *now)
{
    for (size_t i = 0; i < old->nrequires; i++) {
        const struct requirement *o = &old->require[i];
        bool there = false;
        for (size_t k = 0; k < now->nrequires; k++) {
            const struct requirement *n = &now->require[k];
            there |= o->need == n->need && same_text(o->arg, n->arg) &&
                     same_text(step_name(c->old, o->step), step_name(c->now, n->step)) &&
                     !lacks(n->nkeep, n->keep, o->nkeep, o->keep);
        }
        if (!there)
            return true;
    }
    return false;
}

static bool balance_weaker(const struct compare *c, const struct balance *old, const struct balance *now)
{
    return old->set && (!now->set || dec_cmp(now->tolerance, old->tolerance) > 0 || now->over < old->over ||
                        now->under < old->under || !same_refs(c, old->nin, old->in, now->nin, now->in) ||
                        !same_refs(c, old->nout, old->out, now->nout, now->out));
}

/* Who may, and with whom. No role at all: anybody signed in. */
static void compare_people(struct compare *c, const struct step *old, const struct step *now)
{
    weaker(c, old->nby && (!now->nby || lacks(now->nby, now->by, old->nby, old->by)), "by");
    weaker(c, old->dept != now->dept, "department");
    weaker(c, now->people < old->people, "people");
    weaker(c, (old->fit && !now->fit) || (old->declares_fit && !now->declares_fit), "fit");
    weaker(c, lacks(old->nqualified, old->qualified, now->nqualified, now->qualified), "qualified");
    weaker(c, old->witness && !now->witness, "witness");
    weaker(c, old->witness && now->witness && (old->nwitness_by ? !now->nwitness_by : now->nwitness_by > 0),
           "witness-by");
    weaker(c, old->nwitness_by && lacks(now->nwitness_by, now->witness_by, old->nwitness_by, old->witness_by),
           "witness-by");
    weaker(c, lacks_step(c, old->nnot_by, old->not_by, now->nnot_by, now->not_by), "not-by");
    weaker(c, old->verb != now->verb, "sign");
}

static void compare_order(struct compare *c, const struct step *old, const struct step *now)
{
    weaker(c, (now->optional && !old->optional) || (now->late && !old->late), "optional");
    weaker(c, (now->can_skip && !old->can_skip) || (now->can_skip && now->on_skip < old->on_skip), "skip");
    weaker(c, lacks_step(c, old->nafter, old->after, now->nafter, now->after), "after");
    weaker(c, old->nwhere && (!now->nwhere || lacks(now->nwhere, now->where, old->nwhere, old->where)),
           "where");
    weaker(c, old->repeat_max && (!now->repeat_max || now->repeat_max > old->repeat_max), "repeat");
    weaker(c, requires_less(c, old, now), "requires");
    weaker(c, balance_weaker(c, &old->balance, &now->balance), "balance");
    weaker(c, old->names_pending && !now->names_pending, "pending");
    weaker(c, lacks_field(old, now), "unique");
    weaker(c, !same_text(old->state, now->state) || old->closes != now->closes, "state");
}

static void compare_times(struct compare *c, const struct step *old, const struct step *now)
{
    weaker(c, shorter(&old->takes, &now->takes) || (old->takes.set && now->short_of_it < old->short_of_it),
           "takes");
    weaker(c, windows_wider(c, old, now), "window");
    weaker(c,
           old->deadline.set && (!now->deadline.set || longer(&old->deadline.within, &now->deadline.within) ||
                                 now->deadline.effect < old->deadline.effect),
           "deadline");
    weaker(c, old->clock && (!same_text(old->clock, now->clock) || now->clock_ms > old->clock_ms), "clock");
}

static void compare_step(struct compare *c, const struct step *old)
{
    int at = protocol_step(c->now, old->id);
    const struct step *now = at < 0 ? NULL : &c->now->step[at];
    c->where = old->id;
    weaker(c, !now, "step");
    if (!now)
        return;
    compare_people(c, old, now);
    compare_order(c, old, now);
    compare_times(c, old, now);
    for (size_t i = 0; i < old->nfields; i++) {
        int field = step_field(now, old->field[i].id);
        c->where = arena_printf(c->a, "%s.%s", old->id, old->field[i].id);
        compare_field(c, &old->field[i], field < 0 ? NULL : &now->field[field]);
    }
}

/* A step that there was not: what it signs or makes of the batch, no control of the old version bounds. */
static void new_step(struct compare *c, const struct step *now)
{
    bool decides = now->verb != VERB_NONE || now->state || now->closes;
    for (size_t i = 0; i < now->nfields; i++)
        for (size_t k = 0; k < now->field[i].noptions; k++)
            decides |= now->field[i].option[k].state != NULL;
    c->where = now->id;
    weaker(c, decides && protocol_step(c->old, now->id) < 0, "new");
}

struct json *protocol_weaker(struct arena *a, const struct protocol *old, const struct protocol *now)
{
    struct compare c = {.a = a, .list = json_array(a), .old = old, .now = now};
    for (size_t i = 0; i < old->nsteps; i++)
        compare_step(&c, &old->step[i]);
    for (size_t i = 0; i < now->nsteps; i++)
        new_step(&c, &now->step[i]);
    for (size_t i = 0; i < old->nlabels; i++) {
        const struct label *o = &old->label[i], *n = protocol_label(now, o->id);
        c.where = o->id;
        weaker(&c, n && o->max && (!n->max || n->max > o->max), "most");
    }
    for (size_t i = 0; i < old->nmaterials; i++) {
        const struct material *o = &old->material[i], *n = protocol_material(now, o->id);
        c.where = o->id;
        weaker(&c, n && ((o->single_batch && !n->single_batch) || (o->biological && !n->biological)),
               "material");
    }
    for (size_t i = 0; i < old->nshared; i++) {
        c.where = old->shared[i];
        weaker(&c, !has(now->nshared, now->shared, old->shared[i]), "shared");
    }
    return c.list;
}
