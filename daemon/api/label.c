/*
 * Labels of containers. GET /v1/label?batch=… lists those that are to be printed at this station now, and
 * those that are there. POST /v1/label hands them out to be printed, each once (core/rule/label.c): as PDF,
 * or as ZPL for a printer of labels. cpf-report draws them first; then `label.printed` is durable; then the
 * document leaves. So what cannot be drawn uses up nothing, and nothing leaves that is not recorded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/request.h"
#include "base/clock.h"
#include "base/enc.h"
#include "core/entry/facility.h"
#include "core/label/layout.h"
#include "core/rule/missing.h"

#define DPI_LEAST 150
#define DPI_MOST  600

struct order { /* until the reply; http_data */
    struct api *api;
    bool zpl;
    void *data; /* the document, once it is drawn */
    size_t len;
    struct arena a;
    const struct json *req; /* the body; its secrets are wiped */
    const char *acting;     /* id of who acted when it was asked for; NULL: nobody */
};

/* What keeps a label from being drawn. */
struct lack {
    const char *code;
    struct json *args;
};

static void drop(struct order *o)
{
    arena_fini(&o->a);
    free(o->data);
    free(o);
}

/* ---- what stands on it ---- */

struct making {
    const struct book *book;
    struct batch *x;
    struct arena *a;
    const struct label_layout *layout;
    const char *container, *label;
    int64_t now;
    struct lack lack;
};

static const char *in_language(const struct making *m, struct text t)
{
    return m->layout->english ? t.en : t.ja;
}

static const char *lacks(struct making *m, const char *code, const char *name, const char *value)
{
    m->lack.code = code;
    m->lack.args =
        json_set_str(m->a, json_set_str(m->a, json_object(m->a), name, value), "container", m->container);
    return NULL;
}

static const char *moment(const struct making *m, int64_t ms)
{
    char text[17];
    clock_format_local(ms, text);
    return arena_strdup(m->a, text);
}

/* STEP.FIELD: the last dot divides. */
static const struct field *field_named(const struct making *m, const char *of, struct ref *ret)
{
    const char *dot = strrchr(of, '.');
    const struct protocol *p = m->x->protocol;
    ret->step = protocol_step(p, arena_strndup(m->a, of, (size_t)(dot - of)));
    for (size_t i = 0; ret->step >= 0 && i < p->step[ret->step].nfields; i++)
        if (strcmp(p->step[ret->step].field[i].id, dot + 1) == 0) {
            ret->field = (int)i;
            return &p->step[ret->step].field[i];
        }
    return NULL;
}

/* A personal value never stands on a label: nobody would record to whom it was shown. */
static const char *value_text(struct making *m, const char *of)
{
    struct ref at;
    const struct field *f = field_named(m, of, &at);
    const struct input *in = f ? batch_input(m->x, at) : NULL;
    if (!in || in->digest || f->kind == FIELD_TEXT || f->kind == FIELD_IDENTITY)
        return lacks(m, "label.lacks", "field", of);
    for (size_t i = 0; f->kind == FIELD_CHOICE && i < f->noptions; i++)
        if (strcmp(f->option[i].id, in->text) == 0)
            return in_language(m, f->option[i].title);
    const char *times = f->unit && strncmp(f->unit, "10^", 3) == 0 ? "×" : "";
    return f->unit ? arena_printf(m->a, "%s %s%s", in->text, times, f->unit) : in->text;
}

static const char *expiry_text(struct making *m, const char *clock)
{
    for (size_t i = m->x->nexpiries; i-- > 0;)
        if (strcmp(m->x->expiry[i].clock, clock) == 0)
            return moment(m, m->x->expiry[i].until);
    return lacks(m, "label.lacks", "field", clock);
}

