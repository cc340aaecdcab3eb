/* POST: scans, sessions, acts, records, the training clock, set-up. */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/p256.h"

void api_reply_json(struct http_request *r, const struct json *v)
{
    struct buf b;
    buf_init(&b);
    json_write(&b, v);
    http_reply(r, 200, b.data, b.len);
    buf_fini(&b);
}

struct station *api_station(struct api *api, struct http_request *r)
{
    char text[44];
    const char *no = api_token(r, text);
    const char *away = flow_ready(api->flow) ? NULL : flow_unavailable(api->flow);
    if (no) {
        http_refuse(r, strcmp(no, "http.cross-site") == 0 ? 403 : 401, no);
        return NULL;
    }
    struct station *st = book_station_by_token(flow_book(api->flow), text);
    if (st && !st->revoked && flow_served(api->flow) && !flow_is_new(api->flow)) {
        flow_heard(api->flow, st, 0);
        return st;
    }
    /* before the log is folded nobody is known for sure, nor is anything whole: not the station's fault */
    if (away)
        http_refuse(r, 503, away);
    else if (flow_is_new(api->flow))
        http_refuse(r, 503, "setup.needed");
    else
        http_refuse(r, 401, "http.unknown-station");
    api->unknown_stations += !away;
    return NULL;
}

/* ---- from a request to a work ---- */

static void on_reply(void *arg, int status, const char *code, const char *json, size_t len)
{
    struct http_request *r = arg;
    if (json)
        http_reply(r, status, json, len);
    else
        http_refuse(r, status, code);
}

static const char *text_of(struct work *w, const struct json *req, const char *name)
{
    const char *s = json_get_str(req, name);
    return s ? arena_strdup(&w->arena, s) : NULL;
}

/* The member that cannot be read, for the refusal. */
const char *api_bad(struct work *w, const char *field)
{
    w->bad_field = field;
    return "request.field";
}

static const char *take_time(struct work *w, const struct json *req, const char *name, int64_t *ret)
{
    const struct json *v = json_get(req, name);
    if (!v)
        return NULL;
    return v->type == JSON_STRING && clock_parse_rfc3339(v->str, ret) == 0 ? NULL : api_bad(w, name);
}

static const char *take_late(struct work *w, const struct json *req)
{
    const struct json *late = json_get(req, "late");
    enum late why = (enum late)word_find(&late_words, json_get_str(late, "reason"));
    static const struct request_member members[] = {
        {"reason", JSON_STRING}, {"occurred", JSON_STRING}, {"form", JSON_STRING}, {NULL, JSON_NULL}};
    if (!late)
        return NULL;
    if (request_fault(late, members))
        return api_bad(w, arena_printf(&w->arena, "late.%s", request_fault(late, members)));
    if (!why || why > LATE_ASKED)
        return api_bad(w, "late.reason");
    w->cmd.late = why;
    w->cmd.form = text_of(w, late, "form");
    if (w->cmd.form && why != LATE_PAPER)
        return api_bad(w, "late.form");
    return json_get(late, "occurred") ? take_time(w, late, "occurred", &w->cmd.occurred)
                                      : api_bad(w, "late.occurred");
}

/* An item of the station's own list: its number, the hash of the one before, the signature over both and the
 * request (core/entry/station.h). */
static const char *take_spool(struct work *w, const struct json *req)
{
    static const struct request_member members[] = {
        {"number", JSON_INT}, {"prev", JSON_STRING}, {"sig", JSON_STRING}, {NULL, JSON_NULL}};
    const struct json *spool = json_get(req, "spool");
    uint8_t prev[HASH_LEN];
    if (!spool)
        return NULL;
    struct spool_claim *c = arena_alloc(&w->arena, sizeof(*c));
    c->number = json_get_int(spool, "number", 0);
    c->prev = json_get_str(spool, "prev");
    c->sig = json_get_str(spool, "sig");
    if (request_fault(spool, members))
        return api_bad(w, arena_printf(&w->arena, "spool.%s", request_fault(spool, members)));
    if (c->number < 1)
        return api_bad(w, "spool.number");
    if (!c->prev || enc_unb64url_fixed(c->prev, strlen(c->prev), prev, sizeof(prev)) != 0)
        return api_bad(w, "spool.prev");
    if (!c->sig || strlen(c->sig) > 2 * P256_SIG)
        return api_bad(w, "spool.sig");
    w->spool = c;
    return NULL;
}

