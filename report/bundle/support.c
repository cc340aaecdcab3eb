/*
 * Entries of other streams that the evidence rests on: what the log says of itself, the facility, the batch's
 * protocol, the streams of those who signed it, the keys of those who signed these, and what stations signed
 * of their own lists. Nothing of another batch.
 */
#include <stdlib.h>
#include <string.h>

#include "base/kind.h"
#include "bundle/int.h"
#include "core/entry/step.h"

static int take(struct make *m, enum db_stmt stmt, const char *stream)
{
    const char *const args[] = {stream, m->size_text};
    return make_entries(m, stmt, args, &m->support, &m->nsupport, &m->support_cap);
}

static int take_protocol(struct make *m)
{
    const struct step_form *order = entry_as(&m->entry[0], KIND_BATCH_ORDERED, &m->a);
    return order && order->protocol && order->version
               ? take(m, DB_BUNDLE_ENTRIES,
                      arena_printf(&m->a, "protocol/%s@%s", order->protocol, order->version))
               : CPF_OK;
}

static bool have_stream(const struct make *m, const char *stream)
{
    for (size_t i = 0; i < m->nsupport; i++)
        if (m->support[i].stream && strcmp(m->support[i].stream, stream) == 0)
            return true;
    return false;
}

static const char *signer_of(struct make *m, const struct entry *e)
{
    struct actor actor;
    actor_read(e, &actor);
    return e->act && actor.performed ? arena_printf(&m->a, "person/%s", actor.performed) : NULL;
}

/* Who signed `e`, unless known; what enrolled a signer may be signed in turn. */
static int take_signer(struct make *m, const struct entry *e)
{
    const char *stream = signer_of(m, e);
    return !stream || have_stream(m, stream) ? CPF_OK : take(m, DB_BUNDLE_PERSON, stream);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whole streams: the map's rows of them prove that no change of key was left out. */
static int take_signers(struct make *m)
{
    int r = CPF_OK;
    m->signer = arena_alloc(&m->a, (m->nentries + 1) * sizeof(*m->signer));
    for (size_t i = 0; i < m->nentries && !r; i++) {
        const char *stream = signer_of(m, &m->entry[i]);
        if (!stream || have_stream(m, stream))
            continue;
        size_t before = m->nsupport;
        r = take(m, DB_BUNDLE_ENTRIES, stream);
        if (m->nsupport > before)
            m->signer[m->nsigners++] = stream;
    }
    if (m->nsigners)
        qsort(m->signer, m->nsigners, sizeof(*m->signer), by_text);
    return r;
}

/* ---- stations ---- */

/* The keys of the station, and of its list what became entries of this batch. */
static bool of_batch(const struct make *m, const struct entry *e)
{
    if (!kind_is(e->kind, KIND_STATION_SPOOLED))
        return kind_is(e->kind, KIND_STATION_ENROLLED);
    for (size_t i = 0; i < m->nentries; i++) {
        const struct entry *own = &m->entry[i];
        if (entry_late(own) == LATE_OFFLINE && e->has_of &&
            memcmp(e->of, own->has_of ? own->of : own->leaf, HASH_LEN) == 0)
            return true;
    }
    return false;
}

static int take_station(struct make *m, const char *stream)
{
    size_t kept = m->nsupport;
    int r = take(m, DB_BUNDLE_ENTRIES, stream);
    for (size_t i = kept; i < m->nsupport && !r; i++)
        if (of_batch(m, &m->support[i]))
            m->support[kept++] = m->support[i];
    m->nsupport = r ? m->nsupport : kept;
    return r;
}

static int take_stations(struct make *m)
{
    int r = CPF_OK;
    for (size_t i = 0; i < m->nentries && !r; i++) {
        struct actor actor;
        actor_read(&m->entry[i], &actor);
        const char *stream = entry_late(&m->entry[i]) == LATE_OFFLINE && actor.station
                                 ? arena_printf(&m->a, "station/%s", actor.station)
                                 : NULL;
        if (stream && !have_stream(m, stream))
            r = take_station(m, stream);
    }
    return r;
}

int make_support(struct make *m)
{
    const char *const size[] = {m->size_text};
    int r = make_entries(m, DB_BUNDLE_LOG, size, &m->support, &m->nsupport, &m->support_cap);
    if (!r)
        r = take(m, DB_BUNDLE_ENTRIES, "facility");
    if (!r)
        r = take_protocol(m);
    if (!r)
        r = take_stations(m);
    if (!r)
        r = take_signers(m);
    for (size_t i = 0; i < m->nsupport && !r; i++) {
        struct entry e = m->support[i]; /* the list may move */
        r = take_signer(m, &e);
    }
    return r;
}
