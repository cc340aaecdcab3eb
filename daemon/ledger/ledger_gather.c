/*
 * When the next group is closed. Stations that wait for their answers come back together, a moment after a
 * commit; if the next group left at once, two halves would take turns, each waiting for the other's flush. So
 * after a slow commit the next group waits until as many commands have come as there were before, but no
 * longer than the commit took, and only while commands keep coming: what waited for nothing lost 1/16.
 *
 * What a commit is slow against is the loop's own time for all those commands: with N of them, a commit F and
 * a loop that spends c on each, two halves in turns do N / 2 F, one group N / (F + N c). While F is less than
 * N c the halves are better, since one is served during the other's flush.
 */
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "ledger/ledger_int.h"

#define GATHER_LOOKS  16 /* in the longest wait it is looked so often whether anything comes */
#define GATHER_MIN_US 50
#define GATHER_MAX_US 500000 /* a commit of seconds is trouble enough: nobody waits longer for company */
#define COST_GROUPS   16     /* the cost of a command is the mean of so many groups */

static size_t waiting(const struct ledger *l)
{
    return l->queue.ncmds - (l->cur->state == GROUP_NONE ? 0 : l->cur->ncmds);
}

static void set_timer(struct ledger *l)
{
    struct itimerspec t = {.it_value = {0, (long)l->gather.look_us * 1000}};
    if (timerfd_settime(l->gather.fd, 0, &t, NULL) < 0)
        l->gather.until_us = 0;
    else
        l->gather.armed = true;
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    struct ledger *l = arg;
    uint64_t times;
    (void)what;
    if (read(fd, &times, sizeof(times)) != (ssize_t)sizeof(times))
        return;
    l->gather.armed = false;
    if (waiting(l) == l->gather.seen)
        l->gather.until_us = 0;
    else if (l->gather.seen != SIZE_MAX)
        l->gather.seen = waiting(l);
    group_pump(l);
}

void gather_init(struct ledger *l)
{
    l->gather.fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    require(l->gather.fd >= 0);
    l->gather.ev = event_new(l->cfg.base, l->gather.fd, EV_READ | EV_PERSIST, on_look, l);
    require(l->gather.ev && event_priority_set(l->gather.ev, 0) == 0 && event_add(l->gather.ev, NULL) == 0);
}

void gather_fini(struct ledger *l)
{
    if (l->gather.ev)
        event_free(l->gather.ev);
    if (l->gather.fd > 0)
        close(l->gather.fd);
}

/* This thread's CPU time for so many commands, all in all, as of late: each group counts by its size. */
static int64_t cost_us(struct gather *g, size_t ncmds, size_t wanted)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    int64_t cpu_us = (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
    if (g->cpu_us) {
        g->busy_us += (double)(cpu_us - g->cpu_us) - g->busy_us / COST_GROUPS;
        g->commands += (double)ncmds - g->commands / COST_GROUPS;
    }
    g->cpu_us = cpu_us;
    return g->commands > 0 ? (int64_t)(g->busy_us / g->commands * (double)wanted) : 0;
}

/* COMMIT was answered after commit_us: the front group still stands in the queue, behind it what waits. */
void gather_begin(struct ledger *l, int64_t commit_us)
{
    struct gather *g = &l->gather;
    g->expect = l->queue.ncmds < BOUND_GROUP_ENTRIES ? l->queue.ncmds : BOUND_GROUP_ENTRIES;
    /* half of it is spent while a flush is waited for */
    if (cost_us(g, l->cur->ncmds, g->expect) / 2 > commit_us)
        g->expect = 0;
    if (commit_us > GATHER_MAX_US)
        commit_us = GATHER_MAX_US;
    g->look_us = commit_us / GATHER_LOOKS > GATHER_MIN_US ? commit_us / GATHER_LOOKS : GATHER_MIN_US;
    g->until_us = clock_mono_us() + commit_us;
    g->seen = SIZE_MAX; /* nobody comes before the replies are out */
}

void gather_told(struct ledger *l)
{
    l->gather.seen = waiting(l);
    if (l->gather.armed)
        set_timer(l); /* anew: they need a moment */
}

bool gather_holds(struct ledger *l)
{
    const struct gather *g = &l->gather;
    if (l->draining || waiting(l) >= g->expect || clock_mono_us() >= g->until_us)
        return false;
    if (!g->armed)
        set_timer(l);
    return g->armed; /* else nobody would look again */
}
