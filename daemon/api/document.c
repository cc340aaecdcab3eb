/*
 * Documents about one batch, made by cpf-report: the evidence bundle, and the record as PDF, CSV or JSON.
 *
 *   GET  ...?disclosures=none   without personal data: any enrolled station
 *   GET                         for the person who is acting at this station, signed in today
 *   POST {id, badge, password}  for whoever gives the own password
 *
 * Before personal data leaves, `personal.shown` stands in the station's day, durable. Each time anew: a
 * repeated id is no way round the password. ?consistent=SIZE,SIZE adds proofs for checkpoints that somebody
 * holds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/request.h"
#include "base/clock.h"
#include "base/enc.h"
#include "core/entry/day.h"
#include "ledger/ledger.h"
#include "log.h"

static const char *const type_of[] = {
    [DOCUMENT_BUNDLE] = "application/zip",
    [DOCUMENT_PDF] = "application/pdf",
    [DOCUMENT_CSV] = "text/csv; charset=utf-8",
    [DOCUMENT_JSON] = "application/json; charset=utf-8",
};

struct order { /* until the reply; http_data */
    struct api *api;
    enum document what;
    char batch[BOUND_CODE_ID + 1];
    bool disclosures;
};

static const char *what_of(const struct order *o)
{
    return word_name(&document_words, (int)o->what);
}

/* From .../ID/KIND; false: there is no such thing. */
static bool read_order(struct api *api, struct http_request *r, struct order *ret)
{
    const char *rest = http_path_rest(r), *slash = strchr(rest, '/');
    const char *disclosures = http_query(r, "disclosures");
    int what = slash ? word_find(&document_words, slash + 1) : DOCUMENT_NONE;
    if (!what || slash == rest || slash - rest > BOUND_CODE_ID)
        return false;
    *ret = (struct order){.api = api, .what = (enum document)what};
    ret->disclosures = !disclosures || strcmp(disclosures, "none") != 0;
    memcpy(ret->batch, rest, (size_t)(slash - rest));
    return true;
}

/* From here on the request owns it, until its reply. */
static struct order *keep_order(struct http_request *r, const struct order *o)
{
    struct order *kept = xcalloc(1, sizeof(*kept));
    *kept = *o;
    http_set_data(r, kept);
    return kept;
}

static void refuse(struct http_request *r, int status, const char *code)
{
    free(http_data(r));
    http_refuse(r, status, code);
}

static void refuse_unknown(struct http_request *r)
{
    struct order *o = http_data(r);
    struct arena a;
    arena_init(&a, 0);
    api_refuse(o->api, r, 404, "batch.unknown", &a, json_set_str(&a, json_object(&a), "batch", o->batch));
    arena_fini(&a);
    free(o);
}

/* ---- cpf-report ---- */

/* Not a failure but a finding: somebody holds a checkpoint that this log never had, or entries are hidden. */
static void refuse_loudly(struct http_request *r, int code)
{
    struct order *o = http_data(r);
    const char *what = code == CPF_E_FORK ? "evidence.hidden" : "evidence.never";
    const char *asked = http_query(r, "consistent");
    struct arena a;
    o->api->alarms++;
    log_event(
        LOG_LEVEL_ERROR, "documents.alarm", "what", what, "batch", o->batch, "sizes", asked ? asked : "",
        "do",
        "keep database, signer and journal as they are; run cpfctl audit; compare with printed checkpoints",
        NULL);
    arena_init(&a, 0);
    struct json *args = json_set_str(&a, json_object(&a), "batch", o->batch);
    json_set_str(&a, args, "sizes", asked ? asked : "-");
    api_refuse(o->api, r, code == CPF_E_FORK ? 500 : 409, what, &a, args);
    arena_fini(&a);
    free(o);
}

