/* How the anchors stand, for people and for what watches. */
#include "anchor/anchor_int.h"
#include "base/clock.h"
#include "base/cosig.h"

static void set_time(struct arena *m, struct json *o, const char *name, int64_t ms)
{
    char text[CLOCK_TEXT];
    if (!ms)
        return;
    clock_format(ms, text);
    json_set_str(m, o, name, text);
}

static struct json *peers_of(const struct anchor *a, struct arena *m)
{
    struct json *list = json_array(m);
    for (size_t i = 0; i < a->npeers; i++) {
        const struct anchor_peer *p = &a->peer[i];
        struct json *o = json_set_str(m, json_object(m), "name", p->is->name);
        json_set_int(m, o, "size", (int64_t)p->size);
        set_time(m, o, "at", p->at);
        json_set_str(m, o, "state", p->asked ? submit_word(p->result) : "not-asked");
        json_set_int(m, o, "failures", p->failures);
        json_set_str(m, o, "detail", *p->detail ? p->detail : NULL);
        json_push(list, o);
    }
    return list;
}

static struct json *stamp_of(const struct anchor *a, struct arena *m)
{
    struct json *o = json_object(m);
    json_set_int(m, o, "size", (int64_t)a->stamped);
    set_time(m, o, "at", a->stamp_at);
    json_set_str(m, o, "state", a->stamp_code ? "failed" : a->stamp_asked ? "stamped" : "not-asked");
    json_set_int(m, o, "failures", a->stamp_failures);
    return json_set_str(m, o, "detail", *a->stamp_detail ? a->stamp_detail : NULL);
}

static struct json *quorum_of(const struct anchor *a, struct arena *m, uint64_t newest)
{
    bool none = a->policy.quorum < 0;
    struct json *o = json_object(m);
    json_set_str(m, o, "of", none ? "none" : a->policy.member[a->policy.quorum].name);
    return json_set_int(m, o, "size", (int64_t)(none ? newest : a->quorum_size));
}

static struct json *witness_of(const struct anchor *a, struct arena *m)
{
    struct witness_count n = witness_count(a->witness);
    struct json *o = json_object(m);
    struct buf vkey;
    buf_init(&vkey);
    cosig_key_format(&a->vkey, &vkey);
    json_set_str(m, o, "vkey", vkey.data);
    buf_fini(&vkey);
    json_set_int(m, o, "cosigned", (int64_t)n.cosigned);
    json_set_int(m, o, "refused", (int64_t)n.refused);
    return json_set_int(m, o, "forks", (int64_t)n.forks);
}

static struct json *alarm_of(const struct anchor *a, struct arena *m)
{
    struct json *o = json_object(m);
    set_time(m, o, "at", a->alarm_at);
    json_set_str(m, o, "who", a->alarm_who);
    json_set_str(m, o, "what", a->alarm_what);
    return json_set_str(m, o, "detail", a->alarm_detail);
}

struct json *anchor_status(const struct anchor *a, struct arena *m)
{
    uint64_t newest = anchor_size_of(a->cfg.checkpoint(a->cfg.arg));
    bool stamps = anchor_stamps(a);
    if (!a->npeers && !stamps && !a->witness && a->policy.quorum < 0)
        return NULL;
    struct json *o = json_object(m);
    json_set_int(m, o, "size", (int64_t)newest);
    json_set(m, o, "quorum", quorum_of(a, m, newest));
    if (a->npeers)
        json_set(m, o, "witnesses", peers_of(a, m));
    if (stamps)
        json_set(m, o, "stamp", stamp_of(a, m));
    if (a->witness)
        json_set(m, o, "witness", witness_of(a, m));
    if (a->alarm_at)
        json_set(m, o, "alarm", alarm_of(a, m));
    return o;
}
