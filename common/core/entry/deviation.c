/* Deviations and holds. */
#include "core/entry/deviation.h"

#include <string.h>

#include "base/next.h"
#include "core/book/apply.h"
#include "core/rule/codes.h"
#include "core/rule/record.h"
#include "core/view/row.h"

static const struct member opened_member[] = {
    M_ID(struct deviation_opened, batch, ASKED | NEEDED),
    M_TEXT(struct deviation_opened, dev, OWN | NEEDED),
    M_TEXT(struct deviation_opened, cause, OWN | NEEDED),
    M_JSON(struct deviation_opened, args, OWN),
    M_TEXT(struct deviation_opened, field, OWN),
    M_TEXT(struct deviation_opened, step, 0),
    M_WORD(struct deviation_opened, grade, enum grade, OWN, &grade_words),
    M_TEXT(struct deviation_opened, due, OWN),
    M_BOOL(struct deviation_opened, hold, NEEDED),
    M_PERSONAL(struct deviation_opened, reason, 0),
};

static const struct member assessed_member[] = {
    M_ID(struct deviation_assessed, batch, ASKED | NEEDED),
    M_TEXT(struct deviation_assessed, dev, NEEDED),
    M_WORD(struct deviation_assessed, grade, enum grade, NEEDED, &grade_words),
    M_TEXT(struct deviation_assessed, document, 0),
    M_DIGEST(struct deviation_assessed, sha256, 0),
    M_BOOL(struct deviation_assessed, awaits, OWN),
    M_PERSONAL(struct deviation_assessed, reason, NEEDED),
};

static const struct member confirmed_member[] = {
    M_ID(struct deviation_confirmed, batch, ASKED | NEEDED),
    M_TEXT(struct deviation_confirmed, dev, NEEDED),
    M_WORD(struct deviation_confirmed, grade, enum grade, OWN, &grade_words),
    M_ID(struct deviation_confirmed, told, 0),
    M_PERSONAL(struct deviation_confirmed, reason, 0),
};

static const struct member closed_member[] = {
    M_ID(struct deviation_closed, batch, ASKED | NEEDED), M_TEXT(struct deviation_closed, dev, NEEDED),
    M_TEXTS(struct deviation_closed, open, OWN),          M_PERSONAL(struct deviation_closed, reason, NEEDED),
    M_PERSONAL(struct deviation_closed, despite, 0),      M_ID(struct deviation_closed, told, 0),
};

static const struct member placed_member[] = {
    M_ID(struct hold_placed, batch, ASKED | NEEDED),
    M_TEXT(struct hold_placed, hold, OWN | NEEDED),
    M_TEXT(struct hold_placed, dev, OWN),
    M_TEXT(struct hold_placed, cause, OWN | NEEDED),
    M_PERSONAL(struct hold_placed, reason, 0),
};

static const struct member lifted_member[] = {
    M_ID(struct hold_lifted, batch, ASKED | NEEDED), M_TEXT(struct hold_lifted, hold, NEEDED),
    M_TEXT(struct hold_lifted, document, 0),         M_DIGEST(struct hold_lifted, sha256, 0),
    M_PERSONAL(struct hold_lifted, reason, NEEDED),
};

static const struct record_rule opening = {
    .right = RIGHT_DEVIATION_OPENED, .session = true, .judge = record_deviation};

static const struct record_rule placing = {.right = RIGHT_HOLD_PLACED, .session = true, .judge = record_hold};

static const struct record_rule assessment = {.right = RIGHT_DEVIATION_ASSESSED,
                                              .also = RIGHT_DEVIATION_LOWER,
                                              .may = may_assess,
                                              .shown = true,
                                              .judge = record_assessment};

static const struct record_rule confirming = {
    .right = RIGHT_DEVIATION_CONFIRMED, .may = may_confirm, .shown = true, .judge = record_confirmation};

static const struct record_rule closing = {
    .right = RIGHT_DEVIATION_CLOSED, .may = may_close, .shown = true, .judge = record_closing};

