/*
 * The rota: for each coming act somebody has the role, the qualification and the independence on that day,
 * and is there; or the gap is named. The rules themselves are asked, as if the day had come.
 */
#include <stdlib.h>
#include <string.h>

#include "core/rule/missing.h"
#include "core/rule/record.h"

#define GAPS_TOLD 12 /* in one entry; cpfctl rota has them all */

/* ---- absences ---- */

#define AWAY_DAYS 400

static bool deputy_of(const char *role, const char *of)
{
    return strncmp(role, "deputy-", 7) == 0 && strcmp(role + 7, of) == 0;
}

/* Has what the other one answers for, or one of the roles if that is nothing. */
static bool stands_in(const struct rights *r, const struct person *deputy, const struct person *p)
{
    bool answers = false, any = false;
    for (size_t i = 0; i < p->nroles; i++) {
        const struct right_role *role = rights_role(r, p->role[i], NULL);
        answers |= role && role->appointed;
    }
    for (size_t i = 0; i < p->nroles; i++) {
        const struct right_role *role = rights_role(r, p->role[i], NULL);
        bool counts = !answers || (role && role->appointed);
        for (size_t k = 0; counts && k < deputy->nroles; k++)
            any |= strcmp(deputy->role[k], p->role[i]) == 0 || deputy_of(deputy->role[k], p->role[i]) ||
                   deputy_of(p->role[i], deputy->role[k]);
    }
    return any;
}

static bool away_within(const struct person *p, int64_t from, int64_t until)
{
    for (int64_t day = from; day <= until; day++)
        if (person_away(p, day))
            return true;
    return false;
}

static bool check_deputy(struct judge *j, const struct person *p, const struct person_away *v)
{
    const struct person *deputy = book_person(j->book, v->deputy);
    int64_t today = clock_day(j->now), from = v->from > today ? v->from : today;
    if (!v->deputy)
        return true;
    if (!deputy || deputy == p || deputy->suspended)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_WORD,
                          json_set_str(j->a, args1(j, "field", "deputy"), "word", plain_id(v->deputy)), NULL);
    return (stands_in(j->book->rights, deputy, p) && !away_within(deputy, from, v->until)) ||
           judge_find(j, EFFECT_REFUSE, SAY_PERSON_DEPUTY,
                      json_set_str(j->a, args1(j, "person", p->id), "deputy", deputy->id), NULL);
}

bool may_away(struct judge *j, const struct kind *k, const void *given)
{
    const struct person_away *v = given;
    const struct person *p = book_person(j->book, v->person);
    const struct right_about about = {.person = p};
    int64_t today = clock_day(j->now);
    if (!p)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_UNKNOWN, NULL, NULL);
    if (!check_right(j, k->record->right, &about))
        return false;
    if (v->until < v->from || v->until < today || v->until > today + AWAY_DAYS)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "until"), NULL);
    return check_deputy(j, p, v);
}

void record_away(struct judge *j, const struct kind *k, const void *given)
{
    const struct person_away *v = given;
    char from[11], until[11];
    clock_day_format(v->from, from);
    clock_day_format(v->until, until);
    struct draft *d = draft_add(j, stream_of(j, STREAM_PERSON, v->person), k->id, v, sizeof(*v));
    struct json *args = json_set_str(j->a, args1(j, "person", v->person), "from", from);
    record_accept(j, d, v->back ? SAY_PERSON_BACK : SAY_PERSON_AWAY,
                  json_set_str(j->a, args, "until", until));
}

/* ---- who could ---- */

struct asking {
    struct judge j;
    struct verdict v;
    struct command none;
    struct arena a; /* of one question */
    const int64_t *at;
    int64_t day;
};

static void ask_of(struct asking *k, int step)
{
    k->j.step = step;
    k->j.when = k->at[step];
    k->day = clock_day(k->at[step]);
}

/* NULL: yes. Who is locked out is let in again when the day comes. */
static const char *no_of(struct asking *k, const struct person *p,
                         bool (*could)(struct judge *, const struct person *))
{
    arena_reset(&k->a);
    k->j.found = (struct found){0};
    if (!could(&k->j, p))
        return say_text(judge_refusal(&k->j)->code);
    return person_away(p, k->day) ? say_text(SAY_PERSON_AWAY) : NULL;
}

