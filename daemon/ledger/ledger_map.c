/* Maps of streams (base/batchmap.h): the entry log.batch-map in the ledger's own stream, its rows beside it.
 */
#include <stdlib.h>
#include <string.h>
#include "base/batchmap.h"
#include "base/enc.h"
#include "ledger/ledger_int.h"

struct ledger_map {
    struct arena arena; /* the entry's */
    uint64_t number;
    struct buf a_map, a_stream, a_salt, a_count, a_last; /* binary arrays: columns of cpf.map_row */
};

static struct ledger_map *map_new(uint64_t number)
{
    struct ledger_map *m = xcalloc(1, sizeof(*m));
    arena_init(&m->arena, 0);
    m->number = number;
    buf_init(&m->a_map);
    buf_init(&m->a_stream);
    buf_init(&m->a_salt);
    buf_init(&m->a_count);
    buf_init(&m->a_last);
    db_array_begin(&m->a_map, DB_INT8);
    db_array_begin(&m->a_stream, DB_TEXT);
    db_array_begin(&m->a_salt, DB_BYTEA);
    db_array_begin(&m->a_count, DB_INT8);
    db_array_begin(&m->a_last, DB_BYTEA);
    return m;
}

void ledger_map_free(struct ledger_map *m)
{
    if (!m)
        return;
    buf_fini(&m->a_map);
    buf_fini(&m->a_stream);
    buf_fini(&m->a_salt);
    buf_fini(&m->a_count);
    buf_fini(&m->a_last);
    arena_fini(&m->arena);
    free(m);
}

uint64_t ledger_map_number(const struct ledger_map *m)
{
    return m->number;
}

static void add_row(struct ledger_map *m, const struct ledger_counted *c, uint8_t row[BATCHMAP_ROW])
{
    uint8_t salt[BATCHMAP_SALT];
    enc_random(salt, sizeof(salt));
    batchmap_row(salt, c->stream, c->count, c->last, row);
    db_array_i64(&m->a_map, (int64_t)m->number);
    db_array_bytes(&m->a_stream, c->stream, strlen(c->stream));
    db_array_bytes(&m->a_salt, salt, sizeof(salt));
    db_array_i64(&m->a_count, (int64_t)c->count);
    db_array_bytes(&m->a_last, c->last, HASH_LEN);
}

void ledger_map_kept(struct ledger *l, uint64_t size)
{
    l->kept.count++;
    l->kept.upto = size;
    batchmap_size(l->kept.sizes, size);
}

/* The entry of the map with that root. */
static void add_entry(struct ledger *l, struct ledger_map *m, struct ledger_item *item,
                      const uint8_t root[HASH_LEN], size_t rows, int64_t at)
{
    char root_text[44], sizes[44], closing[44];
    const struct log_batch_map body = {.map = (int64_t)m->number,
                                       .root = root_text,
                                       .rows = (int64_t)rows,
                                       .voids = (int64_t)l->nvoids,
                                       .checkpoints = (int64_t)l->kept.count,
                                       .upto = (int64_t)l->kept.upto,
                                       .sizes = sizes,
                                       .closing = l->closing.any ? closing : NULL};
    enc_digest(root, root_text);
    enc_digest(l->kept.sizes, sizes);
    enc_digest(l->closing.leaf, closing);
    ledger_own_add(l, &m->arena, item, KIND_LOG_BATCH_MAP, &log_batch_map_shape, &body, at);
}

uint64_t ledger_submit_map(struct ledger *l, const struct ledger_counted *list, size_t n, int64_t at)
{
    struct ledger_counted own = {.stream = "log", .count = l->log_sseq};
    uint8_t(*row)[BATCHMAP_ROW] = xcalloc(n + 1, sizeof(*row)), root[HASH_LEN];
    struct ledger_map *m = map_new(++l->last_map);
    struct ledger_item item;

    require(l->announced && l->log_sseq);
    memcpy(own.last, l->log_leaf, HASH_LEN);
    for (size_t i = 0; i < n; i++)
        add_row(m, &list[i], row[i]);
    add_row(m, &own, row[n]);
    require(batchmap_sort(row, n + 1) == 0); /* salted: no two are alike */
    batchmap_root((const uint8_t(*)[BATCHMAP_ROW])row, n + 1, root);
    free(row);
    add_entry(l, m, &item, root, n + 1, at);
    queue_push(&l->queue, &item, 1, NULL, true);
    queue_slot(&l->queue, l->queue.nslots - 1)->map = m;
    l->is_new = false;
    ledger_wake(l);
    return m->number;
}

void ledger_map_exec(struct ledger *l, struct ledger_map *m)
{
    struct db_params p = {0};
    db_param_array(&p, &m->a_map);
    db_param_array(&p, &m->a_stream);
    db_param_array(&p, &m->a_salt);
    db_param_array(&p, &m->a_count);
    db_param_array(&p, &m->a_last);
    db_exec(l->db, DB_LOG_MAP_ADD, &p);
}
