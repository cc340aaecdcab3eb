/*
 * One slip of the finger is no deviation: what is typed beyond its action limit, or another seal than the one
 * before, is asked for once more before it is a fact. The other person present types it, off the display; the
 * limit is not told. The same again is a fact, and what follows from it follows. Another value: both are
 * kept, and where it would be judged more mildly the worse one stands until quality has judged; so nobody
 * types a bad value away.
 *
 * A code that was scanned is never asked for twice, nor what a station's own list tells: nobody can look any
 * more.
 */
#include "core/rule/judge.h"

struct input *once_open(const struct judge *j, int field)
{
    for (size_t i = 0; i < j->occ.ninputs; i++)
        if (j->occ.input[i].field == field && j->occ.input[i].asked)
            return &j->occ.input[i];
    return NULL;
}

static bool typed(const struct judge *j, const struct field *f)
{
    return f->kind == FIELD_NUMBER || f->kind == FIELD_TOKEN || (f->kind == FIELD_DOCUMENT && j->cmd->typed);
}

/* What a value of the field beyond its limit, or unlike the one before, brings. */
static enum effect effect_of(const struct field *f)
{
    return f->kind == FIELD_NUMBER ? f->on_action : f->differs;
}

static enum effect worst_from(const struct judge *j, size_t from)
{
    enum effect worst = EFFECT_OK;
    for (size_t i = from; i < j->found.nfindings; i++)
        worst = j->found.finding[i].effect > worst ? j->found.finding[i].effect : worst;
    return worst;
}

static bool asks(const struct judge *j, const struct field *f, size_t from)
{
    if (j->cmd->spool || f->twice || !typed(j, f) || rule_off(SAY_VALUE_ONCE_MORE))
        return false;
    for (size_t i = from; i < j->found.nfindings; i++) {
        const struct finding *is = &j->found.finding[i];
        bool beyond = is->code == SAY_VALUE_ACTION || is->code == SAY_VALUE_ACTION_ROOM;
        if ((beyond || is->code == SAY_VALUE_SAME) && is->effect >= EFFECT_DEVIATION)
            return true;
    }
    return false;
}

/* Is anybody else here who could do the step? */
static bool other_here(const struct judge *j, const struct person *first)
{
    for (size_t i = 0; i < j->bench->npeople; i++) {
        struct judge other = *j;
        other.performer = other.recorder = j->bench->person[i];
        if (other.performer != first && check_people(&other))
            return true;
    }
    return false;
}

static bool same(const struct judge *j, const struct field *f, const struct input *open, const char *text)
{
    if (f->kind != FIELD_NUMBER)
        return strcmp(open->text, text) == 0;
    return open->censor == j->code->censor && dec_cmp(open->value, j->code->value) == 0;
}

/* The first one counts, and what it does to others; that there are two is what quality judges. */
static bool keep_first(struct judge *j, int field, const struct input *open, const char *text,
                       const struct found *before)
{
    const struct field *f = &judge_step(j)->field[field];
    struct code was = {.kind = f->kind == FIELD_NUMBER ? CODE_NUMBER : CODE_TEXT,
                       .value = open->value,
                       .censor = open->censor};
    const char *kept;
    j->found = *before;
    if (!check_field(j, field, &was, open->text, &kept))
        return false;
    j->found.nfindings = before->nfindings;
    struct json *args = args1(j, "field", f->id);
    json_set_str(j->a, args, "value", open->text);
    json_set_str(j->a, args, "other", text);
    json_set_str(j->a, args, "person", open->by ? open->by->id : "");
    json_set_int(j->a, args, "count", (int64_t)batch_differed(j->x, open->by) + 1);
    const struct follow *blocks = judge_follow(j, FOLLOW_ROOM_BLOCKED);
    if (blocks)
        json_set_str(j->a, args, "room", blocks->room.id);
    return judge_find(j, EFFECT_DEVIATION, blocks ? SAY_VALUE_TWO_ROOM : SAY_VALUE_TWO, args, f->id);
}

static bool take_second(struct judge *j, int field, const struct input *open, const char *text,
                        const struct found *before, struct step_input *marks)
{
    const struct field *f = &judge_step(j)->field[field];
    if (open->by && open->by != j->performer) { /* typed by the one beside */
        j->recorder = j->performer;
        j->performer = open->by;
        judge_time(j); /* whose hands it was decides whether the claimed time is believed */
    }
    if (same(j, f, open, text)) {
        marks->again = true;
        return true;
    }
    marks->instead = worst_from(j, before->nfindings) >= effect_of(f) || rule_off(SAY_VALUE_TWO);
    if (marks->instead)
        return true;
    marks->stands = open->text;
    return keep_first(j, field, open, text, before);
}

bool check_once(struct judge *j, int field, const char *text, const struct found *before,
                struct step_input *marks)
{
    const struct field *f = &judge_step(j)->field[field];
    const struct input *open = once_open(j, field);
    if (!open && !asks(j, f, before->nfindings))
        return true;
    if (!open) {
        j->found = *before;
        marks->asked = true;
        return judge_find(j, EFFECT_ALERT, SAY_VALUE_ONCE_MORE, args1(j, "field", f->id), f->id);
    }
    bool oneself = !j->cmd->spool && open->by == j->performer;
    if (oneself && other_here(j, open->by))
        return judge_find(j, EFFECT_REFUSE, SAY_VALUE_OTHER_PERSON, args1(j, "field", f->id), f->id);
    return take_second(j, field, open, text, before, marks) && (!oneself || check_left(j));
}

const struct input *two_stand(const struct batch *x, const char *step, const char *field)
{
    int i = step ? protocol_step(x->protocol, step) : -1;
    int k = i >= 0 && field ? step_field(&x->protocol->step[i], field) : -1;
    for (size_t o = 0; k >= 0 && o < x->step[i].nocc; o++)
        for (size_t n = 0; n < x->step[i].occ[o]->ninputs; n++) {
            const struct input *in = &x->step[i].occ[o]->input[n];
            if (in->field == k && in->differed && !in->first_of_two && !in->changed)
                return in;
        }
    return NULL;
}

void once_take(struct judge *j, int field, const struct step_input *marks)
{
    struct input *open = once_open(j, field);
    open->asked = false;
    open->first_of_two = marks->instead;
    j->occ.input[j->occ.ninputs - 1].first_of_two = !marks->instead;
}
