/*
 * Rescue: when people are missing and cells are not, one operator alone may move unopened containers to
 * registered places. Both ends and each label are scanned, somebody of quality was telephoned and is named,
 * and it is a deviation by itself. It is a way of putting something down (USE_PLACE), without its second
 * person: what was moved so stays where it is until two have seen position and appearance.
 */
#include "core/entry/rescue.h"

#include <string.h>

#include "core/rule/record.h"

/* What was scanned, of that kind; NULL after a refusal. */
static const char *scanned(struct judge *j, const char *field, const char *raw, enum code_kind a,
                           enum code_kind b)
{
    struct code c;
    if (code_read(raw, strlen(raw), &c) == CODE_OK && (c.kind == a || c.kind == b))
        return arena_strdup(j->a, c.id);
    judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", field), NULL);
    return NULL;
}

static const struct thing *place_scanned(struct judge *j, const char *field, const char *raw)
{
    const char *id = scanned(j, field, raw, CODE_PLACE, CODE_EQUIPMENT);
    const struct thing *t = id ? book_thing(j->book, id) : NULL;
    if (id && !t)
        judge_find(j, EFFECT_REFUSE, SAY_PLACE_UNKNOWN, args1(j, "equipment", id), NULL);
    return t;
}

/* The containers of this batch with these labels, each once and with something in it. */
static bool take_containers(struct judge *j, struct texts *list)
{
    const char **id = arena_alloc(j->a, (list->n + 1) * sizeof(*id));
    for (size_t i = 0; i < list->n; i++) {
        struct code *code = arena_alloc(j->a, sizeof(*code)); /* a refusal names what it has */
        id[i] = scanned(j, "containers", list->item[i], CODE_CONTAINER, CODE_CONTAINER);
        if (!id[i])
            return false;
        require(code_read(list->item[i], strlen(list->item[i]), code) == CODE_OK);
        if (note_foreign(j, code))
            return judge_find(j, EFFECT_REFUSE, SAY_IDENT_FOREIGN, NULL, NULL);
        const struct container *c = book_container(j->book, id[i]);
        if (!c)
            return judge_find(j, EFFECT_REFUSE, SAY_IDENT_NOT_ISSUED, args1(j, "container", id[i]), NULL);
        if (!check_not_gone(j, c))
            return false;
        if (c->state != CONTAINER_FILLED)
            return judge_find(j, EFFECT_REFUSE, SAY_IDENT_UNFILLED, args1(j, "container", c->id), NULL);
        if (listed(i, id, id[i]))
            return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "containers"), NULL);
    }
    *list = (struct texts){list->n, id};
    return list->n || judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "containers"), NULL);
}

/* They stand where the book has them, or in what the batch has taken for its work. What stood elsewhere has
 * been found there, and holds the batch. */
static bool check_at(struct judge *j, const struct texts *list, const struct thing *at)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct container *c = book_container(j->book, list->item[i]);
        bool there = (c->place && strcmp(c->place, at->id) == 0) || at->occupied == j->x;
        struct json *args = args1(j, "container", c->id);
        json_set_str(j->a, args, "place", at->id);
        json_set_str(j->a, args, "known", c->place ? c->place : "–");
        if (!there)
            return judge_find(j, EFFECT_HOLD, SAY_RESCUE_ELSEWHERE, args, NULL);
    }
    return true;
}

/* ---- where from, where to ---- */

/* Who moves or sees something stands where it is: at a station of that room. */
static bool stands_in(const struct judge *j, const struct thing *t)
{
    return !t->room || (j->st->room && strcmp(j->st->room, t->room) == 0);
}

static bool refuse_room(struct judge *j, const struct thing *t)
{
    struct json *args = args1(j, "place", t->id);
    return judge_find(j, EFFECT_REFUSE, SAY_RESCUE_NOT_THERE, json_set_str(j->a, args, "room", t->room),
                      NULL);
}

/* Such a container is kept there: in another place of the kind in which it stands. */
static bool check_kept(struct judge *j, const struct container *c, const struct thing *from,
                       const struct thing *to)
{
    const struct thing *known = c->place ? book_thing(j->book, c->place) : NULL;
    const char *kind = known ? known->kind : from->kind;
    return strcmp(kind, to->kind) == 0 ||
           judge_find(j, EFFECT_REFUSE, SAY_PLACE_KIND, args1(j, "wanted", kind), NULL);
}

