/* What happened beside the plan, and what was signed. */
#include <stdlib.h>
#include <string.h>

#include "base/act.h"
#include "core/entry/action.h"
#include "core/entry/deviation.h"
#include "core/entry/refusal.h"
#include "core/entry/step.h"
#include "core/rule/codes.h"
#include "record/int.h"

static int step_index(const struct record *r, const char *id)
{
    return id ? protocol_step(r->protocol, id) : -1;
}

/* ---- deviations, holds ---- */

static struct record_deviation *dev_of(struct record *r, const char *id)
{
    for (size_t i = 0; i < r->ndevs && id; i++)
        if (strcmp(r->dev[i].id, id) == 0)
            return &r->dev[i];
    return NULL;
}

static void deviation_opened(struct maker *m, const struct entry *e, const struct deviation_opened *o)
{
    struct record *r = m->r;
    struct record_deviation *d = LIST_ADD(&r->arena, r->dev, r->ndevs);
    *d = (struct record_deviation){.id = o->dev, .step = o->step, .opened = e, .hold = o->hold};
    d->cause = words_code(&r->words, o->cause, o->args, step_index(r, o->step));
    bool rescued = say_find(o->cause) == SAY_RESCUE_MOVED && m->rescue;
    d->seen = record_open(m, rescued ? m->rescue : e, "reason");
    d->grade = word_name(&grade_words, (int)o->grade);
}

static void deviation_closed(struct maker *m, const struct entry *e, const struct deviation_closed *o)
{
    struct record_deviation *d = dev_of(m->r, o->dev);
    if (!d)
        return;
    d->closed = e;
    d->closed_why = record_open(m, e, "reason");
    d->despite = record_open(m, e, "despite");
    d->told = o->told ? o->told : d->told;
}

static void deviation_assessed(struct maker *m, const struct entry *e, const struct deviation_assessed *o)
{
    struct record_deviation *d = dev_of(m->r, o->dev);
    if (!d)
        return;
    d->assessed = e;
    d->awaits = o->awaits;
    d->confirmed = NULL;
    d->grade = word_name(&grade_words, (int)o->grade);
    d->assessed_why = record_open(m, e, "reason");
}

/* Why somebody alone has moved it stands in the entry before; a slip is closed by the one that took it back.
 */
static void deviation_beside(struct maker *m, const struct entry *e, const struct body *b)
{
    const struct step_input *input = kind_value(b, KIND_STEP_INPUT);
    if (b->kind && b->kind->id == KIND_CONTAINER_RESCUED)
        m->rescue = e;
    for (size_t i = 0; input && i < input->slips.n; i++) {
        struct record_deviation *d = dev_of(m->r, input->slips.item[i]);
        if (d)
            d->slip = d->closed = e;
    }
}

static void deviation(struct maker *m, const struct entry *e, const struct body *b)
{
    const struct deviation_opened *opened = kind_value(b, KIND_DEVIATION_OPENED);
    const struct deviation_assessed *assessed = kind_value(b, KIND_DEVIATION_ASSESSED);
    const struct deviation_confirmed *confirmed = kind_value(b, KIND_DEVIATION_CONFIRMED);
    const struct deviation_closed *closed = kind_value(b, KIND_DEVIATION_CLOSED);
    const struct deviation_reported *reported = kind_value(b, KIND_DEVIATION_REPORTED);
    struct record_deviation *d = dev_of(m->r, confirmed ? confirmed->dev : reported ? reported->dev : NULL);
    if (opened)
        deviation_opened(m, e, opened);
    if (assessed)
        deviation_assessed(m, e, assessed);
    if (closed)
        deviation_closed(m, e, closed);
    if (d && reported)
        d->reported = e;
    if (d && confirmed) {
        d->confirmed = e;
        d->awaits = false;
        d->told = confirmed->told ? confirmed->told : d->told;
    }
    deviation_beside(m, e, b);
}

