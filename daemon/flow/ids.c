#include "flow/ids.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/map.h"

struct ids {
    struct map map;
    struct id_record **ring; /* settled ones, oldest overwritten */
    size_t keep, next;
    size_t bytes, lean; /* of all texts; the oldest record that may have one */
    int64_t horizon;
};

struct ids *ids_new(size_t keep, int64_t horizon_ms)
{
    struct ids *i = xcalloc(1, sizeof(*i));
    map_init(&i->map);
    i->ring = xcalloc(keep, sizeof(*i->ring));
    i->keep = keep;
    i->horizon = horizon_ms;
    return i;
}

static void record_free(struct id_record *r)
{
    free(r->text);
    free(r);
}

static void drop_text(struct ids *i, struct id_record *r)
{
    i->bytes -= r->text ? r->len : 0;
    free(r->text);
    r->text = NULL;
}

void ids_free(struct ids *i)
{
    size_t pos = 0;
    if (!i)
        return;
    for (struct id_record *r; (r = map_next(&i->map, &pos));)
        record_free(r);
    map_fini(&i->map);
    free(i->ring);
    free(i);
}

struct id_record *ids_find(struct ids *i, const char *id)
{
    return map_get(&i->map, id);
}

bool ids_before_horizon(const struct ids *i, int64_t id_ms)
{
    return id_ms <= i->horizon;
}

struct id_record *ids_add(struct ids *i, const char *id, const uint8_t req[HASH_LEN], void *work,
                          int64_t id_ms)
{
    struct id_record *r = xcalloc(1, sizeof(*r));
    memcpy(r->id, id, 36);
    memcpy(r->req, req, HASH_LEN);
    r->work = work;
    r->ms = id_ms;
    map_put(&i->map, r->id, r);
    return r;
}

void ids_forget(struct ids *i, struct id_record *r)
{
    map_remove(&i->map, r->id);
    drop_text(i, r);
    record_free(r);
}

static void keep_newest(struct ids *i, struct id_record *r)
{
    struct id_record *old = i->ring[i->next];
    if (old) {
        if (old->ms > i->horizon)
            i->horizon = old->ms;
        if (i->lean == i->next)
            i->lean = (i->next + 1) % i->keep;
        ids_forget(i, old);
    }
    i->ring[i->next] = r;
    i->next = (i->next + 1) % i->keep;
    for (; i->bytes > IDS_BYTES; i->lean = (i->lean + 1) % i->keep)
        drop_text(i, i->ring[i->lean]);
}

void ids_settled(struct ids *i, struct id_record *r, const char *text, size_t len)
{
    r->work = NULL;
    if (len <= IDS_TEXT) {
        r->text = xrealloc(NULL, len + 1);
        memcpy(r->text, text, len);
        r->text[len] = 0;
        r->len = len;
        i->bytes += len;
    }
    keep_newest(i, r);
}

void ids_known(struct ids *i, const char *id, int64_t id_ms)
{
    static const uint8_t none[HASH_LEN];
    if (!ids_find(i, id))
        keep_newest(i, ids_add(i, id, none, NULL, id_ms));
}
