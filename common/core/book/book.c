#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "core/book/book.h"
#include "core/book/apply.h"

void book_init(struct book *b)
{
    *b = (struct book){0};
    arena_init(&b->arena, 0);
    b->keep = &b->arena;
    arena_init(&b->scratch, 0);
    arena_init(&b->undo.arena, 0);
    struct map *maps[] = {&b->streams, &b->people, &b->stations,  &b->tokens,  &b->rooms,      &b->things,
                          &b->lots,    &b->gtins,  &b->protocols, &b->batches, &b->containers, &b->redacted,
                          &b->clinics, &b->plans,  &b->forms,     &b->counts};
    for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
        map_init(maps[i]);
    b->batches.by_key = b->lots.by_key = true; /* what leaves and comes back stands where it stood */
}

static void free_batch(struct batch *b)
{
    for (size_t i = 0; i < b->protocol->nsteps; i++) {
        for (size_t k = 0; k < b->step[i].nocc; k++) {
            free(b->step[i].occ[k]->input);
            free(b->step[i].occ[k]);
        }
        free(b->step[i].occ);
    }
    free(b->step);
    free(b->container);
    free(b->dev);
    free(b->hold);
    free(b->expiry);
    free(b->act);
    free(b->writing);
    free(b->asked);
    free(b->action);
    free(b->pace);
    free(b->permit);
}

static void stream_free(struct stream *s)
{
    arena_release(&s->arena, (struct arena_mark){.used = 0}); /* wiped */
    free(s);
}

void book_fini(struct book *b)
{
    size_t pos = 0;
    for (struct batch *x; (x = map_next(&b->batches, &pos));)
        free_batch(x);
    pos = 0;
    for (struct protocol_state *p; (p = map_next(&b->protocols, &pos));) {
        protocol_free(p->protocol);
        buf_fini(&p->text);
        free(p->reader);
    }
    pos = 0;
    for (struct stream *s; (s = map_next(&b->streams, &pos));)
        stream_free(s);
    struct map *maps[] = {&b->streams, &b->people, &b->stations,  &b->tokens,  &b->rooms,      &b->things,
                          &b->lots,    &b->gtins,  &b->protocols, &b->batches, &b->containers, &b->redacted,
                          &b->clinics, &b->plans,  &b->forms,     &b->counts};
    for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
        map_fini(maps[i]);
    free(b->answered);
    for (size_t i = 0; i < b->tables.n; i++)
        b->tables.drop(b->tables.table[i]);
    free(b->tables.table);
    arena_fini(&b->undo.arena);
    arena_fini(&b->scratch);
    arena_fini(&b->arena);
}

const char *book_keep(struct book *b, const char *s)
{
    return s ? arena_strdup(b->keep, s) : NULL;
}

struct json *book_keep_body(struct book *b, const struct shape *s, const struct json *body, void *ret)
{
    struct json *own = json_copy(b->keep, body);
    int err = shape_read(s, own, NULL, b->keep, ret);
    (void)err; /* what it lacks is for `apply` to judge */
    return own;
}

struct person *entry_performer(const struct book *b, const struct entry *e)
{
    struct actor actor;
    actor_read(e, &actor);
    return book_person(b, actor.performed);
}

struct station *entry_station(const struct book *b, const struct entry *e)
{
    struct actor actor;
    actor_read(e, &actor);
    return book_station(b, actor.station);
}

/* ---- streams ---- */

bool stream_ends(const char *name)
{
    enum stream_type t = stream_type(name, NULL);
    return t == STREAM_BATCH || t == STREAM_DAY || t == STREAM_LOT;
}

/* What the entry makes lives with its stream. */
static void keep_in(struct book *b, struct stream *s)
{
    b->keep = stream_ends(s->name) ? &s->arena : &b->arena;
    if (b->keep != &b->arena)
        book_mark(b, b->keep);
}

static struct stream *begin_stream(struct book *b, const char *name)
{
    struct stream *s = book_calloc(b, 1, sizeof(*s));
    arena_init(&s->arena, 0);
    s->name = name;
    keep_in(b, s);
    s->name = book_keep(b, name);
    book_put(b, &b->streams, s->name, s);
    return s;
}