static const char *patient_text(struct making *m)
{
    const struct protocol *p = m->x->protocol;
    for (int s = 0; s < (int)p->nsteps; s++)
        for (int i = 0; i < (int)p->step[s].nfields; i++) {
            const struct field *f = &p->step[s].field[i];
            const struct input *in = f->donor ? batch_input(m->x, (struct ref){s, i}) : NULL;
            if (in && !in->digest)
                return in->text;
        }
    return lacks(m, "label.lacks", "field", "patient");
}

static const char *code_text(const struct making *m)
{
    char raw[BOUND_CODE_ID + 8];
    return code_make('C', m->container, raw, sizeof(raw)) == 0 ? arena_strdup(m->a, raw) : NULL;
}

static const char *text_of(struct making *m, const struct label_field *f)
{
    const struct label *l = protocol_label(m->x->protocol, m->label);
    switch (f->show) {
    case LABEL_CODE:
        return code_text(m);
    case LABEL_CONTAINER:
        return m->container;
    case LABEL_BATCH:
        return m->x->id;
    case LABEL_TITLE:
        return l ? in_language(m, l->title) : m->label;
    case LABEL_PRODUCT:
        return in_language(m, m->x->protocol->product);
    case LABEL_PATIENT:
        return patient_text(m);
    case LABEL_FACILITY:
        return in_language(m, facility_name(m->book->facility));
    case LABEL_PRINTED:
        return moment(m, m->now);
    case LABEL_EXPIRY:
        return expiry_text(m, f->of);
    case LABEL_VALUE:
        return value_text(m, f->of);
    default:
        return "";
    }
}

/* Does it stand there now? False, with a lack, for a step that the protocol does not have. */
static bool stands(struct making *m, const struct label_field *f)
{
    int step = f->until ? protocol_step(m->x->protocol, f->until) : -1;
    if (f->until && step < 0)
        lacks(m, "label.lacks", "field", f->until);
    return !f->until || (step >= 0 && !batch_step_done(m->x, step));
}

static struct json *field_json(struct making *m, const struct label_field *f)
{
    struct arena *a = m->a;
    const char *value = text_of(m, f), *before = f->text.ja ? in_language(m, f->text) : NULL;
    if (!value)
        return NULL;
    if (before)
        value = *value ? arena_printf(a, "%s %s", before, value) : before;
    struct json *o = json_set_str(a, json_object(a), "shows", word_name(&label_show_words, (int)f->show));
    json_set_int(a, o, "x", f->x);
    json_set_int(a, o, "y", f->y);
    json_set_int(a, o, "width", f->width);
    json_set_int(a, o, "height", f->height);
    json_set_int(a, o, "font", f->font);
    json_set_int(a, o, "least", f->least);
    json_set(a, o, "bold", json_bool(a, f->bold));
    return json_set_str(a, o, "text", value);
}

/* NULL, with m->lack, where something is missing. */
static struct json *label_json(struct making *m)
{
    struct arena *a = m->a;
    struct json *o = json_set_str(a, json_object(a), "container", m->container), *list = json_array(a);
    json_set_int(a, o, "width", m->layout->width);
    json_set_int(a, o, "height", m->layout->height);
    for (size_t i = 0; i < m->layout->nfields; i++) {
        struct json *f = stands(m, &m->layout->field[i]) ? field_json(m, &m->layout->field[i]) : NULL;
        if (f)
            json_push(list, f);
        if (m->lack.code)
            return NULL;
    }
    return json_set(a, o, "fields", list);
}

/* The kind of label in a container's id of that batch; NULL: it is none. */
static const char *kind_of_label(struct arena *a, const struct batch *x, const char *id)
{
    char raw[BOUND_CODE_ID + 8];
    struct code c;
    bool good = code_make('C', id, raw, sizeof(raw)) == 0 && code_read(raw, strlen(raw), &c) == CODE_OK &&
                c.kind == CODE_CONTAINER && strcmp(c.batch, x->id) == 0 &&
                protocol_label(x->protocol, c.label);
    return good ? arena_strdup(a, c.label) : NULL;
}

