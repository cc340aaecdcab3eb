/*
 * A record of any kind that may be sent, made from the kind's own shape: whoever adds a kind has it played
 * here without a line more. What a member's name says is looked up in the book, the rest is of its form.
 */
#include <string.h>

#include "base/clock.h"
#include "core/entry/kind.h"
#include "core/rule/record.h"
#include "driver.h"

struct about {
    struct gen *g;
    const struct batch *x;
    const struct station *st;
    const char *second;
};

static void *any(struct gen *g, const struct map *m)
{
    size_t pos = 0, at = gen_below(g, m->count);
    void *v;
    while ((v = map_next(m, &pos)) && at--)
        ;
    return v;
}

/* The id of one of them; each begins with it. */
static const char *id_of(struct gen *g, const struct map *m)
{
    const char *const *v = any(g, m);
    return v ? *v : "N0";
}

static const char *in_batch(const struct about *w, const char *name)
{
    const struct batch *x = w->x;
    struct gen *g = w->g;
    if (!x)
        return NULL;
    const struct step *s = &x->protocol->step[gen_chance(g, 600) ? 0 : gen_below(g, x->protocol->nsteps)];
    if (strcmp(name, "batch") == 0)
        return x->id;
    if (strcmp(name, "dev") == 0)
        return x->ndevs ? x->dev[gen_below(g, x->ndevs)].id : "NK-1-DV9";
    if (strcmp(name, "hold") == 0)
        return x->nholds ? x->hold[gen_below(g, x->nholds)].id : "NK-1-H9";
    if (strcmp(name, "action") == 0)
        return x->nactions ? x->action[gen_below(g, x->nactions)].id : "NK-1-A9";
    if (strcmp(name, "container") == 0)
        return x->ncontainers ? x->container[gen_below(g, x->ncontainers)]->id : "NK-1-T9";
    if (strcmp(name, "step") == 0)
        return s->id;
    if (strcmp(name, "field") == 0)
        return s->nfields ? s->field[gen_below(g, s->nfields)].id : "x";
    return NULL;
}

static const char *in_book(const struct about *w, const char *name)
{
    struct gen *g = w->g;
    const struct book *b = g->book;
    if (strcmp(name, "witness") == 0)
        return gen_badge(g, w->second);
    if (strcmp(name, "person") == 0 || strcmp(name, "owner") == 0)
        return id_of(g, &b->people);
    if (strcmp(name, "present") == 0)
        return gen_badge(g, id_of(g, &b->people));
    if (strcmp(name, "lot") == 0)
        return id_of(g, &b->lots);
    if (strcmp(name, "patient") == 0)
        return "P000009";
    if (strcmp(name, "room") == 0)
        return id_of(g, &b->rooms);
    if (strcmp(name, "clinic") == 0)
        return gen_chance(g, 300) ? NULL : id_of(g, &b->clinics);
    if (strcmp(name, "plan") == 0)
        return gen_chance(g, 300) ? NULL : id_of(g, &b->plans);
    if (strcmp(name, "station") == 0)
        return id_of(g, &b->stations);
    if (strcmp(name, "equipment") == 0 || strcmp(name, "place") == 0)
        return id_of(g, &b->things);
    if (strcmp(name, "kind") == 0)
        return GEN_ONE_OF(g, ((const char *const[]){"B2", "cabinet", "incubator-shelf", "QA"}));
    return NULL;
}

/* Lists of ids; whoever works on the batches stays in them. */
static struct json *ids_of(struct gen *g, const char *name)
{
    struct json *list = json_array(g->a);
    bool product = strcmp(name, "products") == 0, staff = strcmp(name, "staff") == 0;
    if (product)
        return json_push(json_push(list, json_str(g->a, "nk-autologous")), json_str(g->a, "small"));
    if (staff || strcmp(name, "physicians") == 0)
        json_push(list, json_str(g->a, "DR"));
    if (staff)
        json_push(list, json_str(g->a, "CO"));
    return list->len ? list : json_push(list, json_str(g->a, "reason"));
}

