/* Equipment, rooms and lots: what is said of them decides who may say it. */
#include <string.h>

#include "core/entry/protocol.h"
#include "core/rule/count.h"
#include "core/rule/record.h"

/* ---- equipment ---- */

#define YEAR_DAYS 366

/* Not beyond the registered interval, whatever else this record says of it; where none is registered, a year.
 */
static bool check_calibrated(struct judge *j, const struct equipment_record *v, const struct thing *t)
{
    int64_t interval = t ? t->interval : v->interval;
    char day[11];
    int64_t last = clock_day(j->now) + (interval > 0 ? interval : YEAR_DAYS);
    if (v->calibrated <= last)
        return true;
    clock_day_format(last, day);
    return judge_find(j, EFFECT_REFUSE, SAY_RIGHT_INTERVAL, args1(j, "until", day), NULL);
}

static bool check_kind(struct judge *j, const char *kind)
{
    struct nearest near;
    size_t pos = 0;
    if (!kind)
        return true;
    nearest_init(&near, kind);
    for (const struct thing *t; (t = map_next(&j->book->things, &pos));) {
        if (strcmp(t->kind, kind) == 0)
            return true;
        nearest_offer(&near, t->kind);
    }
    return !near.best || check_word(j, "kind", kind, near.best); /* the first one of a kind */
}

bool may_equipment(struct judge *j, const struct kind *k, const void *given)
{
    const struct equipment_record *v = given;
    const struct thing *t = book_thing(j->book, v->equipment);
    const struct right_about about = {.documented = v->document && v->sha256};
    bool fresh = k->id == KIND_EQUIPMENT_ADDED, moved = !fresh && v->room;
    bool only = v->calibrated || v->in_service || moved;
    if ((fresh || v->kind || v->interval || !only) && !check_right(j, RIGHT_EQUIPMENT_ADDED, &about))
        return false;
    bool longer = v->interval > (t && t->interval ? t->interval : YEAR_DAYS);
    bool trusted = v->calibrated || (!fresh && v->interval); /* for how long its word counts */
    return (!trusted || check_right(j, RIGHT_EQUIPMENT_CALIBRATED, &about)) &&
           (!v->calibrated || check_calibrated(j, v, fresh ? NULL : t)) &&
           (!longer || check_right(j, RIGHT_EQUIPMENT_INTERVAL, &about)) &&
           (v->in_service != YES || check_right(j, RIGHT_EQUIPMENT_BACK, &about)) &&
           (v->in_service != NO || check_right(j, RIGHT_EQUIPMENT_OUT, &about)) &&
           (!moved || check_right(j, RIGHT_EQUIPMENT_MOVED, &about)) && check_room(j, v->room) &&
           check_kind(j, v->kind) && check_certificate(j, v);
}

bool may_place(struct judge *j, const struct kind *k, const void *given)
{
    static const struct right_about nothing;
    const struct place_added *v = given;
    return check_right(j, k->record->right, &nothing) && check_room(j, v->room) && check_kind(j, v->kind);
}

/* ---- rooms ---- */

static bool stood_in_room(const struct station *st, int64_t at, const char *room)
{
    const char *there = station_room(st, at);
    return there && strcmp(there, room) == 0;
}

static bool took_part(const struct occ *o, const struct person *p)
{
    return occ_performed_by(o, p) || o->recorder == p || o->witness == p;
}

/* In the sessions of the batch whose plates were counted, on whatever day that was. */
static bool worked_on(const struct book *b, const struct batch *x, const struct person *p, const char *room)
{
    for (size_t s = 0; x && s < x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++) {
            const struct occ *occ = x->step[s].occ[o];
            const char *there = occ_room(b, occ);
            if (there && strcmp(there, room) == 0 && took_part(occ, p))
                return true;
        }
    return false;
}

/* Whoever was signed in there today, and has gone since, too. */
static bool worked_today(const struct judge *j, const struct person *p, const char *room)
{
    size_t pos = 0;
    for (const struct station *st; (st = map_next(&j->book->stations, &pos));)
        for (const struct was *w = st->bench.day == clock_day(j->now) ? st->bench.was : NULL; w; w = w->next)
            if (w->person == p && stood_in_room(st, w->since, room))
                return true;
    return false;
}