static struct json *one(struct api *api, struct making *m, const char *container)
{
    m->container = container;
    m->label = kind_of_label(m->a, m->x, container);
    if (!m->label) {
        lacks(m, "ident.not-issued", "batch", m->x->id);
        return NULL;
    }
    m->layout = label_layout_for(api->layouts, m->x->protocol->id, m->label);
    if (!m->layout) {
        lacks(m, "label.no-layout", "label", m->label);
        return NULL;
    }
    return label_json(m);
}

/* ---- the list ---- */

static struct json *due_json(struct api *api, struct making *m, const struct label_due *d)
{
    struct arena *a = m->a;
    const struct label *l = protocol_label(m->x->protocol, d->label);
    const struct label_layout *layout = label_layout_for(api->layouts, m->x->protocol->id, d->label);
    struct json *o = json_set_str(a, json_object(a), "container", d->container);
    json_set_str(a, o, "label", d->label);
    json_set(a, o, "title", l ? api_text(a, l->title) : NULL);
    json_set_str(a, o, "layout", layout ? layout->id : NULL);
    json_set_str(a, o, "step", d->step >= 0 ? m->x->protocol->step[d->step].id : NULL);
    json_set_str(a, o, "state", d->there ? container_state_name(d->there->state) : "due");
    json_set(a, o, "printable", json_bool(a, !d->there || !d->there->printed));
    return json_set_int(a, o, "reprints", d->there ? (int64_t)d->there->reprints : 0);
}

void api_labels(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    struct station *st = api_station(api, r);
    const char *batch = http_query(r, "batch");
    if (!st)
        return;
    struct batch *x = batch ? book_batch(flow_book(api->flow), batch) : NULL;
    if (!x) {
        http_refuse(r, 404, "http.not-found");
        return;
    }
    arena_init(&a, 0);
    struct making m = {.book = flow_book(api->flow), .x = x, .a = &a};
    struct label_dues due = rule_labels(m.book, x, st, flow_now(api->flow), &a);
    struct json *list = json_array(&a);
    for (size_t i = 0; i < due.n; i++)
        json_push(list, due_json(api, &m, &due.item[i]));
    api_reply_json(r, json_set(&a, json_set_str(&a, json_object(&a), "batch", x->id), "labels", list));
    arena_fini(&a);
}

/* ---- drawn, recorded, handed out ---- */

static void on_recorded(void *arg, int status, const char *code, const char *json, size_t len)
{
    struct http_request *r = arg;
    struct order *o = http_data(r);
    const struct json *answer = NULL;
    bool read = json && json_parse(&o->a, json, len, &answer, NULL) == 0;
    const char *outcome = read ? json_get_str(answer, "outcome") : NULL;
    const char *name = o->zpl ? "attachment; filename=\"labels.zpl\"" : "attachment; filename=\"labels.pdf\"";
    const char *const headers[] = {"Content-Disposition", name, NULL};
    if (!json)
        http_refuse(r, status, code);
    else if (status == 200 && outcome && (strcmp(outcome, "accepted") == 0 || strcmp(outcome, "alert") == 0))
        http_reply_type(r, 200, o->zpl ? "application/zpl" : "application/pdf", o->data, o->len, headers);
    else
        http_reply(r, status == 200 ? 403 : status, json, len);
    drop(o);
}

static const struct request_member members[] = {
    {"id", JSON_STRING},        {"at", JSON_STRING},       {"batch", JSON_STRING},
    {"containers", JSON_ARRAY}, {"as", JSON_STRING},       {"dpi", JSON_INT},
    {"badge", JSON_STRING},     {"password", JSON_STRING}, {NULL, JSON_NULL}};

/* By who gives badge and password, or acted here when it was asked for, and still does: drawing takes a
 * while. */
