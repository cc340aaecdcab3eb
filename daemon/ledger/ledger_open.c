/* Fence and open: who may write, and from where (doc/log.md 2). */
#include <stdlib.h>
#include <string.h>
#include "ledger/ledger_int.h"

static void open_signer(struct ledger *l);

/* ---- what the fence brought ---- */

static void take_head(struct ledger *l, const struct db_result *r)
{
    const void *root = db_fixed(r, 0, 3, HASH_LEN);
    const char *note = db_text(r, 0, 4);
    l->head.size = (uint64_t)db_i64(r, 0, 2);
    memset(l->head.root, 0, HASH_LEN); /* of another length: no note signs it */
    if (root)
        memcpy(l->head.root, root, HASH_LEN);
    buf_clear(&l->head_note);
    buf_puts(&l->head_note, note);
}

/* The head must be what its own note says, under our keys; the empty log has none. Whether each key signed
 * that counts at this size, cpf-signer tells when it is opened. */
static bool head_signed(struct ledger *l)
{
    struct checkpoint c;
    uint8_t empty[HASH_LEN];
    if (l->head.size == 0) {
        hash_empty(empty);
        return l->head_note.len == 0 && memcmp(empty, l->head.root, HASH_LEN) == 0;
    }
    return keyring_open(&l->keys, &c, l->head_note.data, l->head_note.len) == 0 && c.size == l->head.size &&
           strcmp(c.origin, l->cfg.origin) == 0 && memcmp(c.root, l->head.root, HASH_LEN) == 0;
}

const char *ledger_unsafe(bool fsync, bool full_page_writes, bool warns)
{
    if (!fsync)
        return "PostgreSQL runs with fsync off: an acknowledged entry could be lost; turn it on";
    if (!full_page_writes)
        return "PostgreSQL runs with full_page_writes off: an acknowledged entry could be lost; turn it on";
    if (!warns)
        return "client_min_messages hides warnings (a commit that was not replicated): take it out of the "
               "connection string";
    return NULL;
}

/* What would end a start is waited for by a daemon that already serves: it still knows what it was given. */
static bool check_server(struct ledger *l, const struct db_result *r)
{
    const char *unsafe = ledger_unsafe(db_i64(r, 0, 4), db_i64(r, 0, 5), true);
    if (unsafe && l->folded) {
        ledger_lost(l, "database.unsafe", unsafe);
        return false;
    }
    if (unsafe)
        ledger_fatal(l, CPF_E_STATE, "%s", unsafe);
    else if (strcmp(db_text(r, 0, 6), "UTF8") != 0)
        ledger_fatal(l, CPF_E_STATE, "the database's encoding is %s, not UTF8", db_text(r, 0, 6));
    else if (db_i64(r, 0, 7) != LEDGER_SCHEMA)
        ledger_fatal(l, CPF_E_VERSION, "the schema is version %lld, this program wants %d: deploy the schema",
                     (long long)db_i64(r, 0, 7), LEDGER_SCHEMA);
    return l->state != LEDGER_DEAD;
}

static bool check_tails(struct ledger *l, const struct db_result *r)
{
    uint64_t entries = (uint64_t)db_i64(r, 0, 0), checkpoints = (uint64_t)db_i64(r, 0, 1);
    unsigned long long size = l->head.size;
    if (entries > size)
        ledger_fatal(l, CPF_E_FORK, "attack: rows beyond the head: entry goes to %llu, the head to %llu",
                     (unsigned long long)entries, size);
    else if (entries < size)
        ledger_fatal(l, CPF_E_FORK, "attack: the tail is cut: entry ends at %llu, the head at %llu",
                     (unsigned long long)entries, size);
    else if (checkpoints != size || strcmp(db_text(r, 0, 2), l->head_note.len ? l->head_note.data : "") != 0)
        ledger_fatal(l, CPF_E_FORK, "attack: the newest checkpoint (%llu) is not that of the head (%llu)",
                     (unsigned long long)checkpoints, size);
    return l->state != LEDGER_DEAD;
}

static void taken_over(struct ledger *l, uint64_t epoch)
{
    ledger_fatal(l, CPF_E_STALE, "another cpfd has taken over (epoch %llu, ours was %llu)",
                 (unsigned long long)epoch, (unsigned long long)l->epoch);
}

/* A living daemon goes on only with its own epoch + 1, and its base or its group as head. Each fence of its
 * own whose answer was lost may have raised the epoch, too; if it was another daemon, check_runs sees what
 * that one made void. */
