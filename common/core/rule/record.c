/* Records outside a step: master data, and quality's acts on deviations and holds. All are signed. */
#include <stdio.h>
#include <string.h>

#include "base/enc.h"
#include "base/key.h"
#include "core/rule/judge.h"

struct record_kind {
    const char *kind, *stream, *id; /* the stream is <stream>/<body.id> */
    const char *depts;              /* who may: " management quality " */
    const char *const needs[6];     /* members that must be there as strings */
    bool fresh;                     /* the stream must not exist yet */
};

static const struct record_kind kinds[] = {
    {"person.enrolled", "person", "person", " management quality ", {"dept", "key", "cred"}, true},
    {"person.changed", "person", "person", " management quality ", {NULL}, false},
    {"person.unlocked", "person", "person", " management quality ", {NULL}, false},
    {"station.enrolled", "station", "station", " management quality ", {"kind", "token"}, false},
    {"station.revoked", "station", "station", " management quality ", {NULL}, false},
    {"room.added", "room", "room", " management quality manufacturing ", {"grade"}, true},
    {"room.blocked", "room", "room", " management quality manufacturing ", {"cause"}, false},
    {"room.reopened", "room", "room", " quality ", {"reason"}, false},
    {"equipment.added", "equipment", "equipment", " management quality manufacturing ", {"kind"}, true},
    {"equipment.changed", "equipment", "equipment", " management quality manufacturing ", {NULL}, false},
    {"place.added", "place", "place", " management quality manufacturing ", {"kind"}, true},
    {"lot.received", "lot", "lot", " manufacturing quality ", {"material", "expiry"}, true},
    {"lot.released", "lot", "lot", " quality ", {NULL}, false},
    {"lot.blocked", "lot", "lot", " quality manufacturing ", {NULL}, false},
    {"protocol.registered", "protocol", NULL, " management quality manufacturing ", {"text"}, true},
    {"protocol.approved", "protocol", "protocol", " quality manufacturing ", {"version"}, false},
    {"deviation.assessed", "batch", "batch", " quality ", {"dev", "grade", "reason"}, false},
    {"deviation.closed", "batch", "batch", " quality ", {"dev", "reason"}, false},
    {"hold.lifted", "batch", "batch", " quality ", {"hold", "reason"}, false},
    {"correction",
     "batch",
     "batch",
     " clinic manufacturing quality ",
     {"step", "field", "value", "reason", "witness"},
     false},
    {"personal.shown", "batch", "batch", " clinic management manufacturing quality ", {"what"}, false},
    {"redacted", "batch", NULL, " quality ", {"reason", "witness"}, false},
    {NULL, NULL, NULL, NULL, {NULL}, false},
};

static const struct record_kind *kind_named(const char *kind)
{
    for (const struct record_kind *k = kinds; k->kind; k++)
        if (kind && strcmp(k->kind, kind) == 0)
            return k;
    return NULL;
}

static bool department_may(const struct record_kind *k, const struct person *p)
{
    char word[40];
    snprintf(word, sizeof(word), " %s ", word_name(&dept_words, (int)p->dept));
    return strstr(k->depts, word) != NULL;
}

static bool good_day(const char *s)
{
    int64_t day;
    return !s || clock_day_parse(s, &day) == 0;
}

