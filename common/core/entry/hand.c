/* What is said of a batch outside of its steps. */
#include "core/entry/hand.h"

#include <string.h>

#include "core/book/apply.h"
#include "core/rule/record.h"
#include "core/view/row.h"

static const char *const information_word[] = {NULL, "complaint", "quality", "illness", "other"};
const struct word_list information_words = {sizeof(information_word) / sizeof(*information_word),
                                            information_word};

static const struct member received_member[] = {
    M_ID(struct information_received, batch, ASKED | NEEDED),
    M_WORD(struct information_received, about, enum information, NEEDED, &information_words),
    M_PERSONAL(struct information_received, reason, NEEDED),
};

static const struct member withdrawn_member[] = {
    M_ID(struct consent_withdrawn, batch, ASKED | NEEDED),
    M_TEXT(struct consent_withdrawn, at, NEEDED),
    M_PERSONAL(struct consent_withdrawn, reason, 0),
};

static const struct member printed_member[] = {
    M_ID(struct label_printed, batch, ASKED | NEEDED),
    M_TEXTS(struct label_printed, containers, NEEDED),
    M_TEXTS(struct label_printed, again, OWN),
    M_DIGEST(struct label_printed, sha256, NEEDED),
};

static const struct member label_member[] = {
    M_ID(struct label_record, batch, ASKED | NEEDED), M_TEXT(struct label_record, witness, ASKED | NEEDED),
    M_ID(struct label_record, container, NEEDED),     M_INT(struct label_record, serial, OWN),
    M_PERSONAL(struct label_record, reason, NEEDED),
};

static const char *const loss_word[] = {NULL, "broken", "missing"};
const struct word_list loss_words = {sizeof(loss_word) / sizeof(*loss_word), loss_word};

static const struct member lost_member[] = {
    M_ID(struct container_lost, batch, ASKED | NEEDED),
    M_TEXT(struct container_lost, witness, ASKED | NEEDED),
    M_ID(struct container_lost, container, NEEDED),
    M_WORD(struct container_lost, how, enum loss, NEEDED, &loss_words),
    M_PERSONAL(struct container_lost, reason, 0),
};

static const struct record_rule telling = {
    .right = RIGHT_INFORMATION_RECEIVED, .session = true, .judge = record_information};
static const struct record_rule withdrawing = {
    .right = RIGHT_CONSENT_WITHDRAWN, .session = true, .judge = record_consent};
static const struct record_rule printing = {.may = may_print, .session = true, .judge = record_printed};
static const struct record_rule reprinting = {
    .right = RIGHT_LABEL_REPRINTED, .session = true, .judge = record_label};
static const struct record_rule voiding = {
    .right = RIGHT_LABEL_VOIDED, .session = true, .judge = record_label};

static const struct record_rule losing = {
    .right = RIGHT_CONTAINER_LOST, .may = may_on_batch, .session = true, .judge = record_lost};

/* ---- what they do to the book ---- */

static int apply_information(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct information_received *v = body;
    struct batch *x = batch_of(b, s);
    (void)e;
    if (!x)
        return CPF_E_PROFILE;
    SET(b, x->words, book_keep(b, v->reason.digest));
    return 0;
}

static int apply_printed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct label_printed *v = body;
    struct batch *x = batch_of(b, s);
    for (size_t i = 0; i < v->containers.n; i++) {
        struct container *c = book_container(b, v->containers.item[i]);
        if (!c)
            c = container_printed(b, x, v->containers.item[i], e->at);
        if (!c || c->batch != x)
            return CPF_E_PROFILE;
        SET(b, c->printed, true);
    }
    return 0;
}

static int apply_label(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct label_record *v = body;
    struct container *c = v->container ? book_container(b, v->container) : NULL;
    if (!c || c->batch != batch_of(b, s))
        return CPF_E_PROFILE;
    if (v->serial) {
        SET(b, c->reprints, c->reprints + 1);
        SET(b, c->printed, false);
    } else {
        container_missing(b, c->batch, c, CONTAINER_DISCARDED);
    }
    (void)e;
    return 0;
}

static int apply_lost(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct container_lost *v = body;
    struct container *c = v->container ? book_container(b, v->container) : NULL;
    if (!c || c->batch != batch_of(b, s))
        return CPF_E_PROFILE;
    container_missing(b, c->batch, c, CONTAINER_LOST);
    (void)e;
    return 0;
}

/* ---- its rows ---- */

static void view_gone(struct view_at *a, const char *container, enum container_state state)
{
    struct view_row r = row_begin(VIEW_CONTAINER);
    row_text(&r, "container", container);
    row_text(&r, "state", container_state_name(state));
    row_num(&r, "changed", a->e->at);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_end(a->v, &r);
}

static bool said(const struct texts *list, const char *s)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->item[i], s) == 0)
            return true;
    return false;
}

static void view_printed(struct view_at *a, const void *body)
{
    const struct label_printed *v = body;
    for (size_t i = 0; i < v->containers.n; i++)
        if (!said(&v->again, v->containers.item[i]))
            view_label(a, v->containers.item[i]);
}

static void view_voided(struct view_at *a, const void *body)
{
    const struct label_record *v = body;
    view_gone(a, v->container, CONTAINER_DISCARDED);
}

static void view_lost(struct view_at *a, const void *body)
{
    const struct container_lost *v = body;
    view_gone(a, v->container, CONTAINER_LOST);
}

const struct kind kind_information_received = {
    .id = KIND_INFORMATION_RECEIVED,
    .shape = SHAPE(struct information_received, received_member),
    .apply = apply_information,
    .record = &telling,
    .reads = {"情報を受け付けた：{about}", "information was received: {about}"},
};

const struct kind kind_consent_withdrawn = {
    .id = KIND_CONSENT_WITHDRAWN,
    .shape = SHAPE(struct consent_withdrawn, withdrawn_member),
    .record = &withdrawing,
    .reads = {"同意の撤回を受け付けた（{at}）", "consent was withdrawn ({at})"},
};

const struct kind kind_label_printed = {
    .id = KIND_LABEL_PRINTED,
    .shape = SHAPE(struct label_printed, printed_member),
    .apply = apply_printed,
    .view = view_printed,
    .record = &printing,
    .reads = {"ラベルを印刷用に渡した：{containers}", "labels were handed out to be printed: {containers}"},
};

const struct kind kind_label_reprinted = {
    .id = KIND_LABEL_REPRINTED,
    .shape = SHAPE(struct label_record, label_member),
    .apply = apply_label,
    .record = &reprinting,
    .reads = {"{container} のラベルを再印刷した（{serial} 枚目）",
              "label of {container} was printed again (number {serial})"},
};

const struct kind kind_label_voided = {
    .id = KIND_LABEL_VOIDED,
    .shape = SHAPE(struct label_record, label_member),
    .apply = apply_label,
    .view = view_voided,
    .record = &voiding,
    .reads = {"{container} のラベルを無効にした", "label of {container} was made void"},
};

const struct kind kind_container_lost = {
    .id = KIND_CONTAINER_LOST,
    .shape = SHAPE(struct container_lost, lost_member),
    .apply = apply_lost,
    .view = view_lost,
    .record = &losing,
    .reads = {"{container} の{how}を記録した", "{container} was recorded as {how}"},
};
