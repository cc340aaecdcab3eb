#pragma once
/*
 * What a witness answers (C2SP tlog-witness, add-checkpoint), without database, clock or key: pure functions.
 *
 *   body: `old <size>`, at most 63 base64 hashes, an empty line, the log's checkpoint
 *
 *   400 not of that form, or old size above the checkpoint's   404 a log that this witness does not know
 *   403 no signature by a key of that log                      409 the witness knows another size
 *   422 the proof does not lead from what it knows, or it knows another root of the same size
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/note.h"
#include "base/policy.h"
#include "base/tlog_proof.h"

/* A request, taken apart; points into its body. */
struct witness_ask {
    struct tlog_proof proof; /* index: the old size that the log names */
    struct note note;
    struct checkpoint c;
    const struct note_key *key; /* of the log that signed; in the policy */
};

/* What the witness cosigned last for a log. */
struct witness_known {
    uint64_t size; /* 0: nothing yet */
    uint8_t root[HASH_LEN];
};

/* 0: read, and the log's own; else the status. `logs`: the logs that are known; of them those count whose
 * name begins with `training.` if and only if `training`. *ret_why: a word for the log line. */
must_check int witness_read(const struct policy *logs, bool training, const char *body, size_t len,
                            struct witness_ask *ret, const char **ret_why);
/* The row of the log that the request speaks for; CPF_E_MISMATCH if the stored note is no checkpoint of that
 * log and size. */
must_check int witness_known_read(struct witness_known *k, const char *origin, uint64_t size,
                                  const char *note);
/* 200: may be cosigned once it is on disk; 409, 422. *ret_fork: the log signed two roots of one size. */
must_check int witness_judge(const struct witness_ask *ask, const struct witness_known *known,
                             bool *ret_fork);
