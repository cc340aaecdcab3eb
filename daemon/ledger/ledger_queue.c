/* Entries that are not settled yet, in log order, in rings that grow and are kept. */
#include <stdlib.h>
#include <string.h>
#include "ledger/ledger_int.h"

void queue_fini(struct queue *q)
{
    for (size_t i = 0; i < q->nslots; i++)
        ledger_map_free(queue_slot(q, i)->map);
    free(q->slot);
    free(q->cmd);
    *q = (struct queue){0};
}

struct slot *queue_slot(const struct queue *q, size_t i)
{
    return &q->slot[(q->slot_first + i) & (q->slot_cap - 1)];
}

struct cmd *queue_cmd(const struct queue *q, size_t i)
{
    return &q->cmd[(q->cmd_first + i) & (q->cmd_cap - 1)];
}

static void grow_slots(struct queue *q, size_t more)
{
    if (q->nslots + more <= q->slot_cap)
        return;
    size_t cap = q->slot_cap ? q->slot_cap : 512;
    while (cap < q->nslots + more)
        cap *= 2;
    struct slot *ring = xcalloc(cap, sizeof(*ring));
    for (size_t i = 0; i < q->nslots; i++)
        ring[i] = *queue_slot(q, i);
    free(q->slot);
    q->slot = ring;
    q->slot_cap = cap;
    q->slot_first = 0;
}

static void grow_cmds(struct queue *q)
{
    if (q->ncmds < q->cmd_cap)
        return;
    size_t cap = q->cmd_cap ? q->cmd_cap * 2 : 256;
    struct cmd *ring = xcalloc(cap, sizeof(*ring));
    for (size_t i = 0; i < q->ncmds; i++)
        ring[i] = *queue_cmd(q, i);
    free(q->cmd);
    q->cmd = ring;
    q->cmd_cap = cap;
    q->cmd_first = 0;
}

void queue_push(struct queue *q, const struct ledger_item *items, size_t n, void *tag, bool own)
{
    struct cmd c = {.tag = tag, .n = n, .own = own};
    grow_slots(q, n);
    grow_cmds(q);
    for (size_t i = 0; i < n; i++) {
        *queue_slot(q, q->nslots++) = (struct slot){.entry = items[i].entry,
                                                    .disclosure = items[i].disclosure,
                                                    .ndisclosures = items[i].ndisclosures,
                                                    .sealed = items[i].sealed,
                                                    .forgets = items[i].forgets};
        c.bytes += items[i].entry->len;
        if (items[i].sealed)
            c.bytes += strlen(items[i].sealed->pin) + strlen(items[i].sealed->key);
    }
    *queue_cmd(q, q->ncmds++) = c;
    q->bytes += c.bytes;
}

void queue_drop(struct queue *q)
{
    struct cmd *c = queue_cmd(q, 0);
    for (size_t i = 0; i < c->n; i++)
        ledger_map_free(queue_slot(q, i)->map);
    q->bytes -= c->bytes;
    q->slot_first = (q->slot_first + c->n) & (q->slot_cap - 1);
    q->nslots -= c->n;
    q->cmd_first = (q->cmd_first + 1) & (q->cmd_cap - 1);
    q->ncmds--;
}

void queue_shift(struct queue *to, struct queue *from)
{
    struct cmd c = *queue_cmd(from, 0);
    grow_slots(to, c.n);
    grow_cmds(to);
    for (size_t i = 0; i < c.n; i++) {
        *queue_slot(to, to->nslots++) = *queue_slot(from, i);
        queue_slot(from, i)->map = NULL; /* it goes along */
    }
    *queue_cmd(to, to->ncmds++) = c;
    to->bytes += c.bytes;
    queue_drop(from);
}
