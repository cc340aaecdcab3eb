/*
 * The page of last resort: where every patient's cells are, what one may do alone, whom to ring. It names
 * batches, never patients. GET /v1/last-resort as JSON; .../pdf made by cpf-report of the same.
 */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/entry/facility.h"
#include "base/clock.h"
#include "core/rule/missing.h"
#include "core/words.h"
#include "ledger/ledger.h"

struct json *api_text(struct arena *a, struct text t)
{
    return json_set_str(a, json_set_str(a, json_object(a), "ja", t.ja), "en", t.en);
}

/* ---- cells ---- */

/* By its label, and its kind in words. */
static struct json *thing_json(const struct words *w, const struct thing *t)
{
    struct json *o = json_set_str(w->a, json_object(w->a), "thing", t->id);
    return json_set(w->a, o, "kind", api_text(w->a, word(w, "thing", t->kind)));
}

static struct json *container_json(const struct book *b, const struct words *w, const struct container *c)
{
    struct arena *a = w->a;
    const struct label *l = protocol_label(c->batch->protocol, c->label);
    const char *place = container_place(b, c);
    const struct thing *t = book_thing(b, place);
    struct json *o = json_set_str(a, json_object(a), "container", c->id);
    json_set(a, o, "label", l ? api_text(a, l->title) : NULL);
    json_set_str(a, o, "place", place);
    json_set(a, o, "kind", t ? api_text(a, word(w, "thing", t->kind)) : NULL);
    json_set_str(a, o, "room", t ? t->room : NULL);
    if (c->rescued)
        json_set(a, o, "rescued", json_bool(a, true));
    return o;
}

static struct json *containers_json(const struct book *b, const struct words *w, const struct batch *x,
                                    bool standing)
{
    struct json *list = json_array(w->a);
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct container *c = x->container[i];
        if (c->state != CONTAINER_FILLED || (container_place(b, c) != NULL) != standing)
            continue;
        json_push(list, container_json(b, w, c));
    }
    return list;
}

/* Positions and equipment that the batch has taken, and that no container is known to stand in. */
static struct json *taken_json(const struct book *b, const struct words *w, const struct batch *x)
{
    struct json *list = json_array(w->a);
    size_t pos = 0;
    for (const struct thing *t; (t = map_next(&b->things, &pos));) {
        bool stands = t->occupied != x;
        for (size_t i = 0; !stands && i < x->ncontainers; i++) {
            const struct container *c = x->container[i];
            const char *place = c->state == CONTAINER_FILLED ? container_place(b, c) : NULL;
            stands = place && strcmp(place, t->id) == 0;
        }
        if (!stands)
            json_push(list, thing_json(w, t));
    }
    return list;
}

/* What was done last, and what is owed first. */
static void set_steps(struct arena *a, struct json *o, const struct batch *x, int64_t now)
{
    const int64_t *at = rule_timeline(x, now, a);
    int last = -1, next = -1;
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        const struct occ *k = batch_occ(x, i);
        if (k && (last < 0 || k->begun >= batch_occ(x, last)->begun))
            last = i;
        if (rule_owes(x, i) && (next < 0 || at[i] < at[next]))
            next = i;
    }
    if (last >= 0)
        json_set(a, o, "last", api_text(a, x->protocol->step[last].title));
    if (next < 0)
        return;
    struct json *n = json_set_str(a, json_object(a), "step", x->protocol->step[next].id);
    json_set(a, n, "title", api_text(a, x->protocol->step[next].title));
    api_set_time(a, n, "at", at[next]);
    int64_t latest = step_latest(x, next);
    char from[17], until[17];
    clock_format_local(at[next], from);
    clock_format_local(latest, until);
    api_set_time(a, n, "latest", latest);
    json_set_str(a, n, "when", latest ? arena_printf(a, "%s – %s", from, until) : arena_strdup(a, from));
    json_set(a, o, "next", n);
}

static struct json *batches_json(struct api *api, const struct words *w)
{
    const struct book *b = flow_book(api->flow);
    struct arena *a = w->a;
    struct json *list = json_array(a);
    int64_t now = flow_now(api->flow);
    size_t pos = 0;
    for (const struct batch *x; (x = map_next(&b->batches, &pos));) {
        struct json *standing = x->closed ? NULL : containers_json(b, w, x, true);
        struct json *loose = x->closed ? NULL : containers_json(b, w, x, false);
        if (x->closed || (!standing->len && !loose->len))
            continue;
        struct json *o = json_set_str(a, json_object(a), "batch", x->id);
        int64_t draw = batch_draw_day(x);
        json_set(a, o, "state", api_text(a, word(w, "state", x->state)));
        if (draw != INT64_MIN && clock_day(now) >= draw)
            json_set_int(a, o, "culture", clock_day(now) - draw);
        json_set_int(a, o, "holds", (int64_t)batch_open_holds(x));
        set_steps(a, o, x, now);
        json_set(a, o, "containers", standing);
        json_set(a, o, "taken", taken_json(b, w, x));
        json_push(list, json_set(a, o, "loose", loose));
    }
    return list;
}

/* ---- whom to ring ---- */

