/*
 * What an order says must be so: a plan that this facility knows, in force, for this product and by a clinic
 * and a physician of that plan; this facility; days that can come one after the other. Which field says what
 * is the protocol's (`means`); of what nobody registered, a plan in an old log, nothing is asked.
 */
#include <string.h>

#include "core/code/typed.h"
#include "core/entry/facility.h"
#include "core/rule/judge.h"

#define DRAW_BACK_DAYS  1   /* an order written up the morning after */
#define DRAW_AHEAD_DAYS 366 /* beyond that the year was mistyped */
#define AGE_DAYS        (130 * 366)

/* The newest value of the opening step's field of that meaning, and the field; NULL: not said. */
static const struct input *meant(const struct judge *j, enum meaning m, const struct field **ret)
{
    const struct step *s = judge_step(j);
    for (int i = 0; i < (int)s->nfields; i++)
        if (s->field[i].means == m) {
            *ret = &s->field[i];
            return scratch_input(j, (struct ref){j->step, i});
        }
    *ret = NULL;
    return NULL;
}

static bool among(const struct texts *list, const char *word)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->item[i], word) == 0)
            return true;
    return false;
}

static struct json *args_day(struct judge *j, struct json *args, const char *name, int64_t day)
{
    char text[11] = "–";
    if (day != INT64_MAX)
        clock_day_format(day, text);
    return json_set_str(j->a, args, name, text);
}

/* ---- the plan ---- */

static bool check_plan_day(struct judge *j, const struct plan *p, int64_t day)
{
    if (p->from <= day && day <= p->until)
        return true;
    struct json *args = args_day(j, args1(j, "plan", p->number), "from", p->from);
    args_day(j, args, "until", p->until);
    return judge_find(j, EFFECT_REFUSE, SAY_ORDER_PLAN_DAY, args_day(j, args, "day", day), NULL);
}

static bool check_in_plan(struct judge *j, const struct plan *p, const char *person)
{
    if (among(&p->physicians, person))
        return true;
    struct json *args = args1(j, "plan", p->number);
    return judge_find(j, EFFECT_REFUSE, SAY_ORDER_PHYSICIAN,
                      json_set_str(j->a, args, "person", plain_id(person)), NULL);
}

/* Who orders: as it is said, or the physician who fills in the form. */
static bool check_physician(struct judge *j, const struct plan *p)
{
    const struct field *f;
    const struct input *in = meant(j, MEANS_PHYSICIAN, &f);
    if (in)
        return check_in_plan(j, p, in->text);
    if (!f || j->fact) /* the protocol does not ask, or somebody mends another field */
        return true;
    if (person_has_role(j->performer, "physician"))
        return check_in_plan(j, p, j->performer->id);
    return judge_find(j, EFFECT_REFUSE, SAY_VALUE_MISSING, args1(j, "field", f->id), NULL);
}

static bool check_clinic_staff(struct judge *j, const struct plan *p)
{
    const struct clinic *c = book_clinic(j->book, p->clinic);
    const struct person *who = j->performer;
    if (!c || !c->staff.n || j->fact || who->dept != DEPT_CLINIC || among(&c->staff, who->id) ||
        among(&p->physicians, who->id))
        return true;
    struct json *args = json_set_str(j->a, args1(j, "plan", p->number), "clinic", c->id);
    return judge_find(j, EFFECT_REFUSE, SAY_ORDER_CLINIC, json_set_str(j->a, args, "person", who->id), NULL);
}

static bool check_product(struct judge *j, const struct plan *p)
{
    if (among(&p->products, j->x->protocol->id))
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_ORDER_PRODUCT, args1(j, "plan", p->number), NULL);
}

static bool check_plan(struct judge *j)
{
    const struct field *f;
    const struct input *in = meant(j, MEANS_PLAN, &f), *last = meant(j, MEANS_INFUSION, &f);
    if (!in || !j->book->plans.count)
        return true;
    const struct plan *p = book_plan(j->book, in->text);
    if (!p)
        return judge_find(j, EFFECT_REFUSE, SAY_ORDER_PLAN, args1(j, "plan", in->text), NULL);
    return check_plan_day(j, p, clock_day(j->when)) && (!last || check_plan_day(j, p, last->day)) &&
           check_product(j, p) && check_clinic_staff(j, p) && check_physician(j, p);
}

