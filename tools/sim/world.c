/* The facility as the simulator knows it: who has which badge and PIN, which station which token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ctype.h>
#include <dirent.h>

#include "core/code/code.h"
#include "lib/files.h"
#include "sim.h"

struct sim_person *world_person(struct sim *s, const char *id)
{
    return id ? map_get(&s->person_by_id, id) : NULL;
}

struct sim_station *world_station(struct sim *s, const char *id)
{
    return id ? map_get(&s->station_by_id, id) : NULL;
}

struct sim_station *world_any(struct sim *s, const struct sim_station *st)
{
    struct sim_station *any = s->stations;
    while (any->next && (any == st || any->key))
        any = any->next;
    return any;
}

static const char *keep(struct sim *s, const json_t *o, const char *name)
{
    const char *v = json_string_value(json_object_get(o, name));
    return v ? arena_strdup(&s->arena, v) : NULL;
}

static int load_people(struct sim *s, const char *dir, char *ret_error, size_t size)
{
    char *path = files_join(dir, "logins.json"), raw[72];
    json_error_t why;
    json_t *list = json_load_file(path, 0, &why), *o;
    size_t i;
    if (!list)
        snprintf(ret_error, size, "%s: %s", path, why.text);
    json_array_foreach(list, i, o)
    {
        struct sim_person *p = arena_alloc(&s->arena, sizeof(*p));
        p->id = keep(s, o, "person");
        const char *role = json_string_value(json_array_get(json_object_get(o, "roles"), 0));
        p->role = role ? arena_strdup(&s->arena, role) : "";
        p->pin = keep(s, o, "pin");
        p->password = keep(s, o, "password");
        if (!p->id || code_make('P', p->id, raw, sizeof(raw)))
            continue;
        p->badge = arena_strdup(&s->arena, raw);
        p->next = s->people;
        s->people = p;
        map_put(&s->person_by_id, p->id, p);
    }
    json_decref(list);
    free(path);
    return s->people ? CPF_OK : CPF_E_IO;
}

static void load_station(struct sim *s, const char *folder, const char *file)
{
    size_t len = strlen(file);
    char *path, *token;
    struct sim_station *st;
    if (len < 7 || strcmp(file + len - 6, ".token") != 0)
        return;
    path = files_join(folder, file);
    token = files_line(path);
    free(path);
    if (!token)
        return;
    st = arena_alloc(&s->arena, sizeof(*st));
    st->id = arena_strndup(&s->arena, file, len - 6);
    st->token = arena_strdup(&s->arena, token);
    st->next = s->stations;
    s->stations = st;
    map_put(&s->station_by_id, st->id, st);
    free(token);
}

static int load_stations(struct sim *s, const char *dir, char *ret_error, size_t size)
{
    char *folder = files_join(dir, "stations");
    DIR *d = opendir(folder);
    struct dirent *e;
    while (d && (e = readdir(d)))
        load_station(s, folder, e->d_name);
    if (d)
        closedir(d);
    if (!s->stations)
        snprintf(ret_error, size, "%s: no station tokens", folder);
    free(folder);
    return s->stations ? CPF_OK : CPF_E_IO;
}

/* How many copies of the facility there are: OP1, OP1-2, OP1-3 … */
static void count_groups(struct sim *s)
{
    const struct cast *c = s->story->cast;
    char id[80];
    s->groups = 1;
    while (c && (c->lot || !world_person(s, c->id[0])))
        c = c->next;
    if (!c)
        return;
    do
        snprintf(id, sizeof(id), "%s-%d", c->id[0], ++s->groups);
    while (world_person(s, id));
    s->groups--;
}

int world_load(struct sim *s, const char *dir, char *ret_error, size_t size)
{
    int err = load_people(s, dir, ret_error, size);
    if (!err)
        err = load_stations(s, dir, ret_error, size);
    if (!err)
        count_groups(s);
    return err;
}

const char *world_cast(struct sim *s, int lane, const char *name)
{
    const struct cast *c = story_cast(s->story, name);
    int group = lane / s->story->lanes + 1;
    const char *id;
    if (!c)
        return isupper((unsigned char)*name) ? name : NULL;
    id = c->id[(size_t)(lane % s->story->lanes) % c->n];
    return group > 1 && !c->lot ? arena_printf(&s->arena, "%s-%d", id, group) : id;
}

void world_joined(struct sim_station *st, struct sim_person *p)
{
    for (size_t i = 0; i < st->npeople; i++)
        if (st->person[i] == p)
            return;
    if (st->npeople < STATION_PEOPLE)
        st->person[st->npeople++] = p;
    if (st->npeople == 1)
        st->acting = p;
    p->at = st;
}

void world_midnight(struct sim *s)
{
    for (struct sim_station *st = s->stations; st; st = st->next)
        while (st->npeople)
            world_left(st, st->person[0]);
}

void world_left(struct sim_station *st, struct sim_person *p)
{
    size_t n = 0;
    for (size_t i = 0; i < st->npeople; i++)
        if (st->person[i] != p)
            st->person[n++] = st->person[i];
    st->npeople = n;
    p->at = NULL;
    if (st->acting == p)
        st->acting = NULL; /* whoever goes on reads the own badge */
    if (n == 0) {
        st->batch = NULL;
        *st->next_step = 0;
        st->open = false;
    }
}
