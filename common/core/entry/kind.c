#include "core/entry/kind.h"

#include <string.h>

#define KIND_EXTERN_(id, symbol, name, stream, flags) extern const struct kind kind_##symbol;
KIND_LIST(KIND_EXTERN_)
#define KIND_ROW_(id, symbol, name, stream, flags) [KIND_##id] = &kind_##symbol,
static const struct kind *const kinds[KINDS] = {KIND_LIST(KIND_ROW_)};

const struct kind *kind_of(enum kind_id id)
{
    return (unsigned)id < KINDS ? kinds[id] : NULL;
}

/* ---- what was judged ---- */

static const char *const outcome_word[] = {NULL,        "accepted", "already", "alert",
                                           "deviation", "hold",     "refused"};
const struct word_list outcome_words = {sizeof(outcome_word) / sizeof(*outcome_word), outcome_word};

const char *outcome_name(enum outcome o)
{
    return word_name(&outcome_words, (int)o);
}

static const struct member understood_member[] = {
    M_TEXT(struct understood, kind, NEEDED),
    M_TEXT(struct understood, id, 0),
    M_TEXT(struct understood, lot, 0),
    M_TEXT(struct understood, unit, 0),
};
const struct shape understood_shape = SHAPE(struct understood, understood_member);

static const struct member judged_member[] = {
    M_WORD(struct judged, outcome, enum outcome, OWN, &outcome_words),
    M_TEXT(struct judged, code, OWN),
    M_JSON(struct judged, args, OWN),
    M_OBJECT(struct judged, understood, OWN, &understood_shape),
    M_JSON(struct judged, beside, OWN),
    M_BOOL(struct judged, typed, OWN),
    M_BOOL(struct judged, latched, OWN),
    M_TEXT(struct judged, form, OWN),
    M_TEXTS(struct judged, deviations, OWN),
    M_TEXTS(struct judged, holds, OWN),
};
const struct shape judged_shape = SHAPE(struct judged, judged_member);

/* ---- building and reading ---- */

struct json *kind_build(const struct kind *k, const void *value, const struct judged *judged, struct arena *a)
{
    struct json *body = json_object(a);
    shape_build(&k->shape, value, a, body);
    if (judged)
        shape_build(&judged_shape, judged, a, body);
    return body;
}

int kind_read(const struct entry *e, struct arena *a, struct body *ret)
{
    const struct kind *k = kind_of(kind_find(e->kind));
    if (!k)
        return CPF_E_PROFILE;
    void *value = arena_alloc(a, k->shape.size + 1);
    *ret = (struct body){k, value};
    return shape_read(&k->shape, e->body, e->pd, a, value);
}

const void *entry_as(const struct entry *e, enum kind_id id, struct arena *a)
{
    struct body body = {0};
    int err = kind_is(e->kind, id) ? kind_read(e, a, &body) : CPF_E_PROFILE;
    (void)err; /* older programs asked for less */
    return kind_value(&body, id);
}

void judged_read(const struct entry *e, struct arena *a, struct judged *ret)
{
    require(shape_read(&judged_shape, e->body, NULL, a, ret) == 0); /* nothing of it is needed */
}

static const struct member named_member[] = {
    M_TEXT(struct named, batch, 0),
    M_TEXT(struct named, step, 0),
};
static const struct shape named_shape = SHAPE(struct named, named_member);

void named_read(const struct entry *e, struct arena *a, struct named *ret)
{
    require(shape_read(&named_shape, e->body, NULL, a, ret) == 0); /* nothing of it is needed */
}

const char *entry_secret(const struct entry *e, const char *name)
{
    return json_get_str(e->pd, name);
}

void actor_read(const struct entry *e, struct actor *ret)
{
    *ret = (struct actor){
        .performed = json_get_str(e->actor, "performed"),
        .recorded = json_get_str(e->actor, "recorded"),
        .witnessed = json_get_str(e->actor, "witnessed"),
        .system = json_get_str(e->actor, "system"),
        .dept = (enum dept)word_find(&dept_words, json_get_str(e->actor, "dept")),
        .station = json_get_str(e->actor, "station"),
    };
}

struct json *actor_build(const struct actor *actor, struct arena *a)
{
    struct json *o = json_object(a);
    json_set_str(a, o, "performed", actor->performed);
    json_set_str(a, o, "recorded", actor->recorded);
    json_set_str(a, o, "witnessed", actor->witnessed);
    json_set_str(a, o, "system", actor->system);
    json_set_str(a, o, "dept", word_name(&dept_words, (int)actor->dept));
    return json_set_str(a, o, "station", actor->station);
}

static const char *const late_word[] = {NULL,     "offline",    "busy",          "paper",
                                        "opened", "paper-form", "offline-unseen"};
const struct word_list late_words = {sizeof(late_word) / sizeof(*late_word), late_word};

enum late entry_late(const struct entry *e)
{
    return (enum late)word_find(&late_words, e->late);
}

int64_t entry_event_time(const struct entry *e)
{
    enum late late = entry_late(e);
    return e->occurred && (late == LATE_OFFLINE || late == LATE_FORM) ? e->occurred : e->at;
}

const char *entry_form(const struct entry *e, struct arena *a)
{
    struct judged judged;
    if (entry_late(e) != LATE_FORM)
        return NULL;
    judged_read(e, a, &judged);
    return judged.form;
}
