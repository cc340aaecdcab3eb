/* The record as JSON: the same data as the printed one, ids beside words. */
#include <string.h>

#include "base/clock.h"
#include "record/int.h"

static struct arena *arena_of(const struct record *r)
{
    return (struct arena *)&r->arena;
}

static struct json *text_json(const struct record *r, struct text t)
{
    struct arena *a = arena_of(r);
    return t.ja ? json_set_str(a, json_set_str(a, json_object(a), "ja", t.ja), "en", t.en) : NULL;
}

static void set_time(const struct record *r, struct json *o, const char *name, int64_t ms)
{
    char text[CLOCK_TEXT];
    if (!ms)
        return;
    clock_format(ms, text);
    json_set_str(arena_of(r), o, name, text);
}

/* Who, when and which entry. */
static struct json *entry_json(const struct record *r, const struct entry *e)
{
    struct arena *a = arena_of(r);
    struct json *o = json_object(a);
    if (!e)
        return NULL;
    json_set_int(a, o, "sseq", (int64_t)e->sseq);
    json_set_int(a, o, "idx", (int64_t)e->idx);
    set_time(r, o, "at", e->at);
    set_time(r, o, "occurred", e->occurred);
    json_set_str(a, o, "late", e->late);
    const struct actor *actor = &record_said(r, e)->actor;
    json_set_str(a, o, "performed", record_who(r, e));
    json_set_str(a, o, "recorded", actor->recorded);
    json_set_str(a, o, "witnessed", actor->witnessed);
    json_set_str(a, o, "station", actor->station);
    return json_set_str(a, o, "dept", word_name(&dept_words, (int)actor->dept));
}

static const char *hidden_name(enum record_hidden h)
{
    static const char *const name[] = {NULL, "withheld", "redacted", "lost"};
    return name[h];
}

/* `name`, or `name`_hidden with why it is not there. */
static struct json *set_secret(const struct record *r, struct json *o, const char *name,
                               const struct record_secret *s)
{
    struct arena *a = arena_of(r);
    json_set_str(a, o, arena_printf(a, "%s_hidden", name), hidden_name(s->hidden));
    return json_set_str(a, o, name, s->value);
}

static const char *mark_name(enum record_mark m)
{
    return m == MARK_ACTION ? "action" : m == MARK_ALERT ? "alert" : NULL;
}

static struct json *value_json(const struct record *r, const struct record_value *v)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "field", v->field->id);
    json_set_str(a, o, "value", v->raw);
    json_set_str(a, o, "unit", v->unit);
    json_set_str(a, o, "plan", v->field->plan);
    json_set_str(a, o, "hidden", hidden_name(v->hidden));
    json_set_str(a, o, "outside", mark_name(v->mark));
    const char *limits = record_limits(r, v->field);
    json_set_str(a, o, "limits", *limits ? limits : NULL);
    if (v->raw && strcmp(v->shown.ja, v->raw) != 0)
        json_set(a, o, "shown", text_json(r, v->shown));
    const struct {
        const char *name;
        bool set;
    } flag[] = {{"derived", v->derived}, {"typed", v->typed},     {"first", v->first},
                {"again", v->again},     {"dropped", v->dropped}, {"reported", v->field->reported},
                {"asked", v->asked},     {"beside", v->beside}};
    for (size_t i = 0; i < sizeof(flag) / sizeof(*flag); i++)
        if (flag[i].set)
            json_set(a, o, flag[i].name, json_bool(a, true));
    json_set(a, o, "entry", entry_json(r, v->entry));
    json_set_str(a, o, "corrected_to", v->corrected ? v->now.raw ? v->now.raw : v->now.shown.ja : NULL);
    return o;
}

