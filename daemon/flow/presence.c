/*
 * Who is there: when a station was heard last, and since when it may have been missed. Silence and return of
 * a station at which somebody is signed in, an end and a beginning of the daemon, and a time when it could
 * not record are entries of the system's own; so a restart changes no judgement of what is claimed to have
 * been done offline (core/rule/station.c). A sign of life costs no entry.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/p256.h"
#include "core/entry/recorder.h"
#include "core/entry/station.h"
#include "flow/flow_int.h"
#include "log.h"

#define STALLED_MS 3000 /* several ticks */
#define AWAY_MS    5000 /* shorter, nobody was stopped for long enough to write anything down */

static bool commit(struct flow *f, const char *stream, enum kind_id kind, const void *value, int64_t now)
{
    struct work *w = work_new(f);
    w->state->verdict.ndrafts = 1;
    w->state->verdict.draft[0] =
        (struct draft){.stream = arena_strdup(&w->arena, stream), .kind = kind, .value = value};
    return work_commit(w, now);
}

/* ---- the daemon ---- */

/* What a process before this one may have missed: behind the newest of what the log has and what that process
 * believed, in this boot, to be the time. */
void presence_begin(struct flow *f, int64_t now)
{
    int64_t since = ledger_last_at(f->ledger);
    if (flow_is_new(f))
        return;
    if (f->guard.kept > since && f->guard.kept <= now)
        since = f->guard.kept;
    f->presence.away_since = since < now ? since : now;
    f->presence.away_mono = 0;
    f->presence.cause = "start";
}

void presence_stop(struct flow *f)
{
    int64_t now;
    if (f->was_ready && !flow_is_new(f) && !flow_unavailable(f) && !flow_clock_look(f, &now))
        (void)commit(f, "facility", KIND_RECORDER_STOPPED, NULL, now);
}

static void resume(struct flow *f, int64_t now)
{
    char since[CLOCK_TEXT];
    struct flow_presence *p = &f->presence;
    clock_format(p->away_since, since);
    const struct recorder_resumed r = {since, p->cause};
    bool noted = strcmp(p->cause, "start") == 0 || clock_mono_ms() - p->away_mono >= AWAY_MS;
    p->away_since = 0;
    if (noted && !flow_is_new(f) && !commit(f, "facility", KIND_RECORDER_RESUMED, &r, now))
        log_event(LOG_LEVEL_ERROR, "flow.presence", "error", "the log does not say when it was away", NULL);
}

/* ---- stations ---- */

static bool staffed(const struct station *st, int64_t now)
{
    return st->key && !st->revoked && bench_works(&st->bench, now);
}

static void tell(struct flow *f, const struct station *st, enum kind_id kind, int64_t since, int64_t now)
{
    char text[CLOCK_TEXT], stream[sizeof("station/") + BOUND_CODE_ID];
    clock_format(since, text);
    snprintf(stream, sizeof(stream), "station/%s", st->id);
    const struct station_silent silent = {st->id, text};
    const struct station_returned returned = {st->id, text};
    (void)commit(f, stream, kind,
                 kind == KIND_STATION_SILENT ? (const void *)&silent : (const void *)&returned, now);
}

static void look_for_silence(struct flow *f, int64_t now)
{
    size_t pos = 0;
    int64_t mono = f->presence.looked = clock_mono_ms(), most = (int64_t)f->cfg.conf->station_silent_s * 1000;
    for (struct station *st; (st = map_next(&f->book.stations, &pos));) {
        if (!staffed(st, now) || st->silent_since)
            continue;
        if (!st->heard.mono) /* not since this process began */
            st->heard.mono = mono;
        if (mono - st->heard.mono < most)
            continue;
        int64_t since = st->heard.at ? st->heard.at : station_unheard_since(&f->book, st);
        tell(f, st, KIND_STATION_SILENT, since ? since : now, now);
    }
}

void flow_heard(struct flow *f, struct station *st, int64_t claimed)
{
    int64_t now;
    if (flow_unavailable(f) || flow_clock_look(f, &now))
        return;
    /* this process stood still, and reads what came meanwhile before its own clock strikes: who was not heard
     * comes first */
    if (f->presence.looked && clock_mono_ms() - f->presence.looked >= STALLED_MS)
        look_for_silence(f, now);
    bool first = !st->heard.at && staffed(st, now);
    int64_t since = first || st->silent_since ? station_unheard_since(&f->book, st) : 0;
    if (since)
        tell(f, st, KIND_STATION_RETURNED, since, now);
    st->heard.mono = clock_mono_ms();
    st->heard.at = now;
    if (claimed)
        st->heard.ahead_ms = claimed - now;
}

void presence_tick(struct flow *f)
{
    struct flow_presence *p = &f->presence;
    int64_t now;
    const char *no = flow_unavailable(f);
    (void)flow_clock_look(f, &now);
    no = no ? no : flow_unavailable(f);
    if (no && !p->away_since && p->recording_at) {
        p->away_since = p->recording_at;
        p->away_mono = clock_mono_ms();
        p->cause = no;
    }
    if (no)
        return;
    if (p->away_since)
        resume(f, now);
    p->recording_at = now;
    look_for_silence(f, now);
}

/* ---- a station's own list ---- */

/* Was it signed by the station's key? And the hash by which the next item names this one. */
void presence_spool(struct flow *f, struct work *w)
{
    struct spool_claim *c = w->spool;
    uint8_t pub[P256_PUB], sig[P256_SIG], hash[HASH_LEN];
    char req[44], digest[44];
    enc_digest(w->req, req);
    const char *text = arena_printf(&w->arena, STATION_SPOOL_TEXT, f->cfg.conf->origin, w->cmd.station->id,
                                    (long long)c->number, c->prev, req);
    hash_sha256(text, strlen(text), hash);
    enc_digest(hash, digest);
    c->hash = arena_strdup(&w->arena, digest);
    const char *key = w->cmd.station->key;
    c->good = key && p256_read_public(key, pub) == 0 &&
              enc_unb64url_fixed(c->sig, strlen(c->sig), sig, sizeof(sig)) == 0 &&
              p256_verify(pub, text, strlen(text), sig) == 0;
    w->cmd.spool = c;
}

bool flow_enrol_signed(const struct flow *f, const struct enrol_claim *c, const char *signature)
{
    uint8_t pub[P256_PUB], sig[P256_SIG];
    struct buf text;
    buf_init(&text);
    buf_printf(&text, STATION_ENROL_TEXT, f->cfg.conf->origin, c->code, c->token, c->key);
    bool good = p256_read_public(c->key, pub) == 0 &&
                enc_unb64url_fixed(signature, strlen(signature), sig, sizeof(sig)) == 0 &&
                p256_verify(pub, text.data, text.len, sig) == 0;
    buf_fini(&text);
    return good;
}
