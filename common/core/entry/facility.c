/* What the place is, and which time it has. */
#include "core/entry/facility.h"

#include "core/book/apply.h"
#include "core/code/number.h"
#include "core/rule/record.h"

static const struct member clinic_member[] = {
    M_TEXT(struct opened_clinic, plan, NEEDED),  M_TEXT(struct opened_clinic, name_ja, 0),
    M_TEXT(struct opened_clinic, name_en, 0),    M_TEXT(struct opened_clinic, address_ja, 0),
    M_TEXT(struct opened_clinic, address_en, 0),
};

static const struct shape clinic_shape = SHAPE(struct opened_clinic, clinic_member);

static const struct member opened_member[] = {
    M_ID(struct facility_opened, id, NEEDED),     M_TEXT(struct facility_opened, name_ja, 0),
    M_TEXT(struct facility_opened, name_en, 0),   M_TEXT(struct facility_opened, zone, 0),
    M_TEXT(struct facility_opened, number, 0),    M_LIST(struct facility_opened, clinics, 0, &clinic_shape),
    M_TEXT(struct facility_opened, numbering, 0), M_INT(struct facility_opened, first, 0),
};

/* ---- what they do to the book ---- */

/* A rule that this program cannot read is none. */
static void set_numbering(struct book *b, const char *rule, int64_t first)
{
    bool good = rule && number_check(rule) == CPF_OK;
    SET(b, b->numbering.rule, good ? book_keep(b, rule) : NULL);
    SET(b, b->numbering.first, first > 0 ? first : 1);
}

extern const struct kind kind_facility_opened;

static int apply_opened(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct facility_opened *v = body;
    (void)s;
    struct facility_opened *own = arena_alloc(b->keep, sizeof(*own));
    SET(b, b->facility_data, book_keep_body(b, &kind_facility_opened.shape, e->body, own));
    SET(b, b->facility, v->id ? own : NULL);
    SET(b, b->zone, book_keep(b, e->zone));
    set_numbering(b, v->numbering, v->first);
    return v->id ? 0 : CPF_E_PROFILE;
}

const struct kind kind_facility_opened = {
    .id = KIND_FACILITY_OPENED,
    .shape = SHAPE(struct facility_opened, opened_member),
    .apply = apply_opened,
    .reads = {"施設 {id} を開設した", "facility {id} was set up"},
};

struct text facility_name(const struct facility_opened *f)
{
    static const struct text none;
    return f ? (struct text){f->name_ja ? f->name_ja : f->id, f->name_en ? f->name_en : f->id} : none;
}

/* ---- batch numbers ---- */

static const struct member numbering_member[] = {
    M_TEXT(struct facility_numbering, numbering, NEEDED),
    M_INT(struct facility_numbering, first, 0),
    M_PERSONAL(struct facility_numbering, reason, NEEDED),
};

static const struct record_rule numbering_rule = {.right = RIGHT_NUMBERING, .judge = record_numbering};

static int apply_numbering(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct facility_numbering *v = body;
    (void)s, (void)e;
    set_numbering(b, v->numbering, v->first);
    return v->numbering ? 0 : CPF_E_PROFILE;
}

const struct kind kind_facility_numbering = {
    .id = KIND_FACILITY_NUMBERING,
    .shape = SHAPE(struct facility_numbering, numbering_member),
    .apply = apply_numbering,
    .record = &numbering_rule,
    .reads = {"製造番号の付番規則を {numbering} とした", "the rule of batch numbers became {numbering}"},
};

static const struct member confirmed_member[] = {
    M_TEXT(struct clock_confirmed, now, NEEDED),        M_TEXT(struct clock_confirmed, last, OWN),
    M_PERSONAL(struct clock_confirmed, reason, NEEDED), M_PERSONAL(struct clock_confirmed, note, 0),
    M_PERSONAL(struct clock_confirmed, remark, 0),
};

static const struct record_rule confirming = {
    .right = RIGHT_CLOCK_CONFIRMED,
    .judge = record_clock,
};

const struct kind kind_clock_confirmed = {
    .id = KIND_CLOCK_CONFIRMED,
    .shape = SHAPE(struct clock_confirmed, confirmed_member),
    .record = &confirming,
    .reads = {"時計が正しいこと（{now}）を確認した", "the clock was confirmed to be right ({now})"},
};

/* ---- stopped, and its end ---- */

static const struct member stopped_member[] = {
    M_PERSONAL(struct facility_stopped, reason, NEEDED),
};

static const struct record_rule stopping = {
    .right = RIGHT_FACILITY_STOPPED, .session = true, .judge = record_stop};
static const struct record_rule resuming = {
    .right = RIGHT_FACILITY_RESUMED, .may = may_resume, .judge = record_stop};

static int apply_stopped(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    (void)s, (void)body;
    SET(b, b->stopped.on, kind_is(e->kind, KIND_FACILITY_STOPPED));
    SET(b, b->stopped.by, entry_performer(b, e));
    return 0;
}

const struct kind kind_facility_stopped = {
    .id = KIND_FACILITY_STOPPED,
    .shape = SHAPE(struct facility_stopped, stopped_member),
    .apply = apply_stopped,
    .record = &stopping,
    .reads = {"施設を停止した", "the facility was stopped"},
};

const struct kind kind_facility_resumed = {
    .id = KIND_FACILITY_RESUMED,
    .shape = SHAPE(struct facility_stopped, stopped_member),
    .apply = apply_stopped,
    .record = &resuming,
    .reads = {"施設の停止を終えた", "the stop of the facility ended"},
};