static void add_workers(struct judge *j, const char *room, struct texts *list)
{
    size_t pos = 0, n = list->n;
    const char **worker = arena_alloc(j->a, (n + j->book->people.count) * sizeof(*worker));
    for (size_t i = 0; i < n; i++)
        worker[i] = list->item[i];
    for (const struct person *p; (p = map_next(&j->book->people, &pos));)
        if (!listed(list->n, (const char **)list->item, p->id) &&
            (worked_today(j, p, room) || worked_on(j->book, j->x, p, room)))
            worker[n++] = p->id;
    *list = (struct texts){n, worker};
}

struct texts room_workers(struct judge *j, const char *room)
{
    struct texts list = {0};
    add_workers(j, room, &list);
    return list;
}

/* The daemon blocks with a code; a person says why. */
void record_blocking(struct judge *j, const struct kind *k, const void *given)
{
    struct room_blocked b = *(const struct room_blocked *)given;
    b.workers = room_workers(j, b.room);
    if (b.cause.value)
        record_own(j, k, &b);
    else
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", "cause"));
}

bool may_permit(struct judge *j, const struct kind *k, const void *given)
{
    const struct room_conditional *v = given;
    const struct room *r = book_room(j->book, v->room);
    struct texts workers = r ? r->workers : (struct texts){0};
    add_workers(j, v->room, &workers);
    const struct right_about about = {.nworkers = workers.n, .worker = workers.item};
    return check_right(j, k->record->right, &about);
}

static enum say conditional_fault(const struct judge *j, const struct room *r)
{
    return !j->x                        ? SAY_BATCH_UNKNOWN
           : j->x->closed               ? SAY_BATCH_CLOSED
           : j->x->stopped              ? SAY_BATCH_STOPPED
           : !r                         ? SAY_RECORD_WORD
           : !r->blocked                ? SAY_ROOM_OPEN
           : room_permitted(j, j->x, r) ? SAY_ROOM_PERMITTED
                                        : SAY_NONE;
}

/* The room stays blocked for everybody else, and tomorrow; the batch is on hold until the plates are read. */
void record_conditional(struct judge *j, const struct kind *k, const void *given)
{
    struct room_conditional v = *(const struct room_conditional *)given;
    const struct room *r = book_room(j->book, v.room);
    j->x = judge_batch(j, v.batch);
    enum say fault = conditional_fault(j, r);
    struct json *args = args1(j, "room", plain_id(v.room));
    json_set_str(j->a, args, "batch", plain_id(v.batch));
    json_set_str(j->a, args, "record", plain_id(v.room));
    json_set_str(j->a, args, "field", "room");
    json_set_str(j->a, args, "word", plain_id(v.room));
    if (fault) {
        j->x = NULL;
        judge_refuse(j, fault, args);
        return;
    }
    struct draft *d = draft_add(j, j->x->stream, k->id, &v, sizeof(v));
    record_signed_as(j, d, SAY_ROOM_CONDITIONAL, args);
    draft_hold(j, d, SAY_ROOM_CONDITIONAL);
}

bool room_permitted(const struct judge *j, const struct batch *x, const struct room *r)
{
    for (size_t i = 0; i < x->npermits; i++)
        if (x->permit[i].day == clock_day(j->now) && strcmp(x->permit[i].room, r->id) == 0)
            return true;
    return false;
}

/* ---- … until its plates are read ---- */

/* One conditional session: the n-th permit and the n-th hold of that kind came together. */
const struct permit *permit_of(const struct batch *x, const struct hold *h)
{
    size_t n = 0;
    for (size_t i = 0; h && i < x->nholds && &x->hold[i] != h; i++)
        n += say_find(x->hold[i].code) == SAY_ROOM_CONDITIONAL;
    return h && say_find(h->code) == SAY_ROOM_CONDITIONAL && n < x->npermits ? &x->permit[n] : NULL;
}

static bool worked_then(const struct book *b, const struct occ *o, const struct permit *p)
{
    const char *room = occ_room(b, o);
    return o->begun && clock_day(o->begun) == p->day && room && strcmp(room, p->room) == 0;
}

