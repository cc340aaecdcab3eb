/* What a recall reads, and how far it is believed. */
#include <string.h>

#include "base/enc.h"
#include "base/merkle.h"
#include "core/entry/batch.h"
#include "flow/recall_int.h"

#define CHUNK      8                  /* streams read at once */
#define BYTES_MOST ((size_t)64 << 20) /* of them */

/* ---- the closings ---- */

struct chain {
    struct flow *f;
    struct closing *list; /* the newest first */
    size_t n;
    bool linked; /* the next one must be */
    uint8_t next[HASH_LEN];
};

static bool known_already(const struct chain *c, const char *batch)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->list[i].batch, batch) == 0)
            return true;
    return false;
}

/* NULL, or why not. An older program's closings were not linked: they say nothing but that they are. */
static const char *take_closing(struct chain *c, const char *text, size_t len, const char *salted)
{
    struct arena *a = &c->f->recall.now->arena;
    struct entry e = {0};
    struct body body;
    if (entry_read(&e, a, text, len) != 0 || strcmp(e.kind, kind_text(KIND_BATCH_CLOSED)) != 0 ||
        kind_read(&e, a, &body) != 0)
        return "a closing is not one";
    const struct batch_closed *said = body.value;
    bool linked = c->linked;
    if (linked && memcmp(e.leaf, c->next, HASH_LEN) != 0)
        return "a closing is missing, or was changed";
    c->linked = linked && said->before;
    if (c->linked && enc_unb64url_fixed(said->before, strlen(said->before), c->next, HASH_LEN) != 0)
        return "a closing names none before it";
    const char *batch = stream_rest(e.stream, STREAM_BATCH);
    if (!batch)
        return "a closing is not of a batch";
    const char *name, *person = NULL;
    if (salted && said->person.digest && disclosure_open(a, salted, said->person.digest, &name, &person) != 0)
        person = NULL;
    if (!known_already(c, batch))
        ADD(a, c->list, c->n) =
            (struct closing){arena_strdup(a, batch), linked ? said->used : NULL, linked ? person : NULL};
    return NULL;
}

static void take_closings(struct flow *f, const struct db_result *rows)
{
    struct recall *r = f->recall.now;
    struct chain c = {.f = f, .linked = ledger_closing(f->ledger, c.next)};
    const char *why = NULL;
    size_t len;
    for (size_t i = 0; i < db_rows(rows) && !why; i++) {
        const char *text = db_bytes(rows, i, 1, &len);
        text = arena_strndup(&r->arena, text, len); /* bytes: they may hold a NUL */
        const char *salted = db_text(rows, i, 2);
        why = take_closing(&c, text, len, salted && *salted ? arena_strdup(&r->arena, salted) : NULL);
    }
    if (!why && c.linked)
        why = "the oldest closing is missing";
    if (why) {
        recall_refuse(f, "batch.closed", why);
        return;
    }
    struct closings *all = arena_alloc(&r->arena, sizeof(*all));
    for (size_t i = 0; i < c.n / 2; i++) { /* in the order of the log */
        struct closing t = c.list[i];
        c.list[i] = c.list[c.n - 1 - i];
        c.list[c.n - 1 - i] = t;
    }
    *all = (struct closings){c.n, c.list};
    r->w->cmd.closings = all;
    recall_answer(r, NULL);
    recall_look_on(f);
}

static void on_closings(void *arg, const struct db_reply *reply)
{
    struct flow *f = arg;
    if (reply->error.code)
        recall_give_up(f, 503, "away.database");
    else
        take_closings(f, reply->result[0]);
}

void recall_ask_closings(struct flow *f)
{
    db_query(f->db, DB_FLOW_CLOSINGS, NULL, on_closings, f);
}

/* ---- streams ---- */

static struct ledger_tile *tile_of(void *arg, unsigned level, uint64_t n)
{
    struct recall *r = arg;
    for (size_t i = 0; i < r->ntiles; i++)
        if (r->tile[i].level == level && r->tile[i].n == n)
            return &r->tile[i];
    return NULL;
}

