/* Records outside a step, and master data in streams of their own. */
#include <string.h>

#include "base/enc.h"
#include "core/entry/facility.h"
#include "core/entry/protocol.h"
#include "core/protocol/weaker.h"
#include "core/rule/record.h"

void record_signed_as(struct judge *j, struct draft *d, enum say code, struct json *args)
{
    d->sign = true;
    d->meaning = kind_text(d->kind);
    d->witnessed = j->second;
    judge_accept(j, d, code, args);
}

void record_accept(struct judge *j, struct draft *d, enum say code, struct json *args)
{
    d->sign = j->cmd->authenticated;
    d->meaning = kind_text(d->kind);
    judge_accept(j, d, code, args);
}

void record_signed(struct judge *j, struct draft *d)
{
    record_signed_as(j, d, SAY_ACCEPTED_ACT, NULL);
}

/* ---- in the thing's own stream ---- */

static const char *id_given(const struct record_rule *r, const void *given)
{
    return *(const char *const *)((const char *)given + r->id);
}

/* Of no such room, lot, …: by what it was, and by name. */
static void refuse_unknown(struct judge *j, const char *stream, const char *id)
{
    (void)check_word(j, arena_strndup(j->a, stream, strcspn(stream, "/")), id, NULL);
    judge_refuse_found(j);
}

void record_own(struct judge *j, const struct kind *k, const void *given)
{
    const struct record_rule *r = k->record;
    const char *id = id_given(r, given);
    const char *stream = stream_of(j, kind_about(k->id)->stream, id);
    const struct stream *s = judge_stream(j, stream);
    bool exists = s != NULL;
    if (exists && s->closed && r->stream == RECORD_KNOWN) /* only lots come to an end */
        judge_refuse(j, SAY_LOT_CLOSED, args1(j, "lot", id));
    else if (exists && r->stream == RECORD_FRESH)
        judge_refuse(j, SAY_RECORD_EXISTS, args1(j, "record", id));
    else if (!exists && r->stream == RECORD_KNOWN)
        refuse_unknown(j, stream, id);
    else
        record_signed(j, draft_add(j, stream, k->id, given, k->shape.size));
}

void record_thing(struct judge *j, const struct kind *k, const void *given)
{
    const char *id = id_given(k->record, given);
    if (book_thing(j->book, id))
        judge_refuse(j, SAY_RECORD_EXISTS, args1(j, "record", id));
    else
        record_own(j, k, given);
}

/* ---- protocols: the text goes into the log in parts, so that the log explains itself ---- */

void record_protocol(struct judge *j, const struct kind *k, const void *given)
{
    const char *text = ((const struct protocol_registered *)given)->text;
    struct protocol *p = NULL;
    struct protocol_error err = {0};
    size_t n = 0;
    if (protocol_load(text, strlen(text), &p, &err, 1, &n) != 0) {
        struct json *args = args1(j, "field", "text");
        json_set(j->a, args, "error", json_strf(j->a, "%d:%d: %s", err.line, err.column, err.text));
        judge_refuse(j, SAY_RECORD_INVALID, args);
        return;
    }
    char hash[44];
    enc_digest(p->hash, hash);
    const struct protocol_registered registered = {
        .protocol = arena_strdup(j->a, p->id),
        .version = arena_strdup(j->a, p->version),
        .hash = arena_strdup(j->a, hash),
    };
    protocol_free(p);
    const char *stream = arena_printf(j->a, "protocol/%s@%s", registered.protocol, registered.version);
    if (book_stream(j->book, stream)) {
        judge_refuse(j, SAY_RECORD_EXISTS, args1(j, "record", stream));
        return;
    }
    size_t len = strlen(text), part = 0;
    for (size_t at = 0, take; at < len; at += take) {
        take = protocol_part(text + at, len - at);
        part++;
        DRAFT(j, stream, KIND_PROTOCOL_TEXT, struct protocol_text, .part = (int64_t)part,
              .text = arena_strndup(j->a, text + at, take))
            ->system = true;
    }
    record_signed(j, draft_add(j, stream, k->id, &registered, sizeof(registered)));
}

