#pragma once
/*
 * A small log made up in memory, and the evidence bundle of one batch in it: entries, checkpoints, witnesses,
 * and a time-stamping authority of our own. Every lie that a daemon, an owner of a database or a thief could
 * tell is a `twist`: what cannot be made by changing a file afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bundle.h"
#include "base/entry.h"
#include "base/key.h"
#include "base/keymanifest.h"
#include "base/merkle.h"
#include "base/note.h"

#define RIG_ORIGIN "cpf.example/himawari"
#define RIG_STREAM "batch/NK-2026-0007"
#define RIG_MARKER "TANUKI"               /* stands in every entry of another patient's batch */
#define RIG_BEGIN  INT64_C(1775001600000) /* 2026-04-01T00:00:00Z; one entry a minute */
#define RIG_MINUTE 60000
#define RIG_FILES  2048

/* Digest of the words that the log of a plan with `basis` has. */
#define RIG_WORDS "uU0nuZNNPgilLlLX2n2r-sSE7-N6U4DukIj3rOLvzek"

enum rig_twist {
    TWIST_NONE,
    TWIST_ACT_COPIED,   /* the signature of another record */
    TWIST_ACT_LIES,     /* signed over another body */
    TWIST_ACT_UNSIGNED, /* step.signed without act */
    TWIST_ACT_STRANGER, /* signed with a key that nobody enrolled */
    TWIST_ACT_WEAK,     /* a low-order public key is enrolled */
    TWIST_ACT_EXTRA,    /* `signed` holds a member too many */
    TWIST_ACT_TWICE,    /* the same act, a second time */
    TWIST_ACT_ORIGIN,   /* signed for another log */
    TWIST_CLOSING,      /* the closing entry counts wrong */
    TWIST_ENTRY_VOID,   /* log.void names a range with an entry of the batch */
    TWIST_VOID_FORM,    /* log.void names a range that is not right before it */
    TWIST_PREV,         /* an entry follows another than the one before it */
    TWIST_ORDER,        /* two entries stand in the log the other way round */
    TWIST_REDACTED_NOTHING,
    TWIST_REDACTED_UNSIGNED,
    TWIST_BACKDATED,     /* entries tell a time long before the log was seen without them */
    TWIST_LATE_STAMP,    /* the stamp comes a week later */
    TWIST_MAP_COUNT,     /* the map counts one entry more than there are */
    TWIST_MAP_VOIDS,     /* the map counts a log.void that is not here */
    TWIST_MAP_ASIDE,     /* the map's entry is another's; the right body stands deeper in it, and as a text */
    TWIST_LOG_KEY,       /* the checkpoint is signed by a key that the manifest does not name */
    TWIST_FORK,          /* the earlier checkpoint is of another history */
    TWIST_FOREIGN,       /* another batch's entry in support/ */
    TWIST_STREAM,        /* an entry of another stream among the batch's own */
    TWIST_KEY_REPLACED,  /* the signer got a new key before, and signs with the old one */
    TWIST_KEY_ELSEWHERE, /* signed with a key that only an entry of another kind names */
    TWIST_SELF_APPROVED, /* who erases approves it */
    TWIST_UNAPPROVED,    /* nobody does */
    TWIST_BEHIND,        /* an entry behind batch.closed */
    TWIST_ERASED_CLOSED, /* `redacted` behind batch.closed, which is not reopened for it */
    TWIST_REOPENED_OPEN, /* batch.reopened where nothing was closed */
    TWIST_TWO_VOIDS,     /* two void ranges */
    TWIST_BASIS_SETUP,   /* of the set-up, and nobody's acceptance */
    TWIST_BASIS_ALONE,   /* one person accepts for both departments */
    TWIST_BASIS_AGAIN,   /* other words and settings, behind the accepted ones, accepted by nobody */
    TWIST_SPOOL_SIGNED,  /* the station signed another request */
    TWIST_SPOOL_KEY,     /* with a key that is enrolled afterwards */
    TWIST_SPOOL_TIME,    /* the station's list says another time */
    TWIST_SPOOL_UNSEEN,  /* its time was not believed */
    TWIST_ROW_OTHER,     /* rows/ holds the row of a stream that is not a person's */
};

