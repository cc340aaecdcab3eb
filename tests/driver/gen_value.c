/* What fits a field. Not as the rules have it: as somebody at the bench would know. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/entry/facility.h"
#include "driver.h"

struct fit {
    struct gen *g;
    const struct batch *x;
    const struct step *s;
    const struct field *f;
    int step, field;
    const struct station *st;
    const struct json *taken;
};

static bool listed(size_t n, const char **list, const char *s)
{
    for (size_t i = 0; s && i < n; i++)
        if (strcmp(list[i], s) == 0)
            return true;
    return false;
}

/* Already in the occurrence under way, or in the list that is being made. */
static bool used(const struct fit *w, const char *text, const char *raw)
{
    const struct occ *o = w->x ? batch_occ(w->x, w->step) : NULL;
    for (size_t i = 0; o && !o->done && i < o->ninputs; i++)
        if (o->input[i].field == w->field && strcmp(o->input[i].text, text) == 0)
            return true;
    json_each(v, w->taken)
        if (raw && strcmp(v->str, raw) == 0)
            return true;
    return false;
}

/* What the field must equal, the i-th of it; NULL behind the last. */
static const struct input *same(const struct fit *w, size_t i)
{
    const struct stepstate *s = &w->x->step[w->f->same.step];
    for (size_t k = s->nocc; k-- > 0;)
        for (size_t n = 0; n < s->occ[k]->ninputs; n++)
            if (s->occ[k]->input[n].field == w->f->same.field && i-- == 0)
                return &s->occ[k]->input[n];
    return NULL;
}

static const char *same_text(const struct fit *w, char type)
{
    const struct input *in;
    for (size_t i = 0; (in = same(w, i)); i++) {
        const char *raw = gen_code(w->g, type, in->text);
        if (!used(w, in->text, raw))
            return raw;
    }
    return NULL;
}

/* ---- containers ---- */

static const char *new_label(const struct fit *w)
{
    for (size_t k = 0; k < w->f->nlabels; k++)
        for (int n = 1; n < 60; n++) {
            const char *id = gen_text(w->g, "%s-%s%d", w->x->id, w->f->label[k], n);
            const char *raw = gen_code(w->g, 'C', id);
            if (!book_container(w->g->book, id) && !used(w, id, raw))
                return raw;
        }
    return NULL;
}

static bool right_state(enum container_use use, enum container_state state)
{
    switch (use) {
    case USE_ISSUE:
        return false;
    case USE_ATTACH:
        return state == CONTAINER_ISSUED;
    case USE_FILL:
        return state == CONTAINER_EMPTY || state == CONTAINER_ISSUED;
    case USE_DISCARD:
        return state <= CONTAINER_FILLED;
    default:
        return state == CONTAINER_FILLED;
    }
}

static const char *container(const struct fit *w)
{
    if (w->f->use == USE_ISSUE)
        return new_label(w);
    if (w->f->has_same && same_text(w, 'C'))
        return same_text(w, 'C');
    /* attached ones first: an issued one may await its vessel elsewhere */
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < w->x->ncontainers; i++) {
            const struct container *c = w->x->container[i];
            const char *raw = gen_code(w->g, 'C', c->id);
            bool first = w->f->use != USE_FILL || c->state == CONTAINER_EMPTY || round;
            if (first && listed(w->f->nlabels, w->f->label, c->label) && right_state(w->f->use, c->state) &&
                !used(w, c->id, raw))
                return raw;
        }
    return NULL;
}

/* ---- things, lots, people ---- */

/* Which of several rooms: a batch keeps to one. */
static bool own_room(const struct fit *w, const char *room)
{
    const struct room *other = NULL;
    size_t n = 0, at = 0, pos = 0;
    for (const struct room *r; room && (r = map_next(&w->g->book->rooms, &pos));)
        if (r->grade && strcmp(r->grade, "B") == 0) {
            if (strcmp(r->id, room) == 0)
                at = n, other = r;
            n++;
        }
    return !other || n < 2 || gen_lane(w->x->id) % n == at;
}

static bool thing_fits(const struct fit *w, const struct thing *t)
{
    const struct field *f = w->f;
    if (f->thing && strcmp(f->thing, t->kind) != 0)
        return false;
    if (t->room && w->st && w->st->room && strcmp(t->room, w->st->room) != 0)
        return false;
    if (f->release)
        return t->occupied == w->x;
    return t->in_service && t->calibrated >= clock_day(w->g->now) && (!t->occupied || t->occupied == w->x) &&
           own_room(w, t->room);
}

static const char *thing(const struct fit *w)
{
    char type = w->f->kind == FIELD_PLACE ? 'W' : 'E';
    const struct thing *found = NULL;
    if (w->f->has_same && same_text(w, type))
        return same_text(w, type);
    size_t pos = 0, n = 0;
    for (const struct thing *t; (t = map_next(&w->g->book->things, &pos));)
        if (thing_fits(w, t) && !used(w, t->id, NULL) && gen_below(w->g, ++n) == 0)
            found = t;
    return found ? gen_code(w->g, type, found->id) : NULL;
}