bool check_weaknesses(struct judge *j, enum say code, const struct json *all, const struct texts *named,
                      struct json *args)
{
    size_t found = 0;
    json_each(one, all)
        for (size_t i = 0; i < named->n; i++)
            if (strcmp(named->item[i], one->str) == 0) {
                found++;
                break;
            }
    return (found == all->len && found == named->n) ||
           judge_find(j, EFFECT_REFUSE, code, json_set(j->a, args, "weakened", json_copy(j->a, all)), NULL);
}

/* Each control that asks less than in the version before is named in what is signed, and no other. */
static bool check_weakened(struct judge *j, const struct protocol *old, const struct protocol *now,
                           const struct texts *named)
{
    return check_weaknesses(j, SAY_PROTOCOL_WEAKER, protocol_weaker(j->a, old, now), named,
                            args1(j, "protocol", now->id));
}

/* R 104: what becomes of it was assessed, and the product's overview says so. Quality sees to that. */
static bool check_change(struct judge *j, const struct protocol_approved *v)
{
    const char *lacks = !v->change || !*v->change       ? "change"
                        : !v->overview || !*v->overview ? "overview"
                                                        : NULL;
    return j->performer->dept != DEPT_QUALITY || !lacks ||
           judge_find(j, EFFECT_REFUSE, SAY_PROTOCOL_CHANGE, args1(j, "field", lacks), NULL);
}

/* What the product has in force: an older version, or else a protocol of another id. */
static const struct protocol_state *in_force(const struct book *b, const struct protocol_state *p)
{
    const struct protocol_state *old = p ? book_protocol(b, p->protocol->id) : NULL;
    size_t pos = 0;
    if (!p || old)
        return old;
    for (const struct protocol_state *o; (o = map_next(&b->protocols, &pos));)
        if (o->protocol && o->manufacturing && o->quality && !o->superseded &&
            strcmp(o->protocol->product.ja, p->protocol->product.ja) == 0 &&
            (!old || strcmp(o->name, old->name) < 0)) /* the same one whenever it is asked for */
            old = o;
    return old;
}

static bool check_revision(struct judge *j, const struct protocol_state *old, const struct protocol_state *p,
                           const struct protocol_approved *v)
{
    bool other_id = old && strcmp(old->protocol->id, p->protocol->id) != 0;
    if (v->another && (!other_id || !*v->another))
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "another"), NULL);
    if (!old || old == p)
        return true;
    return check_change(j, v) && (v->another || check_weakened(j, old->protocol, p->protocol, &v->weakened));
}

/* Was the first approval given against what is in force now, and of the same understanding? */
static bool same_ground(const struct protocol_state *p, const struct protocol_approved *v)
{
    if (p->manufacturing == p->quality) /* none yet, or it is in force */
        return true;
    return p->another == (v->another != NULL) &&
           (p->against && v->against ? strcmp(p->against, v->against) == 0 : p->against == v->against);
}

static void refuse_ground(struct judge *j, const struct protocol_state *p, const struct protocol_approved *v)
{
    struct json *args = args1(j, "protocol", p->name);
    json_set_str(j->a, args, "dept", word_name(&dept_words, p->quality ? DEPT_QUALITY : DEPT_MANUFACTURING));
    json_set_str(j->a, args, "against", v->against ? v->against : "-");
    judge_refuse(j, SAY_PROTOCOL_AGAINST, args);
}

/* Each of the two departments approves for itself, both against the same version in force: what came in force
 * between the two, the first one approves anew. */
