/* One command as the daemon takes it: who, with what secret, at what time; judged, its entries kept and
 * folded. */
#include "real.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/p256.h"
#include "core/entry/station.h"

int64_t play_now(const struct play *p)
{
    if (p->real)
        return real_now(p);
    return p->machine > p->rig.book.last_at ? p->machine : p->rig.book.last_at;
}

/* ---- what the daemon looks up beside the book ---- */

static const struct redact_target *target_of(struct play *p, const struct json *body)
{
    struct rig *r = &p->rig;
    int64_t idx = json_get_int(body, "idx", -1);
    struct entry e;
    size_t at = 0;
    while (at < r->n && (int64_t)r->log[at].idx < idx)
        at++;
    if (at == r->n || (int64_t)r->log[at].idx != idx)
        return NULL;
    require(entry_read(&e, &r->arena, r->log[at].text, r->log[at].len) == 0);
    struct redact_target *t = arena_alloc(&r->arena, sizeof(*t));
    struct json *held = json_array(&r->arena);
    json_each(d, e.pd)
        if (map_get(&r->disclosed, d->str))
            json_push(held, json_str(&r->arena, d->name));
    *t = (struct redact_target){.idx = (uint64_t)idx, .stream = e.stream, .pd = e.pd, .held = held};
    return t;
}

static void forget(struct play *p, const struct redact_target *t, const struct json *names)
{
    json_each(n, names) {
        const char *digest = json_get_str(t->pd, n->str);
        book_forget(&p->rig.book, t->stream, digest);
        book_forget(&p->again, t->stream, digest);
        map_remove(&p->rig.disclosed, digest);
    }
}

/* ---- from a line to a command ---- */

static const struct pace_least hands = {/* as the daemon's configuration has it */
                                        .scan_ms = 2000,  .tube_ms = 500,    .witness_ms = 2000,
                                        .spread_ms = 500, .apart_ms = 15000, .review_ms = 100};

static void take_times(struct play *p, const struct json *c, struct command *cmd)
{
    const struct json *late = json_get(c, "late");
    cmd->late = (enum late)word_find(&late_words, json_get_str(late, "reason"));
    if (cmd->late)
        cmd->occurred = p->rig.now - json_get_int(late, "before", 0);
    if (cmd->late == LATE_PAPER)
        cmd->form = json_get_str(late, "form");
    if (json_get(c, "claimed"))
        cmd->claimed = p->rig.now - json_get_int(c, "claimed", 0);
    if (!p->real && json_get_bool(c, "pace"))
        cmd->pace = hands;
}

/* An item of the station's own list; who has no key has none that is good. */
static void take_spool(struct play *p, const struct json *c, struct command *cmd)
{
    struct arena *a = &p->rig.arena;
    const struct json *s = json_get(c, "spool");
    const struct spool_mark *m = &cmd->station->spool;
    if (!s || (cmd->kind != COMMAND_SCAN && cmd->kind != COMMAND_ACT))
        return;
    struct spool_claim *claim = arena_alloc(a, sizeof(*claim));
    int64_t number = m->number + 1 + json_get_int(s, "by", 0);
    const char *prev = m->hash ? m->hash : STATION_SPOOL_FIRST;
    *claim = (struct spool_claim){.number = number < 1 ? 1 : number, .sig = "sig"};
    claim->prev = json_get_bool(s, "chain") ? prev : digest_of(a, "another");
    claim->hash = digest_of(a, arena_printf(a, "%s %lld %zu", cmd->station->id, (long long)number, p->rig.n));
    claim->good = json_get_bool(s, "sig") && cmd->station->key;
    cmd->spool = claim;
}

static void take_person(struct play *p, const struct json *c, struct command *cmd)
{
    const char *badge = json_get_str(c, "badge"), *secret = json_get_str(c, "secret");
    struct code code;
    if (badge && code_read(badge, strlen(badge), &code) == CODE_OK && code.kind == CODE_BADGE)
        cmd->person = book_person(&p->rig.book, code.id);
    if (!secret)
        secret = json_get_str(c, "pin");
    cmd->secret_given = secret != NULL;
    cmd->authenticated = secret && strcmp(secret, "right") == 0 && cmd->person && !cmd->person->locked;
}

