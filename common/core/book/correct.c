/* A correction: the log keeps the old value and the new one, the book goes on with the new one. */
#include <string.h>

#include "core/book/apply.h"

static struct occ *occ_numbered(const struct batch *x, int step, int64_t number)
{
    const struct stepstate *s = &x->step[step];
    return number >= 1 && (uint64_t)number <= s->nocc ? s->occ[number - 1] : NULL;
}

/* The newest input of the field, with that text if it is given. */
static struct input *input_of(const struct occ *o, int field, const char *text)
{
    for (size_t i = o->ninputs; i-- > 0;)
        if (o->input[i].field == field && (!text || strcmp(o->input[i].text, text) == 0))
            return &o->input[i];
    return NULL;
}

static int replace(struct book *b, const struct batch *x, const struct json *where, const char *field,
                   const char *old, const char *text, const char *digest)
{
    const char *id = json_get_str(where, "step");
    int step = id ? protocol_step(x->protocol, id) : -1;
    int f = step >= 0 && field ? step_field(&x->protocol->step[step], field) : -1;
    const struct occ *o = f >= 0 ? occ_numbered(x, step, json_get_int(where, "occ", 0)) : NULL;
    struct input *in = o ? input_of(o, f, old) : NULL;
    if (!in || !text)
        return CPF_E_PROFILE;
    const struct field *kind = &x->protocol->step[step].field[f];
    const char *unit = kind->kind == FIELD_LOT ? json_get_str(where, "unit") : NULL;
    in->unit = unit ? book_keep(b, unit) : NULL;
    in->digest = book_keep(b, digest);
    return input_set(in, kind, book_keep(b, text));
}

static int replace_derived(struct book *b, const struct batch *x, const struct entry *e)
{
    int err = 0;
    json_each(d, json_get(e->body, "derived"))
        if (err == 0)
            err = replace(b, x, d, json_get_str(d, "field"), NULL, json_get_str(d, "value"), NULL);
    return err;
}

static void note_people(struct book *b, struct batch *x, enum dept dept, const struct entry *e)
{
    static const char *const member[] = {"performed", "recorded", "witnessed"};
    for (size_t i = 0; i < 3; i++) {
        const struct person *p = book_person(b, json_get_str(e->actor, member[i]));
        if (p)
            batch_note_act(x, p, dept);
    }
}

int apply_correction(struct book *b, struct stream *s, const struct entry *e)
{
    struct batch *x = strncmp(s->name, "batch/", 6) == 0 ? book_batch(b, s->name + 6) : NULL;
    const char *id = json_get_str(e->body, "step"), *field = json_get_str(e->body, "field");
    int step = x && id ? protocol_step(x->protocol, id) : -1;
    if (step < 0 || !field)
        return CPF_E_PROFILE;
    const char *digest = json_get_str(e->pd, field), *text = json_get_str(e->body, "value");
    if (digest) {
        text = b->disclosed ? b->disclosed(b->arg, digest) : NULL;
        text = text ? text : ""; /* redacted */
    }
    int err = replace(b, x, e->body, field, json_get_str(e->body, "old"), text, digest);
    if (err == 0)
        err = replace_derived(b, x, e);
    if (err)
        return err;
    note_people(b, x, x->protocol->step[step].dept, e);
    x->corrections++;
    return 0;
}
