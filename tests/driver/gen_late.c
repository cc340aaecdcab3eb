/*
 * What is told afterwards: items of a station's own list, of an outage that the daemon saw or of another
 * time; what was written on a form; what somebody merely says. And how fast hands are.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "driver.h"

static const struct station *staffed_by(struct gen *g, size_t least)
{
    const struct batch *x = book_batch(g->book, g->focus);
    const struct station *found = NULL;
    size_t pos = 0, n = 0;
    for (const struct station *st; (st = map_next(&g->book->stations, &pos));) {
        bool here = !st->revoked && st->bench.npeople >= least && st->bench.day == clock_day(g->now);
        if (here && x && st->bench.batch == x)
            return st;
        if (here && gen_below(g, ++n) == 0)
            found = st;
    }
    return found;
}

const struct station *gen_staffed(struct gen *g, size_t least)
{
    return staffed_by(g, least);
}

/* ---- an outage that the daemon sees ---- */

/* Of the station alone, or of the daemon; what happened meanwhile comes from the station's list. */
struct json *gen_away(struct gen *g, bool everybody)
{
    static const int64_t spans[] = {3 * RIG_MINUTE, 12 * RIG_MINUTE, 40 * RIG_MINUTE, 3 * RIG_HOUR};
    const struct station *st = staffed_by(g, 1);
    if (!st || g->real)
        return NULL;
    struct json *c = gen_command(g, "away", st->id);
    json_set_str(g->a, c, "what", everybody ? "cpfd" : "station");
    gen_keep(g, everybody ? "" : st->id);
    return json_set_int(g->a, c, "ms", GEN_ONE_OF(g, spans) + (int64_t)gen_below(g, 5000));
}

/* From now on some commands are what stations kept in their lists meanwhile; `station`: that one alone. */
void gen_keep(struct gen *g, const char *station)
{
    g->kept_of = g->kept = 2 + gen_below(g, 25);
    snprintf(g->kept_at, sizeof(g->kept_at), "%s", station);
    g->lists = true;
}

static const struct outage *newest(const struct outages *list)
{
    return list->n ? &list->item[list->n - 1] : NULL;
}

/* What the book knows of: the station's own, or the daemon's. NULL: neither. */
static const struct outage *outage_of(const struct gen *g, const char *station)
{
    const struct station *st = book_station(g->book, station);
    const struct outage *own = st ? newest(&st->outages) : NULL, *all = newest(&g->book->outages);
    return !own || (all && all->to > own->to) ? all : own;
}

/* The i-th of n in the span from `from` to `to`, as ms before now. */
static int64_t before(const struct gen *g, int64_t from, int64_t to, size_t i, size_t n)
{
    return g->now - from - (int64_t)((double)(to - from) * (double)(i + 1) / (double)(n + 1));
}

static void late(struct gen *g, struct json *c, const char *reason, int64_t ms, const char *form)
{
    struct json *l = json_set_str(g->a, json_object(g->a), "reason", reason);
    json_set_str(g->a, l, "form", form);
    json_set(g->a, c, "late", json_set_int(g->a, l, "before", ms));
}

/* A place in the list: mostly the next one. */
static void item(struct gen *g, struct json *c)
{
    static const int64_t by[] = {-1, -1, 1, 7, -5};
    struct json *s = json_set_int(g->a, json_object(g->a), "by", gen_chance(g, 970) ? 0 : GEN_ONE_OF(g, by));
    json_set(g->a, s, "chain", json_bool(g->a, gen_chance(g, 980)));
    json_set(g->a, c, "spool", json_set(g->a, s, "sig", json_bool(g->a, gen_chance(g, 980))));
}

static void from_list(struct gen *g, struct json *c, bool session)
{
    const struct outage *o = outage_of(g, json_get_str(c, "station"));
    int64_t ms = o ? before(g, o->from, o->to, g->kept_of - g->kept, g->kept_of) : 10 * RIG_MINUTE;
    if (gen_chance(g, 40)) /* before it, or behind it */
        ms = o && gen_chance(g, 500) ? g->now - o->from + RIG_MINUTE : (int64_t)gen_below(g, 5000);
    late(g, c, "offline", ms, NULL);
    if (!session && gen_chance(g, 970)) /* else it is a claim alone */
        item(g, c);
    g->kept--;
}

/* ---- a form ---- */

static void from_form(struct gen *g, struct json *c)
{
    const char *form = gen_chance(g, 985) ? g->form : "SF26-0001";
    int64_t ms = before(g, g->form_from, g->form_to, g->typed++, g->typed_of);
    if (gen_chance(g, 20))
        ms += gen_chance(g, 500) ? RIG_HOUR : -RIG_HOUR;
    late(g, c, "paper", ms, form);
    if (g->typed >= g->typed_of)
        *g->form = 0;
}

/* ---- and any of them ---- */

static void by_chance(struct gen *g, struct json *c)
{
    static const char *const reason[] = {"offline", "busy", "paper", "opened"};
    const char *why = GEN_ONE_OF(g, reason);
    late(g, c, why, (int64_t)gen_below(g, 5 * 3600 * 1000) - 2000,
         strcmp(why, "paper") == 0 && gen_chance(g, 300) ? "SF26-0001" : NULL);
    if (strcmp(json_get_str(c, "do"), "session") != 0 && gen_chance(g, 300))
        item(g, c);
}

void gen_late(struct gen *g, struct json *c)
{
    const char *what = json_get_str(c, "do"), *station = json_get_str(c, "station");
    bool session = strcmp(what, "session") == 0;
    if (strcmp(what, "scan") != 0 && strcmp(what, "act") != 0 && !session)
        return;
    if (*g->form && !session && strcmp(station, g->desk) == 0 && gen_chance(g, 950)) {
        from_form(g, c);
    } else if (g->kept && g->lists && (!*g->kept_at || strcmp(station, g->kept_at) == 0)) {
        from_list(g, c, session);
    } else if (g->kept && !g->lists) {
        late(g, c, "offline", g->kept_before, NULL);
        g->kept_before -= (int64_t)gen_below(g, 20000);
        if (g->kept_before < 1000)
            g->kept = 0;
    } else if (gen_chance(g, 8)) {
        by_chance(g, c);
    }
}

/* The network goes, and what the stations say of it when it is back nobody saw. */
void gen_unseen(struct gen *g)
{
    if (g->kept > 0 && !g->lists)
        g->kept--;
    else if (!g->kept && gen_chance(g, 2)) {
        g->kept = 3 + gen_below(g, 30);
        g->kept_before = (int64_t)(1 + gen_below(g, 90)) * RIG_MINUTE;
        g->lists = false;
    }
}

/* ---- hands ---- */

/* As hands go; now and then a run of entries faster than that, or after waits that are all alike. */
void gen_pace(struct gen *g, struct json *c)
{
    const char *what = json_get_str(c, "do");
    if (!g->hands || (strcmp(what, "scan") != 0 && strcmp(what, "act") != 0 && strcmp(what, "session") != 0))
        return;
    if (!g->alike && gen_chance(g, 12)) {
        g->alike = 20 + gen_below(g, 50);
        g->gap = gen_chance(g, 600) ? (int64_t)gen_below(g, 1900) : 2100 + (int64_t)gen_below(g, 6000);
    }
    int64_t ms = g->alike ? g->gap + (int64_t)gen_below(g, 300) : 2500 + (int64_t)gen_below(g, 14000);
    g->alike -= g->alike > 0;
    json_set_int(g->a, c, "after", ms);
    json_set(g->a, c, "pace", json_bool(g->a, true));
}