/* Who answers for the place by the operator's document: of quality first. */
static const struct right_role *answers(const struct rights *r, const struct person *p)
{
    for (size_t i = 0; i < rights_roles(r) && !p->suspended; i++) {
        const struct right_role *role = rights_role_at(r, i);
        if (role->appointed && role->depts >> p->dept & 1 && person_has_role(p, role->id))
            return role;
    }
    return NULL;
}

/* The register of staff as it is now; it may have telephone numbers beside the names. */
static void set_staff(struct json *o, const struct catalogue *staff, struct arena *a, const char *family,
                      const char *id)
{
    const char *code = arena_printf(a, "%s.%s", family, id);
    for (const char *const *c = staff ? catalogue_codes(staff) : NULL; c && *c; c++)
        if (strcmp(*c, code) == 0)
            json_set(a, o, strcmp(family, "staff") == 0 ? "name" : family,
                     api_text(a, catalogue_text(staff, a, code, NULL)));
}

struct catalogue *api_staff(const struct api *api, struct arena *a)
{
    struct catalogue *staff = NULL;
    char *error = NULL;
    int err = catalogue_load(arena_printf(a, "%s/staff.yaml", api->conf->evidence), api->conf->clauses,
                             &staff, &error);
    free(error);
    return err ? NULL : staff; /* ids alone */
}

static struct json *ring_json(struct api *api, struct arena *a)
{
    const struct book *b = flow_book(api->flow);
    struct json *list = json_array(a);
    struct catalogue *staff = api_staff(api, a);
    for (int quality = 1; quality >= 0; quality--) {
        size_t pos = 0;
        for (const struct person *p; (p = map_next(&b->people, &pos));) {
            const struct right_role *role = answers(b->rights, p);
            if (!role || (p->dept == DEPT_QUALITY) != quality)
                continue;
            struct json *o = json_set_str(a, json_object(a), "person", p->id);
            set_staff(o, staff, a, "staff", p->id);
            set_staff(o, staff, a, "phone", p->id);
            json_set(a, o, "role", api_text(a, role->title));
            json_set(a, o, "away", json_bool(a, person_away(p, clock_day(flow_now(api->flow)))));
            json_push(list, o);
        }
    }
    catalogue_free(staff);
    return list;
}

/* ---- the page ---- */

static struct json *alone_json(const struct words *w)
{
    struct json *list = json_array(w->a);
    for (int i = 1; word_known(w, "alone", arena_printf(w->a, "%d", i)); i++)
        json_push(list, api_text(w->a, word(w, "alone", arena_printf(w->a, "%d", i))));
    return list;
}

static struct json *page_json(struct api *api, struct arena *a)
{
    const struct book *b = flow_book(api->flow);
    struct words w = *flow_words(api->flow);
    w.a = a;
    struct json *o = json_set_str(a, json_object(a), "facility", b->facility ? b->facility->id : NULL);
    json_set(a, o, "name", api_text(a, facility_name(b->facility)));
    char made[17];
    clock_format_local(flow_now(api->flow), made);
    api_set_time(a, o, "now", flow_now(api->flow));
    json_set_str(a, o, "made", made);
    json_set(a, o, "stopped", json_bool(a, b->stopped.on));
    json_set(a, o, "batches", batches_json(api, &w));
    json_set(a, o, "alone", alone_json(&w));
    json_set(a, o, "ring", ring_json(api, a));
    json_set(a, o, "silence", api_silences(api, a, NULL));
    return json_set(a, o, "gaps", api_gaps(api, a));
}

void api_resort(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    if (!api_station(api, r))
        return;
    arena_init(&a, 0);
    api_reply_json(r, page_json(api, &a));
    arena_fini(&a);
}

static void on_made(void *arg, int code, const void *data, size_t len)
{
    static const char *const headers[] = {"Content-Disposition", "attachment; filename=\"page.pdf\"", NULL};
    struct http_request *r = arg;
    if (code == CPF_OK)
        http_reply_type(r, 200, "application/pdf", data, len, headers);
    else
        http_refuse(r, code == CPF_E_BUSY ? 503 : 500, code == CPF_E_BUSY ? "stopping" : "report.failed");
}

void api_page_pdf(struct api *api, struct http_request *r, struct arena *a, const char *kind,
                  struct json *page)
{
    struct buf b;
    const char *note = ledger_checkpoint(flow_ledger(api->flow));
    if (!note) {
        http_refuse(r, 503, "away.database");
        return;
    }
    buf_init(&b);
    struct json *q = json_set_str(a, json_object(a), "kind", kind);
    json_set_str(a, q, "database", api->conf->database_reader);
    json_set_str(a, q, "zone", api->conf->zone);
    json_set_str(a, q, "note", note);
    json_set(a, q, "training", json_bool(a, api->conf->training));
    json_set_int(a, q, "now", flow_now(api->flow));
    json_write(&b, json_set(a, q, "page", page));
    int err = reporter_start(api->reporter, b.data, b.len, on_made, r);
    buf_fini(&b);
    if (err)
        http_refuse(r, 503, "busy.report");
}

void api_resort_pdf(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    if (!api_station(api, r))
        return;
    arena_init(&a, 0);
    api_page_pdf(api, r, &a, "last-resort", page_json(api, &a));
    arena_fini(&a);
}