static void take_tile(struct recall *r, const struct db_result *row)
{
    size_t len = (size_t)MERKLE_TILE * HASH_LEN;
    const void *data = db_fixed(row, 0, 2, len);
    if (!data)
        return;
    void *kept = memcpy(arena_alloc(&r->chunk, len), data, len);
    ADD(&r->chunk, r->tile, r->ntiles) = (struct ledger_tile){
        .level = (unsigned)db_i64(row, 0, 0), .n = (uint64_t)db_i64(row, 0, 1), .data = kept};
}

static void take_end(struct recall *r, const struct db_result *row)
{
    const void *last = db_fixed(row, 0, 2, HASH_LEN);
    struct end e = {arena_strdup(&r->chunk, db_text(row, 0, 0)), (uint64_t)db_i64(row, 0, 1), {0}};
    if (last)
        memcpy(e.last, last, HASH_LEN);
    ADD(&r->chunk, r->end, r->nends) = e;
}

static void on_row(void *arg, size_t no, const struct db_result *row)
{
    struct recall *r = ((struct flow *)arg)->recall.now;
    struct row e = {0};
    if (r->size > BYTES_MOST)
        return;
    switch (no) {
    case 0:
        take_tile(r, row);
        break;
    case 1:
        take_end(r, row);
        break;
    case 2:
        ADD(&r->chunk, r->value, r->nvalues) = (struct value){arena_strdup(&r->chunk, db_text(row, 0, 0)),
                                                              arena_strdup(&r->chunk, db_text(row, 0, 1))};
        break;
    default:
        e.idx = (uint64_t)db_i64(row, 0, 0);
        e.text = db_bytes(row, 0, 1, &e.len);
        e.text = arena_strndup(&r->chunk, e.text, e.len);
        r->size += e.len;
        ADD(&r->chunk, r->row, r->nrows) = e;
        break;
    }
}

static bool of_chunk(const struct recall *r, const char *stream)
{
    for (size_t i = r->at; i < r->nstreams && i < r->at + CHUNK; i++)
        if (strcmp(r->stream[i], stream) == 0)
            return true;
    return false;
}

static void keep_values(struct flow *f)
{
    struct recall *r = f->recall.now;
    for (size_t i = 0; i < r->nvalues; i++) {
        const char *name, *value;
        uint8_t d[HASH_LEN];
        char digest[44];
        hash_sha256(r->value[i].salted, strlen(r->value[i].salted), d);
        enc_digest(d, digest);
        if (disclosure_open(&r->chunk, r->value[i].salted, digest, &name, &value) == 0)
            disclosed_keep(f, r->value[i].stream, digest, value);
    }
}

/* A closing says how many entries its stream has, itself included. */
static bool counts_right(const struct entry *e, struct arena *a)
{
    const struct batch_closed *said = entry_as(e, KIND_BATCH_CLOSED, a);
    return !said || (uint64_t)said->count == e->sseq;
}

/* Into the book. CPF_E_NOTFOUND: its tile is still under way. */
static int fold(struct flow *f, const struct row *row, struct entry *e, struct arena *a)
{
    struct recall *r = f->recall.now;
    arena_reset(a);
    *e = (struct entry){0};
    int err = entry_read(e, a, row->text, row->len);
    e->idx = row->idx;
    if (err)
        return err;
    err = ledger_holds(f->ledger, row->idx, e->leaf, tile_of, r);
    if (err)
        return err;
    if (!of_chunk(r, e->stream))
        return CPF_E_FORK;
    if (!counts_right(e, a))
        return CPF_E_MISMATCH;
    return book_recall(&f->book, e);
}

