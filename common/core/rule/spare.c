/*
 * One spare station and its badge lie sealed, for the night on which the others do not work. Whoever breaks
 * the seal says so with the own password, having telephoned somebody of quality: from then on the badge is
 * this person's, at this station alone, at the bench alone, for 24 hours. Management or quality, not the
 * user, confirms it on the next working day; until then it stands in the list of what is missing, and each
 * batch that was worked on there has a deviation.
 */
#include "core/rule/missing.h"
#include "core/rule/record.h"

static bool works(const struct station *st, int64_t at)
{
    const struct stood *s = station_stood(st, at);
    return s && s->since <= at && at < s->until;
}

bool spare_sealed(const struct station *st, int64_t now)
{
    return st->spare && !works(st, now);
}

bool spare_replaces(const struct book *b, const struct station *st, int64_t now)
{
    size_t pos = 0;
    for (const struct station *s; (s = map_next(&b->stations, &pos));)
        if (s->spare && works(s, now) && s->stood->replaces && strcmp(s->stood->replaces, st->id) == 0)
            return true;
    return false;
}

struct person *badge_person(const struct book *b, const struct station *st, const char *id, int64_t at)
{
    struct person *p = book_person(b, id);
    const struct stood *s = !p && st && st->spare && strcmp(st->id, id) == 0 ? station_stood(st, at) : NULL;
    return s && s->by && s->since <= at ? book_person(b, s->by->id) : p;
}

/* A bench has neither orders nor signatures, and nothing of quality's. */
static bool at_bench(struct judge *j)
{
    const struct command *c = j->cmd;
    const struct kind *k = c->kind == COMMAND_RECORD ? kind_of(kind_find(c->record)) : NULL;
    const struct batch *x = c->kind == COMMAND_ACT && c->batch ? judge_batch(j, c->batch) : NULL;
    int step = x && c->step ? protocol_step(x->protocol, c->step) : -1;
    if (c->kind == COMMAND_RECORD)
        return k && k->record && k->record->session;
    if (c->kind != COMMAND_ACT || step < 0) /* what there is none of is refused as that */
        return c->kind != COMMAND_ACT || !c->protocol;
    const struct step *s = &x->protocol->step[step];
    return s->verb == VERB_NONE && !s->opens && s->dept != DEPT_QUALITY;
}

/* What its own list tells belongs to the opening in which it was done, however late the list comes. */
int64_t spare_time(const struct judge *j)
{
    return j->cmd->spool && j->cmd->occurred ? j->cmd->occurred : j->now;
}

bool check_spare(struct judge *j)
{
    const struct spare *s = j->st ? j->st->spare : NULL;
    if (!s || (j->cmd->kind == COMMAND_RECORD && kind_find(j->cmd->record) == KIND_STATION_SPARE_OPENED))
        return true;
    struct json *args = args1(j, "station", j->st->id);
    return (works(j->st, spare_time(j)) || judge_find(j, EFFECT_REFUSE, SAY_SPARE_SEALED, args, NULL)) &&
           (at_bench(j) || judge_find(j, EFFECT_REFUSE, SAY_SPARE_BENCH, args, NULL));
}

/* Once a batch, and each time that it is opened. */
void tell_spare(struct judge *j)
{
    const struct stood *s = j->st && j->st->spare ? station_stood(j->st, spare_time(j)) : NULL;
    bool told = !s || !j->performer;
    for (size_t i = 0; !told && i < j->x->ndevs; i++)
        told = say_find(j->x->dev[i].code) == SAY_SPARE_USED && j->x->dev[i].opened_at >= s->since;
    if (!told)
        judge_find(j, EFFECT_DEVIATION, SAY_SPARE_USED,
                   json_set_str(j->a, args1(j, "station", j->st->id), "person", j->performer->id), NULL);
}

/* ---- opened ---- */

/* Saturdays and Sundays are none; of other holidays nobody here knows. */
static int64_t next_working_day(int64_t day)
{
    const char *name;
    do
        name = rota_weekday(++day);
    while (strcmp(name, "saturday") == 0 || strcmp(name, "sunday") == 0);
    return day;
}

static bool used_it(const struct spare *s, const struct person *p)
{
    for (const struct spare_user *u = s->users; u; u = u->next)
        if (u->person == p)
            return true;
    return false;
}

/* Who may confirm it, and is there. */
static struct json *confirmers(struct judge *j, const struct spare *s)
{
    static const struct right_about nothing;
    struct json *list = json_array(j->a);
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&j->book->people, &pos));)
        if (p != j->performer && !p->suspended && !p->locked && !used_it(s, p) &&
            !person_away(p, clock_day(j->now)) &&
            right_free(j->book->rights, RIGHT_SPARE_CONFIRMED, &nothing, p))
            json_push(list, json_str(j->a, p->id));
    return list;
}

struct json *spare_confirmers(struct judge *j, const struct station *st)
{
    return json_set(j->a, args1(j, "station", st->id), "people", confirmers(j, st->spare));
}

/* What it was used for before is confirmed by the end of the next working day, unless nobody is there who
 * may: cells wait for no person who does not exist. */
static bool check_spare_confirmed(struct judge *j, const struct station *st)
{
    const struct spare *s = st ? st->spare : NULL;
    bool late = s && s->since && clock_day(j->now) > next_working_day(clock_day(s->since));
    if (!late || !confirmers(j, s)->len)
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_SPARE_UNCONFIRMED, spare_confirmers(j, st), NULL);
}

static bool open_spare(struct judge *j, const struct kind *k, const struct spare_opened *g)
{
    struct spare_opened o = *g;
    const struct station *r = book_station(j->book, g->replaces);
    if (!j->st || !j->st->spare || strcmp(j->st->id, g->station) != 0)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "station"), NULL);
    if (!r || r->spare || !r->kind)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "replaces"), NULL);
    if (!check_called(j, g->called) || !check_spare_confirmed(j, j->st))
        return false;
    o.kind = r->kind;
    o.room = r->room;
    struct json *args = args1(j, "station", g->station);
    json_set_str(j->a, args, "person", j->performer->id);
    judge_find(j, EFFECT_ALERT, SAY_SPARE_OPENED, args, NULL);
    record_signed_as(j, draft_add(j, stream_of(j, STREAM_STATION, g->station), k->id, &o, sizeof(o)),
                     SAY_ACCEPTED_ACT, args);
    return true;
}

void record_spare_opened(struct judge *j, const struct kind *k, const void *given)
{
    if (!open_spare(j, k, given))
        judge_refuse_found(j);
}

/* ---- confirmed ---- */

/* Not by who used it, whoever of them. */
bool may_confirm_spare(struct judge *j, const struct kind *k, const void *given)
{
    const struct spare_confirmed *g = given;
    const struct station *st = book_station(j->book, g->station);
    struct right_about about = {0};
    for (const struct spare_user *u = st && st->spare ? st->spare->users : NULL; u; u = u->next)
        if (u->person == j->performer || u->person == j->second)
            about.person = u->person;
    return check_right(j, k->record->right, &about);
}

void record_spare_confirmed(struct judge *j, const struct kind *k, const void *given)
{
    const struct spare_confirmed *g = given;
    const struct station *st = book_station(j->book, g->station);
    if (!st || !st->spare)
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", "station"));
    else if (!st->spare->since)
        judge_refuse(j, SAY_RECORD_EXISTS, args1(j, "record", st->id));
    else
        record_signed(j, draft_add(j, stream_of(j, STREAM_STATION, st->id), k->id, g, sizeof(*g)));
}
