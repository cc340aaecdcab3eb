/*
 * What has come to its end leaves the memory, and comes back when a judgement wants it.
 *
 *   judge --wants--> labels, closings, streams are read --checked, folded--> judged again -> what came back
 * leaves
 *
 * One command at a time; those that come meanwhile are judged behind it, in the order of arrival. Everything
 * is read by name from the log's own table, never from a projection, and believed only as far as it is
 * signed: each entry stands at its place of the tree, follows the one before it in its stream, and the last
 * one is where the newest map of streams has it; each closing is the one that the next names, and the newest
 * is known. What is not so is a refusal, `recall.refused`, and the next command is served.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "core/entry/lot.h"
#include "flow/recall_int.h"
#include "log.h"

#define ROUNDS_MOST 8  /* judgements of one command */
#define AGAIN_MS    20 /* until what is under way has arrived */
#define AGAIN_MOST  200

const struct flow_recall_state *flow_recall_state(const struct flow *f)
{
    return &f->recall.told;
}

void *recall_more(struct arena *a, void *list, size_t *n, size_t size)
{
    char *old = list;
    if ((*n & (*n - 1)) == 0) {
        char *new = arena_alloc(a, (*n ? 2 * *n : 1) * size);
        if (*n)
            memcpy(new, old, *n * size);
        old = new;
    }
    ++*n;
    return old;
}
/* ---- leaving ---- */

static void drop(struct flow *f, const char *name)
{
    const struct stream *s = book_stream(&f->book, name);
    if (!s || !s->closed || s->flying || !stream_ends(name))
        return;
    flow_map_dropped(f, s);
    disclosed_drop(f, name);
    book_drop_stream(&f->book, name);
}

void recall_done(struct flow *f, const struct work *w)
{
    const struct work_state *s = w->state;
    for (size_t i = 0; i < s->n && !s->setup; i++) {
        struct stream *stream = book_stream(&f->book, s->entry[i].stream);
        if (stream && --stream->flying == 0)
            drop(f, s->entry[i].stream);
    }
}

/* ---- the end of it ---- */

static void recall_free(struct recall *r)
{
    arena_fini(&r->chunk);
    arena_fini(&r->arena);
    free(r);
}

/* What came back leaves, unless the command has written on it. */
void recall_end(struct flow *f)
{
    struct recall *r = f->recall.now;
    if (!r)
        return;
    f->recall.now = NULL;
    for (size_t i = 0; i < r->nstreams; i++)
        drop(f, r->stream[i]);
    recall_free(r);
}

bool recall_holds(struct flow *f, struct work *w)
{
    struct flow_recall *q = &f->recall;
    if (!q->now || q->now->w == w)
        return false;
    w->state->next = NULL;
    *(q->waiting ? &q->waiting_last->state->next : &q->waiting) = w;
    q->waiting_last = w;
    q->nwaiting++;
    return true;
}

static struct work *next_waiting(struct flow *f)
{
    struct work *w = f->recall.waiting;
    f->recall.waiting = w->state->next;
    f->recall.nwaiting--;
    return w;
}

static void judge_waiting(struct flow *f)
{
    if (f->recall.judging) /* whoever gave up is one of them */
        return;
    f->recall.judging = true;
    while (f->recall.waiting && !f->recall.now)
        work_judge(next_waiting(f));
    f->recall.judging = false;
}

void recall_drain(struct flow *f)
{
    while (f->recall.waiting)
        work_answer(next_waiting(f), 503, "stopping");
}

/* Nothing was judged: the id stays unused. */
void recall_give_up(struct flow *f, int status, const char *code)
{
    struct work *w = f->recall.now->w;
    recall_end(f);
    work_answer(w, status, code);
    if (f->stopped || f->draining)
        recall_drain(f);
    else
        judge_waiting(f);
}

void recall_refuse(struct flow *f, const char *stream, const char *why)
{
    struct flow_recall_state *t = &f->recall.told;
    t->refused++;
    snprintf(t->stream, sizeof(t->stream), "%s", stream);
    snprintf(t->why, sizeof(t->why), "%s", why);
    log_event(LOG_LEVEL_ERROR, "flow.recall", "stream", stream, "why", why, "do",
              "keep the database as it is, run cpfctl audit and tell quality", NULL);
    recall_give_up(f, 500, "recall.refused");
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    struct flow *f = arg;
    (void)fd, (void)what;
    if (f->recall.now)
        recall_look_on(f);
}

/* Something of it is still under way. False: for too long. */
bool recall_again(struct flow *f)
{
    const struct timeval wait = {0, AGAIN_MS * 1000};
    if (++f->recall.now->tries > AGAIN_MOST)
        return false;
    return event_add(f->recall.again, &wait) == 0;
}

