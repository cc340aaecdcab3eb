/* Stations: their enrolment, and what they did while nobody heard them. */
#include <string.h>

#include "core/rule/judge.h"
#include "core/rule/record.h"

/* ---- enrolment ---- */

/* Of a kind that a step asks for, or that is here already; else it is the first of its kind, unless it looks
 * like one. */
static bool check_station_kind(struct judge *j, const char *kind)
{
    struct nearest near;
    size_t pos = 0;
    for (const struct protocol_state *p; (p = map_next(&j->book->protocols, &pos));)
        for (size_t i = 0; p->protocol && i < p->protocol->nsteps; i++)
            if (listed(p->protocol->step[i].nwhere, p->protocol->step[i].where, kind))
                return true;
    nearest_init(&near, kind);
    pos = 0;
    for (const struct station *st; (st = map_next(&j->book->stations, &pos));) {
        if (!st->kind) /* invited, and not enrolled yet */
            continue;
        if (strcmp(st->kind, kind) == 0)
            return true;
        nearest_offer(&near, st->kind);
    }
    return !near.best || check_word(j, "kind", kind, near.best);
}

bool may_station(struct judge *j, const struct kind *k, const void *given)
{
    static const struct right_about nothing;
    const struct station_invited *invited = given;
    const struct station_enrolled *enrolled = given;
    bool later = k->id == KIND_STATION_INVITED;
    return check_right(j, RIGHT_STATION_ENROLLED, &nothing) &&
           check_room(j, later ? invited->room : enrolled->room) &&
           check_station_kind(j, later ? invited->kind : enrolled->kind);
}

/* A name is one station's: a second tablet under it would speak for the first. */
void record_station(struct judge *j, const struct kind *k, const void *given)
{
    const char *id = *(const char *const *)((const char *)given + k->record->id);
    const struct station *st = book_station(j->book, id);
    if (st && !st->revoked && !rule_off(SAY_STATION_LIVES))
        judge_refuse(j, SAY_STATION_LIVES, args1(j, "station", id));
    else if (st && st->spare && st->spare->since) /* or it would be forgotten */
        judge_refuse(j, SAY_SPARE_UNCONFIRMED, spare_confirmers(j, st));
    else
        record_own(j, k, given);
}

/* By whoever has the code in hand: the invitation beside it in the stream says who gave it out. */
void judge_enrol(struct judge *j)
{
    const struct enrol_claim *c = j->cmd->enrol;
    const struct invitation *i = &j->st->invited;
    j->performer = NULL;
    if (!i->code || strcmp(i->code, c->code) != 0 || j->now > i->until || !j->st->revoked) {
        judge_refuse(j, SAY_STATION_CODE, NULL);
        return;
    }
    struct draft *d =
        DRAFT(j, stream_of(j, STREAM_STATION, j->st->id), KIND_STATION_ENROLLED, struct station_enrolled,
              .station = j->st->id, .kind = i->kind, .room = i->room, .token = c->token, .key = c->key);
    judge_accept(j, d, SAY_ACCEPTED_STATION, args1(j, "station", j->st->id));
}

/* ---- a station's own list ---- */

static bool is_offline(const struct command *c)
{
    return c->occurred && c->late == LATE_OFFLINE;
}

/* Signed by the station's key, the next number, the hash of the one before, and not an earlier time. */
static bool follows(const struct judge *j)
{
    const struct spool_claim *s = j->cmd->spool;
    const struct spool_mark *m = &j->st->spool;
    return s->good && s->number == m->number + 1 &&
           strcmp(s->prev, m->hash ? m->hash : STATION_SPOOL_FIRST) == 0 && j->cmd->occurred >= m->occurred;
}

/* Was the person signed in at this bench when it happened, as is claimed? */
static bool was_here(const struct judge *j, const struct person *p)
{
    for (size_t i = 0; i < j->bench->npeople; i++)
        if (j->bench->person[i] == p)
            return j->bench->since[i] <= j->cmd->occurred;
    return false;
}