/* Was something opened in it, or were its plates laid out? */
static bool session_has(const struct book *b, const struct batch *x, const struct permit *p, int step)
{
    for (int i = 0; i < (int)x->protocol->nsteps; i++)
        for (size_t o = 0; (step < 0 ? x->protocol->step[i].fit : i == step) && o < x->step[i].nocc; o++)
            if (worked_then(b, x->step[i].occ[o], p) && (step >= 0 || x->step[i].occ[o]->begun >= p->at))
                return true;
    return false;
}

/* The step, if any, whose plates the values of this one count. */
static int counts_plates(const struct step *s)
{
    for (size_t i = 0; i < s->nfields; i++)
        if (s->field[i].has_blocks)
            return s->field[i].blocks.step;
    return -1;
}

/* Read; or, if not, the newest time that reading it was left out. */
static const struct occ *read_of(const struct batch *x, int step, bool skipped)
{
    for (size_t o = x->step[step].nocc; o-- > 0;)
        if (x->step[step].occ[o]->done && x->step[step].occ[o]->skipped == skipped)
            return x->step[step].occ[o];
    return NULL;
}

/* Who permitted it has caused nothing; but one person alone does not permit it, read its plates and lift. */
const struct person *permit_causer(const struct book *b, const struct batch *x, const struct hold *h)
{
    const struct permit *p = permit_of(x, h);
    for (int i = 0; p && i < (int)x->protocol->nsteps; i++) {
        int plates = counts_plates(&x->protocol->step[i]);
        bool counts = plates >= 0 && session_has(b, x, p, plates);
        for (size_t o = 0; counts && o < x->step[i].nocc; o++)
            if (x->step[i].occ[o]->done && !x->step[i].occ[o]->skipped &&
                occ_performed_by(x->step[i].occ[o], h->by))
                return h->by;
    }
    return NULL;
}

/* What is known of the plates of a session. */
struct plates {
    bool none;           /* something was opened, and none stood there */
    struct json *unread; /* steps: not read yet */
    struct json *never;  /* … and of these the reading was left out */
};

static struct plates plates_of(struct judge *j, const struct batch *x, const struct permit *p)
{
    struct plates of = {.unread = json_array(j->a), .never = json_array(j->a)};
    bool knows = false, has = false;
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        int plates = counts_plates(&x->protocol->step[i]);
        bool due = plates >= 0 && session_has(j->book, x, p, plates);
        knows |= plates >= 0;
        has |= due;
        if (!due || read_of(x, i, false))
            continue;
        json_push(of.unread, json_str(j->a, x->protocol->step[i].id));
        if (read_of(x, i, true))
            json_push(of.never, json_str(j->a, x->protocol->step[i].id));
    }
    of.none = knows && !has && session_has(j->book, x, p, -1);
    return of;
}

bool session_never_read(struct judge *j, const struct batch *x, const struct hold *h)
{
    const struct permit *p = permit_of(x, h);
    if (!p || p->day >= clock_day(j->now))
        return false;
    struct plates of = plates_of(j, x, p);
    return of.none || (of.unread->len && of.unread->len == of.never->len);
}

struct texts session_workers(struct judge *j, const struct batch *x, const struct hold *h)
{
    const struct permit *p = permit_of(x, h);
    const char **list = arena_alloc(j->a, (j->book->people.count + 1) * sizeof(*list));
    size_t n = 0, pos = 0;
    for (const struct person *w; p && (w = map_next(&j->book->people, &pos));) {
        bool there = false;
        for (size_t s = 0; !there && s < x->protocol->nsteps; s++)
            for (size_t o = 0; o < x->step[s].nocc; o++)
                there |= worked_then(j->book, x->step[s].occ[o], p) && took_part(x->step[s].occ[o], w);
        if (there)
            list[n++] = w->id;
    }
    return (struct texts){n, list};
}

