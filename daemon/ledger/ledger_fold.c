/* One entry: checked against its bytes, its columns, its stream's chain and the tree. */
#include <stdlib.h>
#include <string.h>
#include "base/enc.h"
#include "ledger/ledger_load.h"

bool ledger_bad(struct ledger *l, uint64_t idx, const char *stream, const char *what)
{
    ledger_fatal(l, CPF_E_FORK, "attack: entry %llu (%s): %s: run cpfctl audit", (unsigned long long)idx,
                 stream, what);
    return false;
}

static bool same_id(const struct db_result *r, const char *id)
{
    char text[UUID_TEXT];
    const uint8_t *u = db_fixed(r, 0, 1, UUID_LEN);
    if (db_null(r, 0, 1))
        return !id;
    if (!u || !id)
        return false;
    uuid_text(u, text);
    return strcmp(id, text) == 0;
}

static bool check_columns(struct ledger *l, const struct entry *e, const struct db_result *r)
{
    if (!same_id(r, e->id) || strcmp(db_text(r, 0, 2), e->stream) != 0 ||
        (uint64_t)db_i64(r, 0, 3) != e->sseq || strcmp(db_text(r, 0, 4), e->kind) != 0 ||
        db_i64(r, 0, 5) != e->at * 1000)
        return ledger_bad(l, e->idx, db_text(r, 0, 2), "its columns are not what its bytes say");
    return true;
}

/* It stands in a stored tile whose root is the one the signed tree wants, or behind all full tiles. */
bool ledger_fold_leaf(struct ledger *l, uint64_t idx, const uint8_t leaf[HASH_LEN], const struct db_result *r)
{
    struct load *o = l->load;
    uint64_t n = idx / MERKLE_TILE;
    size_t at = idx % MERKLE_TILE;
    const char *stream = db_text(r, 0, 2);
    const uint8_t *slot;
    if (n < o->full[0]) {
        if (!db_null(r, 0, 8)) {
            const void *data = db_fixed(r, 0, 8, sizeof(o->tile));
            uint8_t root[HASH_LEN];
            if (!data)
                return ledger_bad(l, idx, stream, "the tile it stands in has another length");
            memcpy(o->tile, data, sizeof(o->tile));
            o->tile_n = n;
            merkle_tile_root(o->tile, root);
            if (memcmp(root, o->root[0][n], HASH_LEN) != 0)
                return ledger_bad(l, idx, stream, "the tile it stands in is not that of the signed tree");
        }
        if (o->tile_n != n)
            return ledger_bad(l, idx, stream, "the tile it stands in is missing");
        slot = o->tile + at * HASH_LEN;
    } else {
        slot = o->behind[at];
    }
    if (memcmp(slot, leaf, HASH_LEN) != 0)
        return ledger_bad(l, idx, stream,
                          "its bytes do not give the leaf that was signed: the row was changed");
    return true;
}

bool ledger_fold_read(struct ledger *l, const struct db_result *r, struct entry *e)
{
    uint64_t idx = (uint64_t)db_i64(r, 0, 0);
    size_t len;
    const char *text = db_bytes(r, 0, 6, &len);
    arena_reset(&l->load->arena);
    int err = entry_read(e, &l->load->arena, text, len);
    e->idx = idx;
    if (err)
        return ledger_bad(l, idx, db_text(r, 0, 2), "its bytes are not an entry");
    return ledger_fold_leaf(l, idx, e->leaf, r) && check_columns(l, e, r);
}

static void note_boot(struct ledger *l, const char *boot)
{
    if (boot && strlen(boot) < sizeof(l->log_boot))
        memcpy(l->log_boot, boot, strlen(boot) + 1);
}

static bool not_its_kind(struct ledger *l, const struct entry *e)
{
    return ledger_bad(l, e->idx, e->stream, "its body is not of its kind");
}

static bool fold_opened(struct ledger *l, const struct entry *e)
{
    struct log_opened v;
    if (!log_read(&log_opened_shape, e, &v))
        return not_its_kind(l, e);
    if (strcmp(v.origin, l->cfg.origin) != 0)
        return ledger_bad(l, e->idx, e->stream, "it opens the log of another origin");
    if (ledger_key_know(l, v.vkey))
        return ledger_bad(l, e->idx, e->stream, "it names no key of this log");
    note_boot(l, v.boot);
    return true;
}

static bool fold_recovered(struct ledger *l, const struct entry *e)
{
    struct log_recovered v;
    if (!log_read(&log_recovered_shape, e, &v))
        return not_its_kind(l, e);
    note_boot(l, v.to);
    return true;
}

static bool fold_void(struct ledger *l, const struct entry *e)
{
    struct load *o = l->load;
    struct log_void v;
    if (!log_read(&log_void_shape, e, &v))
        return not_its_kind(l, e);
    o->said = xrealloc(o->said, (o->nsaid + 1) * sizeof(*o->said));
    o->said[o->nsaid++] = (struct said){e->idx, (uint64_t)v.first, (uint64_t)v.count};
    l->nvoids++;
    return true;
}

static bool fold_rotated(struct ledger *l, const struct entry *e)
{
    struct key_rotated v;
    if (!log_read(&key_rotated_shape, e, &v))
        return not_its_kind(l, e);
    if (ledger_key_know(l, v.new))
        return ledger_bad(l, e->idx, e->stream, "it names no key of this log");
    return true;
}

static bool fold_map(struct ledger *l, const struct entry *e)
{
    struct log_batch_map v;
    if (!log_read(&log_batch_map_shape, e, &v))
        return not_its_kind(l, e);
    if ((uint64_t)v.map != l->last_map + 1 || (uint64_t)v.voids != l->nvoids)
        return ledger_bad(l, e->idx, e->stream, "it is not the next map of streams");
    l->last_map = (uint64_t)v.map;
    return true;
}

/* The ledger's own stream. */
static bool fold_own(struct ledger *l, const struct entry *e)
{
    l->load->nlog++;
    l->log_sseq = e->sseq;
    memcpy(l->log_leaf, e->leaf, HASH_LEN);
    switch (log_kind(e)) {
    case KIND_LOG_OPENED:
        return fold_opened(l, e);
    case KIND_LOG_RECOVERED:
        return fold_recovered(l, e);
    case KIND_LOG_VOID:
        return fold_void(l, e);
    case KIND_KEY_ROTATED:
        return fold_rotated(l, e);
    case KIND_LOG_BATCH_MAP:
        return fold_map(l, e);
    default:
        return true;
    }
}

void ledger_fold_row(struct ledger *l, const struct db_result *r)
{
    bool closed = db_i64(r, 0, 9);
    struct entry e = {0};
    if (l->state == LEDGER_DEAD || !ledger_fold_read(l, r, &e) || !stand_fold(l, &e, closed) || closed)
        return;
    if (stream_type(e.stream, NULL) == STREAM_LOG && !fold_own(l, &e))
        return;
    int err = l->cfg.on_fold(l->cfg.arg, &e);
    if (err)
        ledger_fatal(l, err, "entry %llu (%s): %s", (unsigned long long)e.idx, e.stream, cpf_strerror(err));
}
