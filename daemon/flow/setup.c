/*
 * The one set-up of an empty log: people, rooms, stations, equipment, places, lots, clinics, plans,
 * protocols, and last the facility itself, as entries by the system. All or nothing, whatever its size: a
 * group commits at most BOUND_GROUP_ENTRIES, so a large one comes in several, but until facility.opened
 * stands nobody is served (setup.needed), and the same request sent again goes on where the log ends. Which
 * request it was, the first entry says (`req`).
 */
#include <string.h>

#include "base/enc.h"
#include "core/code/number.h"
#include "core/entry/basis.h"
#include "core/entry/facility.h"
#include "core/entry/lot.h"
#include "core/entry/person.h"
#include "core/entry/protocol.h"
#include "flow/flow_int.h"

/* Each is named by its member of the stream's type: `lot`. */
struct setup_list {
    const char *member;
    enum kind_id kind;
};

static const struct setup_list lists[] = {
    {"people", KIND_PERSON_ENROLLED},    {"rooms", KIND_ROOM_ADDED},      {"stations", KIND_STATION_ENROLLED},
    {"equipment", KIND_EQUIPMENT_ADDED}, {"places", KIND_PLACE_ADDED},    {"lots", KIND_LOT_RECEIVED},
    {"clinics", KIND_CLINIC_ADDED},      {"plans", KIND_PLAN_REGISTERED},
};

struct setup {
    struct work *w;
    struct flow *f;
    int64_t now;
    size_t n, cap;
    struct entry **entry;
    struct ledger_item *item;
    int err;
    const char *where; /* what did not fit */
    struct map made;   /* stream -> struct made: entries of it so far */
};

struct made {
    uint64_t n;
};

/* Does the log hold this one already, from the first try? The same request makes the same entries. */
static bool stands(struct setup *s, const char *stream)
{
    const struct stream *st = book_stream(&s->f->book, stream);
    struct made *m = map_get(&s->made, stream);
    if (!m) {
        m = arena_alloc(&s->w->arena, sizeof(*m));
        *m = (struct made){0};
        map_put(&s->made, stream, m);
    }
    m->n++;
    return st && st->sseq >= m->n;
}

static void add(struct setup *s, const char *stream, enum kind_id kind, const void *value)
{
    if (s->err || stands(s, stream))
        return;
    struct draft d = {.stream = stream, .kind = kind, .value = value};
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 256;
        struct entry **e = arena_alloc(&s->w->arena, s->cap * sizeof(*e));
        struct ledger_item *item = arena_alloc(&s->w->arena, s->cap * sizeof(*item));
        if (s->n) {
            memcpy(e, s->entry, s->n * sizeof(*e));
            memcpy(item, s->item, s->n * sizeof(*item));
        }
        s->entry = e;
        s->item = item;
    }
    struct entry *e = arena_alloc(&s->w->arena, sizeof(*e));
    s->err = entry_make(s->w, &d, s->now, e, &s->item[s->n]);
    if (!s->err)
        s->err = book_apply(&s->f->book, e);
    if (s->err) {
        s->where = arena_printf(&s->w->arena, "%s %s", kind_text(kind), stream);
        return;
    }
    if (s->w->state->first == SIZE_MAX) { /* the others name it */
        s->w->state->entry[0] = *e;
        s->w->state->first = 0;
    }
    s->entry[s->n++] = e;
}

/* Sealed secrets go to their own table, with the entry that holds their digest. */
static void add_credentials(struct setup *s, const struct json *given, struct person_record *person)
{
    struct arena *a = &s->w->arena;
    const struct json *cred = json_get(given, "cred");
    const char *id = json_get_str(given, "person"), *pin = json_get_str(cred, "pin"),
               *key = json_get_str(cred, "key");
    char digest[44];
    if (!id || !pin || !key || !credential_fits(s->f, pin, key)) {
        s->err = CPF_E_INVAL;
        s->where = arena_printf(a, "people %s: cred", id ? id : "");
        return;
    }
    credential_digest(pin, key, digest);
    person->cred = arena_strdup(a, digest);
    s->w->cmd.cred = person->cred;
    s->w->credentials = json_copy(a, cred);
}

/* A description in YAML gives words: 1 true, 0 false, -1 anything else. */
static int truth(const struct json *v)
{
    if (!v || (v->type != JSON_BOOL && v->type != JSON_STRING))
        return -1;
    if (v->type == JSON_BOOL)
        return v->num != 0;
    return strcmp(v->str, "true") == 0 ? 1 : strcmp(v->str, "false") == 0 ? 0 : -1;
}

