/*
 * Group commit.
 *
 *   NONE --queue--> MADE --append, note--> SIGNED --transaction--> SENT --COMMIT--> STORED --settle--> NONE
 *
 * One transaction in flight. Once COMMIT of a group is answered, its settle and the append of the next group
 * go to the signer together; the replies of the first still wait for its settle. A made group is never taken
 * apart again: it is sent until it stands in the log, always the same bytes under the same note.
 */
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "ledger/ledger_int.h"

static void on_appended(void *arg, int err, const struct sigwire_msg *m, const struct signer_refusal *r);
static void on_settled(void *arg, int err, const struct sigwire_msg *m, const struct signer_refusal *r);

static struct buf *const *all_arrays(struct ledger *l, struct buf *list[11])
{
    struct buf *const own[] = {&l->a_id,   &l->a_stream, &l->a_sseq, &l->a_kind,   &l->a_at, &l->a_body,
                               &l->a_leaf, &l->a_idx,    &l->a_name, &l->a_salted, NULL};
    memcpy(list, own, sizeof(own));
    return list;
}

/* The diagram above; and behind a fence: it stands in the log after all, its COMMIT did not last (its note is
 * still good), the signer has forgotten its note; or, in a daemon that has not read the log yet, all begins
 * anew. */
#define TO(s) NEXT(GROUP_##s)
static const unsigned becomes[] = {
    [GROUP_NONE] = TO(MADE),
    [GROUP_MADE] = TO(SIGNED) | TO(STORED) | TO(NONE),
    [GROUP_SIGNED] = TO(SENT) | TO(STORED) | TO(MADE) | TO(NONE),
    [GROUP_SENT] = TO(STORED) | TO(SIGNED) | TO(NONE),
    [GROUP_STORED] = TO(NONE) | TO(SIGNED),
};

void group_become(struct group *g, enum group_state s)
{
    require(g->state == s || may_follow(becomes[g->state], (int)s));
    g->state = s;
}

void group_init(struct ledger *l)
{
    struct buf *list[11];
    for (struct buf *const *b = all_arrays(l, list); *b; b++)
        buf_init(*b);
    for (int i = 0; i < 2; i++) {
        struct group *g = &l->group[i];
        buf_init(&g->note);
        buf_init(&g->tile_level);
        buf_init(&g->tile_n);
        buf_init(&g->tile_data);
    }
    buf_init(&l->note);
    buf_init(&l->head_note);
    l->cur = &l->group[0];
    l->next = &l->group[1];
}

void group_fini(struct ledger *l)
{
    struct buf *list[11];
    for (struct buf *const *b = all_arrays(l, list); *b; b++)
        buf_fini(*b);
    for (int i = 0; i < 2; i++) {
        struct group *g = &l->group[i];
        buf_fini(&g->note);
        buf_fini(&g->tile_level);
        buf_fini(&g->tile_n);
        buf_fini(&g->tile_data);
    }
    buf_fini(&l->note);
    buf_fini(&l->head_note);
}

void group_reset(struct ledger *l)
{
    group_become(l->cur, GROUP_NONE);
    group_become(l->next, GROUP_NONE);
}

/* ---- making ---- */

static void tile_full(void *arg, unsigned level, uint64_t n, const uint8_t hashes[MERKLE_TILE * HASH_LEN])
{
    struct group *g = arg;
    g->ntiles++;
    db_array_i64(&g->tile_level, level);
    db_array_i64(&g->tile_n, (int64_t)n);
    db_array_bytes(&g->tile_data, hashes, MERKLE_TILE * HASH_LEN);
}

static void group_begin(struct ledger *l, struct group *g)
{
    g->n = g->ncmds = g->ntiles = 0;
    g->is_void = false;
    g->base.size = l->edge.size;
    merkle_edge_root(&l->edge, g->base.root);
    buf_clear(&g->note);
    db_array_begin(&g->tile_level, DB_INT8);
    db_array_begin(&g->tile_n, DB_INT8);
    db_array_begin(&g->tile_data, DB_BYTEA);
}