/* Is the stream whole? NULL, or why not. */
static const char *incomplete(const struct flow *f, const char *name)
{
    const struct recall *r = f->recall.now;
    const struct stream *s = book_stream(&f->book, name);
    const struct ledger_counted *owed = flow_map_owed(f, name);
    const struct end *end = NULL;
    for (size_t i = 0; i < r->nends; i++)
        if (strcmp(r->end[i].stream, name) == 0)
            end = &r->end[i];
    uint64_t count = owed ? owed->count : end ? end->count : 0;
    const uint8_t *last = owed ? owed->last : end ? end->last : NULL;
    if (!s)
        return count ? "its entries are missing" : NULL;
    if (!s->closed)
        return "its end is missing";
    if (last && (count != s->sseq || memcmp(last, s->leaf, HASH_LEN) != 0))
        return "it does not end where the map of streams says";
    return NULL;
}

/* Whatever of the chunk is in the book. */
static void take_back(struct flow *f)
{
    struct recall *r = f->recall.now;
    for (size_t i = r->at; i < r->nstreams && i < r->at + CHUNK; i++) {
        disclosed_drop(f, r->stream[i]);
        if (book_stream(&f->book, r->stream[i]))
            book_drop_stream(&f->book, r->stream[i]);
    }
}

static const char *why_of(int err)
{
    return err == CPF_E_PROOF      ? "an entry is not what was signed"
           : err == CPF_E_FORK     ? "an entry does not follow the one before it"
           : err == CPF_E_MISMATCH ? "its closing counts other entries"
                                   : "an entry does not fold";
}

/* All of the chunk in one turn of the loop: nobody sees half a stream. */
static int fold_chunk(struct flow *f, struct entry *e, struct arena *a)
{
    struct recall *r = f->recall.now;
    int err = 0;
    keep_values(f);
    for (size_t i = 0; i < r->nrows && !err; i++)
        err = fold(f, &r->row[i], e, a);
    return err;
}

static void take_chunk(struct flow *f)
{
    struct recall *r = f->recall.now;
    struct entry e = {0};
    struct arena a;
    arena_init(&a, 0);
    int err = fold_chunk(f, &e, &a);
    const char *why = err ? why_of(err) : NULL, *stream = err && e.stream ? e.stream : r->stream[r->at];
    for (size_t i = r->at; i < r->nstreams && i < r->at + CHUNK && !why; i++) {
        why = incomplete(f, r->stream[i]);
        stream = r->stream[i];
        struct stream *s = book_stream(&f->book, stream);
        if (!why && s) {
            flow_map_recalled(f, s);
            f->recall.told.done++;
        }
    }
    if (why)
        take_back(f);
    else
        r->at = r->at + CHUNK < r->nstreams ? r->at + CHUNK : r->nstreams;
    if (!why)
        recall_look_on(f);
    else if (err != CPF_E_NOTFOUND)
        recall_refuse(f, stream, why);
    else if (!recall_again(f))
        recall_give_up(f, 503, "busy.queue");
    arena_fini(&a);
}

static void on_streams(void *arg, const struct db_reply *reply)
{
    struct flow *f = arg;
    if (reply->error.code)
        recall_give_up(f, 503, "away.database");
    else if (f->recall.now->size > BYTES_MOST)
        recall_refuse(f, f->recall.now->stream[f->recall.now->at], "it is too long");
    else
        take_chunk(f);
}

void recall_ask_streams(struct flow *f)
{
    struct recall *r = f->recall.now;
    struct db_params p = {0};
    struct buf names;
    arena_reset(&r->chunk);
    r->size = r->ntiles = r->nrows = r->nends = r->nvalues = 0;
    buf_init(&names);
    db_array_begin(&names, DB_TEXT);
    for (size_t i = r->at; i < r->nstreams && i < r->at + CHUNK; i++)
        db_array_bytes(&names, r->stream[i], strlen(r->stream[i]));
    db_param_array(&p, &names);
    db_begin(f->db, on_row, on_streams, f);
    db_exec(f->db, DB_FLOW_RECALL_TILES, &p);
    db_exec(f->db, DB_FLOW_RECALL_ENDS, &p);
    db_exec(f->db, DB_FLOW_RECALL_VALUES, &p);
    db_exec(f->db, DB_FLOW_RECALL, &p);
    db_end(f->db);
    buf_fini(&names);
}
