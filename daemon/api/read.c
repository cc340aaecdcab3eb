/* GET: what stations, tools and people read. Open batches come from the book, the log from the reader. */
#include <stdlib.h>
#include <string.h>

#include "anchor/anchor.h"
#include "api/api.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/shape.h"
#include "core/rule/worklist.h"
#include "hint.h"
#include "ledger/ledger.h"

/* Group commits since the start; an hour's rates are the difference of two readings. */
static struct json *groups_json(struct arena *a, struct ledger_stats s)
{
    struct json *o = json_set_int(a, json_object(a), "count", (int64_t)s.groups);
    json_set_int(a, o, "entries", (int64_t)s.entries);
    json_set_int(a, o, "sign_us", (int64_t)s.sign_us);
    json_set_int(a, o, "commit_us", (int64_t)s.commit_us);
    return json_set_int(a, o, "settle_us", (int64_t)s.settle_us);
}

/* What to do, in both languages; absent where there is nothing. */
static struct json *set_do(struct arena *a, struct json *o, struct hint_words w)
{
    if (!w.en)
        return o;
    struct json *both = json_set_str(a, json_object(a), "ja", w.ja);
    return json_set(a, o, "do", json_set_str(a, both, "en", w.en));
}

static void push_warning(struct arena *a, const struct api *api, struct json *list, const char *code)
{
    struct text t = catalogue_text(flow_catalogue(api->flow), a, code, NULL);
    struct json *o = json_set_str(a, json_object(a), "code", code),
                *m = json_set_str(a, json_object(a), "ja", t.ja);
    json_set(a, o, "message", json_set_str(a, m, "en", t.en));
    json_push(list, set_do(a, o, hint_words_for_reason(code)));
}

/* In words; which file or folder it is stands in the journal, which not everybody reads. */
static struct json *warnings_json(struct arena *a, const struct api *api)
{
    const struct book *b = flow_book(api->flow);
    struct json *list = json_array(a);
    for (size_t i = 0; i < HEALTH_WARNINGS; i++)
        if (health_warns(api->health, (enum health_warning)i))
            push_warning(a, api, list, hint_warning(i));
    if (b->tables.proposed)
        push_warning(a, api, list, HINT_RIGHTS_PROPOSED);
    if (api_rights_unread(b))
        push_warning(a, api, list, HINT_RIGHTS_UNREADABLE);
    return list;
}

static const char *basis_state(const struct book *b)
{
    return !b->basis.digest ? "none" : book_basis_accepted(b) ? "accepted" : "unaccepted";
}

/* What had left the memory: how much came back, and what was not as it was signed. */
static struct json *recall_json(struct arena *a, const struct flow_recall_state *s)
{
    struct json *o = json_set_int(a, json_object(a), "streams", (int64_t)s->done);
    json_set_int(a, o, "refused", (int64_t)s->refused);
    if (!s->refused)
        return o;
    json_set_str(a, o, "stream", s->stream);
    json_set_str(a, o, "why", s->why);
    return set_do(a, o, hint_words_for(CPF_E_PROOF));
}

/* Stations that are not heard, with somebody signed in there. */
static struct json *silent_json(struct arena *a, const struct book *b)
{
    struct json *list = json_array(a);
    size_t pos = 0;
    for (const struct station *st; (st = map_next(&b->stations, &pos));)
        if (st->silent_since)
            json_push(list, json_str(a, st->id));
    return list;
}

