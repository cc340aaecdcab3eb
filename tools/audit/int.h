#pragma once
/*
 * Inside of audit*.c only.
 *
 * The log is read in ranges, each by one of several threads on a connection of its own, all of one snapshot.
 * A range begins where a level-0 tile does; the tree before it is taken from the stored tiles on trust, and
 * the main thread, which joins the ranges in their order, demands that it is what the ranges before it gave.
 * What one entry means for the log (log.*, redactions, closings) is judged at the join, in order.
 *
 *   audit.c        options, the phases
 *   work.c   threads
 *   range.c  one range: leaves, tiles of level 0, checkpoints
 *   row.c    one row: columns, chain within the range
 *   pd.c     its disclosures
 *   acts.c   its person's signature
 *   join.c   ranges in order: edge, upper tiles, chains
 *   log.c    meaning: stream `log`, void rows, closings, redactions
 *   head.c   head, catalogue
 *   state.c  what the last audit knew
 *   hook.c   table of what is checked besides
 *   report.c words and JSON
 */
#include <stdatomic.h>
#include "audit.h"
#include "base/entry.h"
#include "base/map.h"
#include "base/merkle.h"
#include "base/note.h"
#include "store/scan.h"

/* ---- members of an entry's bytes (members.c) ---- */

struct text_member {
    const char *s; /* strings without their quotes */
    size_t len;
};
struct members {
    struct text_member at, id, kind, prev, sseq, stream;
    bool has_pd;
};
/* Finds the top-level members audit looks at, without building anything. False: not such an object. A member
 * that is absent has s == NULL. */
bool members_find(const char *text, size_t len, struct members *ret);

/* ---- streams (stream.c) ---- */

struct stream {
    char *name;
    uint64_t sseq;
    char prev[44]; /* base64url of the newest leaf */
    /* its first entry in the range */
    uint64_t first_idx, first_sseq;
    char first_prev[44];
};
/* In a map of name -> struct stream. */
struct stream *streams_find(const struct map *t, const char *name, size_t len); /* NULL: none */
struct stream *streams_at(struct map *t, const char *name, size_t len); /* a new one if there is none */
void streams_fini(struct map *t);

/* ---- a range ---- */

struct missing { /* a personal value that is gone; a `redacted` entry must say so */
    uint64_t idx;
    char *stream, *name;
};
struct missings {
    struct missing *at;
    size_t n;
};
void missings_fini(struct missings *m);
void missing_drop(struct missings *m, size_t i);
void missing_add(struct missings *m, uint64_t idx, const char *stream, const char *name);

struct special { /* an entry whose meaning is judged at the join */
    uint64_t idx;
    char *text;
    size_t len;
};
struct run { /* rows without a body */
    uint64_t first, end;
    bool named;
};
struct runs {
    struct run *at;
    size_t n;
};
void runs_add(struct runs *t, uint64_t first, uint64_t end); /* joins it to the one before, if they touch */

struct note_row {
    uint64_t size;
    const char *note;
    size_t len;
};
struct disclosure_row {
    uint64_t idx;
    const char *name, *salted;
};

struct counts {
    uint64_t nvoid, ncheckpoints, nsignatures, ntiles, ndisclosures, nacts, bytes;
};

struct audit;
struct range {
    const struct audit *a; /* options and keys: only read here, by several threads */
    struct scan *scan;
    uint64_t from, to, idx; /* idx: of the row looked at, then of the next */
    /* read before the rows */
    uint8_t *tiles; /* full tiles of level 0, one behind the other */
    uint64_t ntiles;
    struct note_row *note;
    size_t nnotes, next_note;
    struct disclosure_row *disclosure;
    size_t ndisclosures, next_disclosure;
    /* the tree */
    struct merkle_tiles upper;        /* before the range, by the stored tiles: levels 1.. as 0.. */
    struct merkle_edge before, whole; /* in units of tiles: before the range; now */
    struct merkle_edge tile;          /* the tile in the making */
    uint8_t (*roots)[HASH_LEN];       /* of the range's full tiles */
    size_t nroots;
    uint8_t root[HASH_LEN]; /* of everything up to `to` */
    /* what it found */
    bool opened; /* log.opened was seen, or stands before the range */
    struct map streams;
    struct runs runs;
    struct missings missing;
    uint64_t foreign; /* 1 + entry of the first disclosure that no entry knows; 0: none */
    struct special *special;
    size_t nspecials;
    struct counts n;
    struct arena keep, arena; /* until the join; for one entry */
    /* date of `at` seen last, and its first microsecond since 2000 */
    char date[10];
    int64_t date_us;
    int code;
    char *fault;
};

