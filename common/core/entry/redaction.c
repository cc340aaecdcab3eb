/* Erasure. */
#include "core/entry/redaction.h"

#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member redacted_member[] = {
    M_TEXT(struct redacted, witness, ASKED | NEEDED), M_INT(struct redacted, idx, NEEDED),
    M_TEXTS(struct redacted, names, NEEDED),          M_ID(struct redacted, approver, OWN | NEEDED),
    M_PERSONAL(struct redacted, reason, NEEDED),
};

static const struct record_rule erasing = {.right = RIGHT_REDACTED, .judge = record_redaction};

/* ---- what they do to the book ---- */

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
    return 0;
}

const struct kind kind_redacted = {
    .id = KIND_REDACTED,
    .shape = SHAPE(struct redacted, redacted_member),
    .apply = apply_redacted,
    .record = &erasing,
    .reads = {"{idx} 番の記録の個人情報を消去した", "personal values of entry {idx} were erased"},
};
