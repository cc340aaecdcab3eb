/* A batch's own stream: steps, inputs, containers, deviations, holds. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "core/book/apply.h"

static struct batch *batch_of(const struct book *b, const struct stream *s)
{
    return strncmp(s->name, "batch/", 6) == 0 ? book_batch(b, s->name + 6) : NULL;
}

/* One more element of `size` behind an array of `n`. */
static void *grow(void *array, size_t n, size_t size)
{
    return (n & (n - 1)) == 0 ? xrealloc(array, (n ? n * 2 : 1) * size) : array;
}

/* When it happened: a station's own list sent after an outage carries true times (doc/bench.md 1.12);
 * any other late claim is kept beside, and judged by the time of recording. */
static int64_t event_time(const struct entry *e)
{
    return e->occurred && e->late && strcmp(e->late, "offline") == 0 ? e->occurred : e->at;
}

/* A field's value: in clear, or behind its digest ("" when it was redacted). NULL if the entry has none. */
static const char *form_text(const struct book *b, const struct field *f, const struct entry *e,
                             const struct json *clear)
{
    const char *digest = json_get_str(e->pd, f->id);
    const char *value = digest && b->disclosed ? b->disclosed(b->arg, digest) : NULL;
    if (digest)
        return value ? value : "";
    return clear ? clear->str : NULL;
}

/* ---- occurrences and their inputs ---- */

static struct occ *occ_begin(struct batch *x, int step, int64_t at)
{
    struct stepstate *s = &x->step[step];
    s->occ = grow(s->occ, s->nocc, sizeof(*s->occ));
    struct occ *o = xcalloc(1, sizeof(*o));
    o->begun = at;
    s->occ[s->nocc++] = o;
    return o;
}

static struct occ *occ_of(struct batch *x, int step, int64_t number, int64_t at)
{
    if (number == (int64_t)x->step[step].nocc + 1)
        return occ_begin(x, step, at);
    return number == (int64_t)x->step[step].nocc ? batch_occ(x, step) : NULL;
}

static struct input *input_add(struct occ *o, int field, const char *text, const struct entry *e)
{
    if (o->ninputs == o->cap) {
        o->cap = o->cap ? o->cap * 2 : 4;
        o->input = xrealloc(o->input, o->cap * sizeof(*o->input));
    }
    struct input *in = &o->input[o->ninputs++];
    *in = (struct input){.field = field, .text = text, .at = event_time(e)};
    return in;
}

void batch_note_act(struct batch *x, const struct person *p, enum dept dept)
{
    if (batch_acted(x, p, dept))
        return;
    x->act = grow(x->act, x->nacts, sizeof(*x->act));
    x->act[x->nacts++] = (struct act_by){p, dept};
}

static void set_people(struct book *b, struct batch *x, struct occ *o, const struct step *st,
                       const struct entry *e)
{
    static const char *const member[] = {"performed", "recorded", "witnessed"};
    const struct person **to[] = {&o->performer, &o->recorder, &o->witness};
    const struct station *station = book_station(b, json_get_str(e->actor, "station"));
    if (station)
        o->station = station;
    for (int i = 0; i < 3; i++) {
        struct person *p = book_person(b, json_get_str(e->actor, member[i]));
        if (!p)
            continue;
        *to[i] = p;
        batch_note_act(x, p, st->dept);
    }
}

/* ---- what an input does to containers and things ---- */

static void container_add(struct book *b, struct batch *x, const char *id, const char *label)
{
    struct container *c = arena_alloc(&b->arena, sizeof(*c));
    c->id = book_keep(b, id);
    c->label = label;
    c->batch = x;
    x->container = grow(x->container, x->ncontainers, sizeof(*x->container));
    x->container[x->ncontainers++] = c;
    map_put(&b->containers, c->id, c);
}

/* The last container gone, the shelf is free again, whatever became of the batch. */
static void leave_place(const struct book *b, const struct batch *x, struct container *c)
{
    struct thing *t = book_thing(b, c->place);
    c->place = NULL;
    for (size_t i = 0; t && i < x->ncontainers; i++)
        if (x->container[i]->place && strcmp(x->container[i]->place, t->id) == 0)
            return;
    if (t && t->occupied == x)
        t->occupied = NULL;
}

