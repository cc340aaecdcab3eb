#include "whole.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/entry.h"
#include "base/mem.h"

struct whole {
    struct scan *scan;
    struct arena keep, arena; /* to the end; for one entry */
    const char *stream, *size;
    uint64_t *idx; /* of the stream's entries as found by name, in order of sseq */
    uint8_t (*leaf)[HASH_LEN];
    size_t n;
    uint64_t from; /* where the look by position begins */
    char **ret_error;
};

static int hidden(struct whole *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int hidden(struct whole *w, const char *fmt, ...)
{
    char *what;
    va_list ap;
    va_start(ap, fmt);
    require(vasprintf(&what, fmt, ap) >= 0);
    va_end(ap);
    require(asprintf(w->ret_error, "attack: %s: %s: columns or an index were changed: run cpfctl audit",
                     w->stream, what) >= 0);
    free(what);
    return CPF_E_FORK;
}

static int failed(struct whole *w, int err)
{
    *w->ret_error = xstrdup(scan_error(w->scan));
    return err;
}

static int by_name(struct whole *w)
{
    const char *const args[] = {w->stream, w->size};
    size_t len;
    int got = scan_start_text(w->scan, DB_BUNDLE_ENTRIES, args);
    while (!got && (got = scan_next(w->scan)) == 1) {
        if ((w->n & (w->n - 1)) == 0) {
            w->idx = xrealloc(w->idx, (w->n ? 2 * w->n : 1) * sizeof(*w->idx));
            w->leaf = xrealloc(w->leaf, (w->n ? 2 * w->n : 1) * sizeof(*w->leaf));
        }
        const char *text = scan_bytes(w->scan, 1, &len);
        hash_leaf(text, len, w->leaf[w->n]);
        w->idx[w->n++] = (uint64_t)scan_i64(w->scan, 0);
        got = 0;
    }
    return got < 0 ? failed(w, got) : 0;
}

static int by_map(struct whole *w)
{
    const char *const args[] = {w->stream, w->size};
    size_t len;
    int got = scan_start_text(w->scan, DB_BUNDLE_MAPPED, args);
    if (!got)
        got = scan_next(w->scan);
    if (got <= 0)
        return got < 0 ? failed(w, got) : 0;
    int64_t map = scan_i64(w->scan, 1);
    uint64_t count = (uint64_t)scan_i64(w->scan, 2);
    const void *last = scan_bytes(w->scan, 3, &len);
    w->from = (uint64_t)scan_i64(w->scan, 0);
    if (count == 0 || count > w->n || len != HASH_LEN || memcmp(w->leaf[count - 1], last, len) != 0)
        return hidden(w,
                      "map %" PRId64 " of streams counts %" PRIu64
                      " entries with another end, %zu are found by its name",
                      map, count, w->n);
    return 0;
}

static bool found_by_name(const struct whole *w, uint64_t idx)
{
    for (size_t i = w->n; i-- > 0;)
        if (w->idx[i] == idx)
            return true;
    return false;
}

static int by_place(struct whole *w)
{
    const char *text = arena_printf(&w->keep, "\"stream\":\"%s\"", w->stream);
    const char *const args[] = {arena_printf(&w->keep, "%" PRIu64, w->from), w->size, text};
    size_t len;
    int got = scan_start_text(w->scan, DB_BUNDLE_BEHIND, args);
    while (!got && (got = scan_next(w->scan)) == 1) {
        struct entry e = {0};
        uint64_t idx = (uint64_t)scan_i64(w->scan, 0);
        const char *body = scan_bytes(w->scan, 1, &len);
        arena_reset(&w->arena);
        if (entry_read(&e, &w->arena, body, len) == 0 && strcmp(e.stream, w->stream) == 0 &&
            !found_by_name(w, idx))
            return hidden(w, "entry %" PRIu64 " belongs to it and is not found by its name", idx);
        got = 0;
    }
    return got < 0 ? failed(w, got) : 0;
}

int whole_check(struct scan *s, const char *batch, uint64_t size, char **ret_error)
{
    struct whole w = {.scan = s, .ret_error = ret_error};
    arena_init(&w.keep, 0);
    arena_init(&w.arena, 0);
    w.stream = arena_printf(&w.keep, "batch/%s", batch);
    w.size = arena_printf(&w.keep, "%" PRIu64, size ? size : (uint64_t)INT64_MAX);
    int err = by_name(&w);
    if (!err && w.n)
        w.from = w.idx[0];
    if (!err && w.n)
        err = by_map(&w);
    if (!err)
        err = by_place(&w);
    free(w.idx);
    free(w.leaf);
    arena_fini(&w.keep);
    arena_fini(&w.arena);
    return err;
}
