/*
 * The database's owner who knows Merkle trees: changes the bytes of one entry and then makes everything that
 * needs no key agree with it again: who follows it (`prev`, `of`), leaves, the maps of streams, tiles, head.
 * With the log's key, or one of his own, also every checkpoint from there on.
 *
 *   forge CONNINFO IDX OLD NEW [--key HEX] [--keep-tiles] [--keep-head]
 *   forge unseal SEALED PASSPHRASE     the thief: prints the key, as HEX
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/batchmap.h"
#include "base/enc.h"
#include "base/key.h"
#include "foe.h"

static struct arena mem;

static const char *number(uint64_t n)
{
    return arena_printf(&mem, "%llu", (unsigned long long)n);
}

static char *read_file(const char *path)
{
    char *text = xcalloc(4096, 1);
    FILE *f = fopen(path, "re");
    if (!f || fread(text, 1, 4095, f) == 0)
        foe_die("%s cannot be read", path);
    fclose(f);
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static int unseal(const char *sealed, const char *passphrase)
{
    struct buf seed, hex;
    buf_init(&seed);
    buf_init(&hex);
    if (key_unseal(read_file(sealed), read_file(passphrase), true, &seed) != 0)
        foe_die("the key does not open");
    enc_hex(&hex, seed.data, seed.len);
    puts(hex.data);
    return 0;
}

/* ---- bytes ---- */

/* The first `old` in the text; false if there is none. */
static bool replace(char **text, const char *old, const char *new)
{
    char *at = strstr(*text, old);
    struct buf b;
    if (!at)
        return false;
    buf_init(&b);
    buf_add(&b, *text, (size_t)(at - *text));
    buf_puts(&b, new);
    buf_puts(&b, at + strlen(old));
    free(*text);
    *text = b.data;
    return true;
}

static bool differs(const struct foe_row *r)
{
    return memcmp(r->was, r->leaf, HASH_LEN) != 0;
}

static bool relink_member(struct foe_row *r, const char *member, const struct foe_row *before)
{
    char old[80], new[80], was[44], is[44];
    enc_digest(before->was, was);
    enc_digest(before->leaf, is);
    snprintf(old, sizeof(old), "\"%s\":\"%s\"", member, was);
    snprintf(new, sizeof(new), "\"%s\":\"%s\"", member, is);
    return replace(&r->body, old, new);
}

/* ---- the maps of streams ---- */

struct map_row {
    uint64_t map, count;
    char *stream;
    uint8_t salt[BATCHMAP_SALT], last[HASH_LEN];
    bool changed;
};
static struct map_row *maps;
static size_t nmaps;

static void load_maps(PGconn *pg)
{
    PGresult *r = foe_query(
        pg,
        "select map, stream, encode(salt, 'hex'), count, encode(last, 'hex') from cpf.map_row order by map",
        NULL);
    nmaps = (size_t)PQntuples(r);
    maps = xcalloc(nmaps + 1, sizeof(*maps));
    for (size_t i = 0; i < nmaps; i++) {
        struct map_row *m = &maps[i];
        m->map = strtoull(PQgetvalue(r, (int)i, 0), NULL, 10);
        m->stream = xstrdup(PQgetvalue(r, (int)i, 1));
        m->count = strtoull(PQgetvalue(r, (int)i, 3), NULL, 10);
        if (enc_unhex(PQgetvalue(r, (int)i, 2), 64, m->salt, BATCHMAP_SALT) != 0 ||
            enc_unhex(PQgetvalue(r, (int)i, 4), 64, m->last, HASH_LEN) != 0)
            foe_die("a row of a map cannot be read");
    }
    PQclear(r);
}

static void root_of_map(uint64_t map, char ret[44])
{
    uint8_t(*row)[BATCHMAP_ROW] = xcalloc(nmaps + 1, BATCHMAP_ROW), root[HASH_LEN];
    size_t n = 0;

    for (size_t i = 0; i < nmaps; i++)
        if (maps[i].map == map)
            batchmap_row(maps[i].salt, maps[i].stream, maps[i].count, maps[i].last, row[n++]);
    if (batchmap_sort(row, n) != 0)
        foe_die("map %llu has a row twice", (unsigned long long)map);
    batchmap_root((const uint8_t(*)[BATCHMAP_ROW])row, n, root);
    enc_digest(root, ret);
    free(row);
}

/* The rows that end with a changed entry, and so the root. */
static bool remap(struct foe_log *l, size_t i)
{
    char was[44], is[44];
    const char *at = strstr(l->row[i].body, "\"body\":{\"map\":");
    if (!strstr(l->row[i].body, "\"kind\":\"log.batch-map\"") || !at)
        return false;
    uint64_t map = strtoull(at + strlen("\"body\":{\"map\":"), NULL, 10);
    root_of_map(map, was);
    for (size_t m = 0; m < nmaps; m++)
        for (size_t k = 0; maps[m].map == map && k < i; k++)
            if (differs(&l->row[k]) && memcmp(maps[m].last, l->row[k].was, HASH_LEN) == 0) {
                memcpy(maps[m].last, l->row[k].leaf, HASH_LEN);
                maps[m].changed = true;
                break;
            }
    root_of_map(map, is);
    return strcmp(was, is) != 0 && replace(&l->row[i].body, was, is);
}