static const char *lot_code(const struct fit *w, const struct lot *l)
{
    const struct material *m = protocol_material(w->x->protocol, l->material);
    const struct lot_unit *own = NULL;
    size_t opened = 0;
    for (const struct lot_unit *u = l->opened; u; u = u->next) {
        opened++;
        if (strcmp(u->batch_id, w->x->id) == 0)
            own = u;
    }
    if (gen_chance(w->g, 60) && l->gtin && l->maker_lot) {
        char day[11];
        clock_day_format(l->expiry, day);
        return gen_text(w->g,
                        "]d201%s17%.2s%.2s%.2s10%s\x1d"
                        "21%zu",
                        l->gtin, day + 2, day + 5, day + 8, l->maker_lot, opened + 1);
    }
    const char *id = !m || !m->single_batch          ? l->id
                     : own && !gen_chance(w->g, 250) ? gen_text(w->g, "%s-U%s", l->id, own->unit)
                                                     : gen_text(w->g, "%s-U%zu", l->id, opened + 1);
    return gen_code(w->g, 'L', id);
}

static const char *lot(const struct fit *w)
{
    const struct lot *found = NULL;
    size_t pos = 0, n = 0;
    for (const struct lot *l; (l = map_next(&w->g->book->lots, &pos));)
        if (listed(w->f->nmaterials, w->f->material, l->material) && l->state == LOT_RELEASED &&
            !l->closed_at && l->expiry >= clock_day(w->g->now) && gen_below(w->g, ++n) == 0)
            found = l;
    return found ? lot_code(w, found) : NULL;
}

static const char *badge(const struct fit *w)
{
    if (w->f->has_same && same_text(w, 'P'))
        return same_text(w, 'P');
    size_t pos = 0, lane = gen_lane(w->x->id);
    const char *first = NULL;
    for (const struct person *p; (p = map_next(&w->g->book->people, &pos));)
        for (size_t i = 0; i < w->f->nroles || (i == 0 && w->f->nroles == 0); i++)
            if ((w->f->nroles == 0 || person_has_role(p, w->f->role[i])) &&
                !used(w, p->id, gen_badge(w->g, p->id))) {
                first = first ? first : gen_badge(w->g, p->id);
                if (lane-- == 0)
                    return gen_badge(w->g, p->id);
                break;
            }
    return first;
}

/* ---- values ---- */

static double bound(bool has, struct dec v, double dflt)
{
    return has ? dec_double(v) : dflt;
}

/* The sum that a balance allows, or less. */
static double limited(const struct fit *w, double v)
{
    const struct balance *b = &w->s->balance;
    double in = 0;
    bool out = false;
    for (size_t i = 0; b->set && i < b->nout; i++)
        out |= b->out[i].step == w->step && b->out[i].field == w->field;
    if (!out)
        return v;
    for (size_t i = 0; i < b->nin; i++) {
        const struct input *n = batch_input(w->x, b->in[i]);
        in += n ? dec_double(n->value) : 0;
    }
    return in > 0 ? in * 0.97 / (double)b->nout : v;
}

static const char *number(const struct fit *w)
{
    const struct field *f = w->f;
    const struct occ *o = w->x ? batch_occ(w->x, w->step) : NULL;
    for (size_t i = 0; o && !o->done && i < o->ninputs; i++)
        if (o->input[i].field == w->field && o->input[i].first_of_two && !gen_chance(w->g, w->g->slips))
            return o->input[i].text;
    double lo = bound(f->possible.has_lo, f->possible.lo, 0),
           hi = bound(f->possible.has_hi, f->possible.hi, 1000);
    if (gen_chance(w->g, w->g->slips)) {
        double wide = (hi - lo) * 1.2;
        return gen_text(w->g, "%.*f", (int)f->decimals,
                        lo - wide / 12 + wide * (double)gen_below(w->g, 1000) / 1000);
    }
    if (gen_chance(w->g, 20))
        return lo <= 0 ? "0" : gen_text(w->g, "%.*f", (int)f->decimals, lo);
    lo = bound(f->action.has_lo, f->action.lo, lo);
    hi = bound(f->action.has_hi, f->action.hi, hi);
    lo = bound(f->alert.has_lo, f->alert.lo, lo);
    hi = bound(f->alert.has_hi, f->alert.hi, hi);
    double mid = hi > 100 * (lo + 1) && lo >= 0 ? lo + 1 + (double)gen_below(w->g, 12) / 10 : (lo + hi) / 2;
    bool dead = strncmp(f->id, "dead", 4) == 0;
    double v = limited(w, dead ? 0.02 : mid);
    return gen_text(w->g, "%.*f%s", (int)f->decimals, v,
                    w->st && gen_chance(w->g, 100) ? gen_text(w->g, " %s", f->unit) : "");
}

