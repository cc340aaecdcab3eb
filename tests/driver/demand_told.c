/*
 * What is told afterwards, from the entries themselves: a list goes on number by number, a time that is
 * believed lies in an outage that the log tells, a form is one session's and is checked by another, and who
 * is revoked says nothing more.
 */
#include <stdlib.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "driver.h"

struct gone {
    int64_t from, to;
    struct gone *next;
};

struct lister { /* a station, as the entries tell of it */
    bool lives, listed;
    int64_t number, occurred, invited;
    const char *hash, *room; /* without one: the station itself */
    struct gone *away;
};

struct sheet { /* a form */
    int64_t issued, returned;
    bool checked, voided;
    const char *sha256, *returner, *batch, *room;
    const struct json *people;
    struct map typists;
};

struct told {
    struct map stations, sheets, seen;
    struct gone *away; /* the daemon itself */
};

void told_begin(struct play *p)
{
    p->told = xcalloc(1, sizeof(*p->told));
    map_init(&p->told->stations);
    map_init(&p->told->sheets);
    map_init(&p->told->seen);
}

void told_end(struct play *p)
{
    size_t pos = 0;
    for (struct sheet *f; (f = map_next(&p->told->sheets, &pos));)
        map_fini(&f->typists);
    map_fini(&p->told->stations);
    map_fini(&p->told->sheets);
    map_fini(&p->told->seen);
    free(p->told);
}

static const char *kept(struct play *p, const char *s)
{
    return s ? arena_strdup(&p->facts, s) : NULL;
}

static struct lister *lister(struct play *p, const char *id)
{
    struct lister *l = id ? map_get(&p->told->stations, id) : NULL;
    if (!l && id) {
        l = arena_alloc(&p->facts, sizeof(*l));
        *l = (struct lister){0};
        map_put(&p->told->stations, kept(p, id), l);
    }
    return l;
}

static int64_t time_of(const struct entry *e, const char *member)
{
    int64_t ms = 0;
    const char *text = json_get_str(e->body, member);
    if (text && clock_parse_rfc3339(text, &ms) != 0)
        broken("no time", "%s", e->text);
    return ms;
}

static void add_span(struct play *p, struct gone **list, const struct entry *e)
{
    struct gone *s = arena_alloc(&p->facts, sizeof(*s));
    *s = (struct gone){time_of(e, "since"), e->at, *list};
    *list = s;
}

static bool covered(const struct gone *s, int64_t at)
{
    while (s && !(s->from - BOUND_OUTAGE_EDGE_MS <= at && at <= s->to + BOUND_OUTAGE_EDGE_MS))
        s = s->next;
    return s != NULL;
}

static bool was_away(const struct play *p, const struct lister *l, int64_t at)
{
    return covered(p->told->away, at) || (l && covered(l->away, at));
}

/* ---- stations ---- */

static void enrolled(struct play *p, const struct entry *e, struct lister *l)
{
    bool by_code = !json_get_str(e->actor, "performed") && json_get_str(e->actor, "station");
    if (l->lives)
        broken("two stations of one name", "%s", e->text);
    if (by_code && (!l->invited || e->at > l->invited + 10 * RIG_MINUTE))
        broken("enrolled without an invitation", "%s", e->text);
    const char *room = json_get_str(e->body, "room");
    *l = (struct lister){.lives = true, .room = kept(p, room ? room : json_get_str(e->body, "station"))};
}

static void spooled(struct play *p, const struct entry *e, struct lister *l)
{
    int64_t number = json_get_int(e->body, "number", 0), occurred = time_of(e, "occurred");
    const char *prev = json_get_str(e->body, "prev");
    bool bad = json_get_bool(e->body, "broken"), seen = json_get_bool(e->body, "seen");
    if (!bad && l->listed && number <= l->number)
        broken("a number of a list counts twice", "%s", e->text);
    if (!bad && (number != l->number + 1 || !prev || (l->hash && strcmp(prev, l->hash) != 0) ||
                 (l->listed && occurred < l->occurred)))
        broken("a list does not go on", "%s", e->text);
    if (seen && (bad || !was_away(p, l, occurred)))
        broken("believed, and nobody was away", "%s", e->text);
    if (bad && number <= l->number)
        return;
    l->listed = true;
    l->number = number;
    l->occurred = occurred;
    l->hash = kept(p, json_get_str(e->body, "hash"));
}