bool check_session_read(struct judge *j, const struct hold *h)
{
    const struct permit *p = permit_of(j->x, h);
    struct json *args = p ? args1(j, "room", p->room) : NULL;
    if (!p)
        return true;
    if (session_never_read(j, j->x, h)) /* two have said so: that is told */
        return judge_find(j, EFFECT_DEVIATION, SAY_ROOM_NEVER_READ, args, NULL);
    struct json *unread = plates_of(j, j->x, p).unread;
    if (p->day < clock_day(j->now) && !unread->len)
        return true;
    if (!unread->len)
        return judge_find(j, EFFECT_REFUSE, SAY_ROOM_TODAY, args, NULL);
    return judge_find(j, EFFECT_REFUSE, SAY_ROOM_UNREAD, json_set(j->a, args, "steps", unread), NULL);
}

/* ---- reopened: a clean-up behind which something grew is none, until quality has judged that ---- */

static bool grew_here(const struct judge *j, const struct batch *x, const struct deviation *d,
                      const char *room)
{
    int step = d->step ? protocol_step(x->protocol, d->step) : -1;
    int plates = step >= 0 ? counts_plates(&x->protocol->step[step]) : -1;
    enum say code = say_find(d->code);
    for (size_t o = 0; plates >= 0 && o < x->step[plates].nocc; o++) {
        const char *stood = occ_room(j->book, x->step[plates].occ[o]);
        if (stood && strcmp(stood, room) == 0)
            return code == SAY_VALUE_ACTION_ROOM || code == SAY_VALUE_TWO_ROOM;
    }
    return false;
}

static bool check_grown(struct judge *j, const struct batch *x, const char *room)
{
    for (size_t i = 0; i < x->ndevs; i++) {
        const struct deviation *d = &x->dev[i];
        struct json *args = args1(j, "dev", d->id);
        bool judged = d->closed || (d->grade && !d->awaits && !rule_biased(j->book, x, d));
        if (grew_here(j, x, d, room) && !judged)
            return judge_find(j, EFFECT_REFUSE, SAY_ROOM_GROWN, json_set_str(j->a, args, "room", room), NULL);
    }
    return true;
}

/* Its plates grow yet, or nobody has said what they mean. */
static bool check_sessions(struct judge *j, const struct batch *x, const char *room)
{
    for (size_t i = 0; i < x->nholds; i++) {
        const struct permit *p = permit_of(x, &x->hold[i]);
        if (!p || x->hold[i].lifted || strcmp(p->room, room) != 0)
            continue;
        struct json *args = args1(j, "hold", x->hold[i].id);
        return judge_find(j, EFFECT_REFUSE, SAY_ROOM_WAITS, json_set_str(j->a, args, "room", room), NULL);
    }
    return true;
}

static bool check_clean(struct judge *j, const char *room)
{
    size_t pos = 0;
    for (const struct batch *x; (x = map_next(&j->book->batches, &pos));)
        if (!x->closed && !(check_grown(j, x, room) && check_sessions(j, x, room)))
            return false;
    return true;
}

bool may_reopen(struct judge *j, const struct kind *k, const void *given)
{
    const struct room_reopened *v = given;
    const struct room *r = book_room(j->book, v->room);
    struct texts workers = r ? r->workers : (struct texts){0};
    add_workers(j, v->room, &workers);
    const struct right_about about = {.nworkers = workers.n, .worker = workers.item};
    return check_right(j, k->record->right, &about) &&
           (v->result.value ||
            judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "result"), NULL)) &&
           check_clean(j, v->room);
}

/* ---- lots ---- */

/* A material that some protocol knows, where there is any. */
static bool check_material(struct judge *j, const char *material)
{
    struct nearest near;
    size_t pos = 0;
    bool any = false;
    nearest_init(&near, material);
    for (const struct protocol_state *p; (p = map_next(&j->book->protocols, &pos));) {
        any |= p->protocol != NULL;
        for (size_t i = 0; p->protocol && i < p->protocol->nmaterials; i++) {
            if (strcmp(p->protocol->material[i].id, material) == 0)
                return true;
            nearest_offer(&near, p->protocol->material[i].id);
        }
    }
    return !any || check_word(j, "material", material, near.best);
}

