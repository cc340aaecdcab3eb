/*
 * When was it recorded? An anchor is a clock that is not the log's (a time-stamping authority, a witness) and
 * that saw the log at some size. `before`: the first time at which somebody saw a log that holds the entry.
 * `after`: the last time at which somebody saw a log that does not hold it yet.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "verify_int.h"

static void bracket(const struct verify *v, struct record *r)
{
    for (size_t i = 0; i < v->nanchors; i++) {
        const struct anchor *a = &v->anchor[i];
        if (a->size > r->e.idx) {
            if (!r->before || a->until < r->before)
                r->before = a->until;
        } else if (a->from > r->after) {
            r->after = a->from;
        }
    }
}

/* Milliseconds that the root key gives an entry until its stamp; 0 = it demands none. */
static int64_t patience(const struct verify *v, uint64_t size)
{
    const struct keymanifest_line *l =
        v->have_keys ? keymanifest_next(&v->keys, KEYMANIFEST_STAMP, size, NULL) : NULL;
    return l ? (int64_t)l->seconds * 1000 : 0;
}

/* The first stamp over a log that holds the entry. Cosignatures do not count here: the rule is about stamps.
 */
static int64_t first_stamp(const struct verify *v, const struct record *r)
{
    int64_t first = 0;
    for (size_t i = 0; i < v->nanchors; i++) {
        const struct anchor *a = &v->anchor[i];
        if (a->stamp && a->size > r->e.idx && (!first || a->until < first))
            first = a->until;
    }
    return first;
}

static void check_times(struct verify *v, const struct record *r, int64_t wait)
{
    int64_t stamped = first_stamp(v, r), at = r->e.at;
    char text[CLOCK_TEXT];
    if (!stamped && (!v->opt.now || v->opt.now - at > wait)) {
        verify_fail(v, STAMP_MISSING, r->file->name, "none over a log that holds it");
    } else if (stamped && stamped - at > wait) {
        clock_format(stamped, text);
        verify_fail(v, STAMP_MISSING, r->file->name, "first one at %s", text);
    }
    if (r->before && at > r->before + wait) {
        clock_format(r->before, text);
        verify_fail(v, STAMP_AT, r->file->name, "the log held it at %s already", text);
    }
    if (r->after && at < r->after - wait) {
        clock_format(r->after, text);
        verify_fail(v, STAMP_AT, r->file->name, "the log did not hold it at %s", text);
    }
}

/* In training the clock is moved by hand, and stamps would say nothing. */
static bool real_clock(const struct verify *v)
{
    return !log_is_training(v->info.origin);
}

void verify_brackets(struct verify *v)
{
    for (size_t i = 0; i < v->nentries; i++) {
        struct record *r = &v->entry[i];
        if (!r->proven)
            continue;
        bracket(v, r);
        int64_t wait = patience(v, v->checkpoint.size);
        if (wait && real_clock(v))
            check_times(v, r, wait);
    }
    for (size_t i = 0; i < v->nsupport; i++)
        if (v->support[i].proven)
            bracket(v, &v->support[i]);
}
