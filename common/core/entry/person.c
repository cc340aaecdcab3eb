/* People. */
#include "core/entry/person.h"

#include <string.h>

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member qualified_member[] = {
    M_TEXT(struct qualified, name, NEEDED),
    M_DAY(struct qualified, until, NEEDED),
};

static const struct shape qualified_shape = SHAPE(struct qualified, qualified_member);

static const struct member enrolled_member[] = {
    M_ID(struct person_record, person, NEEDED),
    M_WORD(struct person_record, dept, enum dept, NEEDED, &dept_words),
    M_TEXTS(struct person_record, roles, 0),
    M_LIST(struct person_record, qualified, 0, &qualified_shape),
    M_KEY(struct person_record, key, 0),
    M_TEXT(struct person_record, keyid, 0),
    M_DIGEST(struct person_record, cred, OWN),
    M_BOOL(struct person_record, fresh, OWN),
    M_YESNO(struct person_record, locked, 0),
    M_YESNO(struct person_record, suspended, 0),
    M_TEXT(struct person_record, document, 0),
    M_DIGEST(struct person_record, sha256, 0),
    M_PERSONAL(struct person_record, reason, 0),
    M_PERSONAL(struct person_record, remark, 0),
};

static const struct member changed_member[] = {
    M_ID(struct person_record, person, NEEDED),
    M_WORD(struct person_record, dept, enum dept, 0, &dept_words),
    M_TEXTS(struct person_record, roles, 0),
    M_LIST(struct person_record, qualified, 0, &qualified_shape),
    M_KEY(struct person_record, key, 0),
    M_TEXT(struct person_record, keyid, 0),
    M_DIGEST(struct person_record, cred, OWN),
    M_BOOL(struct person_record, fresh, OWN),
    M_YESNO(struct person_record, locked, 0),
    M_YESNO(struct person_record, suspended, 0),
    M_TEXT(struct person_record, document, 0),
    M_DIGEST(struct person_record, sha256, 0),
    M_TEXT(struct person_record, present, ASKED),
    M_TEXT(struct person_record, custodians, 0),
    M_BOOL(struct person_record, reset, OWN),
    M_PERSONAL(struct person_record, reason, 0),
    M_PERSONAL(struct person_record, remark, 0),
};

static const struct member named_member[] = {
    M_ID(struct person_named, person, NEEDED),
};

static const struct member unlocked_member[] = {
    M_ID(struct person_unlocked, person, NEEDED),
    M_PERSONAL(struct person_unlocked, reason, 0),
    M_PERSONAL(struct person_unlocked, remark, 0),
};

const char *person_asked(const struct json *body)
{
    static const struct shape named = SHAPE(struct person_named, named_member);
    struct person_named v;
    return shape_read(&named, body, NULL, NULL, &v) == 0 ? v.person : NULL;
}

static const struct member fit_member[] = {
    M_ID(struct person_fit, person, NEEDED),
    M_BOOL(struct person_fit, fit, NEEDED),
};

static const struct record_rule enrolment = {
    .may = may_person,
    .id = offsetof(struct person_record, person),
    .stream = RECORD_FRESH,
    .label = true,
    .judge = record_person,
};

static const struct record_rule change = {
    .may = may_person,
    .id = offsetof(struct person_record, person),
    .stream = RECORD_KNOWN,
    .judge = record_person,
};

