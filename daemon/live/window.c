#include "live/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct window_event *at(const struct window *w, uint64_t position)
{
    return (struct window_event *)&w->event[position % BOUND_EVENTS];
}

static uint64_t first(const struct window *w)
{
    return w->next > BOUND_EVENTS ? w->next - BOUND_EVENTS : 0;
}

void window_init(struct window *w, uint64_t newest)
{
    memset(w, 0, sizeof(*w));
    w->behind = w->newest = newest;
}

void window_fini(struct window *w)
{
    for (size_t i = 0; i < BOUND_EVENTS; i++)
        free(w->event[i].text);
}

void window_push(struct window *w, uint64_t id, const char *text, size_t len)
{
    struct window_event *e = at(w, w->next);
    if (e->text)
        w->behind = e->id;
    free(e->text);
    *e = (struct window_event){id, len, xcalloc(1, len)};
    memcpy(e->text, text, len);
    w->next++;
    w->newest = id;
}

bool window_holds(const struct window *w, uint64_t position)
{
    return position >= first(w) && position <= w->next;
}

bool window_find(const struct window *w, uint64_t id, uint64_t *ret_position)
{
    uint64_t low = first(w), high = w->next;
    if (id < w->behind || id > w->newest)
        return false;
    while (low < high) { /* the first one that tells of something behind it */
        uint64_t middle = low + (high - low) / 2;
        if (at(w, middle)->id > id)
            high = middle;
        else
            low = middle + 1;
    }
    *ret_position = low;
    return true;
}

uint64_t window_take(const struct window *w, uint64_t position, size_t most, struct buf *ret)
{
    size_t from = ret->len;
    require(window_holds(w, position));
    for (; position < w->next; position++) {
        const struct window_event *e = at(w, position);
        if (ret->len > from && ret->len - from + e->len > most)
            break;
        buf_add(ret, e->text, e->len);
    }
    return position;
}