static int continue_stream(struct book *b, const struct entry *e, enum kind_id kind, struct stream **ret)
{
    struct stream *s = map_get(&b->streams, e->stream);
    if (s ? e->sseq != s->sseq + 1 || memcmp(e->prev, s->leaf, HASH_LEN) != 0 : e->sseq != 1)
        return CPF_E_FORK;
    if (s)
        keep_in(b, s);
    else
        s = begin_stream(b, e->stream);
    book_touch(b, s, offsetof(struct stream, arena));
    s->sseq = e->sseq;
    memcpy(s->leaf, e->leaf, HASH_LEN);
    if (kind_has(kind, KIND_CLOSES) || kind_has(kind, KIND_REOPENS))
        s->closed = kind_has(kind, KIND_CLOSES);
    *ret = s;
    return 0;
}

static void drop_batch(struct book *b, struct batch *x)
{
    for (size_t i = 0; i < x->ncontainers; i++)
        map_remove(&b->containers, x->container[i]->id);
    map_remove(&b->batches, x->id);
    free_batch(x);
}

static void drop_lot(struct book *b, struct lot *l)
{
    if (l->label && map_get(&b->gtins, l->label) == l)
        map_remove(&b->gtins, l->label);
    map_remove(&b->lots, l->id);
}

static void drop_redacted(struct book *b, const struct stream *s)
{
    for (size_t i = 0; i < b->redacted.nslots; i++)
        if (b->redacted.slot[i].value == s)
            map_remove(&b->redacted, b->redacted.slot[i].key);
}

void book_drop_stream(struct book *b, const char *name)
{
    struct stream *s = book_stream(b, name);
    require(!b->undo.on && s && stream_ends(s->name));
    struct batch *x = book_batch(b, stream_rest(s->name, STREAM_BATCH));
    struct lot *l = book_lot(b, stream_rest(s->name, STREAM_LOT));
    if (x)
        drop_batch(b, x);
    if (l)
        drop_lot(b, l);
    drop_redacted(b, s);
    size_t pos = 0;
    for (struct person *p; (p = map_next(&b->people, &pos));)
        if (p->seen.in == s)
            memset(&p->seen, 0, sizeof(p->seen));
    map_remove(&b->streams, s->name);
    b->keep = &b->arena;
    stream_free(s);
}

/* A body that lacks what its kind needs is for `apply` to judge: older programs asked for less. */
static int apply_body(struct book *b, struct stream *s, const struct entry *e)
{
    struct body body;
    if (kind_read(e, &b->scratch, &body) == CPF_E_PROFILE && !body.kind)
        return CPF_E_PROFILE;
    bool past = b->aside && stream_type(s->name, NULL) == STREAM_DAY; /* nobody stands there any more */
    int err = body.kind->apply && !past ? body.kind->apply(b, s, e, body.value) : 0;
    arena_reset(&b->scratch);
    return err;
}

int book_apply(struct book *b, const struct entry *e)
{
    enum kind_id kind = kind_find(e->kind);
    struct stream *s;
    if (!kind) /* a newer program wrote it: what it does to the book nobody here can tell */
        return CPF_E_VERSION;
    int err = continue_stream(b, e, kind, &s);
    if (err)
        return err;
    if (e->at > b->last_at)
        SET(b, b->last_at, e->at);
    return apply_body(b, s, e);
}

int book_recall(struct book *b, const struct entry *e)
{
    require(!b->undo.on && stream_ends(e->stream));
    b->aside = true;
    int err = book_apply(b, e);
    b->aside = false;
    return err;
}

/* ---- look-ups ---- */

struct stream *book_stream(const struct book *b, const char *name)
{
    return map_get(&b->streams, name);
}

struct person *book_person(const struct book *b, const char *id)
{
    return map_get(&b->people, id);
}

struct station *book_station(const struct book *b, const char *id)
{
    return map_get(&b->stations, id);
}

struct station *book_station_by_token(const struct book *b, const char *token_digest)
{
    return map_get(&b->tokens, token_digest);
}

struct station *book_station_by_code(const struct book *b, const char *code_digest)
{
    size_t pos = 0;
    for (struct station *st; (st = map_next(&b->stations, &pos));)
        if (st->invited.code && strcmp(st->invited.code, code_digest) == 0)
            return st;
    return NULL;
}

