#include "bench_rig.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/enc.h"

#define NAMED "title: {ja: 題, en: Title}"

static const char head[] =
    "protocol: sample\n"
    "version: \"1\"\n"
    "product: {ja: 製品, en: Product}\n"
    "labels:\n"
    "  T: {" NAMED ", max: 5}\n"
    "  W: {" NAMED ", max: 2}\n"
    "  F: {" NAMED ", max: 1}\n"
    "  S: {" NAMED "}\n"
    "  RT: {" NAMED "}\n"
    "  FP: {" NAMED ", max: 1}\n"
    "materials:\n"
    "  tube: {" NAMED ", unit: pc}\n"
    "  albumin: {" NAMED ", unit: mL, single-batch: true}\n"
    "  il-2: {" NAMED ", unit: IU, single-batch: true}\n"
    "steps:\n"
    "  - {id: order, " NAMED
    ", by: [coordinator], dept: clinic, form: true, opens: true, unique: [patient, draw], fields: [\n"
    "      {id: patient, " NAMED ", token: \"^P[0-9]{6}$\", donor: true},\n"
    "      {id: name, " NAMED ", text: true, person: true},\n"
    "      {id: birth, " NAMED ", text: true},\n"
    "      {id: draw, " NAMED ", date: true}]}\n";

/* ---- entries ---- */

static const char *disclosed(void *arg, const char *digest)
{
    return map_get(&((struct rig *)arg)->disclosed, digest);
}

static struct json *pd_of(struct rig *r, const struct secret *secret, size_t n)
{
    struct json *pd = json_object(&r->arena);
    for (size_t i = 0; i < n; i++) {
        const char *salted;
        char digest[44];
        disclosure_make(&r->arena, secret[i].name, secret[i].value, &salted, digest);
        json_set_str(&r->arena, pd, secret[i].name, digest);
        const char *kept = arena_strdup(&r->arena, digest);
        map_put(&r->disclosed, kept, arena_strdup(&r->arena, secret[i].value));
        map_put(&r->salted, kept, (void *)salted);
    }
    return n ? pd : NULL;
}

static void keep(struct rig *r, const struct entry *e)
{
    if (r->n == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 64;
        r->log = realloc(r->log, r->cap * sizeof(*r->log));
        assert_non_null(r->log);
    }
    r->log[r->n++] = (struct rig_entry){e->text, e->len, e->occurred, e->idx};
}

/* Chains it, folds it, keeps it. */
static void append(struct rig *r, struct entry *given)
{
    struct entry e = *given;
    const struct stream *s = book_stream(&r->book, e.stream);
    e.zone = clock_zone_name();
    e.at = r->now;
    e.sseq = s ? s->sseq + 1 : 1;
    if (s)
        memcpy(e.prev, s->leaf, HASH_LEN);
    e.clock = json_set_str(&r->arena, json_object(&r->arena), "state", "simulated");
    e.idx = r->n;
    int err = entry_build(&e, &r->arena);
    if (err)
        fail_msg("%s in %s: %s", e.kind, e.stream, cpf_strerror(err));
    err = book_apply(&r->book, &e);
    if (err)
        fail_msg("%s in %s does not fold: %s: %s", e.kind, e.stream, cpf_strerror(err), e.text);
    keep(r, &e);
}

void rig_commit(struct rig *r, const struct draft *d, const struct command *c)
{
    struct entry e = {.kind = kind_text(d->kind), .stream = d->stream};
    struct secret secret[DRAFT_SECRETS];
    if (!d->system && c->occurred && c->occurred != r->now) {
        e.occurred = c->occurred;
        e.late = word_name(&late_words, (int)r->v.late);
    }
    e.actor = draft_actor(d, c->station ? c->station->id : NULL, &r->arena);
    e.body = draft_body(d, &r->arena);
    e.pd = pd_of(r, secret, draft_secrets(d, secret));
    append(r, &e);
}

/* ---- what must hold for every command ---- */