struct rig_plan {
    size_t steps;  /* entries of the batch besides the ordering, the signed and the closing one */
    size_t others; /* entries of other batches between two of its own */
    size_t filler; /* leaves in front of everything, and as many behind, of which only the hashes are known */
    bool open;     /* not closed: needs the map */
    bool reopened; /* closed, reopened, closed again */
    bool map, witness, stamp, older, without_values, redact, voids;
    bool offline;        /* the second step was done while the station was away */
    bool basis;          /* the facility's words and settings, accepted by P-01 and P-02 */
    uint64_t revoked_at; /* the log key's line ends here; 0 = never */
    const char *origin;  /* NULL: RIG_ORIGIN */
    enum rig_twist twist;
};

struct rig_file {
    char name[BUNDLE_NAME];
    struct buf data;
};

struct bundle_rig {
    struct rig_plan plan;
    const char *origin;
    struct arena a;
    struct key *root, *log, *thief, *witness[2], *person[2], *stranger;
    struct rig_tsa *tsa;
    struct entry **entry; /* the whole log; text NULL for a void row */
    uint8_t (*leaf)[HASH_LEN];
    size_t n, cap;
    uint8_t (*node[64])[HASH_LEN]; /* node[k][i]: root of the i-th complete subtree of 2^k leaves */
    struct rig_file *file;         /* RIG_FILES of them: their addresses stay */
    size_t nfiles;
    struct keymanifest keys;
};

/* Makes the log and the bundle's files, MANIFEST.sha256 among them. */
void rig_init(struct bundle_rig *r, const struct rig_plan *plan);
void rig_fini(struct bundle_rig *r);

struct buf *rig_file(struct bundle_rig *r, const char *name); /* made if it is not there */
bool rig_has(const struct bundle_rig *r, const char *name);
void rig_drop(struct bundle_rig *r, const char *name);
void rig_rename(struct bundle_rig *r, const char *from, const char *to);
void rig_put(struct bundle_rig *r, const char *name, const char *text);
/* Replaces the first `from` in the file by `to`; the test fails if there is none. */
void rig_edit(struct bundle_rig *r, const char *name, const char *from, const char *to);
void rig_seal(struct bundle_rig *r); /* MANIFEST.sha256 anew, as any forger would */
void rig_sign_keys(struct bundle_rig *r, const struct key *root);
/* A checkpoint of the first `size` leaves, signed by `key`, appended. */
void rig_checkpoint(struct bundle_rig *r, uint64_t size, const struct key *key, struct buf *ret);
void rig_zip(const struct bundle_rig *r, struct buf *ret);
/* The batch's n-th entry (from 1). */
const struct entry *rig_entry(const struct bundle_rig *r, uint64_t sseq);
/* The root's vkey. */
void rig_root(const struct bundle_rig *r, struct buf *ret);

/* ---- the authority ---- */
struct rig_tsa;
struct rig_tsa *rig_tsa_new(const char *name); /* root, and a certificate for stamping below it */
void rig_tsa_free(struct rig_tsa *t);
void rig_tsa_pem(const struct rig_tsa *t, struct buf *ret_tsa, struct buf *ret_chain);
void rig_tsa_digest(const struct rig_tsa *t, uint8_t ret[HASH_LEN]);
/* A stamp over the bytes at that time, DER. */
void rig_tsa_stamp(struct rig_tsa *t, const void *data, size_t len, int64_t ms, struct buf *ret);
/* The answer to a query (DER). */
void rig_tsa_answer(struct rig_tsa *t, const struct buf *query, int64_t ms, struct buf *ret);
/* Another certificate of the same root, which a chain check would accept. */
struct rig_tsa *rig_tsa_sibling(const struct rig_tsa *t, const char *name);
/* A list of the root's that revokes the certificate since then; reason: CRL_REASON_* or -1. */
void rig_tsa_crl(const struct rig_tsa *t, int64_t since_ms, int reason, struct buf *ret_pem);
