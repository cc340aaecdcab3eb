/* Master data: people, stations, rooms, equipment, places, lots, protocols, the facility. */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "core/book/apply.h"

static int64_t day_or(const char *text, int64_t dflt)
{
    int64_t day;
    return text && clock_day_parse(text, &day) == 0 ? day : dflt;
}

static int apply_facility(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    b->facility = book_keep(b, json_get_str(e->body, "id"));
    b->facility_data = json_copy(&b->arena, e->body);
    return b->facility ? 0 : CPF_E_PROFILE;
}

static int apply_nothing(struct book *b, struct stream *s, const struct entry *e)
{
    (void)b;
    (void)s;
    (void)e;
    return 0;
}

/* ---- people ---- */

static void person_roles(struct book *b, struct person *p, const struct json *roles)
{
    p->nroles = 0;
    p->role = arena_alloc(&b->arena, roles->len * sizeof(*p->role));
    json_each(r, roles)
        p->role[p->nroles++] = book_keep(b, r->str ? r->str : "");
}

static void person_quals(struct book *b, struct person *p, const struct json *quals)
{
    p->nquals = 0;
    p->qual = arena_alloc(&b->arena, quals->len * sizeof(*p->qual));
    json_each(q, quals) {
        const char *name = json_get_str(q, "name");
        p->qual[p->nquals++] = (struct qualification){book_keep(b, name ? name : ""),
                                                      day_or(json_get_str(q, "until"), INT64_MIN)};
    }
}

static int person_fill(struct book *b, struct person *p, const struct json *body)
{
    if (json_get_str(body, "dept"))
        p->dept = (enum dept)word_find(&dept_words, json_get_str(body, "dept"));
    if (json_get(body, "roles"))
        person_roles(b, p, json_get(body, "roles"));
    if (json_get(body, "qualified"))
        person_quals(b, p, json_get(body, "qualified"));
    if (json_get(body, "suspended"))
        p->suspended = json_get_bool(body, "suspended");
    if (json_get_str(body, "cred"))
        p->cred = book_keep(b, json_get_str(body, "cred"));
    const char *key = json_get_str(body, "key");
    if (key) {
        if (key_read_public(key, p->key) != 0) /* no weak one, whoever let it in */
            return CPF_E_PROFILE;
        char id[23];
        key_id(p->key, id);
        p->keyid = book_keep(b, id);
    }
    p->data = json_copy(&b->arena, body);
    return p->dept ? 0 : CPF_E_PROFILE;
}

static int apply_person_enrolled(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    const char *id = json_get_str(e->body, "person");
    if (!id || book_person(b, id))
        return CPF_E_PROFILE;
    struct person *p = arena_alloc(&b->arena, sizeof(*p));
    p->id = book_keep(b, id);
    p->fit_day = INT64_MIN;
    int err = person_fill(b, p, e->body);
    if (err == 0)
        map_put(&b->people, p->id, p);
    return err;
}

static struct person *person_of(const struct book *b, const struct entry *e)
{
    return book_person(b, json_get_str(e->body, "person"));
}

static int apply_person_changed(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    struct person *p = person_of(b, e);
    return p ? person_fill(b, p, e->body) : CPF_E_PROFILE;
}

static int apply_person_locked(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    struct person *p = person_of(b, e);
    if (!p)
        return CPF_E_PROFILE;
    p->locked = strcmp(e->kind, "person.locked") == 0;
    p->tries = 0;
    return 0;
}

/* ---- stations, rooms, things ---- */