static const struct record_rule unlocking = {
    .right = RIGHT_PERSON_UNLOCKED,
    .may = may_unlock,
    .id = offsetof(struct person_unlocked, person),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

/* ---- what they do to the book ---- */

/* What somebody had before and is given again, he has since then. */
static void take_roles(struct book *b, struct person *p, const struct texts *roles, int64_t now)
{
    const char **role = arena_alloc(b->keep, roles->n * sizeof(*role));
    int64_t *since = arena_alloc(b->keep, roles->n * sizeof(*since));
    for (size_t i = 0; i < roles->n; i++) {
        role[i] = book_keep(b, roles->item[i]);
        since[i] = person_role_since(p, role[i], now);
    }
    p->role = role;
    p->role_since = since;
    p->nroles = roles->n;
}

/* The same: unless it had come to its end. */
static int64_t qualified_from(const struct person *p, const char *name, int64_t today)
{
    for (size_t i = 0; i < p->nquals; i++)
        if (strcmp(p->qual[i].name, name) == 0 && p->qual[i].until >= today)
            return p->qual[i].from;
    return today;
}

static void take_qualified(struct book *b, struct person *p, const struct qualifieds *list, int64_t today)
{
    struct qualification *qual = arena_alloc(b->keep, list->n * sizeof(*qual));
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (list->item[i].name && list->item[i].until)
            qual[n++] =
                (struct qualification){book_keep(b, list->item[i].name),
                                       qualified_from(p, list->item[i].name, today), list->item[i].until};
    p->qual = qual;
    p->nquals = n;
}

static int take_key(struct book *b, struct person *p, const char *key)
{
    char id[23];
    if (key_read_public(key, p->key) != 0) /* no weak one, whoever let it in */
        return CPF_E_PROFILE;
    key_id(p->key, id);
    p->keyid = book_keep(b, id);
    return 0;
}

/* What is not said stays as it was. */
static int take(struct book *b, struct person *p, const struct entry *e, const struct person_record *v)
{
    book_touch(b, p, sizeof(*p));
    if (v->dept)
        p->dept = v->dept;
    if (v->roles.item)
        take_roles(b, p, &v->roles, e->at);
    if (v->qualified.item)
        take_qualified(b, p, &v->qualified, clock_day(e->at));
    if (v->suspended)
        p->suspended = v->suspended == YES;
    if (v->cred) {
        p->cred = book_keep(b, v->cred);
        p->fresh = v->fresh;
    }
    if (v->reset)
        p->reset_at = e->at;
    return v->key ? take_key(b, p, v->key) : 0;
}

static int apply_enrolled(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct person_record *v = body;
    (void)s;
    if (!v->person || book_person(b, v->person))
        return CPF_E_PROFILE;
    struct person *p = arena_alloc(b->keep, sizeof(*p));
    p->id = book_keep(b, v->person);
    p->fit_day = INT64_MIN;
    p->enrolled_at = e->at;
    int err = take(b, p, e, v);
    if (err == 0)
        book_put(b, &b->people, p->id, p);
    return err;
}

static int apply_changed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct person_record *v = body;
    struct person *p = book_person(b, v->person);
    (void)s;
    return p ? take(b, p, e, v) : CPF_E_PROFILE;
}

static int set_locked(struct book *b, const char *id, bool locked)
{
    struct person *p = book_person(b, id);
    if (!p)
        return CPF_E_PROFILE;
    SET(b, p->locked, locked);
    return 0;
}

static int apply_locked(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct person_named *v = body;
    (void)s, (void)e;
    return set_locked(b, v->person, true);
}

static int apply_unlocked(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct person_unlocked *v = body;
    (void)s, (void)e;
    return set_locked(b, v->person, false);
}

static int apply_fit(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct person_fit *v = body;
    struct person *p = book_person(b, v->person);
    (void)s;
    if (!p)
        return CPF_E_PROFILE;
    SET(b, p->fit, v->fit);
    SET(b, p->fit_day, clock_day(e->at));
    return 0;
}

const struct kind kind_person_enrolled = {
    .id = KIND_PERSON_ENROLLED,
    .shape = SHAPE(struct person_record, enrolled_member),
    .apply = apply_enrolled,
    .record = &enrolment,
    .reads = {"職員 {person} を登録した", "{person} was enrolled"},
};

const struct kind kind_person_changed = {
    .id = KIND_PERSON_CHANGED,
    .shape = SHAPE(struct person_record, changed_member),
    .apply = apply_changed,
    .record = &change,
    .reads = {"職員 {person} の登録を変更した", "the record of {person} was changed"},
};

const struct kind kind_person_locked = {
    .id = KIND_PERSON_LOCKED,
    .shape = SHAPE(struct person_named, named_member),
    .apply = apply_locked,
    .reads = {"職員 {person} の利用を停止した（暗証の誤り）", "{person} was locked out: wrong secrets"},
};

const struct kind kind_person_unlocked = {
    .id = KIND_PERSON_UNLOCKED,
    .shape = SHAPE(struct person_unlocked, unlocked_member),
    .apply = apply_unlocked,
    .record = &unlocking,
    .reads = {"職員 {person} の利用停止を解いた", "the lock-out of {person} was ended"},
};

const struct kind kind_person_fit = {
    .id = KIND_PERSON_FIT,
    .shape = SHAPE(struct person_fit, fit_member),
    .apply = apply_fit,
    .reads = {"職員 {person} の体調申告", "{person} declared the state of health"},
};

const struct person_record *person_record_read(const struct entry *e, struct arena *a)
{
    const struct person_record *v = entry_as(e, KIND_PERSON_ENROLLED, a);
    return v ? v : entry_as(e, KIND_PERSON_CHANGED, a);
}