/* What is done about it; and what was not in time, its assessment too. */
static void measure(struct maker *m, const struct entry *e, const struct body *b)
{
    struct record *r = m->r;
    const struct deviation_action *taken = kind_value(b, KIND_DEVIATION_ACTION);
    const struct deviation_verified *verified = kind_value(b, KIND_DEVIATION_VERIFIED);
    const struct deviation_withdrawn *withdrawn = kind_value(b, KIND_DEVIATION_WITHDRAWN);
    const struct deviation_overdue *overdue = kind_value(b, KIND_DEVIATION_OVERDUE);
    const char *id = verified    ? verified->action
                     : withdrawn ? withdrawn->action
                     : overdue   ? overdue->action
                                 : NULL;
    struct record_deviation *d = dev_of(r, overdue && !overdue->action ? overdue->dev : NULL);
    if (d)
        d->late = e;
    if (taken) {
        struct record_action *a = LIST_ADD(&r->arena, r->action, r->nactions);
        *a =
            (struct record_action){.id = taken->action, .dev = taken->dev, .owner = taken->owner, .taken = e};
        a->due = taken->due;
        a->effect = taken->effect;
        a->what = record_open(m, e, "reason");
    }
    for (size_t i = 0; i < r->nactions && id; i++) {
        struct record_action *a = &r->action[i];
        if (strcmp(a->id, id) != 0)
            continue;
        *(verified ? &a->verified : withdrawn ? &a->withdrawn : &a->overdue) = e;
        if (verified || withdrawn)
            a->result = record_open(m, e, "reason");
    }
}

static void hold(struct maker *m, const struct entry *e, const struct body *b)
{
    struct record *r = m->r;
    const struct hold_placed *placed = kind_value(b, KIND_HOLD_PLACED);
    const struct hold_lifted *lifted = kind_value(b, KIND_HOLD_LIFTED);
    if (placed) {
        const struct record_deviation *d = dev_of(r, placed->dev);
        struct record_hold *h = LIST_ADD(&r->arena, r->hold, r->nholds);
        *h = (struct record_hold){.id = placed->hold, .dev = placed->dev, .placed = e};
        h->cause = d ? d->cause : words_code(&r->words, placed->cause, NULL, -1);
        h->seen = record_open(m, e, "reason");
    }
    for (size_t i = 0; lifted && i < r->nholds; i++)
        if (strcmp(r->hold[i].id, lifted->hold) == 0) {
            r->hold[i].lifted = e;
            r->hold[i].why = record_open(m, e, "reason");
        }
}

static void link_devs(struct record *r)
{
    for (size_t i = 0; i < r->ndevs; i++) {
        struct record_step *s = NULL;
        for (size_t k = 0; k < r->nsteps && r->dev[i].step; k++)
            if (strcmp(r->step[k].step->id, r->dev[i].step) == 0 &&
                r->step[k].first_sseq <= r->dev[i].opened->sseq)
                s = &r->step[k];
        if (s)
            *(LIST_ADD(&r->arena, s->dev, s->ndevs)) = r->dev[i].id;
    }
}

/* ---- corrections ---- */

static struct text value_text(struct record *r, const struct field *f, const char *raw)
{
    for (size_t i = 0; raw && i < f->noptions; i++)
        if (strcmp(f->option[i].id, raw) == 0)
            return f->option[i].title;
    return text_both(raw ? words_amount(&r->words, raw, f->unit) : "–");
}

static struct record_value *corrected_value(struct record *r, const struct record_correction *c,
                                            const char *old)
{
    struct record_step *s = record_step_of(r, c->step->id, c->occ);
    for (size_t i = s ? s->nvalues : 0; i-- > 0;) {
        struct record_value *v = &s->value[i];
        if (v->field == c->field && !v->dropped && (!old || (v->now.raw && strcmp(v->now.raw, old) == 0)))
            return v;
    }
    return NULL;
}