/* The person's id from the badge as scanned. */
const char *api_badge(struct work *w, const struct json *req)
{
    const char *raw = json_get_str(req, "badge");
    struct code c;
    if (!raw || code_read(raw, strlen(raw), &c) != CODE_OK || c.kind != CODE_BADGE)
        return api_bad(w, "badge");
    w->badge = arena_strdup(&w->arena, c.id);
    return NULL;
}

void api_secret(struct work *w, const struct json *req, const char *name, enum secret_kind kind)
{
    const struct json *v = json_get(req, name);
    if (!v || v->type != JSON_STRING || v->len > BOUND_SECRET_BYTES)
        return;
    w->secret = xstrdup(v->str);
    w->secret_kind = kind;
}

static const char *take_all(struct http_request *r, struct work *w, const struct json *req, api_fill_fn fn)
{
    const char *id = json_get_str(req, "id");
    int64_t ms;
    if (!id || uuid7_parse(id, strlen(id), &ms) != 0)
        return "request.id";
    memcpy(w->id, id, 37);
    request_digest(&w->arena, http_path(r), req, w->req);
    const char *code = take_time(w, req, "at", &w->cmd.claimed);
    if (!code)
        code = take_late(w, req);
    if (!code)
        code = take_spool(w, req);
    return code ? code : fn(w, req);
}

static const char *fill(struct http_request *r, struct work *w, api_fill_fn fn)
{
    struct json *req;
    size_t len;
    const char *body = http_body(r, &len);
    const char *code = request_read(&w->arena, body, len, BOUND_REQUEST_MEMBERS, &req);
    if (code)
        return code;
    code = take_all(r, w, req, fn);
    request_wipe(req);
    return code;
}

void api_refuse(struct api *api, struct http_request *r, int status, const char *code, struct arena *a,
                struct json *args)
{
    struct text t = catalogue_text(flow_catalogue(api->flow), a, code, args);
    struct json *m = json_set_str(a, json_object(a), "ja", t.ja);
    json_set_str(a, m, "en", t.en);
    struct json *o = json_set_str(a, json_object(a), "code", code);
    json_set(a, o, "args", args);
    json_set(a, o, "message", m);
    struct buf b;
    buf_init(&b);
    json_write(&b, o);
    http_reply(r, status, b.data, b.len);
    buf_fini(&b);
}

void api_refuse_field(struct api *api, struct http_request *r, const char *field)
{
    struct arena a;
    arena_init(&a, 0);
    api_refuse(api, r, 400, "request.field", &a, json_set_str(&a, json_object(&a), "field", field));
    arena_fini(&a);
}

/* 400 with the member that is wrong. */
static void refuse_request(struct api *api, struct http_request *r, const char *code, struct work *w)
{
    struct arena *a = &w->arena;
    if (w->bad_field)
        api_refuse(api, r, 400, code, a, json_set_str(a, json_object(a), "field", w->bad_field));
    else
        http_refuse(r, 400, code);
}

/* The id tells the station's time, too: it hears by how much it is off, and can put its claims right. */
static bool refuse_future(struct api *api, struct http_request *r, struct work *w)
{
    char text[CLOCK_TEXT];
    int64_t ms = 0, now = flow_now(api->flow);
    if (uuid7_parse(w->id, strlen(w->id), &ms) != 0 || ms <= now + BOUND_ID_FUTURE_MS ||
        flow_unavailable(api->flow))
        return false;
    clock_format(now, text);
    struct json *args = json_set_int(&w->arena, json_object(&w->arena), "seconds", (ms - now + 999) / 1000);
    api_refuse(api, r, 400, "request.id-future", &w->arena, json_set_str(&w->arena, args, "now", text));
    return true;
}

