/* The book as text, so that two books can be compared. Closed streams and batches are not read at start. */
#include <stdlib.h>

#include "base/enc.h"
#include "bench_rig.h"
#include "core/entry/alarm.h"
#include "core/entry/identity.h"

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct lines {
    struct arena *a;
    const char *line[65536];
    size_t n;
};

#define ADD(l, ...) ((l)->line[(l)->n < 65535 ? (l)->n++ : 65535] = arena_printf((l)->a, __VA_ARGS__))

static const char *id_of(const struct person *p)
{
    return p ? p->id : "-";
}

static const char * or (const char *s)
{
    return s ? s : "-";
}

static void dump_streams(struct lines *l, const struct book *b)
{
    size_t pos = 0;
    for (const struct stream *s; (s = map_next(&b->streams, &pos));) {
        char leaf[44];
        enc_digest(s->leaf, leaf);
        if (!s->closed)
            ADD(l, "stream %s %llu %s\n", s->name, (unsigned long long)s->sseq, leaf);
    }
}

static void dump_people(struct lines *l, const struct book *b, int64_t today)
{
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&b->people, &pos));)
        ADD(l, "person %s %s roles %zu quals %zu susp %d lock %d fit %d at %s\n", p->id,
            or (word_name(&dept_words, (int)p->dept)), p->nroles, p->nquals, p->suspended, p->locked,
            p->fit_day == today && p->fit,
            p->signed_in && p->signed_in->bench.day == today ? p->signed_in->id : "-");
    pos = 0;
    for (const struct person *p; (p = map_next(&b->people, &pos));)
        for (size_t i = 0; i < p->aways.n; i++)
            ADD(l, "person %s away %zu %lld to %lld %d %s\n", p->id, i, (long long)p->aways.item[i].from,
                (long long)p->aways.item[i].until, p->aways.item[i].back, or (p->aways.item[i].deputy));
}

/* Who was signed in at a bench whose day is over is signed in nowhere, whatever stream has told of it. */
static void dump_stations(struct lines *l, const struct book *b, int64_t today)
{
    size_t pos = 0;
    for (const struct station *s; (s = map_next(&b->stations, &pos));) {
        ADD(l, "station %s key %s invited %s list %lld %s %lld silent %lld\n", s->id, or (s->key),
            or (s->invited.code), (long long)s->spool.number, or (s->spool.hash),
            (long long)s->spool.occurred, (long long)s->silent_since);
        if (s->bench.npeople && s->bench.day == today) /* else nobody asks */
            ADD(l, "unheard %s since %lld\n", s->id, (long long)station_unheard_since(b, s));
        for (size_t i = 0; i < s->outages.n; i++)
            ADD(l, "away %s %lld %lld\n", s->id, (long long)s->outages.item[i].from,
                (long long)s->outages.item[i].to);
        for (const struct wrong *w = s->bench.day == today ? s->bench.wrong : NULL; w; w = w->next)
            ADD(l, "wrong %s %s %d %lld\n", s->id, id_of(w->person), w->n, (long long)w->at);
    }
    for (size_t i = 0; i < b->outages.n; i++)
        ADD(l, "away %lld %lld\n", (long long)b->outages.item[i].from, (long long)b->outages.item[i].to);
}

/* Whatever day it is. */
static void dump_alarms(struct lines *l, const struct station *s)
{
    for (const struct alarm *a = s->bench.alarm; a; a = a->next) {
        const char *seen = "";
        for (size_t i = 0; i < a->nseen; i++)
            seen = arena_printf(l->a, "%s %s", seen, a->seen[i]->id);
        ADD(l, "alarm %s %s stops %d seen%s at %lld batch %s step %s %s\n", s->id, a->code, a->stops, seen,
            (long long)a->at, or (a->batch), or (a->step), a->leaf);
    }
}

static void dump_benches(struct lines *l, const struct book *b, int64_t today)
{
    size_t pos = 0;
    for (const struct station *s; (s = map_next(&b->stations, &pos));) {
        const struct bench *n = &s->bench;
        dump_alarms(l, s);
        if (n->day != today) {
            ADD(l, "bench %s revoked %d day %lld\n", s->id, s->revoked, (long long)n->day);
            continue;
        }
        ADD(l, "bench %s revoked %d day %lld people %zu %s %s %s acting %s batch %s step %d last %d\n", s->id,
            s->revoked, (long long)n->day, n->npeople, n->npeople > 0 ? n->person[0]->id : "-",
            n->npeople > 1 ? n->person[1]->id : "-", n->npeople > 2 ? n->person[2]->id : "-",
            id_of(n->acting), n->batch ? n->batch->id : "-", n->step, n->last);
    }
}