void record_approval(struct judge *j, const struct kind *k, const void *given)
{
    struct protocol_approved a = *(const struct protocol_approved *)given;
    const char *name = arena_printf(j->a, "%s@%s", a.protocol, a.version);
    const struct protocol_state *p = map_get(&j->book->protocols, name);
    if (!p || !p->protocol) {
        judge_refuse(j, SAY_PROTOCOL_UNKNOWN, args1(j, "protocol", plain_id(name)));
        return;
    }
    const struct protocol_state *old = in_force(j->book, p);
    char hash[44];
    a.dept = j->performer->dept;
    a.against = old && old != p ? old->name : NULL;
    bool own = a.dept == DEPT_QUALITY ? p->quality : p->manufacturing, same = same_ground(p, &a);
    if (own && same)
        judge_refuse(j, SAY_RECORD_EXISTS,
                     args1(j, "record", name));   /* what was superseded does not come back */
    else if (!own && p->approver == j->performer) /* two departments are two people */
        judge_refuse(j, SAY_WITNESS_SAME, args1(j, "person", j->performer->id));
    else if (!own && !same)
        refuse_ground(j, p, &a);
    else if (!check_revision(j, old, p, &a))
        judge_refuse_found(j);
    else {
        enc_digest(p->protocol->hash, hash);
        a.hash = arena_strdup(j->a, hash);
        a.revises = a.against != NULL;
        record_signed(j, draft_add(j, stream_of(j, STREAM_PROTOCOL, name), k->id, &a, sizeof(a)));
    }
}

void record_reading(struct judge *j, const struct kind *k, const void *given)
{
    struct protocol_read r = *(const struct protocol_read *)given;
    const char *name = arena_printf(j->a, "%s@%s", r.protocol, r.version);
    const struct protocol_state *p = map_get(&j->book->protocols, name);
    char hash[44];
    enc_digest(p->protocol->hash, hash);
    r.hash = arena_strdup(j->a, hash);
    record_signed(j, draft_add(j, stream_of(j, STREAM_PROTOCOL, name), k->id, &r, sizeof(r)));
}

/* ---- who may, and what is a record at all ---- */

bool may_on_batch(struct judge *j, const struct kind *k, const void *given)
{
    const struct right_about about = {.batch = judge_batch(j, *(const char *const *)given)};
    return check_right(j, k->record->right, &about);
}

static bool check_may(struct judge *j, const struct kind *k, const void *given)
{
    static const struct right_about nothing;
    const struct record_rule *r = k->record;
    return r->may ? r->may(j, k, given) : check_right(j, r->right, &nothing);
}

/* The body without the second person's badge, where the kind's own shape does not ask for it. */
static const struct json *body_of(struct judge *j, const struct kind *k)
{
    const struct json *given = j->cmd->body;
    if (!json_get(given, "witness") || shape_member(&k->shape, "witness"))
        return given;
    struct json *body = json_object(j->a);
    json_each(m, given)
        if (strcmp(m->name, "witness") != 0)
            json_set(j->a, body, m->name, json_copy(j->a, m));
    return body;
}

static bool take_second(struct judge *j)
{
    const struct json *badge = json_get(j->cmd->body, "witness");
    if (!badge)
        return true;
    if (badge->type != JSON_STRING)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "witness"), NULL);
    j->second = judge_second(j, badge->str);
    return j->second != NULL;
}

/* Refuses a body that is not of its kind; what it names came from outside. */
static bool check_body(struct judge *j, const struct kind *k, const struct json *body)
{
    struct shape_fault f = shape_check(&k->shape, body);
    if (f.kind == SHAPE_FINE)
        return true;
    const char *name = f.kind == SHAPE_UNKNOWN ? plain_id(f.member) : f.member;
    return judge_find(j, EFFECT_REFUSE,
                      f.kind == SHAPE_UNKNOWN ? SAY_RECORD_UNKNOWN_MEMBER : SAY_RECORD_INVALID,
                      args1(j, "field", name), NULL);
}

/* An id that is scanned must be fit for its label. */
static bool check_label(struct judge *j, const struct kind *k, const void *given)
{
    char raw[BOUND_CODE_ID + 8];
    if (!k->record->label || code_make('P', id_given(k->record, given), raw, sizeof(raw)) == 0)
        return true;
    const char *field = stream_type_name(kind_about(k->id)->stream);
    return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", field), NULL);
}

