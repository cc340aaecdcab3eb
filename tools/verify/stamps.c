/* RFC 3161 stamps over checkpoints, by authorities that the root key names. */
#include <string.h>

#include "base/stamp.h"
#include "verify_int.h"

static void add_pem(struct verify *v, const char *name,
                    int (*add)(struct stamp_trust *, const char *, size_t), struct stamp_trust *t)
{
    const struct member *m = verify_member(v, name);
    int r = m ? add(t, m->data, m->len) : CPF_OK;
    if (r)
        verify_fail(v, STAMP_TRUST, name, "%s", cpf_strerror(r));
}

/* Pins are those that hold for the size that was stamped: a revoked authority's older stamps may stay good.
 */
static void set_pins(const struct verify *v, struct stamp_trust *t, uint64_t size)
{
    const struct keymanifest_line *l = NULL;
    stamp_trust_unpin(t);
    while (v->have_keys && (l = keymanifest_next(&v->keys, KEYMANIFEST_TSA, size, l)))
        stamp_trust_pin(t, l->digest);
}

static struct stamp_trust *load_trust(struct verify *v)
{
    struct stamp_trust *t = stamp_trust_new();
    add_pem(v, BUNDLE_TSA, stamp_trust_certs, t);
    add_pem(v, BUNDLE_CHAIN, stamp_trust_certs, t);
    add_pem(v, BUNDLE_CRLS, stamp_trust_crls, t);
    return t;
}

/* What was stamped: the note of a checkpoint of this bundle, with a signature of the log. */
static const struct member *stamped_note(struct verify *v, const struct member *tsr)
{
    struct bundle_name name = tsr->is;
    char text[BUNDLE_NAME];
    struct note n;
    bool newest = name.number == v->checkpoint.size;
    const struct older *o = newest ? NULL : verify_older_of(v, name.number);
    const struct note *mine = newest ? &v->note : o ? &o->note : NULL;
    if (o && !o->good)
        return NULL; /* told already */
    name.kind = BUNDLE_K_STAMPED;
    const struct member *m = bundle_name_format(&name, text) == CPF_OK ? verify_member(v, text) : NULL;
    if (!m) {
        verify_fail(v, LAYOUT_MISSING, text, "stamped by %s", tsr->name);
        return NULL;
    }
    int r = note_parse(&n, m->data, m->len);
    if (!r && (!mine || n.text_len != mine->text_len || memcmp(n.text, mine->text, n.text_len) != 0))
        r = CPF_E_MISMATCH;
    if (!r && v->have_keys)
        r = keymanifest_verify(&v->keys, &n, name.number, NULL);
    if (r)
        verify_fail(v, STAMP_NOTE, m->name, "%s", cpf_strerror(r));
    return r ? NULL : m;
}

static enum rule rule_of(int err)
{
    switch (err) {
    case CPF_E_MISMATCH:
        return STAMP_IMPRINT;
    case CPF_E_KEY:
        return STAMP_SIGNER;
    case CPF_E_STALE:
        return STAMP_CERTIFICATE;
    case CPF_E_SIGNATURE:
        return STAMP_SIGNATURE;
    default:
        return STAMP_FORM;
    }
}

static void one_stamp(struct verify *v, struct stamp_trust *t, const struct member *tsr)
{
    const struct member *note = stamped_note(v, tsr);
    struct stamp s;
    if (!note)
        return;
    set_pins(v, t, tsr->is.number);
    int r = stamp_verify(t, (const uint8_t *)tsr->data, tsr->len, note->data, note->len, &s);
    if (r)
        verify_fail(v, rule_of(r), tsr->name, "%s", cpf_strerror(r));
    else
        verify_anchor_add(
            v, &(struct anchor){tsr->is.number, s.time - s.accuracy, s.time + s.accuracy, true, tsr->name});
}

/* A note without its stamp: somebody took the stamp away. */
static void lone_note(struct verify *v, const struct member *note)
{
    struct bundle_name name = note->is;
    char text[BUNDLE_NAME];
    name.kind = BUNDLE_K_STAMP;
    if (bundle_name_format(&name, text) != CPF_OK || !verify_member(v, text))
        verify_fail(v, LAYOUT_MISSING, text, "over %s", note->name);
}

void verify_stamps(struct verify *v)
{
    struct stamp_trust *t = NULL;
    for (size_t i = 0; v->have_checkpoint && i < v->nmembers; i++) {
        if (v->member[i].is.kind == BUNDLE_K_STAMPED)
            lone_note(v, &v->member[i]);
        if (v->member[i].is.kind != BUNDLE_K_STAMP)
            continue;
        if (!t)
            t = load_trust(v);
        one_stamp(v, t, &v->member[i]);
    }
    stamp_trust_free(t);
}
