/*
 * Where each stream ends. What is signed says it: the entries behind the newest map of streams, read by
 * position, and the rows of that map for those without any. Whatever an index or a column says of a stream,
 * the fold must come to that end by the chain of its entries, or the start is refused.
 */
#include <stdlib.h>
#include <string.h>
#include "base/kind.h"
#include "ledger/ledger_load.h"

struct stand *stand_find(struct load *o, const char *stream)
{
    return map_get(&o->stands, stream);
}

static struct stand *stand_add(struct load *o, const char *stream)
{
    struct stand *s = xcalloc(1, sizeof(*s));
    s->stream = xstrdup(stream);
    map_put(&o->stands, s->stream, s);
    db_array_bytes(&o->names, stream, strlen(stream));
    return s;
}

void stand_fini(struct load *o)
{
    size_t pos = 0;
    for (struct stand *s; (s = map_next(&o->stands, &pos));) {
        free(s->stream);
        free(s);
    }
    map_fini(&o->stands);
}

/* ---- what is signed ---- */

bool stand_behind(struct ledger *l, const struct entry *e)
{
    struct stand *s = stand_find(l->load, e->stream);
    if (!s) {
        s = stand_add(l->load, e->stream);
        s->count = e->sseq;
        memcpy(s->last, e->leaf, HASH_LEN);
    } else if (e->sseq + 1 != s->first || memcmp(e->leaf, s->before, HASH_LEN) != 0) {
        return ledger_bad(l, e->idx, e->stream, "it is not the entry that the next of its stream follows");
    }
    s->first = e->sseq;
    memcpy(s->before, e->prev, HASH_LEN);
    return true;
}

bool stand_mapped(struct ledger *l, const char *stream, uint64_t count, const uint8_t last[HASH_LEN])
{
    struct stand *s = stand_find(l->load, stream);
    if (!s) {
        s = stand_add(l->load, stream);
        s->count = count;
        memcpy(s->last, last, HASH_LEN);
    } else if (s->first != count + 1 || memcmp(s->before, last, HASH_LEN) != 0) {
        return ledger_bad(l, l->load->map_idx, stream,
                          "the map of streams counts other entries than those that the next one follows");
    }
    s->mapped = count;
    return true;
}

/* ---- what is read by name ---- */

/* Of a closed stream the chain begins with the entry that closes it. */
static bool fold_first(struct ledger *l, const struct entry *e, struct stand *s, bool closed)
{
    s->told_closed = closed;
    if (closed ? !kind_name_has(e->kind, KIND_CLOSES) : e->sseq != 1)
        return ledger_bad(l, e->idx, e->stream,
                          closed ? "it is not the entry that closes its stream"
                                 : "an entry of its stream is missing before it");
    return true;
}

bool stand_fold(struct ledger *l, const struct entry *e, bool closed)
{
    struct stand *s = stand_find(l->load, e->stream);
    if (!s)
        return ledger_bad(l, e->idx, e->stream,
                          "its stream is open by its rows, and no map of streams counts it");
    if (s->sseq == 0) {
        if (!fold_first(l, e, s, closed))
            return false;
    } else if (e->sseq != s->sseq + 1) {
        return ledger_bad(l, e->idx, e->stream, "an entry of its stream is missing before it");
    } else if (memcmp(e->prev, s->leaf, HASH_LEN) != 0) {
        return ledger_bad(l, e->idx, e->stream, "it does not follow the entry before it in its stream");
    }
    s->sseq = e->sseq;
    memcpy(s->leaf, e->leaf, HASH_LEN);
    s->closed = kind_name_has(e->kind, KIND_CLOSES) || (s->closed && !kind_name_has(e->kind, KIND_REOPENS));
    return true;
}

static bool came_to_its_end(struct ledger *l, const struct stand *s)
{
    if (s->sseq != s->count || memcmp(s->leaf, s->last, HASH_LEN) != 0) {
        ledger_fatal(l, CPF_E_FORK,
                     "attack: stream %s has %llu entries, %llu of them are found by its name: columns or an "
                     "index were changed: run cpfctl audit",
                     s->stream, (unsigned long long)s->count, (unsigned long long)s->sseq);
        return false;
    }
    if (s->told_closed != s->closed) {
        ledger_fatal(l, CPF_E_FORK,
                     "attack: stream %s is %s by its rows, and not by its entries: run cpfctl audit",
                     s->stream, s->told_closed ? "closed" : "open");
        return false;
    }
    return true;
}

bool stand_all(struct ledger *l)
{
    size_t pos = 0;
    for (const struct stand *s; (s = map_next(&l->load->stands, &pos));)
        if (!came_to_its_end(l, s))
            return false;
    return true;
}

void stand_tell(struct ledger *l)
{
    size_t pos = 0;
    for (const struct stand *s; l->cfg.on_stood && (s = map_next(&l->load->stands, &pos));) {
        if (stream_type(s->stream, NULL) == STREAM_LOG)
            continue;
        struct ledger_counted c = {.stream = s->stream, .count = s->count};
        memcpy(c.last, s->last, HASH_LEN);
        l->cfg.on_stood(l->cfg.arg, &c, s->mapped, s->closed);
    }
}
