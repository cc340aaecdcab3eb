#pragma once
/* Inside of audit*.c only. */
#include "audit.h"
#include "base/entry.h"
#include "base/merkle.h"
#include "base/note.h"
#include "store/scan.h"

/* ---- members of an entry's bytes (audit_members.c) ---- */

struct member {
    const char *s; /* strings without their quotes */
    size_t len;
};
struct members {
    struct member at, id, kind, prev, sseq, stream;
    bool has_pd;
};
/* Finds the top-level members audit looks at, without building anything. False: not such an object. A member
 * that is absent has s == NULL. */
bool members_find(const char *text, size_t len, struct members *ret);

/* ---- streams (audit_stream.c) ---- */

struct stream {
    char *name;
    uint64_t hash, sseq;
    char prev[44]; /* base64url of the newest leaf */
};
struct streams {
    struct stream *slot; /* open addressing, power of two */
    size_t cap, n;
};
struct stream *streams_at(struct streams *t, const char *name, size_t len);
void streams_fini(struct streams *t);

/* ---- the audit ---- */

struct missing { /* a personal value that is gone; a `redacted` entry must say so */
    uint64_t idx;
    char *stream, *name;
};

struct audit {
    /* options */
    const char *conninfo;
    bool signatures, strict, json, quiet;
    struct note_key key; /* one of the log's; its name is the origin */
    struct audit_keys *keys;
    /* what is read */
    struct scan *entries, *checkpoints, *tiles, *disclosures;
    bool have_checkpoint, have_disclosure; /* the scan's row is not used yet */
    /* the head */
    uint64_t size, ntiles_stored;
    uint64_t from; /* first entry that is read: 0 in a full audit */
    uint8_t root[HASH_LEN];
    char *note;
    /* state */
    uint64_t idx; /* of the row looked at, then of the next */
    struct merkle_edge edge;
    struct merkle_tiles tree;
    struct streams streams;
    bool in_run, opened;
    uint64_t run_first;
    char boot[64];
    struct missing *missing;
    size_t nmissing;
    struct arena arena;
    void *hook_state[16]; /* audit_hook.h: AUDIT_HOOKS */
    /* date of `at` seen last, and its first microsecond since 2000 */
    char date[10];
    int64_t date_us;
    /* counted */
    int64_t projected; /* newest entry in the projections */
    uint64_t nrows;    /* of projections compared */
    uint64_t nvoid, ncheckpoints, nsignatures, ntiles, ndisclosures, nmaps, bytes;
    int64_t began_ms, told_ms;
    /* the first thing wrong */
    int code; /* CPF_E_FORK, CPF_E_AWAY, CPF_E_DB; 0: nothing */
    char *fault;
};

/* Remembers the first fault; returns its code. */
int audit_fault(struct audit *a, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A scan said no. */
int audit_scan_fault(struct audit *a, const struct scan *s);

must_check int audit_row(struct audit *a); /* audit_entry.c: the row of a->entries */
must_check int audit_rows_end(struct audit *a);
/* audit_keys.c: opens a checkpoint that must be signed by the key (or keys) in force for its size. Called
 * from several threads at once: changes nothing in `a`. Errors of checkpoint_open(). */
must_check int audit_keys_open(const struct audit *a, struct checkpoint *ret, const char *note, size_t len);
/* audit_tree.c */
must_check int audit_head(struct audit *a); /* head, how far the tables go, catalogue */
must_check int audit_tree_begin(struct audit *a);
must_check int audit_tree_leaf(struct audit *a, const uint8_t leaf[HASH_LEN]);
must_check int audit_tree_end(struct audit *a);
/* audit_pd.c */
must_check int audit_pd_begin(struct audit *a);
must_check int audit_pd_entry(struct audit *a, const struct entry *e);
must_check int audit_pd_redacted(struct audit *a, const struct entry *e);
must_check int audit_pd_end(struct audit *a);
