/* The protocol as JSON. Names are those of the YAML language; references are `step.field`. */
#include <string.h>

#include "base/enc.h"
#include "core/protocol/protocol.h"
#include "core/protocol/word.h"

struct out {
    struct arena *a;
    const struct protocol *p;
};

static struct json *text_json(const struct out *o, struct text t)
{
    struct json *j = json_object(o->a);
    json_set_str(o->a, j, "en", t.en);
    return json_set_str(o->a, j, "ja", t.ja);
}

static void set_strings(const struct out *o, struct json *obj, const char *name, const char *const *list,
                        size_t n)
{
    struct json *array = n ? json_array(o->a) : NULL;
    for (size_t i = 0; i < n; i++)
        json_push(array, json_str(o->a, list[i]));
    json_set(o->a, obj, name, array);
}

static void set_true(const struct out *o, struct json *obj, const char *name, bool value)
{
    json_set(o->a, obj, name, value ? json_bool(o->a, true) : NULL);
}

static void set_nonzero(const struct out *o, struct json *obj, const char *name, int64_t value)
{
    if (value)
        json_set_int(o->a, obj, name, value);
}

static const char *step_id(const struct out *o, int step)
{
    return o->p->step[step].id;
}

static void set_steps(const struct out *o, struct json *obj, const char *name, const int *list, size_t n)
{
    struct json *array = n ? json_array(o->a) : NULL;
    for (size_t i = 0; i < n; i++)
        json_push(array, json_str(o->a, step_id(o, list[i])));
    json_set(o->a, obj, name, array);
}

static struct json *ref_json(const struct out *o, struct ref r)
{
    if (r.field < 0)
        return json_str(o->a, step_id(o, r.step));
    return json_strf(o->a, "%s.%s", step_id(o, r.step), o->p->step[r.step].field[r.field].id);
}

static void set_refs(const struct out *o, struct json *obj, const char *name, const struct ref *list,
                     size_t n)
{
    struct json *array = n ? json_array(o->a) : NULL;
    for (size_t i = 0; i < n; i++)
        json_push(array, ref_json(o, list[i]));
    json_set(o->a, obj, name, array);
}

static struct json *dec_json(const struct out *o, struct dec d)
{
    char text[DEC_TEXT];
    dec_format(d, text);
    return json_str(o->a, text);
}

/* {lo, hi}; an open end is left out. */
static void set_range(const struct out *o, struct json *obj, const char *name, const struct range *r)
{
    if (!r->has_lo && !r->has_hi)
        return;
    struct json *j = json_object(o->a);
    json_set(o->a, j, "hi", r->has_hi ? dec_json(o, r->hi) : NULL);
    json_set(o->a, j, "lo", r->has_lo ? dec_json(o, r->lo) : NULL);
    json_set(o->a, obj, name, j);
}

/* {days: n} or {ms: n} */
static void set_span(const struct out *o, struct json *obj, const char *name, struct span s)
{
    if (s.set)
        json_set(o->a, obj, name, json_set_int(o->a, json_object(o->a), s.days ? "days" : "ms", s.value));
}

/* ---- field ---- */

static void put_scan(const struct out *o, struct json *j, const struct field *f)
{
    json_set(o->a, j, "n", f->n < 0 ? json_str(o->a, "all") : json_int(o->a, f->n));
    if (f->kind == FIELD_CONTAINER)
        json_set_str(o->a, j, "use", word_text(container_use_words, (int)f->use));
    if (f->kind == FIELD_LOT)
        json_set_str(o->a, j, "use", word_text(lot_use_words, (int)f->lot_use));
    set_strings(o, j, "label", f->label, f->nlabels);
    set_strings(o, j, "material", f->material, f->nmaterials);
    set_strings(o, j, "role", f->role, f->nroles);
    set_refs(o, j, "from", f->from, f->nfrom);
    json_set_str(o->a, j, "thing", f->thing);
    set_true(o, j, "occupy", f->occupy);
    set_true(o, j, "release", f->release);
    if (f->has_same) {
        json_set(o->a, j, "same", ref_json(o, f->same));
        json_set_str(o->a, j, "differs", word_text(effect_words, (int)f->differs));
    }
}

