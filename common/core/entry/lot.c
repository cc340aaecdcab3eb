/* Lots. */
#include "core/entry/lot.h"

#include <string.h>

#include "base/next.h"
#include "core/book/apply.h"
#include "core/rule/record.h"

static const struct member received_member[] = {
    M_ID(struct lot_received, lot, NEEDED),     M_ID(struct lot_received, material, NEEDED),
    M_TEXT(struct lot_received, maker, 0),      M_GS1(struct lot_received, maker_lot, 0),
    M_ID(struct lot_received, gtin, 0),         M_DAY(struct lot_received, expiry, NEEDED),
    M_INT(struct lot_received, units, 0),       M_TEXTS(struct lot_received, unit, 0),
    M_BOOL(struct lot_received, numbered, OWN), M_BOOL(struct lot_received, both, OWN),
    M_TEXT(struct lot_received, document, 0),   M_DIGEST(struct lot_received, sha256, 0),
    M_PERSONAL(struct lot_received, reason, 0), M_PERSONAL(struct lot_received, cause, 0),
    M_PERSONAL(struct lot_received, note, 0),   M_PERSONAL(struct lot_received, remark, 0),
};

static const struct member state_member[] = {
    M_ID(struct lot_state_record, lot, NEEDED),     M_PERSONAL(struct lot_state_record, reason, 0),
    M_PERSONAL(struct lot_state_record, cause, 0),  M_PERSONAL(struct lot_state_record, note, 0),
    M_PERSONAL(struct lot_state_record, remark, 0),
};

static const struct member closed_member[] = {
    M_ID(struct lot_closed, lot, NEEDED),     M_INT(struct lot_closed, received, OWN),
    M_INT(struct lot_closed, opened, OWN),    M_INT(struct lot_closed, used, 0),
    M_INT(struct lot_closed, discarded, 0),   M_INT(struct lot_closed, returned, 0),
    M_INT(struct lot_closed, missing, 0),     M_PERSONAL(struct lot_closed, reason, 0),
    M_PERSONAL(struct lot_closed, cause, 0),  M_PERSONAL(struct lot_closed, note, 0),
    M_PERSONAL(struct lot_closed, remark, 0),
};

static const struct member opened_member[] = {
    M_ID(struct lot_unit_opened, lot, NEEDED),
    M_TEXT(struct lot_unit_opened, unit, NEEDED),
    M_ID(struct lot_unit_opened, batch, NEEDED),
};

static const struct record_rule receipt = {
    .right = RIGHT_LOT_RECEIVED,
    .may = may_receive,
    .id = offsetof(struct lot_received, lot),
    .stream = RECORD_FRESH,
    .label = true,
    .judge = record_receipt,
};