void recall_init(struct flow *f)
{
    f->recall.again = evtimer_new(f->cfg.base, on_again, f);
    require(f->recall.again);
}

void recall_fini(struct flow *f)
{
    if (f->recall.again)
        event_free(f->recall.again);
    if (f->recall.now)
        recall_free(f->recall.now);
    f->recall.now = NULL;
}

/* ---- whose streams ---- */

static void want_stream(struct recall *r, const char *name)
{
    for (size_t i = 0; i < r->nstreams; i++)
        if (strcmp(r->stream[i], name) == 0)
            return;
    ADD(&r->arena, r->stream, r->nstreams) = arena_strdup(&r->arena, name);
}

const struct want *recall_wanted(const struct recall *r)
{
    const struct verdict *v = &r->w->state->verdict;
    return r->want < v->nwants ? &v->want[r->want] : NULL;
}

void recall_answer(struct recall *r, const char *stream)
{
    const struct want *w = recall_wanted(r);
    ADD(&r->arena, r->answer, r->nanswers) = (struct answer){
        .want = {w->kind, w->name ? arena_strdup(&r->arena, w->name) : NULL}, .stream = stream};
    r->want++;
}

/* ---- by a label ---- */

static bool label_is(const struct entry *e, const char *label, struct arena *a)
{
    const struct lot_received *l = entry_as(e, KIND_LOT_RECEIVED, a);
    return l && l->gtin && l->maker_lot &&
           strcmp(label, arena_printf(a, "%s/%s", l->gtin, l->maker_lot)) == 0;
}

static void on_label(void *arg, const struct db_reply *reply)
{
    struct flow *f = arg;
    struct recall *r = f->recall.now;
    const char *found = NULL;
    if (reply->error.code) {
        recall_give_up(f, 503, "away.database");
        return;
    }
    for (size_t i = 0; i < db_rows(reply->result[0]) && !found; i++) {
        struct entry e = {0};
        size_t len;
        const char *text = db_bytes(reply->result[0], i, 1, &len);
        arena_reset(&r->chunk);
        if (entry_read(&e, &r->chunk, text, len) == 0 && label_is(&e, recall_wanted(r)->name, &r->chunk))
            found = arena_strdup(&r->arena, e.stream);
    }
    if (found && !book_stream(&f->book, found))
        want_stream(r, found);
    recall_answer(r, found);
    recall_look_on(f);
}

static void ask_label(struct flow *f, const char *label)
{
    struct db_params p = {0};
    db_param_textn(&p, label, strcspn(label, "/"));
    db_query(f->db, DB_FLOW_LABEL, &p, on_label, f);
}

/* ---- one after the other ---- */

static void judge_again(struct flow *f)
{
    struct recall *r = f->recall.now;
    r->w->cmd.answer = r->answer;
    r->w->cmd.nanswers = r->nanswers;
    work_judge(r->w);
    judge_waiting(f);
}

void recall_look_on(struct flow *f)
{
    struct recall *r = f->recall.now;
    while (recall_wanted(r) && recall_wanted(r)->kind == WANT_STREAM) {
        want_stream(r, recall_wanted(r)->name);
        recall_answer(r, NULL);
    }
    if (!db_ready(f->db))
        recall_give_up(f, 503, "away.database");
    else if (f->flying &&
             !recall_again(f)) /* what is under way is not there yet, and nothing is judged meanwhile */
        recall_give_up(f, 503, "busy.queue");
    else if (f->flying)
        return;
    else if (recall_wanted(r) && recall_wanted(r)->kind == WANT_LABEL)
        ask_label(f, recall_wanted(r)->name);
    else if (recall_wanted(r))
        recall_ask_closings(f);
    else if (r->at < r->nstreams)
        recall_ask_streams(f);
    else
        judge_again(f);
}

void recall_begin(struct flow *f, struct work *w)
{
    struct recall *r = f->recall.now;
    if (!r) {
        r = f->recall.now = xcalloc(1, sizeof(*r));
        arena_init(&r->arena, 0);
        arena_init(&r->chunk, 0);
        r->w = w;
    }
    require(r->w == w);
    r->want = 0;
    if (++r->rounds > ROUNDS_MOST)
        recall_refuse(f, "?", "a judgement wants ever more");
    else
        recall_look_on(f);
}

/* ---- reading a batch ---- */

void flow_look(struct flow *f, const char *batch, flow_look_fn done, void *arg)
{
    const struct batch *x = book_batch(&f->book, batch);
    if (x) {
        done(arg, x, 0, NULL);
        return;
    }
    struct work *w = work_new(f);
    w->cmd.batch = arena_strdup(&w->arena, batch);
    w->arg = arg;
    w->state->look = done;
    if (!recall_holds(f, w))
        work_judge(w);
}