static void dump_things(struct lines *l, const struct book *b)
{
    size_t pos = 0;
    for (const struct room *r; (r = map_next(&b->rooms, &pos));)
        ADD(l, "room %s blocked %d\n", r->id, r->blocked);
    pos = 0;
    for (const struct thing *t; (t = map_next(&b->things, &pos));)
        ADD(l, "thing %s %s service %d cal %lld occ %s\n", t->id, t->kind, t->in_service,
            (long long)t->calibrated, t->occupied ? t->occupied->id : "-");
    pos = 0;
    for (const struct lot *t; (t = map_next(&b->lots, &pos));) {
        if (t->closed_at)
            continue;
        ADD(l, "lot %s %s state %d\n", t->id, t->material, (int)t->state);
        for (const struct lot_unit *u = t->opened; u; u = u->next)
            ADD(l, "lot %s unit %s batch %s\n", t->id, u->unit, u->batch_id);
    }
}

static void dump_plans(struct lines *l, const struct book *b)
{
    size_t pos = 0;
    for (const struct paper *f; (f = map_next(&b->forms, &pos));)
        ADD(l, "form %s to %s %lld %lld %lld %d %s people %zu typed %zu\n", f->id, f->to,
            (long long)f->issued, (long long)f->returned, (long long)f->checked, f->voided, or (f->sha256),
            f->people.n, f->ntypists);
    pos = 0;
    for (const struct clinic *c; (c = map_next(&b->clinics, &pos));)
        ADD(l, "clinic %s %s staff %zu\n", c->id, c->name_ja, c->staff.n);
    pos = 0;
    for (const struct plan *p; (p = map_next(&b->plans, &pos));)
        ADD(l, "plan %s of %s products %zu physicians %zu %lld to %lld\n", p->number, p->clinic,
            p->products.n, p->physicians.n, (long long)p->from, (long long)p->until);
}

static void dump_occ(struct lines *l, const struct batch *x, size_t step, size_t no)
{
    const struct occ *o = x->step[step].occ[no];
    const char *id = x->protocol->step[step].id;
    ADD(l, "batch %s occ %s %zu begun %lld done %lld skip %d late %d by %s %s %s%s%s\n", x->id, id, no,
        (long long)o->begun, (long long)o->done, o->skipped, o->late_noted, id_of(o->performer),
        id_of(o->recorder), id_of(o->witness), o->seen_by ? " seen by " : "",
        o->seen_by ? o->seen_by->id : "");
    for (size_t i = 0; i < o->ninputs; i++) {
        const struct input *in = &o->input[i];
        char num[DEC_TEXT];
        dec_format(in->value, num);
        ADD(l, "batch %s occ %s %zu input %zu field %d text %s value %s day %lld at %lld by %s first %d\n",
            x->id, id, no, i, in->field, in->text, num, (long long)in->day, (long long)in->at, id_of(in->by),
            in->first_of_two);
    }
}

/* Who caused what; what the physician accepted. */
static void dump_causes(struct lines *l, const struct batch *x)
{
    for (size_t i = 0; i < x->ndevs; i++) {
        if (x->dev[i].by)
            ADD(l, "batch %s dev %s by %s\n", x->id, x->dev[i].id, x->dev[i].by->id);
        if (x->dev[i].awaits || x->dev[i].overdue)
            ADD(l, "batch %s dev %s awaits %d of %s overdue %d\n", x->id, x->dev[i].id, x->dev[i].awaits,
                x->dev[i].assessor ? x->dev[i].assessor->id : "-", x->dev[i].overdue);
        if (x->dev[i].accepted)
            ADD(l, "batch %s dev %s accepted\n", x->id, x->dev[i].id);
    }
    for (size_t i = 0; i < x->ncontainers; i++)
        if (x->container[i]->reprints)
            ADD(l, "batch %s container %s printed again %zu\n", x->id, x->container[i]->id,
                x->container[i]->reprints);
    for (size_t i = 0; i < x->ncontainers; i++)
        if (x->container[i]->missing)
            ADD(l, "batch %s container %s missing\n", x->id, x->container[i]->id);
    for (size_t i = 0; i < x->nholds; i++)
        if (x->hold[i].by)
            ADD(l, "batch %s hold %s by %s of %s\n", x->id, x->hold[i].id, x->hold[i].by->id,
                or (x->hold[i].dev));
}

