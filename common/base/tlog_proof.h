#pragma once
/*
 * Two texts that carry a Merkle proof and a checkpoint (a C2SP signed note, verbatim):
 *
 *   c2sp.org/tlog-proof@v1             inclusion of one leaf (C2SP tlog-proof)
 *   extra <base64>                     optional, not authenticated
 *   index <decimal>
 *   <base64 hash>                      0..63 lines, from the leaf's sibling up
 *   (empty line)
 *   <checkpoint>
 *
 *   old <decimal>                      consistency of an older size with the checkpoint (the body of
 *   <base64 hash>                      C2SP tlog-witness add-checkpoint), 0..63 lines
 *   (empty line)
 *   <checkpoint>
 *
 * One text has one form: what is written from what was parsed is the same bytes.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/note.h"

#define TLOG_PROOF_HASHES 63

struct tlog_proof {
    uint64_t index; /* inclusion: the leaf; consistency: the old size */
    size_t n;
    uint8_t hash[TLOG_PROOF_HASHES][HASH_LEN];
    const char *extra; /* base64 as it stands, or NULL; inclusion only; points into the text */
    size_t extra_len;
    const char *note; /* the checkpoint; points into the text */
    size_t note_len;
};

/* CPF_E_SYNTAX, CPF_E_LIMIT. The checkpoint is cut off, not looked into. */
must_check int tlog_proof_parse(struct tlog_proof *p, const char *text, size_t len);
void tlog_proof_format(const struct tlog_proof *p, struct buf *ret); /* appended */
/* Is `leaf` at p->index of the tree that c names? CPF_E_PROOF if not. Says nothing of signatures. */
must_check int tlog_proof_verify(const struct tlog_proof *p, const uint8_t leaf[HASH_LEN],
                                 const struct checkpoint *c);

must_check int tlog_consistency_parse(struct tlog_proof *p, const char *text, size_t len);
void tlog_consistency_format(const struct tlog_proof *p, struct buf *ret); /* appended */
/* Is the tree of `c` an extension of the tree of p->index leaves with root `old_root`? An empty old tree
 * (size 0) has an empty proof. CPF_E_PROOF if not. */
must_check int tlog_consistency_verify(const struct tlog_proof *p, const uint8_t old_root[HASH_LEN],
                                       const struct checkpoint *c);
