/* The generator's choice: work, nonsense, time. */
#include <stdio.h>
#include <string.h>

#include "driver.h"

size_t gen_below(struct gen *g, size_t n)
{
    return n ? (size_t)seeded_below(&g->rnd, n) : 0;
}

bool gen_chance(struct gen *g, unsigned of_1000)
{
    return gen_below(g, 1000) < of_1000;
}

const char *gen_code(struct gen *g, char type, const char *id)
{
    char raw[BOUND_CODE_ID + 8];
    return code_make(type, id, raw, sizeof(raw)) == 0 ? arena_strdup(g->a, raw) : "?";
}

const char *gen_badge(struct gen *g, const char *person)
{
    return gen_code(g, 'P', person);
}

size_t gen_lane(const char *batch)
{
    size_t n = 0;
    for (const char *c = batch; *c; c++)
        if (*c >= '0' && *c <= '9')
            n = n * 10 + (size_t)(*c - '0');
    return n;
}

struct json *gen_command(struct gen *g, const char *what, const char *station)
{
    struct json *c = json_set_str(g->a, json_object(g->a), "do", what);
    return json_set_str(g->a, c, "station", station);
}

struct json *gen_scan(struct gen *g, const char *station, const char *raw)
{
    return json_set_str(g->a, gen_command(g, "scan", station), "raw", raw);
}

/* ---- time ---- */

static struct json *wait_for(struct gen *g, int64_t ms)
{
    return json_set_int(g->a, json_set_str(g->a, json_object(g->a), "do", "wait"), "ms", ms);
}

static struct json *time_passes(struct gen *g)
{
    static const int64_t spans[] = {
        1000, 4000, 20000, RIG_MINUTE, 5 * RIG_MINUTE, 40 * RIG_MINUTE, 7 * RIG_HOUR, 26 * RIG_HOUR};
    size_t most = gen_chance(g, 40) ? 8 : 6;
    return wait_for(g, spans[gen_below(g, most)]);
}

static struct json *clock_set(struct gen *g)
{
    static const int64_t steps[] = {-500, -1500, -5000, -600000, 3000, 90000};
    struct json *c = json_set_str(g->a, json_object(g->a), "do", "clock");
    return json_set_int(g->a, c, "by", GEN_ONE_OF(g, steps));
}

/* A process that the recorder needs, or the recorder itself, is gone for a while. */
static struct json *processes(struct gen *g)
{
    static const char *const what[] = {"cpfd", "signer", "postgres"}, *const how[] = {"kill", "kill", "stop",
                                                                                      "hang"};
    struct json *c = json_set_str(g->a, json_object(g->a), "do", "outage");
    json_set_str(g->a, c, "what", GEN_ONE_OF(g, what));
    const char *h = GEN_ONE_OF(g, how);
    gen_keep(g, "");
    json_set_str(g->a, c, "how", h);
    return json_set_int(g->a, c, "ms", (int64_t)gen_below(g, strcmp(h, "hang") == 0 ? 6000 : 900));
}

/* ---- the choice ---- */

static void choose_focus(struct gen *g)
{
    const struct batch *open[64], *x = book_batch(g->book, g->focus);
    size_t n = 0, pos = 0;
    if (x && !x->closed && !gen_chance(g, g->refused > 3 ? 300 : 4))
        return;
    for (const struct batch *b; (b = map_next(&g->book->batches, &pos)) && n < 64;)
        if (!b->closed)
            open[n++] = b;
    snprintf(g->focus, sizeof(g->focus), "%s", n ? open[gen_below(g, n)]->id : "");
}

/* Beside the batch: forms, tablets. What somebody waits for comes soon. */
static struct json *apart(struct gen *g)
{
    if (gen_chance(g, gen_paper_waits(g) ? 150 : 25))
        return gen_paper(g);
    return gen_chance(g, gen_tablet_gone(g) ? 150 : g->real ? 30 : 6) ? gen_tablet(g) : NULL;
}

struct json *gen_next(struct gen *g)
{
    struct json *c = NULL;
    gen_unseen(g);
    choose_focus(g);
    if (gen_chance(g, 2))
        return json_set_str(g->a, json_object(g->a), "do", "restart");
    if (gen_chance(g, 3))
        return g->real ? processes(g) : clock_set(g);
    if (gen_chance(g, 6) && (c = gen_away(g, gen_chance(g, 400))))
        return c;
    if (gen_chance(g, 120))
        return time_passes(g);
    c = apart(g);
    if (c)
        ;
    else if (gen_chance(g, g->noise))
        c = gen_noise(g);
    else
        c = gen_work(g);
    if (!c)
        c = gen_chance(g, 500) ? time_passes(g) : gen_noise(g);
    if (strcmp(json_get_str(c, "do"), "wait") != 0) {
        gen_late(g, c);
        gen_pace(g, c);
        if (gen_chance(g, 100))
            json_set_int(g->a, c, "claimed", (int64_t)gen_below(g, 200000) - 1000);
    }
    return c;
}