struct thing *book_thing(const struct book *b, const char *id)
{
    return map_get(&b->things, id);
}

struct room *book_room(const struct book *b, const char *id)
{
    return map_get(&b->rooms, id);
}

struct clinic *book_clinic(const struct book *b, const char *id)
{
    return map_get(&b->clinics, id);
}

struct paper *book_form(const struct book *b, const char *id)
{
    return map_get(&b->forms, id);
}

struct plan *book_plan(const struct book *b, const char *number)
{
    return map_get(&b->plans, number);
}

struct lot *book_lot(const struct book *b, const char *id)
{
    return map_get(&b->lots, id);
}

struct lot *book_lot_gs1(const struct book *b, const char *gtin, const char *maker_lot)
{
    char key[64];
    snprintf(key, sizeof(key), "%s/%s", gtin, maker_lot);
    return map_get(&b->gtins, key);
}

struct batch *book_batch(const struct book *b, const char *id)
{
    return map_get(&b->batches, id);
}

struct container *book_container(const struct book *b, const char *id)
{
    return map_get(&b->containers, id);
}

struct protocol_state *book_protocol(const struct book *b, const char *id)
{
    struct protocol_state *found = NULL;
    size_t pos = 0;
    for (struct protocol_state *p; (p = map_next(&b->protocols, &pos));)
        if (p->protocol && strcmp(p->protocol->id, id) == 0 && p->manufacturing && p->quality &&
            !p->superseded)
            found = p;
    return found;
}

/* ---- questions about a batch ---- */

struct occ *batch_occ(const struct batch *b, int step)
{
    const struct stepstate *s = &b->step[step];
    return s->nocc ? s->occ[s->nocc - 1] : NULL;
}

bool batch_step_done(const struct batch *b, int step)
{
    const struct stepstate *s = &b->step[step];
    return s->nocc && s->occ[0]->done;
}

const struct occ *batch_done(const struct batch *b, int step)
{
    const struct stepstate *s = &b->step[step];
    for (size_t k = s->nocc; k-- > 0;)
        if (s->occ[k]->done)
            return s->occ[k];
    return NULL;
}

bool occ_performed_by(const struct occ *o, const struct person *p)
{
    for (size_t i = 0; i < o->ninputs; i++)
        if (o->input[i].by == p)
            return true;
    return o->performer == p;
}

/* Whoever saw the others' part did not see the own one, and each of the others can. */
const struct person *occ_unseen_of_others(const struct occ *o, const struct person *p)
{
    if (o->seen_by)
        return o->seen_by == p ? NULL : o->seen_by;
    for (size_t i = o->ninputs; i-- > 0;)
        if (o->input[i].by && o->input[i].by != p)
            return o->input[i].by;
    return o->performer == p ? NULL : o->performer;
}

bool occ_unseen_of(const struct occ *o, const struct person *p)
{
    return o->seen_by ? o->seen_by == p : occ_performed_by(o, p);
}

bool input_awaits(const struct input *in, const struct field *f)
{
    return in->first_of_two && (in->asked || f->twice);
}

size_t batch_differed(const struct batch *x, const struct person *p)
{
    size_t n = 0;
    for (size_t s = 0; s < x->protocol->nsteps; s++)
        for (size_t k = 0; k < x->step[s].nocc; k++)
            for (size_t i = 0; i < x->step[s].occ[k]->ninputs; i++) {
                const struct input *in = &x->step[s].occ[k]->input[i];
                n += in->differed && in->by == p;
            }
    return n;
}

const struct input *batch_input(const struct batch *b, struct ref r)
{
    const struct stepstate *s = &b->step[r.step];
    for (size_t k = s->nocc; k-- > 0;)
        for (size_t i = s->occ[k]->ninputs; i-- > 0;)
            if (s->occ[k]->input[i].field == r.field && !s->occ[k]->input[i].first_of_two)
                return &s->occ[k]->input[i];
    return NULL;
}

bool batch_expiry_counts(const struct batch *b, size_t i)
{
    for (size_t k = i + 1; k < b->nexpiries; k++)
        if (strcmp(b->expiry[k].clock, b->expiry[i].clock) == 0)
            return false;
    return true;
}

