/*
 * One spare station and its badge lie sealed, for the night on which the others do not work. Whoever breaks
 * the seal says so with the own password, having telephoned somebody of quality: from then on the badge is
 * this person's, at this station alone, at the bench alone, for 24 hours. Management or quality, not the
 * user, confirms it on the next working day; until then it stands in the list of what is missing, and each
 * batch that was worked on there has a deviation.
 */
#include "core/rule/missing.h"
#include "core/rule/record.h"

static bool works(const struct spare *s, int64_t now)
{
    return s->opened && now < s->until;
}

struct person *badge_person(const struct book *b, const struct station *st, const char *id)
{
    struct person *p = book_person(b, id);
    if (p || !st || !st->spare || !st->spare->nusers || !st->spare->until || strcmp(st->id, id) != 0)
        return p;
    return book_person(b, st->spare->user[st->spare->nusers - 1]->id);
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

bool check_spare(struct judge *j)
{
    const struct spare *s = j->st ? j->st->spare : NULL;
    if (!s || (j->cmd->kind == COMMAND_RECORD && kind_find(j->cmd->record) == KIND_STATION_SPARE_OPENED))
        return true;
    struct json *args = args1(j, "station", j->st->id);
    return (works(s, j->now) || judge_find(j, EFFECT_REFUSE, SAY_SPARE_SEALED, args, NULL)) &&
           (at_bench(j) || judge_find(j, EFFECT_REFUSE, SAY_SPARE_BENCH, args, NULL));
}

/* Once a batch, and each time that it is opened. */
void tell_spare(struct judge *j)
{
    const struct spare *s = j->st ? j->st->spare : NULL;
    bool told = !s || !j->performer;
    for (size_t i = 0; !told && i < j->x->ndevs; i++)
        told = say_find(j->x->dev[i].code) == SAY_SPARE_USED && j->x->dev[i].opened_at >= s->opened;
    if (!told)
        judge_find(j, EFFECT_DEVIATION, SAY_SPARE_USED,
                   json_set_str(j->a, args1(j, "station", j->st->id), "person", j->performer->id), NULL);
}

/* ---- opened ---- */

static bool open_spare(struct judge *j, const struct kind *k, const struct spare_opened *g)
{
    struct spare_opened o = *g;
    const struct station *r = book_station(j->book, g->replaces);
    if (!j->st || !j->st->spare || strcmp(j->st->id, g->station) != 0)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "station"), NULL);
    if (!r || r->spare || !r->kind)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "replaces"), NULL);
    if (!check_called(j, g->called))
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
    for (size_t i = 0; st && st->spare && i < st->spare->nusers; i++)
        if (st->spare->user[i] == j->performer || st->spare->user[i] == j->second)
            about.person = st->spare->user[i];
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
