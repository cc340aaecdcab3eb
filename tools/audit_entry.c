/* One row: its leaf, its columns, its stream's chain, and what the log says about itself. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit_hook.h"
#include "base/enc.h"

enum { IDX, ID, STREAM, SSEQ, KIND, AT, BODY, LEAF };

static struct member field(const struct audit *a, int col)
{
    struct member m;

    m.s = scan_bytes(a->entries, col, &m.len);
    if (scan_null(a->entries, col))
        m = (struct member){0};
    return m;
}

static bool same(struct member a, struct member b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

static bool is(struct member m, const char *s)
{
    return m.len == strlen(s) && memcmp(m.s, s, m.len) == 0;
}

static int row_fault(struct audit *a, const char *what)
{
    struct member stream = field(a, STREAM);

    return audit_fault(a, CPF_E_FORK, "entry %" PRIu64 " (%.*s): %s", a->idx, stream.s ? (int)stream.len : 4,
                       stream.s ? stream.s : "void", what);
}

/* ---- columns ---- */

static bool same_id(struct member text, const struct audit *a)
{
    static const char hex[] = "0123456789abcdef";
    struct member u = field(a, ID);
    char want[36], *p = want;

    if (!u.s || !text.s)
        return !u.s && !text.s;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[(uint8_t)u.s[i] >> 4];
        *p++ = hex[(uint8_t)u.s[i] & 15];
    }
    return text.len == 36 && memcmp(text.s, want, 36) == 0;
}

static bool digits(const char *s, size_t n, int64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *ret = *ret * 10 + (s[i] - '0');
    }
    return true;
}

#define PG_EPOCH_MS INT64_C(946684800000)

/* "2026-11-22T02:30:00.123Z" against microseconds since 2000; entries of one day share its date. */
static bool same_at(struct audit *a, struct member at, int64_t us)
{
    int64_t h, m, s, ms;

    if (at.len != 24)
        return false;
    if (memcmp(at.s, a->date, 10) != 0) {
        char midnight[25];
        int64_t day;
        memcpy(midnight, at.s, 10);
        memcpy(midnight + 10, "T00:00:00.000Z", 15);
        if (clock_parse(midnight, &day))
            return false;
        memcpy(a->date, at.s, 10);
        a->date_us = (day - PG_EPOCH_MS) * 1000;
    }
    if (!digits(at.s + 11, 2, &h) || !digits(at.s + 14, 2, &m) || !digits(at.s + 17, 2, &s) ||
        !digits(at.s + 20, 3, &ms))
        return false;
    return us == a->date_us + (((h * 60 + m) * 60 + s) * 1000 + ms) * 1000;
}

static int check_columns(struct audit *a, const struct members *m)
{
    int64_t sseq;

    if (!m->stream.s || !same(m->stream, field(a, STREAM)))
        return row_fault(a, "column stream is not what its bytes say");
    if (!m->kind.s || !same(m->kind, field(a, KIND)))
        return row_fault(a, "column kind is not what its bytes say");
    if (!m->sseq.s || m->sseq.len > 16 || !digits(m->sseq.s, m->sseq.len, &sseq) ||
        sseq != scan_i64(a->entries, SSEQ))
        return row_fault(a, "column sseq is not what its bytes say");
    if (!m->at.s || !same_at(a, m->at, scan_i64(a->entries, AT)))
        return row_fault(a, "column at is not what its bytes say");
    if (!same_id(m->id, a))
        return row_fault(a, "column id is not what its bytes say");
    return 0;
}

/* ---- the stream ---- */

static int check_chain(struct audit *a, const struct members *m, const uint8_t leaf[HASH_LEN])
{
    struct stream *s = streams_at(&a->streams, m->stream.s, m->stream.len);
    struct member prev = {s->prev, s->sseq ? 43 : 0};

    if ((uint64_t)scan_i64(a->entries, SSEQ) != s->sseq + 1)
        return row_fault(a, "an entry of its stream is missing before it (sseq)");
    if (!m->prev.s || !same(m->prev, prev))
        return row_fault(a, "it does not follow the entry before it in its stream (prev)");
    s->sseq++;
    enc_digest(leaf, s->prev);
    return 0;
}

/* ---- what the log says about itself ---- */

static int check_void(struct audit *a, const struct entry *e)
{
    uint64_t first = (uint64_t)json_get_int(e->body, "first", -1);
    uint64_t count = (uint64_t)json_get_int(e->body, "count", -1);

    if (!a->in_run)
        return row_fault(a, "log.void without rows before it that lack their bodies");
    if (first != a->run_first || first + count != a->idx)
        return row_fault(a, "log.void names other rows than those before it");
    return 0;
}