static void on_made(void *arg, int code, const void *data, size_t len)
{
    struct http_request *r = arg;
    struct order *o = http_data(r);
    char name[BOUND_CODE_ID + 64];
    o->api->documents += code == CPF_OK;
    o->api->document_failures += code != CPF_OK && code != CPF_E_NOTFOUND;
    if (code == CPF_OK) {
        snprintf(name, sizeof(name), "attachment; filename=\"%s.%s\"", o->batch,
                 o->what == DOCUMENT_BUNDLE ? "zip" : what_of(o));
        const char *const headers[] = {"Content-Disposition", name, NULL};
        http_reply_type(r, 200, type_of[o->what], data, len, headers);
        free(o);
    } else if (code == CPF_E_NOTFOUND) {
        refuse_unknown(r);
    } else if (code == CPF_E_FORK || code == CPF_E_MISMATCH) {
        refuse_loudly(r, code);
    } else {
        bool later = code == CPF_E_AWAY || code == CPF_E_BUSY;
        refuse(r, later ? 503 : 500,
               code == CPF_E_AWAY   ? "away.database"
               : code == CPF_E_BUSY ? "stopping"
                                    : "report.failed");
    }
}

/* Sizes between commas; what is no number is left out. */
static struct json *sizes_of(struct arena *a, const char *text)
{
    struct json *list = json_array(a);
    for (const char *p = text; p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : "") {
        char *end;
        long long n = strtoll(p, &end, 10);
        if (end != p && n > 0 && n < JSON_SAFE_MAX && list->len < 64)
            json_push(list, json_int(a, n));
    }
    return list->len ? list : NULL;
}

/* The document speaks for what is settled: nothing leaves earlier. */
static uint64_t settled_size(const struct api *api)
{
    const char *text = ledger_checkpoint(flow_ledger(api->flow));
    struct checkpoint c = {0};
    struct note n;
    return text && note_parse(&n, text, strlen(text)) == 0 && checkpoint_parse(&c, n.text, n.text_len) == 0
               ? c.size
               : 0;
}

static char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_strndup(a, path, (size_t)(slash - path)) : arena_strdup(a, ".");
}

/* report/report.h says what the members mean. */
static struct json *report_request(struct arena *a, const struct order *o, uint64_t size,
                                   const char *consistent)
{
    const struct conf *c = o->api->conf;
    struct json *q = json_set_str(a, json_object(a), "kind", what_of(o));
    json_set_str(a, q, "database", c->database_reader);
    json_set_str(a, q, "batch", o->batch);
    json_set_str(a, q, "zone", c->zone);
    json_set_str(a, q, "evidence", c->evidence);
    json_set_str(a, q, "texts", folder_of(a, c->catalogue));
    json_set_str(a, q, "key", *c->report_key ? c->report_key : NULL);
    json_set_str(a, q, "certificate", *c->report_certificate ? c->report_certificate : NULL);
    json_set_int(a, q, "size", (int64_t)size);
    json_set_int(a, q, "now", flow_now(o->api->flow));
    if (o->what == DOCUMENT_BUNDLE)
        json_set(a, q, "anchored", json_bool(a, true));
    json_set(a, q, "disclosures", json_bool(a, o->disclosures));
    return json_set(a, q, "consistent", sizes_of(a, consistent));
}

static void make(struct http_request *r)
{
    struct order *o = http_data(r);
    const struct api *api = o->api;
    struct arena a;
    struct buf b;
    uint64_t size = settled_size(api);
    if (!flow_ready(api->flow) || size == 0) {
        refuse(r, 503, size ? flow_unavailable(api->flow) : "away.database");
        return;
    }
    arena_init(&a, 0);
    buf_init(&b);
    json_write(&b, report_request(&a, o, size, http_query(r, "consistent")));
    int err = reporter_start(api->reporter, b.data, b.len, on_made, r);
    buf_wipe(&b);
    buf_fini(&b);
    arena_fini(&a);
    if (err)
        refuse(r, 503, "busy.report");
}

/* A bundle of an open batch rests on a map of streams that counts it as it is. */
static void on_mapped(void *arg, bool late)
{
    struct http_request *r = arg;
    const struct order *o = http_data(r);
    const char *why = flow_unavailable(o->api->flow);
    if (late)
        refuse(r, 503, why ? why : "away.database");
    else
        make(r);
}

/* While nothing can be written nobody waits for a map. */
static void map_and_make(struct http_request *r)
{
    struct order *o = http_data(r);
    struct flow *f = o->api->flow;
    if (o->what != DOCUMENT_BUNDLE || !flow_ready(f) || !flow_map_now(f, o->batch, on_mapped, r))
        make(r);
}