static bool among(const char *const *list, const char *name)
{
    for (; *list; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

/* An id becomes a stream's name and, for what is scanned, a label: it must be fit for both. */
static bool good_id(const struct record_kind *k, const char *id)
{
    char raw[BOUND_CODE_ID + 8];
    bool label = strcmp(k->stream, "protocol") != 0 && strcmp(k->stream, "station") != 0 &&
                 strcmp(k->stream, "room") != 0;
    size_t n = id ? strspn(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.@-") : 0;
    if (n == 0 || id[n] || n > BOUND_CODE_ID)
        return false;
    return !label || !k->fresh || code_make('P', id, raw, sizeof(raw)) == 0;
}

static bool good_key(const char *text)
{
    uint8_t key[KEY_PUB];
    return !text || key_read_public(text, key) == 0;
}

static bool good_department(const char *dept)
{
    return !dept || word_find(&dept_words, dept);
}

static bool is_list(const struct json *v, enum json_type of)
{
    json_each(i, v)
        if (i->type != of)
            return false;
    return !v || v->type == JSON_ARRAY;
}

/* Each is {name, until}: a last day that no calendar has would never run out, or always have. */
static bool good_qualified(const struct json *v)
{
    if (!is_list(v, JSON_OBJECT))
        return false;
    if (v)
        json_each(q, v)
            if (!json_get_str(q, "name") || !good_day(json_get_str(q, "until")))
                return false;
    return true;
}

static const char *bad_person(const struct json *body)
{
    static const char *const known[] = {"person", "dept",   "roles",     "qualified", "key",    "keyid",
                                        "cred",   "locked", "suspended", "reason",    "remark", NULL};
    json_each(m, body)
        if (!among(known, m->name))
            return plain_id(m->name); /* staff appear as ids */
    if (json_get(body, "dept") && !json_get_str(body, "dept"))
        return "dept";
    if (json_get(body, "key") && !json_get_str(body, "key"))
        return "key";
    return !good_department(json_get_str(body, "dept"))     ? "dept"
           : !good_key(json_get_str(body, "key"))           ? "key"
           : !is_list(json_get(body, "roles"), JSON_STRING) ? "roles"
           : !good_qualified(json_get(body, "qualified"))   ? "qualified"
                                                            : NULL;
}

static const char *bad_member(const struct record_kind *k, const struct json *body)
{
    if (k->id && !good_id(k, json_get_str(body, k->id)))
        return k->id;
    if (strcmp(k->stream, "person") == 0 && bad_person(body))
        return bad_person(body);
    for (size_t i = 0; i < 6 && k->needs[i]; i++)
        if (!json_get_str(body, k->needs[i]))
            return k->needs[i];
    if (!good_day(json_get_str(body, "expiry")))
        return "expiry";
    return good_day(json_get_str(body, "calibrated")) ? NULL : "calibrated";
}

/* ---- protocols: the text goes into the log in parts, so that the log explains itself ---- */

#define PROTOCOL_PART    40000
#define PROTOCOL_ESCAPED 60000 /* as it stands in the entry */

static size_t part_length(const char *text, size_t left)
{
    size_t n = 0;
    for (size_t written = 0; n < left && n < PROTOCOL_PART; n++) {
        unsigned char c = (unsigned char)text[n];
        bool two = c == '\n' || c == '\r' || c == '\t' || c == '"' || c == '\\';
        written += two ? 2 : c < ' ' ? 6 : 1;
        if (written > PROTOCOL_ESCAPED)
            break;
    }
    while (n < left && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--; /* not within a character */
    return n;
}

static void register_protocol(struct judge *j, const struct json *body)
{
    const char *text = json_get_str(body, "text");
    struct protocol *p = NULL;
    struct protocol_error err = {0};
    size_t n = 0;
    if (protocol_load(text, strlen(text), &p, &err, 1, &n) != 0) {
        struct json *args = args1(j, "field", "text");
        json_set(j->a, args, "error", json_strf(j->a, "%d:%d: %s", err.line, err.column, err.text));
        judge_refuse(j, "record.invalid", args);
        return;
    }
    const char *stream = arena_printf(j->a, "protocol/%s@%s", p->id, p->version);
    char hash[44];
    enc_digest(p->hash, hash);
    if (book_stream(j->book, stream)) {
        judge_refuse(j, "record.exists", args1(j, "record", stream));
        protocol_free(p);
        return;
    }
    size_t len = strlen(text), part = 0;
    for (size_t at = 0, take; at < len; at += take) {
        take = part_length(text + at, len - at);
        struct json *b = json_set(j->a, json_object(j->a), "text", json_strn(j->a, text + at, take));
        struct draft *d =
            draft_add(j, stream, "protocol.text", json_set_int(j->a, b, "part", (int64_t)++part));
        d->system = true;
    }
    struct json *b = args1(j, "protocol", p->id);
    json_set_str(j->a, b, "version", p->version);
    json_set_str(j->a, b, "hash", hash);
    struct draft *d = draft_add(j, stream, "protocol.registered", b);
    d->sign = true;
    d->meaning = "protocol.registered";
    judge_accept(j, d, "accepted.act", NULL);
    protocol_free(p);
}

/* Each of the two departments approves for itself. */
static void approve_protocol(struct judge *j, const struct json *body)
{
    const char *id = json_get_str(body, "protocol"), *version = json_get_str(body, "version");
    const char *name = arena_printf(j->a, "%s@%s", id, version);
    const struct protocol_state *p = map_get(&j->book->protocols, name);
    if (!p || !p->protocol) {
        judge_refuse(j, "protocol.unknown", args1(j, "protocol", plain_id(name)));
        return;
    }
    bool quality = j->performer->dept == DEPT_QUALITY;
    if (quality ? p->quality : p->manufacturing) { /* a version that was superseded does not come back */
        judge_refuse(j, "record.exists", args1(j, "record", name));
        return;
    }
    if (p->approver == j->performer) { /* two departments are two people */
        judge_refuse(j, "witness.same", args1(j, "person", j->performer->id));
        return;
    }
    char hash[44];
    enc_digest(p->protocol->hash, hash);
    struct json *b = args1(j, "protocol", id);
    json_set_str(j->a, b, "version", version);
    json_set_str(j->a, b, "hash", hash);
    json_set_str(j->a, b, "dept", word_name(&dept_words, (int)j->performer->dept));
    struct draft *d = draft_add(j, arena_printf(j->a, "protocol/%s", name), "protocol.approved", b);
    d->sign = true;
    d->meaning = "protocol.approved";
    judge_accept(j, d, "accepted.act", NULL);
}

/* ---- quality's acts on a batch ---- */

static bool known_object(const struct batch *x, const struct json *body)
{
    const char *dev = json_get_str(body, "dev"), *hold = json_get_str(body, "hold");
    for (size_t i = 0; dev && i < x->ndevs; i++)
        if (strcmp(x->dev[i].id, dev) == 0 && !x->dev[i].closed)
            return true;
    for (size_t i = 0; hold && i < x->nholds; i++)
        if (strcmp(x->hold[i].id, hold) == 0 && !x->hold[i].lifted)
            return true;
    return false;
}

/* A major deviation is closed with its measures, not called minor an hour before release. */
static bool lowers(const struct batch *x, const struct json *body)
{
    for (size_t i = 0; i < x->ndevs; i++)
        if (strcmp(x->dev[i].id, json_get_str(body, "dev")) == 0)
            return x->dev[i].grade == GRADE_MAJOR;
    return false;
}

static void record_on_batch(struct judge *j, const struct record_kind *k, const struct json *body)
{
    struct batch *x = book_batch(j->book, json_get_str(body, "batch"));
    const char *grade = json_get_str(body, "grade");
    j->x = x;
    if (!x)
        judge_refuse(j, "batch.unknown", args1(j, "batch", plain_id(json_get_str(body, "batch"))));
    else if (x->closed)
        judge_refuse(j, "batch.closed", args1(j, "batch", x->id));
    else if (batch_acted(x, j->performer, DEPT_MANUFACTURING))
        judge_refuse(j, "act.producer", args1(j, "person", j->performer->id));
    else if (!known_object(x, body))
        judge_refuse(j, "record.unknown", NULL);
    else if (grade && lowers(x, body))
        judge_refuse(j, "record.exists", args1(j, "record", json_get_str(body, "dev")));
    else if (grade && !word_find(&grade_words, grade))
        judge_refuse(j, "record.invalid", args1(j, "field", "grade"));
    else {
        struct json *b = json_object(j->a);
        json_set_str(j->a, b, "dev", json_get_str(body, "dev"));
        json_set_str(j->a, b, "hold", json_get_str(body, "hold"));
        json_set_str(j->a, b, "grade", grade);
        struct draft *d = draft_add(j, x->stream, k->kind, b);
        d->dept = j->performer->dept;
        draft_secret(j, d, "reason", json_get_str(body, "reason"));
        d->sign = true;
        d->meaning = k->kind;
        judge_accept(j, d, "accepted.act", NULL);
    }
}

/* What people write in words goes behind a digest; what the entry says of itself is not theirs to say. */
static void fill_record(struct judge *j, struct draft *d, const struct json *body)
{
    static const char *const words[] = {"reason", "cause", "note", "remark", NULL};
    static const char *const own[] = {"outcome", "code",    "args",  "understood", "typed",
                                      "derived", "pending", "holds", "deviations", NULL};
    json_each(m, body) {
        if (among(own, m->name))
            continue;
        if (!among(words, m->name))
            json_set(j->a, d->body, m->name, json_copy(j->a, m));
        else if (m->type == JSON_STRING)
            draft_secret(j, d, m->name, m->str);
    }
}

static void record_plain(struct judge *j, const struct record_kind *k, const struct json *body)
{
    const char *id = json_get_str(body, k->id);
    const char *stream = arena_printf(j->a, "%s/%s", k->stream, id);
    bool exists = book_stream(j->book, stream) != NULL,
         may_be_new = k->fresh || strcmp(k->kind, "station.enrolled") == 0;
    if (k->fresh && exists) {
        judge_refuse(j, "record.exists", args1(j, "record", id));
        return;
    }
    if (!may_be_new && !exists) {
        judge_refuse(j, "record.unknown", args1(j, "record", id));
        return;
    }
    struct draft *d = draft_add(j, stream, k->kind, json_object(j->a));
    fill_record(j, d, body);
    d->sign = true;
    d->meaning = k->kind;
    judge_accept(j, d, "accepted.act", NULL);
}

static void refuse_secret(struct judge *j)
{
    int left = BOUND_PIN_TRIES - person_tries(j->performer, clock_day(j->now)) - 1;
    judge_refuse(j, "session.wrong-secret", json_set_int(j->a, json_object(j->a), "left", left));
    judge_wrong_secret(j);
}

void judge_record(struct judge *j)
{
    const struct record_kind *k = kind_named(j->cmd->record);
    const struct json *body = j->cmd->body;
    j->performer = j->cmd->person;
    const char *bad = k ? bad_member(k, body) : NULL;
    if (!j->performer)
        judge_refuse(j, "session.unknown-badge", NULL);
    else if (j->performer->locked)
        judge_refuse(j, "session.locked", NULL);
    else if (j->performer->suspended)
        judge_refuse(j, "person.suspended", args1(j, "person", j->performer->id));
    else if (!k)
        judge_refuse(j, "command.unknown", NULL);
    else if (!record_by_session(j) && !j->cmd->secret_given)
        judge_refuse(j, "act.needs-password", NULL);
    else if (!record_by_session(j) && !j->cmd->authenticated)
        refuse_secret(j);
    else if (!department_may(k, j->performer))
        judge_refuse(j, "record.role", NULL);
    else if (bad)
        judge_refuse(j, "record.invalid", args1(j, "field", bad));
    else if (strcmp(k->kind, "protocol.registered") == 0)
        register_protocol(j, body);
    else if (strcmp(k->kind, "protocol.approved") == 0)
        approve_protocol(j, body);
    else if (strcmp(k->kind, "correction") == 0)
        judge_correction(j, body);
    else if (strcmp(k->kind, "redacted") == 0)
        judge_redaction(j, body);
    else if (strcmp(k->kind, "personal.shown") == 0)
        judge_shown(j, body);
    else if (strcmp(k->stream, "batch") == 0)
        record_on_batch(j, k, body);
    else
        record_plain(j, k, body);
}