void api_command(struct api *api, struct http_request *r, enum command_kind kind, api_fill_fn fn,
                 flow_reply_fn reply)
{
    struct station *st = api_station(api, r);
    if (!st)
        return;
    struct work *w = work_new(api->flow);
    w->cmd.kind = kind;
    w->cmd.station = st;
    w->reply = reply;
    w->arg = r;
    const char *code = fill(r, w, fn);
    if (code)
        refuse_request(api, r, code, w);
    else if (refuse_future(api, r, w))
        code = "request.id-future";
    if (code) {
        work_drop(w);
        return;
    }
    if (w->cmd.claimed && !w->cmd.late)
        st->heard.ahead_ms = w->cmd.claimed - flow_now(api->flow);
    flow_start(api->flow, w);
}

/* ---- the commands ---- */

#define COMMON                                                                                               \
    {"id", JSON_STRING}, {"at", JSON_STRING},                                                                \
    {                                                                                                        \
        "late", JSON_OBJECT                                                                                  \
    }
static const struct request_member scan_members[] = {COMMON,
                                                     {"spool", JSON_OBJECT},
                                                     {"raw", JSON_STRING},
                                                     {"typed", JSON_BOOL},
                                                     {"step", JSON_STRING},
                                                     {"field", JSON_STRING},
                                                     {NULL, JSON_NULL}};
static const struct request_member session_members[] = {
    COMMON, {"badge", JSON_STRING}, {"pin", JSON_STRING}, {NULL, JSON_NULL}};
static const struct request_member act_members[] = {
    COMMON,
    {"spool", JSON_OBJECT},
    {"badge", JSON_STRING},
    {"password", JSON_STRING},
    {"batch", JSON_STRING},
    {"protocol", JSON_STRING},
    {"step", JSON_STRING},
    {"fields", JSON_OBJECT},
    {"pending", JSON_ARRAY},
    {"shown", JSON_STRING},
    {"skip", JSON_STRING},
    {NULL, JSON_NULL},
};
static const struct request_member record_members[] = {COMMON,
                                                       {"badge", JSON_STRING},
                                                       {"password", JSON_STRING},
                                                       {"kind", JSON_STRING},
                                                       {"body", JSON_OBJECT},
                                                       {"shown", JSON_STRING},
                                                       {NULL, JSON_NULL}};

static const char *bad_member(struct work *w, const struct json *req, const struct request_member *list)
{
    const char *name = request_fault(req, list);
    return name ? api_bad(w, arena_strdup(&w->arena, name)) : NULL;
}

static const char *fill_scan(struct work *w, const struct json *req)
{
    const struct json *raw = json_get(req, "raw");
    if (bad_member(w, req, scan_members))
        return "request.field";
    if (!raw || raw->type != JSON_STRING || raw->len == 0 || raw->len > BOUND_RAW_SCAN)
        return api_bad(w, "raw");
    w->cmd.raw = raw->str;
    w->cmd.raw_len = raw->len;
    w->cmd.typed = json_get_bool(req, "typed");
    w->cmd.step = json_get_str(req, "step");
    w->cmd.field = json_get_str(req, "field");
    return NULL;
}

static void post_scan(void *arg, struct http_request *r)
{
    api_command(arg, r, COMMAND_SCAN, fill_scan, on_reply);
}

static const char *fill_session(struct work *w, const struct json *req)
{
    if (bad_member(w, req, session_members))
        return "request.field";
    api_secret(w, req, "pin", SECRET_PIN);
    return w->secret ? api_badge(w, req) : api_bad(w, "pin");
}

static void post_session(void *arg, struct http_request *r)
{
    api_command(arg, r, COMMAND_SESSION, fill_session, on_reply);
}