static bool of_a_station(struct play *p, const struct entry *e)
{
    struct lister *l = lister(p, json_get_str(e->body, "station"));
    if (strncmp(e->kind, "station.", 8) != 0 || !l)
        return false;
    if (strcmp(e->kind, "station.enrolled") == 0)
        enrolled(p, e, l);
    else if (strcmp(e->kind, "station.invited") == 0)
        l->invited = e->at;
    else if (strcmp(e->kind, "station.revoked") == 0)
        l->lives = false, l->invited = 0;
    else if (strcmp(e->kind, "station.returned") == 0)
        add_span(p, &l->away, e);
    else if (strcmp(e->kind, "station.spooled") == 0)
        spooled(p, e, l);
    return true;
}

/* ---- forms ---- */

static bool names(const struct json *list, const char *person)
{
    json_each(v, list)
        if (person && strcmp(v->str, person) == 0)
            return true;
    return false;
}

static void typed_in(struct play *p, const struct entry *e, struct sheet *f)
{
    const char *person = json_get_str(e->body, "person"), *batch = json_get_str(e->body, "batch"),
               *room = json_get_str(e->body, "room");
    if (!f->returned || f->checked || f->voided)
        broken("typed in from a form that is not there", "%s", e->text);
    if (!names(f->people, person))
        broken("typed in by who did not sign the form", "%s", e->text);
    if (f->batch &&
        ((batch && strcmp(f->batch, batch) != 0) || (f->room && room && strcmp(f->room, room) != 0)))
        broken("form of two sessions", "%s", e->text);
    if (!f->batch && batch)
        f->batch = kept(p, batch);
    if (!f->room && room)
        f->room = kept(p, room);
    map_put(&f->typists, kept(p, person), f);
}

static void checked(const struct entry *e, struct sheet *f)
{
    const char *who = json_get_str(e->actor, "performed"), *scan = json_get_str(e->body, "sha256");
    if (!who || !f->returned || !f->typists.count || f->checked || f->voided)
        broken("form checked that is not typed in", "%s", e->text);
    if (map_get(&f->typists, who) || names(f->people, who) || strcmp(f->returner, who) == 0)
        broken("form checked by one of its own", "%s", e->text);
    if (!scan || strcmp(scan, f->sha256) != 0)
        broken("form checked against another scan", "%s", e->text);
    f->checked = true;
}

static void returned(struct play *p, const struct entry *e, struct sheet *f)
{
    const struct json *people = json_get(e->body, "people");
    if (f->returned || f->voided || !people || people->len < 2)
        broken("form returned that was not out", "%s", e->text);
    json_each(who, json_get(e->body, "confirmed"))
        if (!names(people, who->str))
            broken("form confirmed by a stranger", "%s", e->text);
    const char *room = json_get_str(e->body, "room");
    if (f->room ? room && strcmp(room, f->room) != 0 : !room)
        broken("form returned without its room", "%s", e->text);
    f->room = f->room ? f->room : kept(p, room);
    f->returned = e->at;
    f->people = json_copy(&p->facts, people);
    f->sha256 = kept(p, json_get_str(e->body, "sha256"));
    f->returner = kept(p, json_get_str(e->actor, "performed"));
}

static struct sheet *issued(struct play *p, const struct entry *e, const char *id)
{
    struct sheet *f = arena_alloc(&p->facts, sizeof(*f));
    if (map_get(&p->told->sheets, id))
        broken("two forms of one number", "%s", e->text);
    const char *room = json_get_str(e->body, "room");
    *f = (struct sheet){.issued = e->at, .room = room ? kept(p, room) : NULL};
    map_init(&f->typists);
    map_put(&p->told->sheets, kept(p, id), f);
    return f;
}

