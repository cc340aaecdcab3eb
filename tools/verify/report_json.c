/* For programs: canonical JSON, one line. */
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "verify_int.h"

struct doc {
    const struct verify *v;
    struct arena a;
};

static void set_time(struct doc *d, struct json *o, const char *name, int64_t ms)
{
    char text[CLOCK_TEXT];
    if (!ms)
        return;
    clock_format(ms, text);
    json_set_str(&d->a, o, name, text);
}

static void set_bool(struct doc *d, struct json *o, const char *name, bool v)
{
    json_set(&d->a, o, name, json_bool(&d->a, v));
}

static struct json *failures(struct doc *d)
{
    struct json *list = json_array(&d->a);
    for (size_t i = 0; i < d->v->nfailures; i++) {
        const struct verify_failure *f = &d->v->failure[i];
        struct json *o = json_set_str(&d->a, json_object(&d->a), "rule", f->rule);
        json_set_int(&d->a, o, "class", f->class);
        json_set_str(&d->a, o, "file", f->file);
        json_set_str(&d->a, o, "ja", f->ja);
        json_set_str(&d->a, o, "en", f->en);
        json_set_str(&d->a, o, "detail", f->detail);
        json_push(list, o);
    }
    return list;
}

static struct json *anchors(struct doc *d)
{
    struct json *list = json_array(&d->a);
    for (size_t i = 0; i < d->v->nanchors; i++) {
        const struct anchor *x = &d->v->anchor[i];
        struct json *o = json_set_int(&d->a, json_object(&d->a), "size", (int64_t)x->size);
        json_set_str(&d->a, o, "kind", x->stamp ? "stamp" : "witness");
        json_set_str(&d->a, o, "by", x->who);
        set_time(d, o, "from", x->from);
        set_time(d, o, "until", x->until);
        json_push(list, o);
    }
    return list;
}

static struct json *records(struct doc *d)
{
    static const char *const acts[] = {NULL, "good", "bad", "unchecked"};
    struct json *list = json_array(&d->a);
    for (size_t i = 0; i < d->v->nentries; i++) {
        const struct record *r = &d->v->entry[i];
        struct json *o = json_set_str(&d->a, json_object(&d->a), "file", r->file->name);
        set_bool(d, o, "proven", r->proven);
        if (r->proven) {
            json_set_int(&d->a, o, "index", (int64_t)r->e.idx);
            set_time(d, o, "without", r->after);
            set_time(d, o, "with", r->before);
        }
        if (r->read) {
            json_set_int(&d->a, o, "sseq", (int64_t)r->e.sseq);
            json_set_str(&d->a, o, "kind", r->e.kind);
            set_time(d, o, "at", r->e.at);
            json_set_str(&d->a, o, "act", acts[r->act]);
        }
        json_push(list, o);
    }
    return list;
}

static void set_checkpoint(struct doc *d, struct json *o)
{
    const struct verify *v = d->v;
    struct buf b;
    if (!v->have_checkpoint)
        return;
    buf_init(&b);
    enc_b64(&b, v->checkpoint.root, HASH_LEN);
    json_set_str(&d->a, o, "root", b.data);
    json_set_int(&d->a, o, "size", (int64_t)v->checkpoint.size);
    set_bool(d, o, "checkpoint_signed", v->checkpoint_good);
    buf_fini(&b);
}

static void set_keys(struct doc *d, struct json *o)
{
    const struct verify *v = d->v;
    struct buf b;
    if (v->have_root) {
        buf_init(&b);
        note_key_format(&v->root, &b);
        json_set_str(&d->a, o, "root_key", b.data);
        set_bool(d, o, "root_key_given", v->root_given);
        buf_fini(&b);
    }
    if (v->have_keys)
        json_set_int(&d->a, o, "manifest", (int64_t)v->keys.serial);
    if (v->have_policy) {
        json_set_str(&d->a, o, "policy", v->policy_given ? "given" : v->policy_pinned ? "pinned" : "bundled");
        set_bool(d, o, "quorum", v->vote.quorum);
    }
}

static void set_complete(struct doc *d, struct json *o)
{
    const struct verify *v = d->v;
    set_bool(d, o, "closed", v->closed);
    if (v->closed)
        json_set_int(&d->a, o, "closed_by", (int64_t)v->closed_at);
    if (v->have_map) {
        json_set_int(&d->a, o, "map", (int64_t)v->map.map);
        json_set_int(&d->a, o, "map_count", (int64_t)v->map.count);
        set_time(d, o, "map_at", v->map_record->e.at);
    }
    json_set_int(&d->a, o, "voids", (int64_t)v->nvoids);
    set_bool(d, o, "voids_counted", v->voids_counted);
    set_bool(d, o, "disclosures", v->info.disclosures);
    json_set_int(&d->a, o, "disclosed", (int64_t)v->ndisclosures);
    json_set_int(&d->a, o, "redacted", (int64_t)v->nredacted);
    json_set_int(&d->a, o, "acts", (int64_t)v->nacts);
    json_set_str(&d->a, o, "basis", v->basis);
}

void verify_report_json(const struct verify *v, struct buf *ret)
{
    struct doc d = {.v = v};
    arena_init(&d.a, 0);
    struct json *o = json_object(&d.a);
    set_bool(&d, o, "ok", v->class == VERIFY_OK);
    json_set_int(&d.a, o, "exit", v->class);
    json_set(&d.a, o, "failures", failures(&d));
    json_set_int(&d.a, o, "more_failures", (int64_t)v->nmore);
    if (v->have_info) {
        json_set_str(&d.a, o, "origin", v->info.origin);
        json_set_str(&d.a, o, "stream", v->info.stream);
        set_time(&d, o, "made", v->info.made);
        set_checkpoint(&d, o);
        set_keys(&d, o);
        json_set(&d.a, o, "anchors", anchors(&d));
        set_complete(&d, o);
        json_set(&d.a, o, "entries", records(&d));
    }
    struct buf b;
    buf_init(&b);
    json_write(&b, o);
    enc_shown_json(ret, b.data, b.len); /* also read at a terminal */
    buf_addc(ret, '\n');
    buf_fini(&b);
    arena_fini(&d.a);
}
