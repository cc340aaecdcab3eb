#include "core/view/view.h"

#include <stdlib.h>
#include <string.h>

#include "core/map.h"
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

const char *actor_of(const struct entry *e)
{
    const char *person = json_get_str(e->actor, "performed");
    return person ? person : json_get_str(e->actor, "system");
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

/* ---- sessions ---- */

static void end_session(struct view *v, size_t i, const struct entry *e, const char *ended)
{
    struct view_row r = row_begin(VIEW_SESSION);
    row_num(&r, "idx", v->session[i].idx);
    row_num(&r, "closed", e->at);
    row_text(&r, "ended", ended);
    row_end(v, &r);
    free(v->session[i].who);
    v->session[i] = v->session[--v->nsessions];
}

static void session_opened(struct view *v, const struct entry *e, const char *station, const char *person)
{
    for (size_t i = v->nsessions; person && i-- > 0;) {
        if (strcmp(v->session[i].person, person) != 0)
            continue;
        if (strcmp(v->session[i].station, station) == 0)
            return; /* signed in again where one is */
        end_session(v, i, e, "elsewhere");
    }
    if (!person)
        return;
    view_know_session(v, (int64_t)e->idx, station, person);
    struct view_row r = row_begin(VIEW_SESSION);
    row_num(&r, "idx", (int64_t)e->idx);
    row_text(&r, "station", station);
    row_text(&r, "person", person);
    row_num(&r, "opened", e->at);
    row_end(v, &r);
}

static void sessions_end(struct view *v, const struct entry *e, const char *station, const char *person,
                         const char *ended)
{
    for (size_t i = v->nsessions; i-- > 0;)
        if (strcmp(v->session[i].station, station) == 0 &&
            (!person || strcmp(v->session[i].person, person) == 0))
            end_session(v, i, e, ended);
}

/* The station's day: its name stands in the stream, day/<station>/<date>, since the system closes it. */
static const char *day_station(struct view *v, const struct entry *e)
{
    const char *from = e->stream + strlen("day/"), *to = strrchr(from, '/');
    return to ? arena_strndup(&v->arena, from, (size_t)(to - from)) : NULL;
}

static void view_day(struct view *v, const struct entry *e)
{
    const char *station = day_station(v, e), *person = json_get_str(e->body, "person");
    if (!station)
        return;
    if (strcmp(e->kind, "session.opened") == 0)
        session_opened(v, e, station, person);
    else if (strcmp(e->kind, "session.closed") == 0 && person)
        sessions_end(v, e, station, person, "out");
    else if (strcmp(e->kind, "day.closed") == 0)
        sessions_end(v, e, station, NULL, "day");
}

/* ---- of every stream ---- */

static const char *meaning_of(struct view *v, const struct entry *e)
{
    const char *text = json_get_str(e->act, "signed");
    const struct json *o = NULL;
    if (!text || json_parse(&v->arena, text, strlen(text), &o, NULL) != 0)
        return NULL;
    return json_get_str(o, "meaning");
}

static void view_act(struct view *v, const struct entry *e, const char *batch)
{
    struct view_row r = row_begin(VIEW_SIGNED_ACT);
    row_num(&r, "idx", (int64_t)e->idx);
    row_text(&r, "stream", e->stream);
    row_text(&r, "batch", batch);
    row_text(&r, "kind", e->kind);
    row_text(&r, "step", json_get_str(e->body, "step"));
    row_text(&r, "person", actor_of(e));
    row_text(&r, "dept", json_get_str(e->actor, "dept"));
    row_text(&r, "meaning", meaning_of(v, e));
    row_text(&r, "key", json_get_str(e->act, "key"));
    row_text(&r, "outcome", json_get_str(e->body, "outcome"));
    row_num(&r, "at", e->at);
    row_end(v, &r);
}

static const char *law_of(struct view *v, const struct entry *e)
{
    const char *all = NULL;
    json_each(c, e->law)
        if (c->str)
            all = all ? arena_printf(&v->arena, "%s %s", all, c->str) : c->str;
    return all;
}

static bool is_refusal(const struct entry *e)
{
    return strcmp(e->kind, "refused") == 0 || strcmp(e->kind, "session.failed") == 0;
}

static void view_refusal(struct view *v, const struct entry *e, const char *batch)
{
    struct view_row r = row_begin(VIEW_REFUSAL);
    const char *person = json_get_str(e->body, "person");
    row_num(&r, "idx", (int64_t)e->idx);
    row_text(&r, "stream", e->stream);
    row_text(&r, "batch", batch);
    row_text(&r, "step", json_get_str(e->body, "step"));
    row_text(&r, "station", json_get_str(e->actor, "station"));
    row_text(&r, "person", person ? person : actor_of(e));
    row_text(&r, "code", json_get_str(e->body, "code"));
    row_text(&r, "args", json_text(v, json_get(e->body, "args")));
    row_text(&r, "outcome", json_get_str(e->body, "outcome"));
    row_text(&r, "law", law_of(v, e));
    row_num(&r, "at", e->at);
    row_end(v, &r);
}

/* ---- one entry ---- */

static const char *ordered_protocol(struct view *v, const struct entry *e)
{
    const char *id = json_get_str(e->body, "protocol"), *version = json_get_str(e->body, "version");
    if (strcmp(e->kind, "batch.ordered") != 0 || !id || !version)
        return NULL;
    return arena_printf(&v->arena, "%s@%s", id, version);
}

/* Under which protocol? */
static int find_protocol(struct view *v, const struct entry *e, const char *batch,
                         const struct protocol **ret)
{
    const char *name = ordered_protocol(v, e);
    if (!name)
        name = map_get(&v->batches, batch);
    const struct protocol *p = name ? v->cfg.protocol(v->cfg.arg, name) : NULL;
    if (!p)
        return CPF_E_NOTFOUND;
    view_know_batch(v, batch, name);
    *ret = p;
    return 0;
}

int view_entry(struct view *v, const struct entry *e)
{
    const char *batch = strncmp(e->stream, "batch/", 6) == 0 ? e->stream + 6 : NULL;
    const struct protocol *p = NULL;
    arena_reset(&v->arena);
    int err = batch ? find_protocol(v, e, batch, &p) : 0;
    if (err)
        return err;
    if (e->act)
        view_act(v, e, batch);
    if (is_refusal(e))
        view_refusal(v, e, batch);
    if (batch)
        view_batch(v, e, batch, p);
    else if (strncmp(e->stream, "day/", 4) == 0)
        view_day(v, e);
    return 0;
}
