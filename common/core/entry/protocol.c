/* Protocols. */
#include "core/entry/protocol.h"

#include <string.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "core/book/apply.h"
#include "core/rule/record.h"
#include "core/view/row.h"

#define PROTOCOL_PART    40000
#define PROTOCOL_ESCAPED 60000 /* as it stands in the entry */

size_t protocol_part(const char *text, size_t left)
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

static const struct member text_member[] = {
    M_INT(struct protocol_text, part, NEEDED),
    M_LONG(struct protocol_text, text, NEEDED, BOUND_PROTOCOL_BYTES),
};

static const struct member registered_member[] = {
    M_ID(struct protocol_registered, protocol, OWN | NEEDED),
    M_ID(struct protocol_registered, version, OWN | NEEDED),
    M_DIGEST(struct protocol_registered, hash, OWN | NEEDED),
    M_LONG(struct protocol_registered, text, ASKED | NEEDED, BOUND_PROTOCOL_BYTES),
};

static const struct member approved_member[] = {
    M_ID(struct protocol_approved, protocol, NEEDED),
    M_ID(struct protocol_approved, version, NEEDED),
    M_DIGEST(struct protocol_approved, hash, OWN),
    M_WORD(struct protocol_approved, dept, enum dept, OWN, &dept_words),
    M_TEXT(struct protocol_approved, change, 0),
    M_TEXT(struct protocol_approved, overview, 0),
    M_TEXTS(struct protocol_approved, weakened, 0),
    M_TEXT(struct protocol_approved, against, OWN),
    M_TEXT(struct protocol_approved, another, 0),
    M_BOOL(struct protocol_approved, revises, OWN),
};

static const struct member read_member[] = {
    M_ID(struct protocol_read, protocol, NEEDED),
    M_ID(struct protocol_read, version, NEEDED),
    M_DIGEST(struct protocol_read, hash, OWN),
};

static const struct record_rule registration = {.right = RIGHT_PROTOCOL_REGISTERED, .judge = record_protocol};

static const struct record_rule approval = {
    .right = RIGHT_PROTOCOL_APPROVED, .may = may_approve, .judge = record_approval};

static const struct record_rule reading = {.may = may_read, .judge = record_reading};

/* ---- what they do to the book ---- */

static struct protocol_state *protocol_of(struct book *b, const struct stream *s)
{
    const char *name = stream_rest(s->name, STREAM_PROTOCOL);
    struct protocol_state *p = map_get(&b->protocols, name);
    if (!p && name) {
        p = arena_alloc(b->keep, sizeof(*p));
        p->name = book_keep(b, name);
        buf_init(&p->text);
        book_put(b, &b->protocols, p->name, p);
    }
    return p;
}

static int apply_text(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct protocol_text *v = body;
    struct protocol_state *p = protocol_of(b, s);
    (void)e;
    if (!p || !v->text)
        return CPF_E_PROFILE;
    if (!p->protocol)
        book_append(b, &p->text, v->text);
    return 0;
}

static int apply_registered(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct protocol_registered *v = body;
    struct protocol_state *p = protocol_of(b, s);
    struct protocol *loaded = NULL;
    struct protocol_error err;
    size_t n;
    if (!p || p->protocol || !v->hash ||
        protocol_load(p->text.data ? p->text.data : "", p->text.len, &loaded, &err, 1, &n) != 0)
        return CPF_E_PROFILE;
    char digest[44];
    enc_digest(loaded->hash, digest);
    book_made_protocol(b, loaded);
    SET(b, p->protocol, loaded);
    SET(b, p->author, entry_performer(b, e));
    book_drop_text(b, &p->text);
    return strcmp(digest, v->hash) == 0 ? 0 : CPF_E_MISMATCH;
}