static const struct record_rule conformity = {
    .right = RIGHT_LOT_CONFORMING,
    .may = may_lot,
    .id = offsetof(struct lot_state_record, lot),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

static const struct record_rule release = {
    .right = RIGHT_LOT_RELEASED,
    .may = may_lot,
    .id = offsetof(struct lot_state_record, lot),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

static const struct record_rule blocking = {
    .right = RIGHT_LOT_BLOCKED,
    .id = offsetof(struct lot_state_record, lot),
    .stream = RECORD_KNOWN,
    .judge = record_lot_blocking,
};

static const struct record_rule closing = {
    .right = RIGHT_LOT_CLOSED,
    .also = RIGHT_LOT_MISSING,
    .may = may_end_lot,
    .id = offsetof(struct lot_closed, lot),
    .stream = RECORD_KNOWN,
    .judge = record_lot_closing,
};

/* ---- units ---- */

/* 1 to `units`, as they are printed: 7, not 07 */
static bool counted(const struct lot *l, const char *unit)
{
    int64_t n = 0;
    size_t len = strspn(unit, "0123456789");
    if (len == 0 || len > 9 || unit[len] || unit[0] == '0')
        return false;
    for (; *unit; unit++)
        n = n * 10 + (*unit - '0');
    return n <= l->units;
}

bool lot_has_unit(const struct lot *l, const char *unit)
{
    for (size_t i = 0; i < l->unit.n; i++)
        if (strcmp(l->unit.item[i], unit) == 0)
            return true;
    return !l->numbered || (l->unit.n == 0 && counted(l, unit));
}

const struct lot_unit *lot_opened_unit(const struct lot *l, const char *unit)
{
    const struct lot_unit *u = l->opened;
    while (u && strcmp(u->unit, unit) != 0)
        u = u->next;
    return u;
}

const char *lot_state_name(enum lot_state s)
{
    static const char *const name[] = {"quarantine", "released", "blocked"};
    return name[s];
}

/* ---- what they do to the book ---- */

/* The label means that lot from now on; NULL: none. A key lives in its lot. */
static void label_means(struct book *b, const char *label, struct lot *l)
{
    const struct lot *was = map_get(&b->gtins, label);
    if (was)
        book_drop(b, &b->gtins, was->label);
    if (l)
        book_put(b, &b->gtins, l->label, l);
}

/* Names that stay as long as the lot does. */
static struct texts keep_texts(struct book *b, const struct texts *list)
{
    const char **item = list->n ? arena_alloc(b->keep, list->n * sizeof(*item)) : NULL;
    for (size_t i = 0; i < list->n; i++)
        item[i] = book_keep(b, list->item[i]);
    return (struct texts){list->n, item};
}

static int apply_received(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct lot_received *v = body;
    (void)s;
    if (!v->lot || book_lot(b, v->lot) || !v->expiry || !v->material)
        return CPF_E_PROFILE;
    struct lot *l = arena_alloc(b->keep, sizeof(*l));
    *l = (struct lot){.id = book_keep(b, v->lot),
                      .material = book_keep(b, v->material),
                      .maker = book_keep(b, v->maker),
                      .maker_lot = book_keep(b, v->maker_lot),
                      .gtin = book_keep(b, v->gtin),
                      .expiry = v->expiry,
                      .units = v->units,
                      .unit = keep_texts(b, &v->unit),
                      .numbered = v->numbered,
                      .received_at = e->at,
                      .state_at = e->at,
                      .both = v->both,
                      .document = book_keep(b, v->document),
                      .sha256 = book_keep(b, v->sha256),
                      .receiver = entry_performer(b, e)};
    book_put(b, &b->lots, l->id, l);
    if (!l->gtin || !l->maker_lot)
        return 0;
    l->label = arena_printf(b->keep, "%s/%s", l->gtin, l->maker_lot);
    if (!b->aside)
        label_means(b, l->label, l);
    return 0;
}

/*
 *   quarantine --> released <--> blocked    released again when both said so anew
 *        +--------------------------^        and blocked again by another one
 */
static const unsigned lot_next[] = {
    [LOT_QUARANTINE] = NEXT(LOT_RELEASED) | NEXT(LOT_BLOCKED),
    [LOT_RELEASED] = NEXT(LOT_BLOCKED),
    [LOT_BLOCKED] = NEXT(LOT_RELEASED) | NEXT(LOT_BLOCKED),
};

/* The lot was touched. */
static int lot_become(struct lot *l, enum lot_state s, int64_t at)
{
    if (!may_follow(lot_next[l->state], (int)s))
        return CPF_E_PROFILE;
    l->state = s;
    l->state_at = at;
    return 0;
}

static struct lot *lot_touched(struct book *b, const struct lot_state_record *v)
{
    struct lot *l = book_lot(b, v->lot);
    if (!l || l->closed_at) /* released and blocked in turn, until it is used up */
        return NULL;
    book_touch(b, l, sizeof(*l));
    return l;
}

/* Usable when manufacturing and quality both said yes; one that an older program received, by quality's yes.
 */
static int both_said(struct lot *l, int64_t at)
{
    if (l->state == LOT_RELEASED || !l->judged || (!l->conforming && l->both))
        return 0;
    return lot_become(l, LOT_RELEASED, at);
}

static int apply_conforming(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct lot *l = lot_touched(b, body);
    (void)s;
    if (!l)
        return CPF_E_PROFILE;
    l->conforming = true;
    l->conformer = entry_performer(b, e);
    return both_said(l, e->at);
}

static int apply_released(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct lot *l = lot_touched(b, body);
    (void)s;
    if (!l)
        return CPF_E_PROFILE;
    l->judged = true;
    l->judge = entry_performer(b, e);
    return both_said(l, e->at);
}

/* Both say so anew. */
static int apply_blocked(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct lot *l = lot_touched(b, body);
    (void)s;
    if (!l)
        return CPF_E_PROFILE;
    l->blocker = entry_performer(b, e);
    l->judged = l->conforming = false;
    l->judge = l->conformer = NULL;
    return lot_become(l, LOT_BLOCKED, e->at);
}

static int apply_closed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    struct lot *l = book_lot(b, ((const struct lot_closed *)body)->lot), *left = NULL;
    size_t pos = 0;
    (void)s;
    if (!l || l->closed_at)
        return CPF_E_PROFILE;
    SET(b, l->closed_at, e->at);
    if (!l->label || book_lot_gs1(b, l->gtin, l->maker_lot) != l)
        return 0;
    for (struct lot *o; (o = map_next(&b->lots, &pos));)
        if (o->label && !o->closed_at && strcmp(o->label, l->label) == 0)
            left = o;
    label_means(b, l->label, left);
    return 0;
}

static int apply_opened(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct lot_unit_opened *v = body;
    struct lot *l = book_lot(b, v->lot);
    (void)s, (void)e;
    if (!l || !v->unit || !v->batch)
        return CPF_E_PROFILE;
    if (lot_has_unit(l, v->unit) && !lot_opened_unit(l, v->unit))
        SET(b, l->nopened, l->nopened + 1);
    struct lot_unit *u = arena_alloc(b->keep, sizeof(*u));
    *u = (struct lot_unit){book_keep(b, v->unit), book_keep(b, v->batch), l->opened};
    SET(b, l->opened, u);
    return 0;
}

const struct kind kind_lot_received = {
    .id = KIND_LOT_RECEIVED,
    .shape = SHAPE(struct lot_received, received_member),
    .apply = apply_received,
    .record = &receipt,
    .reads = {"ロット {lot}（{material}）を受け入れた", "lot {lot} of {material} was received"},
};

const struct kind kind_lot_conforming = {
    .id = KIND_LOT_CONFORMING,
    .shape = SHAPE(struct lot_state_record, state_member),
    .apply = apply_conforming,
    .record = &conformity,
    .reads = {"ロット {lot} の適合を確認した（製造）", "lot {lot} was found conforming by manufacturing"},
};

const struct kind kind_lot_released = {
    .id = KIND_LOT_RELEASED,
    .shape = SHAPE(struct lot_state_record, state_member),
    .apply = apply_released,
    .record = &release,
    .reads = {"ロット {lot} の試験を合格と判定した（品質）", "lot {lot} was released by quality"},
};

const struct kind kind_lot_blocked = {
    .id = KIND_LOT_BLOCKED,
    .shape = SHAPE(struct lot_state_record, state_member),
    .apply = apply_blocked,
    .record = &blocking,
    .reads = {"ロット {lot} を使用不可にした", "lot {lot} was blocked"},
};

/* Used up, returned or destroyed: nothing follows. */
const struct kind kind_lot_closed = {
    .id = KIND_LOT_CLOSED,
    .shape = SHAPE(struct lot_closed, closed_member),
    .apply = apply_closed,
    .record = &closing,
    .reads = {"ロット {lot} を使い終えた", "lot {lot} was closed"},
};

const struct kind kind_lot_opened = {
    .id = KIND_LOT_OPENED,
    .shape = SHAPE(struct lot_unit_opened, opened_member),
    .apply = apply_opened,
    .reads = {"ロット {lot} の容器 {unit} を {batch} のために開封した",
              "unit {unit} of lot {lot} was opened for {batch}"},
};
