#pragma once
/*
 * The evidence bundle of one batch (base/bundle.h) from one snapshot of the database. Its cost is that of the
 * batch's own entries times the height of the tree: the log is never read as a whole, and no other batch's
 * stream at all.
 *
 * Nothing is judged here: what the database holds goes in as it is, and cpf-verify tells what is wrong with
 * it. Same snapshot, same request: same bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "store/scan.h"

#define BUNDLE_OLDER_MAX 64

struct bundle_report { /* for people; data NULL: none */
    const void *data;
    size_t len;
};

struct bundle_request {
    const char *batch; /* its number */
    uint64_t size;     /* of the checkpoint that all proofs lead to; 0: the newest in the database */
    bool disclosures;  /* false: without personal data */
    int64_t made;      /* Unix ms */
    /* Folder of what is kept outside the database, under the bundle's own names: keys/manifest.txt and
     * keys/root.txt (needed), policy.txt (else: the log's own key, no quorum), timestamps/tsa.pem,
     * chain.pem, crls.pem. */
    const char *evidence;
    size_t nolder; /* sizes of earlier checkpoints that somebody holds: with proofs of consistency */
    uint64_t older[BUNDLE_OLDER_MAX];
    struct bundle_report pdf, csv, json;
};

/* Where policy.txt of the evidence folder demands a quorum: *size becomes that of the newest checkpoint up to
 * it (0: the newest) that meets it and covers the batch: all its entries, and the first map behind
 * them. Left as it is where there is none; then the verifier says quorum.missing. */
must_check int bundle_choose(struct scan *s, const struct bundle_request *q, uint64_t *size,
                             char **ret_error);

/* The ZIP, appended. CPF_E_NOTFOUND: no such batch below that size, or no such checkpoint; CPF_E_IO: the
 * evidence folder; CPF_E_LIMIT; errors of scan.h. *ret_error (free it) says what. */
must_check int bundle_make(struct scan *s, const struct bundle_request *q, struct buf *ret, char **ret_error);
