/* What the log says about itself, judged in its order: openings, void rows, recoveries, closings, redactions.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit/hook.h"
#include "base/log.h"
#include "base/mem.h"
#include "core/entry/batch.h"
#include "core/entry/redaction.h"

static int entry_fault(struct audit *a, const struct entry *e, const char *what)
{
    return audit_fault(a, CPF_E_FORK, "entry %" PRIu64 " (%s): %s", e->idx, e->stream, what);
}

/* ---- rows without a body ---- */

void runs_add(struct runs *t, uint64_t first, uint64_t end)
{
    if (t->n && t->at[t->n - 1].end == first) {
        t->at[t->n - 1].end = end;
        return;
    }
    if ((t->n & (t->n - 1)) == 0)
        t->at = xrealloc(t->at, (t->n ? t->n * 2 : 1) * sizeof(*t->at));
    t->at[t->n++] = (struct run){first, end, false};
}

static struct run *run_before(struct audit *a, uint64_t idx)
{
    for (size_t i = a->runs.n; i-- > 0;)
        if (a->runs.at[i].end <= idx)
            return a->runs.at[i].end == idx ? &a->runs.at[i] : NULL;
    return NULL;
}

static int check_void(struct audit *a, const struct entry *e)
{
    struct log_void v;
    bool whole = log_read(&log_void_shape, e, &v);
    struct run *run = run_before(a, e->idx);
    if (!run)
        return entry_fault(a, e, "log.void without rows before it that lack their bodies");
    if (!whole || (uint64_t)v.first != run->first || (uint64_t)v.first + (uint64_t)v.count != e->idx)
        return entry_fault(a, e, "log.void names other rows than those before it");
    run->named = true;
    return 0;
}

int audit_runs_end(struct audit *a)
{
    for (size_t i = 0; i < a->runs.n; i++) {
        const struct run *run = &a->runs.at[i];
        if (run->end == a->size)
            return audit_fault(a, CPF_E_FORK,
                               "rows from %" PRIu64
                               " to the end have no body and no log.void names them: start cpfd, which "
                               "compares them with cpf-signer, and audit again",
                               run->first);
        if (!run->named)
            return audit_fault(a, CPF_E_FORK,
                               "entry %" PRIu64
                               ": the rows before it have no body, and it is not the log.void "
                               "that must name them",
                               run->end);
    }
    return 0;
}

/* ---- openings ---- */

static int check_opened(struct audit *a, const struct entry *e)
{
    struct log_opened v;
    (void)log_read(&log_opened_shape, e, &v);
    if (a->opened)
        return entry_fault(a, e, "the log is opened a second time");
    if (!v.origin || strcmp(v.origin, a->key.name) != 0)
        return entry_fault(a, e, "log.opened names another origin than the key given");
    a->opened = true;
    snprintf(a->boot, sizeof(a->boot), "%s", v.boot ? v.boot : "");
    return 0;
}

static int check_recovered(struct audit *a, const struct entry *e)
{
    struct log_recovered v;
    if (!log_read(&log_recovered_shape, e, &v) || strcmp(v.from, a->boot) != 0)
        return entry_fault(a, e, "log.recovered does not continue from the boot before it");
    snprintf(a->boot, sizeof(a->boot), "%s", v.to);
    return 0;
}

/* A closing entry says how many entries its stream has, itself included; one that does not say it is not
 * judged. */
static int check_closed(struct audit *a, const struct entry *e)
{
    const struct batch_closed *said = entry_as(e, KIND_BATCH_CLOSED, &a->arena);
    if (said->count && (uint64_t)said->count != e->sseq)
        return entry_fault(a, e, "the count of the closing entry is not that of its stream");
    return 0;
}

/* ---- redactions ---- */

static void redacted_one(struct audit *a, const struct entry *e, uint64_t idx, const char *name)
{
    for (size_t i = 0; i < a->missing.n; i++) {
        const struct missing *m = &a->missing.at[i];
        if (m->idx != idx || idx >= e->idx || strcmp(m->stream, e->stream) != 0 || strcmp(m->name, name) != 0)
            continue;
        missing_drop(&a->missing, i);
        return;
    }
}

static int check_redacted(struct audit *a, const struct entry *e)
{
    const struct redacted *said = entry_as(e, KIND_REDACTED, &a->arena);
    for (size_t i = 0; i < said->names.n; i++)
        redacted_one(a, e, (uint64_t)said->idx, said->names.item[i]);
    return 0;
}

/* ---- one entry ---- */

static const struct {
    enum kind_id kind;
    int (*check)(struct audit *a, const struct entry *e);
} judged[] = {
    {KIND_LOG_VOID, check_void},       {KIND_LOG_OPENED, check_opened}, {KIND_LOG_RECOVERED, check_recovered},
    {KIND_BATCH_CLOSED, check_closed}, {KIND_REDACTED, check_redacted},
};
#define JUDGED (sizeof(judged) / sizeof(*judged))

bool audit_is_plain(struct text_member kind)
{
    enum kind_id id = kind_find_n(kind.s, kind.len);
    for (size_t i = 0; i < JUDGED; i++)
        if (judged[i].kind == id)
            return false;
    return !audit_hooks_want(id);
}

/* Is the entry in a stream where its kind belongs? */
static bool in_place(const struct entry *e, enum kind_id kind)
{
    enum stream_type t = kind_about(kind)->stream;
    return t != STREAM_LOG || stream_type(e->stream, NULL) == t;
}

int audit_special(struct audit *a, const struct special *s)
{
    struct entry e = {0};
    arena_reset(&a->arena);
    int err = entry_read(&e, &a->arena, s->text, s->len);
    e.idx = s->idx;
    if (err)
        return audit_fault(a, CPF_E_FORK, "entry %" PRIu64 ": %s", s->idx, cpf_strerror(err));
    for (size_t i = 0; i < JUDGED && !err; i++)
        if (kind_is(e.kind, judged[i].kind) && in_place(&e, judged[i].kind))
            err = judged[i].check(a, &e);
    return err ? err : audit_hooks_entry(a, &e);
}