static void container_effect(struct book *b, struct batch *x, const struct field *f, const char *id)
{
    struct container *c = book_container(b, id);
    struct code code;
    char raw[BOUND_CODE_ID + 8];
    if (f->use == USE_ISSUE) {
        if (!c && code_make('C', id, raw, sizeof(raw)) == 0 && code_read(raw, strlen(raw), &code) == 0) {
            const struct label *l = protocol_label(x->protocol, code.label);
            container_add(b, x, id, l ? l->id : "");
        }
        return;
    }
    if (!c || c->batch != x)
        return; /* recorded as a fact elsewhere: a foreign container has its own entries */
    static const enum container_state to[] = {
        [USE_ATTACH] = CONTAINER_EMPTY,     [USE_FILL] = CONTAINER_FILLED,
        [USE_CONSUME] = CONTAINER_CONSUMED, [USE_DISCARD] = CONTAINER_DISCARDED,
        [USE_LEAVE] = CONTAINER_LEFT,
    };
    if (f->use == USE_TAKE || f->use == USE_PLACE)
        return;
    c->state = to[f->use];
    c->attached |= f->use == USE_ATTACH || f->use == USE_FILL;
    if (f->use == USE_CONSUME || f->use == USE_DISCARD || f->use == USE_LEAVE)
        leave_place(b, x, c);
}

static bool puts_down(const struct step *st, const struct input *in)
{
    const struct field *f = &st->field[in->field];
    return f->kind == FIELD_CONTAINER && f->use == USE_PLACE;
}

/* The thing an input names as the place to put things: equipment only in a step that has no place. */
static struct thing *place_named(const struct book *b, const struct step *st, const struct input *in)
{
    const struct field *f = &st->field[in->field];
    bool places = false;
    for (size_t i = 0; i < st->nfields; i++)
        places |= st->field[i].kind == FIELD_PLACE && !st->field[i].release;
    enum field_kind wanted = places ? FIELD_PLACE : FIELD_EQUIPMENT;
    return f->kind == wanted && !f->release ? book_thing(b, in->text) : NULL;
}

/* Place first and then what stands there, or things first and then their place: as the first one read says.
 */
static void place_effect(struct book *b, const struct step *st, const struct occ *o)
{
    const struct thing *at = NULL;
    size_t waiting = 0;
    bool things_first = false;
    for (size_t i = 0; i < o->ninputs; i++) {
        const struct thing *t = place_named(b, st, &o->input[i]);
        struct container *c = puts_down(st, &o->input[i]) ? book_container(b, o->input[i].text) : NULL;
        things_first |= c && !at;
        if (c && !things_first)
            c->place = at->id;
        for (; t && things_first && waiting < i; waiting++)
            if (puts_down(st, &o->input[waiting]) && book_container(b, o->input[waiting].text))
                book_container(b, o->input[waiting].text)->place = t->id;
        at = t ? t : at;
    }
}

static void thing_effect(struct book *b, struct batch *x, const struct field *f, const char *id)
{
    struct thing *t = book_thing(b, id);
    if (!t)
        return;
    if (f->occupy)
        t->occupied = x;
    if (f->release && t->occupied == x)
        t->occupied = NULL;
}

/* A batch that is stopped or rejected is released no more, and stays so. */
static void set_state(struct batch *x, const char *state, enum disposition is)
{
    x->state = state;
    if (is != DISPOSITION_ENDED)
        return;
    x->stopped = true;
    x->released = false;
}

static void choice_effect(struct batch *x, const struct field *f, const char *id)
{
    for (size_t i = 0; i < f->noptions; i++) {
        const struct option *o = &f->option[i];
        if (strcmp(o->id, id) != 0 || !o->state)
            continue;
        x->released = o->disposition == DISPOSITION_RELEASED && !x->stopped;
        set_state(x, o->state, o->disposition);
    }
}

int input_set(struct input *in, const struct field *f, const char *text)
{
    in->text = text;
    if (f->kind == FIELD_NUMBER || f->kind == FIELD_DERIVED)
        return dec_parse(text, strlen(text), &in->value);
    return f->kind == FIELD_DATE ? clock_day_parse(text, &in->day) : 0;
}