/* Two are working on it, and it is open. */
static bool is_open(const struct judge *j, const struct container *c)
{
    for (int i = 0; i < (int)j->x->protocol->nsteps; i++) {
        const struct occ *o = j->x->protocol->step[i].people > 1 ? batch_occ(j->x, i) : NULL;
        for (size_t k = 0; o && !o->done && k < o->ninputs; k++)
            if (strcmp(o->input[k].text, c->id) == 0)
                return true;
    }
    return false;
}

/* The same move again was recorded; the other way round would be another one that nobody made. */
static bool check_move(struct judge *j, const struct container *c, const struct thing *from,
                       const struct thing *to)
{
    struct json *args = args1(j, "container", c->id);
    json_set_str(j->a, args, "place", to->id);
    json_set_str(j->a, args, "record", c->id);
    bool stands = c->place && strcmp(c->place, to->id) == 0;
    if (from == to)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "to"), NULL);
    if (stands && c->from && strcmp(c->from, from->id) == 0)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_EXISTS, args, NULL);
    return !stands || from->occupied == j->x || judge_find(j, EFFECT_REFUSE, SAY_RESCUE_SWAPPED, args, NULL);
}

static bool check_way(struct judge *j, const struct texts *list, const struct thing *from,
                      const struct thing *to)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct container *c = book_container(j->book, list->item[i]);
        if (!check_move(j, c, from, to) || !check_kept(j, c, from, to))
            return false;
        if (is_open(j, c))
            return judge_find(j, EFFECT_REFUSE, SAY_RESCUE_OPEN, args1(j, "container", c->id), NULL);
    }
    return stands_in(j, from) || stands_in(j, to) || refuse_room(j, from);
}

/* Donors apart, whatever happens. */
static bool check_free(struct judge *j, const struct thing *to)
{
    size_t pos = 0;
    bool other = to->occupied && to->occupied != j->x;
    for (const struct container *c; !other && (c = map_next(&j->book->containers, &pos));)
        other = c->batch != j->x && c->state == CONTAINER_FILLED && c->place && strcmp(c->place, to->id) == 0;
    if (other)
        return judge_find(j, EFFECT_REFUSE, SAY_PLACE_OTHER_DONOR, args1(j, "place", to->id), NULL);
    return to->in_service ||
           judge_find(j, EFFECT_REFUSE, SAY_EQUIPMENT_OUT_OF_SERVICE, args1(j, "equipment", to->id), NULL);
}

bool check_called(struct judge *j, const char *called)
{
    const struct person *p = book_person(j->book, called);
    return (p && p != j->performer && reachable(j, RIGHT_RESCUE_CALLED, p)) ||
           judge_find(j, EFFECT_REFUSE, SAY_RESCUE_CALLED, args1(j, "person", plain_id(called)), NULL);
}

/* Whoever stands there too sees it: a rescue is for who is alone. */
static bool check_alone(struct judge *j)
{
    const struct person *other = NULL;
    for (size_t i = 0; bench_staffed(j) && i < j->bench->npeople; i++)
        other = j->bench->person[i] != j->performer ? j->bench->person[i] : other;
    return !other || j->second ||
           judge_find(j, EFFECT_REFUSE, SAY_RESCUE_NOT_ALONE, args1(j, "person", other->id), NULL);
}

static struct batch *on_open(struct judge *j, const char *batch)
{
    struct batch *x = j->x = judge_batch(j, batch);
    if (x && !x->closed)
        return x;
    judge_find(j, EFFECT_REFUSE, x ? SAY_BATCH_CLOSED : SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(batch)),
               NULL);
    return NULL;
}

static struct json *list_of(struct judge *j, const struct texts *t)
{
    struct json *list = json_array(j->a);
    for (size_t i = 0; i < t->n; i++)
        json_push(list, json_str(j->a, t->item[i]));
    return list;
}

static void finish(struct judge *j, struct draft *d, enum say code, struct json *args)
{
    d->dept = DEPT_MANUFACTURING;
    d->witnessed = j->second;
    record_accept(j, d, code, args);
}