static bool set_person(struct work *w, const struct json *req, const struct order *o)
{
    const struct person *now = w->cmd.station->bench.acting;
    if (json_get(req, "badge")) {
        api_secret(w, req, "password", SECRET_PASSWORD);
        return api_badge(w, req) == NULL;
    }
    w->badge = o->acting ? arena_strdup(&w->arena, o->acting) : NULL;
    return now && w->badge && strcmp(now->id, w->badge) == 0;
}

static void set_printed(struct work *w, const struct order *o)
{
    uint8_t digest[HASH_LEN];
    char text[44];
    struct json *body = json_object(&w->arena);
    hash_sha256(o->data, o->len, digest);
    enc_digest(digest, text);
    w->cmd.record = "label.printed";
    w->cmd.shows = true;
    json_set_str(&w->arena, body, "batch", json_get_str(o->req, "batch"));
    json_set(&w->arena, body, "containers", json_copy(&w->arena, json_get(o->req, "containers")));
    w->cmd.body = json_set_str(&w->arena, body, "sha256", text);
}

/* Under an id of our own: what was handed out once is not handed out again on a mere repeat. */
static void record(struct http_request *r)
{
    struct order *o = http_data(r);
    struct station *st = api_station(o->api, r); /* it may have been revoked meanwhile */
    struct json *req = NULL;
    size_t len;
    const char *body = http_body(r, &len);
    if (!st) {
        drop(o);
        return;
    }
    struct work *w = work_new(o->api->flow);
    w->cmd.kind = COMMAND_RECORD;
    w->cmd.station = st;
    w->reply = on_recorded;
    w->arg = r;
    require(request_read(&w->arena, body, len, BOUND_REQUEST_MEMBERS, &req) == NULL); /* it was read before */
    uuid7_make(flow_now(o->api->flow), w->id);
    request_digest(&w->arena, http_path(r), req, w->req);
    bool there = set_person(w, req, o);
    request_wipe(req);
    set_printed(w, o);
    if (there) {
        flow_start(o->api->flow, w);
        return;
    }
    work_drop(w);
    http_refuse(r, 403, "session.who");
    drop(o);
}

static void refuse_unfit(struct http_request *r, const char *data, size_t len)
{
    struct order *o = http_data(r);
    const struct json *v = NULL, *unfit;
    struct arena *a = &o->a;
    unfit = json_parse(a, data, len, &v, NULL) == 0 ? json_get(v, "unfit") : NULL;
    const char *container = json_get_str(unfit, "container");
    const struct batch *x = book_batch(flow_book(o->api->flow), json_get_str(o->req, "batch"));
    const char *label = x && container ? kind_of_label(a, x, container) : NULL;
    const struct label_layout *l = label ? label_layout_for(o->api->layouts, x->protocol->id, label) : NULL;
    struct json *args = json_set_str(a, json_object(a), "container", container ? container : "?");
    json_set_str(a, args, "shows", unfit ? json_get_str(unfit, "shows") : "?");
    json_set_str(a, args, "layout", l ? l->id : "?");
    api_refuse(o->api, r, 409, "label.unfit", a, args);
    drop(o);
}

static void on_drawn(void *arg, int code, const void *data, size_t len)
{
    struct http_request *r = arg;
    struct order *o = http_data(r);
    if (code != CPF_OK || !len) {
        drop(o);
        http_refuse(r, code == CPF_E_BUSY ? 503 : 500, code == CPF_E_BUSY ? "stopping" : "report.failed");
    } else if (*(const char *)data == '{') {
        refuse_unfit(r, data, len);
    } else {
        o->data = xcalloc(1, len);
        o->len = len;
        memcpy(o->data, data, len);
        record(r);
    }
}

/* ---- the request ---- */

