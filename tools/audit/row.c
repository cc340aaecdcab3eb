/* One row: its leaf, its columns, and its stream's chain within the range. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit/int.h"
#include "base/enc.h"
#include "base/kind.h"
#include "base/mem.h"

enum { IDX, ID, STREAM, SSEQ, KIND, AT, BODY, LEAF };

static struct text_member field(const struct range *r, int col)
{
    struct text_member m;
    m.s = scan_bytes(r->scan, col, &m.len);
    if (scan_null(r->scan, col))
        m = (struct text_member){0};
    return m;
}

static bool same(struct text_member a, struct text_member b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

static int row_fault(struct range *r, const char *what)
{
    struct text_member stream = field(r, STREAM);
    return range_fault(r, CPF_E_FORK, "entry %" PRIu64 " (%.*s): %s", r->idx, stream.s ? (int)stream.len : 4,
                       stream.s ? stream.s : "void", what);
}

/* ---- columns ---- */

static bool same_id(struct text_member text, const struct range *r)
{
    static const char hex[] = "0123456789abcdef";
    struct text_member u = field(r, ID);
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

/* "2026-11-22T02:30:00.123Z" against microseconds since 2000; entries of one day share its date. */
static bool same_at(struct range *r, struct text_member at, int64_t us)
{
    int64_t h, m, s, ms;
    if (at.len != 24)
        return false;
    if (memcmp(at.s, r->date, 10) != 0) {
        char midnight[25];
        int64_t day;
        memcpy(midnight, at.s, 10);
        memcpy(midnight + 10, "T00:00:00.000Z", 15);
        if (clock_parse(midnight, &day))
            return false;
        memcpy(r->date, at.s, 10);
        r->date_us = (day - CLOCK_PG_EPOCH_MS) * 1000;
    }
    if (!digits(at.s + 11, 2, &h) || !digits(at.s + 14, 2, &m) || !digits(at.s + 17, 2, &s) ||
        !digits(at.s + 20, 3, &ms))
        return false;
    return us == r->date_us + (((h * 60 + m) * 60 + s) * 1000 + ms) * 1000;
}

static int check_columns(struct range *r, const struct members *m)
{
    int64_t sseq;
    if (!m->stream.s || !same(m->stream, field(r, STREAM)))
        return row_fault(r, "column stream is not what its bytes say");
    if (!m->kind.s || !same(m->kind, field(r, KIND)))
        return row_fault(r, "column kind is not what its bytes say");
    if (!m->sseq.s || m->sseq.len > 16 || !digits(m->sseq.s, m->sseq.len, &sseq) ||
        sseq != scan_i64(r->scan, SSEQ))
        return row_fault(r, "column sseq is not what its bytes say");
    if (!m->at.s || !same_at(r, m->at, scan_i64(r->scan, AT)))
        return row_fault(r, "column at is not what its bytes say");
    if (!same_id(m->id, r))
        return row_fault(r, "column id is not what its bytes say");
    return 0;
}

/* ---- the stream ---- */

/* The first entry of a stream in this range waits for the join. */
static int check_chain(struct range *r, const struct members *m, const uint8_t leaf[HASH_LEN])
{
    struct stream *s = streams_at(&r->streams, m->stream.s, m->stream.len);
    uint64_t sseq = (uint64_t)scan_i64(r->scan, SSEQ);
    if (s->sseq == 0) {
        if (!m->prev.s || (m->prev.len != 43 && m->prev.len != 0))
            return row_fault(r, "it does not follow the entry before it in its stream (prev)");
        s->first_idx = r->idx;
        s->first_sseq = sseq;
        memcpy(s->first_prev, m->prev.s, m->prev.len);
    } else {
        if (sseq != s->sseq + 1)
            return row_fault(r, "an entry of its stream is missing before it (sseq)");
        if (!m->prev.s || !same(m->prev, (struct text_member){s->prev, 43}))
            return row_fault(r, "it does not follow the entry before it in its stream (prev)");
    }
    s->sseq = sseq;
    enc_digest(leaf, s->prev);
    return 0;
}

/* ---- what it means ---- */

static void keep_special(struct range *r, struct text_member body)
{
    if ((r->nspecials & (r->nspecials - 1)) == 0)
        r->special = xrealloc(r->special, (r->nspecials ? r->nspecials * 2 : 1) * sizeof(*r->special));
    r->special[r->nspecials++] =
        (struct special){r->idx, arena_strndup(&r->keep, body.s, body.len), body.len};
}

static int check_meaning(struct range *r, const struct members *m, struct text_member body)
{
    struct entry e = {0};
    if (!audit_is_plain(m->kind))
        keep_special(r, body);
    if (!r->a->strict && !m->has_pd)
        return 0;
    arena_reset(&r->arena);
    int err = entry_read(&e, &r->arena, body.s, body.len);
    if (err)
        return row_fault(r, cpf_strerror(err));
    e.idx = r->idx;
    err = range_pd_entry(r, &e);
    return err || !r->a->strict ? err : range_act(r, &e);
}

/* ---- rows ---- */

static int bodied_row(struct range *r, struct text_member body, const uint8_t leaf[HASH_LEN])
{
    uint8_t got[HASH_LEN];
    struct members m;
    enum kind_id kind;
    hash_leaf(body.s, body.len, got);
    if (memcmp(got, leaf, HASH_LEN) != 0)
        return row_fault(r, "its bytes do not give its leaf: body or leaf was changed");
    if (r->idx < r->a->from)
        return 0; /* the last audit saw it; here it only fills the tile */
    if (!members_find(body.s, body.len, &m))
        return row_fault(r, "its bytes are not an entry");
    kind = kind_find_n(m.kind.s, m.kind.len);
    if (r->runs.n && r->runs.at[r->runs.n - 1].end == r->idx && kind != KIND_LOG_VOID)
        return row_fault(r,
                         "the rows before it have no body, and it is not the log.void that must name them");
    if (!r->opened && kind != KIND_LOG_VOID) {
        if (kind != KIND_LOG_OPENED)
            return row_fault(r, "the log does not begin with log.opened");
        r->opened = true;
    }
    int err = check_columns(r, &m);
    if (!err)
        err = check_chain(r, &m, leaf);
    if (!err)
        err = check_meaning(r, &m, body);
    r->n.bytes += body.len;
    return err;
}

int range_row(struct range *r, const uint8_t **ret_leaf)
{
    uint64_t idx = (uint64_t)scan_i64(r->scan, IDX);
    struct text_member body = field(r, BODY), leaf = field(r, LEAF);
    if (idx != r->idx)
        return range_fault(r, CPF_E_FORK, "entry %" PRIu64 " is missing: the next row is %" PRIu64, r->idx,
                           idx);
    if (leaf.len != HASH_LEN)
        return row_fault(r, "its leaf is not 32 bytes");
    *ret_leaf = (const uint8_t *)leaf.s;
    if (body.s)
        return bodied_row(r, body, *ret_leaf);
    if (idx >= r->a->from) {
        runs_add(&r->runs, idx, idx + 1);
        r->n.nvoid++;
    }
    return 0;
}
