/*
 * Every object of a book, byte by byte, with the pointers in it: what is the same here was not written to, or
 * was taken back to the byte. Texts that only grow are compared as text.
 */
#include "bench_rig.h"

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
    map_bytes(ret, &b->tokens, 0);
    map_bytes(ret, &b->rooms, sizeof(struct room));
    map_bytes(ret, &b->things, sizeof(struct thing));
    map_bytes(ret, &b->lots, sizeof(struct lot));
    map_bytes(ret, &b->gtins, 0);
    map_bytes(ret, &b->protocols, 0);
    map_bytes(ret, &b->containers, sizeof(struct container));
    map_bytes(ret, &b->redacted, 0);
    for (const struct protocol_state *p; (p = map_next(&b->protocols, &pos));)
        protocol_bytes(ret, p);
    map_bytes(ret, &b->batches, 0);
    pos = 0;
    for (const struct batch *x; (x = map_next(&b->batches, &pos));)
        batch_bytes(ret, x);
    buf_printf(ret, "\n%p %p %lld %zu", (const void *)b->facility, (const void *)b->facility_data,
               (long long)b->last_at, b->arena.used);
}
