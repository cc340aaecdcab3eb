/*
 * The book as text, so that two books can be compared: everything that a rule can see. Closed streams and
 * batches are not read at start, so they, and what only they tell, are left out where `closed` is false.
 */
#include <stdlib.h>

#include "base/enc.h"
#include "core/entry/facility.h"
#include "core/entry/identity.h"
#include "driver.h"

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct lines {
    struct arena *a;
    const char **line;
    size_t n, cap;
    bool closed;
    const struct book *b;
};

static void add(struct lines *l, const char *line)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 1024;
        l->line = xrealloc(l->line, l->cap * sizeof(*l->line));
    }
    l->line[l->n++] = line;
}

#define ADD(l, ...) add((l), arena_printf((l)->a, __VA_ARGS__))

static const char *id_of(const struct person *p)
{
    return p ? p->id : "-";
}

static const char * or (const char *s)
{
    return s ? s : "-";
}

static const char *data_of(struct lines *l, const struct json *data)
{
    struct buf b;
    if (!data)
        return "-";
    buf_init(&b);
    json_write(&b, data);
    const char *s = arena_strndup(l->a, b.data, b.len);
    buf_fini(&b);
    return s;
}

static void dump_streams(struct lines *l, const struct book *b)
{
    size_t pos = 0;
    for (const struct stream *s; (s = map_next(&b->streams, &pos));) {
        char leaf[44];
        enc_digest(s->leaf, leaf);
        if (!s->closed || l->closed)
            ADD(l, "stream %s %llu %s closed %d\n", s->name, (unsigned long long)s->sseq, leaf, s->closed);
    }
    ADD(l, "facility %s %s\n", or (b->facility ? b->facility->id : NULL), data_of(l, b->facility_data));
}

static void dump_person(struct lines *l, const struct person *p, int64_t today)
{
    ADD(l, "person %s %s susp %d lock %d fit %d at %s\n", p->id, or (word_name(&dept_words, (int)p->dept)),
        p->suspended, p->locked, p->fit_day == today && p->fit,
        p->signed_in && p->signed_in->bench.day == today ? p->signed_in->id : "-");
    ADD(l, "person %s key %s cred %s\n", p->id, or (p->keyid), or (p->cred));
    for (size_t i = 0; i < p->nroles; i++)
        ADD(l, "person %s role %zu %s\n", p->id, i, p->role[i]);
    for (size_t i = 0; i < p->aways.n; i++)
        ADD(l, "person %s away %zu %lld to %lld %d %s\n", p->id, i, (long long)p->aways.item[i].from,
            (long long)p->aways.item[i].until, p->aways.item[i].back, or (p->aways.item[i].deputy));
    for (size_t i = 0; i < p->nquals; i++)
        ADD(l, "person %s qualified %zu %s until %lld\n", p->id, i, p->qual[i].name,
            (long long)p->qual[i].until);
}

static void dump_outages(struct lines *l, const char *of, const struct outages *list)
{
    for (size_t i = 0; i < list->n; i++)
        ADD(l, "away %s %zu %lld to %lld\n", of, i, (long long)list->item[i].from,
            (long long)list->item[i].to);
}

/* Who was signed in at a bench whose day is over is signed in nowhere, whatever stream has told of it. */
static void dump_bench(struct lines *l, const struct station *s, int64_t today)
{
    const struct bench *n = &s->bench;
    ADD(l, "station %s %s %s token %s revoked %d\n", s->id, or (s->kind), or (s->room), or (s->token),
        s->revoked);
    ADD(l, "station %s invited %s until %lld list %lld %s %lld silent %lld\n", s->id, or (s->invited.code),
        (long long)s->invited.until, (long long)s->spool.number, or (s->spool.hash),
        (long long)s->spool.occurred, (long long)s->silent_since);
    dump_outages(l, s->id, &s->outages);
    ADD(l, "bench %s day %lld\n", s->id, (long long)n->day);
    if (n->day != today)
        return;
    if (n->npeople) /* else nobody asks */
        ADD(l, "station %s unheard since %lld\n", s->id, (long long)station_unheard_since(l->b, s));
    ADD(l, "bench %s acting %s batch %s step %d last %d stream %s\n", s->id, id_of(n->acting),
        n->batch ? n->batch->id : "-", n->step, n->last, or (n->stream));
    for (size_t i = 0; i < n->npeople; i++)
        ADD(l, "bench %s person %zu %s since %lld\n", s->id, i, id_of(n->person[i]), (long long)n->since[i]);
}