/* The maker's lot of a material has one expiry; another one is the maker's word, by document and quality. */
static bool check_expiry(struct judge *j, const struct lot_received *v)
{
    const struct right_about about = {.documented = v->document && v->sha256};
    const struct lot *label = v->gtin && v->maker_lot ? judge_label(j, v->gtin, v->maker_lot) : NULL;
    bool other = label && label->expiry != v->expiry && strcmp(label->id, v->lot) != 0;
    size_t pos = 0;
    for (const struct lot *l; !other && v->maker_lot && (l = map_next(&j->book->lots, &pos));)
        other = l->maker_lot && strcmp(l->id, v->lot) != 0 && strcmp(l->material, v->material) == 0 &&
                l->expiry != v->expiry && lot_read_alike(l->maker_lot, v->maker_lot);
    return !other || check_right(j, RIGHT_LOT_EXPIRY, &about);
}

bool may_receive(struct judge *j, const struct kind *k, const void *given)
{
    static const struct right_about nothing;
    const struct lot_received *v = given;
    return check_right(j, k->record->right, &nothing) && check_material(j, v->material) &&
           check_expiry(j, v) && check_lot_certificate(j, v);
}

static bool invalid(struct judge *j, const char *field)
{
    return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", field), NULL);
}

/* As a label has it behind U, or GS1 in element 21. */
static bool unit_name(const char *s)
{
    size_t n = 0;
    while (s[n] > ' ' && s[n] < 0x7f)
        n++;
    return n > 0 && n <= BOUND_UNIT_NAME && !s[n];
}

/* A lot comes with its units: how many, or what each is called. */
static bool check_units(struct judge *j, struct lot_received *l)
{
    for (size_t i = 0; i < l->unit.n; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again |= strcmp(l->unit.item[i], l->unit.item[k]) == 0;
        if (again || !unit_name(l->unit.item[i]))
            return invalid(j, "unit");
    }
    if (l->unit.n && l->units == 0)
        l->units = (int64_t)l->unit.n;
    if (l->units <= 0 || l->units > BOUND_LOT_UNITS || (l->unit.n && l->units != (int64_t)l->unit.n))
        return invalid(j, "units");
    l->numbered = true;
    return true;
}

void record_receipt(struct judge *j, const struct kind *k, const void *given)
{
    struct lot_received l = *(const struct lot_received *)given;
    char day[11];
    l.both = true;
    if (!check_units(j, &l)) {
        judge_refuse_found(j);
        return;
    }
    if (l.expiry < clock_day(j->now)) { /* it is there; nobody finds it usable */
        clock_day_format(l.expiry, day);
        struct json *args = args1(j, "lot", l.lot);
        judge_find(j, EFFECT_ALERT, SAY_LOT_RECEIVED_EXPIRED,
                   json_set_str(j->a, args, "expiry", arena_strdup(j->a, day)), NULL);
    }
    record_own(j, k, &l);
}

/* Each of its units was scanned when it was opened: the store's own count of used ones says nothing. */
static bool one_batch_each(const struct book *b, const char *material)
{
    size_t pos = 0;
    for (const struct protocol_state *p; (p = map_next(&b->protocols, &pos));) {
        const struct material *m = p->protocol ? protocol_material(p->protocol, material) : NULL;
        if (m && m->single_batch)
            return true;
    }
    return false;
}

bool lot_counts(const struct book *b, const struct lot *l)
{
    return l->units && one_batch_each(b, l->material);
}

/* What came in is opened, used up, thrown away, given back, or missing, and then somebody says why. */
static bool check_lot_balance(struct judge *j, const struct lot *l, struct lot_closed *c)
{
    const int64_t part[] = {c->used, c->discarded, c->returned, c->missing};
    int64_t sum = c->opened = l->nopened;
    c->received = l->units;
    for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
        if (part[i] < 0 || part[i] > BOUND_LOT_UNITS)
            return invalid(j, "units");
        sum += part[i];
    }
    if (!l->numbered)
        return true;
    if (c->used && one_batch_each(j->book, l->material))
        return invalid(j, "used");
    if (c->missing && !c->reason.value)
        return invalid(j, "reason");
    struct json *args = args1(j, "lot", l->id);
    json_set_int(j->a, args, "received", c->received);
    json_set_int(j->a, args, "opened", c->opened);
    json_set_int(j->a, args, "open", c->received - sum);
    return sum == c->received || judge_find(j, EFFECT_REFUSE, SAY_LOT_BALANCE, args, NULL);
}

