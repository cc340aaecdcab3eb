/*
 * Who signed, and is all here that the log says of their keys? A signer's stream is whole as of the map of
 * map.json where rows/ opens its row in that very map: then no change of key was left out, and an act by a
 * key that had been replaced is told. Without such a row it is left unproved.
 */
#include <stdlib.h>
#include <string.h>

#include "verify_int.h"

static bool is_person(const char *stream)
{
    return stream_rest(stream, STREAM_PERSON) != NULL;
}

/* NULL, or why the row is none. `before`: the stream of the row in front of it. */
static const char *row_fault(const struct verify *v, const struct batchmap_opening *o, const char *before)
{
    if (!v->have_map_root || o->map != v->map.map || o->rows != v->map.rows)
        return "not of the map of map.json";
    if (!is_person(o->stream))
        return "not a person's stream";
    if (before && strcmp(before, o->stream) >= 0)
        return "not sorted by stream";
    return batchmap_opening_verify(o, v->map_root) == CPF_OK ? NULL : "not in that map";
}

/* The stream in support/: unbroken from its first entry, and up to the map as many as that counted. */
static bool whole(const struct verify *v, const struct batchmap_opening *o)
{
    const struct record *last = NULL, *counted = NULL;
    for (size_t i = 0; i < v->nsupport; i++) {
        const struct record *r = &v->support[i];
        if (!r->read || strcmp(r->e.stream, o->stream) != 0)
            continue;
        if (!r->proven || r->e.sseq != (last ? last->e.sseq + 1 : 1) ||
            (last && memcmp(r->e.prev, last->e.leaf, HASH_LEN) != 0))
            return false;
        last = r;
        if (r->e.idx < v->map_record->e.idx)
            counted = r;
    }
    return counted && counted->e.sseq == o->count && memcmp(counted->e.leaf, o->last, HASH_LEN) == 0;
}

static void one_row(struct verify *v, const struct member *m, size_t place, const char **before)
{
    struct batchmap_opening *o = arena_alloc(&v->own, sizeof(*o));
    int err = batchmap_opening_parse(o, &v->a, m->data, m->len);
    const char *fault = err                     ? cpf_strerror(err)
                        : m->is.number != place ? "a number left out"
                                                : row_fault(v, o, *before);
    if (fault) {
        verify_fail(v, PERSON_ROW, m->name, "%s", fault);
        return;
    }
    *before = o->stream;
    if (whole(v, o))
        v->person[v->npersons++] = (struct person){o->stream, o->count};
    else
        verify_fail(v, PERSON_COUNT, m->name, "%s: map %llu counts %llu", o->stream,
                    (unsigned long long)o->map, (unsigned long long)o->count);
}

static bool is_whole(const struct verify *v, const char *person)
{
    for (size_t i = 0; i < v->npersons; i++)
        if (strcmp(v->person[i].stream + 7, person) == 0)
            return true;
    return false;
}

/* Each signer is told once, at the first act that is not covered. */
static bool told_already(const struct verify *v, const struct record *before, const char *person)
{
    for (const struct record *r = v->entry; r < before; r++) {
        const char *other = r->unsure ? json_get_str(r->e.actor, "performed") : NULL;
        if (other && strcmp(other, person) == 0)
            return true;
    }
    return false;
}

static void check_signers(struct verify *v)
{
    for (size_t i = 0; i < v->nentries; i++) {
        struct record *r = &v->entry[i];
        const char *person = r->proven && r->e.act ? json_get_str(r->e.actor, "performed") : NULL;
        if (!person || (is_whole(v, person) && r->e.idx < v->map_record->e.idx))
            continue;
        if (!told_already(v, r, person))
            verify_fail(v, PERSON_UNMAPPED, r->file->name, "%s", person);
        r->unsure = true;
    }
}

void verify_persons(struct verify *v)
{
    const char *before = NULL;
    size_t n = 0;
    v->person = xcalloc(v->nmembers + 1, sizeof(*v->person));
    for (size_t i = 0; i < v->nmembers; i++)
        if (v->member[i].is.kind == BUNDLE_K_ROW)
            one_row(v, &v->member[i], ++n, &before);
    check_signers(v);
}
