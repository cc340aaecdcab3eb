/* GET: who is missing for what is coming, what should exist and does not, and what waits for people. */
#include "api/api.h"
#include "base/clock.h"
#include "core/rule/worklist.h"

static void set_text(struct arena *a, struct json *o, const char *name, struct text t)
{
    struct json *both = json_set_str(a, json_object(a), "ja", t.ja);
    json_set(a, o, name, json_set_str(a, both, "en", t.en));
}

static void set_time(struct arena *a, struct json *o, const char *name, int64_t ms)
{
    char text[CLOCK_TEXT];
    clock_format(ms, text);
    json_set_str(a, o, name, text);
}

static void set_day(struct arena *a, struct json *o, const char *name, int64_t day)
{
    char text[11];
    clock_day_format(day, text);
    json_set_str(a, o, name, text);
}

struct words api_words(const struct api *api, struct arena *a)
{
    struct words w = *flow_words(api->flow);
    w.a = a;
    w.screen = true;
    return w;
}

static void set_word(const struct words *w, struct json *o, const char *name, const char *family,
                     const char *id)
{
    set_text(w->a, o, name, word(w, family, id));
}

static void set_step(struct arena *a, struct json *o, const struct batch *x, int step)
{
    json_set_str(a, o, "batch", x ? x->id : NULL);
    if (!x || step < 0)
        return;
    json_set_str(a, o, "step", x->protocol->step[step].id);
    set_text(a, o, "title", x->protocol->step[step].title);
}

/* ---- the rota ---- */

struct text api_roles(const struct words *w, const struct rights *r, const struct step *s)
{
    struct text all = {NULL, NULL};
    for (size_t i = 0; i < s->nby; i++) {
        const struct right_role *role = rights_role(r, s->by[i], NULL);
        all = words_join(w, all, role ? role->title : text_both(s->by[i]));
    }
    return all;
}

static struct json *why_json(const struct words *w, const struct rota_why *y)
{
    struct json *o = json_set_str(w->a, json_object(w->a), "person", y->person);
    struct text name = words_person(w, y->person);
    if (name.ja)
        set_text(w->a, o, "name", name);
    json_set_str(w->a, o, "code", y->code);
    set_word(w, o, "words", "why", y->code);
    return o;
}

static struct json *roles_json(const struct words *w, const struct step *s)
{
    struct json *list = json_array(w->a);
    for (size_t i = 0; i < s->nby; i++)
        json_push(list, json_str(w->a, s->by[i]));
    return list;
}

static struct json *gap_json(const struct words *w, const struct rights *r, const struct rota_gap *g)
{
    struct arena *a = w->a;
    int64_t draw = batch_draw_day(g->batch);
    struct json *o = json_object(a), *why = json_array(a);
    set_step(a, o, g->batch, g->step);
    set_day(a, o, "on", g->day);
    set_word(w, o, "weekday", "weekday", rota_weekday(g->day));
    if (draw != INT64_MIN && g->day >= draw)
        json_set_int(a, o, "culture", g->day - draw);
    json_set_str(a, o, "lack", word_name(&rota_lack_words, (int)g->lack));
    set_word(w, o, "words", "lack", word_name(&rota_lack_words, (int)g->lack));
    json_set(a, o, "roles", roles_json(w, &g->batch->protocol->step[g->step]));
    set_text(a, o, "who", api_roles(w, r, &g->batch->protocol->step[g->step]));
    json_set_int(a, o, "more", g->more);
    for (size_t i = 0; i < g->why.n; i++)
        json_push(why, why_json(w, &g->why.item[i]));
    return json_set(a, o, "why", why);
}

struct json *api_gaps(struct api *api, struct arena *a)
{
    const struct book *b = flow_book(api->flow);
    struct words w = api_words(api, a);
    struct json *list = json_array(a);
    size_t pos = 0;
    w.staff = api_staff(api, a);
    for (struct batch *x; (x = map_next(&b->batches, &pos));) {
        struct rota r = rule_rota(b, x, flow_now(api->flow), a);
        for (size_t i = 0; i < r.n; i++)
            json_push(list, gap_json(&w, b->rights, &r.item[i]));
    }
    catalogue_free(w.staff);
    return list;
}

void api_rota(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    if (!api_station(api, r))
        return;
    arena_init(&a, 0);
    int64_t today = clock_day(flow_now(api->flow));
    struct json *o = json_object(&a);
    set_day(&a, o, "from", today);
    set_day(&a, o, "until", today + ROTA_DAYS);
    api_reply_json(r, json_set(&a, o, "gaps", api_gaps(api, &a)));
    arena_fini(&a);
}

/* ---- silence ---- */

/* What is called by its label: its kind in words; {NULL}: a form, a measure, or none. */
static struct text thing_words(const struct words *w, const struct book *b, const char *id)
{
    const struct thing *t = id ? book_thing(b, id) : NULL;
    const struct container *c = id ? book_container(b, id) : NULL;
    const struct station *s = id ? book_station(b, id) : NULL;
    const struct label *l = c ? protocol_label(c->batch->protocol, c->label) : NULL;
    return t   ? word(w, "thing", t->kind)
           : l ? l->title
           : s ? word(w, "station", s->kind)
               : (struct text){NULL, NULL};
}

