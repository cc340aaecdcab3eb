/*
 * Session forms on paper. While nothing answers, what is done is written on a form that was numbered, printed
 * and handed out beforehand, by two in ink. Its times are believed if it has come back with its scan, and
 * they lie between handing out and return, in an outage that the daemon itself saw; who acts is named on it.
 * The entries say which form, one deviation a form tells it, and another than who typed checks them against
 * the scan. On a day on which nothing was away a form says no more than any other claim.
 */
#include "core/entry/paper.h"

#include <string.h>

#include "core/code/number.h"
#include "core/rule/missing.h"
#include "core/rule/record.h"

#define FORM_RULE  "SF{yy}-{nnnn}"
#define CONFIRM_MS (INT64_C(24) * 3600 * 1000) /* who signed it knows what stands there */

/* ---- the forms ---- */

static const char *next_form(struct judge *j)
{
    char day[11];
    clock_day_format(clock_day(j->now), day);
    int year = (day[0] - '0') * 1000 + (day[1] - '0') * 100 + (day[2] - '0') * 10 + day[3] - '0';
    int64_t n, last = 0;
    size_t pos = 0;
    for (const struct paper *f; (f = map_next(&j->book->forms, &pos));)
        if (number_read(FORM_RULE, f->id, year, &n) && n > last)
            last = n;
    char *id = arena_alloc(j->a, NUMBER_TEXT);
    number_write(FORM_RULE, year, last + 1, id);
    return id;
}

static void accept(struct judge *j, struct draft *d, enum say code, const char *form)
{
    record_accept(j, d, code, args1(j, "form", form));
}

static bool same_room(const char *a, const char *b)
{
    return !a || !b || strcmp(a, b) == 0;
}

/* Has that room a station; of one of those kinds? Where a station stands in no room (a clinic's) it is the
 * place. */
static bool room_has(const struct book *b, const char *room, size_t n, const char **kinds)
{
    size_t pos = 0;
    for (const struct station *st; (st = map_next(&b->stations, &pos));)
        if (strcmp(st->room ? st->room : st->id, room) == 0 && (n == 0 || listed(n, kinds, st->kind)))
            return true;
    return false;
}

void record_form_issued(struct judge *j, const struct kind *k, const void *given)
{
    struct form_issued i = *(const struct form_issued *)given;
    const struct person *to = book_person(j->book, i.to);
    if (!to || to->suspended) {
        judge_refuse(j, SAY_RECORD_WORD, json_set_str(j->a, args1(j, "field", "to"), "word", plain_id(i.to)));
        return;
    }
    if (i.room && !room_has(j->book, i.room, 0, NULL)) {
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", "room"));
        return;
    }
    i.form = next_form(j);
    accept(j, draft_add(j, "facility", k->id, &i, sizeof(i)), SAY_FORM_ISSUED, i.form);
}

/* It is said which state that is. */
static void refuse_state(struct judge *j, const struct paper *f)
{
    const char *is = f->voided      ? "void"
                     : f->checked   ? "checked"
                     : !f->returned ? "out"
                     : f->ntypists  ? "typed"
                                    : "back";
    judge_refuse(j, SAY_FORM_STATE, json_set_str(j->a, args1(j, "form", f->id), "is", is));
}

/* One that is out, or has come back and is not done with; NULL after a refusal. */
static const struct paper *open_form(struct judge *j, const char *id, bool returned)
{
    const struct paper *f = book_form(j->book, id);
    if (!f)
        judge_refuse(j, SAY_RECORD_UNKNOWN, NULL);
    else if (f->voided || f->checked || returned != (f->returned != 0))
        refuse_state(j, f);
    else
        return f;
    return NULL;
}

/* Two names in ink, of people that there are. */
static bool people_known(const struct judge *j, const struct texts *people)
{
    bool good = people->n >= 2 && people->n <= BENCH_PEOPLE;
    for (size_t i = 0; good && i < people->n; i++) {
        good = book_person(j->book, people->item[i]) != NULL;
        for (size_t k = 0; good && k < i; k++)
            good = strcmp(people->item[i], people->item[k]) != 0;
    }
    return good;
}