static void derived_text(struct record *r, struct record_correction *c, const struct deriveds *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct derived *d = &list->item[i];
        int step = step_index(r, d->step);
        int f = step >= 0 ? step_field(&r->protocol->step[step], d->field) : -1;
        if (f < 0)
            continue;
        struct text title = r->protocol->step[step].field[f].title;
        struct text v = {"–", "–"}; /* it cannot be computed any more */
        if (d->value)
            v = value_text(r, &r->protocol->step[step].field[f], d->value);
        c->derived = words_join(&r->words, c->derived,
                                (struct text){arena_printf(&r->arena, "%s %s", title.ja, v.ja),
                                              arena_printf(&r->arena, "%s %s", title.en, v.en)});
    }
}

static struct record_value *derived_value(struct record *r, const struct derived *d)
{
    struct record_step *s = record_step_of(r, d->step, d->occ);
    for (size_t i = s ? s->nvalues : 0; i-- > 0;)
        if (s->value[i].derived && !s->value[i].dropped && strcmp(s->value[i].field->id, d->field) == 0)
            return &s->value[i];
    return NULL;
}

/* What could not be computed before has its value from here on. */
static void derived_now(struct maker *m, const struct entry *e, const struct deriveds *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct derived *d = &list->item[i];
        struct record_step *s = record_step_of(m->r, d->step, d->occ);
        int f = s ? step_field(s->step, d->field) : -1;
        if (d->value && f >= 0 && !derived_value(m->r, d))
            record_add_value(m, s, e, &s->step->field[f], d->value, NULL);
    }
}

static void correction(struct maker *m, const struct entry *e, const struct correction *said)
{
    struct record *r = m->r;
    int step = step_index(r, said->step);
    int f = step >= 0 ? step_field(&r->protocol->step[step], said->field) : -1;
    if (f < 0)
        return;
    struct record_correction *c = LIST_ADD(&r->arena, r->correction, r->ncorrections);
    *c = (struct record_correction){.step = &r->protocol->step[step], .entry = e, .said = said};
    c->field = &c->step->field[f];
    c->occ = said->occ ? said->occ : 1;
    c->raw = said->value ? said->value : record_open(m, e, c->field->id).value;
    c->old = value_text(r, c->field, said->old);
    c->now = value_text(r, c->field, c->raw);
    c->reason = record_open(m, e, "reason");
    derived_text(r, c, &said->derived);
    derived_now(m, e, &said->derived);
}

static void counts_now(struct record *r, struct record_value *v, const struct record_correction *c,
                       const char *raw)
{
    enum record_mark mark = raw ? record_mark_of(v->field, raw) : MARK_NONE;
    v->corrected = c;
    v->now = (struct record_now){raw, raw ? value_text(r, v->field, raw) : (struct text){"–", "–"}};
    v->mark = mark > v->mark ? mark : v->mark;
}

static void derived_link(struct record *r, const struct record_correction *c)
{
    for (size_t i = 0; i < c->said->derived.n; i++) {
        const struct derived *d = &c->said->derived.item[i];
        struct record_value *v = derived_value(r, d);
        bool same = v && v->now.raw && d->value && strcmp(v->now.raw, d->value) == 0;
        if (v && !same)
            counts_now(r, v, c, d->value);
    }
}

/* The list is complete: values may point into it. */
static void link_corrections(struct record *r)
{
    for (size_t i = 0; i < r->ncorrections; i++) {
        struct record_correction *c = &r->correction[i];
        struct record_value *v = corrected_value(r, c, c->said->old);
        derived_link(r, c);
        if (!v)
            continue;
        if (!c->said->old && v->raw)
            c->old = v->shown;
        counts_now(r, v, c, c->raw);
        v->now.shown = c->now; /* of a personal value: why it is not here */
    }
}

/* ---- refusals, exposures ---- */