void api_status(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    struct checkpoint c = {0};
    char now[CLOCK_TEXT];
    struct note n;
    arena_init(&a, 0);
    struct json *o = json_object(&a);
    const char *note = ledger_checkpoint(flow_ledger(api->flow));
    if (note && note_parse(&n, note, strlen(note)) == 0 && checkpoint_parse(&c, n.text, n.text_len) == 0)
        json_set_str(&a, o, "checkpoint", note);
    clock_format(flow_now(api->flow), now);
    json_set_str(&a, o, "now", now);
    json_set(&a, o, "ready", json_bool(&a, flow_ready(api->flow)));
    json_set_str(&a, o, "unavailable", flow_unavailable(api->flow));
    set_do(&a, o, hint_words_for_reason(flow_unavailable(api->flow)));
    json_set(&a, o, "warnings", warnings_json(&a, api));
    json_set(&a, o, "silent", silent_json(&a, flow_book(api->flow)));
    json_set_str(&a, o, "origin", api->conf->origin);
    json_set_int(&a, o, "size", (int64_t)c.size);
    json_set(&a, o, "training", json_bool(&a, api->conf->training));
    json_set_str(&a, o, "version", CPF_VERSION);
    json_set_int(&a, o, "waiting", (int64_t)ledger_waiting(flow_ledger(api->flow)));
    json_set(&a, o, "groups", groups_json(&a, ledger_stats(flow_ledger(api->flow))));
    json_set(&a, o, "recall", recall_json(&a, flow_recall_state(api->flow)));
    json_set(&a, o, "setup", json_bool(&a, !flow_is_new(api->flow)));
    json_set_str(&a, o, "numbering", flow_book(api->flow)->numbering.rule);
    json_set_str(&a, o, "basis", basis_state(flow_book(api->flow)));
    json_set(&a, o, "anchors", anchor_status(api->anchor, &a));
    api_reply_json(r, o);
    arena_fini(&a);
}

bool api_rights_unread(const struct book *b)
{
    const struct protocol_error *first;
    return b->rights && rights_faults(b->rights, &first) > 0;
}

/* ---- batches ---- */

static size_t open_deviations(const struct batch *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->ndevs; i++)
        n += !x->dev[i].closed;
    return n;
}

static struct json *batch_row(const struct words *w, const struct batch *x)
{
    struct arena *a = w->a;
    struct json *o = json_set_str(a, json_object(a), "batch", x->id);
    json_set_str(a, o, "protocol", x->protocol->id);
    json_set_str(a, o, "version", x->protocol->version);
    json_set(a, o, "product", api_text(a, x->protocol->product));
    json_set_str(a, o, "state", x->state);
    json_set(a, o, "words", api_text(a, word(w, "state", x->state)));
    return json_set(a, o, "closed", json_bool(a, x->closed));
}

void api_batches(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    size_t pos = 0;
    if (!api_station(api, r))
        return;
    arena_init(&a, 0);
    struct json *list = json_array(&a);
    const struct words w = api_words(api, &a);
    for (struct batch *x; (x = map_next(&flow_book(api->flow)->batches, &pos));) {
        struct json *o = batch_row(&w, x);
        json_set_int(&a, o, "holds", (int64_t)batch_open_holds(x));
        json_set_int(&a, o, "deviations", (int64_t)open_deviations(x));
        json_push(list, o);
    }
    api_reply_json(r, json_set(&a, json_object(&a), "batches", list));
    arena_fini(&a);
}

void api_set_time(struct arena *a, struct json *o, const char *name, int64_t ms)
{
    char text[CLOCK_TEXT];
    if (!ms)
        return;
    clock_format(ms, text);
    json_set_str(a, o, name, text);
}

static enum step_state occ_state(const struct occ *k)
{
    return !k ? STEP_OPEN : k->skipped ? STEP_SKIPPED : k->done ? STEP_DONE : STEP_BEGUN;
}

/* When it will be done at the earliest, and must be at the latest; and is its turn? */
static void set_plan(struct api *api, struct arena *a, struct json *o, const struct batch *x, int step,
                     const int64_t *at)
{
    const struct book *b = flow_book(api->flow);
    if (rule_owes(x, step)) {
        api_set_time(a, o, "at", at[step]);
        api_set_time(a, o, "latest", step_latest(x, step));
    }
    if (step_ready(b, x, step, flow_now(api->flow), a))
        json_set(a, o, "ready", json_bool(a, true));
}