static struct json *step_json(const struct record *r, const struct record_step *s)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "step", s->step->id);
    json_set(a, o, "title", text_json(r, s->step->title));
    json_set_str(a, o, "section", s->step->section);
    json_set_str(a, o, "dept", word_name(&dept_words, (int)s->step->dept));
    json_set_str(a, o, "status", word_name(&step_state_words, (int)s->status));
    json_set(a, o, "because", text_json(r, s->why));
    json_set(a, o, "planned", text_json(r, s->planned));
    set_time(r, o, "due", s->due);
    if (!s->occ)
        return o;
    json_set_int(a, o, "occ", s->occ);
    set_time(r, o, "begun", s->begun);
    set_time(r, o, "done", s->done);
    set_time(r, o, "recorded_first", s->first_at);
    set_time(r, o, "recorded_last", s->last_at);
    set_time(r, o, "occurred", s->occurred);
    json_set_str(a, o, "late", s->late);
    json_set_str(a, o, "performed", s->performer);
    json_set_str(a, o, "recorded", s->recorder);
    json_set_str(a, o, "witnessed", s->witness);
    json_set_str(a, o, "station", s->station);
    json_set_int(a, o, "sseq_first", (int64_t)s->first_sseq);
    json_set_int(a, o, "sseq_last", (int64_t)s->last_sseq);
    if (s->after)
        json_set(a, o, "after_decision", json_bool(a, true));
    struct json *list = json_array(a), *devs = json_array(a);
    for (size_t i = 0; i < s->nvalues; i++)
        json_push(list, value_json(r, &s->value[i]));
    for (size_t i = 0; i < s->ndevs; i++)
        json_push(devs, json_str(a, s->dev[i]));
    json_set(a, o, "values", list);
    return json_set(a, o, "deviations", devs->len ? devs : NULL);
}

/* ---- things ---- */

static struct json *uses_json(const struct record *r, const struct record_use *use, size_t n)
{
    struct arena *a = arena_of(r);
    struct json *list = json_array(a);
    for (size_t i = 0; i < n; i++) {
        struct json *o = json_set_str(a, json_object(a), "step", use[i].step->step->id);
        json_set_int(a, o, "occ", use[i].step->occ);
        json_set_str(a, o, "unit", use[i].value->field->kind == FIELD_LOT ? use[i].value->unit : NULL);
        set_time(r, o, "at", use[i].value->at);
        json_push(list, o);
    }
    return list;
}

static struct json *lot_json(const struct record *r, const struct record_lot *l)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "lot", l->id);
    json_set(a, o, "material", text_json(r, l->material));
    json_set_str(a, o, "maker", l->maker);
    json_set_str(a, o, "maker_lot", l->maker_lot);
    json_set_str(a, o, "gtin", l->gtin);
    json_set_str(a, o, "expiry", l->expiry);
    json_set_str(a, o, "state", lot_state_name(l->state));
    json_set_int(a, o, "other_batches", (int64_t)l->others);
    return json_set(a, o, "uses", uses_json(r, l->use, l->nuses));
}

static struct json *thing_json(const struct record *r, const struct record_thing *t)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), t->place ? "place" : "equipment", t->id);
    json_set_str(a, o, "kind", t->kind);
    json_set_str(a, o, "room", t->room);
    json_set_str(a, o, "calibrated", t->calibrated);
    return json_set(a, o, "uses", uses_json(r, t->use, t->nuses));
}

static struct json *container_json(const struct record *r, const struct record_container *c)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "container", c->id), *from = json_array(a);
    json_set_str(a, o, "label", c->label);
    json_set_str(a, o, "state", container_state_name(c->state));
    json_set_str(a, o, "place", c->place);
    set_time(r, o, "issued", c->issued);
    set_time(r, o, "attached", c->attached);
    set_time(r, o, "filled", c->filled);
    set_time(r, o, "gone", c->gone);
    for (size_t i = 0; i < c->nparents; i++)
        json_push(from, json_str(a, c->parent[i]->id));
    return json_set(a, o, "from", from->len ? from : NULL);
}

static struct json *label_json(const struct record *r, const struct record_label *l)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "label", l->label->id);
    const struct {
        const char *name;
        size_t n;
    } count[] = {{"issued", l->issued},   {"attached", l->attached}, {"void", l->unused},
                 {"waiting", l->waiting}, {"consumed", l->consumed}, {"discarded", l->discarded},
                 {"left", l->left},       {"live", l->live}};
    for (size_t i = 0; i < sizeof(count) / sizeof(*count); i++)
        json_set_int(a, o, count[i].name, (int64_t)count[i].n);
    return json_set(a, o, "balanced", json_bool(a, !l->off));
}

static struct json *unit_json(const struct record *r, const struct record_unit *u)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "lot", u->lot->id);
    json_set_str(a, o, "unit", u->unit);
    json_set_int(a, o, "staged", (int64_t)u->staged);
    json_set_int(a, o, "drawn", (int64_t)u->drawn);
    json_set_int(a, o, "accounted", (int64_t)u->accounted);
    if (u->waiting)
        json_set(a, o, "waiting", json_bool(a, true));
    if (u->unknown)
        json_set(a, o, "never_received", json_bool(a, true));
    if (u->again)
        json_set(a, o, "drawn_again", json_bool(a, true));
    return json_set(a, o, "balanced", json_bool(a, !u->off));
}

