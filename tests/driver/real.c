#include "real.h"

#include <stdlib.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/jansson.h"
#include "core/rule/missing.h"
#include "lib/facility.h"

#define NEW_PIN      "135790"
#define NO_TOKEN     "nobody-has-this-token-"
#define NEW_PASSWORD "driver-driver-driver"

/* ---- the facility's secrets ---- */

static void keep(struct real *r, struct map *m, const char *name, const char *value)
{
    if (name && value)
        map_put(m, arena_strdup(&r->keep, name), arena_strdup(&r->keep, value));
}

static void read_logins(struct real *r)
{
    json_error_t e;
    json_t *list = json_load_file(arena_printf(&r->keep, "%s/facility/logins.json", r->dir), 0, &e), *p;
    size_t i;
    if (!list)
        broken("world", "no logins: %s", e.text);
    json_array_foreach(list, i, p)
    {
        const char *id = json_string_value(json_object_get(p, "person"));
        keep(r, &r->pins, id, json_string_value(json_object_get(p, "pin")));
        keep(r, &r->passwords, id, json_string_value(json_object_get(p, "password")));
    }
    json_decref(list);
}

static const char *token(struct play *p, const char *station)
{
    struct real *r = p->real;
    const char *known = map_get(&r->tokens, station);
    char line[100] = "";
    if (known)
        return known;
    FILE *f = fopen(arena_printf(&r->keep, "%s/facility/stations/%s.token", r->dir, station), "r");
    if (!f || !fgets(line, sizeof(line), f))
        snprintf(line, sizeof(line), NO_TOKEN "%s", station);
    if (f)
        fclose(f);
    line[strcspn(line, "\n")] = 0;
    keep(r, &r->tokens, station, line);
    return map_get(&r->tokens, station);
}

/* One key and one pair of sealed secrets for all who are enrolled on the way. */
static void make_secrets(struct real *r)
{
    json_t *p = json_pack("{s:s,s:s,s:s}", "person", "NEW", "pin", NEW_PIN, "password", NEW_PASSWORD);
    char *error = NULL, digest[44];
    uint8_t d[HASH_LEN];
    if (facility_person(p, true, &error) != 0)
        broken("world", "%s", error);
    json_t *cred = json_object_get(p, "cred");
    r->key = arena_strdup(&r->keep, json_string_value(json_object_get(p, "key")));
    r->pin_sealed = arena_strdup(&r->keep, json_string_value(json_object_get(cred, "pin")));
    r->key_sealed = arena_strdup(&r->keep, json_string_value(json_object_get(cred, "key")));
    const char *both = arena_printf(&r->keep, "%s\n%s", r->pin_sealed, r->key_sealed);
    hash_sha256(both, strlen(both), d);
    enc_digest(d, digest);
    r->cred = arena_strdup(&r->keep, digest);
    json_decref(p);
}

const char *real_station(struct play *p)
{
    size_t pos = 0;
    for (const struct station *st; (st = map_next(&p->rig.book.stations, &pos));)
        if (!st->revoked && strncmp(token(p, st->id), NO_TOKEN, strlen(NO_TOKEN)) != 0)
            return st->id;
    broken("no station is left", "%zu entries", p->rig.n);
}

/* ---- the log ---- */

struct rows {
    struct entry *e;
    size_t n, at;
};

static PGresult *ask(struct real *r, const char *sql, uint64_t from)
{
    char text[24];
    const char *param[] = {text};
    snprintf(text, sizeof(text), "%llu", (unsigned long long)from);
    for (int64_t until = clock_mono_ms() + REAL_PATIENCE_MS; clock_mono_ms() < until;) {
        if (!r->pg)
            r->pg = PQconnectdb("dbname=cpf user=postgres");
        PGresult *res = PQexecParams(r->pg, sql, 1, NULL, param, NULL, NULL, 0);
        if (PQresultStatus(res) == PGRES_TUPLES_OK)
            return res;
        PQclear(res);
        PQfinish(r->pg);
        r->pg = NULL;
        struct timeval tv = {0, 50000};
        event_base_loopexit(r->base, &tv);
        event_base_dispatch(r->base);
    }
    broken("no database", "%s", sql);
}