/* What nobody knows of is said by two. */
bool may_end_lot(struct judge *j, const struct kind *k, const void *given)
{
    static const struct right_about nothing;
    const struct lot_closed *v = given;
    return check_right(j, v->missing ? RIGHT_LOT_MISSING : k->record->right, &nothing);
}

void record_lot_closing(struct judge *j, const struct kind *k, const void *given)
{
    struct lot_closed c = *(const struct lot_closed *)given;
    const struct lot *l = judge_lot(j, c.lot);
    if (!l || l->closed_at || check_lot_balance(j, l, &c))
        record_own(j, k, &c);
    else
        judge_refuse_found(j);
}

/* The maker's lot is blocked under another id, or one that would be read for it: usable is none of it. Of one
 * that does not say which it is nobody knows that. What is closed is accounted for to the last unit, and may
 * have left the memory: it answers nothing. */
static bool check_same_blocked(struct judge *j, const struct lot *l)
{
    size_t pos = 0;
    for (const struct lot *o; (o = map_next(&j->book->lots, &pos));) {
        if (o == l || o->closed_at || o->state != LOT_BLOCKED || strcmp(o->material, l->material) != 0)
            continue;
        struct json *args = json_set_str(j->a, args1(j, "lot", l->id), "other", o->id);
        if (o->maker_lot && !l->maker_lot)
            return judge_find(j, EFFECT_REFUSE, SAY_LOT_MAKER, args, NULL);
        if (lot_same(o, l))
            return judge_find(j, EFFECT_REFUSE, SAY_LOT_SAME_BLOCKED, args, NULL);
    }
    return true;
}

bool may_lot(struct judge *j, const struct kind *k, const void *given)
{
    const struct lot *l = judge_lot(j, *(const char *const *)given);
    struct right_about about = {0};
    if (l && (k->id == KIND_LOT_RELEASED || k->id == KIND_LOT_CONFORMING) && !check_same_blocked(j, l))
        return false;
    if (l && l->expiry < clock_day(j->now) && (k->id == KIND_LOT_RELEASED || k->id == KIND_LOT_CONFORMING)) {
        char day[11];
        clock_day_format(l->expiry, day);
        return judge_find(j, EFFECT_REFUSE, SAY_LOT_EXPIRED,
                          json_set_str(j->a, args1(j, "lot", l->id), "expiry", arena_strdup(j->a, day)),
                          NULL);
    }
    if (l) {
        about.receiver = l->receiver;
        about.judge = k->id == KIND_LOT_RELEASED ? l->conformer : l->judge;
        about.causer = l->blocker;
    }
    if (!l || l->state != LOT_BLOCKED || k->id != KIND_LOT_RELEASED)
        return check_right(j, k->record->right, &about);
    return check_right(j, RIGHT_LOT_UNBLOCKED, &about) &&
           (((const struct lot_state_record *)given)->reason.value ||
            judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "reason"), NULL));
}

/* ---- protocols ---- */

bool may_approve(struct judge *j, const struct kind *k, const void *given)
{
    const struct protocol_approved *v = given;
    const struct protocol_state *p =
        map_get(&j->book->protocols, arena_printf(j->a, "%s@%s", v->protocol, v->version));
    const struct right_about about = {.author = p ? p->author : NULL};
    return check_right(j, k->record->right, &about);
}

bool may_read(struct judge *j, const struct kind *k, const void *given)
{
    const struct protocol_read *v = given;
    const char *name = arena_printf(j->a, "%s@%s", v->protocol, v->version);
    const struct protocol_state *p = map_get(&j->book->protocols, name);
    (void)k;
    return (p && p->protocol) ||
           judge_find(j, EFFECT_REFUSE, SAY_PROTOCOL_UNKNOWN, args1(j, "protocol", plain_id(name)), NULL);
}