size_t batch_open_holds(const struct batch *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->nholds; i++)
        n += !b->hold[i].lifted;
    return n;
}

bool batch_acted(const struct batch *b, const struct person *p, enum dept dept)
{
    for (size_t i = 0; i < b->nacts; i++)
        if (b->act[i].person == p && b->act[i].dept == dept)
            return true;
    return false;
}

bool book_basis_accepted(const struct book *b)
{
    return b->basis.setup || (b->basis.management.person && b->basis.quality.person);
}

const struct away *person_away(const struct person *p, int64_t day)
{
    for (size_t i = p->aways.n; i-- > 0;)
        if (day >= p->aways.item[i].from && day <= p->aways.item[i].until)
            return p->aways.item[i].back ? NULL : &p->aways.item[i];
    return NULL;
}

int64_t person_role_since(const struct person *p, const char *role, int64_t otherwise)
{
    for (size_t i = 0; i < p->nroles; i++)
        if (strcmp(p->role[i], role) == 0)
            return p->role_since[i];
    return otherwise;
}

bool person_has_role(const struct person *p, const char *role)
{
    for (size_t i = 0; i < p->nroles; i++)
        if (strcmp(p->role[i], role) == 0)
            return true;
    return false;
}

static int64_t step_due(const struct batch *b, int step)
{
    const struct step *s = &b->protocol->step[step];
    if (!s->deadline.set || b->step[step].deadline_fired || batch_step_done(b, step))
        return 0;
    const struct occ *since = batch_done(b, s->deadline.since);
    if (!since)
        return 0;
    const struct span *within = &s->deadline.within;
    return span_till(occ_said(since), within) + within->days; /* a day's last moment is in time */
}

static int64_t warning_due(const struct batch *x)
{
    return x->warn_since && !x->warn_broken ? x->warn_since + BOUND_WARNING_MS : 0;
}

static int64_t action_due(const struct batch *x, size_t i)
{
    const struct action *a = &x->action[i];
    return !action_open(a) || a->overdue ? 0 : clock_day_start(a->due + 1);
}

static int64_t assessment_due(const struct deviation *d)
{
    return d->assessed || d->closed || d->overdue ? 0 : d->due;
}

static int64_t owed(const struct batch *x, struct due d)
{
    switch (d.what) {
    case OWED_ACTION:
        return action_due(x, (size_t)d.i);
    case OWED_ASSESSMENT:
        return assessment_due(&x->dev[d.i]);
    case OWED_WARNING:
        return warning_due(x);
    case OWED_STEP:
        return x->stopped ? 0 : step_due(x, d.i);
    case OWED_ROTA:
        break;
    }
    return 0;
}

/* Of two measures or deviations the newer one comes first, steps last: -2 and -3 of the first, -4, -5 ... */
static int due_rank(struct due d)
{
    return d.what == OWED_STEP ? d.i : d.what == OWED_WARNING ? -1 : -2 * d.i - (int)d.what;
}

static bool deadline_before(const struct deadline *a, const struct deadline *b)
{
    if (a->at != b->at || !a->at)
        return a->at < b->at;
    int order = a->batch == b->batch ? 0 : strcmp(a->batch->id, b->batch->id);
    return order ? order < 0 : due_rank(a->due) < due_rank(b->due);
}

bool book_deadline_after(const struct book *b, const struct deadline *last, struct deadline *ret)
{
    struct deadline best = {0};
    size_t pos = 0;
    for (struct batch *x; (x = map_next(&b->batches, &pos));) {
        const size_t n[] = {[OWED_STEP] = x->protocol->nsteps,
                            [OWED_WARNING] = 1,
                            [OWED_ASSESSMENT] = x->ndevs,
                            [OWED_ACTION] = x->nactions};
        for (enum owed what = OWED_STEP; !x->closed && what <= OWED_ACTION; what++)
            for (size_t i = 0; i < n[what]; i++) {
                const struct due due = {what, (int)i};
                const struct deadline d = {owed(x, due), x, due};
                if (d.at && deadline_before(last, &d) && (!best.at || deadline_before(&d, &best)))
                    best = d;
            }
    }
    *ret = best;
    return best.at != 0;
}