static bool check_living(struct ledger *l, uint64_t epoch)
{
    struct group *g = l->cur;
    if (epoch <= l->epoch || epoch > l->epoch + 1 + l->doubt) {
        taken_over(l, epoch);
        return false;
    }
    if (g->state != GROUP_NONE && sigwire_head_eq(&l->head, &g->head)) {
        group_become(g, GROUP_STORED);
        return true;
    }
    if (sigwire_head_eq(&l->head, &l->settled)) {
        if (g->state == GROUP_STORED || g->state == GROUP_SENT)
            group_become(g, GROUP_SIGNED); /* its COMMIT did not last */
        return true;
    }
    ledger_fatal(l, CPF_E_FORK,
                 "the head (%llu) is neither what we left (%llu) nor our own group: it was changed",
                 (unsigned long long)l->head.size, (unsigned long long)l->settled.size);
    return false;
}

static void take_runs(struct ledger *l, const struct db_result *r)
{
    l->nruns = db_rows(r);
    l->run = xrealloc(l->run, (l->nruns + 1) * sizeof(*l->run));
    for (size_t i = 0; i < l->nruns; i++)
        l->run[i] = (struct run){(uint64_t)db_i64(r, i, 0), (uint64_t)db_i64(r, i, 1)};
}

static bool same_runs(const struct ledger *l, const struct db_result *r)
{
    if (db_rows(r) != l->nruns)
        return false;
    for (size_t i = 0; i < l->nruns; i++)
        if ((uint64_t)db_i64(r, i, 0) != l->run[i].first || (uint64_t)db_i64(r, i, 1) != l->run[i].count)
            return false;
    return true;
}

static bool check_runs(struct ledger *l, uint64_t epoch, const struct db_result *r)
{
    if (!l->folded)
        take_runs(l, r);
    else if (same_runs(l, r))
        return true;
    else if (epoch > l->epoch + 1)
        taken_over(l, epoch);
    else
        ledger_fatal(l, CPF_E_FORK,
                     "attack: rows without body are not those they were: bodies were removed or put back");
    return l->state != LEDGER_DEAD;
}

static void on_fenced(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    if (!ledger_reply_ok(l, r))
        return;
    const struct db_result *head = r->result[1], *tails = r->result[2];
    uint64_t epoch = (uint64_t)db_i64(head, 0, 1);

    if (strcmp(db_text(head, 0, 0), l->cfg.origin) != 0) {
        ledger_fatal(l, CPF_E_MISMATCH, "the database holds the log of %s, not of %s", db_text(head, 0, 0),
                     l->cfg.origin);
        return;
    }
    take_head(l, head);
    if (!check_server(l, tails) || !check_tails(l, tails))
        return;
    if (!head_signed(l)) {
        ledger_fatal(l, CPF_E_SIGNATURE, "attack: the head (%llu) is not what its signed note says",
                     (unsigned long long)l->head.size);
        return;
    }
    if ((l->folded && !check_living(l, epoch)) || !check_runs(l, epoch, r->result[3]))
        return;
    l->epoch = epoch;
    l->doubt = 0;
    if (!l->folded)
        l->last_at = db_i64(tails, 0, 3);
    open_signer(l);
}

/* The signer is connected; from here to on_fenced nothing but the server decides. */
void ledger_fence(struct ledger *l)
{
    struct db_params p = {0};
    ledger_state(l, LEDGER_FENCING);
    if (!l->folded)
        group_reset(l);
    db_param_text(&p, l->cfg.origin);
    db_begin(l->db, NULL, on_fenced, l);
    db_exec(l->db, DB_LOG_DURABLE, NULL);
    db_exec(l->db, DB_LOG_FENCE, &p);
    db_exec(l->db, DB_LOG_TAILS, NULL);
    db_exec(l->db, DB_LOG_VOID_RUNS, NULL);
    db_end(l->db);
}

/* ---- opening the signer ---- */

