/* What changes what a record says (base/basis.h) is accepted by two, and with it who may do what. */
#include <string.h>

#include "core/entry/basis.h"
#include "core/right/right.h"
#include "core/rule/record.h"

/* For which side somebody answers, by role: a deputy facility manager of quality is no quality manager. */
static enum dept side_of(const struct judge *j)
{
    const struct rights *r = j->book->rights;
    for (size_t i = 0; i < rights_roles(r); i++) {
        const struct right_role *role = rights_role_at(r, i);
        if (role->appointed && role->depts == 1u << DEPT_QUALITY && person_has_role(j->performer, role->id))
            return DEPT_QUALITY;
    }
    return DEPT_MANAGEMENT;
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
    rights_free(r);
    return check_weaknesses(j, SAY_BASIS_WEAKER, all, &v->weakened, json_object(j->a));
}

/* Two people of two departments, each naming what they looked at: it may have changed since. */
void record_acceptance(struct judge *j, const struct kind *k, const void *given)
{
    struct basis_accepted a = *(const struct basis_accepted *)given;
    const struct book_basis *b = &j->book->basis;
    a.dept = side_of(j);
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