static void take_disclosed(struct play *p, uint64_t from)
{
    struct real *r = p->real;
    struct arena *a = &p->rig.arena;
    PGresult *res = ask(r, "select salted from cpf.disclosure where idx >= $1", from);
    for (int i = 0; i < PQntuples(res); i++) {
        const char *salted = PQgetvalue(res, i, 0), *name, *value;
        uint8_t d[HASH_LEN];
        char digest[44];
        hash_sha256(salted, strlen(salted), d);
        enc_digest(d, digest);
        if (disclosure_open(a, salted, digest, &name, &value) == 0)
            map_put(&p->rig.disclosed, arena_strdup(a, digest), (void *)arena_strdup(a, value));
    }
    PQclear(res);
}

/* What is new in the log, without void rows. */
static struct rows new_rows(struct play *p)
{
    struct real *r = p->real;
    struct arena *a = &p->rig.arena;
    PGresult *res =
        ask(r, "select idx, body from cpf.entry where idx >= $1 and body is not null order by idx", r->next);
    struct rows rows = {.e = arena_alloc(a, ((size_t)PQntuples(res) + 1) * sizeof(struct entry))};
    uint64_t from = r->next;
    for (int i = 0; i < PQntuples(res); i++) {
        struct entry *e = &rows.e[rows.n++];
        const char *text = arena_strdup(a, PQgetvalue(res, i, 1));
        *e = (struct entry){0};
        if (entry_read(e, a, text, strlen(text)) != 0)
            broken("entry cannot be read", "%s", text);
        e->idx = strtoull(PQgetvalue(res, i, 0), NULL, 10);
        r->next = e->idx + 1;
    }
    PQclear(res);
    if (rows.n)
        take_disclosed(p, from);
    return rows;
}

static void take(struct play *p, struct rows *rows, size_t n)
{
    for (; n; n--)
        rig_take(&p->rig, &rows->e[rows->at++]);
}

/* ---- a judgement, and the entries that the daemon made of its own ---- */

const char *real_text(struct arena *a, const struct json *v)
{
    struct buf b;
    buf_init(&b);
    json_write(&b, v);
    const char *s = arena_strndup(a, b.data, b.len);
    buf_fini(&b);
    return s;
}

static bool same_names(const struct json *pd, const struct secret *list, size_t n)
{
    size_t have = pd ? pd->len : 0;
    for (size_t i = 0; i < n; i++)
        if (!json_get(pd, list[i].name))
            return false;
    return have == n;
}

/* NULL, or what differs. */
static const char *differs(struct play *p, const struct draft *d, const struct entry *e,
                           const struct command *cmd)
{
    struct arena *a = &p->rig.arena;
    struct secret secret[DRAFT_SECRETS];
    const char *kind = kind_text(d->kind), *body = real_text(a, draft_body(d, a)),
               *actor = real_text(a, draft_actor(d, cmd->station ? cmd->station->id : NULL, a));
    if (strcmp(kind, e->kind) != 0 || strcmp(d->stream, e->stream) != 0 ||
        strcmp(body, real_text(a, e->body)) != 0 || strcmp(actor, real_text(a, e->actor)) != 0)
        return arena_printf(a, "judged: %s %s %s %s", kind, d->stream, actor, body);
    if (!same_names(e->pd, secret, draft_secrets(d, secret)))
        return arena_printf(a, "judged: %s with other personal values", kind);
    int64_t occurred = !d->system && cmd->occurred && cmd->occurred != e->at ? cmd->occurred : 0;
    return occurred != e->occurred ? arena_printf(a, "judged: occurred %lld", (long long)occurred) : NULL;
}

#define IDLE_AFTER_S 1800 /* the daemon's own configuration says nothing else */

/* The command judged when its first entry was made; NULL, or how that differs from the rows. */
static const char *judged(struct play *p, const struct rows *rows, const struct command *cmd)
{
    struct arena *a = &p->rig.arena;
    struct verdict *v = &p->rig.v;
    p->rig.now = rows->e[rows->at].at;
    struct command c = *cmd;
    c.idle_after_s = IDLE_AFTER_S;
    rig_judge(&p->rig, &c);
    for (size_t i = 0; i < v->ndrafts; i++) {
        if (rows->at + i == rows->n)
            return arena_printf(a, "entry %zu of %zu of the command is missing", i + 1, v->ndrafts);
        const char *how = differs(p, &v->draft[i], &rows->e[rows->at + i], cmd);
        if (how)
            return arena_printf(a, "%s\n  recorded: %s", how, rows->e[rows->at + i].text);
    }
    return NULL;
}

static size_t leading(const struct verdict *v)
{
    size_t n = 0;
    while (n < v->ndrafts && v->draft[n].system)
        n++;
    return n;
}

