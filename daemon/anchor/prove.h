#pragma once
/*
 * Consistency proofs of our own log, from the stored tiles and leaves, without blocking: what the proof wants
 * is read a tile at a time, and the proof is tried again until nothing is wanting.
 */
#include <stdint.h>
#include "base/tlog_proof.h"
#include "store/db.h"

#define PROVE_PREFIXES "log_tiles log_leaves" /* statements of the connection it is given */

struct prove;

/* `p` has index and hashes, no note; NULL unless code is 0. CPF_E_STATE: a tile or a leaf is missing;
 * CPF_E_AWAY, CPF_E_DB. Once, never inside prove_start. */
typedef void (*prove_done_fn)(void *arg, int code, const struct tlog_proof *p);

/* That the log of `size` leaves grew out of that of `old` (0 < old < size). Both are settled. */
struct prove *prove_start(struct db *db, uint64_t old, uint64_t size, prove_done_fn done, void *arg);
/* Quietly: `done` does not run. Not after it; NULL is fine. */
void prove_cancel(struct prove *p);