static struct json *steps_of(struct api *api, struct arena *a, const struct batch *x)
{
    struct json *list = json_array(a);
    const int64_t *at = rule_timeline(x, flow_now(api->flow), a);
    for (int i = 0; i < (int)x->protocol->nsteps; i++) {
        const struct step *s = &x->protocol->step[i];
        const struct occ *k = batch_occ(x, i);
        struct json *o = json_set_str(a, json_object(a), "step", s->id);
        json_set(a, o, "title", api_text(a, s->title));
        json_set_str(a, o, "state", word_name(&step_state_words, (int)occ_state(k)));
        set_plan(api, a, o, x, i, at);
        if (s->optional || s->late)
            json_set_str(a, o, "kind", s->optional ? "optional" : "late");
        if (k) {
            api_set_time(a, o, "begun", k->begun);
            api_set_time(a, o, "done", k->done);
            json_set_str(a, o, "performer", k->performer ? k->performer->id : NULL);
            json_set_str(a, o, "recorder",
                         k->recorder && k->recorder != k->performer ? k->recorder->id : NULL);
            json_set_str(a, o, "witness", k->witness ? k->witness->id : NULL);
            json_set_int(a, o, "times", (int64_t)x->step[i].nocc);
        }
        json_push(list, o);
    }
    return list;
}

static struct json *containers_of(const struct words *w, const struct batch *x)
{
    struct arena *a = w->a;
    struct json *list = json_array(a);
    for (size_t i = 0; i < x->ncontainers; i++) {
        const struct label *l = protocol_label(x->protocol, x->container[i]->label);
        struct json *o = json_set_str(a, json_object(a), "container", x->container[i]->id);
        const char *state = container_state_name(x->container[i]->state);
        json_set(a, o, "label", l ? api_text(a, l->title) : NULL);
        json_set_str(a, o, "state", state);
        json_set(a, o, "words", api_text(a, word(w, "container", state)));
        json_push(list, json_set_str(a, o, "place", x->container[i]->out ? NULL : x->container[i]->place));
    }
    return list;
}

static struct json *actions_of(struct arena *a, const struct batch *x, const char *dev)
{
    struct json *list = json_array(a);
    char day[11];
    for (size_t i = 0; i < x->nactions; i++) {
        const struct action *t = &x->action[i];
        if (strcmp(t->dev, dev) != 0)
            continue;
        clock_day_format(t->due, day);
        struct json *o = json_set_str(a, json_object(a), "action", t->id);
        json_set_str(a, o, "owner", t->owner);
        json_set_str(a, o, "due", arena_strdup(a, day));
        json_set(a, o, "effect", json_bool(a, t->effect));
        json_set(a, o, "overdue", json_bool(a, t->overdue));
        json_set(a, o, "withdrawn", json_bool(a, t->withdrawn));
        json_push(list, json_set(a, o, "verified", json_bool(a, t->verified)));
    }
    return list->len ? list : NULL;
}

/* What is to be done about it next, and by whom. */
static void set_awaits(const struct words *w, const struct book *b, struct json *o, const struct batch *x,
                       const struct deviation *d)
{
    const struct worklist_line line = {.what = deviation_waits(b, x, d)};
    if (line.what == WORKLIST_ASSESSMENT || line.what == WORKLIST_CONFIRMATION)
        json_set_str(w->a, o, "awaits", word_name(&worklist_words, (int)line.what));
    api_set_act(w, b, o, &line);
}

static struct json *ids_of(struct arena *a, const struct texts *list)
{
    struct json *ids = json_array(a);
    for (size_t i = 0; i < list->n; i++)
        json_push(ids, json_str(a, list->item[i]));
    return ids;
}

static int step_of(const struct batch *x, const struct deviation *d)
{
    return d->step ? protocol_step(x->protocol, d->step) : -1;
}