static const char *fill_act(struct work *w, const struct json *req)
{
    const struct json *fields = json_get(req, "fields"), *pending = json_get(req, "pending");
    if (bad_member(w, req, act_members))
        return "request.field";
    w->cmd.batch = text_of(w, req, "batch");
    w->cmd.protocol = text_of(w, req, "protocol");
    w->cmd.step = text_of(w, req, "step");
    w->cmd.skip = text_of(w, req, "skip");
    w->cmd.shown = text_of(w, req, "shown");
    w->cmd.fields = fields ? fields : json_object(&w->arena);
    w->cmd.pending = pending;
    if (w->cmd.batch ? strlen(w->cmd.batch) > BOUND_CODE_ID : !w->cmd.protocol || json_get(req, "batch"))
        return api_bad(w, "batch");
    if (w->cmd.fields->type != JSON_OBJECT || w->cmd.fields->len > BOUND_FORM_FIELDS)
        return api_bad(w, "fields");
    if (pending && pending->type != JSON_ARRAY)
        return api_bad(w, "pending");
    if (w->cmd.skip && (!*w->cmd.skip || strlen(w->cmd.skip) > BOUND_TEXT_FIELD))
        return api_bad(w, "skip");
    api_secret(w, req, "password", SECRET_PASSWORD);
    return api_badge(w, req);
}

static void post_act(void *arg, struct http_request *r)
{
    api_command(arg, r, COMMAND_ACT, fill_act, on_reply);
}

static const char *fill_record(struct work *w, const struct json *req)
{
    struct json *body = (struct json *)json_get(req, "body");
    if (bad_member(w, req, record_members))
        return "request.field";
    w->cmd.record = text_of(w, req, "kind");
    w->cmd.shown = text_of(w, req, "shown");
    if (!w->cmd.record)
        return api_bad(w, "kind");
    if (!body || body->type != JSON_OBJECT)
        return api_bad(w, "body");
    api_secret(w, req, "password", SECRET_PASSWORD);
    const struct json *cred = json_get(body, "cred");
    if (cred && cred->type == JSON_OBJECT) {
        /* sealed secrets go to their own table; the entry holds their digest */
        w->credentials = json_copy(&w->arena, cred);
        struct json *rest = json_object(&w->arena);
        json_each(m, body)
            if (m != cred)
                json_set(&w->arena, rest, m->name, json_copy(&w->arena, m));
        body = rest;
    }
    w->cmd.body = body;
    return api_badge(w, req);
}

static void post_record(void *arg, struct http_request *r)
{
    api_command(arg, r, COMMAND_RECORD, fill_record, on_reply);
}

/* ---- a tablet's enrolment: whoever has the code; nobody is known yet ---- */

static const char *fill_enrol(struct api *api, struct http_request *r, struct work *w)
{
    struct json *req;
    size_t len;
    int64_t ms;
    const char *body = http_body(r, &len),
               *code = request_read(&w->arena, body, len, BOUND_REQUEST_MEMBERS, &req);
    if (code)
        return code;
    const char *id = json_get_str(req, "id");
    if (!id || uuid7_parse(id, strlen(id), &ms) != 0)
        return "request.id";
    memcpy(w->id, id, 37);
    request_digest(&w->arena, http_path(r), req, w->req);
    return api_fill_enrol(api->flow, w, req);
}

static void post_enrol(void *arg, struct http_request *r)
{
    struct api *api = arg;
    const char *away = flow_served(api->flow) ? NULL : flow_unavailable(api->flow);
    if (away) {
        http_refuse(r, 503, away);
        return;
    }
    struct work *w = work_new(api->flow);
    w->cmd.kind = COMMAND_ENROL;
    w->reply = on_reply;
    w->arg = r;
    const char *code = fill_enrol(api, r, w);
    if (code) {
        refuse_request(api, r, code, w);
        work_drop(w);
        return;
    }
    w->cmd.station = book_station_by_code(flow_book(api->flow), w->cmd.enrol->code);
    if (!w->cmd.station) /* used: by this request, when it came first? */
        w->cmd.station = book_station_by_token(flow_book(api->flow), w->cmd.enrol->token);
    if (!w->cmd.station) { /* a guess writes nothing */
        http_refuse(r, 403, "station.code");
        work_drop(w);
        return;
    }
    flow_start(api->flow, w);
}

/* ---- training clock, set-up ---- */

