/* Stations: a sign of life, and a tablet that brings its own key. */
#include <string.h>

#include "api/api.h"
#include "api/request.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/p256.h"
#include "core/entry/station.h"

/* ---- POST /v1/heartbeat ---- */

static struct json *heartbeat_json(struct api *api, struct arena *a, const struct station *st)
{
    char now[CLOCK_TEXT];
    int silent = api->conf->station_silent_s;
    const char *no = flow_unavailable(api->flow);
    clock_format(flow_now(api->flow), now);
    struct json *o = json_set_str(a, json_object(a), "station", st->id);
    json_set_str(a, o, "now", now);
    json_set_int(a, o, "ahead_ms", st->heard.ahead_ms);
    json_set_int(a, o, "every_s", silent / 4 > 0 ? silent / 4 : 1);
    json_set_int(a, o, "silent_after_s", silent);
    json_set_int(a, o, "spooled", st->spool.number);
    json_set_str(a, o, "spooled_hash", st->spool.hash ? st->spool.hash : STATION_SPOOL_FIRST);
    return json_set_str(a, o, "unavailable", no);
}

void api_heartbeat(void *arg, struct http_request *r)
{
    static const struct request_member members[] = {{"at", JSON_STRING}, {NULL, JSON_NULL}};
    struct api *api = arg;
    struct arena a;
    struct json *req;
    size_t len;
    int64_t at = 0;
    struct station *st = api_station(api, r);
    if (!st)
        return;
    arena_init(&a, 0);
    const char *body = http_body(r, &len), *code = request_read(&a, body, len, BOUND_REQUEST_MEMBERS, &req);
    const char *text = code ? NULL : json_get_str(req, "at");
    if (!code && (request_fault(req, members) || (text && clock_parse_rfc3339(text, &at) != 0)))
        code = "request.field";
    if (code) {
        http_refuse(r, 400, code);
    } else {
        if (at)
            st->heard.ahead_ms = at - flow_now(api->flow);
        api_reply_json(r, heartbeat_json(api, &a, st));
    }
    arena_fini(&a);
}

/* ---- POST /v1/stations ---- */

static const struct request_member enrol_members[] = {
    {"id", JSON_STRING},  {"code", JSON_STRING}, {"token", JSON_STRING},
    {"key", JSON_STRING}, {"sig", JSON_STRING},  {NULL, JSON_NULL},
};

static bool is_digest(const char *s)
{
    uint8_t raw[HASH_LEN];
    return s && enc_unb64url_fixed(s, strlen(s), raw, sizeof(raw)) == 0;
}

/* Of the same key it may be this very request, sent again because nothing answered: its id tells. */
static bool is_anothers(const struct station *st, const char *key)
{
    return st && (!st->key || strcmp(st->key, key) != 0);
}

/* The code's digest is what the log knows. */
static const char *code_digest(struct work *w, const char *code)
{
    uint8_t digest[HASH_LEN];
    char text[44];
    hash_sha256(code, strlen(code), digest);
    enc_digest(digest, text);
    return arena_strdup(&w->arena, text);
}

const char *api_fill_enrol(struct flow *flow, struct work *w, const struct json *req)
{
    struct enrol_claim *c = arena_alloc(&w->arena, sizeof(*c));
    uint8_t pub[P256_PUB];
    const char *code = json_get_str(req, "code"), *sig = json_get_str(req, "sig");
    const char *bad = request_fault(req, enrol_members);
    if (bad)
        return api_bad(w, arena_strdup(&w->arena, bad));
    c->token = json_get_str(req, "token");
    c->key = json_get_str(req, "key");
    if (!code || !*code || strlen(code) > BOUND_SECRET_BYTES)
        return api_bad(w, "code");
    if (!c->key || p256_read_public(c->key, pub) != 0)
        return api_bad(w, "key");
    if (!is_digest(c->token) || is_anothers(book_station_by_token(flow_book(flow), c->token), c->key))
        return api_bad(w, "token");
    c->code = code_digest(w, code);
    if (!sig || !flow_enrol_signed(flow, c, sig))
        return api_bad(w, "sig");
    w->cmd.enrol = c;
    return NULL;
}
