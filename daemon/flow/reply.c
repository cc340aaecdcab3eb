/*
 * The answer to a command: a function of its first recorded entry, so that the
 * same id gets the same answer for ever; only `next` is computed anew.
 */
#include <string.h>

#include "base/enc.h"
#include "core/rule/codes.h"
#include "flow/flow_int.h"

static void set_text(struct arena *a, struct json *o, struct text t)
{
    json_set_str(a, o, "ja", t.ja);
    json_set_str(a, o, "en", t.en);
}

static const char *upper_code(struct arena *a, const char *id)
{
    char *s = arena_strdup(a, id);
    for (char *p = s; *p; p++)
        *p = *p == '.' ? '-' : (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
    return s;
}

/* A container that is awaited may be broken, or not to be found. */
static void next_lost(struct arena *a, struct json *o, const struct field *f)
{
    static const char *const id[] = {"BROKEN", "LOST"};
    char raw[BOUND_CODE_ID + 8];
    struct json *list = json_array(a);
    for (size_t i = 0; i < 2; i++)
        if (code_make('X', id[i], raw, sizeof(raw)) == 0)
            json_push(list, json_str(a, arena_strdup(a, raw)));
    if (f->kind == FIELD_CONTAINER && f->use != USE_ISSUE)
        json_set(a, o, "lost", list);
}

static void next_field(struct arena *a, struct json *o, const struct next *n, const struct field *f)
{
    json_set_str(a, o, "field", f->id);
    json_set_str(a, o, "field_ja", f->title.ja);
    json_set_str(a, o, "field_en", f->title.en);
    json_set_str(a, o, "kind", field_kind_name(f->kind));
    json_set_str(a, o, "unit", f->unit);
    json_set_str(a, o, "plan", f->plan);
    json_set_int(a, o, "remaining", n->remaining);
    if (n->again)
        json_set(a, o, "again", json_bool(a, true));
    struct json *list = json_array(a);
    for (size_t i = 0; i < f->nlabels; i++)
        json_push(list, json_str(a, f->label[i]));
    for (size_t i = 0; i < f->nmaterials; i++)
        json_push(list, json_str(a, f->material[i]));
    if (f->thing)
        json_push(list, json_str(a, f->thing));
    if (list->len)
        json_set(a, o, "labels", list);
    struct json *options = json_array(a);
    for (size_t i = 0; i < f->noptions; i++) {
        struct json *opt = json_set_str(a, json_object(a), "id", f->option[i].id);
        set_text(a, opt, f->option[i].title);
        json_push(options, opt);
    }
    if (options->len)
        json_set(a, o, "options", options);
    next_lost(a, o, f);
}

/* Id, and the name where a register of staff tells it. */
static struct json *who_json(struct flow *f, struct arena *a, const struct person *p)
{
    struct words w = *f->cfg.words;
    w.a = a;
    struct json *o = json_set_str(a, json_object(a), "id", p->id);
    set_text(a, o, words_person(&w, p->id));
    return o;
}

/* Who acts, and who stands there: nobody has to remember whose badge was read last. */
static void next_people(struct flow *f, struct arena *a, struct json *o, const struct station *st,
                        const struct next *n)
{
    const struct bench *b = &st->bench;
    bool here = bench_works(b, flow_now(f));
    struct json *people = json_array(a);
    for (size_t i = 0; here && i < b->npeople; i++)
        json_push(people, who_json(f, a, b->person[i]));
    if (n->acting)
        json_set(a, o, "acting", who_json(f, a, n->acting));
    json_set(a, o, "people", people);
}

/* The second person's badge; or the step's code, where it is under way and not chosen here. */
static void next_badge(struct flow *f, struct arena *a, struct json *o, const struct next *n,
                       const struct step *s)
{
    if (n->witness)
        json_set_str(a, o, "kind", "witness");
    if (n->yes)
        json_set_str(a, o, "kind", "yes");
    if (n->of)
        json_set(a, o, "of", who_json(f, a, n->of));
    if (!n->choose)
        return;
    char raw[BOUND_CODE_ID + 8];
    if (code_make('X', arena_printf(a, "STEP-%s", upper_code(a, s->id)), raw, sizeof(raw)) == 0)
        json_set_str(a, o, "choose", arena_strdup(a, raw));
}

/* What stands in the way, in words. */
static void next_note(struct flow *f, struct arena *a, struct json *o, const struct next *n)
{
    const char *code = say_text((enum say)n->note);
    if (!n->note)
        return;
    struct words w = *f->cfg.words;
    w.a = a;
    w.protocol = n->batch ? n->batch->protocol : NULL;
    w.screen = true;
    struct json *ja, *en, *note = json_set_str(a, json_object(a), "code", code);
    words_args(&w, n->args, n->step, &ja, &en);
    struct text t = catalogue_text(w.codes, a, code, ja);
    t.en = catalogue_text(w.codes, a, code, en).en;
    set_text(a, note, t);
    json_set(a, o, "note", note);
}

static struct json *next_json(struct flow *f, struct arena *a, const struct station *st)
{
    struct next n;
    struct json *o = json_object(a);
    rule_next(&f->book, st, flow_now(f), f->cfg.conf->idle_after_s, a, &n);
    next_people(f, a, o, st, &n);
    next_note(f, a, o, &n);
    if (!n.batch)
        return o;
    json_set_str(a, o, "batch", n.batch->id);
    if (n.step < 0)
        return o;
    const struct step *s = &n.batch->protocol->step[n.step];
    json_set_str(a, o, "step", s->id);
    set_text(a, o, s->title);
    if (n.field >= 0)
        next_field(a, o, &n, &s->field[n.field]);
    next_badge(f, a, o, &n, s);
    if (n.earliest) {
        char when[CLOCK_TEXT];
        clock_format(n.earliest, when);
        json_set_str(a, o, "earliest", when);
    }
    json_set(a, o, "form", json_bool(a, s->form || s->verb != VERB_NONE));
    json_set(a, o, "sign", json_bool(a, s->verb != VERB_NONE));
    return o;
}

struct json *flow_bench(struct flow *f, struct arena *a, const struct station *st)
{
    struct json *o = json_set_str(a, json_object(a), "station", st->id), *people = json_array(a);
    json_set_str(a, o, "kind", st->kind);
    json_set_str(a, o, "room", st->room);
    for (size_t i = 0; i < st->bench.npeople; i++)
        json_push(people, json_str(a, st->bench.person[i]->id));
    json_set(a, o, "people", people);
    struct json *next = next_json(f, a, st);
    json_set_str(a, o, "acting", json_get_str(json_get(next, "acting"), "id"));
    json_set_str(a, o, "batch", st->bench.batch ? st->bench.batch->id : NULL);
    json_set(a, o, "next", next);
    return o;
}

static const char *option_words(const struct field *f, const char *id, bool ja)
{
    for (size_t k = 0; id && k < f->noptions; k++)
        if (strcmp(f->option[k].id, id) == 0)
            return ja ? f->option[k].title.ja : f->option[k].title.en;
    const struct text t = words_value(id ? id : "–");
    return ja ? t.ja : t.en;
}

/* The value that was taken, as people read it; NULL: there is none, or it is personal. */
static const char *value_words(const struct words *w, const struct entry *e, const struct step *own, bool ja)
{
    const char *field = json_get_str(e->body, "field"), *text = json_get_str(e->body, "text");
    const char *value = json_get_str(e->body, "value"), *old = json_get_str(e->body, "old");
    const char *unit = json_get_str(e->body, "unit");
    int i = own && field ? step_field(own, field) : -1;
    const struct field *f = i >= 0 ? &own->field[i] : NULL;
    if (f && strcmp(e->kind, "correction") == 0)
        return !value ? ja ? f->title.ja : f->title.en
                      : arena_printf(w->a, ja ? "%s %s → %s" : "%s: %s → %s", ja ? f->title.ja : f->title.en,
                                     option_words(f, old, ja), option_words(f, value, ja));
    if (!f || !text || strcmp(text, "*") == 0)
        return NULL;
    text = option_words(f, text, ja);
    if (unit && f->kind == FIELD_LOT)
        text = arena_printf(w->a, ja ? "%s の容器 %s" : "%s, unit %s", text, unit);
    else if (unit)
        text = words_amount(w, text, unit);
    return arena_printf(w->a, "%s %s", ja ? f->title.ja : f->title.en, text);
}

/* What was signed: the act, on what, and what was chosen. */
static struct text act_words(const struct words *w, const struct entry *e, const struct step *own, int step)
{
    static const struct text none;
    const struct kind *k = kind_of(kind_find(e->kind));
    struct json *ja, *en;
    struct text said = own ? own->title : (struct text){k ? k->reads.ja : "", k ? k->reads.en : ""};
    const struct json *values = json_get(e->body, "values");
    for (size_t i = 0; own && i < own->nfields; i++) {
        const struct field *f = &own->field[i];
        const char *chosen = f->kind == FIELD_CHOICE ? json_get_str(values, f->id) : NULL;
        if (chosen)
            said = (struct text){
                arena_printf(w->a, "%s　%s：%s", said.ja, f->title.ja, option_words(f, chosen, true)),
                arena_printf(w->a, "%s; %s: %s", said.en, f->title.en, option_words(f, chosen, false))};
    }
    if (own)
        return said;
    words_args(w, e->body, step, &ja, &en);
    said = catalogue_fill(w->a, said, ja, en);
    return strchr(said.ja, '{') || strchr(said.en, '{') ? none : said;
}

/* Whose fields the entry names: the batch's, or those of the order that was refused. */
static const struct protocol *protocol_of(struct flow *f, const struct entry *e)
{
    const struct batch *x = book_batch(&f->book, stream_rest(e->stream, STREAM_BATCH));
    const char *id = x ? NULL : json_get_str(json_get(e->body, "args"), "protocol");
    const struct protocol_state *p = id ? book_protocol(&f->book, id) : NULL;
    return x ? x->protocol : p ? p->protocol : NULL;
}

static int step_of(const struct protocol *p, const struct entry *e)
{
    const char *id = json_get_str(e->body, "step");
    return p && id ? protocol_step(p, id) : -1;
}

/* A person reads titles; the entry and `args` keep the ids. */
static void add_message(struct flow *f, struct arena *a, struct json *o, const struct entry *e)
{
    const char *code = json_get_str(e->body, "code"), *how = json_get_str(e->body, "outcome");
    const struct protocol *p = protocol_of(f, e);
    int step = step_of(p, e);
    const struct step *own = step >= 0 ? &p->step[step] : NULL;
    struct words w = *f->cfg.words;
    w.a = a;
    w.protocol = p;
    w.screen = true;
    struct text said = {value_words(&w, e, own, true), value_words(&w, e, own, false)};
    bool taken = how && strcmp(how, "accepted") == 0;
    if (taken && said.ja)
        how = "value";
    else if (taken && strcmp(code, "accepted.act") == 0 && (said = act_words(&w, e, own, step)).ja)
        how = "signed";
    struct json *ja, *en;
    words_args(&w, json_get(e->body, "args"), step, &ja, &en);
    json_set_str(a, ja, "said", said.ja);
    json_set_str(a, en, "said", said.en);
    struct text t = catalogue_said(w.codes, a, code, how, ja);
    t.en = catalogue_said(w.codes, a, code, how, en).en;
    struct json *message = json_object(a);
    set_text(a, message, t);
    json_set(a, o, "message", message);
}

/* Of a form: what is wrong with each field, in words. */
static void add_faults(struct flow *f, struct arena *a, struct json *o, const struct entry *e)
{
    const struct json *faults = json_get(json_get(e->body, "args"), "faults");
    struct words w = *f->cfg.words;
    struct json *list = json_array(a);
    w.a = a;
    w.protocol = protocol_of(f, e);
    w.screen = true;
    int step = step_of(w.protocol, e);
    json_each(fault, faults) {
        struct json *told = json_set_str(a, json_object(a), "field", json_get_str(fault, "field"));
        json_set_str(a, told, "code", json_get_str(fault, "code"));
        set_text(a, told, words_code(&w, json_get_str(fault, "code"), json_get(fault, "args"), step));
        json_push(list, told);
    }
    if (list->len)
        json_set(a, o, "faults", list);
}

/* Batch and step as the entry names them; titles from the batch's own protocol. */
static void add_step(struct flow *f, struct arena *a, struct json *o, const struct entry *e)
{
    const char *own = stream_rest(e->stream, STREAM_BATCH);
    const char *batch = own ? own : json_get_str(e->body, "batch");
    const char *step = json_get_str(e->body, "step");
    const struct batch *x = batch ? book_batch(&f->book, batch) : NULL;
    json_set_str(a, o, "batch", batch);
    if (!step || !*step)
        return;
    int i = x ? protocol_step(x->protocol, step) : -1;
    struct json *s = json_set_str(a, json_object(a), "id", step);
    if (i >= 0)
        set_text(a, s, x->protocol->step[i].title);
    json_set_str(a, s, "code", upper_code(a, step));
    json_set(a, o, "step", s);
}

static void copy_members(struct arena *a, struct json *o, const struct json *body)
{
    static const char *const name[] = {"outcome",    "code",  "args",    "understood", "done",
                                       "deviations", "holds", "derived", "pending",    "latched"};
    for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++)
        if (json_get(body, name[i]))
            json_set(a, o, name[i], json_copy(a, json_get(body, name[i])));
}

