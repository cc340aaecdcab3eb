/*
 * GET /v1/kinds: the kinds of entries, and of those that people send as a record what it takes: members by
 * the kind's own shape, who may by the table of rights in force. A program that makes forms of it knows no
 * kind by name.
 */
#include "api/api.h"
#include "base/bounds.h"
#include "core/rule/record.h"

/* Families of etc/report-words.yaml. */
#define MEMBER "member"

static const char *form_of(enum member_form form)
{
    static const char *const name[] = {
        [MEMBER_TEXT] = "text",         [MEMBER_ID] = "id",
        [MEMBER_DECIMAL] = "decimal",   [MEMBER_DIGEST] = "digest",
        [MEMBER_GS1] = "gs1",           [MEMBER_KEY] = "key",
        [MEMBER_POINT] = "point",       [MEMBER_DAY] = "day",
        [MEMBER_INT] = "int",           [MEMBER_BOOL] = "bool",
        [MEMBER_YESNO] = "yesno",       [MEMBER_WORD] = "word",
        [MEMBER_TEXTS] = "texts",       [MEMBER_LIST] = "list",
        [MEMBER_OBJECT] = "object",     [MEMBER_JSON] = "json",
        [MEMBER_PERSONAL] = "personal", [MEMBER_SECRETS] = "secrets",
    };
    return name[form];
}

static struct json *options_of(const struct words *w, const struct member *m)
{
    struct json *list = json_array(w->a);
    for (size_t i = 1; m->words && i < m->words->n; i++) {
        const char *id = word_name(m->words, (int)i);
        struct json *o = json_set_str(w->a, json_object(w->a), "id", id);
        json_push(list, json_set(w->a, o, "title", api_text(w->a, word(w, m->name, id))));
    }
    return list->len ? list : NULL;
}

/* What it is called in that kind, or in any. */
static struct text title_of(const struct words *w, const struct kind *k, const char *member)
{
    const char *own = arena_printf(w->a, "%s.%s", kind_text(k->id), member);
    return word(w, MEMBER, word_known(w, MEMBER, own) ? own : member);
}

static struct json *members_of(const struct words *w, const struct kind *k)
{
    struct json *list = json_array(w->a);
    for (const struct member *m = k->shape.member; m < k->shape.member + k->shape.n; m++) {
        if (m->flags & OWN)
            continue;
        struct json *o = json_set_str(w->a, json_object(w->a), "name", m->name);
        json_set(w->a, o, "title", api_text(w->a, title_of(w, k, m->name)));
        json_set_str(w->a, o, "form", form_of(m->form));
        json_set(w->a, o, "needed", m->flags & NEEDED ? json_bool(w->a, true) : NULL);
        json_set(w->a, o, "options", options_of(w, m));
        if (m->form == MEMBER_TEXT || m->form == MEMBER_PERSONAL)
            json_set_int(w->a, o, "max", m->max ? (int64_t)m->max : BOUND_TEXT_FIELD);
        json_push(list, o);
    }
    return list;
}

/* The right that its rule names, or the one of its name; NULL: what it asks for hangs on what it changes. */
static const struct right *right_of(const struct rights *r, const struct kind *k)
{
    int act = k->record->right ? (int)k->record->right : word_find(&right_act_words, kind_text(k->id));
    return act ? rights_of(r, (enum right_act)act) : NULL;
}

static struct json *record_json(const struct words *w, const struct rights *rights, const struct kind *k)
{
    const struct right *r = right_of(rights, k);
    struct json *o = json_object(w->a);
    json_set(w->a, o, "title", api_text(w->a, r ? r->title : word(w, "record", kind_text(k->id))));
    json_set(w->a, o, "session", k->record->session ? json_bool(w->a, true) : NULL);
    json_set(w->a, o, "shown", k->record->shown ? json_bool(w->a, true) : NULL);
    if (r) {
        json_set(w->a, o, "who", api_text(w->a, rights_words(rights, &r->by, w->a)));
        const struct right *also = k->record->also ? rights_of(rights, k->record->also) : r;
        const struct right_who *second = right_wanted(&r->second) ? &r->second : &also->second;
        json_set(w->a, o, "second",
                 right_wanted(second) ? api_text(w->a, rights_words(rights, second, w->a)) : NULL);
        json_set(w->a, o, "document", r->document ? json_bool(w->a, true) : NULL);
    }
    return json_set(w->a, o, "members", members_of(w, k));
}

void api_kinds(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    if (!api_station(api, r))
        return;
    arena_init(&a, 0);
    const struct words w = api_words(api, &a);
    const struct rights *rights = flow_book(api->flow)->rights;
    struct json *list = json_array(&a);
    for (int i = 1; i < KINDS; i++) {
        const struct kind *k = kind_of((enum kind_id)i);
        struct json *o = json_set_str(&a, json_object(&a), "kind", kind_text(k->id));
        json_set(&a, o, "reads", api_text(&a, (struct text){k->reads.ja, k->reads.en}));
        /* those two by asking for a document */
        bool sent = k->record && k->id != KIND_PERSONAL_SHOWN && k->id != KIND_LABEL_PRINTED;
        json_set(&a, o, "record", sent ? record_json(&w, rights, k) : NULL);
        json_push(list, o);
    }
    api_reply_json(r, json_set(&a, json_object(&a), "kinds", list));
    arena_fini(&a);
}