/* Its text says everything: no placeholder is left. What is read back of a value comes from the entry. */
static void check_words(const struct catalogue *texts, const struct verdict *v)
{
    static const char *const how[] = {[OUTCOME_ALERT] = "alert",
                                      [OUTCOME_DEVIATION] = "deviation",
                                      [OUTCOME_HOLD] = "hold",
                                      [OUTCOME_REFUSED] = "refused",
                                      [OUTCOME_ALREADY] = NULL};
    size_t named = sizeof(how) / sizeof(*how);
    struct arena a;
    arena_init(&a, 0);
    struct text t =
        catalogue_said(texts, &a, v->code, (size_t)v->outcome < named ? how[v->outcome] : NULL, v->args);
    const char *left = strchr(t.ja, '{') ? strchr(t.ja, '{') : strchr(t.en, '{');
    if (left && strncmp(left, "{said}", 6) != 0)
        fail_msg("%s leaves out %s", v->code, left);
    arena_fini(&a);
}

static void check_code_is_known(const struct verdict *v)
{
    const char *code = v->code;
    static struct catalogue *texts;
    char *error = NULL;
    if (!texts && catalogue_load(ETC_DIR "/catalogue.yaml", ETC_DIR "/clauses.yaml", &texts, &error) != 0)
        fail_msg("%s", error ? error : "catalogue");
    for (const char *const *c = catalogue_codes(texts); *c; c++)
        if (strcmp(*c, code) == 0) {
            check_words(texts, v);
            return;
        }
    fail_msg("the catalogue has no text for %s", code);
}

static void check_private(const struct rig *r, const struct rig_entry *e)
{
    static const char *const word[] = {RIG_NAME, RIG_BIRTH};
    for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++)
        if (strstr(e->text, word[i]))
            fail_msg("%s stands in an entry: %s", word[i], e->text);
    const char *own = strstr(e->text, "\"stream\":\"batch/"), *body = strstr(e->text, "\"body\":");
    size_t pos = 0;
    for (struct batch *x; own && (x = map_next(&r->book.batches, &pos));) {
        const char *named = body, *id = x->id;
        do /* as a word: a digest may spell anything */
            named = strstr(named + 1, id);
        while (named && (isalnum((unsigned char)named[-1]) || isalnum((unsigned char)named[strlen(id)])));
        if (strncmp(own + strlen("\"stream\":\"batch/"), id, strlen(id)) != 0 && named &&
            named < strstr(body, "\"clock\":"))
            fail_msg("an entry of another batch names %s: %s", x->id, e->text);
    }
}

void rig_take(struct rig *r, const struct entry *e)
{
    int err = book_apply(&r->book, e);
    if (err)
        fail_msg("%s in %s does not fold: %s: %s", e->kind, e->stream, cpf_strerror(err), e->text);
    keep(r, e);
    check_private(r, &r->log[r->n - 1]);
}

static void check_verdict(const struct verdict *v)
{
    size_t own = 0;
    for (size_t i = 0; i < v->ndrafts; i++)
        own += !v->draft[i].system;
    assert_true(own > 0);
    assert_non_null(v->code);
    check_code_is_known(v);
}

const struct verdict *rig_run(struct rig *r, struct command *c)
{
    r->next = (struct command){0};
    rig_judge(r, c);
    check_verdict(&r->v);
    r->first = r->n;
    if (r->taken_back)
        rig_take_back(r, c);
    book_begin(&r->book);
    for (size_t i = 0; i < r->v.ndrafts; i++)
        rig_commit(r, &r->v.draft[i], c);
    book_commit(&r->book);
    for (size_t i = r->first; i < r->n; i++)
        check_private(r, &r->log[i]);
    if (r->drops)
        rig_drop_closed(&r->book);
    return &r->v;
}

/* ---- set-up ---- */

static void add_entry(struct rig *r, const char *stream, const char *kind, const struct json *body,
                      const struct secret *secret)
{
    struct entry e = {.kind = kind, .stream = stream, .body = body, .pd = pd_of(r, secret, secret ? 1 : 0)};
    e.actor = json_set_str(&r->arena, json_object(&r->arena), "system", "cpfd");
    append(r, &e);
}

