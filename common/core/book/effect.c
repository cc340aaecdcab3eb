/* What an input does to containers, equipment, places and the batch's state. */
#include <string.h>

#include "core/book/apply.h"

/* ---- containers ---- */

static struct container *container_add(struct book *b, struct batch *x, const char *id, const char *label)
{
    struct container *c = arena_alloc(b->keep, sizeof(*c));
    c->id = book_keep(b, id);
    c->label = label;
    c->batch = x;
    *PUSH(b, x->container, x->ncontainers) = c;
    book_put(b, &b->containers, c->id, c);
    return c;
}

/* The last container gone, the shelf is free again, whatever became of the batch. */
static void leave_place(struct book *b, const struct batch *x, struct container *c)
{
    struct thing *t = book_thing(b, c->place);
    SET(b, c->place, NULL);
    SET(b, c->from, NULL);
    for (size_t i = 0; t && i < x->ncontainers; i++)
        if (x->container[i]->place && strcmp(x->container[i]->place, t->id) == 0)
            return;
    if (t && t->occupied == x)
        SET(b, t->occupied, NULL);
}

void container_moved(struct book *b, struct batch *x, struct container *c, const char *from, const char *to)
{
    struct thing *t = book_thing(b, to);
    const char *first = c->from ? c->from : c->place; /* of several rescues the first one counts */
    leave_place(b, x, c);
    SET(b, c->from, first ? first : book_keep(b, from));
    SET(b, c->place, book_keep(b, to));
    SET(b, c->out, false);
    if (t && !b->aside)
        SET(b, t->occupied, x);
}

void container_missing(struct book *b, struct batch *x, struct container *c, enum container_state state)
{
    leave_place(b, x, c);
    SET(b, c->state, state);
    SET(b, c->missing, true);
    SET(b, c->rescued, 0);
}

struct container *container_printed(struct book *b, struct batch *x, const char *id, int64_t at)
{
    struct code code;
    char raw[BOUND_CODE_ID + 8];
    if (code_make('C', id, raw, sizeof(raw)) != 0 || code_read(raw, strlen(raw), &code) != CODE_OK)
        return NULL;
    const struct label *l = protocol_label(x->protocol, code.label);
    struct container *c = container_add(b, x, id, l ? l->id : "");
    c->printed = true;
    c->printed_at = at;
    return c;
}

static void container_effect(const struct at *a, const struct field *f, const char *id)
{
    enum container_state after;
    struct container *c = book_container(a->b, id);
    if (f->use == USE_ISSUE) {
        if (!c) /* its label was printed elsewhere */
            c = container_printed(a->b, a->x, id, 0);
        if (c && c->state == CONTAINER_PRINTED)
            SET(a->b, c->state, CONTAINER_ISSUED);
        return;
    }
    /* a foreign container is recorded as a fact elsewhere: it has its own entries */
    if (!c || c->batch != a->x)
        return;
    SET(a->b, c->out, f->use == USE_TAKE ? c->out || !step_looks(a->st) : c->out && f->use != USE_FILL);
    if (!container_after(f->use, &after))
        return;
    SET(a->b, c->state, after);
    SET(a->b, c->attached, c->attached || f->use == USE_ATTACH || f->use == USE_FILL);
    if (f->use == USE_CONSUME || f->use == USE_DISCARD || f->use == USE_LEAVE)
        leave_place(a->b, a->x, c);
}

/* ---- places ---- */

static bool puts_down(const struct step *st, const struct input *in)
{
    const struct field *f = &st->field[in->field];
    return f->kind == FIELD_CONTAINER && f->use == USE_PLACE;
}

/* The thing an input names as the place to put things: equipment only in a step that has no place. */
static struct thing *place_named(const struct at *a, const struct input *in)
{
    const struct field *f = &a->st->field[in->field];
    bool places = false;
    for (size_t i = 0; i < a->st->nfields; i++)
        places |= a->st->field[i].kind == FIELD_PLACE && !a->st->field[i].release;
    enum field_kind wanted = places ? FIELD_PLACE : FIELD_EQUIPMENT;
    return f->kind == wanted && !f->release ? book_thing(a->b, in->text) : NULL;
}

static struct container *put_down(const struct at *a, const struct input *in)
{
    return puts_down(a->st, in) ? book_container(a->b, in->text) : NULL;
}

static void put_at(const struct at *a, struct container *c, const struct thing *at)
{
    SET(a->b, c->place, at->id);
    SET(a->b, c->out, false);
    SET(a->b, c->from, NULL);
}

/* Place first and then what stands there, or things first and then their place: as the first one read says.
 */
static void place_effect(const struct at *a)
{
    const struct thing *at = NULL;
    size_t waiting = 0;
    bool things_first = false;
    for (size_t i = 0; i < a->o->ninputs; i++) {
        const struct thing *t = place_named(a, &a->o->input[i]);
        struct container *c = put_down(a, &a->o->input[i]);
        things_first |= c && !at;
        if (c && !things_first)
            put_at(a, c, at);
        for (; t && things_first && waiting < i; waiting++) {
            struct container *earlier = put_down(a, &a->o->input[waiting]);
            if (earlier)
                put_at(a, earlier, t);
        }
        at = t ? t : at;
    }
}

static void thing_effect(const struct at *a, const struct field *f, const char *id)
{
    struct thing *t = book_thing(a->b, id);
    if (!t || a->b->aside)
        return;
    if (f->occupy)
        SET(a->b, t->occupied, a->x);
    if (f->release && t->occupied == a->x)
        SET(a->b, t->occupied, NULL);
}

/* ---- states ---- */

/* A batch that is stopped or rejected is released no more, and stays so. */
void batch_set_state(struct book *b, struct batch *x, const char *state, enum disposition is)
{
    SET(b, x->state, state);
    if (is != DISPOSITION_ENDED)
        return;
    SET(b, x->stopped, true);
    SET(b, x->released, false);
}

static void choice_effect(const struct at *a, const struct field *f, const char *id)
{
    for (size_t i = 0; i < f->noptions; i++) {
        const struct option *o = &f->option[i];
        if (strcmp(o->id, id) != 0 || !o->state)
            continue;
        SET(a->b, a->x->released, disposition_releases(o->disposition) && !a->x->stopped);
        SET(a->b, a->x->suspended, false);
        batch_set_state(a->b, a->x, o->state, o->disposition);
    }
}

void input_effect(const struct at *a, const struct field *f, const char *id)
{
    switch (f->kind) {
    case FIELD_CONTAINER:
        container_effect(a, f, id);
        if (f->use == USE_PLACE)
            place_effect(a);
        break;
    case FIELD_EQUIPMENT:
    case FIELD_PLACE:
        thing_effect(a, f, id);
        place_effect(a);
        break;
    case FIELD_CHOICE:
        choice_effect(a, f, id);
        break;
    default:
        break;
    }
}
