/* The one clock of all players: it stands still while anybody can act, then goes to the next moment. */
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "base/clock.h"
#include "lib/client.h"
#include "sim.h"
#include "sim/tablet.h"

int64_t sim_now(const struct sim *s)
{
    return s->now + (clock_mono_ms() - s->now_mono);
}

void clock_set(struct sim *s, const char *now)
{
    int64_t ms;
    if (now && !clock_parse_rfc3339(now, &ms)) {
        if (s->now && clock_day(ms) != clock_day(s->now))
            world_midnight(s);
        s->now = ms;
        s->now_mono = clock_mono_ms();
    }
}

static void on_moved(void *arg, const struct client_reply *r)
{
    struct sim *s = arg;
    s->moving = false;
    if (r->status == 0) {
        s->unreachable = s->failed = true;
        fprintf(stderr, "cpf-sim: %s\n", r->error);
        event_base_loopbreak(s->base);
        return;
    }
    if (r->status == 200) {
        clock_set(s, json_string_value(json_object_get(r->json, "now")));
    } else if (r->status == 400) { /* the server's clock is there already: an answer got lost on its way */
        char text[CLOCK_TEXT];

        clock_format(s->target > sim_now(s) ? s->target : sim_now(s), text);
        clock_set(s, text);
    } else {
        char *text = json_dumps(r->json, JSON_COMPACT);
        fprintf(stderr, "cpf-sim: the clock cannot be moved: %d %s\n", r->status, text ? text : "");
        free(text);
        s->failed = true;
        event_base_loopbreak(s->base);
    }
    clock_pump(s);
}

static void post_clock(struct sim *s, int64_t to)
{
    char text[CLOCK_TEXT];
    json_t *body;
    clock_format(to, text);
    body = json_pack("{s:s}", "to", text);
    s->moving = true;
    s->target = to;
    s->clock_moves++;
    client_send(s->client, "/v1/clock", world_any(s, NULL)->token, body, on_moved, s);
    json_decref(body);
}

static void on_slept(evutil_socket_t fd, short what, void *arg)
{
    struct sim *s = arg;
    (void)fd, (void)what;
    s->moving = false;
    post_clock(s, s->target > sim_now(s) ? s->target : sim_now(s));
}

/* At a given speed the jump takes its share of real time. */
static void move(struct sim *s, int64_t to)
{
    double real_ms = s->opt.speed > 0 ? (double)(to - sim_now(s)) / s->opt.speed : 0;
    if (real_ms < 1) {
        post_clock(s, to);
        return;
    }
    s->moving = true;
    s->target = to;
    event_base_once(s->base, -1, EV_TIMEOUT, on_slept, s,
                    &(struct timeval){(long)(real_ms / 1000), (long)(real_ms * 1000) % 1000000});
}

static void stuck(struct sim *s)
{
    s->failed = true;
    fprintf(stderr, "cpf-sim: nobody can go on: each waits for a station or a person that another one has\n");
    for (size_t i = 0; i < s->nplayers; i++)
        if (s->player[i].state == PLAYER_WAITING)
            fprintf(stderr, "    %s at %s:%d\n", s->player[i].batch, s->player[i].block->file,
                    s->player[i].block->line);
    event_base_loopbreak(s->base);
}

static void pump(struct sim *s)
{
    bool progress, busy = false, waiting = false;
    int64_t next = INT64_MAX;
    do {
        progress = false;
        for (size_t i = 0; i < s->nplayers && !s->failed; i++)
            while (play_on(&s->player[i]))
                progress = true;
    } while (progress);
    if (s->failed) {
        event_base_loopbreak(s->base);
        return;
    }
    for (size_t i = 0; i < s->nplayers; i++) {
        const struct player *p = &s->player[i];
        busy |= p->state == PLAYER_BUSY;
        waiting |= p->state == PLAYER_WAITING;
        if (p->state == PLAYER_WAITING && !p->blocked && p->due < next)
            next = p->due;
    }
    if (busy)
        return;
    if (!waiting)
        event_base_loopbreak(s->base);
    else if (next == INT64_MAX)
        stuck(s);
    else
        move(s, next);
}

static void on_pump(evutil_socket_t fd, short what, void *arg)
{
    struct sim *s = arg;
    (void)fd, (void)what;
    if (!s->moving)
        pump(s);
}

void clock_pump(struct sim *s)
{
    if (s->failed)
        event_base_loopbreak(s->base);
    else if (!s->moving)
        event_active(s->pump, EV_TIMEOUT, 1);
}

int sim_run(struct sim *s)
{
    s->pump = evtimer_new(s->base, on_pump, s);
    for (size_t i = 0; i < s->nplayers; i++)
        play_begin(&s->player[i]);
    clock_pump(s);
    tablet_begin(s);
    event_base_dispatch(s->base);
    event_free(s->pump);
    tablet_end(s);
    if (!s->failed)
        return 0;
    return s->unreachable ? 3 : 1;
}