static int apply_station(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    const char *id = json_get_str(e->body, "station");
    struct station *st = book_station(b, id);
    if (strcmp(e->kind, "station.revoked") == 0) {
        if (st)
            st->revoked = true;
        return st ? 0 : CPF_E_PROFILE;
    }
    if (!id || !json_get_str(e->body, "kind") || !json_get_str(e->body, "token"))
        return CPF_E_PROFILE;
    if (!st) {
        st = arena_alloc(&b->arena, sizeof(*st));
        st->id = book_keep(b, id);
        st->bench.day = INT64_MIN;
        st->bench.step = st->bench.last = -1;
        map_put(&b->stations, st->id, st);
    } else if (st->token) {
        map_remove(&b->tokens, st->token);
    }
    st->kind = book_keep(b, json_get_str(e->body, "kind"));
    st->room = book_keep(b, json_get_str(e->body, "room"));
    st->token = book_keep(b, json_get_str(e->body, "token"));
    st->data = json_copy(&b->arena, e->body);
    st->revoked = false;
    map_put(&b->tokens, st->token, st);
    return 0;
}

static int apply_room(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    const char *id = json_get_str(e->body, "room");
    struct room *r = book_room(b, id);
    if (strcmp(e->kind, "room.added") != 0) {
        if (r)
            r->blocked = strcmp(e->kind, "room.blocked") == 0;
        return r ? 0 : CPF_E_PROFILE;
    }
    if (!id || r)
        return CPF_E_PROFILE;
    r = arena_alloc(&b->arena, sizeof(*r));
    r->id = book_keep(b, id);
    r->grade = book_keep(b, json_get_str(e->body, "grade"));
    r->data = json_copy(&b->arena, e->body);
    map_put(&b->rooms, r->id, r);
    return 0;
}

static int apply_thing(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    const char *id = json_get_str(e->body, strncmp(e->kind, "place", 5) == 0 ? "place" : "equipment");
    if (!id)
        return CPF_E_PROFILE;
    struct thing *t = book_thing(b, id);
    if (!t) {
        t = arena_alloc(&b->arena, sizeof(*t));
        t->id = book_keep(b, id);
        t->in_service = true;
        t->calibrated = INT64_MAX;
        map_put(&b->things, t->id, t);
    }
    if (json_get_str(e->body, "kind"))
        t->kind = book_keep(b, json_get_str(e->body, "kind"));
    if (json_get_str(e->body, "room"))
        t->room = book_keep(b, json_get_str(e->body, "room"));
    if (json_get(e->body, "in_service"))
        t->in_service = json_get_bool(e->body, "in_service");
    t->calibrated = day_or(json_get_str(e->body, "calibrated"), t->calibrated);
    t->data = json_copy(&b->arena, e->body);
    return t->kind ? 0 : CPF_E_PROFILE;
}

/* ---- lots ---- */

static int apply_lot_received(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    const char *id = json_get_str(e->body, "lot");
    int64_t expiry = day_or(json_get_str(e->body, "expiry"), INT64_MIN);
    if (!id || book_lot(b, id) || expiry == INT64_MIN || !json_get_str(e->body, "material"))
        return CPF_E_PROFILE;
    struct lot *l = arena_alloc(&b->arena, sizeof(*l));
    l->id = book_keep(b, id);
    l->material = book_keep(b, json_get_str(e->body, "material"));
    l->maker_lot = book_keep(b, json_get_str(e->body, "maker_lot"));
    l->gtin = book_keep(b, json_get_str(e->body, "gtin"));
    l->expiry = expiry;
    l->data = json_copy(&b->arena, e->body);
    map_put(&b->lots, l->id, l);
    if (l->gtin && l->maker_lot)
        map_put(&b->gtins, arena_printf(&b->arena, "%s/%s", l->gtin, l->maker_lot), l);
    return 0;
}

static int apply_lot_state(struct book *b, struct stream *s, const struct entry *e)
{
    struct lot *l = book_lot(b, json_get_str(e->body, "lot"));
    if (!l)
        return CPF_E_PROFILE;
    if (strcmp(e->kind, "lot.released") == 0)
        l->state = LOT_RELEASED;
    else
        l->state = LOT_BLOCKED;
    s->closed |= strcmp(e->kind, "lot.closed") == 0;
    return 0;
}

