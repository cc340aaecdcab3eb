#include "core/view/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/act.h"
#include "core/entry/day.h"
#include "core/entry/refusal.h"
#include "core/entry/step.h"
#include "base/map.h"
#include "core/view/int.h"

/* Batches remembered; beyond it the oldest memory goes, and who feeds the view tells it again. */
#define BATCHES_KEPT 8192

struct view *view_new(const struct view_config *cfg)
{
    struct view *v = xcalloc(1, sizeof(*v));
    v->cfg = *cfg;
    map_init(&v->batches);
    arena_init(&v->keep, 0);
    arena_init(&v->arena, 0);
    return v;
}

static void forget_batches(struct view *v)
{
    map_fini(&v->batches);
    map_init(&v->batches);
    arena_reset(&v->keep);
}

void view_reset(struct view *v)
{
    forget_batches(v);
    for (size_t i = 0; i < v->nsessions; i++)
        free(v->session[i].who);
    v->nsessions = 0;
}

void view_free(struct view *v)
{
    if (!v)
        return;
    view_reset(v);
    map_fini(&v->batches);
    arena_fini(&v->keep);
    arena_fini(&v->arena);
    free(v->session);
    free(v);
}

/* ---- what it remembers ---- */

void view_know_batch(struct view *v, const char *batch, const char *protocol)
{
    if (map_get(&v->batches, batch))
        return;
    if (v->batches.count >= BATCHES_KEPT)
        forget_batches(v);
    map_put(&v->batches, arena_strdup(&v->keep, batch), arena_strdup(&v->keep, protocol));
}

bool view_knows_batch(const struct view *v, const char *batch)
{
    return map_get(&v->batches, batch) != NULL;
}

void view_know_session(struct view *v, int64_t idx, const char *station, const char *person)
{
    if (v->nsessions == v->cap) {
        v->cap = v->cap ? v->cap * 2 : 16;
        v->session = xrealloc(v->session, v->cap * sizeof(*v->session));
    }
    size_t a = strlen(station) + 1, b = strlen(person) + 1;
    char *who = xcalloc(a + b, 1);
    memcpy(who, station, a);
    memcpy(who + a, person, b);
    v->session[v->nsessions++] =
        (struct view_session){.idx = idx, .who = who, .station = who, .person = who + a};
}

/* ---- rows ---- */

struct view_row row_begin(enum view_id table)
{
    return (struct view_row){.table = table};
}

static size_t column(const struct view_row *r, const char *name, bool text)
{
    const struct view_table *t = &view_tables[r->table];
    size_t i = 0;
    while (i < t->ncolumns && strcmp(t->column[i].name, name) != 0)
        i++;
    require(i < t->ncolumns && text == (t->column[i].type <= VIEW_DECIMAL));
    return i;
}

void row_text(struct view_row *r, const char *name, const char *s)
{
    if (!s)
        return;
    size_t i = column(r, name, true);
    r->given |= 1u << i;
    r->value[i].text = s;
}

void row_num(struct view_row *r, const char *name, int64_t n)
{
    size_t i = column(r, name, false);
    r->given |= 1u << i;
    r->value[i].num = n;
}

void row_end(struct view *v, const struct view_row *r)
{
    v->cfg.row(v->cfg.arg, r);
}

const char *view_who(const struct view_at *a)
{
    return a->actor.performed ? a->actor.performed : a->actor.system;
}

const char *json_text(struct view *v, const struct json *o)
{
    struct buf b;
    if (!o)
        return NULL;
    buf_init(&b);
    json_write(&b, o);
    const char *s = arena_strndup(&v->arena, b.data, b.len);
    buf_fini(&b);
    return s;
}

/* ---- of every stream ---- */

static void view_act(const struct view_at *a)
{
    const struct entry *e = a->e;
    struct step_at at = {0};
    struct view_row r = row_begin(VIEW_SIGNED_ACT);
    step_at_read(&a->body, &at);
    row_num(&r, "idx", (int64_t)e->idx);
    row_text(&r, "stream", e->stream);
    row_text(&r, "batch", a->batch);
    row_text(&r, "kind", e->kind);
    row_text(&r, "step", at.step);
    row_text(&r, "person", view_who(a));
    row_text(&r, "dept", word_name(&dept_words, (int)a->actor.dept));
    row_text(&r, "meaning", act_meaning(e, &a->v->arena));
    row_text(&r, "key", act_of(e).key);
    row_text(&r, "outcome", outcome_name(a->judged.outcome));
    row_num(&r, "at", e->at);
    row_end(a->v, &r);
}

