#include "live/live.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/kind.h"
#include "base/mem.h"
#include "live/change.h"
#include "live/window.h"
#include "log.h"

#define AT_ONCE 8  /* written to within one turn of the loop */
#define SHARE   16 /* of the time that rounds may take: one part in so many */

struct watcher {
    struct live *live;
    TAILQ_ENTRY(watcher) link;
    struct http_stream *stream;
    uint64_t position; /* in the window */
    const char *told;  /* the reason that it was told last */
    unsigned beat;
    char token[44];
};
TAILQ_HEAD(watchers, watcher);

struct live {
    struct live_config cfg;
    struct window window;
    struct changes changes;
    const char *reason; /* static */
    bool begun, drained;
    struct watchers watchers;
    struct watcher *cursor; /* the next one of the round under way; NULL: none is */
    bool wanted;            /* another round */
    int64_t round_at;       /* when the last one began, monotonic ms */
    int64_t spent_us;       /* with it */
    struct event *round, *beat;
    unsigned beats;
    struct { /* made once: the events between two positions */
        uint64_t from, to;
        struct http_piece *piece;
    } made;
    struct live_stats stats;
};

/* ---- what is sent ---- */

static struct http_piece *piece_of(struct buf *b)
{
    struct http_piece *p = http_piece_new(b->data, b->len);
    buf_fini(b);
    return p;
}

static struct http_piece *reason_piece(const struct live *l)
{
    struct buf b;
    buf_init(&b);
    if (l->reason)
        buf_printf(&b, "event: unavailable\ndata: {\"reason\":\"%s\"}\n\n", l->reason);
    else
        buf_puts(&b, "event: available\ndata: {}\n\n");
    return piece_of(&b);
}

static struct http_piece *reset_piece(const struct live *l)
{
    struct buf b;
    buf_init(&b);
    buf_printf(&b, "id: %" PRIu64 "\nevent: reset\ndata: {}\n\n", l->window.newest);
    return piece_of(&b);
}

/* Those who come back after an end do not all come at once. */
static struct http_piece *hello_piece(const struct live *l, bool resumed, int64_t now)
{
    struct buf b;
    char text[CLOCK_TEXT];
    buf_init(&b);
    clock_format(now, text);
    buf_printf(&b, "retry: %u\n", 1000 + (unsigned)(l->stats.watchers * 617 % 3000));
    if (!resumed)
        buf_printf(&b, "id: %" PRIu64 "\n", l->window.newest);
    buf_printf(&b, "event: hello\ndata: {\"now\":\"%s\"}\n\n", text);
    return piece_of(&b);
}

static struct http_piece *events_piece(struct live *l, uint64_t from, uint64_t *ret_to)
{
    if (!l->made.piece || l->made.from != from) {
        struct buf b;
        buf_init(&b);
        http_piece_free(l->made.piece);
        l->made.from = from;
        l->made.to = window_take(&l->window, from, BOUND_HTTP_PIECE, &b);
        l->made.piece = piece_of(&b);
    }
    *ret_to = l->made.to;
    return l->made.piece;
}

static void send_own(struct watcher *w, struct http_piece *p)
{
    http_stream_send(w->stream, p);
    http_piece_free(p);
}

/* One piece of what it has not been told; false: nothing is left. */
static bool tell_one(struct live *l, struct watcher *w)
{
    if (w->told != l->reason) {
        w->told = l->reason;
        send_own(w, reason_piece(l));
    } else if (!window_holds(&l->window, w->position)) {
        w->position = l->window.next;
        send_own(w, reset_piece(l));
    } else if (w->position < l->window.next) {
        http_stream_send(w->stream, events_piece(l, w->position, &w->position));
    } else if (w->beat != l->beats) {
        send_own(w, http_piece_new(":\n\n", 3));
    } else {
        return false;
    }
    w->beat = l->beats;
    return true;
}

/* True: something was written. */
static bool tell(struct live *l, struct watcher *w)
{
    bool any = false;
    while (http_stream_ready(w->stream) && tell_one(l, w))
        any = true;
    return any;
}

/* ---- rounds ---- */

static void want_round(struct live *l)
{
    l->wanted = true;
    if (l->cursor || evtimer_pending(l->round, NULL))
        return;
    int64_t apart = l->spent_us * SHARE / 1000;
    apart = apart < LIVE_ROUND_MS ? LIVE_ROUND_MS : apart > LIVE_ROUND_MOST_MS ? LIVE_ROUND_MOST_MS : apart;
    int64_t ms = l->round_at + apart - clock_mono_ms();
    struct timeval wait = {0, (ms > 0 ? ms : 0) * 1000};
    evtimer_add(l->round, &wait);
}

static void close_event(struct live *l)
{
    struct buf b;
    if (!l->changes.n && !l->changes.more)
        return;
    buf_init(&b);
    changes_take(&l->changes, &b);
    window_push(&l->window, l->changes.id, b.data, b.len);
    l->stats.events++;
    buf_fini(&b);
}

static void on_round(evutil_socket_t fd, short what, void *arg)
{
    struct live *l = arg;
    int64_t from = clock_mono_us();
    (void)fd, (void)what;
    if (!l->cursor) {
        close_event(l);
        l->spent_us = 0;
        l->wanted = false;
        l->round_at = clock_mono_ms();
        l->cursor = TAILQ_FIRST(&l->watchers);
    }
    for (int n = 0; l->cursor && n < AT_ONCE;) {
        struct watcher *w = l->cursor;
        l->cursor = TAILQ_NEXT(w, link);
        n += tell(l, w);
    }
    l->spent_us += clock_mono_us() - from;
    if (l->cursor)
        event_active(l->round, EV_TIMEOUT, 0);
    else if (l->wanted)
        want_round(l);
}

