#include "sim/tablet.h"

#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/hash.h"
#include "base/p256.h"
#include "core/code/code.h"
#include "core/entry/station.h"
#include "lib/canonical.h"
#include "lib/client.h"
#include "lib/facility.h"
#include "lib/say.h"
#include "sim.h"
#include "sim/request.h"

static const struct timeval beat = {0, 500000}, look_again = {0, 200000};

/* ---- enrolment ---- */

static char *origin_of(struct sim *s)
{
    json_t *status = NULL;
    char *why = NULL, *origin = NULL;
    if (client_call(s->client, "/v1/status", NULL, NULL, &status, &why) == 200)
        origin = arena_strdup(&s->arena, json_string_value(json_object_get(status, "origin")));
    json_decref(status);
    free(why);
    return origin;
}

static int call(struct sim *s, const char *path, const char *token, json_t *body, json_t **ret)
{
    char *why = NULL;
    json_t *answer = NULL;
    int status = client_call(s->client, path, token, body, &answer, &why);
    const char *outcome = json_string_value(json_object_get(answer, "outcome"));
    bool good = status == 200 && (!outcome || strcmp(outcome, "refused") != 0);
    if (!good) {
        char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
        say_error("%s: %d %s", path, status, text ? text : why ? why : "");
        free(text);
    }
    free(why);
    json_decref(body);
    if (ret)
        *ret = answer;
    else
        json_decref(answer);
    return good ? CPF_OK : CPF_E_REFUSED;
}

static struct sim_person *with_role(struct sim *s, const char *role)
{
    struct sim_person *p = s->people;
    while (p && strcmp(p->role, role) != 0)
        p = p->next;
    return p;
}

/* With what every request begins. */
static json_t *request(const char *name, const char *value)
{
    char id[37];
    uuid7_make(clock_now_ms(), id);
    return json_pack("{s:s,s:s}", "id", id, name, value);
}

/* OUT; and the badge, where several stand there. */
static int sign_out(struct sim *s, const char *token, const char *out, const char *badge)
{
    json_t *answer = NULL;
    int err = call(s, "/v1/scans", token, request("raw", out), &answer);
    const char *code = json_string_value(json_object_get(answer, "code"));
    if (!err && code && strcmp(code, "accepted.session-whose") == 0)
        err = call(s, "/v1/scans", token, request("raw", badge), NULL);
    json_decref(answer);
    return err;
}

/* By the facility manager; what wants a second person, by the quality manager beside. */
static int record(struct sim *s, const char *token, const char *kind, json_t *body, bool second)
{
    struct sim_person *by = with_role(s, "facility-manager"), *with = with_role(s, "quality-manager");
    char out[80];
    int err = by && with && code_make('X', word_name(&command_words, COMMAND_OUT), out, sizeof(out)) == 0
                  ? CPF_OK
                  : CPF_E_NOTFOUND;
    if (!err && second) {
        json_t *in = request("badge", with->badge);
        json_object_set_new(in, "pin", json_string(with->pin));
        err = call(s, "/v1/sessions", token, in, NULL);
        json_object_set_new(body, "witness", json_string(with->badge));
    }
    if (err) {
        json_decref(body);
        return err;
    }
    json_t *o = request("kind", kind);
    json_object_set_new(o, "badge", json_string(by->badge));
    json_object_set_new(o, "password", json_string(by->password));
    json_object_set_new(o, "body", body);
    err = call(s, "/v1/records", token, o, NULL);
    return !err && second ? sign_out(s, token, out, with->badge) : err;
}

static const char *digest(struct sim *s, const char *text)
{
    uint8_t hash[HASH_LEN];
    char d[44];
    hash_sha256(text, strlen(text), hash);
    enc_digest(hash, d);
    return arena_strdup(&s->arena, d);
}

static const char *signature(struct sim *s, const struct p256 *key, const char *text)
{
    uint8_t sig[P256_SIG] = {0};
    struct buf b;
    buf_init(&b);
    require(p256_sign(key, text, strlen(text), sig) == 0);
    enc_b64url(&b, sig, sizeof(sig));
    const char *copy = arena_strdup(&s->arena, b.data);
    buf_fini(&b);
    return copy;
}

/* The tablet's own part: it makes key and token, and shows the code. */
static int join(struct sim *s, struct sim_station *st, const char *code, const char *dir)
{
    uint8_t raw[32], pub[P256_PUB];
    char token[44], id[37];
    struct buf key;
    int err = p256_new(&st->key);
    if (err)
        return err;
    buf_init(&key);
    p256_public(st->key, pub);
    enc_b64url(&key, pub, sizeof(pub));
    enc_random(raw, sizeof(raw));
    enc_digest(raw, token);
    uuid7_make(clock_now_ms(), id);
    const char *text =
        arena_printf(&s->arena, STATION_ENROL_TEXT, s->origin, digest(s, code), digest(s, token), key.data);
    err = call(s, "/v1/stations", NULL,
               json_pack("{s:s,s:s,s:s,s:s,s:s}", "id", id, "code", code, "token", digest(s, token), "key",
                         key.data, "sig", signature(s, st->key, text)),
               NULL);
    buf_fini(&key);
    if (err)
        return err;
    st->token = arena_strdup(&s->arena, token);
    st->spool_hash = STATION_SPOOL_FIRST;
    return facility_keep_token(dir, st->id, token);
}