static void add_text(struct rig *r, const char *stream, const char *kind, struct json *body)
{
    add_entry(r, stream, kind, body, NULL);
}

static const struct json *parsed(struct rig *r, const char *text)
{
    const struct json *body;
    if (json_parse(&r->arena, text, strlen(text), &body, NULL) != 0)
        fail_msg("not canonical: %s", text);
    return body;
}

void rig_entry(struct rig *r, const char *stream, const char *kind, const char *text)
{
    add_entry(r, stream, kind, parsed(r, text), NULL);
}

void rig_entry_with(struct rig *r, const char *stream, const char *kind, const char *text, const char *name,
                    const char *value)
{
    const struct secret secret = {name, value};
    add_entry(r, stream, kind, parsed(r, text), &secret);
}

static void add_person(struct rig *r, const char *id, const char *dept, const char *role, const char *until)
{
    static const char *const quals[] = {"training", "aseptic", "health"};
    struct arena *a = &r->arena;
    struct json *body = json_set_str(a, json_object(a), "person", id), *list = json_array(a);
    json_set_str(a, body, "dept", dept);
    struct json *roles = json_array(a);
    for (const char *s = role; *s; s += strcspn(s, " "), s += *s == ' ')
        json_push(roles, json_str(a, arena_strndup(a, s, strcspn(s, " "))));
    json_set(a, body, "roles", roles);
    for (size_t i = 0; i < 3; i++) {
        struct json *q = json_set_str(a, json_object(a), "name", quals[i]);
        json_push(list, json_set_str(a, q, "until", until));
    }
    json_set(a, body, "qualified", list);
    add_text(r, arena_printf(a, "person/%s", id), "person.enrolled", body);
}

static void add_people(struct rig *r)
{
    static const char *const p[][4] = {
        {"CO", "clinic", "coordinator", "2027-12-31"},
        {"DR", "clinic", "physician", "2027-12-31"},
        {"N1", "clinic", "nurse", "2027-12-31"},
        {"N2", "clinic", "nurse", "2027-12-31"},
        {"CR", "carrier", "courier", "2027-12-31"},
        {"OP1", "manufacturing", "operator", "2027-12-31"},
        {"OP2", "manufacturing", "operator", "2027-12-31"},
        {"OP3", "manufacturing", "operator", "2027-12-31"},
        {"OP9", "manufacturing", "operator", "2026-11-02"},
        {"MM", "manufacturing", "production-manager equipment-manager store-keeper", "2027-12-31"},
        {"PM", "manufacturing", "process-manager", "2027-12-31"},
        {"QC1", "quality", "tester deviation-assessor", "2027-12-31"},
        {"QC2", "quality", "tester deviation-assessor", "2027-12-31"},
        {"QM", "quality", "quality-manager", "2027-12-31"},
        {"FM", "management", "facility-manager", "2027-12-31"},
    };
    for (size_t i = 0; i < sizeof(p) / sizeof(*p); i++)
        add_person(r, p[i][0], p[i][1], p[i][2], p[i][3]);
}