/* Who of them is here with the own PIN: who brings it back, and whose badge is read beside. */
static struct texts there_too(struct judge *j, const struct texts *people)
{
    const char **list = arena_alloc(j->a, (people->n + 1) * sizeof(*list));
    size_t n = 0;
    for (size_t i = 0; i < people->n; i++) {
        const struct person *p = book_person(j->book, people->item[i]);
        if (p && (p == j->performer || p == j->second))
            list[n++] = p->id;
    }
    return (struct texts){n, list};
}

void record_form_returned(struct judge *j, const struct kind *k, const void *given)
{
    struct form_returned v = *(const struct form_returned *)given;
    const struct paper *f = open_form(j, v.form, false);
    if (!f)
        return;
    v.confirmed = there_too(j, &v.people);
    if (!people_known(j, &v.people))
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", "people"));
    else if (v.room && !room_has(j->book, v.room, 0, NULL))
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", "room"));
    else if (((!v.room && !f->room) || !same_room(v.room, f->room)) && !rule_off(SAY_FORM_ROOM))
        judge_refuse(j, SAY_FORM_ROOM, args1(j, "form", f->id));
    else
        accept(j, draft_add(j, "facility", k->id, &v, sizeof(v)), SAY_FORM_RETURNED, f->id);
}

static bool typed_in_by(const struct paper *f, const struct person *p)
{
    for (size_t i = 0; i < f->ntypists; i++)
        if (strcmp(f->typist[i], p->id) == 0)
            return true;
    return false;
}

void record_form_checked(struct judge *j, const struct kind *k, const void *given)
{
    const struct form_checked *v = given;
    const struct paper *f = open_form(j, v->form, true);
    if (!f)
        return;
    if (strcmp(f->sha256, v->sha256) != 0)
        judge_refuse(j, SAY_FORM_SCAN, args1(j, "form", f->id));
    else if (!f->ntypists) /* a form that nobody typed in would be done with */
        refuse_state(j, f);
    else if (typed_in_by(f, j->performer) || paper_names(f, j->performer) || f->returner == j->performer)
        judge_refuse(j, SAY_FORM_OWN, args1(j, "form", f->id));
    else
        accept(j, draft_add(j, "facility", k->id, v, sizeof(*v)), SAY_FORM_CHECKED, f->id);
}

/* What came back was written on by two: it is made void before a second person. */
bool may_void_form(struct judge *j, const struct kind *k, const void *given)
{
    static const struct right_about nothing;
    const struct paper *f = book_form(j->book, ((const struct form_voided *)given)->form);
    return check_right(j, f && f->returned ? RIGHT_FORM_VOIDED_BACK : k->record->right, &nothing);
}

void record_form_voided(struct judge *j, const struct kind *k, const void *given)
{
    const struct form_voided *v = given;
    const struct paper *f = book_form(j->book, v->form);
    if (!f)
        judge_refuse(j, SAY_RECORD_UNKNOWN, NULL);
    else if (f->voided || f->checked || f->ntypists) /* what was typed in stands */
        refuse_state(j, f);
    else
        accept(j, draft_add(j, "facility", k->id, v, sizeof(*v)), SAY_FORM_VOIDED, f->id);
}

/* ---- what is typed in from one ---- */

void judge_paper(struct judge *j)
{
    const struct command *c = j->cmd;
    const struct paper *f = c->form ? book_form(j->book, c->form) : NULL;
    bool secret = c->kind != COMMAND_SCAN && c->secret_given;
    bool good = f && f->returned && !f->checked && !f->voided && !secret && !c->spool;
    good = good && (c->kind == COMMAND_SCAN || c->kind == COMMAND_ACT) && c->occurred >= f->issued &&
           c->occurred <= f->returned && (judge_unheard(j) || rule_off(SAY_FORM_NOT_THIS));
    j->form = good ? f : NULL;
}

bool paper_names(const struct paper *f, const struct person *p)
{
    for (size_t i = 0; p && i < f->people.n; i++)
        if (strcmp(f->people.item[i], p->id) == 0)
            return true;
    return false;
}

bool paper_believed(const struct judge *j)
{
    return j->form && j->when == j->cmd->occurred;
}

/* ---- one session: a batch, a room, and those who signed ---- */

