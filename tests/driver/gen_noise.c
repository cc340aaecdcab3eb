/* What nobody would do, or not now, or not here: any code, any act, any record. */
#include <string.h>

#include "base/clock.h"
#include "driver.h"

static void *one_of(struct gen *g, const struct map *m)
{
    size_t pos = 0, at = gen_below(g, m->count);
    void *v;
    while ((v = map_next(m, &pos)) && at--)
        ;
    return v;
}

static const char *const odd[] = {RIG_NAME,
                                  RIG_BIRTH,
                                  "19750309",
                                  "7 " RIG_NAME,
                                  "yes",
                                  "\xe3\x80\x80",
                                  "a b",
                                  "N-x",
                                  "]d2xx",
                                  "-0",
                                  "1e9",
                                  "X-OPT-NONE",
                                  "]C1",
                                  "P-OP1-0",
                                  "12.5mL",
                                  "99999999999999999999",
                                  "0.0000001",
                                  "B--0",
                                  "2026-02-30",
                                  "L-ALB-2601",
                                  "\x1d"
                                  "0102"};

static const char *some_code(struct gen *g)
{
    static const char *const commands[] = {"OUT",          "BACK",       "OPT-NONE", "OPT-DONE",
                                           "OPT-RELEASED", "STEP-ORDER", "STEP-X",   "NOTHING"};
    const struct thing *t = one_of(g, &g->book->things);
    const struct lot *l = one_of(g, &g->book->lots);
    const struct person *p = one_of(g, &g->book->people);
    const struct batch *x = one_of(g, &g->book->batches);
    const struct container *c = one_of(g, &g->book->containers);
    switch (gen_below(g, 10)) {
    case 0:
        return gen_badge(g, p->id);
    case 1:
        return gen_code(g, 'B', x ? x->id : "NK-999");
    case 2:
        return gen_code(g, 'C', c ? c->id : "NK-999-T1");
    case 3:
        return gen_code(g, gen_chance(g, 500) ? 'E' : 'W', t->id);
    case 4:
        return gen_code(g, 'L',
                        gen_chance(g, 500) ? gen_text(g, "%s-U%zu", l->id, gen_below(g, 9) + 1) : l->id);
    case 5:
        return gen_code(g, 'X', GEN_ONE_OF(g, commands));
    case 6:
        return gen_code(g, 'D', "SEAL-1");
    case 7:
        return gen_text(g, "%zu", gen_below(g, 1000));
    case 8:
        return gen_code(g, 'N', "P000001");
    default:
        return GEN_ONE_OF(g, odd);
    }
}

static struct station *some_station(struct gen *g)
{
    struct station *busy = NULL;
    size_t pos = 0, n = 0;
    for (struct station *st; (st = map_next(&g->book->stations, &pos));)
        if (st->bench.npeople && gen_below(g, ++n) == 0)
            busy = st;
    return busy && gen_chance(g, 700) ? busy : one_of(g, &g->book->stations);
}

static struct json *scan(struct gen *g)
{
    const struct station *st = some_station(g);
    struct json *c = gen_scan(g, st->id, some_code(g));
    if (gen_chance(g, 100))
        json_set(g->a, c, "typed", json_bool(g->a, true));
    return c;
}

static struct json *session(struct gen *g)
{
    const struct person *p = one_of(g, &g->book->people);
    struct json *c = gen_command(g, "session", some_station(g)->id);
    json_set_str(g->a, c, "badge", gen_chance(g, 950) ? gen_badge(g, p->id) : gen_badge(g, "NOBODY"));
    return json_set_str(g->a, c, "pin", gen_chance(g, 60) ? "wrong" : "right");
}

/* More than a bench holds, and again those who stand there. */
static struct json *crowd(struct gen *g)
{
    const struct station *st = some_station(g);
    const struct person *p = st->bench.npeople && gen_chance(g, 250)
                                 ? st->bench.person[gen_below(g, st->bench.npeople)]
                                 : one_of(g, &g->book->people);
    struct json *c = gen_command(g, "session", st->id);
    json_set_str(g->a, c, "badge", gen_badge(g, p->id));
    return json_set_str(g->a, c, "pin", "right");
}