static const struct record_rule lifting = {.right = RIGHT_HOLD_LIFTED,
                                           .also = RIGHT_HOLD_PATIENT,
                                           .may = may_lift,
                                           .shown = true,
                                           .judge = record_lifting};

/* ---- what they do to the book ---- */

/*
 * What may follow on what, in any log that a program of ours wrote; the rules of now ask for more
 * (core/rule).
 *
 *   unassessed --> minor --> major --> closed       each may be closed, and said again
 */
enum dev_state { DEV_UNASSESSED, DEV_MINOR, DEV_MAJOR, DEV_CLOSED };
static const unsigned dev_next[] = {
    [DEV_UNASSESSED] = NEXT(DEV_MINOR) | NEXT(DEV_MAJOR) | NEXT(DEV_CLOSED),
    [DEV_MINOR] = NEXT(DEV_MINOR) | NEXT(DEV_MAJOR) | NEXT(DEV_CLOSED),
    [DEV_MAJOR] = NEXT(DEV_MAJOR) | NEXT(DEV_CLOSED),
    [DEV_CLOSED] = 0,
};

static enum dev_state dev_state_of(enum grade g)
{
    return g == GRADE_MAJOR ? DEV_MAJOR : g == GRADE_MINOR ? DEV_MINOR : DEV_UNASSESSED;
}

int deviation_become(struct book *b, struct deviation *d, enum grade grade, bool closed)
{
    enum dev_state from = d->closed ? DEV_CLOSED : dev_state_of(d->grade);
    if (!may_follow(dev_next[from], (int)(closed ? DEV_CLOSED : dev_state_of(grade))))
        return CPF_E_PROFILE;
    SET(b, d->grade, grade);
    SET(b, d->closed, closed);
    return 0;
}

static int hold_lift(struct book *b, struct hold *h)
{
    if (h->lifted)
        return CPF_E_PROFILE;
    SET(b, h->lifted, true);
    return 0;
}

static struct texts keep_list(struct book *b, const struct texts *list)
{
    const char **item = list->n ? arena_alloc(b->keep, list->n * sizeof(*item)) : NULL;
    for (size_t i = 0; i < list->n; i++)
        item[i] = book_keep(b, list->item[i]);
    return (struct texts){list->n, item};
}

static struct person *witness_of(const struct book *b, const struct entry *e)
{
    struct actor actor;
    actor_read(e, &actor);
    return book_person(b, actor.witnessed);
}

/* What says it in words: its own, by hand, or those of what it came of. */
static const char *words_of(const struct batch *x, const struct deviation_opened *v)
{
    enum say code = say_find(v->cause);
    bool heard =
        code == SAY_INFORMATION_PRODUCT || code == SAY_INFORMATION_ILLNESS || code == SAY_SKIP_RECORDED;
    return v->reason.digest ? v->reason.digest : heard ? x->words : NULL;
}

static int apply_opened(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct deviation_opened *v = body;
    struct batch *x = batch_of(b, s);
    int64_t due = 0;
    if (!x || !v->dev || !v->cause || (v->due && clock_parse_rfc3339(v->due, &due) != 0))
        return CPF_E_PROFILE;
    *PUSH(b, x->dev, x->ndevs) = (struct deviation){.by = entry_performer(b, e),
                                                    .with = witness_of(b, e),
                                                    .id = book_keep(b, v->dev),
                                                    .code = book_keep(b, v->cause),
                                                    .step = book_keep(b, v->step),
                                                    .due = due,
                                                    .grade = v->grade,
                                                    .field = book_keep(b, v->field),
                                                    .ninputs = x->ninputs,
                                                    .reason = book_keep(b, v->reason.digest),
                                                    .words = book_keep(b, words_of(x, v)),
                                                    .args = v->args ? json_copy(b->keep, v->args) : NULL,
                                                    .opened_at = e->at};
    if (say_find(v->cause) == SAY_CLINIC_UNWARNED)
        SET(b, x->warn_broken, true);
    pace_said(b, x, e, v->cause);
    bool deadline = say_flags(say_find(v->cause)) & SAY_DEADLINE;
    int i = v->step && deadline ? protocol_step(x->protocol, v->step) : -1;
    if (i >= 0)
        SET(b, x->step[i].deadline_fired, true);
    return 0;
}

