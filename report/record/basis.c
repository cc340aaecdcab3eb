/* What changes what a record says: as the log has it at the checkpoint, and as this record was made. */
#include "core/entry/basis.h"

#include <string.h>

#include "base/clock.h"
#include "record/int.h"

static void made_with(struct maker *m)
{
    const struct record_query *q = m->q;
    struct basis *b = arena_alloc(&m->r->arena, sizeof(*b));
    b->a = &m->r->arena;
    basis_file(b, BASIS_CATALOGUE, q->catalogue);
    basis_file(b, BASIS_CLAUSES, q->clauses);
    basis_file(b, BASIS_WORDS, q->words);
    basis_file(b, BASIS_FORMS, q->form);
    if (q->staff)
        basis_file(b, BASIS_STAFF, q->staff);
    basis_text(b, BASIS_PROGRAM, CPF_VERSION);
    basis_text(b, BASIS_ZONE, clock_zone_name());
    m->r->basis.made = basis_list(b);
}

static void take_changed(struct record *r, const struct entry *e, const struct basis_changed *v)
{
    struct record_basis *b = &r->basis;
    b->digest = v->digest;
    b->log = v->items;
    b->since = e->at;
    b->idx = e->idx;
    b->nby = 0;
}

static void take_accepted(struct record *r, const struct entry *e, const struct basis_accepted *v)
{
    struct record_basis *b = &r->basis;
    struct actor actor;
    actor_read(e, &actor);
    if (!b->digest || strcmp(v->basis, b->digest) != 0 || b->nby == 2)
        return;
    b->by[b->nby++] =
        (struct record_basis_by){actor.performed, word_name(&dept_words, (int)v->dept), e->at, e->idx};
}

int record_basis(struct maker *m)
{
    struct record *r = m->r;
    struct entry *list = NULL;
    size_t n = 0;
    int err = record_stream(m, "facility", &list, &n);
    for (size_t i = 0; i < n && !err; i++) {
        struct body body;
        err = kind_read(&list[i], &r->arena, &body);
        const struct basis_changed *changed = err ? NULL : kind_value(&body, KIND_BASIS_CHANGED);
        const struct basis_accepted *accepted = err ? NULL : kind_value(&body, KIND_BASIS_ACCEPTED);
        if (changed)
            take_changed(r, &list[i], changed);
        if (accepted)
            take_accepted(r, &list[i], accepted);
    }
    if (err)
        return record_fail(m, err, "the facility's entries: %s", cpf_strerror(err));
    r->basis.state = !r->book.basis.digest           ? BASIS_NONE
                     : r->book.basis.setup           ? BASIS_SETUP
                     : book_basis_accepted(&r->book) ? BASIS_ACCEPTED
                                                     : BASIS_UNACCEPTED;
    made_with(m);
    if (r->basis.digest)
        r->basis.ndiffers = basis_differ(&r->basis.log, &r->basis.made, r->basis.differs, BASIS_ITEMS);
    return 0;
}

const char *record_basis_state(const struct record *r)
{
    static const char *const name[] = {"none", "unaccepted", "accepted", "setup"};
    return name[r->basis.state];
}

/* ---- in words: none of them from the files that may be other ones ---- */

static struct text item_text(const char *name)
{
    static const struct {
        const char *name;
        struct text text;
    } known[] = {{BASIS_CATALOGUE, {"画面の文言", "screen texts"}},
                 {BASIS_CLAUSES, {"条文", "clauses"}},
                 {BASIS_FORMS, {"法定事項の様式", "statutory form"}},
                 {BASIS_PROGRAM, {"プログラムの版", "program version"}},
                 {BASIS_STAFF, {"職員名簿", "register of staff"}},
                 {BASIS_WORDS, {"記録書の文言", "words of the record"}},
                 {BASIS_ZONE, {"時間帯", "time zone"}}};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strcmp(known[i].name, name) == 0)
            return known[i].text;
    return text_both(name);
}

struct text record_basis_text(const struct record *r)
{
    struct arena *a = (struct arena *)&r->arena;
    const struct record_basis *b = &r->basis;
    const char *by = "";
    if (b->state == BASIS_NONE)
        return (struct text){"記録簿に登録がない（以前の版の記録簿）",
                             "not in the log: a log of an earlier version"};
    for (size_t i = 0; i < b->nby; i++)
        by = arena_printf(a, "%s　%s %s", by, b->by[i].person, record_minute(r, b->by[i].at));
    const char *since = record_minute(r, b->since);
    struct text how = b->state == BASIS_SETUP      ? (struct text){"初期設定による", "by the set-up"}
                      : b->state == BASIS_ACCEPTED ? (struct text){"承認", "accepted"}
                      : b->nby ? (struct text){"一部門のみ承認", "accepted by one department"}
                               : (struct text){"未承認", "not accepted"};
    return (struct text){
        arena_printf(a, "%.12s…（%s から）　%s%s", b->digest, since, how.ja, by),
        arena_printf(a, "since %s, %s", since, how.en),
    };
}

struct text record_basis_alarm(const struct record *r)
{
    struct arena *a = (struct arena *)&r->arena;
    const struct record_basis *b = &r->basis;
    struct text names = {NULL, NULL};
    for (size_t i = 0; i < b->ndiffers; i++) {
        struct text t = item_text(b->differs[i]);
        names = i ? words_join(&r->words, names, t) : t;
    }
    if (b->ndiffers)
        return (struct text){arena_printf(a, "記録簿と異なる：%s", names.ja),
                             arena_printf(a, "differs from the log: %s", names.en)};
    return b->state == BASIS_UNACCEPTED ? (struct text){"未承認の文言・設定で作成した",
                                                        "made with words and settings that are not accepted"}
                                        : (struct text){NULL, NULL};
}
