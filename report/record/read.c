/* From the database: the batch's entries, and those of the streams that they name. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
#include "core/entry/deviation.h"
#include "core/entry/refusal.h"
#include "record/int.h"

int record_fail(struct maker *m, int code, const char *fmt, ...)
{
    va_list ap;
    if (*m->ret_error)
        return code;
    va_start(ap, fmt);
    require(vasprintf(m->ret_error, fmt, ap) >= 0);
    va_end(ap);
    return code;
}

void *list_add(struct arena *a, void *list, size_t *n, size_t size)
{
    if ((*n & (*n - 1)) == 0 && *n != 1) { /* 0, 2, 4, 8 … */
        void *more = arena_alloc(a, (*n ? *n * 2 : 2) * size);
        if (*n)
            memcpy(more, list, *n * size);
        list = more;
    }
    ++*n;
    return list;
}

static int source_failed(struct maker *m, int err)
{
    return record_fail(m, err, "%s", m->source->error(m->source->arg));
}

/* ---- checkpoint ---- */

static int read_checkpoint(struct maker *m)
{
    struct record *r = m->r;
    struct note n;
    int err = m->source->checkpoint(m->source->arg, m->q->size, &r->arena, &r->note, &r->note_len);
    if (err == CPF_E_NOTFOUND)
        return record_fail(m, err, "there is no checkpoint of size %" PRIu64, m->q->size);
    if (err)
        return source_failed(m, err);
    err = note_parse(&n, r->note, r->note_len);
    if (!err)
        err = checkpoint_parse(&r->checkpoint, n.text, n.text_len);
    if (err)
        return record_fail(m, err, "the checkpoint: %s", cpf_strerror(err));
    r->origin = r->checkpoint.origin;
    return 0;
}

/* ---- entries ---- */

struct reading {
    struct maker *m;
    struct entry **list;
    size_t *n;
};

static int take_entry(void *arg, uint64_t idx, const char *text, size_t len)
{
    struct reading *x = arg;
    struct arena *a = &x->m->r->arena;
    struct entry *e = LIST_ADD(a, *x->list, *x->n);
    int err = entry_read(e, a, arena_strndup(a, text, len), len);
    if (err)
        return record_fail(x->m, err, "entry %" PRIu64 ": %s", idx, cpf_strerror(err));
    e->idx = idx;
    return 0;
}

int record_stream(struct maker *m, const char *stream, struct entry **list, size_t *n)
{
    struct reading x = {m, list, n};
    int err = m->source->entries(m->source->arg, stream, m->r->checkpoint.size, take_entry, &x);
    return err ? source_failed(m, err) : 0;
}

static int read_bodies(struct maker *m)
{
    struct record *r = m->r;
    r->said = arena_alloc(&r->arena, r->nentries * sizeof(*r->said));
    for (size_t i = 0; i < r->nentries; i++) {
        const struct entry *e = &r->entry[i];
        int err = kind_read(e, &r->arena, &r->said[i].body);
        if (err)
            return record_fail(m, err, "entry %" PRIu64 " (%s): %s", e->idx, e->kind, cpf_strerror(err));
        judged_read(e, &r->arena, &r->said[i].judged);
        actor_read(e, &r->said[i].actor);
    }
    return 0;
}

const struct record_said *record_said(const struct record *r, const struct entry *e)
{
    return &r->said[e - r->entry];
}

const char *record_step_id(const struct record *r, const struct entry *e, int64_t *ret_occ)
{
    const struct body *b = &record_said(r, e)->body;
    struct step_at at = {0};
    const struct deviation_opened *d = kind_value(b, KIND_DEVIATION_OPENED);
    const struct refused *f = kind_value(b, KIND_REFUSED);
    if (!step_at_read(b, &at))
        at.step = d ? d->step : f ? f->step : NULL;
    if (ret_occ)
        *ret_occ = at.occ ? at.occ : 1;
    return at.step;
}

static int apply(struct maker *m, const struct entry *e)
{
    int err = book_apply(&m->r->book, e);
    return err ? record_fail(m, err, "entry %" PRIu64 " (%s): %s", e->idx, e->kind, cpf_strerror(err)) : 0;
}

/* A stream that a batch names; a stream that is not there is none. */
static int apply_stream(struct maker *m, const char *family, const char *id)
{
    const char *name = id ? arena_printf(&m->r->arena, "%s%s%s", family, *id ? "/" : "", id) : NULL;
    struct entry *list = NULL;
    size_t n = 0;
    if (!name || strlen(name) > ENTRY_STREAM_MAX || book_stream(&m->r->book, name))
        return 0;
    int err = record_stream(m, name, &list, &n);
    for (size_t i = 0; i < n && !err; i++)
        err = apply(m, &list[i]);
    return err;
}

static int read_protocol(struct maker *m)
{
    const struct step_form *first = record_value_of(m->r, &m->r->entry[0], KIND_BATCH_ORDERED);
    if (!first || !first->protocol || !first->version)
        return record_fail(m, CPF_E_PROFILE, "the stream does not begin with batch.ordered");
    const char *name = arena_printf(&m->r->arena, "%s@%s", first->protocol, first->version);
    int err = apply_stream(m, "protocol", name);
    const struct protocol_state *p = map_get(&m->r->book.protocols, name);
    if (!err && (!p || !p->protocol))
        return record_fail(m, CPF_E_NOTFOUND, "protocol %s is not in the log", name);
    if (!err)
        m->r->protocol = m->r->words.protocol = p->protocol;
    return err;
}