/* Beside the ids what they mean. */
static void set_meaning(const struct words *w, struct json *o, const struct batch *x,
                        const struct deviation *d)
{
    struct arena *a = w->a;
    int step = step_of(x, d);
    const char *grade = word_name(&grade_words, (int)d->grade);
    json_set(a, o, "words", api_text(a, api_cause(w, d->code, d->args, step)));
    json_set(a, o, "title", step >= 0 ? api_text(a, w->protocol->step[step].title) : NULL);
    json_set(a, o, "graded", grade ? api_text(a, word(w, "grade", grade)) : NULL);
    api_set_time(a, o, "opened", d->opened_at);
}

static struct json *deviations_of(const struct book *b, const struct words *w, const struct batch *x)
{
    struct arena *a = w->a;
    struct json *list = json_array(a);
    for (size_t i = 0; i < x->ndevs; i++) {
        struct json *o = json_set_str(a, json_object(a), "dev", x->dev[i].id);
        json_set_str(a, o, "code", x->dev[i].code);
        set_meaning(w, o, x, &x->dev[i]);
        json_set_str(a, o, "step", x->dev[i].step);
        json_set_str(a, o, "grade", word_name(&grade_words, (int)x->dev[i].grade));
        json_set(a, o, "actions", actions_of(a, x, x->dev[i].id));
        json_set(a, o, "reported", x->dev[i].reported ? json_bool(a, true) : NULL);
        json_set(a, o, "overdue", x->dev[i].overdue ? json_bool(a, true) : NULL);
        json_set_str(a, o, "assessed_by", x->dev[i].assessor ? x->dev[i].assessor->id : NULL);
        set_awaits(w, b, o, x, &x->dev[i]);
        json_set_str(a, o, "told", x->dev[i].told);
        json_set(a, o, "despite", x->dev[i].despite ? ids_of(a, &x->dev[i].open) : NULL);
        json_set(a, o, "slip", x->dev[i].slip ? json_bool(a, true) : NULL);
        if (!x->dev[i].closed && !x->dev[i].assessed)
            api_set_time(a, o, "due", x->dev[i].due);
        json_push(list, json_set(a, o, "closed", json_bool(a, x->dev[i].closed)));
    }
    return list;
}

static struct json *holds_of(const struct book *b, const struct words *w, const struct batch *x)
{
    struct arena *a = w->a;
    struct json *list = json_array(a);
    for (size_t i = 0; i < x->nholds; i++) {
        const struct worklist_line line = {.what = x->hold[i].lifted ? WORKLIST_NONE : WORKLIST_HOLD};
        struct json *o = json_set_str(a, json_object(a), "hold", x->hold[i].id);
        json_set_str(a, o, "code", x->hold[i].code);
        json_set_str(a, o, "dev", x->hold[i].dev);
        const struct deviation *of = batch_deviation((struct batch *)x, x->hold[i].dev);
        json_set(a, o, "words",
                 api_text(a, api_cause(w, x->hold[i].code, of ? of->args : NULL, of ? step_of(x, of) : -1)));
        api_set_act(w, b, o, &line);
        json_push(list, json_set(a, o, "lifted", json_bool(a, x->hold[i].lifted)));
    }
    return list;
}

/* Until when what: the newest of each clock. */
static struct json *clocks_of(const struct words *w, const struct batch *x)
{
    struct json *list = json_array(w->a);
    for (size_t i = 0; i < x->nexpiries; i++) {
        if (!batch_expiry_counts(x, i))
            continue;
        struct json *o = json_set_str(w->a, json_object(w->a), "clock", x->expiry[i].clock);
        json_set(w->a, o, "words", api_text(w->a, word(w, "clock", x->expiry[i].clock)));
        api_set_time(w->a, o, "until", x->expiry[i].until);
        json_push(list, o);
    }
    return list->len ? list : NULL;
}

struct look {
    struct api *api;
    struct http_request *r;
};