static void note(struct play *p)
{
    p->tally.outcome[p->rig.v.outcome]++;
    if (!map_get(&p->codes, p->rig.v.code)) {
        map_put(&p->codes, p->rig.v.code, p);
        p->tally.codes++;
    }
}

/* The system's own, but for the log's: a deadline has passed. */
static void take_system(struct play *p, struct rows *rows)
{
    struct deadline d = {0};
    const struct entry *e = &rows->e[rows->at];
    struct batch *x = book_batch(&p->rig.book, stream_rest(e->stream, STREAM_BATCH));
    bool due = book_deadline_after(&p->rig.book, &d, &d) && d.at <= e->at;
    if (!due && x && rule_rota_due(&p->rig.book, x, e->at)) /* once a day, and no deadline */
        d = (struct deadline){e->at, x, {OWED_ROTA, 0}};
    else if (!due)
        broken("entry of nobody", "%s", e->text);
    struct command c = {.kind = COMMAND_DEADLINE, .due_batch = d.batch, .due = d.due};
    const char *how = judged(p, rows, &c);
    if (how)
        broken("deadline judged differently", "%s", how);
    note(p);
    take(p, rows, p->rig.v.ndrafts);
}

/* Is the next row the command's first one? Its own id stands behind the housekeeping. */
static bool begins(struct play *p, const struct rows *rows, const struct command *cmd, const char *id)
{
    size_t k = rows->at;
    while (k < rows->n && !(rows->e[k].id && strcmp(rows->e[k].id, id) == 0))
        k++;
    if (k == rows->n || rows->e[k].at != rows->e[rows->at].at)
        return false;
    struct command c = *cmd;
    c.idle_after_s = IDLE_AFTER_S;
    p->rig.now = rows->e[k].at;
    rig_judge(&p->rig, &c);
    return k == rows->at + leading(&p->rig.v) || rows->e[rows->at].id;
}

/* What the live book judged, a book of the log judges alike; around a restart either of the two may have. */
static void take_own(struct play *p, struct rows *rows, const struct command *cmd, bool restarted)
{
    const char *how = judged(p, rows, cmd);
    if (how && restarted) {
        play_restart(p);
        how = judged(p, rows, cmd);
    }
    if (how)
        broken("judged differently", "%s", how);
    note(p);
    take(p, rows, p->rig.v.ndrafts);
}

/* What the daemon records of itself: no rule judges it. */
static bool of_the_daemon(const struct entry *e)
{
    static const enum kind_id kinds[] = {KIND_BASIS_CHANGED, KIND_RECORDER_STOPPED, KIND_RECORDER_RESUMED,
                                         KIND_STATION_SILENT, KIND_STATION_RETURNED};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (kind_is(e->kind, kinds[i]))
            return true;
    return strcmp(e->stream, "log") == 0;
}

/* All that is new; `id` NULL: nothing of the driver's own. Says whether the command's entries were there. */
bool real_take(struct play *p, const struct command *cmd, const char *id, bool restarted)
{
    struct rows rows = new_rows(p);
    bool found = false;
    p->rig.first = p->rig.n;
    while (rows.at < rows.n) {
        if (of_the_daemon(&rows.e[rows.at])) {
            take(p, &rows, 1);
        } else if (id && !found && begins(p, &rows, cmd, id)) {
            take_own(p, &rows, cmd, restarted);
            found = true;
        } else {
            take_system(p, &rows);
        }
    }
    return found;
}

/* ---- requests ---- */

static void set_time(struct arena *a, struct json *o, const char *name, int64_t ms)
{
    char text[CLOCK_TEXT];
    clock_format(ms, text);
    json_set_str(a, o, name, text);
}

static void set_secret(struct play *p, struct json *o, const char *name, const char *how,
                       const struct map *own, const char *other, const struct command *cmd)
{
    const char *right = cmd->person ? map_get(own, cmd->person->id) : NULL;
    if (how)
        json_set_str(&p->rig.arena, o, name,
                     strcmp(how, "right") == 0 ? (right ? right : other) : "000000-wrong");
}

static void copy(struct arena *a, struct json *o, const struct json *c, const char *const *names)
{
    for (; *names; names++)
        if (json_get(c, *names))
            json_set(a, o, *names, json_copy(a, json_get(c, *names)));
}