static void put_number(const struct out *o, struct json *j, const struct field *f)
{
    json_set_str(o->a, j, "unit", f->unit);
    json_set_int(o->a, j, "decimals", f->decimals);
    set_range(o, j, "possible", &f->possible);
    set_range(o, j, "alert", &f->alert);
    set_range(o, j, "action", &f->action);
    if (f->action.has_lo || f->action.has_hi)
        json_set_str(o->a, j, "on-action", word_text(effect_words, (int)f->on_action));
    if (f->has_blocks)
        json_set(o->a, j, "blocks-room", ref_json(o, f->blocks));
    set_true(o, j, "twice", f->twice);
    json_set_str(o->a, j, "plan", f->plan);
    if (f->conditional) {
        const struct ref pair[] = {f->differ_a, f->differ_b};
        struct json *differ = json_set(o->a, json_object(o->a), "limit", dec_json(o, f->differ));
        set_refs(o, differ, "of", pair, 2);
        json_set(o->a, j, "if-differ", differ);
    }
}

static void put_derived(const struct out *o, struct json *j, const struct field *f)
{
    json_set_str(o->a, j, "derive", word_text(derive_words, (int)f->fn));
    set_refs(o, j, "of", f->arg, f->nargs);
}

static void put_options(const struct out *o, struct json *j, const struct field *f)
{
    struct json *list = json_array(o->a);
    for (size_t i = 0; i < f->noptions; i++) {
        const struct option *option = &f->option[i];
        struct json *item = json_object(o->a);
        json_set_str(o->a, item, "id", option->id);
        json_set(o->a, item, "title", text_json(o, option->title));
        json_set_str(o->a, item, "is", word_text(effect_words, (int)option->effect));
        json_set_str(o->a, item, "state", option->state);
        set_true(o, item, "exposes", option->exposes);
        set_true(o, item, "suspects", option->suspects);
        set_true(o, item, "voids-run", option->voids_run);
        set_true(o, item, "run-was-void", option->run_was_void);
        json_push(list, item);
    }
    json_set(o->a, j, "options", list);
}

static struct json *field_json(const struct out *o, const struct field *f)
{
    struct json *j = json_object(o->a);
    json_set_str(o->a, j, "id", f->id);
    json_set(o->a, j, "title", text_json(o, f->title));
    json_set_str(o->a, j, "kind", word_text(field_kind_words, (int)f->kind));
    set_true(o, j, "optional", f->optional);
    set_true(o, j, "reported", f->reported);
    set_true(o, j, "day", f->day);
    set_true(o, j, "donor", f->donor);
    set_true(o, j, "person", f->person);
    json_set_str(o->a, j, "means", word_text(meaning_words, (int)f->means));
    if (f->kind <= FIELD_DOCUMENT)
        put_scan(o, j, f);
    if (f->kind == FIELD_NUMBER || f->kind == FIELD_DERIVED)
        put_number(o, j, f);
    if (f->kind == FIELD_DERIVED)
        put_derived(o, j, f);
    if (f->kind == FIELD_CHOICE)
        put_options(o, j, f);
    set_nonzero(o, j, "valid-days", f->valid_days);
    json_set(o->a, j, "valid-on", f->has_valid_on ? ref_json(o, f->valid_on) : NULL);
    json_set(o->a, j, "not-before", f->has_not_before ? ref_json(o, f->not_before) : NULL);
    json_set_str(o->a, j, "pattern", f->pattern);
    json_set(o->a, j, "identity", f->kind == FIELD_IDENTITY ? ref_json(o, f->identity) : NULL);
    return j;
}

