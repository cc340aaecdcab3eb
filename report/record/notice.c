/* What stands on every page: who the patient is was said in two ways. */
#include <string.h>

#include "core/entry/identity.h"
#include "record/int.h"

static void add(struct record *r, const char *what_ja, const char *what_en, const struct field *f,
                struct text old, struct text now)
{
    struct text t = {arena_printf(&r->arena, "%s %s：%s → %s", what_ja, f->title.ja, old.ja, now.ja),
                     arena_printf(&r->arena, "%s %s: %s -> %s", what_en, f->title.en, old.en, now.en)};
    r->notice = words_join(&r->words, r->notice, t);
}

static void corrected(struct record *r, const struct record_correction *c)
{
    int step = protocol_step(r->protocol, c->step->id);
    if (protocol_identity(r->protocol, (struct ref){step, step_field(c->step, c->field->id)}))
        add(r, "本人項目の訂正", "Identity corrected", c->field, c->old, c->now);
}

static const struct record_value *ordered(const struct record *r, const char *step, const struct field *f)
{
    for (size_t i = 0; i < r->nsteps; i++)
        for (size_t k = 0; strcmp(r->step[i].step->id, step) == 0 && k < r->step[i].nvalues; k++)
            if (r->step[i].value[k].field == f)
                return &r->step[i].value[k];
    return NULL;
}

static void supplemented(struct maker *m, const struct entry *e, const struct identity_supplemented *s)
{
    struct record *r = m->r;
    int step = s->step ? protocol_step(r->protocol, s->step) : -1;
    int field = step >= 0 && s->field ? step_field(&r->protocol->step[step], s->field) : -1;
    if (field < 0)
        return;
    const struct field *f = &r->protocol->step[step].field[field];
    const struct record_value *was = ordered(r, s->step, f);
    add(r, "表記の追補", "Another writing of", f, was ? was->shown : (struct text){"–", "–"},
        record_open(m, e, s->field).shown);
}

void record_notices(struct maker *m)
{
    struct record *r = m->r;
    for (size_t i = 0; i < r->ncorrections; i++)
        corrected(r, &r->correction[i]);
    for (size_t i = 0; i < r->nentries; i++) {
        const struct identity_supplemented *s = record_value_of(r, &r->entry[i], KIND_IDENTITY_SUPPLEMENTED);
        if (s)
            supplemented(m, &r->entry[i], s);
    }
}