static void write_maps(PGconn *pg)
{
    for (size_t i = 0; i < nmaps; i++) {
        const char *const param[] = {number(maps[i].map), maps[i].stream,
                                     foe_bytea(&mem, maps[i].last, HASH_LEN), NULL};
        if (maps[i].changed)
            foe_exec(pg, "update cpf.map_row set last = $3::bytea where map = $1::bigint and stream = $2",
                     param);
    }
}

/* ---- who follows ---- */

/* Whoever named a changed entry by its leaf names it anew, and so changes too. */
static void relink(struct foe_log *l, size_t i)
{
    struct foe_row *r = &l->row[i];
    bool changed;
    if (!r->body)
        return;
    changed = remap(l, i);
    for (size_t k = 0; k < i; k++) {
        if (!differs(&l->row[k]))
            continue;
        changed |= relink_member(r, "prev", &l->row[k]);
        changed |= relink_member(r, "of", &l->row[k]);
    }
    if (changed)
        hash_leaf(r->body, strlen(r->body), r->leaf);
}

/* ---- the tables ---- */

struct tiles {
    PGconn *pg;
};

static void on_tile(void *arg, unsigned level, uint64_t n, const uint8_t hashes[MERKLE_TILE * HASH_LEN])
{
    const struct tiles *t = arg;
    const char *const param[] = {number(level), number(n),
                                 foe_bytea(&mem, hashes, (size_t)MERKLE_TILE * HASH_LEN), NULL};
    foe_exec(t->pg, "update cpf.tile set data = $3::bytea where level = $1::smallint and n = $2::bigint",
             param);
}

static void write_rows(PGconn *pg, const struct foe_log *l)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct foe_row *r = &l->row[i];
        if (!differs(r))
            continue;
        const char *const param[] = {number(i), r->body, foe_bytea(&mem, r->leaf, HASH_LEN), NULL};
        foe_exec(pg, "update cpf.entry set body = $2, leaf = $3::bytea where idx = $1::bigint", param);
    }
}

static void write_tiles(PGconn *pg, const struct foe_log *l)
{
    struct merkle_tiles *tiles = xcalloc(1, sizeof(*tiles));
    struct tiles t = {pg};
    merkle_tiles_init(tiles);
    for (size_t i = 0; i < l->n; i++)
        merkle_tiles_add(tiles, l->row[i].leaf, on_tile, &t);
    free(tiles);
}

/* Every checkpoint that covers the change, and the head. */
static void write_notes(PGconn *pg, const struct foe_log *l, uint64_t idx, const struct key *key)
{
    const char *const from[] = {number(idx), NULL};
    PGresult *r =
        foe_query(pg, "select size from cpf.checkpoint where size > $1::bigint order by size", from);
    struct buf note;
    buf_init(&note);
    for (int i = 0; i < PQntuples(r); i++) {
        uint64_t size = strtoull(PQgetvalue(r, i, 0), NULL, 10);
        uint8_t root[HASH_LEN];
        foe_root(l, size, root);
        buf_clear(&note);
        foe_note(l, size, root, key, &note);
        const char *const param[] = {number(size), note.data, NULL};
        foe_exec(pg, "update cpf.checkpoint set note = $2 where size = $1::bigint", param);
    }
    PQclear(r);
    const char *const param[] = {note.data, NULL};
    foe_exec(pg, "update cpf.log_head set note = $1", param);
    buf_fini(&note);
}

static void write_head(PGconn *pg, const struct foe_log *l)
{
    uint8_t root[HASH_LEN];
    foe_root(l, l->size, root);
    const char *const param[] = {foe_bytea(&mem, root, HASH_LEN), NULL};
    foe_exec(pg, "update cpf.log_head set root = $1::bytea", param);
}

static bool flag(int argc, char **argv, const char *name)
{
    for (int i = 5; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return false;
}

static const char *value(int argc, char **argv, const char *name)
{
    for (int i = 5; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    return NULL;
}

static void rewrite(PGconn *pg, struct foe_log *l, int argc, char **argv)
{
    uint64_t idx = strtoull(argv[2], NULL, 10);
    const char *hex = value(argc, argv, "--key");
    if (idx >= l->n || !l->row[idx].body || !replace(&l->row[idx].body, argv[3], argv[4]))
        foe_die("entry %s does not say %s", argv[2], argv[3]);
    hash_leaf(l->row[idx].body, strlen(l->row[idx].body), l->row[idx].leaf);
    for (size_t i = idx + 1; i < l->n; i++)
        relink(l, i);
    foe_exec(pg, "begin", NULL);
    foe_exec(pg, "set local session_replication_role = replica", NULL); /* the triggers do not fire */
    write_rows(pg, l);
    write_maps(pg);
    if (!flag(argc, argv, "--keep-tiles"))
        write_tiles(pg, l);
    if (hex)
        write_notes(pg, l, idx, foe_key(hex));
    if (!flag(argc, argv, "--keep-head"))
        write_head(pg, l);
    foe_exec(pg, "commit", NULL);
}

int main(int argc, char **argv)
{
    struct foe_log l = {0};
    if (argc == 4 && strcmp(argv[1], "unseal") == 0)
        return unseal(argv[2], argv[3]);
    if (argc < 5)
        foe_die("forge CONNINFO IDX OLD NEW [--key HEX] [--keep-tiles] [--keep-head]");
    arena_init(&mem, 0);
    PGconn *pg = foe_connect(argv[1]);
    foe_load(&l, pg);
    load_maps(pg);
    rewrite(pg, &l, argc, argv);
    PQfinish(pg);
    return 0;
}