static void post_clock(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    struct json *req;
    size_t len;
    int64_t to;
    char now[CLOCK_TEXT];
    if (!api_station(api, r))
        return;
    arena_init(&a, 0);
    const char *body = http_body(r, &len), *code = request_read(&a, body, len, BOUND_REQUEST_MEMBERS, &req);
    static const struct request_member members[] = {{"to", JSON_STRING}, {NULL, JSON_NULL}};
    const char *text = code || request_fault(req, members) ? NULL : json_get_str(req, "to");
    int err = text && clock_parse_rfc3339(text, &to) == 0 ? flow_clock(api->flow, to) : CPF_E_SYNTAX;
    if (err == 0) {
        clock_format(flow_now(api->flow), now);
        api_reply_json(r, json_set_str(&a, json_object(&a), "now", now));
    } else if (err == CPF_E_STATE) {
        http_refuse(r, api->conf->training ? 503 : 403,
                    api->conf->training ? "away.database" : "training.only");
    } else if (code) {
        http_refuse(r, 400, code);
    } else {
        api_refuse_field(api, r, "to");
    }
    arena_fini(&a);
}

#define SETUP_MEMBERS (1024 * 1024) /* of all records of a facility; its bytes are bounded, too */

static void post_setup(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct json *req;
    size_t len;
    struct work *w = work_new(api->flow);
    const char *body = http_body(r, &len), *code = request_read(&w->arena, body, len, SETUP_MEMBERS, &req);
    if (code) {
        http_refuse(r, 400, code);
        work_drop(w);
        return;
    }
    w->reply = on_reply;
    w->arg = r;
    uuid7_make(flow_now(api->flow), w->id);
    request_digest(&w->arena, http_path(r), req, w->req);
    flow_setup(api->flow, w, req);
}

const struct http_route api_routes[] = {
    {HTTP_POST, "/v1/scans", post_scan},
    {HTTP_POST, "/v1/sessions", post_session},
    {HTTP_POST, "/v1/acts", post_act},
    {HTTP_POST, "/v1/records", post_record},
    {HTTP_POST, "/v1/heartbeat", api_heartbeat},
    {HTTP_POST, "/v1/stations", post_enrol},
    {HTTP_POST, "/v1/stations/cookie", api_cookie},
    {HTTP_POST, "/v1/clock", post_clock},
    {HTTP_GET, "/v1/status", api_status},
    {HTTP_GET, "/healthz", api_status},
    {HTTP_GET, "/v1/batches", api_batches},
    {HTTP_GET, "/v1/batches/*", api_batch},
    {HTTP_POST, "/v1/batches/*", api_document_by_password},
    {HTTP_GET, "/v1/protocols", api_protocols},
    {HTTP_GET, "/v1/protocols/*", api_protocol},
    {HTTP_GET, "/v1/kinds", api_kinds},
    {HTTP_GET, "/v1/worklist", api_worklist},
    {HTTP_GET, "/v1/basis", api_basis},
    {HTTP_GET, "/v1/rota", api_rota},
    {HTTP_GET, "/v1/silence", api_silence},
    {HTTP_GET, "/v1/last-resort", api_resort},
    {HTTP_GET, "/v1/last-resort/pdf", api_resort_pdf},
    {HTTP_GET, "/v1/form-sheet", api_form_sheet},
    {HTTP_GET, "/v1/code-sheet", api_code_sheet},
    {HTTP_GET, "/v1/label", api_labels},
    {HTTP_POST, "/v1/label", api_label_print},
    {HTTP_GET, "/v1/stations/self", api_self},
    {HTTP_GET, "/v1/log", api_log},
    {HTTP_GET, "/v1/events", api_events},
    {HTTP_POST, "/witness/add-checkpoint", api_add_checkpoint},
    {HTTP_GET, "/*", api_page},
    {HTTP_POST, "/*", api_page},
    {HTTP_DELETE, "/*", api_page},
    {0, NULL, NULL},
};

const struct http_route api_admin_routes[] = {
    {HTTP_POST, "/v1/setup", post_setup},
    {HTTP_POST, "/v1/anchor", api_anchor},
    {HTTP_GET, "/metrics", api_metrics},
    {HTTP_GET, "/v1/status", api_status},
    {0, NULL, NULL},
};
