/*
 * Erasing a personal value: what the rules must know of the entry is asked of the log before judging; its
 * stream may have left the memory, then they want it back (recall.c). What this process still holds of the
 * value is wiped with the entry. The stored value goes in the transaction that stores the entry (ledger.h,
 * `forgets`).
 */
#include <stdlib.h>
#include <string.h>

#include "core/entry/redaction.h"
#include "flow/flow_int.h"

/* Names between blanks. */
static struct json *words_of(struct arena *a, const char *text)
{
    struct json *list = json_array(a);
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, " ");
        if (n)
            json_push(list, json_strn(a, p, n));
        p += n + (p[n] == ' ');
    }
    return list;
}

/* Index and digest in turn, between blanks. */
static void take_closings(struct work *w, const struct json *words, struct redact_target *t)
{
    struct target_closing *list = arena_alloc(&w->arena, (words->len / 2 + 1) * sizeof(*list));
    const char *idx = NULL;
    json_each(word, words) {
        if (idx)
            list[t->nclosings++] = (struct target_closing){(uint64_t)strtoull(idx, NULL, 10), word->str};
        idx = idx ? NULL : word->str;
    }
    t->closing = list;
}

static void take_target(struct work *w, const struct db_result *r, uint64_t idx)
{
    struct arena *a = &w->arena;
    struct redact_target *t = arena_alloc(a, sizeof(*t));
    struct entry e = {0};
    const char *text = arena_strdup(a, db_text(r, 0, 0));
    if (entry_read(&e, a, text, strlen(text)) != 0)
        return;
    *t = (struct redact_target){
        .idx = idx, .stream = e.stream, .pd = e.pd, .held = words_of(a, db_text(r, 0, 1))};
    take_closings(w, words_of(a, db_text(r, 0, 2)), t);
    w->cmd.target = t;
}

/* What is to be erased. False: nothing; or it is no such record, which is refused by name when it is judged.
 */
static bool asked(struct work *w, struct redacted *ret)
{
    const struct command *c = &w->cmd;
    const struct shape *s = &kind_of(KIND_REDACTED)->shape;
    if (c->kind != COMMAND_RECORD || !kind_is(c->record, KIND_REDACTED) ||
        shape_check(s, c->body).kind != SHAPE_FINE)
        return false;
    shape_take(s, c->body, &w->arena, ret);
    return ret->idx >= 0;
}

static void on_target(void *arg, const struct db_reply *r)
{
    struct work *w = arg;
    struct redacted v;
    if (r->error.code) {
        work_answer(w, 503, "away.database");
        return;
    }
    if (db_rows(r->result[0]) && asked(w, &v))
        take_target(w, r->result[0], (uint64_t)v.idx);
    work_unlock(w);
}

bool redact_look_up(struct work *w)
{
    struct flow *f = w->state->flow;
    struct db_params p = {0};
    struct redacted v;
    if (!asked(w, &v))
        return false;
    if (!db_ready(f->db)) {
        work_answer(w, 503, "away.database");
        return true;
    }
    db_param_i64(&p, v.idx);
    db_query(f->db, DB_FLOW_REDACT, &p, on_target, w);
    return true;
}

void redact_forget(struct work *w)
{
    struct flow *f = w->state->flow;
    const struct redact_target *t = w->cmd.target;
    const struct verdict *v = &w->state->verdict;
    struct redacted said;
    if (!t || v->outcome == OUTCOME_REFUSED || !asked(w, &said))
        return;
    for (size_t i = 0; i < said.names.n; i++) {
        const char *digest = json_get_str(t->pd, said.names.item[i]);
        if (!digest)
            continue;
        book_forget(&f->book, t->stream, digest);
        disclosed_forget(f, digest);
    }
    for (size_t i = 0; i < t->nclosings; i++)
        disclosed_forget(f, t->closing[i].digest);
}