static const char *fill(struct play *p, const struct json *c, const struct command *cmd, struct json *o)
{
    static const char *const scan[] = {"raw", "typed", NULL}, *const session[] = {"badge", NULL},
                             *const act[] = {"badge",   "batch", "protocol", "step", "skip",
                                             "pending", "shown", "fields",   NULL},
                             *const record[] = {"badge", "kind", "shown", NULL};
    struct real *r = p->real;
    struct arena *a = &p->rig.arena;
    switch (cmd->kind) {
    case COMMAND_SCAN:
        copy(a, o, c, scan);
        return "/v1/scans";
    case COMMAND_SESSION:
        copy(a, o, c, session);
        set_secret(p, o, "pin", json_get_str(c, "pin"), &r->pins, NEW_PIN, cmd);
        return "/v1/sessions";
    case COMMAND_ACT:
        copy(a, o, c, act);
        set_secret(p, o, "password", json_get_str(c, "secret"), &r->passwords, NEW_PASSWORD, cmd);
        return "/v1/acts";
    default:
        copy(a, o, c, record);
        set_secret(p, o, "password", json_get_str(c, "secret"), &r->passwords, NEW_PASSWORD, cmd);
        struct json *body = json_copy(a, cmd->body);
        if (cmd->cred) {
            struct json *cred = json_set_str(a, json_object(a), "pin", r->pin_sealed);
            json_set(a, body, "cred", json_set_str(a, cred, "key", r->key_sealed));
        }
        json_set(a, o, "body", body);
        return "/v1/records";
    }
}

static json_t *request(struct play *p, const struct json *c, struct command *cmd, char ret_id[37],
                       const char **ret_path)
{
    struct arena *a = &p->rig.arena;
    struct json *o = json_object(a);
    uuid7_make(clock_now_ms(), ret_id);
    json_set_str(a, o, "id", ret_id);
    if (cmd->claimed)
        set_time(a, o, "at", cmd->claimed);
    if (cmd->late) {
        struct json *late = json_set_str(a, json_object(a), "reason", word_name(&late_words, (int)cmd->late));
        set_time(a, late, "occurred", cmd->occurred);
        json_set_str(a, late, "form", cmd->form);
        json_set(a, o, "late", late);
    }
    *ret_path = fill(p, c, cmd, o);
    real_sign(p, c, *ret_path, o, cmd);
    json_error_t e;
    json_t *req = json_loads(real_text(a, o), 0, &e);
    require(req);
    return req;
}

