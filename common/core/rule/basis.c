/* What changes what a record says (base/basis.h) is accepted by two, and with it who may do what. */
#include <string.h>

#include "core/entry/basis.h"
#include "core/right/right.h"
#include "core/rule/record.h"

/* For which side somebody answers, by role: a deputy facility manager of quality is no quality manager. */
static enum dept side_of(const struct rights *r, const struct person *p)
{
    for (size_t i = 0; i < rights_roles(r); i++) {
        const struct right_role *role = rights_role_at(r, i);
        if (role->appointed && role->depts == 1u << DEPT_QUALITY && person_has_role(p, role->id))
            return DEPT_QUALITY;
    }
    return DEPT_MANAGEMENT;
}

/* ---- nobody is locked out by a table ---- */

static bool may(const struct rights *r, const struct right_who *who, const struct person *p)
{
    return !p->suspended && right_among(r, who, p, NULL);
}

/* Is somebody there for it, beside that person, of that side (DEPT_NONE: any)? */
static bool somebody(const struct judge *j, const struct rights *r, const struct right_who *who,
                     const struct person *beside, enum dept side)
{
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&j->book->people, &pos));)
        if (p != beside && may(r, who, p) && (side == DEPT_NONE || side_of(r, p) == side))
            return true;
    return false;
}

/* By those whom there are, with the second person that it wants. */
static bool can_be_done(const struct judge *j, const struct rights *r, enum right_act act)
{
    const struct right *right = rights_of(r, act);
    size_t pos = 0;
    if (act == RIGHT_BASIS_ACCEPTED && (!somebody(j, r, &right->by, NULL, DEPT_MANAGEMENT) ||
                                        !somebody(j, r, &right->by, NULL, DEPT_QUALITY)))
        return false;
    for (const struct person *p; (p = map_next(&j->book->people, &pos));)
        if (may(r, &right->by, p) &&
            (!right_wanted(&right->second) || somebody(j, r, &right->second, p, DEPT_NONE)))
            return true;
    return false;
}

/* What brings back people, stations, rooms, the clock and the table itself. */
static bool check_recovery(struct judge *j, const struct rights *r)
{
    static const enum right_act acts[] = {
        RIGHT_BASIS_ACCEPTED, RIGHT_PERSON_ENROLLED,  RIGHT_PERSON_ROLE,     RIGHT_PERSON_APPOINTED,
        RIGHT_PERSON_RESET,   RIGHT_PERSON_RESUMED,   RIGHT_PERSON_UNLOCKED, RIGHT_STATION_ENROLLED,
        RIGHT_ROOM_REOPENED,  RIGHT_FACILITY_RESUMED, RIGHT_CLOCK_CONFIRMED, RIGHT_HOLD_LIFTED,
    };
    for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
        if (!can_be_done(j, r, acts[i])) {
            const char *act = word_name(&right_act_words, (int)acts[i]);
            return judge_find(j, EFFECT_REFUSE, SAY_BASIS_NOBODY, args1(j, "act", act), NULL);
        }
    return true;
}

/* A table of rights that waits: what it lets people do more is named by each of the two, and nothing else. */
static bool check_table(struct judge *j, const struct basis_accepted *v)
{
    const char *text = j->book->tables.proposed;
    struct protocol_error err = {0};
    struct rights *r = NULL;
    size_t n = 0;
    if (text && rights_load(text, strlen(text), &r, &err, 1, &n) != 0) {
        struct json *args = args1(j, "field", "rights");
        json_set(j->a, args, "error", json_strf(j->a, "%d:%d: %s", err.line, err.column, err.text));
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args, NULL);
    }
    const struct json *all = r ? rights_weaker(j->a, j->book->rights, r) : json_array(j->a);
    bool good = !r || check_recovery(j, r);
    rights_free(r);
    return good && check_weaknesses(j, SAY_BASIS_WEAKER, all, &v->weakened, json_object(j->a));
}

/* Two people of two departments, each naming what they looked at: it may have changed since. */
void record_acceptance(struct judge *j, const struct kind *k, const void *given)
{
    struct basis_accepted a = *(const struct basis_accepted *)given;
    const struct book_basis *b = &j->book->basis;
    a.dept = side_of(j->book->rights, j->performer);
    const struct basis_by *own = a.dept == DEPT_QUALITY ? &b->quality : &b->management,
                          *other = a.dept == DEPT_QUALITY ? &b->management : &b->quality;
    if (!b->digest || strcmp(a.basis, b->digest) != 0)
        judge_refuse(j, SAY_BASIS_OTHER, NULL);
    else if (b->setup || own->person)
        judge_refuse(j, SAY_RECORD_EXISTS, args1(j, "record", b->digest));
    else if (other->person && strcmp(other->person, j->performer->id) == 0)
        judge_refuse(j, SAY_WITNESS_SAME, args1(j, "person", j->performer->id));
    else if (!check_table(j, &a))
        judge_refuse_found(j);
    else
        record_signed(j, draft_add(j, "facility", k->id, &a, sizeof(a)));
}
