#pragma once
/*
 * One command from request to durable answer: id, secret, clock, judge,
 * entries, book, ledger, reply.
 *
 *   work_new -> (api fills it) -> flow_start -> … -> reply, once
 *
 * Nothing here blocks; the reply never comes before flow_start returns, save
 * for refusals that need no judging (an HTTP status and a code).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/json.h"
#include "base/kind.h"
#include "base/mem.h"
#include "conf.h"
#include "core/catalogue.h"
#include "core/words.h"
#include "core/right/right.h"
#include "core/rule/rule.h"

struct event_base;
struct flow;

enum secret_kind { SECRET_NONE, SECRET_PIN, SECRET_PASSWORD };

/*
 * status 200 with the answer's JSON, or an HTTP status and a machine code with json == NULL.
 * Exactly once per work.
 */
typedef void (*flow_reply_fn)(void *arg, int status, const char *code, const char *json, size_t len);

struct work {
    struct arena arena; /* owns every string of the command */
    char id[37];
    uint8_t req[HASH_LEN]; /* SHA-256 of the request without secrets */
    struct command cmd;
    const char *badge; /* person's id as read from the badge, or NULL */
    enum secret_kind secret_kind;
    char *secret;              /* malloc'ed; wiped and freed by the flow */
    struct json *credentials;  /* RECORD person.*: {"pin": sealed, "key": sealed}, or NULL */
    struct spool_claim *spool; /* an item of the station's own list, not yet looked at; NULL: none */
    const char *bad_field;     /* of a request that cannot be read: its member, for the refusal */
    flow_reply_fn reply;
    void *arg;
    struct work_state *state; /* the flow's own */
};

struct work *work_new(struct flow *f);
/* Before flow_start only. */
void work_drop(struct work *w);
void flow_start(struct flow *f, struct work *w);

struct flow_config {
    struct event_base *base;
    const struct conf *conf;
    const struct words *words;
    const struct rights *rights;
    const char *vkey;
    void (*on_ready)(void *arg);
    void (*on_stop)(void *arg, int code, const char *text);
    /* Every settled entry, in log order; `e` is valid during the call. May be NULL. */
    void (*on_entry)(void *arg, const struct entry *e);
    void *arg;
};
must_check int flow_new(const struct flow_config *cfg, struct flow **ret);
void flow_begin(struct flow *f); /* begins connecting */
void flow_drain(struct flow *f); /* then on_stop(0) */
void flow_free(struct flow *f);

bool flow_ready(const struct flow *f);
/* Has it ever been ready: is the book whole? */
bool flow_served(const struct flow *f);
/* Why commands are refused now: a catalogue code, or NULL. */
const char *flow_unavailable(const struct flow *f);
/* Something outside of it does not let it serve (`code`: static text), or does again (NULL). */
void flow_block(struct flow *f, const char *code);
int64_t flow_now(struct flow *f);
const struct book *flow_book(const struct flow *f);
const struct catalogue *flow_catalogue(const struct flow *f);
const struct words *flow_words(const struct flow *f);
struct ledger *flow_ledger(const struct flow *f);
bool flow_is_new(const struct flow *f);

/* Training only, forward only: fires the deadlines on the way. CPF_E_STATE, CPF_E_INVAL. */
must_check int flow_clock(struct flow *f, int64_t to_ms);

/*
 * The one set-up of an empty log. `body` as CONTRACT of POST /v1/setup (doc/openapi.yaml). The reply tells
 * when it is durable. The same request again (w->req) is answered alike, and goes on with what a set-up that
 * was cut off left out.
 */
void flow_setup(struct flow *f, struct work *w, const struct json *body);

/*
 * Before a batch is exported: sees that a map of streams (base/batchmap.h) counts it as it is, a closed one
 * too. False: one does, or there is no such batch; go on. True: one is on its way; `done` comes once it is
 * durable, or cannot be had because the daemon ends; never before this returns. `late`: it took longer than
 * anybody waits (BOUND_PATIENCE_MS), and may or may not come.
 */
typedef void (*flow_mapped_fn)(void *arg, bool late);
bool flow_map_now(struct flow *f, const char *batch, flow_mapped_fn done, void *arg);

/* How many commands were taken back because an entry of that kind did not fold: a bug each, and never more.
 */
uint64_t flow_refused(const struct flow *f, enum kind_id kind);

/*
 * A batch as the book has it, recalled if it is closed; NULL: there is none. `done` may come before this
 * returns; `x` is valid during the call. `code`: why it cannot be told, with the status; else NULL.
 */
typedef void (*flow_look_fn)(void *arg, const struct batch *x, int status, const char *code);
void flow_look(struct flow *f, const char *batch, flow_look_fn done, void *arg);

/* Streams that had left the memory: how many came back, and were refused because what the database has of
 * them is not what was signed; of the newest of those its name and why. */
struct flow_recall_state {
    uint64_t done, refused;
    char stream[ENTRY_STREAM_MAX + 1], why[128];
};
const struct flow_recall_state *flow_recall_state(const struct flow *f);

/* A sign of life of that station; `claimed`: the time that it says it is, 0: it says none. */
void flow_heard(struct flow *f, struct station *st, int64_t claimed);
/* Did the key of an enrolment sign it? */
bool flow_enrol_signed(const struct flow *f, const struct enrol_claim *c, const char *signature);

/* The station's context and what it does next (GET /v1/stations/self). */
struct json *flow_bench(struct flow *f, struct arena *a, const struct station *st);