static int apply_lot_opened(struct book *b, struct stream *s, const struct entry *e)
{
    (void)s;
    struct lot *l = book_lot(b, json_get_str(e->body, "lot"));
    const char *unit = json_get_str(e->body, "unit"), *batch = json_get_str(e->body, "batch");
    if (!l || !unit || !batch)
        return CPF_E_PROFILE;
    struct lot_unit *u = arena_alloc(&b->arena, sizeof(*u));
    u->unit = book_keep(b, unit);
    u->batch_id = book_keep(b, batch);
    u->batch = book_batch(b, batch);
    u->next = l->opened;
    l->opened = u;
    return 0;
}

/* ---- protocols ---- */

static struct protocol_state *protocol_of(struct book *b, const struct stream *s)
{
    const char *slash = strchr(s->name, '/');
    const char *name = slash ? slash + 1 : s->name;
    struct protocol_state *p = map_get(&b->protocols, name);
    if (!p) {
        p = arena_alloc(&b->arena, sizeof(*p));
        p->name = book_keep(b, name);
        buf_init(&p->text);
        map_put(&b->protocols, p->name, p);
    }
    return p;
}

static int apply_protocol_text(struct book *b, struct stream *s, const struct entry *e)
{
    const char *text = json_get_str(e->body, "text");
    if (!text)
        return CPF_E_PROFILE;
    buf_puts(&protocol_of(b, s)->text, text);
    return 0;
}

static int apply_protocol_registered(struct book *b, struct stream *s, const struct entry *e)
{
    struct protocol_state *p = protocol_of(b, s);
    const char *hash = json_get_str(e->body, "hash");
    struct protocol_error err;
    size_t n;
    if (p->protocol || !hash ||
        protocol_load(p->text.data ? p->text.data : "", p->text.len, &p->protocol, &err, 1, &n) != 0)
        return CPF_E_PROFILE;
    char digest[44];
    enc_digest(p->protocol->hash, digest);
    buf_fini(&p->text);
    return strcmp(digest, hash) == 0 ? 0 : CPF_E_MISMATCH;
}

static int apply_protocol_approved(struct book *b, struct stream *s, const struct entry *e)
{
    struct protocol_state *p = protocol_of(b, s);
    const char *dept = json_get_str(e->body, "dept");
    if (!p->protocol || !dept)
        return CPF_E_PROFILE;
    bool was = p->manufacturing && p->quality;
    if (!p->manufacturing && !p->quality)
        p->approver = book_person(b, json_get_str(e->actor, "performed"));
    if (strcmp(dept, "manufacturing") == 0)
        p->manufacturing = true;
    if (strcmp(dept, "quality") == 0)
        p->quality = true;
    if (was || !p->manufacturing || !p->quality)
        return 0;
    /* in force now: older versions are superseded (R 110: superseded history is kept) */
    size_t pos = 0;
    for (struct protocol_state *o; (o = map_next(&b->protocols, &pos));)
        if (o != p && o->protocol && strcmp(o->protocol->id, p->protocol->id) == 0)
            o->superseded = true;
    p->superseded = false;
    return 0;
}

const struct apply_kind apply_master_kinds[] = {
    {"facility.opened", apply_facility},
    {"log.opened", apply_nothing},
    {"log.void", apply_nothing},
    {"log.recovered", apply_nothing},
    {"log.batch-map", apply_nothing},
    {"key.rotated", apply_nothing},
    {"person.enrolled", apply_person_enrolled},
    {"person.changed", apply_person_changed},
    {"person.locked", apply_person_locked},
    {"person.unlocked", apply_person_locked},
    {"station.enrolled", apply_station},
    {"station.revoked", apply_station},
    {"room.added", apply_room},
    {"room.blocked", apply_room},
    {"room.reopened", apply_room},
    {"equipment.added", apply_thing},
    {"equipment.changed", apply_thing},
    {"place.added", apply_thing},
    {"lot.received", apply_lot_received},
    {"lot.released", apply_lot_state},
    {"lot.blocked", apply_lot_state},
    {"lot.closed", apply_lot_state},
    {"lot.opened", apply_lot_opened},
    {"protocol.text", apply_protocol_text},
    {"protocol.registered", apply_protocol_registered},
    {"protocol.approved", apply_protocol_approved},
    {NULL, NULL},
};