/* The name is free once the station that had it is revoked. */
static int enrol(struct sim *s, struct sim_station *st, const char *dir)
{
    char code[20];
    json_t *self = NULL, *body;
    const char *by = world_any(s, st)->token;
    int err = call(s, "/v1/stations/self", st->token, NULL, &self);
    if (!err)
        err = record(s, by, "station.revoked", json_pack("{s:s}", "station", st->id), false);
    facility_make_password(code);
    if (!err) {
        body = json_pack("{s:s,s:O,s:O*,s:s}", "station", st->id, "kind", json_object_get(self, "kind"),
                         "room", json_object_get(self, "room"), "once", digest(s, code));
        err = record(s, by, "station.invited", body, true);
    }
    json_decref(self);
    return err ? err : join(s, st, code, dir);
}

static bool goes_away(const struct block *b)
{
    return b->kind == BLOCK_SCANS && b->late == LATE_OFFLINE;
}

int tablet_prepare(struct sim *s, const char *dir)
{
    char why[200];
    for (size_t i = 0; i < s->nplayers; i++)
        for (const struct block *b = s->player[i].block; b; b = b->next) {
            const char *id = goes_away(b) ? codes_cast(&s->player[i], b->station, why, sizeof(why)) : NULL;
            struct sim_station *st = world_station(s, id);
            if (!st || st->key)
                continue;
            if (!s->origin)
                s->origin = origin_of(s);
            int err = s->origin ? enrol(s, st, dir) : CPF_E_IO;
            if (err)
                return err;
        }
    return CPF_OK;
}

/* ---- signs of life ---- */

static void on_beat_answer(void *arg, const struct client_reply *r)
{
    (void)arg, (void)r; /* a daemon that is away hears nothing */
}

static void send_beat(struct sim *s, struct sim_station *st, client_cb cb, void *arg)
{
    json_t *body = jansson_object();
    json_object_set_new(body, "at", request_time(s, 0));
    client_send(s->client, "/v1/heartbeat", st->token, body, cb, arg);
    json_decref(body);
}

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    struct sim *s = arg;
    (void)fd, (void)what;
    for (struct sim_station *st = s->stations; st; st = st->next)
        if (st->key && !st->away)
            send_beat(s, st, on_beat_answer, s);
}

void tablet_begin(struct sim *s)
{
    bool any = false;
    for (struct sim_station *st = s->stations; st; st = st->next)
        any |= st->key != NULL;
    if (!any)
        return;
    s->beat = event_new(s->base, -1, EV_PERSIST, on_beat, s);
    event_add(s->beat, &beat);
}

void tablet_end(struct sim *s)
{
    if (s->beat)
        event_free(s->beat);
    for (struct sim_station *st = s->stations; st; st = st->next)
        p256_free(st->key);
}

/* ---- away and back ---- */

static void go_on(struct player *p)
{
    p->state = PLAYER_WAITING;
    p->ops = p->ops->next;
    clock_pump(p->sim);
}

static void on_status(void *arg, const struct client_reply *r);

static void look(evutil_socket_t fd, short what, void *arg)
{
    struct player *p = arg;
    (void)fd, (void)what;
    client_send(p->sim->client, "/v1/status", NULL, NULL, on_status, p);
}

static void on_status(void *arg, const struct client_reply *r)
{
    struct player *p = arg;
    json_t *id;
    size_t i;
    bool silent = false;
    json_array_foreach(json_object_get(r->json, "silent"), i, id) silent |=
        strcmp(json_string_value(id), p->ops->station->id) == 0;
    if (silent)
        go_on(p);
    else
        event_base_once(p->sim->base, -1, EV_TIMEOUT, look, p, &look_again);
}

void tablet_away(struct player *p, struct op *op)
{
    op->station->away = true;
    p->state = PLAYER_BUSY;
    look(-1, 0, p);
}

static void on_back(void *arg, const struct client_reply *r)
{
    struct player *p = arg;
    if (r->status == 200)
        go_on(p);
    else
        check_fail(p, NULL, "a sign of life was answered %d", r->status);
}

void tablet_back(struct player *p, struct op *op)
{
    op->station->away = false;
    p->state = PLAYER_BUSY;
    send_beat(p->sim, op->station, on_back, p);
}

/* ---- the list ---- */

void tablet_sign(struct player *p, struct sim_station *st, const char *path, json_t *request)
{
    static const char *const without[] = {"pin", "password", "spool", NULL};
    struct sim *s = p->sim;
    struct buf b;
    buf_init(&b);
    buf_printf(&b, "%s\n", path);
    canonical_write(&b, request, without);
    const char *req = digest(s, b.data);
    buf_fini(&b);
    const char *text = arena_printf(&s->arena, STATION_SPOOL_TEXT, s->origin, st->id,
                                    (long long)++st->spooled, st->spool_hash, req);
    json_object_set_new(request, "spool",
                        json_pack("{s:I,s:s,s:s}", "number", (json_int_t)st->spooled, "prev", st->spool_hash,
                                  "sig", signature(s, st->key, text)));
    st->spool_hash = digest(s, text);
}