static struct json *labels_json(struct order *o, struct lack *ret_lack)
{
    struct arena *a = &o->a;
    struct making m = {.book = flow_book(o->api->flow), .a = a, .now = flow_now(o->api->flow)};
    struct json *list = json_array(a);
    m.x = book_batch(m.book, json_get_str(o->req, "batch"));
    json_each(c, json_get(o->req, "containers")) {
        struct json *label = m.x ? one(o->api, &m, c->str) : NULL;
        if (!label) {
            *ret_lack = m.lack;
            return NULL;
        }
        json_push(list, label);
    }
    return list;
}

static bool start(struct http_request *r, struct json *labels)
{
    struct order *o = http_data(r);
    struct arena *a = &o->a;
    struct buf b;
    struct json *page = json_set_str(a, json_object(a), "as", o->zpl ? "zpl" : "pdf");
    json_set_int(a, page, "dpi", json_get_int(o->req, "dpi", 203));
    json_set(a, page, "labels", labels);
    struct json *q = json_set_str(a, json_object(a), "kind", "label");
    json_set_str(a, q, "database", o->api->conf->database_reader);
    json_set_str(a, q, "zone", o->api->conf->zone);
    json_set_int(a, q, "now", flow_now(o->api->flow));
    buf_init(&b);
    json_write(&b, json_set(a, q, "page", page));
    int err = reporter_start(o->api->reporter, b.data, b.len, on_drawn, r);
    buf_fini(&b);
    return err == 0;
}

/* The member that is wrong; NULL: none. */
static const char *fault_of(const struct json *req, bool *ret_zpl)
{
    const char *as = json_get_str(req, "as"), *bad = request_fault(req, members);
    const struct json *list = json_get(req, "containers");
    int64_t dpi = json_get_int(req, "dpi", 203);
    *ret_zpl = as && strcmp(as, "zpl") == 0;
    if (bad)
        return bad;
    if (as && !*ret_zpl && strcmp(as, "pdf") != 0)
        return "as";
    if (dpi < DPI_LEAST || dpi > DPI_MOST)
        return "dpi";
    if (!list || !list->len || list->len > LABELS_AT_ONCE)
        return "containers";
    json_each(c, list)
        if (c->type != JSON_STRING)
            return "containers";
    struct code badge;
    const char *raw = json_get_str(req, "badge");
    if (raw && (code_read(raw, strlen(raw), &badge) != CODE_OK || badge.kind != CODE_BADGE))
        return "badge";
    return json_get_str(req, "batch") ? NULL : "batch";
}

static void take(struct http_request *r)
{
    struct order *o = http_data(r);
    struct lack lack = {0};
    const char *batch = json_get_str(o->req, "batch"), *bad = fault_of(o->req, &o->zpl);
    struct json *labels = bad ? NULL : labels_json(o, &lack);
    if (bad)
        api_refuse_field(o->api, r, bad);
    else if (!o->acting && !json_get(o->req, "badge"))
        http_refuse(r, 403, "session.none");
    else if (lack.code)
        api_refuse(o->api, r, 409, lack.code, &o->a, lack.args);
    else if (!labels)
        api_refuse(o->api, r, 404, "batch.unknown", &o->a,
                   json_set_str(&o->a, json_object(&o->a), "batch", batch));
    else if (start(r, labels))
        return;
    else
        http_refuse(r, 503, "busy.report");
    drop(o);
}

void api_label_print(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct json *req = NULL;
    size_t len;
    const char *body = http_body(r, &len);
    const struct station *st = api_station(api, r);
    if (!st)
        return;
    struct order *o = xcalloc(1, sizeof(*o));
    o->api = api;
    arena_init(&o->a, 0);
    http_set_data(r, o);
    const char *code = request_read(&o->a, body, len, BOUND_REQUEST_MEMBERS, &req);
    if (code) {
        http_refuse(r, 400, code);
        drop(o);
        return;
    }
    request_wipe(req);
    o->req = req;
    o->acting = st->bench.acting ? arena_strdup(&o->a, st->bench.acting->id) : NULL;
    take(r);
}