static struct json *balance_json(const struct record *r, const struct record_balance *b)
{
    char in[DEC_TEXT], out[DEC_TEXT];
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "step", b->step->step->id);
    dec_format(b->in, in);
    dec_format(b->out, out);
    json_set_str(a, o, "in", in);
    json_set_str(a, o, "out", out);
    json_set_str(a, o, "unit", b->unit);
    return json_set_str(a, o, "beyond", b->over ? "over" : b->under ? "under" : NULL);
}

static struct json *person_json(const struct record *r, const struct record_person *p)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "person", p->id);
    json_set(a, o, "name", text_json(r, p->name));
    json_set_str(a, o, "dept", p->dept);
    json_set(a, o, "roles", text_json(r, p->roles));
    json_set(a, o, "qualifications", text_json(r, p->quals));
    json_set_str(a, o, "key", p->keyid);
    return json_set_int(a, o, "entries", (int64_t)p->acts);
}

/* ---- events ---- */

static struct json *dev_json(const struct record *r, const struct record_deviation *d)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "deviation", d->id);
    json_set_str(a, o, "step", d->step);
    json_set(a, o, "cause", text_json(r, d->cause));
    json_set_str(a, o, "grade", d->grade);
    json_set(a, o, "hold", json_bool(a, d->hold));
    json_set(a, o, "opened", entry_json(r, d->opened));
    set_secret(r, o, "opened_because", &d->seen);
    json_set(a, o, "slip", d->slip ? json_bool(a, true) : NULL);
    json_set(a, o, "assessed", entry_json(r, d->assessed));
    set_secret(r, o, "assessed_because", &d->assessed_why);
    json_set(a, o, "assessed_late", entry_json(r, d->late));
    json_set(a, o, "awaits", d->awaits ? json_bool(a, true) : NULL);
    json_set(a, o, "confirmed", entry_json(r, d->confirmed));
    json_set(a, o, "reported", entry_json(r, d->reported));
    json_set_str(a, o, "told", d->told);
    json_set(a, o, "closed", entry_json(r, d->closed));
    set_secret(r, o, "closed_despite", &d->despite);
    return set_secret(r, o, "closed_because", &d->closed_why);
}

static struct json *action_json(const struct record *r, const struct record_action *t)
{
    struct arena *a = arena_of(r);
    char day[11];
    clock_day_format(t->due, day);
    struct json *o = json_set_str(a, json_object(a), "action", t->id);
    json_set_str(a, o, "deviation", t->dev);
    json_set_str(a, o, "owner", t->owner);
    json_set_str(a, o, "due", arena_strdup(a, day));
    json_set(a, o, "effect", json_bool(a, t->effect));
    json_set(a, o, "taken", entry_json(r, t->taken));
    set_secret(r, o, "what", &t->what);
    json_set(a, o, "overdue", entry_json(r, t->overdue));
    json_set(a, o, "verified", entry_json(r, t->verified));
    json_set(a, o, "withdrawn", entry_json(r, t->withdrawn));
    return set_secret(r, o, t->withdrawn ? "because" : "found", &t->result);
}

static struct json *hold_json(const struct record *r, const struct record_hold *h)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "hold", h->id);
    json_set_str(a, o, "deviation", h->dev);
    json_set(a, o, "cause", text_json(r, h->cause));
    json_set(a, o, "placed", entry_json(r, h->placed));
    set_secret(r, o, "placed_because", &h->seen);
    json_set(a, o, "lifted", entry_json(r, h->lifted));
    return set_secret(r, o, "lifted_because", &h->why);
}

static struct json *correction_json(const struct record *r, const struct record_correction *c)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "step", c->step->id);
    json_set_str(a, o, "field", c->field->id);
    json_set_int(a, o, "occ", c->occ);
    json_set(a, o, "old", text_json(r, c->old));
    json_set(a, o, "new", text_json(r, c->now));
    set_secret(r, o, "reason", &c->reason);
    return json_set(a, o, "entry", entry_json(r, c->entry));
}

static struct json *refusal_json(const struct record *r, const struct record_refusal *f)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "step", f->step);
    json_set_str(a, o, "code", record_said(r, f->entry)->judged.code);
    json_set(a, o, "what", text_json(r, f->what));
    json_set(a, o, "understood", text_json(r, f->understood));
    return json_set(a, o, "entry", entry_json(r, f->entry));
}