static void on_beat(evutil_socket_t fd, short what, void *arg)
{
    struct live *l = arg;
    (void)fd, (void)what;
    l->beats++;
    want_round(l);
}

/* ---- watchers ---- */

static void watcher_free(struct watcher *w)
{
    struct live *l = w->live;
    if (l->cursor == w) {
        l->cursor = TAILQ_NEXT(w, link);
        if (!l->cursor && l->wanted)
            want_round(l);
    }
    TAILQ_REMOVE(&l->watchers, w, link);
    l->stats.watchers--;
    free(w);
}

static void on_ready(void *watcher)
{
    struct watcher *w = watcher;
    want_round(w->live);
}

static void on_end(void *watcher, enum http_stream_end why)
{
    struct watcher *w = watcher;
    w->live->stats.slow += why == HTTP_STREAM_SLOW;
    watcher_free(w);
}

static void end(struct watcher *w)
{
    http_stream_end(w->stream);
    watcher_free(w);
}

static unsigned watchers_of(const struct live *l, const char *token)
{
    unsigned n = 0;
    const struct watcher *w;
    TAILQ_FOREACH(w, &l->watchers, link)
    {
        n += strcmp(w->token, token) == 0;
    }
    return n;
}

/* A place in the log: digits alone. */
static bool read_place(const char *text, uint64_t *ret)
{
    size_t n = strspn(text, "0123456789");
    if (!n || text[n] || n > 18)
        return false;
    *ret = strtoull(text, NULL, 10);
    return true;
}

/* Where it goes on. One that cannot lies before all of the window, and is told `reset`. */
static uint64_t find_place(const struct live *l, const char *after)
{
    uint64_t id, position;
    if (!after)
        return l->window.next;
    return read_place(after, &id) && window_find(&l->window, id, &position) ? position : UINT64_MAX;
}

bool live_watch(struct live *l, struct http_request *r, const char *token, const char *after, int64_t now)
{
    struct watcher *w = xcalloc(1, sizeof(*w));
    const struct http_stream_config cfg = {"text/event-stream", on_ready, on_end, w};
    bool placed = !l->drained && watchers_of(l, token) < BOUND_WATCHERS, resumes = after != NULL;
    close_event(l);
    w->position = find_place(l, after); /* while the request's texts are there */
    w->stream = placed ? http_stream_start(r, &cfg) : NULL;
    if (!w->stream) {
        l->stats.refused++;
        free(w);
        return false;
    }
    w->live = l;
    strcpy(w->token, token);
    w->beat = l->beats;
    TAILQ_INSERT_TAIL(&l->watchers, w, link);
    l->stats.watchers++;
    if (http_stream_ready(w->stream))
        send_own(w, hello_piece(l, resumes, now));
    want_round(l);
    return true;
}

/* A station was revoked, or has another token: what it could see it sees no more. */
static void look_at_stations(struct live *l)
{
    struct watcher *w, *next;
    for (w = TAILQ_FIRST(&l->watchers); w; w = next) {
        next = TAILQ_NEXT(w, link);
        if (!l->cfg.known(l->cfg.arg, w->token))
            end(w);
    }
}

/* ---- what is told ---- */

void live_begin(struct live *l, uint64_t size)
{
    l->begun = true;
    window_init(&l->window, size ? size - 1 : 0);
}

void live_entry(struct live *l, const struct entry *e)
{
    if (!l->begun || e->idx <= l->window.newest)
        return; /* it was there before anybody watched */
    changes_add(&l->changes, e);
    if (stream_type(e->stream, NULL) == STREAM_STATION)
        look_at_stations(l);
    want_round(l);
}

void live_reason(struct live *l, const char *code)
{
    l->reason = code;
    want_round(l);
}

void live_drain(struct live *l)
{
    struct watcher *w, *next;
    l->drained = true;
    l->reason = "stopping";
    close_event(l);
    for (w = TAILQ_FIRST(&l->watchers); w; w = next) {
        next = TAILQ_NEXT(w, link);
        tell(l, w);
        end(w);
    }
}

struct live_stats live_stats(const struct live *l)
{
    return l->stats;
}

/* ---- life ---- */

int live_new(const struct live_config *cfg, struct live **ret)
{
    const struct timeval beat = {LIVE_BEAT_MS / 1000, 0};
    struct live *l = xcalloc(1, sizeof(*l));
    l->cfg = *cfg;
    TAILQ_INIT(&l->watchers);
    window_init(&l->window, 0);
    changes_init(&l->changes);
    l->round = evtimer_new(cfg->base, on_round, l);
    l->beat = event_new(cfg->base, -1, EV_PERSIST, on_beat, l);
    if (!l->round || !l->beat || event_add(l->beat, &beat)) {
        live_free(l);
        return CPF_E_NOMEM;
    }
    (void)!event_priority_set(l->round, event_base_get_npriorities(cfg->base) - 1);
    *ret = l;
    return 0;
}

void live_free(struct live *l)
{
    if (!l)
        return;
    require(TAILQ_EMPTY(&l->watchers));
    if (l->round)
        event_free(l->round);
    if (l->beat)
        event_free(l->beat);
    http_piece_free(l->made.piece);
    changes_fini(&l->changes);
    window_fini(&l->window);
    free(l);
}