/* What a log has where people were missing. */
static void dump_missing(struct lines *l, const struct batch *x)
{
    for (size_t i = 0; i < x->ncontainers; i++)
        if (x->container[i]->from || x->container[i]->rescued || x->container[i]->out)
            ADD(l, "batch %s container %s from %s rescued %lld out %d\n", x->id, x->container[i]->id,
                or (x->container[i]->from), (long long)x->container[i]->rescued, x->container[i]->out);
    if (x->rota_told)
        ADD(l, "batch %s rota told %lld\n", x->id, (long long)x->rota_told);
    if (x->form)
        ADD(l, "batch %s form %s\n", x->id, x->form);
}

static void dump_batch(struct lines *l, const struct batch *x)
{
    ADD(l, "batch %s state %s stopped %d released %d\n", x->id, x->state, x->stopped, x->released);
    if (x->suspended)
        ADD(l, "batch %s suspended\n", x->id);
    for (size_t s = 0; s < x->protocol->nsteps; s++) {
        ADD(l, "batch %s step %zu fired %d\n", x->id, s, x->step[s].deadline_fired);
        for (size_t k = 0; k < x->step[s].nocc; k++)
            dump_occ(l, x, s, k);
    }
    for (size_t i = 0; i < x->ncontainers; i++)
        ADD(l, "batch %s container %s %s at %s attached %d\n", x->id, x->container[i]->id,
            container_state_name(x->container[i]->state), or (x->container[i]->place),
            x->container[i]->attached);
    dump_missing(l, x);
    for (size_t i = 0; i < x->ndevs; i++)
        ADD(l, "batch %s dev %s %s step %s grade %s closed %d\n", x->id, x->dev[i].id, x->dev[i].code,
            or (x->dev[i].step), or (word_name(&grade_words, (int)x->dev[i].grade)), x->dev[i].closed);
    for (size_t i = 0; i < x->nholds; i++)
        ADD(l, "batch %s hold %s %s lifted %d\n", x->id, x->hold[i].id, x->hold[i].code, x->hold[i].lifted);
    dump_causes(l, x);
    for (size_t i = 0; i < x->nexpiries; i++)
        ADD(l, "batch %s clock %s %lld\n", x->id, x->expiry[i].clock, (long long)x->expiry[i].until);
    for (size_t i = 0; i < x->npaces; i++)
        if (x->pace[i].told_day != INT64_MIN)
            ADD(l, "batch %s pace %s %zu %lld %d %lld\n", x->id,
                x->pace[i].station ? x->pace[i].station->id : "-", x->pace[i].n, (long long)x->pace[i].at,
                x->pace[i].step, (long long)x->pace[i].told_day);
    for (size_t i = 0; i < x->nwritings; i++)
        ADD(l, "batch %s writing of %d.%d %s\n", x->id, x->writing[i].at.step, x->writing[i].at.field,
            x->writing[i].text);
    for (size_t i = 0; i < x->nacts; i++)
        ADD(l, "batch %s act %s %s\n", x->id, id_of(x->act[i].person),
            word_name(&dept_words, (int)x->act[i].dept));
}

static void dump_basis(struct lines *l, const struct book_basis *x)
{
    if (x->digest)
        ADD(l, "basis %s at %lld set-up %d management %s %lld quality %s %lld\n", x->digest, (long long)x->at,
            x->setup, or (x->management.person), (long long)x->management.at, or (x->quality.person),
            (long long)x->quality.at);
}

const char *book_dump(const struct book *b, struct arena *a, int64_t today)
{
    static struct lines l;
    size_t pos = 0;
    l = (struct lines){.a = a};
    dump_streams(&l, b);
    dump_people(&l, b, today);
    dump_stations(&l, b, today);
    dump_benches(&l, b, today);
    dump_things(&l, b);
    dump_plans(&l, b);
    dump_basis(&l, &b->basis);
    if (b->tables.text)
        ADD(&l, "rights %zu proposed %zu\n", strlen(b->tables.text),
            b->tables.proposed ? strlen(b->tables.proposed) : 0);
    if (b->stopped.on)
        ADD(&l, "stopped by %s\n", id_of(b->stopped.by));
    for (const struct batch *x; (x = map_next(&b->batches, &pos));)
        if (!x->closed)
            dump_batch(&l, x);
    assert_true(l.n < 65535);
    qsort(l.line, l.n, sizeof(*l.line), by_text);
    struct buf out;
    buf_init(&out);
    for (size_t i = 0; i < l.n; i++)
        buf_puts(&out, l.line[i]);
    const char *text = arena_strdup(a, out.data ? out.data : "");
    buf_fini(&out);
    return text;
}