static struct json *act_json(const struct record *r, const struct record_act *x)
{
    static const char *const signature[] = {"unchecked", "good", "bad"};
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "person", x->person);
    json_set_str(a, o, "kind", x->entry->kind);
    json_set_str(a, o, "step", x->step);
    json_set(a, o, "what", text_json(r, x->what));
    json_set(a, o, "meaning", text_json(r, (struct text){x->meaning, x->meaning_en}));
    json_set_str(a, o, "key", x->key);
    json_set_str(a, o, "signature", signature[x->signature]);
    if (x->audit_trail)
        json_set(a, o, "audit_trail_reviewed", json_bool(a, true));
    return json_set(a, o, "entry", entry_json(r, x->entry));
}

static struct json *exposure_json(const struct record *r, const struct record_exposure *x)
{
    static const char *const way[] = {"in", "out", "shared", "to", "from"};
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "way", way[x->way]);
    json_set(a, o, "what", text_json(r, x->what));
    set_secret(r, o, "thing", &x->thing);
    set_secret(r, o, "other", &x->other);
    return json_set(a, o, "entry", entry_json(r, x->entry));
}

static struct json *redaction_json(const struct record *r, const struct record_redaction *x)
{
    struct arena *a = arena_of(r);
    struct json *o = json_object(a), *names = json_array(a);
    for (size_t i = 0; i < x->nnames; i++)
        json_push(names, json_str(a, x->name[i]));
    json_set_int(a, o, "of", x->of ? (int64_t)x->of->sseq : 0);
    json_set(a, o, "names", names);
    json_set(a, o, "reason", text_json(r, x->reason));
    json_set_str(a, o, "approver", x->approver);
    return json_set(a, o, "entry", entry_json(r, x->entry));
}

static struct json *change_json(const struct record *r, const struct record_change *c)
{
    static const char *const kind[] = {"result",   "deviation", "hold", "correction",
                                       "exposure", "redaction", "step"};
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "kind", kind[c->kind]);
    json_set(a, o, "what", text_json(r, c->what));
    json_set(a, o, "then", text_json(r, c->then));
    json_set(a, o, "now", text_json(r, c->now));
    json_set(a, o, "alarm", json_bool(a, c->alarm));
    return json_set(a, o, "entry", entry_json(r, c->entry));
}

static struct json *step_ids(const struct record *r, const struct step *const *list, size_t n)
{
    struct json *o = json_array(arena_of(r));
    for (size_t i = 0; i < n; i++)
        json_push(o, json_str(arena_of(r), list[i]->id));
    return o;
}

static struct json *known_json(const struct record *r, const struct record_known *k)
{
    struct arena *a = arena_of(r);
    struct json *o = json_object(a);
    set_time(r, o, "at", k->at);
    json_set(a, o, "decision", entry_json(r, k->decision));
    json_set(a, o, "state", text_json(r, k->state));
    const struct {
        const char *name;
        size_t n;
    } count[] = {{"entries", k->entries},         {"steps_done", k->done},
                 {"deviations", k->deviations},   {"deviations_open", k->deviations_open},
                 {"majors_open", k->majors_open}, {"holds", k->holds},
                 {"refusals", k->refusals},       {"corrections", k->corrections}};
    for (size_t i = 0; i < sizeof(count) / sizeof(*count); i++)
        json_set_int(a, o, count[i].name, (int64_t)count[i].n);
    json_set(a, o, "pending", step_ids(r, k->pending, k->npending));
    return json_set(a, o, "open", step_ids(r, k->open, k->nopen));
}

/* ---- the whole ---- */

#define SET_LIST(name, list, n, fn)                                                                          \
    do {                                                                                                     \
        struct json *all_ = json_array(a);                                                                   \
        for (size_t i_ = 0; i_ < (n); i_++)                                                                  \
            json_push(all_, fn(r, &(list)[i_]));                                                             \
        json_set(a, o, name, all_);                                                                          \
    } while (0)

static struct json *item_json(const struct record *r, const struct record_item *i)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set(a, json_object(a), "title", text_json(r, i->title));
    json_set(a, o, "body", text_json(r, i->body));
    return i->missing ? json_set(a, o, "missing", json_bool(a, true)) : o;
}

