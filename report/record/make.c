#include <stdlib.h>

#include "record/int.h"

static int load_words(struct maker *m)
{
    const struct record_query *q = m->q;
    char *why = NULL;
    int err = words_load(&m->r->words, &m->r->arena, q->catalogue, q->clauses, q->words,
                         q->disclosures ? q->staff : NULL, &why);
    if (err)
        record_fail(m, err, "%s", why ? why : cpf_strerror(err));
    free(why);
    return err;
}

static int load_form(struct maker *m, struct form *ret)
{
    char *why = NULL;
    int err = form_load(m->q->form, &m->r->arena, m->r->protocol, ret, &why);
    if (err)
        record_fail(m, err, "%s", why ? why : cpf_strerror(err));
    free(why);
    return err;
}

static int make(struct maker *m)
{
    struct form form;
    struct record *r = m->r;
    int err = load_words(m);
    if (!err)
        err = record_read(m);
    if (!err)
        err = record_basis(m);
    if (!err)
        err = load_form(m, &form);
    if (err)
        return err;
    r->product = r->protocol->product;
    record_steps(m);
    record_events(m);
    record_notices(m);
    record_undone(r);
    record_things(r);
    record_containers(r);
    record_points(r);
    record_people(r);
    record_items(r, &form);
    record_changes(r);
    return 0;
}

int record_make(const struct record_source *source, const struct record_query *q, struct record **ret,
                char **ret_error)
{
    struct record *r = xcalloc(1, sizeof(*r));
    struct maker m = {.q = q, .source = source, .r = r, .ret_error = ret_error};
    *ret_error = NULL;
    arena_init(&r->arena, 0);
    book_init(&r->book);
    map_init(&m.disclosed);
    r->id = arena_strdup(&r->arena, q->batch);
    r->disclosures = q->disclosures;
    int err = make(&m);
    map_fini(&m.disclosed);
    if (err)
        record_free(r);
    else
        *ret = r;
    return err;
}

void record_free(struct record *r)
{
    if (!r)
        return;
    words_fini(&r->words);
    book_fini(&r->book);
    arena_fini(&r->arena);
    free(r);
}
