/* Head, catalogue, checkpoints and tiles. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "audit_keys.h"
#include "base/mem.h"

#define SCHEMA 2

static char *text_of(const struct scan *s, int col)
{
    size_t len;
    const char *p = scan_bytes(s, col, &len);
    char *t = xcalloc(len + 1, 1);

    if (len)
        memcpy(t, p, len);
    return t;
}

/* ---- head ---- */

static int check_tails(struct audit *a, uint64_t entries, uint64_t checkpoints)
{
    if (entries > a->size)
        return audit_fault(a, CPF_E_FORK,
                           "rows beyond the head: entry goes to %" PRIu64 ", the head to %" PRIu64, entries,
                           a->size);
    if (checkpoints != a->size)
        return audit_fault(a, CPF_E_FORK,
                           "the newest checkpoint is for size %" PRIu64 ", the head is %" PRIu64, checkpoints,
                           a->size);
    return 0;
}

static int check_note(struct audit *a)
{
    struct checkpoint c;

    if (a->size == 0)
        return 0;
    char why[512];
    int err = audit_keys_open(a, &c, a->note, strlen(a->note));
    if (err) {
        audit_keys_why(a, err, a->note, strlen(a->note), why, sizeof(why));
        return audit_fault(a, CPF_E_FORK, "the head's checkpoint (%" PRIu64 "): %s", a->size, why);
    }
    if (c.size != a->size || memcmp(c.root, a->root, HASH_LEN) != 0)
        return audit_fault(a, CPF_E_FORK,
                           "the head (%" PRIu64 ") is not what its checkpoint says (%" PRIu64 ")", a->size,
                           c.size);
    a->nsignatures++;
    return 0;
}

static int check_catalogue(struct audit *a)
{
    const char *const *want = stmt_catalogue;

    if (scan_start(a->entries, DB_LOG_CATALOGUE, NULL))
        return audit_scan_fault(a, a->entries);
    for (;; want++) {
        int n = scan_next(a->entries);
        if (n < 0)
            return audit_scan_fault(a, a->entries);
        if (n == 0 && !*want)
            return 0;
        char *got = n ? text_of(a->entries, 0) : NULL;
        int order = !*want ? 1 : !got ? -1 : strcmp(*want, got);
        if (order < 0)
            (void)audit_fault(a, CPF_E_FORK,
                              "the catalogue lacks \"%s\": a trigger, grant or definition was changed",
                              *want);
        else if (order > 0)
            (void)audit_fault(a, CPF_E_FORK, "the catalogue has \"%s\", which the schema does not", got);
        free(got);
        if (order)
            return a->code;
    }
}

int audit_head(struct audit *a)
{
    struct scan *s = a->entries;
    size_t len;

    if (scan_start(s, DB_AUDIT_HEAD, NULL))
        return audit_scan_fault(a, s);
    int n = scan_next(s);
    if (n < 0)
        return audit_scan_fault(a, s);
    if (n == 0)
        return audit_fault(a, CPF_E_FORK, "there is no log here: log_head is empty");
    char *origin = text_of(s, 0);
    bool ours = strcmp(origin, a->key.name) == 0;
    if (!ours)
        (void)audit_fault(a, CPF_E_FORK, "this is the log of %s, the key is of %s", origin, a->key.name);
    free(origin);
    if (!ours)
        return a->code;
    a->size = (uint64_t)scan_i64(s, 1);
    memcpy(a->root, scan_bytes(s, 2, &len), HASH_LEN);
    a->note = text_of(s, 3);
    a->ntiles_stored = (uint64_t)scan_i64(s, 6);
    if (scan_i64(s, 7) != SCHEMA)
        return audit_fault(a, CPF_E_VERSION, "schema version %" PRId64 ", this program knows %d",
                           scan_i64(s, 7), SCHEMA);
    int err = check_tails(a, (uint64_t)scan_i64(s, 4), (uint64_t)scan_i64(s, 5));
    if (!err)
        err = check_note(a);
    return err ? err : check_catalogue(a);
}

/* ---- tiles ---- */

