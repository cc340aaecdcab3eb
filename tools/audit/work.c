/* Threads: each takes the next range and reads it on its own connection; the main thread joins them in order.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "audit/int.h"
#include "base/mem.h"

#define SPAN_MOST  65536 /* entries a range: what it reads beforehand stays small */
#define SPAN_LEAST 256
#define AHEAD      4 /* ranges that a thread may be ahead of the join */

struct work {
    struct audit *a;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* a range is done, or joined, or all shall stop */
    uint64_t from, span, nranges;
    uint64_t next, joined;
    struct range **done; /* nranges; NULL: not yet, or joined */
    bool stop;
};

struct worker {
    struct work *w;
    struct scan *scan;
    pthread_t thread;
    bool running;
};

/* The next range to read; false when there is none. */
static bool take(struct work *w, uint64_t *ret)
{
    bool got = false;
    pthread_mutex_lock(&w->lock);
    while (!w->stop && w->next < w->nranges && w->next >= w->joined + (uint64_t)AHEAD * w->a->jobs)
        pthread_cond_wait(&w->moved, &w->lock);
    if (!w->stop && w->next < w->nranges) {
        *ret = w->next++;
        got = true;
    }
    pthread_mutex_unlock(&w->lock);
    return got;
}

static void *work(void *arg)
{
    struct worker *me = arg;
    struct work *w = me->w;
    uint64_t i;
    while (take(w, &i)) {
        uint64_t from = w->from + i * w->span, to = from + w->span;
        struct range *r = range_new(w->a, me->scan, from, to < w->a->size ? to : w->a->size);
        range_run(r);
        pthread_mutex_lock(&w->lock);
        w->done[i] = r;
        pthread_cond_broadcast(&w->moved);
        pthread_mutex_unlock(&w->lock);
    }
    return NULL;
}

static struct range *wait_for(struct work *w, uint64_t i)
{
    struct range *r;
    struct timespec until;
    pthread_mutex_lock(&w->lock);
    while (!(r = w->done[i])) {
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        (void)pthread_cond_timedwait(&w->moved, &w->lock, &until);
        audit_progress(w->a);
    }
    w->done[i] = NULL;
    pthread_mutex_unlock(&w->lock);
    return r;
}

static int join_all(struct work *w)
{
    int err = 0;
    for (uint64_t i = 0; i < w->nranges && !err; i++) {
        struct range *r = wait_for(w, i);
        err = audit_join(w->a, r);
        range_free(r);
        pthread_mutex_lock(&w->lock);
        w->joined = i + 1;
        w->stop = err != 0;
        pthread_cond_broadcast(&w->moved);
        pthread_mutex_unlock(&w->lock);
    }
    return err;
}

static void plan(struct work *w)
{
    struct audit *a = w->a;
    uint64_t span = 0;
    w->from = a->from / MERKLE_TILE * MERKLE_TILE;
    if (a->size > w->from)
        span = (a->size - w->from) / ((uint64_t)a->jobs * AHEAD) + 1;
    span = span < SPAN_LEAST ? SPAN_LEAST : span > SPAN_MOST ? SPAN_MOST : span;
    w->span = (span + MERKLE_TILE - 1) / MERKLE_TILE * MERKLE_TILE;
    /* Also when nothing is new: the root at the known size must come out. */
    w->nranges = (a->size - w->from + w->span - 1) / w->span;
    if (w->nranges == 0 && a->size > 0)
        w->nranges = 1;
    w->done = xcalloc(w->nranges + 1, sizeof(struct range *));
}

static int start(struct work *w, struct worker *worker)
{
    char *error = NULL;
    for (unsigned i = 0; i < w->a->jobs && i < w->nranges; i++) {
        worker[i].w = w;
        if (scan_open(w->a->conninfo, w->a->entries, &worker[i].scan, &error)) {
            (void)audit_fault(w->a, CPF_E_AWAY, "%s", error);
            free(error);
            return w->a->code;
        }
    }
    for (unsigned i = 0; i < w->a->jobs && i < w->nranges; i++) {
        worker[i].running = pthread_create(&worker[i].thread, NULL, work, &worker[i]) == 0;
        require(worker[i].running);
    }
    return 0;
}

static void finish(struct work *w, struct worker *worker)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->moved);
    pthread_mutex_unlock(&w->lock);
    atomic_store(&w->a->stop, true);
    for (unsigned i = 0; i < w->a->jobs; i++) {
        if (worker[i].running)
            pthread_join(worker[i].thread, NULL);
        scan_close(worker[i].scan);
    }
    for (uint64_t i = 0; i < w->nranges; i++)
        range_free(w->done[i]);
    free(w->done);
}

int audit_rows(struct audit *a)
{
    struct work w = {.a = a, .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    struct worker *worker = xcalloc(a->jobs, sizeof(*worker));
    plan(&w);
    /* Connections first: they share the snapshot of a->entries, which the join then keeps busy. */
    int err = start(&w, worker);
    if (!err)
        err = audit_join_begin(a);
    if (!err)
        err = join_all(&w);
    if (!err)
        err = audit_join_end(a);
    finish(&w, worker);
    free(worker);
    return err;
}
