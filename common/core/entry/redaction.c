/* Erasure. */
#include "core/entry/redaction.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member redacted_member[] = {
    M_TEXT(struct redacted, witness, ASKED | NEEDED),
    M_INT(struct redacted, idx, NEEDED),
    M_TEXTS(struct redacted, names, NEEDED),
    M_ID(struct redacted, approver, OWN | NEEDED),
    M_TEXT(struct redacted, judged, OWN),
    M_PERSONAL(struct redacted, reason, NEEDED),
    M_PERSONAL(struct redacted, instead, 0),
};

static const struct record_rule erasing = {.right = RIGHT_REDACTED, .judge = record_redaction};

/* ---- what they do to the book ---- */

/* It is judged by what stands in their place from now on. */
static int say_instead(struct book *b, const struct batch *x, const struct redacted *v)
{
    struct deviation *d = batch_deviation(x, v->judged);
    struct hold *h = batch_hold(x, v->judged);
    if (!d && !h)
        return CPF_E_PROFILE;
    const char **words = d ? &d->words : &h->words;
    if (d)
        SET(b, d->reason, book_keep(b, v->instead.digest));
    SET(b, *words, book_keep(b, v->instead.digest));
    return 0;
}

static int apply_redacted(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct redacted *v = body;
    char key[REDACT_KEY];
    (void)e;
    if (v->idx < 0 || !v->names.item)
        return CPF_E_PROFILE;
    for (size_t i = 0; i < v->names.n; i++)
        if (redact_key((uint64_t)v->idx, v->names.item[i], key) && !map_get(&b->redacted, key))
            book_put(b, &b->redacted, book_keep(b, key), s);
    return v->judged ? say_instead(b, batch_of(b, s), v) : 0;
}

const struct kind kind_redacted = {
    .id = KIND_REDACTED,
    .shape = SHAPE(struct redacted, redacted_member),
    .apply = apply_redacted,
    .record = &erasing,
    .reads = {"{idx} 番の記録の個人情報を消去した", "personal values of entry {idx} were erased"},
};