static int check_opened(struct audit *a, const struct entry *e)
{
    const char *origin = json_get_str(e->body, "origin"), *boot = json_get_str(e->body, "boot");

    if (a->opened)
        return row_fault(a, "the log is opened a second time");
    if (!origin || strcmp(origin, a->key.name) != 0)
        return row_fault(a, "log.opened names another origin than the key given");
    a->opened = true;
    snprintf(a->boot, sizeof(a->boot), "%s", boot ? boot : "");
    return 0;
}

static int check_recovered(struct audit *a, const struct entry *e)
{
    const char *from = json_get_str(e->body, "from"), *to = json_get_str(e->body, "to");

    if (!from || !to || strcmp(from, a->boot) != 0)
        return row_fault(a, "log.recovered does not continue from the boot before it");
    snprintf(a->boot, sizeof(a->boot), "%s", to);
    return 0;
}

/* A closing entry says how many entries its stream has, itself included. */
static int check_closed(struct audit *a, const struct entry *e)
{
    int64_t count = json_get_int(e->body, "count", -1);

    if (count >= 0 && (uint64_t)count != e->sseq)
        return row_fault(a, "the count of the closing entry is not that of its stream");
    return 0;
}

static bool is_plain(struct member kind)
{
    return !(kind.len > 4 && memcmp(kind.s, "log.", 4) == 0) && !is(kind, "redacted") &&
           !(kind.len > 7 && memcmp(kind.s + kind.len - 7, ".closed", 7) == 0);
}

static int check_meaning(struct audit *a, const struct members *m, struct member body)
{
    struct entry e = {0};

    if (!a->strict && !m->has_pd && is_plain(m->kind) && !audit_hooks_want(m->kind.s, m->kind.len))
        return 0;
    arena_reset(&a->arena);
    int err = entry_read(&e, &a->arena, body.s, body.len);
    if (err)
        return row_fault(a, cpf_strerror(err));
    e.idx = a->idx;
    if (strcmp(e.stream, "log") == 0) {
        if (strcmp(e.kind, "log.void") == 0)
            err = check_void(a, &e);
        else if (strcmp(e.kind, "log.opened") == 0)
            err = check_opened(a, &e);
        else if (strcmp(e.kind, "log.recovered") == 0)
            err = check_recovered(a, &e);
    } else if (strcmp(e.kind, "batch.closed") == 0) {
        err = check_closed(a, &e);
    } else if (strcmp(e.kind, "redacted") == 0) {
        err = audit_pd_redacted(a, &e);
    }
    if (!err)
        err = audit_pd_entry(a, &e);
    return err ? err : audit_hooks_entry(a, &e);
}

/* ---- rows ---- */

static int void_row(struct audit *a)
{
    if (!a->in_run) {
        a->in_run = true;
        a->run_first = a->idx;
    }
    a->nvoid++;
    return 0;
}

static int bodied_row(struct audit *a, struct member body, const uint8_t leaf[HASH_LEN])
{
    uint8_t got[HASH_LEN];
    struct members m;

    hash_leaf(body.s, body.len, got);
    if (memcmp(got, leaf, HASH_LEN) != 0)
        return row_fault(a, "its bytes do not give its leaf: body or leaf was changed");
    if (!members_find(body.s, body.len, &m))
        return row_fault(a, "its bytes are not an entry");
    bool after_run = a->in_run;
    if (after_run && !is(m.kind, "log.void"))
        return row_fault(a,
                         "the rows before it have no body, and it is not the log.void that must name them");
    if (!a->opened && !is(m.kind, "log.void") && !is(m.kind, "log.opened"))
        return row_fault(a, "the log does not begin with log.opened");
    int err = check_columns(a, &m);
    if (!err)
        err = check_chain(a, &m, leaf);
    if (!err)
        err = check_meaning(a, &m, body);
    a->in_run = false;
    a->bytes += body.len;
    return err;
}

int audit_row(struct audit *a)
{
    uint64_t idx = (uint64_t)scan_i64(a->entries, IDX);
    struct member body = field(a, BODY), leaf = field(a, LEAF);

    if (idx != a->idx)
        return audit_fault(a, CPF_E_FORK, "entry %" PRIu64 " is missing: the next row is %" PRIu64, a->idx,
                           idx);
    if (leaf.len != HASH_LEN)
        return row_fault(a, "its leaf is not 32 bytes");
    int err = body.s ? bodied_row(a, body, (const uint8_t *)leaf.s) : void_row(a);
    if (!err)
        err = audit_tree_leaf(a, (const uint8_t *)leaf.s);
    a->idx++;
    return err;
}

int audit_rows_end(struct audit *a)
{
    if (a->idx != a->size)
        return audit_fault(a, CPF_E_FORK, "entry %" PRIu64 " is missing: the head says %" PRIu64 " entries",
                           a->idx, a->size);
    if (a->in_run)
        return audit_fault(a, CPF_E_FORK,
                           "rows from %" PRIu64
                           " to the end have no body and no log.void names them: start cpfd, which "
                           "compares them with cpf-signer, and audit again",
                           a->run_first);
    return 0;
}