/* Keeps the input and lets it act. */
static int take_input(struct book *b, struct batch *x, int step, struct occ *o, int field, const char *text,
                      const struct entry *e)
{
    const struct step *st = &x->protocol->step[step];
    const struct field *f = &st->field[field];
    struct input *in = input_add(o, field, book_keep(b, text), e);
    in->digest = book_keep(b, json_get_str(e->pd, f->id));
    in->by = o->performer;
    switch (f->kind) {
    case FIELD_CONTAINER:
        container_effect(b, x, f, in->text);
        if (f->use == USE_PLACE)
            place_effect(b, st, o);
        break;
    case FIELD_EQUIPMENT:
    case FIELD_PLACE:
        thing_effect(b, x, f, in->text);
        place_effect(b, st, o);
        break;
    case FIELD_CHOICE:
        choice_effect(x, f, in->text);
        break;
    default:
        break;
    }
    const char *unit = f->kind == FIELD_LOT ? json_get_str(e->body, "unit") : NULL;
    in->unit = unit ? book_keep(b, unit) : NULL;
    return input_set(in, f, in->text);
}

static int take_derived(struct book *b, struct batch *x, int step, struct occ *o, const struct entry *e)
{
    json_each(d, json_get(e->body, "derived")) {
        const char *name = json_get_str(d, "field"), *value = json_get_str(d, "value");
        int field = name ? step_field(&x->protocol->step[step], name) : -1;
        if (field < 0 || !value || take_input(b, x, step, o, field, value, e) != 0)
            return CPF_E_PROFILE;
    }
    return 0;
}

static void step_finished(struct batch *x, int step, struct occ *o, const struct entry *e)
{
    const struct step *st = &x->protocol->step[step];
    o->done = event_time(e);
    if (o->skipped)
        return; /* what was not done changes no state and starts no clock */
    if (st->state)
        set_state(x, st->state, st->disposition);
    if (st->clock) {
        x->expiry = grow(x->expiry, x->nexpiries, sizeof(*x->expiry));
        x->expiry[x->nexpiries++] = (struct expiry){st->clock, o->done + st->clock_ms};
    }
}

/* The bench follows the work: a step begun there is its step until it is done. */
static void bench_follow(struct book *b, const struct batch *x, int step, bool done, const struct entry *e)
{
    struct station *station = book_station(b, json_get_str(e->actor, "station"));
    if (!station || station->bench.batch != x)
        return;
    station->bench.step = done ? -1 : step;
    if (done)
        station->bench.last = step;
}

/* The step and occurrence an entry speaks of; NULL if the body is not of its kind. */
static struct occ *occ_named(struct batch *x, const struct entry *e, int *ret_step)
{
    const char *id = x ? json_get_str(e->body, "step") : NULL;
    int step = id ? protocol_step(x->protocol, id) : -1;
    if (step < 0)
        return NULL;
    *ret_step = step;
    return occ_of(x, step, json_get_int(e->body, "occ", 1), event_time(e));
}

/* A claim of another time than now counts once per occurrence; a station's own list is no such claim. */
static void note_late(struct occ *o, const struct entry *e)
{
    o->late_noted |= e->late && event_time(e) == e->at;
}

/* The second of two entries agrees: the first one counts. */
static void confirm_first(struct occ *o, int field)
{
    for (size_t i = 0; i < o->ninputs; i++)
        if (o->input[i].field == field)
            o->input[i].first_of_two = false;
}

static int take_one(struct book *b, struct batch *x, int step, struct occ *o, const char *name,
                    const struct entry *e)
{
    const struct step *st = &x->protocol->step[step];
    int field = step_field(st, name);
    const char *text = field >= 0 ? form_text(b, &st->field[field], e, json_get(e->body, "text")) : NULL;
    if (!text)
        return CPF_E_PROFILE;
    if (json_get_bool(e->body, "again")) {
        confirm_first(o, field);
        return 0;
    }
    int err = take_input(b, x, step, o, field, text, e);
    if (err == 0 && json_get_bool(e->body, "first"))
        o->input[o->ninputs - 1].first_of_two = true;
    return err;
}

static int apply_input(struct book *b, struct stream *s, const struct entry *e)
{
    struct batch *x = batch_of(b, s);
    int step;
    struct occ *o = occ_named(x, e, &step);
    if (!o)
        return CPF_E_PROFILE;
    const struct person *performer = o->performer;
    set_people(b, x, o, &x->protocol->step[step], e);
    if (json_get_bool(e->body,
                      "again")) /* who enters a value the second time checks; the first one performed */
        o->performer = performer;
    note_late(o, e);
    x->typed += json_get_bool(e->body, "typed");
    const char *name = json_get_str(e->body, "field");
    int err = name ? take_one(b, x, step, o, name, e) : 0;
    if (err == 0)
        err = take_derived(b, x, step, o, e);
    bool done = json_get_bool(e->body, "done");
    if (err == 0 && done)
        step_finished(x, step, o, e);
    if (err == 0)
        bench_follow(b, x, step, done, e);
    return err;
}

