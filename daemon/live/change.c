#include "live/change.h"

#include <inttypes.h>
#include <string.h>

#include "base/kind.h"
#include "core/entry/deviation.h"
#include "core/entry/kind.h"

/* So much of changes leaves room for what stands around them. */
#define TEXT_MOST (BOUND_HTTP_PIECE - 128)

void changes_init(struct changes *c)
{
    *c = (struct changes){0};
    buf_init(&c->text);
}

void changes_fini(struct changes *c)
{
    buf_fini(&c->text);
}

/* ---- one entry ---- */

/* A person's id is that person's. */
static const char *where(const struct entry *e)
{
    return stream_type(e->stream, NULL) == STREAM_PERSON ? stream_type_name(STREAM_PERSON) : e->stream;
}

static const char *batch_of(const struct entry *e, struct arena *a)
{
    struct named named = {0};
    const char *batch = stream_rest(e->stream, STREAM_BATCH);
    if (!batch)
        named_read(e, a, &named);
    return batch ? batch : named.batch;
}

/* The outcome and its code where somebody should look: an alert, a deviation, a hold, a refusal. */
static void set_alarm(struct json *o, const struct entry *e, struct arena *a)
{
    struct judged j = {0};
    judged_read(e, a, &j);
    if (j.outcome < OUTCOME_ALERT)
        return;
    json_set_str(a, o, "outcome", outcome_name(j.outcome));
    json_set_str(a, o, "code", j.code);
}

static void set_cause(struct json *o, const struct entry *e, struct arena *a)
{
    const struct deviation_opened *dev = entry_as(e, KIND_DEVIATION_OPENED, a);
    const struct hold_placed *hold = entry_as(e, KIND_HOLD_PLACED, a);
    if (dev)
        json_set_str(a, o, "cause", dev->cause);
    if (hold)
        json_set_str(a, o, "cause", hold->cause);
}

/* Every kind that speaks of a deviation or a hold names it so. */
static struct json *change_json(const struct entry *e, struct arena *a)
{
    struct json *o = json_set_str(a, json_object(a), "stream", where(e));
    json_set_str(a, o, "kind", e->kind);
    json_set_str(a, o, "batch", batch_of(e, a));
    set_alarm(o, e, a);
    json_set_str(a, o, "dev", json_get_str(e->body, "dev"));
    json_set_str(a, o, "hold", json_get_str(e->body, "hold"));
    set_cause(o, e, a);
    return o;
}

/* ---- many ---- */

static bool known(const struct changes *c, const char *text, size_t len)
{
    size_t from = 0;
    for (size_t i = 0; i < c->n; from = c->end[i++])
        if (c->end[i] - from == len && memcmp(c->text.data + from, text, len) == 0)
            return true;
    return false;
}

void changes_add(struct changes *c, const struct entry *e)
{
    struct arena a;
    struct buf one;
    arena_init(&a, 0);
    buf_init(&one);
    json_write(&one, change_json(e, &a));
    c->id = e->idx;
    if (c->n == BOUND_EVENT_CHANGES || c->text.len + one.len + c->n > TEXT_MOST) {
        c->more = true;
    } else if (!known(c, one.data, one.len)) {
        buf_add(&c->text, one.data, one.len);
        c->end[c->n++] = c->text.len;
    }
    buf_fini(&one);
    arena_fini(&a);
}

void changes_take(struct changes *c, struct buf *ret)
{
    size_t from = 0;
    buf_printf(ret, "id: %" PRIu64 "\nevent: changed\ndata: {\"changes\":[", c->id);
    for (size_t i = 0; i < c->n; from = c->end[i++]) {
        buf_puts(ret, i ? "," : "");
        buf_add(ret, c->text.data + from, c->end[i] - from);
    }
    buf_puts(ret, c->more ? "],\"more\":true}\n\n" : "]}\n\n");
    buf_clear(&c->text);
    c->n = 0;
    c->more = false;
}