static const char *member(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

/* 200, or refused as a client must be: with a code that the catalogue has words for. */
void real_check(struct play *p, int status, const json_t *answer, const char *error, bool found,
                const struct command *cmd)
{
    const char *code = member(answer, "code");
    const struct verdict *v = &p->rig.v;
    if (status == 0)
        broken("no answer", "%s", error ? error : "");
    if (status == 200 && !found)
        broken("answered and not recorded", "%s", code);
    if (status != 200 && found)
        broken("recorded and refused", "%d %s", status, code);
    if (status != 200 && status != 400 && status != 413 && !(status == 401 && cmd->station) &&
        !(status == 403 && cmd->kind == COMMAND_ENROL))
        broken("bad answer", "%d %s", status, code);
    if (!*code || (status != 200 && !json_object_get(json_object_get(answer, "message"), "ja")))
        broken("answer without words", "%d %s", status, code);
    if (status == 200 &&
        (strcmp(member(answer, "outcome"), outcome_name(v->outcome)) != 0 || strcmp(code, v->code) != 0))
        broken("answer differs", "answered %s %s, judged %s %s", member(answer, "outcome"), code,
               outcome_name(v->outcome), v->code);
}

/* Only of those whose secret is tried does the daemon look at new ones. The generator's key is nobody's. */
static void take_credentials(struct play *p, struct command *cmd)
{
    struct real *r = p->real;
    struct arena *a = &p->rig.arena;
    const char *cred = json_get_str(cmd->body, "cred"), *key = json_get_str(cmd->body, "key");
    bool brings =
        cred && json_get_str(cmd->body, "person") && cmd->secret_given && cmd->person && !cmd->person->locked;
    if (cmd->kind != COMMAND_RECORD || !cmd->body || cmd->body->type != JSON_OBJECT)
        return;
    struct json *body = json_object(a);
    json_each(m, cmd->body) {
        if (strcmp(m->name, "key") == 0 && key && strlen(key) == strlen(r->key))
            json_set_str(a, body, "key", r->key);
        else if (!brings || strcmp(m->name, "cred") != 0)
            json_set(a, body, m->name, json_copy(a, m));
    }
    cmd->body = body;
    cmd->cred = brings ? r->cred : NULL;
}

void real_command(struct play *p, const struct json *c, struct command *cmd)
{
    struct real *r = p->real;
    char id[37], *error = NULL;
    const char *path;
    json_t *answer = NULL;
    take_credentials(p, cmd);
    if (cmd->kind == COMMAND_RECORD && (!cmd->body || cmd->body->type != JSON_OBJECT || cmd->shows))
        return;
    json_t *req = request(p, c, cmd, id, &path);
    int status = client_call(r->client, path, token(p, cmd->station->id), req, &answer, &error);
    bool restarted = real_restarted(p), found = real_take(p, cmd, id, restarted);
    real_check(p, status, answer, error, found, cmd);
    if (found)
        count_command(p, cmd);
    p->tally.commands++;
    p->tally.away += status != 200;
    if (restarted)
        play_restart(p);
    json_decref(req);
    json_decref(answer);
    free(error);
}

const char *real_get(struct play *p, const char *station, const char *path, int *ret_status)
{
    json_t *answer = NULL;
    char *error = NULL;
    *ret_status = client_call(p->real->client, path, token(p, station), NULL, &answer, &error);
    if (*ret_status == 0)
        broken("no answer", "%s: %s", path, error);
    char *text = json_dumps(answer, JSON_COMPACT | JSON_SORT_KEYS);
    const char *kept = arena_strdup(&p->rig.arena, text ? text : "");
    free(text);
    json_decref(answer);
    return kept;
}

/* ---- time ---- */

int64_t real_now(const struct play *p)
{
    return clock_now_ms() + p->real->ahead;
}

static void set_clock(struct play *p, const char *now)
{
    int64_t ms;
    if (!now || clock_parse_rfc3339(now, &ms) != 0)
        broken("no clock", "%s", now ? now : "");
    p->real->ahead = ms - clock_now_ms();
}

static void read_clock(struct play *p)
{
    char *error = NULL;
    json_t *answer = NULL;
    if (client_call(p->real->client, "/v1/status", NULL, NULL, &answer, &error) != 200)
        broken("no answer", "status: %s", error ? error : "");
    set_clock(p, member(answer, "now"));
    p->real->origin = arena_strdup(&p->real->keep, member(answer, "origin"));
    json_decref(answer);
}

void real_wait(struct play *p, int64_t ms)
{
    char text[CLOCK_TEXT], *error = NULL;
    json_t *answer = NULL;
    read_clock(p);
    clock_format(real_now(p) + ms, text);
    json_t *req = json_pack("{s:s}", "to", text);
    int status = client_call(p->real->client, "/v1/clock", token(p, real_station(p)), req, &answer, &error);
    if (status != 200 && status != 400) /* 400: it stands there already, the answer was lost */
        broken("no clock", "%d %s", status, error ? error : member(answer, "code"));
    json_decref(req);
    json_decref(answer);
    bool restarted = real_restarted(p);
    (void)real_take(p, NULL, NULL, restarted);
    if (restarted)
        play_restart(p);
    read_clock(p);
}

/* ---- begin, end ---- */

static const char *from_rig(const char *name)
{
    const char *v = getenv(name);
    if (!v)
        broken("world", "%s is not set: eval \"$(tests/rig/rig env DIR)\"", name);
    return v;
}

void real_begin(struct play *p, const char *dir)
{
    struct real *r = xcalloc(1, sizeof(*r));
    const char *error = NULL;
    p->real = r;
    r->dir = dir;
    arena_init(&r->keep, 0);
    map_init(&r->tokens);
    map_init(&r->pins);
    map_init(&r->passwords);
    read_logins(r);
    make_secrets(r);
    r->base = event_base_new();
    struct client_config cfg = {.base = r->base,
                                .url = from_rig("CPF_URL"),
                                .ca = from_rig("CPF_CA"),
                                .connections = 4,
                                .timeout_ms = 15000,
                                .patience_ms = REAL_PATIENCE_MS};
    if (!r->base || client_new(&cfg, &r->client, &error) != 0)
        broken("world", "%s", error);
    (void)real_restarted(p);
    struct rows rows = new_rows(p); /* the set-up is nobody's command */
    take(p, &rows, rows.n);
    read_clock(p);
}

void real_end(struct play *p)
{
    struct real *r = p->real;
    real_outage_over(p);
    (void)real_take(p, NULL, NULL, false);
    demand_after(p);
    real_audit(p);
    client_free(r->client);
    event_base_free(r->base);
    PQfinish(r->pg);
    map_fini(&r->tokens);
    map_fini(&r->pins);
    map_fini(&r->passwords);
    arena_fini(&r->keep);
    free(r);
    p->real = NULL;
}
