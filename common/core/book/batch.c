/* A batch's occurrences of steps, and their inputs. */
#include <string.h>

#include "core/book/apply.h"

struct batch *batch_of(const struct book *b, const struct stream *s)
{
    return book_batch(b, stream_rest(s->name, STREAM_BATCH));
}

void book_closing(struct book *b, const uint8_t leaf[HASH_LEN])
{
    book_touch(b, &b->closing, sizeof(b->closing));
    b->closing.any = true;
    memcpy(b->closing.leaf, leaf, HASH_LEN);
}

/* ---- what it has, by id ---- */

struct deviation *batch_deviation(const struct batch *b, const char *id)
{
    for (size_t i = 0; b && id && i < b->ndevs; i++)
        if (strcmp(b->dev[i].id, id) == 0)
            return &b->dev[i];
    return NULL;
}

struct action *batch_action(const struct batch *b, const char *id)
{
    for (size_t i = 0; b && id && i < b->nactions; i++)
        if (strcmp(b->action[i].id, id) == 0)
            return &b->action[i];
    return NULL;
}

bool action_open(const struct action *a)
{
    return !a->verified && !a->withdrawn;
}

struct hold *batch_hold(const struct batch *b, const char *id)
{
    for (size_t i = 0; b && id && i < b->nholds; i++)
        if (strcmp(b->hold[i].id, id) == 0)
            return &b->hold[i];
    return NULL;
}

/* ---- people ---- */

void batch_note_act(struct book *b, struct batch *x, const struct person *p, enum dept dept)
{
    if (!batch_acted(x, p, dept))
        *PUSH(b, x->act, x->nacts) = (struct act_by){p, dept};
}

void batch_note_people(struct book *b, struct batch *x, const struct entry *e, enum dept dept)
{
    struct actor actor;
    actor_read(e, &actor);
    const char *const id[] = {actor.performed, actor.recorded, actor.witnessed};
    for (size_t i = 0; i < 3; i++) {
        const struct person *p = book_person(b, id[i]);
        if (p)
            batch_note_act(b, x, p, dept);
    }
}

/* A claim of another time than now counts once per occurrence; a station's own list is no such claim. */
static void note_late(struct occ *o, const struct entry *e)
{
    o->late_noted |= e->late && entry_event_time(e) == e->at;
}

void at_people(const struct at *a)
{
    struct actor actor;
    actor_read(a->e, &actor);
    const struct station *station = book_station(a->b, actor.station);
    const struct person *performed = book_person(a->b, actor.performed),
                        *recorded = book_person(a->b, actor.recorded),
                        *witnessed = book_person(a->b, actor.witnessed);
    struct occ *o = a->o;
    if (station) {
        o->station = station;
        o->room = station_room(station, entry_event_time(a->e));
    }
    o->performer = performed ? performed : o->performer;
    o->recorder = recorded ? recorded : o->recorder;
    o->witness = witnessed ? witnessed : o->witness;
    batch_note_people(a->b, a->x, a->e, a->st->dept);
    note_late(o, a->e);
    at_seen(a);
    const char *form = entry_form(a->e, &a->b->scratch);
    if (form && (!a->x->form || strcmp(a->x->form, form) != 0))
        SET(a->b, a->x->form, book_keep(a->b, form));
    o->form = form ? a->x->form : NULL;
}

/* ---- occurrences ---- */

/* Told late, it is said to have been then; 0: it was not. */
static int64_t claim_of(const struct entry *e)
{
    return e->late && entry_event_time(e) == e->at ? e->occurred : 0;
}

static struct occ *occ_begin(struct book *b, struct stepstate *s, const struct entry *e)
{
    struct occ *o = book_calloc(b, 1, sizeof(*o));
    o->begun = entry_event_time(e);
    o->first_claimed = claim_of(e);
    *PUSH(b, s->occ, s->nocc) = o;
    return o;
}

int at_occ(struct book *b, const struct stream *s, const struct entry *e, const char *step, int64_t occ,
           struct at *ret)
{
    struct batch *x = batch_of(b, s);
    int i = x && step ? protocol_step(x->protocol, step) : -1;
    if (i < 0)
        return CPF_E_PROFILE;
    *ret = (struct at){.b = b, .x = x, .e = e, .step = i, .st = &x->protocol->step[i]};
    struct stepstate *state = &x->step[i];
    int64_t number = occ ? occ : 1;
    if (number == (int64_t)state->nocc + 1)
        ret->o = occ_begin(b, state, e);
    else if (number == (int64_t)state->nocc)
        ret->o = batch_occ(x, i);
    else
        return CPF_E_PROFILE;
    book_touch(b, ret->o, sizeof(*ret->o)); /* and so for all who write to it */
    return 0;
}

void at_done(const struct at *a)
{
    struct occ *o = a->o;
    o->done = entry_event_time(a->e);
    o->claimed = claim_of(a->e);
    if (o->skipped)
        return; /* what was not done changes no state and starts no clock */
    if (a->st->state)
        batch_set_state(a->b, a->x, a->st->state, a->st->disposition);
    if (a->st->clock)
        *PUSH(a->b, a->x->expiry, a->x->nexpiries) =
            (struct expiry){a->st->clock, occ_said(o) + a->st->clock_ms};
}

/* A step begun at a bench is its step until it is done. */
void at_bench(const struct at *a, bool done)
{
    struct station *station = entry_station(a->b, a->e);
    if (!station || station->bench.batch != a->x)
        return;
    SET(a->b, station->bench.asked, (struct bench_asked){0}); /* whoever goes on has answered */
    SET(a->b, station->bench.step, done ? -1 : a->step);
    if (done)
        SET(a->b, station->bench.last, a->step);
}

/* ---- inputs ---- */

const char *at_text(const struct at *a, int field, const char *clear)
{
    const char *digest = json_get_str(a->e->pd, a->st->field[field].id);
    const char *value = digest && a->b->disclosed ? a->b->disclosed(a->b->arg, digest) : NULL;
    if (digest)
        return value ? value : "";
    return clear;
}

int input_set(struct input *in, const struct field *f, const char *text)
{
    in->text = text;
    if (f->kind == FIELD_NUMBER || f->kind == FIELD_DERIVED)
        return censored_parse(text, &in->censor, &in->value);
    return f->kind == FIELD_DATE ? clock_day_parse(text, &in->day) : 0;
}

int at_input(const struct at *a, int field, const char *text, const char *unit)
{
    const struct field *f = &a->st->field[field];
    struct input *in = PUSH(a->b, a->o->input, a->o->ninputs);
    in->field = field;
    in->text = book_keep(a->b, text);
    in->at = entry_event_time(a->e);
    in->digest = book_keep(a->b, json_get_str(a->e->pd, f->id));
    in->by = a->o->performer;
    SET(a->b, a->x->ninputs, a->x->ninputs + 1);
    in->n = a->x->ninputs;
    in->unit = f->kind == FIELD_LOT ? book_keep(a->b, unit) : NULL;
    input_effect(a, f, in->text);
    return input_set(in, f, in->text);
}

int at_derived(const struct at *a, const struct deriveds *derived)
{
    for (size_t i = 0; i < derived->n; i++) {
        const struct derived *d = &derived->item[i];
        int field = d->field ? step_field(a->st, d->field) : -1;
        if (field < 0 || !d->value || at_input(a, field, d->value, NULL) != 0)
            return CPF_E_PROFILE;
    }
    return 0;
}
