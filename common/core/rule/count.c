/*
 * Once a month somebody counts blindly what stands in each place, and what is left of each lot: neither who
 * receives lots, nor who has worked on what stands there. What the book has and is not there, or is there
 * and not in the book, is a deviation and a hold of each batch concerned; so a batch that nobody recorded is
 * found by its cells, or by what it used up.
 */
#include "core/entry/count.h"

#include "core/entry/hand.h"
#include "core/rule/count.h"
#include "core/rule/missing.h"
#include "core/rule/record.h"

/* A position has the name of what it lies in, and more behind it: INC-03-S1. */
static bool lies_in(const char *at, const char *place)
{
    size_t n = strlen(place);
    return at && strncmp(at, place, n) == 0 && (!at[n] || at[n] == '-');
}

static bool stands_at(const struct book *b, const struct container *c, const char *place)
{
    return c->state == CONTAINER_FILLED && lies_in(container_place(b, c), place);
}

/* It is due there, or was taken from there and nobody has put it back. */
static bool belongs_to(const struct book *b, const struct container *c, const char *place)
{
    return stands_at(b, c, place) || (c->state == CONTAINER_FILLED && c->out && lies_in(c->place, place));
}

const struct count *count_of(const struct book *b, const char *id)
{
    const struct count *newest = NULL;
    size_t pos = 0;
    for (const struct count *c; (c = map_next(&b->counts, &pos));) {
        size_t n = strlen(c->of);
        bool whole = strcmp(id, c->of) == 0,
             within = strncmp(id, c->of, n) == 0 && id[n] == '-' && book_thing(b, c->of);
        if ((whole || within) && (!newest || c->at > newest->at))
            newest = c;
    }
    return newest;
}

/* ---- who ---- */

static bool refuse_sighted(struct judge *j)
{
    return judge_find(j, EFFECT_REFUSE, SAY_COUNT_SIGHTED, args1(j, "person", j->performer->id), NULL);
}

static bool check_blind(struct judge *j, const struct count_taken *t)
{
    const struct right *store = rights_of(j->book->rights, RIGHT_LOT_RECEIVED);
    bool worked = right_among(j->book->rights, &store->by, j->performer, NULL);
    size_t pos = 0;
    for (const struct container *c; t->place && (c = map_next(&j->book->containers, &pos));)
        worked |= !c->batch->closed && belongs_to(j->book, c, t->place) &&
                  batch_acted(c->batch, j->performer, DEPT_MANUFACTURING);
    const struct lot *lot = t->lot ? judge_lot(j, t->lot) : NULL;
    for (const struct lot_unit *u = lot ? lot->opened : NULL; u; u = u->next) {
        const struct batch *x = book_batch(j->book, u->batch_id);
        worked |= x && batch_acted(x, j->performer, DEPT_MANUFACTURING);
    }
    return !worked || refuse_sighted(j);
}

/* ---- what was found ---- */

#define COUNT_HELD 40 /* by one count: each is a deviation and a hold, and an entry has an end */
struct concerned {
    struct judge *j;
    size_t n;
    struct batch **batch;
};

static void concerns(struct concerned *l, struct batch *x)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->batch[i] == x)
            return;
    struct batch **more = arena_alloc(l->j->a, (l->n + 1) * sizeof(*more));
    if (l->n)
        memcpy(more, l->batch, l->n * sizeof(*more));
    more[l->n++] = x;
    l->batch = more;
}

static void push(struct judge *j, struct texts *list, const char *id)
{
    const char **more = arena_alloc(j->a, (list->n + 1) * sizeof(*more));
    if (list->n)
        memcpy(more, list->item, list->n * sizeof(*more));
    more[list->n] = id;
    *list = (struct texts){list->n + 1, more};
}