/* ---- what it names ---- */

/* The plan, and whose it is. */
static int apply_plan(struct maker *m, const char *number)
{
    int err = apply_stream(m, "plan", number);
    const struct plan *p = err ? NULL : book_plan(&m->r->book, number);
    return p ? apply_stream(m, "clinic", p->clinic) : err;
}

static int apply_value(struct maker *m, const struct field *f, const char *text)
{
    if (f->means == MEANS_PLAN)
        return apply_plan(m, text);
    switch (f->kind) {
    case FIELD_LOT:
        return apply_stream(m, "lot", text);
    case FIELD_EQUIPMENT:
        return apply_stream(m, "equipment", text);
    case FIELD_PLACE:
        return apply_stream(m, "place", text);
    case FIELD_BADGE:
        return apply_stream(m, "person", text);
    default:
        return 0;
    }
}

static int apply_field(struct maker *m, const struct step *s, const char *field, const char *text)
{
    int f = field && text ? step_field(s, field) : -1;
    return f >= 0 ? apply_value(m, &s->field[f], text) : 0;
}

static int apply_form(struct maker *m, const struct step *s, const struct json *values)
{
    int err = 0;
    json_each(v, values) {
        if (!err)
            err = apply_field(m, s, v->name, v->str);
        json_each(i, v->type == JSON_ARRAY ? v : NULL)
            if (!err)
                err = apply_field(m, s, v->name, i->str);
    }
    return err;
}

static int apply_values(struct maker *m, const struct entry *e)
{
    const struct body *b = &record_said(m->r, e)->body;
    const char *id = record_step_id(m->r, e, NULL);
    int step = id ? protocol_step(m->r->protocol, id) : -1;
    const struct step *s = step >= 0 ? &m->r->protocol->step[step] : NULL;
    const struct step_input *in = kind_value(b, KIND_STEP_INPUT);
    const struct correction *c = kind_value(b, KIND_CORRECTION);
    const struct step_form *form = step_form_of(b);
    if (!s)
        return 0;
    return in     ? apply_field(m, s, in->field, in->text)
           : c    ? apply_field(m, s, c->field, c->value)
           : form ? apply_form(m, s, form->values)
                  : 0;
}

static int apply_named(struct maker *m, const struct entry *e)
{
    const struct actor *actor = &record_said(m->r, e)->actor;
    const char *const people[] = {actor->performed, actor->recorded, actor->witnessed};
    int err = 0;
    for (size_t i = 0; i < 3 && !err; i++)
        err = apply_stream(m, "person", people[i]);
    if (!err)
        err = apply_stream(m, "station", actor->station);
    return err ? err : apply_values(m, e);
}

/* ---- personal values ---- */

static const char *disclosed(void *arg, const char *digest)
{
    return map_get(&((struct maker *)arg)->disclosed, digest);
}

/* A salted value that does not fit its digest is none: the verifier of the evidence names it. */
static int take_disclosure(void *arg, uint64_t sseq, const char *field, const char *salted)
{
    struct maker *m = arg;
    struct record *r = m->r;
    const char *digest = sseq && sseq <= r->nentries ? json_get_str(r->entry[sseq - 1].pd, field) : NULL;
    const char *name, *value;
    if (digest && disclosure_open(&r->arena, salted, digest, &name, &value) == 0)
        map_put(&m->disclosed, digest, (void *)value);
    return 0;
}

static int read_disclosures(struct maker *m)
{
    struct record *r = m->r;
    if (!m->q->disclosures)
        return 0;
    int err = m->source->disclosures(m->source->arg, arena_printf(&r->arena, "batch/%s", r->id),
                                     r->checkpoint.size, take_disclosure, m);
    return err ? source_failed(m, err) : 0;
}

/* ---- the whole ---- */

static bool is_decision(const struct record *r, const struct entry *e)
{
    const struct step_form *form = record_value_of(r, e, KIND_STEP_SIGNED);
    int step = form ? protocol_step(r->protocol, form->step) : -1;
    return step >= 0 && r->protocol->step[step].verb == VERB_DECIDE;
}

static int fold(struct maker *m)
{
    struct record *r = m->r;
    for (size_t i = 0; i < r->nentries; i++) {
        int err = apply(m, &r->entry[i]);
        if (err)
            return err;
        r->batch = book_batch(&r->book, r->id);
        if (is_decision(r, &r->entry[i]))
            record_known_at(r, &r->entry[i]);
    }
    record_known_at(r, NULL);
    return 0;
}

int record_read(struct maker *m)
{
    struct record *r = m->r;
    int err = read_checkpoint(m);
    if (!err)
        err = record_stream(m, arena_printf(&r->arena, "batch/%s", r->id), &r->entry, &r->nentries);
    if (!err && r->nentries == 0)
        return record_fail(m, CPF_E_NOTFOUND, "there is no batch %s in the first %" PRIu64 " entries", r->id,
                           r->checkpoint.size);
    r->book.disclosed = disclosed;
    r->book.arg = m;
    if (!err)
        err = read_bodies(m);
    if (!err)
        err = apply_stream(m, "facility", "");
    if (!err)
        err = read_protocol(m);
    if (!err)
        err = read_disclosures(m);
    if (!err)
        record_redactions(m);
    for (size_t i = 0; i < r->nentries && !err; i++)
        err = apply_named(m, &r->entry[i]);
    if (!err)
        err = fold(m);
    r->book.disclosed = NULL; /* the maker goes */
    return err;
}