static void on_batch(void *arg, const struct batch *x, int status, const char *code)
{
    struct look *look = arg;
    struct http_request *r = look->r;
    struct api *api = look->api;
    struct arena a;
    free(look);
    if (!x) {
        http_refuse(r, code ? status : 404, code ? code : "http.not-found");
        return;
    }
    arena_init(&a, 0);
    struct words w = api_words(api, &a);
    const struct book *b = flow_book(api->flow);
    w.protocol = x->protocol;
    struct json *o = batch_row(&w, x);
    json_set(&a, o, "steps", steps_of(api, &a, x));
    json_set(&a, o, "containers", containers_of(&w, x));
    json_set(&a, o, "deviations", deviations_of(b, &w, x));
    json_set(&a, o, "holds", holds_of(b, &w, x));
    json_set(&a, o, "clocks", clocks_of(&w, x));
    api_set_time(&a, o, "opened", x->opened_at);
    json_set(&a, o, "pending", rule_pending(&a, x));
    json_set(&a, o, "silence", api_silences(api, &a, x));
    char shown[44];
    rule_shown(x, shown);
    json_set_str(&a, o, "shown", shown);
    if (x->suspended)
        json_set(&a, o, "suspended", json_bool(&a, true));
    json_set_int(&a, o, "typed", (int64_t)x->typed);
    json_set_int(&a, o, "corrections", (int64_t)x->corrections);
    api_reply_json(r, o);
    arena_fini(&a);
}

void api_batch(void *arg, struct http_request *r)
{
    struct api *api = arg;
    if (strchr(http_path_rest(r), '/'))
        api_document(arg, r);
    else if (api_station(api, r)) {
        struct look *look = xcalloc(1, sizeof(*look));
        *look = (struct look){api, r};
        flow_look(api->flow, http_path_rest(r), on_batch, look);
    }
}

/* What an order may name. */
void api_protocols(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    size_t pos = 0;
    if (!api_station(api, r))
        return;
    arena_init(&a, 0);
    const struct book *b = flow_book(api->flow);
    struct json *list = json_array(&a);
    for (const struct protocol_state *p; (p = map_next(&b->protocols, &pos));) {
        if (!p->protocol || book_protocol(b, p->protocol->id) != p)
            continue;
        struct json *o = json_set_str(&a, json_object(&a), "protocol", p->protocol->id);
        json_set_str(&a, o, "version", p->protocol->version);
        json_push(list, json_set(&a, o, "product", api_text(&a, p->protocol->product)));
    }
    api_reply_json(r, json_set(&a, json_object(&a), "protocols", list));
    arena_fini(&a);
}

/* Kinds of equipment and places that its fields name, in words. */
static struct json *things_of(const struct words *w, const struct protocol *p)
{
    struct json *o = json_object(w->a);
    for (size_t i = 0; i < p->nsteps; i++)
        for (size_t k = 0; k < p->step[i].nfields; k++) {
            const char *thing = p->step[i].field[k].thing;
            if (thing && !json_get(o, thing))
                json_set(w->a, o, thing, api_text(w->a, word(w, "thing", thing)));
        }
    return o;
}

/* The one in force, or of a name ID@VERSION that one: a batch is made by its own. */
void api_protocol(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    if (!api_station(api, r))
        return;
    const struct book *b = flow_book(api->flow);
    const char *name = http_path_rest(r);
    const struct protocol_state *p =
        strchr(name, '@') ? map_get(&b->protocols, name) : book_protocol(b, name);
    if (!p || !p->protocol) {
        http_refuse(r, 404, "http.not-found");
        return;
    }
    arena_init(&a, 0);
    struct json *o = protocol_json(&a, p->protocol);
    const struct words w = api_words(api, &a);
    api_reply_json(r, json_set(&a, o, "things", things_of(&w, p->protocol)));
    arena_fini(&a);
}

/* ---- what changes what a record says ---- */

static struct json *basis_by(struct arena *a, const struct basis_by *by)
{
    struct json *o = by->person ? json_set_str(a, json_object(a), "person", by->person) : NULL;
    if (o)
        api_set_time(a, o, "at", by->at);
    return o;
}

