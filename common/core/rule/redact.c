/*
 * A personal value is erased (doc/log.md 6): quality asks, another person of quality or management approves
 * on the spot, and the entry `redacted` in the value's own stream names what is gone. A batch that is closed
 * is opened for this one entry and closed again, so that its count stays true. Who it was stands in each
 * closing of the batch, as digests of name and birth date: it goes with whatever is erased of the batch. More
 * closings than one command can hold say so, and asking for the same again erases the others.
 */
#include <string.h>

#include "core/rule/record.h"

#define CLOSING_PERSON "person" /* the personal value of a closing */

static bool known_name(const struct redact_target *t, const char *name)
{
    return json_get(t->pd, name) != NULL;
}

static bool held(const struct book *b, const struct redact_target *t, const char *name)
{
    if (book_redacted(b, t->idx, name)) /* perhaps not durable yet */
        return false;
    json_each(h, t->held)
        if (strcmp(h->str, name) == 0)
            return true;
    return false;
}

static bool among(const struct texts *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->item[i], name) == 0)
            return true;
    return false;
}

static bool says_who(const struct judge *j, const struct target_closing *c)
{
    return !book_redacted(j->book, c->idx, CLOSING_PERSON);
}

static int64_t closings_left(const struct judge *j, const struct redact_target *t)
{
    int64_t n = 0;
    for (size_t i = 0; i < t->nclosings; i++)
        n += says_who(j, &t->closing[i]);
    return n;
}

/* The names asked for, each once; none of what is gone already, where only closings are left. */
static bool take_names(struct judge *j, const struct redact_target *t, const struct texts *given,
                       struct texts *ret)
{
    if (given->n == 0 || given->n > DRAFT_SECRETS)
        return judge_find(j, EFFECT_REFUSE, SAY_RECORD_INVALID, args1(j, "field", "names"), NULL);
    const char **name = arena_alloc(j->a, given->n * sizeof(*name));
    ret->item = name;
    for (size_t i = 0; i < given->n; i++) {
        const char *n = given->item[i];
        if (among(ret, n) || (known_name(t, n) && !held(j->book, t, n) && closings_left(j, t) > 0))
            continue;
        if (!known_name(t, n) || !held(j->book, t, n))
            return judge_find(j, EFFECT_REFUSE, known_name(t, n) ? SAY_REDACTION_DONE : SAY_REDACTION_NAME,
                              args1(j, "field", plain_id(n)), NULL);
        name[ret->n++] = n;
    }
    return true;
}

static bool erases(const struct redact_target *t, const struct texts *names, const char *words)
{
    for (size_t i = 0; words && i < names->n; i++) {
        const char *digest = json_get_str(t->pd, names->item[i]);
        if (digest && strcmp(digest, words) == 0)
            return true;
    }
    return false;
}

/* The deviation or hold that nobody could judge without these words, or NULL. */
static const char *judged_by(const struct judge *j, const struct redact_target *t, const struct texts *names)
{
    const struct batch *x = book_batch(j->book, stream_rest(t->stream, STREAM_BATCH));
    for (size_t i = 0; x && i < x->ndevs; i++)
        if (!x->dev[i].closed && erases(t, names, x->dev[i].words))
            return x->dev[i].id;
    for (size_t i = 0; x && i < x->nholds; i++)
        if (!x->hold[i].lifted && erases(t, names, x->hold[i].words))
            return x->hold[i].id;
    return NULL;
}

/* What is still to be judged stays readable: what is personal goes, and the description is kept beside it. */
static bool check_kept(struct judge *j, const struct redact_target *t, struct redacted *r)
{
    bool said = r->instead.value && *r->instead.value;
    r->judged = judged_by(j, t, &r->names);
    return !r->judged || said ||
           judge_find(j, EFFECT_REFUSE, SAY_REDACTION_OPEN, args1(j, "dev", r->judged), NULL);
}

static bool is_closed_batch(const struct judge *j, const struct redact_target *t)
{
    const struct stream *s = book_stream(j->book, t->stream);
    return s && s->closed && stream_type(t->stream, NULL) == STREAM_BATCH;
}

static struct draft *draft_redacted(struct judge *j, const char *stream, const struct redacted *r)
{
    struct draft *d = draft_add(j, stream, KIND_REDACTED, r, sizeof(*r));
    d->witnessed = j->second;
    d->sign = true;
    d->meaning = kind_text(KIND_REDACTED);
    return d;
}

#define CLOSINGS_MOST (VERDICT_DRAFTS - 2) /* one closes it again */

/* As many as there is room for; how many are left. */
static int64_t redact_closings(struct judge *j, const struct redact_target *t, struct redacted r)
{
    static const char *const person[] = {CLOSING_PERSON};
    int64_t left = closings_left(j, t);
    r.names = (struct texts){1, (const char **)person};
    r.instead.value = r.judged = NULL;
    for (size_t i = 0; i < t->nclosings && j->v->ndrafts < CLOSINGS_MOST; i++) {
        if (!says_who(j, &t->closing[i]))
            continue;
        r.idx = (int64_t)t->closing[i].idx;
        draft_redacted(j, t->stream, &r);
        left--;
    }
    return left;
}

static bool redact(struct judge *j, const struct redacted *given)
{
    const struct redact_target *t = j->cmd->target;
    if (!t || !t->pd || !judge_stream(j, t->stream))
        return judge_find(j, EFFECT_REFUSE, SAY_REDACTION_ENTRY, NULL, NULL);
    struct redacted r = {.idx = (int64_t)t->idx, .reason = given->reason, .instead = given->instead};
    const struct person *approver = take_names(j, t, &given->names, &r.names) ? j->second : NULL;
    if (!approver || !check_kept(j, t, &r))
        return false;
    r.approver = approver->id;
    bool closed = is_closed_batch(j, t);
    /* around the entry; both are housekeeping of the same person's act */
    if (closed)
        DRAFT(j, t->stream, KIND_BATCH_REOPENED, struct batch_reopened, .cause = kind_text(KIND_REDACTED))
            ->system = true;
    size_t main = j->v->ndrafts;
    if (r.names.n > 0)
        draft_redacted(j, t->stream, &r);
    int64_t left = redact_closings(j, t, r);
    judge_accept(j, &j->v->draft[main], left > 0 ? SAY_ACCEPTED_REDACTED_PART : SAY_ACCEPTED_REDACTED,
                 left > 0 ? json_set_int(j->a, json_object(j->a), "n", left) : NULL);
    if (closed) /* who that was is being erased */
        draft_closing(j, book_batch(j->book, stream_rest(t->stream, STREAM_BATCH)), false);
    return true;
}

void record_redaction(struct judge *j, const struct kind *k, const void *given)
{
    (void)k;
    if (!redact(j, given))
        judge_refuse_found(j);
}