/* The struct of the kind, as for everybody and everything that comes later; NULL if it is none. */
static void *take(struct setup *s, enum kind_id kind, const char *where, const struct json *body)
{
    struct arena *a = &s->w->arena;
    const struct shape *shape = &kind_of(kind)->shape;
    struct shape_fault f = shape_check(shape, body);
    if (f.kind != SHAPE_FINE) {
        s->err = CPF_E_INVAL;
        s->where = arena_printf(a, "%s: %s", where, f.member);
        return NULL;
    }
    void *value = arena_alloc(a, shape->size);
    shape_take(shape, body, a, value);
    return value;
}

/* As for a lot that comes later: what it says of its units is all there is. */
static void number_units(struct lot_received *l)
{
    if (l->unit.n)
        l->units = (int64_t)l->unit.n;
    l->numbered = l->units > 0;
}

static bool is_thing(enum kind_id kind)
{
    return kind == KIND_EQUIPMENT_ADDED || kind == KIND_PLACE_ADDED;
}

static void add_record(struct setup *s, const struct setup_list *l, const struct json *given)
{
    struct arena *a = &s->w->arena;
    struct json *body = json_object(a);
    const char *type = stream_type_name(kind_about(l->kind)->stream), *id = json_get_str(given, type);
    bool released = truth(json_get(given, "released")) == 1;
    json_each(m, given)
        if (strcmp(m->name, "released") != 0 && strcmp(m->name, "cred") != 0)
            json_set(a, body, m->name, truth(m) < 0 ? json_copy(a, m) : json_bool(a, truth(m)));
    void *value = take(s, l->kind, arena_printf(a, "%s %s", l->member, id ? id : ""), body);
    if (value && l->kind == KIND_LOT_RECEIVED)
        number_units(value);
    if (value && l->kind == KIND_PERSON_ENROLLED)
        add_credentials(s, given, value);
    const char *stream = arena_printf(a, "%s/%s", type, id);
    if (!s->err && is_thing(l->kind) && book_thing(&s->f->book, id) && !book_stream(&s->f->book, stream)) {
        s->err = CPF_E_DUPLICATE;
        s->where = arena_printf(a, "%s %s: equipment and places have one list of ids", l->member, id);
    }
    if (s->err)
        return;
    add(s, stream, l->kind, value);
    struct lot_state_record release = {.lot = id};
    if (released)
        add(s, arena_printf(a, "lot/%s", id), KIND_LOT_RELEASED, &release);
}

/* In training, protocols come approved; elsewhere two people of two departments approve them later. */
static void add_protocol(struct setup *s, const char *text)
{
    struct arena *a = &s->w->arena;
    struct protocol *p = NULL;
    struct protocol_error err = {0};
    size_t n = 0, part = 0, len = strlen(text);
    if (protocol_load(text, len, &p, &err, 1, &n) != 0) {
        s->err = CPF_E_SYNTAX;
        s->where = arena_printf(a, "protocol %d:%d: %s", err.line, err.column, err.text);
        return;
    }
    const char *stream = arena_printf(a, "protocol/%s@%s", p->id, p->version);
    for (size_t at = 0, take; at < len; at += take) {
        take = protocol_part(text + at, len - at);
        part++;
        struct protocol_text t = {.part = (int64_t)part, .text = arena_strndup(a, text + at, take)};
        add(s, stream, KIND_PROTOCOL_TEXT, &t);
    }
    char hash[44];
    enc_digest(p->hash, hash);
    struct protocol_registered r = {.protocol = p->id, .version = p->version, .hash = hash};
    add(s, stream, KIND_PROTOCOL_REGISTERED, &r);
    for (enum dept d = DEPT_MANUFACTURING; s->f->cfg.conf->training && d <= DEPT_QUALITY; d++) {
        struct protocol_approved by = {.protocol = p->id, .version = p->version, .hash = hash, .dept = d};
        add(s, stream, KIND_PROTOCOL_APPROVED, &by);
    }
    protocol_free(p);
}

