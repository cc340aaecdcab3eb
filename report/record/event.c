/* What happened beside the plan, and what was signed. */
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "record/int.h"

static bool is(const struct entry *e, const char *kind)
{
    return strcmp(e->kind, kind) == 0;
}

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

static void deviation(struct maker *m, const struct entry *e)
{
    struct record *r = m->r;
    const char *id = json_get_str(e->body, "dev"), *step = json_get_str(e->body, "step");
    struct record_deviation *d = dev_of(r, id);
    if (is(e, "deviation.opened")) {
        d = LIST_ADD(&r->arena, r->dev, r->ndevs);
        *d = (struct record_deviation){
            .id = id, .step = step, .opened = e, .hold = json_get_bool(e->body, "hold")};
        d->cause = words_code(&r->words, json_get_str(e->body, "cause"), json_get(e->body, "args"),
                              step_index(r, step));
        d->grade = json_get_str(e->body, "grade");
    } else if (d && is(e, "deviation.assessed")) {
        d->assessed = e;
        d->grade = json_get_str(e->body, "grade");
        d->assessed_why = record_open(m, e, "reason");
    } else if (d) {
        d->closed = e;
        d->closed_why = record_open(m, e, "reason");
    }
}

static void hold(struct maker *m, const struct entry *e)
{
    struct record *r = m->r;
    const char *id = json_get_str(e->body, "hold");
    if (is(e, "hold.placed")) {
        const struct record_deviation *d = dev_of(r, json_get_str(e->body, "dev"));
        struct record_hold *h = LIST_ADD(&r->arena, r->hold, r->nholds);
        *h = (struct record_hold){.id = id, .dev = json_get_str(e->body, "dev"), .placed = e};
        h->cause = d ? d->cause : words_code(&r->words, json_get_str(e->body, "cause"), NULL, -1);
        return;
    }
    for (size_t i = 0; i < r->nholds; i++)
        if (strcmp(r->hold[i].id, id) == 0) {
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
        const char *now = v->corrected ? v->corrected->raw : v->raw;
        if (v->field == c->field && !v->dropped && (!old || (now && strcmp(now, old) == 0)))
            return v;
    }
    return NULL;
}

static void derived_text(struct record *r, struct record_correction *c)
{
    json_each(d, json_get(c->entry->body, "derived")) {
        int step = step_index(r, json_get_str(d, "step"));
        const char *field = json_get_str(d, "field"), *value = json_get_str(d, "value");
        int f = step >= 0 && field ? step_field(&r->protocol->step[step], field) : -1;
        if (f < 0 || !value)
            continue;
        struct text title = r->protocol->step[step].field[f].title;
        struct text v = value_text(r, &r->protocol->step[step].field[f], value);
        c->derived = words_join(&r->words, c->derived,
                                (struct text){arena_printf(&r->arena, "%s %s", title.ja, v.ja),
                                              arena_printf(&r->arena, "%s %s", title.en, v.en)});
    }
}

static void correction(struct maker *m, const struct entry *e)
{
    struct record *r = m->r;
    const char *field = json_get_str(e->body, "field"), *old = json_get_str(e->body, "old");
    int step = step_index(r, json_get_str(e->body, "step"));
    int f = step >= 0 && field ? step_field(&r->protocol->step[step], field) : -1;
    if (f < 0)
        return;
    struct record_correction *c = LIST_ADD(&r->arena, r->correction, r->ncorrections);
    *c = (struct record_correction){.step = &r->protocol->step[step], .entry = e};
    c->field = &c->step->field[f];
    c->occ = json_get_int(e->body, "occ", 1);
    c->raw = json_get_str(e->body, "value");
    if (!c->raw)
        c->raw = record_open(m, e, c->field->id).value;
    c->old = value_text(r, c->field, old);
    c->now = value_text(r, c->field, c->raw);
    c->reason = record_open(m, e, "reason");
    derived_text(r, c);
}

/* The list is complete: values may point into it. */
static void link_corrections(struct record *r)
{
    for (size_t i = 0; i < r->ncorrections; i++) {
        struct record_correction *c = &r->correction[i];
        struct record_value *v = corrected_value(r, c, json_get_str(c->entry->body, "old"));
        if (!v)
            continue;
        if (!json_get_str(c->entry->body, "old") && v->raw)
            c->old = v->shown;
        v->corrected = c;
    }
}

/* ---- refusals, exposures ---- */

static struct text understood(struct maker *m, const struct entry *e)
{
    struct record *r = m->r;
    const struct json *u = json_get(e->body, "understood");
    const char *kind = json_get_str(u, "kind"), *id = json_get_str(u, "id"), *unit = json_get_str(u, "unit");
    if (!kind && json_get_str(e->body, "container")) { /* ours, read at another batch's bench */
        kind = "container";
        id = json_get_str(e->body, "container");
    }
    if (!kind && json_get_str(e->pd, "raw")) {
        struct text raw = record_open(m, e, "raw").shown;
        return (struct text){arena_printf(&r->arena, "読めず：%s", raw.ja),
                             arena_printf(&r->arena, "not understood: %s", raw.en)};
    }
    if (!kind)
        return (struct text){NULL, NULL};
    struct text t = word(&r->words, "scan", kind);
    if (!id)
        return t;
    const char *more = arena_printf(&r->arena, "%s%s%s", id, unit ? " " : "", unit ? unit : "");
    return (struct text){arena_printf(&r->arena, "%s %s", t.ja, more),
                         arena_printf(&r->arena, "%s %s", t.en, more)};
}