static bool rescue(struct judge *j, const struct kind *k, const struct container_rescued *g)
{
    struct container_rescued r = *g;
    if (!on_open(j, g->batch) || !take_containers(j, &r.containers))
        return false;
    const struct thing *from = place_scanned(j, "from", g->from),
                       *to = from ? place_scanned(j, "to", g->to) : NULL;
    if (!to || !check_free(j, to) || !check_called(j, g->called) || !check_alone(j) ||
        !check_way(j, &r.containers, from, to) || !check_at(j, &r.containers, from))
        return false;
    r.from = from->id;
    r.to = to->id;
    r.seen = j->second != NULL;
    struct json *args = json_set(j->a, json_object(j->a), "containers", list_of(j, &r.containers));
    json_set_str(j->a, args, "place", to->id);
    json_set_str(j->a, args, "called", r.called);
    judge_find(j, EFFECT_DEVIATION, SAY_RESCUE_MOVED, args, NULL);
    if (!j->second)
        check_left(j);
    finish(j, draft_add(j, j->x->stream, k->id, &r, sizeof(r)), SAY_RESCUE_MOVED, args);
    return true;
}

void record_rescue(struct judge *j, const struct kind *k, const void *given)
{
    if (rescue(j, k, given))
        return;
    if (!judge_follow(j, FOLLOW_OTHER_TOLD))
        j->x = NULL;
    judge_refuse_found(j);
}

/* ---- seen by two ---- */

static bool seen(struct judge *j, const struct kind *k, const struct rescue_witnessed *g)
{
    struct rescue_witnessed w = *g;
    if (!on_open(j, g->batch) || !take_containers(j, &w.containers))
        return false;
    for (size_t i = 0; i < w.containers.n; i++)
        if (!book_container(j->book, w.containers.item[i])->rescued)
            return judge_find(j, EFFECT_REFUSE, SAY_RECORD_EXISTS, args1(j, "record", w.containers.item[i]),
                              NULL);
    const struct thing *at = place_scanned(j, "place", g->place);
    if (!at || (!stands_in(j, at) && !refuse_room(j, at)) || !(j->second = judge_second(j, g->witness)) ||
        !check_at(j, &w.containers, at))
        return false;
    w.place = at->id;
    struct json *args = json_set(j->a, json_object(j->a), "containers", list_of(j, &w.containers));
    json_set_str(j->a, args, "place", at->id);
    if (w.appearance == APPEARANCE_CHANGED)
        judge_find(j, EFFECT_HOLD, SAY_RESCUE_CHANGED, args, NULL);
    finish(j, draft_add(j, j->x->stream, k->id, &w, sizeof(w)), SAY_RESCUE_SEEN, args);
    return true;
}

void record_rescue_seen(struct judge *j, const struct kind *k, const void *given)
{
    if (seen(j, k, given))
        return;
    if (!judge_follow(j, FOLLOW_OTHER_TOLD))
        j->x = NULL;
    judge_refuse_found(j);
}

/* ---- before the next opening ---- */

static bool refuse_unseen(struct judge *j, const struct container *c)
{
    struct json *args = args1(j, "container", c->id);
    json_set_str(j->a, args, "place", c->place ? c->place : "–");
    return judge_find(j, EFFECT_REFUSE, SAY_RESCUE_UNSEEN, args, NULL);
}

/* Where several must be, something is opened: two are there, and see first. One who only looks goes on. */
bool check_rescued(struct judge *j)
{
    for (size_t i = 0; judge_step(j)->people > 1 && i < j->x->ncontainers; i++)
        if (j->x->container[i]->rescued)
            return refuse_unseen(j, j->x->container[i]);
    return true;
}

/* Nothing is decided of what nobody has seen since. */
bool check_rescues_seen(struct judge *j)
{
    for (size_t i = 0; i < j->x->ncontainers; i++)
        if (j->x->container[i]->rescued)
            return refuse_unseen(j, j->x->container[i]);
    return true;
}

bool check_rescued_one(struct judge *j, const struct field *f, const struct container *c)
{
    return !c->rescued || f->use == USE_TAKE || refuse_unseen(j, c);
}

/* To where a rescue brought something of the batch, in whatever room. */
bool rescue_place(const struct batch *x, const char *place)
{
    for (size_t i = 0; i < x->ncontainers; i++)
        if (x->container[i]->from && x->container[i]->place && strcmp(x->container[i]->place, place) == 0)
            return true;
    return false;
}

/* What a rescue took from the one place stands in the other now, and that is the same place as before. */
bool rescue_same(const struct batch *x, const char *was, const char *now)
{
    bool left = false, stands = false;
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct container *c = x->container[i];
        bool moved = c->from && c->place && strcmp(c->from, was) == 0;
        if (moved && strcmp(c->place, now) == 0)
            return true;
        left |= moved;
        stands |= c->place && strcmp(c->place, was) == 0;
    }
    return strcmp(was, now) == 0 && (!left || stands);
}