/* ---- personal data: first the entry, then the document ---- */

static bool has_text(const struct json *v, const char *member, const char *text)
{
    const char *s = json_get_str(v, member);
    return s && strcmp(s, text) == 0;
}

/* 200: shown, and recorded so; otherwise the status of the refusal. */
static int status_of(const char *json, size_t len)
{
    struct arena a;
    const struct json *answer = NULL;
    arena_init(&a, 0);
    bool read = json_parse(&a, json, len, &answer, NULL) == 0;
    bool shown = read && (has_text(answer, "outcome", "accepted") || has_text(answer, "outcome", "alert"));
    int status = shown ? 200 : read && has_text(answer, "code", "batch.unknown") ? 404 : 403;
    arena_fini(&a);
    return status;
}

static void on_shown(void *arg, int status, const char *code, const char *json, size_t len)
{
    struct http_request *r = arg;
    if (!json) {
        refuse(r, status, code);
        return;
    }
    status = status == 200 ? status_of(json, len) : status;
    if (status == 200) {
        map_and_make(r);
    } else {
        free(http_data(r));
        http_reply(r, status, json, len);
    }
}

/* Under an id of our own: what was shown once is not shown again on a mere repeat. */
static void set_shown(struct work *w, const struct order *o)
{
    uuid7_make(flow_now(o->api->flow), w->id);
    w->cmd.record = "personal.shown";
    w->cmd.shows = true;
    w->cmd.body = json_set_str(&w->arena, json_object(&w->arena), "batch", o->batch);
    json_set_str(&w->arena, (struct json *)w->cmd.body, "what", what_of(o));
}

/* The last thing that may refuse the request comes first: then it owns an order. */
static const char *fill_shown(struct work *w, const struct json *req)
{
    struct http_request *r = w->arg;
    struct order o;
    static const struct request_member members[] = {{"id", JSON_STRING},
                                                    {"at", JSON_STRING},
                                                    {"badge", JSON_STRING},
                                                    {"password", JSON_STRING},
                                                    {NULL, JSON_NULL}};
    const char *name = request_fault(req, members);
    const char *bad = name ? api_bad(w, arena_strdup(&w->arena, name)) : api_badge(w, req);
    if (bad)
        return bad;
    api_secret(w, req, "password", SECRET_PASSWORD);
    require(read_order(http_data(r), r, &o));
    o.disclosures = true;
    set_shown(w, keep_order(r, &o));
    return NULL;
}

void api_document_by_password(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct order o;
    if (!read_order(arg, r, &o)) {
        http_refuse(r, 404, "http.not-found");
        return;
    }
    if (reporter_busy(api->reporter)) {
        http_refuse(r, 503, "busy.report");
        return;
    }
    http_set_data(r, arg);
    api_command(arg, r, COMMAND_RECORD, fill_shown, on_shown);
}

/* Whoever is acting at the station asks, by the session there. */
static void show_to_session(struct api *api, struct http_request *r, struct station *st, struct order *o)
{
    struct work *w = work_new(api->flow);
    const char *path = http_path(r);
    w->cmd.kind = COMMAND_RECORD;
    w->cmd.station = st;
    w->cmd.signed_in = true;
    w->badge = arena_strdup(&w->arena, st->bench.acting->id);
    w->reply = on_shown;
    w->arg = r;
    hash_sha256(path, strlen(path), w->req);
    set_shown(w, o);
    flow_start(api->flow, w);
}

void api_document(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct station *st = api_station(api, r);
    struct order o;
    if (!st)
        return;
    if (!read_order(api, r, &o)) {
        http_refuse(r, 404, "http.not-found");
        return;
    }
    if (!o.disclosures) {
        keep_order(r, &o);
        map_and_make(r);
    } else if (!st->bench.acting) {
        http_refuse(r, 403, "session.none");
    } else if (reporter_busy(api->reporter)) { /* nothing is recorded as shown that will not be */
        http_refuse(r, 503, "busy.report");
    } else {
        show_to_session(api, r, st, keep_order(r, &o));
    }
}
