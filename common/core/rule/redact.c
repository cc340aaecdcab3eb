/*
 * A personal value is erased (doc/log.md 6): quality asks, another person of quality or management approves
 * on the spot, and the entry `redacted` in the value's own stream names what is gone. A batch that is closed
 * is opened for this one entry and closed again, so that its count stays true.
 */
#include <string.h>

#include "core/rule/judge.h"

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

/* The names asked for, each once; NULL after a refusal. */
static struct json *names_of(struct judge *j, const struct redact_target *t, const struct json *given)
{
    struct json *list = json_array(j->a), *seen = json_object(j->a);
    bool ok = given && given->type == JSON_ARRAY && given->len > 0 && given->len <= DRAFT_SECRETS;
    json_each(n, ok ? given : NULL) {
        ok &= n->type == JSON_STRING;
        if (!ok || json_get(seen, n->str))
            continue;
        if (!known_name(t, n->str) || !held(j->book, t, n->str)) {
            judge_find(j, EFFECT_REFUSE, known_name(t, n->str) ? "redaction.done" : "redaction.name",
                       args1(j, "field", plain_id(n->str)), NULL);
            return NULL;
        }
        json_set(j->a, seen, n->str, json_bool(j->a, true));
        json_push(list, json_str(j->a, n->str));
    }
    if (!ok)
        judge_find(j, EFFECT_REFUSE, "record.invalid", args1(j, "field", "names"), NULL);
    return ok ? list : NULL;
}

static const struct person *approver_of(struct judge *j, const struct json *body)
{
    const struct person *p = judge_second(j, json_get_str(body, "witness"));
    if (!p || p->dept == DEPT_QUALITY || p->dept == DEPT_MANAGEMENT)
        return p;
    judge_find(j, EFFECT_REFUSE, "redaction.approver", args1(j, "person", p->id), NULL);
    return NULL;
}

static bool is_closed_batch(const struct judge *j, const struct redact_target *t)
{
    const struct stream *s = book_stream(j->book, t->stream);
    return s && s->closed && strncmp(t->stream, "batch/", 6) == 0;
}

/* Around the entry; both are housekeeping of the same person's act. */
static void reopen(struct judge *j, const struct redact_target *t)
{
    struct draft *d = draft_add(j, t->stream, "batch.reopened", args1(j, "cause", "redacted"));
    d->system = true;
}

static void close_again(struct judge *j, const struct redact_target *t)
{
    const struct stream *s = book_stream(j->book, t->stream);
    draft_add(j, t->stream, "batch.closed",
              json_set_int(j->a, json_object(j->a), "count", (int64_t)s->sseq + 3));
}

static bool redact(struct judge *j, const struct json *body)
{
    const struct redact_target *t = j->cmd->target;
    if (!t || !t->pd || !book_stream(j->book, t->stream))
        return judge_find(j, EFFECT_REFUSE, "redaction.entry", NULL, NULL);
    struct json *names = names_of(j, t, json_get(body, "names"));
    const struct person *approver = names ? approver_of(j, body) : NULL;
    if (!approver)
        return false;
    bool closed = is_closed_batch(j, t);
    if (closed)
        reopen(j, t);
    struct json *b = json_set_int(j->a, args1(j, "approver", approver->id), "idx", (int64_t)t->idx);
    struct draft *d = draft_add(j, t->stream, "redacted", json_set(j->a, b, "names", names));
    d->witnessed = approver;
    d->sign = true;
    d->meaning = "redacted";
    draft_secret(j, d, "reason", json_get_str(body, "reason"));
    judge_accept(j, d, "accepted.redacted", NULL);
    if (closed)
        close_again(j, t);
    return true;
}

void judge_redaction(struct judge *j, const struct json *body)
{
    if (redact(j, body))
        return;
    const struct finding *f = judge_refusal(j);
    j->v->ndrafts = 0;
    judge_refuse(j, f->code, f->args);
}
