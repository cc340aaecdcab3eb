#include "flow/guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/mem.h"

#define SAVE_MS 10000

static void read_kept(struct guard *g)
{
    char id[64];
    int64_t wall, boot;
    FILE *f = g->path ? fopen(g->path, "re") : NULL;
    if (!f)
        return;
    if (fscanf(f, "%63s %" SCNd64 " %" SCNd64, id, &wall, &boot) == 3 && strcmp(id, g->boot_id) == 0) {
        g->kept = wall;
        g->kept_boot = boot;
    }
    fclose(f);
}

void guard_init(struct guard *g, bool training, int64_t bound_ms, const char *boot_id, const char *path)
{
    *g = (struct guard){.off = training, .bound_ms = bound_ms, .path = path ? xstrdup(path) : NULL};
    snprintf(g->boot_id, sizeof(g->boot_id), "%s", boot_id);
    read_kept(g);
}

void guard_fini(struct guard *g)
{
    free(g->path);
}

/* May the first time of this process be believed? */
static bool plausible(const struct guard *g, const struct guard_now *now)
{
    if (!now->last || now->wall <= now->last + g->bound_ms)
        return true;
    if (!g->kept)
        return now->synchronised;
    return now->boot >= g->kept_boot && now->wall <= g->kept + (now->boot - g->kept_boot) + g->bound_ms;
}

void guard_trust(struct guard *g, const struct guard_now *now)
{
    g->wall = now->wall;
    g->boot = now->boot;
}

const char *guard_look(struct guard *g, const struct guard_now *now)
{
    if (now->last && now->wall < now->last - BOUND_CLOCK_BACK_MS)
        return GUARD_BACK;
    if (g->off)
        return NULL;
    if (!g->wall) {
        if (!plausible(g, now))
            return GUARD_AHEAD;
        guard_trust(g, now);
        return NULL;
    }
    int64_t due = g->wall + (now->boot - g->boot);
    if (now->wall > due + g->bound_ms)
        return GUARD_AHEAD;
    if (now->wall > due) /* one that was put back comes forward again: that is no jump ahead */
        guard_trust(g, now);
    return NULL;
}

void guard_save(struct guard *g, int64_t boot_ms)
{
    char *part;
    if (g->off || !g->path || !g->wall || (g->saved_at && boot_ms - g->saved_at < SAVE_MS))
        return;
    g->saved_at = boot_ms;
    if (asprintf(&part, "%s.part", g->path) < 0)
        return;
    FILE *f = fopen(part, "we");
    bool good = f && fprintf(f, "%s %" PRId64 " %" PRId64 "\n", g->boot_id, g->wall + (boot_ms - g->boot),
                             boot_ms) > 0;
    if (f)
        good = fclose(f) == 0 && good;
    if (!good || rename(part, g->path) != 0)
        remove(part);
    free(part);
}