/* Who judges has seen what is judged, as it is now: a grade that another one gave in between is not signed
 * unseen. */
static bool check_shown(struct judge *j, const struct kind *k, const struct json *body)
{
    char now[44];
    const char *batch = shape_member(&k->shape, "batch") ? json_get_str(body, "batch") : NULL;
    if (!batch && j->cmd->shown)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "shown"), NULL);
    const struct batch *x = judge_batch(j, batch);
    if (!x)
        return true; /* whoever judges the kind says so */
    if (!j->cmd->shown)
        return !k->record->shown || judge_find(j, EFFECT_REFUSE, SAY_ACT_NOT_SHOWN, NULL, NULL);
    rule_shown(x, now);
    return strcmp(j->cmd->shown, now) == 0 || judge_find(j, EFFECT_REFUSE, SAY_ACT_SHOWN_DIFFERS, NULL, NULL);
}

static bool check_sender(struct judge *j, const struct kind *k)
{
    const struct person *p = j->performer;
    enum say code = !p             ? SAY_SESSION_UNKNOWN_BADGE
                    : p->locked    ? SAY_SESSION_LOCKED
                    : p->suspended ? SAY_PERSON_SUSPENDED
                    : !k           ? SAY_COMMAND_UNKNOWN
                                   : SAY_NONE;
    if (code)
        return judge_find(j, EFFECT_REFUSE, code, p && p->suspended ? args1(j, "person", p->id) : NULL, NULL);
    bool by_session = record_by_session(j);
    if (!by_session && !j->cmd->secret_given)
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_NEEDS_PASSWORD, NULL, NULL);
    if (!by_session && !check_wait(j))
        return false;
    if (!by_session && !j->cmd->authenticated)
        return judge_find(j, EFFECT_REFUSE, SAY_SESSION_WRONG_SECRET, secrets_left(j, p), NULL);
    bool said = by_session && k->record->session; /* what somebody has seen, whoever it is */
    return said || changes_own_secret(j) || check_fresh(j, p);
}

void judge_record(struct judge *j)
{
    const struct kind *k = kind_of(kind_find(j->cmd->record));
    j->performer = j->cmd->person;
    if (k && !k->record)
        k = NULL;
    if (!check_sender(j, k) || !k) {
        judge_refuse_found(j);
        return;
    }
    const struct json *body = body_of(j, k);
    if (!check_body(j, k, body)) {
        judge_refuse_found(j);
        return;
    }
    void *given = arena_alloc(j->a, k->shape.size);
    shape_take(&k->shape, body, j->a, given);
    if (take_second(j) && check_may(j, k, given) && check_label(j, k, given) && check_shown(j, k, body))
        k->record->judge(j, k, given);
    else
        judge_refuse_found(j);
}

/* ---- the clock ---- */

/* Whoever confirms a clock has read another one: the time that is named must be the daemon's. */
void record_clock(struct judge *j, const struct kind *k, const void *given)
{
    struct clock_confirmed c = *(const struct clock_confirmed *)given;
    char now[CLOCK_TEXT], last[CLOCK_TEXT];
    int64_t ms;
    clock_format(j->now, now);
    if (clock_parse_rfc3339(c.now, &ms) != 0) {
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", "now"));
        return;
    }
    if (ms > j->now + BOUND_CLOCK_SAID_MS || ms < j->now - BOUND_CLOCK_SAID_MS) {
        judge_refuse(j, SAY_CLOCK_DIFFERS, args1(j, "now", now));
        return;
    }
    clock_format(ms, now); /* as the log writes times */
    clock_format(j->book->last_at, last);
    c.now = arena_strdup(j->a, now);
    c.last = arena_strdup(j->a, last);
    record_signed(j, draft_add(j, "facility", k->id, &c, sizeof(c)));
}
