/*
 * What a judgement wants, brought from the rig's log as the daemon brings it from the database; and a second
 * book that never drops anything, which must judge the same.
 */
#include "bench_rig.h"

#include "core/entry/batch.h"

static bool read_entry(struct rig *r, size_t i, const char *stream, struct entry *e)
{
    if (stream && !strstr(r->log[i].text, arena_printf(&r->arena, "\"stream\":\"%s\"", stream)))
        return false;
    assert_int_equal(entry_read(e, &r->arena, r->log[i].text, r->log[i].len), 0);
    e->idx = i;
    return !stream || strcmp(e->stream, stream) == 0;
}

static void recall(struct rig *r, struct book *b, const char *stream)
{
    struct entry e;
    if (book_stream(b, stream))
        return;
    for (size_t i = 0; i < r->n; i++)
        if (read_entry(r, i, stream, &e))
            assert_int_equal(book_recall(b, &e), 0);
    assert_true(!book_stream(b, stream) || book_stream(b, stream)->closed);
}

/* Of the lots with that label that are closed, the one received last. */
static const char *closed_label(struct rig *r, struct book *b, const char *label)
{
    const char *found = NULL;
    for (size_t i = 0; i < r->n; i++) {
        struct entry e;
        if (!strstr(r->log[i].text, "\"kind\":\"lot.received\"") || !read_entry(r, i, NULL, &e))
            continue;
        const char *gtin = json_get_str(e.body, "gtin"), *lot = json_get_str(e.body, "maker_lot");
        if (gtin && lot && strcmp(label, arena_printf(&r->arena, "%s/%s", gtin, lot)) == 0)
            found = e.stream;
    }
    if (found)
        recall(r, b, found);
    return found;
}

static const struct closings *closings_of(struct rig *r)
{
    struct closings *all = arena_alloc(&r->arena, sizeof(*all));
    struct closing *list = arena_alloc(&r->arena, (r->n + 1) * sizeof(*list));
    for (size_t i = 0; i < r->n; i++) {
        struct entry e;
        struct body body;
        if (!strstr(r->log[i].text, "\"kind\":\"batch.closed\"") || !read_entry(r, i, NULL, &e))
            continue;
        assert_int_equal(kind_read(&e, &r->arena, &body), 0);
        const char *batch = stream_rest(e.stream, STREAM_BATCH);
        size_t n = 0;
        for (size_t k = 0; k < all->n; k++)
            if (strcmp(list[k].batch, batch) != 0)
                list[n++] = list[k];
        const struct batch_closed *said = body.value;
        list[n++] = (struct closing){
            batch, said->used, said->person.digest ? map_get(&r->disclosed, said->person.digest) : NULL};
        all->n = n;
    }
    all->item = list;
    return all;
}

static void bring(struct rig *r, struct book *b, struct command *c, const struct want *w, struct answer *a)
{
    *a = (struct answer){.want = *w};
    if (w->kind == WANT_STREAM)
        recall(r, b, w->name);
    else if (w->kind == WANT_LABEL)
        a->stream = closed_label(r, b, w->name);
    else
        c->closings = closings_of(r);
}

/* Judged until nothing is wanted any more. */
static void judge_in(struct rig *r, struct book *b, struct command *c, struct verdict *v)
{
    for (int i = 0; i < 8; i++) {
        rule_judge(b, c, r->now, &r->arena, v);
        if (v->nwants == 0)
            return;
        assert_int_equal(v->ndrafts, 0);
        struct answer *all = arena_alloc(&r->arena, (c->nanswers + v->nwants) * sizeof(*all));
        if (c->nanswers)
            memcpy(all, c->answer, c->nanswers * sizeof(*all));
        for (size_t k = 0; k < v->nwants; k++)
            bring(r, b, c, &v->want[k], &all[c->nanswers + k]);
        c->nanswers += v->nwants;
        c->answer = all;
    }
    fail_msg("a judgement that wants ever more");
}

void rig_drop_closed(struct book *b)
{
    for (size_t i = 0; i < b->streams.nslots; i++) {
        const struct stream *s = b->streams.slot[i].value;
        if (b->streams.slot[i].key && s->closed && stream_ends(s->name))
            book_drop_stream(b, s->name);
    }
}

/* ---- the same in both ---- */

static const char *draft_text(struct rig *r, const struct draft *d)
{
    struct secret secret[DRAFT_SECRETS];
    struct buf b;
    buf_init(&b);
    buf_printf(&b, "%s %s ", d->stream, kind_text(d->kind));
    json_write(&b, draft_body(d, &r->arena));
    json_write(&b, draft_actor(d, NULL, &r->arena));
    size_t n = draft_secrets(d, secret);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, " %s=%s", secret[i].name, secret[i].value);
    const char *text = arena_strndup(&r->arena, b.data, b.len);
    buf_fini(&b);
    return text;
}

static struct command in_whole(const struct rig *r, const struct command *c)
{
    struct command o = *c;
    o.nanswers = 0;
    o.answer = NULL;
    o.closings = NULL;
    o.station = c->station ? book_station(r->whole, c->station->id) : NULL;
    o.person = c->person ? book_person(r->whole, c->person->id) : NULL;
    o.due_batch = c->due_batch ? book_batch(r->whole, c->due_batch->id) : NULL;
    return o;
}

static void check_same(struct rig *r, const struct command *c)
{
    static struct verdict v;
    struct command whole = in_whole(r, c);
    judge_in(r, r->whole, &whole, &v);
    if (v.outcome != r->v.outcome || strcmp(v.code, r->v.code) != 0 || v.ndrafts != r->v.ndrafts)
        fail_msg("%s %s, %zu entries; with all in memory %s %s, %zu", outcome_name(r->v.outcome), r->v.code,
                 r->v.ndrafts, outcome_name(v.outcome), v.code, v.ndrafts);
    for (size_t i = 0; i < v.ndrafts; i++)
        if (strcmp(draft_text(r, &v.draft[i]), draft_text(r, &r->v.draft[i])) != 0)
            fail_msg("%s\nwith all in memory %s", draft_text(r, &r->v.draft[i]), draft_text(r, &v.draft[i]));
}

/* Whoever sends a record has just looked at the batch, unless the test says what was seen. */
static void look(struct rig *r, struct command *c)
{
    char shown[44];
    const char *id = c->kind == COMMAND_RECORD ? json_get_str(c->body, "batch") : NULL;
    if (!id || c->shown || r->unseen)
        return;
    recall(r, &r->book, arena_printf(&r->arena, "batch/%s", id));
    const struct batch *x = book_batch(&r->book, id);
    if (!x)
        return;
    rule_shown(x, shown);
    c->shown = arena_strdup(&r->arena, shown);
}

void rig_judge(struct rig *r, struct command *c)
{
    look(r, c);
    const struct command given = *c;
    judge_in(r, &r->book, c, &r->v);
    if (r->whole)
        check_same(r, &given);
}
