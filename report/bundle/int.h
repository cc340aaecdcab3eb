#pragma once
/* What the parts of bundle_make share. */
#include "base/bundle.h"
#include "base/entry.h"
#include "base/merkle.h"
#include "base/note.h"
#include "base/tlog_proof.h"
#include "bundle/make.h"

/* ---- nodes of the tree (tree.c) ---- */

struct tree;
/* Nodes of the tree of `size` leaves, from stored tiles and the leaves behind them. */
struct tree *tree_new(struct scan *s, uint64_t size);
void tree_free(struct tree *t);
/* merkle_get_fn; arg is the tree. CPF_E_STATE: a tile or a leaf is missing. */
int tree_node(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN]);

/* ---- the bundle while it is made ---- */

struct file {
    const char *name;
    const void *data;
    size_t len;
};

struct make {
    const struct bundle_request *q;
    struct scan *scan;
    struct arena a;
    const char *stream;
    char size_text[24]; /* of the checkpoint, as a parameter */
    struct file *file;
    size_t nfiles, cap, bytes;
    const char *note; /* checkpoint.txt */
    size_t note_len;
    struct checkpoint checkpoint;
    struct tree *tree;
    struct entry *entry, *support;
    size_t nentries, nsupport, support_cap;
    const char **signer; /* person/ streams of those who signed entries of the batch, sorted */
    size_t nsigners;
    char **ret_error;
};

/* Says what failed (the first time); returns `code`. */
int make_fail(struct make *m, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int make_scan_fail(struct make *m);
/* One more file; `data` is borrowed. CPF_E_LIMIT beyond what a verifier takes. */
must_check int make_file(struct make *m, const char *name, const void *data, size_t len);
must_check int make_numbered(struct make *m, enum bundle_kind kind, uint64_t number, const char *field,
                             const void *data, size_t len);
/* The text of a column, in the arena. */
const char *make_column(struct make *m, int col, size_t *ret_len);
/* Of a row with columns size, note, lines: the note with the cosignatures under it, in the arena. */
const char *make_note(struct make *m, size_t *ret_len);
/* Every entry of a statement with columns idx and body: appended to a list in the arena. */
must_check int make_entries(struct make *m, enum db_stmt stmt, const char *const *args, struct entry **list,
                            size_t *n, size_t *cap);

/* The parts. */
must_check int make_proofs(struct make *m);               /* entries and support with their proofs */
must_check int make_support(struct make *m);              /* support.c: which entries of other streams */
must_check int make_map(struct make *m);                  /* map.c: the row in the newest batch-map */
must_check int make_older(struct make *m);                /* older.c: earlier checkpoints, stamps */
must_check int make_kept(struct make *m);                 /* kept.c: keys, policy, certificates */
must_check int make_zip(struct make *m, struct buf *ret); /* zip.c: README, bundle.json, MANIFEST, ZIP */