/* ---- the facility, and days ---- */

static bool check_facility_number(struct judge *j)
{
    const struct field *f;
    const struct input *in = meant(j, MEANS_FACILITY, &f);
    const char *own = j->book->facility ? j->book->facility->number : NULL;
    if (!in || !own || strcmp(in->text, own) == 0)
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_ORDER_FACILITY, args1(j, "facility", own), NULL);
}

static bool check_draw(struct judge *j)
{
    const struct field *f;
    const struct input *draw = meant(j, MEANS_DRAW, &f);
    int64_t today = clock_day(j->when);
    if (!draw || (today - DRAW_BACK_DAYS <= draw->day && draw->day <= today + DRAW_AHEAD_DAYS))
        return true;
    struct json *args = args_day(j, json_object(j->a), "from", today - DRAW_BACK_DAYS);
    return judge_find(j, EFFECT_REFUSE, SAY_ORDER_DRAW, args_day(j, args, "until", today + DRAW_AHEAD_DAYS),
                      NULL);
}

static bool check_infusion(struct judge *j)
{
    const struct field *f;
    const struct input *draw = meant(j, MEANS_DRAW, &f), *infusion = meant(j, MEANS_INFUSION, &f);
    if (!draw || !infusion || infusion->day >= draw->day)
        return true;
    struct json *args = args_day(j, json_object(j->a), "draw", draw->day);
    return judge_find(j, EFFECT_REFUSE, SAY_ORDER_INFUSION, args_day(j, args, "infusion", infusion->day),
                      NULL);
}

static bool check_birth(struct judge *j)
{
    const struct field *f;
    const struct input *in = meant(j, MEANS_BIRTH, &f);
    int64_t day, today = clock_day(j->when);
    if (!in || typed_day(in->text, &day) != CPF_OK || (today - AGE_DAYS <= day && day <= today))
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_ORDER_BIRTH, args1(j, "field", f->id), NULL);
}

/* Of the fields alone: what is wrong with them is told together. */
static bool check_said(struct judge *j)
{
    static const struct {
        bool (*good)(struct judge *j);
        enum meaning of;
    } checks[] = {{check_facility_number, MEANS_FACILITY},
                  {check_draw, MEANS_DRAW},
                  {check_infusion, MEANS_INFUSION},
                  {check_birth, MEANS_BIRTH},
                  {check_plan, MEANS_PLAN}};
    struct json *faults = json_array(j->a);
    for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
        const struct field *f;
        (void)meant(j, checks[i].of, &f);
        if (!checks[i].good(j) && !form_fault(j, f ? f->id : NULL, faults))
            return false;
    }
    return form_tell(j, faults);
}

bool check_ordered(struct judge *j)
{
    return !judge_step(j)->opens ||
           (check_said(j) && check_unique(j) && check_same_person(j) && check_batch_number(j));
}

/* ---- later: the physician's go ---- */

/* What was ordered as that, or NULL. */
static const struct input *ordered(const struct batch *x, enum meaning m)
{
    for (int s = 0; s < (int)x->protocol->nsteps; s++)
        for (int i = 0; x->protocol->step[s].opens && i < (int)x->protocol->step[s].nfields; i++)
            if (x->protocol->step[s].field[i].means == m)
                return batch_input(x, (struct ref){s, i});
    return NULL;
}

static const struct plan *plan_of(const struct judge *j)
{
    const struct input *in = ordered(j->x, MEANS_PLAN);
    return in ? book_plan(j->book, in->text) : NULL;
}

bool check_clinic_of(struct judge *j)
{
    const struct plan *p = plan_of(j);
    return !p || check_clinic_staff(j, p);
}

bool check_physician_of(struct judge *j)
{
    const struct plan *p = plan_of(j);
    return !p || check_in_plan(j, p, j->performer->id);
}

bool check_go(struct judge *j)
{
    bool clinic = judge_step(j)->verb == VERB_GO && judge_step(j)->dept == DEPT_CLINIC;
    const struct plan *p = clinic ? plan_of(j) : NULL;
    return !p || (check_plan_day(j, p, clock_day(j->when)) && check_in_plan(j, p, j->performer->id));
}