bool judge_unheard(const struct judge *j)
{
    int64_t at = j->cmd->occurred;
    return j->st && (outage_covers(&j->st->outages, at) || outage_covers(&j->book->outages, at));
}

void judge_spool(struct judge *j)
{
    const struct command *c = j->cmd;
    if (!j->st || !c->spool)
        return;
    j->broken = !is_offline(c) || !follows(j);
    bool secret = c->kind != COMMAND_SCAN && c->secret_given;
    j->offline =
        !j->broken && !secret && (c->kind == COMMAND_SCAN || c->kind == COMMAND_ACT) && judge_unheard(j);
}

/* Signed acts, what follows a decision, what an expiry binds: there the present counts, whatever is claimed.
 */
bool never_by_claim(const struct step *s)
{
    bool never = s->verb != VERB_NONE || s->opens;
    for (size_t i = 0; i < s->nrequires; i++)
        never |= s->require[i].need == NEED_DECISION || s->require[i].need == NEED_EXPIRY;
    return never;
}

static bool asks_for_a_name(const struct step *s)
{
    for (size_t i = 0; i < s->nfields; i++)
        if (s->field[i].kind == FIELD_IDENTITY || s->field[i].kind == FIELD_TEXT)
            return true;
    return false;
}

bool rule_offline(const struct station *st, int64_t now, const struct next *n)
{
    const struct step *s = n->batch && n->step >= 0 ? &n->batch->protocol->step[n->step] : NULL;
    return st->key && bench_works(&st->bench, now) && (!s || (!never_by_claim(s) && !asks_for_a_name(s)));
}

void judge_time(struct judge *j)
{
    bool believed = j->offline && j->performer && was_here(j, j->performer);
    if (believed && j->recorder)
        believed = was_here(j, j->recorder);
    believed |= j->form && paper_here(j, j->form) && paper_names(j->form, j->performer);
    if (believed && j->x && j->step >= 0)
        believed = !never_by_claim(judge_step(j));
    j->when = believed ? j->cmd->occurred : j->now;
}

void judge_as(struct judge *j, const struct person *p)
{
    j->performer = j->recorder = p;
    judge_time(j);
}

void judge_time_with(struct judge *j, const struct person *second)
{
    if (j->offline && !was_here(j, second))
        j->when = j->now;
}

/* The mark in the station's own stream, beside whatever became of the item. */
void judge_spooled(struct judge *j)
{
    const struct spool_claim *s = j->cmd->spool;
    if (!j->st || !s || j->v->nwants)
        return;
    char occurred[CLOCK_TEXT] = "";
    if (j->cmd->occurred)
        clock_format(j->cmd->occurred, occurred);
    struct draft *d =
        DRAFT(j, stream_of(j, STREAM_STATION, j->st->id), KIND_STATION_SPOOLED, struct station_spooled,
              .station = j->st->id, .number = s->number, .prev = s->prev, .hash = s->hash, .sig = s->sig,
              .occurred = *occurred ? arena_strdup(j->a, occurred) : NULL,
              .seen = j->offline && j->when == j->cmd->occurred, .broken = j->broken);
    d->performed = d->recorded = NULL;
}

/* What the entries say: the station's own time is believed, or it is a claim like others. */
enum late judge_late(const struct judge *j)
{
    if (is_offline(j->cmd) && j->when != j->cmd->occurred)
        return LATE_UNSEEN;
    if (paper_believed(j))
        return LATE_FORM;
    return j->cmd->late;
}

/* The last one that lives is the only way back: another is enrolled first. A spare one enrols nobody. */
bool may_revoke(struct judge *j, const struct kind *k, const void *given)
{
    static const struct right_about nothing;
    const struct station_revoked *v = given;
    size_t pos = 0;
    bool other = false;
    for (const struct station *s; (s = map_next(&j->book->stations, &pos));)
        other |= !s->revoked && !s->spare && strcmp(s->id, v->station) != 0;
    return check_right(j, k->record->right, &nothing) &&
           (other ||
            judge_find(j, EFFECT_REFUSE, SAY_STATION_LAST, args1(j, "station", plain_id(v->station)), NULL));
}