static void add_all(struct setup *s, const struct json *body)
{
    const struct facility_opened *facility =
        take(s, KIND_FACILITY_OPENED, "facility", json_get(body, "facility"));
    if (facility && facility->numbering && number_check(facility->numbering) != CPF_OK) {
        s->err = CPF_E_SYNTAX;
        s->where = "facility: numbering";
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        json_each(r, json_get(body, lists[i].member))
            if (!s->err)
                add_record(s, &lists[i], r);
    json_each(p, json_get(body, "protocols"))
        if (!s->err)
            add_protocol(s, json_get_str(p, "text") ? json_get_str(p, "text") : "");
    const struct basis_changed basis = flow_basis_now(s->f);
    add(s, "facility", KIND_BASIS_CHANGED, &basis);
    add(s, "facility", KIND_FACILITY_OPENED, facility);
}

static void answer_invalid(struct setup *s)
{
    struct arena *a = &s->w->arena;
    struct json *args = json_set_str(a, json_object(a), "field", s->where ? s->where : "");
    struct text t = catalogue_text(s->f->cfg.words->codes, a, "record.invalid", args);
    struct json *o = json_set_str(a, json_object(a), "code", "record.invalid"), *m = json_object(a);
    json_set_str(a, m, "ja", t.ja);
    json_set_str(a, m, "en", t.en);
    json_set(a, o, "message", m);
    json_set(a, o, "args", args);
    json_set_str(a, o, "error", cpf_strerror(s->err));
    struct buf out;
    buf_init(&out);
    json_write(&out, o);
    s->w->reply(s->w->arg, 400, NULL, out.data, out.len);
    buf_fini(&out);
    work_free(s->w);
}

#define SETUP_CHUNK 60

static void submit(struct setup *s)
{
    struct flow *f = s->f;
    struct work_state *w = s->w->state;
    w->setup = true;
    f->map.owing = true;
    if (!f->set_up.known)
        setup_began(f, &w->entry[0], s->w->req);
    f->set_up.under_way = true;
    overdue_submitted(f, s->w);
    for (size_t i = 0; i < s->n; i++)
        if (s->item[i].sealed)
            credential_keep(f, s->item[i].sealed->person, s->item[i].sealed->pin, s->item[i].sealed->key);
    for (size_t i = 0; i < s->n; i += SETUP_CHUNK) {
        size_t n = s->n - i < SETUP_CHUNK ? s->n - i : SETUP_CHUNK;
        ledger_submit(f->ledger, s->item + i, n, i + n == s->n ? s->w : NULL);
    }
}

static void finish(struct setup *s)
{
    if (s->err) {
        book_rollback(&s->f->book);
        answer_invalid(s);
        return;
    }
    book_commit(&s->f->book);
    submit(s);
}

static void answer_done(struct work *w)
{
    static const char done[] = "{\"code\":\"accepted\",\"outcome\":\"accepted\"}";
    if (w->reply) /* else it was told that nobody knows */
        w->reply(w->arg, 200, NULL, done, sizeof(done) - 1);
}

void setup_settled(struct flow *f, struct work *w)
{
    f->set_up.under_way = false;
    answer_done(w);
}

void setup_began(struct flow *f, const struct entry *first, const uint8_t req[HASH_LEN])
{
    f->set_up.known = true;
    memcpy(f->set_up.req, req, HASH_LEN);
    memcpy(f->set_up.leaf, first->leaf, HASH_LEN);
}

void setup_fold(struct flow *f, const struct entry *e)
{
    if (!f->set_up.known && e->id)
        setup_began(f, e, e->req);
}

/* What is answered before anything is made; NULL: go on. */
static const char *no_setup(const struct flow *f, const struct work *w, const struct json *body,
                            int *ret_status)
{
    bool same = f->set_up.known && memcmp(f->set_up.req, w->req, HASH_LEN) == 0;
    const char *away = flow_unavailable(f);
    *ret_status = 503;
    if (same && f->set_up.under_way)
        return FLOW_UNKNOWN;
    if (away)
        return away;
    *ret_status = 409;
    if (!flow_is_new(f))
        return same ? "accepted" : "setup.done";
    if (f->set_up.known && !same)
        return "setup.differs";
    *ret_status = 400;
    return json_get(body, "facility") ? NULL : "request.field";
}

void flow_setup(struct flow *f, struct work *w, const struct json *body)
{
    int status;
    const char *no = no_setup(f, w, body, &status);
    if (no && strcmp(no, "accepted") == 0) { /* its answer was lost */
        answer_done(w);
        work_drop(w);
        return;
    }
    if (no) {
        work_answer(w, status, no);
        return;
    }
    struct setup *s = arena_alloc(&w->arena, sizeof(*s));
    *s = (struct setup){.w = w, .f = f, .now = flow_now(f)};
    map_init(&s->made);
    if (f->set_up.known) { /* the first entry is there; whatever follows names it */
        memcpy(w->state->entry[0].leaf, f->set_up.leaf, HASH_LEN);
        w->state->first = 0;
    }
    book_begin(&f->book);
    add_all(s, body);
    map_fini(&s->made);
    finish(s);
}
