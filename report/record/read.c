/* From the database: the batch's entries, and those of the streams that they name. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/enc.h"
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

static int read_stream(struct maker *m, const char *stream, struct entry **list, size_t *n)
{
    struct reading x = {m, list, n};
    int err = m->source->entries(m->source->arg, stream, m->r->checkpoint.size, take_entry, &x);
    return err ? source_failed(m, err) : 0;
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
    int err = read_stream(m, name, &list, &n);
    for (size_t i = 0; i < n && !err; i++)
        err = apply(m, &list[i]);
    return err;
}

static int read_protocol(struct maker *m)
{
    const struct entry *first = &m->r->entry[0];
    const char *id = json_get_str(first->body, "protocol"), *version = json_get_str(first->body, "version");
    if (strcmp(first->kind, "batch.ordered") != 0 || !id || !version)
        return record_fail(m, CPF_E_PROFILE, "the stream does not begin with batch.ordered");
    const char *name = arena_printf(&m->r->arena, "%s@%s", id, version);
    int err = apply_stream(m, "protocol", name);
    const struct protocol_state *p = map_get(&m->r->book.protocols, name);
    if (!err && (!p || !p->protocol))
        return record_fail(m, CPF_E_NOTFOUND, "protocol %s is not in the log", name);
    if (!err)
        m->r->protocol = m->r->words.protocol = p->protocol;
    return err;
}

/* ---- what it names ---- */

static int apply_value(struct maker *m, const struct field *f, const char *text)
{
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

static int apply_values(struct maker *m, const struct entry *e)
{
    const char *id = json_get_str(e->body, "step"), *field = json_get_str(e->body, "field");
    int step = id ? protocol_step(m->r->protocol, id) : -1, err = 0;
    if (step < 0)
        return 0;
    const struct step *s = &m->r->protocol->step[step];
    int f = field ? step_field(s, field) : -1;
    const char *text = json_get_str(e->body, "text"), *value = json_get_str(e->body, "value");
    if (f >= 0 && (text || value))
        err = apply_value(m, &s->field[f], text ? text : value);
    json_each(v, json_get(e->body, "values")) {
        f = step_field(s, v->name);
        if (f >= 0 && v->str && !err)
            err = apply_value(m, &s->field[f], v->str);
        json_each(i, v->type == JSON_ARRAY ? v : NULL)
            if (f >= 0 && i->str && !err)
                err = apply_value(m, &s->field[f], i->str);
    }
    return err;
}

static int apply_named(struct maker *m, const struct entry *e)
{
    static const char *const people[] = {"performed", "recorded", "witnessed"};
    int err = 0;
    for (size_t i = 0; i < 3 && !err; i++)
        err = apply_stream(m, "person", json_get_str(e->actor, people[i]));
    if (!err)
        err = apply_stream(m, "station", json_get_str(e->actor, "station"));
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
    const char *id = json_get_str(e->body, "step");
    int step = strcmp(e->kind, "step.signed") == 0 && id ? protocol_step(r->protocol, id) : -1;
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
        err = read_stream(m, arena_printf(&r->arena, "batch/%s", r->id), &r->entry, &r->nentries);
    if (!err && r->nentries == 0)
        return record_fail(m, CPF_E_NOTFOUND, "there is no batch %s in the first %" PRIu64 " entries", r->id,
                           r->checkpoint.size);
    r->book.disclosed = disclosed;
    r->book.arg = m;
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
    r->facility = r->book.facility_data;
    r->book.disclosed = NULL; /* the maker goes */
    return err;
}
