#include "mark.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SIZE PRIu64

__attribute__((format(printf, 3, 4))) static int refuse(struct mark_ruling *why, enum sigwire_code code,
                                                        const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why->text, sizeof(why->text), fmt, ap);
    va_end(ap);
    why->code = code;
    return CPF_E_REFUSED;
}

void mark_init(struct mark *m)
{
    memset(m, 0, sizeof(*m));
    merkle_edge_init(&m->edge);
    merkle_edge_root(&m->edge, m->settled.root);
}

void mark_group_root(struct mark_group *g, const struct merkle_edge *base)
{
    g->edge = *base;
    for (size_t i = 0; i < g->n; i++)
        merkle_edge_add(&g->edge, g->leaf[i]);
    g->head.size = g->edge.size;
    merkle_edge_root(&g->edge, g->head.root);
}

/* ---- settle ---- */

/* A void group lengthens the run of rows without body at the tail; one with bodies ends it. */
static void settle_pending(struct mark *m)
{
    m->void_count = m->pending.is_void ? m->void_count + m->pending.n : 0;
    m->edge = m->pending.edge;
    m->settled = m->pending.head;
    m->has_pending = false;
}

static int check_epoch(const struct mark *m, uint64_t epoch, struct mark_ruling *why)
{
    if (epoch == m->epoch)
        return 0;
    return refuse(why, SIGWIRE_C_STALE,
                  "epoch %" SIZE " is not the epoch %" SIZE
                  " that was opened: another cpfd has taken over, this one must end",
                  epoch, m->epoch);
}

bool mark_settles(const struct mark *m, const struct sigwire_msg *settle)
{
    return settle->settle.epoch == m->epoch && m->has_pending &&
           sigwire_head_eq(&settle->settle.head, &m->pending.head);
}

int mark_settle(struct mark *m, const struct sigwire_msg *settle, struct mark_ruling *why)
{
    int err = check_epoch(m, settle->settle.epoch, why);
    if (err)
        return err;
    if (mark_settles(m, settle)) {
        settle_pending(m);
        return 0;
    }
    if (sigwire_head_eq(&settle->settle.head, &m->settled))
        return 0;
    return refuse(why, SIGWIRE_C_SETTLE,
                  "size %" SIZE
                  " with that root is neither the pending group nor what is settled (size %" SIZE
                  "): this cpfd must end and start anew",
                  settle->settle.head.size, m->settled.size);
}

/* ---- append ---- */

int mark_append(struct mark *m, const struct mark_log *log, const struct sigwire_msg *append,
                struct mark_ruling *why)
{
    const struct sigwire_leaves *l = &append->append.leaves;
    int err = check_epoch(m, append->append.epoch, why);
    if (err)
        return err;
    if (m->has_pending)
        return refuse(why, SIGWIRE_C_PENDING,
                      "a group up to size %" SIZE " is signed and not settled: nothing else can be signed "
                      "before it is committed and settled",
                      m->pending.head.size);
    if (!sigwire_head_eq(&append->append.base, &m->settled))
        return refuse(why, SIGWIRE_C_BASE,
                      "the group stands on size %" SIZE " but size %" SIZE
                      " is settled: this cpfd must end and start anew",
                      append->append.base.size, m->settled.size);
    if (l->n == 0 || l->n > SIGWIRE_LEAVES_MAX || m->settled.size + l->n > SIGWIRE_SIZE_MAX)
        return refuse(why, SIGWIRE_C_LIMIT, "%zu leaves are not a group of 1 to %d", l->n,
                      SIGWIRE_LEAVES_MAX);
    struct mark_group *g = &m->pending;
    g->is_void = false;
    g->n = l->n;
    memcpy(g->leaf, l->hash, l->n * HASH_LEN);
    mark_group_root(g, &m->edge);
    err = mark_sign(log, g);
    if (err)
        return err;
    m->has_pending = true;
    for (size_t i = 0; i < m->nkeys; i++)
        if (m->key[i].from == MARK_KEY_NEW)
            m->key[i].from = g->head.size;
    return 0;
}

