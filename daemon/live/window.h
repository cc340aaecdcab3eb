#pragma once
/*
 * The newest events, as they are sent (WHATWG HTML 9.2.6), so that a watcher who comes back is told what it
 * missed. An event is numbered by the place in the log of the newest entry that it tells of. Positions count
 * events since the start of the process, and name the next one to be sent.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bounds.h"
#include "base/buf.h"
#include "base/err.h"

struct window {
    struct window_event {
        uint64_t id;
        size_t len;
        char *text;
    } event[BOUND_EVENTS]; /* at its position modulo BOUND_EVENTS */
    uint64_t next;         /* position behind the newest */
    uint64_t behind;       /* all entries behind this place are told by what is held */
    uint64_t newest;       /* place of the newest entry told, or known at the start */
};

/* Everything up to `newest` was there before. */
void window_init(struct window *w, uint64_t newest);
void window_fini(struct window *w);
/* Of entries up to `id`, the newest so far; copied. The oldest gives way. */
void window_push(struct window *w, uint64_t id, const char *text, size_t len);
/* Is the event at that position still here, or the next one to come? */
bool window_holds(const struct window *w, uint64_t position);
/* The position from which on everything is told behind the entry at place `id`; false: not any more, or there
 * is no such entry. */
must_check bool window_find(const struct window *w, uint64_t id, uint64_t *ret_position);
/* Appends whole events from `position` on, at most `most` bytes but at least one; the position behind them.
 */
uint64_t window_take(const struct window *w, uint64_t position, size_t most, struct buf *ret);