static void group_leaf(struct ledger *l, struct group *g, const uint8_t leaf[HASH_LEN])
{
    memcpy(g->leaf[g->n++], leaf, HASH_LEN);
    merkle_edge_add(&l->edge, leaf);
    merkle_tiles_add(&l->tiles, leaf, tile_full, g);
}

static void group_end(struct ledger *l, struct group *g)
{
    g->head.size = l->edge.size;
    merkle_edge_root(&l->edge, g->head.root);
    group_become(g, GROUP_MADE);
}

/* From the queue behind what other groups hold; commands stay whole. */
static void group_make(struct ledger *l, struct group *g)
{
    const struct group *other = g == l->cur ? NULL : l->cur;
    size_t first_cmd = other ? other->ncmds : 0, first_slot = other ? other->n : 0;
    group_begin(l, g);
    while (first_cmd + g->ncmds < l->queue.ncmds) {
        size_t n = queue_cmd(&l->queue, first_cmd + g->ncmds)->n;
        if (g->n && g->n + n > BOUND_GROUP_ENTRIES)
            break;
        for (size_t end = g->n + n; g->n < end;)
            group_leaf(l, g, queue_slot(&l->queue, first_slot + g->n)->entry->leaf);
        g->ncmds++;
    }
    group_end(l, g);
}

int64_t group_step(struct group *g, uint64_t *sum)
{
    int64_t now = clock_mono_us(), took = now - g->since_us;
    if (sum)
        *sum += (uint64_t)took;
    g->since_us = now;
    return took;
}

static void group_append(struct ledger *l, struct group *g)
{
    group_step(g, NULL);
    signer_client_append(l->signer, l->epoch, &g->base, (const uint8_t(*)[HASH_LEN])g->leaf, g->n,
                         on_appended);
}

/* A note must begin with exactly the checkpoint we ask for; its signature is checked at start and audit. */
static bool group_note(struct ledger *l, struct group *g, const char *note, size_t len)
{
    struct checkpoint c = {.size = g->head.size};
    struct buf want;
    buf_init(&want);
    snprintf(c.origin, sizeof(c.origin), "%s", l->cfg.origin);
    memcpy(c.root, g->head.root, HASH_LEN);
    checkpoint_format(&c, &want);
    bool ok = len > want.len && memcmp(note, want.data, want.len) == 0 && note[want.len] == '\n';
    buf_fini(&want);
    if (ok && g->note.len) /* asked for again: it is one and the same */
        return g->note.len == len && memcmp(g->note.data, note, len) == 0;
    if (ok)
        buf_add(&g->note, note, len);
    return ok;
}

/* ---- the signer's answers ---- */

static void on_appended(void *arg, int err, const struct sigwire_msg *m, const struct signer_refusal *r)
{
    struct ledger *l = arg;
    struct group *g = l->cur;
    if (err) {
        ledger_refused(l, err, r);
        return;
    }
    require(g->state == GROUP_MADE);
    if (!sigwire_head_eq(&m->appended.head, &g->head) ||
        !group_note(l, g, m->appended.note.s, m->appended.note.len)) {
        ledger_fatal(l, CPF_E_MISMATCH, "cpf-signer signed another tree than ours at size %llu",
                     (unsigned long long)g->head.size);
        return;
    }
    if (!ledger_key_signed(l, g->note.data, g->note.len))
        return;
    group_step(g, &l->stats.sign_us);
    group_become(g, GROUP_SIGNED);
    group_store(l);
}

static void on_settled(void *arg, int err, const struct sigwire_msg *m, const struct signer_refusal *r)
{
    struct ledger *l = arg;
    if (err) {
        ledger_refused(l, err, r);
        return;
    }
    const struct group *g = l->cur;
    uint64_t first = l->nruns && g->is_void ? l->run[l->nruns - 1].first : g->head.size;

    if (!sigwire_head_eq(&m->settled.settled, &g->head) || m->settled.void_first != first ||
        m->settled.void_count != g->head.size - first)
        ledger_fatal(l, CPF_E_MISMATCH, "cpf-signer settled something else than size %llu",
                     (unsigned long long)g->head.size);
    else
        group_settled(l);
}

