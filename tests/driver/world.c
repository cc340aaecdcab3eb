/* The sample facility and two protocols: the shipped one, and a small one with what that lacks. */
#include "driver.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/jansson.h"
#include "lib/yaml_json.h"

struct world {
    struct play *p;
    struct arena *a;
};

static const struct {
    const char *member, *kind, *stream, *id;
} lists[] = {
    {"people", "person.enrolled", "person", "person"},
    {"rooms", "room.added", "room", "room"},
    {"stations", "station.enrolled", "station", "station"},
    {"equipment", "equipment.added", "equipment", "equipment"},
    {"places", "place.added", "place", "place"},
    {"lots", "lot.received", "lot", "lot"},
    {"clinics", "clinic.added", "clinic", "clinic"},
    {"plans", "plan.registered", "plan", "plan"},
};

/* `+N` and `-N` are days from now. */
static const char *real_text(struct world *w, const char *s)
{
    bool relative = (*s == '+' || *s == '-') && s[1] && !s[1 + strspn(s + 1, "0123456789")];
    char day[11];
    if (!relative)
        return s;
    clock_day_format(clock_day(w->p->rig.now) + strtol(s, NULL, 10), day);
    return arena_strdup(w->a, day);
}

static struct json *real(struct world *w, const json_t *v)
{
    const char *name;
    json_t *m;
    size_t i;
    if (json_is_string(v))
        return json_str(w->a, real_text(w, json_string_value(v)));
    if (json_is_boolean(v))
        return json_bool(w->a, json_is_true(v));
    if (json_is_array(v)) {
        struct json *list = json_array(w->a);
        json_array_foreach(v, i, m) json_push(list, real(w, m));
        return list;
    }
    struct json *o = json_object(w->a);
    json_object_foreach((json_t *)v, name, m)
    {
        bool secret = strcmp(name, "pin") == 0 || strcmp(name, "password") == 0;
        if (!secret && !json_is_object(m)) /* people's names are not of the log */
            json_set(w->a, o, name, real(w, m));
    }
    return o;
}

static void enter(struct world *w, const char *stream, const char *kind, struct json *body)
{
    struct buf text;
    buf_init(&text);
    json_write(&text, body);
    rig_entry(&w->p->rig, stream, kind, text.data);
    buf_fini(&text);
}

static void add(struct world *w, size_t list, const json_t *item)
{
    struct json *body = real(w, item), *kept = json_object(w->a);
    bool released = json_get_bool(body, "released");
    const char *id = json_get_str(body, lists[list].id),
               *stream = arena_printf(w->a, "%s/%s", lists[list].stream, id);
    json_each(m, body)
        if (strcmp(m->name, "released") != 0)
            json_set(w->a, kept, m->name, json_copy(w->a, m));
    if (strcmp(lists[list].stream, "person") == 0)
        json_set_str(w->a, kept, "cred", id);
    if (strcmp(lists[list].stream, "station") == 0)
        json_set_str(w->a, kept, "token", id);
    if (strcmp(lists[list].stream, "station") == 0 && json_get(kept, "room")) /* as if a tablet's own */
        json_set_str(w->a, kept, "key", w->p->point);
    enter(w, stream, lists[list].kind, kept);
    if (released)
        enter(w, stream, "lot.released", json_set_str(w->a, json_object(w->a), "lot", id));
}

#define PART 40000

static void add_protocol(struct world *w, const char *path)
{
    static char text[BOUND_PROTOCOL_BYTES];
    struct protocol *p = NULL;
    struct protocol_error err;
    size_t n = 0, part = 0;
    FILE *f = fopen(path, "r");
    if (!f)
        broken("world", "%s cannot be read", path);
    size_t len = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[len] = 0;
    if (protocol_load(text, len, &p, &err, 1, &n) != 0)
        broken("world", "%s:%d:%d: %s (%s)", path, err.line, err.column, err.text, err.hint);
    const char *stream = arena_printf(w->a, "protocol/%s@%s", p->id, p->version);
    for (size_t at = 0, take; at < len; at += take) {
        take = len - at < PART ? len - at : PART;
        while (at + take < len && ((unsigned char)text[at + take] & 0xc0) == 0x80)
            take--;
        struct json *b = json_set(w->a, json_object(w->a), "text", json_strn(w->a, text + at, take));
        enter(w, stream, "protocol.text", json_set_int(w->a, b, "part", (int64_t)++part));
    }
    static const char *const kinds[] = {"protocol.registered", "protocol.approved", "protocol.approved"};
    static const char *const depts[] = {NULL, "manufacturing", "quality"};
    char hash[44];
    enc_digest(p->hash, hash);
    for (int i = 0; i < 3; i++) {
        struct json *b = json_set_str(w->a, json_object(w->a), "protocol", p->id);
        json_set_str(w->a, b, "version", p->version);
        json_set_str(w->a, b, "hash", hash);
        enter(w, stream, kinds[i], json_set_str(w->a, b, "dept", depts[i]));
    }
    protocol_free(p);
}

void world_set_up(struct play *p)
{
    struct world w = {p, &p->rig.arena};
    json_t *facility = NULL, *item;
    char *error = NULL;
    size_t i;
    if (yaml_json_load(ETC_DIR "/facility/sample.yaml", &facility, &error) != 0)
        broken("world", "%s", error);
    json_object_del(json_object_get(facility, "facility"), "numbering"); /* the driver numbers by itself */
    enter(&w, "facility", "facility.opened", real(&w, json_object_get(facility, "facility")));
    for (size_t l = 0; l < sizeof(lists) / sizeof(*lists); l++)
        json_array_foreach(json_object_get(facility, lists[l].member), i, item) add(&w, l, item);
    add_protocol(&w, ETC_DIR "/protocols/nk-autologous.yaml");
    add_protocol(&w, DRIVER_DIR "/small.yaml");
    json_decref(facility);
}