/* Who judges what happened to a batch is of quality for it from then on (R 93), whatever role comes later. */
static int apply_assessed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct deviation_assessed *v = body;
    struct deviation *d = batch_deviation(batch_of(b, s), v->dev);
    int err = d ? deviation_become(b, d, v->grade, false) : CPF_E_PROFILE;
    if (err)
        return err;
    SET(b, d->assessed, true);
    SET(b, d->awaits, v->awaits);
    SET(b, d->assessor, entry_performer(b, e));
    SET(b, d->confirmer, NULL);
    batch_note_people(b, batch_of(b, s), e, DEPT_QUALITY);
    return 0;
}

static int apply_confirmed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct deviation_confirmed *v = body;
    struct deviation *d = batch_deviation(batch_of(b, s), v->dev);
    if (!d || d->closed || !d->awaits)
        return CPF_E_PROFILE;
    SET(b, d->awaits, false);
    SET(b, d->confirmer, entry_performer(b, e));
    SET(b, d->told, v->told ? book_keep(b, v->told) : d->told);
    batch_note_people(b, batch_of(b, s), e, DEPT_QUALITY);
    return 0;
}

static int apply_closed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct deviation_closed *v = body;
    struct deviation *d = batch_deviation(batch_of(b, s), v->dev);
    int err = d ? deviation_become(b, d, d->grade, true) : CPF_E_PROFILE;
    if (err)
        return err;
    SET(b, d->closer, entry_performer(b, e));
    SET(b, d->told, v->told ? book_keep(b, v->told) : d->told);
    SET(b, d->despite, v->despite.digest != NULL);
    SET(b, d->open, keep_list(b, &v->open));
    batch_note_people(b, batch_of(b, s), e, DEPT_QUALITY);
    return 0;
}

static int apply_placed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct hold_placed *v = body;
    struct batch *x = batch_of(b, s);
    if (!x || !v->hold || !v->cause)
        return CPF_E_PROFILE;
    *PUSH(b, x->hold, x->nholds) = (struct hold){.id = book_keep(b, v->hold),
                                                 .code = book_keep(b, v->cause),
                                                 .dev = book_keep(b, v->dev),
                                                 .words = book_keep(b, v->reason.digest),
                                                 .by = entry_performer(b, e),
                                                 .with = witness_of(b, e)};
    return 0;
}

static int apply_lifted(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct hold_lifted *v = body;
    struct batch *x = batch_of(b, s);
    struct hold *h = batch_hold(x, v->hold);
    int err = h ? hold_lift(b, h) : CPF_E_PROFILE;
    if (err)
        return err;
    SET(b, h->lifter, entry_performer(b, e));
    batch_note_people(b, x, e, DEPT_QUALITY);
    return 0;
}

/* ---- rows ---- */

static struct view_row event_row(struct view_at *a, enum view_id table, const char *key, const char *id)
{
    struct view_row r = row_begin(table);
    row_text(&r, key, id);
    row_text(&r, "batch", a->batch);
    row_num(&r, "idx", (int64_t)a->e->idx);
    return r;
}

static void view_opened(struct view_at *a, const void *body)
{
    const struct deviation_opened *d = body;
    struct view_row r = event_row(a, VIEW_DEVIATION, "deviation", d->dev);
    row_text(&r, "step", d->step);
    row_text(&r, "field", d->field);
    row_text(&r, "cause", d->cause);
    row_text(&r, "grade", word_name(&grade_words, (int)d->grade));
    row_text(&r, "args", json_text(a->v, d->args));
    row_num(&r, "hold", d->hold);
    row_num(&r, "opened", entry_event_time(a->e));
    row_text(&r, "opened_by", view_who(a));
    row_num(&a->sum, "deviations", 1);
    row_end(a->v, &r);
}

