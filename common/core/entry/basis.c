/* What changes what a record says. */
#include "core/entry/basis.h"

#include <string.h>

#include "core/book/apply.h"
#include "core/right/right.h"
#include "core/rule/record.h"

static const struct member changed_member[] = {
    M_DIGEST(struct basis_changed, digest, OWN | NEEDED),
    M_LIST(struct basis_changed, items, OWN | NEEDED, &basis_item_shape),
    M_LONG(struct basis_changed, rights, OWN, BOUND_RIGHTS_BYTES),
};

static const struct member accepted_member[] = {
    M_DIGEST(struct basis_accepted, basis, NEEDED),
    M_WORD(struct basis_accepted, dept, enum dept, OWN, &dept_words),
    M_TEXTS(struct basis_accepted, weakened, 0),
};

static const struct record_rule acceptance = {.right = RIGHT_BASIS_ACCEPTED, .judge = record_acceptance};

/* ---- what they do to the book ---- */

extern const struct kind kind_basis_changed;

static void drop_table(void *table)
{
    rights_free(table);
}

/* From here on it is judged by that table. */
static void rule_by(struct book *b, const char *text)
{
    SET(b, b->tables.text, text);
    SET(b, b->tables.proposed, NULL);
    if (b->rights && strcmp(rights_text(b->rights), text) == 0)
        return;
    struct rights *r = rights_load_logged(text);
    SET(b, b->tables.drop, drop_table);
    book_made(b, r, drop_table);
    *PUSH(b, b->tables.table, b->tables.n) = r;
    SET(b, b->rights, r);
}

/* The first one stands: by the set-up, or as it ruled when the log came to have tables. Any other waits. */
static void propose(struct book *b, const char *text)
{
    if (!b->tables.text)
        rule_by(b, text);
    else
        SET(b, b->tables.proposed, strcmp(text, b->tables.text) == 0 ? NULL : text);
}

/* The set-up begins the stream, and vouches for nothing later. */
static int apply_changed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct basis_changed *v = body;
    (void)s;
    if (!v->digest)
        return CPF_E_PROFILE;
    struct basis_changed own;
    book_keep_body(b, &kind_basis_changed.shape, e->body, &own);
    const struct book_basis now = {
        .digest = own.digest, .items = own.items, .at = e->at, .setup = e->sseq == 1};
    SET(b, b->basis, now);
    if (own.rights)
        propose(b, own.rights);
    return 0;
}

static int apply_accepted(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct basis_accepted *v = body;
    struct actor actor;
    (void)s;
    actor_read(e, &actor);
    if (!b->basis.digest || !v->basis || strcmp(v->basis, b->basis.digest) != 0 || !actor.performed ||
        (v->dept != DEPT_MANAGEMENT && v->dept != DEPT_QUALITY))
        return CPF_E_PROFILE;
    struct basis_by *by = v->dept == DEPT_MANAGEMENT ? &b->basis.management : &b->basis.quality;
    const struct basis_by said = {book_keep(b, actor.performed), e->at};
    SET(b, *by, said);
    if (b->tables.proposed && book_basis_accepted(b))
        rule_by(b, b->tables.proposed);
    return 0;
}

const struct kind kind_basis_changed = {
    .id = KIND_BASIS_CHANGED,
    .shape = SHAPE(struct basis_changed, changed_member),
    .apply = apply_changed,
    .reads = {"文言・設定（{digest}）が効力を持った", "words and settings {digest} came into force"},
};

const struct kind kind_basis_accepted = {
    .id = KIND_BASIS_ACCEPTED,
    .shape = SHAPE(struct basis_accepted, accepted_member),
    .apply = apply_accepted,
    .record = &acceptance,
    .reads = {"文言・設定（{basis}）を承認した", "words and settings {basis} were accepted"},
};