const char *occ_room(const struct book *b, const struct occ *o)
{
    const struct paper *f = o->form ? book_form(b, o->form) : NULL;
    return f ? f->room : o->room;
}

static bool share_place(const struct step *a, const struct step *b)
{
    for (size_t i = 0; i < a->nwhere; i++)
        if (listed(b->nwhere, b->where, a->where[i]))
            return true;
    return a->nwhere == 0 || b->nwhere == 0;
}

/* Begun that day before then, in a room, and not on paper. */
static bool in_session(const struct occ *o, int64_t then)
{
    return o->begun && o->begun <= then && clock_day(o->begun) == clock_day(then) && !o->form && o->room;
}

/* Where the batch was worked on, at stations of that kind, before it went on on paper; NULL: nowhere. */
static const char *session_room(const struct judge *j)
{
    const struct occ *newest = NULL;
    if (!j->x || j->step < 0)
        return NULL;
    for (size_t s = 0; s < j->x->protocol->nsteps; s++)
        for (size_t k = 0; k < j->x->step[s].nocc; k++) {
            const struct occ *o = j->x->step[s].occ[k];
            if (share_place(&j->x->protocol->step[s], judge_step(j)) && in_session(o, j->cmd->occurred) &&
                (!newest || o->begun > newest->begun))
                newest = o;
        }
    return newest ? newest->room : NULL;
}

/* Could the step have been done in the room that the form names? */
static bool form_serves(const struct judge *j)
{
    const struct step *s = j->step >= 0 ? judge_step(j) : NULL;
    return s && j->form->room && room_has(j->book, j->form->room, s->nwhere, s->where);
}

/* A form is typed in wherever there is a desk: its session was in the room that it names. Of one that names
 * none (an older program's), where the batch was. */
const char *judge_room(const struct judge *j)
{
    const char *here = station_room(j->st, spare_time(j));
    if (!j->form)
        return here;
    if (form_serves(j))
        return j->form->room;
    const char *session = session_room(j);
    return session ? session : here ? here : j->form->room;
}

bool paper_here(const struct judge *j, const struct paper *f)
{
    if (f->batch && !(j->x && strcmp(f->batch, j->x->id) == 0))
        return false;
    bool step = j->step >= 0 && f->room;
    return step ? form_serves(j) : same_room(f->room, judge_room(j));
}

/* Where the badge lay at that time, as far as is known: signed in since before, or on another form. */
static bool signed_elsewhere(const struct judge *j, const struct person *p)
{
    const struct station *at = p->signed_in;
    for (size_t i = 0; at && at != j->st && i < at->bench.npeople; i++)
        if (at->bench.person[i] == p)
            return at->bench.since[i] <= j->when && at->room && !same_room(at->room, judge_room(j));
    return false;
}

static bool typed_about(const struct judge *j, const struct batch *x, const struct paper *f)
{
    int64_t apart = j->cmd->pace.apart_ms;
    for (int i = 0; i < (int)x->protocol->nsteps; i++)
        for (size_t k = 0; k < x->step[i].nocc; k++) {
            const struct occ *o = x->step[i].occ[k];
            int64_t until = o->done ? o->done : o->ninputs ? o->input[o->ninputs - 1].at : o->begun;
            if (o->form && strcmp(o->form, f->id) == 0 && o->begun - apart <= j->when &&
                j->when <= until + apart)
                return true;
        }
    return false;
}

static bool on_another_form(const struct judge *j, const struct person *p)
{
    size_t pos = 0;
    for (const struct paper *f; (f = map_next(&j->book->forms, &pos));) {
        const struct batch *x = f != j->form && f->batch ? book_batch(j->book, f->batch) : NULL;
        if (x && paper_names(f, p) && !same_room(f->room, judge_room(j)) && typed_about(j, x, f))
            return true;
    }
    return false;
}

/* Might have been there? What the step asks of who does or sees it is asked of them alone. */
static bool might_be(const struct judge *j, const struct person *p)
{
    return p->enrolled_at <= j->when && !signed_elsewhere(j, p) && !on_another_form(j, p);
}