static struct text understood(struct maker *m, const struct entry *e, const struct refused *said)
{
    struct record *r = m->r;
    const struct understood none = {0}, ours = {.kind = "container", .id = said->container};
    const struct understood *u = record_said(r, e)->judged.understood;
    if (!u) /* ours, read at another batch's bench */
        u = said->container ? &ours : &none;
    if (entry_secret(e, SECRET_SAID)) {
        struct text words = record_open(m, e, SECRET_SAID).shown;
        return (struct text){arena_printf(&r->arena, "答え：%s", words.ja),
                             arena_printf(&r->arena, "said: %s", words.en)};
    }
    if (!u->kind && entry_secret(e, SECRET_RAW)) {
        struct text raw = record_open(m, e, SECRET_RAW).shown;
        return (struct text){arena_printf(&r->arena, "読めず：%s", raw.ja),
                             arena_printf(&r->arena, "not understood: %s", raw.en)};
    }
    if (!u->kind)
        return (struct text){NULL, NULL};
    struct text t = word(&r->words, "scan", u->kind);
    if (!u->id)
        return t;
    const char *more = arena_printf(&r->arena, "%s%s%s", u->id, u->unit ? " " : "", u->unit ? u->unit : "");
    return (struct text){arena_printf(&r->arena, "%s %s", t.ja, more),
                         arena_printf(&r->arena, "%s %s", t.en, more)};
}

static struct text judged_text(struct record *r, const struct entry *e, const char *step)
{
    const struct judged *j = &record_said(r, e)->judged;
    return words_code(&r->words, j->code, j->args, step_index(r, step));
}

static void refusal(struct maker *m, const struct entry *e, const struct refused *said)
{
    struct record *r = m->r;
    struct record_refusal *f = LIST_ADD(&r->arena, r->refusal, r->nrefusals);
    f->entry = e;
    f->step = said->step;
    f->understood = understood(m, e, said);
    f->what = judged_text(r, e, f->step);
}

static struct record_exposure *add_exposure(struct maker *m, const struct entry *e, const char *thing)
{
    struct record *r = m->r;
    struct record_exposure *x = LIST_ADD(&r->arena, r->exposure, r->nexposures);
    if (!thing)
        thing = json_get_str(record_said(r, e)->judged.args, "thing");
    x->entry = e;
    x->thing =
        thing ? (struct record_secret){thing, text_both(thing), SHOWN} : record_open(m, e, SECRET_CONTAINER);
    x->other = record_open(m, e, SECRET_OTHER);
    x->what = judged_text(r, e, NULL);
    return x;
}

/* A near miss with another batch's container. */
static void foreign(struct maker *m, const struct entry *e, const struct refused *said)
{
    if (entry_secret(e, SECRET_OTHER))
        add_exposure(m, e, said->container)->way = said->container ? EXPOSURE_OUT : EXPOSURE_IN;
}

static void exposure(struct maker *m, const struct entry *e, const struct exposure_linked *said)
{
    bool positive = say_find(record_said(m->r, e)->judged.code) == SAY_EXPOSURE_POSITIVE;
    add_exposure(m, e,
                 said->container ? said->container
                 : said->lot     ? said->lot
                                 : said->thing)
        ->way = said->container            ? EXPOSURE_OUT
                : said->to                 ? EXPOSURE_TO
                : positive                 ? EXPOSURE_FROM
                : said->lot || said->thing ? EXPOSURE_SHARED
                                           : EXPOSURE_IN;
}

/* ---- signed acts ---- */

static int check_signature(const struct record *r, const struct entry *e, const char *person)
{
    const struct person *p = book_person(&r->book, person);
    const char *key = act_of(e).key;
    if (!p || !p->keyid || !key || strcmp(p->keyid, key) != 0)
        return ACT_UNCHECKED; /* an earlier key, perhaps: cpf-verify follows keys through time */
    return act_verify(e, r->origin, p->key) ? ACT_BAD : ACT_GOOD;
}

