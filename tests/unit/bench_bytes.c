/*
 * Every object of a book, byte by byte, with the pointers in it: what is the same here was not written to, or
 * was taken back to the byte. Texts that only grow are compared as text.
 */
#include "bench_rig.h"
#include "core/entry/alarm.h"
#include "core/entry/identity.h"

#define RAW(ret, p)     buf_add((ret), (p), sizeof(*(p)))
#define RAWS(ret, p, n) add_all((ret), (p), (n) * sizeof(*(p)))

static void add_all(struct buf *ret, const void *p, size_t size)
{
    if (size)
        buf_add(ret, p, size);
}

static void map_bytes(struct buf *ret, const struct map *m, size_t size)
{
    for (size_t i = 0; i < m->nslots; i++) {
        if (!m->slot[i].key)
            continue;
        buf_printf(ret, "\n%s %p ", m->slot[i].key, m->slot[i].value);
        add_all(ret, m->slot[i].value, size);
    }
}

static void batch_bytes(struct buf *ret, const struct batch *x)
{
    RAW(ret, x);
    RAWS(ret, x->container, x->ncontainers);
    RAWS(ret, x->dev, x->ndevs);
    RAWS(ret, x->hold, x->nholds);
    RAWS(ret, x->expiry, x->nexpiries);
    RAWS(ret, x->act, x->nacts);
    RAWS(ret, x->writing, x->nwritings);
    RAWS(ret, x->pace, x->npaces);
    RAWS(ret, x->step, x->protocol->nsteps);
    for (size_t s = 0; s < x->protocol->nsteps; s++) {
        RAWS(ret, x->step[s].occ, x->step[s].nocc);
        for (size_t o = 0; o < x->step[s].nocc; o++) {
            RAW(ret, x->step[s].occ[o]);
            RAWS(ret, x->step[s].occ[o]->input, x->step[s].occ[o]->ninputs);
        }
    }
}

static void protocol_bytes(struct buf *ret, const struct protocol_state *p)
{
    struct protocol_state raw = *p;
    raw.text = (struct buf){0};
    RAW(ret, &raw);
    add_all(ret, p->text.data, p->text.len);
}

void book_bytes(const struct book *b, struct buf *ret)
{
    size_t pos = 0;
    map_bytes(ret, &b->streams, sizeof(struct stream));
    map_bytes(ret, &b->people, sizeof(struct person));
    map_bytes(ret, &b->stations, sizeof(struct station));
    for (const struct station *s; (s = map_next(&b->stations, &pos));)
        for (const struct alarm *a = s->bench.alarm; a; a = a->next)
            RAW(ret, a);
    pos = 0;
    map_bytes(ret, &b->tokens, 0);
    map_bytes(ret, &b->rooms, sizeof(struct room));
    map_bytes(ret, &b->things, sizeof(struct thing));
    map_bytes(ret, &b->lots, sizeof(struct lot));
    map_bytes(ret, &b->gtins, 0);
    map_bytes(ret, &b->protocols, 0);
    map_bytes(ret, &b->containers, sizeof(struct container));
    map_bytes(ret, &b->redacted, 0);
    map_bytes(ret, &b->clinics, sizeof(struct clinic));
    map_bytes(ret, &b->plans, sizeof(struct plan));
    for (const struct protocol_state *p; (p = map_next(&b->protocols, &pos));)
        protocol_bytes(ret, p);
    map_bytes(ret, &b->batches, 0);
    pos = 0;
    for (const struct batch *x; (x = map_next(&b->batches, &pos));)
        batch_bytes(ret, x);
    RAW(ret, &b->basis);
    RAW(ret, &b->tables);
    RAW(ret, &b->rights);
    RAW(ret, &b->stopped);
    buf_printf(ret, "\n%p %p %lld %zu", (const void *)b->facility, (const void *)b->facility_data,
               (long long)b->last_at, b->arena.used);
}

/* ---- a command all or not at all ---- */

/* The newest entry once more, with a value at its end that no step has: it fails when much of it is done. */
static void apply_in_part(struct rig *r)
{
    struct arena *a = &r->arena;
    struct entry e, again;
    assert_int_equal(entry_read(&e, a, r->log[r->n - 1].text, r->log[r->n - 1].len), 0);
    const struct stream *s = book_stream(&r->book, e.stream);
    struct json *body = json_object(a), *none = json_set_str(a, json_object(a), "field", "none");
    json_each(m, e.body)
        if (strcmp(m->name, "derived") != 0)
            json_set(a, body, m->name, json_copy(a, m));
    json_set(a, body, "derived", json_push(json_array(a), json_set_str(a, none, "value", "1")));
    again =
        (struct entry){.kind = e.kind, .stream = e.stream, .zone = e.zone, .at = e.at, .sseq = s->sseq + 1};
    memcpy(again.prev, s->leaf, HASH_LEN);
    again.actor = e.actor;
    again.clock = e.clock;
    again.body = body;
    again.pd = e.pd;
    assert_int_equal(entry_build(&again, a), 0);
    (void)!book_apply(&r->book, &again);
}

void rig_take_back(struct rig *r, const struct command *c)
{
    size_t n = r->n;
    struct buf was, is;
    buf_init(&was);
    buf_init(&is);
    book_bytes(&r->book, &was);
    for (size_t k = 0; k < r->v.ndrafts; k++) {
        book_begin(&r->book);
        for (size_t i = 0; i <= k; i++)
            rig_commit(r, &r->v.draft[i], c);
        apply_in_part(r);
        book_rollback(&r->book);
        r->n = n;
        buf_clear(&is);
        book_bytes(&r->book, &is);
        if (was.len != is.len || memcmp(was.data, is.data, was.len) != 0)
            fail_msg("%s in %s leaves something behind", kind_text(r->v.draft[k].kind), r->v.draft[k].stream);
    }
    buf_fini(&was);
    buf_fini(&is);
}