/* COMMIT was answered: settle it, and with the same breath ask for the next note. */
void group_stored(struct ledger *l)
{
    signer_client_cork(l->signer);
    signer_client_settle(l->signer, l->epoch, &l->cur->head, on_settled);
    if (l->next->state ==
        GROUP_MADE) /* this group's first COMMIT did not last: the next one was made behind it */
        group_append(l, l->next);
    else
        group_pump(l);
    signer_client_uncork(l->signer);
}

static void group_release(struct ledger *l)
{
    struct group *g = l->cur;
    require(g->state == GROUP_STORED);
    group_step(g, &l->stats.settle_us);
    l->stats.groups++;
    l->stats.entries += g->n;
    l->settled = g->head;
    if (l->folded)
        ledger_map_kept(l, g->head.size);
    buf_clear(&l->note);
    buf_add(&l->note, g->note.data, g->note.len);
    group_become(g, GROUP_NONE);
    l->cur = l->next;
    l->next = g;
    tell_group(l, g->ncmds);
}

void group_settled(struct ledger *l)
{
    if (l->next->state == GROUP_NONE && l->state == LEDGER_COMMITTING)
        ledger_state(l, LEDGER_READY);
    group_release(l);
    if (l->state == LEDGER_DEAD)
        return;
    if (l->state == LEDGER_LOADING) {
        ledger_load_fold(l); /* that was the void group */
        return;
    }
    if (!l->announced && l->state >= LEDGER_READY)
        ledger_announce(l);
    group_pump(l);
    ledger_check_idle(l);
}

/* ---- going on ---- */

void group_pump(struct ledger *l)
{
    struct group *g = NULL;
    if (l->state != LEDGER_READY && l->state != LEDGER_COMMITTING)
        return;
    if (l->cur->state == GROUP_NONE && l->queue.ncmds)
        g = l->cur;
    else if (l->cur->state == GROUP_STORED && l->next->state == GROUP_NONE && l->queue.ncmds > l->cur->ncmds)
        g = l->next;
    if (!g || gather_holds(l))
        return;
    ledger_state(l, LEDGER_COMMITTING);
    group_make(l, g);
    group_append(l, g);
}

void group_void(struct ledger *l, const struct sigwire_head *head, const uint8_t (*leaf)[HASH_LEN], size_t n,
                const char *note, size_t note_len)
{
    struct group *g = l->cur;
    group_begin(l, g);
    g->is_void = true;
    for (size_t i = 0; i < n; i++)
        group_leaf(l, g, leaf[i]);
    group_end(l, g);
    if (!sigwire_head_eq(head, &g->head) || !group_note(l, g, note, note_len)) {
        ledger_fatal(l, CPF_E_MISMATCH,
                     "cpf-signer's pending leaves do not give the root it signed for size %llu",
                     (unsigned long long)head->size);
        return;
    }
    if (!l->nruns || l->run[l->nruns - 1].first + l->run[l->nruns - 1].count != g->base.size) {
        l->run = xrealloc(l->run, (l->nruns + 1) * sizeof(*l->run));
        l->run[l->nruns++] = (struct run){g->base.size, 0};
    }
    l->run[l->nruns - 1].count += n;
    group_become(g, GROUP_SIGNED);
    group_store(l);
}

void group_resume(struct ledger *l, const char *note, size_t note_len)
{
    struct group *g = l->cur;
    ledger_state(l, LEDGER_COMMITTING);
    if (g->state == GROUP_STORED) { /* the signer has settled it in its answer to open */
        group_release(l);
        g = l->cur;
    }
    if (l->state == LEDGER_DEAD)
        return;
    if (note) {
        if (g->state == GROUP_NONE || !group_note(l, g, note, note_len)) {
            ledger_fatal(l, CPF_E_MISMATCH, "cpf-signer hands back another group than ours");
            return;
        }
        group_become(g, GROUP_SIGNED);
        group_store(l);
    } else if (g->state != GROUP_NONE) {
        group_become(g, GROUP_MADE);
        buf_clear(&g->note);
        group_append(l, g);
    } else {
        ledger_state(l, LEDGER_READY);
        ledger_announce(l);
        group_pump(l);
    }
}