/* ---- forms and signed acts ---- */

static int apply_values(struct book *b, struct batch *x, int step, struct occ *o, const struct entry *e)
{
    const struct step *st = &x->protocol->step[step];
    const struct json *values = json_get(e->body, "values");
    for (int i = 0; i < (int)st->nfields; i++) {
        const struct json *v = json_get(values, st->field[i].id);
        int err = 0;
        if (v && v->type == JSON_ARRAY) {
            json_each(item, v)
                if (err == 0)
                    err = item->str ? take_input(b, x, step, o, i, item->str, e) : CPF_E_PROFILE;
        } else {
            const char *text = form_text(b, &st->field[i], e, v);
            err = text ? take_input(b, x, step, o, i, text, e) : 0;
        }
        if (err)
            return CPF_E_PROFILE;
    }
    return take_derived(b, x, step, o, e);
}

static int apply_form(struct book *b, struct stream *s, const struct entry *e)
{
    struct batch *x = batch_of(b, s);
    int step;
    struct occ *o = occ_named(x, e, &step);
    if (!o)
        return CPF_E_PROFILE;
    set_people(b, x, o, &x->protocol->step[step], e);
    note_late(o, e);
    int err = apply_values(b, x, step, o, e);
    if (err == 0)
        step_finished(x, step, o, e);
    return err;
}

static int apply_ordered(struct book *b, struct stream *s, const struct entry *e)
{
    const char *id = json_get_str(e->body, "protocol"), *version = json_get_str(e->body, "version");
    char name[160];
    snprintf(name, sizeof(name), "%s@%s", id ? id : "", version ? version : "");
    struct protocol_state *p = map_get(&b->protocols, name);
    if (!p || !p->protocol)
        return CPF_E_NOTFOUND;
    char hash[44];
    const char *pinned = json_get_str(e->body, "hash");
    enc_digest(p->protocol->hash, hash);
    if (strncmp(s->name, "batch/", 6) != 0 || book_batch(b, s->name + 6))
        return CPF_E_PROFILE;
    if (!pinned || strcmp(pinned, hash) != 0)
        return CPF_E_MISMATCH;
    struct batch *x = arena_alloc(&b->arena, sizeof(*x));
    x->id = book_keep(b, s->name + 6);
    x->stream = s->name;
    x->state = "ordered";
    x->protocol = p->protocol;
    x->step = xcalloc(p->protocol->nsteps, sizeof(*x->step));
    x->opened_at = e->at;
    map_put(&b->batches, x->id, x);
    return apply_form(b, s, e);
}

static int apply_skipped(struct book *b, struct stream *s, const struct entry *e)
{
    struct batch *x = batch_of(b, s);
    int step;
    struct occ *o = occ_named(x, e, &step);
    if (!o)
        return CPF_E_PROFILE;
    set_people(b, x, o, &x->protocol->step[step], e);
    o->skipped = true;
    step_finished(x, step, o, e);
    bench_follow(b, x, step, true, e);
    return 0;
}

static int apply_again(struct book *b, struct stream *s, const struct entry *e)
{
    (void)e;
    return batch_of(b, s) ? 0 : CPF_E_PROFILE;
}

static int apply_refused(struct book *b, struct stream *s, const struct entry *e)
{
    struct batch *x = batch_of(b, s);
    const char *resets = json_get_str(e->body, "resets");
    if (!x || !resets)
        return 0;
    int step = protocol_step(x->protocol, json_get_str(e->body, "step"));
    struct occ *o = step >= 0 ? batch_occ(x, step) : NULL;
    int field = o ? step_field(&x->protocol->step[step], resets) : -1;
    if (field < 0)
        return CPF_E_PROFILE;
    size_t n = 0;
    for (size_t i = 0; i < o->ninputs; i++)
        if (o->input[i].field != field)
            o->input[n++] = o->input[i];
    o->ninputs = n;
    return 0;
}

/* ---- deviations and holds ---- */

