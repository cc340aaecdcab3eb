/* Containers with their genealogy, counted labels, balances of amounts. */
#include <string.h>

#include "record/int.h"

static struct record_container *container_of(const struct record *r, const char *id)
{
    for (size_t i = 0; i < r->ncontainers; i++)
        if (strcmp(r->container[i].id, id) == 0)
            return &r->container[i];
    return NULL;
}

static void add_container(struct record *r, const struct container *c)
{
    const struct label *l = protocol_label(r->protocol, c->label);
    struct record_container *n = LIST_ADD(&r->arena, r->container, r->ncontainers);
    *n = (struct record_container){.id = c->id, .label = c->label, .place = c->place, .state = c->state};
    n->title = l ? l->title : text_both(c->label);
}

/* ---- genealogy ---- */

static void add_parent(struct record *r, struct record_container *child, struct record_container *parent)
{
    for (size_t i = 0; i < child->nparents; i++)
        if (child->parent[i] == parent)
            return;
    if (parent == child)
        return;
    *(LIST_ADD(&r->arena, child->parent, child->nparents)) = parent;
    *(LIST_ADD(&r->arena, parent->child, parent->nchildren)) = child;
}

/* What stood in the fields it was filled from, when it was filled. */
static void add_parents(struct record *r, struct record_container *c, const struct record_step *s,
                        const struct record_value *v)
{
    for (size_t i = 0; i < v->field->nfrom; i++) {
        struct ref from = v->field->from[i];
        const struct record_step *src = from.step == s->index ? s : NULL;
        for (size_t k = 0; k < r->nsteps && from.step != s->index; k++)
            if (r->step[k].index == from.step && r->step[k].first_sseq < s->last_sseq)
                src = &r->step[k];
        const struct field *f = &r->protocol->step[from.step].field[from.field];
        for (size_t k = 0; src && k < src->nvalues; k++) {
            struct record_container *p =
                src->value[k].field == f && src->value[k].raw ? container_of(r, src->value[k].raw) : NULL;
            if (p)
                add_parent(r, c, p);
        }
    }
}

static void container_use(struct record *r, const struct record_step *s, const struct record_value *v)
{
    struct record_container *c = container_of(r, v->raw);
    if (!c)
        return;
    switch (v->field->use) {
    case USE_ISSUE:
        c->issued = v->at;
        break;
    case USE_ATTACH:
        c->attached = v->at;
        break;
    case USE_FILL:
        if (!c->attached)
            c->attached = v->at;
        c->filled = v->at;
        c->filled_in = s;
        add_parents(r, c, s, v);
        break;
    case USE_CONSUME:
    case USE_DISCARD:
    case USE_LEAVE:
        c->gone = v->at;
        c->gone_in = s;
        break;
    default:
        break;
    }
}

/* ---- labels ---- */

static void count_label(struct record *r, const struct label *l)
{
    struct record_label n = {.label = l};
    for (size_t i = 0; i < r->ncontainers; i++) {
        const struct record_container *c = &r->container[i];
        if (strcmp(c->label, l->id) != 0)
            continue;
        n.issued++;
        n.attached += c->attached != 0;
        n.unused += !c->attached && c->state == CONTAINER_DISCARDED;
        n.waiting += !c->attached && c->state <= CONTAINER_ISSUED;
        n.consumed += c->state == CONTAINER_CONSUMED;
        n.discarded += c->attached && c->state == CONTAINER_DISCARDED;
        n.left += c->state == CONTAINER_LEFT;
        n.live += c->state == CONTAINER_EMPTY || c->state == CONTAINER_FILLED;
    }
    bool over = r->batch->closed || r->batch->stopped;
    n.off = n.issued != n.attached + n.unused + n.waiting || (over && n.waiting);
    *(LIST_ADD(&r->arena, r->label, r->nlabels)) = n;
}

/* ---- amounts ---- */

static const struct record_value *value_at(const struct record *r, struct ref ref,
                                           const struct record_step *here)
{
    const struct record_value *found = NULL;
    const struct field *f = &r->protocol->step[ref.step].field[ref.field];
    for (size_t i = 0; i < r->nsteps; i++) {
        const struct record_step *s = &r->step[i];
        if (s->index != ref.step || (ref.step == here->index && s != here) || s->first_sseq > here->last_sseq)
            continue;
        for (size_t k = 0; k < s->nvalues; k++)
            if (s->value[k].field == f && s->value[k].raw && !s->value[k].dropped && !s->value[k].again)
                found = &s->value[k];
    }
    return found;
}

static bool sum(const struct record *r, size_t n, const struct ref *ref, const struct record_step *here,
                struct dec *ret)
{
    struct dec v;
    *ret = (struct dec){0, 0};
    for (size_t i = 0; i < n; i++) {
        const struct record_value *x = value_at(r, ref[i], here);
        const char *text = x ? x->now.raw : NULL;
        if (!text || dec_parse(text, strlen(text), &v) != 0 || dec_add(*ret, v, ret) != 0)
            return false;
    }
    return true;
}

static void add_balance(struct record *r, const struct record_step *s)
{
    const struct balance *b = &s->step->balance;
    struct record_balance n = {.step = s};
    struct dec slack, lo, hi;
    if (!b->set || !sum(r, b->nin, b->in, s, &n.in) || !sum(r, b->nout, b->out, s, &n.out))
        return;
    n.unit = r->protocol->step[b->in[0].step].field[b->in[0].field].unit;
    if (dec_mul(n.in, b->tolerance, &slack) || dec_div(slack, (struct dec){100, 0}, 6, &slack) ||
        dec_add(n.in, slack, &hi) || dec_sub(n.in, slack, &lo))
        return;
    n.over = dec_cmp(n.out, hi) > 0;
    n.under = b->under != EFFECT_OK && dec_cmp(n.out, lo) < 0;
    *(LIST_ADD(&r->arena, r->balance, r->nbalances)) = n;
}

static bool fills(const struct record_step *s, const struct record_container *c)
{
    for (size_t i = 0; i < c->nchildren; i++)
        if (c->child[i]->filled_in == s)
            return true;
    return false;
}

/* What is used up where another vessel is only shown went into that one: medium fed to a flask. */
static void add_poured(struct record *r, const struct record_step *s)
{
    for (size_t i = 0; i < s->nvalues; i++) {
        const struct record_value *from = &s->value[i];
        struct record_container *c = from->raw ? container_of(r, from->raw) : NULL;
        if (!c || from->field->kind != FIELD_CONTAINER || from->field->use != USE_CONSUME || fills(s, c))
            continue;
        for (size_t k = 0; k < s->nvalues; k++) {
            const struct record_value *to = &s->value[k];
            struct record_container *into = to->raw ? container_of(r, to->raw) : NULL;
            if (into && to->field->kind == FIELD_CONTAINER && to->field->use == USE_TAKE)
                add_parent(r, into, c);
        }
    }
}

void record_containers(struct record *r)
{
    for (size_t i = 0; i < r->batch->ncontainers; i++)
        add_container(r, r->batch->container[i]);
    for (size_t i = 0; i < r->nsteps; i++) {
        for (size_t k = 0; k < r->step[i].nvalues; k++)
            if (r->step[i].value[k].raw && r->step[i].value[k].field->kind == FIELD_CONTAINER)
                container_use(r, &r->step[i], &r->step[i].value[k]);
        add_balance(r, &r->step[i]);
        add_poured(r, &r->step[i]);
    }
    for (size_t i = 0; i < r->protocol->nlabels; i++)
        count_label(r, &r->protocol->label[i]);
}