static void add_places(struct rig *r)
{
    static const char *const e[][3] = {
        {"room/R2", "room.added", "{\"grade\":\"B\",\"room\":\"R2\"}"},
        {"room/RQ", "room.added", "{\"grade\":\"D\",\"room\":\"RQ\"}"},
        {"station/CL1", "station.enrolled", "{\"kind\":\"CL\",\"station\":\"CL1\",\"token\":\"t1\"}"},
        {"station/ST1", "station.enrolled", "{\"kind\":\"ST\",\"station\":\"ST1\",\"token\":\"t2\"}"},
        {"station/GW1", "station.enrolled", "{\"kind\":\"GW\",\"station\":\"GW1\",\"token\":\"t3\"}"},
        {"station/B21", "station.enrolled",
         "{\"kind\":\"B2\",\"room\":\"R2\",\"station\":\"B21\",\"token\":\"t4\"}"},
        {"station/QC1S", "station.enrolled",
         "{\"kind\":\"QC\",\"room\":\"RQ\",\"station\":\"QC1S\",\"token\":\"t5\"}"},
        {"station/QA1", "station.enrolled", "{\"kind\":\"QA\",\"station\":\"QA1\",\"token\":\"t6\"}"},
        {"equipment/BSC-1", "equipment.added",
         "{\"equipment\":\"BSC-1\",\"kind\":\"cabinet\",\"room\":\"R2\"}"},
        {"equipment/CF-1", "equipment.added",
         "{\"calibrated\":\"2026-11-03\",\"equipment\":\"CF-1\",\"kind\":\"centrifuge\",\"room\":\"R2\"}"},
        {"equipment/CF-Q", "equipment.added",
         "{\"calibrated\":\"2027-03-31\",\"equipment\":\"CF-Q\",\"kind\":\"centrifuge\",\"room\":\"RQ\"}"},
        {"place/SH-1", "place.added", "{\"kind\":\"shelf\",\"place\":\"SH-1\",\"room\":\"R2\"}"},
        {"place/SH-2", "place.added", "{\"kind\":\"shelf\",\"place\":\"SH-2\",\"room\":\"R2\"}"},
    };
    for (size_t i = 0; i < sizeof(e) / sizeof(*e); i++)
        rig_entry(r, e[i][0], e[i][1], e[i][2]);
}

static void add_lot(struct rig *r, const char *id, const char *material, const char *expiry, bool released)
{
    struct arena *a = &r->arena;
    struct json *body = json_set_str(a, json_object(a), "lot", id);
    json_set_str(a, body, "material", material);
    json_set_str(a, body, "expiry", expiry);
    json_set_str(a, body, "maker_lot", id);
    json_set_str(a, body, "gtin", "04912345678904");
    add_text(r, arena_printf(a, "lot/%s", id), "lot.received", body);
    if (released)
        add_text(r, arena_printf(a, "lot/%s", id), "lot.released",
                 json_set_str(a, json_object(a), "lot", id));
}

static void add_protocol(struct rig *r, const char *steps)
{
    struct arena *a = &r->arena;
    const char *text = arena_printf(a, "%s%s", head, steps);
    struct protocol *p = NULL;
    struct protocol_error err = {0};
    size_t n = 0;
    char hash[44];
    if (protocol_load(text, strlen(text), &p, &err, 1, &n) != 0)
        fail_msg("%d:%d: %s (%s)", err.line, err.column, err.text, err.hint);
    enc_digest(p->hash, hash);
    protocol_free(p);
    struct json *b = json_set_str(a, json_object(a), "text", text);
    add_text(r, "protocol/sample@1", "protocol.text", json_set_int(a, b, "part", 1));
    rig_entry(r, "protocol/sample@1", "protocol.registered",
              arena_printf(a, "{\"hash\":\"%s\",\"protocol\":\"sample\",\"version\":\"1\"}", hash));
    rig_entry(r, "protocol/sample@1", "protocol.approved", "{\"dept\":\"manufacturing\"}");
    rig_entry(r, "protocol/sample@1", "protocol.approved", "{\"dept\":\"quality\"}");
}

void rig_empty(struct rig *r)
{
    *r = (struct rig){0};
    arena_init(&r->arena, 0);
    map_init(&r->disclosed);
    map_init(&r->salted);
    book_init(&r->book);
    r->book.disclosed = disclosed;
    r->book.rights = rig_rights();
    r->book.arg = r;
    assert_int_equal(clock_zone_use("Asia/Tokyo"), 0);
    rig_clock(r, 0, 9, 0);
}

void rig_init(struct rig *r, const char *steps)
{
    rig_empty(r);
    rig_entry(r, "facility", "facility.opened", "{\"id\":\"TEST\"}");
    add_people(r);
    add_places(r);
    add_lot(r, "TB1", "tube", "2026-11-03", true);
    add_lot(r, "TB-OLD", "tube", "2026-11-01", true);
    add_lot(r, "TB-NEW", "tube", "2027-11-01", false);
    add_lot(r, "AL1", "albumin", "2027-11-01", true);
    add_lot(r, "IL1", "il-2", "2027-11-01", true);
    add_protocol(r, steps);
}