static void check_named(struct judge *j)
{
    for (size_t i = 0; i < j->form->people.n; i++) {
        const struct person *p = book_person(j->book, j->form->people.item[i]);
        struct json *args = args1(j, "form", j->form->id);
        if (p && !might_be(j, p))
            judge_find(j, EFFECT_DEVIATION, SAY_FORM_WITNESS, json_set_str(j->a, args, "person", p->id),
                       NULL);
    }
}

/* Two of them brought it back, with their own PINs, while they knew it. */
static bool confirmed(const struct judge *j)
{
    return j->form->confirmed.n >= 2 && j->form->returned - j->when <= CONFIRM_MS;
}

static bool refuse_unnamed(struct judge *j, const struct person *p)
{
    struct json *args = args1(j, "form", j->form->id);
    return judge_find(j, EFFECT_REFUSE, SAY_FORM_PEOPLE, json_set_str(j->a, args, "person", p ? p->id : "–"),
                      NULL);
}

bool check_paper(struct judge *j)
{
    struct json *args = args1(j, "form", plain_id(j->cmd->form));
    if (!j->form)
        return judge_find(j, EFFECT_REFUSE, SAY_FORM_NOT_THIS, args, NULL);
    if (!paper_here(j, j->form))
        return judge_find(j, EFFECT_REFUSE, SAY_FORM_OTHER, args, NULL);
    if (!paper_names(j->form, j->performer))
        return refuse_unnamed(j, j->performer);
    if (!paper_believed(j))
        return judge_find(j, EFFECT_REFUSE, SAY_FORM_NEVER, args, NULL);
    if (j->begins)
        check_named(j);
    if (j->x->form && strcmp(j->x->form, j->form->id) == 0)
        return true;
    if (!confirmed(j))
        judge_find(j, EFFECT_DEVIATION, SAY_FORM_UNCONFIRMED, args, NULL);
    const char *session = session_room(j);
    if (!same_room(session, j->form->room))
        judge_find(j, EFFECT_DEVIATION, SAY_FORM_ROOM_OTHER,
                   json_set_str(j->a, args1(j, "form", j->form->id), "room", session), NULL);
    return judge_find(j, EFFECT_DEVIATION, SAY_FORM_ENTERED, args, NULL);
}

/* The step was begun on a form that is not done with: is this now, or was the form forgotten? */
bool check_form_or_now(struct judge *j)
{
    const struct paper *f =
        !j->begins && j->occ.form && !j->cmd->spool ? book_form(j->book, j->occ.form) : NULL;
    const char *key = f ? arena_printf(j->a, "form %s", f->id) : NULL;
    if (!f || f->checked || f->voided || judge_asked(j, key))
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_FORM_OR_NOW, args1(j, "form", f->id), key);
}

bool check_paper_witness(struct judge *j, const struct person *p)
{
    if (!j->cmd->form)
        return check_form_or_now(j);
    return check_paper(j) && (!j->form || paper_names(j->form, p) || refuse_unnamed(j, p));
}

/* What was typed in, and nobody has held against its scan: neither report nor decision is made on it. */
bool check_forms_checked(struct judge *j)
{
    size_t pos = 0;
    for (const struct paper *f; (f = map_next(&j->book->forms, &pos));)
        if (paper_waits(f, j->x))
            return judge_find(j, EFFECT_REFUSE, SAY_FORM_UNCHECKED, args1(j, "form", f->id), NULL);
    return true;
}

bool step_on_paper(const struct step *s)
{
    return !s->form && !never_by_claim(s);
}

bool paper_waits(const struct paper *f, const struct batch *x)
{
    const char *batch = f->batch ? f->batch : x->form && strcmp(x->form, f->id) == 0 ? x->id : "";
    return f->ntypists && !f->checked && !f->voided && strcmp(batch, x->id) == 0;
}

/* Who types it in cannot be who checks it. */
void judge_paper_entered(struct judge *j)
{
    const struct person *p = j->performer;
    if (!paper_believed(j) || !p || j->v->nwants || j->v->outcome == OUTCOME_REFUSED ||
        typed_in_by(j->form, p))
        return;
    struct draft *d = DRAFT(j, "facility", KIND_FORM_ENTERED, struct form_entered, .form = j->form->id,
                            .person = p->id, .batch = j->x ? j->x->id : NULL, .room = judge_room(j));
    d->performed = d->recorded = NULL;
}
