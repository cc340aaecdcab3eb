/*
 * Telling who waits for a settled group. The next group's transaction leaves first; then all replies, since
 * their readers are what the group after that waits for; and what nobody waits for (the followers' rows,
 * freeing) when the loop has nothing else to do, or the next transaction is under way.
 */
#include "ledger/ledger_int.h"

static void on_tell(evutil_socket_t fd, short what, void *arg)
{
    struct ledger *l = arg;
    (void)fd;
    (void)what;
    while (l->replied < l->told.ncmds && l->state != LEDGER_DEAD) {
        size_t slot = l->replied_slots;
        struct cmd c = *queue_cmd(&l->told, l->replied);
        const struct ledger_map *map = queue_slot(&l->told, slot)->map;
        l->replied++;
        l->replied_slots += c.n;
        if (!c.own)
            l->cfg.on_settled(l->cfg.arg, c.tag);
        else if (map && l->cfg.on_mapped)
            l->cfg.on_mapped(l->cfg.arg, ledger_map_number(map));
    }
    gather_told(l);
    event_active(l->ev_rest, EV_TIMEOUT, 0);
}

void tell_rest(struct ledger *l)
{
    while (l->replied && l->state != LEDGER_DEAD) {
        struct cmd c = *queue_cmd(&l->told, 0);
        for (size_t i = 0; i < c.n && l->cfg.on_entry; i++)
            l->cfg.on_entry(l->cfg.arg, queue_slot(&l->told, i)->entry);
        if (!c.own && l->cfg.on_done)
            l->cfg.on_done(l->cfg.arg, c.tag);
        l->replied--;
        l->replied_slots -= c.n;
        queue_drop(&l->told);
    }
    ledger_check_idle(l);
}

static void on_rest(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    tell_rest(arg);
}

void tell_init(struct ledger *l)
{
    l->ev_tell = evtimer_new(l->cfg.base, on_tell, l);
    l->ev_rest = evtimer_new(l->cfg.base, on_rest, l);
    require(l->ev_tell && l->ev_rest);
    (void)!event_priority_set(l->ev_tell, 0);
    /* on a base with fewer priorities it is one of the others */
    (void)!event_priority_set(l->ev_rest, event_base_get_npriorities(l->cfg.base) - 1);
}

void tell_fini(struct ledger *l)
{
    event_free(l->ev_tell);
    event_free(l->ev_rest);
    queue_fini(&l->told);
}

void tell_group(struct ledger *l, size_t ncmds)
{
    while (ncmds--)
        queue_shift(&l->told, &l->queue);
    event_active(l->ev_tell, EV_TIMEOUT, 0);
}
