#include "base/sigwire.h"
#include <string.h>

/* ---- writing ---- */

static void put_int(struct buf *b, uint64_t v, unsigned bytes)
{
    uint8_t raw[8];
    for (unsigned i = 0; i < bytes; i++)
        raw[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
    buf_add(b, raw, bytes);
}

static void put_size(struct buf *b, uint64_t v)
{
    require(v <= SIGWIRE_SIZE_MAX);
    put_int(b, v, 8);
}

static void put_head(struct buf *b, const struct sigwire_head *h)
{
    put_size(b, h->size);
    buf_add(b, h->root, HASH_LEN);
}

static void put_text(struct buf *b, const struct sigwire_text *t, size_t max)
{
    require(t->len <= max);
    put_int(b, t->len, 2);
    if (t->len)
        buf_add(b, t->s, t->len);
}

static void put_leaves(struct buf *b, const struct sigwire_leaves *l, size_t max)
{
    require(l->n <= max);
    put_int(b, l->n, 4);
    if (l->n)
        buf_add(b, l->hash, l->n * HASH_LEN);
}

static void put_void(struct buf *b, uint64_t first, uint64_t count)
{
    put_size(b, first);
    put_size(b, count);
}

static void put_open(struct buf *b, const struct sigwire_msg *m)
{
    put_size(b, m->open.epoch);
    put_head(b, &m->open.head);
    put_int(b, m->open.has_held, 1);
    if (m->open.has_held)
        put_head(b, &m->open.held);
    put_text(b, &m->open.note, SIGWIRE_NOTE_MAX);
}

static void put_opened(struct buf *b, const struct sigwire_msg *m)
{
    put_head(b, &m->opened.settled);
    put_void(b, m->opened.void_first, m->opened.void_count);
    put_int(b, m->opened.pending, 1);
    if (m->opened.pending == SIGWIRE_NONE)
        return;
    require(m->opened.leaves.n > 0);
    put_head(b, &m->opened.head);
    put_text(b, &m->opened.note, SIGWIRE_NOTE_MAX);
    put_leaves(b, &m->opened.leaves, SIGWIRE_LEAVES_MAX);
}

static void put_state(struct buf *b, const struct sigwire_msg *m)
{
    put_size(b, m->state.epoch);
    put_head(b, &m->state.settled);
    put_void(b, m->state.void_first, m->state.void_count);
    put_int(b, m->state.pending, 1);
    if (m->state.pending != SIGWIRE_NONE)
        put_head(b, &m->state.head);
    put_int(b, m->state.session, 1);
}

static void put_request(struct buf *b, const struct sigwire_msg *m)
{
    switch (m->op) {
    case SIGWIRE_OPEN:
        put_open(b, m);
        break;
    case SIGWIRE_LEAVES:
        require(m->leaves.leaves.n > 0);
        put_size(b, m->leaves.first);
        put_leaves(b, &m->leaves.leaves, SIGWIRE_ROLL_MAX);
        break;
    case SIGWIRE_APPEND:
        require(m->append.leaves.n > 0);
        put_size(b, m->append.epoch);
        put_head(b, &m->append.base);
        put_leaves(b, &m->append.leaves, SIGWIRE_LEAVES_MAX);
        break;
    case SIGWIRE_SETTLE:
        put_size(b, m->settle.epoch);
        put_head(b, &m->settle.head);
        break;
    default:
        require(m->op == SIGWIRE_STATUS);
    }
}

static void put_answer(struct buf *b, const struct sigwire_msg *m)
{
    switch (m->op) {
    case SIGWIRE_OPENED:
        put_opened(b, m);
        break;
    case SIGWIRE_WANT:
        put_size(b, m->want.first);
        put_size(b, m->want.count);
        break;
    case SIGWIRE_APPENDED:
        put_head(b, &m->appended.head);
        put_text(b, &m->appended.note, SIGWIRE_NOTE_MAX);
        break;
    case SIGWIRE_SETTLED:
        put_head(b, &m->settled.settled);
        put_void(b, m->settled.void_first, m->settled.void_count);
        break;
    case SIGWIRE_STATE:
        put_state(b, m);
        break;
    default:
        require(m->op == SIGWIRE_REFUSED && m->refused.text.len > 0);
        put_int(b, m->refused.of, 1);
        put_int(b, m->refused.code, 2);
        put_text(b, &m->refused.text, SIGWIRE_TEXT_MAX);
    }
}

void sigwire_write(struct buf *b, const struct sigwire_msg *m)
{
    size_t start = b->len;
    put_int(b, 0, SIGWIRE_PREFIX);
    put_int(b, SIGWIRE_VERSION, 1);
    put_int(b, m->op, 1);
    if (m->op < SIGWIRE_OPENED)
        put_request(b, m);
    else
        put_answer(b, m);
    size_t len = b->len - start - SIGWIRE_PREFIX;
    require(len <= BOUND_SIGNER_FRAME);
    for (unsigned i = 0; i < SIGWIRE_PREFIX; i++)
        b->data[start + i] = (char)(uint8_t)(len >> (8 * (SIGWIRE_PREFIX - 1 - i)));
}

/* ---- reading: a cursor that turns bad at the first thing out of order and stays so ---- */

struct cursor {
    const uint8_t *p, *end;
    bool bad;
};

static const uint8_t *get_bytes(struct cursor *c, size_t n)
{
    if (c->bad || (size_t)(c->end - c->p) < n) {
        c->bad = true;
        return NULL;
    }
    const uint8_t *at = c->p;
    c->p += n;
    return at;
}

static uint64_t get_int(struct cursor *c, unsigned bytes, uint64_t max)
{
    const uint8_t *raw = get_bytes(c, bytes);
    uint64_t v = 0;
    for (unsigned i = 0; raw && i < bytes; i++)
        v = v << 8 | raw[i];
    if (v > max)
        c->bad = true;
    return c->bad ? 0 : v;
}

static uint64_t get_size(struct cursor *c)
{
    return get_int(c, 8, SIGWIRE_SIZE_MAX);
}

static void get_head(struct cursor *c, struct sigwire_head *h)
{
    h->size = get_size(c);
    const uint8_t *root = get_bytes(c, HASH_LEN);
    if (root)
        memcpy(h->root, root, HASH_LEN);
}

static void get_text(struct cursor *c, struct sigwire_text *t, size_t min, size_t max)
{
    t->len = get_int(c, 2, max);
    t->s = (const char *)get_bytes(c, t->len);
    if (t->len < min || (t->s && memchr(t->s, 0, t->len)))
        c->bad = true;
}

static void get_leaves(struct cursor *c, struct sigwire_leaves *l, size_t max)
{
    l->n = get_int(c, 4, max);
    l->hash = (const uint8_t(*)[HASH_LEN])(const void *)get_bytes(c, l->n * HASH_LEN);
    if (l->n == 0)
        c->bad = true;
}

/* The void range is the tail of `settled`. */
static void get_void(struct cursor *c, const struct sigwire_head *settled, uint64_t *ret_first,
                     uint64_t *ret_count)
{
    *ret_first = get_size(c);
    *ret_count = get_size(c);
    if (*ret_first + *ret_count != settled->size)
        c->bad = true;
}

static void get_open(struct cursor *c, struct sigwire_msg *m)
{
    m->open.epoch = get_size(c);
    get_head(c, &m->open.head);
    m->open.has_held = get_int(c, 1, 1);
    if (m->open.has_held)
        get_head(c, &m->open.held);
    get_text(c, &m->open.note, m->open.head.size ? 1 : 0, m->open.head.size ? SIGWIRE_NOTE_MAX : 0);
}

static void get_opened(struct cursor *c, struct sigwire_msg *m)
{
    get_head(c, &m->opened.settled);
    get_void(c, &m->opened.settled, &m->opened.void_first, &m->opened.void_count);
    m->opened.pending = (enum sigwire_pending)get_int(c, 1, SIGWIRE_VOID);
    if (m->opened.pending == SIGWIRE_NONE)
        return;
    get_head(c, &m->opened.head);
    get_text(c, &m->opened.note, 1, SIGWIRE_NOTE_MAX);
    get_leaves(c, &m->opened.leaves, SIGWIRE_LEAVES_MAX);
    if (m->opened.head.size != m->opened.settled.size + m->opened.leaves.n)
        c->bad = true;
}

static void get_state(struct cursor *c, struct sigwire_msg *m)
{
    m->state.epoch = get_size(c);
    get_head(c, &m->state.settled);
    get_void(c, &m->state.settled, &m->state.void_first, &m->state.void_count);
    m->state.pending = (enum sigwire_pending)get_int(c, 1, SIGWIRE_VOID);
    if (m->state.pending != SIGWIRE_NONE)
        get_head(c, &m->state.head);
    m->state.session = get_int(c, 1, 1);
}

static void get_request(struct cursor *c, struct sigwire_msg *m)
{
    switch (m->op) {
    case SIGWIRE_OPEN:
        get_open(c, m);
        break;
    case SIGWIRE_LEAVES:
        m->leaves.first = get_size(c);
        get_leaves(c, &m->leaves.leaves, SIGWIRE_ROLL_MAX);
        break;
    case SIGWIRE_APPEND:
        m->append.epoch = get_size(c);
        get_head(c, &m->append.base);
        get_leaves(c, &m->append.leaves, SIGWIRE_LEAVES_MAX);
        break;
    case SIGWIRE_SETTLE:
        m->settle.epoch = get_size(c);
        get_head(c, &m->settle.head);
        break;
    case SIGWIRE_STATUS:
        break;
    default:
        c->bad = true;
    }
}

static void get_answer(struct cursor *c, struct sigwire_msg *m)
{
    switch (m->op) {
    case SIGWIRE_OPENED:
        get_opened(c, m);
        break;
    case SIGWIRE_WANT:
        m->want.first = get_size(c);
        m->want.count = get_size(c);
        break;
    case SIGWIRE_APPENDED:
        get_head(c, &m->appended.head);
        get_text(c, &m->appended.note, 1, SIGWIRE_NOTE_MAX);
        break;
    case SIGWIRE_SETTLED:
        get_head(c, &m->settled.settled);
        get_void(c, &m->settled.settled, &m->settled.void_first, &m->settled.void_count);
        break;
    case SIGWIRE_STATE:
        get_state(c, m);
        break;
    case SIGWIRE_REFUSED:
        m->refused.of = (enum sigwire_op)get_int(c, 1, SIGWIRE_REFUSED);
        m->refused.code = (enum sigwire_code)get_int(c, 2, UINT16_MAX);
        get_text(c, &m->refused.text, 1, SIGWIRE_TEXT_MAX);
        break;
    default:
        c->bad = true;
    }
}

int sigwire_frame(const void *data, size_t len, size_t *ret_total)
{
    const uint8_t *p = data;
    if (len < SIGWIRE_PREFIX) {
        *ret_total = 0;
        return 0;
    }
    size_t body = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    if (body < 2 || body > BOUND_SIGNER_FRAME)
        return CPF_E_LIMIT;
    *ret_total = len >= SIGWIRE_PREFIX + body ? SIGWIRE_PREFIX + body : 0;
    return 0;
}

int sigwire_read(const void *frame, size_t total, struct sigwire_msg *ret)
{
    const uint8_t *p = frame;
    size_t whole = 0;
    if (sigwire_frame(frame, total, &whole) || whole != total || total == 0)
        return CPF_E_SYNTAX;
    if (p[SIGWIRE_PREFIX] != SIGWIRE_VERSION)
        return CPF_E_VERSION;
    struct cursor c = {p + SIGWIRE_PREFIX + 2, p + total, false};
    memset(ret, 0, sizeof(*ret));
    ret->op = (enum sigwire_op)p[SIGWIRE_PREFIX + 1];
    if (ret->op < SIGWIRE_OPENED)
        get_request(&c, ret);
    else
        get_answer(&c, ret);
    return c.bad || c.p != c.end ? CPF_E_SYNTAX : 0;
}

const char *sigwire_code_name(enum sigwire_code code)
{
    static const char *const name[SIGWIRE_C_LAST] = {
        [SIGWIRE_C_FRAME] = "signer.frame",     [SIGWIRE_C_VERSION] = "signer.version",
        [SIGWIRE_C_UID] = "signer.uid",         [SIGWIRE_C_STALE] = "signer.stale",
        [SIGWIRE_C_SESSION] = "signer.session", [SIGWIRE_C_UNSIGNED] = "signer.unsigned",
        [SIGWIRE_C_BEHIND] = "signer.behind",   [SIGWIRE_C_FORK] = "signer.fork",
        [SIGWIRE_C_LEAVES] = "signer.leaves",   [SIGWIRE_C_HELD] = "signer.held",
        [SIGWIRE_C_BASE] = "signer.base",       [SIGWIRE_C_PENDING] = "signer.pending",
        [SIGWIRE_C_SETTLE] = "signer.settle",   [SIGWIRE_C_LIMIT] = "signer.limit",
    };
    return (unsigned)code < SIGWIRE_C_LAST && name[code] ? name[code] : "signer.unknown";
}

bool sigwire_head_eq(const struct sigwire_head *a, const struct sigwire_head *b)
{
    return a->size == b->size && memcmp(a->root, b->root, HASH_LEN) == 0;
}