/* ---- reading the log anew ---- */

static bool is_open(const struct book *b, const char *stream)
{
    const struct stream *s = book_stream(b, stream);
    return s && !s->closed;
}

static void refold(struct rig *r, bool open_only)
{
    struct book again;
    struct arena a;
    arena_init(&a, 0);
    book_init(&again);
    again.disclosed = disclosed;
    again.arg = r;
    for (size_t i = 0; i < r->n; i++) {
        struct entry e;
        assert_int_equal(entry_read(&e, &a, r->log[i].text, r->log[i].len), 0);
        if (open_only && !is_open(&r->book, e.stream))
            continue;
        int err = book_apply(&again, &e);
        if (err)
            fail_msg("refold: %s: %s", cpf_strerror(err), e.text);
    }
    const char *was = book_dump(&r->book, &a, clock_day(r->now)),
               *is = book_dump(&again, &a, clock_day(r->now));
    size_t at = 0;
    while (was[at] && was[at] == is[at])
        at++;
    if (was[at] != is[at])
        fail_msg("the book folded anew%s differs:\n%.300s\n----\n%.300s",
                 open_only ? " from open streams" : "", was + (at > 100 ? at - 100 : 0),
                 is + (at > 100 ? at - 100 : 0));
    book_fini(&again);
    arena_fini(&a);
}

void rig_fini(struct rig *r)
{
    refold(r, false);
    refold(r, true);
    book_fini(&r->book);
    map_fini(&r->disclosed);
    map_fini(&r->salted);
    free(r->log);
    arena_fini(&r->arena);
}

/* ---- time and place ---- */

void rig_at(struct rig *r, const char *station)
{
    r->station = book_station(&r->book, station);
    assert_non_null(r->station);
}

void rig_wait(struct rig *r, int64_t ms)
{
    r->now += ms;
}

void rig_clock(struct rig *r, int day, int hour, int minute)
{
    int64_t first;
    assert_int_equal(clock_day_parse("2026-11-02", &first), 0);
    r->now = clock_day_start(first + day) + hour * RIG_HOUR + minute * RIG_MINUTE;
}

/* ---- commands ---- */

static struct command command(struct rig *r, enum command_kind kind)
{
    struct command c = r->next;
    c.kind = kind;
    c.station = r->station;
    return c;
}

const char *rig_raw(struct rig *r, const char *code)
{
    char raw[BOUND_CODE_ID + 8];
    if (!code[0] || code[1] != ':')
        return code;
    if (code_make(code[0], code + 2, raw, sizeof(raw)) != 0)
        fail_msg("no code: %s", code);
    return arena_strdup(&r->arena, raw);
}

const struct verdict *rig_pin(struct rig *r, const char *person, bool right)
{
    struct command c = command(r, COMMAND_SESSION);
    c.person = book_person(&r->book, person);
    c.secret_given = true;
    c.authenticated = right;
    return rig_run(r, &c);
}

const struct verdict *rig_sign_in(struct rig *r, const char *person)
{
    return rig_pin(r, person, true);
}

const struct verdict *rig_scan(struct rig *r, const char *code)
{
    struct command c = command(r, COMMAND_SCAN);
    c.raw = rig_raw(r, code);
    c.raw_len = strlen(c.raw);
    return rig_run(r, &c);
}

