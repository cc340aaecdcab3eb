/* What was known at a moment; the growth curve; the people. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/rule/rule.h"
#include "record/int.h"

/* ---- known ---- */

static const struct step **steps_of(struct record *r, const struct json *ids, size_t *ret_n)
{
    const struct step **list = arena_alloc(&r->arena, (ids->len + 1) * sizeof(*list));
    *ret_n = 0;
    json_each(i, ids)
        list[(*ret_n)++] = &r->protocol->step[protocol_step(r->protocol, i->str)];
    return list;
}

static void count_entries(const struct record *r, uint64_t upto, struct record_known *k)
{
    for (size_t i = 0; i < r->nentries && r->entry[i].sseq <= upto; i++) {
        const char *kind = r->entry[i].kind;
        k->entries++;
        k->refusals += kind_is(kind, KIND_REFUSED);
        k->corrections += kind_is(kind, KIND_CORRECTION);
    }
}

void record_known_at(struct record *r, const struct entry *decision)
{
    const struct batch *x = r->batch;
    struct record_known *k = LIST_ADD(&r->arena, r->known, r->nknown);
    k->decision = decision;
    k->at = decision ? decision->at : r->entry[r->nentries - 1].at;
    k->state = word(&r->words, "state", x->state);
    count_entries(r, decision ? decision->sseq : UINT64_MAX, k);
    for (size_t i = 0; i < x->protocol->nsteps; i++)
        k->done += batch_step_done(x, (int)i);
    k->deviations = x->ndevs;
    for (size_t i = 0; i < x->ndevs; i++) {
        k->deviations_open += !x->dev[i].closed;
        k->majors_open += !x->dev[i].closed && x->dev[i].grade == GRADE_MAJOR;
    }
    k->holds = batch_open_holds(x);
    if (!x->stopped)
        k->pending = steps_of(r, rule_pending(&r->arena, x), &k->npending);
    if (!x->closed)
        k->open = steps_of(r, rule_open_steps(&r->arena, x, -1, false), &k->nopen);
}

/* ---- growth ---- */

static const struct record_value *value_by(const struct record_step *s, enum derive_fn fn)
{
    for (size_t i = s->nvalues; i-- > 0;)
        if (s->value[i].field->kind == FIELD_DERIVED && s->value[i].field->fn == fn && !s->value[i].dropped &&
            s->value[i].now.raw)
            return &s->value[i];
    return NULL;
}

/* A count is a step that derives a viability; its total is what it multiplies out. */
void record_points(struct record *r)
{
    for (size_t i = 0; i < r->nsteps; i++) {
        const struct record_step *s = &r->step[i];
        const struct record_value *viability = value_by(s, DERIVE_VIABILITY);
        if (!viability)
            continue;
        struct record_point *p = LIST_ADD(&r->arena, r->point, r->npoints);
        *p = (struct record_point){.step = s,
                                   .at = viability->at,
                                   .viability = viability,
                                   .total = value_by(s, DERIVE_PRODUCT),
                                   .doubling = value_by(s, DERIVE_DOUBLING)};
        p->fold = p->total ? value_by(s, DERIVE_RATIO) : NULL;
    }
}

/* ---- people ---- */

static bool same(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

static size_t acts_of(const struct record *r, const char *id)
{
    size_t n = 0;
    for (size_t i = 0; i < r->nentries; i++) {
        const struct actor *who = &r->said[i].actor;
        n += same(who->performed, id) || same(who->recorded, id) || same(who->witnessed, id);
    }
    return n;
}

static int by_id(const void *a, const void *b)
{
    const struct record_person *x = a, *y = b;
    int d = strcmp(x->dept, y->dept);
    return d ? d : strcmp(x->id, y->id);
}

void record_people(struct record *r)
{
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&r->book.people, &pos));) {
        size_t acts = acts_of(r, p->id);
        struct record_person *n = LIST_ADD(&r->arena, r->person, r->npeople);
        *n = (struct record_person){
            .id = p->id, .dept = word_name(&dept_words, (int)p->dept), .keyid = p->keyid, .acts = acts};
        n->name = words_person(&r->words, p->id);
        for (size_t i = 0; i < p->nroles; i++)
            n->roles = words_join(&r->words, n->roles, word(&r->words, "role", p->role[i]));
        for (size_t i = 0; i < p->nquals; i++) {
            char day[11];
            clock_day_format(p->qual[i].until, day);
            struct text q = word(&r->words, "qualification", p->qual[i].name);
            n->quals = words_join(&r->words, n->quals,
                                  (struct text){arena_printf(&r->arena, "%s（%sまで）", q.ja, day),
                                                arena_printf(&r->arena, "%s (to %s)", q.en, day)});
        }
    }
    if (r->npeople)
        qsort(r->person, r->npeople, sizeof(*r->person), by_id);
}
