/* What became known after the newest decision: the difference between the two views. */
#include <stdlib.h>
#include <string.h>

#include "record/int.h"

static struct record_change *add(struct record *r, enum record_change_kind kind, const struct entry *e,
                                 struct text what, struct text then, struct text now)
{
    struct record_change *c = LIST_ADD(&r->arena, r->change, r->nchanges);
    *c = (struct record_change){.kind = kind, .entry = e, .what = what, .then = then, .now = now};
    return c;
}

static bool among(const struct step *s, const struct step *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == s)
            return true;
    return false;
}

/* ---- results, work ---- */

/* What was found: not samples, kits, instruments. */
static bool is_finding(const struct record_value *v)
{
    enum field_kind k = v->field->kind;
    return !v->dropped && !v->again &&
           (k == FIELD_NUMBER || k == FIELD_CHOICE || k == FIELD_DERIVED || k == FIELD_TEXT);
}

static struct text findings(struct record *r, const struct record_step *s, bool *ret_alarm)
{
    struct text all = {NULL, NULL};
    for (size_t i = 0; i < s->nvalues; i++) {
        const struct record_value *v = &s->value[i];
        if (!is_finding(v))
            continue;
        struct text now = v->now.shown, title = v->field->title;
        *ret_alarm |= v->mark == MARK_ACTION;
        all = words_join(&r->words, all,
                         (struct text){arena_printf(&r->arena, "%s：%s", title.ja, now.ja),
                                       arena_printf(&r->arena, "%s: %s", title.en, now.en)});
    }
    return all.ja ? all : record_status_text(r, s->status);
}

static void step_change(struct record *r, struct record_step *s)
{
    const struct record_known *k = r->decided;
    bool alarm = s->status == STEP_SKIPPED;
    const struct entry *e = &r->entry[s->last_sseq - 1];
    if (among(s->step, k->pending, k->npending)) {
        struct text now = findings(r, s, &alarm);
        add(r, CHANGE_RESULT, e, s->step->title, (struct text){"結果待ち", "pending"}, now)->alarm = alarm;
    } else if (among(s->step, k->open, k->nopen)) {
        add(r, CHANGE_STEP, e, s->step->title, record_status_text(r, STEP_OPEN),
            record_status_text(r, s->status))
            ->alarm = alarm;
    } else {
        struct text now = findings(r, s, &alarm);
        add(r, CHANGE_STEP, e, s->step->title, (struct text){"–", "–"}, now)->alarm = alarm;
    }
}

static void steps(struct record *r)
{
    for (size_t i = 0; i < r->nsteps; i++) {
        struct record_step *s = &r->step[i];
        s->after = s->last_sseq > r->decided->decision->sseq;
        if (s->after && s->status != STEP_BEGUN)
            step_change(r, s);
    }
}

/* ---- what happened beside the plan ---- */

static bool later(const struct record *r, const struct entry *e)
{
    return e && e->sseq > r->decided->decision->sseq;
}

static struct text named(struct record *r, const char *id, struct text what)
{
    return text_printf(&r->arena, what, arena_printf(&r->arena, "%s %%s", id),
                       arena_printf(&r->arena, "%s %%s", id));
}

static void deviations(struct record *r)
{
    static const struct text none = {"なし", "none"}, open = {"未完了", "open"}, closed = {"完了", "closed"};
    for (size_t i = 0; i < r->ndevs; i++) {
        const struct record_deviation *d = &r->dev[i];
        struct text now = d->closed ? closed : open;
        if (later(r, d->opened))
            add(r, CHANGE_DEVIATION, d->opened, named(r, d->id, d->cause), none, now)->alarm = true;
        else if (later(r, d->closed))
            add(r, CHANGE_DEVIATION, d->closed, named(r, d->id, d->cause), open, closed);
        else if (later(r, d->assessed))
            add(r, CHANGE_DEVIATION, d->assessed, named(r, d->id, d->cause), open,
                (struct text){"評価済み", "assessed"})
                ->alarm = true;
    }
}

static void holds(struct record *r)
{
    static const struct text none = {"なし", "none"}, force = {"継続中", "in force"},
                             lifted = {"解除", "lifted"};
    for (size_t i = 0; i < r->nholds; i++) {
        const struct record_hold *h = &r->hold[i];
        if (later(r, h->placed))
            add(r, CHANGE_HOLD, h->placed, named(r, h->id, h->cause), none, h->lifted ? lifted : force)
                ->alarm = true;
        else if (later(r, h->lifted))
            add(r, CHANGE_HOLD, h->lifted, named(r, h->id, h->cause), force, lifted);
    }
}

static void others(struct record *r)
{
    static const struct text none = {"なし", "none"};
    for (size_t i = 0; i < r->ncorrections; i++)
        if (later(r, r->correction[i].entry))
            add(r, CHANGE_CORRECTION, r->correction[i].entry, r->correction[i].field->title,
                r->correction[i].old, r->correction[i].now)
                ->alarm = true;
    for (size_t i = 0; i < r->nexposures; i++)
        if (later(r, r->exposure[i].entry) && !record_value_of(r, r->exposure[i].entry, KIND_REFUSED))
            add(r, CHANGE_EXPOSURE, r->exposure[i].entry, r->exposure[i].what, none,
                r->exposure[i].thing.shown)
                ->alarm = true;
    for (size_t i = 0; i < r->nredactions; i++)
        if (later(r, r->redaction[i].entry))
            add(r, CHANGE_REDACTION, r->redaction[i].entry,
                (struct text){"個人情報の消去", "personal values erased"}, (struct text){"あり", "there"},
                (struct text){"消去済", "redacted"});
}

static int by_entry(const void *a, const void *b)
{
    const struct record_change *x = a, *y = b;
    return x->entry->sseq < y->entry->sseq ? -1 : x->entry->sseq > y->entry->sseq;
}

void record_changes(struct record *r)
{
    for (size_t i = 0; i < r->nknown; i++)
        if (r->known[i].decision)
            r->decided = &r->known[i];
    if (!r->decided)
        return;
    steps(r);
    deviations(r);
    holds(r);
    others(r);
    if (r->nchanges)
        qsort(r->change, r->nchanges, sizeof(*r->change), by_entry);
}
