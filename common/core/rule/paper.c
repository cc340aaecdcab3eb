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
#include "core/rule/record.h"

#define FORM_RULE "SF{yy}-{nnnn}"

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
    d->sign = j->cmd->authenticated;
    d->meaning = kind_text(d->kind);
    judge_accept(j, d, code, args1(j, "form", form));
}

void record_form_issued(struct judge *j, const struct kind *k, const void *given)
{
    struct form_issued i = *(const struct form_issued *)given;
    const struct person *to = book_person(j->book, i.to);
    if (!to || to->suspended) {
        judge_refuse(j, SAY_RECORD_WORD, json_set_str(j->a, args1(j, "field", "to"), "word", plain_id(i.to)));
        return;
    }
    i.form = next_form(j);
    accept(j, draft_add(j, "facility", k->id, &i, sizeof(i)), SAY_FORM_ISSUED, i.form);
}

/* One that is out, or has come back and is not done with; NULL after a refusal. */
static const struct paper *open_form(struct judge *j, const char *id, bool returned)
{
    const struct paper *f = book_form(j->book, id);
    if (!f)
        judge_refuse(j, SAY_RECORD_UNKNOWN, NULL);
    else if (f->voided || f->checked || returned != (f->returned != 0))
        judge_refuse(j, SAY_FORM_STATE, args1(j, "form", f->id));
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

void record_form_returned(struct judge *j, const struct kind *k, const void *given)
{
    const struct form_returned *v = given;
    const struct paper *f = open_form(j, v->form, false);
    if (!f)
        return;
    if (people_known(j, &v->people))
        accept(j, draft_add(j, "facility", k->id, v, sizeof(*v)), SAY_FORM_RETURNED, f->id);
    else
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", "people"));
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
        judge_refuse(j, SAY_FORM_STATE, args1(j, "form", f->id));
    else if (typed_in_by(f, j->performer))
        judge_refuse(j, SAY_FORM_OWN, args1(j, "form", f->id));
    else
        accept(j, draft_add(j, "facility", k->id, v, sizeof(*v)), SAY_FORM_CHECKED, f->id);
}

void record_form_voided(struct judge *j, const struct kind *k, const void *given)
{
    const struct form_voided *v = given;
    const struct paper *f = book_form(j->book, v->form);
    if (!f)
        judge_refuse(j, SAY_RECORD_UNKNOWN, NULL);
    else if (f->voided || f->checked || f->ntypists) /* what was typed in stands */
        judge_refuse(j, SAY_FORM_STATE, args1(j, "form", f->id));
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

bool check_paper(struct judge *j)
{
    struct json *args = args1(j, "form", plain_id(j->cmd->form));
    if (!j->form)
        return judge_find(j, EFFECT_REFUSE, SAY_FORM_NOT_THIS, args, NULL);
    if (!paper_names(j->form, j->performer))
        return judge_find(j, EFFECT_REFUSE, SAY_FORM_PEOPLE,
                          json_set_str(j->a, args, "person", j->performer ? j->performer->id : "–"), NULL);
    if (!paper_believed(j))
        return judge_find(j, EFFECT_REFUSE, SAY_FORM_NEVER, args, NULL);
    if (j->x->form && strcmp(j->x->form, j->form->id) == 0)
        return true;
    return judge_find(j, EFFECT_DEVIATION, SAY_FORM_ENTERED, args, NULL);
}

/* Who types it in cannot be who checks it. */
void judge_paper_entered(struct judge *j)
{
    const struct person *p = j->performer;
    if (!paper_believed(j) || !p || j->v->nwants || j->v->outcome == OUTCOME_REFUSED ||
        typed_in_by(j->form, p))
        return;
    struct draft *d =
        DRAFT(j, "facility", KIND_FORM_ENTERED, struct form_entered, .form = j->form->id, .person = p->id);
    d->performed = d->recorded = NULL;
}