static struct deviation *dev_of(struct batch *x, const struct entry *e)
{
    const char *id = json_get_str(e->body, "dev");
    for (size_t i = 0; x && id && i < x->ndevs; i++)
        if (strcmp(x->dev[i].id, id) == 0)
            return &x->dev[i];
    return NULL;
}

static int apply_dev_opened(struct book *b, struct stream *s, const struct entry *e)
{
    struct batch *x = batch_of(b, s);
    const char *id = json_get_str(e->body, "dev"), *step = json_get_str(e->body, "step");
    const char *cause = json_get_str(e->body, "cause");
    if (!x || !id || !cause)
        return CPF_E_PROFILE;
    x->dev = grow(x->dev, x->ndevs, sizeof(*x->dev));
    x->dev[x->ndevs++] =
        (struct deviation){.id = book_keep(b, id), .code = book_keep(b, cause), .step = book_keep(b, step)};
    x->dev[x->ndevs - 1].grade = (enum grade)word_find(&grade_words, json_get_str(e->body, "grade"));
    int i = step && strcmp(cause, "deadline.missed") == 0 ? protocol_step(x->protocol, step) : -1;
    if (i >= 0)
        x->step[i].deadline_fired = true;
    return 0;
}

static int apply_dev_assessed(struct book *b, struct stream *s, const struct entry *e)
{
    struct deviation *d = dev_of(batch_of(b, s), e);
    enum grade grade = (enum grade)word_find(&grade_words, json_get_str(e->body, "grade"));
    if (!d || !grade)
        return CPF_E_PROFILE;
    d->grade = grade;
    return 0;
}

static int apply_dev_closed(struct book *b, struct stream *s, const struct entry *e)
{
    struct deviation *d = dev_of(batch_of(b, s), e);
    if (!d)
        return CPF_E_PROFILE;
    d->closed = true;
    return 0;
}

static int apply_hold_placed(struct book *b, struct stream *s, const struct entry *e)
{
    struct batch *x = batch_of(b, s);
    const char *id = json_get_str(e->body, "hold"), *cause = json_get_str(e->body, "cause");
    if (!x || !id || !cause)
        return CPF_E_PROFILE;
    x->hold = grow(x->hold, x->nholds, sizeof(*x->hold));
    x->hold[x->nholds++] = (struct hold){book_keep(b, id), book_keep(b, cause), false};
    return 0;
}

static int apply_hold_lifted(struct book *b, struct stream *s, const struct entry *e)
{
    struct batch *x = batch_of(b, s);
    const char *id = json_get_str(e->body, "hold");
    for (size_t i = 0; x && id && i < x->nholds; i++)
        if (strcmp(x->hold[i].id, id) == 0) {
            x->hold[i].lifted = true;
            return 0;
        }
    return CPF_E_PROFILE;
}

static int apply_closed(struct book *b, struct stream *s, const struct entry *e)
{
    struct batch *x = batch_of(b, s);
    if (!x && !s->adopted)
        return CPF_E_PROFILE;
    s->closed = strcmp(e->kind, "batch.closed") == 0;
    if (!x)
        return 0;
    x->closed = s->closed;
    size_t pos = 0;
    for (struct thing *t; x->closed && (t = map_next(&b->things, &pos));)
        if (t->occupied == x)
            t->occupied = NULL;
    pos = 0;
    for (struct station *st; x->closed && (st = map_next(&b->stations, &pos));)
        if (st->bench.batch == x) {
            st->bench.batch = NULL;
            st->bench.step = st->bench.last = -1;
        }
    return 0;
}

const struct apply_kind apply_batch_kinds[] = {
    {"step.input", apply_input},
    {"batch.ordered", apply_ordered},
    {"step.form", apply_form},
    {"step.signed", apply_form},
    {"step.skipped", apply_skipped},
    {"step.again", apply_again},
    {"exposure.linked", apply_again},
    {"refused", apply_refused},
    {"deviation.opened", apply_dev_opened},
    {"deviation.assessed", apply_dev_assessed},
    {"deviation.closed", apply_dev_closed},
    {"hold.placed", apply_hold_placed},
    {"hold.lifted", apply_hold_lifted},
    {"correction", apply_correction},
    {"redacted", apply_redacted},
    {"batch.closed", apply_closed},
    {"batch.reopened", apply_closed},
    {NULL, NULL},
};
