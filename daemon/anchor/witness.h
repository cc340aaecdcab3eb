#pragma once
/*
 * This daemon as witness for other logs (C2SP tlog-witness). A cosignature leaves only after the checkpoint
 * is on disk in cpf.witnessed, moved there by compare-and-swap from the size that it was checked against: so
 * never a second root of one size, nor one that does not follow, whatever is asked at once and whatever
 * restarts.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/policy.h"
#include "store/db.h"

#define WITNESS_PREFIXES "witness_ log_durable" /* statements of the connection it is given */
#define WITNESS_WAITING  32                     /* requests at once; more are asked to come again */

struct witness;

struct witness_config {
    struct db *db;          /* outlives it */
    const char *logs;       /* policy text: the logs that are known */
    bool training;          /* cosigns training logs and no others; else the other way round */
    const struct key *key;  /* outlives it */
    const char *name;       /* of the key */
    int64_t (*now_s)(void); /* Unix seconds; NULL: the machine's clock */
};

struct witness_answer {
    int status;       /* HTTP */
    const char *type; /* of the body */
    const char *body;
    size_t len;
};
/* Exactly once per request; it may run before witness_ask returns. */
typedef void (*witness_answer_fn)(void *arg, const struct witness_answer *a);

/* CPF_E_SYNTAX and the line of `logs` that is wrong. */
must_check int witness_new(const struct witness_config *cfg, struct witness **ret, int *ret_line);
/* What waits is answered with 503. NULL is fine. */
void witness_free(struct witness *w);
/* A body of add-checkpoint; copied. */
void witness_ask(struct witness *w, const char *body, size_t len, witness_answer_fn done, void *arg);

struct witness_count {
    uint64_t cosigned, refused, forks; /* forks: two roots of one size, signed by the log */
};
struct witness_count witness_count(const struct witness *w);