static const char *law_of(struct view *v, const struct entry *e)
{
    const char *all = NULL;
    json_each(c, e->law)
        if (c->str)
            all = all ? arena_printf(&v->arena, "%s %s", all, c->str) : c->str;
    return all;
}

static void view_refusal(const struct view_at *a)
{
    const struct refused *refused = kind_value(&a->body, KIND_REFUSED);
    const struct session_failed *failed = kind_value(&a->body, KIND_SESSION_FAILED);
    struct view_row r = row_begin(VIEW_REFUSAL);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_text(&r, "stream", a->e->stream);
    row_text(&r, "batch", a->batch);
    row_text(&r, "step", refused ? refused->step : NULL);
    row_text(&r, "station", a->actor.station);
    row_text(&r, "person", failed && failed->person ? failed->person : view_who(a));
    row_text(&r, "code", a->judged.code);
    row_text(&r, "args", json_text(a->v, a->judged.args));
    row_text(&r, "outcome", outcome_name(a->judged.outcome));
    row_text(&r, "law", law_of(a->v, a->e));
    row_num(&r, "at", a->e->at);
    row_end(a->v, &r);
}

/* ---- one entry ---- */

/* Under which protocol? */
static int find_protocol(struct view_at *a)
{
    struct view *v = a->v;
    const struct step_form *order = kind_value(&a->body, KIND_BATCH_ORDERED);
    const char *name = order && order->protocol && order->version
                           ? arena_printf(&v->arena, "%s@%s", order->protocol, order->version)
                           : map_get(&v->batches, a->batch);
    a->p = name ? v->cfg.protocol(v->cfg.arg, name) : NULL;
    if (!a->p)
        return CPF_E_NOTFOUND;
    view_know_batch(v, a->batch, name);
    return 0;
}

/* A body that is not of its kind is told as far as it can be: nothing but its place in the log. */
static void read_body(struct view_at *a)
{
    if (kind_read(a->e, &a->v->arena, &a->body) != 0)
        a->body = (struct body){0};
    judged_read(a->e, &a->v->arena, &a->judged);
    actor_read(a->e, &a->actor);
}

/* The station's own stream, or its day: day/<station>/<date>, where the system speaks, too. */
static const char *own_station(struct view *v, const struct entry *e)
{
    const char *from = stream_rest(e->stream, STREAM_DAY), *to = from ? strrchr(from, '/') : NULL;
    if (!from)
        return stream_rest(e->stream, STREAM_STATION);
    return to ? arena_strndup(&v->arena, from, (size_t)(to - from)) : NULL;
}

/* A kind's rows are of the stream that it belongs in. */
static void view_kind(struct view_at *a)
{
    const struct kind *k = a->body.kind;
    if (k && k->view && kind_about(k->id)->stream == stream_type(a->e->stream, NULL))
        k->view(a, a->body.value);
}

static void view_batch(struct view_at *a)
{
    a->sum = row_begin(VIEW_BATCH);
    row_text(&a->sum, "batch", a->batch);
    row_num(&a->sum, "entries", 1);
    row_num(&a->sum, "idx", (int64_t)a->e->idx);
    view_kind(a);
    row_end(a->v, &a->sum);
}

int view_entry(struct view *v, const struct entry *e)
{
    struct view_at a = {.v = v, .e = e, .batch = stream_rest(e->stream, STREAM_BATCH), .reading = "single"};
    arena_reset(&v->arena);
    read_body(&a);
    int err = a.batch ? find_protocol(&a) : 0;
    if (err)
        return err;
    if (e->act)
        view_act(&a);
    if (kind_name_has(e->kind, KIND_REFUSAL))
        view_refusal(&a);
    a.station = own_station(v, e);
    if (a.batch)
        view_batch(&a);
    else if (a.station || !stream_rest(e->stream, STREAM_DAY)) /* a day is a station's */
        view_kind(&a);
    return 0;
}