/* ---- step ---- */

static void put_times(const struct out *o, struct json *j, const struct step *s)
{
    struct json *list = s->nwindows ? json_array(o->a) : NULL;
    for (size_t i = 0; i < s->nwindows; i++) {
        const struct window *w = &s->window[i];
        struct json *item = json_object(o->a);
        json_set_str(o->a, item, "since", step_id(o, w->since));
        json_set_str(o->a, item, "from", w->first ? "first" : NULL);
        json_set_str(o->a, item, "until", w->end ? "end" : NULL);
        set_span(o, item, "possible", w->possible);
        set_span(o, item, "min", w->min);
        set_span(o, item, "max", w->max);
        json_set_str(o->a, item, "early", word_text(effect_words, (int)w->early));
        json_set_str(o->a, item, "late", word_text(effect_words, (int)w->late));
        json_push(list, item);
    }
    json_set(o->a, j, "window", list);
    if (s->takes.set) {
        set_span(o, j, "takes", s->takes);
        json_set_str(o->a, j, "short", word_text(effect_words, (int)s->short_of_it));
    }
    if (s->deadline.set) {
        struct json *d = json_object(o->a);
        json_set_str(o->a, d, "since", step_id(o, s->deadline.since));
        set_span(o, d, "within", s->deadline.within);
        json_set_str(o->a, d, "else", word_text(effect_words, (int)s->deadline.effect));
        json_set(o->a, j, "deadline", d);
    }
    if (s->clock) {
        struct json *clock = json_set_int(o->a, json_object(o->a), "ms", s->clock_ms);
        json_set(o->a, j, "starts-clock", json_set_str(o->a, clock, "id", s->clock));
    }
}

static void put_requires(const struct out *o, struct json *j, const struct step *s)
{
    struct json *list = s->nrequires ? json_array(o->a) : NULL;
    for (size_t i = 0; i < s->nrequires; i++) {
        const struct requirement *r = &s->require[i];
        struct json *item =
            json_set_str(o->a, json_object(o->a), "need", word_text(need_words, (int)r->need));
        if (r->need == NEED_EXPIRY)
            json_set_str(o->a, item, "clock", r->arg);
        if (r->need == NEED_VALID)
            json_set_str(o->a, item, "step", step_id(o, r->step));
        set_strings(o, item, "keep", r->keep, r->nkeep);
        json_push(list, item);
    }
    json_set(o->a, j, "requires", list);
}

static void put_people(const struct out *o, struct json *j, const struct step *s)
{
    set_strings(o, j, "where", s->where, s->nwhere);
    set_strings(o, j, "by", s->by, s->nby);
    json_set_str(o->a, j, "dept", word_name(&dept_words, (int)s->dept));
    set_nonzero(o, j, "people", s->people);
    set_true(o, j, "fit", s->fit);
    set_true(o, j, "declares-fit", s->declares_fit);
    set_strings(o, j, "qualified", s->qualified, s->nqualified);
    set_true(o, j, "witness", s->witness);
    set_strings(o, j, "witness-by", s->witness_by, s->nwitness_by);
    set_steps(o, j, "not-by", s->not_by, s->nnot_by);
}

static void put_sign(const struct out *o, struct json *j, const struct step *s)
{
    if (s->verb == VERB_NONE)
        return;
    struct json *sign = json_set_str(o->a, json_object(o->a), "verb", word_text(verb_words, (int)s->verb));
    json_set(o->a, sign, "meaning", text_json(o, s->meaning));
    json_set(o->a, j, "sign", sign);
}

static void put_balance(const struct out *o, struct json *j, const struct balance *b)
{
    if (!b->set)
        return;
    struct json *item = json_object(o->a);
    set_refs(o, item, "in", b->in, b->nin);
    set_refs(o, item, "out", b->out, b->nout);
    json_set(o->a, item, "tolerance", dec_json(o, b->tolerance));
    json_set_str(o->a, item, "over", word_text(effect_words, (int)b->over));
    json_set_str(o->a, item, "under", word_text(effect_words, (int)b->under));
    json_set(o->a, j, "balance", item);
}

