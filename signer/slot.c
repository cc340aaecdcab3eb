#include "slot.h"
#include <string.h>

static const char slot_magic[8] = "CPFMARK2";
static const char slot_magic_1[8] = "CPFMARK1"; /* of one key: its public key, no `from` */
#define SLOT_HEAD 20 /* magic, counter, length of what follows up to the checksum */

static void put(struct buf *b, uint64_t v, unsigned bytes)
{
    uint8_t raw[8];
    for (unsigned i = 0; i < bytes; i++)
        raw[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
    buf_add(b, raw, bytes);
}

static void put_body(struct buf *b, const struct mark_log *log, const struct mark *m)
{
    const char *origin = log->key[0].vkey.name;
    put(b, strlen(origin), 2);
    buf_puts(b, origin);
    require(m->nkeys >= 1 && m->nkeys <= MARK_KEYS);
    put(b, m->nkeys, 1);
    for (size_t i = 0; i < m->nkeys; i++) {
        buf_add(b, m->key[i].pub, KEY_PUB);
        put(b, m->key[i].from, 8);
    }
    put(b, m->epoch, 8);
    put(b, m->edge.size, 8);
    buf_add(b, m->edge.node, (size_t)__builtin_popcountll(m->edge.size) * HASH_LEN);
    put(b, m->void_count, 8);
    put(b, m->has_pending, 1);
    if (!m->has_pending)
        return;
    put(b, m->pending.is_void, 1);
    put(b, m->pending.n, 4);
    buf_add(b, m->pending.leaf, m->pending.n * HASH_LEN);
    put(b, m->pending.note_len, 2);
    buf_add(b, m->pending.note, m->pending.note_len);
}

void slot_write(struct buf *b, const struct mark_log *log, uint64_t counter, const struct mark *m)
{
    size_t start = b->len;
    struct buf body;
    uint8_t sum[HASH_LEN];
    buf_init(&body);
    put_body(&body, log, m);
    buf_add(b, slot_magic, sizeof(slot_magic));
    put(b, counter, 8);
    put(b, body.len, 4);
    buf_add(b, body.data, body.len);
    buf_fini(&body);
    hash_sha256(b->data + start, b->len - start, sum);
    buf_add(b, sum, HASH_LEN);
    require(b->len - start <= SLOT_BYTES);
}

struct cursor {
    const uint8_t *p, *end;
    bool bad;
};

static const uint8_t *get(struct cursor *c, size_t n)
{
    if (c->bad || (size_t)(c->end - c->p) < n) {
        c->bad = true;
        return NULL;
    }
    c->p += n;
    return c->p - n;
}

static uint64_t get_int(struct cursor *c, unsigned bytes)
{
    const uint8_t *raw = get(c, bytes);
    uint64_t v = 0;
    for (unsigned i = 0; raw && i < bytes; i++)
        v = v << 8 | raw[i];
    return v;
}

static void get_copy(struct cursor *c, void *ret, size_t n, size_t max)
{
    const uint8_t *raw = n <= max ? get(c, n) : NULL;
    if (raw)
        memcpy(ret, raw, n);
    else
        c->bad = true;
}

static bool get_origin_is(struct cursor *c, const struct mark_log *log)
{
    const char *origin = log->key[0].vkey.name;
    size_t len = get_int(c, 2);
    const uint8_t *name = get(c, len);
    return name && len == strlen(origin) && memcmp(name, origin, len) == 0;
}

static void get_keys(struct cursor *c, bool one, struct mark *m)
{
    m->nkeys = one ? 1 : get_int(c, 1);
    if (m->nkeys == 0 || m->nkeys > MARK_KEYS)
        c->bad = true;
    for (size_t i = 0; !c->bad && i < m->nkeys; i++) {
        get_copy(c, m->key[i].pub, KEY_PUB, KEY_PUB);
        m->key[i].from = one ? 0 : get_int(c, 8);
        if (m->key[i].from > SIGWIRE_SIZE_MAX && m->key[i].from != MARK_KEY_NEW)
            c->bad = true;
    }
}

static void get_pending(struct cursor *c, const struct mark_log *log, struct mark *m)
{
    struct mark_group *g = &m->pending;
    g->is_void = get_int(c, 1) != 0;
    g->n = get_int(c, 4);
    get_copy(c, g->leaf, g->n * HASH_LEN, sizeof(g->leaf));
    g->note_len = get_int(c, 2);
    get_copy(c, g->note, g->note_len, sizeof(g->note));
    if (c->bad || g->n == 0)
        c->bad = true;
    else
        mark_group_root(g, &m->edge);
    if (!c->bad && !mark_note_ok(m, log->key[0].vkey.name, &g->head, g->note, g->note_len))
        c->bad = true;
}

static void get_mark(struct cursor *c, const struct mark_log *log, struct mark *m)
{
    m->epoch = get_int(c, 8);
    m->edge.size = get_int(c, 8);
    get_copy(c, m->edge.node, (size_t)__builtin_popcountll(m->edge.size) * HASH_LEN, sizeof(m->edge.node));
    m->void_count = get_int(c, 8);
    m->has_pending = get_int(c, 1) != 0;
    if (m->epoch > SIGWIRE_SIZE_MAX || m->edge.size > SIGWIRE_SIZE_MAX || m->void_count > m->edge.size)
        c->bad = true;
    if (c->bad)
        return;
    m->settled.size = m->edge.size;
    merkle_edge_root(&m->edge, m->settled.root);
    if (m->has_pending)
        get_pending(c, log, m);
}

static bool all_zero(const uint8_t data[SLOT_BYTES])
{
    return data[0] == 0 && memcmp(data, data + 1, SLOT_BYTES - 1) == 0;
}

enum slot_kind slot_read(const uint8_t data[SLOT_BYTES], const struct mark_log *log, uint64_t *ret_counter,
                         struct mark *ret)
{
    struct cursor head = {data + sizeof(slot_magic), data + SLOT_HEAD, false};
    uint8_t sum[HASH_LEN];
    if (all_zero(data))
        return SLOT_EMPTY;
    uint64_t counter = get_int(&head, 8);
    size_t len = get_int(&head, 4);
    bool one = memcmp(data, slot_magic_1, sizeof(slot_magic_1)) == 0;
    if ((!one && memcmp(data, slot_magic, sizeof(slot_magic)) != 0) ||
        len > SLOT_BYTES - SLOT_HEAD - HASH_LEN)
        return SLOT_DAMAGED;
    hash_sha256(data, SLOT_HEAD + len, sum);
    if (memcmp(data + SLOT_HEAD + len, sum, HASH_LEN) != 0)
        return SLOT_DAMAGED;
    struct cursor body = {data + SLOT_HEAD, data + SLOT_HEAD + len, false};
    if (!get_origin_is(&body, log))
        return body.bad ? SLOT_DAMAGED : SLOT_FOREIGN;
    mark_init(ret);
    get_keys(&body, one, ret);
    get_mark(&body, log, ret);
    if (body.bad || body.p != body.end)
        return SLOT_DAMAGED;
    *ret_counter = counter;
    return SLOT_GOOD;
}