/* `a=1|b=[x,y]|c=?yes` */
static struct json *fields_of(struct rig *r, const char *text)
{
    struct arena *a = &r->arena;
    struct json *o = json_object(a);
    char *s = arena_strdup(a, text), *save;
    for (char *f = strtok_r(s, "|", &save); f; f = strtok_r(NULL, "|", &save)) {
        char *value = strchr(f, '='), *in;
        assert_non_null(value);
        *value++ = 0;
        if (*value == '?') {
            json_set(a, o, f, json_bool(a, strcmp(value, "?yes") == 0));
            continue;
        }
        if (*value == '#') {
            json_set_int(a, o, f, strtoll(value + 1, NULL, 10));
            continue;
        }
        if (*value != '[') {
            json_set_str(a, o, f, rig_raw(r, value));
            continue;
        }
        struct json *list = json_array(a);
        value[strlen(value) - 1] = 0;
        for (char *i = strtok_r(value + 1, ",", &in); i; i = strtok_r(NULL, ",", &in))
            json_push(list, json_str(a, rig_raw(r, i)));
        json_set(a, o, f, list);
    }
    return o;
}

static const struct verdict *act(struct rig *r, const char *person, const char *batch, const char *step,
                                 const char *fields, bool sign)
{
    struct command c = command(r, COMMAND_ACT);
    c.person = book_person(&r->book, person);
    c.secret_given = c.authenticated = sign;
    c.batch = batch;
    c.step = step;
    c.fields = fields_of(r, fields);
    if (sign && !c.shown && book_batch(&r->book, batch)) { /* as whoever signs has just looked */
        char shown[44];
        rule_shown(book_batch(&r->book, batch), shown);
        c.shown = arena_strdup(&r->arena, shown);
    }
    return rig_run(r, &c);
}

const struct verdict *rig_form(struct rig *r, const char *person, const char *batch, const char *step,
                               const char *fields)
{
    return act(r, person, batch, step, fields, false);
}

const struct verdict *rig_sign(struct rig *r, const char *person, const char *batch, const char *step,
                               const char *fields)
{
    return act(r, person, batch, step, fields, true);
}

const struct verdict *rig_skip(struct rig *r, const char *person, const char *batch, const char *step)
{
    r->next.skip = "it could not be done";
    return act(r, person, batch, step, "", true);
}

const struct verdict *rig_order(struct rig *r, const char *batch, const char *patient)
{
    rig_at(r, "QA1");
    r->next.protocol = "sample";
    return act(
        r, "CO", batch, "order",
        arena_printf(&r->arena, "patient=%s|name=" RIG_NAME "|birth=" RIG_BIRTH "|draw=2026-11-02", patient),
        true);
}

const struct verdict *rig_record(struct rig *r, const char *person, const char *kind, const char *body)
{
    struct command c = command(r, COMMAND_RECORD);
    c.person = book_person(&r->book, person);
    c.secret_given = c.authenticated = true;
    c.record = kind;
    c.body = *body == '{' ? parsed(r, body) : fields_of(r, body);
    return rig_run(r, &c);
}

int rig_deadlines(struct rig *r)
{
    struct deadline d = {0};
    int n = 0;
    while (book_deadline_after(&r->book, &d, &d) && d.at <= r->now) {
        struct command c = {.kind = COMMAND_DEADLINE, .due_batch = d.batch, .due = d.due};
        rig_run(r, &c);
        n++;
        assert_true(n < 1000);
    }
    return n;
}

void rig_begin(struct rig *r, const char *batch)
{
    accepted(rig_order(r, batch, arena_printf(&r->arena, "P%06zu", r->book.batches.count)));
    rig_at(r, "B21");
    if (r->station->bench.npeople == 0) {
        accepted(rig_sign_in(r, "OP1"));
        accepted(rig_sign_in(r, "OP2"));
    }
    accepted_as(rig_scan(r, arena_printf(&r->arena, "B:%s", batch)), "accepted.batch");
}

int rig_set_up(void **state, const char *steps, const char *batch)
{
    static struct rig rig;
    rig_init(&rig, steps);
    if (batch)
        rig_begin(&rig, batch);
    *state = &rig;
    return 0;
}

int rig_tear_down(void **state)
{
    rig_fini(*state);
    return 0;
}

const struct verdict *rig_one(struct rig *r, const char *step, const char *code)
{
    accepted(rig_scan(r, arena_printf(&r->arena, "X:STEP-%s", step)));
    return rig_scan(r, code);
}