static struct json *law_json(struct flow *f, struct arena *a, const struct entry *e)
{
    struct json *list = json_array(a);
    json_each(c, e->law) {
        struct json *o = json_set_str(a, json_object(a), "id", c->str);
        set_text(a, o, catalogue_clause(f->cfg.words->codes, c->str, clock_day(e->at)));
        json_push(list, o);
    }
    return list->len ? list : NULL;
}

void reply_write(struct flow *f, const struct entry *e, const struct station *st, struct buf *ret)
{
    struct arena *a = &f->scratch;
    char when[CLOCK_TEXT], leaf[44];
    arena_reset(a);
    struct json *o = json_object(a);
    json_set_str(a, o, "id", e->id);
    copy_members(a, o, e->body);
    /* the operator holds the other batch's container in the hand: both numbers are shown, no patient's name
     */
    const char *other = json_get_str(e->pd, "other");
    json_set_str(a, o, "other", other ? disclosed_value(f, other) : NULL);
    add_message(f, a, o, e);
    add_faults(f, a, o, e);
    add_step(f, a, o, e);
    json_set(a, o, "law", law_json(f, a, e));
    clock_format(e->at, when);
    enc_digest(e->leaf, leaf);
    json_set_str(a, o, "at", when);
    json_set_str(a, o, "stream", e->stream);
    json_set_int(a, o, "sseq", (int64_t)e->sseq);
    json_set_str(a, o, "leaf", leaf);
    if (st && !st->revoked)
        json_set(a, o, "next", next_json(f, a, st));
    json_write(ret, o);
}