/* The labels as they were scanned, each once. */
static bool take_labels(struct judge *j, struct count_taken *t)
{
    const struct texts raw = t->containers;
    t->containers = (struct texts){0};
    for (size_t i = 0; i < raw.n; i++) {
        struct code c;
        if (code_read(raw.item[i], strlen(raw.item[i]), &c) != CODE_OK || c.kind != CODE_CONTAINER)
            return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "containers"), NULL);
        if (!listed(t->containers.n, (const char **)t->containers.item, c.id))
            push(j, &t->containers, arena_strdup(j->a, c.id));
    }
    return true;
}

/* By its own batch, in memory or recalled; what stood there of a batch that is closed may have gone since. */
static bool fits(struct judge *j, const char *id, const char *place)
{
    struct code c;
    char raw[BOUND_CODE_ID + 8];
    if (code_make('C', id, raw, sizeof(raw)) == 0 && code_read(raw, strlen(raw), &c) == CODE_OK)
        (void)judge_batch(j, arena_strdup(j->a, c.batch));
    const struct container *k = book_container(j->book, id);
    return k && stands_at(j->book, k, place);
}

static bool is_worked_on(const struct judge *j, const struct batch *x)
{
    size_t pos = 0;
    for (const struct station *st; (st = map_next(&j->book->stations, &pos));)
        if (st->bench.batch == x && bench_works(&st->bench, j->now))
            return true;
    return false;
}

/* Nobody misses there what was taken away and left its position free, to the clinic say, nor what may be at a
 * bench now. */
static bool is_due_there(const struct judge *j, const struct container *c)
{
    const struct thing *t = book_thing(j->book, c->out ? c->place : container_place(j->book, c));
    return t && t->occupied == c->batch && !is_worked_on(j, c->batch);
}

/* A stranger, or what has no label, concerns all that stands beside it, and the batch that its label names.
 */
static void compare_place(struct judge *j, struct count_taken *t, struct concerned *l)
{
    size_t pos = 0;
    for (size_t i = 0; i < t->containers.n; i++)
        if (!fits(j, t->containers.item[i], t->place)) {
            const struct container *c = book_container(j->book, t->containers.item[i]);
            push(j, &t->strange, t->containers.item[i]);
            if (c && !c->batch->closed)
                concerns(l, c->batch);
        }
    for (const struct container *c; (c = map_next(&j->book->containers, &pos));) {
        bool seen = listed(t->containers.n, (const char **)t->containers.item, c->id);
        if (c->batch->closed || !belongs_to(j->book, c, t->place))
            continue;
        bool gone = !seen && is_due_there(j, c);
        if (gone)
            push(j, &t->missing, c->id);
        if (gone || t->strange.n || t->unlabelled)
            concerns(l, c->batch);
    }
    t->differs = t->missing.n || t->strange.n || t->unlabelled;
}

static void compare_lot(struct judge *j, struct count_taken *t, struct concerned *l)
{
    const struct lot *lot = judge_lot(j, t->lot);
    t->differs = t->units != lot->units - lot->nopened;
    for (const struct lot_unit *u = t->differs ? lot->opened : NULL; u; u = u->next) {
        struct batch *x = book_batch(j->book, u->batch_id);
        if (x && !x->closed)
            concerns(l, x);
    }
}

/* ---- what follows ---- */

static void hold_one(struct judge *j, struct batch *x, const char *of)
{
    const char *dev = arena_printf(j->a, "%s-DV%zu", x->id, x->ndevs + 1);
    DRAFT(j, x->stream, KIND_DEVIATION_OPENED, struct deviation_opened, .dev = dev,
          .cause = say_text(SAY_COUNT_DIFFERS), .args = args1(j, "of", of), .hold = true,
          .due = assess_until(j));
    DRAFT(j, x->stream, KIND_HOLD_PLACED, struct hold_placed,
          .hold = arena_printf(j->a, "%s-H%zu", x->id, x->nholds + 1), .dev = dev,
          .cause = say_text(SAY_COUNT_DIFFERS));
}

