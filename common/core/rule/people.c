/* People: what is changed decides who may change it. Nobody grants anything to himself. */
#include <string.h>

#include "base/instruction.h"
#include "core/rule/record.h"

/* Given or taken: one list has it and the other has not. */
static bool moves(const struct person *p, const struct texts *roles, const char *role)
{
    bool had = p && person_has_role(p, role), has = false;
    for (size_t i = 0; i < roles->n; i++)
        has |= strcmp(roles->item[i], role) == 0;
    return had != has;
}

static bool appoints(const struct judge *j, const struct person *p, const struct person_record *v)
{
    const struct rights *r = j->book->rights;
    for (size_t i = 0; v->roles.item && i < rights_roles(r); i++)
        if (rights_role_at(r, i)->appointed && moves(p, &v->roles, rights_role_at(r, i)->id))
            return true;
    return false;
}

/* Known words, and roles that count in the person's department. */
static bool check_roles(struct judge *j, const struct person *p, const struct person_record *v)
{
    enum dept dept = v->dept ? v->dept : p ? p->dept : DEPT_NONE;
    for (size_t i = 0; v->roles.item && i < v->roles.n; i++) {
        const char *near = NULL, *id = v->roles.item[i];
        const struct right_role *role = rights_role(j->book->rights, id, &near);
        if (!role)
            return check_word(j, "roles", id, near);
        if (role->depts >> dept & 1)
            continue;
        struct json *args = args1(j, "role", role->id);
        return judge_find(j, EFFECT_REFUSE, SAY_RIGHT_ROLE_DEPT,
                          json_set_str(j->a, args, "dept", word_name(&dept_words, (int)dept)), NULL);
    }
    return true;
}

/* A lost secret is made anew with the person at this station: the badge was read here. */
static bool check_present(struct judge *j, const struct person_record *v)
{
    struct code c;
    if (v->present && code_read(v->present, strlen(v->present), &c) == CODE_OK && c.kind == CODE_BADGE &&
        strcmp(c.id, v->person) == 0)
        return true;
    return judge_find(j, EFFECT_REFUSE, SAY_RIGHT_PRESENT, args1(j, "person", v->person), NULL);
}

/* Whoever is signed in has no lost secret. */
static bool is_in(const struct judge *j, const struct right_who *who, const struct person *p)
{
    return !p->suspended && !p->locked && p->signed_in && bench_works(&p->signed_in->bench, j->now) &&
           right_among(j->book->rights, who, p, NULL);
}

/* Two who could do it without the custodians, neither of them about himself: one of them; NULL: there are
 * none. */
static const struct person *others_there(const struct judge *j, const struct person *lost)
{
    const struct right *right = rights_of(j->book->rights, RIGHT_PERSON_RESET);
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&j->book->people, &pos));) {
        size_t at = 0;
        if (p == lost || !is_in(j, &right->by, p))
            continue;
        for (const struct person *q; (q = map_next(&j->book->people, &at));)
            if (q != lost && q != p && is_in(j, &right->second, q))
                return p;
    }
    return NULL;
}

#define CUSTODIANS_DAYS 31 /* an instruction lies about no longer */

/* In time, and nobody of the facility could do it. */
static bool check_instructed(struct judge *j, const struct person *p, const struct instruction *i)
{
    int64_t today = clock_day(j->now);
    if (i->until == INSTRUCTION_NO_DAY || i->until < today || i->until > today + CUSTODIANS_DAYS)
        return judge_find(j, EFFECT_REFUSE, SAY_CUSTODIANS_EXPIRED, args1(j, "person", i->person), NULL);
    const struct person *other = others_there(j, p);
    return !other || judge_find(j, EFFECT_REFUSE, SAY_CUSTODIANS_OTHERS, args1(j, "person", other->id), NULL);
}

/* Where nobody is left who may: the custodians of the root key order it, for this person and the key of now.
 */
static bool check_custodians(struct judge *j, const struct person *p, const struct person_record *v)
{
    const struct instruction *i = j->cmd->instruction;
    uint8_t key[KEY_PUB];
    struct json *args = args1(j, "person", v->person);
    if (!v->key || !j->cmd->cred) /* with the old key it would work again */
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", v->key ? "cred" : "key"),
                          NULL);
    if (!i)
        return judge_find(j, EFFECT_REFUSE, SAY_CUSTODIANS_UNPROVED, args, NULL);
    bool renewed = p && key_read_public(v->key, key) == 0 && memcmp(key, p->key, KEY_PUB) != 0;
    return (renewed && strcmp(i->person, p->id) == 0 && key_read_public(i->key, key) == 0 &&
            memcmp(key, p->key, KEY_PUB) == 0 && v->suspended == UNSAID)
               ? check_instructed(j, p, i)
               : judge_find(j, EFFECT_REFUSE, SAY_CUSTODIANS_OTHER, args, NULL);
}

static bool check_secret_change(struct judge *j, const struct person *p, const struct right_about *about,
                                const struct person_record *v)
{
    if (v->custodians)
        return check_custodians(j, p, v) && check_present(j, v);
    if (p == j->performer)
        return check_right(j, RIGHT_PERSON_SECRET, about);
    return check_right(j, RIGHT_PERSON_RESET, about) && check_present(j, v);
}

