#pragma once
/*
 * Anchors: clocks and memories that are not ours, and that saw our log (doc/anchors.md).
 *
 *   round   the newest settled checkpoint to each witness, with a consistency proof from what it knows; then
 * a time stamp over it with the cosignatures that it has by then. Each witness's interval and the stamp's
 * begin one; so does anchor_now. One at a time. witness the same for other logs: witness.h
 *
 * Nothing here can stop or slow a scan: own connection to the database, everything bounded in time. What
 * fails is logged and stands in the status, and is tried again with the next round. A witness that has seen
 * more of our log than we have, or another history of it, raises the alarm: an error in the log, and `alarm`
 * in the status.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "anchor/witness.h"
#include "base/json.h"
#include "conf.h"

struct event_base;
struct anchor;

struct anchor_config {
    struct event_base *base;
    const struct conf *conf;              /* outlives it */
    const char *(*checkpoint)(void *arg); /* the newest settled note, or NULL */
    void *arg;
};

/* Do the files that the configuration names hold what they should? *ret_error (malloc'ed) says what not.
 * Opens no key. */
must_check int anchor_check(const struct conf *conf, char **ret_error);
/* Reads policy and logs, opens the witness's key (which blocks for scrypt), connects. */
must_check int anchor_new(const struct anchor_config *cfg, struct anchor **ret, char **ret_error);
/* The log is open: the first round begins as soon as the database is there. Once. */
void anchor_start(struct anchor *a);
/* Ends what is under way; whoever waits is told now. Nothing begins from then on. */
void anchor_drain(struct anchor *a);
void anchor_free(struct anchor *a); /* drains; NULL is fine */

/* add-checkpoint, as witness.h; 404 where this daemon is nobody's witness. */
void anchor_witness(struct anchor *a, const char *body, size_t len, witness_answer_fn done, void *arg);

/* A round now, or one right behind that under way: `done` when it is over, with 0; CPF_E_AWAY: no database,
 * or no checkpoint yet; CPF_E_BUSY: the daemon stops, or too many wait. May run before it returns. */
typedef void (*anchor_done_fn)(void *arg, int code);
void anchor_now(struct anchor *a, anchor_done_fn done, void *arg);

/* How it stands; NULL where nothing is configured. doc/openapi.yaml, schema Anchors. */
struct json *anchor_status(const struct anchor *a, struct arena *m);
