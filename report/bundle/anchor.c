/* Which checkpoint a bundle speaks for, and what witnesses put under it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cosig.h"
#include "base/file.h"
#include "base/policy.h"
#include "bundle/int.h"

#define COSIGNED_MAX 256 /* newest cosigned checkpoints among which one with a quorum is looked for */

/* ---- the newest that meets the policy ---- */

/* Does this policy ask anybody? It lives in `a`. */
static bool demands(const struct bundle_request *q, struct arena *a, const struct policy **ret)
{
    struct policy *p = arena_alloc(a, sizeof(*p));
    struct buf text;
    buf_init(&text);
    const char *path = arena_printf(a, "%s/%s", q->evidence, BUNDLE_POLICY);
    int r = file_read(path, BOUND_POLICY_BYTES, &text);
    if (!r)
        r = policy_parse(p, a, text.data ? text.data : "", text.len, NULL);
    buf_fini(&text);
    *ret = p;
    return !r && p->quorum >= 0;
}

/* The column's text with the cosignatures of the next one behind it. */
static void cosigned_note(const struct scan *s, struct buf *ret)
{
    size_t len;
    const char *note = scan_bytes(s, 1, &len);
    buf_add(ret, note, len);
    const char *lines = scan_bytes(s, 2, &len);
    struct buf text; /* the scan's are not NUL-terminated */
    buf_init(&text);
    buf_add(&text, lines, len);
    if (text.len && ret->len)
        cosig_add_lines(ret, text.data);
    buf_fini(&text);
}

static bool meets(const struct scan *s, const struct policy *p)
{
    struct policy_vote vote = {0};
    struct buf note;
    struct note n;
    buf_init(&note);
    cosigned_note(s, &note);
    if (note.len && note_parse(&n, note.data, note.len) == CPF_OK)
        policy_vote(p, &n, &vote);
    buf_fini(&note);
    return vote.quorum;
}

/* CPF_E_NOTFOUND: no such stream. */
static int least_size(struct scan *s, const char *stream, const char *size, int64_t *ret)
{
    const char *const args[] = {stream, size};
    int r = scan_start_text(s, DB_BUNDLE_LEAST, args);
    if (!r)
        r = scan_next(s);
    if (r == 1)
        *ret = scan_i64(s, 0);
    return r < 0 ? r : r ? CPF_OK : CPF_E_NOTFOUND;
}

static int newest_size(struct scan *s, uint64_t *ret)
{
    const int64_t newest[] = {0};
    int r = scan_start(s, DB_BUNDLE_CHECKPOINT, newest);
    if (!r)
        r = scan_next(s);
    if (r == 1)
        *ret = (uint64_t)scan_i64(s, 0);
    return r < 0 ? r : r ? CPF_OK : CPF_E_NOTFOUND;
}

static int choose(struct scan *s, const struct policy *p, const char *stream, uint64_t *size)
{
    char text[24];
    int64_t least = 0;
    snprintf(text, sizeof(text), "%" PRIu64, *size);
    int r = least_size(s, stream, text, &least);
    if (r)
        return r == CPF_E_NOTFOUND ? CPF_OK : r;
    const int64_t args[] = {least, (int64_t)*size, COSIGNED_MAX};
    r = scan_start(s, DB_BUNDLE_COSIGNED, args);
    while (!r && (r = scan_next(s)) == 1) {
        r = 0;
        if (meets(s, p)) {
            *size = (uint64_t)scan_i64(s, 0);
            return CPF_OK;
        }
    }
    return r;
}

int bundle_choose(struct scan *s, const struct bundle_request *q, uint64_t *size, char **ret_error)
{
    const struct policy *p;
    struct arena a;
    arena_init(&a, 0);
    int r = CPF_OK;
    if (demands(q, &a, &p)) {
        if (*size == 0)
            r = newest_size(s, size);
        if (!r)
            r = choose(s, p, arena_printf(&a, "batch/%s", q->batch), size);
        if (r == CPF_E_NOTFOUND) /* an empty log: told where it is read */
            r = CPF_OK;
        if (r)
            *ret_error = xstrdup(scan_error(s));
    }
    arena_fini(&a);
    return r;
}

/* ---- its text ---- */

const char *make_note(struct make *m, size_t *ret_len)
{
    struct buf note;
    buf_init(&note);
    cosigned_note(m->scan, &note);
    const char *copy = arena_strndup(&m->a, note.data ? note.data : "", note.len);
    *ret_len = note.len;
    buf_fini(&note);
    return copy;
}