static struct json *point_json(const struct record *r, const struct record_point *p)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "step", p->step->step->id);
    set_time(r, o, "at", p->at);
    json_set_str(a, o, "viability", p->viability->now.raw);
    json_set_str(a, o, "total", p->total ? p->total->now.raw : NULL);
    json_set_str(a, o, "fold", p->fold ? p->fold->now.raw : NULL);
    return json_set_str(a, o, "doubling", p->doubling ? p->doubling->now.raw : NULL);
}

static struct json *items_json(const struct record *r, const struct basis_items *items)
{
    struct arena *a = arena_of(r);
    struct json *list = json_array(a);
    for (size_t i = 0; i < items->n; i++) {
        struct json *o = json_object(a);
        shape_build(&basis_item_shape, &items->item[i], a, o);
        json_push(list, o);
    }
    return list;
}

static struct json *basis_json(const struct record *r)
{
    struct arena *a = arena_of(r);
    const struct record_basis *b = &r->basis;
    struct json *o = json_set_str(a, json_object(a), "state", record_basis_state(r)), *by = json_array(a),
                *differs = json_array(a);
    for (size_t i = 0; i < b->nby; i++) {
        struct json *x = json_set_str(a, json_object(a), "person", b->by[i].person);
        json_set_str(a, x, "dept", b->by[i].dept);
        json_set_int(a, x, "idx", (int64_t)b->by[i].idx);
        set_time(r, x, "at", b->by[i].at);
        json_push(by, x);
    }
    for (size_t i = 0; i < b->ndiffers; i++)
        json_push(differs, json_str(a, b->differs[i]));
    json_set(a, o, "made_with", items_json(r, &b->made));
    if (!b->digest)
        return o;
    json_set_str(a, o, "digest", b->digest);
    json_set_int(a, o, "idx", (int64_t)b->idx);
    set_time(r, o, "since", b->since);
    json_set(a, o, "by", by);
    return json_set(a, o, "differs", differs);
}

void record_json(const struct record *r, struct buf *ret)
{
    struct arena *a = arena_of(r);
    struct json *o = json_set_str(a, json_object(a), "batch", r->id);
    json_set_str(a, o, "origin", r->origin);
    json_set_str(a, o, "checkpoint", r->note);
    json_set_str(a, o, "protocol", r->protocol->id);
    json_set_str(a, o, "protocol_version", r->protocol->version);
    json_set(a, o, "product", text_json(r, r->product));
    json_set(a, o, "facility", r->book.facility ? json_copy(a, r->book.facility_data) : NULL);
    json_set(a, o, "disclosures", json_bool(a, r->disclosures));
    json_set_int(a, o, "entries", (int64_t)r->nentries);
    json_set(a, o, "basis", basis_json(r));
    json_set(a, o, "notice", r->notice.ja ? text_json(r, r->notice) : NULL);
    SET_LIST("statutory", r->item, r->nitems, item_json);
    SET_LIST("steps", r->step, r->nsteps, step_json);
    SET_LIST("not_done", r->none, r->nnone, step_json);
    SET_LIST("lots", r->lot, r->nlots, lot_json);
    SET_LIST("things", r->thing, r->nthings, thing_json);
    SET_LIST("containers", r->container, r->ncontainers, container_json);
    SET_LIST("labels", r->label, r->nlabels, label_json);
    SET_LIST("lot_units", r->unit, r->nunits, unit_json);
    SET_LIST("balances", r->balance, r->nbalances, balance_json);
    SET_LIST("people", r->person, r->npeople, person_json);
    SET_LIST("growth", r->point, r->npoints, point_json);
    SET_LIST("deviations", r->dev, r->ndevs, dev_json);
    if (r->nactions)
        SET_LIST("actions", r->action, r->nactions, action_json);
    SET_LIST("holds", r->hold, r->nholds, hold_json);
    SET_LIST("corrections", r->correction, r->ncorrections, correction_json);
    SET_LIST("refusals", r->refusal, r->nrefusals, refusal_json);
    SET_LIST("acts", r->act, r->nacts, act_json);
    SET_LIST("exposures", r->exposure, r->nexposures, exposure_json);
    SET_LIST("redactions", r->redaction, r->nredactions, redaction_json);
    SET_LIST("known", r->known, r->nknown, known_json);
    SET_LIST("changed_since_decision", r->change, r->nchanges, change_json);
    json_write(ret, o);
    buf_addc(ret, '\n');
}
