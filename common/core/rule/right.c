/* The one question of rights (core/right), and its refusals. */
#include <string.h>

#include "core/rule/record.h"

static struct json *args_text(struct judge *j, struct json *args, const char *name, struct text t)
{
    struct json *both = json_set_str(j->a, json_object(j->a), "ja", t.ja);
    return json_set(j->a, args, name, json_set_str(j->a, both, "en", t.en));
}

static struct json *args_who(struct judge *j, const struct right_who *who, const struct person *p)
{
    struct json *args = p ? args1(j, "person", p->id) : json_object(j->a);
    return args_text(j, args, "who", rights_words(j->book->rights, who, j->a));
}

static bool barred(struct judge *j, const struct right_about *about, const struct right_answer *answer)
{
    struct json *args = args1(j, "person", answer->person->id);
    if (answer->bar == RIGHT_BAR_MANUFACTURING)
        return judge_find(j, EFFECT_REFUSE,
                          batch_acted(about->batch, answer->person, DEPT_MANUFACTURING) ? SAY_ACT_PRODUCER
                                                                                        : SAY_WITNESS_DEPT,
                          args, NULL);
    if (answer->bar == RIGHT_BAR_CAUSER)
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_CAUSED, args, NULL);
    return judge_find(j, EFFECT_REFUSE, SAY_RIGHT_BARRED,
                      args_text(j, args, "why", right_bar_title(answer->bar)), NULL);
}

/* Not there today, and somebody else than who would gain by it has said so. */
static bool is_away(const struct judge *j, const struct person *p)
{
    const struct away *a = person_away(p, clock_day(j->now));
    return a && a->by && (!j->performer || strcmp(a->by, j->performer->id) != 0);
}

/* Whoever is suspended or locked out is somebody yet: that ends, or another one is appointed, by two. Else
 * two who suspend the quality manager would judge in that one's stead. */
static bool nobody_may(const struct judge *j, enum right_act act, const struct right_about *about)
{
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&j->book->people, &pos));)
        if (right_free(j->book->rights, act, about, p) && !is_away(j, p))
            return false;
    return true;
}

/* Where everybody is barred who might, others may instead: nothing is held for ever. */
static bool check_instead(struct judge *j, enum right_act act, const struct right_about *about,
                          struct right_answer *ret)
{
    const struct right *right = rights_of(j->book->rights, act);
    bool barred = ret->no == RIGHT_BARRED;
    if (!right_wanted(&right->instead) || (!barred && ret->no != RIGHT_NOT_YOURS) ||
        !nobody_may(j, act, about))
        return true;
    if (!barred) {
        struct right_answer a = right_ask_instead(j->book->rights, act, about, j->performer, j->second);
        if (a.no == RIGHT_NOT_YOURS)
            return judge_find(j, EFFECT_REFUSE, SAY_RECORD_ROLE, args_who(j, &right->instead, NULL), NULL);
        *ret = a;
        return true;
    }
    struct json *args = args_who(j, &right->instead, ret->person);
    return judge_find(j, EFFECT_REFUSE, SAY_RIGHT_NOBODY,
                      args_text(j, args, "why", right_bar_title(ret->bar)), NULL);
}

bool check_right(struct judge *j, enum right_act act, const struct right_about *about)
{
    const struct right *right = rights_of(j->book->rights, act);
    struct right_answer answer = right_ask(j->book->rights, act, about, j->performer, j->second);
    if (!check_instead(j, act, about, &answer))
        return false;
    switch (answer.no) {
    case RIGHT_YES:
        break;
    case RIGHT_NOT_YOURS:
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_ROLE, args_who(j, &right->by, NULL), NULL);
    case RIGHT_BARRED:
        return barred(j, about, &answer);
    case RIGHT_SECOND_MISSING:
        return judge_find(j, EFFECT_REFUSE, SAY_RIGHT_SECOND, args_who(j, &right->second, NULL), NULL);
    case RIGHT_SECOND_NOT_THIS:
        return judge_find(j, EFFECT_REFUSE, SAY_RIGHT_SECOND_ROLE, args_who(j, &right->second, answer.person),
                          NULL);
    }
    return !right->document || about->documented ||
           judge_find(j, EFFECT_REFUSE, SAY_RIGHT_DOCUMENT, NULL, NULL);
}

static bool may(const struct judge *j, enum right_act act, const struct person *p)
{
    return !p->suspended && right_among(j->book->rights, &rights_of(j->book->rights, act)->by, p, NULL);
}

bool reachable(const struct judge *j, enum right_act act, const struct person *p)
{
    int64_t today = clock_day(j->now);
    size_t pos = 0;
    bool there = !person_away(p, today) || rule_off(SAY_PERSON_AWAY);
    if (!may(j, act, p))
        return false;
    for (const struct person *o; !there && (o = map_next(&j->book->people, &pos));)
        if (o != j->performer && may(j, act, o) && !person_away(o, today))
            return false; /* that one is there */
    return true;
}

/* ---- words that must exist ---- */

bool check_word(struct judge *j, const char *field, const char *word, const char *near)
{
    struct json *args = args1(j, "field", field);
    json_set_str(j->a, args, "word", plain_id(word));
    if (!near)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_WORD, args, NULL);
    return judge_find(j, EFFECT_REFUSE, SAY_RECORD_WORD_NEAR, json_set_str(j->a, args, "near", near), NULL);
}

bool check_room(struct judge *j, const char *room)
{
    size_t pos = 0;
    struct nearest near;
    if (!room || book_room(j->book, room))
        return true;
    nearest_init(&near, room);
    for (const struct room *r; (r = map_next(&j->book->rooms, &pos));)
        nearest_offer(&near, r->id);
    return check_word(j, "room", room, near.best);
}
