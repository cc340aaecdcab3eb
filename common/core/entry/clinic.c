/* Medical institutions and their plans. */
#include "core/entry/clinic.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member clinic_member[] = {
    M_ID(struct clinic_record, clinic, NEEDED),  M_TEXT(struct clinic_record, name_ja, NEEDED),
    M_TEXT(struct clinic_record, name_en, 0),    M_TEXT(struct clinic_record, address_ja, NEEDED),
    M_TEXT(struct clinic_record, address_en, 0), M_TEXTS(struct clinic_record, staff, 0),
    M_PERSONAL(struct clinic_record, reason, 0), M_PERSONAL(struct clinic_record, note, 0),
    M_PERSONAL(struct clinic_record, remark, 0),
};

static const struct member clinic_change_member[] = {
    M_ID(struct clinic_record, clinic, NEEDED),       M_TEXT(struct clinic_record, name_ja, 0),
    M_TEXT(struct clinic_record, name_en, 0),         M_TEXT(struct clinic_record, address_ja, 0),
    M_TEXT(struct clinic_record, address_en, 0),      M_TEXTS(struct clinic_record, staff, 0),
    M_PERSONAL(struct clinic_record, reason, NEEDED), M_PERSONAL(struct clinic_record, note, 0),
    M_PERSONAL(struct clinic_record, remark, 0),
};

static const struct member plan_member[] = {
    M_ID(struct plan_record, plan, NEEDED),        M_ID(struct plan_record, clinic, NEEDED),
    M_TEXTS(struct plan_record, products, NEEDED), M_TEXTS(struct plan_record, physicians, NEEDED),
    M_DAY(struct plan_record, from, NEEDED),       M_DAY(struct plan_record, until, 0),
    M_TEXT(struct plan_record, document, 0),       M_DIGEST(struct plan_record, sha256, 0),
    M_PERSONAL(struct plan_record, reason, 0),     M_PERSONAL(struct plan_record, note, 0),
    M_PERSONAL(struct plan_record, remark, 0),
};

/* The clinic of a plan is the plan's for ever: another clinic submits another plan. */
static const struct member plan_change_member[] = {
    M_ID(struct plan_record, plan, NEEDED),         M_TEXTS(struct plan_record, products, 0),
    M_TEXTS(struct plan_record, physicians, 0),     M_DAY(struct plan_record, until, 0),
    M_TEXT(struct plan_record, document, 0),        M_DIGEST(struct plan_record, sha256, 0),
    M_PERSONAL(struct plan_record, reason, NEEDED), M_PERSONAL(struct plan_record, note, 0),
    M_PERSONAL(struct plan_record, remark, 0),
};

static const struct record_rule clinic_addition = {
    .right = RIGHT_CLINIC,
    .may = may_clinic,
    .id = offsetof(struct clinic_record, clinic),
    .stream = RECORD_FRESH,
    .judge = record_own,
};

static const struct record_rule clinic_change = {
    .right = RIGHT_CLINIC,
    .may = may_clinic,
    .id = offsetof(struct clinic_record, clinic),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

static const struct record_rule plan_registration = {
    .right = RIGHT_PLAN,
    .may = may_plan,
    .id = offsetof(struct plan_record, plan),
    .stream = RECORD_FRESH,
    .judge = record_own,
};

static const struct record_rule plan_change = {
    .right = RIGHT_PLAN,
    .may = may_plan,
    .id = offsetof(struct plan_record, plan),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

/* ---- what they do to the book ---- */

static struct texts keep_list(struct book *b, const struct texts *given)
{
    const char **item = arena_alloc(b->keep, (given->n ? given->n : 1) * sizeof(*item));
    for (size_t i = 0; i < given->n; i++)
        item[i] = book_keep(b, given->item[i]);
    return (struct texts){given->n, item};
}

static void keep_said(struct book *b, const char **at, const char *said)
{
    if (said)
        *at = book_keep(b, said);
}

static int apply_clinic(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct clinic_record *v = body;
    struct clinic *c = v->clinic ? book_clinic(b, v->clinic) : NULL;
    (void)s;
    if (!v->clinic || (c == NULL) != kind_is(e->kind, KIND_CLINIC_ADDED))
        return CPF_E_PROFILE;
    if (!c) {
        c = arena_alloc(b->keep, sizeof(*c));
        *c = (struct clinic){.id = book_keep(b, v->clinic)};
        book_put(b, &b->clinics, c->id, c);
    }
    book_touch(b, c, sizeof(*c));
    keep_said(b, &c->name_ja, v->name_ja);
    keep_said(b, &c->name_en, v->name_en);
    keep_said(b, &c->address_ja, v->address_ja);
    keep_said(b, &c->address_en, v->address_en);
    if (v->staff.item)
        c->staff = keep_list(b, &v->staff);
    return 0;
}

static int apply_plan(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct plan_record *v = body;
    struct plan *p = v->plan ? book_plan(b, v->plan) : NULL;
    (void)s;
    if (!v->plan || (p == NULL) != kind_is(e->kind, KIND_PLAN_REGISTERED))
        return CPF_E_PROFILE;
    if (!p) {
        p = arena_alloc(b->keep, sizeof(*p));
        *p = (struct plan){.number = book_keep(b, v->plan), .until = INT64_MAX};
        book_put(b, &b->plans, p->number, p);
    }
    book_touch(b, p, sizeof(*p));
    keep_said(b, &p->clinic, v->clinic);
    p->from = v->from ? v->from : p->from;
    p->until = v->until ? v->until : p->until;
    if (v->products.item)
        p->products = keep_list(b, &v->products);
    if (v->physicians.item)
        p->physicians = keep_list(b, &v->physicians);
    return 0;
}

const struct kind kind_clinic_added = {
    .id = KIND_CLINIC_ADDED,
    .shape = SHAPE(struct clinic_record, clinic_member),
    .apply = apply_clinic,
    .record = &clinic_addition,
    .reads = {"医療機関 {clinic} を登録した", "clinic {clinic} was added"},
};

const struct kind kind_clinic_changed = {
    .id = KIND_CLINIC_CHANGED,
    .shape = SHAPE(struct clinic_record, clinic_change_member),
    .apply = apply_clinic,
    .record = &clinic_change,
    .reads = {"医療機関 {clinic} の登録を変更した", "clinic {clinic} was changed"},
};

const struct kind kind_plan_registered = {
    .id = KIND_PLAN_REGISTERED,
    .shape = SHAPE(struct plan_record, plan_member),
    .apply = apply_plan,
    .record = &plan_registration,
    .reads = {"提供計画 {plan} を登録した", "plan {plan} was registered"},
};

const struct kind kind_plan_changed = {
    .id = KIND_PLAN_CHANGED,
    .shape = SHAPE(struct plan_record, plan_change_member),
    .apply = apply_plan,
    .record = &plan_change,
    .reads = {"提供計画 {plan} の登録を変更した", "plan {plan} was changed"},
};
