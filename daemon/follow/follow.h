#pragma once
/*
 * The follower: keeps the projections (core/view.h, schema/deploy/projections.sql)
 * beside the log, on its own connection. Never the source, never read by the
 * rules. Nothing here can stop or slow a scan: rows wait in memory up to a
 * bound; beyond it, and after any fault, they are dropped and made again from
 * the log, behind cpf.projected. A fault is logged and tried again.
 *
 * Each transaction moves cpf.projected from where this follower thinks it is,
 * or does nothing: no entry is ever counted twice or left out.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/entry.h"
#include "base/err.h"
#include "core/protocol/protocol.h"

struct event_base;
struct follow;

struct follow_config {
    struct event_base *base;
    const char *conninfo; /* libpq conninfo of the writer role; copied */
    /* As in view_config. */
    const struct protocol *(*protocol)(void *arg, const char *name);
    void *arg;
};

must_check int follow_new(const struct follow_config *cfg, struct follow **ret);
/* Connects and catches up; once. Before it entries are only counted. */
void follow_start(struct follow *f);
/* Not inside a callback of its connection. What waits is made again at the next start. NULL is fine. */
void follow_free(struct follow *f);

/* An entry is settled; in log order. Returns at once; `e` is not kept. */
void follow_entry(struct follow *f, const struct entry *e);
/* Empties the projections and makes them again, whatever is under way. */
void follow_reset(struct follow *f);

/* The newest entry in the tables, -1 for none or not known yet. */
int64_t follow_idx(const struct follow *f);
/* Everything told so far is in the tables. */
bool follow_level(const struct follow *f);
/* Times that something went wrong. */
uint64_t follow_faults(const struct follow *f);