static void put_flags(const struct out *o, struct json *j, const struct step *s)
{
    set_true(o, j, "optional", s->optional);
    set_true(o, j, "late", s->late);
    set_true(o, j, "opens", s->opens);
    set_true(o, j, "closes", s->closes);
    set_true(o, j, "form", s->form);
    set_true(o, j, "names-pending", s->names_pending);
    json_set_int(o->a, j, "repeat", s->repeat_max);
    if (s->rerun_of >= 0)
        json_set_str(o->a, j, "rerun-of", o->p->step[s->rerun_of].id);
    json_set_str(o->a, j, "skip", s->can_skip ? word_text(effect_words, (int)s->on_skip) : NULL);
    json_set_str(o->a, j, "state", s->state);
    set_strings(o, j, "law", s->law, s->nlaw);
}

static struct json *step_json(const struct out *o, const struct step *s)
{
    struct json *j = json_object(o->a), *fields = json_array(o->a),
                *unique = s->nunique ? json_array(o->a) : NULL;
    json_set_str(o->a, j, "id", s->id);
    json_set(o->a, j, "title", text_json(o, s->title));
    json_set_str(o->a, j, "section", s->section);
    set_steps(o, j, "after", s->after, s->nafter);
    put_people(o, j, s);
    put_sign(o, j, s);
    put_times(o, j, s);
    put_requires(o, j, s);
    put_balance(o, j, &s->balance);
    put_flags(o, j, s);
    for (size_t i = 0; i < s->nunique; i++)
        json_push(unique, json_str(o->a, s->field[s->unique[i]].id));
    json_set(o->a, j, "unique", unique);
    for (size_t i = 0; i < s->nfields; i++)
        json_push(fields, field_json(o, &s->field[i]));
    return json_set(o->a, j, "fields", fields);
}

/* ---- head ---- */

static struct json *labels_json(const struct out *o)
{
    struct json *list = json_array(o->a);
    for (size_t i = 0; i < o->p->nlabels; i++) {
        struct json *item = json_set_str(o->a, json_object(o->a), "id", o->p->label[i].id);
        json_set(o->a, item, "title", text_json(o, o->p->label[i].title));
        set_nonzero(o, item, "max", o->p->label[i].max);
        json_push(list, item);
    }
    return list;
}

static struct json *materials_json(const struct out *o)
{
    struct json *list = json_array(o->a);
    for (size_t i = 0; i < o->p->nmaterials; i++) {
        const struct material *m = &o->p->material[i];
        struct json *item = json_set_str(o->a, json_object(o->a), "id", m->id);
        json_set(o->a, item, "title", text_json(o, m->title));
        json_set_str(o->a, item, "unit", m->unit);
        set_true(o, item, "single-batch", m->single_batch);
        set_true(o, item, "biological", m->biological);
        json_push(list, item);
    }
    return list;
}

struct json *protocol_json(struct arena *a, const struct protocol *p)
{
    const struct out o = {a, p};
    char digest[44];
    enc_digest(p->hash, digest);
    struct json *j = json_object(a), *steps = json_array(a);
    json_set_str(a, j, "id", p->id);
    json_set_str(a, j, "version", p->version);
    json_set_str(a, j, "hash", digest);
    json_set(a, j, "product", text_json(&o, p->product));
    json_set(a, j, "labels", labels_json(&o));
    json_set(a, j, "materials", materials_json(&o));
    set_strings(&o, j, "shared", p->shared, p->nshared);
    for (size_t i = 0; i < p->nsteps; i++)
        json_push(steps, step_json(&o, &p->step[i]));
    return json_set(a, j, "steps", steps);
}
