/* From a draft to an entry: head, salted values, the person's signature. */
#include <string.h>

#include "base/enc.h"
#include "base/key.h"
#include "flow/flow_int.h"

static struct json *secrets_of(struct flow *f, struct arena *a, const struct draft *d,
                               struct ledger_item *item)
{
    struct secret secret[DRAFT_SECRETS];
    size_t n = draft_secrets(d, secret);
    if (n == 0)
        return NULL;
    struct json *pd = json_object(a);
    struct ledger_disclosure *list = arena_alloc(a, n * sizeof(*list));
    for (size_t i = 0; i < n; i++) {
        char digest[44];
        list[i].name = secret[i].name;
        disclosure_make(a, secret[i].name, secret[i].value, &list[i].salted, digest);
        json_set_str(a, pd, secret[i].name, digest);
        if (stream_type(d->stream, NULL) == STREAM_BATCH || d->kind == KIND_ALARM_RAISED)
            disclosed_keep(f, d->stream, digest, secret[i].value);
    }
    item->disclosure = list;
    item->ndisclosures = n;
    return pd;
}

/* The sealed texts go with the entry that names them: who is refused writes none. */
static const struct ledger_sealed *sealed_of(const struct work *w, const struct entry *e, struct arena *a)
{
    const char *cred = json_get_str(e->body, "cred");
    if (!cred || !w->credentials || !w->cmd.cred || strcmp(cred, w->cmd.cred) != 0)
        return NULL;
    struct ledger_sealed *sealed = arena_alloc(a, sizeof(*sealed));
    *sealed = (struct ledger_sealed){json_get_str(e->body, "person"), json_get_str(w->credentials, "pin"),
                                     json_get_str(w->credentials, "key")};
    return sealed;
}

static struct json *law_of(const struct flow *f, struct arena *a, const struct draft *d)
{
    struct json *law = json_array(a);
    const char *code = d->judged ? d->judged->code : NULL;
    for (size_t i = 0; i < d->nlaw; i++)
        json_push(law, json_str(a, d->law[i]));
    if (d->nlaw == 0 && code)
        for (const char *const *c = catalogue_law(f->cfg.words->codes, code); *c; c++)
            json_push(law, json_str(a, *c));
    return law->len ? law : NULL;
}

/* doc/log.md 1, act: a string with the canonical bytes of what was signed; no prev, sseq or at. */
static int sign_act(struct work *w, const struct draft *d, struct entry *e)
{
    struct arena *a = &w->arena;
    struct json *o = json_object(a);
    struct buf text, msg;
    uint8_t sig[KEY_SIG];
    json_set_str(a, o, "id", w->id);
    json_set_str(a, o, "kind", e->kind);
    json_set_str(a, o, "stream", d->stream);
    json_set(a, o, "actor", json_copy(a, e->actor));
    json_set_str(a, o, "meaning", d->meaning ? d->meaning : e->kind);
    json_set(a, o, "body", json_copy(a, e->body));
    json_set(a, o, "pd", e->pd ? json_copy(a, e->pd) : NULL);
    char shown[44];
    enc_digest(w->req, shown); /* what the person sent off, as shown */
    json_set_str(a, o, "shown", shown);
    buf_init(&text);
    json_write(&text, o);
    buf_init(&msg);
    entry_act_message(&msg, w->state->flow->cfg.conf->origin, d->performed->keyid, text.data);
    int err = key_sign(w->state->key, msg.data, msg.len, sig);
    if (err == 0) {
        struct buf b64;
        buf_init(&b64);
        enc_b64url(&b64, sig, sizeof(sig));
        struct json *act = json_set_str(a, json_object(a), "key", d->performed->keyid);
        json_set_str(a, act, "sig", b64.data);
        e->act = json_set_str(a, act, "signed", text.data);
        buf_fini(&b64);
    }
    buf_fini(&text);
    buf_fini(&msg);
    return err;
}

int entry_make(struct work *w, const struct draft *d, int64_t now, struct entry *e, struct ledger_item *item)
{
    struct flow *f = w->state->flow;
    const struct stream *s = book_stream(&f->book, d->stream);
    const struct command *c = &w->cmd;
    struct arena *a = &w->arena;
    *e =
        (struct entry){.kind = kind_text(d->kind), .stream = d->stream, .zone = clock_zone_name(), .at = now};
    e->sseq = s ? s->sseq + 1 : 1;
    if (s)
        memcpy(e->prev, s->leaf, HASH_LEN);
    bool first = !d->system && w->state->first == SIZE_MAX && w->id[0];
    if (first) {
        e->id = w->id;
        memcpy(e->req, w->req, HASH_LEN);
    } else if (!d->system && w->id[0]) {
        e->has_of = true;
        memcpy(e->of, w->state->entry[w->state->first].leaf, HASH_LEN);
    }
    if (!d->system && c->occurred && c->occurred != now) {
        e->occurred = c->occurred;
        e->late = word_name(&late_words, (int)w->state->verdict.late);
    }
    e->actor = draft_actor(d, c->station ? c->station->id : NULL, a);
    e->clock = entry_clock(a, f->cfg.conf->training);
    e->body = draft_body(d, a);
    e->law = law_of(f, a, d);
    *item = (struct ledger_item){.entry = e, .forgets = kind_has(d->kind, KIND_FORGETS)};
    e->pd = secrets_of(f, a, d, item);
    item->sealed = sealed_of(w, e, a);
    if (d->sign && w->state->key) {
        int err = sign_act(w, d, e);
        if (err)
            return err;
    }
    return entry_build(e, a);
}