static bool several(const struct field *f)
{
    return f->n < 0 || f->n > 1;
}

static struct json *list_of(struct gen *g, const struct batch *x, int step, int field,
                            const struct station *st)
{
    const struct field *f = &x->protocol->step[step].field[field];
    struct json *list = json_array(g->a);
    for (int n = f->n < 0 ? 40 : f->n; n > 0; n--) {
        const char *v = gen_value(g, x, step, field, st, list);
        if (!v)
            break;
        json_push(list, json_str(g->a, v));
    }
    return list;
}

struct json *gen_fields(struct gen *g, const struct batch *x, int step, const struct station *st, bool fits)
{
    const struct step *s = &x->protocol->step[step];
    struct json *o = json_object(g->a);
    for (int i = 0; i < (int)s->nfields; i++) {
        const struct field *f = &s->field[i];
        if (f->kind == FIELD_DERIVED || f->conditional ? fits || !gen_chance(g, 100)
                                                       : !fits && gen_chance(g, 100))
            continue;
        if (!fits && gen_chance(g, 100)) {
            json_set_str(g->a, o, f->id, some_code(g));
            continue;
        }
        const char *v = several(f) ? NULL : gen_value(g, x, step, i, st, NULL);
        if (several(f))
            json_set(g->a, o, f->id, list_of(g, x, step, i, st));
        else
            json_set_str(g->a, o, f->id, v ? v : some_code(g));
    }
    if (!fits && gen_chance(g, 50))
        json_set_str(g->a, o, "TARO YAMADA", "x");
    return o;
}

/* A form or a signed act of some step, or an order. */
static struct json *act(struct gen *g)
{
    const struct batch *x = one_of(g, &g->book->batches);
    const struct person *p = one_of(g, &g->book->people);
    struct json *c = gen_command(g, "act", some_station(g)->id);
    json_set_str(g->a, c, "badge", gen_badge(g, p->id));
    json_set_str(g->a, c, "batch", x && gen_chance(g, 950) ? x->id : GEN_ONE_OF(g, odd));
    if (gen_chance(g, 900))
        json_set_str(g->a, c, "secret", gen_chance(g, 970) ? "right" : "wrong");
    if (!x || gen_chance(g, 50)) {
        json_set_str(g->a, c, "protocol", gen_chance(g, 800) ? "small" : GEN_ONE_OF(g, odd));
        return json_set(g->a, c, "fields", json_object(g->a));
    }
    int step = (int)gen_below(g, x->protocol->nsteps);
    json_set_str(g->a, c, "step", gen_chance(g, 970) ? x->protocol->step[step].id : GEN_ONE_OF(g, odd));
    json_set(g->a, c, "fields", gen_fields(g, x, step, NULL, gen_chance(g, 500)));
    if (gen_chance(g, 500))
        json_set(g->a, c, "pending", rule_pending(g->a, x));
    if (gen_chance(g, 200))
        json_set_str(g->a, c, "skip", RIG_NAME);
    return c;
}

static struct json *show(struct gen *g)
{
    static const char *const what[] = {"bundle", "pdf", "csv", "json", "film"};
    const struct station *st = some_station(g);
    const struct batch *x = one_of(g, &g->book->batches);
    struct json *c = gen_command(g, "show", st->id), *b = json_object(g->a);
    json_set_str(g->a, b, "batch", x ? x->id : "NK-999");
    json_set_str(g->a, b, "what", GEN_ONE_OF(g, what));
    json_set_str(g->a, c, "badge", gen_badge(g, st->bench.acting ? st->bench.acting->id : "QM"));
    return json_set(g->a, c, "body", b);
}

struct json *gen_noise(struct gen *g)
{
    size_t what = gen_below(g, 20);
    struct json *c = NULL;
    if (what < 7)
        c = gen_any_record(g);
    else if (what < 9)
        c = act(g);
    else if (what < 11)
        c = session(g);
    else if (what == 11)
        c = crowd(g);
    else if (what == 12)
        c = show(g);
    return c ? c : scan(g);
}