/* Does its form say that the audit trail was reviewed (PI 041-1)? By the field's name, which is the
 * protocol's. */
static bool reviews_trail(const struct step *s, const struct step_form *form)
{
    for (size_t i = 0; s && i < s->nfields; i++)
        if (strstr(s->field[i].id, "audit-trail"))
            return json_get_str(form->values, "audit-trail") != NULL;
    return false;
}

static void act(struct maker *m, const struct entry *e)
{
    struct record *r = m->r;
    struct record_act *a = LIST_ADD(&r->arena, r->act, r->nacts);
    a->entry = e;
    const struct step_form *form = record_value_of(r, e, KIND_STEP_SIGNED);
    a->person = record_who(r, e);
    a->key = act_of(e).key;
    a->step = record_step_id(r, e, NULL);
    int step = step_index(r, a->step);
    a->meaning = act_meaning(e, &r->arena);
    const struct step *s = step >= 0 && form ? &r->protocol->step[step] : NULL;
    a->what = s ? s->title : word(&r->words, "record", e->kind);
    a->meaning_en = s ? s->meaning.en : a->what.en;
    if (!s && a->meaning && strcmp(a->meaning, e->kind) == 0)
        a->meaning = a->what.ja;
    a->signature = check_signature(r, e, a->person);
    a->audit_trail = reviews_trail(s, form);
}

static void link_acts(struct record *r)
{
    for (size_t i = 0; i < r->nacts; i++) {
        const struct entry *e = r->act[i].entry;
        int64_t occ;
        const char *id = record_step_id(r, e, &occ);
        struct record_step *s = record_value_of(r, e, KIND_STEP_SIGNED) ? record_step_of(r, id, occ) : NULL;
        if (s)
            s->act = &r->act[i];
    }
}

/* ---- clauses ---- */

/* R7 before R10, R99-1-9 before R99-1-20. */
static int by_number(const void *x, const void *y)
{
    const char *a = *(const char *const *)x, *b = *(const char *const *)y;
    while (*a && *b) {
        char *ea, *eb;
        bool number = *a >= '0' && *a <= '9' && *b >= '0' && *b <= '9';
        long na = number ? strtol(a, &ea, 10) : *a, nb = number ? strtol(b, &eb, 10) : *b;
        if (na != nb)
            return na < nb ? -1 : 1;
        a = number ? ea : a + 1;
        b = number ? eb : b + 1;
    }
    return *a ? 1 : *b ? -1 : 0;
}

static void clauses(struct record *r, const struct entry *e)
{
    json_each(c, e->law) {
        size_t i = 0;
        while (i < r->nclauses && strcmp(r->clause[i], c->str) != 0)
            i++;
        if (i == r->nclauses)
            *(LIST_ADD(&r->arena, r->clause, r->nclauses)) = c->str;
    }
}

static void event(struct maker *m, const struct entry *e)
{
    const struct body *b = &record_said(m->r, e)->body;
    const struct correction *c = kind_value(b, KIND_CORRECTION);
    const struct refused *f = kind_value(b, KIND_REFUSED);
    const struct exposure_linked *x = kind_value(b, KIND_EXPOSURE_LINKED);
    deviation(m, e, b);
    measure(m, e, b);
    hold(m, e, b);
    if (c)
        correction(m, e, c);
    if (f) {
        refusal(m, e, f);
        foreign(m, e, f);
    }
    if (x)
        exposure(m, e, x);
    if (e->act)
        act(m, e);
}

void record_events(struct maker *m)
{
    struct record *r = m->r;
    for (size_t i = 0; i < r->nentries; i++) {
        event(m, &r->entry[i]);
        clauses(r, &r->entry[i]);
    }
    if (r->nclauses)
        qsort(r->clause, r->nclauses, sizeof(*r->clause), by_number);
    link_corrections(r);
    link_devs(r);
    link_acts(r);
}