static void of_a_form(struct play *p, const struct entry *e)
{
    const char *id = json_get_str(e->body, "form");
    if (strncmp(e->kind, "form.", 5) != 0 || !id)
        return;
    struct sheet *f = strcmp(e->kind, "form.issued") == 0 ? issued(p, e, id) : map_get(&p->told->sheets, id);
    if (!f)
        broken("form that nobody handed out", "%s", e->text);
    if (strcmp(e->kind, "form.returned") == 0)
        returned(p, e, f);
    else if (strcmp(e->kind, "form.entered") == 0)
        typed_in(p, e, f);
    else if (strcmp(e->kind, "form.checked") == 0)
        checked(e, f);
    else if (strcmp(e->kind, "form.voided") == 0) {
        if (f->voided || f->checked || f->typists.count)
            broken("form void that counts", "%s", e->text);
        f->voided = true;
    }
}

void told_released(struct play *p, const struct batch *x)
{
    size_t pos = 0;
    for (struct sheet *f; (f = map_next(&p->told->sheets, &pos));)
        if (f->batch && strcmp(f->batch, x->id) == 0 && f->typists.count && !f->checked)
            broken("released on a form that nobody checked", "%s", x->id);
}

/* ---- every entry ---- */

/* Could that stand on the form? What another batch is told of one has the time of that one's form. */
static bool stands_on(const struct sheet *f, const struct entry *e, const char *who)
{
    bool batch = strncmp(e->stream, "batch/", 6) == 0 && !json_get(e->pd, "other");
    return f->returned && !f->voided && !f->checked && f->issued <= e->occurred &&
           e->occurred <= f->returned && names(f->people, who) &&
           (!f->batch || !batch ||
            strcmp(f->batch, e->stream + 6) == 0); /* typed at any desk: its room is the form's */
}

/* Nobody who is gone says anything: the system alone ends what was there. */
static void of_whom(struct play *p, const struct entry *e)
{
    const char *station = json_get_str(e->actor, "station");
    const struct lister *l = station ? map_get(&p->told->stations, station) : NULL;
    if (l && !l->lives && json_get_str(e->actor, "performed"))
        broken("a revoked station acts", "%s", e->text);
    if (e->late && strcmp(e->late, "offline") == 0 && !was_away(p, l, e->occurred))
        broken("believed as offline, and nobody was away", "%s", e->text);
    const char *who = json_get_str(e->actor, "performed");
    if (!who || !e->late || strcmp(e->late, "paper-form") != 0)
        return;
    size_t pos = 0;
    bool any = false;
    for (struct sheet *f; l && (f = map_next(&p->told->sheets, &pos));)
        any |= stands_on(f, e, who);
    if (!any || !was_away(p, l, e->occurred))
        broken("believed as of a form, and none is of that time", "any %d away %d: %s", any,
               was_away(p, l, e->occurred), e->text);
}

/* What is counted is told once a day as a deviation, then with alerts. */
static void of_pace(struct play *p, const struct entry *e)
{
    const char *cause = strcmp(e->kind, "deviation.opened") == 0 ? json_get_str(e->body, "cause") : NULL;
    if (!cause || strncmp(cause, "time.pace", 9) != 0)
        return;
    bool scans = strcmp(cause, "time.pace") == 0;
    const char *key =
        arena_printf(&p->facts, "%s %s %lld", e->stream, scans ? json_get_str(e->actor, "station") : "-",
                     (long long)clock_day(e->at));
    if (map_get(&p->told->seen, key))
        broken("pace told twice on one day", "%s", e->text);
    map_put(&p->told->seen, key, p);
}

void told_entry(struct play *p, const struct entry *e)
{
    of_whom(p, e);
    if (strcmp(e->kind, "recorder.resumed") == 0)
        add_span(p, &p->told->away, e);
    else if (!of_a_station(p, e))
        of_a_form(p, e);
    of_pace(p, e);
}
