#pragma once
/*
 * Watchers: whoever keeps GET /v1/events open is told what changed, once it is committed and signed. What is
 * told is made once for all of them and written when the loop has nothing else to do, a few watchers a turn,
 * in rounds: what comes between two of them is one event. A round takes a sixteenth of the time at most, as
 * far as LIVE_ROUND_MOST_MS allows, so that many watchers cost no more than few.
 *
 * A watcher is a position in the window of the newest events, no queue: who reads slowly gets more at once,
 * who falls out of the window is told `reset`, and who reads nothing is ended by http.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/entry.h"
#include "base/err.h"
#include "http/http.h"

/* From the beginning of a round to the next one at the least, at the most. */
#define LIVE_ROUND_MS      50
#define LIVE_ROUND_MOST_MS 150
#define LIVE_BEAT_MS       15000 /* a comment to each, so that silence means something */

struct event_base;
struct live;

struct live_config {
    struct event_base *base;
    /* Does the digest of that token still open this daemon? */
    bool (*known)(void *arg, const char *token);
    void *arg;
};
must_check int live_new(const struct live_config *cfg, struct live **ret);
/* Before the server's end nobody is left; NULL is fine. */
void live_free(struct live *l);

/* Everything before place `size` of the log was there before anybody watched. */
void live_begin(struct live *l, uint64_t size);
/* A settled entry, in log order; `e` is not kept. */
void live_entry(struct live *l, const struct entry *e);
/* Why nothing can be recorded now: a code, static; NULL: it can. */
void live_reason(struct live *l, const char *code);
/* Who watches is told that it stops, and ended. Nobody is taken any more. */
void live_drain(struct live *l);

/*
 * Answers r with a stream of events. `after`: the place in the log of the newest entry that the client knows
 * of, as text; NULL: it has read nothing yet. What has left the window, or never was, is told as `reset`.
 * False: no place (of all, or of this station); r is as it was.
 */
must_check bool live_watch(struct live *l, struct http_request *r, const char *token, const char *after,
                           int64_t now);

struct live_stats {
    uint64_t watchers, events; /* now; told since the start, each once */
    uint64_t slow, refused;    /* ended because they did not read; turned away for want of a place */
};
struct live_stats live_stats(const struct live *l);