static bool take_kind(struct play *p, const struct json *c, struct command *cmd)
{
    const char *what = json_get_str(c, "do");
    if (strcmp(what, "scan") == 0) {
        cmd->kind = COMMAND_SCAN;
        cmd->raw = json_get_str(c, "raw");
        cmd->raw_len = strlen(cmd->raw);
        cmd->typed = json_get_bool(c, "typed");
    } else if (strcmp(what, "session") == 0) {
        cmd->kind = COMMAND_SESSION;
    } else if (strcmp(what, "act") == 0) {
        cmd->kind = COMMAND_ACT;
        cmd->batch = json_get_str(c, "batch");
        cmd->protocol = json_get_str(c, "protocol");
        cmd->step = json_get_str(c, "step");
        cmd->skip = json_get_str(c, "skip");
        cmd->fields = json_get(c, "fields");
        cmd->pending = json_get(c, "pending");
        cmd->shown = json_get_str(c, "shown");
    } else if (strcmp(what, "record") == 0 || strcmp(what, "show") == 0) {
        cmd->kind = COMMAND_RECORD;
        cmd->shows = cmd->signed_in = strcmp(what, "show") == 0;
        cmd->record = cmd->shows ? "personal.shown" : json_get_str(c, "kind");
        cmd->body = json_get(c, "body");
        cmd->shown = json_get_str(c, "shown");
        if (strcmp(cmd->record, "redacted") == 0)
            cmd->target = target_of(p, cmd->body);
    } else {
        return false;
    }
    return true;
}

/* ---- time passes ---- */

static void note(struct play *p)
{
    p->tally.commands++;
    p->tally.outcome[p->rig.v.outcome]++;
    if (!map_get(&p->codes, p->rig.v.code)) {
        map_put(&p->codes, p->rig.v.code, p);
        p->tally.codes++;
    }
}

static void fire_deadlines(struct play *p)
{
    static const struct deadline none;
    struct deadline d;
    p->rig.now = play_now(p);
    for (int i = 0; book_deadline_after(&p->rig.book, &none, &d) && d.at <= p->rig.now; i++) {
        struct command c = {.kind = COMMAND_DEADLINE, .due_batch = d.batch, .due = d.due};
        if (i == 1000)
            broken("deadlines without end", "%s step %d due %lld", d.batch->id, d.due.i, (long long)d.at);
        rig_run(&p->rig, &c);
        note(p);
        demand_after(p);
    }
}

static void wait_for(struct play *p, int64_t ms)
{
    int64_t day = clock_day(play_now(p));
    bool sane = ms > 0 && ms < 400 * RIG_DAY;
    if (p->real) {
        if (sane)
            real_wait(p, ms);
        p->tally.days += clock_day(play_now(p)) != day;
        demand_after(p);
        return;
    }
    if (sane)
        p->machine += ms;
    p->tally.days += clock_day(p->machine) != day;
    fire_deadlines(p);
}

static bool is_open(const struct book *b, const char *stream)
{
    const struct stream *s = book_stream(b, stream);
    return s && !s->closed;
}

static const char *disclosed(void *arg, const char *digest)
{
    return map_get(&((struct rig *)arg)->disclosed, digest);
}

/* Open streams alone, as the daemon does when it starts. */
static void fold_open(struct play *p, struct book *from, struct book *to)
{
    struct rig *r = &p->rig;
    book_init(to);
    to->disclosed = disclosed;
    to->rights = from->rights;
    to->arg = r;
    for (size_t i = 0; i < r->n; i++) {
        struct entry e;
        require(entry_read(&e, &r->arena, r->log[i].text, r->log[i].len) == 0);
        if (!is_open(from, e.stream))
            continue;
        int err = book_apply(to, &e);
        if (err)
            broken("start", "%s: %s", cpf_strerror(err), e.text);
    }
}

void play_restart(struct play *p)
{
    demand_after(p); /* all that is in the log is looked at: what follows reads it anew */
    struct book old = p->rig.book, fresh;
    fold_open(p, &old, &fresh);
    fresh.last_at = old.last_at; /* the ledger knows it of the head */
    fresh.closing = old.closing; /* and this of the newest map and what is behind it */
    book_fini(&old);
    p->rig.book = fresh;
    p->tally.restarts++;
    demand_restarted(p);
    if (!p->real)
        fire_deadlines(p);
}

/* In memory: for so long the daemon, or that station, was away, and is back now. */
static void away(struct play *p, const struct json *c)
{
    struct rig *r = &p->rig;
    const char *what = json_get_str(c, "what");
    const struct station *st = book_station(&r->book, json_get_str(c, "station"));
    int64_t ms = json_get_int(c, "ms", 0);
    char since[CLOCK_TEXT];
    bool all = what && strcmp(what, "cpfd") == 0;
    if (p->real || ms <= 0 || ms > RIG_DAY || (!all && (!st || st->revoked || !st->key)))
        return;
    clock_format(play_now(p), since);
    p->machine = play_now(p) + ms;
    r->now = p->machine;
    if (all)
        rig_entry(r, "facility", "recorder.resumed",
                  arena_printf(&r->arena, "{\"cause\":\"start\",\"since\":\"%s\"}", since));
    else
        rig_entry(r, arena_printf(&r->arena, "station/%s", st->id), "station.returned",
                  arena_printf(&r->arena, "{\"since\":\"%s\",\"station\":\"%s\"}", since, st->id));
    p->tally.outages++;
    demand_after(p);
    fire_deadlines(p);
}