/* ---- open ---- */

static int check_head(const struct mark *m, const struct mark_log *log, const struct sigwire_msg *open,
                      struct mark_ruling *why)
{
    const struct sigwire_head *head = &open->open.head;
    uint8_t empty[HASH_LEN];
    if (open->open.epoch < m->epoch)
        return refuse(why, SIGWIRE_C_STALE,
                      "epoch %" SIZE " is older than %" SIZE
                      ", which was opened before: another cpfd has taken over, this one must end",
                      open->open.epoch, m->epoch);
    hash_empty(empty);
    if (head->size == 0 && memcmp(head->root, empty, HASH_LEN) == 0)
        return 0;
    const char *origin = log->key[0].vkey.name;
    if (head->size && mark_note_ok(m, origin, head, open->open.note.s, open->open.note.len))
        return 0;
    return refuse(why, SIGWIRE_C_UNSIGNED,
                  "the database's head (size %" SIZE
                  ") does not carry this log's own signatures (%s): it was "
                  "altered, or it is another log's database. Start nothing; keep a copy for inquiry; restore "
                  "the database of this log from its standby or WAL archive",
                  head->size, origin);
}

static int refuse_head(const struct mark *m, const struct sigwire_head *head, struct mark_ruling *why)
{
    if (head->size < m->settled.size)
        return refuse(
            why, SIGWIRE_C_BEHIND,
            "the database ends at size %" SIZE ", but size %" SIZE
            " was signed and settled: its tail was cut, or an old backup or a stale standby is "
            "running. Start nothing; bring the database forward to size %" SIZE
            " (WAL archive, the right standby). If that is lost for good, declare the loss and open "
            "a new origin",
            head->size, m->settled.size, m->settled.size);
    return refuse(why, SIGWIRE_C_FORK,
                  "the database's head of size %" SIZE " contradicts what was signed (settled: size %" SIZE
                  "%s%" SIZE "): two histories. Start nothing; keep a copy for inquiry; restore the database "
                  "that goes on from size %" SIZE,
                  head->size, m->settled.size,
                  m->has_pending ? ", pending: up to size " : ", nothing pending since ",
                  m->has_pending ? m->pending.head.size : m->settled.size, m->settled.size);
}

/* Head = settled with a pending group: the daemon sends it again if it has the bytes, else they are lost. */
static int hand_back(struct mark *m, const struct sigwire_msg *open, struct mark_ruling *why)
{
    struct mark_group *g = &m->pending;
    if (!open->open.has_held) {
        g->is_void = true;
        return 0;
    }
    if (!sigwire_head_eq(&open->open.held, &g->head))
        return refuse(why, SIGWIRE_C_HELD,
                      "the group held (up to size %" SIZE
                      ") is not the one that was signed (up to size %" SIZE
                      "): this cpfd must end and start anew",
                      open->open.held.size, g->head.size);
    if (g->is_void)
        return refuse(why, SIGWIRE_C_HELD,
                      "the group up to size %" SIZE
                      " was given up as lost when another cpfd opened: this one "
                      "must end and start anew",
                      g->head.size);
    return 0;
}

static void begin_roll(const struct mark *m, const struct sigwire_msg *open, struct mark_roll *roll)
{
    roll->epoch = open->open.epoch;
    roll->to = open->open.head;
    roll->edge = m->edge;
    roll->pending_met = !m->has_pending;
}

int mark_open(struct mark *m, const struct mark_log *log, const struct sigwire_msg *open,
              struct mark_roll *roll, bool *ret_roll, struct mark_ruling *why)
{
    const struct sigwire_head *head = &open->open.head;
    int err = check_head(m, log, open, why);
    if (err)
        return err;
    bool rolls = false;
    if (m->has_pending && sigwire_head_eq(head, &m->pending.head)) {
        settle_pending(m);
    } else if (sigwire_head_eq(head, &m->settled)) {
        if (m->has_pending)
            err = hand_back(m, open, why);
    } else if (head->size > (m->has_pending ? m->pending.head.size : m->settled.size)) {
        begin_roll(m, open, roll);
        rolls = true;
    } else {
        err = refuse_head(m, head, why);
    }
    if (err)
        return err;
    if (!rolls)
        m->epoch = open->open.epoch;
    *ret_roll = rolls;
    return 0;
}