static void on_tile(void *arg, unsigned level, uint64_t n, const uint8_t hashes[MERKLE_TILE * HASH_LEN])
{
    struct audit *a = arg;
    size_t len;
    int got = scan_next(a->tiles);

    if (got < 0) {
        (void)audit_scan_fault(a, a->tiles);
        return;
    }
    if (got == 0 || (uint64_t)scan_i64(a->tiles, 0) != level || (uint64_t)scan_i64(a->tiles, 1) != n) {
        (void)audit_fault(a, CPF_E_FORK, "tile %u/%" PRIu64 " is missing", level, n);
        return;
    }
    const char *data = scan_bytes(a->tiles, 2, &len);
    if (len != MERKLE_TILE * HASH_LEN || memcmp(data, hashes, len) != 0)
        (void)audit_fault(a, CPF_E_FORK, "tile %u/%" PRIu64 " is not what the entries give", level, n);
    a->ntiles++;
}

/* ---- checkpoints ---- */

static int next_checkpoint(struct audit *a)
{
    int n = scan_next(a->checkpoints);

    a->have_checkpoint = n > 0;
    return n < 0 ? audit_scan_fault(a, a->checkpoints) : 0;
}

static int check_signature(struct audit *a, const char *note, size_t len)
{
    struct checkpoint c;
    char why[512];
    int err = audit_keys_open(a, &c, note, len);

    if (err) {
        audit_keys_why(a, err, note, len, why, sizeof(why));
        return audit_fault(a, CPF_E_FORK, "checkpoint %" PRIu64 ": %s", a->edge.size, why);
    }
    a->nsignatures++;
    return 0;
}

static int check_checkpoint(struct audit *a, const char *note, size_t len)
{
    struct checkpoint want = {.size = a->edge.size};
    struct buf text;
    int err = 0;

    buf_init(&text);
    memcpy(want.origin, a->key.name, sizeof(want.origin));
    merkle_edge_root(&a->edge, want.root);
    checkpoint_format(&want, &text);
    if (len <= text.len || memcmp(note, text.data, text.len) != 0 || note[text.len] != '\n')
        err = audit_fault(a, CPF_E_FORK,
                          "checkpoint %" PRIu64 ": its root is not what the entries before it give",
                          a->edge.size);
    else if (a->signatures)
        err = check_signature(a, note, len);
    buf_fini(&text);
    a->ncheckpoints++;
    return err;
}

int audit_tree_begin(struct audit *a)
{
    merkle_edge_init(&a->edge);
    merkle_tiles_init(&a->tree);
    if (scan_start(a->tiles, DB_AUDIT_TILES, NULL))
        return audit_scan_fault(a, a->tiles);
    if (scan_start(a->checkpoints, DB_AUDIT_CHECKPOINTS, NULL))
        return audit_scan_fault(a, a->checkpoints);
    return next_checkpoint(a);
}

int audit_tree_leaf(struct audit *a, const uint8_t leaf[HASH_LEN])
{
    size_t len;

    merkle_edge_add(&a->edge, leaf);
    merkle_tiles_add(&a->tree, leaf, on_tile, a);
    if (a->code)
        return a->code;
    if (!a->have_checkpoint || (uint64_t)scan_i64(a->checkpoints, 0) != a->edge.size)
        return 0;
    const char *note = scan_bytes(a->checkpoints, 1, &len);
    int err = check_checkpoint(a, note, len);
    if (err)
        return err;
    if (a->edge.size == a->size && (len != strlen(a->note) || memcmp(note, a->note, len) != 0))
        return audit_fault(a, CPF_E_FORK, "the newest checkpoint is not that of the head");
    return next_checkpoint(a);
}

int audit_tree_end(struct audit *a)
{
    uint8_t root[HASH_LEN];

    merkle_edge_root(&a->edge, root);
    if (memcmp(root, a->root, HASH_LEN) != 0)
        return audit_fault(a, CPF_E_FORK, "the entries do not give the root of the head (%" PRIu64 ")",
                           a->size);
    if (a->have_checkpoint)
        return audit_fault(a, CPF_E_FORK, "a checkpoint beyond the entries");
    if (a->ntiles != a->ntiles_stored)
        return audit_fault(a, CPF_E_FORK, "%" PRIu64 " tiles are stored, a log of %" PRIu64 " has %" PRIu64,
                           a->ntiles_stored, a->size, a->ntiles);
    return 0;
}