static void dump_lot(struct lines *l, const struct lot *t)
{
    if (t->closed_at && !l->closed)
        return;
    ADD(l, "lot %s %s state %d closed %lld expiry %lld %s %s %s\n", t->id, t->material, (int)t->state,
        (long long)t->closed_at, (long long)t->expiry, or (t->gtin), or (t->maker_lot), or (t->maker));
    for (const struct lot_unit *u = t->opened; u; u = u->next)
        ADD(l, "lot %s unit %s batch %s\n", t->id, u->unit, u->batch_id);
}

static void dump_things(struct lines *l, const struct book *b)
{
    size_t pos = 0;
    for (const struct room *r; (r = map_next(&b->rooms, &pos));)
        ADD(l, "room %s %s blocked %d\n", r->id, r->grade, r->blocked);
    pos = 0;
    for (const struct thing *t; (t = map_next(&b->things, &pos));)
        ADD(l, "thing %s %s in %s service %d cal %lld occ %s\n", t->id, t->kind, or (t->room), t->in_service,
            (long long)t->calibrated, t->occupied ? t->occupied->id : "-");
    pos = 0;
    for (const struct lot *t; (t = map_next(&b->lots, &pos));)
        dump_lot(l, t);
    pos = 0;
    for (const struct protocol_state *p; (p = map_next(&b->protocols, &pos));)
        ADD(l, "protocol %s loaded %d parts %zu m %d q %d by %s superseded %d\n", p->name,
            p->protocol != NULL, p->text.len, p->manufacturing, p->quality, id_of(p->approver),
            p->superseded);
}

static void dump_plans(struct lines *l, const struct book *b)
{
    size_t pos = 0;
    for (const struct paper *f; (f = map_next(&b->forms, &pos));)
        ADD(l, "form %s to %s %lld %lld %lld %d %s people %zu confirmed %zu typed %zu of %s in %s by %s\n",
            f->id, f->to, (long long)f->issued, (long long)f->returned, (long long)f->checked, f->voided,
            or (f->sha256), f->people.n, f->confirmed.n, f->ntypists, or (f->batch), or (f->room),
            id_of(f->returner));
    pos = 0;
    for (const struct clinic *c; (c = map_next(&b->clinics, &pos));)
        ADD(l, "clinic %s %s %s staff %zu\n", c->id, or (c->name_ja), or (c->address_ja), c->staff.n);
    pos = 0;
    for (const struct plan *p; (p = map_next(&b->plans, &pos));)
        ADD(l, "plan %s of %s products %zu physicians %zu %lld to %lld\n", p->number, p->clinic,
            p->products.n, p->physicians.n, (long long)p->from, (long long)p->until);
}

static void dump_maps(struct lines *l, const struct book *b)
{
    const struct map *gtins = &b->gtins;
    for (size_t i = 0; i < gtins->nslots; i++)
        if (gtins->slot[i].key)
            ADD(l, "gtin %s %s\n", gtins->slot[i].key, ((const struct lot *)gtins->slot[i].value)->id);
    for (size_t i = 0; l->closed && i < b->redacted.nslots; i++)
        if (b->redacted.slot[i].key)
            ADD(l, "redacted %s\n", b->redacted.slot[i].key);
    size_t pos = 0;
    for (const struct container *c; (c = map_next(&b->containers, &pos));)
        if (!c->batch->closed || l->closed)
            ADD(l, "container %s of %s label %s\n", c->id, c->batch->id, c->label);
}

static void dump_occ(struct lines *l, const struct batch *x, size_t step, size_t no)
{
    const struct occ *o = x->step[step].occ[no];
    const char *id = x->protocol->step[step].id;
    ADD(l, "batch %s occ %s %zu begun %lld done %lld skip %d late %d by %s %s %s%s%s at %s\n", x->id, id, no,
        (long long)o->begun, (long long)o->done, o->skipped, o->late_noted, id_of(o->performer),
        id_of(o->recorder), id_of(o->witness), o->seen_by ? " seen by " : "",
        o->seen_by ? o->seen_by->id : "", o->station ? o->station->id : "-");
    for (size_t i = 0; i < o->ninputs; i++) {
        const struct input *in = &o->input[i];
        char num[DEC_TEXT];
        dec_format(in->value, num);
        ADD(l,
            "batch %s occ %s %zu input %zu n %zu field %d text %s value %s day %lld at %lld by %s first %d "
            "%d %d\n",
            x->id, id, no, i, in->n, in->field, in->text, num, (long long)in->day, (long long)in->at,
            id_of(in->by), in->first_of_two, in->asked, in->differed);
        if (in->unit || in->digest)
            ADD(l, "batch %s occ %s %zu input %zu unit %s digest %s\n", x->id, id, no, i, or (in->unit),
                or (in->digest));
    }
}

