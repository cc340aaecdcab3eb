#pragma once
/*
 * The daily map of streams (doc/log.md 4): an RFC 6962 tree with one row for each open stream and
 * each stream with an entry since the map before. Its root stands in an entry log.batch-map of the stream
 * `log` (base/log.h), over the rows sorted bytewise, with the number of log.void entries before it in the
 * log.
 *
 * A row counts what stands before the map's entry in the log. The salt of each row is fresh for each map and
 * is kept beside the log, so that a root tells nobody which streams there are.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/merkle.h"

#define BATCHMAP_SALT 32
#define BATCHMAP_ROW  (HASH_LEN + 8 + HASH_LEN)

/* SHA-256(salt || stream) || uint64be(count) || last leaf */
void batchmap_row(const uint8_t salt[BATCHMAP_SALT], const char *stream, uint64_t count,
                  const uint8_t last[HASH_LEN], uint8_t ret[BATCHMAP_ROW]);
/* The digest over sizes of checkpoints, from zeros, goes on by one: SHA-256(digest || uint64be(size)). */
void batchmap_size(uint8_t digest[HASH_LEN], uint64_t size);
/* Sorts the rows in place; CPF_E_DUPLICATE if two are the same. */
must_check int batchmap_sort(uint8_t (*row)[BATCHMAP_ROW], size_t n);
/* Root over sorted rows. */
void batchmap_root(const uint8_t (*row)[BATCHMAP_ROW], size_t n, uint8_t ret[HASH_LEN]);
/* Inclusion proof of row `i` among n sorted rows; *ret_n <= 63. */
must_check int batchmap_prove(const uint8_t (*row)[BATCHMAP_ROW], size_t n, size_t i,
                              uint8_t (*ret_proof)[HASH_LEN], size_t *ret_n);

/* One stream's row, opened for its owner: the file BUNDLE_MAP of a bundle, canonical JSON
 * {count, index, last, map, proof[], rows, salt, stream}. */
struct batchmap_opening {
    const char *stream;
    uint8_t salt[BATCHMAP_SALT], last[HASH_LEN];
    uint64_t count, map, index, rows; /* index: of the row, among rows */
    size_t nproof;
    uint8_t proof[63][HASH_LEN];
};
/* Strings live in `a`. Any deviation: CPF_E_PROFILE or an error of json_parse. */
must_check int batchmap_opening_parse(struct batchmap_opening *o, struct arena *a, const char *text,
                                      size_t len);
void batchmap_opening_format(const struct batchmap_opening *o, struct buf *ret); /* appended */
/* Does the row stand in the map with this root? CPF_E_PROOF if not. */
must_check int batchmap_opening_verify(const struct batchmap_opening *o, const uint8_t root[HASH_LEN]);