static const char *choice(const struct fit *w, bool form)
{
    const struct option *o = NULL;
    for (size_t i = 0; i < w->f->noptions; i++)
        if (w->f->option[i].effect == EFFECT_OK && (!o || gen_chance(w->g, 300)))
            o = &w->f->option[i];
    if (!o || gen_chance(w->g, w->g->slips))
        o = &w->f->option[gen_below(w->g, w->f->noptions)];
    if (form)
        return o->id;
    char id[BOUND_CODE_ID];
    snprintf(id, sizeof(id), "OPT-%s", o->id);
    for (char *c = id; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return gen_code(w->g, 'X', id);
}

/* What an order must name, and now and then another. */
static const char *ordered(const struct fit *w)
{
    if (gen_chance(w->g, 20))
        return NULL;
    return w->f->means == MEANS_PLAN        ? "PC5170071"
           : w->f->means == MEANS_FACILITY  ? w->g->book->facility->number
           : w->f->means == MEANS_PHYSICIAN ? "DR"
                                            : NULL;
}

static const char *date(const struct fit *w)
{
    char day[11];
    int64_t today = clock_day(w->g->now);
    if (w->f->means == MEANS_INFUSION && !gen_chance(w->g, 20))
        today += 20;
    clock_day_format(
        w->f->valid_days ? today - (int64_t)gen_below(w->g, 3) : today + (int64_t)gen_below(w->g, 20), day);
    return arena_strdup(w->g->a, day);
}

/* Some text that the pattern allows: literals, sets, counts. */
static const char *token(const struct fit *w)
{
    char out[64];
    size_t n = 0;
    for (const char *c = w->f->pattern; *c && n < sizeof(out) - 1;) {
        char set[128];
        size_t nset = 0;
        if (*c == '^' || *c == '$') {
            c++;
            continue;
        }
        if (*c == '[') {
            for (c++; *c && *c != ']'; c++) {
                if (c[1] == '-' && c[2] && c[2] != ']') {
                    for (char x = *c; x <= c[2] && nset < sizeof(set); x++)
                        set[nset++] = x;
                    c += 2;
                } else if (nset < sizeof(set)) {
                    set[nset++] = *c;
                }
            }
            c++;
        } else {
            c += *c == '\\';
            set[nset++] = *c++;
        }
        size_t least = 1, most = 1;
        if (*c == '{') {
            least = most = strtoul(c + 1, (char **)&c, 10);
            if (*c == ',')
                most = strtoul(c + 1, (char **)&c, 10);
            c++;
        } else if (*c == '?' || *c == '*' || *c == '+') {
            least = *c == '+';
            most = *c == '?' ? 1 : 3;
            c++;
        }
        for (size_t k = least + gen_below(w->g, most - least + 1); k && nset && n < sizeof(out) - 1; k--)
            out[n++] = set[gen_below(w->g, nset)];
    }
    return arena_strndup(w->g->a, out, n);
}

static const char *identity(const struct fit *w)
{
    const struct input *in = batch_input(w->x, w->f->identity);
    enum field_kind kind = w->x->protocol->step[w->f->identity.step].field[w->f->identity.field].kind;
    if (!in)
        return NULL;
    return kind == FIELD_TOKEN && gen_chance(w->g, 500) ? gen_code(w->g, 'N', in->text) : in->text;
}

static const char *words(const struct fit *w)
{
    static const char *const text[] = {RIG_NAME, RIG_NAME " 様", "外観に異常なし",
                                       "x",      "a b c",        "\xe3\x80\x80"};
    if (w->f->means == MEANS_BIRTH && !gen_chance(w->g, 50)) { /* somebody else each time */
        char day[11];
        clock_day_format(-9000 + (int64_t)(++w->g->serial), day);
        return arena_strdup(w->g->a, day);
    }
    if (strstr(w->f->id, "birth"))
        return RIG_BIRTH;
    return strstr(w->f->id, "name") ? RIG_NAME : GEN_ONE_OF(w->g, text);
}

const char *gen_value(struct gen *g, const struct batch *x, int step, int field, const struct station *st,
                      const struct json *taken)
{
    const struct step *s = &x->protocol->step[step];
    struct fit w = {g, x, s, &s->field[field], step, field, st, taken};
    bool form = s->form || s->verb != VERB_NONE || s->opens;
    switch (w.f->kind) {
    case FIELD_CONTAINER:
        return container(&w);
    case FIELD_LOT:
        return lot(&w);
    case FIELD_EQUIPMENT:
    case FIELD_PLACE:
        return thing(&w);
    case FIELD_BADGE:
        return badge(&w);
    case FIELD_DOCUMENT:
        if (w.f->has_same && same_text(&w, 'D'))
            return same_text(&w, 'D');
        return gen_code(g, 'D', gen_text(g, "%s-%zu", x->id, ++g->serial));
    case FIELD_NUMBER:
        return number(&w);
    case FIELD_CHOICE:
        return choice(&w, form);
    case FIELD_DATE:
        return date(&w);
    case FIELD_TOKEN:
        return ordered(&w) ? ordered(&w) : token(&w);
    case FIELD_TEXT:
        return words(&w);
    case FIELD_IDENTITY:
        return identity(&w);
    case FIELD_DERIVED:
        return "1";
    }
    return NULL;
}