static void view_assessed(struct view_at *a, const void *body)
{
    const struct deviation_assessed *d = body;
    struct view_row r = event_row(a, VIEW_DEVIATION, "deviation", d->dev);
    row_text(&r, "grade", word_name(&grade_words, (int)d->grade));
    row_num(&r, "assessed", a->e->at);
    row_text(&r, "assessed_by", view_who(a));
    if (d->awaits)
        row_num(&r, "awaits", true);
    row_end(a->v, &r);
}

static void view_confirmed(struct view_at *a, const void *body)
{
    const struct deviation_confirmed *d = body;
    struct view_row r = event_row(a, VIEW_DEVIATION, "deviation", d->dev);
    row_num(&r, "awaits", false);
    row_num(&r, "confirmed", a->e->at);
    row_text(&r, "confirmed_by", view_who(a));
    row_end(a->v, &r);
}

static void view_closed(struct view_at *a, const void *body)
{
    const struct deviation_closed *d = body;
    struct view_row r = event_row(a, VIEW_DEVIATION, "deviation", d->dev);
    row_num(&r, "closed", a->e->at);
    row_text(&r, "closed_by", view_who(a));
    row_num(&a->sum, "deviations", -1);
    row_end(a->v, &r);
}

static void view_placed(struct view_at *a, const void *body)
{
    const struct hold_placed *h = body;
    struct view_row r = event_row(a, VIEW_HOLD, "hold", h->hold);
    row_num(&a->sum, "holds", 1);
    row_num(&r, "placed", a->e->at);
    row_text(&r, "deviation", h->dev);
    row_text(&r, "cause", h->cause);
    row_end(a->v, &r);
}

static void view_lifted(struct view_at *a, const void *body)
{
    const struct hold_lifted *h = body;
    struct view_row r = event_row(a, VIEW_HOLD, "hold", h->hold);
    row_num(&a->sum, "holds", -1);
    row_num(&r, "lifted", a->e->at);
    row_text(&r, "lifted_by", view_who(a));
    row_end(a->v, &r);
}

const struct kind kind_deviation_opened = {
    .id = KIND_DEVIATION_OPENED,
    .shape = SHAPE(struct deviation_opened, opened_member),
    .apply = apply_opened,
    .view = view_opened,
    .record = &opening,
    .reads = {"逸脱 {dev} を開いた", "deviation {dev} was opened"},
};

const struct kind kind_deviation_assessed = {
    .id = KIND_DEVIATION_ASSESSED,
    .shape = SHAPE(struct deviation_assessed, assessed_member),
    .apply = apply_assessed,
    .view = view_assessed,
    .record = &assessment,
    .reads = {"逸脱 {dev} を評価した：{grade}", "deviation {dev} was assessed: {grade}"},
};

const struct kind kind_deviation_confirmed = {
    .id = KIND_DEVIATION_CONFIRMED,
    .shape = SHAPE(struct deviation_confirmed, confirmed_member),
    .apply = apply_confirmed,
    .view = view_confirmed,
    .record = &confirming,
    .reads = {"逸脱 {dev} の評価（{grade}）を確認した",
              "the assessment of deviation {dev} ({grade}) was confirmed"},
};

const struct kind kind_deviation_closed = {
    .id = KIND_DEVIATION_CLOSED,
    .shape = SHAPE(struct deviation_closed, closed_member),
    .apply = apply_closed,
    .view = view_closed,
    .record = &closing,
    .reads = {"逸脱 {dev} の処理を完了した", "deviation {dev} was closed"},
};

const struct kind kind_hold_placed = {
    .id = KIND_HOLD_PLACED,
    .shape = SHAPE(struct hold_placed, placed_member),
    .apply = apply_placed,
    .view = view_placed,
    .record = &placing,
    .reads = {"保留 {hold} にした", "hold {hold} was placed"},
};

const struct kind kind_hold_lifted = {
    .id = KIND_HOLD_LIFTED,
    .shape = SHAPE(struct hold_lifted, lifted_member),
    .apply = apply_lifted,
    .view = view_lifted,
    .record = &lifting,
    .reads = {"保留 {hold} を解除した", "hold {hold} was lifted"},
};