struct range *range_new(const struct audit *a, struct scan *scan, uint64_t from, uint64_t to);
void range_free(struct range *r);
/* Remembers the first fault; returns its code. */
int range_fault(struct range *r, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int range_scan_fault(struct range *r);
/* Reads and checks it all; r->code, r->fault. */
void range_run(struct range *r);
/* The tree before `from` (a multiple of 256) as the stored tiles have it: r->upper, r->before. */
must_check int range_before(struct range *r);

must_check int range_row(struct range *r, const uint8_t **ret_leaf); /* row.c: the row of r->scan */
/* pd.c */
must_check int range_disclosures(struct range *r);
must_check int range_pd_entry(struct range *r, const struct entry *e);
void range_pd_end(struct range *r);

must_check int range_act(struct range *r, const struct entry *e); /* acts.c, with --strict */

/* ---- the audit ---- */

struct known { /* what the last audit that passed left behind */
    bool have;
    uint64_t size; /* 0: nothing */
    uint8_t root[HASH_LEN];
    char boot[64];
    int64_t at;
};

struct audit {
    /* options */
    const char *conninfo, *state_path, *result_path, *evidence;
    bool journal;
    bool signatures, strict, json, quiet, progress, full, projections, no_projections;
    unsigned jobs;
    struct note_key key; /* one of the log's; its name is the origin */
    struct audit_keys *keys;
    struct audit_acts *acts; /* persons' keys, with --strict */
    /* what is read: the connection whose snapshot all others share, free for a hook's questions */
    struct scan *entries;
    /* the head */
    uint64_t size, ntiles_stored;
    uint8_t root[HASH_LEN];
    char *note;
    struct known known; /* from --state */
    uint64_t from;      /* first entry whose chain and meaning are checked: 0 in a full audit */
    /* joined so far */
    uint64_t idx;
    struct merkle_edge whole;  /* in units of tiles */
    struct merkle_tiles upper; /* levels 1.. as 0.. */
    uint8_t computed[HASH_LEN];
    struct map streams;
    struct runs runs;
    bool opened;
    char boot[64];
    struct missings missing;
    uint64_t foreign; /* as in a range */
    struct arena arena;
    void *hook_state[16]; /* audit_hook.h: AUDIT_HOOKS */
    /* counted */
    struct counts n;
    _Atomic uint64_t done; /* rows, by all threads */
    _Atomic bool stop;
    bool projected_checked;
    int64_t projected; /* newest entry in the projections */
    uint64_t nrows;    /* of projections compared */
    uint64_t nmaps;
    uint64_t ncosignatures, nstamps, nanchors_unknown; /* unknown: nobody said whose they are */
    int64_t began_ms, told_ms, log_ms, projections_ms;
    /* the first thing wrong */
    int code; /* CPF_E_FORK, CPF_E_AWAY, CPF_E_DB; 0: nothing */
    char *fault;
};

/* Remembers the first fault; returns its code. */
int audit_fault(struct audit *a, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A scan said no. */
int audit_scan_fault(struct audit *a, const struct scan *s);

must_check int audit_head(struct audit *a); /* head.c: head, how far the tables go, catalogue */
/* keys.c: opens a checkpoint that must be signed by the key (or keys) in force for its size. Called
 * from several threads at once: changes nothing in `a`. Errors of checkpoint_open(). */
must_check int audit_keys_open(const struct audit *a, struct checkpoint *ret, const char *note, size_t len);
must_check int audit_rows(struct audit *a); /* work.c: all ranges, joined */
/* join.c */
must_check int audit_join_begin(struct audit *a);
must_check int audit_join(struct audit *a, struct range *r);
must_check int audit_join_end(struct audit *a);
/* log.c: one entry in order; what no entry named. */
must_check int audit_special(struct audit *a, const struct special *s);
must_check int audit_runs_end(struct audit *a);
bool audit_is_plain(struct text_member kind); /* it needs no judgement */
/* state.c: CPF_E_FORK if it is there and does not fit. */
must_check int audit_state_load(struct audit *a);
must_check int audit_state_save(const struct audit *a);
/* report.c */
void audit_report(const struct audit *a);
void audit_progress(struct audit *a);