/* `of`: what the thing is, {NULL}: its id says it. */
static struct json *line_json(const struct words *w, const char *family, const char *what,
                              const struct silence *s, struct text of)
{
    struct json *o = json_set_str(w->a, json_object(w->a), "what", what);
    set_word(w, o, "words", family, what);
    set_step(w->a, o, s->batch, s->step);
    json_set_str(w->a, o, "thing", s->thing);
    if (of.ja)
        set_text(w->a, o, "of", of);
    api_set_time(w->a, o, "since", s->since);
    return o;
}

static struct json *silence_json(const struct words *w, const struct book *b, const struct silence *s)
{
    return line_json(w, "silence", word_name(&silence_words, (int)s->what), s, thing_words(w, b, s->thing));
}

struct json *api_silences(struct api *api, struct arena *a, const struct batch *x)
{
    struct words w = api_words(api, a);
    struct silences s = rule_silence(flow_book(api->flow), x, flow_now(api->flow), a);
    struct json *list = json_array(a);
    for (size_t i = 0; i < s.n; i++)
        json_push(list, silence_json(&w, flow_book(api->flow), &s.item[i]));
    return list;
}

void api_silence(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    if (!api_station(api, r))
        return;
    arena_init(&a, 0);
    struct json *o = json_object(&a);
    set_time(&a, o, "now", flow_now(api->flow));
    api_reply_json(r, json_set(&a, o, "silence", api_silences(api, &a, NULL)));
    arena_fini(&a);
}

/* ---- the work list ---- */

void api_set_act(const struct words *w, const struct book *b, struct json *o,
                 const struct worklist_line *line)
{
    struct worklist_act act = worklist_act(line);
    if (!act.kind)
        return;
    json_set_str(w->a, o, "kind", kind_text(act.kind));
    set_text(w->a, o, "who", rights_words(b->rights, &rights_of(b->rights, act.right)->by, w->a));
}

/* As it is called on paper: the catalogue's text speaks to whoever stood at the screen then. */
struct text api_cause(const struct words *w, const char *code, const struct json *args, int step)
{
    struct words paper = *w;
    paper.screen = false;
    return words_code(&paper, code, args, step);
}

/* What happened: the cause of a deviation or a hold. */
static struct text cause_words(const struct words *w, const struct worklist_line *l)
{
    const struct hold *h =
        l->what == WORKLIST_HOLD ? batch_hold((struct batch *)l->of.batch, l->of.thing) : NULL;
    const struct deviation *d = batch_deviation((struct batch *)l->of.batch, l->of.thing);
    const struct deviation *of = h ? batch_deviation((struct batch *)l->of.batch, h->dev) : d;
    const char *code = h ? h->code : d ? d->code : NULL;
    int step = of && of->step && w->protocol ? protocol_step(w->protocol, of->step) : -1;
    return code ? api_cause(w, code, of ? of->args : NULL, step) : (struct text){NULL, NULL};
}

static struct json *worklist_json(struct words w, const struct book *b, const struct station *st,
                                  const struct worklist_line *l, int64_t now)
{
    w.protocol = l->of.batch ? l->of.batch->protocol : NULL;
    bool silence = l->what == WORKLIST_SILENCE;
    bool step = l->what == WORKLIST_FORM || l->what == WORKLIST_SIGNATURE;
    struct json *o = silence ? silence_json(&w, b, &l->of)
                             : line_json(&w, "worklist", word_name(&worklist_words, (int)l->what), &l->of,
                                         step ? (struct text){NULL, NULL} : cause_words(&w, l));
    static const char *const loud[] = {
        [EFFECT_ALERT] = "alert", [EFFECT_DEVIATION] = "deviation", [EFFECT_HOLD] = "hold"};
    api_set_time(w.a, o, "due", l->due);
    json_set_str(w.a, o, "outcome", loud[worklist_effect(l, now)]);
    json_set(w.a, o, "overdue", worklist_overdue(l, now) ? json_bool(w.a, true) : NULL);
    api_set_act(&w, b, o, l);
    if (step && w.protocol) {
        const struct step *s = &w.protocol->step[l->of.step];
        set_text(w.a, o, "who", api_roles(&w, b->rights, s));
        json_set(w.a, o, "here", step_where(s, st->kind) ? json_bool(w.a, true) : NULL);
    }
    return o;
}

void api_worklist(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    const struct station *st = api_station(api, r);
    if (!st)
        return;
    arena_init(&a, 0);
    const struct book *b = flow_book(api->flow);
    struct words w = api_words(api, &a);
    struct worklist list = rule_worklist(b, flow_now(api->flow), &a);
    struct json *o = json_object(&a), *lines = json_array(&a);
    for (size_t i = 0; i < list.n; i++)
        json_push(lines, worklist_json(w, b, st, &list.item[i], flow_now(api->flow)));
    set_time(&a, o, "now", flow_now(api->flow));
    api_reply_json(r, json_set(&a, o, "worklist", lines));
    arena_fini(&a);
}
