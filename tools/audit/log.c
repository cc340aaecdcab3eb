/* What the log says about itself, judged in its order: openings, void rows, recoveries, closings, redactions.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit/hook.h"
#include "base/mem.h"

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
    uint64_t first = (uint64_t)json_get_int(e->body, "first", -1);
    uint64_t count = (uint64_t)json_get_int(e->body, "count", -1);
    struct run *run = run_before(a, e->idx);
    if (!run)
        return entry_fault(a, e, "log.void without rows before it that lack their bodies");
    if (first != run->first || first + count != e->idx)
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
    const char *origin = json_get_str(e->body, "origin"), *boot = json_get_str(e->body, "boot");
    if (a->opened)
        return entry_fault(a, e, "the log is opened a second time");
    if (!origin || strcmp(origin, a->key.name) != 0)
        return entry_fault(a, e, "log.opened names another origin than the key given");
    a->opened = true;
    snprintf(a->boot, sizeof(a->boot), "%s", boot ? boot : "");
    return 0;
}

static int check_recovered(struct audit *a, const struct entry *e)
{
    const char *from = json_get_str(e->body, "from"), *to = json_get_str(e->body, "to");
    if (!from || !to || strcmp(from, a->boot) != 0)
        return entry_fault(a, e, "log.recovered does not continue from the boot before it");
    snprintf(a->boot, sizeof(a->boot), "%s", to);
    return 0;
}

/* A closing entry says how many entries its stream has, itself included. */
static int check_closed(struct audit *a, const struct entry *e)
{
    int64_t count = json_get_int(e->body, "count", -1);
    if (count >= 0 && (uint64_t)count != e->sseq)
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
    uint64_t idx = (uint64_t)json_get_int(e->body, "idx", -1);
    json_each(name, json_get(e->body, "names")) {
        if (name->type == JSON_STRING)
            redacted_one(a, e, idx, name->str);
    }
    return 0;
}

/* ---- one entry ---- */

bool audit_is_plain(struct member kind)
{
    return !(kind.len > 4 && memcmp(kind.s, "log.", 4) == 0) && !member_is(kind, "redacted") &&
           !(kind.len > 7 && memcmp(kind.s + kind.len - 7, ".closed", 7) == 0) &&
           !audit_hooks_want(kind.s, kind.len);
}

static const struct {
    const char *stream, *kind; /* stream NULL: any */
    int (*check)(struct audit *a, const struct entry *e);
} judged[] = {
    {"log", "log.void", check_void},           {"log", "log.opened", check_opened},
    {"log", "log.recovered", check_recovered}, {NULL, "batch.closed", check_closed},
    {NULL, "redacted", check_redacted},
};

int audit_special(struct audit *a, const struct special *s)
{
    struct entry e = {0};
    arena_reset(&a->arena);
    int err = entry_read(&e, &a->arena, s->text, s->len);
    e.idx = s->idx;
    if (err)
        return audit_fault(a, CPF_E_FORK, "entry %" PRIu64 ": %s", s->idx, cpf_strerror(err));
    for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]) && !err; i++)
        if (strcmp(e.kind, judged[i].kind) == 0 &&
            (!judged[i].stream || strcmp(e.stream, judged[i].stream) == 0))
            err = judged[i].check(a, &e);
    return err ? err : audit_hooks_entry(a, &e);
}