/* In force now: older versions are superseded; superseded history is kept. */
static void supersede(struct book *b, struct protocol_state *p)
{
    size_t pos = 0;
    for (struct protocol_state *o; (o = map_next(&b->protocols, &pos));)
        if (o != p && o->protocol && strcmp(o->protocol->id, p->protocol->id) == 0)
            SET(b, o->superseded, true);
    SET(b, p->superseded, false);
}

static void add_reader(struct book *b, struct protocol_state *p, const struct entry *e)
{
    const struct person *who = entry_performer(b, e);
    for (size_t i = 0; i < p->nreaders; i++)
        if (p->reader[i].person == who)
            return;
    struct protocol_reader *r = who ? PUSH(b, p->reader, p->nreaders) : NULL;
    if (r)
        *r = (struct protocol_reader){who, e->at};
}

static int apply_read(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct protocol_state *p = protocol_of(b, s);
    (void)body;
    if (!p || !p->protocol)
        return CPF_E_PROFILE;
    add_reader(b, p, e);
    return 0;
}

static int apply_approved(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct protocol_approved *v = body;
    struct protocol_state *p = protocol_of(b, s);
    if (!p || !p->protocol || !v->dept)
        return CPF_E_PROFILE;
    bool was = p->manufacturing && p->quality;
    bool again = v->dept == DEPT_QUALITY ? p->quality : p->manufacturing; /* what it follows has changed */
    if (!was && (again || (!p->manufacturing && !p->quality))) {
        SET(b, p->approver, entry_performer(b, e));
        SET(b, p->against, book_keep(b, v->against));
        SET(b, p->another, v->another != NULL);
    }
    add_reader(b, p, e); /* who approves it has read it */
    if (v->revises)
        SET(b, p->revises, true);
    if (v->dept == DEPT_QUALITY)
        SET(b, p->quality, true);
    else
        SET(b, p->manufacturing, true); /* or management in its place */
    if (!was && p->manufacturing && p->quality)
        supersede(b, p);
    return 0;
}

/* ---- rows ---- */

static void view_training(struct view_at *a, const char *protocol, const char *version, const char *how)
{
    struct view_row r = row_begin(VIEW_TRAINING);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_text(&r, "protocol", protocol);
    row_text(&r, "version", version);
    row_text(&r, "person", view_who(a));
    row_text(&r, "how", how);
    row_num(&r, "at", a->e->at);
    row_end(a->v, &r);
}

static void view_approved(struct view_at *a, const void *body)
{
    const struct protocol_approved *v = body;
    view_training(a, v->protocol, v->version, "approved");
}

static void view_read(struct view_at *a, const void *body)
{
    const struct protocol_read *v = body;
    view_training(a, v->protocol, v->version, "read");
}

const struct kind kind_protocol_text = {
    .id = KIND_PROTOCOL_TEXT,
    .shape = SHAPE(struct protocol_text, text_member),
    .apply = apply_text,
    .reads = {"製造手順の本文（第 {part} 部）", "text of a protocol, part {part}"},
};

const struct kind kind_protocol_registered = {
    .id = KIND_PROTOCOL_REGISTERED,
    .shape = SHAPE(struct protocol_registered, registered_member),
    .apply = apply_registered,
    .record = &registration,
    .reads = {"製造手順 {protocol} 第 {version} 版を登録した",
              "protocol {protocol} version {version} was registered"},
};

const struct kind kind_protocol_approved = {
    .id = KIND_PROTOCOL_APPROVED,
    .shape = SHAPE(struct protocol_approved, approved_member),
    .apply = apply_approved,
    .view = view_approved,
    .record = &approval,
    .reads = {"製造手順 {protocol} 第 {version} 版を承認した",
              "protocol {protocol} version {version} was approved"},
};

const struct kind kind_protocol_read = {
    .id = KIND_PROTOCOL_READ,
    .shape = SHAPE(struct protocol_read, read_member),
    .apply = apply_read,
    .view = view_read,
    .record = &reading,
    .reads = {"製造手順 {protocol} 第 {version} 版を読んだ",
              "protocol {protocol} version {version} was read"},
};