/* Rows without body at the tail must be exactly the signer's void range. */
static bool check_void_tail(struct ledger *l, const struct sigwire_msg *m)
{
    uint64_t first = l->head.size, count = 0;
    if (l->nruns && l->run[l->nruns - 1].first + l->run[l->nruns - 1].count == l->head.size) {
        first = l->run[l->nruns - 1].first;
        count = l->run[l->nruns - 1].count;
    }
    if (first == m->opened.void_first && count == m->opened.void_count)
        return true;
    ledger_fatal(
        l, CPF_E_FORK,
        "attack: rows without body at the tail (%llu from %llu) are not those that cpf-signer gave up "
        "(%llu from %llu)",
        (unsigned long long)count, (unsigned long long)first, (unsigned long long)m->opened.void_count,
        (unsigned long long)m->opened.void_first);
    return false;
}

/* The group we hold, to be sent again if the signer has it pending. */
static const struct group *held_group(const struct ledger *l)
{
    const struct group *g = l->cur->state == GROUP_STORED ? l->next : l->cur;
    return l->folded && g->state != GROUP_NONE ? g : NULL;
}

static void opened_living(struct ledger *l, const struct sigwire_msg *m)
{
    const struct group *g = held_group(l);
    switch (m->opened.pending) {
    case SIGWIRE_NONE:
        group_resume(l, NULL, 0);
        return;
    case SIGWIRE_RESEND:
        if (g && sigwire_head_eq(&m->opened.head, &g->head)) {
            group_resume(l, m->opened.note.s, m->opened.note.len);
            return;
        }
        break;
    case SIGWIRE_VOID:
        break;
    }
    ledger_fatal(l, CPF_E_STATE, "cpf-signer hands back a group (%llu) that is not ours",
                 (unsigned long long)m->opened.head.size);
}

static void on_opened(void *arg, int err, const struct sigwire_msg *m, const struct signer_refusal *r)
{
    struct ledger *l = arg;
    if (err) {
        ledger_fatal(l, err, "%s: %s", r->name, r->text);
        return;
    }
    if (!sigwire_head_eq(&m->opened.settled, &l->head)) {
        ledger_fatal(l, CPF_E_MISMATCH, "cpf-signer opened another head than ours");
        return;
    }
    if (!check_void_tail(l, m))
        return;
    if (l->folded) {
        opened_living(l, m);
        return;
    }
    if (m->opened.pending == SIGWIRE_RESEND) {
        ledger_fatal(l, CPF_E_STATE, "cpf-signer asks for a group that this process never held");
        return;
    }
    l->settled = l->head;
    buf_clear(&l->note);
    buf_add(&l->note, l->head_note.data, l->head_note.len);
    ledger_load(l, m);
}

/* The database is ahead of the signer's mark: it wants to see how its tree grew. */
static void on_leaf_row(void *arg, size_t stmt_no, const struct db_result *r)
{
    struct ledger *l = arg;
    const void *leaf = db_fixed(r, 0, 1, HASH_LEN);
    (void)stmt_no;
    if (!leaf)
        return; /* one too few: on_leaves says so */
    l->rolled = xrealloc(l->rolled, (l->nrolled + 1) * sizeof(*l->rolled));
    memcpy(l->rolled[l->nrolled++], leaf, HASH_LEN);
}

static void on_leaves(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    if (!ledger_reply_ok(l, r))
        return;
    if (l->nrolled != l->head.size - l->roll_first)
        ledger_fatal(l, CPF_E_FORK, "attack: rows of entry are missing between %llu and %llu",
                     (unsigned long long)l->roll_first, (unsigned long long)l->head.size);
    else
        signer_client_leaves(l->signer, l->roll_first, (const uint8_t(*)[HASH_LEN])l->rolled, l->nrolled);
    free(l->rolled);
    l->rolled = NULL;
}

static void on_want(void *arg, uint64_t first, uint64_t count)
{
    struct ledger *l = arg;
    struct db_params p = {0};
    if (count == 0 || first + count != l->head.size) {
        ledger_fatal(l, CPF_E_MISMATCH, "cpf-signer wants leaves that are not the end of the log");
        return;
    }
    l->roll_first = first;
    l->nrolled = 0;
    db_param_i64(&p, (int64_t)first);
    db_param_i64(&p, (int64_t)(first + count));
    db_begin(l->db, on_leaf_row, on_leaves, l);
    db_exec(l->db, DB_LOG_LEAVES, &p);
    db_end(l->db);
}

static void open_signer(struct ledger *l)
{
    const struct group *g = held_group(l);
    ledger_state(l, LEDGER_OPENING);
    signer_client_open(l->signer, l->epoch, &l->head, l->head.size ? l->head_note.data : NULL,
                       g ? &g->head : NULL, on_want, on_opened);
}
