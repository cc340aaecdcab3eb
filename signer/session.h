#pragma once
/*
 * What one request does: judged by the mark, written by the store, answered on
 * the connection. The order of those three is the protocol (doc/log.md 2):
 *
 *   OPEN    change, write, flush, answer
 *   APPEND  change, write, answer; flush beside PostgreSQL's commit
 *   SETTLE  wait for that flush, change, write, answer; flush with the next append or SESSION_FLUSH_MS later
 */
#include <stdbool.h>
#include <stdint.h>
#include "conn.h"
#include "mark.h"
#include "store.h"

#define SESSION_FLUSH_MS 500 /* a settled mark is durable within a second, also without a next append */

struct session {
    struct mark *mark;
    const struct mark_log *log;
    struct store *store;
    struct conn *conn; /* the one that opened, or is rolling; NULL without */
    int64_t flush_at;  /* monotonic ms when the mark is flushed at the latest; 0: nothing owed */
    bool stopping;     /* SIGTERM: only what is in flight is finished */
};

/*
 * Does all that can be done now for `c`: as many whole frames as there are, until it must wait for a flush.
 * Negative: the file could not be written (the process must end without answering).
 */
must_check int session_work(struct session *s, struct conn *c);
/* The connection is about to be freed. */
void session_forget(struct session *s, const struct conn *c);
/* Is a group signed and its daemon still there to settle it? */
bool session_in_flight(const struct session *s);