static void dump_batch(struct lines *l, const struct batch *x)
{
    ADD(l,
        "batch %s state %s closed %d stopped %d released %d suspended %d typed %zu corrected %zu opened "
        "%lld\n",
        x->id, x->state, x->closed, x->stopped, x->released, x->suspended, x->typed, x->corrections,
        (long long)x->opened_at);
    if (x->warn_since || x->warn_broken)
        ADD(l, "batch %s warn since %lld broken %d\n", x->id, (long long)x->warn_since, x->warn_broken);
    for (size_t i = 0; i < x->nactions; i++)
        ADD(l, "batch %s action %s of %s by %s until %lld: %d %d %d\n", x->id, x->action[i].id,
            x->action[i].dev, x->action[i].owner, (long long)x->action[i].due, x->action[i].effect,
            x->action[i].verified + 2 * x->action[i].withdrawn, x->action[i].overdue);
    for (size_t s = 0; s < x->protocol->nsteps; s++) {
        ADD(l, "batch %s step %zu fired %d\n", x->id, s, x->step[s].deadline_fired);
        for (size_t k = 0; k < x->step[s].nocc; k++)
            dump_occ(l, x, s, k);
    }
    for (size_t i = 0; i < x->ncontainers; i++)
        ADD(l,
            "batch %s container %s %s at %s out %d from %s rescued %lld attached %d again %zu missing %d\n",
            x->id, x->container[i]->id, container_state_name(x->container[i]->state),
            or (x->container[i]->place), x->container[i]->out, or (x->container[i]->from),
            (long long)x->container[i]->rescued, x->container[i]->attached, x->container[i]->reprints,
            x->container[i]->missing);
    for (size_t i = 0; i < x->npaces; i++)
        ADD(l, "batch %s pace %s %zu %lld %d %lld\n", x->id,
            x->pace[i].station ? x->pace[i].station->id : "-", x->pace[i].n, (long long)x->pace[i].at,
            x->pace[i].step, (long long)x->pace[i].told_day);
    ADD(l, "batch %s rota told %lld form %s\n", x->id, (long long)x->rota_told, or (x->form));
    for (size_t i = 0; i < x->ndevs; i++)
        ADD(l, "batch %s dev %s %s step %s grade %s closed %d accepted %d by %s with %s\n", x->id,
            x->dev[i].id, x->dev[i].code, or (x->dev[i].step),
            or (word_name(&grade_words, (int)x->dev[i].grade)), x->dev[i].closed, x->dev[i].accepted,
            id_of(x->dev[i].by), id_of(x->dev[i].with));
    for (size_t i = 0; i < x->nholds; i++)
        ADD(l, "batch %s hold %s %s lifted %d by %s\n", x->id, x->hold[i].id, x->hold[i].code,
            x->hold[i].lifted, id_of(x->hold[i].by));
    for (size_t i = 0; i < x->nexpiries; i++)
        ADD(l, "batch %s clock %s %lld\n", x->id, x->expiry[i].clock, (long long)x->expiry[i].until);
    for (size_t i = 0; i < x->nwritings; i++)
        ADD(l, "batch %s writing of %d.%d %s %s\n", x->id, x->writing[i].at.step, x->writing[i].at.field,
            x->writing[i].text, or (x->writing[i].digest));
    for (size_t i = 0; i < x->nacts; i++)
        ADD(l, "batch %s act %s %s\n", x->id, id_of(x->act[i].person),
            word_name(&dept_words, (int)x->act[i].dept));
}

const char *book_dump_whole(const struct book *b, struct arena *a, int64_t today, bool closed)
{
    struct lines l = {.a = a, .closed = closed, .b = b};
    size_t pos = 0;
    dump_streams(&l, b);
    for (const struct person *p; (p = map_next(&b->people, &pos));)
        dump_person(&l, p, today);
    pos = 0;
    for (const struct station *s; (s = map_next(&b->stations, &pos));)
        dump_bench(&l, s, today);
    dump_things(&l, b);
    dump_plans(&l, b);
    dump_maps(&l, b);
    dump_outages(&l, "cpfd", &b->outages);
    ADD(&l, "stopped %d by %s\n", b->stopped.on, id_of(b->stopped.by));
    pos = 0;
    for (const struct batch *x; (x = map_next(&b->batches, &pos));)
        if (!x->closed || closed)
            dump_batch(&l, x);
    qsort(l.line, l.n, sizeof(*l.line), by_text);
    struct buf out;
    buf_init(&out);
    for (size_t i = 0; i < l.n; i++)
        buf_puts(&out, l.line[i]);
    const char *text = arena_strdup(a, out.data ? out.data : "");
    buf_fini(&out);
    free(l.line);
    return text;
}
