/*
 * The answer to a command: a function of its first recorded entry, so that the
 * same id gets the same answer for ever; only `next` is computed anew.
 */
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "core/entry/alarm.h"
#include "core/entry/refusal.h"
#include "core/entry/step.h"
#include "core/protocol/word.h"
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
    code_upper(s);
    return s;
}

/* NULL: it is too long for one. */
static const char *command_code(struct arena *a, const char *what, const char *id)
{
    char raw[BOUND_CODE_ID + 8];
    return code_make_command(what, id, raw, sizeof(raw)) == 0 ? arena_strdup(a, raw) : NULL;
}

/* A container that is awaited may be broken, or not to be found. */
static void next_lost(struct arena *a, struct json *o, const struct field *f)
{
    static const enum code_command said[] = {COMMAND_BROKEN, COMMAND_LOST};
    struct json *list = json_array(a);
    for (size_t i = 0; i < 2; i++)
        json_push(list, json_str(a, command_code(a, word_name(&command_words, (int)said[i]), NULL)));
    if (f->kind == FIELD_CONTAINER && f->use != USE_ISSUE)
        json_set(a, o, "lost", list);
}

static void next_field(struct words w, struct arena *a, struct json *o, const struct next *n,
                       const struct field *f)
{
    struct json *thing = json_object(a);
    w.a = a;
    json_set_str(a, o, "field", f->id);
    json_set_str(a, o, "field_ja", f->title.ja);
    json_set_str(a, o, "field_en", f->title.en);
    json_set_str(a, o, "kind", word_text(field_kind_words, (int)f->kind));
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
    if (f->thing)
        set_text(a, thing, word(&w, "thing", f->thing));
    json_set(a, o, "thing", f->thing ? thing : NULL);
    struct json *options = json_array(a);
    for (size_t i = 0; i < f->noptions; i++) {
        struct json *opt = json_set_str(a, json_object(a), "id", f->option[i].id);
        set_text(a, opt, f->option[i].title);
        json_set_str(a, opt, "code", command_code(a, "OPT", f->option[i].id));
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
    if (n->choose)
        json_set_str(a, o, "choose", command_code(a, "STEP", s->id));
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

static struct json *clause_json(struct flow *f, struct arena *a, const char *id, int64_t at)
{
    struct json *o = json_set_str(a, json_object(a), "id", id);
    set_text(a, o, catalogue_clause(f->cfg.words->codes, id, clock_day(at)));
    return o;
}

static struct json *alarm_people(struct flow *f, struct arena *a, const struct texts *ids, bool codes)
{
    struct json *list = json_array(a);
    for (size_t i = 0; i < ids->n; i++) {
        struct json *o = who_json(f, a, book_person(&f->book, ids->item[i]));
        if (codes)
            json_set_str(a, o, "code", command_code(a, word_name(&command_words, COMMAND_ACK), ids->item[i]));
        json_push(list, o);
    }
    return list->len ? list : NULL;
}

/* In the words of the answer that raised it. */
static void alarm_message(struct flow *f, struct arena *a, struct json *o, const struct alarm *al)
{
    const struct batch *x = al->batch ? book_batch(&f->book, al->batch) : NULL;
    const char *how = outcome_name(al->outcome);
    struct words w = *f->cfg.words;
    w.a = a;
    w.protocol = x ? x->protocol : NULL;
    w.screen = true;
    struct json *ja, *en;
    words_args(&w, al->args, x && al->step ? protocol_step(x->protocol, al->step) : -1, &ja, &en);
    struct text t = catalogue_said(w.codes, a, al->code, how, ja);
    t.en = catalogue_said(w.codes, a, al->code, how, en).en;
    set_text(a, o, t);
}

/* What stands on the screen of every page of this station until it is acknowledged. */
static void next_alarm(struct flow *f, struct arena *a, struct json *o, const struct next *n)
{
    const struct alarm *al = n->alarm;
    char when[CLOCK_TEXT];
    if (!al)
        return;
    struct json *told = json_set_str(a, json_object(a), "code", al->code), *law = json_array(a);
    alarm_message(f, a, told, al);
    json_set_str(a, told, "outcome", outcome_name(al->outcome));
    json_set(a, told, "stops", json_bool(a, al->stops));
    json_set_str(a, told, "batch", al->batch);
    json_set_str(a, told, "other", al->other ? disclosed_value(f, al->other) : NULL);
    json_set_str(a, told, "thing", al->thing);
    for (const char *const *c = catalogue_law(f->cfg.words->codes, al->code); c && *c; c++)
        json_push(law, clause_json(f, a, *c, al->at));
    json_set(a, told, "law", law->len ? law : NULL);
    json_set(a, told, "waits", alarm_people(f, a, &n->waits, false));
    json_set(a, told, "called", alarm_people(f, a, &n->callable, true));
    clock_format(al->at, when);
    json_set_str(a, told, "at", when);
    json_set(a, o, "alarm", json_set_str(a, told, "alarm", al->leaf));
}

/* ---- how the batch at the bench stands ---- */

static struct json *hold_json(const struct words *w, const struct batch *x, const struct hold *h)
{
    const struct deviation *d = batch_deviation((struct batch *)x, h->dev);
    struct json *o = json_set_str(w->a, json_object(w->a), "hold", h->id);
    set_text(
        w->a, o,
        words_code(w, h->code, d ? d->args : NULL, d && d->step ? protocol_step(x->protocol, d->step) : -1));
    return o;
}

/* Until when what: the newest of each clock. */
static struct json *clocks_json(const struct words *w, const struct batch *x)
{
    struct json *list = json_array(w->a);
    for (size_t i = 0; i < x->nexpiries; i++) {
        char until[CLOCK_TEXT];
        if (!batch_expiry_counts(x, i))
            continue;
        struct json *o = json_set_str(w->a, json_object(w->a), "clock", x->expiry[i].clock);
        clock_format(x->expiry[i].until, until);
        set_text(w->a, o, word(w, "clock", x->expiry[i].clock));
        json_push(list, json_set_str(w->a, o, "until", until));
    }
    return list->len ? list : NULL;
}

/* What whoever stands there with the cells must know beside what comes next. */
static void next_state(struct flow *f, struct arena *a, struct json *o, const struct batch *x)
{
    struct words w = *f->cfg.words;
    struct json *holds = json_array(a), *devs = json_array(a);
    w.a = a;
    w.protocol = x->protocol;
    w.screen = false;
    for (size_t i = 0; i < x->nholds; i++)
        if (!x->hold[i].lifted)
            json_push(holds, hold_json(&w, x, &x->hold[i]));
    for (size_t i = 0; i < x->ndevs; i++)
        if (!x->dev[i].assessed && !x->dev[i].closed)
            json_push(devs, json_str(a, x->dev[i].id));
    json_set(a, o, "holds", holds->len ? holds : NULL);
    json_set(a, o, "deviations", devs->len ? devs : NULL);
    json_set(a, o, "clocks", clocks_json(&w, x));
}

static struct json *next_json(struct flow *f, struct arena *a, const struct station *st)
{
    struct next n;
    struct json *o = json_object(a);
    rule_next(&f->book, st, flow_now(f), f->cfg.conf->idle_after_s, a, &n);
    next_people(f, a, o, st, &n);
    next_alarm(f, a, o, &n);
    next_note(f, a, o, &n);
    if (!n.batch)
        return o;
    json_set_str(a, o, "batch", n.batch->id);
    next_state(f, a, o, n.batch);
    if (n.step < 0)
        return o;
    const struct step *s = &n.batch->protocol->step[n.step];
    json_set_str(a, o, "step", s->id);
    set_text(a, o, s->title);
    if (n.field >= 0)
        next_field(*f->cfg.words, a, o, &n, &s->field[n.field]);
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

static void push_code(struct arena *a, struct json *list, char type, const char *id)
{
    char raw[BOUND_CODE_ID + 8];
    if (code_make(type, id, raw, sizeof(raw)) == 0)
        json_push(list, json_str(a, raw));
}

/* What a station may take while nobody answers, and what is its own then, as its codes are scanned: anything
 * else of these kinds belongs to somebody else. NULL: nothing would be believed. */
static struct json *offline_json(struct flow *f, struct arena *a, const struct station *st)
{
    struct next n;
    const struct batch *x = st->bench.batch;
    struct json *own = json_object(a), *people = json_array(a), *things = json_array(a);
    rule_next(&f->book, st, flow_now(f), f->cfg.conf->idle_after_s, a, &n);
    if (!rule_offline(st, flow_now(f), &n))
        return NULL;
    for (size_t i = 0; i < st->bench.npeople; i++)
        push_code(a, people, 'P', st->bench.person[i]->id);
    for (size_t i = 0; x && i < x->ncontainers; i++)
        if (!x->container[i]->missing)
            push_code(a, things, 'C', x->container[i]->id);
    json_set(a, own, "P-", people);
    json_set(a, own, "C-", things);
    if (x) {
        json_set(a, own, "B-", json_array(a));
        push_code(a, (struct json *)json_get(own, "B-"), 'B', x->id);
    }
    char until[CLOCK_TEXT];
    clock_format(bench_until(&st->bench), until);
    struct json *o = json_set_str(a, json_object(a), "origin", f->cfg.conf->origin);
    return json_set(a, json_set_str(a, o, "until", until), "own", own);
}

/* The card's commands, by their words. */
static struct json *commands_json(struct arena *a)
{
    static const enum code_command list[] = {COMMAND_BACK,   COMMAND_YES,  COMMAND_OUT,
                                             COMMAND_BROKEN, COMMAND_LOST, COMMAND_ACK};
    struct json *o = json_object(a);
    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        const char *name = word_name(&command_words, (int)list[i]);
        json_set_str(a, o, name, command_code(a, name, NULL));
    }
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
    json_set(a, o, "commands", commands_json(a));
    json_set(a, o, "offline", offline_json(f, a, st));
    json_set_int(a, o, "idle_after_s", f->cfg.conf->idle_after_s);
    json_set(a, o, "training", f->cfg.conf->training ? json_bool(a, true) : NULL);
    return json_set_str(a, o, "zone", clock_zone_name());
}

/* ---- what the entry says, in words ---- */

/* The entry, read once: as its kind's struct, and what every body says. */
struct told {
    const struct entry *e;
    struct body body;
    struct judged judged;
    struct named named;
    struct form_refused form;
    const struct protocol *protocol; /* whose fields it names: the batch's, or those of the order refused */
    int step;                        /* of that protocol; -1: none */
    struct words words;              /* on a screen, with that protocol */
};

/* What of a session is said names steps of the batch at that bench. */
static const struct batch *told_batch(const struct flow *f, const struct entry *e)
{
    const char *own = stream_rest(e->stream, STREAM_BATCH);
    struct actor who;
    actor_read(e, &who);
    const struct station *st = own || !who.station ? NULL : book_station(&f->book, who.station);
    return own ? book_batch(&f->book, own) : st ? st->bench.batch : NULL;
}

static void told_read(struct flow *f, struct arena *a, const struct entry *e, struct told *ret)
{
    *ret = (struct told){.e = e, .words = *f->cfg.words};
    int err = kind_read(e, a, &ret->body);
    (void)err; /* of what an older program wrote, as much as there is */
    judged_read(e, a, &ret->judged);
    named_read(e, a, &ret->named);
    form_refused_read(&ret->judged, a, &ret->form);
    const struct batch *x = told_batch(f, e);
    const struct protocol_state *p = ret->form.protocol ? book_protocol(&f->book, ret->form.protocol) : NULL;
    ret->protocol = p ? p->protocol : x ? x->protocol : NULL;
    ret->step = ret->protocol && ret->named.step ? protocol_step(ret->protocol, ret->named.step) : -1;
    ret->words.a = a;
    ret->words.protocol = ret->protocol;
    ret->words.screen = true;
}

static const struct step *told_step(const struct told *t)
{
    return t->step >= 0 ? &t->protocol->step[t->step] : NULL;
}

static const char *option_words(const struct field *f, const char *id, bool ja)
{
    for (size_t k = 0; id && k < f->noptions; k++)
        if (strcmp(f->option[k].id, id) == 0)
            return ja ? f->option[k].title.ja : f->option[k].title.en;
    const struct text t = words_value(id ? id : "–");
    return ja ? t.ja : t.en;
}

static const char *title_of(const struct field *f, bool ja)
{
    return ja ? f->title.ja : f->title.en;
}

static const struct field *told_field(const struct told *t, const char *id)
{
    const struct step *own = told_step(t);
    int i = own && id ? step_field(own, id) : -1;
    return i >= 0 ? &own->field[i] : NULL;
}

static const char *corrected_words(const struct told *t, const struct correction *c, bool ja)
{
    const struct field *f = told_field(t, c->field);
    if (!f || !c->value)
        return f ? title_of(f, ja) : NULL;
    return arena_printf(t->words.a, ja ? "%s %s → %s" : "%s: %s → %s", title_of(f, ja),
                        option_words(f, c->old, ja), option_words(f, c->value, ja));
}

/* The value that was taken, as people read it; NULL: there is none, or it is personal. */
static const char *value_words(const struct told *t, bool ja)
{
    const struct correction *c = kind_value(&t->body, KIND_CORRECTION);
    const struct step_input *in = kind_value(&t->body, KIND_STEP_INPUT);
    const struct field *f = in ? told_field(t, in->field) : NULL;
    if (c)
        return corrected_words(t, c, ja);
    if (!f || !in->text || strcmp(in->text, "*") == 0)
        return NULL;
    const char *text = option_words(f, in->text, ja);
    if (in->unit && f->kind == FIELD_LOT)
        text = arena_printf(t->words.a, ja ? "%s の容器 %s" : "%s, unit %s", text, in->unit);
    else if (in->unit)
        text = words_amount(&t->words, text, in->unit);
    return arena_printf(t->words.a, "%s %s", title_of(f, ja), text);
}

/* What was signed: the act, on what, and what was chosen. */
static struct text act_words(const struct told *t)
{
    static const struct text none;
    const struct words *w = &t->words;
    const struct step *own = told_step(t);
    const struct step_form *form = step_form_of(&t->body);
    const struct kind *k = t->body.kind;
    struct json *ja, *en;
    struct text said = own ? own->title : (struct text){k ? k->reads.ja : "", k ? k->reads.en : ""};
    for (size_t i = 0; own && form && i < own->nfields; i++) {
        const struct field *f = &own->field[i];
        const char *chosen = f->kind == FIELD_CHOICE ? json_get_str(form->values, f->id) : NULL;
        if (chosen)
            said = (struct text){
                arena_printf(w->a, "%s　%s：%s", said.ja, f->title.ja, option_words(f, chosen, true)),
                arena_printf(w->a, "%s; %s: %s", said.en, f->title.en, option_words(f, chosen, false))};
    }
    if (own)
        return said;
    words_args(w, t->e->body, t->step, &ja, &en);
    said = catalogue_fill(w->a, said, ja, en);
    return strchr(said.ja, '{') || strchr(said.en, '{') ? none : said;
}

/* A person reads titles; the entry and `args` keep the ids. */
static void add_message(struct json *o, const struct told *t)
{
    struct arena *a = t->words.a;
    const char *code = t->judged.code, *how = outcome_name(t->judged.outcome);
    struct text said = {value_words(t, true), value_words(t, false)};
    bool beside = t->judged.outcome == OUTCOME_ALERT && t->judged.beside; /* it says the rest */
    bool taken = t->judged.outcome == OUTCOME_ACCEPTED || beside;
    if (taken && said.ja)
        how = "value";
    else if (taken && say_find(code) == SAY_ACCEPTED_ACT && (said = act_words(t)).ja)
        how = "signed";
    struct json *ja, *en;
    words_args(&t->words, t->judged.args, t->step, &ja, &en);
    json_set_str(a, ja, "said", said.ja);
    json_set_str(a, en, "said", said.en);
    struct text text = catalogue_said(t->words.codes, a, code, how, ja);
    text.en = catalogue_said(t->words.codes, a, code, how, en).en;
    struct json *message = json_object(a);
    set_text(a, message, text);
    json_set(a, o, "message", message);
}

/* Of a form: what is wrong with each field, in words. */
static void add_faults(struct json *o, const struct told *t)
{
    struct arena *a = t->words.a;
    struct json *list = json_array(a);
    for (size_t i = 0; i < t->form.faults.n; i++) {
        const struct form_fault *f = &t->form.faults.item[i];
        struct json *told = json_set_str(a, json_object(a), "field", f->field);
        json_set_str(a, told, "code", f->code);
        set_text(a, told, words_code(&t->words, f->code, f->args, t->step));
        json_push(list, told);
    }
    if (list->len)
        json_set(a, o, "faults", list);
}

/* Of who acts, in words, beside the answer's own. */
static void add_beside(struct json *o, const struct told *t)
{
    struct arena *a = t->words.a;
    struct json *list = json_array(a);
    json_each(b, t->judged.beside) {
        const char *code = json_get_str(b, "code");
        struct json *ja, *en, *told = json_set_str(a, json_object(a), "code", code);
        words_args(&t->words, json_get(b, "args"), -1, &ja, &en);
        struct text text = catalogue_text(t->words.codes, a, code, ja);
        text.en = catalogue_text(t->words.codes, a, code, en).en;
        set_text(a, told, text);
        json_push(list, told);
    }
    if (list->len)
        json_set(a, o, "beside", list);
}

/* A badge was read whose owner has to sign in first, or the PIN was wrong: a station asks for the PIN. */
static bool asks_pin(const struct told *t)
{
    enum say code = say_find(t->judged.code);
    bool badge = t->judged.understood && strcmp(t->judged.understood->kind, "badge") == 0;
    bool session = t->body.kind && t->body.kind->id == KIND_SESSION_FAILED;
    return (code == SAY_SESSION_NONE && badge) || code == SAY_SESSION_NOT_HERE ||
           (code == SAY_SESSION_WRONG_SECRET && session);
}

/* Batch and step as the entry names them; titles from the batch's own protocol. */
static void add_step(struct flow *f, struct json *o, const struct told *t)
{
    struct arena *a = t->words.a;
    const char *own = stream_rest(t->e->stream, STREAM_BATCH), *step = t->named.step;
    const char *batch = own ? own : t->named.batch;
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

/* What an answer repeats of the body, as it is. */
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
    json_each(c, e->law)
        json_push(list, clause_json(f, a, c->str, e->at));
    return list->len ? list : NULL;
}

void reply_write(struct flow *f, const struct entry *e, const struct station *st, struct buf *ret)
{
    struct arena *a = &f->scratch;
    char when[CLOCK_TEXT], leaf[44];
    struct told told;
    arena_reset(a);
    told_read(f, a, e, &told);
    struct json *o = json_object(a);
    json_set_str(a, o, "id", e->id);
    copy_members(a, o, e->body);
    /* the operator holds the other batch's container in the hand: both numbers are shown, no patient's name
     */
    const char *stands = entry_secret(e, SECRET_STANDS),
               *other = stands ? stands : entry_secret(e, SECRET_OTHER);
    json_set_str(a, o, "other", other ? disclosed_value(f, other) : NULL);
    add_message(o, &told);
    add_faults(o, &told);
    add_beside(o, &told);
    if (asks_pin(&told))
        json_set_str(a, o, "secret", "pin");
    add_step(f, o, &told);
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