/* The only one who could do that coming step, if there is one alone. */
static const struct person *sole(struct asking *k, int step)
{
    const struct person *one = NULL;
    size_t pos = 0, n = 0;
    int back = k->j.step;
    ask_of(k, step);
    for (const struct person *p; n < 2 && (p = map_next(&k->j.book->people, &pos));)
        if (!no_of(k, p, could_perform)) {
            one = p;
            n++;
        }
    ask_of(k, back);
    return n == 1 ? one : NULL;
}

/* Whoever alone can do a step that bars from this one is spoken for. */
static bool spoken_for(struct asking *k, const struct person *p)
{
    const struct step *s = judge_step(&k->j);
    for (size_t i = 0; i < s->nnot_by; i++)
        if (!batch_done(k->j.x, s->not_by[i]) && k->at[s->not_by[i]] <= k->j.when &&
            sole(k, s->not_by[i]) == p)
            return true;
    return false;
}

struct who {
    size_t performers, witnesses, there;
    const struct person *performer, *witness; /* one of each */
};

/* Two of each are enough for anything: in a large house the others need not be asked. */
static bool enough(const struct step *s, const struct who *w)
{
    return w->performers > 1 && (!s->witness || w->witnesses > 1) &&
           (s->people <= 1 || w->there >= (size_t)s->people);
}

static struct who who_could(struct asking *k)
{
    const struct step *s = judge_step(&k->j);
    struct who w = {0};
    size_t pos = 0;
    for (const struct person *p; !enough(s, &w) && (p = map_next(&k->j.book->people, &pos));) {
        bool performs = !no_of(k, p, could_perform) && !(s->nnot_by && spoken_for(k, p));
        bool sees = s->witness && !no_of(k, p, could_witness);
        bool there = s->people > 1 && p->dept == s->dept && !no_of(k, p, check_person);
        w.performers += performs;
        w.performer = performs ? p : w.performer;
        w.witnesses += sees;
        w.witness = sees ? p : w.witness;
        w.there += there;
    }
    return w;
}

static enum rota_lack lack_of(struct asking *k)
{
    const struct step *s = judge_step(&k->j);
    struct who w = who_could(k);
    bool alone = w.performers == 1 && w.witnesses == 1 && w.performer == w.witness;
    if (!w.performers)
        return ROTA_NOBODY;
    if (s->witness && (!w.witnesses || alone))
        return ROTA_NO_SECOND;
    return s->people > 1 && w.there < (size_t)s->people ? ROTA_TOO_FEW : ROTA_FINE;
}

/* Who has the role, and why not. */
static struct rota_whys whys_of(struct asking *k, struct arena *a)
{
    size_t pos = 0, n = 0;
    struct rota_why *list = arena_alloc(a, (k->j.book->people.count + 1) * sizeof(*list));
    for (const struct person *p; (p = map_next(&k->j.book->people, &pos));) {
        const char *no = no_of(k, p, could_perform);
        if (no && strcmp(no, say_text(SAY_PERSON_ROLE)) != 0)
            list[n++] = (struct rota_why){p->id, no};
    }
    return (struct rota_whys){n, list};
}

/* ---- the gaps ---- */

static bool same_roles(const struct step *a, const struct step *b)
{
    bool same = a->nby == b->nby && a->dept == b->dept;
    for (size_t i = 0; same && i < a->nby; i++)
        same = strcmp(a->by[i], b->by[i]) == 0;
    return same;
}

static struct rota_gap *joins(struct rota_gap *list, size_t n, const struct asking *k, enum rota_lack lack)
{
    const struct protocol *p = k->j.x->protocol;
    for (size_t i = 0; i < n; i++)
        if (list[i].day == k->day && list[i].lack == lack &&
            same_roles(&p->step[list[i].step], &p->step[k->j.step]))
            return &list[i];
    return NULL;
}

static bool instructed(const struct batch *x)
{
    for (int i = 0; i < (int)x->protocol->nsteps; i++)
        if (x->protocol->step[i].verb == VERB_APPROVE)
            return batch_done(x, i) != NULL;
    return true;
}

static void asking_init(struct asking *k, const struct book *b, struct batch *x, int64_t now, struct arena *a)
{
    *k = (struct asking){0};
    arena_init(&k->a, 0);
    k->at = rule_timeline(x, now, a);
    k->j = (struct judge){.book = b,
                          .cmd = &k->none,
                          .now = now,
                          .when = now,
                          .a = &k->a,
                          .x = x,
                          .step = -1,
                          .field = -1,
                          .foreseen = true,
                          .v = &k->v};
}