/* Who answers for the facility by the operator's document is not sent away by one of the others alone. */
static bool answers(const struct judge *j, const struct person *p)
{
    for (size_t i = 0; p && i < rights_roles(j->book->rights); i++) {
        const struct right_role *role = rights_role_at(j->book->rights, i);
        if (role->appointed && person_has_role(p, role->id))
            return true;
    }
    return false;
}

static bool check_suspension(struct judge *j, const struct person *p, const struct right_about *about)
{
    return check_right(j, RIGHT_PERSON_SUSPENDED, about) &&
           (!answers(j, p) || check_right(j, RIGHT_PERSON_ROLE, about));
}

/* A word that a step asks for, or that somebody has; what is near to one is a slip. */
static bool check_qualification_word(struct judge *j, const char *name)
{
    struct nearest near;
    size_t pos = 0;
    nearest_init(&near, name);
    for (const struct protocol_state *s; (s = map_next(&j->book->protocols, &pos));)
        for (size_t i = 0; s->protocol && i < s->protocol->nsteps; i++)
            for (size_t k = 0; k < s->protocol->step[i].nqualified; k++) {
                const char *known = s->protocol->step[i].qualified[k];
                if (strcmp(known, name) == 0)
                    return true;
                nearest_offer(&near, known);
            }
    pos = 0;
    for (const struct person *p; (p = map_next(&j->book->people, &pos));)
        for (size_t i = 0; i < p->nquals; i++) {
            if (strcmp(p->qual[i].name, name) == 0)
                return true;
            nearest_offer(&near, p->qual[i].name);
        }
    return !near.best || check_word(j, "qualified", name, near.best);
}

/* No longer than the table says, whatever is believed of the evidence. */
static bool check_qualified(struct judge *j, const struct person_record *v)
{
    int64_t last = clock_day(j->now + rights_qualified_ms(j->book->rights));
    for (size_t i = 0; i < v->qualified.n; i++) {
        const struct qualified *q = &v->qualified.item[i];
        char day[11];
        if (!check_qualification_word(j, q->name))
            return false;
        if (q->until <= last)
            continue;
        clock_day_format(last, day);
        struct json *args = args1(j, "qualification", q->name);
        return judge_find(j, EFFECT_REFUSE, SAY_RIGHT_QUALIFIED,
                          json_set_str(j->a, args, "until", arena_strdup(j->a, day)), NULL);
    }
    return true;
}

bool may_person(struct judge *j, const struct kind *k, const void *given)
{
    const struct person_record *v = given;
    const struct person *p = book_person(j->book, v->person);
    const struct right_about about = {.person = p, .documented = v->document && v->sha256};
    bool fresh = k->id == KIND_PERSON_ENROLLED, secret = !fresh && (v->key || j->cmd->cred || v->custodians);
    bool role = v->dept || v->roles.item, only = v->qualified.item || v->suspended || secret;
    if (fresh && !check_right(j, RIGHT_PERSON_ENROLLED, &about))
        return false;
    if (!fresh && (role || !only) && !check_right(j, RIGHT_PERSON_ROLE, &about))
        return false;
    return (!appoints(j, p, v) || check_right(j, RIGHT_PERSON_APPOINTED, &about)) &&
           (!v->qualified.item ||
            (check_right(j, RIGHT_PERSON_QUALIFICATION, &about) && check_qualified(j, v))) &&
           (v->suspended != YES || check_suspension(j, p, &about)) &&
           (v->suspended != NO || check_right(j, RIGHT_PERSON_RESUMED, &about)) &&
           (!secret || check_secret_change(j, p, &about, v)) && check_roles(j, p, v);
}

bool may_unlock(struct judge *j, const struct kind *k, const void *given)
{
    const struct person_unlocked *v = given;
    const struct right_about about = {.person = book_person(j->book, v->person)};
    return check_right(j, k->record->right, &about);
}

bool check_fresh(struct judge *j, const struct person *p)
{
    return !p->fresh || judge_find(j, EFFECT_REFUSE, SAY_PERSON_FRESH, args1(j, "person", p->id), NULL);
}

/* The one thing that may be done with secrets that others know. */
bool changes_own_secret(const struct judge *j)
{
    const char *who = person_asked(j->cmd->body);
    return kind_is(j->cmd->record, KIND_PERSON_CHANGED) && j->cmd->cred && who &&
           strcmp(who, j->performer->id) == 0;
}

/* The digest of the sealed secrets comes from whoever kept them (daemon/flow). */
void record_person(struct judge *j, const struct kind *k, const void *given)
{
    struct person_record p = *(const struct person_record *)given;
    p.cred = j->cmd->cred;
    p.reset = k->id == KIND_PERSON_CHANGED && (p.key || p.cred) && strcmp(j->performer->id, p.person) != 0;
    if (p.custodians && j->cmd->instruction && j->cmd->instruction->word == INSTRUCTION_RESUME)
        p.suspended = NO;
    p.fresh = (p.key || p.cred) && strcmp(j->performer->id, p.person) != 0;
    if (k->record->stream == RECORD_FRESH && (!p.key || !p.cred))
        judge_refuse(j, SAY_RECORD_INVALID, args1(j, "field", p.key ? "cred" : "key"));
    else
        record_own(j, k, &p);
}
