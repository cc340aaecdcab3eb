/* The statutory items, filled from the record. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "core/entry/facility.h"
#include "record/int.h"

static const struct record_step *newest(const struct record *r, int step)
{
    const struct record_step *found = NULL;
    for (size_t i = 0; i < r->nsteps; i++)
        if (r->step[i].index == step && r->step[i].status == STEP_DONE)
            found = &r->step[i];
    return found;
}

static struct text none(void)
{
    return (struct text){NULL, NULL};
}

/* "title: values" of a field. */
static struct text field_text(struct record *r, struct ref ref)
{
    const struct record_step *s = newest(r, ref.step);
    const struct field *f = &r->protocol->step[ref.step].field[ref.field];
    struct text all = none();
    for (size_t i = 0; s && i < s->nvalues; i++) {
        const struct record_value *v = &s->value[i];
        if (v->field == f && !v->dropped && !v->again)
            all = words_join(&r->words, all, v->now.shown);
    }
    if (!all.ja)
        return all;
    return (struct text){arena_printf(&r->arena, "%s：%s", f->title.ja, all.ja),
                         arena_printf(&r->arena, "%s: %s", f->title.en, all.en)};
}

static struct text clinic_words(struct record *r, const char *ja, const char *at, const char *en,
                                const char *at_en)
{
    return (struct text){arena_printf(&r->arena, "%s（%s）", ja, at),
                         arena_printf(&r->arena, "%s (%s)", en ? en : ja, at_en ? at_en : at)};
}

/* Name and address of the clinic whose plan was recorded there. */
static struct text clinic_text(struct record *r, struct ref ref)
{
    const struct record_step *s = newest(r, ref.step);
    const struct field *f = &r->protocol->step[ref.step].field[ref.field];
    const char *plan = NULL;
    for (size_t i = 0; s && i < s->nvalues; i++)
        if (s->value[i].field == f && !s->value[i].dropped && !s->value[i].again)
            plan = s->value[i].now.raw;
    const struct plan *known = plan ? book_plan(&r->book, plan) : NULL;
    const struct clinic *clinic = known ? book_clinic(&r->book, known->clinic) : NULL;
    if (clinic)
        return clinic_words(r, clinic->name_ja, clinic->address_ja, clinic->name_en, clinic->address_en);
    /* an older log's facility was set up with them */
    for (size_t i = 0; plan && r->book.facility && i < r->book.facility->clinics.n; i++) {
        const struct opened_clinic *c = &r->book.facility->clinics.item[i];
        if (c->plan && c->name_ja && c->address_ja && strcmp(c->plan, plan) == 0)
            return clinic_words(r, c->name_ja, c->address_ja, c->name_en, c->address_en);
    }
    return plan ? (struct text){"名称・所在地：施設の記録になし",
                                "name and address: not in the facility's record"}
                : none();
}

static struct text by_text(struct record *r, int step)
{
    const struct record_step *s = newest(r, step);
    const struct person *p = s ? book_person(&r->book, s->performer) : NULL;
    if (!s)
        return none();
    struct text dept = word(&r->words, "dept", word_name(&dept_words, (int)(p ? p->dept : s->step->dept)));
    struct text name = words_person(&r->words, s->performer);
    if (!name.ja)
        name = text_both(s->performer);
    return (struct text){arena_printf(&r->arena, "%s（%s）", name.ja, dept.ja),
                         arena_printf(&r->arena, "%s (%s)", name.en, dept.en)};
}

static struct text at_text(struct record *r, int step)
{
    const struct record_step *s = newest(r, step);
    return s ? text_both(record_minute(r, s->done)) : none();
}

static struct text days_text(struct record *r, int from, int until)
{
    const struct record_step *a = newest(r, from), *b = newest(r, until);
    if (!a || !b)
        return none();
    long long days = (long long)(clock_day(b->done) - clock_day(a->done));
    const char *t1 = record_minute(r, a->done), *t2 = record_minute(r, b->done);
    struct text x = a->step->title, y = b->step->title;
    return (struct text){arena_printf(&r->arena, "%s %s → %s %s（%lld日間）", x.ja, t1, y.ja, t2, days),
                         arena_printf(&r->arena, "%s %s → %s %s (%lld days)", x.en, t1, y.en, t2, days)};
}

static struct text part_text(struct record *r, const struct form_part *p)
{
    switch (p->kind) {
    case FORM_TEXT:
        return p->text;
    case FORM_PRODUCT:
        return r->product;
    case FORM_FIELD:
        return field_text(r, p->ref);
    case FORM_CLINIC:
        return clinic_text(r, p->ref);
    case FORM_BY:
        return by_text(r, p->ref.step);
    case FORM_AT:
        return at_text(r, p->ref.step);
    case FORM_DAYS:
        return days_text(r, p->ref.step, p->until);
    }
    return none();
}

static void add_item(struct record *r, const struct form_item *f)
{
    struct record_item *n = LIST_ADD(&r->arena, r->item, r->nitems);
    bool found = false;
    n->title = word(&r->words, "item", f->id);
    for (size_t i = 0; i < f->nparts; i++) {
        struct text t = part_text(r, &f->part[i]);
        found |= t.ja && f->part[i].kind != FORM_TEXT;
        if (t.ja)
            n->body = words_join(&r->words, n->body, t);
    }
    bool wanted = false;
    for (size_t i = 0; i < f->nparts; i++)
        wanted |= f->part[i].kind != FORM_TEXT;
    n->missing = wanted && !found;
    if (!n->missing)
        return;
    n->body = r->batch->stopped || r->batch->closed
                  ? (struct text){"該当なし：当該工程に至らず", "not applicable: that step was never reached"}
                  : (struct text){"未記録：当該工程は未実施", "not yet: that step is still to do"};
}

void record_items(struct record *r, const struct form *f)
{
    for (size_t i = 0; i < f->nitems; i++)
        add_item(r, &f->item[i]);
    r->retention_years = f->retention_years;
    r->retention_why = f->retention_why;
    for (size_t i = 0; i < r->nsteps; i++)
        if (r->step[i].step->disposition == DISPOSITION_PROVIDED)
            r->provided = r->step[i].done;
    for (size_t i = 0; i < r->batch->nexpiries; i++)
        r->expires = r->batch->expiry[i].until;
}