static int by_day(const void *a, const void *b)
{
    const struct rota_gap *x = a, *y = b;
    return x->day != y->day ? (x->day > y->day) - (x->day < y->day)
                            : (x->step > y->step) - (x->step < y->step);
}

static struct rota gaps_of(const struct book *b, struct batch *x, int64_t now, struct arena *a)
{
    struct asking *k = arena_alloc(a, sizeof(*k));
    struct rota_gap *list = arena_alloc(a, (x->protocol->nsteps + 1) * sizeof(*list));
    size_t n = 0;
    asking_init(k, b, x, now, a);
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        if (!rule_owes(x, i))
            continue;
        ask_of(k, i);
        enum rota_lack lack = k->day <= clock_day(now) + ROTA_DAYS ? lack_of(k) : ROTA_FINE;
        struct rota_gap *known = lack ? joins(list, n, k, lack) : NULL;
        if (known)
            known->more++;
        else if (lack)
            list[n++] = (struct rota_gap){x, i, k->day, lack, 0, whys_of(k, a)};
    }
    arena_fini(&k->a);
    qsort(list, n, sizeof(*list), by_day);
    return (struct rota){n, list};
}

struct rota rule_rota(const struct book *b, struct batch *x, int64_t now, struct arena *a)
{
    static const struct rota none = {0};
    return x->closed || !instructed(x) ? none : gaps_of(b, x, now, a);
}

bool rule_rota_due(const struct book *b, struct batch *x, int64_t now)
{
    struct arena a;
    if (x->rota_told == clock_day(now))
        return false;
    arena_init(&a, 0);
    bool due = rule_rota(b, x, now, &a).n > 0;
    arena_fini(&a);
    return due;
}

/* ---- what is said of them ---- */

const char *rota_weekday(int64_t day)
{
    static const char *const name[] = {"thursday", "friday",  "saturday", "sunday",
                                       "monday",   "tuesday", "wednesday"}; /* 1970-01-01 */
    return name[(day % 7 + 7) % 7];
}

static struct json *args_of(struct judge *j, const struct rota *r)
{
    const struct rota_gap *g = &r->item[0];
    int64_t draw = batch_draw_day(j->x);
    char day[11];
    clock_day_format(g->day, day);
    struct json *args = args1(j, "on", day);
    json_set_str(j->a, args, "weekday", rota_weekday(g->day));
    json_set_str(j->a, args, "culture",
                 draw != INT64_MIN && g->day >= draw ? arena_printf(j->a, "D%lld", (long long)(g->day - draw))
                                                     : "–");
    json_set_str(j->a, args, "step", j->x->protocol->step[g->step].id);
    json_set_str(j->a, args, "lack", word_name(&rota_lack_words, (int)g->lack));
    return json_set_int(j->a, args, "more", (int64_t)r->n - 1);
}

void tell_rota(struct judge *j)
{
    struct rota r = gaps_of(j->book, j->x, j->now, j->a);
    if (r.n)
        judge_find(j, EFFECT_ALERT, SAY_ROTA_GAPS, args_of(j, &r), NULL);
}

void judge_rota(struct judge *j)
{
    struct rota r = rule_rota(j->book, j->x, j->now, j->a);
    require(r.n); /* it is due */
    size_t n = r.n < GAPS_TOLD ? r.n : GAPS_TOLD;
    int64_t draw = batch_draw_day(j->x);
    struct rota_entry *list = arena_alloc(j->a, n * sizeof(*list));
    for (size_t i = 0; i < n; i++)
        list[i] = (struct rota_entry){.step = j->x->protocol->step[r.item[i].step].id,
                                      .on = r.item[i].day,
                                      .culture = draw == INT64_MIN ? -1 : r.item[i].day - draw,
                                      .lack = r.item[i].lack,
                                      .more = r.item[i].more};
    struct json *args = args_of(j, &r);
    judge_find(j, EFFECT_ALERT, SAY_ROTA_GAPS, args, NULL);
    struct draft *d = DRAFT(j, j->x->stream, KIND_ROTA_GAPS, struct rota_gaps, .gaps = {n, list});
    judge_accept(j, d, SAY_ROTA_GAPS, args);
}