static void refusal(struct maker *m, const struct entry *e)
{
    struct record *r = m->r;
    struct record_refusal *f = LIST_ADD(&r->arena, r->refusal, r->nrefusals);
    f->entry = e;
    f->step = json_get_str(e->body, "step");
    f->understood = understood(m, e);
    f->what = words_code(&r->words, json_get_str(e->body, "code"), json_get(e->body, "args"),
                         step_index(r, f->step));
}

static int exposure_way(const struct entry *e)
{
    const char *code = json_get_str(e->body, "code");
    if (json_get_str(e->body, "container"))
        return EXPOSURE_OUT;
    if (json_get_bool(e->body, "to"))
        return EXPOSURE_TO;
    if (code && strcmp(code, "exposure.positive") == 0)
        return EXPOSURE_FROM;
    return json_get_str(e->body, "lot") || json_get_str(e->body, "thing") ? EXPOSURE_SHARED : EXPOSURE_IN;
}

static void exposure(struct maker *m, const struct entry *e)
{
    static const char *const member[] = {"container", "lot", "thing", NULL};
    struct record *r = m->r;
    const char *thing = NULL;
    if (!is(e, "exposure.linked") && !json_get_str(e->pd, "other"))
        return;
    struct record_exposure *x = LIST_ADD(&r->arena, r->exposure, r->nexposures);
    for (size_t i = 0; member[i] && !thing; i++)
        thing = json_get_str(e->body, member[i]);
    if (!thing)
        thing = json_get_str(json_get(e->body, "args"), "thing");
    x->entry = e;
    x->way = exposure_way(e);
    x->thing =
        thing ? (struct record_secret){thing, text_both(thing), SHOWN} : record_open(m, e, "container");
    x->other = record_open(m, e, "other");
    x->what = words_code(&r->words, json_get_str(e->body, "code"), json_get(e->body, "args"), -1);
}

/* ---- signed acts ---- */

static int check_signature(const struct record *r, const struct entry *e, const char *person)
{
    const struct person *p = book_person(&r->book, person);
    const char *text = json_get_str(e->act, "signed"), *sig = json_get_str(e->act, "sig");
    const char *key = json_get_str(e->act, "key");
    uint8_t raw[KEY_SIG];
    struct buf msg;
    if (!p || !p->keyid || !key || strcmp(p->keyid, key) != 0)
        return ACT_UNCHECKED; /* an earlier key, perhaps: cpf-verify follows keys through time */
    if (!text || !sig || enc_unb64url_fixed(sig, strlen(sig), raw, sizeof(raw)) != 0)
        return ACT_BAD;
    buf_init(&msg);
    entry_act_message(&msg, r->origin, key, text);
    int err = key_verify(p->key, msg.data, msg.len, raw);
    buf_fini(&msg);
    return err ? ACT_BAD : ACT_GOOD;
}

/* Does its form say that the audit trail was reviewed (PI 041-1)? By the field's name, which is the
 * protocol's. */
static bool reviews_trail(const struct step *s, const struct entry *e)
{
    for (size_t i = 0; s && i < s->nfields; i++)
        if (strstr(s->field[i].id, "audit-trail"))
            return json_get_str(json_get(e->body, "values"), "audit-trail") != NULL;
    return false;
}

static void act(struct maker *m, const struct entry *e)
{
    struct record *r = m->r;
    const struct json *o = NULL;
    const char *text = json_get_str(e->act, "signed");
    struct record_act *a = LIST_ADD(&r->arena, r->act, r->nacts);
    a->entry = e;
    a->person = record_who(e, "performed");
    a->key = json_get_str(e->act, "key");
    a->step = json_get_str(e->body, "step");
    int step = step_index(r, a->step);
    if (text && json_parse(&r->arena, text, strlen(text), &o, NULL) == 0)
        a->meaning = json_get_str(o, "meaning");
    const struct step *s = step >= 0 && is(e, "step.signed") ? &r->protocol->step[step] : NULL;
    a->what = s ? s->title : word(&r->words, "record", e->kind);
    a->meaning_en = s ? s->meaning.en : a->what.en;
    if (!s && a->meaning && strcmp(a->meaning, e->kind) == 0)
        a->meaning = a->what.ja;
    a->signature = check_signature(r, e, a->person);
    a->audit_trail = reviews_trail(s, e);
}

static void link_acts(struct record *r)
{
    for (size_t i = 0; i < r->nacts; i++) {
        struct record_step *s =
            r->act[i].step && is(r->act[i].entry, "step.signed")
                ? record_step_of(r, r->act[i].step, json_get_int(r->act[i].entry->body, "occ", 1))
                : NULL;
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

void record_events(struct maker *m)
{
    struct record *r = m->r;
    for (size_t i = 0; i < r->nentries; i++) {
        const struct entry *e = &r->entry[i];
        if (strncmp(e->kind, "deviation.", 10) == 0)
            deviation(m, e);
        else if (strncmp(e->kind, "hold.", 5) == 0)
            hold(m, e);
        else if (is(e, "correction"))
            correction(m, e);
        else if (is(e, "refused"))
            refusal(m, e);
        if (is(e, "refused") || is(e, "exposure.linked"))
            exposure(m, e);
        if (e->act)
            act(m, e);
        clauses(r, e);
    }
    if (r->nclauses)
        qsort(r->clause, r->nclauses, sizeof(*r->clause), by_number);
    link_corrections(r);
    link_devs(r);
    link_acts(r);
}
