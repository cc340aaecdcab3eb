/* Against a real daemon: a tablet with its own key, and the items of its list. */
#include "real.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/jansson.h"
#include "core/entry/station.h"

static const char *signature(struct play *p, const char *text, bool good)
{
    uint8_t sig[P256_SIG] = {0};
    struct buf b;
    require(p256_sign(p->tablet, text, strlen(text), sig) == 0);
    sig[9] ^= !good;
    buf_init(&b);
    enc_b64url(&b, sig, sizeof(sig));
    const char *s = arena_strdup(&p->rig.arena, b.data);
    buf_fini(&b);
    return s;
}

/* By which the daemon knows a request: without secrets, and without its mark. */
static const char *request_of(struct play *p, const char *path, const struct json *req)
{
    struct arena *a = &p->rig.arena;
    struct json *o = json_object(a);
    json_each(m, req)
        if (strcmp(m->name, "pin") != 0 && strcmp(m->name, "password") != 0)
            json_set(a, o, m->name, json_copy(a, m));
    return digest_of(a, arena_printf(a, "%s\n%s", path, real_text(a, o)));
}

void real_sign(struct play *p, const struct json *c, const char *path, struct json *req, struct command *cmd)
{
    struct arena *a = &p->rig.arena;
    const struct spool_claim *given = cmd->spool;
    if (!given)
        return;
    const char *key = cmd->station->key, *said = request_of(p, path, req);
    bool good = json_get_bool(json_get(c, "spool"), "sig");
    const char *text = arena_printf(a, STATION_SPOOL_TEXT, p->real->origin, cmd->station->id,
                                    (long long)given->number, given->prev, said);
    struct spool_claim *claim = arena_alloc(a, sizeof(*claim));
    *claim = (struct spool_claim){.number = given->number,
                                  .prev = given->prev,
                                  .hash = digest_of(a, text),
                                  .sig = signature(p, text, good),
                                  .good = good && key && strcmp(key, p->point) == 0};
    cmd->spool = claim;
    struct json *o = json_set_int(a, json_object(a), "number", claim->number);
    json_set_str(a, o, "prev", claim->prev);
    json_set(a, req, "spool", json_set_str(a, o, "sig", claim->sig));
}

void real_enrol(struct play *p, const char *station, const char *code, const char *token, struct command *cmd)
{
    struct real *r = p->real;
    struct arena *a = &p->rig.arena;
    const struct enrol_claim *e = cmd->enrol;
    char id[37], *error = NULL;
    json_t *answer = NULL;
    const char *text = arena_printf(a, STATION_ENROL_TEXT, r->origin, e->code, e->token, e->key);
    uuid7_make(clock_now_ms(), id);
    json_t *req = json_pack("{s:s,s:s,s:s,s:s,s:s}", "id", id, "code", code, "token", e->token, "key", e->key,
                            "sig", signature(p, text, true));
    int status = client_call(r->client, "/v1/stations", NULL, req, &answer, &error);
    bool restarted = real_restarted(p), found = real_take(p, cmd, id, restarted);
    real_check(p, status, answer, error, found, cmd);
    if (found && p->rig.v.outcome != OUTCOME_REFUSED)
        map_put(&r->tokens, arena_strdup(&r->keep, station), (void *)arena_strdup(&r->keep, token));
    p->tally.commands++;
    p->tally.away += status != 200;
    p->tally.did[DID_ENROL][0] += !found;
    if (found)
        count_command(p, cmd);
    if (restarted)
        play_restart(p);
    json_decref(req);
    json_decref(answer);
    free(error);
}