static bool same_texts(const struct texts *a, const struct texts *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = strcmp(a->item[i], b->item[i]) == 0;
    return same;
}

/* The count before found just that. */
static bool was_found(const struct judge *j, const struct count_taken *t, const char *of)
{
    const struct count *c = map_get(&j->book->counts, of);
    return c && c->differs && c->units == t->units && c->unlabelled == t->unlabelled &&
           same_texts(&c->missing, &t->missing) && same_texts(&c->strange, &t->strange);
}

static bool is_held(const struct batch *x)
{
    bool held = false;
    for (size_t i = 0; i < x->nholds; i++)
        held |= !x->hold[i].lifted && say_find(x->hold[i].code) == SAY_COUNT_DIFFERS;
    return held;
}

/* Whom this count holds: what the count before found, and nobody has judged, holds nobody twice. */
static void only_new(struct judge *j, struct count_taken *t, struct concerned *l, const char *of)
{
    bool again = was_found(j, t, of);
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (!again || !is_held(l->batch[i]))
            l->batch[n++] = l->batch[i];
    t->more = n > COUNT_HELD ? (int64_t)(n - COUNT_HELD) : 0;
    l->n = n > COUNT_HELD ? COUNT_HELD : n;
}

/* Of a lot it is said how many units there are: saying nothing is no count. */
static bool check_numbers(struct judge *j, const struct count_taken *t)
{
    bool said = !t->lot || json_get(j->cmd->body, "units");
    const char *field = !said || t->units < 0 ? "units" : "unlabelled";
    return (said && t->units >= 0 && t->unlabelled >= 0 && t->unlabelled <= BOUND_LOT_UNITS &&
            (!t->lot || !t->unlabelled)) ||
           judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", field), NULL);
}

static bool known(struct judge *j, struct count_taken *t)
{
    struct code c;
    if (!t->place == !t->lot)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", t->lot ? "lot" : "place"),
                          NULL);
    if (t->lot) {
        const struct lot *lot = judge_lot(j, t->lot);
        return (lot && lot_counts(j->book, lot)) ||
               judge_find(j, EFFECT_REFUSE, SAY_RECORD_UNKNOWN, NULL, NULL);
    }
    if (code_read(t->place, strlen(t->place), &c) != CODE_OK ||
        (c.kind != CODE_PLACE && c.kind != CODE_EQUIPMENT) || !book_thing(j->book, c.id))
        return judge_find(j, EFFECT_REFUSE, SAY_PLACE_UNKNOWN, args1(j, "equipment", plain_id(t->place)),
                          NULL);
    t->place = arena_strdup(j->a, c.id);
    return true;
}

/* What the book has is not told before, and of what differs only that it does. */
static bool count(struct judge *j, const struct kind *k, const struct count_taken *g)
{
    struct count_taken t = *g;
    struct concerned l = {.j = j};
    if (!known(j, &t) || !check_numbers(j, &t) || !check_blind(j, &t) || !take_labels(j, &t))
        return false;
    const char *of = t.place ? t.place : t.lot;
    if (t.place)
        compare_place(j, &t, &l);
    else
        compare_lot(j, &t, &l);
    only_new(j, &t, &l, of);
    struct json *args = args1(j, "of", of);
    struct draft *d = draft_add(j, "facility", k->id, &t, sizeof(t));
    d->sign = j->cmd->authenticated;
    d->meaning = kind_text(k->id);
    if (t.differs)
        judge_find(j, EFFECT_ALERT, SAY_COUNT_DIFFERS, args, NULL);
    judge_accept(j, d, SAY_COUNT_FITS, args);
    for (size_t i = 0; t.differs && !rule_off(SAY_COUNT_DIFFERS) && i < l.n; i++)
        hold_one(j, l.batch[i], of);
    return true;
}

void record_count(struct judge *j, const struct kind *k, const void *given)
{
    if (!count(j, k, given))
        judge_refuse_found(j);
}