static int finish_roll(struct mark *m, const struct mark_roll *roll, struct mark_ruling *why)
{
    uint8_t root[HASH_LEN];
    merkle_edge_root(&roll->edge, root);
    if (memcmp(root, roll->to.root, HASH_LEN) != 0)
        return refuse(why, SIGWIRE_C_LEAVES,
                      "the rows from %" SIZE " to %" SIZE
                      " do not lead to the head that was signed there: rows "
                      "were altered, removed or put in. Start nothing; keep a copy for inquiry; restore the "
                      "database from its standby or WAL archive",
                      m->settled.size, roll->to.size);
    if (!roll->pending_met)
        return refuse_head(m, &roll->to, why);
    m->epoch = roll->epoch;
    m->edge = roll->edge;
    m->settled = roll->to;
    m->has_pending = false;
    /* A void group is on file before its rows can be: what lies beyond the mark was never void. */
    m->void_count = 0;
    return 0;
}

int mark_roll_add(struct mark *m, struct mark_roll *roll, const struct sigwire_msg *leaves, bool *ret_done,
                  struct mark_ruling *why)
{
    const struct sigwire_leaves *l = &leaves->leaves.leaves;
    if (leaves->leaves.first != roll->edge.size || l->n > roll->to.size - roll->edge.size)
        return refuse(why, SIGWIRE_C_FRAME,
                      "leaves %" SIZE " and on are not the ones wanted (%" SIZE " to %" SIZE ")",
                      leaves->leaves.first, roll->edge.size, roll->to.size);
    for (size_t i = 0; i < l->n; i++) {
        merkle_edge_add(&roll->edge, l->hash[i]);
        if (!roll->pending_met && roll->edge.size == m->pending.head.size) {
            uint8_t root[HASH_LEN];
            merkle_edge_root(&roll->edge, root);
            roll->pending_met = memcmp(root, m->pending.head.root, HASH_LEN) == 0;
        }
    }
    *ret_done = roll->edge.size == roll->to.size;
    return *ret_done ? finish_roll(m, roll, why) : 0;
}

/* ---- answers ---- */

void mark_opened(const struct mark *m, struct sigwire_msg *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->op = SIGWIRE_OPENED;
    ret->opened.settled = m->settled;
    ret->opened.void_first = m->settled.size - m->void_count;
    ret->opened.void_count = m->void_count;
    if (!m->has_pending)
        return;
    ret->opened.pending = m->pending.is_void ? SIGWIRE_VOID : SIGWIRE_RESEND;
    ret->opened.head = m->pending.head;
    ret->opened.note = (struct sigwire_text){m->pending.note, m->pending.note_len};
    ret->opened.leaves = (struct sigwire_leaves){m->pending.leaf, m->pending.n};
}

void mark_settled(const struct mark *m, struct sigwire_msg *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->op = SIGWIRE_SETTLED;
    ret->settled.settled = m->settled;
    ret->settled.void_first = m->settled.size - m->void_count;
    ret->settled.void_count = m->void_count;
}

void mark_state(const struct mark *m, bool session, struct sigwire_msg *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->op = SIGWIRE_STATE;
    ret->state.epoch = m->epoch;
    ret->state.settled = m->settled;
    ret->state.void_first = m->settled.size - m->void_count;
    ret->state.void_count = m->void_count;
    ret->state.session = session;
    if (!m->has_pending)
        return;
    ret->state.pending = m->pending.is_void ? SIGWIRE_VOID : SIGWIRE_RESEND;
    ret->state.head = m->pending.head;
}
