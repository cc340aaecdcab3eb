/* What bars a person from an act: one function a word. */
#include <string.h>

#include "core/book/book.h"
#include "core/right/right.h"

static bool oneself(const struct right_about *w, const struct person *p)
{
    return w->person == p;
}

static bool author(const struct right_about *w, const struct person *p)
{
    return w->author == p;
}

static bool receiver(const struct right_about *w, const struct person *p)
{
    return w->receiver == p;
}

static bool judge(const struct right_about *w, const struct person *p)
{
    return w->judge == p;
}

static bool manufacturing(const struct right_about *w, const struct person *p)
{
    return w->batch && (p->dept == DEPT_MANUFACTURING || batch_acted(w->batch, p, DEPT_MANUFACTURING));
}

static bool causer(const struct right_about *w, const struct person *p)
{
    int i = w->batch && w->step ? protocol_step(w->batch->protocol, w->step) : -1;
    for (size_t o = 0; i >= 0 && o < w->batch->step[i].nocc; o++) {
        const struct occ *occ = w->batch->step[i].occ[o];
        if (occ_performed_by(occ, p) || occ->recorder == p || occ->witness == p)
            return true;
    }
    return w->causer == p || w->with == p;
}

static bool worker(const struct right_about *w, const struct person *p)
{
    for (size_t i = 0; i < w->nworkers; i++)
        if (strcmp(w->worker[i], p->id) == 0)
            return true;
    return false;
}

static bool (*const bars[RIGHT_BARS_END])(const struct right_about *w, const struct person *p) = {
    [RIGHT_BAR_ONESELF] = oneself, [RIGHT_BAR_AUTHOR] = author, [RIGHT_BAR_RECEIVER] = receiver,
    [RIGHT_BAR_JUDGE] = judge,     [RIGHT_BAR_CAUSER] = causer, [RIGHT_BAR_MANUFACTURING] = manufacturing,
    [RIGHT_BAR_WORKER] = worker,
};

/* ---- the question ---- */

bool right_wanted(const struct right_who *who)
{
    return who->anybody || who->oneself || who->roles;
}

bool right_among(const struct rights *r, const struct right_who *who, const struct person *p,
                 const struct person *concerned)
{
    if (who->anybody || (who->oneself && p == concerned))
        return true;
    for (size_t i = 0; i < rights_roles(r); i++) {
        const struct right_role *role = rights_role_at(r, i);
        if (who->roles >> i & 1 && role->depts >> p->dept & 1 && person_has_role(p, role->id))
            return true;
    }
    return false;
}

static enum right_bar barred(const struct right *right, const struct right_about *about,
                             const struct person *p)
{
    for (int bar = RIGHT_BAR_NONE + 1; bar < RIGHT_BARS_END; bar++)
        if (right->never >> bar & 1 && bars[bar](about, p))
            return (enum right_bar)bar;
    return RIGHT_BAR_NONE;
}

bool right_bars(const struct rights *r, enum right_act act, enum right_bar bar,
                const struct right_about *about, const struct person *p)
{
    return rights_of(r, act)->never >> bar & 1 && bars[bar](about, p);
}

/* Where two act, either of them signs and the other confirms. */
static bool fit(const struct rights *r, const struct right *right, const struct person *by,
                const struct person *second, const struct person *concerned)
{
    return right_among(r, &right->by, by, concerned) && right_among(r, &right->second, second, concerned);
}

static struct right_answer ask(const struct rights *r, const struct right *right,
                               const struct right_about *about, const struct person *performer,
                               const struct person *second)
{
    bool wanted = right_wanted(&right->second);
    const struct person *const people[] = {performer,
                                           second}; /* whoever is named beside acts too, asked for or not */
    bool fits =
        wanted && second &&
        (fit(r, right, performer, second, about->person) || fit(r, right, second, performer, about->person));
    if (!fits && !right_among(r, &right->by, performer, about->person))
        return (struct right_answer){.no = RIGHT_NOT_YOURS};
    for (size_t i = 0; i < sizeof(people) / sizeof(*people) && people[i]; i++) {
        enum right_bar bar = barred(right, about, people[i]);
        if (bar)
            return (struct right_answer){.no = RIGHT_BARRED, .bar = bar, .person = people[i]};
    }
    if (!wanted || fits)
        return (struct right_answer){.no = RIGHT_YES};
    return (struct right_answer){second ? RIGHT_SECOND_NOT_THIS : RIGHT_SECOND_MISSING, .person = second};
}

struct right_answer right_ask(const struct rights *r, enum right_act act, const struct right_about *about,
                              const struct person *performer, const struct person *second)
{
    return ask(r, rights_of(r, act), about, performer, second);
}

struct right_answer right_ask_instead(const struct rights *r, enum right_act act,
                                      const struct right_about *about, const struct person *performer,
                                      const struct person *second)
{
    struct right right = *rights_of(r, act);
    right.by = right.instead;
    return ask(r, &right, about, performer, second);
}

bool right_free(const struct rights *r, enum right_act act, const struct right_about *about,
                const struct person *p)
{
    const struct right *right = rights_of(r, act);
    return right_among(r, &right->by, p, about->person) && !barred(right, about, p);
}