/* A tablet: whoever has the code. A guess writes nothing, as a token that is there already. */
static void enrol(struct play *p, const struct json *c)
{
    struct arena *a = &p->rig.arena;
    const char *how = json_get_str(c, "code"), *token = json_get_str(c, "token"),
               *id = json_get_str(c, "station");
    if (!how || !token || !id)
        return;
    const char *code = strcmp(how, "right") == 0 ? invitation_code(a, id) : "a guess";
    struct enrol_claim claim = {digest_of(a, code), digest_of(a, token), p->point};
    struct command cmd = {
        .kind = COMMAND_ENROL, .station = book_station_by_code(&p->rig.book, claim.code), .enrol = &claim};
    p->rig.now = play_now(p);
    if (p->real) {
        real_enrol(p, id, code, token, &cmd);
    } else if (!cmd.station || book_station_by_token(&p->rig.book, claim.token)) {
        p->tally.away++; /* 403, 400 */
        p->tally.did[DID_ENROL][0]++;
        return;
    } else {
        rig_run(&p->rig, &cmd);
        note(p);
        count_command(p, &cmd);
    }
    demand_after(p);
}

/* Time, processes: what is no command of somebody at a station. */
static bool happens(struct play *p, const char *what, const struct json *c)
{
    if (strcmp(what, "wait") == 0)
        wait_for(p, json_get_int(c, "ms", 0));
    else if (strcmp(what, "clock") == 0)
        p->machine += p->real ? 0 : json_get_int(c, "by", 0);
    else if (strcmp(what, "restart") == 0)
        p->real ? real_restart(p) : play_restart(p);
    else if (strcmp(what, "away") == 0)
        away(p, c);
    else if (strcmp(what, "enrol") == 0)
        enrol(p, c);
    else if (strcmp(what, "outage") != 0)
        return false;
    else if (p->real)
        real_outage(p, c);
    return true;
}

void play_command(struct play *p, const struct json *c)
{
    const char *what = json_get_str(c, "do");
    if (!what || happens(p, what, c))
        return;
    if (!p->real && json_get_int(c, "after", 0) > 0)
        wait_for(p, json_get_int(c, "after", 0));
    struct command cmd = {.station = book_station(&p->rig.book, json_get_str(c, "station"))};
    bool back = !p->real && p->machine < p->rig.book.last_at - BOUND_CLOCK_BACK_MS;
    if (back || !cmd.station || (!p->real && cmd.station->revoked)) {
        p->tally.away++; /* 503 clock.back; 401 */
        return;
    }
    p->rig.now = play_now(p);
    take_times(p, c, &cmd);
    take_person(p, c, &cmd);
    if (!take_kind(p, c, &cmd))
        return;
    take_spool(p, c, &cmd);
    if (p->real) {
        real_command(p, c, &cmd);
    } else {
        rig_run(&p->rig, &cmd);
        note(p);
        count_command(p, &cmd);
    }
    if (cmd.target && p->rig.v.outcome != OUTCOME_REFUSED)
        forget(p, cmd.target, json_get(cmd.body, "names"));
    demand_after(p);
}

/* Tablets are told apart by their tokens. */
static void make_key(struct play *p)
{
    uint8_t pub[P256_PUB];
    struct buf text;
    require(p256_new(&p->tablet) == 0);
    p256_public(p->tablet, pub);
    buf_init(&text);
    enc_b64url(&text, pub, sizeof(pub));
    p->point = arena_strdup(&p->rig.arena, text.data);
    buf_fini(&text);
}

static void begin(struct play *p)
{
    *p = (struct play){0};
    rig_empty(&p->rig);
    p->rig.unseen = true; /* what is generated says itself what was shown */
    make_key(p);
    map_init(&p->codes);
    p->machine = p->rig.now;
    demand_begin(p);
}

void play_begin(struct play *p)
{
    begin(p);
    p->rig.drops = true;
    p->rig.whole = &p->again;
    world_set_up(p);
    demand_after(p);
}

void play_begin_real(struct play *p, const char *rig)
{
    begin(p);
    real_begin(p, rig);
    demand_after(p);
}

void play_end(struct play *p)
{
    if (p->real)
        real_end(p);
    demand_folds(p);
    p->tally.entries = p->rig.n;
    demand_end(p);
    map_fini(&p->codes);
    book_fini(&p->rig.book);
    map_fini(&p->rig.disclosed);
    map_fini(&p->rig.salted);
    free(p->rig.log);
    p256_free(p->tablet);
    arena_fini(&p->rig.arena);
}
