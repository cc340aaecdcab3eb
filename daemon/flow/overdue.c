/*
 * Whoever waits too long is told so. A command that was judged and submitted may or may not stand in the log
 * while database or signer are away: *not recorded* would be a guess. So it says that the outcome is unknown
 * and that the same id is to be sent again, which gives the one recorded answer once there is one. Whoever
 * reads a bundle and waits for its map hears that it is not to be had now.
 */
#include <stdlib.h>

#include <event2/event.h>

#include "flow/flow_int.h"

#define LOOK_MS 250

static void tell(struct work *w, int64_t before)
{
    struct work_state *s = w->state;
    if (w->reply) {
        w->reply(w->arg, 503, FLOW_UNKNOWN, NULL, 0);
        w->reply = NULL;
    }
    for (struct waiter **at = &s->waiters; *at;) {
        struct waiter *x = *at;
        if (x->since_ms > before) {
            at = &x->next;
            continue;
        }
        *at = x->next;
        x->reply(x->arg, 503, FLOW_UNKNOWN, NULL, 0);
        free(x);
    }
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    struct flow *f = arg;
    (void)fd, (void)what;
    int64_t before = clock_mono_ms() - BOUND_PATIENCE_MS;
    for (struct work *w = f->flying; w && w->state->since_ms <= before; w = w->state->next)
        tell(w, before);
    flow_map_overdue(f, before);
}

void overdue_init(struct flow *f)
{
    const struct timeval every = {0, LOOK_MS * 1000};
    f->overdue = event_new(f->cfg.base, -1, EV_PERSIST, on_look, f);
    require(f->overdue && event_add(f->overdue, &every) == 0);
}

void overdue_fini(struct flow *f)
{
    if (f->overdue)
        event_free(f->overdue);
}

/* Settled in the order in which they were submitted. */
void overdue_submitted(struct flow *f, struct work *w)
{
    w->state->since_ms = clock_mono_ms();
    w->state->next = NULL;
    *(f->flying ? &f->flying_last->state->next : &f->flying) = w;
    f->flying_last = w;
}

void overdue_settled(struct flow *f, const struct work *w)
{
    if (f->flying == w)
        f->flying = w->state->next;
}