static struct json *weaker_json(struct arena *a, const struct book *b)
{
    struct rights *now = rights_load_logged(b->tables.proposed);
    struct json *list = rights_weaker(a, b->rights, now);
    rights_free(now);
    return list;
}

/* The table of rights in force, and what one that waits for its acceptance would change. */
static struct json *rights_json(struct arena *a, const struct book *b)
{
    const struct protocol_error *first;
    char digest[44];
    struct json *o = json_object(a);
    if (b->tables.text) {
        rights_digest(b->tables.text, digest);
        json_set_str(a, o, "in_force", digest);
    }
    if (rights_faults(b->rights, &first))
        json_set(a, o, "unreadable", json_strf(a, "%d:%d: %s", first->line, first->column, first->text));
    if (b->tables.proposed) {
        rights_digest(b->tables.proposed, digest);
        json_set_str(a, o, "proposed", digest);
        json_set(a, o, "weaker", weaker_json(a, b));
    }
    return o;
}

void api_basis(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    if (!api_station(api, r))
        return;
    const struct book *book = flow_book(api->flow);
    const struct book_basis *b = &book->basis;
    arena_init(&a, 0);
    struct json *o = json_set_str(&a, json_object(&a), "state", basis_state(book));
    struct json *items = json_array(&a);
    for (size_t i = 0; i < b->items.n; i++) {
        struct json *item = json_object(&a);
        shape_build(&basis_item_shape, &b->items.item[i], &a, item);
        json_push(items, item);
    }
    json_set_str(&a, o, "digest", b->digest);
    json_set(&a, o, "rights", rights_json(&a, book));
    api_set_time(&a, o, "since", b->at);
    json_set(&a, o, "items", items);
    if (b->setup)
        json_set(&a, o, "setup", json_bool(&a, true));
    json_set(&a, o, "management", basis_by(&a, &b->management));
    json_set(&a, o, "quality", basis_by(&a, &b->quality));
    api_reply_json(r, o);
    arena_fini(&a);
}

void api_self(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    const struct station *st = api_station(api, r);
    if (!st)
        return;
    arena_init(&a, 0);
    api_reply_json(r, flow_bench(api->flow, &a, st));
    arena_fini(&a);
}

/* ---- the log ---- */

static void on_log(void *arg, const struct db_reply *reply)
{
    struct http_request *r = arg;
    struct buf b;
    if (reply->error.code) {
        http_refuse(r, 503, reply->error.code == CPF_E_BUSY ? "busy.queue" : "away.database");
        return;
    }
    const struct db_result *rows = reply->result[0];
    buf_init(&b);
    buf_puts(&b, "{\"entries\":[");
    for (size_t i = 0; i < db_rows(rows); i++) {
        /* the entry's own bytes, with its place in the log beside its members */
        const char *body = db_text(rows, i, 1);
        buf_printf(&b, "%s{\"checkpoint\":%lld,\"idx\":%lld,%s", i ? "," : "", (long long)db_i64(rows, i, 2),
                   (long long)db_i64(rows, i, 0), body + 1);
    }
    buf_puts(&b, "]}");
    http_reply(r, 200, b.data, b.len);
    buf_fini(&b);
}

void api_log(void *arg, struct http_request *r)
{
    struct api *api = arg;
    const char *after = http_query(r, "after"), *limit = http_query(r, "limit"), *wrong = NULL;
    struct query_log q = {http_query(r, "stream"), http_query(r, "kind"), http_query(r, "text"), -1, 100};
    char *end = NULL;
    if (!api_station(api, r))
        return;
    if (after)
        q.after = strtoll(after, &end, 10);
    if (limit)
        q.limit = atoi(limit);
    if (end && *end)
        wrong = "after";
    else if (q.limit < 1 || q.limit > 1000)
        wrong = "limit";
    if (wrong) {
        api_refuse_field(api, r, wrong);
        return;
    }
    query_log(api->query, &q, on_log, r);
}
