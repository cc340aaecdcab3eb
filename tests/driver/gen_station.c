/*
 * Stations: revoked while people stand there, invited under their name or a new one, enrolled by a tablet
 * that brings its own key; twice, with another's code, under a name that lives, when the code is too old.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/hash.h"
#include "driver.h"

/* The code that invites that station, whenever it is invited: nothing in a line depends on another one. */
const char *invitation_code(struct arena *a, const char *station)
{
    return arena_printf(a, "code-for-%s", station);
}

const char *digest_of(struct arena *a, const char *text)
{
    uint8_t digest[HASH_LEN];
    char out[44];
    hash_sha256(text, strlen(text), digest);
    enc_digest(digest, out);
    return arena_strdup(a, out);
}

/* ---- two people at a desk ---- */

static const struct station *desk_of(const struct person *p, int64_t now)
{
    const struct station *at = p ? p->signed_in : NULL;
    return at && at->bench.day == clock_day(now) && strncmp(at->id, "QA", 2) == 0 ? at : NULL;
}

static struct json *to_the_desk(struct gen *g, const struct person *p)
{
    if (p && p->signed_in && p->signed_in->bench.day == clock_day(g->now))
        return gen_scan(g, p->signed_in->id,
                        p->signed_in->bench.asked.leaves ? gen_badge(g, p->id) : gen_code(g, 'X', "OUT"));
    struct json *c = json_set_str(g->a, gen_command(g, "session", gen_chance(g, 500) ? "QA1" : "QA2"),
                                  "badge", gen_badge(g, "QM"));
    return json_set_str(g->a, c, "pin", "right");
}

/* ---- invitation, enrolment ---- */

static struct json *invite(struct gen *g, const char *id, const char *kind, const char *room)
{
    const struct person *qm = book_person(g->book, "QM");
    const struct station *desk = desk_of(qm, g->now);
    if (!desk && gen_chance(g, 950))
        return to_the_desk(g, qm);
    struct json *b = json_set_str(g->a, json_object(g->a), "station", id);
    json_set_str(g->a, b, "kind", kind);
    json_set_str(g->a, b, "room", room);
    json_set_str(g->a, b, "once", digest_of(g->a, invitation_code(g->a, id)));
    json_set_str(g->a, b, "witness", gen_badge(g, "QM"));
    return gen_record(g, desk ? desk->id : "QA1", "FM", "station.invited", b);
}

static struct json *enrol(struct gen *g, const char *id)
{
    struct json *c = gen_command(g, "enrol", id);
    json_set_str(g->a, c, "code", gen_chance(g, 930) ? "right" : "wrong");
    return json_set_str(g->a, c, "token", gen_text(g, "tablet-%s-%zu", id, ++g->serial));
}

static const struct station *any(struct gen *g, bool revoked)
{
    const struct station *found = NULL;
    size_t pos = 0, n = 0;
    for (const struct station *st; (st = map_next(&g->book->stations, &pos));)
        if (st->revoked == revoked && gen_below(g, ++n) == 0)
            found = st;
    return found;
}

/* One more, of a kind that is there or of the first of its kind. */
static struct json *newcomer(struct gen *g)
{
    const struct station *like = any(g, false);
    const char *kind = like && gen_chance(g, 850) ? like->kind : gen_chance(g, 500) ? "ZW" : "OFFICE";
    return invite(g, gen_text(g, "N%zu", ++g->serial), kind, like ? like->room : NULL);
}

/* The quality desk's own are left: there the way back is. */
static struct json *revoke(struct gen *g)
{
    const struct station *st = gen_staffed(g, 1);
    if (!st || gen_chance(g, 200))
        st = any(g, false);
    if (!st || strncmp(st->id, "QA", 2) == 0 || strncmp(st->id, "CL", 2) == 0)
        return NULL;
    return gen_record(g, "QA1", "FM", "station.revoked",
                      json_set_str(g->a, json_object(g->a), "station", st->id));
}

/* A tablet with its own key keeps a list that can be believed; what the set-up enrolled has none. */
static const struct station *keyless(struct gen *g)
{
    const struct station *st = gen_staffed(g, 1);
    return st && !st->key && strncmp(st->id, "QA", 2) != 0 && strncmp(st->id, "CL", 2) != 0 ? st : NULL;
}

struct json *gen_tablet(struct gen *g)
{
    const struct station *gone = any(g, true), *lives = any(g, false);
    if (gone && gen_chance(g, 930)) {
        bool invited = gone->invited.code && g->now <= gone->invited.until;
        return invited || gen_chance(g, 30) ? enrol(g, gone->id)
                                            : invite(g, gone->id,
                                                     gone->kind           ? gone->kind
                                                     : gone->invited.kind ? gone->invited.kind
                                                                          : "B2",
                                                     gone->room);
    }
    if (lives && gen_chance(g, 100)) /* the name is taken */
        return gen_chance(g, 500) ? invite(g, lives->id, lives->kind, lives->room) : enrol(g, lives->id);
    if (gen_chance(g, 200))
        return newcomer(g);
    return keyless(g) || gen_chance(g, 250) ? revoke(g) : NULL;
}

bool gen_tablet_gone(const struct gen *g)
{
    size_t pos = 0;
    for (const struct station *st; (st = map_next(&g->book->stations, &pos));)
        if (st->revoked)
            return true;
    return false;
}
