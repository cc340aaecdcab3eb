/* Session forms on paper. */
#include "core/entry/paper.h"

#include <string.h>

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member issued_member[] = {
    M_TEXT(struct form_issued, form, OWN | NEEDED),
    M_ID(struct form_issued, to, NEEDED),
    M_ID(struct form_issued, room, 0),
    M_PERSONAL(struct form_issued, reason, 0),
};
static const struct member returned_member[] = {
    M_ID(struct form_returned, form, NEEDED),      M_DIGEST(struct form_returned, sha256, NEEDED),
    M_TEXTS(struct form_returned, people, NEEDED), M_TEXTS(struct form_returned, confirmed, OWN),
    M_ID(struct form_returned, room, 0),           M_PERSONAL(struct form_returned, reason, 0),
};
static const struct member entered_member[] = {
    M_ID(struct form_entered, form, NEEDED),
    M_ID(struct form_entered, person, NEEDED),
    M_ID(struct form_entered, batch, 0),
    M_ID(struct form_entered, room, 0),
};
static const struct member checked_member[] = {
    M_ID(struct form_checked, form, NEEDED),
    M_DIGEST(struct form_checked, sha256, NEEDED),
    M_PERSONAL(struct form_checked, reason, 0),
};
static const struct member voided_member[] = {
    M_ID(struct form_voided, form, NEEDED),
    M_PERSONAL(struct form_voided, reason, NEEDED),
};

static const struct record_rule issuing = {
    .right = RIGHT_FORM_ISSUED, .session = true, .judge = record_form_issued};
static const struct record_rule returning = {
    .right = RIGHT_FORM_RETURNED, .session = true, .judge = record_form_returned};
static const struct record_rule checking = {
    .right = RIGHT_FORM_CHECKED, .session = true, .judge = record_form_checked};
static const struct record_rule voiding = {
    .right = RIGHT_FORM_VOIDED, .may = may_void_form, .judge = record_form_voided};

/* ---- what they do to the book ---- */

static int apply_issued(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct form_issued *v = body;
    (void)s;
    if (!v->form || !v->to || book_form(b, v->form))
        return CPF_E_PROFILE;
    struct paper *f = arena_alloc(b->keep, sizeof(*f));
    *f = (struct paper){.id = book_keep(b, v->form),
                        .to = book_keep(b, v->to),
                        .room = book_keep(b, v->room),
                        .issued = e->at};
    book_put(b, &b->forms, f->id, f);
    return 0;
}

static struct texts keep_texts(struct book *b, const struct texts *t)
{
    const char **list = arena_alloc(b->keep, (t->n + 1) * sizeof(*list));
    for (size_t i = 0; i < t->n; i++)
        list[i] = book_keep(b, t->item[i]);
    return (struct texts){t->n, list};
}

static int apply_returned(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct form_returned *v = body;
    struct paper *f = book_form(b, v->form);
    (void)s;
    if (!f || !v->sha256)
        return CPF_E_PROFILE;
    book_touch(b, f, sizeof(*f));
    f->returned = e->at;
    f->sha256 = book_keep(b, v->sha256);
    f->people = keep_texts(b, &v->people);
    f->confirmed = keep_texts(b, &v->confirmed);
    f->returner = entry_performer(b, e);
    if (v->room)
        f->room = book_keep(b, v->room);
    return 0;
}

static int apply_entered(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct form_entered *v = body;
    struct paper *f = book_form(b, v->form);
    (void)s, (void)e;
    if (!f || !v->person)
        return CPF_E_PROFILE;
    book_touch(b, f, sizeof(*f));
    if (f->ntypists < FORM_TYPISTS)
        f->typist[f->ntypists++] = book_keep(b, v->person);
    if (!f->batch && v->batch) {
        f->batch = book_keep(b, v->batch);
        if (!f->room) /* an older program asked for none: where it was typed in first */
            f->room = book_keep(b, v->room);
    }
    return 0;
}

static int apply_checked(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct paper *f = book_form(b, ((const struct form_checked *)body)->form);
    (void)s;
    if (!f)
        return CPF_E_PROFILE;
    SET(b, f->checked, e->at);
    return 0;
}

static int apply_voided(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct paper *f = book_form(b, ((const struct form_voided *)body)->form);
    (void)s, (void)e;
    if (!f)
        return CPF_E_PROFILE;
    SET(b, f->voided, true);
    return 0;
}

const struct kind kind_form_issued = {
    .id = KIND_FORM_ISSUED,
    .shape = SHAPE(struct form_issued, issued_member),
    .apply = apply_issued,
    .record = &issuing,
    .reads = {"用紙 {form} を {to} に渡した", "form {form} was handed to {to}"},
};
const struct kind kind_form_returned = {
    .id = KIND_FORM_RETURNED,
    .shape = SHAPE(struct form_returned, returned_member),
    .apply = apply_returned,
    .record = &returning,
    .reads = {"用紙 {form} が戻り、スキャンした（記名：{people}）",
              "form {form} came back and was scanned (signed by {people})"},
};
const struct kind kind_form_entered = {
    .id = KIND_FORM_ENTERED,
    .shape = SHAPE(struct form_entered, entered_member),
    .apply = apply_entered,
    .reads = {"{person} が用紙 {form} の入力を始めた", "{person} began to type in form {form}"},
};
const struct kind kind_form_checked = {
    .id = KIND_FORM_CHECKED,
    .shape = SHAPE(struct form_checked, checked_member),
    .apply = apply_checked,
    .record = &checking,
    .reads = {"用紙 {form} の入力をスキャンと照合した",
              "what was typed in of form {form} was checked against its scan"},
};
const struct kind kind_form_voided = {
    .id = KIND_FORM_VOIDED,
    .shape = SHAPE(struct form_voided, voided_member),
    .apply = apply_voided,
    .record = &voiding,
    .reads = {"用紙 {form} を無効にした", "form {form} was made void"},
};
