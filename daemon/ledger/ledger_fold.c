/* One entry of an open stream: checked against its bytes, its columns, its stream's chain and the tree. */
#include <stdlib.h>
#include <string.h>
#include "base/batchmap.h"
#include "ledger/ledger_load.h"

static uint64_t name_hash(const char *s)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a: names come from our own log */
    for (; *s; s++)
        h = (h ^ (uint8_t)*s) * 1099511628211u;
    return h;
}

static struct chain *chain_at(struct chain *table, size_t cap, const char *stream)
{
    size_t i = name_hash(stream) & (cap - 1);
    while (table[i].stream && strcmp(table[i].stream, stream) != 0)
        i = (i + 1) & (cap - 1);
    return &table[i];
}

static struct chain *chain_find(struct load *o, const char *stream)
{
    if (o->nchains * 2 >= o->chain_cap) {
        size_t cap = o->chain_cap ? o->chain_cap * 2 : 256;
        struct chain *table = xcalloc(cap, sizeof(*table));
        for (size_t i = 0; i < o->chain_cap; i++)
            if (o->chain[i].stream)
                *chain_at(table, cap, o->chain[i].stream) = o->chain[i];
        free(o->chain);
        o->chain = table;
        o->chain_cap = cap;
    }
    struct chain *c = chain_at(o->chain, o->chain_cap, stream);
    if (!c->stream) {
        c->stream = xstrdup(stream);
        o->nchains++;
    }
    return c;
}

static bool bad(struct ledger *l, const struct entry *e, const char *stream, const char *what)
{
    ledger_fatal(l, CPF_E_FORK, "attack: entry %llu (%s): %s: run cpfctl audit", (unsigned long long)e->idx,
                 stream, what);
    return false;
}

static bool same_id(const struct db_result *r, const char *id)
{
    static const char hex[] = "0123456789abcdef";
    size_t len;
    const uint8_t *u = db_bytes(r, 0, 1, &len);
    char text[37], *p = text;
    if (db_null(r, 0, 1))
        return !id;
    for (size_t i = 0; i < len; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = hex[u[i] >> 4];
        *p++ = hex[u[i] & 15];
    }
    *p = '\0';
    return id && strcmp(id, text) == 0;
}

static bool check_columns(struct ledger *l, const struct entry *e, const struct db_result *r)
{
    if (!same_id(r, e->id) || strcmp(db_text(r, 0, 2), e->stream) != 0 ||
        (uint64_t)db_i64(r, 0, 3) != e->sseq || strcmp(db_text(r, 0, 4), e->kind) != 0 ||
        db_i64(r, 0, 5) != e->at)
        return bad(l, e, db_text(r, 0, 2), "its columns are not what its bytes say");
    return true;
}

/* The leaf stands in a stored tile whose root is the one the signed tree wants, or behind all full tiles. */
static bool check_tree(struct ledger *l, const struct entry *e, const struct db_result *r)
{
    struct load *o = l->load;
    uint64_t n = e->idx / MERKLE_TILE;
    size_t at = e->idx % MERKLE_TILE, len;
    const uint8_t *slot;
    if (n < o->full[0]) {
        if (!db_null(r, 0, 8)) {
            const void *data = db_bytes(r, 0, 8, &len);
            uint8_t root[HASH_LEN];
            require(len == sizeof(o->tile));
            memcpy(o->tile, data, len);
            o->tile_n = n;
            merkle_tile_root(o->tile, root);
            if (memcmp(root, o->root[0][n], HASH_LEN) != 0)
                return bad(l, e, e->stream, "the tile it stands in is not that of the signed tree");
        }
        if (o->tile_n != n)
            return bad(l, e, e->stream, "the tile it stands in is missing");
        slot = o->tile + at * HASH_LEN;
    } else {
        slot = o->behind[at];
    }
    if (memcmp(slot, e->leaf, HASH_LEN) != 0)
        return bad(l, e, e->stream, "its bytes do not give the leaf that was signed: the row was changed");
    return true;
}

static bool check_chain(struct ledger *l, const struct entry *e)
{
    struct chain *c = chain_find(l->load, e->stream);
    if (e->sseq != c->sseq + 1)
        return bad(l, e, e->stream, "an entry of its stream is missing before it");
    if (e->sseq > 1 && memcmp(e->prev, c->leaf, HASH_LEN) != 0)
        return bad(l, e, e->stream, "it does not follow the entry before it in its stream");
    c->sseq = e->sseq;
    memcpy(c->leaf, e->leaf, HASH_LEN);
    return true;
}

static void note_boot(struct ledger *l, const char *boot)
{
    if (boot && strlen(boot) < sizeof(l->log_boot))
        memcpy(l->log_boot, boot, strlen(boot) + 1);
}

/* The ledger's own stream. */
static bool fold_own(struct ledger *l, const struct entry *e)
{
    struct load *o = l->load;
    o->nlog++;
    l->log_sseq = e->sseq;
    memcpy(l->log_leaf, e->leaf, HASH_LEN);
    if (strcmp(e->kind, "log.opened") == 0) {
        const char *origin = json_get_str(e->body, "origin");
        if (!origin || strcmp(origin, l->cfg.origin) != 0)
            return bad(l, e, e->stream, "it opens the log of another origin");
        if (ledger_key_know(l, json_get_str(e->body, "vkey")))
            return bad(l, e, e->stream, "it names no key of this log");
        note_boot(l, json_get_str(e->body, "boot"));
    } else if (strcmp(e->kind, "log.recovered") == 0) {
        note_boot(l, json_get_str(e->body, "to"));
    } else if (strcmp(e->kind, "log.void") == 0) {
        o->said = xrealloc(o->said, (o->nsaid + 1) * sizeof(*o->said));
        o->said[o->nsaid++] = (struct said){e->idx, (uint64_t)json_get_int(e->body, "first", -1),
                                            (uint64_t)json_get_int(e->body, "count", -1)};
        l->nvoids++;
    } else if (strcmp(e->kind, "key.rotated") == 0) {
        if (ledger_key_know(l, json_get_str(e->body, "new")))
            return bad(l, e, e->stream, "it names no key of this log");
    } else if (strcmp(e->kind, BATCHMAP_KIND) == 0) {
        l->last_map = (uint64_t)json_get_int(e->body, "map", 0);
    }
    return true;
}

void ledger_fold_row(struct ledger *l, const struct db_result *r)
{
    struct load *o = l->load;
    struct entry e = {.idx = (uint64_t)db_i64(r, 0, 0)};
    uint64_t idx = e.idx;
    size_t len;
    const char *text = db_bytes(r, 0, 6, &len);
    if (l->state == LEDGER_DEAD)
        return;
    arena_reset(&o->arena);
    int err = entry_read(&e, &o->arena, text, len);
    e.idx = idx;
    if (err) {
        (void)bad(l, &e, db_text(r, 0, 2), "its bytes are not an entry");
        return;
    }
    if (!check_tree(l, &e, r) || !check_columns(l, &e, r) || !check_chain(l, &e))
        return;
    if (strcmp(e.stream, "log") == 0 && !fold_own(l, &e))
        return;
    err = l->cfg.on_fold(l->cfg.arg, &e);
    if (err)
        ledger_fatal(l, err, "entry %llu (%s): %s", (unsigned long long)idx, e.stream, cpf_strerror(err));
}
