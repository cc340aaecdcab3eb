/*
 * Session forms on paper: handed out, an outage, brought back by those who signed it, typed in, checked by
 * another; void, or left out. And by whom, or when, it must not be.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "driver.h"

#define SCAN  "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static struct json *about(struct gen *g, const struct paper *f)
{
    return json_set_str(g->a, json_object(g->a), "form", f->id);
}

/* One that is not done with. */
static const struct paper *open_form(struct gen *g)
{
    const struct paper *found = NULL;
    size_t pos = 0, n = 0;
    for (const struct paper *f; (f = map_next(&g->book->forms, &pos));)
        if (!f->voided && !f->checked && gen_below(g, ++n) == 0)
            found = f;
    return found;
}

/* Where that station stands; now and then another one, or nowhere. */
static const char *place_of(struct gen *g, const struct station *st)
{
    size_t pos = 0;
    const struct station *any = gen_chance(g, 985) ? st : map_next(&g->book->stations, &pos);
    return gen_chance(g, 990) ? any->room ? any->room : any->id : "NOWHERE";
}

static struct json *issue(struct gen *g)
{
    const struct station *st = gen_staffed(g, 2);
    if (!st)
        return NULL;
    const char *to = st->bench.person[0]->id;
    struct json *b = json_set_str(g->a, json_object(g->a), "to", gen_chance(g, 970) ? to : "NOBODY");
    if (gen_chance(g, 300))
        json_set_str(g->a, b, "room", place_of(g, st));
    return gen_record(g, st->id, gen_chance(g, 900) ? to : "QM", "form.issued", b);
}

/* An outage that lies between handing out and now. */
static const struct outage *outage_since(const struct gen *g, int64_t issued, int64_t until)
{
    const struct outages *list = &g->book->outages;
    for (size_t i = list->n; i-- > 0;)
        if (list->item[i].to > issued && list->item[i].from < until)
            return &list->item[i];
    return NULL;
}

/* By those who stand there, one of them with the own PIN beside who records it. */
static struct json *bring_back(struct gen *g, const struct paper *f)
{
    const struct station *st = gen_staffed(g, 2);
    if (!st)
        return NULL;
    struct json *b = about(g, f), *people = json_array(g->a);
    json_set_str(g->a, b, "sha256", SCAN);
    for (size_t i = 0; i < st->bench.npeople && i < 6; i++)
        json_push(people, json_str(g->a, st->bench.person[gen_chance(g, 985) ? i : 0]->id));
    json_set(g->a, b, "people", people);
    if (!f->room || gen_chance(g, 100))
        json_set_str(g->a, b, "room", place_of(g, st));
    if (gen_chance(g, 800))
        json_set_str(g->a, b, "witness", gen_badge(g, st->bench.person[1]->id));
    return gen_record(g, st->id, st->bench.person[0]->id, "form.returned", b);
}

/* From now on commands at that desk are typed in from it. */
static void type_in(struct gen *g, const struct paper *f)
{
    const struct station *st = gen_staffed(g, 2);
    const struct outage *o = outage_since(g, f->issued, f->returned);
    if (!st)
        return;
    snprintf(g->form, sizeof(g->form), "%s", f->id);
    snprintf(g->desk, sizeof(g->desk), "%s", st->id);
    g->form_from = o && o->from > f->issued ? o->from : f->issued;
    g->form_to = o && o->to < f->returned ? o->to : f->returned;
    g->typed = 0;
    g->typed_of = 4 + gen_below(g, 20);
}

static struct json *check(struct gen *g, const struct paper *f)
{
    static const char *const who[] = {"QC1", "QC2", "QC3", "QM", "MM"};
    bool own = f->ntypists && gen_chance(g, 100);
    struct json *b = json_set_str(g->a, about(g, f), "sha256", gen_chance(g, 950) ? SCAN : OTHER);
    return gen_record(g, gen_chance(g, 500) ? "QA1" : "QA2", own ? f->typist[0] : GEN_ONE_OF(g, who),
                      "form.checked", b);
}

static struct json *make_void(struct gen *g, const struct paper *f)
{
    const struct station *st = gen_staffed(g, 2);
    struct json *b = json_set_str(g->a, about(g, f), "reason", RIG_NAME);
    if (st && f->returned)
        json_set_str(g->a, b, "witness", gen_badge(g, st->bench.person[0]->id));
    return gen_record(g, st && f->returned ? st->id : "QA1", "QM", "form.voided", b);
}

struct json *gen_paper(struct gen *g)
{
    const struct paper *f = open_form(g);
    if (*g->form && gen_chance(g, 900)) /* one at a time */
        return NULL;
    if (!f || gen_chance(g, 40))
        return issue(g);
    if (gen_chance(g, 40))
        return make_void(g, f);
    if (gen_chance(g, 20))
        return check(g, f);
    if (f->returned && f->ntypists)
        return check(g, f);
    if (f->returned) {
        type_in(g, f);
        return NULL;
    }
    return outage_since(g, f->issued, g->now) || gen_chance(g, 30) ? bring_back(g, f) : gen_away(g, true);
}

/* A form that was typed in stands before every report. */
bool gen_paper_waits(const struct gen *g)
{
    size_t pos = 0;
    for (const struct paper *f; (f = map_next(&g->book->forms, &pos));)
        if (f->ntypists && !f->voided && !f->checked)
            return true;
    return false;
}