static struct json *of_form(const struct about *w, const struct member *m)
{
    struct gen *g = w->g;
    char day[11];
    switch (m->form) {
    case MEMBER_INT:
        return json_int(g->a, (int64_t)gen_below(g, 500));
    case MEMBER_BOOL:
    case MEMBER_YESNO:
        return json_bool(g->a, gen_chance(g, 500));
    case MEMBER_WORD:
        return json_str(g->a, word_name(m->words, 1 + (int)gen_below(g, m->words->n - 1)));
    case MEMBER_DAY:
        clock_day_format(clock_day(g->now) + (int64_t)gen_below(g, 400) - 20 +
                             (strcmp(m->name, "until") == 0 ? 400 : 0),
                         day);
        return json_str(g->a, arena_strdup(g->a, day));
    case MEMBER_DIGEST:
        return json_str(g->a, gen_text(g, "%042zuA", ++g->serial));
    case MEMBER_DECIMAL:
        return json_str(g->a, "1.5");
    case MEMBER_TEXTS:
        return ids_of(g, m->name);
    case MEMBER_PERSONAL:
        return json_str(g->a, RIG_NAME);
    case MEMBER_ID:
    case MEMBER_GS1:
    case MEMBER_TEXT:
        return json_str(g->a, gen_text(g, "N%zu", ++g->serial));
    default:
        return NULL; /* keys, lists and objects: gen_master.c */
    }
}

static struct json *member(const struct about *w, const struct member *m)
{
    const char *text = in_batch(w, m->name);
    text = text ? text : in_book(w, m->name);
    return text ? json_str(w->g->a, text) : of_form(w, m);
}

/* Where two people stand, one of them the second; else at the desk, by anybody. */
static const char *people(struct about *w)
{
    struct gen *g = w->g;
    const struct station *found = NULL;
    size_t pos = 0, n = 0;
    for (const struct station *st; (st = map_next(&g->book->stations, &pos));)
        if (st->bench.npeople >= 2 && st->bench.day == clock_day(g->now) && gen_below(g, ++n) == 0)
            found = st;
    w->st = found ? found : any(g, &g->book->stations);
    w->second = found ? found->bench.person[1]->id : id_of(g, &g->book->people);
    return found && gen_chance(g, 700) ? found->bench.person[0]->id : id_of(g, &g->book->people);
}

struct json *gen_of_shape(struct gen *g)
{
    enum kind_id id = KIND_NONE + 1 + (enum kind_id)gen_below(g, KINDS - 1);
    const struct kind *k = kind_of(id);
    struct about w = {.g = g, .x = book_batch(g->book, g->focus)};
    if (!k || !k->record || id == KIND_STATION_REVOKED || (id == KIND_FACILITY_STOPPED && !gen_chance(g, 50)))
        return NULL;
    const char *by = people(&w);
    struct json *b = json_object(g->a);
    for (const struct member *m = k->shape.member; m < k->shape.member + k->shape.n; m++) {
        bool wanted = m->flags & NEEDED || (!(m->flags & OWN) && gen_chance(g, 150));
        struct json *v = wanted && !(m->flags & OWN) ? member(&w, m) : NULL;
        if (v)
            json_set(g->a, b, m->name, v);
    }
    if (!json_get(b, "witness") && gen_chance(g, 400))
        json_set_str(g->a, b, "witness", gen_badge(g, w.second));
    return gen_record(g, w.st->id, by, kind_text(id), b);
}

/* What was stopped goes on: another of quality says so. */
struct json *gen_resume(struct gen *g)
{
    const char *by = g->book->stopped.by && strcmp(g->book->stopped.by->id, "QM") == 0 ? "QC3" : "QM";
    struct json *b = json_set_str(g->a, json_object(g->a), "reason", RIG_NAME);
    return g->book->stopped.on ? gen_record(g, "QA1", by, "facility.resumed", b) : NULL;
}
